"""Tilting the latent plane in one output: who becomes wrong, what pulls back, and how tilted trained planes are."""

from functools import cache, lru_cache
from typing import Any, ClassVar

import numpy as np

from tegum.claims import Judged, judge_fact, judge_mean, judge_rate, unjudged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.experiments.tilt.claims import (
    ALONG,
    APART,
    BALANCED,
    CONSTANTS,
    EACH,
    EVERY,
    FACTOR,
    HOW,
    IMPOSSIBLE,
    INEQUALITY,
    JENSEN,
    LEVEL,
    OUTWARD,
    QUADRATIC,
    SIDES,
    STRETCH,
    TILTED,
)
from tegum.failure.beside import way_out
from tegum.failure.tilting import CircleTilts, along, around, circle_tilts, released, samples_on, worst_angle
from tegum.failure.timelines import Timeline, timeline
from tegum.geometry.directions import norms
from tegum.geometry.orientation import tilt
from tegum.plots import style
from tegum.plots.bars import part_bars
from tegum.plots.lines import against, curves
from tegum.plots.tilted import tilted_planes
from tegum.plots.zones import latent_zones
from tegum.spec import Count
from tegum.theory.failure import symmetric_failure, with_column
from tegum.theory.polygons import gain
from tegum.toy.features import OneHot
from tegum.toy.models import Autoencoder
from tegum.training.history import every
from tegum.training.run import Run
from tegum.training.training import Training

LIVE = (4, 5, 6, 7, 8)  # features of the live polygon, beside one unlearnt feature
SHOWN = 0.06  # the source's tilt, W_7 = 0.06 W_6
SIZES = (7, 8)  # features of the trained models: the source's, and those of the picture it discusses
FIRST = 31_000_000  # the first seed: none of these was looked at before the criteria were written
EQUAL = 1e-9  # differences smaller than this are rounding
WRONG, RIGHT, SAME, OWN = "more wrong", "more right", "as before", "unlearnt"
SHADES = {WRONG: style.SERIES[1], RIGHT: style.SERIES[0], SAME: style.SERIES[7], OWN: style.INK}


class Tilt(Experiment):
    """Exact forces on W_7 beside a regular polygon; trained models of seven and eight features."""

    title: ClassVar[str] = "Tilt: what a short W_7 does"
    source: ClassVar[str] = HOW
    lede: ClassVar[str] = (
        "The latent plane lies among the outputs. A column W_7 that is not zero tilts it in output 7: on one side all "
        "inputs are heard louder there, on the other less. The source shows that the louder ones cost more than the "
        "others save, and derives when a gradient can favour more tilt. Here every step of that is judged with exact "
        "gradients, and the tilt of trained planes is measured in each output. (W_1 … W_7 are named as in the source; "
        "pictures of trained models count from 0.)"
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 25_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 60},
        "standard": {},
        "paper": {"seeds": 10_000},
    }

    seeds: Count = 1_000
    steps: Count = 25_000

    def trainings(self) -> dict[str, Training]:
        return {
            "7": self._training(7, every(max(1, self.steps // 250), "parameters")),
            "8": self._training(8, None),
        }

    def _training(self, features: int, record: Any) -> Training:
        return Training(
            model=Autoencoder(features=features, hidden=2),
            law=OneHot(),
            steps=self.steps,
            record=record,
            over={"seed": range(FIRST, FIRST + self.seeds)},
        )

    def claims(self, runs: Runs) -> list[Judged]:
        return [*_pictured(), *_gradients(), *_inequality(), *self.trained(runs)]

    def trained(self, runs: Runs) -> list[Judged]:
        """The claims about trained models."""
        pulls = released(*_history(runs["7"]))
        others, tilts, whole = (
            np.array([getattr(pull, name) for pull in pulls]) for name in ("others", "tilt", "whole")
        )
        found = [circles(run) for run in runs.values()]
        of = {name: np.concatenate([getattr(part, name) for part in found]) for name in vars(found[0])}
        two, gap = of["two"], (of["inner"] - of["outer"])[of["two"]]
        lone, radii = "seeds just out of symmetric failure", "seeds with two groups"
        return [
            judge_rate(OUTWARD, others > 0, above=0.5, where=lone,
                       note=f"Tilt, the push of b_7 against the imbalance, points outwards in {(tilts > 0).sum()} of "
                       "them; untilt outweighs it."),
            judge_rate(BALANCED, (others < 0) & (tilts > 0) & (np.abs(whole) < 0.1 * tilts), above=0.95, where=lone),
            _much(gap, of["outer"][two], of["inner"][two]),
            judge_rate(EVERY, (of["most"] < of["least"])[two], above=0.95, where=radii),
            judge_rate(LEVEL, (of["spread"] < 1)[of["regular"]], above=0.95, where="regular seeds",
                       note="It is arccos √(2/n): 57.7° for 7 features and 60° for 8."),
            _factor([final(run)[0] for run in runs.values()]),
            judge_rate(STRETCH, np.concatenate([stretch(*final(run)) for run in runs.values()])[of["perfect"]] > 1,
                       above=0.95, where="perfect seeds"),
        ]  # fmt: skip

    def panels(self, runs: Runs) -> list[Panel]:
        return [_planes(), _parts(), _along(), _balance(), self._angles(runs), _zones(runs["7"])]

    def _angles(self, runs: Runs) -> Panel:
        names = [f"{features} features" for features in runs]
        found = [(norms(final(run)[0])[circles(run).two], tilt(final(run))[circles(run).two]) for run in runs.values()]
        few = [(length[:200].ravel(), angle[:200].ravel()) for length, angle in found]
        level = [float(np.degrees(np.arccos(np.sqrt(2 / int(features))))) for features in runs]
        longest = max((float(length.max()) for length, _ in few if length.size), default=3.0)
        theory = [(np.array([0.8, longest]), np.full(2, angle)) for angle in level]
        figure = against(
            few, theory, names, x_label="‖W<sub>i</sub>‖", y_label="angle between plane and axis i, degrees",
            words=("trained, long and short", "regular polygon"),
        )  # fmt: skip
        caption = (
            "Each point is one output of a trained model with an inner and an outer group (at most 200 of each size). "
            "90° would be an output that the latent does not move. Short features stand steeply on the plane, long "
            "ones lie nearer to it; dashed: the regular polygon, where all angles are equal."
        )
        return Panel("angles", "How tilted the plane is in each output", caption, figure)


# ---- Trained models --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def circles(run: Run) -> CircleTilts:
    """The tilts of the final models of a run."""
    return circle_tilts(*final(run))


def final(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """W (seed, 2, n) and b (seed, n) at the end."""
    return run.W.transpose("seed", "latent", "feature").values, run.b.transpose("seed", "feature").values


def _history(run: Run) -> tuple[np.ndarray, np.ndarray, Timeline]:
    """W (seed, step, 2, n), b (seed, step, n) and the states at each recorded step."""
    W = run.W_history.transpose("seed", "step", "latent", "feature").values
    return W, run.b_history.transpose("seed", "step", "feature").values, timeline(run)


def factors(W: np.ndarray) -> np.ndarray:
    """The share (..., n) of the vector WᵀW_i that lies along axis i, for W (..., m, n); 0 for a column of zero."""
    gram = np.swapaxes(W, -1, -2) @ W
    return np.asarray(np.diagonal(gram, axis1=-2, axis2=-1) / np.maximum(np.linalg.norm(gram, axis=-2), 1e-300))


def stretch(W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """By how much output i grows for each unit that the tip of i, the longest feature, is moved outwards (seed,)."""
    row, i = np.arange(len(W)), norms(W).argmax(-1)
    tip, step = W[row, :, i].astype(float), 0.01
    out = tip * (1 + step / norms(tip.T))[:, None]
    before, after = (np.maximum((tip * place).sum(1) + b[row, i], 0) for place in (tip, out))
    return np.asarray((after - before) / step)


def _factor(trained: list[np.ndarray]) -> Judged:
    found = np.concatenate([factors(W.astype(float)).ravel() for W in trained])
    parallel = np.array([[1.0, 0.0, 0.0], [0.0, 0.6, 0.8]])  # the plane of axis 0 and of a line between 1 and 2
    along, across = factors(parallel)[0], factors(np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))[0]
    inside = bool(((found >= 0) & (found <= 1 + EQUAL)).all())
    return judge_fact(
        FACTOR, inside and abs(along - 1) < EQUAL and across < EQUAL,
        f"{found.min():.2g} to {found.max():.2g} in trained models, {across:.2g} across, {along:.2g} along",
        float(found.max()),
        note="It is a cosine, so this holds by definition, and for whatever model; never above that of the angle "
        "between plane and axis, since WᵀW_i lies in the plane.",
    )  # fmt: skip


def _much(gap: np.ndarray, outer: np.ndarray, inner: np.ndarray) -> Judged:
    if not len(gap):
        return unjudged(TILTED, "no seeds with an inner and an outer group")
    note = (
        f"Of {len(gap)} models {(gap > APART).mean():.0%} exceed it. In the median {np.median(outer):.0f}° in the "
        f"outer group and {np.median(inner):.0f}° in the inner."
    )
    return judge_mean(TILTED, gap, above=APART, where="seeds with an inner and an outer group", unit="°", note=note)


# ---- The polygon held still ------------------------------------------------------------------------------------------


def tilted(a: float, bias: float = 1 / 7) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric failure, n = 7, with W_7 = a W_6 and this bias."""
    return with_column(6, a * symmetric_failure(7)[0][:, 5], bias)


def heard(a: float, bias: float = 1 / 7) -> np.ndarray:
    """Output 7 before ReLU upon each of the seven inputs."""
    W, b = tilted(a, bias)
    return np.asarray(W[:, 6] @ W + b[6])


def _pictured() -> list[Judged]:
    before, after = heard(0.0)[:6], heard(SHOWN)[:6]
    wrong = {1 + int(j) for j in np.flatnonzero(after > before + EQUAL)}
    right = {1 + int(j) for j in np.flatnonzero(after < before - EQUAL)}
    least = min(float(np.delete(_others_rise(live), 100).min()) for live in LIVE)
    return [
        judge_fact(SIDES, bool((after > 0).all()) and (wrong, right) == ({5, 6, 1}, {2, 3, 4}),
                   f"more wrong {sorted(wrong)}, more right {sorted(right)}, least output {after.min():.3g}",
                   after.min()),
        judge_fact(JENSEN, least > 0, f"the least growth, at a = ±0.01, is {least:.2g}", least,
                   note="The loss of the live inputs is convex in W_7, and its slope −2b Σ W_j is zero at a regular "
                   "polygon. It is not zero where the live columns do not add up to zero: there a tilt pays."),
    ]  # fmt: skip


def _others_rise(live: int) -> np.ndarray:
    """By how much the live inputs' loss on the unlearnt output grows for W_d = a W_0, a = −1, −0.99 … 1."""
    W, b = symmetric_failure(live + 1)
    slopes = np.linspace(-1, 1, 201)[:, None] * (W[:, 0] @ W[:, :live])
    return np.asarray((np.maximum(slopes + b[live], 0) ** 2).sum(1) - live * b[live] ** 2)


def _short(live: int) -> float:
    """A length of W_d at which all live inputs are heard."""
    return float(0.99 / ((live + 1) * gain(live) ** 0.5))


def _gradients() -> list[Judged]:
    helped = np.concatenate([_longer(live) for live in LIVE])
    angle = max(worst_angle(live, 1 / (live + 1), _short(live)) for live in LIVE)
    ratios = np.array([_ratios(live, *state) for live in LIVE[1:] for state in _random_columns(live)])
    return [
        judge_fact(EACH, not helped.any(), f"points the other way {helped.sum():,} times of {helped.size:,}",
                   helped.mean(),
                   note="Input j pulls along its own W_j, so those on the far side ask for more tilt, half of them in "
                   "a hexagon. Only the sum is as the source says."),
        judge_fact(ALONG, angle < 1e-6, f"angle at most {angle:.1g}°", angle,
                   note="The sum is p r² W_7, since Σ W_j W_jᵀ is the same in all directions. No line of symmetry is "
                   "needed."),
        judge_fact(CONSTANTS, bool(np.ptp(ratios) < 1e-6 * ratios.mean()),
                   f"exact gradient / stated one: {ratios.min():.6g} to {ratios.max():.6g}", float(ratios.mean()),
                   note="They are the gradients of half the squared error, so what they say relative to each other, "
                   "and the inequality made of them, is right."),
    ]  # fmt: skip


def _longer(live: int) -> np.ndarray:
    """Which live inputs ask for a longer column, in 360 directions, (360 p,)."""
    pulls = [(w, samples_on(live, w, 1 / (live + 1))[1]) for w in around(_short(live))]
    return np.concatenate([each @ w < 0 for w, each in pulls])


@cache
def _random_columns(live: int, count: int = 1_000) -> list[tuple[np.ndarray, float, float]]:
    """Random columns, biases and scales for which all live inputs are heard and the live outputs stay silent."""
    rng = np.random.default_rng(live)
    found: list[tuple[np.ndarray, float, float]] = []
    while len(found) < count:
        bias, bearing, scale = rng.uniform(0, 1), rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 1)
        radius, limit = scale * gain(live) ** 0.5, gain(live) - 1
        longest = min(bias, limit) / radius
        found.append((rng.uniform(0, longest) * np.array([np.cos(bearing), np.sin(bearing)]), bias, scale))
    return found


def _ratios(live: int, column: np.ndarray, bias: float, scale: float) -> tuple[float, float]:
    """The exact gradients over the stated ones: from the own input, and from the live inputs."""
    own, others = samples_on(live, column, bias, scale)
    W, _ = with_column(live, column, bias, scale)
    stated = W[:, :live] @ (column @ W[:, :live] + bias)
    own_ratio = own @ column / (2 * (column @ column + bias - 1) * column @ column)
    return float(own_ratio), float(others.sum(0) @ column / (stated @ column))


def _sides(live: int, column: np.ndarray, bias: float, scale: float = 1.0) -> tuple[float, float]:
    """The left and the right side of the inequality."""
    W, _ = with_column(live, column, bias, scale)
    size = float(column @ column)
    return 2 * (1 - (size + bias)), float(((column @ W[:, :live]) ** 2).sum() / size)


def _agrees(live: int, column: np.ndarray, bias: float, scale: float) -> tuple[bool, bool]:
    """Whether the inequality holds, and whether the exact gradient favours a longer column."""
    own, others = samples_on(live, column, bias, scale)
    left, right = _sides(live, column, bias, scale)
    return left > right, bool((own + others.sum(0)) @ column < 0)


def _inequality() -> list[Judged]:
    agree = np.array([_agrees(live, *state) for live in LIVE[1:] for state in _random_columns(live)])
    alike = agree[:, 0] == agree[:, 1]
    right = np.array([live * gain(live) / 2 for live in LIVE])
    moved = np.abs([np.subtract(_sides(live, 2 * w, 0.1), _sides(live, w, 0.1)) for live in LIVE for w in around(0.05)])
    return [
        judge_fact(INEQUALITY, bool(alike.all()), f"agree at {alike.sum()} of {len(agree)}", float(alike.mean()),
                   note=f"Tilt is favoured at {agree[:, 1].mean():.0%} of these, where the polygon is short."),
        judge_fact(IMPOSSIBLE, bool((right >= 2 - EQUAL).all()),
                   f"right side {', '.join(f'{v:.3g}' for v in right)} for p = 4 … 8, left side below 2", right.min(),
                   note="For a square it is 2 exactly."),
        judge_fact(QUADRATIC, bool((moved > 1e-6).all()),
                   f"left side moves by {moved[:, 0].min():.3g} or more, right side by at most {moved[:, 1].max():.1g}",
                   moved[:, 1].max(),
                   note="The right side holds the unit vector Ŵ_7 and the live columns alone: it is p r²/2 at every "
                   "length and in every direction."),
    ]  # fmt: skip


# ---- Figures ---------------------------------------------------------------------------------------------------------


def _planes() -> Panel:
    states = [tilted(a) for a in (0.0, SHOWN)]
    points = np.stack([(W.T @ W + b[:, None])[[0, 1, 6]][:, :6].T for W, b in states])
    kinds = [[SAME] * 6, [WRONG if z > 1 / 7 else RIGHT for z in heard(SHOWN)[:6]]]
    figure = tilted_planes(
        points, kinds, [f"W<sub>{i}</sub>" for i in range(1, 7)], ["W₇ = 0", "W₇ = 0.06 W₆"],
        labels=("output 1", "output 2", "output 7"), shades=SHADES,
    )  # fmt: skip
    caption = (
        "The hexagon among outputs 1, 2 and 7, before ReLU; the height is what output 7 says upon each input, and its "
        "axis is stretched. Left: without W_7 the plane lies level at b_7 = 1/7. Right: W_7 = 0.06 W_6 tilts it. All "
        "six should be at the floor, 0: three have moved away from it and three towards it."
    )
    return Panel("planes", "What a tilt is", caption, figure)


def _parts() -> Panel:
    after, bias = heard(SHOWN), 1 / 7
    shift = after - bias
    linear, square = 2 * bias * shift, shift**2
    linear[6] -= 2 * shift[6]  # its own target is 1: (bias + shift − 1)²
    others = np.array([[linear[:6].sum()], [square[:6].sum()]])
    values = np.concatenate([np.stack([linear, square])[:, [4, 5, 0, 1, 2, 3, 6]], others], axis=1)
    labels = [f"input {i}" for i in (5, 6, 1, 2, 3, 4, 7)] + ["1 to 6 together"]
    figure = part_bars(
        labels, values, ["linear part, 2 b₇ Δ", "quadratic part, Δ²"], x_label="", total="change of the loss",
        y_label="loss of output 7 after − before",
    )  # fmt: skip
    caption = (
        "W_7 = 0.06 W_6 moves output 7 upon input j by Δ = W_7·W_j, and its squared error by 2 b_7 Δ + Δ². Over the "
        "hexagon the linear parts cancel and the squares stay: that is the whole of the argument from convexity. Input "
        "7 itself gains (its linear part is −2 (1 − b_7) Δ), but less than the others lose."
    )
    return Panel("parts", "Who pays for a tilt", caption, figure)


def _along() -> Panel:
    W, b = symmetric_failure(7)
    a = np.linspace(-0.5, 0.8, 261)
    columns = a[:, None] * W[:, 5]
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
    return Panel("along", "With the hexagon held still, every tilt costs", caption, figure)


def _balance() -> Panel:
    path = way_out(6)
    size = np.hypot(*path.W[:, :, 6].T)
    early = slice(0, int(np.argmax(size > 0.1 * size[-1])) + 1)
    pulls = [along(W, b, 6) for W, b in zip(path.W[early], path.b[early], strict=True)]
    lines = np.array([[pull.benefit, pull.tilt, pull.untilt, pull.whole] for pull in pulls])
    names = [
        "benefit: its own input",
        "tilt: the others, by their imbalance",
        "untilt: the others, by its length",
        "sum",
    ]
    figure = curves(
        path.time[early], lines, names, dashed=names[3:], x_label="time, rate × steps",
        y_label="force on W_7, outwards",
    )  # fmt: skip
    caption = (
        "The forces on W_7 along its own direction while gradient descent leaves symmetric failure by its steepest way "
        "down. Benefit never outweighs untilt: that is the source's inequality. What closes the balance is tilt, the "
        "push of b_7 against the imbalance of the others, which the argument from symmetry leaves out. At the jump the "
        "far features fall silent, which changes the parts and not their sum."
    )
    return Panel("balance", "What makes W_7 grow", caption, figure)


def _zones(run: Run) -> Panel:
    W, b = final(run)
    first = np.concatenate([np.flatnonzero(circles(run).regular)[:1], np.flatnonzero(circles(run).two)[:2]])
    shown = first if first.size else np.array([0])
    steep = [tilt((W[k], b[k])) for k in shown]
    words = [f"angles {style.number(part.min(), '.0f')}° to {style.number(part.max(), '.0f')}°" for part in steep]
    titles = [f"seed {FIRST + k}" for k in shown]
    figure = latent_zones((W[shown], b[shown]), titles, subtitles=words)
    caption = (
        "A regular polygon and two models with an inner and an outer group. A feature's output is 1 at its tip and 0 "
        "at the edge of its zone, so the zone begins 1/‖W_i‖ before the tip: a short feature needs a wide zone because "
        "the plane is hardly tilted in its output."
    )
    return Panel("zones", "Short features have wide zones", caption, figure)


EXPERIMENT = Tilt
