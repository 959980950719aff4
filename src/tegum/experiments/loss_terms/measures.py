"""The terms of trained models' losses: by how many features are active, and by benefit and interference."""

from functools import lru_cache
from typing import Any

import jax
import numpy as np

from tegum.geometry.naming import named
from tegum.spec import Probability
from tegum.theory import loss_terms as theory
from tegum.toy.features import KActive, SparseUniform, draw
from tegum.toy.loss import Loss
from tegum.toy.models import Network, Parameters
from tegum.toy.product import Samples
from tegum.training.run import Run

EACH = 2000  # inputs behind the term of each count of active features above one
PARTS = ("benefit not had", "biases", "interference upon silent outputs", "interference upon active outputs")
AXES = ("feature_probability", "seed")


class AtMostOneError(Loss):
    """The terms of the squared error with at most one active feature, exact: nothing is drawn."""

    feature_probability: Probability = 0.1

    def __call__(self, model: Network, parameters: Parameters, x: Samples) -> Any:
        return theory.at_most_one(parameters["W"], parameters["b"], self.feature_probability)

    def columns(self, features: int) -> int:
        return features


class Terms:
    """The terms of a run over (density, seed), importance 1. Losses are sums over features, means over inputs.

    by_count (p, seed, n + 1): what inputs with k active features add to the loss. uncompounded: `theory`'s guess.
    negative: share of Σ (W_i·W_j)² where W_i·W_j < 0. features: ‖W‖²_F/m. single: cost of interference of one active
    feature, beyond what biases cost. Each seed is measured upon inputs of its own.
    """

    def __init__(self, run: Run) -> None:
        self.x = run.data["feature_probability"].values.astype(float)
        self.W = run.W.transpose(*AXES, "latent", "feature").values.astype(float)
        self.b = run.b.transpose(*AXES, "feature").values.astype(float)
        n, p = self.b.shape[-1], self.x[:, None]
        self.chances = np.stack([theory.chances(n, float(q)) for q in self.x])
        models = zip(self.W.swapaxes(0, 1), self.b.swapaxes(0, 1), strict=True)  # of one seed after the other
        each = np.array([[by_count(W, b, s) for W, b in zip(*own, strict=True)] for s, own in enumerate(models)])
        self.by_count = self.chances[:, None] * each.swapaxes(0, 1)
        self.loss = self.by_count.sum(-1)
        self.uncompounded = theory.uncompounded(self.W, self.b, p)
        self.benefit, heard = theory.one_active(self.W, self.b)
        self.single = p * (1 - p) ** (n - 1) * (heard - (n - 1) * theory.silent(self.b))
        self.negative = negative(self.W)
        self.features = (self.W**2).sum((-2, -1)) / self.W.shape[-2]

    @property
    def at_most_one(self) -> np.ndarray:
        """Share of the loss that inputs with at most one active feature make (p, seed)."""
        return np.asarray(self.by_count[..., :2].sum(-1) / self.loss)

    def place(self, density: float) -> int:
        """Where in x this density is."""
        return int(np.argmin(np.abs(self.x - density)))


@lru_cache(maxsize=2)
def terms(run: Run) -> Terms:
    """`Terms` of a run, made once for claims and figures."""
    return Terms(run)


def by_count(W: np.ndarray, b: np.ndarray, seed: int = 0) -> np.ndarray:
    """L(k) for k = 0 … n: the mean of Σ (x − y)² over inputs with exactly k active features; exact up to one, beyond
    that upon inputs drawn with `seed`."""
    n = len(b)
    few = [float(theory.silent(b)), float(sum(theory.one_active(W, b))) / n]
    return np.array([*few, *(_squares(W, b, _inputs(n, k, seed)).sum(0).mean() for k in range(2, n + 1))])


@lru_cache(maxsize=64)  # those of one seed
def _inputs(n: int, active: int, seed: int) -> np.ndarray:
    key = jax.random.fold_in(jax.random.key(seed), active)
    return np.asarray(draw(KActive(active=active), key, n, EACH), float)


def _squares(W: np.ndarray, b: np.ndarray, x: np.ndarray) -> np.ndarray:
    return np.asarray((np.maximum(W.T @ (W @ x) + b[:, None], 0) - x) ** 2)


def negative(W: np.ndarray) -> np.ndarray:
    """Share of Σ_{i≠j} (W_i·W_j)² where the product is negative (...,)."""
    gram = W.mT @ W * (1 - np.eye(W.shape[-1]))
    return np.asarray((np.minimum(gram, 0) ** 2).sum((-2, -1)) / (gram**2).sum((-2, -1)))


def parts(W: np.ndarray, b: np.ndarray, p: float, samples: int, seed: int = 0) -> np.ndarray:
    """The loss of W (t, m, n), b (t, n) in four parts (t, 4), named in `PARTS`, which add up to it.

    Upon its own feature alone each output errs by `theory.own`, with none active by its bias: those two are exact.
    What inputs of the law, drawn with `seed`, add to that is interference, where the output's feature is silent or
    active.
    """
    x = np.asarray(draw(SparseUniform(feature_probability=p), jax.random.key(seed), b.shape[-1], samples), float)
    active, found = x > 0, []
    for w, c in zip(W, b, strict=True):
        error = _squares(w, c, x)
        alone = (np.maximum((w**2).sum(0)[:, None] * x + c[:, None], 0) - x) ** 2  # as if nothing else were active
        extra = error - alone
        found.append([
            p * theory.own(w, c).sum(), (1 - p) * theory.silent(c), (extra * ~active).sum(0).mean(),
            (extra * active).sum(0).mean(),
        ])  # fmt: skip
    return np.array(found)


def courses(run: Run, density: float, samples: int) -> np.ndarray:
    """`parts` over training of every seed at one density: (seed, t, 4)."""
    place = int(np.argmin(np.abs(run.data["feature_probability"].values - density)))
    W = run.W_history.transpose(*AXES, "step", "latent", "feature").values[place].astype(float)
    b = run.b_history.transpose(*AXES, "step", "feature").values[place].astype(float)
    return np.stack([parts(w, c, density, samples, s) for s, (w, c) in enumerate(zip(W, b, strict=True))])


def interference(found: Terms, density: float, samples: int) -> np.ndarray:
    """What interference costs trained models at one density, upon silent outputs and active ones: (seed,)."""
    k = found.place(density)
    models = enumerate(zip(found.W[k], found.b[k], strict=True))
    return np.array([parts(W[None], b[None], density, samples, s)[0, 2:].sum() for s, (W, b) in models])


def arrangements(run: Run) -> np.ndarray:
    """The named blocks of every model, in words, over (density, seed)."""
    return np.asarray(named(run.W.values.astype(float)).products)
