"""Remedies for unlearnt features: which mend symmetric failure, how soon, and at what cost."""

from typing import Any, ClassVar

from pydantic import ValidationInfo, field_validator, model_validator

from tegum.claims import Judged
from tegum.experiments.experiment import Experiment, Panel, Runs, some_of
from tegum.experiments.repair.claims import METHOD
from tegum.experiments.repair.figures import panels
from tegum.experiments.repair.judging import judged
from tegum.experiments.repair.treatments import (
    CARRIED,
    COSTLY,
    EVERY,
    FEATURES,
    FEW,
    JUDGED,
    LASTING,
    LEFT,
    MAPPED,
    MORE,
    NEEDED,
    ONCE,
    PASSING,
    POLICIES,
    PROPOSED,
    RATES,
    RECIPES,
    REPEATED,
    ROOMY,
    SETTLING,
    SEVERAL,
    SHIFTS,
    TREATMENTS,
    TUNED_ON,
    WHOLE,
    again_name,
    axis_of,
    edits,
    forgetful,
    lasting,
    once_name,
    several_name,
    tune_name,
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
        "side and let the missing one grow. It tried neither. Here both stand beside doing nothing, clearing the "
        "optimiser's memory and nothing else, noise, a fresh draw and remedies of our own, on the same models, where "
        "failure would pass and where it lasts."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 25_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {
            "seeds": 48,
            "several": 24,
            "recipes": (PASSING, LASTING),
            "tried": (*NEEDED, WHOLE, ROOMY),
            "all_forgotten": (LEFT, PROPOSED),
            "repeated": (PROPOSED,),
            "tuned": (),
            "maps": (),
            "more": MORE[:1],
            "beside": ("nothing", PROPOSED, ROOMY),
        },
        "standard": {},
        "paper": {"seeds": 5_120, "tuning": 96, "tuned": tuple(RECIPES), "mapped": 400, "several": 1_000},
    }

    seeds: Count = 320
    tuning: Count = 16
    mapped: Count = 40
    several: Count = 96
    steps: Count = 25_000
    at: Count = 5_000
    map_steps: Count = 25_000
    recipes: tuple[str, ...] = tuple(RECIPES)
    tried: tuple[str, ...] = ONCE
    all_forgotten: tuple[str, ...] = ONCE[1:]
    repeated: tuple[str, ...] = REPEATED
    tuned: tuple[str, ...] = (LASTING,)
    maps: tuple[str, ...] = (LASTING, PASSING)
    more: tuple[tuple[int, int], ...] = MORE
    beside: tuple[str, ...] = FEW

    @field_validator("recipes", "tried", "all_forgotten", "repeated", "tuned", "maps", "beside")
    @classmethod
    def _known(cls, given: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        known, needed = CHOICES[str(info.field_name)]
        return some_of(info.field_name, given, known, *needed, empty=True)

    @model_validator(mode="after")
    def _after_the_edit(self) -> Any:
        if self.steps <= self.at + max(OFFSETS):
            raise ValueError(
                f"steps={self.steps} leaves too little after the edit at step {self.at}; it needs more than "
                f"{self.at + max(OFFSETS)}."
            )
        return self

    def trainings(self) -> dict[str, Training]:
        once = {once_name(name): self._once(name, self.recipes, "unlearnt") for name in self.tried}
        other = {
            once_name(name, "all"): self._once(name, forgetful(self.recipes), "all") for name in self.all_forgotten
        }
        again = {again_name(name): self._again(name) for name in self.repeated}
        numbers = [(name, forget) for name in TREATMENTS if name in self.tried for forget in POLICIES]
        tuned = {tune_name(*pair): self._tune(*pair) for pair in numbers if self.tuned}
        maps = {f"map {name}": self._map(name, edited=True) for name in self.maps}
        plain = {f"map nothing {name}": self._map(name, edited=False) for name in self.maps}
        more = {several_name(n, k, name): self._more(n, k, name) for n, k in self.more for name in self.beside}
        told = [name for name in ("nothing", PROPOSED, CARRIED) if name in self.beside]
        costly = {f"costly {name}": self._more(*MORE[0], name, COSTLY, 250) for name in told}
        return {**once, **other, **again, **tuned, **maps, **plain, **more, **costly}

    def _once(self, name: str, recipes: tuple[str, ...], forget: str) -> Training:
        """All recipes, one edit."""
        over = axis_of(name, recipes, forget)
        remedies = edits(name, [self.at], forget=forget)
        return self._caught(remedies, {"recipe": over}, JUDGED, self.seeds, (states, losses, early))

    def _again(self, name: str) -> Training:
        """Recipes in which failure lasts, one edit after the other."""
        over = axis_of(name, lasting(self.recipes))
        repeated = edits(name, range(self.at, self.steps, EVERY))
        return self._caught(repeated, {"recipe": over}, JUDGED, self.seeds, (states, losses, early))

    def _tune(self, name: str, forget: str) -> Training:
        treatment, recipes = TREATMENTS[name], self.tuned if forget == "unlearnt" else forgetful(self.tuned)
        over = {"recipe": axis_of("", recipes), "tried": treatment.axis(range(len(treatment.labels)))}
        return self._caught((treatment.at([self.at], forget=forget),), over, TUNED_ON, self.tuning, (waited,))

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
            interventions=(TREATMENTS[PROPOSED].at([SETTLING]),) if edited else (),
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


CHOICES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # of each field: what may be given, and what must be
    "recipes": (tuple(RECIPES), (PASSING, LASTING)),
    "tried": (ONCE, NEEDED),
    "all_forgotten": (ONCE[1:], (LEFT, PROPOSED)),
    "repeated": (REPEATED, (PROPOSED,)),
    "tuned": (tuple(RECIPES), ()),
    "maps": ((LASTING, PASSING), ()),
    "beside": (FEW, (PROPOSED,)),
}
EXPERIMENT = Repair
