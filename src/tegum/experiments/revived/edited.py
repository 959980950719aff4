"""One edit looked at closely: the state before it, what it drew, the state right after it.

Records are made before edits. So the edit is made again here, by the remedy itself, from the recorded state, with the
training's own random numbers: the same inputs are drawn, and the same edit results.
"""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from tegum.sae.remedies import Resample
from tegum.sae.truth import Superposed
from tegum.spec import with_leaves
from tegum.toy.features import draw
from tegum.toy.loss import each
from tegum.toy.random import fold, key_of
from tegum.training.axes import Grid
from tegum.training.interventions import Seen
from tegum.training.loop import EDIT
from tegum.training.run import Run
from tegum.training.training import Training

State = dict[str, np.ndarray]
FRESH = 1 << 21  # a stream of random numbers that no training uses
SAMPLES = 8_192  # fresh inputs that effects are measured on


@dataclass(frozen=True)
class Edited:
    """One dictionary at the edit.

    before, after: its parameters. revived: which latents were dead and are set, (k,). own: the input that each of them
    took, (inputs, k); lost: the loss on it before. x: fresh inputs (inputs, samples). D: the true directions
    (inputs, true).
    """

    before: State
    after: State
    revived: np.ndarray
    own: np.ndarray
    lost: np.ndarray
    x: np.ndarray
    D: np.ndarray

    @property
    def live(self) -> np.ndarray:
        """Which latents were not edited, as a mask."""
        mask = np.ones(len(self.before["b_e"]), bool)
        mask[self.revived] = False
        return mask


def edited(run: Run, remedy: Resample, at: int) -> list[Edited]:
    """What `remedy` does at step `at` to each dictionary of a run that recorded it before any edit.

    Which dictionaries have none dead is seen by an empty `revived`.
    """
    group = Grid(run.training).groups[0]
    numbers = {path: np.moveaxis(value, -1, 0) for path, value in group.numbers(group.instances).items()}
    keys = np.array(key_of(group.seeds(group.instances)), np.uint32).T
    state = {name: run.data[f"{name}_history"].sel(step=at).values for name in group.shapes}
    precision = np.dtype(run.training.precision)
    with jax.enable_x64(run.training.precision == "float64"):
        one = jax.jit(lambda n, k, p: _one(with_leaves(group.training, n), remedy, at, k, p))
        cast = {path: value.astype(precision) for path, value in numbers.items()}
        return [
            _edited(*jax.device_get(one(_nth(cast, i), keys[i], _nth(state, i)))) for i in range(len(group.instances))
        ]


def _nth(arrays: dict[str, np.ndarray], i: int) -> dict[str, np.ndarray]:
    return {name: value[i] for name, value in arrays.items()}


def _one(training: Training, remedy: Resample, at: int, seed: Array, before: dict[str, Array]) -> tuple[Any, ...]:
    """Exactly what the training loop does at an edit by the second intervention."""
    inputs, model, law = training.model.sizes.features, training.model, training.law
    assert isinstance(law, Superposed)
    key = fold(fold(fold(seed, EDIT), 1), jnp.int32(at))
    x = draw(law, fold(key, 1), inputs, remedy.inputs)
    seen = Seen(x, each(training.loss, model, before, x, lanes=False))
    after = remedy.edit(model, before, jax.random.wrap_key_data(key), seen).parameters
    _, place, _ = remedy.choice(before, key, seen)
    fresh = draw(law, fold(fold(seed, FRESH), 0), inputs, SAMPLES)
    dead = before["idle"] >= remedy.window
    D = jnp.asarray(law.directions.matrix(inputs))
    return before, after, dead, x[:, place], seen.loss[place], fresh, D


def _edited(
    before: State, after: State, dead: np.ndarray, own: np.ndarray, lost: np.ndarray, x: np.ndarray, D: np.ndarray
) -> Edited:
    revived = np.flatnonzero(dead & ~dead.all())
    wide = [{name: np.asarray(value, float) for name, value in state.items()} for state in (before, after)]
    own, x, D = (np.asarray(part, float) for part in (own[:, revived], x, D))
    return Edited(wide[0], wide[1], revived, own, np.asarray(lost[revived], float), x, D / np.linalg.norm(D, axis=0))
