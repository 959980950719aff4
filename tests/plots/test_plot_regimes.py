"""Courses of training, read back from the figures."""

import numpy as np
import pytest

import tegum as tg
from tegum.plots import style
from tegum.plots.regimes import direction_film, energy_levels

STEP = np.arange(0.0, 50.0, 10)
LOSS = np.array([0.1, 0.05, 0.05, 0.01, 0.01])


def test_levels_above_and_the_loss_below() -> None:
    shares = np.linspace(0, 0.5, 15).reshape(5, 3)
    figure = energy_levels(STEP, shares, LOSS, [10.0, 30.0])
    np.testing.assert_array_equal(figure.data[1].y, shares[:, 1])
    np.testing.assert_array_equal(figure.data[3].y, LOSS)
    assert [trace.yaxis for trace in figure.data] == ["y", "y", "y", "y2"]
    upright = [shape.x0 for shape in figure.layout.shapes if shape.x0 == shape.x1 and shape.x0]
    assert upright == [10.0, 30.0]
    assert {"1", "3/4", "2/3", "1/2", "2/5", "3/8", "0"} <= {note.text for note in figure.layout.annotations}


def test_a_film_of_directions() -> None:
    W = np.random.default_rng(0).normal(size=(5, 3, 4))
    figure = direction_film(STEP, W, LOSS, [10.0], ["digon"] * 5, sets=(0, 0, 1, 1), first=4)
    assert len(figure.frames) == 5
    tips = figure.frames[2].data[3]
    np.testing.assert_allclose(np.stack([tips.x, tips.y, tips.z]), W[2][:, 2:], rtol=1e-6)
    assert figure.frames[2].data[4].x[0] == STEP[2]
    assert figure.data[1].marker.color == style.SERIES[0]
    np.testing.assert_array_equal(figure.data[1].x, W[4][0, :2])
    assert figure.layout.sliders[0].steps[0].label == "0: digon"


def test_a_film_needs_three_dimensions() -> None:
    with pytest.raises(tg.BadInput, match="directions in space over time"):
        direction_film(STEP, np.zeros((5, 2, 4)), LOSS, [], ["nothing"] * 5, sets=(0, 0, 1, 1))
