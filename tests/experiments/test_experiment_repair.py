"""Repair: the analysis on cases worked by hand, a separate NumPy program, double precision, and the quick size."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import tegum as tg
from tegum.claims import Judged
from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.experiments.repair.caught import there
from tegum.experiments.repair.judging import blocks
from tegum.experiments.repair.treatments import LASTING, ONCE, OPTIONAL, PASSING, REPEATED, TREATMENTS
from tegum.failure.outcomes import PERFECT_REGULAR, SYMMETRIC_FAILURE
from tegum.failure.remedies import FullLength, Repel
from tegum.theory.failure import symmetric_failure
from tegum.training.run import Run, execute

State = tuple[np.ndarray, np.ndarray]


def test_blocks_are_the_means_of_nine_cells() -> None:
    share = np.zeros((4, 3, 2))
    share[0, 0, 1], share[3, 2, 1] = 9, 18
    assert_allclose(blocks(share)[..., 1], [[1], [2]])
    assert_allclose(blocks(share)[..., 0], 0)


def descended(W: np.ndarray, b: np.ndarray, steps: int) -> State:
    """Gradient descent on the mean squared error at rate 1, written out."""
    n = len(b)
    for _ in range(steps):
        z = W.T @ W + b[:, None]
        slope = 2 * (z - np.eye(n)) * (z > 0) / n**2
        W, b = W - W @ (slope + slope.T), b - slope.sum(axis=1)
    return W, b


def proposal(W: np.ndarray, b: np.ndarray, rng: np.random.Generator) -> State:
    """A shift of 3, as tuned for this recipe; the unlearnt feature is the last."""
    S = W[:, :6].sum(axis=1)
    away = -S / np.linalg.norm(S)
    length = np.linalg.norm(W[:, :6], axis=0).mean()
    b = b + 3.0 * np.append(away @ W[:, :6] > 0, False)
    return np.column_stack([W[:, :6], 0.05 * length * away + 0.001 * rng.normal(size=2)]), b


def long_column(W: np.ndarray, b: np.ndarray, rng: np.random.Generator) -> State:
    way = rng.normal(size=2)
    column = 1.4 * np.linalg.norm(W[:, :6], axis=0).mean() * way / np.linalg.norm(way)
    return np.column_stack([W[:, :6], column]), np.append(b[:6], 1 - column @ column)


@pytest.mark.parametrize(("edit", "mended"), [(proposal, False), (long_column, True)])
def test_by_descent_the_proposal_fails_and_a_long_column_works_in_a_separate_program(
    edit: Callable[..., State], mended: bool
) -> None:
    for seed in range(3):
        rng = np.random.default_rng(seed)
        W, b = (part + 0.01 * rng.normal(size=part.shape) for part in symmetric_failure(7))
        W, b = descended(*edit(*descended(W, b, 2_000), rng), 15_000)
        assert bool(tg.outcomes((W, b)).perfect) == mended


def test_and_in_double_precision() -> None:
    model = tg.StartingFrom.at(*symmetric_failure(7), noise=0.01)
    for remedy, mended in ((Repel(at=2_000, shift=3.0, own=False), 0), (FullLength(at=2_000, fraction=1.4), 16)):
        run = tg.train(
            model, tg.OneHot(), optimiser=tg.SGD(learning_rate=1.0), steps=17_000, precision="float64",
            interventions=(remedy,), over={"seed": range(16)},
        )  # fmt: skip
        assert abs(int(tg.outcomes(run).perfect.sum()) - mended) <= 1


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("repair", "quick")
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def verdict(claims: list[Judged], start: str, recipe: str) -> Judged:
    return next(claim for claim in claims if claim.statement.startswith(start) and f"({recipe})" in claim.statement)


def test_claims(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = experiment.claims(runs)
    assert len(claims) == 28
    assert verdict(claims, "It recovers all the dead", f"8 features, 2 unlearnt, {PASSING}").verdict == "fails"
    assert verdict(claims, "Whether a full-length column", LASTING).value == 0
    assert verdict(claims, "Length and bias matter", PASSING).verdict == "holds"
    assert verdict(claims, "Length and bias matter", LASTING).verdict == "holds"
    assert verdict(claims, "Published rule and proposal", PASSING).verdict == "holds"
    assert verdict(claims, "Repeating the proposal", LASTING).value > 0
    assert verdict(claims, "The live features sweep", PASSING).value > 0.9
    room = next(claim for claim in claims if claim.statement.startswith("Room in the widest gap"))
    assert room.value == 1


def test_treatments_are_paired(quick: tuple[Experiment, Runs]) -> None:
    """At the record of the edit, which comes before it, all are bit for bit the same models."""
    plain = quick[1]["once nothing"]
    for name in there(quick[1], ONCE[1:]):
        assert_array_equal(quick[1][f"once {name}"].early.values[:, :, 0], plain.early.values[:, :, 0])
    for name in REPEATED:
        assert_array_equal(quick[1][f"again {name}"].early.values[0, :, 0], plain.early.values[1, :, 0])


def test_every_tuned_value_was_tried() -> None:
    for treatment in TREATMENTS.values():
        assert len(treatment.tried) == 6
        assert set(treatment.best) <= set(treatment.tried)


def test_models_that_nobody_caught_support_no_claim(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    nobody = dict(runs)
    for name, run in runs.items():
        if name.startswith(("once", "again")):
            data = run.data.copy()
            data["states"] = data.states.where(data.states != SYMMETRIC_FAILURE, PERFECT_REGULAR)
            nobody[name] = Run(run.training, data)
    others = [claim for claim in experiment.claims(nobody) if claim.count == 0]
    assert len(others) == 21
    assert {claim.verdict for claim in others} == {"unclear"}


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = {panel.name: panel for panel in experiment.panels(runs)}
    assert list(panels) == [
        "ends", "survival-0-1", "survival-0-01", "gallery", "map-0-1", "map-0-01", "several", "cost", "tuning-0-1",
        "tuning-0-01",
    ]  # fmt: skip
    assert all(panel.caption and panel.figure.data for panel in panels.values())
    assert list(panels["ends"].figure.data[0].y) == [name for name in reversed(ONCE) if name not in OPTIONAL]


def test_the_standard_size_leaves_no_remedy_out() -> None:
    experiment = find("repair")
    assert {f"once {name}" for name in ONCE} | {f"tune {name}" for name in TREATMENTS} <= set(experiment.trainings())


def test_recipes_that_do_not_exist_and_too_few_steps_are_named() -> None:
    with pytest.raises(tg.BadInput, match=r"^recipes=\('AdamW, decay 0\.01', 'SGD'\) must be among "):
        find("repair", recipes=(PASSING, "SGD"))
    with pytest.raises(tg.BadInput, match=r"^steps=5500 leaves too little after the edit at step 5000; it needs more "):
        find("repair", steps=5_500)
    with pytest.raises(tg.BadInput, match=r"^left_out=\('repel',\) must be among .*; claims need the others\.$"):
        find("repair", left_out=("repel",))
    with pytest.raises(tg.BadInput, match=r"^beside=\('nothing',\) must be among .*, with repel\.$"):
        find("repair", beside=("nothing",))
