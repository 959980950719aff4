"""Which features come back: the costly ones, or whichever chance will have; and the cost of edits and of sparseness."""

import functools

import numpy as np

from tegum.claims import Claim, Judged, auc, judge_interval, judge_mean, judge_rate, unjudged
from tegum.errors import BadInput
from tegum.experiments.experiment import Runs
from tegum.experiments.resampling import claims as c
from tegum.experiments.resampling import entrants as e
from tegum.experiments.resampling.beds import BEDS, MIDDLE
from tegum.experiments.resampling.judging import (
    FOUND,
    again_name,
    chosen,
    curve_name,
    entered,
    found,
    on_every,
    reading,
    run_name,
    troubled,
    tuning_name,
)
from tegum.sae.spikes import Spike, spike
from tegum.sae.truth import Superposed
from tegum.toy.features import draw

DRAWS = 2000  # of the bootstrap
Values = np.ndarray


def judged_choices(runs: Runs) -> list[Judged]:
    """The claims about which features come back, about edits, and about equal sparseness."""
    made = [_costliest(runs), _chooses(runs), _agrees(runs), unjudged(c.PAIRLESS, "see the scorecard and the times")]
    made += [_paid(runs), *(_at_equal_l0(runs, *pair) for pair in CURVES)]
    return [claim for claim in made if claim is not None]


CURVES = (
    (c.SPARSER, e.NONE, e.LETTER),
    (c.SPARSER_FILLED, e.TUNED, e.FILL),
)


def chances(runs: Runs, bed: str, entrant: str) -> Values:
    """`auc` of costs for each dictionary, over the features its untreated twin misses; their mean over recipes."""
    twin, mine = found(runs, bed, e.NONE).cosine, found(runs, bed, entrant).cosine
    cost = frequencies(bed) * (1 - twin**2)
    each = [
        [auc(cost[r, d][twin[r, d] <= FOUND], mine[r, d][twin[r, d] <= FOUND] > FOUND) for d in range(twin.shape[1])]
        for r in range(len(twin))
    ]
    there = np.isfinite(each)
    return np.where(there.any(axis=0), np.where(there, each, 0).sum(axis=0) / np.maximum(there.sum(axis=0), 1), np.nan)


@functools.cache
def frequencies(bed: str) -> Values:
    """How often each true feature is active, of 65,536 draws."""
    law = BEDS[bed].law
    assert isinstance(law, Superposed)
    s = draw(law.of, np.zeros(2, np.uint32), law.directions.count, 65_536)
    return np.asarray((s > 0).mean(axis=1))


def _with_truth(runs: Runs, *names: str) -> list[str]:
    return [bed for bed in troubled(runs) if BEDS[bed].directions and {*names} <= {*entered(runs, bed)}]


def _costliest(runs: Runs) -> Judged | None:
    return _some(c.COSTLIEST, _against(runs, e.REINITIALISE), 0.0)


def _chooses(runs: Runs) -> Judged | None:
    return _some(c.CHOOSES, _against(runs, e.TUNED), 0.0)


def _against(runs: Runs, other: str) -> dict[str, Values]:
    """The proposal's chances less another entrant's, on each bed with a truth."""
    beds = _with_truth(runs, e.BEST_REPEL, other)
    return {bed: chances(runs, bed, reading(runs, bed, e.BEST_REPEL)) - chances(runs, bed, other) for bed in beds}


def _some(claim: Claim, each: dict[str, Values], above: float) -> Judged | None:
    """Of the dictionaries that have a value."""
    there = {bed: values[np.isfinite(values)] for bed, values in each.items()}
    if not there:
        return None
    if min(values.size for values in there.values()) < 2:
        return unjudged(claim, "too few dictionaries in which some come back and some do not")
    return on_every(claim, there, above)


def agreement(one: Values, other: Values) -> float:
    """The correlation of two lists of yes and no; NaN where one of them is all alike."""
    if not one.size or one.all() or other.all() or not (one.any() and other.any()):
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])


def _both(runs: Runs, entrant: str) -> tuple[Values, Values]:
    """Which true features are found from one start and from the other, (recipe, dictionary, true)."""
    starts = (run_name("synthetic", entrant), again_name(entrant))
    one, other = (found(runs, "synthetic", entrant, name).cosine > FOUND for name in starts)
    return one, other


def _agrees(runs: Runs) -> Judged | None:
    proposal = reading(runs, "synthetic", e.BEST_REPEL) if run_name("synthetic", e.NONE) in runs else e.BEST_REPEL
    names = (proposal, e.TUNED)
    if any(again_name(name) not in runs for name in (e.NONE, *names)):
        return None
    plain, pairs = _both(runs, e.NONE), [_both(runs, name) for name in names]
    missed = ~plain[0] & ~plain[1]
    count = missed.shape[1]
    draws = [np.arange(count), *np.random.default_rng(0).integers(0, count, (DRAWS, count))]
    each = np.array([[agreement(*(part[:, d][missed[:, d]] for part in pair)) for pair in pairs] for d in draws])
    gap = each[:, 0] - each[:, 1]
    if np.isnan(gap).mean() > 0.05 or np.isnan(gap[0]):
        return unjudged(c.AGREES, "too few features come back from both starts")
    low, high = np.nanquantile(gap[1:], (0.025, 0.975))
    words = f"{each[0, 0]:.2f} and {each[0, 1]:.2f}: {gap[0]:+.2f}, 95 % interval {low:+.2f} to {high:+.2f}"
    return judge_interval(c.AGREES, gap[0], low, high, above=0, measured=words, count=count)


def spike_of(runs: Runs, entrant: str) -> Spike:
    """What the first edit costs on the synthetic bed, over (recipe, dictionary)."""
    step, mine = _losses(runs, entrant)
    return spike(step, mine, _losses(runs, e.NONE)[1], at=int(step[0]))


def excess(runs: Runs, entrant: str) -> tuple[Values, Values]:
    """Steps since the first edit (record,), and by how much the loss is above the untreated twin's, its mean over
    recipes (dictionary, record), on the synthetic bed."""
    step, mine = _losses(runs, entrant)
    return step - step[0], (mine - _losses(runs, e.NONE)[1]).mean(axis=0)


def _losses(runs: Runs, entrant: str) -> tuple[Values, Values]:
    """Recorded steps and losses (recipe, dictionary, record), at the setting that was best in tuning.

    None that hold a second loss, too: those are not to be compared.
    """
    if entrant in e.ENTRANTS and e.ENTRANTS[entrant].auxiliary:
        raise BadInput(f"the recorded losses of {entrant} hold its second loss; compare what `measured` gives.")
    run, tuning = runs[run_name("synthetic", entrant)], runs.get(tuning_name("synthetic", entrant))
    part = run.data["loss_history"]
    if "setting" in part.dims:
        part = chosen(part, tuning)
    return np.asarray(run.data["step"].values), np.asarray(part.transpose("recipe", "dictionary", "step").values)


def _paid(runs: Runs) -> Judged | None:
    if not _watched(runs, e.LETTER):
        return None
    return judge_rate(c.PAID, np.isfinite(spike_of(runs, e.LETTER).paid_back).ravel(), 0.5, "dictionaries")


def _watched(runs: Runs, *names: str) -> bool:
    there = [runs[run_name("synthetic", name)] for name in names if run_name("synthetic", name) in runs]
    return len(there) == len(names) and all("loss_history" in one.data for one in there)


def mse_at(runs: Runs, entrant: str, l0: Values) -> Values:
    """Each dictionary's MSE at this L0."""
    one = found(runs, "synthetic", entrant, curve_name(entrant))
    return np.array([between(want, x, y) for want, x, y in zip(l0, one.l0.T, one.mse.T, strict=True)])


def between(want: float, l0: Values, mse: Values) -> float:
    """The MSE at this L0, by linear interpolation between rising penalties; NaN beyond them, and where the L0 does not
    fall from each to the next.

    >>> between(2.0, np.array([3.0, 1.0]), np.array([0.1, 0.3]))
    0.2
    """
    if (np.diff(l0) >= 0).any():
        return float("nan")
    return float(np.interp(want, l0[::-1], mse[::-1], left=np.nan, right=np.nan))


def _at_equal_l0(runs: Runs, claim: Claim, one: str, other: str) -> Judged | None:
    if any(curve_name(name) not in runs for name in (e.NONE, one, other)):
        return None
    want = found(runs, "synthetic", e.NONE, curve_name(e.NONE)).l0[MIDDLE]
    gap = mse_at(runs, one, want) - mse_at(runs, other, want)
    there = gap[np.isfinite(gap)]
    if there.size < 2:
        return unjudged(claim, "the curves do not reach a common L0")
    note = f"{gap.size - there.size} of {gap.size} left out: a curve does not reach that L0, or its L0 does not fall."
    return judge_mean(claim, there, above=0, where="dictionaries", unit=" lower", note=note)
