"""Remedies for unlearnt features: which mend symmetric failure, how soon, and at what cost."""

from typing import Any, ClassVar

from pydantic import field_validator, model_validator

from tegum.claims import Judged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.experiments.repair.claims import METHOD
from tegum.experiments.repair.figures import panels
from tegum.experiments.repair.judging import judged
from tegum.experiments.repair.treatments import (
    COSTLY,
    EVERY,
    FEATURES,
    FEW,
    JUDGED,
    LASTING,
    MAPPED,
    MORE,
    ONCE,
    OPTIONAL,
    PASSING,
    PUBLISHED,
    RATES,
    RECIPES,
    REPEATED,
    SETTLING,
    SEVERAL,
    SHIFTS,
    TREATMENTS,
    TUNED_ON,
    Treatment,
    again_name,
    best,
    edits,
    lasting,
    once_name,
    several_name,
)
from tegum.failure.courses import OFFSETS, early, ended, losses, states, waited, when_learnt
from tegum.failure.remedies import Remedy
from tegum.spec import Count
from tegum.theory.failure import symmetric_failure
from tegum.toy.features import OneHot
from tegum.toy.loss import SquaredError
from tegum.toy.models import Autoencoder, StartingFrom
from tegum.training.history import at_steps
from tegum.training.training import Training


class Repair(Experiment):
    """n = 7, m = 2, one-hot data; edits at step 5,000, judged on models in symmetric failure then."""

    title: ClassVar[str] = "Repairing symmetric failure"
    source: ClassVar[str] = METHOD
    lede: ClassVar[str] = (
        "A feature is not learnt; how does one get it back? The source pictures why resampling it, as is done for dead "
        "neurons of sparse autoencoders, should be clumsy, and proposes another way: push the learnt features to one "
        "side and let the missing one grow. It tried neither. Here both stand beside doing nothing, noise, a fresh "
        "draw and three remedies of our own, on the same models, where failure would pass and where it lasts."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 25_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {
            "seeds": 96,
            "tuning": 4,
            "mapped": 8,
            "map_steps": 4_000,
            "several": 16,
            "steps": 15_000,
            "recipes": (PASSING, LASTING),
            "more": MORE[:1],
            "beside": ("nothing", PUBLISHED, "repel"),
            "left_out": ("re-initialise", "resample, tuned", "repel, own bias too", "lean"),
        },
        "standard": {},
        "paper": {"seeds": 5_120, "tuning": 256, "mapped": 400, "several": 1_000},
    }

    seeds: Count = 512
    tuning: Count = 42
    mapped: Count = 100
    several: Count = 128
    steps: Count = 25_000
    at: Count = 5_000
    map_steps: Count = 25_000
    recipes: tuple[str, ...] = tuple(RECIPES)
    more: tuple[tuple[int, int], ...] = MORE
    beside: tuple[str, ...] = FEW
    left_out: tuple[str, ...] = ()

    @field_validator("recipes")
    @classmethod
    def _known(cls, recipes: tuple[str, ...]) -> tuple[str, ...]:
        if not {PASSING, LASTING} <= set(recipes) <= set(RECIPES):
            raise ValueError(f"recipes={recipes} must be among {', '.join(RECIPES)}, with {PASSING} and {LASTING}.")
        return recipes

    @field_validator("beside")
    @classmethod
    def _with_the_proposal(cls, beside: tuple[str, ...]) -> tuple[str, ...]:
        if not {"repel"} <= set(beside) <= set(FEW):
            raise ValueError(f"beside={beside} must be among {', '.join(FEW)}, with repel.")
        return beside

    @field_validator("left_out")
    @classmethod
    def _optional(cls, left_out: tuple[str, ...]) -> tuple[str, ...]:
        if not set(left_out) <= set(OPTIONAL):
            raise ValueError(f"left_out={left_out} must be among {', '.join(OPTIONAL)}; claims need the others.")
        return left_out

    @model_validator(mode="after")
    def _after_the_edit(self) -> Any:
        if self.steps <= self.at + max(OFFSETS):
            raise ValueError(
                f"steps={self.steps} leaves too little after the edit at step {self.at}; it needs more than "
                f"{self.at + max(OFFSETS)}."
            )
        return self

    def trainings(self) -> dict[str, Training]:
        once = {once_name(name): self._once(name) for name in ONCE if name not in self.left_out}
        again = {again_name(name): self._again(name) for name in REPEATED}
        tuned = {f"tune {name}": self._tune(one) for name, one in TREATMENTS.items() if name not in self.left_out}
        maps = {f"map {name}": self._map(name, edited=True) for name in (PASSING, LASTING)}
        plain = {f"map nothing {name}": self._map(name, edited=False) for name in (PASSING, LASTING)}
        more = {several_name(n, k, name): self._more(n, k, name) for n, k in self.more for name in self.beside}
        costly = {f"costly {name}": self._more(*MORE[0], name, COSTLY, 250) for name in ("nothing", "repel", PUBLISHED)}
        return {**once, **again, **tuned, **maps, **plain, **more, **costly}

    def _once(self, name: str) -> Training:
        """All recipes, one edit."""
        over = self._recipes(name, self.recipes)
        return self._caught(edits(name, [self.at]), {"recipe": over}, JUDGED, self.seeds, (states, losses, early))

    def _again(self, name: str) -> Training:
        """Recipes in which failure lasts, one edit after the other."""
        over = self._recipes(name, lasting(self.recipes))
        repeated = edits(name, range(self.at, self.steps, EVERY))
        return self._caught(repeated, {"recipe": over}, JUDGED, self.seeds, (states, losses, early))

    def _recipes(self, name: str, recipes: tuple[str, ...]) -> dict[str, Any]:
        """One axis of recipes, each with the remedy's best number for it."""
        axis: dict[str, Any] = {"optimiser": tuple(RECIPES[recipe] for recipe in recipes)}
        if name in TREATMENTS:
            axis[TREATMENTS[name].field] = tuple(best(name, recipe) for recipe in recipes)
        return axis

    def _tune(self, treatment: Treatment) -> Training:
        over = {"recipe": self._recipes("", self.recipes), treatment.field: treatment.tried}
        return self._caught((treatment.at([self.at]),), over, TUNED_ON, self.tuning, (waited,))

    def _caught(
        self, remedies: tuple[Remedy, ...], over: dict[str, Any], first: int, seeds: int, keep: Any
    ) -> Training:
        interval = max(1, (self.steps - self.at) // 40)
        after = {*range(self.at, self.steps + 1, interval), *(self.at + k for k in OFFSETS), self.steps}
        return Training(
            model=Autoencoder(features=FEATURES, hidden=2),
            law=OneHot(),
            steps=self.steps,
            interventions=remedies,
            record=at_steps(sorted(after), "loss", "parameters"),
            over={**over, "seed": range(first, first + seeds)},
            keep=keep,
        )

    def _map(self, name: str, *, edited: bool) -> Training:
        """From near symmetric failure: every shift at every rate, or nothing at every rate."""
        shifts = {"interventions[0].shift": SHIFTS} if edited else {}
        return Training(
            model=StartingFrom.at(*symmetric_failure(FEATURES), noise=0.01),
            law=OneHot(),
            optimiser=RECIPES[name],
            steps=self.map_steps,
            interventions=(TREATMENTS["repel"].at([SETTLING]),) if edited else (),
            over={**shifts, "learning_rate": RATES, "seed": range(MAPPED, MAPPED + self.mapped)},
            keep=(ended,),
        )

    def _more(self, n: int, unlearnt: int, name: str, costly: float = 1.0, records: int = 1) -> Training:
        """A hexagon beside several unlearnt features, with noise; an edit at once. The last one's importance may be
        higher."""
        after = {*range(0, self.steps, -(-self.steps // records)), self.steps}
        return Training(
            model=StartingFrom.at(*symmetric_failure(n, unlearnt), noise=0.01),
            law=OneHot(),
            loss=SquaredError(importance=(1.0,) * (n - 1) + (costly,)),
            optimiser=RECIPES[PASSING],
            steps=self.steps,
            interventions=edits(name, [0], PASSING),
            record=at_steps(sorted(after), "parameters"),
            over={"seed": range(SEVERAL, SEVERAL + self.several)},
            keep=(ended, when_learnt),
        )

    def claims(self, runs: Runs) -> list[Judged]:
        return judged(runs, self.recipes, self.more)

    def panels(self, runs: Runs) -> list[Panel]:
        return panels(runs, self.recipes, self.more)


EXPERIMENT = Repair
