"""Asymmetric recovery: the analysis by hand, the experiment at a small size, and AdamW in plain NumPy."""

import numpy as np
import pytest

from tegum.experiments.asymmetric_recovery import (
    CURVATURE,
    FREE,
    HOLD_BOTH,
    AsymmetricRecovery,
    checked,
    grown,
    lag,
    misses,
    near_shorter,
    opposite,
    outward,
    silent,
    swept,
    waits,
)
from tegum.experiments.experiment import Runs
from tegum.failure.forces import curvature, forces
from tegum.failure.sweeps import Sweep, apart
from tegum.theory.failure import symmetric_failure
from tegum.training.run import execute

MONOTONE, WAITS = "More sweep shifts", "In gradient descent the wait"


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
    experiment = AsymmetricRecovery(seeds=60, twins=12)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_claims(quick: tuple[AsymmetricRecovery, Runs]) -> None:
    experiment, runs = quick
    claims = experiment.claims(runs)
    assert len(claims) == 18
    for claim in claims:
        if claim.statement.startswith(MONOTONE):
            assert claim.verdict == "fails"
        else:
            assert claim.value > (0.6 if claim.statement.startswith(WAITS) else 0.8), claim.statement


def test_panels(quick: tuple[AsymmetricRecovery, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["film", "course", "stages", "well", "held", "push", "waits"]
    assert all(panel.caption and panel.figure.data for panel in panels)
    assert 20 < len(panels[0].figure.frames) <= 60


def test_untrained_models_support_no_claim() -> None:
    experiment = AsymmetricRecovery(seeds=20, twins=20, steps=1, patience=1)
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


@pytest.mark.parametrize("hold", [False, True])
def test_plain_numpy_sweeps_too_and_only_where_the_last_feature_is_free(hold: bool) -> None:
    W, b = symmetric_failure(7)
    rng = np.random.default_rng(0)
    W[:, :6] += 0.01 * rng.normal(size=(2, 6))
    b[:6] += 0.01 * rng.normal(size=6)
    path = adamw(W, b, 9_000, hold=hold)
    lean = np.array([np.hypot(*W[:, :6].sum(1)) for W, _ in path])
    size, bias = np.array([np.hypot(*W[:, 6]) for W, _ in path]), np.array([b[6] for _, b in path])
    if hold:
        assert (lean < 0.1).all()
        return
    eve = int(np.flatnonzero(size < 0.25)[-1])
    assert lean[eve] > 7
    assert size[: eve - 100].max() == pytest.approx(0.2, abs=0.03)
    assert bias[eve - 100] > 0.3
    assert size[eve + 300] > 1
    assert bias[eve + 300] < 0


def test_the_engine_in_double_precision_agrees(quick: tuple[AsymmetricRecovery, Runs]) -> None:
    experiment, _ = quick
    for name, sweeps in ((FREE, True), (HOLD_BOTH, False)):
        training = experiment.trainings()[name.lower().replace(" ", "-")]
        run = execute(training.model_copy(update={"precision": "float64"}))
        lean = np.hypot(
            *run.W_history.isel(feature=slice(0, 6)).sum("feature").transpose("latent", "seed", "step").values
        )
        assert ((lean > 1).any(-1) == sweeps).all()
