"""Distances from shapes, against every order and against what was put in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.blocks import nearest_order
from tegum.geometry.alignment import distance, distance_bound, matched, singular_values
from tegum.geometry.directions import unit_directions
from tegum.geometry.shapes import Shape, antiprism, products, shapes

SMALL = [s for size in (1, 2, 3, 4, 5, 6) for s in (*shapes(size), *products(size)) if not s.axis]
ALL = [s for size in (1, 2, 3, 4, 5, 6, 7, 8, 12, 16) for s in (*shapes(size), *products(size))]


def moved(rng: np.random.Generator, X: np.ndarray, m: int, noise: float) -> np.ndarray:
    turn = np.linalg.qr(rng.normal(size=(m, m)))[0][:, : len(X)]
    W = turn @ X[:, rng.permutation(X.shape[1])] + noise * rng.normal(size=(m, X.shape[1]))
    return unit_directions(W)


@pytest.mark.parametrize("shape", SMALL, ids=lambda shape: shape.name)
def test_no_order_is_better_than_the_one_that_was_found(shape: Shape) -> None:
    rng = np.random.default_rng(1)
    extra, noises = (0, 1), (0.0, 0.05, 0.1)
    for m in (shape.dimension + e for e in extra):
        U = np.stack([moved(rng, shape.vertices, m, noise) for noise in noises])
        found = distance(U, shape, matched(U, shape))[0]
        np.testing.assert_allclose(found, [nearest_order(u, shape.vertices) for u in U], atol=2e-7)


@pytest.mark.parametrize("shape", [s for s in SMALL if s.size == 5], ids=lambda shape: shape.name)
def test_for_what_is_no_such_shape_the_search_is_nearly_as_good(shape: Shape) -> None:
    U = unit_directions(np.random.default_rng(2).normal(size=(20, shape.dimension, 5)))
    found, best = distance(U, shape, matched(U, shape))[0], np.array([nearest_order(u, shape.vertices) for u in U])
    assert (found >= best - 1e-7).all()
    assert np.median(found / best) < 1.05


@settings(deadline=None, max_examples=40)
@given(shape=st.sampled_from(ALL), seed=st.integers(0, 2**32), extra=st.integers(0, 3), noise=st.floats(0, 0.05))
def test_the_bound_is_below_and_noise_above(shape: Shape, seed: int, extra: int, noise: float) -> None:
    rng = np.random.default_rng(seed)
    U = moved(rng, shape.vertices, shape.dimension + extra, noise)[None]
    found = float(distance(U, shape, matched(U, shape))[0][0])
    assert float(distance_bound(U, shape)[0]) <= found + 2e-7
    assert found <= 3 * noise * np.sqrt(shape.dimension + extra) + 2e-7


def test_the_largest_shape_is_found_in_as_much_noise_as_a_name_allows() -> None:
    (shape,) = [shape for shape in shapes(20) if shape.name == "fivefold disphenoid"]
    rng, m = np.random.default_rng(9), shape.dimension
    exact = np.stack([moved(rng, shape.vertices, m, 0.0) for _ in range(60)])
    U = unit_directions(exact + 0.15 / np.sqrt(m - 1) * rng.normal(size=exact.shape))
    found = distance(U, shape, matched(U, shape))[0]
    assert (found <= np.sqrt(((U - exact) ** 2).sum(axis=(1, 2)) / shape.size)).all()


@pytest.mark.parametrize("sides", [3, 4])
@pytest.mark.parametrize("height", [0.2, 0.45, 0.7, 0.9])
def test_the_height_of_an_antiprism_is_found(sides: int, height: float) -> None:
    shape = next(s for s in shapes(2 * sides) if s.axis)
    U = np.stack([moved(np.random.default_rng(seed), antiprism(sides, height), 5, 0.0) for seed in range(5)])
    found, heights = distance(U, shape, matched(U, shape))
    np.testing.assert_allclose(heights, height, atol=1e-3)
    np.testing.assert_allclose(found, 0, atol=1e-3)


def test_several_features_may_share_a_vertex() -> None:
    triangle = shapes(3)[0]
    together = np.array([[0, 1, 2, 0, 1, 1]])
    assert distance(triangle.vertices[:, together[0]][None], triangle, together)[0] == pytest.approx(0, abs=1e-7)


def test_one_vertex_out_of_place_by_hand() -> None:
    """A digon bent by an angle t: each of its two directions is t / 2 from a common line."""
    t = 0.2
    U = np.array([[[1.0, -np.cos(t)], [0.0, np.sin(t)]]])
    digon = shapes(2)[0]
    assert distance(U, digon, matched(U, digon))[0] == pytest.approx(2 * np.sin(t / 4))


def test_singular_values_of_tall_and_wide() -> None:
    U = np.random.default_rng(0).normal(size=(4, 3, 7))
    for either in (U, U.mT):
        np.testing.assert_allclose(singular_values(either), np.linalg.svd(either, compute_uv=False))
