"""Blocks of the feature graph, against every bipartition."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.blocks import finest_split
from tegum.geometry.blocks import by_size, components, feature_blocks
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


def test_blocks_come_by_size() -> None:
    labels = np.array([[0, 1, 0], [2, 3, 4]])
    assert [members.tolist() for members in by_size(labels)] == [[[1], [3], [4], [5]], [[0, 2]]]
