"""What a training is: model, law, loss, optimiser, how long, swept over what, recorded when."""

from collections.abc import Mapping, Set
from functools import partial
from typing import Any, Literal

import jax
from pydantic import Field, ValidationInfo, field_validator

from tegum.errors import BadInput, shown
from tegum.spec import Count, Function, Spec, plain
from tegum.toy.features import Law, SparseUniform, draw
from tegum.toy.loss import Loss, LossFunction, SquaredError, evaluate
from tegum.toy.models import Network, Shapes, initial
from tegum.training import edits  # noqa: F401, so that its kinds are known where a training is read
from tegum.training.history import Record, arguments_of
from tegum.training.interventions import Freeze, Intervention, check_target
from tegum.training.optimisers import AdamW, Optimiser

Values = range | tuple[Any, ...]
Over = dict[str, Values | dict[str, Values]]

DEFAULT_BATCH = 1024  # the published notebook's


class Training(Spec):
    """One training, or an ensemble of them.

    batch_size: samples for each step; None takes the whole data set where the law has one, else 1024.
    seed: fixes initial parameters and every draw; equal seeds give equal draws, so instances that differ in another
        field only are compared on the same data.
    over: the axes of an ensemble. `{"learning_rate": values}` sweeps a field, by its name where that is unique or by
        its path (`"optimiser.learning_rate"`), one entry of it by `"importance[4]"`; several keys make a grid.
        `{"cell": {"learning_rate": values, "seed": values}}` zips fields along one axis named "cell".
    keep: what to hold of each finished instance; None holds its parameters and history. Else functions, each of the
        results that its arguments name: parameters, `loss`, what was recorded (`W_history`, with `step`), as NumPy
        arrays with instances first; what they return, instances first, is held under their names, beside the loss. A
        sweep of millions then fits in memory.
    evaluation_samples: fresh samples behind each recorded loss of a law without a data set, the same at every step.
    precision: "float32", or "float64" to confirm what rounding might have made.
    """

    model: Network
    law: Law = Field(default_factory=SparseUniform)
    loss: Loss = Field(default_factory=SquaredError)
    optimiser: Optimiser = Field(default_factory=AdamW)
    steps: Count = 10_000
    batch_size: Count | None = None
    seed: int = Field(default=0)
    over: Over = Field(default_factory=dict)
    record: Record | None = None
    interventions: tuple[Intervention, ...] = ()
    freeze: tuple[Freeze, ...] = ()
    keep: tuple[Function, ...] | None = None
    evaluation_samples: Count = 8192
    precision: Literal["float32", "float64"] = "float32"

    @field_validator("steps")
    @classmethod
    def _steps(cls, steps: int) -> int:
        if steps >= 2**31:
            raise ValueError(f"steps={steps} must be below 2^31, where the count of steps ends.")
        return steps

    @field_validator("seed")
    @classmethod
    def _seed(cls, seed: int) -> int:
        if not 0 <= seed < 2**64:
            raise ValueError(f"seed={seed} must lie in 0 … 2^64 - 1.")
        return seed

    @field_validator("loss", mode="before")
    @classmethod
    def _loss(cls, loss: Any) -> Any:
        return LossFunction(function=loss) if callable(loss) and not isinstance(loss, Spec | type) else loss

    @field_validator("over", mode="before")
    @classmethod
    def _over(cls, over: Any) -> Any:
        pairs = list(over.items()) if isinstance(over, Mapping) else over
        if not isinstance(pairs, list) or not all(_is_pair(pair) for pair in pairs):
            raise ValueError(
                f"over={shown(over)} must be a mapping from fields to values, such as {{'seed': range(100)}}."
            )
        return {name: _axis(name, values) for name, values in pairs}

    @field_validator("interventions", "freeze", mode="before")
    @classmethod
    def _several(cls, given: Any, info: ValidationInfo) -> Any:
        if isinstance(given, Spec):
            name, kind = info.field_name, type(given).__name__
            raise ValueError(f"{name}={kind}(...) must be a sequence; for one use {name}=[{kind}(...)].")
        return given

    def plain(self) -> dict[str, Any]:
        """As JSON values; `over` as pairs, because the order of the axes counts."""
        return super().plain() | {"over": [[name, plain(values)] for name, values in self.over.items()]}

    def check(self) -> None:
        """Raise `BadInput` where the parts do not fit each other. Costs no training."""
        self.law.check(self.model.sizes.features)
        self.loss.check(self.model.sizes.features)
        if self.loss.columns(self.model.sizes.features) is not None and self.law != SparseUniform():
            raise BadInput(
                f"law={type(self.law).__name__} would not be used, because loss={type(self.loss).__name__} is an "
                "expectation that draws nothing; leave the law out."
            )
        parameters = self.parameter_shapes()
        self._check_shapes(parameters)
        if self.record is not None:
            self.record.steps(self.steps)
            self.record.check(parameters)
        self._check_kept(parameters)
        for target in self.freeze:
            check_target(target, self.model, parameters)
            if target.start >= self.steps:
                raise BadInput(
                    f"a freeze from step {target.start} comes too late; "
                    f"the training has steps={self.steps}, counted from 0."
                )
        for intervention in self.interventions:
            intervention.check(self.model, parameters)
            intervention.check_edit(self.model, parameters)
            if any(step >= self.steps for step in intervention.at):
                raise BadInput(
                    f"an intervention at step {max(intervention.at)} comes too late; "
                    f"the training has steps={self.steps}, counted from 0."
                )

    def _check_kept(self, parameters: Shapes) -> None:
        """What the functions in `keep` ask for exists, and their names are free."""
        names = [function.__name__ for function in self.keep or ()]
        taken = {"loss", "completed", "diverged", "step", "latent", "feature", *parameters}
        for name in names:
            if name in taken or name.endswith("_history"):
                raise BadInput(f"keep has a function called {name}, a name that the results use; rename it.")
            if names.count(name) > 1:
                raise BadInput(f"keep has two functions called {name}; rename one.")
        for function in self.keep or ():
            arguments_of(function, self.results(parameters), "kept function")

    def held(self) -> list[str]:
        """The names of what a run of this holds beside the loss."""
        return [*self.parameter_shapes()] if self.keep is None else [function.__name__ for function in self.keep]

    def results(self, parameters: Shapes) -> list[str]:
        """The names of what a finished instance has: parameters, loss, and what was recorded."""
        recorded = self.record.names(parameters) if self.record is not None else []
        return [*parameters, "loss", *(f"{name}_history" for name in recorded), *(["step"] if recorded else [])]

    def _check_shapes(self, parameters: Shapes) -> None:
        """The user's own classes and functions give arrays of the shapes that the loop needs."""
        taken = {"loss", "completed", "diverged", "step"} & set(parameters)
        if taken:
            raise BadInput(f"a parameter cannot be called {taken.pop()!r}, because the results use that name.")
        n, key = self.model.sizes.features, jax.ShapeDtypeStruct((2,), "uint32")
        x = jax.eval_shape(lambda words: draw(self.law, words, n, 3), key)
        _need_shape("law", self.law, x, n, (n, 3))
        _need_key(self.law, n)
        weights = jax.eval_shape(partial(initial, self.model), key)
        y = jax.eval_shape(lambda p, s: self.model(p, s), weights, x)
        _need_shape("model", self.model, y, n, (n, 3))
        loss = jax.eval_shape(lambda p, s: evaluate(self.loss, self.model, p, s, lanes=False), weights, x)
        _need_shape("loss", self.loss, loss, n, ())

    def parameter_shapes(self) -> Shapes:
        """The shapes of one instance's parameters, without computing them."""
        key = jax.ShapeDtypeStruct((2,), "uint32")
        return {name: value.shape for name, value in jax.eval_shape(partial(initial, self.model), key).items()}


def _is_pair(given: Any) -> bool:
    return isinstance(given, tuple | list) and len(given) == 2 and isinstance(given[0], str)


def _need_key(law: Law, features: int) -> None:
    """A user's law that does not use its key would give every step the batch that was drawn when it was compiled."""
    if law.lanes or type(law).dataset is not Law.dataset:
        return
    key = jax.eval_shape(jax.random.key, 0)
    traced = jax.make_jaxpr(lambda key: law.sample(key, features, 3))(key).jaxpr
    if not any(traced.invars[0] in one.invars for one in traced.eqns):
        raise BadInput(
            f"{type(law).__name__}.sample does not use its key, so every step would see the same samples; draw them "
            "by jax.random from key, not by np.random."
        )


def _need_shape(name: str, spec: Spec, given: Any, features: int, shape: tuple[int, ...]) -> None:
    if getattr(given, "shape", None) != shape:
        raise BadInput(
            f"{name}={type(spec).__name__} gives an array of shape {getattr(given, 'shape', None)} "
            f"for 3 samples of {features} features; it needs to be {shape}."
        )


def _axis(name: str, values: Any) -> Any:
    if isinstance(values, Mapping) and set(values) != {"range"}:
        zipped = {path: _values(path, given) for path, given in values.items()}
        lengths = {path: len(given) for path, given in zipped.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"over[{name!r}] zips fields of different lengths {lengths}; they need to be equal.")
        if not zipped:
            raise ValueError(f"over[{name!r}] zips no fields; give at least one.")
        return zipped
    return _values(name, values)


def _values(name: str, values: Any) -> Values:
    if isinstance(values, Mapping) and set(values) == {"range"}:
        values = _range(name, values["range"])
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, Mapping | Set | Spec):
        raise ValueError(f"over[{name!r}]={shown(values)} must be a sequence of values, in brackets: [...].")
    if isinstance(values, str | bytes) or not hasattr(values, "__iter__"):
        whole = name == "seed" and isinstance(values, int)
        way = f"for {values} seeds use range({values})" if whole else f"for one value use [{shown(values)}]"
        raise ValueError(f"over[{name!r}]={shown(values)} must be a sequence of values; {way}.")
    kept: Values = values if isinstance(values, range) else tuple(_value(v) for v in values)
    if not len(kept):
        raise ValueError(f"over[{name!r}] is empty; give at least one value.")
    return kept


def _range(name: str, bounds: Any) -> range:
    try:
        return range(*bounds)
    except (TypeError, ValueError):
        raise ValueError(f"over[{name!r}]={{'range': {shown(bounds)}}} must hold start, stop and step.") from None


def _value(value: Any) -> Any:
    """One value of an axis: a spec may come as JSON, a vector as a list or an array."""
    if isinstance(value, Mapping) and "kind" in value:
        return Spec.model_validate(value)
    value = value.tolist() if hasattr(value, "tolist") else value
    return tuple(value) if isinstance(value, list) else value
