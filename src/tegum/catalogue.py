"""What trainings are made of: every law, network, loss, optimiser and intervention, with its fields."""

import builtins
import collections.abc
import inspect
import types
import typing
from dataclasses import dataclass
from types import NoneType
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

import tegum
from tegum.errors import BadInput, near
from tegum.failure import remedies
from tegum.spec import Needs, Spec, plain

GROUPS = {
    "laws of x": tegum.Law,
    "networks": tegum.Network,
    "losses": tegum.Loss,
    "optimisers": tegum.Optimiser,
    "interventions": tegum.Intervention,
    "codes of dictionaries": tegum.sae.Code,
    "auxiliary losses of dictionaries": tegum.sae.Auxiliary,
    "true directions of data": tegum.sae.Directions,
}
WORDS: dict[Any, str] = {
    int: "whole number", float: "number", bool: "true or false", str: "word", NoneType: "none",
}  # fmt: skip
HOMES = {"tegum": tegum, "tegum.sae": tegum.sae, "tegum.failure.remedies": remedies}


@dataclass(frozen=True)
class Field:
    """One field: what it takes, in words, and its value where nothing is said; `needed` where something must be."""

    name: str
    takes: str
    default: Any
    needed: bool


@dataclass(frozen=True)
class Entry:
    """One kind of spec: where it is imported from, its docstring, its fields."""

    name: str
    group: str
    home: str
    text: str
    fields: list[Field]

    @property
    def line(self) -> str:
        """The first sentence of the docstring."""
        return " ".join(self.text.split("\n\n")[0].split())


def catalogue() -> list[Entry]:
    """Every public kind, group by group."""
    return [
        Entry(name, group, home, inspect.getdoc(kind) or "", [_field(*one) for one in kind.model_fields.items()])
        for group, base in GROUPS.items()
        for home, module in HOMES.items()
        for name, kind in _public(module)
        if issubclass(kind, base) and not inspect.isabstract(kind)
    ]


def entries(name: str) -> list[Entry]:
    """The kinds of this name: more than one where toy models and dictionaries have each their own.

    >>> [entry.home for entry in entries("Resample")]
    ['tegum.sae', 'tegum.failure.remedies']
    """
    known = catalogue()
    found = [entry for entry in known if entry.name == name]
    if not found:
        raise BadInput(f"there is no spec {name!r}; {near(name, sorted({entry.name for entry in known}))}")
    return found


def takes(info: FieldInfo) -> str:
    """The values of a field in words: kinds, and what they must be."""
    needs = [one.words.split(";")[0].rstrip(".") for one in info.metadata if isinstance(one, Needs)]
    short = [need.removeprefix("must ").removeprefix("be ").replace("lie in", "in") for need in needs]
    return ", ".join([_kind(info.annotation), *("finite" if need == "a finite number" else need for need in short)])


def _kind(annotation: Any) -> str:
    """The kind of a value in words.

    >>> _kind(float | tuple[float, ...] | None), _kind(typing.Literal["unit", "free"])
    ('number or list of numbers or none', '"unit" or "free"')
    """
    if annotation in WORDS:
        return WORDS[annotation]
    inner = get_args(annotation)
    match get_origin(annotation):
        case typing.Literal:
            return " or ".join(f'"{word}"' for word in inner)
        case typing.Annotated:
            return _kind(inner[0])
        case builtins.tuple | collections.abc.Iterable | collections.abc.Sequence:
            return f"list of {_kind(inner[0])}s"
        case types.UnionType | typing.Union:
            return " or ".join(dict.fromkeys(map(_kind, inner)))
        case collections.abc.Callable:
            return "function"
    return getattr(annotation, "__name__", "value")


def _public(module: Any) -> list[tuple[str, type[Spec]]]:
    """The specs that a module offers; of one without `__all__`, those that it defines."""
    names = getattr(module, "__all__", None) or [n for n, v in vars(module).items() if _is_own(module, v)]
    found = [(name, getattr(module, name)) for name in names]
    return sorted((name, kind) for name, kind in found if isinstance(kind, type) and issubclass(kind, Spec))


def _is_own(module: Any, value: Any) -> bool:
    return isinstance(value, type) and value.__module__ == module.__name__


def _field(name: str, info: FieldInfo) -> Field:
    needed = info.is_required()
    return Field(name, takes(info), None if needed else plain(info.get_default(call_default_factory=True)), needed)
