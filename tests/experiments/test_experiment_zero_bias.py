"""The bias of an unlearnt feature: cases worked by hand, and the experiment at a small size."""

from typing import Any

import numpy as np
import pytest

import tegum as tg
from oracle import toy
from tegum.experiments.experiment import Runs
from tegum.experiments.zero_bias import ZeroBias
from tegum.experiments.zero_bias.claims import KILLED
from tegum.experiments.zero_bias.judging import caught, in_motion, pivoted
from tegum.experiments.zero_bias.judging import held as held_claims
from tegum.experiments.zero_bias.released import ARMS, AT_ZERO, BIASES, TWIN, Released, SetUnlearnt, totals
from tegum.failure.ends import LEARNT, SILENT, ends
from tegum.theory.failure import symmetric_failure
from tegum.theory.zero_loss import looking_away
from tegum.training.run import execute

EXACT = 7  # claims that need no training, the first ones


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


def test_the_shortest_column_s_bias_is_set_or_kept() -> None:
    W, b = symmetric_failure(7)
    shuffled = [3, 6, 0, 1, 2, 4, 5]
    model = tg.StartingFrom.at(W[:, shuffled], b[shuffled])
    run = tg.train(
        model, tg.OneHot(), optimiser=tg.SGD(learning_rate=0.0), steps=1, interventions=(SetUnlearnt(at=0),),
        over={"set": {"interventions[0].value": [0.0, -0.25, 0.0], "interventions[0].keep": [0.0, 0.0, 1.0]}},
    )  # fmt: skip
    expected = np.stack([b[shuffled]] * 3)
    expected[:2, 1] = [0.0, -0.25]
    np.testing.assert_allclose(run.b, expected, rtol=1e-6)


@pytest.fixture(scope="module")
def quick() -> tuple[ZeroBias, Runs]:
    experiment = ZeroBias(seeds=25, beside=(5, 6))
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_claims(quick: tuple[ZeroBias, Runs]) -> None:
    experiment, runs = quick
    claims = experiment.claims(runs)
    assert [claim.verdict for claim in claims[:EXACT]] == [*["holds"] * 5, "fails", "fails"]
    held, everywhere, free = claims[EXACT : EXACT + 3]
    assert [held.value, free.value, everywhere.verdict] == [1, 1, "fails"]  # 25 seeds cannot show 95 in 100
    stays, returns, *stuck, alike, dead, of_caught = claims[EXACT + 3 :]
    assert (stays.verdict, returns.value) == ("fails", 1)
    assert [claim.verdict for claim in stuck] == ["fails"] * len(ARMS)
    assert (alike.value > 0.8, dead.value, of_caught.value) == (True, 1, 0)
    assert {claim.count for claim in (held, everywhere, free, stays, returns, alike, dead)} == {25}  # one for each seed


def test_one_survivor_is_one_seed(quick: tuple[ZeroBias, Runs]) -> None:
    """A seed counts against the claim once, under however many optimisers and biases it lives."""
    _, runs = quick
    data = runs["adam"].data.copy(deep=True)
    data["loss_history"].loc[{"seed": data["seed"][3], "step": slice(1, None)}] = 0.0
    changed = {**runs, "adam": type(runs["adam"])(runs["adam"].training, data)}
    killed = next(claim for claim in in_motion(changed) if claim.statement == KILLED.statement)
    assert (killed.value, killed.count) == (24 / 25, 25)


def test_panels(quick: tuple[ZeroBias, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["ends", "after", "lengths", "planes", "bias", "held", "perfect"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_twins_are_paired(quick: tuple[ZeroBias, Runs]) -> None:
    """They start alike, and differ only in what was set."""
    _, runs = quick
    start = Released.of(runs, "Adam").length[..., 0]
    np.testing.assert_array_equal(start, np.broadcast_to(start[TWIN], start.shape))
    assert len(start) == len(BIASES) + 1
    before = runs["caught"].W_history.transpose("set", "step", ...).values[:, 0]
    np.testing.assert_array_equal(*before)
    assert caught(runs["caught"]).sum() > 2


def test_learning_times_are_first_steps_below_half() -> None:
    loss = np.array([[[0.9, 0.5, 0.4, 0.5, 0.1], [0.9, 0.8, 0.8, 0.8, 0.8]]])
    arm = Released(np.array([0, 10, 20, 30, 40]), loss, loss, 0 * loss)
    np.testing.assert_array_equal(arm.learnt_at, [[20, np.inf]])
    np.testing.assert_array_equal(arm.stuck, [[False, True]])
    np.testing.assert_array_equal(arm.bias_at(20), [[0.4, 0.8]])


def double(**changes: Any) -> np.ndarray:
    """How fifteen models end under Adam in double precision, (set, seed)."""
    training = ZeroBias(seeds=15).trainings()["adam"]
    over = {**training.over, "weight_decay": (0.0,)}
    run = execute(training.model_copy(update={"precision": "float64", "record": None, "over": over, **changes}))
    return ends(totals(run)[0])


def test_in_double_precision_zero_is_left_and_held_zero_is_not() -> None:
    free, held = double(), double(freeze=(tg.Freeze(parameter="b", features=(6,)),))
    assert (free[AT_ZERO] == LEARNT).all()
    assert (free[0] == SILENT).all()
    assert (held[AT_ZERO] == SILENT).all()
    assert (held[BIASES.index(1 / 7)] == LEARNT).all()


def test_untrained_models_support_no_claim_about_training() -> None:
    experiment = ZeroBias(seeds=25, steps=1, beside=(6,))
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    claims = [*held_claims(runs, (6,)), *in_motion(runs)]
    assert "holds" not in {claim.verdict for claim in claims}
    *_, alike, dead, of_caught = claims
    assert [claim.count for claim in (claims[0], claims[1], alike, dead, of_caught)] == [0] * 5


@pytest.mark.parametrize("beside", [(4, 5), (3, 6)])
def test_the_numbers_of_live_features_are_checked(beside: tuple[int, ...]) -> None:
    with pytest.raises(
        tg.BadInput, match=r"must be numbers of live features from 4, 6 among them, such as \(5, 6\)\.$"
    ):
        ZeroBias(beside=beside)
