"""Symmetric failure in the plane: p features of n make the regular p-gon, k = n − p are not learnt, one-hot data.

The loss is L = Σ_i Σ_j (ReLU(W_i·W_j + b_i) − δ_ij)², the sum over all n inputs and outputs. An unlearnt feature has
W_d = 0, and its output is ReLU(b_d) upon every input: (1 − b_d)² + (n − 1) b_d² is least at b_d = 1/n, where it is
(n − 1)/n. The live features give themselves back, and stay silent upon an unlearnt input if their bias 1 − r² is not
positive, which takes p ≥ 4. So L = k (n − 1)/n, and its gradient is zero.

Curvature. Move the unlearnt columns to w_d and the live ones by u_j, with sums s = Σ_d w_d and S = Σ_j u_j. To second
order, with b = 1/n, the outputs of the unlearnt features cost

    k (n − 1)/n + c Σ_d ‖w_d‖² + 2b (‖s‖² − Σ_d ‖w_d‖²) + 2b s·S,      c = p r²/2 − 2 (n − 1)/n > 0.

The last term has no square of S beside it. In the zero-loss set of the live features, which has its full dimension, S
is free, so s = −(k b / (c + 2b (k − 1))) S lowers the loss, by k b² ‖S‖² / (c + 2b (k − 1)): the state is no minimum.
Seen the other way round: wherever the live columns do not sum to zero, W_d = 0 is no optimum. (For p = 4 the live
outputs have b = 0 and hear unlearnt inputs on one side, which adds at most ‖w_d‖² and changes nothing of this.)
"""

import numpy as np

from tegum.errors import BadInput
from tegum.theory.polygons import gain, regular_polygon


def symmetric_failure(n: int, unlearnt: int = 1, turn: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """W (2, n) and b (n,): a regular polygon of the first n − k features, and k columns of zero with a bias of 1/n.

    >>> W, b = symmetric_failure(7)
    >>> float(np.round(W[:, 0] @ W[:, 0], 9)), float(np.round(b[0], 9)), float(np.round(b[6], 9))
    (2.0, -1.0, 0.142857143)
    """
    live = _live(n, unlearnt)
    W, b = np.zeros((2, n)), np.full(n, 1 / n)
    W[:, :live], b[:live] = regular_polygon(live, turn=turn)
    return W, b


def beside(live: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """These live columns (2, p) with the biases that give them back, b_i = 1 − ‖W_i‖², and one unlearnt feature last.

    >>> W, b = beside(symmetric_failure(7)[0][:, :6])
    >>> W.shape, float(np.round(b[0], 9)), float(np.round(b[6], 9))
    ((2, 7), -1.0, 0.142857143)
    """
    n = live.shape[1] + 1
    return np.pad(live, ((0, 0), (0, 1))), np.append(1 - (live**2).sum(0), 1 / n)


def with_column(live: int, column: np.ndarray, bias: float, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric failure with this column and bias for the unlearnt feature; the live polygon scaled, its bias not."""
    W, b = symmetric_failure(live + 1)
    W = scale * W
    W[:, live], b[live] = column, bias
    return W, b


def failure_loss(n: int, unlearnt: int = 1) -> float:
    """k (n − 1)/n, summed over samples and features.

    >>> round(failure_loss(7), 6)
    0.857143
    """
    _live(n, unlearnt)
    return unlearnt * (n - 1) / n


def tilt_stiffness(n: int, unlearnt: int = 1) -> float:
    """c = p r²/2 − 2 (n − 1)/n: what a small column of one unlearnt feature costs, c ‖w‖², all else being held.

    p r²/2 is the cost on the live inputs, which hear the tilt; 2 (n − 1)/n what feature n itself gains by it.

    >>> round(tilt_stiffness(7), 6)
    4.285714
    """
    live = _live(n, unlearnt)
    return live * gain(live) / 2 - 2 * (n - 1) / n


def leaning(n: int, unlearnt: int = 1) -> float:
    """Where the unlearnt columns are best, as a share of −S, the sum of the live ones, near the regular polygon.

    Their sum is s = −k b / (c + 2b (k − 1)) S.

    >>> round(leaning(7), 6)
    0.033333
    """
    b = 1 / n
    return unlearnt * b / (tilt_stiffness(n, unlearnt) + 2 * b * (unlearnt - 1))


def smooth_spectrum(n: int, unlearnt: int = 1) -> np.ndarray:
    """All 3n eigenvalues of the Hessian at symmetric failure, in order, with every kink counted as silent.

    At a kink W_j·W_i + b_j = 0 an output is silent on one side and positive on the other. Silence is the pattern inside
    the zero-loss set of the live features; any other adds squares, so these eigenvalues are lower bounds. They are:
    2 (4r² + 1) for p − 2 ways of a live output to be wrong; 2n for each unlearnt bias; 2c − 4b for ways of unlearnt
    columns that sum to zero, 2 (k − 1) of them; four, one negative and one zero, for each of two directions in which
    the live columns and their sum lean; and zero for the rest, which is the zero-loss set.

    >>> smooth_spectrum(7)[:3].round(4) + 0.0
    array([-0.0317, -0.0317,  0.    ])
    """
    live, k = _live(n, unlearnt), unlearnt
    r, b, c = gain(live) ** 0.5, 1 / n, tilt_stiffness(n, unlearnt)
    own = np.array([2 * r, 2 * r, 2**0.5, 0.0])  # translation, its mirror image, biases, unlearnt columns
    block = np.outer(own, own)
    block[0, 3] = block[3, 0] = 2 * b * (live * k) ** 0.5
    block[3, 3] = 2 * (c + 2 * b * (k - 1))
    known = [2 * (4 * r**2 + 1)] * (live - 2) + [2.0 * n] * k + [2 * c - 4 * b] * (2 * (k - 1))
    known += [*np.linalg.eigvalsh(block)] * 2
    return np.sort([*known, *np.zeros(3 * n - len(known))])


def _live(n: int, unlearnt: int) -> int:
    if unlearnt < 1 or n - unlearnt < 4:
        raise BadInput(
            f"n={n} with unlearnt={unlearnt} leaves {n - unlearnt} live features; symmetric failure needs at least one "
            "unlearnt and four live ones, since a triangle answers to unlearnt inputs too."
        )
    return n - unlearnt
