"""Entrants: what is done about dead latents. All act at the same steps, take the same latents for dead, and forget the
optimiser's memory of the latents that they treat, except where that is what they are about.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tegum.errors import BadInput
from tegum.experiments.resampling.beds import BEDS, CONTROL, Recipe
from tegum.experiments.resampling.tuned import TUNED_SCORES, Scores
from tegum.own import own_class
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.loss import Auxiliary, AuxK, GhostGradients, SparseError
from tegum.sae.remedies import FillGaps, Forget, GeometricMedian, Reinitialise, Remedy, Repel, Resample
from tegum.sae.truth import AtTruth
from tegum.spec import Spec
from tegum.training.history import at_steps
from tegum.training.interventions import Freeze
from tegum.training.optimisers import Adam
from tegum.training.training import Training

BATCH = 32
SEEN = 4096  # inputs that an informed remedy looks at
Setting = dict[str, Any]
GIVEN = {"at", "window", "inputs"}  # fields that are not an entrant's to choose


@dataclass(frozen=True)
class Entrant:
    """A remedy or an auxiliary loss, with settings to choose from.

    kind: its class; None does nothing. fixed: fields that are not tuned. tried: the settings that are tuned over.
    scores: for each bed the mean score of every setting on the tuning seeds.
    wider: how many times as many latents. held: whether encoder biases stand still for a while after each edit.
    tied: whether encoder vectors start as the decoder's, with biases of 0, instead of what the bed has.
    """

    kind: type[Spec] | None = None
    fixed: Setting = field(default_factory=dict)
    tried: tuple[Setting, ...] = ({},)
    scores: Scores = field(default_factory=dict)
    wider: int = 1
    held: bool = False
    tied: bool = False

    @property
    def auxiliary(self) -> bool:
        """Whether it is a second loss, and no edit."""
        return self.kind is not None and issubclass(self.kind, Auxiliary)

    def best(self, bed: str) -> int | None:
        """The place of the setting that was best on the tuning seeds; None where it was not tuned."""
        scores = self.scores.get(bed)
        return None if scores is None else max(range(len(scores)), key=scores.__getitem__)


def _each(name: str, values: tuple[float, ...]) -> tuple[Setting, ...]:
    return tuple({name: value} for value in values)


NONE, LETTER, TUNED, ORACLE, WIDER, OWN = "none", "Resample, published", "Resample, tuned", "oracle", "wider", "own"
REPEL, BEST_REPEL, FILL = "Repel, by the letter", "Repel, best reading", "FillGaps"
FORGET, FORGET_ALL, FILL_HELD = "Forget", "Forget, everything", "FillGaps, biases held"
LOSS, UNSCALED, ALL = "Resample, by loss", "Resample, not scaled", "Resample, all forgotten"
GHOST, AUXK, REINITIALISE, HELD = "ghost gradients", "AuxK", "Reinitialise", "Resample, biases held"
KEPT, FILL_KEPT, TIED = "Resample, memory kept", "FillGaps, memory kept", "tied start, b_e = 0"
REPEL_KEPT, BEST_REPEL_KEPT = "Repel, by the letter, memory kept", "Repel, best reading, memory kept"
ABLATIONS: dict[str, Setting] = {
    "FillGaps, inputs": {"direction": "input"},
    "FillGaps, bias 0": {"bias": "zero"},
    "FillGaps, not apart": {"apart": False},
    "FillGaps, a fifth": {"fraction": 0.2},
}
FILLED = Entrant(
    FillGaps,
    tried=tuple({"fraction": f, "power": p} for f in (0.5, 1.0, 1.5) for p in (1.0, 2.0)),
    scores=TUNED_SCORES[FILL],
)
LETTERED = Entrant(Repel, tried=_each("shift", (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)), scores=TUNED_SCORES[REPEL])
READ = Entrant(Repel, {"bias": "zero"}, _each("shift", (0.0, 0.01, 0.03, 0.1, 0.2, 0.3)), TUNED_SCORES[BEST_REPEL])
MEMORY: Setting = {"forget": "nothing"}
ENTRANTS = {
    NONE: Entrant(),
    FORGET: Entrant(Forget),
    FORGET_ALL: Entrant(Forget, {"forget": "all"}),
    REINITIALISE: Entrant(Reinitialise),
    LETTER: Entrant(Resample),
    TUNED: Entrant(Resample, tried=_each("fraction", (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)), scores=TUNED_SCORES[TUNED]),
    LOSS: Entrant(Resample, {"power": 1.0}),
    UNSCALED: Entrant(Resample, {"encoder": "input"}),
    ALL: Entrant(Resample, {"forget": "all"}),
    KEPT: Entrant(Resample, MEMORY),
    HELD: Entrant(Resample, held=True),
    GHOST: Entrant(GhostGradients),
    AUXK: Entrant(AuxK, {"k": 8}),
    REPEL: LETTERED,
    REPEL_KEPT: replace(LETTERED, fixed=MEMORY, scores=TUNED_SCORES[REPEL_KEPT]),
    BEST_REPEL: READ,
    BEST_REPEL_KEPT: replace(READ, fixed=READ.fixed | MEMORY, scores=TUNED_SCORES[BEST_REPEL_KEPT]),
    FILL: FILLED,
    FILL_KEPT: replace(FILLED, fixed=MEMORY),
    FILL_HELD: replace(FILLED, held=True),
    **{name: Entrant(FillGaps, without) for name, without in ABLATIONS.items()},
    TIED: Entrant(tied=True),
    WIDER: Entrant(wider=2),
    ORACLE: Entrant(AtTruth),
}
OTHERWISE = {REPEL: REPEL_KEPT, BEST_REPEL: BEST_REPEL_KEPT}  # the proposal asks for no clearing of memory
REFERENCES = (TIED, WIDER, ORACLE)
REMEDIES = tuple(name for name in ENTRANTS if name not in (NONE, *REFERENCES))
FAMILY = {
    **dict.fromkeys((NONE, FORGET, FORGET_ALL, REINITIALISE), "nothing added"),
    **dict.fromkeys((LETTER, TUNED, LOSS, UNSCALED, ALL, KEPT), "resampling"),
    **dict.fromkeys((GHOST, AUXK), "second loss"),
    **dict.fromkeys((REPEL, BEST_REPEL, REPEL_KEPT, BEST_REPEL_KEPT), "proposal"),
    **dict.fromkeys((HELD, FILL, FILL_KEPT, FILL_HELD, *ABLATIONS), "ours"), OWN: "your own",
}  # fmt: skip
OURS = tuple(name for name, family in FAMILY.items() if family == "ours")
FILLING = (FILL, FILL_KEPT, FILL_HELD, *ABLATIONS)
STANDARD = tuple(name for name in ENTRANTS if name not in ABLATIONS)
NEEDED = (NONE, LETTER)
QUICK = (NONE, LETTER, TUNED, BEST_REPEL, FILL, ORACLE)
CONTROLLED = (NONE, REINITIALISE, LETTER, REPEL, BEST_REPEL, FILL_HELD)
AGAIN = (NONE, TUNED, BEST_REPEL, BEST_REPEL_KEPT)  # trained on the same truths with other seeds, too
CURVED = (NONE, LETTER, TUNED, FILL)


def takes_part(name: str, bed: str) -> bool:
    """An oracle needs a truth; AuxK, which cannot act on a ReLU code, is shown on one bed."""
    return (name != ORACLE or BEDS[bed].directions is not None) and (name != AUXK or bed == "synthetic")


def entrant(name: str, own: str | None) -> Entrant:
    """An entrant by its name; the user's own from its file."""
    if name != OWN or own is None:
        return ENTRANTS[name]
    kind = own_class(own, Remedy)
    return Entrant(kind, tried=_checked(kind))


def _checked(kind: type[Remedy]) -> tuple[Setting, ...]:
    """A user's own `tried`, or one sentence about what is wrong with it."""
    tried, lead = kind.tried, f"{kind.__name__}.tried"
    if not isinstance(tried, tuple | list) or not tried or not all(isinstance(one, Mapping) for one in tried):
        raise BadInput(f'{lead} = {tried!r} must be a tuple of settings, such as ({{"noise": 0.1}}, {{"noise": 0.3}}).')
    first = tried[0].keys()
    for one in tried:
        if one.keys() != first:
            raise BadInput(
                f"{lead} has a setting of {_named(first)} and one of {_named(one)}; all need the same fields."
            )
    if given := first & GIVEN:
        raise BadInput(f"{lead} sets {_named(given)}, which the comparison gives to all alike; leave it out.")
    if unknown := first - kind.model_fields.keys():
        raise BadInput(f"{lead} sets {_named(unknown)}, which is no field of {kind.__name__}.")
    return tuple(dict(one) for one in tried)


def _named(fields: Iterable[str]) -> str:
    return ", ".join(sorted(fields)) or "nothing"


def settings(one: Entrant, bed: str, *, anew: bool) -> tuple[Setting, ...]:
    """What is trained of an entrant: all settings where it is tuned anew, else the one that was best before.

    On the control, where there is nothing to tune by, those of the synthetic bed.
    """
    place = one.best("synthetic" if bed == CONTROL else bed)
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
            inputs=where.inputs,
            latents=one.wider * where.latents,
            start="tied" if one.tied else "independent",
            initial_bias=0.0 if one.tied else where.bias,
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
    prefix = "loss.auxiliary." if one.auxiliary else "interventions[1]."
    names = {name for setting in tried for name in setting}
    return {prefix + name: tuple(setting[name] for setting in tried) for name in sorted(names)}


def _auxiliary(one: Entrant, setting: Setting, steps: int) -> Any:
    return one.kind(window=window(steps), **one.fixed, **setting) if one.kind and one.auxiliary else None


def _interventions(one: Entrant, setting: Setting, steps: int, each: Setting) -> tuple[Any, ...]:
    if one.kind is None or one.auxiliary:
        return ()
    if one.kind is AtTruth:
        return (AtTruth(at=(0,), numbers=each["interventions[1].numbers"][0]),)
    seen = {"inputs": SEEN} if "inputs" in one.kind.model_fields else {}
    return (one.kind(at=edited_at(steps), window=window(steps), **seen, **one.fixed, **setting),)
