"""The command `tegum`: what it prints, and how it refuses."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import xarray as xr

from tegum import cli
from tegum.catalogue import catalogue
from tegum.claims import Claim, Judged, judge_fact
from tegum.experiments import fields_of, find, listed
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.runs.store import DONE, Folder

TINY = ["--size", "quick", "--set", "seeds=2", "--set", "steps=50", "--set", "batch_size=32"]
NAME = f"intro-{find('intro', 'quick', seeds=2, steps=50, batch_size=32).digest}"


class Said:
    """What one command printed, and its exit code."""

    def __init__(self, code: int, out: str, error: str) -> None:
        self.code, self.out, self.error = code, out, error


Tegum = Callable[..., Said]


@pytest.fixture
def tegum(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tegum:
    """The command line, in this process."""

    def call(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["tegum", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, *capsys.readouterr())

    return call


def refused(said: Said) -> str:
    """The sentence of a command that ended with exit code 2."""
    assert said.code == 2
    assert said.out == ""
    line = said.error.removesuffix("\n")
    assert "\n" not in line
    assert line.startswith("tegum: ")
    assert line[-1] in ".?"
    for jargon in ("Traceback", "pydantic", "Input should"):
        assert jargon not in line
    return line.removeprefix("tegum: ")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs with one finished run, made by the installed command."""
    into = tmp_path_factory.mktemp("runs")
    done = outside("run", "intro", *TINY, "--into", into)
    assert (done.returncode, done.stderr) == (0, "")
    return into


@pytest.fixture
def runs(once: Path, tmp_path: Path) -> Path:
    shutil.copytree(once, tmp_path / "runs")
    return tmp_path / "runs"


def outside(*words: object) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", "from tegum.cli import main; main()", *map(str, words)],
        capture_output=True, text=True, timeout=300, env=os.environ | {"COLUMNS": "100"},
    )  # fmt: skip


# ---------------------------------------------------------------- what it prints


def test_without_a_word_it_helps(tegum: Tegum) -> None:
    for words in ((), ("--help",), ("-h",)):
        said = tegum(*words)
        assert (said.code, said.error) == (0, "")
        assert all(command in said.out for command in ("list", "run", "report", "show", "specs"))


@pytest.mark.parametrize("command", ["list", "run", "show", "specs", "report"])
def test_every_command_has_help(command: str, tegum: Tegum) -> None:
    said = tegum(command, "--help")
    assert said.code == 0
    assert "--help" in said.out


def test_list_names_every_experiment(tegum: Tegum) -> None:
    lines = tegum("list").out.splitlines()
    assert [line.split()[0] for line in lines] == list(listed())
    assert json.loads(tegum("list", "--json").out) == listed()


def test_it_says_its_version(tegum: Tegum) -> None:
    said = tegum("--version")
    assert (said.code, said.out, said.error) == (0, f"tegum {version('tegum')}\n", "")


def test_the_fields_of_an_experiment(tegum: Tegum) -> None:
    said = json.loads(tegum("show", "intro", "--fields", "--json").out)
    assert {"name": "seeds", "takes": "whole number, at least 1",
            "sizes": {"quick": 8, "standard": 40, "paper": 200}} in said  # fmt: skip
    assert [one["name"] for one in said] == list(type(find("intro")).model_fields)
    words = tegum("show", "intro", "--fields").out
    assert all(one["name"] in words for one in said)


def test_what_trainings_are_made_of(tegum: Tegum) -> None:
    words = tegum("specs").out
    assert all(f"  {entry.name} " in words for entry in catalogue())
    assert "must be given" in tegum("specs", "KActive").out
    (read,) = json.loads(tegum("specs", "KActive", "--json").out)
    assert read["home"] == "tegum"
    assert read["fields"] == [{"name": "active", "takes": "whole number, at least 1", "default": None, "needed": True}]


@pytest.mark.parametrize("name", listed())
def test_every_field_can_be_set_to_what_is_shown(name: str) -> None:
    for field in fields_of(name):
        assert field.takes
        for size, value in field.sizes.items():
            given = dict([cli._change(f"{field.name}={json.dumps(value)}")])
            assert find(name, size, **given) == find(name, size)


def test_the_installed_command_lists() -> None:
    command = shutil.which("tegum", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert command is not None
    done = subprocess.run([command, "list"], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert "intro" in done.stdout


def test_a_run_prints_its_scorecard_and_says_where_its_page_is(once: Path, tegum: Tegum) -> None:
    said = tegum("run", "intro", *TINY, "--into", once)
    assert (said.code, said.error) == (0, "")
    assert f"page: {once / NAME / 'report.html'}" in said.out
    assert sum(word in said.out for word in ("holds", "fails", "unclear")) > 0
    assert tegum("show", "intro", "--into", once).out == said.out
    assert tegum("show", once / NAME).out == said.out
    assert tegum("show", NAME, "--into", once).out == said.out, "by the name that stands above the table"


def test_a_second_run_returns_at_once_with_the_same_data(
    once: Path, tegum: Tegum, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in once.rglob("*") if path.is_file()}
    monkeypatch.setattr("tegum.runs.store.execute", lambda *_, **__: pytest.fail("something was trained again"))
    assert tegum("run", "intro", *TINY, "--into", once).code == 0
    assert {path: path.read_bytes() for path in once.rglob("*") if path.is_file()} == before


def test_json_is_for_machines(once: Path, tegum: Tegum) -> None:
    said = json.loads(tegum("run", "intro", *TINY, "--into", once, "--json").out)
    assert said == json.loads(tegum("show", "intro", "--into", once, "--json").out)
    assert said["folder"] == str(once / NAME)
    assert Path(said["page"]).is_file()
    assert len(said["claims"]) == 6
    assert {claim["verdict"] for claim in said["claims"]} <= {"holds", "fails", "unclear"}
    assert said["provenance"] == json.loads((once / NAME / DONE).read_text())


def test_changes_make_another_run(runs: Path, tegum: Tegum) -> None:
    changed = [*TINY, "--set", "learning_rate=0.01", "--into", runs, "--json"]
    said = json.loads(tegum("run", "intro", *changed).out)
    assert json.loads(Path(said["folder"], "spec.json").read_text())["learning_rate"] == 0.01
    assert len(list(runs.iterdir())) == 2
    assert json.loads(tegum("show", "intro", "--into", runs, "--json").out) == said, "the latest is shown"


def test_force_makes_the_same_data_anew(runs: Path, tegum: Tegum) -> None:
    def data() -> xr.Dataset:
        return xr.open_zarr(runs / NAME / "data.zarr", group="stated", consolidated=False).load()

    before, stamp = data(), (runs / NAME / "data.zarr" / "stated").stat().st_mtime_ns
    assert tegum("run", "intro", *TINY, "--into", runs, "--force", "--workers", 1).code == 0
    assert (runs / NAME / "data.zarr" / "stated").stat().st_mtime_ns != stamp
    xr.testing.assert_identical(data(), before)
    assert json.loads((runs / NAME / DONE).read_text())["workers"] == 1


def test_report_binds_a_book(runs: Path, tegum: Tegum) -> None:
    page = runs / NAME / "report.html"
    page.unlink()
    said = tegum("report", "--into", runs)
    assert (said.code, said.out, said.error) == (0, f"{runs / 'book.html'}\n", "")
    assert NAME in (runs / "book.html").read_text()
    assert page.is_file()
    elsewhere = runs / "new" / "other.html"
    assert tegum("report", "--into", runs, "--output", elsewhere).out == f"{elsewhere}\n"
    assert elsewhere.is_file()


def test_a_book_of_all_runs_or_of_the_newest(runs: Path, tegum: Tegum) -> None:
    tegum("run", "intro", *TINY, "--set", "learning_rate=0.01", "--into", runs)
    path, left_out = tegum("report", "--into", runs).out.splitlines()
    assert left_out.startswith(f"Left out: 1 run ({NAME}), where another of the same experiment and size is newer")
    assert left_out in (runs / "book.html").read_text()
    assert tegum("report", "--into", runs, "--all").out == f"{path}\n"


# ---------------------------------------------------------------- all experiments


class Sum(Experiment):
    """Trains nothing."""

    title, source, lede = "A sum", "A book", "Two and two."
    sizes: ClassVar[dict[str, dict[str, Any]]] = {"quick": {}, "standard": {}}
    recipe: ClassVar[dict[str, Any]] = {}
    wrong: ClassVar[bool] = False

    def claims(self, runs: Runs) -> list[Judged]:
        if self.wrong:
            raise ZeroDivisionError("two\nlines")
        return [judge_fact(Claim("2 + 2 = 4", "A book", "It is."), 2 + 2 == 4, "4", 4)]

    def panels(self, runs: Runs) -> list[Panel]:
        return []


class Broken(Sum):
    """Cannot be judged."""

    wrong: ClassVar[bool] = True


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """No experiments but three small ones, of which one breaks and one is a real one."""
    known = {"broken": "Breaks.", "intro": "Trains.", "sum": "Trains nothing."}
    kinds: dict[str, type[Experiment]] = {"broken": Broken, "sum": Sum, "intro": type(find("intro"))}
    quick = {"intro": {"seeds": 2, "steps": 50, "batch_size": 32}}
    for module in ("tegum.experiments", "tegum.series", "tegum.conduct"):
        monkeypatch.setattr(f"{module}.find", lambda name, size="quick": kinds[name](**quick.get(name, {})))
    monkeypatch.setattr("tegum.experiments.listed", lambda: known)


@pytest.mark.usefixtures("small")
def test_all_run_though_one_fails_and_the_end_has_the_total(tmp_path: Path, tegum: Tegum) -> None:
    said = tegum("run", "--all", "--size", "quick", "--into", tmp_path)
    assert (said.code, said.error) == (1, "")
    broken, intro, sum_, total = said.out.splitlines()
    assert broken == "broken  failed: ZeroDivisionError: two lines"
    assert re.fullmatch(r"intro   \d hold, \d fail, \d unclear · \d+\.\d s \(\d+\.\d s of processors\)", intro)
    assert sum_.startswith("sum     1 hold, 0 fail, 0 unclear · ")
    assert total.startswith("2 of 3 experiments · ")
    assert total.endswith(" · failed: broken")
    verdicts = np.array([[int(n) for n in re.findall(r"(\d+) (?:hold|fail|unclear)", one)] for one in (intro, sum_)])
    assert (
        ", ".join(f"{n} {word}" for n, word in zip(verdicts.sum(0), ("hold", "fail", "unclear"), strict=True)) in total
    )


@pytest.mark.usefixtures("small")
def test_all_as_json_and_again_at_once(tmp_path: Path, tegum: Tegum, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Broken, "wrong", False)
    first = tegum("run", "--all", "--size", "quick", "--into", tmp_path, "--json")
    assert first.code == 0
    monkeypatch.setattr("tegum.runs.store.execute", lambda *_, **__: pytest.fail("something was trained again"))
    assert tegum("run", "--all", "--size", "quick", "--into", tmp_path, "--json").out == first.out
    said = json.loads(first.out)
    assert [one["experiment"] for one in said] == ["broken", "intro", "sum"]
    assert [len(one["claims"]) for one in said] == [1, 6, 1]
    assert {one["failed"] for one in said} == {""}


def test_figures_go_to_images(runs: Path, tegum: Tegum, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    monkeypatch.setattr("plotly.graph_objects.Figure.write_image", lambda _, path, **how: written.append(path.name))
    assert tegum("run", "intro", *TINY, "--into", runs, "--images", "svg").code == 0
    names = [panel["name"] for panel in json.loads((runs / NAME / "panels.json").read_text())]
    assert written == [f"{name}.svg" for name in names]


def test_images_without_a_browser_are_one_sentence(runs: Path, tegum: Tegum, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(*_: object, **__: object) -> None:
        raise RuntimeError("\n\nKaleido requires\nGoogle Chrome to be installed.\n")

    monkeypatch.setattr("plotly.graph_objects.Figure.write_image", without)
    said = refused(tegum("run", "intro", *TINY, "--into", runs, "--images", "png"))
    assert said.startswith("images need Kaleido and an installed Chrome or Chromium: pip install 'tegum[images]' (")


# ---------------------------------------------------------------- how it refuses

BOTH = "run needs the name of an experiment, as tegum list names it, or --all, and not both."
REFUSALS: list[tuple[list[str], str]] = [
    (["bogus"], "No such command 'bogus'; see tegum --help."),
    (["run"], BOTH),
    (["run", "--all", "intro"], BOTH),
    (["run", "--all", "--set", "seeds=3"], "--set changes one experiment; name it instead of --all."),
    (["run", "--all", "--size", "tiny"], "size='tiny' must be one of quick, standard, paper."),
    (["show"], "Missing argument 'run'; see tegum --help."),
    (["run", "intro", "--bogus"], "No such option: --bogus; see tegum --help."),
    (["run", "intro", "other"], "Got unexpected extra argument(s) (other); see tegum --help."),
    (["run", "bogus"], "there is no experiment 'bogus'; there are: "),
    (["run", "intros"], "there is no experiment 'intros'; did you mean intro?"),
    (["run", "intro", "--size", "tiny"], "size='tiny' must be one of quick, standard, paper."),
    (["run", "intro", "--set", "junk"], "--set 'junk' must look like name=value, such as --set seeds=100."),
    (["run", "intro", "--set", "=3"], "--set '=3' must look like name=value, such as --set seeds=100."),
    (["run", "intro", "--set", "seds=2"], "Intro has no field 'seds'; did you mean seeds?"),
    (["run", "intro", "--set", "seeds=0"], "seeds=0 must be at least 1."),
    (["run", "intro", "--set", "seeds=two"], "seeds='two' must be a whole number."),
    (["run", "intro", "--set", "seeds=[1, 2]"], "seeds=(1, 2) must be a whole number."),
    (["run", "intro", "--set", "learning_rate=NaN"], "learning_rate=nan must be finite and above 0."),
    (["run", "intro", "--set", "learning_rate=Infinity"], "learning_rate=inf must be finite and above 0."),
    (["run", "intro", "--set", "learning_rate=-1"], "learning_rate=-1.0 must be finite and above 0."),
    (["run", "intro", "--set", "steps=4294967296"], "steps=4294967296 must be below 2^31, where the count of"),
    (["run", "intro", "--workers", "0"],
     "--workers 0 must be a whole number of at least 1; leave it out for one on each core."),
    (["run", "intro", "--workers", "two"],
     "--workers two must be a whole number of at least 1; leave it out for one on each core."),
    (["run", "intro", "--images", "bmp"], "--images bmp must be png, svg or pdf."),
    (["show", "intro"], "runs holds no finished run of intro; make one with tegum run intro."),
    (["show", "intor"], "'intor' is neither a run folder nor an experiment; did you mean intro?"),
    (["show", "intor", "--fields"], "there is no experiment 'intor'; did you mean intro?"),
    (["show", "."], ". has no provenance.json, so it is not a finished run; run it again."),
    (["report"], "runs holds no finished run; make one with tegum run intro."),
    (["report", "--into", "file"], "file holds no finished run; make one with tegum run intro."),
    (["run", "intro", "--into", "file"], "cannot write file/intro-"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "sentence"), REFUSALS, ids=[" ".join(words) for words, _ in REFUSALS])
def test_a_mistake_is_one_sentence_and_exit_code_2(
    words: list[str], sentence: str, tegum: Tegum, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    said = refused(tegum(*words))
    assert said == sentence if sentence[-1] in ".?" else said.startswith(sentence)


def test_a_mistake_from_outside() -> None:
    done = outside("run", "intros")
    assert refused(Said(done.returncode, done.stdout, done.stderr)).startswith("there is no experiment 'intros'")


def test_a_file_in_the_way_of_results(runs: Path, tegum: Tegum) -> None:
    shutil.rmtree(runs / NAME / "figures")
    (runs / NAME / "figures").write_text("")
    said = refused(tegum("run", "intro", *TINY, "--into", runs))
    assert said.startswith(f"cannot write {runs / NAME / 'figures' / 'headline.json'}: ")
    assert said.endswith("; make way or choose another place.")


def test_a_book_that_cannot_be_written(runs: Path, tegum: Tegum) -> None:
    said = refused(tegum("report", "--into", runs, "--output", runs))
    assert said == f"cannot write {runs}: Is a directory; make way or choose another place."
    assert list(runs.parent.glob(".*")) == [], "no draft stays behind"


@pytest.mark.parametrize("name", ["spec.json", "claims.json", "panels.json", DONE])
def test_a_damaged_file(name: str, runs: Path, tegum: Tegum) -> None:
    file = runs / NAME / name
    file.write_text("{")
    expected = f"{file} is damaged; remove it and run again with the same command."
    assert refused(tegum("show", "intro", "--into", runs)) == expected
    assert refused(tegum("report", "--into", runs)) == expected
    assert refused(tegum("run", "intro", *TINY, "--into", runs)) == expected
    file.unlink()
    assert tegum("run", "intro", *TINY, "--into", runs).code == 0, "the way out leads out"


def chunk(path: Path) -> None:
    file = next(file for file in sorted((path / "W").iterdir()) if not file.name.startswith("."))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def metadata(path: Path) -> None:
    (path / "W" / ".zarray").write_text('{"shape"')


@pytest.mark.parametrize("damage", [chunk, metadata])
def test_damaged_data(damage: Callable[[Path], None], runs: Path, tegum: Tegum) -> None:
    path = runs / NAME / "data.zarr" / "stated"
    before = np.asarray(xr.open_zarr(path, consolidated=False).W)
    damage(path)
    (runs / NAME / DONE).unlink()
    said = refused(tegum("run", "intro", *TINY, "--into", runs))
    assert said.startswith(f"{path} is damaged (")
    assert said.endswith("); remove it and run again.")
    shutil.rmtree(path)
    assert tegum("run", "intro", *TINY, "--into", runs).code == 0, "the way out leads out"
    assert np.array_equal(np.asarray(xr.open_zarr(path, consolidated=False).W), before)


def test_a_run_that_another_process_makes(runs: Path, tegum: Tegum) -> None:
    with Folder(runs / NAME).alone():
        said = refused(tegum("run", "intro", *TINY, "--into", runs, "--force"))
    assert said == f"another process works in {runs / NAME}; wait for it, or choose another place with --into."


# ---------------------------------------------------------------- interrupted

# A shell starts what it runs in the background deaf to Ctrl-C.
HEARING = "import signal; signal.signal(2, signal.default_int_handler); from tegum.cli import main; main()"
LONG: list[Any] = ["run", "intro", "--size", "quick", "--set", "seeds=20000", "--set", "steps=500"]


def test_an_interrupt_is_one_sentence_and_keeps_what_is_finished(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HEARING, *LONG, "--into", str(tmp_path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        try:
            limit = time.monotonic() + 300
            while not list(tmp_path.glob("intro-*/parts/*/*.npz")):
                assert process.poll() is None
                assert time.monotonic() < limit
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            out, error = process.communicate(timeout=120)
        finally:
            process.kill()
    assert process.returncode == 130
    assert out == ""
    assert error == "tegum: interrupted; run the same command again to go on from here.\n"
    assert list(tmp_path.glob("intro-*/parts/*/*.npz"))
    assert list(tmp_path.rglob("*.draft")) == []
