"""What is trained: toy models beside an unlearnt feature, and dictionaries whose latents die; over Δ and rate."""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Array

from tegum.experiments.proposal_map.readings import BASES, CHANGES, FOUR, LETTER, PLAIN, WIDE, WINDOW, ZERO
from tegum.failure.maps import spaced
from tegum.failure.remedies import Repel as RepelFeatures
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.loss import SparseError
from tegum.sae.remedies import GeometricMedian, Repel
from tegum.sae.truth import DrawnDirections, Superposed, draws
from tegum.theory.failure import symmetric_failure
from tegum.toy.features import OneHot, SparseUniform, zipf
from tegum.toy.models import StartingFrom
from tegum.training.history import at_steps
from tegum.training.optimisers import Adam, AdamW
from tegum.training.training import Training

# Toy models ----------------------------------------------------------------------------------------------------------
TOY_FIRST = 62_710_000  # the first seed
SETTLING = 1_000  # steps between the start and the edit


@dataclass(frozen=True)
class Toy:
    """A kind of toy model: m latent dimensions, AdamW's decay, and how many times fewer pixels a side its maps have.

    by_letter: whether the new feature's own bias is raised, too, as the proposal says; in the experiment that it
    generalises it was not.
    """

    m: int
    decay: float
    by_letter: bool = True
    coarser: float = 1.0

    @property
    def name(self) -> str:
        own = "" if self.by_letter else ", its own bias not raised"
        return f"n = {self.n}, m = {self.m}, decay {self.decay:g}{own}"

    @property
    def n(self) -> int:
        return 7 if self.m == 2 else 2 * self.m * (self.m - 1) + 1

    def state(self) -> tuple[np.ndarray, np.ndarray]:
        """Balanced live features, and one that is unlearnt."""
        return symmetric_failure(7) if self.m == 2 else roots(self.m)


PLANE, PLANE_LASTING = Toy(2, 0.01), Toy(2, 0.1)
LIVE_ONLY, SPACE, FOUR_D = Toy(2, 0.1, by_letter=False), Toy(3, 0.1, coarser=1.6), Toy(4, 0.1, coarser=4.0)
TOYS = {toy.name: toy for toy in (PLANE_LASTING, PLANE, LIVE_ONLY, SPACE, FOUR_D)}


def roots(m: int) -> tuple[np.ndarray, np.ndarray]:
    """W (m, n) and b (n,): the 2m(m − 1) vectors ±e_i ± e_j without loss among themselves, and an unlearnt feature.

    Symmetric failure in m ≥ 3 dimensions: they sum to zero, their cosines are 1/2 at most, and ‖W_j‖² = 2, b_j = −1
    gives each itself back and nothing else. For m = 3 they are a cuboctahedron.

    >>> W, b = roots(3)
    >>> W.shape, float(abs(W.sum(axis=1)).max()), sorted(set((W.T @ W + b[:, None]).clip(0)[:12].ravel().tolist()))
    ((3, 13), 0.0, [0.0, 1.0])
    """
    axes = np.eye(m)
    pairs = list(itertools.combinations(range(m), 2))
    live = [s * axes[i] + t * axes[j] for i, j in pairs for s in (1, -1) for t in (1, -1)]
    n = len(live) + 1
    return np.array([*live, np.zeros(m)]).T, np.array([-1.0] * (n - 1) + [1 / n])


def recovered(W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(k,): whether all features are learnt, with less loss than half of what one unlearnt feature costs.

    The summed loss is below (n − 1)/(2n); a model that diverged has not recovered.
    """
    n = W.shape[-1]
    error = np.maximum(np.einsum("kmi,kmj->kij", W, W) + b[:, :, None], 0) - np.eye(n)
    return np.asarray((error**2).sum(axis=(1, 2)) < (n - 1) / (2 * n))


def toy_training(toy: Toy, pixels: int, seeds: int, steps: int, *, edited: bool) -> Training:
    """All shifts at all rates, or nothing done at all rates; in m ≥ 3 dimensions half as many steps."""
    steps = steps if toy.m == 2 else steps // 2
    cells = max(4, int(pixels / toy.coarser))
    shifts = (0.0, *spaced(1e-3, 10.0, cells - 1, log=True).tolist())
    rates = tuple(spaced(1e-4, 3e-2, cells, log=True).tolist())
    remedy = RepelFeatures(at=(min(SETTLING, steps // 2),), own=toy.by_letter)
    return Training(
        model=StartingFrom.at(*toy.state(), noise=0.01),
        law=OneHot(),
        optimiser=AdamW(weight_decay=toy.decay),
        steps=steps,
        interventions=(remedy,) if edited else (),
        over={
            **({"interventions[0].shift": shifts} if edited else {}),
            "learning_rate": rates,
            "seed": range(TOY_FIRST, TOY_FIRST + seeds),
        },
        keep=(recovered,),
    )


# Dictionaries --------------------------------------------------------------------------------------------------------
INPUTS, TRUE, LATENTS, DENSITY = 16, 32, 40, 0.05
RATE, PENALTY, BIAS, BATCH = 1e-2, 0.1, -0.3, 128
READ, MAPPED, ELSEWHERE = 62_400_000, 62_500_000, 62_600_000  # first seeds; the truths' own numbers follow
SHIFTS_READ = (0.03, 0.3)
SHIFTS = (0.0, 0.03, 0.1, 0.3, 1.0)
RATES = (3e-3, 1e-2, 2e-2, 4e-2, 8e-2)
RATES_ELSEWHERE = RATES[1:3]
FROM_LETTER = (PLAIN, "fraction 1", "live", "dead", "own", "once", "often", "origin", "wide")
OFF_CENTRE = tuple(name for name, reading in CHANGES.items() if not reading.median)
FOLLOWED = (FOUR[0], FOUR[0] + 50)  # steps at which the live latents are compared: at the first edit, and then
SHIFT = "interventions[1].shift"
OTHER = ", Zipf frequencies"
ZIPF = zipf(TRUE, exponent=1.0, expected=DENSITY * TRUE)  # frequencies elsewhere


def rows(W_e: Array) -> Array:
    """The encoder vectors."""
    return W_e


def silent(idle: Array) -> Array:
    """Steps since each latent last fired."""
    return idle


def remedy(base: str, change: str, steps: int) -> Repel:
    """The proposal as read."""
    reading = CHANGES[change]
    at = tuple(step for step in reading.at if step < steps)
    return reading.kind(at=at, window=WINDOW, **BASES[base], **reading.fields)


def dictionaries(
    first: int, count: int, steps: int, over: dict[str, Any], edit: Repel | None, *, median: bool = True, **more: Any
) -> Training:
    """So many dictionaries, each with a truth of its own, at all places of `over`.

    The median comes first in all, so that those with and without an edit draw the same samples for it.
    """
    start = (GeometricMedian(at=(0,), inputs=4096),) if median else ()
    given: dict[str, Any] = {
        "model": SparseAutoencoder(inputs=INPUTS, latents=LATENTS, start="independent", initial_bias=BIAS),
        "law": Superposed(directions=DrawnDirections(count=TRUE), of=SparseUniform(feature_probability=DENSITY)),
        "loss": SparseError(l1=PENALTY),
        "optimiser": Adam(learning_rate=RATE),
        "batch_size": BATCH,
        "evaluation_samples": 8192,
        "interventions": (*start, *([edit] if edit else [])),
    }
    each = {"seed": range(first, first + count), "law.directions.draw": draws(first % 1_000_000, count)}
    return Training(**(given | more), steps=steps, over={**over, "dictionary": each})


WIDER: dict[str, Any] = {
    "model": SparseAutoencoder(inputs=2 * INPUTS, latents=2 * LATENTS, start="independent", initial_bias=BIAS),
    "law": Superposed(directions=DrawnDirections(count=2 * TRUE), of=SparseUniform(feature_probability=DENSITY / 2)),
}


def nothing_name(change: str = PLAIN) -> str:
    """The training of the untreated twins of a reading."""
    return f"nothing, {change}" if change in (WIDE, *OFF_CENTRE) else "nothing"


def read_name(base: str, change: str) -> str:
    """The training of one reading."""
    return f"{base}, {change}"


def readings(count: int, steps: int, read: tuple[str, ...]) -> dict[str, Training]:
    """All readings with two shifts, and their untreated twins."""
    found = {}
    for change in read:
        median = CHANGES[change].median
        record = at_steps(FOLLOWED, rows, silent) if change == PLAIN else None
        own: dict[str, Any] = {"median": median, "record": record, **(WIDER if change == WIDE else {})}
        if nothing_name(change) not in found:
            found[nothing_name(change)] = dictionaries(READ, count, steps, {}, None, **own)
        for base in BASES:
            if base == LETTER and change not in FROM_LETTER:
                continue
            over = {f"interventions[{int(median)}].shift": SHIFTS_READ}
            found[read_name(base, change)] = dictionaries(READ, count, steps, over, remedy(base, change, steps), **own)
    return found


def map_name(base: str | None, bed: str = "") -> str:
    """The training of a map of dictionaries, or of the untreated twins."""
    return f"map {base or 'nothing'}{bed}"


def dictionary_maps(count: int, steps: int) -> dict[str, Training]:
    """Shift × rate by the letter and with biases of 0; and the second where frequencies fall as Zipf has it."""
    found = {}
    zipfian = Superposed(directions=DrawnDirections(count=TRUE), of=SparseUniform(feature_probability=ZIPF))
    beds: dict[str, tuple[int, tuple[float, ...], dict[str, Any]]] = {
        "": (MAPPED, RATES, {}),
        OTHER: (ELSEWHERE, RATES_ELSEWHERE, {"law": zipfian}),
    }
    for bed, (first, rates, changes) in beds.items():
        for base in (None, ZERO) if bed else (None, LETTER, ZERO):
            edit = remedy(base, PLAIN, steps) if base else None
            shifts = {SHIFT: SHIFTS} if base else {}
            over = {**shifts, "learning_rate": rates}
            found[map_name(base, bed)] = dictionaries(first, count, steps, over, edit, **changes)
    return found
