"""What the bias buys and costs: hand-worked cases, the whole at its quick size, and models that have learnt nothing."""

from typing import Any

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.experiments import find
from tegum.experiments.bias import _kinds, _stored, regular, solved, weights
from tegum.experiments.experiment import Experiment, Runs
from tegum.geometry.evaluated import first_spoken
from tegum.theory.polygons import regular_polygon, threshold, wheel
from tegum.training.run import execute

ABOUT_TRAINING = 2  # the last claims; the others are about formulas


def trained(**changes: Any) -> tuple[Experiment, Runs]:
    experiment = find("bias", "quick", **changes)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    return trained()


def test_tips_are_told_apart() -> None:
    positive = np.array([[[1, 0, 0], [0, 1, 1], [0, 0, 0], [1, 0, 0]]], bool)
    assert _kinds(positive, [0, 1, 2]).tolist() == [[1, 2, 0, 2]]


def test_four_features_give_back_every_value_and_five_only_ones() -> None:
    assert _stored(*regular_polygon(4)) == 400
    assert _stored(*regular_polygon(5)) == 5
    assert _stored(wheel(3)[0], np.zeros(3)) == 300
    assert _stored(*regular_polygon(3)) == 3
    assert _stored(wheel(6)[0], np.zeros(6)) == 0


def test_verdicts_on_formulas(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = experiment.claims(runs)
    verdicts = [claim.verdict for claim in claims[:-ABOUT_TRAINING]]
    assert verdicts == ["holds", "fails", "holds", "holds", "holds", "holds", "fails", "fails"]
    pattern, rule, scaled, three, silent, straight, faithful, pigeons = claims[:-ABOUT_TRAINING]
    assert pattern.value == 62
    assert rule.value == pytest.approx(np.cos(2 * np.pi / 64) ** 2)
    assert rule.measured.endswith("below 1 % at n = 4 only")
    assert scaled.value < 1e-9
    assert three.value < 1e-12
    assert silent.value < 1e-9
    assert straight.value < 1e-9
    assert faithful.value == pytest.approx(threshold(12) / 2, rel=1e-3)  # the mean of t (1 − x)/(1 − t) is t/2
    assert pigeons.value == 100


def test_trained_models_obey_the_theorem_of_the_deafest_feature(quick: tuple[Experiment, Runs]) -> None:
    for run in quick[1].values():
        W, b = (part[solved(run)] for part in weights(run))
        assert len(W) >= 8
        assert (first_spoken(W, b).max(axis=1) > threshold(W.shape[-1]) - 5e-3).all()
        np.testing.assert_allclose(b, 1 - (W**2).sum(axis=1), atol=0.01)


def test_a_model_is_regular_when_all_of_its_thresholds_are(quick: tuple[Experiment, Runs]) -> None:
    run = next(iter(quick[1].values()))
    off = np.abs(first_spoken(*weights(run)) - threshold(5)).max(axis=1)
    np.testing.assert_array_equal(regular(run), off < 0.01)
    assert 0 < regular(run).sum() < len(off)  # so that both cases occur


def test_claims_about_training_count_the_models_that_store_all(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    lever, spokes = experiment.claims(runs)[-ABOUT_TRAINING:]
    count = sum(int(solved(run).sum()) for run in runs.values())
    assert (lever.count, spokes.count) == (count, count)
    assert lever.verdict == "holds"
    assert spokes.value < 0.6


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = {panel.name: panel.figure for panel in experiment.panels(runs)}
    assert list(panels) == ["wheel", "matrices", "response", "cost", "gain", "learnt", "thresholds"]
    assert len(panels["wheel"].frames) == 31
    assert len(panels["matrices"].data) == 6
    np.testing.assert_allclose(panels["matrices"].data[5].z, np.eye(10), atol=1e-12)
    for name in ("cost", "gain"):  # each dashed line with the points measured on it
        traces = [trace for trace in panels[name].data if trace.x[0] is not None]
        for line, points in zip(traces[::2], traces[1::2], strict=True):
            np.testing.assert_allclose(points.y, line.y, atol=0.02, rtol=1e-6)


def test_untrained_models_support_no_claim_about_training() -> None:
    experiment, runs = trained(seeds=20, steps=1)
    assert {claim.verdict for claim in experiment.claims(runs)[-ABOUT_TRAINING:]} == {"fails"}
    assert len(experiment.panels(runs)) == 7


def test_diverged_models_are_judged_and_drawn_all_the_same() -> None:
    experiment, runs = trained(seeds=2, steps=20, trained=(5,), learning_rate=1e38)
    assert all(run.diverged.all() for run in runs.values())
    claims = experiment.claims(runs)[-ABOUT_TRAINING:]
    assert not [claim for claim in claims if claim.verdict == "holds"]
    assert len(experiment.panels(runs)) == 7


def test_seeds_are_not_shared_between_sizes() -> None:
    ranges = [set(training.over["seed"]) for training in find("bias", seeds=10).trainings().values()]
    assert len(set.union(*ranges)) == sum(map(len, ranges)) == 40


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"drawn": 4}, r"drawn=4 must be from 5, the first wheel that a bias shifts, to 40\."),
        ({"trained": (4, 5)}, r"trained=\[4, 5\] must be different numbers of features, each at least 5"),
        ({"trained": (6, 6)}, r"trained=\[6, 6\] must be different"),
        ({"trained": ()}, r"trained=\[\] must be different"),
    ],
)
def test_sizes_without_a_threshold_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        find("bias", **changes)
