"""Clouds before and after ReLU, read back from the figure."""

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.plots import style
from tegum.plots.clamp import SHADES, STRATA, clamp, strata_bars, stratum, turning_line

CLOUDS = [
    np.array([[-1.0], [0.5]]),
    np.array([[-1.0, 0.5], [0.2, 0.3], [-0.1, -0.2]]),
    np.array([[0.1, 0.2, 0.3], [-0.1, 0.2, 0.3], [-0.1, -0.2, 0.3], [-1.0, -1.0, 0.0]]),
]


def test_strata_by_hand() -> None:
    assert [stratum(cloud).tolist() for cloud in CLOUDS] == [[0, 1], [1, 3, 0], [3, 2, 1, 0]]
    assert STRATA[2] == "on a face"


def test_the_film_moves_the_lower_row_and_first_shows_its_end() -> None:
    figure = clamp(CLOUDS)
    first = figure.frames[0].traces[0]
    line, plane, space = figure.data[first : first + 3]
    np.testing.assert_array_equal(line.x, [0, 0.5])
    np.testing.assert_array_equal(np.stack([plane.x, plane.y], 1), np.maximum(CLOUDS[1], 0))
    np.testing.assert_array_equal(np.stack([space.x, space.y, space.z], 1), np.maximum(CLOUDS[2], 0))
    half = figure.frames[10].data[1]
    np.testing.assert_allclose(np.stack([half.x, half.y], 1), [[-0.5, 0.5], [0.2, 0.3], [-0.05, -0.1]], atol=1e-7)
    before = figure.data[first + 4]
    np.testing.assert_array_equal(np.stack([before.x, before.y], 1), CLOUDS[1])
    assert figure.layout.sliders[0].active == len(figure.frames) - 1
    assert (plane.xaxis, plane.yaxis, space.scene) == ("x4", "y4", "scene2")
    assert list(plane.marker.color) == [SHADES[1], SHADES[3], SHADES[0]]


def test_the_words_count_the_points() -> None:
    words = [note.text for note in clamp(CLOUDS).layout.annotations]
    assert "33 % at the origin<br>33 % on one axis<br>33 % untouched, all positive" in words
    assert "50 % at the origin<br>50 % on one axis" in words


def test_clouds_in_another_order_are_refused() -> None:
    with pytest.raises(BadInput, match=r"shapes \(3, 2\), \(2, 1\) must have shapes \(k, 1\), \(k, 2\) and \(k, 3\)"):
        clamp([CLOUDS[1], CLOUDS[0]])


def test_bars_have_the_clouds_colours_and_dashes_at_exact_borders() -> None:
    counts = np.array([[5, 5, 0, 0], [2, 5, 0, 3]])
    exact = np.array([[0.5, 0.5, 0, 0], [0.25, 0.5, 0, 0.25]])
    figure = strata_bars([1, 2], counts, counts / 20, counts / 5, exact)
    assert [bar.marker.color for bar in figure.data[:4]] == list(SHADES)
    np.testing.assert_allclose(figure.data[1].y, [0.5, 0.5])
    np.testing.assert_allclose(figure.data[4].y, [0.5, np.nan, np.nan, 0.25, 0.75, 0.75])


def test_a_line_through_both_quadrants_sends_each_tip_to_its_own_axis() -> None:
    figure = turning_line([30, 120], first=1)
    tips = figure.data[4]
    np.testing.assert_allclose(tips.x, [0.25, -np.sqrt(3) / 4])
    np.testing.assert_allclose(tips.y, [-np.sqrt(3) / 4, 0.75])
    images = figure.data[3]
    assert (np.minimum(images.x, images.y) == 0).all()
    assert set(figure.data[2].marker.color) == {SHADES[0], SHADES[1]}  # the origin itself is grey
    assert figure.layout.sliders[0].active == 1


def test_a_line_through_the_first_quadrant_gives_back_nothing_alone() -> None:
    figure = turning_line([30])
    images = figure.data[3]
    positive = (np.asarray(images.x) > 0) & (np.asarray(images.y) > 0)
    assert positive.sum() == 12
    assert set(figure.data[2].marker.color) == {SHADES[0], SHADES[3]}
    assert style.SERIES[2] == SHADES[3]
