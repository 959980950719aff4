"""Bars of signed parts that add up, with their sum; and of shares, in small multiples."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from tegum.errors import BadInput
from tegum.plots import style
from tegum.plots.rates import PERCENT, counted
from tegum.plots.tiles import NARROW

SHADES = tuple(style.SERIES[k] for k in (0, 6, 1, 7, 3, 4))  # the same for the same ends in all figures


def part_bars(
    labels: Sequence[str], values: ArrayLike, names: Sequence[str], *, x_label: str, y_label: str, total: str = "sum",
    height: float = 420,
) -> go.Figure:  # fmt: skip
    """One bar per label of stacked parts, positive ones upwards and negative ones downwards, and a mark at their sum.

    values (len(names), len(labels)).
    """
    values = style.finite(values)
    figure = style.figure(height)
    for name, row, shade in zip(names, values, style.SERIES, strict=False):
        figure.add_bar(
            x=list(labels), y=row, name=name, marker={"color": shade, "line": {"width": 1, "color": style.GROUND}},
            hovertemplate=f"<b>%{{x}}</b><br>{name}: %{{y:.4g}}<extra></extra>",
        )  # fmt: skip
    sums = values.sum(0)
    figure.add_scatter(
        x=list(labels), y=sums, name=total, mode="markers",
        marker={"size": 11, "symbol": "diamond", "color": style.INK, "line": {"width": 1.5, "color": style.GROUND}},
        hovertemplate=f"<b>%{{x}}</b><br>{total}: %{{y:.4g}}<extra></extra>",
    )  # fmt: skip
    for label, value, above, below in zip(
        labels, sums, np.maximum(values, 0).sum(0), np.minimum(values, 0).sum(0), strict=True
    ):
        up = value >= 0
        figure.add_annotation(
            x=label, y=above if up else below, yshift=13 if up else -13, text=style.number(value, ".2g"),
            showarrow=False, font={"size": 12, "color": style.INK},
        )  # fmt: skip
    figure.add_hline(y=0, line={"width": 1, "color": style.MUTED})
    figure.update_xaxes(title_text=x_label, type="category", showgrid=False)
    figure.update_yaxes(title_text=y_label)
    return figure.update_layout(barmode="relative", bargap=0.45)


def end_panels(
    names: Sequence[str],
    counts: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    x: Sequence[str],
    titles: Sequence[str],
    *,
    x_label: str,
    columns: int,
    what: str = "runs",
) -> go.Figure:
    """One panel per title, in each one bar per x, divided into the shares of the names; names that never occur are
    left out of the legend.

    counts (len(titles), len(x), len(names)): whole numbers; low, high (same shape): 95 % intervals of the shares.
    """
    counts, low, high = np.asarray(counts), np.asarray(low, float), np.asarray(high, float)
    if counts.shape != (len(titles), len(x), len(names)):
        raise BadInput(f"counts of shape {counts.shape} must be (titles, x, names): {len(titles), len(x), len(names)}.")
    total = counts.sum(axis=2)
    shade, rows = dict(zip(names, SHADES, strict=False)), -(-len(titles) // columns)
    figure = make_subplots(
        rows=rows, cols=min(columns, len(titles)), shared_yaxes=True, subplot_titles=list(titles),
        horizontal_spacing=0.025, vertical_spacing=0.3 / rows, figure=style.figure(130 + 240 * rows),
    )  # fmt: skip
    for p in range(len(titles)):
        for s in np.flatnonzero(counts.sum(axis=(0, 1))).tolist():
            text = [counted(*row) for row in zip(counts[p, :, s], total[p], low[p, :, s], high[p, :, s], strict=True)]
            figure.add_bar(
                x=list(x), y=counts[p, :, s] / np.maximum(total[p], 1), name=names[s], legendgroup=names[s],
                showlegend=p == 0, row=1 + p // columns, col=1 + p % columns, customdata=text,
                marker={"color": shade[names[s]], "line": {"width": 1, "color": style.GROUND}},
                hovertemplate=f"<b>{names[s]}</b><br>{titles[p]}, {x_label} %{{x}}<br>%{{customdata}}<extra></extra>",
            )  # fmt: skip
    figure.update_annotations(font={"size": 14, "family": style.SERIF})
    figure.update_xaxes(type="category", showgrid=False, tickangle=0, title_text=x_label, title_standoff=4)
    figure.update_yaxes(range=[0, 1], **PERCENT)
    figure.update_yaxes(title_text=f"share of {what}", col=1)
    legend = {"traceorder": "normal", "y": 1, "yref": "container", "yanchor": "top"}
    return figure.update_layout(barmode="stack", bargap=0.2, legend=legend, margin_t=70, meta={"narrow": NARROW})
