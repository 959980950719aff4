"""Directions and laws of activations whose truth is known."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import tegum as tg
from tegum.sae.truth import (
    AtTruth,
    DrawnDirections,
    GivenDirections,
    OrthogonalDirections,
    RandomDirections,
    SpreadDirections,
    Superposed,
    draws,
)
from tegum.theory.coherence import coherence, least_coherent, least_possible


def test_spread_directions_are_nearly_as_good_as_a_patient_search() -> None:
    D = SpreadDirections(count=12).matrix(6)
    assert np.linalg.norm(D, axis=0) == pytest.approx(1)
    assert least_possible(6, 12) <= coherence(D) < 1.05 * coherence(least_coherent(6, 12, starts=1))
    assert coherence(D) < 0.6 * coherence(RandomDirections(count=12).matrix(6))


def test_spread_directions_are_the_same_for_equal_draws_and_orthogonal_where_they_fit() -> None:
    D = SpreadDirections(count=12).matrix(6)
    assert (SpreadDirections(count=12, draw=0).matrix(6) == D).all()
    assert (SpreadDirections(count=12, draw=1).matrix(6) != D).any()
    fit = SpreadDirections(count=4).matrix(6)
    assert fit.T @ fit == pytest.approx(np.eye(4), abs=1e-12)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_dictionary_trains_on_spread_directions(precision: str) -> None:
    law = Superposed(directions=SpreadDirections(count=9, draw=3))
    model = tg.sae.SparseAutoencoder(inputs=5, latents=9)
    run = tg.train(model, law, loss=tg.sae.SparseError(), steps=3, batch_size=8, precision=precision)
    assert run.W_d.dtype == precision
    assert np.isfinite(run.loss.values)


def test_a_toy_model_s_latents_are_data_in_three_lines() -> None:
    law = tg.SparseUniform(feature_probability=0.2)
    run = tg.train(tg.Autoencoder(features=6, hidden=3), law, steps=20)
    directions = GivenDirections.of(run.W)
    activations = Superposed(directions=directions, of=law)
    s, x = activations.pair(jax.random.key(0), 3, 50)
    assert np.asarray(x) == pytest.approx(np.asarray(run.W.values @ np.asarray(s)), abs=1e-6)


def test_at_the_truth_a_dictionary_has_the_directions_and_no_other_latent_that_fires() -> None:
    D = np.array([[1.0, 0.0, 0.6], [0.0, 2.0, 0.8]])
    law = Superposed(directions=GivenDirections.of(D), of=tg.SparseUniform(feature_probability=0.2))
    (row,) = GivenDirections.each([D])
    run = tg.train(
        tg.sae.SparseAutoencoder(inputs=2, latents=5), law, loss=tg.sae.SparseError(l1=0.1), steps=1, batch_size=8,
        optimiser=tg.SGD(learning_rate=0.0), interventions=(AtTruth(at=(0,), numbers=row),),
    )  # fmt: skip
    found = tg.sae.quality(run, samples=2000)
    assert found.live_cosine.values == pytest.approx(np.ones(3))
    assert (found.frequency.values > 0).tolist() == [True] * 3 + [False] * 2


@pytest.mark.parametrize("numbers", [(), (1.0, 2.0, 3.0), (1.0,) * 12])
def test_a_truth_that_does_not_fit_is_refused(numbers: tuple[float, ...]) -> None:
    with pytest.raises(tg.BadInput, match=r"inputs=2 and latents=5 needs a multiple of 2, at most 10\."):
        tg.train(
            tg.sae.SparseAutoencoder(inputs=2, latents=5), tg.OneHot(), loss=tg.sae.SparseError(l1=0.1), steps=1,
            interventions=(AtTruth(at=(0,), numbers=numbers),),
        )  # fmt: skip


def test_a_toy_model_cannot_start_at_the_truth() -> None:
    with pytest.raises(tg.BadInput, match=r"AtTruth needs a dictionary, such as .*; this is Autoencoder\."):
        tg.train(tg.Autoencoder(features=3, hidden=2), steps=1, interventions=(AtTruth(at=(0,), numbers=(1.0, 0.0)),))


def test_one_matrix_is_not_many() -> None:
    with pytest.raises(tg.BadInput, match=r"Ws of shape \(2, 2\) are not matrices; they need to be \(count, inputs"):
        GivenDirections.each(np.eye(2))


def test_directions_that_do_not_fit_are_refused() -> None:
    with pytest.raises(tg.BadInput, match=r"W of shape \(2, 3, 6\) is not one matrix of directions"):
        GivenDirections.of(np.ones((2, 3, 6)))
    given = Superposed(directions=GivenDirections.of(np.ones((3, 6))))
    with pytest.raises(tg.BadInput, match=r"the given directions have 3 numbers each; the model has inputs=4."):
        given.check(4)
    with pytest.raises(tg.BadInput, match=r"count=7 orthogonal directions need as many inputs; there are 4."):
        Superposed(directions=OrthogonalDirections(count=7)).check(4)
    with pytest.raises(tg.BadInput, match=r"count=6 orthogonal directions need as many inputs; there are 4."):
        Superposed(directions=DrawnDirections(count=6, orthogonal=True)).check(4)


@pytest.mark.parametrize("draw", [0.5, -1.0, 2.0**24])
def test_draws_that_would_be_one_truth_are_refused(draw: float) -> None:
    with pytest.raises(tg.BadInput, match=rf"draw={draw:.15g} must be a whole number from 0 to 16777215; draws"):
        DrawnDirections(count=3, draw=draw)


def test_each_seed_has_a_truth_of_its_own() -> None:
    found = [DrawnDirections(count=3, draw=draw).matrix(4) for draw in (*draws(9_999_998, 3), 2.0**24 - 1)]
    assert draws(9_999_998, 3) == (9_999_998.0, 9_999_999.0, 0.0)
    assert len({np.asarray(D).tobytes() for D in found}) == 4


def test_absorption_s_data_a_child_never_comes_without_its_parent() -> None:
    law = Superposed(
        directions=OrthogonalDirections(count=8),
        of=tg.Magnitudes(of=tg.Hierarchical(children=3), distribution="exponential"),
    )
    s, x = law.pair(jax.random.key(1), 8, 4000)
    parents, children = np.asarray(s)[[0, 4]], np.asarray(s)[[1, 5]]
    assert (children > 0).any()
    assert ((parents > 0) | (children == 0)).all()
    assert jnp.isfinite(x).all()


def test_noise_is_added_where_there_is_some() -> None:
    key, directions = jnp.zeros(2, jnp.uint32), RandomDirections(count=9)
    for noise in (0.0, 0.2):
        s, x = Superposed(directions=directions, noise=noise).pair(key, 4, 5000)
        assert np.std(x - directions.matrix(4).astype(np.float32) @ s) == pytest.approx(noise, rel=0.05, abs=1e-6)
