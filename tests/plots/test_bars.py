"""Bars of parts and the mark at their sum."""

import numpy as np

from tegum.plots.bars import part_bars


def test_parts_stack_and_the_mark_is_their_sum() -> None:
    figure = part_bars(["a", "b"], [[1.0, -2.0], [0.5, 0.5]], ["first", "second"], x_label="", y_label="loss")
    first, second, total = figure.data
    np.testing.assert_array_equal(first.y, [1, -2])
    np.testing.assert_array_equal(second.y, [0.5, 0.5])
    np.testing.assert_array_equal(total.y, [1.5, -1.5])
    assert figure.layout.barmode == "relative"
    words = [(note.text, note.y) for note in figure.layout.annotations]
    assert words == [("1.5", 1.5), ("−1.5", -2.0)]  # beside the stack, where nothing is drawn
