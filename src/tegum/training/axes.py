"""The axes of an ensemble: names in `over` become fields of specs, and a grid of instances."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from tegum.errors import BadInput, near
from tegum.spec import Spec, fields, leaves, replaced
from tegum.toy.models import Shapes
from tegum.training.training import Training, Values

SEED = "seed"
_FIXED = ("over", "record", "interventions", "freeze", "keep")


@dataclass(frozen=True)
class Sweep:
    """One field, or one entry of it, with its values along one axis; as an array where they are numbers."""

    axis: int
    path: str
    entry: int | None
    values: Values
    array: np.ndarray | None


@dataclass(frozen=True)
class Group:
    """Instances that share one structure: the same compiled program, different numbers."""

    training: Training
    instances: np.ndarray
    grid: "Grid"

    @cached_property
    def shapes(self) -> Shapes:
        """The shapes of one instance's parameters; found by tracing, so kept."""
        return self.training.parameter_shapes()

    def numbers(self, instances: np.ndarray) -> dict[str, np.ndarray]:
        """Each leaf of the training for these instances, shape (*leaf, instances)."""
        places = self.grid.places(instances)
        found = {
            path: np.repeat(np.asarray(value, dtype=float)[..., None], len(instances), axis=-1)
            for path, value in leaves(self.training).items()
        }
        for sweep in self.grid.sweeps:
            if sweep.array is None or sweep.path == SEED:
                continue
            values = sweep.array[places[sweep.axis]]
            if sweep.entry is None:
                found[sweep.path] = np.moveaxis(values, 0, -1)
            else:
                found[sweep.path][sweep.entry] = values
        return found

    def seeds(self, instances: np.ndarray) -> np.ndarray:
        """The seed of each of these instances."""
        for sweep in self.grid.sweeps:
            if sweep.path == SEED and sweep.array is not None:
                return sweep.array[self.grid.places(instances)[sweep.axis]]
        return np.full(len(instances), self.training.seed, dtype=np.uint64)


class Grid:
    """All instances of a training, numbered in row-major order over its axes."""

    def __init__(self, training: Training) -> None:
        self.training = training
        self.names = list(training.over)
        bare = training.model_copy(update={"over": {}})
        self.sweeps: list[Sweep] = []
        axes = [values if isinstance(values, dict) else {name: values} for name, values in training.over.items()]
        self.shape = tuple(len(next(iter(zipped.values()))) for zipped in axes)
        self._check_size()
        for axis, zipped in enumerate(axes):
            self.sweeps += [_sweep(bare, axis, given, values) for given, values in zipped.items()]
        self._taken = _taken(training)
        _check_names(training, self.names, self._taken)
        _check_twice(training, self.sweeps)

    def _check_size(self) -> None:
        if self.size >= 2**31:
            raise BadInput(f"over makes {self.size:.3g} instances, more than one run can hold; sweep in parts.")

    @property
    def size(self) -> int:
        """How many instances there are."""
        return prod(self.shape)

    def places(self, instances: np.ndarray) -> tuple[np.ndarray, ...]:
        """Where these instances lie along each axis."""
        return np.unravel_index(instances, self.shape) if self.shape else ()

    @cached_property
    def groups(self) -> list[Group]:
        """The instances, grouped by structure."""
        found = [Group(self._build(choice), np.flatnonzero(self._where(choice)), self) for choice in self._structures()]
        for group in found:
            group.training.check()
        return found

    def coordinates(self) -> dict[str, tuple[str, Any]]:
        """Labels along each axis, as xarray takes them; a vector or a spec is labelled by its place or its kind."""
        labels: dict[str, tuple[str, Any]] = {}
        for sweep, name in zip(self.sweeps, self._given_names(), strict=True):
            axis = self.names[sweep.axis]
            labels[f"{axis}_{name}" if name in self._taken else name] = (axis, _labels(sweep.values))
        return labels

    def _given_names(self) -> Iterator[str]:
        for name, values in self.training.over.items():
            yield from values if isinstance(values, dict) else [name]

    def _structural(self) -> list[int]:
        return sorted({sweep.axis for sweep in self.sweeps if sweep.array is None})

    def _structures(self) -> Iterator[dict[int, int]]:
        """Every combination of places along the axes that change the structure."""
        axes = self._structural()
        for places in np.ndindex(*(self.shape[axis] for axis in axes)):
            yield dict(zip(axes, places, strict=True))

    def _where(self, choice: dict[int, int]) -> np.ndarray:
        places = self.places(np.arange(self.size))
        inside = np.ones(self.size, bool)
        for axis, place in choice.items():
            inside &= places[axis] == place
        return inside

    def _build(self, choice: dict[int, int]) -> Training:
        """The training of a group, with the first value of each numeric sweep in its place."""
        training = self.training.model_copy(update={"over": {}})
        for sweep in sorted(self.sweeps, key=lambda sweep: sweep.path.count(".")):  # a whole spec before its fields
            if sweep.array is None:
                training = replaced(training, sweep.path, sweep.values[choice[sweep.axis]])
        for sweep in self.sweeps:
            if sweep.array is not None and sweep.path != SEED:
                training = _with_first(training, sweep)
        return training


def _with_first(training: Training, sweep: Sweep) -> Training:
    if sweep.path not in dict(fields(training)):
        raise BadInput(
            f"over[{sweep.path!r}] does not exist for every value of the other axes; set it inside those values."
        )
    if sweep.entry is None:
        return replaced(training, sweep.path, sweep.values[0])
    value = dict(fields(training))[sweep.path]
    whole = value if isinstance(value, tuple) else (value,) * training.model.sizes.features
    if not -len(whole) <= sweep.entry < len(whole):
        raise BadInput(f"over['{sweep.path}[{sweep.entry}]'] is outside {sweep.path}, which has {len(whole)} entries.")
    changed = list(whole)
    changed[sweep.entry] = sweep.values[0]
    return replaced(training, sweep.path, tuple(changed))


def _sweep(training: Training, axis: int, given: str, values: Values) -> Sweep:
    name, entry = _entry(given)
    path = _path(training, name)
    if entry is not None and not _has_entries(training, path):
        raise BadInput(f"over[{given!r}] picks an entry of {path}, which is not a number for each feature.")
    if path == SEED:
        _check_seeds(values)
        return Sweep(axis, SEED, None, values, np.array(values, dtype=np.uint64))
    try:
        validated = tuple(dict(fields(replaced(training, path, value)))[path] for value in values)
    except BadInput as error:
        raise BadInput(f"over[{given!r}]: {error}") from None
    numeric = all(_is_number(value) for value in validated)
    if numeric and len({np.shape(value) for value in validated}) > 1:
        raise BadInput(f"over[{given!r}] mixes single numbers and vectors, or lengths; they need one shape.")
    array = np.array(validated, dtype=float) if numeric else None
    if array is not None:
        _check_precision(given, array, training.precision)
    return Sweep(axis, path, entry, validated, array)


def _check_precision(given: str, values: np.ndarray, precision: str) -> None:
    """Values that rounding merges, or throws out of range, would be the same runs under different labels."""
    with np.errstate(over="ignore"):
        rounded = values.astype(precision)
    merged = len(np.unique(rounded, axis=0)) < len(np.unique(values, axis=0))
    if merged or not np.isfinite(rounded).all() or ((rounded == 0) & (values != 0)).any():
        raise BadInput(
            f"over[{given!r}] has values that {precision} cannot tell apart or hold; "
            "take them further apart, or precision='float64'."
        )


def _entry(given: str) -> tuple[str, int | None]:
    """A trailing index that belongs to the field itself, as in "importance[4]"."""
    match = re.fullmatch(r"(.*)\[(-?\d+)\]", given)
    return (match[1], int(match[2])) if match else (given, None)


def _path(training: Training, name: str) -> str:
    """The one field that a name means: its full path, or its last part where that is unique."""
    known = [path for path, _ in fields(training) if path not in _FIXED]
    if name in known:
        return name
    if name in _FIXED:
        raise BadInput(f"over[{name!r}] cannot be swept, because all instances share it; train one after the other.")
    meant = [path for path in known if path.endswith(f".{name}")]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise BadInput(f"over[{name!r}] could be {' or '.join(meant)}; write the whole path.")
    tails = {path.rsplit(".", 1)[-1] for path in known}
    raise BadInput(f"over[{name!r}] is no field of this training; {near(name, sorted(tails))}")


def _has_entries(training: Training, path: str) -> bool:
    """Whether a field takes one number for each feature."""
    value = dict(fields(training))[path]
    try:
        replaced(training, path, value if isinstance(value, tuple) else (value, value))
    except BadInput:
        return False
    return _is_number(value)


def _is_number(value: Any) -> bool:
    items = value if isinstance(value, tuple) and value else (value,)
    return all(isinstance(item, float) for item in items)


def _check_seeds(values: Values) -> None:
    if isinstance(values, range):
        good = min(values) >= 0 and max(values) < 2**64
    else:
        good = all(isinstance(v, int) and not isinstance(v, bool) and 0 <= v < 2**64 for v in values)
    if not good:
        raise BadInput("over['seed'] must hold whole numbers in 0 … 2^64 - 1; for 100 seeds use range(100).")


def _check_names(training: Training, names: list[str], taken: set[str]) -> None:
    for name in names:
        if name in taken or name.endswith("_history"):
            own = isinstance(training.over[name], dict)
            way = "choose another." if own else f"write over={{'another': {{{name!r}: [...]}}}}."
            raise BadInput(f"over[{name!r}] cannot name an axis, because the results use that name; {way}")
    for axis, zipped in training.over.items():
        for name in zipped if isinstance(zipped, dict) else ():
            if name in names and name != axis:
                raise BadInput(f"over[{axis!r}] zips {name}, which names another axis too; choose another name there.")


def _taken(training: Training) -> set[str]:
    own = {*training.parameter_shapes(), *training.held()}
    return {"latent", "feature", "step", "loss", "diverged", "completed", *own}


def _check_twice(training: Training, sweeps: list[Sweep]) -> None:
    seen: dict[str, set[int | None]] = {}
    for sweep in sweeps:
        entries = seen.setdefault(sweep.path, set())
        entry = None if sweep.entry is None else sweep.entry % training.model.sizes.features
        if entries & {entry, None} or (entries and entry is None):
            raise BadInput(f"over sweeps {sweep.path} twice; keep one of them.")
        entries.add(entry)


def _labels(values: Values) -> Any:
    if isinstance(values, tuple) and all(isinstance(value, tuple) and len(value) == 1 for value in values):
        return _labels(tuple(value[0] for value in values))
    if isinstance(values, range):
        return np.arange(values.start, values.stop, values.step, dtype=np.uint64 if max(values) >= 2**63 else None)
    if all(isinstance(value, int) for value in values) and max(values) >= 2**63:
        return np.asarray(values, dtype=np.uint64)
    if all(isinstance(value, str | int | float) for value in values):
        return np.asarray(values)
    if all(isinstance(value, Spec) for value in values):
        kinds = [type(value).__name__ for value in values]
        return np.asarray(kinds if len(set(kinds)) == len(kinds) else [value.json_text() for value in values])
    return np.arange(len(values))
