"""Parts that add up along an axis, stacked as areas, in small multiples."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from tegum.errors import BadInput
from tegum.plots import style
from tegum.plots.rates import PERCENT
from tegum.plots.tiles import NARROW


def area_panels(
    x: ArrayLike,
    parts: ArrayLike,
    names: Sequence[str],
    titles: Sequence[str],
    *,
    x_label: str,
    y_label: str,
    total: str = "",
    shares: bool = False,
) -> go.Figure:
    """One panel per title, with the parts stacked upwards where they are positive and downwards where they are not.

    x (t,), on a logarithmic axis; parts (len(titles), t, len(names)). total: the words for a line at their sum, none if
    empty. shares: parts of 1, in percent.
    """
    x, parts = np.asarray(x, float), style.finite(parts)
    if parts.shape != (len(titles), len(x), len(names)):
        raise BadInput(f"parts of shape {parts.shape} must be (titles, x, names): {len(titles), len(x), len(names)}.")
    figure = make_subplots(
        rows=1, cols=len(titles), shared_yaxes=True, subplot_titles=list(titles), horizontal_spacing=0.03,
        figure=style.figure(430),
    )  # fmt: skip
    for p in range(len(titles)):
        for s, name in enumerate(names):
            _area(figure, x, parts[p, :, s], name, s, p, shares)
        if total:
            _line(figure, x, parts[p].sum(axis=1), total, p)
    low, high = np.log10(x[x > 0].min()), np.log10(x.max())
    powers = np.arange(np.ceil(low), np.floor(high) + 1)
    figure.update_xaxes(type="log", range=[low, high], title_text=x_label, title_standoff=4, showgrid=False,
                        tickvals=10**powers, ticktext=[f"{10**k:,.{max(0, -int(k))}f}" for k in powers])  # fmt: skip
    figure.update_yaxes(**PERCENT if shares else {})
    figure.update_yaxes(title_text=y_label, col=1)
    figure.update_annotations(font={"size": 14, "family": style.SERIF})
    legend = {"traceorder": "normal", "y": 1, "yref": "container", "yanchor": "top"}
    return figure.update_layout(legend=legend, margin_t=72, hovermode="x unified", meta={"narrow": NARROW})


def _area(figure: go.Figure, x: np.ndarray, y: np.ndarray, name: str, s: int, panel: int, shares: bool) -> None:
    """One part: what is positive of it in the upper stack, what is negative in the lower one."""
    colour = style.SERIES[s % len(style.SERIES)]
    common: dict[str, Any] = {
        "x": x, "name": name, "legendgroup": name, "mode": "lines", "customdata": y,
        "line": {"width": 0.8, "color": style.GROUND}, "fillcolor": style.faint(colour, 0.85),
        "hovertemplate": f"{name}: %{{customdata:{'.1%' if shares else '.3g'}}}<extra></extra>",
    }  # fmt: skip
    place = {"row": 1, "col": panel + 1}
    figure.add_scatter(y=np.maximum(y, 0), stackgroup="up", showlegend=panel == 0, **common, **place)
    if (y < 0).any():
        silent = common | {"hoverinfo": "skip", "hovertemplate": None}
        figure.add_scatter(y=np.minimum(y, 0), stackgroup="down", showlegend=False, **silent, **place)


def _line(figure: go.Figure, x: np.ndarray, y: np.ndarray, name: str, panel: int) -> None:
    figure.add_scatter(
        x=x, y=y, name=name, legendgroup=name, showlegend=panel == 0, mode="lines", row=1, col=panel + 1,
        line={"width": 2.5, "color": style.INK}, hovertemplate=f"<b>{name}: %{{y:.3g}}</b><extra></extra>",
    )  # fmt: skip
