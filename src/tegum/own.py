"""Classes of a user's own from a file, named on the command line or in a spec as FILE.py:CLASS.

A field of the kind `OwnClass` keeps what stands in the file, too: it becomes FILE.py:CLASS@DIGEST, so that a run is
known by the code that made it, and a changed file makes another run.
"""

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

PARTS = re.compile(r"(?P<file>.+):(?P<kind>\w+?)(?:@(?P<digest>[0-9a-f]{10}))?")


def own_class(name: str, base: type) -> type[Any]:
    """The class that FILE.py:CLASS or FILE.py:CLASS@DIGEST names; its file is run once for each state that it is in.

    Raises `BadInput` where there is no such file or class, the file fails or has changed since its digest was taken, or
    the class is no `base` that can be made.
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
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where annotations are looked up
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise BadInput(f"{path} fails: {type(error).__name__}: {' '.join(str(error).split()).rstrip('.')}.") from error
    return module
