"""What becomes of an extra feature, on models made by hand."""

import numpy as np

from tegum.geometry.extra import outcome
from tegum.theory.phases import configurations


def test_configurations_are_what_they_are_called() -> None:
    for n in (2, 3):
        for one in configurations(n):
            assert outcome(np.array(one.W)) == one.outcome


def test_thresholds_lie_half_way_in_length() -> None:
    assert outcome(np.array([[1.0, -0.5]])) == 0
    assert outcome(np.array([[1.0, -0.51]])) == 1
    assert outcome(np.array([[0.51, -1.0]])) == 1
    assert outcome(np.array([[0.49, -1.0]])) == 3
    assert outcome(np.array([[0.49, 0.0, 0.0], [0.0, 1.0, -1.0]])) == 1
    assert outcome(np.array([[0.6, -1.0, 0.0], [0.0, 0.0, 1.0]])) == 2
