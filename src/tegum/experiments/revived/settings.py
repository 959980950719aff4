"""What is trained: dictionaries in which latents die and features are missed, with the published rule and without."""

import functools
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.loss import SparseError
from tegum.sae.remedies import Dead, GeometricMedian, Resample
from tegum.sae.truth import DrawnDirections, GivenDirections, Shifted, Superposed, draws
from tegum.toy.features import SparseUniform
from tegum.toy.models import Autoencoder, Parameters
from tegum.training.history import at_steps
from tegum.training.interventions import Freeze
from tegum.training.optimisers import Adam
from tegum.training.run import train
from tegum.training.training import Training

INPUTS, TRUE, LATENTS = 16, 32, 32
DENSITY, RATE, PENALTY, BIAS, BATCH = 0.05, 1e-2, 0.2, -0.5, 128
MEAN = 2.0  # the length of the mean of moved data
WINDOW, AT, APART = 300, 1_000, 400  # steps: dead is who was silent so long; the first edit; from one to the next
SEEN = 8_192  # inputs that an edit looks at
AFTER = (0, 1, 2, 5, 10, 20, 50, 100, 200, 350, 500, 700, 1_000, 1_500, 2_000, 3_000)  # steps after the edit
JUDGED = 61_000_000  # the first seed; the truths' own numbers follow
TOYS = 61_500_000  # the toy models' first seed
BEDS = {"truth": "known truth", "toy": "toy models", "mean": "known truth, moved"}
HOLD = 100  # steps for which biases are held still
COUNTS = (0, 1, 2, 4, 8)  # how often is resampled


class BiasKept(Resample):
    """The published rule, but the latents keep their biases."""

    def treat(self, model: Any, parameters: Parameters, dead: Dead, key: Any, seen: Any = None) -> Parameters:
        return {**super().treat(model, parameters, dead, key, seen), "b_e": jnp.asarray(parameters["b_e"])}


def times(count: int) -> tuple[int, ...]:
    """The steps of so many edits, evenly over eight places."""
    return tuple(AT + APART * k for k in range(0, max(COUNTS), max(COUNTS) // count))


def resample(at: Sequence[int] = (AT,), kind: type[Resample] = Resample, **changes: Any) -> Resample:
    """The published rule at these steps, or a changed one."""
    return kind(at=tuple(at), window=WINDOW, inputs=SEEN, **changes)


ARMS: dict[str, tuple[Resample, ...]] = {
    "nothing": (),
    "published": (resample(),),
    "full length": (resample(fraction=1.0),),
    "bias kept": (resample(kind=BiasKept),),
    "memory kept": (resample(forget="nothing"),),
    "centred": (resample(direction="centred"),),
    "bias held": (resample(),),
    "only held": (),
    **{f"{count} times": (resample(times(count)),) for count in COUNTS[2:]},
}
HELD = ("bias held", "only held")  # arms in which all encoder biases are held still after the edit
TRIED = {
    "truth": tuple(ARMS),
    "toy": ("nothing", "published", "memory kept", "bias held", "2 times", "4 times", "8 times"),
    "mean": ("nothing", "published", "centred"),
}


def training(bed: str, arm: str, dictionaries: int, steps: int, first: int = JUDGED) -> Training:
    """One arm of one bed; all arms of a bed share truths, starts and data."""
    return Training(
        model=SparseAutoencoder(inputs=INPUTS, latents=LATENTS, start="independent", initial_bias=BIAS),
        law=_law(bed),
        loss=SparseError(l1=PENALTY),
        optimiser=Adam(learning_rate=RATE),
        steps=steps,
        batch_size=BATCH,
        interventions=(GeometricMedian(at=(0,), inputs=4096), *ARMS[arm]),
        freeze=(Freeze(parameter="b_e", start=AT, stop=AT + HOLD),) if arm in HELD else (),
        record=at_steps(recorded(steps), "parameters"),
        evaluation_samples=1024,
        over={"dictionary": {"seed": range(first, first + dictionaries), **_truths(bed, dictionaries, first)}},
    )


def recorded(steps: int) -> list[int]:
    """The steps at which parameters are kept: of the first edit, thereafter, and the last."""
    return sorted({*(AT + after for after in AFTER if AT + after <= steps), steps})


def _law(bed: str) -> Superposed:
    of = SparseUniform(feature_probability=DENSITY)
    if bed == "toy":
        return Superposed(directions=GivenDirections(count=TRUE, numbers=(0.0,) * (INPUTS * TRUE)), of=of)
    return Shifted(directions=DrawnDirections(count=TRUE), of=of, shift=MEAN if bed == "mean" else 0.0)


def _truths(bed: str, dictionaries: int, first: int) -> dict[str, tuple[Any, ...]]:
    """What differs between the dictionaries' data."""
    if bed == "toy":
        return {"law.directions.numbers": _toys(dictionaries, TOYS + first - JUDGED)}
    return {"law.directions.draw": draws(first, dictionaries)}


@functools.cache
def _toys(count: int, first: int) -> tuple[tuple[float, ...], ...]:
    """So many toy models' W, row by row."""
    run = train(
        Autoencoder(features=TRUE, hidden=INPUTS), SparseUniform(feature_probability=DENSITY),
        optimiser=Adam(learning_rate=1e-2), steps=800, batch_size=BATCH, evaluation_samples=1024, progress=False,
        over={"seed": range(first, first + count)},
    )  # fmt: skip
    return GivenDirections.each(run.data.W.values)
