"""How many almost-orthogonal directions fit, and what compressed sensing gets back from a learnt W beside ReLU."""

from typing import Any, ClassVar

from pydantic import field_validator

from tegum.claims import Judged
from tegum.experiments.almost_orthogonal import figures, judging
from tegum.experiments.almost_orthogonal.claims import NOTES
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.spec import Count, Positive, Probability
from tegum.toy.features import SparseUniform
from tegum.toy.models import Autoencoder
from tegum.training.optimisers import AdamW
from tegum.training.training import Training

FIRST_SEED = 59_600_000


class AlmostOrthogonal(Experiment):
    """Random, optimised and impossible sets of directions; n = 80, m = 20, and sparse x sought from h = Wx."""

    title: ClassVar[str] = "Almost orthogonal"
    source: ClassVar[str] = NOTES
    lede: ClassVar[str] = (
        "Two results of mathematics are said to make superposition plausible: exponentially many almost-orthogonal "
        "directions, and compressed sensing. How many directions really fit, at random, by search, at most? And how "
        "much of a sparse x can be had back from what a model stores, by its own ReLU and by the best methods there "
        "are?"
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 20, "features": 32, "hidden": 8, "steps": 1_500, "samples": 8, "active": (1, 2, 4),
                  "dimensions": (3, 8), "growth": (40, 80, 120), "draws": 40, "starts": 1, "feature_probability": 0.05},
        "standard": {},
        "paper": {"seeds": 100, "steps": 20_000, "batch_size": 1024, "learning_rate": 1e-3, "samples": 100,
                  "active": (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20), "draws": 400, "starts": 16},
    }  # fmt: skip

    seeds: Count = 20
    features: Count = 80
    hidden: Count = 20
    feature_probability: Probability = 0.02
    steps: Count = 2_500
    batch_size: Count = 512
    learning_rate: Positive = 3e-3
    active: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 8, 10)
    samples: Count = 20
    dimensions: tuple[int, ...] = (3, 6, 12, 24)
    growth: tuple[int, ...] = (40, 80, 120, 160)
    draws: Count = 60
    starts: Count = 3

    @field_validator("hidden")
    @classmethod
    def _hidden(cls, hidden: int) -> int:
        if hidden < 8:
            raise ValueError(f"hidden={hidden} must be at least 8: claims are judged at 4 to hidden/2 active features.")
        return hidden

    @field_validator("active")
    @classmethod
    def _active(cls, active: tuple[int, ...], info: Any) -> tuple[int, ...]:
        features, needed = info.data.get("features", 0), {2, info.data.get("hidden", 8) // 2}
        rising = list(active) == sorted(set(active)) and needed <= set(active)
        if not rising or active[0] < 1 or active[-1] > features:
            raise ValueError(
                f"active={list(active)} must rise from 1 or more to {features} at most and contain "
                f"{' and '.join(map(str, sorted(needed)))}, at which claims are judged."
            )
        return active

    @field_validator("dimensions")
    @classmethod
    def _dimensions(cls, dimensions: tuple[int, ...]) -> tuple[int, ...]:
        if not dimensions or list(dimensions) != sorted(set(dimensions)) or dimensions[0] < 2:
            raise ValueError(f"dimensions={list(dimensions)} must be one or more rising numbers, from 2 on.")
        return dimensions

    @field_validator("growth")
    @classmethod
    def _growth(cls, growth: tuple[int, ...]) -> tuple[int, ...]:
        if len(growth) < 3 or list(growth) != sorted(set(growth)) or growth[0] < 2:
            raise ValueError(
                f"growth={list(growth)} must be three or more rising numbers, from 2 on: two slopes are compared."
            )
        return growth

    def trainings(self) -> dict[str, Training]:
        return {
            "model": Training(
                model=Autoencoder(features=self.features, hidden=self.hidden),
                law=SparseUniform(feature_probability=self.feature_probability), steps=self.steps,
                batch_size=self.batch_size, optimiser=AdamW(learning_rate=self.learning_rate),
                over={"seed": range(FIRST_SEED, FIRST_SEED + self.seeds)},
            )
        }  # fmt: skip

    def claims(self, runs: Runs) -> list[Judged]:
        return judging.claims(self._packings(), self._recovery(runs))

    def panels(self, runs: Runs) -> list[Panel]:
        return figures.panels(self._packings(), self._recovery(runs))

    def _packings(self) -> judging.Packings:
        return judging.packings(self.dimensions, self.growth, self.draws, self.starts)

    def _recovery(self, runs: Runs) -> judging.Recovery:
        return judging.recovery(runs["model"], self.active, self.samples)


EXPERIMENT = AlmostOrthogonal
