"""Products against einsum, in both layouts, with their gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tegum.toy.product import Identity, column, dense, product, transpose

SIZES = st.integers(1, 4)


def matrices(*shapes: tuple[int, ...]) -> list[jax.Array]:
    rng = np.random.default_rng(0)
    return [jnp.asarray(rng.normal(size=shape), jnp.float32) for shape in shapes]


@settings(deadline=None, max_examples=15, derandomize=True)
@given(rows=SIZES, inner=SIZES, columns=SIZES, lanes=st.sampled_from([(), (1,), (3,), (2, 3)]))
def test_product_is_einsum(rows: int, inner: int, columns: int, lanes: tuple[int, ...]) -> None:
    left, right = matrices((rows, inner, *lanes), (inner, columns, *lanes))
    expected = np.einsum("ij...,jk...->ik...", np.float64(left), np.float64(right))
    np.testing.assert_allclose(product(left, right), expected, rtol=1e-5, atol=1e-5)


def test_gradients_in_lanes_are_those_of_mapped_dots() -> None:
    left, right, slope = matrices((2, 3, 5), (3, 4, 5), (2, 4, 5))
    ours = jax.vjp(product, left, right)[1](slope)
    dots = jax.vjp(jax.vmap(jnp.matmul, in_axes=-1, out_axes=-1), left, right)[1](slope)
    for mine, theirs in zip(ours, dots, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("lanes", [(), (3,)])
def test_the_identity_multiplies_as_the_matrix_it_stands_for(lanes: tuple[int, ...]) -> None:
    (W,) = matrices((2, 4, *lanes))
    assert product(W, Identity(4)) is W
    eye = dense(Identity(4), W)
    assert eye.shape == (4, 4, *(1 for _ in lanes))
    np.testing.assert_array_equal(product(W, eye), W)
    assert dense(W, W) is W


def test_transpose_leaves_the_instances_where_they_are() -> None:
    (W,) = matrices((2, 4, 3))
    np.testing.assert_array_equal(transpose(W), np.einsum("hfl->fhl", W))


@pytest.mark.parametrize(
    ("values", "lanes", "expected"),
    [
        (2.0, (), ()),
        ((1.0, 2.0, 3.0), (), (3, 1)),
        (np.ones(5), (5,), (5,)),
        (np.ones((3, 5)), (5,), (3, 1, 5)),
    ],
)
def test_a_column_broadcasts_against_features_samples_lanes(
    values: object, lanes: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    like = jnp.zeros((3, 7, *lanes), jnp.float32)
    with jax.enable_x64(True):
        shaped = column(values, like)
    assert shaped.shape == expected
    assert shaped.dtype == like.dtype
