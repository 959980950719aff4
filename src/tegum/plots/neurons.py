"""Neurons as stacked weights: one column a neuron, one block a feature, positive weights upwards."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.plots import style
from tegum.plots.tiles import Tiles, columns_for, moved, write

WIDE = 0.8  # of a column, in units of the distance between two
LEAST = 0.02  # of the tallest column: thinner blocks are not drawn
NAMED = 13  # pixels: blocks from this height on carry their feature's number
PALE = 0.75  # of the shade: from here on numbers are dark
FAINT = {0: style.RULE, 1: style.SERIES[0], 2: style.SERIES[1]}  # nothing, one feature, several


def neuron_stacks(
    weights: ArrayLike,
    several: ArrayLike,
    titles: Sequence[str],
    *,
    subtitles: Sequence[str] | None = None,
    columns: int | None = None,
    height: int = 170,
    names: bool = True,
    what: str = "weight",
    shade: ArrayLike | None = None,
    features: ArrayLike | None = None,
    values: ArrayLike | None = None,
    shade_words: tuple[str, str] | None = ("0, most important", "least"),
    marks: Sequence[Sequence[str]] | None = None,
) -> go.Figure:
    """One panel per model: a column for each neuron, its weights stacked, the largest next to the axis.

    weights (k, m, n): neurons as rows, in the order to draw them; negative ones hang below the axis. several (k, m):
    how many features each neuron stores; it tints the neuron's ground, blue for one, orange for several.
    shade (n,), in [0, 1]: what colours features; by default their place. features (n,): their numbers, where they are
    not 0 … n − 1; values (k, m, n): what a hover tells, where it is not the weight drawn. ``height`` is the panel's, in
    pixels; ``names``: write features' numbers into blocks that have room. shade_words: the ends of the key of colours,
    None for no key; marks (k, m): words under neurons.
    """
    weights, several = style.finite(weights), np.asarray(several)
    k, m, n = weights.shape
    shade = np.linspace(0, 1, n) if shade is None else np.asarray(shade, float)
    features = np.arange(n) if features is None else np.asarray(features)
    values = weights if values is None else np.asarray(values, float)
    up, down = _extent(weights)
    columns = columns or columns_for(k, most=4)
    tiles = Tiles(k, columns, m + 1.2, (m + 1.2) * height * columns / 980, above=34,
                  below=32 if subtitles or marks else 10, widest=980)  # fmt: skip
    figure, corner = tiles.figure(), tiles.corners()
    unit = tiles.height / (up + down)
    axis = corner[:, 1] - up * unit
    for p in range(k):
        _grounds(figure, corner[p], tiles.height, several[p])
        at = np.array([corner[p, 0], axis[p]])
        _blocks(figure, at, unit, weights[p], values[p], shade, features, several[p], what,
                NAMED / tiles.pixels if names else np.inf)  # fmt: skip
    _axes(figure, corner[:, 0], axis, m)
    _words(figure, corner, tiles.height, m, titles, subtitles, marks)
    if shade_words:
        ticks = {0.0: shade_words[0], 1.0: shade_words[1]}
        style.add_key(figure, style.IMPORTANCE, style.key("feature", x=0.5, width=240, ticks=ticks))
    return figure.update_layout(barmode="overlay", bargap=0)


def _extent(weights: np.ndarray) -> tuple[float, float]:
    """How far the tallest column goes up, and how far the deepest hangs down; 0 where hardly any."""
    up, down = (float(max(np.clip(sign * weights, 0, None).sum(axis=2).max(), 1e-9)) for sign in (1, -1))
    return up, down if down > LEAST * up else 0.0


def _words(
    figure: go.Figure, corner: np.ndarray, height: float, m: int, titles: Sequence[str],
    subtitles: Sequence[str] | None, marks: Sequence[Sequence[str]] | None,
) -> None:  # fmt: skip
    """Titles above, words below, of panels and of single neurons."""
    middle = moved(corner, 0.6 + m / 2, 0)
    write(figure, middle, titles, size=15, up=16, family=style.SERIF)
    if subtitles:
        write(figure, moved(middle, 0, -height), subtitles, size=12, up=-13, color=style.MUTED)
    for at, words in zip(corner, marks or (), strict=bool(marks)):
        for k, word in enumerate(words):
            if word:
                write(figure, moved(at[None], 1.1 + k, -height), [word], size=11, up=-13, color=style.MUTED)


def _grounds(figure: go.Figure, corner: np.ndarray, height: float, several: np.ndarray) -> None:
    """A faint column behind each neuron, coloured by whether it stores one feature or several."""
    figure.add_bar(
        x=corner[0] + 1.1 + np.arange(len(several)), y=np.full(len(several), height), base=corner[1] - height,
        width=0.96, hoverinfo="skip",
        marker={"color": [style.faint(FAINT[min(int(count), 2)], 0.16) for count in several], "line": {"width": 0}},
    )  # fmt: skip


def _blocks(
    figure: go.Figure, at: np.ndarray, unit: float, weights: np.ndarray, values: np.ndarray, shade: np.ndarray,
    features: np.ndarray, several: np.ndarray, what: str, room: float,
) -> None:  # fmt: skip
    """One model's blocks, from its axis at ``at`` upwards and downwards; ``room``: the least height for a number."""
    order = np.argsort(-np.abs(weights), axis=1, kind="stable")
    tall = np.take_along_axis(weights, order, axis=1)
    up, down = np.cumsum(np.clip(tall, 0, None), axis=1), np.cumsum(np.clip(tall, None, 0), axis=1)
    end = np.where(tall > 0, up, down)
    drawn = np.abs(tall) > LEAST * np.abs(end).max()
    neuron, feature, weight = np.nonzero(drawn)[0], order[drawn], tall[drawn]
    figure.add_bar(
        x=at[0] + 1.1 + neuron, y=weight * unit, base=at[1] + (end[drawn] - weight) * unit, width=WIDE,
        marker={"color": np.array(style.colours(style.IMPORTANCE, shade, 0, 1))[feature].tolist(),
                "line": {"width": 0.8, "color": style.GROUND}},
        text=[str(features[f]) if abs(w) * unit >= room else "" for f, w in zip(feature, weight, strict=True)],
        textposition="inside", insidetextanchor="middle", textangle=0, constraintext="none",
        textfont={"size": 11, "color": [style.INK if shade[f] > PALE else style.GROUND for f in feature]},
        customdata=np.stack([neuron, features[feature], values[neuron, feature], several[neuron]], axis=1),
        hovertemplate=f"neuron %{{customdata[0]}}, feature %{{customdata[1]}}<br>{what} <b>%{{customdata[2]:.3f}}</b>"
        "<br>features stored: %{customdata[3]}<extra></extra>",
    )  # fmt: skip


def _axes(figure: go.Figure, left: np.ndarray, axis: np.ndarray, m: int) -> None:
    x = (left[:, None] + np.array([0.6, m + 0.6, np.nan])).ravel()
    figure.add_scatter(x=x, y=np.repeat(axis, 3), mode="lines", line={"width": 1, "color": style.INK},
                       hoverinfo="skip")  # fmt: skip
