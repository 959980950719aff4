"""Can recovery, or divergence, be foretold? Errors of all sizes, and a boundary at ever closer looks."""

from typing import Any, ClassVar

import numpy as np

from tegum.claims import Claim, Judged, judge_fact, judge_interval, judge_mean, judge_rate, rate_interval, unjudged
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
FOCUS = (-0.02, 11.8243)  # a shift and a rate on the boundary of divergence under SGD, found by bisection
FACTORS = (4, 16, 64, 256)  # how many times narrower the windows about it are

REGIONS: dict[str, tuple[Optimiser, Region]] = {
    "AdamW, rates of 3e-4 to 3e-3": (AdamW(), Region((-0.3, 0.3), (3e-4, 3e-3))),
    "AdamW, rates of 0.05 to 0.2": (AdamW(), Region((-0.3, 0.3), (0.05, 0.2))),
    "SGD, rates of 6 to 20": (SGD(), Region((-0.1, 0.1), (6.0, 20.0))),
}
USUAL, HIGH, EDGE = REGIONS
KEYS = {USUAL: "usual", HIGH: "high", EDGE: "edge"}
ERRORS = tuple(10.0**-k for k in range(8, 0, -1))  # in parts of the largest shift
MILLIONTH = ERRORS.index(1e-6)

CHAOTIC = Claim(
    "Whether a model recovers is chaotic.",
    CHAOS,
    "Of random shifts and rates, {region}, more than 1 in 10 change whether all features are learnt in the end when "
    "the shift is moved by a millionth of the largest.",
)
IMPRACTICAL = Claim(
    "Perhaps not chaotic, but so complex that it is impractical: with more precision one could tell.",
    CHAOS,
    "The uncertainty exponent of recovery, {region}, has its 95 % interval above 0.1: each tenfold precision removes "
    "at least a fifth of the errors.",
)
MERELY = Claim(
    "The patterns are merely chaotic rather than fractal.",
    CHAOS,
    "2 minus the uncertainty exponent, {region}, of recovery under AdamW or divergence under SGD, has its 95 % interval "
    "above 1.9: grains that fill the plane, without a shape at any scale.",
)
FRACTAL = Claim(
    "The boundary between trainings that diverge and those that do not is fractal.",
    "Sohl-Dickstein 2024, The boundary of neural network trainability is fractal",
    "The box-counting dimension of that boundary under SGD, averaged over nested windows, has its 95 % interval "
    "above 1.1. A straight line counted in the same way has 1.0.",
)
EXPONENT = Claim(
    "The dimension of a boundary is 2 minus the uncertainty exponent.",
    "Grebogi, McDonald, Ott and Yorke 1983, Final state sensitivity",
    "For the boundary of divergence under SGD the mean box-counting dimension differs from 2 minus the exponent by "
    "less than 0.2.",
)


class Predictability(Experiment):
    """From symmetric failure, n = 7, with two biases shifted: how small an error changes what becomes of it?"""

    title: ClassVar[str] = "How far recovery can be foretold"
    source: ClassVar[str] = CHAOS
    lede: ClassVar[str] = (
        "The same start, the same rate, a bias that differs by one part in a hundred million: does the model end the "
        "same? At the usual rates of AdamW, yes. At fifty times those, every third model ends otherwise, however small "
        "the error: that is chaos, and no precision helps. Between divergence and survival under gradient descent lies "
        "a fractal: there each tenfold precision removes two errors of three."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 10_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"pixels": 64, "steps": 4_000, "points": 100},
        "standard": {},
        "paper": {"pixels": 1_024, "points": 10_000},
    }

    pixels: Count = 256
    steps: Count = 10_000
    points: Count = 1_000

    def trainings(self) -> dict[str, Training]:
        windows = {f"window {factor}": self._window(factor) for factor in FACTORS}
        return {**windows, **{KEYS[name]: self._errors(*REGIONS[name]) for name in REGIONS}}

    def _window(self, factor: int) -> Training:
        """A map of a window. What diverges does so early, so a fifth of the steps is enough (docs/experiments)."""
        over = DESCENT.about(*FOCUS, factor).over(self.pixels)
        return perturbed(SGD(), max(1, self.steps // 5), precision="float64", over=over)

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
        windows = [runs[f"window {factor}"] for factor in FACTORS]
        return [
            _chaotic(USUAL, changed[USUAL]),
            _chaotic(HIGH, changed[HIGH]),
            _impractical(HIGH, changed[HIGH]),
            _merely(HIGH, changed[HIGH]),
            _merely(EDGE, changed[EDGE]),
            *_dimensions(windows, changed[EDGE]),
        ]

    def changed(self, runs: Runs) -> dict[str, np.ndarray]:
        """For each region whether the answer is another one, (error, point): recovery, or divergence under SGD."""
        return {name: changes(runs[KEYS[name]], len(ERRORS), recovery=name != EDGE) for name in REGIONS}

    def panels(self, runs: Runs) -> list[Panel]:
        windows = [runs[f"window {factor}"] for factor in FACTORS]
        return [_looks(windows), _shares(self.changed(runs)), _boxes(windows)]


def changes(run: Run, errors: int, *, recovery: bool) -> np.ndarray:
    """Whether each error changes the answer at each point, (errors, points)."""
    answer = np.isfinite(run.learnt_at.values) if recovery else run.diverged.values
    rows = answer.reshape(errors + 1, -1)
    return np.asarray(rows[1:] != rows[0])


# ---- Judging ---------------------------------------------------------------------------------------------------------


def _in(claim: Claim, region: str) -> Claim:
    return Claim(f"{claim.statement} ({region})", claim.source, claim.criterion.format(region=region))


def _chaotic(region: str, changed: np.ndarray) -> Judged:
    smallest = f"Moved by a hundred-millionth: {changed[0].mean():.1%}; by a tenth: {changed[-1].mean():.1%}."
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


def counted(windows: list[Run]) -> list[Scaling]:
    """The boxes of the boundary of divergence in each window that has one."""
    found = [edges(Map.of(window).diverged) for window in windows]
    return [box_dimension(boundary) for boundary in found if boundary.sum() > 10]


def _dimensions(windows: list[Run], changed: np.ndarray) -> list[Judged]:
    dimension, found = np.array([scaling.slope for scaling in counted(windows)]), exponent(changed)
    if len(dimension) < 2:
        return [unjudged(claim, "too few windows with a boundary") for claim in (FRACTAL, EXPONENT)]
    each = f"One by one, from the widest: {', '.join(f'{value:.2f}' for value in dimension)}."
    fractal = judge_mean(FRACTAL, dimension, above=1.1, where="windows", note=each)
    if found is None:
        return [fractal, unjudged(EXPONENT, "too few answers change")]
    gap = float(dimension.mean() - (2 - found[0]))
    measured = f"{dimension.mean():.2f} by boxes, {2 - found[0]:.2f} by errors"
    return [fractal, judge_fact(EXPONENT, abs(gap) < 0.2, measured, gap)]


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
        "than the one before; the white frame is the next. New arms appear at every look: the border has no scale at "
        "which it becomes a line."
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
        "decade of error would be a smooth border; one as flat as the upper one means that no precision is enough."
    )
    return Panel("errors", "What an error changes", caption, figure)


def _boxes(windows: list[Run]) -> Panel:
    found = counted(windows)
    names = [f"{factor} times as close" for factor in FACTORS[: len(found)]]
    lines = [(scaling.size, _line(scaling)) for scaling in found]
    figure = against(
        [(scaling.size, scaling.count) for scaling in found], lines, names, x_label="side of a box, pixels",
        y_label="boxes that the border meets", log_x=True, log_y=True, words=("counted", "fitted"),
    )  # fmt: skip
    caption = "Boxes that hold some of the border, by their side. The slope of each line is minus the dimension."
    return Panel("boxes", "Counting boxes", caption, figure)


def _line(scaling: Scaling) -> np.ndarray:
    middle = np.log(scaling.count).mean() + scaling.slope * np.log(scaling.size).mean()
    return np.asarray(np.exp(middle - scaling.slope * np.log(scaling.size)))


EXPERIMENT = Predictability
