"""One matrix product for every layout.

The mathematics is written once, for matrices with any number of trailing instance axes. Without such an axis the
product is an ordinary `dot`. With one it is a sum of outer products, elementwise over the instances: tiny matrices
then become straight vector code, ten times faster than batched dots (docs/log.md). The identity as a data set costs
nothing at all.
"""

import functools
import operator
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


@dataclass(frozen=True)
class Identity:
    """The n one-hot samples as a matrix that nobody multiplies by."""

    size: int

    def dense(self, like: Array) -> Array:
        """The matrix itself, with singleton axes for the instances of `like`."""
        eye = jnp.eye(self.size, dtype=like.dtype)
        return eye.reshape(eye.shape + (1,) * (like.ndim - 2))


Samples = Any
"""x of shape (features, samples, *lanes), samples as columns; or an `Identity`."""


def product(left: Float[Array, "rows inner *lanes"], right: Samples) -> Float[Array, "rows columns *lanes"]:
    """The matrix product `left @ right`, for each instance.

    >>> product(jnp.ones((2, 3)), jnp.ones((3, 4))).shape
    (2, 4)
    >>> product(jnp.ones((2, 3, 64)), Identity(3)).shape
    (2, 3, 64)
    """
    if isinstance(right, Identity):
        return left
    return left @ right if left.ndim == 2 else _outer_products(left, right)


@jax.custom_vjp
def _outer_products(left: Array, right: Array) -> Array:
    """Σ_k left[:, k] right[k], term by term.

    Its own derivative, because that of a slice is a padded copy: here both gradients are sums of outer products too.
    """
    return _sum(left[:, k, None] * right[k] for k in range(left.shape[1]))


def _forward(left: Array, right: Array) -> tuple[Array, tuple[Array, Array]]:
    return _outer_products(left, right), (left, right)


def _backward(kept: tuple[Array, Array], slope: Array) -> tuple[Array, Array]:
    left, right = kept
    to_left = _sum(slope[:, c, None] * right[:, c] for c in range(right.shape[1]))
    to_right = _sum(left[r, :, None] * slope[r] for r in range(left.shape[0]))
    return to_left, to_right


_outer_products.defvjp(_forward, _backward)


def _sum(terms: Iterable[Array]) -> Array:
    return functools.reduce(operator.add, terms)


def transpose(matrix: Float[Array, "rows columns *lanes"]) -> Float[Array, "columns rows *lanes"]:
    """Rows become columns, instances stay where they are."""
    return matrix.swapaxes(0, 1)


def dense(x: Samples, like: Array) -> Array:
    """x as an array, whether or not it is the identity."""
    return x.dense(like) if isinstance(x, Identity) else x


def column(values: Any, like: Array) -> Array:
    """A number, or one for each feature, shaped to broadcast against (features, samples, *lanes).

    `values` has shape (*lanes,) or (features, *lanes), where `like` tells how many lanes axes there are.
    """
    values = jnp.asarray(values, dtype=like.dtype)
    return values[:, None] if values.ndim > like.ndim - 2 else values
