"""A film of dictionaries in a plane, side by side: their vectors, where each latent begins to fire, and the courses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.plots import style
from tegum.plots.space import arrows, film
from tegum.plots.tiles import NARROW

COLUMNS = 3  # of planes
RIGHT = 0.78  # where the planes end and the courses begin, as a share of the width
DIGITS = 3  # of every number in a frame
DECODER, ENCODER, DEAD, TRUE = style.INK, style.SERIES[6], "#A39C8E", style.SERIES[4]
CLOUD = 250  # samples drawn
BAR = 0.13  # of a plane's half width: half of the bar where a latent begins to fire
WORDS = ("decoder vector", "encoder vector", "begins to fire", "of a dead latent", "true direction")


@dataclass(frozen=True)
class Reel:
    """One dictionary at its moments, all beginning with (t,): W_e (t, k, 2), b_e (t, k), W_d (t, 2, k), b_d (t, 2).

    dead (t, k): latents that fire on nothing; found (t,): how many true directions are found; loss (t,).
    """

    W_e: np.ndarray
    b_e: np.ndarray
    W_d: np.ndarray
    b_d: np.ndarray
    dead: np.ndarray
    found: np.ndarray
    loss: np.ndarray


def dictionary_film(
    reels: Mapping[str, Reel],
    steps: ArrayLike,
    truth: ArrayLike,
    samples: ArrayLike,
    *,
    shades: Mapping[str, str] | None = None,
    edits: Sequence[int] = (),
    first: int = 0,
) -> go.Figure:
    """One plane for each dictionary, by its name, at steps (t,); beside them losses, dead latents, features found.

    truth (2, n): the true directions, drawn to their lengths; samples (2, N): activations, drawn as a faint cloud.
    shades: a colour for each dictionary. edits: steps at which something was done to the dictionaries, marked in the
    courses. first: the frame shown first.

    An arrow with a head is a live latent's; a dead one's is grey and ends in a hollow ring. The bar across an encoder
    vector's line is where its latent begins to fire: inputs beyond it make it fire.
    """
    D, h, steps = np.asarray(truth, float), np.asarray(samples, float)[:, :CLOUD], np.asarray(steps)
    radius = 1.16 * max(_long(list(reels.values())), float(np.hypot(*D).max()), 1.0)
    places = _places(len(reels), radius)
    shades = {name: (shades or style.palette(list(reels)))[name] for name in reels}
    figure = _canvas(shades, places, radius)
    _axes(figure, list(reels.values()), D.shape[1], int(steps[-1]), edits)
    _fixed(figure, D, h, places)
    _courses(figure, reels, steps, shades)
    frames = [_moment(list(reels.values()), t, int(steps[t]), places, radius, D.shape[1]) for t in range(len(steps))]
    moving = range(len(figure.data), len(figure.data) + len(frames[first]))
    figure.add_traces(frames[first])
    return film(figure, frames, [f"{step:,}" for step in steps], traces=list(moving), what="step", first=first)


def _long(reels: Sequence[Reel]) -> float:
    """The length that 1 in 20 live encoder vectors exceed, over all moments; those leave their planes."""
    lengths = [np.linalg.norm(one.W_e, axis=-1)[~one.dead] for one in reels]
    return float(np.quantile(np.concatenate([*lengths, [0.0]]), 0.95))


def _places(count: int, radius: float) -> np.ndarray:
    """The centre of each plane, (count, 2)."""
    row, column = np.divmod(np.arange(count), COLUMNS)
    return np.stack([2.06 * radius * column, -2.3 * radius * row], axis=1)


def _canvas(shades: Mapping[str, str], places: np.ndarray, radius: float) -> go.Figure:
    """An empty figure with room for the planes, each under its name in its colour."""
    rows = -(-len(places) // COLUMNS)
    low, high = places.min(0) - 1.02 * radius, places.max(0) + np.array([1.02, 1.25]) * radius
    hidden = {"visible": False, "constrain": "domain"}
    figure = style.figure(76 + 248 * max(rows, 2)).update_layout(
        margin={"l": 10, "r": 14, "t": 44, "b": 30},
        meta={"narrow": NARROW},
        xaxis={**hidden, "domain": [0, RIGHT - 0.075], "range": [low[0], high[0]]},
        yaxis={**hidden, "range": [low[1], high[1]], "scaleanchor": "x", "constraintoward": "top"},
        legend={"y": 1, "yref": "container", "yanchor": "top", "itemsizing": "constant", "itemclick": False,
                "itemdoubleclick": False},
    )  # fmt: skip
    for (x, y), (name, shade) in zip(places, shades.items(), strict=True):
        figure.add_annotation(
            x=x, y=y + 1.06 * radius, yshift=15, text=f"<b>{name}</b>", showarrow=False,
            font={"size": 14, "color": shade},
        )  # fmt: skip
    return figure


def _axes(figure: go.Figure, reels: Sequence[Reel], features: int, last: int, edits: Sequence[int]) -> None:
    """Three axes one above the other, for losses, dead latents and features found, with the steps of edits."""
    losses = np.log10(np.concatenate([one.loss for one in reels]))
    axes: tuple[dict[str, Any], ...] = (
        {"title": {"text": "loss"}, "type": "log", "range": [losses.min() - 0.05, losses.max() + 0.05],
         "tickvals": [a * 10.0**k for k in range(-6, 3) for a in (1, 2, 5)], "tickformat": "~g"},
        {"title": {"text": "dead latents"}, "range": [-0.4, reels[0].b_e.shape[1] + 0.4], "dtick": 2},
        {"title": {"text": "features found"}, "range": [-0.4, features + 0.4], "dtick": 1},
    )  # fmt: skip
    for i, axis in enumerate(axes):
        k, top = i + 2, 1 - 0.345 * i
        figure.update_layout({
            f"xaxis{k}": {"domain": [RIGHT, 1], "anchor": f"y{k}", "range": [0, last], "nticks": 4,
                          "tickformat": ",~r", "showticklabels": i == 2, "title": {"text": "step" if i == 2 else ""}},
            f"yaxis{k}": {"domain": [top - 0.3, top], "anchor": f"x{k}", **axis},
        })  # fmt: skip
        for step in edits:
            figure.add_shape(
                type="line", x0=step, x1=step, y0=0, y1=1, xref=f"x{k}", yref=f"y{k} domain", layer="below",
                line={"width": 1.5, "color": style.RULE},
            )  # fmt: skip


def _fixed(figure: go.Figure, D: np.ndarray, h: np.ndarray, places: np.ndarray) -> None:
    """What does not move: the samples, the true directions with their numbers, and a key to the marks."""
    rays = _lines(places, [np.zeros_like(D.T)] * len(places), [D.T] * len(places))
    figure.add_scatter(**rays, mode="lines", line={"width": 6, "color": style.faint(TRUE, 0.4)}, hoverinfo="skip",
                       showlegend=False)  # fmt: skip
    cloud = np.concatenate([h.T + place for place in places])
    figure.add_scatter(
        x=_rounded(cloud[:, 0]), y=_rounded(cloud[:, 1]), mode="markers", hoverinfo="skip", showlegend=False,
        marker={"size": 3, "color": style.faint(style.INK, 0.3)},
    )  # fmt: skip
    names = np.concatenate([1.09 * D.T + place for place in places])
    figure.add_scatter(
        x=names[:, 0], y=names[:, 1], mode="text", text=[str(i) for i in range(D.shape[1])] * len(places),
        textfont={"size": 11, "color": style.MUTED}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    head: dict[str, Any] = {"symbol": "arrow", "size": 10, "angle": 90, "opacity": 1}
    keys: tuple[dict[str, Any], ...] = (
        {"mode": "lines+markers", "line": {"width": 2.4, "color": DECODER}, "marker": {**head, "color": DECODER}},
        {"mode": "lines+markers", "line": {"width": 1.6, "color": ENCODER}, "marker": {**head, "color": ENCODER}},
        {"mode": "markers", "marker": {"symbol": "line-ns-open", "size": 12, "color": ENCODER, "line_width": 2.4}},
        {"mode": "lines+markers", "line": {"width": 1.2, "color": DEAD},
         "marker": {"symbol": "circle-open", "size": 7, "color": DEAD, "opacity": 1}},
        {"mode": "lines", "line": {"width": 6, "color": style.faint(TRUE, 0.4)}},
    )  # fmt: skip
    for words, looks in zip(WORDS, keys, strict=True):
        figure.add_scatter(x=[None], y=[None], name=words, **looks)


def _courses(figure: go.Figure, reels: Mapping[str, Reel], steps: np.ndarray, shades: Mapping[str, str]) -> None:
    """Losses, dead latents and features found over all steps; whole numbers a little apart, so that all are seen."""
    for s, (name, one) in enumerate(reels.items()):
        apart = 0.05 * (s - (len(reels) - 1) / 2)
        for k, (values, shift) in enumerate(((one.loss, 0.0), (one.dead.sum(1), 2 * apart), (one.found, apart))):
            figure.add_scatter(
                x=steps, y=_rounded(values + shift, 5), xaxis=f"x{k + 2}", yaxis=f"y{k + 2}", mode="lines",
                line={"width": 1.6, "color": shades[name], "shape": "linear" if k == 0 else "hv"}, name=name,
                customdata=values, hovertemplate=f"{name}, step %{{x}}: %{{customdata:.3g}}<extra></extra>",
                showlegend=False,
            )  # fmt: skip


def _moment(reels: Sequence[Reel], t: int, step: int, places: np.ndarray, radius: float, features: int) -> list[Any]:
    """All that moves in one frame."""
    dead, live = [one.dead[t] for one in reels], [~one.dead[t] for one in reels]
    starts = [np.zeros_like(one.W_e[t]) + one.b_d[t] for one in reels]
    decoders = [one.W_d[t].T + one.b_d[t] for one in reels]
    encoders = [one.W_e[t] + one.b_d[t] for one in reels]
    bars = [_bars(one, t, radius) for one in reels]
    here = [radius * np.array([[-0.02, 1.06]])] * len(reels)
    words = [
        f"{one.found[t]} of {features} found" + (f", {one.dead[t].sum()} dead" if one.dead[t].any() else "")
        for one in reels
    ]
    now = np.concatenate([spot + place for spot, place in zip(here, places, strict=True)])
    pens: tuple[tuple[list[np.ndarray], bool, dict[str, Any]], ...] = (
        (encoders, False, {"width": 1, "color": DEAD, "dash": "dot"}),
        (decoders, False, {"width": 1.2, "color": DEAD}),
        (encoders, True, {"width": 1.6, "color": ENCODER}),
        (decoders, True, {"width": 2.4, "color": DECODER}),
    )
    traces = [_bundle(places, starts, tips, live if alive else dead, pen) for tips, alive, pen in pens]
    for who, pen in ((dead, {"width": 1.4, "color": DEAD}), (live, {"width": 2.4, "color": ENCODER})):
        traces.append(_strokes(places, bars, who, pen))
    traces.append(
        go.Scatter(x=_rounded(now[:, 0]), y=_rounded(now[:, 1]), mode="text", text=words, hoverinfo="skip",
                   textfont={"size": 12}, showlegend=False)
    )  # fmt: skip
    for k in (2, 3, 4):
        traces.append(
            go.Scatter(x=[step, step], y=[1e-6, 1e3] if k == 2 else [-9, 99], xaxis=f"x{k}", yaxis=f"y{k}",
                       mode="lines", line={"width": 1.4, "color": style.INK}, hoverinfo="skip", showlegend=False)
        )  # fmt: skip
    return traces


def _bars(one: Reel, t: int, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Both ends (k, 2) of a short bar across each encoder vector's line, where its latent begins to fire."""
    W_e, length = one.W_e[t], np.hypot(*one.W_e[t].T)[:, None]
    unit = W_e / np.where(length > 0, length, 1)
    reach = -one.b_e[t][:, None] / np.where(length > 0, length, np.nan)
    middle = one.b_d[t] + unit * np.where(np.abs(reach) < 0.95 * radius, reach, np.nan)
    aside = BAR * radius * np.stack([-unit[:, 1], unit[:, 0]], axis=1)
    return middle - aside, middle + aside


def _bundle(
    places: np.ndarray, starts: Sequence[np.ndarray], tips: Sequence[np.ndarray], who: Sequence[np.ndarray],
    pen: Mapping[str, Any],
) -> Any:  # fmt: skip
    """The arrows of some latents of all planes, as one trace; with heads, or rings for the dead."""
    line = _lines(places, starts, [np.where(some[:, None], tip, np.nan) for tip, some in zip(tips, who, strict=True)])
    dead, count = pen["color"] == DEAD, len(line["x"]) // 3
    marker = {"size": [0, 6 if dead else 9, 0] * count, "color": pen["color"], "opacity": 1}
    marker |= {"symbol": "circle-open"} if dead else {"symbol": "arrow", "angleref": "previous"}
    return go.Scatter(**line, mode="lines+markers", marker=marker, line=pen, hoverinfo="skip", showlegend=False)


def _strokes(
    places: np.ndarray, bars: Sequence[tuple[np.ndarray, np.ndarray]], who: Sequence[np.ndarray], pen: Mapping[str, Any]
) -> Any:
    """The bars of some latents of all planes, as one trace."""
    ends = [np.where(some[:, None], end, np.nan) for (_, end), some in zip(bars, who, strict=True)]
    line = _lines(places, [start for start, _ in bars], ends)
    return go.Scatter(**line, mode="lines", line=pen, hoverinfo="skip", showlegend=False)


def _lines(places: np.ndarray, starts: Sequence[np.ndarray], ends: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Lines of all planes, each in its place, as one trace with gaps."""
    at = [(start + place, end + place) for place, start, end in zip(places, starts, ends, strict=True)]
    line = arrows(np.concatenate([end for _, end in at]), np.concatenate([start for start, _ in at]))
    return {axis: _rounded(values) for axis, values in line.items()}


def _rounded(values: ArrayLike, digits: int = DIGITS) -> np.ndarray:
    return np.round(np.asarray(values, float), digits).astype(np.float32)
