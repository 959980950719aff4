"""A map of numbers over two things that were varied, such as how often models recover."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.plots import style
from tegum.plots.tiles import NARROW

SHADES = ("#F4F1EA", "#BFE0D2", "#57B2DE", "#0F6CA8", "#22304A")  # from none to all, or from little to much
CELL, AROUND = 34, 142  # pixels


def rate_map(
    values: ArrayLike,
    x: Sequence[str],
    y: Sequence[str],
    hover: ArrayLike,
    *,
    x_label: str,
    y_label: str,
    what: str,
    text: ArrayLike | None = None,
    top: float = 1.0,
    ticks: dict[float, str] | None = None,
    reverse: bool = False,
) -> go.Figure:
    """One cell for each pair, from pale at 0 to dark at `top`; the first of y at the bottom.

    values, hover, text (len(y), len(x)): numbers, words to show on hover, and words to write into the cells. ticks: of
    the colour key; by default 0, 50 and 100 %. reverse: dark at 0 instead, for what should be small.
    """
    values = style.finite(values)
    figure = style.figure(AROUND + CELL * len(y))
    shades = SHADES[::-1] if reverse else SHADES
    words: dict[str, Any] = {} if text is None else {"text": text, "texttemplate": "%{text}", "textfont": {"size": 12}}
    figure.add_heatmap(
        x=[str(label) for label in x],
        y=[str(label) for label in y],
        z=values,
        customdata=np.asarray(hover, object),
        hovertemplate=f"{y_label} %{{y}}<br>{x_label} %{{x}}<br><b>%{{customdata}}</b><extra></extra>",
        zmin=0,
        zmax=top,
        colorscale=list(shades),
        colorbar=style.key(
            f"{what}<br><span style='font-size:5px'> </span>",
            x=0.5,
            width=260,
            ticks=ticks or {0.0: "0 %", top / 2: "50 %", top: "100 %"},
        ),
        xgap=1,
        ygap=1,
        **words,
    )
    figure.update_xaxes(title_text=x_label, type="category", showgrid=False, tickangle=0)
    figure.update_yaxes(title_text=y_label, type="category", showgrid=False)
    return figure.update_layout(margin={"t": 78}, meta={"narrow": NARROW})
