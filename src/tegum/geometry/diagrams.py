"""Phase diagrams of an extra feature: what each cell's models do, what is optimal, and where solutions cross."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tegum.geometry.directions import gram
from tegum.geometry.extra import outcome
from tegum.theory.phases import OUTCOMES, SHARED, expected_loss, predicted

NEAR = 0.01  # of the optimal loss


def weights(n: int, importance: np.ndarray) -> np.ndarray:
    """Importances of all features, (…, n), from that of the last.

    >>> weights(2, np.array([0.5])).tolist()
    [[1.0, 0.5]]
    """
    return np.stack([*[np.ones_like(importance)] * (n - 1), importance], axis=-1)


@dataclass(frozen=True)
class Diagram:
    """importance (r,), density (c,); trained W (r, c, k, m, n), b (r, c, k, n), and the same of followed branches."""

    importance: np.ndarray
    density: np.ndarray
    W: np.ndarray
    b: np.ndarray
    followed_W: np.ndarray  # noqa: N815, W is the mathematics' name
    followed_b: np.ndarray

    @property
    def n(self) -> int:
        """How many features."""
        return int(self.W.shape[-1])

    @cached_property
    def loss(self) -> np.ndarray:
        """Exact expected losses of the trained models, (r, c, k); infinite where one diverged."""
        return self._loss(self.W, self.b)

    def _loss(self, W: np.ndarray, b: np.ndarray) -> np.ndarray:
        found = expected_loss(W, b, weights(self.n, self.importance)[:, None, None], self.density[:, None])
        return np.where(np.isfinite(found), found, np.inf)

    @cached_property
    def kept(self) -> np.ndarray:
        """All models but the one of highest loss, (r, c, k)."""
        return np.arange(self.loss.shape[2]) != self.loss.argmax(axis=2)[..., None]

    @cached_property
    def outcomes(self) -> np.ndarray:
        """What each model does with the extra feature, (r, c, k)."""
        return outcome(self.W)

    @cached_property
    def counts(self) -> np.ndarray:
        """How many kept models do each, (r, c, outcome)."""
        return np.stack([((self.outcomes == kind) & self.kept).sum(2) for kind in range(len(OUTCOMES))], axis=-1)

    @cached_property
    def usual(self) -> np.ndarray:
        """The most frequent outcome of the kept models, (r, c)."""
        return np.asarray(self.counts.argmax(axis=-1))

    @cached_property
    def theory(self) -> np.ndarray:
        """The outcome of the configuration of least loss, (r, c)."""
        return predicted(self.n, self.density, self.importance[:, None])

    @cached_property
    def best_W(self) -> np.ndarray:
        """The best of the trained models, (r, c, m, n)."""
        return _chosen(self.W, self.loss.argmin(axis=2))

    @cached_property
    def _optimal(self) -> tuple[np.ndarray, np.ndarray]:
        W, b = (np.concatenate(part, axis=2) for part in ((self.W, self.followed_W), (self.b, self.followed_b)))
        found = self._loss(W, b)
        return _chosen(W, found.argmin(axis=2)), found.min(axis=2)

    @cached_property
    def followed(self) -> tuple[np.ndarray, np.ndarray]:
        """The best of the followed branches alone, (r, c, m, n), and its loss, (r, c)."""
        found = self._loss(self.followed_W, self.followed_b)
        return _chosen(self.followed_W, found.argmin(axis=2)), found.min(axis=2)

    @property
    def optimum_W(self) -> np.ndarray:
        """The best model known: of all trained ones and all branches, (r, c, m, n)."""
        return self._optimal[0]

    @property
    def optimum(self) -> np.ndarray:
        """Its loss, (r, c)."""
        return self._optimal[1]

    @cached_property
    def reached(self) -> np.ndarray:
        """Which trained models are within 1 % of the optimal loss, (r, c, k)."""
        return self.loss <= (1 + NEAR) * self.optimum[..., None]


def _chosen(values: np.ndarray, place: np.ndarray) -> np.ndarray:
    return values[(*np.indices(place.shape), place)]


@dataclass(frozen=True)
class Crossing:
    """Where along a section the best solution changes; how far the two are apart, the largest difference of an entry of
    WᵀW; and how much their slopes d log loss / d log x differ. Both are 0 where one turns into the other."""

    at: float
    jump: float
    kink: float


@dataclass(frozen=True)
class Line:
    """A section: importance and density (p,), and of each branch (p, k) its loss and W (p, k, m, n)."""

    importance: np.ndarray
    density: np.ndarray
    loss: np.ndarray
    W: np.ndarray

    @property
    def n(self) -> int:
        """How many features."""
        return int(self.W.shape[-1])

    @property
    def x(self) -> np.ndarray:
        """What varies along it."""
        return self.density if np.ptp(self.importance) == 0 else self.importance

    @property
    def fixed(self) -> float:
        """The value of what does not vary."""
        return float((self.importance if self.x is self.density else self.density)[0])

    def crossings(self) -> list[Crossing]:
        """Where the best outcome changes into or out of superposition."""
        best = self.loss.argmin(axis=1)
        shared = outcome(_chosen(self.W, best)) == SHARED
        return [
            self._crossing(int(i), int(best[i]), int(best[i + 1])) for i in np.flatnonzero(shared[1:] ^ shared[:-1])
        ]

    def _crossing(self, i: int, old: int, new: int) -> Crossing:
        """Between points i and i + 1, with these best branches: each solution is followed to the other point."""
        state = gram(self.W).reshape(*self.loss.shape, -1)
        onward = self._nearest(state[i + 1], state[i, old])
        back = self._nearest(state[i], state[i + 1, new])
        apart = [np.abs(state[i, old] - state[i, back]).max(), np.abs(state[i + 1, onward] - state[i + 1, new]).max()]
        worse = np.log([self.loss[i, back] / self.loss[i, old], self.loss[i + 1, onward] / self.loss[i + 1, new]])
        share = float(worse[0] / worse.sum()) if worse.sum() > 0 else 0.5
        x = np.log(self.x[i : i + 2])
        return Crossing(
            float(np.exp(x[0] + share * (x[1] - x[0]))), float(max(apart)), float(worse.sum() / abs(x[1] - x[0]))
        )

    @staticmethod
    def _nearest(among: np.ndarray, state: np.ndarray) -> int:
        return int(np.abs(among - state).max(axis=-1).argmin())
