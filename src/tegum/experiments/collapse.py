"""Correlated pairs that become one direction each: how many of three, at which density, and how near to PCA."""

from functools import partial
from typing import Any, ClassVar

import numpy as np
from pydantic import field_validator

from tegum.claims import Claim, Judged, judge_interval, judge_rate, rate_interval, unjudged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.failure.comparison import losses
from tegum.failure.thresholds import bootstrapped, crossing, falls, half, widened
from tegum.geometry.directions import represented
from tegum.geometry.polytopes import aligned
from tegum.geometry.sets import collapsed, principal_distance
from tegum.plots.lines import bands, curves
from tegum.plots.rates import stacked_rates
from tegum.plots.wheels import wheels
from tegum.spec import Count, Positive
from tegum.theory.co_occurrence import correlation
from tegum.toy.features import CorrelatedSets
from tegum.toy.models import Autoencoder
from tegum.training.optimisers import AdamW
from tegum.training.run import Run
from tegum.training.training import Training

ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, collapsing of correlated features"
OURS = "Beyond Elhage et al. 2022"
SETS = 3
DENSITIES = (
    0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.085, 0.1, 0.125, 0.15, 0.175, 0.2, 0.25, 0.3, 0.325, 0.35, 0.375,
    0.4, 0.45, 0.5, 0.6, 0.7, 0.85, 1.0,
)  # fmt: skip
NONE_AT, ONE_AT, TWO_AT, ALL_AT = 0.03, 0.085, 0.175, 0.35  # inside the article's ranges, mid-way
SURE_AT, PCA_AT = 0.5, 0.7  # where the last two ranges meet, and beyond
NEEDED = (NONE_AT, 0.05, ONE_AT, 0.15, TWO_AT, 0.25, ALL_AT, SURE_AT, 0.6, PCA_AT, 1.0)
STATED = {1: 0.05, 2: 0.15, 3: 0.25}  # the lower ends of the article's ranges
APPROXIMATELY = 1.25  # a threshold is as stated if it is within this factor
LIKE_PCA = 0.2  # ‖WᵀW − P‖_F / √m below which a solution is called PCA's
SAMPLES = 50_000
FIRST_SEED = 57_100_000  # others were looked at before the criteria were written as they are
SHOWN = (0.02, 0.05, ONE_AT, 0.125, TWO_AT, 0.25, ALL_AT, SURE_AT, PCA_AT, 1.0)
KINDS = ("none collapsed", "1 collapsed", "2 collapsed", "3 collapsed")


def _range(words: str, number: str, at: float, more: str = "") -> Claim:
    return Claim(
        f"{words} collapsed at approximately {number}.",
        ARTICLE,
        f"More than half of the seeds end so at 1 − S = {at:g}{more}.",
    )


RANGES = {
    NONE_AT: (
        0,
        _range("No set of the three has", "1 − S ≤ 0.05", NONE_AT, more=" and represent at least five of the six "
               "features, as untrained models do not"),
    ),
    ONE_AT: (1, _range("One set of the three has", "0.05 ≤ 1 − S ≤ 0.15", ONE_AT)),
    TWO_AT: (2, _range("Two sets have", "0.15 ≤ 1 − S ≤ 0.2", TWO_AT)),
    ALL_AT: (3, _range("All three sets have", "0.25 ≤ 1 − S ≤ 0.5", ALL_AT)),
    SURE_AT: (3, _range("All three sets have", "the upper end of 0.25 ≤ 1 − S ≤ 0.5", SURE_AT)),
}  # fmt: skip
PCA = Claim(
    "The most PCA-like solution comes at approximately 0.5 ≤ 1 − S.",
    ARTICLE,
    "The density from which on the mean distance of WᵀW from PCA's projection on the pairs' means, relative to it, is "
    "below 0.2 is within a factor of 1.25 of 0.5: the 95 % bootstrap interval of ln 1.25 − |ln(density / 0.5)| is "
    "above 0.",
)
THRESHOLDS = {
    k: Claim(
        f"{words} collapsed from 1 − S of approximately {STATED[k]:g} on.",
        ARTICLE,
        f"The density from which on half of the seeds have {k} or more collapsed sets is within a factor of 1.25 of "
        f"{STATED[k]:g}: the 95 % bootstrap interval of ln 1.25 − |ln(density / {STATED[k]:g})| is above 0.",
    )
    for k, words in ((1, "One set has"), (2, "Two have"), (3, "Three have"))
}
EARLY = Claim(
    "Half of the models have three collapsed sets already at a density at which two are the better solution.",
    OURS,
    "The density from which on three collapsed sets have the least loss is larger than that from which on half of the "
    "seeds have them: the whole interval of the first, the bootstrap's widened to the next densities, is above the "
    "95 % bootstrap interval of the second.",
)


class Collapse(Experiment):
    """n = 6, m = 2, three correlated pairs, at densities from 0.02 to 1."""

    title: ClassVar[str] = "Correlated features collapse"
    source: ClassVar[str] = ARTICLE
    lede: ClassVar[str] = (
        "Where there is no room for two features that come together, a model keeps their mean: one direction for both, "
        "as principal component analysis would. Three such pairs in a plane do so one after the other, as features "
        "become denser. The article names ranges; here are the rates in them, the densities at which the best "
        "solution changes, and the distance from PCA."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 10_000, "batch_size": 1024, "learning_rate": 1e-3}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 24, "steps": 1500, "densities": NEEDED},
        "standard": {},
        "paper": {"seeds": 200, "steps": 10_000, "batch_size": 1024, "learning_rate": 1e-3},
    }

    seeds: Count = 100
    densities: tuple[float, ...] = DENSITIES
    steps: Count = 3000
    batch_size: Count = 256
    learning_rate: Positive = 5e-3

    @field_validator("densities")
    @classmethod
    def _judged(cls, densities: tuple[float, ...]) -> tuple[float, ...]:
        if list(densities) != sorted(set(densities)) or not {*RANGES, PCA_AT} <= {*densities}:
            raise ValueError(
                f"densities={list(densities)} must rise and include 0.03, 0.085, 0.175, 0.35, 0.5 and 0.7, at which "
                "claims are judged."
            )
        if densities[0] <= 0 or densities[-1] > 1:
            raise ValueError(f"densities={list(densities)} must be above 0 and at most 1.")
        return densities

    def trainings(self) -> dict[str, Training]:
        return {
            "pairs": Training(
                model=Autoencoder(features=2 * SETS, hidden=2),
                law=CorrelatedSets(sets=SETS),
                steps=self.steps,
                batch_size=self.batch_size,
                optimiser=AdamW(learning_rate=self.learning_rate, schedule="quarter_cosine"),
                over={"feature_probability": self.densities, "seed": range(FIRST_SEED, FIRST_SEED + self.seeds)},
            )
        }

    def claims(self, runs: Runs) -> list[Judged]:
        found = Ends(runs["pairs"])
        ranges = [
            judge_rate(claim, found.ends(p, k), above=0.5, where="seeds", note=_split(found.at(p)))
            for p, (k, claim) in RANGES.items()
        ]
        pca = bootstrapped(found.principal, found.count.shape[1])
        return [
            *ranges,
            _judge_near(PCA, SURE_AT, pca, found, _distances(found)),
            *(_judge_threshold(k, found) for k in THRESHOLDS),
            _judge_early(found),
        ]

    def panels(self, runs: Runs) -> list[Panel]:
        found = Ends(runs["pairs"])
        return [_best(found), _rates(found), _losses(found), _principal(found)]


class Ends:
    """All models: densities x (p,), W (p, seed, m, n), how many sets collapsed and losses (p, seed).

    Losses are means over samples and features, the same samples for all models of one density.
    """

    def __init__(self, run: Run) -> None:
        axes = ("feature_probability", "seed")
        self.x = run.data["feature_probability"].values.astype(float)
        self.W = run.W.transpose(*axes, "latent", "feature").values.astype(float)
        b = run.b.transpose(*axes, "feature").values.astype(float)
        self.count = collapsed(self.W, SETS).sum(axis=-1)
        self.distance = principal_distance(self.W, SETS)
        law = run.training.law
        self.loss = np.stack([
            losses(W, own, law.model_copy(update={"feature_probability": float(p)}), SAMPLES)
            for p, W, own in zip(self.x, self.W, b, strict=True)
        ])  # fmt: skip

    def place(self, density: float) -> int:
        """Where in x this density is."""
        return int(np.argmin(np.abs(self.x - density)))

    def at(self, density: float) -> np.ndarray:
        """How many sets have collapsed at this density, for each seed."""
        return np.asarray(self.count[self.place(density)])

    def ends(self, density: float, k: int) -> np.ndarray:
        """Which seeds have k collapsed sets at this density; a model with none must have learnt five features."""
        learnt = represented(self.W[self.place(density)]).sum(axis=-1) >= 5
        return np.asarray((self.at(density) == k) & (learnt | (k > 0)))

    def threshold(self, k: int, seeds: np.ndarray) -> float:
        """The density from which on the best of these seeds has k or more collapsed sets."""
        return crossing(self.x, self.count[:, seeds] >= k, self.loss[:, seeds])

    def half(self, k: int, seeds: np.ndarray) -> float:
        """The density at which half of these seeds have k or more collapsed sets."""
        return half(self.x, self.count[:, seeds] >= k)

    def principal(self, seeds: np.ndarray) -> float:
        """The density from which on these seeds are PCA-like; at 1 all planes are PCA's, and the distance is none."""
        part = self.x < 1
        return falls(self.x[part], self.distance[part][:, seeds], LIKE_PCA)


def _judge_near(claim: Claim, stated: float, estimate: tuple[float, float, float], found: Ends, note: str) -> Judged:
    """Is a density, with its interval, within the factor of what is stated?"""
    value, low, high = estimate
    corners = [np.log(APPROXIMATELY) - abs(np.log(x / stated)) if x > 0 else -np.inf for x in (low, value, high)]
    most = np.log(APPROXIMATELY) if low <= stated <= high else max(corners[0], corners[2])
    measured = f"1 − S = {value:.3g}, 95 % interval {low:.3g} to {high:.3g}, {value / stated:.2f} of what is stated"
    if not np.isfinite(value):
        measured, most = "no such density, in enough of the bootstrap", np.inf
    return judge_interval(claim, corners[1], min(corners[0], corners[2]), most, above=0, measured=measured,
                          count=found.count.shape[1], note=note)  # fmt: skip


def _judge_threshold(k: int, found: Ends) -> Judged:
    value, low, high = _best_from(k, found)
    note = f"It is the best solution from {value:.3g} on ({low:.3g} to {high:.3g}, with the next densities)."
    trained = bootstrapped(partial(found.half, k), found.count.shape[1])
    return _judge_near(THRESHOLDS[k], STATED[k], trained, found, note)


def _best_from(k: int, found: Ends) -> tuple[float, float, float]:
    """From which density on the best solution has k collapsed sets; minima have no regular bootstrap, so it is widened
    to the next densities."""
    value, low, high = bootstrapped(partial(found.threshold, k), found.count.shape[1])
    return value, *widened(found.x, low, high)


def _judge_early(found: Ends) -> Judged:
    best = _best_from(SETS, found)
    trained = bootstrapped(partial(found.half, SETS), found.count.shape[1])
    ratio, low, high = best[0] / trained[0], best[1] / trained[2], best[2] / trained[1]
    if not (np.isfinite(ratio) and np.isfinite(low) and low > 0):
        return unjudged(EARLY, "one of the two densities was not found")
    words = (f"{value:.3g} ({least:.3g} to {most:.3g})" for value, least, most in (best, trained))
    measured = "best from {} on, half of the seeds from {} on".format(*words)
    return judge_interval(EARLY, ratio, low, high, above=1, measured=measured, count=found.count.shape[1])


def _split(count: np.ndarray) -> str:
    return "Ends: " + ", ".join(f"{(count == k).sum()} × {kind}" for k, kind in enumerate(KINDS)) + "."


def _distances(found: Ends) -> str:
    mean = found.distance.mean(axis=1)
    shown = [f"{own:.2f} at {p:g}" for p, own in zip(found.x, mean, strict=True) if ALL_AT <= p < 1]
    return f"Mean distance: {', '.join(shown)}."


def _best(found: Ends) -> Panel:
    places = [i for i, p in enumerate(found.x) if p in SHOWN]
    best = [int(np.argmin(np.where(np.isfinite(found.loss[i]), found.loss[i], np.inf))) for i in places]
    W = np.stack([found.W[i, seed] for i, seed in zip(places, best, strict=True)])
    figure = wheels(
        aligned(W), [1.0] * 6, [f"1 − S = {found.x[i]:g}" for i in places],
        subtitles=[KINDS[found.count[i, seed]] for i, seed in zip(places, best, strict=True)],
        columns=5, sets=(0, 0, 1, 1, 2, 2),
    )  # fmt: skip
    caption = (
        "The seed of lowest loss at each density; colours are the three pairs. Sparse features make a hexagon; then "
        "one pair after the other becomes one direction, with norms near 1/√2 each, its principal component. From "
        "about 0.5 on three directions are 60° apart as lines, what PCA sees of three equal components in a plane. "
        "Features that are always active are not correlated, and all planes are as good."
    )
    return Panel("best", "One pair after the other", caption, figure)


def _rates(found: Ends) -> Panel:
    counts = np.stack([(found.count == k).sum(axis=1) for k in range(SETS + 1)], axis=1)
    low, high = rate_interval(counts, found.count.shape[1])
    figure = stacked_rates(
        KINDS, counts, low, high, [f"{p:g}" for p in found.x], x_label="density 1 − S", y_label="share of seeds"
    )
    caption = (
        "How many of the three pairs collapse (both features within 15° of one direction and of norm above 0.5). The "
        "article: none up to 0.05, one to 0.15, two to 0.2, all from 0.25 to 0.5, most PCA-like beyond. “None” is not "
        "always a hexagon: many sparse models miss a feature."
    )
    return Panel("rates", "How many pairs collapse", caption, figure)


def _losses(found: Ends) -> Panel:
    least = found.loss.min(axis=1)
    kinds = [np.where(found.count == k, found.loss, np.inf).min(axis=1) / least for k in range(SETS + 1)]
    shown = np.where(np.isfinite(np.stack(kinds, axis=1)), np.stack(kinds, axis=1), np.nan)
    keep = found.x < 1
    figure = curves(
        found.x[keep], np.where(shown < 1.3, shown, np.nan)[keep], list(KINDS), x_label="density 1 − S",
        y_label="least loss, relative to the best", log_x=True,
    )  # fmt: skip
    caption = (
        "The best model of each kind over the best of all; who is at 1 is the solution, and where two lines cross the "
        "solution changes. Near the crossings the kinds cost almost the same, so that the seed decides."
    )
    return Panel("losses", "Which is the best solution", caption, figure)


def _principal(found: Ends) -> Panel:
    distance = found.distance
    low, high = np.quantile(distance, (0.05, 0.95), axis=1)
    rho = np.asarray(correlation(found.x))
    names = ["distance from PCA", "correlation in a pair"]
    figure = bands(
        found.x, np.stack([distance.mean(axis=1), rho], axis=1), np.stack([low, rho], axis=1),
        np.stack([high, rho], axis=1), names, x_label="density 1 − S", y_label="distance, correlation", log_x=True,
        interval="5 % to 95 % of seeds",
    )  # fmt: skip
    caption = (
        "‖WᵀW − P‖ over ‖P‖ (Frobenius), P the nearest projection that PCA could choose: on any two combinations of "
        "the pairs' means. Correlation is (3 − 3p)/(4 − 3p) at p = 1 − S: it is largest where models do not collapse, "
        "and gone at 1, where there are no sets, all planes are PCA's and the distance says nothing."
    )
    return Panel("principal", "How near to PCA", caption, figure)


EXPERIMENT = Collapse
