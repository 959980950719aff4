"""Can recovery, or divergence, be foretold? Errors of all sizes, and a boundary at ever closer looks."""

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from pydantic import field_validator

from tegum.claims import Claim, Judged, judge_interval, judge_mean, judge_rate, mean_interval, rate_interval, unjudged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.failure.boundaries import Scaling, box_dimension, edges, resampled, uncertainty_exponent
from tegum.failure.maps import SHIFT, Map, Region, perturbed
from tegum.plots import style
from tegum.plots.lines import against, bands
from tegum.plots.maps import Plane, by_name, planes
from tegum.plots.style import number
from tegum.spec import Count
from tegum.training.optimisers import SGD, AdamW, Optimiser
from tegum.training.run import Run
from tegum.training.training import Training

CHAOS = "Optimization Failure (2024), Asymmetric Recovery is Chaotic"
DESCENT = Region((-0.1, 0.1), (1.0, 25.0))
FOCUS = (-0.02, 11.8243)  # a shift and a rate on the boundary of divergence under SGD, found by bisection: for the eye
FACTORS = (4, 16, 64, 256)  # how many times narrower the windows about it are

# Points of that boundary to judge by: random shifts, and of all changes along 400 rates from 6 to 20 the one nearest to
# a random rate, by bisection in double precision.
FOCI = (
    (-0.074286, 9.325231), (-0.000144, 12.389773), (0.0203, 9.25444), (-0.094262, 14.52036), (-0.070415, 15.486895),
    (0.085642, 9.13304), (-0.085916, 10.435774), (-0.074045, 9.166608), (0.089666, 9.08722), (0.024377, 15.460677),
    (-0.026201, 9.633689), (0.002278, 10.67541), (0.032569, 13.819809), (-0.044938, 9.982433), (-0.072406, 15.411769),
    (0.057608, 9.58315), (0.034072, 10.297753), (0.002476, 10.587132), (0.063347, 9.467389), (0.009815, 10.239148),
    (0.096183, 11.083544), (-0.059098, 15.635752), (0.010746, 9.065571), (-0.003275, 7.452404),
)  # fmt: skip
NEAR, NEARER = 16, 256  # how many times as close

REGIONS: dict[str, tuple[Optimiser, Region]] = {
    "AdamW, rates of 3e-4 to 3e-3": (AdamW(), Region((-0.3, 0.3), (3e-4, 3e-3))),
    "AdamW, rates of 0.05 to 0.2": (AdamW(), Region((-0.3, 0.3), (0.05, 0.2))),
    "SGD, rates of 6 to 20": (SGD(), Region((-0.1, 0.1), (6.0, 20.0))),
}
USUAL, HIGH, EDGE = REGIONS
KEYS = {USUAL: "usual", HIGH: "high", EDGE: "edge"}
ERRORS = tuple(10.0**-k for k in (14, 12, 10, 8, 7, 6, 5, 4, 3, 2, 1))  # in parts of the largest shift
MILLIONTH = ERRORS.index(1e-6)

CHAOTIC = Claim(
    "Whether a model recovers is chaotic.",
    CHAOS,
    "Of random shifts and rates, {region}, more than 1 in 10 change whether all features are learnt in the end when "
    "the shift is moved by a millionth of the largest.",
    reason="At the rates that people train with recovery is smooth in the shift; it is chaotic from about fifty "
    "times the usual rate on.",
)
IMPRACTICAL = Claim(
    "Perhaps not chaotic, but so complex that it is impractical: with more precision one could tell.",
    CHAOS,
    "The uncertainty exponent of recovery, {region}, for errors down to what double precision can hold, has its 95 % "
    "interval above 0.1: each tenfold precision removes at least a fifth of the errors.",
    reason="At such rates a part in 10^14 changes as many models as a tenth: no precision would tell.",
)
MERELY = Claim(
    "The border of divergence is merely chaotic rather than fractal.",
    CHAOS,
    "2 minus the uncertainty exponent of divergence, {region}, has its 95 % interval above 1.9: grains that fill the "
    "plane, without a shape at any scale.",
    reason="About some points of the border new arms appear however close one looks.",
)
FRACTAL = Claim(
    "The boundary between trainings that diverge and those that do not is fractal.",
    "Sohl-Dickstein 2024, The boundary of neural network trainability is fractal",
    f"Of that boundary under SGD, about random points of it and {NEARER} times as close as the whole plane, the mean "
    "box-counting dimension has its 95 % interval above 1.1, where single smooth lines have 1.0.",
)
PERSISTS = Claim(
    "It has structure at all scales: a closer look does not make it smoother.",
    "Sohl-Dickstein 2024, The boundary of neural network trainability is fractal",
    f"From {NEAR} to {NEARER} times as close, the dimension about the same points falls by less than 0.1 on average.",
)
EXPONENT = Claim(
    "The dimension of a boundary is 2 minus the uncertainty exponent.",
    "Grebogi, McDonald, Ott and Yorke 1983, Final state sensitivity",
    f"The mean dimension about random points, {NEAR} times as close, and 2 minus the exponent over the region differ "
    "by less than 0.15, with the 95 % interval of their difference.",
)


class Predictability(Experiment):
    """From symmetric failure, n = 7, with two biases shifted: how small an error changes what becomes of it?"""

    title: ClassVar[str] = "How far recovery can be foretold"
    source: ClassVar[str] = CHAOS
    lede: ClassVar[str] = (
        "The same start, the same rate, a bias that differs by one part in 10^14: does the model end the same? At the "
        "usual rates of AdamW, yes. At fifty times those, every third model ends otherwise, as many as after an error "
        "of a tenth: that is chaos. Between divergence and survival under gradient descent lies a border that is "
        "fractal in places and smooth in others: there each tenfold precision removes two errors of three."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 10_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"pixels": 64, "steps": 4_000, "points": 100, "foci": 6},
        "standard": {},
        "paper": {"pixels": 512, "points": 10_000},
    }

    pixels: Count = 192
    steps: Count = 10_000
    points: Count = 1_000
    foci: Count = len(FOCI)

    @field_validator("foci")
    @classmethod
    def _known(cls, foci: int) -> int:
        if foci > len(FOCI):
            raise ValueError(f"foci={foci} must be at most {len(FOCI)}, the points of the border that are known.")
        return foci

    def trainings(self) -> dict[str, Training]:
        windows = {f"window {factor}": self._window(FOCUS, factor) for factor in FACTORS}
        judged = {
            _about(i, factor): self._window(FOCI[i], factor) for i in range(self.foci) for factor in (NEAR, NEARER)
        }
        return {**windows, **judged, **{KEYS[name]: self._errors(*REGIONS[name]) for name in REGIONS}}

    def _window(self, focus: tuple[float, float], factor: int) -> Training:
        """A map of a window. What diverges does so early, so a few of the steps are enough (docs/experiments)."""
        over = DESCENT.about(*focus, factor).over(self.pixels)
        return perturbed(SGD(), max(1, self.steps // 20), precision="float64", over=over)

    def _errors(self, optimiser: Optimiser, region: Region) -> Training:
        """Points of a region, each without an error and with each of them, in double precision."""
        rng = np.random.default_rng(0)
        shift = rng.uniform(*region.shifts, self.points)
        rate = np.exp(rng.uniform(np.log(region.rates[0]), np.log(region.rates[1]), self.points))
        moved = shift + region.shifts[1] * np.array([0.0, *ERRORS])[:, None]
        cells = {
            SHIFT: tuple(moved.ravel().tolist()),
            "learning_rate": tuple(np.tile(rate, len(moved)).tolist()),
        }
        return perturbed(optimiser, self.steps, precision="float64", over={"cell": cells})

    def claims(self, runs: Runs) -> list[Judged]:
        changed = self.changed(runs)
        return [
            _chaotic(USUAL, changed[USUAL]),
            _chaotic(HIGH, changed[HIGH]),
            _impractical(HIGH, changed[HIGH]),
            _merely(EDGE, changed[EDGE]),
            *_dimensions(self.dimensions(runs), changed[EDGE]),
        ]

    def dimensions(self, runs: Runs) -> np.ndarray:
        """The box-counting dimension about each focus, near and nearer, (focus, 2); NaN where there is no border."""
        return np.array([[dimension(runs[_about(i, factor)]) for factor in (NEAR, NEARER)] for i in range(self.foci)])

    def changed(self, runs: Runs) -> dict[str, np.ndarray]:
        """For each region whether the answer is another one, (error, point): recovery, or divergence under SGD."""
        return {name: changes(runs[KEYS[name]], len(ERRORS), recovery=name != EDGE) for name in REGIONS}

    def panels(self, runs: Runs) -> list[Panel]:
        windows = [runs[f"window {factor}"] for factor in FACTORS]
        return [_looks(windows), _shares(self.changed(runs)), _boxes(windows), _spread(self.dimensions(runs))]


def _about(focus: int, factor: int) -> str:
    return f"about {focus}, {factor}"


def changes(run: Run, errors: int, *, recovery: bool) -> np.ndarray:
    """Whether each error changes the answer at each point, (errors, points)."""
    answer = np.isfinite(run.learnt_at.values) if recovery else run.diverged.values
    rows = answer.reshape(errors + 1, -1)
    return np.asarray(rows[1:] != rows[0])


# ---- Judging ---------------------------------------------------------------------------------------------------------


def _in(claim: Claim, region: str) -> Claim:
    return replace(claim, statement=f"{claim.statement} ({region})", criterion=claim.criterion.format(region=region))


def _chaotic(region: str, changed: np.ndarray) -> Judged:
    smallest = f"Moved by {ERRORS[0]:g} of it: {changed[0].mean():.1%}; by a tenth: {changed[-1].mean():.1%}."
    return judge_rate(_in(CHAOTIC, region), changed[MILLIONTH], above=0.1, where="points change", note=smallest)


def exponent(changed: np.ndarray) -> tuple[float, float, float] | None:
    """The uncertainty exponent with its interval; None where fewer than three sizes of error change anything."""
    if changed.any(axis=1).sum() < 3:
        return None
    errors = np.asarray(ERRORS)
    return uncertainty_exponent(errors, changed).slope, *resampled(errors, changed)


def _impractical(region: str, changed: np.ndarray) -> Judged:
    claim, found = _in(IMPRACTICAL, region), exponent(changed)
    if found is None:
        return unjudged(claim, "too few answers change")
    value, low, high = found
    measured = (
        f"exponent {number(value)}, 95 % interval {number(low)} to {number(high)}, over {changed.shape[1]} points"
    )
    return judge_interval(claim, value, low, high, above=0.1, measured=measured, count=changed.shape[1])


def _merely(region: str, changed: np.ndarray) -> Judged:
    claim, found = _in(MERELY, region), exponent(changed)
    if found is None:
        return unjudged(claim, "too few answers change")
    value, low, high = (2 - part for part in (found[0], found[2], found[1]))
    measured = f"dimension {value:.2f}, 95 % interval {low:.2f} to {high:.2f}, over {changed.shape[1]} points"
    return judge_interval(claim, value, low, high, above=1.9, measured=measured, count=changed.shape[1])


def dimension(window: Run) -> float:
    """The box-counting dimension of the border of divergence in a window; NaN where there is none to count."""
    border = edges(Map.of(window).diverged)
    return box_dimension(border).slope if border.sum() > 10 else float("nan")


def _dimensions(found: np.ndarray, changed: np.ndarray) -> list[Judged]:
    found = found[np.isfinite(found).all(axis=1)]
    if len(found) < 2:
        return [unjudged(claim, "too few windows with a border") for claim in (FRACTAL, PERSISTS, EXPONENT)]
    near, nearer = found.T
    smooth = f"At {(nearer < 1.05).sum()} of the points the border is a smooth line at that look."
    fractal = judge_mean(FRACTAL, nearer, above=1.1, where="points of the border", note=smooth)
    persists = judge_mean(PERSISTS, nearer - near, above=-0.1, where="points of the border")
    return [fractal, persists, _agreement(near, exponent(changed), len(changed[0]))]


def _agreement(near: np.ndarray, found: tuple[float, float, float] | None, points: int) -> Judged:
    if found is None:
        return unjudged(EXPONENT, "too few answers change")
    mean, low, high = mean_interval(near)
    other, other_low, other_high = (2 - part for part in (found[0], found[2], found[1]))
    gap = abs(mean - other)
    spread = float(np.hypot((high - low) / 2, (other_high - other_low) / 2))
    measured = (
        f"{mean:.2f} ({low:.2f} to {high:.2f}) by boxes, {other:.2f} ({other_low:.2f} to {other_high:.2f}) by errors"
    )
    return judge_interval(
        EXPONENT, 0.15 - gap, 0.15 - gap - spread, 0.15 - gap + spread, above=0, measured=measured, count=points
    )


# ---- Figures ---------------------------------------------------------------------------------------------------------

SHADES = {"diverges": style.INK, "does not": "#D9B26F"}


def _looks(windows: list[Run]) -> Panel:
    maps = [Map.of(window) for window in windows]
    frames = [DESCENT.about(*FOCUS, factor).frame for factor in FACTORS[1:]]
    figure = planes(
        [_looked(*part) for part in zip(maps, [*frames, None], FACTORS, strict=True)], x_label="learning rate",
        y_label="shift of two biases", log_x=True, shades=SHADES,
    )  # fmt: skip
    caption = (
        "Which trainings diverge under gradient descent, in four windows about one point, each four times narrower "
        "than the one before; the white frame is the next. This point was chosen: new arms appear at every look. About "
        "other points of the border there is but a smooth line in the end; the dimensions below count 24 random ones."
    )
    return Panel("looks", "Closer and closer to the border of divergence", caption, figure)


def _looked(plane: Map, frame: tuple[float, float, float, float] | None, factor: int) -> Plane:
    colour = by_name(~plane.diverged, list(SHADES.values()))
    words = {"": np.where(plane.diverged, "diverges", "does not diverge")}
    return Plane(plane.rates, plane.shifts, colour, f"{factor} times as close", words, frame)


def _shares(changed: dict[str, np.ndarray]) -> Panel:
    counts = np.stack([rows.sum(axis=1) for rows in changed.values()], axis=1)
    total = next(iter(changed.values())).shape[1]
    low, high = rate_interval(counts, total)
    share = np.where(counts == 0, np.nan, counts / total)
    figure = bands(
        np.asarray(ERRORS), share, low, high, list(changed), x_label="error of the shift, in parts of the largest",
        y_label="share of answers changed", log_x=True, log_y=True,
    )  # fmt: skip
    caption = (
        f"How often an error changes what becomes of a model: recovery under AdamW, divergence under SGD; {total:,} "
        "random points in each region, in double precision, 95 % intervals. A line that rises by a decade for each "
        "decade of error would be a smooth border; a flat one means that no precision is enough."
    )
    return Panel("errors", "What an error changes", caption, figure)


def _boxes(windows: list[Run]) -> Panel:
    borders = {factor: edges(Map.of(window).diverged) for factor, window in zip(FACTORS, windows, strict=True)}
    found = [box_dimension(border) for border in borders.values() if border.any()]
    names = [f"{factor} times as close" for factor, border in borders.items() if border.any()]
    lines = [(scaling.size, _line(scaling)) for scaling in found]
    figure = against(
        [(scaling.size, scaling.count) for scaling in found], lines, names, x_label="side of a box, pixels",
        y_label="boxes that the border meets", log_x=True, log_y=True, words=("counted", "fitted"),
    )  # fmt: skip
    caption = "Boxes that hold some of the border, by their side. The slope of each line is minus the dimension."
    return Panel("boxes", "Counting boxes", caption, figure)


def _spread(found: np.ndarray) -> Panel:
    there = found[np.isfinite(found).all(axis=1)]
    ends = np.array([0.9, 1.7])
    figure = against(
        [(there[:, 0], there[:, 1])], [(ends, ends)], [f"{len(there)} random points of the border"],
        x_label=f"dimension, {NEAR} times as close", y_label=f"dimension, {NEARER} times as close",
        words=("counted", "the same at both"),
    )  # fmt: skip
    caption = (
        "The dimension about random points of the border, at two looks. A fractal stays where it was; a border of many "
        "smooth arms falls to 1 as each fills the window alone. Both kinds are here."
    )
    return Panel("dimensions", "Fractal in places", caption, figure)


def _line(scaling: Scaling) -> np.ndarray:
    middle = np.log(scaling.count).mean() + scaling.slope * np.log(scaling.size).mean()
    return np.asarray(np.exp(middle - scaling.slope * np.log(scaling.size)))


EXPERIMENT = Predictability
