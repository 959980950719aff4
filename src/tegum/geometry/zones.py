"""Latent zones: for each output, where in latent space it is positive; exact polygons and polyhedra.

Output i of y = ReLU(D h + b) is positive in a half-space, D_i·h + b_i > 0, its *zone*, bounded by a line (m = 2) or a
plane (m = 3). Zones have no end; to be drawn or measured they are cut to a convex *domain*. By default it is a disc
(or ball) around the latent of x = 0 that holds every feature's tip with room to spare. A disc, because W is known up
to rotation only and a disc does not change with it; the outline through the tips (`outline`) seems to say that latent
space ends there, and a feature near the origin gives it a dent.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from tegum.errors import BadInput
from tegum.geometry.clipping import ROUNDING, area, ball, clip, cut, disc, unit, volume, widened
from tegum.geometry.weights import Weights, single, weights_of

ROOM = 1.25  # radius of the default domain, in lengths of the longest spoke


def reach(model: Any) -> Float[np.ndarray, "*batch"]:
    """Radius of the default domain: 1.25 times the distance of the farthest tip from the latent of x = 0, or 1."""
    lengths = np.nan_to_num(np.linalg.norm(weights_of(model).encoder, axis=-2)).max(axis=-1)
    return np.asarray(np.where(lengths > 0, ROOM * lengths, 1.0))


def centred(model: Any) -> Weights:
    """The same model with the origin of its latent space moved to the latent of x = 0, which changes no output."""
    weights = weights_of(model)
    bias = weights.bias + np.einsum("...nm,...m->...n", weights.decoder, weights.encoder_bias)
    return Weights(weights.encoder, weights.decoder, bias, np.zeros_like(weights.encoder_bias), weights.labels)


def outline(model: Any) -> Float[np.ndarray, "*batch n 2"]:
    """The polygon through the tips of all features, in order of their angle (m = 2).

    It shows the part of latent space between the features, but not where zones end, and it is dented where
    a feature is near the origin. For comparison with drawings that use it.
    """
    weights = weights_of(model)
    _need(weights, 2)
    order = np.argsort(np.arctan2(weights.tips[..., 1], weights.tips[..., 0]), axis=-1)
    return np.take_along_axis(weights.tips, order[..., None], axis=-2)


def zones(model: Any, domain: Float[np.ndarray, "... V 2"] | None = None) -> Float[np.ndarray, "*batch n W 2"]:
    """The zone of each output in the plane (m = 2), cut to the domain: by default each model's own disc.

    >>> W = np.array([[1.0, -1.0], [0.0, 0.0]])
    >>> area(zones((W, np.array([0.0, -9.0])), disc(1.0, 4))).tolist()  # half of it, and nothing
    [1.0, 0.0]
    """
    weights = weights_of(model)
    _need(weights, 2)
    return clip(_domain(weights, domain)[..., None, :, :], weights.decoder, weights.bias)


def boundaries(model: Any, domain: Float[np.ndarray, "... V 2"] | None = None) -> Float[np.ndarray, "*batch n 2 2"]:
    """Where each zone begins (m = 2): the two ends of its line D_i·h + b_i = 0 in the domain; NaN where it misses it.

    >>> ends = boundaries((np.eye(2), np.zeros(2)), disc(1.0, 4))
    >>> np.abs(ends.round(9)).tolist()
    [[[0.0, 1.0], [0.0, 1.0]], [[1.0, 0.0], [1.0, 0.0]]]
    """
    weights = weights_of(model)
    polygons, normal = zones(weights, domain), weights.decoder
    height = np.einsum("...vm,...m->...v", polygons, normal) + weights.bias[..., None]
    scale = np.linalg.norm(normal, axis=-1)[..., None] * np.nan_to_num(np.abs(polygons)).max(axis=(-2, -1))[..., None]
    there = (np.abs(height) <= 1e3 * ROUNDING * scale) & (scale > 0)
    along = np.einsum("...vm,...m->...v", polygons, np.stack([-normal[..., 1], normal[..., 0]], axis=-1))
    first, last = np.where(there, along, np.inf).argmin(axis=-1), np.where(there, along, -np.inf).argmax(axis=-1)
    ends = np.take_along_axis(polygons, np.stack([first, last], axis=-1)[..., None], axis=-2)
    return np.where(there.any(axis=-1)[..., None, None], ends, np.nan)


def lone_zones(model: Any, domain: Float[np.ndarray, "... V 2"] | None = None) -> Float[np.ndarray, "*batch n W 2"]:
    """Where each output is the only positive one (m = 2), cut to the domain.

    What lies here, ReLU snaps to an axis: the "unique single positive value" criterion of *Superposition: An Actual
    View of Latent Spaces* (2024). Empty for an output that is never alone.
    """
    weights = weights_of(model)
    polygons = zones(weights, domain)
    for j in range(weights.features):
        others = np.arange(weights.features) != j
        never = _never_positive(weights, j)[..., None]
        normal, offset = -weights.decoder[..., j, :][..., None, :], -weights.bias[..., j][..., None]
        silent = clip(polygons, np.where(never[..., None], 0.0, normal), np.where(never, 1.0, offset))
        width = max(polygons.shape[-2], silent.shape[-2])
        polygons = np.where(others[:, None, None], widened(silent, width), widened(polygons, width))
    return polygons


def _never_positive(weights: Weights, j: int) -> np.ndarray:
    """Whether output j is positive nowhere: it is zero everywhere, or NaN, as what a smaller model of a batch lacks."""
    normal, offset = weights.decoder[..., j, :], weights.bias[..., j]
    return np.asarray(((normal == 0).all(-1) & (offset <= 0)) | np.isnan(normal).any(-1) | np.isnan(offset))


def polyhedra(
    model: Any, domain: Float[np.ndarray, "F V 3"] | None = None, *, only: bool = False
) -> list[Float[np.ndarray, "G W 3"]]:
    """The zone of each output of one model with m = 3, cut to the domain (default: its ball), as faces.

    only: the part of each zone where no other output is positive, as in `lone_zones`.
    """
    weights = single(model)
    _need(weights, 3)
    whole = _ball(weights, domain)
    found = [_zone(whole, weights, i) for i in range(weights.features)]
    if only:
        others = [[j for j in range(weights.features) if j != i] for i in range(weights.features)]
        found = [_silenced(faces, weights, js) for faces, js in zip(found, others, strict=True)]
    return found


def _zone(faces: np.ndarray, weights: Weights, i: int) -> np.ndarray:
    return cut(faces, weights.decoder[i], float(weights.bias[i]))


def _silenced(faces: np.ndarray, weights: Weights, outputs: list[int]) -> np.ndarray:
    for j in outputs:
        if not bool(_never_positive(weights, j)):
            faces = cut(faces, -weights.decoder[j], -float(weights.bias[j]))
    return faces


@dataclass(frozen=True)
class Cell:
    """A part of latent space in which one set of outputs is positive and y is linear in h.

    active: the outputs that are positive here. shape: a polygon (V, 2), or the faces (F, V, 3) of a polyhedron.
    """

    active: tuple[int, ...]
    shape: np.ndarray

    @property
    def size(self) -> float:
        """Area or volume."""
        return float(area(self.shape)) if self.shape.ndim == 2 else volume(self.shape)


def cells(model: Any, domain: np.ndarray | None = None) -> list[Cell]:
    """All cells of one model with m = 2 or 3: the complex that the boundaries of its zones cut the domain into.

    n lines in general position make up to 1 + n + n (n − 1)/2 cells in the plane (Buck 1943, *Partition of Space*).

    >>> W = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> sorted((cell.active, round(cell.size, 6)) for cell in cells((W, np.zeros(2)), disc(1.0, 4)))
    [((), 0.5), ((0,), 0.5), ((0, 1), 0.5), ((1,), 0.5)]
    """
    weights = single(model)
    if weights.hidden not in (2, 3):
        raise BadInput(
            f"this model has m={weights.hidden} but cells need m=2 or m=3; for larger m take a slice "
            "(tegum.geometry.sliced)."
        )
    part, whole = (clip, _domain(weights, domain)) if weights.hidden == 2 else (cut, _ball(weights, domain))
    found = [Cell((), whole)]
    for i, (normal, offset) in enumerate(zip(weights.decoder, weights.bias, strict=True)):
        split = []
        for cell in found:
            height = cell.shape @ normal + offset
            slack = ROUNDING * np.linalg.norm(normal) * np.abs(whole).max()
            if (height > slack).any():
                above = part(cell.shape, normal, offset) if (height < -slack).any() else cell.shape
                split.append(Cell((*cell.active, i), above))
            if (height < -slack).any() or not (height > slack).any():
                below = part(cell.shape, -normal, -offset) if (height > slack).any() else cell.shape
                split.append(Cell(cell.active, below))
        found = split
    return found


def sliced(
    model: Any,
    directions: Float[np.ndarray, "2 m"] | None = None,
    centre: Float[np.ndarray, "m"] | None = None,
) -> Weights:
    """One model seen on a plane through its latent space of any m: a model with m = 2 whose zones are exact there.

    directions: two that span the plane; by default those along which the tips spread most, from the latent of x = 0
    (their first two principal axes, not centred). centre: the point of the plane that becomes its origin; default
    the latent of x = 0. Its tips are the shadows of the model's on the plane, and what it answers to features is not
    what the model answers: for that take `responses` of the model itself.
    """
    weights = single(model)
    middle = weights.encoder_bias if centre is None else np.asarray(centre, float)
    if directions is None:
        directions = np.linalg.svd(weights.encoder.T, full_matrices=True)[2][:2]
    given = np.asarray(directions, float)
    if given.shape != (2, weights.hidden) or np.linalg.matrix_rank(given) < 2 or middle.shape != (weights.hidden,):
        raise BadInput(
            f"directions of shape {given.shape} and a centre of shape {middle.shape} must be two independent "
            f"directions (2, {weights.hidden}) and a point ({weights.hidden},) in this model's latent space."
        )
    first = unit(given[0])
    plane = np.stack([first, unit(given[1] - (given[1] @ first) * first)])
    return Weights(
        plane @ weights.encoder,
        weights.decoder @ plane.T,
        weights.bias + weights.decoder @ middle,
        plane @ (weights.encoder_bias - middle),
    )


def _domain(weights: Weights, domain: np.ndarray | None) -> np.ndarray:
    if domain is None:
        return disc(reach(weights)) + weights.encoder_bias[..., None, :]
    return np.asarray(domain, float)


def _ball(weights: Weights, domain: np.ndarray | None) -> np.ndarray:
    return ball(float(reach(weights))) + weights.encoder_bias if domain is None else np.asarray(domain, float)


def _need(weights: Weights, m: int) -> None:
    if weights.hidden != m:
        word, other = {2: ("polygons", "polyhedra"), 3: ("polyhedra", "zones")}[m]
        raise BadInput(
            f"this model has m={weights.hidden} but {word} need m={m}; for m={5 - m} use tegum.geometry.{other}, for "
            "any m a slice of it (tegum.geometry.sliced) or the numbers of tegum.geometry.responses."
        )
