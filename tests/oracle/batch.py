"""Many small models trained side by side by plain NumPy in double precision, on one-hot data: y = ReLU(WᵀW + b).

A second opinion on whole trainings, which the scalar oracle is too slow for. Shapes: W (k, m, n), b (k, n).
"""

from collections.abc import Callable

import numpy as np

State = tuple[np.ndarray, np.ndarray]


def gradient(W: np.ndarray, b: np.ndarray) -> State:
    """Of the mean of (y − x)² over all n² outputs; the ReLU's slope at 0 is 0."""
    n = W.shape[-1]
    z = np.swapaxes(W, -1, -2) @ W + b[..., None]
    slope = 2 * (z - np.eye(n)) * (z > 0) / n**2
    return W @ (slope + np.swapaxes(slope, -1, -2)), slope.sum(-1)


def adamw(
    W: np.ndarray, b: np.ndarray, steps: int, rate: float = 1e-3, decay: float = 0.01, b1: float = 0.9,
    b2: float = 0.999, eps: float = 1e-8, see: Callable[[int, State, State], None] | None = None,
) -> State:  # fmt: skip
    """AdamW, without decay Adam. `see` is called before each step with its number, the state and v, the memory."""
    now = [np.array(part, float) for part in (W, b)]
    mean, square = [[np.zeros_like(part) for part in now] for _ in range(2)]
    for t in range(steps):
        if see is not None:
            see(t, (now[0], now[1]), (square[0], square[1]))
        for p, slope in enumerate(gradient(now[0], now[1])):
            mean[p] = b1 * mean[p] + (1 - b1) * slope
            square[p] = b2 * square[p] + (1 - b2) * slope**2
            m, v = mean[p] / (1 - b1 ** (t + 1)), square[p] / (1 - b2 ** (t + 1))
            now[p] = now[p] - rate * (m / (np.sqrt(v) + eps) + decay * now[p])
    return now[0], now[1]


def sgd(W: np.ndarray, b: np.ndarray, steps: int, rate: float) -> State:
    """Gradient descent."""
    for _ in range(steps):
        in_W, in_b = gradient(W, b)
        W, b = W - rate * in_W, b - rate * in_b
    return W, b
