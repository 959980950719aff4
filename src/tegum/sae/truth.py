"""Data with known truth: activations x = D s of sparse features s in known directions D.

D (inputs, count) has one column for each true feature; s is drawn by any law of x of that many features.
"""

from abc import abstractmethod
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from tegum.errors import BadInput
from tegum.spec import Count, NotNegative, Numbers, Spec
from tegum.toy.features import Law, SparseUniform, draw
from tegum.toy.random import fold, normal


class Directions(Spec):
    """True directions. Subclasses give `count` and `matrix`."""

    count: Count

    @abstractmethod
    def matrix(self, inputs: int) -> Any:
        """D of shape (inputs, count)."""


class RandomDirections(Directions):
    """Unit vectors, uniform on the sphere, the same for equal `draw`."""

    draw: int = 0

    def matrix(self, inputs: int) -> np.ndarray:
        D = np.random.default_rng(self.draw).normal(size=(inputs, self.count))
        return D / np.linalg.norm(D, axis=0)


class OrthogonalDirections(Directions):
    """Orthonormal vectors in a random orientation; at most as many as there are inputs."""

    draw: int = 0

    def matrix(self, inputs: int) -> np.ndarray:
        if self.count > inputs:
            raise BadInput(f"count={self.count} orthogonal directions need as many inputs; there are {inputs}.")
        return np.linalg.qr(np.random.default_rng(self.draw).normal(size=(inputs, self.count)))[0]


class GivenDirections(Directions):
    """The columns of a matrix, such as a toy model's W: `GivenDirections.of(W)`. Row by row in `numbers`."""

    numbers: Numbers

    @classmethod
    def of(cls, W: Any) -> "GivenDirections":
        """W of shape (inputs, count)."""
        return cls(count=np.shape(W)[1], numbers=np.ravel(W).tolist())

    def matrix(self, inputs: int) -> Any:
        return jnp.asarray(self.numbers).reshape(inputs, self.count)


class Superposed(Law):
    """x = D s + noise, with s drawn by `of`, a law of `directions.count` features."""

    directions: Directions
    of: Law = SparseUniform(feature_probability=0.05)
    noise: NotNegative = 0.0

    def sample(self, key: Any, features: int, samples: int) -> Float[Array, "features samples"]:
        return self.pair(key, features, samples)[1]

    def pair(self, key: Any, inputs: int, samples: int) -> tuple[Array, Array]:
        """The true features s (count, samples) and the activations x (inputs, samples) that they make."""
        s = draw(self.of, fold(key, 0), self.directions.count, samples)
        x = jnp.asarray(self.directions.matrix(inputs), s.dtype) @ s
        return s, x + self.noise * normal(fold(key, 1), inputs, samples)

    def check(self, features: int) -> None:
        self.of.check(self.directions.count)
        self.directions.matrix(features)
