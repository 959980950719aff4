"""Classes of a user's own from a file, named on the command line or in a spec as FILE.py:CLASS.

A field of the kind `OwnClass` keeps what stands in the file, too: it becomes FILE.py:CLASS@DIGEST, so that a changed
file makes another run. The digest is of this one file, which therefore stands alone: other files beside it are not on
the path that it imports from, and what it imports from packages, tegum among them, is not part of the digest.
"""

import ast
import functools
import hashlib
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

from pydantic import AfterValidator

from tegum.errors import BadInput, near
from tegum.spec import Spec, kinds

PARTS = re.compile(r"(?P<file>.+):(?P<kind>\w+?)(?:@(?P<digest>[0-9a-f]{10}))?")


def own_class(name: str, base: type) -> type[Any]:
    """The class that FILE.py:CLASS or FILE.py:CLASS@DIGEST names; its file is run once for each state that it is in.

    Raises `BadInput` where there is no such file or class, the file fails or has changed since its digest was taken, a
    class in it is called as a spec of tegum's is, or the class is no `base` that can be made.
    """
    path, wanted, digest = _parts(name)
    if digest not in ("", now := _digest(path)):
        raise BadInput(f"{path} has changed since {name} was written; leave @{digest} out to take it as it is now.")
    module = _run(path.resolve(), now)
    if wanted not in vars(module):
        there = [key for key, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__]
        raise BadInput(f"{path} has no class {wanted}; {near(wanted, there)}")
    kind = vars(module)[wanted]
    if not isinstance(kind, type) or not issubclass(kind, base):
        raise BadInput(f"{wanted} in {path} is no {base.__name__}; it needs to be a subclass of it.")
    lacking: frozenset[str] = getattr(kind, "__abstractmethods__", frozenset())
    if lacking:
        raise BadInput(f"{wanted} in {path} lacks the method {min(lacking)}; see {base.__name__} for what it must do.")
    return kind


def _stamped(name: str) -> str:
    """The name with a digest of the file; as it is, where it has one."""
    path, kind, digest = _parts(name)
    return f"{path}:{kind}@{digest or _digest(path)}"


OwnClass = Annotated[str, AfterValidator(_stamped)]
"""FILE.py:CLASS, which becomes FILE.py:CLASS@DIGEST; `own_class` gives the class."""


def _parts(name: str) -> tuple[Path, str, str]:
    found = PARTS.fullmatch(name)
    if found is None:
        raise BadInput(f"{name!r} names no class of a file; it must be FILE.py:CLASS, such as mine.py:Turn.")
    return Path(found["file"]), found["kind"], found["digest"] or ""


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:10]
    except FileNotFoundError:
        raise BadInput(f"there is no file {path}; give the path from here, {Path.cwd()}.") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None


@functools.cache
def _run(path: Path, digest: str) -> ModuleType:
    name = f"own_{digest}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise BadInput(f"{path} is no Python file; its name must end in .py.")
    _need_free_names(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where annotations are looked up
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        why = f"{type(error).__name__}: {' '.join(str(error).split()).rstrip('.')}"
        alone = (
            "; it can import installed packages, and no files beside it"
            if isinstance(error, ModuleNotFoundError)
            else ""
        )
        raise BadInput(f"{path} fails: {why}{alone}.") from error
    return module


def _need_free_names(path: Path) -> None:
    """Before the file is run: from then on a spec that is read by such a name might be either class."""
    taken = {name for name, kind in kinds(Spec).items() if kind.__module__.partition(".")[0] == "tegum"}
    if clash := min(_classes(path) & taken, default=""):
        raise BadInput(f"{clash} in {path} has the name of a spec of tegum's; call it otherwise, such as My{clash}.")


def _classes(path: Path) -> set[str]:
    """The names of all classes in a file; of one that is not Python none, which running it will tell."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return set()
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
