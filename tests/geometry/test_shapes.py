"""The catalogue: coordinates, and the fractions that the literature states."""

import numpy as np
import pytest

from tegum.geometry.alignment import distance, matched
from tegum.geometry.directions import dimensionality, norms
from tegum.geometry.shapes import (
    Shape,
    antiprism,
    composite,
    corners,
    direct_sum,
    disphenoids,
    products,
    ring,
    shapes,
    simplex,
)

SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 20)
ALL = [shape for size in SIZES for shape in (*shapes(size), *products(size))]


@pytest.mark.parametrize("shape", ALL, ids=lambda shape: shape.name)
def test_vertices_are_unit_and_a_tight_frame_whose_shares_make_its_dimension(shape):  # type: ignore[no-untyped-def]
    np.testing.assert_allclose(norms(shape.vertices), 1)
    assert shape.vertices.shape == (shape.dimension, shape.size)
    assert np.linalg.matrix_rank(shape.vertices) == shape.dimension
    np.testing.assert_allclose(dimensionality(shape.vertices).sum(), shape.dimension)


def test_the_fractions_that_elhage_and_others_state() -> None:
    levels = {shape.name: shape.levels for shape in ALL}
    stated = {
        "dedicated dimension": (1,), "tetrahedron": (3 / 4,), "triangle": (2 / 3,), "digon": (1 / 2,),
        "octahedron": (1 / 2,), "pentagon": (2 / 5,), "square antiprism": (3 / 8,),
        "triangular bipyramid": (2 / 3, 1 / 2),
        "pentagonal bipyramid": (1 / 2, 2 / 5), "5-demicube": (5 / 16,), "cube": (3 / 8,),
        "tricapped prism": (1 / 3,), "threefold disphenoid": (1 / 3,), "fivefold disphenoid": (3 / 10,),
    }  # fmt: skip
    for name, fractions in stated.items():
        np.testing.assert_allclose(levels[name], fractions)


def test_products_are_the_sums_of_their_factors() -> None:
    one = {shape.name: shape for size in (2, 3, 5) for shape in shapes(size)}
    for shape in (shape for size in (4, 5, 6, 7) for shape in products(size)):
        whole = direct_sum(*[one[name].vertices for name in shape.factors])
        np.testing.assert_allclose(whole.T @ whole, shape.vertices.T @ shape.vertices, atol=1e-12)
        assert composite(tuple(reversed(shape.factors))) == shape.name
    assert composite(("triangle", "triangle")) is None
    assert composite(("digon",) * 4) == "4-dimensional cross polytope"


def test_products_of_vertices_by_hand() -> None:
    assert {round(float(c), 9) for c in (simplex(5).T @ simplex(5))[0, 1:]} == {-0.25}
    np.testing.assert_allclose((ring(5).T @ ring(5))[0], np.cos(2 * np.pi * np.arange(5) / 5), atol=1e-12)
    half = next(shape for shape in shapes(16) if shape.name == "5-demicube").vertices
    values, often = np.unique((half.T @ half)[0].round(9), return_counts=True)
    assert dict(zip(values.tolist(), often.tolist(), strict=True)) == {-0.6: 5, 0.2: 10, 1.0: 1}
    assert corners(3).shape == (3, 8)


@pytest.mark.parametrize(("count", "known"), [(2, corners(3)), (4, shapes(16)[2].vertices)])
def test_two_disphenoids_are_a_cube_and_four_a_demicube(count: int, known: np.ndarray) -> None:
    """Equal up to a rotation and the order of vertices, as a search for the order finds."""
    own = disphenoids(count)
    shape = Shape("known", known, "search")
    assert distance(own[None], shape, matched(own[None], shape))[0] == pytest.approx(0, abs=1e-6)


def test_twelve_disphenoid_corners_wind_around_a_hexagon_and_a_square() -> None:
    k = np.arange(12)
    wound = np.vstack([ring(6)[:, k % 6], ring(4)[:, k % 4]]) / np.sqrt(2)
    values, often = np.unique((disphenoids(3).T @ disphenoids(3)).round(9), return_counts=True)
    assert dict(zip(values.tolist(), (often / 12).tolist(), strict=True)) == {-0.75: 2, -0.5: 2, 0: 1, 0.25: 6, 1: 1}
    shape = Shape("wound", wound, "search")
    assert distance(disphenoids(3)[None], shape, matched(disphenoids(3)[None], shape))[0] == pytest.approx(0, abs=1e-6)


def test_a_triangular_antiprism_of_one_height_is_an_octahedron() -> None:
    gram = antiprism(3).T @ antiprism(3)
    assert sorted(gram.round(9).ravel().tolist()) == [-1.0] * 6 + [0.0] * 24 + [1.0] * 6
    family = next(shape for shape in shapes(6) if shape.axis)
    assert family.holds(np.array([0.05, 0.3, np.sqrt(1 / 3), 0.8, 0.99])).tolist() == [False, True, False, True, False]
    np.testing.assert_allclose(family.at(np.array([0.8])), antiprism(3, 0.8)[None], atol=1e-12)


def test_square_antiprisms_of_other_heights_are_no_tight_frames() -> None:
    assert dimensionality(antiprism(4)).sum() == pytest.approx(3)
    assert dimensionality(antiprism(4, 0.65)).sum() < 2.95


def test_tolerances_end_before_the_next_shape() -> None:
    tolerance = {shape.name: shape.tolerance for shape in ALL}
    assert tolerance["pentagon"] == tolerance["digon"] == 0.15
    assert tolerance["12-gon"] == pytest.approx(2 * np.pi / 12 / 6)
    assert tolerance["15-simplex"] == pytest.approx(1 / 8)
