"""Maps: one training for each pixel of a plane of two settings, and what their boundaries are like.

A map is a `Training` with two swept fields, rows first, and functions in `keep`, so that a plane of 4096² runs needs no
more memory than its pixels. `zoomed` makes the map of a window of it at full resolution; `behind` the training of one
pixel, which by the engine's promise is that very run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tegum.errors import BadInput
from tegum.failure.outcomes import outcomes
from tegum.theory.failure import symmetric_failure
from tegum.toy.features import OneHot
from tegum.toy.models import StartingFrom
from tegum.training.axes import Grid
from tegum.training.history import every
from tegum.training.interventions import Perturb
from tegum.training.optimisers import Optimiser
from tegum.training.run import Run
from tegum.training.training import Training


def outcome(W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The name of each state, as its place in `tegum.failure.outcomes.NAMES`. For `keep`."""
    return outcomes((W, b)).kind


def sum_of_norms(W: np.ndarray) -> np.ndarray:
    """Σ_j ‖W_j‖: how far the features have swept and splayed. For `keep`."""
    return np.asarray(np.linalg.norm(W, axis=1).sum(axis=1))


def learnt_at(loss_history: np.ndarray, step: np.ndarray, W: np.ndarray) -> np.ndarray:
    """The first recorded step at which all features are learnt for good; NaN where that never comes. For `keep`.

    Learnt means: the loss, summed, is below (n − 1)/(2n), half of what one unlearnt feature costs.
    """
    n = W.shape[-1]
    learnt = loss_history * n**2 < (n - 1) / (2 * n)
    ever_after = np.logical_and.accumulate(learnt[:, ::-1], axis=1)[:, ::-1]
    return np.where(ever_after.any(axis=1), step[ever_after.argmax(axis=1)], np.nan)


def zoomed(training: Training, windows: Mapping[str, tuple[float, float]], pixels: int | None = None) -> Training:
    """The map of a window of a map, at full resolution.

    windows: for each axis that changes, named as in `over`, its new first and last value. pixels: along these axes;
    default as many as there were. Spacing stays even, in the logarithm where it was so.
    """
    over = dict(training.over)
    for name, (first, last) in windows.items():
        values = _numbers_along(training, name)
        log = _is_log(values)
        if log and min(first, last) <= 0:
            raise BadInput(f"{name!r} is spaced in the logarithm, so its window {first:g} … {last:g} must lie above 0.")
        over[name] = tuple(spaced(first, last, pixels or len(values), log=log).tolist())
    return training.model_copy(update={"over": over})


def _numbers_along(training: Training, name: str) -> np.ndarray:
    """The values of an axis that is one swept field of numbers."""
    if name not in training.over:
        raise BadInput(f"{name!r} is no axis of this map; there are: {', '.join(training.over)}.")
    values = training.over[name]
    if not isinstance(values, tuple) or not all(isinstance(value, float) for value in values):
        raise BadInput(f"{name!r} is not one field of real numbers, so it has no window; choose its values yourself.")
    return np.asarray(values)


def spaced(first: float, last: float, count: int, *, log: bool) -> np.ndarray:
    """Values from first to last, evenly, or evenly in the logarithm."""
    return np.geomspace(first, last, count) if log else np.linspace(first, last, count)


def _is_log(values: np.ndarray) -> bool:
    """Whether steps of the logarithm are more even than steps of the values themselves."""
    if len(values) < 3 or values.min() <= 0 or np.ptp(values) == 0:
        return False
    uneven = [np.ptp(np.diff(v)) / np.abs(np.diff(v)).max() for v in (np.log(values), values)]
    return bool(uneven[0] < uneven[1])


def behind(training: Training, pixel: tuple[int, ...]) -> Training:
    """The training of one pixel, (row, column), with no axes: the run behind it, with all that can be recorded.

    >>> from tegum import Autoencoder, OneHot
    >>> plane = {"initial_bias": (0.0, 0.1), "learning_rate": (0.001, 0.01)}
    >>> map_ = Training(model=Autoencoder(features=3, hidden=2), law=OneHot(), over=plane)
    >>> behind(map_, (1, 0)).model.initial_bias
    0.1
    """
    shape = [len(next(iter(v.values())) if isinstance(v, dict) else v) for v in training.over.values()]
    if len(pixel) != len(shape) or not all(0 <= p < size for p, size in zip(pixel, shape, strict=False)):
        raise BadInput(f"pixel={pixel} is not in this map of {' × '.join(map(str, shape))}.")
    over = {name: _only(values, p) for (name, values), p in zip(training.over.items(), pixel, strict=True)}
    return Grid(training.model_copy(update={"over": over, "keep": None})).groups[0].training


def _only(values: Any, place: int) -> Any:
    if isinstance(values, dict):
        return {name: inner[place : place + 1] for name, inner in values.items()}
    return values[place : place + 1]


KEPT: tuple[Callable[..., np.ndarray], ...] = (outcome, sum_of_norms, learnt_at)
"""What a map keeps of each run."""

SHIFT = "interventions[0].shift"  # of the biases of PERTURBED, in `over`
PERTURBED = (0, 5)  # the two features beside each other that the source calls 6 and 1
RECORDS = 50  # moments at which `learnt_at` looks


def perturbed(optimiser: Optimiser, steps: int, *, noise: float = 0.0, **more: Any) -> Training:
    """Trainings from symmetric failure, n = 7, with the biases of two neighbours shifted at the start by `SHIFT`.

    noise: standard deviation of Gaussian noise on every number of the start, drawn by seed. more: other fields of
    `Training`; by default it keeps `KEPT`.
    """
    return Training(**{
        "model": StartingFrom.at(*symmetric_failure(7), noise=noise),
        "law": OneHot(),
        "optimiser": optimiser,
        "steps": steps,
        "record": every(max(1, steps // RECORDS), "loss"),
        "interventions": (Perturb(at=(0,), parameter="b", features=PERTURBED),),
        "keep": KEPT,
        **more,
    })  # fmt: skip


@dataclass(frozen=True)
class Region:
    """A part of the plane of shifts and rates; rates are spaced in their logarithm."""

    shifts: tuple[float, float]
    rates: tuple[float, float]

    def over(self, pixels: int) -> dict[str, tuple[float, ...]]:
        """The axes of a map of it, rows of shifts, columns of rates."""
        shifts, rates = spaced(*self.shifts, pixels, log=False), spaced(*self.rates, pixels, log=True)
        return {SHIFT: tuple(shifts.tolist()), "learning_rate": tuple(rates.tolist())}

    def about(self, shift: float, rate: float, narrow: float) -> "Region":
        """A window about a point, so many times narrower."""
        tall = (self.shifts[1] - self.shifts[0]) / (2 * narrow)
        wide = (self.rates[1] / self.rates[0]) ** (1 / (2 * narrow))
        return Region((shift - tall, shift + tall), (rate / wide, rate * wide))

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """(least rate, most rate, least shift, most shift)."""
        return (*self.rates, *self.shifts)


@dataclass(frozen=True)
class Map:
    """A finished map: shifts (r,), rates (c,), and (r, c) each of outcome, sum_of_norms, learnt_at, diverged."""

    shifts: np.ndarray
    rates: np.ndarray
    outcome: np.ndarray
    sum_of_norms: np.ndarray
    learnt_at: np.ndarray
    diverged: np.ndarray

    @classmethod
    def of(cls, run: Run) -> "Map":
        data = run.data.transpose(SHIFT, "learning_rate", ...)
        kept = ("outcome", "sum_of_norms", "learnt_at", "diverged")
        return cls(data[SHIFT].values, data["learning_rate"].values, *(data[name].values for name in kept))

    @property
    def learnt(self) -> np.ndarray:
        """Whether all features are learnt at the end."""
        return np.isfinite(self.learnt_at)
