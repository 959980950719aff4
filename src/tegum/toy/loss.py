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
from jaxtyping import Array, Float

from tegum.errors import BadInput
from tegum.spec import Function, Importance, Spec, leaves, with_leaves
from tegum.toy.models import Network, Parameters
from tegum.toy.product import Identity, Samples, column, dense


class Loss(Spec):
    """A number for each instance, to be made small. Subclasses give `__call__`."""

    @abstractmethod
    def __call__(self, model: Network, parameters: Parameters, x: Samples) -> Float[Array, "*lanes"]:
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

    def __call__(self, model: Network, parameters: Parameters, x: Samples) -> Float[Array, "*lanes"]:
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


class LossFunction(Loss):
    """A loss that is a plain function of (model, parameters, x) for one model; what `loss=function` becomes."""

    function: Function

    def __call__(self, model: Network, parameters: Parameters, x: Samples) -> Float[Array, "*lanes"]:
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


def evaluate(loss: Loss, model: Network, parameters: Parameters, x: Samples, *, lanes: bool) -> Float[Array, "*lanes"]:
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


def each(
    loss: Loss, model: Network, parameters: Parameters, x: Float[Array, "features samples *lanes"], *, lanes: bool
) -> Float[Array, "samples *lanes"]:
    """The loss on each sample alone, a few thousand at a time, so that many fit in memory."""

    def alone(sample: Array) -> Array:
        return evaluate(loss, model, parameters, sample[:, None], lanes=lanes)

    return jax.lax.map(alone, jnp.moveaxis(x, 1, 0), batch_size=4096)
