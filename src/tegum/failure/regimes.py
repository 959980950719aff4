"""Regimes of a training: where its loss changes pace, and whether the geometry moves when the loss falls."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float, Int

from tegum.errors import BadInput

MOST = 9  # regimes looked for
SHORTEST = 4  # records in a regime
SETTLED = 0.05  # a training has arrived when its loss stays within this part of the way down of its last value


@dataclass(frozen=True)
class Regimes:
    """A loss curve in straight pieces. edges (k + 1): their ends, as places among the records; slope (k) of each."""

    edges: Int[np.ndarray, "edges"]
    slope: Float[np.ndarray, "pieces"]

    @property
    def count(self) -> int:
        return len(self.slope)

    def renewed(self, y: Float[np.ndarray, "t"]) -> int:
        """How often the curve falls at least twice as fast as in the piece before, by a twentieth of its range or more.

        0 for whatever slows down all the way, such as an exponential decay; each plateau that is left adds one.
        """
        fall = y[self.edges[:-1]] - y[self.edges[1:] - 1]
        large = fall[1:] > 0.05 * np.ptp(y)
        return int((large & (self.slope[1:] < np.minimum(2 * self.slope[:-1], 0))).sum())


def regimes(
    x: Float[np.ndarray, "t"], y: Float[np.ndarray, "t"], *, most: int = MOST, shortest: int = SHORTEST
) -> Regimes:
    """Split a curve into straight pieces: the least squares over all splits, as many pieces as BIC wants.

    Exact, by dynamic programming over the ends of pieces (Bellman and Roth 1969, *Curve Fitting by Segmented Straight
    Lines*; Bai and Perron 2003). A piece costs three numbers: slope, height and end. x: such as steps; y: such as the
    logarithm of the loss; both (t,).

    >>> x = np.arange(30.0)
    >>> regimes(x, np.where(x < 10, 0, np.where(x < 20, 10 - x, -10))).edges.tolist()
    [0, 10, 20, 30]
    """
    T = len(x)
    if shortest < 3 or most < 1 or len(y) != T or shortest > T:
        raise BadInput(f"{T} records cannot be split into pieces of at least {shortest} (three or more); record more.")
    most = min(most, T // shortest)
    cost = _costs(x, y, shortest)
    best, came = [cost[0]], []
    for _ in range(most - 1):
        through = best[-1][:, None] + cost  # ends first at row, then at column
        came.append(np.argmin(through, axis=0))
        best.append(np.min(through, axis=0))
    floor = 1e-12 * max(float(np.var(y)), 1e-30) * T
    score = [T * np.log((total[T] + floor) / T) + 3 * (k + 1) * np.log(T) for k, total in enumerate(best)]
    edges = [T]
    for k in range(int(np.argmin(score)), 0, -1):
        edges.append(int(came[k - 1][edges[-1]]))
    ends = np.array([0, *edges[::-1]])
    slope = [np.polyfit(x[a:b], y[a:b], 1)[0] for a, b in pairwise(ends)]
    return Regimes(ends, np.array(slope, float))


def _costs(x: np.ndarray, y: np.ndarray, shortest: int) -> np.ndarray:
    """Squared error of the best line through records a … b − 1, at [a, b]; infinite for pieces that are too short."""
    x, y = (x - x.mean()) / (np.ptp(x) or 1), y - y.mean()
    sums = [np.concatenate([[0], np.cumsum(part)]) for part in (np.ones_like(x), x, y, x * x, x * y, y * y)]
    n, sx, sy, sxx, sxy, syy = (total[None, :] - total[:, None] for total in sums)
    safe = np.maximum(n, 1)
    vxx, vxy, vyy = sxx - sx * sx / safe, sxy - sx * sy / safe, syy - sy * sy / safe
    error = vyy - vxy**2 / np.where(vxx > 1e-15, vxx, np.inf)
    return np.where(n >= shortest, np.maximum(error, 0), np.inf)


def arrival(loss: Float[np.ndarray, "t"]) -> int:
    """The first record from which on the loss stays within `SETTLED` of its whole fall from its last value.

    >>> arrival(np.array([1.0, 0.6, 0.5, 0.04, 0.0, 0.01, 0.0]))
    3
    """
    away = np.flatnonzero(np.abs(loss - loss[-1]) > SETTLED * abs(loss[0] - loss[-1]))
    return int(away[-1]) + 1 if len(away) else 0


def moved_in_drops(loss: Float[np.ndarray, "t"], shares: Float[np.ndarray, "t n"], *, quarter: float = 0.25) -> float:
    """The part of all motion Σ_i |ΔD_i| that falls into the quarter of the time in which log loss falls fastest.

    loss (t,), shares (t, n): D_i at even intervals, until `arrival`. 0.25 if the two had nothing to do with each other
    in time, 1 if geometry moved in drops only. NaN for fewer than eight intervals, and where the loss was not at its
    last value for a tenth of the time: it has not arrived.
    """
    end = arrival(loss)
    if end < 8 or end > 0.9 * len(loss):
        return float("nan")
    fall = -np.diff(np.log(loss[: end + 1]))
    motion = np.abs(np.diff(shares[: end + 1], axis=0)).sum(axis=1)
    fastest = np.argsort(-fall, kind="stable")[: max(1, round(quarter * len(fall)))]
    return float(motion[fastest].sum() / max(motion.sum(), 1e-30))
