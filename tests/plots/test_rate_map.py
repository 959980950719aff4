"""A map of numbers, read back from the figure."""

from typing import Any

import numpy as np

from tegum.plots.rate_map import CELL, SHADES, rate_map

VALUES = [[0.0, 0.5, 1.0], [0.25, np.inf, 0.75]]


def test_cells_labels_words_and_colours() -> None:
    words = [["a", "b", "c"], ["d", "e", "f"]]
    figure = rate_map(VALUES, ["0", "0.1", "1"], ["low", "high"], words, x_label="shift", y_label="rate", what="share")
    (cells,) = figure.data
    np.testing.assert_array_equal(cells.z, [[0, 0.5, 1], [0.25, np.nan, 0.75]])
    assert (list(cells.x), list(cells.y)) == (["0", "0.1", "1"], ["low", "high"])
    assert cells.customdata.tolist() == words
    assert (cells.zmin, cells.zmax, cells.texttemplate) == (0, 1, None)
    assert (cells.colorscale[0][1], cells.colorscale[-1][1]) == (SHADES[0], SHADES[-1])
    assert figure.layout.meta == {"narrow": 720}
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.type) == ("shift", "category")


def test_rows_have_one_height_and_colours_may_run_the_other_way() -> None:
    given: dict[str, Any] = {"x_label": "", "y_label": "", "what": ""}
    one, two = (rate_map(np.ones((k, 1)), ["x"], list("ab")[:k], [["h"]] * k, **given) for k in (1, 2))
    assert two.layout.height - one.layout.height == CELL
    back = rate_map([[3.0]], ["x"], ["y"], [["h"]], text=[["3"]], top=6.0, reverse=True, **given).data[0]
    assert (back.text[0][0], back.zmax, back.colorscale[0][1]) == ("3", 6, SHADES[-1])
