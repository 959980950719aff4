"""The map of recovery: its judging on maps made by hand, the experiment at its quick size."""

import numpy as np
import pytest

from tegum.experiments.chaos_map import ChaosMap, correlations, patchy_from, roughness
from tegum.experiments.experiment import Runs
from tegum.failure.maps import Map
from tegum.failure.outcomes import SYMMETRIC_FAILURE
from tegum.training.run import execute

QUICK = ChaosMap(**ChaosMap.sizes["quick"])


def plane(total: np.ndarray, learnt_at: np.ndarray | None = None) -> Map:
    rows, columns = total.shape
    never = np.full(total.shape, np.nan)
    return Map(
        np.linspace(-1, 1, rows), np.geomspace(0.01, 1, columns), np.full(total.shape, SYMMETRIC_FAILURE), total,
        never if learnt_at is None else learnt_at, np.isinf(total),
    )  # fmt: skip


def test_roughness_counts_neighbours_that_differ_by_more_than_a_twentieth() -> None:
    total = np.array([[1.0, 1.0, 1.0], [1.04, 1.1, np.inf], [1.0, 1.1, np.inf]])
    np.testing.assert_allclose(roughness(plane(total)), [0, 0.5, 0.5])
    assert patchy_from(plane(total)) == 1
    assert patchy_from(plane(np.ones((3, 4)))) == 4


def test_correlations_with_the_rate_leave_out_what_is_not_chosen() -> None:
    total = np.array([[1.0, 2, 3, 4, 5, 0], [5.0, 4, 3, 2, 1, 9]])
    chosen = np.arange(6) < 5
    np.testing.assert_allclose(correlations(plane(total), np.stack([chosen, chosen])), [1, -1])
    few = np.stack([chosen, np.arange(6) < 4])
    assert np.isnan(correlations(plane(total), few)[1])


@pytest.fixture(scope="module")
def runs() -> Runs:
    return {key: execute(training) for key, training in QUICK.trainings().items()}


def test_what_a_small_map_already_shows(runs: Runs) -> None:
    verdicts = [claim.verdict for claim in QUICK.claims(runs)]
    grows, grows_sgd, until, _, _, zero, zero_sgd, sweet, _, _, *rigged, memory = verdicts
    assert (grows, grows_sgd, until) == ("fails", "holds", "holds")
    assert (zero, zero_sgd, sweet) == ("holds", "fails", "fails")
    assert rigged == ["fails", "fails", "holds"]
    assert memory == "holds"


def test_all_figures_are_drawn(runs: Runs) -> None:
    panels = QUICK.panels(runs)
    assert [panel.name for panel in panels] == [
        "map", "sums", "times", "close", "descent", "roughness", "delay", "behind",
    ]  # fmt: skip
    assert all(len(panel.caption) > 40 for panel in panels)


def test_a_single_step_decides_nothing() -> None:
    experiment = ChaosMap(pixels=16, steps=1, seeds=4)
    runs = {key: execute(training) for key, training in experiment.trainings().items()}
    assert not [claim.statement for claim in experiment.claims(runs) if claim.verdict == "holds"]
