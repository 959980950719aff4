"""Boundaries of known dimension, and what errors change where that is known."""

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.failure.boundaries import box_dimension, edges, patchiness, ranked, resampled, uncertainty_exponent

ERRORS = np.array([1e-4, 1e-3, 1e-2])


def test_ranks_are_shares_equal_values_alike_and_gaps_stay() -> None:
    np.testing.assert_allclose(ranked(np.array([[30.0, 10.0], [np.nan, 20.0]])), np.array([[1, 0], [np.nan, 0.5]]))
    np.testing.assert_allclose(ranked(np.array([1.0, 5.0, 5.0, 9.0])), [0, 0.5, 0.5, 1])


def test_patchiness_counts_neighbours_within_a_column() -> None:
    np.testing.assert_allclose(patchiness(np.array([[0, 1], [0, 2], [0, 2], [1, 3]])), [1 / 3, 2 / 3])


def test_edges_are_squares_that_are_not_all_alike() -> None:
    answers = np.zeros((4, 4), bool)
    answers[:2, :2] = True
    np.testing.assert_array_equal(edges(answers), [[0, 1, 0], [1, 1, 0], [0, 0, 0]])


def carpet(level: int) -> np.ndarray:
    """Sierpinski's, with holes of a third: dimension log 8 / log 3."""
    tile = np.ones((3, 3), bool)
    tile[1, 1] = False
    return tile if level == 1 else np.kron(carpet(level - 1), tile).astype(bool)


@pytest.mark.parametrize(
    ("boundary", "dimension", "within"),
    [
        (np.eye(512, dtype=bool), 1.0, 0.02),
        (np.ones((256, 256), bool), 2.0, 0.05),
        (carpet(6), np.log(8) / np.log(3), 0.06),
    ],
    ids=["line", "plane", "carpet"],
)
def test_box_counting_finds_known_dimensions(boundary: np.ndarray, dimension: float, within: float) -> None:
    assert box_dimension(boundary).slope == pytest.approx(dimension, abs=within)


def test_a_circle_drawn_in_pixels_has_dimension_one() -> None:
    y, x = np.mgrid[-1:1:512j, -1:1:512j]
    assert box_dimension(edges(x**2 + y**2 < 0.5)).slope == pytest.approx(1, abs=0.05)


def test_no_boundary_has_no_dimension() -> None:
    with pytest.raises(
        BadInput, match=r"this map has no boundary to count; choose a window where the answer changes\."
    ):
        box_dimension(np.zeros((8, 8), bool))


def test_a_point_boundary_has_exponent_one_and_a_coin_has_none() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, 200_000)
    smooth = np.stack([(x < 0.5) != (x + error < 0.5) for error in ERRORS])
    assert uncertainty_exponent(ERRORS, smooth).slope == pytest.approx(1, abs=0.05)
    coins = rng.uniform(size=(3, 2_000)) < 0.4
    low, high = resampled(ERRORS, coins, times=200)
    assert low < 0 < high
    assert high - low < 0.05


def test_a_cantor_set_has_the_exponent_of_its_dimension() -> None:
    """Which third of which level a number falls into first: the boundary has dimension log 2 / log 3."""

    def parity(x: np.ndarray) -> np.ndarray:
        level = np.zeros(len(x), int)
        inside = np.ones(len(x), bool)
        for _ in range(30):
            x = 3 * x
            middle = inside & (x >= 1) & (x < 2)
            inside &= ~middle
            level += inside
            x = np.where(x >= 2, x - 2, x)
        return level % 2 == 0

    x = np.random.default_rng(1).uniform(0, 1, 400_000)
    errors = 3.0 ** -np.arange(9, 2, -1)
    changed = np.stack([parity(x) != parity(np.minimum(x + error, 1 - 1e-12)) for error in errors])
    assert uncertainty_exponent(errors, changed).slope == pytest.approx(1 - np.log(2) / np.log(3), abs=0.03)


def test_where_one_size_may_decide_the_interval_has_no_end() -> None:
    changed = np.zeros((4, 100), bool)
    changed[1, 0] = changed[2, 1] = True
    changed[3, 2:7] = True
    low, high = resampled(np.array([1e-4, 1e-3, 1e-2, 1e-1]), changed, times=400)
    assert low < 0.7
    assert high == np.inf


def test_many_smooth_arms_are_found_smooth_where_pixels_can_tell_them_apart() -> None:
    y, x = np.mgrid[0:1:512j, 0:1:512j]
    arms = np.sin(2 * np.pi * 4 * (x + 0.3 * y)) > 0
    assert box_dimension(edges(arms)).slope < 1.2
    assert box_dimension(edges(arms[:64, :64])).slope == pytest.approx(1, abs=0.1)


def test_answers_that_nothing_changes_have_no_exponent() -> None:
    with pytest.raises(
        BadInput, match=r"fewer than two sizes of error change any answer; take larger errors or more points\."
    ):
        uncertainty_exponent(ERRORS, np.zeros((3, 5), bool))
