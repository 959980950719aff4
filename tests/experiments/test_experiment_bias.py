"""What the bias buys and costs: hand-worked cases, the whole at its quick size, and models that have learnt nothing."""

from typing import Any

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.experiments import find
from tegum.experiments.bias import _kinds, bend, levered, solutions, solved
from tegum.experiments.experiment import Experiment, Runs
from tegum.geometry.evaluated import first_spoken
from tegum.theory.polygons import regular_polygon, threshold
from tegum.training.run import execute


def trained(**changes: Any) -> tuple[Experiment, Runs]:
    experiment = find("bias", "quick", **changes)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    return trained()


def test_tips_are_told_apart() -> None:
    positive = np.array([[[1, 0, 0], [0, 1, 1], [0, 0, 0], [1, 0, 0]]], bool)
    assert _kinds(positive, [0, 1, 2]).tolist() == [[1, 2, 0, 2]]


def test_the_own_output_is_straight_above_the_threshold_of_any_model() -> None:
    W, b = np.array([[[1.0, 0.5]], [[2.0, 1.0]]]), np.array([[-0.5, -0.1], [-3.0, -0.5]])
    assert bend(W, b) < 1e-12
    assert bend(W[:0], b[:0]) == 0


def test_a_model_with_a_second_kink_is_not_straight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tegum.experiments.bias.own_output", lambda W, b, x: np.maximum(x - 0.25, 0) ** 2)
    assert bend(np.ones((1, 1, 1)), np.array([[-0.25]])) == pytest.approx(0.75**2 / 4, rel=1e-6)


def test_a_lever_moves_its_own_threshold_and_no_other() -> None:
    W, b = regular_polygon(6)
    off, moved = levered(W[None], b[None])
    assert off < 1e-9
    assert moved == 0


def test_a_lever_that_pulls_others_along_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tegum.experiments.bias.first_spoken", lambda W, b: np.repeat(-b.mean(-1)[:, None], 2, 1))
    off, moved = levered(np.ones((1, 1, 2)), np.array([[-0.5, -0.5]]))
    assert moved == pytest.approx(0.25)
    assert off == pytest.approx(0.25)  # at b = (0, −0.5) the mean is −0.25, and the own threshold should be 0


def test_verdicts(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = experiment.claims(runs)
    assert [claim.verdict for claim in claims] == ["holds", "fails", "holds", "holds", "holds", "holds", "holds"]
    pattern, rule, scaled, three, silent, straight, lever = claims
    assert pattern.value == 62
    assert rule.value == pytest.approx(np.cos(2 * np.pi / 64) ** 2)
    assert rule.measured.endswith("below 1 % at n = 4 only")
    assert max(claim.value for claim in (scaled, three, silent, straight, lever)) < 1e-9


def test_trained_models_obey_the_theorem_of_the_deafest_feature(quick: tuple[Experiment, Runs]) -> None:
    for run in quick[1].values():
        W, b = solved(run)
        assert len(W) >= 5
        assert (first_spoken(W, b).max(axis=1) > threshold(W.shape[-1]) - 5e-3).all()
        np.testing.assert_allclose(b, 1 - (W**2).sum(axis=1), atol=0.01)


def test_claims_about_training_count_the_models_that_store_all(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    count = sum(int((run.loss < 1e-4).sum()) for run in runs.values())
    assert count == sum(len(b) for _, b in solutions(runs)) - 8
    for claim in experiment.claims(runs)[-2:]:
        assert claim.measured.endswith(f"8 polygons and {count} trained models")


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = {panel.name: panel.figure for panel in experiment.panels(runs)}
    assert list(panels) == ["wheel", "matrices", "response", "cost", "thresholds"]
    assert len(panels["wheel"].frames) == 31
    assert len(panels["matrices"].data) == 6
    np.testing.assert_allclose(panels["matrices"].data[5].z, np.eye(10), atol=1e-12)
    # each dashed line with the points measured on it
    traces = [trace for trace in panels["cost"].data if trace.x[0] is not None]
    for line, points in zip(traces[::2], traces[1::2], strict=True):
        np.testing.assert_allclose(points.y, line.y, atol=0.02, rtol=1e-6)


def test_no_model_that_stores_all_is_no_error() -> None:
    for changes in ({"steps": 1}, {"steps": 20, "learning_rate": 1e38}):
        experiment, runs = trained(seeds=2, trained=(5,), **changes)
        assert [len(b) for _, b in solutions(runs)] == [1] * 8 + [0]
        assert experiment.claims(runs)[-1].measured.endswith("and 0 trained models")
        assert len(experiment.panels(runs)) == 5


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
