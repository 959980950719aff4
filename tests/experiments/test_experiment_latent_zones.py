"""The analysis of latent zones on cases worked by hand, and the whole experiment at its quick size."""

import numpy as np
import pytest

from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.experiments.latent_zones import (
    dented,
    equally_deep,
    off_line,
    pair_error,
    quiet,
    reconstructs,
    worst_depth,
)
from tegum.geometry.regularity import regular
from tegum.geometry.responses import responses
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
    assert equally_deep(responses(model).depth).all()
    assert not dented(model).any()
    assert off_line(model, responses(model), steep=True)[0] < (1e-9 if n > 3 else 0.4)


def test_values_below_full_are_not_given_back_as_they_are() -> None:
    hexagon = polygon(6)
    assert off_line(hexagon, responses(hexagon), steep=False)[0] == pytest.approx(0.5)  # at the threshold 1/2: 0
    square = polygon(4)
    assert off_line(square, responses(square), steep=False)[0] < 1e-9
    assert pair_error(hexagon)[0] == pytest.approx(1.0)  # opposite features cancel: both are lost
    assert pair_error(weights_of((np.eye(2)[None], np.zeros((1, 2)))))[0] == pytest.approx(0.0)


def test_longer_spokes_keep_zero_loss_and_a_moved_one_is_not_regular() -> None:
    assert reconstructs(polygon(6, longer=1.3)).all()
    assert not reconstructs(polygon(6, longer=0.9)).any()
    moved = polygon(6, longer=1.3).encoder.copy()
    moved[0, :, 0] *= 1.1
    model = weights_of((moved, 1 - (moved**2).sum(1)))
    assert reconstructs(model).all()
    assert not regular(model.encoder).any()
    assert not equally_deep(responses(model).depth).any()


def test_a_short_spoke_dents_the_outline() -> None:
    W = polygon(7).encoder.copy()
    W[0, :, 3] *= 0.05
    assert dented(weights_of((W, np.zeros((1, 7))))).all()


def test_untrained_models_support_no_claim_about_training() -> None:
    experiment = find("latent-zones", "quick", seeds=4, steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    holding = [claim.statement for claim in experiment.claims(runs) if claim.verdict == "holds"]
    assert [statement.split(":")[0] for statement in holding] == ["Corrected"]  # depth times norm: true of any model
    assert len(experiment.panels(runs)) == 10


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("latent-zones", "quick", seeds=6)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_claims_and_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = {claim.statement.split(":")[0]: claim for claim in experiment.claims(runs)}
    assert len(claims) == 8  # two corrections begin alike
    assert claims["Interference is completely side-stepped"].count == 6
    assert worst_depth(runs["plane"]) < 1e-9
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == [
        "zones", "film", "orthant", "outline", "space", "ends", "irregular", "cells", "depth", "thresholds",
    ]  # fmt: skip
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_a_diverged_training_is_judged_and_drawn_all_the_same() -> None:
    experiment = find("latent-zones", "quick", seeds=2, steps=20, learning_rate=1e38)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    assert len(experiment.claims(runs)) == 9
    assert len(experiment.panels(runs)) == 10
