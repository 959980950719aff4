"""How much attacks add to the error of trained models, and to those they are held against."""

from dataclasses import dataclass
from functools import lru_cache

import jax
import numpy as np

from tegum.experiments.adversarial.claims import FORMED
from tegum.geometry.attacks import Target, analytic, ascend, climb, errors, linear, strongest
from tegum.geometry.directions import unit_directions
from tegum.toy.features import Law, draw
from tegum.training.run import Run

SHARE = 0.1  # length of an attack, of the mean length of an input [the article's]
NORM_SAMPLES = 20_000  # behind that mean
FIT_SAMPLES = 5000  # inputs that biases are fitted to
COARSE, FINE = np.linspace(-2, 1, 31), np.linspace(-0.1, 0.1, 9)  # where biases are tried, then around the best


@dataclass(frozen=True)
class Vulnerability:
    """Of one model at one density. Errors are Σ_i (t_i − y_i)², means over inputs; what attacks add is per squared
    length of the attack, so that a model which stores some features alone, and no others, has 1: the article's axis,
    vulnerability relative to a model without superposition.

    analytic: the article's attack; worst: the strongest found; linear: which share of that the gradient at x has;
    climbed, ascended: attacks by gradient from the input itself, which go to the sphere or as far as the gradient is
    long; random: a random change; scrambled: worst, of the same norms in random directions, with biases fitted to them;
    moved: worst, the attacked input being the target; passive: the same of the model that stores m features, by its
    formula; dedicated: worst of that model, the target unmoved. common, common_active: worst at the length that attacks
    have at 1 − S = 0.03, upon all inputs and those with an active feature; active: worst, upon those.
    error, attacked: the error without attack and under the worst one; dropped: the error without attack of the model
    that stores m features. features: ‖W‖²_F/m.
    """

    features: float
    analytic: float
    worst: float
    linear: float
    climbed: float
    ascended: float
    random: float
    active: float
    common: float
    common_active: float
    scrambled: float
    moved: float
    passive: float
    dedicated: float
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
        length = radius(_inputs(_at(law, FORMED), W.shape[-1], 0))
        self.of = [
            [vulnerability(W[i, s], b[i, s], _at(law, float(p)), samples, s, length) for s in range(W.shape[1])]
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


def vulnerability(W: np.ndarray, b: np.ndarray, law: Law, samples: int, seed: int, common: float) -> Vulnerability:
    """Attack a model W (m, n), b (n,) upon fresh inputs, with attacks as long as its law says, and as `common`."""
    many, rng = _inputs(law, W.shape[1], seed), np.random.default_rng(seed)
    own, r, x, p = (W, b), radius(many), many[:, :samples], float(law.feature_probability)  # type: ignore[attr-defined]
    turned, dedicated, some = scramble(W, rng), alone(W, p), x.any(0)
    before = errors(W, b, x, 0 * x)

    def added(model: tuple[np.ndarray, np.ndarray], moved: np.ndarray, target: Target = "clean") -> np.ndarray:
        return np.asarray((errors(*model, x, moved, target) - errors(*model, x, 0 * x)) / r**2)

    def worst(model: tuple[np.ndarray, np.ndarray], target: Target = "clean") -> np.ndarray:
        return added(model, strongest(*model, x, r, target), target)

    attack = strongest(W, b, x, r)
    found = added(own, attack)
    even = (errors(W, b, x, strongest(W, b, x, common)) - before) / common**2
    return Vulnerability(
        features=float((W**2).sum() / len(W)),
        analytic=float(added(own, analytic(W, b, x, r)[0]).mean()),
        worst=float(found.mean()),
        linear=float(linear(W, b, x, attack).mean() / r**2 / found.mean()),
        climbed=float(added(own, climb(W, b, x, 0 * x, r)).mean()),
        ascended=float(added(own, ascend(W, b, x, r)).mean()),
        random=float(added(own, r * unit_directions(rng.normal(size=x.shape))).mean()),
        active=float(found[some].mean()) if some.any() else np.nan,
        common=float(even.mean()),
        common_active=float(even[some].mean()) if some.any() else np.nan,
        scrambled=float(worst((turned, fitted(turned, many[:, :FIT_SAMPLES]))).mean()),
        moved=float(worst(own, "moved").mean()),
        passive=passive(x, len(W), p, r),
        dedicated=float(worst(dedicated).mean()),
        error=float(before.mean()),
        attacked=float((before + r**2 * found).mean()),
        dropped=float(errors(*dedicated, x, 0 * x).mean()),
    )  # fmt: skip


def radius(x: np.ndarray) -> float:
    """The length of attacks upon inputs x (n, s)."""
    return SHARE * float(np.linalg.norm(x, axis=0).mean())


def passive(x: np.ndarray, m: int, p: float, r: float) -> float:
    """What the worst attack of length r adds, per r², to the model that stores m features where the target moves.

    It answers p/2 for the others, x_rest: Σ (x_rest + δ − p/2)² grows most along x_rest − p/2, by
    2 ‖x_rest − p/2‖ r + r².
    """
    return float(1 + 2 * np.linalg.norm(x[m:] - p / 2, axis=0).mean() / r)


def _at(law: Law, p: float) -> Law:
    return law.model_copy(update={"feature_probability": p})


def _inputs(law: Law, n: int, seed: int) -> np.ndarray:
    return np.asarray(draw(law, jax.random.key(seed), n, NORM_SAMPLES), float)


def scramble(W: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Random directions with the norms of W's columns: as many features per dimension, no arrangement."""
    return np.asarray(np.linalg.norm(W, axis=0) * unit_directions(rng.normal(size=W.shape)))


def fitted(W: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The biases (n,) that serve W best upon x (n, s): each output's own error decides, and is tried along a line."""
    said, best = W.T @ (W @ x), np.zeros(W.shape[1])
    for tries in (COARSE, FINE):
        error = [((np.maximum(said + (best + b)[:, None], 0) - x) ** 2).sum(1) for b in tries]
        best = best + tries[np.argmin(error, axis=0)]
    return best


def alone(W: np.ndarray, p: float) -> tuple[np.ndarray, np.ndarray]:
    """The model without superposition: the first m features have a dimension each, the others their mean p/2."""
    m, n = W.shape
    return np.eye(m, n), np.where(np.arange(n) < m, 0.0, p / 2)
