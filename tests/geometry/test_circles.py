"""Radii, neighbours and fitted circles on cases worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from tegum.errors import BadInput
from tegum.geometry.circles import fitted_circle, neighbours, radius_count, radius_groups, room_around, widest_gap
from tegum.theory.polygons import regular_polygon
from tegum.theory.zero_loss import least_slack


def spokes(radii: list[float], degrees: list[float]) -> np.ndarray:
    turn = np.radians(degrees)
    return np.array(radii) * np.stack([np.cos(turn), np.sin(turn)])


def test_a_radius_begins_where_the_next_norm_is_a_step_longer() -> None:
    length = np.array([[1.0, 1.04, 1.08, 1.2], [2.0, 1.0, 2.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
    assert_array_equal(radius_groups(length), [[0, 0, 0, 1], [1, 0, 1, 0], [0, 0, 0, 0]])
    assert_array_equal(radius_count(length, 0.01), [4, 2, 1])


def test_neighbours_are_as_far_apart_as_zero_loss_asks() -> None:
    """r = 1.25, R = 2: cos θ ≤ (1.5625 − 1)/2.5 = 0.225, θ ≥ 77.0°; for two of R: cos θ ≤ 3/4, θ ≥ 41.4°."""
    first, then, gap, needed = neighbours(spokes([1.25, 2, 2, 2], [-170, -60, 0, 90])[None])
    assert_array_equal(first, [[0, 1, 2, 3]])
    assert_array_equal(then, [[1, 2, 3, 0]])
    assert_allclose(np.degrees(gap), [[110, 60, 90, 100]])
    assert_allclose(np.degrees(needed), [[76.997, 41.41, 41.41, 76.997]], atol=1e-3)


@given(st.integers(5, 12), st.floats(0.9, 1.2))
def test_the_least_gap_is_the_gap_of_zero_loss(n: int, scale: float) -> None:
    """A polygon's gaps are wide enough exactly if its least slack is not negative."""
    W = scale * regular_polygon(n)[0]
    _, _, gap, least = neighbours(W)
    spare, slack = gap - least, float(least_slack(W))
    assert abs(slack) < 1e-9 or bool((spare > 0).all()) == (slack > 0)


def test_room_and_widest_gap() -> None:
    W = spokes([1, 2, 3, 1], [0, 30, 90, 200])
    assert_allclose(np.degrees(room_around(W)), [(160 + 30) / 2, 45, 85, 135])
    assert_allclose(np.degrees(widest_gap(W, np.array([True, True, True, False]))), 270)
    assert_allclose(np.degrees(widest_gap(W, np.array([False, True, False, False]))), 360)
    assert np.isnan(widest_gap(W, np.zeros(4, bool)))


def test_the_best_circle_beats_its_neighbours() -> None:
    """Of points on no circle: no circle nearby is closer to them."""
    points = np.random.default_rng(1).normal(size=(5, 7, 2)) + np.array([2.0, 0.0])
    centre, radius, off = fitted_circle(points)
    for move in 1e-3 * np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]]):
        distance = np.linalg.norm(points - (centre + move[:2])[:, None], axis=-1) - (radius + move[2])[:, None]
        assert (np.sqrt((distance**2).mean(-1)) >= off - 1e-12).all()


def test_bad_input() -> None:
    with pytest.raises(BadInput, match="3 points do not tell one circle"):
        fitted_circle(np.zeros((3, 2)))
    with pytest.raises(BadInput, match="neighbours need m=2"):
        neighbours(np.ones((3, 4)))
