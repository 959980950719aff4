"""Lines with their intervals in small multiples: one panel for each case, the same lines in each."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from tegum.errors import BadInput
from tegum.plots import style
from tegum.plots.lines import SYMBOLS
from tegum.plots.tiles import NARROW

MANY = 40  # places: more marks would cover the line


def band_panels(
    x: Sequence[ArrayLike],
    values: Sequence[ArrayLike],
    names: Sequence[str],
    titles: Sequence[str],
    *,
    x_label: str,
    y_label: str,
    columns: int,
    shades: Mapping[str, str] | None = None,
    limit: float | None = None,
    y_range: tuple[float, float] | None = None,
    x_axis: Mapping[str, Any] | None = None,
    y_axis: Mapping[str, Any] | None = None,
    interval: str = "95 % interval",
    dashed: Sequence[str] = (),
) -> go.Figure:
    """One panel per title, in each one line per name with its interval as a band.

    x: for each panel its places (p,); values: for each panel (p, len(names), 3): middle, low, high. NaN leaves a gap; a
    line whose interval has no width is drawn without a band; those in ``dashed`` have no marks, nor have
    long ones. limit: a value
    drawn as a dotted line across all panels; x_axis, y_axis: what else Plotly should know of the axes.
    """
    shade = shades or style.palette(names)
    rows = -(-len(titles) // columns)
    figure = make_subplots(
        rows=rows, cols=min(columns, len(titles)), shared_yaxes=True, subplot_titles=list(titles),
        horizontal_spacing=0.03, vertical_spacing=0.32 / rows, figure=style.figure(120 + 250 * rows),
    )  # fmt: skip
    for p, title in enumerate(titles):
        place, part = np.asarray(x[p], float), style.finite(values[p])
        if part.shape != (len(place), len(names), 3):
            raise BadInput(f"values of {title!r} have shape {part.shape}, not {(len(place), len(names), 3)}.")
        where = {"row": 1 + p // columns, "col": 1 + p % columns}
        for s, name in enumerate(names):
            _band(figure, place, part[:, s], style.faint(shade[name], 0.16), where)
            _line(figure, place, part[:, s], name, shade[name], where, s, first=p == 0, bare=name in dashed,
                  words=(x_label, y_label, interval))  # fmt: skip
    if limit is not None:
        figure.add_hline(limit, line={"width": 1, "dash": "dot", "color": style.MUTED})
    figure.update_annotations(font={"size": 14, "family": style.SERIF})
    figure.update_xaxes(title_text=x_label, title_standoff=4, **(x_axis or {}))
    figure.update_yaxes(**({"range": y_range} if y_range else {}), **(y_axis or {}))
    figure.update_yaxes(title_text=y_label, col=1)
    legend = {"traceorder": "normal", "y": 1, "yref": "container", "yanchor": "top"}
    return figure.update_layout(legend=legend, margin_t=70, meta={"narrow": NARROW})


def _band(figure: go.Figure, x: np.ndarray, part: np.ndarray, fill: str, where: Mapping[str, int]) -> None:
    known = np.isfinite(part).all(1)
    if not known.any() or not np.ptp(part[known, 1:], axis=1).any():
        return
    around = {"x": np.append(x[known], x[known][::-1]), "y": np.append(part[known, 2], part[known, 1][::-1])}
    figure.add_scatter(**around, fill="toself", fillcolor=fill, line={"width": 0}, mode="lines", showlegend=False,
                       hoverinfo="skip", **where)  # fmt: skip


def _line(
    figure: go.Figure, x: np.ndarray, part: np.ndarray, name: str, colour: str, where: Mapping[str, int], s: int, *,
    first: bool, bare: bool, words: tuple[str, str, str],
) -> None:  # fmt: skip
    text = [
        f"{style.number(v)}" + (f" ({words[2]} {style.number(a)} to {style.number(b)})" if b > a else "")
        for v, a, b in part
    ]
    figure.add_scatter(
        x=x, y=part[:, 0], name=name, legendgroup=name, showlegend=first, text=text, **where,
        mode="lines" if bare or len(x) > MANY else "lines+markers",
        line={"width": 2, "color": colour, "dash": "dash" if bare else None},
        marker={"size": 7, "symbol": SYMBOLS[s % len(SYMBOLS)], "line": {"width": 1, "color": style.GROUND}},
        hovertemplate=f"<b>{name}</b><br>{words[0]}: %{{x}}<br>{words[1]}: %{{text}}<extra></extra>",
    )  # fmt: skip
