"""Irregularity, by hand and by what must not change it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tegum.errors import BadInput
from tegum.geometry.regularity import irregularity


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


def test_only_in_the_plane() -> None:
    with pytest.raises((BadInput, TypeError)):
        irregularity(np.ones((3, 4)))
