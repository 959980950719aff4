"""Normals and shares, read back from the figure."""

from typing import Any

import numpy as np

from tegum.plots.wiggle import NOT, WORKS, beside_exact, normals

NU = np.array([[1.0, 0, 0], [0, 1.0, 0], [0, 0, -1.0]])
GOOD = np.array([[True, False, False], [True, True, False]])


def works(dots: Any) -> list[bool]:
    low, high = dots.marker.colorscale
    assert (low[1], high[1]) == (NOT, WORKS)
    return [bool(value) for value in dots.marker.color]


def test_each_normal_is_drawn_once_in_each_frame() -> None:
    figure = normals(NU, GOOD, ["0", "−1"], what="b =", words=["a third", "two thirds"])
    for frame, good, words in zip(figure.frames, GOOD, ["a third", "two thirds"], strict=True):
        dots, key = frame.data
        assert (works(dots), key.name) == (good.tolist(), words)
    dots, *keys = figure.data[:3]
    assert works(dots) == GOOD[0].tolist()
    np.testing.assert_array_equal(np.stack([dots.x, dots.y, dots.z], axis=1), NU)
    assert [(key.name, key.marker.color) for key in keys] == [("a third", WORKS), ("does not work", NOT)]
    assert figure.layout.scene.dragmode == "turntable"


def test_the_ball_hides_the_far_side_and_no_dot() -> None:
    mesh = next(t for t in normals(NU, GOOD, ["0", "1"], what="", words=["", ""]).data if t.type == "mesh3d")
    radius = np.linalg.norm([mesh.x, mesh.y, mesh.z], axis=0)
    assert 0.9 < radius.min() <= radius.max() < 1


def test_shares_stand_beside_their_exact_values() -> None:
    rate, exact = np.array([[0.5, 0.1], [0.0, 0.2]]), np.array([[0.5, 0.0625], [0.0, np.nan]])
    figure = beside_exact(
        ["m = 1", "m = 2"], rate, rate - 0.05, rate + 0.1, exact, ["rigid", "free"], x_label="", y_label=""
    )
    dashes, points, more_dashes, more_points = figure.data
    np.testing.assert_array_equal(points.y, rate[:, 0])
    np.testing.assert_array_equal(more_dashes.y, exact[:, 1])
    np.testing.assert_array_equal(dashes.x, points.x)
    np.testing.assert_allclose(more_points.error_y.array, 0.1)
    np.testing.assert_allclose(more_points.error_y.arrayminus, 0.05)
    assert (np.asarray(more_points.x) > np.asarray(points.x)).all()
    assert [trace.showlegend for trace in (dashes, more_dashes)] == [True, False]
