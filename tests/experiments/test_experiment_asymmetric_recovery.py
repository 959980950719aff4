"""Asymmetric recovery: the analysis by hand, the experiment at a small size, and AdamW in plain NumPy."""

import numpy as np
import pytest

from tegum.experiments.asymmetric_recovery import AsymmetricRecovery
from tegum.experiments.asymmetric_recovery.claims import SHORT
from tegum.experiments.asymmetric_recovery.judging import CURVATURE, FREE, HOLD_SHORT, HOLD_ZERO
from tegum.experiments.asymmetric_recovery.measures import (
    checked,
    grown,
    lag,
    misses,
    near_shorter,
    opposite,
    outward,
    recovering,
    silent,
    swept,
    waits,
)
from tegum.experiments.experiment import Runs
from tegum.failure.forces import curvature, forces
from tegum.failure.sweeps import Sweep, apart
from tegum.theory.failure import symmetric_failure
from tegum.training.run import execute

FAILS = {"More sweep shifts", "In gradient descent the wait", "Corrected: the optimum stops"}
UNCLEAR = {
    "Adam does not wait",
    "It is Adam's memory",
    "When all features",
}  # so near to 95 in 100 that the seeds decide


def hexagon_that_leans(column: float, *, far: float, near: float) -> Sweep:
    """Symmetric failure; its left columns `far` times as long, the others `near` times; the hexagon, all learnt."""
    W, b = symmetric_failure(7)
    Ws, bs = np.stack([W] * 3)[None].copy(), np.stack([b] * 3)[None].copy()
    Ws[0, 1, :, :6] *= np.where(W[0, :6] < 0, far, near)
    Ws[0, 1:, 0, 6] = [column, 1.2]
    bs[0, 1, :6] = 1 - (Ws[0, 1, :, :6] ** 2).sum(0)
    return apart(Ws, bs, np.array([0, 10, 20]), np.array([6]))


def test_measures_by_hand() -> None:
    sweep = hexagon_that_leans(0.12, far=1.5, near=1.05)
    assert [int(part[0]) for part in grown(sweep)] == [1, 1]
    assert misses(sweep)[0] == pytest.approx(0, abs=1e-12)
    assert (near_shorter(sweep)[0], opposite(sweep)[0], swept(sweep)[0]) == (True, True, True)
    some, every_one = silent(sweep)
    assert (some[0, 1], every_one[0, 1]) == (True, False)
    evened = hexagon_that_leans(0.2, far=1.0, near=1.0)
    assert (near_shorter(evened)[0], opposite(evened)[0], swept(evened)[0]) == (False, False, False)
    wrong = hexagon_that_leans(-0.2, far=1.5, near=1.05)
    assert opposite(wrong)[0] == np.False_


def test_the_lag_of_a_column_that_runs_behind_its_optimum() -> None:
    """W_7 stands still at 0.01 short of its optimum, 0, but for one record, where it moves 0.01 a step."""
    W, b = symmetric_failure(7)
    Ws, bs = np.stack([W] * 41)[None].copy(), np.stack([b] * 41)[None].copy()
    Ws[0, :, 0, 6] = 0.01
    Ws[0, 40:, 0, 6] = 1.0
    Ws[0, 28, 0, 6], Ws[0, 30, 0, 6] = 0.0, 0.02
    sweep = apart(Ws, bs, np.arange(41), np.array([6]))
    assert checked(sweep)[:, 0].tolist() == [3, 6, 9, 12, 14, 17, 20, 23, 26, 29]
    assert lag(sweep)[0, -1] == pytest.approx(0.01 / 0.01, rel=1e-3)
    assert lag(sweep)[0, 0] > 1e6


def test_outward_is_the_force_along_the_column() -> None:
    W, b = symmetric_failure(7)
    W[:, 6] = [0.0, 0.1]
    sweep = apart(W[None, None], b[None, None], np.zeros(1), np.array([6]))
    assert outward(sweep)[0] == pytest.approx(forces(W, b).W[1, 6])


def test_the_curvature_is_that_of_symmetric_failure() -> None:
    assert curvature(*symmetric_failure(7)).steepest()[0] == pytest.approx(CURVATURE, rel=1e-4)


@pytest.fixture(scope="module")
def quick() -> tuple[AsymmetricRecovery, Runs]:
    experiment = AsymmetricRecovery(seeds=300, twins=80)  # as few as decide rates of 1 above 0.95
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_claims(quick: tuple[AsymmetricRecovery, Runs]) -> None:
    experiment, runs = quick
    claims = experiment.claims(runs)
    assert len(claims) == 18
    for claim in claims:
        words = {part for part in FAILS | UNCLEAR if claim.statement.startswith(part)}
        if words & UNCLEAR:
            assert claim.value > 0.9
        elif words:
            assert claim.verdict != "holds"
            assert claim.value < 0.95
        else:
            assert claim.verdict == "holds", (claim.statement, claim.measured)
    assert next(claim for claim in claims if claim.statement.startswith("More sweep")).verdict == "fails"


def test_the_length_at_which_the_seventh_is_held_is_that_at_capture(quick: tuple[AsymmetricRecovery, Runs]) -> None:
    sweep, _ = recovering(quick[1]["centre"])
    assert np.median(sweep.size[np.arange(len(sweep.start)), sweep.start]) == pytest.approx(SHORT, rel=0.3)
    held = quick[1][HOLD_SHORT].W_history.sel(feature=6)
    np.testing.assert_allclose(np.hypot(*held.isel(step=-1).transpose("latent", "seed").values), SHORT, rtol=1e-6)


def test_with_the_seventh_at_zero_its_bias_does_nothing_to_the_six() -> None:
    """Why "W_7 held at 0" and "both held" are one history."""
    W, b = symmetric_failure(7)
    rng = np.random.default_rng(1)
    W[:, :6] += 0.1 * rng.normal(size=(2, 6))
    there = forces(W, b)
    for bias in (0.01, 0.5):
        b[6] = bias
        np.testing.assert_array_equal(forces(W, b).W[:, :6], there.W[:, :6])
        np.testing.assert_array_equal(forces(W, b).b[:6], there.b[:6])


def test_panels(quick: tuple[AsymmetricRecovery, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["film", "course", "stages", "well", "held", "push", "waits"]
    assert all(panel.caption and panel.figure.data for panel in panels)
    assert 20 < len(panels[0].figure.frames) <= 60


def test_untrained_models_support_no_claim() -> None:
    experiment = AsymmetricRecovery(seeds=20, twins=80, steps=1, patience=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    assert {claim.verdict for claim in experiment.claims(runs)} <= {"fails", "unclear"}
    assert np.isinf(waits(runs["adam"], "b2", "noise")).all()


def adamw(W: np.ndarray, b: np.ndarray, steps: int, *, hold: bool) -> list[tuple[np.ndarray, np.ndarray]]:
    """AdamW as the recipe has it, on the mean loss, in double precision; hold: feature 6 does not move."""
    state, n = np.vstack([W, b]), len(b)
    m, v, kept = np.zeros_like(state), np.zeros_like(state), []
    for t in range(1, steps + 1):
        y = np.maximum(state[:-1].T @ state[:-1] + state[-1][:, None], 0)
        slope = 2 * (y - np.eye(n)) * (y > 0) / n**2
        gradient = np.vstack([state[:-1] @ (slope + slope.T), slope.sum(1)])
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        move = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8) + 0.01 * state
        if hold:
            move[:, 6] = 0
        state = state - 1e-3 * move
        kept.append((state[:-1], state[-1]))
    return kept


def noisy(seventh: float) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric failure with noise on the six, and a W_7 of this length."""
    W, b = symmetric_failure(7)
    rng = np.random.default_rng(0)
    W[:, :6] += 0.01 * rng.normal(size=(2, 6))
    b[:6] += 0.01 * rng.normal(size=6)
    W[:, 6] = seventh / 2**0.5
    return W, b


def leans(path: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    return np.array([np.hypot(*W[:, :6].sum(1)) for W, _ in path])


def test_plain_numpy_sweeps_too() -> None:
    path = adamw(*noisy(0), 9_000, hold=False)
    size, bias = np.array([np.hypot(*W[:, 6]) for W, _ in path]), np.array([b[6] for _, b in path])
    eve = int(np.flatnonzero(size < 0.25)[-1])
    assert leans(path)[eve] > 7
    assert size[: eve - 100].max() == pytest.approx(0.2, abs=0.03)
    assert bias[eve - 100] > 0.3
    assert size[eve + 300] > 1
    assert bias[eve + 300] < 0


@pytest.mark.parametrize(("length", "sweeps"), [(0.0, False), (SHORT, True)])
def test_plain_numpy_sweeps_beside_a_seventh_that_is_held_only_where_it_is_not_zero(
    length: float, sweeps: bool
) -> None:
    path = adamw(*noisy(length), 9_000, hold=True)
    assert path[-1][0][:, 6] == pytest.approx(length / 2**0.5)
    assert leans(path)[-1] > 3 if sweeps else (leans(path) < 0.1).all()


def test_the_engine_in_double_precision_agrees() -> None:
    trainings = AsymmetricRecovery(twins=12).trainings()
    for name, sweeps in ((FREE, True), (HOLD_ZERO, False), (HOLD_SHORT, True)):
        run = execute(trainings[name].model_copy(update={"precision": "float64"}))
        lean = np.hypot(
            *run.W_history.isel(feature=slice(0, 6)).sum("feature").transpose("latent", "seed", "step").values
        )
        assert ((lean > 1).any(-1) == sweeps).all()
