"""Estimates with intervals about 0, in rows and columns."""

import numpy as np
import pytest

from tegum.plots import style
from tegum.plots.interval_rows import interval_rows

ROWS, COLUMNS = ["a", "b", "c"], ["cosine", "objective"]
VALUES = np.array([
    [[1.0, 0.5, 2.0], [0.1, 0.0, 0.3]],
    [[-1.0, -2.0, -0.5], [0.2, 0.1, 0.3]],
    [[0.1, -0.5, 0.7], [-0.1, -0.3, 0.2]],
])  # fmt: skip


def test_middles_and_intervals_are_drawn_and_their_side_of_0_is_the_colour() -> None:
    figure = interval_rows(ROWS, COLUMNS, VALUES, zero="none", groups=[2], unit=" features")
    first, second = figure.data
    assert (list(first.x), list(first.y)) == ([1, -1, 0.1], [0, 1, 2])
    assert list(first.error_x.array) == pytest.approx([1, 0.5, 0.6])
    assert list(first.error_x.arrayminus) == pytest.approx([0.5, 1, 0.6])
    assert list(first.marker.color) == [style.SERIES[0], style.SERIES[1], style.MUTED]
    assert (first.xaxis, second.xaxis) == ("x", "x2")
    assert first.text[0] == "a: 1 features (0.5 to 2)"
    assert [shape.x0 for shape in figure.layout.shapes] == [0, 0, 0]  # two lines at 0 and that between the groups
    assert figure.layout.shapes[2].y0 == 1.5
    assert "0: none" in [note.text for note in figure.layout.annotations]
    assert figure.layout.xaxis.range[0] < -2
    assert figure.layout.xaxis.range[1] > 2


def test_several_names_share_a_row_each_in_its_colour() -> None:
    values = np.stack([VALUES, VALUES + 1], axis=2)
    figure = interval_rows(ROWS, COLUMNS, values, zero="none", names=["small", "large"])
    assert [(trace.name, trace.showlegend) for trace in figure.data] == [
        ("small", True), ("large", True), ("small", False), ("large", False),
    ]  # fmt: skip
    small, large = figure.data[:2]
    assert list(large.x) == pytest.approx([2, 0, 1.1])
    assert np.all(np.abs(small.y - np.arange(3)) < 0.5)
    assert np.all(small.y < large.y)
    assert set(small.marker.color) == {style.SERIES[0]}
    assert set(large.marker.color) == {style.SERIES[1]}


def test_what_is_far_off_is_an_arrow_with_its_number() -> None:
    values = np.concatenate([VALUES, [[[-90.0, -91, -89], [0.1, 0, 0.2]]]])
    figure = interval_rows([*ROWS, "d"], COLUMNS, values, zero="none")
    assert np.isnan(figure.data[0].x[3])
    (arrow,) = [note for note in figure.layout.annotations if note.text.startswith("◂")]
    assert (arrow.text, arrow.y, arrow.x) == ("◂ −90", 3, figure.layout.xaxis.range[0])
    assert arrow.x > -5


def test_a_column_of_nothing_is_empty() -> None:
    values = VALUES.copy()
    values[:, 1] = np.nan
    figure = interval_rows(ROWS, COLUMNS, values, zero="none")
    assert np.isnan(figure.data[1].x).all()
    assert figure.layout.xaxis2.range[0] < 0 < figure.layout.xaxis2.range[1]


def test_of_an_infinite_interval_as_of_one_seed_the_middle_is_drawn() -> None:
    values = VALUES.copy()
    values[..., 1], values[..., 2] = -np.inf, np.inf
    figure = interval_rows(ROWS, COLUMNS, values, zero="none")
    dots = figure.data[0]
    assert list(dots.x) == [1, -1, 0.1]
    assert np.isnan(dots.error_x.array).all()
    assert np.isnan(dots.error_x.arrayminus).all()
    assert set(dots.marker.color) == {style.MUTED}
    assert dots.text[0] == "a: 1 (no interval)"
    assert np.isfinite(figure.layout.xaxis.range).all()
