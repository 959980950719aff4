"""What a model answers to each feature alone: thresholds, gains, depths, separations. Closed forms, for any m."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from tegum.geometry.weights import Weights, weights_of

ROUNDING = 1e-12  # of the largest slope or offset of a model: smaller ones are zero


@dataclass(frozen=True)
class Responses:
    """How a model answers each feature alone, x = v e_i with v ≥ 0. All arrays are (..., n).

    gain: slope of output i, D_i·E_i; for a tied model ‖W_i‖².
    threshold: smallest v at which output i is positive: 0 if it always is, infinite if never.
    activation: output i at the tip, v = 1.
    depth: distance from the tip to the boundary of its own zone; negative outside, infinite without a boundary.
        activation = ‖D_i‖ · depth.
    separation: distance from the tip to the nearest zone of another output; negative inside one.
    received: Σ_{j≠i} y_i(e_j)², what output i wrongly shows of other features at their tips.
    sent: Σ_{j≠i} y_j(e_i)², what feature i wrongly wakes.
    linear_from, linear_to: the linear range: the values v between which output i and no other is positive, so that
        y moves along the right axis in a straight line; NaN where there are none.
    """

    gain: np.ndarray
    threshold: np.ndarray
    activation: np.ndarray
    depth: np.ndarray
    separation: np.ndarray
    received: np.ndarray
    sent: np.ndarray
    linear_from: np.ndarray
    linear_to: np.ndarray


def responses(model: Any) -> Responses:
    """The response to each feature alone, in closed form, for any m and any batch; NaN for a model that is not finite.

    >>> W = np.sqrt(2) * np.array([[1.0, 0.5, -0.5, -1.0, -0.5, 0.5], [0.0, *np.sqrt([3, 3, 0, 3, 3]) / 2]])
    >>> W[1, 4:] *= -1
    >>> hexagon = responses((W, np.full(6, -1.0)))
    >>> hexagon.gain.round(6).tolist()[0], hexagon.threshold.round(6).tolist()[0]
    (2.0, 0.5)
    """
    weights = weights_of(model)
    slope, base = _lines(weights)
    shown, own = np.maximum(weights.at_tips, 0), np.eye(weights.features, dtype=bool)
    wrong = np.where(own, 0, shown * shown)
    far = depths_of(weights.at_tips, np.linalg.norm(weights.decoder, axis=-1))
    gain, begin = np.einsum("...ii->...i", slope), _wakes(np.einsum("...ii->...i", slope), base)
    low, high = _others_silent(slope, base, own)
    low = np.maximum(low, begin)
    high = np.minimum(high, np.where((gain < 0) & (base > 0), base / np.where(gain < 0, -gain, 1), np.inf))
    some = low < high
    numbers = {
        "gain": gain,
        "threshold": begin,
        "activation": np.einsum("...ii->...i", shown),
        "depth": np.einsum("...ii->...i", far),
        "separation": -np.where(own, -np.inf, far).max(axis=-2),
        "received": wrong.sum(-1),
        "sent": wrong.sum(-2),
        "linear_from": np.where(some, low, np.nan),
        "linear_to": np.where(some, high, np.nan),
    }
    return Responses(**{name: np.where(weights.finite[..., None], values, np.nan) for name, values in numbers.items()})


def one_hot_errors(model: Any) -> Float[np.ndarray, "*batch n n"]:
    """y(e_j) − e_j in column j: what is wrong when each feature alone is at its full value.

    Its largest size is the worst output; its sum of squares is the loss L_sum on one-hot data.

    >>> one_hot_errors((np.eye(2), np.array([0.0, -0.5]))).tolist()
    [[0.0, 0.0], [0.0, -0.5]]
    """
    z = weights_of(model).at_tips
    return np.maximum(z, 0) - np.eye(z.shape[-1])


def reconstructs(model: Any, tolerance: float = 0.01) -> Bool[np.ndarray, "*batch"]:
    """Whether every feature alone comes back, and nothing else, each output within a tolerance: zero loss.

    >>> reconstructs((np.eye(2), np.zeros(2))).item()
    True
    """
    return np.asarray(np.abs(one_hot_errors(model)).max(axis=(-2, -1)) < tolerance)


def unique_positive(model: Any, tolerance: float = 1e-9) -> Bool[np.ndarray, "*batch n"]:
    """Whether each feature at its tip makes its own output positive and no other.

    tolerance: an output up to this part of the model's largest one, before ReLU, counts as silent: the best
    arrangements lie on that very border, where rounding would decide.
    """
    z = weights_of(model).at_tips
    own, silence = np.eye(z.shape[-1], dtype=bool), tolerance * np.abs(z).max(axis=(-2, -1), keepdims=True)
    silent = (np.where(own, -np.inf, z) <= silence).all(axis=-2)
    return (np.einsum("...ii->...i", z) > silence[..., 0]) & silent


def _lines(weights: Weights) -> tuple[np.ndarray, np.ndarray]:
    """Output i, before ReLU, for feature j alone at v is base_i + slope_ij v; exact zeros for what is rounding."""
    slope = weights.decoder @ weights.encoder
    base = np.einsum("...nm,...m->...n", weights.decoder, weights.encoder_bias) + weights.bias
    small = ROUNDING * np.maximum(np.abs(slope).max(axis=(-2, -1)), np.abs(base).max(axis=-1))[..., None]
    return np.where(np.abs(slope) <= small[..., None], 0.0, slope), np.where(np.abs(base) <= small, 0.0, base)


def depths_of(z: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Signed distance of tip j from the boundary of zone i, [i, j]; ±infinite where the zone has no boundary.

    z (..., n, n): output i, before ReLU, at tip j; size (..., n): ‖D_i‖.
    """
    size, nowhere = size[..., None], np.where(z > 0, np.inf, -np.inf)
    return np.where(size > 0, z / np.where(size > 0, size, 1), nowhere)


def _wakes(slope: np.ndarray, base: np.ndarray) -> np.ndarray:
    """The smallest v ≥ 0 at which base + slope v is positive."""
    later = np.where(slope > 0, -base / np.where(slope > 0, slope, 1), np.inf)
    return np.where(base > 0, 0.0, np.where((base == 0) & (slope > 0), 0.0, later))


def _others_silent(slope: np.ndarray, base: np.ndarray, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Between which values v of feature j no output but j is positive, (..., n) each."""
    wakes = _wakes(slope, base[..., None])
    on = base[..., None] > 0
    sleeps = np.where(on & (slope < 0), -base[..., None] / np.where(slope < 0, slope, -1), np.where(on, np.inf, 0.0))
    low = np.where(own, 0.0, sleeps).max(axis=-2)
    high = np.where(own | on, np.inf, wakes).min(axis=-2)
    return low, high
