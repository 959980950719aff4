"""The claims, judged on what was trained."""

import functools
from typing import Any

import numpy as np

from tegum.claims import Claim, Judged, judge_rate
from tegum.experiments.asymmetric_recovery.claims import (
    ADAM_DOES_NOT,
    ALL_SILENT,
    AT,
    BALANCE,
    BIAS_FIRST,
    CAUSED,
    DESCENT_WAITS,
    FAR_FIRST,
    FOLLOWS,
    GRADUATED,
    JUMP,
    MONOTONE,
    NEAR_SHORT,
    OPPOSITE,
    REMEMBERS,
    RISES,
    SOME_SILENT,
    THIRD,
    WHICH,
)
from tegum.experiments.asymmetric_recovery.measures import (
    grown,
    lag,
    misses,
    near_shorter,
    opposite,
    optima,
    outward,
    recovering,
    seventh,
    silent,
    swept,
    waits,
)
from tegum.experiments.experiment import Runs
from tegum.failure.sweeps import Sweep, local_optimum
from tegum.plots import style
from tegum.training.run import Run

NOISES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
MEMORY = (0.999, 0.99)  # Adam's b2
CURVATURE = -0.0103637  # least one-sided curvature at symmetric failure, six live features; see symmetric-failure
HELD: dict[str, tuple[tuple[str, tuple[int, ...]], ...]] = {
    "free": (),
    "W_7 held at 0, b_7 held": (("W", (6,)), ("b", (6,))),
    "W_7 held short, b_7 held": (("W", (6,)), ("b", (6,))),
    "b_7 held": (("b", (6,)),),
    "the six others held": (("W", tuple(range(6))), ("b", tuple(range(6)))),
}
FREE, HOLD_ZERO, HOLD_SHORT, HOLD_B, HOLD_LIVE = HELD


def judged(runs: Runs) -> list[Judged]:
    """All claims, in order."""
    sweep, _ = recovering(runs["centre"])
    return [*_along(sweep, runs), *_twins(runs), *_driven(sweep, runs), *_triggers(runs)]


def _along(sweep: Sweep, runs: Runs) -> list[Judged]:
    long, low = grown(sweep)
    some, every_one = silent(sweep)
    at = np.minimum(sweep.first(every_one), len(sweep.step) - 1)
    row = np.arange(len(at))
    share = sweep.size[row, at] / sweep.size[:, -1]
    eve = sweep.at(sweep.eve)
    far, near = eve.mean(eve.lengths, sweep.far)[:, 0], eve.mean(eve.lengths, ~sweep.far)[:, 0]
    return [
        _rate(FAR_FIRST, long < sweep.learnt, f"{_sixes(runs, _far_first)} {_waited(sweep)}"),
        _rate(BIAS_FIRST, low < sweep.first(sweep.bias < 0)),
        _rate(RISES, eve.bias[:, 0] > 1.5 / 7, f"b_7 on the eve: {_spread(eve.bias[:, 0])}. Silent far features no "
              "longer hold it down. It falls in the jump."),
        _rate(BALANCE, misses(sweep) < 0.1, f"Off by {_spread(misses(sweep))} at most."),
        _rate(NEAR_SHORT, near_shorter(sweep), f"Lengths on the eve: far {_spread(far)}, near {_spread(near)}. "
              f"Two features are near W_7 in {int(((~sweep.far).sum(-1) == 2).sum())} models, else one."),
        _rate(OPPOSITE, opposite(sweep), _sixes(runs, opposite)),
        _rate(SOME_SILENT, (some & sweep.stage).any(axis=-1)),
        _rate(ALL_SILENT, outward(sweep.at(at)) > 0,
              f"W_7 then has {_spread(share)} of its final length: the last far feature falls silent after the jump."),
    ]  # fmt: skip


def _rate(claim: Claim, true: np.ndarray, note: str = "", above: float = 0.95, where: str = "seeds caught") -> Judged:
    return judge_rate(claim, true, above=above, where=where, note=note)


def _far_first(sweep: Sweep) -> np.ndarray:
    return np.asarray(grown(sweep)[0] < sweep.learnt)


def _sixes(runs: Runs, measure: Any) -> str:
    sweep, mine = recovering(runs["six"])
    return f"With n = 6: {int(measure(sweep).sum())} of {len(mine)}." if len(mine) else ""


def _waited(sweep: Sweep) -> str:
    wait = sweep.step[sweep.eve] - sweep.step[sweep.start]
    return f"From the first record in failure to the eve: {_spread(wait, ',.0f')} steps." if len(wait) else ""


def _spread(values: np.ndarray, form: str = ".3g") -> str:
    """The median and, in brackets, where eight of ten lie, of those that are finite."""
    values = values[np.isfinite(values)]
    if not len(values):
        return "none"
    low, middle, high = (style.number(float(v), form) for v in np.quantile(values, (0.1, 0.5, 0.9)))
    return f"{middle} (eight of ten {low} to {high})"


def _twins(runs: Runs) -> list[Judged]:
    each = {name: seventh(runs[name]) for name in HELD}
    leans = {name: swept(sweep) for name, sweep in each.items()}
    end = {name: np.hypot(*sweep.lean[:, -1].T) for name, sweep in each.items()}
    learnt = {name: sweep.size[:, -1] > 0.5 for name, sweep in each.items()}
    return [
        _rate(GRADUATED, learnt[FREE] & ~learnt[HOLD_LIVE], where="pairs of twins", note=f"The held ones end with "
              f"‖W_7‖ at {_spread(each[HOLD_LIVE].size[:, -1])}."),
        _rate(CAUSED, leans[FREE] & ~leans[HOLD_ZERO], where="pairs of twins",
              note=f"‖S‖ at the end: free {_spread(end[FREE])}, both held {_spread(end[HOLD_ZERO])}."),
        _rate(WHICH, leans[HOLD_SHORT] & leans[HOLD_B] & ~leans[HOLD_ZERO], where="triples of twins",
              note=f"‖S‖ at the end: W_7 and b_7 held {_spread(end[HOLD_SHORT])}, b_7 alone {_spread(end[HOLD_B])}. "
              f"With b_7 held {int(learnt[HOLD_B].sum())} of {len(learnt[HOLD_B])} even learn W_7, at √(6/7), where it "
              "gives itself back with that bias."),
    ]  # fmt: skip


def _driven(sweep: Sweep, runs: Runs) -> list[Judged]:
    taken = driven(runs["descent"])
    best, found = optima(sweep)
    off = np.linalg.norm(best - found, axis=-1) / np.maximum(np.linalg.norm(best, axis=-1), 1e-12)
    asked = np.linalg.norm(best, axis=-1) > 0.002
    long = np.linalg.norm(best, axis=-1)
    eve = sweep.at(sweep.eve)
    alone = np.linalg.norm(local_optimum(eve.column[:, 0], eve.live[:, 0], eve.live_bias[:, 0]), axis=-1)
    gone = alone > 2 * eve.size[:, 0]
    wait, fall = sweep.step[sweep.eve] - sweep.step[sweep.start], sweep.step[sweep.learnt] - sweep.step[sweep.eve]
    sudden = fall < wait / 20
    return [
        _rate(THIRD, taken >= 1, where="models", note="Nearly all of it is taken back, since the learnt features keep "
              f"each other silent: that push is {_spread(taken)} times the way that S goes."),
        _rate(FOLLOWS, ((off < 0.1) | ~asked).all(axis=-1) & asked.any(axis=-1), f"Off by {_spread(off[asked])} "
              f"of it, a lag of {_spread(lag(sweep)[asked])} steps."),
        _rate(MONOTONE, (np.diff(long, axis=-1) > 0).all(axis=-1), f"The longest optimum: "
              f"{_spread(long.max(-1))}; the last one: {_spread(long[:, -1])}."),
        _rate(JUMP, gone & sudden,
              note=f"No optimum near: {int(gone.sum())}; within a twentieth: {int(sudden.sum())}. Before: "
              f"{_spread(wait, ',.0f')} steps. The jump: {_spread(fall, ',.0f')}, to within a record."),
    ]  # fmt: skip


@functools.lru_cache(maxsize=4)
def driven(run: Run) -> np.ndarray:
    """`Sweep.resistance` of the models of gradient descent that started at the twins' noise and learnt W_7."""
    sweep = seventh(run.at(noise=AT))
    return sweep.resistance(1 / 49)[sweep.size[:, -1] > 0.5]  # the mean loss is the sum over 49


def _triggers(runs: Runs) -> list[Judged]:
    slow, fast = waits(runs["descent"], "noise"), waits(runs["adam"], "b2", "noise")
    expected = 49 * np.log(10) / -CURVATURE
    with np.errstate(invalid="ignore"):  # what is never learnt
        more = slow[NOISES.index(1e-4)] - slow[NOISES.index(1e-3)]
        near = (more > 0.95 * expected) & (more < 1.3 * expected)
    both = np.isfinite(fast[:, NOISES.index(0.1)]).all(axis=0)
    ratio = fast[0, NOISES.index(0.1)][both] / fast[1, NOISES.index(0.1)][both]
    quick, late = fast[0, NOISES.index(1e-5)], fast[0, NOISES.index(AT)]
    return [
        _rate(DESCENT_WAITS, near, where="seeds",
              note=f"{_spread(more, ',.0f')} steps more; ln 10 / |κ| is {expected:,.0f}."),
        _rate(ADAM_DOES_NOT, (quick <= late) & np.isfinite(quick), where="seeds",
              note=f"{_spread(quick, ',.0f')} steps against {_spread(late, ',.0f')}. Adam divides by the size of the "
              "gradient; without weight decay the state has no basin, whatever the asymmetry."),
        _rate(REMEMBERS, ratio > 1.3, where="seeds",
              note=f"{_spread(ratio)} times as long: {_spread(fast[0, NOISES.index(0.1)][both], ',.0f')} steps against "
              f"{_spread(fast[1, NOISES.index(0.1)][both], ',.0f')}. Large gradients stay in the average for "
              "thousands of steps and hold the rate down."),
    ]  # fmt: skip
