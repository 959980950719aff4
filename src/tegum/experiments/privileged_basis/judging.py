"""Neurons of trained models, and the verdicts about them."""

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import jax
import numpy as np

from tegum.claims import (
    LEVEL,
    Claim,
    Judged,
    judge_interval,
    judge_mean,
    judge_rate,
    mean_interval,
    rate_interval,
    unjudged,
)
from tegum.experiments.privileged_basis import claims as c
from tegum.failure.comparison import fresh_losses
from tegum.geometry.neurons import STORED, Code, code, firing, rank_among_rotations
from tegum.toy.features import draw
from tegum.toy.loss import SquaredError
from tegum.training.run import Run

PARTS = 40  # sets of 10,000 fresh samples on which every model is measured again
RESAMPLED = 2000  # sets of trainings and samples
FRESH = 46_900_000  # the seed of these samples
NEAR = 0.1  # of one half: a mean rank that tells of no preference; of 1: a loss as good
SURE = 0.95  # share of random rotations that a model must beat to count as aligned
THRESHOLDS = (0.2, STORED, 0.4)


class Ends:
    """All models with one kind of hidden layer: densities x (p,), W (p, seed, m, n), b (p, seed, n), loss (p, seed)."""

    def __init__(self, run: Run) -> None:
        axes = ("feature_probability", "seed")
        self.run = run
        self.x = run.data["feature_probability"].values.astype(float)
        self.W = run.W.transpose(*axes, "latent", "feature").values
        self.b = run.b.transpose(*axes, "feature").values
        self.loss = run.loss.transpose(*axes).values.astype(float)

    @cached_property
    def code(self) -> Code:
        return code(self.W)

    def learnt(self, place: int) -> np.ndarray:
        """For each seed, is its loss below half of that of the best constant output?"""
        p, loss = self.x[place], self.run.training.loss
        importance = float(np.mean(loss.importance)) if isinstance(loss, SquaredError) else 1.0
        return np.asarray(self.loss[place] < importance * (p / 3 - p**2 / 4) / 2)

    def place(self, density: float) -> int:
        """Where in x this density is."""
        return int(np.argmin(np.abs(self.x - density)))

    @cached_property
    def fresh(self) -> np.ndarray:
        """Losses of all models on fresh samples, the same for all models at a density, (p, seed, PARTS)."""
        return np.stack([self._again(place) for place in range(len(self.x))])

    def _again(self, place: int) -> np.ndarray:
        training = self.run.training
        law = training.law.model_copy(update={"feature_probability": float(self.x[place])})
        parameters = {"W": self.W[place], "b": self.b[place]}
        return fresh_losses(training.model, training.loss, law, parameters, parts=PARTS, seed=FRESH + place)

    @property
    def again(self) -> np.ndarray:
        """The mean loss on fresh samples, (p, seed)."""
        return np.asarray(self.fresh.mean(axis=-1))

    def of_kind(self, regime: float, density: float | None = None) -> np.ndarray:
        """For each seed, has it learnt to store features in the way stated for a regime, at this density in it?"""
        place = self.place(regime if density is None else density)
        return np.asarray(REGIMES[regime].kind(self.W[place], STORED) & self.learnt(place))

    def best(self, density: float) -> int:
        """The seed of lowest loss on fresh samples at a density."""
        return int(self.again[self.place(density)].argmin())

    def best_code(self, density: float) -> tuple[int, int, int]:
        """How the best at a density stores features."""
        alone, several, shared = (int(part[self.place(density), self.best(density)]) for part in self.code)
        return alone, several, shared

    def like_best(self, density: float) -> np.ndarray:
        """For each seed: does it store as many in as many as the best at this density?"""
        place = self.place(density)
        return Code(*(part[place] for part in self.code)).is_of(*self.best_code(density))


@lru_cache(maxsize=4)
def ends(run: Run) -> Ends:
    """The models of a run, measured once for claims and figures."""
    return Ends(run)


Kind = Callable[[np.ndarray, float], np.ndarray]


def stores(alone: int, several: int, shared: int) -> Kind:
    """The kind of models W (…, m, n) that store so, given the least |W_ki| that counts."""
    return lambda W, threshold: code(W, threshold).is_of(alone, several, shared)


def in_pairs(W: np.ndarray, threshold: float) -> np.ndarray:
    """Whether each represented feature fires exactly two neurons, and each neuron stores several."""
    fires = firing(W, threshold)
    pairs = ((fires == 2) | (fires == 0)).all(axis=-1) & (fires == 2).any(axis=-1)
    return np.asarray(pairs & (code(W, threshold).several == W.shape[-2]))


class Regime(NamedTuple):
    """One way to store features: the claim, the models that do so, in words, and where it is said to be the best."""

    claim: Claim
    kind: Kind
    name: str
    least: float
    most: float

    def inside(self, x: np.ndarray) -> np.ndarray:
        """Of these densities those in the range."""
        return np.asarray(x[(x >= self.least - 1e-9) & (x <= self.most + 1e-9)])


REGIMES: dict[float, Regime] = {
    c.DENSE: Regime(c.MONOSEMANTIC, stores(5, 0, 0), "all monosemantic", 0.5, 1),
    c.TWO_CODE: Regime(c.THREE_IN_TWO, stores(3, 2, 3), "3 in 2", 0.2, 0.499),  # 0.5 is the denser range's
    c.NARROW: Regime(c.FIVE_IN_THREE, stores(2, 3, 5), "5 in 3", 0.15, 0.15),
    c.FOUR_CODE: Regime(c.SIX_IN_FOUR, stores(1, 4, 6), "6 in 4", 0.12, 0.12),
    c.FIVE_CODE: Regime(c.EIGHT_IN_FIVE, stores(0, 5, 8), "8 in 5", 0.05, 0.08),
    c.PAIRED: Regime(c.PAIRS, in_pairs, "pairs", 0, 0.04),
}


def judge_regime(found: Ends, regime: float) -> Judged:
    """Is the best model of the stated kind better than the best of all others, at every density of the range?"""
    own = REGIMES[regime]
    so = {float(p): found.of_kind(regime, p) for p in own.inside(found.x)}
    ahead = {p: lead(mine, found.fresh[found.place(p)]) for p, mine in so.items()}
    against = [p for p in ahead if ahead[p].high < 0]
    p = min(against, key=lambda p: ahead[p].high) if against else min(ahead, key=lambda p: ahead[p].low)
    W = found.W[found.place(p), found.best(p)]
    counted = ", ".join(f"{t:g}: {'yes' if own.kind(W, t) else 'no'}" for t in THRESHOLDS)
    note = (
        f"By density: {'; '.join(_told(at, so[at], ahead[at]) for at in so)}. The best of all at {p:g}: "
        f"{describe(*found.best_code(p))}. Is it so, with weights counted from {counted}."
    )
    if not 0 < so[p].sum() < so[p].size:
        return unjudged(own.claim, f"{_rate(so[p])} end so at {p:g}: nothing to compare", note=note)
    measured = f"at 1 − S = {p:g} the best that does not: {_percent(ahead[p])}"
    return judge_interval(own.claim, ahead[p].value, ahead[p].low, ahead[p].high, above=0, measured=measured,
                          count=so[p].size, note=note)  # fmt: skip


class Lead(NamedTuple):
    """By how much the best of a kind is ahead of the best of the others, relative to the better of them, with its 95 %
    interval over trainings and samples; share: of resampled sets of trainings, those whose best is of the kind."""

    value: float
    low: float
    high: float
    share: float


def lead(so: np.ndarray, losses: np.ndarray) -> Lead:
    """How far ahead some models so (k,) are of the others: losses (k, parts) on the same samples.

    Trainings and samples are both drawn again with replacement.

    >>> lead(np.arange(40) < 20, np.outer([1.0] * 20 + [2.0] * 20, np.ones(3)))
    Lead(value=1.0, low=1.0, high=1.0, share=1.0)
    """
    if not 0 < so.sum() < so.size:
        return Lead(np.nan, -np.inf, np.inf, np.nan)
    rng, (k, parts) = np.random.default_rng(0), losses.shape
    drawn = rng.multinomial(k, np.full(k, 1 / k), RESAMPLED).T > 0
    means = losses @ (rng.multinomial(parts, np.full(parts, 1 / parts), RESAMPLED).T / parts)
    ahead = _ahead(so[:, None] & drawn, ~so[:, None] & drawn, means)
    value = _ahead(so[:, None], ~so[:, None], losses.mean(axis=1, keepdims=True))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(ahead, tail, method="lower"), np.quantile(ahead, 1 - tail, method="higher")
    return Lead(float(value[0]), float(low), float(high), float((ahead > 0).mean()))


def _ahead(mine: np.ndarray, its: np.ndarray, losses: np.ndarray) -> np.ndarray:
    """By how much the least loss of some exceeds that of others, relative to the lesser, for each column."""
    ours, theirs = (np.where(some, losses, np.inf).min(axis=0) for some in (mine, its))
    return np.asarray((theirs - ours) / np.minimum(ours, theirs))


def _percent(ahead: Lead) -> str:
    low, high = (f"{100 * end:+.2f}".replace("inf", "∞") for end in (ahead.low, ahead.high))
    return f"{100 * ahead.value:+.2f} %, 95 % interval {low} to {high} %".replace("-", "−")


def _told(density: float, so: np.ndarray, ahead: Lead) -> str:
    """What was found at one density of a range."""
    if not np.isfinite(ahead.value):
        return f"{density:g}: {_rate(so)} so"
    return f"{density:g}: {_rate(so)} so, {_percent(ahead)}, the best in {ahead.share:.1%} of resampled sets"


def describe(alone: int, several: int, shared: int) -> str:
    """A code in words."""
    if not several:
        return f"{alone} dedicated"
    return f"{alone} dedicated, {shared} in {several}" if alone else f"{shared} in {several}"


def _rate(successes: np.ndarray) -> str:
    low, high = rate_interval(int(successes.sum()), successes.size)
    return f"{int(successes.sum())} of {successes.size} ({float(low):.1%} to {float(high):.1%})"


def judge_alignment(found: Ends, adam: Ends) -> list[Judged]:
    """Do directions lie nearer to axes than rotations of them, and without the hidden ReLU neither nearer nor
    farther?"""
    with_it = rank_among_rotations(found.W[found.place(c.DENSE)])
    return [
        judge_rate(c.ALIGNED, with_it > SURE, 0.5, "seeds", note=f"Mean rank {with_it.mean():.2f}."),
        judge_freedom(adam),
    ]


def judge_freedom(adam: Ends) -> Judged:
    """Is the mean rank among rotations near one half, on neither side of it?"""
    learnt = np.all([adam.learnt(place) for place in range(len(adam.x))], axis=0)
    if not learnt.any():
        return unjudged(c.FREE, "no seed has learnt anything at all six densities")
    ranks = np.stack([rank_among_rotations(W[learnt]) for W in adam.W])
    mean, low, high = mean_interval(ranks.mean(axis=0))
    off = sorted((abs(low - 0.5), abs(high - 0.5)))
    near = 0.0 if low < 0.5 < high else off[0]
    said = ", ".join(f"{own.mean():.2f} at {p:g}" for own, p in zip(ranks, adam.x, strict=True))
    measured = f"mean rank {mean:.3f}, 95 % interval {low:.3f} to {high:.3f}, over {learnt.sum()} seeds"
    return judge_interval(c.FREE, NEAR - abs(mean - 0.5), NEAR - off[1], NEAR - near, above=0, measured=measured,
                          count=int(learnt.sum()), note=f"{said}; 0.5 by chance.")  # fmt: skip


def judge_optimisers(adam: Ends, descent: Ends) -> list[Judged]:
    """Does AdamW make axes matter in models without a hidden ReLU, and would the task have needed it?"""
    place = adam.place(c.NARROW)
    under_adam, plain = rank_among_rotations(adam.W[place]), rank_among_rotations(descent.W[0])
    note = f"Mean rank {under_adam.mean():.2f} under AdamW, {plain.mean():.2f} under gradient descent."
    spread = judge_mean(c.SPREAD, 0.5 - under_adam, above=0, where="seeds", unit=" below one half", note=note)
    learnt = adam.learnt(place) & descent.learnt(0)
    if learnt.mean() < 0.5:
        return [spread, unjudged(c.DESCENT, "few seeds have learnt anything under both", note=note)]
    more = descent.loss[0, learnt] / adam.loss[place, learnt] - 1
    note += f" Median of the ratio of losses {1 + np.median(more):.3f}."
    return [spread, judge_mean(c.DESCENT, NEAR - more, above=0, where="seeds", unit=" below a tenth", note=note)]


def judge_neurons(found: Ends) -> list[Judged]:
    """From monosemantic to polysemantic, both at once, and how typical the best are."""
    several = found.code.several
    rise = several[found.place(c.PAIRED)].astype(float) - several[found.place(c.DENSE)]
    middle = found.place(c.TWO_CODE)
    both = (found.code.alone[middle] > 0) & (several[middle] > 0)
    alike = np.stack([found.like_best(p) for p in c.JUDGED])
    rates = ", ".join(f"{own.mean():.0%} at {p:g}" for own, p in zip(alike, c.JUDGED, strict=True))
    return [
        judge_mean(c.SHIFT, rise, above=2.5, where="seeds", unit=" neurons"),
        judge_rate(c.BOTH, both, 0.5, "seeds"),
        judge_mean(c.TYPICAL, alike.mean(axis=0), above=0.5, where="seeds", note=f"Like the best: {rates}."),
    ]


def judge_burden(found: Ends, linear: Ends) -> Judged:
    """Is the loss larger with the hidden ReLU?"""
    seeds = min(found.loss.shape[1], linear.loss.shape[1])
    learnt = np.all([found.learnt(found.place(p))[:seeds] for p in c.JUDGED], axis=0)
    if not learnt.any():
        return unjudged(c.BURDEN, "no seed has learnt anything at all six densities")
    ratio = np.stack([
        np.log(found.loss[found.place(p), :seeds] / linear.loss[linear.place(p), :seeds])[learnt] for p in c.JUDGED
    ])  # fmt: skip
    said = ", ".join(f"{np.exp(np.median(own)):.2f} at {p:g}" for own, p in zip(ratio, c.JUDGED, strict=True))
    return judge_mean(c.BURDEN, ratio.mean(axis=0), above=0, where="seeds", note=f"Median ratio of losses: {said}.")


def judge_hidden_bias(shifted: Run, found: Ends) -> list[Judged]:
    """What becomes of hidden biases, and how much of the time neurons are on."""
    at = shifted.at(feature_probability=c.TWO_CODE)
    bias = at.data["c"].transpose("seed", "latent").values
    place = found.place(c.TWO_CODE)
    W = at.W.transpose("seed", "latent", "feature").values
    on = share_on(W, bias, at.training.law)
    plain = share_on(found.W[place], np.zeros(found.W[place].shape[:2]), at.training.law)
    half: Any = {"above": 0.5, "where": "seeds"}
    return [
        judge_rate(
            c.CIRCUMVENT, np.asarray((bias > 0).all(axis=1)), **half, note=f"Median hidden bias {np.median(bias):.2f}."
        ),
        judge_mean(c.LINEARLY, on, above=0.95, where="seeds", note=f"Without a hidden bias {plain.mean():.2f}."),
    ]


def share_on(W: np.ndarray, bias: np.ndarray, law: Any, samples: int = 10_000) -> np.ndarray:
    """For each model, the share of neurons' inputs that are positive: W (k, m, n), bias (k, m)."""
    x = np.asarray(draw(law.model_copy(update={"feature_probability": c.TWO_CODE}), jax.random.key(FRESH),
                        W.shape[-1], samples))  # fmt: skip
    return np.array([(own @ x + shift[:, None] > 0).mean() for own, shift in zip(W, bias, strict=True)])
