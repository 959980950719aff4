"""Recovery against all matchings tried, quality on a dictionary whose numbers are known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tegum as tg
from oracle import dictionary as oracle
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.loss import SparseError
from tegum.sae.measures import cosines, quality, recovery
from tegum.sae.truth import OrthogonalDirections, Superposed


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_one_to_one_is_the_best_of_all_matchings(seed: int) -> None:
    draw = np.random.default_rng(seed)
    D, W_d = draw.normal(size=(3, 3)), draw.normal(size=(3, 5))
    found = recovery(D, W_d)
    assert found.one_to_one == pytest.approx(oracle.best_matching(cosines(D, W_d)))
    assert found.mmcs == pytest.approx(cosines(D, W_d).max(1).mean())
    assert found.one_to_one <= found.mmcs + 1e-12


def test_with_too_few_latents_the_rest_is_unmatched() -> None:
    found = recovery(np.eye(3), np.eye(3)[:, :2])
    assert found.latent.tolist() == [0, 1, -1]
    assert found.matched.tolist() == [1, 1, 0]


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
