"""Losses: how far y is from x.

A loss of one's own sees the model and its parameters as well, so that penalties are one line::

    class Sparse(tegum.Loss):
        penalty: float = 1e-3

        def __call__(self, model, parameters, x):
            h = model.encode(parameters, x)
            return jnp.mean((x - model(parameters, x)) ** 2) + self.penalty * jnp.abs(h).mean()

Where nothing is to be swept, a function of (model, parameters, x) will do: `tegum.train(..., loss=function)`.
"""

from abc import abstractmethod
from typing import Any, ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from tegum.errors import BadInput
from tegum.spec import Count, Function, Importance, Probability, Spec, leaves, with_leaves
from tegum.toy.models import Model, Parameters
from tegum.toy.product import Identity, Samples, column, dense

COLUMNS = 1024  # of a quadrature: beyond, samples are cheaper, and compiling takes minutes


class Loss(Spec):
    """A number for each instance, to be made small. Subclasses give `__call__`."""

    @abstractmethod
    def __call__(self, model: Model, parameters: Parameters, x: Samples) -> Float[Array, "*lanes"]:
        """The loss on these samples."""

    def check(self, features: int) -> None:
        """Raise `BadInput` where this loss does not fit that many features."""

    def columns(self, features: int) -> int | None:
        """How many samples this loss brings of its own, in place of those given; None if it takes what it is given."""
        return None


class SquaredError(Loss):
    """Σ I_i (t_i - y_i)^2, reduced in a stated way, where the target t is x itself, or |x|.

    - "mean": mean over samples and features, as the notebook of Toy Models of Superposition;
    - "feature_sum": sum over features, mean over samples, as the article's formula per sample;
    - "sum": sum over both.

    For one-hot data over n features the three differ by the factors 1/n^2, 1/n and 1.
    """

    lanes: ClassVar[bool] = True
    importance: Importance = 1.0
    reduction: Literal["mean", "feature_sum", "sum"] = "mean"
    target: Literal["input", "absolute"] = "input"

    def __call__(self, model: Model, parameters: Parameters, x: Samples) -> Float[Array, "*lanes"]:
        y = model(parameters, x)
        wanted = jnp.abs(dense(x, y)) if self.target == "absolute" else dense(x, y)
        error = column(self.importance, y) * (wanted - y) ** 2
        features, samples = y.shape[:2]
        share = {"mean": 1 / (features * samples), "feature_sum": 1 / samples, "sum": 1.0}[self.reduction]
        return error.sum((0, 1)) * share

    def check(self, features: int) -> None:
        if isinstance(self.importance, tuple) and len(self.importance) != features:
            raise BadInput(
                f"importance has {len(self.importance)} values, the model has {features} features; "
                f"give one number or {features}."
            )


class ExpectedError(Loss):
    """E Σ I_i (x_i - y_i)^2 for sparse uniform x, by quadrature instead of samples: exact training, for few features.

    Each x_i is 0 with probability 1 - p_i, else uniform on (0, 1): the expectation is a sum over which features are
    active and a product rule of `nodes` Gauss-Legendre points for their values, (nodes + 1)^n columns in all. Nothing
    is drawn from the training's law. Where an output's ReLU sets in between two points the rule errs by about 1/nodes².
    """

    lanes: ClassVar[bool] = True
    feature_probability: Probability = 1.0
    importance: Importance = 1.0
    nodes: Count = 6

    def __call__(self, model: Model, parameters: Parameters, x: Samples) -> Float[Array, "*lanes"]:
        lanes = next(iter(parameters.values())).shape[2:]
        like = jnp.zeros((model.features, 1, *lanes), x.dtype)
        columns, weights = self._rule(model.features, like)
        y = model(parameters, columns)
        return (weights * (column(self.importance, y) * (columns - y) ** 2).sum(0)).sum(0)

    def columns(self, features: int) -> int:
        return int((self.nodes + 1) ** features)

    def _rule(self, features: int, like: Array) -> tuple[Array, Array]:
        """The columns, (features, columns, *lanes), and their weights, (columns, *lanes)."""
        point, weight = np.polynomial.legendre.leggauss(self.nodes)
        value = np.concatenate([[0.0], (point + 1) / 2])
        choice = np.indices((self.nodes + 1,) * features).reshape(features, -1)
        ones = (1,) * (like.ndim - 2)
        share = np.concatenate([[1.0], weight / 2])[choice].prod(0).reshape(-1, *ones)
        active = jnp.asarray(choice > 0).reshape(*choice.shape, *ones)
        p = column(self.feature_probability, like)
        weights = jnp.where(active, p, 1 - p).prod(0) * jnp.asarray(share, like.dtype)
        columns = jnp.asarray(value[choice], like.dtype).reshape(*choice.shape, *ones)
        return jnp.broadcast_to(columns, (*choice.shape, *like.shape[2:])), weights

    def check(self, features: int) -> None:
        for name in ("importance", "feature_probability"):
            given = getattr(self, name)
            if isinstance(given, tuple) and len(given) != features:
                raise BadInput(
                    f"{name} has {len(given)} values, the model has {features} features; give one number or {features}."
                )
        if self.columns(features) > COLUMNS:
            raise BadInput(
                f"nodes={self.nodes} for {features} features are {self.columns(features)} columns, more than "
                f"{COLUMNS}; take fewer nodes, or samples with SquaredError."
            )


class LossFunction(Loss):
    """A loss that is a plain function of (model, parameters, x) for one model; what `loss=function` becomes."""

    function: Function

    def __call__(self, model: Model, parameters: Parameters, x: Samples) -> Float[Array, "*lanes"]:
        return self.function(model, parameters, x)


def geometric(ratio: float, features: int) -> tuple[float, ...]:
    """Importances ratio^i for i = 0 … features - 1.

    >>> geometric(0.5, 3)
    (1.0, 0.5, 0.25)
    """
    if not (0 <= ratio < float("inf") and isinstance(features, int) and features >= 1):
        raise BadInput(
            f"geometric({ratio!r}, {features!r}) needs a finite ratio of at least 0 and a whole number of features."
        )
    return tuple(float(ratio) ** i for i in range(features))


def evaluate(loss: Loss, model: Model, parameters: Parameters, x: Samples, *, lanes: bool) -> Float[Array, "*lanes"]:
    """The loss of every instance, whichever way loss and model are written. `lanes`: is there an instance axis?"""
    if loss.lanes and model.lanes:
        return loss(model, parameters, x)
    axis: int | None = -1
    if isinstance(x, Identity):
        x, axis = jnp.eye(x.size, dtype=next(iter(parameters.values())).dtype), None

    def one(numbers: tuple[dict[str, Any], dict[str, Any]], weights: Parameters, samples: Array) -> Array:
        return with_leaves(loss, numbers[0])(with_leaves(model, numbers[1]), weights, samples)

    mapped = jax.vmap(one, in_axes=(-1, -1, axis), out_axes=-1) if lanes else one
    return mapped((leaves(loss), leaves(model)), parameters, x)
