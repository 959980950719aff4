"""What a model does with an extra feature, its last one: drops it, lets it share, or gives it a dimension."""

import numpy as np

from tegum.geometry.directions import REPRESENTED, norms, superposition
from tegum.theory.phases import ALONE, DROPPED, OTHERS_SHARE, SHARED

SHARES = REPRESENTED**2
"""Superposition (Ŵ_i·W_j)², summed over j, above which a feature shares: one other of half length along its line."""


def outcome(W: np.ndarray) -> np.ndarray:
    """The place in `tegum.theory.phases.OUTCOMES` of what became of the last feature; W (…, m, n).

    Dropped: its norm is at most 0.5. In superposition: its superposition is above 0.25. Else it is dedicated, and of
    the others one is dropped, or not.

    >>> outcome(np.array([[[1.0, 0.0]], [[1.0, -1.0]], [[0.0, 1.0]]])).tolist()
    [0, 1, 3]
    """
    W = np.asarray(W)
    norm, shared = norms(W), superposition(W)[..., -1] > SHARES
    rest = np.where((norm[..., :-1] <= REPRESENTED).any(-1), ALONE, OTHERS_SHARE)
    return np.where(norm[..., -1] <= REPRESENTED, DROPPED, np.where(shared, SHARED, rest))
