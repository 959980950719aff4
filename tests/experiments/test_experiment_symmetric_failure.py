"""Symmetric failure: the analysis on cases worked by hand, and the experiment at its quick size."""

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.experiments.experiment import Runs
from tegum.experiments.symmetric_failure import (
    SymmetricFailure,
    arm,
    settled,
    totals,
)
from tegum.failure.ends import ends, learnt_at
from tegum.training.run import execute

MOVING = 9  # claims about trained models, the last ones


@pytest.fixture(scope="module")
def quick() -> tuple[SymmetricFailure, Runs]:
    experiment = SymmetricFailure(seeds=20, noises=(0.01, 0.1), steps=14_000, patience=14_000, followed=(4, 5))
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_claims(quick: tuple[SymmetricFailure, Runs]) -> None:
    experiment, runs = quick
    claims = experiment.claims(runs)
    assert [claim.verdict for claim in claims[:-MOVING]] == ["fails", "holds", "holds"]
    *stuck, held, blame, delay, eventually, returns = claims[-MOVING:]
    assert [claim.verdict for claim in stuck[1:]] == ["fails"] * 3  # gradient descent is at the foot of its exponential
    assert (held.value > 0.5, blame.value, delay.value > 0.5) == (True, 1, True)  # too few seeds for 95 in 100
    assert (eventually.verdict, returns.verdict) == ("fails", "unclear")  # 14,000 steps are too few for either
    assert {claim.count for claim in claims[-MOVING:]} == {20}


def test_panels(quick: tuple[SymmetricFailure, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == [
        "zones", "spectra", "path", "forces", "survival", "ends",
    ]  # fmt: skip
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_ends_by_hand() -> None:
    np.testing.assert_array_equal(ends(np.array([1e-9, 0.42, 0.44, 6 / 7, 0.92, 0.94, 1.0])), [0, 0, 2, 2, 2, 1, 1])
    start = 6 / 7 + 0.01
    last = [start, 6 / 7 + 0.002, 6 / 7 + 0.0009, 0.8, 0.1, 1.0]
    np.testing.assert_array_equal(settled(np.array([[start] * 6, last])), [False, False, True, True, False, False])


def test_learning_times_by_hand() -> None:
    total = np.array([[0.9, 0.9], [0.4, 0.9], [0.0, 0.9]])
    np.testing.assert_array_equal(learnt_at(np.array([0, 5, 9]), total.T), [5, np.inf])


def test_trained_ends(quick: tuple[SymmetricFailure, Runs]) -> None:
    _, runs = quick
    adam, held = arm(runs, "Adam"), arm(runs, "AdamW, decay 0.3")
    assert (ends(totals(adam)[0, -1]) == 0).all()
    assert (ends(totals(held)[0, -1]) == 2).all()
    np.testing.assert_allclose(totals(adam)[:, -1], 49 * adam.loss.transpose("noise", "seed").values, rtol=1e-6)
    norms = np.hypot(*held.W.transpose("latent", "noise", "seed", "feature").values)[0]
    assert (norms[:, 6] < 0.2).all()  # some are held leaning, at 0.08 or 0.14
    assert (norms[:, :6] > 1).all()
    dead = held.b.transpose("noise", "seed", "feature").values[1, :, 6] < 0
    np.testing.assert_array_equal(ends(totals(held)[1, -1]) == 1, dead)


def test_untrained_models_support_no_claim_about_training() -> None:
    experiment = SymmetricFailure(seeds=20, noises=(0.01, 0.1), steps=1, patience=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    *moving, returns = experiment.in_motion(runs)
    *moving, delay, patient = moving
    assert {claim.verdict for claim in (*moving, patient)} == {"fails"}
    assert delay.count == 0
    assert (returns.value, returns.verdict) == (0.0, "unclear")  # one in a thousand takes more than twenty to refute


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("noises", (0.1,), "must contain 0.01, at which the claims are judged"),
        ("followed", (3,), "must be numbers of live features of at least 4, such as"),
        ("followed", (), "must be numbers of live features of at least 4, such as"),
    ],
)
def test_fields_are_checked(field: str, value: tuple[float, ...], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        SymmetricFailure(**{field: value})
