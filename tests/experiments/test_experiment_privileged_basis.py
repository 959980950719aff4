"""Codes of neurons by hand, the experiment in small, and its best model in double precision and plain NumPy."""

from functools import cached_property

import jax.numpy as jnp
import numpy as np
import pytest

import tegum as tg
from tegum.claims import Judged
from tegum.experiments import find
from tegum.experiments import privileged_basis as module
from tegum.experiments.experiment import Experiment, Runs
from tegum.experiments.privileged_basis import claims as c
from tegum.experiments.privileged_basis import judging
from tegum.geometry.neurons import STORED, code
from tegum.training.run import execute

DEDICATED = np.eye(5, 10)
PAIRED = np.where([[k in pair for pair in ((i, j) for i in range(5) for j in range(i))] for k in range(5)], 0.7, -0.7)


class Made(judging.Ends):
    """Models at given densities, some with dedicated neurons, with given losses on fresh samples."""

    def __init__(self, losses: np.ndarray, dedicated: np.ndarray, x: tuple[float, ...]) -> None:
        self.x = np.array(x)
        self.W = np.stack([np.where(dedicated[:, None, None], DEDICATED, PAIRED)] * len(x))
        self.made = losses

    def learnt(self, place: int) -> np.ndarray:
        return np.ones(self.made.shape[1], bool)

    @cached_property
    def fresh(self) -> np.ndarray:
        return np.asarray(self.made)


def made(means: list[list[float]], dedicated: list[bool]) -> Made:
    """Ten models of each kind for each mean given, at 0.7 and 0.5."""
    noise = np.random.default_rng(0).normal(0, 0.001, judging.PARTS)  # the same samples for all
    losses = np.repeat(np.array(means), 10, axis=1)[..., None] + noise
    return Made(losses, np.repeat(dedicated, 10), (c.DENSE, 0.5)[: len(means)])


def test_pairs_are_seen() -> None:
    assert PAIRED.shape == (5, 10)
    assert judging.in_pairs(PAIRED, STORED)
    assert not judging.in_pairs(DEDICATED, STORED)
    lame = PAIRED.copy()
    lame[0, 0] = 0.1
    assert not judging.in_pairs(lame, STORED)


@pytest.mark.parametrize(
    ("means", "verdict"),
    [([1.0, 1.1], "holds"), ([1.1, 1.0], "fails"), ([1.0, 1.0], "unclear")],
)
def test_the_best_of_a_kind_is_held_against_the_best_of_the_others(means: list[float], verdict: str) -> None:
    judged = judging.judge_regime(made([means], [True, False]), c.DENSE)
    assert judged.verdict == verdict
    assert "10 of 20" in judged.note


def test_every_density_of_the_range_counts() -> None:
    judged = judging.judge_regime(made([[1.0, 1.1], [1.1, 1.0]], [True, False]), c.DENSE)
    assert judged.verdict == "fails"
    assert "at 1 − S = 0.5" in judged.measured
    assert "0.7: 10 of 20" in judged.note


def test_a_single_training_that_is_ahead_is_not_enough() -> None:
    losses = np.concatenate([[0.9], np.full(9, 1.2), np.full(10, 1.0)])[:, None] * np.ones(judging.PARTS)
    ahead = judging.lead(np.arange(20) < 10, losses)
    assert np.isclose(ahead.value, 1 / 9)
    assert ahead.low < 0 < ahead.high
    assert np.isclose(ahead.share, 1 - (19 / 20) ** 20, atol=0.04)


def test_a_kind_that_no_model_has_is_unclear() -> None:
    judged = judging.judge_regime(made([[1.0, 1.1]], [False, False]), c.DENSE)
    assert judged.verdict == "unclear"
    assert "nothing to compare" in judged.measured


def free(W: np.ndarray) -> Judged:
    """The verdict on models W (k, m, n) at one density."""
    ends = Made(np.ones((1, len(W), 1)), np.ones(len(W), bool), (c.DENSE,))
    ends.W = W[None]
    return judging.judge_freedom(ends)


def test_axes_mean_nothing_only_where_directions_are_neither_near_nor_far() -> None:
    rng = np.random.default_rng(0)
    assert free(rng.normal(size=(400, 5, 10))).verdict == "holds"
    assert free(np.stack([DEDICATED + 0.01 * rng.normal(size=(5, 10)) for _ in range(30)])).verdict == "fails"
    far = np.sign(rng.normal(size=(30, 5, 10)))
    assert free(far + 0.01 * rng.normal(size=far.shape)).verdict == "fails"


def test_words_of_codes() -> None:
    assert [judging.describe(*own) for own in ((5, 0, 0), (3, 2, 3), (0, 5, 8))] == [
        "5 dedicated", "3 dedicated, 3 in 2", "8 in 5",
    ]  # fmt: skip


def test_share_of_positive_inputs_is_that_of_a_plain_loop() -> None:
    W, bias = np.array([[[1.0, -1.0]], [[1.0, 0.0]]]), np.array([[0.0], [-0.5]])
    on = judging.share_on(W, bias, tg.SparseUniform(), samples=50_000)
    p = c.TWO_CODE
    assert np.allclose(on, [p * (1 - p) + p * p / 2, p / 2], atol=0.01)


def test_densities_include_those_that_are_judged() -> None:
    with pytest.raises(tg.BadInput, match="must include"):
        find("privileged-basis", densities=(0.7, 0.35))


def test_a_hidden_bias_starts_at_0_and_shifts_what_the_relu_sees() -> None:
    model = module.HiddenBias(features=2, hidden=1, hidden_activation="relu")
    x = jnp.array([[1.0], [0.0]])
    parameters = {"W": jnp.array([[-1.0, 0.0]]), "b": jnp.zeros(2), "c": jnp.array([3.0])}
    assert np.allclose(model(parameters, x), [[0.0], [0.0]])
    assert np.allclose(model.encode(parameters, x), 2)
    run = tg.train(model, steps=1, over={"seed": range(2)})
    assert run.data["c"].dims == ("seed", "latent")


def test_untrained_models_support_no_claim() -> None:
    experiment = find("privileged-basis", "quick", seeds=30, others=30, steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    assert not [claim.statement for claim in experiment.claims(runs) if claim.verdict == "holds"]


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("privileged-basis", "quick")
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_verdicts_in_small(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    verdicts = {claim.statement: claim.verdict for claim in experiment.claims(runs)}
    assert len(verdicts) == 16
    sure = (c.BOTH, c.BURDEN, c.LINEARLY)  # 24 trainings do not settle which code is best
    assert {verdicts[claim.statement] for claim in sure} == {"holds"}


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["best", "kinds", "regimes", "losses", "sensitivity", "alignment"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_under_gradient_descent_a_turned_start_ends_as_the_turned_model() -> None:
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(2, 2)))[0]
    W, b = np.random.default_rng(1).normal(size=(2, 4)), np.zeros(4)
    ends = {}
    for name, optimiser in (("descent", tg.SGD(learning_rate=1.0)), ("adam", tg.AdamW(learning_rate=1e-2))):
        for turned, start in ((False, W), (True, turn @ W)):
            run = tg.train(tg.StartingFrom.at(start, b), tg.SparseUniform(feature_probability=0.3), steps=50,
                           optimiser=optimiser, batch_size=64, precision="float64")  # fmt: skip
            ends[name, turned] = run.W.transpose("latent", "feature").values
    assert np.allclose(turn @ ends["descent", False], ends["descent", True], atol=1e-9)
    assert np.abs(turn @ ends["adam", False] - ends["adam", True]).max() > 0.01


def settled(W: np.ndarray, density: float) -> tuple[np.ndarray, float]:
    """A model that was trained on from W, in double precision, and its loss by plain NumPy."""
    run = tg.train(
        tg.StartingFrom.at(W, np.zeros(10), hidden_activation="relu", noise=0.01), precision="float64",
        law=tg.SparseUniform(feature_probability=density), loss=tg.SquaredError(importance=tg.geometric(0.75, 10)),
        batch_size=256, steps=1500, optimiser=tg.AdamW(learning_rate=5e-3, schedule="quarter_cosine"),
    )  # fmt: skip
    own, b = run.W.transpose("latent", "feature").values, run.b.values
    rng = np.random.default_rng(0)
    x = (rng.random((10, 100_000)) < density) * rng.random((10, 100_000))
    y = np.maximum(own.T @ np.maximum(own @ x, 0) + b[:, None], 0)
    return own, float(np.mean(0.75 ** np.arange(10)[:, None] * (x - y) ** 2))


def test_three_in_two_is_better_than_dedicated_neurons_where_sparse_and_comes_apart_where_dense() -> None:
    three_in_two = DEDICATED.copy()
    three_in_two[3:, 3:6] = [[0.8, 0.8, -0.8], [0.8, -0.8, 0.8]]
    (shared, low), (dedicated, high) = settled(three_in_two, 0.35), settled(DEDICATED, 0.35)
    assert code(shared).is_of(3, 2, 3)
    assert code(dedicated).is_of(5, 0, 0)
    assert low < 0.98 * high
    assert code(settled(three_in_two, 0.7)[0]).is_of(5, 0, 0)
