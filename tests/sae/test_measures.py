"""Recovery against all matchings tried, quality on a dictionary whose numbers are known."""

from typing import Any

import jax
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import tegum as tg
from oracle import dictionary as oracle
from tegum.sae import measures
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.loss import SparseError
from tegum.sae.measures import cosines, quality, quality_of, recovery
from tegum.sae.truth import GivenDirections, OrthogonalDirections, Superposed


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_one_to_one_is_the_best_of_all_matchings(seed: int) -> None:
    draw = np.random.default_rng(seed)
    D, W_d = draw.normal(size=(3, 3)), draw.normal(size=(3, 5))
    found = recovery(D, W_d)
    assert found.one_to_one == pytest.approx(oracle.best_matching(np.maximum(cosines(D, W_d), 0)))
    assert found.mmcs == pytest.approx(cosines(D, W_d).max(1).mean())
    assert found.one_to_one <= np.maximum(found.nearest, 0).mean() + 1e-12


def test_with_too_few_latents_the_rest_is_unmatched() -> None:
    found = recovery(np.eye(3), np.eye(3)[:, :2])
    assert found.latent.tolist() == [0, 1, -1]
    assert found.matched.tolist() == [1, 1, 0]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_those_left_out_serve_nothing(seed: int) -> None:
    """As if they were not there, but that nothing is worse than an opposite direction."""
    draw = np.random.default_rng(seed)
    D, W_d, live = np.abs(draw.normal(size=(4, 3))), np.abs(draw.normal(size=(4, 5))), draw.random(5) < 0.6
    found = recovery(D, W_d, live)
    there = [*np.flatnonzero(live), -1]
    assert {*found.latent.tolist()} <= {*there}
    assert found.true[~live].tolist() == [-1] * int((~live).sum())
    if live.any():
        alone = recovery(D, W_d[:, live])
        assert found.matched == pytest.approx(alone.matched)
        assert found.nearest == pytest.approx(alone.nearest)
        assert found.uniqueness == alone.uniqueness
    else:
        assert found.matched.tolist() == [0, 0, 0]
        assert np.isnan(found.uniqueness)


def test_no_latent_at_all_serves_better_than_one_that_points_away() -> None:
    found = recovery(np.eye(2), np.array([[-1.0, 0.0], [0.0, 1.0]]))
    assert found.latent.tolist() == [-1, 1]
    assert found.matched.tolist() == [0, 1]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 4))
def test_how_many_are_left_out_does_not_matter(seed: int, dead: int) -> None:
    draw = np.random.default_rng(seed)
    D, W_d, more = draw.normal(size=(3, 4)), draw.normal(size=(3, 4)), draw.normal(size=(3, dead))
    found = recovery(D, np.hstack([W_d, more]), np.arange(4 + dead) < 4)
    assert found.matched == pytest.approx(recovery(D, W_d).matched)


def test_an_easy_dictionary_recovers_its_truth() -> None:
    law = Superposed(directions=OrthogonalDirections(count=8), of=tg.SparseUniform(feature_probability=0.1))
    run = tg.train(
        SparseAutoencoder(inputs=8, latents=16), law, loss=SparseError(l1=0.03),
        optimiser=tg.Adam(learning_rate=3e-3), steps=1500, batch_size=256, over={"seed": range(2)},
    )  # fmt: skip
    found = quality(run, samples=8192)
    assert (found.one_to_one > 0.95).all()
    assert (found.explained > 0.95).all()
    assert found.recall.dims == ("seed", "true")
    assert (found.recall > 0.8).all()


def test_quality_needs_a_dictionary_and_a_whole_run() -> None:
    with pytest.raises(tg.BadInput, match=r"quality is of dictionaries; this run trained Autoencoder."):
        quality(tg.train(tg.Autoencoder(features=5, hidden=2), steps=1))
    law = Superposed(directions=OrthogonalDirections(count=4))
    run = tg.train(SparseAutoencoder(inputs=4, latents=4), law, loss=SparseError(), steps=1, over={"seed": range(2)})
    with pytest.raises(tg.BadInput, match=r"quality needs a whole run"):
        quality(run.at(seed=0))


def known(record: bool = False) -> tg.Run:
    """Two dictionaries of 2 inputs, 3 latents; the law's two directions are the axes."""
    law = Superposed(directions=GivenDirections.of(np.eye(2)), of=tg.SparseUniform(feature_probability=0.25))
    return tg.train(
        SparseAutoencoder(inputs=2, latents=3), law, loss=SparseError(l1=0.01), steps=40, batch_size=8,
        optimiser=tg.Adam(learning_rate=1e-2), over={"l1": [0.01, 0.1], "seed": range(2)},
        record=tg.every(20, "parameters") if record else None,
    )  # fmt: skip


def test_quality_by_hand() -> None:
    """f_0 = x_0, f_1 = ReLU(x_1 − 1/2), f_2 dead: x_0 is given back whole, of x_1 the rest min(x_1, 1/2) is lost."""
    run = known()
    state = {"W_e": [[1, 0], [0, 1], [1, 1]], "b_e": [0, -0.5, -3], "W_d": [[1, 0, 0.6], [0, 1, 0.8]], "b_d": [0, 0]}
    for name, value in state.items():
        run.data[name].values[:] = np.asarray(value, np.float32)
    found = quality(run, samples=65_536).isel(l1=0, seed=0)
    assert found.frequency.values == pytest.approx([0.25, 0.125, 0], abs=0.01)
    assert [float(found.dead), float(found.uniqueness)] == pytest.approx([1 / 3, 2 / 3])
    assert float(found.mse) == pytest.approx(0.25 * (1 / 24 + 1 / 8), rel=0.03)  # E min(u, 1/2)²
    assert float(found.explained) == pytest.approx(1 - (1 / 24) / (1 / 6 - 1 / 32), abs=0.01)  # E x is not 0
    assert float(found.shrinkage) == pytest.approx((1 / 12 + 1 / 96) / (1 / 12 + 5 / 192), abs=0.01)
    assert found.recall.values == pytest.approx([1, 0.5], abs=0.02)
    assert found.precision.values == pytest.approx([1, 1])
    assert found.reach.values == pytest.approx([1, 1, 2], abs=0.05)


def test_a_dead_latent_serves_no_true_feature() -> None:
    """Two latents along the axes, of which the second never fires, and a third that fires between them."""
    law = Superposed(directions=GivenDirections.of(np.eye(2)), of=tg.SparseUniform(feature_probability=0.5))
    rows = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    for b_e, cosine, living in (
        ([0, 0, 0], [1, 1], [1, 1]),
        ([0, -9, 0], [1, 1], [1, 0.8]),
        ([0, -9, -9], [1, 1], [1, 0]),
        ([-9, -9, -9], [1, 1], [0, 0]),
    ):
        state = {"W_e": rows, "b_e": np.array(b_e), "W_d": rows.T, "b_d": np.zeros(2)}
        found = quality_of(SparseAutoencoder(inputs=2, latents=3), state, law, samples=1000)
        assert found.cosine.values == pytest.approx(cosine)
        assert found.live_cosine.values == pytest.approx(living)


SCALE = 1.0


class OfScale(tg.Law):
    """A user's law, with a number of its module's."""

    def sample(self, key: Any, features: int, samples: int) -> Any:
        return SCALE * jax.random.normal(key, (features, samples))


def test_quality_follows_a_constant_that_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    run = tg.train(SparseAutoencoder(inputs=2, latents=3), OfScale(), loss=SparseError(), steps=1, batch_size=8)
    before = quality(run, samples=500)
    monkeypatch.setattr(f"{__name__}.SCALE", 3.0)
    assert float(quality(run, samples=500).mse) > 4 * float(before.mse)


def test_quality_over_training_ends_where_the_trained_ones_are() -> None:
    run = known(record=True)
    then, last = quality(run, at=[0, 40], samples=1000), quality(run, samples=1000)
    assert then.frequency.dims == ("l1", "seed", "step", "latent")
    for name in ("mse", "dead", "one_to_one", "frequency"):
        np.testing.assert_allclose(then[name].sel(step=40).values, last[name].values, rtol=1e-5)
    assert (then.mse.sel(step=0) > then.mse.sel(step=40)).all()


def test_quality_together_is_quality_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    run = known()
    together = quality(run, samples=1000)
    monkeypatch.setattr(measures, "TOGETHER", 1)
    xr.testing.assert_allclose(together, quality(run, samples=1000), rtol=1e-4)


def test_dictionaries_of_several_widths_are_padded() -> None:
    law = Superposed(directions=OrthogonalDirections(count=4), of=tg.SparseUniform(feature_probability=0.2))
    run = tg.train(SparseAutoencoder(inputs=4, latents=4), law, loss=SparseError(), steps=2, batch_size=8,
                   over={"latents": [6, 4], "count": [4, 2]})  # fmt: skip
    found = quality(run, samples=500)
    assert np.isnan(found.frequency.values).sum(axis=-1).tolist() == [[0, 0], [2, 2]]
    assert np.isnan(found.cosine.values).sum(axis=-1).tolist() == [[0, 2], [0, 2]]
    assert np.isfinite(found.dead.values).all()


def test_quality_over_training_needs_what_was_recorded() -> None:
    with pytest.raises(tg.BadInput, match=r"quality needs .*_history, which this run does not hold; train with record"):
        quality(known(), at=[20])
    with pytest.raises(tg.BadInput, match=r"at includes step 30, at which nothing was recorded; there are 0, 20, 40."):
        quality(known(record=True), at=[30])


def test_one_dictionary_alone_is_measured_as_in_its_run() -> None:
    run = known()
    one = run.data.isel(l1=1, seed=0)
    model = run.training.model
    assert isinstance(model, SparseAutoencoder)
    alone = quality_of(model, one, run.training.law, samples=1000)
    whole = quality(run, samples=1000).isel(l1=1, seed=0)
    for name in ("mse", "dead", "one_to_one", "frequency", "cosine"):
        np.testing.assert_allclose(alone[name].values, whole[name].values, rtol=1e-5, atol=1e-7)


def test_one_dictionary_needs_all_of_its_arrays() -> None:
    model, law = SparseAutoencoder(inputs=4, latents=6), Superposed(directions=OrthogonalDirections(count=4))
    W = np.ones((6, 4))
    with pytest.raises(tg.BadInput, match=r"the parameters lack b_e; this dictionary needs W_d, W_e, b_d, b_e\."):
        quality_of(model, {"W_e": W, "W_d": W.T, "b_d": np.zeros(4)}, law)
    with pytest.raises(tg.BadInput, match=r"W_e of shape \(4, 6\) is not this dictionary's; it needs to be \(6, 4\)\."):
        quality_of(model, {"W_e": W.T, "W_d": W.T, "b_d": np.zeros(4), "b_e": np.zeros(6)}, law)


def test_a_diverged_dictionary_stays_without_numbers() -> None:
    law = Superposed(directions=OrthogonalDirections(count=4))
    run = tg.train(SparseAutoencoder(inputs=4, latents=6), law, loss=SparseError(), steps=20, batch_size=8,
                   optimiser=tg.SGD(), over={"learning_rate": [1e-3, 1e30]})  # fmt: skip
    found = quality(run, samples=500)
    assert run.counts()["diverged"] == 1
    assert np.isfinite(found.one_to_one.values).tolist() == [True, False]
    assert np.isnan(found.frequency.values[1]).all()
