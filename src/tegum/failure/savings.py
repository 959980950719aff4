"""What trained models save for each dimension, beside the best that orthogonal blocks of one named shape can do."""

from functools import cache

import numpy as np

from tegum.failure.comparison import losses
from tegum.geometry.shapes import antiprism, corners, disphenoids, ring, simplex
from tegum.theory.packing import Packing, packed
from tegum.theory.phases import variance
from tegum.toy.features import SparseUniform

SHAPES = {
    "dedicated dimension": np.ones((1, 1)),
    "tetrahedron": simplex(4),
    "triangle": simplex(3),
    "digon": simplex(2),
    "pentagon": ring(5),
    "hexagon": ring(6),
    "square antiprism": antiprism(4),
    "cube": corners(3),
}
LARGE = {
    "threefold disphenoid": disphenoids(3),
    "5-demicube": corners(5)[:, np.prod(corners(5), axis=0) > 0],
    "fivefold disphenoid": disphenoids(5),
}
CROWDED = 0.25  # above this density the large shapes are worth less than digons
EQUAL = 5e-3  # worths nearer than that are the same: where all features are active theory is no more exact
SAMPLES = 10_000


@cache
def block(name: str, p: float) -> Packing:
    """The best block of a named shape at density p; that of a large one is sampled."""
    return packed((SHAPES | LARGE)[name], p)


@cache
def best_product(p: float) -> tuple[str, Packing]:
    """The shape that is worth most for each dimension at density p, and its best block.

    Of all shapes with a name in which features are alike, which leaves out the tricapped prism; of those that are
    worth as much but for a half per cent, the first listed.

    >>> best_product(0.4)[0]
    'digon'
    """
    found = {name: block(name, p) for name in (SHAPES if p > CROWDED else SHAPES | LARGE)}
    most = max(packing.worth for packing in found.values())
    return next((name, packing) for name, packing in found.items() if packing.worth > most - EQUAL)


def saved(W: np.ndarray, b: np.ndarray, p: float, samples: int = SAMPLES) -> np.ndarray:
    """What models W (k, m, n), b (k, n) save for each dimension at density p, in the unit of `Packing.worth`.

    Compared with dropping all features, W = 0 and b = p/2, on the same samples: a dedicated dimension saves 1.
    """
    (m, n), law = W.shape[1:], SparseUniform(feature_probability=p)
    nothing = losses(np.zeros((1, m, n)), np.full((1, n), p / 2), law, samples)
    return np.asarray((nothing - losses(W, b, law, samples)) * n / (m * float(variance(p))))
