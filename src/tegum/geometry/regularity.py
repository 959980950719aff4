"""How far features in a plane are from a regular polygon."""

import numpy as np
from jaxtyping import Float

from tegum.geometry.directions import norms
from tegum.geometry.polytopes import planar_gaps


def irregularity(W: Float[np.ndarray, "*batch 2 n"]) -> Float[np.ndarray, "*batch"]:
    """Root mean square over all gaps and norms of how far each is from its mean, as a part of the mean.

    0 for a regular polygon of any size, whatever the order of its vertices; every column counts, also a short one.

    >>> W = np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]])  # gaps 90°, 90°, 180° instead of 120°
    >>> float(irregularity(W).round(6))
    0.25
    """
    lengths, between = norms(W), planar_gaps(W, threshold=-1.0)
    means = [part.mean(axis=-1, keepdims=True) for part in (lengths, between)]
    off = [(part - mean) / np.where(mean == 0, 1, mean) for part, mean in zip((lengths, between), means, strict=True)]
    return np.asarray(np.sqrt((np.concatenate(off, axis=-1) ** 2).mean(axis=-1)))
