"""Distances by hand, the experiment in small, and the seven features that tell energies apart in double precision."""

import numpy as np
import pytest

import tegum as tg
from tegum.errors import BadInput
from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.experiments.thomson import claims as said
from tegum.experiments.thomson.judging import BIASED, ENERGIES, Learnt, _over_sizes, reference
from tegum.geometry.point_sets import apart
from tegum.theory.sphere import coulomb, least
from tegum.toy.expectation import OneActiveError
from tegum.training.run import execute

OCTAHEDRON = np.concatenate([np.eye(3), -np.eye(3)], axis=1)


def test_represented_features_are_laid_on_minima_of_as_many_points() -> None:
    W = np.concatenate([1.2 * OCTAHEDRON, np.zeros((3, 1))], axis=1)
    learnt = Learnt(np.stack([W, 0.1 * W]), np.full((2, 7), -0.144), np.array([0.5, 0.2]), starts=5)
    assert learnt.threshold(6) == 0.1
    assert learnt.stored.tolist() == [6, 0]
    assert learnt.distances[0] == pytest.approx([0, 0, 0, 0], abs=2e-3)
    assert np.isnan(learnt.distances[1]).all()
    assert [learnt.near(energy).tolist() for energy in ENERGIES] == [[True, False]] * 4
    assert learnt.narrowest == pytest.approx([90, 180])
    assert learnt.best == 1
    assert not learnt.whole.any()
    assert np.isnan(learnt.from_("Thomson")).all()


def test_the_threshold_of_one_half_of_the_seeds_is_that_of_the_other_half() -> None:
    W, b = np.stack([OCTAHEDRON] * 4), -np.array([[0.1], [0.2], [0.1], [0.2]]) * np.ones(6)
    learnt = Learnt(W, b, np.zeros(4), starts=3)
    assert [learnt.threshold(6), learnt.threshold(6, 0), learnt.threshold(6, 1)] == [0.15, 0.1, 0.2]
    assert Learnt(W, -b, np.zeros(4), starts=3).threshold(6) == 0
    assert learnt.whole.all()


def test_sizes_whose_features_are_not_all_represented_are_left_out() -> None:
    values = np.array([[1.0, np.nan, 0.0], [0.0, np.nan, np.nan]])
    assert _over_sizes(values).tolist() == [0.5, 0]


def test_an_arrangement_without_an_acute_angle_is_at_a_minimum_of_the_rectified_energy() -> None:
    right = Learnt(np.eye(3)[None], np.zeros((1, 3)), np.zeros(1), starts=5)
    assert right.distances[0] == pytest.approx([reference_distance(), 0, reference_distance(), 0], abs=1e-3)


def reference_distance() -> float:
    """From three right angles to a triangle."""
    return float(apart(np.eye(3)[None], reference("Thomson", 3, 5))[0])


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("thomson", "quick")
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_verdicts_in_small(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    judged = {claim.statement: claim for claim in experiment.claims(runs)}
    assert judged[said.SHAPES.statement].value == 7  # all but the pentagon
    assert judged[said.SEVEN.statement].verdict == "holds"
    assert judged[said.OBTUSE.statement].value > 0.8
    assert judged[said.WIDEST.statement.format(other="Thomson")].verdict == "holds"
    assert judged[said.WITH_BIAS.statement].value > 0.9  # in too few seeds, all alike, for an interval
    assert judged[said.SAME.statement].value < 0.01  # at seven and eight; they part at eleven


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["sheet", "film", "distances"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_a_training_of_one_step_supports_no_claim_about_training() -> None:
    experiment = find("thomson", "quick", steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    held = [claim.statement for claim in experiment.claims(runs) if claim.verdict == "holds"]
    assert set(held) <= {said.SHAPES.statement, said.SAME.statement}


def test_seven_features_keep_the_widest_angle_in_double_precision() -> None:
    run = tg.train(
        tg.Autoencoder(features=7, hidden=3), loss=OneActiveError(), optimiser=tg.Adam(learning_rate=5e-3),
        steps=3000, precision="float64", over={"seed": range(900_000, 900_010)},
    )  # fmt: skip
    W = run.W.transpose("seed", "latent", "feature").values
    learnt = Learnt(W, run.b.transpose("seed", "feature").values, run.loss.values, starts=20)
    assert learnt.near("Tammes").all()
    assert learnt.distances[:, ENERGIES.index(BIASED)].max() < 0.02
    assert apart(np.stack(learnt.points), least(coulomb, 7, 10)).min() > 0.25
    W7, b7 = W[learnt.best], run.b.values[learnt.best]
    assert one_active(W7, b7) == pytest.approx(float(run.loss.values[learnt.best]), rel=1e-3)


def one_active(W: np.ndarray, b: np.ndarray) -> float:
    """E Σ (x − y)² with one feature active, a loop over features and values."""
    total = 0.0
    for i in range(len(b)):
        for value in (np.arange(2000) + 0.5) / 2000:
            x = value * np.eye(len(b))[i]
            total += float(((x - np.maximum(W.T @ (W @ x) + b, 0)) ** 2).sum())
    return total / (2000 * len(b))


def test_sizes_at_which_claims_are_judged_are_needed() -> None:
    with pytest.raises(BadInput, match="with 5, 7 and 8 among them"):
        find("thomson", features=(5, 6, 7))
    with pytest.raises(BadInput, match=r"with 0.1 among them"):
        find("thomson", densities=(0.3,))
