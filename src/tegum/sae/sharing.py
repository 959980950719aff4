"""Latents that stand for part of a feature, or for two: splitting and absorption, where the truth is known."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from tegum.errors import BadInput
from tegum.sae.measures import Vectors, cosines, recovery

NEAR = 0.7  # about 1/√2, the cosine of a direction with the mean of itself and one orthogonal to it


def splits(
    D: Vectors, W_d: Vectors, live: Bool[np.ndarray, " latents"] | None = None, *, near: float = NEAR
) -> Int[np.ndarray, " true"]:
    """How many decoder vectors stand for each true direction: 0 not found, 1 one to one, more is splitting.

    A vector stands for the direction nearest to it, if their cosine is `near` or more. Dead latents stand for nothing:
    `live` leaves them out, as in `quality(run).frequency > 0`.

    >>> splits(np.eye(2), np.array([[1.0, 0.9, 0.0], [0.0, 0.4, -1.0]])).tolist()
    [2, 0]
    """
    c = cosines(D, W_d)
    stands = c.max(axis=0) >= near
    return np.bincount(c.argmax(axis=0)[stands if live is None else stands & live], minlength=len(c))


def absorption(
    D: Vectors,
    parents: Sequence[int],
    W_d: Vectors,
    active: Bool[np.ndarray, "true samples"],
    fires: Bool[np.ndarray, "latents samples"],
    *,
    share: float = 0.1,
) -> Float[np.ndarray, " true"]:
    """How often the latent of a parent is silent while that of a child speaks for both (after Chanin et al. 2024).

    Of the samples in which feature p is active, the share in which its own latent is silent and the latent of one of
    its children fires, which is active too and whose decoder vector also says p: in the nearest combination of D_p and
    D_child, D_p has a coefficient of at least `share`. Features' own latents are those of the best matching one to one
    (`recovery`). NaN where a feature has no children or was never active.

    There the truth is unknown: probes stand in for D, and an ablation tells whether the other latent says the parent.

    parents: for each true feature its parent, -1 for none.
    active, fires: which true features and latents are above 0, sample by sample, such as from
        `s, x = law.pair(key, inputs, samples)` and `model.encode(parameters, x)`.
    """
    parent, own = np.asarray(parents), recovery(D, W_d).latent
    if parent.shape != (D.shape[1],):
        raise BadInput(f"parents has {parent.size} entries for {D.shape[1]} true features; it needs one for each.")
    found = np.full(len(parent), np.nan)
    for p in np.unique(parent[parent >= 0]):
        speaks = np.zeros(active.shape[1], bool)
        for child in np.flatnonzero((parent == p) & (own >= 0)):
            if _coefficient(D[:, p], D[:, child], W_d[:, own[child]]) >= share:
                speaks |= active[child] & fires[own[child]]
        silent = ~fires[own[p]] if own[p] >= 0 else np.ones_like(speaks)
        if active[p].any():
            found[p] = (silent & speaks)[active[p]].mean()
    return found


def _coefficient(first: np.ndarray, second: np.ndarray, vector: np.ndarray) -> float:
    """How much of the first is in the least-squares combination of two directions that is nearest to a vector."""
    return float(np.linalg.lstsq(np.stack([first, second], axis=1), vector, rcond=None)[0][0])
