"""Each feature's share of a dimension over densities, the shapes that features make, by name, and where names end."""

from typing import Any, ClassVar

from tegum.claims import Judged
from tegum.experiments.dimensionality import figures, judging
from tegum.experiments.dimensionality.claims import ARTICLE, CROWDED, DENSE, SPARSE
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.spec import Count, Positive
from tegum.toy.features import SparseUniform
from tegum.toy.models import Autoencoder
from tegum.training.optimisers import AdamW
from tegum.training.training import Training

FIRST_SEED = 43_000_000  # the first of those that nobody has looked at
FRESH_SEED = 59_760_000  # the first of those for what was written about triangles after a look at those
DENSE_SEEDS = 3  # times the small seeds: rates of triangles
MORE = 4  # times the steps, or the batch
RISE = 20  # a part of the steps in which the rate rises: without it, outputs of dense models die at once
SMALL, SMALLER = (160, 12), (80, 6)  # features and dimensions of many models, in the published ratio


class Dimensionality(Experiment):
    """n = 400, m = 30, and many models of n = 160, m = 12; I = 1; densities from 1 to 0.05."""

    title: ClassVar[str] = "A share of a dimension"
    source: ClassVar[str] = ARTICLE
    lede: ClassVar[str] = (
        "How much of a dimension does each feature have? D_i = ‖W_i‖²/Σ_j (Ŵ_i·W_j)² is 1 for a feature by itself, 1/2 "
        "in an antipodal pair, 2/3 in a triangle. The article sees features gather at such fractions and names the "
        "shapes behind them. Here every model is split into its blocks and each block is named, by program: which "
        "shapes there are, at which density, how orthogonal they are, and where all names end."
    )
    recipe: ClassVar[dict[str, Any]] = {"features": 400, "hidden": 30}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {
            "features": 80, "hidden": 6, "seeds": 2, "small_seeds": 2, "densities": 9, "steps": 600,
            "learning_rate": 2e-2,
        },
        "standard": {},
        "paper": {"seeds": 10, "small_seeds": 50, "densities": 41, "steps": 20_000, "batch_size": 1024},
    }  # fmt: skip

    features: Count = 400
    hidden: Count = 30
    seeds: Count = 3
    small_seeds: Count = 10
    densities: Count = 17
    steps: Count = 5000
    batch_size: Count = 128
    learning_rate: Positive = 1e-2

    def axis(self) -> tuple[float, ...]:
        """Densities from 1 down, evenly spaced in logarithm."""
        return tuple(float(SPARSE ** (i / max(self.densities - 1, 1))) for i in range(self.densities))

    def trainings(self) -> dict[str, Training]:
        published, crowded, fresh = (self.features, self.hidden), (CROWDED,), FRESH_SEED - FIRST_SEED
        return {
            "published": self._training(published, self.axis(), self.seeds),
            "small": self._training(SMALL, self.axis(), self.small_seeds),
            "crowded": self._training(published, crowded, self.seeds, first=2000),
            "crowded, longer": self._training(published, crowded, self.seeds, first=2000, longer=MORE),
            "crowded, quieter": self._training(published, crowded, self.seeds, first=2000, quieter=MORE),
            "dense": self._training(SMALLER, (DENSE,), DENSE_SEEDS * self.small_seeds, first=fresh),
            "dense, longer": self._training(SMALLER, (DENSE,), self.small_seeds, longer=MORE),
            "dense, larger, longer": self._training(SMALL, (DENSE,), self.small_seeds, first=fresh, longer=MORE),
        }

    def _training(
        self, size: tuple[int, int], densities: tuple[float, ...], seeds: int, *,
        first: int = 0, longer: int = 1, quieter: int = 1,
    ) -> Training:  # fmt: skip
        steps, start = self.steps * longer, FIRST_SEED + first
        return Training(
            model=Autoencoder(features=size[0], hidden=size[1]),
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


EXPERIMENT = Dimensionality
