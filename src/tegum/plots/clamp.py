"""Points before and after ReLU in one, two and three dimensions, and lines through the plane's quadrants."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.errors import BadInput
from tegum.plots import style
from tegum.plots.rates import stacked_rates
from tegum.plots.space import arrows, film, places, scene, space

STRATA = ("at the origin", "on one axis", "on a face", "untouched, all positive")
SHADES = ("#A9A293", style.SERIES[0], style.SERIES[4], style.SERIES[2])
THIRDS = ((0.02, 0.30), (0.36, 0.64), (0.70, 1.0))
UPPER, LOWER = (0.57, 0.93), (0.10, 0.46)
FRAMES = 21


def stratum(points: np.ndarray) -> np.ndarray:
    """Where ReLU puts each of (k, d) points, as a place in `STRATA`; on a line a positive point is on its axis."""
    count = (points > 0).sum(axis=1)
    whole = (count == points.shape[1]) & (count > 1)
    place: np.ndarray = np.where(whole, 3, np.minimum(count, 2))
    return place


def clamp(points: Sequence[ArrayLike]) -> go.Figure:
    """Points of one, two and three dimensions side by side: above before ReLU, below after it, as a film.

    points: three arrays (k, 1), (k, 2), (k, 3). The colour says where ReLU puts a point. The slider moves those below
    from z to (1 − t) z + t ReLU(z).
    """
    clouds = [np.asarray(cloud, float) for cloud in points]
    if [cloud.shape[1:] for cloud in clouds] != [(1,), (2,), (3,)]:
        shapes = ", ".join(str(cloud.shape) for cloud in clouds)
        raise BadInput(f"points of shapes {shapes} must have shapes (k, 1), (k, 2) and (k, 3), in this order.")
    reach = 1.05 * max(np.abs(cloud).max() for cloud in clouds)
    figure = space(760, scenes=[THIRDS[2], THIRDS[2]], axes=False, reach=reach, eye=(1.45, 0.9, 0.7))
    for s, rows in enumerate((UPPER, LOWER)):
        figure.update_layout({scene(s): {"domain": {"y": [max(rows[0] - 0.03, 0), rows[1] + 0.03]}}})
        _flat_axes(figure, s, rows, reach)
        figure.add_scatter3d(**_cross(reach), mode="lines", line=_rule(3), scene=scene(s), **_QUIET)
    times = np.linspace(0, 1, FRAMES)
    frames = [_clouds(clouds, t, 1) for t in times]
    before, after = _clouds(clouds, 0.0, 0), frames[-1]
    first = len(figure.data)
    figure.add_traces([*after, *before, *_legend()])
    _headings(figure, clouds)
    moved = [places(frame) for frame in frames]
    film(figure, moved, [f"{t:.2f}" for t in times], traces=range(first, first + len(after)), what="below: t =",
         first=FRAMES - 1)  # fmt: skip
    return figure.update_layout(legend={"y": 1.0, "itemsizing": "constant"})


_QUIET: dict[str, Any] = {"hoverinfo": "skip", "showlegend": False}


def _rule(width: float) -> dict[str, Any]:
    return {"width": width, "color": style.MUTED}


def _cross(reach: float) -> dict[str, np.ndarray]:
    """The three axes, their positive halves only."""
    return arrows(reach * np.eye(3))


def _flat_axes(figure: go.Figure, s: int, rows: tuple[float, float], reach: float) -> None:
    """Axes of the line (1 + 2s) and of the plane (2 + 2s) in one row; only their positive halves are drawn."""
    for column in range(2):
        name = str(1 + column + 2 * s).replace("1", "")
        hidden = {"visible": False, "range": [-reach, reach], "anchor": f"y{name}"}
        figure.update_layout({
            f"xaxis{name}": hidden | {"domain": THIRDS[column], "constrain": "domain"},
            f"yaxis{name}": hidden | {"domain": rows, "anchor": f"x{name}", "scaleanchor": f"x{name}"},
        })  # fmt: skip
        ends = arrows(reach * np.eye(2)[: column + 1])
        figure.add_scatter(**ends, xaxis=f"x{name}", yaxis=f"y{name}", mode="lines", line=_rule(1.5), **_QUIET)


def _clouds(clouds: Sequence[np.ndarray], t: float, s: int) -> list[Any]:
    """The three clouds at a time of the film, in the s-th row."""
    moved = [cloud - t * np.minimum(cloud, 0) for cloud in clouds]
    shades = [[SHADES[place] for place in stratum(cloud)] for cloud in clouds]
    line, plane = (str(1 + column + 2 * s).replace("1", "") for column in range(2))
    tick = {"symbol": "line-ns", "size": 34, "line": {"width": 1.4, "color": shades[0]}}
    dot = {"size": 5, "color": shades[1], "opacity": 0.8}
    ball = {"size": 2.6, "color": shades[2], "opacity": 0.9}
    x, y = moved[1].T
    return [
        go.Scatter(x=moved[0][:, 0], y=0 * moved[0][:, 0], xaxis=f"x{line}", yaxis=f"y{line}", mode="markers",
                   marker=tick, **_QUIET),
        go.Scatter(x=x, y=y, xaxis=f"x{plane}", yaxis=f"y{plane}", mode="markers", marker=dot, **_QUIET),
        go.Scatter3d(**dict(zip("xyz", moved[2].T, strict=True)), mode="markers", marker=ball, scene=scene(s),
                     **_QUIET),
    ]  # fmt: skip


def _legend() -> list[Any]:
    marker = {"size": 9}
    return [
        go.Scatter(x=[None], y=[None], mode="markers", name=name, marker=marker | {"color": shade})
        for name, shade in zip(STRATA, SHADES, strict=True)
    ]


def _headings(figure: go.Figure, clouds: Sequence[np.ndarray]) -> None:
    """Over each column its dimension, over each row what it shows, under each column what ReLU made of it."""
    font, small = {"size": 15, "family": style.SERIF}, {"size": 12, "color": style.MUTED}
    for column, (words, cloud) in enumerate(zip(("line", "plane", "space"), clouds, strict=True)):
        middle = {"x": sum(THIRDS[column]) / 2, "xanchor": "center", "xref": "paper", "yref": "paper"}
        middle |= {"showarrow": False}
        shares = np.bincount(stratum(cloud), minlength=4) / len(cloud)
        said = "<br>".join(f"{share:.0%} {name}" for share, name in zip(shares, STRATA, strict=True) if share)
        figure.add_annotation(**middle, y=0.97, text=f"{words}, before ReLU", font=font)
        figure.add_annotation(**middle, y=0.5, text=f"{words}, after ReLU", font=font)
        figure.add_annotation(**middle, y=0.09, yanchor="top", text=said.replace("%", " %"), font=small)


def strata_bars(
    dimensions: Sequence[int], counts: ArrayLike, low: ArrayLike, high: ArrayLike, exact: ArrayLike
) -> go.Figure:
    """For each number of dimensions the share of points that ReLU puts on each of `STRATA`, and exact ones as dashes.

    counts (len(dimensions), 4), with low and high the 95 % intervals of their shares; exact (len(dimensions), 4).
    """
    labels = [str(d) for d in dimensions]
    figure = stacked_rates(STRATA, counts, low, high, labels, x_label="dimensions d", y_label="share of points")
    for bar, shade in zip(figure.data, SHADES, strict=True):
        bar.update(marker={"color": shade}, textfont={"color": style.INK if shade in SHADES[::2] else style.GROUND})
    borders = np.cumsum(np.asarray(exact, float), axis=1)[:, :-1]
    dash = {"symbol": "line-ew", "size": 30, "line": {"width": 2.5, "color": style.INK}}
    figure.add_scatter(
        x=np.repeat(labels, 3), y=np.where(borders < 1, borders, np.nan).ravel(), mode="markers", marker=dash,
        name="exact borders", hoverinfo="skip",
    )  # fmt: skip
    return figure


def turning_line(bearings: ArrayLike, first: int = 0) -> go.Figure:
    """A line through the origin of the plane, turned by the slider, and where ReLU puts its points.

    bearings (k,): directions in degrees of w = (cos β, sin β), a tied model with n = 2 and m = 1 and its latent line
    z = w h. Diamonds: the tips z(e_i) = w_i w, joined to where they go.
    first: the bearing at a reader's first look, as a place in ``bearings``.
    """
    angles = np.asarray(bearings, float)
    figure = style.figure(560)
    reach = 1.25
    for quadrant, words in _QUADRANTS.items():
        x, y = np.array(quadrant) * reach
        shade = style.faint(SHADES[1 if x * y < 0 else 3 if x > 0 else 0], 0.1)
        figure.add_shape(type="rect", x0=0, x1=x, y0=0, y1=y, fillcolor=shade, line_width=0, layer="below")
        corner = {"x": 0.98 * x, "y": 0.96 * y, "xanchor": "right" if x > 0 else "left", "showarrow": False}
        figure.add_annotation(**corner, text=words, font={"size": 12, "color": style.MUTED})
    frames = [_turned(np.radians(angle)) for angle in angles]
    figure.add_traces(frames[first])
    equal = {"range": [-reach, reach], "zeroline": True, "zerolinecolor": style.MUTED, "zerolinewidth": 1.5}
    figure.update_xaxes(title_text="z<sub>0</sub>", constrain="domain", **equal)
    figure.update_yaxes(title_text="z<sub>1</sub>", scaleanchor="x", **equal)
    film(
        figure, frames, [f"{a:g}°" for a in angles], traces=range(len(frames[first])), what="bearing of the line",
        first=first,
    )  # fmt: skip
    figure.layout.sliders[0].pad.t = 52  # below the words of the axis
    figure.layout.updatemenus[0].pad.t = 58
    return figure


_QUADRANTS = {
    (1, 1): "stays where it is", (-1, 1): "goes to axis 1", (-1, -1): "goes to the origin", (1, -1): "goes to axis 0"
}  # fmt: skip


def _turned(bearing: float) -> list[Any]:
    """The line of one bearing, a row of its points, their images, and the two tips with theirs."""
    w = np.array([np.cos(bearing), np.sin(bearing)])
    w = np.where(np.abs(w) < 1e-12, 0, w)
    z = np.linspace(-1.2, 1.2, 25)[:, None] * w
    y, tips = np.maximum(z, 0), w[:, None] * w
    shades = [SHADES[place] for place in stratum(z)]
    ends, ways = 1.2 * np.stack([-w, w]), arrows(np.maximum(tips, 0), tips)
    line = {"width": 2, "color": style.INK, "dash": "dash"}
    ring = {"size": 9, "color": style.GROUND, "line": {"width": 2, "color": shades}}
    diamond = {"size": 13, "symbol": "diamond", "color": style.INK}
    text = ["<b>e<sub>0</sub></b>", "<b>e<sub>1</sub></b>"]
    place = {"textposition": ["bottom right", "top left"], "textfont": {"size": 15}}
    hover = "z = (%{x:.3f}, %{y:.3f})<extra></extra>"
    return [
        go.Scatter(x=ends[:, 0], y=ends[:, 1], mode="lines", line=line, **_QUIET),
        go.Scatter(**ways, mode="lines", line={"width": 1.5, "color": style.INK, "dash": "dot"}, **_QUIET),
        go.Scatter(x=z[:, 0], y=z[:, 1], mode="markers", marker={"size": 7, "color": shades}, name="points of the line",
                   hovertemplate=hover),
        go.Scatter(x=y[:, 0], y=y[:, 1], mode="markers", marker=ring, name="after ReLU", hoverinfo="skip"),
        go.Scatter(x=tips[:, 0], y=tips[:, 1], mode="markers+text", text=text, marker=diamond, **place,
                   name="latents of the two features", hovertemplate=hover),
    ]  # fmt: skip
