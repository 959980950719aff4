"""A table of differences as a figure: one row for each thing tried, one column for each measure."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.plots import style

ROW, GAP = 25, 0.04  # pixels for a row; part of the width between columns


def gain_rows(
    rows: Sequence[str], columns: Sequence[str], values: ArrayLike, names: Sequence[str], *,
    groups: Sequence[int] = (), unit: str = "",
) -> go.Figure:  # fmt: skip
    """Dots with intervals; every column has an axis of its own, with a line at 0.

    values (len(rows), len(columns), len(names), 3): mean, low, high; NaN is not drawn. names: what is drawn in one row,
    each in a colour of its own. groups: the rows above which a thin line is drawn. unit: of the numbers, on hover.
    """
    values = np.asarray(values, float)
    figure = style.figure(130 + ROW * len(rows))
    width = (1 - GAP * (len(columns) - 1)) / len(columns)
    place = np.arange(len(rows))
    for c, title in enumerate(columns):
        axis = "" if c == 0 else str(c + 1)
        start = c * (width + GAP)
        for k, name in enumerate(names):
            mean, low, high = np.moveaxis(values[:, c, k], -1, 0)
            figure.add_scatter(
                x=mean, y=place + (k - (len(names) - 1) / 2) * 0.3, xaxis=f"x{axis}", mode="markers", name=name,
                error_x={"type": "data", "symmetric": False, "array": high - mean, "arrayminus": mean - low,
                         "thickness": 1.3, "width": 0},
                marker={"size": 8, "color": style.SERIES[k]}, showlegend=c == 0, legendgroup=name,
                customdata=[_words(row, span, unit) for row, span in zip(rows, values[:, c, k], strict=True)],
                hovertemplate=f"<b>%{{customdata}}</b><extra>{title}, {name}</extra>",
            )  # fmt: skip
        figure.update_layout(
            {f"xaxis{axis}": {"domain": [start, start + width], "anchor": "y", "title": {"text": title}}}
        )
        figure.add_shape(type="line", x0=0, x1=0, y0=len(rows) - 0.5, y1=-0.5, xref=f"x{axis}", yref="y",
                         line={"width": 1, "color": style.MUTED})  # fmt: skip
    for r in groups:
        figure.add_hline(r - 0.5, line={"width": 1, "color": style.RULE})
    figure.update_yaxes(
        tickvals=place, ticktext=list(rows), range=[len(rows) - 0.4, -0.6], showgrid=False, ticks="", ticklen=0
    )
    return figure.update_layout(meta={"narrow": 900})


def _words(row: str, span: np.ndarray, unit: str) -> str:
    numbers = [style.number(float(value), ".3g") for value in span]
    return f"{row}: {numbers[0]}{unit} (95 % interval {numbers[1]} to {numbers[2]})"
