"""Sets of points on a sphere: how far two arrangements are from each other, and the faces and edges of their hull."""

from functools import cache
from itertools import combinations, permutations

import numpy as np
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment
from scipy.spatial import ConvexHull, QhullError

from tegum.errors import BadInput
from tegum.geometry.alignment import distance, matched
from tegum.geometry.shapes import Shape

ALL = 7  # points: up to so many all orders are tried
AROUND = 3  # points of one set on which, with their neighbours, all pairs of the other are laid
KEPT = 300  # of these fits from which the search for orders goes on
ROUNDS = 4  # of assignment and Procrustes in turn
FLAT = 1e-6  # of a product of normals below 1: two triangles in one plane, whose common edge is none of the hull's


def apart(U: Float[np.ndarray, "N m n"], X: Float[np.ndarray, "m k"]) -> Float[np.ndarray, "N"]:
    """How far arrangements of n unit vectors are from a given one: the root mean square distance between partners, over
    rotations, reflections and orders.

    Up to seven points all orders are tried. Beyond, in space only, all pairs of X are laid on three pairs of U, the
    best of these fits are improved by the assignment problem and Procrustes in turn, and so is what the search of
    `alignment` finds; the better counts. Seldom is it above the true distance: for arrangements far from each other.

    >>> apart(np.array([[[0.0, 1.0], [1.0, 0.0]]]), np.eye(2)).round(9)
    array([0.])
    """
    return np.asarray(distance(U, Shape("given", X, "search"), _orders(U, X))[0])


def onto(X: Float[np.ndarray, "m k"], U: Float[np.ndarray, "m n"]) -> Float[np.ndarray, "m n"]:
    """X turned, reflected and put in the order in which it lies nearest to U."""
    ordered = X[:, _orders(U[None], X)[0]]
    left, _, right = np.linalg.svd(U @ ordered.T)
    return np.asarray(left @ right @ ordered)


def _orders(U: np.ndarray, X: np.ndarray) -> np.ndarray:
    """For each arrangement the order of X (N, n) in which it is nearest."""
    if U.shape[1:] != X.shape:
        raise BadInput(
            f"arrangements of shape {U.shape[1:]} and {X.shape} cannot be compared; give equally many points of as "
            "many dimensions."
        )
    if X.shape[1] > ALL:
        if len(X) != 3:
            raise BadInput(f"more than {ALL} points are compared in three dimensions only, not in {len(X)}.")
        orders = np.stack([[_searched(own, X) for own in U], matched(U, Shape("given", X, "search"))])
        fits = [[_fit(own, X[:, order]) for own, order in zip(U, one, strict=True)] for one in orders]
        return np.asarray(orders[np.argmax(fits, axis=0), np.arange(len(U))])
    orders = _all_orders(X.shape[1])
    turned = np.moveaxis(X[:, orders], 0, 2)
    best = [np.linalg.svd(own @ turned, compute_uv=False).sum(-1).argmax() for own in U]
    return np.asarray(orders[best])


def _fit(U: np.ndarray, X: np.ndarray) -> float:
    return float(np.linalg.svd(U @ X.T, compute_uv=False).sum())


def _searched(U: np.ndarray, X: np.ndarray) -> np.ndarray:
    """The best order of X found for points in space, (n,)."""
    turns = _turns(U, X)
    nearest = (U.T @ turns @ X).max(2).sum(1)  # as near as these turns allow if points could share a partner
    turns = turns[np.argsort(-nearest, kind="stable")[:KEPT]]
    for _ in range(ROUNDS):
        orders = np.array([linear_sum_assignment(-own)[1] for own in U.T @ turns @ X])
        left, size, right = np.linalg.svd(U @ np.moveaxis(X[:, orders], 1, 0).mT)
        turns = left @ right
    return np.asarray(orders[size.sum(-1).argmax()])


def _turns(U: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Rotations and reflections that lay all pairs of X on some points of U, those with the nearest neighbours, with
    these neighbours: the same ones however U is turned and ordered."""
    product = U.T @ U
    np.fill_diagonal(product, -2)
    middle = np.argsort(-product.max(1), kind="stable")[:AROUND]
    i, j = np.nonzero(~np.eye(X.shape[1], dtype=bool))
    mine = _frames(U[:, middle], U[:, product[middle].argmax(1)])[:, None]
    its = _frames(X[:, i], X[:, j]).mT
    return np.concatenate([(mine @ flip @ its).reshape(-1, 3, 3) for flip in (np.eye(3), np.diag([1.0, 1.0, -1.0]))])


def _frames(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Right-handed orthonormal frames (k, 3, 3) of a (3, k), what of b (3, k) is across it, and their cross product."""
    across = b - a * (a * b).sum(0)
    across = across / np.maximum(np.linalg.norm(across, axis=0), 1e-12)
    return np.moveaxis(np.stack([a, across, np.cross(a, across, axis=0)], axis=1), 2, 0)


@cache
def _all_orders(n: int) -> np.ndarray:
    return np.array(list(permutations(range(n))))


def hull(X: Float[np.ndarray, "3 n"]) -> tuple[list[tuple[int, int, int]], list[tuple[int, int]]]:
    """Triangles and edges of the convex hull of points in space; of points in one plane the polygon alone.

    Edges between two triangles of one plane are left out: a cube has twelve triangles and twelve edges.

    >>> corners = np.array(np.meshgrid([-1.0, 1.0], [-1.0, 1.0], [-1.0, 1.0])).reshape(3, 8)
    >>> [len(part) for part in hull(corners)]
    [12, 12]
    """
    if X.shape[1] <= 3:
        return [], list(combinations(range(X.shape[1]), 2))
    try:
        found = ConvexHull(X.T)
    except QhullError:
        return [], _around(X)
    triangles = [(int(a), int(b), int(c)) for a, b, c in found.simplices]
    normals: dict[tuple[int, int], list[np.ndarray]] = {}
    for triangle, equation in zip(triangles, found.equations, strict=True):
        for a, b in combinations(sorted(triangle), 2):
            normals.setdefault((a, b), []).append(equation[:3])
    return triangles, sorted(pair for pair, (one, other) in normals.items() if one @ other < 1 - FLAT)


def _around(X: np.ndarray) -> list[tuple[int, int]]:
    """The polygon of points in one plane, by their angle around the mean."""
    centred = X - X.mean(1, keepdims=True)
    flat = np.linalg.svd(centred)[0][:, :2].T @ centred
    order = np.argsort(np.arctan2(flat[1], flat[0])).tolist()
    return sorted((min(a, b), max(a, b)) for a, b in zip(order, order[1:] + order[:1], strict=True))
