"""Data that come in chunks from the host: each is read once, ahead of its use, by one thread while the cores train.

Which chunk a step takes depends on the step alone, never on when it was read or by whom it is used.
"""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import jax
import numpy as np
from jaxtyping import Array

from tegum.toy.features import Streamed
from tegum.training.loop import Chunk
from tegum.training.training import DEFAULT_BATCH, Training


def stream(training: Training, workers: int) -> "Stream | None":
    """The stream behind a training's law, where it is one."""
    return Stream(training, workers) if isinstance(training.law, Streamed) else None


class Stream:
    """The chunks of a law, for all workers. Two for each worker stay in memory: the one in use, and the next."""

    def __init__(self, training: Training, workers: int) -> None:
        assert isinstance(training.law, Streamed)
        self._chunks = training.law.open(training.model.sizes.features, training.batch_size or DEFAULT_BATCH)
        self._precision = training.precision
        self._held = self._on_device(self._chunks.held)
        self._last = (training.steps - 1) // self._chunks.steps
        self._room = 2 * workers
        self._read: dict[int, Future[Array]] = {}
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="tegum-reader")
        self._lock = threading.Lock()

    def left(self, step: int) -> int:
        """How many steps the chunk of this step still lasts."""
        return self._chunks.steps - step % self._chunks.steps

    def at(self, step: int) -> Chunk:
        """The chunk of this step, waited for where it is not there yet; the next one is begun."""
        number = step // self._chunks.steps
        with self._lock:
            for wanted in (number, min(number + 1, self._last)):
                known = self._read.pop(wanted, None)  # put back as the latest
                self._read[wanted] = known or self._reader.submit(self._load, wanted)
            found = self._read[number]
            while len(self._read) > self._room:
                self._read.pop(next(iter(self._read)))
        return Chunk(found.result(), self._held)

    def _load(self, number: int) -> Array:
        return self._on_device(self._chunks.read(number))

    def _on_device(self, columns: np.ndarray) -> Array:
        with jax.enable_x64(self._precision == "float64"):
            return jax.device_put(np.ascontiguousarray(columns, self._precision))
