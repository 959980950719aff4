"""Latent zones of models with three hidden dimensions: polyhedra to turn."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from tegum.errors import BadInput
from tegum.geometry.clipping import ball
from tegum.geometry.weights import Weights
from tegum.geometry.zones import centred, polyhedra, reach
from tegum.plots import style
from tegum.plots.space import arrows, scene, space


def zone_scenes(
    many: Weights, titles: Sequence[str], domain: np.ndarray | None = None, *, subtitles: Sequence[str] | None = None
) -> go.Figure:
    """Where each output alone is positive in models with m = 3, side by side in scenes of one scale.

    many: models along one batch axis, at most three; titles, subtitles: one for each, above and below.
    domain: faces (F, V, 3) of a convex polyhedron around the latent of x = 0 to cut to; default a ball that holds all
    tips.
    """
    k = len(many.encoder)
    if k > 3:
        raise BadInput(f"this run holds {k} models with m=3 and a figure has room for 3; pick some.")
    radius = float(reach(many).max())
    whole = ball(radius) if domain is None else domain
    figure = space(
        560, scenes=[(s / k, (s + 1) / k) for s in range(k)], axes=False, reach=np.abs(whole).max(), eye=(1.0, 0.9, 0.6)
    )
    many = centred(many)
    shades = style.feature_colours(many.features)
    for s in range(k):
        model = many[s]
        _mesh(figure, whole, style.MUTED, 0.06, "", scene(s))
        for i, faces in enumerate(polyhedra(model, whole, only=True)):
            _mesh(figure, faces, shades[i], 0.55, f"output {i} alone is positive", scene(s))
            _edges(figure, faces, shades[i], scene(s))
        _spears(figure, model, shades, scene(s))
        middle = {"x": (s + 0.5) / k, "xref": "paper", "yref": "paper", "showarrow": False}
        figure.add_annotation(**middle, y=0.97, text=titles[s], font={"size": 15, "family": style.SERIF})
        if subtitles:
            figure.add_annotation(**middle, y=0.03, text=subtitles[s], font={"size": 12, "color": style.MUTED})
    return figure.update_layout(showlegend=False)


def _mesh(figure: go.Figure, faces: np.ndarray, colour: str, opacity: float, words: str, where: str) -> None:
    if not len(faces):
        return
    fans = [np.stack([faces[:, 0], faces[:, v], faces[:, v + 1]], axis=1) for v in range(1, faces.shape[1] - 1)]
    triangles = np.concatenate(fans)
    x, y, z = triangles.reshape(-1, 3).T
    i, j, k = np.arange(len(x)).reshape(-1, 3).T
    flat = {"ambient": 0.9, "diffuse": 0.25, "specular": 0.0}
    hover = {"text": words, "hoverinfo": "text"} if words else {"hoverinfo": "skip"}
    figure.add_mesh3d(
        x=x, y=y, z=z, i=i, j=j, k=k, color=colour, opacity=opacity, flatshading=True, lighting=flat, scene=where,
        **hover,
    )  # fmt: skip


def _edges(figure: go.Figure, faces: np.ndarray, colour: str, where: str) -> None:
    """The outlines of a polyhedron's faces, except those of a round domain."""
    if not len(faces):
        return
    sharp = [face for face in faces if np.ptp(face, axis=0).max() > 0.3 * np.ptp(faces, axis=(0, 1)).max()]
    points = [np.concatenate([face, face[:1], np.full((1, 3), np.nan)]) for face in sharp]
    if points:
        line = {"width": 2, "color": colour}
        axes = dict(zip("xyz", np.concatenate(points).T, strict=True))
        figure.add_scatter3d(**axes, mode="lines", line=line, hoverinfo="skip", scene=where)


def _spears(figure: go.Figure, model: Weights, shades: Sequence[str], where: str) -> None:
    for i, tip in enumerate(model.tips):
        line = {"width": 6, "color": shades[i]}
        points = arrows(tip[None], model.encoder_bias)
        figure.add_scatter3d(**points, mode="lines", line=line, hoverinfo="skip", scene=where)
    x, y, z = (1.08 * model.tips).T
    figure.add_scatter3d(
        x=x, y=y, z=z, mode="text", text=[str(i) for i in range(model.features)], scene=where, hoverinfo="skip",
        textfont={"size": 14, "color": style.INK},
    )  # fmt: skip
