"""Which runs a book takes, and what it says of the others."""

import json
import shutil
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tegum.binding import bound, shelf
from tegum.conduct import command, conduct, opened
from tegum.experiments import find
from tegum.runs.store import DONE, Folder

TINY: dict[str, Any] = {"seeds": 2, "steps": 20, "batch_size": 32}


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two changed runs at quick size, the second newer, and one near standard."""
    into = tmp_path_factory.mktemp("runs")
    for size, changes in (("quick", TINY), ("quick", TINY | {"steps": 21}), ("standard", {"seeds": 2, "steps": 20})):
        conduct(find("intro", size, **changes), "intro", into=into, workers=1)
    return into


@pytest.fixture
def runs(once: Path, tmp_path: Path) -> list[Folder]:
    """The same, at known times."""
    found = [Folder(path) for path in sorted(shutil.copytree(once, tmp_path / "runs").iterdir())]
    for folder in found:
        steps, seeds = (folder.json("spec.json")[key] for key in ("steps", "batch_size"))
        tell(folder, finished=f"2026-01-{steps if seeds == 32 else 1:02d}T00:00:00+00:00")
    return found


def tell(folder: Folder, **facts: Any) -> None:
    folder.write(DONE, json.dumps(folder.json(DONE) | facts))


def pick(runs: list[Folder], **fields: Any) -> Folder:
    return next(run for run in runs if fields.items() <= run.json("spec.json").items())


def test_of_each_experiment_and_size_the_newest(runs: list[Folder]) -> None:
    old, new = pick(runs, steps=20, batch_size=32), pick(runs, steps=21)
    standard = next(run for run in runs if run not in (old, new))
    found = shelf(runs)
    assert [run.path for run in found.chosen] == [new.path, standard.path]
    assert [run.path for run in found.older] == [old.path]
    assert found.left_out == (
        f"Left out: 1 run ({old.path.name}), where another of the same experiment and size is newer or unchanged. "
        "tegum report --all binds the former, too."
    )


def test_all_on_demand(runs: list[Folder]) -> None:
    found = shelf(runs, every=True)
    assert len(found.chosen) == 3
    assert found.left_out == ""


def test_one_without_changes_stands_for_a_newer_one_with(runs: list[Folder], monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = pick(runs, steps=20, batch_size=32), pick(runs, steps=21)
    assert old not in shelf(runs).chosen
    sizes = type(find("intro")).sizes
    monkeypatch.setitem(sizes, "quick", sizes["quick"] | TINY)
    assert old in shelf(runs).chosen
    assert new in shelf(runs).older


@pytest.mark.parametrize("change", [{"field_of_old": 3}, {"seeds": -1}])
def test_a_specification_of_another_version_is_left_out(change: dict[str, Any], runs: list[Folder]) -> None:
    strange = pick(runs, steps=21)
    strange.write("spec.json", json.dumps(strange.json("spec.json") | change))
    found = shelf(runs)
    assert [run.path for run in found.strange] == [strange.path]
    assert found.left_out == f"Left out: 1 run ({strange.path.name}), whose specification this version does not know."
    bound(found, output := strange.path.parent / "book.html")
    assert strange.path.name not in output.read_text().split("Contents")[1]


def test_an_experiment_that_is_no_more_is_left_out(runs: list[Folder]) -> None:
    gone = Folder(runs[0].path.rename(runs[0].path.with_name("vanished-0123456789")))
    assert shelf([gone, *runs[1:]]).strange == [gone]


@pytest.mark.parametrize("file", ["spec.json", "claims.json", DONE])
def test_a_damaged_run_is_left_out_and_the_others_are_bound(file: str, runs: list[Folder]) -> None:
    runs[0].write(file, "{")
    output = runs[0].path.parent / "book.html"
    done = bound(shelf(runs, every=True), output)
    assert [run.path for run in done.chosen] == [run.path for run in shelf(runs[1:], every=True).chosen]
    assert f"{file} is damaged; remove it" in done.left_out
    assert f"{file} is damaged" in output.read_text()


def test_the_book_holds_every_claim_of_every_run(runs: list[Folder]) -> None:
    book = runs[0].path.parent / "book.html"
    bound(shelf(runs, every=True), book)
    text = unescape(book.read_text())
    for run in runs:
        experiment, panels, claims, _ = opened(run)
        assert f'id="run-{run.path.name}"' in text
        assert f"Made by <code>{command(experiment, 'intro')}" in text
        assert all(claim.statement in text and claim.measured in text for claim in claims)
        assert all(panel.title in text for panel in panels)


def text_of(runs: list[Folder]) -> str:
    output = runs[0].path.parent / "book.html"
    bound(shelf(runs, every=True), output)
    return output.read_text()


def test_the_times_are_those_of_the_runs(runs: list[Folder]) -> None:
    for folder, seconds in zip(runs, (1.0, 62.0, 3600.0), strict=True):
        tell(folder, seconds=seconds, processor_seconds=2 * seconds, workers=1)
    text = text_of(runs)
    assert all(f"<td>{words}</td>" in text for words in ("1.0 s", "2 min 4 s", "2 h 0 min", "1 h 1 min", "2 h 2 min"))
    tell(runs[0], processor_seconds=None)
    text = text_of(runs)
    assert "<td>2 h 2 min (2 of 3 runs)</td>" in text
