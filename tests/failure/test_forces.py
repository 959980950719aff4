"""The anatomy of a state: gradient against autodiff and the oracle, curvature against differences, ways out."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle import toy
from tegum.errors import BadInput
from tegum.failure.forces import (
    alone,
    before_relu,
    best_bias,
    by_sample,
    curvature,
    descend,
    escape,
    flat,
    forces,
    frozen_optimum,
    hessian,
    loss,
    unflat,
)
from tegum.theory.failure import failure_loss, leaning, symmetric_failure
from tegum.theory.polygons import gain
from tegum.toy.loss import SquaredError
from tegum.toy.models import Autoencoder


def random_state(seed: int, m: int = 2, n: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(m, n)), rng.normal(size=n) / 2


@pytest.mark.parametrize("shape", [(2, 7), (1, 3), (4, 5)])
def test_gradient_is_that_of_autodiff_and_of_the_oracle(shape: tuple[int, int]) -> None:
    W, b = random_state(3, *shape)
    n = shape[1]
    pulls, (on_W, on_b) = forces(W, b), by_sample(W, b)
    naive = toy.tied_gradient(W, b, np.eye(n), np.ones(n), "sum", "relu")
    with jax.enable_x64(True):
        model, ours = Autoencoder(features=n, hidden=shape[0]), SquaredError(reduction="sum")
        parameters = {"W": jnp.asarray(W), "b": jnp.asarray(b)}
        value, slope = jax.value_and_grad(lambda p: ours(model, p, jnp.eye(n)))(parameters)
    assert loss(W, b) == pytest.approx(float(value), rel=1e-13)
    for found in (-pulls.W, on_W.sum(0)):
        np.testing.assert_allclose(found, slope["W"], atol=1e-12)
        np.testing.assert_allclose(found, naive["W"], atol=1e-12)
    for found in (-pulls.b, on_b.sum(0)):
        np.testing.assert_allclose(found, slope["b"], atol=1e-12)
        np.testing.assert_allclose(found, naive["b"], atol=1e-12)


def test_each_sample_s_share_is_the_gradient_of_its_own_loss() -> None:
    W, b = random_state(5)
    on_W, on_b = by_sample(W, b)
    for j in range(6):
        one = toy.tied_gradient(W, b, np.eye(6)[:, [j]], np.ones(6), "sum", "relu")
        np.testing.assert_allclose(on_W[j], one["W"], atol=1e-12)
        np.testing.assert_allclose(on_b[j], one["b"], atol=1e-12)


def test_forces_worked_by_hand() -> None:
    """1/2 and −2 on a line, biases 1/4 and 3/2: z is 1/2 and −3/4 in row 0, 1/2 and 11/2 in row 1."""
    pulls = forces(np.array([[0.5, -2.0]]), np.array([0.25, 1.5]))
    np.testing.assert_allclose(pulls.benefit, [[0.5 * 2 * 0.5 * 2, -4.5 * 2 * 2 * -2]])
    np.testing.assert_allclose(pulls.tilt, [[0, -2 * 1.5 * 0.5]])
    np.testing.assert_allclose(pulls.untilt, [[0, 2 * 1 * 0.5]])
    np.testing.assert_allclose(pulls.spill, [[-2 * 0.5 * -2.0, 0]])
    np.testing.assert_allclose(pulls.bias_benefit, [1, -9])
    np.testing.assert_allclose(pulls.bias_interference, [0, -1])


@given(st.integers(0, 10_000))
def test_untilt_never_lengthens_and_tilt_vanishes_without_bias(seed: int) -> None:
    W, b = random_state(seed)
    assert (np.einsum("ki,ki->i", forces(W, b).untilt, W) <= 1e-12).all()
    assert not forces(W, np.zeros(6)).tilt.any()


@given(st.integers(0, 10_000))
@settings(max_examples=30)
def test_hessian_is_the_slope_of_the_gradient(seed: int) -> None:
    W, b = random_state(seed)
    if np.abs(before_relu(W, b)).min() < 1e-3:
        return
    state, step = flat(W, b), 1e-6
    columns = []
    for move in np.eye(len(state)) * step:
        up, down = (forces(*unflat(state + sign * move, 6)) for sign in (1, -1))
        columns.append((flat(down.W, down.b) - flat(up.W, up.b)) / (2 * step))
    np.testing.assert_allclose(hessian(W, b), np.stack(columns), atol=1e-6)


@pytest.mark.parametrize("live", [4, 6])
@pytest.mark.parametrize("seed", range(5))
def test_curvature_is_one_sided_at_the_kinks(live: int, seed: int) -> None:
    W, b = symmetric_failure(live + 1)
    found, direction = curvature(W, b), np.random.default_rng(seed).normal(size=3 * (live + 1))
    for way in (direction, -direction):
        step = 1e-4
        away = unflat(step * way, live + 1)
        rise = 2 * (loss(W + away[0], b + away[1]) - loss(W, b)) / step**2
        assert found.along(way) == pytest.approx(rise, rel=5e-3)
    low, high = (np.linalg.eigvalsh(matrix) for matrix in (found.silent, found.awake))
    assert (high >= low - 1e-9).all()
    np.testing.assert_allclose(found.awake, hessian(W, b, awake=True), atol=1e-12)


def test_the_steepest_way_really_goes_down_and_no_random_one_is_steeper() -> None:
    W, b = symmetric_failure(7)
    found = curvature(W, b)
    value, direction = found.steepest()
    away = unflat(0.01 * direction, 7)
    assert loss(W + away[0], b + away[1]) < loss(W, b) - 0.3 * 0.5e-4 * abs(value)
    oracle = toy.loss(toy.forward(W + away[0], b + away[1], np.eye(7), "relu"), np.eye(7), np.ones(7), "sum")
    assert oracle == pytest.approx(6 / 7 + 0.5e-4 * value, abs=0.3e-4 * abs(value))
    rng = np.random.default_rng(0)
    near = direction + 0.1 * rng.normal(size=(500, 21))
    assert min(found.along(way / np.linalg.norm(way)) for way in near) >= value - 1e-9
    assert np.linalg.eigvalsh(found.silent)[0] < value < -0.01


def test_an_output_at_zero_upon_its_own_input_has_no_curvature() -> None:
    with pytest.raises(BadInput, match="output 1 is at 0 upon its own input, where the loss has an edge"):
        hessian(np.array([[1.0, 0.5]]), np.array([0.0, -0.25]))


def test_shapes_of_one_model_are_needed() -> None:
    with pytest.raises(BadInput, match=r"are not one model; they need to be \(m, n\), \(n,\)."):
        loss(np.zeros((3, 2, 5)), np.zeros(5))


def test_escape_learns_the_last_feature_and_never_climbs() -> None:
    path = escape(*symmetric_failure(5), push=0.05, rate=0.02, steps=5_000, every=10, until=1e-9)
    assert failure_loss(5) > path.loss[0] > 0.7
    assert path.loss[-1] <= 1e-9
    assert (np.diff(path.loss) <= 1e-12).all()
    assert np.hypot(*path.W[-1]).min() > 0.9
    assert path.loss[3] == pytest.approx(loss(path.W[3], path.b[3]), rel=1e-12)


def test_a_minimum_has_no_way_out() -> None:
    W, _ = symmetric_failure(7)
    with pytest.raises(BadInput, match="a way out needs a negative one"):
        escape(1.1 * W[:, :6], 1 - 1.21 * (W[:, :6] ** 2).sum(0), push=0.01, rate=0.01, steps=10)


def test_descent_is_plain_until_the_rate_is_too_large() -> None:
    W, b = random_state(1)
    pulls = forces(W, b)
    one = descend(W, b, 1e-3, 1)
    np.testing.assert_allclose(one.W[1], W + 1e-3 * pulls.W, atol=1e-14)
    np.testing.assert_allclose(one.b[1], b + 1e-3 * pulls.b, atol=1e-14)
    assert one.time.tolist() == [0, 1e-3]
    bold = descend(W, b, 100.0, 200)
    assert 0 < bold.time[-1] < 200
    assert (np.diff(bold.loss) <= 1e-12).all()
    assert bold.loss[-1] < bold.loss[0]


@given(st.integers(0, 10_000))
def test_best_bias_is_best_on_a_scan(seed: int) -> None:
    rng = np.random.default_rng(seed)
    own, heard = rng.uniform(0, 2), 1.5 * rng.normal(size=5)
    beta, value = best_bias(np.array(own), heard)
    scan = np.linspace(-12, 4, 6401)
    losses = (np.maximum(own + scan, 0) - 1) ** 2 + (np.maximum(heard[:, None] + scan, 0) ** 2).sum(0)
    assert value <= losses.min() + 1e-12
    assert value >= losses.min() - 2e-4
    assert np.isfinite(beta) or value == 1


def test_alone_is_the_whole_loss_less_what_does_not_change() -> None:
    W, b = random_state(2)
    places = np.random.default_rng(0).normal(size=(20, 2))
    values, biases = alone(W, b, 2, places)
    rest = loss(np.delete(W, 2, 1), np.delete(b, 2))
    for place, value, bias in zip(places, values, biases, strict=True):
        changed, shifted = W.copy(), b.copy()
        changed[:, 2], shifted[2] = place, max(bias, -1e3)
        assert loss(changed, shifted) - rest == pytest.approx(value, abs=1e-10)


def test_frozen_optimum_of_a_symmetric_and_of_a_leaning_state() -> None:
    W, b = symmetric_failure(7)
    still = frozen_optimum(W, b, 6, 2.0, 41)
    np.testing.assert_allclose(still.column, 0, atol=1e-7)
    assert still.bias == pytest.approx(1 / 7)
    assert still.loss == pytest.approx(6 / 7)
    W[:, :6] = 1.01 * W[:, :6] + np.array([[0.004], [0.0]])
    b[:6] = 1 - (W[:, :6] ** 2).sum(0)
    leant = frozen_optimum(W, b, 6, 2.0, 41)
    np.testing.assert_allclose(leant.column, [-leaning(7) * 0.024, 0], rtol=0.05, atol=1e-7)
    assert leant.loss < still.loss
    with pytest.raises(BadInput, match="the search over all columns of one feature needs m=2"):
        frozen_optimum(np.zeros((3, 4)), np.zeros(4), 0, 1.0)


def test_the_learnt_place_is_found_where_there_is_one() -> None:
    """A hexagon without feature 0: the best place of the missing column is the vertex."""
    W, b = symmetric_failure(7)
    found = frozen_optimum(W[:, :6], b[:6], 0, 2.0, 61)
    assert found.loss == pytest.approx(0, abs=1e-10)
    np.testing.assert_allclose(found.column, [gain(6) ** 0.5, 0], atol=1e-4)
