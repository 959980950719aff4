"""Cubes, frames and planes, on cases known beforehand."""

import re
from itertools import pairwise

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.geometry.projections import (
    between,
    hypercube,
    nearest_frame,
    pivoted,
    principal_frame,
    random_frames,
    upright,
    variance_kept,
)  # fmt: skip
from tegum.theory.unbiased import polygon


@pytest.mark.parametrize("n", [1, 3, 5])
def test_a_cube_has_its_vertices_and_edges(n: int) -> None:
    vertices, edges = hypercube(n)
    assert (vertices.shape, edges.shape) == ((n, 2**n), (n * 2 ** (n - 1), 2))
    steps = vertices[:, edges[:, 1]] - vertices[:, edges[:, 0]]
    np.testing.assert_array_equal(steps, np.repeat(np.eye(n), 2 ** (n - 1), axis=1))
    assert len({tuple(pair) for pair in edges}) == len(edges)


@pytest.mark.parametrize("n", [0, 13])
def test_a_cube_that_cannot_be_drawn(n: int) -> None:
    message = f"a cube of {n} dimensions cannot be drawn; take 1 to 12 of them."
    with pytest.raises(BadInput, match=re.escape(message)):
        hypercube(n)


def test_random_frames_are_orthonormal_and_have_no_direction() -> None:
    frames = random_frames(4000, 2, 5, seed=0)
    np.testing.assert_allclose(frames @ frames.mT, np.broadcast_to(np.eye(2), (4000, 2, 2)), atol=1e-12)
    mean = (frames.mT @ frames).mean(axis=0)  # the mean projection of no direction is 2/5 of the identity
    np.testing.assert_allclose(mean, 0.4 * np.eye(5), atol=0.02)
    np.testing.assert_allclose(frames.mean(axis=0), 0, atol=0.03)


def test_a_regular_shape_is_its_own_frame() -> None:
    frame = nearest_frame(polygon(5))
    np.testing.assert_allclose(frame, np.sqrt(2 / 5) * polygon(5) / np.linalg.norm(polygon(5)[:, 0]), atol=1e-12)


def test_rows_that_span_no_plane() -> None:
    with pytest.raises(BadInput, match=re.escape("(2, 3) span no 2 dimensions; give independent rows.")):
        nearest_frame(np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]]))


def test_principal_planes_keep_most() -> None:
    points = np.diag([3.0, 2.0, 1.0]) @ np.concatenate([np.eye(3), -np.eye(3)], axis=1)
    best = principal_frame(points, 2)
    np.testing.assert_allclose(np.abs(best), [[1, 0, 0], [0, 1, 0]], atol=1e-12)
    assert float(variance_kept(best, points)) == pytest.approx(13 / 14)
    assert variance_kept(random_frames(500, 2, 3, seed=0), points).max() <= 13 / 14


def test_the_way_between_planes_is_even_and_arrives() -> None:
    start, end = random_frames(2, 2, 5, seed=3)
    way = np.stack([between(start, end, share) for share in np.linspace(0, 1, 5)])
    np.testing.assert_allclose(way[0], start, atol=1e-12)
    np.testing.assert_allclose(way[-1].T @ way[-1], end.T @ end, atol=1e-9)
    np.testing.assert_allclose(way @ way.mT, np.broadcast_to(np.eye(2), (5, 2, 2)), atol=1e-9)
    steps = [np.sort(np.linalg.svd(a @ b.T)[1]) for a, b in pairwise(way)]
    np.testing.assert_allclose(steps, np.broadcast_to(steps[0], (4, 2)), atol=1e-9)


def test_planes_that_are_one_have_no_way_between() -> None:
    frame = random_frames(1, 2, 4, seed=0)[0]
    np.testing.assert_allclose(between(frame, frame, 0.3), frame, atol=1e-7)


def test_a_plane_turns_about_what_it_shares() -> None:
    start, end = random_frames(2, 2, 3, seed=1)
    frames, meeting = pivoted(start, end, np.array([0.0, 30.0, 180.0]))
    shared = np.cross(np.cross(*start), np.cross(*end))
    for frame in frames:
        assert abs(np.cross(*frame) @ shared) < 1e-9
    np.testing.assert_allclose(frames[2].T @ frames[2], start.T @ start, atol=1e-9)
    there, _ = pivoted(start, end, np.array([meeting]))
    np.testing.assert_allclose(there[0].T @ there[0], end.T @ end, atol=1e-9)
    assert abs(np.cross(*frames[1]) @ np.cross(*start)) == pytest.approx(np.cos(np.radians(30)))


def test_a_plane_that_meets_itself_turns_all_the_same() -> None:
    floor = np.eye(3)[:2]
    frames, meeting = pivoted(floor, floor[::-1], np.array([0.0, 90.0]))
    assert meeting == 0
    np.testing.assert_allclose(frames[0], floor, atol=1e-9)
    np.testing.assert_allclose(np.abs(frames[1]), [[1, 0, 0], [0, 0, 1]], atol=1e-9)


def test_upright_changes_no_angle_and_lifts_the_odd_axis() -> None:
    bipyramid = np.zeros((3, 7))
    bipyramid[:2, :5], bipyramid[2, 5:] = polygon(5), (1, -1)
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    W = upright(turn @ bipyramid)
    np.testing.assert_allclose(W.T @ W, bipyramid.T @ bipyramid, atol=1e-9)
    np.testing.assert_allclose(np.abs(W[:, 5:]), [[0, 0], [0, 0], [1, 1]], atol=1e-9)
    octahedron = np.concatenate([np.eye(3), -np.eye(3)], axis=1)
    np.testing.assert_allclose(upright(turn @ octahedron)[:, 0], [0, 0, 1], atol=1e-9)
