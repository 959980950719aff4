"""What is trained: on the exact expectation from random starts, from every tidy configuration, and on samples."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tegum.theory.phases import configurations
from tegum.toy.expectation import ExactError
from tegum.toy.features import SparseUniform
from tegum.toy.loss import SquaredError
from tegum.toy.models import Autoencoder, StartingFrom
from tegum.training.optimisers import Adam, AdamW
from tegum.training.run import Run
from tegum.training.training import Training

NODES: dict[int, int | tuple[int, ...]] = {
    2: 6,
    3: (4, 3),
}  # of the quadrature across the features beside an output's own
PUSH = 0.05  # of a dropped column, towards superposition, to leave a saddle
FIRST = 1_000_000  # first seed; a coarse look was taken at seeds 0 to 9


def pairs(importance: np.ndarray, density: np.ndarray) -> np.ndarray:
    """Every importance with every density, (r · c, 2), importances slow."""
    return np.stack(np.meshgrid(importance, density, indexing="ij"), -1).reshape(-1, 2)


def repeated(places: np.ndarray, times: int) -> np.ndarray:
    """Each place so often, one after the other."""
    return np.repeat(places, times, axis=0)


def thinned(axis: np.ndarray, count: int) -> np.ndarray:
    """So many values of an axis, first and last among them."""
    return axis[np.linspace(0, len(axis) - 1, min(count, len(axis))).round().astype(int)]


def _cells(n: int, places: np.ndarray, density: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """One axis of all instances, with these other fields zipped along it."""
    return {"cell": {f"importance[{n - 1}]": places[:, 0], density: places[:, 1], **more}}


def _seeds(places: np.ndarray) -> dict[str, Any]:
    """Each place has a seed of its own, so that no start is seen twice."""
    return {"seed": range(FIRST, FIRST + len(places))}


def exact(n: int, places: np.ndarray, steps: int) -> Training:
    """One model from a random start at each place, on the exact expectation."""
    return Training(
        model=Autoencoder(features=n, hidden=n - 1), loss=ExactError(importance=(1.0,) * n, nodes=NODES[n]),
        optimiser=Adam(learning_rate=0.01), steps=steps,
        over=_cells(n, places, "loss.feature_probability", _seeds(places)),
    )  # fmt: skip


def sampled(n: int, places: np.ndarray, steps: int, batch_size: int) -> Training:
    """One model from a random start at each place, on samples, by the published recipe."""
    return Training(
        model=Autoencoder(features=n, hidden=n - 1), law=SparseUniform(), loss=SquaredError(importance=(1.0,) * n),
        optimiser=AdamW(), steps=steps, batch_size=batch_size,
        over=_cells(n, places, "law.feature_probability", _seeds(places)),
    )  # fmt: skip


def branches(n: int, places: np.ndarray, steps: int) -> Training:
    """From every configuration at each place, down to the nearest minimum, in double precision."""
    known = configurations(n)
    starts = [pushed(np.array(one.W)) for one in known]
    W = np.stack(starts * len(places))
    b = np.stack([one.bias(p) for _, p in places for one in known])
    return Training(
        model=StartingFrom.at(W[0], b[0]), loss=ExactError(importance=(1.0,) * n, nodes=NODES[n]),
        optimiser=Adam(learning_rate=0.01, schedule="cosine"), steps=steps, precision="float64",
        over=_cells(n, repeated(places, len(known)), "loss.feature_probability", StartingFrom.states(W, b)),
    )  # fmt: skip


def pushed(W: np.ndarray) -> np.ndarray:
    """A zero column is a saddle by symmetry: push it a little against the others, unevenly."""
    push = -PUSH * W.sum(1) * np.linspace(1, 1.3, len(W))
    return W + np.where((W == 0).all(0), push[:, None], 0.0)


def parameters(run: Run, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """W (*shape, m, n) and b (*shape, n) of a run over cells."""
    W = run.W.transpose("cell", "latent", "feature").values.astype(float)
    b = run.b.transpose("cell", "feature").values.astype(float)
    return W.reshape(*shape, *W.shape[1:]), b.reshape(*shape, *b.shape[1:])
