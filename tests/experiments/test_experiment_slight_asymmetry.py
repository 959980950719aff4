"""A slight asymmetry: the analysis by hand, the experiment at a small size, and gradients by finite differences."""

import numpy as np
import pytest

from tegum.claims import Judged
from tegum.experiments.experiment import Runs
from tegum.experiments.slight_asymmetry import SlightAsymmetry
from tegum.experiments.slight_asymmetry.judging import DESCENT, of_shifts, sums, three_forces
from tegum.experiments.slight_asymmetry.states import (
    ALTERNATE,
    PAIR,
    SHIFTS,
    STATED,
    first_moments,
    loudest,
    meetings,
    oblique,
    push_on,
    raised,
    relaxed,
    shortened,
    splayed,
    stated_state,
    tilted,
)
from tegum.failure.forces import before_relu, descend, forces, loss
from tegum.failure.sweeps import apart
from tegum.failure.tilting import between
from tegum.theory.failure import symmetric_failure
from tegum.training.run import Run, execute

EXACT = {  # what no chance enters
    "(read as: at once)": "fails",
    "… (read as: once": "holds",
    "Because they are activated": "fails",
    "More positive": "fails",
    "There is a state without loss": "holds",
    "The asymmetry gives": "holds",
    "Corrected: it is at": "holds",
    "With W_7 there": "holds",
    "∂L(x_7)": "fails",
    "Corrected: that of sample": "holds",
    "The updates of the learnt": "holds",
}
TRAINED = {
    "Small updates": "holds",
    "on the other (gradient descent)": "holds",
    "W_2 and W_5": "holds",
    "Without feature 7": "holds",
    "With it there is": "holds",
    "Three forces": "holds",
    "Corrected: the first two": "holds",
    "recover (AdamW)": "fails",
    "recover (gradient descent)": "holds",
    "Corrected: with AdamW": "holds",
}


def test_starts_by_hand() -> None:
    W, b = raised(0.1)
    np.testing.assert_allclose(b, [-0.9, -1, -1, -1, -1, -0.9])
    assert loudest(W, b) == pytest.approx(0.1)  # neighbours have W_i·W_j = 1
    W, b = shortened(0.1)
    np.testing.assert_allclose(np.hypot(*W) ** 2, [1.62, 2, 2, 2, 2, 1.62])
    assert loss(W, b) == pytest.approx(2 * 0.38**2)  # both are given back as 0.62, and nothing else is wrong
    assert loudest(W, b) == pytest.approx(0, abs=1e-12)
    W, b = shortened(0.3)
    assert forces(W, b).W[:, PAIR] == pytest.approx(0, abs=1e-12)  # 2 · 0.49 − 1 < 0: dead, and no way back


def test_shapes_by_hand() -> None:
    hexagon = symmetric_failure(7)[0][None, :, :6]
    assert (splayed(hexagon)[0], tilted(hexagon + 1e-9)[0]) == (False, False)
    axis = hexagon[0][:, list(PAIR)].sum(1)
    leans = hexagon * np.where(np.isin(np.arange(6), PAIR), 1.0, 1.1) - 0.05 * axis[None, :, None]
    assert tilted(leans)[0]
    turned = leans.copy()
    for i, sign in ((0, 1), (5, -1), (1, 1), (4, -1)):
        angle = sign * np.radians(1 if i in PAIR else 4)
        cos, sin = np.cos(angle), np.sin(angle)
        turned[0, :, i] = np.array([[cos, -sin], [sin, cos]]) @ hexagon[0, :, i] * (1.0 if i in PAIR else 1.1)
    assert splayed(turned)[0]
    assert not splayed(np.roll(turned, 3, axis=-1))[0]  # the same shape, but other two are short


def test_relaxed_states_have_no_loss_and_the_stated_one_its_biases() -> None:
    W, b = relaxed(*raised(0.1))
    assert loss(W[:, :6], b[:6]) < 1e-25
    np.testing.assert_allclose(W[:, 6], 0)
    W, b = relaxed(*raised(0.1, ALTERNATE))
    np.testing.assert_allclose(np.hypot(*W[:, :6]), 2**0.5, atol=1e-6)  # back to the hexagon
    shift, W, b = stated_state()
    assert 0.05 < shift < 0.3
    np.testing.assert_allclose(b[list(PAIR)], STATED, atol=1e-6)
    np.testing.assert_allclose(b[:6], 1 - (W[:, :6] ** 2).sum(0), atol=1e-9)


def test_measures_of_histories_by_hand() -> None:
    W, b = symmetric_failure(7)
    Ws, bs = np.stack([W, 2 * W, W])[None], np.stack([b] * 3)[None]
    Ws[0, 2, 0, 6] = 1.0
    sweep = apart(Ws, bs, np.array([0, 100, 200]), np.array([6]))
    np.testing.assert_allclose(sums(sweep), [[1, 2, 1]])


def test_the_first_updates_wake_the_two_shorter_features() -> None:
    """In plain loops: one step at rate 0.02 makes each longer by 2 · 2 · 0.02 · 0.38 of itself and raises its bias."""
    W, b = shortened(0.1)
    one = descend(W, b, rate=0.02, steps=1)
    np.testing.assert_allclose(one.W[1][:, PAIR], W[:, PAIR] * (1 + 4 * 0.02 * 0.38))
    np.testing.assert_allclose(one.b[1][list(PAIR)], -1 + 2 * 0.02 * 0.38)
    path = descend(W, b, rate=0.02, steps=20)
    each_other, beside = -np.inf, -np.inf
    for V, c in zip(path.W, path.b, strict=True):
        each_other = max(each_other, V[:, 0] @ V[:, 5] + c[0])
        beside = max(beside, V[:, 0] @ V[:, 1] + c[0])
    assert meetings(path) == pytest.approx((each_other, beside))
    assert meetings(descend(W, b, rate=0.02, steps=2)) < (0, 0)


def test_without_mirror_symmetry_the_optimum_is_along_the_sum_and_not_along_the_two() -> None:
    off = np.array([[between(W[:, 6], axis) for axis in (W[:, PAIR].sum(1), -W[:, :6].sum(1))] for W, _ in oblique()])
    assert off[:, 0].max() > 20
    assert off[:, 1].max() < 1


def test_learnt_columns_are_pushed_harder_only_while_the_seventh_grows() -> None:
    for times, grows in ((0, True), (1, False), (2, False)):
        _, _, others = first_moments(times)
        assert bool(others.max() > 2 * others[0]) == grows


def test_the_three_forces_add_up() -> None:
    W, b = relaxed(*raised(0.3))
    W[:, 6] = [0.02, -0.01]
    W[:, 1] *= 1.01
    sweep = apart(W[None, None], b[None, None], np.zeros(1), np.array([6]))
    short, sizes, along = three_forces(sweep)
    lean = sweep.lean[0, 0] / np.hypot(*sweep.lean[0, 0])
    assert along[0, 0].sum() == pytest.approx(forces(W, b).W[:, :6].sum(1) @ lean)
    assert along[0, 0, 2] == pytest.approx(sweep.pushed[0, 0] @ lean)
    assert sizes[0, 0, 0] == pytest.approx(2 * 2 * (before_relu(W, b)[1, 1] - 1) * np.hypot(*W[:, 1]))
    assert not short[0, 0]  # one gives itself back as more than 1


def test_the_push_is_the_gradient_of_sample_j_by_finite_differences() -> None:
    W, b = relaxed(*raised(0.3))
    W[:, 6] = [0.02, -0.01]

    def of_sample(V: np.ndarray, j: int) -> float:
        y = np.maximum(V.T @ V[:, j] + b, 0)
        return float(((y - np.eye(7)[j]) ** 2).sum())

    step = 1e-7  # towards −W_7, away from the kinks of live outputs that are exactly at 0
    for j in range(6):
        down = -W[:, 6] / np.hypot(*W[:, 6])
        moved = W.copy()
        moved[:, j] += step * down
        slope = (of_sample(moved, j) - of_sample(W, j)) / step
        assert -slope == pytest.approx(push_on(W, b)[:, j] @ down, rel=1e-2)
        moved = W.copy()
        moved[:, j] += step * down
        assert of_sample(moved, 6) == pytest.approx(of_sample(W, 6), abs=1e-12)  # sample x_7 does not notice


@pytest.fixture(scope="module")
def trained() -> tuple[SlightAsymmetry, Runs]:
    experiment = SlightAsymmetry(seeds=80)  # as few as decide a rate of 1 above 0.95
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def verdict(claims: list[Judged], words: str) -> str:
    return next(claim.verdict for claim in claims if words in claim.statement)


def test_claims(trained: tuple[SlightAsymmetry, Runs]) -> None:
    experiment, runs = trained
    claims = experiment.claims(runs)
    expected = EXACT | TRAINED
    assert {words: verdict(claims, words) for words in expected} == expected
    assert len(claims) == len(expected) + 1
    assert next(claim for claim in claims if "other (AdamW)" in claim.statement).value > 0.85  # 97 in 100 at 100 seeds
    assert {claim.count for claim in claims} == {1, 80}  # seeds are counted, not their shifts and optimisers


def test_one_model_out_of_eight_spoils_its_seed(trained: tuple[SlightAsymmetry, Runs]) -> None:
    """A run-away of one seed's model from one start: 79 of 80 seeds, not 639 of 640 models."""
    experiment, runs = trained
    held = runs[f"{DESCENT}, held"]
    data = held.data.copy(deep=True)
    data["W_history"].loc[{"state": 1, "seed": data["seed"][3]}] *= 2.0
    spoilt = {**runs, f"{DESCENT}, held": Run(held.training, data)}
    claim = next(c for c in experiment.claims(spoilt) if c.statement.startswith("Without feature 7"))
    assert claim.value == pytest.approx(79 / 80)
    assert claim.verdict != "holds"


def test_panels(trained: tuple[SlightAsymmetry, Runs]) -> None:
    experiment, runs = trained
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["film", "zones", "biases", "sums", "forces", "beginning", "waiting"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_the_starts_are_those_of_the_claims(trained: tuple[SlightAsymmetry, Runs]) -> None:
    _, runs = trained
    for sweep, shift in zip(of_shifts(runs, "free", DESCENT), SHIFTS, strict=True):
        W, b = raised(shift)
        np.testing.assert_allclose(sweep.live[:, 0], np.broadcast_to(W, (80, 2, 6)), atol=1e-3)
        np.testing.assert_allclose(sweep.live_bias[:, 0], np.broadcast_to(b, (80, 6)), atol=1e-3)


def test_a_training_of_one_step_supports_no_claim_on_trainings() -> None:
    experiment = SlightAsymmetry(seeds=80, steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    claims = experiment.claims(runs)
    still = {"Without feature 7", "recover (AdamW)", "recover (gradient descent)"}  # that something does not happen
    for words in TRAINED.keys() - still:
        assert verdict(claims, words) != "holds", words
