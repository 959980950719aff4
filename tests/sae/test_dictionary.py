"""Dictionaries against a loop-by-loop oracle, and what each step keeps."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import tegum as tg
from oracle import dictionary as oracle
from tegum.sae.codes import BatchTopK, Code, JumpReLU, ReLU, TopK, least_of_largest
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.loss import AuxK, GhostGradients, SparseError
from tegum.sae.remedies import Reinitialise
from tegum.sae.truth import OrthogonalDirections, RandomDirections, Superposed

CODES = (ReLU(), TopK(k=3), BatchTopK(k=2), JumpReLU(threshold=0.1, bandwidth=0.2))


def state(model: SparseAutoencoder, seed: int = 0) -> dict[str, Any]:
    """Parameters with nothing at 0."""
    keys = jax.random.split(jax.random.key(seed), 3)
    drawn = model.init(keys[0])
    return {
        **drawn,
        "b_e": 0.3 * jax.random.normal(keys[1], (model.latents,)),
        "b_d": 0.3 * jax.random.normal(keys[2], (model.inputs,)),
    }


def samples(inputs: int, count: int, seed: int = 9) -> jax.Array:
    return jax.random.normal(jax.random.key(seed), (inputs, count))


def test_the_loss_is_that_of_the_oracle() -> None:
    model, x = SparseAutoencoder(inputs=4, latents=7), samples(4, 11)
    p = state(model)
    assert float(SparseError(l1=0.3)(model, p, x)) == pytest.approx(oracle.l1_loss(p, x, 0.3), rel=1e-5)


def test_top_k_keeps_what_the_oracle_keeps() -> None:
    model, x = SparseAutoencoder(inputs=4, latents=7, code=TopK(k=2)), samples(4, 11)
    p = state(model)
    assert float(SparseError()(model, p, x)) == pytest.approx(oracle.l1_loss(p, x, 0, k=2), rel=1e-5)


def test_a_penalty_weighted_by_decoder_lengths_does_not_see_a_change_of_scale() -> None:
    model, x = SparseAutoencoder(inputs=4, latents=7, decoder="free"), samples(4, 50)
    p = state(model)
    scaled = {**p, "W_e": 2 * p["W_e"], "b_e": 2 * p["b_e"], "W_d": p["W_d"] / 2}
    weighted, plain = SparseError(l1=0.3, penalty="weighted"), SparseError(l1=0.3)
    assert float(weighted(model, scaled, x)) == pytest.approx(float(weighted(model, p, x)), rel=1e-5)
    assert float(plain(model, scaled, x)) != pytest.approx(float(plain(model, p, x)), rel=1e-2)


@pytest.mark.parametrize("k", [1, 4, 30])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_the_kth_largest_is_exact(k: int, precision: str) -> None:
    with jax.enable_x64(precision == "float64"):
        f = jax.nn.relu(jax.random.normal(jax.random.key(k), (30, 20), dtype=precision))
        assert (np.asarray(least_of_largest(f, k, axis=0))[0] == np.sort(f, axis=0)[-k]).all()
        assert float(least_of_largest(f, k, axis=None)[0, 0]) == float(np.sort(f, axis=None)[-k])


def test_batch_top_k_keeps_so_many_of_the_whole_batch() -> None:
    code, z = BatchTopK(k=2), samples(8, 40) + 3
    assert int((code.learning(z, {}) > 0).sum()) == 80


def test_batch_top_k_afterwards_fires_above_its_running_cutoff() -> None:
    code, z = BatchTopK(k=2), samples(8, 40)
    noted = code.settle(z, {"cutoff": jnp.float32(0)}, {"cutoff": jnp.float32(0)})
    again = code.settle(z, {"cutoff": jnp.float32(1)}, {"cutoff": jnp.float32(1)})
    least = float(least_of_largest(jax.nn.relu(z), 80, axis=None)[0, 0])
    assert float(noted["cutoff"]) == pytest.approx(least)
    assert float(again["cutoff"]) == pytest.approx(0.999 + 0.001 * least)
    assert (np.asarray(code(z, noted)) == np.asarray(code.learning(z, {}))).all()


def test_the_threshold_of_a_jump_has_the_gradient_of_the_smoothed_loss() -> None:
    """Worked by hand: f = z H(z − θ) has −θ/ε times the share of z within ε/2 of θ; the count has −1/ε times it."""
    code, z = JumpReLU(threshold=0.5, bandwidth=0.2), jnp.array([[0.3, 0.45, 0.55, 0.9]])
    p = {"log_threshold": jnp.log(jnp.array([0.5]))}
    fires = jax.grad(lambda p: code(z, p).sum())(p)["log_threshold"]
    count = jax.grad(lambda p: code.count(z, p).sum())(p)["log_threshold"]
    assert float(fires[0]) == pytest.approx(-2 * 0.5 / 0.2 * 0.5, rel=1e-5)  # dθ/dlogθ = θ
    assert float(count[0]) == pytest.approx(-2 / 0.2 * 0.5, rel=1e-5)
    assert np.asarray(code(z, p))[0] == pytest.approx([0, 0, 0.55, 0.9])


@pytest.mark.parametrize("code", CODES, ids=lambda code: type(code).__name__)
def test_a_dictionary_trains_and_its_vectors_keep_their_length(code: Code) -> None:
    law = Superposed(directions=RandomDirections(count=6), of=tg.SparseUniform(feature_probability=0.2))
    run = tg.train(
        SparseAutoencoder(inputs=4, latents=8, code=code), law, loss=SparseError(l1=0.02),
        optimiser=tg.Adam(learning_rate=1e-2), steps=60, batch_size=64, record=tg.every(60, "loss"),
    )  # fmt: skip
    assert run.loss_history.values[-1] < 0.5 * run.loss_history.values[0]
    assert np.linalg.norm(run.W_d.values, axis=0) == pytest.approx(1, abs=1e-5)


def test_a_free_decoder_changes_its_lengths() -> None:
    law = Superposed(directions=RandomDirections(count=6))
    run = tg.train(SparseAutoencoder(inputs=4, latents=8, decoder="free"), law, loss=SparseError(l1=0.02), steps=50)
    assert np.abs(np.linalg.norm(run.W_d.values, axis=0) - 1).max() > 1e-3


def test_the_gradient_along_a_unit_decoder_vector_is_removed() -> None:
    model = SparseAutoencoder(inputs=4, latents=7)
    p = state(model)
    slope = jax.grad(lambda p: SparseError(l1=0.1)(model, p, samples(4, 30)))(p)
    along = (p["W_d"] * model.tangent(p, slope)["W_d"]).sum(0)
    assert np.abs(np.asarray((p["W_d"] * slope["W_d"]).sum(0))).max() > 1e-2
    assert np.asarray(along) == pytest.approx(0, abs=1e-6)


def test_idle_counts_the_steps_since_a_latent_fired() -> None:
    """A latent with a bias of −10 never fires; one with +10 always does."""
    model, x = SparseAutoencoder(inputs=4, latents=3), samples(4, 30)
    p = {**state(model), "b_e": jnp.array([-10.0, 10.0, -10.0]), "idle": jnp.array([0.0, 5.0, 7.0])}
    assert np.asarray(model.settle(p, p, x)["idle"]).tolist() == [1, 0, 8]


def test_alone_and_in_an_ensemble_a_dictionary_is_the_same_bit_for_bit() -> None:
    law = Superposed(directions=OrthogonalDirections(count=4), of=tg.SparseUniform(feature_probability=0.2))
    training = tg.Training(
        model=SparseAutoencoder(inputs=4, latents=6), law=law, loss=SparseError(l1=0.02), steps=20, batch_size=4
    )
    many = tg.train(training, over={"seed": range(3), "l1": [0.01, 0.02]})
    one = tg.train(training, seed=2)
    for name in ("W_e", "b_e", "W_d", "b_d", "idle"):
        assert (many.at(seed=2, l1=0.02).data[name].values == one.data[name].values).all(), name


def test_axk_and_ghost_gradients_reach_dead_latents_and_no_others() -> None:
    model, x = SparseAutoencoder(inputs=4, latents=3), samples(4, 200)
    p = {**state(model), "b_e": jnp.array([-0.5, 0.5, 0.5]), "idle": jnp.array([99.0, 0.0, 0.0])}
    for auxiliary in (AuxK(k=2, window=50), GhostGradients(window=50)):
        more = jax.grad(lambda p, a=auxiliary: SparseError(auxiliary=a)(model, p, x) - SparseError()(model, p, x))(p)
        moved = np.abs(np.asarray(more["W_e"])).sum(1)
        assert moved[0] > 1e-4, auxiliary
        assert moved[1:] == pytest.approx(0, abs=1e-6), auxiliary


def test_without_dead_latents_an_auxiliary_term_is_nothing() -> None:
    model, x = SparseAutoencoder(inputs=4, latents=3), samples(4, 50)
    p = state(model)
    for auxiliary in (AuxK(k=2, window=50), GhostGradients(window=50)):
        assert float(SparseError(auxiliary=auxiliary)(model, p, x)) == float(SparseError()(model, p, x))


def test_aux_k_by_hand() -> None:
    """One dead latent with z = 1 and decoder e_1; the residual is (2, 0): (2 − 1)² / 32."""
    p = {"W_d": jnp.array([[1.0, 0.0], [0.0, 1.0]])}
    term = AuxK(k=1, window=1).term(p, jnp.array([[1.0], [5.0]]), jnp.array([[2.0], [0.0]]), jnp.array([True, False]))
    assert float(term) == pytest.approx(1 / 32)


def test_ghost_gradients_by_hand() -> None:
    """One dead latent with exp(0) = 1 and decoder e_1; the residual is (2, 0), half of whose length is 1.

    So (2 − 1)², scaled to 2²; its slope along z, the scales held, is 4 · 2 (2 − 1) · −1.
    """
    p = {"W_d": jnp.array([[1.0, 0.0], [0.0, 1.0]])}

    def term(z: Any) -> Any:
        return GhostGradients(window=1).term(p, z, jnp.array([[2.0], [0.0]]), jnp.array([True, False]))

    z = jnp.array([[0.0], [5.0]])
    assert float(term(z)) == pytest.approx(4, rel=1e-4)
    assert np.asarray(jax.grad(term)(z)).ravel() == pytest.approx([-8, 0], rel=1e-4)


def test_k_above_the_latents_is_refused() -> None:
    with pytest.raises(tg.BadInput, match=r"k=9 must be at most the number of latents, 8."):
        SparseAutoencoder(inputs=4, latents=8, code=TopK(k=9))


def test_an_auxiliary_k_above_the_latents_is_refused() -> None:
    loss, law = SparseError(auxiliary=AuxK(k=999)), Superposed(directions=RandomDirections(count=6))
    with pytest.raises(tg.BadInput, match=r"k=999 must be at most the number of latents, 16."):
        tg.train(SparseAutoencoder(inputs=4, latents=16), law, loss=loss, steps=1)


class Gained(Code):
    """A user's code with parameters of its own: a number and a row for each latent, and a number."""

    def init(self, latents: int, dtype: Any) -> dict[str, Any]:
        return {"gain": jnp.ones(latents, dtype), "taps": jnp.ones((latents, 2), dtype), "whole": jnp.ones((), dtype)}

    def __call__(self, z: Any, parameters: Any) -> Any:
        return jax.nn.relu(z) * (parameters["gain"] * parameters["taps"].sum(1) * parameters["whole"])[:, None]


def test_a_code_s_own_parameters_are_labelled_and_forgotten_with_their_latent() -> None:
    model = SparseAutoencoder(inputs=4, latents=3, code=Gained())
    axes = model.axes({"gain": (3,), "taps": (3, 2), "whole": ()})
    assert axes == {"gain": ("latent",), "taps": ("latent", "taps_1"), "whole": ()}
    p = {**model.init(jax.random.key(0)), "idle": jnp.array([0.0, 9.0, 0.0]), "gain": jnp.full(3, 5.0)}
    edit = Reinitialise(at=9, window=5).edit(model, p, jax.random.key(1))
    assert np.asarray(edit.touched["gain"]).tolist() == [False, True, False]
    assert np.asarray(edit.touched["taps"]).tolist() == [[False] * 2, [True] * 2, [False] * 2]
    assert not np.asarray(edit.touched["whole"]).any()
    assert np.asarray(edit.parameters["gain"]).tolist() == [5, 1, 5]


def test_the_loss_of_dictionaries_is_refused_for_another_model() -> None:
    with pytest.raises(tg.BadInput, match=r"SparseError is the loss of dictionaries.*this is Autoencoder"):
        tg.train(tg.Autoencoder(features=5, hidden=2), loss=SparseError(), steps=1)


@pytest.mark.parametrize("code", CODES, ids=lambda code: type(code).__name__)
def test_one_hot_inputs_are_inputs_too(code: Code) -> None:
    training = tg.Training(
        model=SparseAutoencoder(inputs=5, latents=6, code=code), law=tg.OneHot(), loss=SparseError(l1=0.02), steps=30
    )
    many, one = tg.train(training, over={"seed": range(3)}), tg.train(training, seed=1)
    for name in ("W_e", "W_d", "idle"):
        assert (many.at(seed=1).data[name].values == one.data[name].values).all(), name


def test_a_decoder_vector_without_length_has_a_penalty_without_slope() -> None:
    model, x = SparseAutoencoder(inputs=4, latents=3, decoder="free"), samples(4, 20)
    p = {**state(model), "W_d": jnp.zeros((4, 3))}
    slope = jax.grad(lambda p: SparseError(l1=0.1, penalty="weighted")(model, p, x))(p)
    assert all(np.isfinite(np.asarray(value)).all() for value in slope.values())


def test_a_penalty_on_counts_needs_thresholds() -> None:
    law = Superposed(directions=RandomDirections(count=6))
    with pytest.raises(
        tg.BadInput, match=r"l0=0.1 moves the thresholds of JumpReLU, but this dictionary's code is ReLU"
    ):
        tg.train(SparseAutoencoder(inputs=4, latents=8), law, loss=SparseError(l0=0.1), steps=1)


def test_the_shift_s_gradient_and_curvature_are_those_of_the_plain_formula() -> None:
    model, x = SparseAutoencoder(inputs=4, latents=7), samples(4, 11)

    def plain(p: Any) -> Any:
        return jnp.tanh(p["W_e"] @ (x - p["b_d"][:, None]) + p["b_e"][:, None]).sum()

    def ours(p: Any) -> Any:
        return jnp.tanh(model.before_code(p, x)).sum()

    p = {name: value for name, value in state(model).items() if name in ("W_e", "b_e", "b_d")}
    for derivative in (jax.grad, jax.hessian):
        both = zip(jax.tree.leaves(derivative(ours)(p)), jax.tree.leaves(derivative(plain)(p)), strict=True)
        for found, wanted in both:
            np.testing.assert_allclose(found, wanted, atol=2e-5)
