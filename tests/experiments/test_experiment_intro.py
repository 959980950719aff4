"""The intro's analysis on cases worked by hand, and the whole experiment at its quick size."""

import numpy as np
import pytest

from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.experiments.intro import FEATURES, never_fewer, pairs_before_pentagons, stored, weights
from tegum.training.run import execute


def test_pairs_before_pentagons() -> None:
    row = np.array(
        [
            ["orthogonal pair", "orthogonal pair", "pentagon", "orthogonal pair"],
            ["antipodal pair", "pentagon", "antipodal pair", "irregular"],
            ["pentagon", "two antipodal pairs", "pentagon", "antipodal pair + 1"],
        ]
    )
    np.testing.assert_array_equal(pairs_before_pentagons(row), [True, False, False, True])


def test_never_fewer() -> None:
    count = np.array([[2, 2, 2, 2], [3, 4, 2, 5], [5, 3, 2, 5]])
    np.testing.assert_array_equal(never_fewer(count), [True, False, False, True])


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("intro", "quick", seeds=4)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_dense_models_keep_the_two_most_important(quick: tuple[Experiment, Runs]) -> None:
    assert stored(quick[1]["stated"])[0, :, :2].all()
    assert not stored(quick[1]["stated"])[0, :, 2:].any()
    assert weights(quick[1]["notebook"]).shape == (10, 4, 2, FEATURES)


def test_claims_and_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = {claim.statement: claim for claim in experiment.claims(runs)}
    assert len(claims) == 6
    assert all(claim.count == 4 for claim in claims.values())
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
