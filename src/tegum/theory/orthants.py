"""What ReLU does to points that prefer no direction, and how much room an orientation of the latent space has.

A point's *stratum* is its number of positive coordinates k. ReLU sends it to a k-dimensional part of the positive
orthant's boundary: the origin (k = 0), an axis (1), a face (2 and more), or leaves it where it is (all).

*Room*: the probability that a random W has a unique single positive output at every tip, without a bias: W_i·W_j ≤ 0
for all i ≠ j, and W_i ≠ 0 (the criterion of *Superposition: An Actual View of Latent Spaces*, 2024). At most m + 1
vectors in m dimensions have pairwise negative products, so that beyond n = m + 1 some product is exactly zero, which
has probability 0: n up to 2m is possible, but only n ≤ m + 1 has room.
"""

import math
from itertools import product

import numpy as np

from tegum.errors import BadInput


def stratum(dimensions: int, positive: int) -> float:
    """Share of points with so many positive coordinates, C(d, k) / 2ᵈ, if the signs are independent and even.

    >>> stratum(2, 1), stratum(3, 1)
    (0.5, 0.375)
    """
    return math.comb(dimensions, positive) / 2**dimensions


def rigid_room(features: int, hidden: int) -> float:
    """Room of W with orthonormal rows of a uniformly distributed span (Haar): 1 for n = m, 2⁻ᵐ for n = m + 1, else 0.

    For n = m + 1 the projector is WᵀW = I − ννᵀ with a uniform unit normal ν, whose products −ν_i ν_j are all ≤ 0 when
    all entries of ν have one sign: two orthants of 2ⁿ.

    >>> [rigid_room(n, 2) for n in (2, 3, 4)]
    [1.0, 0.25, 0.0]
    """
    if not 1 <= hidden <= features:
        raise BadInput(f"orthonormal rows need features ≥ hidden ≥ 1, not features={features} and hidden={hidden}.")
    return 1.0 if features == hidden else 2.0**-hidden if features == hidden + 1 else 0.0


def free_room(features: int, hidden: int) -> float:
    """Room of W with independent Gaussian entries, columns in any direction; NaN where we know no closed form.

    Two columns: 1/2. Three in the plane: the gaps of random bearings all exceed a quarter turn, (1 − 3/4)² = 1/16.
    Three in space: the third lies in a lune of angle π − θ opposite the first two, which are θ ≥ 90° apart: 1/(4π).

    >>> [free_room(n, 2) for n in (2, 3, 4)]
    [0.5, 0.0625, 0.0]
    """
    if features > hidden + 1:
        return 0.0
    return {1: 1.0, 2: 0.5, 3: {2: 1 / 16, 3: 1 / (4 * math.pi)}.get(hidden, math.nan)}.get(features, math.nan)


def line_loss(bearing: float) -> float:
    """Least loss of y = ReLU(WᵀWx) with n = 2 and m = 1 on a given line, W = s (cos β, sin β), sin β cos β ≤ 0.

    (1 − s² cos² β)² + (1 − s² sin² β)² is least at s² = 1 / (cos⁴ β + sin⁴ β), where it is 2 − s². Zero on the
    antidiagonal alone.

    >>> round(line_loss(math.radians(135)), 12), round(line_loss(math.radians(120)), 12)
    (0.0, 0.4)
    """
    cos, sin = math.cos(bearing), math.sin(bearing)
    if cos * sin > 1e-15:
        raise BadInput(f"bearing={bearing:.4g} lies in the first or third quadrant; this needs cos β sin β ≤ 0.")
    return 2 - 1 / (cos**4 + sin**4)


def best_on_line(bearing: float) -> np.ndarray:
    """The W (1, 2) that reaches `line_loss` on a line.

    >>> best_on_line(math.radians(135)).round(6).tolist()
    [[-1.0, 1.0]]
    """
    w = np.array([[math.cos(bearing), math.sin(bearing)]])
    scaled: np.ndarray = w / np.sqrt((w**4).sum())
    return scaled


def exact_on_line(bearing: float) -> tuple[np.ndarray, np.ndarray]:
    """A model of the same line that gives both features back: W (1, 2) and b_i = 1 − w_i².

    It needs w_i (w_i − w_j) ≥ 1 for both, which a long enough W meets wherever sin β cos β < 0.

    >>> W, b = exact_on_line(math.radians(120))
    >>> np.maximum(W.T @ W + b[:, None], 0).round(12).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    w = np.array([math.cos(bearing), math.sin(bearing)])
    slack = min(w * (w - w[::-1]))
    if slack <= 0 or w[0] * w[1] >= 0:
        raise BadInput(f"bearing={bearing:.4g} must lie inside the second or fourth quadrant.")
    w = w / math.sqrt(slack)
    return w[None], 1 - w**2


def crosses(angles: int) -> np.ndarray:
    """Planes that give back four axis vectors: W (3 · angles², 2, 4), two antipodal pairs at a right angle.

    There are three ways to pair the axes; within each pair lengths are cos α and sin α, with α on a grid inside
    (0°, 90°). No other W with orthonormal rows has a unique single positive output at all four tips: the gaps
    between the four directions add up to 360°, and none may be below 90°.

    >>> W = crosses(1)[1]
    >>> (W.T @ W).round(12).tolist()[0]
    [0.5, 0.0, -0.5, 0.0]
    """
    grid = np.pi / 2 * (np.arange(angles) + 0.5) / angles
    pairings = ((0, 1, 2, 3), (0, 2, 1, 3), (0, 3, 1, 2))
    found = np.zeros((3 * angles**2, 2, 4))
    for W, ((i, j, k, q), a, c) in zip(found, product(pairings, grid, grid), strict=True):
        W[0, [i, j]], W[1, [k, q]] = (np.cos(a), -np.sin(a)), (np.cos(c), -np.sin(c))
    return found
