"""The verdicts."""

import dataclasses
import math

import numpy as np

from tegum.claims import (
    Claim,
    Judged,
    judge_interval,
    judge_mean,
    judge_rate,
    judge_share,
    mean_interval,
    too_few,
    unjudged,
)
from tegum.experiments.experiment import Runs
from tegum.experiments.proposal_map import claims as c
from tegum.experiments.proposal_map.found import (
    best,
    blocks,
    found,
    measured,
    rates,
    regained,
    shifts,
    split,
    swept,
)
from tegum.experiments.proposal_map.readings import CHANGES, LETTER, PLAIN, WIDE, ZERO
from tegum.experiments.proposal_map.settings import (
    INPUTS,
    OTHER,
    PLANE_LASTING,
    RATE,
    RATES,
    RATES_ELSEWHERE,
    SHIFTS,
    TOYS,
    map_name,
    nothing_name,
    read_name,
)

AT_LOW, AT_HIGH = 0, 1  # places among the shifts of readings
SHIFTED = np.array(SHIFTS) > 0
QUARTER = 4  # one toy model in so many chooses a block
OWN_RATE = RATES.index(RATE)
PLACES = {LETTER: AT_HIGH, ZERO: AT_LOW}  # the shift at which each is judged
DIRECTIONS = ("own", "any", "attract", "decoders", "halves")


def judged(runs: Runs) -> list[Judged]:
    """All claims whose trainings were made."""
    toys = [one for name in TOYS if name in runs for one in _toy(runs, name)]
    return [*toys, *_moved(runs), *_read(runs), *_mapped(runs)]


def named(claim: Claim, where: str) -> Claim:
    """The claim about one of several."""
    return dataclasses.replace(claim, statement=f"{claim.statement[:-1]} ({where}).")


# Toy models ----------------------------------------------------------------------------------------------------------
def _toy(runs: Runs, name: str) -> list[Judged]:
    """The best and the worst block where untreated models fail; the worst where another Δ serves."""
    good = blocks((runs[name].recovered.values == 1).astype(float))
    choosing, others = split(good.shape[-1], QUARTER)
    chosen, fails = good[..., choosing].mean(-1), failing(runs, name)
    serves = fails & (np.where(fails, chosen, 0).max(axis=0) > c.SERVES)
    found = []
    for claim, score, allowed, above in (
        (c.TOY_GOOD, chosen, fails, 0.95),
        (c.TOY_POOR, -chosen, serves, 0.5),
    ):
        if not allowed.any():
            why = "untreated models fail" + (" and another Δ serves" if fails.any() else "")
            found.append(unjudged(named(claim, name), f"there are no three rates side by side at which {why}"))
            continue
        row, column = best(score, allowed)
        mine = good[row, column, others]
        samples = mine if claim is c.TOY_GOOD else 1 - mine
        note = f"{_block(runs, name, row, column)} {too_few(samples.size, above)}".strip()
        found.append(judge_share(named(claim, name), samples, above=above, where="other seeds", note=note))
    return found


def _block(runs: Runs, name: str, row: int, column: int) -> str:
    """A block's shifts and rates in words, and how many of the other seeds recover there with nothing done."""
    shift, rate = shifts(runs[name]), rates(runs[name])
    plain = runs[f"{name}, nothing"].recovered.values[column : column + 3] == 1
    untreated = plain[:, split(plain.shape[-1], QUARTER)[1]].mean()
    return (
        f"Δ {shift[row]:.2g} to {shift[row + 2]:.2g}, rates {rate[column]:.2g} to {rate[column + 2]:.2g}; with "
        f"nothing done {untreated:.0%} of these recover."
    )


def failing(runs: Runs, name: str) -> np.ndarray:
    """The blocks with Δ above 0 at rates at which fewer than half of the untreated recover, by the choosing seeds."""
    plain = runs[f"{name}, nothing"].recovered.values
    share = plain[:, split(plain.shape[-1], QUARTER)[0]].mean(-1)
    fails = np.convolve(share, np.ones(3) / 3, "valid") < 0.5
    rising = shifts(runs[name])[:-2] > 0
    return np.asarray(rising[:, None] & fails[None])


def chosen_cell(runs: Runs, name: str) -> tuple[float, float] | None:
    """Δ and rate of the middle of the best block, by the choosing seeds; None where there is no such block."""
    good = runs[name].recovered.values == 1
    allowed = failing(runs, name)
    if not allowed.any():
        return None
    row, column = best(blocks(good[..., split(good.shape[-1], QUARTER)[0]].astype(float)).mean(-1), allowed)
    return float(shifts(runs[name])[row + 1]), float(rates(runs[name])[column + 1])


def _moved(runs: Runs) -> list[Judged]:
    """The chosen Δ and rate used on other models."""
    cell = chosen_cell(runs, PLANE_LASTING.name) if PLANE_LASTING.name in runs else None
    if cell is None:
        return []
    judged_ones = []
    for name, toy in TOYS.items():
        if name not in runs or name == PLANE_LASTING.name or not toy.by_letter:
            continue
        run, plain = runs[name], runs[f"{name}, nothing"]
        row, column = near(shifts(run), cell[0]), near(rates(run), cell[1])
        note = (
            f"Δ {shifts(run)[row]:.2g} at {rates(run)[column]:.2g}; with nothing done "
            f"{plain.recovered.values[column].mean():.0%} recover. {too_few(run.recovered.shape[-1], 0.95)}"
        ).strip()
        recovered = run.recovered.values[row, column] == 1
        judged_ones.append(judge_rate(named(c.TOY_TRANSFER, name), recovered, 0.95, "seeds", note))
    return judged_ones


def near(values: np.ndarray, wanted: float) -> int:
    """The place of the value nearest to a wanted one, in the logarithm; a value of 0 is never near."""
    positive = np.where(values > 0, values, np.nan)
    return int(np.nanargmin(np.abs(np.log(positive / wanted))))


# Readings ------------------------------------------------------------------------------------------------------------
def gain(runs: Runs, base: str, change: str) -> np.ndarray:
    """Features found less those of the untreated twin, (shift, dictionary)."""
    return np.asarray(found(runs[read_name(base, change)]) - found(runs[nothing_name(change)]))


def _read(runs: Runs) -> list[Judged]:
    if read_name(LETTER, PLAIN) not in runs:
        return []
    twin = runs[nothing_name()]
    by_base = []
    for base, place in PLACES.items():
        share = regained(runs[read_name(base, PLAIN)], twin, place)
        by_base += [
            _works(runs, base, PLAIN, f"{base}, {INPUTS} inputs"),
            judge_share(named(c.ALL, base), share, above=0.95, where="dictionaries"),
        ]
        if read_name(base, WIDE) in runs:
            by_base.append(_works(runs, base, WIDE, f"{base}, {2 * INPUTS} inputs"))
    sweep = swept(runs[read_name(LETTER, PLAIN)], twin, AT_HIGH)
    bias = gain(runs, ZERO, PLAIN) - gain(runs, LETTER, PLAIN)
    return [*by_base, _above(c.SWEEP, sweep), _above(c.BIAS, bias[AT_LOW], " features"), *_points(runs)]


def _works(runs: Runs, base: str, change: str, where: str) -> Judged:
    run, twin, place = runs[read_name(base, change)], runs[nothing_name(change)], PLACES[base]
    dead = measured(run).dead.values[place].mean(), measured(twin).dead.values.mean()
    note = (
        f"{found(run)[place].mean():.1f} against {found(twin).mean():.1f} features; {dead[0]:.0%} against "
        f"{dead[1]:.0%} dead."
    )
    return _above(named(c.WORKS, where), gain(runs, base, change)[place], " features", note)


def _points(runs: Runs) -> list[Judged]:
    """What single open points change, with biases of 0."""
    plain = found(runs[read_name(ZERO, PLAIN)])[AT_LOW]
    other = {
        change: found(runs[read_name(ZERO, change)])[AT_LOW]
        for change in CHANGES
        if change != PLAIN and read_name(ZERO, change) in runs
    }
    found_out = []
    if "attract" in other:
        found_out.append(_above(c.AWAY, plain - other["attract"], " features"))
    if ways := [other[change] for change in DIRECTIONS if change in other]:
        found_out.append(within(c.ANY, np.mean(ways, axis=0) - plain, 1.0))
    if "dead" in other:
        live_too = found(runs[read_name(ZERO, PLAIN)])[AT_HIGH]
        found_out.append(_above(c.LIVE, found(runs[read_name(ZERO, "dead")])[AT_HIGH] - live_too, " features"))
    if "often" in other:
        found_out.append(_above(c.OFTENER, other["often"] - plain, " features"))
    if "matched" in other:
        found_out.append(_above(c.MATCHED, plain - other["matched"], " features"))
    return found_out


def within(claim: Claim, samples: np.ndarray, margin: float) -> Judged:
    """A claim that a mean lies between −margin and margin: how far inside its whole interval is."""
    mean, low, high = mean_interval(samples)
    measured_as = f"{mean:.2g} features, 95 % interval {low:.2g} to {high:.2g}, over {len(samples)} pairs"
    if not math.isfinite(low):
        return unjudged(claim, f"{mean:.2g} features, no interval")
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    return judge_interval(
        claim, margin - abs(mean), margin - max(abs(low), abs(high)), margin - nearest, above=0,
        measured=measured_as, count=len(samples),
    )  # fmt: skip


def _above(claim: Claim, samples: np.ndarray, unit: str = "", note: str = "") -> Judged:
    return judge_mean(claim, samples, above=0, where="pairs", unit=unit, note=note)


# Maps of dictionaries ------------------------------------------------------------------------------------------------
def successes(runs: Runs, base: str) -> np.ndarray:
    """Which dictionaries find so many more features than their untreated twins, (shift, rate, dictionary)."""
    more = found(runs[map_name(base)]) - found(runs[map_name(None)])
    return np.asarray(more >= c.MARGIN)


def _mapped(runs: Runs) -> list[Judged]:
    if map_name(None) not in runs:
        return []
    both = [one for base in (LETTER, ZERO) for one in _regions(runs, base)]
    zero = found(runs[map_name(ZERO)]).astype(float)
    return [*both, *(_raised(runs, base) for base in (LETTER, ZERO)), _confident(zero), *_elsewhere(runs, zero)]


def _regions(runs: Runs, base: str) -> list[Judged]:
    good = successes(runs, base)
    choosing, others = split(good.shape[-1])
    allowed = np.broadcast_to(SHIFTED[:, None], good.shape[:2])
    share = good[..., choosing].mean(-1)
    row, column = best(share, allowed)
    poor = best(-share, allowed)
    words = [f"Δ {SHIFTS[r]:g} at a rate of {RATES[k]:g}." for r, k in ((row, column), poor)]
    words[0] = f"{words[0]} {too_few(good[row, column, others].size, 0.95)}".strip()
    return [
        judge_rate(named(c.GOOD, base), good[row, column, others], 0.95, "other dictionaries", words[0]),
        judge_rate(named(c.POOR, base), ~good[*poor, others], 0.5, "other dictionaries without success", words[1]),
    ]


def _raised(runs: Runs, base: str) -> Judged:
    """The chosen Δ beside nothing done and beside Δ = 0: the weaker of the two differences decides."""
    count, plain = (found(runs[map_name(name)])[..., OWN_RATE, :].astype(float) for name in (base, None))
    choosing, others = split(plain.shape[-1])
    row = int(np.where(SHIFTED, count[:, choosing].mean(-1), -np.inf).argmax())
    against = {"nothing done": count[row] - plain, "Δ = 0": count[row] - count[0]}
    intervals = {words: mean_interval(more[others]) for words, more in against.items()}
    weaker, other = sorted(against, key=lambda words: intervals[words][1])
    mean, low, high = intervals[other]
    note = f"Δ {SHIFTS[row]:g} against {weaker}; against {other} {mean:.2g} ({low:.2g} to {high:.2g})."
    return _above(named(c.RAISED, base), against[weaker][others], " features", note)


def _confident(count: np.ndarray) -> Judged:
    choosing, others = split(count.shape[-1])
    rows = np.where(SHIFTED[:, None], count[..., choosing].mean(-1), -np.inf).argmax(axis=0)
    lost = [count[rows[k], k, others] - count[rows[OWN_RATE], k, others] for k in range(len(RATES)) if k != OWN_RATE]
    note = f"Δ chosen at each rate: {', '.join(f'{SHIFTS[r]:g}' for r in rows)}."
    regret = np.mean(lost, axis=0)
    return judge_mean(c.CONFIDENT, 1 - regret, above=0, where="other dictionaries",
                      unit=" below one feature", note=f"Mean loss {regret.mean():.2f} features. {note}")  # fmt: skip


def _elsewhere(runs: Runs, count: np.ndarray) -> list[Judged]:
    if map_name(ZERO, OTHER) not in runs:
        return []
    there = found(runs[map_name(ZERO, OTHER)]).astype(float)
    plain = found(runs[map_name(None, OTHER)])
    columns = [RATES.index(rate) for rate in RATES_ELSEWHERE]
    choosing, others = split(there.shape[-1])
    allowed = np.broadcast_to(SHIFTED[:, None], there.shape[:2])
    carried = best(count[:, columns][..., split(count.shape[-1])[0]].mean(-1), allowed)
    own = best(there[..., choosing].mean(-1), allowed)
    lost = there[*own, others] - there[*carried, others]
    words = [f"Δ {SHIFTS[r]:g} at {RATES_ELSEWHERE[k]:g}" for r, k in (carried, own)]
    more = there[*carried, others] - plain[carried[1], others]
    note = (
        f"Carried over: {words[0]}; chosen there: {words[1]}. Mean loss {lost.mean():.2f} features; the untreated find "
        f"{more.mean():.1f} fewer than with what was carried over."
    )
    return [judge_mean(c.TRUTH, 1 - lost, above=0, where="other dictionaries", unit=" below one feature", note=note)]
