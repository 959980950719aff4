"""Conducting an experiment: everything is written, reads back, and can be run again by the command on its page."""

import json
import shlex
import shutil
from html import unescape
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import xarray as xr

import tegum as tg
from tegum import conduct as conducting
from tegum.claims import Claim, Judged, judge_fact
from tegum.cli import _change
from tegum.conduct import command, conduct, name_and_digest, opened, rewritten
from tegum.experiments import find, listed
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.runs.store import DONE, Folder

TINY: dict[str, Any] = {"seeds": 2, "steps": 20, "batch_size": 32}


def intro(**changes: Any) -> Experiment:
    return find("intro", "quick", **(TINY | changes))


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return conduct(intro(), "intro", into=tmp_path_factory.mktemp("runs"), workers=1)


@pytest.fixture
def folder(once: Folder, tmp_path: Path) -> Folder:
    """A finished run of one's own."""
    shutil.copytree(once.path, tmp_path / once.path.name)
    return Folder(tmp_path / once.path.name)


@pytest.fixture
def untrainable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tegum.runs.store.execute", lambda *_, **__: pytest.fail("something was trained again"))


def test_everything_is_written(once: Folder) -> None:
    experiment, panels, claims, facts = opened(once)
    assert once.path.name == f"intro-{intro().digest}"
    assert experiment == intro()
    assert {child.name for child in once.path.iterdir()} == {
        "spec.json", "data.zarr", "figures", "panels.json", "claims.json", "report.html", DONE,
    }  # fmt: skip
    assert {file.stem for file in once.path.glob("figures/*")} == {panel.name for panel in panels}
    assert len(claims) == 6
    assert facts["workers"] == 1
    assert facts["processor_seconds"] > 0
    assert not facts["resumed"]
    assert list(once.path.rglob("*.draft")) == []


def test_the_judgement_is_that_of_the_stored_data(once: Folder) -> None:
    runs = {key: once.train(key, training) for key, training in intro().trainings().items()}
    assert opened(once)[2] == intro().claims(runs)


def test_the_page_says_once_in_what_its_recipe_departs(once: Folder) -> None:
    said = unescape((once.path / "report.html").read_text())
    assert intro().departures().startswith("Not the source's recipe: steps=20 instead of 10000")
    assert said.count(intro().departures()) == 1


def test_the_data_are_those_of_the_trainings(once: Folder) -> None:
    for key, training in intro().trainings().items():
        stored = xr.open_zarr(once.path / "data.zarr", group=key, consolidated=False).load()
        fields = {name: getattr(training, name) for name in type(training).model_fields}
        assert tg.Training.read(stored.attrs.pop("training")) == training
        xr.testing.assert_identical(stored, tg.train(**fields).data)


def test_figures_come_back_as_they_were(once: Folder) -> None:
    runs = {key: once.train(key, training) for key, training in intro().trainings().items()}
    for panel, again in zip(opened(once)[1], intro().panels(runs), strict=True):
        assert (panel.name, panel.title, panel.caption) == (again.name, again.title, again.caption)
        assert json.loads(panel.figure.to_json()) == json.loads(again.figure.to_json())


@pytest.mark.usefixtures("untrainable")
def test_a_finished_run_returns_at_once(folder: Folder) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.path.rglob("*")}
    assert conduct(intro(), "intro", into=folder.path.parent).path == folder.path
    assert {path: path.stat().st_mtime_ns for path in folder.path.rglob("*")} == before


@pytest.mark.usefixtures("untrainable")
@pytest.mark.parametrize("name", ["claims.json", "panels.json", "report.html", "figures/row.json", DONE])
def test_what_a_reader_removes_is_written_again_without_training(name: str, folder: Folder) -> None:
    before = (folder.path / name).read_text()
    (folder.path / name).unlink()
    conduct(intro(), "intro", into=folder.path.parent)
    if name not in ("report.html", DONE):  # these two say when
        assert (folder.path / name).read_text() == before
    assert len(opened(folder)[2]) == 6
    if name == DONE:
        assert opened(folder)[3]["resumed"], "its seconds are not those of the training"
        assert "yes: these seconds are those of the last attempt" in (folder.path / "report.html").read_text()


def test_force_trains_again(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = []
    train = Folder.train

    def note(self: Folder, name: str, training: tg.Training, **how: Any) -> tg.Run:
        assert not self.has(f"data.zarr/{name}")
        trained.append(name)
        return train(self, name, training, **how)

    monkeypatch.setattr(Folder, "train", note)
    before = {key: folder_data(folder, key) for key in intro().trainings()}
    conduct(intro(), "intro", into=folder.path.parent, force=True)
    assert trained == ["stated", "notebook"]
    for key, data in before.items():
        xr.testing.assert_identical(folder_data(folder, key), data)


def folder_data(folder: Folder, key: str) -> xr.Dataset:
    return xr.open_zarr(folder.path / "data.zarr", group=key, consolidated=False).load()


@pytest.mark.usefixtures("untrainable")
def test_the_page_is_the_same_when_it_is_written_anew(folder: Folder) -> None:
    page = folder.path / "report.html"
    before = page.read_bytes()
    page.write_text("")
    rewritten(folder)
    assert page.read_bytes() == before


def test_the_page_names_the_command_and_every_claim(once: Folder) -> None:
    experiment, panels, claims, _ = opened(once)
    page = unescape((once.path / "report.html").read_text())
    assert f"Made by <code>{command(experiment, 'intro')}</code>, a quick look" in page
    for claim in claims:
        assert claim.statement in page
        assert claim.measured in page
    for panel in panels:
        assert panel.title in page


@pytest.mark.parametrize(
    ("name", "size", "changes"),
    [
        ("intro", "quick", {}),
        ("intro", "standard", {}),
        ("intro", "paper", {}),
        ("intro", "quick", TINY),
        ("intro", "standard", {"seeds": 41}),
        ("intro", "paper", {"learning_rate": 1 / 3}),
        ("features", "quick", {}),
    ],
)
def test_the_command_runs_this_very_spec(name: str, size: str, changes: dict[str, Any]) -> None:
    experiment = find(name, size, **changes)
    words = shlex.split(command(experiment, name))
    assert words[:5] == ["tegum", "run", name, "--size", words[4]]
    assert words[5::2] == ["--set"] * (len(words[5:]) // 2)
    assert find(name, words[4], **dict(map(_change, words[6::2]))).digest == experiment.digest
    assert len(words) <= 5 + 2 * len(changes)


class Wordy(Experiment):
    """Fields that a shell would take apart."""

    sizes = {"standard": {}}  # noqa: RUF012
    word: str = ""
    numbers: tuple[float, ...] = ()
    law: tg.Law = tg.OneHot()
    flag: bool = False

    def trainings(self) -> dict[str, tg.Training]:
        return {}

    def claims(self, runs: Any) -> list[Judged]:
        return []

    def panels(self, runs: Any) -> list[Any]:
        return []


def test_the_command_survives_a_shell() -> None:
    given = Wordy(word="a 'b' \"c\" $d", numbers=(0.5, 1.0), law=tg.KActive(active=3), flag=True)
    words = shlex.split(command(given, "wordy"))
    assert Wordy(**dict(map(_change, words[6::2]))) == given


@pytest.mark.parametrize("name", listed())
def test_every_experiment_has_its_sizes_and_reads_back(name: str) -> None:
    for size in ("quick", "standard", "paper"):
        experiment = find(name, size)
        again = type(experiment).read(experiment.json_text())
        assert again == experiment
        assert again.digest == experiment.digest
        assert {key: training.digest for key, training in again.trainings().items()} == {
            key: training.digest for key, training in experiment.trainings().items()
        }


DAMAGES = {
    "spec.json": ["{", "[]", '{"kind": "Intro", "seds": 3}'],
    "claims.json": ["", "{}", "[3]", '[{"statement": "x"}]'],
    "panels.json": ["[", "{}", '[{"title": "x"}]'],
    "figures/row.json": ["{", "[]", '{"data": 3}', '{"data": [{"type": "nothing"}]}'],
    DONE: ["{", "[]", "{}"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in DAMAGES.items() for text in texts])
def test_a_damaged_file_is_one_sentence(name: str, text: str, folder: Folder) -> None:
    (folder.path / name).write_text(text)
    with pytest.raises(tg.BadInput) as caught:
        opened(folder)
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    if name != "spec.json" or text == "{":
        assert said == f"{folder.path / name} is damaged; remove it and run again with the same command."


def test_a_folder_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(tg.BadInput, match=r"^.*/here is not a run folder; those are called NAME-DIGEST, such as runs/"):
        name_and_digest(Folder(tmp_path / "here"))


def test_numbers_that_json_lacks_come_back(folder: Folder) -> None:
    file = folder.path / "claims.json"
    entries = json.loads(file.read_text())
    entries[0] |= {"value": None, "low": None, "high": None}
    file.write_text(json.dumps(entries))
    claim = opened(folder)[2][0]
    assert np.isnan(claim.value)
    assert (claim.low, claim.high) == (-np.inf, np.inf)
    assert claim.as_dict()["low"] is None


def test_an_interrupt_goes_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tegum.runs.store.execute", stop)
    with pytest.raises(KeyboardInterrupt):
        conduct(intro(), "intro", into=tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(conducting, "provenance", lambda *_, **__: {"seconds": 0, "versions": {}})
    conduct(intro(), "intro", into=tmp_path)


class Arithmetic(Experiment):
    """Trains nothing."""

    title, source, lede = "Arithmetic", "A book", "Two and two."
    sizes: ClassVar[dict[str, dict[str, Any]]] = {"quick": {}, "standard": {}}
    recipe: ClassVar[dict[str, Any]] = {}

    def claims(self, runs: Runs) -> list[Judged]:
        assert runs == {}
        return [judge_fact(Claim("2 + 2 = 4", "A book", "It is."), 2 + 2 == 4, "4", 4)]

    def panels(self, runs: Runs) -> list[Panel]:
        return []


def test_an_experiment_may_train_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = conduct(Arithmetic(), "arithmetic", into=tmp_path)
    assert {child.name for child in folder.path.iterdir()} == {
        "spec.json", "panels.json", "claims.json", "report.html", DONE,
    }  # fmt: skip
    page = (folder.path / "report.html").read_text()
    assert "Open its data" not in page
    assert '<th scope="row">precision</th>' not in page
    monkeypatch.setattr(Arithmetic, "claims", lambda *_: pytest.fail("it was judged again"))
    conduct(Arithmetic(), "arithmetic", into=tmp_path)
