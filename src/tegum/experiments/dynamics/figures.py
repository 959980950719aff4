"""The figures of the experiment."""

from typing import Any

import numpy as np

from tegum.claims import rate_interval
from tegum.experiments.dynamics.courses import ALIGNED, Course
from tegum.experiments.experiment import Panel
from tegum.failure.regimes import arrival
from tegum.geometry.naming import named
from tegum.geometry.sets import twist
from tegum.plots.rates import rate_lines, stacked_rates
from tegum.plots.regimes import direction_film, energy_levels


def panels(levels: Course, usual: Course, small: Course) -> list[Panel]:
    """From the film to the motion."""
    return [
        _film("film", f"From one direction a set to {_end(small)}", small, "a hundredth of"),
        _levels(levels),
        _film("usual", "The same from the usual start", usual, "once"),
        _rates(usual, small),
        _twist(usual, small),
        _motion(levels, usual, small),
    ]


def _end(course: Course) -> str:
    """How the model that is shown ends."""
    turn = twist(course.final[course.shown()])
    return "an octahedron" if turn < ALIGNED else "two twisted bases" if np.isfinite(turn) else "something irregular"


def _levels(course: Course) -> Panel:
    seed = course.plainest()
    end = min(len(course.step) - 1, 2 * max(arrival(course.loss[seed]), 8))
    edges = [float(course.step[e]) for e in course.pieces[seed].edges[1:-1] if e < end]
    figure = energy_levels(course.step[: end + 1], course.shares[seed, : end + 1], course.loss[seed, : end + 1], edges)
    caption = (
        "Ten independent features of equal importance in five dimensions, one training until twice the time that its "
        "loss needs. Above: each feature's D_i; dotted lines are the fractions of named shapes. Below: the loss, mean "
        "over samples and features; dashed lines are where it changes pace. All end at 1/2, as digons."
    )
    return Panel("levels", "Energy levels", caption, figure)


def _film(name: str, title: str, course: Course, scale: str) -> Panel:
    seed, turn = course.shown(), twist(course.final)
    pieces = course.pieces[seed]
    shown = np.unique(np.linspace(0, len(course.step) - 1, 76).round().astype(int))
    words = named(course.W[seed][shown]).composites.tolist()
    edges = [float(course.step[e]) for e in pieces.edges[1:-1]]
    first = len(shown) - 1
    figure = direction_film(
        course.step[shown], course.W[seed][shown], course.loss[seed][shown], edges, words,
        sets=(0, 0, 0, 1, 1, 1), first=first,
    )  # fmt: skip
    caption = (
        f"Two sets of three correlated features, coloured by set, from {scale} Xavier's initial scale. Of "
        f"{len(turn)} seeds {(turn < ALIGNED).sum()} end within 15° of an octahedron, {np.isfinite(turn).sum()} as two "
        "bases with any twist; shown is an octahedron if there is one, with as many regimes as most of these. Drag to "
        f"turn, move the slider through training. Right: the loss; dashed lines are the {pieces.count} regimes found. "
        "The slider names the geometry of each moment."
    )
    return Panel(name, title, caption, figure)


def _rates(usual: Course, small: Course) -> Panel:
    kinds = ("octahedron", "two bases, twisted", "other")
    turns = [twist(own.final) for own in (usual, small)]
    ends = [np.select([turn < ALIGNED, np.isfinite(turn)], kinds[:2], kinds[2]) for turn in turns]
    counts = np.array([[(own == kind).sum() for kind in kinds] for own in ends])
    low, high = rate_interval(counts, len(usual.W))
    figure = stacked_rates(
        kinds, counts, low, high, ["usual", "a hundredth"], x_label="initial scale", y_label="share of seeds"
    )
    caption = (
        "How two sets of three end in space: as two orthogonal triples that are twisted by less than 15° from an "
        "octahedron; as two that are twisted by more; or otherwise, most with a feature unlearnt. Hover for counts and "
        "95 % intervals."
    )
    return Panel("ends", "How often an octahedron", caption, figure)


def _twist(usual: Course, small: Course) -> Panel:
    parts = np.linspace(0, 60, 31)
    turns = [turn[np.isfinite(turn)] for turn in (twist(usual.final), twist(small.final))]
    figure = _at_least(parts, turns, ["usual start", "small start"], "twist from an octahedron, degrees")
    caption = (
        "Of the models that end as two orthogonal triples, how many are twisted by at least so much about their common "
        "axis: 0° is an octahedron, 60° a triangular prism. Twists left to chance would make a straight line down."
    )
    return Panel("twist", "How far from an octahedron", caption, figure)


def _at_least(parts: np.ndarray, values: list[np.ndarray], names: list[str], x_label: str) -> Any:
    """Lines of the share of seeds with at least each value, with intervals."""
    above = np.stack([[int((own >= part).sum()) for part in parts] for own in values], axis=1)
    total = np.broadcast_to([max(len(own), 1) for own in values], above.shape)
    low, high = rate_interval(above, total)
    return rate_lines(parts, above / total, low, high, names, x_label=x_label,
                      y_label="share of seeds with at least this")  # fmt: skip


def _motion(levels: Course, usual: Course, small: Course) -> Panel:
    parts = np.linspace(-0.3, 0.3, 41)
    names = ["D_i, n = 10", "angles, usual start", "angles, small start"]
    more = [levels.coincidence(levels.shares), usual.coincidence(usual.cosines), small.coincidence(small.cosines)]
    figure = _at_least(parts, [own[np.isfinite(own)] for own in more], names, "own part minus that of other seeds")
    caption = (
        "Of all change of D_i, or of the cosines between features, a part falls into the quarter of the time in which "
        "the loss falls fastest: how much larger it is for a model's own change than for that of other seeds, which "
        "slow down as well. At 0 half of the seeds are what unrelated courses would give."
    )
    return Panel("motion", "Does geometry move when the loss falls?", caption, figure)
