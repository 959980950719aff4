"""How much room there is: orientations that work, on the sphere of normals, and measured shares beside exact ones."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.geometry.clipping import ball
from tegum.plots import style
from tegum.plots.lines import SYMBOLS
from tegum.plots.space import arrows, film, space

WORKS, NOT = style.SERIES[2], "#CFC8B8"


def normals(
    points: ArrayLike, works: ArrayLike, labels: Sequence[str], *, what: str, words: Sequence[str]
) -> go.Figure:
    """Planes in space by their normals, as dots on the unit sphere, coloured by whether they work; a film.

    points (k, 3): unit normals; works (frames, k): which of them work at each place of the slider; labels, words
    (frames): its names and the line that says what is seen. The frame of a reader's first look is the first.
    """
    nu, good = np.asarray(points, float), np.asarray(works, bool)
    figure = space(560, axes=False, reach=1.45, eye=(1.06, 0.78, 0.5))
    figure.add_traces(_shell(nu.astype(np.float32), good[0], words[0]))
    frames = [[go.Scatter3d(**_dots(row)), go.Scatter3d(name=word)] for row, word in zip(good, words, strict=True)]
    _core(figure)
    figure.add_scatter3d(**_circles(), mode="lines", line={"width": 4, "color": style.INK}, hoverinfo="skip",
                         name="an entry of ν is 0")  # fmt: skip
    figure.add_scatter3d(**arrows(1.25 * np.eye(3)), mode="lines", line={"width": 6, "color": style.INK},
                         hoverinfo="skip", showlegend=False)  # fmt: skip
    x, y, z = 1.33 * np.eye(3)
    text = [f"<b>ν<sub>{i}</sub></b>" for i in range(3)]
    figure.add_scatter3d(x=x, y=y, z=z, mode="text", text=text, textfont={"size": 16}, hoverinfo="skip",
                         showlegend=False)  # fmt: skip
    figure.update_layout(legend={"itemsizing": "constant"})
    return film(figure, frames, labels, traces=range(2), what=what)


def _core(figure: go.Figure) -> None:
    """An opaque ball inside, so that the far side's dots do not shine through."""
    x, y, z = ball(0.985).reshape(-1, 3).T
    i, j, k = np.arange(len(x)).reshape(-1, 3).T
    flat = {"ambient": 1.0, "diffuse": 0.0, "specular": 0.0}
    figure.add_mesh3d(x=x, y=y, z=z, i=i, j=j, k=k, color=style.GROUND, lighting=flat, hoverinfo="skip")


def _shell(nu: np.ndarray, good: np.ndarray, words: str) -> list[go.Scatter3d]:
    """The dots, and two without a place for the legend, of which the first carries the words."""
    dots = go.Scatter3d(**dict(zip("xyz", nu.T, strict=True)), **_dots(good))
    keys = [
        go.Scatter3d(x=[None], y=[None], z=[None], mode="markers", name=name, marker={"color": shade, "size": 5})
        for name, shade in ((words, WORKS), ("does not work", NOT))
    ]
    return [dots, *keys]


def _dots(good: np.ndarray) -> dict[str, Any]:
    """What a frame changes of the dots: small numbers for colours and sizes, since there are thousands."""
    marker = {
        "color": good.astype(np.uint8), "cmin": 0, "cmax": 1, "colorscale": [[0, NOT], [1, WORKS]],
        "size": np.where(good, 10, 7).astype(np.uint8), "opacity": 1, "line": {"width": 0},
    }  # fmt: skip
    hover = "normal (%{x:.2f}, %{y:.2f}, %{z:.2f})<extra></extra>"
    return {"mode": "markers", "marker": marker, "hovertemplate": hover, "showlegend": False}


def _circles() -> dict[str, np.ndarray]:
    """The three great circles on which an entry of the normal is zero."""
    angle = np.linspace(0, 2 * np.pi, 91)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 1.005
    gap = np.full((1, 3), np.nan)
    circles = [np.concatenate([np.insert(ring, axis, 0, axis=1), gap]) for axis in range(3)]
    return dict(zip("xyz", np.concatenate(circles).T, strict=True))


def beside_exact(
    labels: Sequence[str], rate: ArrayLike, low: ArrayLike, high: ArrayLike, exact: ArrayLike, names: Sequence[str],
    *, x_label: str, y_label: str,
) -> go.Figure:  # fmt: skip
    """Measured shares with their 95 % intervals, and the exact values as dashes across, where they are known.

    rate, low, high, exact (len(labels), len(names)), in [0, 1]; NaN in exact where no closed form is known.
    """
    rate, low, high, exact = (np.asarray(part, float) for part in (rate, low, high, exact))
    figure = style.figure(440)
    for s, name in enumerate(names):
        at = np.arange(len(labels)) + 0.3 * (s - (len(names) - 1) / 2)
        colour = style.SERIES[s]
        dash = {"symbol": "line-ew", "size": 26, "line": {"width": 3, "color": style.INK}}
        figure.add_scatter(x=at, y=exact[:, s], mode="markers", marker=dash, showlegend=s == 0, name="exact",
                           hovertemplate=f"<b>{name}</b>, exact: %{{y:.4%}}<extra></extra>")  # fmt: skip
        bars = {"type": "data", "symmetric": False, "array": (high - rate)[:, s], "arrayminus": (rate - low)[:, s],
                "thickness": 2, "width": 5}  # fmt: skip
        rows = zip(rate[:, s], low[:, s], high[:, s], strict=True)
        text = [f"{r:.3%} (95 % interval {a:.3%} to {b:.3%})" for r, a, b in rows]
        figure.add_scatter(x=at, y=rate[:, s], error_y=bars, mode="markers", name=name, text=text,
                           marker={"size": 12, "symbol": SYMBOLS[s], "color": colour},
                           hovertemplate=f"<b>{name}</b>: %{{text}}<extra></extra>")  # fmt: skip
    figure.update_xaxes(title_text=x_label, tickvals=list(range(len(labels))), ticktext=list(labels), showgrid=False)
    return figure.update_yaxes(title_text=y_label, range=[-0.04, 1.06], tickformat=".0%")
