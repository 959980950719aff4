"""Records come at the right steps, hold the right things, and metrics are those of the state then."""

from typing import Any

import numpy as np
import pytest
from jaxtyping import Array

import tegum as tg
from tegum.geometry.directions import dimensionality
from tegum.training.history import Record


@pytest.mark.parametrize(
    ("record", "steps"),
    [
        (tg.every(4), [0, 4, 8, 10]),
        (tg.at_steps([10, 0, 3, 3]), [0, 3, 10]),
        (tg.log_spaced(4), [0, 1, 2, 5, 10]),
        (tg.log_spaced(1), [0, 10]),
    ],
)
def test_steps(record: Record, steps: list[int]) -> None:
    assert record.steps(10) == steps


def sum_of_norms(W: Array) -> Array:
    return (W * W).sum(0) ** 0.5 @ np.ones(W.shape[1], "float32")


@pytest.mark.parametrize("law", [tg.OneHot(), tg.SparseUniform(feature_probability=0.3)], ids=["lanes", "single"])
def test_metrics_and_gradients_along_the_way(law: tg.Law) -> None:
    what: tuple[Any, ...] = ("loss", "parameters", "gradients", sum_of_norms, dimensionality)
    run = tg.train(
        tg.Autoencoder(features=5, hidden=2),
        law,
        optimiser=tg.SGD(learning_rate=0.1),
        steps=45,
        over={"seed": [1, 2]},
        record=tg.every(1, *what),
        evaluation_samples=1024,
    )
    assert run.W_history.dims == ("seed", "step", "latent", "feature")
    W = run.W_history.values.astype(float)
    np.testing.assert_allclose(run.sum_of_norms_history, np.linalg.norm(W, axis=-2).sum(-1), rtol=1e-5)
    np.testing.assert_allclose(run.dimensionality_history, dimensionality(W), rtol=1e-3)
    if isinstance(law, tg.OneHot):
        moved = np.diff(run.W_history, axis=1)
        np.testing.assert_allclose(moved, -0.1 * run.W_gradient_history[:, :-1], atol=1e-6)
        assert (np.diff(run.loss_history) < 0).all(), "gradient descent on the whole data set goes down"


def test_the_recorded_loss_is_on_the_same_samples_at_every_step() -> None:
    run = tg.train(
        tg.Autoencoder(features=5, hidden=2),
        tg.SparseUniform(feature_probability=0.1),
        optimiser=tg.SGD(learning_rate=0.0),
        steps=20,
        record=tg.every(5, "loss"),
    )
    assert len(np.unique(run.loss_history)) == 1
