"""Normals and shares, read back from the figure."""

from typing import Any

import numpy as np

from tegum.plots.wiggle import NOT, WORKS, beside_exact, normals

NU = np.array([[1.0, 0, 0], [0, 1.0, 0], [0, 0, -1.0]])
GOOD = np.array([[True, False, False], [True, True, False]])


def shown(trace: Any) -> list[bool]:
    return [bool(np.isfinite(x)) for x in trace.x]


def test_each_normal_is_drawn_once_in_each_frame() -> None:
    figure = normals(NU, GOOD, ["0", "−1"], what="b =", words=["a third", "two thirds"])
    for frame, good, words in zip(figure.frames, GOOD, ["a third", "two thirds"], strict=True):
        works, rest = frame.data
        assert (shown(works), shown(rest)) == (good.tolist(), (~good).tolist())
        assert (works.name, works.marker.color, rest.marker.color) == (words, WORKS, NOT)
    assert shown(figure.data[0]) == GOOD[0].tolist()
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
