"""How far features are from a named shape, whatever its rotation, reflection and the order of its vertices.

Rotations and reflections by Procrustes (Schönemann 1966, *A Generalized Solution of the Orthogonal Procrustes
Problem*): min_Q ‖U − Q X‖² = ‖U‖² + ‖X‖² − 2 ‖U X^T‖_*, with ‖·‖_* the sum of singular values. Orders by the symmetry
of the shape where that is enough, else by search: d vertices are put on those features that have the same products with
each other, the others on the nearest, and the best few are improved by the assignment problem and Procrustes in turn.
"""

from functools import cache

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment

from tegum.geometry.shapes import Shape

BEAM = 48  # choices of features for a basis that are kept
LARGE, WIDE = 16, 192  # from so many vertices on so many are kept
APART = 0.5  # of the largest distance from the span of the vertices before, at least
STARTS = 4  # of these from which the search goes on
ROUNDS = 4  # of assignment and Procrustes in turn, at most; two are usually enough
TURNS = 12  # of Procrustes and height in turn
FIRST_HEIGHTS = (0.3, 0.58, 0.85)
ROOM = 4_000_000  # numbers held at once by the search


def distance_bound(U: Float[np.ndarray, "N m k"], shape: Shape) -> Float[np.ndarray, "N"]:
    """No more than the distance, from singular values alone: sqrt(Σ (σ_i(U) − σ_i(X))² / k) (Mirsky 1960)."""
    own = singular_values(U)
    if shape.axis:
        own = np.pad(own, [(0, 0), (0, max(0, 3 - own.shape[1]))])
        a, b = np.sqrt(shape.size / 2), np.sqrt(shape.size)
        others = [np.hypot(a * (own[:, i] + own[:, j]), b * own[:, 3 - i - j]) for i, j in ((0, 1), (1, 2), (0, 2))]
        product = np.max(others, axis=0)
    else:
        ideal = np.linalg.svd(shape.vertices, compute_uv=False)
        rank = min(own.shape[1], len(ideal))
        product = own[:, :rank] @ ideal[:rank]
    return _root_mean(U, product, shape.size)


def singular_values(U: Float[np.ndarray, "N m k"]) -> Float[np.ndarray, "N r"]:
    """Singular values, descending, from the smaller of U U^T and U^T U: exact to half of the digits."""
    m, k = U.shape[-2:]
    squares = np.linalg.eigvalsh(U @ U.mT if m <= k else U.mT @ U)
    return np.sqrt(np.maximum(squares[..., ::-1], 0))


def distance(
    U: Float[np.ndarray, "N m k"], shape: Shape, order: Int[np.ndarray, "N k"]
) -> tuple[Float[np.ndarray, "N"], Float[np.ndarray, "N"]]:
    """Root mean square distance between unit directions and vertices, over rotations, reflections and heights.

    order: for each feature the number of its vertex, in which a vertex may occur more than once. Also returns the
    height of a family, NaN for other shapes.
    """
    if not shape.axis:
        ideal = np.moveaxis(shape.vertices[:, order], 0, 1)
        return _root_mean(U, _nuclear(U @ ideal.mT), order.shape[1]), np.full(len(U), np.nan)
    climbs = [_climbed(U, shape, order, first) for first in FIRST_HEIGHTS]
    fits = np.stack([fit for _, fit in climbs])
    best = fits.argmax(axis=0), np.arange(len(U))
    return _root_mean(U, fits[best], order.shape[1]), np.stack([height for height, _ in climbs])[best]


def matched(U: Float[np.ndarray, "N m k"], shape: Shape) -> Int[np.ndarray, "N k"]:
    """For each unit direction the number of the vertex that it is nearest to, in the best order that was found."""
    if shape.matching == "any":
        return np.broadcast_to(np.arange(shape.size), (len(U), shape.size)).copy()
    if shape.matching == "ring":
        return _around(U)
    if not shape.axis:
        return _searched(U, shape, shape.vertices)
    orders = [_searched(U, shape, shape.at(np.asarray(height))) for height in FIRST_HEIGHTS]
    fits = [_climbed(U, shape, order, height)[1] for order, height in zip(orders, FIRST_HEIGHTS, strict=True)]
    return np.stack(orders)[np.argmax(fits, axis=0), np.arange(len(U))]


def _nuclear(product: np.ndarray) -> np.ndarray:
    """Sum of singular values. product: (…, m, d)."""
    return np.linalg.svd(product, compute_uv=False).sum(axis=-1)


def _root_mean(U: np.ndarray, product: np.ndarray, vertices: int) -> np.ndarray:
    squared = (U * U).sum(axis=(-2, -1)) + vertices - 2 * product
    return np.sqrt(np.maximum(squared, 0) / vertices)


def _around(U: np.ndarray) -> np.ndarray:
    """Places in the order of angles in the plane that holds most of the directions."""
    left = np.linalg.svd(U, full_matrices=False)[0]
    flat = left[..., :2].mT @ U
    turn = np.argsort(np.arctan2(flat[:, -1], flat[:, 0]), axis=-1)
    return np.argsort(turn, axis=-1)


def _searched(U: np.ndarray, shape: Shape, X: np.ndarray) -> np.ndarray:
    """The best order found, for vertices X."""
    many = max(1, ROOM // (_width(shape.size) * shape.size**2))
    seen = np.sort((X.T @ X).round(6), axis=0)  # what each vertex has around it
    alike = bool((seen == seen[:, :1]).all())
    parts = [_starts(U[i : i + many], X, alike=alike) for i in range(0, len(U), many)]
    orders = np.stack([_improved(U, X, np.concatenate(starts)) for starts in zip(*parts, strict=True)])
    fits = np.stack([_nuclear(U @ np.moveaxis(X[:, order], 0, 1).mT) for order in orders])
    return orders[fits.argmax(axis=0), np.arange(len(U))]


def _starts(U: np.ndarray, X: np.ndarray, *, alike: bool) -> list[np.ndarray]:
    """Some orders, from the products of all features with those chosen for a basis, and of vertices with the basis."""
    basis = list(_basis(X.tobytes(), len(X)))
    gram, ideal = U.mT @ U, (X.T @ X)[basis]
    chosen = _beam(gram, ideal[:, basis], alike=alike)
    own = np.take_along_axis(gram[:, None], chosen[..., None], axis=2)
    squares = (own * own).sum(axis=2)[..., :, None] + (ideal * ideal).sum(axis=0)
    cost = squares - 2 * own.mT @ ideal
    best = np.argsort(cost.min(axis=-1).sum(axis=-1), axis=-1)[:, :STARTS]
    return [_assigned(np.take_along_axis(cost, rank[:, None, None, None], axis=1)[:, 0]) for rank in best.T]


@cache
def _basis(vertices: bytes, dimension: int) -> tuple[int, ...]:
    """Vertices that span the shape, each the one that is best told from all others by its products with those before.

    In a shape of great symmetry most products are equal; a choice along the common ones leaves more partial choices
    alike than any beam holds.
    """
    X = np.frombuffer(vertices).reshape(dimension, -1)
    products = (X.T @ X).round(6)
    found = [0]
    while len(found) < dimension:
        onto = np.linalg.qr(X[:, found])[0]
        apart = np.linalg.norm(X - onto @ (onto.T @ X), axis=0)
        alike = (products[found][:, :, None] == products[found][:, None, :]).all(axis=0).sum(axis=0)
        far = apart > APART * apart.max()
        found.append(int(np.flatnonzero(far)[np.lexsort((-apart[far].round(6), alike[far]))[0]]))
    return tuple(found)


def _beam(gram: np.ndarray, ideal: np.ndarray, *, alike: bool) -> np.ndarray:
    """Choices (N, B, d) of a feature for each of d vertices, with products nearest to the vertices' own, ideal (d, d).

    Chosen one after the other, the best few being kept. Where all vertices are alike, the first is feature 0's.
    """
    N, k = gram.shape[:2]
    chosen = np.broadcast_to(np.arange(1 if alike else k)[None, :, None], (N, 1 if alike else k, 1))
    score = np.zeros(chosen.shape[:2])
    for t in range(1, len(ideal)):
        own = np.take_along_axis(gram[:, None], chosen[..., None], axis=2)
        total = score[..., None] + ((own - ideal[:t, t, None]) ** 2).sum(axis=2)
        np.put_along_axis(total, chosen, np.inf, axis=2)
        flat = total.reshape(N, -1)
        best = np.argsort(flat, axis=1, kind="stable")[:, : min(_width(k), (flat < np.inf).sum(axis=1).min())]
        before, feature = np.divmod(best, k)
        chosen = np.concatenate([np.take_along_axis(chosen, before[..., None], axis=1), feature[..., None]], axis=2)
        score = np.take_along_axis(flat, best, axis=1)
    return chosen


def _width(k: int) -> int:
    """How many choices are kept: with 48 of them 6 % of fivefold disphenoids are missed at a noise of 0.15 radians."""
    return BEAM if k < LARGE else WIDE


def _improved(U: np.ndarray, X: np.ndarray, order: np.ndarray) -> np.ndarray:
    for _ in range(ROUNDS):
        left, _, right = np.linalg.svd(U @ np.moveaxis(X[:, order], 0, 1).mT, full_matrices=False)
        better = _assigned(-(U.mT @ left @ right @ X))
        if (better == order).all():
            break
        order = better
    return order


def _assigned(cost: np.ndarray) -> np.ndarray:
    return np.array([linear_sum_assignment(own)[1] for own in cost]).reshape(cost.shape[:2])


def _climbed(U: np.ndarray, shape: Shape, order: np.ndarray, first: float) -> tuple[np.ndarray, np.ndarray]:
    """The height that is best with its best rotation, each in turn from the first given, and Σ U · Q X there."""
    height = np.full(len(U), first)
    flat, up = (np.moveaxis(shape.at(np.asarray(end))[:, order], 0, 1) for end in (0.0, 1.0))
    for _ in range(TURNS):
        low, high = np.sqrt(1 - height**2)[:, None, None], height[:, None, None]
        left, _, right = np.linalg.svd(U @ (low * flat + high * up).mT, full_matrices=False)
        onto = (left @ right).mT @ U
        planar, axial = (onto * flat).sum(axis=(-2, -1)), (onto * up).sum(axis=(-2, -1))
        height = np.abs(axial) / np.where(axial == 0, 1, np.hypot(planar, axial))
    return height, np.hypot(planar, axial)
