"""Features of unit length without bias, by the angles between them: loss, slope, curvature, and what they favour.

When feature i alone is active, output j is ReLU(W_i·W_j); where it should be 0 it costs ReLU(W_i·W_j)², which for unit
columns at an angle θ is ReLU(cos θ)². Angles are in radians. Losses are sums over samples and features of one-hot data
unless a line says that they are the half that one feature inflicts on another.

Source of the pair loss: *Superposition: An Actual View of Latent Spaces* (2024).
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tegum.errors import BadInput

TINY = 1e-12  # a cosine smaller than this is a right angle that was rounded


def pair_loss(theta: ArrayLike) -> Any:
    """ReLU(cos θ)², which one unit feature costs another at this angle: cos² θ up to a right angle, then 0.

    >>> pair_loss(np.radians([0, 60, 120])).round(12)
    array([1.  , 0.25, 0.  ])
    """
    return np.maximum(np.cos(theta), 0) ** 2


def pair_slope(theta: ArrayLike) -> Any:
    """First derivative of `pair_loss`: −sin 2θ up to a right angle, where it reaches 0 without a jump, then 0."""
    return np.where(np.cos(theta) > TINY, -np.sin(2 * np.asarray(theta)), 0.0)


def pair_curvature(theta: ArrayLike) -> Any:
    """Second derivative of `pair_loss`: −2 cos 2θ up to a right angle, then 0; from 2 to 0 there, 1 in the mean.

    Negative below 45°: the loss is concave there.

    >>> pair_curvature(np.radians([0, 45, 60, 90, 120])).round(12) + 0.0
    array([-2.,  0.,  1.,  1.,  0.])
    """
    cosine = np.cos(theta)
    return -2 * np.cos(2 * np.asarray(theta)) * _side(cosine)


def between_energy(phi: ArrayLike, gap: ArrayLike) -> Any:
    """E(φ) = ReLU(cos φ)² + ReLU(cos(Δ − φ))², what two unit features at a gap Δ cost a third one at φ between them.

    While both angles are acute it is 1 + cos Δ cos(2φ − Δ): at the middle φ = Δ/2 a minimum where Δ > 90°, a maximum
    where Δ < 90°, and for Δ = 90° it is 1 everywhere. Where one is obtuse only the other one counts.

    >>> between_energy(np.radians([10, 45, 80]), np.pi / 2).round(12)
    array([1., 1., 1.])
    """
    phi, gap = np.asarray(phi), np.asarray(gap)
    return pair_loss(phi) + pair_loss(gap - phi)


def middle_curvature(gap: ArrayLike) -> Any:
    """Second derivative of `between_energy` in the middle: −4 cos Δ for gaps below 180°, 0 above.

    >>> middle_curvature(np.radians([60, 90, 120])).round(12) + 0.0
    array([-2.,  0.,  2.])
    """
    return 2 * pair_curvature(np.asarray(gap) / 2)


def third_loss(points: ArrayLike, gap: float) -> np.ndarray:
    """What a third feature w costs, with its own error: (1 − ‖w‖²)² + 2 Σ ReLU(w·w_i)².

    points (..., 2): w. The two others are of length 1, at bearings ±Δ/2.
    """
    w = np.asarray(points, float)
    others = np.stack([np.cos([gap / 2, -gap / 2]), np.sin([gap / 2, -gap / 2])])
    overlap = np.maximum(w @ others, 0)
    loss: np.ndarray = (1 - (w * w).sum(-1)) ** 2 + 2 * (overlap**2).sum(-1)
    return loss


def third_between(gap: ArrayLike) -> tuple[Any, Any]:
    """Length and `third_loss` of the best third feature in the middle of a gap Δ ≤ 180°: √(−cos Δ) and sin² Δ.

    On a ray with energy E the loss is (1 − s)² + 2sE with s = ‖w‖², least at s = 1 − E; in the middle E = 1 + cos Δ.
    Where Δ ≤ 90° that is s = 0 and the loss 1: between the two there is no room, and no minimum either.

    >>> [float(v.round(6)) for v in third_between(np.radians(120))]
    [0.707107, 0.75]
    """
    square = np.maximum(-np.cos(gap), 0)
    return np.sqrt(square), 1 - square**2


def wheel_curvatures(n: int) -> np.ndarray:
    """Curvatures of the evenly spaced unit wheel under turns of single features, ascending, without turning it whole.

    The energy is the sum of `pair_loss` over pairs. Its Hessian is circulant: mode q = 1 … n − 1 has the curvature
    Σ_k f''(2πk/n) (1 − cos 2πqk/n). Pairs at a right angle count with the mean of both sides: a
    negative value means a way down, at least to one side; a value that is not negative does not exclude one to one
    side, which needs an argument of its own.

    >>> wheel_curvatures(5).round(3).tolist(), wheel_curvatures(8).round(3).tolist()[:2]
    ([2.236, 2.236, 5.854, 5.854], [0.0, 2.0])
    """
    _needs_wheel(n)
    k = np.arange(1, n)
    modes = 1 - np.cos(2 * np.pi * np.outer(k, k) / n)
    return np.sort(np.where(np.abs(v := modes @ pair_curvature(2 * np.pi * k / n)) < 1e-9, 0.0, v))


def no_bias_curvatures(W: np.ndarray) -> np.ndarray:
    """All curvatures of the loss L of `theory.unbiased` at W (m, n), lengths and angles free, ascending.

    The exact Hessian: 8 W_i W_iᵀ − 4 (1 − ‖W_i‖²) for each feature, and for each pair with a = W_i·W_j > 0 that of 2a².
    Pairs at a right angle count half, as in `wheel_curvatures`. Turning all features has the curvature 0.
    """
    m, n = W.shape
    G = W.T @ W
    H = np.zeros((n, m, n, m))
    for i in range(n):
        H[i, :, i] += 8 * np.outer(W[:, i], W[:, i]) - 4 * (1 - G[i, i]) * np.eye(m)
        for j in set(range(n)) - {i}:
            weight = 4 * float(_side(G[i, j]))
            H[i, :, i] += weight * np.outer(W[:, j], W[:, j])
            H[i, :, j] += weight * (np.outer(W[:, j], W[:, i]) + G[i, j] * np.eye(m))
    values = np.linalg.eigvalsh(H.reshape(n * m, n * m))
    return np.where(np.abs(values) < 1e-9, 0.0, values)


def _side(product: ArrayLike) -> Any:
    """1 where the ReLU is open, 0 where it is shut, 1/2 on the edge."""
    return np.where(np.abs(product) <= TINY, 0.5, np.asarray(product) > 0)


def _needs_wheel(n: int) -> None:
    if n < 3:
        raise BadInput(f"a wheel of n={n} features has no angles on both sides; it needs n of at least 3.")
