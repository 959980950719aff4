"""How long the cores wait for data that come from disk: a dictionary of 64 → 512 on a file many chunks long.

A file of random activations is written, in each format, and dropped from the system's memory of files; then a few
dictionaries learn from it, one to a core. The share of the workers' time spent waiting is what `run.data.attrs` says.

    python benchmarks/streaming.py                # 1,000,000 rows of 64 numbers in half precision, 128 MB
    python benchmarks/streaming.py --rows 20000000 --into /path/on/another/disk
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import safetensors.numpy
import zarr

import tegum as tg

INPUTS, LATENTS, BATCH, CHUNK, PIECE = 64, 512, 4096, 65_536, 100_000


def write_npy(path: Path, rows: int) -> None:
    """Piece by piece, so that the file may be larger than memory."""
    array = np.lib.format.open_memmap(path, "w+", np.float16, (rows, INPUTS))
    for first, piece in pieces(rows):
        array[first : first + len(piece)] = piece
    array.flush()


def write_safetensors(path: Path, rows: int) -> None:
    safetensors.numpy.save_file({"activations": np.concatenate([piece for _, piece in pieces(rows)])}, path)


def write_zarr(path: Path, rows: int) -> None:
    array = zarr.create_array(path, shape=(rows, INPUTS), chunks=(1024, INPUTS), dtype="float16", zarr_format=2)
    for first, piece in pieces(rows):
        array[first : first + len(piece)] = piece


def pieces(rows: int) -> Iterator[tuple[int, np.ndarray]]:
    for first in range(0, rows, PIECE):
        draw = np.random.default_rng(first)
        yield first, draw.standard_normal((min(PIECE, rows - first), INPUTS), np.float32).astype(np.float16)


WRITERS: dict[str, Callable[[Path, int], None]] = {
    "npy": write_npy, "safetensors": write_safetensors, "zarr": write_zarr,
}  # fmt: skip


def forget(path: Path) -> None:
    """Drop a file, or all files of a folder, from the system's memory of files."""
    for file in [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]:
        with file.open("rb") as stream:
            os.fsync(stream.fileno())
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def trained(path: Path, steps: int) -> tuple[float, float]:
    """Seconds, and the share of the workers' time that they waited."""
    law = tg.sae.Stored(path=path, chunk=CHUNK, stretch=1024 if path.is_dir() else 128)
    model = tg.sae.SparseAutoencoder(inputs=INPUTS, latents=LATENTS)
    began = time.perf_counter()
    run = tg.train(
        model, law, loss=tg.sae.SparseError(l1=0.1), steps=steps, batch_size=BATCH, over={"seed": range(2)},
        progress=False,
    )  # fmt: skip
    return time.perf_counter() - began, run.data.attrs["waiting"]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--steps", type=int, default=240)
    options.add_argument("--into", type=Path, default=None)
    given = options.parse_args()
    print(f"{given.rows:,} rows of {INPUTS}, chunks of {CHUNK:,}, two dictionaries of {LATENTS}, {given.steps} steps")
    with tempfile.TemporaryDirectory(dir=given.into) as folder:
        for kind, write in WRITERS.items():
            path = Path(folder) / f"activations.{kind}"
            write(path, given.rows)
            trained(path, 1)  # compiles
            forget(path)
            seconds, waiting = trained(path, given.steps)
            rate = 2 * given.steps * BATCH / seconds
            print(f"{kind:>12}: {seconds:6.1f} s, {rate:9,.0f} samples/s, waiting {waiting:.1%} of the time")


if __name__ == "__main__":
    main()
