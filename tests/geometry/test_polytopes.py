"""Names of planar shapes: exact, moved, disturbed, trained, and near misses."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tegum.geometry.directions import gram
from tegum.geometry.polytopes import aligned, planar_arrangement, planar_gaps

SHAPES: dict[str, list[float]] = {
    "one feature": [40],
    "orthogonal pair": [0, 90],
    "antipodal pair": [0, 180],
    "antipodal pair + 1": [0, 90, 180],
    "two antipodal pairs": [0, 90, 180, 270],
    "triangle": [0, 120, 240],
    "pentagon": [0, 72, 144, 216, 288],
    "hexagon": [0, 60, 120, 180, 240, 300],
    "7-gon": [360 * i / 7 for i in range(7)],
    "12-gon": [30 * i for i in range(12)],
}
IRREGULAR: dict[str, list[float]] = {
    "pair at 45 degrees": [0, 45],
    "pair at 135 degrees": [0, 135],
    "one direction twice": [10, 10],
    "three in a fan": [0, 60, 120],
    "between triangle and T": [0, 105.5, 254.5],
    "digon with one aslant": [0, 180, 45],
    "square with one twice": [0, 0, 90, 180, 270],
    "two antipodal pairs and one between": [0, 45, 90, 180, 270],
    "hexagon without one": [0, 60, 120, 180, 240],
    "pentagon without one": [0, 72, 144, 216],
    "pentagon with one 16 degrees off": [16, 72, 144, 216, 288],
    "pentagon and one more": [0, 72, 144, 216, 288, 36],
    "12-gon, neighbours paired": [30 * i + 4 * (-1) ** i for i in range(12)],
}


def vertices(degrees: Any, lengths: Any = 1.0) -> np.ndarray:
    turns = np.radians(degrees)
    columns: np.ndarray = lengths * np.stack([np.cos(turns), np.sin(turns)])
    return columns


def name(W: np.ndarray) -> str:
    return str(planar_arrangement(W))


@pytest.mark.parametrize("shape", SHAPES)
def test_exact_shapes(shape: str) -> None:
    assert name(vertices(SHAPES[shape])) == shape


@settings(deadline=None)
@given(seed=st.integers(0, 2**32), shape=st.sampled_from(list(SHAPES)), mirror=st.booleans())
def test_moved_shapes_of_any_size_among_unrepresented_features(seed: int, shape: str, mirror: bool) -> None:
    rng = np.random.default_rng(seed)
    degrees = (np.array(SHAPES[shape]) + rng.uniform(0, 360)) * (-1 if mirror else 1)
    faint = vertices(rng.uniform(0, 360, size=3), rng.uniform(0, 0.49, size=3))
    W = np.hstack([vertices(degrees, rng.uniform(0.6, 3)), faint])
    assert name(rng.permutation(W, axis=1)) == shape


@settings(deadline=None)
@given(seed=st.integers(0, 2**32), shape=st.sampled_from([s for s in SHAPES if s[0] not in "17"]))
def test_disturbed_shapes_keep_their_name(seed: int, shape: str) -> None:
    rng = np.random.default_rng(seed)
    degrees = np.array(SHAPES[shape]) + rng.uniform(-7, 7, size=len(SHAPES[shape]))
    lengths = rng.uniform(0.9, 1.1, size=len(degrees))
    assert name(vertices(degrees, lengths)) == shape


@pytest.mark.parametrize("k", [5, 6, 7, 12, 30])
def test_polygons_with_norms_that_follow_their_importance(k: int) -> None:
    """Norms from 1.15 down to 0.85, as importances 0.9^i may leave them, and gaps a tenth off."""
    degrees = 360 / k * (np.arange(k) + 0.05 * (-1) ** np.arange(k))
    known = {5: "pentagon", 6: "hexagon"}
    assert name(vertices(degrees, np.linspace(1.15, 0.85, k))) == known.get(k, f"{k}-gon")


def test_trained_models() -> None:
    """By AdamW at importance 0.9^i; the first one is the least regular pentagon out of 84 models."""
    trained = [
        ("pentagon", [[0.88, 0.74, -0.57, -0.34, -0.84], [-0.59, 0.77, 0.85, -0.93, -0.14]]),
        ("two antipodal pairs", vertices([0, 180, 0, 90, 270], [1.01, 1.02, 0.34, 1.0, 1.02])),
        ("antipodal pair + 1", vertices([0, 90, 30, 200, 270], [1.01, 1.01, 0.26, 0.18, 0.87])),
        ("orthogonal pair", vertices([20, 110, 200, 100, 0], [1.0, 0.99, 0.14, 0.03, 0.02])),
    ]
    assert planar_arrangement(np.array([W for _, W in trained])).tolist() == [shape for shape, _ in trained]


@pytest.mark.parametrize("miss", IRREGULAR)
def test_near_misses_have_no_name(miss: str) -> None:
    assert name(vertices(IRREGULAR[miss])) == "irregular"


@pytest.mark.parametrize("length", [0.6, 1.5])
@pytest.mark.parametrize("shape", ["triangle", "pentagon", "hexagon", "7-gon"])
def test_one_odd_length_breaks_a_polygon(shape: str, length: float) -> None:
    lengths = np.ones(len(SHAPES[shape]))
    lengths[1] = length
    assert name(vertices(SHAPES[shape], lengths)) == "irregular"


def test_two_rings_of_seven_are_not_a_polygon() -> None:
    assert name(vertices(SHAPES["7-gon"], [1.8, 1.8, 1.8, 1.8, 1, 1, 1])) == "irregular"


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if "pair" in shape])
def test_pairs_may_differ_in_length(shape: str) -> None:
    degrees = SHAPES[shape]
    assert name(vertices(degrees, np.resize([1.3, 0.6], len(degrees)))) == shape


def test_nothing() -> None:
    assert name(np.zeros((2, 5))) == "nothing"
    assert name(np.zeros((2, 1))) == "nothing"
    assert name(vertices([0, 90], 0.49)) == "nothing"


def test_the_threshold_decides_what_counts() -> None:
    W = vertices([0, 90, 180], [1, 1, 0.3])
    assert name(W) == "orthogonal pair"
    assert str(planar_arrangement(W, threshold=0.2)) == "antipodal pair + 1"


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf])
def test_a_diverged_model_is_named_so_and_alone(poison: float) -> None:
    W = np.stack([vertices(SHAPES["pentagon"])] * 3)
    W[1, 0, 4] = poison
    assert planar_arrangement(W).tolist() == ["pentagon", "not finite", "pentagon"]


def test_a_batch_is_its_singles() -> None:
    rng = np.random.default_rng(0)
    padded = [np.pad(vertices(d), ((0, 0), (0, 12 - len(d)))) for d in [*SHAPES.values(), *IRREGULAR.values()]]
    W = np.stack([*padded, *rng.normal(size=(7, 2, 12))]).reshape(5, 6, 2, 12)
    singles = [[name(W[i, j]) for j in range(6)] for i in range(5)]
    assert planar_arrangement(W).tolist() == singles
    assert len({shape for row in singles for shape in row}) == len(SHAPES) + 1
    gaps = [[planar_gaps(W[i, j]) for j in range(6)] for i in range(5)]
    np.testing.assert_array_equal(planar_gaps(W), gaps)


def test_float32_is_enough() -> None:
    assert name(vertices(SHAPES["pentagon"]).astype(np.float32)) == "pentagon"
    assert planar_gaps(vertices([0, 90]).astype(np.float32)).dtype == np.float32


def test_gaps_ascend_and_make_a_turn() -> None:
    W = vertices([350, 10, 100, 200, 55], [1, 1, 1, 1, 0.1])
    np.testing.assert_allclose(np.degrees(planar_gaps(W)), [20, 90, 100, 150, np.nan])
    assert np.nansum(planar_gaps(np.random.default_rng(1).normal(size=(9, 2, 6)))) == pytest.approx(18 * np.pi)
    assert np.isnan(planar_gaps(np.zeros((2, 3)))).all()


@pytest.mark.parametrize("ask", [planar_arrangement, planar_gaps])
def test_another_dimension_is_refused(ask: Any) -> None:
    with pytest.raises(ValueError, match=r"W of shape \(4, 3, 5\) has m=3 but a plane needs m=2, shape"):
        ask(np.zeros((4, 3, 5)))


def test_aligned_models_compute_the_same_and_look_alike() -> None:
    W = np.random.default_rng(0).normal(size=(7, 2, 5))
    turned = aligned(W)
    np.testing.assert_allclose(gram(turned), gram(W), atol=1e-12)
    assert (turned[:, 0, 0] > 0).all()
    np.testing.assert_allclose(turned[:, 1, 0], 0, atol=1e-12)
    assert (turned[:, 1, 1] >= 0).all()
    np.testing.assert_allclose(aligned(np.array([[0.0], [2.0]])), [[2.0], [0.0]], atol=1e-12)
