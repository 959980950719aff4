"""The figures."""

from collections.abc import Callable

import numpy as np

from tegum.claims import rate_interval
from tegum.experiments.experiment import Panel, Runs
from tegum.experiments.varied_feature import claims as c
from tegum.experiments.varied_feature.judging import (
    BARRIERS,
    BASELINES,
    DIGONS,
    KINDS,
    LENGTHS,
    PENTAGON,
    VARIED,
    Ends,
    barrier,
    beside,
    branches,
    change,
    crossing_at,
)
from tegum.plots.followed import Followed, followed
from tegum.plots.lines import curves
from tegum.plots.rates import rate_lines, stacked_rates
from tegum.plots.zones import zone_film
from tegum.theory.branches import Branch

PLACES = np.geomspace(0.1, 10, 11)  # of the planes that are drawn
WORDS = {
    "density": "density of the varied feature, relative to the others",
    "importance": "importance of the varied feature, relative to the others",
}

VALUE = "value of the varied feature, relative to the others"


def panels(runs: Runs, points: int) -> list[Panel]:
    """All figures, the one that a reader expects first."""
    ends = {axis: Ends(runs[axis], axis, points) for axis in ("density", "importance")}
    return [
        _solutions(ends["density"]),
        _film(points),
        _least(points),
        _shape(points),
        _rates(ends["density"]),
        _kept([Ends(runs[f"from the {kind}"], "density", points) for kind in c.TROUBLE]),
        _barrier(points),
        _baselines(),
        _solutions(ends["importance"]),
        _rates(ends["importance"]),
    ]


def upright(W: np.ndarray) -> np.ndarray:
    """Turned so that the varied column points up, or, where it is 0, so that the first other one lies at 45°."""
    lead = np.hypot(*W[:, :, VARIED].T) > 0.1
    bearing = np.where(
        lead, np.arctan2(W[:, 1, VARIED], W[:, 0, VARIED]) - np.pi / 2, np.arctan2(W[:, 1, 1], W[:, 0, 1]) - np.pi / 4
    )
    cos, sin = np.cos(bearing)[:, None], np.sin(bearing)[:, None]
    return np.stack([cos * W[:, 0] + sin * W[:, 1], cos * W[:, 1] - sin * W[:, 0]], axis=1)


def _solutions(ends: Ends) -> Panel:
    kinds, trained = [], {}
    for kind, branch in branches(ends.axis, ends.points).items():
        near = [int(np.abs(np.log(branch.x / x)).argmin()) for x in PLACES if 0.93 * branch.x[0] <= x]
        shown = sorted(set(near)) if kind in (PENTAGON, DIGONS) else []
        kinds.append(Followed(kind, branch.x, upright(branch.W), branch.b, branch.loss, shown))
    for place, name in enumerate(KINDS):
        at = np.nonzero((ends.kind == place) & np.isfinite(ends.loss))
        trained[name] = ends.x[at[0]], ends.loss[at]
    found, lost = change(ends.axis, ends.points), branches(ends.axis, ends.points)[PENTAGON].lost[0]
    marks = [(x, f"equal cost at {x:.4f}") for x in found.at] + [(lost, f"pentagon lost at {lost:.4f}")] * (lost > 0)
    figure = followed(kinds, trained, marks, special=VARIED, x_label=WORDS[ends.axis], y_label="loss")
    caption = (
        f"Lines: three solutions followed on the exact loss as the {ends.axis} of one feature (purple) varies, planes "
        "at eleven places above; a line ends where the solution is no minimum any more. Points: trained models of all "
        "seeds, grey where neither. Where the lines of pentagon and digons cross, the best solution changes at once. "
        "Loss: E Σ I_i (x_i − y_i)², summed over features. Hover for norms, angles, biases and losses."
    )
    title = {"density": "A pentagon stretches, then two digons are better", "importance": "The same for importance"}
    return Panel(f"solutions-{ends.axis}", title[ends.axis], caption, figure)


def _film(points: int) -> Panel:
    """The better of the two solutions at each density."""
    x = branches("density", points)[DIGONS].x
    cross = [*change("density", points).at, np.inf][0]
    best = [branches("density", points)[PENTAGON if at > cross else DIGONS] for at in x]
    W, b = (np.stack(part) for part in zip(*(one.near(at) for one, at in zip(best, x, strict=True)), strict=True))
    figure = zone_film((upright(W), b), [f"{at:.3g}" for at in x], what="density, relative")
    caption = (
        "The better of the two solutions while the density of feature 0 goes from a tenth to ten times the others', "
        f"and where in latent space each output is positive. Below {cross:.3f} there are two digons, and output "
        "0 is its mean, everywhere; there the pentagon comes in at once, and stretches from then on."
    )
    return Panel("film", "The best solution as the density varies", caption, figure)


def _baselines() -> Panel:
    """How much the place of the crossing depends on how sparse the others are."""
    times = np.array([[crossing_at(p), c.STATED] for p in BASELINES])
    figure = curves(
        np.array(BASELINES), times, ["losses cross", "stated by the article"], log_x=True,
        x_label="density 1 − S of the other features", y_label="times sparser at the crossing",
    )  # fmt: skip
    caption = (
        "How many times sparser than the others the varied feature is where pentagon and digons cost the same, for "
        "other densities of the others. The article names 0.05 and about 2.5 times. The sparser all features are, the "
        "longer the pentagon is worth it. From the exact loss, nothing is trained."
    )
    return Panel("baselines", "Where they cross depends on how sparse the others are", caption, figure)


def _along(points: int, kind: str, of: Callable[[Branch], np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """All places x of all branches, and a measure of one kind there, NaN where it is lost; for each axis."""
    every = [branch for axis in WORDS for branch in branches(axis, points).values()]
    x = np.unique(np.concatenate([branch.x for branch in every]))
    kinds = [branches(axis, points)[kind] for axis in WORDS]
    return x, [np.interp(np.log(x), np.log(one.x), of(one), left=np.nan, right=np.nan) for one in kinds]


def _least(points: int) -> Panel:
    x, pentagon = _along(points, PENTAGON, lambda branch: branch.least)
    digons = _along(points, DIGONS, lambda branch: branch.least)[1]
    names = [f"{kind}, {axis} varied" for kind in ("pentagon", "digons") for axis in WORDS]
    figure = curves(
        x, np.stack([*pentagon, *digons], axis=1), names, x_label=VALUE, log_x=True,
        y_label="least eigenvalue of the Hessian",
    )  # fmt: skip
    caption = (
        "How strict the minima are: the least second derivative of the loss in any direction but that of turning. It "
        "goes to 0 where the pentagon is lost. The digons without the varied feature are a minimum everywhere, however "
        "dense or important the feature becomes; how wide a one is another question, see below."
    )
    return Panel("least", "How far each solution lasts", caption, figure)


def _shape(points: int) -> Panel:
    x, angles = _along(points, PENTAGON, lambda branch: beside(branch.W))
    figure = curves(
        x, np.stack(angles, axis=1), [f"{axis} varied" for axis in WORDS], log_x=True, x_label=VALUE,
        y_label="angle to its neighbours, degrees",
    )  # fmt: skip
    figure.add_hline(72, line={"width": 1, "dash": "dot"})
    caption = (
        "Along the branch of the pentagon: the angle between the varied feature and the two beside it, 72° where all "
        "are equal. It changes smoothly until the pentagon is lost."
    )
    return Panel("shape", "How the pentagon stretches", caption, figure)


def _barrier(points: int) -> Panel:
    rise = np.stack([barrier(ratio, points) for ratio in BARRIERS], axis=1)
    figure = curves(
        np.array(LENGTHS), np.where(np.minimum.accumulate(rise > 0, axis=0), rise, np.nan),
        [f"density {ratio:g}" for ratio in BARRIERS], log_x=True, log_y=True,
        x_label="norm of the varied column, held", y_label="rise of the loss, as a share of it",
    )  # fmt: skip
    caption = (
        "The way out of the digons: the varied column is held at a length, half-way between two of their directions, "
        "and all else is at its best. The loss rises first, which makes the digons a minimum; a line ends where it is "
        "below them. The denser the varied feature, the lower and nearer is the ridge, and the noise of training on "
        "samples carries models across a low one."
    )
    return Panel("barrier", "How high the ridge around the digons is", caption, figure)


def _rates(ends: Ends) -> Panel:
    counts = np.stack([(ends.kind == k).sum(axis=1) for k in range(len(KINDS))], axis=1)
    low, high = rate_interval(counts, ends.kind.shape[1])
    figure = stacked_rates(
        KINDS, counts, low, high, [f"{x:g}" for x in ends.x], x_label=WORDS[ends.axis], y_label="share of seeds"
    )
    caption = (
        "Where trainings from random weights end. A pentagon: five directions with gaps of 40° to 110°. Digons: the "
        "four longest columns are two antipodal pairs within 15°; the fifth is dropped or shares a direction."
    )
    return Panel(f"rates-{ends.axis}", f"What training finds, {ends.axis} varied", caption, figure)


def _kept(kept: list[Ends]) -> Panel:
    stays = np.stack([ends.kind == place for place, ends in enumerate(kept)], axis=1)
    low, high = rate_interval(stays.sum(axis=2), stays.shape[2])
    figure = rate_lines(
        kept[0].x, stays.mean(axis=2), low, high, ["pentagon", "digons without the varied feature"],
        x_label=WORDS["density"], y_label="still there at the end", log_x=True,
    )  # fmt: skip
    caption = (
        "Trainings on samples that start from a regular pentagon, and from two digons with the varied feature at 0 and "
        "its best bias there. Each keeps its shape beyond the density at which the other is better; the digons, a "
        "minimum everywhere, but with a narrow basin, are left where the varied feature is dense."
    )
    return Panel("kept", "Training does not cross over", caption, figure)
