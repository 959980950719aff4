"""What can be done without a bias, against cases worked by hand and arrangements at random."""

import numpy as np
import pytest

from tegum.geometry.responses import one_hot_errors
from tegum.theory.unbiased import MINORANT, PLANE, descended, minorant, polygon, polygon_loss, untied


def loss(W: np.ndarray) -> np.ndarray:
    """L_sum of y = ReLU(WᵀWx) on one-hot data."""
    zero = np.zeros((*W.shape[:-2], W.shape[-1]))
    return np.asarray((one_hot_errors((W, zero)) ** 2).sum((-2, -1)))


@pytest.mark.parametrize(("corners", "expected"), [(3, 0.0), (4, 0.0), (5, 5 - PLANE), (6, 2.0), (8, 4.0)])
def test_regular_polygons(corners: int, expected: float) -> None:
    assert polygon_loss(corners) == pytest.approx(expected, abs=1e-12)
    assert float(loss(polygon(corners))) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("corners", [5, 6, 7])
def test_a_polygon_has_its_best_norm(corners: int) -> None:
    assert all(loss(scale * polygon(corners)) > polygon_loss(corners) for scale in (0.99, 1.01))


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_to_share_a_direction_costs_what_dropping_costs(share: float) -> None:
    W = polygon(5)
    split = np.column_stack([W[:, 1:], np.sqrt(share) * W[:, 0], np.sqrt(1 - share) * W[:, 0]])
    assert float(loss(split)) == pytest.approx(polygon_loss(5) + 1)


def test_the_minorant_lies_below_and_has_no_negative_coefficient() -> None:
    angle = np.linspace(0, np.pi, 200_001)
    assert min(MINORANT.values()) > 0
    assert (np.maximum(np.cos(angle), 0) ** 2 - minorant(angle)).min() > -1e-12


def test_the_minorant_touches_where_a_pentagon_looks() -> None:
    angle = np.radians([0, 72, 144])
    np.testing.assert_allclose(minorant(angle), np.maximum(np.cos(angle), 0) ** 2, atol=1e-12)
    assert not {k for k in MINORANT if k and k % 5 == 0}, "a pentagon would pay for such a harmonic"


def test_no_plane_beats_the_bound() -> None:
    rng = np.random.default_rng(0)
    for n in range(2, 12):
        W = rng.normal(size=(200, 2, n)) * rng.uniform(0.2, 1.2, size=(200, 1, 1))
        assert (loss(W) >= n - PLANE - 1e-9).all()


def test_descents_end_on_the_bound_and_not_below() -> None:
    rng = np.random.default_rng(1)
    for n in (5, 6, 9):
        ends = [float(loss(descended(rng.normal(size=(2, n))))) for _ in range(5)]
        assert min(ends) == pytest.approx(n - PLANE, abs=1e-6)
        assert min(ends) >= n - PLANE - 1e-9


@pytest.mark.parametrize("features", [3, 4, 7, 200])
def test_a_decoder_of_its_own_needs_no_bias_in_three_dimensions(features: int) -> None:
    W, M = untied(features)
    assert (W.shape, M.shape) == ((3, features), (features, 3))
    np.testing.assert_allclose(np.maximum(M @ W, 0), np.eye(features), atol=1e-9)
