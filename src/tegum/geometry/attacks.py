"""Small changes of x that harm y = ReLU(WᵀWx + b) most: how large the worst squared error within a radius becomes.

Samples are columns. The target is the unchanged x ("clean"), or what the attacked input says ("moved"): there a model
should give back whatever comes in, and δ counts as input.

Where all outputs are awake, output i moves by (WᵀW)_i·δ, most along (WᵀW)_i: λ(WᵀW)_i/‖(WᵀW)_i‖ is the attack on
output i (Elhage et al. 2022), and ‖(WᵀW)_i‖² = ‖W_i‖⁴/D_i with the dimensionality D_i: part of any bond between attacks
and dimensions is algebra. The worst of these n attacks, with both signs, is `analytic`. `strongest` climbs on from
there: the squared error is a convex quadratic wherever the same outputs are awake, and a convex function on a ball only
grows by going to where its gradient points on the sphere. A ReLU that is asleep gives no gradient, which is why starts
matter.
"""

from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from tegum.geometry.evaluated import outputs

Target = Literal["clean", "moved"]
TRIES = 4  # starts that `strongest` climbs from, the worst of the analytic attacks
CLIMB = 20  # steps of a climb
RATE, ASCENT = 0.1, 100  # of an ascent: its rate, and how many steps


def errors(
    W: Float[np.ndarray, "m n"], b: Float[np.ndarray, " n"], x: Any, moved: Any, target: Target = "clean"
) -> np.ndarray:
    """Σ_i (t_i − y_i)² of each column, y the output upon x + moved: x (n, s), moved (..., n, s), result (..., s).

    >>> errors(np.eye(2), np.zeros(2), np.zeros((2, 1)), np.array([[0.3], [-0.4]])).round(3)
    array([0.09])
    """
    wanted = x if target == "clean" else x + moved
    return np.asarray(((outputs(W, b, x + moved) - wanted) ** 2).sum(-2))


def directions(W: Float[np.ndarray, "m n"]) -> Float[np.ndarray, "n n"]:
    """Row i: the unit direction that moves output i most, (WᵀW)_i/‖(WᵀW)_i‖; 0 for a zero column."""
    gram = W.T @ W
    length = np.linalg.norm(gram, axis=1, keepdims=True)
    return np.asarray(gram / np.where(length > 0, length, 1))


def analytic(
    W: np.ndarray, b: np.ndarray, x: np.ndarray, radius: float, target: Target = "clean", best: int = 1
) -> np.ndarray:
    """The `best` worst of the 2n attacks on single outputs, for each column of x (n, s): (best, n, s), worst first.

    >>> analytic(np.eye(2, 3), np.zeros(3), np.zeros((3, 1)), 0.5)[0, :, 0].tolist()
    [0.5, 0.0, 0.0]
    """
    ways = radius * np.concatenate([directions(W), -directions(W)])
    before, reach = W.T @ (W @ x) + b[:, None], ways @ (W.T @ W)
    own = ways if target == "moved" else np.zeros_like(ways)
    harm = np.stack([
        ((np.maximum(before + far[:, None], 0) - x - near[:, None]) ** 2).sum(0)
        for far, near in zip(reach, own, strict=True)
    ])  # fmt: skip
    worst = np.argsort(-harm, axis=0, kind="stable")[:best]
    return np.asarray(ways[worst].swapaxes(1, 2))


def climb(
    W: np.ndarray, b: np.ndarray, x: np.ndarray, start: np.ndarray, radius: float, target: Target = "clean",
    steps: int = CLIMB,
) -> np.ndarray:  # fmt: skip
    """The worst on the way of going, again and again, to where the gradient points on the sphere: as `start`
    (..., n, s). Where no output is awake it stays."""
    best, at = start, start
    harm = errors(W, b, x, best, target)
    for _ in range(steps):
        slope = _slope(W, b, x, at, target)
        length = np.linalg.norm(slope, axis=-2, keepdims=True)
        at = np.where(length > 0, radius * slope / np.where(length > 0, length, 1), at)
        now = errors(W, b, x, at, target)
        best, harm = np.where((now > harm)[..., None, :], at, best), np.maximum(now, harm)
    return best


def ascend(
    W: np.ndarray, b: np.ndarray, x: np.ndarray, radius: float, rate: float = RATE, steps: int = ASCENT
) -> np.ndarray:
    """The change (n, s) that plain ascent from x itself ends at, target "clean": steps of `rate` times the gradient,
    however short that is, brought back to the ball where they leave it."""
    at = np.zeros_like(x)
    for _ in range(steps):
        at = at + 2 * rate * _slope(W, b, x, at, "clean")
        length = np.linalg.norm(at, axis=0)
        at = np.where(length > radius, radius * at / np.where(length > 0, length, 1), at)
    return np.asarray(at)


def linear(W: np.ndarray, b: np.ndarray, x: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """What the gradient at x alone promises of the harm, ∇E·δ, target "clean": (s,). The rest of it is quadratic while
    no output wakes or falls asleep.

    >>> linear(np.eye(2), np.full(2, 0.5), np.zeros((2, 1)), np.array([[0.3], [0.0]])).round(3)
    array([0.3])
    """
    return np.asarray(2 * (_slope(W, b, x, np.zeros_like(x), "clean") * moved).sum(0))


def strongest(
    W: np.ndarray, b: np.ndarray, x: np.ndarray, radius: float, target: Target = "clean", tries: int = TRIES
) -> np.ndarray:
    """The worst change of each column within a radius that `tries` climbs find from the worst analytic attacks: (n, s).

    Not proven to be the worst there is; `tegum.geometry.attacks.exact` is, for m = 2.
    """
    found = climb(W, b, x, analytic(W, b, x, radius, target, best=tries), radius, target)
    worst = errors(W, b, x, found, target).argmax(0)
    return np.asarray(np.take_along_axis(found, worst[None, None], axis=0)[0])


def exact(W: Float[np.ndarray, "2 n"], b: np.ndarray, x: np.ndarray, radius: float, points: int = 20_000) -> np.ndarray:
    """The largest squared error of each column upon x + δ, ‖δ‖ ≤ radius, target "clean", in a latent plane: (s,).

    y sees Wδ alone, which fills an ellipse: the error is tried at `points` places of its rim and as many inside.
    """
    way = np.linalg.svd(W, full_matrices=False)[2].T
    turn = np.pi * (3 - 5**0.5) * np.arange(points)  # a sunflower's: even over the disc
    rim = np.linspace(0, 2 * np.pi, points)
    disc = np.concatenate([np.exp(1j * rim), np.sqrt(np.linspace(0, 1, points)) * np.exp(1j * turn)])
    moved = radius * way @ np.stack([disc.real, disc.imag])
    return np.array([errors(W, b, column[:, None], moved).max() for column in x.T])


def _slope(W: np.ndarray, b: np.ndarray, x: np.ndarray, moved: np.ndarray, target: Target) -> np.ndarray:
    """The gradient of `errors` with respect to the change, halved."""
    y = outputs(W, b, x + moved)
    miss = y - (x if target == "clean" else x + moved)
    through = W.T @ (W @ np.where(y > 0, miss, 0))
    return through if target == "clean" else through - miss
