"""The latent plane among three outputs, as an outline through its features: how far is it tilted in the third?"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.errors import BadInput
from tegum.plots import style
from tegum.plots.space import arrows, scene, space
from tegum.plots.tiles import NARROW

OUT = 0.22  # how much farther from the middle than its point a label stands
EYE, HIGH = (1.55, -1.75, 0.8), 0.75  # where a reader stands, so far that all titles fit; how high the box is
FLAT = {"ambient": 1.0, "diffuse": 0.0, "specular": 0.0}


def tilted_planes(
    points: ArrayLike,
    kinds: Sequence[Sequence[str]],
    names: Sequence[str],
    titles: Sequence[str],
    *,
    labels: tuple[str, str, str],
    shades: Mapping[str, str],
    height: float = 520,
) -> go.Figure:
    """One scene per state: the plane where features lie in three outputs before ReLU, above a floor of height 0.

    points (k, p, 3): the corners of each outline, in their order around it; kinds (k, p): what each corner is, with a
    colour in ``shades``; names (p,). The third axis has a scale of its own, equal in all scenes.
    """
    points = style.finite(points)
    if points.ndim != 3 or points.shape[2] != 3 or np.shape(kinds) != points.shape[:2]:
        raise BadInput(
            f"points of shape {points.shape} and kinds of shape {np.shape(kinds)} must be (k, p, 3), (k, p)."
        )
    room = _room(points)
    edges = np.linspace(0, 1, len(points) + 1)
    figure = space(height, scenes=list(pairwise(edges.tolist())), labels=labels, eye=EYE)
    axes = {f"{axis}axis_range": list(span) for axis, span in zip("xyz", room, strict=True)}
    figure.update_scenes(aspectmode="manual", aspectratio={"x": 1, "y": 1, "z": HIGH}, **axes)
    figure.update_scenes(camera_center={"x": 0, "y": 0, "z": -0.12})
    for s, corners in enumerate(points):
        figure.add_traces([trace.update(scene=scene(s)) for trace in _plane(corners, room)])
        for kind in shades:
            mine = np.array([this == kind for this in kinds[s]])
            figure.add_traces([trace.update(scene=scene(s)) for trace in _corners(corners[mine], kind, shades[kind])])
        figure.update_layout({scene(s): {"annotations": _words(corners, names, room)}})
        figure.add_annotation(
            x=edges[s : s + 2].mean(), y=1, xref="paper", yref="paper", yanchor="top", text=titles[s], showarrow=False,
            font={"size": 15, "family": style.SERIF},
        )  # fmt: skip
    _legend(figure, {kind for row in kinds for kind in row}, shades)
    return figure.update_layout(margin={"t": 8, "b": 8}, meta={"narrow": NARROW})


def _room(points: np.ndarray) -> list[tuple[float, float]]:
    """Ranges of the three axes: the first two alike, the third from below 0."""
    low, high = points.min((0, 1)), points.max((0, 1))
    middle, half = (low + high)[:2] / 2, (0.55 + OUT) * (high - low)[:2].max()
    flat = [(float(m - half), float(m + half)) for m in middle]
    rise = high[2] - min(low[2], 0)
    return [*flat, (min(low[2], 0) - 0.2 * rise, high[2] + 0.2 * rise)]


def _plane(corners: np.ndarray, room: list[tuple[float, float]]) -> list[Any]:
    """The floor, the plane and its rim, and stems from the floor to the corners."""
    rim = np.concatenate([corners, corners[:1]])
    x, y = (np.array([room[axis][i] for i in side]) for axis, side in ((0, (0, 1, 1, 0)), (1, (0, 0, 1, 1))))
    floor = go.Mesh3d(x=x, y=y, z=np.zeros(4), i=[0, 0], j=[1, 2], k=[2, 3], color=style.RULE, opacity=0.35)
    fan = np.arange(1, len(corners) - 1)
    plane = go.Mesh3d(
        **dict(zip("xyz", corners.T, strict=True)), i=0 * fan, j=fan, k=fan + 1, color=style.SERIES[5], opacity=0.3
    )
    stems = arrows(corners, corners * [1, 1, 0])
    outline = {"mode": "lines", "hoverinfo": "skip", "showlegend": False}
    return [
        *(mesh.update(hoverinfo="skip", lighting=FLAT) for mesh in (floor, plane)),
        go.Scatter3d(**dict(zip("xyz", rim.T, strict=True)), line={"width": 4, "color": style.MUTED}, **outline),
        go.Scatter3d(**stems, line={"width": 2, "color": style.MUTED, "dash": "dot"}, **outline),
    ]


def _corners(corners: np.ndarray, kind: str, shade: str) -> list[Any]:
    if not len(corners):
        return []
    return [
        go.Scatter3d(
            **dict(zip("xyz", corners.T, strict=True)), mode="markers", showlegend=False,
            marker={"size": 7, "color": shade, "line": {"width": 1, "color": style.GROUND}},
            hovertemplate=f"{kind}<br>%{{x:.3f}}, %{{y:.3f}}, %{{z:.3f}}<extra></extra>",
        )
    ]  # fmt: skip


def _words(corners: np.ndarray, names: Sequence[str], room: list[tuple[float, float]]) -> list[dict[str, Any]]:
    """Each name outside its corner on the flat layer, where no plane hides it: above those that are seen high."""
    middle = corners.mean(0)
    places = middle + (1 + OUT) * (corners - middle)
    part = (corners - middle) / np.ptp(room, axis=1) * [1, 1, HIGH]
    sight = np.array(EYE) / np.linalg.norm(EYE)
    upwards = np.array([0.0, 0.0, 1.0]) - sight[2] * sight
    font = {"size": 14, "color": style.INK}
    return [
        {"x": x, "y": y, "z": z, "text": name, "showarrow": False, "font": font, "yshift": 9 if up > 0 else -9}
        for (x, y, z), name, up in zip(places.tolist(), names, part @ upwards, strict=True)
    ]


def _legend(figure: go.Figure, there: set[str], shades: Mapping[str, str]) -> None:
    """One key for all scenes, on the flat layer."""
    for kind in (kind for kind in shades if kind in there):
        figure.add_scatter(x=[None], y=[None], mode="markers", name=kind, marker={"size": 10, "color": shades[kind]})
    figure.update_layout(
        xaxis={"visible": False},
        yaxis={"visible": False},
        legend={"y": 0.0, "yanchor": "bottom", "x": 0.5, "xanchor": "center"},
    )
