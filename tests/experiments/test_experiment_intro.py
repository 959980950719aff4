"""The intro's analysis on cases worked by hand, and the whole experiment at its quick size."""

import numpy as np
import pytest

from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.experiments.intro import FEATURES, pairs_before_pentagons, stored, weights
from tegum.training.run import execute


def test_pairs_before_pentagons() -> None:
    row = np.array(
        [
            ["orthogonal pair", "orthogonal pair", "pentagon", "orthogonal pair"],
            ["antipodal pair", "pentagon", "antipodal pair", "irregular"],
            ["pentagon", "two antipodal pairs", "pentagon", "antipodal pair + 1"],
            ["pentagon", "pentagon", "pentagon", "irregular"],
        ]
    )
    np.testing.assert_array_equal(pairs_before_pentagons(row), [True, False, False, False])


def test_untrained_models_support_no_claim() -> None:
    experiment = find("intro", seeds=20, steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    assert {claim.verdict for claim in experiment.claims(runs)} == {"fails"}


def test_another_recipe_than_the_source_s_is_named() -> None:
    assert find("intro").departures() == ""
    assert "steps=2500 instead of 10000" in find("intro", "quick").departures()


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("intro", "quick", seeds=6)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_dense_models_keep_the_two_most_important(quick: tuple[Experiment, Runs]) -> None:
    assert stored(quick[1]["stated"])[0, :, :2].all()
    assert not stored(quick[1]["stated"])[0, :, 2:].any()
    assert weights(quick[1]["notebook"]).shape == (10, 6, 2, FEATURES)


def test_claims_and_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = {claim.statement: claim for claim in experiment.claims(runs)}
    assert len(claims) == 6
    assert all(claim.count == 6 for claim in claims.values())
    dense = next(claim for claim in claims.values() if "dense features" in claim.statement)
    assert (dense.value, dense.verdict) == (1.0, "holds")
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["headline", "row", "rates", "count"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_a_diverged_training_is_judged_and_drawn_all_the_same() -> None:
    experiment = find("intro", "quick", seeds=2, steps=20, learning_rate=1e38)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    assert runs["stated"].diverged.all()
    assert [claim.verdict for claim in experiment.claims(runs)].count("holds") == 0
    assert len(experiment.panels(runs)) == 4
