"""One feature unlearnt, the others a regular polygon: is that state stuck, and what holds it?"""

from functools import cache
from typing import Any, ClassVar, Literal

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from pydantic import field_validator

from tegum.claims import Claim, Judged, judge_fact, judge_rate, rate_interval
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.failure.forces import (
    Path,
    alone,
    by_sample,
    curvature,
    descend,
    escape,
    flat,
    forces,
    frozen_optimum,
    hessian,
    loss,
    unflat,
)
from tegum.plots import style
from tegum.plots.forces import force_wheels, spectra
from tegum.plots.landscape import Heights, Marks, landscape_film
from tegum.plots.lines import curves
from tegum.plots.rates import rate_lines, stacked_rates
from tegum.plots.zones import latent_zones
from tegum.spec import Count, NotNegative
from tegum.theory.failure import failure_loss, leaning, smooth_spectrum, symmetric_failure
from tegum.theory.polygons import gain
from tegum.theory.zero_loss import least_slack
from tegum.toy.features import OneHot
from tegum.toy.models import Autoencoder, Parameters
from tegum.toy.random import fold, normal
from tegum.training.history import at_steps
from tegum.training.optimisers import SGD, Adam, AdamW, Momentum, Optimiser
from tegum.training.run import Run
from tegum.training.training import Training

POST = "Optimization Failure (2024)"
PROOF = f"{POST}, When can the gradient favor more tilt"
LIVE = (4, 5, 6, 7, 8)  # features of the live polygon, beside one unlearnt feature
EQUAL = 1e-9  # differences smaller than this are rounding
NEGATIVE = -1e-6  # a curvature below this is negative beyond rounding
JUDGED = 0.01  # the noise that claims about stuck models are judged at
OPTIMISERS: dict[str, Optimiser] = {
    "gradient descent": SGD(learning_rate=1.0),
    "momentum": Momentum(learning_rate=1.0),
    "Adam": Adam(),
    "AdamW, decay 0.01": AdamW(),
    "AdamW, decay 0.1": AdamW(weight_decay=0.1),
    "AdamW, decay 0.3": AdamW(weight_decay=0.3),
}  # of the mean loss, L / n²; the rate of the last four is the notebook's, 1e-3
SLOW = "gradient descent"
ENDS = ("all learnt", "a feature dead by its bias", "still in failure")
LEARNT, DEAD = 3 / 7, 13 / 14  # summed losses: half of symmetric failure's 6/7; half-way from there to 1
UNSEEN = 1_000_000  # the first seed of the patient training, whose claims were written after a first look
FRESH = 2_000_000  # that of the others, whose criterion was made stricter after a first look

BIAS = Claim(
    "With W_7 = 0, the best bias of the unlearnt feature is the mean of its targets, b_7 = 1/n.",
    f"{POST}, What is b_7",
    "For 4 to 8 live features and one unlearnt, the exact best bias differs from 1/n by rounding.",
)
FROZEN = Claim(
    "W_7 = 0 is a local optimum of W_7.",
    f"{POST}, What is W_7",
    "For 4 to 8 live features, frozen as the regular polygon, the best of all columns and biases of the unlearnt "
    "feature, by a scan of the plane and exact biases, lies within 1e-6 of W = 0.",
)
JENSEN = Claim(
    "Any tilt costs: with W_7 = a W_6, the losses of the six other inputs grow, because squared error is convex.",
    f"{POST}, How tilt is generated",
    "For 4 to 8 live features, with b = 1/n, the loss of the live inputs on the unlearnt output exceeds that at a = 0 "
    "for every other a from −1 to 1 in steps of 0.01.",
)
ALONG = Claim(
    "The other inputs' gradient on W_7 always points along W_7, so they only ever shorten it.",
    f"{POST}, How tilt is generated",
    "For 4 to 8 live features, W_7 in 360 directions and so short that all live inputs are heard, the angle between "
    "the two stays below 1e-6 degrees.",
)
ALONG_ZERO = Claim(
    "With b_7 = 0 the calculation still holds, only with half as many W_j: their gradient points along W_7.",
    f"{POST}, What if Symmetric Failure and b_7 = 0",
    "The same at b_7 = 0, for W_7 of length 0.1, in 360 directions.",
)
CONSTANTS = Claim(
    "The gradient on W_7 is 2 (‖W_7‖² + b_7 − 1) W_7 from its own input and (W_7·W_j + b_7) W_j from input j.",
    PROOF,
    "Both agree with the exact gradient of the squared error, at 1,000 random W_7 and b_7 that keep all inputs heard.",
)
INEQUALITY = Claim(
    "The gradient favours more tilt exactly if 2 [1 − (‖W_7‖² + b_7)] > Σ_j (Ŵ_7·W_j)².",
    PROOF,
    "For 5 to 8 live features (regular), the inequality and the sign of the exact gradient along W_7 agree at all of "
    "1,000 random W_7 and b_7 that keep all inputs heard and other outputs silent, and whose live polygon is scaled by "
    "a random factor from 0.2 to 1 so that both answers occur.",
)
IMPOSSIBLE = Claim(
    "At symmetric failure, b_7 ≥ 0, that inequality holds for no W_7 other than 0.",
    PROOF,
    "For 4 to 8 live features the right side, p r²/2 in every direction, is at least 2, which the left side is below.",
)
ZERO = Claim(
    "At b_7 = 0 half of the live inputs are enough to keep W_7 at 0.",
    f"{POST}, What if Symmetric Failure and b_7 = 0",
    "For six live features the whole exact gradient has a positive component along W_7 in 360 directions, at the "
    "length 0.01.",
)
ZERO_ALL = Claim(
    "At b_7 = 0 half of the live inputs are enough to keep the unlearnt column at 0, for any number of live features.",
    "Ours: the sentence above for other n",
    "The same for 4 to 8 live features.",
)
LEAN = Claim(
    "An imbalance of the live features moves the optimum of W_7 away from 0.",
    f"{POST}, Asymmetric Recovery",
    "For each of 20 random zero-loss hexagons (regular, 1 % longer, then jittered by 0.002), the best W_7 with all "
    "else frozen lies within 10 % of −b S / c, where S is the sum of the live columns.",
)
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
    "Weight decay is not to blame: with Adam, without decay, symmetric failure lasts as well.",
    f"{POST}, It's not AdamW's fault",
    _STILL,
)
HELD = Claim("Enough weight decay holds symmetric failure in place.", "Ours", f"With AdamW, decay 0.3: {_STILL}")
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


class NearFailure(Autoencoder):
    """Starts at symmetric failure, the last feature unlearnt, plus Gaussian noise on W and b."""

    lanes: ClassVar[bool] = True
    noise: NotNegative = 0.01

    def init(self, key: Any) -> Parameters:
        moved = self.noise * normal(fold(key, 0), self.hidden + 1, self.features)
        W, b = (_with_lanes(part, moved) for part in symmetric_failure(self.features))
        return {"W": W + moved[:-1], "b": b + moved[-1]}


def _with_lanes(part: np.ndarray, like: Array) -> Array:
    return jnp.asarray(part, like.dtype).reshape(*part.shape, *(1,) * (like.ndim - 2))


class SymmetricFailure(Experiment):
    """Formulas and exact curvatures for 4 to 8 live features; models of n = 7 released near the state."""

    title: ClassVar[str] = "Symmetric failure: stuck or not?"
    source: ClassVar[str] = f"{POST}, symmetric failure"
    lede: ClassVar[str] = (
        "Six of seven features make a hexagon and the seventh is not learnt at all: W_7 = 0, b_7 = 1/7. The source "
        "calls that a local optimum and proves that W_7 cannot grow. The proof is right, for a hexagon that is held "
        "still. The hexagon is not held: it can move without any loss of its own, and as soon as its spokes no longer "
        "add up to zero, W_7 grows. The state is a saddle with a very slow way out. What holds models there is weight "
        "decay. (In the figures, which count from 0, the seventh feature has the number 6.)"
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
        each = {_key(name): self._training(optimiser, self.steps, FRESH) for name, optimiser in OPTIMISERS.items()}
        return {**each, "patient": self._training(OPTIMISERS[SLOW], self.patience, UNSEEN, "float64")}

    def _training(
        self, optimiser: Optimiser, steps: int, first: int, precision: Literal["float32", "float64"] = "float32"
    ) -> Training:
        stops = np.unique(np.round(np.geomspace(min(1_000, steps), steps, 40)).astype(int))
        return Training(
            model=NearFailure(features=7, hidden=2),
            law=OneHot(),
            optimiser=optimiser,
            steps=steps,
            precision=precision,
            record=at_steps([0, *stops.tolist()], "loss"),
            over={"noise": self.noises, "seed": range(first, first + self.seeds)},
        )

    def claims(self, runs: Runs) -> list[Judged]:
        return [
            *_alone(),
            *_arithmetic(),
            *_at_zero(),
            _lean(),
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
            (BLAME, "Adam"),
            (HELD, "AdamW, decay 0.3"),
        ]
        final = self._judged_totals(runs["patient"])[-1]
        back = np.abs(final - failure_loss(7)) < EQUAL
        where, words = "models", _counts(final)
        return [
            *(self._stays(claim, name, runs[_key(name)]) for claim, name in asked),
            judge_rate(EVENTUALLY, ends(final) == 0, above=0.5, where=where, note=words),
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
            _zones(), _tilt(), _bias(), _well(), _spectra(), _path(), _arrows(), _balance(),
            self._survival(runs), self._ends(runs),
        ]  # fmt: skip

    def _survival(self, runs: Runs) -> Panel:
        total = [self._judged_totals(runs[_key(name)]) for name in OPTIMISERS]
        remaining = np.stack([(ends(part) == 2).sum(1) for part in total], axis=1)[1:]
        low, high = rate_interval(remaining, self.seeds)
        figure = rate_lines(
            runs[_key(SLOW)].loss_history["step"].values[1:], remaining / self.seeds, low, high, list(OPTIMISERS),
            x_label="step", y_label="share of models still in failure", log_x=True,
        )  # fmt: skip
        caption = (
            f"Each of {self.seeds} models starts at symmetric failure, n = 7, with noise of {JUDGED} on every number. "
            "Adam without decay leaves, and so does AdamW with the usual decay of 0.01; more decay holds the state. At "
            "the top, two lines lie on each other: decay 0.3, which stays, and gradient descent, which is at the foot "
            f"of its exponential. After {self.patience:,} steps of it: "
            f"{_counts(self._judged_totals(runs['patient'])[-1])} The bands are 95 % intervals."
        )
        return Panel("survival", "Who leaves symmetric failure, and when", caption, figure)

    def _ends(self, runs: Runs) -> Panel:
        names = {_short(name): _key(name) for name in OPTIMISERS} | {f"SGD, {self.patience:,} steps": "patient"}
        found = ends(np.concatenate([totals(runs[key])[:, -1] for key in names.values()]))
        counts = np.stack([(found == end).sum(1) for end in range(len(ENDS))], axis=1)
        low, high = rate_interval(counts, self.seeds)
        labels = [f"{name}<br>{noise:g}" for name in names for noise in self.noises]
        figure = stacked_rates(ENDS, counts, low, high, labels, x_label="optimiser, and noise at the start")
        figure.update_traces(text=None)
        figure.update_xaxes(tickangle=-60, tickfont={"size": 11})
        figure.update_layout(height=520)
        caption = (
            f"How {self.seeds} models for each bar end, after {self.steps:,} steps where nothing else is said. A noise "
            "of 0.1 starts b_7 below zero in 8 of 100 models; most of these stay dead, since an output that hears "
            "nothing has no gradient."
        )
        return Panel("ends", "How models end that start beside symmetric failure", caption, figure)


def _key(name: str) -> str:
    return name.replace(", decay", "").replace(" ", "-").lower()


def _short(name: str) -> str:
    return name.replace("gradient descent", "SGD").replace(", decay", "")


# ---- What trained models do ------------------------------------------------------------------------------------------


def ends(total: np.ndarray) -> np.ndarray:
    """The place in `ENDS` of each summed loss, n = 7: symmetric failure costs 6/7, a feature dead by its bias 1."""
    return np.where(total <= LEARNT, 0, np.where(total < DEAD, 2, 1))


def settled(total: np.ndarray) -> np.ndarray:
    """Whether each model ends in failure, nine tenths gone of what the noise had added: (step, seed) to (seed,)."""
    excess = total - failure_loss(7)
    return (ends(total[-1]) == 2) & (excess[-1] < excess[0] / 10)


def totals(run: Run) -> np.ndarray:
    """The summed loss at each recorded step, (noise, step, seed): n² times the mean that was trained."""
    return 49 * run.loss_history.transpose("noise", "step", "seed").values


def _counts(final: np.ndarray) -> str:
    """How many of the models with these final losses (seed,) ended in each way."""
    found = ends(final)
    return "; ".join(f"{(found == end).sum()} of {found.size} {word}" for end, word in enumerate(ENDS)) + "."


# ---- The unlearnt feature alone --------------------------------------------------------------------------------------


def _alone() -> list[Judged]:
    optima = [_optimum(live) for live in LIVE]
    bias = max(abs(optimum.bias - 1 / (live + 1)) for live, optimum in zip(LIVE, optima, strict=True))
    far = max(float(np.hypot(*optimum.column)) for optimum in optima)
    least = min(float(np.delete(_others_rise(live), 100).min()) for live in LIVE)
    return [
        judge_fact(
            BIAS, bias < 1e-6, f"differs by at most {bias:.1g}", bias,
            note="The loss (1 − b)² + (n − 1) b² is least there for every b > 0; for b ≤ 0 the output is dead and "
            "costs 1.",
        ),
        judge_fact(
            FROZEN, far < 1e-6, f"the best columns have norms up to {far:.1g}", far,
            note="It is even the global optimum, while the others are held still.",
        ),
        judge_fact(JENSEN, least > 0, f"the least growth, at a = ±0.01, is {least:.2g}", least,
                   note="The loss of the live inputs is convex in W_7, and its slope −2b Σ W_j is zero at a regular "
                   "polygon. It is not zero where the live columns do not add up to zero: there a tilt pays."),
    ]  # fmt: skip


@cache
def _optimum(live: int) -> Any:
    """The best column of the unlearnt feature; beyond r / cos(π/p) its spill alone costs more than being unlearnt."""
    W, b = symmetric_failure(live + 1)
    return frozen_optimum(W, b, live, reach=float(gain(live) ** 0.5 / np.cos(np.pi / live)))


def _others_rise(live: int) -> np.ndarray:
    """By how much the live inputs' loss on the unlearnt output grows for W_d = a W_0, a = −1, −0.99 … 1."""
    W, b = symmetric_failure(live + 1)
    tilt = np.linspace(-1, 1, 201)[:, None] * (W[:, 0] @ W[:, :live])
    return (np.maximum(tilt + b[live], 0) ** 2).sum(1) - live * b[live] ** 2


def with_column(live: int, column: np.ndarray, bias: float, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric failure with this column and bias for the unlearnt feature, the live polygon scaled (its bias not)."""
    W, b = symmetric_failure(live + 1)
    W = scale * W
    W[:, live], b[live] = column, bias
    return W, b


def samples_on(live: int, column: np.ndarray, bias: float, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """The exact gradient on the unlearnt column from its own input (2,), and from each live input (p, 2)."""
    each = by_sample(*with_column(live, column, bias, scale))[0][:, :, live]
    return each[live], each[:live]


@cache
def _random_columns(live: int, count: int = 1_000) -> list[tuple[np.ndarray, float, float]]:
    """Random columns, biases and scales for which all live inputs are heard and the live outputs stay silent."""
    rng = np.random.default_rng(live)
    found: list[tuple[np.ndarray, float, float]] = []
    while len(found) < count:
        bias, angle, scale = rng.uniform(0, 1), rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 1)
        radius, limit = scale * gain(live) ** 0.5, gain(live) - 1
        longest = min(bias, limit) / radius
        found.append((rng.uniform(0, longest) * np.array([np.cos(angle), np.sin(angle)]), bias, scale))
    return found


def _arithmetic() -> list[Judged]:
    angle = max(_worst_angle(live, 1 / (live + 1), 0.99 / ((live + 1) * gain(live) ** 0.5)) for live in LIVE)
    ratios = np.array([_ratios(live, *state) for live in LIVE[1:] for state in _random_columns(live)])
    agree = np.array([_agrees(live, *state) for live in LIVE[1:] for state in _random_columns(live)])
    alike = agree[:, 0] == agree[:, 1]
    right = np.array([live * gain(live) / 2 for live in LIVE])
    return [
        judge_fact(ALONG, angle < 1e-6, f"angle at most {angle:.1g}°", angle,
                   note="Each input alone pulls along its own W_j; the sum is p r² W_7, since Σ W_j W_jᵀ is the same "
                   "in all directions. No line of symmetry is needed."),
        judge_fact(CONSTANTS, bool(np.abs(ratios - 1).max() < 1e-6),
                   f"exact gradient / stated one: {ratios.min():.6g} to {ratios.max():.6g}", float(ratios.mean()),
                   note="Both lack the factor 2 of the square; the own one comes out as 4 (‖W_7‖² + b_7 − 1) W_7. Half "
                   "of the squared error has the stated gradient, and the inequality made of the two is not affected."),
        judge_fact(INEQUALITY, bool(alike.all()), f"agree at {alike.sum()} of {len(agree)}", float(alike.mean()),
                   note=f"Tilt is favoured at {agree[:, 1].mean():.0%} of these, where the polygon is short."),
        judge_fact(IMPOSSIBLE, bool((right >= 2 - EQUAL).all()),
                   f"right side {', '.join(f'{v:.3g}' for v in right)} for p = 4 … 8, left side below 2", right.min(),
                   note="The right side does not depend on ‖W_7‖, only on the live columns; for a square it is 2 "
                   "exactly."),
    ]  # fmt: skip


def _worst_angle(live: int, bias: float, length: float) -> float:
    """The largest angle, in degrees, between a column and the live inputs' gradient on it, over 360 directions."""
    return max(_angle(column, samples_on(live, column, bias)[1].sum(0)) for column in _circle(length))


def _circle(length: float) -> np.ndarray:
    bearing = np.radians(np.arange(360.0) + 0.5)  # off every line of symmetry
    return length * np.stack([np.cos(bearing), np.sin(bearing)], axis=1)


def _angle(one: np.ndarray, other: np.ndarray) -> float:
    across = one[0] * other[1] - one[1] * other[0]
    return float(np.degrees(np.abs(np.arctan2(across, one @ other))))


def _ratios(live: int, column: np.ndarray, bias: float, scale: float) -> tuple[float, float]:
    """The exact gradients over the stated ones: from the own input, and from the live inputs."""
    own, others = samples_on(live, column, bias, scale)
    W, _ = with_column(live, column, bias, scale)
    stated = W[:, :live] @ (column @ W[:, :live] + bias)
    return float(own @ column / (2 * (column @ column + bias - 1) * column @ column)), float(
        others.sum(0) @ column / (stated @ column)
    )


def _agrees(live: int, column: np.ndarray, bias: float, scale: float) -> tuple[bool, bool]:
    """Whether the inequality holds, and whether the exact gradient favours a longer column."""
    own, others = samples_on(live, column, bias, scale)
    W, _ = with_column(live, column, bias, scale)
    size = float(column @ column)
    inequality = 2 * (1 - (size + bias)) > ((column @ W[:, :live]) ** 2).sum() / size
    return bool(inequality), bool((own + others.sum(0)) @ column < 0)


def _at_zero() -> list[Judged]:
    angle = _worst_angle(6, 0.0, 0.1)
    least = {live: min(_slope(live, column) for column in _circle(0.01)) for live in LIVE}
    words = ", ".join(f"{slope:.3g} for p = {live}" for live, slope in least.items())
    return [
        judge_fact(ALONG_ZERO, angle < 1e-6, f"angle up to {angle:.3g}°", angle,
                   note="True for even polygons, whose columns come in opposite pairs. For odd ones the half that is "
                   f"heard is not the same in all directions: up to {_worst_angle(5, 0.0, 0.1):.2g}° for a pentagon."),
        judge_fact(ZERO, least[6] > 0, f"least slope of the loss per length {least[6]:.3g}", least[6]),
        judge_fact(ZERO_ALL, min(least.values()) > 0, words, min(least.values()),
                   note="The half that is heard weighs p r²/4, which is 1.81 for a live pentagon, less than the 2 that "
                   "its own input pulls with. There W_d grows."),
    ]  # fmt: skip


def _slope(live: int, column: np.ndarray) -> float:
    """The slope of the whole loss along a column, over its length, at b_d = 0."""
    pull = forces(*with_column(live, column, 0.0)).W[:, live]
    return float(-pull @ column / (column @ column))


def lopsided(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric failure, n = 7, with its hexagon 1 % longer and jittered by 0.002, still without loss of its own."""
    return beside(1.01 * symmetric_failure(7)[0][:, :6] + 0.002 * np.random.default_rng(seed).normal(size=(2, 6)))


def beside(live: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """These live columns (2, p) with the biases that give them back, b_i = 1 − ‖W_i‖², and one unlearnt feature."""
    W, b = symmetric_failure(live.shape[1] + 1)
    W[:, :-1], b[:-1] = live, 1 - (live**2).sum(0)
    return W, b


def _lean() -> Judged:
    off, slack = [], []
    for seed in range(20):
        W, b = lopsided(seed)
        slack.append(float(least_slack(W[:, :6])))
        expected = -leaning(7) * W[:, :6].sum(1)
        off.append(float(np.hypot(*(frozen_optimum(W, b, 6, 2.0, 61).column - expected)) / np.hypot(*expected)))
    return judge_fact(
        LEAN, max(off) < 0.1 and min(slack) > 0, f"off by {min(off):.1%} to {max(off):.1%}", max(off),
        note="The live columns alone have no loss in any of these states, and lengthening all of them alike moves "
        "nothing. So the way out is flat for them and downhill for W_7, by b² ‖S‖² / c.",
    )  # fmt: skip


# ---- The whole state -------------------------------------------------------------------------------------------------


@cache
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


@cache
def way_out(live: int) -> Path:
    """Descent from a push of 0.05 along the steepest way down."""
    W, b = symmetric_failure(live + 1)
    return escape(W, b, push=0.05, rate=0.02, steps=1_000_000, every=200, until=1e-9)


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


def shifted(live: int, penalty: float) -> tuple[np.ndarray, np.ndarray]:
    """The state to which symmetric failure moves under a penalty on ‖W‖² + ‖b‖², by descent and Newton's method."""
    state = flat(*symmetric_failure(live + 1))
    for _ in range(3_000):  # off the kinks, to whichever side the penalty presses
        state = state - 0.01 * _penalised_slope(state, live, penalty)
    for _ in range(5):
        curved = _penalised(*unflat(state, live + 1), penalty)
        state = state - np.linalg.lstsq(curved, _penalised_slope(state, live, penalty), rcond=1e-10)[0]
    return unflat(state, live + 1)


def _penalised_slope(state: np.ndarray, live: int, penalty: float) -> np.ndarray:
    pulls = forces(*unflat(state, live + 1))
    return 2 * penalty * state - flat(pulls.W, pulls.b)


def _penalised(W: np.ndarray, b: np.ndarray, penalty: float) -> np.ndarray:
    curved: np.ndarray = hessian(W, b) + 2 * penalty * np.eye(W.size + b.size)
    return curved


def least_penalised(live: int, penalty: float) -> tuple[float, float]:
    """The least eigenvalue at the shifted state, turning aside, and how far its slope is from zero."""
    W, b = shifted(live, penalty)
    slope = np.abs(_penalised_slope(flat(W, b), live, penalty)).max()
    values = np.linalg.eigvalsh(_penalised(W, b, penalty))
    return float(np.delete(values, np.argmin(np.abs(values))).min()), float(slope)


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


def _tilt() -> Panel:
    W, b = symmetric_failure(7)
    a = np.linspace(-0.5, 0.8, 261)
    columns = a[:, None] * W[:, 0]
    others = (np.maximum(columns @ W[:, :6] + b[6], 0) ** 2).sum(1)
    own = (np.maximum((columns**2).sum(1) + b[6], 0) - 1) ** 2
    spill = (np.maximum(columns @ W[:, :6] + b[:6], 0) ** 2).sum(1)
    names = ["all together", "live inputs on output 7", "input 7 on output 7", "input 7 on live outputs"]
    figure = curves(
        a, np.stack([others + own + spill, others, own, spill], 1), names, dashed=names[1:],
        x_label="a, where W_7 = a W_6", y_label="loss, summed",
    )  # fmt: skip
    caption = (
        "Tilting the hexagon in output 7. What the live inputs lose (dashed, orange) outweighs what input 7 gains "
        "(dashed, green) at every a, on both sides: as long as the hexagon is held still, the seventh feature is best "
        "left out. b_7 = 1/7 throughout."
    )
    return Panel("tilt", "With the hexagon held still, every tilt costs", caption, figure)


def _bias() -> Panel:
    b = np.linspace(-0.5, 1, 301)
    heard_b = np.maximum(b, 0)
    own, others = (1 - heard_b) ** 2, 6 * heard_b**2
    names = ["all together", "input 7", "the six others"]
    figure = curves(
        b, np.stack([own + others, own, others], 1), names, dashed=names[1:], x_label="b_7, with W_7 = 0",
        y_label="loss of output 7, summed", height=380,
    )  # fmt: skip
    figure.add_vline(1 / 7, line={"width": 1, "color": style.MUTED}, annotation={"text": "1/7", "font": {"size": 12}})
    figure.update_yaxes(range=[-0.1, 3])
    caption = (
        "With W_7 = 0 the best bias is the mean of what output 7 should be, 1/7, at a loss of 6/7. A negative bias is "
        "a plateau of loss 1 without any slope: a feature that gets there is dead."
    )
    return Panel("bias", "The bias of the unlearnt feature", caption, figure)


def leaning_hexagon(lean: float) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric failure, n = 7, its hexagon lengthened and moved along −x so that it still has no loss of its own."""
    return beside((1 + lean) * symmetric_failure(7)[0][:, :6] - lean * np.array([[1.0], [0.0]]))


def _well() -> Panel:
    leans = np.linspace(0, 0.8, 17)
    grid = np.linspace(-0.25, 0.25, 81)
    plane = np.stack(np.meshgrid(grid, grid), axis=-1)
    states = [leaning_hexagon(lean) for lean in leans]
    heights = np.stack([alone(W, b, 6, plane)[0] for W, b in states])
    best = np.stack([frozen_optimum(W, b, 6, 0.7, 71).column for W, b in states])
    middle = [float(np.hypot(*W[:, :6].sum(1))) for W, _ in states]
    figure = landscape_film(
        grid, grid, heights, [f"{value:.1f}" for value in middle],
        Heights("loss with W_7 there and its best bias", 0.75, 1.0, 0.025),
        [
            Marks("W_7 = 0", np.zeros((len(leans), 1, 2)), look=_dot("x", style.INK)),
            Marks("best W_7", best[:, None], look=_dot("circle", style.SERIES[1])),
        ],
        what="|sum of the live columns|", first=5, x_label="W_7, first latent", y_label="W_7, second latent",
    )  # fmt: skip
    caption = (
        "The loss over all places of W_7 (each with its best bias), all else frozen. The slider moves the hexagon to "
        "the left and lengthens it, at no loss of its own. At 0 the best W_7 is 0; as the hexagon leans the well moves "
        "to the other side and deepens. It narrows too, since long columns hear a tilt more."
    )
    return Panel("well", "The well of W_7 moves as soon as the others lean", caption, figure)


def _dot(symbol: str, colour: str) -> dict[str, Any]:
    return {"marker": {"size": 13, "color": colour, "symbol": symbol, "line": {"width": 2, "color": style.GROUND}}}


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


def _balance() -> Panel:
    path = way_out(6)
    size = np.hypot(*path.W[:, :, 6].T)
    parts = [forces(W, b) for W, b in zip(path.W, path.b, strict=True)]
    names = [
        "benefit: its own input",
        "tilt: the others, by their imbalance",
        "untilt: the others, by its length",
        "sum",
    ]
    pulls = np.stack([[p.benefit[:, 6], p.tilt[:, 6], p.untilt[:, 6], p.W[:, 6]] for p in parts])
    along = np.einsum("tpk,tk->tp", pulls, path.W[:, :, 6]) / size[:, None]
    early = slice(0, _moments()[1] + 1)
    figure = curves(
        path.time[early], along[early], names, dashed=names[3:], x_label="time, rate × steps",
        y_label="force on W_7, outwards",
    )  # fmt: skip
    caption = (
        "The forces on W_7 along its own direction while it grows. Benefit never outweighs untilt: that is the "
        "source's inequality. What closes the balance is tilt, the push of b_7 against the imbalance of the others, "
        "which the argument from symmetry leaves out. At the jump the far features fall silent, which changes the "
        "parts and not their sum."
    )
    return Panel("balance", "What makes W_7 grow", caption, figure)


EXPERIMENT = SymmetricFailure
