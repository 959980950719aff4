"""Circles: counting on cases worked by hand, the experiment at its quick size, a second opinion on trainings."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from oracle.batch import adamw
from tegum.claims import Judged
from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.experiments.two_circles import FEATURES, FRESH, TWO, TwoCircles, _everywhere, shapes
from tegum.failure.outcomes import outcomes
from tegum.geometry.circles import radius_count
from tegum.geometry.directions import norms
from tegum.theory.zero_loss import random_solutions
from tegum.toy.features import OneHot
from tegum.toy.models import Autoencoder
from tegum.training.history import at_steps
from tegum.training.run import execute, train


def judged(experiment: Experiment, runs: Runs) -> dict[str, Judged]:
    return {claim.statement[:24]: claim for claim in experiment.claims(runs)}


def test_untrained_models_support_no_claim() -> None:
    experiment = find("two-circles", "quick", steps=1, data_steps=1, seeds=50, each=20)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    assert {claim.verdict for claim in experiment.claims(runs)} <= {"fails", "unclear"}


def test_an_experiment_without_asymmetric_models_has_panels() -> None:
    experiment = find("two-circles", "quick", steps=1, data_steps=1, seeds=20, each=20)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    assert [panel.name for panel in experiment.panels(runs)] == ["samples"]


def test_random_sets_of_zero_loss_do_not_make_the_claims_about_shape_hold() -> None:
    """What zero loss alone forces is not what training adds."""
    W = random_solutions(300, FEATURES, seed=5)
    W = W[radius_count(norms(W)) > 1]
    assert {claim.verdict for claim in shapes(W, 1 - (W**2).sum(axis=1))} <= {"fails", "unclear"}


def test_a_claim_about_every_n_fails_at_one() -> None:
    yes, no, few = np.ones(30, bool), np.zeros(30, bool), np.zeros(3, bool)
    assert _everywhere(TWO, {5: yes, 6: yes, 7: few}).verdict == "holds"
    failed = _everywhere(TWO, {5: yes, 6: no})
    assert (failed.verdict, failed.measured) == ("fails", "n = 5: 30 of 30, n = 6: 0 of 30")
    assert _everywhere(TWO, {7: few}).verdict == "unclear"


@pytest.fixture(scope="module")
def quick() -> tuple[TwoCircles, Runs]:
    experiment = find("two-circles", "quick")
    assert isinstance(experiment, TwoCircles)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_claims(quick: tuple[TwoCircles, Runs]) -> None:
    claims = judged(*quick)
    assert len(claims) == 13
    assert {name: claim.verdict for name, claim in claims.items() if claim.verdict != "unclear"} == {
        "The perfect solution of ": "fails",
        "Where points do not shar": "fails",
        "Two is not a special num": "fails",
        "Corrected: it depends on": "holds",
        "And more than 7 features": "holds",
        "The circles are circles:": "fails",
        "Points on different circ": "holds",
        "How large: a tip on a ci": "fails",
        "How linearly separable i": "holds",
        "Shorter features need wi": "holds",
    }


def test_latents_are_those_of_the_samples_that_were_trained_on(quick: tuple[TwoCircles, Runs]) -> None:
    """The samples are drawn again; their losses add up to the loss that the training reports."""
    experiment, runs = quick
    (count,) = experiment.examples
    h, loss = experiment.latents(runs["samples"], count)
    assert h.shape == (experiment.trials, 2, count)
    total = runs["samples"].at(count=count).loss.values * experiment.inputs * count
    assert_allclose(loss.sum(axis=1), total, rtol=1e-4, atol=1e-6)


def test_panels(quick: tuple[TwoCircles, Runs]) -> None:
    experiment, runs = quick
    panels = {panel.name: panel for panel in experiment.panels(runs)}
    assert list(panels) == ["gallery", "radii", "zones", "interfaces", "room", "samples"]
    assert all(panel.caption and panel.figure.data for panel in panels.values())


def test_three_radii_by_plain_numpy_in_double_precision() -> None:
    """Twelve of the seeds, trained by a separate program: as many radii, and most of the asymmetric have not two."""
    run = train(
        Autoencoder(features=FEATURES, hidden=2), OneHot(), steps=25_000, record=at_steps([0, 25_000], "parameters"),
        over={"seed": range(FRESH, FRESH + 12)}, precision="float64", progress=False,
    )  # fmt: skip
    W = run.W_history.transpose("step", "seed", "latent", "feature").values
    b = run.b_history.transpose("step", "seed", "feature").values
    again = adamw(W[0], b[0], 25_000)
    found, other = outcomes((W[1], b[1])), outcomes(again)
    assert_array_equal(found.asymmetric, other.asymmetric)
    odd = other.asymmetric
    assert_array_equal(radius_count(norms(again[0][odd])), radius_count(norms(W[1][odd])))
    assert (radius_count(norms(again[0][odd])) != 2).mean() > 0.5
