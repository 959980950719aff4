"""Networks for |x| written by hand: two pure neurons, one side only, the asymmetric motif and its inhibition."""

import numpy as np

from tegum.geometry.two_sided import answered, in_twos, motifs, read, scaled, served, sides, silent

PURE_E = np.array([[2.0, 0.0], [-0.5, 0.0], [0.0, 1.0], [0.0, -1.0]])
PURE_D = np.array([[0.5, 2.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]])

# Feature 0 is read by 2, feature 1 by −1/2, written by 1/2 and 2; the last neuron takes 0's part from output 1.
SHARED_E = np.array([[2.0, -0.5], [-1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
SHARED_D = np.array([[0.5, 1.0, 0.0, 0.0], [2.0, 0.0, 1.0, -5.0]])


def naive(W_e: np.ndarray, W_d: np.ndarray, b: np.ndarray, x: np.ndarray) -> list[float]:
    """One output after another, one weight after another."""
    h = [max(sum(w * v for w, v in zip(row, x, strict=True)), 0.0) for row in W_e.tolist()]
    return [max(sum(w * v for w, v in zip(row, h, strict=True)) + c, 0.0) for row, c in zip(W_d, b, strict=True)]


def test_two_pure_neurons_compute_the_absolute_value() -> None:
    assert in_twos(*scaled(PURE_E, PURE_D)).all()
    assert np.allclose(sides(PURE_E, PURE_D, np.zeros(2)), 1)
    assert answered(PURE_E, PURE_D, np.zeros(2)).tolist() == [2, 2]


def test_scaling_leaves_the_outputs_as_they_are() -> None:
    W_e, W_d = scaled(SHARED_E, SHARED_D)
    assert np.abs(W_e).max(axis=1).tolist() == [1.0] * 4
    for x in np.random.default_rng(0).uniform(-1, 1, (20, 2)):
        assert np.allclose(naive(W_e, W_d, np.ones(2), x), naive(SHARED_E, SHARED_D, np.ones(2), x))


def test_sides_are_those_of_a_plain_loop_and_leave_out_what_a_bias_alone_gives() -> None:
    rng = np.random.default_rng(0)
    W_e, W_d, b = rng.normal(size=(5, 3)), rng.normal(size=(3, 5)), np.array([0.5, -0.2, 0.0])
    for i in range(3):
        at_rest = naive(W_e, W_d, b, np.zeros(3))[i]
        for k, sign in enumerate((1, -1)):
            assert np.isclose(sides(W_e, W_d, b)[k, i], naive(W_e, W_d, b, sign * np.eye(3)[i])[i] - at_rest)
    assert answered(np.zeros((2, 2)), np.zeros((2, 2)), np.full(2, 0.9)).tolist() == [0, 0]


def test_one_neuron_answers_one_side() -> None:
    assert answered(PURE_E[:1], PURE_D[:, :1], np.zeros(2)).tolist() == [1, 0]
    assert not in_twos(PURE_E[:1], PURE_D[:, :1]).any()


def test_a_neuron_that_nothing_comes_of_reads_nothing() -> None:
    W_e, W_d = np.array([[0.01, 0.01], [1.0, 0.0]]), np.array([[0.01, 1.0], [0.0, 0.0]])
    assert silent(W_e, W_d).tolist() == [True, False]
    assert read(W_e, W_d).sum(axis=-1).tolist() == [0, 1]


def test_the_asymmetric_motif_is_found_with_its_inhibition() -> None:
    found = motifs(*scaled(SHARED_E, SHARED_D))
    assert (found.neuron.tolist(), found.strong.tolist(), found.weak.tolist()) == ([0], [0], [1])
    assert np.allclose([found.ratio[0], found.written[0]], [4, 0.25])
    assert np.allclose([found.alone[0], found.together[0]], [4, -1])
    assert found.asymmetric.tolist() == found.inhibited.tolist() == [True]
    assert found.cancelled.tolist() == [False]


def test_without_the_other_neuron_nothing_is_inhibited_and_with_a_weaker_one_it_is_cancelled() -> None:
    alone = motifs(SHARED_E[:3], SHARED_D[:, :3])
    assert (alone.together[0], alone.inhibited[0], alone.cancelled[0]) == (4, False, False)
    weaker = motifs(SHARED_E, SHARED_D * [[1, 1, 1, 1], [1, 1, 1, 0.7]])
    assert np.isclose(weaker.together[0], 0.5)
    assert (weaker.inhibited[0], weaker.cancelled[0]) == (False, True)


def test_equal_storage_is_not_asymmetric() -> None:
    found = motifs(np.array([[1.0, -1.0]]), np.array([[1.0], [1.0]]))
    assert len(found.neuron) == 1
    assert not found.asymmetric.any()


def test_no_pairs_where_none_are_shared() -> None:
    assert served(PURE_E, PURE_D).sum() == 4
    assert len(motifs(PURE_E, PURE_D).neuron) == 0
