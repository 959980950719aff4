"""The analysis of latent zones on cases worked by hand, and the whole experiment at its quick size."""

import numpy as np
import pytest

from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.experiments.latent_zones import cell_counts, dented, quiet, taken_for_other, together, worst_depth
from tegum.geometry.regularity import regular
from tegum.geometry.responses import reconstructs
from tegum.geometry.weights import Weights, weights_of
from tegum.training.run import execute


def polygon(n: int, longer: float = 1.0) -> Weights:
    turn = 2 * np.pi * np.arange(n) / n
    W = longer * (1 - np.cos(turn[1])) ** -0.5 * np.stack([np.cos(turn), np.sin(turn)])
    return weights_of((W[None], 1 - (W**2).sum(0)[None]))


@pytest.mark.parametrize("n", [3, 4, 5, 6, 9])
def test_a_regular_polygon_has_all_the_virtues(n: int) -> None:
    model = polygon(n)
    assert reconstructs(model).all()
    assert regular(model.encoder).all()
    assert quiet(model).all()
    assert not dented(model).any()


def test_two_features_of_a_hexagon_at_once() -> None:
    x, heard = together(polygon(6))
    named = [[tuple(np.flatnonzero(row).tolist()) for row in rows] for rows in (x, heard[0])]
    found = dict(zip(*named, strict=True))
    assert found[0, 2] == (1,)  # read as the one between
    assert found[0, 3] == ()  # opposite features cancel
    assert found[0, 1] == (0, 1)
    assert taken_for_other(polygon(6))[0] == pytest.approx(9 / 15)
    assert taken_for_other(weights_of((np.eye(2)[None], np.zeros((1, 2)))))[0] == 0


def test_cells_of_one_model_and_of_lines_through_one_point() -> None:
    assert cell_counts(polygon(6)).tolist() == [1 + 6 + 15 - 3]  # three pairs of lines are parallel
    assert cell_counts(polygon(4)).tolist() == [4]
    rng = np.random.default_rng(0)
    assert cell_counts(weights_of((rng.normal(size=(1, 2, 5)), 0.1 * rng.normal(size=(1, 5))))).tolist() == [16]


def test_longer_spokes_keep_zero_loss() -> None:
    assert reconstructs(polygon(6, longer=1.3)).all()
    assert not reconstructs(polygon(6, longer=0.9)).any()


def test_a_short_spoke_dents_the_outline() -> None:
    W = polygon(7).encoder.copy()
    W[0, :, 3] *= 0.05
    assert dented(weights_of((W, np.zeros((1, 7))))).all()
    beside = np.array([[[1.0, 1.5, 0.1], [0.1, 1.5, 1.0]]])  # all on one side: the origin is outside
    assert dented(weights_of((beside, np.zeros((1, 3))))).all()


def test_untrained_models_support_no_claim_about_training() -> None:
    experiment = find("latent-zones", "quick", seeds=4, steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    holding = [claim.statement for claim in experiment.claims(runs) if claim.verdict == "holds"]
    assert [statement[:10] for statement in holding] == ["The amount"]  # depth times norm: true of any model
    assert len(experiment.panels(runs)) == 10


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("latent-zones", "quick", seeds=6)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_claims_and_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    verdicts = {claim.statement.split(",")[0]: claim.verdict for claim in experiment.claims(runs)}
    assert len(verdicts) == 5
    assert verdicts["Such a latent space is piece-wise linear"] == "fails"  # mathematics: at most 22 cells
    assert worst_depth(runs["plane"]) < 1e-9
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == [
        "zones", "film", "orthant", "outline", "space", "ends", "irregular", "cells", "depth", "thresholds",
    ]  # fmt: skip
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_a_diverged_training_is_judged_and_drawn_all_the_same() -> None:
    experiment = find("latent-zones", "quick", seeds=2, steps=20, learning_rate=1e38)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    assert len(experiment.claims(runs)) == 5
    assert len(experiment.panels(runs)) == 10
