"""Stacked areas add up, downwards too."""

import numpy as np
import pytest

import tegum as tg
from tegum.plots.areas import area_panels


def test_parts_stack_upwards_and_downwards_and_the_line_is_their_sum() -> None:
    parts = np.array([[[1.0, 2.0], [1.0, -0.5], [0.5, 0.25]]])
    figure = area_panels(
        [1, 10, 100], parts, ["own", "others"], ["a panel"], x_label="step", y_label="loss", total="loss"
    )
    up, line = [[trace for trace in figure.data if test(trace)] for test in (
        lambda trace: trace.stackgroup == "up", lambda trace: trace.stackgroup is None,
    )]  # fmt: skip
    down = [trace for trace in figure.data if trace.stackgroup == "down"]
    assert [list(trace.y) for trace in up] == [[1, 1, 0.5], [2, 0, 0.25]]
    assert [list(trace.y) for trace in down] == [[0, -0.5, 0]]
    assert list(line[0].y) == [3, 0.5, 0.75]
    assert np.sum([trace.y for trace in (*up, *down)], axis=0).tolist() == list(line[0].y)


def test_each_name_is_once_in_the_legend() -> None:
    parts = np.ones((3, 4, 2))
    figure = area_panels([1, 2, 3, 4], parts, ["a", "b"], list("xyz"), x_label="x", y_label="y", shares=True)
    assert [trace.name for trace in figure.data if trace.showlegend] == ["a", "b"]


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(tg.BadInput, match=r"parts of shape \(1, 2, 3\) must be \(titles, x, names\)"):
        area_panels([1, 2, 3], np.ones((1, 2, 3)), ["a"], ["t"], x_label="x", y_label="y")
