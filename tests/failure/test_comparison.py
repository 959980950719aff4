"""Losses on fresh samples are those of a plain loop."""

import jax
import numpy as np

import tegum as tg
from tegum.failure.comparison import fresh_losses
from tegum.toy.features import draw


def test_fresh_losses_are_those_of_plain_numpy() -> None:
    rng = np.random.default_rng(0)
    W, b = rng.normal(size=(3, 2, 4)), rng.normal(size=(3, 4))
    model = tg.Autoencoder(features=4, hidden=2, hidden_activation="relu")
    law, importance = tg.SparseUniform(feature_probability=0.5), np.array(tg.geometric(0.5, 4))
    found = fresh_losses(
        model, tg.SquaredError(importance=tg.geometric(0.5, 4)), law, {"W": W, "b": b}, parts=2, samples=50, seed=3
    )
    assert found.shape == (3, 2)
    for part, key in enumerate(jax.random.split(jax.random.key(3), 2)):
        x = np.asarray(draw(law, key, 4, 50), float)
        for k in range(3):
            y = np.maximum(W[k].T @ np.maximum(W[k] @ x, 0) + b[k][:, None], 0)
            assert np.isclose(found[k, part], (importance[:, None] * (x - y) ** 2).mean(), rtol=1e-5)
