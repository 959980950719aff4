"""Arrangements learnt in space beside the minima of Thomson's energy and its generalisation: which one predicts."""

from typing import Any, ClassVar

from pydantic import field_validator

from tegum.claims import Judged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.experiments.thomson import figures, judging
from tegum.experiments.thomson.claims import ARTICLE
from tegum.spec import Count, Positive
from tegum.toy.expectation import OneActiveError
from tegum.toy.features import OneHot, SparseUniform
from tegum.toy.models import Autoencoder
from tegum.training.optimisers import Adam, AdamW
from tegum.training.training import Training

FIRST_SEED = 59_500_000
DECAYS = (0.0, 0.01)
MODEL = Autoencoder(features=12, hidden=3)


class Thomson(Experiment):
    """m = 3, equal importance, n = 2 … 12: exactly one active feature, several densities, one-hot data."""

    title: ClassVar[str] = "Features as charges on a sphere"
    source: ClassVar[str] = ARTICLE
    lede: ClassVar[str] = (
        "If every feature had length 1 and no bias, features in space would repel each other like charges on a "
        "sphere, with a force of their own: Thomson's problem of 1904, generalised. A few to a dozen features are "
        "learnt in three dimensions and laid on the best arrangement of each energy, and on those with the largest "
        "smallest angle. Turn them."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 20, "steps": 2_000, "densities": (0.1,), "batch_size": 128, "starts": 20,
                  "features": (5, 7, 8)},
        "standard": {},
        "paper": {"seeds": 400, "steps": 20_000, "batch_size": 1024, "densities": (0.3, 0.1, 0.03, 0.01, 0.003),
                  "learning_rate": 1e-3, "starts": 400},
    }  # fmt: skip

    seeds: Count = 30
    steps: Count = 3_000
    features: tuple[int, ...] = tuple(range(2, 13))
    densities: tuple[float, ...] = (0.3, 0.1, 0.03)
    batch_size: Count = 256
    learning_rate: Positive = 5e-3
    starts: Count = 100

    @field_validator("features")
    @classmethod
    def _features(cls, features: tuple[int, ...]) -> tuple[int, ...]:
        if list(features) != sorted(set(features)) or not {5, 7, 8} <= set(features) or features[0] < 2:
            raise ValueError(
                f"features={list(features)} must rise, from 2 on, with 5, 7 and 8 among them, at which claims are "
                "judged."
            )
        return features

    @field_validator("densities")
    @classmethod
    def _densities(cls, densities: tuple[float, ...]) -> tuple[float, ...]:
        if judging.JUDGED not in densities or not all(0 < p <= 1 for p in densities):
            raise ValueError(
                f"densities={list(densities)} must lie in 0 < p ≤ 1, with {judging.JUDGED} among them, at which claims "
                "are judged."
            )
        return densities

    def trainings(self) -> dict[str, Training]:
        seeds = range(FIRST_SEED, FIRST_SEED + self.seeds)
        axes: Any = {"features": self.features, "seed": seeds}
        many = axes | {"features": tuple(n for n in self.features if n > 2 * MODEL.hidden)}
        decayed = AdamW(learning_rate=self.learning_rate)
        return {
            "one": Training(model=MODEL, loss=OneActiveError(), steps=self.steps, over=axes,
                            optimiser=Adam(learning_rate=self.learning_rate)),
            "sparse": Training(model=MODEL, law=SparseUniform(), steps=self.steps, batch_size=self.batch_size,
                               optimiser=decayed, over={"feature_probability": self.densities, **axes}),
            "hot": Training(model=MODEL, law=OneHot(), steps=4 * self.steps, optimiser=decayed,
                            over={"weight_decay": DECAYS, **many}),
        }  # fmt: skip

    def claims(self, runs: Runs) -> list[Judged]:
        return judging.claims(judging.measured(runs, self.starts))

    def panels(self, runs: Runs) -> list[Panel]:
        return figures.panels(judging.measured(runs, self.starts))


EXPERIMENT = Thomson
