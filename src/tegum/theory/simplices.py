"""The n one-hot inputs as corners of a simplex of n − 1 dimensions, and what a linear model can hold of it.

L_sum = Σ_i ‖y(e_i) − e_i‖² of y = WᵀWx (+ b) is least, over all W with m rows, for the weights given here: Eckart and
Young 1936, *The Approximation of One Matrix by Another of Lower Rank*. Untied decoders do no better.
"""

import numpy as np

from tegum.errors import BadInput


def linear_loss(features: int, hidden: int, *, bias: bool) -> float:
    """Least L_sum of linear models: n − m without a bias, n − 1 − m with one, but not below 0.

    Rank m leaves n − m singular values of the identity, all 1. The best b removes the mean of the inputs; what remains,
    the identity without its mean, has n − 1 singular values 1 and one 0.

    >>> linear_loss(3, 2, bias=False), linear_loss(3, 2, bias=True), linear_loss(4, 2, bias=True)
    (1.0, 0.0, 1.0)
    """
    return float(max(features - hidden - bias, 0))


def best_linear(features: int, hidden: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights that reach it with m ≤ n − 1: W (m, n), orthonormal rows that each sum to 0, and b = 1/n.

    The rows are Helmert's. Without the bias they reach the least L_sum of models without one, n − m.

    >>> W, b = best_linear(3, 2)
    >>> np.abs((W.T @ W + b[:, None]).round(12)).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    if not 1 <= hidden < features:
        raise BadInput(f"features={features} and hidden={hidden} need 1 ≤ hidden ≤ features − 1.")
    place = np.arange(1, hidden + 1)[:, None]
    rows = np.where(np.arange(features) < place, 1.0, np.where(np.arange(features) == place, -place, 0.0))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True), np.full(features, 1 / features)


def rank_bound(features: int, hidden: int) -> float:
    """`linear_loss` with a bias from the singular values themselves: the squares of those that rank m must leave.

    >>> round(rank_bound(5, 2), 12)
    2.0
    """
    centred = np.eye(features) - 1 / features
    return float((np.linalg.svd(centred, compute_uv=False)[hidden:] ** 2).sum())
