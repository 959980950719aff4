"""Dictionaries loop by loop, from the papers' formulas and with NumPy alone."""

from typing import Any

import numpy as np


def relu(z: float) -> float:
    return z if z > 0 else 0.0


def codes(W_e: Any, b_e: Any, b_d: Any, x: Any) -> list[float]:
    """z of one sample: W_e (x − b_d) + b_e."""
    return [sum(W_e[j][i] * (x[i] - b_d[i]) for i in range(len(x))) + b_e[j] for j in range(len(W_e))]


def decoded(W_d: Any, b_d: Any, f: list[float]) -> list[float]:
    return [sum(W_d[i][j] * f[j] for j in range(len(f))) + b_d[i] for i in range(len(b_d))]


def top(f: list[float], k: int) -> list[float]:
    """The k largest of one sample, the rest 0."""
    least = sorted(f)[-k]
    return [value if value >= least else 0.0 for value in f]


def l1_loss(p: Any, X: Any, l1: float, k: int | None = None) -> float:
    """The mean over samples of ‖x − x̂‖² + l1 Σ f; with k, of the k largest codes."""
    total = 0.0
    for x in np.asarray(X).T:
        f = [relu(z) for z in codes(p["W_e"], p["b_e"], p["b_d"], x)]
        f = f if k is None else top(f, k)
        y = decoded(p["W_d"], p["b_d"], f)
        total += sum((a - b) ** 2 for a, b in zip(x, y, strict=True)) + l1 * sum(f)
    return float(total) / X.shape[1]


def best_matching(c: np.ndarray) -> float:
    """The largest mean cosine of any matching one to one, all tried."""
    from itertools import permutations

    rows, columns = c.shape
    tried = permutations(range(columns), rows)
    return max(sum(c[i, j] for i, j in enumerate(order)) / rows for order in tried)
