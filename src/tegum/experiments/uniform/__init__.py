"""Dimensions per feature over densities: is the curve sticky at 1 and at 1/2, and why?"""

from typing import Any, ClassVar

import numpy as np
from pydantic import model_validator

from tegum.claims import Judged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.experiments.uniform import figures, judging
from tegum.experiments.uniform.claims import ARTICLE, EARLY, SETTLED
from tegum.spec import Count, Positive
from tegum.toy.features import SparseUniform
from tegum.toy.models import Autoencoder, StartingFrom
from tegum.training.optimisers import AdamW
from tegum.training.training import Training

FIRST_SEED = 42_000_000  # the first of those that nobody has looked at
SPARSEST = 0.01  # density at the end of the axis
LONGER = 4
QUIETER = 8  # times the batch: the published notebook's 1,024
FRESH_SEED = 59_750_000  # the first of those for what was written after a look at eight times the batch
DENSE = 0.35  # densities above it are trained with the larger batch too
NOISE = 0.01  # of a start from pairs
SLOW = 0.1  # of the learning rate
RISE = 20  # a part of the steps in which the rate rises: without it, outputs of dense models die at once


class Uniform(Experiment):
    """n = 400, m = 30, I = 1, over densities from 1 to 0.01; n = 80 with m = 6 and 20; longer and quieter ones."""

    title: ClassVar[str] = "Dimensions per feature"
    source: ClassVar[str] = ARTICLE
    lede: ClassVar[str] = (
        "Four hundred equally important features in thirty dimensions. As they become sparser, more of them are "
        "represented, and D* = m/‖W‖²_F, the dimensions each of them has, falls: not evenly, says the article, but "
        "sticking at 1 and at 1/2. How long the curve stays at a level is measured here against an even fall, against "
        "longer training, and against the best that blocks of named shapes can do."
    )
    recipe: ClassVar[dict[str, Any]] = {"features": 400, "hidden": 30}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {
            "features": 80, "hidden": 6, "seeds": 3, "small_seeds": 3, "densities": 11, "steps": 800,
            "learning_rate": 2e-2,
        },
        "standard": {},
        "paper": {"seeds": 10, "small_seeds": 30, "steps": 20_000, "batch_size": 1024},
    }  # fmt: skip

    features: Count = 400
    hidden: Count = 30
    seeds: Count = 3
    small_seeds: Count = 6
    densities: Count = 41
    steps: Count = 5000
    batch_size: Count = 128
    learning_rate: Positive = 1e-2

    @model_validator(mode="after")
    def _room(self) -> Any:
        if self.densities < 2:
            raise ValueError(f"densities={self.densities} makes no curve; it needs at least 2, such as 11.")
        if self.features < 2 * self.hidden:
            raise ValueError(
                f"features={self.features} are too few for a digon in each of hidden={self.hidden} dimensions; it "
                f"needs at least {2 * self.hidden} features."
            )
        return self

    def axis(self) -> tuple[float, ...]:
        """Densities from 1 down, evenly spaced in logarithm."""
        return tuple(float(SPARSEST ** (i / (self.densities - 1))) for i in range(self.densities))

    def trainings(self) -> dict[str, Training]:
        axis = self.axis()
        dense = tuple(p for p in axis if p > DENSE)
        return {
            "main": self._training(self.features, self.hidden, axis, self.seeds, 1),
            "small": self._training(80, 6, axis, self.small_seeds, 1, first=1000),
            "roomy": self._training(80, 20, axis, self.seeds, 1),
            "longer": self._training(self.features, self.hidden, (EARLY, SETTLED), self.seeds, LONGER),
            "usual": self._training(self.features, self.hidden, (EARLY, SETTLED), self.seeds, 1),
            "small, quieter": self._training(80, 6, dense, min(self.small_seeds, 3), 1, first=1000, quieter=QUIETER),
            "random": self._early(Autoencoder(features=self.features, hidden=self.hidden)),
            "random, quieter": self._early(Autoencoder(features=self.features, hidden=self.hidden), quieter=QUIETER),
            "paired": self._early(self._pairs()),
            "paired, quieter": self._early(self._pairs(), quieter=QUIETER),
            "paired, slow": self._early(self._pairs(), slower=SLOW),
        }

    def _pairs(self) -> StartingFrom:
        """A start from m orthogonal digons, as theory makes them at `EARLY`, all other features dropped."""
        best, n, m = judging.pairs_at(EARLY), self.features, self.hidden
        length, bias = round(best.square**0.5, 6), round(best.bias, 6)  # the same on all machines
        W = np.pad(np.kron(np.eye(m), length * np.array([1.0, -1.0])), [(0, 0), (0, n - 2 * m)])
        return StartingFrom.at(W, np.where(np.arange(n) < 2 * m, bias, EARLY / 2), noise=NOISE)

    def _early(self, model: Autoencoder, *, quieter: int = 1, slower: float = 1.0) -> Training:
        """This start at `EARLY`, on fresh seeds."""
        first = FRESH_SEED - FIRST_SEED
        given = self._training(self.features, self.hidden, (EARLY,), self.seeds, 1, first=first, quieter=quieter)
        rate = slower * self.learning_rate
        return given.model_copy(
            update={"model": model, "optimiser": given.optimiser.model_copy(update={"learning_rate": rate})}
        )

    def _training(
        self, features: int, hidden: int, densities: tuple[float, ...], seeds: int, times: int, *, first: int = 0,
        quieter: int = 1,
    ) -> Training:  # fmt: skip
        steps = self.steps * times
        start = FIRST_SEED + first
        return Training(
            model=Autoencoder(features=features, hidden=hidden),
            law=SparseUniform(),
            optimiser=AdamW(learning_rate=self.learning_rate, schedule="cosine", warmup=max(1, steps // RISE)),
            steps=steps,
            batch_size=self.batch_size * quieter,
            evaluation_samples=self.batch_size,
            over={"feature_probability": densities, "seed": range(start, start + seeds)},
        )

    def claims(self, runs: Runs) -> list[Judged]:
        return judging.judged(runs)

    def panels(self, runs: Runs) -> list[Panel]:
        return figures.panels(runs)


EXPERIMENT = Uniform
