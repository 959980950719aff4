"""Matrices, read back from the figure."""

import numpy as np
import pytest

from tegum.plots.matrices import _short, matrices

VALUES = np.array([[[1.0, -0.5], [0.25, 0.0]], [[2.0, 0.0], [0.0, np.inf]]])


def test_each_matrix_is_a_square_with_row_0_on_top() -> None:
    first, second = matrices(VALUES, ["one", "two"], row="output", column="input").data
    np.testing.assert_array_equal(first.z, VALUES[0])
    assert first.y[0] > first.y[1]
    assert first.x[0] < first.x[1] < second.x[0]
    assert list(first.customdata[1][0]) == [1, 0]
    assert first.hovertemplate.startswith("output %{customdata[0]}, input %{customdata[1]}:")
    assert np.isnan(second.z[1][1])


def test_all_share_one_scale_that_is_even_about_zero() -> None:
    figure = matrices(VALUES, ["one", "two"], limit=3)
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (-3, 3)
    assert list(figure.layout.coloraxis.colorbar.ticktext) == ["≤ −3", "0", "≥ 3"]


def test_words_stand_above_and_below() -> None:
    figure = matrices(VALUES, ["one", "two"], subtitles=["first", "second"])
    assert [note.text for note in figure.layout.annotations] == ["one", "two", "first", "second", *"0101"]


def test_numbers_are_left_out_where_there_is_no_room() -> None:
    assert matrices(VALUES, ["a", "b"]).data[0].texttemplate == "%{text}"
    large = matrices(np.zeros((1, 13, 13)), ["a"])
    assert large.data[0].texttemplate is None
    assert len(large.layout.annotations) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.809, "−.81"), (0.5, ".50"), (1e-17, "0"), (-0.004, "0"), (1.0, "1.0"), (-9.47, "−9.5"), (0.999, "1.0")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert _short(value) == text
