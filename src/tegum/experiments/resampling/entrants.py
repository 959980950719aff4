"""Entrants: what is done about dead latents. All act at the same steps, take the same latents for dead, and forget the
optimiser's memory of exactly what they treat, except where that is what they are about.
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import jax.numpy as jnp

from tegum.experiments.resampling.beds import BEDS, CONTROL, Recipe
from tegum.own import own_class
from tegum.sae.dictionary import SparseAutoencoder, unit
from tegum.sae.loss import Auxiliary, AuxK, GhostGradients, SparseError
from tegum.sae.remedies import FillGaps, Forget, GeometricMedian, Reinitialise, Remedy, Repel, Resample
from tegum.spec import Numbers, Spec
from tegum.toy.models import Parameters
from tegum.training.history import at_steps
from tegum.training.interventions import Edit, Freeze, Intervention
from tegum.training.optimisers import Adam
from tegum.training.training import Training

BATCH = 32
SEEN = 4096  # inputs that an informed remedy looks at
Setting = dict[str, Any]


class AtTruth(Intervention):
    """Encoder and decoder vectors become the true directions, row by row in `numbers`: no remedy, but what a dictionary
    could be. Latents beyond them stay."""

    numbers: Numbers

    def edit(self, model: Any, parameters: Parameters, key: Any) -> Edit:
        D = unit(jnp.asarray(self.numbers).reshape(model.inputs, -1))
        count = D.shape[1]
        return Edit.of(
            parameters,
            W_d=parameters["W_d"].at[:, :count].set(D),
            W_e=parameters["W_e"].at[:count].set(D.T),
        )


@dataclass(frozen=True)
class Entrant:
    """A remedy or an auxiliary loss, with settings to choose from.

    kind: its class; None does nothing. fixed: fields that are not tuned. tried: the settings that are tuned over.
    tuned: for each bed the place in `tried` of the setting that was best on the tuning seeds.
    wider: how many times as many latents. held: whether encoder biases stand still for a while after each edit.
    """

    kind: type[Spec] | None = None
    fixed: Setting = field(default_factory=dict)
    tried: tuple[Setting, ...] = ({},)
    tuned: dict[str, int] = field(default_factory=dict)
    wider: int = 1
    held: bool = False


def _each(name: str, values: tuple[float, ...]) -> tuple[Setting, ...]:
    return tuple({name: value} for value in values)


NONE, LETTER, TUNED, ORACLE, WIDER, OWN = "none", "Resample, published", "Resample, tuned", "oracle", "wider", "own"
REPEL, BEST_REPEL, FILL = "Repel, by the letter", "Repel, best reading", "FillGaps"
FORGET, FORGET_ALL, FILL_HELD = "Forget", "Forget, everything", "FillGaps, biases held"
LOSS, UNSCALED, ALL = "Resample, by loss", "Resample, not scaled", "Resample, all forgotten"
GHOST, AUXK, REINITIALISE, HELD = "ghost gradients", "AuxK", "Reinitialise", "Resample, biases held"
ABLATIONS: dict[str, Setting] = {
    "FillGaps, inputs": {"direction": "input"},
    "FillGaps, bias 0": {"bias": "zero"},
    "FillGaps, not apart": {"apart": False},
    "FillGaps, a fifth": {"fraction": 0.2},
}
FILLED = Entrant(
    FillGaps,
    {},
    tuple({"fraction": f, "power": p} for f in (0.5, 1.0, 1.5) for p in (1.0, 2.0)),
    {"toy": 5, "synthetic": 1, "digits": 2},
)
ENTRANTS = {
    NONE: Entrant(),
    FORGET: Entrant(Forget),
    FORGET_ALL: Entrant(Forget, {"forget": "all"}),
    REINITIALISE: Entrant(Reinitialise),
    LETTER: Entrant(Resample),
    TUNED: Entrant(
        Resample,
        tried=_each("fraction", (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)),
        tuned={"toy": 3, "synthetic": 3, "digits": 1},
    ),
    LOSS: Entrant(Resample, {"power": 1.0}),
    UNSCALED: Entrant(Resample, {"encoder": "input"}),
    ALL: Entrant(Resample, {"forget": "all"}),
    HELD: Entrant(Resample, held=True),
    GHOST: Entrant(GhostGradients),
    AUXK: Entrant(
        AuxK,
        {"k": 8},
        _each("coefficient", (1 / 32, 1 / 8, 1 / 4, 1 / 2, 1.0, 4.0)),
        {"toy": 3, "synthetic": 5, "digits": 0},
    ),
    REPEL: Entrant(
        Repel, {}, _each("shift", (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)), {"toy": 3, "synthetic": 2, "digits": 3}
    ),
    BEST_REPEL: Entrant(
        Repel,
        {"bias": "zero"},
        _each("shift", (0.0, 0.01, 0.03, 0.1, 0.2, 0.3)),
        {"toy": 3, "synthetic": 1, "digits": 3},
    ),
    FILL: FILLED,
    FILL_HELD: dataclasses.replace(FILLED, held=True),
    **{name: Entrant(FillGaps, without) for name, without in ABLATIONS.items()},
    WIDER: Entrant(wider=2),
    ORACLE: Entrant(AtTruth),
}
REMEDIES = tuple(name for name in ENTRANTS if name not in (NONE, WIDER, ORACLE))
FAMILY = {
    **dict.fromkeys((NONE, FORGET, FORGET_ALL, REINITIALISE), "nothing added"),
    **dict.fromkeys((LETTER, TUNED, LOSS, UNSCALED, ALL), "resampling"),
    **dict.fromkeys((GHOST, AUXK), "second loss"), **dict.fromkeys((REPEL, BEST_REPEL), "proposal"),
    **dict.fromkeys((HELD, FILL, FILL_HELD, *ABLATIONS), "ours"), OWN: "your own",
}  # fmt: skip
OURS = tuple(name for name, family in FAMILY.items() if family == "ours")
STANDARD = tuple(name for name in ENTRANTS if name not in ABLATIONS)
NEEDED = (NONE, LETTER)
QUICK = (NONE, LETTER, TUNED, BEST_REPEL, FILL, ORACLE)
CONTROLLED = (NONE, REINITIALISE, LETTER, REPEL, BEST_REPEL, FILL_HELD)
AGAIN = (NONE, TUNED, BEST_REPEL)  # trained on the same truths with other seeds, too
CURVED = (NONE, LETTER, TUNED, BEST_REPEL, FILL, ORACLE)


def entrant(name: str, own: str | None) -> Entrant:
    """An entrant by its name; the user's own from its file."""
    if name != OWN or own is None:
        return ENTRANTS[name]
    kind = own_class(own, Remedy)
    return Entrant(kind, tried=kind.tried)


def settings(one: Entrant, bed: str, *, anew: bool) -> tuple[Setting, ...]:
    """What is trained of an entrant: all settings where it is tuned anew, else the one that was best before.

    On the control, where there is nothing to tune by, those of the synthetic bed.
    """
    place = one.tuned.get("synthetic" if bed == CONTROL else bed)
    return one.tried if place is None or (anew and bed != CONTROL) else (one.tried[place],)


def training(
    bed: str, one: Entrant, tried: tuple[Setting, ...], chosen: tuple[Recipe, ...], first: int, seeds: int, steps: int,
    records: tuple[int, ...] = (), *, other: bool = False,
) -> Training:  # fmt: skip
    """All settings of one entrant on one bed, over recipes and dictionaries."""
    where = BEDS[bed]
    each = where.dictionaries(first, seeds, other=other)
    over: dict[str, Any] = {
        "recipe": {"learning_rate": [rate for rate, _ in chosen], "l1": [penalty for _, penalty in chosen]},
        "setting": _axis(one, tried),
        "dictionary": each,
    }
    if one.kind is AtTruth:
        each["interventions[1].numbers"] = where.truths(first, seeds)
    return Training(
        model=SparseAutoencoder(
            inputs=where.inputs, latents=one.wider * where.latents, start="independent", initial_bias=where.bias
        ),
        law=where.law,
        loss=SparseError(l1=chosen[0][1], auxiliary=_auxiliary(one, tried[0], steps)),
        optimiser=Adam(learning_rate=chosen[0][0], schedule="linear"),
        steps=steps,
        batch_size=BATCH,
        interventions=(GeometricMedian(at=(0,), inputs=SEEN), *_interventions(one, tried[0], steps, each)),
        freeze=_held(steps) if one.held else (),
        record=at_steps(records, "loss") if records else None,
        evaluation_samples=1024,
        over={name: values for name, values in over.items() if values},
    )


def edited_at(steps: int) -> tuple[int, ...]:
    """A quarter, half and three quarters of the way."""
    return tuple(steps * part // 4 for part in (1, 2, 3))


def window(steps: int) -> int:
    """Steps without firing after which a latent counts as dead: an eighth of all."""
    return steps // 8


def _held(steps: int) -> tuple[Freeze, ...]:
    """Encoder biases stand still for a twentieth of the training after each edit."""
    return tuple(Freeze(parameter="b_e", start=at, stop=at + max(1, steps // 20)) for at in edited_at(steps))


def _axis(one: Entrant, tried: tuple[Setting, ...]) -> dict[str, tuple[Any, ...]]:
    """Settings zipped along one axis; nothing for an entrant that has none."""
    prefix = "loss.auxiliary." if _is_auxiliary(one) else "interventions[1]."
    names = {name for setting in tried for name in setting}
    return {prefix + name: tuple(setting[name] for setting in tried) for name in sorted(names)}


def _is_auxiliary(one: Entrant) -> bool:
    return one.kind is not None and issubclass(one.kind, Auxiliary)


def _auxiliary(one: Entrant, setting: Setting, steps: int) -> Any:
    return one.kind(window=window(steps), **one.fixed, **setting) if one.kind and _is_auxiliary(one) else None


def _interventions(one: Entrant, setting: Setting, steps: int, each: Setting) -> tuple[Any, ...]:
    if one.kind is None or _is_auxiliary(one):
        return ()
    if one.kind is AtTruth:
        return (AtTruth(at=(0,), numbers=each["interventions[1].numbers"][0]),)
    seen = {"inputs": SEEN} if "inputs" in one.kind.model_fields else {}
    return (one.kind(at=edited_at(steps), window=window(steps), **seen, **one.fixed, **setting),)
