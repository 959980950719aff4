"""Measures by hand, the experiment in small, and exact recovery from a model trained in double precision."""

from typing import Any

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
    drawn,
    each_fitted,
    fitted,
    fitting,
    half,
    recovered,
    thresholds,
)
from tegum.experiments.experiment import Experiment, Runs
from tegum.geometry.evaluated import outputs
from tegum.geometry.sparse_recovery import lost
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
    x = drawn(tg.KActive(active=3), 9, 50, rng())
    assert (x > 0).sum(0).tolist() == [3] * 50
    assert (drawn(tg.SparseUniform(feature_probability=0.1), 9, 5000, rng()) > 0).mean() == pytest.approx(0.1, abs=0.01)


def test_a_fitted_read_out_is_the_best_of_its_kind() -> None:
    U = directions(4, 8, rng())
    x = drawn(tg.SparseUniform(feature_probability=0.1), 8, 2000, rng(1))
    coder = fitted(U, x)
    ours = lost(outputs(coder.W, coder.b, x), x)
    for square in np.linspace(0.2, 2, 10):
        for bias in np.linspace(-1, 0.2, 10):
            assert ours <= lost(outputs(np.sqrt(square) * U, np.full(8, bias), x), x) + 1e-6


def test_a_length_and_a_bias_for_each_direction_lose_no_more_than_common_ones() -> None:
    U = directions(4, 8, rng())
    x = drawn(tg.SparseUniform(feature_probability=0.1), 8, 2000, rng(1))
    common = fitted(U, x)
    each = each_fitted(U, x, common)
    best = lost(outputs(each.W, each.b, x), x)
    assert best < lost(outputs(common.W, common.b, x), x)
    assert np.linalg.norm(each.W, axis=0) == pytest.approx(np.abs(np.diag(U.T @ each.W)))
    for i in range(8):
        for step in (-0.01, 0.01):
            b, W = each.b.copy(), each.W.copy()
            b[i] += step
            W[:, i] *= 1 + step
            assert lost(outputs(each.W, b, x), x) > best - 1e-5
            assert lost(outputs(W, each.b, x), x) > best - 1e-5


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
    experiment = find("almost-orthogonal", "quick", seeds=8)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_verdicts_in_small(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    judged = {claim.statement: claim for claim in experiment.claims(runs)}
    verdicts = {claim: judged[claim.statement].verdict for claim in (said.PRINTED, said.TENTH, said.BASIS, said.SMALL)}
    assert list(verdicts.values()) == ["fails", "holds", "holds", "holds"]
    assert judged[said.GROWS.statement].verdict == "holds"
    assert judged[said.BIRTHDAY.statement].verdict == "holds"
    assert judged[said.OWN.statement].verdict == "holds"
    assert judged[said.ALMOST.statement].verdict == "holds"


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["coherences", "counts", "printed", "recovered", "lost", "angles"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_a_training_of_one_step_supports_no_claim_about_what_is_learnt(quick: tuple[Experiment, Runs]) -> None:
    experiment = find("almost-orthogonal", "quick", seeds=12, steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    held = {claim.statement for claim in experiment.claims(runs) if claim.verdict == "holds"}
    assert not held & {c.statement for c in (said.ALMOST, said.ONE_SIDED, said.DENSER, said.RANDOM, said.READ)}
    # Sparse recovery needs no training, and an untrained read-out is worse still: these say nothing about learning.
    assert {said.OFTEN.statement, said.OWN.statement} <= held


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
    with pytest.raises(BadInput, match="must rise from 1 or more to 80 at most and contain 2 and 10"):
        find("almost-orthogonal", active=(1, 2, 3))
    with pytest.raises(BadInput, match="to 80 at most"):
        find("almost-orthogonal", active=(1, 2, 10, 90))


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"hidden": 6}, "hidden=6 must be at least 8"),
        ({"dimensions": ()}, r"dimensions=\[\] must be one or more rising numbers"),
        ({"dimensions": (1, 3)}, "from 2 on"),
        ({"growth": (40,)}, "growth=.40. must be three or more rising numbers"),
    ],
)
def test_what_nothing_can_be_judged_by_is_refused(field: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        find("almost-orthogonal", **field)
