"""Readings of the proposal: what it leaves open, one point changed at a time, from its letter and from biases of 0.

What repels is changed by classes of their own: subclasses of `Repel` with other `repulsors`.
"""

from dataclasses import dataclass, field
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from tegum.geometry.directions import unit_directions
from tegum.sae.remedies import Dead, Repel
from tegum.toy.models import Parameters
from tegum.toy.random import fold, normal

Rows = Float[Array, "latents inputs"]
WINDOW = 100  # steps without firing after which a latent is dead; 12,800 inputs
FOUR = (200, 400, 600, 800)  # of 1,500 steps: four times, as the published resampling
ONCE, OFTEN = (400,), tuple(range(100, 1201, 100))


class Attract(Repel):
    """Towards Σ̂ instead of away from it, and the biases on that side raised."""

    def repulsors(self, parameters: Parameters, dead: Dead, key: Any) -> Rows:
        return -super().repulsors(parameters, dead, key)


class AnyWay(Repel):
    """One random direction for all: what remains where Σ is too short to have a direction."""

    def repulsors(self, parameters: Parameters, dead: Dead, key: Any) -> Rows:
        return jnp.broadcast_to(_random(key, 1, parameters["W_e"].shape[1]), parameters["W_e"].shape)


class OwnWays(Repel):
    """A random direction for each dead latent; the live ones' biases by their side of −Σ̂."""

    def repulsors(self, parameters: Parameters, dead: Dead, key: Any) -> Rows:
        own = _random(key, *parameters["W_e"].shape)
        return jnp.where(dead[:, None], own, super().repulsors(parameters, dead, key))


class HalfSums(Repel):
    """For each dead latent, away from the sum of a random half of the live ones; these by their side of −Σ̂."""

    def repulsors(self, parameters: Parameters, dead: Dead, key: Any) -> Rows:
        W_e = parameters["W_e"]
        half = (normal(fold(key, 7), len(W_e), len(W_e)) > 0) & ~dead
        return jnp.where(dead[:, None], -unit_directions((half @ W_e).T).T, super().repulsors(parameters, dead, key))


class Decoders(Repel):
    """Σ̂ of the live decoder vectors instead of the encoder vectors."""

    def repulsors(self, parameters: Parameters, dead: Dead, key: Any) -> Rows:
        return super().repulsors({**parameters, "W_e": parameters["W_d"].T}, dead, key)


class DeadAlone(Repel):
    """The dead latents' biases raised, those of the live ones not."""

    def repulsors(self, parameters: Parameters, dead: Dead, key: Any) -> Rows:
        return jnp.where(dead[:, None], super().repulsors(parameters, dead, key), 0.0)


def _random(key: Any, rows: int, inputs: int) -> Rows:
    return unit_directions(normal(fold(key, 6), rows, inputs).T).T


@dataclass(frozen=True)
class Reading:
    """One change. fields: of the remedy; at: steps of the edits; median: whether b_d starts in the inputs' median."""

    point: str
    words: str
    kind: type[Repel] = Repel
    fields: dict[str, Any] = field(default_factory=dict)
    at: tuple[int, ...] = FOUR
    median: bool = True


LETTER, ZERO = "by the letter", "biases to 0"
BASES: dict[str, dict[str, Any]] = {LETTER: {}, ZERO: {"bias": "zero"}}
PLAIN, WIDE = "nothing else", "wide"
CHANGES = {
    PLAIN: Reading("", PLAIN),
    "fraction 0.2": Reading("which fraction", "fraction 0.2 instead of 0.05", fields={"fraction": 0.2}),
    "fraction 1": Reading("which fraction", "fraction 1", fields={"fraction": 1.0}),
    "noise": Reading("how much noise", "noise 0.03 r instead of 0.001 r", fields={"noise": 0.03}),
    "fresh": Reading("what of W_d", "random decoder vectors", fields={"decoder": "fresh"}),
    "matched": Reading("what of W_d", "decoder vector = encoder’s direction", fields={"decoder": "matched"}),
    "live": Reading("whose biases", "those of live latents only", fields={"own": False}),
    "dead": Reading("whose biases", "those of dead latents only", kind=DeadAlone),
    "any": Reading("if Σ is nearly zero", "one random direction for all", kind=AnyWay),
    "attract": Reading("which direction", "+Σ̂ instead of −Σ̂", kind=Attract),
    "decoders": Reading("which direction", "Σ of decoder vectors", kind=Decoders),
    "halves": Reading("which direction", "ours: each from half of the live", kind=HalfSums),
    "own": Reading("which direction", "ours: a random one for each", kind=OwnWays),
    "once": Reading("how often", "once", at=ONCE),
    "often": Reading("how often", "every 100 steps", at=OFTEN),
    WIDE: Reading("in more dimensions", "32 inputs, 64 features, 80 latents"),
    "origin": Reading("about which centre", "b_d starts at 0", median=False),
}
