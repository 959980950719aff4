"""Whole trainings through the public door against the oracle's, from the engine's own step-0 parameters."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import tegum as tg
from oracle import toy
from tegum.toy.features import draw
from tegum.toy.random import fold, key_of
from tegum.training import loop

N, M = 7, 2
SEEDS = {"seed": range(2)}
HALVES = tg.geometric(0.5, N)


def start(run: tg.Run, **where: int) -> toy.Params:
    """The recorded parameters at step 0 of one instance."""
    return {name: run.data[f"{name}_history"].isel({"step": 0, **where}).values.astype(float) for name in ("W", "b")}


def assert_agrees(run: tg.Run, where: dict[str, int], expected: toy.Params, losses: list[float], atol: float) -> None:
    """At the end, and the loss at every recorded step."""
    for name, value in expected.items():
        np.testing.assert_allclose(run.data[name].isel(where), value, atol=atol)
    recorded = [losses[int(step)] for step in run.data["step"]]
    np.testing.assert_allclose(run.data["loss_history"].isel(where), recorded, atol=atol)


@pytest.mark.parametrize(
    ("activation", "importance", "reduction"),
    [("relu", 1.0, "mean"), ("linear", HALVES, "feature_sum"), ("relu", HALVES, "sum")],
)
def test_a_hundred_steps_of_adamw(activation: Any, importance: Any, reduction: Any) -> None:
    run = tg.train(
        tg.Autoencoder(features=N, hidden=M, activation=activation),
        tg.OneHot(),
        loss=tg.SquaredError(importance=importance, reduction=reduction),
        steps=100,
        over={"weight_decay": (0.0, 0.01), **SEEDS},
        record=tg.at_steps([0, 1, 100], "loss", "parameters", "gradients"),
        precision="float64",
    )
    weights = np.broadcast_to(np.asarray(importance), N)
    for place, decay in enumerate((0.0, 0.01)):
        where = {"weight_decay": place, "seed": 1 - place}
        begun = start(run, **where)
        optimiser = functools.partial(toy.adamw, decay=decay)
        end, losses = toy.train(
            begun, np.eye(N), [1e-3] * 100, optimiser, importance=weights, reduction=reduction, activation=activation
        )
        assert_agrees(run, where, end, losses, 1e-9)
        slopes = toy.tied_gradient(begun["W"], begun["b"], np.eye(N), weights, reduction, activation)
        for name, slope in slopes.items():
            recorded = run.data[f"{name}_gradient_history"].isel({"step": 0, **where})
            np.testing.assert_allclose(recorded, slope, atol=1e-12)
    assert_first_steps_have_size(1e-3, run.at(weight_decay=0.0))


def assert_first_steps_have_size(rate: float, run: tg.Run) -> None:
    """Adam's first step is rate · g / (|g| + eps). Were a tied weight two parameters, it would be twice that."""
    step = run.W_history.isel(step=1) - run.W_history.isel(step=0)
    slope = run.W_gradient_history.isel(step=0)
    moved = abs(slope.values) > 1e-4
    assert moved.sum() > moved.size / 2
    np.testing.assert_allclose(step.values[moved], -rate * np.sign(slope.values[moved]), rtol=2e-4)


def test_single_precision_stays_near() -> None:
    run = tg.train(
        tg.Autoencoder(features=N, hidden=M), tg.OneHot(), steps=100, over=SEEDS, record=tg.at_steps([0, 1, 100])
    )
    assert run.W.dtype == np.float32
    for seed in SEEDS["seed"]:
        end, losses = toy.train(start(run, seed=seed), np.eye(N), [1e-3] * 100)
        assert_agrees(run, {"seed": seed}, end, losses, 1e-4)


def falling(step: Any, steps: Any) -> Any:
    """A user's schedule."""
    return 1 / (1 + step / steps)


@pytest.mark.parametrize(
    ("optimiser", "theirs", "factors"),
    [
        (
            tg.SGD(learning_rate=0.5, schedule="quarter_cosine", warmup=4),
            toy.sgd,
            [0.25, 0.5, 0.75, 1.0, *np.cos(np.pi / 2 * np.arange(16) / 15)],
        ),
        (tg.Momentum(learning_rate=0.5, schedule="linear"), toy.momentum, 1 - np.arange(20) / 20),
        (tg.Adam(learning_rate=0.5, schedule=falling), toy.adam, 1 / (1 + np.arange(20) / 20)),
    ],
    ids=["SGD", "Momentum", "Adam"],
)
def test_twenty_steps_of_the_other_optimisers_on_a_schedule(optimiser: Any, theirs: Any, factors: Any) -> None:
    run = tg.train(
        tg.Autoencoder(features=N, hidden=M),
        tg.OneHot(),
        optimiser=optimiser,
        steps=20,
        record=tg.every(1),
        precision="float64",
    )
    end, losses = toy.train(start(run), np.eye(N), [0.5 * float(factor) for factor in factors], theirs)
    assert_agrees(run, {}, end, losses, 1e-9)


def test_every_step_draws_a_fresh_batch_and_losses_estimate_the_expected_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the layout without an instance axis."""
    monkeypatch.setattr(loop, "SMALL", 0)
    monkeypatch.setattr(loop, "_programs", {})
    law = tg.SparseUniform(feature_probability=0.5)
    run = tg.train(
        tg.Autoencoder(features=3, hidden=2, initial_bias=0.1),
        law,
        loss=tg.SquaredError(reduction="feature_sum"),
        steps=5,
        batch_size=64,
        seed=4,
        record=tg.at_steps([0, 5]),
        evaluation_samples=2**16,
        precision="float64",
    )
    begun = start(run)
    parameters, state = begun, toy.State()
    with jax.enable_x64(True):
        stream = fold(jnp.array(key_of(4), jnp.uint32), loop.BATCH)
        batches = [np.asarray(draw(law, fold(stream, step), 3, 64)) for step in range(5)]
    for x in batches:
        slopes = toy.tied_gradient(parameters["W"], parameters["b"], x, np.ones(3), "feature_sum", "relu")
        parameters, state = toy.adamw(parameters, slopes, state, 1e-3)
    for name, value in parameters.items():
        np.testing.assert_allclose(run.data[name], value, atol=1e-12)
    expected = [toy.expected_loss(p["W"], p["b"], np.ones(3), 0.5) for p in (begun, parameters)]
    np.testing.assert_allclose(run.loss_history, expected, rtol=0.01)
    fall = float(run.loss_history[0] - run.loss_history[1])  # on the same samples, so known much better
    assert fall == pytest.approx(expected[0] - expected[1], rel=0.02)


def test_both_layouts_train_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an instance axis and without: batches of fixed samples, losses on all of them."""

    def trained() -> tg.Run:
        return tg.train(
            tg.UntiedAutoencoder(features=4, hidden=2, hidden_activation="relu"),
            tg.FixedSamples(count=8, of=tg.SparseUniform(feature_probability=0.4)),
            optimiser=tg.AdamW(learning_rate=0.01),
            steps=50,
            batch_size=3,
            over=SEEDS,
            record=tg.every(25),
        )

    lanes = trained()
    monkeypatch.setattr(loop, "SMALL", 0)
    monkeypatch.setattr(loop, "_programs", {})
    single = trained()
    assert [program.width for program in loop._programs.values()] == [None]
    for name in ("W_e", "W_d", "b", "loss", "W_d_history", "loss_history"):
        np.testing.assert_allclose(lanes.data[name], single.data[name], atol=1e-5)
    assert (abs(lanes.W_d - lanes.W_d_history.isel(step=0)) > 0.1).any()
