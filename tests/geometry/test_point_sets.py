"""Distances between arrangements against all orders, and hulls known by heart."""

from itertools import permutations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from tegum.errors import BadInput
from tegum.geometry.point_sets import apart, hull, onto
from tegum.geometry.shapes import shapes
from tegum.theory.sphere import least, rectified, widest

OCTAHEDRON = np.concatenate([np.eye(3), -np.eye(3)], axis=1)


def test_turned_reflected_and_reordered_points_are_at_no_distance() -> None:
    X = np.array([[0.6, 0, -1, 0.0], [0.8, 1, 0, 0], [0, 0, 0, 1]])
    U = -Rotation.random(rng=np.random.default_rng(0)).as_matrix() @ X[:, [2, 0, 3, 1]]
    assert apart(U[None], X) == pytest.approx([0], abs=1e-6)
    assert onto(X, U) == pytest.approx(U, abs=1e-6)


def test_the_distance_is_the_least_over_all_orders() -> None:
    rng = np.random.default_rng(1)
    U, X = (part / np.linalg.norm(part, axis=0) for part in rng.standard_normal((2, 3, 5)))

    def fit(order: tuple[int, ...]) -> float:
        nuclear = np.linalg.svd(U @ X[:, order].T, compute_uv=False).sum()
        return float(np.sqrt(max(10 - 2 * nuclear, 0) / 5))

    exact = min(fit(order) for order in permutations(range(5)))
    assert apart(U[None], X)[0] == pytest.approx(exact)


@pytest.mark.parametrize("n", [8, 11, 12])
def test_many_points_are_found_again_and_with_noise_are_no_further_than_it(n: int) -> None:
    rng, X = np.random.default_rng(n), widest(n, 5)
    U = Rotation.random(rng=rng).as_matrix() @ X[:, rng.permutation(n)] * np.array([[1], [1], [-1]])
    noisy = U + 0.05 * rng.standard_normal(U.shape)
    noisy /= np.linalg.norm(noisy, axis=0)
    assert apart(U[None], X) == pytest.approx([0], abs=1e-6)
    assert 0.02 < apart(noisy[None], X)[0] <= np.sqrt(((noisy - U) ** 2).sum(0).mean()) + 1e-9


def test_far_arrangements_of_twelve_points_keep_their_distance_however_turned_and_ordered() -> None:
    rng, X, icosahedron = np.random.default_rng(3), least(rectified, 12, 4), widest(12, 4)
    U = np.stack([Rotation.random(rng=rng).as_matrix() @ X[:, rng.permutation(12)] for _ in range(12)])
    assert np.ptp(apart(U, icosahedron)) < 1e-6
    turned = np.stack([Rotation.random(rng=rng).as_matrix() @ icosahedron[:, rng.permutation(12)] for _ in range(12)])
    assert apart(turned, X) == pytest.approx(np.repeat(apart(U[:1], icosahedron), 12), abs=1e-6)


def test_hulls() -> None:
    assert [len(part) for part in hull(OCTAHEDRON)] == [8, 12]
    (antiprism,) = [shape for shape in shapes(8) if shape.name == "square antiprism"]
    assert len(hull(antiprism.vertices)[1]) == 16  # two squares and eight sides
    flat = np.array([[1.0, 0, -1, 0], [0, 1, 0, -1], [0, 0, 0, 0]])
    assert hull(flat) == ([], [(0, 1), (0, 3), (1, 2), (2, 3)])
    assert hull(flat[:, :2]) == ([], [(0, 1)])


def test_different_numbers_of_points_are_refused() -> None:
    with pytest.raises(BadInput, match="give equally many points of as many dimensions"):
        apart(OCTAHEDRON[None], OCTAHEDRON[:, :5])
    with pytest.raises(BadInput, match="more than 7 points are compared in three dimensions only, not in 8"):
        apart(np.eye(8)[None], np.eye(8))
