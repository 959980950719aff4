"""Polyhedra as wire frames and scenes; small multiples of bands."""

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.plots.band_panels import band_panels
from tegum.plots.polyhedra import Solid, polyhedron_film, polyhedron_sheet

SIMPLE = Solid(np.eye(3), [(0, 1, 2)], [(0, 1), (0, 2), (1, 2)], "three")


def test_a_sheet_has_each_edge_once() -> None:
    figure = polyhedron_sheet([[SIMPLE, SIMPLE]], ["a row"], ["n = 3", "n = 3"])
    lines = [trace for trace in figure.data if trace.mode == "lines" and len(trace.x) < 70]
    assert sum(int(np.isnan(np.asarray(trace.x, float)).sum()) for trace in lines) == 2 * 3
    assert [note.text for note in figure.layout.annotations] == ["<b>a row</b>", "n = 3", "n = 3", "three", "three"]


def test_a_film_has_a_scene_for_each_name_and_a_frame_for_each_label() -> None:
    figure = polyhedron_film([[SIMPLE, SIMPLE]] * 3, ["one", "other"], ["1", "2", "3"], what="n", first=1)
    assert len(figure.frames) == 3
    assert {trace.scene for trace in figure.data} == {"scene", "scene2"}
    assert figure.layout.sliders[0].active == 1


def test_bands_without_width_are_not_drawn_and_shapes_are_checked() -> None:
    wide = np.array([[[1.0, 0.5, 1.5]], [[2, 1.5, 2.5]]])
    flat = np.repeat(wide[..., :1], 3, axis=-1)
    figure = band_panels([[1, 2], [1, 2]], [wide, flat], ["a"], ["p", "q"], x_label="x", y_label="y", columns=2)
    assert [trace.fill for trace in figure.data] == ["toself", None, None]
    with pytest.raises(BadInput, match=r"values of 'p' have shape \(2, 1\), not \(2, 1, 3\)"):
        band_panels([[1, 2]], [np.ones((2, 1))], ["a"], ["p"], x_label="x", y_label="y", columns=1)
