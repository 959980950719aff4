"""Bars of parts and the mark at their sum; panels of shares."""

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.plots.bars import end_panels, part_bars


def test_parts_stack_and_the_mark_is_their_sum() -> None:
    figure = part_bars(["a", "b"], [[1.0, -2.0], [0.5, 0.5]], ["first", "second"], x_label="", y_label="loss")
    first, second, total = figure.data
    np.testing.assert_array_equal(first.y, [1, -2])
    np.testing.assert_array_equal(second.y, [0.5, 0.5])
    np.testing.assert_array_equal(total.y, [1.5, -1.5])
    assert figure.layout.barmode == "relative"
    words = [(note.text, note.y) for note in figure.layout.annotations]
    assert words == [("1.5", 1.5), ("−1.5", -2.0)]  # beside the stack, where nothing is drawn


def test_each_panel_has_its_shares_and_names_that_never_occur_no_bar() -> None:
    counts = np.array([[[3, 1, 0], [4, 0, 0]], [[0, 4, 0], [2, 2, 0]]])
    shares = end_panels(
        ["won", "lost", "never"], counts, counts / 8, counts / 4, ["a", "b"], ["one", "two"], x_label="at", columns=2
    )
    assert [(bar.name, bar.xaxis, bar.showlegend) for bar in shares.data] == [
        ("won", "x", True), ("lost", "x", True), ("won", "x2", False), ("lost", "x2", False),
    ]  # fmt: skip
    np.testing.assert_array_equal([bar.y for bar in shares.data], [[0.75, 1], [0.25, 0], [0, 0.5], [1, 0.5]])
    assert shares.data[0].customdata[0] == "3 of 4 (75 %, 95 % interval 38–75 %)"
    assert [note.text for note in shares.layout.annotations] == ["one", "two"]


def test_shapes_of_panels_are_checked() -> None:
    with pytest.raises(BadInput, match=r"^counts of shape \(2, 2\) must be \(titles, x, names\): \(1, 2, 2\)\.$"):
        end_panels(["a", "b"], np.ones((2, 2)), 0, 1, ["x", "y"], ["t"], x_label="", columns=1)
