"""Runs on disk: whole or not there at all, wherever a kill falls; resumed; open to anyone."""

import errno
import itertools
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

import tegum as tg
from tegum.runs import store
from tegum.runs.store import DONE, Folder, Parts, folders
from tegum.training.axes import Grid
from tegum.training.ensemble import Arrays
from tegum.training.run import Board

MODEL = tg.Autoencoder(features=5, hidden=2)
MANY = tg.Training(model=MODEL, law=tg.OneHot(), steps=6000, over={"seed": range(256 * 50)})
FEW = tg.Training(model=MODEL, law=tg.OneHot(), steps=3, over={"seed": range(600)}, record=tg.every(2))


class Flat(tg.Model):
    """As little as a model can be: W = 0."""

    def init(self, key: Any) -> dict[str, Any]:
        return {"W": jnp.zeros((self.hidden, self.features))}

    def __call__(self, parameters: dict[str, Any], x: Any) -> Any:
        return 0 * x


SMALL = tg.Training(model=Flat(features=5, hidden=2), law=tg.OneHot(), steps=3, over={"seed": range(2)})


# ---------------------------------------------------------------- a process that is killed


@pytest.fixture(scope="module")
def elsewhere() -> ForkServerContext:
    """Processes that start with everything imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tegum.runs.store", "zarr", "xarray.backends.zarr", "pytest"])
    return context


def train_many(root: Path) -> None:
    jax.config.update("jax_compilation_cache_dir", str(root / "compiled"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    store.FLUSH = 0.0
    Folder.create(root, "many", MANY).train("all", MANY, progress=False)


def parts_of(folder: Folder, training: tg.Training) -> Parts:
    return Parts(folder.path / "parts" / f"all-{training.digest}")


def listing(path: Path) -> list[str]:
    return sorted(str(inside.relative_to(path)) for inside in path.rglob("*"))


def same_bits(left: xr.Dataset, right: xr.Dataset) -> bool:
    xr.testing.assert_identical(left.drop_attrs(), right.drop_attrs())
    return all(left[name].values.tobytes() == right[name].values.tobytes() for name in left.variables)


def test_ten_kills_at_random_moments_leave_the_same_bits(tmp_path: Path, elsewhere: ForkServerContext) -> None:
    chance = random.Random(10)
    folder = Folder.create(tmp_path / "killed", "many", MANY)
    stored = []
    for _ in range(10):
        parts = list(folder.path.glob("parts/*/*.npz"))
        process = elsewhere.Process(target=train_many, args=(tmp_path / "killed",))
        process.start()
        limit = time.monotonic() + 300
        wanted = len(parts) + chance.randint(1, 3)
        while len(list(folder.path.glob("parts/*/*.npz"))) < wanted and process.is_alive():
            assert time.monotonic() < limit
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.02))
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL, "the work was done before the kill"
        stored.append(sum(len(instances) for instances, _ in parts_of(folder, MANY).read()))
        assert not folder.has("data.zarr")
    assert stored == sorted(set(stored)), "each attempt goes on from the one before"
    killed = folder.train("all", MANY, progress=False)
    undisturbed = Folder.create(tmp_path / "calm", "many", MANY)
    assert same_bits(killed.data, undisturbed.train("all", MANY, progress=False).data)
    assert listing(folder.path) == listing(undisturbed.path)


# ---------------------------------------------------------------- killed at every single write, with pretended work


def pretend(training: tg.Training, *, finished: Iterable[Any] = (), keep: Any = None, **_: Any) -> tg.Run:
    """As `execute`, with made-up results, one instance to a part."""
    board = Board(Grid(training))
    for part in finished:
        board.put(*part)
    for i in np.flatnonzero(~board.completed):
        part = np.array([i]), results(int(i))
        board.put(*part)
        keep(*part)
    return tg.Run(training, board.dataset())


def results(i: int) -> Arrays:
    shapes = {"loss": (1,), "W": (1, 2, 5)}
    arrays = {name: np.full(shape, i, np.float32) for name, shape in shapes.items()}
    return arrays | {"diverged": np.array([False])}


def attempt(root: Path) -> None:
    """All that conducting an experiment writes."""
    setattr(store, "execute", pretend)  # noqa: B010 - what store imports is not its export
    store.FLUSH = -1.0
    folder = Folder.create(root, "toy", SMALL)
    folder.train("all", SMALL)
    for name in ("figures/rates.json", DONE):
        folder.write(name, json.dumps({"name": name}))


def begun_anew(count: int, root: Path) -> None:
    """All that `--force` does, but killed at the count-th change to the disk: a file is opened and not yet written, and
    nothing else has happened. Of the changes inside a draft every tenth counts."""
    changes, inside, last = iter(range(count)), itertools.cycle(range(10)), list[Path]()

    def watch(event: str, args: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
        if last or (not writes and event not in ("os.rename", "os.remove", "os.rmdir", "os.mkdir")):
            return
        path = Path(str(args[0]))
        if path.is_absolute() and event != "open" and (event == "os.mkdir") == path.exists():
            return  # it changes nothing
        hidden = not path.is_absolute() or any(parent.suffix == ".draft" for parent in path.parents)
        if (not hidden or next(inside) == 0) and next(changes, "all done") == "all done":
            if writes:
                last.append(path)  # the next line comes here again
                os.open(path, args[2], 0o644)
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    Folder.create(root / "new", "toy", SMALL)
    Folder.create(root, "toy", SMALL).clear()
    attempt(root)


def whole(folder: Folder) -> None:
    """What is there under its own name is all there."""
    for path in folder.path.rglob("*.json"):
        json.loads(path.read_text())
    if folder.has("data.zarr/all"):
        data = xr.open_zarr(folder.path / "data.zarr", group="all", consolidated=False).load()
        assert same_bits(data, pretend(SMALL, keep=lambda *_: None).data)
    parts = list(folder.path.glob("parts/*/*.npz"))
    for instances, arrays in parts_of(folder, SMALL).read():
        assert arrays["loss"].tolist() == instances.tolist()
    assert all(part.exists() for part in parts), "none was damaged"
    if folder.has(DONE):
        assert all(map(folder.has, ("spec.json", "figures/rates.json", "data.zarr/all")))


def test_a_kill_before_any_single_write_loses_nothing_and_leaves_nothing(
    tmp_path: Path, elsewhere: ForkServerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "execute", pretend)
    monkeypatch.setattr(store, "FLUSH", -1.0)
    attempt(tmp_path / "calm")
    for count in itertools.count():
        root = tmp_path / str(count)
        shutil.copytree(tmp_path / "calm", root)
        process = elsewhere.Process(target=begun_anew, args=(count, root))
        process.start()
        process.join()
        for folder in [*folders(root), *folders(root / "new")]:
            whole(folder)
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        attempt(root)
        whole(folders(root)[0])
        shutil.rmtree(root / "new", ignore_errors=True)
        assert listing(root) == listing(tmp_path / "calm"), f"leftovers after a kill at change {count}"
    assert count > 20, "the kills must fall on every write"


# ---------------------------------------------------------------- resumed


@pytest.fixture(scope="module")
def few() -> tg.Run:
    """Three tiles of work."""
    return tg.train(**{name: getattr(FEW, name) for name in ("model", "law", "steps", "over", "record")})


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The instances that were trained, as they come in."""
    seen: list[int] = []
    keep = Parts.keep

    def note(self: Parts, instances: np.ndarray, arrays: Arrays) -> None:
        seen.extend(instances.tolist())
        keep(self, instances, arrays)

    monkeypatch.setattr(Parts, "keep", note)
    return seen


def part_of(run: tg.Run, instances: np.ndarray) -> Arrays:
    names = [str(name) for name in run.data if name != "completed"]
    return {name: run.data[name].values[instances] for name in names}


def half_done(root: Path, run: tg.Run) -> Folder:
    """A folder with the first two tiles in two parts."""
    folder = Folder.create(root, "few", FEW)
    parts = parts_of(folder, FEW)
    for tile in (np.arange(256), np.arange(256, 512)):
        parts.keep(tile, part_of(run, tile))
        parts.flush()
    return folder


def test_finished_parts_are_not_trained_again(tmp_path: Path, few: tg.Run, trained: list[int]) -> None:
    folder = half_done(tmp_path, few)
    trained.clear()
    assert same_bits(folder.train("all", FEW).data, few.data)
    assert trained == list(range(512, 600))
    trained.clear()
    assert same_bits(folder.train("all", FEW).data, few.data)
    assert trained == []


@pytest.mark.parametrize("left", [0, 40, 2000])
def test_a_damaged_part_is_trained_again(left: int, tmp_path: Path, few: tg.Run, trained: list[int]) -> None:
    folder = half_done(tmp_path, few)
    trained.clear()
    broken = next(folder.path.glob("parts/*/*.npz"))
    with np.load(broken) as stored:
        lost = stored["instances"].tolist()
    broken.write_bytes(broken.read_bytes()[:left])
    assert same_bits(folder.train("all", FEW).data, few.data)
    assert sorted(trained) == [*lost, *range(512, 600)]


def test_a_part_that_is_something_else_is_trained_again(tmp_path: Path, few: tg.Run) -> None:
    folder = half_done(tmp_path, few)
    np.savez(next(folder.path.glob("parts/*/*.npz")), other=np.ones(3))
    assert same_bits(folder.train("all", FEW).data, few.data)


def test_an_interrupt_keeps_what_is_finished(tmp_path: Path, few: tg.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    keep, kept = Parts.keep, list[int]()

    def once(self: Parts, instances: np.ndarray, arrays: Arrays) -> None:
        if kept:
            raise KeyboardInterrupt
        kept.extend(instances)
        keep(self, instances, arrays)

    monkeypatch.setattr(Parts, "keep", once)
    folder = Folder.create(tmp_path, "few", FEW)
    with pytest.raises(KeyboardInterrupt):
        folder.train("all", FEW)
    stored = [instances.tolist() for instances, _ in parts_of(folder, FEW).read()]
    assert stored == [kept]


# ---------------------------------------------------------------- what is stored


LOSSES = [tg.SquaredError(), tg.SquaredError(reduction="sum")]


def sweep(**over: Any) -> tg.Training:
    return tg.Training(model=MODEL, law=tg.OneHot(), steps=2, over=over, record=tg.every(1))


@pytest.mark.parametrize(
    "training",
    [
        pytest.param(FEW, id="seeds"),
        pytest.param(sweep(hidden=[2, 3], seed=range(2)), id="two shapes"),
        pytest.param(sweep(activation=["relu", "linear"]), id="words"),
        pytest.param(sweep(seed=[1, 2**64 - 1]), id="large seeds"),
        pytest.param(sweep(optimiser=[tg.Adam(), tg.SGD(learning_rate=0.1)]), id="specs"),
        pytest.param(sweep(cell={"learning_rate": [1e-3, 1e-2], "loss": LOSSES}), id="zipped"),
        pytest.param(sweep(**{"importance[4]": [0.0, 1.0]}), id="an entry"),
        pytest.param(
            sweep(learning_rate=[0.1, 1e30], precision=["float32", "float64"]), id="diverging, two precisions"
        ),
        pytest.param(tg.Training(model=MODEL, steps=1), id="one model"),
    ],
)
def test_what_is_read_is_what_was_trained(training: tg.Training, tmp_path: Path) -> None:
    folder = Folder.create(tmp_path, "any", training)
    stored = folder.train("all", training)
    given = {name: getattr(training, name) for name in ("model", "law", "steps", "over", "record")}
    assert same_bits(stored.data, tg.train(**given).data)
    assert stored.training == tg.Training.read(stored.data.attrs["training"]) == training
    assert not folder.has("parts")
    for path in folder.path.rglob(".zarray"):
        about = json.loads(path.read_text())
        assert "O" not in about["dtype"], "objects would be pickled"
        assert not about["filters"]


def test_the_data_open_without_tegum(tmp_path: Path, few: tg.Run) -> None:
    folder = Folder.create(tmp_path, "few", FEW)
    folder.train("all", FEW)
    code = (
        "import sys, xarray\n"
        "data = xarray.open_zarr(sys.argv[1], group='all', consolidated=False).load()\n"
        "assert 'tegum' not in sys.modules and 'jax' not in sys.modules\n"
        "print(dict(data.W.sizes), float(data.loss.sum()))"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(folder.path / "data.zarr")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    assert done.stdout.strip() == f"{dict(few.W.sizes)} {float(few.loss.sum())}"


# ---------------------------------------------------------------- what cannot be read or written


@pytest.fixture
def finished(tmp_path: Path) -> Folder:
    folder = Folder.create(tmp_path, "few", FEW)
    folder.train("all", FEW)
    return folder


def bad(work: Callable[[], object]) -> str:
    with pytest.raises(tg.BadInput) as caught:
        work()
    return str(caught.value)


def flipped(stored: bytes) -> bytes:
    middle = len(stored) // 2
    return stored[:middle] + bytes([stored[middle] ^ 1]) + stored[middle + 1 :]


DAMAGES: dict[str, Callable[[Path], object]] = {
    "half a chunk": lambda path: (path / "W" / "0.0.0").write_bytes((path / "W" / "0.0.0").read_bytes()[:5000]),
    "one bit": lambda path: (path / "W" / "0.0.0").write_bytes(flipped((path / "W" / "0.0.0").read_bytes())),
    "an empty chunk": lambda path: (path / "W" / "0.0.0").write_bytes(b""),
    "cut metadata": lambda path: (path / "W" / ".zarray").write_text("{"),
    "no W": lambda path: shutil.rmtree(path / "W"),
    "no metadata": lambda path: (path / "W" / ".zarray").unlink(),
    "no group": lambda path: (path / ".zgroup").write_text("3"),
    "a file in its place": lambda path: path.rename(path.parent / "moved") and path.write_text(""),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_damaged_data_are_named_and_the_way_out_works(damage: Callable[[Path], object], finished: Folder) -> None:
    path = finished.path / "data.zarr" / "all"
    damage(path)
    said = bad(lambda: finished.train("all", FEW))
    assert said.startswith(f"{path} is damaged (")
    assert said.endswith("); remove it and run again.")
    store._remove(path)
    finished.train("all", FEW)


def test_a_damaged_spec(finished: Folder, tmp_path: Path) -> None:
    spec = finished.path / "spec.json"
    spec.write_text("{")
    assert bad(lambda: Folder.create(tmp_path, "few", FEW)) == (
        f"{spec} is damaged; remove it and run again with the same command."
    )
    spec.write_text(SMALL.json_text())
    assert bad(lambda: Folder.create(tmp_path, "few", FEW)) == (
        f"{spec} does not hold the spec that names its folder; remove the folder and run again."
    )


def test_json_that_is_missing_or_not_text(finished: Folder) -> None:
    assert bad(lambda: finished.json("claims.json")) == (
        f"{finished.path} has no claims.json, so it is not a finished run; run it again."
    )
    (finished.path / "claims.json").write_bytes(b"\xff\xfe")
    assert "claims.json is damaged; remove it" in bad(lambda: finished.json("claims.json"))
    (finished.path / "claims.json").unlink()
    (finished.path / "claims.json").mkdir()
    assert "claims.json cannot be read: Is a directory." in bad(lambda: finished.json("claims.json"))


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / f"few-{FEW.digest}"
    assert bad(lambda: Folder.create(tmp_path / "file", "few", FEW)) == (
        f"cannot write {path}: Not a directory; make way or choose another place."
    )


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    folder = Folder.create(tmp_path, "few", FEW)
    monkeypatch.setattr(os, "fsync", full)
    assert bad(lambda: folder.write("claims.json", "[]")) == (
        f"cannot write {folder.path / 'claims.json'}: No space left on device; make way or choose another place."
    )
    assert "No space left on device" in bad(lambda: folder.train("all", FEW))
    monkeypatch.undo()
    folder.train("all", FEW)
    assert [path.name for path in folder.path.rglob("*.draft")] == []


def test_one_process_at_a_time(tmp_path: Path) -> None:
    folder = Folder.create(tmp_path, "few", FEW)
    with folder.alone():
        assert bad(lambda: Folder(folder.path).train("all", FEW)) == (
            f"another process works in {folder.path}; wait for it, or choose another place with --into."
        )
        with folder.alone():
            pass
        assert "another process" in bad(Folder(folder.path).clear)
    folder.clear()


def test_data_of_another_training_are_not_taken_for_these(finished: Folder) -> None:
    said = bad(lambda: finished.train("all", SMALL))
    path = finished.path / "data.zarr" / "all"
    assert said == f"{path} holds another training than this code describes; run again with --force."
    finished.clear()
    finished.train("all", SMALL)


def test_clear_keeps_the_spec(finished: Folder) -> None:
    finished.write(DONE, "{}")
    finished.clear()
    assert listing(finished.path) == ["spec.json"]


def test_folders_are_listed_by_name(tmp_path: Path) -> None:
    made = [Folder.create(tmp_path, name, FEW).path for name in ("b", "a")]
    (tmp_path / "neither").mkdir()
    assert [folder.path for folder in folders(tmp_path)] == made[::-1]
    assert folders(tmp_path / "nowhere") == []
