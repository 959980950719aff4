"""The terms of the loss against numeric quadrature, loops and the exact expectation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import tegum as tg
from tegum.theory import loss_terms as theory
from tegum.toy.expectation import expected_squares

FINE = (np.arange(40_000) + 0.5) / 40_000  # midpoints: errors of about 1e-9 beside kinks


def some(m: int, n: int, seed: int, scale: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return scale * rng.normal(size=(m, n)), 0.4 * rng.normal(size=n)


def relu(z: np.ndarray) -> np.ndarray:
    return np.where(z > 0, z, 0)


@pytest.mark.parametrize("seed", range(8))
def test_integrals_against_quadrature(seed: int) -> None:
    W, b = some(2, 5, seed)
    gram = W.T @ W
    for i in range(5):
        alone = ((FINE - relu(gram[i, i] * FINE + b[i])) ** 2).mean()
        assert theory.own(W, b)[i] == pytest.approx(alone, abs=1e-7)
        for j in range(5):
            said = (relu(gram[i, j] * FINE + b[i]) ** 2).mean() if i != j else 0
            assert theory.heard(W, b)[i, j] == pytest.approx(said, abs=1e-7)


def test_zero_columns_and_zero_products() -> None:
    W, b = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), np.array([0.5, -0.5, 0.25])
    assert theory.heard(W, b)[0, 1] == pytest.approx(0.25)
    assert theory.heard(W, b)[1, 0] == 0
    assert theory.own(W, b)[2] == pytest.approx(1 / 3 - 0.25 + 0.0625)


def test_importance_belongs_to_the_output() -> None:
    W, b, importance = np.array([[1.0, 1.0]]), np.zeros(2), np.array([1.0, 10.0])
    assert theory.one_active(W, b, importance)[1] == pytest.approx((1 + 10) / 3)
    assert theory.linear_form(W, importance)[1] == pytest.approx(11)
    assert theory.linear_form(0 * W, importance)[0] == pytest.approx(11)
    assert theory.silent(np.array([0.5, 0.5]), importance) == pytest.approx(11 / 4)


@pytest.mark.parametrize("p", [0.01, 0.3, 1.0])
def test_the_first_terms_are_those_of_the_exact_expectation(p: float) -> None:
    """With n = 2 the rest is the one pattern with both active, which is what is left at p = 1."""
    W, b = some(1, 2, 3)
    ones = np.ones(2)
    both = expected_squares(W, b, ones, np.asarray(1.0), 40)
    whole = expected_squares(W, b, ones, np.asarray(p), 40)
    assert theory.at_most_one(W, b, p) + p**2 * both == pytest.approx(whole, abs=1e-6)


def test_without_compounding_is_the_loss_to_first_order() -> None:
    W, b = some(2, 3, 5)
    ones, p = np.ones(3), 1e-4
    whole = expected_squares(W, b, ones, np.asarray(p), 20)
    assert theory.uncompounded(W, b, p) == pytest.approx(whole, abs=20 * p**2)
    assert theory.uncompounded(W, b, 0.0) == pytest.approx(theory.silent(b))


def test_orthogonal_features_do_not_compound() -> None:
    W, b, p = 0.8 * np.eye(3), np.array([0.1, -0.2, 0.0]), 0.4
    whole = expected_squares(W, b, np.ones(3), np.asarray(p), 20)
    assert theory.uncompounded(W, b, p) == pytest.approx(whole)


def test_batches_are_their_models_and_jax_agrees() -> None:
    states = [some(2, 4, seed) for seed in range(3)]
    W, b = (np.stack(part) for part in zip(*states, strict=True))
    together = theory.at_most_one(W, b, 0.2)
    assert together == pytest.approx([float(theory.at_most_one(*state, 0.2)) for state in states])
    jaxed = theory.at_most_one(jnp.asarray(W), jnp.asarray(b), 0.2)
    assert np.asarray(jaxed) == pytest.approx(together, rel=1e-5)


def test_gradients_against_differences() -> None:
    W, b = some(2, 5, 11)
    slope = jax.grad(lambda w: theory.at_most_one(w, jnp.asarray(b), 0.3))(jnp.asarray(W))
    for index in np.ndindex(W.shape):
        step = np.zeros_like(W)
        step[index] = 1e-5
        change = theory.at_most_one(W + step, b, 0.3) - theory.at_most_one(W - step, b, 0.3)
        assert float(slope[index]) == pytest.approx(float(change) / 2e-5, abs=2e-4)


def test_chances_add_up() -> None:
    assert theory.chances(20, 0.05).sum() == pytest.approx(1)
    assert theory.chances(3, 1.0).tolist() == [0, 0, 0, 1]


def test_one_active_is_the_loss_that_trains_on_it() -> None:
    W, b = some(2, 5, 2)
    trained = tg.OneActiveError()(
        tg.Autoencoder(features=5, hidden=2), {"W": jnp.asarray(W), "b": jnp.asarray(b)}, jnp.eye(5)
    )
    assert float(trained) * 5 == pytest.approx(float(sum(theory.one_active(W, b))), rel=1e-5)
