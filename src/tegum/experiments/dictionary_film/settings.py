"""What is trained: dictionaries of the latent planes of toy models, one arm for each remedy, all from equal starts."""

import functools
from typing import Any

from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.loss import SparseError
from tegum.sae.remedies import FillGaps, Remedy, Repel, Resample
from tegum.sae.truth import AtTruth, GivenDirections, Superposed
from tegum.toy.features import SparseUniform
from tegum.toy.models import Autoencoder
from tegum.training.history import at_steps
from tegum.training.interventions import Intervention
from tegum.training.optimisers import Adam
from tegum.training.run import train
from tegum.training.training import Training

FEATURES, PLANE = 5, 2
DENSITY, RATE, PENALTY, BIAS, BATCH = 0.05, 1e-2, 0.2, -0.5, 128
FIRST, APART, EDITS = 800, 400, 4  # steps: the first edit, from one to the next, and how many
WINDOW = 300  # steps without firing after which a latent counts as dead while training goes on
SEEN = 4096  # inputs that an edit looks at
JUDGED, TOYS = 60_200_000, 60_700_000  # the first seeds of dictionaries and of toy models

NOTHING, TRUTH, TIED = "nothing", "started at the truth", "tied start"
PUBLISHED, FULL, KEPT = "published rule", "published, full length", "published, memory kept"
GAPS, OWN = "fill gaps", "own"
LETTER, ZERO, READING = "proposal", "proposal, b_e = 0", "proposal, at its best"
# Shifts, the full length and the best reading of the proposal are those that found most features of twenty other
# dictionaries.
REMEDIES: dict[str, tuple[type[Remedy], dict[str, Any]]] = {
    PUBLISHED: (Resample, {"inputs": SEEN}),
    FULL: (Resample, {"inputs": SEEN, "fraction": 1.0}),
    KEPT: (Resample, {"inputs": SEEN, "forget": "nothing"}),
    LETTER: (Repel, {"shift": 0.4}),
    ZERO: (Repel, {"shift": 0.03, "bias": "zero"}),
    READING: (Repel, {"shift": 0.3, "bias": "zero", "decoder": "matched"}),
    GAPS: (FillGaps, {"inputs": SEEN}),
}
REFERENCES = (TRUTH, TIED)


def steps_of_edits(steps: int) -> tuple[int, ...]:
    """When remedies act: all but those that would leave less than a window of steps."""
    return tuple(at for at in range(FIRST, FIRST + EDITS * APART, APART) if at <= steps - WINDOW)


def recorded(steps: int) -> tuple[int, ...]:
    """When parameters are kept: evenly, and closely after each edit."""
    after = {at + more for at in steps_of_edits(steps) for more in (1, 5, 10, 20, 35, 70)}
    return tuple(sorted({*range(0, steps, 50), *after, steps}))


def training(arm: str, dictionaries: int, latents: int, steps: int, own: type[Remedy] | None = None) -> Training:
    """One arm. All arms share truths, starts and data; but for the references, which start elsewhere."""
    toys = toy_models(dictionaries)
    over: dict[str, Any] = {"seed": range(JUDGED, JUDGED + dictionaries), "law.directions.numbers": toys}
    kinds = REMEDIES | ({} if own is None else {OWN: (own, {})})
    interventions: tuple[Intervention, ...] = ()
    if arm == TRUTH:
        interventions = (AtTruth(at=(0,), numbers=toys[0]),)
        over["interventions[0].numbers"] = toys
    elif arm in kinds:
        kind, fields = kinds[arm]
        interventions = (kind(at=steps_of_edits(steps), window=WINDOW, **fields),)
    start: dict[str, Any] = {} if arm == TIED else {"start": "independent", "initial_bias": BIAS}
    return Training(
        model=SparseAutoencoder(inputs=PLANE, latents=latents, **start),
        law=Superposed(directions=GivenDirections(count=FEATURES, numbers=toys[0]), of=toy_law()),
        loss=SparseError(l1=PENALTY),
        optimiser=Adam(learning_rate=RATE),
        steps=steps,
        batch_size=BATCH,
        interventions=interventions,
        record=at_steps(recorded(steps)),
        evaluation_samples=1024,
        over={"dictionary": over},
    )


def toy_law() -> SparseUniform:
    return SparseUniform(feature_probability=DENSITY)


@functools.cache
def toy_models(count: int) -> tuple[tuple[float, ...], ...]:
    """So many toy models' W, row by row: the true directions."""
    run = train(
        Autoencoder(features=FEATURES, hidden=PLANE), toy_law(), optimiser=Adam(learning_rate=1e-2), steps=3_000,
        batch_size=256, evaluation_samples=1024, progress=False, over={"seed": range(TOYS, TOYS + count)},
    )  # fmt: skip
    return GivenDirections.each(run.data["W"].values)
