"""Films of circles that a bias moves: in the space of three outputs, and in the plane of the latents."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.plots import style
from tegum.plots.space import arrows, film, space

OCTANT = 1.8  # how far the axes are drawn: beyond the unit steps that should come back
# What a tip may be, by colour, symbol, size and words. Only these symbols look alike everywhere: in three dimensions
# plotly writes symbols as letters of whatever font there is.
KINDS = (
    (style.MUTED, "circle", 7, "silent in all three"),
    (style.SERIES[0], "diamond", 8, "its own output alone"),
    (style.SERIES[1], "square", 12, "an output of another feature"),
)


def shifted_wheel(
    tips: ArrayLike,
    kinds: ArrayLike,
    after: ArrayLike,
    names: Sequence[str],
    outputs: Sequence[str],
    labels: Sequence[str],
    *,
    what: str,
    targets: ArrayLike | None = None,
) -> go.Figure:
    """A wheel of features in the space of three outputs, as a film; its last frame is shown first.

    tips (t, n, 3): where each feature's spoke ends; kinds (t, n): which of `KINDS` it is, 0 silent, 1 alone, 2 wrong;
    after (t, n, 3): where ReLU takes each tip. names (n) are written at the tips, outputs (3) along the axes, labels
    (t) on the slider for the quantity ``what``. targets (k, 3): points that should come back.
    """
    tips, kinds, after = style.finite(tips), np.asarray(kinds), style.finite(after)
    figure = space(620, axes=False, eye=(0.98, 0.42, 0.92))
    _octant(figure, outputs, OCTANT)
    if targets is not None:
        marker = {"size": 4, "symbol": "circle", "color": style.INK}
        x, y, z = np.asarray(targets, float).T
        figure.add_scatter3d(x=x, y=y, z=z, mode="markers", marker=marker, name="what should come back",
                             hovertemplate="what should come back<extra></extra>")  # fmt: skip
    frames = [_wheel(*moment, names) for moment in zip(tips, kinds, after, strict=True)]
    fixed = len(figure.data)
    figure.add_traces(frames[-1])
    box = [[tips[..., a].min() - 0.3, max(tips[..., a].max(), 1.2 * OCTANT) + 0.3] for a in range(3)]
    figure.update_scenes(**{f"{a}axis": {"range": bounds} for a, bounds in zip("xyz", box, strict=True)})
    figure.update_layout(legend={"itemsizing": "constant"}, margin={"t": 36})
    moving, last = list(range(fixed, len(figure.data))), len(tips) - 1
    return film(figure, frames, labels, traces=moving, what=what, first=last)


def _octant(figure: go.Figure, outputs: Sequence[str], length: float) -> None:
    """The positive halves of the three axes, named, and faint faces between them."""
    ends = length * np.eye(3)
    line = {"width": 5, "color": style.INK}
    figure.add_scatter3d(**arrows(ends), mode="lines", line=line, hoverinfo="skip", showlegend=False)
    x, y, z = 1.22 * ends
    font = {"size": 13, "color": style.INK}
    figure.add_scatter3d(
        x=x, y=y, z=z, mode="text", text=list(outputs), textfont=font, hoverinfo="skip", showlegend=False
    )
    corners = np.concatenate([np.zeros((1, 3)), ends])
    faces = {"i": [0, 0, 0], "j": [1, 2, 3], "k": [2, 3, 1]}
    x, y, z = corners.T
    figure.add_mesh3d(
        x=x, y=y, z=z, **faces, color=style.SERIES[4], opacity=0.1, hoverinfo="skip", name="all three positive",
        flatshading=True, lighting={"ambient": 1, "diffuse": 0}, showlegend=False,
    )  # fmt: skip


def _wheel(tips: np.ndarray, kinds: np.ndarray, after: np.ndarray, names: Sequence[str]) -> list[Any]:
    """Disc, rim with spokes, path from the origin, ReLU's doing, and the tips by kind."""
    centre = tips.mean(axis=0)
    n = len(tips)
    x, y, z = np.concatenate([tips, centre[None]]).T
    around = np.arange(n)
    disc = go.Mesh3d(
        x=x, y=y, z=z, i=around, j=(around + 1) % n, k=np.full(n, n), color=style.SERIES[5], opacity=0.16,
        hoverinfo="skip", lighting={"ambient": 1, "diffuse": 0}, showlegend=False,
    )  # fmt: skip
    spokes = arrows(tips, centre)
    rim = dict(zip("xyz", np.concatenate([tips, tips[:1]]).T, strict=True))
    wheel = {a: np.concatenate([spokes[a], rim[a]]) for a in "xyz"}
    path, snap = arrows(centre[None]), arrows(after[kinds > 0], tips[kinds > 0])
    relu = dict(zip("xyz", np.where(kinds[:, None] > 0, after, np.nan).T, strict=True))
    ring = {"size": 10, "symbol": "circle-open", "color": style.SERIES[3], "line": {"width": 2}}
    faint: dict[str, Any] = {"mode": "lines", "hoverinfo": "skip", "showlegend": False}
    return [
        disc,
        go.Scatter3d(**wheel, line={"width": 2, "color": style.MUTED}, **faint),
        go.Scatter3d(**path, line={"width": 3, "color": style.INK, "dash": "dot"}, **faint),
        go.Scatter3d(**snap, line={"width": 3, "color": style.SERIES[3], "dash": "dash"}, **faint),
        go.Scatter3d(**relu, name="after ReLU", mode="markers", marker=ring, text=list(names),
                     hovertemplate="%{text} after ReLU<br>(%{x:.2f}, %{y:.2f}, %{z:.2f})<extra></extra>"),
        *(_tips(tips, kinds == kind, names, *look) for kind, look in enumerate(KINDS)),
    ]  # fmt: skip


def _tips(
    tips: np.ndarray, here: np.ndarray, names: Sequence[str], colour: str, symbol: str, size: int, words: str
) -> Any:
    x, y, z = np.where(here[:, None], tips, np.nan).T
    return go.Scatter3d(
        x=x, y=y, z=z, name=words, mode="markers+text", text=list(names), textposition="top center",
        textfont={"size": 12, "color": colour}, marker={"size": size, "symbol": symbol, "color": colour},
        hovertemplate=f"%{{text}}, {words}<br>(%{{x:.2f}}, %{{y:.2f}}, %{{z:.2f}})<extra></extra>",
    )  # fmt: skip


def shifted_circle(
    points: ArrayLike,
    bearings: ArrayLike,
    names: Sequence[str],
    shift: ArrayLike,
    *,
    x_label: str,
    y_label: str,
    what: str,
) -> go.Figure:
    """Points on a circle that moves away from the origin, as a film, and beside it the bearing of each.

    points (t, k, 2); bearings (t, k), in degrees, drawn over shift (t,), which ``what`` names on the slider.
    Where two lines of the right half meet, two points of the left one are in one line of sight.
    """
    points, bearings, shift = style.finite(points), style.finite(bearings), np.asarray(shift, float)
    shade = style.palette(names)
    figure = style.figure(500)
    reach = [points.min() - 0.45, points.max() + 0.45]
    span = [bearings.min() - 12, bearings.max() + 12]
    figure.update_layout(
        xaxis={"domain": [0, 0.47], "range": reach, "title": {"text": "latent 1"}, "constrain": "domain"},
        yaxis={"range": reach, "scaleanchor": "x", "title": {"text": "latent 2"}, "constrain": "domain"},
        xaxis2={
            "domain": [0.57, 0.97],
            "anchor": "y2",
            "title": {"text": x_label},
            "range": [-0.03 * shift[-1], 1.03 * shift[-1]],
        },
        yaxis2={"anchor": "x2", "title": {"text": y_label}, "range": span, "dtick": 60},
        showlegend=False,
    )
    for name, line in zip(names, bearings.T, strict=True):
        figure.add_scatter(
            x=shift, y=line, xaxis="x2", yaxis="y2", mode="lines", line={"width": 2.5, "color": shade[name]},
            hovertemplate=f"<b>{name}</b><br>{x_label}: %{{x:.2f}}<br>{y_label}: %{{y:.1f}}<extra></extra>",
        )  # fmt: skip
    _cross(figure)
    frames = [_circle(at, now, place, names, span) for at, now, place in zip(points, bearings, shift, strict=True)]
    fixed = len(figure.data)
    figure.add_traces(frames[-1])
    labels = [f"{value:.2f}" for value in shift]
    moving, last = list(range(fixed, len(figure.data))), len(shift) - 1
    return film(figure, frames, labels, traces=moving, what=what, first=last)


def _cross(figure: go.Figure) -> None:
    """The axes through the origin of the left half."""
    line = {"width": 1, "color": style.MUTED}
    figure.add_shape(type="line", x0=0, x1=0, y0=0, y1=1, yref="y domain", line=line, layer="below")
    figure.add_shape(type="line", x0=0, x1=1, xref="x domain", y0=0, y1=0, line=line, layer="below")


def _circle(
    points: np.ndarray, bearings: np.ndarray, shift: float, names: Sequence[str], span: Sequence[float]
) -> list[Any]:
    """Lines of sight, rim, the way of the centre, the points; and where in the right half this is."""
    shade = [style.palette(names)[name] for name in names]
    centre = points.mean(axis=0)
    around = np.linspace(0, 2 * np.pi, 121)
    radius = np.hypot(*(points[0] - centre))
    rim = centre[:, None] + radius * np.stack([np.cos(around), np.sin(around)])
    away = points + 0.25 * (points - centre) / radius
    still: dict[str, Any] = {"mode": "lines", "hoverinfo": "skip"}
    at = {"xaxis": "x2", "yaxis": "y2", "hoverinfo": "skip"}
    dots = {"size": 11, "color": shade, "line": {"width": 1, "color": style.GROUND}}
    hover = [f"<b>{name}</b>, bearing {bearing:.1f}°" for name, bearing in zip(names, bearings, strict=True)]
    return [
        go.Scatter(x=rim[0], y=rim[1], line={"width": 1, "color": style.MUTED}, **still),
        go.Scatter(x=[0, centre[0]], y=[0, centre[1]], line={"width": 1.5, "color": style.INK, "dash": "dot"}, **still),
        *(
            go.Scatter(x=[0, end[0]], y=[0, end[1]], line={"width": 1.8, "color": colour}, **still)
            for end, colour in zip(points, shade, strict=True)
        ),
        go.Scatter(x=points[:, 0], y=points[:, 1], mode="markers", marker=dots, text=hover,
                   hovertemplate="%{text}<extra></extra>"),
        go.Scatter(x=away[:, 0], y=away[:, 1], mode="text", text=list(names), hoverinfo="skip",
                   textfont={"size": 12, "color": style.INK}),
        go.Scatter(x=[shift, shift], y=list(span), mode="lines", line={"width": 1, "color": style.INK}, **at),
        go.Scatter(x=[shift] * len(names), y=bearings, mode="markers", marker=dots | {"size": 9}, **at),
    ]  # fmt: skip
