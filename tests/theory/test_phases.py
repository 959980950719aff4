"""Configurations and expected losses, against numbers worked by hand and against plain integration."""

import numpy as np
import pytest

from oracle import toy
from tegum.errors import BadInput
from tegum.theory.phases import configurations, expected_loss, losses, pairing_density, predicted

CASES = [(n, k, p, i) for n in (2, 3) for k in range(n + 1) for p, i in ((0.3, 0.5), (0.8, 2.0), (0.02, 7.0))]


@pytest.mark.parametrize(("n", "k", "p", "importance"), CASES)
def test_closed_forms_equal_the_integral(n: int, k: int, p: float, importance: float) -> None:
    """The oracle cuts the cube where x_i = x_j, so its rule is exact for pairs; here it is all loops."""
    one = configurations(n)[k]
    weights = np.array([1.0] * (n - 1) + [importance])
    exact = toy.expected_loss(np.array(one.W), one.bias(p), weights, p)
    np.testing.assert_allclose(one.loss(p, importance), exact, rtol=1e-12)
    np.testing.assert_allclose(expected_loss(one.W, one.bias(p), weights, p), exact, rtol=1e-9)


def test_numbers_worked_by_hand() -> None:
    np.testing.assert_allclose(losses(2, 0.3, 0.5), [0.03875, 0.0225, 0.0775], atol=1e-5)
    np.testing.assert_allclose(losses(2, 0.8, 2.0), [0.21333, 0.32, 0.10667], atol=1e-5)
    np.testing.assert_allclose(losses(3, 0.3, 0.5), [0.03875, 0.0225, 0.03, 0.0775], atol=1e-5)


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("importance", [0.1, 0.5, 1.0])
def test_a_pair_and_a_dropped_feature_cost_the_same_at_the_boundary(n: int, importance: float) -> None:
    dropped, pair = losses(n, pairing_density(importance), importance)[:2]
    np.testing.assert_allclose(dropped, pair)


def test_the_boundary_is_the_same_for_the_inverse_ratio() -> None:
    for importance in (2.0, 10.0):
        _, pair, alone = losses(2, pairing_density(importance), importance)
        np.testing.assert_allclose(pair, alone)
    assert losses(3, 4 / 7, 5.0)[2] == pytest.approx(losses(3, 4 / 7, 5.0)[3])


def test_what_is_predicted_where() -> None:
    p, importance = np.array([[0.9], [0.1]]), np.array([[0.2, 5.0]])
    assert predicted(2, p, importance).tolist() == [[0, 3], [1, 1]]
    assert predicted(3, p, importance).tolist() == [[0, 3], [1, 2]]


def test_a_quadrature_of_batches_is_that_of_each() -> None:
    random = np.random.default_rng(0)
    W, b, p = random.normal(size=(2, 3, 1, 2)), random.normal(size=(3, 2)), np.array([[0.2], [0.7]])
    weights = np.array([1.0, 3.0])
    both = expected_loss(W, b, weights, p)
    assert both.shape == (2, 3)
    np.testing.assert_allclose(both[1, 2], expected_loss(W[1, 2], b[2], weights, 0.7))
    np.testing.assert_allclose(both[0, 1], _plain(W[0, 1], b[1], weights, 0.2), rtol=1e-4)


def _plain(W: np.ndarray, b: np.ndarray, importance: np.ndarray, p: float) -> float:
    """The middle of each of 400 × 400 squares, and what is zero apart."""
    grid = (np.arange(400) + 0.5) / 400
    total = 0.0
    for one, chance_one in ((grid, p), (np.zeros(1), 1 - p)):
        for other, chance_other in ((grid, p), (np.zeros(1), 1 - p)):
            x = np.stack([part.ravel() for part in np.meshgrid(one, other)])
            y = np.maximum(W.T @ W @ x + b[:, None], 0)
            total += chance_one * chance_other * float((importance[:, None] * (x - y) ** 2).sum(0).mean())
    return total


def test_other_numbers_of_features_have_no_list() -> None:
    with pytest.raises(BadInput, match=r"features=4 has no list of configurations; there is one for 2 and one for 3"):
        configurations(4)
