"""Directions that features share."""

import numpy as np

from tegum.geometry.corners import merged, regular
from tegum.theory.unbiased import loss, polygon


def test_a_polygon_is_regular_at_any_size_in_any_order() -> None:
    W = polygon(5)
    assert regular(W)
    assert regular(3 * W[:, [2, 0, 4, 1, 3]])


def test_a_gap_or_a_norm_out_of_tolerance_is_not() -> None:
    W = polygon(5)
    turn = np.array([[np.cos(0.02), -np.sin(0.02)], [np.sin(0.02), np.cos(0.02)]])  # 1.1 degrees
    bent, longer = W.copy(), W.copy()
    bent[:, 0] = turn @ W[:, 0]
    longer[:, 0] *= 1.02
    assert regular(np.stack([W, bent, longer])).tolist() == [True, False, False]
    assert regular(np.stack([bent, longer]), norm=0.1, gap=0.1).all()


def test_merging_adds_squared_norms() -> None:
    W = polygon(5)
    split = np.column_stack([0.6 * W[:, 0], W[:, 1:], 0.8 * W[:, 0]])
    together = merged(split)
    assert together.shape == (2, 5)
    assert regular(together)
    np.testing.assert_allclose((together**2).sum(), (W**2).sum())
    np.testing.assert_allclose(loss(split), loss(together) + 1)


def test_merging_leaves_out_what_vanished_and_keeps_what_is_opposite() -> None:
    W = np.array([[1.0, -1.0, 0.001, 0.0], [0.0, 0.0, 0.0, 0.5]])
    np.testing.assert_allclose(merged(W), [[1.0, -1.0, 0.0], [0.0, 0.0, 0.5]], atol=1e-6)
    assert merged(np.zeros((2, 3))).shape == (2, 0)


def test_merging_keeps_directions_apart_beyond_the_angle() -> None:
    angle = np.radians([0.0, 1.0, 4.0])
    assert merged(np.stack([np.cos(angle), np.sin(angle)])).shape == (2, 2)
