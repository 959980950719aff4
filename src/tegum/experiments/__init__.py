"""Experiments: one claim or figure of the literature per file. The file's name is the experiment's.

The first line of a file's docstring is its line in `tegum list`, read without importing anything.
"""

import ast
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from tegum.errors import BadInput, near

if TYPE_CHECKING:
    from tegum.experiments.experiment import Experiment

_NOT = ("__init__", "experiment")


def listed() -> dict[str, str]:
    """Every experiment and what it shows, in one line each."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in _NOT:
            text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            found[path.stem.replace("_", "-")] = text.splitlines()[0]
    return found


def find(name: str, size: str = "standard", **changes: object) -> "Experiment":
    """An experiment in one of its sizes, with some fields changed. Raises `BadInput` for what does not exist."""
    known = listed()
    if name not in known:
        raise BadInput(f"there is no experiment {name!r}; {near(name, list(known))}")
    kind: type[Experiment] = importlib.import_module(f"tegum.experiments.{name.replace('-', '_')}").EXPERIMENT
    if size not in kind.sizes:
        raise BadInput(f"size={size!r} must be one of {', '.join(kind.sizes)}.")
    return kind(**(kind.sizes[size] | changes))
