"""Wheels with circles, and tables of rates as figures."""

import numpy as np

from tegum.plots.circles import circled
from tegum.plots.recipes import rate_rows


def test_each_radius_has_a_ring_and_each_model_a_dotted_circle() -> None:
    turn = np.radians([0, 90, 180, 270])
    W = np.array([1.0, 1.0, 2.0, 2.0]) * np.stack([np.cos(turn), np.sin(turn)])
    figure = circled(W[None], np.array([[0, 0, 1, 1]]), np.zeros((1, 2)), np.array([1.5]), ["two radii"])
    rings = [trace for trace in figure.data if len(trace.x) == 121]
    assert [trace.line.dash for trace in rings] == ["solid", "solid", "dot"]
    assert rings[1].text == "radius 2.000, 2 of 4"
    assert np.isclose(np.ptp(rings[1].x), 4.0)
    assert [a.text for a in figure.layout.annotations] == ["two radii"]


def test_rows_and_columns_of_rates() -> None:
    rate = np.array([[0.0, 0.5], [1.0, 0.2], [0.3, 0.4]])
    text = [["0", "5"], ["10", "2"], ["3", "4"]]
    figure = rate_rows(["a", "b", "c"], ["caught", "left"], rate, rate - 0.1, rate + 0.1, text, groups=(1,))
    assert [list(trace.x) for trace in figure.data] == [[0.0, 1.0, 0.3], [0.5, 0.2, 0.4]]
    assert np.allclose(figure.data[0].error_x.array, 0.1)
    assert [a.text for a in figure.layout.annotations] == ["0", "10", "3", "5", "2", "4"]
    assert list(figure.layout.yaxis.ticktext) == ["a", "b", "c"]
    assert len(figure.layout.shapes) == 1
