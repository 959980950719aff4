"""Specs: frozen, validated descriptions that are also the things they describe.

A law, a model, a loss or an optimiser is one small class: its fields are what a user may set or sweep, its methods
are its mathematics. A spec prints as canonical JSON, reads back from it, and hashes to the name of a run.

Inside compiled code the engine puts arrays where a spec holds floats (`leaves`, `with_leaves`): one number for each
instance. Everything that is not a float (whole numbers, words, nested kinds) is structure, and is compiled in.
"""

import functools
import hashlib
import inspect
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic.functional_validators import ModelWrapValidatorHandler
from pydantic_core import ErrorDetails

from tegum.errors import BadInput, near, shown


class Spec(BaseModel):
    """A frozen, validated description. Unknown fields are refused.

    `lanes` says how the methods are written. True: for arrays with any number of trailing instance axes, so that one
    expression serves one model or a vector register full of them. False (what a subclass gets unless it says
    otherwise): for one model, and the engine maps them over instances.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    lanes: ClassVar[bool] = False

    def __init_subclass__(cls, **options: Any) -> None:
        """A subclass is written for one model unless it says otherwise itself, whatever its parent says."""
        super().__init_subclass__(**options)
        if "lanes" not in cls.__dict__:
            cls.lanes = False

    def __init__(self, *unnamed: Any, **fields: Any) -> None:
        if unnamed:
            raise BadInput(_by_name(type(self), unnamed))
        try:
            super().__init__(**fields)
        except ValidationError as error:
            raise BadInput(_sentence(type(self), error.errors())) from None

    def __setattr__(self, name: str, value: Any) -> None:
        kind = type(self).__name__
        raise BadInput(f"{name}={shown(value)} cannot be set on {_a(kind)}, which never changes; make another {kind}.")

    @model_validator(mode="wrap")
    @classmethod
    def _read_kind(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(data, Mapping) and "kind" in data:
            data = dict(data)
            kind = _kind(cls, data.pop("kind"), set(data))
            return handler(data) if kind is cls else kind(**data)  # type: ignore[return-value]
        if isinstance(data, Mapping) and inspect.isabstract(cls):
            known = near("", list(_usable(cls)))
            raise ValueError(f"{shown(dict(data))} needs 'kind', the name of {_a(cls.__name__)}; {known}")
        return handler(data)

    def plain(self) -> dict[str, Any]:
        """As JSON values: `kind` and every field; a function becomes module:name, a range {"range": [...]}."""
        return {"kind": type(self).__name__} | {name: plain(getattr(self, name)) for name in type(self).model_fields}

    def json_text(self, *, indent: int | None = None) -> str:
        """Canonical JSON: sorted keys, so that equal specs have equal text."""
        try:
            return json.dumps(self.plain(), sort_keys=True, indent=indent, allow_nan=False)
        except (TypeError, ValueError):
            raise BadInput(
                f"{shown(self)} has a field that JSON cannot hold; use finite numbers, texts, specs and functions."
            ) from None

    @classmethod
    def read(cls, text: str) -> Self:
        """The spec that wrote this JSON. Raises `BadInput` when the text is not one."""
        try:
            data = json.loads(text)
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            raise BadInput(f"this is not JSON at {where}; it needs the text that json_text() writes.") from None
        if not isinstance(data, dict):
            raise BadInput(f"{shown(text)} is no mapping; this needs the JSON text that json_text() writes.")
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise BadInput(_sentence(cls, error.errors())) from None

    @property
    def digest(self) -> str:
        """Ten hexadecimal digits that name this spec. Raises `BadInput` where a part has no lasting name."""
        for value in _within(self):
            name = getattr(type(value) if isinstance(value, Spec) else value, "__qualname__", "")
            if "<" in name:
                raise BadInput(f"{name} has no name to be stored by; define it at the top level of a module.")
        return hashlib.sha256(self.json_text().encode()).hexdigest()[:10]


def plain(value: Any) -> Any:
    """A field's value as JSON values."""
    match value:
        case Spec():
            return value.plain()
        case range():
            return {"range": [value.start, value.stop, value.step]}
        case tuple() | list():
            return [plain(item) for item in value]
        case dict():
            return {key: plain(item) for key, item in value.items()}
    if hasattr(value, "tobytes"):
        return {"array": hashlib.sha256(value.tobytes()).hexdigest(), "shape": list(value.shape)}
    return f"{value.__module__}:{value.__qualname__}" if hasattr(value, "__qualname__") else value


def _within(value: Any) -> Iterator[Any]:
    """A value and all that it holds."""
    yield value
    inside: Iterable[Any] = value if isinstance(value, tuple | list) else ()
    if isinstance(value, Spec):
        inside = [getattr(value, name) for name in type(value).model_fields]
    elif isinstance(value, dict):
        inside = value.values()
    for item in inside:
        yield from _within(item)


# ---------------------------------------------------------------- numbers inside specs


def leaves(spec: Spec) -> dict[str, Any]:
    """Every float of a spec by its dotted path: what may differ between instances that share compiled code.

    >>> from tegum import SparseUniform
    >>> leaves(SparseUniform(feature_probability=0.1))
    {'feature_probability': 0.1}
    """
    return {path: value for path, value in fields(spec) if _is_numeric(value)}


def with_leaves(spec: Spec, values: Mapping[str, Any]) -> Any:
    """The same spec with the numbers at these paths replaced, unvalidated: they may be traced arrays."""
    update: dict[str, Any] = {}
    for name in type(spec).model_fields:
        value = getattr(spec, name)
        if name in values:
            update[name] = values[name]
        elif isinstance(value, Spec):
            update[name] = with_leaves(value, _below(values, f"{name}."))
        elif _is_specs(value):
            update[name] = tuple(with_leaves(item, _below(values, f"{name}[{i}].")) for i, item in enumerate(value))
    return spec.model_copy(update=update)


def fields(spec: Spec, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every field of a spec and of the specs inside it, as (dotted path, value)."""
    for name in type(spec).model_fields:
        value = getattr(spec, name)
        yield f"{prefix}{name}", value
        if isinstance(value, Spec):
            yield from fields(value, f"{prefix}{name}.")
        elif _is_specs(value):
            for i, item in enumerate(value):
                yield from fields(item, f"{prefix}{name}[{i}].")


def replaced(spec: Spec, path: str, value: Any) -> Any:
    """The same spec with one field replaced and validated. `path` as `fields` gives it."""
    head, _, rest = path.partition(".")
    name, _, index = head.rstrip("]").partition("[")
    if rest and index:
        items = list(getattr(spec, name))
        items[int(index)] = replaced(items[int(index)], rest, value)
        value = tuple(items)
    elif rest:
        value = replaced(getattr(spec, name), rest, value)
    own = {field: getattr(spec, field) for field in type(spec).model_fields}
    return type(spec)(**(own | {name: value}))


def _below(values: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {path.removeprefix(prefix): value for path, value in values.items() if path.startswith(prefix)}


def _is_specs(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(item, Spec) for item in value)


def _is_numeric(value: Any) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(isinstance(item, float) for item in value)
    return isinstance(value, float) or hasattr(value, "aval")  # a traced number; a NumPy array is structure


# ---------------------------------------------------------------- kinds of fields


def _as_numbers(value: Any) -> Any:
    """Arrays and lists become tuples; a NumPy scalar becomes a number."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    return tuple(value) if isinstance(value, list | range) else value


def _every(value: float | tuple[float, ...]) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,)


def _checked(holds: Callable[[float], bool], need: str) -> Callable[[Any, ValidationInfo], Any]:
    def check(value: Any, info: ValidationInfo) -> Any:
        for i, item in enumerate(_every(value)):
            if not holds(item):
                place = f"[{i}]" if isinstance(value, tuple) else ""
                raise ValueError(f"{info.field_name}{place}={item} {need}")
        return value

    return check


@dataclass(frozen=True)
class Needs(AfterValidator):
    """What a field's numbers must be, as a check and in words."""

    words: str


def _needs(holds: Callable[[float], bool], need: str) -> Needs:
    return Needs(_checked(holds, need), need)


PerFeature = Annotated[float | tuple[float, ...], BeforeValidator(_as_numbers)]
"""One number for all features, or one for each."""

Probability = Annotated[PerFeature, _needs(lambda p: 0 <= p <= 1, "must lie in [0, 1]; for sparsity S pass 1 - S.")]
Importance = Annotated[
    PerFeature,
    _needs(lambda i: 0 <= i < math.inf, "must be finite and not negative; 0 leaves a feature out."),
]
Finite = Annotated[float, BeforeValidator(_as_numbers), _needs(math.isfinite, "must be a finite number.")]
NotNegative = Annotated[
    float,
    BeforeValidator(_as_numbers),
    _needs(lambda v: 0 <= v < math.inf, "must be finite and not negative."),
]
Positive = Annotated[
    float, BeforeValidator(_as_numbers), _needs(lambda v: 0 < v < math.inf, "must be finite and above 0.")
]
Fraction = Annotated[
    float, BeforeValidator(_as_numbers), _needs(lambda v: 0 <= v < 1, "must lie in [0, 1), as a decay rate.")
]
Numbers = Annotated[tuple[float, ...], BeforeValidator(_as_numbers), _needs(math.isfinite, "must be a finite number.")]
Count = Annotated[int, BeforeValidator(_as_numbers), _needs(lambda v: v >= 1, "must be at least 1.")]


def _find_function(value: Any) -> Any:
    if not isinstance(value, str) or ":" not in value:
        return value
    module, name = value.split(":", 1)
    try:
        return functools.reduce(getattr, name.split("."), __import__(module, fromlist=["_"]))
    except (ImportError, AttributeError, ValueError):
        raise ValueError(f"the function {value!r} cannot be found; it needs to be importable as module:name.") from None


Function = Annotated[Callable[..., Any], BeforeValidator(_find_function)]
"""A function, written in JSON as module:name."""


# ---------------------------------------------------------------- one sentence for each mistake


def kinds(base: type[Spec]) -> dict[str, type[Spec]]:
    """Every class under `base`, by name, itself included; the last definition of a name wins."""
    return {kind.__name__: kind for kind in _family(base)}


def _family(base: type[Spec]) -> Iterator[type[Spec]]:
    yield base
    for child in base.__subclasses__():
        yield from _family(child)


def _usable(base: type[Spec]) -> dict[str, type[Spec]]:
    """Those kinds that can be made: the rest only say what kinds have in common."""
    return {name: kind for name, kind in kinds(base).items() if not inspect.isabstract(kind)}


def _kind(base: type[Spec], name: Any, given: set[Any]) -> type[Spec]:
    """The kind of this name, of several that which has exactly these fields, as canonical JSON has all: `Resample` is
    both a toy model's and a dictionary's. Of those that cannot be told apart, the last that was defined."""
    known = [kind for kind in _family(base) if kind.__name__ == name and not inspect.isabstract(kind)]
    if not known:
        raise ValueError(f"kind={shown(name)} is no kind of {base.__name__}; {near(str(name), list(_usable(base)))}")
    return max(reversed(known), key=lambda kind: (given == set(kind.model_fields), given <= set(kind.model_fields)))


_NEEDS = {
    "greater_than_equal": "must be at least {ge}.",
    "greater_than": "must be above {gt}.",
    "finite": "must be a whole number.",
    "int": "must be a whole number.",
    "float": "must be a number.",
    "bool": "must be true or false.",
    "string": "must be a text.",
    "tuple": "must be a sequence; for one value use [{given}].",
    "callable": "must be a function.",
    "dict": "must be a mapping.",
}


def _sentence(spec: type[Spec], errors: Sequence[ErrorDetails]) -> str:
    """Pydantic's most telling complaint in this project's grammar."""
    error = _most_telling(errors)
    name, given, kind, context = _field(error["loc"]), shown(error["input"]), error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "missing":
        return f"{spec.__name__} needs {name}; pass {name}=..."
    if kind == "extra_forbidden":
        return f"{spec.__name__} has no field {str(error['loc'][-1])!r}; {_way_to(spec, str(error['loc'][-1]))}"
    if kind == "literal_error":
        function = ", or a function" if any(other["type"] == "callable_type" for other in errors) else ""
        return f"{name}={given} must be one of {context['expected']}{function}."
    if kind in ("model_type", "model_attributes_type"):
        return f"{name}={given} must be {_such_as(context['class_name'], error['input'])}"
    need = next((text for start, text in _NEEDS.items() if kind.startswith(start)), f"is refused: {error['msg']}.")
    return f"{name}={given} {need.format(given=given, **context)}"


def _most_telling(errors: Sequence[ErrorDetails]) -> ErrorDetails:
    """A misspelt field before the missing one that it causes; what a validator of ours says before what the other
    branches of a union say; the entry before the whole."""
    first = next((error for error in errors if error["type"] == "extra_forbidden"), errors[0])
    about = [error for error in errors if error["loc"][:1] == first["loc"][:1]]
    return max(about, key=lambda error: (error["type"] == "value_error", len(error["loc"])))


def _field(place: tuple[int | str, ...]) -> str:
    """The names of fields in the place of an error, without the branches of unions."""
    known = {name for kind in _family(Spec) for name in kind.model_fields}
    return ".".join(part for part in place if isinstance(part, str) and part in known)


def _way_to(spec: type[Spec], name: str) -> str:
    """Where an unknown field belongs, or what its name may have meant."""
    for field, info in spec.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, Spec):
            for kind in [type(info.get_default(call_default_factory=True)), *_usable(info.annotation).values()]:
                if name in getattr(kind, "model_fields", ()):
                    return f"it belongs to the {field}: {field}={kind.__name__}({name}=...)."
    return near(name, list(spec.model_fields)) if spec.model_fields else "it has no fields."


def _such_as(base: str, given: Any) -> str:
    known = _usable(next(kind for kind in _family(Spec) if kind.__name__ == base))
    if isinstance(given, type) and given in known.values():
        return f"{_a(base)}, not the class of one; write {given.__name__}(...)."
    return f"{_a(base)}, such as {next(iter(known))}(...)."


def _by_name(spec: type[Spec], unnamed: tuple[Any, ...]) -> str:
    given = ", ".join(f"{name}={shown(value)}" for name, value in zip(spec.model_fields, unnamed, strict=False))
    return f"{spec.__name__} takes its fields by name; write {spec.__name__}({given or ''})."


def _a(name: str) -> str:
    return f"an {name}" if name[0] in "AEIOU" else f"a {name}"
