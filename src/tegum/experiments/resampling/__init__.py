"""Remedies for dead latents, head to head, where the truth is known: which revive, which recover, at what cost."""

from typing import Any, ClassVar

from pydantic import field_validator

from tegum.claims import Judged
from tegum.experiments.experiment import Experiment, Panel, Runs, some_of
from tegum.experiments.resampling.beds import BEDS, CONTROL, CURVE, JUDGED_ON, TUNED_ON, Recipe
from tegum.experiments.resampling.choices import judged_choices
from tegum.experiments.resampling.claims import METHOD
from tegum.experiments.resampling.entrants import (
    AGAIN,
    CONTROLLED,
    CURVED,
    ENTRANTS,
    NEEDED,
    OWN,
    QUICK,
    STANDARD,
    edited_at,
    entrant,
    settings,
    takes_part,
    training,
)
from tegum.experiments.resampling.figures import panels
from tegum.experiments.resampling.judging import again_name, curve_name, judged, run_name, tuning_name
from tegum.own import OwnClass
from tegum.spec import Count
from tegum.training.training import Training

TROUBLED = tuple(name for name in BEDS if name != CONTROL)
THREE = ("toy", "synthetic", "digits")
FEWEST = 8  # steps: dead is who was silent for an eighth of them


class Resampling(Experiment):
    """Every entrant on every bed, on the same dictionaries; `own=FILE.py:CLASS` enters a remedy of one's own."""

    title: ClassVar[str] = "Remedies for dead latents"
    source: ClassVar[str] = METHOD
    lede: ClassVar[str] = (
        "Latents of sparse autoencoders die. The published remedy gives them the directions of inputs that are "
        "reconstructed badly; *Optimization Failure* finds that clumsy and proposes another, untried. Here both meet "
        "everything else that is done about dead latents, on small dictionaries whose true features are known: same "
        "truths, same starts, same data, edits at the same steps, and the same number of settings to tune over."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 4, "steps": 800, "beds": ("synthetic",), "entrants": QUICK, "again": (), "curves": ()},
        "standard": {},
        "paper": {"beds": TROUBLED, "recipes": 4, "tuning": 10, "entrants": tuple(ENTRANTS)},
    }

    seeds: Count = 20
    tuning: int = 0
    steps: Count = 2000
    recipes: Count = 1
    beds: tuple[str, ...] = THREE
    entrants: tuple[str, ...] = STANDARD
    again: tuple[str, ...] = AGAIN
    curves: tuple[str, ...] = CURVED
    own: OwnClass | None = None

    @field_validator("beds")
    @classmethod
    def _beds(cls, beds: tuple[str, ...]) -> tuple[str, ...]:
        return some_of("beds", beds, TROUBLED)

    @field_validator("entrants")
    @classmethod
    def _entrants(cls, entrants: tuple[str, ...]) -> tuple[str, ...]:
        return some_of("entrants", entrants, ENTRANTS, *NEEDED)

    @field_validator("again", "curves")
    @classmethod
    def _names(cls, names: tuple[str, ...], info: Any) -> tuple[str, ...]:
        return some_of(info.field_name, names, (*ENTRANTS, OWN), empty=True)

    @field_validator("tuning")
    @classmethod
    def _tuning(cls, tuning: int) -> int:
        if tuning < 0 or tuning == 1:
            raise ValueError(f"tuning={tuning} must be a number of seeds, two or more, or 0 for what was found before.")
        return tuning

    @field_validator("recipes")
    @classmethod
    def _recipes(cls, recipes: int) -> int:
        if recipes > (most := len(BEDS["toy"].recipes)):
            raise ValueError(f"recipes={recipes} is more than a bed has; give 1 to {most}.")
        return recipes

    @field_validator("steps")
    @classmethod
    def _steps(cls, steps: int) -> int:
        if steps < FEWEST:
            raise ValueError(f"steps={steps} is too few for three edits; give {FEWEST} or more.")
        return steps

    def trainings(self) -> dict[str, Training]:
        names = (*((OWN,) if self.own else ()), *self.entrants)  # one's own first: where it fails, it fails at once
        found: dict[str, Training] = {}
        for bed in self.beds:
            for name in names:
                if takes_part(name, bed):
                    found |= self._entered(bed, name)
        if len(self.beds) > 1:
            found |= {run_name(CONTROL, name): self._train(CONTROL, name) for name in CONTROLLED if name in names}
        return found

    def _entered(self, bed: str, name: str) -> dict[str, Training]:
        found = {run_name(bed, name): self._train(bed, name)}
        if len(settings(entrant(name, self.own), bed, anew=self.tuning > 0)) > 1:
            found[tuning_name(bed, name)] = self._train(bed, name, TUNED_ON, self.tuning or 8)
        if bed == "synthetic" and name in self.again:
            found[again_name(name)] = self._train(bed, name, other=True)
        if bed == "synthetic" and name in self.curves:
            found[curve_name(name)] = self._train(bed, name, recipes=CURVE)
        return found

    def _train(
        self, bed: str, name: str, first: int = JUDGED_ON, seeds: int = 0, *, other: bool = False,
        recipes: tuple[Recipe, ...] = (),
    ) -> Training:  # fmt: skip
        one, anew = entrant(name, self.own), self.tuning > 0 and not recipes
        plain = bed == "synthetic" and first == JUDGED_ON and not other and not recipes
        return training(
            bed, one, settings(one, bed, anew=anew), recipes or BEDS[bed].recipes[: self.recipes], first,
            seeds or self.seeds, self.steps, watched(self.steps) if plain else (), other=other,
        )  # fmt: skip

    def claims(self, runs: Runs) -> list[Judged]:
        return [*judged(runs), *judged_choices(runs)]

    def panels(self, runs: Runs) -> list[Panel]:
        return panels(runs)


def watched(steps: int) -> tuple[int, ...]:
    """Steps at which the loss is recorded: densely after the first edit, up to the second."""
    first, second, _ = edited_at(steps)
    after = [*range(10), *range(10, 50, 5), *range(50, second - first, 25)]
    return tuple(first + step for step in after if first + step <= second)


EXPERIMENT = Resampling
