"""Estimates with their intervals: one row for each thing, one column for each case, each on an axis of its own."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.plots import style

ROW, GAP = 26, 0.03  # pixels for a row; part of the width between columns


def interval_rows(
    rows: Sequence[str], columns: Sequence[str], values: ArrayLike, *, zero: str, groups: Sequence[int] = ()
) -> go.Figure:
    """Dots with intervals about a line at 0, which stands for what `zero` names.

    values (len(rows), len(columns), 3): middle, low, high. Blue where the interval lies above 0, orange where it lies
    below, grey else. groups: the rows above which a thin line is drawn.
    """
    values = np.asarray(values, float)
    figure = style.figure(96 + ROW * len(rows))
    width = (1 - GAP * (len(columns) - 1)) / len(columns)
    for c, name in enumerate(columns):
        axis, start = "" if c == 0 else str(c + 1), c * (width + GAP)
        figure.add_scatter(**_dots(rows, values[:, c], name), xaxis=f"x{axis}")
        figure.add_shape(type="line", x0=0, x1=0, y0=-0.5, y1=len(rows) - 0.5, xref=f"x{axis}", yref="y",
                         line={"width": 1, "color": style.MUTED})  # fmt: skip
        title = {"text": name, "standoff": 6}
        figure.update_layout({f"xaxis{axis}": {"domain": [start, start + width], "anchor": "y", "title": title,
                                               "nticks": 5}})  # fmt: skip
    for r in groups:
        figure.add_hline(r - 0.5, line={"width": 1, "color": style.RULE})
    figure.update_yaxes(tickvals=np.arange(len(rows)), ticktext=list(rows), range=[len(rows) - 0.4, -0.6],
                        showgrid=False, ticks="", ticklen=0)  # fmt: skip
    figure.add_annotation(text=f"0: {zero}", xref="x", yref="paper", x=0, y=1.0, yanchor="bottom", showarrow=False,
                          font={"size": 12, "color": style.MUTED})  # fmt: skip
    return figure.update_layout(margin_t=30, meta={"narrow": 900})


def _dots(rows: Sequence[str], part: np.ndarray, name: str) -> dict[str, object]:
    middle, low, high = part.T
    text = [
        f"{row}: {style.number(m)} ({style.number(a)} to {style.number(b)})"
        for row, m, a, b in zip(rows, middle, low, high, strict=True)
    ]
    shade = np.select([low > 0, high < 0], [style.SERIES[0], style.SERIES[1]], style.MUTED)
    error = {"type": "data", "symmetric": False, "array": high - middle, "arrayminus": middle - low, "width": 0}
    return {
        "x": style.finite(middle), "y": np.arange(len(rows)), "mode": "markers", "text": text, "showlegend": False,
        "error_x": error | {"thickness": 1.4, "color": style.MUTED}, "marker": {"size": 9, "color": shade.tolist()},
        "hovertemplate": f"<b>{name}</b><br>%{{text}}<extra></extra>",
    }  # fmt: skip
