"""Wheels with the circles that their tips lie on."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.plots import style
from tegum.plots.space import arrows
from tegum.plots.tiles import Tiles, columns_for, moved, write

RADII = ("one radius", "two radii", "three radii", "four or more")
SHADES = dict(zip(RADII, ("#12805F", "#0F6CA8", "#E3A008", "#C95300"), strict=True))
AROUND = np.stack([f(np.linspace(0, 2 * np.pi, 121)) for f in (np.cos, np.sin)], axis=-1)


def circled(W: ArrayLike, group: ArrayLike, centre: ArrayLike, radius: ArrayLike, titles: Sequence[str]) -> go.Figure:
    """Wheels W (k, 2, n), each tip on its group's mean circle about the origin, and a dotted circle of one's own.

    group (k, n): which radius each tip belongs to, from 0, the smallest; its colour. centre (k, 2), radius (k,): the
    dotted circle, left out where it is not finite.
    """
    W, group = np.asarray(W, float), np.asarray(group)
    centre, radius = np.asarray(centre, float), np.asarray(radius, float)
    length = np.hypot(W[:, 0], W[:, 1])
    dotted = np.isfinite(radius)
    reach = float(max(length.max(), (np.linalg.norm(centre, axis=-1) + radius)[dotted].max(initial=0)))
    tiles = Tiles(len(W), columns_for(len(W), most=4), 2.2 * reach, 2.2 * reach, above=30, below=8, widest=300)
    figure = tiles.figure(head=0)
    middle = moved(tiles.corners(), 1.1 * reach, -1.1 * reach)
    for k, at in enumerate(middle):
        for place in np.unique(group[k]):
            mine = group[k] == place
            shade = style.SERIES[place % len(style.SERIES)]
            words = f"radius {length[k, mine].mean():.3f}, {mine.sum()} of {len(mine)}"
            _ring(figure, at + length[k, mine].mean() * AROUND, shade, "solid", words)
            tips = W[k][:, mine].T + at
            figure.add_scatter(
                **arrows(tips, np.broadcast_to(at, tips.shape)), mode="lines", hoverinfo="skip",
                line={"width": 2.2, "color": shade},
            )  # fmt: skip
            marker = {"size": 8, "color": shade, "line": {"width": 1, "color": style.GROUND}}
            text = [f"feature {i}<br>norm {length[k, i]:.3f}" for i in np.flatnonzero(mine)]
            figure.add_scatter(x=tips[:, 0], y=tips[:, 1], mode="markers", marker=marker, text=text, hoverinfo="text")
        if not dotted[k]:
            continue
        words = f"best single circle: radius {radius[k]:.2f}, centre {np.hypot(*centre[k]):.2f} from the origin"
        _ring(figure, at + centre[k] + radius[k] * AROUND, style.MUTED, "dot", words)
    write(figure, moved(middle, 0, 1.06 * reach), titles, size=14, up=14, family=style.SERIF)
    return figure


def _ring(figure: go.Figure, points: np.ndarray, shade: str, dash: str, words: str) -> None:
    line = {"width": 1.2, "color": shade, "dash": dash}
    figure.add_scatter(x=points[:, 0], y=points[:, 1], mode="lines", line=line, text=words, hoverinfo="text")
