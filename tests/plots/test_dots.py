"""Dots in panels: every dot once, every kind in the legend, the line of equals between the ends."""

from typing import Any

import numpy as np

from tegum.plots.dots import dot_panels


def test_every_panel_has_every_dot_and_the_legend_every_kind() -> None:
    points: Any = [[([1, 2], [3, 4]), ([], [])], [([5], [6]), ([7, np.inf], [8, 9])]]
    figure = dot_panels(points, ["live", "dead"], ["a", "b"], x_label="x", y_label="y", columns=2, equal=True)
    dots = [trace for trace in figure.data if trace.mode == "markers" and not trace.showlegend and trace.hovertemplate]
    assert [np.ravel(trace.x).tolist()[0] for trace in dots if len(trace.x)] == [1, 5, 7]
    assert np.isnan(dots[3].x[1])
    assert [trace.name for trace in figure.data if trace.showlegend is None] == ["live", "dead"]
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    assert [list(trace.x) for trace in lines] == [[1, 4], [5, 9]]


def test_nothing_to_draw_is_drawn() -> None:
    figure = dot_panels([[([], [])]], ["live"], ["a"], x_label="x", y_label="y", columns=1, equal=True)
    assert list(figure.data[0].x) == [0, 1]
