"""Beds: where remedies are compared. Each has data, a dictionary, and recipes under which its latents die.

Recipes were chosen on pilot seeds by a rule: of the rates and penalties below, the lowest rate, and at that rate the
lowest penalty, at which without remedy about a fifth of the latents or more are dead, there is something to win, and
training has ended. Something to win: a dictionary that starts at the truth ends with an objective lower by 2 in 100 or
more; of the digits, whose truth is unknown, one of twice as many latents, by 1 in 100. Ended: twice as many steps win
less than 2 in 100. Nothing that was tried has ended on the toy bed, by that measure.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tegum.sae.digits import Digits
from tegum.sae.truth import DrawnDirections, GivenDirections, Superposed, draws
from tegum.toy.features import CorrelatedSets, Hierarchical, Law, SparseUniform, zipf
from tegum.toy.models import Autoencoder
from tegum.training.optimisers import Adam
from tegum.training.run import execute
from tegum.training.training import Training

INPUTS, TRUE, DENSITY = 16, 32, 0.05
JUDGED_ON, TUNED_ON, OTHERS = 64_400_000, 64_500_000, 1_000  # first seeds; other seeds for the same truths
CONTROL = "easy"
CURVE = ((1e-2, 0.1), (1e-2, 0.2), (1e-2, 0.4))  # recipes of the synthetic bed, along which MSE is a curve over L0
MIDDLE = 1
Recipe = tuple[float, float]  # learning rate, L1 penalty


@dataclass(frozen=True)
class Bed:
    """Data and a dictionary for them.

    recipes: rates and penalties, the first in the standard size. bias: the initial encoder bias; below 0 it makes
        latents start nearly silent, and kills some.
    directions: for so many dictionaries from a first seed on, the axis of truths; None where the truth is unknown.
    """

    words: str
    law: Law
    latents: int
    recipes: tuple[Recipe, ...]
    directions: Callable[[int, int], dict[str, tuple[Any, ...]]] | None
    inputs: int = INPUTS
    bias: float = 0.0

    def dictionaries(self, first: int, count: int, *, other: bool = False) -> dict[str, Any]:
        """The axis of dictionaries: seeds, and where it is known each one's own truth.

        other: the same truths with other seeds.
        """
        truths = self.directions(first, count) if self.directions else {}
        start = first + OTHERS if other else first
        return {"seed": range(start, start + count), **truths}

    def truths(self, first: int, count: int) -> tuple[tuple[float, ...], ...]:
        """The true directions of these dictionaries, row by row."""
        if self.directions is None or not isinstance(self.law, Superposed):
            return ()
        ((path, values),) = self.directions(first, count).items()
        swept = path.removeprefix("law.directions.")
        each = (self.law.directions.model_copy(update={swept: value}) for value in values)
        return GivenDirections.each([one.matrix(self.inputs) for one in each])


def _drawn(first: int, count: int) -> dict[str, tuple[Any, ...]]:
    return {"law.directions.draw": draws(first, count)}


@functools.lru_cache(maxsize=8)
def _of_toys(first: int, count: int) -> dict[str, tuple[Any, ...]]:
    """The columns of W of toy models trained here, one for each seed."""
    run = execute(Training(
        model=Autoencoder(features=TRUE, hidden=INPUTS), law=SparseUniform(feature_probability=DENSITY),
        optimiser=Adam(learning_rate=1e-2), steps=1000, batch_size=128, evaluation_samples=128,
        over={"seed": range(first, first + count)},
    ))  # fmt: skip
    return {"law.directions.numbers": GivenDirections.each(run.W.values)}


def _superposed(of: Law) -> Superposed:
    return Superposed(directions=DrawnDirections(count=TRUE), of=of)


BIAS = -0.3
BEDS = {
    "toy": Bed(
        "latents of toy models",
        Superposed(directions=GivenDirections(count=TRUE, numbers=(1.0,) * (INPUTS * TRUE)),
                   of=SparseUniform(feature_probability=DENSITY)),
        TRUE, ((3e-2, 0.2), (3e-2, 0.4), (1e-2, 0.4), (1e-2, 0.2)), _of_toys, bias=BIAS,
    ),
    "synthetic": Bed(
        "random directions, Zipf frequencies",
        _superposed(SparseUniform(feature_probability=zipf(TRUE, expected=DENSITY * TRUE))),
        TRUE, ((1e-2, 0.2), (1e-2, 0.4), (3e-2, 0.2), (3e-2, 0.4)), _drawn, bias=BIAS,
    ),
    "digits": Bed(
        "hidden units of a classifier of digits", Digits(), 64,
        ((1e-2, 2.0), (1e-2, 3.0), (3e-3, 3.0), (1e-3, 3.0)), None, inputs=64,
    ),
    "pairs": Bed(
        "random directions, active in pairs", _superposed(CorrelatedSets(sets=TRUE // 2, feature_probability=DENSITY)),
        TRUE, ((1e-2, 0.2), (1e-2, 0.4), (3e-2, 0.2), (3e-2, 0.4)), _drawn, bias=BIAS,
    ),
    "families": Bed(
        "random directions, children active with their parents only",
        _superposed(Hierarchical(children=3, feature_probability=0.1, child_probability=0.4)),
        TRUE, ((1e-2, 0.2), (1e-2, 0.4), (3e-2, 0.2), (3e-2, 0.4)), _drawn, bias=BIAS,
    ),
    CONTROL: Bed(
        "16 orthogonal features, nothing wrong",
        Superposed(directions=DrawnDirections(count=INPUTS, orthogonal=True),
                   of=SparseUniform(feature_probability=DENSITY)),
        2 * INPUTS, ((1e-2, 0.1),), _drawn,
    ),
}  # fmt: skip
