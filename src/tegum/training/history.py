"""What is recorded, and when. Step t is the state after t updates; step 0 is the initial state."""

import inspect
from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from pydantic import field_validator

from tegum.errors import BadInput, near, shown
from tegum.spec import Count, Function, Spec

What = Literal["loss", "parameters", "gradients"] | Function
WORDS = ("loss", "parameters", "gradients")


class Record(Spec):
    """Which quantities to keep at which steps. Subclasses give `steps`.

    what: "loss", "parameters", "gradients" (of the loss on the evaluation samples), or a metric: a function of one
    instance whose arguments are named after parameters, such as `def tilt(W, b)`.
    """

    what: tuple[What, ...] = ("loss", "parameters")

    @field_validator("what", mode="before")
    @classmethod
    def _known(cls, what: Any) -> Any:
        for item in what:
            if callable(item) and not hasattr(item, "__name__"):
                raise ValueError(f"what={shown(item)} needs a name to be recorded under; write it as a def.")
            if isinstance(item, str) and ":" not in item and item not in WORDS:
                raise ValueError(f"what={item!r} cannot be recorded; {near(item, WORDS)} Or pass a function.")
        return what

    @field_validator("what")
    @classmethod
    def _apart(cls, what: tuple[What, ...]) -> Any:
        names = [item if isinstance(item, str) else item.__name__ for item in what]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"what={twice} is recorded twice; name it once, and give each metric a name of its own.")
        return what

    def check(self, parameters: Collection[str]) -> None:
        """Raise `BadInput` where a metric asks for what the model lacks, or has the name of a result."""
        for name, metric in self.metrics.items():
            arguments_of(metric, parameters, "metric")
            if name in {"loss", *parameters, *(f"{parameter}_gradient" for parameter in parameters)}:
                raise BadInput(f"the metric {name} has the name of a result; rename it.")

    @abstractmethod
    def steps(self, total: int) -> list[int]:
        """The steps at which to record, rising, within 0 … total."""

    def names(self, parameters: Collection[str]) -> list[str]:
        """The recorded quantities one by one: each parameter, each gradient, each metric under its name."""
        words = {
            "loss": ["loss"],
            "parameters": list(parameters),
            "gradients": [f"{name}_gradient" for name in parameters],
        }
        return [name for item in self.what for name in (words[item] if isinstance(item, str) else [item.__name__])]

    @property
    def metrics(self) -> dict[str, Callable[..., Any]]:
        """The recorded functions by name."""
        return {item.__name__: item for item in self.what if callable(item)}


class Every(Record):
    """Step 0, every k-th step, and the last."""

    interval: Count

    def steps(self, total: int) -> list[int]:
        return sorted({*range(0, total + 1, self.interval), total})


class LogSpaced(Record):
    """Step 0 and about `count` steps spaced evenly in log t, the first and the last update among them."""

    count: Count

    def steps(self, total: int) -> list[int]:
        spaced = np.geomspace(1, total, self.count) if self.count > 1 else [total]
        return sorted({0, *(round(float(step)) for step in spaced)})


class AtSteps(Record):
    """Chosen steps."""

    at: tuple[int, ...]

    def steps(self, total: int) -> list[int]:
        if not self.at:
            raise BadInput("at_steps names no step; give at least one, or leave the record out.")
        outside = [step for step in self.at if not 0 <= step <= total]
        if outside:
            raise BadInput(f"at_steps includes {outside[0]}, which is not in 0 … {total}, the steps of this training.")
        return sorted(set(self.at))


def every(interval: int, *what: What) -> Every:
    """Record every `interval` steps: by default the loss and the parameters."""
    return Every(interval=interval, **_given(what))


def log_spaced(count: int, *what: What) -> LogSpaced:
    """Record at about `count` steps that are evenly spaced in log t."""
    return LogSpaced(count=count, **_given(what))


def at_steps(steps: Sequence[int], *what: What) -> AtSteps:
    """Record at these steps."""
    return AtSteps(at=steps, **_given(what))


def _given(what: tuple[What, ...]) -> dict[str, Any]:
    return {"what": what} if what else {}


def applied(function: Callable[..., Any], values: Mapping[str, Any]) -> Any:
    """Call a function with the values that its arguments name."""
    return function(**{name: values[name] for name in arguments_of(function, values, "metric")})


def arguments_of(function: Callable[..., Any], known: Collection[str], what: str) -> list[str]:
    """Which of the known values a function asks for. `what` is the word for it in a complaint."""
    try:
        wanted = inspect.signature(function).parameters.values()
    except ValueError:
        raise BadInput(f"the {what} {function.__name__} hides its arguments; wrap it: def {what}(W): ...") from None
    names = [p.name for p in wanted if p.name in known or p.default is inspect.Parameter.empty]
    missing = [name for name in names if name not in known]
    if missing:
        raise BadInput(
            f"the {what} {function.__name__} asks for {missing[0]!r}, which it cannot have; "
            f"there are: {', '.join(sorted(known))}."
        )
    return names
