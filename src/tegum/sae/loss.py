"""What a dictionary is trained for: to give x back with few latents.

All terms are sums over inputs or latents, and means over samples.
"""

from abc import abstractmethod
from typing import Any, Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from tegum.errors import BadInput
from tegum.sae.codes import Activations, JumpReLU, check_k, least_of_largest
from tegum.sae.dictionary import Inputs, SparseAutoencoder
from tegum.spec import Count, NotNegative, Spec
from tegum.toy.loss import Loss
from tegum.toy.models import Parameters

TINY = 1e-6  # keeps ratios of norms finite


class Auxiliary(Spec):
    """A second loss that gives dead latents a gradient. Dead: `idle` for `window` steps or longer.

    Subclasses give `term`, of pre-activations z, the residual x − x̂ (held constant) and the mask of the dead.
    """

    window: Count = 1000

    @abstractmethod
    def term(
        self, parameters: Parameters, z: Activations, residual: Inputs, dead: Float[Array, " latents"]
    ) -> Float[Array, ""]:
        """What is added to the loss."""

    def check(self, latents: int) -> None:
        """Raise `BadInput` where this does not fit that many latents."""


class AuxK(Auxiliary):
    """coefficient · ‖e − ê‖², where ê = W_d of the k largest positive z among the dead latents (Gao et al. 2024)."""

    k: Count
    coefficient: NotNegative = 1 / 32

    def term(self, parameters: Parameters, z: Activations, residual: Inputs, dead: Any) -> Float[Array, ""]:
        f = jnp.where(dead[:, None], jax.nn.relu(z), 0.0)
        f = jnp.where(f >= least_of_largest(f, self.k, axis=0), f, 0.0)
        error = ((residual - parameters["W_d"] @ f) ** 2).sum(0).mean()
        return self.coefficient * jnp.where(dead.any(), error, 0.0)

    def check(self, latents: int) -> None:
        check_k(self.k, latents)


class GhostGradients(Auxiliary):
    """Dead latents, activated by exp(z), predict the residual (Jermyn and Templeton 2024).

    Their output is scaled to half of the residual's length, sample by sample, and the term to the size of the squared
    error; both scales are held constant.
    """

    def term(self, parameters: Parameters, z: Activations, residual: Inputs, dead: Any) -> Float[Array, ""]:
        f = jnp.where(dead[:, None], jnp.exp(jnp.where(dead[:, None], z, 0.0)), 0.0)
        out = parameters["W_d"] @ f
        scale = jnp.linalg.norm(residual, axis=0) / (2 * _length(out) + TINY)
        error = ((residual - jax.lax.stop_gradient(scale) * out) ** 2).sum(0).mean()
        whole = (residual**2).sum(0).mean()
        return jnp.where(dead.any(), jax.lax.stop_gradient(whole / (error + TINY)) * error, 0.0)


class SparseError(Loss):
    """‖x − x̂‖² + l1 · Σ_j f_j + l0 · (how many latents fire) + an auxiliary term.

    penalty: "plain", Σ f_j, for decoders of unit length; "weighted", Σ f_j ‖W_d,j‖, for free ones (Conerly et al.
        2024).
    l0: needs `JumpReLU`, whose threshold it moves.
    """

    l1: NotNegative = 0.0
    penalty: Literal["plain", "weighted"] = "plain"
    l0: NotNegative = 0.0
    auxiliary: Auxiliary | None = None

    def __call__(self, model: Any, parameters: Parameters, x: Inputs) -> Float[Array, ""]:
        self._check(model)
        z = model.before_code(parameters, x)
        f = model.code.learning(z, parameters)
        residual = x - model.decode(parameters, f)
        weight = lengths(parameters["W_d"]) if self.penalty == "weighted" else jnp.ones(len(f))
        total = (residual**2).sum(0).mean() + self.l1 * (weight @ f).mean()
        if isinstance(model.code, JumpReLU):
            total += self.l0 * model.code.count(z, parameters).mean()
        if self.auxiliary is None:
            return total
        dead = parameters["idle"] >= self.auxiliary.window
        return total + self.auxiliary.term(parameters, z, jax.lax.stop_gradient(residual), dead)

    def _check(self, model: Any) -> None:
        """Raise `BadInput` where the model is no dictionary, or has no use for a term."""
        if not isinstance(model, SparseAutoencoder):
            raise BadInput(
                f"SparseError is the loss of dictionaries, such as SparseAutoencoder(inputs=16, latents=64); this is "
                f"{type(model).__name__}, for which there is SquaredError."
            )
        if isinstance(self.l0, float) and self.l0 > 0 and not isinstance(model.code, JumpReLU):
            raise BadInput(
                f"l0={self.l0} moves the thresholds of JumpReLU, but this dictionary's code is "
                f"{type(model.code).__name__}; leave l0 out, or use l1."
            )
        if self.auxiliary is not None:
            self.auxiliary.check(model.latents)


def lengths(columns: Float[Array, "rows columns"]) -> Float[Array, " columns"]:
    """The lengths of columns; where one is 0 the gradient is 0, not undefined."""
    square = (columns**2).sum(0)
    return jnp.where(square > 0, jnp.sqrt(jnp.where(square > 0, square, 1)), 0)


def _length(columns: Array) -> Array:
    return jax.lax.stop_gradient(jnp.linalg.norm(columns, axis=0))
