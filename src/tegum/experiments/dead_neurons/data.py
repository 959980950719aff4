"""Data with a truth of their own for every dictionary, and with a mean."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array

from tegum.sae.dictionary import unit
from tegum.sae.truth import Directions, Superposed
from tegum.spec import Finite, NotNegative
from tegum.toy.random import fold, normal


class Drawn(Directions):
    """Unit vectors, uniform on the sphere, others for each `draw`, a number that may be swept as a seed is.

    orthogonal: orthonormal ones in a random orientation.
    """

    draw: Finite = 0.0
    orthogonal: bool = False

    def matrix(self, inputs: int) -> Array:
        D = normal(fold(jnp.zeros(2, jnp.uint32), self.draw), inputs, self.count)
        return jnp.linalg.qr(D)[0] if self.orthogonal else unit(D)


class Shifted(Superposed):
    """The same data with a mean of length `shift` added, along the diagonal."""

    shift: NotNegative = 0.0

    def pair(self, key: Any, inputs: int, samples: int) -> tuple[Array, Array]:
        s, x = super().pair(key, inputs, samples)
        return s, x + self.shift / inputs**0.5
