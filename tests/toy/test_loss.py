"""Losses and their gradients against the oracle; one-hot and sparse models whose loss is known in closed form."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import tegum as tg
from oracle import toy
from tegum.errors import BadInput
from tegum.spec import Spec, leaves, with_leaves
from tegum.toy.loss import evaluate
from tegum.toy.product import Identity

RNG = np.random.default_rng(1)
W, B, X = RNG.normal(size=(2, 4)), RNG.normal(size=4), RNG.normal(size=(4, 5))
IMPORTANCE = (1.0, 0.5, 0.0, 2.0)
Params = dict[str, Any]


class Mirror(tg.Model):
    """A user's model, written for one instance."""

    gain: float = 1.0

    def init(self, key: Any) -> Params:
        return {"A": jnp.eye(self.features)}

    def __call__(self, parameters: Params, x: Any) -> Any:
        return self.gain * parameters["A"] @ x


class Penalised(tg.Loss):
    """A user's loss, written for one instance."""

    penalty: float = 0.1

    def __call__(self, model: tg.Network, parameters: Params, x: Any) -> Any:
        size = sum(jnp.trace(p @ p.T) for p in parameters.values() if p.ndim == 2)
        return jnp.mean((x - model(parameters, x)) ** 2) + self.penalty * size


def measured(model: tg.Model, loss: tg.Loss, parameters: Params, x: Any) -> Any:
    """The loss and its gradient, in double precision."""
    with jax.enable_x64(True):
        samples = x if isinstance(x, Identity) else jnp.asarray(x)
        arrays = jax.tree.map(jnp.asarray, parameters)
        graded = jax.value_and_grad(lambda p: evaluate(loss, model, p, samples, lanes=False))
        return jax.tree.map(np.asarray, jax.jit(graded)(arrays))


def in_lanes(spec: Spec, count: int) -> Any:
    """The spec with its numbers shrunk by 1, 1/2, 1/3, ... along the lanes."""
    share = 1 / (1 + np.arange(count))
    return with_leaves(spec, {path: jnp.asarray(np.multiply.outer(v, share)) for path, v in leaves(spec).items()})


def lane(spec: Spec, which: int) -> Any:
    return with_leaves(spec, {path: np.asarray(value) / (1 + which) for path, value in leaves(spec).items()})


@pytest.mark.parametrize("reduction", ["mean", "feature_sum", "sum"])
@pytest.mark.parametrize("importance", [3.0, IMPORTANCE], ids=["scalar", "vector"])
@pytest.mark.parametrize("activation", ["relu", "linear"])
def test_loss_and_gradient_are_the_oracles(activation: Any, importance: Any, reduction: Any) -> None:
    weights = np.broadcast_to(np.asarray(importance), 4)
    value, slopes = measured(
        tg.Autoencoder(features=4, hidden=2, activation=activation),
        tg.SquaredError(importance=importance, reduction=reduction),
        {"W": W, "b": B},
        X,
    )
    assert value == pytest.approx(toy.loss(toy.forward(W, B, X, activation), X, weights, reduction), rel=1e-12)
    by_hand = toy.tied_gradient(W, B, X, weights, reduction, activation)
    for name in ("W", "b"):
        np.testing.assert_allclose(slopes[name], by_hand[name], atol=1e-12)


@pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh", "gelu", "softplus"])
def test_gradient_is_the_oracles_finite_difference(activation: Any, tied: bool) -> None:
    kind = tg.Autoencoder if tied else tg.UntiedAutoencoder
    parameters = {"W": W, "b": B} if tied else {"W_e": W, "W_d": RNG.normal(size=(4, 2)), "b": B}

    def naive(p: toy.Params) -> float:
        encoder, decoder = (p["W"], p["W"].T) if tied else (p["W_e"], p["W_d"])
        y = toy.forward_untied(encoder, decoder, p["b"], X, activation, "relu")
        return toy.loss(y, X, np.asarray(IMPORTANCE), "mean")

    model = kind(features=4, hidden=2, activation=activation, hidden_activation="relu")
    value, slopes = measured(model, tg.SquaredError(importance=IMPORTANCE), parameters, X)
    assert value == pytest.approx(naive(parameters), rel=1e-12)
    expected = toy.gradient(naive, parameters)
    assert slopes.keys() == expected.keys()
    for name, slope in expected.items():
        np.testing.assert_allclose(slopes[name], slope, atol=1e-8)


def test_the_slope_of_relu_at_exactly_0_is_0() -> None:
    """A feature with W_i = 0 and b_i = 0 is dead: its gradient is 0, in PyTorch too. That of maximum(z, 0) is not."""
    W_dead, b_dead = W * [1, 1, 1, 0], B * [1, 1, 1, 0]
    _, slopes = measured(tg.Autoencoder(features=4, hidden=2), tg.SquaredError(), {"W": W_dead, "b": b_dead}, np.eye(4))
    assert slopes["b"][3] == 0
    expected = toy.tied_gradient(W_dead, b_dead, np.eye(4), np.ones(4), "mean", "relu")
    np.testing.assert_allclose(slopes["W"], expected["W"], atol=1e-12)


POLYGONS = {3: 0.666667, 4: 1.0, 5: 1.447214, 6: 2.0, 7: 2.655971, 8: 3.414214, 12: 7.464102}


@pytest.mark.parametrize("n", POLYGONS)
def test_a_regular_polygon_answers_one_hot_data_without_error(n: int) -> None:
    """r² (1 - cos 2π/n) = 1 and b = 1 - r²."""
    W, b = toy.regular_polygon(n)
    np.testing.assert_allclose((W**2).sum(0), POLYGONS[n], atol=1e-6)
    np.testing.assert_allclose(b, 1 - POLYGONS[n], atol=1e-6)
    with jax.enable_x64(True):
        parameters = {"W": jnp.asarray(W), "b": jnp.asarray(b)}
        cost = jax.jit(
            functools.partial(
                evaluate, tg.SquaredError(), tg.Autoencoder(features=n, hidden=2), x=Identity(n), lanes=False
            )
        )
        assert cost(parameters) < 1e-28


@pytest.mark.parametrize(("reduction", "expected"), [("sum", 6 / 7), ("feature_sum", 6 / 49), ("mean", 6 / 343)])
def test_symmetric_failure_costs_six_sevenths_and_has_no_gradient(reduction: Any, expected: float) -> None:
    """Six features in a hexagon, the seventh with W_7 = 0 and b_7 = 1/7."""
    W, b = toy.symmetric_failure(7)
    value, slopes = measured(
        tg.Autoencoder(features=7, hidden=2), tg.SquaredError(reduction=reduction), {"W": W, "b": b}, Identity(7)
    )
    assert value == pytest.approx(expected, rel=1e-12)
    # z = 0 between neighbours in the hexagon is 0 but for rounding, and those errors are too.
    np.testing.assert_allclose(slopes["W"], 0, atol=1e-14)
    np.testing.assert_allclose(slopes["b"], 0, atol=1e-14)


@pytest.mark.parametrize("dead", [2, 3])
def test_each_feature_that_fails_costs_the_same(dead: int) -> None:
    W, b = toy.symmetric_failure(7, dead)
    value, _ = measured(
        tg.Autoencoder(features=7, hidden=2), tg.SquaredError(reduction="sum"), {"W": W, "b": b}, Identity(7)
    )
    assert value == pytest.approx(dead * 6 / 7, rel=1e-12)


def test_a_truly_dead_feature_costs_1_and_has_no_gradient() -> None:
    W, b = toy.symmetric_failure(7)
    b[6] = -0.1
    value, slopes = measured(
        tg.Autoencoder(features=7, hidden=2), tg.SquaredError(reduction="sum"), {"W": W, "b": b}, Identity(7)
    )
    assert value == pytest.approx(1, rel=1e-12)
    assert slopes["b"][6] == 0
    assert (slopes["W"][:, 6] == 0).all()


@pytest.mark.parametrize(
    ("p", "extra", "W", "b", "expected"),
    [
        (0.3, 0.5, [[1, 0]], [0, 0.15], 0.03875),
        (0.3, 0.5, [[0, 1]], [0.15, 0], 0.0775),
        (0.3, 0.5, [[1, -1]], [0, 0], 0.0225),
        (0.8, 2.0, [[1, 0]], [0, 0.4], 0.21333333333333),
        (0.8, 2.0, [[0, 1]], [0.4, 0], 0.10666666666667),
        (0.8, 2.0, [[1, -1]], [0, 0], 0.32),
        (0.3, 0.5, [[1, 0, 0], [0, 1, -1]], [0, 0, 0], 0.3**2 * 1.5 / 6),
        (0.3, 0.5, [[1, -1, 0], [0, 0, 1]], [0, 0, 0], 0.3**2 / 3),
    ],
)
def test_phases_of_two_and_three_features(
    p: float, extra: float, W: list[list[float]], b: list[float], expected: float
) -> None:
    """Expected loss of the candidate solutions of Toy Models of Superposition, by exact quadrature: one sample to a
    lane, each with its weight."""
    n = len(b)
    x, weights = toy.sparse_law(n, p)
    importance = (1.0,) * (n - 1) + (extra,)
    with jax.enable_x64(True):
        count = len(weights)
        parameters = {
            "W": jnp.repeat(jnp.array(W, float)[..., None], count, -1),
            "b": jnp.repeat(jnp.array(b, float)[..., None], count, -1),
        }
        loss = tg.SquaredError(reduction="sum")
        repeated = with_leaves(loss, {"importance": jnp.repeat(jnp.array(importance)[:, None], count, -1)})
        model = tg.Autoencoder(features=n, hidden=len(W))
        each = evaluate(repeated, model, parameters, jnp.asarray(x)[:, None], lanes=True)
    assert each.shape == (count,)
    assert np.asarray(each) @ weights == pytest.approx(expected, rel=1e-12)


TIED = tg.Autoencoder(features=4, hidden=2)


@pytest.mark.parametrize(
    ("model", "loss", "identity"),
    [
        (TIED, tg.SquaredError(importance=IMPORTANCE), False),
        (TIED, tg.SquaredError(importance=IMPORTANCE), True),
        (TIED, Penalised(), False),
        (Mirror(features=4, hidden=1), tg.SquaredError(importance=IMPORTANCE), True),
        (Mirror(features=4, hidden=1), Penalised(), False),
    ],
    ids=lambda part: type(part).__name__ if isinstance(part, Spec) else ("samples", "identity")[part],
)
def test_evaluate_in_lanes_is_evaluate_of_each_instance(model: tg.Model, loss: tg.Loss, identity: bool) -> None:
    rng = np.random.default_rng(2)
    with jax.enable_x64(True):
        shapes = {"A": (4, 4, 3)} if isinstance(model, Mirror) else {"W": (2, 4, 3), "b": (4, 3)}
        parameters = {name: jnp.asarray(rng.normal(size=shape)) for name, shape in shapes.items()}
        x: Any = Identity(4) if identity else jnp.asarray(rng.uniform(size=(4, 5, 3)))
        many = jax.jit(lambda p: evaluate(in_lanes(loss, 3), in_lanes(model, 3), p, x, lanes=True))(parameters)
        for i in range(3):
            mine = {name: value[..., i] for name, value in parameters.items()}
            samples = jnp.eye(4) if identity else x[..., i]
            one = evaluate(lane(loss, i), lane(model, i), mine, samples, lanes=False)
            assert many[i] == pytest.approx(float(one), rel=1e-12)


def test_a_users_model_and_loss_worked_by_hand() -> None:
    """y = 2 A x with A = 1/4 everywhere, x = (1, 0): errors 1/2 and 1/2, so 1/4; plus 0.1 · 4/16."""
    value, slopes = measured(Mirror(features=2, hidden=1, gain=2.0), Penalised(), {"A": np.full((2, 2), 0.25)}, X0)
    assert value == pytest.approx(0.25 + 0.025, rel=1e-12)
    np.testing.assert_allclose(slopes["A"], [[-1 + 0.05, 0.05], [1 + 0.05, 0.05]], rtol=1e-12)


X0 = np.array([[1.0], [0.0]])


def test_importances_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BadInput) as refusal:
        tg.SquaredError(importance=IMPORTANCE).check(5)
    assert str(refusal.value) == "importance has 4 values, the model has 5 features; give one number or 5."
    tg.SquaredError(importance=IMPORTANCE).check(4)
    tg.SquaredError(importance=2.0).check(5)


def test_geometric() -> None:
    np.testing.assert_allclose(tg.geometric(0.7, 20), 0.7 ** np.arange(20), rtol=1e-12)
    assert tg.geometric(0.0, 3) == (1.0, 0.0, 0.0)
    for ratio, features in ((-0.1, 3), (float("nan"), 3), (0.5, 0)):
        with pytest.raises(BadInput) as refusal:
            tg.geometric(ratio, features)
        assert str(refusal.value).startswith(f"geometric({ratio!r}, {features!r}) needs a finite ratio")


def test_the_absolute_value_as_target_by_hand() -> None:
    model = tg.Autoencoder(features=2, hidden=2, activation="linear")
    parameters = {"W": jnp.eye(2), "b": jnp.zeros(2)}
    x = jnp.asarray([[-0.5, 0.25], [1.0, 0.0]])
    error = tg.SquaredError(target="absolute", reduction="sum")(model, parameters, x)
    assert float(error) == pytest.approx(1.0)  # only -0.5 is off, by 1
