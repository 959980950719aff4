"""The closed-form potential, against integration and against the loss that is trained; k-gons and their levels."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.theory.critical import kgon, level, levels, potential, spectrum
from tegum.toy.expectation import OneActiveError
from tegum.toy.models import Autoencoder

PUBLISHED = {4: (1, 0, 0), 5: (1.170460, -0.282297, 0.015826), 6: (1.320526, -0.618135, 0.048192),
             7: (1.448394, -0.966906, 0.083271), 8: (1.550450, -1.291193, 0.115546)}  # fmt: skip


def models() -> list[tuple[np.ndarray, np.ndarray]]:
    random = np.random.default_rng(0)
    drawn = [(random.normal(size=(2, c)), random.normal(size=c)) for c in (3, 5, 6) for _ in range(4)]
    return [*drawn, kgon(5, 7, 1), (np.eye(2, 4), np.zeros(4))]


def test_it_is_the_integral() -> None:
    x = (np.arange(4000) + 0.5) / 4000
    for W, b in models():
        total = 0.0
        for j in range(len(b)):
            sample = np.zeros((len(b), len(x)))
            sample[j] = x
            total += float(((sample - np.maximum(W.T @ W @ sample + b[:, None], 0)) ** 2).sum(0).mean())
        np.testing.assert_allclose(potential(W, b), total / len(b), rtol=1e-5, atol=1e-8)


def test_the_trained_loss_is_the_same_and_so_is_its_gradient() -> None:
    with jax.enable_x64(True):
        for W, b in models()[:-1]:
            model = Autoencoder(features=len(b), hidden=2)

            def of(W: jax.Array, b: jax.Array, model: Autoencoder = model) -> jax.Array:
                return OneActiveError()(model, {"W": W, "b": b}, jnp.zeros(()))

            np.testing.assert_allclose(of(jnp.asarray(W), jnp.asarray(b)), potential(W, b), rtol=1e-12)
            slope = jax.grad(of)(jnp.asarray(W), jnp.asarray(b))
            step = np.zeros_like(W)
            step[1, 2] = 1e-6
            by_difference = (potential(W + step, b) - potential(W - step, b)) / 2e-6
            np.testing.assert_allclose(slope[1, 2], by_difference, atol=1e-6)


@pytest.mark.parametrize("k", PUBLISHED)
def test_the_published_numbers(k: int) -> None:
    W, b = kgon(k, k)
    np.testing.assert_allclose((np.hypot(*W[:, 0]), b[0], potential(W, b)), PUBLISHED[k], atol=1e-6)


def test_levels_are_the_losses_of_their_kgons() -> None:
    for c in (5, 8):
        for (k, loud), value in levels(c).items():
            np.testing.assert_allclose(potential(*kgon(k, c, loud)), value, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(level(4, 5) - level(4, 5, 1), 1 / 100)
    assert list(levels(5)) == [(4, 0), (4, 1), (5, 0)]


def test_what_is_no_kgon_is_refused() -> None:
    with pytest.raises(BadInput, match="k=3, c=5, loud=0 is no k-gon here"):
        kgon(3, 5)


def test_spectra_have_one_zero_for_turning_and_three_for_each_silent_feature() -> None:
    for case, zeros in (((5, 5, 0), 1), ((6, 8, 2), 1), ((5, 6, 0), 4)):
        values = spectrum(*kgon(*case))
        assert (np.abs(values) < 1e-5).sum() == zeros
        assert values[0] > -1e-5


def test_a_silent_feature_beside_a_loud_one_makes_a_saddle() -> None:
    """Output l upon input s costs 3 b a with a = W_l·W_s, which falls where the two columns oppose each other."""
    assert spectrum(*kgon(5, 7, 1))[0] < -1e-4
    np.testing.assert_allclose(spectrum(*kgon(5, 8, 1))[0], -9.2e-4, atol=1e-5)
    assert spectrum(*kgon(5, 7, 2))[0] > -1e-5


def test_the_spectrum_is_the_curvature_along_its_directions() -> None:
    W, b = kgon(6, 6)
    lengthened = potential(W * (1 + 1e-4), b) + potential(W * (1 - 1e-4), b) - 2 * potential(W, b)
    curvature = lengthened / (1e-8 * (W**2).sum())
    values = spectrum(W, b)
    assert values[0] < curvature < values[-1]
