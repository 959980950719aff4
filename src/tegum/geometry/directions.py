"""Feature directions, the columns of W: how long they are, how they meet, what share of space each one has.

Every function takes W of shape (..., m, n), where column W[:, i] is feature i's direction and the leading
axes are any batch. NumPy arrays give NumPy arrays and JAX arrays give JAX arrays, inside `jit`, `vmap` and
`grad` too. Ŵ_i = W_i / ‖W_i‖ is the unit direction. A feature whose column is zero (or squares to zero) is
dead: its direction, interference and dimensionality are 0 and so are their gradients; only its angles are
NaN. A NaN in W stays visible as NaN.

Sources: Elhage et al. 2022, *Toy Models of Superposition* (transformer-circuits.pub/2022/toy_model) and its
published notebook; Scherlis et al. 2022, *Polysemanticity and Capacity in Neural Networks*, arXiv 2210.01892.
"""

from typing import Any, TypeVar

import jax
import numpy as np
from jaxtyping import Bool, Float

Array = TypeVar("Array", np.ndarray, jax.Array)
"""Either kind of array; a function returns the kind that it was given."""

REPRESENTED = 0.5
"""A feature is represented if its norm is above this: half-way, since trained norms gather near 1 and near 0,
for which reason Elhage et al. 2022 count represented features by ‖W‖²_F."""


def norms(W: Float[Array, "*batch m n"]) -> Float[Array, "*batch n"]:
    """Length of each feature's column, ‖W_i‖: how strongly a feature is represented (Elhage et al. 2022).

    >>> norms(np.array([[3.0, 0.0], [4.0, 0.0]]))
    array([5., 0.])
    """
    return _root(_squared_norms(W))


def represented(W: Float[Array, "*batch m n"], threshold: float = REPRESENTED) -> Bool[Array, "*batch n"]:
    """Whether each feature is there at all: ‖W_i‖ > threshold. False where the norm is NaN.

    >>> represented(np.array([[1.0, 0.1, 0.0], [0.0, 0.0, -0.9]]))
    array([ True, False,  True])
    """
    there: Array = norms(W) > threshold
    return there


def unit_directions(W: Float[Array, "*batch m n"]) -> Float[Array, "*batch m n"]:
    """Unit column of each feature, Ŵ_i = W_i / ‖W_i‖; a zero column stays zero.

    The published notebook divides by ‖W_i‖ + 1e-5 instead, which shortens every direction by about 1e-5.

    >>> unit_directions(np.array([[3.0, 0.0], [4.0, 0.0]]))
    array([[0.6, 0. ],
           [0.8, 0. ]])
    """
    return _ratio(W, norms(W)[..., None, :])


def gram(W: Float[Array, "*batch m n"]) -> Float[Array, "*batch n n"]:
    """W^T W, with entries W_i·W_j: what output i gets from input j before bias and ReLU (Elhage et al. 2022).

    >>> gram(np.array([[1.0, -2.0]]))
    array([[ 1., -2.],
           [-2.,  4.]])
    """
    return _products(W, W)


def cosines(W: Float[Array, "*batch m n"]) -> Float[Array, "*batch n n"]:
    """Cosine between every two features, Ŵ_i·Ŵ_j; 0 where either column is zero.

    >>> cosines(np.array([[1.0, -2.0]]))
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    unit = unit_directions(W)
    return _products(unit, unit)


def angles(W: Float[Array, "*batch m n"]) -> Float[Array, "*batch n n"]:
    """Angle between every two features in radians, from 0 to π; NaN where either column is zero.

    By 2 atan2(‖Ŵ_i − Ŵ_j‖, ‖Ŵ_i + Ŵ_j‖), accurate at every angle (Kahan 2006, *How Futile are Mindless
    Assessments of Roundoff in Floating-Point Computation?*). The arc cosine of `cosines` loses half of the
    digits near 0 and π, where antipodal features are. It needs room for m n² numbers.

    >>> np.degrees(angles(np.array([[1.0, -2.0, 0.0], [0.0, 0.0, 3.0]])))
    array([[  0., 180.,  90.],
           [180.,   0.,  90.],
           [ 90.,  90.,   0.]])
    """
    xp: Any = W.__array_namespace__()
    unit, alive = unit_directions(W), norms(W) > 0
    one, other = unit.mT[..., None], unit[..., None, :, :]
    angle = 2 * xp.arctan2(norms(one - other), norms(one + other))
    defined: Array = xp.where(alive[..., :, None] & alive[..., None, :], angle, xp.nan)
    return defined


def interference(W: Float[Array, "*batch m n"]) -> Float[Array, "*batch n n"]:
    """How hard feature i's direction is hit when feature j is active: entry [i, j] = Ŵ_i·W_j, zero for i = j.

    Not symmetric: a long column disturbs a short one more than it is disturbed by it. From the notebook of
    Elhage et al. 2022.

    >>> interference(np.array([[1.0, -0.5]]))  # feature 1, the shorter one, suffers more
    array([[ 0. , -0.5],
           [-1. ,  0. ]])
    """
    xp: Any = W.__array_namespace__()
    hits: Array = xp.where(xp.eye(W.shape[-1], dtype=bool), 0, _products(unit_directions(W), W))
    return hits


def superposition(W: Float[Array, "*batch m n"]) -> Float[Array, "*batch n"]:
    """Squared interference that each feature suffers, Σ_{j≠i} (Ŵ_i·W_j)².

    The colour of the bars in Elhage et al. 2022: 0 for a feature with a dimension of its own, about 1 or more
    for one that shares it.

    >>> superposition(np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]]))
    array([1., 1., 0.])
    """
    hits = interference(W)
    suffered: Array = (hits * hits).sum(axis=-1)
    return suffered


def polysemanticity(W: Float[Array, "*batch m n"]) -> Float[Array, "*batch n"]:
    """Length of each feature's row of `interference`, sqrt(Σ_{j≠i} (Ŵ_i·W_j)²), the root of `superposition`.

    The colour of the bars in the notebook of Elhage et al. 2022.

    >>> polysemanticity(np.array([[1.0, -0.5]]))
    array([0.5, 1. ])
    """
    return _root(superposition(W))


def net_interference(
    W: Float[Array, "*batch m n"],
    feature_probability: float | Float[Array, ""] | Float[Array, "*#batch #n"],
) -> Float[Array, "*batch n"]:
    """Squared interference to expect, Σ_{j≠i} p_j (Ŵ_i·W_j)²: each term weighted by how often j is active.

    feature_probability is p = 1 − S: one number, or an array whose *last* axis is the feature and whose other
    axes are those of the batch, so that one p per instance has shape (instances, 1). From the notebook of
    Elhage et al. 2022, which computes it and never shows it.

    >>> net_interference(np.array([[1.0, -1.0, 1.0]]), np.array([0.5, 0.25, 0.125]))
    array([0.375, 0.625, 0.75 ])
    """
    p: Any = feature_probability
    hits = interference(W)
    expected: Array = (hits * hits * (p[..., None, :] if np.ndim(p) else p)).sum(axis=-1)
    return expected


def dimensionality(W: Float[Array, "*batch m n"]) -> Float[Array, "*batch n"]:
    """Share of a dimension that each feature has, D_i = ‖W_i‖² / Σ_j (Ŵ_i·W_j)²; 0 for a zero column.

    Elhage et al. 2022: 1 for a feature alone in its dimension, 1/2 in an antipodal pair, 2/k in a regular
    k-gon, k ≥ 3. Scherlis et al. 2022 call it *capacity*, C_i = (W_i·W_i)² / Σ_j (W_i·W_j)², which is the
    same after dividing both parts by ‖W_i‖²; so `capacity` is this function.

    Σ_i D_i ≤ rank W: for W^T W = Σ_k λ_k v_k v_k^T over its non-zero eigenvalues, Cauchy and Schwarz give
    (Σ_k λ_k v_ki²)² ≤ Σ_k v_ki² · Σ_k λ_k² v_ki², that is D_i ≤ Σ_k v_ki², and Σ_i v_ki² = 1. They are equal
    if each feature lies in one eigenspace of W W^T, as in all regular shapes and their tegum products.

    >>> dimensionality(np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]]))
    array([0.5, 0.5, 1. ])
    """
    squared = _squared_norms(W)
    return _ratio(squared, squared + superposition(W))


capacity = dimensionality


def dimensions_per_feature(W: Float[Array, "*batch m n"]) -> Float[Array, "*batch"]:
    """Dimensions for each feature that is represented, D* = m / ‖W‖²_F; infinite if W is zero.

    Elhage et al. 2022: with equal importances, and plotted against 1/(1 − S), it is sticky at 1 and at 1/2.

    >>> dimensions_per_feature(np.array([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]]))
    array(0.5)
    """
    xp: Any = W.__array_namespace__()
    features = (W * W).sum(axis=(-2, -1))
    none = features == 0
    share: Array = xp.where(none, xp.inf, W.shape[-2] / xp.where(none, 1, features))
    return share


def _products(left: Array, right: Array) -> Array:
    """All products of columns, left_i·right_j, in full precision: by default JAX may use TF32 on a GPU."""
    with jax.default_matmul_precision("highest"):
        products: Array = left.mT @ right
    return products


def _squared_norms(W: Array) -> Array:
    squared: Array = (W * W).sum(axis=-2)
    return squared


def _root(square: Array) -> Array:
    """Square root whose derivative at 0 is 0 instead of infinite."""
    xp: Any = square.__array_namespace__()
    zero = square == 0
    root: Array = xp.where(zero, 0, xp.sqrt(xp.where(zero, 1, square)))
    return root


def _ratio(part: Array, whole: Array) -> Array:
    """part / whole, and 0 where whole is 0, for the derivative as well."""
    xp: Any = part.__array_namespace__()
    zero = whole == 0
    ratio: Array = xp.where(zero, 0, part / xp.where(zero, 1, whole))
    return ratio
