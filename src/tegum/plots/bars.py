"""Bars of signed parts that add up, with their sum."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.plots import style


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
