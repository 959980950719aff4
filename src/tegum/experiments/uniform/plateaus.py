"""How long a falling curve stays at a level, beside one that falls evenly."""

import numpy as np
from jaxtyping import Float

FINE = 4000  # points between which a curve is straight in logarithms


def stay(x: Float[np.ndarray, "p"], curve: Float[np.ndarray, "p"], level: float, within: float) -> float:
    """The length of log10 x over which the curve is within a factor of the level; straight in logarithms between.

    >>> round(stay(np.array([1.0, 10.0, 100.0]), np.array([1.0, 1.0, 0.1]), 1.0, 10**0.5), 3)
    1.5
    """
    return float((np.abs(_fine(x, curve) - np.log(level)) <= np.log(within)).mean() * np.log10(x[-1] / x[0]))


def stickiness(x: Float[np.ndarray, "p"], curve: Float[np.ndarray, "p"], level: float, within: float) -> float:
    """`stay`, as a multiple of that of a curve which falls evenly from the highest to the lowest value; 0 where it is
    never there.

    >>> x = np.geomspace(1, 100, 21)
    >>> [round(float(stickiness(x, 1 / x, level, 1.05)), 1) for level in (0.5, 1.0)]
    [1.0, 1.0]
    """
    values = _fine(x, curve)
    low, high = max(values.min(), np.log(level / within)), min(values.max(), np.log(level * within))
    if high <= low:
        return 0.0
    even = (high - low) / np.ptp(values) * np.log10(x[-1] / x[0])
    return stay(x, curve, level, within) / even


def _fine(x: np.ndarray, curve: np.ndarray) -> np.ndarray:
    """The logarithm of the curve at places evenly spaced in log x."""
    at = np.log(x)
    return np.asarray(np.interp(np.linspace(at[0], at[-1], FINE), at, np.log(curve)))
