"""Minima found and followed: against differences, against formulas, and where they end."""

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.theory.branches import crossing, follow, minimum
from tegum.theory.phases import pairing_density
from tegum.toy.expectation import expected_squares

PAIR = np.array([[1.0, -1.0]]), np.array([0.001, 0.001])
DROPPED = np.array([[1.0, 0.0]]), np.array([0.0, 0.05])


def density(p: float) -> tuple[np.ndarray, np.ndarray]:
    return np.array([1.0, 0.1]), np.full(2, p)


def test_it_is_a_minimum() -> None:
    """Nothing near it costs less, and what is dropped has its mean for a bias, p/2."""
    found = minimum(*DROPPED, *density(0.4))
    assert found.gradient < 1e-10
    assert found.b[1] == pytest.approx(0.2, abs=1e-8)
    assert found.loss == pytest.approx(0.1 * (0.4 / 3 - 0.04), abs=1e-8)
    random = np.random.default_rng(0)
    for _ in range(200):
        W, b = found.W + 0.01 * random.normal(size=(1, 2)), found.b + 0.01 * random.normal(size=2)
        assert expected_squares(W, b, *density(0.4), 8) > found.loss


def test_the_least_eigenvalue_is_that_of_the_loss_by_differences() -> None:
    found = minimum(*PAIR, *density(0.1))
    state, step = np.concatenate([found.W.ravel(), found.b]), 1e-4

    def loss(v: np.ndarray) -> float:
        return float(expected_squares(v[:2].reshape(1, 2), v[2:], *density(0.1), (8,)))

    moves = step * np.eye(4)
    hessian = [[loss(state + a + b) - loss(state + a - b) - loss(state - a + b) + loss(state - a - b)
                for b in moves] for a in moves]  # fmt: skip
    assert np.linalg.eigvalsh(np.array(hessian) / (4 * step**2))[0] == pytest.approx(found.least, rel=0.02)


def test_turning_is_left_out() -> None:
    W, b = np.array([[1.0, -1.0, 0, 0], [0, 0, 1.0, -1.0]]), np.full(4, 0.001)
    assert minimum(W, b, np.ones(4), np.full(4, 0.1)).least > 0.05


def test_two_solutions_cross_on_the_denser_side_of_the_configurations() -> None:
    x = np.geomspace(0.05, 0.5, 11)
    pair, dropped = (follow(*state, x, start, density) for state, start in ((PAIR, 0), (DROPPED, 10)))
    at = crossing(pair, dropped, density)
    assert len(at) == 1
    assert 0 < np.log10(at[0] / pairing_density([0.1])[0]) < 0.1
    losses = [minimum(*one.near(at[0]), *density(at[0])).loss for one in (pair, dropped)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-10)


def test_a_branch_ends_where_it_is_lost() -> None:
    """A little further on the pair has turned into something else."""
    pair = follow(*PAIR, np.geomspace(0.05, 1.0, 15), 0, density)
    assert pair.lost == (0, pair.x[-1])
    for factor, same in ((0.9999, True), (1.001, False)):
        onward = minimum(pair.W[-1], pair.b[-1], *density(factor * pair.x[-1]))
        assert (np.abs(onward.W.T @ onward.W - pair.W[-1].T @ pair.W[-1]).max() < 0.25) == same


def test_a_column_may_be_held() -> None:
    """The dropped column held at any length costs more than dropped; the other column and the biases are at rest."""
    free = minimum(*DROPPED, *density(0.4))
    found = minimum(np.array([[1.0, -0.05]]), free.b, *density(0.4), held=1)
    assert found.W[0, 1] == -0.05
    assert found.gradient < 1e-10
    assert found.loss > free.loss


def test_what_is_no_state_is_refused() -> None:
    with pytest.raises(BadInput, match=r"are no state; they need to be \(m, n\) and \(n,\)"):
        minimum(np.ones((1, 2)), np.ones(3), np.ones(2), np.ones(2))
