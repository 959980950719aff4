"""Which of two kinds of ends is the better one: losses of finished models on the same samples, and their difference."""

from functools import partial
from typing import Any

import jax
import numpy as np
from scipy import stats

from tegum.claims import LEVEL
from tegum.geometry.evaluated import outputs
from tegum.spec import leaves, with_leaves
from tegum.toy.features import Law, draw
from tegum.toy.loss import Loss, evaluate
from tegum.toy.models import Network

DRAWS = 2_000  # of a bootstrap


def losses(W: np.ndarray, b: np.ndarray, law: Law, samples: int = 100_000, seed: int = 0) -> np.ndarray:
    """Mean over samples and features of (x − ReLU(WᵀWx + b))², the same x for all models: W (k, m, n), b (k, n). In
    double precision, for differences that single precision would lose; for any other model or loss: `fresh_losses`."""
    x = np.asarray(draw(law, jax.random.key(seed), W.shape[-1], samples), np.float64)
    return np.array([((x - outputs(w, c, x)) ** 2).mean() for w, c in zip(W, b, strict=True)])


def fresh_losses(
    model: Network, loss: Loss, law: Law, parameters: dict[str, np.ndarray], *, parts: int = 40, samples: int = 10_000,
    seed: int = 0,
) -> np.ndarray:  # fmt: skip
    """The losses (k, parts) of k finished models of any kind on `parts` independent sets of samples, the same for all;
    parameters: arrays with the k models first.

    The best of many models by one loss is in part the luckiest. Choose by some of the parts, measure by the others.
    """

    numbers = leaves(law)
    blank = with_leaves(law, dict.fromkeys(numbers, 1.0))  # one program for laws that differ in numbers alone
    keys = jax.random.split(jax.random.key(seed), parts)
    found = [_fresh(parameters, numbers, key, model=model, loss=loss, law=blank, samples=samples) for key in keys]
    return np.stack([np.asarray(part, float) for part in found], axis=1)


@partial(jax.jit, static_argnames=("model", "loss", "law", "samples"))
def _fresh(
    parameters: dict[str, Any], numbers: dict[str, Any], key: Any, *, model: Network, loss: Loss, law: Law, samples: int
) -> Any:
    x = draw(with_leaves(law, numbers), key, model.sizes.features, samples)
    return jax.vmap(lambda own: evaluate(loss, model, own, x, lanes=False))(parameters)


def excess(worse: np.ndarray, better: np.ndarray) -> tuple[float, float, float]:
    """How much larger the first mean is than the second, with Welch's 95 % interval; NaN for fewer than two of a kind.

    >>> value, low, high = excess(np.array([2.0, 2.2, 1.8]), np.array([1.0, 1.1, 0.9]))
    >>> round(value, 3), low > 0
    (1.0, True)
    """
    if min(len(worse), len(better)) < 2:
        return float("nan"), -np.inf, np.inf
    result: Any = stats.ttest_ind(worse, better, equal_var=False)
    bounds = result.confidence_interval(LEVEL)
    return float(worse.mean() - better.mean()), float(bounds.low), float(bounds.high)


def median_excess(worse: np.ndarray, better: np.ndarray) -> tuple[float, float, float]:
    """How much larger the first median is than the second, with its 95 % bootstrap interval (Efron 1979).

    A few models that are much worse than the rest move the mean of their kind, and not its median. NaN for fewer than
    two of a kind.

    >>> value, low, high = median_excess(np.array([2.0, 2.2, 90.0]), np.array([1.0, 1.1, 0.9]))
    >>> round(value, 3), low > 0
    (1.2, True)
    """
    if min(len(worse), len(better)) < 2:
        return float("nan"), -np.inf, np.inf
    rng = np.random.default_rng(0)
    drawn = [np.median(rng.choice(part, (DRAWS, len(part))), axis=1) for part in (worse, better)]
    low, high = np.quantile(drawn[0] - drawn[1], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(np.median(worse) - np.median(better)), float(low), float(high)
