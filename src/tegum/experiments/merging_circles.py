"""Do circles of several radii merge? Perfect irregular models trained ten times as long, with decay and without."""

from typing import Any, ClassVar

import numpy as np

from tegum.claims import Claim, Judged, judge_rate, rate_interval, share
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.failure.outcomes import PERFECT_REGULAR, Outcomes, outcomes
from tegum.geometry.circles import radius_count, radius_histogram
from tegum.geometry.directions import norms
from tegum.geometry.polytopes import aligned
from tegum.geometry.regularity import regular
from tegum.plots.circles import RADII, SHADES
from tegum.plots.rates import stacked_rates
from tegum.plots.zones import latent_zones
from tegum.spec import Count, Positive
from tegum.toy.features import OneHot
from tegum.toy.models import Autoencoder
from tegum.training.history import at_steps
from tegum.training.optimisers import Adam, AdamW
from tegum.training.run import Run
from tegum.training.training import Training

POST = "Optimization Failure (2024)"
HENIGHAN = "Henighan et al. 2023, Superposition, Memorization, and Double Descent, optimisation failures in 2D"
BEYOND = f"Beyond {POST}, written after a pilot with other seeds"
FEATURES = 7
FRESH = 38_000_000  # the first seed: none that was looked at before the criteria were written
LATER = (1, 2, 4, 7, 10)  # times the usual training

MEET = Claim(
    f"Corrected: three radii at n = {FEATURES} are two that have not met yet; decay makes them two.",
    BEYOND,
    "Of the seeds that have three or more radii after the usual training with decay, more than 95 in 100 have at most "
    "two after four times as many steps.",
)
EQUAL = Claim(
    "The asymmetric solution is equally good, by the measure of reconstruction loss.",
    f"{POST}, Why do Features Organize Themselves into a Circle?",
    "With Adam, without decay: of the asymmetric seeds, more than 95 in 100 end with a summed loss below 1e-6.",
)
FAIL_TO_MERGE = Claim(
    "The circles fail to merge.",
    HENIGHAN,
    "AdamW, decay 0.01: of the seeds with several radii after the usual training, more than half have several after "
    "twice as many steps (as many as theirs).",
)
OUTLAST = Claim(
    "Several radii outlast weight decay.",
    "Ours, not the source's. (It calls several circles desirable, for a model that has one feature still to learn.)",
    "AdamW, decay 0.01: of the seeds with several radii after the usual training, more than half still have several "
    "after ten times as many steps, when the decay has had its say among solutions of equal loss.",
    reason="Loss is indifferent to radii and decay is against them: all merge, after more steps than trainings "
    "usually take.",
)
INDIFFERENT = Claim(
    "Corrected: loss is indifferent, and decay merges all radii into the regular polygon, given time.",
    BEYOND,
    "Of the seeds with several radii after the usual training, more than 95 in 100 have as many radii as before after "
    "ten times as many steps without decay (Adam), and are a regular polygon with it (AdamW).",
)


class MergingCircles(Experiment):
    """One-hot data, n = 7, m = 2, equal starts: AdamW with decay 0.01 and Adam without, ten times as long."""

    title: ClassVar[str] = "Do the circles merge?"
    source: ClassVar[str] = f"{HENIGHAN}; {POST}"
    lede: ClassVar[str] = (
        "Many models of seven features end perfect with their tips on two or three radii. Henighan, Olah and others "
        "call that a failure to merge. Here such models are trained on: with weight decay all of them merge, without "
        "it they keep their radii."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 25_000, "weight_decay": 0.01}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {"quick": {"seeds": 100}, "standard": {}, "paper": {"seeds": 4000}}

    seeds: Count = 400
    steps: Count = 25_000
    learning_rate: Positive = 1e-3
    weight_decay: Positive = 0.01

    def trainings(self) -> dict[str, Training]:
        decay = AdamW(learning_rate=self.learning_rate, weight_decay=self.weight_decay)
        return {
            "long": Training(
                model=Autoencoder(features=FEATURES, hidden=2),
                law=OneHot(),
                steps=LATER[-1] * self.steps,
                record=at_steps([k * self.steps for k in LATER], "parameters"),
                over={
                    "optimiser": (decay, Adam(learning_rate=self.learning_rate)),
                    "seed": range(FRESH, FRESH + self.seeds),
                },
            )
        }

    def claims(self, runs: Runs) -> list[Judged]:
        return [*self._over_time(runs["long"]), self._equal(runs["long"])]

    def panels(self, runs: Runs) -> list[Panel]:
        run = runs["long"]
        three = _named(run, 0, 0).asymmetric & (radius_count(norms(_history(run, 0)[:, 0])) == 3)
        return [self._later(run), *[_film(run, int(chosen)) for chosen in np.flatnonzero(three)[:1]]]

    def _over_time(self, run: Run) -> list[Judged]:
        """The claims about the models with several radii after the usual training, as they train on."""
        decayed, free = (_history(run, place) for place in (0, 1))
        radii, loose = radius_count(norms(decayed)), radius_count(norms(free))
        first = np.array([_named(run, place, 0).asymmetric for place in (0, 1)])
        odd, free_odd = first[0] & (radii[:, 0] > 1), first[1] & (loose[:, 0] > 1)
        both, three = odd & free_odd, odd & (radii[:, 0] > 2)
        merged, kept = regular(decayed[:, -1]), loose[:, -1] == loose[:, 0]
        steps, where = run.W_history["step"].values, "seeds with several radii"
        words = [f"{share(radii[odd, t] > 1)} at step {steps[t]:,}" for t in range(len(LATER))]
        kept_words = (
            f"Without decay {share(kept[free_odd])} keep their number{_moved(free[free_odd])}; with it "
            f"{share(merged[odd])} are regular."
        )
        return [
            judge_rate(MEET, radii[three, LATER.index(4)] <= 2, 0.95, "seeds with three radii or more"),
            judge_rate(FAIL_TO_MERGE, radii[odd, LATER.index(2)] > 1, 0.5, where, f"Several: {', '.join(words)}."),
            judge_rate(OUTLAST, radii[odd, -1] > 1, 0.5, where, _sizes(decayed[odd])),
            judge_rate(INDIFFERENT, (merged & kept)[both], 0.95, f"{where} under both", kept_words),
        ]

    def _equal(self, run: Run) -> Judged:
        end = _named(run, 1, 0)
        odd, even = end.loss[end.asymmetric], end.loss[end.kind == PERFECT_REGULAR]
        words = [
            f"{name} {np.median(part):.1e}" for name, part in (("asymmetric", odd), ("regular", even)) if len(part)
        ]
        note = f"{share(even < 1e-6)} regular ones do. Medians: {', '.join(words)}."
        return judge_rate(EQUAL, odd < 1e-6, 0.95, "asymmetric seeds, Adam", note)

    def _later(self, run: Run) -> Panel:
        counts, labels = [], []
        for place, name in enumerate(("decay", "none")):
            W, odd = _history(run, place), _named(run, place, 0).asymmetric
            counts += [radius_histogram(norms(W[odd, t])) for t in range(len(LATER))]
            labels += [f"{step:,}<br>{name}" for step in run.W_history["step"].values]
        caption = (
            "The asymmetric models of the usual training, trained on: AdamW with decay, then Adam without, n = "
            f"{FEATURES}. With decay three radii become two and two become one, the regular polygon. Without, the "
            "number of radii stays: at zero loss there is no gradient."
        )
        low, high = rate_interval(np.array(counts), np.maximum(np.sum(counts, axis=1, keepdims=True), 1))
        figure = stacked_rates(
            RADII, counts, low, high, labels,
            x_label="step, and weight decay", y_label="share of models", shades=SHADES,
        )  # fmt: skip
        return Panel("later", "What becomes of the circles", caption, figure)


def _history(run: Run, place: int) -> np.ndarray:
    """W (seed, step, 2, n) of one of the two long trainings."""
    W = run.W_history.transpose("optimiser", "seed", "step", "latent", "feature").values[place]
    return np.asarray(W.astype(float))


def _named(run: Run, place: int, at: int) -> Outcomes:
    b = run.b_history.transpose("optimiser", "seed", "step", "feature").values[place, :, at]
    return outcomes((_history(run, place)[:, at], b.astype(float)))


def _moved(W: np.ndarray) -> str:
    """How far the columns of W (k, step, 2, n) move from the first record to the last, the farthest of each model."""
    if not len(W):
        return ""
    way = norms(W[:, -1] - W[:, 0]).max(axis=-1)
    return f" and no column moves by more than {np.median(way):.1e} in the median, {way.max():.1e} at most"


def _sizes(W: np.ndarray) -> str:
    """How Σ‖W‖² of W (k, step, 2, n) falls."""
    if not len(W):
        return ""
    first, last = np.median((W**2).sum((-2, -1)), axis=0)[[0, -1]]
    return f"Their median Σ‖W‖² falls from {first:.1f} to {last:.1f}."


def _film(run: Run, chosen: int) -> Panel:
    """The zones of one model, as decay goes on."""
    W = _history(run, 0)
    b = run.b_history.transpose("optimiser", "seed", "step", "feature").values[0, chosen]
    steps = run.W_history["step"].values
    figure = latent_zones((aligned(W[chosen]), b), [f"step {step:,}" for step in steps], columns=len(steps))
    caption = (
        "One model with three radii, trained on with decay. Faint: where an output is positive; strong: where it "
        "alone is. First the two short features become equal, then the long ones shrink and fan out, until all are "
        "alike."
    )
    return Panel("zones", "One model, trained on", caption, figure)


EXPERIMENT = MergingCircles
