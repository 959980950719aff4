"""Models against the oracle, initial parameters against their rules, lanes against one at a time."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import tegum as tg
from oracle import toy
from tegum.errors import BadInput
from tegum.spec import leaves, with_leaves
from tegum.toy.models import ACTIVATIONS, axes_by_length, initial
from tegum.toy.product import Identity
from tegum.toy.random import key_of

RNG = np.random.default_rng(0)
W, W_E, W_D = RNG.normal(size=(2, 4)), RNG.normal(size=(2, 4)), RNG.normal(size=(4, 2))
B, X = RNG.normal(size=4), RNG.normal(size=(4, 5))


class Shifted(tg.Model):
    """A user's model, written for one instance: neither `@` nor `random.normal` would do with lanes."""

    shift: float = 1.0

    def init(self, key: Any) -> dict[str, jax.Array]:
        return {"A": self.shift + jax.random.normal(key, (self.features, self.features))}

    def __call__(self, parameters: dict[str, jax.Array], x: Any) -> Any:
        return parameters["A"] @ x + self.shift


def key(seed: int) -> jax.Array:
    return jnp.array(key_of(seed), jnp.uint32)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("hidden_activation", ["linear", "relu"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_forward_is_the_oracles(activation: Any, hidden_activation: Any, bias: bool) -> None:
    spec = {"activation": activation, "hidden_activation": hidden_activation, "bias": bias}
    b = B if bias else np.zeros(4)
    with jax.enable_x64(True):
        shift = {"b": jnp.asarray(B)} if bias else {}
        tied = tg.Autoencoder(features=4, hidden=2, **spec)({"W": jnp.asarray(W), **shift}, jnp.asarray(X))
        untied = tg.UntiedAutoencoder(features=4, hidden=2, **spec)(
            {"W_e": jnp.asarray(W_E), "W_d": jnp.asarray(W_D), **shift}, jnp.asarray(X)
        )
    np.testing.assert_allclose(tied, toy.forward(W, b, X, activation, hidden_activation), atol=1e-12)
    np.testing.assert_allclose(untied, toy.forward_untied(W_E, W_D, b, X, activation, hidden_activation), atol=1e-12)


def test_the_identity_is_the_one_hot_samples() -> None:
    model = tg.Autoencoder(features=4, hidden=2, hidden_activation="relu")
    y = model({"W": jnp.asarray(W, jnp.float32), "b": jnp.asarray(B, jnp.float32)}, Identity(4))
    np.testing.assert_allclose(y, toy.forward(W, B, np.eye(4), "relu", "relu"), atol=1e-6)


@pytest.mark.parametrize("model", [tg.Autoencoder(features=4, hidden=2), tg.UntiedAutoencoder(features=4, hidden=2)])
def test_initial_and_forward_in_lanes_are_those_of_each_model_alone(model: tg.Model) -> None:
    swept = {"initial_scale": jnp.array([1.0, 2.0, 0.5]), "initial_bias": jnp.array([0.0, 0.5, -1.0])}
    x = jnp.asarray(RNG.uniform(size=(4, 5, 3)), jnp.float32)
    begin = jax.jit(lambda numbers, key: initial(with_leaves(model, numbers), key))
    many = begin(swept, jnp.stack([key(seed) for seed in range(3)], axis=-1))
    y = model(many, x)
    for lane in range(3):
        one = begin({path: value[lane] for path, value in swept.items()}, key(lane))
        assert one.keys() == many.keys()
        for name, value in one.items():
            np.testing.assert_array_equal(many[name][..., lane], value)
        np.testing.assert_allclose(y[..., lane], model(one, x[..., lane]), rtol=1e-5, atol=1e-6)


N, M = 300, 200
RULES: dict[str, Any] = {
    "xavier_normal": stats.norm(scale=np.sqrt(2 / (N + M))),
    "xavier_uniform": stats.uniform(-np.sqrt(6 / (N + M)), 2 * np.sqrt(6 / (N + M))),
    "kaiming_normal": stats.norm(scale=np.sqrt(2 / N)),
    "kaiming_uniform": stats.uniform(-np.sqrt(6 / N), 2 * np.sqrt(6 / N)),
    "normal": stats.norm(),
    "uniform": stats.uniform(-1, 2),
}


@pytest.mark.parametrize("rule", RULES)
def test_initial_weights_follow_the_named_rule(rule: Any) -> None:
    law = RULES[rule]
    tied = initial(tg.Autoencoder(features=N, hidden=M, initialisation=rule), key(1))
    untied = initial(tg.UntiedAutoencoder(features=N, hidden=M, initialisation=rule), key(2))
    assert (tied["W"].shape, untied["W_e"].shape, untied["W_d"].shape) == ((M, N), (M, N), (N, M))
    weights = [np.asarray(array, float) for array in (tied["W"], untied["W_e"], untied["W_d"])]
    for array in weights:
        assert array.std() == pytest.approx(law.std(), rel=4 / np.sqrt(2 * array.size))
        assert stats.kstest(array.ravel(), law.cdf).pvalue > 1e-3


def test_encoder_and_decoder_start_from_draws_of_their_own() -> None:
    start = initial(tg.UntiedAutoencoder(features=4, hidden=2), key(1))
    assert not np.isin(start["W_e"], start["W_d"]).any()


def test_scale_and_bias_at_step_0() -> None:
    plain = initial(tg.Autoencoder(features=4, hidden=2), key(1))
    scaled = initial(tg.Autoencoder(features=4, hidden=2, initial_scale=2.0, initial_bias=-0.25), key(1))
    np.testing.assert_allclose(scaled["W"], 2 * plain["W"], rtol=1e-6)
    assert plain["b"].tolist() == [0.0] * 4
    assert scaled["b"].tolist() == [-0.25] * 4
    assert initial(tg.Autoencoder(features=4, hidden=2, bias=False), key(1)).keys() == {"W"}


def test_notebook_scale_gives_the_published_spread() -> None:
    """Ten models of 5 features in 2 dimensions: 0.258, where one matrix alone would have 0.535."""
    alone = np.sqrt(2 / (5 + 2))
    assert alone == pytest.approx(0.535, abs=5e-4)
    assert tg.notebook_scale(5, 2, 10) * alone == pytest.approx(np.sqrt(2 / (2 * (5 + 10))), rel=1e-12)
    assert tg.notebook_scale(5, 2, 10) * alone == pytest.approx(0.258, abs=5e-4)
    with pytest.raises(BadInput, match=r"notebook_scale\(5, 2, 0\) needs three numbers of at least 1\."):
        tg.notebook_scale(5, 2, 0)


def test_a_users_model_starts_in_both_layouts() -> None:
    model = Shifted(features=3, hidden=1, shift=2.0)
    expected = 2 + jax.random.normal(jax.random.wrap_key_data(key(1)), (3, 3))
    np.testing.assert_array_equal(initial(model, key(1))["A"], expected)
    assert leaves(model) == {"shift": 2.0}
    keys = jnp.stack([key(0), key(1)], axis=-1)
    many = initial(with_leaves(model, {"shift": jnp.array([0.0, 2.0])}), keys)["A"]
    np.testing.assert_array_equal(many[..., 1], expected)
    np.testing.assert_array_equal(many[..., 0], jax.random.normal(jax.random.wrap_key_data(key(0)), (3, 3)))


class Doubled(tg.Autoencoder):
    """A user's variation of a built-in model: written for one instance, because it does not say otherwise."""

    def __call__(self, parameters: dict[str, jax.Array], x: Any) -> Any:
        assert x.ndim == 2
        return 2 * super().__call__(parameters, x)


def test_a_subclass_of_a_built_in_model_starts_as_its_parent_does() -> None:
    models = Doubled(features=3, hidden=2), tg.Autoencoder(features=3, hidden=2)
    begin = jax.jit(lambda numbers, key: [initial(with_leaves(model, numbers), key) for model in models])
    for words, count in ((key(1), ()), (jnp.stack([key(0), key(1)], axis=-1), (2,))):
        own, parents = begin({path: jnp.full(count, value) for path, value in leaves(models[0]).items()}, words)
        assert own.keys() == parents.keys()
        for name, value in parents.items():
            np.testing.assert_array_equal(own[name], value)


@pytest.mark.parametrize(
    ("shape", "names"),
    [
        ((2, 5), ("latent", "feature")),
        ((5, 2), ("feature", "latent")),
        ((5, 5), ("A_feature_0", "A_feature_1")),
        ((3,), ("A_0",)),
    ],
)
def test_axes_are_named_by_their_lengths(shape: tuple[int, ...], names: tuple[str, ...]) -> None:
    assert axes_by_length("A", shape, tg.Autoencoder(features=5, hidden=2).sizes) == names


def test_axes_of_the_packages_models_have_names_even_when_lengths_agree() -> None:
    shapes = {"W_e": (2, 2), "W_d": (2, 2), "b": (2,)}
    assert tg.UntiedAutoencoder(features=2, hidden=2).axes(shapes) == {
        "W_e": ("latent", "feature"),
        "W_d": ("feature", "latent"),
        "b": ("feature",),
    }


def test_training_goes_on_from_a_given_state_plus_noise() -> None:
    W, b = np.arange(6.0).reshape(2, 3), np.array([-1.0, 0.5, 2.0])
    at_rest: dict[str, Any] = {"optimiser": tg.SGD(learning_rate=0.0), "steps": 1, "over": {"seed": range(400)}}
    exact = tg.train(tg.StartingFrom.at(W, b), tg.OneHot(), **at_rest)
    np.testing.assert_array_equal(exact.W.values, np.broadcast_to(W, (400, 2, 3)))
    np.testing.assert_array_equal(exact.b.values, np.broadcast_to(b, (400, 3)))
    noisy = tg.train(tg.StartingFrom.at(W, b, noise=0.1), tg.OneHot(), **at_rest)
    assert np.std(noisy.W.values - W) == pytest.approx(0.1, rel=0.05)
    assert np.std(noisy.b.values - b) == pytest.approx(0.1, rel=0.1)


def test_many_states_make_an_axis() -> None:
    W, b = np.random.default_rng(0).normal(size=(5, 2, 3)), np.random.default_rng(1).normal(size=(5, 3))
    over = {"state": tg.StartingFrom.states(W, b)}
    run = tg.train(tg.StartingFrom.at(W[0], b[0]), tg.OneHot(), optimiser=tg.SGD(learning_rate=0.0), steps=1, over=over)
    np.testing.assert_array_equal(run.W.values, W.astype(np.float32))
    np.testing.assert_array_equal(run.b.values, b.astype(np.float32))


def test_a_state_of_another_size_is_refused() -> None:
    with pytest.raises(BadInput, match=r"W0 holds 4 numbers; features=3 and hidden=2 need 6\."):
        tg.StartingFrom(features=3, hidden=2, W0=[0.0] * 4, b0=[0.0] * 3)


def test_a_state_without_a_bias_has_none() -> None:
    run = tg.train(
        tg.StartingFrom(features=2, hidden=1, W0=[1.0, 2.0], bias=False), tg.OneHot(), steps=1,
        optimiser=tg.SGD(learning_rate=0.0),
    )  # fmt: skip
    assert run.W.values.tolist() == [[1.0, 2.0]]
    assert "b" not in run.data


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (lambda: tg.StartingFrom.at(np.eye(2), np.zeros(2), initial_scale=2.0),
         r"initial_scale=2\.0 has no meaning for a given state; leave it out\."),
        (lambda: tg.StartingFrom.at(np.zeros(3), np.zeros(3)),
         r"W of shape \(3,\) is not one state; it needs to be \(hidden, features\)\."),
        (lambda: tg.StartingFrom.states(np.zeros((3, 2, 4)), np.zeros((2, 4))),
         r"W of shape \(3, 2, 4\) and b of shape \(2, 4\) are not states; they need to be \(k, hidden, features\)"),
    ],
)  # fmt: skip
def test_what_is_no_state_is_refused(mistake: Any, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        mistake()
