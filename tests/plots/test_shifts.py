"""Films of shifted circles, read back from the figure."""

from typing import Any

import numpy as np

from tegum.plots.shifts import KINDS, shifted_circle, shifted_wheel

TIPS = np.array([[[2.0, -1, -1], [-1, 2, -1], [-1, -1, 2]], [[1.0, -2, -2], [-2, 1, -2], [-2, -2, 1]]])
WHEEL = np.array([[2, 1, 0], [1, 1, 1]])


def wheel() -> Any:
    return shifted_wheel(
        TIPS, WHEEL, np.maximum(TIPS, 0), ["a", "b", "c"], ["x", "y", "z"], ["0", "−1"], what="bias", targets=np.eye(3)
    )


def test_the_wheel_opens_on_its_last_frame_and_plays_from_the_first() -> None:
    figure = wheel()
    first, last = figure.frames
    assert figure.layout.sliders[0].active == 1
    assert [step.label for step in figure.layout.sliders[0].steps] == ["0", "−1"]
    for place, moved in zip(last.traces, last.data, strict=True):
        np.testing.assert_array_equal(moved.x, figure.data[place].x)
    assert not np.array_equal(first.data[-2].x, last.data[-2].x, equal_nan=True)


def test_each_tip_is_drawn_as_what_it_is() -> None:
    for frame, kinds in zip(wheel().frames, WHEEL, strict=True):
        for kind, trace in enumerate(frame.data[-3:]):
            assert trace.name == KINDS[kind][-1]
            np.testing.assert_array_equal(np.isfinite(trace.x), kinds == kind)


def test_relu_is_drawn_where_something_is_positive() -> None:
    first = wheel().frames[0]
    (relu,) = [trace for trace in first.data if trace.name == "after ReLU"]
    np.testing.assert_array_equal(relu.x, [2, 0, np.nan])
    np.testing.assert_array_equal(relu.y, [0, 2, np.nan])


def test_the_axes_hold_all_frames() -> None:
    axis = wheel().layout.scene.xaxis.range
    assert axis[0] < -2
    assert axis[1] > 2


def circle() -> Any:
    points = np.array([[[1.0, 0], [0, 1], [-1, -1]], [[3.0, 2], [2, 3], [1, 1]]])
    bearings = np.array([[0.0, 90, -135], [34, 56, 45]])
    return shifted_circle(points, bearings, ["a", "b", "c"], [0, 2], x_label="x", y_label="°", what="shift")


def test_lines_of_sight_lead_from_the_origin_to_the_points() -> None:
    figure = circle()
    _, _, one, two, three, dots, *_ = figure.frames[1].data
    assert [list(ray.x) for ray in (one, two, three)] == [[0, 3], [0, 2], [0, 1]]
    np.testing.assert_array_equal(dots.y, [2, 3, 1])
    assert [ray.line.color for ray in (one, two, three)] == list(dots.marker.color)


def test_the_right_half_shows_all_bearings_and_where_the_film_is() -> None:
    figure = circle()
    assert [list(line.y) for line in figure.data[:3]] == [[0, 34], [90, 56], [-135, 45]]
    here, at = figure.frames[1].data[-2:]
    assert list(here.x) == [2, 2]
    np.testing.assert_array_equal(at.y, [34, 56, 45])
    assert figure.layout.sliders[0].active == 1
