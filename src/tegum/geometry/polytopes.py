"""Names for the shapes that features make in a plane, m = 2: pairs, triangle, pentagon (Elhage et al. 2022).

Only represented features count. Up to rotation and reflection each of these shapes is a list of the angles
between neighbours around the origin, its gaps; a model whose gaps are close to the list has the shape's name.
"""

import numpy as np
from jaxtyping import Bool, Float, Shaped

from tegum.errors import BadInput
from tegum.geometry.directions import REPRESENTED, norms, represented

GAP_TOLERANCE = np.radians(15)
"""How far a gap may be from its ideal. Half-way between the two shapes that are nearest to each other: an
antipodal pair + 1 has gaps of 90° where a triangle has 120°. Trained pentagons (importance 0.9^i, 12 seeds
at each 1 − S from 0.03 to 0.2) were off by up to 3° when sparse and 11° at the dense edge of their phase.
By chance, two random directions are an orthogonal pair in 1 case of 6, and five a pentagon in 1 of 1,400."""

CROWDED_GAP_TOLERANCE = 1 / 4
"""The same as a part of the ideal gap, which is stricter from seven features on. Well under half-way to a
(k + 1)-gon that lost a vertex, whose wide gap exceeds that of a k-gon by (k − 1)/(k + 1) of it: half of that
is 1/3 for k = 5 and more for larger k."""

NORM_TOLERANCE = 1 / 4
"""How far the norm of a polygon's vertex may be from their mean, as a part of the mean: a vertex with less
than about half the squared norm of the others is not one. The trained pentagons were off by 15 % at most."""

PAIRS: dict[str, tuple[int, ...]] = {
    "nothing": (),
    "one feature": (360,),
    "orthogonal pair": (90, 270),
    "antipodal pair": (180, 180),
    "antipodal pair + 1": (90, 90, 180),
    "two antipodal pairs": (90, 90, 90, 90),
}
"""The shapes made of orthogonal and antipodal features, by their gaps in degrees, ascending. Their norms are
free, since those of orthogonal features do not depend on each other."""

POLYGONS = {3: "triangle", 5: "pentagon", 6: "hexagon"}
"""The regular polygons with a name of their own; the next ones are "7-gon", "8-gon", and the square is two
antipodal pairs."""


def planar_arrangement(
    W: Float[np.ndarray, "*batch m n"], threshold: float = REPRESENTED
) -> Shaped[np.ndarray, "*batch"]:
    """Name of the shape that each model's represented features, of norm above threshold, make in the plane.

    One of `PAIRS`; a regular polygon, "triangle", "pentagon", "hexagon", "7-gon" and so on; "irregular"; or
    "not finite" if W has a NaN or an infinity. m must be 2.

    >>> fifths = 2 * np.pi * np.arange(5) / 5
    >>> pentagon = np.stack([np.cos(fifths), np.sin(fifths)])
    >>> planar_arrangement(np.stack([pentagon, pentagon * [1, 0, 0, 0, 0]])).tolist()
    ['pentagon', 'one feature']
    """
    finite = np.isfinite(W).all(axis=(-2, -1))
    W = np.where(finite[..., None, None], W, 0).astype(float)
    gaps, there = planar_gaps(W, threshold), represented(W, threshold)
    count = there.sum(axis=-1)
    polygon = (count >= 3) & _equal_gaps(gaps).all(axis=-1) & _equal_norms(norms(W), there).all(axis=-1)
    polygon_names = np.array([POLYGONS.get(k, f"{k}-gon") for k in range(W.shape[-1] + 1)])
    pairs = [(count == len(ideal)) & _has_gaps(gaps, ideal).all(axis=-1) for ideal in PAIRS.values()]
    return np.select([~finite, *pairs, polygon], ["not finite", *PAIRS, polygon_names[count]], default="irregular")


def planar_gaps(W: Float[np.ndarray, "*batch m n"], threshold: float = REPRESENTED) -> Float[np.ndarray, "*batch n"]:
    """Angles in radians between neighbouring represented features around the origin, ascending, then NaN.

    There are as many gaps as represented features, and together they make 2π. m must be 2.

    >>> np.degrees(planar_gaps(np.array([[1.0, 0.0, -1.0, 0.1], [0.0, 1.0, 0.0, 0.0]])))
    array([ 90.,  90., 180.,  nan])
    """
    _needs_plane(W)
    there = represented(W, threshold)
    bearings = np.sort(np.where(there, np.arctan2(W[..., 1, :], W[..., 0, :]), np.nan), axis=-1)
    between = np.diff(bearings, axis=-1)
    last = np.where(there.any(axis=-1), 2 * np.pi - np.nansum(between, axis=-1), np.nan)
    return np.sort(np.concatenate([between, last[..., None]], axis=-1), axis=-1)


def aligned(W: Float[np.ndarray, "*batch m n"]) -> Float[np.ndarray, "*batch m n"]:
    """The same planar models, turned so that feature 0 points right and reflected so that feature 1 points up.

    Neither changes W^T W, so neither changes what a model computes. m must be 2.

    >>> aligned(np.array([[0.0, 2.0], [1.0, 0.0]])).round(9) + 0.0
    array([[1., 0.],
           [0., 2.]])
    """
    _needs_plane(W)
    bearing = np.arctan2(W[..., 1, 0], W[..., 0, 0])[..., None]
    right = np.cos(bearing) * W[..., 0, :] + np.sin(bearing) * W[..., 1, :]
    up = np.cos(bearing) * W[..., 1, :] - np.sin(bearing) * W[..., 0, :]
    return np.stack([right, np.where(up[..., 1:2].sum(-1, keepdims=True) < 0, -up, up)], axis=-2)


def _needs_plane(W: Float[np.ndarray, "*batch m n"]) -> None:
    if W.shape[-2] != 2:
        raise BadInput(
            f"W of shape {W.shape} has m={W.shape[-2]} but a plane needs m=2, shape (..., 2, n); "
            "for any m, measure W with dimensionality and angles from tegum.geometry."
        )


def _has_gaps(gaps: Float[np.ndarray, "*batch n"], degrees: tuple[int, ...]) -> Bool[np.ndarray, "*batch k"]:
    k, n = len(degrees), gaps.shape[-1]
    close: np.ndarray = np.abs(gaps[..., :k] - np.radians(degrees)[:n]) <= GAP_TOLERANCE
    return close


def _equal_gaps(gaps: Float[np.ndarray, "*batch n"]) -> Bool[np.ndarray, "*batch n"]:
    missing = np.isnan(gaps)
    ideal = 2 * np.pi / np.maximum((~missing).sum(axis=-1, keepdims=True), 1)
    tolerance = np.minimum(GAP_TOLERANCE, CROWDED_GAP_TOLERANCE * ideal)
    close: np.ndarray = missing | (np.abs(gaps - ideal) <= tolerance)
    return close


def _equal_norms(
    lengths: Float[np.ndarray, "*batch n"], there: Bool[np.ndarray, "*batch n"]
) -> Bool[np.ndarray, "*batch n"]:
    total = np.where(there, lengths, 0).sum(axis=-1, keepdims=True)
    mean = total / np.maximum(there.sum(axis=-1, keepdims=True), 1)
    close: np.ndarray = ~there | (np.abs(lengths - mean) <= NORM_TOLERANCE * mean)
    return close
