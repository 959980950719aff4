"""Square matrices side by side, with their numbers where there is room."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.plots import style
from tegum.plots.tiles import Tiles, columns_for, moved, write

ROOM = 12  # so many rows still have room for numbers in their cells


def matrices(
    values: ArrayLike,
    titles: Sequence[str],
    *,
    subtitles: Sequence[str] | None = None,
    columns: int | None = None,
    limit: float = 1.0,
    row: str = "row",
    column: str = "column",
    what: str = "value",
) -> go.Figure:
    """One square a matrix, coloured from −limit (blue) over 0 (pale) to limit (red); row 0 on top.

    values (k, n, n); titles, subtitles (k): a line above and one below each; ``row`` and ``column`` say on hover what
    the indices are, ``what`` names the colours.
    """
    values = style.finite(values)
    k, n = values.shape[:2]
    columns = columns or columns_for(k, most=3)
    tiles = Tiles(k, columns, 1.1 * n, n, above=40, below=34 if subtitles else 16, widest=352)
    figure, corner = tiles.figure(), moved(tiles.corners(), 0.07 * n, 0)
    for p, (x, y) in enumerate(corner):
        _square(figure, x, y, values[p], f"{row} %{{customdata[0]}}, {column} %{{customdata[1]}}")
    write(figure, moved(corner, 0.5 * n, 0), titles, size=15, up=18, family=style.SERIF)
    if subtitles:
        write(figure, moved(corner, 0.5 * n, -n), subtitles, size=12, up=-15, color=style.MUTED)
    if n <= ROOM:
        at = (corner[:, None] + np.stack([np.zeros(n), -0.5 - np.arange(n)], axis=1)).reshape(-1, 2)
        write(figure, at, [str(i) for i in range(n)] * k, size=10, right=-9, color=style.MUTED)
    ticks = {-limit: f"≤ −{limit:g}", 0.0: "0", limit: f"≥ {limit:g}"}
    axis = {"colorscale": style.DIVERGING, "cmin": -limit, "cmax": limit}
    return figure.update_layout(coloraxis=axis | {"colorbar": style.key(what, x=0.5, width=260, ticks=ticks)})


def _square(figure: go.Figure, x: float, y: float, values: np.ndarray, place: str) -> None:
    n = len(values)
    figure.add_heatmap(
        x=x + 0.5 + np.arange(n),
        y=y - 0.5 - np.arange(n),
        z=values,
        text=[[_short(v) for v in line] for line in values],
        texttemplate="%{text}" if n <= ROOM else None,
        textfont={"size": 10},
        coloraxis="coloraxis",
        customdata=np.moveaxis(np.indices(values.shape), 0, 2),
        hovertemplate=f"{place}: <b>%{{z:.4f}}</b><extra></extra>",
        xgap=1,
        ygap=1,
    )


def _short(value: float) -> str:
    """What fits into a cell: −.81 for −0.81, one decimal from 1 on, and what rounds to 0 as 0."""
    small = style.number(value, ".2f")
    if small in ("0.00", "−0.00"):
        return "0"
    return small.replace("0.", ".") if abs(value) < 0.995 else style.number(value, ".1f")
