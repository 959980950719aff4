"""Remedies for dead latents: interventions that edit a dictionary, where it has dead latents.

Dead is a latent that fired on no input of the last `window` steps (`idle`). Which are dead is read from the state at
the step, inside compiled code; where none is, nothing changes. Revived latents count as having fired just now.

In all of them r is the mean length of the live latents' encoder vectors. Where no latent lives there is nothing to go
by, and all but `Reinitialise` leave the dictionary alone.
"""

from abc import abstractmethod
from typing import Any, ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from tegum.errors import BadInput
from tegum.geometry.directions import unit_directions
from tegum.sae.dictionary import SparseAutoencoder
from tegum.spec import Count, Finite, NotNegative
from tegum.toy.models import Network, Parameters, Shapes
from tegum.toy.random import fold, normal, uniform
from tegum.training.interventions import Edit, Informed, Intervention

Dead = Bool[Array, " latents"]
TINY = 1e-12  # a vector shorter than this has no direction of its own
ROUNDING = 64  # units in the last place that a residual may be from 0 and still be nothing


class Remedy(Intervention):
    """An intervention that leaves alone a dictionary without dead latents. Subclasses give `treat`.

    A dead latent whose vectors and bias `treat` leaves as they are is not revived.

    window: dead is who fired on no batch of so many last steps.
    forget: whose numbers the optimiser forgets: "entries", exactly those of the treated latents; "all", everything, as
        some codes do; or "nothing".
    tried: the settings that a comparison tunes over, each some fields with their values.
    """

    tried: ClassVar[tuple[dict[str, Any], ...]] = ({},)
    needs_live: ClassVar[bool] = True  # is a dictionary whose latents are all dead left alone?

    window: Count = 12_500
    forget: Literal["entries", "all", "nothing"] = "entries"

    @abstractmethod
    def treat(self, model: Any, parameters: Parameters, dead: Dead, key: Any, seen: Any = None) -> Parameters:
        """All parameters of one dictionary in which the latents `dead` are; some others are not, or `needs_live` is
        False."""

    def edit(self, model: Any, parameters: Parameters, key: Any, seen: Any = None) -> Edit:
        dead = self.dead(parameters)
        treated = self.treat(model, parameters, dead, key, seen)
        revived = dead & _changed(parameters, treated)
        needed = revived.any()
        new = {name: jnp.where(needed, treated[name], value) for name, value in parameters.items()}
        for name, value in model.code.init(len(dead), parameters["W_e"].dtype).items():
            new[name] = jnp.where(_entries(model, name, value, revived), value, new[name])  # a threshold starts anew
        new["idle"] = jnp.where(revived, 0, parameters["idle"])
        return Edit(new, self.forgotten(model, parameters, revived))

    def dead(self, parameters: Parameters) -> Dead:
        """Who is dead; nobody where nothing can be done."""
        dead = parameters["idle"] >= self.window
        return dead & ~dead.all() if self.needs_live else dead

    def forgotten(self, model: Any, parameters: Parameters, treated: Dead) -> Parameters:
        """Which entries the optimiser forgets where these latents were treated."""
        if self.forget == "entries":
            return {name: _entries(model, name, value, treated) for name, value in parameters.items()}
        everything = treated.any() & (self.forget == "all")
        return {name: jnp.broadcast_to(everything, value.shape) for name, value in parameters.items()}

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
        return Edit(parameters, self.forgotten(model, parameters, self.dead(parameters)))


class Reinitialise(Remedy):
    """Dead latents drawn anew, as the model's initialisation draws them; all of them, too, where none lives."""

    needs_live: ClassVar[bool] = False

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

    Inputs of zeros have no direction and are never drawn. Where all losses are 0 the others are drawn alike, and where
    there are no others the dead latents are left alone.
    """

    inputs: Count = 819_200
    fraction: NotNegative = 0.2
    power: NotNegative = 2.0
    encoder: Literal["unit", "input"] = "unit"
    direction: Literal["input", "centred"] = "input"

    def treat(self, model: Any, parameters: Parameters, dead: Dead, key: Any, seen: Any = None) -> Parameters:
        x, place, some = self.choice(parameters, key, seen)
        chosen = x[:, place]
        towards = unit_directions(chosen)
        rows = (towards if self.encoder == "unit" else chosen) * self.fraction * mean_length(parameters, ~dead)
        return _set(parameters, dead & some, rows.T, jnp.zeros_like(parameters["b_e"]), towards)

    def choice(self, parameters: Parameters, key: Any, seen: Any) -> tuple[Array, Array, Array]:
        """x (inputs, samples) that directions are taken from, the sample each latent takes, whether there is one."""
        x = seen.x - parameters["b_d"][:, None] if self.direction == "centred" else seen.x
        allowed = (seen.x != 0).any(0) & (x != 0).any(0)
        place = drawn(weighed(seen.loss, self.power, allowed), len(parameters["b_e"]), key)
        return x, place, allowed.any()


class FillGaps(InformedRemedy):
    """Ours: dead latents are made to give back what is missing, x − x̂ of inputs that are reconstructed badly.

    An input is drawn with probability ∝ ‖x − x̂‖^(2 `power`). The direction of its residual e becomes the decoder vector
    and, times `fraction` · r, the encoder vector. The bias is the one at which the latent gives f = ‖e‖ for that very
    input, ‖e‖ − W_e·x̄, and so leaves alone inputs that reach less far; but not above 0, where it would fire at x̄ = 0
    and on most inputs. What the new latent gives back is then taken from all residuals before the next is drawn, as in
    matching pursuit, so that no two fill one gap.

    That f = ‖e‖ holds for `ReLU`, which is what is taken from the residuals under every code: one with a threshold, or
    one that keeps k latents, may let a new latent fire on less. Inputs of zeros are never drawn, so that `Resample`
    draws from the same ones; where b_d ≠ 0 they have a residual with a direction, which nothing in them points at. A
    latent for which no residual beyond rounding is left stays as it is.

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
        sizes = jnp.linalg.norm(x, axis=0) + jnp.linalg.norm(read, axis=0)
        rounding = ROUNDING * float(np.finfo(x.dtype).eps) * sizes
        places = uniform(key, 1, len(dead))[0]

        def fill(i: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
            missing, D, b_e, filled = state
            size = jnp.linalg.norm(missing, axis=0)
            allowed = (x != 0).any(0) & (size > rounding)
            chosen = at_quantile(weighed(size, 2 * self.power, allowed), places[i])
            towards = unit_directions((missing if self.direction == "residual" else x)[:, chosen, None])[:, 0]
            reached = length * (towards @ read)
            needed = jnp.minimum(size[chosen] - reached[chosen], 0.0)
            bias = needed if self.bias == "own" else jnp.zeros_like(needed)
            given = towards[:, None] * jax.nn.relu(reached + bias)
            fills = dead[i] & allowed.any()
            left = jnp.where(fills & self.apart, missing - given, missing)
            return left, D.at[:, i].set(towards), b_e.at[i].set(bias), filled.at[i].set(fills)

        nothing = (jnp.zeros_like(parameters["W_d"]), jnp.zeros_like(parameters["b_e"]), jnp.zeros_like(dead))
        _, D, b_e, filled = jax.lax.fori_loop(0, len(dead), fill, (x - model(parameters, x), *nothing))
        return _set(parameters, filled, length * D.T, b_e, D)


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
            "matched": unit_directions(seeded.T),
            "fresh": unit_directions(normal(fold(key, 2), *parameters["W_d"].shape)),
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
    """`count` places, each drawn by itself with probability ∝ its weight."""
    return at_quantile(weights, uniform(key, 1, count)[0])


def weighed(loss: Float[Array, " samples"], power: Any, allowed: Bool[Array, " samples"]) -> Float[Array, " samples"]:
    """loss^power of the samples allowed, 0 of the others; 1 of those allowed where all their losses are 0.

    Where all powers are too small for the precision, each loss is taken over the largest before.
    """
    weights, top = jnp.where(allowed, loss**power, 0), jnp.where(allowed, loss, 0).max()
    relative = jnp.where(allowed, (loss / jnp.where(top > 0, top, 1)) ** power, 0)
    return jnp.where(weights.sum() > 0, weights, jnp.where(top > 0, relative, allowed))


def at_quantile(weights: Float[Array, " samples"], share: Array) -> Array:
    """The places up to which these shares of all weight lie."""
    chance = jnp.cumsum(weights)
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


def _changed(parameters: Parameters, treated: Parameters) -> Dead:
    """The latents whose vectors or bias have changed."""
    moved = {name: treated[name] != parameters[name] for name in ("W_e", "b_e", "W_d")}
    return moved["W_e"].any(1) | moved["b_e"] | moved["W_d"].any(0)


def _entries(model: Any, name: str, value: Array, latents: Dead) -> Array:
    """Where a parameter holds numbers of these latents' own."""
    axes = model.axes({name: value.shape})[name]
    if "latent" not in axes:
        return jnp.zeros(value.shape, bool)
    after = value.ndim - axes.index("latent") - 1
    return jnp.broadcast_to(latents.reshape(-1, *(1,) * after), value.shape)


def _direction(vector: Array, otherwise: Array) -> Array:
    chosen = jnp.where(jnp.linalg.norm(vector) < TINY, otherwise, vector)
    return chosen / jnp.linalg.norm(chosen)
