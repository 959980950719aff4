"""Training as a course of regimes: dimensionalities and their levels, and directions that end as an octahedron."""

from typing import Any, ClassVar

from tegum.claims import Judged
from tegum.experiments.dynamics.claims import ARTICLE
from tegum.experiments.dynamics.courses import SMALL, USUAL, parts
from tegum.experiments.dynamics.figures import panels
from tegum.experiments.dynamics.judging import judged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.spec import Count, Positive, Probability
from tegum.toy.features import CorrelatedSets, SparseUniform
from tegum.toy.models import Autoencoder
from tegum.training.history import every
from tegum.training.optimisers import AdamW
from tegum.training.training import Training

RECORDS = 150
FIRST_SEED = 56_100_000  # others were looked at before the criteria were written


class Dynamics(Experiment):
    """n = 10, m = 5, independent features; n = 6, m = 3, two sets of three, from starts of two scales."""

    title: ClassVar[str] = "How geometry is learnt"
    source: ClassVar[str] = ARTICLE
    lede: ClassVar[str] = (
        "Each feature's share of a dimension, D_i, through training, and the loss below it: the article sees it jump "
        "like an electron between energy levels. Then two sets of three features in space, a film to turn and to "
        "scrub. Where the loss changes pace is found by least squares, and whether geometry moves when the loss falls "
        "is a number."
    )
    recipe: ClassVar[dict[str, Any]] = {"batch_size": 1024, "learning_rate": 1e-3}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 12, "steps": 2400, "batch_size": 128, "learning_rate": 4e-3},
        "standard": {},
        "paper": {"seeds": 200, "steps": 10_000, "batch_size": 1024, "learning_rate": 1e-3},
    }

    seeds: Count = 200
    steps: Count = 4500
    feature_probability: Probability = 0.1
    batch_size: Count = 256
    learning_rate: Positive = 2e-3

    def trainings(self) -> dict[str, Training]:
        common: dict[str, Any] = {
            "batch_size": self.batch_size,
            "optimiser": AdamW(learning_rate=self.learning_rate),
            "evaluation_samples": 4096,
        }
        seeds = range(FIRST_SEED, FIRST_SEED + self.seeds)
        p: Any = self.feature_probability
        return {
            "levels": Training(
                model=Autoencoder(features=10, hidden=5), law=SparseUniform(feature_probability=p),
                over={"seed": seeds}, **_recorded(max(1, self.steps // 2)), **common,
            ),
            "sets": Training(
                model=Autoencoder(features=6, hidden=3), law=CorrelatedSets(sets=2, feature_probability=p),
                over={"initial_scale": (USUAL, SMALL), "seed": seeds}, **_recorded(self.steps), **common,
            ),
        }  # fmt: skip

    def claims(self, runs: Runs) -> list[Judged]:
        return judged(*parts(runs))

    def panels(self, runs: Runs) -> list[Panel]:
        return panels(*parts(runs))


def _recorded(steps: int) -> dict[str, Any]:
    return {"steps": steps, "record": every(max(1, steps // RECORDS))}


EXPERIMENT = Dynamics
