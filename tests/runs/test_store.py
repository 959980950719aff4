"""Runs on disk: whole or not there at all, wherever a kill falls; resumed; open to anyone."""

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

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
MANY = tg.Training(model=MODEL, law=tg.OneHot(), steps=6000, over={"seed": range(256 * 60)})
FEW = tg.Training(model=MODEL, law=tg.OneHot(), steps=3, over={"seed": range(600)}, record=tg.every(2))
SMALL = tg.Training(model=MODEL, law=tg.OneHot(), steps=3, over={"seed": range(3)})


# ---------------------------------------------------------------- a process that is killed


@pytest.fixture(scope="module")
def elsewhere() -> ForkServerContext:
    """Processes that start with everything imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tegum.runs.store", "pytest"])
    return context


def train_many(root: Path) -> None:
    store.FLUSH = 0.0
    Folder.create(root, "many", MANY).train("all", MANY, progress=False)


def listing(path: Path) -> list[str]:
    return sorted(str(inside.relative_to(path)) for inside in path.rglob("*"))


def same_bits(left: xr.Dataset, right: xr.Dataset) -> bool:
    xr.testing.assert_identical(left, right)
    return all(left[name].values.tobytes() == right[name].values.tobytes() for name in left.variables)


def test_ten_kills_at_random_moments_leave_the_same_bits(tmp_path: Path, elsewhere: ForkServerContext) -> None:
    chance = random.Random(10)
    folder = Folder.create(tmp_path / "killed", "many", MANY)
    stored = []
    for _ in range(10):
        parts = set(folder.path.glob("parts/all/*.npz"))
        process = elsewhere.Process(target=train_many, args=(tmp_path / "killed",))
        process.start()
        limit = time.monotonic() + 60
        while not set(folder.path.glob("parts/all/*.npz")) - parts and process.is_alive():
            assert time.monotonic() < limit
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.1))
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL, "the work was done before the kill"
        stored.append(sum(len(instances) for instances, _ in Parts(folder.path / "parts" / "all").read()))
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
    shapes = {"loss": (1,), "W": (1, 2, 5), "b": (1, 5)}
    return {name: np.full(shape, i, np.float32) for name, shape in shapes.items()}


def attempt(root: Path) -> None:
    """All that conducting an experiment writes."""
    store.execute, store.FLUSH = pretend, -1.0  # type: ignore[assignment]
    folder = Folder.create(root, "toy", SMALL)
    for name in ("one", "two"):
        folder.train(name, SMALL)
    for name in ("figures/rates.json", "claims.json", DONE):
        folder.write(name, json.dumps({"name": name}))


def attempt_with_force(root: Path) -> None:
    Folder.create(root, "toy", SMALL).clear()
    attempt(root)


def killed_at(count: int, work: Callable[[Path], None], root: Path) -> None:
    """Work, but die just before the count-th change to the disk."""
    changes = iter(range(count))

    def watch(event: str, args: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
        if (writes or event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir")) and next(changes, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    work(root)


def whole(folder: Folder) -> None:
    """What is there under its own name is all there."""
    for path in folder.path.rglob("*.json"):
        json.loads(path.read_text())
    for name in ("one", "two"):
        if folder.has(f"data.zarr/{name}"):
            data = xr.open_zarr(folder.path / "data.zarr", group=name, consolidated=False).load()
            xr.testing.assert_identical(data, pretend(SMALL, keep=lambda *_: None).data)
    for instances, arrays in Parts(folder.path / "parts" / "one").read():
        assert arrays["loss"].tolist() == instances.tolist()
    if folder.has(DONE):
        assert all(map(folder.has, ("spec.json", "claims.json", "figures/rates.json", "data.zarr/one", "data.zarr/two")))


@pytest.mark.parametrize("work", [attempt, attempt_with_force])
def test_a_kill_before_any_single_write(
    work: Callable[[Path], None], tmp_path: Path, elsewhere: ForkServerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "execute", pretend)
    monkeypatch.setattr(store, "FLUSH", -1.0)
    attempt(tmp_path / "calm")
    calm = listing(tmp_path / "calm")
    code, count = -signal.SIGKILL, 0
    while code == -signal.SIGKILL:
        root = tmp_path / str(count)
        if work is attempt_with_force:
            attempt(root)
        process = elsewhere.Process(target=killed_at, args=(count, work, root))
        process.start()
        process.join()
        code = process.exitcode or 0
        for folder in folders(root):
            whole(folder)
        attempt(root)
        assert listing(root) == calm, f"leftovers after a kill at change {count}"
        whole(folders(root)[0])
        count += 1
    assert code == 0
    assert count > 50
