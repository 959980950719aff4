"""The grid of small multiples, by hand."""

import numpy as np
import pytest

from tegum.plots.tiles import PAGE, Tiles, columns_for, moved, write


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (4, 4), (5, 5), (6, 3), (7, 4), (10, 5), (11, 4)])
def test_rows_are_few_and_even(count: int, columns: int) -> None:
    assert columns_for(count, most=5) == columns


def test_corners_run_along_rows_and_leave_room_for_words() -> None:
    tiles = Tiles(3, 2, width=4, height=3, above=20, below=10, widest=400)
    assert tiles.pixels == 100
    np.testing.assert_allclose(tiles.corners(), [[0, -0.2], [4, -0.2], [0, -3.5]])


def test_the_figure_has_one_scale_and_is_as_high_as_its_tiles() -> None:
    tiles = Tiles(4, 4, width=1, height=1, above=30, below=20, widest=1000)
    figure = tiles.figure(head=50)
    assert figure.layout.height == 50 + PAGE // 4 + 50
    assert figure.layout.yaxis.scaleanchor == "x"
    assert figure.layout.meta == {"narrow": 720, "page": PAGE, "head": 50}


def test_words_stand_where_they_are_put() -> None:
    figure = Tiles(1, 1, 1, 1, 0, 0, 100).figure()
    write(figure, moved(np.array([[1.0, 2.0]]), 0.5, -0.5), ["here"], size=9, up=3)
    (note,) = figure.layout.annotations
    assert (note.x, note.y, note.yshift, note.text, note.font.size) == (1.5, 1.5, 3, "here", 9)
