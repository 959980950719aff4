"""What commands print: scorecards, fields, a line for each of many experiments; as JSON where that is asked for."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table

from tegum.catalogue import Entry, catalogue, entries
from tegum.claims import Judged
from tegum.conduct import nearest
from tegum.experiments import fields_of
from tegum.experiments.experiment import Experiment
from tegum.report.book import duration
from tegum.runs.store import Folder
from tegum.series import Outcome

MARKS = {"holds": "[green]✓ holds[/]", "fails": "[red]✗ fails[/]", "unclear": "[yellow]? unclear[/]"}


def say(folder: Folder, experiment: Experiment, claims: Sequence[Judged], facts: dict[str, Any], as_json: bool) -> None:
    """One run's scorecard."""
    page = folder.path / "report.html"
    if as_json:
        whole = {"folder": str(folder.path), "page": str(page), "claims": [claim.as_dict() for claim in claims]}
        print(json.dumps(whole | {"provenance": facts}, indent=2))
        return
    table = Table("", "claim", "measured", title=folder.path.name, title_justify="left", show_lines=True)
    for claim in claims:
        table.add_row(MARKS[claim.verdict], claim.statement, claim.measured)
    console = Console()
    console.print(table)
    if nearest(experiment)[0] == "quick":
        console.print("A quick look: too short for some verdicts.", highlight=False)
    if experiment.departures():
        console.print(experiment.departures(), highlight=False, markup=False)
    console.print(f"{_spent(facts)} · page: {page}", soft_wrap=True, highlight=False)


def say_fields(name: str, as_json: bool) -> None:
    """What can be set for an experiment, and its value in each size."""
    found = fields_of(name)
    if as_json:
        print(json.dumps([{"name": one.name, "takes": one.takes, "sizes": one.sizes} for one in found], indent=2))
        return
    sizes = list(found[0].sizes) if found else []
    table = Table("field", "takes", *sizes, title=f"tegum run {name} --set FIELD=VALUE", title_justify="left")
    for one in found:
        table.add_row(one.name, one.takes, *(json.dumps(one.sizes[size]) for size in sizes))
    Console().print(table, highlight=False)


def say_specs(name: str | None, as_json: bool) -> None:
    """What trainings are made of, a line each; or one kind, whole."""
    found = catalogue() if name is None else entries(name)
    if as_json:
        print(json.dumps([asdict(entry) for entry in found], indent=2))
    elif name is None:
        _say_lines(found)
    else:
        for entry in found:
            _say_entry(entry)


def _say_lines(found: Sequence[Entry]) -> None:
    width = max(len(entry.name) for entry in found)
    for group, members in groupby(found, lambda entry: (entry.group, entry.home)):
        print(f"{', '.join(group)}")
        for entry in members:
            print(f"  {entry.name:<{width}}  {entry.line}")


def _say_entry(entry: Entry) -> None:
    print(f"{entry.home}.{entry.name}: {entry.text}\n")
    table = Table("field", "takes", "if left out")
    for field in entry.fields:
        table.add_row(field.name, field.takes, "must be given" if field.needed else json.dumps(field.default))
    Console().print(table, highlight=False)


def say_one(outcome: Outcome, width: int) -> None:
    """One of many experiments, in one line."""
    told = f"failed: {outcome.wrong}" if outcome.wrong else f"{_tally([outcome])} · {_spent(outcome.facts)}"
    Console().print(f"{outcome.name:<{width}}  {told}", soft_wrap=True, highlight=False, markup=False)


def say_all(outcomes: Sequence[Outcome], as_json: bool) -> None:
    """All of them together."""
    if as_json:
        print(json.dumps([_plain(outcome) for outcome in outcomes], indent=2))
        return
    wrong = [outcome.name for outcome in outcomes if outcome.wrong]
    spent = {key: sum(one.facts.get(key) or 0.0 for one in outcomes) for key in ("seconds", "processor_seconds")}
    words = [f"{len(outcomes) - len(wrong)} of {len(outcomes)} experiments", _tally(outcomes), _spent(spent)]
    words += [f"failed: {', '.join(wrong)}"] if wrong else []
    Console().print(" · ".join(words), soft_wrap=True, highlight=False, markup=False)


def _tally(outcomes: Sequence[Outcome]) -> str:
    verdicts = Counter(claim.verdict for outcome in outcomes for claim in outcome.claims)
    return f"{verdicts['holds']} hold, {verdicts['fails']} fail, {verdicts['unclear']} unclear"


def _spent(facts: dict[str, Any]) -> str:
    computed = facts.get("processor_seconds")
    return duration(facts["seconds"]) + ("" if computed is None else f" ({duration(computed)} of processors)")


def _plain(outcome: Outcome) -> dict[str, Any]:
    claims = [claim.as_dict() for claim in outcome.claims]
    folder = None if outcome.folder is None else str(outcome.folder.path)
    return {"experiment": outcome.name, "folder": folder, "failed": outcome.wrong, "claims": claims,
            "provenance": outcome.facts}  # fmt: skip
