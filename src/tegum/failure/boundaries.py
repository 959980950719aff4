"""Boundaries in maps: how rough they are, and how far they can be foretold.

A yes or no at every pixel has a boundary. Two ways to its dimension D, for points in the plane:

- counting the boxes of side s that it meets, N(s) ~ s^−D, over the sizes of one window (`box_dimension`);
- how often an error of ε in a setting changes the answer, f(ε) ~ ε^(2 − D) (`uncertainty_exponent`; Grebogi, McDonald,
  Ott and Yorke 1983). For a smooth curve f is proportional to ε; where halving ε does not help, nothing is predictable.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Shaped

from tegum.errors import BadInput

STEEPEST = 8.0  # slopes beyond are as good as infinite


def ranked(values: Float[np.ndarray, "*grid"]) -> Float[np.ndarray, "*grid"]:
    """Each value's rank among all, from 0 to 1, equal values alike; NaN stays. Shows a metric at any scale."""
    there = np.isfinite(values)
    _, place, count = np.unique(values[there], return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count + 1) / 2
    shares = np.full(values.shape, np.nan)
    shares[there] = middle[place.ravel()] / max(there.sum() - 1, 1)
    return shares


def patchiness(values: Shaped[np.ndarray, "rows columns"]) -> Float[np.ndarray, " columns"]:
    """For each column, the share of neighbours within it that differ: 0 where all agree."""
    return np.asarray((values[1:] != values[:-1]).mean(axis=0))


def edges(answers: Bool[np.ndarray, "rows columns"]) -> Bool[np.ndarray, "rows-1 columns-1"]:
    """Where the boundary of a yes-or-no map runs: squares of four pixels that are not all alike."""
    low = np.minimum(np.minimum(answers[1:, 1:], answers[:-1, 1:]), np.minimum(answers[1:, :-1], answers[:-1, :-1]))
    high = np.maximum(np.maximum(answers[1:, 1:], answers[:-1, 1:]), np.maximum(answers[1:, :-1], answers[:-1, :-1]))
    return np.asarray(low != high)


@dataclass(frozen=True)
class Scaling:
    """A power law fitted to counts: sides (or errors), counts (or rates), and the slope of the line through their
    logarithms."""

    size: np.ndarray
    count: np.ndarray
    slope: float


def box_dimension(boundary: Bool[np.ndarray, "rows columns"]) -> Scaling:
    """The box-counting dimension of a boundary in one window: minus the slope of log N(s) on log s.

    Boxes have sides 2, 4, 8 … up to an eighth of the window, each counted at the best of four shifts by half a box,
    which removes most of what the grid's place adds. A side of one pixel is left out: arms thinner than that are lost,
    which bends the line there. `slope` is D. Raises `BadInput` for an empty boundary.

    >>> round(box_dimension(np.eye(256, dtype=bool)).slope, 2)
    1.0
    """
    if not boundary.any():
        raise BadInput("this map has no boundary to count; choose a window where the answer changes.")
    size = 2 ** np.arange(1, int(np.log2(max(min(boundary.shape) // 8, 4))) + 1)
    count = np.array([_boxes(boundary, int(s)) for s in size])
    return Scaling(size, count, -float(np.polyfit(np.log(size), np.log(count), 1)[0]))


def _boxes(boundary: Bool[np.ndarray, "rows columns"], side: int) -> int:
    """The fewest boxes of this side that hold the boundary, over shifts of the grid by half a box."""
    starts = (0, side // 2) if side > 1 else (0,)
    return min(_holding(boundary, side, row, column) for row in starts for column in starts)


def _holding(boundary: Bool[np.ndarray, "rows columns"], side: int, row: int, column: int) -> int:
    """How many boxes hold some of the boundary, which begins at this row and column of the grid."""
    tall, wide = boundary.shape
    padded = np.pad(boundary, ((row, -(tall + row) % side), (column, -(wide + column) % side)))
    boxes = padded.reshape(padded.shape[0] // side, side, padded.shape[1] // side, side)
    return int(boxes.any(axis=(1, 3)).sum())


def uncertainty_exponent(error: Float[np.ndarray, " k"], changed: Bool[np.ndarray, "k points"]) -> Scaling:
    """How the share of answers that an error changes grows with its size: the slope α of log f(ε) on log ε.

    error (k,): sizes ε. changed (k, points): whether the answer at each point is another one that far away. D = 2 − α
    for points in the plane moved along one line. The fit is that of Poisson counts (most likely a and α in
    f = exp(a + α log ε)), so that an error that changes nothing counts as well. Fewer than two sizes that change
    something are `BadInput`.

    >>> moved = np.linspace(0, 1, 1000) < np.array([[0.01], [0.1]])
    >>> round(uncertainty_exponent(np.array([0.01, 0.1]), moved).slope, 2)
    1.0
    """
    count = changed.sum(axis=1)
    if (count > 0).sum() < 2:
        raise BadInput("fewer than two sizes of error change any answer; take larger errors or more points.")
    return Scaling(np.asarray(error), count / changed.shape[1], float(_poisson_slopes(error, count[None])[0]))


def _poisson_slopes(error: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The most likely slopes of log count on log error for Poisson counts (times, k), by bisection.

    With the scale a at its best for each slope, the mean of log ε, weighed by ε^α, is the observed one; it rises
    with α.
    """
    x = np.log(error) - np.log(error).mean()
    observed = count @ x / count.sum(axis=1)
    low, high = np.full(len(count), -STEEPEST), np.full(len(count), STEEPEST)
    for _ in range(50):
        middle = (low + high) / 2
        weight = np.exp(middle[:, None] * x - np.abs(middle[:, None] * x).max(axis=1, keepdims=True))
        steeper = weight @ x / weight.sum(axis=1) < observed
        low, high = np.where(steeper, middle, low), np.where(steeper, high, middle)
    return np.asarray((low + high) / 2)


def resampled(error: np.ndarray, changed: np.ndarray, times: int = 1000, seed: int = 0) -> tuple[float, float]:
    """The 95 % bootstrap interval of the uncertainty exponent, over points."""
    draws = np.random.default_rng(seed).multinomial(
        changed.shape[1], np.full(changed.shape[1], 1 / changed.shape[1]), times
    )
    counts = draws @ changed.T
    slopes = _poisson_slopes(error, counts[counts.any(axis=1)])
    slopes = np.where(np.abs(slopes) > 0.99 * STEEPEST, np.copysign(np.inf, slopes), slopes)  # one size alone changes
    low, high = np.quantile(slopes, [0.025, 0.975], method="nearest")
    return float(low), float(high)
