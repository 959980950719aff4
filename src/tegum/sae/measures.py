"""How good a dictionary is: how well it gives x back, how sparsely, and how much of the truth it found.

Everything is measured on fresh samples, the same for all dictionaries, by `quality`; what the truth is, where it is
known, `recovery` compares with. Arrays of dictionaries have their axes first, as runs have them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy.optimize import linear_sum_assignment

from tegum.sae.dictionary import SparseAutoencoder
from tegum.toy.models import Parameters

Vectors = Float[np.ndarray, "inputs count"]


@dataclass(frozen=True)
class Recovery:
    """How a dictionary's vectors match the true directions, by cosines.

    nearest: for each true direction its largest cosine with a decoder vector; their mean is MMCS (Sharkey et al. 2022).
    matched: the same one to one: each decoder vector serves one true direction, and the mean is the largest possible;
        where there are fewer latents than true directions, the rest get 0.
    latent: which decoder vector serves each true direction one to one; -1 for none.
    """

    nearest: Float[np.ndarray, " true"]
    matched: Float[np.ndarray, " true"]
    latent: Float[np.ndarray, " true"]

    @property
    def mmcs(self) -> float:
        """The mean over true directions of the largest cosine with a decoder vector."""
        return float(self.nearest.mean())

    @property
    def one_to_one(self) -> float:
        """The mean cosine of the best matching one to one."""
        return float(self.matched.mean())


def cosines(D: Vectors, W_d: Vectors) -> Float[np.ndarray, "true latents"]:
    """The cosine of every true direction with every decoder vector; 0 where either has no length."""
    return _unit(D).T @ _unit(W_d)


def recovery(D: Vectors, W_d: Vectors) -> Recovery:
    """How decoder vectors W_d (inputs, latents) match true directions D (inputs, true).

    >>> import numpy as np
    >>> found = recovery(np.eye(3)[:, :2], np.eye(3)[:, ::-1])
    >>> found.mmcs, found.latent.tolist()
    (1.0, [2, 1])
    """
    c = cosines(D, W_d)
    rows, columns = linear_sum_assignment(-c)
    matched, latent = np.zeros(len(c)), np.full(len(c), -1)
    matched[rows], latent[rows] = c[rows, columns], columns
    return Recovery(c.max(axis=1), matched, latent)


def _unit(columns: Vectors) -> Vectors:
    length = np.linalg.norm(columns, axis=0)
    return columns / np.where(length > 0, length, 1)
