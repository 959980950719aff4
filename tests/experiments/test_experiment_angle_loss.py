"""The angle experiment: its analysis by hand, its verdicts, its figures."""

import numpy as np
import pytest

from tegum.claims import Judged
from tegum.errors import BadInput
from tegum.experiments import find
from tegum.experiments.angle_loss import (
    between,
    fixed,
    free_arc,
    least_free,
    least_unit,
    middle_is_least,
    squeezed_more,
)
from tegum.theory.angles import third_loss


def test_squeezing_outweighs_only_above_90_degrees() -> None:
    np.testing.assert_array_equal(squeezed_more(np.radians([40, 89, 90, 91, 170])), [False, False, False, True, True])


def test_the_middle_is_least_only_above_90_and_up_to_180_degrees() -> None:
    found = middle_is_least(np.radians([60, 89, 90, 91, 144, 180, 200]))
    np.testing.assert_array_equal(found, [False, False, False, True, True, True, False])


@pytest.mark.parametrize("degrees", [40.0, 90, 145])
def test_marks_lie_where_the_loss_is_zero_and_least(degrees: float) -> None:
    gap = np.radians(degrees)
    np.testing.assert_allclose(third_loss(free_arc(gap), gap), 0, atol=1e-20)
    a, b = fixed(gap)
    assert a @ b == pytest.approx(np.cos(gap))
    assert np.isnan(between(gap)).all() == (degrees <= 90)


def test_turning_the_whole_is_left_out_once() -> None:
    assert least_free([3])[0] == 0  # flat in other directions too
    assert least_free([5])[0] == pytest.approx(1.321, abs=1e-3)
    assert least_unit([5])[0] == pytest.approx(2.236, abs=1e-3)


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return find("angle-loss").claims({})


def test_verdicts(judged: list[Judged]) -> None:
    assert len(judged) == 8  # all of them mathematics
    assert {claim.verdict for claim in judged} == {"holds"}


def test_numbers_that_decided(judged: list[Judged]) -> None:
    found = {claim.statement.split(",")[0]: claim for claim in judged}
    assert found["The loss is only convex near θ = ±90°."].measured == "negative from -44° to 44°, down to -2 at 0°"
    assert [claim.value for claim in judged[3:6]] == [67, 90, 89]
    unit, free = judged[6].measured, judged[7].measured
    assert "minimum for n = 5, 6, 7; flat in some direction for n = 8; a saddle for n = 9, 10, 11, 12" in unit
    assert free == "the even wheel is a minimum for n = 5; a saddle for n = 6, 7, 8, 9, 10, 11, 12"


def test_panels() -> None:
    panels = find("angle-loss", largest=9).panels({})
    assert [panel.name for panel in panels] == ["loss", "between", "landscape", "best", "wheels"]
    assert all(panel.caption and panel.figure.data for panel in panels)
    assert len(panels[2].figure.frames) == 31


def test_wheels_too_small_to_tell_are_refused() -> None:
    with pytest.raises(BadInput, match=r"largest=6 must be at least 9, where the even wheel of unit"):
        find("angle-loss", largest=6)
