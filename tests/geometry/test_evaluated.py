"""Evaluated answers on cases worked by hand."""

import numpy as np
import pytest

from tegum.geometry.evaluated import (
    first_spoken,
    outputs,
    own_output,
    readout_margin,
    rounded_polygon_error,
)
from tegum.theory.polygons import regular_polygon, rounding_error

W = np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 0.0]])
b = np.array([0.5, -1.0, -3.0])


def test_outputs_by_hand() -> None:
    x = np.array([[1.0, 0.0], [1.0, 0.5], [0.0, 1.0]])
    # Wx = (1, 2) and (-1, 1); WᵀWx = (1, 4, -1) and (-1, 2, 1)
    np.testing.assert_array_equal(outputs(W, b, x), [[1.5, 0], [3, 1], [0, 0]])


def test_a_batch_is_its_members() -> None:
    x = np.array([[0.2, 0.4, 1.0], [1.0, 0.0, 0.5]])
    batch = own_output(np.stack([W, 2 * W]), np.stack([b, b]), x)
    np.testing.assert_array_equal(batch[0], own_output(W, b, x[0]))
    np.testing.assert_array_equal(batch[1], own_output(2 * W, b, x[1]))
    np.testing.assert_allclose(batch[0], [0.7, 0.6, 0.0])


def test_the_first_word_is_at_minus_b_over_the_squared_length() -> None:
    np.testing.assert_allclose(first_spoken(W, b), [0, 0.25, np.nan], atol=1e-11)


def test_a_constant_that_follows_a_shift_keeps_the_margin_and_none_loses_it() -> None:
    points = np.array([[1.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
    shift = np.array([[5.0], [-2.0]])
    assert readout_margin(points, np.zeros(3), points) == 1
    assert readout_margin(points, -(points.T @ shift)[:, 0], points + shift) == pytest.approx(1)
    assert readout_margin(points, np.zeros(3), points + shift) < 0


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_rounding_is_that_of_the_type(dtype: type) -> None:
    W, b = regular_polygon(20, dtype)
    worst = 0.0
    for i in range(20):
        for j in range(20):
            y = dtype(dtype(dtype(W[0, i] * W[0, j]) + dtype(W[1, i] * W[1, j])) + b[j])
            worst = max(worst, abs(max(float(y), 0) - (i == j)))
    assert rounded_polygon_error(20, dtype) == worst > rounding_error(20, dtype) / 20


def test_samples_of_features_find_what_all_pairs_find() -> None:
    n = 300
    W, b = regular_polygon(n, np.float32)
    y = np.maximum(W[0][:, None] * W[0] + W[1][:, None] * W[1] + b, 0)
    full = float(np.abs(y.astype(float) - np.eye(n)).max())
    assert 0.8 * full <= rounded_polygon_error(n, np.float32) <= full
