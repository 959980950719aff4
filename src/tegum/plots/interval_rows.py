"""Estimates with their intervals: one row for each thing, one column for each case, each on an axis of its own."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.plots import style

ROW, GAP = 26, 0.03  # pixels for a row; part of the width between columns
FAR = 10  # times the median distance from 0: off the scale


def interval_rows(
    rows: Sequence[str], columns: Sequence[str], values: ArrayLike, *, zero: str, groups: Sequence[int] = ()
) -> go.Figure:
    """Dots with intervals about a line at 0, which stands for what `zero` names.

    values (len(rows), len(columns), 3): middle, low, high. Blue where the interval lies above 0, orange where it lies
    below, grey else. What lies far off all others is drawn as an arrow at the edge, with its number. groups: the rows
    above which a thin line is drawn.
    """
    values = np.asarray(values, float)
    figure = style.figure(96 + ROW * len(rows))
    width = (1 - GAP * (len(columns) - 1)) / len(columns)
    for c, name in enumerate(columns):
        axis, start = "" if c == 0 else str(c + 1), c * (width + GAP)
        part, low, high = values[:, c], *_limits(values[:, c])
        off = (part[:, 0] < low) | (part[:, 0] > high)
        figure.add_scatter(**_dots(rows, np.where(off[:, None], np.nan, part), name), xaxis=f"x{axis}")
        for r in np.flatnonzero(off).tolist():
            left = bool(part[r, 0] < low)
            figure.add_annotation(
                x=low if left else high, y=r, xref=f"x{axis}", yref="y", showarrow=False, text="◂ " * left
                + style.number(part[r, 0]) + " ▸" * (not left), xanchor="left" if left else "right",
                font={"size": 11, "color": style.SERIES[1] if left else style.SERIES[0]},
            )  # fmt: skip
        figure.add_shape(type="line", x0=0, x1=0, y0=-0.5, y1=len(rows) - 0.5, xref=f"x{axis}", yref="y",
                         line={"width": 1, "color": style.MUTED})  # fmt: skip
        figure.update_layout({
            f"xaxis{axis}": {
                "domain": [start, start + width], "anchor": "y", "title": {"text": name, "standoff": 6}, "nticks": 5,
                "range": [low, high],
            }
        })  # fmt: skip
    for r in groups:
        figure.add_hline(r - 0.5, line={"width": 1, "color": style.RULE})
    figure.update_yaxes(tickvals=np.arange(len(rows)), ticktext=list(rows), range=[len(rows) - 0.4, -0.6],
                        showgrid=False, ticks="", ticklen=0)  # fmt: skip
    figure.add_annotation(text=f"0: {zero}", xref="x", yref="paper", x=0, y=1.0, yanchor="bottom", showarrow=False,
                          font={"size": 12, "color": style.MUTED})  # fmt: skip
    return figure.update_layout(margin_t=30, meta={"narrow": 900})


def _limits(part: np.ndarray) -> tuple[float, float]:
    """Ends of the axis: around all intervals but those whose middle is far off all others."""
    far = FAR * np.nanmedian(np.abs(part[:, 0]))
    near = part[np.abs(part[:, 0]) <= far] if far > 0 else part
    low, high = min(float(np.nanmin(near)), 0.0), max(float(np.nanmax(near)), 0.0)
    margin = 0.05 * (high - low)
    return low - margin, high + margin


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
