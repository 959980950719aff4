"""What neurons store, on layers written by hand."""

import numpy as np

from tegum.geometry.neurons import alignment, code, fewest_inputs_first, firing, load, rank_among_rotations

CODE = np.array([  # one dedicated neuron, three features in two neurons, one feature left out
    [1.0, 0.1, 0.0, -0.2, 0.0],
    [0.0, 0.8, -0.8, 0.7, 0.1],
    [0.0, -0.8, 0.8, 0.7, 0.1],
    [0.0, 0.0, 0.0, 0.0, 0.1],
])  # fmt: skip


def test_a_layer_is_counted_as_by_hand() -> None:
    assert load(CODE).tolist() == [1, 3, 3, 0]
    assert [int(part) for part in code(CODE)] == [1, 2, 3]
    assert bool(code(CODE).is_of(1, 2, 3))
    assert not bool(code(CODE).is_of(3, 2, 3))


def test_a_feature_with_a_neuron_to_itself_is_not_shared_even_where_others_read_it() -> None:
    W = np.array([[1.0, 0.0, 0.0], [0.4, 0.9, 0.9]])
    assert [int(part) for part in code(W)] == [1, 1, 2]


def test_the_threshold_moves_the_count() -> None:
    assert load(CODE, 0.05).tolist() == [3, 4, 4, 1]
    assert load(CODE, 0.9).tolist() == [1, 0, 0, 0]


def test_only_positive_weights_fire_and_only_for_represented_features() -> None:
    assert firing(CODE).tolist() == [1, 1, 1, 2, 0]


def test_batches_are_counted_model_by_model() -> None:
    both = np.stack([CODE, np.eye(4, 5)])
    assert np.stack(code(both), axis=-1).tolist() == [[1, 2, 3], [4, 0, 0]]
    assert load(both)[1].tolist() == [1, 1, 1, 1]


def test_alignment_is_1_on_axes_and_1_over_m_where_spread() -> None:
    assert alignment(np.eye(3, 4)) == 1
    assert np.isclose(alignment(np.array([[1.0, 1.0], [1.0, -1.0]])), 0.5)
    assert np.isnan(alignment(np.zeros((2, 2))))


def test_random_directions_have_the_alignment_of_the_formula() -> None:
    W = np.random.default_rng(0).normal(size=(5, 20_000))
    assert abs(alignment(W / np.linalg.norm(W, axis=0)) - 3 / 7) < 0.01


def test_axes_beat_all_rotations_and_rotations_are_uniform_among_rotations() -> None:
    rng = np.random.default_rng(1)
    turned = np.linalg.qr(rng.normal(size=(300, 4, 4)))[0]
    assert rank_among_rotations(np.eye(4)[None]).tolist() == [1.0]
    ranks = rank_among_rotations(turned)
    assert abs(ranks.mean() - 0.5) < 0.06
    assert 0.01 < (ranks > 0.95).mean() < 0.1


def test_dedicated_neurons_come_first_then_those_of_important_features_and_idle_ones_last() -> None:
    W = np.array([[0.0, 0.0, 0.0], [0.0, 0.9, 0.9], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.8, 0.8, 0.0]])
    assert fewest_inputs_first(W).tolist() == [3, 2, 4, 1, 0]
