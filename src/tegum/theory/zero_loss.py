"""All zero-loss solutions for one-hot data: which W have a bias that makes y = ReLU(WᵀWx + b) exact.

The input e_i comes back if and only if its own output is 1, so b_i = 1 − ‖W_i‖², and every output j that should be
silent is: W_j·W_i + b_j ≤ 0. Together: W_i·(W_i − W_j) ≥ 1 for all j ≠ i, and b follows from W. What is left over in
such an inequality is its slack; one without slack is tight.

The set has its full dimension, m n, everywhere. Lengthen all columns by 1 + ε: each slack grows by
2ε W_i·(W_i − W_j) ≥ 2ε, so next to every solution, the shortest one too, there are solutions with no tight
inequality, and around those a ball of solutions. Solutions with the same tight inequalities make a face.

In the plane the regular polygon is the one with the smallest Σ‖W_i‖². Take neighbours around the origin with lengths
a ≤ b and the gap Δ between them. Both inequalities give a² + b² ≥ 2/(1 − cos Δ): where cos Δ ≥ 0, a² ≥ 1 + ab cos Δ ≥
1 + a² cos Δ; where cos Δ < 0, add the two and use 2ab ≤ a² + b². Sum around the origin: Σ‖W_i‖² ≥ Σ 1/(1 − cos Δ_i),
which is convex in the gaps (1/(2 sin² Δ/2)), and they sum to 2π: at least n/(1 − cos 2π/n), with equality for equal
gaps and lengths only. As s + (1 − s)² rises for s > 1/2 and is convex, the same polygon has the smallest
Σ‖W_i‖² + Σ b_i² too.
"""

from typing import Any

import numpy as np
from scipy.optimize import minimize

from tegum.errors import BadInput
from tegum.theory.polygons import gain

ROUNDS = 200  # of 20,000 random sets each


def slacks(W: np.ndarray) -> np.ndarray:
    """W_i·(W_i − W_j) − 1 at [i, j], for W (..., m, n); infinite at i = j, where nothing is asked.

    >>> slacks(np.array([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 2.0, -1.0]]))
    array([[inf,  1.,  0.,  0.],
           [ 1., inf,  0.,  0.],
           [ 3.,  3., inf,  5.],
           [ 0.,  0.,  2., inf]])
    """
    _needs_two(W)
    G = W.mT @ W
    own = np.diagonal(G, axis1=-2, axis2=-1)[..., None]
    return np.where(np.eye(W.shape[-1], dtype=bool), np.inf, own - G - 1)


def least_slack(W: np.ndarray) -> np.ndarray:
    """The smallest slack of each W (..., m, n): negative where no bias makes the loss zero.

    >>> float(least_slack(np.array([[1.0, -1.0]])))
    1.0
    """
    least: np.ndarray = slacks(W).min((-2, -1))
    return least


def tight(W: np.ndarray, tolerance: float) -> np.ndarray:
    """Which inequalities of each W (..., m, n) are tight: |slack| at most tolerance, at [i, j]."""
    where: np.ndarray = np.abs(slacks(W)) <= tolerance
    return where


def random_solutions(count: int, n: int, seed: int = 0, ratio: float = 3.0) -> np.ndarray:
    """W (count, 2, n) of zero loss without training: what such sets are like by themselves.

    Bearings are uniform and the logarithms of norms too, the longest at most `ratio` times the shortest; sets that no
    stretching makes free of loss are thrown away, and the others stretched until their tightest inequality is tight.
    One in a thousand is left for n = 7, and ever fewer for more (`BadInput` where they cannot be found).

    >>> found = random_solutions(5, 6)
    >>> found.shape, bool(np.abs(least_slack(found)).max() < 1e-9)
    ((5, 2, 6), True)
    """
    rng, found = np.random.default_rng(seed), [np.zeros((0, 2, n))]
    while sum(map(len, found)) < count:
        if len(found) > ROUNDS:
            raise BadInput(f"random sets of {n} features hardly ever have zero loss; give n of at most 8 or so.")
        turn = 2 * np.pi * rng.random((20_000, n))
        length = np.exp(rng.uniform(0, np.log(ratio), turn.shape))
        W = length[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        asked = least_slack(W) + 1
        found.append(W[asked > 0] / np.sqrt(asked[asked > 0])[:, None, None])
    return np.concatenate(found)[:count]


def slack_gradients(W: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Gradients of the slacks at the true places of which (n, n), for W (m, n): (count, m n).

    That of W_i·(W_i − W_j) is 2W_i − W_j in column i and −W_i in column j.
    """
    m, n = W.shape
    i, j = np.nonzero(which)
    gradients = np.zeros((len(i), m, n))
    row = np.arange(len(i))
    gradients[row, :, i] = (2 * W[:, i] - W[:, j]).T
    gradients[row, :, j] = -W[:, i].T
    return gradients.reshape(len(i), m * n)


def face_dimension(W: np.ndarray, tolerance: float) -> int:
    """Dimension of the face that W (m, n) lies on: m n less the rank of the gradients of its tight inequalities.

    m n inside the set; 1 where nothing but turning (m = 2) keeps all of them tight: a corner. Singular values below a
    thousandth of the largest count as 0.

    >>> square = np.array([[1.0, 0.0, -1.0, 0.0], [0.0, 1.0, 0.0, -1.0]])
    >>> face_dimension(square, 1e-9), face_dimension(1.1 * square, 1e-9)
    (1, 8)
    """
    gradients = slack_gradients(W, tight(W, tolerance))
    return W.size - (int(np.linalg.matrix_rank(gradients, rtol=1e-3)) if len(gradients) else 0)


def smallest_size(n: int) -> float:
    """Σ‖W_i‖² of the regular polygon, n / (1 − cos 2π/n), the least of all zero-loss solutions in the plane.

    >>> [round(smallest_size(n), 6) for n in (3, 4, 6)]
    [2.0, 4.0, 12.0]
    """
    return n * gain(n)


def looking_away(n: int, bias: float) -> tuple[np.ndarray, np.ndarray]:
    """W (2, n) and b (n,) without loss whose last bias is not negative, as it may be for one feature.

    The last column, (√(1 − bias), 0), looks one way; the others stand on an arc of 150° on the other side, so far out
    that neighbours do not hear each other, r² (1 − cos Δ) ≥ 1, and the last none of them, √(1 − bias) r cos 75° ≥ bias.

    >>> W, b = looking_away(7, 0.25)
    >>> bool(least_slack(W) > 0), round(float(b[6]), 9)
    (True, 0.25)
    """
    if n < 3 or not 0 <= bias < 1:
        raise BadInput(
            f"n={n} with bias={bias} has no such solution; give n of at least 3 and a bias from 0 to below 1."
        )
    bearing = np.radians(np.linspace(-75, 75, n - 1))
    own, gap = (1 - bias) ** 0.5, np.radians(150 / (n - 2))
    radius = 1.05 * max((1 - np.cos(gap)) ** -0.5, bias / (own * np.cos(np.radians(75))))
    W = np.append(radius * np.stack([-np.cos(bearing), np.sin(bearing)]), [[own], [0.0]], axis=1)
    return W, 1 - (W**2).sum(0)


def shortened(start: np.ndarray) -> np.ndarray:
    """From W (m, n), a zero-loss solution where Σ‖W_i‖² is locally smallest, by sequential least squares (SLSQP).

    The result may violate an inequality where the search fails; look at `least_slack`.
    """
    n = start.shape[1]
    asked = ~np.eye(n, dtype=bool)
    constraint: dict[str, Any] = {
        "type": "ineq",
        "fun": lambda v: slacks(v.reshape(start.shape))[asked],
        "jac": lambda v: slack_gradients(v.reshape(start.shape), asked),
    }
    options = {"maxiter": 500, "ftol": 1e-13}
    found = minimize(
        lambda v: v @ v, start.ravel(), jac=lambda v: 2 * v, method="SLSQP", constraints=constraint, options=options
    )
    return np.asarray(found.x).reshape(start.shape)


def _needs_two(W: np.ndarray) -> None:
    if W.ndim < 2 or W.shape[-1] < 2:
        raise BadInput(f"W of shape {W.shape} must have shape (..., m, n) with n of at least 2 features.")
