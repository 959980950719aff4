"""What the loss of y = ReLU(WᵀWx + b) is made of: feature benefit and interference, by how many features are active.

Each x_i is 0 with probability S = 1 − p, else uniform on (0, 1); importances I_i multiply squared errors, which are
summed over features, and the mean over x is taken (Elhage et al. 2022, the article's loss for one sample).

*By count.* E = Σ_k C(n, k) p^k S^(n−k) L(k), where L(k) is the mean over x with exactly k active features: `chances`
are the weights. With none active L(0) = Σ_i I_i ReLU(b_i)². With one active, n L(1) is the article's L_1,

    Σ_i I_i ∫ (x − ReLU(l_i x + b_i))² dx + Σ_{i≠j} I_i ∫ ReLU(a_ij x + b_i)² dx,   l_i = ‖W_i‖², a_ij = W_i·W_j,

over x from 0 to 1: what is left of the first sum is benefit not had, the second is interference. A line α x + β under
ReLU is awake between two ends u < v of [0, 1], one of which is the kink −β/α if that lies inside; there

    ∫_u^v (α x + β)² dx = α² (v³ − u³)/3 + α β (v² − u²) + β² (v − u),

and output i upon its own feature adds ∫ x² dx over the part where it sleeps. All integrals are continuous in the ends,
so that derivatives are right whether or not those of the kinks are taken.

*The linear form* sets x = 1 and b = 0 and leaves out the ReLU: Σ_i I_i (1 − l_i)² + Σ_{i≠j} I_i a_ij².

Arrays of NumPy and of JAX alike: W (..., m, n), b (..., n), importance a number or (..., n).
"""

from typing import Any

import numpy as np
from scipy import stats

from tegum.toy.expectation import relu


def linear_form(W: Any, importance: Any = 1.0) -> tuple[Any, Any]:
    """Benefit not had, Σ_i I_i (1 − ‖W_i‖²)², and interference, Σ_{i≠j} I_i (W_i·W_j)².

    >>> benefit, interference = linear_form(np.array([[1.0, -1.0, 0.0]]))
    >>> float(benefit), float(interference)
    (1.0, 2.0)
    """
    gram, own = _gram(W)
    return (importance * (1 - own) ** 2).sum(-1), (_each(importance) * _apart(gram) ** 2).sum((-2, -1))


def silent(b: Any, importance: Any = 1.0) -> Any:
    """L(0) = Σ_i I_i ReLU(b_i)², what biases cost where no feature is active.

    >>> float(silent(np.array([-1.0, 0.5])))
    0.25
    """
    return (importance * relu(b) ** 2).sum(-1)


def own(W: Any, b: Any) -> Any:
    """∫ (x − ReLU(l_i x + b_i))² dx of each feature alone, (..., n): 1/3 for one that is not given back at all.

    >>> own(np.array([[1.0, 0.0]]), np.array([0.0, 0.0])).round(4).tolist()
    [0.0, 0.3333]
    """
    slope = _gram(W)[1]
    low, high = _awake(slope, b)
    asleep = (low**3 + 1 - high**3) / 3
    return asleep + _squares(1 - slope, -b, low, high)


def heard(W: Any, b: Any) -> Any:
    """∫ ReLU(a_ij x + b_i)² dx, (..., n, n): what output i says where feature j ≠ i alone is active; 0 for i = j.

    >>> heard(np.array([[1.0, -1.0]]), np.array([0.0, 0.5])).round(4).tolist()
    [[0.0, 0.0], [0.0417, 0.0]]
    """
    gram, _ = _gram(W)
    bias = b[..., :, None] + 0 * gram
    return _apart(_squares(gram, bias, *_awake(gram, bias)))


def one_active(W: Any, b: Any, importance: Any = 1.0) -> tuple[Any, Any]:
    """The article's L_1 in two: benefit not had, Σ_i I_i own_i, and interference, Σ_{i≠j} I_i heard_ij.

    >>> benefit, interference = one_active(np.array([[1.0, -1.0, 0.0]]), np.zeros(3))
    >>> round(float(benefit), 4), float(interference)
    (0.3333, 0.0)
    """
    return (importance * own(W, b)).sum(-1), (_each(importance) * heard(W, b)).sum((-2, -1))


def at_most_one(W: Any, b: Any, p: Any, importance: Any = 1.0) -> Any:
    """The first two terms of the loss, S^n L(0) + p S^(n−1) L_1: all x with at most one active feature."""
    n = b.shape[-1]
    return (1 - p) ** n * silent(b, importance) + p * (1 - p) ** (n - 1) * sum(one_active(W, b, importance))


def uncompounded(W: Any, b: Any, p: Any, importance: Any = 1.0) -> Any:
    """The loss if active features did not meet: each output errs upon its own feature as if that were alone, and a
    silent output adds, for each active feature, what that feature alone adds to what its bias says.

    p Σ_i I_i own_i + S Σ_i I_i ReLU(b_i)² + p S Σ_{i≠j} I_i (heard_ij − ReLU(b_i)²); to first order in p it is the
    loss.
    """
    n = b.shape[-1]
    benefit, interference = one_active(W, b, importance)
    return p * benefit + (1 - p) * (silent(b, importance) * (1 - p * (n - 1)) + p * interference)


def chances(n: int, p: float) -> np.ndarray:
    """Probability that k of n features are active, (n + 1,).

    >>> chances(2, 0.5).tolist()
    [0.25, 0.5, 0.25]
    """
    return np.asarray(stats.binom.pmf(np.arange(n + 1), n, p)).round(15)


def _gram(W: Any) -> tuple[Any, Any]:
    """WᵀW and its diagonal."""
    return W.mT @ W, (W * W).sum(-2)


def _each(importance: Any) -> Any:
    """Importances as a column, to weigh outputs by."""
    return importance[..., :, None] if np.ndim(importance) else importance


def _apart(matrix: Any) -> Any:
    """Without the diagonal."""
    xp = matrix.__array_namespace__()
    return xp.where(xp.eye(matrix.shape[-1], dtype=bool), 0, matrix)


def _awake(slope: Any, bias: Any) -> tuple[Any, Any]:
    """Between which ends of [0, 1] slope x + bias is positive; an empty part lies at one point."""
    xp = bias.__array_namespace__()
    flat = slope == 0
    kink = xp.clip(-bias / xp.where(flat, 1, slope), 0, 1)
    low = xp.where(flat, xp.where(bias > 0, 0, 1), xp.where(slope > 0, kink, 0))
    return low, xp.where(flat, 1, xp.where(slope > 0, 1, kink))


def _squares(slope: Any, bias: Any, low: Any, high: Any) -> Any:
    """∫ (slope x + bias)² dx from low to high."""
    return slope**2 * (high**3 - low**3) / 3 + slope * bias * (high**2 - low**2) + bias**2 * (high - low)
