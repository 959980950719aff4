"""Terms of losses worked by hand, the experiment in small, and what surprised, in float64 and plain NumPy."""

from math import comb

import jax.numpy as jnp
import numpy as np
import pytest

import tegum as tg
from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.experiments.loss_terms import claims, judging, measures
from tegum.training.run import execute


def course(silent: list[float], active: list[float]) -> np.ndarray:
    """One seed's four parts over three moments, with 30 copies that differ a little."""
    one = np.array([(1.0, 0.6, 0.3), (0.0, 0.0, 0.0), silent, active]).T
    return one * (1 + 0.001 * np.random.default_rng(0).normal(size=(30, 1, 1)))


@pytest.mark.parametrize(("silent", "active", "expected"), [
    ([0, 0.4, 0.1], [0, 0.15, 0.2], "fails"),  # both at the second moment
    ([0.3, 0.4, 0.1], [0, 0.05, 0.2], "holds"),
    ([0, 0.1, 0.4], [0, 0.5, 0.2], "fails"),
])  # fmt: skip
def test_which_strikes_first(silent: list[float], active: list[float], expected: str) -> None:
    forces, order = judging._forces(course(silent, active), np.array([0, 10, 100]))
    assert (forces.verdict, order.verdict) == ("unclear", expected)


def test_parts_add_up_to_the_loss_and_pairs_pay_for_two_alone() -> None:
    W, b, p = np.array([[[1.0, -1.0]]]), np.zeros((1, 2)), 0.5
    benefit, biases, silent, active = measures.parts(W, b, p, 200_000)[0]
    assert benefit == biases == 0
    assert silent == 0
    assert active == pytest.approx(p**2 * 2 / 6, rel=0.03)  # Σ (x − y)² = 2 min(x₁, x₂)², of mean 1/6, where both are


def test_terms_by_count_of_a_pair() -> None:
    assert measures.by_count(np.array([[1.0, -1.0]]), np.zeros(2)) == pytest.approx([0, 0, 1 / 3], rel=0.05)
    dead = measures.by_count(np.zeros((1, 2)), np.zeros(2))
    assert dead == pytest.approx([0, 1 / 3, 2 / 3], rel=0.05)


def test_biases_are_no_interference_of_one_active_feature() -> None:
    """Next to no W and positive biases: outputs say the same whatever is active."""
    run = tg.train(tg.Autoencoder(features=4, hidden=2), steps=1, over={"feature_probability": [0.3], "seed": [0]})
    run.W.values[:], run.b.values[:] = 1e-3 * run.W.values, 0.5
    found = measures.Terms(run)
    assert found.single == pytest.approx(0, abs=1e-4)
    assert measures.interference(found, 0.3, 500) == pytest.approx(0, abs=1e-4)


def test_each_seed_is_measured_upon_inputs_of_its_own() -> None:
    W, b = np.array([[1.0, -1.0]]), np.zeros(2)
    first, other = (measures.by_count(W, b, seed)[2] for seed in (0, 1))
    assert first != other
    assert first == measures.by_count(W, b)[2]


def test_negative_share() -> None:
    W = np.array([[[1.0, -1.0]], [[1.0, 1.0]]])
    assert measures.negative(W).tolist() == [1, 0]


def test_the_one_sparse_loss_is_a_loss_to_train_on() -> None:
    model, p = tg.Autoencoder(features=3, hidden=1), 0.2
    loss = measures.AtMostOneError(feature_probability=p)
    dead = {"W": jnp.zeros((1, 3)), "b": jnp.zeros(3)}
    assert float(loss(model, dead, jnp.eye(3))) == pytest.approx(p * (1 - p) ** 2 * 3 / 3)


def test_untrained_models_support_none_of_the_claims_about_trained_ones() -> None:
    experiment = find("loss-terms", "quick", steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    told = {claim.statement: claim.verdict for claim in experiment.claims(runs)}
    assert len(told) == 13
    assert "holds" not in told.values()


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("loss-terms", "quick")
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_verdicts_in_small(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    told = {claim.statement: claim.verdict for claim in experiment.claims(runs)}
    for claim in (claims.SOON, claims.FREE):
        assert told[claim.statement] == "holds"
    for claim in (claims.PAIRS, claims.ORDER, claims.LINEAR, claims.EQUAL, claims.SAME):
        assert told[claim.statement] != "fails"


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["training", "counts", "one-sparse", "signs", "planes"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_two_active_features_make_most_of_a_sparse_loss_in_double_precision_and_plain_numpy() -> None:
    """1 − S = 0.02, n = 20: 6 % of the inputs have two or more active features."""
    n, p = 20, 0.02
    run = tg.train(
        tg.Autoencoder(features=n, hidden=5, initial_scale=0.1), tg.SparseUniform(feature_probability=p), steps=3000,
        batch_size=512, precision="float64", optimiser=tg.AdamW(learning_rate=3e-3, schedule="quarter_cosine"),
    )  # fmt: skip
    W, b, rng, terms = run.W.values, run.b.values, np.random.default_rng(0), []
    for k in range(5):
        total = 0.0
        for _ in range(4000):
            x = np.zeros(n)
            x[rng.choice(n, k, replace=False)] = rng.random(k)
            total += ((x - np.maximum(W.T @ (W @ x) + b, 0)) ** 2).sum()
        terms.append(comb(n, k) * p**k * (1 - p) ** (n - k) * total / 4000)
    assert sum(terms[2:]) > 0.6 * sum(terms)
