"""Plateaus worked by hand, what is no plateau, and the experiment in small."""

import numpy as np
import pytest

import tegum as tg
from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.experiments.uniform import claims as c
from tegum.experiments.uniform import judging
from tegum.experiments.uniform.plateaus import stay, stickiness
from tegum.failure.savings import best_product, saved
from tegum.training.run import execute

X = np.geomspace(1, 100, 201)


def test_stay_at_a_step() -> None:
    step = np.where(X < 10, 1.0, 0.5)
    assert stay(X, step, 1.0, 1.05) == pytest.approx(1, abs=0.02)
    assert stay(X, step, 0.5, 1.05) == pytest.approx(1, abs=0.02)
    assert stay(X, step, 0.7, 1.05) < 0.01
    assert stickiness(X, step, 0.5, 1.05) == pytest.approx(
        np.log(2) / (2 * np.log(1.05)), rel=0.1
    )  # half of its window


def test_an_even_fall_is_sticky_nowhere_and_a_constant_neither() -> None:
    even = X**-0.5
    assert [stickiness(X, even, level, 1.05) for level in (1.0, 0.5, 0.2)] == pytest.approx([1, 1, 1], abs=0.02)
    assert stickiness(X, np.full_like(X, 0.5), 0.5, 1.05) == 0.0
    assert stickiness(X, even, 2.0, 1.05) == 0.0


def test_levels_elsewhere_leave_out_1_and_a_half() -> None:
    step = np.where(X < 5, 1.0, np.where(X < 20, 0.5, 0.2))
    assert judging.elsewhere(X, step[None])[0] > 2  # at 0.2
    two = np.where(X < 10, 1.0, 0.5)
    assert judging.elsewhere(X, two[None])[0] < 0.1


def by_hand(W: np.ndarray, p: list[float]) -> tg.Run:
    """A run that ended in W (seed, density, m, n)."""
    run = tg.train(tg.Autoencoder(features=W.shape[3], hidden=W.shape[2]), steps=1, batch_size=1,
                   over={"feature_probability": p, "seed": range(len(W))})  # fmt: skip
    axes = [run.W.dims.index(dim) for dim in ("seed", "feature_probability", "latent", "feature")]
    return tg.Run(run.training, run.data.assign(W=(run.W.dims, np.transpose(W, np.argsort(axes)))))


def test_pairs_and_mixtures_by_hand() -> None:
    digons = np.kron(np.eye(2), [1.0, -1.0])
    rotation = np.linalg.qr(np.random.default_rng(0).standard_normal((4, 4)))[0][:2]  # a projection: D* is 1
    run = by_hand(np.stack([rotation, digons])[None], [1.0, 0.3])
    assert judging.curves(run) == pytest.approx(np.array([[1.0, 0.5]]))
    assert judging.in_pairs(run).tolist() == [1.0]
    shares = tg.geometry.dimensionality(rotation)
    assert judging.largest_at_one(run)[0] == pytest.approx(shares.max())
    assert judging.digons_kept(by_hand(digons[None, None], [0.3])).tolist() == [1.0]
    assert judging.held_by_mixtures(run)[0] == pytest.approx(shares[shares < 0.5].sum() / shares.sum())


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("uniform", "quick", densities=9)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_verdicts_in_small(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = {claim.statement: claim for claim in experiment.claims(runs)}
    assert claims[c.AT_ONE.statement].value > 1.5
    assert claims[c.MIXED.statement].value > 0.5
    assert claims[c.PAIRS.statement].value > 0.5
    assert claims[c.BEYOND.statement].value > 0
    assert claims[c.FULL.statement].value < 1
    assert claims[c.FULL.statement].reason


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["curve", "stickiness", "saved"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_names_in_the_caption_are_those_drawn(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panel = experiment.panels(runs)[0]
    assert "n = 400" not in panel.caption
    names = [trace.name for trace in panel.figure.data if trace.showlegend is not False and trace.name]
    assert len(names) == len(set(names))


def test_below_the_plateau_a_curve_that_falls_evenly_is_not_sticky() -> None:
    flat = np.where(X < 10, 0.5, 0.5 * (X / 10) ** -0.5)  # all of the plateau at 1/2, then an even fall
    assert judging.between(X, flat[None])[0] == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"densities": 1}, "densities=1 makes no curve; it needs at least 2"),
     ({"features": 8, "hidden": 6}, "features=8 are too few for a digon in each of hidden=6 dimensions; it needs at "
                                    "least 12 features")],
)  # fmt: skip
def test_what_cannot_be_run_is_refused(fields: dict[str, int], words: str) -> None:
    with pytest.raises(tg.BadInput, match=words):
        find("uniform", "quick", **fields)


def test_untrained_models_support_no_claim() -> None:
    experiment = find("uniform", "quick", steps=1, densities=5)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    assert not [claim.statement for claim in experiment.claims(runs) if claim.verdict == "holds"]


def test_sparse_models_beat_every_product_in_double_precision_and_plain_numpy() -> None:
    p = 0.05
    run = tg.train(
        tg.Autoencoder(features=80, hidden=6), tg.SparseUniform(feature_probability=p), steps=1500, batch_size=256,
        optimiser=tg.AdamW(learning_rate=1e-2, schedule="cosine", warmup=75), precision="float64", seed=42_900_000,
    )  # fmt: skip
    W, b = run.W.values, run.b.values
    found = saved(W[None], b[None], p)[0]
    assert found > 1.01 * best_product(p)[1].worth
    rng = np.random.default_rng(3)
    off = dropped = 0.0
    for _ in range(4000):
        x = [rng.random() if rng.random() < p else 0.0 for _ in range(80)]
        h = W @ x
        off += sum((x[i] - max(0.0, W[:, i] @ h + b[i])) ** 2 for i in range(80))
        dropped += sum((value - p / 2) ** 2 for value in x)
    v = p / 3 - p * p / 4
    assert (dropped - off) / 4000 / 6 / v == pytest.approx(found, rel=0.05)
