"""What came out, dictionary by dictionary, and the verdicts."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from tegum.claims import Claim, Judged, judge_interval, judge_mean, mean_interval
from tegum.experiments.experiment import Runs
from tegum.experiments.resampling import claims as c
from tegum.experiments.resampling import entrants as e
from tegum.experiments.resampling.beds import BEDS, CONTROL
from tegum.sae.measures import quality
from tegum.training.run import Run

SAMPLES = 16_384  # fresh ones, on none of which a dead latent fires
FOUND = 0.9  # a true feature is found whose latent has a larger cosine with it
HARM = 0.01  # of the score, that a remedy may cost where nothing is wrong


def run_name(bed: str, entrant: str) -> str:
    return f"{bed} {entrant}"


def tuning_name(bed: str, entrant: str) -> str:
    return f"tuning {bed} {entrant}"


def again_name(entrant: str) -> str:
    return f"again {entrant}"


def curve_name(entrant: str) -> str:
    return f"curve {entrant}"


@dataclass(frozen=True)
class Found:
    """What one entrant made of one bed, all (recipe, dictionary) but cosine (…, true); NaN there without a truth."""

    score: np.ndarray
    dead: np.ndarray
    mse: np.ndarray
    l0: np.ndarray
    cosine: np.ndarray
    objective: np.ndarray

    def each(self) -> np.ndarray:
        """The score of each dictionary, its mean over recipes."""
        return np.asarray(self.score.mean(axis=0))


@functools.lru_cache(maxsize=256)
def measured(run: Run) -> xr.Dataset:
    """Its quality on fresh samples with the score, (recipe, setting, dictionary, …).

    A true feature is only matched to a latent that fires: for one that is dead the cosine is 0.
    """
    found = quality(run, samples=SAMPLES)
    if "setting" not in found.dims:
        found = found.expand_dims("setting", axis=1)
    if "live_cosine" in found:
        found["cosine"] = found["live_cosine"].fillna(0.0)  # nothing is found where it diverged
        found["one_to_one"] = found["cosine"].mean("true")
    penalty = xr.DataArray(np.asarray(run.data["l1"]), dims="recipe")
    objective = found["mse"] + penalty * found["activity"]
    score = found.get("one_to_one", -objective)
    return found.assign(score=score.transpose("recipe", "setting", "dictionary"), objective=objective)


def best_settings(run: Run) -> np.ndarray:
    """The place of the setting with the highest mean score over the dictionaries of a tuning run, for each recipe."""
    return np.asarray(_mean_score(run).values.argmax(axis=1))


def _mean_score(run: Run) -> xr.DataArray:
    """(recipe, setting), −∞ where one of the dictionaries diverged: no such setting is the best."""
    found = measured(run)
    each = found["score"].where(np.isfinite(found["objective"]))
    return each.mean("dictionary", skipna=False).fillna(-np.inf)


def chosen(data: Any, tuning: Run | None) -> Any:
    """For each recipe the part of data (recipe, setting, …) at the setting that was best in tuning, or the only one."""
    recipes = np.arange(data.sizes["recipe"])
    place = 0 * recipes if tuning is None or data.sizes["setting"] == 1 else best_settings(tuning)
    return data.isel(setting=xr.DataArray(place, dims="recipe"), recipe=xr.DataArray(recipes, dims="recipe"))


def found(runs: Runs, bed: str, entrant: str, name: str = "") -> Found:
    """An entrant at the setting that was best in tuning."""
    one = chosen(measured(runs[name or run_name(bed, entrant)]), runs.get(tuning_name(bed, entrant)))

    def values(key: str) -> np.ndarray:
        return np.asarray(one[key].transpose("recipe", "dictionary", ...).values)

    cosine = values("cosine") if "cosine" in one else np.full((*values("dead").shape, 1), np.nan)
    return Found(values("score"), values("dead"), values("mse"), values("l0"), cosine, values("objective"))


def troubled(runs: Runs) -> list[str]:
    """The beds that were tried, but for the control."""
    return [bed for bed in BEDS if bed != CONTROL and run_name(bed, e.NONE) in runs]


def entered(runs: Runs, bed: str) -> list[str]:
    """Who was tried on a bed, in the entrants' order, the user's own last."""
    return [name for name in (*e.ENTRANTS, e.OWN) if run_name(bed, name) in runs]


def reading(runs: Runs, bed: str, entrant: str) -> str:
    """The entrant, or the proposal with the optimiser's memory kept, where that was better in tuning."""
    other = e.OTHERWISE.get(entrant, "")
    if run_name(bed, other) not in runs:
        return entrant
    return max((entrant, other), key=lambda name: _in_tuning(runs, bed, name))


def _in_tuning(runs: Runs, bed: str, entrant: str) -> float:
    """The mean score on the tuning seeds of its best settings, over recipes."""
    tuning = runs.get(tuning_name(bed, entrant))
    if tuning is None:
        return max(e.ENTRANTS[entrant].scores[bed])
    return float(_mean_score(tuning).max("setting").mean())


def difference(runs: Runs, bed: str, one: str, other: str) -> np.ndarray:
    """By how much the first's score is higher, dictionary by dictionary."""
    return found(runs, bed, one).each() - found(runs, bed, other).each()


def judged(runs: Runs) -> list[Judged]:
    """All claims whose entrants were tried."""
    made: list[Judged | None] = [_suffers(runs), *_control(runs)]
    made += [_compared(runs, claim, one, other) for claim, one, other in PAIRS]
    made += [_fewer_dead(runs), _recovers(runs), *(_above_all(runs, *one) for one in BESTS)]
    return [claim for claim in made if claim is not None]


PAIRS = (
    (c.OWN_WORKS, e.OWN, e.NONE),
    (c.OWN_BETTER, e.OWN, e.LETTER),
    (c.RESAMPLING, e.LETTER, e.NONE),
    (c.WORKS, e.REPEL, e.NONE),
    (c.WORKS_READ, e.BEST_REPEL, e.NONE),
    (c.BETTER, e.REPEL, e.LETTER),
    (c.BETTER_TUNED, e.BEST_REPEL, e.TUNED),
    (c.SQUARE, e.LETTER, e.LOSS),
    (c.SCALING, e.LETTER, e.UNSCALED),
    (c.EXACTLY, e.LETTER, e.ALL),
    (c.KEEPING, e.LETTER, e.KEPT),
    (c.GHOSTLY, e.GHOST, e.LETTER),
    (c.FORGETTING, e.FORGET, e.NONE),
    (c.KICK, e.FORGET_ALL, e.NONE),
    (c.HOLDING, e.HELD, e.LETTER),
    (c.FILLING, e.FILL, e.TUNED),
)
BESTS = ((c.BEST, e.FILL, e.FILLING), (c.BEST_HELD, e.FILL_HELD, e.OURS), (c.STARTED, e.TIED, ()))


def _compared(runs: Runs, claim: Claim, one: str, other: str) -> Judged | None:
    beds = [bed for bed in troubled(runs) if {one, other} <= {*entered(runs, bed)}]
    mine = {bed: reading(runs, bed, one) for bed in beds}
    kept = [bed for bed in beds if mine[bed] != one]
    note = f"Better in tuning with the memory kept: {', '.join(kept)}." if kept else ""
    return on_every(claim, {bed: difference(runs, bed, mine[bed], other) for bed in beds}, note=note) if beds else None


def on_every(claim: Claim, samples: dict[str, np.ndarray], above: float = 0.0, note: str = "") -> Judged:
    """Holds where every bed's interval lies above, fails where one lies below: decided by the least of both ends."""
    intervals = {bed: mean_interval(values) for bed, values in samples.items()}
    words = "; ".join(f"{bed} {m:+.3f} ({low:+.3f} to {high:+.3f})" for bed, (m, low, high) in intervals.items())
    value, low, high = (min(ends) for ends in zip(*intervals.values(), strict=True))
    count = min(len(values) for values in samples.values())
    return judge_interval(claim, value, low, high, above=above, measured=words, count=count, note=note)


def _suffers(runs: Runs) -> Judged:
    """The least of what is asked: dead latents above the share, and room above nothing."""
    dead, room = {}, {}
    for bed in troubled(runs):
        dead[f"{bed}, dead"] = found(runs, bed, e.NONE).dead.mean(axis=0) - c.SHARE
        best = e.ORACLE if run_name(bed, e.ORACLE) in runs else e.WIDER
        if run_name(bed, best) in runs:
            room[f"{bed}, room"] = difference(runs, bed, best, e.NONE)
    return on_every(c.SUFFERS, dead | room)


def _control(runs: Runs) -> list[Judged]:
    if run_name(CONTROL, e.NONE) not in runs:
        return []
    names = [name for name in entered(runs, CONTROL) if name in e.REMEDIES]
    changes = {name: difference(runs, CONTROL, name, e.NONE) for name in names}
    plain = found(runs, CONTROL, e.NONE)
    for name in names:
        won = 1 - found(runs, CONTROL, name).objective / plain.objective
        changes[f"{name}, objective"] = won.mean(axis=0)
    return [
        judge_mean(c.EASY, plain.each(), above=0.95, where="dictionaries"),
        on_every(c.HARMLESS, changes, above=-HARM),
    ]


def _fewer_dead(runs: Runs) -> Judged:
    less = {
        bed: (found(runs, bed, e.NONE).dead - found(runs, bed, e.LETTER).dead).mean(axis=0) for bed in troubled(runs)
    }
    return on_every(c.FEWER_DEAD, less)


def recovered(runs: Runs, bed: str, entrant: str) -> np.ndarray:
    """Of the true features that the untreated twin misses, the share that is found, of each dictionary with some."""
    missed = found(runs, bed, e.NONE).cosine <= FOUND
    there = (found(runs, bed, entrant).cosine > FOUND) & missed
    some = missed.any(axis=(0, 2))
    return np.asarray(there.sum(axis=(0, 2))[some] / missed.sum(axis=(0, 2))[some])


def _recovers(runs: Runs) -> Judged | None:
    beds = [bed for bed in troubled(runs) if BEDS[bed].directions and e.BEST_REPEL in entered(runs, bed)]
    if not beds:
        return None
    each = {bed: recovered(runs, bed, reading(runs, bed, e.BEST_REPEL)) for bed in beds}
    return on_every(c.RECOVERS_ALL, each, above=0.95)


def _above_all(runs: Runs, claim: Claim, one: str, but: Sequence[str]) -> Judged | None:
    """Against every remedy on every bed, but those left out and what a user entered; shown is the hardest of each."""
    beds = [bed for bed in troubled(runs) if one in entered(runs, bed)]
    if not beds:
        return None
    gaps: dict[str, np.ndarray] = {}
    hardest = {}
    for bed in beds:
        others = [name for name in entered(runs, bed) if name in e.REMEDIES and name not in (one, *but)]
        each = {f"{bed}, {name}": difference(runs, bed, one, name) for name in others}
        gaps |= each
        least = min(each, key=lambda name: float(each[name].mean()))
        hardest[least] = each[least]
    note = f"Of {len(gaps)} comparisons, on each bed that with the least difference is shown."
    return replace(on_every(claim, gaps, note=note), measured=on_every(claim, hardest).measured)
