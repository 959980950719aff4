"""What a dimension is worth to features that share it: the best that a block of a given shape can do.

Blocks in orthogonal subspaces (a tegum product) do not disturb each other, so the loss of a product is the sum of its
blocks' losses. Where there are more features than room, and all are equally important, room is the only thing to spend:
the best product is of the shape that saves most for each dimension. A feature that is dropped costs
v = p/3 − p²/4 (see `tegum.theory.phases`), and a block of k features in d dimensions saves k (v − e)/d a dimension,
e = E (x_i − ReLU(Σ_j r² u_i·u_j x_j + b))² with the best r and b. In units of v a dedicated dimension saves 1.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import optimize

from tegum.errors import BadInput

POINTS = 2**15  # of x, evenly many for each pattern of active features
PATTERNS = 8  # features of a block up to which all 2ᵏ patterns are gone through; for larger ones they are drawn
DRAWN = 160_000  # features in them
MOST = 24  # features of a block


@dataclass(frozen=True)
class Packing:
    """The best block of one shape at one density.

    worth: what it saves for each dimension, in units of v. square, bias: the squared length of its columns, and b.
    dimensions: D* = d/(k r²), what m/‖W‖²_F is for a model that consists of such blocks.
    """

    worth: float
    square: float
    bias: float
    dimensions: float


def packed(directions: np.ndarray, p: float) -> Packing:
    """The best block with these unit directions (d, k), all of which see the others alike, at density p = 1 − S.

    Up to 8 features all patterns of active ones are gone through; from 9 to 24 patterns are drawn, which leaves an
    error of about 1 % of the worth.

    >>> packed(np.ones((1, 1)), 0.5)  # a dedicated dimension
    Packing(worth=1.0, square=1.0, bias=0.0, dimensions=1.0)
    """
    products = directions.T @ directions
    d, k = directions.shape
    if not np.allclose(np.sort(products), np.sort(products[0])):
        raise BadInput("these features see each other differently; packed is for blocks in which all are alike.")
    if k > MOST:
        raise BadInput(f"a block of {k} features has 2^{k} patterns; packed is for at most {MOST} features.")
    if k == 1:
        return Packing(1.0, 1.0, 0.0, 1.0)
    x, z, chance = _one(products, p) if k <= PATTERNS else _any(products, p)

    def loss(guess: np.ndarray) -> tuple[float, np.ndarray]:
        y = guess[0] * z + guess[1]
        off = np.where(y > 0, y, 0) - x
        slope = 2 * chance * off * (y > 0)
        # Sums, not products of vectors: those wake a second thread, which costs more than it helps.
        return float((chance * off**2).sum()), np.array([(slope * z).sum(), slope.sum()])

    starts, tolerance = (((1, 0), (1.2, -0.2)), 1e-10) if k <= PATTERNS else (((1.2, -0.2),), 1e-5)
    found = min((optimize.minimize(loss, at, jac=True, tol=tolerance) for at in starts), key=lambda o: o.fun)
    square, bias = (float(value) for value in found.x)
    dropped = float((chance * (x - p / 2) ** 2).sum())  # v, with the same errors of summing
    return Packing(k / d * (1 - float(found.fun) / dropped), square, bias, d / (k * square))


@cache
def _inputs(k: int) -> tuple[np.ndarray, np.ndarray]:
    """x (k, q) for all patterns of active features, and weight (q, k + 1): its share where so many are active.

    Active values are points of a Kronecker sequence (Roberts 2018), so many of them for each pattern, folded to make
    any function periodic: sums over them then converge faster.
    """
    root = optimize.brentq(lambda t: t ** (k + 1) - t - 1, 1, 2)
    cube = (0.5 + np.arange(1, POINTS + 1) * (1 / root ** np.arange(1, k + 1))[:, None]) % 1
    active = np.repeat(np.array(list(np.ndindex((2,) * k)), float), POINTS // 2**k, axis=0)
    count = active.sum(axis=1).astype(int)
    x = active.T * (1 - np.abs(2 * cube - 1))
    return x, (count[:, None] == np.arange(k + 1)) * (2**k / POINTS)


def _one(products: np.ndarray, p: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The first feature's input, its product with all, and the chance of each point."""
    k = len(products)
    x, weight = _inputs(k)
    chance = weight @ np.array([p**a * (1 - p) ** (k - a) for a in range(k + 1)])
    return x[0], (products[0][:, None] * x).sum(axis=0), chance


def _any(products: np.ndarray, p: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same of all features, which are alike, on drawn inputs."""
    rng, shape = np.random.default_rng(0), (len(products), DRAWN // len(products))
    x = np.where(rng.random(shape) < p, rng.random(shape), 0.0)
    return x.ravel(), (products @ x).ravel(), np.full(x.size, 1 / x.size)
