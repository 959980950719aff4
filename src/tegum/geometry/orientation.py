"""How a model's latent space lies among the axes of its outputs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from tegum.errors import BadInput
from tegum.geometry.weights import Weights, weights_of

ROUNDING = 1e-12  # of the largest singular value: smaller ones are zero


def part(model: Any, outputs: Sequence[Any]) -> Weights:
    """A model with some of its features and outputs, by their numbers, as if there were no others."""
    weights, chosen = weights_of(model), np.asarray(outputs)
    whole = np.issubdtype(chosen.dtype, np.integer) and chosen.ndim == 1
    if not whole or len({*chosen.tolist()}) < len(chosen) or not ((chosen >= 0) & (chosen < weights.features)).all():
        raise BadInput(f"outputs={tuple(outputs)} must be different whole numbers from 0 to {weights.features - 1}.")
    return Weights(
        weights.encoder[..., chosen], weights.decoder[..., chosen, :], weights.bias[..., chosen], weights.encoder_bias
    )


def tilt(model: Any) -> Float[np.ndarray, "*batch n"]:
    """Angle in degrees between each output's axis and what the decoder spans, the latent space among the outputs.

    0°: the axis lies in it; 90°: it stands upright on it, and the output does not depend on the latent. NaN for a model
    with a decoder that is not finite.

    >>> tilt((np.eye(2, 3), np.zeros(3))).tolist()
    [0.0, 0.0, 90.0]
    """
    decoder = weights_of(model).decoder
    finite = np.isfinite(decoder).all(axis=(-2, -1))
    left, size, _ = np.linalg.svd(np.where(finite[..., None, None], decoder, 0))
    n, m = left.shape[-1], size.shape[-1]
    spanned = np.zeros((*size.shape[:-1], n), dtype=bool)
    spanned[..., :m] = size > ROUNDING * size.max(axis=-1, keepdims=True, initial=0)
    along, across = (np.sqrt((left**2 * mask[..., None, :]).sum(-1)) for mask in (spanned, ~spanned))
    degrees: np.ndarray = np.where(finite[..., None], np.degrees(np.arctan2(across, along)), np.nan)
    return degrees


def least_own(model: Any) -> Float[np.ndarray, "*batch"]:
    """Smallest output, before ReLU, that a feature at its tip gives for itself: min_i z_i(e_i)."""
    return np.asarray(np.einsum("...ii->...i", weights_of(model).at_tips).min(axis=-1))


def largest_wrong(model: Any) -> Float[np.ndarray, "*batch"]:
    """Largest output, before ReLU, that a feature at its tip gives for another: max_{i≠j} z_i(e_j).

    With a further bias b for all outputs, every tip has a unique single positive output if and only if
    `largest_wrong` ≤ −b < `least_own`.

    >>> W = np.array([[1.0, -0.5, -0.5], [0.0, 0.75**0.5, -(0.75**0.5)]])
    >>> float(largest_wrong((W, np.zeros(3))).round(9)), float(least_own((W, np.zeros(3))).round(9))
    (-0.5, 1.0)
    """
    z = weights_of(model).at_tips
    return np.asarray(np.where(np.eye(z.shape[-1], dtype=bool), -np.inf, z).max(axis=(-2, -1)))


def sphere(count: int) -> Float[np.ndarray, "count 3"]:
    """Points spread evenly over the unit sphere: a Fibonacci lattice.

    >>> float(np.linalg.norm(sphere(50), axis=1).round(12).min()), np.abs(sphere(5000).mean(0)).max() < 1e-3
    (1.0, np.True_)
    """
    place = np.arange(count) + 0.5
    height, turn = 1 - 2 * place / count, np.pi * (1 + 5**0.5) * place
    ring = np.sqrt(1 - height**2)
    return np.stack([ring * np.cos(turn), ring * np.sin(turn), height], axis=1)
