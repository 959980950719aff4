"""The sticky curve, how long it stays where, and what models save beside what shapes can."""

from typing import Any

import numpy as np

from tegum.claims import mean_interval
from tegum.experiments.experiment import Panel, Runs
from tegum.experiments.uniform import claims as c
from tegum.experiments.uniform.judging import curves, densities, levels, saved_at
from tegum.experiments.uniform.plateaus import stickiness
from tegum.failure.savings import SHAPES, best_product
from tegum.plots import style
from tegum.plots.lines import bands
from tegum.plots.lines import curves as smooth
from tegum.theory.packing import packed
from tegum.training.run import Run

AXIS = "1 / (1 − S), dense to sparse"
SAVED_AT = (0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.14, 0.1, 0.07, 0.05, 0.03)


def panels(runs: Runs) -> list[Panel]:
    """All panels, the article's curve first."""
    return [_curve(runs), _stickiness(runs), _saved(runs)]


def _size(run: Run) -> str:
    return f"n = {run.training.model.sizes.features}, m = {run.training.model.sizes.hidden}"


def _curve(runs: Runs) -> Panel:
    p = densities(runs["main"])
    drawn = [curves(runs[name]) for name in ("main", "small", "roomy")]
    theory = np.array([best_product(float(density))[1].dimensions for density in p])
    mean, low, high = (
        np.stack([how(curve, axis=0) for curve in drawn] + [theory], axis=1) for how in (np.mean, np.min, np.max)
    )
    names = [_size(runs["main"]) + _again(runs), _size(runs["small"]), _size(runs["roomy"]), "best product of shapes"]
    figure = bands(1 / p, mean, low, high, names, x_label=AXIS, y_label="D* = m/‖W‖²_F", log_x=True, log_y=True,
                   interval="all seeds")  # fmt: skip
    figure.data[-1].update(mode="lines", line={"width": 2, "dash": "dash", "color": style.MUTED})
    for level in (1.0, 0.5):
        figure.add_hline(level, line={"width": 1, "color": style.MUTED, "dash": "dot"}, layer="below")
    ticks = [1, 0.75, 0.5, 0.375, 0.25, 0.15, 0.1, 0.05]
    figure.update_yaxes(tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks])
    caption = (
        "Dimensions for each feature that is represented, mean and range over seeds; dotted: 1 and 1/2. Dashed: the D* "
        "of whichever orthogonal blocks of one named shape save most, from theory: tetrahedra and triangles where "
        "features are dense, digons from 1/(1 − S) = 1.6 to 4.7, then pentagons, square antiprisms, hexagons. Small "
        "models follow it down to 1/2 and along; n = 400 stays at 1 for longer. Then all fall away from 1/2, further "
        "than any product of named shapes; n = 80 with m = 20 runs out of features."
    )
    return Panel("curve", "Dimensions per feature", caption, figure)


def _again(runs: Runs) -> str:
    """Sizes that are equal in a small run need names of their own."""
    return " (other seeds)" if _size(runs["main"]) == _size(runs["small"]) else ""


def _stickiness(runs: Runs) -> Panel:
    drawn = {name: curves(runs[name]) for name in ("main", "small")}
    among = levels(np.concatenate(list(drawn.values())))
    x = 1 / densities(runs["main"])
    found = [np.array([[stickiness(x, curve, level, c.WITHIN) for curve in own] for level in among])
             for own in drawn.values()]  # fmt: skip
    stacked: list[Any] = [np.array([mean_interval(row) for row in part]) for part in found]
    value, low, high = (np.stack([part[:, k] for part in stacked], axis=1) for k in range(3))
    low, high = np.where(np.isfinite(low), low, value), np.where(np.isfinite(high), high, value)
    names = [_size(runs["main"]) + _again(runs), _size(runs["small"])]
    figure = bands(among, value, np.maximum(low, 0), high, names, x_label="level of D*",
                   y_label="stay at this level, even fall = 1", log_x=True)  # fmt: skip
    for level in (1.0, 0.5):
        figure.add_vline(level, line={"width": 1, "color": style.MUTED, "dash": "dot"}, layer="below")
    figure.add_hline(c.STICKY, line={"width": 1, "color": style.MUTED, "dash": "dash"}, layer="below")
    caption = (
        "How long the curve stays within 5 % of each level, along the logarithmic axis, as a multiple of a curve that "
        "falls evenly; mean over seeds with its interval. Dotted: 1 and 1/2. Dashed: what we call sticky."
    )
    return Panel("stickiness", "How long at which level", caption, figure)


def _saved(runs: Runs) -> Panel:
    fine = np.geomspace(1, 0.02, 30)
    shapes = {name: np.array([packed(shape, float(p)).worth for p in fine]) for name, shape in SHAPES.items()}
    points = [saved_at(runs["main"], p) for p in SAVED_AT]
    x, y = np.array([1 / p for p, _ in points]), np.array([found.mean() for _, found in points])
    figure = smooth(1 / fine, np.stack([*shapes.values()], axis=1), [*shapes], x_label=AXIS,
                    y_label="saved for each dimension", log_x=True, dashed=[*shapes], height=460)  # fmt: skip
    figure.add_scatter(
        x=x, y=y, mode="markers", name=f"trained, {_size(runs['main'])}",
        marker={"size": 9, "color": style.INK}, hovertemplate="trained<br>%{x:.3g}: %{y:.3f}<extra></extra>",
    )  # fmt: skip
    caption = (
        "What a dimension saves, in units of what a dropped feature costs, p/3 − p²/4: 1 for a dedicated one. Lines: "
        "the best that orthogonal blocks of one shape can do, by theory. Points: trained models, mean over seeds, on "
        "samples that the theory does not know. Where features are dense training does not reach what triangles and "
        "digons would save; where they are sparse it goes beyond all named shapes."
    )
    return Panel("saved", "What a dimension saves", caption, figure)
