"""Courses by hand, the experiment in small, and its ends in double precision."""

import numpy as np
import pytest
import xarray as xr

import tegum as tg
from tegum.experiments import find
from tegum.experiments.dynamics import claims as claim
from tegum.experiments.dynamics.courses import Course, paired_across
from tegum.experiments.experiment import Experiment, Runs
from tegum.geometry.sets import at_angle, twist
from tegum.training.run import execute

OCTAHEDRON = np.concatenate([np.eye(3), -np.eye(3)], axis=1)


def course(W: np.ndarray, loss: np.ndarray) -> Course:
    """One seed with given weights (t, m, n) and loss (t,)."""
    data = xr.Dataset(
        {
            "W_history": (("seed", "step", "latent", "feature"), W[None]),
            "loss_history": (("seed", "step"), loss[None]),
            "b": (("seed", "feature"), np.zeros((1, W.shape[2]))),
        },
        coords={"seed": [0], "step": np.arange(len(loss))},
    )
    return Course(tg.Run(tg.Training(model=tg.Autoencoder(features=W.shape[2], hidden=W.shape[1])), data))


def test_pairs_across_sets() -> None:
    inside = OCTAHEDRON[:, [0, 3, 1, 4, 2, 5]]
    assert paired_across(np.stack([OCTAHEDRON, OCTAHEDRON[:, [0, 1, 2, 5, 3, 4]], inside])).tolist() == [
        True, True, False,
    ]  # fmt: skip


def test_time_near_levels_is_counted_away_from_one_half() -> None:
    loss = np.append(np.linspace(1, 0.2, 10), [0.0, 0.0])
    digon = np.tile(np.array([[1.0, -1.0]]), (12, 1, 1))
    assert np.isnan(course(digon, loss).at_levels()).all()
    uneven = digon * [1, 0.5]  # D = 0.8 and 0.2, which are no levels
    assert course(uneven, loss).at_levels().tolist() == [0.0]
    turn = 2 * np.pi / 3 * np.arange(3)
    triangle = np.tile(np.stack([np.cos(turn), np.sin(turn)]), (12, 1, 1))  # D = 2/3
    assert course(triangle, loss).at_levels().tolist() == [1.0]


def test_sets_that_are_one_direction_first() -> None:
    loss = np.linspace(1, 0.1, 12)
    opened = np.tile(OCTAHEDRON, (12, 1, 1))
    assert course(opened, loss).principal_first().tolist() == [False]
    axes = np.repeat(np.eye(3)[:2], 3, axis=0).T / np.sqrt(3)  # each set on an axis of its own: PCA
    first = opened.copy()
    first[:4], first[4] = 0, axes
    assert course(first, loss).principal_first().tolist() == [True]
    late = opened.copy()
    late[4] = axes
    assert course(late, loss).principal_first().tolist() == [False]
    opposed = first.copy()
    opposed[4] = np.repeat([[1.0, 0, 0], [-1.0, 0, 0]], 3, axis=0).T / np.sqrt(3)  # one direction each, but not PCA
    assert course(opposed, loss).principal_first().tolist() == [False]


def test_motion_in_a_seeds_own_drops_is_more_than_in_those_of_others() -> None:
    """Two seeds whose losses fall at different times, and whose values move then."""
    early, late = (np.where(np.arange(40) < at, 1.0, 0.01) for at in (10, 20))
    loss = np.stack([early, late]) * np.linspace(1, 0.99, 40)
    W = np.tile(OCTAHEDRON, (2, 40, 1, 1))
    data = xr.Dataset(
        {
            "W_history": (("seed", "step", "latent", "feature"), W),
            "loss_history": (("seed", "step"), loss),
            "b": (("seed", "feature"), np.zeros((2, 6))),
        },
        coords={"seed": [0, 1], "step": np.arange(40)},
    )
    both = Course(tg.Run(tg.Training(model=tg.Autoencoder(features=6, hidden=3)), data))
    values = np.where(loss > 0.5, 0.0, 1.0)[..., None]
    assert both.motion(values).tolist() == [1.0, 1.0]
    assert both.coincidence(values)[1] == 1.0
    assert (both.coincidence(values[::-1]) < 0).any()


def test_a_training_of_a_few_steps_supports_no_claim() -> None:
    experiment = find("dynamics", seeds=12, steps=12)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    assert not [one.statement for one in experiment.claims(runs) if one.verdict == "holds"]


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("dynamics", "quick", seeds=8)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_verdicts_in_small(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    judged = {one.statement: one for one in experiment.claims(runs)}
    assert judged[claim.DIGONS.statement].value == 1
    assert judged[claim.SMALL_REGIMES.statement].value > 0.6
    assert judged[claim.PRINCIPAL.statement].value > 0.6
    assert judged[claim.LEVELS.statement].verdict == "fails"
    assert judged[claim.SMALL_TRANSFORM.statement].value > judged[claim.COINCIDE.statement].value


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
    assert (twist(small) < 15).mean() < 0.25
