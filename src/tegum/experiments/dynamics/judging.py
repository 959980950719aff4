"""Claims judged by courses."""

from typing import Any

import numpy as np

from tegum.claims import Claim, Judged, judge_interval, judge_mean, judge_rate, tally, unjudged
from tegum.experiments.dynamics.claims import (
    ACROSS,
    BASES,
    BEST,
    COINCIDE,
    DIGONS,
    LEVELS,
    OCTAHEDRON,
    PRINCIPAL,
    REGIMES,
    SMALL_REGIMES,
    SMALL_TRANSFORM,
    TRANSFORM,
    TWISTED,
)
from tegum.experiments.dynamics.courses import ALIGNED, TURNED, Course, paired_across
from tegum.failure.comparison import excess, losses
from tegum.geometry.naming import named
from tegum.geometry.sets import twist


def judged(levels: Course, usual: Course, small: Course) -> list[Judged]:
    """All claims, in their order."""
    half: Any = {"above": 0.5, "where": "seeds"}
    ends, shapes = named(levels.final).composites, named(usual.final).composites
    across = paired_across(usual.final[shapes == "octahedron"])
    turn, turns = twist(usual.final), twist(small.final)
    rarer = min(np.isfinite(turn), np.isfinite(turns), key=np.sum)
    both = turns[np.isfinite(turns)]
    return [
        judge_rate(DIGONS, ends == "5-dimensional cross polytope", note=f"Ends: {tally(ends)}.", **half),
        _judge_mean(LEVELS, levels.at_levels(), above=0.5),
        _judge_mean(COINCIDE, levels.coincidence(levels.shares), note=levels.plain(levels.shares)),
        judge_rate(REGIMES, usual.renewed() > 0, note=_counted(usual), **half),
        _judge_mean(TRANSFORM, usual.coincidence(usual.cosines), note=usual.plain(usual.cosines)),
        judge_rate(OCTAHEDRON, turn < ALIGNED, note=f"Ends: {tally(shapes)}.", **half),
        judge_rate(ACROSS, across, above=0.5, where="octahedra"),
        judge_rate(SMALL_REGIMES, small.renewed() > 1, note=_counted(small), **half),
        _judge_mean(SMALL_TRANSFORM, small.coincidence(small.cosines), note=small.plain(small.cosines)),
        judge_rate(PRINCIPAL, small.principal_first(), note=_both(usual), **half),
        judge_rate(BASES, rarer, note=_twists(turn, turns), **half),
        judge_rate(TWISTED, both > ALIGNED, above=1 - ALIGNED / 60, where="models of two bases", note=_bins(both)),
        _judge_best(small),
    ]


def _judge_mean(claim: Claim, values: np.ndarray, *, above: float = 0.0, note: str = "") -> Judged:
    known = values[np.isfinite(values)]
    left = len(values) - len(known)
    if not len(known):
        return unjudged(claim, "no seed that can be measured: too short, or the loss has not arrived, or one seed only")
    if left:
        note += (
            f" Left out: {left} of {len(values)} seeds, whose loss took fewer than eight records to arrive, or more "
            "than nine tenths of the training."
        )
    return judge_mean(claim, known, above=above, where="seeds", note=note.strip())


def _judge_best(course: Course) -> Judged:
    turn = twist(course.final)
    loss = losses(course.final, course.b, course.law, 50_000)
    worse, better = loss[turn > TURNED], loss[turn < ALIGNED]
    if min(len(worse), len(better)) < 2:
        return unjudged(BEST, f"{len(worse)} seeds near a prism, {len(better)} near an octahedron: none to compare")
    value, low, high = excess(worse, better)
    measured = (
        f"{value:+.2g}, 95 % interval {low:+.2g} to {high:+.2g}: mean {worse.mean():.3g} in {len(worse)} seeds, "
        f"{better.mean():.3g} in {len(better)}"
    ).replace("-", "−")
    return judge_interval(BEST, value, low, high, above=0, measured=measured, count=len(worse) + len(better),
                          note="Losses are means over samples and features.")  # fmt: skip


def _twists(usual: np.ndarray, small: np.ndarray) -> str:
    return "; ".join(
        f"{words} start: two bases in {np.isfinite(turn).sum()} of {len(turn)}, twist below 15° in "
        f"{(turn < ALIGNED).sum()}, above 45° in {(turn > TURNED).sum()}"
        for words, turn in (("usual", usual), ("small", small))
    ) + "."  # fmt: skip


def _bins(turn: np.ndarray) -> str:
    counts, _ = np.histogram(turn, [0, 15, 30, 45, 60.001])
    return f"By 15° from 0° to 60°: {', '.join(map(str, counts))}."


def _counted(course: Course) -> str:
    often, times = np.unique(course.renewed(), return_counts=True)
    return "Times that the loss falls anew: " + ", ".join(
        f"{k} in {count} seeds" for k, count in zip(often, times, strict=True)
    ) + "."  # fmt: skip


def _both(usual: Course) -> str:
    return f"From the usual start: {usual.principal_first().sum()} of {len(usual.W)}."
