"""What the loss is made of: feature benefit and interference, one active feature and several, over training."""

from typing import Any, ClassVar

from tegum.claims import Judged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.experiments.loss_terms import figures, judging
from tegum.experiments.loss_terms.claims import DENSER, DIGONS_AT, MATHEMATICS, MIDDLE, PENTAGON_AT, SPARSE, SPARSEST
from tegum.experiments.loss_terms.measures import AtMostOneError
from tegum.spec import Count, Positive
from tegum.toy.features import SparseUniform
from tegum.toy.loss import SquaredError, geometric
from tegum.toy.models import Autoencoder
from tegum.training.history import log_spaced
from tegum.training.optimisers import AdamW
from tegum.training.training import Training

DENSITIES = (1.0, 0.7, DENSER, 0.3, 0.2, MIDDLE, 0.05, SPARSE, 0.01, SPARSEST)
PAIR_DENSITIES = (0.3, MIDDLE, 0.05, SPARSE, 0.01, SPARSEST)
PLANE_DENSITIES = (0.5, DIGONS_AT, 0.2, 0.15, MIDDLE, 0.07, PENTAGON_AT, SPARSE)
FIRST_SEED = 58_200_000  # the first of those that nobody has looked at
SMALL = 0.1  # initial scale of the filmed models, so that the forces are seen from their start
FILMED = (DENSER, MIDDLE, SPARSE)
MOMENTS = 30


class LossTerms(Experiment):
    """n = 20, m = 5 and n = 10, m = 5 over densities; n = 20, m = 5 linear; n = 5, m = 2 on two losses."""

    title: ClassVar[str] = "What the loss is made of"
    source: ClassVar[str] = MATHEMATICS
    lede: ClassVar[str] = (
        "The article explains superposition by two forces, feature benefit and interference, and by the loss of inputs "
        "with one active feature. Here the loss is taken apart: by how many features are active, by which part each "
        "force has, over density and through training. Inputs with two active features matter long after they have "
        "become rare."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 4, "plane_seeds": 12, "steps": 1200, "batch_size": 256, "samples": 2000},
        "standard": {},
        "paper": {
            "seeds": 40, "plane_seeds": 200, "steps": 10_000, "batch_size": 1024, "learning_rate": 1e-3,
            "samples": 20_000,
        },
    }  # fmt: skip

    seeds: Count = 8
    plane_seeds: Count = 40
    steps: Count = 4000
    batch_size: Count = 512
    learning_rate: Positive = 3e-3
    samples: Count = 8000

    def trainings(self) -> dict[str, Training]:
        large, seeds = {"features": 20, "hidden": 5}, self._seeds(self.seeds)
        common: dict[str, Any] = {
            "steps": self.steps,
            "batch_size": self.batch_size,
            "optimiser": AdamW(learning_rate=self.learning_rate, schedule="quarter_cosine"),
        }
        plane = common | {"model": Autoencoder(features=5, hidden=2)}
        planes, linear = self._seeds(self.plane_seeds), Autoencoder(**large, activation="linear")
        importances = {"importance": (geometric(0.7, 20), geometric(1.0, 20)), **seeds}
        return {
            "law": Training(
                **common, model=Autoencoder(**large), over={"feature_probability": DENSITIES, **seeds}
            ),
            "film": Training(
                **common, model=Autoencoder(**large, initial_scale=SMALL),
                over={"feature_probability": FILMED, **seeds}, record=log_spaced(MOMENTS),
            ),
            "pairs": Training(
                **common, model=Autoencoder(features=10, hidden=5),
                over={"feature_probability": PAIR_DENSITIES, **seeds},
            ),
            "linear": Training(
                **common, model=linear, law=SparseUniform(feature_probability=MIDDLE), loss=SquaredError(),
                over=importances,
            ),
            "plane": Training(**plane, over={"feature_probability": PLANE_DENSITIES, **planes}),
            "plane one": Training(
                **plane, loss=AtMostOneError(), over={"loss.feature_probability": PLANE_DENSITIES, **planes}
            ),
        }  # fmt: skip

    def _seeds(self, count: int) -> dict[str, range]:
        return {"seed": range(FIRST_SEED, FIRST_SEED + count)}

    def claims(self, runs: Runs) -> list[Judged]:
        return judging.judge(runs, self.samples)

    def panels(self, runs: Runs) -> list[Panel]:
        return figures.panels(runs, self.samples)


EXPERIMENT = LossTerms
