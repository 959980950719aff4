"""Dots in small multiples: one for each thing, in kinds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from tegum.plots import style
from tegum.plots.lines import SYMBOLS
from tegum.plots.tiles import NARROW


def dot_panels(
    points: Sequence[Sequence[tuple[ArrayLike, ArrayLike]]],
    kinds: Sequence[str],
    titles: Sequence[str],
    *,
    x_label: str,
    y_label: str,
    columns: int,
    equal: bool = False,
    x_axis: Mapping[str, Any] | None = None,
    y_axis: Mapping[str, Any] | None = None,
) -> go.Figure:
    """One panel per title, in each one dot for each thing.

    points: for each panel and kind its x (p,) and y (p,). equal: draw the line on which x and y are equal; x_axis,
    y_axis: what else Plotly should know of the axes.
    """
    shade = style.palette(kinds)
    rows = -(-len(titles) // columns)
    figure = make_subplots(
        rows=rows, cols=min(columns, len(titles)), shared_yaxes=True, shared_xaxes="all", subplot_titles=list(titles),
        horizontal_spacing=0.03, vertical_spacing=0.36 / rows, figure=style.figure(110 + 280 * rows),
    )  # fmt: skip
    for p, panel in enumerate(points):
        where = {"row": 1 + p // columns, "col": 1 + p % columns}
        if equal:
            ends = _ends([value for pair in panel for value in pair])
            figure.add_scatter(x=ends, y=ends, mode="lines", line={"width": 1, "color": style.MUTED, "dash": "dot"},
                               hoverinfo="skip", showlegend=False, **where)  # fmt: skip
        for k, (kind, (x, y)) in enumerate(zip(kinds, panel, strict=True)):
            figure.add_scatter(
                x=style.finite(x), y=style.finite(y), name=kind, legendgroup=kind, showlegend=False, mode="markers",
                marker={"size": 6, "symbol": SYMBOLS[k], "color": style.faint(shade[kind], 0.7)}, **where,
                hovertemplate=f"<b>{kind}</b><br>{x_label}: %{{x:.3g}}<br>{y_label}: %{{y:.3g}}<extra></extra>",
            )  # fmt: skip
    for k, kind in enumerate(kinds):  # a trace without points would have no place in the legend
        marker = {"size": 8, "symbol": SYMBOLS[k], "color": shade[kind]}
        figure.add_scatter(x=[None], y=[None], mode="markers", name=kind, legendgroup=kind, marker=marker)
    figure.update_annotations(font={"size": 14, "family": style.SERIF})
    figure.update_xaxes(showticklabels=True, title_text=x_label, title_standoff=4, **(x_axis or {}))
    figure.update_yaxes(**(y_axis or {}))
    figure.update_yaxes(title_text=y_label, col=1)
    legend = {"traceorder": "normal", "y": 1, "yref": "container", "yanchor": "top"}
    return figure.update_layout(legend=legend, margin_t=70, meta={"narrow": NARROW})


def _ends(values: Sequence[ArrayLike]) -> list[float]:
    there = np.concatenate([np.ravel(np.asarray(value, float)) for value in values])
    there = there[np.isfinite(there)]
    return [float(there.min()), float(there.max())] if there.size else [0.0, 1.0]
