"""A run as one self-contained HTML file; nothing is fetched from anywhere."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tegum.claims import Judged
from tegum.experiments.experiment import Panel

VERDICTS = {"holds": "✓", "fails": "✗", "unclear": "?"}


def page(
    title: str,
    lede: str,
    figures: Sequence[Panel],
    claims: Sequence[Judged],
    spec_json: str,
    provenance: Mapping[str, str],
    reproduce: Mapping[str, str],
    made_by: str = "",
    departures: str = "",
) -> str:
    """One run as HTML: figures, scorecard, specification, provenance, and how to get it again.

    provenance: name -> value. reproduce: what a command does -> the command, line by line. made_by: the command, to
    stand at the head of the page, with in what the recipe departs from the source's.
    """
    spec = json.dumps(json.loads(spec_json), indent=2, ensure_ascii=False)
    return render(
        "page.html.j2",
        title=title,
        lede=lede,
        figures=figures,
        claims=claims,
        counts=counts(claims),
        spec=spec,
        provenance=provenance,
        reproduce=reproduce,
        made_by=made_by,
        departures=departures,
    )


def counts(claims: Iterable[Judged]) -> dict[str, int]:
    """How many claims have each verdict."""
    verdicts = Counter(str(claim.verdict) for claim in claims)
    return {verdict: verdicts[verdict] for verdict in VERDICTS}


def render(template: str, **values: Any) -> str:
    """A template of this folder, filled."""
    from plotly.offline import get_plotlyjs

    from tegum.plots import style

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(script_json=_script_json, layout_json=_layout_json)
    environment.globals.update(verdicts=VERDICTS, style=style)
    return environment.get_template(template).render(plotlyjs=get_plotlyjs(), **values)


def _layout_json(figure: Any) -> str:
    """What the page needs to know of a figure before it is drawn."""
    from plotly.utils import PlotlyJSONEncoder

    layout = figure.layout
    return json.dumps({"height": layout.height, "meta": layout.meta}, cls=PlotlyJSONEncoder)


def _script_json(figure: Any) -> str:
    """The figure as JSON for a script element: without ``<`` in it, nothing can end that element early."""
    return str(figure.to_json()).replace("<", "\\u003c")
