"""Arrangements of sets by hand, the experiment in small, and its surprising verdict trained in plain NumPy."""

import numpy as np
import pytest

import tegum as tg
from tegum.experiments import correlated as module
from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.failure.comparison import excess, losses, median_excess
from tegum.geometry.sets import at_angle
from tegum.training.run import execute


def ring(*degrees: float) -> np.ndarray:
    turn = np.radians(degrees)
    return np.stack([np.cos(turn), np.sin(turn)])


def test_names_of_two_and_of_three_pairs() -> None:
    two = np.stack([ring(0, 90, 180, 270), ring(0, 180, 90, 270), ring(0, 3, 120, 240), ring(0, 3, 180, 184)])
    assert module.named_two(two).tolist() == list(module.TWO[:4])
    three = np.stack([ring(0, 60, 120, 180, 240, 300), ring(0, 2, 90, 150, 210, 280), ring(0, 120, 60, 180, 240, 300)])
    three = np.concatenate([three, [ring(0, 72, 144, 216, 288, 0) * [1, 1, 1, 1, 1, 0.1]]])
    names = ["hexagon, side by side", "1 collapsed", "other", "pentagon, one missing"]
    assert module.named_three(three).tolist() == names


def test_losses_against_plain_loops() -> None:
    law = tg.CorrelatedSets(sets=2, feature_probability=0.3)
    W, b = np.random.default_rng(0).normal(size=(2, 2, 4)), np.full((2, 4), 0.1)
    same = losses(W, b, law, samples=50)
    wanted = losses(W[1:], b[1:], law, samples=50)
    assert same[1] == wanted[0]
    nothing = losses(np.zeros((1, 2, 4)), np.zeros((1, 4)), law, samples=200_000)[0]
    assert nothing == pytest.approx(0.3 / 3, rel=0.02)  # E x² = p / 3


def test_the_difference_of_two_kinds_of_ends() -> None:
    value, low, high = excess(np.array([2.0, 2.0, 2.3]), np.array([1.0, 1.1, 0.9]))
    assert low < value < high
    assert value == pytest.approx(1.1)
    assert np.isnan(excess(np.array([1.0]), np.array([1.0, 2.0]))[0])
    value, low, high = median_excess(np.array([1.0, 1.1, 0.9, 9.0, 1.05]), np.array([1.0, 1.1, 0.9, 1.02, 1.05]))
    assert value == pytest.approx(0.03)
    assert low < 0 < high
    assert np.isnan(median_excess(np.array([1.0]), np.array([1.0, 2.0]))[0])


CROSSED = np.array([[1.0, 0, -1, 0], [0, 1, 0, -1]])  # companions, 0 and 1, 2 and 3, at right angles


@pytest.mark.parametrize("p", [1.0, 0.05])
def test_antipodal_pairs_that_exclude_each_other_cost_nothing_and_others_do(p: float) -> None:
    law = tg.AnticorrelatedSets(sets=2, feature_probability=p)
    found = losses(np.stack([CROSSED[:, [0, 2, 1, 3]], CROSSED]), np.zeros((2, 4)), law, samples=400_000)
    assert found[0] == 0
    assert found[1] == pytest.approx(p**2 / 24, rel=0.1)


@pytest.mark.parametrize("p", [1.0, 0.05])
def test_the_other_pairing_is_not_left(p: float) -> None:
    run = tg.train(
        tg.StartingFrom.at(CROSSED, np.zeros(4), noise=0.1), tg.AnticorrelatedSets(sets=2, feature_probability=p),
        optimiser=tg.AdamW(learning_rate=5e-3), steps=1500, batch_size=256,
        over={"seed": range(57_200_000, 57_200_012)},
    )  # fmt: skip
    assert at_angle(run.W.values.astype(float), 2, 90.0).all()


def test_untrained_models_support_no_claim_of_the_article() -> None:
    experiment = find("correlated", seeds=30, bases=2, steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    held = {claim.statement for claim in experiment.claims(runs) if claim.verdict == "holds"}
    assert not held


def test_densities_include_those_that_are_judged() -> None:
    with pytest.raises(tg.BadInput, match=r"must include 1, 0\.5 and 0\.05"):
        find("correlated", densities=(1.0, 0.05))


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("correlated", "quick", seeds=40, bases=2)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_verdicts_in_small(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = {claim.statement: claim for claim in experiment.claims(runs)}
    assert len(claims) == 12
    sure = (module.OPPOSITE[1.0], module.OPPOSITE[0.5], module.DENSE_COLLAPSE)
    assert {claims[claim.statement].verdict for claim in sure} == {"holds"}
    assert claims[module.OPPOSITE[0.05].statement].value < 0.6
    assert claims[module.LOCAL.statement].value == 1
    assert "By density: 0 of 2 at 0.5" in claims[module.LOCAL.statement].note
    assert claims[module.SIDE.statement].count <= claims[module.HEXAGON.statement].count


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["wheels", "pairs", "anti", "chance", "three", "grams", "orthogonality"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_sparse_anticorrelated_pairs_are_not_antipodal_in_double_precision() -> None:
    run = tg.train(
        tg.Autoencoder(features=4, hidden=2), tg.AnticorrelatedSets(sets=2, feature_probability=0.05),
        optimiser=tg.AdamW(learning_rate=5e-3), steps=1500, batch_size=256, precision="float64",
        over={"seed": range(1000, 1040)},
    )  # fmt: skip
    opposite, crossed = (at_angle(run.W.values, 2, degrees).mean() for degrees in (180.0, 90.0))
    assert opposite < crossed
    assert opposite + crossed > 0.9


def anticorrelated(rng: np.random.Generator, models: int, samples: int, p: float) -> np.ndarray:
    """x (models, 4, samples): each of two pairs is zero, or one of its features is uniform on (0, 1)."""
    active, first = rng.random((models, 2, samples)) < p, rng.random((models, 2, samples)) < 0.5
    value = active * rng.random((models, 2, samples))
    return np.stack([value * first, value * ~first], axis=2).reshape(models, 4, samples)


@pytest.mark.parametrize(("p", "mostly"), [(0.05, False), (1.0, True)])
def test_plain_numpy_agrees_on_when_anticorrelated_pairs_are_antipodal(p: float, mostly: bool) -> None:
    rng, models, samples = np.random.default_rng(1), 40, 128
    theta = [rng.normal(size=(models, 2, 4)) * np.sqrt(2 / 6), np.zeros((models, 4, 1))]
    first, second = [np.zeros_like(t) for t in theta], [np.zeros_like(t) for t in theta]
    for step in range(1, 1501):
        W, b = theta
        x = anticorrelated(rng, models, samples, p)
        h = W @ x
        z = W.mT @ h + b
        d = 2 * (np.maximum(z, 0) - x) * (z > 0) / (4 * samples)
        gradient = [h @ d.mT + (W @ d) @ x.mT, d.sum(axis=-1, keepdims=True)]
        for k in (0, 1):
            first[k] = 0.9 * first[k] + 0.1 * gradient[k]
            second[k] = 0.999 * second[k] + 0.001 * gradient[k] ** 2
            fair = first[k] / (1 - 0.9**step) / (np.sqrt(second[k] / (1 - 0.999**step)) + 1e-8)
            theta[k] = theta[k] - 5e-3 * (fair + 0.01 * theta[k])
    opposite = at_angle(theta[0], 2, 180.0).mean()
    assert (opposite > 0.6) == mostly
    assert opposite + at_angle(theta[0], 2, 90.0).mean() > 0.9
