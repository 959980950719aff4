"""Splitting and absorption on cases worked by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import tegum as tg
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.loss import SparseError
from tegum.sae.measures import recovery
from tegum.sae.sharing import absorption, splits
from tegum.sae.truth import OrthogonalDirections, Superposed

# One parent, 0, with children 1 and 2; the child 1's latent says the parent too.
PARENTS = (-1, 0, 0)
ABSORBED = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1]]) / [1, np.sqrt(2), 1]
ACTIVE = np.array([[1, 1, 1, 1], [0, 1, 0, 1], [0, 0, 1, 1]], bool)  # alone, with 1, with 2, with both


def test_a_parent_that_its_child_speaks_for_is_absorbed() -> None:
    """The parent's latent fires alone and with 2; in the other two of four samples 1 speaks."""
    fires = np.array([[1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 1]], bool)
    found = absorption(np.eye(3), PARENTS, ABSORBED, ACTIVE, fires)
    assert found[0] == 0.5
    assert np.isnan(found[1:]).all()


def test_a_silent_parent_that_nobody_speaks_for_is_not_absorbed() -> None:
    """Its latent never fires, but child 2's decoder vector has nothing of it, and 1's latent fires once of twice."""
    fires = np.array([[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1]], bool)
    assert absorption(np.eye(3), PARENTS, ABSORBED, ACTIVE, fires)[0] == 0.25
    assert absorption(np.eye(3), PARENTS, np.eye(3), ACTIVE, fires)[0] == 0


def test_a_child_s_latent_speaks_only_where_the_child_is_active() -> None:
    """It fires on all four samples, and its feature is active in two of them."""
    fires = np.array([[0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0]], bool)
    assert absorption(np.eye(3), PARENTS, ABSORBED, ACTIVE, fires)[0] == 0.5


def test_what_a_child_and_its_parent_share_is_not_counted_as_speech() -> None:
    """Directions at 60°: the child's own has a cosine of 1/2 with the parent's, and says nothing of it."""
    D = np.array([[1, 0.5], [0, np.sqrt(0.75)]])
    active, fires = np.ones((2, 1), bool), np.array([[False], [True]])
    assert absorption(D, (-1, 0), D, active, fires)[0] == 0
    both = np.stack([D[:, 0], D.sum(axis=1) / np.sqrt(3)], axis=1)
    assert absorption(D, (-1, 0), both, active, fires)[0] == 1


def test_a_parent_that_was_never_active_has_no_rate() -> None:
    assert np.isnan(absorption(np.eye(3), PARENTS, ABSORBED, np.zeros((3, 4), bool), ACTIVE)).all()


def test_each_true_feature_needs_its_parent() -> None:
    with pytest.raises(tg.BadInput, match=r"parents has 2 entries for 3 true features; it needs one for each."):
        absorption(np.eye(3), (-1, 0), ABSORBED, ACTIVE, ACTIVE)


def test_a_feature_that_two_latents_share_is_split() -> None:
    W_d = np.array([[1, 0.9, 0.8, 0], [0, 0.1, 0, 0], [0, 0, 0.8, -1]])
    assert splits(np.eye(3), W_d).tolist() == [3, 0, 0]
    assert splits(np.eye(3), W_d, np.array([True, False, True, True])).tolist() == [2, 0, 0]
    assert splits(np.eye(3), W_d, near=0.9).tolist() == [2, 0, 0]


def test_uniqueness_counts_the_true_features_that_are_somebodys_nearest() -> None:
    """Three latents nearest to the first feature, one to the third."""
    W_d = np.array([[1, 0.9, 0.8, 0], [0, 0.1, 0, 0], [0, 0, 0.7, 1]])
    assert recovery(np.eye(3), W_d).uniqueness == 0.5
    assert recovery(np.eye(3), np.eye(3)).uniqueness == 1
    assert recovery(np.eye(3)[:, :2], np.eye(3)[:, :2]).true.tolist() == [0, 1]


def test_a_penalised_dictionary_absorbs_parents() -> None:
    """One family of four orthogonal features and eight latents: what Chanin et al. show in their toy model."""
    law = Superposed(directions=OrthogonalDirections(count=4), of=tg.Hierarchical(children=3))
    model = SparseAutoencoder(inputs=4, latents=8)
    run = tg.train(model, law, loss=SparseError(l1=0.1), optimiser=tg.Adam(learning_rate=1e-2), steps=1500,
                   batch_size=128)  # fmt: skip
    s, x = law.pair(jax.random.key(0), 4, 20_000)
    D, parameters = law.directions.matrix(4), {name: jnp.asarray(run.data[name].values) for name in run.training.held()}
    fires = np.asarray(model.encode(parameters, x) > 0)
    assert absorption(D, (-1, 0, 0, 0), run.W_d.values, np.asarray(s > 0), fires)[0] > 0.05
    assert absorption(D, (-1, 0, 0, 0), D, np.asarray(s > 0), np.asarray(s > 0))[0] == 0
