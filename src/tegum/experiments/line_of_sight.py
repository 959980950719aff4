"""Days of the week on a circle that a bias shifts: what is lost when features are seen from the origin."""

from typing import Any, ClassVar

import numpy as np

from tegum.claims import Claim, Judged, judge_fact
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.geometry.evaluated import readout_margin
from tegum.geometry.polytopes import planar_gaps
from tegum.plots.lines import curves
from tegum.plots.shifts import shifted_circle

ARTICLE = "Superposition: An Actual View of Latent Spaces (2024)"
DESCRIPTION = f"{ARTICLE}, A more intuitive description"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
BETWEEN = 360 / len(DAYS)  # degrees from one day to the next
CLEAR = 1.0  # a shift of each coordinate that takes the unit circle into the positive quadrant
SHIFT = 1.5  # as drawn
SAME = 1e-6  # degrees: bearings closer than this are one, in double precision
ROUNDING = 1e-12  # of numbers of size 1 in double precision

SIGHT = Claim(
    "A bias that shifts a circle of features into the positive quadrant can put two of them into one line of sight.",
    DESCRIPTION,
    "Seven days on a unit circle, both coordinates shifted by s: in every turn of the circle (steps of 0.1°) there is "
    "an s ≥ 1, which takes it into the quadrant, at which two bearings are the same within a millionth of a degree.",
)
READOUT = Claim(
    "An identity: readouts with a constant, w_i·h + c_i, do not notice the shift.",
    "Ours",
    "The smallest margin by which a day's own readout leads all others is the same before and after within 1e-12.",
)
BARE = Claim(
    "Without constants, the readouts that worked on the circle no longer do: not linear relative to the origin.",
    DESCRIPTION,
    "At every shift from 1 to 3 (steps of 0.1) and in every turn (0.5°) the largest of w_i·h names fewer than half of "
    "the seven days.",
)


class LineOfSight(Experiment):
    """Seven points on a unit circle, shifted along (1, 1): bearings, and readouts with and without constants."""

    title: ClassVar[str] = "Days of the week, out of line"
    source: ClassVar[str] = DESCRIPTION
    lede: ClassVar[str] = (
        "Seven features on a circle about the origin each have a direction of their own. Move the circle away, as a "
        "bias on the latents does, and two of them can lie in one line of sight. But a direction is only lost for a "
        "reader who insists on standing at the origin."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {"quick": {}, "standard": {}, "paper": {}}

    def claims(self, runs: Runs) -> list[Judged]:
        return [_sight(), _readout(), _bare()]

    def panels(self, runs: Runs) -> list[Panel]:
        return [_week(), _angles()]


def week(turn: float = 0.0) -> np.ndarray:
    """Seven days on the unit circle, clockwise with Monday on top, (2, 7); turned by an angle in degrees."""
    bearing = np.radians(90 - BETWEEN * np.arange(len(DAYS)) + turn)
    return np.stack([np.cos(bearing), np.sin(bearing)])


def turned(step: float) -> np.ndarray:
    """The week in all positions that differ, (turns, 2, 7)."""
    return np.stack([week(turn) for turn in np.arange(0, BETWEEN, step)])


def closest(points: np.ndarray) -> np.ndarray:
    """The smallest angle between two of the points (..., 2, k) as seen from the origin, in degrees.

    >>> closest(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])).round(9)
    np.float64(45.0)
    """
    return np.degrees(planar_gaps(points, threshold=0.0)[..., 0])


def crossings(points: np.ndarray) -> np.ndarray:
    """The shifts s > 0 of both coordinates at which two of the points (2, k) have one bearing, ascending.

    p + s (1, 1) and q + s (1, 1) are parallel where p × q + s (1, 1) × (q − p) = 0; the origin must not lie between.

    >>> crossings(np.array([[-1.0, -2.0], [0.0, 1.0]]))
    array([0.5])
    """
    first, second = np.triu_indices(points.shape[1], 1)
    (px, py), (qx, qy) = points[:, first], points[:, second]
    slope = (qy - py) - (qx - px)
    ever = np.abs(slope) > ROUNDING
    shift = -(px * qy - py * qx)[ever] / slope[ever]
    along = (px[ever] + shift) * (qx[ever] + shift) + (py[ever] + shift) * (qy[ever] + shift)
    return np.sort(shift[(shift > 0) & (along > 0)])


def _sight() -> Judged:
    turns = turned(0.1)
    inside = np.arange(0, 1 / np.sqrt(2), 0.01)
    apart = min(float(closest(turns + shift).min()) for shift in inside)
    first = np.array([next((s for s in crossings(t) if s >= CLEAR and closest(t + s) < SAME), np.inf) for t in turns])
    measured = (
        f"in {int(np.isfinite(first).sum())} of {len(turns)} turns, first at shifts of {first.min():.3g} to "
        f"{first.max():.3g}"
    )
    best = {s: float(closest(turns + s).max()) for s in (CLEAR, SHIFT)}
    note = (
        "At a given shift two days are near one line rather than on it: in the turn that keeps them apart best, the "
        f"closest two, {BETWEEN:.1f}° apart on the circle, are at {best[CLEAR]:.3g}° for a shift of 1 and at "
        f"{best[SHIFT]:.3g}° for 1.5. While the origin is inside the circle, up to 0.71, the bearings keep their order "
        f"and no two days are closer than {apart:.3g}°."
    )
    return judge_fact(SIGHT, bool(np.isfinite(first).all()), measured, first.max(), note=note)


def _readout() -> Judged:
    days = week()
    before = readout_margin(days, np.zeros(len(DAYS)), days)
    after = readout_margin(days, -days.sum(axis=0) * SHIFT, days + SHIFT)
    measured = f"margin {before:.4f} before, {after:.4f} after"
    note = "The constants are c_i = −w_i·s for a shift s; a layer with a bias learns them."
    return judge_fact(READOUT, bool(abs(after - before) < ROUNDING), measured, after - before, note=note)


def named(week_: np.ndarray, shift: float) -> int:
    """How many of the days, all shifted, are named by the largest of the readouts w_i·h that name all unshifted."""
    return int(((week_.T @ (week_ + shift)).argmax(axis=0) == np.arange(week_.shape[1])).sum())


def _bare() -> Judged:
    right = [named(week_, shift) for week_ in turned(0.5) for shift in np.linspace(1, 3, 21)]
    measured = f"{min(right)} to {max(right)} of {len(DAYS)} days"
    return judge_fact(BARE, max(right) < len(DAYS) / 2, measured, max(right))


def _week() -> Panel:
    shift = np.linspace(0, SHIFT, 31)
    points = (week()[None] + shift[:, None, None]).transpose(0, 2, 1)
    bearings = (np.degrees(np.arctan2(points[..., 1], points[..., 0])) - 45 + 180) % 360 - 180
    figure = shifted_circle(
        points, bearings, DAYS, shift, x_label="shift of each coordinate",
        y_label="bearing, relative to the shift's (°)", what="shift",
    )  # fmt: skip
    caption = (
        "Seven days on a circle in a plane of latents, moved away from the origin along (1, 1). Left: the lines of "
        "sight from the origin. Right: their bearings; where two curves cross, two days cannot be told apart by "
        "direction. That happens only when the origin is outside the circle, from a shift of 0.71 on."
    )
    return Panel("week", "Seven days, seen from the origin", caption, figure)


def _angles() -> Panel:
    shift = np.linspace(0, 3, 301)
    best = np.stack([closest(week_ + shift[:, None, None]) for week_ in turned(0.5)]).max(axis=0)
    y = np.stack([closest(week() + shift[:, None, None]), best, np.full(len(shift), BETWEEN)], axis=1)
    names = ["from the origin, as drawn", "from the origin, best turn", "from where the centre went"]
    figure = curves(
        shift, y, names, dashed=names[1:2], x_label="shift of each coordinate",
        y_label="smallest angle of two days (°)", height=380,
    )  # fmt: skip
    caption = (
        "How far apart the two closest days are as seen from the origin, for the circle as drawn and for the turn "
        "that keeps them apart best at each shift. Readouts with a constant of their own see the days from where "
        "the centre went, at 51.4° for ever."
    )
    return Panel("angles", "The smallest angle of sight", caption, figure)


EXPERIMENT = LineOfSight
