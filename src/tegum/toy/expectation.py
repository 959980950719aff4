"""The exact expectation of the tied model's squared error under sparse uniform x, kinks and all, for few features."""

from functools import cache
from math import prod
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from tegum.errors import BadInput
from tegum.spec import Count, Importance, Probability
from tegum.toy.loss import Loss
from tegum.toy.models import Autoencoder, Network, Parameters
from tegum.toy.product import Samples

MOST = 5  # features: there are 2ⁿ patterns, and nodes^(n − 1) columns for the largest


class ExactError(Loss):
    """E Σ I_i (x_i − y_i)² of a tied ReLU autoencoder; each x_i is 0 with probability 1 − p_i, else uniform on (0, 1).

    Training on it has no sampling noise; nothing is drawn from the training's law, which is left out. Exact across a
    ReLU's kinks along one feature: plain quadrature would make ripples there, and in flat places minima that do not
    exist. For at most five features.

    nodes: quadrature points along each further active feature; or so many for two, three, … active features. Many
    active at once are rare where features are sparse: at p = 0.05, (8, 4, 3, 2) is right to 5e-5.
    """

    feature_probability: Probability = 1.0
    importance: Importance = 1.0
    nodes: Count | tuple[Count, ...] = 6

    def __call__(self, model: Network, parameters: Parameters, x: Samples) -> Float[Array, "*lanes"]:
        _check_tied(self, model)
        W, b = parameters["W"], parameters["b"]
        weights = jnp.broadcast_to(jnp.asarray(self.importance, W.dtype), b.shape)
        found: Float[Array, "*lanes"] = expected_squares(
            W, b, weights, jnp.asarray(self.feature_probability, W.dtype), self.nodes
        )
        return found

    def check(self, features: int) -> None:
        if features > MOST:
            raise BadInput(f"ExactError is for at most {MOST} features, not {features}; take samples and SquaredError.")
        for name in ("importance", "feature_probability"):
            given = getattr(self, name)
            if isinstance(given, tuple) and len(given) != features:
                raise BadInput(
                    f"ExactError's {name} has {len(given)} values for {features} features; it needs one number or "
                    f"{features}."
                )
        if isinstance(self.nodes, tuple) and len(self.nodes) < features - 1:
            raise BadInput(
                f"ExactError's nodes={self.nodes} are for at most {len(self.nodes) + 1} active features, not "
                f"{features}; give {features - 1} numbers, or one for all."
            )

    def columns(self, features: int) -> int:
        return 2**features


def _check_tied(loss: Loss, model: Network) -> None:
    """Raise `BadInput` for any model but y = ReLU(WᵀWx + b)."""
    asked = ("relu", "linear", True)
    if not isinstance(model, Autoencoder) or (model.activation, model.hidden_activation, model.bias) != asked:
        raise BadInput(
            f"{type(loss).__name__} is the loss of y = ReLU(WᵀWx + b), an Autoencoder with a bias as it comes; for "
            "another model take samples and SquaredError."
        )


def expected_squares(W: Any, b: Any, importance: Any, p: Any, nodes: int | tuple[int, ...]) -> Any:
    """E Σ I_i (x_i − y_i)², (…): W (…, m, n), b, importance and p (…, n), or one p for all features, of shape () or
    (…, 1). NumPy in, NumPy out; JAX likewise. `nodes` as in `ExactError`.

    Along its own feature, or the last active one where that is silent, an output's error is a quadratic on either side
    of where its ReLU sets in, and is integrated exactly; over the others by Gauss–Legendre quadrature.
    """
    n = W.shape[-1]
    rule = _rule(n, (nodes,) * (n - 1) if isinstance(nodes, int) else nodes)
    x, along, at = (part.T.astype(b.dtype) for part in (rule.x, np.eye(n)[rule.inner], np.eye(n)[rule.output]))
    gram = (W[..., :, :, None] * W[..., :, None, :]).sum(-3)
    row = [_dot(at, [gram[..., i, j] for i in range(n)]) for j in range(n)]  # sums, since gathers have slow gradients
    before = _dot(at, [b[..., i] for i in range(n)]) + sum(row[j] * x[j] for j in range(n))
    slope = sum(row[j] * along[j] for j in range(n))
    own, kink = (at * along).sum(0), _kink(before, slope)
    error = rule.share.astype(b.dtype) * (_piece(own, before, slope, 0.0, kink) + _piece(own, before, slope, kink, 1.0))
    each = [(p + 0 * b)[..., i, None] for i in range(n)]
    chance = prod(p.__array_namespace__().where(on, one, 1 - one) for on, one in zip(rule.active.T, each, strict=True))
    silent = prod(1 - one for one in each)[..., 0] * (importance * relu(b) ** 2).sum(-1)
    return silent + (chance * _dot(at, [importance[..., i] for i in range(n)]) * error).sum(-1)


def _dot(at: np.ndarray, values: list[Any]) -> Any:
    """Σ_i at[i] values[i]: (n, c) and n arrays (…) to (…, c)."""
    return sum(part[..., None] * weight for part, weight in zip(values, at, strict=True))


class _Rule(NamedTuple):
    """One line (c,) for each place of one output: which output; the feature to integrate along; the values x (c, n) of
    the others; which features are active (c, n); the share of the place in its pattern."""

    output: np.ndarray
    inner: np.ndarray
    x: np.ndarray
    active: np.ndarray
    share: np.ndarray


@cache
def _rule(n: int, nodes: tuple[int, ...]) -> _Rule:
    lines = []
    for pattern in np.ndindex((2,) * n):
        active = [int(i) for i in np.flatnonzero(pattern)]
        for output in range(n) if active else ():
            inner = output if output in active else active[-1]
            outer = [j for j in active if j != inner]
            point, share = _cube(len(outer), nodes[len(outer) - 1] if outer else 1)
            x = np.zeros((len(share), n))
            x[:, outer] = point
            lines += [(output, inner, place, np.array(pattern) > 0, part) for place, part in zip(x, share, strict=True)]
    return _Rule(*(np.array(column) for column in zip(*lines, strict=True)))


def _cube(dimensions: int, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss–Legendre points (nodes^d, d) of the unit cube, and their weights."""
    point, weight = np.polynomial.legendre.leggauss(nodes)
    choice = np.indices((nodes,) * dimensions).reshape(dimensions, nodes**dimensions)
    return (point[choice].T + 1) / 2, np.atleast_1d((weight[choice] / 2).prod(0))


def _kink(before: Any, slope: Any) -> Any:
    """Where before + slope t changes sign in [0, 1]; its motion adds nothing to a gradient, as the error is
    continuous, and is left out: it would divide by the square of the slope. Second derivatives are wrong so."""
    xp = before.__array_namespace__()
    flat = slope == 0
    at = xp.where(flat, 0, xp.clip(-before / xp.where(flat, 1, slope), 0, 1))
    return jax.lax.stop_gradient(at) if isinstance(at, jax.Array) else at


def _piece(own: Any, before: Any, slope: Any, low: Any, high: Any) -> Any:
    """∫ (own t − ReLU(before + slope t))² dt from low to high, without a kink between: two points are exact."""
    middle, half = (high + low) / 2, (high - low) / 2
    total = 0.0
    for sign in (-1, 1):
        t = middle + sign * half / 3**0.5
        total = total + half * (own * t - relu(before + slope * t)) ** 2
    return total


def relu(z: Any) -> Any:
    """max(z, 0), of NumPy or JAX arrays alike."""
    return z.__array_namespace__().where(z > 0, z, 0)


class OneActiveError(Loss):
    """E Σ (x_i − y_i)² of a tied ReLU autoencoder where exactly one feature is active, with a value uniform on (0, 1).

    The loss of Chen et al. 2023, H/(3c) there, exact: `tegum.theory.critical` has it as a closed form.
    """

    def __call__(self, model: Network, parameters: Parameters, x: Samples) -> Float[Array, "*lanes"]:
        _check_tied(self, model)
        W, b = parameters["W"], parameters["b"]
        slope = (W[:, :, None] * W[:, None, :]).sum(0)
        before, own = jnp.broadcast_to(b[:, None], slope.shape), np.eye(len(b)).astype(b.dtype)
        kink = _kink(before, slope)
        found = _piece(own, before, slope, 0.0, kink) + _piece(own, before, slope, kink, 1.0)
        return found.sum() / len(b)

    def columns(self, features: int) -> int:
        return features
