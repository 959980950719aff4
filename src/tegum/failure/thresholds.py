"""Where along a swept number one kind of end gives way to another: in how models end, and in their least loss."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float

from tegum.claims import LEVEL

DRAWS = 400  # of a bootstrap


def half(x: Float[np.ndarray, "p"], kind: Bool[np.ndarray, "p seeds"]) -> float:
    """The first x, rising, at which half of the seeds are of this kind, by interpolation in log x; NaN if none.

    >>> round(half(np.array([1.0, 100.0]), np.array([[False, False], [True, True]])), 6)
    10.0
    """
    return _rise(np.log(x), kind.mean(axis=1) - 0.5)


def crossing(x: Float[np.ndarray, "p"], kind: Bool[np.ndarray, "p seeds"], loss: Float[np.ndarray, "p seeds"]) -> float:
    """The first x, rising, from which on the best model is of this kind: where the least losses of the kind and of the
    others cross, by interpolation of their ratio's logarithm in log x; midway where one of them has no model.

    >>> kind = np.array([[True, False], [True, False]])
    >>> round(crossing(np.array([1.0, 4.0]), kind, np.array([[2.0, 1.0], [1.0, 2.0]])), 6)
    2.0
    """
    mine, others = (np.where(own, loss, np.inf).min(axis=1) for own in (kind, ~kind))
    both, safe = np.isfinite(mine) & np.isfinite(others), np.isfinite(mine)
    lead = np.log(np.where(both, others, 1)) - np.log(np.where(both, mine, 1))
    absent = np.where(safe, 1.0, -1.0) * max(float(np.abs(lead).max()), 1e-9)
    return _rise(np.log(x), np.where(both, lead, absent))


def falls(x: Float[np.ndarray, "p"], value: Float[np.ndarray, "p seeds"], below: float) -> float:
    """The first x, rising, at which the mean over seeds falls below this, by interpolation in log x; NaN if none.

    >>> round(falls(np.array([1.0, 100.0]), np.array([[0.4], [0.0]]), 0.2), 6)
    10.0
    """
    return _rise(np.log(x), below - value.mean(axis=1))


def widened(x: Float[np.ndarray, "p"], low: float, high: float) -> tuple[float, float]:
    """An interval out to the x below the one nearest to its lower end, and above that nearest to its upper end, what
    interpolation between them cannot know; without bound where x ends.

    >>> widened(np.array([1.0, 2.0, 3.0, 4.0]), 2.5, 3.01)
    (2.0, 4.0)
    """
    if not (np.isfinite(low) and np.isfinite(high)):
        return low, high
    below, above = (int(np.abs(np.log(x / end)).argmin()) + step for end, step in ((low, -1), (high, 1)))
    return (float(x[below]) if below >= 0 else -np.inf), (float(x[above]) if above < len(x) else np.inf)


def bootstrapped(estimate: Callable[[np.ndarray], float], seeds: int) -> tuple[float, float, float]:
    """An estimate from seeds, given as places, with its 95 % bootstrap interval (Efron 1979): all if none is finite."""
    rng = np.random.default_rng(0)
    value = estimate(np.arange(seeds))
    drawn = np.array([estimate(rng.integers(seeds, size=seeds)) for _ in range(DRAWS)])
    known = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or len(known) < 0.9 * DRAWS:
        return float("nan"), -np.inf, np.inf
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return value, float(low), float(high)


def _rise(at: np.ndarray, lead: np.ndarray) -> float:
    """Where lead first goes from below 0 to 0 or more, exponentiated."""
    ups = np.flatnonzero((lead[:-1] < 0) & (lead[1:] >= 0))
    if not len(ups):
        return float("nan")
    k = ups[0]
    return float(np.exp(at[k] + (at[k + 1] - at[k]) * -lead[k] / (lead[k + 1] - lead[k])))
