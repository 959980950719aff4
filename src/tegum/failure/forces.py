"""The anatomy of one state of y = ReLU(WᵀWx + b) on one-hot data: gradient by sample and by force, curvature, ways out.

L = Σ_i Σ_j (ReLU(z_ij) − δ_ij)² with z_ij = W_i·W_j + b_i, output i upon input j: the sum over samples and features.
Everything is exact, in double precision, for W (m, n) and b (n,) of any size. A point is written as one vector of
(m + 1) n numbers, the rows of W and then b (`flat`, `unflat`).

Where z_ij = 0 for i ≠ j an output is about to wake. There the loss has a gradient but two curvatures, ReLU(z)² being 0
on one side and z² on the other: a kink. Along a direction the curvature is that of its own side. Where an output is
at 0 upon its own input the loss has an edge instead, and no curvature (`BadInput`).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import minimize

from tegum.errors import BadInput

KINK = 1e-9  # |z| below which an output counts as being about to wake
ROUNDING = 1e-13  # of the loss: a rise smaller than this is none


@dataclass(frozen=True)
class Forces:
    """What pulls at each column of W and at each bias: minus the gradient, in named parts that add up to it.

    benefit (m, n): its own input on its own output, −2 (y − 1) 2W_i: lengthens a feature that falls short.
    tilt (m, n): other inputs on its own output through the bias, −2 b_i Σ_j W_j over those heard: with b_i > 0 a push
        away from where most of them are; without an imbalance there is none.
    untilt (m, n): other inputs on its own output through the column, −2 Σ_j (W_i·W_j) W_j over those heard: it always
        shortens.
    spill (m, n): its own input on other outputs, −2 Σ_j y_j W_j.
    bias_benefit (n,), bias_interference (n,): its own input, and other inputs, on the bias.
    """

    benefit: np.ndarray
    tilt: np.ndarray
    untilt: np.ndarray
    spill: np.ndarray
    bias_benefit: np.ndarray
    bias_interference: np.ndarray

    @property
    def interference(self) -> np.ndarray:
        """All that other samples or other outputs do to each column, (m, n)."""
        total: np.ndarray = self.tilt + self.untilt + self.spill
        return total

    @property
    def W(self) -> np.ndarray:
        """The whole force on W, −∂L/∂W, (m, n)."""
        total: np.ndarray = self.benefit + self.interference
        return total

    @property
    def b(self) -> np.ndarray:
        """The whole force on b, −∂L/∂b, (n,)."""
        total: np.ndarray = self.bias_benefit + self.bias_interference
        return total


def before_relu(W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """z (n, n): output i upon input j before the ReLU."""
    if W.ndim != 2 or b.shape != W.shape[1:]:
        raise BadInput(
            f"W of shape {W.shape} and b of shape {b.shape} are not one model; they need to be (m, n), (n,)."
        )
    z: np.ndarray = W.T @ W + b[:, None]
    return z


def loss(W: np.ndarray, b: np.ndarray) -> float:
    """L, summed over samples and features.

    >>> loss(np.zeros((2, 4)), np.full(4, 0.25))
    3.0
    """
    return float(((np.maximum(before_relu(W, b), 0) - np.eye(len(b))) ** 2).sum())


def by_sample(W: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """∂L/∂W (n, m, n) and ∂L/∂b (n, n), one for each input; their sums over the first axis are the gradient."""
    slope = _slopes(W, b)
    on_W = np.einsum("ij,kj->jki", slope, W)
    each = np.arange(len(b))
    on_W[each, :, each] += (W @ slope).T
    return on_W, slope.T


def forces(W: np.ndarray, b: np.ndarray) -> Forces:
    """The forces of one state.

    >>> pulls = forces(np.array([[0.1, 1.0]]), np.array([0.25, 0.0]))  # feature 0 is nearly unlearnt
    >>> float(pulls.untilt[0, 0].round(6)), float(pulls.tilt[0, 0].round(6))
    (-0.2, -0.5)
    """
    slope = _slopes(W, b)
    own, others = np.diag(slope), slope * ~np.eye(len(b), dtype=bool)
    heard = (others != 0).astype(float)
    return Forces(
        benefit=-2 * W * own,
        tilt=-2 * W @ (heard * b[:, None]).T,
        untilt=-2 * W @ (heard * (W.T @ W)).T,
        spill=-W @ others,
        bias_benefit=-own,
        bias_interference=-others.sum(1),
    )


def _slopes(W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """∂L/∂z (n, n); the ReLU's slope at 0 is 0."""
    z = before_relu(W, b)
    slope: np.ndarray = 2 * (z - np.eye(len(b))) * (z > 0)
    return slope


def flat(W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """A state as one vector of (m + 1) n numbers."""
    return np.concatenate([W.ravel(), b])


def unflat(vector: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The W (m, n) and b (n,) of a vector."""
    rows = vector.reshape(-1, n)
    return rows[:-1], rows[-1]


def kinks(W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Which outputs are about to wake: (n, n), true where |z_ij| is at most `KINK`."""
    about = np.abs(before_relu(W, b)) <= KINK
    if np.diag(about).any():
        at = int(np.argmax(np.diag(about)))
        raise BadInput(
            f"output {at} is at 0 upon its own input, where the loss has an edge and no curvature; move W or b."
        )
    return about


def output_gradient(W: np.ndarray, i: int, j: int) -> np.ndarray:
    """The gradient of z_ij = W_i·W_j + b_i as a vector."""
    m, n = W.shape
    slope = np.zeros((m + 1, n))
    slope[:m, i] += W[:, j]
    slope[:m, j] += W[:, i]
    slope[m, i] = 1
    return slope.ravel()


def hessian(W: np.ndarray, b: np.ndarray, awake: np.ndarray | bool = False) -> np.ndarray:
    """The exact Hessian, ((m + 1) n)², of one side of the kinks: `awake` says which outputs at a kink are positive.

    awake: (n, n), read at the kinks only; or one answer for all of them. The Hessian of any other side lies between
    those of False and True.
    """
    about, z = kinks(W, b), before_relu(W, b)
    on = np.where(about, awake, z > 0)
    m, n = W.shape
    matrix = np.zeros((m + 1, n, m + 1, n))
    off = 2 * (z - np.eye(n)) * (on & ~about)  # ∂²z_ij/∂W_i∂W_j = 1 is weighed by the error, 0 at a kink
    for k in range(m):
        matrix[k, :, k, :] += off + off.T
    matrix = matrix.reshape((m + 1) * n, -1)
    slopes = np.array([output_gradient(W, i, j) for i, j in np.argwhere(on)]).reshape(-1, len(matrix))
    curved: np.ndarray = matrix + 2 * slopes.T @ slopes
    return curved


@dataclass(frozen=True)
class Curvature:
    """The second derivative of the loss at one state, one-sided along every direction.

    silent: the Hessian with all kinks silent. walls (k, (m + 1) n): the gradients of the outputs at a kink; along d the
    second derivative is dᵀ silent d + 2 Σ ReLU(walls d)².
    """

    silent: np.ndarray
    walls: np.ndarray

    def along(self, direction: np.ndarray) -> float:
        """The one-sided second derivative along a vector, of whatever length."""
        woken = np.maximum(self.walls @ direction, 0)
        return float(direction @ self.silent @ direction + 2 * woken @ woken)

    @cached_property
    def awake(self) -> np.ndarray:
        """The Hessian with all kinks awake."""
        matrix: np.ndarray = self.silent + 2 * self.walls.T @ self.walls
        return matrix

    def steepest(self, starts: int = 8, seed: int = 0) -> tuple[float, np.ndarray]:
        """The least one-sided second derivative over all unit vectors that a search finds, and its vector.

        The best of several minimisations (L-BFGS) of the Rayleigh quotient, which has a gradient everywhere.
        """
        rng = np.random.default_rng(seed)
        found = [self._descended(rng.normal(size=len(self.silent))) for _ in range(starts)]
        best = min(found, key=self.along)
        return self.along(best), best

    def _descended(self, start: np.ndarray) -> np.ndarray:
        options = {"maxiter": 5000, "ftol": 1e-15, "gtol": 1e-10}
        found = minimize(self._quotient, start, jac=True, method="L-BFGS-B", options=options).x
        unit: np.ndarray = found / np.linalg.norm(found)
        return unit

    def _quotient(self, x: np.ndarray) -> tuple[float, np.ndarray]:
        pushed = self.silent @ x + 2 * self.walls.T @ np.maximum(self.walls @ x, 0)
        size = x @ x
        value = x @ pushed / size
        return float(value), 2 * (pushed - value * x) / size


def curvature(W: np.ndarray, b: np.ndarray) -> Curvature:
    """The curvature of a state in all directions."""
    walls = [output_gradient(W, i, j) for i, j in np.argwhere(kinks(W, b))]
    return Curvature(hessian(W, b), np.array(walls).reshape(-1, W.size + b.size))


@dataclass(frozen=True)
class Path:
    """States along a descent: time (t,), the sum of the rates of all steps, W (t, m, n), b (t, n), loss (t,)."""

    time: np.ndarray
    W: np.ndarray
    b: np.ndarray
    loss: np.ndarray


def descend(W: np.ndarray, b: np.ndarray, rate: float, steps: int, every: int = 1, until: float = 0.0) -> Path:
    """Plain gradient descent on L in double precision, recorded every so many steps, the first and last included.

    A step that would raise the loss, beyond rounding, is taken back and the rate halved for good, so that the path
    follows the gradient flow however curved the loss becomes. until: the end is the first state whose loss is not above
    this.
    """
    before_relu(W, b)  # for its check of the shapes
    state, time, kept = (np.array(W, float), np.array(b, float)), 0.0, []
    now, down = _value_and_downhill(*state)
    for step in range(steps + 1):
        if step % every == 0 or step == steps or now <= until:
            kept.append((time, *state, now))
        if now <= until or step == steps:
            break
        following = (state[0] + rate * down[0], state[1] + rate * down[1])
        value, next_down = _value_and_downhill(*following)
        if value > now * (1 + ROUNDING):
            rate /= 2
        else:
            state, time, now, down = following, time + rate, value, next_down
    times, columns, biases, losses = zip(*kept, strict=True)
    return Path(np.array(times), np.stack(columns), np.stack(biases), np.array(losses))


def _value_and_downhill(W: np.ndarray, b: np.ndarray) -> tuple[float, tuple[np.ndarray, np.ndarray]]:
    """L and minus its gradient, with nothing computed twice: a descent takes hundreds of thousands of these."""
    y = W.T @ W
    y += b[:, None]
    np.maximum(y, 0, out=y)
    slope = -2.0 * y
    slope[np.diag_indices(len(b))] += 2.0 * (np.diagonal(y) > 0)
    total = float((y * y).sum()) + len(b) - 2 * float(np.diagonal(y).sum())
    return total, (W @ (slope + slope.T), slope.sum(1))


def escape(
    W: np.ndarray, b: np.ndarray, push: float, rate: float, steps: int, every: int = 1, until: float = 0.0
) -> Path:
    """From a state a push along its steepest way down, then `descend`. Raises `BadInput` where there is none."""
    value, direction = curvature(W, b).steepest()
    if value > -KINK:
        raise BadInput(f"the least curvature found here is {value:.3g}; a way out needs a negative one.")
    away = unflat(push * direction, len(b))
    return descend(W + away[0], b + away[1], rate, steps, every, until)


def best_bias(own: np.ndarray, heard: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The bias β that is best for one output, and its loss (ReLU(own + β) − 1)² + Σ_j ReLU(heard_j + β)².

    own (...,): ‖w‖²; heard (..., k): w·W_j. While the output hears its own input the loss is convex in β, and least
    where 1 − own − β = Σ_j ReLU(heard_j + β): with the q largest heard, β = (1 − own − Σ heard) / (1 + q). Where the
    own input would be silent there, or more than 1 be lost, the output is best silent altogether: loss 1, β = −∞.

    >>> beta, value = best_bias(np.array(0.0), np.zeros(6))
    >>> round(7 * float(beta), 9), round(7 * float(value), 9)
    (1.0, 6.0)
    """
    ranked = -np.sort(-heard, axis=-1)
    count = np.arange(ranked.shape[-1] + 1)
    total = np.concatenate([np.zeros((*own.shape, 1)), np.cumsum(ranked, axis=-1)], axis=-1)
    candidates = (1 - own[..., None] - total) / (1 + count)
    reached = (ranked + candidates[..., 1:] > 0).sum(-1)  # while the next largest is heard at its own candidate
    beta = np.take_along_axis(candidates, reached[..., None], axis=-1)[..., 0]
    miss = np.maximum(own + beta, 0) - 1
    value = miss**2 + (np.maximum(heard + beta[..., None], 0) ** 2).sum(-1)
    silent = (own + beta <= 0) | (value >= 1)
    return np.where(silent, -np.inf, beta), np.where(silent, 1.0, value)


def alone(W: np.ndarray, b: np.ndarray, feature: int, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is left of L as a function of one column, with its best bias: the losses that this feature takes part in.

    places (..., m): columns to try. Returns the loss (...,) and the bias (...,). The other features are frozen; their
    losses upon each other are left out, since they do not change.
    """
    others = np.delete(W, feature, axis=1)
    heard = places @ others
    beta, value = best_bias((places**2).sum(-1), heard)
    spill = (np.maximum(heard + np.delete(b, feature), 0) ** 2).sum(-1)
    return value + spill, beta


@dataclass(frozen=True)
class Optimum:
    """The best column and bias of one feature with all others frozen, and the losses that it takes part in."""

    column: np.ndarray
    bias: float
    loss: float


def farthest(W: np.ndarray, b: np.ndarray, feature: int) -> float:
    """How long a column of one feature may be, all others frozen, before its spill alone costs as much as silence.

    In direction u the output of feature j upon it is |w| W_j·u + b_j, and reaches 1 at |w| = (1 − b_j) / (W_j·u). The
    longest over 3,600 directions, and a hundredth more for those between. W (2, n), b (n,). Raises `BadInput` where
    the others leave a direction free.

    >>> W = np.array([[1.0, 0.0, -1.0, 0.0, 0.0], [0.0, 1.0, 0.0, -1.0, 0.0]])
    >>> round(farthest(W, np.zeros(5), 4), 3)  # √2, where a square's tangents meet
    1.428
    """
    bearing = np.radians(np.arange(3600) / 10)
    along = np.stack([np.cos(bearing), np.sin(bearing)], axis=1) @ np.delete(W, feature, axis=1)
    with np.errstate(divide="ignore"):
        least = np.where(along > 1e-12, (1 - np.delete(b, feature)) / along, np.inf).min(axis=1)
    if not np.isfinite(least).all():
        raise BadInput("the other columns leave a direction in which no output hears a column; give a reach.")
    return 1.01 * float(least.max())


def frozen_optimum(
    W: np.ndarray, b: np.ndarray, feature: int, reach: float | None = None, fineness: int = 121
) -> Optimum:
    """The best (W_i, b_i) within `reach` of the origin, all others frozen, in the plane.

    The bias is known exactly for every column (`best_bias`), so only the plane is searched: a grid of fineness²
    columns, and a simplex from its four best and from zero. reach: None for all columns that may be better than
    silence (`farthest`).
    """
    if W.shape[0] != 2:
        raise BadInput(f"this model has m={W.shape[0]}; the search over all columns of one feature needs m=2.")
    grid = (farthest(W, b, feature) if reach is None else reach) * np.linspace(-1, 1, fineness)
    places = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    best = places[np.argsort(alone(W, b, feature, places)[0])[:4]]
    step = np.ptp(grid) / fineness * np.array([[0.0, 0], [1, 0], [0, 1]])
    ends = []
    for start in (np.zeros(2), *best):
        options = {"xatol": 1e-10, "fatol": 1e-15, "initial_simplex": start + step}
        ends.append(minimize(lambda w: alone(W, b, feature, w)[0], start, method="Nelder-Mead", options=options).x)
    column = min(ends, key=lambda w: alone(W, b, feature, w)[0])
    value, beta = alone(W, b, feature, column)
    return Optimum(column, float(beta), float(value))
