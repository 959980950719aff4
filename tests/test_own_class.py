"""A class of a user's own, found by FILE.py:CLASS."""

from pathlib import Path

import pytest

import tegum as tg
from tegum import BadInput
from tegum.own import OwnClass, own_class
from tegum.sae.remedies import Remedy
from tegum.spec import Spec

MINE = """
from typing import Any
import tegum as tg

class Turn(tg.sae.Remedy):
    angle: float = 1.0
    tried = ({"angle": 0.5}, {"angle": 2.0})

    def treat(self, model: Any, parameters: dict[str, Any], dead: Any, key: Any, seen: Any = None) -> dict[str, Any]:
        return parameters

class Unready(tg.sae.Remedy):
    pass

NUMBER = 3
"""


class Entered(Spec):
    own: OwnClass


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    return path


def test_the_class_is_found_and_is_one_and_the_same(file: Path) -> None:
    kind = own_class(f"{file}:Turn", Remedy)
    assert kind.__name__ == "Turn"
    assert kind(at=100, window=50, angle=2.0).at == (100,)
    assert kind.tried == ({"angle": 0.5}, {"angle": 2.0})
    assert own_class(f"{file}:Turn", Remedy) is kind
    assert Remedy.tried == ({},)


def test_a_spec_keeps_what_stood_in_the_file(file: Path) -> None:
    before = Entered(own=f"{file}:Turn")
    assert Entered.read(before.json_text()) == before
    old = own_class(before.own, Remedy)
    file.write_text(MINE + "\n# changed\n")
    assert Entered(own=f"{file}:Turn").digest != before.digest
    with pytest.raises(BadInput, match=r"mine.py has changed since .*mine.py:Turn@\w{10} was written; leave @\w{10}"):
        own_class(before.own, Remedy)
    assert own_class(f"{file}:Turn", Remedy) is not old


def test_a_finished_run_needs_its_file_no_longer(file: Path) -> None:
    text = Entered(own=f"{file}:Turn").json_text()
    file.unlink()
    assert Entered.read(text).own.startswith(str(file))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Turn", r"'Turn' names no class of a file; it must be FILE.py:CLASS, such as mine.py:Turn."),
        ("{folder}/other.py:Turn", r"there is no file .*other.py; give the path from here, /"),
        ("{folder}:Turn", r"cannot be read: Is a directory."),
        ("{file}:Turm", r"mine.py has no class Turm; did you mean Turn\?"),
        ("{file}:NUMBER", r"NUMBER in .*mine.py is no Remedy; it needs to be a subclass of it."),
        ("{file}:Any", r"Any in .*mine.py is no Remedy"),
    ],
)
def test_what_cannot_be_found_is_said(file: Path, name: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        own_class(name.format(file=file, folder=file.parent), Remedy)


def test_a_class_without_its_method_is_refused(file: Path) -> None:
    with pytest.raises(BadInput, match=r"Unready in .*mine.py lacks the method treat; see Remedy for what it must do."):
        own_class(f"{file}:Unready", Remedy)


def test_a_name_that_tegum_has_is_refused_before_the_class_is_made(file: Path) -> None:
    """Else what was stored with the built-in class would be read as the file's."""
    file.write_text("import tegum as tg\nclass Resample(tg.sae.Resample):\n    pass\n")
    with pytest.raises(BadInput, match=r"Resample in .*mine.py has the name of a spec of tegum's; call it otherwise"):
        own_class(f"{file}:Resample", Remedy)
    stored = tg.sae.Resample(at=(50,), window=10)
    assert type(Remedy.read(stored.json_text())) is tg.sae.Resample


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("import helper", r"ModuleNotFoundError: No module named 'helper'; it can import installed packages, and no"),
        ("from tegum import nothing", r"ImportError: cannot import name 'nothing' from 'tegum' \(.*\)\.$"),
        ("class Turn(:", "SyntaxError: invalid"),
        ("x = 1\0", "SyntaxError: source code"),
    ],
)
def test_a_file_that_fails_says_why(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "helper.py").write_text("")
    path = tmp_path / "broken.py"
    path.write_text(text)
    with pytest.raises(BadInput, match=rf"broken.py fails: {why}"):
        own_class(f"{path}:Turn", Remedy)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("words")
    with pytest.raises(BadInput, match=r"notes.txt is no Python file; its name must end in .py."):
        own_class(f"{path}:Turn", Remedy)
