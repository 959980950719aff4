"""How models fare after an edit: when they recover, what it costs, and which way the live features go."""

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped


def first_time(step: Shaped[np.ndarray, " t"], inside: Bool[np.ndarray, "*k t"]) -> Float[np.ndarray, "*k"]:
    """The first recorded step at which something is so, since the first record; NaN where it never is.

    >>> first_time(np.array([500, 600, 900]), np.array([[False, True, True], [False, False, False]]))
    array([100.,  nan])
    """
    since = np.asarray(step - step[0], float)
    return np.where(inside.any(axis=-1), since[inside.argmax(axis=-1)], np.nan)


def limited(time: Float[np.ndarray, "*k"], limit: float) -> Float[np.ndarray, "*k"]:
    """Times of which those that never came, or came later, count as the limit: their mean is that of the time spent
    waiting before the limit (restricted mean survival time), which needs no model of what was not seen."""
    return np.minimum(np.where(np.isnan(time), limit, time), limit)


def paid_back(
    step: Shaped[np.ndarray, " t"], loss: Float[np.ndarray, "k t"], twin: Float[np.ndarray, "k t"]
) -> Float[np.ndarray, " k"]:
    """How long after an edit, made at the first recorded step, a model's loss is below that of its untreated twin: the
    first later record at which it is; NaN if it never is.

    >>> paid_back(np.array([0, 1, 10]), np.array([[0.8, 2.0, 0.3]]), np.array([[0.8, 0.8, 0.7]]))
    array([10.])
    """
    below = loss < twin
    below[..., 0] = False
    return first_time(step, below)


def bearings_from(W: Float[np.ndarray, "k 2 n"], i: Int[np.ndarray, " k"]) -> Float[np.ndarray, "k n"]:
    """The angle (rad, 0 … 2π, anticlockwise) from feature i of each model to every feature."""
    turn = np.arctan2(W[:, 1], W[:, 0])
    return np.asarray(np.mod(turn - np.take_along_axis(turn, i[:, None], axis=1), 2 * np.pi))


def opening(
    before: Float[np.ndarray, "k 2 n"], after: Float[np.ndarray, "k 2 n"], i: Int[np.ndarray, " k"]
) -> Float[np.ndarray, " k"]:
    """By how much (rad) the gap that feature i stands in has widened, that between its neighbours before on both sides.

    >>> W = np.array([[[1.0, 0.0, 0.0, -1.0], [0.0, 1.0, -1.0, 0.0]]])
    >>> wider = np.array([[[1.0, -0.6, -0.6, -1.0], [0.0, 0.8, -0.8, 0.0]]])
    >>> float(np.degrees(opening(W, wider, np.array([0]))).round(1)[0])
    73.7
    """
    angle = bearings_from(before, i)
    own = np.arange(angle.shape[1]) == i[:, None]
    left = np.where(own, np.inf, angle).argmin(axis=1)[:, None]
    right = np.where(own, -np.inf, angle).argmax(axis=1)[:, None]
    gaps = []
    for W in (before, after):
        angle = bearings_from(W, i)
        gaps.append(np.take_along_axis(angle, left, 1) + 2 * np.pi - np.take_along_axis(angle, right, 1))
    return np.asarray((gaps[1] - gaps[0])[:, 0])


def lean_along(
    W: Float[np.ndarray, "k m n"], direction: Float[np.ndarray, "k m"], i: Int[np.ndarray, " k"]
) -> Float[np.ndarray, " k"]:
    """Σ_{j≠i} W_j·d̂: how far all other features together lean along a direction.

    >>> W = np.array([[[1.0, -1.0, -2.0], [0.0, 0.5, 0.0]]])
    >>> lean_along(W, np.array([[2.0, 0.0]]), np.array([0]))
    array([-3.])
    """
    others = W.sum(axis=-1) - np.take_along_axis(W, i[:, None, None], axis=-1)[..., 0]
    return np.asarray((others * direction).sum(axis=-1) / np.linalg.norm(direction, axis=-1))
