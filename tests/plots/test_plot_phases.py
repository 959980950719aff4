"""Phase diagrams as figures: colours at the corners of the key, and every branch drawn."""

import numpy as np

from tegum.plots.maps import Plane
from tegum.plots.phases import EMPTY, SHARED, Section, phase_maps, sections, two_way


def test_the_corners_of_the_colours() -> None:
    assert two_way(0.0, 1.0).tolist() == two_way([0.0], [0.0])[0].tolist() == list(EMPTY)
    assert two_way(1.0, 0.0).tolist() == [int(SHARED[0][i : i + 2], 16) for i in (1, 3, 5)]
    assert two_way(2.0, 9.0).tolist() == [int(SHARED[-1][i : i + 2], 16) for i in (1, 3, 5)]
    assert two_way(np.ones((2, 3)), np.ones((2, 3))).shape == (2, 3, 3)


def test_maps_have_their_key() -> None:
    plane = Plane(np.array([1.0, 10.0]), np.array([0.1, 10.0]), np.zeros((2, 2, 3), np.uint8), "title")
    figure = phase_maps([plane, plane], x_label="x", y_label="y")
    words = [note.text for note in figure.layout.annotations]
    assert {"in superposition", "a dimension of its own", "norm of the extra feature", "title"} <= set(words)
    assert len(figure.layout.images) == 3


def test_each_branch_has_its_loss_its_theory_and_its_order() -> None:
    x = np.array([0.1, 1.0])
    values = {"one": x, "other": 2 * x}
    figure = sections(
        [Section("s", "x", x, values, values, values, [0.5])], loss_label="l", order_label="o", window=(0.5, 2.0)
    )
    assert [trace.line.dash for trace in figure.data] == ["solid", "dot", "solid"] * 2
    assert [trace.showlegend for trace in figure.data] == [True, False, False] * 2
    assert figure.layout.yaxis.range == (0.5, 2.0)
    assert len(figure.layout.shapes) == 2
