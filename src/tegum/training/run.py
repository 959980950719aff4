"""The result of a training: labelled arrays, one place for each instance."""

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import xarray as xr

from tegum.errors import BadInput, near, shown
from tegum.geometry.responses import responses
from tegum.toy.models import Shapes, Sizes, axes_by_length
from tegum.training.axes import Grid
from tegum.training.ensemble import Arrays, Progress, compute
from tegum.training.training import Training

HISTORY = "_history"


class Run:
    """A trained ensemble.

    `data` is an xarray Dataset whose dims are the swept axes, then "latent" and "feature" (and "step" in what was
    recorded, named `*_history`). Its variables are attributes too: `run.loss`, `run.W`, `run.W_history`.
    `completed` is False where an interrupt came first, and the values there are NaN; `diverged` is True where the
    final parameters or loss are not finite. Where the data were a stream, `data.attrs["waiting"]` is the share of the
    workers' time that they waited for it.
    """

    def __init__(self, training: Training, data: xr.Dataset) -> None:
        self.training = training
        self.data = data

    def __getattr__(self, name: str) -> xr.DataArray:
        if name.startswith("_") or name == "data":
            raise AttributeError(name)
        if name not in self.data:
            raise AttributeError(f"this run has no {name!r}; {near(name, [str(v) for v in self.data.variables])}")
        return self.data[name]

    def at(self, **place: Any) -> "Run":
        """The part of the run at these coordinates; a float need not be exact to the last digit."""
        data = self.data
        for name, value in place.items():
            if name not in data.dims:
                raise BadInput(f"this run has no axis {name!r}; {near(name, [str(d) for d in data.dims])}")
            close: Any = {"method": "nearest", "tolerance": 1e-3 * abs(value)} if isinstance(value, float) else {}
            try:
                data = data.sel({name: value}, **close)
            except (KeyError, IndexError, TypeError, ValueError):
                raise BadInput(f"{name}={shown(value)} is not on that axis; it holds {_held(data[name])}.") from None
        return type(self)(self.training, data)

    def measure(self, metric: Callable[[np.ndarray], Any], *axes: str, parameter: str = "W") -> xr.DataArray:
        """Apply a function of W (..., latent, feature) to every instance; `axes` names the axes it returns.

        `run.measure(tegum.geometry.norms, "feature")`
        """
        own = ("latent", "feature")
        matrices = [str(name) for name, array in self.data.items() if {*own} <= {*array.dims}]
        if parameter not in matrices:
            raise BadInput(f"parameter={parameter!r} is no matrix of this run; {near(parameter, matrices)}")
        array = self.data[parameter]
        rest = [dim for dim in array.dims if dim not in own]
        values = _applied(metric, array.transpose(*rest, *own).values)
        if values.ndim != len(rest) + len(axes):
            extra = values.ndim - len(rest)
            if extra < 0:
                raise BadInput(
                    f"the metric mixed instances: of W {array.shape} it returned {values.shape}; it takes W (..., "
                    "latent, feature) and must keep the axes in front."
                )
            names = ", ".join(["metric", *(f'"axis_{i}"' for i in range(extra))])
            raise BadInput(
                f"axes={axes} must name what the metric returns of each W, {extra} axes here: run.measure({names})."
            )
        coords = {name: c for name, c in array.coords.items() if set(c.dims) <= set(rest)}
        return xr.DataArray(values, dims=[*rest, *axes], coords=coords, name=getattr(metric, "__name__", None))

    def responses(self) -> xr.Dataset:
        """How each instance answers each feature alone: threshold, gain, depth and more, over (axes…, feature).

        See `tegum.geometry.responses`, which gives the same as plain arrays and says what the names mean.
        """
        found = asdict(responses(self))
        axes = [str(dim) for dim in self.data["completed"].dims]
        coords = {name: self.data[name] for name in axes if name in self.data.coords}
        return xr.Dataset({name: ((*axes, "feature"), values) for name, values in found.items()}, coords=coords)

    def counts(self) -> dict[str, int]:
        """How many instances finished, diverged, or were never run."""
        completed = self.data["completed"].values
        diverged = self.data["diverged"].values
        return {
            "finished": int((completed & ~diverged).sum()),
            "diverged": int(diverged.sum()),
            "not run": int((~completed).sum()),
        }

    def __repr__(self) -> str:
        axes = ", ".join(f"{name}: {size}" for name, size in self.data["completed"].sizes.items())
        counts = ", ".join(f"{count} {what}" for what, count in self.counts().items() if count)
        return f"<Run of {self.training.steps} steps over ({axes}): {counts}>"


def _applied(metric: Callable[[np.ndarray], Any], W: np.ndarray) -> np.ndarray:
    """A metric of W (..., m, n), model size by model size: the padding of smaller ones is cut off, and put back."""
    flat, there = W.reshape(-1, *W.shape[-2:]), ~np.isnan(W.reshape(-1, *W.shape[-2:]))
    sizes = np.stack([there.any(2).sum(1), there.any(1).sum(1)], axis=1)
    sizes[(sizes == 0).any(1)] = W.shape[-2:]  # nothing but NaN: a diverged model, or one never run
    if (sizes == W.shape[-2:]).all():
        return np.asarray(metric(W))
    parts = []
    for rows, columns in np.unique(sizes, axis=0):
        mine = (sizes == (rows, columns)).all(1)
        parts.append((mine, np.asarray(metric(flat[mine][:, :rows, :columns]))))
    own = np.max([part.shape[1:] for _, part in parts], axis=0, initial=0) if parts[0][1].ndim > 1 else ()
    result = np.full((len(flat), *map(int, own)), np.nan)
    for mine, part in parts:
        result[(mine, *(slice(length) for length in part.shape[1:]))] = part
    return result.reshape(*W.shape[:-2], *result.shape[1:])


def train(model: Any, law: Any = None, *, workers: int | None = None, progress: bool | None = None, **spec: Any) -> Run:
    """Train one model, or an ensemble of them.

    model, law: what to train on what (default: `SparseUniform()`). Or a whole `Training`, with fields to change.
    **spec: the other fields of `Training`: loss, optimiser, steps, batch_size, seed, over, record, interventions,
        freeze, keep, evaluation_samples, precision.
    workers: threads; default one for each core. Results do not depend on it.
    progress: show a progress bar; default only on a terminal.

    Ctrl-C keeps what is finished. Raises `BadInput` for a specification that cannot be trained.

    >>> import tegum as tg
    >>> run = tg.train(tg.Autoencoder(features=5, hidden=2), tg.OneHot(), steps=10, over={"seed": range(3)})
    >>> run.W.dims, run.W.shape
    (('seed', 'latent', 'feature'), (3, 2, 5))
    """
    given = {**(dict(model) if isinstance(model, Training) else {"model": model}), **spec}
    if law is not None:
        given["law"] = law
    return execute(Training(**given), workers=workers, progress=progress)


def execute(
    training: Training,
    *,
    finished: Iterator[tuple[np.ndarray, Arrays]] | tuple[()] = (),
    keep: Callable[[np.ndarray, Arrays], None] | None = None,
    workers: int | None = None,
    progress: bool | None = None,
) -> Run:
    """Train what a spec describes. `finished` are parts of an earlier attempt; `keep` sees each new part.

    With `keep`, an interrupt goes on to the caller, who has everything; without it, the run comes back incomplete.
    """
    grid = Grid(training)
    board = Board(grid)
    for instances, arrays in finished:
        board.put(instances, arrays)
    todo = np.flatnonzero(~board.completed)
    state = Progress(total=len(todo) * training.steps)

    def put(instances: np.ndarray, arrays: Arrays) -> None:
        board.put(instances, arrays)
        if keep is not None:
            keep(instances, arrays)

    try:
        with _shown(state, sys.stderr.isatty() if progress is None else progress):
            compute(grid, todo, put, state, workers)
    except KeyboardInterrupt:
        if keep is not None:
            raise
    data = board.dataset()
    return Run(training, data.assign_attrs(waiting=round(state.waiting, 4)) if state.waited else data)


def _held(axis: xr.DataArray) -> str:
    """The labels of an axis in words: all of a few, else the first and the last."""
    labels = [str(label) for label in axis.values]
    return ", ".join(labels if len(labels) <= 8 else [*labels[:3], "…", labels[-1]])


class Board:
    """Where results are pinned, each at its instance; NaN where nothing has come yet."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.completed = np.zeros(grid.size, bool)
        self.diverged = np.zeros(grid.size, bool)
        self.arrays: Arrays = {}
        recorded = [g.training.record.steps(g.training.steps) for g in grid.groups if g.training.record]
        self.steps = sorted({step for steps in recorded for step in steps})
        self.same_steps = all(steps == self.steps for steps in recorded)
        for group in grid.groups:
            shapes: Shapes = {} if grid.training.keep is not None else group.shapes
            for name, shape in {"loss": (), **shapes}.items():
                self._make_room(name, np.empty((0, *shape), group.training.precision))

    def put(self, instances: np.ndarray, arrays: Arrays) -> None:
        """Pin the results of these instances. Smaller models are padded with NaN to the largest."""
        self.diverged[instances] = arrays["diverged"]
        for name, values in arrays.items():
            if name == "diverged":
                continue
            if name.endswith(HISTORY) and not self.same_steps:
                values = self._on_all_steps(instances, values)
            self._make_room(name, values)
            inside: tuple[Any, ...] = tuple(slice(length) for length in values.shape[1:])
            self.arrays[name][(instances, *inside)] = values
        self.completed[instances] = True

    def _on_all_steps(self, instances: np.ndarray, values: np.ndarray) -> np.ndarray:
        """A history put where its own steps lie among those of all groups."""
        wide = np.full((len(instances), len(self.steps), *values.shape[2:]), np.nan, values.dtype)
        for group in self.grid.groups:
            mine = np.flatnonzero(np.isin(instances, group.instances))
            if mine.size and group.training.record is not None:
                steps = np.searchsorted(self.steps, group.training.record.steps(group.training.steps))
                wide[np.ix_(mine, steps)] = values[mine]
        return wide

    def _make_room(self, name: str, values: np.ndarray) -> None:
        have = self.arrays.get(name)
        shape = values.shape[1:] if have is None else tuple(np.maximum(values.shape[1:], have.shape[1:]))
        dtype = np.result_type(values.dtype, np.float32 if have is None else have.dtype)
        if have is not None and have.shape[1:] == shape and have.dtype == dtype:
            return
        room = np.full((self.grid.size, *shape), np.nan, dtype)
        if have is not None:
            room[(slice(None), *(slice(length) for length in have.shape[1:]))] = have
        self.arrays[name] = room

    def dataset(self) -> xr.Dataset:
        """The labelled result."""
        axes, shape = self.grid.names, self.grid.shape
        variables = {
            name: (
                (*axes, *self._own_axes(name, values.shape[1:])),
                values.reshape((*shape, *values.shape[1:])),
            )
            for name, values in self.arrays.items()
        }
        completed = self.completed.reshape(shape)
        variables["completed"] = (tuple(axes), completed)
        variables["diverged"] = (tuple(axes), self.diverged.reshape(shape))
        coordinates: dict[str, Any] = self.grid.coordinates()
        if any(name.endswith(HISTORY) for name in self.arrays):
            coordinates["step"] = ("step", np.asarray(self.steps))
        return xr.Dataset(variables, coords=coordinates)

    def _own_axes(self, name: str, shape: tuple[int, ...]) -> tuple[str, ...]:
        """Names for a result's axes beyond the instances."""
        recorded = name.endswith(HISTORY)
        short = name.removesuffix(HISTORY).removesuffix("_gradient")
        named = {key: axes for g in self.grid.groups for key, axes in g.training.model.axes(g.shapes).items()}
        rest = shape[1:] if recorded else shape
        own = named[short] if short in named else axes_by_length(short, rest, self._largest())
        return ("step", *own) if recorded else own

    def _largest(self) -> Sizes:
        """The sizes of the padded arrays, to name their axes by."""
        sizes = [group.training.model.sizes for group in self.grid.groups]
        return Sizes(*(max(several) for several in zip(*sizes, strict=True)))


@contextlib.contextmanager
def _shown(state: Progress, show: bool) -> Iterator[None]:
    """A bar with rate and remaining time, on stderr, while the work goes on."""
    if not show:
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.percentage:3.0f} %"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    over = threading.Event()
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("training", total=max(state.total, 1), rate="compiling")

        def watch() -> None:
            while not over.wait(0.2):
                speed = bar.tasks[0].speed
                rate = f"{speed / 1e6:.2f} M model-steps/s" if speed else "compiling"
                rate += f", waiting for data {state.waiting:.0%} of the time" if state.waited else ""
                bar.update(task, completed=state.done, rate=rate)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
