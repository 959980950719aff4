"""What kills latents of sparse autoencoders: shares of dead ones, when they die, what keeps them dead."""

from typing import Any, ClassVar

from pydantic import field_validator

from tegum.claims import Judged
from tegum.experiments.dead_neurons.claims import GAO
from tegum.experiments.dead_neurons.figures import panels
from tegum.experiments.dead_neurons.judging import judged
from tegum.experiments.dead_neurons.settings import COMPARED, FACTORS, WINDOW, comparisons, sweep
from tegum.experiments.experiment import Experiment, Panel, Runs, some_of
from tegum.spec import Count
from tegum.training.training import Training


class DeadNeurons(Experiment):
    """16 inputs, 32 true features in random directions, 64 latents; one thing changed at a time."""

    title: ClassVar[str] = "What kills neurons"
    source: ClassVar[str] = GAO
    lede: ClassVar[str] = (
        "Sparse autoencoders lose latents: some stop firing, get no gradient any more and stay as they are. Before "
        "remedies are compared it should be known what they are to remedy. Here hundreds of small dictionaries are "
        "trained on data whose true features are known: what kills latents, when, whether any come back, and what "
        "holds the dead down."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {
            "seeds": 6, "swept": 3, "steps": 1_000, "compared": ("plain",), "factors": ("learning rate",),
        },
        "standard": {},
        "paper": {"seeds": 100, "swept": 40, "steps": 10_000},
    }  # fmt: skip

    seeds: Count = 20
    swept: Count = 5
    steps: Count = 1500
    compared: tuple[str, ...] = COMPARED
    factors: tuple[str, ...] = tuple(FACTORS)

    @field_validator("steps")
    @classmethod
    def _long_enough(cls, steps: int) -> int:
        if steps <= WINDOW:
            raise ValueError(f"steps={steps} must be above {WINDOW}, after which a silent latent counts as dead.")
        return steps

    @field_validator("compared", "factors")
    @classmethod
    def _known(cls, given: tuple[str, ...], info: Any) -> tuple[str, ...]:
        return some_of(info.field_name, given, COMPARED if info.field_name == "compared" else FACTORS)

    def trainings(self) -> dict[str, Training]:
        found = {name: sweep(name, self.steps, self.swept) for name in self.factors}
        for name in self.compared:
            found |= comparisons(name, self.steps, self.seeds)
        return found

    def claims(self, runs: Runs) -> list[Judged]:
        return judged(runs)

    def panels(self, runs: Runs) -> list[Panel]:
        return panels(runs)


EXPERIMENT = DeadNeurons
