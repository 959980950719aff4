"""Wheels, read back from the figure: spokes, dots, colours and hover texts."""

from typing import Any

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.plots import style, wheels


def pentagon() -> np.ndarray:
    angle = 2 * np.pi * np.arange(5) / 5
    return 1.2 * np.stack([np.cos(angle), np.sin(angle)])


def lines(figure: Any) -> list[Any]:
    return [trace for trace in figure.data if trace.mode == "lines"]


def dots(figure: Any) -> Any:
    return next(trace for trace in figure.data if trace.mode == "markers" and trace.hovertemplate)


IMPORTANCE = 0.9 ** np.arange(5)


def test_a_pentagon_has_axes_five_spokes_and_five_dots() -> None:
    figure = wheels([pentagon()], IMPORTANCE, ["1 − S = 0.05"])
    assert len(lines(figure)) == 1 + 5
    assert len(dots(figure).x) == 5
    assert figure.layout.annotations[0].text == "1 − S = 0.05"


def test_dots_lie_where_the_columns_point() -> None:
    W = pentagon()
    figure = wheels([W, 0.5 * W], IMPORTANCE, ["a", "b"])
    x, y = np.reshape(dots(figure).x, (2, 5)), np.reshape(dots(figure).y, (2, 5))
    order = np.argsort(IMPORTANCE)
    np.testing.assert_allclose(x - x.mean(1, keepdims=True), np.stack([W[0], 0.5 * W[0]])[:, order], atol=1e-12)
    np.testing.assert_allclose(y - y.mean(1, keepdims=True), np.stack([W[1], 0.5 * W[1]])[:, order], atol=1e-12)


def test_the_hover_names_the_feature_its_norm_and_its_angle() -> None:
    (text,) = [t for t in dots(wheels([pentagon()], IMPORTANCE, ["a"])).text if "feature 1<" in t]
    assert text == "<b>feature 1</b><br>importance 0.9<br>norm 1.200<br>angle 72.0°"


def test_the_most_important_feature_is_gold_and_drawn_last() -> None:
    shown = dots(wheels([pentagon()], IMPORTANCE, ["a"]))
    assert "feature 0" in shown.text[-1]
    expected = style.colours(style.IMPORTANCE, np.sort(IMPORTANCE), IMPORTANCE.min(), 1)
    assert list(shown.marker.color) == expected
    assert expected[-1] == "rgb(237, 177, 0)"


def test_a_hidden_feature_keeps_a_rim_and_is_named() -> None:
    W = pentagon()
    W[:, 3] = W[:, 0]
    figure = wheels([W], IMPORTANCE, ["a"])
    shown = dots(figure)
    covered = next(i for i, text in enumerate(shown.text) if "feature 3<" in text)
    assert shown.text[covered].endswith("here too: 0")
    assert shown.marker.size[covered] > max(np.delete(shown.marker.size, covered))
    widths = sorted(trace.line.width for trace in lines(figure)[1:])
    assert widths[-1] > widths[-2]


def test_equal_importance_has_one_colour_and_no_key() -> None:
    figure = wheels([pentagon()], np.ones(5), ["a"])
    assert set(dots(figure).marker.color) == {style.SERIES[0]}
    assert not any(trace.marker.showscale for trace in figure.data)


def test_a_diverged_model_leaves_its_neighbour_alone() -> None:
    lost = np.full((2, 5), np.inf)
    alone, beside = (
        wheels([pentagon()], IMPORTANCE, ["a"]),
        wheels([pentagon(), lost], IMPORTANCE, ["a", "b"]),
    )
    np.testing.assert_array_equal(dots(alone).x, dots(beside).x[:5])


def test_subtitles_stand_below() -> None:
    upper, lower = wheels([pentagon()], IMPORTANCE, ["a"], subtitles=["loss 0.1"]).layout.annotations
    assert lower.text == "loss 0.1"
    assert lower.y < upper.y


def test_three_dimensions_are_refused() -> None:
    with pytest.raises(ValueError, match=r"W of shape \(1, 3, 5\) must have shape \(k, 2, n\)"):
        wheels(np.zeros((1, 3, 5)), IMPORTANCE, ["a"])


def test_features_of_one_set_share_a_colour() -> None:
    W = np.stack([[[1.0, 0.0, -1.0, 0.0], [0.0, 1.0, 0.0, -1.0]]])
    figure = wheels(W, [1.0] * 4, ["sets"], sets=(0, 0, 1, 1))
    marker = next(trace.marker for trace in figure.data if trace.mode == "markers")
    assert list(marker.color) == [style.SERIES[0]] * 2 + [style.SERIES[1]] * 2


def test_importances_of_each_wheel_are_told_on_hover_and_need_sets() -> None:
    W, importance = np.ones((2, 2, 1)), np.array([[0.5], [4.8]])
    told = wheels(W, importance, ["a", "b"], sets=(0,)).data[-1].text
    assert ["importance 0.5" in told[0], "importance 4.8" in told[1]] == [True, True]
    with pytest.raises(BadInput, match=r"shape \(2, 1\) must have shape \(n,\)"):
        wheels(W, importance, ["a", "b"])
