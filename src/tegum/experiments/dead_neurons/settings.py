"""What is trained: one recipe, what is changed of it one at a time, and the comparisons that claims are judged on."""

from dataclasses import dataclass, field
from typing import Any

from jaxtyping import Array

from tegum.sae.codes import TopK
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.loss import AuxK, SparseError
from tegum.sae.remedies import GeometricMedian
from tegum.sae.truth import DrawnDirections, Shifted, draws
from tegum.toy.features import SparseUniform
from tegum.training.history import every
from tegum.training.optimisers import Adam
from tegum.training.training import Training

INPUTS, TRUE, LATENTS = 16, 32, 64
DENSITY, PENALTY, RATE, BATCH = 0.05, 0.1, 1e-2, 128
WINDOW = 500  # steps without firing after which a latent counts as dead while training goes on
MEAN = 2.0  # the length of the mean in the comparison
STARTS = {"tied": "tied start", "independent": "untied start"}
MEDIAN = (GeometricMedian(at=(0,), inputs=4096),)
JUDGED, SWEPT = 63_000_000, 63_100_000  # the first seeds; the truths' own numbers follow
ORDERS = {
    "learning_rate": (1e-3, RATE, RATE, RATE, 3e-2),
    "l1": (PENALTY, PENALTY, PENALTY, 0.3, PENALTY),
    "start": ("independent", "independent", "tied", "tied", "tied"),
}
GENTLE, UNTIED, TIED, STRONG, FAST = range(5)  # places along that axis

# Where features outnumber latents, as Gao et al. have it: four of 256 are active, and a TopK dictionary keeps four.
CROWD_INPUTS, CROWD, FEW, MANY, ACTIVE, CROWD_RATE = 32, 256, 64, 128, 4, 3e-3
PATIENCE = 20  # steps without firing after which AuxK takes a latent for dead, 2,560 samples


def since_fired(idle: Array) -> Array:
    """Steps since each latent last fired."""
    return idle


@dataclass(frozen=True)
class Factor:
    """One thing that is changed: fields with their values, the value of the recipe, and what else is different.

    starts: from which dictionaries start; from one only where each value is compiled anew.
    """

    fields: dict[str, tuple[Any, ...]]
    words: tuple[str, ...]
    own: int | None  # the recipe's place
    changes: dict[str, Any] = field(default_factory=dict)
    starts: tuple[str, ...] = tuple(STARTS)


def _numbers(path: str, values: tuple[float, ...], own: float, **changes: Any) -> Factor:
    return Factor({path: values}, tuple(f"{value:g}".replace("-", "−") for value in values), values.index(own), changes)


def _counts(path: str, values: tuple[int, ...], own: int) -> Factor:
    return Factor({path: values}, tuple(map(str, values)), values.index(own), starts=("independent",))


COUNTS = (8, 16, 32, 64)
KS = (1, 4, 8)
FACTORS = {
    "learning rate": _numbers("learning_rate", (1e-3, 3e-3, 1e-2, 3e-2), RATE),
    "L1 penalty": _numbers("l1", (0.03, 0.1, 0.3, 1.0), PENALTY),
    "initial encoder bias": _numbers("initial_bias", (-0.5, -0.2, 0.0, 0.2), 0.0),
    "latents (16 inputs)": _counts("latents", (16, 32, 64, 128), LATENTS),
    "batch size": _counts("batch_size", (32, 128, 512), BATCH),
    "true features (64 latents)": Factor(
        {"law.directions.count": COUNTS, "feature_probability": tuple(DENSITY * TRUE / count for count in COUNTS)},
        tuple(map(str, COUNTS)), COUNTS.index(TRUE), starts=("independent",),
    ),
    "mean of the data, b_d = 0": _numbers("shift", (0.0, 0.5, 1.0, 2.0), 0.0, interventions=()),
    "mean of the data, b_d its median": _numbers("shift", (0.0, 0.5, 1.0, 2.0), 0.0),
    "k, with TopK": Factor(
        {"code": tuple(TopK(k=k) for k in KS)}, tuple(map(str, KS)), None, {"loss": SparseError()}, ("independent",),
    ),
}  # fmt: skip
COMPARED = ("easy", "plain", "mean", "free", "topk")


def training(steps: int, dictionaries: int, first: int, over: dict[str, Any], **changes: Any) -> Training:
    """The recipe with changes, over these axes and so many dictionaries, each with a truth of its own."""
    each = {
        "seed": range(first, first + dictionaries),
        "law.directions.draw": draws(10_000 + first // 100 % 20_000, dictionaries),
    }
    given: dict[str, Any] = {
        "model": SparseAutoencoder(inputs=INPUTS, latents=LATENTS),
        "law": Shifted(directions=DrawnDirections(count=TRUE), of=SparseUniform(feature_probability=DENSITY)),
        "loss": SparseError(l1=PENALTY),
        "optimiser": Adam(learning_rate=RATE),
        "batch_size": BATCH,
        "interventions": MEDIAN,
        "record": every(100, since_fired),
        "evaluation_samples": 1024,
    }
    return Training(**(given | changes), steps=steps, over={**over, "dictionary": each})


def sweep(name: str, steps: int, dictionaries: int) -> Training:
    """One factor, from each of its starts."""
    factor = FACTORS[name]
    over = {"place": factor.fields, "start": factor.starts}
    return training(steps, dictionaries, SWEPT, over, **factor.changes)


def comparisons(name: str, steps: int, dictionaries: int) -> dict[str, Training]:
    """The trainings behind one group of claims."""

    def make(over: dict[str, Any], **changes: Any) -> Training:
        return training(steps, dictionaries, JUDGED, over, **changes)

    match name:
        case "easy":
            law = Shifted(
                directions=DrawnDirections(count=INPUTS, orthogonal=True), of=SparseUniform(feature_probability=DENSITY)
            )
            return {"easy": make({}, law=law, model=SparseAutoencoder(inputs=INPUTS, latents=2 * INPUTS))}
        case "plain":
            return {"plain": make({"order": ORDERS})}
        case "mean":
            shifts = {"shift": (0.0, MEAN)}
            return {"mean": make(shifts, interventions=()), "mean, median": make(shifts)}
        case "free":
            return {"free": make(
                {}, model=SparseAutoencoder(inputs=INPUTS, latents=LATENTS, decoder="free"),
                loss=SparseError(l1=PENALTY, penalty="weighted"),
                optimiser=Adam(learning_rate=RATE, schedule="linear"),
            )}  # fmt: skip
    crowd: dict[str, Any] = {
        "model": SparseAutoencoder(inputs=CROWD_INPUTS, latents=MANY, code=TopK(k=ACTIVE), start="independent"),
        "law": Shifted(directions=DrawnDirections(count=CROWD), of=SparseUniform(feature_probability=ACTIVE / CROWD)),
        "optimiser": Adam(learning_rate=CROWD_RATE),
    }
    auxiliary = SparseError(auxiliary=AuxK(k=CROWD_INPUTS // 2, window=PATIENCE))
    return {
        "topk": make({"latents": (FEW, MANY)}, **crowd, loss=SparseError()),
        "topk, tied": make({"start": ("tied",)}, **crowd, loss=SparseError()),
        "topk, AuxK": make({"start": tuple(STARTS)}, **crowd, loss=auxiliary),
    }
