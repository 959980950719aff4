"""Critical points: levels and stays by hand, and the experiment at its quick size."""

import numpy as np
import pytest

from tegum.experiments.critical_points import CriticalPoints, nearest, strict, visited
from tegum.experiments.experiment import Runs
from tegum.theory.critical import kgon, level
from tegum.training.run import execute

QUICK = CriticalPoints(**CriticalPoints.sizes["quick"])


def test_a_loss_is_named_by_the_level_that_it_is_close_to() -> None:
    known = [level(6, 6), 1.001 * level(5, 6, 1), 0.99 * level(5, 6, 1), level(4, 6), np.nan]
    assert nearest(np.array(known), 6).tolist() == [6, 5, 0, 4, 0]


def test_stays_are_two_moments_long() -> None:
    four, five, six, none = level(4, 6), level(5, 6), level(6, 6), 0.2
    course = [[none, four, four, none, five, five, five], [none, four, none, six, six, six, six]]
    assert visited(np.array(course), 6) == [[4, 5], [6]]


def test_which_kgons_are_minima() -> None:
    assert strict(*kgon(6, 6))[0]
    assert strict(*kgon(5, 6, 1))[0]
    assert not strict(*kgon(5, 6, 0))[0]
    W, b = kgon(6, 6)
    assert not strict(1.3 * W * [[1], [0.2]], b)[0]


@pytest.fixture(scope="module")
def runs() -> Runs:
    return {key: execute(training) for key, training in QUICK.trainings().items()}


def test_claims_and_figures(runs: Runs) -> None:
    claims = QUICK.claims(runs)
    assert [claim.verdict for claim in claims[:4]] == ["holds", "holds", "holds", "fails"]
    assert len(claims) == 4 + 3 * 4
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
    assert {claim.verdict for claim in experiment.claims(runs)[4:]} <= {"fails", "unclear"}
