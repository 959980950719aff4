"""Geometry that names itself: W split into tegum factors, and each of them named.

Features that interfere are joined to a graph; what is not joined lies in orthogonal subspaces (Elhage et al. 2022 call
W a tegum product of such blocks). Where noise ends and interference begins is not known beforehand, so thresholds are
tried from low to high, and a block is final as soon as it is within a tolerance of a named shape and no further from
orthogonal to the others. What is never within tolerance is irregular. Directions alone decide; norms are reported.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from tegum.errors import BadInput
from tegum.geometry.alignment import distance, distance_bound, matched, singular_values
from tegum.geometry.arrangement import NO_FEATURE, NOT_FINITE, OBLIQUE, UNREPRESENTED, Arrangement, Table
from tegum.geometry.blocks import by_size, components, widest_gap
from tegum.geometry.directions import REPRESENTED, dimensionality, norms, unit_directions
from tegum.geometry.shapes import TOLERANCE, Shape, products, shapes

LEVELS = (0.02, 0.03, 0.05, 0.08, 0.12, 0.17, 0.22, 0.26)
"""Thresholds for |Ŵ_i·Ŵ_j|, in the order in which they are tried. At the last one two features are 15° off a right
angle, as in `planar_arrangement`."""

LEAK = 0.2
"""The most that a named block may be from orthogonal to the others: `Block.leak`. Noise that moves every direction by ε
radians makes distances of ε and leaks of √2 ε."""

COLLAPSED = 2 / 3
"""Shapes with collapsed features may be as far as this part of their tolerance: there are many more of them, for chance
to hit."""

GAP = 0.15
"""Blocks are oblique if they fall apart at the same thresholds in a range as wide as this: above the widest range of
strengths in which no link of the graph joins what stronger ones had not joined."""

OBLIQUE_LEAK = 0.6
"""The most that an oblique block may be from orthogonal to the others, a sine: 37°."""

ONE_DIRECTION = 2 * TOLERANCE
"""Features closer than this angle (rad) may have collapsed into one direction: each is then within TOLERANCE of it."""

NOISE = 3
"""Features that no name fits are joined where |cosine| is so many times its root mean square across named blocks."""

HUGE = 1e100  # an entry of W above this is as good as infinite: its square may be
ROOM = 4_000_000  # entries of cosine matrices held at once


def named(model: Any, threshold: float = REPRESENTED) -> Arrangement:
    """Find the blocks of features of every model of a batch, and name them.

    model: W (…, m, n), or a `Run` or what else has `W`. threshold: norm above which a feature is represented. A
        feature with a NaN or an infinity is "not finite"; what pads the smaller models of a run is "no feature".

    A name says that the block's directions are within a tolerance of that shape, over rotations, reflections and orders
    (`Block.distance`), and orthogonal to all other features within `LEAK` (`Block.leak`). Names: "dedicated dimension",
    "digon", "triangle", "tetrahedron", "k-simplex" (k + 1 features), "pentagon", "k-gon", "square antiprism",
    "triangular antiprism" (of any height that is not an octahedron), "cube"; "collapsed pair" and the like for features
    of one direction, "collapsed triangle" for a triangle of collapsed ones; "irregular". Shapes that are tegum products
    come as their factors: an octahedron is three digons. "oblique pentagon" and the like are blocks of that shape that
    are not orthogonal to the others, as in models with more blocks than they have room for.

    >>> print(named(np.array([[1.0, -1.0, 0.0, 0.1], [0.0, 0.0, 2.0, 0.0]])))
    1 dedicated dimension, 1 digon, 1 not represented; distance 0.000, leak 0.000
    """
    W = matrices(model)
    batch, n = W.shape[:-2], W.shape[-1]
    flat = W.reshape(-1, *W.shape[-2:])
    many = max(1, ROOM // max(n * n, 1))
    parts = [_arranged(flat[i : i + many], threshold) for i in range(0, max(len(flat), 1), many)]
    return Arrangement.of(parts, batch)


def matrices(model: Any) -> np.ndarray:
    """W (…, m, n) in double precision, of an array or of what has `W`, such as a `Run`."""
    W = getattr(model, "W", model)
    W = W.transpose(..., "latent", "feature").values if hasattr(W, "dims") else np.asarray(W, float)
    if W.ndim < 2:
        raise BadInput(f"W of shape {W.shape} must have shape (m, n), or (..., m, n) for many models.")
    rows, columns = (np.isnan(W).all(axis=axis, keepdims=True) for axis in (-1, -2))
    return np.where(rows & ~columns, 0, W).astype(float)  # what pads m in a run of several sizes changes no geometry


def _arranged(W: np.ndarray, threshold: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, Table]:
    finite, missing = (np.abs(W) < HUGE).all(axis=-2), np.isnan(W).all(axis=-2)
    W = np.where(finite[:, None], W, 0)
    search = _Search(W, norms(W) > threshold)
    found = [*search.names(), *search.oblique(), *search.rest()]
    padding = missing & ~missing.all(axis=-1, keepdims=True)
    block = np.where(finite, UNREPRESENTED, np.where(padding, NO_FEATURE, NOT_FINITE))
    share = dimensionality(W)
    table = Table.of(found, W, share)
    for number, members in enumerate(table.members):
        block.reshape(-1)[members] = number
    return block, share, norms(W), table


@dataclass
class Found:
    """Blocks of one size: members (N, k) as places among all features, and (N,) of everything else."""

    members: Int[np.ndarray, "N k"]
    name: np.ndarray
    nearest: np.ndarray
    directions: Int[np.ndarray, "N"]
    dimension: Int[np.ndarray, "N"]
    distance: Float[np.ndarray, "N"]
    height: Float[np.ndarray, "N"]
    leak: Float[np.ndarray, "N"]

    def __getitem__(self, rows: np.ndarray) -> "Found":
        return Found(*(value[rows] for value in vars(self).values()))  # all of them have a row for each block


class _Search:
    """The features of many models that have no block yet."""

    def __init__(self, W: np.ndarray, there: np.ndarray) -> None:
        self.there = there
        self.U = np.where(there[:, None], unit_directions(W), 0)
        C = self.U.mT @ self.U
        self.cosines = np.abs(C)
        squares = C * C
        whole = squares.sum(axis=-1)
        self.shares = 1 / np.where(whole > 0, whole, 1)  # D_i of the unit directions
        self.whole, self.felt = whole, (squares @ self.shares[..., None])[..., 0]
        self.pending = there.copy()
        self.noise = np.zeros((2, len(W)))  # sum of squared cosines across blocks with a name, and how many they are

    def names(self) -> list[Found]:
        """Blocks with a name, from the lowest threshold to the highest."""
        found, sizes = [], np.zeros(self.pending.size, int)
        for level in LEVELS:
            if not self.pending.any():
                break
            labels = components(self.cosines > level, self.pending)
            for members in by_size(labels):
                fresh = members[sizes[members[:, 0]] != members.shape[1]]
                sizes[members] = members.shape[1]
                fits = self.fitted(fresh)
                found.append(fits[(fits.name != "irregular") & (fits.leak <= LEAK)])
                self.settle(found[-1].members)
        return found

    def settle(self, members: np.ndarray) -> None:
        """Take blocks out of the search, and learn from them how large cosines are that mean nothing."""
        self.pending.reshape(-1)[members] = False
        U, (model, size) = self.directions(members), (members[:, 0] // self.there.shape[1], members.shape[1])
        across = self.whole.ravel()[members].sum(axis=-1) - ((U.mT @ U) ** 2).sum(axis=(-2, -1))
        np.add.at(self.noise[0], model, np.maximum(across, 0))
        np.add.at(self.noise[1], model, size * (self.there.sum(axis=-1)[model] - size))

    def oblique(self) -> list[Found]:
        """Blocks that have a shape and interfere much more inside than with others, but are not orthogonal to them.

        Only where they hold most of the features that have no other name: chance makes single ones.
        """
        n = self.there.shape[1]
        level = widest_gap(self.cosines, self.pending, LEVELS[-1], GAP)
        labels, found = components(self.cosines > level[:, None, None], self.pending), []
        held = np.zeros(len(level), int)
        for members in by_size(labels):
            fits = self.fitted(members[np.isfinite(level[members[:, 0] // n]) & (members.shape[1] > 1)])
            good = (fits.name != "irregular") & (fits.directions == members.shape[1])
            fits = fits[good & (fits.leak <= OBLIQUE_LEAK)]
            fits.name = np.char.add(OBLIQUE, fits.name)
            np.add.at(held, fits.members[:, 0] // n, members.shape[1])
            found.append(fits)
        most = 2 * held > self.pending.sum(axis=1)
        found = [fits[most[fits.members[:, 0] // n]] for fits in found]
        for fits in found:
            self.pending.reshape(-1)[fits.members] = False
        return found

    def rest(self) -> list[Found]:
        """What no name fits, in blocks that do not interfere more than what has a name."""
        mean_square = self.noise[0] / np.maximum(self.noise[1], 1)
        level = np.clip(NOISE * np.sqrt(mean_square), LEVELS[0], LEVELS[-1])
        labels = components(self.cosines > level[:, None, None], self.pending)
        return [self.compared(members) for members in by_size(labels)]

    def directions(self, members: np.ndarray) -> np.ndarray:
        model, feature = np.divmod(members, self.there.shape[1])
        return np.moveaxis(self.U, -1, 1)[model, feature].mT

    def leak(self, members: np.ndarray, U: np.ndarray) -> np.ndarray:
        """How far each block is from orthogonal to the others, root mean square over its features: see `Block.leak`."""
        own = ((U.mT @ U) ** 2 @ self.shares.ravel()[members][..., None])[..., 0]
        return np.sqrt(np.maximum(self.felt.ravel()[members] - own, 0).mean(axis=-1))

    def fitted(self, members: np.ndarray) -> Found:
        """The named shape of each block, "irregular" where none is within its tolerance."""
        U = self.directions(members)
        fits = _none(members, self.leak(members, U))
        for shape in shapes(members.shape[1]):
            _try(fits, U, np.arange(len(U)), shape)
        together = _together(U)
        for directions in np.unique(together.max(axis=1) + 1).tolist() if together.size else []:
            rows = np.flatnonzero((together.max(axis=1) + 1 == directions) & (fits.name == "irregular"))
            for shape in shapes(directions) if 0 < directions < members.shape[1] else ():
                _try(fits, U, rows, shape, together[rows])
        return fits

    def compared(self, members: np.ndarray) -> Found:
        """Irregular blocks with their rank, and the nearest shape of as many features and dimensions."""
        U = self.directions(members)
        fits = _none(members, self.leak(members, U))
        spectrum = singular_values(U)
        fits.dimension[:] = (spectrum > TOLERANCE * spectrum[:, :1]).sum(axis=1)
        size = members.shape[1]
        for shape in (*shapes(size), *products(size)):
            rows = np.flatnonzero(fits.dimension == shape.dimension)
            rows = rows[distance_bound(U[rows], shape) < fits.distance[rows]] if len(rows) else rows
            if not len(rows):
                continue
            off, height = distance(U[rows], shape, matched(U[rows], shape))
            better = off < fits.distance[rows]
            rows = rows[better]
            fits.distance[rows], fits.height[rows], fits.nearest[rows] = off[better], height[better], shape.name
        return fits


def _none(members: np.ndarray, leak: np.ndarray) -> Found:
    count, (N, k) = np.zeros(len(members), int), members.shape
    nothing, far = np.full(N, np.nan), np.full(N, np.inf)
    name, nearest = np.full(N, "irregular", "<U40"), np.full(N, "", "<U40")
    return Found(members, name, nearest, count + k, count, far, nothing, leak)


def _try(fits: Found, U: np.ndarray, rows: np.ndarray, shape: Shape, together: np.ndarray | None = None) -> None:
    """Give a shape's name to those rows of blocks that are nearer to it than to any before, and within its tolerance.

    together (len(rows), k): which features share a direction, if some do; then the shape is of the directions. A family
    of heights, which always fits better than its limits, names only what nothing else did.
    """
    free = fits.name[rows] == "irregular" if shape.axis else np.ones(len(rows), bool)
    if shape.dimension > U.shape[1] or not free.any():
        return
    rows, order = rows[free], None if together is None else together[free]
    merged = U[rows] if order is None else _means(U[rows], order, shape.size)
    tolerance = shape.tolerance * (COLLAPSED if together is not None and shape.size > 1 else 1)
    limit = np.minimum(tolerance, fits.distance[rows])
    likely = distance_bound(merged, shape) <= limit
    if not likely.any():
        return
    rows, limit, vertices = rows[likely], limit[likely], matched(merged[likely], shape)
    vertices = vertices if order is None else np.take_along_axis(vertices, order[likely], axis=1)
    off, height = distance(U[rows], shape, vertices)
    good = (off <= limit) & shape.holds(height)
    rows = rows[good]
    fits.distance[rows], fits.height[rows] = off[good], height[good]
    fits.directions[rows], fits.dimension[rows] = shape.size, shape.dimension
    fits.name[rows] = fits.nearest[rows] = _called(shape, U.shape[2])


def _called(shape: Shape, features: int) -> str:
    """The name of a shape of which some vertices may be several features of one direction."""
    if features == shape.size:
        return shape.name
    if shape.size > 1:
        return f"collapsed {shape.name}"
    return {2: "collapsed pair", 3: "collapsed triple"}.get(features, f"{features} collapsed features")


def _together(U: np.ndarray) -> np.ndarray:
    """Number of each feature's direction in its block, −1 throughout where closeness does not divide it into groups."""
    close = U.mT @ U > np.cos(ONE_DIRECTION)
    first = close.argmax(axis=-1)
    same = first[:, :, None] == first[:, None, :]
    heads = first == np.arange(first.shape[1])
    number = np.take_along_axis(heads.cumsum(axis=1) - 1, first, axis=1)
    return np.where((same == close).all(axis=(1, 2))[:, None], number, -1)


def _means(U: np.ndarray, together: np.ndarray, directions: int) -> np.ndarray:
    """The mean unit direction of each group of features."""
    member = (together[:, :, None] == np.arange(directions)).astype(float)
    return unit_directions(U @ member)
