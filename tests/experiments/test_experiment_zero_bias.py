"""The bias of an unlearnt feature: cases worked by hand, and the experiment at a small size."""

from typing import Any

import numpy as np
import pytest

import tegum as tg
from oracle import toy
from tegum.experiments.experiment import Runs
from tegum.experiments.zero_bias import (
    BIASES,
    OPTIMISERS,
    SetUnlearnt,
    ZeroBias,
    caught,
    pivoted,
    totals,
)
from tegum.failure.ends import ends
from tegum.theory.failure import symmetric_failure
from tegum.theory.zero_loss import looking_away
from tegum.training.run import execute

EXACT = 6  # claims that need no training, the first ones


def test_half_of_the_pivoted_hexagon_is_silent_by_hand() -> None:
    """Output 7 upon input j is 0.06 · 2 cos(60° k), k steps from W_6: 0.12, 0.06 twice, and the rest below 0."""
    W, b = pivoted()
    np.testing.assert_allclose(W[:, 6] @ W[:, :6] + b[6], [0.06, -0.06, -0.12, -0.06, 0.06, 0.12], atol=1e-12)


@pytest.mark.parametrize("bias", [0.0, 1 / 7, 0.9])
@pytest.mark.parametrize("n", [4, 7, 9])
def test_a_bias_that_is_not_negative_allows_perfect_models(n: int, bias: float) -> None:
    """Against the oracle: every output of every input, one after another."""
    W, b = looking_away(n, bias)
    assert b[-1] == pytest.approx(bias, abs=1e-12)
    np.testing.assert_allclose(toy.forward(W, b, np.eye(n), "relu"), np.eye(n), atol=1e-9)


def test_looking_away_has_its_bounds() -> None:
    with pytest.raises(tg.BadInput, match=r"^n=7 with bias=1.0 has no such solution; give n of at least 3 and a bias"):
        looking_away(7, 1.0)


def test_the_shortest_column_s_bias_is_set() -> None:
    W, b = symmetric_failure(7)
    shuffled = [3, 6, 0, 1, 2, 4, 5]
    model = tg.StartingFrom.at(W[:, shuffled], b[shuffled])
    edit = SetUnlearnt(at=0)
    run = tg.train(model, tg.OneHot(), optimiser=tg.SGD(learning_rate=0.0), steps=1, interventions=(edit,),
                   over={"interventions[0].value": [0.0, -0.25]})  # fmt: skip
    expected = np.stack([b[shuffled]] * 2)
    expected[:, 1] = [0.0, -0.25]
    np.testing.assert_allclose(run.b, expected, rtol=1e-6)


def test_ends_by_hand() -> None:
    np.testing.assert_array_equal(ends(np.array([1e-9, 0.42, 0.44, 6 / 7, 0.92, 0.94, 1.0]), 7), [0, 0, 2, 2, 2, 1, 1])


@pytest.fixture(scope="module")
def quick() -> tuple[ZeroBias, Runs]:
    experiment = ZeroBias(seeds=25, beside=(5, 6))
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_claims(quick: tuple[ZeroBias, Runs]) -> None:
    experiment, runs = quick
    claims = experiment.claims(runs)
    assert [claim.verdict for claim in claims[:EXACT]] == ["holds", "holds", "holds", "holds", "fails", "fails"]
    held = claims[EXACT : EXACT + 3]
    assert [held[0].value, held[2].value] == [1, 1]  # 25 seeds cannot show 95 in 100
    assert held[1].verdict == "fails"
    stays, returns, *stuck = claims[EXACT + 3 : EXACT + 9]
    assert (stays.verdict, returns.verdict) == ("fails", "holds")
    assert [claim.verdict for claim in stuck] == ["fails"] * len(OPTIMISERS)
    alike, dead, of_caught = claims[EXACT + 9 :]
    assert (alike.verdict, dead.verdict, of_caught.value) == ("holds", "holds", 0)


def test_panels(quick: tuple[ZeroBias, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["ends", "after", "lengths", "planes", "bias", "held", "perfect"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_twins_are_paired(quick: tuple[ZeroBias, Runs]) -> None:
    """They start alike, and differ only in what was set."""
    _, runs = quick
    start, twin = (runs[name].W_history.sel(step=0).transpose(..., "seed", "latent", "feature").values
                   for name in ("Adam", "Adam, twin"))  # fmt: skip
    np.testing.assert_array_equal(start, np.broadcast_to(twin, start.shape))
    assert len(start) == len(BIASES)
    before, also = (runs[name].W_history.isel(step=0) for name in ("caught", "caught, twin"))
    np.testing.assert_array_equal(before, also)
    assert caught(runs["caught"]).sum() == caught(runs["caught, twin"]).sum() > 2


def double(**changes: Any) -> tg.Training:
    """Fifteen models with b_7 set to 0, Adam, in double precision."""
    training = ZeroBias(seeds=15).trainings()["Adam"]
    return training.model_copy(update={"precision": "float64", "record": None, **changes})


def test_in_double_precision_zero_is_left_and_held_zero_is_not() -> None:
    free = totals(execute(double()))
    np.testing.assert_array_equal(ends(free, 7)[list(BIASES).index(0.0)], 0)
    np.testing.assert_array_equal(ends(free, 7)[0], 1)
    held = totals(execute(double(freeze=(tg.Freeze(parameter="b", features=(6,)),))))
    assert (ends(held, 7)[list(BIASES).index(0.0)] == 1).all()
    assert (ends(held, 7)[list(BIASES).index(1 / 7)] == 0).all()


def test_untrained_models_support_no_claim_of_ours_about_training() -> None:
    experiment = ZeroBias(seeds=25, steps=8, beside=(6,))
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    stays, returns, *_, alike, dead, of_caught = experiment.in_motion(runs)
    assert (stays.value > 0.4, returns.verdict) == (True, "fails")
    assert (alike.verdict, dead.verdict, of_caught.count) == ("holds", "holds", 0)
    assert experiment.held(runs)[2].verdict == "fails"


@pytest.mark.parametrize("beside", [(4, 5), (3, 6)])
def test_the_numbers_of_live_features_are_checked(beside: tuple[int, ...]) -> None:
    with pytest.raises(
        tg.BadInput, match=r"must be numbers of live features from 4, 6 among them, such as \(5, 6\)\.$"
    ):
        ZeroBias(beside=beside)
