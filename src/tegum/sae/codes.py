"""Codes: how a dictionary makes sparse activations f of pre-activations z = W_e x̄ + b_e.

All take z (latents, samples) and give f of the same shape, never negative. A code of one's own is a class with
`__call__`::

    class Squared(tegum.sae.Code):
        def __call__(self, z, parameters):
            return jax.nn.relu(z) ** 2
"""

from abc import abstractmethod
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from tegum.errors import BadInput
from tegum.spec import Count, Positive, Spec
from tegum.toy.models import Parameters

Activations = Float[Array, "latents samples"]


class Code(Spec):
    """Which latents fire, and how strongly. Subclasses give `__call__`."""

    def init(self, latents: int, dtype: Any) -> Parameters:
        """Parameters of the code's own: one number, or one number or row for each latent."""
        return {}

    @abstractmethod
    def __call__(self, z: Activations, parameters: Parameters) -> Activations:
        """The activations f."""

    def learning(self, z: Activations, parameters: Parameters) -> Activations:
        """The activations while training, where they differ."""
        return self(z, parameters)

    def settle(self, z: Activations, before: Parameters, after: Parameters) -> Parameters:
        """What the code notes in its own parameters after a step on pre-activations z."""
        return after

    def check(self, latents: int) -> None:
        """Raise `BadInput` where this does not fit that many latents."""


class ReLU(Code):
    """f = ReLU(z); an L1 penalty keeps it sparse (Bricken et al. 2023)."""

    def __call__(self, z: Activations, parameters: Parameters) -> Activations:
        return jax.nn.relu(z)


class TopK(Code):
    """The k largest positive z of each sample (Makhzani and Frey 2013, Gao et al. 2024)."""

    k: Count

    def __call__(self, z: Activations, parameters: Parameters) -> Activations:
        f = jax.nn.relu(z)
        return jnp.where(f >= least_of_largest(f, self.k, axis=0), f, 0.0)

    def check(self, latents: int) -> None:
        check_k(self.k, latents)


class BatchTopK(Code):
    """While training the k · samples largest positive z of the whole batch; afterwards those above one cutoff.

    The cutoff is the running mean, with weight 0.999 on the past, of the least positive activation kept (Bussmann et
    al. 2024). On one sample alone, as where losses are asked for one by one, this is `TopK`.
    """

    k: Count

    def init(self, latents: int, dtype: Any) -> Parameters:
        return {"cutoff": jnp.zeros((), dtype)}

    def __call__(self, z: Activations, parameters: Parameters) -> Activations:
        return jnp.where(z >= parameters["cutoff"], jax.nn.relu(z), 0.0)

    def learning(self, z: Activations, parameters: Parameters) -> Activations:
        f = jax.nn.relu(z)
        return jnp.where(f >= self._least(f), f, 0.0)

    def settle(self, z: Activations, before: Parameters, after: Parameters) -> Parameters:
        f, past = self.learning(z, before), before["cutoff"]
        least = jnp.where(f > 0, f, jnp.inf).min()
        mixed = jnp.where(past == 0, least, 0.999 * past + 0.001 * least)
        return {**after, "cutoff": jnp.where(jnp.isfinite(least), mixed, past)}

    def _least(self, f: Activations) -> Array:
        return least_of_largest(f, self.k * f.shape[1], axis=None)

    def check(self, latents: int) -> None:
        check_k(self.k, latents)


class JumpReLU(Code):
    """f = z where z > θ, else 0, with a threshold θ > 0 that each latent learns (Rajamanoharan et al. 2024).

    The jump has no gradient in θ; in its place stands that of the loss smoothed by a box of width `bandwidth`. The
    threshold is kept as its logarithm, which weight decay would pull to 0, θ to 1: train with `Adam`.
    """

    threshold: Positive = 1e-3
    bandwidth: Positive = 1e-3

    def init(self, latents: int, dtype: Any) -> Parameters:
        return {"log_threshold": jnp.full(latents, jnp.log(self.threshold), dtype)}

    def __call__(self, z: Activations, parameters: Parameters) -> Activations:
        return _jump(jax.nn.relu(z), jnp.exp(parameters["log_threshold"])[:, None], self.bandwidth)

    def count(self, z: Activations, parameters: Parameters) -> Float[Array, " samples"]:
        """How many latents fire, with the same stand-in for the gradient in θ."""
        return _step(z, jnp.exp(parameters["log_threshold"])[:, None], self.bandwidth).sum(0)


def least_of_largest(f: Float[Array, "..."], k: int, axis: int | None) -> Array:
    """The k-th largest of numbers f ≥ 0 along an axis (None: of all), keeping that axis with length 1.

    Numbers that are not negative are in the order of their bits, so the largest bit pattern that at least k of them
    reach is found bit by bit. On a CPU that is a hundred times faster than sorting (docs/log.md).
    """
    word = jnp.int32 if f.dtype == jnp.float32 else jnp.int64
    size = 8 * f.dtype.itemsize
    words = jax.lax.bitcast_convert_type(jax.lax.stop_gradient(f), word)

    def one_bit(i: Array, found: Array) -> Array:
        tried = found | (jnp.ones((), word) << (size - 2 - i).astype(word))
        enough = (words >= tried).sum(axis=axis, keepdims=True) >= k
        return jnp.where(enough, tried, found)

    start = jnp.zeros_like(words.max(axis=axis, keepdims=True))
    return jax.lax.bitcast_convert_type(jax.lax.fori_loop(0, size - 1, one_bit, start), f.dtype)


@jax.custom_jvp
def _jump(z: Array, threshold: Array, bandwidth: Any) -> Array:
    return jnp.where(z > threshold, z, 0.0)


@_jump.defjvp
def _jump_slope(primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Array, Array]:
    z, threshold, bandwidth = primals
    near = _box(z, threshold, bandwidth)
    slope = (z > threshold) * tangents[0] - threshold / bandwidth * near * tangents[1]
    return _jump(z, threshold, bandwidth), slope


@jax.custom_jvp
def _step(z: Array, threshold: Array, bandwidth: Any) -> Array:
    return (z > threshold).astype(z.dtype)


@_step.defjvp
def _step_slope(primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Array, Array]:
    z, threshold, bandwidth = primals
    return _step(z, threshold, bandwidth), -_box(z, threshold, bandwidth) / bandwidth * tangents[1]


def _box(z: Array, threshold: Array, bandwidth: Any) -> Array:
    return (jnp.abs(z - threshold) < bandwidth / 2).astype(z.dtype)


def check_k(k: int, latents: int) -> None:
    """Raise `BadInput` where so many latents cannot be chosen."""
    if k > latents:
        raise BadInput(f"k={k} must be at most the number of latents, {latents}.")
