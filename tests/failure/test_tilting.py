"""Forces on one short column: cases worked by hand, and the naive sum over samples."""

import numpy as np
import pytest

from tegum.failure.forces import loss
from tegum.failure.tilting import around, between, least_slope, samples_on, worst_angle
from tegum.theory.failure import beside, failure_loss, symmetric_failure, with_column


def test_samples_on_the_unlearnt_column_by_hand() -> None:
    """A live square of length 1, W_d = (0.1, 0), b_d = 0.2: only the inputs at 0° and 180° pull along x."""
    own, others = samples_on(4, np.array([0.1, 0.0]), 0.2)
    spill = 2 * 0.1  # its input wakes the live output at 0°, whose bias is 0
    np.testing.assert_allclose(own, [4 * (0.01 + 0.2 - 1) * 0.1 + spill, 0], atol=1e-12)
    np.testing.assert_allclose(others.sum(0), [2 * (0.3 * 1 + 0.1 * -1), 0], atol=1e-12)


def test_a_whole_polygon_pulls_along_the_column_and_half_of_an_odd_one_aside() -> None:
    assert worst_angle(5, 1 / 6, 0.05) < 1e-9
    assert worst_angle(6, 0.0, 0.1) < 1e-9
    assert worst_angle(5, 0.0, 0.1) > 5


def test_least_slope_against_differences_of_the_loss() -> None:
    """Along its own direction a column w costs L(w): the slope over the length is L'(|w|) / |w|."""
    slopes = []
    for w in around(0.05)[::30]:
        up, down = (loss(*with_column(5, w * (1 + h), 0.0)) for h in (1e-5, -1e-5))
        slopes.append((up - down) / 2e-5 / 0.05**2)
    assert least_slope(5, 0.0, 0.05) == pytest.approx(min(slopes), rel=0.02)


def test_angles_between_have_no_sign() -> None:
    right = np.array([1.0, 0.0])
    np.testing.assert_allclose(between(right, np.array([[1.0, 1.0], [1.0, -1.0], [-2.0, 0.0]])), [45, 45, 180])


def test_beside_loses_the_unlearnt_feature_alone_where_the_others_are_long_enough() -> None:
    hexagon = symmetric_failure(7)[0][:, :6]
    assert loss(*beside(hexagon)) == pytest.approx(failure_loss(7), abs=1e-12)
    assert loss(*beside(1.1 * hexagon)) == pytest.approx(failure_loss(7), abs=1e-12)
    assert loss(*beside(0.9 * hexagon)) > failure_loss(7) + 0.1  # neighbours hear each other
