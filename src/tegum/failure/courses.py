"""What becomes of models after an edit: what to keep of each training, and the course of those that were caught.

The kept functions take what `Training.keep` offers by name, with instances first. The first record is that of the edit,
made before it.
"""

from dataclasses import dataclass

import numpy as np

from tegum.failure.outcomes import PERFECT, SYMMETRIC_FAILURE, Thresholds, outcomes
from tegum.failure.recovery import first_time, limited

OFFSETS = (0, 1, 10, 30, 100, 300, 1000)  # steps after the edit at which weights are kept


def states(W_history: np.ndarray, b_history: np.ndarray) -> np.ndarray:
    """(k, t, 3): the name's place and the number of unlearnt features at each record, and how many of these were learnt
    at the first."""
    found = outcomes((W_history, b_history))
    short = ~_learnt(W_history, b_history)
    lost = (short & ~short[:, :1]).sum(axis=-1)
    return np.stack([found.kind, found.unlearnt, lost], axis=-1)


def losses(loss_history: np.ndarray, b_history: np.ndarray) -> np.ndarray:
    """(k, t): the loss at each record, summed over samples and features; one-hot data have as many of either."""
    summed: np.ndarray = loss_history * b_history.shape[-1] ** 2
    return summed


def early(W_history: np.ndarray, b_history: np.ndarray, step: np.ndarray) -> np.ndarray:
    """(k, 7, m + 1, n): the rows of W and b, `OFFSETS` after the first record."""
    at = np.minimum(np.searchsorted(step, step[0] + np.array(OFFSETS)), len(step) - 1)
    return np.concatenate([W_history, b_history[:, :, None]], axis=2)[:, at]


def waited(W_history: np.ndarray, b_history: np.ndarray, step: np.ndarray) -> np.ndarray:
    """(k,): how long after the first record a model caught then is first perfect, at most the rest of the training;
    NaN for those not caught."""
    kind = outcomes((W_history, b_history)).kind
    time = limited(first_time(step, np.isin(kind, PERFECT)), float(step[-1] - step[0]))
    return np.where(kind[:, 0] == SYMMETRIC_FAILURE, time, np.nan)


def ended(W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(k, 2): whether a model ends perfect, and how many features are unlearnt."""
    found = outcomes((W, b))
    return np.stack([found.perfect, found.unlearnt], axis=-1)


def when_learnt(W_history: np.ndarray, b_history: np.ndarray, step: np.ndarray) -> np.ndarray:
    """(k, n): the first recorded step at which each feature is learnt; infinite where there is none."""
    learnt = np.moveaxis(_learnt(W_history, b_history), 1, -1)
    return np.nan_to_num(first_time(step, learnt), nan=np.inf)


def _learnt(W: np.ndarray, b: np.ndarray) -> np.ndarray:
    learnt: np.ndarray = (W**2).sum(axis=-2) + b >= 1 - Thresholds().unlearnt
    return learnt


@dataclass(frozen=True)
class Course:
    """The caught models of one recipe under one treatment, from the edit on.

    step (t,); seed (k,): places among the seeds; states (k, t, 3), loss (k, t), early (k, 7, m + 1, n) as kept.
    """

    step: np.ndarray
    seed: np.ndarray
    states: np.ndarray
    loss: np.ndarray
    early: np.ndarray

    @classmethod
    def of_caught(cls, step: np.ndarray, states: np.ndarray, loss: np.ndarray, early: np.ndarray) -> "Course":
        """Those of all seeds that are in symmetric failure at the first record."""
        seed = np.flatnonzero(states[:, 0, 0] == SYMMETRIC_FAILURE)
        return cls(step, seed, states[seed], loss[seed], early[seed])

    def where(self, chosen: np.ndarray) -> "Course":
        """Some of the models."""
        return Course(self.step, self.seed[chosen], self.states[chosen], self.loss[chosen], self.early[chosen])

    @property
    def one(self) -> np.ndarray:
        """Which models had one feature unlearnt, and not more, (k,)."""
        single: np.ndarray = self.unlearnt[:, 0] == 1
        return single

    @property
    def unlearnt(self) -> np.ndarray:
        """How many features are unlearnt, (k, t)."""
        return self.states[..., 1]

    @property
    def lost(self) -> np.ndarray:
        """How many features that had been learnt at the edit are unlearnt at the end, (k,)."""
        return self.states[:, -1, 2]

    @property
    def perfect(self) -> np.ndarray:
        """Which models end perfect, (k,)."""
        return np.isin(self.states[:, -1, 0], PERFECT)

    @property
    def until_perfect(self) -> np.ndarray:
        """How long after the edit each model is first perfect, (k,); NaN where it never is."""
        return first_time(self.step, np.isin(self.states[..., 0], PERFECT))

    @property
    def feature(self) -> np.ndarray:
        """Which feature gives itself back least at the edit, (k,)."""
        own = (self.early[:, 0, :-1] ** 2).sum(axis=1) + self.early[:, 0, -1]
        return np.asarray(own.argmin(axis=1))

    def W(self, offset: int) -> np.ndarray:
        """W so many steps after the edit, one of `OFFSETS`, in double precision (k, m, n)."""
        return self.early[:, OFFSETS.index(offset), :-1].astype(float)

    def own(self, offset: int) -> np.ndarray:
        """The column of that feature so many steps after the edit, (k, m)."""
        return np.take_along_axis(self.W(offset), self.feature[:, None, None], axis=2)[..., 0]
