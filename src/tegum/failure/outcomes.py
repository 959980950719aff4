"""Names for how a run ends, and for what it passes through on its way.

For one-hot data and tied weights, z = WᵀW + b holds all that a model does: entry [i, j] is output i, before ReLU, when
feature j alone is active. A perfect model has ReLU(z) = I.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from tegum.claims import rate_interval
from tegum.errors import BadInput
from tegum.geometry.directions import norms
from tegum.geometry.regularity import irregularity
from tegum.geometry.responses import depths_of
from tegum.geometry.weights import Weights, weights_of

NAMES = (
    "perfect regular", "perfect irregular", "inner and outer group", "symmetric failure", "asymmetric failure",
    "collapsed", "dead by bias", "imperfect", "still moving", "diverged",
)  # fmt: skip
(
    PERFECT_REGULAR, PERFECT_IRREGULAR, INNER_OUTER, SYMMETRIC_FAILURE, ASYMMETRIC_FAILURE, COLLAPSED, DEAD_BY_BIAS,
    IMPERFECT, STILL_MOVING, DIVERGED,
) = range(len(NAMES))  # fmt: skip
PERFECT = (PERFECT_REGULAR, PERFECT_IRREGULAR, INNER_OUTER)
CHUNK = 20_000  # models at a time: their n² responses in double precision stay in a few tens of MB


@dataclass(frozen=True)
class Thresholds:
    """Where one name ends and the next begins. What half and double of each change: docs/experiments/failure-census.md.

    perfect: largest |y − 1 or 0| of a perfect model, and of the learnt part of a symmetric failure. Trained models
        are either below 0.001 or on their way; weight decay keeps none above 0.02.
    unlearnt: a feature whose own output is off by more than this is not learnt. What is stuck gives back 1/n or 0
        (off by 0.8 or more for n ≥ 5), or half of it where two features share a direction (off by 0.5).
    regular: largest `irregularity` of a regular polygon at rest. Solutions of zero loss are a continuum, but few
        trained ones lie between 0.004 and 0.03.
    even: the same for the learnt part of a symmetric failure, which is passed through more often than rested in.
    short: the column of a symmetrically failed feature is shorter than this part of the learnt features' mean
        norm. At rest it is zero; while the others sweep to one side it grows to 0.1, where the feature is soon learnt.
    radii: the mean norms of an inner and an outer group are apart by more than this part of the inner one.
    spread: norms in each group differ by less than this part of what is between the two means. Trained ones have up to
        0.25 and few lie between that and 1.
    angle: features this close in direction (rad) have collapsed into one, if each wakes the other by more than
        `unlearnt`.
    moving: a model with a larger entry of the gradient of the loss, summed over samples and features, is on its way.
    diverged: a model whose loss exceeds this many times n, the loss of silence, is as good as infinite.
    """

    perfect: float = 0.02
    unlearnt: float = 1 / 3
    regular: float = 0.01
    even: float = 0.05
    short: float = 0.05
    radii: float = 0.05
    spread: float = 0.5
    angle: float = np.radians(15)
    moving: float = 0.1
    diverged: float = 1000.0


@dataclass(frozen=True)
class Outcomes:
    """How each model of a batch stands, and the numbers behind it. All arrays have the batch's shape.

    kind: place in `NAMES`, small integers.
    unlearnt: how many features are not given back. dead: how many of these have an output that is never positive.
    loss: Σ (y − x)² over all one-hot samples and features. error: largest |y − x| among learnt features.
    gradient: largest entry of that loss's gradient, in W or b.
    irregularity: of the learnt features' directions; 0 for a regular polygon.
    inner, outer: mean norms of the learnt features on each side of the largest step between their norms.
    interface, within: with an inner and an outer group in the plane, the smallest angle (rad) between neighbours of
        different groups, and the largest between neighbours of one; else NaN.
    margin: how far the nearest tip of another feature is from some zone; negative inside one.
    """

    kind: np.ndarray
    unlearnt: np.ndarray
    dead: np.ndarray
    loss: np.ndarray
    error: np.ndarray
    gradient: np.ndarray
    irregularity: np.ndarray
    inner: np.ndarray
    outer: np.ndarray
    interface: np.ndarray
    within: np.ndarray
    margin: np.ndarray

    def __getitem__(self, place: Any) -> "Outcomes":
        """Some of the batch."""
        return Outcomes(**{field.name: getattr(self, field.name)[place] for field in fields(self)})

    @property
    def names(self) -> np.ndarray:
        """The names in words, in the batch's shape."""
        return np.array(NAMES)[self.kind]

    @property
    def perfect(self) -> np.ndarray:
        """Whether every feature is given back and nothing else, whatever the arrangement."""
        return np.isin(self.kind, PERFECT)

    @property
    def asymmetric(self) -> np.ndarray:
        """Whether a model is perfect, but no regular polygon."""
        return np.asarray(self.perfect & (self.kind != PERFECT_REGULAR))

    @property
    def lone(self) -> np.ndarray:
        """Whether a model is in symmetric failure with one feature unlearnt, which then has the shortest column."""
        return np.asarray((self.kind == SYMMETRIC_FAILURE) & (self.unlearnt == 1))

    def counts(self) -> dict[str, tuple[int, float, float]]:
        """How many models have each name that occurs, with the exact 95 % interval of that share."""
        found = np.bincount(self.kind.ravel(), minlength=len(NAMES))
        low, high = rate_interval(found, max(self.kind.size, 1))
        each = zip(NAMES, found.tolist(), low.tolist(), high.tolist(), strict=True)
        return {name: (count, below, above) for name, count, below, above in each if count}


def outcomes(model: Any, thresholds: Thresholds | None = None) -> Outcomes:
    """Name the state of every model of a batch, for one-hot data. A million models of 7 features take a few seconds.

    model: whatever `tegum.geometry.weights_of` reads, with tied weights and no encoder bias: a `Run`, a part of it, a
        pair (W, b) of arrays (..., m, n) and (..., n), such as a recorded history.

    A name is that of the moment. On its way a model may have one that does not say how it ends: in the middle of a
    recovery it is an "asymmetric failure". Compare the states of a history for what lasts.

    The first name that fits:

    - diverged: not finite, or a loss a thousand times that of silence.
    - perfect regular, inner and outer group, perfect irregular: every feature comes back and nothing else; the features
        are a regular polygon; or their norms make two groups, each narrower than half of what is between them (each
        group may hold several radii: `tegum.geometry.circles` counts those); or neither.
    - symmetric failure: k ≥ 1 features have columns near zero, outputs that fire (b = 1/n at rest), and the
        rest is a perfect model and a regular polygon.
    - still moving: the gradient is not small. (Slow drifts have small ones: compare a history's states for these.)
    - collapsed: two features in one direction, each waking the other.
    - dead by bias: an unlearnt output that no feature makes positive, so that its bias has no gradient.
    - asymmetric failure: features unlearnt, in any other way.
    - imperfect: all features learnt, but not perfectly.

    In the plane "regular" is `tegum.geometry.regularity.irregularity` below a threshold; for other m norms and nearest
    neighbours' cosines are held to be equal instead.

    >>> turns = 2 * np.pi * np.arange(6) / 6
    >>> hexagon = np.sqrt(2) * np.stack([np.cos(turns), np.sin(turns)])
    >>> W, b = np.pad(hexagon, ((0, 0), (0, 1))), np.array([-1.0] * 6 + [1 / 7])
    >>> found = outcomes((W, b))
    >>> str(found.names), int(found.unlearnt), round(float(found.loss), 6)
    ('symmetric failure', 1, 0.857143)
    """
    weights = _tied(model)
    flat, cuts = weights.flat(), thresholds or Thresholds()
    some = [_outcomes(flat.encoder[part], flat.bias[part], cuts) for part in _chunks(len(flat.encoder))]
    joined = {field.name: np.concatenate([getattr(one, field.name) for one in some]) for field in fields(Outcomes)}
    return Outcomes(**{name: array.reshape(weights.batch) for name, array in joined.items()})


def _tied(model: Any) -> Weights:
    """The weights, where outcomes have a meaning for them."""
    weights = weights_of(model)
    if weights.encoder_bias.any() or not np.array_equal(weights.decoder, weights.encoder.mT, equal_nan=True):
        raise BadInput(
            "this model has a decoder of its own or an encoder bias; outcomes need tied weights, y = ReLU(WᵀWx + b), "
            "as a pair (W, b)."
        )
    if not weights.encoder.size:
        raise BadInput(f"W of shape {weights.encoder.shape} holds no model; outcomes need at least one.")
    return weights


def _chunks(count: int) -> Iterator[slice]:
    return (slice(start, start + CHUNK) for start in range(0, count, CHUNK))


def _outcomes(W: Float[np.ndarray, "k m n"], b: Float[np.ndarray, "k n"], cuts: Thresholds) -> Outcomes:
    n = W.shape[-1]
    finite = np.isfinite(W).all(axis=(-2, -1)) & np.isfinite(b).all(axis=-1)
    finite &= (np.abs(W) < 1e6).all(axis=(-2, -1)) & (np.abs(b) < 1e12).all(axis=-1)  # squares that fit
    W, b = np.where(finite[:, None, None], W, 0.0), np.where(finite[:, None], b, 0.0)
    z = W.mT @ W + b[..., None]
    off = np.maximum(z, 0) - np.eye(n)
    length, loss = norms(W), np.where(finite, (off * off).sum(axis=(-2, -1)), np.inf)
    missing = np.einsum("kii->ki", off) < -cuts.unlearnt
    learnt = ~missing
    error = (np.abs(off) * (learnt[:, :, None] & learnt[:, None])).max(axis=(-2, -1))
    uneven = _irregularity(W, learnt)
    inner, outer, spread, far = _circles(length, learnt)
    two = (outer / inner - 1 > cuts.radii) & (spread < cuts.spread * (outer - inner))
    dead = missing & (z <= 0).all(axis=-1)
    gradient = _gradient(W, off * (z > 0))
    short = (length <= cuts.short * _mean(length, learnt)[:, None]) | learnt
    unlearnt, precise = missing.sum(axis=-1), error < cuts.perfect
    whole, regular = precise & (unlearnt == 0), uneven < cuts.regular
    stuck = (unlearnt > 0) & learnt.any(axis=-1) & precise & (uneven < cuts.even) & short.all(axis=-1)
    stuck &= ~dead.any(axis=-1)
    kind = np.select(
        [
            ~(loss < cuts.diverged * n), whole & regular, whole & two, whole, stuck, gradient > cuts.moving,
            _collapsed(W, off, length, missing, short, cuts), dead.any(axis=-1), unlearnt > 0,
        ],
        [
            DIVERGED, PERFECT_REGULAR, INNER_OUTER, PERFECT_IRREGULAR, SYMMETRIC_FAILURE, STILL_MOVING, COLLAPSED,
            DEAD_BY_BIAS, ASYMMETRIC_FAILURE,
        ],
        default=IMPERFECT,
    ).astype(np.int8)  # fmt: skip
    interface, within = _gaps(W, far, learnt, two & whole)
    numbers = (loss, error, gradient, uneven, inner, outer, interface, within, _margin(z, length))
    unknown = [np.where(finite, number, np.nan) for number in numbers[1:]]
    return Outcomes(kind, unlearnt, dead.sum(axis=-1), loss, *unknown)


def _mean(values: Float[np.ndarray, "k n"], there: Bool[np.ndarray, "k n"]) -> Float[np.ndarray, " k"]:
    """The mean over what is there; 0 of nothing."""
    mean: np.ndarray = np.where(there, values, 0).sum(axis=-1) / np.maximum(there.sum(axis=-1), 1)
    return mean


def _gradient(W: Float[np.ndarray, "k m n"], off: Float[np.ndarray, "k n n"]) -> Float[np.ndarray, " k"]:
    """The largest entry of the gradient of Σ (y − x)²; `off` is y − x where the output is positive."""
    in_W = 2 * np.abs(W @ (off + off.mT)).max(axis=(-2, -1))
    return np.asarray(np.maximum(in_W, 2 * np.abs(off.sum(axis=-1)).max(axis=-1)))


def _irregularity(W: Float[np.ndarray, "k m n"], learnt: Bool[np.ndarray, "k n"]) -> Float[np.ndarray, " k"]:
    """How far the learnt features are from a regular arrangement; infinite where there are none."""
    uneven, count = np.full(len(W), np.inf), learnt.sum(axis=-1)
    first = np.argsort(~learnt, axis=-1, kind="stable")
    for c in np.unique(count[count > 0]):
        mine = count == c
        columns = np.take_along_axis(W[mine], first[mine, None, :c], axis=-1)
        uneven[mine] = irregularity(columns) if W.shape[-2] == 2 else _unevenness(columns)
    return uneven


def _unevenness(W: Float[np.ndarray, "k m c"]) -> Float[np.ndarray, " k"]:
    """For any m: root mean square of how far each norm is from their mean, as a part of it, and how far the cosine to
    each feature's nearest neighbour is from their mean."""
    length = norms(W)
    unit = W / np.where(length == 0, 1, length)[:, None]
    nearest = (unit.mT @ unit - 3 * np.eye(W.shape[-1])).max(axis=-1)
    mean = length.mean(axis=-1, keepdims=True)
    parts = length / np.where(mean == 0, 1, mean) - 1, nearest - nearest.mean(axis=-1, keepdims=True)
    return np.asarray(np.sqrt((np.concatenate(parts, axis=-1) ** 2).mean(axis=-1)))


def _circles(
    length: Float[np.ndarray, "k n"], learnt: Bool[np.ndarray, "k n"]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Split the learnt norms where they take their largest step: both means, the larger range, who is outside."""
    rising = np.sort(np.where(learnt, length, np.nan), axis=-1)
    step = np.nan_to_num(np.diff(rising, axis=-1), nan=-1.0)
    at = step.argmax(axis=-1) if step.shape[-1] else np.zeros(len(length), int)
    border = np.take_along_axis(rising, at[:, None], axis=-1)
    far = learnt & (length > border)
    near = learnt & ~far
    inner, outer = _mean(length, near), _mean(length, far)
    outer = np.where(far.any(axis=-1), outer, inner)
    ranges = [_range(length, side) for side in (near, far)]
    return np.where(inner > 0, inner, np.inf), outer, np.maximum(*ranges), far


def _range(length: Float[np.ndarray, "k n"], there: Bool[np.ndarray, "k n"]) -> Float[np.ndarray, " k"]:
    low, high = np.where(there, length, np.inf).min(axis=-1), np.where(there, length, -np.inf).max(axis=-1)
    return np.where(there.any(axis=-1), high - low, 0.0)


def _collapsed(
    W: Float[np.ndarray, "k m n"],
    off: Float[np.ndarray, "k n n"],
    length: Float[np.ndarray, "k n"],
    missing: Bool[np.ndarray, "k n"],
    short: Bool[np.ndarray, "k n"],
    cuts: Thresholds,
) -> Bool[np.ndarray, " k"]:
    """Whether two features that are not given back, and not just short, share a direction and wake each other."""
    there = missing & ~short
    both = length[:, :, None] * length[:, None]
    alike = (W.mT @ W > np.cos(cuts.angle) * both) & (off > cuts.unlearnt) & (off.mT > cuts.unlearnt)
    alike &= there[:, :, None] & there[:, None] & ~np.eye(W.shape[-1], dtype=bool)
    return np.asarray(alike.any(axis=(-2, -1)))


def _gaps(
    W: Float[np.ndarray, "k m n"],
    far: Bool[np.ndarray, "k n"],
    learnt: Bool[np.ndarray, "k n"],
    two: Bool[np.ndarray, " k"],
) -> tuple[np.ndarray, np.ndarray]:
    """The smallest angle between neighbours of different groups and the largest between those of one."""
    interface, within = np.full(len(W), np.nan), np.full(len(W), np.nan)
    if W.shape[-2] != 2 or not two.any():
        return interface, within
    bearing = np.arctan2(W[two, 1], W[two, 0])
    order = np.argsort(bearing, axis=-1)
    turn, outside = np.take_along_axis(bearing, order, axis=-1), np.take_along_axis(far[two], order, axis=-1)
    gap = np.mod(np.roll(turn, -1, axis=-1) - turn, 2 * np.pi)
    differ = outside != np.roll(outside, -1, axis=-1)
    interface[two] = np.where(differ, gap, np.inf).min(axis=-1)
    within[two] = np.where(differ, 0, gap).max(axis=-1)
    return interface, within


def _margin(z: Float[np.ndarray, "k n n"], length: Float[np.ndarray, "k n"]) -> Float[np.ndarray, " k"]:
    """The smallest of the distances between a feature's tip and another output's zone (`Responses.separation`)."""
    inside = depths_of(z, length)
    return np.asarray(-np.where(np.eye(z.shape[-1], dtype=bool), -np.inf, inside).max(axis=(-2, -1)))
