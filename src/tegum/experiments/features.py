"""Which features a larger model stores: linear beside ReLU, across sparsities."""

from typing import Any, ClassVar

import numpy as np
from pydantic import field_validator

from tegum.claims import Claim, Judged, judge_rate
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.geometry.directions import gram, norms, represented, superposition
from tegum.plots.gram import gram_panels
from tegum.plots.lines import bands
from tegum.spec import Count, Positive
from tegum.toy.features import SparseUniform
from tegum.toy.loss import SquaredError, geometric
from tegum.toy.models import Autoencoder
from tegum.training.optimisers import AdamW
from tegum.training.run import Run
from tegum.training.training import Training

ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, basic results"
SHAPES = {"small": (20, 5, 0.7), "large": (80, 20, 0.9)}  # features, hidden, importance ratio [the article's]
CLOSE = 0.1  # relative distance below which two matrices are called the same
NEAR = 0.05  # distance below which a bias is called zero, or the mean
SHARED = 0.5  # superposition above which a feature shares its dimension: half of another feature lies along it

TOP = Claim(
    "Linear models learn the top m features and nothing else, whatever the sparsity.",
    ARTICLE,
    "In more than half of the seeds WᵀW lies within 10 % (Frobenius norm) of the projection on the first m principal "
    "components of the importance-weighted features, at every sparsity.",
)
DENSE = Claim(
    "With dense features ReLU models do the same as linear ones.",
    ARTICLE,
    "In more than half of the seeds at 1 − S = 1 the ReLU model's WᵀW lies within 10 % of that projection.",
)
GROWS = Claim(
    "Superposition grows with sparsity: ReLU models store more and more features.",
    ARTICLE,
    "In more than half of the seeds the number of represented features (norm above 0.5) is m at 1 − S = 1, never falls "
    "from one sparsity to the next, and ends above m.",
)
LEAST_FIRST = Claim(
    "When superposition begins, the most important features are not touched by it; the less important share.",
    ARTICLE,
    "In more than half of the seeds, at the densest sparsity where a represented feature shares its dimension "
    "(superposition above 0.5), the most important feature does not, and those that share are on average less "
    "important than those that do not.",
)
NEGATIVE = Claim(
    "In the high-sparsity regime biases turn negative and interference positive.",
    ARTICLE,
    "In more than half of the seeds the sparsest ReLU model's represented features have a mean bias below −0.01, and "
    "more than a tenth of the entries of WᵀW between them lie above 0.1, while fewer than a hundredth do at 1 − S = 1.",
)
BIASES = Claim(
    "In linear models the biases of learnt features are near zero, and those of the others near the mean of x.",
    ARTICLE,
    "In more than half of the seeds every bias lies within 0.05 of zero (norm above 0.5) or of p/2 (the others), at "
    "each sparsity where p/2 is above 0.1.",
)
RELU_BIASES = Claim(
    "The same holds for ReLU models on dense features.",
    ARTICLE,
    "The same criterion, for ReLU models at 1 − S = 1.",
)


class Features(Experiment):
    """n = 20, m = 5, importance 0.7ⁱ, and n = 80, m = 20, importance 0.9ⁱ; seven sparsities from 1 to 0.001."""

    title: ClassVar[str] = "Which features a model stores"
    source: ClassVar[str] = ARTICLE
    lede: ClassVar[str] = (
        "Twenty features in five dimensions, and eighty in twenty, in falling order of importance. A linear model "
        "keeps the most important ones and drops the rest, as principal components would. A ReLU model does so only "
        "when features are dense: as they become sparser it stores more than it has dimensions."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 10_000, "batch_size": 1024, "learning_rate": 1e-3}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {
            "seeds": 6,
            "large_seeds": 1,
            "densities": (1.0, 0.1, 0.01),
            "steps": 2000,
            "batch_size": 256,
            "learning_rate": 5e-3,
        },
        "standard": {},
        "paper": {"seeds": 50, "large_seeds": 10},
    }

    seeds: Count = 20
    large_seeds: Count = 2
    densities: tuple[float, ...] = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
    steps: Count = 10_000
    batch_size: Count = 1024
    learning_rate: Positive = 1e-3

    @field_validator("densities")
    @classmethod
    def _dense_to_sparse(cls, densities: tuple[float, ...]) -> tuple[float, ...]:
        rising = list(densities) != sorted(set(densities), reverse=True)
        if len(densities) < 2 or densities[0] != 1 or densities[-1] <= 0 or rising:
            raise ValueError(
                f"densities={list(densities)} must fall from 1 towards 0, two or more of them; such as [1, 0.1, 0.01]."
            )
        return densities

    def trainings(self) -> dict[str, Training]:
        return {
            "small": self._training("small", self.seeds),
            "large": self._training("large", self.large_seeds),
        }

    def _training(self, which: str, seeds: int) -> Training:
        features, hidden, ratio = SHAPES[which]
        return Training(
            model=Autoencoder(features=features, hidden=hidden),
            law=SparseUniform(),
            loss=SquaredError(importance=geometric(ratio, features)),
            optimiser=AdamW(learning_rate=self.learning_rate),
            steps=self.steps,
            batch_size=self.batch_size,
            over={
                "activation": ("linear", "relu"),
                "feature_probability": self.densities,
                "seed": range(seeds),
            },
        )

    def claims(self, runs: Runs) -> list[Judged]:
        run = runs["small"]
        where = "seeds, n = 20"
        half: Any = {"above": 0.5, "where": where}
        return [
            judge_rate(TOP, np.all(distance(run, "linear") < CLOSE, axis=0), note=_worst(run, "linear"), **half),
            judge_rate(DENSE, distance(run, "relu")[0] < CLOSE, **half),
            judge_rate(GROWS, grows(run), **half),
            judge_rate(LEAST_FIRST, least_important_first(run), **half),
            judge_rate(NEGATIVE, negative_and_positive(run), **half),
            judge_rate(BIASES, biases_as_stated(run, "linear", self.densities), **half),
            judge_rate(RELU_BIASES, biases_as_stated(run, "relu", self.densities[:1]), **half),
        ]

    def panels(self, runs: Runs) -> list[Panel]:
        return [
            _grams(runs["small"], "small", range(len(self.densities))),
            _represented(runs),
            _grams(runs["large"], "large", range(0, len(self.densities), 2)),
        ]


def weights(run: Run, activation: str) -> np.ndarray:
    """W (sparsity, seed, latent, feature) of the models with this output, in double precision."""
    own = run.W.sel(activation=activation).transpose("feature_probability", "seed", "latent", "feature")
    return own.values.astype(float)


def biases(run: Run, activation: str) -> np.ndarray:
    """b (sparsity, seed, feature) of the models with this output."""
    return run.b.sel(activation=activation).transpose("feature_probability", "seed", "feature").values


def principal_projection(run: Run) -> np.ndarray:
    """Projection on the first m principal components of importance-weighted features, (features, features).

    Independent features of one variance have the covariance diag(I_i) up to a factor once weighted by the root of
    their importance, so the components are the coordinate axes in order of importance, at every sparsity.
    """
    loss = run.training.loss
    assert isinstance(loss, SquaredError)
    variance, vectors = np.linalg.eigh(np.diag(loss.importance))
    first = vectors[:, np.argsort(-variance)[: run.training.model.sizes.hidden]]
    return first @ first.T


def distance(run: Run, activation: str) -> np.ndarray:
    """How far WᵀW is from the principal projection, relative to it, (sparsity, seed)."""
    target = principal_projection(run)
    return np.linalg.norm(gram(weights(run, activation)) - target, axis=(-2, -1)) / np.linalg.norm(target)


def grows(run: Run) -> np.ndarray:
    """For each seed: does the number of represented features begin at m, never fall, and end above m?"""
    count = represented(weights(run, "relu")).sum(-1)
    m = run.training.model.sizes.hidden
    return (count[0] == m) & (np.diff(count, axis=0) >= 0).all(0) & (count[-1] > m)


def least_important_first(run: Run) -> np.ndarray:
    """For each seed: where superposition first appears, is it among the less important represented features?"""
    W = weights(run, "relu")
    there, shared = represented(W), superposition(W) > SHARED
    verdicts = []
    for seed in range(W.shape[1]):
        begins = np.flatnonzero((there & shared)[:, seed].any(-1))
        if not len(begins):
            verdicts.append(False)
            continue
        here, mixed = there[begins[0], seed], shared[begins[0], seed]
        sharing, alone = np.flatnonzero(here & mixed), np.flatnonzero(here & ~mixed)
        verdicts.append(bool(len(alone)) and not mixed[0] and sharing.mean() > alone.mean())
    return np.array(verdicts)


def negative_and_positive(run: Run) -> np.ndarray:
    """For each seed: negative biases and positive interference in the sparsest ReLU model, and none when dense?"""
    W, b = weights(run, "relu"), biases(run, "relu")
    there = represented(W)
    between = there[..., :, None] & there[..., None, :] & ~np.eye(W.shape[-1], dtype=bool)
    positive = ((gram(W) > 0.1) & between).sum((-2, -1)) / np.maximum(between.sum((-2, -1)), 1)
    mean_bias = np.where(there, b, 0).sum(-1) / np.maximum(there.sum(-1), 1)
    return (mean_bias[-1] < -0.01) & (positive[-1] > 0.1) & (positive[0] < 0.01)


def biases_as_stated(run: Run, activation: str, densities: tuple[float, ...]) -> np.ndarray:
    """For each seed: is every bias near zero or near the mean, at the densities where the two can be told apart?"""
    W, b = weights(run, activation), biases(run, activation)
    expected = np.where(represented(W), 0.0, np.asarray(run.data["feature_probability"].values)[:, None, None] / 2)
    apart = [i for i, p in enumerate(densities) if p / 2 > 0.1]
    return (np.abs(b - expected)[apart] < NEAR).all((0, -1))


def _worst(run: Run, activation: str) -> str:
    far = distance(run, activation)
    place = int(np.argmax(far.max(1)))
    density = float(run.data["feature_probability"].values[place])
    return f"Largest distance {far.max():.2g}, at 1 − S = {density:g}."


def _grams(run: Run, which: str, shown: range) -> Panel:
    features, hidden, ratio = SHAPES[which]
    densities = run.data["feature_probability"].values[list(shown)]
    W = np.stack([weights(run, kind)[i, 0] for i in shown for kind in ("linear", "relu")])
    b = np.stack([biases(run, kind)[i, 0] for i in shown for kind in ("linear", "relu")])
    titles = [f"{kind}, 1 − S = {p:g}" for p in densities for kind in ("linear", "ReLU")]
    figure = gram_panels(gram(W), b, norms(W), superposition(W), titles, columns=4)
    caption = (
        f"n = {features}, m = {hidden}, importance {ratio}ⁱ, seed 0. Each square is WᵀW, most "
        "important feature first; beside it the bias; the bars are feature norms, coloured by how much other features "
        "share the direction. A feature with a dimension of its own is one saturated cell on the diagonal."
    )
    return Panel(which, f"{features} features in {hidden} dimensions", caption, figure)


def _represented(runs: Runs) -> Panel:
    densities = runs["small"].data["feature_probability"].values
    curves, labels = [], []
    for which, (features, hidden, _) in SHAPES.items():
        for kind in ("linear", "relu"):
            curves.append(represented(weights(runs[which], kind)).sum(-1) / hidden)
            labels.append(f"{kind.replace('relu', 'ReLU')}, {features} in {hidden}")
    mean = np.stack([curve.mean(1) for curve in curves], axis=1)
    low = np.stack([curve.min(1) for curve in curves], axis=1)
    high = np.stack([curve.max(1) for curve in curves], axis=1)
    figure = bands(
        1 / densities, mean, low, high, labels, x_label="1 / (1 − S), dense to sparse",
        y_label="represented features per dimension", log_x=True, interval="all seeds",
    )  # fmt: skip
    caption = (
        "Features with norm above 0.5, divided by the number of dimensions; mean and range over seeds. One feature per "
        "dimension is all that a linear model ever stores."
    )
    return Panel("represented", "More features than dimensions", caption, figure)


EXPERIMENT = Features
