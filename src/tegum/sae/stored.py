"""Activations of one's own, from a file that may be larger than memory: .npy, .safetensors or Zarr.

What is read, and in which order:

1. The file's rows are cut into stretches of consecutive rows; a rest shorter than a stretch is left out. The stretches
   are shuffled. The first of them are held out for measuring, a tenth of the rows at most.
2. The stream is all other stretches, one after the other, in an order that is drawn anew for each pass through the
   file: each row comes exactly once in a pass.
3. The stream is cut into chunks. The rows of a chunk are permuted, and each step takes the next of them.

So samples of one step come from all over a chunk, and a chunk from all over the file. Two rows that are neighbours in
the file meet in one chunk more often than others do: the price of reading stretches instead of rows.
"""

import functools
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import jax.numpy as jnp
import numpy as np
import zarr
from pydantic import BeforeValidator, Field

from tegum.errors import BadInput, near, shown
from tegum.spec import Count
from tegum.toy.features import Chunks, Streamed

FLOATS = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "BF16": jnp.bfloat16}  # as .safetensors calls them
TYPES = "it needs float16, float32, float64 or bfloat16."
LONGEST_HEADER = 100_000_000  # bytes, by the format's own rule
SHUFFLE, ORDER, MIX = range(3)  # streams of random numbers

Arrays = dict[str, Callable[[], Any]]
"""Arrays by name, not opened yet; "" is the name of one without."""


class Stored(Streamed):
    """Activations from a file, an array of shape (samples, inputs) in half, single, double or bfloat16 precision.

    path: a .npy file, a .safetensors file, or the folder of a Zarr array or group.
    key: which array, where the file holds several.
    chunk: rows in memory at a time; each worker may hold three chunks, and the file is read one ahead.
    stretch: rows read in one piece. Larger is faster on slow disks, smaller mixes better; for Zarr, whose chunks are
        read whole, their length is best.
    held_out: rows that are not trained on; recorded losses are on exactly these, and so is `quality`. At most a tenth.
    draw: fixes which rows are held out, and the order of all others.

    The order hangs on `draw`, not on the seed: every instance of an ensemble takes the same samples in the same order,
    so comparisons are paired, also over seeds, and a chunk is read once for all. To vary the order too, sweep `draw`.
    A run is named by the path, not by what the file holds: another file under the same path is not noticed.
    """

    path: Annotated[str, BeforeValidator(os.fspath)]
    key: str | None = None
    chunk: Count = 65_536
    stretch: Count = 128
    held_out: Count = 8_192
    draw: int = Field(default=0, ge=0)

    def open(self, features: int, samples: int) -> Chunks:
        array = opened(self.path, self.key)
        if array.shape[1] != features:
            raise BadInput(f"{self.path} has rows of {array.shape[1]} numbers; the model has inputs={features}.")
        return Shuffled(self, array, samples)

    def check(self, features: int) -> None:
        self.open(features, 1)


class Shuffled(Chunks):
    """The stream of one file, as this module's first lines describe it."""

    def __init__(self, law: Stored, array: Any, samples: int) -> None:
        self._law, self._array = law, array
        order = np.random.default_rng([law.draw, SHUFFLE]).permutation(array.shape[0] // law.stretch)
        held = -(-min(law.held_out, array.shape[0] // 10) // law.stretch)
        self._trained = order[held:]
        self._rows = len(self._trained) * law.stretch
        self.steps = min(law.chunk, self._rows) // samples
        self._check(samples)
        self._taken = self.steps * samples
        self.held = self._columns(_rows_of(np.sort(order[:held]), law.stretch))

    def read(self, number: int) -> np.ndarray:
        mixed = np.random.default_rng([self._law.draw, MIX, number]).permutation(self._taken)
        return self._columns(self.rows(number)[mixed])

    def rows(self, number: int) -> np.ndarray:
        """The rows of the file that make a chunk, before they are permuted."""
        place = number * self._taken + np.arange(self._taken)
        passes = place // self._rows
        return np.concatenate([self._in_pass(which, place[passes == which]) for which in np.unique(passes)])

    def _in_pass(self, which: int, place: np.ndarray) -> np.ndarray:
        stretch, within = np.divmod(place % self._rows, self._law.stretch)
        return self._order(int(which))[stretch] * self._law.stretch + within

    def _order(self, which: int) -> np.ndarray:
        return np.random.default_rng([self._law.draw, ORDER, which]).permutation(self._trained)

    def _columns(self, rows: np.ndarray) -> np.ndarray:
        """These rows as columns, in this order. The file is read from front to back, in pieces as long as they come."""
        order = np.argsort(rows, kind="stable")
        pieces = np.split(rows[order], np.flatnonzero(np.diff(rows[order]) != 1) + 1)
        found = np.concatenate([np.asarray(self._array[piece[0] : piece[-1] + 1]) for piece in pieces])
        found = found.astype(np.result_type(np.float32, found.dtype) if found.dtype.kind == "f" else np.float32)
        if not np.isfinite(found).all():
            row = rows[order][~np.isfinite(found).all(axis=1)][0]
            raise BadInput(
                f"{self._law.path} holds a number that is not finite in row {row}; leave such rows out of the file."
            )
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        return found[back].T

    def _check(self, samples: int) -> None:
        law, count = self._law, self._array.shape[0]
        if law.chunk < samples:
            raise BadInput(f"chunk={law.chunk} must be at least batch_size={samples}, or no step has its samples.")
        if self.steps < 1:
            raise BadInput(
                f"{law.path} has {count} rows, of which {self._rows} are left to train on; batch_size={samples} needs "
                f"as many. Take smaller batches, or a smaller stretch than {law.stretch}."
            )


def opened(path: str, key: str | None = None) -> Any:
    """The array in a file, not read yet: it has shape and dtype, and gives rows by slices."""
    try:
        array = _chosen(path, _arrays(Path(path)), key)()
    except BadInput:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
        raise BadInput(f"{path} cannot be read: {shown(str(error))}; write it again.") from None
    if len(array.shape) != 2 or 0 in array.shape:
        raise BadInput(f"{path} holds an array of shape {tuple(array.shape)}; it needs to be (samples, inputs).")
    if array.dtype not in [np.dtype(kind) for kind in FLOATS.values()]:
        raise BadInput(f"{path} holds numbers of type {array.dtype}; {TYPES}")
    return array


def _arrays(path: Path) -> Arrays:
    """What a file holds."""
    if not path.exists():
        raise BadInput(f"{path} does not exist; path names a .npy file, a .safetensors file or a Zarr folder.")
    read = _zarr if path.is_dir() else {".npy": _npy, ".safetensors": _safetensors}.get(path.suffix)
    if read is None:
        raise BadInput(f"{path} is no .npy file, .safetensors file or Zarr folder; convert it to one.")
    return read(path)


def _chosen(path: str, arrays: Arrays, key: str | None) -> Callable[[], Any]:
    if key is None and len(arrays) == 1:
        key = next(iter(arrays))
    if key is None:
        raise BadInput(f"{path} holds {', '.join(sorted(arrays)) or 'no array'}; say which with key=...")
    if key not in arrays:
        way = "leave key out." if list(arrays) == [""] else near(key, list(arrays))
        raise BadInput(f"key={key!r} is not in {path}; {way}")
    return arrays[key]


def _npy(path: Path) -> Arrays:
    return {"": lambda: np.load(path, mmap_mode="r", allow_pickle=False)}


def _safetensors(path: Path) -> Arrays:
    """Tensors mapped from the file: the length of a header of JSON, the header, then the bytes."""
    with path.open("rb") as stream:
        start = 8 + int.from_bytes(stream.read(8), "little")
        header = json.loads(stream.read(min(start - 8, LONGEST_HEADER)))
    return {
        name: functools.partial(_mapped, path, start, tensor)
        for name, tensor in header.items()
        if name != "__metadata__"
    }


def _mapped(path: Path, start: int, tensor: dict[str, Any]) -> np.ndarray:
    if tensor["dtype"] not in FLOATS:
        raise BadInput(f"{path} holds numbers of type {tensor['dtype']}; {TYPES}")
    kind = np.dtype(FLOATS[tensor["dtype"]])
    return np.memmap(path, kind, "r", start + tensor["data_offsets"][0], tuple(tensor["shape"]))


def _zarr(path: Path) -> Arrays:
    found = zarr.open(path, mode="r")
    arrays = {"": found} if isinstance(found, zarr.Array) else dict(found.arrays())
    return {name: functools.partial(_itself, array) for name, array in arrays.items()}


def _itself(array: Any) -> Any:
    return array


def _rows_of(stretches: np.ndarray, stretch: int) -> np.ndarray:
    return (stretches[:, None] * stretch + np.arange(stretch)).ravel()
