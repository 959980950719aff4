"""Models: x through a bottleneck and back.

Parameters are a dict of arrays. `W` has shape (hidden, features); column `W[:, i]` is feature i's direction. Samples
are columns, so the code reads as the papers do: y = act(W^T W x + b).

A model of one's own gives `init` and `__call__` for one instance, with autodiff for the rest::

    class Gated(tegum.Model):
        def init(self, key): ...            # a dict of arrays; key is an ordinary JAX key
        def __call__(self, parameters, x): ...   # x (features, samples) -> y of the same shape
"""

import math
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from pydantic import model_validator

from tegum.errors import BadInput
from tegum.spec import Count, Finite, NotNegative, Numbers, Spec, leaves, with_leaves
from tegum.toy.product import Identity, Samples, product, transpose
from tegum.toy.random import Key, fold, normal, uniform

Activation = Literal["relu", "linear", "sigmoid", "tanh", "gelu", "softplus"]
Initialisation = Literal["xavier_normal", "xavier_uniform", "kaiming_normal", "kaiming_uniform", "normal", "uniform"]
Parameters = dict[str, Array]
Shapes = dict[str, tuple[int, ...]]


class Sizes(NamedTuple):
    """The sizes that the engine plans by: numbers in x, and in the hidden layer."""

    features: int
    hidden: int


ACTIVATIONS: dict[str, Any] = {
    "relu": jax.nn.relu,  # its slope at 0 is 0, as in PyTorch; that of maximum(z, 0) is 1/2
    "linear": lambda z: z,
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "gelu": jax.nn.gelu,
    "softplus": jax.nn.softplus,
}


class Network(Spec):
    """Anything with parameters that gives a y for an x: what the engine trains.

    Subclasses give `init`, `__call__` and `sizes`; those whose steps are more than a gradient's, `tangent` and
    `settle` too.
    """

    @property
    @abstractmethod
    def sizes(self) -> Sizes:
        """How many numbers x has, and the hidden layer."""

    @abstractmethod
    def init(self, key: Any) -> Parameters:
        """The parameters at step 0."""

    @abstractmethod
    def __call__(self, parameters: Parameters, x: Samples) -> Float[Array, "features samples *lanes"]:
        """The reconstruction y of x."""

    def tangent(self, parameters: Parameters, gradients: Parameters) -> Parameters:
        """What of the gradient the optimiser gets to see: all of it, or what respects a constraint."""
        return gradients

    def settle(self, before: Parameters, after: Parameters, x: Samples) -> Parameters:
        """What else a step on x does, once the optimiser has moved `before` to `after`: a norm restored, a count."""
        return after

    def axes(self, shapes: Shapes) -> dict[str, tuple[str, ...]]:
        """What the axes of each parameter are called, by their lengths: "feature", "latent", or a name of their own."""
        return {name: axes_by_length(name, shape, self.sizes) for name, shape in shapes.items()}


class Model(Network):
    """A map from features through a hidden layer and back. Subclasses give `init` and `__call__`."""

    features: Count
    hidden: Count

    @property
    def sizes(self) -> Sizes:
        """The features, and the latent dimensions."""
        return Sizes(self.features, self.hidden)


class _Bottleneck(Model):
    """What the tied and the untied autoencoder share: activations, bias, initialisation."""

    activation: Activation = "relu"
    hidden_activation: Activation = "linear"
    bias: bool = True
    initialisation: Initialisation = "xavier_normal"
    initial_scale: NotNegative = 1.0
    initial_bias: Finite = 0.0

    def axes(self, shapes: Shapes) -> dict[str, tuple[str, ...]]:
        names = {
            "W": ("latent", "feature"),
            "W_e": ("latent", "feature"),
            "W_d": ("feature", "latent"),
            "b": ("feature",),
        }
        return {name: names[name] for name in shapes}

    def _matrix(self, key: Any, rows: int, columns: int) -> Array:
        """An initial matrix; its fans are (features, hidden) whichever way it lies."""
        scale = self.initial_scale * _spread(self.initialisation, self.features, self.hidden)
        if self.initialisation.endswith("uniform"):
            return scale * (2 * uniform(key, rows, columns) - 1)
        return scale * normal(key, rows, columns)

    def _bias(self, like: Array) -> Parameters:
        if not self.bias:
            return {}
        shape = (self.features, *like.shape[2:])
        return {"b": jnp.broadcast_to(jnp.asarray(self.initial_bias, like.dtype), shape)}

    def _output(self, parameters: Parameters, z: Array) -> Array:
        shift = parameters["b"][:, None] if self.bias else 0
        return ACTIVATIONS[self.activation](z + shift)


class Autoencoder(_Bottleneck):
    """Tied weights: y = act(W^T act_h(W x) + b).

    With the default `hidden_activation="linear"` this is the model of Toy Models of Superposition;
    `hidden_activation="relu"` gives the hidden layer a privileged basis; `activation="linear"` is their linear model.
    Parameters: W (hidden, features), b (features,).
    """

    lanes: ClassVar[bool] = True

    def init(self, key: Any) -> Parameters:
        W = self._matrix(fold(key, 0), self.hidden, self.features)
        return {"W": W, **self._bias(W)}

    def encode(self, parameters: Parameters, x: Samples) -> Float[Array, "hidden samples *lanes"]:
        """h = act_h(W x)."""
        return ACTIVATIONS[self.hidden_activation](product(parameters["W"], x))

    def __call__(self, parameters: Parameters, x: Samples) -> Float[Array, "features samples *lanes"]:
        return self._output(parameters, product(transpose(parameters["W"]), self.encode(parameters, x)))


class UntiedAutoencoder(_Bottleneck):
    """Encoder and decoder apart: y = act(W_d act_h(W_e x) + b).

    Parameters: W_e (hidden, features), W_d (features, hidden), b (features,).
    """

    lanes: ClassVar[bool] = True

    def init(self, key: Any) -> Parameters:
        encoder = self._matrix(fold(key, 0), self.hidden, self.features)
        decoder = self._matrix(fold(key, 1), self.features, self.hidden)
        return {"W_e": encoder, "W_d": decoder, **self._bias(encoder)}

    def encode(self, parameters: Parameters, x: Samples) -> Float[Array, "hidden samples *lanes"]:
        """h = act_h(W_e x)."""
        return ACTIVATIONS[self.hidden_activation](product(parameters["W_e"], x))

    def __call__(self, parameters: Parameters, x: Samples) -> Float[Array, "features samples *lanes"]:
        return self._output(parameters, product(parameters["W_d"], self.encode(parameters, x)))


class StartingFrom(Autoencoder):
    """A tied autoencoder whose training goes on from a given state, plus Gaussian noise on every number of it.

    W0: W row by row, hidden * features numbers; b0: features numbers, none without a bias. `at` writes them from
    arrays; `states` makes an axis of many states, for `over`. The fields of an initialisation have no meaning here
    and are refused.

    >>> import numpy as np
    >>> W, b = np.eye(2, 3), np.zeros(3)
    >>> StartingFrom.at(W, b, noise=0.01).W0
    (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    """

    lanes: ClassVar[bool] = True
    W0: Numbers
    b0: Numbers = ()
    noise: NotNegative = 0.0

    @classmethod
    def at(cls, W: Any, b: Any, **more: Any) -> "StartingFrom":
        """The model that starts at W (hidden, features), b (features,)."""
        if np.ndim(W) != 2:
            raise BadInput(f"W of shape {np.shape(W)} is not one state; it needs to be (hidden, features).")
        hidden, features = np.shape(W)
        return cls(features=features, hidden=hidden, W0=np.ravel(W).tolist(), b0=np.ravel(b).tolist(), **more)

    @staticmethod
    def states(W: Any, b: Any) -> dict[str, tuple[tuple[float, ...], ...]]:
        """Values for one axis of `over`: the states W (k, hidden, features), b (k, features), one after the other."""
        if np.ndim(W) != 3 or np.shape(b) != (len(W), np.shape(W)[2]):
            raise BadInput(
                f"W of shape {np.shape(W)} and b of shape {np.shape(b)} are not states; they need to be "
                "(k, hidden, features) and (k, features)."
            )
        rows = np.reshape(W, (len(W), -1)).tolist()
        return {"W0": tuple(map(tuple, rows)), "b0": tuple(map(tuple, np.asarray(b).tolist()))}

    @model_validator(mode="after")
    def _sizes(self) -> Any:
        for name in ("initialisation", "initial_scale", "initial_bias"):
            if getattr(self, name) != type(self).model_fields[name].default:
                raise ValueError(f"{name}={getattr(self, name)!r} has no meaning for a given state; leave it out.")
        for name, count in {"W0": self.hidden * self.features, "b0": self.features * self.bias}.items():
            if len(getattr(self, name)) != count:
                raise ValueError(
                    f"{name} holds {len(getattr(self, name))} numbers; features={self.features} and "
                    f"hidden={self.hidden} need {count}."
                )
        return self

    def init(self, key: Any) -> Parameters:
        moved = self.noise * normal(fold(key, 0), self.hidden + 1, self.features)
        like = moved.shape[2:]
        W, b = (jnp.asarray(part, moved.dtype) for part in (self.W0, self.b0))
        W = W.reshape(self.hidden, self.features, *(like if W.ndim > 1 else (1,) * len(like)))
        if not self.bias:
            return {"W": W + moved[:-1]}
        b = b.reshape(self.features, *(like if b.ndim > 1 else (1,) * len(like)))
        return {"W": W + moved[:-1], "b": b + moved[-1]}


def tangent(model: Network, parameters: Parameters, gradients: Parameters, *, lanes: bool) -> Parameters:
    """`Network.tangent` of every instance, whichever way the model is written. `lanes`: is there an instance axis?"""
    if type(model).tangent is Network.tangent:
        return gradients
    return _mapped(model, type(model).tangent, lanes)(leaves(model), parameters, gradients)


def settle(model: Network, before: Parameters, after: Parameters, x: Samples, *, lanes: bool) -> Parameters:
    """`Network.settle` of every instance, whichever way the model is written. `lanes`: is there an instance axis?"""
    if type(model).settle is Network.settle:
        return after
    if isinstance(x, Identity):
        one = next(iter(after.values()))
        eye = jnp.eye(x.size, dtype=one.dtype)
        x = jnp.broadcast_to(eye[..., None], (*eye.shape, one.shape[-1])) if lanes else eye
    return _mapped(model, type(model).settle, lanes)(leaves(model), before, after, x)


def _mapped(model: Network, method: Callable[..., Parameters], lanes: bool) -> Callable[..., Parameters]:
    def one(numbers: dict[str, Any], *args: Any) -> Parameters:
        return method(with_leaves(model, numbers), *args)

    return jax.vmap(one, in_axes=-1, out_axes=-1) if lanes and not model.lanes else one


def initial(model: Network, key: Key) -> Parameters:
    """The parameters at step 0, whichever way the model is written."""
    if model.lanes:
        return model.init(key)

    def one(numbers: dict[str, Any], words: Array) -> Parameters:
        return dict(with_leaves(model, numbers).init(jax.random.wrap_key_data(words)))

    mapped = one if key.ndim == 1 else jax.vmap(one, in_axes=-1, out_axes=-1)
    return mapped(leaves(model), key)


def notebook_scale(features: int, hidden: int, instances: int) -> float:
    """The `initial_scale` that reproduces the published notebook's initial spread.

    There Xavier's rule is applied to a tensor of shape (instances, features, hidden), whose "fans" are features ×
    hidden and instances × hidden; the spread then depends on how many models train together:
    std = sqrt(2 / (hidden (features + instances))).

    >>> round(notebook_scale(5, 2, 10) * (2 / (5 + 2)) ** 0.5, 3)
    0.258
    """
    if min(features, hidden, instances) < 1:
        raise BadInput(f"notebook_scale({features}, {hidden}, {instances}) needs three numbers of at least 1.")
    return math.sqrt((features + hidden) / (hidden * (features + instances)))


def axes_by_length(name: str, shape: tuple[int, ...], sizes: Sizes) -> tuple[str, ...]:
    """Names for the axes of an array called `name`: "feature" and "latent" by their lengths, else its own."""
    known = {sizes.hidden: "latent", sizes.features: "feature"}
    axes = [known.get(length, f"{name}_{i}") for i, length in enumerate(shape)]
    return tuple(axis if axes.count(axis) == 1 else f"{name}_{axis}_{i}" for i, axis in enumerate(axes))


def _spread(rule: str, features: int, hidden: int) -> float:
    """Standard deviation of a normal rule, half width of a uniform one. Kaiming's fan is the encoder's input."""
    match rule:
        case "xavier_normal":
            return math.sqrt(2 / (features + hidden))
        case "xavier_uniform":
            return math.sqrt(6 / (features + hidden))
        case "kaiming_normal":
            return math.sqrt(2 / features)
        case "kaiming_uniform":
            return math.sqrt(6 / features)
    return 1.0
