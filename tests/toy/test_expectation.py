"""The exact expectation against plain integration, against its own derivative by differences, and in a training."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import tegum as tg
from tegum.errors import BadInput
from tegum.toy.expectation import ExactError, expected_squares


def plain(W: np.ndarray, b: np.ndarray, importance: np.ndarray, p: float, points: int) -> float:
    """The middles of small cubes, one sample after another, over all patterns."""
    n = len(b)
    middles = (np.arange(points) + 0.5) / points
    total = 0.0
    for pattern in np.ndindex((2,) * n):
        values = [middles if on else np.zeros(1) for on in pattern]
        x = np.stack([part.ravel() for part in np.meshgrid(*values)])
        y = np.maximum(W.T @ (W @ x) + b[:, None], 0)
        chance = np.prod([p if on else 1 - p for on in pattern])
        total += float(chance * (importance[:, None] * (x - y) ** 2).sum(0).mean())
    return total


@pytest.mark.parametrize(("n", "points"), [(1, 4000), (2, 400), (3, 60)])
def test_it_is_the_integral(n: int, points: int) -> None:
    random = np.random.default_rng(n)
    for _ in range(4):
        W, b = random.normal(size=(2, n)), 0.3 * random.normal(size=n)
        importance, p = random.uniform(0.2, 3, n), float(random.uniform(0.1, 1))
        expected = plain(W, b, importance, p, points)
        np.testing.assert_allclose(expected_squares(W, b, importance, np.float64(p), 12), expected, rtol=2e-3)


def test_few_nodes_are_enough_for_a_pair() -> None:
    """x − ReLU(x − y) is the least of x and y: p² (1 + I)/6."""
    W, b, importance = np.array([[1.0, -1.0]]), np.zeros(2), np.array([1.0, 0.5])
    np.testing.assert_allclose(expected_squares(W, b, importance, np.float64(0.3), 2), 0.0225, rtol=1e-12)


def test_the_gradient_is_that_of_differences_even_at_zero() -> None:
    with jax.enable_x64(True):
        for W in (np.array([[0.9, -0.6, 0.2]]), np.array([[1.0, 0.0, 0.0]])):
            values = np.concatenate([W.ravel(), [0.01, -0.05, 0.1]])

            def of(v: jax.Array) -> jax.Array:
                return expected_squares(v[:3].reshape(1, 3), v[3:], jnp.array([1.0, 2.0, 0.5]), jnp.asarray(0.4), 5)

            found = np.asarray(jax.grad(of)(jnp.asarray(values)))
            steps = 1e-6 * np.eye(6)
            by_differences = [float(of(jnp.asarray(values + s)) - of(jnp.asarray(values - s))) / 2e-6 for s in steps]
            np.testing.assert_allclose(found, by_differences, atol=1e-6)


@pytest.mark.parametrize("p", [0.3, 0.9])
def test_a_training_ends_as_one_on_samples(p: float) -> None:
    common: dict[str, Any] = {
        "optimiser": tg.Adam(learning_rate=0.01),
        "steps": 1_500,
        "over": {"importance[1]": [0.3, 3.0]},
    }
    model = tg.Autoencoder(features=2, hidden=1)
    exact = tg.train(model, loss=ExactError(importance=(1.0, 1.0), feature_probability=p), **common)
    squared = tg.SquaredError(importance=(1.0, 1.0), reduction="feature_sum")
    sampled = tg.train(
        model, tg.SparseUniform(feature_probability=p), loss=squared, evaluation_samples=2**17, **common
    )  # fmt: skip
    np.testing.assert_allclose(exact.loss, sampled.loss, rtol=0.03)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(BadInput, match=r"at most 5 features, not 6; take samples and SquaredError"):
        ExactError().check(6)
    with pytest.raises(BadInput, match=r"importance has 3 values for 2 features"):
        ExactError(importance=(1.0, 1.0, 1.0)).check(2)
    with pytest.raises(BadInput, match=r"feature_probability has 3 values for 2 features"):
        ExactError(feature_probability=(1.0, 0.5, 0.5)).check(2)
    with pytest.raises(BadInput, match=r"nodes=\(6,\) are for at most 2 active features, not 3; give 2 numbers"):
        ExactError(nodes=(6,)).check(3)


def test_a_law_that_would_not_be_used_is_refused() -> None:
    with pytest.raises(BadInput, match=r"law=OneHot would not be used, because loss=ExactError is an expectation"):
        tg.train(tg.Autoencoder(features=2, hidden=1), tg.OneHot(), loss=tg.ExactError(), steps=1)


@pytest.mark.parametrize(
    "model",
    [
        tg.UntiedAutoencoder(features=2, hidden=1),
        tg.Autoencoder(features=2, hidden=1, activation="linear"),
        tg.Autoencoder(features=2, hidden=1, bias=False),
    ],
)
def test_another_model_is_refused(model: tg.Model) -> None:
    with pytest.raises(BadInput, match=r"ExactError is the loss of y = ReLU\(WᵀWx \+ b\), an Autoencoder with a bias"):
        tg.train(model, loss=tg.ExactError(), steps=1)


def test_each_feature_has_a_density_of_its_own() -> None:
    """Against plain integration, and with fewer nodes where more are active."""
    random = np.random.default_rng(0)
    W, b, importance = random.normal(size=(2, 3)), 0.3 * random.normal(size=3), np.array([1.0, 0.5, 2.0])
    p = np.array([0.05, 0.3, 1.0])
    middles = (np.arange(60) + 0.5) / 60
    total = 0.0
    for pattern in np.ndindex((2,) * 3):
        x = np.stack([part.ravel() for part in np.meshgrid(*[middles if on else np.zeros(1) for on in pattern])])
        y = np.maximum(W.T @ (W @ x) + b[:, None], 0)
        chance = np.prod([chance if on else 1 - chance for on, chance in zip(pattern, p, strict=True)])
        total += float(chance * (importance[:, None] * (x - y) ** 2).sum(0).mean())
    np.testing.assert_allclose(expected_squares(W, b, importance, p, 12), total, rtol=2e-3)
    np.testing.assert_allclose(expected_squares(W, b, importance, p, (12, 8)), total, rtol=2e-3)


def test_five_features_against_samples() -> None:
    """Four million samples in plain NumPy, and quadrature twice as fine: (8, 4, 3, 2) is right to 5e-5."""
    random = np.random.default_rng(0)
    angles = 2 * np.pi * np.arange(5) / 5 + 0.1 * random.normal(size=5)
    W, b, p = 1.1 * np.stack([np.cos(angles), np.sin(angles)]), np.full(5, -0.2), np.full(5, 0.05)
    p[0] = 0.2
    found = float(expected_squares(W, b, np.ones(5), p, (8, 4, 3, 2)))
    np.testing.assert_allclose(found, expected_squares(W, b, np.ones(5), p, (16, 8, 6, 4)), rtol=5e-5)
    errors = []
    for _ in range(20):
        x = random.uniform(size=(5, 200_000)) * (random.uniform(size=(5, 200_000)) < p[:, None])
        errors.append(((x - np.maximum(W.T @ (W @ x) + b[:, None], 0)) ** 2).sum(0).mean())
    assert abs(found - np.mean(errors)) < 4 * np.std(errors, ddof=1) / 20**0.5
