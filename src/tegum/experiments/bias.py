"""What the bias buys, and what it costs: any number of features in a plane, none of them sensitive."""

from functools import cache
from typing import Any, ClassVar

import numpy as np
from pydantic import field_validator

from tegum.claims import Claim, Judged, judge_fact
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.geometry.evaluated import ZERO, first_spoken, outputs, own_output
from tegum.geometry.responses import one_hot_errors, reconstructs, unique_positive
from tegum.geometry.weights import weights_of
from tegum.plots.lines import against, curves
from tegum.plots.matrices import matrices
from tegum.plots.shifts import shifted_wheel
from tegum.spec import Count, Positive
from tegum.theory.polygons import gain, regular_polygon, threshold, uniform_error, wheel, wheel_uniform_error
from tegum.toy.features import OneHot
from tegum.toy.loss import SquaredError
from tegum.toy.models import Autoencoder
from tegum.training.optimisers import Adam
from tegum.training.run import Run
from tegum.training.training import Training

ARTICLE = "Superposition: An Actual View of Latent Spaces (2024)"
ROLE, SENSITIVITY = f"{ARTICLE}, The role of b", f"{ARTICLE}, Cost of absorbing interference"
EVERY, FEW = range(3, 65), range(3, 13)  # the n over which formulas are judged; those whose thresholds are searched
EXACT = 1e-9  # a reconstruction this close is exact, where r² is up to 200
TOLERANCE = 0.01  # a share of what silence costs
LEVERS = 10  # positions of each bias

SECOND_HIGHEST = Claim(
    "Subtract the second-highest entry of each row of WᵀW, cos φ, from all of it, and one positive entry is left in "
    "each row: the diagonal.",
    f"{ARTICLE}, Can this really generalize",
    "For every n = 3 … 64, in double precision, each feature alone gives its own output more than 1e-12 and no other.",
)
GENERAL = Claim(
    "So the wheel of unit columns with this bias reconstructs the identity, and does so for any n.",
    f"{ARTICLE}, Can this really generalize",
    "For every n = 3 … 64, L_sum is below 1 % of n, which an all-zero output costs.",
    reason="The rule makes the pattern, not the size: the columns have to be longer, r² = 1/(1 − cos φ).",
)
SCALED = Claim(
    "Corrected: with columns of length r, r² (1 − cos φ) = 1, and b = 1 − r², every n is reconstructed.",
    "Ours; that two dimensions can hold any number is Henighan et al. 2023",
    "For every n = 3 … 64, in double precision, no output is off by more than 1e-9.",
)
THREE = Claim(
    "Three features need no bias: with b = 0 each already has one positive output, its own.",
    ROLE,
    "The unit wheel of three with b = 0 gives each feature alone its own output, more than 1e-12, and no other.",
)
THRESHOLD = Claim(
    "The price is sensitivity: an input below a threshold gives nothing.",
    SENSITIVITY,
    "For every n = 3 … 12, on the wheel and on the polygon, the smallest x for which x e_i gives a positive own "
    "output, found by evaluating the model, is max(0, cos 2π/n) within 1e-9, and no output is positive below it.",
)
LINEAR = Claim(
    "An input that overcomes the bias is reconstructed linearly.",
    f"{ARTICLE}, The Punchlines",
    "On the regular polygon of every n = 5 … 12 and on every trained model that stores all features: for x from the "
    "threshold to 1 the own output of x e_i is on one straight line within 1e-9.",
)
LEVER = Claim(
    "The value b_i is the lever that sets where zone i starts: the more negative, the further up.",
    f"{ARTICLE}, An Actual Picture of Latent Spaces",
    "W fixed, of the regular polygon for every n = 5 … 12 and of every trained model that stores all features: with "
    f"each b_i in turn at {LEVERS} values from 0 to −0.9 ‖W_i‖², the threshold of feature i, found by evaluating, is "
    "−b_i/‖W_i‖² within 1e-9, and no other threshold moves.",
)


class Bias(Experiment):
    """Formulas held against evaluated wheels, and against models trained on one-hot data, m = 2."""

    title: ClassVar[str] = "What the bias buys, and what it costs"
    source: ClassVar[str] = ROLE
    lede: ClassVar[str] = (
        "Without a bias two dimensions give back four features. A negative bias pushes the wheel of features out of "
        "reach of ReLU until only the tip of one spoke shows in each output, and the number of features is free. The "
        "price is paid by weak inputs: below a threshold close to 1 nothing comes back, and above it too little."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 10, "trained": (5, 6)},
        "standard": {},
        "paper": {"seeds": 250},
    }

    drawn: Count = 8
    seeds: Count = 40
    trained: tuple[int, ...] = (5, 6, 7, 8)
    steps: Count = 10_000
    learning_rate: Positive = 3e-3

    @field_validator("drawn")
    @classmethod
    def _needs_a_shift(cls, drawn: int) -> int:
        if not 5 <= drawn <= 40:
            raise ValueError(f"drawn={drawn} must be from 5, the first wheel that a bias shifts, to 40.")
        return drawn

    @field_validator("trained")
    @classmethod
    def _needs_thresholds(cls, trained: tuple[int, ...]) -> tuple[int, ...]:
        if not trained or min(trained) < 5 or len(set(trained)) < len(trained):
            raise ValueError(
                f"trained={list(trained)} must be different numbers of features, each at least 5; fewer have no "
                "threshold."
            )
        return trained

    def trainings(self) -> dict[str, Training]:
        return {f"{n} features": self._training(n, place * self.seeds) for place, n in enumerate(self.trained)}

    def _training(self, features: int, first_seed: int) -> Training:
        return Training(
            model=Autoencoder(features=features, hidden=2),
            law=OneHot(),
            loss=SquaredError(reduction="sum"),
            steps=self.steps,
            optimiser=Adam(learning_rate=self.learning_rate),
            over={"seed": range(first_seed, first_seed + self.seeds)},
        )

    def claims(self, runs: Runs) -> list[Judged]:
        found = solutions(runs)
        return [_second_highest(), _general(), _scaled(), _three(), _threshold(), _linear(found), _lever(found)]

    def panels(self, runs: Runs) -> list[Panel]:
        return [_wheel(self.drawn), _matrices(), _responses(), _cost(), _thresholds(runs)]


# ---------------------------------------------------------------- measurements


def solved(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """W (models, 2, n) and b (models, n) of the models of a run that store all of their features."""
    found = weights_of(run)[reconstructs(run)]
    return found.encoder, found.bias


def solutions(runs: Runs) -> list[tuple[np.ndarray, np.ndarray]]:
    """W (models, 2, n) and b (models, n): regular polygons that need a bias, and the trained models that store all."""
    regular = [regular_polygon(n) for n in FEW if n > 4]
    return [*((W[None], b[None]) for W, b in regular), *(solved(run) for run in runs.values())]


def bend(W: np.ndarray, b: np.ndarray) -> float:
    """How far the own output of each feature is from a straight line, above its threshold."""
    way = np.linspace(0, 1, 101)
    start = first_spoken(W, b)[..., None]
    y = np.stack([own_output(W, b, x) for x in np.moveaxis(start + (1 - start) * way, -1, 0)], axis=-1)
    line = y[..., :1] + (y[..., -1:] - y[..., :1]) * way
    return float(np.abs(y - line).max(initial=0))


def levered(W: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Each b_i in turn moved towards −‖W_i‖²: how far thresholds are from −b_i/‖W_i‖², and how far others move."""
    before = first_spoken(W, b)
    off, moved = 0.0, 0.0
    for i in range(b.shape[-1]):
        own = (W[..., i] ** 2).sum(axis=-1)
        for share in np.linspace(0, 1, LEVERS, endpoint=False):
            pulled = b.copy()
            pulled[:, i] = -share * own
            off_now = np.abs(first_spoken(W, pulled) - np.where(np.arange(b.shape[-1]) == i, share, before))
            off = max(off, off_now[:, i].max(initial=0))
            moved = max(moved, np.delete(off_now, i, axis=1).max(initial=0))
    return float(off), float(moved)


# ---------------------------------------------------------------- claims


def _second_highest() -> Judged:
    alone, exactly = (sum(bool(unique_positive(wheel(n), off).all()) for n in EVERY) for off in (ZERO, 0.0))
    note = (
        f"The neighbours end exactly on zero, so that rounding decides their sign: without the tolerance {exactly} of "
        f"the {len(EVERY)} pass. The diagonal is 1 − cos φ: {1 - threshold(64):.3g} at n = 64."
    )
    return judge_fact(
        SECOND_HIGHEST, alone == len(EVERY), f"{alone} of {len(EVERY)} numbers of features", alone, note=note
    )


def _general() -> Judged:
    share = {n: float((one_hot_errors(wheel(n)) ** 2).sum()) / n for n in EVERY}
    fine = [n for n, cost in share.items() if cost < TOLERANCE]
    measured = (
        f"L_sum / n is {share[5]:.3g} at n = 5, {share[8]:.3g} at 8, {share[64]:.3g} at 64; below 1 % at n = "
        f"{', '.join(map(str, fine))} only"
    )
    note = (
        "One positive entry per row is not the identity: the diagonal comes out as 1 − cos φ instead of 1, so L_sum "
        "= n cos² φ, and with many features the model outputs next to nothing. The pattern is right, the size is "
        "not."
    )
    return judge_fact(GENERAL, len(fine) == len(share), measured, max(share.values()), note=note)


def _scaled() -> Judged:
    worst = max(float(np.abs(one_hot_errors(regular_polygon(n))).max()) for n in EVERY)
    note = f"r² grows as n²/2π²: {gain(8):.3g} at n = 8, {gain(64):.3g} at 64."
    return judge_fact(SCALED, worst < EXACT, f"largest error of any output {worst:.1e}", worst, note=note)


def _three() -> Judged:
    model = wheel(3)[0], np.zeros(3)
    off = float(np.abs(one_hot_errors(model)).max())
    note = "The neighbours lie at −1/2. By the same token n = 4 needs none: its neighbours lie at 0."
    measured = f"largest error of any output {off:.1e}"
    return judge_fact(THREE, bool(unique_positive(model, ZERO).all()), measured, off, note=note)


def _threshold() -> Judged:
    off, leak = 0.0, 0.0
    for n in FEW:
        for W, b in (wheel(n), regular_polygon(n)):
            off = max(off, float(np.abs(first_spoken(W, b) - threshold(n)).max()))
            if n > 4:
                leak = max(leak, float(outputs(W, b, (threshold(n) - EXACT) * np.eye(n)).max()))
    measured = (
        f"within {off:.1e}; {threshold(5):.3f} at n = 5, {threshold(8):.3f} at 8, {threshold(12):.3f} at 12; "
        "none for n = 3 and 4"
    )
    note = "No regular n-gon that reconstructs has a lower one: longer columns have 1 − 1/r², which is higher."
    return judge_fact(THRESHOLD, off < EXACT and leak == 0, measured, off, note=note)


def _linear(found: list[tuple[np.ndarray, np.ndarray]]) -> Judged:
    bent = max(bend(*models) for models in found)
    measured = f"largest bend {bent:.1e}; {_counted(found)}"
    note = (
        "An identity: before ReLU the own output is ‖W_i‖² x + b_i. At zero loss that is (x − t)/(1 − t) with the "
        f"threshold t: a line of slope 1/(1 − t) ({gain(5):.3g} on the polygon of 5, {gain(12):.3g} of 12), not "
        "through the origin, so every x below 1 comes back too small. For x uniform on [0, 1] the mean squared "
        f"error on the polygon is a share t² of what silence costs: {3 * uniform_error(8):.0%} at n = 8, "
        f"{3 * uniform_error(12):.0%} at 12."
    ).replace("%", "\u00a0%")
    return judge_fact(LINEAR, bent < EXACT, measured, bent, note=note)


def _lever(found: list[tuple[np.ndarray, np.ndarray]]) -> Judged:
    off, moved = (max(part) for part in zip(*(levered(*models) for models in found), strict=True))
    measured = f"within {off:.1e}; others moved by {moved:.1g} at most; {_counted(found)}"
    note = (
        "Arithmetic rather than learning: ‖W_i‖² x + b_i is positive from there on. Training ties the lever to the "
        "length of the spoke: at zero loss b_i = 1 − ‖W_i‖², and the threshold is 1 − 1/‖W_i‖²."
    )
    return judge_fact(LEVER, off < EXACT and moved < EXACT, measured, off, note=note)


def _counted(found: list[tuple[np.ndarray, np.ndarray]]) -> str:
    polygons = sum(n > 4 for n in FEW)
    return f"{polygons} polygons and {sum(len(b) for _, b in found) - polygons} trained models"


# ---------------------------------------------------------------- figures


def _kinds(positive: np.ndarray, shown: list[int]) -> np.ndarray:
    """For each tip 0 where no drawn output is positive, 1 where only its own is, else 2: (t, n, 3) -> (t, n)."""
    own = np.arange(positive.shape[1])[:, None] == shown
    return np.where(~positive.any(axis=2), 0, np.where((positive == own).all(axis=2), 1, 2))


def _wheel(n: int) -> Panel:
    W, b = regular_polygon(n)
    shown = [0, round(n / 3), round(2 * n / 3)]
    shift = np.linspace(0, b[0], 31)
    tips = (W.T @ W[:, shown])[None] + shift[:, None, None]
    figure = shifted_wheel(
        tips, _kinds(tips > EXACT, shown), np.maximum(tips, 0), [str(i) for i in range(n)],
        [f"output {i}" for i in shown], [f"{s:.2f}".replace("-", "−") for s in shift], what="bias", targets=np.eye(3),
    )  # fmt: skip
    caption = (
        f"Each of {n} features as WᵀW e_i + b, in the space of outputs {shown[0]}, {shown[1]} and {shown[2]} (the "
        f"other {n - 3} cannot be drawn), and where ReLU takes it. Without a bias (press play, or move the slider to "
        "the left) most speak in outputs of others. The bias slides the wheel along (−1, …, −1) until each of "
        "the three has its own output alone, which ReLU snaps to the unit step that should come back, and the rest "
        "are silent here."
    )
    return Panel("wheel", "A wheel pushed out of reach", caption, figure)


def _matrices() -> Panel:
    n = 10
    values, under = [], []
    for (W, b), words in ((wheel(n), "unit columns"), (regular_polygon(n), f"columns of length {gain(n) ** 0.5:.2f}")):
        gram = W.T @ W
        values += [gram, gram + b, np.maximum(gram + b, 0)]
        under += [
            words,
            f"b = {b[0]:.2f}".replace("-", "−"),
            f"L<sub>sum</sub> = {(one_hot_errors((W, b)) ** 2).sum():.2f}",
        ]
    titles = ["WᵀW", "WᵀW + b", "ReLU(WᵀW + b)"] * 2
    figure = matrices(
        values, titles, subtitles=under, columns=3, row="output", column="input", what="value of the output"
    )
    caption = (
        "Ten features. Upper row: the published rule, unit columns and b = −cos φ, leaves one positive entry in "
        "each row, of size 0.19 instead of 1. Lower row: the same wheel made larger, with b = 1 − r², is the "
        "identity."
    )
    return Panel("matrices", "Subtract the second-highest entry", caption, figure)


def _responses() -> Panel:
    x = np.linspace(0, 1, 401)
    shown = (4, 5, 6, 8, 12, 24)
    lines = [outputs(*regular_polygon(n), x * np.eye(n)[:, :1])[0] for n in shown]
    names = ["as it was", *(f"n = {n}" for n in shown[1:])]
    figure = curves(
        x, np.stack(lines, axis=1), names, dashed=["as it was"], x_label="input x of one active feature",
        y_label="its own output",
    )  # fmt: skip
    caption = (
        "What a regular polygon returns of one feature with value x. Nothing up to cos 2π/n, then a line of slope "
        "r² = 1/(1 − cos 2π/n) that catches up at x = 1, for which it is made. The dashed line is the identity, "
        "which four features have."
    )
    return Panel("response", "Silence, then too little", caption, figure)


@cache
def costs() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """n, and as measured and as predicted, (n, 3): the threshold, and the error of polygon and wheel for uniform x as
    a share of silence's."""
    n = np.unique(np.rint(np.geomspace(3, 64, 28)).astype(int))
    x = np.random.default_rng(0).uniform(size=20_000)
    measured, predicted = [], []
    for k in map(int, n):
        polygon, plain = regular_polygon(k), wheel(k)
        measured.append([first_spoken(*polygon)[0], 3 * _sampled(*polygon, x), 3 * _sampled(*plain, x)])
        predicted.append([threshold(k), 3 * uniform_error(k), 3 * wheel_uniform_error(k)])
    return n, np.array(measured), np.array(predicted)


def _cost() -> Panel:
    n, measured, predicted = costs()
    names = ["threshold", "error, polygon", "error, unit wheel by the rule"]
    points, theory = ([(n, column) for column in part.T] for part in (measured, predicted))
    figure = against(
        points, theory, names, x_label="features n", y_label="threshold; error as a share of silence's", log_x=True
    )
    caption = (
        "The threshold, found by evaluating the model, and the mean squared error for one active feature with x "
        "uniform on [0, 1], from 20,000 draws, divided by that of a model that is silent. Lines: max(0, cos φ), "
        "cos² φ and 3 cos² φ − 2 cos³ φ. With a dozen features three quarters of everything is lost."
    )
    return Panel("cost", "The price of more features", caption, figure)


def _sampled(W: np.ndarray, b: np.ndarray, x: np.ndarray) -> float:
    inputs = x * np.eye(len(b))[:, :1]
    return float(((outputs(W, b, inputs) - inputs) ** 2).sum(axis=0).mean())


def _thresholds(runs: Runs) -> Panel:
    each, most, lowest = [], [], []
    for run in runs.values():
        n, heard = run.training.model.sizes.features, np.sort(first_spoken(*solved(run)), axis=1)
        at = n + np.linspace(-0.35, 0.35, len(heard))
        order = np.argsort(heard[:, -1])
        each.append([np.repeat(at, n - 1), heard[order, :-1].ravel()])
        most.append([at, heard[order, -1]])
        lowest.append([[n - 0.4, n + 0.4, np.nan], [threshold(n), threshold(n), np.nan]])
    points = [(x, y) for x, y in (np.concatenate(part, axis=1) for part in (each, most))]
    line_x, line_y = np.concatenate(lowest, axis=1)
    figure = against(
        points, [([], []), (line_x, line_y)], ["each other feature", "the highest of its model"],
        x_label="features n", y_label="threshold", words=("found by evaluating", "regular polygon, cos 2π/n"),
    )  # fmt: skip
    figure.update_xaxes(dtick=1)
    caption = (
        "The thresholds of all trained models with zero loss, a column of points for each model, ordered by the "
        "highest. No model's highest threshold lies below the line, on which the regular polygon has all of its own. "
        "How regular trained models are is judged in the experiment zero-loss-set."
    )
    return Panel("thresholds", "What the learnt features can hear", caption, figure)


EXPERIMENT = Bias
