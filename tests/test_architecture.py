"""The rings of the house: every module imports only inwards."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tegum.experiments import listed

SOURCE = Path(__file__).parents[1] / "src" / "tegum"

# From the inside out. A module may import from its own ring and from those before it.
RINGS = (
    ("errors",),
    ("spec", "own"),
    ("toy",),
    ("theory", "geometry", "claims"),
    ("training",),
    ("failure",),
    ("sae",),
    ("catalogue",),
    ("runs",),
    ("plots",),
    ("experiments",),
    ("report",),
    ("conduct", "binding", "series"),
    ("console", "cli"),
)
NEVER = {
    "plots": {"training", "runs", "toy", "spec", "failure"},
    "theory": {"training", "geometry"},
    "geometry": {"toy"},
}


def ring(part: str) -> int:
    return next(i for i, parts in enumerate(RINGS) if part in parts)


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("tegum.")}
    return {name for name in found if any(name in parts for parts in RINGS)}


MODULES = [path for path in sorted(SOURCE.rglob("*.py")) if path != SOURCE / "__init__.py"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_point_inwards(path: Path) -> None:
    own = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    outward = {name for name in imports(path) if ring(name) > ring(own)}
    assert not outward, f"{own} reaches outward to {outward}"
    assert not imports(path) & NEVER.get(own, set())


def test_experiments_do_not_import_each_other() -> None:
    """The files of one that is a folder may."""
    folder = SOURCE / "experiments"
    names = {name.replace("-", "_") for name in listed()}
    for path in folder.rglob("*.py"):
        own = path.relative_to(folder).parts[0].removesuffix(".py")
        assert not [name for name in names - {own} if re.search(rf"experiments\.{name}\b", path.read_text())], path


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(' '.join(sys.modules))"
    return set(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split())


def test_importing_tegum_loads_nothing_heavy() -> None:
    assert not loaded_by("import tegum") & {"jax", "xarray", "plotly", "pydantic", "rich"}


def test_listing_does_without_jax_and_drawing() -> None:
    code = "import tegum.cli; from tegum.experiments import listed; listed()"
    assert not loaded_by(code) & {"jax", "xarray", "plotly", "scipy"}


def test_training_loads_no_drawing_library() -> None:
    assert "plotly" not in loaded_by("import tegum; tegum.train")


def test_the_public_door_is_complete() -> None:
    import tegum

    for name in tegum.__all__:
        assert getattr(tegum, name).__doc__, f"{name} has no docstring"
    assert set(tegum.__all__) == set(tegum._WHERE) | set(tegum._MODULES)
