"""The bias of an unlearnt feature: why 1/n, and what happens where it is set to zero or below."""

from functools import cache
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np
from pydantic import field_validator

from tegum.claims import Claim, Judged, judge_fact, judge_rate, rate_interval
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.failure.ends import DEAD, ENDS, LEARNT, ends
from tegum.failure.forces import Optimum, by_sample, frozen_optimum, loss
from tegum.failure.outcomes import SYMMETRIC_FAILURE, outcomes
from tegum.failure.tilting import least_slope, worst_angle
from tegum.plots import style
from tegum.plots.lines import bands, curves
from tegum.plots.rates import stacked_rates
from tegum.plots.tilted import tilted_planes
from tegum.plots.zones import latent_zones
from tegum.spec import Count, Finite
from tegum.theory.failure import failure_loss, symmetric_failure, with_column
from tegum.theory.polygons import gain
from tegum.theory.zero_loss import looking_away
from tegum.toy.features import OneHot
from tegum.toy.models import Autoencoder, Parameters, StartingFrom
from tegum.training.history import at_steps
from tegum.training.interventions import Assign, Edit, Freeze, Intervention
from tegum.training.optimisers import SGD, Adam, AdamW, Momentum, Optimiser
from tegum.training.run import Run
from tegum.training.training import Training

POST = "Optimization Failure (2024)"
ZERO = f"{POST}, What if Symmetric Failure and b_7 = 0"
LIVE = (4, 5, 6, 7, 8)  # features of the live polygon, beside one unlearnt feature
BIASES = (-0.2, -0.05, -0.01, -0.001, 0.0, 0.05, 1 / 7)
AT_ZERO, BELOW = BIASES.index(0.0), BIASES.index(0.0)  # the place of 0; how many lie below it
NOISE = 0.01  # on every number at the start
SOON = 1_000  # steps
OPTIMISERS: dict[str, Optimiser] = {
    "AdamW": AdamW(),
    "Adam": Adam(),
    "momentum": Momentum(learning_rate=1.0),
    "gradient descent": SGD(learning_rate=1.0),
}  # of the mean loss, L / n²
SHADES = dict(zip(ENDS, ("#12805F", "#7A2E4D", "#C95300"), strict=True))
FIRST = 5_000_000  # the first seed; others were looked at before the criteria were written
HEARD, SILENT = "heard", "silent"

BIAS = Claim(
    "With W_7 = 0, the best bias of the unlearnt feature is the mean of its targets, b_7 = 1/n.",
    f"{POST}, What is b_7",
    "For 4 to 8 live features and one unlearnt, the exact best bias differs from 1/n by rounding.",
)
HALF = Claim(
    "At b_7 = 0 a tilt silences the inputs on the other side, which exert no pressure any more.",
    ZERO,
    "With W_7 = 0.06 W_6 the gradients of inputs 2, 3 and 4 on W_7 and b_7 are 0, those of inputs 5, 6 and 1 are not.",
)
ALONG = Claim(
    "With b_7 = 0 the calculation still holds, only with half as many W_j: their gradient points along W_7.",
    ZERO,
    "For six live features, W_7 of length 0.1 in 360 directions, the angle between W_7 and the live inputs' gradient "
    "on it stays below 1e-6 degrees.",
)
ENOUGH = Claim(
    "At b_7 = 0 half of the live inputs are enough to keep W_7 at 0.",
    ZERO,
    "For six live features the whole exact gradient has a positive component along W_7 in 360 directions, at the "
    "length 0.01.",
)
ENOUGH_ALL = Claim(
    "At b_7 = 0 half of the live inputs are enough to keep the unlearnt column at 0, for any number of live features.",
    "Ours: the sentence above for other n",
    "The same for 4 to 8 live features.",
)
BEST = Claim(
    "Constrained to b_7 ≥ 0, symmetric failure is the best we can do.",
    ZERO,
    "No state with b_7 ≥ 0 that we can construct has a loss below 6/7.",
)
HELD = Claim(
    "Held at b_7 = 0, the model cannot leave: W_7 is not learnt.",
    f"{ZERO}; the reading in which the others may move",
    f"Of the models released at symmetric failure, n = 7, noise {NOISE}, b_7 set to 0 and frozen there, Adam, more "
    "than 95 in 100 have a loss above half of 6/7 at the end.",
)
HELD_ALL = Claim(
    "Held at b = 0 no model leaves, whatever the number of live features.",
    "Ours: the sentence above for other n",
    "The same for each number of live features that is tried: more than 95 in 100 of all these models.",
)
LETS_OUT = Claim(
    "What lets models out is that b_7 is positive: held at 1/7 they leave.",
    "Ours",
    "The same with b_7 set to 1/7 and frozen there: more than 95 in 100 end below half of 6/7.",
)
STAYS = Claim(
    "Symmetric failure with b_7 = 0 is a state that models stay in.",
    ZERO,
    f"Of the models released at symmetric failure, n = 7, noise {NOISE}, b_7 set to 0 at the start and free, by any of "
    f"{len(OPTIMISERS)} optimisers, more than half have |b_7| below 0.01 after {SOON:,} steps.",
)
RETURNS = Claim(
    "Corrected: set to 0, b_7 goes back to 1/n at once.",
    f"Beyond {POST}",
    f"Of the same models more than 95 in 100 have b_7 within 0.01 of 1/7 after {SOON:,} steps.",
)
STUCK = Claim(
    "When b_7 ≥ 0 and we are in symmetric failure, we are stuck.",
    ZERO,
    "Of the models with b_7 set to 0, more than half end with a loss above half of 6/7 and ‖W_7‖ at most 0.01.",
)
ALIKE = Claim(
    "Setting b_7 to 0 changes nothing about whether the feature is learnt in the end.",
    "Ours",
    "Of the models, all optimisers, more than 95 in 100 are learnt at the end (loss below half of 6/7) if and only if "
    "their undisturbed twin of the same seed is.",
)
KILLED = Claim(
    "Below 0, however little, the feature is dead.",
    f"Ours; {POST} says that b_7 needs to become negative",
    "Of the models with b_7 set below 0, all optimisers and values, more than 95 in 100 end with a loss nearer to 1 "
    "than to 6/7.",
)
CAUGHT = Claim(
    "A model that trained itself into symmetric failure is stuck where its b_7 is set to 0.",
    ZERO,
    "Of the models of seven features, AdamW, from random starts, that are in symmetric failure with one feature "
    "unlearnt at an eighth of all steps, where its bias is set to 0, more than half are not perfect at the end.",
)


class SetUnlearnt(Intervention):
    """Set the bias of the feature with the shortest column, and forget the optimiser's memory of it."""

    value: Finite = 0.0

    def edit(self, model: Any, parameters: Parameters, key: Any) -> Edit:
        W = parameters["W"]
        shortest = jnp.arange(W.shape[1]) == jnp.argmin((W**2).sum(0))
        return Edit.where(parameters, "b", shortest, jnp.asarray(self.value, W.dtype))


class ZeroBias(Experiment):
    """The bias of the unlearnt feature, set by intervention in models released at symmetric failure."""

    title: ClassVar[str] = "The bias of an unlearnt feature"
    source: ClassVar[str] = ZERO
    lede: ClassVar[str] = (
        "An unlearnt feature has a bias of 1/n. The source asks what would happen at 0, and concludes that with b_7 ≥ "
        "0 the model is stuck. Here b_7 is set, in models at symmetric failure and in models that trained themselves "
        "into it, and what follows is compared with undisturbed twins of the same seeds. A bias of 0 is no place to "
        "rest: it goes back to 1/n, and the feature is learnt as late as it would have been. Held at 0 by force, a "
        "model of seven features is stuck indeed. Below 0 the feature is dead."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 25_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 25, "beside": (5, 6)},
        "standard": {},
        "paper": {"seeds": 4_000},
    }

    seeds: Count = 400
    steps: Count = 25_000
    beside: tuple[int, ...] = LIVE

    @field_validator("beside")
    @classmethod
    def _six(cls, beside: tuple[int, ...]) -> tuple[int, ...]:
        if 6 not in beside or min(beside) < 4:
            raise ValueError(f"beside={beside} must be numbers of live features from 4, 6 among them, such as (5, 6).")
        return beside

    def trainings(self) -> dict[str, Training]:
        set_to = {f"{name}": self._released(optimiser, True) for name, optimiser in OPTIMISERS.items()}
        twins = {f"{name}, twin": self._released(optimiser, False) for name, optimiser in OPTIMISERS.items()}
        held = {f"held, {live}": self._held(live) for live in self.beside}
        return {**set_to, **twins, **held, "caught": self._caught(True), "caught, twin": self._caught(False)}

    def _released(self, optimiser: Optimiser, disturbed: bool) -> Training:
        over = {"interventions[0].value": BIASES} if disturbed else {}
        return Training(
            model=StartingFrom.at(*symmetric_failure(7), noise=NOISE),
            law=OneHot(),
            optimiser=optimiser,
            steps=self.steps,
            record=at_steps(self._stops(), "parameters"),
            interventions=(Assign(at=0, parameter="b", features=(6,)),) if disturbed else (),
            over={**over, "seed": self._seeds()},
        )

    def _stops(self) -> list[int]:
        stops = np.geomspace(1, self.steps, 40).round().astype(int)
        return sorted({0, min(SOON, self.steps), *stops.tolist()})

    def _seeds(self) -> range:
        return range(FIRST, FIRST + self.seeds)

    def _held(self, live: int) -> Training:
        return Training(
            model=StartingFrom.at(*symmetric_failure(live + 1), noise=NOISE),
            law=OneHot(),
            optimiser=Adam(),
            steps=self.steps,
            record=None,
            interventions=(Assign(at=0, parameter="b", features=(live,)),),
            freeze=(Freeze(parameter="b", features=(live,)),),
            over={"interventions[0].value": (0.0, 1 / (live + 1)), "seed": self._seeds()},
        )

    def _caught(self, disturbed: bool) -> Training:
        at = self.steps // 8
        return Training(
            model=Autoencoder(features=7, hidden=2),
            law=OneHot(),
            steps=self.steps,
            record=at_steps([at, self.steps], "parameters"),
            interventions=(SetUnlearnt(at=at),) if disturbed else (),
            over={"seed": self._seeds()},
        )

    def claims(self, runs: Runs) -> list[Judged]:
        return [*_alone(), *_half(), _best(), *self.held(runs), *self.in_motion(runs)]

    def held(self, runs: Runs) -> list[Judged]:
        """The claims about models whose b_7 is frozen."""
        out = {live: ends(totals(runs[f"held, {live}"]), live + 1) == LEARNT for live in self.beside}
        each = ", ".join(f"{part[0].mean():.0%} for p = {live}" for live, part in out.items())
        free = ", ".join(f"{part[1].mean():.0%} for p = {live}" for live, part in out.items())
        return [
            judge_rate(HELD, ~out[6][0], above=0.95, where="models"),
            judge_rate(HELD_ALL, ~np.concatenate([part[0] for part in out.values()]), above=0.95, where="models",
                       note=f"Learnt: {each}. With four or five live features the half that is heard weighs less than "
                       "the own input."),
            judge_rate(LETS_OUT, out[6][1], above=0.95, where="models", note=f"Learnt: {free}."),
        ]  # fmt: skip

    def in_motion(self, runs: Runs) -> list[Judged]:
        """The claims about models whose b_7 was set and let go, and about twins."""
        soon = np.concatenate([_bias_at(runs[name], SOON, self.steps)[AT_ZERO] for name in OPTIMISERS])
        final = {name: ends(totals(runs[name])) for name in OPTIMISERS}
        twins = {name: ends(totals(runs[f"{name}, twin"])) for name in OPTIMISERS}
        alike = np.concatenate([(final[name][AT_ZERO] == LEARNT) == (twins[name] == LEARNT) for name in OPTIMISERS])
        below = np.concatenate([final[name][:BELOW].ravel() for name in OPTIMISERS])
        of_all = "models, all optimisers"
        return [
            judge_rate(STAYS, np.abs(soon) < 0.01, above=0.5, where=of_all),
            judge_rate(RETURNS, np.abs(soon - 1 / 7) < 0.01, above=0.95, where=of_all),
            *(self._stuck(name, runs[name], runs[f"{name}, twin"]) for name in OPTIMISERS),
            judge_rate(ALIKE, alike, above=0.95, where="pairs"),
            judge_rate(KILLED, below == DEAD, above=0.95, where="models",
                       note="Nothing is heard, so nothing pulls; the little that is heard presses b_7 further down. "
                       "The rest are at −0.001 and began with ‖W_7‖² above that, so that they heard themselves."),
            self._of_caught(runs),
        ]  # fmt: skip

    def _stuck(self, name: str, run: Run, twin: Run) -> Judged:
        named = Claim(f"{STUCK.statement} ({name})", STUCK.source, STUCK.criterion)
        stuck = _stuck(run)[AT_ZERO]
        note = f"Learnt: {_learnt(totals(run)[AT_ZERO])}; of the undisturbed twins {_learnt(totals(twin))}, and " \
               f"{_stuck(twin).sum()} of those are stuck in this sense."  # fmt: skip
        return judge_rate(named, stuck, above=0.5, where="models", note=note)

    def _of_caught(self, runs: Runs) -> Judged:
        mine, twin = runs["caught"], runs["caught, twin"]
        there = caught(twin)
        lost, also = (~outcomes(run).perfect[there] for run in (mine, twin))
        note = f"Of their undisturbed twins {also.sum()}."
        return judge_rate(CAUGHT, lost, above=0.5, where="seeds caught at that step", note=note)

    def panels(self, runs: Runs) -> list[Panel]:
        return [
            self._ends(runs), self._after(runs["AdamW"]), self._lengths(runs["AdamW"]), _planes(), _bias(),
            self._held_ends(runs), _perfect(),
        ]  # fmt: skip

    def _ends(self, runs: Runs) -> Panel:
        names = {"undisturbed": None} | {style.number(BIASES[k], ".3g"): k for k in (0, 2, 3, 4, 6)}
        rows, labels = [], []
        for name in OPTIMISERS:
            final, twin = ends(totals(runs[name])), ends(totals(runs[f"{name}, twin"]))
            for label, k in names.items():
                rows.append(np.bincount(twin if k is None else final[k], minlength=len(ENDS)))
                labels.append(f"{name.replace('gradient descent', 'SGD')}<br>{label}")
        counts = np.array(rows)
        low, high = rate_interval(counts, self.seeds)
        words = "optimiser, and what b_7 is set to at the start"
        figure = stacked_rates(ENDS, counts, low, high, labels, x_label=words, shades=SHADES)
        figure.update_traces(text=None)
        figure.update_xaxes(tickangle=-60, tickfont={"size": 11})
        figure.update_layout(height=540)
        caption = (
            f"How {self.seeds} models for each bar end after {self.steps:,} steps: released at symmetric failure, n = "
            f"7, with noise of {NOISE}, and b_7 set once at the start. From 0 upwards they do what the undisturbed "
            "ones do; below 0, were it by 0.001, the feature is dead."
        )
        return Panel("ends", "How models end by what b_7 is set to", caption, figure)

    def _after(self, run: Run) -> Panel:
        figure = _over_time(run, _biases(run), "b_7")
        figure.add_hline(1 / 7, line={"width": 1, "color": style.MUTED, "dash": "dot"})
        caption = (
            "b_7 after it was set, AdamW: the median model and the middle nine tenths. From 0 it is back at 1/7 "
            "(dotted) within a few hundred steps. There it stays while the others lean; it rises with W_7, and falls "
            "below 0 when the feature is learnt. Set below 0 it stays there but for the decay."
        )
        return Panel("after", "What b_7 does after it is set", caption, figure)

    def _lengths(self, run: Run) -> Panel:
        figure = _over_time(run, _lengths(run), "‖W_7‖", log_y=True)
        caption = (
            "The length of W_7 in the same models, AdamW. At first it shrinks to where the others' imbalance puts it, "
            "then it grows with that. Below 0 nothing pulls and only the decay is left; it is never learnt."
        )
        return Panel("lengths", "What W_7 does meanwhile", caption, figure)

    def _held_ends(self, runs: Runs) -> Panel:
        labels, rows = [], []
        for live in self.beside:
            final = ends(totals(runs[f"held, {live}"]), live + 1)
            for k, word in enumerate(("0", f"1/{live + 1}")):
                labels.append(f"{live} + 1 features<br>b held at {word}")
                rows.append(np.bincount(final[k], minlength=len(ENDS)))
        counts = np.array(rows)
        low, high = rate_interval(counts, self.seeds)
        figure = stacked_rates(ENDS, counts, low, high, labels, x_label="", shades=SHADES)
        figure.update_xaxes(tickangle=-60, tickfont={"size": 11})
        figure.update_layout(height=520)
        caption = (
            f"{self.seeds} models for each bar, Adam, {self.steps:,} steps, with the bias of the unlearnt feature "
            "frozen. At 0 its column shrinks to nothing beside six or more live features (a loss of 1, like that of a "
            "dead feature), since without a bias an imbalance of the others does not push it; beside four or five it "
            "grows. Held at 1/n they leave as if it were free."
        )
        return Panel("held", "Held there by force", caption, figure)


# ---- What trained models do ------------------------------------------------------------------------------------------


def totals(run: Run) -> np.ndarray:
    """The summed loss of each final model, (..., seed)."""
    found: np.ndarray = run.W.sizes["feature"] ** 2 * run.loss.transpose(..., "seed").values
    return found


def _learnt(total: np.ndarray) -> str:
    return f"{(ends(total) == LEARNT).sum()} of {total.size}"


def _stuck(run: Run) -> np.ndarray:
    """Whether each model, (..., seed), has not learnt feature 6 and keeps its column at 0."""
    column = np.hypot(*run.W.isel(feature=6).transpose("latent", ..., "seed").values)
    found: np.ndarray = (ends(totals(run)) != LEARNT) & (column <= 0.01)
    return found


def _biases(run: Run) -> np.ndarray:
    """b_7 over time, (step, value, seed)."""
    b = run.b_history.isel(feature=6)
    return np.asarray(b.transpose("step", ..., "seed").values)


def _bias_at(run: Run, step: int, last: int) -> np.ndarray:
    """b_7 after so many steps, (value, seed)."""
    at = int(np.argmax(run.b_history["step"].values == min(step, last)))
    return np.asarray(_biases(run)[at])


def _lengths(run: Run) -> np.ndarray:
    """‖W_7‖ over time, (step, value, seed)."""
    return np.hypot(*run.W_history.isel(feature=6).transpose("latent", "step", ..., "seed").values)


def _over_time(run: Run, values: np.ndarray, label: str, log_y: bool = False) -> Any:
    """The median and the middle nine tenths over seeds of (step, value, seed), for some of `BIASES`."""
    shown = [k for k, value in enumerate(BIASES) if value in (-0.05, 0.0, 0.05, 1 / 7)]
    low, middle, high = np.quantile(values[1:, shown], [0.05, 0.5, 0.95], axis=-1)
    names = [f"b_7 set to {style.number(BIASES[k], '.3g')}" for k in shown]
    step = run.W_history["step"].values[1:]
    return bands(step, middle, low, high, names, x_label="step", y_label=label, log_x=True, log_y=log_y,
                 interval="middle 90 % of models")  # fmt: skip


def caught(run: Run) -> np.ndarray:
    """Which seeds are in symmetric failure with one feature unlearnt at the first recorded step."""
    W = run.W_history.isel(step=0).transpose("seed", "latent", "feature").values
    states = outcomes((W, run.b_history.isel(step=0).transpose("seed", "feature").values))
    found: np.ndarray = (states.kind == SYMMETRIC_FAILURE) & (states.unlearnt == 1)
    return found


# ---- The unlearnt feature alone --------------------------------------------------------------------------------------


@cache
def _optimum(live: int) -> Optimum:
    """The best column of the unlearnt feature; beyond r / cos(π/p) its spill alone costs more than being unlearnt."""
    W, b = symmetric_failure(live + 1)
    return frozen_optimum(W, b, live, reach=float(gain(live) ** 0.5 / np.cos(np.pi / live)))


def _alone() -> list[Judged]:
    bias = max(abs(_optimum(live).bias - 1 / (live + 1)) for live in LIVE)
    return [
        judge_fact(
            BIAS, bias < 1e-6, f"differs by at most {bias:.1g}", bias,
            note="The loss (1 − b)² + (n − 1) b² is least there for every b > 0; for b ≤ 0 the output is dead and "
            "costs 1.",
        )
    ]  # fmt: skip


def pivoted() -> tuple[np.ndarray, np.ndarray]:
    """Symmetric failure, n = 7, with W_7 = 0.06 W_6 and b_7 = 0."""
    return with_column(6, 0.06 * symmetric_failure(7)[0][:, 5], 0.0)


def _half() -> list[Judged]:
    on_W, on_b = by_sample(*pivoted())
    pulls = np.abs(on_W[:6, :, 6]).sum(1) + np.abs(on_b[:6, 6])
    silent = {1 + int(j) for j in np.flatnonzero(pulls == 0)}
    angle = worst_angle(6, 0.0, 0.1)
    least = {live: least_slope(live, 0.0, 0.01) for live in LIVE}
    words = ", ".join(f"{slope:.3g} for p = {live}" for live, slope in least.items())
    return [
        judge_fact(HALF, silent == {2, 3, 4}, f"no pull from inputs {sorted(silent)}", len(silent)),
        judge_fact(ALONG, angle < 1e-6, f"angle up to {angle:.3g}°", angle,
                   note="True for even polygons, whose columns come in opposite pairs. For odd ones the half that is "
                   f"heard is not the same in all directions: up to {worst_angle(5, 0.0, 0.1):.2g}° for a pentagon."),
        judge_fact(ENOUGH, least[6] > 0, f"least slope of the loss per length {least[6]:.3g}", least[6]),
        judge_fact(ENOUGH_ALL, min(least.values()) > 0, words, min(least.values()),
                   note="The half that is heard weighs p r²/4, which is 1.81 for a live pentagon, less than the 2 that "
                   "its own input pulls with. There W_d grows."),
    ]  # fmt: skip


def _best() -> Judged:
    found = {bias: loss(*looking_away(7, bias)) for bias in (0.0, 1 / 7)}
    words = ", ".join(f"{value:.1g} at b_7 = {bias:.3g}" for bias, value in found.items())
    return judge_fact(
        BEST, min(found.values()) >= failure_loss(7), f"losses {words}", max(found.values()),
        note="W_7 of length √(1 − b_7) looks to one side, and all others stand on the other, farther out. A bias below "
        "0 is not what a learnt feature needs: it needs W_7·W_j ≤ −b_7 for all others.",
    )  # fmt: skip


# ---- Figures ---------------------------------------------------------------------------------------------------------


def _planes() -> Panel:
    states = [with_column(6, np.zeros(2), 0.0), pivoted()]
    points = np.stack([(W.T @ W + b[:, None])[[0, 1, 6]][:, :6].T for W, b in states])
    kinds = [[HEARD if z > 0 else SILENT for z in corners[:, 2]] for corners in points]
    figure = tilted_planes(
        points, kinds, [f"W<sub>{i}</sub>" for i in range(1, 7)], ["b₇ = 0, W₇ = 0", "b₇ = 0, W₇ = 0.06 W₆"],
        labels=("output 1", "output 2", "output 7"), shades={HEARD: style.SERIES[1], SILENT: style.SERIES[7]},
    )  # fmt: skip
    caption = (
        "The hexagon among outputs 1, 2 and 7, before ReLU, turning about the level 0. Three inputs lift output 7 and "
        "press W_7 back; the three below the floor are silenced by ReLU and pull at nothing."
    )
    return Panel("planes", "Half of a tilted hexagon is silent at b_7 = 0", caption, figure)


def _bias() -> Panel:
    b = np.linspace(-0.5, 1, 301)
    heard = np.maximum(b, 0)
    own, others = (1 - heard) ** 2, 6 * heard**2
    names = ["all together", "input 7", "the six others"]
    figure = curves(
        b, np.stack([own + others, own, others], 1), names, dashed=names[1:], x_label="b_7, with W_7 = 0",
        y_label="loss of output 7, summed", height=380,
    )  # fmt: skip
    figure.add_vline(1 / 7, line={"width": 1, "color": style.MUTED}, annotation={"text": "1/7", "font": {"size": 12}})
    figure.update_yaxes(range=[-0.1, 3])
    caption = (
        "With W_7 = 0 the best bias is the mean of what output 7 should be, 1/7, at a loss of 6/7. At 0 the slope is "
        "steep, −2; a negative bias is a plateau of loss 1 without any slope: a feature that gets there is dead."
    )
    return Panel("bias", "The bias of the unlearnt feature", caption, figure)


def _perfect() -> Panel:
    states = [looking_away(7, bias) for bias in (0.0, 1 / 7)]
    figure = latent_zones(
        (np.stack([W for W, _ in states]), np.stack([b for _, b in states])), ["b_7 = 0", "b_7 = 1/7"],
        subtitles=[f"loss {loss(*state):.2g}" for state in states],
    )  # fmt: skip
    caption = (
        "Two models of seven features without any loss whose last bias (feature 6 here) is not negative. Its zone is "
        "half of the disc and more; the others keep out of it."
    )
    return Panel("perfect", "The best that b_7 ≥ 0 allows", caption, figure)


EXPERIMENT = ZeroBias
