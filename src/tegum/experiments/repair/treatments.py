"""What is tried: the recipes, the remedies with their one number each, and the names of the trainings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tegum.failure.remedies import FullLength, Lean, MakeRoom, Noise, Reinitialise, Remedy, Repel, Resample
from tegum.training.optimisers import SGD, AdamW, Optimiser

FEATURES = 7
JUDGED, TUNED_ON, MAPPED, SEVERAL = (million * 1_000_000 for million in (16, 12, 15, 17))  # first seeds
RECIPES: dict[str, Optimiser] = {
    "AdamW, decay 0.01": AdamW(weight_decay=0.01),
    "AdamW, decay 0.1": AdamW(weight_decay=0.1),
    "AdamW, decay 0.3": AdamW(weight_decay=0.3),
    "SGD, rate 1": SGD(learning_rate=1.0),
    "AdamW, cosine": AdamW(warmup=1250, schedule="cosine"),
}
PASSING, LASTING, DESCENT = "AdamW, decay 0.01", "AdamW, decay 0.1", "SGD, rate 1"
EVERY = 2_000  # steps between repeated edits
SHIFTS = (0.0, *(round(float(shift), 4) for shift in np.geomspace(0.001, 3.0, 15)))
RATES = tuple(float(f"{rate:.2g}") for rate in np.geomspace(1e-4, 3e-2, 12))
SETTLING = 1_000  # steps between the start of a mapped model near symmetric failure and its edit
CHOOSING = 4  # one mapped seed in so many chooses the best and the worst block; the others judge them
MORE = ((8, 2), (9, 3))  # features, and how many of them are unlearnt beside a hexagon
COSTLY = 3.0  # the importance of the costly one of two unlearnt features


@dataclass(frozen=True)
class Treatment:
    """A remedy with its one free number: the values tried on seeds of their own, and the best for each recipe."""

    remedy: type[Remedy]
    number: str
    tried: tuple[float, ...]
    best: tuple[float, ...]
    fixed: tuple[tuple[str, Any], ...] = ()

    def at(self, steps: Iterable[int], **more: Any) -> Remedy:
        """The remedy at these steps."""
        return self.remedy(**{"at": tuple(steps), **dict(self.fixed), **more})

    @property
    def field(self) -> str:
        """The path of the free number in a training with this as its one edit."""
        return f"interventions[0].{self.number}"


# `best` has the least mean time to a perfect model of the six values tried, over those of 256 seeds from TUNED_ON on
# that are caught, in the order of RECIPES: `tegum run repair --size paper` shows it again.
TREATMENTS = {
    "noise": Treatment(Noise, "size", (0.003, 0.01, 0.03, 0.1, 0.3, 1.0), (0.01, 0.01, 0.1, 0.03, 0.03)),
    "re-initialise": Treatment(Reinitialise, "scale", (0.3, 1.0, 1.5, 2.0, 2.5, 3.0), (1.5, 2.0, 2.0, 2.5, 2.0)),
    "resample, tuned": Treatment(Resample, "fraction", (0.1, 0.2, 0.5, 0.8, 1.0, 1.2), (0.8, 0.8, 0.8, 1.2, 0.8)),
    "repel": Treatment(Repel, "shift", (0.0, 0.03, 0.1, 0.3, 1.0, 3.0), (0.1, 0.3, 0.3, 3.0, 0.1), (("own", False),)),
    "repel, own bias too": Treatment(
        Repel, "shift", (0.0, 0.03, 0.1, 0.3, 1.0, 3.0), (0.1, 0.3, 0.1, 3.0, 0.03), (("own", True),)
    ),
    "lean": Treatment(Lean, "amount", (0.1, 0.2, 0.4, 0.6, 0.8, 1.0), (0.6, 0.8, 0.4, 0.4, 0.6)),
    "random, long": Treatment(FullLength, "fraction", (0.5, 0.8, 1.0, 1.2, 1.4, 1.6), (1.4, 1.2, 1.4, 1.4, 1.2)),
    "make room": Treatment(MakeRoom, "turn", (0.0, 0.25, 0.5, 0.75, 1.0, 1.25), (1.0,) * 5),
}
PUBLISHED, LONG = "resample, published", "resample, full length"
ONCE = ("nothing", "noise", "re-initialise", PUBLISHED, LONG, *list(TREATMENTS)[2:])
DRAWN = ("nothing", "noise", "re-initialise", PUBLISHED, "resample, tuned", "repel", "random, long", "make room")
REPEATED = (PUBLISHED, "repel")
OPTIONAL = ("re-initialise", "resample, tuned", "repel, own bias too", "lean")  # judged by no claim
FEW = ("nothing", PUBLISHED, "repel", "random, long", "make room")


def once_name(name: str) -> str:
    """The training in which all recipes get this remedy once."""
    return f"once {name}"


def again_name(name: str) -> str:
    """The training in which it is repeated, under the recipes in which failure lasts."""
    return f"again {name}"


def several_name(n: int, unlearnt: int, name: str) -> str:
    """The training with so many features unlearnt beside a hexagon."""
    return f"{n} features, {unlearnt} unlearnt, {name}"


def lasting(recipes: tuple[str, ...]) -> tuple[str, ...]:
    """Those of these recipes in which edits are repeated."""
    return tuple(recipe for recipe in (LASTING, DESCENT) if recipe in recipes)


def best(name: str, recipe: str) -> float:
    """The remedy's best number for this recipe."""
    return TREATMENTS[name].best[list(RECIPES).index(recipe)]


def edits(name: str, steps: Iterable[int], recipe: str | None = None) -> tuple[Remedy, ...]:
    """The remedy of this name at these steps; with its best number, where a recipe is named."""
    if name == "nothing":
        return ()
    if name in TREATMENTS:
        treatment = TREATMENTS[name]
        return (treatment.at(steps, **({treatment.number: best(name, recipe)} if recipe else {})),)
    return (Resample(at=tuple(steps), fraction=0.2 if name == PUBLISHED else 1.0),)
