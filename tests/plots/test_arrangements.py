"""Figures of named geometry, read back: discs, lines, words and levels."""

from typing import Any

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.geometry import named
from tegum.geometry.shapes import antiprism, direct_sum, ring, simplex
from tegum.plots import block_scenes, dimensionality_levels, feature_graph, style
from tegum.plots.arrangements import SHADES

WHOLE = direct_sum(simplex(2), ring(5), antiprism(4), 0.1 * np.ones((1, 1)))


def discs(figure: Any) -> Any:
    return figure.data[-1]


def lines(figure: Any) -> list[Any]:
    return [trace for trace in figure.data if trace.mode == "lines"]


def edges(figure: Any) -> int:
    return int(sum(np.isnan(np.asarray(trace.x, float)).sum() for trace in lines(figure)))


def words(figure: Any) -> list[str]:
    return [annotation.text for annotation in figure.layout.annotations]


def test_every_feature_has_a_disc_in_the_colour_of_its_name() -> None:
    shown = discs(feature_graph(WHOLE))
    assert sorted(map(int, shown.text)) == list(range(16))
    colour = dict(zip(map(int, shown.text), shown.marker.color, strict=True))
    assert {colour[i] for i in (0, 1)} == {SHADES["digon"]}
    assert {colour[i] for i in range(2, 7)} == {SHADES["pentagon"]}
    assert colour[15] == style.RULE


def test_each_name_stands_over_its_blocks() -> None:
    headings = [text for text in words(feature_graph(WHOLE)) if "angle" not in text]
    names = [text.split(",")[0] for text in headings]
    assert names == ["1 digon", "1 pentagon", "1 square antiprism", "1 not represented"]


def test_an_irregular_block_has_its_own_heading() -> None:
    W = direct_sum(np.random.default_rng(0).normal(size=(2, 9)), simplex(2))
    headings = words(feature_graph(W))
    assert any(text.startswith("irregular, 9 features in 2 dimensions; 0.") for text in headings)


def test_lines_join_what_interferes_and_nothing_else() -> None:
    assert edges(feature_graph(direct_sum(simplex(2), simplex(3)))) == 1 + 3
    assert edges(feature_graph(ring(5))) == 10
    assert edges(feature_graph(np.eye(3))) == 0
    colours = {trace.line.color[:18] for trace in lines(feature_graph(ring(5)))}
    assert len(colours) == 2  # obtuse and acute


def test_a_pentagon_is_drawn_as_a_pentagon() -> None:
    shown = discs(feature_graph(ring(5)))
    points = np.stack([np.asarray(shown.x, float), np.asarray(shown.y, float)])
    points -= points.mean(axis=1, keepdims=True)
    (block,) = named(points / 10).blocks
    assert block.name == "pentagon"


def test_no_two_discs_lie_on_each_other() -> None:
    W = direct_sum(WHOLE, np.ones((1, 2)), *[simplex(4)] * 6, *[simplex(2)] * 20)
    for model in (W, np.hstack([W, np.zeros((len(W), 300))])):
        shown = discs(feature_graph(model))
        points = np.stack([shown.x, shown.y], axis=1).astype(float)
        apart = np.linalg.norm(points[:, None] - points, axis=-1) + 1e9 * np.eye(len(points))
        assert apart.min() > shown.marker.size
        assert points[:, 0].min() > 0
        assert points[:, 0].max() < 980


def test_the_hover_tells_share_norm_and_partners() -> None:
    shown = discs(feature_graph(2 * simplex(2)))
    assert shown.customdata[0] == "<b>feature 0</b>: digon<br>D 0.500, norm 2.000<br>disturbed by 1 (−2.00)"


@pytest.mark.parametrize("lost", [np.nan, np.inf, 1e200])
def test_a_feature_that_is_not_finite_stands_apart(lost: float) -> None:
    W = direct_sum(ring(5), np.full((1, 1), lost))
    assert "1 not finite" in words(feature_graph(W))


def test_a_graph_is_of_one_model() -> None:
    with pytest.raises(BadInput, match=r"this is a graph of one model, but here is a batch of shape \(3,\); pick one"):
        feature_graph(np.zeros((3, 2, 4)))
    assert len(discs(feature_graph(ring(5)[None])).x) == 5


def test_blocks_of_three_dimensions_in_space() -> None:
    figure = block_scenes(np.stack([direct_sum(antiprism(4), simplex(2)), direct_sum(simplex(4), np.eye(1, 6))]))
    assert words(figure)[:2] == ["square antiprism, height 0.58", "tetrahedron"]
    points = [trace for trace in figure.data if trace.type == "scatter3d" and trace.mode == "markers+text"]
    assert [list(trace.text) for trace in points] == [[str(i) for i in range(8)], ["0", "1", "2", "3"]]
    turned = np.stack([np.asarray(points[0][axis], float) for axis in "xyz"])
    np.testing.assert_allclose(turned.T @ turned, antiprism(4).T @ antiprism(4), atol=1e-9)


def test_without_such_blocks_the_way_out_is_named() -> None:
    with pytest.raises(
        BadInput, match=r"no block of this model has three dimensions; tegum\.plots\.feature_graph draws"
    ):
        block_scenes(ring(5))


def test_levels_hold_every_feature_beside_its_model() -> None:
    W = np.stack([np.pad(simplex(2), [(0, 1), (0, 3)]), ring(5)])
    found = named(W)
    figure = dimensionality_levels([2.0, 8.0], found.dimensionality, found.name)
    traces = {trace.name: trace for trace in figure.data}
    np.testing.assert_allclose(traces["pentagon"].y, 0.4)
    np.testing.assert_allclose(traces["pentagon"].customdata, 8)
    assert len(traces["not represented"].x) == 3
    assert max(traces["digon"].x) < 4 < min(traces["pentagon"].x)
    assert "3/8 square antiprism" in words(figure)
    assert sorted(shape.y0 for shape in figure.layout.shapes) == [0, 3 / 8, 2 / 5, 1 / 2, 2 / 3, 3 / 4, 1]


def test_levels_that_do_not_fit_each_other() -> None:
    with pytest.raises(BadInput, match=r"x \(2,\), shares \(3, 4\) and names \(3, 4\) must be \(p,\), \(p, n\) and"):
        dimensionality_levels([1.0, 2.0], np.zeros((3, 4)), np.full((3, 4), "digon"))
