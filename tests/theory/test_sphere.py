"""Energies on the sphere against loops, published minima, and the arrangements without an acute angle."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from tegum.theory.sphere import (
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

THOMSON = {2: 0.5, 3: 1.732050808, 4: 3.674234614, 5: 6.474691495, 6: 9.985281374, 7: 14.452977414, 8: 19.675287861,
           9: 25.759986531, 10: 32.716949460, 11: 40.596450510, 12: 49.165253058}  # fmt: skip
"""Least Coulomb energies of n points in space, as published (Wales and Ulker 2006, *Structure and dynamics of spherical
crystals characterized for the Thomson problem*)."""

TAMMES = {2: 180.0, 3: 120.0, 4: 109.4712206, 5: 90.0, 6: 90.0, 7: 77.8695421, 8: 74.8584922, 9: 70.5287794,
          10: 66.1468220, 11: 63.4349488, 12: 63.4349488}  # fmt: skip
"""Largest smallest angles of n points in space, degrees, as published (Schütte, van der Waerden 1951; Danzer 1986)."""


def points(n: int, seed: int = 0) -> np.ndarray:
    X = np.random.default_rng(seed).standard_normal((3, n))
    return np.asarray(X / np.linalg.norm(X, axis=0))


def test_energies_are_sums_over_pairs() -> None:
    X = points(6)
    pairs = [(X[:, i], X[:, j]) for i in range(6) for j in range(i)]
    assert coulomb(X)[0] == pytest.approx(sum(1 / np.linalg.norm(a - b) for a, b in pairs))
    assert beyond(0.3)(X)[0] == pytest.approx(sum(max(a @ b - 0.3, 0) ** 3 / (a @ b) for a, b in pairs))
    assert rectified(X)[0] == pytest.approx(sum(max(a @ b, 0) ** 2 for a, b in pairs))


def test_with_a_bias_it_is_the_interference_of_an_active_value_uniform_on_0_and_1() -> None:
    X, t, values = points(6), 0.2, (np.arange(4000) + 0.5) / 4000
    cosine = (X.T @ X)[np.triu_indices(6, 1)]
    mean = sum(float((np.maximum(a * cosine - t, 0) ** 2).sum()) for a in values) / len(values)
    assert beyond(t)(X)[0] / 3 == pytest.approx(mean, rel=1e-5)


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


def test_widening_ends_where_no_small_move_widens() -> None:
    rng = np.random.default_rng(0)
    for seed in range(3):
        X = points(7, seed)
        found = widened(X)
        assert smallest_angle(found) > smallest_angle(X) + 10
        for _ in range(100):
            moved = found + 1e-3 * rng.standard_normal(found.shape)
            assert smallest_angle(moved / np.linalg.norm(moved, axis=0)) < smallest_angle(found)
