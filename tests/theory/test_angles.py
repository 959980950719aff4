"""Pair losses and wheels against differences, autodiff, and numbers worked by hand."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tegum.errors import BadInput
from tegum.theory.angles import (
    between_energy,
    middle_curvature,
    no_bias_curvatures,
    pair_curvature,
    pair_loss,
    pair_slope,
    third_between,
    third_loss,
    wheel_curvatures,
)
from tegum.theory.unbiased import polygon

ANGLES = np.radians([-179.0, -130, -89, -60, -20, 5, 44, 46, 89, 91, 170])
STEP = 1e-5


@pytest.mark.parametrize(("function", "derivative"), [(pair_loss, pair_slope), (pair_slope, pair_curvature)])
def test_slope_and_curvature_are_derivatives(function: Callable[..., Any], derivative: Callable[..., Any]) -> None:
    difference = (function(ANGLES + STEP) - function(ANGLES - STEP)) / (2 * STEP)
    np.testing.assert_allclose(difference, derivative(ANGLES), atol=1e-8)


def test_the_curvature_changes_sign_at_45_degrees_and_ends_at_90() -> None:
    below, above, beyond = pair_curvature(np.radians([44.9, 45.1, 90.1]))
    assert below < 0 < above
    assert beyond == 0
    assert pair_curvature(np.radians([89.9999999, 90.0])) == pytest.approx([2, 1])


@given(st.floats(0.01, np.pi / 2), st.floats(0, 1))
def test_both_acute(gap: float, share: float) -> None:
    phi = share * gap
    assert between_energy(phi, gap) == pytest.approx(1 + np.cos(gap) * np.cos(2 * phi - gap), abs=1e-9)


@pytest.mark.parametrize("degrees", [20.0, 60, 90, 120, 179, 200, 300])
def test_middle_curvature_is_a_second_derivative(degrees: float) -> None:
    gap, h = np.radians(degrees), 1e-4
    energy = between_energy(gap / 2 + np.array([-h, 0, h]), gap)
    assert middle_curvature(gap) == pytest.approx(np.dot(energy, [1, -2, 1]) / h**2, abs=1e-4)


def test_one_obtuse_angle_leaves_the_other_term_alone() -> None:
    assert between_energy(np.radians(20), np.radians(150)) == pytest.approx(np.cos(np.radians(20)) ** 2)


@pytest.mark.parametrize("degrees", [100.0, 120, 144, 170])
def test_the_third_feature_s_minimum_between(degrees: float) -> None:
    gap = np.radians(degrees)
    length, loss = third_between(gap)
    ring = np.stack([np.cos(t := np.linspace(0, 2 * np.pi, 50)), np.sin(t)], axis=1)
    middle = np.array([float(length), 0.0])
    assert third_loss(middle, gap) == pytest.approx(float(loss))
    assert (third_loss(middle + 0.01 * ring, gap) > loss).all()


@pytest.mark.parametrize("degrees", [30.0, 60, 85])
def test_below_a_right_angle_the_middle_has_no_minimum(degrees: float) -> None:
    gap = np.radians(degrees)
    rays = np.linspace(-gap / 2, gap / 2, 31)
    lengths = np.linspace(0.02, 1.5, 75)
    w = lengths[:, None, None] * np.stack([np.cos(rays), np.sin(rays)], axis=-1)
    assert (third_loss(w, gap) > 1).all()  # it costs more than to give the feature up
    assert third_loss(np.array([-1.0, 0.0]), gap) == pytest.approx(0)


def unit_energy(angles: Any) -> Any:
    apart = jnp.cos(angles[:, None] - angles)
    open_pairs = jnp.where(jnp.eye(len(angles), dtype=bool), 0.0, jax.nn.relu(apart))
    return (open_pairs**2).sum() / 2


@pytest.mark.parametrize("n", [3, 7, 9])
def test_unit_wheel_against_autodiff(n: int) -> None:
    with jax.enable_x64(True):
        angles = jnp.asarray(2 * np.pi * np.arange(n) / n)
        hessian = np.linalg.eigvalsh(np.asarray(jax.hessian(unit_energy)(angles)))
    turning = int(np.argmin(np.abs(hessian)))
    np.testing.assert_allclose(np.delete(hessian, turning), wheel_curvatures(n), atol=1e-9)


def free_loss(W: Any) -> Any:
    return ((jax.nn.relu(W.T @ W) - jnp.eye(W.shape[1])) ** 2).sum()


@pytest.mark.parametrize("n", [6])
def test_best_wheel_against_autodiff(n: int) -> None:
    W = polygon(n)
    with jax.enable_x64(True):
        gradient = jax.grad(free_loss)(jnp.asarray(W))
        hessian = jax.hessian(free_loss)(jnp.asarray(W)).reshape(2 * n, 2 * n)
    np.testing.assert_allclose(gradient, 0, atol=1e-12)
    np.testing.assert_allclose(np.linalg.eigvalsh(np.asarray(hessian)), no_bias_curvatures(W), atol=1e-8)


@pytest.mark.parametrize("n", [8, 12])
def test_every_other_feature_turns_at_no_cost_where_n_is_a_multiple_of_4(n: int) -> None:
    even = 2 * np.pi * np.arange(n) / n
    turned = [even + t * (np.arange(n) % 2) * 2 * np.pi / n for t in np.linspace(0, 1, 7)]
    energies = [float(unit_energy(jnp.asarray(angles))) for angles in turned]
    np.testing.assert_allclose(energies, n / 2 * (n / 4 - 1), rtol=1e-5)


def test_no_small_turn_lowers_the_wheel_of_eight_to_either_side() -> None:
    """Its mean curvature is 0 in one direction, which alone would not exclude a way down to one side."""
    even, turns = 2 * np.pi * np.arange(8) / 8, np.random.default_rng(0).normal(size=(4000, 8))
    turns = 1e-2 * np.concatenate([turns, turns[:40] * (np.arange(8) % 2)])
    apart = (even + turns)[:, :, None] - (even + turns)[:, None]
    energies = np.where(np.eye(8, dtype=bool), 0, pair_loss(apart)).sum((1, 2)) / 2
    assert energies.min() > 4 - 1e-12


def test_which_wheels_are_minima() -> None:
    assert [n for n in range(4, 13) if wheel_curvatures(n)[0] > 0] == [4, 5, 6, 7]
    assert wheel_curvatures(8)[0] == 0
    assert [int((no_bias_curvatures(polygon(n)) < 0).sum()) for n in (4, 5, 6)] == [0, 0, 2]


def test_two_features_are_no_wheel() -> None:
    with pytest.raises(BadInput, match=r"n=2 features has no angles on both sides; it needs n of at least 3\."):
        wheel_curvatures(2)
