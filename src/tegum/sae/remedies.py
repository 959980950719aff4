"""Remedies for dead latents: interventions that edit a dictionary, where it has dead latents.

Dead is a latent that fired on no input of the last `window` steps (`idle`). Which are dead is read from the state at
the step, inside compiled code; where none is, nothing changes. Revived latents count as having fired just now.

In all of them r is the mean length of the live latents' encoder vectors.
"""

from abc import abstractmethod
from typing import Any, ClassVar, Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from tegum.errors import BadInput
from tegum.sae.dictionary import SparseAutoencoder, unit
from tegum.spec import Count, Finite, NotNegative
from tegum.toy.models import Network, Parameters, Shapes
from tegum.toy.random import fold, normal, uniform
from tegum.training.interventions import Edit, Informed, Intervention

Dead = Bool[Array, " latents"]
TINY = 1e-12  # a vector shorter than this has no direction of its own
PER_LATENT = ("W_e", "b_e", "W_d", "idle", "log_threshold")


class Remedy(Intervention):
    """An intervention that leaves alone a dictionary without dead latents. Subclasses give `treat`.

    window: dead is who fired on no batch of so many last steps.
    forget: whose numbers the optimiser forgets: "entries", exactly those of the treated latents; "all", everything, as
        some codes do; or "nothing".
    tried: the settings that a comparison tunes over, each some fields with their values.
    """

    tried: ClassVar[tuple[dict[str, Any], ...]] = ({},)

    window: Count = 12_500
    forget: Literal["entries", "all", "nothing"] = "entries"

    @abstractmethod
    def treat(self, model: Any, parameters: Parameters, dead: Dead, key: Any, seen: Any = None) -> Parameters:
        """All parameters of one dictionary in which the latents `dead` are, and some others are not."""

    def edit(self, model: Any, parameters: Parameters, key: Any, seen: Any = None) -> Edit:
        dead = parameters["idle"] >= self.window
        treated = self.treat(model, parameters, dead, key, seen)
        needed = dead.any() & ~dead.all()
        new = {name: jnp.where(needed, treated[name], value) for name, value in parameters.items()}
        for name, value in model.code.init(len(dead), parameters["W_e"].dtype).items():
            if value.shape == dead.shape:  # a threshold starts anew, too
                new[name] = jnp.where(needed & dead, value, new[name])
        new["idle"] = jnp.where(needed & dead, 0, parameters["idle"])
        return Edit(new, {name: needed & self._forgotten(name, dead, value) for name, value in parameters.items()})

    def _forgotten(self, name: str, dead: Dead, value: Array) -> Array:
        everything = jnp.full(value.shape, self.forget == "all")
        if self.forget != "entries" or name not in PER_LATENT:
            return everything
        return jnp.broadcast_to(dead[:, None] if name == "W_e" else dead, value.shape)

    def check(self, model: Network, shapes: Shapes) -> None:
        if not isinstance(model, SparseAutoencoder):
            raise BadInput(
                f"{type(self).__name__} needs a dictionary, such as SparseAutoencoder(inputs=16, latents=64); this is "
                f"{type(model).__name__}."
            )
        if max(self.at) < self.window:
            raise BadInput(
                f"{type(self).__name__} at step {max(self.at)} can find no latent that has been silent for "
                f"window={self.window} steps; act later, or shorten the window."
            )


class InformedRemedy(Remedy, Informed):
    """A remedy that looks at samples and their losses."""


class Forget(Remedy):
    """Nothing but forgetting: no parameter changes, nobody counts as revived, but the optimiser's memory is cleared.

    What the optimiser does without that memory is what all other remedies do besides; `forget` says whose it is.
    """

    def treat(self, model: Any, parameters: Parameters, dead: Dead, key: Any, seen: Any = None) -> Parameters:
        return parameters

    def edit(self, model: Any, parameters: Parameters, key: Any, seen: Any = None) -> Edit:
        return Edit(parameters, super().edit(model, parameters, key, seen).touched)


class Reinitialise(Remedy):
    """Dead latents drawn anew, as the model's initialisation draws them."""

    def treat(self, model: Any, parameters: Parameters, dead: Dead, key: Any, seen: Any = None) -> Parameters:
        fresh = model.init(key)
        return _set(parameters, dead, fresh["W_e"], fresh["b_e"], fresh["W_d"])


class Resample(InformedRemedy):
    """The published rule (Bricken et al. 2023): dead latents take directions of inputs that are reconstructed badly.

    For each dead latent one of the inputs is drawn with probability ∝ loss²; its unit vector becomes the decoder
    vector, the same direction times `fraction` · r the encoder vector; the encoder bias becomes 0; the optimiser's
    memory of exactly these entries is cleared. There 819,200 inputs were looked at, at steps 25,000, 50,000, 75,000 and
    100,000, and dead was who had fired on none of the 12,500 steps before.

    Known misreadings, to compare with: `power=1`, probability ∝ loss; `encoder="input"`, an encoder vector that
    keeps the input's length; `forget="all"`, all of the optimiser's memory cleared.

    direction: "input", x itself, or "centred", x − b_d, which is what the encoder reads.
    """

    inputs: Count = 819_200
    fraction: NotNegative = 0.2
    power: NotNegative = 2.0
    encoder: Literal["unit", "input"] = "unit"
    direction: Literal["input", "centred"] = "input"

    def treat(self, model: Any, parameters: Parameters, dead: Dead, key: Any, seen: Any = None) -> Parameters:
        weights = seen.loss**self.power * (seen.x != 0).any(0)  # an input of zeros has no direction to take
        chosen = seen.x[:, drawn(weights, len(dead), key)]
        if self.direction == "centred":
            chosen = chosen - parameters["b_d"][:, None]
        towards = unit(chosen)
        rows = (towards if self.encoder == "unit" else chosen) * self.fraction * mean_length(parameters, ~dead)
        return _set(parameters, dead, rows.T, jnp.zeros_like(parameters["b_e"]), towards)


class FillGaps(InformedRemedy):
    """Ours: dead latents are made to give back what is missing, x − x̂ of inputs that are reconstructed badly.

    An input is drawn with probability ∝ ‖x − x̂‖^(2 `power`). The direction of its residual e becomes the decoder vector
    and, times `fraction` · r, the encoder vector. The bias is the one at which the latent gives f = ‖e‖ for that very
    input, ‖e‖ − W_e·x̄, and so leaves alone inputs that reach less far; but not above 0, where it would fire at x̄ = 0
    and on most inputs. What the new latent gives back is then taken from all residuals before the next is drawn, as in
    matching pursuit, so that no two fill one gap.

    Each of these can be switched off: direction="input", the input itself instead of its residual; bias="zero";
    apart=False, inputs drawn independently; fraction=0.2. With all four off this is `Resample` with the loss's squared
    error in place of the whole loss.
    """

    fraction: NotNegative = 1.0
    power: NotNegative = 2.0
    direction: Literal["residual", "input"] = "residual"
    bias: Literal["own", "zero"] = "own"
    apart: bool = True

    def treat(self, model: Any, parameters: Parameters, dead: Dead, key: Any, seen: Any = None) -> Parameters:
        x, length = seen.x, self.fraction * mean_length(parameters, ~dead)
        read = x - parameters["b_d"][:, None]
        places = uniform(key, 1, len(dead))[0]

        def fill(i: Array, state: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
            missing, D, b_e = state
            size = jnp.linalg.norm(missing, axis=0) * (x != 0).any(0)
            chosen = at_quantile(size ** (2 * self.power), places[i])
            towards = unit((missing if self.direction == "residual" else x)[:, chosen, None])[:, 0]
            reached = length * (towards @ read)
            needed = jnp.minimum(size[chosen] - reached[chosen], 0.0)
            bias = needed if self.bias == "own" else jnp.zeros_like(needed)
            given = towards[:, None] * jax.nn.relu(reached + bias)
            left = jnp.where(dead[i] & self.apart, missing - given, missing)
            return left, D.at[:, i].set(towards), b_e.at[i].set(bias)

        start = (x - model(parameters, x), jnp.zeros_like(parameters["W_d"]), jnp.zeros_like(parameters["b_e"]))
        _, D, b_e = jax.lax.fori_loop(0, len(dead), fill, start)
        return _set(parameters, dead, length * D.T, b_e, D)


class Repel(Remedy):
    """The method that *Optimization Failure* (2024) proposes: a repulsor that live latents are to sweep away from.

    Σ̂, the normalised sum of the live encoder vectors, is the attractor, −Σ̂ the repulsor. Dead encoder vectors become
    `fraction` · r · (−Σ̂) plus Gaussian noise of standard deviation `noise` · r; then the encoder bias of every latent
    on the repulsor's side, W_e,j · (−Σ̂) > 0, is raised by `shift`.

    What the proposal leaves open, and the choices here:

    - A sum shorter than 1e-12 has a random direction.
    - own: the dead latents lie on the repulsor's side once they are set, so by its letter their biases are raised too.
    - bias: "keep" leaves the dead latents' biases as they are but for the shift; "zero" sets them to 0 first, without
      which a strongly negative bias keeps a latent dead whatever its direction.
    - decoder: "keep", "matched" (the encoder's direction), or "fresh" (random directions).
    """

    fraction: NotNegative = 0.05
    shift: Finite = 0.1
    noise: NotNegative = 1e-3
    own: bool = True
    bias: Literal["keep", "zero"] = "keep"
    decoder: Literal["keep", "matched", "fresh"] = "keep"

    def repulsors(self, parameters: Parameters, dead: Dead, key: Any) -> Float[Array, "latents inputs"]:
        """−Σ̂, a row for each latent. One of your own may give each another; a live latent with 0 is never raised."""
        W_e = parameters["W_e"]
        away = -_direction((W_e * ~dead[:, None]).sum(0), normal(fold(key, 0), W_e.shape[1], 1)[:, 0])
        return jnp.broadcast_to(away, W_e.shape)

    def treat(self, model: Any, parameters: Parameters, dead: Dead, key: Any, seen: Any = None) -> Parameters:
        W_e, b_e, r = parameters["W_e"], parameters["b_e"], mean_length(parameters, ~dead)
        away = self.repulsors(parameters, dead, key)
        seeded = r * (self.fraction * away + self.noise * normal(fold(key, 1), *W_e.shape))
        decoders = {
            "keep": parameters["W_d"],
            "matched": unit(seeded.T),
            "fresh": unit(normal(fold(key, 2), *parameters["W_d"].shape)),
        }[self.decoder]
        placed = _set(parameters, dead, seeded, jnp.zeros_like(b_e) if self.bias == "zero" else b_e, decoders)
        raised = ((placed["W_e"] * away).sum(1) > 0) & (self.own | ~dead)
        return {**placed, "b_e": placed["b_e"] + jnp.where(raised, self.shift, 0.0)}


class GeometricMedian(Informed):
    """b_d ← the geometric median of the inputs seen (Bricken et al. 2023 start there), by Weiszfeld's iteration.

    iterations: each is one weighted mean, from the plain mean on; twenty leave less than a thousandth of the distance.
    """

    iterations: Count = 20

    def edit(self, model: Any, parameters: Parameters, key: Any, seen: Any = None) -> Edit:
        x = seen.x

        def nearer(i: Array, middle: Array) -> Array:
            weight = 1 / jnp.maximum(jnp.linalg.norm(x - middle[:, None], axis=0), 1e-6)
            return x @ weight / weight.sum()

        middle = jax.lax.fori_loop(0, self.iterations, nearer, x.mean(axis=1))
        return Edit.where(parameters, "b_d", jnp.ones(middle.shape, bool), middle)

    def check(self, model: Network, shapes: Shapes) -> None:
        if "b_d" not in shapes:
            raise BadInput("GeometricMedian sets b_d, which this model lacks; it needs a SparseAutoencoder.")


def drawn(weights: Float[Array, " samples"], count: int, key: Any) -> Array:
    """`count` places, each drawn by itself with probability ∝ its weight; all alike where no weight is above 0."""
    return at_quantile(weights, uniform(key, 1, count)[0])


def at_quantile(weights: Float[Array, " samples"], share: Array) -> Array:
    """The places up to which these shares of all weight lie."""
    chance = jnp.cumsum(jnp.where(weights.sum() > 0, weights, 1.0))
    return jnp.searchsorted(chance, share * chance[-1]).clip(0, len(weights) - 1)


def mean_length(parameters: Parameters, live: Dead) -> Float[Array, ""]:
    """r, the mean length of the live encoder vectors; 0 where none lives."""
    length = jnp.linalg.norm(parameters["W_e"], axis=1)
    return (length * live).sum() / jnp.maximum(live.sum(), 1)


def _set(parameters: Parameters, dead: Dead, W_e: Array, b_e: Array, W_d: Array) -> Parameters:
    """The dead latents' encoder vectors, biases and decoder vectors replaced."""
    return {
        **parameters,
        "W_e": jnp.where(dead[:, None], W_e, parameters["W_e"]),
        "b_e": jnp.where(dead, b_e, parameters["b_e"]),
        "W_d": jnp.where(dead, W_d, parameters["W_d"]),
    }


def _direction(vector: Array, otherwise: Array) -> Array:
    chosen = jnp.where(jnp.linalg.norm(vector) < TINY, otherwise, vector)
    return chosen / jnp.linalg.norm(chosen)
