"""Hidden neurons: which features each stores, how many stand alone, how near directions are to the neurons' axes."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from tegum.geometry.directions import REPRESENTED, norms

STORED = 0.3
"""|W_ki| from which neuron k stores feature i: a lone feature has 1, one of a pair 0.7, one of three 0.6."""


class Code(NamedTuple):
    """How a layer stores features, each (…): neurons with one feature, with several, and the features that no
    neuron has to itself."""

    alone: np.ndarray
    several: np.ndarray
    shared: np.ndarray

    def is_of(self, alone: int, several: int, shared: int) -> np.ndarray:
        """Whether it is this many of each."""
        return np.asarray((self.alone == alone) & (self.several == several) & (self.shared == shared))


def load(W: np.ndarray, threshold: float = STORED) -> np.ndarray:
    """How many features each neuron stores, (…, m): W (…, m, n) with neurons as rows.

    >>> load(np.array([[1.0, 0.1, 0.0], [0.0, 0.8, -0.8]])).tolist()
    [1, 2]
    """
    return np.asarray((np.abs(W) >= threshold).sum(axis=-1))


def code(W: np.ndarray, threshold: float = STORED) -> Code:
    """How W (…, m, n) stores its features.

    >>> two = np.array([[1.0, 0.1, 0.0, 0.0], [0.0, 0.8, -0.8, 0.7], [0.0, -0.8, 0.8, 0.7]])
    >>> [int(part) for part in code(two)]
    [1, 2, 3]
    """
    held, count = np.abs(W) >= threshold, load(W, threshold)
    lone = (held & (count == 1)[..., None]).any(axis=-2)
    return Code((count == 1).sum(axis=-1), (count > 1).sum(axis=-1), (held.any(axis=-2) & ~lone).sum(axis=-1))


def firing(W: np.ndarray, threshold: float = STORED) -> np.ndarray:
    """How many ReLU neurons fire for each feature where it is alone, (…, n); 0 where it is not represented."""
    return np.asarray(np.where(norms(W) > REPRESENTED, (np.asarray(W) >= threshold).sum(axis=-2), 0))


def alignment(W: np.ndarray) -> np.ndarray:
    """How near directions are to axes, (…): the mean over represented features of Σ_k Ŵ_ki⁴; NaN for none.

    1 where each lies on an axis, 1/m where each is spread evenly over all m, 3/(m + 2) for random directions.
    """
    length = norms(W)
    unit = W / np.maximum(length, 1e-12)[..., None, :]
    known = length > REPRESENTED
    count = known.sum(axis=-1)
    total = np.where(known, (unit**4).sum(axis=-2), 0).sum(axis=-1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def rank_among_rotations(W: np.ndarray, count: int = 200, seed: int = 0) -> np.ndarray:
    """For each model W (k, m, n), the share of random rotations of it whose directions are less near to axes.

    Uniform on [0, 1] where axes mean nothing. The same rotations for all models.
    """
    turns = stats.ortho_group.rvs(W.shape[-2], size=count, random_state=seed)
    own = alignment(W)
    return np.asarray(np.mean([alignment(turn @ W) < own for turn in turns], axis=0))


def fewest_inputs_first(W: np.ndarray, threshold: float = STORED) -> np.ndarray:
    """An order of one model's neurons (m,): those with one feature first, then by the most important they store."""
    held = np.abs(W) >= threshold
    count = held.sum(axis=-1)
    largest = np.abs(W).argmax(axis=-1)
    first = np.where(count > 0, np.where(count == 1, largest, held.argmax(axis=-1)), W.shape[-1])
    return np.lexsort((largest, first, np.where(count == 0, 2, count > 1)))
