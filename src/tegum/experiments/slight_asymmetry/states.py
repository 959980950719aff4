"""A hexagon of six with two neighbours a little different, and what the six, or W_7, make of it. All exact."""

import functools

import numpy as np
from scipy.optimize import brentq

from tegum.failure.forces import Path, before_relu, descend, forces, frozen_optimum
from tegum.theory.failure import symmetric_failure

PAIR = (0, 5)  # the two neighbours that are perturbed, W_1 and W_6
BESIDE = (1, 4)  # the next ones, W_2 and W_5
ALTERNATE = (0, 2, 4)
SHIFTS = (0.01, 0.03, 0.1, 0.3)  # of the two biases
SHORTER = (0.01, 0.03, 0.1)  # by how much the two columns are
JUDGED = 0.1  # the shift at which shapes are judged
OBLIQUE = 0.05  # noise that leaves no mirror symmetry
STATED = -0.988  # the source's bias of the two
SETTLED = 1e-14  # of every error: where a descent has ended

State = tuple[np.ndarray, np.ndarray]


def raised(shift: float, features: tuple[int, ...] = PAIR) -> State:
    """The hexagon of six, W (2, 6) and b (6,), with some biases raised."""
    W, b = (part[..., :6].copy() for part in symmetric_failure(7))
    b[list(features)] += shift
    return W, b


def shortened(share: float) -> State:
    """The hexagon of six with the two columns shorter by a share."""
    W, b = (part[..., :6].copy() for part in symmetric_failure(7))
    W[:, list(PAIR)] *= 1 - share
    return W, b


def relaxed(W: np.ndarray, b: np.ndarray) -> State:
    """Where gradient descent of the six alone ends, with an unlearnt feature beside them: W (2, 7), b (7,)."""
    target = np.eye(len(b))
    for _ in range(20_000):
        z = before_relu(W, b)
        slope = 2 * (z - target) * (z > 0)
        if np.abs(slope).max() < SETTLED:
            break
        W, b = W - 0.02 * W @ (slope + slope.T), b - 0.02 * slope.sum(1)
    return np.pad(W, ((0, 0), (0, 1))), np.append(b, 1 / 7)


@functools.cache
def mirrored() -> dict[str, State]:
    """The relaxed states of all shifts and shortenings: their own mirror images."""
    return {f"raised by {shift:g}": relaxed(*raised(shift)) for shift in SHIFTS} | {
        f"shorter by {share:.0%}": relaxed(*shortened(share)) for share in SHORTER
    }


@functools.cache
def oblique() -> tuple[State, ...]:
    """Ten relaxed states without mirror symmetry, W_7 and b_7 at their optimum."""
    rng, found = np.random.default_rng(35), []
    for _ in range(10):
        W, b = (part + OBLIQUE * rng.normal(size=part.shape) for part in raised(JUDGED))
        found.append(with_seventh(relaxed(W, b)))
    return tuple(found)


def with_seventh(state: State) -> State:
    """A state with W_7 and b_7 at their optimum, all else frozen."""
    W, b = state
    best = frozen_optimum(W, b, 6, 1.0, 61)
    return np.column_stack([W[:, :6], best.column]), np.append(b[:6], best.bias)


@functools.cache
def settled() -> dict[str, State]:
    """The relaxed states of all shifts and shortenings with W_7 and b_7 at their optimum."""
    return {name: with_seventh(state) for name, state in mirrored().items()}


@functools.cache
def stated_state() -> tuple[float, np.ndarray, np.ndarray]:
    """The shift for which gradient descent ends with the two biases at −0.988, and that state."""
    shift = float(brentq(lambda d: relaxed(*raised(d))[1][0] - STATED, 0.05, 0.3, xtol=1e-9))
    return shift, *relaxed(*raised(shift))


def loudest(W: np.ndarray, b: np.ndarray) -> float:
    """The largest output of one of the features upon another, before ReLU."""
    return float((before_relu(W, b) - np.diag(np.full(len(b), np.inf))).max())


def meetings(path: Path) -> tuple[float, float]:
    """Along a path of the six: the largest output of W_1 and W_6 upon each other, and of either upon its other
    neighbour or the reverse, before ReLU; the smaller of the two by mirror symmetry."""
    z = np.stack([before_relu(W, b) for W, b in zip(path.W, path.b, strict=True)])
    each_other = np.minimum(z[:, 0, 5], z[:, 5, 0])
    beside = np.minimum(np.maximum(z[:, 0, 1], z[:, 1, 0]), np.maximum(z[:, 5, 4], z[:, 4, 5]))
    return float(each_other.max()), float(beside.max())


def splayed(live: np.ndarray) -> np.ndarray:
    """Whether the gaps around the two are wider than 60° and the other four longer, for live columns (p, 2, 6)."""
    bearing = np.degrees(np.arctan2(live[:, 1], live[:, 0]))
    gaps = np.mod(np.roll(bearing, -1, axis=1) - bearing, 360)  # from each feature to the next one
    length = np.hypot(live[:, 0], live[:, 1])
    others = [i for i in range(6) if i not in PAIR]
    wide = (gaps[:, [4, 5, 0]] > 60).all(axis=1)
    return np.asarray(wide & (length[:, others].min(axis=1) > length[:, list(PAIR)].max(axis=1)))


def tilted(live: np.ndarray) -> np.ndarray:
    """Whether W_2 and W_5 are at more than 90° from W_6 + W_1, for live columns (p, 2, 6)."""
    axis = live[:, :, list(PAIR)].sum(axis=-1)
    return np.asarray((np.einsum("pk,pkj->pj", axis, live[:, :, list(BESIDE)]) < 0).all(axis=1))


def push_on(W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The push of feature 6 on each live column, −2 ReLU(W_7·W_j + b_7) W_7, (2, 6)."""
    return np.asarray(-2 * np.maximum(W[:, 6] @ W[:, :6] + b[6], 0) * W[:, 6:])


@functools.cache
def first_moments(times: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradient descent from the relaxed state with W_7 so many times as long as its optimum: time, the force on W_7,
    the largest on a learnt column. Times 1 b_7 is at its optimum too."""
    name = f"raised by {JUDGED:g}"
    (W, b), (best, its) = mirrored()[name], settled()[name]
    W = np.column_stack([W[:, :6], times * best[:, 6]])
    path = descend(W, its if times == 1 else b, rate=0.002, steps=1_500, every=5)
    pulls = np.stack([np.hypot(*forces(W, b).W) for W, b in zip(path.W, path.b, strict=True)])
    return path.time, pulls[:, 6], pulls[:, :6].max(axis=1)
