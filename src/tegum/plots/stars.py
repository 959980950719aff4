"""Feature directions of models with three hidden dimensions, one scene a model."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.errors import BadInput
from tegum.plots import style
from tegum.plots.space import TURN_ME, arrows, scene, space
from tegum.plots.tiles import NARROW

BLUE, RED = style.SERIES[:2]
ON_PAGE: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "center", "showarrow": False}
GAP = 0.02  # of the page's width, between scenes


def stars(
    W: Sequence[ArrayLike],
    titles: Sequence[str],
    *,
    disturb: float = 1e-3,
    labels: Sequence[Sequence[str]] | None = None,
) -> go.Figure:
    """A spoke from the origin to each feature's direction, and lines between features that disturb each other.

    W: matrices of shape (3, n), n may differ. An orange line joins features i and j where W_i·W_j > ``disturb``: one
    comes out when the other goes in. A grey one joins those at a right angle. All scenes have one range. labels: the
    features' names in each scene, if not 0, 1, 2 and on.
    """
    drawn = [np.asarray(w, float) for w in W]
    for w in drawn:
        if w.ndim != 2 or len(w) != 3:
            raise BadInput(f"W of shape {w.shape} must have shape (3, n): stars are for three hidden dimensions.")
    k = len(drawn)
    parts = [(s / k + GAP * (s > 0) / 2, (s + 1) / k - GAP * (s < k - 1) / 2) for s in range(k)]
    figure = space(440, scenes=parts, reach=1.15 * max(np.linalg.norm(w, axis=0).max() for w in drawn), axes=False,
                   eye=(0.35, 1.4, 0.55))  # fmt: skip
    named = labels or [[str(i) for i in range(w.shape[1])] for w in drawn]
    for s, (w, title, (left, right)) in enumerate(zip(drawn, titles, parts, strict=True)):
        _star(figure, w, scene(s), disturb, named[s])
        font = {"size": 15, "family": style.SERIF}
        figure.add_annotation(text=title, x=(left + right) / 2, y=1, yanchor="top", font=font, **ON_PAGE)
    muted = {"color": style.MUTED}
    figure.add_annotation(text=TURN_ME, x=0.5, y=0, yanchor="bottom", font=muted, **ON_PAGE)
    return figure.update_layout(showlegend=False, meta={"narrow": NARROW})


def _star(figure: go.Figure, W: np.ndarray, where: str, disturb: float, labels: Sequence[str]) -> None:
    quiet: dict[str, Any] = {"hoverinfo": "skip", "scene": where}
    x, y, z = W
    figure.add_mesh3d(x=x, y=y, z=z, alphahull=0, color=style.MUTED, opacity=0.07, **quiet)
    i, j = np.triu_indices(W.shape[1], 1)
    product = (W[:, i] * W[:, j]).sum(axis=0)
    for pairs, colour, width in ((np.abs(product) <= disturb, style.MUTED, 2), (product > disturb, RED, 6)):
        lines = arrows(W.T[i[pairs]], W.T[j[pairs]])
        figure.add_scatter3d(**lines, mode="lines", line={"width": width, "color": colour}, **quiet)
    figure.add_scatter3d(**arrows(W.T), mode="lines", line={"width": 7, "color": BLUE}, **quiet)
    figure.add_scatter3d(
        x=x, y=y, z=z, mode="markers+text", text=list(labels), scene=where,
        marker={"size": 5, "color": BLUE}, textfont={"size": 13, "color": style.INK},
        customdata=np.linalg.norm(W, axis=0),
        hovertemplate="<b>feature %{text}</b><br>norm %{customdata:.3f}<extra></extra>",
    )  # fmt: skip
