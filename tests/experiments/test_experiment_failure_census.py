"""The census's analysis on cases worked by hand, and the whole experiment at its quick size."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tegum.claims import Judged
from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.experiments.failure_census import (
    FEATURES,
    _timeline,
    at_rest,
    far_side_longer,
    passed,
    unlearnt_column,
    values_in_failure,
)
from tegum.failure.outcomes import (
    ASYMMETRIC_FAILURE,
    INNER_OUTER,
    NAMES,
    PERFECT_REGULAR,
    STILL_MOVING,
    SYMMETRIC_FAILURE,
    Outcomes,
)
from tegum.failure.timelines import Timeline
from tegum.training.run import execute


def spokes(radii: list[float], degrees: list[float]) -> np.ndarray:
    turn = np.radians(degrees)
    return np.array(radii) * np.stack([np.cos(turn), np.sin(turn)])


def test_values_in_failure() -> None:
    W = np.stack([spokes([0.01, 1.2, 1.2, 1.2], [0, 0, 120, 240])] * 2 + [spokes([0.1, 1, 1, 1], [0, 0, 120, 240])])
    b = np.array([[0.25, -1, -1, -1], [0.27, -1, -1, -1], [0.25, -1, -1, -1]])
    assert_array_equal(unlearnt_column(W), [0, 0, 0])
    assert_array_equal(values_in_failure(W, b), [True, False, False])


def test_the_far_side_is_that_beyond_a_right_angle() -> None:
    W = np.stack([spokes([1, 1.1, 2, 2], [0, 80, 150, 200]), spokes([1, 2.2, 2, 2], [0, 80, 150, 200])])
    assert_array_equal(far_side_longer(W, np.array([0, 0])), [True, True])
    assert_array_equal(far_side_longer(W, np.array([2, 2])), [False, False])


def test_passed_looks_at_asymmetric_ends_only() -> None:
    S, M = SYMMETRIC_FAILURE, STILL_MOVING
    kind = np.array([[S, INNER_OUTER], [M, INNER_OUTER], [S, PERFECT_REGULAR], [M, S], [S, M], [S, ASYMMETRIC_FAILURE]])
    line = Timeline(np.array([0, 1]), Outcomes(kind, *[np.zeros(kind.shape)] * 11))
    assert_array_equal(passed(line), [True, False])


def test_at_rest_is_the_same_name_and_a_column_that_stays() -> None:
    S, A, M = SYMMETRIC_FAILURE, ASYMMETRIC_FAILURE, STILL_MOVING
    kind = np.array([[S, S], [A, A], [M, A], [S, PERFECT_REGULAR]])
    W = np.tile(spokes([1, 1, 1], [0, 120, 240]), (4, 2, 1, 1))
    W[1, 1] *= 1.02
    line = Timeline(np.array([0, 500]), Outcomes(kind, *[np.zeros(kind.shape)] * 11))
    assert_array_equal(at_rest(line, W), [True, False, False, False])


def judged(experiment: Experiment, runs: Runs) -> dict[str, Judged]:
    return {claim.statement[:24]: claim for claim in experiment.claims(runs)}


def test_untrained_models_support_no_claim() -> None:
    experiment = find("failure-census", "quick", steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items() if name != "sizes"}
    assert {claim.verdict for claim in experiment.claims(runs)} <= {"fails", "unclear"}


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("failure-census", "quick", features=(FEATURES,))
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_claims(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = judged(experiment, runs)
    assert len(claims) == 9
    assert claims["A model that can achieve"].verdict == "holds"
    assert claims["Models end at rest with "].verdict == "fails"
    assert claims["Corrected: symmetric fai"].verdict == "holds"
    assert claims["Symmetric failure is a l"].verdict == "fails"
    assert claims["All failed models, those"].verdict == "fails"
    assert claims["In symmetric failure the"].value == 1


def test_a_finer_record_agrees_with_the_coarse_one(quick: tuple[Experiment, Runs]) -> None:
    """The same seeds: what the coarse record saw, the fine one saw."""
    fine, coarse = _timeline(quick[1]["fine"]), _timeline(quick[1]["centre"])
    shared = np.isin(fine.step, coarse.step)
    assert_array_equal(fine.kind[:, shared], coarse.kind[: len(fine.kind)])


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = {panel.name: panel for panel in experiment.panels(runs)}
    assert list(panels) == ["over-time", "gallery", "raster", "sizes"]
    assert all(panel.caption and panel.figure.data for panel in panels.values())
    assert {trace.name for trace in panels["over-time"].figure.data} <= set(NAMES)


def test_another_recipe_than_the_source_s_is_named() -> None:
    assert find("failure-census").departures() == ""
    assert "steps=8000 instead of 25000" in find("failure-census", steps=8000).departures()
