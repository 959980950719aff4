"""Critical points: ends by hand, in double precision and in plain NumPy, and the experiment at its quick size."""

import numpy as np
import pytest

from tegum.experiments.critical_points import NEAR, CriticalPoints, nearest, strict
from tegum.experiments.experiment import Runs
from tegum.spec import replaced
from tegum.theory.critical import kgon, level, spectrum
from tegum.training.run import execute

QUICK = CriticalPoints(**CriticalPoints.sizes["quick"])


def test_an_end_is_named_by_its_live_columns_and_its_loss() -> None:
    W = np.stack([kgon(k, 6)[0] for k in (6, 5, 5, 4, 5, 4)])
    loss = np.array([level(6, 6), 1.001 * level(5, 6, 1), 0.99 * level(5, 6, 1), level(4, 6), np.nan, level(5, 6)])
    assert nearest(W, loss, 6).tolist() == [6, 5, 0, 4, 0, 0]


def test_levels_that_a_loss_cannot_tell_apart_are_told_apart_by_columns() -> None:
    octagon, hexagon = level(8, 8), level(6, 8, 1)
    assert abs(octagon / hexagon - 1) < NEAR
    assert nearest(np.stack([kgon(8, 8)[0], kgon(6, 8)[0]]), np.array([octagon, hexagon]), 8).tolist() == [8, 6]


def test_which_kgons_are_minima() -> None:
    assert strict(*kgon(6, 6))[0]
    assert strict(*kgon(5, 6, 1))[0]
    assert not strict(*kgon(5, 6, 0))[0]
    W, b = kgon(6, 6)
    assert not strict(1.3 * W * [[1], [0.2]], b)[0]


def test_a_loud_feature_allows_no_larger_rate_than_one() -> None:
    """Its bias costs b² in L for itself and each of the other inputs: 2/λ, the last stable rate, is 1."""
    for case in ((5, 6, 1), (7, 8, 1)):
        assert abs(spectrum(*kgon(*case))[-1] - 2) < 1e-6
    assert spectrum(*kgon(8, 8))[-1] < 1.5


def descended(W: np.ndarray, steps: int, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Plain NumPy: gradient descent of many models W (seed, 2, c) from b = 0, over a grid of values; W and loss."""
    c, x = W.shape[-1], (np.arange(40) + 0.5) / 40
    b = np.zeros((len(W), c))

    def errors() -> tuple[np.ndarray, np.ndarray]:
        """Output minus what is wanted, (seed, output, input, value), and whether the ReLU is open."""
        before = (W.mT @ W)[..., None] * x + b[:, :, None, None]
        return np.maximum(before, 0) - np.eye(c)[..., None] * x, before > 0

    for _ in range(steps):
        off, awake = errors()
        slope = 2 * off * awake / (c * len(x))
        by_product = (slope * x).sum(-1)
        W = W - rate * W @ (by_product + by_product.mT)
        b = b - rate * slope.sum((-2, -1))
    return W, (errors()[0] ** 2).sum((1, 2, 3)) / (c * len(x))


@pytest.mark.parametrize("by", ["engine", "numpy"])
def test_ends_in_double_precision_and_in_plain_numpy(by: str) -> None:
    if by == "engine":
        training = CriticalPoints(seeds=24, steps=8_000).trainings()["6"]
        run = execute(replaced(training, "precision", "float64"))
        W, loss = run.W.transpose("seed", "latent", "feature").values, run.loss.values
    else:
        start = np.random.default_rng(0).normal(scale=0.5, size=(24, 2, 6))  # Xavier's: √(2/(2 + 6))
        W, loss = descended(start, 4_000, 0.4)
    ends = nearest(W, loss, 6)
    assert (ends > 0).sum() > 17
    assert (ends == 5).sum() > 12 > 6 > (ends == 6).sum()


@pytest.fixture(scope="module")
def runs() -> Runs:
    return {key: execute(training) for key, training in QUICK.trainings().items()}


def test_claims_and_figures(runs: Runs) -> None:
    claims = QUICK.claims(runs)
    assert [claim.verdict for claim in claims[:4]] == ["holds", "holds", "holds", "holds"]
    assert claims[4].verdict == "fails"
    assert len(claims) == 5 + 2 * 4
    ends = [claim.verdict for claim in claims if claim.statement.startswith("Trained models end at the level")]
    assert ends == ["holds"] * 4
    six = [
        claim.verdict
        for claim in claims
        if claim.statement.startswith("Trained models end at the regular c-gon (c = 6")
    ]
    assert six == ["fails"]
    panels = QUICK.panels(runs)
    assert [panel.name for panel in panels] == ["curves", "ends", "spectra", "wheels"]
    assert all(panel.figure.data and len(panel.caption) > 40 for panel in panels)


def test_a_single_step_decides_nothing_about_training() -> None:
    experiment = CriticalPoints(seeds=20, steps=1)
    runs = {key: execute(training) for key, training in experiment.trainings().items()}
    assert {claim.verdict for claim in experiment.claims(runs)[5:]} <= {"fails", "unclear"}
