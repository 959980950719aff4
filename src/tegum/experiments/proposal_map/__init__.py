"""The proposed remedy over shift and rate: where it works, which reading of it works, and what may be carried over."""

from typing import Any, ClassVar

from pydantic import field_validator

from tegum.claims import Judged
from tegum.experiments.experiment import Experiment, Panel, Runs, some_of
from tegum.experiments.proposal_map.claims import SOURCE
from tegum.experiments.proposal_map.figures import panels
from tegum.experiments.proposal_map.judging import judged
from tegum.experiments.proposal_map.readings import CHANGES, FOUR, PLAIN, WIDE
from tegum.experiments.proposal_map.settings import FOUR_D, LIVE_ONLY, TOYS, dictionary_maps, readings, toy_training
from tegum.spec import Count
from tegum.training.training import Training


class ProposalMap(Experiment):
    """Toy models beside an unlearnt feature, and dictionaries of 16 inputs, 32 true features and 40 latents."""

    title: ClassVar[str] = "The proposal, over shift and rate"
    source: ClassVar[str] = SOURCE
    lede: ClassVar[str] = (
        "The source closes with a remedy for dead neurons that nobody had tried: seed them along a repulsor, away from "
        "the sum of the live ones, raise the biases on that side by Δ, and let the model sweep. It expects regions of "
        "Δ and learning rate in which that works, to be found by a sweep. Here is the sweep, in toy models and in "
        "sparse autoencoders whose true features are known, beside untreated twins; and what becomes of the proposal "
        "when each point that it leaves open is read differently."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {
            "pixels": 8, "toy_seeds": 8, "toys": tuple(TOYS)[:1], "toy_steps": 12_000, "seeds": 4, "mapped": 0,
            "steps": 600, "changed": (PLAIN,),
        },
        "standard": {},
        "paper": {
            "pixels": 48, "toy_seeds": 100, "toys": tuple(TOYS), "seeds": 100, "mapped": 60, "steps": 4_000,
            "changed": tuple(CHANGES),
        },
    }  # fmt: skip

    pixels: Count = 16
    toy_seeds: Count = 100
    toys: tuple[str, ...] = tuple(name for name in TOYS if name not in (FOUR_D.name, LIVE_ONLY.name))
    toy_steps: Count = 25_000
    seeds: Count = 20
    mapped: int = 24
    steps: Count = 1_500
    changed: tuple[str, ...] = tuple(change for change in CHANGES if change != WIDE)

    @field_validator("steps")
    @classmethod
    def _after_the_edits(cls, steps: int) -> int:
        if steps <= FOUR[1]:
            raise ValueError(f"steps={steps} must be above {FOUR[1]}, the step of the second edit.")
        return steps

    @field_validator("mapped")
    @classmethod
    def _some(cls, mapped: int) -> int:
        if mapped < 0 or mapped == 1:
            raise ValueError(f"mapped={mapped} must be 0, for no maps of dictionaries, or 2 or more.")
        return mapped

    @field_validator("toys", "changed")
    @classmethod
    def _known(cls, given: tuple[str, ...], info: Any) -> tuple[str, ...]:
        if info.field_name == "toys":
            return some_of("toys", given, TOYS, empty=True)
        return some_of("changed", given, CHANGES, *([PLAIN] if given else []), empty=True)

    def trainings(self) -> dict[str, Training]:
        found = {}
        for name in self.toys:
            for suffix, edited in (("", True), (", nothing", False)):
                found[name + suffix] = toy_training(
                    TOYS[name], self.pixels, self.toy_seeds, self.toy_steps, edited=edited
                )
        found |= readings(self.seeds, self.steps, self.changed)
        return found | (dictionary_maps(self.mapped, self.steps) if self.mapped else {})

    def claims(self, runs: Runs) -> list[Judged]:
        return judged(runs)

    def panels(self, runs: Runs) -> list[Panel]:
        return panels(runs)


EXPERIMENT = ProposalMap
