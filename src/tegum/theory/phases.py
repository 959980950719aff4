"""What becomes of an extra feature: the losses of simple configurations, and the exact loss of any model.

n features, m = n − 1 hidden dimensions, y = ReLU(WᵀWx + b). Each x_i is 0 with probability 1 − p, else uniform on
(0, 1); the last feature, the extra one, has importance I, the others 1. The loss is E Σ_i I_i (x_i − y_i)². Elhage et
al. 2022, section "Superposition as a Phase Change", compare configurations whose columns are 0 or unit vectors:

- A feature without a column, with its bias at the mean p/2, costs I_i v, v = E x² − (E x)² = p/3 − p²/4. One with a
  dimension of its own costs nothing.
- An antipodal pair, W_j = −W_i, without bias, gives back y_i = ReLU(x_i − x_j) = x_i − min(x_i, x_j). The least of two
  uniform numbers has density 2 (1 − t), so E min² = ∫ 2 t² (1 − t) dt = 1/6, and both are active with probability p².
  The pair costs p² (I_i + I_j)/6.

Dropping the extra feature and pairing it cost the same at p (1 + I)/6 = I (1/3 − p/4), which is p = 4I/(2 + 5I);
dropping another and pairing it with the extra one at p = 4/(5 + 2I); dropping another and pairing two others at 4/7.

These are upper bounds of what a model can do, since a pair gains by biases and by other lengths; where a feature is
dropped nothing is gained to first order.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tegum.errors import BadInput
from tegum.toy.expectation import expected_squares

DROPPED, SHARED, OTHERS_SHARE, ALONE = range(4)
OUTCOMES = (
    "not represented",
    "in superposition",
    "dedicated, the others share",
    "dedicated, another is dropped",
)
"""What can become of the extra feature; the third needs three features."""

CHUNK = 2_000_000  # numbers at a time


@dataclass(frozen=True)
class Configuration:
    """W (m, n) of unit columns and zeros; which features are dropped; which two make a pair, if any."""

    outcome: int
    W: tuple[tuple[float, ...], ...]
    dropped: int | None = None
    pair: tuple[int, int] | None = None

    def bias(self, p: float) -> np.ndarray:
        """b (n,): the mean p/2 for what is dropped, else 0."""
        return np.where(np.arange(len(self.W[0])) == self.dropped, p / 2, 0.0)

    def loss(self, p: ArrayLike, importance: ArrayLike) -> np.ndarray:
        """Its expected loss; p and importance of the extra feature broadcast."""
        p, importance = np.asarray(p, float), np.asarray(importance, float)
        extra = len(self.W[0]) - 1
        weights = [importance if i == extra else np.ones_like(importance) for i in range(extra + 1)]
        found = np.zeros(np.broadcast_shapes(p.shape, importance.shape))
        if self.dropped is not None:
            found = found + weights[self.dropped] * variance(p)
        if self.pair is not None:
            found = found + (weights[self.pair[0]] + weights[self.pair[1]]) * p**2 / 6
        return found


_FOR = {
    2: (
        Configuration(DROPPED, ((1.0, 0.0),), dropped=1),
        Configuration(SHARED, ((1.0, -1.0),), pair=(0, 1)),
        Configuration(ALONE, ((0.0, 1.0),), dropped=0),
    ),
    3: (
        Configuration(DROPPED, ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)), dropped=2),
        Configuration(SHARED, ((1.0, 0.0, 0.0), (0.0, 1.0, -1.0)), pair=(1, 2)),
        Configuration(OTHERS_SHARE, ((1.0, -1.0, 0.0), (0.0, 0.0, 1.0)), pair=(0, 1)),
        Configuration(ALONE, ((0.0, 1.0, 0.0), (0.0, 0.0, 1.0)), dropped=0),
    ),
}


def configurations(features: int) -> tuple[Configuration, ...]:
    """The configurations that Elhage et al. 2022 compare, for two or three features."""
    if features not in _FOR:
        raise BadInput(f"features={features} has no list of configurations; there is one for 2 and one for 3 features.")
    return _FOR[features]


def variance(p: ArrayLike) -> np.ndarray:
    """What a dropped feature of importance 1 costs: p/3 − p²/4.

    >>> round(float(variance(0.3)), 4)
    0.0775
    """
    p = np.asarray(p, float)
    return np.asarray(p / 3 - p**2 / 4)


def losses(features: int, p: ArrayLike, importance: ArrayLike) -> np.ndarray:
    """The loss of each configuration, (configurations, …), p and importance broadcast.

    >>> losses(2, 0.3, 0.5).round(5).tolist()
    [0.03875, 0.0225, 0.0775]
    """
    return np.stack([one.loss(p, importance) for one in configurations(features)])


def predicted(features: int, p: ArrayLike, importance: ArrayLike) -> np.ndarray:
    """The place in `OUTCOMES` of the configuration of least loss."""
    kinds = np.array([one.outcome for one in configurations(features)])
    return kinds[losses(features, p, importance).argmin(axis=0)]


def pairing_density(importance: ArrayLike) -> np.ndarray:
    """The density below which a pair beats dropping its less important member, 4r/(2 + 5r); r ≤ 1 their ratio.

    >>> pairing_density([1.0, 0.1]).round(4).tolist()
    [0.5714, 0.16]
    """
    importance = np.asarray(importance, float)
    ratio = np.minimum(importance, 1 / importance)
    return np.asarray(4 * ratio / (2 + 5 * ratio))


def expected_loss(W: ArrayLike, b: ArrayLike, importance: ArrayLike, p: ArrayLike, nodes: int = 12) -> np.ndarray:
    """E Σ I_i (x_i − y_i)² of any models, over the 2ⁿ patterns of which features are active.

    W (…, m, n), b (…, n), importance (…, n), p (…); the leading axes broadcast. See
    `tegum.toy.expectation.expected_squares`, which for the configurations is exact.

    >>> round(float(expected_loss([[1.0, -1.0]], [0.0, 0.0], [1.0, 0.5], 0.3)), 9)
    0.0225
    """
    W, b, importance, p = (np.asarray(part, float) for part in (W, b, importance, p))
    shape = np.broadcast_shapes(W.shape[:-2], b.shape[:-1], importance.shape[:-1], p.shape)
    m, n = W.shape[-2:]
    W = np.broadcast_to(W, (*shape, m, n)).reshape(-1, m, n)
    b, importance = (np.broadcast_to(part, (*shape, n)).reshape(-1, n) for part in (b, importance))
    p, step = np.broadcast_to(p, shape).reshape(-1), max(1, CHUNK // (n * nodes ** (n - 1)))
    chunks = [slice(i, i + step) for i in range(0, len(W), step)]
    parts = [expected_squares(W[here], b[here], importance[here], p[here, None], nodes) for here in chunks]
    return np.concatenate([np.zeros(0), *parts]).reshape(shape)
