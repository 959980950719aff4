"""Attacks on models whose worst change is known, and against every change in a plane."""

import numpy as np
import pytest

from tegum.geometry import attacks
from tegum.geometry.directions import dimensionality, norms


def some(m: int, n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(m, n)) / np.sqrt(m)
    x = np.where(rng.random((n, 12)) < 0.3, rng.random((n, 12)), 0)
    return W, -0.1 * rng.random(n), x


def naive(W: np.ndarray, b: np.ndarray, x: np.ndarray, moved: np.ndarray, follows: bool) -> float:
    """The squared error of one input, one number after the other."""
    total, n = 0.0, len(b)
    h = [sum(W[a, j] * (x[j] + moved[j]) for j in range(n)) for a in range(len(W))]
    for i in range(n):
        y = max(sum(W[a, i] * h[a] for a in range(len(W))) + b[i], 0.0)
        total += (y - x[i] - (moved[i] if follows else 0)) ** 2
    return total


@pytest.mark.parametrize("target", ["clean", "moved"])
def test_errors_against_loops(target: attacks.Target) -> None:
    W, b, x = some(3, 6, 0)
    moved = 0.3 * np.random.default_rng(1).normal(size=x.shape)
    found = attacks.errors(W, b, x, moved, target)
    for k in range(x.shape[1]):
        assert found[k] == pytest.approx(naive(W, b, x[:, k], moved[:, k], target == "moved"))


def test_the_way_that_moves_an_output_most_has_length_from_its_dimensionality() -> None:
    W = np.random.default_rng(0).normal(size=(3, 7))
    length = np.linalg.norm(W.T @ W, axis=1)
    assert length**2 == pytest.approx(norms(W) ** 4 / dimensionality(W))
    ways = attacks.directions(W)
    assert np.diag(ways @ (W.T @ W)) == pytest.approx(length)
    assert attacks.directions(np.zeros((2, 3))).tolist() == np.zeros((3, 3)).tolist()


def test_a_feature_with_its_own_dimension_is_moved_by_what_is_put_in() -> None:
    W, b, x = np.eye(3, 5), np.zeros(5), np.full((5, 2), 0.5)
    before = attacks.errors(W, b, x, 0 * x)
    moved = attacks.strongest(W, b, x, 0.1)
    assert attacks.errors(W, b, x, moved) - before == pytest.approx([0.01, 0.01])
    assert np.linalg.norm(moved, axis=0) == pytest.approx([0.1, 0.1])


def test_without_a_bottleneck_nothing_is_lost_where_the_target_moves() -> None:
    x = np.full((4, 3), 0.5)
    moved = attacks.strongest(np.eye(4), np.zeros(4), x, 0.1, "moved")
    assert attacks.errors(np.eye(4), np.zeros(4), x, moved, "moved") == pytest.approx(np.zeros(3))


def test_features_that_are_not_stored_are_the_way_in_where_the_target_moves() -> None:
    W, b, x = np.eye(2, 4), np.zeros(4), np.array([[0.5, 0.5, 0.5, 0.0]]).T
    moved = attacks.strongest(W, b, x, 0.1, "moved")
    before = attacks.errors(W, b, x, 0 * x, "moved")
    assert attacks.errors(W, b, x, moved, "moved") - before == pytest.approx([2 * 0.5 * 0.1 + 0.01], rel=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_the_strongest_found_is_nearly_the_worst_there_is_in_a_plane(seed: int) -> None:
    """Of what the worst change adds it adds 95 % in the mean over inputs, half upon each of them, nearly all upon most;
    and never more, but for the grid's step."""
    W, b, x = some(2, 8, seed)
    before = attacks.errors(W, b, x, 0 * x)
    found = attacks.errors(W, b, x, attacks.strongest(W, b, x, 0.2)) - before
    worst = attacks.exact(W, b, x, 0.2) - before
    assert (found <= worst + 1e-4 * (worst + before)).all()
    assert found.mean() > 0.95 * worst.mean()
    assert (found > 0.5 * worst).all()
    assert (found > 0.99 * worst).mean() >= 0.75


def test_plain_ascent_stays_within_the_radius_and_finds_what_is_convex() -> None:
    W, b, x = np.eye(3, 5), np.zeros(5), np.full((5, 2), 0.5)
    W = 1.2 * W
    moved = attacks.ascend(W, b, x, 0.1)
    assert np.linalg.norm(moved, axis=0).max() < 0.1 + 1e-9
    worst = attacks.errors(W, b, x, attacks.strongest(W, b, x, 0.1))
    assert attacks.errors(W, b, x, moved) == pytest.approx(worst, rel=0.02)
    assert attacks.ascend(np.eye(2), np.full(2, -1.0), np.zeros((2, 1)), 0.1).tolist() == [[0.0], [0.0]]


def test_the_linear_part_is_what_short_attacks_add() -> None:
    W, b, x = some(3, 6, 3)
    way = np.random.default_rng(2).normal(size=x.shape)
    up, down = (attacks.errors(W, b, x, sign * 1e-6 * way) for sign in (1, -1))
    assert attacks.linear(W, b, x, way) == pytest.approx((up - down) / 2e-6, abs=1e-4)


def test_climbing_never_loses_and_stays_within_the_radius() -> None:
    W, b, x = some(5, 20, 2)
    start = attacks.analytic(W, b, x, 0.3, best=3)
    end = attacks.climb(W, b, x, start, 0.3)
    assert start.shape == end.shape == (3, 20, 12)
    assert (attacks.errors(W, b, x, end) >= attacks.errors(W, b, x, start) - 1e-12).all()
    assert np.linalg.norm(end, axis=1).max() < 0.3 + 1e-9


def test_the_analytic_attack_is_the_worst_of_all_ways_and_signs() -> None:
    W, b, x = some(3, 6, 5)
    ways = [sign * 0.2 * way for way in attacks.directions(W) for sign in (1, -1)]
    worst = [max(naive(W, b, x[:, k], way, False) for way in ways) for k in range(x.shape[1])]
    assert attacks.errors(W, b, x, attacks.analytic(W, b, x, 0.2)[0]) == pytest.approx(worst)


def test_the_gradient_is_that_of_differences() -> None:
    W, b, x = some(3, 6, 7)
    for target in ("clean", "moved"):
        slope = attacks._slope(W, b, x, 0.1 + 0 * x, target)
        for i in range(6):
            step = np.zeros_like(x)
            step[i] = 1e-6
            up, down = (attacks.errors(W, b, x, 0.1 + sign * step, target) for sign in (1, -1))
            assert slope[i] == pytest.approx((up - down) / 4e-6, abs=1e-5)


def test_where_all_outputs_sleep_a_climb_stays() -> None:
    W, x = np.eye(2), np.zeros((2, 1))
    moved = attacks.climb(W, np.full(2, -1.0), x, 0 * x, 0.1)
    assert moved.tolist() == [[0.0], [0.0]]
