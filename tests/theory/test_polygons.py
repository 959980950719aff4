"""Regular polygons against the model evaluated naively, the published numbers, and sampling."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.theory.polygons import (
    gain,
    gap,
    most_features,
    regular_polygon,
    rounding_error,
    threshold,
    uniform_error,
    wheel,
    wheel_uniform_error,
)

Solution = Callable[[int], tuple[np.ndarray, np.ndarray]]


def y(W: np.ndarray, b: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The model, written with loops: samples are columns."""
    out = np.zeros_like(x)
    for sample in range(x.shape[1]):
        hidden = sum(W[:, i] * x[i, sample] for i in range(len(b)))
        for j in range(len(b)):
            out[j, sample] = max(0.0, float(W[:, j] @ hidden + b[j]))
    return out


@pytest.mark.parametrize("n", [*range(3, 13), 64])
def test_the_polygon_gives_back_every_feature(n: int) -> None:
    np.testing.assert_allclose(y(*regular_polygon(n, turn=0.3), np.eye(n)), np.eye(n), atol=1e-12)


@pytest.mark.parametrize("n", range(3, 13))
def test_shorter_columns_cannot(n: int) -> None:
    W, b = regular_polygon(n)
    shorter = 0.99 * W
    off = y(shorter, 1 - (1 - b) * 0.99**2, np.eye(n)) - np.eye(n)
    np.testing.assert_allclose(off.diagonal(), 0, atol=1e-12)  # the bias gives each its own output back
    assert off.max() > 0.01  # and its neighbours speak too


@pytest.mark.parametrize(
    ("n", "square", "bias"),
    [
        (3, 2 / 3, 1 / 3), (4, 1, 0), (5, 1.447214, -0.447214), (6, 2, -1), (7, 2.655971, -1.655971),
        (8, 3.414214, -2.414214), (12, 7.464102, -6.464102),
    ],
)  # fmt: skip
def test_known_lengths_and_biases(n: int, square: float, bias: float) -> None:
    W, b = regular_polygon(n)
    np.testing.assert_allclose((W**2).sum(0), square, atol=1e-6)
    np.testing.assert_allclose(b, bias, atol=1e-6)
    assert gain(n) == pytest.approx(square, abs=1e-6)


def test_features_stand_in_order_from_the_turn_on() -> None:
    W, _ = regular_polygon(8, turn=np.radians(50))
    assert W.shape == (2, 8)
    np.testing.assert_allclose(np.degrees(np.arctan2(W[1], W[0])) % 360, [50, 95, 140, 185, 230, 275, 320, 5])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_chosen_columns_are_those_of_the_whole(dtype: type) -> None:
    W, b = regular_polygon(50, dtype, 0.1)
    some, bias = regular_polygon(50, dtype, 0.1, only=[49, 0, 7])
    assert {W.dtype, b.dtype, some.dtype} == {np.dtype(dtype)}
    np.testing.assert_array_equal(some, W[:, [49, 0, 7]])
    np.testing.assert_array_equal(bias, b[:3])


def test_the_gap_is_accurate_where_the_cosine_has_no_digits_left() -> None:
    n = 10**9
    assert 1 - np.cos(2 * np.pi / n) == 0
    assert gap(n) == pytest.approx(2 * (np.pi / n) ** 2, rel=1e-12)
    W, _ = regular_polygon(n, only=[0])
    assert W[0, 0] ** 2 * gap(n) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("n", range(3, 13))
def test_the_wheel_by_the_rule_of_the_second_highest_entry(n: int) -> None:
    W, b = wheel(n)
    gram = W.T @ W
    np.testing.assert_allclose(-b, np.sort(gram, axis=1)[:, -2], atol=1e-12)
    np.testing.assert_allclose(y(W, b, np.eye(n)), np.eye(n) * gap(n), atol=1e-12)


@pytest.mark.parametrize("solution", [wheel, regular_polygon])
@pytest.mark.parametrize("n", range(4, 13))
def test_the_threshold_is_where_both_begin_to_speak(solution: Solution, n: int) -> None:
    W, b = solution(n)
    t = threshold(n)
    silent, speaks = (y(W, b, x * np.eye(n)) for x in (max(t - 1e-6, 0), t + 1e-6))
    assert silent.max() < 1e-12
    assert (speaks.diagonal() > 5e-7).all()


def test_the_gain_is_the_slope_above_the_threshold() -> None:
    W, b = regular_polygon(7)
    one, half = y(W, b, np.eye(7))[0, 0], y(W, b, 0.9 * np.eye(7))[0, 0]
    assert (one - half) / 0.1 == pytest.approx(gain(7))


@pytest.mark.parametrize(("solution", "error"), [(regular_polygon, uniform_error), (wheel, wheel_uniform_error)])
@pytest.mark.parametrize("n", [3, 4, 5, 8])
def test_errors_for_uniform_x_against_sampling(solution: Solution, error: Callable[[int], float], n: int) -> None:
    x = np.zeros((n, 4000))
    x[1] = np.random.default_rng(n).uniform(size=4000)
    squares = ((y(*solution(n), x) - x) ** 2).sum(0)
    assert error(n) == pytest.approx(squares.mean(), abs=4 * squares.std() / np.sqrt(4000) + 1e-12)


@pytest.mark.parametrize("n", [4, 5, 6, 8, 13, 20, 50])
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_rounding_moves_no_output_by_more_than_it_can(n: int, dtype: type) -> None:
    W, b = regular_polygon(n, dtype)
    products = W[:, :, None] * W[:, None]
    off = np.maximum(products[0] + products[1] + b, 0).astype(float) - np.eye(n)
    # A tenth for terms of second order.
    assert np.abs(off).max() <= 1.1 * rounding_error(n, dtype)


def last_sum_is_exact(n: int, dtype: type) -> bool:
    W, b = regular_polygon(n, dtype)
    own = W[0] * W[0] + W[1] * W[1]
    return bool(((own + b).astype(float) == own.astype(float) + b.astype(float)).all())


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_the_last_sum_is_exact_but_for_triangle_and_pentagon(dtype: type) -> None:
    assert all(last_sum_is_exact(n, dtype) for n in (4, *range(6, 100)))


def test_the_last_sum_of_triangle_and_pentagon_may_round() -> None:
    for n in (3, 5):
        assert not (last_sum_is_exact(n, np.float16) and last_sum_is_exact(n, np.float32))


def test_the_most_features_are_the_last_within_the_tolerance() -> None:
    for dtype in (np.float16, np.float32, np.float64):
        n = most_features(0.01, dtype)
        assert rounding_error(n, dtype) <= 0.01 < rounding_error(n + 1, dtype)
    assert most_features(0.01, np.float64) == pytest.approx(most_features(0.01, np.float32) * 2**14.5, rel=2e-3)


@pytest.mark.parametrize("n", [2, 0, 3.0, True, "3"])
def test_fewer_than_three_are_refused(n: Any) -> None:
    for made in (wheel, regular_polygon, gap):
        with pytest.raises(BadInput, match=r"makes no polygon; it needs a whole number of at least 3"):
            made(n)


def test_a_tolerance_below_all_rounding_is_refused() -> None:
    with pytest.raises(BadInput, match=r"tolerance=0.001 must be above what rounding does to a triangle"):
        most_features(0.001, np.float16)
