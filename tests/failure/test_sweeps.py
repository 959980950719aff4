"""Sweeps: one feature apart from the others over time, by hand and against plain loops."""

from types import SimpleNamespace

import numpy as np
import pytest

import tegum as tg
from tegum.errors import BadInput
from tegum.failure.forces import forces, frozen_optimum
from tegum.failure.sweeps import Sweep, apart, caught, local_optimum
from tegum.theory.failure import leaning, symmetric_failure


def by_hand() -> Sweep:
    """Feature 1 of 3 grows to the right, 0.1, 0.2, 0.9, 1.0, while the others move to the left."""
    W, b = np.zeros((1, 4, 2, 3)), np.zeros((1, 4, 3))
    W[0, :, 0, 1] = [0.1, 0.2, 0.9, 1.0]
    W[0, :, 0, 0] = [1.0, -1.0, -2.0, -2.0]
    W[0, :, 1, 2] = [1.0, 1.0, 1.0, 1.0]
    b[0, :, 1] = [0.1, 0.2, -0.2, 0.0]
    return apart(W, b, np.array([0, 10, 20, 30]), np.array([1]))


def test_a_sweep_by_hand() -> None:
    sweep = by_hand()
    np.testing.assert_allclose(sweep.size, [[0.1, 0.2, 0.9, 1.0]])
    np.testing.assert_allclose(sweep.lean[0], [[1, 1], [-1, 1], [-2, 1], [-2, 1]])
    assert (sweep.learnt[0], sweep.eve[0]) == (2, 1)
    np.testing.assert_array_equal(sweep.stage, [[True, True, False, False]])
    np.testing.assert_array_equal(sweep.far, [[True, False]])
    np.testing.assert_allclose(sweep.heard[0, :2], [[0.2, 0.1], [0.0, 0.2]])
    np.testing.assert_allclose(sweep.turned[0, :2], [135, 45])
    np.testing.assert_allclose(sweep.pushed[0, 0], [-2 * 0.3 * 0.1, 0])
    np.testing.assert_allclose(sweep.mean(sweep.lengths, sweep.far), [[1, 1, 2, 2]])
    assert sweep.first(sweep.bias < 0)[0] == 2
    assert sweep.first(sweep.bias < -9)[0] == 4
    assert sweep.at(np.array([1])).bias.tolist() == [[0.2]]


def test_waits_and_what_the_live_features_lose_by_hand() -> None:
    sweep = by_hand()
    assert sweep.wait.tolist() == [20]
    assert np.isinf(apart(np.zeros((1, 2, 2, 3)), np.zeros((1, 2, 3)), np.arange(2), np.array([1])).wait).all()
    assert sweep.live_loss[0, 0] == pytest.approx(0)  # (1, 0) and (0, 1), at right angles, without biases
    assert sweep.live_loss[0, 2] == pytest.approx(3**2)  # (−2, 0) gives itself back as 4


def test_how_much_of_the_push_is_taken_back_by_hand() -> None:
    """S goes 2 to the left while the push, −0.06 and −0.08 along x, does 10 (0.06 + 0.08)/2 of work at rate 1."""
    assert by_hand().resistance(1.0)[0] == pytest.approx(0.7 / 2)


def test_the_push_is_what_input_j_gets_from_the_unlearnt_output() -> None:
    """Without output d the force on the live columns lacks exactly the push, live outputs being silent on input d."""
    W, b = symmetric_failure(7)
    W[:, :6] *= 1.1
    b[:6] = 1 - (W[:, :6] ** 2).sum(0)
    W[:, 6] = [0.05, 0.02]
    sweep = apart(W[None, None], b[None, None], np.zeros(1), np.array([6]))
    np.testing.assert_allclose(sweep.pushed[0, 0], forces(W, b).W[:, :6].sum(1), atol=1e-12)


def test_the_local_optimum_is_that_of_theory_and_of_the_scan() -> None:
    W, b = symmetric_failure(7)
    W[:, :6] = 1.05 * W[:, :6] + np.array([[0.02], [0.01]])
    b[:6] = 1 - (W[:, :6] ** 2).sum(0)
    found = local_optimum(W[None, :, 6], W[None, :, :6], b[None, :6])[0]
    np.testing.assert_allclose(found, frozen_optimum(W, b, 6, 2.0, 61).column, atol=1e-6)
    expected = -leaning(7) * W[:, :6].sum(1)
    assert np.hypot(*(found - expected)) < 0.2 * np.hypot(*expected)


def test_caught_models_are_those_that_recover_asymmetrically() -> None:
    run = tg.train(
        tg.Autoencoder(features=7, hidden=2), tg.OneHot(), steps=25_000, record=tg.every(250, "parameters"),
        over={"seed": range(40)},
    )  # fmt: skip
    sweep, mine = caught(run)
    assert len(mine) > 5
    W = run.W_history.transpose("seed", "step", "latent", "feature").values[mine]
    row = np.arange(len(mine))
    for p in row:
        feature = np.flatnonzero((W[p, :, 0] == sweep.column[p, :, :1].astype(np.float32)).all(0))
        assert len(feature) == 1
        assert np.linalg.norm(W[p, sweep.start[p]], axis=0).argmin() == feature[0]
    assert (sweep.size[row, sweep.start] < 0.1).all()
    assert (sweep.size[:, -1] > 1).all()
    assert (sweep.start < sweep.eve).all()
    assert (sweep.eve < sweep.learnt).all()
    with pytest.raises(BadInput, match="leave one, the seeds"):
        caught(run, SimpleNamespace(kind=np.zeros((2, 3, 4))))  # type: ignore[arg-type]
