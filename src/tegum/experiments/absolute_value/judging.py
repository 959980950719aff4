"""Trained networks for |x|, and the verdicts about them."""

from functools import cached_property

import numpy as np
from scipy import stats

from tegum.claims import Claim, Judged, judge_mean, judge_rate, unjudged
from tegum.experiments.absolute_value import claims as c
from tegum.geometry.two_sided import Motifs, answered, in_twos, motifs, read, scaled
from tegum.training.run import Run

ENDED = 0.02  # by how much a number or share changes in the second half of a training that has come to its end
TENDS = 0.3  # a rank correlation that is a tendency


class Nets:
    """All networks of runs at different densities, scaled so that each neuron's largest |W_e| is 1: densities x (p,),
    W_e (p, seed, m, n), W_d (p, seed, n, m), b (p, seed, n), loss (p, seed)."""

    def __init__(self, *runs: Run) -> None:
        axes = ("feature_probability", "seed")

        def all_of(name: str, *more: str) -> np.ndarray:
            return np.concatenate([run.data[name].transpose(*axes, *more).values.astype(float) for run in runs])

        self.x = np.concatenate([run.data["feature_probability"].values.astype(float) for run in runs])
        self.W_e, self.W_d = scaled(all_of("W_e", "latent", "feature"), all_of("W_d", "feature", "latent"))
        self.b = all_of("b", "feature")
        self.loss = all_of("loss")
        self.runs = runs

    def place(self, density: float) -> int:
        """Where in x this density is."""
        return int(np.argmin(np.abs(self.x - density)))

    @cached_property
    def load(self) -> np.ndarray:
        """How many features each neuron reads, (p, seed, m); 0 for one that does nothing."""
        return np.asarray(read(self.W_e, self.W_d).sum(axis=-1))

    @cached_property
    def answered(self) -> np.ndarray:
        """How many sides of each feature are answered, (p, seed, n)."""
        return answered(self.W_e, self.W_d, self.b)

    @cached_property
    def half(self) -> "Nets":
        """The same networks half-way through training."""
        return Nets(*(_halved(run) for run in self.runs))

    @cached_property
    def added(self) -> np.ndarray:
        """By how much the number of features answered on some side rose in the second half of training, relative to
        that at its end, (p,); means over seeds."""
        half, end = ((own.answered >= 1).sum(axis=-1).mean(axis=-1) for own in (self.half, self))
        return np.asarray((end - half) / np.maximum(end, 1))

    @property
    def strongest(self) -> np.ndarray:
        """The feature that each neuron reads most strongly, (p, seed, m)."""
        return np.asarray(np.abs(self.W_e).argmax(axis=-1))

    def share(self, density: float, low: int, high: float = np.inf) -> np.ndarray:
        """For each seed, of the neurons that do anything, the share that read low to high features."""
        load = self.load[self.place(density)]
        return np.asarray(((load >= low) & (load <= high)).sum(axis=1) / np.maximum((load > 0).sum(axis=1), 1))

    def polysemantic(self, density: float) -> np.ndarray:
        """For each seed, how many neurons read several features."""
        return np.asarray((self.load[self.place(density)] >= c.SLIGHT).sum(axis=1))

    def motifs(self, density: float) -> list[Motifs]:
        """The pairs of features that share a neuron, for each seed."""
        place = self.place(density)
        return [motifs(W_e, W_d) for W_e, W_d in zip(self.W_e[place], self.W_d[place], strict=True)]


def _halved(run: Run) -> Run:
    """A run whose parameters are those that were recorded half-way."""
    half = run.data.isel(step=0, drop=True)
    return Run(run.training, run.data.assign({name: half[f"{name}_history"] for name in ("W_e", "W_d", "b")}))


def ended(judged: Judged, claim: Claim, moved: float, words: str) -> Judged:
    """A verdict that more training might change is none: it fails only where little moved in the second half."""
    if judged.verdict != "fails" or moved < ENDED:
        return judged
    return unjudged(claim, f"{judged.measured}; not trained to the end: {words}", note=judged.note)


def judge_small(small: Nets) -> Judged:
    """Two neurons for each of three features."""
    place = small.place(c.DENSE)
    pure = in_twos(small.W_e[place], small.W_d[place]).all(axis=-1)
    both = (small.answered[place] == 2).all(axis=-1)
    others = ", ".join(
        f"{int((in_twos(W_e, W_d).all(axis=-1)).sum())} at {p:g}"
        for p, W_e, W_d in zip(small.x, small.W_e, small.W_d, strict=True)
    )
    return judge_rate(c.TWOS, pure & both, 0.5, "seeds", note=f"By density: {others}.")


def judge_neurons(found: Nets) -> list[Judged]:
    """From monosemantic to highly polysemantic."""
    load = found.load
    first, low, grown, further = (load[found.place(p)] for p in (c.FIRST, c.LOW, c.GROWN, c.FURTHER))
    counts = ", ".join(f"{found.polysemantic(p).mean():.1f} at {p:g}" for p in c.DENSITIES)
    grows = found.polysemantic(c.GROWN).astype(float) - found.polysemantic(c.LOW)
    idle = ", ".join(f"{(own == 0).mean():.0%} at {p:g}" for own, p in zip(load, found.x, strict=True))
    return [
        judge_mean(c.ALL_DENSE, found.share(c.DENSE, 1, 1), above=0.95, where="seeds"),
        judge_mean(c.STILL, found.share(c.MODERATE, 1, 1), above=0.95, where="seeds"),
        judge_rate(c.FEW, few_slightly(first), 0.5, "seeds", note=f"Mean polysemantic neurons: {counts}."),
        judge_rate(c.SOME_HIGHLY, some_highly(low, found.strongest[found.place(c.LOW)]), 0.5, "seeds",
                   note=f"Neurons that read 4 or more: {(low >= c.HIGH).sum(axis=1).mean():.1f} on average."),
        judge_mean(c.GROWS, grows, above=0, where="seeds", unit=" neurons"),
        _judge_more(further, grown),
        _judge_eventually(found, f"Neurons that do nothing: {idle}."),
    ]  # fmt: skip


def _judge_eventually(found: Nets, note: str) -> Judged:
    end, half = found.share(c.LAST, c.HIGH), found.half.share(c.LAST, c.HIGH).mean()
    judged = judge_mean(c.EVENTUALLY, end, above=0.95, where="seeds", note=note)
    return ended(judged, c.EVENTUALLY, float(abs(end.mean() - half)), f"half-way it was {half:.3f}")


def few_slightly(load: np.ndarray) -> np.ndarray:
    """For each seed, load (seed, m): 1 to 10 neurons read several features, 2 or 3 in the median."""
    several = load >= c.SLIGHT
    middle = np.array([np.median(own[own >= c.SLIGHT]) if (own >= c.SLIGHT).any() else np.inf for own in load])
    return np.asarray((several.sum(axis=1) >= 1) & (several.sum(axis=1) <= c.SMALL) & (middle < c.HIGH))


def some_highly(load: np.ndarray, strongest: np.ndarray) -> np.ndarray:
    """For each seed: 1 to 10 neurons read 4 features or more, and their strongest ones are later than the others'."""
    high, rest = load >= c.HIGH, (load > 0) & (load < c.HIGH)
    later = _mean_where(strongest, high) > _mean_where(strongest, rest)
    return np.asarray((high.sum(axis=1) >= 1) & (high.sum(axis=1) <= c.SMALL) & later)


def _mean_where(values: np.ndarray, where: np.ndarray) -> np.ndarray:
    count = where.sum(axis=1)
    return np.asarray(np.where(count, (values * where).sum(axis=1) / np.maximum(count, 1), np.nan))


def _judge_more(further: np.ndarray, grown: np.ndarray) -> Judged:
    more = _mean_where(further, further >= c.SLIGHT) - _mean_where(grown, grown >= c.SLIGHT)
    return _judge_known(c.EVEN_MORE, more, 0, "no seed has polysemantic neurons at both", unit=" features")


def _judge_known(claim: Claim, values: np.ndarray, above: float, why: str, note: str = "", unit: str = "") -> Judged:
    known = values[np.isfinite(values)]
    if not len(known):
        return unjudged(claim, why, note=note)
    return judge_mean(claim, known, above=above, where="seeds", note=note, unit=unit)


def judge_features(found: Nets) -> list[Judged]:
    """How many features are computed, and which neurons are pure."""
    either, both = (found.answered >= 1).sum(axis=-1).astype(float), (found.answered == 2).sum(axis=-1).astype(float)
    most = int(either.mean(axis=1).argmax())
    said = ", ".join(
        f"{two.mean():.1f} both and {(one - two).mean():.1f} one at {p:g}"
        for one, two, p in zip(either, both, found.x, strict=True)
    )
    rose = ", ".join(f"{own:.0%} at {p:g}" for own, p in zip(found.added, found.x, strict=True))
    more = judge_mean(c.MORE_THAN_NEURONS, either[most], above=40, where=f"seeds at 1 − S = {found.x[most]:g}",
                      unit=" features", note=f"Sides answered: {said}. Added in the second half: {rose}.")  # fmt: skip
    return [
        ended(more, c.MORE_THAN_NEURONS, float(found.added.max()), "more were added in the second half"),
        judge_mean(c.MORE_THAN_PAIRS, both[found.place(c.GROWN)], above=20, where="seeds", unit=" features"),
        _judge_known(c.IMPORTANT, order(found, c.LOW), TENDS, "all neurons read as many"),
    ]  # fmt: skip


def order(found: Nets, density: float) -> np.ndarray:
    """For each seed, the rank correlation of a neuron's load and the place of its strongest feature."""
    place = found.place(density)
    values = []
    for load, strongest in zip(found.load[place], found.strongest[place], strict=True):
        works = load > 0
        alike = works.sum() < 3 or np.ptp(load[works]) == 0 or np.ptp(strongest[works]) == 0
        values.append(np.nan if alike else float(stats.spearmanr(load[works], strongest[works]).statistic))
    return np.array(values)


def judge_motifs(found: Nets) -> list[Judged]:
    """How features share a neuron."""
    pairs = found.motifs(c.LOW)
    total, asymmetric = sum(len(m.neuron) for m in pairs), sum(int(m.asymmetric.sum()) for m in pairs)
    there = np.array([(m.asymmetric & m.inhibited).any() for m in pairs])
    held = np.array([_share(m.inhibited, m.asymmetric) for m in pairs])
    gone, others = (np.array([_share(m.cancelled, m.asymmetric == so) for m in pairs]) for so in (True, False))
    words = f"{asymmetric} of {total} pairs that share a neuron are asymmetric."
    rates = (
        f"Cancelled to within a quarter: {_mean_known(gone)} of the asymmetric, {_mean_known(others)} of the others."
    )
    return [
        judge_rate(c.ASYMMETRIC, there, 0.5, "seeds", note=words),
        _judge_known(c.INHIBITED, held, 0.5, "no asymmetric pair", rates),
    ]


def _share(of: np.ndarray, among: np.ndarray) -> float:
    return float(of[among].mean()) if among.any() else np.nan


def _mean_known(values: np.ndarray) -> str:
    known = values[np.isfinite(values)]
    return f"{known.mean():.0%}" if len(known) else "none"


def judge_start(found: Nets, usual: Nets) -> list[Judged]:
    """What becomes of the same seeds from the usual initial scale."""
    mine, its = found.place(c.FIRST), usual.place(c.FIRST)
    seeds = min(found.loss.shape[1], usual.loss.shape[1])
    halves = [(own.answered[place, :seeds] == 1).sum(axis=-1) for own, place in ((usual, its), (found, mine))]
    ratio = np.log2(usual.loss[its, :seeds] / found.loss[mine, :seeds])
    words = f"{halves[0].mean():.1f} against {halves[1].mean():.1f} features."
    return [
        judge_mean(c.START, halves[0] - halves[1].astype(float), above=0, where="seeds", unit=" features", note=words),
        judge_mean(c.WORSE, ratio, above=1, where="seeds", unit=" doublings"),
    ]


def judge_floor(found: Nets, floored: Nets) -> Judged:
    """How many features the usual ε costs."""
    either = [(own.answered[own.place(c.GROWN)] >= 1).sum(axis=-1).astype(float) for own in (found, floored)]
    words = f"{either[0].mean():.1f} against {either[1].mean():.1f} features."
    return judge_mean(c.FLOORED, either[0] - either[1], above=0, where="seeds", unit=" features", note=words)


def parts_of(found: Nets) -> np.ndarray:
    """For each density and seed, how many features are: answered on both sides by two pure neurons, on both sides
    otherwise, on one side, not at all; (p, seed, 4)."""
    pure = in_twos(found.W_e, found.W_d) & (found.answered == 2)
    both = (found.answered == 2) & ~pure
    rows = [pure, both, found.answered == 1, found.answered == 0]
    return np.stack([row.sum(axis=-1) for row in rows], axis=-1)
