"""A table of rates as a figure: one row for each recipe, one column for each question."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.plots import style

ROW, GAP = 26, 0.03  # pixels for a row; part of the width between columns


def rate_rows(
    rows: Sequence[str], columns: Sequence[str], rate: ArrayLike, low: ArrayLike, high: ArrayLike,
    text: Sequence[Sequence[str]], *, groups: Sequence[int] = (),
) -> go.Figure:  # fmt: skip
    """Dots with intervals, all columns on an axis from 0 to 100 %.

    rate, low, high (len(rows), len(columns)), in [0, 1]; text: words beside each dot, and on hover; groups: the rows
    above which a thin line is drawn.
    """
    rate, low, high = (np.asarray(part, float) for part in (rate, low, high))
    figure = style.figure(90 + ROW * len(rows))
    width = (1 - GAP * (len(columns) - 1)) / len(columns)
    place = np.arange(len(rows))
    for c, name in enumerate(columns):
        axis = "" if c == 0 else str(c + 1)
        start = c * (width + GAP)
        shade = style.SERIES[c % len(style.SERIES)]
        error = {
            "type": "data",
            "symmetric": False,
            "array": high[:, c] - rate[:, c],
            "arrayminus": rate[:, c] - low[:, c],
        }
        figure.add_scatter(
            x=rate[:, c], y=place, xaxis=f"x{axis}", mode="markers", error_x=error | {"thickness": 1.2, "width": 0},
            marker={"size": 8, "color": shade}, hovertemplate=f"<b>%{{meta[0]}}</b> %{{text}}<extra>{name}</extra>",
            text=[f"{row}: {words[c]}" for row, words in zip(rows, text, strict=True)], meta=[""], showlegend=False,
        )  # fmt: skip
        figure.update_layout({
            f"xaxis{axis}": {
                "domain": [start, start + width], "range": [-0.03, 1.42], "anchor": "y", "zeroline": False,
                "tickvals": [0, 0.5, 1], "ticktext": ["0", "50 %", "100 %"], "title": {"text": name},
            }
        })  # fmt: skip
        for r in range(len(rows)):
            figure.add_annotation(
                x=1.06, y=r, xref=f"x{axis}", yref="y", text=text[r][c], showarrow=False, xanchor="left",
                font={"size": 11, "color": style.MUTED},
            )  # fmt: skip
    for r in groups:
        figure.add_hline(r - 0.5, line={"width": 1, "color": style.RULE})
    figure.update_yaxes(
        tickvals=place, ticktext=list(rows), range=[len(rows) - 0.4, -0.6], showgrid=False, ticks="", ticklen=0
    )
    return figure.update_layout(meta={"narrow": 900})
