"""Projection and change of basis, read back from the figure."""

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.geometry.projections import random_frames
from tegum.plots.basis import change_of_basis, projection

POINTS = np.array([[1.0, -1.0, 0.5], [0.2, 0.4, -0.6], [0.9, -0.3, -0.6]])
FRAMES = random_frames(3, 2, 3, seed=0)
W = np.array([[1.0, -0.5, 0.2], [0.3, 0.9, -0.7]])


def drawn(figure: Any, index: int) -> np.ndarray:
    trace = figure.data[index]
    return np.stack([trace.x, trace.y, trace.z]).astype(float)


def shown() -> Any:
    return projection(POINTS, FRAMES, FRAMES[2], ["a", "b", "c"], ["0°", "5°", "10°"], what="turned by")


def test_each_point_falls_straight_on_the_plane() -> None:
    figure = shown()
    dotted = drawn(figure, 2).T.reshape(-1, 3, 3)[:, :2]
    np.testing.assert_allclose(dotted[:, 0], POINTS.T)
    fallen = dotted[:, 1] - dotted[:, 0]
    np.testing.assert_allclose(fallen @ FRAMES[0].T, 0, atol=1e-12)
    np.testing.assert_allclose(drawn(figure, 3), FRAMES[0].T @ FRAMES[0] @ POINTS)


def test_the_picture_beside_it_is_what_is_left() -> None:
    flat = shown().data[4]
    np.testing.assert_allclose(np.stack([flat.x, flat.y]), FRAMES[0] @ POINTS)


def test_the_slider_turns_all_that_moves() -> None:
    figure = shown()
    assert [step.label for step in figure.layout.sliders[0].steps] == ["0°", "5°", "10°"]
    for frame, plane, word in zip(figure.frames, FRAMES, "abc", strict=True):
        np.testing.assert_allclose(np.stack([frame.data[4].x, frame.data[4].y]), plane @ POINTS)
        corners = np.stack([frame.data[0].x, frame.data[0].y, frame.data[0].z])
        np.testing.assert_allclose(np.cross(*plane) @ corners, 0, atol=1e-12)
        assert frame.data[5].text[0] == word
        assert list(frame.traces) == list(range(6))


def test_the_columns_add_up_head_to_tail() -> None:
    x = np.array([0.4, 0.6, 0.9])
    arrows = [a for a in change_of_basis(W, x).layout.annotations if a.showarrow]
    ends = {(round(a.ax, 9), round(a.ay, 9), round(a.x, 9), round(a.y, 9)) for a in arrows}
    walk = np.concatenate([np.zeros((1, 2)), np.cumsum(x[:, None] * W.T, axis=0)])
    for start, end in [*pairwise(walk), (walk[0], W @ x), *((walk[0], c) for c in W.T)]:
        assert tuple(np.concatenate([start, end]).round(9).tolist()) in ends
    assert len(arrows) == 7


def test_the_plane_is_that_of_the_rows() -> None:
    corners = drawn(change_of_basis(W, np.ones(3)), 0)
    np.testing.assert_allclose(np.cross(*W) @ corners, 0, atol=1e-12)


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(BadInput, match=re.escape("they need to be (2, 3) and (3,).")):
        change_of_basis(np.ones((3, 2)), np.ones(3))
    with pytest.raises(BadInput, match=re.escape("they need to be (3, k), (t, 2, 3) and (2, 3).")):
        projection(np.ones((2, 5)), FRAMES, FRAMES[0], ["a"], ["a"], what="x")
