"""How many directions fit in m dimensions with every |cosine| at most ε: exact, guaranteed, impossible.

A direction is a line here: x and −x are the same. The coherence of a set is its largest |cosine|.
"""

from functools import cache, partial
from math import log, prod

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincinv

from tegum.errors import BadInput
from tegum.theory.sphere import descended

SHARPNESS = (4, 16, 64, 256, 1024)  # of the norm that stands for the largest |cosine|, in turn
ORDERS = range(1, 9)  # of Welch's bounds
LOOSE = {"maxiter": 300, "ftol": 1e-12, "gtol": 1e-9}  # enough for a norm that the next one replaces


def exceeds(m: ArrayLike, cosine: ArrayLike) -> np.ndarray:
    """The probability that two random directions of m dimensions have |cosine| > ε: I_{1 − ε²}((m − 1)/2, 1/2), since
    the squared cosine is a Beta(1/2, (m − 1)/2) variable.

    >>> round(float(exceeds(3, 0.25)), 9)  # in space the cosine is uniform
    0.75
    """
    return np.asarray(betainc((np.asarray(m, float) - 1) / 2, 0.5, 1 - np.asarray(cosine, float) ** 2))


def fit_at_random(m: ArrayLike, cosine: ArrayLike) -> np.ndarray:
    """How many random directions fit with an even chance: N with N (N − 1)/2 · P(|cosine| > ε) = ln 2.

    As for birthdays: cosines of different pairs are independent two by two, and nearly so altogether where each is
    rarely exceeded.

    >>> round(float(fit_at_random(100, 0.3)), 1)
    25.0
    """
    return np.asarray(0.5 + np.sqrt(0.25 + 2 * np.log(2) / exceeds(m, cosine)))


def random_coherence(m: int, count: ArrayLike) -> np.ndarray:
    """The median coherence of so many random directions, by the same reasoning.

    >>> round(float(random_coherence(100, 25.0)), 2)
    0.3
    """
    count = np.asarray(count, float)
    return np.asarray(np.sqrt(1 - betaincinv((m - 1) / 2, 0.5, np.minimum(2 * np.log(2) / (count * (count - 1)), 1))))


def guaranteed(m: ArrayLike, cosine: ArrayLike) -> np.ndarray:
    """So many fit for certain: 1/P(|cosine| > ε), or m where that is more.

    Where no further direction fits, the caps around those there are, each P of the sphere, cover it (Gilbert 1952,
    Varshamov 1957, on the sphere Shannon 1959).
    """
    return np.asarray(np.maximum(1 / exceeds(m, cosine), m))


def impossible(m: int, cosine: float) -> float:
    """No more than so many fit: the least of Welch's bounds (1974) and Levenshtein's second (1992).

    Infinity where none of them says anything.

    Welch's: Σ_ij (x_i·x_j)^{2k} ≥ N² c_k, c_k = (2k − 1)!!/(m (m + 2) … (m + 2k − 2)), so that
    N ≤ (1 − ε^{2k})/(c_k − ε^{2k}) where that is positive. Levenshtein's: N ≤ m (m + 2)(1 − ε²)/(3 − (m + 2) ε²) for
    ε² ≤ 3/(m + 4).

    >>> round(impossible(7, 1 / 3), 6), round(impossible(3, 5**-0.5), 6)
    (28.0, 6.0)
    """
    if not 0 <= cosine < 1 or m < 2:
        raise BadInput(f"m={m} and cosine={cosine} must be at least 2, and from 0 to below 1.")
    square = cosine**2
    found = [float("inf")]
    for k in ORDERS:
        even = prod(range(1, 2 * k, 2)) / prod(range(m, m + 2 * k, 2))
        if even > square**k:
            found.append((1 - square**k) / (even - square**k))
    if square <= 3 / (m + 4):
        found.append(m * (m + 2) * (1 - square) / (3 - (m + 2) * square))
    return min(found)


def least_possible(m: int, count: int) -> float:
    """No so many directions have a smaller coherence than this: the same bounds, the other way round.

    >>> round(least_possible(7, 28), 6), round(least_possible(20, 80), 4)
    (0.333333, 0.1949)
    """
    if m < 2 or count < 2:
        raise BadInput(f"m={m} and count={count} must both be at least 2.")
    found = [0.0]
    for k in ORDERS:
        even = prod(range(1, 2 * k, 2)) / prod(range(m, m + 2 * k, 2))
        found.append(max((count * even - 1) / (count - 1), 0.0) ** (1 / (2 * k)))
    if count > m and (square := (3 * count - m * (m + 2)) / ((m + 2) * (count - m))) > 0:
        found.append(min(square, 3 / (m + 4)) ** 0.5)
    return max(found)


def least_coherent(m: int, count: int, starts: int = 4) -> np.ndarray:
    """Unit columns (m, count) of small coherence, the best of several `spread`; the same starts at each call."""
    many = np.random.default_rng([m, count]).standard_normal((starts, m, count))
    return min((spread(V) for V in many), key=coherence)


def coherence(X: np.ndarray) -> float:
    """The largest |cosine| of two columns.

    >>> round(coherence(np.array([[1.0, 1.0], [0.0, 1.0]])), 6)
    0.707107
    """
    return float(np.abs(_cosines(X / np.linalg.norm(X, axis=0))).max())


def _cosines(X: np.ndarray) -> np.ndarray:
    product = X.T @ X
    np.fill_diagonal(product, 0)
    return np.asarray(product)


def spread(V: np.ndarray) -> np.ndarray:
    """Unit columns spread from V (m, n) until their coherence is small: descent on ever sharper norms of all cosines.

    What is found is a local minimum: no proof that there is nothing better.
    """
    for power in SHARPNESS:
        V = descended(partial(_norm, power=power), V, LOOSE)
    return V


def _norm(X: np.ndarray, power: int) -> tuple[float, np.ndarray]:
    """ln of the p-norm of all cosines, and its gradient."""
    product = _cosines(X)
    top = np.abs(product).max()
    ratio = np.abs(product) / top
    total = (ratio**power).sum() / 2
    return float(np.log(top) + np.log(total) / power), X @ (np.sign(product) * ratio ** (power - 1)) / (top * total)


def johnson_lindenstrauss(points: float, distortion: float) -> int:
    """The least whole k > 8 ln(N)/ε²: so many dimensions keep all squared distances of N points within a factor 1 ± ε.

    >>> johnson_lindenstrauss(100, 0.1), johnson_lindenstrauss(100, 0.01)
    (3685, 368414)
    """
    if points < 1 or not 0 < distortion < 1:
        raise BadInput(f"points={points} and distortion={distortion} must be at least 1, and between 0 and 1.")
    return int(np.floor(8 * log(points) / distortion**2)) + 1


@cache
def needed(count: int, cosine: float) -> int:
    """The least m in which so many random directions have every |cosine| ≤ ε with an even chance."""
    if count < 2 or not 0 < cosine < 1:
        raise BadInput(f"count={count} and cosine={cosine} must be at least 2, and between 0 and 1.")
    low, high = 1, 2
    while fit_at_random(high, cosine) < count:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fit_at_random(middle, cosine) < count else (low, middle)
    return high
