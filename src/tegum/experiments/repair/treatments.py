"""What is tried: the recipes, the remedies with their free numbers, and the names of the trainings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from tegum.failure.remedies import Forget, Lean, MakeRoom, Noise, Reinitialise, Remedy, Repel, Resample
from tegum.training.optimisers import SGD, AdamW, Optimiser

FEATURES = 7
JUDGED, TUNED_ON, MAPPED, SEVERAL = (million * 1_000_000 for million in (36, 40, 37, 38))  # first seeds
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
POLICIES = ("unlearnt", "all")  # whose columns the optimiser forgets, the same for all remedies


@dataclass(frozen=True)
class Treatment:
    """A remedy with its free numbers.

    tried: values of each number, which change together; best: the place of the best one for each recipe, in the order
    of RECIPES, where the memory of unlearnt features is forgotten, and where all is; fixed: other fields.
    """

    remedy: type[Remedy]
    tried: Mapping[str, tuple[float, ...]]
    best: tuple[tuple[int, ...], tuple[int, ...]]
    fixed: tuple[tuple[str, Any], ...] = ()

    def at(self, steps: Iterable[int], **more: Any) -> Remedy:
        """The remedy at these steps."""
        return self.remedy(**{"at": tuple(steps), **dict(self.fixed), **more})

    def axis(self, places: Iterable[int]) -> dict[str, Any]:
        """The numbers at these places among the tried, by their paths in a training with this as its one edit."""
        chosen = tuple(places)
        return {f"interventions[0].{name}": tuple(row[i] for i in chosen) for name, row in self.tried.items()}

    def place(self, recipe: str, forget: str) -> int:
        """Where the best numbers for this recipe are among the tried."""
        return self.best[POLICIES.index(forget)][list(RECIPES).index(recipe)]

    def at_best(self, recipe: str, forget: str = "unlearnt") -> dict[str, float]:
        """The numbers that are best for this recipe."""
        return {name: row[self.place(recipe, forget)] for name, row in self.tried.items()}

    @property
    def labels(self) -> list[str]:
        """What was tried, in words."""
        return ["·".join(f"{value:g}" for value in values) for values in zip(*self.tried.values(), strict=True)]


def _repelling(fractions: tuple[float, ...]) -> dict[str, tuple[float, ...]]:
    """Lengths of the small columns, each with all shifts of the biases."""
    pairs = list(product(fractions, (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)))
    return {"fraction": tuple(a for a, _ in pairs), "shift": tuple(z for _, z in pairs)}


_LENGTHS = {"fraction": (0.2, 0.4, 0.6, 0.8, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6, 1.8, 2.0)}

# `best` has the least mean time to a perfect model of all tried, over those of 96 seeds from TUNED_ON on that are
# caught: `tegum run repair --size paper` shows it. Gradient descent has no memory, so both of its places are the same.
TREATMENTS = {
    "noise": Treatment(
        Noise,
        {"size": (0.0003, 0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)},
        ((3, 0, 7, 6, 3), (1, 1, 2, 6, 0)),
    ),
    "re-initialise": Treatment(
        Reinitialise,
        {"scale": (0.3, 0.6, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 3.0, 3.5, 4.0)},
        ((5, 7, 8, 5, 7), (5, 7, 6, 5, 5)),
    ),
    "resample": Treatment(Resample, _LENGTHS, ((2, 2, 2, 4, 2), (2, 2, 2, 4, 0))),
    "resample, own bias": Treatment(Resample, _LENGTHS, ((6, 8, 8, 3, 6), (6, 8, 6, 3, 5)), (("bias", "own"),)),
    "random, bias 0": Treatment(Resample, _LENGTHS, ((2, 2, 3, 8, 6), (2, 2, 3, 8, 2)), (("direction", "random"),)),
    "random, own bias": Treatment(
        Resample, _LENGTHS, ((7, 7, 8, 8, 6), (7, 8, 7, 8, 7)), (("direction", "random"), ("bias", "own"))
    ),
    "repel at 0.05": Treatment(Repel, _repelling((0.05,)), ((2, 3, 3, 5, 1), (0, 1, 1, 5, 0)), (("own", False),)),
    "repel": Treatment(Repel, _repelling((0.05, 0.2)), ((2, 3, 10, 12, 8), (0, 7, 1, 12, 0)), (("own", False),)),
    "repel, raising its own": Treatment(
        Repel, _repelling((0.05, 0.2)), ((2, 9, 2, 12, 8), (0, 7, 0, 12, 0)), (("own", True),)
    ),
    "lean": Treatment(
        Lean,
        {"amount": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.5, 2.0, 3.0)},
        ((5, 7, 9, 4, 6), (5, 6, 3, 4, 3)),
    ),
    "make room": Treatment(
        MakeRoom,
        {"turn": (0.0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5)},
        ((8, 8, 8, 8, 6), (7, 6, 8, 8, 2)),
    ),
}
CARRIED, LONG, PROPOSED, LEFT = "resample at 0.2", "resample at 1", "repel at 0.05", "forget"
PLAIN: dict[str, Any] = {
    CARRIED: (Resample, {"fraction": 0.2}),
    LONG: (Resample, {"fraction": 1.0}),
    LEFT: (Forget, {}),
}
ONCE = ("nothing", LEFT, "noise", "re-initialise", CARRIED, LONG, *list(TREATMENTS)[2:])
ROOMY = "make room"
WHOLE = "random, own bias"
FACTORS = {"resample": (0, 0), "resample, own bias": (0, 1), "random, bias 0": (1, 0), WHOLE: (1, 1)}
DRAWN = ("nothing", LEFT, "resample", PROPOSED, "lean", WHOLE, ROOMY)
REPEATED = (CARRIED, PROPOSED)
NEEDED = ("nothing", LEFT, CARRIED, PROPOSED)  # without these there is nothing to compare
FEW = ("nothing", LEFT, CARRIED, PROPOSED, WHOLE, ROOMY)


def once_name(name: str, forget: str = "unlearnt") -> str:
    """The training in which all recipes get this remedy once; `forget` as in `Remedy`."""
    return f"once {name}" + (", all forgotten" if forget == "all" else "")


def tune_name(name: str, forget: str) -> str:
    """The training in which all numbers of a remedy are tried."""
    return f"tune {name}" + (", all forgotten" if forget == "all" else "")


def again_name(name: str) -> str:
    """The training in which it is repeated, under the recipes in which failure lasts."""
    return f"again {name}"


def several_name(n: int, unlearnt: int, name: str) -> str:
    """The training with so many features unlearnt beside a hexagon."""
    return f"{n} features, {unlearnt} unlearnt, {name}"


def lasting(recipes: tuple[str, ...]) -> tuple[str, ...]:
    """Those of these recipes in which edits are repeated."""
    return tuple(recipe for recipe in (LASTING, DESCENT) if recipe in recipes)


def forgetful(recipes: tuple[str, ...]) -> tuple[str, ...]:
    """Those of these recipes whose optimiser has a memory."""
    return tuple(recipe for recipe in recipes if recipe != DESCENT)


def axis_of(name: str, recipes: tuple[str, ...], forget: str = "unlearnt") -> dict[str, Any]:
    """One axis of recipes, each with the remedy's best numbers for it."""
    axis: dict[str, Any] = {"optimiser": tuple(RECIPES[recipe] for recipe in recipes)}
    if name in TREATMENTS:
        axis |= TREATMENTS[name].axis(TREATMENTS[name].place(recipe, forget) for recipe in recipes)
    return axis


def edits(name: str, steps: Iterable[int], recipe: str | None = None, forget: str = "unlearnt") -> tuple[Remedy, ...]:
    """The remedy of this name at these steps; with its best numbers, where a recipe is named."""
    if name == "nothing":
        return ()
    if name in TREATMENTS:
        treatment = TREATMENTS[name]
        numbers = treatment.at_best(recipe, forget) if recipe else {}
        return (treatment.at(steps, forget=forget, **numbers),)
    remedy, fixed = PLAIN[name]
    return (remedy(at=tuple(steps), forget=forget, **fixed),)
