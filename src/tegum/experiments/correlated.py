"""Features that come together or exclude each other: how they lie, how often, and at which density that ends."""

from typing import Any, ClassVar

import numpy as np
from pydantic import field_validator

from tegum.claims import Claim, Judged, judge_interval, judge_pairs, judge_rate, rate_interval, tally, unjudged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.failure.comparison import losses, median_excess
from tegum.geometry.directions import cosines, gram, represented
from tegum.geometry.polytopes import aligned, planar_arrangement
from tegum.geometry.sets import across, at_angle, collapsed, side_by_side, within
from tegum.plots.lines import bands
from tegum.plots.matrices import matrices
from tegum.plots.rates import stacked_rates
from tegum.plots.wheels import wheels
from tegum.spec import Count, Positive
from tegum.toy.features import AnticorrelatedSets, CorrelatedSets, Law, SparseUniform
from tegum.toy.models import Autoencoder
from tegum.training.optimisers import AdamW
from tegum.training.run import Run
from tegum.training.training import Training

ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, correlated and anticorrelated features"
OURS = "Beyond Elhage et al. 2022"
DENSITIES = (1.0, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02)
BASES = (0.5, 0.2, 0.1, 0.05)  # densities of the larger models
JUDGED = 0.05  # 1 − S at which the article's sentences are judged: it says that no pair collapses from here on
FIRST_SEED = 57_000_000  # others were looked at before the criteria were written as they are
CROSSED, PAIRED = 2 / 3, 1 / 3  # of the three ways to pair four features, two put companions at 90° and one at 180°

ORTHOGONAL = Claim(
    "Models prefer to represent correlated features in orthogonal dimensions (two pairs, n = 4, m = 2, 1 − S = 0.05).",
    ARTICLE,
    "All features are represented and both pairs at 90° ± 15° in more than two thirds of the seeds, which is what two "
    "digons of independent features would give.",
)
OPPOSITE = {
    density: Claim(
        "Models prefer to represent anticorrelated features in opposite directions (two pairs, n = 4, m = 2, "
        f"1 − S = {density:g}).",
        ARTICLE,
        "Both pairs are at 180° ± 15° in more than a third of the seeds, which is what two digons of independent "
        "features would give.",
    )
    for density in (1.0, 0.5, JUDGED)
}
SIDE = Claim(
    "Models arrange correlated features side by side if they cannot be orthogonal (three pairs, n = 6, m = 2, "
    "1 − S = 0.05).",
    ARTICLE,
    "Of the seeds in which all six are represented and no pair has collapsed, all three pairs are neighbours around "
    "the circle in more than half; two of the fifteen ways to pair six features are so.",
)
HEXAGON = Claim(
    "Three correlated pairs make a hexagon, where none of them collapses.",
    ARTICLE,
    "At 1 − S = 0.05 more than half of the seeds in which no pair collapsed end as a regular hexagon (gaps within 15°, "
    "norms within a quarter).",
)
INDEPENDENT = Claim(
    "Six independent features are not embedded as a hexagon as three correlated pairs are.",
    ARTICLE,
    "At 1 − S = 0.05, of the seeds in which one of the two ends as a regular hexagon and the other does not, it is the "
    "correlated pairs in more than half (McNemar).",
)
SOMETIMES = Claim(
    "Sometimes correlated pairs collapse.",
    ARTICLE,
    "At 1 − S = 0.05 at least one of the three pairs has collapsed into one direction (within 15°) in more than one "
    "seed of four; of random directions 23 % would.",
)
MISTAKE = Claim(
    "Such a collapse is an optimisation failure.",
    ARTICLE,
    "At 1 − S = 0.05, of the models that represent all six, those with a collapsed pair have a larger median loss than "
    "those without, on the same samples: the 95 % bootstrap interval of the difference lies above 0.",
)
LOCAL = Claim(
    "Each of two sets of ten correlated features becomes a local orthogonal basis (n = 20, m = 10, 1 − S = 0.05).",
    ARTICLE,
    "All twenty are represented and any two of one set at 90° ± 15°, in more than half of the seeds.",
)
DENSE_COLLAPSE = Claim(
    "Corrected: dense correlated pairs are not orthogonal but collapse into one direction each.",
    OURS,
    "At 1 − S = 0.5 both of the two pairs have collapsed in more than half of the seeds.",
)
UNALIGNED = Claim(
    "Corrected: the two local bases are turned against each other by any angle; features do not pair up as digons.",
    OURS,
    "At 1 − S = 0.05, of the seeds with two local bases, more than half have no two features of different sets at "
    "180° ± 15°.",
)

TWO = ("both at 90°", "both at 180°", "one collapsed", "both collapsed", "other")
THREE = (
    "hexagon, side by side", "1 collapsed", "2 collapsed", "3 collapsed", "pentagon, one missing", "other",
)  # fmt: skip


class Correlated(Experiment):
    """Two sets of two (n = 4, m = 2), three sets of two (n = 6, m = 2), two sets of ten (n = 20, m = 10)."""

    title: ClassVar[str] = "Features that come together"
    source: ClassVar[str] = ARTICLE
    lede: ClassVar[str] = (
        "In data, some features occur together and others exclude each other. The article shows a few models: those "
        "that come together lie at right angles, those that exclude each other lie opposite, and where there is no "
        "room, companions stand side by side. Here every arrangement is counted, at densities from 1 to 0.02, beside "
        "features that are independent."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 10_000, "batch_size": 1024, "learning_rate": 1e-3}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 24, "bases": 4, "steps": 1500, "densities": (1.0, 0.5, 0.2, 0.05)},
        "standard": {},
        "paper": {"seeds": 200, "bases": 100, "steps": 10_000, "batch_size": 1024, "learning_rate": 1e-3},
    }

    seeds: Count = 100
    bases: Count = 100
    densities: tuple[float, ...] = DENSITIES
    steps: Count = 3000
    batch_size: Count = 256
    learning_rate: Positive = 5e-3

    @field_validator("densities")
    @classmethod
    def _judged(cls, densities: tuple[float, ...]) -> tuple[float, ...]:
        missing = [p for p in (1.0, 0.5, JUDGED) if p not in densities]
        if missing:
            raise ValueError(f"densities={list(densities)} must include 1, 0.5 and 0.05, at which claims are judged.")
        return densities

    def trainings(self) -> dict[str, Training]:
        densities = self.densities
        return {
            "correlated": self._training(4, 2, CorrelatedSets(sets=2), densities, self.seeds),
            "anticorrelated": self._training(4, 2, AnticorrelatedSets(sets=2), densities, self.seeds),
            "independent": self._training(4, 2, SparseUniform(), densities, self.seeds),
            "three": self._training(6, 2, CorrelatedSets(sets=3), densities, self.seeds),
            "six": self._training(6, 2, SparseUniform(), (JUDGED,), self.seeds),
            "bases": self._training(20, 10, CorrelatedSets(sets=2), BASES, self.bases),
            "twenty": self._training(20, 10, SparseUniform(), BASES, min(self.bases, 12)),
        }

    def _training(self, n: int, m: int, law: Law, densities: tuple[float, ...], seeds: int) -> Training:
        return Training(
            model=Autoencoder(features=n, hidden=m),
            law=law,
            steps=self.steps,
            batch_size=self.batch_size,
            optimiser=AdamW(learning_rate=self.learning_rate),
            over={"feature_probability": densities, "seed": range(FIRST_SEED, FIRST_SEED + seeds)},
        )

    def claims(self, runs: Runs) -> list[Judged]:
        half: Any = {"above": 0.5, "where": "seeds"}
        correlated, chance = (weights(runs[name], JUDGED) for name in ("correlated", "independent"))
        three, six, W = weights(runs["three"], JUDGED), weights(runs["six"], JUDGED), weights(runs["bases"], JUDGED)
        local, none = at_angle(W, 2, 90.0), np.asarray(~collapsed(three, 3).any(axis=-1))
        there, tight = represented(three).all(axis=-1), weights(runs["correlated"], 0.5)
        hexagons, other = (planar_arrangement(part) == "hexagon" for part in (three, six))
        return [
            judge_rate(ORTHOGONAL, at_angle(correlated, 2, 90.0), above=CROSSED, where="seeds",
                       note=_beside(at_angle(chance, 2, 90.0))),
            *(_judge_opposite(density, runs) for density in OPPOSITE),
            judge_rate(SIDE, _beside_each_other(three)[none & there], above=0.5,
                       where="seeds with six directions", note=_aside(three, none)),
            judge_rate(HEXAGON, hexagons[none], above=0.5,
                       where="seeds without a collapsed pair", note=f"Ends: {tally(named_three(three)[none])}."),
            judge_pairs(INDEPENDENT, hexagons, other, where="seeds", note=f"Ends: {tally(planar_arrangement(six))}."),
            judge_rate(SOMETIMES, np.asarray(~none), above=0.25, where="seeds",
                       note=f"Ends: {tally(named_three(three))}."),
            _judge_mistake(runs["three"], ~none & there, none & there),
            judge_rate(LOCAL, local, note=f"{_by_density(runs['bases'])} {_spread(W)}", **half),
            judge_rate(DENSE_COLLAPSE, np.asarray(collapsed(tight, 2).all(axis=-1)), **half),
            judge_rate(UNALIGNED, (across(W[local], 2) < np.radians(165)).all(axis=-1), above=0.5,
                       where="seeds with two local bases"),
        ]  # fmt: skip

    def panels(self, runs: Runs) -> list[Panel]:
        return [
            _first_wheels(runs),
            _rates("pairs", runs["correlated"], "Two correlated pairs, by density", named_two, TWO),
            _rates("anti", runs["anticorrelated"], "Two anticorrelated pairs, by density", named_two, TWO),
            _rates("chance", runs["independent"], "The same features, independent", named_two, TWO),
            _rates("three", runs["three"], "Three correlated pairs, by density", named_three, THREE),
            _grams(runs),
            _orthogonality(runs),
        ]


def weights(run: Run, density: float) -> np.ndarray:
    """W (seed, latent, feature) of the models of one density, in double precision."""
    return run.at(feature_probability=density).W.transpose("seed", "latent", "feature").values.astype(float)


def named_two(W: np.ndarray) -> np.ndarray:
    """Which of `TWO` each model of two pairs is, (…)."""
    together = collapsed(W, 2).sum(axis=-1)
    tests = [at_angle(W, 2, 90.0), at_angle(W, 2, 180.0), together == 1, together == 2]
    return np.select(tests, TWO[:-1], default="other")


def named_three(W: np.ndarray) -> np.ndarray:
    """Which of `THREE` each model of three pairs is, (…)."""
    together, shape = collapsed(W, 3).sum(axis=-1), planar_arrangement(W)
    hexagon = (shape == "hexagon") & _beside_each_other(W)
    tests = [hexagon, *(together == k for k in (1, 2, 3)), shape == "pentagon"]
    return np.select(tests, THREE[:-1], default="other")


def _beside_each_other(W: np.ndarray) -> np.ndarray:
    """Whether all features are represented and all pairs are neighbours around the circle."""
    return np.asarray(represented(W).all(axis=-1) & side_by_side(W).all(axis=-1))


def _judge_opposite(density: float, runs: Runs) -> Judged:
    opposed, chance = (weights(runs[name], density) for name in ("anticorrelated", "independent"))
    return judge_rate(OPPOSITE[density], at_angle(opposed, 2, 180.0), above=PAIRED, where="seeds",
                      note=_beside(at_angle(chance, 2, 180.0)))  # fmt: skip


def _judge_mistake(run: Run, worse: np.ndarray, better: np.ndarray) -> Judged:
    """Is the first group's median loss larger?"""
    if min(worse.sum(), better.sum()) < 2:
        return unjudged(MISTAKE, f"{worse.sum()} seeds of the one kind, {better.sum()} of the other: none to compare")
    part = run.at(feature_probability=JUDGED)
    b = part.b.transpose("seed", "feature").values.astype(float)
    law = part.training.law.model_copy(update={"feature_probability": JUDGED})
    loss = losses(weights(run, JUDGED), b, law)
    value, low, high = median_excess(loss[worse], loss[better])
    measured = (
        f"{value:+.2g}, 95 % interval {low:+.2g} to {high:+.2g}: median {np.median(loss[worse]):.3g} in {worse.sum()} "
        f"seeds, {np.median(loss[better]):.3g} in {better.sum()}"
    )
    means = f"Means {loss[worse].mean():.3g} and {loss[better].mean():.3g}; losses are means over samples and features."
    return judge_interval(MISTAKE, value, low, high, above=0, measured=measured.replace("-", "−"),
                          count=int(worse.sum() + better.sum()), note=means.replace("-", "−"))  # fmt: skip


def _aside(three: np.ndarray, none: np.ndarray) -> str:
    """How many of all seeds stand side by side, with and without collapsed pairs."""
    beside, count = _beside_each_other(three), len(three)
    return (
        f"Of all {count} seeds {(beside & none).sum()} stand so, {(beside & ~none).sum()} more with a collapsed pair; "
        f"{(~represented(three).all(axis=-1)).sum()} lack a feature."
    )


def _by_density(run: Run) -> str:
    """How many seeds have local bases at each density."""
    found = {p: at_angle(weights(run, float(p)), 2, 90.0) for p in run.data["feature_probability"].values}
    return "By density: " + ", ".join(f"{own.sum()} of {len(own)} at {p:g}" for p, own in found.items()) + "."


def _beside(chance: np.ndarray) -> str:
    low, high = rate_interval(int(chance.sum()), len(chance))
    return f"Independent features, same starts: {chance.sum()} of {len(chance)} ({low:.0%} to {high:.0%})."


def _spread(W: np.ndarray) -> str:
    own = np.abs(np.cos(within(W, 2)))
    return f"|cosine| in a set: root mean square {np.sqrt((own**2).mean()):.3f}; largest, median {_median(own):.3f}."


def _median(own: np.ndarray) -> float:
    return float(np.median(own.max(axis=(-2, -1))))


def _first_wheels(runs: Runs) -> Panel:
    W, titles, names = [], [], []
    for which, words in (("correlated", "correlated"), ("anticorrelated", "anticorrelated")):
        own = weights(runs[which], JUDGED)[:5]
        W.append(np.concatenate([own, np.full((len(own), 2, 2), np.nan)], axis=-1))
        titles += [words] * len(own)
        names += named_two(own).tolist()
    three = weights(runs["three"], JUDGED)[:5]
    figure = wheels(
        np.concatenate([*(aligned(part) for part in W), aligned(three)]), [1.0] * 6,
        [*titles, *["three correlated pairs"] * len(three)], subtitles=[*names, *named_three(three)],
        columns=5, sets=(0, 0, 1, 1, 2, 2),
    )  # fmt: skip
    caption = (
        "The first five seeds at 1 − S = 0.05, not chosen; colours are sets. Wheels are turned so that feature 0 "
        "points right. Correlated pairs stand at right angles; anticorrelated ones, the article says, are opposite, "
        "and mostly are not; with three pairs in the plane companions stand beside each other, some in one direction."
    )
    return Panel("wheels", "Companions at right angles, or side by side", caption, figure)


def _rates(name: str, run: Run, title: str, names: Any, kinds: tuple[str, ...]) -> Panel:
    densities = run.data["feature_probability"].values
    found = np.stack([names(weights(run, float(p))) for p in densities])
    counts = np.stack([(found == kind).sum(axis=1) for kind in kinds], axis=1)
    low, high = rate_interval(counts, found.shape[1])
    figure = stacked_rates(
        kinds, counts, low, high, [f"{p:g}" for p in densities], x_label="density 1 − S", y_label="share of seeds"
    )
    caption = (
        f"How {found.shape[1]} seeds end at each density. “Collapsed” is both features of a pair within 15° of one "
        "direction; “other” has a feature of norm below 0.5 or angles that fit nothing here. Hover for counts and "
        "95 % intervals."
    )
    return Panel(name, title, caption, figure)


def _grams(runs: Runs) -> Panel:
    both = [weights(runs[which], p)[0] for p in (JUDGED, 0.5) for which in ("bases", "twenty")]
    titles = [f"{words}, 1 − S = {p:g}" for p in (JUDGED, 0.5) for words in ("two sets of ten", "independent")]
    figure = matrices(gram(np.stack(both)), titles, columns=2, row="output", column="input", what="WᵀW")
    caption = (
        "WᵀW of the first seed, features in the order of their sets. Two pale squares with a red diagonal are two "
        "local orthogonal bases; what is between the sets is any rotation. Independent features pair up as digons "
        "instead, whichever set we assign them to: dark blue cells, also inside the squares."
    )
    return Panel("grams", "Local orthogonal bases", caption, figure)


def _orthogonality(runs: Runs) -> Panel:
    curves = []
    for which in ("bases", "twenty"):
        all_W = np.stack([weights(runs[which], p) for p in BASES])
        curves.append(np.cos(within(all_W, 2)))
    between = cosines(np.stack([weights(runs["bases"], p) for p in BASES]))[..., :10, 10:]
    values = [np.sqrt((c**2).mean(axis=(-2, -1))) for c in (curves[0], between, curves[1])]
    names = ["in a set", "between sets", "in a set, if independent"]
    mean, low, high = (
        np.stack([f(v) for v in values], axis=1)
        for f in (
            lambda v: np.nanmean(v, axis=1),
            lambda v: np.nanquantile(v, 0.05, axis=1),
            lambda v: np.nanquantile(v, 0.95, axis=1),
        )
    )
    figure = bands(
        1 / np.asarray(BASES), mean, low, high, names, x_label="1 / (1 − S), dense to sparse",
        y_label="root mean square cosine", log_x=True, interval="5 % to 95 % of seeds",
    )  # fmt: skip
    caption = (
        "How far the twenty features are from orthogonal, in a set and between sets. Two random directions in ten "
        "dimensions have 0.32. Where features are dense the bases are no longer orthogonal."
    )
    return Panel("orthogonality", "Orthogonal inside, any angle between", caption, figure)


EXPERIMENT = Correlated
