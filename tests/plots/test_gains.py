"""Tables of differences."""

import numpy as np

from tegum.plots.gains import gain_rows


def test_every_difference_is_drawn_with_its_interval_beside_a_line_at_0() -> None:
    values = np.zeros((3, 2, 2, 3))
    values[..., 0], values[..., 1], values[..., 2] = 1.0, -0.5, 2.0
    values[2, 1, 1] = np.nan
    figure = gain_rows(["a", "b", "c"], ["found", "dead"], values, ["small", "large"], groups=[1], unit=" features")
    assert len(figure.data) == 4
    assert [trace.name for trace in figure.data if trace.showlegend] == ["small", "large"]
    dots = figure.data[0]
    assert dots.customdata[0] == "a: 1 features (95 % interval −0.5 to 2)"
    assert np.allclose(dots.error_x.array, 1)
    assert np.allclose(dots.error_x.arrayminus, 1.5)
    assert np.isnan(figure.data[3].x[2])
    assert [shape.x0 for shape in figure.layout.shapes][:2] == [0, 0]
    assert figure.data[0].y[0] < figure.data[1].y[0]
