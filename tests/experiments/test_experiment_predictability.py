"""Predictability: its judging on answers made by hand, the experiment at a small size."""

import numpy as np
import pytest

import tegum as tg
from tegum.errors import BadInput
from tegum.experiments.experiment import Runs
from tegum.experiments.predictability import ERRORS, FOCI, Predictability, changes, exponent
from tegum.failure.forces import by_sample
from tegum.failure.maps import SHIFT, perturbed
from tegum.theory.failure import symmetric_failure
from tegum.training.run import execute

SMALL = Predictability(**Predictability.sizes["quick"])


@pytest.fixture(scope="module")
def runs() -> Runs:
    return {key: execute(training) for key, training in SMALL.trainings().items()}


def test_errors_come_after_the_undisturbed_points(runs: Runs) -> None:
    changed = changes(runs["edge"], len(ERRORS), recovery=False)
    diverged = runs["edge"].diverged.values.reshape(len(ERRORS) + 1, -1)
    np.testing.assert_array_equal(changed[3], diverged[4] != diverged[0])
    shift = runs["edge"].data[SHIFT].values.reshape(len(ERRORS) + 1, -1)
    assert shift[4, 0] - shift[0, 0] == pytest.approx(1e-8 * 0.1, rel=1e-3)


def test_an_exponent_needs_three_sizes_of_error_that_change_something() -> None:
    few = np.zeros((len(ERRORS), 50), bool)
    few[-2:, 0] = True
    assert exponent(few) is None
    coins = np.random.default_rng(0).uniform(size=(len(ERRORS), 300)) < 0.3
    found = exponent(coins)
    assert found is not None
    value, low, high = found
    assert low < value < high
    assert abs(value) < 0.05


def test_what_a_small_size_already_shows(runs: Runs) -> None:
    found = {claim.statement: claim.verdict for claim in SMALL.claims(runs)}
    usual, high, impractical, merely, _, persists, _ = found.values()
    assert (usual, high, impractical) == ("fails", "holds", "fails")
    assert "holds" not in (merely, persists)


def test_a_single_step_decides_nothing() -> None:
    experiment = Predictability(pixels=32, steps=1, points=30, foci=4)
    runs = {key: execute(training) for key, training in experiment.trainings().items()}
    assert not [claim.statement for claim in experiment.claims(runs) if claim.verdict == "holds"]


def test_all_figures_are_drawn(runs: Runs) -> None:
    assert [panel.name for panel in SMALL.panels(runs)] == ["looks", "errors", "boxes", "dimensions"]


def by_hand(shift: float, rate: float, steps: int) -> float:
    """The summed loss after plain gradient descent in NumPy, on the mean loss."""
    W, b = symmetric_failure(7)
    b[[0, 5]] += shift
    with np.errstate(all="ignore"):
        for _ in range(steps):
            on_W, on_b = by_sample(W, b)
            W, b = W - rate / 49 * on_W.sum(0), b - rate / 49 * on_b.sum(0)
        return float(((np.maximum(W.T @ W + b[:, None], 0) - np.eye(7)) ** 2).sum())


def test_divergence_near_the_border_is_confirmed_by_plain_descent_in_numpy() -> None:
    """In double precision, at points on both sides of the border; where it is not diverged the losses agree."""
    cells = {SHIFT: (-0.02, -0.02, 0.05, 0.0, 0.08), "learning_rate": (7.0, 14.0, 9.0, 8.0, 18.0)}
    run = execute(perturbed(tg.SGD(), 60, precision="float64", keep=None, over={"cell": cells}))
    for place, (shift, rate) in enumerate(zip(*cells.values(), strict=True)):
        alone = by_hand(shift, rate, 60)
        assert bool(run.diverged.values[place]) == (not np.isfinite(alone))
        if np.isfinite(alone):
            assert 49 * run.loss.values[place] == pytest.approx(alone, rel=1e-3)


def test_points_of_the_border_are_on_it() -> None:
    """Within a thousandth of each rate, a sixth of the closest window, some model diverges and some does not."""
    steps = np.linspace(0.999, 1.001, 41)
    shift, rate = np.array(FOCI).T
    cells = {
        SHIFT: tuple(np.repeat(shift, len(steps)).tolist()),
        "learning_rate": tuple((rate[:, None] * steps).ravel().tolist()),
    }
    run = execute(perturbed(tg.SGD(), 500, precision="float64", over={"cell": cells}))
    diverged = run.diverged.values.reshape(len(FOCI), -1)
    assert (diverged.any(axis=1) & ~diverged.all(axis=1)).all()


def test_more_points_than_are_known_are_refused() -> None:
    with pytest.raises(BadInput, match=r"foci=25 must be at most 24, the points of the border that are known\."):
        Predictability(foci=25)
