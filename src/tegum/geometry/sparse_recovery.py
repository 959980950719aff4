"""Sparse x back from h = Wx, knowing W: what compressed sensing can do beside a model's own read-out.

x (n,) has few entries that are not zero, and none below zero; h (m,), m < n.
"""

import numpy as np
from jaxtyping import Float
from scipy.optimize import linprog

ENOUGH = 1e-9  # of the length of h: what is left below this is rounding


def matching_pursuit(W: Float[np.ndarray, "m n"], h: Float[np.ndarray, "m"]) -> Float[np.ndarray, "n"]:
    """Orthogonal matching pursuit (Pati, Rezaiifar, Krishnaprasad 1993).

    The feature whose direction has the largest product with what is left of h is taken, all taken ones are fitted by
    least squares, and so on until nothing is left or m are taken.

    >>> W = np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])
    >>> matching_pursuit(W, W @ np.array([0.0, 0.0, 0.5])).round(9)
    array([0. , 0. , 0.5])
    """
    lengths = np.linalg.norm(W, axis=0)
    unit = W / np.where(lengths > 0, lengths, 1)
    x, left, taken = np.zeros(W.shape[1]), h, list[int]()
    while len(taken) < len(h) and np.linalg.norm(left) > ENOUGH * np.linalg.norm(h):
        product = np.abs(unit.T @ left)
        product[taken] = -1
        taken.append(int(product.argmax()))
        found = np.linalg.lstsq(W[:, taken], h)[0]
        left = h - W[:, taken] @ found
        x[taken] = found
    return x


def basis_pursuit(W: Float[np.ndarray, "m n"], h: Float[np.ndarray, "m"]) -> Float[np.ndarray, "n"]:
    """The x ≥ 0 with Wx = h of least Σ x (Chen, Donoho, Saunders 1998), a linear programme; 0 if there is none.

    >>> W = np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])
    >>> basis_pursuit(W, np.array([0.6, 0.8])).round(9) + 0.0
    array([0., 0., 1.])
    """
    found = linprog(np.ones(W.shape[1]), A_eq=W, b_eq=h, bounds=(0, None), method="highs").x
    return np.zeros(W.shape[1]) if found is None else np.asarray(found)


def lost(found: Float[np.ndarray, "n samples"], x: Float[np.ndarray, "n samples"]) -> float:
    """The share of the squared length of all samples that is not given back, Σ‖x̂ − x‖² / Σ‖x‖²."""
    return float(((found - x) ** 2).sum() / (x**2).sum())


def exact(
    found: Float[np.ndarray, "n samples"], x: Float[np.ndarray, "n samples"], within: float = 1e-5
) -> Float[np.ndarray, "samples"]:
    """1 where a sample is given back to a part `within` of its length, else 0."""
    return (np.linalg.norm(found - x, axis=0) <= within * np.linalg.norm(x, axis=0)).astype(float)
