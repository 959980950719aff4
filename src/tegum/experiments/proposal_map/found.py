"""What came out: features found by each dictionary, models recovered, and the cells chosen on half of the seeds."""

import functools

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float, Int

from tegum.experiments.proposal_map.settings import SHIFT
from tegum.sae.measures import quality
from tegum.training.run import Run

SAMPLES = 16_384  # fresh ones
CLOSE = 0.9  # the cosine above which a feature is found


@functools.lru_cache(maxsize=64)
def measured(run: Run) -> xr.Dataset:
    """Its quality on fresh samples, measured once."""
    return quality(run, samples=SAMPLES)


def features(run: Run) -> Bool[np.ndarray, "*axes dictionary true"]:
    """Which true features each dictionary has found, with a latent that fires."""
    fresh = measured(run)
    return np.asarray((fresh.cosine.values > CLOSE) & (fresh.recall.values > 0))


def found(run: Run) -> Int[np.ndarray, "*axes dictionary"]:
    """How many."""
    return np.asarray(features(run).sum(axis=-1))


def regained(run: Run, twin: Run, place: int) -> Float[np.ndarray, " some"]:
    """Of the features that the untreated twin misses, if any, the share that is found at this place of the shifts."""
    missed = ~features(twin)
    some = missed.any(axis=-1)
    return np.asarray((features(run)[place] & missed)[some].sum(-1) / missed[some].sum(-1))


def swept(run: Run, twin: Run, place: int) -> Float[np.ndarray, " dictionaries"]:
    """How much less the live latents' encoder vectors point along the repulsor after the edit than in the twin: the
    difference of mean cosines, at the second record."""
    before = twin.data["rows_history"].values[:, 0].astype(float)
    live = twin.data["silent_history"].values[:, 0] < _window(run)
    total = (before * live[..., None]).sum(axis=1)
    away = -total / np.linalg.norm(total, axis=-1, keepdims=True)
    along = []
    for later in (run.data["rows_history"].values[place, :, 1], twin.data["rows_history"].values[:, 1]):
        cosine = (later * away[:, None]).sum(-1) / np.linalg.norm(later, axis=-1)
        along.append((cosine * live).sum(axis=1) / live.sum(axis=1))
    return np.asarray(along[1] - along[0])


def _window(run: Run) -> int:
    return max(getattr(edit, "window", 0) for edit in run.training.interventions)


def split(count: int, part: int = 2) -> tuple[slice, slice]:
    """The seeds that choose, a half or another part of them, and those that judge."""
    return slice(0, count // part), slice(count // part, count)


def blocks(share: Float[np.ndarray, "x y *rest"]) -> Float[np.ndarray, "x-2 y-2 *rest"]:
    """The mean of every 3 × 3 block of a map's cells."""
    rows, columns = share.shape[0] - 2, share.shape[1] - 2
    return np.asarray(np.mean([share[i : i + rows, j : j + columns] for i in range(3) for j in range(3)], axis=0))


def best(score: Float[np.ndarray, "x y"], allowed: Bool[np.ndarray, "x y"]) -> tuple[int, int]:
    """Where the largest of the allowed scores stands; the first of equals."""
    row, column = np.unravel_index(np.where(allowed, score, -np.inf).argmax(), score.shape)
    return int(row), int(column)


def shifts(run: Run) -> np.ndarray:
    """Δ of a map's rows."""
    return np.asarray(run.data[SHIFT if SHIFT in run.data.coords else "interventions[0].shift"].values)


def rates(run: Run) -> np.ndarray:
    """The learning rates of a map's columns."""
    return np.asarray(run.data["learning_rate"].values)
