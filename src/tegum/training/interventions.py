"""Interventions: edits of parameters at chosen steps, and freezing.

An intervention returns what to change; one place applies it and clears the optimiser's memory of exactly the touched
entries. One's own is a class with an `edit` method for one model::

    class Implant(tegum.Intervention):
        def edit(self, model, parameters, key):
            W = parameters["W"]
            return tegum.Edit.of(parameters, W=W.at[:, 6].set(0.06 * W[:, 5]))
"""

import inspect
import traceback
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float
from pydantic import Field, field_validator, model_validator

from tegum.errors import BadInput, near, shown
from tegum.spec import Count, Finite, NotNegative, Spec, leaves, with_leaves
from tegum.toy.models import Network, Parameters, Shapes
from tegum.toy.random import normal


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Edit:
    """New parameters, and for each a mask of the touched entries, whose optimiser moments are to be forgotten."""

    parameters: Parameters
    touched: Parameters

    @classmethod
    def of(cls, parameters: Parameters, **new: Array) -> "Edit":
        """An edit that replaces some parameters; what differs from before counts as touched."""
        changed = {**parameters, **new}
        for name, value in new.items():
            if name not in parameters:
                raise BadInput(f"an edit of {name!r} is of no parameter of this model; {near(name, list(parameters))}")
            if value.shape != parameters[name].shape:
                raise BadInput(f"an edit gives {name} the shape {value.shape}; it has {parameters[name].shape}.")
        return cls(changed, {name: changed[name] != parameters[name] for name in parameters})

    @classmethod
    def where(cls, parameters: Parameters, name: str, mask: Array, value: Array) -> "Edit":
        """An edit that puts `value` where `mask` is true in one parameter; all of these entries count as touched."""
        new = {**parameters, name: jnp.where(mask, value, parameters[name])}
        untouched = {other: jnp.zeros(array.shape, bool) for other, array in parameters.items()}
        return cls(new, {**untouched, name: mask})


class Intervention(Spec):
    """An edit at the given steps, made after that many updates and after recording.

    Subclasses give `edit(self, model, parameters, key)`, which returns an `Edit` of one model: `Edit.of(parameters,
    W=new)` replaces whole parameters, `Edit.where(parameters, "W", mask, value)` some entries of one. It is compiled:
    choose by values with `jnp.where` instead of `if`.
    """

    at: tuple[int, ...]

    @property
    def sees(self) -> int:
        """How many samples `edit` gets to see; with 0 it takes no argument for them."""
        return 0

    @field_validator("at", mode="before")
    @classmethod
    def _sequence(cls, at: Any) -> Any:
        return at if hasattr(at, "__iter__") else (at,)

    @field_validator("at")
    @classmethod
    def _steps(cls, at: tuple[int, ...]) -> tuple[int, ...]:
        if any(step < 0 for step in at):
            raise ValueError(f"at={min(at)} must be a step of the training, 0 or later.")
        if not at:
            raise ValueError("at is empty, so this would never happen; give at least one step.")
        return at

    @abstractmethod
    def edit(self, model: Any, parameters: Parameters, key: Any) -> Edit:
        """The edit of one model; `key` is a JAX key of its own for each seed, step and intervention."""

    def check(self, model: Network, shapes: Shapes) -> None:
        """Raise `BadInput` where this cannot be done to the model."""

    def check_edit(self, model: Network, shapes: Shapes) -> None:
        """Raise `BadInput` where `edit` does not return an `Edit` of these parameters. Computes nothing."""
        kind, takes = type(self).__name__, ["model", "parameters", "key", *(["seen"] if self.sees else [])]
        try:
            inspect.signature(self.edit).bind(*takes)
        except TypeError:
            raise BadInput(f"{kind}.edit must take (self, {', '.join(takes)}).") from None
        parameters = {name: jax.ShapeDtypeStruct(shape, "float32") for name, shape in shapes.items()}
        x = jax.ShapeDtypeStruct((model.sizes.features, self.sees), "float32")
        seen = [Seen(x, jax.ShapeDtypeStruct((self.sees,), "float32"))] if self.sees else []  # type: ignore[arg-type]
        try:
            made = jax.eval_shape(
                lambda p, key, *more: self.edit(model, p, key, *more),
                parameters,
                jax.eval_shape(jax.random.key, 0),
                *seen,
            )
        except jax.errors.ConcretizationTypeError:
            raise BadInput(f"{kind}.edit decides by a value, but it is compiled; choose with jnp.where.") from None
        except BadInput:
            raise
        except Exception as error:  # whatever a user's own class may do
            raise BadInput(
                f"{kind}.edit fails{self._where(error)}: {type(error).__name__}: {_first(error)}."
            ) from error
        if not isinstance(made, Edit):
            raise BadInput(
                f"{kind}.edit returned {shown(made)}; it must return an Edit, such as Edit.of(parameters, W=new)."
            )
        for name in {*made.parameters, *shapes}:
            found = getattr(made.parameters.get(name), "shape", None)
            if found != shapes.get(name):
                raise BadInput(
                    f"{kind}.edit returned {name} of shape {found}; the model's has shape {shapes.get(name)}."
                )

    def _where(self, error: Exception) -> str:
        """The line of this class's own file that an error came from."""
        file = inspect.getsourcefile(type(self))
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
        return f" at line {lines[-1]} of {Path(file).name}" if file and lines else ""


def _first(error: Exception) -> str:
    """The first line of what an error says."""
    return (str(error).strip().splitlines() or ["no word"])[0].rstrip(".")


class Perturb(Intervention):
    """Add `shift` plus Gaussian noise of standard deviation `noise` to a parameter, of some features or of all.

    forget: also clear the optimiser's memory of these entries. With Adam the next updates are then up to six times the
        learning rate, since its bias correction has long faded; that kick comes on top of the perturbation.
    """

    parameter: str = "W"
    features: tuple[int, ...] | None = None
    shift: Finite = 0.0
    noise: NotNegative = 0.0
    forget: bool = False

    def edit(self, model: Any, parameters: Parameters, key: Any) -> Edit:
        value = parameters[self.parameter]
        mask = feature_mask(model, parameters, self.parameter, self.features, lanes=0)
        change = self.shift + self.noise * normal(key, 1, value.size).reshape(value.shape)
        new = {**parameters, self.parameter: jnp.where(mask, value + change, value)}
        touched = {name: jnp.zeros(array.shape, bool) for name, array in parameters.items()}
        return Edit(new, {**touched, self.parameter: mask & self.forget})

    def check(self, model: Network, shapes: Shapes) -> None:
        check_target(self, model, shapes)


class Assign(Intervention):
    """Set a parameter, of some features or of all, to `value`, and forget the optimiser's memory of these entries.

    b_i ← value, or every entry of the column W_i ← value, for i in `features`. An entry is forgotten even where it had
    this value before, so that models that differ in `value` alone differ in nothing else.
    """

    parameter: str = "W"
    features: tuple[int, ...] | None = None
    value: Finite = 0.0

    def edit(self, model: Any, parameters: Parameters, key: Any) -> Edit:
        mask = feature_mask(model, parameters, self.parameter, self.features, lanes=0)
        return Edit.where(parameters, self.parameter, mask, jnp.asarray(self.value, parameters[self.parameter].dtype))

    def check(self, model: Network, shapes: Shapes) -> None:
        check_target(self, model, shapes)


class Seen(NamedTuple):
    """What an intervention that looks at data gets: samples as columns, and the loss on each of them."""

    x: Float[Array, "features samples"]
    loss: Float[Array, " samples"]


class Informed(Intervention):
    """An edit that depends on data: `edit` also takes `seen`, as many samples as `inputs` and the loss on each.

    They are drawn for this edit alone, from the training's law or its data set; of streamed data, from the chunk that
    is in memory.
    """

    inputs: Count = 8192

    @property
    def sees(self) -> int:
        return self.inputs

    @abstractmethod
    def edit(self, model: Any, parameters: Parameters, key: Any, seen: Any = None) -> Edit:
        """The edit of one model."""


class Freeze(Spec):
    """Hold a parameter still, of some features or of all, from step `start` until step `stop` (None: to the end)."""

    parameter: str = "W"
    features: tuple[int, ...] | None = None
    start: int = Field(default=0, ge=0)
    stop: int | None = None

    @model_validator(mode="after")
    def _order(self) -> Any:
        if self.stop is not None and self.stop <= self.start:
            raise ValueError(f"stop={self.stop} must come after start={self.start}; leave it out to hold to the end.")
        return self


def feature_mask(
    model: Network, parameters: Parameters, name: str, features: tuple[int, ...] | None, *, lanes: int
) -> Array:
    """True at the entries of parameter `name` that belong to these features; everywhere for None."""
    value = parameters[name]
    if features is None:
        return jnp.ones(value.shape, bool)
    shapes = {key: array.shape[: array.ndim - lanes] for key, array in parameters.items()}
    axis = model.axes(shapes)[name].index("feature")
    chosen = jnp.zeros(value.shape[axis], bool).at[jnp.asarray(features)].set(True)
    return jnp.broadcast_to(chosen.reshape(-1, *(1,) * (value.ndim - axis - 1)), value.shape)


def check_target(target: Perturb | Assign | Freeze, model: Network, shapes: Shapes) -> None:
    """Raise `BadInput` when the parameter or the feature does not exist."""
    check_entries(target.parameter, target.features, model, shapes)


def check_entries(parameter: str, features: tuple[int, ...] | None, model: Network, shapes: Shapes) -> None:
    """Raise `BadInput` when there is no such parameter, or it has no such features."""
    if parameter not in shapes:
        raise BadInput(f"parameter={parameter!r} is not in this model; {near(parameter, list(shapes))}")
    if features is not None and "feature" not in model.axes(shapes)[parameter]:
        raise BadInput(f"parameter={parameter!r} has no axis of features; leave features out to take all of it.")
    if features == ():
        raise BadInput("features=() chooses nothing; leave it out to take all of them.")
    outside = [i for i in features or () if not 0 <= i < model.sizes.features]
    if outside:
        raise BadInput(f"features={outside[0]} is outside 0 … {model.sizes.features - 1}, the features of this model.")


def make_edit(
    intervention: Intervention, model: Network, parameters: Parameters, key: Array, seen: Seen | None, *, lanes: bool
) -> Edit:
    """The edit for every instance. `key` holds raw words, shape (2, *lanes); `seen`, where the intervention asks."""

    def one(numbers: tuple[dict[str, Array], dict[str, Array]], p: Parameters, words: Array, *more: Seen) -> Edit:
        own, its = with_leaves(intervention, numbers[0]), with_leaves(model, numbers[1])
        return own.edit(its, p, jax.random.wrap_key_data(words), *more)

    mapped = jax.vmap(one, in_axes=-1, out_axes=-1) if lanes else one
    return mapped((leaves(intervention), leaves(model)), parameters, key, *([] if seen is None else [seen]))
