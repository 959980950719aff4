"""Neurons of trained models, and the verdicts about them."""

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any

import jax
import numpy as np
from scipy import stats

from tegum.claims import LEVEL, Claim, Judged, judge_interval, judge_mean, judge_rate, rate_interval, unjudged
from tegum.experiments.privileged_basis import claims as c
from tegum.failure.comparison import fresh_losses
from tegum.geometry.neurons import STORED, Code, code, firing, rank_among_rotations
from tegum.toy.features import draw
from tegum.toy.loss import SquaredError
from tegum.training.run import Run

FINALISTS = 8  # of the stated kind, by recorded loss, measured again on fresh samples; at least as many others
PARTS, CHOSEN_BY = 40, 10  # sets of 10,000 fresh samples; the first ten choose the best, the others measure it
FRESH = 46_900_000  # the seed of these samples
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

    def lowest(self, place: int, among: np.ndarray, count: int) -> np.ndarray:
        """The seeds of lowest recorded loss at a place among some (seed,)."""
        order = np.argsort(np.where(among, self.loss[place], np.inf), kind="stable")
        return np.asarray(order[: min(count, int(among.sum()))])

    def again(self, place: int, seeds: np.ndarray) -> np.ndarray:
        """Losses of these seeds on fresh samples, (seeds, PARTS)."""
        training = self.run.training
        law = training.law.model_copy(update={"feature_probability": float(self.x[place])})
        parameters = {"W": self.W[place, seeds], "b": self.b[place, seeds]}
        return fresh_losses(training.model, training.loss, law, parameters, parts=PARTS, seed=FRESH + place)

    def of_kind(self, density: float) -> np.ndarray:
        """For each seed, has it learnt to store features in the way stated for this density?"""
        place = self.place(density)
        return np.asarray(REGIMES[density][1](self.W[place], STORED) & self.learnt(place))

    @cached_property
    def finalists(self) -> dict[float, tuple[np.ndarray, np.ndarray]]:
        """For each density that is judged, the finalists of the stated kind and of all others, and their losses on
        fresh samples, (seeds, PARTS)."""
        found = {}
        for density in REGIMES:
            place, so = self.place(density), self.of_kind(density)
            of_kind = self.lowest(place, so, FINALISTS)
            others = self.lowest(place, ~so, 2 * FINALISTS - len(of_kind))  # one shape for all, compiled once
            seeds = np.concatenate([of_kind, others])
            found[density] = seeds, self.again(place, seeds)
        return found

    def best(self, density: float, among: np.ndarray | None = None) -> tuple[int, np.ndarray]:
        """The best finalist at a density, of all or of some (seed,): its seed, and its losses on samples that did not
        choose it."""
        seeds, losses = self.finalists[density]
        some = slice(None) if among is None else among[seeds]
        own = losses[some]
        first = int(own[:, :CHOSEN_BY].mean(axis=1).argmin())
        return int(seeds[some][first]), np.asarray(own[first, CHOSEN_BY:])

    def best_code(self, density: float) -> tuple[int, int, int]:
        """How the best at a density stores features."""
        alone, several, shared = (int(part[self.place(density), self.best(density)[0]]) for part in self.code)
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


REGIMES: dict[float, tuple[Claim, Kind, str]] = {
    c.DENSE: (c.MONOSEMANTIC, stores(5, 0, 0), "all monosemantic"),
    c.TWO_CODE: (c.THREE_IN_TWO, stores(3, 2, 3), "3 in 2"),
    c.NARROW: (c.FIVE_IN_THREE, stores(2, 3, 5), "5 in 3"),
    c.FOUR_CODE: (c.SIX_IN_FOUR, stores(1, 4, 6), "6 in 4"),
    c.FIVE_CODE: (c.EIGHT_IN_FIVE, stores(0, 5, 8), "8 in 5"),
    c.PAIRED: (c.PAIRS, in_pairs, "pairs"),
}


def judge_regime(found: Ends, density: float) -> Judged:
    """Is the best model of the stated kind better than the best of all others?"""
    claim, kind, _ = REGIMES[density]
    so = found.of_kind(density)
    rate = _rate(so)
    W = found.W[found.place(density), found.best(density)[0]]
    counted = ", ".join(f"{t:g}: {'yes' if kind(W, t) else 'no'}" for t in THRESHOLDS)
    note = (
        f"{rate} end so. The best of all: {describe(*found.best_code(density))}. "
        f"Is it so, with weights counted from {counted}."
    )
    if not 0 < so.sum() < so.size:
        return unjudged(claim, f"{rate} end so: nothing to compare", note=note)
    (_, mine), (_, its) = found.best(density, so), found.best(density, ~so)
    value, low, high = relative(mine, its)
    measured = (
        f"the best that does not: {100 * value:+.2f} %, 95 % interval {100 * low:+.2f} to {100 * high:+.2f} %, "
        f"of {mine.mean():.4g}"
    ).replace("-", "−")
    return judge_interval(claim, value, low, high, above=0, measured=measured, count=so.size, note=note)


def relative(mine: np.ndarray, its: np.ndarray) -> tuple[float, float, float]:
    """How much larger the second mean is, relative to the first, with Student's 95 % interval over paired parts.

    >>> value, low, high = relative(np.array([1.0, 1.1]), np.array([2.0, 2.2]))
    >>> round(value, 6)
    1.0
    """
    difference = (its - mine) / mine.mean()
    half = stats.t.ppf(0.5 + LEVEL / 2, len(mine) - 1) * difference.std(ddof=1) / np.sqrt(len(mine))
    return float(difference.mean()), float(difference.mean() - half), float(difference.mean() + half)


def describe(alone: int, several: int, shared: int) -> str:
    """A code in words."""
    if not several:
        return f"{alone} dedicated"
    return f"{alone} dedicated, {shared} in {several}" if alone else f"{shared} in {several}"


def _rate(successes: np.ndarray) -> str:
    low, high = rate_interval(int(successes.sum()), successes.size)
    return f"{int(successes.sum())} of {successes.size} ({float(low):.1%} to {float(high):.1%})"


def judge_alignment(found: Ends, linear: Ends) -> list[Judged]:
    """Do directions lie nearer to axes than rotations of them, with and without the hidden ReLU?"""
    with_it, without = (rank_among_rotations(own.W[own.place(c.DENSE)]) for own in (found, linear))
    return [
        judge_rate(c.ALIGNED, with_it > SURE, 0.5, "seeds", note=f"Mean rank {with_it.mean():.2f}."),
        judge_rate(c.FREE, ~(without > SURE), 0.8, "seeds", note=f"Mean rank {without.mean():.2f}, 0.5 by chance."),
    ]


def judge_optimisers(adam: Run, descent: Run) -> list[Judged]:
    """Does the optimiser make axes matter, in models without a hidden ReLU?"""
    under_adam, plain = (rank_among_rotations(Ends(run).W[0]) for run in (adam, descent))
    note = f"Mean rank {under_adam.mean():.2f} under AdamW, {plain.mean():.2f} under gradient descent."
    return [
        judge_mean(c.SPREAD, 0.5 - under_adam, above=0, where="seeds", unit=" below one half", note=note),
        judge_mean(c.DESCENT, plain - under_adam, above=0, where="seeds", note=note),
    ]


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
