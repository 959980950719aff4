"""Data with known truth: activations x = D s of sparse features s in known directions D.

D (inputs, count) has one column for each true feature; s is drawn by any law of x of that many features: independent
(`SparseUniform`, with frequencies from `zipf`), in sets (`CorrelatedSets`), in families (`Hierarchical`), with other
magnitudes (`Magnitudes`). The latents of a toy model are such activations::

    run = tg.train(tg.Autoencoder(features=20, hidden=5), law)
    directions = tg.sae.GivenDirections.of(run.W)
    activations = tg.sae.Superposed(directions=directions, of=law)
"""

import functools
from abc import abstractmethod
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float
from pydantic import field_validator

from tegum.errors import BadInput
from tegum.geometry.directions import unit_directions
from tegum.sae.dictionary import SparseAutoencoder
from tegum.spec import Count, Finite, NotNegative, Numbers, Spec
from tegum.toy.features import Law, SparseUniform, draw
from tegum.toy.models import Network, Shapes
from tegum.toy.random import fold, normal
from tegum.training.interventions import Edit, Intervention
from tegum.training.loop import ONE_CORE

SPREADING = 500  # steps that spread directions
LAST_DRAW = 2**24 - 1  # up to here single precision has all whole numbers
SHARPNESS = (4.0, 200.0)  # of the norm that stands for the largest |cosine|, first and last; by trial


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


class DrawnDirections(Directions):
    """Unit vectors, uniform on the sphere, others for each `draw`, a number that may be swept as a seed is.

    draw: a whole number from 0 to 16,777,215; `draws` makes them from seeds.
    orthogonal: orthonormal ones in a random orientation; at most as many as there are inputs.
    """

    draw: Finite = 0.0
    orthogonal: bool = False

    @field_validator("draw")
    @classmethod
    def _whole(cls, draw: float) -> float:
        if not (draw.is_integer() and 0 <= draw <= LAST_DRAW):
            raise ValueError(
                f"draw={draw:.15g} must be a whole number from 0 to {LAST_DRAW}; draws(seed, 1) gives one."
            )
        return draw

    def matrix(self, inputs: int) -> Array:
        if self.orthogonal:
            _check_orthogonal(self.count, inputs)
        D = normal(fold(jnp.zeros(2, jnp.uint32), self.draw), inputs, self.count)
        return jnp.linalg.qr(D)[0] if self.orthogonal else unit_directions(D)


def draws(first: int, count: int) -> tuple[float, ...]:
    """`draw` for each of `count` seeds from `first` on: their last seven digits.

    >>> draws(64_200_000, 3)
    (4200000.0, 4200001.0, 4200002.0)
    """
    return tuple(float((first + i) % 10_000_000) for i in range(count))


def _check_orthogonal(count: int, inputs: int) -> None:
    if count > inputs:
        raise BadInput(f"count={count} orthogonal directions need as many inputs; there are {inputs}.")


class OrthogonalDirections(Directions):
    """Orthonormal vectors in a random orientation; at most as many as there are inputs."""

    draw: int = 0

    def matrix(self, inputs: int) -> np.ndarray:
        _check_orthogonal(self.count, inputs)
        return np.linalg.qr(np.random.default_rng(self.draw).normal(size=(inputs, self.count)))[0]


class SpreadDirections(Directions):
    """Unit vectors as nearly orthogonal as descent makes them, from random ones fixed by `draw`.

    Up to as many as there are inputs are orthogonal. More have a small coherence, the largest |cosine| of two of them:
    500 steps of Adam on ever sharper norms of all cosines leave it within a few hundredths of what a patient search
    finds (`theory.coherence.least_coherent`), and within a third of the least that is not known to be impossible.
    """

    draw: int = 0

    def matrix(self, inputs: int) -> np.ndarray:
        return _spread(inputs, self.count, self.draw)


@functools.cache
def _spread(inputs: int, count: int, draw: int) -> np.ndarray:
    kind = OrthogonalDirections if count <= inputs else RandomDirections
    D = kind(count=count, draw=draw).matrix(inputs)
    if count > inputs:
        with jax.ensure_compile_time_eval(), jax.enable_x64(True):
            D = np.array(_descended(jnp.asarray(D)))
    D.setflags(write=False)
    return D


@functools.partial(jax.jit, compiler_options=ONE_CORE)
def _descended(D: Array) -> Array:
    """Unit columns after Adam's steps on ln ‖cosines‖_p, p growing along the way; Adam's rate falls to 0."""
    optimiser = optax.adam(optax.cosine_decay_schedule(0.02, SPREADING), b2=0.99)

    def level(V: Array, power: Array) -> Array:
        square = (unit_directions(V).T @ unit_directions(V)) ** 2 * (1 - jnp.eye(V.shape[1]))
        top = jax.lax.stop_gradient(square.max())
        return jnp.log(top) + 2 / power * jnp.log(((square / top) ** (power / 2)).sum())

    def step(carry: tuple[Array, Any], power: Array) -> tuple[tuple[Array, Any], None]:
        V, moments = carry
        updates, moments = optimiser.update(jax.grad(level)(V, power), moments)
        return (unit_directions(V + updates), moments), None

    return jax.lax.scan(step, (D, optimiser.init(D)), jnp.geomspace(*SHARPNESS, SPREADING))[0][0]


class GivenDirections(Directions):
    """The columns of a matrix, such as a toy model's W: `GivenDirections.of(W)`. Row by row in `numbers`."""

    numbers: Numbers

    @classmethod
    def of(cls, W: Any) -> "GivenDirections":
        """W of shape (inputs, count), such as a run's `W` of one model: its latent dimensions become the inputs."""
        if np.ndim(W) != 2:
            raise BadInput(
                f"W of shape {np.shape(W)} is not one matrix of directions; it needs to be (inputs, count), such as "
                "run.at(seed=0).W."
            )
        return cls(count=np.shape(W)[1], numbers=np.ravel(W).tolist())

    @staticmethod
    def each(Ws: Any) -> tuple[tuple[float, ...], ...]:
        """Many matrices (count, inputs, true), row by row: `numbers` for an axis of dictionaries, one truth each."""
        if np.ndim(Ws) != 3:
            raise BadInput(f"Ws of shape {np.shape(Ws)} are not matrices; they need to be (count, inputs, true).")
        return tuple(tuple(np.ravel(W).tolist()) for W in np.asarray(Ws))

    def matrix(self, inputs: int) -> Any:
        given = np.shape(self.numbers)[0]
        if given != inputs * self.count:
            raise BadInput(
                f"the given directions have {given // self.count} numbers each; the model has inputs={inputs}."
            )
        return jnp.asarray(self.numbers).reshape(inputs, self.count)


class AtTruth(Intervention):
    """No remedy, but what a dictionary could be: latents 0, 1, … take the true directions, the others never fire.

    The first ones keep their biases; the others get encoder vectors of 0 and biases of −1.

    numbers: the directions, row by row, as `GivenDirections` has them; at most as many as there are latents.
    """

    numbers: Numbers

    def edit(self, model: Any, parameters: Any, key: Any) -> Edit:
        D = unit_directions(jnp.asarray(self.numbers).reshape(model.inputs, -1))
        count = D.shape[1]
        return Edit.of(
            parameters,
            W_d=parameters["W_d"].at[:, :count].set(D),
            W_e=parameters["W_e"].at[:count].set(D.T).at[count:].set(0.0),
            b_e=parameters["b_e"].at[count:].set(-1.0),
        )

    def check(self, model: Network, shapes: Shapes) -> None:
        if not isinstance(model, SparseAutoencoder):
            raise BadInput(
                f"AtTruth needs a dictionary, such as SparseAutoencoder(inputs=16, latents=64); this is "
                f"{type(model).__name__}."
            )
        given = np.shape(self.numbers)[0]
        if not given or given % model.inputs or given > model.inputs * model.latents:
            raise BadInput(
                f"AtTruth has {given} numbers; a dictionary of inputs={model.inputs} and latents={model.latents} needs "
                f"a multiple of {model.inputs}, at most {model.inputs * model.latents}."
            )


class Superposed(Law):
    """x = D s + noise, with s drawn by `of`, a law of `directions.count` features."""

    directions: Directions
    of: Law = SparseUniform(feature_probability=0.05)
    noise: NotNegative = 0.0

    def sample(self, key: Any, features: int, samples: int) -> Float[Array, "features samples"]:
        return self.pair(key, features, samples)[1]

    def pair(self, key: Any, inputs: int, samples: int) -> tuple[Array, Array]:
        """The true features s (count, samples) and the activations x (inputs, samples) that they make.

        Normal numbers cost as much as half of a small dictionary's step, so without noise a dictionary that is trained
        by itself draws none. Where many lie side by side, as small ones do, the branch becomes a choice between two
        results: noise is drawn, and left out.
        """
        s = draw(self.of, fold(key, 0), self.directions.count, samples)
        x = jnp.asarray(self.directions.matrix(inputs), s.dtype) @ s

        def noisy() -> Array:
            return x + self.noise * normal(fold(key, 1), inputs, samples)

        return s, jax.lax.cond(jnp.asarray(self.noise) > 0, noisy, lambda: x)

    def check(self, features: int) -> None:
        self.of.check(self.directions.count)
        self.directions.matrix(features)


class Shifted(Superposed):
    """The same data with a mean of length `shift` added, along the diagonal."""

    shift: NotNegative = 0.0

    def pair(self, key: Any, inputs: int, samples: int) -> tuple[Array, Array]:
        """The true features s (count, samples) and the activations x (inputs, samples), moved."""
        s, x = super().pair(key, inputs, samples)
        return s, x + self.shift / inputs**0.5
