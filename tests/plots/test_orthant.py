"""The plane among three outputs, read back from the figure at the beginning and the end of its film."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from tegum.errors import BadInput
from tegum.geometry.weights import Weights
from tegum.plots import style
from tegum.plots.orthant import NONE, SEVERAL, orthant, snapped
from tegum.theory.polygons import regular_polygon, wheel

TRIANGLE = (wheel(3)[0], np.zeros(3))
NAMES = ["only y<sub>0</sub>", "only y<sub>1</sub>", "only y<sub>2</sub>", "two or three"]


def xyz(trace: Any) -> np.ndarray:
    return np.stack([trace.x, trace.y, trace.z], axis=1).astype(float)


def surfaces(traces: Any) -> dict[str, Any]:
    return {trace.legendgroup: trace for trace in traces if isinstance(trace, go.Mesh3d) and trace.legendgroup}


def at(figure: go.Figure, t: float) -> list[Any]:
    """The traces as they are at a time of the film, put together as the browser does."""
    frame = figure.frames[round(t * (len(figure.frames) - 1))]
    moved = dict(zip(frame.traces, frame.data, strict=True))
    copies = [type(trace)(trace) for trace in figure.data]
    return [copy.update(moved[k].to_plotly_json()) if k in moved else copy for k, copy in enumerate(copies)]


def size(mesh: Any) -> float:
    a, b, c = (xyz(mesh)[corner] for corner in (mesh.i, mesh.j, mesh.k))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def tips(traces: Any) -> Any:
    return next(trace for trace in traces if trace.text is not None and "alone" in trace.text[0])


def points(figure: go.Figure) -> Any:
    return next(trace for trace in figure.data if trace.text is not None and "z = (" in trace.text[0])


def test_snapping_is_straight_and_ends_at_relu() -> None:
    z = np.array([[1.0, -2.0], [-3.0, 0.5]])
    np.testing.assert_array_equal(snapped(z, 0.0), z)
    np.testing.assert_array_equal(snapped(z, 0.25), [[1.0, -1.5], [-2.25, 0.5]])
    np.testing.assert_array_equal(snapped(z, 1.0), np.maximum(z, 0))


def test_the_triangle_s_plane_is_half_alone_in_equal_sectors() -> None:
    parts = surfaces(orthant(TRIANGLE).data)
    assert list(parts) == NAMES
    sizes = np.array([size(parts[name]) for name in NAMES])
    np.testing.assert_allclose(sizes / sizes.sum(), [1 / 6, 1 / 6, 1 / 6, 1 / 2], atol=1e-9)
    np.testing.assert_allclose(np.concatenate([xyz(mesh) for mesh in parts.values()]).sum(1), 0, atol=1e-12)
    assert [mesh.color for mesh in parts.values()] == [*style.SERIES[:3], SEVERAL]


def test_relu_folds_sectors_onto_axes_and_the_rest_onto_faces() -> None:
    figure = orthant(TRIANGLE)
    folded = surfaces(at(figure, 1))
    for i, name in enumerate(NAMES[:3]):
        edge = xyz(folded[name])
        np.testing.assert_allclose(np.delete(edge, i, axis=1), 0, atol=1e-7)
        assert edge[:, i].max() > 1
    faces = xyz(folded[NAMES[3]])
    assert (faces >= -1e-7).all()
    np.testing.assert_allclose(faces.min(1), 0, atol=1e-7)


def test_tips_land_on_their_unit_vectors() -> None:
    figure = orthant(TRIANGLE)
    np.testing.assert_allclose(xyz(tips(figure.data)), wheel(3)[0].T @ wheel(3)[0], atol=1e-12)
    np.testing.assert_allclose(xyz(tips(at(figure, 1))), np.eye(3), atol=1e-7)
    assert list(tips(figure.data).marker.color) == list(style.SERIES[:3])


def test_every_frame_moves_what_the_figure_shows() -> None:
    figure = orthant(TRIANGLE)
    for frame in figure.frames:
        shown = [figure.data[place] for place in frame.traces]
        assert [type(a) for a in shown] == [type(b) for b in frame.data]
        assert [len(a.x) for a in shown] == [len(b.x) for b in frame.data]
    for shown, first in zip(figure.data, figure.frames[0].data, strict=False):
        np.testing.assert_allclose(xyz(shown), xyz(first), atol=1e-6)


def test_a_bias_is_an_arrow_from_the_origin_and_silences_the_middle() -> None:
    figure = orthant(regular_polygon(6), (0, 2, 4))
    heads = [trace for trace in figure.data if isinstance(trace, go.Cone)]
    np.testing.assert_allclose(xyz(heads[-1])[0], [-1, -1, -1], atol=1e-9)
    assert len(heads) == 4
    assert len([trace for trace in orthant(TRIANGLE).data if isinstance(trace, go.Cone)]) == 3
    middle = surfaces(figure.data)["none"]
    assert middle.color == NONE
    side = np.sqrt(6)  # of the triangle through the tips 1, 3, 5, whose radius is √2; D enlarges areas by 3 = r² · 3/2
    assert size(middle) == pytest.approx(side**2 * np.sqrt(3) / 4 * 3, rel=1e-6)
    assert "b = (−1, −1, −1)" in figure.layout.annotations[0].text


def test_other_features_are_shown_grey_with_their_outputs_here() -> None:
    W, b = regular_polygon(6)
    shown = tips(orthant((W, b), (0, 2, 4)).data)
    assert list(shown.marker.color)[1::2] == [style.MUTED] * 3
    np.testing.assert_allclose(xyz(shown), (W.T @ W + b[:, None])[[0, 2, 4]].T, atol=1e-12)


def test_points_carry_the_colour_of_their_cell() -> None:
    figure = orthant(regular_polygon(6), (0, 2, 4))
    dots = points(figure)
    positive = xyz(dots) > 1e-9
    shades = np.array([NONE, *style.SERIES[:3], SEVERAL])
    alone = positive.argmax(1) + 1
    kind = np.where(positive.sum(1) > 1, 4, np.where(positive.any(1), alone, 0))
    assert list(dots.marker.color) == list(shades[kind])
    assert len(set(kind)) == 5
    assert len(kind) > 150


def test_a_line_stays_a_line() -> None:
    figure = orthant((np.array([[1.0, -0.6, -0.4]]), np.zeros(3)))
    everything = np.concatenate([xyz(mesh) for mesh in surfaces(figure.data).values()])
    np.testing.assert_allclose(np.cross(everything, [1.0, -0.6, -0.4]), 0, atol=1e-12)
    dots = points(figure)
    assert len(dots.x) == 19
    assert "36°, 61°, 71°" in figure.layout.annotations[0].text


def test_of_more_dimensions_the_plane_is_a_slice_and_the_tips_are_the_model_s() -> None:
    figure = orthant((np.diag([2.0, 1.0, 0.1]), np.zeros(3)))
    np.testing.assert_allclose(xyz(tips(figure.data)), np.diag([4.0, 1.0, 0.01]), atol=1e-12)
    plane = np.concatenate([xyz(mesh) for mesh in surfaces(figure.data).values()])
    np.testing.assert_allclose(plane[:, 2], 0, atol=1e-12)
    assert "need not lie on it" in figure.layout.annotations[0].text
    assert "need not" not in orthant(TRIANGLE).layout.annotations[0].text


def test_tips_of_a_model_without_loss_say_one_in_any_number_of_dimensions() -> None:
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0]
    figure = orthant((np.hstack([turn, -turn]), np.zeros(8)), (5, 0, 7))
    text = tips(figure.data).text
    assert [text[j].split("<br>")[-1] for j in (5, 0, 7, 1)] == [
        "y = (1, 0, 0)", "y = (0, 1, 0)", "y = (0, 0, 1)", "y = (0, 0, 0)",
    ]  # fmt: skip


def test_the_arrow_is_the_bias_itself_in_a_slice_too() -> None:
    inner, bias = np.array([0.0, 0.0, 0.7]), np.array([-0.2, -0.3, -0.4])
    figure = orthant(Weights(np.eye(3), np.eye(3), bias, inner))
    heads = [trace for trace in figure.data if isinstance(trace, go.Cone)]
    np.testing.assert_allclose(xyz(heads[-1])[0], bias)
    assert "b = (−0.2, −0.3, −0.4)" in figure.layout.annotations[0].text
    np.testing.assert_allclose(xyz(tips(figure.data)), np.eye(3) + bias + inner, atol=1e-12)


def test_a_domain_cuts_the_plane() -> None:
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], float)
    parts = surfaces(orthant(TRIANGLE, domain=square).data)
    assert sum(size(mesh) for mesh in parts.values()) == pytest.approx(4 * 3 / 2)
    line = (np.array([[1.0, -0.6, -0.4]]), np.zeros(3))
    dots = points(orthant(line, domain=np.array([[0.0], [2.0]])))
    assert (min(dots.x), max(dots.x)) == (0, 2)


def test_the_reader_looks_from_the_orthant_s_side_and_turns_by_hand() -> None:
    figure = orthant(TRIANGLE)
    eye = figure.layout.scene.camera.eye
    assert eye.x + eye.y + eye.z > 1
    assert figure.layout.scene.dragmode == "turntable"
    low, high = figure.layout.scene.xaxis.range
    for trace in figure.data:
        assert np.nanmin(np.array(trace.x, float)) >= low - 1e-9
        assert np.nanmax(np.array(trace.x, float)) <= high + 1e-9


def test_the_words_give_the_tilt() -> None:
    assert "35°, 35°, 35°" in orthant(TRIANGLE).layout.annotations[0].text


@pytest.mark.parametrize(
    ("model", "outputs"),
    [
        ((np.eye(2), np.zeros(2)), (0, 1, 1)),
        ((np.ones((4, 2, 3)), np.zeros((4, 3))), (0, 1, 2)),
        (TRIANGLE, (0, 1)),
    ],
)
def test_what_is_no_orthant_is_refused(model: Any, outputs: tuple[int, ...]) -> None:
    with pytest.raises(BadInput, match=r"shows three outputs of one model with n of 3 or more; pick one"):
        orthant(model, outputs)


def test_outputs_that_do_not_exist_are_refused() -> None:
    with pytest.raises(BadInput, match="different whole numbers from 0 to 2"):
        orthant(TRIANGLE, (0, 1, 3))


def test_a_diverged_model_is_refused() -> None:
    with pytest.raises(
        BadInput, match="weights that are not finite and no latent plane; pick one that did not diverge"
    ):
        orthant((np.full((2, 3), np.inf), np.zeros(3)))


@pytest.mark.parametrize("W", [np.zeros((2, 3)), np.array([[1.0, -1, 0], [2, -2, 0]]), np.zeros((1, 3))])
def test_a_plane_without_width_is_drawn_all_the_same(W: np.ndarray) -> None:
    figure = orthant((W, np.array([0.5, -0.5, -0.5])))
    everything = np.concatenate([xyz(mesh) for mesh in surfaces(figure.data).values()])
    assert np.linalg.matrix_rank(everything - [0.5, -0.5, -0.5]) == np.linalg.matrix_rank(W)


def test_an_encoder_bias_moves_the_start_of_the_spokes() -> None:
    inner = np.array([0.3, -0.2])
    W = TRIANGLE[0]
    figure = orthant(Weights(W, W.T, np.zeros(3), inner))
    np.testing.assert_allclose(xyz(tips(figure.data)), (W.T @ (W + inner[:, None])).T, atol=1e-12)
