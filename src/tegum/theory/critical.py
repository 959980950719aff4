"""Critical points of the model with one active feature: k-gons in the plane, and their losses.

Chen, Lau, Mendel, Wei, Murfet 2023: exactly one of c features is active, with a value uniform on (0, 1); m = 2,
y = ReLU(WᵀWx + b). The loss is L = E ‖x − y‖² = H/(3c), H = Σ_i Σ_j 3 ∫ (x δ_ij − ReLU(a_ij x + b_i))² dx with
a_ij = W_i·W_j. For j ≠ i the ReLU is awake from −b_i/a_ij on, or up to there, and so the terms of H are

    b_i ≤ 0: (a_ij + b_i)³/a_ij where a_ij > −b_i, else 0
    b_i > 0: −b_i³/a_ij where a_ij < −b_i, else a_ij² + 3 a_ij b_i + 3 b_i²

Upon its own input, l = ‖W_i‖ and N = (1 − l²)² − 3 (1 − l²) b_i + 3 b_i², output i costs

    b_i ≤ 0: N + b_i³/l⁴ + b_i³/l² where l² > −b_i, else 1
    b_i > 0: N

In a k-gon the live features have one length and one bias and stand at equal angles. A dead feature, W_i = 0, costs 1 in
H with b_i ≤ 0, and 1 − 3 b + 3 c b² with b > 0, which is least, 1 − 3/(4c), at b = 1/(2c).
"""

from functools import cache

import numpy as np
from scipy.optimize import minimize

from tegum.errors import BadInput
from tegum.theory.polygons import wheel

SILENT = -0.1  # a bias at which a dead feature is silent; any negative one does


def potential(W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """L = H/(3c) of W (…, m, c), b (…, c): summed over features, mean over which one is active.

    >>> W, b = kgon(5, 5)
    >>> round(float(potential(W, b)), 6)
    0.015826
    """
    c = b.shape[-1]
    a, bias = W.mT @ W, b[..., :, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        heard = np.where(a > -bias, (a + bias) ** 3 / a, 0.0)
        above = np.where(a < -bias, -(bias**3) / a, a**2 + 3 * a * bias + 3 * bias**2)
        square = np.diagonal(a, axis1=-2, axis2=-1)
        smooth = (1 - square) ** 2 - 3 * (1 - square) * b + 3 * b**2
        awake = smooth + np.where(b > 0, 0.0, b**3 / square**2 + b**3 / square)
    own = np.where((b > 0) | (square > -b), np.where(b > 0, smooth, awake), 1.0)
    others = np.where(
        np.eye(c, dtype=bool), 0.0, np.where(bias > 0, above, np.where(bias == 0, np.maximum(a, 0) ** 2, heard))
    )
    return np.asarray((own.sum(-1) + others.sum((-2, -1))) / (3 * c))


def kgon(k: int, c: int, loud: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """W (2, c), b (c,): the best regular k-gon, k ≥ 4, and c − k dead features, `loud` of them with b = 1/(2c).

    >>> W, b = kgon(6, 6)
    >>> round(float(np.hypot(*W[:, 0])), 6), round(float(b[0]), 6)
    (1.320526, -0.618135)
    """
    if not 4 <= k <= c or not 0 <= loud <= c - k:
        raise BadInput(f"k={k}, c={c}, loud={loud} is no k-gon here; they need 4 ≤ k ≤ c and 0 ≤ loud ≤ c − k.")
    length, bias = _best(k)
    W, b = np.zeros((2, c)), np.full(c, SILENT)
    W[:, :k], b[:k] = length * _unit(k), bias
    b[c - loud :] = 1 / (2 * c)
    return W, b


def level(k: int, c: int, loud: int = 0) -> float:
    """The loss of `kgon`: (H_k + c − k − 3 loud/(4c))/(3c), H_k that of the k-gon alone.

    >>> round(level(6, 6), 6)
    0.048192
    """
    live = 3 * k * float(potential(*kgon(k, k)))
    return (live + c - k - 3 * loud / (4 * c)) / (3 * c)


def levels(c: int) -> dict[tuple[int, int], float]:
    """Every level of c features by (k, loud), from high to low."""
    found = {(k, loud): level(k, c, loud) for k in range(4, c + 1) for loud in range(c - k + 1)}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _unit(k: int) -> np.ndarray:
    W = wheel(k)[0]
    return W / np.hypot(*W)


@cache
def _best(k: int) -> tuple[float, float]:
    """Length and bias of the best k-gon of k features; 1 and 0 for four, which lose nothing."""
    if k == 4:
        return 1.0, 0.0

    def of(v: np.ndarray) -> float:
        return float(potential(v[0] * _unit(k), np.full(k, v[1])))

    found = minimize(
        of,
        [1 + 0.1 * (k - 4), -0.25 * (k - 4)],
        method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-16, "maxiter": 4000},
    )
    return float(found.x[0]), float(found.x[1])


def spectrum(W: np.ndarray, b: np.ndarray, step: float = 1e-4) -> np.ndarray:
    """All 3c eigenvalues of the Hessian of L, rising, by central differences; one of them is 0, for turning.

    L is twice differentiable but where a bias is 0, or an output wakes at the very end of its own input.

    >>> values = spectrum(*kgon(5, 5))
    >>> int((np.abs(values) < 1e-5).sum()), bool(values[0] > -1e-5)
    (1, True)
    """
    c, at = len(b), np.concatenate([W.ravel(), b])
    moves = step * np.eye(len(at))
    one, other = moves[:, None], moves[None]
    total = sum(
        sign * potential(v[..., : 2 * c].reshape(*v.shape[:-1], 2, c), v[..., 2 * c :])
        for sign, v in ((1, at + one + other), (-1, at + one - other), (-1, at - one + other), (1, at - one - other))
    )
    return np.asarray(np.linalg.eigvalsh(total / (4 * step**2)))
