"""What linear models hold of a simplex: reached by the given weights, beaten by none."""

import numpy as np
import pytest
from scipy import optimize

from tegum.errors import BadInput
from tegum.theory.simplices import best_linear, linear_loss, rank_bound

SIZES = [(n, m) for n in range(2, 8) for m in range(1, n)]


@pytest.mark.parametrize(("n", "m"), SIZES)
def test_the_weights_reach_the_bound(n: int, m: int) -> None:
    W, b = best_linear(n, m)
    np.testing.assert_allclose(W @ W.T, np.eye(m), atol=1e-12)
    plain, moved = (float(((W.T @ W + c[:, None] - np.eye(n)) ** 2).sum()) for c in (0 * b, b))
    assert plain == pytest.approx(linear_loss(n, m, bias=False), abs=1e-9)
    assert moved == pytest.approx(linear_loss(n, m, bias=True), abs=1e-9)
    assert rank_bound(n, m) == pytest.approx(moved, abs=1e-9)


@pytest.mark.parametrize("bias", [False, True])
def test_descent_finds_nothing_better_even_untied(bias: bool) -> None:
    n, m = 5, 2

    def loss(flat: np.ndarray) -> float:
        encoder, decoder, b = flat[: n * m].reshape(m, n), flat[n * m : 2 * n * m].reshape(n, m), flat[-n:]
        return float(((decoder @ encoder + bias * b[:, None] - np.eye(n)) ** 2).sum())

    starts = np.random.default_rng(0).normal(size=(3, 2 * n * m + n))
    found = min(optimize.minimize(loss, start).fun for start in starts)
    assert found == pytest.approx(linear_loss(n, m, bias=bias), abs=1e-6)


def test_as_many_dimensions_as_features_are_refused() -> None:
    with pytest.raises(BadInput, match="1 ≤ hidden ≤ features − 1"):
        best_linear(3, 3)
