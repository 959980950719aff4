"""Two things that one wants at once: named points, and lines along a setting."""

import numpy as np
import pytest

from tegum.plots.trade_offs import along, named_points


def test_every_point_is_drawn_under_its_kind() -> None:
    points = [np.array([[0.1, 1.0], [0.2, 2.0], [0.3, 3.0]]), np.array([[0.4, 5.0]])]
    names = [["one", "two", "three"], ["two"]]
    kinds = [["ours", "theirs", "ours"], ["theirs"]]
    figure = named_points(points, names, kinds, ["left", "right"], x_label="dead", y_label="score")
    drawn = {(trace.xaxis, trace.name): trace for trace in figure.data}
    assert list(drawn["x", "ours"].x) == [0.1, 0.3]
    assert list(drawn["x", "ours"].y) == [1, 3]
    assert list(drawn["x", "ours"].text) == ["one", "three"]
    assert list(drawn["x2", "theirs"].x) == [0.4]
    assert len(drawn["x2", "ours"].x) == 0
    assert [trace.name for trace in figure.data if trace.showlegend] == ["ours", "theirs"]
    assert [drawn["x", kind].marker.color for kind in ("ours", "theirs")] == [
        drawn["x2", kind].marker.color for kind in ("ours", "theirs")
    ]
    for axis, x in ((figure.layout.xaxis, 0.1), (figure.layout.xaxis2, 0.4)):
        assert axis.range[0] < x < axis.range[1]


def test_of_three_names_at_one_height_two_stand_beside_their_points_and_one_shows_on_hovering() -> None:
    points = [np.array([[0.1, 1.0], [0.2, 1.0], [0.3, 1.0], [0.4, 9.0]])]
    figure = named_points(points, [list("abcd")], [["ours"] * 4], ["one"], x_label="x", y_label="y")
    (trace,) = figure.data
    assert list(trace.text) == ["a", "b", "", "d"]
    assert list(trace.textposition) == ["middle right", "middle left", "middle right", "middle right"]
    assert list(trace.hovertext) == list("abcd")


def test_lines_go_through_their_points_which_the_setting_names() -> None:
    points = [np.array([[1.0, 5.0], [2.0, 4.0]]), np.array([[3.0, 2.0], [4.0, 1.0]])]
    figure = along(points, ["none", "ours"], ["L1 0.1", "L1 0.2"], x_label="L0", y_label="error")
    assert [trace.name for trace in figure.data] == ["none", "ours"]
    assert list(figure.data[1].x) == [3, 4]
    assert list(figure.data[1].y) == pytest.approx([2, 1])
    assert list(figure.data[1].text) == ["L1 0.1", "L1 0.2"]
    assert figure.data[0].line.color != figure.data[1].line.color
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("L0", "error")
