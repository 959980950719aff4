"""When Adam cannot hold a state: its preconditioned sharpness against the edge of stability, on one-hot data.

Adam moves by rate · m̂ / (√v̂ + ε). Near a minimum with the Hessian H that is gradient descent with momentum on
coordinates scaled by P = √v̂ + ε, and it is stable while

    rate · λ_max(P^(−1/2) H P^(−1/2)) < 2 (1 + b1) / (1 − b1),

38 for b1 = 0.9 (Cohen et al. 2022, Adaptive gradient methods at the edge of stability). v̂ is a memory of squared
gradients, of 1/(1 − b2) steps. At rest gradients vanish, v̂ falls by b2 with every step, and the left side grows by
b2^(−1/2) until it meets the right.
"""

import numpy as np
from jaxtyping import Float

from tegum.errors import BadInput
from tegum.failure.outcomes import SYMMETRIC_FAILURE
from tegum.failure.timelines import Timeline


def edge(b1: float) -> float:
    """2 (1 + b1) / (1 − b1): the largest stable product of rate and sharpness, 2 without momentum.

    >>> round(edge(0.9), 9), edge(0.0)
    (38.0, 2.0)
    """
    return 2 * (1 + b1) / (1 - b1)


def memory(gradients: Float[np.ndarray, "*batch t p"], interval: int, b2: float) -> Float[np.ndarray, "*batch t p"]:
    """v̂ at every recorded step, rebuilt from gradients recorded every `interval` steps, step 0 among them; in between,
    squared gradients are interpolated.

    >>> memory(np.ones((3, 1)), 10, 0.9).round(9).ravel().tolist()
    [1.0, 1.0, 1.0]
    """
    if interval < 1:
        raise BadInput(f"interval={interval} must be the number of steps between two records, 1 or more.")
    step = np.arange(1, interval + 1)
    kept = b2**interval
    new = float(((1 - b2) * b2 ** (interval - step) * step / interval).sum())  # weight of the later record
    square = np.asarray(gradients, float) ** 2
    found = np.empty_like(square)
    found[..., 0, :] = (1 - b2) * square[..., 0, :]
    for t in range(1, square.shape[-2]):
        old = kept * found[..., t - 1, :] + (1 - kept - new) * square[..., t - 1, :]
        found[..., t, :] = old + new * square[..., t, :]
    steps = np.arange(square.shape[-2]) * interval + 1
    return found / -np.expm1(steps * np.log(b2))[:, None]


def hessians(W: Float[np.ndarray, "*batch m n"], b: Float[np.ndarray, "*batch n"]) -> np.ndarray:
    """The Hessians (..., (m + 1) n, (m + 1) n) of the mean loss L / n², coordinates as in `tegum.failure.forces.flat`;
    outputs at a kink count as silent."""
    m, n = W.shape[-2:]
    z = np.swapaxes(W, -1, -2) @ W + b[..., None]
    on, each = z > 0, np.arange(n)
    slope = np.zeros((*z.shape, m + 1, n))  # of z_ij in row a of W, or b, and column k
    for i in range(n):
        slope[..., i, :, :m, i] += np.swapaxes(W, -1, -2)
        slope[..., :, i, :m, i] += np.swapaxes(W, -1, -2)
        slope[..., i, :, m, i] = 1
    flat = (slope * on[..., None, None]).reshape(*z.shape[:-2], n * n, (m + 1) * n)
    found = 2 * np.swapaxes(flat, -1, -2) @ flat
    off = 2 * (z - np.eye(n)) * on
    curved = found.reshape(*z.shape[:-2], m + 1, n, m + 1, n)
    for a in range(m):
        curved[..., a, each[:, None], a, each[None]] += off + np.swapaxes(off, -1, -2)
    return curved.reshape(found.shape) / n**2


def sharpness(
    W: Float[np.ndarray, "*batch m n"], b: Float[np.ndarray, "*batch n"], scale: np.ndarray
) -> Float[np.ndarray, "*batch"]:
    """The largest eigenvalue of P^(−1/2) H P^(−1/2) for P = scale (..., (m + 1) n): for Adam √v̂ + ε, for gradient
    descent 1."""
    half = 1 / np.sqrt(scale)
    return np.asarray(np.linalg.eigvalsh(half[..., :, None] * hessians(W, b) * half[..., None, :])[..., -1])


def awake(W: Float[np.ndarray, "*batch m n"], b: Float[np.ndarray, "*batch n"]) -> np.ndarray:
    """How many outputs are positive upon another feature's input, (...,), the shortest column left out.

    At symmetric failure with p live features in the plane 2p of them, between neighbours, are at a kink. Where the live
    polygon is too short all of them are positive, and on that side of the state no direction leads down.

    >>> turns = 2 * np.pi * np.arange(4) / 4
    >>> W = np.append(0.9 * np.stack([np.cos(turns), np.sin(turns)]), np.zeros((2, 1)), axis=1)
    >>> awake(W, np.array([0.1, 0.1, 0.1, 0.1, 0.2])).item()
    8
    """
    n = W.shape[-1]
    z = np.swapaxes(W, -1, -2) @ W + b[..., None]
    live = np.arange(n) != np.argmin((W * W).sum(-2), axis=-1)[..., None]
    pairs = live[..., :, None] & live[..., None, :] & ~np.eye(n, dtype=bool)
    return np.asarray(((z > 0) & pairs).sum((-2, -1)))


def too_short(line: Timeline, W: np.ndarray, b: np.ndarray, wait: int) -> tuple[np.ndarray, np.ndarray]:
    """Who (seed,) is caught with one feature unlearnt, and in whom, `wait` records later, every neighbour of a live
    feature wakes its output, for W (seed, t, 2, n), b (seed, t, n): the live polygon is too short then."""
    inside, each = line.kind == SYMMETRIC_FAILURE, np.arange(len(W))
    first = inside.argmax(axis=-1)
    later = np.minimum(first + wait, len(line.step) - 1)
    one = inside.any(axis=-1) & line.states.lone[each, first]
    return one, awake(W[each, later], b[each, later]) == 2 * (W.shape[-1] - 1)


def delays(step: np.ndarray, product: np.ndarray, there: np.ndarray, limit: float) -> tuple[np.ndarray, np.ndarray]:
    """When each model's product (seed, t) first exceeds the limit during its stay, and when the stay is over: the
    first record after it; NaN where the one or the other is not seen. there (seed, t): who is in the stay when."""
    over = there & (product > limit)
    crossed = np.where(over.any(axis=-1), step[over.argmax(axis=-1)], np.nan)
    last = there.shape[-1] - 1 - there[:, ::-1].argmax(axis=-1)
    left = np.where(last + 1 < len(step), step[np.minimum(last + 1, len(step) - 1)], np.nan)
    return crossed, left


def growth(step: np.ndarray, product: np.ndarray, there: np.ndarray, until: float) -> float:
    """Slope of ln(product) per step among the records `there` (t,), up to the first above `until`, by least squares.

    NaN for fewer than two."""
    step, value = step[there], product[there]
    last = int(np.argmax(value > until)) if (value > until).any() else len(value)
    return float(np.polyfit(step[:last], np.log(value[:last]), 1)[0]) if last > 1 else np.nan
