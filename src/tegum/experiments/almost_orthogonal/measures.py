"""Random and optimised sets of directions, measured; sparse x sought from h = Wx in several ways."""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import numpy as np
from scipy.optimize import minimize

from tegum.geometry.evaluated import outputs
from tegum.geometry.sparse_recovery import basis_pursuit, exact, lost, matching_pursuit
from tegum.theory.coherence import coherence, spread
from tegum.toy.features import KActive, Law, SparseUniform, draw

BLOCK = 256  # directions drawn at a time
FITTED = 1_000  # samples on which a common length and bias are fitted
FITTED_EACH = 8_000  # on which a length and a bias for each direction are


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


def drawn(law: Law, n: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Samples (n, samples) of a law, in float64."""
    key = jax.random.key(int(rng.integers(2**31)))
    return np.asarray(draw(law, key, n, samples), float)


def fitted(U: np.ndarray, x: np.ndarray) -> Coder:
    """Unit columns U with the common length and bias for which ReLU loses least of x, by Nelder and Mead's simplex."""
    product = U.T @ (U @ x)

    def loss(v: np.ndarray) -> float:
        return float(((np.maximum(v[0] * product + v[1], 0) - x) ** 2).sum())

    square, bias = minimize(loss, [1.0, -0.2], method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-4}).x
    return Coder(np.sqrt(abs(square)) * U, np.full(U.shape[1], bias))


def each_fitted(U: np.ndarray, x: np.ndarray, first: Coder) -> Coder:
    """Unit columns U with a length and a bias of each one's own for which ReLU loses least of x, by L-BFGS from a
    common length and bias."""
    n = len(first.b)

    def loss(v: np.ndarray) -> tuple[float, np.ndarray]:
        length, bias = v[:n, None], v[n:, None]
        stored = U @ (length * x)
        read = U.T @ stored
        back = length * read + bias
        off = np.where(back > 0, back, 0) - x
        pull = np.where(back > 0, off, 0)
        slope = (pull * read).sum(1) + (x * (U.T @ (U @ (length * pull)))).sum(1)
        return float((off**2).sum()), 2 * np.concatenate([slope, pull.sum(1)])

    start = np.concatenate([np.linalg.norm(first.W, axis=0), first.b])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 60}).x
    return Coder(U * found[:n], found[n:])


def coders(W: np.ndarray, b: np.ndarray, p: float, seed: int) -> dict[str, Coder]:
    """A trained model beside random directions and directions of small coherence, as many, from its seed."""
    (m, n), rng = W.shape, np.random.default_rng(seed)
    U = directions(m, n, rng)
    x = drawn(SparseUniform(feature_probability=p), n, FITTED, rng)
    return {"learnt": Coder(W, b), "random": fitted(U, x), "spread": fitted(spread(U), x)}


def methods(coder: Coder) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """From x (n, samples) to what each method makes of h = Wx."""

    def each(method: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
        return lambda x: np.stack([method(coder.W, h) for h in (coder.W @ x).T], axis=1)

    return {"L1": each(basis_pursuit), "matching pursuit": each(matching_pursuit),
            "ReLU": lambda x: outputs(coder.W, coder.b, x)}  # fmt: skip


def recovered(coder: Coder, active: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    """(method, 2): share of squared length lost, share of samples recovered exactly."""
    x = drawn(KActive(active=active), coder.W.shape[1], samples, rng)
    found = [method(x) for method in methods(coder).values()]
    return np.array([[lost(back, x), exact(back, x).mean()] for back in found])


def thresholds(n: int, m: int, actives: range, draws: int) -> np.ndarray:
    """(draws, actives) 1 where L1 recovers a sample of so many active features from random directions, else 0."""
    rng, hits = np.random.default_rng([n, m, 1]), np.zeros((draws, len(actives)))
    samples = [drawn(KActive(active=active), n, draws, rng) for active in actives]
    for d in range(draws):
        U = directions(m, n, rng)
        for a, x in enumerate(samples):
            hits[d, a] = exact(basis_pursuit(U, U @ x[:, d])[:, None], x[:, [d]])[0]
    return hits


def half(actives: range, hits: np.ndarray) -> float:
    """Where the share of recovered samples, made falling, passes through one half; linear between whole numbers."""
    falling = np.minimum.accumulate(hits.mean(0))
    return float(np.interp(-0.5, -falling, np.array(actives, float)))
