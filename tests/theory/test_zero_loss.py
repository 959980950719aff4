"""The zero-loss set against the model evaluated naively, differences, and sampling."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tegum.errors import BadInput
from tegum.theory.polygons import regular_polygon
from tegum.theory.zero_loss import (
    face_dimension,
    least_slack,
    shortened,
    slack_gradients,
    slacks,
    smallest_size,
    tight,
)

PENTAGON, _ = regular_polygon(5)
SIZES = [3, 4, 5, 6, 7, 8]


def loss(W: np.ndarray, b: np.ndarray) -> float:
    """The loss of one-hot data, written with loops."""
    total, n = 0.0, W.shape[1]
    for i in range(n):
        for j in range(n):
            y = max(0.0, float(W[:, j] @ W[:, i]) + float(b[j]))
            total += (y - (i == j)) ** 2
    return total


@given(st.integers(0, 10_000), st.floats(0.5, 3.0))
def test_slacks_tell_whether_a_bias_exists(seed: int, scale: float) -> None:
    W = scale * (regular_polygon(5)[0] + 0.1 * np.random.default_rng(seed).normal(size=(2, 5)))
    found = loss(W, 1 - (W**2).sum(0))
    assert (found < 1e-20) == (least_slack(W) >= -1e-10)


@pytest.mark.parametrize("n", SIZES)
def test_the_regular_polygon_has_no_slack_and_no_shorter_one_is_a_solution(n: int) -> None:
    W, b = regular_polygon(n)
    assert least_slack(W) == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(1 - (W**2).sum(0), b, atol=1e-12)
    assert (W**2).sum() == pytest.approx(smallest_size(n))
    assert least_slack(0.99 * W) < 0 < least_slack(1.01 * W)


def test_gradients_are_derivatives() -> None:
    rng = np.random.default_rng(1)
    W, way = rng.normal(size=(2, 2, 4))
    asked = ~np.eye(4, dtype=bool)
    difference = (slacks(W + 1e-6 * way)[asked] - slacks(W - 1e-6 * way)[asked]) / 2e-6
    np.testing.assert_allclose(slack_gradients(W, asked) @ way.ravel(), difference, atol=1e-8)


@pytest.mark.parametrize("n", [5, 6, 7, 8])
def test_the_regular_polygon_is_a_corner_and_a_longer_one_is_inside(n: int) -> None:
    W, _ = regular_polygon(n)
    assert tight(W, 1e-9).sum() == 2 * n
    assert face_dimension(W, 1e-9) == 1
    assert face_dimension(1.1 * W, 1e-9) == 2 * n


@pytest.mark.parametrize("scale", [1.0, 1.1])
def test_the_dimension_is_the_nullity_of_the_hessian(scale: float) -> None:
    """The loss is flat to second order along the face: own outputs and those at their threshold are what it counts."""
    W = scale * PENTAGON
    n, counted = 5, np.eye(5, dtype=bool) | tight(W, 1e-9)
    rows = []
    for i, j in zip(*np.nonzero(counted), strict=True):  # d(W_i·W_j + b_i) by W and b
        row = np.zeros((3, n))
        row[:2, i] += W[:, j]
        row[:2, j] += W[:, i]
        row[2, i] = 1
        rows.append(row.ravel())
    hessian = 2 * np.array(rows).T @ np.array(rows)
    assert 3 * n - np.linalg.matrix_rank(hessian, tol=1e-9) == face_dimension(W, 1e-9)


def test_one_tight_inequality_takes_one_dimension() -> None:
    W = 1.3 * PENTAGON
    W[:, 0] *= (W[:, 1] @ W[:, 1] - 1) / (W[:, 1] @ W[:, 0])  # out to where feature 1's output, and so 4's, is 0
    W[:, 4] *= 1.01  # and now it is 1's alone
    assert tight(W, 1e-9).sum() == 1
    assert face_dimension(W, 1e-9) == 9


@pytest.mark.parametrize("n", [4, 5, 7])
def test_the_search_for_the_shortest_ends_at_the_regular_polygon(n: int) -> None:
    """From most starts: where the search gets lost depends on the machine's rounding, and then the slack says so."""
    ends = [shortened(np.random.default_rng(seed).normal(0, 1.5, (2, n))) for seed in range(6)]
    solved = [W for W in ends if least_slack(W) > -1e-7]
    assert len(solved) >= 3
    assert min((W**2).sum() for W in solved) == pytest.approx(smallest_size(n), rel=1e-6)


@given(st.integers(0, 10_000), st.floats(0, 0.4))
def test_no_solution_is_shorter_than_its_gaps_allow(seed: int, irregular: float) -> None:
    W = regular_polygon(6)[0] + irregular * np.random.default_rng(seed).normal(size=(2, 6))
    products = 1 + float(least_slack(W))
    assume(products > 0)
    W /= np.sqrt(products)  # now the least W_i·(W_i − W_j) is 1: as short as this shape can be
    bearings = np.sort(np.arctan2(W[1], W[0]))
    gaps = np.diff(bearings, append=bearings[0] + 2 * np.pi)
    assert (W**2).sum() >= (1 / (1 - np.cos(gaps))).sum() - 1e-9
    assert (W**2).sum() >= smallest_size(6) - 1e-9


def test_a_single_feature_has_no_inequality() -> None:
    with pytest.raises(
        BadInput, match=r"shape \(2, 1\) must have shape \(\.\.\., m, n\) with n of at least 2 features\."
    ):
        slacks(np.ones((2, 1)))
