"""The sticky curve, how long it stays where, and what models save beside what shapes can."""

from itertools import groupby
from typing import Any

import numpy as np

from tegum.claims import mean_interval
from tegum.experiments.experiment import Panel, Runs
from tegum.experiments.uniform import claims as c
from tegum.experiments.uniform.judging import curves, densities, levels, saved_at
from tegum.experiments.uniform.plateaus import stickiness
from tegum.failure.savings import CROWDED, LARGE, SHAPES, best_product, block
from tegum.plots import style
from tegum.plots.lines import bands
from tegum.plots.lines import curves as smooth
from tegum.training.run import Run

AXIS = "1 / (1 − S), dense to sparse"
SAVED_AT = (0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.14, 0.1, 0.07, 0.05, 0.03)


def panels(runs: Runs) -> list[Panel]:
    """All panels, the article's curve first."""
    return [_curve(runs), _stickiness(runs), _saved(runs)]


def _size(run: Run) -> str:
    return f"n = {run.training.model.sizes.features}, m = {run.training.model.sizes.hidden}"


def _own(runs: Runs) -> dict[str, str]:
    """The runs to draw, by name; small models once, where the main ones have the same size."""
    drawn = {name: _size(runs[name]) for name in ("main", "small", "roomy")}
    return {name: size for name, size in drawn.items() if name != "small" or size != drawn["main"]}


def _curve(runs: Runs) -> Panel:
    p, own = densities(runs["main"]), _own(runs)
    drawn = [curves(runs[name]) for name in own]
    best = [best_product(float(density)) for density in p]
    theory = np.array([packing.dimensions for _, packing in best])
    mean, low, high = (
        np.stack([how(curve, axis=0) for curve in drawn] + [theory], axis=1) for how in (np.mean, np.min, np.max)
    )
    names = [*own.values(), "best product of shapes"]
    figure = bands(1 / p, mean, low, high, names, x_label=AXIS, y_label="D* = m/‖W‖²_F", log_x=True, log_y=True,
                   interval="all seeds")  # fmt: skip
    figure.data[-1].update(mode="lines", line={"width": 2, "dash": "dash", "color": style.MUTED})
    for level in (1.0, 0.5):
        figure.add_hline(level, line={"width": 1, "color": style.MUTED, "dash": "dot"}, layer="below")
    ticks = [1, 0.75, 0.5, 0.375, 0.25, 0.15, 0.1, 0.05]
    figure.update_yaxes(tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks])
    caption = (
        f"Dimensions for each feature that is represented, mean and range over seeds, {_batch(runs)}; dotted: 1 and "
        "1/2. How far the curve stays at 1 depends on the batch. Dashed: the D* of whichever orthogonal blocks of one "
        f"named shape save most, from theory: {in_turn([name for name, _ in best])}. Where features are sparse the "
        f"curve leaves 1/2, and falls further than that of the best product; {_size(runs['roomy'])} is where features "
        "run out."
    )
    return Panel("curve", "Dimensions per feature", caption, figure)


def _batch(runs: Runs) -> str:
    return f"batch {runs['main'].training.batch_size:,}"


def in_turn(names: list[str]) -> str:
    """These names in their order, each run of equal ones once.

    >>> in_turn(["digon", "digon", "pentagon"])
    'digon, then pentagon'
    """
    return ", then ".join(name for name, _ in groupby(names))


def _stickiness(runs: Runs) -> Panel:
    own = {name: size for name, size in _own(runs).items() if name != "roomy"}
    drawn = {name: curves(runs[name]) for name in own}
    among = levels(np.concatenate(list(drawn.values())))
    x = 1 / densities(runs["main"])
    found = [np.array([[stickiness(x, curve, level, c.WITHIN) for curve in own] for level in among])
             for own in drawn.values()]  # fmt: skip
    stacked: list[Any] = [np.array([mean_interval(row) for row in part]) for part in found]
    value, low, high = (np.stack([part[:, k] for part in stacked], axis=1) for k in range(3))
    low, high = np.where(np.isfinite(low), low, value), np.where(np.isfinite(high), high, value)
    figure = bands(among, value, np.maximum(low, 0), high, [*own.values()], x_label="level of D*",
                   y_label="stay at this level, even fall = 1", log_x=True)  # fmt: skip
    for level in (1.0, 0.5):
        figure.add_vline(level, line={"width": 1, "color": style.MUTED, "dash": "dot"}, layer="below")
    figure.add_hline(c.STICKY, line={"width": 1, "color": style.MUTED, "dash": "dash"}, layer="below")
    caption = (
        "How long the curve stays within 5 % of each level, along the logarithmic axis, as a multiple of a curve that "
        f"falls evenly; mean over seeds with its interval, {_batch(runs)}. Dotted: 1 and 1/2. Dashed: what we call "
        "sticky."
    )
    return Panel("stickiness", "How long at which level", caption, figure)


def _saved(runs: Runs) -> Panel:
    fine = densities(runs["main"])
    fine = fine[fine >= SAVED_AT[-1] * 0.7]
    shapes = {name: _worths(name, fine) for name in SHAPES | LARGE}
    points = [saved_at(runs["main"], p) for p in SAVED_AT]
    x, y = np.array([1 / p for p, _ in points]), np.array([found.mean() for _, found in points])
    figure = smooth(1 / fine, np.stack([*shapes.values()], axis=1), [*shapes], x_label=AXIS,
                    y_label="saved for each dimension", log_x=True, dashed=[*shapes], height=520)  # fmt: skip
    figure.add_scatter(
        x=x, y=y, mode="markers", name=f"trained, {_size(runs['main'])}",
        marker={"size": 9, "color": style.INK}, hovertemplate="trained<br>%{x:.3g}: %{y:.3f}<extra></extra>",
    )  # fmt: skip
    caption = (
        "What a dimension saves, in units of what a dropped feature costs, p/3 − p²/4: 1 for a dedicated one. Lines: "
        "the best that orthogonal blocks of one shape can do, by theory; those of more than eight features by "
        f"sampling, where 1 − S is at most {CROWDED:g}. Points: trained models, mean over seeds, {_batch(runs)}, on "
        f"samples that the theory does not know. {_compared(points)}"
    )
    return Panel("saved", "What a dimension saves", caption, figure)


def _worths(name: str, p: np.ndarray) -> np.ndarray:
    """What blocks of this shape are worth at these densities; NaN where a large one is not sampled."""
    return np.array([block(name, float(d)).worth if name in SHAPES or d <= CROWDED else np.nan for d in p])


def _compared(points: list[tuple[float, np.ndarray]]) -> str:
    """Where the drawn models save more than the best product."""
    beyond = [p for p, found in points if found.mean() > best_product(p)[1].worth]
    if not beyond:
        return "They save no more than the best product anywhere."
    where = f"at {len(beyond)} of {len(points)} densities, the densest of them 1/(1 − S) = {1 / max(beyond):.3g}"
    return f"They save more than the best product {where}."
