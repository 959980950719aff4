"""Five features in two dimensions: which geometry, at which sparsity, and how often."""

from typing import Any, ClassVar

import numpy as np

from tegum.claims import Claim, Judged, judge_mean, judge_rate, rate_interval, tally
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.geometry.directions import represented
from tegum.geometry.polytopes import aligned, planar_arrangement
from tegum.plots.lines import bands
from tegum.plots.rates import stacked_rates
from tegum.plots.wheels import wheels
from tegum.spec import Count, Positive
from tegum.toy.features import SparseUniform
from tegum.toy.loss import SquaredError, geometric
from tegum.toy.models import Autoencoder
from tegum.training.optimisers import AdamW
from tegum.training.run import Run
from tegum.training.training import Training

FEATURES, HIDDEN, RATIO = 5, 2, 0.9
STATED = (1.0, 0.2, 0.1)  # the article's first figure: 0 %, 80 % and 90 % sparsity
NOTEBOOK = tuple(float(p) for p in 20.0 ** -np.linspace(0, 1, 10))  # 1 … 0.05, as the published notebook sweeps
ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, first figure"
PAIRS = ("antipodal pair", "antipodal pair + 1", "two antipodal pairs")

ORTHOGONAL = Claim(
    "With dense features the model gives the two most important ones orthogonal dimensions and drops the others.",
    f"{ARTICLE}, 0 % sparsity",
    "More than half of the seeds at 1 − S = 1 represent features 0 and 1, no other, and at a right angle.",
)
DIGONS = Claim(
    "At 80 % sparsity four features are stored, as two antipodal pairs.",
    f"{ARTICLE}, 80 % sparsity",
    "More than half of the seeds at 1 − S = 0.2 end as two antipodal pairs.",
)
PENTAGON = Claim(
    "At 90 % sparsity all five features are stored, as a pentagon.",
    f"{ARTICLE}, 90 % sparsity",
    "More than half of the seeds at 1 − S = 0.1 end as a pentagon.",
)
SPARSEST = Claim(
    "When features are sparse enough, all five make a pentagon.",
    "Elhage et al. 2022, notebook, the sparsest of its ten models",
    "More than half of the seeds at 1 − S = 0.05 end as a pentagon.",
)
ORDER = Claim(
    "As features become sparser, antipodal pairs come first and the pentagon later.",
    "Elhage et al. 2022, notebook, the row of ten models",
    "In more than half of the seeds some sparsity of the ten gives an antipodal pair and a sparser one a pentagon, and "
    "no pentagon comes before the first pair.",
)
MORE = Claim(
    "Sparser features let the model store more of them.",
    "Elhage et al. 2022, notebook, the row of ten models",
    "The mean over seeds of how many more features are represented at 1 − S = 0.05 than at 1 − S = 1 lies above 1.",
)


class Intro(Experiment):
    """n = 5, m = 2, importance 0.9ⁱ, AdamW as in the published notebook; every sparsity over many seeds."""

    title: ClassVar[str] = "Five features in two dimensions"
    source: ClassVar[str] = "Elhage et al. 2022, Toy Models of Superposition, introduction and notebook"
    lede: ClassVar[str] = (
        "A model with two hidden dimensions reconstructs five features of importance 0.9ⁱ. Dense features "
        "share nothing: two of them get a dimension each. As they become sparser the model stores more of them, "
        "in pairs and then in a pentagon. The famous figure shows one run for each sparsity; here is how often each "
        "geometry appears."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 10_000, "batch_size": 1024, "learning_rate": 1e-3}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 8, "steps": 2500, "batch_size": 256, "learning_rate": 5e-3},
        "standard": {},
        "paper": {"seeds": 200},
    }

    seeds: Count = 40
    steps: Count = 10_000
    batch_size: Count = 1024
    learning_rate: Positive = 1e-3

    def trainings(self) -> dict[str, Training]:
        return {"stated": self._training(STATED), "notebook": self._training(NOTEBOOK)}

    def _training(self, densities: tuple[float, ...]) -> Training:
        return Training(
            model=Autoencoder(features=FEATURES, hidden=HIDDEN),
            law=SparseUniform(),
            loss=SquaredError(importance=geometric(RATIO, FEATURES)),
            steps=self.steps,
            batch_size=self.batch_size,
            optimiser=AdamW(learning_rate=self.learning_rate),
            over={"feature_probability": densities, "seed": range(self.seeds)},
        )

    def claims(self, runs: Runs) -> list[Judged]:
        dense, fifth, tenth = names(runs["stated"])
        row = names(runs["notebook"])
        top_two = (stored(runs["stated"])[0] == (np.arange(FEATURES) < HIDDEN)).all(axis=-1)
        half: Any = {"above": 0.5}
        trapped = _losses(runs["stated"], 2)
        return [
            judge_rate(ORTHOGONAL, (dense == "orthogonal pair") & top_two, where="seeds", **half),
            judge_rate(DIGONS, fifth == "two antipodal pairs", where="seeds", note=f"Ends: {tally(fifth)}.", **half),
            judge_rate(PENTAGON, tenth == "pentagon", where="seeds", note=f"Ends: {tally(tenth)}. {trapped}", **half),
            judge_rate(SPARSEST, row[-1] == "pentagon", where="seeds", note=f"Ends: {tally(row[-1])}.", **half),
            judge_rate(ORDER, pairs_before_pentagons(row), where="seeds", **half),
            judge_mean(
                MORE, np.subtract(*stored(runs["notebook"]).sum(-1)[[-1, 0]]), above=1, where="seeds", unit=" more"
            ),
        ]

    def panels(self, runs: Runs) -> list[Panel]:
        return [
            _headline(runs["stated"]),
            _row(runs["notebook"]),
            _rates(runs["notebook"]),
            _count(runs["notebook"]),
        ]


def weights(run: Run) -> np.ndarray:
    """W of every model, shape (sparsity, seed, latent, feature)."""
    return run.W.transpose("feature_probability", "seed", "latent", "feature").values


def names(run: Run) -> np.ndarray:
    """The name of each model's arrangement, shape (sparsity, seed)."""
    return planar_arrangement(weights(run))


def stored(run: Run) -> np.ndarray:
    """Which features each model represents, shape (sparsity, seed, feature)."""
    return represented(weights(run))


def pairs_before_pentagons(row: np.ndarray) -> np.ndarray:
    """For each seed: are there pairs and pentagons, and does a pair come first? (sparsity, seed) in."""
    paired, pentagon = np.isin(row, PAIRS), row == "pentagon"
    return paired.any(0) & pentagon.any(0) & (np.argmax(paired, axis=0) < np.argmax(pentagon, axis=0))


def _losses(run: Run, place: int) -> str:
    """Mean loss of each geometry at one sparsity: is the rarer one a worse solution, or another of the same depth?"""
    found = names(run)[place]
    loss = run.loss.transpose("feature_probability", "seed").values[place]
    kinds = sorted(np.unique(found), key=lambda kind: loss[found == kind].mean())
    return "Mean loss: " + ", ".join(f"{kind} {loss[found == kind].mean():.3g}" for kind in kinds) + "."


def _densities(run: Run) -> np.ndarray:
    return run.data["feature_probability"].values


def _best(run: Run) -> np.ndarray:
    """The seed with the lowest loss at each sparsity; a diverged one never is."""
    loss = run.loss.transpose("feature_probability", "seed").values
    return np.argmin(np.where(np.isfinite(loss), loss, np.inf), axis=1)


def _headline(run: Run) -> Panel:
    W = weights(run)
    best = W[np.arange(len(W)), _best(run)]
    titles = [f"{1 - p:.0%} sparsity".replace("%", " %") for p in _densities(run)]
    figure = wheels(aligned(best), geometric(RATIO, FEATURES), titles, subtitles=list(planar_arrangement(best)))
    caption = (
        "Each spoke is the direction that the model gives to one feature, coloured by the feature's importance: the "
        "model of lowest loss among all seeds at the three sparsities that the article shows. Wheels are turned, which "
        "changes nothing that a model computes, so that the most important feature points right and the next one up."
    )
    return Panel("headline", "Superposition appears as features become sparse", caption, figure)


def _row(run: Run) -> Panel:
    W = weights(run)
    first, best = W[:, 0], W[np.arange(len(W)), _best(run)]
    shown = np.concatenate([first[:5], best[:5], first[5:], best[5:]])
    titles = [f"1 − S = {p:.3g}" for p in _densities(run)]
    labels = [
        f"{title} · {which}" for part in (titles[:5], titles[5:]) for which in ("seed 0", "best") for title in part
    ]
    figure = wheels(
        aligned(shown), geometric(RATIO, FEATURES), labels, subtitles=list(planar_arrangement(shown)), columns=5
    )
    caption = (
        "The ten sparsities of the notebook, dense to sparse. Upper rows: seed 0, not chosen. Lower rows: the seed of "
        "lowest loss at that sparsity. Where the two differ, the geometry depends on the seed."
    )
    return Panel("row", "Ten sparsities, a chance seed and the best one", caption, figure)


def _rates(run: Run) -> Panel:
    found = names(run)
    kinds = [kind for kind in _ORDER if (found == kind).any()] + sorted({*found.flat} - set(_ORDER))
    counts = np.stack([(found == kind).sum(1) for kind in kinds], axis=1)
    low, high = rate_interval(counts, found.shape[1])
    labels = [f"{p:.3g}" for p in _densities(run)]
    figure = stacked_rates(
        kinds, counts, low, high, labels, x_label="feature probability 1 − S", y_label="share of seeds"
    )
    caption = (
        f"How {found.shape[1]} seeds end at each sparsity, named by the angles between represented features (norm "
        "above 0.5). Hover for counts and 95 % intervals. Seeds are shared: at every sparsity the same starts and "
        "the same uniform draws, so neighbouring bars move together. Around the transitions one run says little."
    )
    return Panel("rates", "How often each geometry appears", caption, figure)


_ORDER = (
    "nothing", "one feature", "orthogonal pair", "antipodal pair", "antipodal pair + 1", "triangle",
    "two antipodal pairs", "pentagon", "irregular", "not finite",
)  # fmt: skip


def _count(run: Run) -> Panel:
    count = stored(run).sum(-1)
    mean = count.mean(1)
    spread = np.quantile(count, (0.05, 0.95), axis=1)
    figure = bands(
        1 / _densities(run), mean[:, None], spread[0][:, None], spread[1][:, None], ["represented features"],
        x_label="1 / (1 − S), dense to sparse", y_label="features with norm above 0.5", log_x=True,
        interval="5 % to 95 % of seeds",
    )  # fmt: skip
    caption = "The mean number of represented features over seeds; the band holds nine seeds of ten."
    return Panel("count", "Sparser features, more of them stored", caption, figure)


EXPERIMENT = Intro
