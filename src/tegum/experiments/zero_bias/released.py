"""Models at symmetric failure whose unlearnt bias is set: the intervention, the recipes, and what is read of them."""

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from tegum.experiments.experiment import Runs
from tegum.failure.ends import LEARNT, ends, learnt_at
from tegum.spec import Finite
from tegum.toy.models import Parameters
from tegum.training.interventions import Edit, Intervention
from tegum.training.run import Run

NOISE = 0.01  # on every number at the start
SOON = 1_000  # steps
FIRST = 30_000_000  # the first seed; others were looked at before the criteria were written
BIASES = (-0.2, -0.05, -0.01, -0.001, 0.0, 0.05, 1 / 7)
AT_ZERO = BELOW = BIASES.index(0.0)  # the place of 0; how many lie below it
TWIN = len(BIASES)  # the place of the undisturbed models
ARMS = {
    "AdamW": ("adam", "weight_decay", 0),
    "Adam": ("adam", "weight_decay", 1),
    "momentum": ("descent", "optimiser.decay", 0),
    "gradient descent": ("descent", "optimiser.decay", 1),
}  # the training, its axis and the place on it: one program for every two
LEARNERS = ("AdamW", "Adam", "momentum")  # which learn it within these steps; gradient descent takes longer


class SetUnlearnt(Intervention):
    """Set the bias of the feature with the shortest column, and forget the optimiser's memory of it.

    keep: the share of its old bias that stays; 1, with a value of 0, for an undisturbed twin in the same sweep.
    """

    value: Finite = 0.0
    keep: Finite = 0.0

    def edit(self, model: Any, parameters: Parameters, key: Any) -> Edit:
        W, b = parameters["W"], parameters["b"]
        shortest = jnp.arange(W.shape[1]) == jnp.argmin((W**2).sum(0))
        return Edit.of(parameters, b=jnp.where(shortest, self.keep * b + self.value, b))


def last_bias(b: Any) -> Any:
    """b_7: the bias of the last feature."""
    return b[-1]


def last_length(W: Any) -> Any:
    """‖W_7‖: the length of the last column."""
    return jnp.sqrt((W[:, -1] ** 2).sum())


@dataclass(frozen=True)
class Released:
    """Models of seven features under one optimiser: loss (summed), b_7 and ‖W_7‖ over time, each (set, seed, t).

    The axis `set` has `BIASES` and then the undisturbed twins.
    """

    step: np.ndarray
    loss: np.ndarray
    bias: np.ndarray
    length: np.ndarray

    @classmethod
    def of(cls, runs: Runs, name: str) -> "Released":
        key, axis, place = ARMS[name]
        data = runs[key].data.isel({axis: place})
        loss, bias, length = (
            data[f"{what}_history"].transpose("set", "seed", "step").values
            for what in ("loss", "last_bias", "last_length")
        )
        return cls(data["step"].values, 49 * loss, bias, length)

    @property
    def ends(self) -> np.ndarray:
        """How each model ends, (set, seed)."""
        return ends(self.loss[..., -1])

    @property
    def learnt_at(self) -> np.ndarray:
        """The first recorded step at which all features are learnt, (set, seed); infinite where there is none."""
        return learnt_at(self.step, self.loss)

    @property
    def stuck(self) -> np.ndarray:
        """Whether each model has not learnt the last feature and keeps its column at 0, (set, seed)."""
        return np.asarray((self.ends != LEARNT) & (self.length[..., -1] <= NOISE))

    def bias_at(self, step: int) -> np.ndarray:
        """b_7 after so many steps, (set, seed)."""
        return np.asarray(self.bias[..., int(np.searchsorted(self.step, step))])


def totals(run: Run) -> np.ndarray:
    """The summed loss of each final model, (..., seed)."""
    found: np.ndarray = run.W.sizes["feature"] ** 2 * run.loss.transpose(..., "seed").values
    return found
