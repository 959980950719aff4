"""Regular polygons that y = ReLU(WᵀWx + b) gives back: n features in the plane, one of them active, φ = 2π/n.

With columns W_i of length r, evenly spaced, and one bias b for all, the input x e_i gives output j the value
r² x cos((i − j) φ) + b before the ReLU. The input e_i comes back exactly if and only if r² + b = 1 (its own output)
and r² cos φ + b ≤ 0 (its neighbours', the largest of the others), that is b = 1 − r² and r² (1 − cos φ) ≥ 1.
`regular_polygon` is the one where the last is an equality, the shortest columns and the lowest threshold.

Sources: Henighan et al. 2023, *Superposition, Memorization, and Double Descent* (transformer-circuits.pub), and
*Superposition: An Actual View of Latent Spaces* (2024), which subtracts cos φ from a wheel of unit columns.
"""

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from tegum.errors import BadInput, shown

PI = 4 * np.arctan(np.longdouble(1))  # np.pi is rounded to double precision


def wheel(n: int, dtype: DTypeLike = np.float64, turn: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """The unit wheel and the rule "subtract the second-highest entry of WᵀW": W (2, n), b (n,) = −cos 2π/n.

    Every output but the own one is silenced; the own one is 1 − cos 2π/n, which is 1 for n = 4 alone.

    >>> W, b = wheel(6)
    >>> float(np.round(W[:, 0] @ W[:, 0] + b[0], 12)), float(np.round(W[:, 0] @ W[:, 1] + b[1], 12))
    (0.5, 0.0)
    """
    _needs_polygon(n)
    return _columns(n, np.longdouble(1), np.arange(n), turn).astype(dtype), np.full(n, gap(n) - 1).astype(dtype)


def regular_polygon(
    n: int, dtype: DTypeLike = np.float64, turn: float = 0.0, only: ArrayLike | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The n-gon that gives back every e_i exactly: W (2, n), b (n,), by r² (1 − cos 2π/n) = 1 and b = 1 − r².

    turn: the bearing of feature 0, in radians. only: these features' columns and biases and no others, for an n of
    which there is no room for all. Computed in the longest type of the machine and rounded to dtype once.

    >>> W, b = regular_polygon(6)
    >>> float(np.round(W[:, 0] @ W[:, 0], 12)), float(np.round(b[0], 12))
    (2.0, -1.0)
    """
    _needs_polygon(n)
    index = np.arange(n) if only is None else np.asarray(only)
    W = _columns(n, 1 / np.sqrt(_gap(n)), index, turn)
    return W.astype(dtype), np.full(index.shape, 1 - 1 / _gap(n)).astype(dtype)


def gap(n: int) -> float:
    """1 − cos 2π/n = 2 sin² π/n: how far the second-highest entry of a unit wheel's WᵀW lies below the highest.

    >>> [round(gap(n), 12) for n in (3, 4, 6)]
    [1.5, 1.0, 0.5]
    """
    _needs_polygon(n)
    return float(_gap(n))


def gain(n: int) -> float:
    """Slope of a feature's own output above its threshold, r² = 1 / (1 − cos 2π/n), about n²/2π².

    >>> [round(gain(n), 6) for n in (3, 4, 5, 12)]
    [0.666667, 1.0, 1.447214, 7.464102]
    """
    return 1 / gap(n)


def threshold(n: int) -> float:
    """The largest x for which x e_i gives nothing, max(0, cos 2π/n): the same for the unit wheel and the polygon.

    A regular n-gon with longer columns also gives back every e_i; its threshold 1 − 1/r² is higher.

    >>> [round(threshold(n), 6) for n in (3, 4, 5, 6)]
    [0.0, 0.0, 0.309017, 0.5]
    """
    return max(0.0, 1 - gap(n))


def uniform_error(n: int) -> float:
    """Mean of ‖x e_i − y‖² for the regular n-gon, x uniform on [0, 1]: t²/3 with the threshold t, for n ≥ 4.

    Below t the error is x; above it, x − (x − t)/(1 − t) = t (1 − x)/(1 − t); and t³/3 + t² (1 − t)/3 = t²/3. Silence
    costs 1/3. The triangle has b = 1/3: every output is off by (1 − x)/3, which makes 1/9.

    >>> [round(uniform_error(n), 6) for n in (3, 4, 5, 6)]
    [0.111111, 0.0, 0.031831, 0.083333]
    """
    return 1 / 9 if n == 3 else threshold(n) ** 2 / 3


def wheel_uniform_error(n: int) -> float:
    """The same for the unit wheel by the rule of the second-highest entry, n ≥ 4: t² − 2t³/3.

    Above t the output is x − t, off by t: t³/3 + t² (1 − t). For n = 3 nothing is silenced that should not be and the
    own output is x + 1/2: 1/4 for itself, and (1 − x)²/4 for each of the two others.

    >>> [round(wheel_uniform_error(n), 6) for n in (3, 4, 6)]
    [0.416667, 0.0, 0.166667]
    """
    t = threshold(n)
    return 5 / 12 if n == 3 else t**2 - 2 * t**3 / 3


def rounding_error(n: int, dtype: DTypeLike, roundings: int = 5) -> float:
    """How far rounding can move an output of the regular n-gon: that many times u r², u half the spacing at 1.

    Five, to first order and for n ≥ 4, where each number of W and b is rounded once and each product and sum once:
    every factor of r² cos φ has two rounded columns, a product and a sum, each off by a share u at worst, and b, of
    size r² − 1, one more. The last sum, of an output that should be 1 or 0, is exact where its two numbers are
    within a factor of two of each other or one is nothing, so for n = 4 and from 6 on; for n = 5 its rounding, by u at
    worst, is what b leaves of the fifth. The triangle has a positive b and is not covered.

    >>> round(rounding_error(6, np.float16), 6)
    0.004883
    """
    return roundings * _unit(dtype) * gain(n)


def most_features(tolerance: float, dtype: DTypeLike, roundings: int = 5) -> int:
    """The largest n for which `rounding_error` stays within a tolerance; it grows with √(tolerance / u).

    >>> [most_features(0.01, dtype) for dtype in (np.float16, np.float32)]
    [8, 813]
    """
    share = float(roundings * _unit(dtype) / (2 * tolerance))
    if not 0 < share <= 0.75:
        raise BadInput(f"tolerance={tolerance} must be above what rounding does to a triangle; take a larger one.")
    return int(PI / np.arcsin(np.sqrt(share)))


def _unit(dtype: DTypeLike) -> float:
    return float(np.finfo(np.dtype(dtype)).eps) / 2


def _gap(n: int) -> Any:
    return 2 * np.sin(PI / n) ** 2


def _columns(n: int, length: Any, index: np.ndarray, turn: float) -> np.ndarray:
    bearing = 2 * PI * index / n + turn
    return np.stack([length * np.cos(bearing), length * np.sin(bearing)])


def _needs_polygon(n: int) -> None:
    if isinstance(n, bool) or not isinstance(n, Integral) or n < 3:
        raise BadInput(
            f"n={shown(n)} makes no polygon; it needs a whole number of at least 3, and for two features take "
            "W = [[1, −1], [0, 0]] with b = 0."
        )
