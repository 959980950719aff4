"""One feature unlearnt, the others a regular polygon: is the whole state stuck, and what holds it?"""

from functools import lru_cache
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import field_validator

from tegum.claims import Claim, Judged, judge_fact, judge_rate, rate_interval
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.failure.beside import way_out
from tegum.failure.ends import ENDS, FAILING, LEARNT, counts, ends, learnt_at
from tegum.failure.forces import curvature, descend, forces, loss, unflat
from tegum.failure.penalised import least_penalised
from tegum.plots import style
from tegum.plots.bars import end_panels
from tegum.plots.forces import force_wheels, spectra
from tegum.plots.lines import curves
from tegum.plots.rates import rate_lines
from tegum.plots.zones import latent_zones
from tegum.spec import Count
from tegum.theory.failure import failure_loss, smooth_spectrum, symmetric_failure
from tegum.toy.features import OneHot
from tegum.toy.models import StartingFrom
from tegum.training.history import at_steps
from tegum.training.optimisers import SGD, AdamW, Momentum, Optimiser
from tegum.training.run import Run
from tegum.training.training import Training

POST = "Optimization Failure (2024)"
LIVE = (4, 5, 6, 7, 8)  # features of the live polygon, beside one unlearnt feature
EQUAL = 1e-9  # differences smaller than this are rounding
NEGATIVE = -1e-6  # a curvature below this is negative beyond rounding
JUDGED = 0.01  # the noise that claims about stuck models are judged at
OPTIMISERS: dict[str, tuple[str, str, float]] = {
    "gradient descent": ("descent", "optimiser.decay", 0.0),
    "momentum": ("descent", "optimiser.decay", Momentum().decay),
    "Adam": ("adam", "weight_decay", 0.0),
    "AdamW, decay 0.01": ("adam", "weight_decay", 0.01),
    "AdamW, decay 0.1": ("adam", "weight_decay", 0.1),
    "AdamW, decay 0.3": ("adam", "weight_decay", 0.3),
}  # the training, and the place on its axis; rate 1 of the mean loss, L / n², for descent, the notebook's 1e-3 for Adam
SLOW = "gradient descent"
UNSEEN = 1_000_000  # the first seed of the patient training, whose claims were written after a first look
FRESH = 33_500_000  # that of the others, whose criteria were made stricter after a look at others

MINIMUM = Claim(
    "Symmetric failure is a local optimum of the loss.",
    f"{POST}, Optimization Failure Mode: Symmetric Failure",
    "For 4 to 8 live features no direction has a one-sided second derivative below −1e-6.",
)
WAY_OUT = Claim(
    "Symmetric failure has a way down: plain gradient descent along its steepest direction learns the last feature.",
    "Ours",
    "For each number of live features that is followed, descent from a push of 0.05 along the direction of least "
    "one-sided curvature ends at a loss below 1e-6.",
)
DECAY = Claim(
    "A little weight decay turns symmetric failure into a local minimum.",
    "Ours",
    "For 4 to 8 live features, with a penalty of 0.001 (‖W‖² + ‖b‖²), all eigenvalues of the Hessian at the shifted "
    "state but the one for turning are above 1e-6.",
)
_STILL = (
    f"More than half of the models that start at symmetric failure, n = 7, plus noise of {JUDGED} on every number, are "
    "there after the training: loss between half of 6/7 and half-way to 1, the cost of a dead feature; less than a "
    "tenth left of the loss that the noise had added; and ‖W_7‖ at most 0.01."
)
STUCK = Claim(
    "Once in symmetric failure with b_7 ≥ 0, the model is stuck.", f"{POST}, end of the section on tilt", _STILL
)
BLAME = Claim(
    "It's not AdamW's fault: without weight decay the same happens. (Released beside the state, not from a random "
    "start.)",
    f"{POST}, It's not AdamW's fault",
    "Of the seeds, in more than 95 in 100 AdamW with the source's decay of 0.01 and Adam without any do alike: both "
    "are there after the training (as above), or both have learnt all features (loss below half of 6/7).",
)
DELAY = Claim(
    "The source's weight decay delays the leaving, and by little.",
    "Ours, written after a look at other seeds",
    "Of the seeds that leave under both, more than half take longer with decay than without, by less than a half.",
)
HELD = Claim(
    "Thirty times as much weight decay holds symmetric failure in place.", "Ours", f"With AdamW, decay 0.3: {_STILL}"
)
_PATIENT = f"noise {JUDGED}, double precision, `patience` steps, seeds not used before"
EVENTUALLY = Claim(
    "Plain gradient descent only takes longer to leave.",
    "Ours",
    f"More than half of the models have learnt all features (loss below half of 6/7; {_PATIENT}).",
)
RETURNS = Claim(
    "Symmetric failure also attracts: from a part of all directions gradient descent falls back into it.",
    "Ours, written after a first look",
    f"More than one model in a thousand ends at a loss within 1e-9 of 6/7 ({_PATIENT}).",
)


class SymmetricFailure(Experiment):
    """Formulas and exact curvatures for 4 to 8 live features; models of n = 7 released near the state."""

    title: ClassVar[str] = "Symmetric failure: stuck or not?"
    source: ClassVar[str] = f"{POST}, symmetric failure"
    lede: ClassVar[str] = (
        "Six of seven features make a hexagon and the seventh is not learnt at all: W_7 = 0, b_7 = 1/7. The source "
        "calls that a local optimum and proves that W_7 cannot grow: the proof, right for a hexagon that is held "
        "still, is taken apart in `tilt`, `zero-bias` and `frozen-optimum`. The hexagon is not held: it can move "
        "without any loss of its own, and as soon as its spokes no longer add up to zero, W_7 grows. The state is a "
        "saddle with a very slow way out, and models released around it leave. It is a one-sided saddle: from a "
        "hexagon that is a little too short gradient descent falls into it and stays, and from random starts it "
        "arrives on that side (`optimisers`). The source's weight decay of 0.01 changes nothing of this; ten or "
        "thirty times as much closes the way out. (In the figures, which count from 0, the seventh feature has the "
        "number 6.)"
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 25_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 40, "noises": (JUDGED, 0.1), "followed": (4, 5, 6)},
        "standard": {},
        "paper": {"seeds": 10_000, "patience": 400_000},
    }

    seeds: Count = 1_000
    steps: Count = 25_000
    patience: Count = 100_000
    noises: tuple[float, ...] = (0.001, JUDGED, 0.1)
    followed: tuple[int, ...] = (4, 5, 6, 7)

    @field_validator("followed")
    @classmethod
    def _polygons(cls, followed: tuple[int, ...]) -> tuple[int, ...]:
        if not followed or min(followed) < 4:
            raise ValueError(f"followed={followed} must be numbers of live features of at least 4, such as (4, 5, 6).")
        return followed

    @field_validator("noises")
    @classmethod
    def _judged(cls, noises: tuple[float, ...]) -> tuple[float, ...]:
        if JUDGED not in noises:
            raise ValueError(f"noises={noises} must contain {JUDGED}, at which the claims are judged.")
        return noises

    def trainings(self) -> dict[str, Training]:
        axes = {key: {axis: _values(key)} for key, axis, _ in OPTIMISERS.values()}
        return {
            "descent": self._training(Momentum(learning_rate=1.0), self.steps, FRESH, over=axes["descent"]),
            "adam": self._training(AdamW(), self.steps, FRESH, over=axes["adam"]),
            "patient": self._training(SGD(learning_rate=1.0), self.patience, UNSEEN, "float64"),
        }

    def _training(
        self, optimiser: Optimiser, steps: int, first: int, precision: Literal["float32", "float64"] = "float32",
        over: dict[str, tuple[float, ...]] | None = None,
    ) -> Training:  # fmt: skip
        stops = np.unique(np.round(np.geomspace(min(1_000, steps), steps, 80)).astype(int))
        return Training(
            model=StartingFrom.at(*symmetric_failure(7)),
            law=OneHot(),
            optimiser=optimiser,
            steps=steps,
            precision=precision,
            record=at_steps([0, *stops.tolist()], "loss"),
            over={**(over or {}), "noise": self.noises, "seed": range(first, first + self.seeds)},
        )

    def claims(self, runs: Runs) -> list[Judged]:
        return [
            _minimum(),
            _way_out(self.followed),
            _decay(),
            *self.in_motion(runs),
        ]

    def in_motion(self, runs: Runs) -> list[Judged]:
        """The claims about trained models."""
        asked = [
            (STUCK, SLOW),
            (STUCK, "momentum"),
            (STUCK, "AdamW, decay 0.01"),
            (STUCK, "Adam"),
            (HELD, "AdamW, decay 0.3"),
        ]
        final = self._judged_totals(runs["patient"])[-1]
        back = np.abs(final - failure_loss(7)) < EQUAL
        where, words = "models", _counts(final)
        return [
            *(self._stays(claim, name, arm(runs, name)) for claim, name in asked),
            *self._blame(*(arm(runs, name) for name in ("AdamW, decay 0.01", "Adam"))),
            judge_rate(EVENTUALLY, ends(final) == LEARNT, above=0.5, where=where, note=words),
            judge_rate(
                RETURNS, back, above=0.001, where=where,
                note="A polygon that is too short wakes all of its kinks, and with them awake every lean costs.",
            ),
        ]  # fmt: skip

    def _stays(self, claim: Claim, name: str, run: Run) -> Judged:
        total = self._judged_totals(run)
        named = Claim(f"{claim.statement} ({name})", claim.source, claim.criterion)
        remains, leans = settled(total), self._leans(run)
        note = f"{_counts(total[-1])} Of these last, {(remains & leans).sum()} lean: ‖W_7‖ is above 0.01."
        return judge_rate(named, remains & ~leans, above=0.5, where="models", note=note)

    def _blame(self, *pair: Run) -> list[Judged]:
        """Whether two optimisers, with and without decay, do alike, seed by seed, and how soon."""
        total, step = [self._judged_totals(run) for run in pair], pair[0].loss_history["step"].values
        stay = np.stack([settled(part) & ~self._leans(run) for part, run in zip(total, pair, strict=True)])
        times = np.stack([learnt_at(step, part.T) for part in total])
        left = np.isfinite(times).all(0)
        ratio = times[0, left] / times[1, left]
        middle = [f"{value:,.0f}" for value in np.median(times, axis=1)]
        return [
            judge_rate(BLAME, stay.all(0) | left, above=0.95, where="seeds",
                       note="Adam leaves too: the failure that the source saw without decay was a stage (see "
                       "`optimisers`)."),
            judge_rate(DELAY, (ratio > 1) & (ratio < 1.5), above=0.5, where="seeds that leave under both",
                       note=f"Median steps until all is learnt: {middle[0]} with decay, {middle[1]} without."),
        ]  # fmt: skip

    def _leans(self, run: Run) -> np.ndarray:
        """Whether the last column of each final model is longer than 0.01, (seed,)."""
        last = run.W.transpose("noise", "seed", "feature", "latent").values[self.noises.index(JUDGED), :, -1]
        found: np.ndarray = np.hypot(*last.T) > 0.01
        return found

    def _judged_totals(self, run: Run) -> np.ndarray:
        """The summed losses, (step, seed), at the noise that claims are judged at."""
        found: np.ndarray = totals(run)[self.noises.index(JUDGED)]
        return found

    def panels(self, runs: Runs) -> list[Panel]:
        return [
            _zones(), _spectra(), _path(), _arrows(), self._survival(runs), self._ends(runs),
        ]  # fmt: skip

    def _survival(self, runs: Runs) -> Panel:
        total = [self._judged_totals(arm(runs, name)) for name in OPTIMISERS]
        remaining = np.stack([(ends(part) == FAILING).sum(1) for part in total], axis=1)[1:]
        low, high = rate_interval(remaining, self.seeds)
        figure = rate_lines(
            runs["descent"].loss_history["step"].values[1:], remaining / self.seeds, low, high, list(OPTIMISERS),
            x_label="step", y_label="share of models still in failure", log_x=True,
        )  # fmt: skip
        caption = (
            f"Each of {self.seeds} models starts at symmetric failure, n = 7, with noise of {JUDGED} on every number. "
            "Adam without decay leaves, and so does AdamW with the usual decay of 0.01; ten times as much holds most. "
            "At the top, two lines lie on each other: decay 0.3, which stays, and gradient descent, which is at the "
            f"foot of its exponential. After {self.patience:,} steps of it: "
            f"{_counts(self._judged_totals(runs['patient'])[-1])} The bands are 95 % intervals."
        )
        return Panel("survival", "Who leaves symmetric failure, and when", caption, figure)

    def _ends(self, runs: Runs) -> Panel:
        ran = {name: arm(runs, name) for name in OPTIMISERS} | {f"SGD, {self.patience:,} steps": runs["patient"]}
        found = np.stack([counts(totals(run)[:, -1]) for run in ran.values()])
        labels = [f"{noise:g}" for noise in self.noises]
        figure = end_panels(
            ENDS, found, *rate_interval(found, self.seeds), labels, list(ran), x_label="noise", columns=4, what="models"
        )
        caption = (
            f"How {self.seeds} models for each bar end, after {self.steps:,} steps where nothing else is said. A noise "
            "of 0.1 starts b_7 below zero in 8 of 100 models; most of these stay dead, since an output that hears "
            "nothing has no gradient."
        )
        return Panel("ends", "How models end that start beside symmetric failure", caption, figure)


def _values(key: str) -> tuple[float, ...]:
    """All values of the axis of one training."""
    return tuple(value for training, _, value in OPTIMISERS.values() if training == key)


# ---- What trained models do ------------------------------------------------------------------------------------------


def arm(runs: Runs, name: str) -> Run:
    """The part of the runs under one of `OPTIMISERS`."""
    key, axis, value = OPTIMISERS[name]
    return runs[key].at(**{axis: value})


def settled(total: np.ndarray) -> np.ndarray:
    """Whether each model ends in failure, nine tenths gone of what the noise had added: (step, seed) to (seed,)."""
    excess = total - failure_loss(7)
    return (ends(total[-1]) == FAILING) & (excess[-1] < excess[0] / 10)


def totals(run: Run) -> np.ndarray:
    """The summed loss at each recorded step, (noise, step, seed): n² times the mean that was trained."""
    return 49 * run.loss_history.transpose("noise", "step", "seed").values


def _counts(final: np.ndarray) -> str:
    """How many of the models with these final losses (seed,) ended in each way."""
    found = ends(final)
    return "; ".join(f"{(found == end).sum()} of {found.size} {word}" for end, word in enumerate(ENDS)) + "."


# ---- The whole state -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=len(LIVE))
def _steepest(live: int) -> tuple[float, np.ndarray]:
    return curvature(*symmetric_failure(live + 1)).steepest()


def _minimum() -> Judged:
    least = np.array([_steepest(live)[0] for live in LIVE])
    silent = np.array([smooth_spectrum(live + 1)[0] for live in LIVE])
    return judge_fact(
        MINIMUM, bool((least >= NEGATIVE).all()),
        f"least one-sided second derivative {', '.join(f'{v:.3g}' for v in least)} for p = 4 … 8", least.max(),
        note="The direction lengthens the live columns unevenly, so that they keep their zero loss but not their sum, "
        f"and moves W_7 the other way. No bound lies below {', '.join(f'{v:.3g}' for v in silent)}, the least "
        "eigenvalues with all kinks silent.",
    )  # fmt: skip


def _way_out(followed: tuple[int, ...]) -> Judged:
    paths = {live: way_out(live) for live in followed}
    final = max(float(path.loss[-1]) for path in paths.values())
    words = ", ".join(f"{path.time[-1]:,.0f} for p = {live}" for live, path in paths.items())
    return judge_fact(
        WAY_OUT, final < 1e-6, f"final loss at most {final:.1g}; time (rate × steps): {words}", final,
        note=f"At first the distance grows as e^(|κ| t), κ the curvature; for the hexagon {_growth(6):.3g} of that "
        "growth was measured.",
    )  # fmt: skip


def _growth(live: int) -> float:
    """The measured rate at which ‖W_d‖ grows over the first tenth of a descent from 0.001, as a share of |κ| rate."""
    value, direction = _steepest(live)
    W, b = symmetric_failure(live + 1)
    move = unflat(1e-3 * direction, live + 1)
    path = descend(W + move[0], b + move[1], 0.02, 2_000, 1_000)
    size = np.hypot(*path.W[:, :, live].T)
    return float(np.log(size[2] / size[1]) / ((path.time[2] - path.time[1]) * -value))


def _decay() -> Judged:
    found = [least_penalised(live, 1e-3) for live in LIVE]
    least, slope = np.array(found).T
    return judge_fact(
        DECAY, bool((least > 1e-6).all() and slope.max() < 1e-9),
        f"least eigenvalue {', '.join(f'{v:.3g}' for v in least)} for p = 4 … 8", least.min(),
        note="Decay presses the polygon to the side of the kinks where neighbours are heard, and there every way of "
        "leaning costs. The basin is as small as that shift.",
    )  # fmt: skip


# ---- Figures ---------------------------------------------------------------------------------------------------------


def _moments() -> list[int]:
    """Three places on the hexagon's way out: early, when W_7 has a tenth of its final length, and its end."""
    path = way_out(6)
    size = np.hypot(*path.W[:, :, 6].T)
    return [0, int(np.argmax(size > 0.1 * size[-1])), len(path.time) - 1]


def _state(t: int) -> str:
    return f"time {way_out(6).time[t]:,.0f}"


def _zones() -> Panel:
    path, W, b = way_out(6), *symmetric_failure(7)
    at = _moments()[1:]
    shown = np.concatenate([W[None], path.W[at]]), np.concatenate([b[None], path.b[at]])
    titles = ["symmetric failure", "leaning", "all seven learnt"]
    words = [f"loss {value:.3f}" for value in (loss(W, b), *path.loss[at])]
    figure = latent_zones(shown, titles, subtitles=words)
    caption = (
        "Left: six features have their zones; the seventh sits at the origin and its output is positive everywhere "
        "(the faint tint of the whole disc). Middle: on the way out that descent takes the live features lean to one "
        "side without any loss of their own, and the seventh grows on the other. Right: the end."
    )
    return Panel("zones", "The state, and the way out of it", caption, figure)


def _spectra() -> Panel:
    curves_at = [curvature(*symmetric_failure(live + 1)) for live in LIVE]
    values = [
        [smooth_spectrum(live + 1) for live in LIVE],
        [np.linalg.eigvalsh(found.awake) for found in curves_at],
        [np.array([_steepest(live)[0]]) for live in LIVE],
    ]
    names = ["all kinks silent", "all kinks awake", "steepest one-sided direction"]
    labels = [f"{live} + 1" for live in LIVE]
    figure = spectra(
        labels, values, names, knee=0.001, x_label="live and unlearnt features",
        y_label="second derivative of the summed loss",
    )  # fmt: skip
    caption = (
        "Neighbours of the live polygon are about to hear each other: on one side of these kinks they are silent, on "
        "the other awake. Silent, two eigenvalues are negative (translation of the polygon) and 2p − 2 are zero (moves "
        "within the zero-loss set, turning among them). Awake, all are positive but the one for turning. A polygon "
        "cannot be translated without waking someone, unless it is lengthened too: the least curvature of a direction "
        "that really exists is the diamond, and it is negative."
    )
    return Panel("spectra", "Curvatures at symmetric failure", caption, figure)


def _path() -> Panel:
    path = way_out(6)
    lean = np.hypot(*path.W[:, :, :6].sum(2).T)
    values = [lean, np.hypot(*path.W[:, :, 6].T), failure_loss(7) - path.loss]
    names = ["|sum of the live columns|", "‖W_7‖", "6/7 − loss"]
    figure = curves(
        path.time, np.stack(values, 1), names, x_label="time, rate × steps", y_label="value, logarithmic", log_y=True
    )
    caption = (
        "Gradient descent from a push of 0.05 along the steepest way down. The lean of the hexagon and W_7 grow "
        "together, exponentially at first (straight here) and then slower, while the loss has hardly moved: it falls "
        "to zero in the last hundredth of the time."
    )
    return Panel("path", "A long way out", caption, figure)


def _arrows() -> Panel:
    path = way_out(6)
    at = [len(path.time) // 6, len(path.time) // 2, _moments()[1]]
    force = np.stack([forces(path.W[t], path.b[t]).W for t in at])
    largest = [f"strongest force {style.number(np.hypot(*pull).max(), '.2g')}" for pull in force]
    figure = force_wheels(path.W[at], force, [_state(t) for t in at], subtitles=largest)
    caption = (
        "Minus the gradient on each feature along the way out, drawn from its tip; the strongest in each wheel has a "
        "fixed length and the others the square root of their share. The live features are all pushed away from W_7, "
        "and W_7 away from them."
    )
    return Panel("forces", "What pulls at each feature", caption, figure)


EXPERIMENT = SymmetricFailure
