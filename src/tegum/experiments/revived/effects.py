"""What the edit does at once: who fires on what, whether x̂ comes closer, which way the gradients point.

Errors are ‖x − x̂‖², sums over inputs. A latent "alone" is the only one edited; "together" all are, as published.
"""

from dataclasses import dataclass

import numpy as np

from tegum.experiments.revived.edited import Edited, State
from tegum.geometry.directions import unit_directions

FRACTIONS = (0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 2.0)
SIMILAR = 0.5  # the cosine above which two inputs count as similar


def activations(p: State, x: np.ndarray) -> np.ndarray:
    """f = ReLU(W_e (x − b_d) + b_e), (latents, samples)."""
    return np.maximum(p["W_e"] @ (x - p["b_d"][:, None]) + p["b_e"][:, None], 0)


def residual(p: State, x: np.ndarray) -> np.ndarray:
    """x − x̂, (inputs, samples)."""
    return np.asarray(x - p["W_d"] @ activations(p, x) - p["b_d"][:, None])


def error(p: State, x: np.ndarray) -> np.ndarray:
    """‖x − x̂‖² of each sample."""
    return np.asarray((residual(p, x) ** 2).sum(0))


def scaled(e: Edited, factor: float | np.ndarray) -> State:
    """The state right after the edit with the new encoder vectors times `factor`."""
    W_e = e.after["W_e"].copy()
    W_e[e.revived] *= np.reshape(factor, (-1, 1))
    return {**e.after, "W_e": W_e}


@dataclass(frozen=True)
class Errors:
    """Errors before and after an edit, for one dictionary.

    own, own_together (k,): on the input that each revived latent took, after less before, alone and together. further
    (k,): whether x̂ is then, alone, further from x than 0 is. rest, together: the mean on all fresh inputs after less
    before, alone (k,) and together.
    """

    own: np.ndarray
    own_together: np.ndarray
    further: np.ndarray
    rest: np.ndarray
    together: float


def errors(e: Edited, after: State) -> Errors:
    """What these new encoder vectors, biases and decoder vectors do to errors."""
    i, column = e.revived, np.arange(len(e.revived))
    fresh = e.x[:, : e.x.shape[1] // 4]
    left, old, new = residual(e.before, e.own), activations(e.before, e.own), activations(after, e.own)
    alone = left + e.before["W_d"][:, i] * old[i, column] - after["W_d"][:, i] * new[i, column]
    own, base = (alone**2).sum(0), error(e.before, fresh).mean()
    return Errors(
        own=own - (left**2).sum(0),
        own_together=error(after, e.own) - (left**2).sum(0),
        further=own > (e.own**2).sum(0),
        rest=_each_alone(e, after, fresh) - base,
        together=float(error(after, fresh).mean() - base),
    )


def _each_alone(e: Edited, after: State, x: np.ndarray) -> np.ndarray:
    """The mean error with each revived latent edited alone: its old output taken from x̂, its new one added."""
    left, old, new = residual(e.before, x), activations(e.before, x), activations(after, x)
    swapped = (left + np.outer(e.before["W_d"][:, i], old[i]) - np.outer(after["W_d"][:, i], new[i]) for i in e.revived)
    return np.array([(one**2).sum(0).mean() for one in swapped])


@dataclass(frozen=True)
class Firing:
    """How revived latents fire right after the edit, (k,).

    on_own: the activation on the input that each took; usual: the mean activation of live latents where they fire.
    share: of fresh inputs on which it fires; similar: of those, the share whose x̄ has a cosine above 0.5 with its own.
    """

    on_own: np.ndarray
    usual: float
    share: np.ndarray
    similar: np.ndarray


def firing(e: Edited) -> Firing:
    """Which inputs make revived latents fire, and how strongly."""
    middle = e.after["b_d"][:, None]
    f = activations(e.after, e.x)
    live, mine = f[e.live], f[e.revived] > 0
    near = unit_directions(e.own - middle).T @ unit_directions(e.x - middle) > SIMILAR
    on_own = activations(e.after, e.own)[e.revived, np.arange(len(e.revived))]
    share = mine.mean(1)
    similar = np.where(share > 0, (near & mine).mean(1) / np.where(share > 0, share, 1), np.nan)
    return Firing(on_own, float(live[live > 0].mean()), share, similar)


@dataclass(frozen=True)
class Slopes:
    """Gradients of the loss for revived latents, means over samples.

    length (k,): along the encoder vector's own direction; above 0 descent shortens it. of_error: the same without the
    L1 penalty. bias, bias_of_error (k,): of b_e; above 0 descent lowers it.
    """

    length: np.ndarray
    of_error: np.ndarray
    bias: np.ndarray
    bias_of_error: np.ndarray


def slopes(e: Edited, p: State, l1: float) -> Slopes:
    """Of ‖x − x̂‖² + l1 Σ f: where a latent fires ∂/∂f = l1 − 2 W_d·(x − x̂); the chain rule gives the rest."""
    fires = activations(p, e.x)[e.revived] > 0
    pull = -2 * p["W_d"][:, e.revived].T @ residual(p, e.x) * fires
    along = unit_directions(p["W_e"][e.revived].T).T @ (e.x - p["b_d"][:, None])
    of_error, of_penalty = (pull * along).mean(1), l1 * (fires * along).mean(1)
    return Slopes(of_error + of_penalty, of_error, (pull + l1 * fires).mean(1), pull.mean(1))


def centred_products(e: Edited) -> tuple[np.ndarray, np.ndarray]:
    """x·x̄ of the inputs drawn, and their cosine."""
    centred = e.own - e.before["b_d"][:, None]
    return (e.own * centred).sum(0), (unit_directions(e.own) * unit_directions(centred)).sum(0)
