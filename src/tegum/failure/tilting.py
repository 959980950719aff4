"""How far latent planes are tilted in each output, and what pulls at the short column that tilts one.

A column W_d that is not zero tilts the latent plane in output d: inputs on its side are heard louder, the others less.
All is exact (`failure.forces`).
"""

from dataclasses import dataclass

import numpy as np

from tegum.failure.forces import by_sample, forces
from tegum.failure.outcomes import INNER_OUTER, PERFECT_REGULAR, outcomes
from tegum.failure.timelines import Timeline
from tegum.geometry.directions import norms
from tegum.geometry.orientation import tilt
from tegum.theory.failure import with_column

LEARNT = 2 / 3  # a feature that gives back more of itself than this is learnt


def samples_on(live: int, column: np.ndarray, bias: float, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """The exact gradient on the unlearnt column from its own input (2,), and from each live input (p, 2).

    live: p, how many features make the polygon; scale: of the polygon.
    """
    each = by_sample(*with_column(live, column, bias, scale))[0][:, :, live]
    return each[live], each[:live]


def around(length: float) -> np.ndarray:
    """Columns (360, 2) of this length in 360 directions, none on a line of symmetry.

    >>> columns = around(2.0)
    >>> columns.shape, bool(np.allclose(np.hypot(*columns.T), 2))
    ((360, 2), True)
    """
    bearing = np.radians(np.arange(360.0) + 0.5)
    return length * np.stack([np.cos(bearing), np.sin(bearing)], axis=1)


def between(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The angles in degrees between vectors (..., 2), from 0 to 180.

    >>> between(np.array([1.0, 0.0]), np.array([[0.0, 2.0], [-1.0, 0.0]])).tolist()
    [90.0, 180.0]
    """
    across = one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
    return np.asarray(np.degrees(np.abs(np.arctan2(across, (one * other).sum(-1)))))


def worst_angle(live: int, bias: float, length: float) -> float:
    """The largest angle, in degrees, between a column and the live inputs' gradient on it, over 360 directions."""
    columns = around(length)
    return float(between(columns, np.stack([samples_on(live, w, bias)[1].sum(0) for w in columns])).max())


def least_slope(live: int, bias: float, length: float) -> float:
    """The least slope of the whole loss along a column, over its length, in 360 directions: positive shortens it."""
    pulls = np.stack([forces(*with_column(live, w, bias)).W[:, live] for w in around(length)])
    return float((-(pulls * around(length)).sum(1) / length**2).min())


@dataclass(frozen=True)
class Along:
    """Forces on a column along itself, outwards: its own input, the others by their imbalance, by its length; all."""

    benefit: float
    tilt: float
    untilt: float
    whole: float

    @property
    def others(self) -> float:
        """What the other inputs do by this output."""
        return self.tilt + self.untilt


def along(W: np.ndarray, b: np.ndarray, i: int) -> Along:
    """The forces on column i of W (m, n) along its own direction."""
    unit, pulls = W[:, i] / np.linalg.norm(W[:, i]), forces(W, b)
    parts = (pulls.benefit, pulls.tilt, pulls.untilt, pulls.W)
    return Along(*(float(part[:, i] @ unit) for part in parts))


def released(W: np.ndarray, b: np.ndarray, line: Timeline) -> list[Along]:
    """Forces on the unlearnt column just after symmetric failure: W (k, t, m, n), b (k, t, n) and their timeline.

    Of each model that was in symmetric failure with one feature unlearnt: the first recorded step out of it, if that
    feature is still unlearnt then.
    """
    caught = line.states.lone
    found = []
    for k in np.flatnonzero(caught.any(1)):
        last = int(np.flatnonzero(caught[k])[-1])
        if last + 1 == len(line.step):
            continue
        i, column, bias = int(norms(W[k, last]).argmin()), W[k, last + 1].astype(float), b[k, last + 1].astype(float)
        if column[:, i] @ column[:, i] + bias[i] <= LEARNT:
            found.append(along(column, bias, i))
    return found


@dataclass(frozen=True)
class CircleTilts:
    """Angles in degrees between latent plane and axes of models, each array (k,), and what each model is.

    outer, inner: means over the features of each group; most: the largest of the outer, least: the least of the inner;
    spread: largest less least of all; longest: the largest norm.
    """

    two: np.ndarray
    regular: np.ndarray
    perfect: np.ndarray
    outer: np.ndarray
    inner: np.ndarray
    most: np.ndarray
    least: np.ndarray
    spread: np.ndarray
    longest: np.ndarray


def circle_tilts(W: np.ndarray, b: np.ndarray) -> CircleTilts:
    """The tilts of models W (k, m, n), b (k, n), features being divided half-way between the
    mean norms of the inner and the outer group."""
    states, length, angle = outcomes((W, b)), norms(W), tilt((W, b))
    far = length > (states.inner + states.outer)[:, None] / 2
    return CircleTilts(
        states.kind == INNER_OUTER, states.kind == PERFECT_REGULAR, states.perfect,
        _mean(angle, far), _mean(angle, ~far), np.where(far, angle, -np.inf).max(-1),
        np.where(far, np.inf, angle).min(-1), np.ptp(angle, axis=-1), length.max(-1),
    )  # fmt: skip


def _mean(values: np.ndarray, there: np.ndarray) -> np.ndarray:
    return np.asarray(np.where(there, values, 0).sum(-1) / np.maximum(there.sum(-1), 1))
