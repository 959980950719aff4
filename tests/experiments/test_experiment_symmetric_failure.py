"""Symmetric failure: the analysis on cases worked by hand, and the experiment at its quick size."""

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.experiments.experiment import Runs
from tegum.experiments.symmetric_failure import (
    OPTIMISERS,
    NearFailure,
    SymmetricFailure,
    beside,
    ends,
    leaning_hexagon,
    least_penalised,
    lopsided,
    samples_on,
    settled,
    shifted,
    totals,
)
from tegum.failure.forces import loss
from tegum.theory.failure import failure_loss, symmetric_failure
from tegum.toy.features import OneHot
from tegum.training.run import execute
from tegum.training.training import Training

MOVING = 7  # claims about trained models, the last ones


def test_models_start_at_symmetric_failure_plus_noise() -> None:
    over = {"noise": (0.0, 0.1), "seed": range(300)}
    run = execute(Training(model=NearFailure(features=7, hidden=2), law=OneHot(), steps=1, over=over, record=None))
    W, b = (run.data[name].transpose("noise", "seed", ...).values for name in ("W", "b"))
    exact = symmetric_failure(7)
    np.testing.assert_allclose(W[0, 0], exact[0], atol=2e-3)  # one step of AdamW, at rate 1e-3
    np.testing.assert_allclose(b[0, 0], exact[1], atol=2e-3)
    assert np.std(W[1] - exact[0]) == pytest.approx(0.1, rel=0.05)
    assert np.std(b[1] - exact[1]) == pytest.approx(0.1, rel=0.05)


def test_lopsided_and_leaning_hexagons_lose_only_the_unlearnt_feature() -> None:
    for W, b in (*(lopsided(seed) for seed in range(3)), *(leaning_hexagon(lean) for lean in (0.0, 0.4, 0.8))):
        assert loss(W, b) == pytest.approx(failure_loss(7), abs=1e-12)
    W, b = beside(0.9 * symmetric_failure(7)[0][:, :6])  # too short: neighbours hear each other
    assert loss(W, b) > failure_loss(7) + 0.1


def test_samples_on_the_unlearnt_column_by_hand() -> None:
    """A live square of length 1, W_d = (0.1, 0), b_d = 0.2: only the inputs at 0° and 180° pull along x."""
    own, others = samples_on(4, np.array([0.1, 0.0]), 0.2)
    spill = 2 * 0.1  # its input wakes the live output at 0°, whose bias is 0
    np.testing.assert_allclose(own, [4 * (0.01 + 0.2 - 1) * 0.1 + spill, 0], atol=1e-12)
    np.testing.assert_allclose(others.sum(0), [2 * (0.3 * 1 + 0.1 * -1), 0], atol=1e-12)


def test_decay_presses_the_polygon_to_where_every_lean_costs() -> None:
    W, b = shifted(6, 1e-3)
    assert (W[:, 0] @ W[:, 1] + b[1] > 1e-4) & (np.hypot(*W[:, 6]) < 1e-9)
    least, slope = least_penalised(6, 1e-3)
    assert (least > 0.1, slope < 1e-12) == (True, True)
    assert least_penalised(6, 0.0)[0] < 0.01


@pytest.fixture(scope="module")
def quick() -> tuple[SymmetricFailure, Runs]:
    experiment = SymmetricFailure(seeds=20, noises=(0.01, 0.1), steps=14_000, patience=14_000, followed=(4, 5))
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_claims(quick: tuple[SymmetricFailure, Runs]) -> None:
    experiment, runs = quick
    claims = experiment.claims(runs)
    assert [claim.verdict for claim in claims[:-MOVING]] == [
        "holds", "holds", "holds", "holds", "fails", "holds", "holds", "holds", "holds", "fails", "holds", "fails",
        "holds", "holds",
    ]  # fmt: skip
    assert [claim.verdict for claim in claims[-MOVING + 1 : -3]] == ["fails", "fails", "fails"]
    assert claims[-3].value > 0.5
    assert all(claim.count == 20 for claim in claims[-MOVING:])


def test_panels(quick: tuple[SymmetricFailure, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == [
        "zones", "tilt", "bias", "well", "spectra", "path", "forces", "balance", "survival", "ends",
    ]  # fmt: skip
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_ends_by_hand() -> None:
    np.testing.assert_array_equal(ends(np.array([1e-9, 0.42, 0.44, 6 / 7, 0.92, 0.94, 1.0])), [0, 0, 2, 2, 2, 1, 1])
    start = 6 / 7 + 0.01
    last = [start, 6 / 7 + 0.002, 6 / 7 + 0.0009, 0.8, 0.1, 1.0]
    np.testing.assert_array_equal(settled(np.array([[start] * 6, last])), [False, False, True, True, False, False])


def test_trained_ends(quick: tuple[SymmetricFailure, Runs]) -> None:
    _, runs = quick
    adam, held = runs["adam"], runs["adamw-0.3"]
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
    assert len(runs) == len(OPTIMISERS) + 1
    *moving, returns = experiment.in_motion(runs)
    assert {claim.verdict for claim in moving} == {"fails"}
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
