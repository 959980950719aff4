"""Principal components of sets of features that co-occur: a set is active with probability p, values independent.

An active value is uniform on (0, 1), with mean 1/2 and mean square 1/3 (`tegum.CorrelatedSets`).
"""

import numpy as np
from jaxtyping import Float


def covariance(p: float, sets: int, size: int) -> Float[np.ndarray, "n n"]:
    """Covariance of the features: variance p/3 − p²/4, and (p − p²)/4 for two of one set; 0 between sets.

    >>> covariance(1.0, 1, 2).round(4)  # always active: nothing co-occurs more than by chance
    array([[0.0833, 0.    ],
           [0.    , 0.0833]])
    """
    together = (p - p * p) / 4
    own = np.full((size, size), together) + (p / 3 - p * p / 4 - together) * np.eye(size)
    return np.kron(np.eye(sets), own)


def correlation(p: float | np.ndarray) -> float | np.ndarray:
    """Correlation of two features of one set, (3 − 3p)/(4 − 3p): 3/4 for rare sets, 0 for sets that are always active.

    >>> correlation(0.0), correlation(1.0)
    (0.75, 0.0)
    """
    return (3 - 3 * p) / (4 - 3 * p)


def set_means(sets: int, size: int) -> Float[np.ndarray, "n s"]:
    """The first principal components, for p < 1: one for each set, its features in equal parts, all of one variance.

    Which combinations of them m dimensions should keep is open: any m orthogonal ones are as good.

    >>> set_means(2, 2).round(3)
    array([[0.707, 0.   ],
           [0.707, 0.   ],
           [0.   , 0.707],
           [0.   , 0.707]])
    """
    return np.kron(np.eye(sets), np.ones((size, 1))) / np.sqrt(size)
