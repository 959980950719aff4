"""Claims: a published sentence, a criterion fixed beforehand, what was measured, and a verdict."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from scipy import stats

Verdict = Literal["holds", "fails", "unclear"]
LEVEL = 0.95  # of every interval in this project
FEW = 20  # fewer samples than this that are all alike say nothing about their spread


@dataclass(frozen=True)
class Claim:
    """A sentence of the literature and what would count for or against it.

    reason: why it fails, where that was found out; it is shown with that verdict only.
    """

    statement: str
    source: str
    criterion: str
    reason: str = ""


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
    reason: str = ""

    @property
    def why(self) -> str:
        """The reason for which it fails; empty for another verdict."""
        return self.reason if self.verdict == "fails" else ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON: a number that is not finite becomes null."""
        numbers = ("value", "low", "high")
        return {
            key: None if key in numbers and not math.isfinite(value) else value for key, value in asdict(self).items()
        }


def rate_interval(successes: int | np.ndarray, count: int | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The exact 95 % interval of a rate (Clopper and Pearson 1934), elementwise.

    Exact rather than short: with few seeds a shorter interval gives more false verdicts than its level says.

    >>> low, high = rate_interval(40, 40)
    >>> round(float(low), 3), float(high)
    (0.912, 1.0)
    """
    k, n = np.asarray(successes, float), np.asarray(count, float)
    if np.any(n < 1):
        raise ValueError("a rate needs at least one trial")
    tail = (1 - LEVEL) / 2
    low = stats.beta.ppf(tail, np.maximum(k, 1), n - k + 1)
    high = stats.beta.ppf(1 - tail, k + 1, np.maximum(n - k, 1))
    return np.where(k == 0, 0.0, low), np.where(k == n, 1.0, high)


def mean_interval(samples: np.ndarray) -> tuple[float, float, float]:
    """Mean and Student's 95 % interval over independent samples (seeds).

    A single sample has no interval, nor have fewer than twenty that are all alike: six successes in six are no proof
    that nothing else can happen.

    >>> mean_interval(np.ones(6))
    (1.0, -inf, inf)
    """
    samples = np.asarray(samples, float)
    mean = float(samples.mean())
    if len(samples) < 2 or (len(samples) < FEW and np.ptp(samples) == 0):
        return mean, -math.inf, math.inf
    half = float(stats.t.ppf(0.5 + LEVEL / 2, len(samples) - 1) * samples.std(ddof=1) / math.sqrt(len(samples)))
    return mean, mean - half, mean + half


def share_interval(samples: np.ndarray) -> tuple[float, float, float]:
    """Mean and 95 % interval of shares, one of each seed: Student's, which ends at 0 and 1.

    Where all are 0, or all are 1, Student's interval is a point, however few they are; there it is that of a rate.

    >>> mean, low, high = share_interval(np.ones(21))
    >>> mean, round(low, 3), high
    (1.0, 0.839, 1.0)
    """
    samples = np.asarray(samples, float)
    mean, low, high = mean_interval(samples)
    if np.ptp(samples) == 0 and mean in (0, 1):
        low, high = (float(end) for end in rate_interval(int(samples.sum()), samples.size))
    return mean, max(low, 0.0), min(high, 1.0)


def share(successes: np.ndarray) -> str:
    """A rate in words, without its interval.

    >>> share(np.array([True, False, True]))
    '2 of 3'
    """
    return f"{int(np.sum(successes))} of {np.size(successes)}"


def tally(found: np.ndarray, most: int | None = None) -> str:
    """How often each word occurs, the most frequent first; only the first `most` of them where that is given.

    >>> tally(np.array(["digon", "triangle", "digon"]))
    '2 × digon, 1 × triangle'
    """
    words, counts = np.unique(found, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:most]
    return ", ".join(f"{counts[i]} × {words[i]}" for i in order)


def span(values: np.ndarray) -> str:
    """Numbers in words: their mean, the least and the largest.

    >>> span(np.array([1.0, 2.0, 6.0]))
    '3 (1 to 6)'
    """
    return f"{values.mean():.3g} ({values.min():.3g} to {values.max():.3g})"


def drawn_interval(samples: np.ndarray) -> tuple[float, float, float]:
    """`mean_interval` as a band can be drawn: without an interval the mean itself is both ends."""
    mean, low, high = mean_interval(samples)
    return (mean, low, high) if math.isfinite(low) else (mean, mean, mean)


def auc(score: np.ndarray, yes: np.ndarray) -> float:
    """The chance that one of those that are `yes` scores above one of those that are not, ties by half.

    NaN where all or none are; a score of NaN is above nothing.

    >>> auc(np.array([3.0, 1.0, 2.0]), np.array([True, False, True]))
    1.0
    """
    high, low = score[yes][:, None], score[~yes]
    if not high.size or not low.size:
        return math.nan
    return float(((high > low) + 0.5 * (high == low)).mean())


def decide(low: float, high: float, *, above: float) -> Verdict:
    """Holds when the whole interval lies above the threshold, fails when the whole of it lies below."""
    return "holds" if low > above else "fails" if high < above else "unclear"


def too_few(count: int, above: float) -> str:
    """What to say where not even successes in all of `count` seeds could show a rate above a threshold; else nothing.

    >>> too_few(24, 0.95)
    'Not even 24 of 24 would show more than 95%: that interval begins at 86%.'
    >>> too_few(100, 0.95)
    ''
    """
    low = float(rate_interval(count, count)[0]) if count else 0.0
    if low > above:
        return ""
    return f"Not even {count} of {count} would show more than {above:.0%}: that interval begins at {low:.0%}."


def judge_rate(claim: Claim, successes: np.ndarray, above: float, where: str, note: str = "") -> Judged:
    """A claim about a rate over independent seeds: does it lie above a threshold? `where` names what was counted."""
    k, n = int(np.sum(successes)), int(np.size(successes))
    if not n:
        return unjudged(claim, f"no {where} to judge by", note=note)
    low, high = (float(bound) for bound in rate_interval(k, n))
    share, least, most = (f"{part:.{0 if n < 1000 else 1}%}" for part in (k / n, low, high))
    measured = f"{k} of {n} {where}: {share}, 95 % interval {least} to {most}"
    return Judged(**asdict(claim), measured=measured, verdict=decide(low, high, above=above), value=k / n,
                  low=low, high=high, count=n, note=note)  # fmt: skip


def unjudged(claim: Claim, why: str, *, note: str = "") -> Judged:
    """A claim that nothing here speaks for or against, such as one about solutions where no training found any."""
    return Judged(**asdict(claim), measured=why, verdict="unclear", value=math.nan, low=-math.inf, high=math.inf,
                  count=0, note=note)  # fmt: skip


def judge_mean(
    claim: Claim, samples: np.ndarray, *, above: float, where: str, unit: str = "", note: str = ""
) -> Judged:
    """A claim about a mean over independent seeds: does it lie above a threshold? `where` names what was averaged."""
    if not len(samples):
        return unjudged(claim, f"no {where} to judge by", note=note)
    mean, low, high = mean_interval(samples)
    interval = f"95 % interval {_number(low)} to {_number(high)}" if math.isfinite(high) else "no interval"
    measured = f"{_number(mean)}{unit}, {interval}, over {len(samples)} {where}"
    return Judged(**asdict(claim), measured=measured, verdict=decide(low, high, above=above), value=mean,
                  low=low, high=high, count=len(samples), note=note)  # fmt: skip


def judge_share(claim: Claim, samples: np.ndarray, *, above: float, where: str, note: str = "") -> Judged:
    """A claim about a mean of shares, one of each seed: does it lie above a threshold?"""
    if not len(samples):
        return unjudged(claim, f"no {where} to judge by", note=note)
    mean, low, high = share_interval(samples)
    measured = f"{mean:.1%}, 95 % interval {low:.1%} to {high:.1%}, over {len(samples)} {where}"
    return Judged(**asdict(claim), measured=measured, verdict=decide(low, high, above=above), value=mean,
                  low=low, high=high, count=len(samples), note=note)  # fmt: skip


def judge_pairs(claim: Claim, mine: np.ndarray, its: np.ndarray, *, where: str, note: str = "") -> Judged:
    """A claim that of two treatments of the same seeds the first succeeds more often; both are yes or no for each seed.

    Seeds in which both succeed or both fail say nothing about the difference. Of the others, does the first alone
    succeed in more than half? The interval is that rate's exact one (McNemar's test in its exact form).
    """
    mine, its = np.asarray(mine, bool), np.asarray(its, bool)
    alone, other = int((mine & ~its).sum()), int((its & ~mine).sum())
    words = f"{int(mine.sum())} against {int(its.sum())} of {mine.size} {where}"
    if not alone + other:
        return unjudged(claim, f"{words}: no seed tells the two apart", note=note)
    low, high = (float(bound) for bound in rate_interval(alone, alone + other))
    measured = (
        f"{words}; of {alone + other} in which they differ, the first in {alone}, 95 % interval {low:.0%} to {high:.0%}"
    )
    return Judged(**asdict(claim), measured=measured, verdict=decide(low, high, above=0.5),
                  value=alone / (alone + other), low=low, high=high, count=mine.size, note=note)  # fmt: skip


def judge_interval(
    claim: Claim, value: float, low: float, high: float, *, above: float, measured: str, count: int, note: str = ""
) -> Judged:
    """A claim about an estimate with an interval of its own, such as a bootstrap's: does it lie above a threshold?"""
    return Judged(**asdict(claim), measured=measured, verdict=decide(low, high, above=above), value=value, low=low,
                  high=high, count=count, note=note)  # fmt: skip


def judge_fact(claim: Claim, true: bool, measured: str, value: float, *, note: str = "") -> Judged:
    """A claim that no chance enters, such as one about a formula: it holds or fails, and `value` is the number that
    decided."""
    return Judged(**asdict(claim), measured=measured, verdict="holds" if true else "fails", value=float(value),
                  low=float(value), high=float(value), count=1, note=note)  # fmt: skip


def _number(value: float) -> str:
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.3g}"
