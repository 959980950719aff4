"""Landscapes and their films, read back from the figure."""

from typing import Any

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.plots import style
from tegum.plots.landscape import Heights, Marks, landscape, landscape_film

X, Y = np.array([0.0, 1, 2]), np.array([0.0, 1])
Z = np.array([[0.0, 1, 2], [3, 4, 5]])
HEIGHTS = Heights("height", 1, 4, 0.5)
AXES: Any = {"x_label": "right", "y_label": "up"}


def test_heights_saturate_and_axes_are_equal() -> None:
    figure = landscape(X, Y, Z, HEIGHTS, **AXES)
    (ground,) = figure.data
    np.testing.assert_array_equal(ground.z, [[1, 1, 2], [3, 4, 4]])
    assert (ground.zmin, ground.zmax) == (1, 4)
    assert (ground.contours.start, ground.contours.size) == (1.5, 0.5)
    assert ground.contours.end == 3.75  # the last line lies below the height where the colours end
    assert figure.layout.yaxis.scaleanchor == "x"
    assert ground.colorbar.title.text == "height"
    assert not figure.layout.showlegend
    assert figure.layout.meta == {"narrow": 880}


def test_an_edge_is_one_thick_contour() -> None:
    _, edge = landscape(X, Y, Z, Heights("height", 1, 4, 0.5, edge=2.5), **AXES).data
    assert (edge.contours.start, edge.contours.end, edge.contours.coloring) == (2.5, 2.5, "none")
    assert edge.line.width == 3


def test_marks_keep_their_place_name_and_look() -> None:
    dots = Marks("here", [[1, 0.5]], look={"marker": {"size": 20}})
    line = Marks("there", [[0, 0], [1, 1]], "lines")
    _, first, second = landscape(X, Y, Z, HEIGHTS, [dots, line], **AXES).data
    assert ([*first.x], [*first.y], first.name, first.mode) == ([1], [0.5], "here", "markers")
    assert (first.marker.size, first.marker.color) == (20, style.SERIES[0])
    assert (second.mode, second.line.color) == ("lines", style.SERIES[1])


def test_a_film_changes_heights_and_marks_and_starts_where_it_should() -> None:
    film = landscape_film(
        X, Y, np.stack([Z, Z + 1]), ["a", "b"], HEIGHTS, [Marks("here", [[[0, 0]], [[2, 1]]])],
        what="time", first=1, **AXES,
    )  # fmt: skip
    np.testing.assert_array_equal(film.data[0].z, [[1, 2, 3], [4, 4, 4]])
    assert film.data[1].x[0] == 2
    assert film.layout.sliders[0].active == 1
    assert [step.label for step in film.layout.sliders[0].steps] == ["a", "b"]
    ground, dot = film.frames[0].data
    np.testing.assert_array_equal(ground.z, [[1, 1, 2], [3, 4, 4]])
    assert (dot.x[0], dot.y[0]) == (0, 0)
    assert film.frames[0].traces == (0, 1)


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(BadInput, match=r"shape \(3, 2\) must have shape \(2, 3\): one row for each y, one column"):
        landscape(X, Y, Z.T, HEIGHTS, **AXES)
    with pytest.raises(BadInput, match=r"2 landscapes have 1 labels; give one label for each\."):
        landscape_film(X, Y, np.stack([Z, Z]), ["a"], HEIGHTS, what="time", **AXES)
