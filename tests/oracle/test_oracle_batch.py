"""The batched oracle against the scalar one."""

from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose

from oracle import batch, toy


@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_adamw(decay: float) -> None:
    rng = np.random.default_rng(1)
    W, b = rng.normal(size=(3, 2, 4)), rng.normal(size=(3, 4))
    found = batch.adamw(W, b, 20, rate=0.02, decay=decay)
    step = partial(toy.adamw, decay=decay)
    for k in range(3):
        one, _ = toy.train({"W": W[k], "b": b[k]}, np.eye(4), [0.02] * 20, step)
        assert_allclose(found[0][k], one["W"], rtol=1e-10)
        assert_allclose(found[1][k], one["b"], rtol=1e-10)


def test_sgd() -> None:
    rng = np.random.default_rng(2)
    W, b = rng.normal(size=(2, 5)), rng.normal(size=5)
    one, _ = toy.train({"W": W, "b": b}, np.eye(5), [0.5] * 20, toy.sgd)
    found = batch.sgd(W[None], b[None], 20, 0.5)
    assert_allclose(found[0][0], one["W"], rtol=1e-10)
    assert_allclose(found[1][0], one["b"], rtol=1e-10)
