"""One-hot data without a bias, y = ReLU(WᵀWx): what the best arrangements cost, and a bound that no plane beats.

The loss is L = Σ_i (1 − ‖W_i‖²)² + Σ_{i≠j} ReLU(W_i·W_j)², summed over the n samples and the features. With directions
u_i, squared norms s_i and C = ReLU(u_i·u_j)² (whose diagonal is 1) it is

    L = n − 2 Σ s_i + Σ_ij s_i s_j C_ij,

so features that point the same way count by the sum of their s alone: to drop a feature and to lay it along another
one cost the same, exactly 1. L is zero only if all norms are 1 and no inner product is positive; at most 2m vectors of
m dimensions have no positive inner products, so n ≤ 2m, and then it can be.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize

ROOT = 5**0.5
PLANE = 5 * (7 + ROOT) / 11
"""In the plane L ≥ n − PLANE ≈ n − 4.198 for every n, with equality for a regular pentagon (n = 5), and for n > 5 with
the others dropped or laid along its corners. Proof: :func:`minorant`."""

MINORANT = {
    0: (7 - ROOT) / 20,
    1: (6 + 2 * ROOT) / 25,
    2: (37 - 5 * ROOT) / 100 - 0.018,
    3: 0.089,
    6: (ROOT - 2) / 50,
    7: 0.009,
}
"""Fourier coefficients of the function that proves the bound: it touches ReLU(cos)² at 0°, ±72° and ±144°, has no
harmonic that a pentagon would see, and no negative one. One number of it is free, 0.009 of [0.0085, 0.00925]."""


def minorant(angle: ArrayLike) -> np.ndarray:
    """f(θ) = Σ f_k cos kθ ≤ ReLU(cos θ)², angle in radians; f_k ≥ 0.

    Hence Σ_ij s_i s_j C_ij ≥ Σ_ij s_i s_j f(θ_ij) = Σ_k f_k |Σ_i s_i e^{ikθ_i}|² ≥ f_0 (Σ s_i)², and
    L ≥ n − 2 Σ s_i + f_0 (Σ s_i)² ≥ n − 1/f_0 = n − PLANE, for any number of features at any angles with any norms: the
    linear programming bound of Delsarte, Goethals and Seidel (1977), here for an energy.

    >>> bool(np.isclose(PLANE, 1 / MINORANT[0]))
    True
    """
    angle = np.asarray(angle, float)
    total: np.ndarray = np.sum([value * np.cos(k * angle) for k, value in MINORANT.items()], axis=0)
    return total


def polygon_loss(corners: int) -> float:
    """L of a regular polygon of so many features, at its best norm: n c / (1 + c), c = Σ_{j≠i} ReLU(cos θ_ij)².

    Each feature costs (1 − s)² + c s², least at s = 1 / (1 + c).

    >>> round(polygon_loss(5), 6), round(polygon_loss(6), 6)
    (0.801787, 2.0)
    """
    cosine = np.cos(2 * np.pi * np.arange(1, corners) / corners)
    c = float((np.maximum(cosine, 0) ** 2).sum())
    return corners * c / (1 + c)


def descended(W: ArrayLike) -> np.ndarray:
    """The bottom of L below W (m, n), by L-BFGS (Nocedal 1980): as far down as rounding allows.

    >>> W = descended([[1.0, -0.7]])
    >>> np.maximum(W.T @ W, 0).round(6).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    W = np.asarray(W, float)

    def value(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w = flat.reshape(W.shape)
        product = w.T @ w
        off = np.maximum(product, 0) - np.eye(W.shape[1])
        return float((off**2).sum()), (4 * w @ (off * (product > 0))).ravel()

    tight = {"ftol": 1e-15, "gtol": 1e-10}
    bottom: np.ndarray = minimize(value, W.ravel(), jac=True, method="L-BFGS-B", options=tight).x
    return bottom.reshape(W.shape)


def polygon(corners: int) -> np.ndarray:
    """The regular polygon at its best norm, W (2, corners): squared norms 1 / (1 + c), c as in :func:`polygon_loss`."""
    angle = 2 * np.pi * np.arange(corners) / corners
    squared = 1 - polygon_loss(corners) / corners
    return squared**0.5 * np.stack([np.cos(angle), np.sin(angle)])


def untied(features: int) -> tuple[np.ndarray, np.ndarray]:
    """Encoder W (3, n) and decoder M (n, 3) with ReLU(MWx) = x for every axis vector x: without a bias, for any n ≥ 3.

    W_j = (cos θ_j, sin θ_j, 1) and M_i = (cos θ_i, sin θ_i, −cos θ_1) / (1 − cos θ_1), θ_j = 2π j / n. The third
    dimension is the same for all features: it serves as the bias that is not there. No tied weights can do this.

    >>> W, M = untied(50)
    >>> bool(np.allclose(np.maximum(M @ W, 0), np.eye(50)))
    True
    """
    angle = 2 * np.pi * np.arange(features) / features
    step = np.cos(angle[1])
    W = np.stack([np.cos(angle), np.sin(angle), np.ones(features)])
    return W, W.T * [1, 1, -step] / (1 - step)
