"""How a model released at symmetric failure ends, by its loss alone: learnt, still there, with a silent output."""

import numpy as np

from tegum.failure.recovery import first_time
from tegum.theory.failure import failure_loss

ENDS = ("all learnt", "one output silent", "still in failure", "diverged")
LEARNT, SILENT, FAILING, DIVERGED = range(len(ENDS))


def ends(total: np.ndarray, n: int = 7) -> np.ndarray:
    """The place in `ENDS` of each summed loss of models with n features and at most one unlearnt.

    Symmetric failure costs (n − 1)/n, and a feature whose output is silent upon its own input 1, whatever keeps it so:
    a negative bias, or a column of zero where the bias is held at 0. Up to half of the former is learnt, more than the
    middle of the two is silent. What is not finite or costs more than n, all outputs silent, has diverged.

    >>> ends(np.array([1e-9, 0.42, 6 / 7, 1.0, 8.0, np.nan])).tolist()
    [0, 0, 2, 1, 3, 3]
    """
    stuck = failure_loss(n)
    found = np.select([total <= stuck / 2, total < (1 + stuck) / 2, total <= n], [LEARNT, FAILING, SILENT], DIVERGED)
    return np.asarray(found)


def counts(final: np.ndarray, n: int = 7) -> np.ndarray:
    """How many of the models with these summed losses (..., seed) ended in each way, (..., 4).

    >>> counts(np.array([[0.0, 1.0, 1.0], [6 / 7, 0.0, np.inf]])).tolist()
    [[1, 2, 0, 0], [1, 0, 1, 1]]
    """
    return np.stack([(ends(final, n) == end).sum(axis=-1) for end in range(len(ENDS))], axis=-1)


def learnt_at(step: np.ndarray, total: np.ndarray) -> np.ndarray:
    """The first recorded step at which all features are learnt, from summed losses (..., step); infinite for never.

    >>> learnt_at(np.array([0, 5, 9]), np.array([[1.0, 0.1, 0.0], [1.0, 1.0, 1.0]])).tolist()
    [5.0, inf]
    """
    return np.nan_to_num(first_time(step, ends(total) == LEARNT), nan=np.inf)
