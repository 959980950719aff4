"""How a model released at symmetric failure ends, by its loss alone: learnt, still there, or with a dead feature."""

import numpy as np

from tegum.theory.failure import failure_loss

ENDS = ("all learnt", "a feature dead by its bias", "still in failure")
LEARNT, DEAD, FAILING = range(len(ENDS))


def ends(total: np.ndarray, n: int = 7) -> np.ndarray:
    """The place in `ENDS` of each summed loss of models with n features and at most one unlearnt.

    Symmetric failure costs (n − 1)/n and a feature dead by its bias 1. Up to half of the former is learnt, more than
    the middle of the two is dead.

    >>> ends(np.array([1e-9, 0.42, 6 / 7, 1.0])).tolist()
    [0, 0, 2, 1]
    """
    stuck = failure_loss(n)
    return np.where(total <= stuck / 2, LEARNT, np.where(total < (1 + stuck) / 2, FAILING, DEAD))
