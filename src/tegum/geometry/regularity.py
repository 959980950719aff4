"""Regular arrangements: whether features are a polygon, how far from one, and which of them share a direction."""

import numpy as np
from jaxtyping import Bool, Float

from tegum.errors import BadInput
from tegum.geometry.directions import norms
from tegum.geometry.polytopes import planar_gaps


def irregularity(W: Float[np.ndarray, "*batch m n"]) -> Float[np.ndarray, "*batch"]:
    """Root mean square over all gaps and norms of how far each is from its mean, as a part of the mean.

    0 for a regular polygon of any size, whatever the order of its vertices; every column counts, also a short one.
    m must be 2.

    >>> W = np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]])  # gaps 90°, 90°, 180° instead of 120°
    >>> float(irregularity(W).round(6))
    0.25
    """
    _needs_plane(W)
    lengths, between = norms(W), planar_gaps(W, threshold=-1.0)
    means = [part.mean(axis=-1, keepdims=True) for part in (lengths, between)]
    off = [(part - mean) / np.where(mean == 0, 1, mean) for part, mean in zip((lengths, between), means, strict=True)]
    return np.asarray(np.sqrt((np.concatenate(off, axis=-1) ** 2).mean(axis=-1)))


def regular(
    W: Float[np.ndarray, "*batch m n"], norm: float = 0.01, gap: float = np.pi / 180
) -> Bool[np.ndarray, "*batch"]:
    """Whether all n columns make a regular polygon: norms within a part `norm` of the mean, gaps within `gap` rad.

    m must be 2.

    >>> regular(np.array([[1.0, 0.0, -1.0, 0.0], [0.0, 1.0, 0.0, -1.0]])).item()
    True
    """
    _needs_plane(W)
    length = norms(W)
    mean = length.mean(axis=-1, keepdims=True)
    equal = (np.abs(length - mean) <= norm * mean).all(axis=-1)
    even = (np.abs(planar_gaps(W, threshold=-1.0) - 2 * np.pi / W.shape[-1]) <= gap).all(axis=-1)
    return np.asarray(equal & even)


def merged(W: Float[np.ndarray, "m n"], within: float = np.pi / 90, least: float = 0.01) -> Float[np.ndarray, "m k"]:
    """One column for each direction of W: columns within an angle are added up by their squared norms, longest first.

    Without a bias, features of one direction act on the others as one feature of their added squared norm does. Columns
    whose norm is not above `least` have no direction and are left out.

    >>> merged(np.array([[3.0, 4.0, 0.0], [0.0, 0.0, 1.0]]))
    array([[5., 0.],
           [0., 1.]])
    """
    groups: list[np.ndarray] = []
    for column in sorted(W.T, key=lambda c: -float(c @ c)):
        length = float(np.linalg.norm(column))
        alike = [group for group in groups if group @ column > np.cos(within) * length * np.linalg.norm(group)]
        if alike:
            alike[0] *= np.sqrt(1 + length**2 / (alike[0] @ alike[0]))
        elif length > least:
            groups.append(column.copy())
    return np.stack(groups, axis=1) if groups else np.zeros((len(W), 0))


def _needs_plane(W: np.ndarray) -> None:
    if W.ndim < 2 or W.shape[-2] != 2:
        raise BadInput(f"W of shape {W.shape} makes no polygon; regular arrangements need m=2, shape (..., 2, n).")
