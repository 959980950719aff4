"""Merging: the experiment at its quick size, what an untrained model shows, and a second opinion on long trainings."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from oracle.batch import adamw
from tegum.claims import Judged
from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.experiments.merging_circles import FEATURES, FRESH
from tegum.failure.outcomes import outcomes
from tegum.geometry.circles import radius_count
from tegum.geometry.directions import norms
from tegum.geometry.regularity import regular
from tegum.theory.polygons import regular_polygon
from tegum.toy.features import OneHot
from tegum.toy.models import Autoencoder
from tegum.training.history import at_steps
from tegum.training.run import execute, train


def test_a_regular_polygon_is_not_asymmetric_and_a_longer_one_is_neither() -> None:
    W, b = regular_polygon(7)
    long = 1.1 * W
    states = outcomes((np.stack([W, long]), np.stack([b, 1 - (long**2).sum(0)])))
    assert_array_equal(states.perfect, [True, True])
    assert_array_equal(states.asymmetric, [False, False])


def judged(experiment: Experiment, runs: Runs) -> dict[str, Judged]:
    return {claim.statement[:24]: claim for claim in experiment.claims(runs)}


def test_untrained_models_support_no_claim() -> None:
    experiment = find("merging-circles", "quick", steps=1, seeds=20)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    assert {claim.verdict for claim in experiment.claims(runs)} == {"unclear"}
    assert [panel.name for panel in experiment.panels(runs)] == ["later"]  # there is no model to film


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("merging-circles", "quick")
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_claims(quick: tuple[Experiment, Runs]) -> None:
    claims = judged(*quick)
    shares = ("Corrected: three radii a", "The asymmetric solution ")
    assert {name: claim.verdict for name, claim in claims.items() if name not in shares} == {
        "The circles fail to merg": "holds",
        "Several radii outlast we": "fails",
        "Corrected: loss is indif": "holds",
    }
    assert all(claims[name].value > 0.9 for name in shares)


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = {panel.name: panel for panel in experiment.panels(runs)}
    assert list(panels) == ["later", "zones"]
    assert all(panel.caption and panel.figure.data for panel in panels.values())


def test_merging_by_plain_numpy_in_double_precision() -> None:
    """Two models with several radii, trained on by a separate program with a decay ten times as strong: regular."""
    seeds = {"seed": range(FRESH, FRESH + 4)}
    run = train(
        Autoencoder(features=FEATURES, hidden=2), OneHot(), steps=25_000, over=seeds, precision="float64",
        record=at_steps([25_000], "parameters"), progress=False,
    )  # fmt: skip
    W = run.W_history.transpose("step", "seed", "latent", "feature").values[0]
    b = run.b_history.transpose("step", "seed", "feature").values[0]
    several = outcomes((W, b)).asymmetric & (radius_count(norms(W)) > 1)
    assert several.any()
    again, _ = adamw(W[several], b[several], 30_000, decay=0.1)
    assert regular(again).all()
