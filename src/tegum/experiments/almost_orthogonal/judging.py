"""Everything measured once, and the claims judged on it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tegum.claims import Judged, judge_fact, judge_interval, judge_mean, judge_rate
from tegum.experiments.almost_orthogonal import claims as said
from tegum.experiments.almost_orthogonal.measures import (
    FITTED_EACH,
    Coder,
    coders,
    coherences,
    drawn,
    each_fitted,
    fitting,
    half,
    recovered,
    thresholds,
)
from tegum.geometry.evaluated import outputs
from tegum.geometry.sparse_recovery import lost
from tegum.theory.coherence import (
    coherence,
    fit_at_random,
    impossible,
    johnson_lindenstrauss,
    least_coherent,
    random_coherence,
)
from tegum.toy.features import SparseUniform
from tegum.training.run import Run

RATIOS = (1.5, 2.0, 3.0, 5.0, 8.0)  # directions per dimension
POINTS, PRINTED = (100, 100_000, 10_000_000), (3685, 9211, 12894)
LARGE = 80  # features of the random directions whose thresholds are sought
BOUNDS = {10: range(1, 8), 20: range(3, 15), 40: range(8, 31, 2)}  # m, and numbers of active features to try
RESAMPLED = 2_000
TESTED = 4_000  # samples of the law of training, new ones, on which read-outs are compared
METHODS = ("L1", "matching pursuit", "ReLU")


@dataclass(frozen=True)
class Packings:
    """counts[m]: how many directions; random[m] (counts, draws) and best[m] (counts,): their coherences; grown
    (draws, dimensions): how many random directions fit at |cosine| ≤ 0.4; hits: by dimension, whether L1 recovers."""

    counts: dict[int, list[int]]
    random: dict[int, np.ndarray]
    best: dict[int, np.ndarray]
    growth: tuple[int, ...]
    grown: np.ndarray
    hits: dict[int, np.ndarray]


@lru_cache(maxsize=1)
def packings(dimensions: tuple[int, ...], growth: tuple[int, ...], draws: int, starts: int) -> Packings:
    """Random and optimised sets of directions: nothing is trained for these, and random numbers are always the same."""
    counts = {m: sorted({m + 1, *(round(ratio * m) for ratio in RATIOS)}) for m in dimensions}
    random = {m: np.stack([coherences(m, count, draws) for count in own]) for m, own in counts.items()}
    best = {m: np.array([coherence(least_coherent(m, n, starts)) for n in own]) for m, own in counts.items()}
    rng = np.random.default_rng(growth)
    grown = np.array([[fitting(m, said.COSINE, rng) for m in growth] for _ in range(draws)])
    hits = {m: thresholds(LARGE, m, actives, draws) for m, actives in BOUNDS.items()}
    return Packings(counts, random, best, growth, grown, hits)


@dataclass(frozen=True)
class Recovery:
    """table (seed, coder, active, method, 2): share of squared length lost, share recovered exactly; law_lost (seed,
    coder): lost by ReLU on the law of training; each_lost (seed,): from random directions with lengths and biases of
    their own; angles (seed, 2): each model's smallest and largest, degrees; best: the coherence of the best set found
    of as many directions."""

    active: tuple[int, ...]
    kinds: tuple[str, ...]
    table: np.ndarray
    law_lost: np.ndarray
    each_lost: np.ndarray
    angles: np.ndarray
    cosines: dict[str, np.ndarray]
    best: float
    hidden: int

    def of(self, kind: str, active: int, method: str, what: int) -> np.ndarray:
        """(seed,) one number of the table."""
        place = self.kinds.index(kind), self.active.index(active), METHODS.index(method)
        return np.asarray(self.table[:, place[0], place[1], place[2], what])


@lru_cache(maxsize=1)
def recovery(run: Run, active: tuple[int, ...], samples: int) -> Recovery:
    """Sparse samples sought from trained, random and spread directions; random numbers follow each model's seed."""
    W = run.W.transpose("seed", "latent", "feature").values.astype(float)
    b = run.b.transpose("seed", "feature").values.astype(float)
    p = float(run.training.law.feature_probability)  # type: ignore[attr-defined]
    seeds = run.data["seed"].values.tolist()
    many = [coders(w, c, p, seed) for w, c, seed in zip(W, b, seeds, strict=True)]
    table = np.array([[[recovered(coder, k, samples, np.random.default_rng([seed, k])) for k in active]
                       for coder in own.values()] for own, seed in zip(many, seeds, strict=True)])  # fmt: skip
    law = np.array([[_lost_on_law(coder, p, seed) for coder in own.values()]
                    for own, seed in zip(many, seeds, strict=True)])  # fmt: skip
    each = np.array([_each_lost(own["random"], p, seed) for own, seed in zip(many, seeds, strict=True)])
    cosines = {kind: np.stack([_pairs(own[kind].W) for own in many]) for kind in many[0]}
    angles = np.degrees(np.arccos([[own.max(), own.min()] for own in cosines["learnt"]]))
    best = min(coherence(own["spread"].W) for own in many)
    return Recovery(active, tuple(many[0]), table, law, each, angles, cosines, best, W.shape[1])


def _lost_on_law(coder: Coder, p: float, seed: int) -> float:
    law = SparseUniform(feature_probability=p)
    x = drawn(law, coder.W.shape[1], TESTED, np.random.default_rng([seed, 0]))
    return lost(outputs(coder.W, coder.b, x), x)


def _each_lost(random: Coder, p: float, seed: int) -> float:
    """Lost on the law from the same random directions with a length and a bias fitted to each."""
    law = SparseUniform(feature_probability=p)
    x = drawn(law, random.W.shape[1], FITTED_EACH, np.random.default_rng([seed, 1]))
    return _lost_on_law(each_fitted(random.W / np.linalg.norm(random.W, axis=0), x, random), p, seed)


def _pairs(W: np.ndarray) -> np.ndarray:
    """The cosines of all pairs of columns."""
    U = W / np.linalg.norm(W, axis=0)
    return np.asarray((U.T @ U)[np.triu_indices(W.shape[1], 1)])


def claims(found: Packings, back: Recovery) -> list[Judged]:
    return [
        _grows(found), _birthday(found), _small(), *_printed(), *_almost(back), *_recovers(back), *_compared(back),
        _logarithm(found),
    ]  # fmt: skip


def _grows(found: Packings) -> Judged:
    m = np.array(found.growth, float)
    slopes = np.diff(np.log(fit_at_random(m, said.COSINE))) / np.diff(m)
    powers = np.diff(np.log(m)) / np.diff(m)
    left, power = (float(own[-1] / own[0]) for own in (slopes, powers))
    counts = ", ".join(f"m = {m}: {np.median(row):,.0f}" for m, row in zip(found.growth, found.grown.T, strict=True))
    words = ", ".join(f"{slope:.3f}" for slope in slopes)
    return judge_fact(said.GROWS, left > np.sqrt(power), f"slopes {words} per dimension", left,
                      note=f"The last is {left:.2f} of the first, a power of m would leave {power:.2f}. Medians of how "
                      f"many fit, {len(found.grown)} draws: {counts}.")  # fmt: skip


def _birthday(found: Packings) -> Judged:
    off = {
        (m, n): abs(float(np.median(row)) / float(random_coherence(m, n)) - 1)
        for m, own in found.counts.items() for n, row in zip(own, found.random[m], strict=True)
    }  # fmt: skip
    worst = max(off, key=off.__getitem__)
    words = f"largest difference {off[worst]:.1%}, at m = {worst[0]}, N = {worst[1]}"
    return judge_fact(said.BIRTHDAY, off[worst] < 0.03, words, off[worst])


def _small() -> Judged:
    most = impossible(20, 0.1)
    note = f"At random, with an even chance, {float(fit_at_random(20, 0.1)):.1f}."
    return judge_fact(said.SMALL, most < 40, f"no more than {int(most + 1e-9)}", most, note=note)


def _printed() -> list[Judged]:
    at = {eps: tuple(johnson_lindenstrauss(n, eps) for n in POINTS) for eps in (0.01, 0.1)}
    words = {eps: ", ".join(f"{k:,}" for k in own) for eps, own in at.items()}
    return [
        judge_fact(said.PRINTED, at[0.01] == PRINTED, words[0.01], at[0.01][0]),
        judge_fact(said.TENTH, at[0.1] == (3685, 9211, 12895), words[0.1], at[0.1][0]),
        judge_fact(said.BASIS, at[0.01][1] > POINTS[1], f"{at[0.01][1]:,}", at[0.01][1]),
    ]


def _almost(back: Recovery) -> list[Judged]:
    least, most = back.angles.T
    room = said.SPARE * float(np.degrees(np.arcsin(back.best)))
    n = back.cosines["learnt"].shape[1]
    n = round((1 + np.sqrt(1 + 8 * n)) / 2)
    typical = np.sqrt((back.cosines["learnt"] ** 2).mean(1))
    bound, chance = np.sqrt((n - back.hidden) / (back.hidden * (n - 1))), back.hidden**-0.5
    near = typical - bound < chance - typical
    acute, obtuse = 90 - least <= room, most - 90 <= room
    note = (
        f"Angles from {least.mean():.1f}° to {most.mean():.1f}° on average; those of the best set found, times "
        f"{said.SPARE:g}, leave {90 - room:.1f}° to {90 + room:.1f}°."
    )
    return [
        judge_rate(said.ALMOST, near, above=0.5, where="seeds",
                   note=f"Mean {typical.mean():.4f}; Welch {bound:.4f}, random {chance:.4f}."),
        judge_rate(said.ONE_SIDED, acute & ~obtuse, above=0.5, where="seeds", note=note),
    ]  # fmt: skip


def _recovers(back: Recovery) -> list[Judged]:
    l1, relu = (back.of("learnt", said.FEW, method, 0) for method in ("L1", "ReLU"))
    many = back.hidden // 2
    rough = back.of("learnt", many, "L1", 0) - back.of("learnt", many, "ReLU", 0)
    shares = ", ".join(f"{method} {back.of('learnt', many, method, 0).mean():.2f}" for method in METHODS)
    return [
        judge_mean(said.OFTEN, back.of("learnt", said.FEW, "L1", 1), above=0.5, where="seeds",
                   note=f"Matching pursuit: {back.of('learnt', said.FEW, 'matching pursuit', 1).mean():.2f}; L1 from "
                   f"random directions: {back.of('random', said.FEW, 'L1', 1).mean():.2f}."),
        judge_mean(said.OWN, relu - l1, above=0.05, where="seeds",
                   note=f"ReLU loses {relu.mean():.3f}, L1 {l1.mean():.3g}."),
        judge_mean(said.DENSER, rough, above=0, where="seeds", note=f"Lost at k = {many}: {shares}."),
    ]  # fmt: skip


def _compared(back: Recovery) -> list[Judged]:
    actives = [k for k in back.active if 4 <= k <= back.hidden // 2]
    mean, pursued = (
        {kind: np.mean([back.of(kind, k, method, 1) for k in actives], axis=0) for kind in back.kinds}
        for method in METHODS[:2]
    )
    on_law = dict(zip(back.kinds, back.law_lost.T, strict=True))
    return [
        judge_mean(said.RANDOM, mean["random"] - mean["learnt"], above=0, where="seeds",
                   note=f"Recovered: {_means(mean)}; by matching pursuit {_means(pursued)}."),
        judge_mean(said.READ, back.each_lost - on_law["learnt"], above=0, where="seeds",
                   note=f"Lost: random, lengths and biases fitted {back.each_lost.mean():.3f}; with one common length "
                   f"and bias {_means(on_law)}."),
    ]  # fmt: skip


def _means(of: dict[str, np.ndarray]) -> str:
    return ", ".join(f"{kind} {own.mean():.3f}" for kind, own in of.items())


def constants(hits: dict[int, np.ndarray]) -> dict[int, tuple[float, float]]:
    """m/k and m/(k ln(n/k)) at the k at which half of the samples are recovered, for each m."""
    found = {m: half(BOUNDS[m], own) for m, own in hits.items()}
    return {m: (m / k, m / (k * float(np.log(LARGE / k)))) for m, k in found.items()}


def _logarithm(found: Packings) -> Judged:
    rng = np.random.default_rng(1)

    def gain(hits: dict[int, np.ndarray]) -> float:
        known = constants(hits)
        plain, logarithmic = np.abs(np.log(known[max(known)]) - np.log(known[min(known)]))
        return float(plain - logarithmic)

    draws = len(next(iter(found.hits.values())))
    again = [gain({m: own[rng.integers(0, draws, draws)] for m, own in found.hits.items()}) for _ in range(RESAMPLED)]
    low, high = (float(bound) for bound in np.quantile(again, [0.025, 0.975]))
    value = gain(found.hits)
    words = "; ".join(f"m = {m}: {plain:.2f} and {c:.2f}" for m, (plain, c) in constants(found.hits).items())
    return judge_interval(said.LOGARITHM, value, low, high, above=0, count=draws,
                          measured=f"{value:.2f}, 95 % interval {low:.2f} to {high:.2f}",
                          note=f"m/k and m/(k ln(n/k)): {words}.")  # fmt: skip
