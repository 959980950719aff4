"""Optimisers: which Optax transformation, with which numbers, on which schedule.

Every float may be swept. An optimiser of one's own returns any Optax transformation::

    class Lion(tegum.Optimiser):
        decay: float = 0.0

        def transformation(self, steps):
            return optax.lion(self.rate(steps), weight_decay=self.decay)
"""

import functools
import inspect
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Literal

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array
from pydantic import Field, field_validator

from tegum.errors import BadInput, near
from tegum.spec import Fraction, Function, NotNegative, Positive, Spec, leaves, with_leaves

Moments = Any


def _linear(step: Array, steps: Array) -> Array:
    return 1 - step / steps


def _quarter_cosine(step: Array, steps: Array) -> Array:
    return jnp.cos(0.5 * jnp.pi * step / jnp.maximum(steps - 1, 1))


def _cosine(step: Array, steps: Array) -> Array:
    return 0.5 * (1 + jnp.cos(jnp.pi * step / steps))


SCHEDULES: dict[str, Callable[[Array, Array], Any]] = {
    "constant": lambda step, steps: 1.0,
    "linear": _linear,
    "quarter_cosine": _quarter_cosine,
    "cosine": _cosine,
}


class Optimiser(Spec):
    """A learning rate with its schedule. Subclasses give `transformation`.

    schedule: a factor on the learning rate at step t of T, counted from 0 — "constant"; "linear", 1 - t/T;
    "quarter_cosine", cos(π/2 · t/(T - 1)), the notebook's; "cosine", (1 + cos(π t/T))/2; or a function (t, T).
    warmup: so many first steps rise linearly to the full rate; the schedule runs over the steps after them.
    """

    learning_rate: NotNegative = 1e-3
    schedule: Literal["constant", "linear", "quarter_cosine", "cosine"] | Function = "constant"
    warmup: int = Field(default=0, ge=0)

    @abstractmethod
    def transformation(self, steps: Array) -> optax.GradientTransformation:
        """The Optax transformation for a training of this many steps."""

    def rate(self, steps: Array) -> Callable[[Array], Array]:
        """The learning rate as a function of the step."""
        factor = SCHEDULES[self.schedule] if isinstance(self.schedule, str) else self.schedule

        def at(step: Array) -> Array:
            step, total = jnp.asarray(step, int), jnp.asarray(steps, int)  # long in double precision: so are ratios
            if not self.warmup:
                return jnp.asarray(self.learning_rate * factor(step, total))
            after = factor(jnp.maximum(step - self.warmup, 0), jnp.maximum(total - self.warmup, 1))
            return self.learning_rate * jnp.where(step < self.warmup, (step + 1) / self.warmup, after)

        return at


def scale_by_adam(b1: Any, b2: Any, eps: Any) -> optax.GradientTransformation:
    """`optax.scale_by_adam`, with the bias correction 1 - b^t as -expm1(t log b).

    The same numbers in exact arithmetic. In single precision it keeps the digits that 1 - b^t cancels (four of seven
    for b = 0.999 at t = 1), and where every instance has its own b it costs a tenth of a power.
    """

    def init(parameters: Any) -> optax.ScaleByAdamState:
        zeros = optax.tree.zeros_like(parameters)
        return optax.ScaleByAdamState(count=jnp.zeros((), jnp.int32), mu=zeros, nu=zeros)

    def update(gradients: Any, state: optax.ScaleByAdamState, parameters: Any = None) -> tuple[Any, Any]:
        mu = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, state.mu, gradients)
        nu = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, state.nu, gradients)
        count = state.count + 1
        first, second = (-jnp.expm1(count * jnp.log(jnp.asarray(b))) for b in (b1, b2))
        updates = jax.tree.map(lambda m, v: (m / first) / (jnp.sqrt(v / second) + eps), mu, nu)
        return updates, optax.ScaleByAdamState(count=count, mu=mu, nu=nu)

    return optax.GradientTransformation(init, update)


class Adam(Optimiser):
    """Adam (Kingma and Ba 2015), without decay."""

    lanes: ClassVar[bool] = True
    b1: Fraction = 0.9
    b2: Fraction = 0.999
    eps: Positive = 1e-8

    def transformation(self, steps: Array) -> optax.GradientTransformation:
        return optax.chain(
            scale_by_adam(self.b1, self.b2, self.eps),
            optax.scale_by_learning_rate(self.rate(steps)),
        )


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019); the defaults are PyTorch's, as in the notebook."""

    lanes: ClassVar[bool] = True
    weight_decay: NotNegative = 0.01

    def transformation(self, steps: Array) -> optax.GradientTransformation:
        return optax.chain(
            scale_by_adam(self.b1, self.b2, self.eps),
            optax.add_decayed_weights(self.weight_decay),
            optax.scale_by_learning_rate(self.rate(steps)),
        )


class SGD(Optimiser):
    """Gradient descent: p - learning_rate · g."""

    lanes: ClassVar[bool] = True

    def transformation(self, steps: Array) -> optax.GradientTransformation:
        return optax.sgd(self.rate(steps))


class Momentum(Optimiser):
    """Gradient descent with momentum: v = decay · v + g, p - learning_rate · v."""

    lanes: ClassVar[bool] = True
    decay: Fraction = 0.9
    nesterov: bool = False

    def transformation(self, steps: Array) -> optax.GradientTransformation:
        return optax.sgd(self.rate(steps), momentum=self.decay, nesterov=self.nesterov)


class Optax(Optimiser):
    """Any optimiser of Optax by name; `options` are its other arguments."""

    name: str
    options: tuple[tuple[str, float | int | bool], ...] = ()

    @field_validator("name")
    @classmethod
    def _exists(cls, name: str) -> str:
        if name not in _in_optax():
            raise ValueError(f"name={name!r} is not an optimiser of Optax; {near(name, _in_optax())}")
        return name

    @field_validator("options", mode="before")
    @classmethod
    def _pairs(cls, options: Any) -> Any:
        return tuple(sorted(options.items())) if isinstance(options, dict) else options

    def transformation(self, steps: Array) -> optax.GradientTransformation:
        try:
            return getattr(optax, self.name)(self.rate(steps), **dict(self.options))
        except TypeError as error:
            raise BadInput(f"optax.{self.name} refuses options={dict(self.options)}: {error}.") from None


@functools.cache
def _in_optax() -> list[str]:
    """The functions of Optax that take a learning rate; what it has deprecated is not looked at."""
    functions = {n: f for n, f in vars(optax).items() if n in optax.__all__ and n.islower() and callable(f)}
    takes = (n for n, f in functions.items() if "learning_rate" in inspect.signature(f).parameters)
    return sorted(n for n in takes if not n.startswith("scale_by"))


def begin(optimiser: Optimiser, steps: Array, parameters: Any, *, lanes: bool) -> Moments:
    """The optimiser's memory at step 0."""
    return _mapped(optimiser, steps, lanes, lambda transformation, p: transformation.init(p))(
        leaves(optimiser), parameters
    )


def update(
    optimiser: Optimiser, steps: Array, gradients: Any, moments: Moments, parameters: Any, *, lanes: bool
) -> tuple[Any, Moments]:
    """What to add to the parameters, and the new memory."""
    return _mapped(optimiser, steps, lanes, lambda transformation, *args: transformation.update(*args))(
        leaves(optimiser), gradients, moments, parameters
    )


def _mapped(optimiser: Optimiser, steps: Array, lanes: bool, apply: Callable[..., Any]) -> Callable[..., Any]:
    """An elementwise optimiser takes all instances at once; any other one is mapped over them, so that a norm or a
    trust ratio is never taken across instances."""

    def one(numbers: dict[str, Any], *args: Any) -> Any:
        return apply(with_leaves(optimiser, numbers).transformation(steps), *args)

    if optimiser.lanes or not lanes:
        return one
    return jax.vmap(one, in_axes=-1, out_axes=-1)


def forget(optimiser: Optimiser, moments: Moments, touched: Any) -> Moments:
    """Zero the optimiser's memory of the touched entries, wherever it keeps a number for each."""

    def clear(leaf: Array, mask: Array) -> Array:
        return jnp.where(mask, jnp.zeros((), leaf.dtype), leaf) if leaf.shape == mask.shape else leaf

    transformation = optimiser.transformation(jnp.int32(1))
    return optax.tree_map_params(transformation, clear, moments, touched)
