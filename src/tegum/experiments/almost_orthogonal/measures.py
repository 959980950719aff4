"""Random and optimised sets of directions, measured; sparse x sought from h = Wx in several ways."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from tegum.geometry.recovery import basis_pursuit, exact, lost, matching_pursuit, rectified
from tegum.theory.coherence import coherence, spread

BLOCK = 256  # directions drawn at a time
LAW_SAMPLES = 1_000  # on which a common length and bias are fitted


def directions(m: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Independent random directions, unit columns (m, count)."""
    X = rng.standard_normal((m, count))
    return np.asarray(X / np.linalg.norm(X, axis=0))


def coherences(m: int, count: int, draws: int) -> np.ndarray:
    """The coherence of so many random directions, (draws,)."""
    rng = np.random.default_rng([m, count])
    return np.array([coherence(directions(m, count, rng)) for _ in range(draws)])


def fitting(m: int, cosine: float, rng: np.random.Generator) -> int:
    """Random directions one after the other, until two have a larger |cosine|: how many came before that."""
    found = np.empty((m, 0))
    while True:
        fresh = directions(m, BLOCK, rng)
        old = np.abs(found.T @ fresh).max(0, initial=0)
        among = np.triu(np.abs(fresh.T @ fresh), 1).max(0)
        if (bad := np.maximum(old, among) > cosine).any():
            return found.shape[1] + int(bad.argmax())
        found = np.concatenate([found, fresh], axis=1)


@dataclass(frozen=True)
class Coder:
    """Directions with the read-out that goes with them: y = ReLU(WᵀWx + b)."""

    W: np.ndarray
    b: np.ndarray


def sparse(n: int, active: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Samples (n, samples) with so many active features each, uniform on (0, 1)."""
    order = rng.random((n, samples)).argsort(0)
    return np.asarray(np.where(order < active, rng.random((n, samples)), 0.0))


def of_law(n: int, p: float, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Samples (n, samples) of the law of training: each feature active with probability p, uniform on (0, 1)."""
    return np.asarray(np.where(rng.random((n, samples)) < p, rng.random((n, samples)), 0.0))


def fitted(U: np.ndarray, x: np.ndarray) -> Coder:
    """Unit columns U with the common length and bias for which ReLU loses least of x, by Nelder and Mead's simplex."""
    product = U.T @ (U @ x)

    def loss(v: np.ndarray) -> float:
        return float(((np.maximum(v[0] * product + v[1], 0) - x) ** 2).sum())

    square, bias = minimize(loss, [1.0, -0.2], method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-4}).x
    return Coder(np.sqrt(abs(square)) * U, np.full(U.shape[1], bias))


def coders(W: np.ndarray, b: np.ndarray, p: float, seed: int) -> dict[str, Coder]:
    """A trained model beside random directions and directions of small coherence, as many, from its seed."""
    (m, n), rng = W.shape, np.random.default_rng(seed)
    U = directions(m, n, rng)
    x = of_law(n, p, LAW_SAMPLES, rng)
    return {"learnt": Coder(W, b), "random": fitted(U, x), "spread": fitted(spread(U), x)}


def methods(coder: Coder) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """From x (n, samples) to what each method makes of h = Wx."""

    def each(method: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
        return lambda x: np.stack([method(coder.W, h) for h in (coder.W @ x).T], axis=1)

    return {"L1": each(basis_pursuit), "matching pursuit": each(matching_pursuit),
            "ReLU": lambda x: rectified(coder.W, coder.b, x)}  # fmt: skip


def recovered(coder: Coder, active: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    """(method, 2): share of squared length lost, share of samples recovered exactly."""
    x = sparse(coder.W.shape[1], active, samples, rng)
    found = [method(x) for method in methods(coder).values()]
    return np.array([[lost(back, x), exact(back, x).mean()] for back in found])


def thresholds(n: int, m: int, actives: range, draws: int) -> np.ndarray:
    """(draws, actives) 1 where L1 recovers a sample of so many active features from random directions, else 0."""
    rng, hits = np.random.default_rng([n, m]), np.zeros((draws, len(actives)))
    for d in range(draws):
        U = directions(m, n, rng)
        for a, active in enumerate(actives):
            x = sparse(n, active, 1, rng)
            hits[d, a] = exact(basis_pursuit(U, U @ x[:, 0])[:, None], x)[0]
    return hits


def half(actives: range, hits: np.ndarray) -> float:
    """Where the share of recovered samples, made falling, passes through one half; linear between whole numbers."""
    falling = np.minimum.accumulate(hits.mean(0))
    return float(np.interp(-0.5, -falling, np.array(actives, float)))
