"""Sharpness and memory against slow ways to the same numbers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from oracle import batch
from tegum.errors import BadInput
from tegum.failure.forces import hessian
from tegum.failure.stability import edge, hessians, memory, sharpness
from tegum.theory.failure import symmetric_failure


def test_hessians_are_those_of_one_state() -> None:
    rng = np.random.default_rng(3)
    W, b = rng.normal(size=(4, 2, 5)), rng.normal(size=(4, 5))
    for k, found in enumerate(hessians(W, b)):
        assert_allclose(found, hessian(W[k], b[k]) / 25, atol=1e-12)


def test_sharpness_of_gradient_descent_is_the_largest_eigenvalue() -> None:
    W, b = symmetric_failure(7)
    W = 0.999 * W  # a little short: all kinks awake
    found = sharpness(W, b, np.ones(21))
    assert_allclose(found, np.linalg.eigvalsh(hessian(W, b))[-1] / 49)


@pytest.mark.parametrize("b1", [0.0, 0.5, 0.9])
def test_the_edge_divides_what_grows_from_what_shrinks(b1: float) -> None:
    """Momentum as in Adam, x ← x − rate m, m a mean of gradients h x, just below and just above the edge."""
    for factor, grows in ((0.99, False), (1.01, True)):
        x, m = 1.0, 0.0
        for _ in range(20_000):
            m = b1 * m + (1 - b1) * x
            x -= factor * edge(b1) * m
            if abs(x) > 1e6:
                break
        assert (abs(x) > 1e6) == grows


def test_memory_is_adam_s_own() -> None:
    """v of a separate Adam at every step, and rebuilt from every twentieth gradient."""
    rng = np.random.default_rng(4)
    seen: list[tuple[np.ndarray, np.ndarray]] = []

    def see(t: int, state: batch.State, square: batch.State) -> None:
        W, b = state
        slope = np.concatenate([part.ravel() for part in batch.gradient(W, b)])
        seen.append((slope, np.concatenate([part.ravel() for part in square])))

    batch.adamw(0.5 * rng.normal(size=(1, 2, 7)), np.zeros((1, 7)), 3001, see=see)
    slopes, squares = (np.stack(part) for part in zip(*seen, strict=True))
    exact = memory(slopes, 1, 0.999)
    true = squares[1:] / -np.expm1(np.arange(1, len(squares)) * np.log(0.999))[:, None]
    assert_allclose(exact[:-1], true, rtol=1e-9)
    sampled = memory(slopes[::20], 20, 0.999)
    assert_allclose(np.sqrt(sampled[25:]), np.sqrt(exact[::20][25:]), rtol=0.03)


def test_bad_input() -> None:
    with pytest.raises(BadInput, match="interval=0 must be the number of steps"):
        memory(np.ones((2, 1)), 0, 0.9)
