"""Lines, read back from the figure."""

import numpy as np
import pytest

from tegum.plots import bands, histories, style
from tegum.plots.lines import against, log_axis, shaded

X = np.array([1.0, 2.0, 4.0])
Y = np.array([[1.0, -2.0], [2.0, -4.0], [3.0, -6.0]])


def test_a_band_goes_there_along_the_top_and_back_along_the_bottom() -> None:
    figure = bands(X, Y, Y - 0.5, Y + 0.5, ["a", "b"], x_label="x", y_label="y")
    band, _, line, _ = figure.data
    np.testing.assert_array_equal(band.x, [1, 2, 4, 4, 2, 1])
    np.testing.assert_array_equal(band.y, [1.5, 2.5, 3.5, 2.5, 1.5, 0.5])
    np.testing.assert_array_equal(line.y, Y[:, 0])
    assert band.fillcolor == style.faint(line.line.color, 0.16)


def test_a_point_hovers_its_value_and_interval() -> None:
    figure = bands(X, Y, Y - 0.5, Y + 0.5, ["a", "b"], x_label="x", y_label="y", interval="all seeds")
    assert figure.data[3].text[0] == "−2 (all seeds −2.5 to −1.5)"


def test_a_missing_interval_does_not_tear_the_band() -> None:
    low = np.array([[0.5], [np.nan], [2.5]])
    band, line = bands(X, Y[:, :1], low, Y[:, :1] + 1, ["a"], x_label="x", y_label="y", log_y=True).data
    np.testing.assert_array_equal(band.x, [1, 4, 4, 1])
    assert len(line.x) == 3


def test_an_interval_that_reaches_zero_ends_below_everything_on_a_logarithmic_axis() -> None:
    low = np.array([[0.0], [0.1], [0.2]])
    band = bands(X, Y[:, :1], low, Y[:, :1] + 1, ["a"], x_label="x", y_label="y", log_y=True).data[0]
    assert band.y[-1] == 0.05


def test_one_line_needs_no_legend() -> None:
    assert not bands(X, Y[:, :1], Y[:, :1], Y[:, :1], ["a"], x_label="x", y_label="y").layout.showlegend


def test_histories_are_logarithmic_and_leave_out_what_has_no_logarithm() -> None:
    figure = histories([0, 10, 100], [[1.0], [0.5], [0.0]], ["seed 0"])
    (curve,) = figure.data
    np.testing.assert_array_equal(curve.x, [np.nan, 10, 100])
    np.testing.assert_array_equal(curve.y, [1, 0.5, np.nan])
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == ("log", "log")


def test_equal_names_share_a_colour_and_a_line_of_the_legend() -> None:
    curves = histories([1, 2], np.ones((2, 3)), ["stuck", "solved", "stuck"]).data
    assert [curve.showlegend for curve in curves] == [True, True, False]
    assert curves[0].line.color == curves[2].line.color != curves[1].line.color


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.02, 1, ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5"]),
        (1, 25_000, ["1", "10", "100", "1,000", "10,000", "100,000"]),
        (
            1e-9,
            1,
            ["10<sup>−9</sup>", "10<sup>−7</sup>", "10<sup>−5</sup>", "10<sup>−3</sup>", "10<sup>−1</sup>"],
        ),
    ],
)
def test_ticks_are_few_and_in_one_manner(low: float, high: float, words: list[str]) -> None:
    assert log_axis(np.array([low, high]))["ticktext"] == words


def test_an_axis_without_positive_values_does_not_fail() -> None:
    assert log_axis(np.array([0.0, np.nan])) == {"type": "log"}


def test_what_was_measured_has_the_colour_of_what_was_predicted() -> None:
    points = [([1, 2], [0.9, 4.1]), ([3], [0.0])]
    theory = [([1, 2, 3], [1, 4, 9]), ([1, 3], [2, 6])]
    figure = against(points, theory, ["a", "b"], x_label="x", y_label="y", log_y=True, limit=(10, "ten"))
    first, first_points, second, second_points, key = figure.data
    np.testing.assert_array_equal(first.y, [1, 4, 9])
    np.testing.assert_array_equal(first_points.x, [1, 2])
    np.testing.assert_array_equal(second_points.y, [np.nan])  # 0 has no logarithm
    assert first_points.marker.color == style.faint(first.line.color, 0.75)
    assert first.line.color != second.line.color
    assert [trace.showlegend for trace in (first, first_points)] == [False, None]
    assert (key.name, key.line.dash) == ("predicted", "dash")
    (across,) = figure.layout.shapes
    (words,) = figure.layout.annotations
    assert (across.y0, words.y, words.text) == (10, 1, "ten")  # an annotation on a logarithmic axis has a logarithm


def test_ranges_are_shaded_behind_the_lines_and_named() -> None:
    figure = shaded(bands(X, Y, Y, Y, ["a", "b"], x_label="x", y_label="y"), [(1, 2), (3, 4)], "convex")
    assert [(part.x0, part.x1, part.layer) for part in figure.layout.shapes] == [(1, 2, "below"), (3, 4, "below")]
    assert [note.text for note in figure.layout.annotations] == ["convex", "convex"]


def test_points_and_lines_may_be_something_else_than_measured_and_predicted() -> None:
    figure = against([([1], [1])], [([1, 2], [1, 4])], ["a"], x_label="x", y_label="y", words=("learned", "random"))
    line, points, key = figure.data
    assert (line.meta, points.meta, key.name) == ("random", "learned", "random")
