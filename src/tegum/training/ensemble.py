"""Ensembles: instances cut into tiles, tiles given to workers, results put back in their places.

A worker is a thread that calls the compiled program; the program itself uses one core. Workers take tiles in any
order, since a tile's result depends on nothing but its own instances.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import jax
import numpy as np

from tegum.errors import BadInput
from tegum.toy.random import key_of
from tegum.training.axes import Grid, Group
from tegum.training.history import applied
from tegum.training.loop import BLOCK, Program, State, program
from tegum.training.streams import Stream, stream
from tegum.training.training import Training

PAUSE = 0.5  # seconds between two visits to the host, so that progress shows and an interrupt is heard

Arrays = dict[str, np.ndarray]
"""Results by name: final ones of shape (instances, ...), recorded ones (*_history) of (instances, records, ...)."""

Records = dict[int, Arrays]
"""What was measured at each step, before any edit at that step."""

Finished = tuple[np.ndarray, Arrays]
"""Numbers of finished instances in the grid, and their results."""

Keep = Callable[[np.ndarray, Arrays], None]
"""Takes the finished instances (their numbers in the grid) and their results."""


@dataclass
class Progress:
    """How many model-steps are done of how many, and how long workers worked or waited for data; workers report."""

    total: int
    done: int = 0
    worked: float = 0.0
    waited: float = 0.0
    stopped: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, model_steps: int = 0, *, worked: float = 0.0, waited: float = 0.0) -> None:
        """Report work done, and seconds."""
        with self._lock:
            self.done += model_steps
            self.worked += worked
            self.waited += waited

    @property
    def waiting(self) -> float:
        """The share of the workers' time that they waited for data."""
        return self.waited / max(self.waited + self.worked, 1e-9)


@dataclass(frozen=True)
class Tile:
    """Instances that run together through one program."""

    group: Group
    program: Program
    instances: np.ndarray
    stream: Stream | None


def compute(grid: Grid, todo: np.ndarray, keep: Keep, progress: Progress, workers: int | None = None) -> None:
    """Train the instances in `todo` and hand the results to `keep`, one tile at a time.

    On Ctrl-C what is finished has been kept, and KeyboardInterrupt goes on to the caller.
    """
    if workers is not None and not (isinstance(workers, int) and workers >= 1):
        raise BadInput(f"workers={workers!r} must be a whole number of at least 1; leave it out for one on each core.")
    count = workers or default_workers()
    pending: set[Future[Finished]] = set()
    with ThreadPoolExecutor(count, thread_name_prefix="tegum") as pool:
        try:
            for tile in _tiles(grid, todo, count):
                pending.add(pool.submit(_train, tile, progress))
                if len(pending) >= 2 * count:
                    _collect(pending, keep)
            while pending:
                _collect(pending, keep)
        except BaseException:
            progress.stopped = True
            pool.shutdown(cancel_futures=True)
            for future in pending:
                if not future.cancelled() and future.exception() is None:
                    keep(*future.result())
            raise


def default_workers() -> int:
    """One worker for each core this process may use; an accelerator is driven by one."""
    if jax.default_backend() != "cpu":
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _collect(pending: set[Future[Finished]], keep: Keep) -> None:
    done, _ = wait(pending, return_when=FIRST_COMPLETED)
    for future in done:
        pending.discard(future)
        keep(*future.result())


def _tiles(grid: Grid, todo: np.ndarray, workers: int) -> Iterator[Tile]:
    for group in grid.groups:
        mine = np.intersect1d(group.instances, todo)
        if not mine.size:
            continue
        with _precision(group.training):
            ready = program(group.training)
        width, data = ready.width or 1, stream(group.training, workers)
        for start in range(0, len(mine), width):
            yield Tile(group, ready, mine[start : start + width], data)


class Stopped(Exception):
    """A worker leaves its tile unfinished because the training was interrupted."""


def _train(tile: Tile, progress: Progress) -> Finished:
    training = tile.group.training
    with _precision(training):
        numbers, key = _arguments(tile)
        state = tile.program.start(numbers, key, np.int32(training.steps))
        records: Records = {}
        for stops, edit in _visits(training):
            state = _advance(tile, numbers, state, stops, records, progress)
            if edit is not None:
                state = tile.program.edit(numbers, _fed(tile, state, progress), edit, len(tile.instances))
        return tile.instances, _results(tile, records)


def _arguments(tile: Tile) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Numbers and key words with the tile's full width: the last instance fills the empty lanes."""
    width = tile.program.width
    padded = np.resize(tile.instances, width or 1)
    padded[len(tile.instances) :] = tile.instances[-1]
    numbers = tile.group.numbers(padded)
    key = np.array(key_of(tile.group.seeds(padded)), dtype=np.uint32)
    dtype = np.dtype(tile.group.training.precision)
    numbers = {path: value.astype(dtype) for path, value in numbers.items()}
    if width is None:
        return {path: value[..., 0] for path, value in numbers.items()}, key[:, 0]
    return numbers, key


def _visits(training: Training) -> Iterator[tuple[list[int], int | None]]:
    """Stretches of training between edits: the steps to record at, and the edit that follows."""
    stops = recorded_steps(training)
    edits = sorted((step, which) for which, one in enumerate(training.interventions) for step in one.at)
    for step, which in edits:
        yield [*(stop for stop in stops if stop < step), step], which
        stops = [stop for stop in stops if stop > step]
    yield stops, None


def recorded_steps(training: Training) -> list[int]:
    """Where the loop measures: at the record's steps, and always at the last."""
    steps = training.record.steps(training.steps) if training.record is not None else []
    return sorted({*steps, training.steps})


def _advance(
    tile: Tile, numbers: dict[str, np.ndarray], state: State, stops: list[int], records: Records, progress: Progress
) -> State:
    """Run to each stop and bring the measurements home, pausing often enough to be interrupted."""
    at, per_visit = int(state.step), 200
    names = _wanted(tile.group)
    while stops:
        state = _fed(tile, state, progress)
        block, stops = _block(at, stops, min(per_visit, tile.stream.left(at)) if tile.stream else per_visit)
        padded = np.resize(np.asarray(block, np.int32), BLOCK)
        began = time.perf_counter()
        state, kept = tile.program.advance(numbers, state, padded, np.int32(len(block)))
        kept = jax.device_get(kept)
        took = time.perf_counter() - began
        for i, stop in enumerate(block):
            if stop in names:
                records.setdefault(stop, {name: kept[name][i, ...].copy() for name in names[stop]})
        progress.add((block[-1] - at) * len(tile.instances), worked=took)
        per_visit = _next_visit(block[-1] - at, took, per_visit)
        at = block[-1]
        if progress.stopped:
            raise Stopped
    return state


def _fed(tile: Tile, state: State, progress: Progress) -> State:
    """The state with the chunk that its next step takes, where the data are a stream."""
    if tile.stream is None:
        return state
    began = time.perf_counter()
    chunk = tile.stream.at(int(state.step))
    progress.add(waited=time.perf_counter() - began)
    return state._replace(data=chunk)


def _block(at: int, stops: list[int], per_visit: int) -> tuple[list[int], list[int]]:
    """The stops of the next visit to the device, and those that remain. A long way to the next stop gets a pause."""
    limit = at + per_visit
    block = [stop for stop in stops[:BLOCK] if stop <= limit]
    if not block:
        return [limit], stops
    return block, stops[len(block) :]


def _next_visit(steps: int, took: float, before: int) -> int:
    """As many steps as fill the pause, growing at most eightfold: the first visit also pays for compilation."""
    if not steps:
        return before
    return max(1, min(int(steps * PAUSE / max(took, 1e-6)), 8 * max(steps, before), 2**30))


def _results(tile: Tile, records: Records) -> Arrays:
    """The last measurement as the final state, the record's own as history; padding dropped."""
    training, count = tile.group.training, len(tile.instances)

    def instances_first(value: np.ndarray) -> np.ndarray:
        return value[None] if tile.program.width is None else np.moveaxis(value, -1, 0)[:count]

    final = {name: instances_first(records[training.steps][name]) for name in (*tile.group.shapes, "loss")}
    steps = training.record.steps(training.steps) if training.record is not None else []
    history = {
        f"{name}_history": np.stack([instances_first(records[step][name]) for step in steps], axis=1)
        for name in (training.record.names(tile.group.shapes) if training.record is not None and steps else ())
    }
    held = final | history if training.keep is None else _held(training, final | history | {"step": np.asarray(steps)})
    return held | {"diverged": ~_finite(final, count)}


def _held(training: Training, results: Arrays) -> Arrays:
    """What `keep` makes of the results, beside the loss."""
    held, count = {"loss": results["loss"]}, len(results["loss"])
    for function in training.keep or ():
        value = np.asarray(applied(function, results))
        if value.shape[:1] != (count,):
            raise BadInput(
                f"the kept function {function.__name__} gives an array of shape {value.shape} for {count} instances; "
                "it needs one entry for each of them, along the first axis."
            )
        held[function.__name__] = value
    return held


def _finite(final: Arrays, count: int) -> np.ndarray:
    """Whether an instance's final loss and parameters are numbers."""
    finite = [np.isfinite(value.reshape(count, -1)).all(axis=1) for value in final.values()]
    return np.logical_and.reduce(finite)


def _wanted(group: Group) -> dict[int, set[str]]:
    """What to keep of the measurement at each step: what the record asks for, and at the last step the final state."""
    training = group.training
    steps = training.record.steps(training.steps) if training.record is not None else []
    names = training.record.names(group.shapes) if training.record is not None else []
    wanted = {step: set(names) for step in steps}
    wanted[training.steps] = wanted.get(training.steps, set()) | {*group.shapes, "loss"}
    return wanted


@contextlib.contextmanager
def _precision(training: Training) -> Iterator[None]:
    with jax.enable_x64(training.precision == "float64"):
        yield
