"""Laws of x: how sparse features are drawn.

Samples are columns: x has shape (features, samples). A law with a finite data set (one-hot, a fixed set of samples)
also gives that set whole. Every active value is uniform on (0, 1) unless the law says otherwise.

A law of one's own is a class with a `sample` method for one model, where `key` is an ordinary JAX key::

    class Gaussian(tegum.Law):
        scale: float = 1.0

        def sample(self, key, features, samples):
            return self.scale * jax.random.normal(key, (features, samples))
"""

import math
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from pydantic import Field

from tegum.errors import BadInput
from tegum.spec import Count, NotNegative, Positive, Probability, Spec, leaves, with_leaves
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


class Hierarchical(Law):
    """Families of consecutive features, a parent and then its children, who are active only where the parent is.

    A parent is active with probability `feature_probability` (one number, or one for each family), and then each of its
    children with `child_probability` (one number, or one for each child of a family), independently. Values are
    independent and uniform on (0, 1). A dictionary that gives a child's latent the parent's direction too, and lets the
    parent's latent be silent there, absorbs the parent (Chanin et al. 2024).
    """

    lanes: ClassVar[bool] = True
    children: Count = 3
    feature_probability: Probability = 0.1
    child_probability: Probability = 0.3

    def sample(self, key: Any, features: int, samples: int) -> Float[Array, "features samples *lanes"]:
        families = features // (1 + self.children)
        u = uniform(fold(key, 0), features, samples)
        parent = u[:families] < column(self.feature_probability, u)
        child = u[families:].reshape(families, self.children, *u.shape[1:])
        child = parent[:, None] & (child < column(self.child_probability, child[0]))
        active = jnp.concatenate([parent[:, None], child], axis=1).reshape(u.shape)
        return jnp.where(active, uniform(fold(key, 1), features, samples), 0.0)

    def check(self, features: int) -> None:
        if features % (1 + self.children):
            raise BadInput(
                f"{features} features cannot be split into families of a parent and children={self.children}; the "
                f"count must be a multiple of {1 + self.children}."
            )
        families = features // (1 + self.children)
        for name, needed in {"feature_probability": families, "child_probability": self.children}.items():
            given = getattr(self, name)
            if isinstance(given, tuple) and len(given) != needed:
                raise BadInput(f"{name} has {len(given)} values; give one number or {needed}.")


class Magnitudes(Law):
    """Samples of another law, whose active values are uniform on (0, 1), with magnitudes of another distribution.

    A value u becomes mean · Q(u), where Q is the quantile function of the distribution named, with mean 1: "uniform" on
    (0, 2), "constant", "half-normal", "exponential", or "log-normal", exp(spread · z − spread²/2) with z normal. What
    is active stays so, and signs stay. The mean is that of active values, |x| where they are signed. Values of
    `SparseUniform` are multiples of 2^-23 / p, so for very rare features the long tails end early.

    spread: the standard deviation of the logarithm, for "log-normal" only.
    """

    lanes: ClassVar[bool] = True
    of: Law = Field(default_factory=lambda: SparseUniform(feature_probability=0.1))
    distribution: Literal["uniform", "constant", "half-normal", "exponential", "log-normal"] = "half-normal"
    mean: Positive = 0.5
    spread: NotNegative = 0.5

    def sample(self, key: Any, features: int, samples: int) -> Float[Array, "features samples *lanes"]:
        x = draw(self.of, key, features, samples)
        u = jnp.minimum(jnp.abs(x), 1 - np.finfo(x.dtype).eps / 2)  # u / p may round to 1, whose quantile is infinite
        return jnp.sign(x) * self.mean * self._quantile(u)

    def _quantile(self, u: Array) -> Array:
        match self.distribution:
            case "uniform":
                return 2 * u
            case "half-normal":
                return math.sqrt(math.pi) * jax.lax.erf_inv(u)
            case "exponential":
                return -jnp.log1p(-u)
            case "log-normal":
                z = math.sqrt(2) * jax.lax.erf_inv(jnp.maximum(2 * u - 1, np.finfo(u.dtype).eps - 1))
                return jnp.exp(self.spread * z - self.spread**2 / 2)
        return jnp.ones_like(u)

    def check(self, features: int) -> None:
        if isinstance(self.of, OneHot | UnitNorm | Magnitudes):
            raise BadInput(
                f"of={type(self.of).__name__} has no active values uniform on (0, 1) to give other magnitudes; "
                "SparseUniform, KActive, CorrelatedSets, AnticorrelatedSets and Hierarchical have."
            )
        self.of.check(features)


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


class Chunks(ABC):
    """An opened stream: held (features, count), never trained on, and chunks that last `steps` steps each."""

    held: np.ndarray
    steps: int

    @abstractmethod
    def read(self, number: int) -> np.ndarray:
        """Chunk `number`, counted from 0, of shape (features, steps · samples). Called by one thread at a time."""


class Streamed(Law):
    """A law whose samples are read on the host, a chunk at a time, such as activations on a disk (`tegum.sae.Stored`).

    Each step takes the next columns of its chunk, and all instances with this law take the same ones; recorded losses
    are on columns that are held out. Subclasses give `open`, which says what there is; `sample` draws from what is held
    out, with replacement.
    """

    @abstractmethod
    def open(self, features: int, samples: int) -> Chunks:
        """The stream, for steps of so many samples. Raises `BadInput` where it cannot be had."""

    def sample(self, key: Any, features: int, samples: int) -> Float[Array, "features samples"]:
        u = uniform(key, 1, samples)[0]
        held = jnp.asarray(self.open(features, 1).held, u.dtype)
        return held[:, jnp.minimum((u * held.shape[1]).astype(jnp.int32), held.shape[1] - 1)]


def zipf(
    features: int, *, exponent: float = 1.0, expected: float | None = None, largest: float | None = None
) -> tuple[float, ...]:
    """Feature probabilities that fall with rank, p_i ∝ 1/(i + 1)^exponent (Zipf 1935).

    Either `expected`, how many features are active on average, or `largest`, the probability of the first.

    >>> zipf(4, largest=0.5)
    (0.5, 0.25, 0.16666666666666666, 0.125)
    >>> round(sum(zipf(100, expected=3.0)), 9)
    3.0
    """
    if features < 1 or exponent < 0 or (expected is None) == (largest is None):
        raise BadInput(
            f"zipf({features}, exponent={exponent}, expected={expected}, largest={largest}) needs a feature or more, "
            "an exponent of at least 0, and either expected or largest."
        )
    weights = [(i + 1) ** -float(exponent) for i in range(features)]
    first = expected / sum(weights) if expected is not None else largest
    if first is None or not 0 <= first <= 1:
        raise BadInput(
            f"the first of these probabilities would be {first}; it must lie in [0, 1]. Lower what is asked."
        )
    return tuple(first * weight for weight in weights)


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
