"""What becomes of a resampled latent: the published remedy for dead neurons, sentence by sentence."""

from typing import Any, ClassVar

from pydantic import field_validator

from tegum.claims import Judged
from tegum.experiments.experiment import Experiment, Panel, Runs, some_of
from tegum.experiments.revived.claims import ALIVE
from tegum.experiments.revived.figures import panels
from tegum.experiments.revived.judging import judged
from tegum.experiments.revived.settings import AT, BEDS, TRIED, training
from tegum.spec import Count
from tegum.training.training import Training


class Revived(Experiment):
    """16 inputs, 32 true features, 32 latents of which a third is dead when the rule is applied."""

    title: ClassVar[str] = "What becomes of a resampled latent"
    source: ClassVar[str] = ALIVE
    lede: ClassVar[str] = (
        "Dead neurons of sparse autoencoders are resampled: each takes the direction of an input that is reconstructed "
        "badly. The source argues why that works and what the rest of the dictionary does about it. Here hundreds of "
        "such latents are followed, each beside a twin of its dictionary that was left alone: at the edit, in the "
        "steps after it, and to the end."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"dictionaries": 4, "steps": 2_200, "beds": ("truth",), "arms": ("nothing", "published")},
        "standard": {},
        "paper": {"dictionaries": 100},
    }

    dictionaries: Count = 24
    steps: Count = 5_000
    beds: tuple[str, ...] = tuple(BEDS)
    arms: tuple[str, ...] = TRIED["truth"]

    @field_validator("steps")
    @classmethod
    def _long_enough(cls, steps: int) -> int:
        if steps < AT + 1_000:
            raise ValueError(
                f"steps={steps} must be at least {AT + 1_000}: rows are looked at 1,000 steps after step {AT}."
            )
        return steps

    @field_validator("beds", "arms")
    @classmethod
    def _known(cls, given: tuple[str, ...], info: Any) -> tuple[str, ...]:
        if info.field_name == "beds":
            return some_of("beds", given, BEDS)
        return some_of("arms", given, TRIED["truth"], "nothing", "published")

    def trainings(self) -> dict[str, Training]:
        return {
            f"{bed}, {arm}": training(bed, arm, self.dictionaries, self.steps)
            for bed in self.beds
            for arm in TRIED[bed]
            if arm in self.arms
        }

    def claims(self, runs: Runs) -> list[Judged]:
        return judged(runs)

    def panels(self, runs: Runs) -> list[Panel]:
        return panels(runs)


EXPERIMENT = Revived
