"""Clipping against exact arithmetic, closed forms, and by what must be true of any polygon."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from oracle import zones as oracle
from tegum.geometry.clipping import area, ball, clip, cube, cut, disc, volume

number = st.floats(-3, 3).map(lambda v: round(v, 3))


@pytest.mark.parametrize(("sides", "expected"), [(3, 3 * 3**0.5 / 4), (4, 2.0), (6, 3 * 3**0.5 / 2)])
def test_a_disc_is_the_regular_polygon(sides: int, expected: float) -> None:
    assert float(area(disc(1.0, sides))) == pytest.approx(expected, abs=1e-14)


def test_a_fine_disc_has_nearly_the_area_of_a_circle_and_the_symmetry_of_its_sides() -> None:
    assert 0 < np.pi - float(area(disc())) < 0.0015
    for k in (3, 4, 5, 6, 8, 10, 12):
        turn = 2 * np.pi * np.arange(k) / k
        parts = area(clip(disc(), np.stack([np.cos(turn), np.sin(turn)], axis=1), -0.3))
        np.testing.assert_allclose(parts, parts[0], rtol=1e-12)


def test_half_a_disc_and_its_segment() -> None:
    many = disc(1.0, 4096)
    assert float(area(clip(many, np.array([0.0, 2.0]), 0.0))) == pytest.approx(np.pi / 2, abs=1e-5)
    t = 0.4
    segment = np.arccos(t) - t * np.sqrt(1 - t * t)
    assert float(area(clip(many, np.array([3.0, 0.0]), -3 * t))) == pytest.approx(segment, abs=1e-5)


@settings(deadline=None, max_examples=60)
@given(st.tuples(number, number), number, st.integers(3, 12), number)
def test_what_is_clipped_off_and_what_is_left_make_the_whole(
    normal: tuple[float, float], offset: float, sides: int, radius: float
) -> None:
    whole, line = disc(abs(radius) + 0.1, sides), np.array(normal)
    left, off = area(clip(whole, line, offset)), area(clip(whole, -line, -offset))
    if line.any():
        assert float(left + off) == pytest.approx(float(area(whole)), abs=1e-9)
        exact = oracle.exact_area(oracle.exact_clip(oracle.exact_points(whole), line, offset))
        assert float(left) == pytest.approx(exact, abs=1e-9)


def test_a_line_along_an_edge_or_through_corners_takes_all_or_nothing_or_half() -> None:
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], float)
    assert float(area(clip(square, np.array([0.0, 1.0]), 1.0))) == 4
    assert float(area(clip(square, np.array([0.0, -1.0]), -1.0))) == 0
    assert float(area(clip(square, np.array([1.0, 1.0]), 0.0))) == pytest.approx(2)
    assert float(area(clip(square, np.zeros(2), 1.0))) == 4
    assert float(area(clip(square, np.zeros(2), 0.0))) == 0


def test_a_polygon_with_a_dent_keeps_its_area() -> None:
    dented = np.array([[0, 0], [4, 0], [4, 3], [2, 1], [0, 3]], float)
    assert float(area(clip(dented, np.array([0.0, 1.0]), -2.0))) == pytest.approx(1.0)  # two triangles of 1 by 1


def test_a_batch_is_its_members_by_value() -> None:
    rng = np.random.default_rng(1)
    normals, offsets = rng.normal(size=(5, 3, 2)), rng.normal(size=(5, 3))
    together = clip(disc(), normals, offsets)
    for place in np.ndindex(5, 3):
        one = clip(disc(), normals[place], offsets[place])
        assert float(area(together[place])) == pytest.approx(float(area(one)), abs=1e-13)
        if not np.isnan(one).any():
            np.testing.assert_allclose(together[place][: len(one)], one, atol=1e-13)


def test_cubes_and_balls() -> None:
    assert volume(cube(2.0)) == pytest.approx(64)
    around = ball(2.0)
    assert around.shape == (320, 3, 3)
    np.testing.assert_allclose(np.linalg.norm(around, axis=-1), 2)
    assert volume(around) == pytest.approx(ConvexHull(around.reshape(-1, 3)).volume, rel=1e-12)
    assert 0.95 < volume(around) / (4 / 3 * np.pi * 8) < 1


@settings(deadline=None, max_examples=100)
@given(st.tuples(number, number, number), number, st.floats(0.5, 2.0).map(lambda v: round(v, 2)))
def test_a_cut_cube_has_the_exact_volume(normal: tuple[float, float, float], offset: float, radius: float) -> None:
    exact = oracle.cube_zone_volume(np.array(normal), offset, radius)
    assert volume(cut(cube(radius), np.array(normal), offset)) == pytest.approx(exact, abs=1e-9)


def test_a_solid_cut_many_times_is_the_hull_of_its_corners_and_closed() -> None:
    rng = np.random.default_rng(2)
    for _ in range(40):
        faces = cube(1.0)
        for _ in range(6):
            faces = cut(faces, rng.normal(size=3), 0.4)
        assert volume(faces) == pytest.approx(ConvexHull(faces.reshape(-1, 3)).volume, abs=1e-10)
        spans = np.cross(faces[:, 1:-1] - faces[:, :1], faces[:, 2:] - faces[:, :1]).sum(axis=(0, 1))
        np.testing.assert_allclose(spans, 0, atol=1e-10)  # outward areas of a closed surface


def test_a_plane_along_a_face_or_through_edges() -> None:
    assert volume(cut(cube(), np.array([0.0, 0.0, 1.0]), 1.0)) == pytest.approx(8)
    assert volume(cut(cube(), np.array([0.0, 0.0, -1.0]), -1.0)) == 0
    assert volume(cut(cube(), np.array([1.0, 1.0, 0.0]), 0.0)) == pytest.approx(4)
    assert volume(cut(cube(), np.array([1.0, 1.0, 1.0]), 0.0)) == pytest.approx(4)
    assert volume(cut(cube(), np.array([1.0, 1.0, 1.0]), -2.0)) == pytest.approx(1 / 6)
    assert len(cut(np.empty((0, 3, 3)), np.ones(3), 1.0)) == 0
