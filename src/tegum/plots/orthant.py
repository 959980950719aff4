"""The latent space of a model among three of its outputs, and ReLU folding it onto the positive orthant."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from tegum.errors import BadInput
from tegum.geometry.clipping import disc, unit
from tegum.geometry.orientation import part, tilt
from tegum.geometry.weights import Weights, weights_of
from tegum.geometry.zones import cells, reach, sliced
from tegum.plots import style
from tegum.plots.space import film, places, space

NONE, SEVERAL = "#A9A293", "#9B1B30"
FRAMES = 21
POINTS_ACROSS = 19  # of the grid of points on the plane
LABELS = 1.12  # where an axis has its name, in lengths of the axis
FLAT = {"ambient": 0.92, "diffuse": 0.2, "specular": 0.0}


def orthant(model: Any, outputs: Sequence[int] = (0, 1, 2), domain: np.ndarray | None = None) -> go.Figure:
    """The plane z(h) = D h + b in the space of three outputs, coloured by which of them are positive, as a film.

    Positive: none, grey; exactly one, that feature's colour; two or three, red. The slider moves every point from z
    to (1 − t) z + t ReLU(z): the coloured parts fold onto the axes and the faces of the orthant, the grey part
    onto the origin. Larger dots with numbers are the tips, each feature alone at 1, where the model itself puts them;
    the arrow from the origin is b.

    model: whatever `tegum.geometry.weights_of` reads, one model with n ≥ 3. m = 1 gives a line; of m ≥ 3 the plane is
    the best-fitting slice (`tegum.geometry.sliced`), in which the tips need not lie. domain: convex polygon (V, 2) of
    latent space, for m = 1 its two ends (2, 1); default: the disc that holds all tips.
    """
    weights = weights_of(model)
    if weights.batch or weights.features < 3 or len(outputs) != 3:
        raise BadInput(
            f"outputs={tuple(outputs)} of a model with n={weights.features} and a batch of shape {weights.batch}: an "
            "orthant shows three outputs of one model with n of 3 or more; pick one model and three outputs."
        )
    if not all(np.isfinite(array).all() for array in weights.parts):
        raise BadInput("this model has weights that are not finite and no latent plane; pick one that did not diverge.")
    sheet, own = _sheet(weights), part(weights, outputs)
    seen, shown = part(sheet, outputs), weights.at_tips[list(outputs)].T
    whole = _whole(sheet, domain, weights.hidden)
    names = [f"only y<sub>{i}</sub>" for i in outputs]
    shades = style.SERIES[:3]
    parts = _Parts(seen, whole, names, shades)
    spokes = _Spokes(_raised(own, weights.encoder_bias[None]), shown, {j: shades[k] for k, j in enumerate(outputs)})
    figure = space(640, axes=False, eye=_eye(seen))
    length = 1.15 * max(parts.everything.max(), shown.max(), 0.1)
    _room(figure, np.concatenate([parts.everything, shown, LABELS * length * np.eye(3), np.zeros((1, 3))]))
    still = _stage(length, outputs, tilt(seen)) + _offset(own.bias, length)
    moving = [*parts.traces(0.0), *spokes.traces(0.0)]
    figure.add_traces([*moving, *still])
    times = np.linspace(0, 1, FRAMES)
    frames = [places([*parts.traces(t), *spokes.traces(t)]) for t in times]
    film(figure, frames, [f"{t:.2f}" for t in times], traces=range(len(moving)), what="ReLU applied to the part t =")
    _words(figure, tilt(seen), own.bias, outputs, sliced=weights.hidden > 2)
    return figure.update_layout(legend={"title": {"text": "positive outputs:  ", "font": {"size": 13}}})


def snapped(z: np.ndarray, t: float) -> np.ndarray:
    """On the way from z to ReLU(z): (1 − t) z + t ReLU(z)."""
    way: np.ndarray = z - t * np.minimum(z, 0)
    return way


def _sheet(weights: Weights) -> Weights:
    """The model with m = 2: a slice, or a line in a plane that has no width."""
    if weights.hidden == 1:
        flat = np.zeros((1, weights.features))
        encoder = np.concatenate([weights.encoder, flat])
        return Weights(encoder, np.hstack([weights.decoder, flat.T]), weights.bias, np.append(weights.encoder_bias, 0))
    return weights if weights.hidden == 2 else sliced(weights)


def _whole(sheet: Weights, domain: np.ndarray | None, hidden: int) -> np.ndarray:
    radius = float(reach(sheet))
    if hidden == 1:
        ends = np.array([[-radius], [radius]]) if domain is None else np.asarray(domain, float)
        return np.hstack([ends, np.zeros_like(ends)])
    return disc(radius) if domain is None else np.asarray(domain, float)


def _raised(seen: Weights, h: np.ndarray) -> np.ndarray:
    """Points of latent space among the outputs, z = D h + b; h (k, 2)."""
    z: np.ndarray = h @ seen.decoder.T + seen.bias
    return z


def _kind(active: Sequence[int]) -> int:
    """0: none positive; 1, 2, 3: that output alone; 4: several."""
    return 4 if len(active) > 1 else active[0] + 1 if active else 0


class _Parts:
    """The plane in parts of one colour each: surfaces, their rims and a grid of points, before ReLU."""

    def __init__(self, seen: Weights, whole: np.ndarray, names: Sequence[str], shades: Sequence[str]) -> None:
        self.names = ["none", *names, "two or three"]
        self.shades = [NONE, *shades, SEVERAL]
        self.cells: list[list[np.ndarray]] = [[] for _ in self.names]
        for cell in cells(seen, whole):
            self.cells[_kind(cell.active)].append(_raised(seen, cell.shape))
        self.points = _raised(seen, _grid(whole))
        self.point_kinds = [_kind(np.flatnonzero(z > 1e-9).tolist()) for z in self.points]
        self.everything = np.concatenate([shape for shapes in self.cells for shape in shapes])

    def traces(self, t: float) -> list[Any]:
        """Surfaces and rims of each kind, then the points, at a time of the film."""
        drawn = [trace for kind in range(len(self.names)) for trace in self._kind_traces(kind, t)]
        return [*drawn, self._dots(t)]

    def _kind_traces(self, kind: int, t: float) -> list[Any]:
        shapes, shade, name = self.cells[kind], self.shades[kind], self.names[kind]
        if not shapes:
            return []
        corners, (i, j, k) = snapped(np.concatenate(shapes), t), _fans([len(shape) for shape in shapes])
        rims = [np.concatenate([shape, shape[:1], np.full((1, 3), np.nan)]) for shape in shapes]
        surface = go.Mesh3d(
            **_xyz(corners), i=i, j=j, k=k, color=shade, opacity=0.62, flatshading=True, lighting=FLAT,
            hoverinfo="skip", legendgroup=name,
        )  # fmt: skip
        line = {"width": 4, "color": shade}
        rim = go.Scatter3d(
            **_xyz(snapped(np.concatenate(rims), t)), mode="lines", line=line, name=name, legendgroup=name,
            showlegend=True, hoverinfo="skip",
        )  # fmt: skip
        return [surface, rim]

    def _dots(self, t: float) -> Any:
        marker = {"size": 3.2, "color": [self.shades[kind] for kind in self.point_kinds], "opacity": 1}
        text = [
            f"z = {_row(z)}<br>positive: {self.names[kind]}"
            for z, kind in zip(self.points, self.point_kinds, strict=True)
        ]
        where = _xyz(snapped(self.points, t))
        hover = {"text": text, "hovertemplate": "%{text}<extra></extra>"}
        return go.Scatter3d(**where, mode="markers", marker=marker, showlegend=False, **hover)


def _grid(whole: np.ndarray) -> np.ndarray:
    """Points of a triangular lattice inside a convex polygon (V, 2), or along it if it has no width."""
    low, high = whole.min(0), whole.max(0)
    step = (high - low).max() / (POINTS_ACROSS - 1)
    row, place = np.mgrid[-POINTS_ACROSS : POINTS_ACROSS + 1, -POINTS_ACROSS : POINTS_ACROSS + 1].reshape(2, -1)
    lattice = (low + high) / 2 + step * np.stack([place + 0.5 * (row % 2), np.sqrt(0.75) * row], axis=1)
    edge = np.roll(whole, -1, axis=0) - whole
    away = lattice[:, None] - whole
    side = edge[:, 0] * away[..., 1] - edge[:, 1] * away[..., 0]
    slack = 1e-9 * step**2
    inside = ((side >= -slack).all(1) | (side <= slack).all(1)) & ((lattice >= low) & (lattice <= high)).all(1)
    return lattice[inside]


def _fans(counts: Sequence[int]) -> np.ndarray:
    """The triangles (3, k) of convex polygons with so many corners, one after another: fans around each first one."""
    firsts = np.cumsum([0, *counts[:-1]])
    fans = [[np.full(n - 2, first), first + np.arange(1, n - 1), first + np.arange(2, n)]
            for n, first in zip(counts, firsts, strict=True)]  # fmt: skip
    return np.concatenate(fans, axis=1)


class _Spokes:
    """Each feature alone: its way from 0 to 1, which ReLU may bend, and its tip. start (1, 3), tips (n, 3)."""

    def __init__(self, start: np.ndarray, tips: np.ndarray, coloured: dict[int, str]) -> None:
        self.start, self.tips = start, tips
        self.shades = [coloured.get(j, style.MUTED) for j in range(len(tips))]
        self.widths = [9 if j in coloured else 4 for j in range(len(tips))]

    def traces(self, t: float) -> list[Any]:
        """Ways, tips and numbers at a time of the film."""
        way, traces = np.linspace(0, 1, 25)[:, None], []
        for tip, shade, width in zip(self.tips, self.shades, self.widths, strict=True):
            spoke, line = _xyz(snapped(self.start + way * (tip - self.start), t)), {"width": width, "color": shade}
            traces.append(go.Scatter3d(**spoke, mode="lines", line=line, hoverinfo="skip", showlegend=False))
        text = [
            f"<b>feature {j} alone</b><br>z = {_row(z)}<br>y = {_row(np.maximum(z, 0))}"
            for j, z in enumerate(self.tips)
        ]
        marker = {"size": 7, "color": self.shades, "line": {"width": 1, "color": style.GROUND}}
        traces.append(go.Scatter3d(
            **_xyz(snapped(self.tips, t)), mode="markers", marker=marker, text=text, showlegend=False,
            hovertemplate="%{text}<extra></extra>",
        ))  # fmt: skip
        numbers = [f"<b>{j}</b>" for j in range(len(self.tips))]
        beyond = _xyz(snapped(self.start + 1.14 * (self.tips - self.start), t))
        font = {"size": 18, "color": style.INK}
        traces.append(
            go.Scatter3d(**beyond, mode="text", text=numbers, textfont=font, showlegend=False, hoverinfo="skip")
        )
        return traces


def _stage(length: float, outputs: Sequence[int], tilts: np.ndarray) -> list[Any]:
    """The orthant: three pale faces and three bold axes."""
    traces: list[Any] = [_face(axis, length) for axis in range(3)]
    for axis, output in enumerate(outputs):
        end = length * np.eye(3)[axis]
        words = f"axis of output {output}<br>{tilts[axis]:.1f}° from the plane"
        traces.append(go.Scatter3d(
            **_xyz(np.stack([0 * end, end])), mode="lines", line={"width": 6, "color": style.INK}, showlegend=False,
            hovertemplate=f"{words}<extra></extra>",
        ))  # fmt: skip
        traces.append(_head(end, np.eye(3)[axis], 0.09 * length))
        traces.append(_label(LABELS * end, f"<b>y<sub>{output}</sub></b>", 17))
    return traces


def _face(axis: int, length: float) -> Any:
    """A pale square, set back a little so that what ReLU presses onto the face lies before it."""
    square = length * np.insert(np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float), axis, -0.004, axis=1)
    return go.Mesh3d(
        **_xyz(square), i=[0, 0], j=[1, 2], k=[2, 3], color=style.RULE, opacity=0.17, hoverinfo="skip", lighting=FLAT
    )


def _offset(bias: np.ndarray, length: float) -> list[Any]:
    """An arrow from the origin to where x = 0 goes, z(0) = b, if that is anywhere else."""
    size = np.linalg.norm(bias)
    if size < 1e-9:
        return []
    hover = f"b = {_row(bias)}<extra></extra>"
    line = go.Scatter3d(
        **_xyz(np.stack([0 * bias, bias])), mode="lines", line={"width": 7, "color": style.INK},
        showlegend=False, hovertemplate=hover,
    )  # fmt: skip
    return [line, _head(bias, bias / size, 0.08 * length), _label(0.5 * bias, "<b>b</b>", 17)]


def _head(tip: np.ndarray, direction: np.ndarray, size: float) -> Any:
    u, v, w = size * direction
    return go.Cone(
        **_xyz(tip[None]), u=[u], v=[v], w=[w], anchor="tip", sizemode="raw", sizeref=1, showscale=False,
        colorscale=[[0, style.INK], [1, style.INK]], hoverinfo="skip", lighting=FLAT,
    )  # fmt: skip


def _label(at: np.ndarray, text: str, size: int) -> Any:
    font = {"size": size, "color": style.INK}
    return go.Scatter3d(**_xyz(at[None]), mode="text", text=[text], textfont=font, hoverinfo="skip", showlegend=False)


def _eye(seen: Weights) -> tuple[float, float, float]:
    """A first look from the orthant's side of the plane, well aslant, so that the plane and all three axes are seen."""
    left, size, _ = np.linalg.svd(seen.decoder)
    rank = int((size > 1e-9 * max(size.max(), 1e-300)).sum())
    across = left[:, rank:]
    normal = across @ across.T @ np.ones(3)
    normal = unit(normal) if np.linalg.norm(normal) > 1e-6 else left[:, 2]
    level = np.cross([0.0, 0.0, 1.0], normal)
    level = unit(level) if np.linalg.norm(level) > 1e-6 else np.array([1.0, 0.0, 0.0])
    x, y, z = 1.5 * unit(0.75 * normal + 0.66 * level)
    return float(x), float(y), float(z)


def _room(figure: go.Figure, points: np.ndarray) -> None:
    """Equal units, and a box as tight as what moves in it."""
    low, high = points.min(0), points.max(0)
    middle, half = (low + high) / 2, 0.5 * (high - low).max()
    ranges = {f"{axis}axis.range": [m - half, m + half] for axis, m in zip("xyz", middle, strict=True)}
    figure.update_scenes(aspectmode="cube", **{name.replace(".", "_"): value for name, value in ranges.items()})


def _words(figure: go.Figure, tilts: np.ndarray, bias: np.ndarray, outputs: Sequence[int], *, sliced: bool) -> None:
    """Tilt and bias in a line above the scene, and that the plane is not the whole of latent space where it is not."""
    angles = ", ".join(f"{angle:.0f}°" for angle in tilts)
    which = ", ".join(f"y<sub>{i}</sub>" for i in outputs)
    text = f"angle from the plane to the axes of {which}: {angles}  ·  b = {_row(bias)}"
    if sliced:
        text += "<br>the plane is a slice of latent space: the features' tips need not lie on it"
    font = {"size": 13, "color": style.MUTED}
    figure.add_annotation(
        text=text, x=0.01, y=1, xref="paper", yref="paper", xanchor="left", yanchor="top", showarrow=False, font=font,
        align="left",
    )  # fmt: skip


def _row(values: Iterable[float]) -> str:
    return "(" + ", ".join(style.number(round(float(v), 6) + 0.0) for v in values) + ")"


def _xyz(points: np.ndarray) -> dict[str, np.ndarray]:
    return dict(zip("xyz", points.T, strict=True))
