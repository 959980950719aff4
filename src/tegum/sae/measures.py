"""How good a dictionary is: how well it gives x back, how sparsely, and how much of the truth it found.

Everything is measured on fresh samples, the same for all dictionaries, by `quality`; what the truth is, where it is
known, `recovery` compares with. Arrays of dictionaries have their axes first, as runs have them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Array, Float
from scipy.optimize import linear_sum_assignment

from tegum.errors import BadInput
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.truth import Superposed
from tegum.spec import with_leaves
from tegum.toy.features import draw
from tegum.toy.models import Parameters
from tegum.toy.random import fold
from tegum.training.axes import Grid
from tegum.training.run import Run

Vectors = Float[np.ndarray, "inputs count"]
MEASURING = 1 << 20  # a stream of random numbers that no training uses


@dataclass(frozen=True)
class Recovery:
    """How a dictionary's vectors match the true directions, by cosines.

    nearest: for each true direction its largest cosine with a decoder vector; their mean is MMCS (Sharkey et al. 2022).
    matched: the same one to one: each decoder vector serves one true direction, and the mean is the largest possible;
        where there are fewer latents than true directions, the rest get 0.
    latent: which decoder vector serves each true direction one to one; -1 for none.
    """

    nearest: Float[np.ndarray, " true"]
    matched: Float[np.ndarray, " true"]
    latent: Float[np.ndarray, " true"]

    @property
    def mmcs(self) -> float:
        """The mean over true directions of the largest cosine with a decoder vector."""
        return float(self.nearest.mean())

    @property
    def one_to_one(self) -> float:
        """The mean cosine of the best matching one to one."""
        return float(self.matched.mean())


def cosines(D: Vectors, W_d: Vectors) -> Float[np.ndarray, "true latents"]:
    """The cosine of every true direction with every decoder vector; 0 where either has no length."""
    return _unit(D).T @ _unit(W_d)


def recovery(D: Vectors, W_d: Vectors) -> Recovery:
    """How decoder vectors W_d (inputs, latents) match true directions D (inputs, true).

    >>> import numpy as np
    >>> found = recovery(np.eye(3)[:, :2], np.eye(3)[:, ::-1])
    >>> found.mmcs, found.latent.tolist()
    (1.0, [2, 1])
    """
    c = cosines(D, W_d)
    rows, columns = linear_sum_assignment(-c)
    matched, latent = np.zeros(len(c)), np.full(len(c), -1)
    matched[rows], latent[rows] = c[rows, columns], columns
    return Recovery(c.max(axis=1), matched, latent)


def _unit(columns: Vectors) -> Vectors:
    length = np.linalg.norm(columns, axis=0)
    return columns / np.where(length > 0, length, 1)


def quality(run: Run, *, samples: int = 65_536, rare: float = 1e-3) -> xr.Dataset:
    """What every dictionary of a run does with fresh samples of its own law, the same for all.

    - mse: E ‖x − x̂‖², a sum over inputs; explained: 1 − E ‖x − x̂‖² / E ‖x − E x‖².
    - l0: how many latents fire on a sample, on average; frequency (…, latent): on what share of samples each fires.
    - dead: the share of latents that fire on no sample; rare: on some, but on less than `rare` of them.
    - shrinkage: E ‖x̂‖² / E x·x̂, below 1 where x̂ is too short (Rajamanoharan et al. 2024).

    Where the law is `Superposed`, also how the decoder vectors match its directions (`recovery`): mmcs, one_to_one, and
    for each true feature cosine (…, true), and precision and recall of its latent as a detector of s_i > 0.
    """
    if not isinstance(run.training.model, SparseAutoencoder):
        raise BadInput(f"quality is of dictionaries; this run trained {type(run.training.model).__name__}.")
    grid = Grid(run.training)
    if tuple(run.data["completed"].dims) != tuple(grid.names) or run.data["completed"].size != grid.size:
        raise BadInput("quality needs a whole run, not a part of one; take the part of what it returns.")
    found: dict[str, np.ndarray] = {}
    for group in grid.groups:
        for instance, measured in _measured(run, group, samples, rare):
            for name, value in measured.items():
                room = found.setdefault(name, np.full((grid.size, *np.shape(value)), np.nan))
                inside: tuple[Any, ...] = tuple(slice(length) for length in np.shape(value))
                room[(instance, *inside)] = value
    return _labelled(found, grid)


def _measured(run: Run, group: Any, samples: int, rare: float) -> Iterator[tuple[int, dict[str, Any]]]:
    numbers = group.numbers(group.instances)
    totals = jax.jit(lambda values, p: _totals(with_leaves(group.training, values), p, samples))
    for column, instance in enumerate(group.instances):
        parameters = {name: _cut(run.data[name].values, instance, shape) for name, shape in group.shapes.items()}
        mine = {path: np.asarray(value[..., column], np.float32) for path, value in numbers.items()}
        yield instance, _summary(parameters, jax.device_get(totals(mine, parameters)), rare)


def _cut(values: np.ndarray, instance: int, shape: tuple[int, ...]) -> np.ndarray:
    """One instance's array, without the padding of a larger one."""
    flat = values.reshape(-1, *values.shape[values.ndim - len(shape) :])
    inside: tuple[Any, ...] = tuple(slice(length) for length in shape)
    return np.asarray(flat[(instance, *inside)])


def _totals(training: Any, parameters: Parameters, samples: int) -> dict[str, Array]:
    """Means over samples, batch by batch."""
    size = min(samples, 8192)
    batches = -(-samples // size)

    def on(i: Array) -> dict[str, Array]:
        key = fold(fold(jnp.zeros(2, jnp.uint32), MEASURING), i)
        s, x = _pair(training.law, key, training.model.sizes.features, size)
        f = training.model.encode(parameters, x)
        y = training.model.decode(parameters, f)
        fires = (f > 0).astype(x.dtype)
        means = {
            "mse": ((x - y) ** 2).sum(0).mean(), "x": x.mean(1), "xx": (x * x).sum(0).mean(),
            "yy": (y * y).sum(0).mean(), "xy": (x * y).sum(0).mean(), "frequency": fires.mean(1),
        }  # fmt: skip
        if s is not None:
            active = (s > 0).astype(x.dtype)
            D = jnp.asarray(training.law.directions.matrix(training.model.sizes.features), x.dtype)
            means |= {"active": active.mean(1), "both": active @ fires.T / size, "D": D}
        return means

    first = on(jnp.int32(0))
    total = jax.lax.fori_loop(1, batches, lambda i, sums: jax.tree.map(jnp.add, sums, on(i)), first)
    return {name: value / batches for name, value in total.items()}


def _pair(law: Any, key: Any, inputs: int, samples: int) -> tuple[Array | None, Array]:
    if isinstance(law, Superposed):
        return law.pair(key, inputs, samples)
    return None, draw(law, key, inputs, samples)


def _summary(parameters: Any, mean: dict[str, np.ndarray], rare: float) -> dict[str, Any]:
    frequency = mean["frequency"]
    found = {
        "mse": mean["mse"],
        "explained": 1 - mean["mse"] / (mean["xx"] - (mean["x"] ** 2).sum()),
        "l0": frequency.sum(),
        "frequency": frequency,
        "dead": (frequency == 0).mean(),
        "rare": ((frequency > 0) & (frequency < rare)).mean(),
        "shrinkage": mean["yy"] / mean["xy"] if mean["xy"] > 0 else np.nan,
    }
    if "both" not in mean:
        return found
    match = recovery(mean["D"], np.asarray(parameters["W_d"]))
    hits = np.where(match.latent < 0, 0.0, mean["both"][np.arange(len(match.latent)), match.latent])
    fired = np.where(match.latent < 0, 0.0, frequency[match.latent])
    return found | {
        "mmcs": match.mmcs,
        "one_to_one": match.one_to_one,
        "cosine": match.matched,
        "precision": hits / np.where(fired > 0, fired, np.nan),
        "recall": hits / np.where(mean["active"] > 0, mean["active"], np.nan),
    }


def _labelled(found: dict[str, np.ndarray], grid: Grid) -> xr.Dataset:
    own = {"frequency": ("latent",), "cosine": ("true",), "precision": ("true",), "recall": ("true",)}
    variables = {
        name: ((*grid.names, *own.get(name, ())), value.reshape(*grid.shape, *value.shape[1:]))
        for name, value in found.items()
    }
    return xr.Dataset(variables, coords=grid.coordinates())
