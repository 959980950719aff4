"""What an edit costs: how far it throws the loss up, and when that is paid back."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from tegum.errors import BadInput

PerTraining = Float[np.ndarray, "..."]


@dataclass(frozen=True)
class Spike:
    """The loss of edited trainings against that of their undisturbed twins, one entry for each.

    height: the largest excess over the twin's loss at any record before it has caught up; 0 where there is none.
    caught_up: steps from the edit to the first record at which the loss is no larger than the twin's; inf for never.
    paid_back: steps from the edit to the first record at which the excess, summed over the steps since the edit, is
        not above 0: what was lost has been won again. inf for never.
    """

    height: PerTraining
    caught_up: PerTraining
    paid_back: PerTraining


def spike(
    step: Float[np.ndarray, " records"], loss: Float[np.ndarray, "... records"], twin: Float[np.ndarray, "... records"],
    *, at: int,
) -> Spike:  # fmt: skip
    """What an edit at step `at` costs, from recorded losses of the same trainings with and without it.

    Records are made before edits, so the first one that counts is the first after `at`; the denser they are, the
    better the peak is known. Between records the excess is taken as linear, and before the first as constant.

    >>> step, twin = np.array([0.0, 10, 11, 12, 13, 14]), np.ones(6)
    >>> found = spike(step, twin + np.array([0, 0, 3, 1, -1, -9]), twin, at=10)
    >>> float(found.height), float(found.caught_up), float(found.paid_back)
    (3.0, 3.0, 4.0)
    """
    step, excess = np.asarray(step, float), np.asarray(loss, float) - np.asarray(twin, float)
    after = step > at
    if not after.any():
        raise BadInput(f"at={at} has no record after it; the last one is at step {step[-1]:g}.")
    since, excess = step[after] - at, excess[..., after]
    mean = np.concatenate([excess[..., :1], (excess[..., 1:] + excess[..., :-1]) / 2], axis=-1)
    caught = excess <= 0
    before = ~np.logical_or.accumulate(caught, axis=-1)
    return Spike(
        height=np.where(before, excess, 0).max(axis=-1),
        caught_up=_first(since, caught),
        paid_back=_first(since, np.cumsum(mean * np.diff(since, prepend=0), axis=-1) <= 0),
    )


def _first(since: np.ndarray, there: np.ndarray) -> np.ndarray:
    return np.where(there.any(axis=-1), since[there.argmax(axis=-1)], np.inf)
