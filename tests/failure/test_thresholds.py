"""Thresholds on kinds and losses worked by hand."""

import numpy as np
import pytest

from tegum.failure.thresholds import bootstrapped, crossing, half

X = np.array([0.1, 0.2, 0.4, 0.8])


def test_half_of_the_seeds() -> None:
    kind = np.array([[0, 0, 0, 0], [0, 0, 0, 1], [0, 1, 1, 1], [1, 1, 1, 1]], bool)
    assert half(X, kind) == pytest.approx(0.2 * 2**0.5)
    assert np.isnan(half(X, np.zeros((4, 4), bool)))


def test_where_least_losses_cross() -> None:
    kind = np.array([[0, 1, 1]] * 4, bool)
    loss = np.stack([[1.0, 1, 1, 1], [9.0, 9, 9, 9], [4.0, 2, 0.5, 0.25]], axis=1)
    assert crossing(X, kind, loss) == pytest.approx(0.2 * 2**0.5)


def test_a_kind_that_is_absent_is_beaten() -> None:
    kind = np.array([[0, 0], [0, 0], [1, 1], [1, 1]], bool)
    assert crossing(X, kind, np.ones((4, 2))) == pytest.approx(0.2 * 2**0.5)


def test_bootstrap_of_a_mean() -> None:
    values = np.random.default_rng(1).normal(size=200)
    value, low, high = bootstrapped(lambda places: float(values[places].mean()), 200)
    assert value == pytest.approx(values.mean())
    assert high - low == pytest.approx(4 / np.sqrt(200), rel=0.15)
    assert np.isnan(bootstrapped(lambda places: float("nan"), 5)[0])
