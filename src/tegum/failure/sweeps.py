"""One unlearnt feature and the live others over time: how a model gets out of symmetric failure.

One-hot data, y = ReLU(WᵀWx + b), in the plane. The *lean* is S, the sum of the live columns. The *eve* is the last
moment before the unlearnt feature is learnt, and *far* live features are then at more than 90° from it.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from tegum.errors import BadInput
from tegum.failure.forces import best_bias
from tegum.failure.outcomes import SYMMETRIC_FAILURE
from tegum.failure.timelines import ASYMMETRIC, Timeline, timeline

LEARNT = 1 / 2  # of its final length, which a feature must have to count as learnt
EVE = 1 / 4  # of its final length: before a feature is learnt it was last this short
LONG = 0.6  # half of the length of the seventh feature when it is learnt beside a hexagon


@dataclass(frozen=True, eq=False)
class Sweep:
    """The histories of p models, each with one feature apart.

    step (t,); column (p, t, 2) and bias (p, t) of the unlearnt feature; live (p, t, 2, n − 1) and live_bias
    (p, t, n − 1) of the others, in order; start (p,): the place in `step` from which on the model is in failure.
    """

    step: np.ndarray
    column: np.ndarray
    bias: np.ndarray
    live: np.ndarray
    live_bias: np.ndarray
    start: np.ndarray

    @cached_property
    def size(self) -> Float[np.ndarray, "p t"]:
        """‖W_d‖, the length of the unlearnt column."""
        return np.hypot(self.column[..., 0], self.column[..., 1])

    @cached_property
    def lean(self) -> Float[np.ndarray, "p t 2"]:
        """S, the sum of the live columns."""
        return np.asarray(self.live.sum(axis=-1))

    @cached_property
    def lengths(self) -> Float[np.ndarray, "p t k"]:
        """‖W_j‖ of the live columns."""
        return np.hypot(self.live[..., 0, :], self.live[..., 1, :])

    @cached_property
    def far(self) -> Bool[np.ndarray, "p k"]:
        """Which live columns are at more than 90° from the unlearnt one on the eve."""
        row = np.arange(len(self.column))
        return np.asarray(np.einsum("pk,pkj->pj", self.column[row, self.eve], self.live[row, self.eve]) < 0)

    @cached_property
    def heard(self) -> Float[np.ndarray, "p t k"]:
        """The unlearnt feature's output upon each live input, before ReLU."""
        return np.asarray(np.einsum("ptk,ptkj->ptj", self.column, self.live) + self.bias[..., None])

    @cached_property
    def turned(self) -> Float[np.ndarray, "p t"]:
        """The angle between the unlearnt column and −S, in degrees."""
        across = self.column[..., 1] * self.lean[..., 0] - self.column[..., 0] * self.lean[..., 1]
        along = -(self.column * self.lean).sum(axis=-1)
        return np.degrees(np.abs(np.arctan2(across, along)))

    @cached_property
    def pushed(self) -> Float[np.ndarray, "p t 2"]:
        """The force of the live inputs' outputs on the unlearnt feature upon S: −2 Σ_j ReLU(W_d·W_j + b_d) W_d."""
        return np.asarray(-2 * np.maximum(self.heard, 0).sum(axis=-1)[..., None] * self.column)

    @cached_property
    def learnt(self) -> Int[np.ndarray, " p"]:
        """The first place, from `start` on, where the unlearnt column has half of its final length; the last place of
        all where it never grows."""
        return np.minimum(self.first(self.size > LEARNT * self.size[:, -1:]), len(self.step) - 1)

    @cached_property
    def eve(self) -> Int[np.ndarray, " p"]:
        """The last place before that where it has less than a quarter."""
        place = np.arange(len(self.step))
        short = (self.size < EVE * self.size[:, -1:]) & (place <= self.learnt[:, None])
        return np.asarray(np.where(short, place, 0).max(axis=-1))

    @property
    def wait(self) -> Float[np.ndarray, " p"]:
        """The first recorded step at which the unlearnt column is longer than 0.6, whatever its end; inf without."""
        long = self.size > LONG
        return np.where(long.any(axis=-1), self.step[long.argmax(axis=-1)], np.inf)

    @cached_property
    def live_loss(self) -> Float[np.ndarray, "p t"]:
        """The loss of the live features upon each other, summed."""
        z = np.einsum("ptki,ptkj->ptij", self.live, self.live) + self.live_bias[..., None]
        return np.asarray(((np.maximum(z, 0) - np.eye(z.shape[-1])) ** 2).sum(axis=(-1, -2)))

    @property
    def stage(self) -> Bool[np.ndarray, "p t"]:
        """Whether each place lies between the start and the eve, both included."""
        place = np.arange(len(self.step))
        return (place >= self.start[:, None]) & (place <= self.eve[:, None])

    def first(self, there: Bool[np.ndarray, "p t"]) -> Int[np.ndarray, " p"]:
        """The first place, from `start` on, where something is so; len(step) where it never is."""
        after = there & (np.arange(len(self.step)) >= self.start[:, None])
        return np.where(after.any(axis=-1), after.argmax(axis=-1), len(self.step))

    def at(self, place: Int[np.ndarray, " p"]) -> "Sweep":
        """One place of each model, as a history of one step; step counts from 0 there."""
        row = np.arange(len(self.column))
        column, bias, live, live_bias = (
            part[row, place][:, None] for part in (self.column, self.bias, self.live, self.live_bias)
        )
        return Sweep(np.zeros(1), column, bias, live, live_bias, np.zeros(len(row), int))

    def mean(self, values: Float[np.ndarray, "p t k"], which: Bool[np.ndarray, "p k"]) -> Float[np.ndarray, "p t"]:
        """The mean over some of the live features of each model; NaN where there are none."""
        count = which.sum(axis=-1)[:, None]
        return np.asarray(np.where(count, (values * which[:, None]).sum(axis=-1) / np.maximum(count, 1), np.nan))

    def resistance(self, rate: float) -> Float[np.ndarray, " p"]:
        """How many times the way of S the push of the unlearnt feature on it makes, in gradient descent.

        ∫ pushed·d dt / (way of S) from start to eve, d the direction of that way: 1 where that push alone moved S, more
        where all else opposed it. rate: how much of the force on W one unit of `step` makes.
        """
        found = np.full(len(self.column), np.nan)
        for p in range(len(found)):
            part = slice(self.start[p], self.eve[p] + 1)
            work = np.trapezoid(self.pushed[p, part], rate * self.step[part], axis=0)
            way = self.lean[p, part][-1] - self.lean[p, part][0]
            found[p] = work @ way / (way @ way) if way.any() else np.nan
        return found


def apart(
    W: Float[np.ndarray, "p t 2 n"],
    b: Float[np.ndarray, "p t n"],
    step: Float[np.ndarray, " t"] | Int[np.ndarray, " t"],
    feature: Int[np.ndarray, " p"],
    start: Int[np.ndarray, " p"] | None = None,
) -> Sweep:
    """Take one feature of each model apart from the others.

    >>> W, b = np.arange(8.0).reshape(1, 1, 2, 4), np.arange(4.0).reshape(1, 1, 4)
    >>> one = apart(W, b, np.zeros(1), np.array([2]))
    >>> one.column.tolist(), one.live_bias.tolist(), one.lean.tolist()
    ([[[2.0, 6.0]]], [[[0.0, 1.0, 3.0]]], [[[4.0, 16.0]]])
    """
    p, t, _, n = W.shape
    row = np.arange(p)
    others = np.arange(n) != feature[:, None]
    live = np.moveaxis(np.moveaxis(W, -1, 1)[others].reshape(p, n - 1, t, 2), 1, -1)
    live_bias = np.moveaxis(np.moveaxis(b, -1, 1)[others].reshape(p, n - 1, t), 1, -1)
    begun = np.zeros(p, int) if start is None else start
    return Sweep(np.asarray(step), W[row, :, :, feature], b[row, :, feature], live, live_bias, begun)


def caught(run: Any, line: Timeline | None = None) -> tuple[Sweep, np.ndarray]:
    """The models of a run over seeds that were in symmetric failure with one feature unlearnt and recovered
    asymmetrically, and their places among the seeds.

    run: over seeds, with recorded parameters; line: its timeline, where it is known. The unlearnt feature is the
    shortest when the model was last seen in symmetric failure; `start` the first record of failure with that feature
    alone.
    """
    line = timeline(run) if line is None else line
    if line.kind.ndim != 2:
        raise BadInput(f"this run has axes of sizes {line.kind.shape[:-1]}; leave one, the seeds, with run.at(...).")
    W = run.W_history.transpose("seed", "step", "latent", "feature").values
    b = run.b_history.transpose("seed", "step", "feature").values
    inside = line.kind == SYMMETRIC_FAILURE
    one = line.states.lone
    last = len(line.step) - 1 - inside[:, ::-1].argmax(axis=-1)
    mine = np.flatnonzero((line.recovery() == ASYMMETRIC) & one[np.arange(len(one)), last])
    W, b = W[mine].astype(float), b[mine].astype(float)
    shortest = np.linalg.norm(W, axis=2).argmin(axis=-1)
    feature = shortest[np.arange(len(mine)), last[mine]]
    start = (one[mine] & (shortest == feature[:, None])).argmax(axis=-1)
    return apart(W, b, line.step, feature, start), mine


def local_optimum(
    column: Float[np.ndarray, "p 2"],
    live: Float[np.ndarray, "p 2 k"],
    live_bias: Float[np.ndarray, "p k"],
    *,
    rate: float = 0.01,
    steps: int = 2000,
) -> Float[np.ndarray, "p 2"]:
    """The optimum of each unlearnt column into which gradient descent runs from where the column is, all live features
    frozen and its bias the best for every column on the way (`best_bias`).

    >>> from tegum.theory.failure import symmetric_failure
    >>> W, b = symmetric_failure(7)
    >>> found = local_optimum(np.array([[0.1, 0.05]]), W[None, :, :6], b[None, :6])
    >>> bool(np.abs(found).max() < 1e-9)
    True
    """
    w = np.array(column, float)
    for _ in range(steps):
        heard, size = np.einsum("pk,pkj->pj", w, live), (w * w).sum(axis=-1)
        beta = np.maximum(best_bias(size, heard)[0], -1e9)
        error = np.where(size + beta > 0, size + beta - 1, 0.0)
        answers = np.maximum(heard + beta[:, None], 0) + np.maximum(heard + live_bias, 0)
        w -= rate * (4 * error[:, None] * w + 2 * np.einsum("pj,pkj->pk", answers, live))
    return w
