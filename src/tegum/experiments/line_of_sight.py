"""Days of the week on a circle that a bias shifts: what is lost when features are seen from the origin."""

from typing import Any, ClassVar

import numpy as np

from tegum.claims import Claim, Judged, judge_fact
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.geometry.evaluated import readout_margin
from tegum.geometry.polytopes import planar_gaps
from tegum.plots.lines import curves
from tegum.plots.shifts import shifted_circle
from tegum.theory.polygons import regular_polygon

ARTICLE = "Superposition: An Actual View of Latent Spaces (2024)"
DESCRIPTION = f"{ARTICLE}, A more intuitive description"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
BETWEEN = 360 / len(DAYS)  # degrees from one day to the next
SHIFT = 1.5  # of each coordinate: the unit circle is then clear of both axes
LINED_UP = 5.0  # degrees: about a tenth of that
ROUNDING = 1e-12  # of numbers of size 1 in double precision

SIGHT = Claim(
    "A bias that shifts a circle of features into the positive quadrant puts two of them into one line of sight.",
    DESCRIPTION,
    "Seven days on a unit circle, both coordinates shifted by 1.5: some two are less than 5° apart as seen from the "
    "origin, however the circle is turned (steps of 0.1°).",
)
MOVES = Claim(
    "The model's own bias b is such a shift of the latents.",
    f"{DESCRIPTION}, on the bias of ReLU(WᵀWx + b)",
    "For the regular polygon of seven, the part of b in the plane of the latents, ‖W b‖, is above 1e-12 of ‖b‖.",
)
READOUT = Claim(
    "Corrected: readouts with a constant, w_i·h + c_i, do not notice the shift.",
    f"{DESCRIPTION}, corrected",
    "The smallest margin by which a day's own readout leads all others is the same before and after within 1e-12.",
)
BARE = Claim(
    "Without constants, the readouts that worked on the circle no longer do.",
    f"{DESCRIPTION}, not linear relative to the origin",
    "At the shift of 1.5 the largest of w_i·h names fewer than half of the seven days.",
)


class LineOfSight(Experiment):
    """Seven points on a unit circle, shifted along (1, 1): bearings, and readouts with and without constants."""

    title: ClassVar[str] = "Days of the week, out of line"
    source: ClassVar[str] = DESCRIPTION
    lede: ClassVar[str] = (
        "Seven features on a circle about the origin each have a direction of their own. Move the circle away, as a "
        "bias on the latents does, and two of them may lie in one line of sight. But a direction is only lost for a "
        "reader who insists on standing at the origin."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {"quick": {}, "standard": {}, "paper": {}}

    def claims(self, runs: Runs) -> list[Judged]:
        return [_sight(), _moves(), _readout(), _bare()]

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


def _sight() -> Judged:
    apart = closest(turned(0.1) + SHIFT)
    measured = (
        f"{closest(week()):.1f}° before; after, {closest(week() + SHIFT):.3g}° as drawn, {apart.min():.1g}° to "
        f"{apart.max():.3g}° over all turns"
    )
    inside = min(float(closest(turned(0.1) + shift).min()) for shift in np.arange(0, 1 / np.sqrt(2), 0.01))
    note = (
        "Not every shift does: while the origin is inside the circle, up to 0.71 of each coordinate, the bearings "
        f"keep their order and no two days are ever closer than {inside:.3g}°. Outside, the far and the near side of "
        "the circle slide across each other."
    )
    return judge_fact(SIGHT, bool(apart.max() < LINED_UP), measured, apart.max(), note=note)


def _moves() -> Judged:
    W, b = regular_polygon(len(DAYS))
    share = float(np.linalg.norm(W @ b) / np.linalg.norm(b))
    note = (
        "b is added to the outputs, equally to all, and stands upright on the plane that WᵀW maps to: it pushes the "
        "wheel away from ReLU's reach without moving it inside its plane. The warning is about a bias before the "
        "decoder."
    )
    return judge_fact(MOVES, share > ROUNDING, f"‖W b‖ / ‖b‖ = {share:.1g}", share, note=note)


def _readout() -> Judged:
    days = week()
    before = readout_margin(days, np.zeros(len(DAYS)), days)
    after = readout_margin(days, -days.sum(axis=0) * SHIFT, days + SHIFT)
    measured = f"margin {before:.4f} before, {after:.4f} after"
    note = "The constants are c_i = −w_i·s for a shift s; a layer with a bias learns them."
    return judge_fact(READOUT, bool(abs(after - before) < ROUNDING), measured, after - before, note=note)


def _bare() -> Judged:
    days = week()
    right = int(((days.T @ (days + SHIFT)).argmax(axis=0) == np.arange(len(DAYS))).sum())
    return judge_fact(BARE, right < len(DAYS) / 2, f"{right} of {len(DAYS)} days", right)


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
