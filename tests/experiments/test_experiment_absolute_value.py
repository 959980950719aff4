"""Counts of neurons by hand, the experiment in small, and the motif in double precision and plain NumPy."""

import numpy as np
import pytest
import xarray as xr

import tegum as tg
from tegum.claims import judge_mean
from tegum.experiments import find
from tegum.experiments.absolute_value import claims as c
from tegum.experiments.absolute_value import judging
from tegum.experiments.experiment import Experiment, Runs
from tegum.training.run import execute


def nets(W_e: np.ndarray, W_d: np.ndarray, density: float = c.LOW) -> judging.Nets:
    """Networks of some seeds at one density: W_e (seed, m, n), W_d (seed, n, m), no bias."""
    seeds, m, n = W_e.shape
    axes = ("feature_probability", "seed")
    data = xr.Dataset(
        {
            "W_e": ((*axes, "latent", "feature"), W_e[None]),
            "W_d": ((*axes, "feature", "latent"), W_d[None]),
            "b": ((*axes, "feature"), np.zeros((1, seeds, n))),
            "loss": (axes, np.ones((1, seeds))),
        },
        coords={"feature_probability": [density], "seed": range(seeds)},
    )
    return judging.Nets(tg.Run(tg.Training(model=tg.UntiedAutoencoder(features=n, hidden=m)), data))


def test_a_few_slightly_polysemantic_neurons() -> None:
    load = np.ones((4, 40), int)
    load[1, :10] = 3
    load[2, :11] = 2
    load[3, :3] = 6
    assert judging.few_slightly(load).tolist() == [False, True, False, False]


def test_some_highly_polysemantic_neurons_of_less_important_features() -> None:
    load, strongest = np.ones((3, 6), int), np.tile(np.arange(6), (3, 1))
    load[0, 4:] = 5
    load[1, :2] = 5
    assert judging.some_highly(load, strongest).tolist() == [True, False, False]


def test_idle_neurons_do_not_count() -> None:
    W_e = np.array([[[1.0, 0.0], [1.0, 1.0], [0.01, 0.02]]])
    found = nets(W_e, np.array([[[1.0, 1.0, 0.0], [0.0, 1.0, 0.1]]]))
    assert found.load.tolist() == [[[1, 2, 0]]]
    assert found.share(c.LOW, 1, 1).tolist() == [0.5]
    assert found.polysemantic(c.LOW).tolist() == [1]


def test_parts_of_the_features() -> None:
    W_e = np.array([[[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    found = nets(W_e, np.array([[[1.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]]))
    assert judging.parts_of(found).tolist() == [[[1, 0, 1, 1]]]


def test_what_still_learns_does_not_fail() -> None:
    judged = judge_mean(c.EVENTUALLY, np.linspace(0.1, 0.2, 9), above=0.95, where="seeds")
    assert judging.ended(judged, c.EVENTUALLY, 0.01, "").verdict == "fails"
    still = judging.ended(judged, c.EVENTUALLY, 0.1, "half-way it was 0.3")
    assert still.verdict == "unclear"
    assert "not trained to the end: half-way it was 0.3" in still.measured


def test_features_added_in_the_second_half() -> None:
    one = tg.train(
        tg.UntiedAutoencoder(features=3, hidden=6, hidden_activation="relu"), tg.SparseSigned(), steps=4,
        over={"feature_probability": (0.5,), "seed": range(3)}, record=tg.at_steps([0], "parameters"),
    )  # fmt: skip
    found = judging.Nets(one)
    W_e = one.data["W_e_history"].isel(step=0).transpose("feature_probability", "seed", "latent", "feature").values
    assert np.allclose(found.half.W_e, W_e / np.abs(W_e).max(axis=-1, keepdims=True))
    found.__dict__["answered"] = np.full((1, 3, 3), 2)
    found.half.__dict__["answered"] = np.array([[[0, 0, 1], [0, 2, 1], [0, 0, 0]]])
    assert np.allclose(found.added, 1 - 3 / 9)


def test_untrained_networks_support_no_claim() -> None:
    experiment = find("absolute-value", "quick", small_seeds=30, seeds=4, steps=1, small_steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    assert not [claim.statement for claim in experiment.claims(runs) if claim.verdict == "holds"]


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("absolute-value", "quick")
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_verdicts_in_small(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    verdicts = {claim.statement: claim.verdict for claim in experiment.claims(runs)}
    assert len(verdicts) == 16
    assert verdicts[c.TWOS.statement] == "holds"


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["stacks", "small", "neurons", "features", "motif", "shares"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_three_features_in_six_neurons_in_double_precision_and_plain_numpy() -> None:
    run = tg.train(
        tg.UntiedAutoencoder(features=3, hidden=6, hidden_activation="relu", initial_scale=0.1), tg.SparseSigned(),
        loss=tg.SquaredError(target="absolute"), optimiser=tg.AdamW(learning_rate=1e-2), steps=600, batch_size=128,
        over={"seed": range(47_000_000, 47_000_008)}, precision="float64",
    )  # fmt: skip
    x = np.random.default_rng(0).uniform(-1, 1, (3, 500))
    errors = []
    for seed in run.data["seed"].values:
        one = run.at(seed=int(seed))
        h = np.maximum(one.W_e.transpose("latent", "feature").values @ x, 0)
        y = np.maximum(one.W_d.transpose("feature", "latent").values @ h + one.b.values[:, None], 0)
        errors.append(np.abs(y - np.abs(x)).max())
    assert np.median(errors) < 0.05
