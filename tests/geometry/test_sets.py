"""Sets of features: angles within and between them, on arrangements worked by hand."""

import numpy as np
import pytest

import tegum as tg
from tegum.geometry.sets import across, at_angle, collapsed, principal_distance, side_by_side, twist, within


def ring(*degrees: float) -> np.ndarray:
    turn = np.radians(degrees)
    return np.stack([np.cos(turn), np.sin(turn)])


def test_angles_in_a_set_and_between_sets() -> None:
    W = ring(0, 90, 180, 200)
    np.testing.assert_allclose(np.degrees(within(W, 2)), [[90], [20]], atol=1e-9)
    np.testing.assert_allclose(np.degrees(across(W, 2)), [180, 160, 90, 110], atol=1e-9)
    assert within(np.eye(6), 2).shape == (2, 3)


def test_angles_of_whole_models() -> None:
    W = np.stack([ring(0, 90, 180, 270), ring(0, 180, 90, 270), ring(0, 5, 180, 170), ring(0, 75.5, 180, 254)])
    assert at_angle(W, 2, 90.0).tolist() == [True, False, False, False]
    assert at_angle(W, 2, 180.0).tolist() == [False, True, False, False]
    assert collapsed(W, 2).tolist() == [[False, False], [False, False], [True, True], [False, False]]


def test_a_feature_that_is_not_represented_is_at_no_angle() -> None:
    W = ring(0, 90, 180, 270) * [1, 0.1, 1, 1]
    assert not at_angle(W, 2, 90.0)
    assert collapsed(ring(0, 1, 180, 270) * [1, 0.1, 1, 1], 2).tolist() == [False, False]


def test_neighbours_around_the_circle() -> None:
    hexagon = ring(0, 60, 120, 180, 240, 300)
    assert side_by_side(hexagon).tolist() == [True, True, True]
    assert side_by_side(hexagon[:, [5, 0, 1, 2, 3, 4]]).tolist() == [True, True, True]
    assert side_by_side(hexagon[:, [0, 3, 1, 2, 4, 5]]).tolist() == [False, True, True]


def test_two_of_fifteen_pairings_of_a_hexagon_are_side_by_side() -> None:
    rng = np.random.default_rng(0)
    orders = np.stack([rng.permutation(6) for _ in range(6000)])
    hexagons = np.moveaxis(ring(0, 60, 120, 180, 240, 300)[:, orders], 0, 1)
    assert side_by_side(hexagons).all(axis=-1).mean() == pytest.approx(2 / 15, abs=0.015)


@pytest.mark.parametrize("degrees", [0.0, 20.0, 60.0])
def test_twist_of_two_triples_about_their_axis(degrees: float) -> None:
    axis, turn = np.ones(3) / np.sqrt(3), np.radians(degrees)
    cross = np.cross(np.eye(3), axis)
    turned = np.eye(3) + np.sin(turn) * cross + (1 - np.cos(turn)) * cross @ cross
    W = np.concatenate([np.eye(3), -turned], axis=1)
    assert float(twist(W)) == pytest.approx(degrees, abs=1e-5)
    assert np.isnan(twist(W * [1, 1, 1, 1, 1, 0.1]))


def test_distance_from_pca() -> None:
    tripod = np.repeat(ring(0, 60, 120) * np.sqrt(1 / 3), 2, axis=1)  # three means seen along their diagonal
    assert float(principal_distance(tripod, 3)) == pytest.approx(0, abs=1e-9)
    turn = ring(0.0, 90.0)
    assert float(principal_distance(turn @ tripod, 3)) == pytest.approx(0, abs=1e-9)
    assert float(principal_distance(np.zeros((2, 6)), 3)) == pytest.approx(1)
    apart = np.array([[1.0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0]])
    assert float(principal_distance(apart, 3)) > 0.7


def test_bad_input() -> None:
    with pytest.raises(tg.BadInput, match="cannot be split into 3 equal sets"):
        within(np.eye(4), 3)
    with pytest.raises(tg.BadInput, match="with n even: pairs of features in a plane"):
        side_by_side(np.eye(3))
    with pytest.raises(tg.BadInput, match="two sets of three features in space"):
        twist(np.eye(6))
    with pytest.raises(tg.BadInput, match="more than sets=2; PCA then needs more"):
        principal_distance(np.eye(4), 2)
