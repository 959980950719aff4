"""What small attacks do to models with superposition, and how much of that the task has built in."""

from typing import Any, ClassVar

from pydantic import field_validator

from tegum.claims import Judged
from tegum.experiments.adversarial import figures, judging
from tegum.experiments.adversarial.claims import ARTICLE, DENSE, FORMED, SPARSEST
from tegum.experiments.adversarial.measures import Attacked, attacked
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.spec import Count, Positive
from tegum.toy.features import SparseUniform
from tegum.toy.models import Autoencoder
from tegum.training.optimisers import AdamW
from tegum.training.training import Training

DENSITIES = (1.0, 0.7, 0.5, 0.35, 0.25, 0.17, 0.1, 0.06, FORMED, 0.01, SPARSEST)
NEEDED = {DENSE, 0.1, FORMED, SPARSEST}
ROOM = (DENSE, 0.1, FORMED)
FIRST_SEED = 58_000_000  # the first of those that nobody has looked at


class Adversarial(Experiment):
    """n = 100, m = 20, equal importances, densities from 1 to 0.003; and m = n."""

    title: ClassVar[str] = "Superposition and adversarial attacks"
    source: ClassVar[str] = ARTICLE
    lede: ClassVar[str] = (
        "Outputs that share dimensions can be moved by inputs that are not theirs. How much can a change of a tenth of "
        "an input's length add to the error, as superposition forms? The article finds a threefold rise that follows "
        "the number of features per dimension. Here are its attack and stronger ones, random changes, models with room "
        "for all features, and what happens when the attack counts as input: much of the bond is in the task."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {
            "features": 40, "hidden": 8, "seeds": 3, "steps": 700, "batch_size": 256, "samples": 60,
            "densities": (1.0, 0.3, 0.1, FORMED, SPARSEST),
        },
        "standard": {},
        "paper": {"seeds": 20, "steps": 10_000, "batch_size": 1024, "learning_rate": 1e-3, "samples": 1000},
    }  # fmt: skip

    features: Count = 100
    hidden: Count = 20
    seeds: Count = 8
    densities: tuple[float, ...] = DENSITIES
    steps: Count = 2000
    batch_size: Count = 512
    learning_rate: Positive = 3e-3
    samples: Count = 200

    @field_validator("densities")
    @classmethod
    def _judged(cls, densities: tuple[float, ...]) -> tuple[float, ...]:
        if list(densities) != sorted(set(densities), reverse=True) or not {*densities} >= NEEDED:
            raise ValueError(
                f"densities={list(densities)} must fall and include 1, 0.1, 0.03 and 0.003, at which claims are judged."
            )
        return densities

    def trainings(self) -> dict[str, Training]:
        return {
            "models": self._training(self.hidden, self.densities, self.seeds),
            "room": self._training(self.features, ROOM, self.seeds),
        }

    def _training(self, hidden: int, densities: tuple[float, ...], seeds: int) -> Training:
        return Training(
            model=Autoencoder(features=self.features, hidden=hidden),
            law=SparseUniform(),
            steps=self.steps,
            batch_size=self.batch_size,
            optimiser=AdamW(learning_rate=self.learning_rate, schedule="quarter_cosine"),
            over={"feature_probability": densities, "seed": range(FIRST_SEED, FIRST_SEED + seeds)},
        )

    def claims(self, runs: Runs) -> list[Judged]:
        return judging.judge(*self._attacked(runs))

    def panels(self, runs: Runs) -> list[Panel]:
        return figures.panels(*self._attacked(runs))

    def _attacked(self, runs: Runs) -> tuple[Attacked, Attacked]:
        return attacked(runs["models"], self.samples), attacked(runs["room"], self.samples)


EXPERIMENT = Adversarial
