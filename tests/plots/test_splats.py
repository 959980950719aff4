"""Splats and stars, read back from the figure."""

import re
from typing import Any

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.plots.splats import RADIUS, splats, turning
from tegum.plots.stars import stars
from tegum.theory.unbiased import polygon

CROSS = np.array([[1.0, 0.0, -1.0, 0.0], [0.0, 1.0, 0.0, -1.0]])


def segments(trace: Any) -> np.ndarray:
    """(lines, ends, xy) of a trace with gaps."""
    return np.stack([trace.x, trace.y], axis=1).reshape(-1, 3, 2)[:, :2].astype(float)


def test_a_splat_has_all_edges_and_the_axes_from_the_origin() -> None:
    figure = splats([polygon(5)], ["a"])
    thin, bold = figure.data[:5], figure.data[5:10]
    assert [len(segments(trace)) for trace in thin] == [16] * 5
    assert [len(segments(trace)) for trace in bold] == [1] * 5
    starts = np.array([segments(trace)[0, 0] for trace in bold])
    np.testing.assert_allclose(starts, np.broadcast_to([figure.data[10].x[0], figure.data[10].y[0]], (5, 2)))
    axes = np.array([segments(trace)[0, 1] - segments(trace)[0, 0] for trace in bold])
    np.testing.assert_allclose(axes @ axes.T / (axes[0] @ axes[0]), polygon(5).T @ polygon(5) / 0.8396424, atol=1e-6)


def test_edges_along_an_axis_are_parallel_to_it_and_of_its_colour() -> None:
    figure = splats([polygon(5)], ["a"])
    for thin, bold in zip(figure.data[:5], figure.data[5:10], strict=True):
        along = segments(thin)[:, 1] - segments(thin)[:, 0]
        axis = segments(bold)[0, 1] - segments(bold)[0, 0]
        np.testing.assert_allclose(along, np.broadcast_to(axis, along.shape), atol=1e-12)
        rgb = ", ".join(str(int(bold.line.color[i : i + 2], 16)) for i in (1, 3, 5))
        assert thin.line.color.startswith(f"rgba({rgb},")


def test_every_splat_fills_its_tile_whatever_its_size() -> None:
    figure = splats([CROSS, 7 * polygon(3)], ["a", "b"])
    points = np.concatenate([segments(trace).reshape(-1, 2) for trace in figure.data[:4]])
    for left in (0.0, 2.1):
        mine = points[(points[:, 0] > left) & (points[:, 0] < left + 2.1)]
        reach = np.hypot(*(mine - mine.mean(0)).T).max()
        assert reach == pytest.approx(RADIUS, rel=0.01)


def test_numbers_that_would_collide_stand_together() -> None:
    W = np.column_stack([polygon(5), polygon(5)[:, 0]])
    discs = splats([W], ["a"]).data[-1]
    assert sorted(discs.text) == ["0, 5", "1", "2", "3", "4"]


def test_a_film_turns_on_one_scale() -> None:
    frames = np.stack([CROSS, 0.5 * CROSS])
    figure = turning(frames, ["one", "two"], ["0 %", "100 %"], what="turned")
    assert [step.label for step in figure.layout.sliders[0].steps] == ["0 %", "100 %"]
    lengths = [np.ptp(segments(frame.data[4])[0], axis=0).max() for frame in figure.frames]
    assert lengths[1] == pytest.approx(lengths[0] / 2)
    assert [frame.data[-1].text[0] for frame in figure.frames] == ["one", "two"]
    assert len(figure.data) == len(figure.frames[0].data)


def test_a_splat_needs_a_plane() -> None:
    message = "W of shape (3, 4) must have shape (2, n): a splat lies in the plane."
    with pytest.raises(BadInput, match=re.escape(message)):
        splats([np.ones((3, 4))], ["a"])


def test_stars_join_what_disturbs_each_other() -> None:
    bipyramid = np.zeros((3, 7))
    bipyramid[:2, :5], bipyramid[2, 5:] = polygon(5), (1, -1)
    figure = stars([bipyramid], ["a"])
    grey, orange = (trace for trace in figure.data if trace.type == "scatter3d" and trace.line.color in _PAIRED)
    assert (len(grey.x) // 3, len(orange.x) // 3) == (10, 5)  # 5 corners by 2 poles; 5 sides
    assert figure.data[-1].text == tuple("0123456")


_PAIRED = ("#6B665C", "#C95300")


def test_stars_need_three_dimensions() -> None:
    message = "W of shape (2, 4) must have shape (3, n): stars are for three hidden dimensions."
    with pytest.raises(BadInput, match=re.escape(message)):
        stars([CROSS], ["a"])
