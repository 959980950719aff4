"""A second, slow opinion on blocks and shapes: every bipartition, every order. Nothing from the package."""

import itertools
import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def cosine(u: Array, v: Array) -> float:
    lengths = math.sqrt(math.fsum(x * x for x in u)) * math.sqrt(math.fsum(x * x for x in v))
    return math.fsum(x * y for x, y in zip(u, v, strict=True)) / lengths if lengths else 0.0


def finest_split(W: Array, above: float) -> set[frozenset[int]]:
    """The finest division of features into sets without a cosine above the limit between two of them.

    Every way to cut a set in two is tried; what cannot be cut is a block.
    """
    return set(_split(W, tuple(range(W.shape[1])), above))


def _split(W: Array, members: tuple[int, ...], above: float) -> list[frozenset[int]]:
    first, rest = members[0], members[1:]
    for size in range(len(rest)):
        for others in itertools.combinations(rest, size):
            one = (first, *others)
            two = tuple(i for i in members if i not in one)
            if all(abs(cosine(W[:, i], W[:, j])) <= above for i in one for j in two):
                return _split(W, one, above) + _split(W, two, above)
    return [frozenset(members)]


def nearest_order(U: Array, X: Array) -> float:
    """Least root mean square distance of columns of U from those of a turned X, over every one of the k! orders."""
    m, k = U.shape
    padded = np.vstack([X, np.zeros((m - len(X), k))])
    return min(_after_rotation(U, padded[:, order]) for order in itertools.permutations(range(k)))


def _after_rotation(U: Array, X: Array) -> float:
    left, _, right = np.linalg.svd(U @ X.T)
    return float(np.sqrt(((U - left @ right @ X) ** 2).sum() / U.shape[1]))
