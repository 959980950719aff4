"""What pulls at the features of models in the plane, and the curvatures of their loss."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.errors import BadInput
from tegum.plots import style
from tegum.plots.lines import SYMBOLS
from tegum.plots.tiles import Tiles, columns_for, moved, write

LONGEST = 0.42  # of a wheel's reach: the arrow of the strongest force
LEAST = 0.02  # arrows shorter than this part of the reach are left out


def force_wheels(
    W: ArrayLike, force: ArrayLike, titles: Sequence[str], *, subtitles: Sequence[str] | None = None
) -> go.Figure:
    """One wheel per state, with an arrow from each feature's tip along the force on it.

    W, force (k, 2, n). In each wheel the strongest force has the longest arrow; the others are as long as the square
    root of their share of it, so that weak ones are seen too.
    """
    W, force = style.finite(W), style.finite(force)
    if W.ndim != 3 or W.shape[1] != 2 or force.shape != W.shape:
        raise BadInput(f"W of shape {W.shape} and force of shape {force.shape} must both have shape (k, 2, n).")
    reach = float(1.25 * np.linalg.norm(W, axis=1).max(initial=1.0))
    below = 34 if subtitles else 14
    tiles = Tiles(len(W), columns_for(len(W), most=3), 2.2 * reach, 2 * reach, above=34, below=below, widest=420)
    figure = tiles.figure(head=0)
    centre = moved(tiles.corners(), 1.1 * reach, -reach)
    shades = style.feature_colours(W.shape[2])
    for p, at in enumerate(centre):
        arrows = _arrows(force[p], LONGEST * reach)
        for i, shade in enumerate(shades):
            _spoke(figure, at, W[p, :, i], shade, f"feature {i}: norm {np.hypot(*W[p, :, i]):.3g}, "
                   f"force {np.hypot(*force[p, :, i]):.3g}")  # fmt: skip
            if np.hypot(*arrows[:, i]) > LEAST * reach:
                _arrow(figure, at + W[p, :, i], at + W[p, :, i] + arrows[:, i])
    write(figure, moved(centre, 0, reach), titles, size=15, up=14, family=style.SERIF)
    if subtitles:
        write(figure, moved(centre, 0, -reach), subtitles, size=12, up=-12, color=style.MUTED)
    return figure


def _arrows(force: np.ndarray, longest: float) -> np.ndarray:
    """Forces (2, n) as arrows (2, n): the direction kept, the length the root of its share of the strongest."""
    size = np.hypot(*force)
    share = np.sqrt(size / (size.max(initial=0) or 1))
    arrows: np.ndarray = longest * share * force / np.where(size > 0, size, 1)
    return arrows


def _spoke(figure: go.Figure, centre: np.ndarray, tip: np.ndarray, shade: str, words: str) -> None:
    x, y = np.stack([centre, centre + tip], axis=1)
    figure.add_scatter(
        x=x, y=y, mode="lines+markers", line={"width": 2.5, "color": shade}, text=words, hoverinfo="text",
        marker={"size": [0, 9], "color": shade, "opacity": 1, "line": {"width": 1, "color": style.GROUND}},
    )  # fmt: skip


def _arrow(figure: go.Figure, start: np.ndarray, end: np.ndarray) -> None:
    look = {"arrowhead": 2, "arrowsize": 0.9, "arrowwidth": 2.2, "arrowcolor": style.INK}
    figure.add_annotation(x=end[0], y=end[1], ax=start[0], ay=start[1], axref="x", ayref="y", text="", showarrow=True,
                          **look)  # fmt: skip


def spectra(
    labels: Sequence[str], values: Sequence[Sequence[ArrayLike]], names: Sequence[str], *, knee: float, x_label: str,
    y_label: str,
) -> go.Figure:  # fmt: skip
    """Eigenvalues by label, those of each name in a column of their own; equal ones are one mark, with their number.

    values (len(names), len(labels)): arrays of any length. The axis is linear within about ±knee and logarithmic
    beyond, so that small negative values are seen beside large positive ones.
    """
    figure = style.figure(480)
    offsets = 0.3 * (np.arange(len(names)) - (len(names) - 1) / 2)
    for s, name in enumerate(names):
        x, y, words = [], [], []
        for at, found in enumerate(values[s]):
            kinds, counts = np.unique(np.round(np.asarray(found, float), 8) + 0.0, return_counts=True)
            x += [at + offsets[s]] * len(kinds)
            y += list(kinds)
            words += [
                style.number(v, ".4g") + (f", {c} times" if c > 1 else "") for v, c in zip(kinds, counts, strict=True)
            ]
        figure.add_scatter(
            x=x, y=np.arcsinh(np.array(y) / knee), mode="markers", name=name, text=words,
            marker={"size": 9, "symbol": SYMBOLS[s], "color": style.faint(style.SERIES[s], 0.75)},
            hovertemplate=f"<b>{name}</b><br>%{{text}}<extra></extra>",
        )  # fmt: skip
    figure.add_hline(y=0, line={"width": 1.5, "color": style.MUTED})
    every = np.concatenate([np.ravel(found) for group in values for found in group])
    ticks = [0.0, *(sign * knee * 10.0**power for power in range(9) for sign in (-1, 1))]
    ticks = sorted(tick for tick in ticks if 1.3 * min(every.min(), 0) <= tick <= 1.3 * every.max())
    figure.update_xaxes(title_text=x_label, tickvals=list(range(len(labels))), ticktext=list(labels), showgrid=False)
    return figure.update_yaxes(
        title_text=y_label, tickvals=[float(np.arcsinh(t / knee)) for t in ticks],
        ticktext=[style.number(t) for t in ticks],
    )  # fmt: skip
