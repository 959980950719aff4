"""Claims: a published sentence, a criterion fixed beforehand, what was measured, and a verdict."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from scipy import stats

Verdict = Literal["holds", "fails", "unclear"]
LEVEL = 0.95  # of every interval in this project


@dataclass(frozen=True)
class Claim:
    """A sentence of the literature and what would count for or against it."""

    statement: str
    source: str
    criterion: str


@dataclass(frozen=True)
class Judged:
    """A claim with its measurement. `value` with [low, high] decided; `measured` says it in words."""

    statement: str
    source: str
    criterion: str
    measured: str
    verdict: Verdict
    value: float
    low: float
    high: float
    count: int
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON: a number that is not finite becomes null."""
        numbers = ("value", "low", "high")
        return {
            key: None if key in numbers and not math.isfinite(value) else value for key, value in asdict(self).items()
        }


def rate_interval(successes: int | np.ndarray, count: int | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's 95 % interval of a rate (Wilson 1927), elementwise.

    >>> low, high = rate_interval(40, 40)
    >>> round(float(low), 3), float(high)
    (0.912, 1.0)
    """
    k, n = np.asarray(successes, float), np.asarray(count, float)
    if np.any(n < 1):
        raise ValueError("a rate needs at least one trial")
    z = stats.norm.ppf(0.5 + LEVEL / 2)
    middle = (k + z**2 / 2) / (n + z**2)
    half = z * np.sqrt(k * (n - k) / n + z**2 / 4) / (n + z**2)
    # The bounds at the two ends are exact; rounding would leave 1e-17 of them.
    return np.where(k == 0, 0.0, middle - half), np.where(k == n, 1.0, middle + half)


def mean_interval(samples: np.ndarray) -> tuple[float, float, float]:
    """Mean and Student's 95 % interval over independent samples (seeds)."""
    samples = np.asarray(samples, float)
    mean = float(samples.mean())
    if len(samples) < 2:
        return mean, -math.inf, math.inf
    half = float(stats.t.ppf(0.5 + LEVEL / 2, len(samples) - 1) * samples.std(ddof=1) / math.sqrt(len(samples)))
    return mean, mean - half, mean + half


def decide(low: float, high: float, *, above: float) -> Verdict:
    """Holds when the whole interval lies above the threshold, fails when the whole of it lies below."""
    return "holds" if low > above else "fails" if high < above else "unclear"


def judge_rate(claim: Claim, successes: np.ndarray, *, above: float, where: str, note: str = "") -> Judged:
    """A claim about a rate over independent seeds: does it lie above a threshold? `where` names what was counted."""
    k, n = int(np.sum(successes)), int(np.size(successes))
    low, high = (float(bound) for bound in rate_interval(k, n))
    measured = f"{k} of {n} {where}: {k / n:.0%}, 95 % interval {low:.0%} to {high:.0%}"
    return Judged(**asdict(claim), measured=measured, verdict=decide(low, high, above=above), value=k / n,
                  low=low, high=high, count=n, note=note)  # fmt: skip


def judge_mean(
    claim: Claim, samples: np.ndarray, *, above: float, where: str, unit: str = "", note: str = ""
) -> Judged:
    """A claim about a mean over independent seeds: does it lie above a threshold?"""
    mean, low, high = mean_interval(samples)
    measured = f"{mean:.3g}{unit}, 95 % interval {low:.3g} to {high:.3g}, over {len(samples)} {where}"
    return Judged(**asdict(claim), measured=measured, verdict=decide(low, high, above=above), value=mean,
                  low=low, high=high, count=len(samples), note=note)  # fmt: skip
