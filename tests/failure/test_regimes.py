"""Regimes: pieces of curves with known corners, against trying every split; drops and motion by hand."""

import itertools

import numpy as np
import pytest

import tegum as tg
from tegum.failure.regimes import arrival, moved_in_drops, regimes


def curve(noise: float) -> tuple[np.ndarray, np.ndarray]:
    x = np.arange(60.0)
    y = np.interp(x, [0, 14, 15, 39, 40, 59], [0, 0, -1, -1, -3, -3])
    return x, y + noise * np.random.default_rng(0).normal(size=60)


def test_plateaus_with_steps_between_them() -> None:
    found = regimes(*curve(0.01))
    assert found.edges.tolist() == [0, 15, 40, 60]
    np.testing.assert_allclose(found.slope, 0, atol=3e-3)


def test_a_straight_line_is_one_regime() -> None:
    x = np.arange(40.0)
    noise = 0.05 * np.random.default_rng(1).normal(size=40)
    assert regimes(x, noise - 0.2 * x).count == 1


def test_falls_after_a_plateau_are_counted_and_slowing_down_is_not() -> None:
    x = np.arange(80.0)
    stairs = np.interp(x, [0, 10, 30, 35, 60, 65, 79], [0, -2, -2.1, -4, -4.1, -5, -5])
    assert regimes(x, stairs).renewed(stairs) == 2
    slowing = 3 * np.exp(-x / 15)
    assert regimes(x, slowing).count > 2
    assert regimes(x, slowing).renewed(slowing) == 0


def test_the_split_is_the_best_of_all() -> None:
    rng = np.random.default_rng(2)
    x, y = np.sort(rng.normal(size=14)), rng.normal(size=14).cumsum()

    def error(edges: tuple[int, ...]) -> float:
        pairs = itertools.pairwise(edges)
        return sum(float(np.polyfit(x[a:b], y[a:b], 1, full=True)[1].sum()) for a, b in pairs)

    splits = [(0, *inner, 14) for k in (0, 1, 2) for inner in itertools.combinations(range(1, 14), k)]
    allowed = [s for s in splits if min(np.diff(s)) >= 4]
    score = [14 * np.log(error(s) / 14) + 3 * (len(s) - 1) * np.log(14) for s in allowed]
    assert tuple(regimes(x, y).edges.tolist()) == allowed[int(np.argmin(score))]


def test_motion_in_and_out_of_drops() -> None:
    loss = np.concatenate([np.full(12, 1.0), [0.1], np.full(12, 0.09), [0.01], np.full(10, 0.01)])
    together = np.stack([np.cumsum(np.diff(loss, prepend=1.0) < -0.05)] * 2, axis=1).astype(float)
    assert moved_in_drops(loss, together) == 1
    apart = np.cumsum(np.arange(len(loss)) == 7).astype(float)[:, None]
    assert arrival(loss) == 25
    assert moved_in_drops(np.geomspace(1, 0.01, 80), np.arange(80.0)[:, None]) == pytest.approx(0.25, abs=0.02)
    assert moved_in_drops(np.concatenate([np.geomspace(2, 1, 20), loss]), np.pad(apart, [(20, 0), (0, 0)])) < 0.5


def test_short_and_bad_input() -> None:
    assert np.isnan(moved_in_drops(np.array([1.0, 0.0]), np.zeros((2, 3))))
    with pytest.raises(tg.BadInput, match="record more"):
        regimes(np.arange(3.0), np.arange(3.0))
