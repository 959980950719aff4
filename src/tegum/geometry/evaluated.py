"""What y = ReLU(WᵀWx + b) answers, found by evaluating it rather than by a formula: to hold formulas against."""

import numpy as np
from jaxtyping import Float, Integer, Num

from tegum.theory.polygons import regular_polygon

ZERO = 1e-12
"""An output of double precision below this is rounding, where what cancels is about 1 (2^-52 is 2e-16)."""


def outputs(
    W: Num[np.ndarray, "*#batch m n"], b: Num[np.ndarray, "*#batch n"], x: Num[np.ndarray, "*#batch n samples"]
) -> Num[np.ndarray, "*#batch n samples"]:
    """y = ReLU(WᵀWx + b); samples are columns, and one model may be given many x.

    >>> outputs(np.array([[1.0, -1.0]]), np.array([0.0, -0.5]), np.eye(2)).tolist()
    [[1.0, 0.0], [0.0, 0.5]]
    """
    return np.maximum(W.mT @ (W @ x) + b[..., None], 0)


def own_output(
    W: Float[np.ndarray, "*batch m n"], b: Float[np.ndarray, "*batch n"], x: Float[np.ndarray, "*#batch n"]
) -> Float[np.ndarray, "*batch n"]:
    """Output i for the input x_i e_i, for each feature alone."""
    inputs = np.broadcast_to(x, b.shape)[..., None] * np.eye(b.shape[-1])
    return np.einsum("...ii->...i", outputs(W, b, inputs))


def first_spoken(W: Float[np.ndarray, "*batch m n"], b: Float[np.ndarray, "*batch n"]) -> Float[np.ndarray, "*batch n"]:
    """The smallest x in [0, 1] for which x e_i gives output i more than `ZERO`, by bisection; NaN if none does.

    `responses` has this number as a formula. This search knows nothing but `outputs`, so that what is said about
    thresholds can be tested against the model itself; for any other use take `responses(model).threshold`.

    >>> first_spoken(np.eye(2), np.array([-0.25, -1.5])).round(9)
    array([0.25,  nan])
    """
    low, high = np.zeros(b.shape), np.ones(b.shape)
    for _ in range(50):
        middle = (low + high) / 2
        speaks = own_output(W, b, middle) > ZERO
        low, high = np.where(speaks, low, middle), np.where(speaks, middle, high)
    return np.where(own_output(W, b, high) > ZERO, np.where(high < ZERO, 0, high), np.nan)


def readout_margin(
    readout: Float[np.ndarray, "m k"], constant: Float[np.ndarray, "k"], points: Float[np.ndarray, "m k"]
) -> float:
    """By how much each point's own readout w_i·h + c_i leads the others' at it; the smallest. Above 0, all are read.

    >>> readout_margin(np.eye(2), np.zeros(2), np.array([[1.0, 0.0], [0.0, 0.5]]))
    0.5
    """
    score = readout.T @ points + constant[:, None]
    others = np.where(np.eye(len(score), dtype=bool), -np.inf, score)
    return float((score.diagonal() - others.max(axis=0)).min())


def rounded_polygon_error(n: int, dtype: type, sampled: int = 1024, near: int = 4, far: int = 4) -> float:
    """The largest error of an output of the regular n-gon on one-hot data, in the arithmetic of dtype.

    Of up to 256 features all pairs are taken; of more, ``sampled`` random features i with the outputs of i, of its
    ``near`` neighbours on either side, and of ``far`` random ones. Every entry of W and b, each of the two products,
    their sum, and the sum with b are rounded to dtype.

    >>> rounded_polygon_error(10**6, np.float64) < 1e-4 < 1 < rounded_polygon_error(10**5, np.float32)
    True
    """
    i, j = _pairs(n, sampled, near, far)
    W, _ = regular_polygon(n, dtype, only=i)
    V, b = regular_polygon(n, dtype, only=j)
    y = np.maximum(W[0] * V[0] + W[1] * V[1] + b, 0)
    return float(np.abs(y.astype(float) - (i == j)).max())


def _pairs(n: int, sampled: int, near: int, far: int) -> tuple[Integer[np.ndarray, "p"], Integer[np.ndarray, "p"]]:
    if n <= 256:
        i, j = np.indices((n, n)).reshape(2, -1)
        return i, j
    rng = np.random.default_rng(n)
    beside = np.tile(np.arange(-near, near + 1), (sampled, 1))
    away = np.concatenate([beside, rng.integers(n, size=(sampled, far))], axis=1)
    i = np.repeat(rng.integers(n, size=sampled), away.shape[1])
    return i, (i + away.ravel()) % n
