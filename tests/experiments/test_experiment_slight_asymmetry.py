"""A slight asymmetry: the analysis by hand, the experiment at a small size, and gradients by finite differences."""

import numpy as np
import pytest

from tegum.experiments.experiment import Runs
from tegum.experiments.slight_asymmetry import (
    ALTERNATE,
    PAIR,
    STATED,
    SlightAsymmetry,
    heard,
    push_on,
    raised,
    relaxed,
    shortened,
    six_loss,
    splayed,
    stated_state,
    sums,
    tilted,
    waits,
)
from tegum.failure.forces import forces, loss
from tegum.failure.sweeps import apart
from tegum.theory.failure import symmetric_failure
from tegum.training.run import execute

FACTS = ["fails", "fails", "fails"]
SETTLED = ["holds", "holds", "holds", "fails", "fails", "holds", "fails"]


def test_starts_by_hand() -> None:
    W, b = raised(0.1)
    np.testing.assert_allclose(b, [-0.9, -1, -1, -1, -1, -0.9])
    assert heard(W, b) == pytest.approx(0.1)  # neighbours have W_i·W_j = 1
    W, b = shortened(0.1)
    np.testing.assert_allclose(np.hypot(*W) ** 2, [1.62, 2, 2, 2, 2, 1.62])
    assert loss(W, b) == pytest.approx(2 * 0.38**2)  # both are given back as 0.62, and nothing else is wrong
    assert heard(W, b) == pytest.approx(0, abs=1e-12)
    W, b = shortened(0.3)
    assert forces(W, b).W[:, PAIR] == pytest.approx(0, abs=1e-12)  # 2 · 0.49 − 1 < 0: dead, and no way back


def test_shapes_by_hand() -> None:
    hexagon = symmetric_failure(7)[0][None, :, :6]
    assert (splayed(hexagon)[0], tilted(hexagon + 1e-9)[0]) == (False, False)
    axis = hexagon[0][:, list(PAIR)].sum(1)
    leans = hexagon * np.where(np.isin(np.arange(6), PAIR), 1.0, 1.1) - 0.05 * axis[None, :, None]
    assert tilted(leans)[0]
    turned = leans.copy()
    for i, sign in ((0, 1), (5, -1), (1, 1), (4, -1)):
        angle = sign * np.radians(1 if i in PAIR else 4)
        cos, sin = np.cos(angle), np.sin(angle)
        turned[0, :, i] = np.array([[cos, -sin], [sin, cos]]) @ hexagon[0, :, i] * (1.0 if i in PAIR else 1.1)
    assert splayed(turned)[0]
    assert not splayed(np.roll(turned, 3, axis=-1))[0]  # the same shape, but other two are short


def test_relaxed_states_have_no_loss_and_the_stated_one_its_biases() -> None:
    W, b = relaxed(*raised(0.1))
    assert loss(W[:, :6], b[:6]) < 1e-25
    np.testing.assert_allclose(W[:, 6], 0)
    W, b = relaxed(*raised(0.1, ALTERNATE))
    np.testing.assert_allclose(np.hypot(*W[:, :6]), 2**0.5, atol=1e-6)  # back to the hexagon
    shift, W, b = stated_state()
    assert 0.05 < shift < 0.3
    np.testing.assert_allclose(b[list(PAIR)], STATED, atol=1e-6)
    np.testing.assert_allclose(b[:6], 1 - (W[:, :6] ** 2).sum(0), atol=1e-9)


def test_measures_of_histories_by_hand() -> None:
    W, b = symmetric_failure(7)
    Ws, bs = np.stack([W, 2 * W, W])[None], np.stack([b] * 3)[None]
    Ws[0, 2, 0, 6] = 1.0
    sweep = apart(Ws, bs, np.array([0, 100, 200]), np.array([6]))
    np.testing.assert_allclose(sums(sweep), [[1, 2, 1]])
    assert six_loss(sweep)[0, 0] == pytest.approx(0, abs=1e-12)
    assert six_loss(sweep)[0, 1] > 10
    assert waits(sweep)[0] == 200
    assert np.isinf(waits(apart(Ws[:, :2], bs[:, :2], np.array([0, 100]), np.array([6]))))[0]


def test_the_push_is_the_gradient_of_sample_j_by_finite_differences() -> None:
    W, b = relaxed(*raised(0.3))
    W[:, 6] = [0.02, -0.01]

    def of_sample(V: np.ndarray, j: int) -> float:
        y = np.maximum(V.T @ V[:, j] + b, 0)
        return float(((y - np.eye(7)[j]) ** 2).sum())

    step = 1e-7  # towards −W_7, away from the kinks of live outputs that are exactly at 0
    for j in range(6):
        down = -W[:, 6] / np.hypot(*W[:, 6])
        moved = W.copy()
        moved[:, j] += step * down
        slope = (of_sample(moved, j) - of_sample(W, j)) / step
        assert -slope == pytest.approx(push_on(W, b)[:, j] @ down, rel=1e-2)
        moved = W.copy()
        moved[:, j] += step * down
        assert of_sample(moved, 6) == pytest.approx(of_sample(W, 6), abs=1e-12)  # sample x_7 does not notice


@pytest.fixture(scope="module")
def quick() -> tuple[SlightAsymmetry, Runs]:
    experiment = SlightAsymmetry(seeds=6)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_claims(quick: tuple[SlightAsymmetry, Runs]) -> None:
    experiment, runs = quick
    claims = experiment.claims(runs)
    assert [claim.verdict for claim in claims[:3]] == FACTS
    assert claims[6].verdict == "holds"
    assert [claim.verdict for claim in claims[9:16]] == SETTLED
    assert [claim.value > 0.8 for claim in (*claims[3:6], *claims[7:9], *claims[16:])] == [True] * 5 + [
        False, True, True,
    ]  # fmt: skip


def test_panels(quick: tuple[SlightAsymmetry, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["film", "zones", "biases", "sums", "forces", "beginning", "waiting"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_untrained_models_run_away_nowhere() -> None:
    experiment = SlightAsymmetry(seeds=6, steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    claims = {claim.statement: claim for claim in experiment.claims(runs)}
    for words in ("Small updates", "The result is", "W_2 and W_5", "With it there is", "Corrected: with AdamW"):
        assert next(claim for text, claim in claims.items() if text.startswith(words)).verdict != "holds"
