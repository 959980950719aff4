"""Days of the week: bearings and margins by hand, and the whole experiment."""

import numpy as np
import pytest

from tegum.experiments import find
from tegum.experiments.line_of_sight import BETWEEN, DAYS, closest, crossings, named, turned, week


def test_the_week_is_regular_and_begins_on_top() -> None:
    np.testing.assert_allclose(week()[:, 0], [0, 1], atol=1e-15)
    assert week()[0, 1] > 0  # clockwise
    assert closest(week()) == pytest.approx(360 / 7)
    assert closest(week(13.0)) == pytest.approx(360 / 7)


def test_two_points_in_one_line_of_sight_are_zero_degrees_apart() -> None:
    points = np.array([[1.0, 2.0, 0.0], [1.0, 2.0, 3.0]])
    assert closest(points) == pytest.approx(0, abs=1e-9)


def test_no_two_days_line_up_while_the_origin_is_inside_and_some_do_outside() -> None:
    inside = closest(turned(1.0) + 0.7)
    assert inside.min() > 25
    assert closest(week() + 1.2) < 0.5  # Saturday and Sunday, just there


def test_turns_cover_one_gap() -> None:
    weeks = turned(1.0)
    assert weeks.shape == (52, 2, 7)
    np.testing.assert_allclose(week(BETWEEN)[:, 1], week()[:, 0], atol=1e-12)


def test_crossings_are_the_shifts_at_which_two_bearings_are_one() -> None:
    days = week(3.0)
    shifts = crossings(days)
    assert len(shifts) == 4
    for shift in shifts:
        assert closest(days + shift) < 1e-6
        assert closest(days + shift + 1e-3) > 1e-6
    assert shifts.min() > np.sqrt(0.5)  # none while the origin is inside the circle
    assert len(crossings(np.array([[1.0, 2.0], [0.0, 1.0]]))) == 0  # moves along its own line


def test_readouts_name_all_days_where_they_were_learnt() -> None:
    assert named(week(5.0), 0.0) == 7
    assert named(np.eye(2), 9.0) == 2  # a shift that all readouts see alike


def test_claims() -> None:
    claims = find("line-of-sight").claims({})
    assert [claim.verdict for claim in claims] == ["holds", "holds", "holds"]
    sight, readout, bare = claims
    assert 1 <= sight.value < 3
    assert "515 of 515 turns" in sight.measured
    assert readout.value == pytest.approx(0, abs=1e-12)
    assert f"{1 - np.cos(2 * np.pi / 7):.4f}" in readout.measured
    assert bare.value < 3


def test_panels() -> None:
    film, angles = find("line-of-sight").panels({})
    assert (film.name, angles.name) == ("week", "angles")
    assert len(film.figure.frames) == 31
    curves = film.figure.data[: len(DAYS)]
    start, end = (np.array([curve.y[at] for curve in curves]) for at in (0, -1))
    assert np.ptp(start) > 300  # all around
    assert np.ptp(end) < 60  # in a cone
    drawn, best, centre = angles.figure.data
    assert (np.asarray(drawn.y) <= np.asarray(best.y) + 0.2).all()
    assert (np.asarray(best.y) <= np.asarray(centre.y) + 1e-9).all()
