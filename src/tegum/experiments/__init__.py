"""Experiments: one claim or figure of the literature per file. The file's name is the experiment's.

A long one is a folder instead: `__init__.py` has the experiment, and what it judges and draws has files of its own. The
first line of the docstring is its line in `tegum list`, read without importing anything.
"""

import ast
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tegum.errors import BadInput, near

if TYPE_CHECKING:
    from tegum.experiments.experiment import Experiment

_NOT = ("__init__", "experiment")


def listed() -> dict[str, str]:
    """Every experiment and what it shows, in one line each."""
    found = {}
    for name, path in sorted(_files().items()):
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        found[name.replace("_", "-")] = text.splitlines()[0]
    return found


def _files() -> dict[str, Path]:
    """Where each experiment is: a file, or a folder's `__init__.py`."""
    here = Path(__file__).parent
    single = {path.stem: path for path in here.glob("*.py") if path.stem not in _NOT}
    return single | {path.parent.name: path for path in here.glob("*/__init__.py")}


def find(name: str, size: str = "standard", **changes: object) -> "Experiment":
    """An experiment in one of its sizes, with some fields changed. Raises `BadInput` for what does not exist."""
    kind = _kind(name)
    if size not in kind.sizes:
        raise BadInput(f"size={size!r} must be one of {', '.join(kind.sizes)}.")
    return kind(**(kind.sizes[size] | changes))


@dataclass(frozen=True)
class Field:
    """What a reader may set of an experiment: what values it takes, and the one it has in each size, as JSON."""

    name: str
    takes: str
    sizes: dict[str, Any]


def fields_of(name: str) -> list[Field]:
    """The fields of an experiment. Raises `BadInput` for one that does not exist.

    >>> [field for field in fields_of("intro") if field.name == "seeds"]
    [Field(name='seeds', takes='whole number, at least 1', sizes={'quick': 8, 'standard': 40, 'paper': 200})]
    """
    from tegum.catalogue import takes
    from tegum.spec import plain

    kind = _kind(name)
    made = {size: kind(**changes) for size, changes in kind.sizes.items()}
    return [
        Field(field, takes(info), {size: plain(getattr(one, field)) for size, one in made.items()})
        for field, info in kind.model_fields.items()
    ]


def _kind(name: str) -> "type[Experiment]":
    known = sorted(stem.replace("_", "-") for stem in _files())
    if name not in known:
        raise BadInput(f"there is no experiment {name!r}; {near(name, known)}")
    kind: type[Experiment] = importlib.import_module(f"tegum.experiments.{name.replace('-', '_')}").EXPERIMENT
    return kind
