"""Symmetric failure's closed forms against the loss evaluated naively, and against numerical curvature."""

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.theory.failure import failure_loss, leaning, smooth_spectrum, symmetric_failure, tilt_stiffness

STATES = [(live + k, k) for live in (4, 5, 6, 8) for k in (1, 2, 3)]


def loss(W: np.ndarray, b: np.ndarray) -> float:
    y = np.maximum(W.T @ W + b[:, None], 0)
    return float(((y - np.eye(len(b))) ** 2).sum())


@pytest.mark.parametrize(("n", "k"), STATES)
def test_the_loss_and_the_best_bias(n: int, k: int) -> None:
    W, b = symmetric_failure(n, k)
    assert loss(W, b) == pytest.approx(failure_loss(n, k), abs=1e-12)
    for shift in (-0.01, 0.01):
        assert loss(W, np.where(np.arange(n) >= n - k, b + shift, b)) > failure_loss(n, k) + 1e-5


@pytest.mark.parametrize(("n", "k"), STATES)
def test_the_spectrum_is_that_of_differences_off_the_kinks(n: int, k: int) -> None:
    """The kinks are silenced by hand: outputs that are exactly at 0 are left out of the loss."""
    W, b = symmetric_failure(n, k)
    kept = np.abs(W.T @ W + b[:, None]) > 1e-9

    def off(state: np.ndarray) -> float:
        rows = state.reshape(3, n)
        y = np.maximum(rows[:2].T @ rows[:2] + rows[2][:, None], 0)
        return float((kept * (y - np.eye(n)) ** 2).sum())

    at, step = np.concatenate([W.ravel(), b]), 1e-4
    moves = step * np.eye(3 * n)
    matrix = np.array([[off(at + u + v) - off(at + u - v) - off(at - u + v) + off(at - u - v) for u in moves]
                       for v in moves]) / (4 * step**2)  # fmt: skip
    np.testing.assert_allclose(smooth_spectrum(n, k), np.linalg.eigvalsh(matrix), atol=1e-4)


@pytest.mark.parametrize(("n", "k"), [(7, 1), (8, 2), (6, 1)])
def test_leaning_columns_lower_the_loss_by_the_stated_amount(n: int, k: int) -> None:
    W, b = symmetric_failure(n, k)
    live = n - k
    W[:, :live] = 1.001 * W[:, :live] + np.array([[2e-4], [0]])
    b[:live] = 1 - (W[:, :live] ** 2).sum(0)
    S = W[:, :live].sum(1)
    still = loss(W, b)
    W[:, live:] = -leaning(n, k) / k * S[:, None]
    stiff = tilt_stiffness(n, k) + 2 * (k - 1) / n
    assert still == pytest.approx(failure_loss(n, k), abs=1e-13)
    assert still - loss(W, b) == pytest.approx(k * S @ S / (n * n * stiff), rel=0.01)


def test_two_negative_ways_and_the_rest_flat_or_up() -> None:
    for live in range(4, 9):
        values = smooth_spectrum(live + 1)
        assert ((values < -1e-9).sum(), (np.abs(values) < 1e-9).sum()) == (2, 2 * live - 2)


@pytest.mark.parametrize(("n", "k"), [(4, 1), (7, 0), (7, 4)])
def test_a_triangle_is_no_symmetric_failure(n: int, k: int) -> None:
    with pytest.raises(BadInput, match=f"n={n} with unlearnt={k} leaves {n - k} live features"):
        symmetric_failure(n, k)
