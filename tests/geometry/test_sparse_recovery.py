"""Sparse recovery against all supports, and what cannot come back."""

from itertools import combinations

import numpy as np
import pytest

from tegum.geometry.evaluated import outputs
from tegum.geometry.sparse_recovery import basis_pursuit, exact, lost, matching_pursuit


def case(seed: int, active: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    W, x = rng.standard_normal((8, 20)), np.zeros(20)
    x[rng.choice(20, active, replace=False)] = 0.2 + rng.random(active)
    return W, x


def sparsest(W: np.ndarray, h: np.ndarray, active: int) -> np.ndarray:
    """The best fit of so many features, of all choices of them."""

    def fit(own: tuple[int, ...]) -> tuple[float, np.ndarray]:
        found = np.linalg.lstsq(W[:, own], h)[0]
        x = np.zeros(W.shape[1])
        x[list(own)] = found
        return float(np.linalg.norm(W @ x - h)), x

    return min((fit(own) for own in combinations(range(W.shape[1]), active)), key=lambda pair: pair[0])[1]


@pytest.mark.parametrize("seed", range(4))
def test_two_active_features_come_back_as_by_trying_all_pairs(seed: int) -> None:
    W, x = case(seed, 2)
    assert sparsest(W, W @ x, 2) == pytest.approx(x)
    assert basis_pursuit(W, W @ x) == pytest.approx(x, abs=1e-7)


def test_matching_pursuit_takes_one_feature_in_one_step_and_explains_everything() -> None:
    W, x = case(0, 1)
    assert matching_pursuit(W, W @ x) == pytest.approx(x)
    W, x = case(1, 15)
    found = matching_pursuit(W, W @ x)
    assert W @ found == pytest.approx(W @ x)
    assert (found != 0).sum() == 8


def test_l1_gives_the_least_sum_that_explains_h() -> None:
    W, x = case(2, 15)
    found = basis_pursuit(W, W @ x)
    assert W @ found == pytest.approx(W @ x, abs=1e-6)
    assert (found >= 0).all()
    assert found.sum() < x.sum()


def test_where_nothing_explains_h_l1_gives_nothing() -> None:
    assert basis_pursuit(np.array([[1.0, 2.0]]), np.array([-1.0])).tolist() == [0, 0]


def test_shares() -> None:
    x = np.array([[3.0, 0.0], [4.0, 1.0]])
    assert lost(np.zeros((2, 2)), x) == 1
    assert lost(np.array([[3.0, 0.0], [4.0, 0.0]]), x) == pytest.approx(1 / 26)
    assert exact(np.array([[3.0, 0.0], [4.0, 0.9]]), x).tolist() == [1, 0]


def test_the_read_out_is_the_model_s() -> None:
    W, b = np.array([[1.0, -0.5]]), np.array([-0.1, 0.2])
    assert outputs(W, b, np.array([[1.0], [0.0]]))[:, 0] == pytest.approx([0.9, 0.0])
