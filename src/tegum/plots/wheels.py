"""Feature directions of models with two hidden dimensions, one wheel a model."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.errors import BadInput
from tegum.plots import style
from tegum.plots.tiles import KEYS, Tiles, columns_for, moved, write

NARROW = np.cos(np.deg2rad(3.0))  # two lines closer than this look like one


def _below(close: np.ndarray) -> np.ndarray:
    """(k, n, n) -> (k, n): how many features drawn later cover each one, at most three."""
    covered: np.ndarray = np.minimum(np.triu(close, 1).sum(axis=2), 3)
    return covered


def _hover(W: np.ndarray, importance: np.ndarray, index: np.ndarray, together: np.ndarray) -> list[str]:
    norm, angle = np.hypot(*W), np.rad2deg(np.arctan2(W[1], W[0])) % 360
    texts = []
    for i, name in enumerate(index):
        others = ", ".join(str(j) for j in sorted(index[together[i]]) if j != name)
        texts.append(
            f"<b>feature {name}</b><br>importance {importance[i]:.3g}<br>norm {norm[i]:.3f}<br>"
            f"angle {angle[i]:.1f}°" + (f"<br>here too: {others}" if others else "")
        )
    return texts


def wheels(
    W: ArrayLike,
    importance: ArrayLike,
    titles: Sequence[str],
    *,
    subtitles: Sequence[str] | None = None,
    columns: int | None = None,
    sets: Sequence[int] | None = None,
) -> go.Figure:
    """One wheel per model: a spoke from the origin to each feature's direction, coloured by importance.

    W (k, 2, n): k models; ``W[p, :, i]`` is the direction of feature i.
    importance (n,): the colour. If all are equal there is no colour key. With sets also (k, n), for each wheel.
    titles, subtitles (k): a line above and one below each wheel, such as "1 − S = 0.05".
    sets (n): the number of each feature's set, which then is the colour instead of the importance.

    All wheels have the same range. Features are drawn from the least to the most important; where spokes or
    their ends coincide, the lower ones are thicker, so that each keeps a visible rim.
    """
    W, importance = style.finite(W), style.finite(importance)
    if W.ndim != 3 or W.shape[1] != 2:
        raise BadInput(f"W of shape {W.shape} must have shape (k, 2, n): wheels are for two hidden dimensions.")
    if importance.ndim > 1 and sets is None:
        raise BadInput(f"importance of shape {importance.shape} must have shape (n,), or there must be sets=….")
    index = np.argsort(importance if importance.ndim == 1 else importance.mean(axis=0), kind="stable")
    W, importance = W[:, :, index], importance[..., index]
    own = np.broadcast_to(importance, (len(W), len(index)))
    norm = np.linalg.norm(W, axis=1)
    reach = 1.08 * np.max(np.nan_to_num(norm), initial=1.0)
    unit = W / np.maximum(norm, 1e-9)[:, None]
    together = np.linalg.norm(W[:, :, :, None] - W[:, :, None, :], axis=1) < 0.03 * reach
    spoke = 2.5 + 2.5 * _below(np.einsum("kdi,kdj->kij", unit, unit) > NARROW)
    dot = 9 + 5 * _below(together)

    columns = columns or columns_for(len(W), most=5)
    below = 34 if subtitles else 14
    tiles = Tiles(len(W), columns, 2.2 * reach, 2 * reach, above=34, below=below, widest=300)
    keyed = sets is None and np.ptp(importance) > 0
    figure = tiles.figure(head=KEYS if keyed else 0)
    centre = moved(tiles.corners(), 1.1 * reach, -reach)
    _cross(figure, centre, reach)
    shades = _shades(importance) if sets is None else [style.SERIES[sets[i]] for i in index]
    for i in range(len(index)):
        _spokes(figure, centre, W[:, :, i], spoke[:, i], shades[i])
    rim = {"width": 1, "color": style.GROUND}
    figure.add_scatter(
        x=(centre[:, :1] + W[:, 0]).ravel(),
        y=(centre[:, 1:] + W[:, 1]).ravel(),
        mode="markers",
        marker={"size": dot.ravel(), "color": shades * len(W), "opacity": 1, "line": rim},
        text=[text for p in range(len(W)) for text in _hover(W[p], own[p], index, together[p])],
        hovertemplate="%{text}<extra></extra>",
    )
    if keyed:
        low, high = importance[0], importance[-1]
        ticks = {low: f"{low:.2g}", high: f"{high:.2g}"}
        style.add_key(figure, style.IMPORTANCE, style.key("importance", x=0.5, width=240, ticks=ticks))
    write(figure, moved(centre, 0, reach), titles, size=15, up=14, family=style.SERIF)
    if subtitles:
        write(figure, moved(centre, 0, -reach), subtitles, size=12, up=-12, color=style.MUTED)
    return figure


def _shades(importance: np.ndarray) -> list[str]:
    if not np.ptp(importance):
        return [style.SERIES[0]] * len(importance)
    return style.colours(style.IMPORTANCE, importance, importance.min(), importance.max())


def _cross(figure: go.Figure, centre: np.ndarray, reach: float) -> None:
    """Thin axes through the centre of each wheel."""
    arms = np.array([[-reach, 0], [reach, 0], [np.nan, np.nan], [0, -reach], [0, reach], [np.nan, np.nan]])
    x, y = (centre[:, None] + arms).reshape(-1, 2).T
    figure.add_scatter(x=x, y=y, mode="lines", line={"width": 1, "color": style.RULE}, hoverinfo="skip")


def _spokes(figure: go.Figure, centre: np.ndarray, ends: np.ndarray, width: np.ndarray, colour: str) -> None:
    """One feature's spokes in all wheels: a trace for each width, since a trace has only one."""
    for w in np.unique(width):
        at, gap = width == w, np.full((np.sum(width == w), 2), np.nan)
        x, y = np.stack([centre[at], centre[at] + ends[at], gap], axis=1).reshape(-1, 2).T
        figure.add_scatter(x=x, y=y, mode="lines", line={"width": w, "color": colour}, hoverinfo="skip")
