"""Points on the unit sphere that keep away from each other: energies, and their minima found from many starts.

X has shape (d, n), one point in each column, |x_i| = 1.

- Coulomb's, Σ_{i<j} 1/|x_i − x_j|: the problem of Thomson 1904, in three dimensions.
- The rectified one, Σ_{i<j} ReLU(x_i·x_j)²: half of the interference of a ReLU autoencoder whose columns all have
  length 1, with b = 0 and one active feature of value 1 (Elhage et al. 2022: a generalised Thomson problem); a value
  uniform on (0, 1) gives a third of it.
- With a bias, Σ_{i<j} ReLU(x_i·x_j − t)³/(x_i·x_j): the interference where columns have one length and one bias,
  t = −b/‖W‖² ≥ 0, up to a factor. The active value a is uniform on (0, 1), and ∫ ReLU(a c − t)² da = (c − t)³/(3c) for
  c > t; with a = 1 it would be ReLU(c − t)². At t = 0 the two agree up to a factor.
- The largest product, max_{i<j} x_i·x_j, least where the smallest angle is largest: the problem of Tammes 1930.

Where n ≤ 2d the rectified energy can be 0, and is so for every arrangement without an acute angle. For n = 2d there is
one, d antipodal pairs at right angles; for d < n < 2d a continuum of tegum products; for n ≤ d most of the sphere.
"""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from scipy.optimize import minimize

Energy = Callable[[np.ndarray], tuple[float, np.ndarray]]

TIGHT = {"ftol": 1e-15, "gtol": 1e-11, "maxiter": 3000}


def coulomb(X: np.ndarray) -> tuple[float, np.ndarray]:
    """Σ_{i<j} 1/|x_i − x_j| and its gradient.

    >>> coulomb(np.array([[1.0, -1.0], [0, 0], [0, 0]]))[0]
    0.5
    """
    apart = X[:, :, None] - X[:, None, :]
    square = (apart**2).sum(0)
    np.fill_diagonal(square, np.inf)
    return float((square**-0.5).sum() / 2), -(apart * square**-1.5).sum(2)


def rectified(X: np.ndarray) -> tuple[float, np.ndarray]:
    """Σ_{i<j} ReLU(x_i·x_j)² and its gradient.

    >>> rectified(np.eye(3))[0]
    0.0
    """
    return beyond(0.0)(X)


@cache
def beyond(threshold: float) -> Energy:
    """The energy Σ_{i<j} ReLU(c − t)³/c, c = x_i·x_j, with its gradient; the same function for the same t ≥ 0.

    Slope of a pair by c: 3 (c − t)²/c − (c − t)³/c², for c > t.

    >>> beyond(0.5)(np.array([[1.0, 1.0], [0.0, 0.0]]))[0]
    0.125
    """

    def energy(X: np.ndarray) -> tuple[float, np.ndarray]:
        cosine = _products(X, -1.0)
        over = np.maximum(cosine - threshold, 0)
        cosine = np.where(over > 0, cosine, 1)
        return float((over**3 / cosine).sum() / 2), X @ (3 * over**2 / cosine - over**3 / cosine**2)

    return energy


def smallest_angle(X: np.ndarray) -> float:
    """The smallest angle between two points, in degrees.

    >>> round(smallest_angle(np.eye(3)), 9)
    90.0
    """
    return float(np.degrees(np.arccos(np.clip(_products(X, -1.0).max(), -1, 1))))


def descended(energy: Energy, X: np.ndarray, options: Mapping[str, float] = TIGHT) -> np.ndarray:
    """The bottom of an energy below X, unit columns of any dimension, on the sphere, by L-BFGS (Nocedal 1980)."""

    def value(flat: np.ndarray) -> tuple[float, np.ndarray]:
        V = flat.reshape(X.shape)
        length = np.linalg.norm(V, axis=0)
        unit = V / length
        level, slope = energy(unit)
        return level, ((slope - unit * (unit * slope).sum(0)) / length).ravel()

    found = minimize(value, X.ravel(), jac=True, method="L-BFGS-B", options=options).x.reshape(X.shape)
    return np.asarray(found / np.linalg.norm(found, axis=0))


def widened(X: np.ndarray) -> np.ndarray:
    """X moved until its smallest angle is as large as it can be nearby.

    By sequential quadratic programming (Kraft 1988): the least t with x_i·x_j ≤ t for all pairs.
    """
    i, j = np.triu_indices(X.shape[1], 1)
    flat = X.size
    constraints = (
        {"type": "ineq", "fun": lambda v: v[-1] - _pairs(v[:-1].reshape(X.shape), i, j),
         "jac": lambda v: _slopes(v[:-1].reshape(X.shape), i, j)},
        {"type": "eq", "fun": lambda v: (v[:-1].reshape(X.shape) ** 2).sum(0) - 1,
         "jac": lambda v: _lengths(v[:-1].reshape(X.shape))},
    )  # fmt: skip
    start = np.append(X.ravel(), _products(X, -1.0).max())
    end = minimize(lambda v: v[-1], start, jac=lambda v: np.eye(flat + 1)[-1], method="SLSQP",
                   constraints=constraints, options={"ftol": 1e-14, "maxiter": 200}).x  # fmt: skip
    found = end[:-1].reshape(X.shape) / np.linalg.norm(end[:-1].reshape(X.shape), axis=0)
    return np.asarray(found if smallest_angle(found) > smallest_angle(X) else X)


@cache
def least(energy: Energy, n: int, starts: int = 30, dimensions: int = 3) -> np.ndarray:
    """The lowest of an energy's minima found from random starts, the same ones at each call."""
    found = [descended(energy, X) for X in _starts(n, starts, dimensions)]
    return min(found, key=lambda X: energy(X)[0])


@cache
def widest(n: int, starts: int = 30, dimensions: int = 3) -> np.ndarray:
    """The arrangement with the largest smallest angle found from random starts; of several, as for five points, the one
    with the least Coulomb energy."""
    found = [widened(X) for X in _starts(n, starts, dimensions)]
    return max(found, key=lambda X: (round(smallest_angle(X), 6), -coulomb(X)[0]))


def _starts(n: int, starts: int, dimensions: int) -> np.ndarray:
    X = np.random.default_rng(n).standard_normal((starts, dimensions, n))
    return np.asarray(X / np.linalg.norm(X, axis=1, keepdims=True))


def _products(X: np.ndarray, diagonal: float) -> np.ndarray:
    product = X.T @ X
    np.fill_diagonal(product, diagonal)
    return np.asarray(product)


def _pairs(X: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    return np.asarray((X[:, i] * X[:, j]).sum(0))


def _slopes(X: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Of t − x_i·x_j by all coordinates and t."""
    slope = np.zeros((len(i), *X.shape))
    row = np.arange(len(i))
    slope[row, :, i], slope[row, :, j] = -X[:, j].T, -X[:, i].T
    return np.concatenate([slope.reshape(len(i), -1), np.ones((len(i), 1))], axis=1)


def _lengths(X: np.ndarray) -> np.ndarray:
    """Of |x_i|² − 1 by all coordinates and t."""
    n = X.shape[1]
    slope = np.zeros((n, *X.shape))
    slope[np.arange(n), :, np.arange(n)] = 2 * X.T
    return np.concatenate([slope.reshape(n, -1), np.zeros((n, 1))], axis=1)
