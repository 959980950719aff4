"""What became of every dictionary: which latents fire, which features are found, and the verdicts."""

import functools
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from tegum.claims import Claim, Judged, judge_mean, judge_rate
from tegum.experiments.dictionary_film import claims as c
from tegum.experiments.dictionary_film.settings import (
    FEATURES,
    FULL,
    GAPS,
    KEPT,
    LETTER,
    NOTHING,
    PLANE,
    PUBLISHED,
    READING,
    TIED,
    TRUTH,
    ZERO,
    toy_law,
)
from tegum.experiments.experiment import Runs
from tegum.sae.measures import recovery
from tegum.toy.random import fold
from tegum.training.run import Run

NEAR = np.cos(np.radians(10))  # the cosine from which on a decoder vector is a direction's
FRESH = 4096  # inputs on none of which a dead latent fires
STREAM = 60_000  # of random numbers that no training draws


@dataclass(frozen=True)
class Ends:
    """The dictionaries of one arm at some steps, all (dictionary, step, …).

    dead (…, latent); latent (…, feature): which latent has found each true feature, −1 for none.
    """

    dead: np.ndarray
    latent: np.ndarray

    @property
    def found(self) -> np.ndarray:
        """How many true features are found."""
        return np.asarray((self.latent >= 0).sum(axis=-1))


@functools.cache
def inputs(count: int = FRESH) -> np.ndarray:
    """Fresh x of the toy models' law, (feature, sample): the same for all dictionaries."""
    return np.asarray(toy_law().sample(fold(jnp.zeros(2, jnp.uint32), STREAM), FEATURES, count))


def truths(run: Run) -> np.ndarray:
    """Each dictionary's toy model, W (dictionary, latent dimension, feature)."""
    axis: Any = run.training.over["dictionary"]
    return np.array(axis["law.directions.numbers"]).reshape(-1, PLANE, FEATURES)


def silent(W_e: np.ndarray, b_e: np.ndarray, b_d: np.ndarray, h: np.ndarray) -> np.ndarray:
    """Which latents of one dictionary, W_e (latent, 2), fire on none of the samples h (2, sample)."""
    return np.asarray((W_e @ (h - b_d[:, None])).max(axis=1) + b_e <= 0)


def serving(D: np.ndarray, W_d: np.ndarray, dead: np.ndarray) -> np.ndarray:
    """For each true direction, D (2, feature), the live latent within 10° of it, one to one; −1 for none."""
    match = recovery(D, W_d, ~dead)
    return np.where(match.matched > NEAR, match.latent, -1)


def followed(run: Run, steps: np.ndarray | None = None) -> Ends:
    """Every dictionary of an arm, at these recorded steps; without any, at the end."""
    names = ("W_e", "b_e", "b_d", "W_d")
    if steps is None:
        parts = [run.data[name].values[:, None] for name in names]
    else:
        kept = run.data.sel(step=steps)
        parts = [kept[f"{name}_history"].transpose("dictionary", "step", ...).values for name in names]
    dead, latent = [], []
    for W, W_e, b_e, b_d, W_d in zip(truths(run), *parts, strict=True):
        h = W @ inputs()
        dead.append([silent(*moment, h) for moment in zip(W_e, b_e, b_d, strict=True)])
        latent.append([serving(W, *moment) for moment in zip(W_d, dead[-1], strict=True)])
    return Ends(np.array(dead), np.array(latent))


@functools.lru_cache(maxsize=32)
def end(run: Run) -> Ends:
    """Every dictionary of an arm at the end, (dictionary, …)."""
    at_end = followed(run)
    return Ends(at_end.dead[:, 0], at_end.latent[:, 0])


def chosen(runs: Runs) -> int | None:
    """The place of the dictionary that is filmed: the first that alone loses two latents and misses a feature."""
    alone = end(runs[NOTHING])
    fits = (alone.dead.sum(axis=1) >= 2) & (alone.found < FEATURES)
    return int(fits.argmax()) if fits.any() else None


def judged(runs: Runs) -> list[Judged]:
    """All claims whose arms were trained."""
    alone = end(runs[NOTHING])
    misses = alone.found < FEATURES
    found = {arm: end(run).found for arm, run in runs.items()}
    judgements = [
        judge_rate(c.MISSES, misses, 0.5, "dictionaries", note=f"{alone.found.mean():.2f} of {FEATURES} features"),
        judge_rate(c.ENOUGH_DEAD, (alone.dead.sum(1) >= FEATURES - alone.found)[misses], 0.9, "that miss features"),
    ]
    if TRUTH in runs:
        lower = runs[TRUTH].data["loss"].values < runs[NOTHING].data["loss"].values
        better = lower & (found[TRUTH] == FEATURES)
        judgements.append(judge_rate(c.BETTER_EXISTS, better[misses], 0.9, "that miss features"))
    for claim, arm, other, above in (
        (c.PUBLISHED_HELPS, PUBLISHED, NOTHING, 0.0),
        (c.KEPT_MORE, KEPT, PUBLISHED, 1.0),
        (c.BIAS_MATTERS, ZERO, LETTER, 0.0),
        (c.BETTER_GIVEN, LETTER, PUBLISHED, 0.0),
        (c.BETTER_TUNED, READING, FULL, 0.0),
    ):
        if arm in runs and other in runs:
            judgements.append(_pairs(claim, found[arm], found[other], above))
    for claim, arm, above in (
        (c.PUBLISHED_ALL, PUBLISHED, 0.9),
        (c.FULL_ALL, FULL, 0.9),
        (c.PROPOSAL_LIKELY, LETTER, 0.5),
        (c.READING_LIKELY, READING, 0.5),
        (c.GAPS_ALL, GAPS, 0.9),
        (c.TIED_ALL, TIED, 0.9),
    ):
        if arm in runs:
            judgements.append(judge_rate(claim, found[arm] == FEATURES, above, "dictionaries"))
    return sorted(judgements, key=_order)


def _pairs(claim: Claim, mine: np.ndarray, its: np.ndarray, above: float) -> Judged:
    difference = mine.astype(float) - its
    words = f"{mine.mean():.2f} against {its.mean():.2f} of {FEATURES}"
    return judge_mean(claim, difference, above=above, where="pairs", unit=" features", note=words)


def _order(judgement: Judged) -> int:
    """As `claims` has them."""
    known = [claim.statement for claim in vars(c).values() if isinstance(claim, Claim)]
    return known.index(judgement.statement)
