"""How much attacks add to the error of trained models, and to those they are held against."""

from dataclasses import dataclass
from functools import lru_cache

import jax
import numpy as np

from tegum.geometry.attacks import Target, analytic, climb, errors, strongest
from tegum.toy.features import Law, draw
from tegum.training.run import Run

SHARE = 0.1  # length of an attack, of the mean length of an input [the article's]
NORM_SAMPLES = 20_000  # behind that mean


@dataclass(frozen=True)
class Vulnerability:
    """Of one model at one density. Errors are Σ_i (t_i − y_i)², means over inputs; what attacks add is per squared
    length of the attack, so that a model which stores some features alone, and no others, has 1.

    analytic: the article's attack; worst: the strongest found; gradient: climbing from the input itself; random: a
    random change; active: worst, upon inputs with an active feature; scrambled: worst, of the same norms and biases in
    random directions; moved: worst, the attacked input being the target; dedicated, dedicated_moved: the same of the
    model that stores m features. error, attacked: the error without attack and under the worst one; dropped: the error
    without attack of the model that stores m features. features: ‖W‖²_F/m.
    """

    features: float
    analytic: float
    worst: float
    gradient: float
    random: float
    active: float
    scrambled: float
    moved: float
    dedicated: float
    dedicated_moved: float
    error: float
    attacked: float
    dropped: float


class Attacked:
    """Every vulnerability of a run over (density, seed), by name: arrays (p, seed)."""

    def __init__(self, run: Run, samples: int) -> None:
        axes = ("feature_probability", "seed")
        self.x = run.data["feature_probability"].values.astype(float)
        W = run.W.transpose(*axes, "latent", "feature").values.astype(float)
        b = run.b.transpose(*axes, "feature").values.astype(float)
        law = run.training.law
        self.of = [
            [
                vulnerability(W[i, s], b[i, s], law.model_copy(update={"feature_probability": float(p)}), samples, s)
                for s in range(W.shape[1])
            ]
            for i, p in enumerate(self.x)
        ]

    def __getitem__(self, name: str) -> np.ndarray:
        return np.array([[getattr(one, name) for one in row] for row in self.of])

    def at(self, name: str, density: float) -> np.ndarray:
        """One value for each seed."""
        return np.asarray(self[name][int(np.argmin(np.abs(self.x - density)))])


@lru_cache(maxsize=2)
def attacked(run: Run, samples: int) -> Attacked:
    """`Attacked` of a run, made once for claims and figures."""
    return Attacked(run, samples)


def vulnerability(W: np.ndarray, b: np.ndarray, law: Law, samples: int, seed: int) -> Vulnerability:
    """Attack a model W (m, n), b (n,) upon fresh inputs."""
    many = np.asarray(draw(law, jax.random.key(seed), W.shape[1], NORM_SAMPLES), float)
    radius = SHARE * float(np.linalg.norm(many, axis=0).mean())
    x, rng = many[:, :samples], np.random.default_rng(seed)
    before = errors(W, b, x, 0 * x)
    scrambled, dedicated = scramble(W, rng), alone(W, float(law.feature_probability))  # type: ignore[attr-defined]

    def added(model: tuple[np.ndarray, np.ndarray], moved: np.ndarray, target: Target = "clean") -> np.ndarray:
        return np.asarray((errors(*model, x, moved, target) - errors(*model, x, 0 * x)) / radius**2)

    def worst(model: tuple[np.ndarray, np.ndarray], target: Target = "clean") -> np.ndarray:
        return added(model, strongest(*model, x, radius, target), target)

    own, found, some = (W, b), worst((W, b)), x.any(0)
    return Vulnerability(
        features=float((W**2).sum() / len(W)),
        analytic=float(added(own, analytic(W, b, x, radius)[0]).mean()),
        worst=float(found.mean()),
        gradient=float(added(own, climb(W, b, x, 0 * x, radius)).mean()),
        random=float(added(own, radius * unit(rng.normal(size=x.shape))).mean()),
        active=float(found[some].mean()) if some.any() else np.nan,
        scrambled=float(worst((scrambled, b)).mean()),
        moved=float(worst(own, "moved").mean()),
        dedicated=float(worst(dedicated).mean()),
        dedicated_moved=float(worst(dedicated, "moved").mean()),
        error=float(before.mean()),
        attacked=float((before + radius**2 * found).mean()),
        dropped=float(errors(*dedicated, x, 0 * x).mean()),
    )  # fmt: skip


def unit(columns: np.ndarray) -> np.ndarray:
    """Each column at length 1."""
    return np.asarray(columns / np.linalg.norm(columns, axis=0))


def scramble(W: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Random directions with the norms of W's columns: as many features per dimension, no arrangement."""
    return np.asarray(np.linalg.norm(W, axis=0) * unit(rng.normal(size=W.shape)))


def alone(W: np.ndarray, p: float) -> tuple[np.ndarray, np.ndarray]:
    """The model without superposition: the first m features have a dimension each, the others their mean p/2."""
    m, n = W.shape
    return np.eye(m, n), np.where(np.arange(n) < m, 0.0, p / 2)
