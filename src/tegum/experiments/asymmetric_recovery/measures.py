"""What is measured of models on their way out of symmetric failure."""

import functools

import numpy as np

from tegum.failure.forces import forces
from tegum.failure.sweeps import Sweep, apart, caught, local_optimum
from tegum.training.run import Run

LONGER = 1.2  # times the polygon's radius: a feature that has grown
SWEPT = 1.0  # ‖S‖ of a model whose live features lean for good
LEANING = 0.5  # ‖S‖ from which its direction is asked for
CHECKED = 10  # places along each sweep where the optimum of W_7 is looked for


@functools.lru_cache(maxsize=4)
def recovering(run: Run) -> tuple[Sweep, np.ndarray]:
    """The models that recover asymmetrically, and their places among the seeds."""
    return caught(run)


@functools.lru_cache(maxsize=16)
def seventh(run: Run, *axes: str) -> Sweep:
    """Feature 6 apart from the others, (axes…, seed) in one row."""
    W = run.W_history.transpose(*axes, "seed", "step", "latent", "feature").values
    b = run.b_history.transpose(*axes, "seed", "step", "feature").values
    W, b = W.reshape(-1, *W.shape[-3:]).astype(float), b.reshape(-1, *b.shape[-2:]).astype(float)
    return apart(W, b, run.W_history["step"].values, np.full(len(W), 6))


def grown(sweep: Sweep) -> tuple[np.ndarray, np.ndarray]:
    """The first places where the far features are longer, on average, than 1.2 of the polygon's radius, and where
    their biases lie below what goes with that length."""
    start = sweep.at(sweep.start)
    radius = np.median(start.lengths[:, 0], axis=-1)[:, None]
    length, bias = sweep.mean(sweep.lengths, sweep.far), sweep.mean(sweep.live_bias, sweep.far)
    return sweep.first(length > LONGER * radius), sweep.first(bias < 1 - (LONGER * radius) ** 2)


def misses(sweep: Sweep) -> np.ndarray:
    """The largest |‖W_i‖² + b_i − 1| of each model until the eve, over live features."""
    off = np.abs(sweep.lengths**2 + sweep.live_bias - 1).max(axis=-1)
    return np.asarray(np.where(sweep.stage, off, 0).max(axis=-1))


def near_shorter(sweep: Sweep) -> np.ndarray:
    """On the eve: is each feature that is not far shorter than all far ones, and its bias above theirs?"""
    eve = sweep.at(sweep.eve)
    split = [(eve.lengths[:, 0], -1), (eve.live_bias[:, 0], 1)]
    apart_by = [
        np.where(sweep.far, np.inf, sign * part).min(axis=-1) - np.where(sweep.far, sign * part, -np.inf).max(axis=-1)
        for part, sign in split
    ]
    return np.asarray((apart_by[0] > 0) & (apart_by[1] > 0))


def opposite(sweep: Sweep) -> np.ndarray:
    """Is W_d within 30° of −S wherever S is long enough to have a direction, until the eve?"""
    asked = sweep.stage & (np.hypot(*np.moveaxis(sweep.lean, -1, 0)) > LEANING)
    return np.asarray((~asked | (sweep.turned < 30)).all(axis=-1) & asked.any(axis=-1))


def silent(sweep: Sweep) -> tuple[np.ndarray, np.ndarray]:
    """Where some far features are silent in the unlearnt output, and where all are, (p, t)."""
    quiet = sweep.heard <= 0
    far = sweep.far[:, None]
    return (quiet & far).any(axis=-1), (quiet | ~far).all(axis=-1) & far.any(axis=-1)


def outward(sweep: Sweep) -> np.ndarray:
    """The force on W_d along its own direction, of histories of one moment, (p,)."""
    found = []
    for w, bias, live, live_bias in zip(
        sweep.column[:, 0], sweep.bias[:, 0], sweep.live[:, 0], sweep.live_bias[:, 0], strict=True
    ):
        pull = forces(np.column_stack([live, w]), np.append(live_bias, bias)).W[:, -1]
        found.append(pull @ w / np.hypot(*w))
    return np.array(found)


def swept(sweep: Sweep) -> np.ndarray:
    """Whether the live features lean for good at some record."""
    return np.asarray((np.hypot(*np.moveaxis(sweep.lean, -1, 0)) > SWEPT).any(axis=-1))


def checked(sweep: Sweep) -> np.ndarray:
    """The records at which optima are looked for, evenly spread until ten before the eve, (CHECKED, p)."""
    last = np.maximum(sweep.eve - 10, sweep.start)
    share = np.linspace(0, 1, CHECKED + 1)[1:, None]
    return np.asarray(np.round(sweep.start + share * (last - sweep.start)).astype(int))


def lag(sweep: Sweep) -> np.ndarray:
    """How far W_d is from its optimum, in steps of training at its speed there, (p, CHECKED)."""
    best, found = optima(sweep)
    row, places = np.arange(len(best)), checked(sweep)
    before, after = np.maximum(places - 1, 0), np.minimum(places + 1, len(sweep.step) - 1)
    way = np.linalg.norm(sweep.column[row, after] - sweep.column[row, before], axis=-1)
    speed = way / (sweep.step[after] - sweep.step[before])
    return np.asarray(np.linalg.norm(best - found, axis=-1) / np.maximum(speed.T, 1e-12))


@functools.lru_cache(maxsize=4)
def optima(sweep: Sweep) -> tuple[np.ndarray, np.ndarray]:
    """The optimum of W_d with all else frozen, and W_d itself, at evenly spread records, (p, CHECKED, 2) each."""
    parts = [sweep.at(place) for place in checked(sweep)]
    best = [local_optimum(part.column[:, 0], part.live[:, 0], part.live_bias[:, 0]) for part in parts]
    return np.stack(best, axis=1), np.stack([part.column[:, 0] for part in parts], axis=1)


def waits(run: Run, *axes: str) -> np.ndarray:
    """The first recorded step at which ‖W_7‖ exceeds 0.6, half of its length when learnt, (axes…, seed); else inf."""
    sizes = [run.W_history.sizes[axis] for axis in (*axes, "seed")]
    return seventh(run, *axes).wait.reshape(sizes)
