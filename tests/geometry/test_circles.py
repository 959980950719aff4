"""Radii, neighbours and fitted circles on cases worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from tegum.errors import BadInput
from tegum.geometry.circles import (
    fitted_circle,
    group_spread,
    interfaces,
    neighbours,
    off_one_circle,
    radius_count,
    radius_groups,
    room_around,
    wider,
    widest_gap,
)
from tegum.geometry.directions import norms
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


def test_interfaces_lie_between_the_largest_radius_and_a_smaller() -> None:
    outer, gap, _, within, differ = interfaces(spokes([1.25, 2, 2, 2], [-170, -60, 0, 90])[None])
    assert_array_equal(outer, [[False, True, True, True]])
    assert_array_equal(differ, [[True, False, False, True]])
    assert_array_equal(within, [[False, True, True, False]])
    assert_allclose(np.degrees(gap), [[110, 60, 90, 100]])


def test_shorter_features_have_wider_zones_and_gaps() -> None:
    """A square pulled to one side: the short spoke alone, three long ones together; and the other way round."""
    W = np.stack([spokes([1.2, 2, 2, 2], [180, -45, 0, 45]), spokes([1.2, 1.2, 1.2, 3], [-45, 0, 45, 180])])
    outer = interfaces(W)[0]
    assert_array_equal(wider(W, 1 - (W**2).sum(1), outer), [True, False])


def test_one_circle_or_radii_about_the_origin() -> None:
    """Tips on a shifted circle have many radii about the origin; tips on two radii have no common circle."""
    turn = np.radians([0, 50, 110, 170, 230, 300])
    shifted = np.stack([2 * np.cos(turn) + 0.7, 2 * np.sin(turn)])
    assert float(off_one_circle(shifted)) < 1e-9 < 0.01 < float(group_spread(norms(shifted), step=0.3))
    assert float(group_spread(norms(spokes([1, 1, 2, 2, 2], [0, 80, 150, 200, 250])))) < 1e-9


def test_the_spread_of_a_radius_is_that_of_three_or_more() -> None:
    length = np.array([[1.0, 1.04, 2.0, 2.0], [1.0, 1.02, 1.04, 2.0]])
    assert_allclose(group_spread(length), [np.nan, 0.04])
    assert_allclose(group_spread(length, least=2), [0.04, 0.04])


def test_points_on_a_line_have_no_finite_circle() -> None:
    """Beside a batch member that has one; four equal points are a line of no length."""
    turn = np.radians([0, 80, 170, 260])
    round_, line = 2 * np.stack([np.cos(turn), np.sin(turn)], -1), np.stack([np.arange(4.0), 3 * np.arange(4.0)], -1)
    centre, radius, off = fitted_circle(np.stack([round_, line, np.ones((4, 2))]))
    assert_allclose(radius, [2, np.inf, np.inf])
    assert np.isnan(centre[1:]).all()
    assert_allclose(off, 0, atol=1e-9)
