"""Solutions along an axis: planes where they belong, in order, and all that is drawn can be read."""

import numpy as np

from tegum.plots import style
from tegum.plots.followed import SPECIAL, Followed, followed


def test_planes_losses_and_marks() -> None:
    x, W = np.array([0.1, 1.0, 10.0]), np.stack([np.eye(2, 3)] * 3)
    kinds = [
        Followed("one", x, W, np.zeros((3, 3)), np.array([1.0, 2.0, 3.0]), shown=[0, 2]),
        Followed("other", x[:2], W[:2], np.zeros((2, 3)), np.array([0.5, 2.5])),
    ]
    trained = {"one": (x, np.array([1.1, 2.1, 3.1])), "none": (x[:1], np.array([4.0]))}
    figure = followed(kinds, trained, [(0.5, "they cross")], special=1, x_label="density", y_label="loss")
    lines = [trace for trace in figure.data if trace.mode == "lines" and trace.yaxis == "y"]
    assert [tuple(line.y) for line in lines] == [(1, 2, 3), (0.5, 2.5)]
    tips = [trace for trace in figure.data if trace.yaxis == "y2" and trace.mode == "markers"]
    assert [len(trace.x) for trace in tips] == [2, 2, 2]
    assert tips[-1].marker.color == SPECIAL
    assert tips[0].x[0] > -1 > tips[0].x[0] - 0.2
    assert "feature 1, the varied one" in tips[-1].text[0]
    assert {note.text for note in figure.layout.annotations} == {"<b>one</b>", "one", "other", "they cross"}
    points = [trace for trace in figure.data if trace.yaxis == "y" and trace.mode == "markers"]
    assert points[1].marker.color == style.faint(style.SERIES[7], 0.4)
