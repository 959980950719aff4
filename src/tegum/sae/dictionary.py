"""Dictionaries: sparse autoencoders f = code(W_e x̄ + b_e), x̂ = W_d f + b_d, with x̄ = x − b_d.

Samples are columns, as everywhere. Row j of `W_e` (latents, inputs) is latent j's encoder vector, column j of `W_d`
(inputs, latents) its decoder (dictionary) vector. `idle` counts for each latent the steps since it last fired; it is
not trained.
"""

from typing import Any, Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float
from pydantic import Field, model_validator

from tegum.geometry.directions import unit_directions
from tegum.sae.codes import Activations, Code, ReLU
from tegum.spec import Count, Finite
from tegum.toy.models import Network, Parameters, Shapes, Sizes
from tegum.toy.random import fold, normal

Inputs = Float[Array, "inputs samples"]

AXES = {
    "W_e": ("latent", "input"),
    "b_e": ("latent",),
    "W_d": ("input", "latent"),
    "b_d": ("input",),
    "idle": ("latent",),
}


class SparseAutoencoder(Network):
    """A dictionary of `latents` vectors for activations of `inputs` numbers (Bricken et al. 2023).

    code: `ReLU()`, `TopK(k=…)`, `BatchTopK(k=…)` or `JumpReLU()`.
    decoder: "unit" holds every decoder vector at length 1: the part of its gradient along it is removed, and what is
        left of a change of length is divided away after the step; "free" leaves lengths to the penalty.
    start: "tied", W_e = W_dᵀ at step 0, or "independent". Decoder vectors start with random directions and length 1.
    initial_bias: of b_e. b_d starts at 0; `GeometricMedian(at=0)` sets it from data.
    """

    inputs: Count
    latents: Count
    code: Code = Field(default_factory=ReLU)
    decoder: Literal["unit", "free"] = "unit"
    start: Literal["tied", "independent"] = "tied"
    initial_bias: Finite = 0.0

    @model_validator(mode="after")
    def _code_fits(self) -> Any:
        self.code.check(self.latents)
        return self

    @property
    def sizes(self) -> Sizes:
        return Sizes(self.inputs, self.latents)

    def axes(self, shapes: Shapes) -> dict[str, tuple[str, ...]]:
        return {name: AXES.get(name) or self._axes_of_code(name, shape) for name, shape in shapes.items()}

    def _axes_of_code(self, name: str, shape: tuple[int, ...]) -> tuple[str, ...]:
        """A parameter of the code's own has a number, or a row, for each latent, or none of its axes is theirs."""
        first = ("latent",) if shape[:1] == (self.latents,) else ()
        return (*first, *(f"{name}_{i}" for i in range(len(first), len(shape))))

    def init(self, key: Any) -> Parameters:
        W_d = unit_directions(normal(fold(key, 0), self.inputs, self.latents))
        other = unit_directions(normal(fold(key, 1), self.inputs, self.latents))
        return {
            "W_e": (W_d if self.start == "tied" else other).T,
            "b_e": jnp.full(self.latents, self.initial_bias, W_d.dtype),
            "W_d": W_d,
            "b_d": jnp.zeros(self.inputs, W_d.dtype),
            "idle": jnp.zeros(self.latents, W_d.dtype),
            **self.code.init(self.latents, W_d.dtype),
        }

    def __call__(self, parameters: Parameters, x: Inputs) -> Inputs:
        return self.decode(parameters, self.encode(parameters, x))

    def before_code(self, parameters: Parameters, x: Inputs) -> Activations:
        """z = W_e (x − b_d) + b_e, of shape (latents, samples) for x (inputs, samples).

        b_d's gradient, −W_eᵀ times the sum over samples of that of z, comes by way of a term that is 0: a product
        with one vector instead of one with all samples.
        """
        W_e, b_d = parameters["W_e"], parameters["b_d"]
        held = jax.lax.stop_gradient(b_d)
        return W_e @ (x - held[:, None]) + (parameters["b_e"] - W_e @ (b_d - held))[:, None]

    def encode(self, parameters: Parameters, x: Inputs) -> Activations:
        """f, as a trained dictionary gives it."""
        return self.code(self.before_code(parameters, x), parameters)

    def decode(self, parameters: Parameters, f: Activations) -> Inputs:
        """x̂ = W_d f + b_d."""
        return parameters["W_d"] @ f + parameters["b_d"][:, None]

    def tangent(self, parameters: Parameters, gradients: Parameters) -> Parameters:
        if self.decoder == "free":
            return gradients
        W_d, slope = parameters["W_d"], gradients["W_d"]
        return {**gradients, "W_d": slope - W_d * (W_d * slope).sum(0)}

    def settle(self, before: Parameters, after: Parameters, x: Inputs) -> Parameters:
        z = self.before_code(before, x)
        fired = self.code.learning(z, before).max(axis=1) > 0
        W_d = unit_directions(after["W_d"]) if self.decoder == "unit" else after["W_d"]
        counted = {**after, "W_d": W_d, "idle": jnp.where(fired, 0, before["idle"] + 1)}
        return self.code.settle(z, before, counted)
