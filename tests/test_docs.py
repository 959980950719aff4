"""Documentation is tested: its code runs, its links lead somewhere, every experiment has a page."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tegum.experiments import listed

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_python_blocks_run_in_order(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # where they may write
    scope: dict[str, Any] = {"__name__": "documentation"}
    for block in blocks(page, "python"):
        exec(compile(block, str(page), "exec"), scope)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_to_files(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("name", list(listed()))
def test_every_experiment_has_a_page_and_a_line_in_the_readme(name: str) -> None:
    page = (ROOT / "docs" / "experiments" / f"{name}.md").read_text()
    assert f"tegum run {name}" in page
    assert f"docs/experiments/{name}.md" in (ROOT / "README.md").read_text()


def test_files_that_the_architecture_names_exist() -> None:
    named = re.findall(r"`([a-z_]+/|[a-z_]+\.py)`", (ROOT / "docs" / "architecture.md").read_text().split("Coming")[0])
    here = {path.name for path in (ROOT / "src").rglob("*")} | {"tests"}
    assert named
    assert not [name for name in named if name.rstrip("/") not in here]


def test_the_gate_runs_the_readme_s_command() -> None:
    readme = (ROOT / "README.md").read_text()
    command = readme.split("<!-- tests -->\n```bash\n")[1].split("\n```")[0]
    assert "-m pytest" in command
    assert "\n" not in command
    assert "<!-- tests -->" in (ROOT / ".ci" / "run").read_text() or "tests -->" in (ROOT / ".ci" / "run").read_text()
    assert all(shlex.split(part) for part in command.split("&&"))
