"""Irregularity, by hand and by what must not change it."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tegum.errors import BadInput
from tegum.geometry.regularity import irregularity, merged, regular
from tegum.geometry.responses import one_hot_errors
from tegum.theory.unbiased import polygon


def star(degrees: list[float], lengths: list[float]) -> np.ndarray:
    angles = np.radians(degrees)
    return np.array(lengths) * np.stack([np.cos(angles), np.sin(angles)])


@settings(max_examples=15, deadline=None)
@given(st.integers(3, 12), st.floats(0.1, 10), st.floats(-7, 7), st.integers(0, 100))
def test_a_regular_polygon_of_any_size_turn_and_order_has_none(n: int, size: float, turn: float, seed: int) -> None:
    degrees = np.degrees(turn) + 360 * np.random.default_rng(seed).permutation(n) / n
    assert irregularity(star([*degrees], [size] * n)) == pytest.approx(0, abs=1e-9)


def test_lengths_count_as_gaps_do() -> None:
    # lengths off their mean of 1 by 1/5, −1/5, 0, 0; gaps of 90° all: sqrt(2 · 0.04 / 8)
    assert irregularity(star([0, 90, 180, 270], [1.2, 0.8, 1, 1])) == pytest.approx(0.1)
    # gaps of 72° and 108° instead of 90°: the same numbers
    assert irregularity(star([0, 72, 180, 270], [1.0] * 4)) == pytest.approx(0.1)


def test_short_columns_count_and_batches_are_taken() -> None:
    W = np.stack([star([0, 120, 240], [1, 1, 1]), star([0, 120, 240], [1, 1, 0.01])])
    assert irregularity(W)[0] == pytest.approx(0, abs=1e-12)
    assert irregularity(W)[1] > 0.4


@pytest.mark.parametrize("measure", [irregularity, regular])
def test_only_in_the_plane(measure: Callable[[np.ndarray], np.ndarray]) -> None:
    with pytest.raises(BadInput, match=r"W of shape \(3, 4\) makes no polygon; regular arrangements need m=2"):
        measure(np.ones((3, 4)))


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
    losses = [(one_hot_errors((part, np.zeros(part.shape[1]))) ** 2).sum() for part in (split, together)]
    np.testing.assert_allclose(losses[0], losses[1] + 1)


def test_merging_leaves_out_what_vanished_and_keeps_what_is_opposite() -> None:
    W = np.array([[1.0, -1.0, 0.001, 0.0], [0.0, 0.0, 0.0, 0.5]])
    np.testing.assert_allclose(merged(W), [[1.0, -1.0, 0.0], [0.0, 0.0, 0.5]], atol=1e-6)
    assert merged(np.zeros((2, 3))).shape == (2, 0)


def test_merging_keeps_directions_apart_beyond_the_angle() -> None:
    angle = np.radians([0.0, 1.0, 4.0])
    assert merged(np.stack([np.cos(angle), np.sin(angle)])).shape == (2, 2)
