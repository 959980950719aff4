"""How much room there is: orientations that work, on the sphere of normals, and measured shares beside exact ones."""

from collections.abc import Sequence

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
    figure = space(560, axes=False, reach=1.45, eye=(0.98, 0.72, 0.5))
    frames = [_shell(nu, row, word) for row, word in zip(good, words, strict=True)]
    figure.add_traces(frames[0])
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
    """Two traces: the normals that work, larger, and the others; the first one's name carries the words."""
    drawn = []
    for which, shade, name, size in ((good, WORKS, words, 5.0), (~good, NOT, "does not work", 3.5)):
        x, y, z = np.where(which[:, None], nu, np.nan).T
        hover = "normal (%{x:.2f}, %{y:.2f}, %{z:.2f})<extra></extra>"
        marker = {"size": size, "color": shade, "opacity": 1}
        drawn.append(go.Scatter3d(x=x, y=y, z=z, mode="markers", marker=marker, name=name, hovertemplate=hover))
    return drawn


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
