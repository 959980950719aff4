"""Force wheels and spectra: what is drawn where, on hand-made arrays."""

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.plots.forces import LONGEST, force_wheels, spectra

W = np.array([[[1.0, 0.0, -1.0], [0.0, 1.0, 0.0]]])
FORCE = np.array([[[4.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
REACH = 1.25


def test_arrows_start_at_tips_and_grow_with_the_root_of_the_force() -> None:
    drawn = force_wheels(W, FORCE, ["a"], subtitles=["b"]).layout.annotations
    arrows = [note for note in drawn if note.showarrow]
    moves = np.array([[note.x - note.ax, note.y - note.ay] for note in arrows])
    np.testing.assert_allclose(moves, LONGEST * REACH * np.array([[1, 0], [0, 0.5]]), atol=1e-12)  # none for feature 2
    starts = np.array([[note.ax, note.ay] for note in arrows])
    np.testing.assert_allclose(starts[0] - starts[1], [1, -1], atol=1e-12)
    assert [note.text for note in drawn if not note.showarrow] == ["a", "b"]


def test_no_force_draws_no_arrow() -> None:
    assert not [note for note in force_wheels(W, 0 * W, ["a"]).layout.annotations if note.showarrow]


def test_wheels_need_the_plane() -> None:
    with pytest.raises(BadInput, match=r"must both have shape \(k, 2, n\)"):
        force_wheels(np.zeros((1, 3, 2)), np.zeros((1, 3, 2)), ["a"])


def test_equal_eigenvalues_are_one_mark_with_their_number() -> None:
    figure = spectra(["4 + 1", "5 + 1"], [[[2.0, 2.0, -1e-3], [5.0]], [[0.0], []]], ["one", "two"], knee=0.001,
                     x_label="x", y_label="y")  # fmt: skip
    one, two = figure.data[:2]
    np.testing.assert_allclose(np.sinh(one.y) * 0.001, [-1e-3, 2, 5], rtol=1e-9)
    assert list(one.text) == ["−0.001", "2, 2 times", "5"]
    assert one.x[0] == one.x[1] == pytest.approx(one.x[2] - 1)
    assert two.x[0] == pytest.approx(one.x[0] + 0.3)
    shown = np.sinh(np.array(figure.layout.yaxis.tickvals)) * 0.001
    np.testing.assert_allclose(shown, [-0.001, 0, 0.001, 0.01, 0.1, 1], atol=1e-12)
