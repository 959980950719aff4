"""Recovery times and which way the live features go, on cases worked by hand."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from tegum.failure.recovery import bearings_from, first_time, lean_along, limited, opening, paid_back

STEP = np.array([5000, 5001, 5010, 5500])


def spokes(*degrees: float) -> np.ndarray:
    turn = np.radians(degrees)
    return np.stack([np.cos(turn), np.sin(turn)])


def test_the_first_time_counts_from_the_first_record() -> None:
    inside = np.array([[False, False, True, True], [True, False, False, False], [False] * 4])
    assert_array_equal(first_time(STEP, inside), [10, 0, np.nan])


def test_what_never_came_or_came_late_counts_as_the_limit() -> None:
    assert_array_equal(limited(np.array([10.0, np.nan, 700.0]), 500.0), [10, 500, 500])


def test_a_spike_is_paid_back_when_the_loss_is_below_the_twin_s() -> None:
    twin = np.full((3, 4), 0.8)
    loss = np.array([[0.8, 3.0, 0.7, 0.0], [0.8, 0.5, 0.9, 0.9], [0.7, 0.9, 0.9, 0.9]])
    assert_array_equal(paid_back(STEP, loss, twin), [10, 1, np.nan])


def test_bearings_are_seen_from_one_feature() -> None:
    W = np.stack([spokes(90, 100, 80), spokes(-170, 170, 0)])
    assert_allclose(np.degrees(bearings_from(W, np.array([0, 2]))) % 360, [[0, 10, 350], [190, 170, 0]], atol=1e-9)


def test_the_gap_around_a_feature_opens_or_closes() -> None:
    before = spokes(0, 30, -30, 180)
    wider, narrower = spokes(5, 50, -45, 170), spokes(0, 20, -20, 180)
    found = np.degrees(opening(np.stack([before] * 2), np.stack([wider, narrower]), np.array([0, 0])))
    assert_allclose(found, [35, -20])


def test_a_lean_leaves_the_feature_itself_out() -> None:
    W = np.array([[[1.0, -1.0, -2.0], [5.0, 0.5, 0.5]]])
    assert_allclose(lean_along(W, np.array([[3.0, 4.0]]), np.array([0])), [-3 * 0.6 + 1 * 0.8])
