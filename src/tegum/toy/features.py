"""Laws of x: how sparse features are drawn.

Samples are columns: x has shape (features, samples). A law with a finite data set (one-hot, a fixed set of samples)
also gives that set whole. Every active value is uniform on (0, 1) unless the law says otherwise.

A law of one's own is a class with a `sample` method for one model, where `key` is an ordinary JAX key::

    class Gaussian(tegum.Law):
        scale: float = 1.0

        def sample(self, key, features, samples):
            return self.scale * jax.random.normal(key, (features, samples))
"""

from abc import abstractmethod
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float
from pydantic import Field

from tegum.errors import BadInput
from tegum.spec import Count, Probability, Spec, leaves, with_leaves
from tegum.toy.product import Identity, Samples, column
from tegum.toy.random import bits, fold, uniform, words_of


class Law(Spec):
    """A distribution of x. Subclasses give `sample`; those with `lanes = True` take raw key words (toy/random.py)."""

    @abstractmethod
    def sample(self, key: Any, features: int, samples: int) -> Float[Array, "features samples *lanes"]:
        """Draw `samples` columns."""

    def dataset(self, key: Any, features: int) -> Samples | None:
        """The whole data set where it is finite, else None."""
        return None

    def check(self, features: int) -> None:
        """Raise `BadInput` where this law cannot give that many features."""
        given = getattr(self, "feature_probability", None)
        if isinstance(given, tuple) and len(given) != features:
            raise BadInput(
                f"feature_probability has {len(given)} values, the model has {features} features; "
                f"give one number or {features}."
            )


def draw(law: Law, key: Any, features: int, samples: int) -> Float[Array, "features samples *lanes"]:
    """Sample a law whichever way it is written."""
    if law.lanes:
        return law.sample(key, features, samples)

    def one(numbers: dict[str, Any], words: Array) -> Array:
        return with_leaves(law, numbers).sample(jax.random.wrap_key_data(words), features, samples)

    words = words_of(key)
    mapped = one if words.ndim == 1 else jax.vmap(one, in_axes=-1, out_axes=-1)
    return mapped(leaves(law), words)


def whole(law: Law, key: Any, features: int) -> Samples | None:
    """A law's data set whichever way it is written, or None."""
    if law.lanes or type(law).dataset is Law.dataset:
        return law.dataset(key, features)

    def one(numbers: dict[str, Any], words: Array) -> Array:
        data = with_leaves(law, numbers).dataset(jax.random.wrap_key_data(words), features)
        return jnp.eye(data.size) if isinstance(data, Identity) else data

    words = words_of(key)
    mapped = one if words.ndim == 1 else jax.vmap(one, in_axes=-1, out_axes=-1)
    return mapped(leaves(law), words)


class OneHot(Law):
    """Exactly one feature active, with value 1. Its data set is the identity matrix, each feature once."""

    lanes: ClassVar[bool] = True

    def sample(self, key: Any, features: int, samples: int) -> Float[Array, "features samples *lanes"]:
        return _one_of(uniform(key, 1, samples), features)[:, 0]

    def dataset(self, key: Any, features: int) -> Samples:
        return Identity(features)


class SparseUniform(Law):
    """Each feature is 0 with probability 1 - p, else uniform on (0, 1), independently (Elhage et al. 2022).

    One uniform draw gives both: u < p decides, and u / p is the value. In single precision a value is then a multiple
    of 2^-23 / p, so below p = 0.001 it takes fewer than ten thousand different values.
    """

    lanes: ClassVar[bool] = True
    feature_probability: Probability = 1.0

    def sample(self, key: Any, features: int, samples: int) -> Float[Array, "features samples *lanes"]:
        return _sparse(uniform(key, features, samples), self.feature_probability)


class SparseSigned(Law):
    """Each feature is 0 with probability 1 - p, else uniform on (-1, 1), independently: for computing |x|
    (Elhage et al. 2022)."""

    lanes: ClassVar[bool] = True
    feature_probability: Probability = 1.0

    def sample(self, key: Any, features: int, samples: int) -> Float[Array, "features samples *lanes"]:
        x = _sparse(uniform(key, features, samples), self.feature_probability)
        return jnp.where(x > 0, 2 * x - 1, 0.0)


class KActive(Law):
    """Exactly k features active, chosen uniformly, each with a value uniform on (0, 1)."""

    lanes: ClassVar[bool] = True
    active: Count

    def sample(self, key: Any, features: int, samples: int) -> Float[Array, "features samples *lanes"]:
        order = _distinct(bits(fold(key, 0), features, samples))
        last = jnp.sort(order, axis=0)[self.active - 1]
        return jnp.where(order <= last, uniform(fold(key, 1), features, samples), 0.0)

    def check(self, features: int) -> None:
        if self.active > features:
            raise BadInput(f"active={self.active} must be at most the number of features, {features}.")


class CorrelatedSets(Law):
    """Equal sets of consecutive features that co-occur: a set is active with probability p, all of it or none of it;
    values are independent and uniform on (0, 1) (Elhage et al. 2022)."""

    lanes: ClassVar[bool] = True
    sets: Count = 2
    feature_probability: Probability = 0.1

    def sample(self, key: Any, features: int, samples: int) -> Float[Array, "features samples *lanes"]:
        active = jnp.repeat(_active_sets(self, key, samples), features // self.sets, axis=0)
        return jnp.where(active, uniform(fold(key, 1), features, samples), 0.0)

    def check(self, features: int) -> None:
        _check_sets(self, features)


class AnticorrelatedSets(Law):
    """Equal sets of consecutive features that never co-occur: a set is active with probability p, and then exactly one
    of its members, chosen uniformly, has a value uniform on (0, 1) (Elhage et al. 2022)."""

    lanes: ClassVar[bool] = True
    sets: Count = 2
    feature_probability: Probability = 0.1

    def sample(self, key: Any, features: int, samples: int) -> Float[Array, "features samples *lanes"]:
        size = features // self.sets
        active = _active_sets(self, key, samples)
        member = _one_of(uniform(fold(key, 2), self.sets, samples), size)
        value = jnp.where(active, uniform(fold(key, 1), self.sets, samples), 0.0)
        return (member * value).swapaxes(0, 1).reshape(features, *value.shape[1:])

    def check(self, features: int) -> None:
        _check_sets(self, features)


class UnitNorm(Law):
    """Samples of another law, each scaled to length 1; a sample without any active feature stays 0 (Henighan et al.
    2023)."""

    lanes: ClassVar[bool] = True
    of: Law = Field(default_factory=lambda: SparseUniform(feature_probability=0.001))

    def sample(self, key: Any, features: int, samples: int) -> Float[Array, "features samples *lanes"]:
        x = draw(self.of, key, features, samples)
        square = (x * x).sum(0)
        return x * jnp.where(square > 0, jax.lax.rsqrt(jnp.where(square > 0, square, 1.0)), 0.0)

    def check(self, features: int) -> None:
        self.of.check(features)


class FixedSamples(Law):
    """T samples of another law, drawn once for each seed and used ever after (Henighan et al. 2023)."""

    lanes: ClassVar[bool] = True
    count: Count
    of: Law = Field(default_factory=lambda: SparseUniform(feature_probability=0.1))

    def sample(self, key: Any, features: int, samples: int) -> Float[Array, "features samples *lanes"]:
        return draw(self.of, key, features, samples)

    def dataset(self, key: Any, features: int) -> Samples:
        return draw(self.of, key, features, self.count)

    def check(self, features: int) -> None:
        self.of.check(features)


def _sparse(u: Array, probability: Any) -> Array:
    p = column(probability, u)
    return jnp.where(u < p, u / jnp.where(p > 0, p, 1.0), 0.0)


def _one_of(u: Array, size: int) -> Array:
    """One-hot choices from uniforms: (sets, samples, *lanes) to (size, sets, samples, *lanes)."""
    chosen = jnp.minimum((u * size).astype(jnp.int32), size - 1)
    index = jnp.arange(size).reshape((size,) + (1,) * u.ndim)
    return (chosen[None] == index).astype(u.dtype)


def _distinct(words: Array) -> Array:
    """Random words with their row's number in the lowest bits, so that no two in a column are equal."""
    low = (len(words) - 1).bit_length()
    row = jax.lax.broadcasted_iota(jnp.uint32, words.shape, 0)
    return ((words >> low) << low) | row


def _active_sets(law: CorrelatedSets | AnticorrelatedSets, key: Any, samples: int) -> Array:
    u = uniform(fold(key, 0), law.sets, samples)
    return u < column(law.feature_probability, u)


def _check_sets(law: CorrelatedSets | AnticorrelatedSets, features: int) -> None:
    if features % law.sets:
        raise BadInput(f"{features} features cannot be split into sets={law.sets} equal sets; choose a divisor.")
    given = law.feature_probability
    if isinstance(given, tuple) and len(given) != law.sets:
        raise BadInput(
            f"feature_probability has {len(given)} values for sets={law.sets}; give one number or one for each set."
        )
