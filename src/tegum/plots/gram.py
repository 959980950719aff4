"""What models with many hidden dimensions do: WᵀW, the biases, and the norms coloured by superposition."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.plots import style
from tegum.plots.tiles import Tiles, columns_for, moved, write

# Widths of the parts of a panel, in units of the heat map's side.
BIAS, BARS, LONGEST, WIDE = 1.045, 1.16, 0.32, 1.6


def gram_panels(
    gram: ArrayLike,
    bias: ArrayLike,
    norms: ArrayLike,
    superposition: ArrayLike,
    titles: Sequence[str],
    *,
    columns: int | None = None,
) -> go.Figure:
    """One panel per model: a heat map of WᵀW, the bias as a strip beside it, and the norms as bars.

    gram (k, n, n): ``gram[p, i, j]`` leads from input feature j to output feature i; drawn on −1 … 1.
    bias, norms, superposition (k, n): row i belongs to feature i, feature 0 on top. The bars are as long as
    the norms, on one scale for all panels, and coloured by superposition (0 to 1; NaN: undefined).
    titles (k): a line above each panel.
    """
    gram, bias, norms, superposition = map(style.finite, (gram, bias, norms, superposition))
    k, n = norms.shape
    columns = columns or columns_for(k, most=4)
    tiles = Tiles(k, columns, WIDE * n, n, above=48, below=28, widest=460)
    figure, corner = tiles.figure(), moved(tiles.corners(), 0.1 * n, 0)
    for p, (x, y) in enumerate(corner):
        rows = y - 0.5 - np.arange(n)
        _heat(figure, x + 0.5 + np.arange(n), rows, gram[p])
        _strip(figure, x + np.array([BIAS, BIAS + 0.065]) * n, rows, bias[p])
    _bars(figure, corner, norms, superposition)
    _words(figure, corner, n, titles)
    return figure.update_layout(coloraxis=_signed_axis(), bargap=0, barmode="overlay")


def _heat(figure: go.Figure, x: np.ndarray, y: np.ndarray, gram: np.ndarray) -> None:
    rows, columns = np.indices(gram.shape)
    figure.add_heatmap(
        x=x,
        y=y,
        z=gram.astype(np.float32),
        text=_texts(gram),
        coloraxis="coloraxis",
        customdata=np.stack([columns, rows], axis=2).astype(np.int16),
        hovertemplate="input feature %{customdata[0]} → output feature %{customdata[1]}: <b>%{text}</b><extra></extra>",
    )


def _texts(values: np.ndarray) -> list[list[str]]:
    return [[style.number(v, ".3f") for v in row] for row in values]


def _strip(figure: go.Figure, edges: np.ndarray, y: np.ndarray, bias: np.ndarray) -> None:
    figure.add_heatmap(
        x=edges,
        y=y,
        z=bias[:, None],
        text=_texts(bias[:, None]),
        coloraxis="coloraxis",
        customdata=np.arange(len(bias))[:, None, None],
        hovertemplate="bias of feature %{customdata[0]}: <b>%{text}</b><extra></extra>",
    )


def _bars(figure: go.Figure, corner: np.ndarray, norms: np.ndarray, superposition: np.ndarray) -> None:
    k, n = norms.shape
    unit = LONGEST * n / np.max(np.nan_to_num(norms), initial=1.0)
    rows = corner[:, 1:] - 0.5 - np.arange(n)
    figure.add_bar(
        orientation="h",
        base=np.repeat(corner[:, 0] + BARS * n, n),
        x=(unit * norms).ravel(),
        y=rows.ravel(),
        width=0.8 if n <= 40 else 1.0,
        marker={
            "color": style.colours(style.SUPERPOSITION, np.nan_to_num(superposition), 0, 1),
            "line": {"width": 0},
        },
        hovertext=[
            f"<b>feature {i % n}</b><br>norm {norm:.3f}<br>superposition "
            + (f"{shared:.3f}" if np.isfinite(shared) else "undefined")
            for i, (norm, shared) in enumerate(zip(norms.flat, superposition.flat, strict=True))
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    ticks = {0.0: "0, alone", 1.0: "≥ 1, shared"}
    bar = style.key("superposition of the feature (bars)", x=0.64, width=220, ticks=ticks)
    style.add_key(figure, style.SUPERPOSITION, bar)
    for x, y in moved(corner, BARS * n, 0):
        for at, colour in ((0, style.MUTED), (unit, style.RULE)):
            line = {"width": 1, "color": colour}
            figure.add_shape(type="line", x0=x + at, x1=x + at, y0=y, y1=y - n, line=line, layer="below")
    write(figure, moved(corner, BARS * n + unit, -n), ["1"] * k, size=10, up=-8, color=style.MUTED)


def _words(figure: go.Figure, corner: np.ndarray, n: int, titles: Sequence[str]) -> None:
    """Titles, the names of the three parts, and feature numbers where there is room."""
    k = len(corner)
    write(figure, moved(corner, 0.74 * n, 0), titles, size=15, up=29, family=style.SERIF)
    for x, text in ((0.5, "WᵀW"), (BIAS + 0.03, "b"), (BARS + 0.4 * LONGEST, "‖W<sub>i</sub>‖")):
        write(figure, moved(corner, x * n, 0), [text] * k, size=11, up=10, color=style.MUTED)
    if n <= 40:
        ticks = np.arange(0, n, 1 if n <= 10 else 5)
        at = (corner[:, None] + np.stack([0 * ticks, -0.5 - ticks], axis=1)).reshape(-1, 2)
        write(figure, at, [str(i) for i in ticks] * k, size=10, right=-9, color=style.MUTED)


def _signed_axis() -> dict[str, object]:
    bar = style.key("weight WᵀW and bias b", x=0.24, width=220, ticks={-1: "≤ −1", 0: "0", 1: "≥ 1"})
    return {"colorscale": style.DIVERGING, "cmin": -1, "cmax": 1, "colorbar": bar}
