"""How the features of a set lie to each other, for models of equal sets of consecutive features that come together.

Elhage et al. 2022, *Toy Models of Superposition*: features that co-occur (correlated) or exclude each other
(anticorrelated).
"""

import numpy as np
from jaxtyping import Bool, Float

from tegum.errors import BadInput
from tegum.geometry.directions import REPRESENTED, angles, cosines, represented
from tegum.geometry.polytopes import GAP_TOLERANCE
from tegum.theory.co_occurrence import set_means

CLOSE = GAP_TOLERANCE
"""How far an angle may be from 0°, 90° or 180° to be called so: the tolerance of `planar_arrangement`, 15°."""


def within(W: Float[np.ndarray, "*batch m n"], sets: int) -> Float[np.ndarray, "*batch s p"]:
    """Angles between the features of each set, in radians: one for each two of them; NaN where one is zero.

    >>> np.degrees(within(np.array([[1.0, 0.0, 1.0, -1.0], [0.0, 1.0, 0.0, 0.0]]), 2))
    array([[ 90.],
           [180.]])
    """
    size = _size(W, sets)
    between = angles(W)
    i, j = np.triu_indices(size, 1)
    start = np.arange(sets)[:, None] * size
    return np.asarray(between[..., start + i, start + j])


def across(W: Float[np.ndarray, "*batch m n"], sets: int) -> Float[np.ndarray, "*batch p"]:
    """Angles between features of different sets, in radians: one for each two of them."""
    group = np.arange(W.shape[-1]) // _size(W, sets)
    i, j = np.triu_indices(W.shape[-1], 1)
    apart = group[i] != group[j]
    return np.asarray(angles(W)[..., i[apart], j[apart]])


def collapsed(
    W: Float[np.ndarray, "*batch m n"], sets: int, threshold: float = REPRESENTED
) -> Bool[np.ndarray, "*batch s"]:
    """Whether all features of a set are represented and within 15° of each other: one direction for all of them.

    >>> collapsed(np.array([[1.0, 0.9, 1.0, -1.0], [0.0, 0.1, 0.0, 0.0]]), 2)
    array([ True, False])
    """
    there = represented(W, threshold).reshape(*W.shape[:-2], sets, -1).all(axis=-1)
    together: np.ndarray = there & (within(W, sets) <= CLOSE).all(axis=-1)
    return together


def at_angle(W: Float[np.ndarray, "*batch m n"], sets: int, degrees: float) -> Bool[np.ndarray, "*batch"]:
    """Whether all features are represented and any two of one set meet at this angle, within 15°."""
    near = np.abs(within(W, sets) - np.radians(degrees)) <= CLOSE
    return np.asarray(represented(W).all(axis=-1) & near.all(axis=(-2, -1)))


def side_by_side(W: Float[np.ndarray, "*batch m n"]) -> Bool[np.ndarray, "*batch s"]:
    """Whether the two features of each pair are neighbours in their order around the circle. W (…, 2, n), n even.

    Of the 15 ways to pair six features on a circle, two join neighbours only.

    >>> side_by_side(np.array([[1.0, 0.0, 1.0, -1.0], [0.0, 1.0, 1.0, -0.1]]))  # 2 lies between 0 and 1
    array([False, False])
    """
    if W.shape[-2] != 2 or W.shape[-1] % 2:
        raise BadInput(f"W of shape {W.shape} must have shape (..., 2, n) with n even: pairs of features in a plane.")
    n = W.shape[-1]
    rank = np.argsort(np.argsort(np.arctan2(W[..., 1, :], W[..., 0, :]), axis=-1), axis=-1)
    apart = np.abs(rank[..., 0::2] - rank[..., 1::2])
    return np.asarray((apart == 1) | (apart == n - 1))


def twist(W: Float[np.ndarray, "*batch m n"]) -> Float[np.ndarray, "*batch"]:
    """How far two sets of three in space are turned from an octahedron towards a triangular prism, 0° to 60°.

    Two orthogonal triples that open to opposite sides of one axis have, at an angle φ between two of their features
    around it, the cosine (2 cos φ − 1)/3: −1 for antipodal ones (φ = 180°), −2/3 in a prism (φ = 120°). The twist is
    180° − φ at the mean over features of their most negative cosine with the other set. NaN for models whose sets are
    not two orthogonal triples (within 15°). W (…, 3, 6).

    >>> float(twist(np.concatenate([np.eye(3), -np.eye(3)], axis=1)).round(6))
    0.0
    """
    if W.shape[-2:] != (3, 6):
        raise BadInput(f"W of shape {W.shape} must have shape (..., 3, 6): two sets of three features in space.")
    between = cosines(W)[..., :3, 3:]
    opposite = (between.min(axis=-1).mean(axis=-1) + between.min(axis=-2).mean(axis=-1)) / 2
    turn = 180 - np.degrees(np.arccos(np.clip((3 * opposite + 1) / 2, -1, 1)))
    return np.asarray(np.where(at_angle(W, 2, 90.0), turn, np.nan))


def principal_distance(W: Float[np.ndarray, "*batch m n"], sets: int) -> Float[np.ndarray, "*batch"]:
    """How far WᵀW is from the nearest answer of PCA, ‖WᵀW − P‖_F / √m, for m up to the number of sets.

    The first principal components of sets that co-occur are the sets' means, all of one variance, so P may be the
    projection on any m orthogonal combinations of them: here on those that W has most of. 0 for PCA, 1 for W = 0.

    >>> float(principal_distance(np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]]) / np.sqrt(2), 2).round(9))
    0.0
    """
    means, m = set_means(sets, _size(W, sets)), W.shape[-2]
    if m > sets:
        raise BadInput(f"W of shape {W.shape} has m={m}, more than sets={sets}; PCA then needs more than their means.")
    kept = means @ np.linalg.svd(W @ means)[2][..., :m, :].mT
    apart = W.mT @ W - kept @ kept.mT
    return np.asarray(np.linalg.norm(apart, axis=(-2, -1)) / np.sqrt(m))


def _size(W: np.ndarray, sets: int) -> int:
    if sets < 1 or W.shape[-1] % sets:
        raise BadInput(f"{W.shape[-1]} features cannot be split into {sets} equal sets; choose a divisor.")
    return int(W.shape[-1] // sets)
