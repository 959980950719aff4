"""What came out, dictionary by dictionary, and the verdicts."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tegum.claims import Claim, Judged, judge_interval, judge_mean, judge_rate, share, too_few, unjudged
from tegum.experiments.experiment import Runs
from tegum.experiments.revived import claims as c
from tegum.experiments.revived.edited import Edited, edited
from tegum.experiments.revived.effects import (
    FRACTIONS,
    Errors,
    Firing,
    Slopes,
    centred_products,
    errors,
    firing,
    scaled,
    slopes,
)
from tegum.experiments.revived.lives import (
    AGAIN,
    FATES,
    LEARNT,
    Beside,
    Lives,
    auc_interval,
    beside,
    found_count,
    lives,
    scores,
)
from tegum.experiments.revived.settings import ARMS, AT, COUNTS, PENALTY, resample
from tegum.sae.remedies import Resample
from tegum.training.run import Run

OWN = 0.2  # the published fraction
ENOUGH = 10  # dictionaries, below which drawing them again gives no interval to trust
AGAIN_ON_TOYS = (
    c.CLOSER, c.TOGETHER, c.LOSS, c.AWAY, c.SWEEP, c.SWEEP_SOME, c.SHORTEN, c.EITHER, c.NOT_SURE, c.NOT_LIKELY,
    c.NOT_LIKELY_TRUTH, c.NEAR_ZERO, c.BIAS_KILLS, c.CLEARED, c.MORE, c.DEFINITELY, c.ONE_HELD,
)  # fmt: skip
ASKED = 0.95  # of the inputs taken, where a claim is about all of them


class Bed:
    """The runs of one bed and what is measured of them; dictionaries without dead latents at the edit are left out."""

    def __init__(self, runs: Runs, name: str) -> None:
        self.runs = {key.removeprefix(f"{name}, "): run for key, run in runs.items() if key.startswith(f"{name}, ")}
        self.name, self.twin = name, self.runs["nothing"]
        self.all = self.every(resample())
        self.place = [i for i, e in enumerate(self.all) if len(e.revived)]
        self.edits = self.changed("published")

    @functools.lru_cache(maxsize=32)  # noqa: B019 (a bed is held as long as its measurements)
    def every(self, remedy: Resample) -> list[Edited]:
        """What a remedy does to all dictionaries."""
        return edited(self.twin, remedy, AT)

    def changed(self, arm: str) -> list[Edited]:
        """The edit of an arm, to the dictionaries that have dead latents."""
        every = self.every(ARMS[arm][0])
        return [every[i] for i in self.place]

    @functools.cached_property
    def firings(self) -> list[Firing]:
        return [firing(e) for e in self.edits]

    @functools.lru_cache(maxsize=32)  # noqa: B019
    def errors(self, fraction: float) -> list[Errors]:
        """With new rows of this fraction of the live ones' length."""
        return [errors(e, scaled(e, fraction / OWN)) for e in self.edits]

    @functools.cached_property
    def errors_at_length(self) -> list[Errors]:
        """With new rows that keep their input's length (a misreading): 0.2 · r · x."""
        return [errors(e, scaled(e, np.linalg.norm(e.own, axis=0))) for e in self.edits]

    @functools.cached_property
    def slopes(self) -> list[Slopes]:
        return [slopes(e, e.after, PENALTY) for e in self.edits]

    @functools.lru_cache(maxsize=32)  # noqa: B019
    def lives(self, arm: str) -> list[Lives]:
        """What became of the latents that one edit revived."""
        every = lives(self.runs[arm], self.every(ARMS[arm][0]))
        return [every[i] for i in self.place]

    @functools.cached_property
    def beside(self) -> list[Beside]:
        every = beside(self.runs["published"], self.twin, self.all)
        return [every[i] for i in self.place]

    @functools.lru_cache(maxsize=32)  # noqa: B019
    def found(self, arm: str) -> np.ndarray:
        """How many features each dictionary has found at the end."""
        return np.array(
            [found_count(e.D, W_d) for e, W_d in zip(self.all, self.runs[arm].data.W_d.values, strict=True)]
        )

    def resampled(self) -> list[str]:
        """The arms that are resampled 0, 1, 2, 4 and 8 times, as far as they were trained."""
        names = {0: "nothing", 1: "published", **{k: f"{k} times" for k in COUNTS[2:]}}
        return [name for name in names.values() if name in self.runs]


@functools.lru_cache(maxsize=8)
def bed(runs: tuple[tuple[str, Run], ...], name: str) -> Bed:
    """Measured once for claims and figures."""
    return Bed(dict(runs), name)


def of(runs: Runs, name: str) -> Bed:
    """The bed of this name."""
    return bed(tuple(runs.items()), name)


def means(parts: Sequence[Any], read: Callable[[Any], Any]) -> np.ndarray:
    """For each dictionary the mean over its revived latents."""
    return np.array([np.nanmean(read(part)) for part in parts])


def judged(runs: Runs) -> list[Judged]:
    """All claims whose trainings were made."""
    found = []
    if "truth, nothing" in runs:
        truth = of(runs, "truth")
        found += [*_alive(truth), *_bricken(truth), *_interference(truth), *_fates(truth), *_repeated(truth)]
    if "mean, nothing" in runs:
        found += _moved(of(runs, "mean"))
    if "toy, nothing" in runs:
        found += _toys(of(runs, "toy"))
    return found


def _above(
    claim: Claim, samples: np.ndarray, limit: float = 0.0, note: str = "", where: str = "dictionaries"
) -> Judged:
    if not samples.size:
        return unjudged(claim, "no dictionary had dead latents at the edit", note=note)
    return judge_mean(claim, samples, above=limit, where=where, note=note)


def _below(claim: Claim, samples: np.ndarray, limit: float, note: str = "") -> Judged:
    """A claim that a mean lies below a limit: how far it does."""
    words = f"The mean is {samples.mean():.3g}; judged is how far it lies below {limit:g}." if samples.size else ""
    return _above(claim, limit - samples, 0, " ".join(filter(None, (words, note))))


def _alive(b: Bed) -> list[Judged]:
    own, double, full = (b.errors(fraction) for fraction in (OWN, 0.4, 1.0))
    change = f"The mean change is {means(own, lambda x: x.own).mean():.3g} alone"
    return [
        _above(c.FIRES, means(b.firings, lambda x: x.on_own > 0), ASKED, f"{_counted(b)} {_cosine(b)}"),
        _above(c.CLOSER, means(own, lambda x: x.own < 0), ASKED, f"{change}."),
        _above(c.TOGETHER, means(own, lambda x: x.own_together < 0), ASKED,
               f"{change}, {means(own, lambda x: x.own_together).mean():.3g} together."),
        _above(c.FURTHER, means(full, lambda x: x.further), 0.05, _fractions(b)),
        _above(c.WORSE, means(full, lambda x: x.own > 0), 0.5),
        _below(c.NEEDED, means(double, lambda x: x.own < 0), ASKED),
    ]  # fmt: skip


def _bricken(b: Bed) -> list[Judged]:
    strength = means(b.firings, lambda x: x.on_own / x.usual)
    everywhere = means(b.firings, lambda x: x.share)
    kept = means([firing(e) for e in b.changed("bias kept")], lambda x: x.on_own > 0)
    found = [
        _below(c.WEAK, strength, 1),
        _above(c.SIMILAR, means(b.firings, lambda x: x.similar), 0.5,
               f"They fire on {everywhere.mean():.0%} of all fresh inputs."),
        _below(c.BIAS_CRUCIAL, kept, 0.5, _versus(b, "bias kept")),
    ]  # fmt: skip
    if "full length" in b.runs:
        more = b.found("published") - b.found("full length")
        found.append(_above(c.NORM_CRUCIAL, more, 0, _versus(b, "full length"), "pairs"))
    return found


def _versus(b: Bed, arm: str) -> str:
    """How many features this arm has found at the end, and the published one; nothing where it was not trained."""
    if arm not in b.runs:
        return ""
    mine, its = b.found("published").mean(), b.found(arm).mean()
    return f"Features found at the end: {mine:.1f} as published, {its:.1f} with {arm}."


def _interference(b: Bed) -> list[Judged]:
    own, sure, step = b.errors(OWN), b.slopes, b.beside[0].step if b.beside else np.zeros(0)
    rising = means(sure, lambda x: x.bias > 0)
    rarer = rising if rising.size and rising.mean() < 0.5 else 1 - rising
    at = {after: int(np.argmin(np.abs(step - after))) for after in (50, 200, 1_000)} if step.size else {}
    crossed, alone = (
        np.array([getattr(x, name)[at[1_000]].mean() for x in b.beside]) for name in ("crossed", "crossed_twin")
    )
    error, lowered = (means(sure, lambda x: x.of_error > 0), means(sure, lambda x: x.bias_of_error > 0))
    return [
        _above(c.LOSS, np.array([x.together for x in own]), 0, _alone(b)),
        _below(c.AWAY, _moved_by(b, "away", at, 200), 0, _course(b, "away", at)),
        _below(c.PAIR, _moved_by(b, "apart", at, 200), 0, _course(b, "apart", at)),
        _above(c.SWEEP, crossed, 0.5),
        _above(c.SWEEP_SOME, crossed - alone, 0, f"{crossed.mean():.1%} against {alone.mean():.1%}.", "pairs"),
        _above(c.SHORTEN, means(sure, lambda x: x.length > 0), 0.5, f"By the error alone {error.mean():.0%}."),
        _above(c.STAYS_SHORT, _shorter(b, at), 0.5, _lengths(b)),
        _above(c.EITHER, rarer, 0.05,
               f"Descent lowers {rising.mean():.0%} of them, by the error alone {lowered.mean():.0%}."),
    ]  # fmt: skip


def _fates(b: Bed) -> list[Judged]:
    own = b.lives("published")
    fate = np.concatenate([life.fate for life in own])
    rates = [_met(own, AGAIN), _met(own, LEARNT)]
    short = [(life.length[-1][life.fate == AGAIN]).mean() for life in own if (life.fate == AGAIN).any()]
    found = [
        _below(c.NOT_SURE, max(rates, key=np.mean), ASKED, _tally(fate)),
        _auc(c.NOT_LIKELY, b, [scores(e)["apart"] for e in b.edits], below=True),
        _auc(c.NOT_LIKELY_TRUTH, b, [scores(e)["towards"] for e in b.edits], below=True),
        _auc(c.EARLY, b, [life.rate[_at(life, 200)] for life in own], below=False),
        _above(c.TWO_FATES, rates[0] + rates[1], 0.9),
        _below(c.NEAR_ZERO, np.array(short), 0.1),
    ]
    for claim, arm, sign in ((c.BIAS_KILLS, "bias held", 1), (c.CLEARED, "memory kept", -1)):
        if arm in b.runs:
            other = _met(b.lives(arm), AGAIN)
            words = f"{other.mean():.0%} against {rates[0].mean():.0%} die again. {_versus(b, arm)}"
            if arm == "bias held":
                words = f"{words} {_versus(b, 'only held')}".strip()
            found.append(_above(claim, sign * (rates[0] - other), 0, words, "pairs"))
    return found


def _repeated(b: Bed) -> list[Judged]:
    if not {"4 times", "8 times"} <= set(b.runs):
        return []
    found = {name: b.found(name) for name in b.resampled()}
    words = ", ".join(f"{name} {count.mean():.1f}" for name, count in found.items())
    gain = found["8 times"] - found["nothing"]
    least = f"The gain is {gain.mean():.1f} features, {gain.min()} to {gain.max()}. {too_few(gain.size, ASKED)}".strip()
    made = [
        _above(c.MORE, found["8 times"] - found["4 times"], 0, f"Found at the end: {words}.", "pairs"),
        judge_rate(c.DEFINITELY, gain > 0, ASKED, "dictionaries", note=least),
    ]
    if "bias held" in b.runs:
        held = b.found("bias held")
        note = f"{held.mean():.1f} against {found['8 times'].mean():.1f}."
        made.append(_above(c.ONE_HELD, held - found["8 times"], 0, note, "pairs"))
    return made


def _moved(b: Bed) -> list[Judged]:
    along, across = b.found("centred"), b.found("published")
    note = f"{along.mean():.1f} against {across.mean():.1f}; without any edit {b.found('nothing').mean():.1f}."
    return [
        _above(c.SAME_SIDE_MOVED, means(b.edits, lambda e: centred_products(e)[0] > 0), ASKED, _cosine(b)),
        _above(c.APPLIES, means(b.errors(OWN), lambda x: x.own < 0), ASKED, _along(b)),
        _above(c.CENTRED, along - across, 0, note, "pairs"),
    ]


def _along(b: Bed) -> str:
    closer = means([errors(e, e.after) for e in b.changed("centred")], lambda x: x.own < 0)
    return f"Edited along x̄ it falls for {closer.mean():.0%}."


def _toys(b: Bed) -> list[Judged]:
    """The sentences that the source makes most of, again."""
    again = {claim.statement: c.on_toys(claim) for claim in AGAIN_ON_TOYS}
    found = [*_alive(b), *_interference(b), *_fates(b), *_repeated(b)]
    return [
        replace(one, statement=again[one.statement].statement, reason="") for one in found if one.statement in again
    ]


def _met(own: list[Lives], fate: int) -> np.ndarray:
    """The share of each dictionary's revived latents that met this fate."""
    return means(own, lambda x: x.fate == fate)


def _auc(claim: Claim, b: Bed, score: list[np.ndarray], *, below: bool) -> Judged:
    yes = [life.fate == LEARNT for life in b.lives("published")]
    if not yes or not 0 < np.concatenate(yes).sum() < np.concatenate(yes).size:
        return unjudged(claim, "all revived latents met one fate")
    value, low, high = auc_interval(score, yes)
    if len(yes) < ENOUGH:
        return unjudged(claim, f"AUC {value:.2f}; {len(yes)} dictionaries are too few for an interval")
    words = f"AUC {value:.2f}, 95 % interval {low:.2f} to {high:.2f} (dictionaries drawn again), "
    measured = f"{words}over {np.concatenate(yes).size} revived latents of {len(yes)} dictionaries"
    if below:
        value, low, high = 1 - value, 1 - high, 1 - low
    return judge_interval(claim, value, low, high, above=0.3 if below else 0.7, measured=measured, count=len(yes))


def _at(life: Lives, after: int) -> int:
    return int(np.argmin(np.abs(life.step - after)))


def _moved_by(b: Bed, name: str, at: dict[int, int], after: int) -> np.ndarray:
    return np.array([getattr(x, name)[at[after]].mean() for x in b.beside])


def _course(b: Bed, name: str, at: dict[int, int]) -> str:
    parts = [f"{_moved_by(b, name, at, after).mean():.3f} after {after:,}" for after in at]
    start = means(b.beside, lambda x: x.start).mean() if b.beside else np.nan
    return f"Against the twin {', '.join(parts)} steps; at the edit the cosine with the new row is {start:.2f}."


def _shorter(b: Bed, at: dict[int, int]) -> np.ndarray:
    return means(b.lives("published"), lambda x: x.length[at[200]] < x.length[0])


def _lengths(b: Bed) -> str:
    own = b.lives("published")
    at = {after: np.mean([life.length[_at(life, after)].mean() for life in own]) for after in (2, 50, 200, 1_000)}
    parts = [f"{length:.2f} after {after:,}" for after, length in at.items()]
    return f"Length over the live ones' mean: 0.20 at the edit, {', '.join(parts)} steps."


def _alone(b: Bed) -> str:
    return f"One at a time the mean change is {means(b.errors(OWN), lambda x: x.rest).mean():.2g}, " + (
        f"and it falls for {means(b.errors(OWN), lambda x: x.rest < 0).mean():.0%} of them."
    )


def _fractions(b: Bed) -> str:
    parts = [f"{means(b.errors(k), lambda x: x.own > 0).mean():.0%} at {k:g}" for k in FRACTIONS]
    long = means(b.errors_at_length, lambda x: x.own > 0).mean()
    kept = f"for {long:.0%} where rows keep their input's length"
    return f"‖x − x̂‖² of the input taken grows for {', '.join(parts)}; {kept}."


def _counted(b: Bed) -> str:
    count, old = [len(e.revived) for e in b.edits], [found_count(e.D, e.before["W_d"]) for e in b.edits]
    return (
        f"{sum(count)} latents are revived, {min(count)} to {max(count)} in a dictionary; {np.mean(old):.1f} of "
        "32 features are found before."
    )


def _cosine(b: Bed) -> str:
    return f"Their cosine is {means(b.edits, lambda e: centred_products(e)[1]).mean():.2f} on average."


def _tally(fate: np.ndarray) -> str:
    return ", ".join(f"{name} {share(fate == k)}" for k, name in enumerate(FATES)) + "."
