"""Latent zones: where in latent space each output is positive, around the directions of the features."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from tegum.errors import BadInput
from tegum.geometry.clipping import disc
from tegum.geometry.weights import Weights, single, weights_of
from tegum.geometry.zones import boundaries, cells, centred, lone_zones, outline, reach, sliced, zones
from tegum.plots import style
from tegum.plots.solids import zone_scenes
from tegum.plots.space import arrows, film, places
from tegum.plots.tiles import Tiles, columns_for, moved, write

CROWD = 12  # features; of more, zones are drawn fainter, for they lie upon each other
FAINT, STRONG = 0.13, 0.5  # opacity of a zone, and of the part of it where its output is alone
MOST = 36  # models in one figure
SLICE = "a slice: the plane that fits the features best, with their shadows"
COUNTS = ("#FCFBF8", "#BFE0D2", "#57B2DE", "#0F6CA8", "#22304A")  # of positive outputs in a cell: 0, 1, 2, 3, 4 or more


def latent_zones(
    model: Any,
    titles: Sequence[str] | None = None,
    *,
    subtitles: Sequence[str] | None = None,
    domain: np.ndarray | None = None,
    samples: np.ndarray | None = None,
    dented: bool = False,
    columns: int | None = None,
    one_scale: bool = True,
) -> go.Figure:
    """The zones of one model or of several, around the directions of its features.

    model: whatever `tegum.geometry.weights_of` reads: a `Run` or a part of it, a pair (W, b) of NumPy arrays, a
        PyTorch state dict. With m = 2 each model is a tile; with m = 3 a scene to turn; with m > 3 the slice along
        the plane that fits the features best, where features are shown by their shadows; with m = 1 the second
        direction of the picture is empty. A feature whose column and bias are NaN is one that a smaller model lacks.
    titles, subtitles: a line above and one below each; by default the labels of a run.
    domain: polygon (V, 2), or faces (F, V, 3) for m = 3, around the latent of x = 0, to cut the zones to; default a
        disc (ball) that holds all tips.
    samples: inputs x (n, k), as columns, whose latents to mark (m = 2; hover for x and y).
    columns: tiles in a row. one_scale: whether lengths compare between tiles. dented: also draw the outline through
        the tips (m = 2), as *Superposition: An Actual View of Latent Spaces* (2024) does.

    The faint area in a feature's colour is its zone, where its output is positive; the strong part is where no other
    output is, so that ReLU snaps a latent there to the feature's axis. Ground without colour: all outputs are zero.
    A spoke leads to the latent of each feature at x = 1; the picture is centred on the latent of x = 0.
    """
    many = weights_of(model).flat()
    if len(many.encoder) > MOST:
        raise BadInput(
            f"here are {len(many.encoder)} models and a figure has room for {MOST}; pick some, such as run.at(seed=0)."
        )
    words = list(titles or many.labels or [""] * len(many.encoder))
    if len(words) != len(many.encoder) or (subtitles and len(subtitles) != len(words)):
        raise BadInput(f"titles and subtitles must be as many as there are models, {len(many.encoder)}.")
    if dented and many.hidden != 2:
        raise BadInput(f"dented=True draws an outline in the plane, m=2, but this model has m={many.hidden}.")
    _need_numbers(many)
    marked = _columns(samples, many)
    if many.hidden == 3:
        return zone_scenes(many, words, domain, subtitles=subtitles)
    if many.hidden > 3 and subtitles is None:
        subtitles = [SLICE] * len(words)
    if not one_scale:
        many = _scaled(many)
    return _tiles(many, words, subtitles, domain, dented, columns, marked)


def zone_film(model: Any, labels: Sequence[str] | None = None, *, what: str = "step") -> go.Figure:
    """The zones of one model as they move: the models of a batch are the moments of a film, such as a recorded history.

    model: one instance of a `Run` that was recorded, such as `run.at(seed=0)` with `record=every(100)`; or a pair
        (W, b) of arrays (t, 2, n) and (t, n).
    labels: the place of each moment on the slider, by default the recorded step; what: their quantity. The first look
        is at the last moment. (`figure.write_html(..., auto_play=False)` keeps it there.)
    """
    if hasattr(model, "data") and {"W_history", "b_history"} <= set(model.data):
        labels = [f"{step:,}" for step in model.data["step"].values] if labels is None else labels
        model = tuple(model.data[f"{name}_history"].values.astype(float) for name in "Wb")
    many, labels = weights_of(model), labels or []
    if len(many.batch) != 1 or many.hidden != 2 or len(labels) != many.batch[0]:
        raise BadInput(
            "a film needs the recorded moments of one model with m=2, and a label for each; this has "
            f"m={many.hidden}, a batch of shape {many.batch} and {len(labels)} labels. A run needs record=... and one "
            "instance, run.at(...)."
        )
    domain = disc(float(np.nanmax(reach(many))))
    moments = [_tiles(many[[t]], [""], None, domain, False, 1, None) for t in range(len(labels))]
    last, frames = len(moments) - 1, [_moved(moment.data) for moment in moments]
    return film(moments[last], frames, labels, traces=range(len(frames[last])), what=what, first=last)


def _moved(traces: Sequence[Any]) -> list[Any]:
    """What a frame changes: places alone, but the tips' numbers too."""
    return [trace if trace.mode == "markers" else places([trace])[0] for trace in traces]


def latent_cells(model: Any, *, domain: np.ndarray | None = None) -> go.Figure:
    """All cells of one model in the plane: which set of outputs is positive where (hover), coloured by how many.

    model: one, as for `latent_zones`; its best slice for m > 2. domain: as there.
    """
    one = single(model).flat()
    weights = _planar(one)[0]
    radius = float(reach(weights) if domain is None else np.abs(domain).max())
    tile = Tiles(1, 1, 2.2 * radius, 2.2 * radius, above=10, below=10, widest=620)
    figure = tile.figure(head=30)
    centre = moved(tile.corners(), 1.1 * radius, -1.1 * radius)[0]
    found = cells(weights, domain)
    for cell in found:
        x, y = (_closed(cell.shape[None]) + centre).T
        number = len(cell.active)
        words = ", ".join(map(str, cell.active)) or "none"
        figure.add_scatter(
            x=x, y=y, mode="lines", fill="toself", line={"width": 0.8, "color": style.MUTED}, hoveron="fills",
            fillcolor=COUNTS[min(number, len(COUNTS) - 1)], text=f"<b>positive: {words}</b>", hoverinfo="text",
            name=_many(number), legendgroup=str(number), showlegend=False,
        )  # fmt: skip
    for number in sorted({min(len(cell.active), len(COUNTS) - 1) for cell in found}):
        square = {"size": 13, "symbol": "square", "color": COUNTS[number], "line": {"width": 1, "color": style.MUTED}}
        figure.add_scatter(x=[None], y=[None], mode="markers", marker=square, name=_many(number), showlegend=True)
    _spokes(figure, weights.flat(), one, centre[None], [style.INK] * weights.features)
    if one.hidden > 2:
        write(figure, moved(centre[None], 0, -1.1 * radius), [SLICE], size=12, color=style.MUTED)
    return figure.update_layout(showlegend=True, legend={"y": 1, "yanchor": "bottom", "x": 0})


def _many(number: int) -> str:
    last = len(COUNTS) - 1
    return "silent" if number == 0 else f"{last} or more" if number >= last else f"{number} positive"


def _need_numbers(many: Weights) -> None:
    """Whole models and whole features may be NaN: what diverged, and what a smaller model lacks. Nothing else may."""
    lacking = np.isnan(many.bias) & np.isnan(many.decoder).all(axis=-1) & np.isnan(many.encoder).all(axis=-2)
    odd = ~np.isfinite(many.bias) | ~np.isfinite(many.decoder).all(axis=-1) | ~np.isfinite(many.encoder).all(axis=-2)
    gone = np.isnan(many.decoder).all(axis=(-2, -1))
    if (odd & ~lacking & ~gone[:, None]).any():
        raise BadInput("W or b is not finite; give numbers, or NaN in all that belongs to a feature that is not there.")


def _columns(samples: np.ndarray | None, many: Weights) -> np.ndarray | None:
    """The inputs to mark, (n, k)."""
    if samples is None:
        return None
    x = np.asarray(samples, float)
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or len(x) != many.features or many.hidden == 3:
        raise BadInput(
            f"samples of shape {x.shape} must be columns (n={many.features}, k) of a model with m other than 3, which "
            f"this has: m={many.hidden}."
        )
    return x


def _scaled(many: Weights) -> Weights:
    """The same models with their longest spokes of one length, which changes no output."""
    size = reach(centred(many))[:, None, None]
    inner = many.encoder_bias / size[..., 0]
    return Weights(many.encoder / size, many.decoder * size, many.bias, inner, many.labels)


def _planar(many: Weights) -> Weights:
    """The models in the plane: with an empty second dimension where m = 1, on their best slices where m > 2."""
    if many.hidden == 2:
        return centred(many)
    if many.hidden == 1:
        flat = centred(many)
        encoder = np.concatenate([flat.encoder, np.zeros_like(flat.encoder)], axis=-2)
        decoder = np.concatenate([flat.decoder, np.zeros_like(flat.decoder)], axis=-1)
        return Weights(encoder, decoder, flat.bias, np.zeros((*flat.batch, 2)))
    slices = [sliced(many[p]).parts for p in range(len(many.encoder))]
    encoder, decoder, bias, inner = (np.stack(part) for part in zip(*slices, strict=True))
    return Weights(encoder, decoder, bias, inner)


def _tiles(
    many: Weights,
    titles: Sequence[str],
    subtitles: Sequence[str] | None,
    domain: np.ndarray | None,
    dented: bool,
    columns: int | None,
    samples: np.ndarray | None,
) -> go.Figure:
    true, many = many, _planar(many)
    k, n = len(many.encoder), many.features
    radius = float(np.nanmax(reach(many)) if domain is None else np.abs(domain).max())
    columns = columns or columns_for(k, most=4 if k > 3 else 3)
    above, below = (34 if any(titles) else 10), (34 if subtitles else 14)
    tiles = Tiles(k, columns, 2.12 * radius, 2.04 * radius, above=above, below=below, widest=520)
    figure = tiles.figure(head=0)
    centre = moved(tiles.corners(), 1.06 * radius, -1.02 * radius)
    cut = disc(radius) if domain is None else domain
    _border(figure, np.broadcast_to(cut, (k, *cut.shape)) + centre[:, None])
    shades = style.feature_colours(n)
    for polygons, words, opacity in (
        (zones(many, cut), "zone of output {}", FAINT),
        (lone_zones(many, cut), "output {} alone is positive", STRONG),
    ):
        for i in range(n):
            shade = style.faint(shades[i], opacity * min(1.0, CROWD / n))
            _fill(figure, polygons[:, i] + centre[:, None], shade, words.format(i))
    for i, ends in enumerate(np.moveaxis(boundaries(many, cut), 1, 0) + centre[:, None]):
        line = {"width": 1.2, "color": style.faint(shades[i], 0.7)}
        figure.add_scatter(**arrows(ends[:, 1], ends[:, 0]), mode="lines", line=line, hoverinfo="skip")
    if dented:
        line = {"width": 1, "color": style.INK, "dash": "dot"}
        x, y = _closed(outline(many) + centre[:, None]).T
        figure.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip")
    _spokes(figure, many, true, centre, shades)
    if samples is not None:
        _samples(figure, many, true, centre, samples)
    gone = np.isnan(true.decoder).all(axis=(-2, -1))
    write(figure, centre[gone], ["not finite"] * int(gone.sum()), size=13, color=style.MUTED)
    write(figure, moved(centre, 0, 1.02 * radius), titles, size=15, up=14, family=style.SERIF)
    if subtitles:
        write(figure, moved(centre, 0, -1.02 * radius), subtitles, size=12, up=-14, color=style.MUTED)
    return figure


def _closed(polygons: np.ndarray) -> np.ndarray:
    """Polygons (k, V, 2) as one list of points: each closed, with a gap after it."""
    gap = np.full((len(polygons), 1, 2), np.nan)
    return np.concatenate([polygons, polygons[:, :1], gap], axis=1).reshape(-1, 2)


def _border(figure: go.Figure, domains: np.ndarray) -> None:
    x, y = _closed(domains).T
    line = {"width": 1.2, "color": style.MUTED, "dash": "dot"}
    figure.add_scatter(x=x, y=y, mode="lines", line=line, fill="toself", fillcolor="#FFFFFF", hoverinfo="skip")


def _fill(figure: go.Figure, polygons: np.ndarray, shade: str, words: str) -> None:
    there = polygons[~np.isnan(polygons).any(axis=(1, 2))]
    x, y = _closed(there).T if len(there) else (np.array([np.nan]), np.array([np.nan]))
    figure.add_scatter(
        x=x, y=y, mode="lines", fill="toself", fillcolor=shade, hoveron="fills", text=words, line={"width": 0},
        hoverinfo="text", name=words,
    )  # fmt: skip


def _spokes(figure: go.Figure, many: Weights, true: Weights, centre: np.ndarray, shades: Sequence[str]) -> None:
    """From the latent of x = 0 to each tip, with the feature's number beyond it; what is true of a tip on hover."""
    k, n = len(many.encoder), many.features
    start, tips = many.encoder_bias + centre, many.tips + centre[:, None]
    for i in range(n):
        line = {"width": 2.4, "color": shades[i]}
        figure.add_scatter(**arrows(tips[:, i], start), mode="lines", line=line, hoverinfo="skip", showlegend=False)
    z = true.at_tips
    figure.add_scatter(
        x=tips[..., 0].ravel(), y=tips[..., 1].ravel(), mode="markers", showlegend=False,
        hovertemplate="%{text}<extra></extra>",
        marker={"size": 8, "color": list(shades) * k, "opacity": 1, "line": {"width": 1, "color": style.GROUND}},
        text=[_facts(z[p], float(np.linalg.norm(true.encoder[p, :, i])), i) for p in range(k) for i in range(n)],
    )  # fmt: skip
    away = many.tips - many.encoder_bias[:, None]
    length = np.linalg.norm(away, axis=-1, keepdims=True)
    beyond = away * (1 + 0.075 * np.nanmax(length, initial=1e-9) / np.maximum(length, 1e-9)) + start[:, None]
    figure.add_scatter(
        x=beyond[..., 0].ravel(), y=beyond[..., 1].ravel(), mode="text", text=[str(i) for i in range(n)] * k,
        textfont={"size": 11 if k > 6 else 13, "color": style.INK}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip


def _samples(figure: go.Figure, many: Weights, true: Weights, centre: np.ndarray, x: np.ndarray) -> None:
    """The latents of given inputs, with what the model answers."""
    k, inputs = len(many.encoder), x.T
    h = inputs @ many.encoder.mT + many.encoder_bias[:, None] + centre[:, None]
    z = inputs @ true.encoder.mT @ true.decoder.mT + (true.at_tips - true.decoder @ true.encoder)[..., 0][:, None]
    words = [f"<b>x = {_row(one)}</b><br>y = {_row(y)}" for p in range(k) for one, y in zip(inputs, z[p], strict=True)]
    figure.add_scatter(
        x=h[..., 0].ravel(), y=h[..., 1].ravel(), mode="markers", text=words, showlegend=False, name="samples",
        marker={"size": 9, "symbol": "diamond", "color": style.INK, "line": {"width": 1, "color": style.GROUND}},
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip


def _row(values: np.ndarray) -> str:
    return "(" + ", ".join(style.number(round(max(float(v), 0.0), 4)) for v in values) + ")"


def _facts(z: np.ndarray, norm: float, i: int) -> str:
    others = [f"{j}: {style.number(z[j, i])}" for j in range(len(z)) if j != i and z[j, i] > 1e-6]
    wrong = f"<br>also positive there: {', '.join(others)}" if others else ""
    return f"<b>feature {i} at x = 1</b><br>norm {norm:.3f}<br>output {i}: {style.number(max(z[i, i], 0))}{wrong}"
