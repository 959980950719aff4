"""Blocks of the feature graph, against every bipartition."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.blocks import finest_split
from tegum.geometry.blocks import by_size, components, feature_blocks, widest_gap
from tegum.geometry.shapes import direct_sum


def as_sets(labels: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in set(labels.tolist())}


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32), sizes=st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_orthogonal_random_blocks_are_found_as_by_every_bipartition(seed: int, sizes: list[int]) -> None:
    rng = np.random.default_rng(seed)
    whole = direct_sum(*[rng.normal(size=(min(2, size), size)) for size in sizes])
    m = len(whole) + 1
    W = np.linalg.qr(rng.normal(size=(m, m)))[0][:, : len(whole)] @ whole
    W = W[:, rng.permutation(W.shape[1])]
    assert as_sets(feature_blocks(W, above=1e-9)) == finest_split(W, 1e-9)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 8), m=st.integers(1, 6), above=st.floats(0.01, 0.9))
def test_any_threshold_as_by_every_bipartition(seed: int, n: int, m: int, above: float) -> None:
    W = np.random.default_rng(seed).normal(size=(m, n))
    assert as_sets(feature_blocks(W, above=above)) == finest_split(W, above)


def test_a_batch_is_its_singles_each_with_its_own_threshold() -> None:
    W = np.random.default_rng(0).normal(size=(2, 3, 4, 6))
    above = np.linspace(0.1, 0.8, 6).reshape(2, 3)
    singles = [[feature_blocks(W[i, j], above=float(above[i, j])) for j in range(3)] for i in range(2)]
    np.testing.assert_array_equal(feature_blocks(W, above), singles)


def test_features_that_are_not_there_have_no_block() -> None:
    linked = np.ones((1, 4, 4), bool)
    labels = components(linked, np.array([[True, False, True, True]]))
    assert labels.tolist() == [[0, -1, 0, 0]]
    assert [members.tolist() for members in by_size(labels)] == [[[0, 2, 3]]]


def test_the_widest_gap_by_hand() -> None:
    """Links 0.9 (0, 1), 0.8 (2, 3) and 0.3 (1, 2); in the second graph 0.7 (0, 2) joins first what 0.3 would."""
    strength = np.zeros((2, 4, 4))
    for i, j, value in ((0, 1, 0.9), (2, 3, 0.8), (1, 2, 0.3)):
        strength[:, i, j] = strength[:, j, i] = value
    strength[1, 0, 2] = strength[1, 2, 0] = 0.7
    there = np.ones((2, 4), bool)
    np.testing.assert_allclose(widest_gap(strength, there, 0.2, 0.15), [0.55, 0.45])
    np.testing.assert_allclose(widest_gap(strength, there, 0.2, 0.505), [np.inf, np.inf])
    np.testing.assert_allclose(widest_gap(strength[:1], np.array([[True, True, False, False]]), 0.26, 0.15), 0.58)
    assert np.isinf(widest_gap(np.zeros((1, 1, 1)), np.ones((1, 1), bool), 0.2, 0.1)).all()


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**32), n=st.integers(2, 7))
def test_no_threshold_in_the_widest_gap_changes_the_parts(seed: int, n: int) -> None:
    strength = np.random.default_rng(seed).random((n, n))
    strength = np.maximum(strength, strength.T)[None]
    there = np.ones((1, n), bool)
    middle = widest_gap(strength, there, 0.2, 0.1)
    if np.isfinite(middle).all():
        own = [components(strength > middle + shift, there).tolist() for shift in (-0.049, 0.0, 0.049)]
        assert own[0] == own[1] == own[2]


def test_blocks_come_by_size() -> None:
    labels = np.array([[0, 1, 0], [2, 3, 4]])
    assert [members.tolist() for members in by_size(labels)] == [[[1], [3], [4], [5]], [[0, 2]]]
