"""Energies on the sphere against loops, published minima, and the arrangements without an acute angle."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from tegum.theory.sphere import (
    TAMMES,
    THOMSON,
    Energy,
    beyond,
    coulomb,
    descended,
    least,
    rectified,
    smallest_angle,
    widened,
    widest,
)


def points(n: int, seed: int = 0) -> np.ndarray:
    X = np.random.default_rng(seed).standard_normal((3, n))
    return np.asarray(X / np.linalg.norm(X, axis=0))


def test_energies_are_sums_over_pairs() -> None:
    X = points(6)
    pairs = [(X[:, i], X[:, j]) for i in range(6) for j in range(i)]
    assert coulomb(X)[0] == pytest.approx(sum(1 / np.linalg.norm(a - b) for a, b in pairs))
    assert beyond(0.3)(X)[0] == pytest.approx(sum(max(a @ b - 0.3, 0) ** 2 for a, b in pairs))
    assert rectified(X)[0] == pytest.approx(sum(max(a @ b, 0) ** 2 for a, b in pairs))


@pytest.mark.parametrize("energy", [coulomb, rectified, beyond(0.2)])
def test_gradients(energy: Energy) -> None:
    X = points(5)
    measured = approx_fprime(X.ravel(), lambda v: energy(v.reshape(3, 5))[0], 1e-7).reshape(3, 5)
    assert energy(X)[1] == pytest.approx(measured, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("n", THOMSON)
def test_least_energies_and_widest_angles_are_the_published_ones(n: int) -> None:
    assert coulomb(least(coulomb, n, 10))[0] == pytest.approx(THOMSON[n], abs=1e-8)
    assert smallest_angle(widest(n, 100 if n == 10 else 20)) == pytest.approx(TAMMES[n], abs=1e-6)


def test_up_to_six_points_the_rectified_energy_is_zero_where_no_angle_is_acute() -> None:
    for n in range(2, 7):
        found = [descended(rectified, points(n, seed)) for seed in range(5)]
        assert max(rectified(X)[0] for X in found) < 1e-12
        assert min(smallest_angle(X) for X in found) > 89.99
    assert rectified(least(rectified, 7, 5))[0] > 0.4


def test_six_points_without_an_acute_angle_are_an_octahedron() -> None:
    product = np.sort((X := descended(rectified, points(6))).T @ X, axis=1)
    assert product == pytest.approx(np.tile([-1, 0, 0, 0, 0, 1.0], (6, 1)), abs=2e-3)


def test_the_seven_points_with_the_widest_angle_are_no_bipyramid() -> None:
    bipyramid = least(rectified, 7, 10)
    assert smallest_angle(bipyramid) == pytest.approx(72, abs=1e-3)
    assert smallest_angle(widest(7, 10)) > 77.8


def test_one_hot_data_reach_zero_loss_in_any_arrangement_and_the_widest_angle_needs_the_shortest_columns() -> None:
    def exact(X: np.ndarray) -> tuple[float, float]:
        square = 1 / (1 - np.cos(np.radians(smallest_angle(X))))
        W = np.sqrt(square) * X
        return float(np.abs(np.maximum(W.T @ W + 1 - square, 0) - np.eye(X.shape[1])).max()), square

    random, best = exact(points(9)), exact(widest(9, 10))
    assert max(random[0], best[0]) < 1e-9
    assert best[1] < random[1]


def test_widening_never_narrows() -> None:
    for seed in range(3):
        X = points(7, seed)
        assert smallest_angle(widened(X)) >= smallest_angle(X)
