"""Phase diagrams on models made by hand: what is kept, what is usual, where solutions cross."""

import numpy as np

from tegum.geometry.diagrams import Diagram, Line
from tegum.theory.phases import configurations

TIDY = np.array([one.W for one in configurations(2)])


def test_the_worst_is_left_out_and_the_optimum_may_come_from_a_branch() -> None:
    W = TIDY[[0, 0, 2, 2]][None, None]
    b = np.array([one.bias(0.2) for one in configurations(2)])[[0, 0, 2, 2]][None, None]
    found = Diagram(np.array([0.5]), np.array([0.2]), W, b, TIDY[None, None, 1:2], np.zeros((1, 1, 1, 2)))
    assert found.kept[0, 0].tolist() == [True, True, False, True]
    assert found.counts[0, 0].tolist() == [2, 0, 0, 1]
    assert (found.usual[0, 0], found.theory[0, 0]) == (0, 1)
    np.testing.assert_allclose(found.optimum, 0.01)
    np.testing.assert_array_equal(found.optimum_W[0, 0], TIDY[1])
    np.testing.assert_array_equal(found.best_W[0, 0], TIDY[0])
    assert not found.reached.any()
    np.testing.assert_array_equal(found.followed[0][0, 0], TIDY[1])
    np.testing.assert_allclose(found.followed[1], 0.01)


def line(before: np.ndarray, after: np.ndarray) -> Line:
    """Two branches over four densities: the first is better at the two sparser ones."""
    density = np.array([0.1, 0.2, 0.4, 0.8])
    loss = np.stack([density**2, 0.3 * density], axis=1)
    return Line(np.full(4, 0.5), density, loss, np.broadcast_to(np.stack([before, after]), (4, 2, 1, 2)))


def test_a_crossing_lies_where_the_losses_are_equal() -> None:
    (cross,) = line(TIDY[1], TIDY[0]).crossings()
    np.testing.assert_allclose([cross.at, cross.jump, cross.kink], [0.3, 1, 1])
    assert line(TIDY[1], TIDY[0]).fixed == 0.5


def test_solutions_that_turn_into_each_other_do_not_jump() -> None:
    W = np.array([[[1.0, -0.45]], [[1.0, -0.48]], [[1.0, -0.52]], [[1.0, -0.55]]])
    density = np.array([0.8, 0.4, 0.2, 0.1])
    both = Line(np.ones(4), density, np.stack([density, density], axis=1), np.stack([W, W], axis=1))
    (cross,) = both.crossings()
    assert (cross.jump, cross.kink) == (0, 0)
    np.testing.assert_allclose(cross.at, (0.4 * 0.2) ** 0.5)
