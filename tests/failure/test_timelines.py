"""States over time, on histories written by hand; survival curves against hand-worked ones."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import tegum as tg
from tegum.errors import BadInput
from tegum.failure.outcomes import (
    ASYMMETRIC_FAILURE,
    INNER_OUTER,
    NAMES,
    PERFECT_REGULAR,
    STILL_MOVING,
    SYMMETRIC_FAILURE,
    Outcomes,
)
from tegum.failure.timelines import (
    ASYMMETRIC,
    LOST,
    NEVER,
    STILL,
    SYMMETRIC,
    Timeline,
    median_stay,
    survival,
    timeline,
)

S, A, P, T, M = SYMMETRIC_FAILURE, ASYMMETRIC_FAILURE, PERFECT_REGULAR, INNER_OUTER, STILL_MOVING
LIVES = np.array(
    [
        [M, S, S, A, T],
        [M, S, S, S, S],
        [M, S, M, S, P],
        [M, M, A, A, P],
        [S, A, A, A, A],
    ]
)


def lives() -> Timeline:
    rest: Any = [np.zeros(LIVES.shape)] * 11
    return Timeline(np.array([0, 10, 20, 30, 40]), Outcomes(LIVES, *rest))


def test_captures_and_escapes() -> None:
    line = lives()
    assert_array_equal(line.visited(S), [True, True, True, False, True])
    assert_array_equal(line.captured(S), [10, 10, 10, np.nan, 0])
    assert_array_equal(line.escaped(S), [30, np.nan, 20, np.nan, 10])
    assert_array_equal(line.captured(P, T), [40, np.nan, 40, 40, np.nan])
    assert_array_equal(line.escaped(S, A), [40, np.nan, 20, 40, np.nan])


def test_stays_and_the_steps_that_belong_to_them() -> None:
    stay, ended = lives().stay(S)
    assert_array_equal(stay, [20, 30, 10, np.nan, 10])
    assert_array_equal(ended, [True, False, True, False, True])
    assert_array_equal(lives().during(S), [[0, 1, 1, 0, 0], [0, 1, 1, 1, 1], [0, 1, 0, 0, 0], [0] * 5, [1, 0, 0, 0, 0]])


def test_a_median_that_no_stay_reached_is_a_bound() -> None:
    assert median_stay(np.array([300.0, 300.0, 100.0]), np.array([False, False, True])) == (300.0, False)


def test_recoveries() -> None:
    assert_array_equal(lives().recovery(), [ASYMMETRIC, STILL, SYMMETRIC, NEVER, LOST])


def test_shares_add_up() -> None:
    shares = lives().shares()
    assert shares.shape == (5, len(NAMES))
    assert_allclose(shares.sum(axis=1), 1)
    assert_allclose(shares[1, [S, A, M]], [0.6, 0.2, 0.2])


@pytest.fixture(scope="module")
def run() -> tg.Run:
    rates = [1e-3, 1e-2]
    return tg.train(
        tg.Autoencoder(features=6, hidden=2),
        tg.OneHot(),
        steps=2000,
        over={"learning_rate": rates, "seed": range(4)},
        record=tg.every(500),
        progress=False,
    )


def test_a_run_ends_as_its_timeline_does(run: tg.Run) -> None:
    line = tg.timeline(run)
    assert_array_equal(line.step, [0, 500, 1000, 1500, 2000])
    assert line.kind.shape == (2, 4, 5)
    assert_array_equal(line.kind[..., -1], tg.outcomes(run).kind)
    arrays = timeline((run.W_history.values, run.b_history.values), run.data.step.values)
    assert_array_equal(arrays.kind, line.kind)


def test_a_history_that_is_missing_or_does_not_fit_is_refused(run: tg.Run) -> None:
    bare = type(run)(run.training, run.data.drop_vars("W_history"))
    with pytest.raises(BadInput, match=r"no recorded parameters W and b; train with record=tg.every\(500\)"):
        timeline(bare)
    with pytest.raises(BadInput, match=r"step \(2,\) do not fit each other; a history needs \(..., t, m, n\)"):
        timeline((np.zeros((3, 2, 5)), np.zeros((3, 5))), [0, 1])


def test_survival_without_censoring_is_a_count() -> None:
    duration = np.array([3.0, 1.0, 2.0, 2.0, 5.0])
    times, share, _, _ = survival(duration, np.ones(5, bool))
    assert_allclose(share, [(duration > t).mean() for t in times])


def test_survival_with_greenwood_s_interval() -> None:
    """Freireich's 21 patients under 6-MP, in weeks (Gehan 1965): S(6) = 0.857, S(10) = 0.753; the standard error at "
    "10 is 0.0963."""
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    duration = np.array(ended + censored, float)
    times, share, low, high = survival(duration, np.arange(21) < 9)
    at = dict(zip(times.tolist(), share.tolist(), strict=True))
    assert_allclose([at[6], at[10], at[23], at[35]], [0.857, 0.753, 0.448, 0.448], atol=5e-4)
    ten = times.tolist().index(10)
    # The interval is S^exp(±1.96 s / (S |log S|)), by hand.
    wide = np.exp(1.96 * 0.0963 / (0.753 * -np.log(0.753)))
    assert_allclose([low[ten], high[ten]], [0.753**wide, 0.753 ** (1 / wide)], atol=2e-3)


def test_nothing_to_follow_is_refused() -> None:
    with pytest.raises(BadInput, match="no stays to follow"):
        survival(np.empty(0), np.empty(0, bool))
