"""Courses by hand, the experiment in small, and its ends in double precision."""

import numpy as np
import pytest
import xarray as xr

import tegum as tg
from tegum.experiments import dynamics as module
from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.geometry.sets import at_angle, twist
from tegum.training.run import execute

OCTAHEDRON = np.concatenate([np.eye(3), -np.eye(3)], axis=1)


def course(W: np.ndarray, loss: np.ndarray) -> module.Course:
    """One seed with given weights (t, m, n) and loss (t,)."""
    data = xr.Dataset(
        {
            "W_history": (("seed", "step", "latent", "feature"), W[None]),
            "loss_history": (("seed", "step"), loss[None]),
            "b": (("seed", "feature"), np.zeros((1, W.shape[2]))),
        },
        coords={"seed": [0], "step": np.arange(len(loss))},
    )
    return module.Course(tg.Run(tg.Training(model=tg.Autoencoder(features=W.shape[2], hidden=W.shape[1])), data))


def test_pairs_across_sets() -> None:
    inside = OCTAHEDRON[:, [0, 3, 1, 4, 2, 5]]
    assert module.paired_across(np.stack([OCTAHEDRON, OCTAHEDRON[:, [0, 1, 2, 5, 3, 4]], inside])).tolist() == [
        True, True, False,
    ]  # fmt: skip


def test_time_near_levels() -> None:
    loss = np.append(np.linspace(1, 0.2, 10), [0.0, 0.0])
    digon = np.tile(np.array([[1.0, -1.0]]), (12, 1, 1))
    assert course(digon, loss).at_levels().tolist() == [1.0]
    uneven = digon * [1, 0.5]  # D = 0.8 and 0.2, which are no levels
    assert course(uneven, loss).at_levels().tolist() == [0.0]


def test_sets_in_one_direction_at_some_moment() -> None:
    W = np.tile(OCTAHEDRON, (12, 1, 1))
    loss = np.linspace(1, 0.1, 12)
    assert course(W, loss).ever_collapsed().tolist() == [False]
    W[4] = np.repeat([[1.0, 0, 0], [-1.0, 0, 0]], 3, axis=0).T
    assert course(W, loss).ever_collapsed().tolist() == [True]


def test_a_training_of_a_few_steps_supports_no_claim() -> None:
    experiment = find("dynamics", seeds=12, steps=12)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    assert not [claim.statement for claim in experiment.claims(runs) if claim.verdict == "holds"]


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("dynamics", "quick", seeds=8)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_verdicts_in_small(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = {claim.statement: claim for claim in experiment.claims(runs)}
    assert claims[module.DIGONS.statement].value == 1
    assert claims[module.SMALL_REGIMES.statement].value == 1
    assert claims[module.PRINCIPAL.statement].value == 1
    assert 0.25 < claims[module.COINCIDE.statement].value < 0.7


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["film", "levels", "usual", "ends", "twist", "motion"]
    assert all(panel.caption and panel.figure.data for panel in panels)
    assert len(panels[0].figure.frames) == 76


def test_local_bases_and_their_twist_in_double_precision() -> None:
    run = tg.train(
        tg.Autoencoder(features=6, hidden=3), tg.CorrelatedSets(sets=2, feature_probability=0.1),
        optimiser=tg.AdamW(learning_rate=4e-3), steps=2400, batch_size=128, precision="float64",
        over={"initial_scale": (1.0, 0.01), "seed": range(3000, 3012)},
    )  # fmt: skip
    usual, small = run.W.values
    assert at_angle(usual, 2, 90.0).mean() > 0.7
    assert at_angle(small, 2, 90.0).mean() > 0.9
    assert np.nanmedian(twist(usual)) < np.nanmedian(twist(small))
    assert np.nanmedian(twist(small)) > 20
