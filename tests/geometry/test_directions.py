"""Lengths, angles, interference and dimensionality against closed forms and naive loops."""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tegum.geometry.directions import (
    angles,
    capacity,
    cosines,
    dimensionality,
    dimensions_per_feature,
    gram,
    interference,
    net_interference,
    norms,
    polysemanticity,
    represented,
    superposition,
    unit_directions,
)

KINDS: dict[str, Callable[[Any], Any]] = {"numpy": np.asarray, "jax": jnp.asarray}


def half_active(W: Any) -> Any:
    return net_interference(W, 0.5)


OF_FEATURES = [norms, represented, superposition, polysemanticity, half_active, dimensionality]
OF_PAIRS = [gram, cosines, angles, interference]
MEASURES = [*OF_FEATURES, *OF_PAIRS, unit_directions, dimensions_per_feature]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    return KINDS[request.param]


def random_W(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def polygon(k: int) -> np.ndarray:
    turns = 2 * np.pi * np.arange(k) / k
    return np.stack([np.cos(turns), np.sin(turns)])


def tegum(*factors: np.ndarray) -> np.ndarray:
    """The factors in orthogonal subspaces: a block-diagonal W."""
    W = np.zeros((sum(f.shape[0] for f in factors), sum(f.shape[1] for f in factors)))
    row = column = 0
    for f in factors:
        W[row : row + f.shape[0], column : column + f.shape[1]] = f
        row, column = row + f.shape[0], column + f.shape[1]
    return W


def square_antiprism(z: float) -> np.ndarray:
    r = math.sqrt(1 - z * z)
    top, bottom = polygon(8)[:, ::2], polygon(8)[:, 1::2]
    return np.vstack([r * np.hstack([top, bottom]), [z] * 4 + [-z] * 4])


DIGON = np.array([[1.0, -1.0]])
TETRAHEDRON = np.array([[1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]) / math.sqrt(3)
TIGHT = {
    "one feature": (np.array([[0.7]]), [1]),
    "orthonormal basis": (np.eye(4), [1] * 4),
    "digon": (DIGON, [1 / 2] * 2),
    "triangle": (polygon(3), [2 / 3] * 3),
    "pentagon": (polygon(5), [2 / 5] * 5),
    "7-gon": (polygon(7), [2 / 7] * 7),
    "12-gon": (polygon(12), [2 / 12] * 12),
    "tetrahedron": (TETRAHEDRON, [3 / 4] * 4),
    "octahedron": (tegum(DIGON, DIGON, DIGON), [1 / 2] * 6),
    "square antiprism": (square_antiprism(1 / math.sqrt(3)), [3 / 8] * 8),
    "triangular bipyramid": (tegum(polygon(3), DIGON), [2 / 3] * 3 + [1 / 2] * 2),
    "pentagonal bipyramid, unequal": (tegum(1.2 * polygon(5), 0.9 * DIGON), [2 / 5] * 5 + [1 / 2] * 2),
    "digon and a dead feature": (np.array([[1.0, -1.0, 0.0]]), [1 / 2, 1 / 2, 0]),
}


@pytest.mark.parametrize(("W", "shares"), TIGHT.values(), ids=TIGHT)
def test_dimensionality_of_known_shapes(W: np.ndarray, shares: list[float]) -> None:
    np.testing.assert_allclose(dimensionality(W), shares, rtol=1e-12)


@pytest.mark.parametrize("W", [W for W, _ in TIGHT.values()], ids=TIGHT)
def test_tight_shapes_share_out_every_dimension(W: np.ndarray) -> None:
    assert dimensionality(W).sum() == pytest.approx(np.linalg.matrix_rank(W))


def test_square_antiprism_has_three_eighths_at_one_height_only() -> None:
    assert dimensionality(square_antiprism(0.5)).max() < 3 / 8 - 0.005


@settings(deadline=None)
@given(seed=st.integers(0, 2**32), m=st.integers(1, 5), n=st.integers(1, 9), dead=st.integers(0, 3))
def test_dimensionalities_sum_to_at_most_the_rank(seed: int, m: int, n: int, dead: int) -> None:
    W = random_W(m, n, seed=seed)
    W[:, :dead] = 0
    D = dimensionality(W)
    assert D.min() >= 0
    assert D.max() <= 1
    assert D.sum() <= np.linalg.matrix_rank(W) + 1e-9


@settings(deadline=None)
@given(seed=st.integers(0, 2**32), m=st.integers(1, 5), n=st.integers(1, 9))
def test_rotations_and_reflections_change_nothing_but_directions(seed: int, m: int, n: int) -> None:
    W = random_W(m, n, seed=seed)
    turn = np.linalg.qr(random_W(m, m, seed=seed + 1)).Q
    for measure in [*OF_FEATURES, *OF_PAIRS, dimensions_per_feature]:
        np.testing.assert_allclose(measure(turn @ W), measure(W), atol=1e-7, err_msg=measure.__name__)
    np.testing.assert_allclose(unit_directions(turn @ W), turn @ unit_directions(W), atol=1e-12)


def dot(W: np.ndarray, i: int, j: int) -> float:
    return math.fsum(float(W[k, i]) * float(W[k, j]) for k in range(W.shape[0]))


def naive_interference(W: np.ndarray) -> list[list[float]]:
    n = W.shape[1]
    return [[dot(W, i, j) / math.sqrt(dot(W, i, i)) if i != j else 0 for j in range(n)] for i in range(n)]


def test_against_loops(kind: Any) -> None:
    W = random_W(3, 7)
    p = np.linspace(0.05, 0.9, 7)
    naive = naive_interference(W)
    of = range(7)
    expected: dict[Callable[[Any], Any], Any] = {
        interference: naive,
        superposition: [sum(naive[i][j] ** 2 for j in of) for i in of],
        polysemanticity: [math.sqrt(sum(naive[i][j] ** 2 for j in of)) for i in of],
        gram: [[dot(W, i, j) for j in of] for i in of],
        norms: [math.sqrt(dot(W, i, i)) for i in of],
        cosines: [[naive[i][j] / math.sqrt(dot(W, j, j)) if i != j else 1 for j in of] for i in of],
        dimensions_per_feature: 3 / sum(dot(W, i, i) for i in of),
    }
    for measure, value in expected.items():
        np.testing.assert_allclose(measure(kind(W)), value, rtol=1e-5, atol=1e-6, err_msg=measure.__name__)
    np.testing.assert_allclose(
        net_interference(kind(W), kind(p)),
        [sum(p[j] * naive[i][j] ** 2 for j in of) for i in of],
        rtol=1e-5,
    )


def test_dimensionality_is_the_capacity_of_scherlis(kind: Any) -> None:
    W = random_W(3, 7)
    formula = [dot(W, i, i) ** 2 / sum(dot(W, i, j) ** 2 for j in range(7)) for i in range(7)]
    np.testing.assert_allclose(capacity(kind(W)), formula, rtol=1e-5)
    np.testing.assert_allclose(dimensionality(kind(W)), formula, rtol=1e-5)


def test_the_shorter_feature_suffers_more() -> None:
    W = np.array([[1.0, 0.25], [0.0, 0.0]])
    assert interference(W).tolist() == [[0, 0.25], [1, 0]]


def test_angles_between_the_vertices_of_a_polygon(kind: Any) -> None:
    apart = np.abs(np.subtract.outer(np.arange(12), np.arange(12)))
    expected = np.minimum(apart, 12 - apart) * 2 * np.pi / 12
    np.testing.assert_allclose(angles(kind(polygon(12) * np.linspace(0.5, 3, 12))), expected, atol=1e-6)


def test_angles_keep_their_digits_near_zero_and_pi(kind: Any) -> None:
    nearly = np.array([[1.0, -1.0, 1.0], [0.0, 1e-4, 1e-4]])
    small = angles(kind(nearly))[0]
    np.testing.assert_allclose([small[1] - np.pi, small[2]], [-1e-4, 1e-4], atol=5e-7)


@pytest.mark.parametrize("measure", MEASURES)
def test_jit_and_vmap_agree_with_numpy(measure: Any) -> None:
    W = random_W(2, 3, 4, 6).astype(np.float32)
    expected = measure(W)
    assert isinstance(expected, np.ndarray)
    for found in (jax.jit(measure)(W), jax.jit(jax.vmap(measure))(W)):
        assert isinstance(found, jax.Array)
        assert found.dtype == expected.dtype == (bool if measure is represented else np.float32)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_batch_is_its_singles(measure: Any) -> None:
    W = random_W(2, 3, 4, 6)
    singles = [[measure(W[a, b]) for b in range(3)] for a in range(2)]
    np.testing.assert_allclose(measure(W), np.array(singles), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("measure", MEASURES)
def test_one_diverged_model_leaves_the_others_alone(measure: Any) -> None:
    W = random_W(3, 4, 6)
    spoilt = W.copy()
    spoilt[1, 0, 2] = np.nan
    found, expected = measure(spoilt), measure(W)
    np.testing.assert_array_equal(found[::2], expected[::2])
    if measure is not represented:
        assert np.isnan(found[1]).any()


@pytest.mark.parametrize("measure", [*OF_FEATURES, gram, cosines, interference, unit_directions])
@pytest.mark.parametrize("W", [np.eye(2, 3), np.zeros((2, 3))], ids=["one dead", "all dead"])
def test_dead_features_give_zero_in_silence(measure: Any, W: np.ndarray, kind: Any) -> None:
    with np.errstate(all="raise"):
        found = np.asarray(measure(kind(W)), dtype=float)
    assert np.isfinite(found).all()
    assert not found[..., -1].any()


@pytest.mark.parametrize("measure", MEASURES)
def test_gradients_are_finite_at_dead_and_at_lonely_features(measure: Any) -> None:
    W = jnp.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])  # two with no interference at all, one dead

    def total(W: jax.Array) -> jax.Array:
        return jnp.nansum(measure(W).astype(float))

    assert np.isfinite(jax.jit(jax.grad(total))(W)).all()


def test_angles_with_a_dead_feature_are_undefined(kind: Any) -> None:
    W = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 2.0]])
    undefined = np.isnan(angles(kind(W)))
    assert undefined.tolist() == [[False, True, False], [True, True, True], [False, True, False]]


def test_dimensions_per_feature(kind: Any) -> None:
    models = np.stack([np.eye(2, 4), tegum(DIGON, DIGON), np.zeros((2, 4))])
    with np.errstate(all="raise"):
        assert dimensions_per_feature(kind(models)).tolist() == [1, 0.5, np.inf]


def test_represented_is_above_the_threshold(kind: Any) -> None:
    W = kind([[0.5, 0.4, 0.0, np.nan], [0.0, 0.4, 0.0, 0.0]])
    assert represented(W).tolist() == [False, True, False, False]
    assert represented(W, threshold=0.1).tolist() == [True, True, False, False]


def test_feature_probability_may_be_one_number_or_one_a_feature_or_one_a_model(kind: Any) -> None:
    W = kind(random_W(3, 2, 3))
    suffered = superposition(W)
    for p in (0.25, kind(0.25), kind([0.25] * 3), kind([[0.25]] * 3)):
        np.testing.assert_allclose(net_interference(W, p), 0.25 * suffered, rtol=1e-6)
    a_model = kind([[0.5], [0.25], [0.0]])
    np.testing.assert_allclose(net_interference(W, a_model), a_model * suffered, rtol=1e-6)
    others = np.asarray(interference(W)) ** 2
    only_first = net_interference(W, kind([1.0, 0.0, 0.0]))
    np.testing.assert_allclose(only_first, others[..., 0], rtol=1e-6)


def test_a_single_number_keeps_the_precision_of_W() -> None:
    assert net_interference(random_W(2, 3).astype(np.float32), 0.5).dtype == np.float32


@pytest.mark.parametrize("measure", [gram, cosines, interference, dimensionality])
def test_products_ask_jax_for_full_precision(measure: Any) -> None:
    """Or a GPU multiplies float32 in TF32; on a CPU the request is all there is to see."""
    jaxpr = jax.make_jaxpr(measure)(random_W(2, 3).astype(np.float32))
    products = [e for e in jaxpr.jaxpr.eqns if e.primitive.name == "dot_general"]
    assert products
    assert all(e.params["precision"] == (jax.lax.Precision.HIGHEST,) * 2 for e in products)
