"""Five features in a plane, one sparser or less important: a pentagon stretches, then gives way to two digons."""

from typing import Any, ClassVar

import numpy as np
from pydantic import field_validator

from tegum.claims import Judged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.experiments.varied_feature.claims import ARTICLE
from tegum.experiments.varied_feature.figures import panels
from tegum.experiments.varied_feature.judging import DENSITY, DIGONS, FEATURES, PENTAGON, VARIED, ideal, judged
from tegum.spec import Count, Positive
from tegum.toy.features import SparseUniform
from tegum.toy.loss import SquaredError
from tegum.toy.models import Autoencoder, StartingFrom
from tegum.training.optimisers import AdamW
from tegum.training.training import Training

RATIOS = (0.1, 0.14, 0.18, 0.22, 0.26, 0.3, 0.35, 0.4, 0.5, 0.7, 1.0, 1.5, 2.5, 5.0, 10.0)
FEW = (0.1, 0.18, 0.22, 0.3, 0.4, 1.0, 10.0)
FIRST_SEED = 45_000_000  # others were looked at before the criteria were written


class VariedFeature(Experiment):
    """n = 5, m = 2, density 0.05 and importance 1, but for one feature: a tenth to ten times that."""

    title: ClassVar[str] = "One feature varied"
    source: ClassVar[str] = ARTICLE
    lede: ClassVar[str] = (
        "Five equal features in a plane make a regular pentagon. Let one of them become active less often, and the "
        "pentagon stretches; further on, two digons without that feature cost less. Both solutions are followed on the "
        "exact expected loss, without noise, from a tenth to ten times the density, until they are lost, and so is "
        "the place where they cost the same. Which of them do trained models choose?"
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 10_000, "batch_size": 1024, "learning_rate": 1e-3}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 20, "steps": 1_500, "points": 21, "ratios": FEW},
        "standard": {},
        "paper": {"seeds": 500, "steps": 10_000, "batch_size": 1024, "learning_rate": 1e-3, "points": 161},
    }

    seeds: Count = 100
    ratios: tuple[float, ...] = RATIOS
    points: Count = 61
    steps: Count = 3_000
    batch_size: Count = 256
    learning_rate: Positive = 5e-3

    @field_validator("ratios")
    @classmethod
    def _rising(cls, ratios: tuple[float, ...]) -> tuple[float, ...]:
        if list(ratios) != sorted(set(ratios)) or not {0.1, 1.0, 10.0} <= {*ratios}:
            raise ValueError(f"ratios={list(ratios)} must rise from 0.1 to 10 and include 1.")
        return ratios

    @field_validator("points")
    @classmethod
    def _even_steps(cls, points: int) -> int:
        if points % 10 != 1 or points < 11:
            raise ValueError(f"points={points} must be 11, 21, 31, …, so that the planes drawn are among them.")
        return points

    def trainings(self) -> dict[str, Training]:
        dense = {f"feature_probability[{VARIED}]": tuple(DENSITY * ratio for ratio in self.ratios)}
        pentagon, (W, b) = StartingFrom.at(*ideal()[PENTAGON]), ideal()[DIGONS]
        biases = [np.where(np.arange(FEATURES) == VARIED, DENSITY * ratio / 2, b) for ratio in self.ratios]
        digons = StartingFrom.states([W] * len(biases), biases)
        random = Autoencoder(features=FEATURES, hidden=2)
        return {
            "density": self._training(random, dense),
            "importance": self._training(random, {f"importance[{VARIED}]": self.ratios}),
            "from the pentagon": self._training(pentagon, dense),
            "from the digons": self._training(pentagon, {"start": dense | digons}),
        }

    def _training(self, model: Autoencoder, over: dict[str, Any]) -> Training:
        return Training(
            model=model,
            law=SparseUniform(feature_probability=(DENSITY,) * FEATURES),
            loss=SquaredError(importance=(1.0,) * FEATURES, reduction="feature_sum"),
            optimiser=AdamW(learning_rate=self.learning_rate, schedule="quarter_cosine"),
            steps=self.steps,
            batch_size=self.batch_size,
            over=over | {"seed": range(FIRST_SEED, FIRST_SEED + self.seeds)},
        )

    def claims(self, runs: Runs) -> list[Judged]:
        return judged(runs, self.points)

    def panels(self, runs: Runs) -> list[Panel]:
        return panels(runs, self.points)


EXPERIMENT = VariedFeature
