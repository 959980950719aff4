"""The best block of each shape, against exact expectations and plain sampling."""

import numpy as np
import pytest

import tegum as tg
from tegum.geometry.shapes import antiprism, disphenoids, ring, simplex
from tegum.theory.packing import packed
from tegum.theory.phases import variance
from tegum.toy.expectation import expected_squares


@pytest.mark.parametrize("directions", [simplex(2), simplex(3), simplex(4), ring(5)])
@pytest.mark.parametrize("p", [0.6, 0.2])
def test_worth_is_what_the_exact_loss_says_and_no_neighbour_is_better(directions: np.ndarray, p: float) -> None:
    d, k = directions.shape
    best = packed(directions, p)

    def worth(square: float, bias: float) -> float:
        W, b = np.sqrt(square) * directions, np.full(k, bias)
        return float(k * variance(p) - expected_squares(W, b, np.ones(k), np.asarray(p), 12)) / (d * float(variance(p)))

    assert best.worth == pytest.approx(worth(best.square, best.bias), abs=4e-3)
    moves = [(0.03, 0), (-0.03, 0), (0, 0.02), (0, -0.02)]
    assert all(worth(best.square + a, best.bias + c) < worth(best.square, best.bias) + 1e-3 for a, c in moves)


def test_antiprism_by_sampling() -> None:
    rng, p, best = np.random.default_rng(0), 0.1, packed(antiprism(4), 0.1)
    x = np.where(rng.random((8, 400_000)) < p, rng.random((8, 400_000)), 0)
    y = np.maximum(best.square * antiprism(4).T @ antiprism(4) @ x + best.bias, 0)
    saved = (x - p / 2) ** 2 - (x - y) ** 2
    assert best.worth == pytest.approx(8 / 3 * saved.mean() / float(variance(p)), rel=0.01)
    assert best.dimensions == pytest.approx(3 / (8 * best.square))


@pytest.mark.parametrize("p", [0.17, 0.05])
def test_a_large_block_by_samples_of_its_own(p: float) -> None:
    shape = disphenoids(3)
    rng, best = np.random.default_rng(5), packed(shape, p)
    x = np.where(rng.random((12, 100_000)) < p, rng.random((12, 100_000)), 0)
    y = np.maximum(best.square * shape.T @ shape @ x + best.bias, 0)
    saved = ((x - p / 2) ** 2 - (x - y) ** 2).mean()
    assert best.worth == pytest.approx(12 / 4 * saved / float(variance(p)), rel=0.02)


def test_drawn_patterns_agree_with_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = packed(antiprism(4), 0.15)
    monkeypatch.setattr("tegum.theory.packing.PATTERNS", 7)
    assert packed(antiprism(4), 0.15).worth == pytest.approx(exact.worth, rel=0.02)


def test_an_antipodal_pair_is_a_little_better_than_the_simple_one() -> None:
    simple = (2 * float(variance(0.3)) - 0.3**2 / 3) / float(variance(0.3))
    assert simple < packed(simplex(2), 0.3).worth < 1.02 * simple


def test_what_is_not_alike_is_refused() -> None:
    with pytest.raises(tg.BadInput, match="see each other differently; packed is for blocks in which all are alike"):
        packed(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, -1.0]]), 0.1)
    with pytest.raises(tg.BadInput, match="a block of 30 features has 2\\^30 patterns; packed is for at most 24"):
        packed(ring(30), 0.1)
