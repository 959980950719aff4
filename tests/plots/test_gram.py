"""Gram panels, read back from the figure."""

from typing import Any

import numpy as np

from tegum.plots import gram_panels, style

N = 4
W = np.array([[1.0, 0.0, 0.6, -0.6], [0.0, 1.0, 0.8, -0.2]])
GRAM = W.T @ W
BIAS = np.array([0.0, -0.1, 0.25, 0.5])
NORMS = np.linalg.norm(W, axis=0)
SHARED = np.array([0.0, 0.5, 2.0, np.nan])


def panels(k: int = 2) -> Any:
    gram, bias, norms, shared = (np.stack([part] * k) for part in (GRAM, BIAS, NORMS, SHARED))
    return gram_panels(gram, bias, norms, shared, [f"model {p}" for p in range(k)])


def traces(figure: Any, kind: str) -> list[Any]:
    return [trace for trace in figure.data if trace.type == kind]


def test_each_model_has_a_matrix_and_a_strip_and_all_share_the_bars() -> None:
    figure = panels(3)
    assert len(traces(figure, "heatmap")) == 6
    (bars,) = traces(figure, "bar")
    assert len(bars.x) == 3 * N


def test_an_entry_says_from_where_to_where_and_how_much() -> None:
    matrix = traces(panels(), "heatmap")[0]
    i, j = 3, 2
    assert list(matrix.customdata[i][j]) == [j, i]
    assert matrix.text[i][j] == "−0.520"
    assert matrix.z[i][j] == np.float32(GRAM[i, j])
    assert matrix.hovertemplate.startswith(
        "input feature %{customdata[0]} → output feature %{customdata[1]}: <b>%{text}"
    )


def test_the_bias_strip_hovers_its_value() -> None:
    strip = traces(panels(), "heatmap")[1]
    assert [row[0] for row in strip.text] == ["0.000", "−0.100", "0.250", "0.500"]


def test_feature_0_is_on_top_and_all_three_parts_are_aligned() -> None:
    figure = panels(1)
    matrix, strip = traces(figure, "heatmap")
    (bars,) = traces(figure, "bar")
    assert np.all(np.diff(matrix.y) < 0)
    np.testing.assert_array_equal(matrix.y, strip.y)
    np.testing.assert_array_equal(matrix.y, bars.y)
    assert max(matrix.x) < min(strip.x) < max(strip.x) < min(bars.base)


def test_bars_are_as_long_as_the_norms_on_one_scale() -> None:
    (bars,) = traces(panels(), "bar")
    ratio = np.asarray(bars.x) / np.tile(NORMS, 2)
    np.testing.assert_allclose(ratio, ratio[0])


def test_bars_are_coloured_by_superposition() -> None:
    (bars,) = traces(panels(1), "bar")
    assert list(bars.marker.color) == style.colours(style.SUPERPOSITION, [0, 0.5, 1, 0], 0, 1)
    assert bars.hovertext[2] == "<b>feature 2</b><br>norm 1.000<br>superposition 2.000"
    assert bars.hovertext[3].endswith("superposition undefined")


def test_weights_and_biases_share_a_scale_from_minus_one_to_one() -> None:
    figure = panels()
    assert {trace.coloraxis for trace in traces(figure, "heatmap")} == {"coloraxis"}
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (-1, 1)
    assert [stop[1] for stop in figure.layout.coloraxis.colorscale] == list(style.DIVERGING)


def test_feature_numbers_are_left_out_where_there_is_no_room() -> None:
    def words(n: int) -> list[str]:
        zero = np.zeros((1, n))
        figure = gram_panels(np.zeros((1, n, n)), zero, zero, zero, ["t"])
        return [note.text for note in figure.layout.annotations]

    assert words(20)[-4:] == ["0", "5", "10", "15"]
    assert words(80) == ["1", "t", "WᵀW", "b", "‖W<sub>i</sub>‖"]


def test_a_diverged_model_leaves_its_neighbour_alone() -> None:
    gram, bias, norms, shared = (np.stack([part, np.full_like(part, np.inf)]) for part in (GRAM, BIAS, NORMS, SHARED))
    both = gram_panels(gram, bias, norms, shared, ["a", "b"])
    (alone,), (beside,) = traces(panels(1), "bar"), traces(both, "bar")
    np.testing.assert_allclose(alone.x, beside.x[:N])
