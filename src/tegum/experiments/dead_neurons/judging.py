"""What came out, dictionary by dictionary, and the verdicts."""

import functools
from typing import Any

import numpy as np
import xarray as xr

from tegum.claims import Claim, Judged, judge_mean, judge_rate, unjudged
from tegum.experiments.dead_neurons import claims as c
from tegum.experiments.dead_neurons.settings import FAST, STRONG, TIED, UNTIED, WINDOW
from tegum.experiments.experiment import Runs
from tegum.sae.measures import quality
from tegum.training.run import Run

SAMPLES = 32_768  # fresh ones, on none of which a dead latent fires
USEFUL = 0.01  # of the samples, on which a latent fires that serves a feature active on 5 in 100


@functools.lru_cache(maxsize=64)
def measured(run: Run) -> xr.Dataset:
    """Its quality on fresh samples, measured once."""
    return quality(run, samples=SAMPLES)


def dead_share(run: Run, **place: Any) -> np.ndarray:
    """The share of dead latents of each dictionary; places on axes without labels count from 0."""
    return np.asarray(at_place(measured(run), place).dead.values)


def at_place(data: xr.Dataset, place: dict[str, Any]) -> xr.Dataset:
    """A part of measures: axes with labels by these, others counted from 0."""
    labels = {axis: where for axis, where in place.items() if isinstance(where, str)}
    return data.sel(labels).isel({axis: where for axis, where in place.items() if axis not in labels})


class Latents:
    """The latents of some dictionaries of one run, all (dictionary, latent, …).

    silent (dictionary, record, latent): steps since each last fired, at the recorded steps; never: those that have not
    fired since the start.
    """

    def __init__(self, run: Run, **place: Any) -> None:
        fresh = at_place(measured(run)[["frequency", "reach"]], place)
        data = at_place(run.data[["W_e", "b_e", "W_d", "since_fired_history"]], place)
        self.frequency, self.reach = fresh.frequency.values, fresh.reach.values
        self.W_e, self.W_d, self.bias = data.W_e.values, data.W_d.values, data.b_e.values
        self.silent, self.step = data.since_fired_history.values, data.step.values
        self.dead = self.frequency == 0
        self.never = self.silent[:, -1] >= self.step[-1]
        self.length = np.linalg.norm(self.W_e, axis=-1)

    def silenced(self) -> np.ndarray:
        """Which had, at some record before the last, not fired for a window of steps, (dictionary, latent)."""
        return np.asarray((self.silent[:, :-1] >= WINDOW).any(axis=1))

    def shares(self) -> tuple[np.ndarray, np.ndarray]:
        """Of all latents of a dictionary, at each record: silent for a window of steps, and never yet fired."""
        return (self.silent >= WINDOW).mean(-1), (self.silent >= np.maximum(self.step, 1)[:, None]).mean(-1)

    def died_at(self) -> np.ndarray:
        """The last step at which each latent fired that is dead at the end, and did fire."""
        return np.asarray((self.step[-1] - self.silent[:, -1])[self.dead & ~self.never])


def share_of(there: np.ndarray, among: np.ndarray) -> np.ndarray:
    """For each dictionary the share of these latents among those, where it has some of those."""
    some = among.any(axis=-1)
    return np.asarray((there & among)[some].sum(-1) / among[some].sum(-1))


def judged(runs: Runs) -> list[Judged]:
    """All claims whose trainings were made."""
    groups = {"easy": _easy, "plain": _plain, "mean": _mean, "free": _free, "topk": _topk}
    return [claim for name, judge in groups.items() if name in runs for claim in judge(runs)]


def _easy(runs: Runs) -> list[Judged]:
    found = measured(runs["easy"]).one_to_one.values
    return [judge_mean(c.EASY, found, above=0.95, where="dictionaries")]


def _plain(runs: Runs) -> list[Judged]:
    run = runs["plain"]
    untied, tied = Latents(run, order=UNTIED), Latents(run, order=TIED)
    own, strong, fast = (dead_share(run, order=order) for order in (TIED, STRONG, FAST))
    died, silenced = (untied.dead & ~untied.never).any(axis=-1), untied.silenced()
    lengths = [
        one[dead].mean() / one[~dead].mean()
        for one, dead in zip(untied.length, untied.dead, strict=True)
        if 0 < dead.sum() < dead.size
    ]
    return [
        judge_rate(c.DIES, died, 0.5, "dictionaries", note=_when(untied, tied)),
        _below(c.NEAR_ZERO, np.array(lengths), 0.1, "dictionaries that have dead latents"),
        _below(c.REVIVAL, share_of(~untied.dead, silenced), 0.05, "dictionaries that have silent ones"),
        _useless(untied, silenced),
        _mean_of(c.RATE, fast - own, 0.05, "pairs", note=_against(fast, own)),
        _mean_of(c.PENALTY, strong - own, 0.02, "pairs", note=_against(strong, own)),
    ]  # fmt: skip


def _useless(latents: Latents, silenced: np.ndarray) -> Judged:
    some = silenced.any(axis=-1)
    useful = silenced & (latents.frequency >= USEFUL)
    where = "dictionaries that have silent ones"
    note = f"{int(useful.sum())} of {int(silenced.sum())} such latents fire on 1 in 100 samples."
    return judge_rate(c.USELESS, ~useful.any(axis=-1)[some], 0.5, where, note=note)


def _mean(runs: Runs) -> list[Judged]:
    near, far = (dead_share(runs["mean"], shift=place) for place in (0, 1))
    still, moved = (dead_share(runs["mean, median"], shift=place) for place in (0, 1))
    latents = Latents(runs["mean"], shift=1)
    against = share_of(latents.W_e.sum(axis=-1) < 0, latents.dead)
    return [
        _mean_of(c.MEAN_KILLS, far - near, 0, "pairs", note=_against(far, near)),
        _mean_of(c.AGAINST_MEAN, against, 0.95, "dictionaries that have dead latents", note=_stillborn(latents)),
        _below(c.CENTRED, moved - still, 0.01, "pairs", note=_against(moved, still)),
    ]


def _free(runs: Runs) -> list[Judged]:
    return [_below(c.UNMENDED, dead_share(runs["free"]), 0.01, "dictionaries")]


def _topk(runs: Runs) -> list[Judged]:
    narrow, wide = (dead_share(runs["topk"], latents=place) for place in (0, 1))
    tied = dead_share(runs["topk, tied"], start="tied")
    both, helped = (dead_share(runs["topk, AuxK"], start=start) for start in ("tied", "independent"))
    return [
        _mean_of(c.WIDER, wide - narrow, 0, "pairs", note=_against(wide, narrow)),
        _mean_of(c.TIED, wide / 2 - tied, 0, "pairs", " below half", _against(tied, wide)),
        _mean_of(c.AUXILIARY, wide / 2 - helped, 0, "pairs", " below half", _against(helped, wide)),
        _below(c.FEW, both, 0.07, "dictionaries"),
    ]


def _mean_of(claim: Claim, samples: np.ndarray, above: float, where: str, unit: str = "", note: str = "") -> Judged:
    if not samples.size:
        return unjudged(claim, f"no {where}", note=note)
    return judge_mean(claim, samples, above=above, where=where, unit=unit, note=note)


def _below(claim: Claim, samples: np.ndarray, limit: float, where: str, note: str = "") -> Judged:
    """A claim that a mean lies below a limit: how far it does."""
    words = f"The mean is {samples.mean():.3g}." if samples.size else ""
    return _mean_of(claim, limit - samples, 0, where, f" below {limit:g}", " ".join(filter(None, (words, note))))


def _stillborn(latents: Latents) -> str:
    never = (latents.silent >= np.maximum(latents.step, 1)[:, None]).mean(axis=(0, 2))
    return f"{never[1]:.1%} of the latents have not fired by step {latents.step[1]}, {never[-1]:.1%} by the end."


def _against(one: np.ndarray, other: np.ndarray) -> str:
    some = " and ".join(str(int((share > 0).sum())) for share in (one, other))
    return f"{one.mean():.1%} against {other.mean():.1%} dead; {some} of {one.size} dictionaries have some."


def _when(untied: Latents, tied: Latents) -> str:
    """How many died when, in words."""
    parts = []
    for name, one in (("Untied", untied), ("tied", tied)):
        died, dead = one.died_at(), int(one.dead.sum())
        half = f", half of the others fired last before step {np.median(died):,.0f}" if died.size else ""
        parts.append(
            f"{name}: {dead} of {one.dead.size} latents dead, {int((one.dead & one.never).sum())} never fired{half}"
        )
    return "; ".join(parts) + f", of {untied.step[-1]:,}."
