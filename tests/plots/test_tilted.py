"""The tilted plane's scenes: what stands where."""

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.plots.tilted import tilted_planes

LABELS = ("output 1", "output 2", "output 7")
SHADES = {"wrong": "#C95300", "right": "#0F6CA8", "unused": "#000000"}


def test_corners_and_outline_of_each_state() -> None:
    square = np.array([[1.0, 0, 0.2], [0, 1, 0.2], [-1, 0, 0.2], [0, -1, 0.2]])
    tilt = square + np.array([[0, 0, 0.1], [0, 0, 0], [0, 0, -0.1], [0, 0, 0]])
    kinds = [["right"] * 4, ["wrong", "right", "right", "right"]]
    figure = tilted_planes([square, tilt], kinds, list("abcd"), ["before", "after"], labels=LABELS, shades=SHADES)
    in_second = [trace for trace in figure.data if getattr(trace, "scene", None) == "scene2"]
    marks = [trace for trace in in_second if trace.type == "scatter3d" and trace.mode == "markers"]
    assert [(mark.marker.color, len(mark.x)) for mark in marks] == [("#C95300", 1), ("#0F6CA8", 3)]
    rim = next(trace for trace in in_second if trace.type == "scatter3d" and trace.mode == "lines")
    np.testing.assert_allclose(np.array([rim.x, rim.y, rim.z]).T, [*tilt, tilt[0]])
    assert [trace.name for trace in figure.data if trace.type == "scatter"] == ["wrong", "right"]
    low, high = figure.layout.scene.zaxis.range
    assert low < 0 < 0.3 < high
    assert figure.layout.scene.zaxis.range == figure.layout.scene2.zaxis.range


def test_shapes_are_checked() -> None:
    with pytest.raises(BadInput, match=r"^points of shape \(4, 3\) and kinds of shape \(4,\) must be \(k, p, 3\)"):
        tilted_planes(np.zeros((4, 3)), ["a"] * 4, list("abcd"), ["one"], labels=LABELS, shades=SHADES)
