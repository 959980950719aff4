"""A run folder: `NAME-DIGEST/` with spec.json, data.zarr, claims.json, provenance.json, report.html, figures/.

Everything appears under its own name in one rename, after it is whole, and disappears in one. While an ensemble trains,
finished instances go to `parts/`; a kill loses at most the last seconds, and the next attempt goes on from there and
removes the drafts that the killed one left. One process at a time works in a folder. `data.zarr` opens with
`xarray.open_zarr(folder / "data.zarr", group=TRAINING, consolidated=False)` and no tegum at all.
"""

import json
import os
import shutil
import time
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numcodecs import Zstd  # type: ignore[import-untyped]

from tegum.errors import BadInput
from tegum.spec import Spec
from tegum.training.ensemble import Arrays
from tegum.training.run import Run, execute
from tegum.training.training import Training

FLUSH = 2.0  # seconds of work that a kill may cost
CODEC = Zstd(level=3, checksum=True)  # Blosc, the default, reads half a chunk as garbage without a word
DONE = "provenance.json"  # written last, removed first: its presence says that all the rest is there


class Folder:
    """One run on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._alone = False

    @classmethod
    def create(cls, root: Path, name: str, spec: Spec) -> "Folder":
        """The folder of this spec under `root`, made if need be. Raises `BadInput` where it cannot be."""
        folder = cls(root / f"{name}-{spec.digest}")
        with _writing(folder.path):
            folder.path.mkdir(parents=True, exist_ok=True)
        given = folder.path / "spec.json"
        if not given.exists():
            folder.write("spec.json", spec.json_text(indent=2))
        elif folder.json("spec.json") != json.loads(spec.json_text()):
            raise BadInput(f"{given} does not hold the spec that names its folder; remove the folder and run again.")
        return folder

    def write(self, name: str, text: str) -> Path:
        """Write a text file whole or not at all."""
        target = self.path / name
        with _writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = _draft(target)
            try:
                with open(draft, "w", encoding="utf-8") as stream:
                    stream.write(text)
                    stream.flush()
                    os.fsync(stream.fileno())
                os.replace(draft, target)
            finally:
                draft.unlink(missing_ok=True)
        return target

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other process works in this folder meanwhile. Drafts of a killed one are removed."""
        if self._alone:
            yield
            return
        descriptor = _locked(self.path)
        try:
            self._alone = True
            for drafts in ("", "figures", "parts", "parts/*", "data.zarr"):
                for draft in self.path.glob(f"{drafts}/.*.draft".lstrip("/")):
                    _remove(draft)
            yield
        finally:
            self._alone = False
            if descriptor is not None:
                os.close(descriptor)

    def json(self, name: str) -> Any:
        """What a JSON file of this folder holds. Raises `BadInput` when it is missing or damaged."""
        try:
            return json.loads(self._read(name))
        except (json.JSONDecodeError, UnicodeDecodeError):
            raise self.damaged(name) from None

    def damaged(self, name: str) -> BadInput:
        """What to say of a file that does not hold what was written."""
        return BadInput(f"{self.path / name} is damaged; remove it and run again with the same command.")

    def _read(self, name: str) -> str:
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise BadInput(f"{self.path} has no {name}, so it is not a finished run; run it again.") from None
        except OSError as error:
            raise BadInput(f"{self.path / name} cannot be read: {error.strerror}.") from None

    def has(self, name: str) -> bool:
        """Whether a file or folder of this name is there (then it is whole)."""
        return (self.path / name).exists()

    @property
    def begun(self) -> bool:
        """Whether an earlier attempt left something that was trained."""
        return self.has("parts") or self.has("data.zarr")

    def clear(self) -> None:
        """Remove all results, keep the spec."""
        with _writing(self.path), self.alone():
            for child in sorted(self.path.iterdir(), key=lambda child: child.name != DONE):
                if child.name != "spec.json":
                    _remove(child)

    # ---------------------------------------------------------------- trainings

    def train(self, name: str, training: Training, *, workers: int | None = None, progress: bool | None = None) -> Run:
        """The run of this training: read if it is there, else trained, from finished parts on."""
        parts = Parts(self.path / "parts" / f"{name}-{training.digest}")
        with _writing(parts.path), self.alone():
            if not (self.path / "data.zarr" / name).exists():
                try:
                    run = execute(training, finished=parts.read(), keep=parts.keep, workers=workers, progress=progress)
                finally:
                    parts.flush()
                self._store(name, run.data.assign_attrs(training=training.json_text()))
            _remove(parts.path)
            with suppress(OSError):  # another training's parts are there
                parts.path.parent.rmdir()
        return Run(training, self._open(name, training))

    def _store(self, name: str, data: xr.Dataset) -> None:
        root = self.path / "data.zarr"
        _root_group(root)
        draft = _draft(self.path / name)
        encoding = {variable: {"compressors": CODEC} for variable in data.variables}
        data.to_zarr(draft, mode="w", zarr_format=2, consolidated=False, encoding=encoding)
        os.replace(draft, root / name)

    def _open(self, name: str, training: Training) -> xr.Dataset:
        path = self.path / "data.zarr"
        try:
            data = xr.open_zarr(path, group=name, consolidated=False, zarr_format=2).load()
            trained = data.attrs["training"]
            for variable in ("loss", "completed", "diverged", *training.held()):
                data[variable]
        except Exception as error:  # zarr and its codecs raise many kinds for damaged bytes
            raise BadInput(f"{path / name} is damaged ({type(error).__name__}); remove it and run again.") from None
        if trained != training.json_text():
            raise BadInput(f"{path / name} holds another training than this code describes; run again with --force.")
        return data


class Parts:
    """Finished instances of an unfinished training, a few seconds of work to a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[tuple[np.ndarray, Arrays]] = []
        self._last = time.monotonic()

    def keep(self, instances: np.ndarray, arrays: Arrays) -> None:
        """Take finished instances; write them out when a few seconds' work has gathered."""
        self._waiting.append((instances, arrays))
        if time.monotonic() - self._last > FLUSH:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered, each file whole or not at all."""
        waiting, self._waiting, self._last = self._waiting, [], time.monotonic()
        if not waiting:
            return
        self.path.mkdir(parents=True, exist_ok=True)
        for group in _alike(waiting):
            arrays = {name: np.concatenate([part[name] for _, part in group]) for name in group[0][1]}
            target = self.path / f"{uuid.uuid4().hex}.npz"
            draft = _draft(target)
            with open(draft, "wb") as stream:
                np.savez(stream, instances=np.concatenate([places for places, _ in group]), **arrays)  # type: ignore[arg-type]
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(draft, target)

    def read(self) -> Iterator[tuple[np.ndarray, Arrays]]:
        """The finished parts. A damaged one is left out, and its instances are trained again."""
        for path in sorted(self.path.glob("*.npz")) if self.path.exists() else ():
            try:
                with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as stored:
                    arrays = {name: stored[name] for name in stored.files}
                instances = arrays.pop("instances")
            except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError):
                path.unlink()
                continue
            yield instances, arrays


def _alike(parts: list[tuple[np.ndarray, Arrays]]) -> list[list[tuple[np.ndarray, Arrays]]]:
    """Parts whose arrays have equal shapes, so that they can share a file."""
    groups: dict[Any, list[tuple[np.ndarray, Arrays]]] = {}
    for part in parts:
        shape = tuple(sorted((name, values.shape[1:]) for name, values in part[1].items()))
        groups.setdefault(shape, []).append(part)
    return list(groups.values())


def _root_group(root: Path) -> None:
    """data.zarr itself: a Zarr group that holds one group for each training."""
    root.mkdir(exist_ok=True)
    marker = root / ".zgroup"
    if not marker.exists():
        draft = _draft(marker)
        draft.write_text('{"zarr_format": 2}')
        os.replace(draft, marker)


def _draft(target: Path) -> Path:
    """A name beside the target for what is not whole."""
    return target.with_name(f".{target.name}.{uuid.uuid4().hex}.draft")


def _remove(path: Path) -> None:
    """Remove a file, or a folder with all in it, in one step."""
    if path.is_dir():
        draft = path if path.suffix == ".draft" else _draft(path)
        os.replace(path, draft)
        shutil.rmtree(draft, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _locked(path: Path) -> int | None:
    """A lock on a folder that ends with its process; None where the system has no such locks."""
    try:
        import fcntl

        descriptor = os.open(path, os.O_RDONLY)
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise BadInput(f"another process works in {path}; wait for it, or choose another place with --into.") from None
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """A full disk, a read-only place, a file in the way: one sentence."""
    try:
        yield
    except BadInput:
        raise
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror or error}; make way or choose another place.") from None


def folders(root: Path) -> list[Folder]:
    """Every run under `root`, by name."""
    return [Folder(spec.parent) for spec in sorted(root.glob("*/spec.json"))]
