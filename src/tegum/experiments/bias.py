"""What the bias buys, and what it costs: any number of features in a plane, none of them sensitive."""

from functools import cache
from typing import Any, ClassVar

import numpy as np
from pydantic import field_validator

from tegum.claims import Claim, Judged, judge_fact, judge_rate
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.geometry.evaluated import (
    ZERO,
    first_spoken,
    one_hot_errors,
    outputs,
)
from tegum.geometry.polytopes import aligned, planar_arrangement
from tegum.plots.lines import against, curves
from tegum.plots.matrices import matrices
from tegum.plots.shifts import shifted_wheel
from tegum.plots.wheels import wheels
from tegum.spec import Count, Positive
from tegum.theory.polygons import (
    gain,
    regular_polygon,
    threshold,
    uniform_error,
    wheel,
    wheel_uniform_error,
)
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
TOLERANCE = 0.01  # a share of what silence costs, or of a threshold
SOLVED = 1e-4  # L_sum; a model with one feature missing has at least 1 − 1/n

SECOND_HIGHEST = Claim(
    "Subtract the second-highest entry of each row of WᵀW, cos φ, from all of it, and one positive entry is left in "
    "each row: the diagonal.",
    f"{ARTICLE}, Can this really generalize",
    "For every n = 3 … 64, in double precision, each row of WᵀW − cos φ has one entry above 1e-12, on the diagonal.",
)
GENERAL = Claim(
    "So the wheel of unit columns with this bias reconstructs the identity, and does so for any n.",
    f"{ARTICLE}, Can this really generalize",
    "For every n = 3 … 64, L_sum is below 1 % of n, which an all-zero output costs.",
)
SCALED = Claim(
    "Corrected: with columns of length r, r² (1 − cos φ) = 1, and b = 1 − r², every n is reconstructed.",
    "Henighan et al. 2023, Superposition, Memorization, and Double Descent: any number of examples in a T-gon",
    "For every n = 3 … 64, in double precision, no output is off by more than 1e-9.",
)
THREE = Claim(
    "Three features need no bias: with b = 0 each already has one positive output, its own.",
    ROLE,
    "The unit wheel of three with b = 0 has one output above 1e-12 for each feature and none off by more than 1e-12.",
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
    "For every n = 5 … 12, the own output from the threshold to x = 1 is on one straight line within 1e-9.",
)
FAITHFUL = Claim(
    "So what overcomes the bias comes back as it was.",
    f"{ARTICLE}, The Punchlines, taken at its word",
    "For every n = 5 … 12, the mean of |y_i − x| over x from the threshold to 1 is below 1 %.",
)
PIGEONHOLE = Claim(
    "No more than n examples can be stored: of n + 1, two would share a region with one positive output.",
    f"{ARTICLE}, Can this really generalize",
    "For no n = 3 … 12 does a regular solution reconstruct, within 1e-9, more than n of the 100 n examples x e_i with "
    "x = 0.01, 0.02, … 1.",
)
LEVER = Claim(
    "The bias is the lever that sets where a feature's zone begins; the part of the feature inside is what comes back.",
    f"{ARTICLE}, An Actual Picture of Latent Spaces",
    "In more than half of the trained models that store all features (L_sum below 1e-4), every threshold, found by "
    "evaluating, is 1 − 1/‖W_i‖² within 0.01.",
)
SPOKES = Claim(
    "Training spreads the features evenly, like the spokes of a wheel.",
    ROLE,
    "In more than half of the trained models that store all features (L_sum below 1e-4), every threshold, found by "
    "evaluating, is that of the regular polygon, cos 2π/n, within 0.01.",
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
        "quick": {"seeds": 16, "trained": (5, 6)},
        "standard": {},
        "paper": {"seeds": 2500},
    }

    drawn: Count = 8
    seeds: Count = 250
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
        return [
            _second_highest(), _general(), _scaled(), _three(), _threshold(), _linear(), _faithful(),
            _pigeonhole(), _lever(runs), _spokes(runs),
        ]  # fmt: skip

    def panels(self, runs: Runs) -> list[Panel]:
        return [
            _wheel(self.drawn), _matrices(), _responses(), _cost(), _gain(),
            _learnt(runs), _thresholds(runs),
        ]  # fmt: skip


# ---------------------------------------------------------------- measurements


def weights(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """W (models, 2, n) and b (models, n), in double precision; a diverged model becomes a silent one."""
    W, b = (run.data[name].transpose("seed", ...).values.astype(float) for name in ("W", "b"))
    return np.nan_to_num(W, nan=0, posinf=0, neginf=0), np.nan_to_num(b, nan=0, posinf=0, neginf=0)


def solved(run: Run) -> np.ndarray:
    """Which models store all of their features, shape (models,)."""
    return run.loss.values < SOLVED


def regular(run: Run) -> np.ndarray:
    """In which models every threshold, found by evaluating, is that of the regular polygon within 0.01."""
    off = np.abs(first_spoken(*weights(run)) - threshold(_features(run)))
    return np.asarray((off < TOLERANCE).all(axis=1))


def _loosely_regular(run: Run) -> int:
    """How many of the models that store all are named a polygon of all their features by `planar_arrangement`."""
    return int((planar_arrangement(weights(run)[0][solved(run)]) == planar_arrangement(wheel(_features(run))[0])).sum())


def _features(run: Run) -> int:
    return run.training.model.features


# ---------------------------------------------------------------- claims


def _second_highest() -> Judged:
    grams = [W.T @ W + b for W, b in map(wheel, EVERY)]
    alone = [np.array_equal(gram > ZERO, np.eye(len(gram), dtype=bool)) for gram in grams]
    exactly = sum(np.array_equal(gram > 0, np.eye(len(gram), dtype=bool)) for gram in grams)
    measured = f"{sum(alone)} of {len(alone)} numbers of features"
    note = (
        f"The neighbours end exactly on zero, so that rounding decides their sign: without the tolerance {exactly} of "
        f"the {len(alone)} pass. The diagonal is 1 − cos φ: {1 - threshold(64):.3g} at n = 64."
    )
    return judge_fact(SECOND_HIGHEST, all(alone), measured, sum(alone), note=note)


def _general() -> Judged:
    share = {n: float((one_hot_errors(*wheel(n)) ** 2).sum()) / n for n in EVERY}
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
    worst = max(float(np.abs(one_hot_errors(*regular_polygon(n))).max()) for n in EVERY)
    note = f"r² grows as n²/2π²: {gain(8):.3g} at n = 8, {gain(64):.3g} at 64."
    return judge_fact(SCALED, worst < EXACT, f"largest error of any output {worst:.1e}", worst, note=note)


def _three() -> Judged:
    W, b = wheel(3)[0], np.zeros(3)
    one = bool(((outputs(W, b, np.eye(3)) > ZERO).sum(axis=0) == 1).all())
    off = float(np.abs(one_hot_errors(W, b)).max())
    note = "The neighbours lie at −1/2. By the same token n = 4 needs none: its neighbours lie at 0."
    return judge_fact(THREE, one and off < ZERO, f"largest error of any output {off:.1e}", off, note=note)


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


def _above(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs from the threshold to 1, and the polygon's own output for each."""
    x = np.linspace(threshold(n), 1, 1001)
    W, b = regular_polygon(n)
    return x, outputs(W, b, x * np.eye(n)[:, :1])[0]


def _linear() -> Judged:
    bend = max(float(np.abs(np.diff(_above(n)[1], 2)).max()) for n in FEW if n > 4)
    note = (
        f"A straight line, but not through the origin: y_i = r² (x − cos φ). Its slope is r², above 1 from n = 5 on "
        f"({gain(5):.3g}; {gain(12):.3g} at n = 12)."
    )
    return judge_fact(LINEAR, bend < EXACT, f"largest bend {bend:.1e}", bend, note=note)


def _faithful() -> Judged:
    off = {n: float(np.abs(np.subtract(*_above(n))).mean()) for n in FEW if n > 4}
    measured = f"mean error {off[5]:.1%} at n = 5, {off[8]:.1%} at 8, {off[12]:.1%} at 12".replace("%", " %")
    note = (
        "Every input but 1 comes back too small. For x uniform on [0, 1] the mean squared error of the active "
        f"feature is cos² φ/3, a share cos² φ of what silence costs: {3 * uniform_error(8):.0%} at n = 8, "
        f"{3 * uniform_error(12):.0%} at 12."
    ).replace("%", " %")
    return judge_fact(FAITHFUL, max(off.values()) < TOLERANCE, measured, max(off.values()), note=note)


def _pigeonhole() -> Judged:
    stored = {n: max(_stored(*solution) for solution in _solutions(n)) for n in FEW}
    measured = ", ".join(f"{count} with n = {n}" for n, count in stored.items() if n in (3, 4, 5, 12))
    note = (
        "Examples that share a region with one positive output may all come back: three or four features need no "
        "bias and return every x e_i. From n = 5 on the count is n, but not by the pigeonhole: b < 0 makes the "
        "slope exceed 1, and y = x is met at x = 1 alone. (The quoted sentence speaks of orthonormal examples, of "
        "which there are n.)"
    )
    most = max(count / n for n, count in stored.items())
    return judge_fact(PIGEONHOLE, most <= 1, f"stored: {measured}", most, note=note)


def _lever(runs: Runs) -> Judged:
    right = []
    for run in runs.values():
        W, b = (part[solved(run)] for part in weights(run))
        right.append((np.abs(first_spoken(W, b) - (1 - 1 / (W**2).sum(axis=1))) < TOLERANCE).all(axis=1))
    note = "Arithmetic rather than learning: what comes back at x = 1 is ‖W_i‖² + b_i = 1, so b_i = 1 − ‖W_i‖²."
    return _judged(LEVER, right, runs, note)


def _spokes(runs: Runs) -> Judged:
    right = [regular(run)[solved(run)] for run in runs.values()]
    words = [
        f"n = {_features(run)}, {part.sum()} and {_loosely_regular(run)} of {part.size}"
        for run, part in zip(runs.values(), right, strict=True)
    ]
    note = (
        f"Regular by this criterion, and with gaps within 15° and lengths within 25 %: {'; '.join(words)}. Zero loss "
        "asks for W_i·(W_i − W_j) ≥ 1 and leaves room. The polygon is the arrangement whose deafest feature hears "
        "best: neighbours need cos(gap) ≤ √(t_i t_j), and some gap is at most 2π/n, so the highest threshold is "
        "never below cos 2π/n."
    )
    return _judged(SPOKES, right, runs, note)


def _judged(claim: Claim, right: list[np.ndarray], runs: Runs, note: str) -> Judged:
    """A rate over the models that store all features; where there are none, it is zero of all models."""
    pooled = np.concatenate(right)
    if not pooled.size:
        none = np.zeros(sum(solved(run).size for run in runs.values()))
        return judge_rate(claim, none, above=0.5, where="models, since none stores all", note=note)
    return judge_rate(claim, pooled, above=0.5, where="models that store all", note=note)


def _solutions(n: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The regular ones: the polygon, and the wheel without a bias where neighbours do not interfere."""
    return [regular_polygon(n), (wheel(n)[0], np.zeros(n))] if n <= 4 else [regular_polygon(n)]


def _stored(W: np.ndarray, b: np.ndarray) -> int:
    """How many of the examples x e_i come back, x = 0.01 … 1."""
    n = len(b)
    x = np.einsum("v,is->isv", np.arange(1, 101) / 100, np.eye(n)).reshape(n, -1)
    return int((np.abs(outputs(W, b, x) - x).max(axis=0) < EXACT).sum())


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
            f"L<sub>sum</sub> = {(one_hot_errors(W, b) ** 2).sum():.2f}",
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


def _gain() -> Panel:
    n = np.unique(np.rint(np.geomspace(3, 800, 40)).astype(int))
    slope = [np.diff(_above(int(k))[1][[900, 1000]])[0] * 10 / (1 - threshold(int(k))) for k in n]
    figure = against(
        [(n, slope)], [(n, [gain(int(k)) for k in n])], ["slope above the threshold"], x_label="features n",
        y_label="slope r²", log_x=True, log_y=True, height=360,
    )  # fmt: skip
    caption = (
        "The slope of a feature's own output above its threshold, measured and by r² = 1/(1 − cos 2π/n), about "
        "n²/2π². It multiplies noise and rounding errors as well."
    )
    return Panel("gain", "The slope that makes up for it", caption, figure)


def _learnt(runs: Runs) -> Panel:
    most = max(map(_features, runs.values()))
    shown, titles, under = [], [], []
    for run in runs.values():
        n, found = _features(run), np.flatnonzero(solved(run))[:3]
        W, b = (part[found] for part in weights(run))
        heard = first_spoken(W, b)
        models = np.full((4, 2, most), np.nan)
        models[: 1 + len(found), :, :n] = aligned(np.concatenate([regular_polygon(n)[0][None], W]))
        shown.append(models)
        names = [f"seed {seed}" for seed in run.data["seed"].values[found]]
        titles += [f"n = {n}, regular", *_filled(names)]
        under += [f"threshold {threshold(n):.2f}", *_filled([f"{t.min():.2f} to {t.max():.2f}" for t in heard])]
    figure = wheels(np.concatenate(shown), np.ones(most), titles, subtitles=under, columns=4)
    caption = (
        "Left: the regular polygon. Beside it the first three seeds of each size that store all features, not "
        "chosen, and between which bounds their thresholds lie. All have next to no loss. Beyond five features few "
        "are regular: longer columns, which hear less, may crowd together, and a shorter one with more room hears "
        "more."
    )
    return Panel("learnt", "Training need not find the polygon", caption, figure)


def _filled(words: list[str]) -> list[str]:
    return words + ["none" for _ in range(3 - len(words))]


def _thresholds(runs: Runs) -> Panel:
    each, most, lowest = [], [], []
    for run in runs.values():
        heard = np.sort(first_spoken(*weights(run))[solved(run)], axis=1)
        at = _features(run) + np.linspace(-0.35, 0.35, len(heard))
        order = np.argsort(heard[:, -1])
        each.append([np.repeat(at, heard.shape[1] - 1), heard[order, :-1].ravel()])
        most.append([at, heard[order, -1]])
        n = _features(run)
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
        "highest. No model's highest threshold lies below the line, on which the regular polygon has all of its own."
    )
    return Panel("thresholds", "What the learnt features can hear", caption, figure)


EXPERIMENT = Bias
