"""Polyhedra of features on the unit sphere: a sheet of small multiples, and scenes to turn with a slider."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from tegum.plots import style
from tegum.plots.space import TURN_ME, arrows, film, scene, space
from tegum.plots.tiles import NARROW, Tiles, moved, write

EYE = np.array([0.45, 1.0, 0.42])  # from where the sheet is seen
SIDE = 2.3  # of a tile, in radii
INSIDE = 0.98  # faces lie so far in, or they would cover their edges


@dataclass(frozen=True)
class Solid:
    """Points on the sphere X (3, n), the triangles and edges of their hull by places of points, and words below."""

    X: np.ndarray
    triangles: Sequence[tuple[int, int, int]]
    edges: Sequence[tuple[int, int]]
    words: str = ""


def polyhedron_sheet(rows: Sequence[Sequence[Solid]], names: Sequence[str], columns: Sequence[str]) -> go.Figure:
    """Wire frames seen from one side, a row for each name and a column for each of the columns' words.

    What lies behind the centre is thin and pale; the words of each solid stand below it.
    """
    across = len(columns)
    tiles = Tiles(len(rows) * across, across, SIDE, SIDE, above=40, below=20, widest=150)
    figure = tiles.figure(head=10)
    centre = moved(tiles.corners(), SIDE / 2, -SIDE / 2)
    for r, (row, name) in enumerate(zip(rows, names, strict=True)):
        own = centre[r * across : (r + 1) * across]
        for solid, at in zip(row, own, strict=True):
            _wire(figure, solid, at, style.SERIES[r])
        heading = {"text": f"<b>{name}</b>", "font": {"size": 14, "family": style.SERIF, "color": style.SERIES[r]}}
        corner = {"x": own[0, 0] - SIDE / 2, "y": own[0, 1] + SIDE / 2, "xanchor": "left", "yshift": 26}
        figure.add_annotation(**heading, **corner, showarrow=False)
        write(figure, moved(own, 0, SIDE / 2), columns, size=12, up=6, color=style.MUTED)
        write(figure, moved(own, 0, -SIDE / 2), [solid.words for solid in row], size=11, up=-9, color=style.MUTED)
    return figure


def _wire(figure: go.Figure, solid: Solid, at: np.ndarray, colour: str) -> None:
    flat, depth = _seen(solid.X)
    points = flat.T + at
    turn = np.linspace(0, 2 * np.pi, 73)
    ring = {"x": at[0] + np.cos(turn), "y": at[1] + np.sin(turn)}
    figure.add_scatter(**ring, mode="lines", line={"width": 1, "color": style.RULE}, hoverinfo="skip")
    for before, width, shade in ((False, 1, style.faint(colour, 0.35)), (True, 2.2, colour)):
        chosen = [(a, b) for a, b in solid.edges if (depth[a] + depth[b] > -1e-9) == before]
        line = arrows(points[[b for _, b in chosen]], points[[a for a, _ in chosen]])
        figure.add_scatter(**line, mode="lines", line={"width": width, "color": shade}, hoverinfo="skip")
    order = np.argsort(depth)
    marker = {"size": 7, "color": [colour if depth[i] > -1e-9 else style.faint(colour, 0.35) for i in order]}
    figure.add_scatter(x=points[order, 0], y=points[order, 1], mode="markers", marker=marker, customdata=order,
                       hovertemplate="feature %{customdata}<extra></extra>")  # fmt: skip


def _seen(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Right and up (2, n), and how near to the eye (n,)."""
    towards = EYE / np.linalg.norm(EYE)
    right = np.cross([0.0, 0.0, 1.0], towards)
    right /= np.linalg.norm(right)
    up = np.cross(towards, right)
    return np.stack([right, up]) @ X, towards @ X


def polyhedron_film(
    frames: Sequence[Sequence[Solid]], names: Sequence[str], labels: Sequence[str], *, what: str, first: int = 0
) -> go.Figure:
    """Scenes to turn, one for each name, side by side; a slider goes through the frames.

    frames[t][s] is what scene s shows at labels[t] of ``what``.
    """
    k = len(names)
    figure = space(330, scenes=[(s / k, (s + 1) / k) for s in range(k)], axes=False, reach=1.08, eye=(0.7, 1.58, 0.64))
    moments = [[trace for s, solid in enumerate(row) for trace in _solid(solid, s)] for row in frames]
    figure.add_traces(moments[first])
    on_page: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "center", "showarrow": False}
    for s, name in enumerate(names):
        font = {"size": 15, "family": style.SERIF, "color": style.SERIES[s]}
        figure.add_annotation(text=name, x=(s + 0.5) / k, y=1, yanchor="bottom", font=font, **on_page)
    muted = {"size": 12, "color": style.MUTED}
    figure.add_annotation(text=TURN_ME, x=0.5, y=0, yanchor="bottom", font=muted, **on_page)
    figure.update_layout(showlegend=False, margin={"t": 34}, meta={"narrow": NARROW})
    return film(figure, moments, labels, traces=range(len(moments[0])), what=what, first=first)


def _solid(solid: Solid, s: int) -> list[Any]:
    """Faces, edges and corners of a solid in scene s."""
    where, colour, (x, y, z) = scene(s), style.SERIES[s], solid.X
    inner = dict(zip("xyz", INSIDE * solid.X, strict=True))
    i, j, k = np.array(solid.triangles, int).reshape(-1, 3).T
    quiet: dict[str, Any] = {"hoverinfo": "skip", "scene": where}
    start, end = (solid.X.T[[pair[side] for pair in solid.edges]] for side in (0, 1))
    return [
        go.Mesh3d(**inner, i=i, j=j, k=k, color=colour, opacity=0.16, flatshading=True, **quiet),
        go.Scatter3d(**arrows(end, start), mode="lines", line={"width": 6, "color": colour}, **quiet),
        go.Scatter3d(
            x=x, y=y, z=z, mode="markers", scene=where, marker={"size": 5, "color": colour},
            customdata=np.arange(solid.X.shape[1]), text=[solid.words] * solid.X.shape[1],
            hovertemplate="<b>point %{customdata}</b><br>%{text}<extra></extra>",
        ),
    ]  # fmt: skip
