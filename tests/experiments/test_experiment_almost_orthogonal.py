"""Measures by hand, the experiment in small, and exact recovery from a model trained in double precision."""

import numpy as np
import pytest

import tegum as tg
from tegum.errors import BadInput
from tegum.experiments import find
from tegum.experiments.almost_orthogonal import claims as said
from tegum.experiments.almost_orthogonal.measures import (
    Coder,
    coders,
    coherences,
    directions,
    fitted,
    fitting,
    half,
    of_law,
    recovered,
    sparse,
    thresholds,
)
from tegum.experiments.experiment import Experiment, Runs
from tegum.geometry.recovery import lost, rectified
from tegum.training.run import execute


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_directions_fit_until_two_are_too_close() -> None:
    for m, cosine in ((5, 0.7), (60, 0.4)):
        X, count = directions(m, 256, rng(4)), fitting(m, cosine, rng(4))
        product = np.abs(X.T @ X) - np.eye(256)
        assert product[:count, :count].max() <= cosine
        assert product[count, :count].max() > cosine


def test_coherence_of_draws() -> None:
    assert coherences(2, 2, 500).mean() == pytest.approx(2 / np.pi, abs=0.05)  # |cos| of a uniform angle


def test_samples_have_so_many_active_features() -> None:
    x = sparse(9, 3, 50, rng())
    assert (x > 0).sum(0).tolist() == [3] * 50
    assert (of_law(9, 0.1, 5000, rng()) > 0).mean() == pytest.approx(0.1, abs=0.01)


def test_a_fitted_read_out_is_the_best_of_its_kind() -> None:
    U, x = directions(4, 8, rng()), of_law(8, 0.1, 2000, rng(1))
    coder = fitted(U, x)
    ours = lost(rectified(coder.W, coder.b, x), x)
    for square in np.linspace(0.2, 2, 10):
        for bias in np.linspace(-1, 0.2, 10):
            assert ours <= lost(rectified(np.sqrt(square) * U, np.full(8, bias), x), x) + 1e-6


def test_orthogonal_directions_lose_nothing_by_any_method() -> None:
    table = recovered(Coder(np.eye(6), np.zeros(6)), 3, 5, rng())
    assert table == pytest.approx(np.array([[0, 1]] * 3), abs=1e-7)


def test_learnt_random_and_spread_directions_have_one_size() -> None:
    W, b = directions(4, 9, rng()), np.full(9, -0.1)
    found = coders(W, b, 0.1, seed=3)
    assert {name: coder.W.shape for name, coder in found.items()} == dict.fromkeys(
        ("learnt", "random", "spread"), (4, 9)
    )
    assert found["learnt"].W is W


def test_thresholds() -> None:
    assert half(range(1, 4), np.array([[1.0, 1, 0], [1, 0, 0]])) == 2
    hits = thresholds(20, 10, range(1, 8, 6), 10)
    assert hits[:, 0].mean() == 1
    assert hits[:, 1].mean() < 0.6


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("almost-orthogonal", "quick")
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_verdicts_in_small(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    judged = {claim.statement: claim for claim in experiment.claims(runs)}
    verdicts = {claim: judged[claim.statement].verdict for claim in (said.PRINTED, said.TENTH, said.BASIS, said.SMALL)}
    assert list(verdicts.values()) == ["fails", "holds", "holds", "holds"]
    assert judged[said.GROWS.statement].value > 0.9
    assert judged[said.BIRTHDAY.statement].verdict == "holds"
    assert judged[said.OWN.statement].verdict == "holds"
    assert judged[said.ALMOST.statement].verdict == "fails"


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["coherences", "counts", "printed", "recovered", "lost", "angles"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_a_training_of_one_step_supports_no_claim_about_what_is_learnt(quick: tuple[Experiment, Runs]) -> None:
    experiment = find("almost-orthogonal", "quick", steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    learnt = {claim.statement for claim in (said.ALMOST, said.ONE_SIDED, said.DENSER, said.RANDOM, said.READ)}
    assert not [c.statement for c in experiment.claims(runs) if c.verdict == "holds" and c.statement in learnt]


def test_recovery_from_a_model_in_double_precision() -> None:
    run = tg.train(
        tg.Autoencoder(features=32, hidden=8), tg.SparseUniform(feature_probability=0.05), steps=1500, batch_size=512,
        optimiser=tg.AdamW(learning_rate=3e-3), precision="float64", seed=900_001,
    )  # fmt: skip
    own = Coder(run.W.transpose("latent", "feature").values, run.b.values)
    l1, _, relu = recovered(own, 2, 60, rng())
    assert l1[1] > 0.7
    assert relu[1] == 0
    assert relu[0] > l1[0] + 0.05


def test_numbers_of_active_features_at_which_claims_are_judged_are_needed() -> None:
    with pytest.raises(BadInput, match="must rise and contain 2, 10, 80"):
        find("almost-orthogonal", active=(1, 2, 3))
