"""Minima of the exact expected loss: found by Newton's method, and followed as importances and densities vary.

The loss is `tegum.toy.expectation.expected_squares`, E Σ I_i (x_i − y_i)², of y = ReLU(WᵀWx + b) and sparse uniform x.
Turning the latent space changes nothing, so steps and eigenvalues are taken across those directions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import brentq

from tegum.errors import BadInput
from tegum.toy.expectation import expected_squares

NODES = (8, 4, 3, 2)  # quadrature for two, three, four and five active features
STEP = 1e-6  # of central differences; biases of 3e-4 decide where a ReLU sets in
FLAT = 1e-10  # of a gradient's largest entry: a minimum is found
LONGEST = 0.1  # a Newton step, in the entry that changes most
JUMP = 0.25  # in an entry of WᵀW between neighbouring settings: it is another minimum
ROUNDING = 1e-15
PLACE = 1e-4  # of x, to which the end of a branch is found
ITERATIONS = 60

Setting = Callable[[float], tuple[np.ndarray, np.ndarray]]
"""From the number that varies to importances and densities, (n,) each."""


class Minimum(NamedTuple):
    """W (m, n), b (n,); the loss; the largest entry of its gradient; the least eigenvalue of its Hessian but for
    turning, where the loss is a strict minimum if this is positive."""

    W: np.ndarray
    b: np.ndarray
    loss: float
    gradient: float
    least: float


def minimum(
    W: np.ndarray,
    b: np.ndarray,
    importance: np.ndarray,
    p: np.ndarray,
    nodes: tuple[int, ...] = NODES,
    held: int | None = None,
) -> Minimum:
    """Down from W (m, n), b (n,) by Newton's method; importance and p (n,). `held`: a feature whose column stays as it
    is; the gradient and the eigenvalue are then those of all else.

    >>> W, b = np.array([[1.0, -1.0]]), np.zeros(2)
    >>> found = minimum(W, b, np.ones(2), np.full(2, 0.1))
    >>> found.gradient < 1e-10, found.least > 0.05, bool(0 < found.b[0] < 0.01)
    (True, True, True)
    """
    shape, state = W.shape, np.concatenate([W.ravel(), b])
    if shape[1] != len(b):
        raise BadInput(f"W of shape {shape} and b of shape {b.shape} are no state; they need to be (m, n) and (n,).")
    with jax.enable_x64(True):
        evaluate = partial(_evaluated, shape=shape, importance=importance, p=p, nodes=nodes)
        loss, gradient, hessian = _expanded(state, evaluate)
        for _ in range(ITERATIONS):
            across = _across(state, shape) if held is None else _free(shape, held)
            values, vectors = np.linalg.eigh(across.T @ hessian @ across)
            slope = across.T @ gradient
            if np.abs(slope).max() < FLAT:
                break
            step = -(across @ vectors) @ ((vectors.T @ slope) / np.maximum(np.abs(values), STEP))
            step *= min(1, LONGEST / np.abs(step).max())
            found = _expanded(state + step, evaluate)
            while found[0] > loss + ROUNDING and np.abs(step).max() > ROUNDING:
                step /= 2
                found = _expanded(state + step, evaluate)
            state, (loss, gradient, hessian) = state + step, found
    W, b = _parts(state, shape)
    return Minimum(W, b, loss, float(np.abs(slope).max()), float(values[0]))


def _parts(state: Any, shape: tuple[int, ...]) -> tuple[Any, Any]:
    m, n = shape
    return state[: m * n].reshape(m, n), state[m * n :]


@partial(jax.jit, static_argnames=("shape", "nodes"))
def _compiled(states: Any, importance: Any, p: Any, shape: tuple[int, ...], nodes: tuple[int, ...]) -> Any:
    def loss(state: Any) -> Any:
        return expected_squares(*_parts(state, shape), importance, p, nodes)

    return jax.vmap(jax.value_and_grad(loss))(states)


def _evaluated(
    states: np.ndarray, shape: tuple[int, ...], importance: np.ndarray, p: np.ndarray, nodes: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Losses (k,) and gradients (k, d) of states (k, d). Always of one k, 2d + 1, so that it compiles once."""
    value, gradient = _compiled(jnp.asarray(states), jnp.asarray(importance), jnp.asarray(p), shape, nodes)
    return np.asarray(value), np.asarray(gradient)


Evaluate = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def _expanded(state: np.ndarray, evaluate: Evaluate) -> tuple[float, np.ndarray, np.ndarray]:
    """Loss, gradient (d,) and Hessian (d, d), by central differences of the gradient."""
    d = len(state)
    moves = STEP * np.eye(d)
    value, gradient = evaluate(state + np.concatenate([np.zeros((1, d)), moves, -moves]))
    hessian = (gradient[1 : d + 1] - gradient[d + 1 :]) / (2 * STEP)
    return float(value[0]), gradient[0], (hessian + hessian.T) / 2


def _across(state: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """An orthonormal basis (d, k) of the directions that do not only turn W."""
    W, b = _parts(state, shape)
    turns = []
    for i, j in combinations(range(len(W)), 2):
        turned = np.zeros_like(W)
        turned[i], turned[j] = -W[j], W[i]
        turns.append(np.concatenate([turned.ravel(), 0 * b]))
    basis = np.linalg.qr(np.array(turns).reshape(-1, len(state)).T, mode="complete")[0]
    return basis[:, len(turns) :]


def _free(shape: tuple[int, ...], held: int) -> np.ndarray:
    """A basis (d, k) of all entries but one feature's column."""
    m, n = shape
    place = np.arange(m * n + n)
    return np.eye(len(place))[:, (place % n != held) | (place >= m * n)]


@dataclass(frozen=True)
class Branch:
    """One minimum followed over x (k,), rising: W (k, m, n), b (k, n), loss, gradient and least eigenvalue (k,), as in
    `Minimum`. `lost`: below and above which x it is lost; 0 and inf where it lasts to the end of the grid."""

    x: np.ndarray
    W: np.ndarray
    b: np.ndarray
    loss: np.ndarray
    gradient: np.ndarray
    least: np.ndarray
    lost: tuple[float, float]

    def near(self, x: float) -> tuple[np.ndarray, np.ndarray]:
        """W and b at the point nearest to x, as a ratio."""
        place = int(np.abs(np.log(self.x / x)).argmin())
        return self.W[place], self.b[place]


def follow(
    W: np.ndarray, b: np.ndarray, x: np.ndarray, start: int, setting: Setting, nodes: tuple[int, ...] = NODES
) -> Branch:
    """The minimum near W, b at x[start], and from there down and up along x (k,), rising and positive, as far as it
    goes: each point starts from its neighbour's solution. Where it is lost is found to 1e-4 of x, and is the branch's
    first or last point."""
    first = minimum(W, b, *setting(float(x[start])), nodes)
    down, low = _walk(first, x[start::-1], setting, nodes)
    up, high = _walk(first, x[start:], setting, nodes)
    places, found = zip(*down[:0:-1], *up, strict=True)
    states, biases, loss, gradient, least = (np.array(column) for column in zip(*found, strict=True))
    lost = (places[0] if low else 0.0, places[-1] if high else np.inf)
    return Branch(np.array(places), states, biases, loss, gradient, least, lost)


Point = tuple[float, Minimum]


def _walk(first: Minimum, x: np.ndarray, setting: Setting, nodes: tuple[int, ...]) -> tuple[list[Point], bool]:
    """The minima from x[0] on, and whether it is lost on the way."""
    found = [(float(x[0]), first)]
    for there in x[1:].tolist():
        onward = _onward(found[-1][1], there, setting, nodes)
        if onward is None:
            return [*found, _last(found[-1], there, setting, nodes)], True
        found.append((there, onward))
    return found, False


def _onward(last: Minimum, x: float, setting: Setting, nodes: tuple[int, ...]) -> Minimum | None:
    """The same minimum at x, or None where it has become another one."""
    found = minimum(last.W, last.b, *setting(x), nodes)
    same = np.abs(found.W.T @ found.W - last.W.T @ last.W).max() < JUMP
    return found if same and found.gradient < FLAT and found.least > 0 else None


def _last(point: Point, there: float, setting: Setting, nodes: tuple[int, ...]) -> Point:
    """The last point of a branch, by ever shorter steps. A long one may miss a minimum that is still there."""
    here, last = point
    step = np.log(there / here) / 2
    while abs(step) > PLACE:
        onward = _onward(last, here * float(np.exp(step)), setting, nodes)
        if onward is None:
            step /= 2
        else:
            here, last = here * float(np.exp(step)), onward
    return here, last


def crossing(one: Branch, other: Branch, setting: Setting, nodes: tuple[int, ...] = NODES) -> list[float]:
    """Every x at which both have the same loss, rising, to 1e-9 of it; none where they never swap."""

    def apart(log_x: float) -> float:
        at = float(np.exp(log_x))
        mine, its = (minimum(*part.near(at), *setting(at), nodes) for part in (one, other))
        return mine.loss - its.loss

    x = np.log(np.union1d(one.x, other.x))
    x = x[(x >= np.log(max(one.x[0], other.x[0]))) & (x <= np.log(min(one.x[-1], other.x[-1])))]
    lead = np.subtract(*(np.interp(x, np.log(part.x), np.log(part.loss)) for part in (one, other)))
    swaps = [(x[i], x[i + 1]) for i in np.flatnonzero(lead[:-1] * lead[1:] < 0)]
    return [float(np.exp(brentq(apart, *ends, xtol=1e-9))) for ends in swaps if apart(ends[0]) * apart(ends[1]) < 0]
