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
from tegum.theory.phases import variance

POINTS = 2**15  # of x, evenly many for each pattern of active features
MOST = 8  # features of a block: there are 2ᵏ patterns


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

    >>> packed(np.ones((1, 1)), 0.5)  # a dedicated dimension
    Packing(worth=1.0, square=1.0, bias=0.0, dimensions=1.0)
    """
    products = directions.T @ directions
    d, k = directions.shape
    if not np.allclose(np.sort(products), np.sort(products[0])):
        raise BadInput("these features see each other differently; packed is for blocks in which all are alike.")
    if k == 1:
        return Packing(1.0, 1.0, 0.0, 1.0)
    x, weight = _inputs(k)
    chance = weight @ np.array([p**a * (1 - p) ** (k - a) for a in range(k + 1)])
    z = products[0] @ x

    def loss(guess: np.ndarray) -> tuple[float, np.ndarray]:
        y = guess[0] * z + guess[1]
        off = np.where(y > 0, y, 0) - x[0]
        slope = 2 * chance * off * (y > 0)
        return float(chance @ off**2), np.array([slope @ z, slope.sum()])

    found = min((optimize.minimize(loss, at, jac=True, tol=1e-10) for at in ((1, 0), (1.2, -0.2))), key=lambda o: o.fun)
    square, bias = (float(value) for value in found.x)
    dropped = float(chance @ (x[0] - p / 2) ** 2)  # v, with the same small errors of summing
    return Packing(k * (dropped - float(found.fun)) / (d * float(variance(p))), square, bias, d / (k * square))


@cache
def _inputs(k: int) -> tuple[np.ndarray, np.ndarray]:
    """x (k, q) for all patterns of active features, and weight (q, k + 1): its share where so many are active.

    Active values are points of a Kronecker sequence (Roberts 2018), so many of them for each pattern, folded to make
    any function periodic: sums over them then converge faster.
    """
    if k > MOST:
        raise BadInput(f"a block of {k} features has 2^{k} patterns; packed is for at most {MOST} features.")
    root = optimize.brentq(lambda t: t ** (k + 1) - t - 1, 1, 2)
    cube = (0.5 + np.arange(1, POINTS + 1) * (1 / root ** np.arange(1, k + 1))[:, None]) % 1
    active = np.repeat(np.array(list(np.ndindex((2,) * k)), float), POINTS // 2**k, axis=0)
    count = active.sum(axis=1).astype(int)
    x = active.T * (1 - np.abs(2 * cube - 1))
    return x, (count[:, None] == np.arange(k + 1)) * (2**k / POINTS)
