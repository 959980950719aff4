"""Splats: what is seen of an n-dimensional cube when W projects it to the plane."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.errors import BadInput
from tegum.geometry.projections import hypercube
from tegum.plots import style
from tegum.plots.space import arrows, film
from tegum.plots.tiles import Tiles, columns_for, moved, write

RADIUS, CLOSE = 0.92, 0.17  # of a tile's half side: the splat's reach, and how near two numbers may stand


@dataclass(frozen=True)
class Splat:
    """A projected cube where it is drawn: edges (axis, 2ⁿ⁻¹, end, xy), origin (xy) and tips (axis, xy)."""

    edges: np.ndarray
    origin: np.ndarray
    tips: np.ndarray


def splats(
    W: Sequence[ArrayLike], titles: Sequence[str], *, subtitles: Sequence[str] = (), columns: int | None = None
) -> go.Figure:
    """One splat per model: the shadow of the unit cube in n dimensions on the plane, vertices W·v and all edges.

    W: matrices of shape (2, n), n may differ. The n edges at the origin, which are the columns of W, are bold and
    numbered at their ends; each edge has the colour of the axis that it runs along. Each splat fills its tile.
    """
    tiles = Tiles(len(W), columns or columns_for(len(W), most=4), 2.1, 2.1, above=38, below=34 if subtitles else 12,
                  widest=320)  # fmt: skip
    figure = tiles.figure(head=0)
    centre = moved(tiles.corners(), 1.05, -1.05)
    figure.add_traces(_traces([_splat(w, at) for w, at in zip(W, centre, strict=True)]))
    write(figure, moved(centre, 0, 1.05), titles, size=15, up=16, family=style.SERIF)
    if subtitles:
        write(figure, moved(centre, 0, -1.05), subtitles, size=12, up=-12, color=style.MUTED)
    return figure


def turning(W: ArrayLike, words: Sequence[str], labels: Sequence[str], *, what: str) -> go.Figure:
    """A film of one cube that turns: W (t, 2, n), one projection a frame, all on one scale.

    words[t] stand above frame t; labels[t] is its place on the slider, and `what` the quantity that moves. It opens on
    the first frame.
    """
    W = np.asarray(W, float)
    tiles = Tiles(1, 1, 2.1, 2.1, above=34, below=8, widest=500)
    centre = moved(tiles.corners(), 1.05, -1.05)[0]
    reach = max(_reach(w) for w in W)
    frames = [[*_traces([_splat(w, centre, reach)]), _said(centre, word)] for w, word in zip(W, words, strict=True)]
    figure = tiles.figure(head=0).add_traces(frames[0])
    return film(figure, frames, labels, traces=range(len(frames[0])), what=what)


def _said(centre: np.ndarray, word: str) -> go.Scatter:
    font = {"size": 15, "family": style.SERIF}
    return go.Scatter(x=centre[:1], y=centre[1:] + 1.1, mode="text", text=[word], textfont=font, hoverinfo="skip")


def _seen(W: ArrayLike) -> np.ndarray:
    """The vertices of the cube on the plane, its centre at 0: (2, 2ⁿ)."""
    W = np.asarray(W, float)
    if W.ndim != 2 or len(W) != 2:
        raise BadInput(f"W of shape {W.shape} must have shape (2, n): a splat lies in the plane.")
    seen: np.ndarray = W @ (hypercube(W.shape[1])[0] - 0.5)
    return seen


def _reach(W: ArrayLike) -> float:
    return float(np.hypot(*_seen(W)).max())


def _splat(W: ArrayLike, centre: np.ndarray, reach: float | None = None) -> Splat:
    seen = centre[:, None] + RADIUS * _seen(W) / (reach or _reach(W))
    n = np.shape(W)[1]
    edges = seen.T[hypercube(n)[1]].reshape(n, -1, 2, 2)
    return Splat(edges, seen[:, 0], seen.T[1 << np.arange(n)])


def _traces(drawn: Sequence[Splat]) -> list[Any]:
    """First all edges, thin; above them those at the origin; above these the numbers."""
    most = max(len(splat.tips) for splat in drawn)
    shade = list(style.palette([str(i) for i in range(most)]).values())
    numbers = [number for splat in drawn for number in _numbers(splat)]
    return [
        *(_along(i, drawn, style.faint(shade[i], 0.55), 1.2) for i in range(most)),
        *(_axis(i, drawn, shade[i]) for i in range(most)),
        _dots([splat.origin for splat in drawn]),
        _discs(numbers, shade),
    ]


def _along(axis: int, drawn: Sequence[Splat], colour: str, width: float) -> go.Scatter:
    blocks = np.concatenate([splat.edges[axis] for splat in drawn if axis < len(splat.edges)])
    line = {"width": width, "color": colour}
    return go.Scatter(**arrows(blocks[:, 1], blocks[:, 0]), mode="lines", line=line, hoverinfo="skip")


def _axis(axis: int, drawn: Sequence[Splat], colour: str) -> go.Scatter:
    here = [splat for splat in drawn if axis < len(splat.tips)]
    lines = arrows(np.stack([splat.tips[axis] for splat in here]), np.stack([splat.origin for splat in here]))
    return go.Scatter(**lines, mode="lines", line={"width": 4, "color": colour}, hoverinfo="skip")


def _dots(origins: Sequence[np.ndarray]) -> go.Scatter:
    x, y = np.stack(origins).T
    dot, hover = {"size": 9, "color": style.INK}, "origin<extra></extra>"
    return go.Scatter(x=x, y=y, mode="markers", marker=dot, hovertemplate=hover)


def _numbers(splat: Splat) -> list[tuple[np.ndarray, list[int]]]:
    """Where the axes' numbers stand: a little beyond their ends; those that would collide stand together."""
    there = splat.tips - splat.origin
    length = np.maximum(np.hypot(*there.T), 1e-9)[:, None]
    groups: list[tuple[np.ndarray, list[int]]] = []
    for i, at in enumerate(splat.tips + there / length * np.minimum(0.11, length)):
        near = [group for group in groups if np.hypot(*(group[0] - at)) < CLOSE]
        near[0][1].append(i) if near else groups.append((at, [i]))
    return groups


def _discs(numbers: Sequence[tuple[np.ndarray, list[int]]], shade: Sequence[str]) -> go.Scatter:
    x, y = np.stack([at for at, _ in numbers]).T
    rim = {"width": 1.5, "color": [shade[axes[0]] for _, axes in numbers]}
    return go.Scatter(
        x=x, y=y, mode="markers+text", text=[", ".join(map(str, axes)) for _, axes in numbers],
        textfont={"size": 11, "color": style.INK},
        marker={"size": [18 + 11 * (len(axes) - 1) for _, axes in numbers], "color": style.GROUND, "opacity": 1,
                "line": rim},
        hovertemplate="end of axis %{text}<extra></extra>",
    )  # fmt: skip
