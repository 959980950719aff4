"""Tips on circles in the plane: how many radii there are, which circle fits best, how far neighbours are apart.

Zero loss on one-hot data asks W_i·(W_i − W_j) ≥ 1 for all j ≠ i (`tegum.theory.zero_loss`). With r = ‖W_i‖, R = ‖W_j‖
and the angle θ between them that is cos θ ≤ (r² − 1)/(r R), and of two neighbours the shorter is the stricter.
"""

from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from tegum.errors import BadInput
from tegum.geometry.clipping import area
from tegum.geometry.directions import norms
from tegum.geometry.zones import lone_zones

STEP = 0.05
"""How much longer the next norm is where another radius begins. Groups of equal norms that training makes agree to a
thousandth; experiments say what 0.01 and 0.1 would change."""

STRAIGHT = 1e-9  # the part of their length by which points on a line may be off it


def radius_groups(length: Float[np.ndarray, "*batch n"], step: float = STEP) -> Int[np.ndarray, "*batch n"]:
    """Which radius each norm belongs to, counted from 0, the smallest: sorted norms that differ by a part of more than
    `step` from the one before begin another.

    >>> radius_groups(np.array([2.6, 1.2, 2.61, 1.4])).tolist()
    [2, 0, 2, 1]
    """
    order = np.argsort(length, axis=-1, kind="stable")
    rising = np.take_along_axis(np.asarray(length, float), order, axis=-1)
    begins = rising[..., 1:] > (1 + step) * rising[..., :-1]
    group = np.concatenate([np.zeros((*length.shape[:-1], 1), int), np.cumsum(begins, axis=-1)], axis=-1)
    found = np.empty_like(group)
    np.put_along_axis(found, order, group, axis=-1)
    return found


def radius_count(length: Float[np.ndarray, "*batch n"], step: float = STEP) -> Int[np.ndarray, "*batch"]:
    """How many radii there are, by `radius_groups`.

    >>> int(radius_count(np.array([2.6, 1.2, 2.61, 1.4])))
    3
    """
    return np.asarray(radius_groups(length, step).max(axis=-1) + 1)


def radius_histogram(length: Float[np.ndarray, "k n"], most: int = 4, step: float = STEP) -> Int[np.ndarray, " most"]:
    """How many models have one radius, two, …, and `most` or more.

    >>> radius_histogram(np.array([[1.0, 1.0], [1.0, 2.0], [3.0, 2.0]])).tolist()
    [1, 2, 0, 0]
    """
    return np.bincount(np.minimum(radius_count(length, step), most), minlength=most + 1)[1:]


def group_spread(
    length: Float[np.ndarray, "*batch n"], least: int = 3, step: float = STEP
) -> Float[np.ndarray, "*batch"]:
    """How much longer the longest norm of a radius is than the shortest, as a part of it: the most among the radii that
    `least` norms or more share; NaN where there are none. Groups of one say nothing, and few of chance are large.

    >>> float(group_spread(np.array([1.0, 2.0, 2.01, 2.02])).round(6))
    0.01
    """
    length = np.asarray(length, float)
    group = radius_groups(length, step)
    same = group[..., :, None] == group[..., None, :]
    low, high = (
        f(np.where(same, length[..., None, :], fill), axis=-1) for f, fill in ((np.min, np.inf), (np.max, -np.inf))
    )
    found = np.where(same.sum(-1) >= least, high / low - 1, -np.inf).max(axis=-1)
    return np.asarray(np.where(np.isfinite(found), found, np.nan))


def neighbours(
    W: Float[np.ndarray, "*batch m n"],
) -> tuple[Int[np.ndarray, "*batch n"], Int[np.ndarray, "*batch n"], np.ndarray, np.ndarray]:
    """Every feature in order around the origin and the next one: their numbers, the gap between them (rad), and the
    least gap that zero loss allows, arccos((r² − 1)/(r R)) with the shorter r and the longer R.

    >>> first, then, gap, least = neighbours(np.sqrt(2) * np.array([[1.0, 0, -1, 0], [0, 1, 0, -1]]))
    >>> np.degrees(gap).round(6).tolist(), np.degrees(least).round(6).tolist()
    ([90.0, 90.0, 90.0, 90.0], [60.0, 60.0, 60.0, 60.0])
    """
    _need_plane(W)
    bearing = np.arctan2(W[..., 1, :], W[..., 0, :]).astype(float)
    first = np.argsort(bearing, axis=-1)
    then = np.roll(first, -1, axis=-1)
    turn, next_turn = (np.take_along_axis(bearing, place, axis=-1) for place in (first, then))
    here, there = (np.take_along_axis(norms(W).astype(float), place, axis=-1) for place in (first, then))
    short, both = np.minimum(here, there), here * there
    cosine = np.where(both > 0, (short**2 - 1) / np.where(both > 0, both, 1), -1.0)
    return first, then, np.mod(next_turn - turn, 2 * np.pi), np.arccos(np.clip(cosine, -1, 1))


def room_around(W: Float[np.ndarray, "*batch m n"]) -> Float[np.ndarray, "*batch n"]:
    """The mean of the two gaps beside each feature, in rad.

    >>> np.degrees(room_around(np.array([[1.0, 0.0, -1.0], [0.0, 1.0, 0.0]]))).round(6).tolist()
    [135.0, 90.0, 135.0]
    """
    first, _, gap, _ = neighbours(W)
    found = np.empty_like(gap)
    np.put_along_axis(found, first, (gap + np.roll(gap, 1, axis=-1)) / 2, axis=-1)
    return found


def widest_gap(W: Float[np.ndarray, "*batch m n"], there: Bool[np.ndarray, "*batch n"]) -> Float[np.ndarray, "*batch"]:
    """The widest angle (rad) between neighbours among some features; 2π for one, NaN for none. They surround the origin
    if it is below π.

    >>> W = np.array([[1.0, 0.0, -1.0, 0.0], [0.0, 1.0, 0.0, -1.0]])
    >>> float(np.degrees(widest_gap(W, np.array([True, True, False, False]))))
    270.0
    """
    _need_plane(W)
    rising = np.sort(np.where(there, np.arctan2(W[..., 1, :], W[..., 0, :]), np.nan), axis=-1)
    some = np.asarray(there.any(axis=-1))[..., None]
    step = np.diff(rising, axis=-1)
    around = 2 * np.pi - (np.nanmax(np.where(some, rising, 0), axis=-1) - rising[..., 0])
    return np.asarray(np.maximum(around, np.nan_to_num(step).max(axis=-1, initial=0)))


def fitted_circle(
    points: Float[np.ndarray, "*batch p 2"], rounds: int = 50
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The circle that fits points best: centre (..., 2), radius (...,) and the root mean square of their distances from
    it (...,). At least four points, since any three have a circle.

    Kåsa's linear fit (1976), then Gauss and Newton's steps on the distances themselves. Points on a line have a circle
    of infinite radius, whose centre is NaN.

    >>> turns = np.array([0.1, 0.5, 1.5, 2.0])
    >>> centre, radius, off = fitted_circle(np.array([3.0, 4.0]) + 2 * np.stack([np.cos(turns), np.sin(turns)], -1))
    >>> centre.round(6).tolist(), float(radius.round(6)), float(off.round(6))
    ([3.0, 4.0], 2.0, 0.0)
    """
    if points.shape[-2] < 4:
        raise BadInput(f"{points.shape[-2]} points do not tell one circle from another; give at least 4.")
    points = np.asarray(points, float)
    extent = np.linalg.svd(points - points.mean(axis=-2, keepdims=True), compute_uv=False)
    straight = np.asarray(extent[..., 1] <= STRAIGHT * extent[..., 0])
    one = np.ones(points.shape[:-1])
    linear = np.concatenate([2 * points, one[..., None]], axis=-1)
    found = _least_squares(linear, (points**2).sum(-1))
    centre = found[..., :2]
    radius = np.sqrt(np.maximum(found[..., 2] + (centre**2).sum(-1), 0))
    for _ in range(rounds):
        away = points - centre[..., None, :]
        distance = np.maximum(np.linalg.norm(away, axis=-1), 1e-12)
        slope = np.concatenate([-away / distance[..., None], -one[..., None]], axis=-1)
        change = _least_squares(slope, radius[..., None] - distance)
        centre, radius = centre + change[..., :2], radius + change[..., 2]
    off = np.linalg.norm(points - centre[..., None, :], axis=-1) - radius[..., None]
    away_from_line = extent[..., 1] / np.sqrt(points.shape[-2])
    return (
        np.where(straight[..., None], np.nan, centre),
        np.where(straight, np.inf, radius),
        np.where(straight, away_from_line, np.sqrt((off**2).mean(axis=-1))),
    )


def off_one_circle(W: Float[np.ndarray, "*batch m n"]) -> Float[np.ndarray, "*batch"]:
    """Root mean square distance of the tips from the best circle, wherever its centre is (`fitted_circle`)."""
    return np.asarray(fitted_circle(W.mT)[2])


def interfaces(
    W: Float[np.ndarray, "*batch m n"],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Which features have the largest radius (..., n), as columns; and, in order around the origin (..., n), each gap,
    the least that zero loss allows, whether both its neighbours have the largest radius, and whether just one has."""
    group = radius_groups(norms(W))
    outer = group == group.max(axis=-1, keepdims=True)
    first, then, gap, least = neighbours(W)
    here, there = (np.take_along_axis(outer, place, axis=-1) for place in (first, then))
    return outer, gap, least, here & there, here != there


def wider(
    W: Float[np.ndarray, "*batch m n"], b: Float[np.ndarray, "*batch n"], outer: Bool[np.ndarray, "*batch n"]
) -> Bool[np.ndarray, "*batch"]:
    """Whether features that are not `outer` have, on average, both larger lone zones (`lone_zones`, by area) and larger
    gaps beside them than those that are."""
    pairs = [(_mean(part, ~outer), _mean(part, outer)) for part in (area(lone_zones((W, b))), room_around(W))]
    return np.asarray(np.all([inner > far for inner, far in pairs], axis=0))


def _mean(part: np.ndarray, there: np.ndarray) -> np.ndarray:
    return np.asarray(np.where(there, part, 0).sum(-1) / np.maximum(there.sum(-1), 1))


def _least_squares(matrix: np.ndarray, values: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.einsum("...kp,...p->...k", np.linalg.pinv(matrix), values)
    return found


def _need_plane(W: Any) -> None:
    if np.ndim(W) < 2 or W.shape[-2] != 2:
        raise BadInput(
            f"W of shape {np.shape(W)} has no order around the origin; neighbours need m=2, shape (..., 2, n)."
        )
