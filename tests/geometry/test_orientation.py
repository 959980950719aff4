"""Tilts, parts and margins on models worked by hand."""

from typing import Any

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.geometry.orientation import largest_wrong, least_own, part, sphere, tilt
from tegum.geometry.responses import unique_positive
from tegum.geometry.weights import Weights
from tegum.theory.polygons import wheel


def test_the_symmetric_plane_is_tilted_alike_to_all_axes() -> None:
    np.testing.assert_allclose(tilt((wheel(3)[0], np.zeros(3))), np.degrees(np.arcsin(3**-0.5)))


def test_a_plane_is_tilted_by_its_normal() -> None:
    nu = np.array([0.6, 0.0, -0.8])
    W = np.linalg.svd(nu[None])[2][1:]
    scaled = np.array([[2.0, 1.0], [0.0, 0.3]]) @ W  # another basis of the same plane
    for rows in (W, scaled):
        np.testing.assert_allclose(tilt((rows, np.zeros(3))), np.degrees(np.arcsin(np.abs(nu))), atol=1e-9)


def test_a_line_is_tilted_by_its_direction_and_a_batch_is_its_models() -> None:
    lines = np.array([[[3.0, 4.0, 0.0]], [[0.0, 0.0, 1.0]]])
    batch = tilt((lines, np.zeros((2, 3))))
    np.testing.assert_allclose(batch[0], np.degrees(np.arccos([0.6, 0.8, 0.0])))
    np.testing.assert_allclose(batch[1], [90, 90, 0])


def test_a_decoder_without_width_counts_only_what_it_spans() -> None:
    flat = np.array([[1.0, 0.0, 0.0], [2.0, 0.0, 0.0]])
    np.testing.assert_allclose(tilt((flat, np.zeros(3))), [0, 90, 90])


def test_a_part_is_the_model_without_the_other_features() -> None:
    rng = np.random.default_rng(0)
    whole = Weights(rng.normal(size=(2, 5)), rng.normal(size=(5, 2)), rng.normal(size=5), rng.normal(size=2))
    np.testing.assert_allclose(part(whole, (4, 0, 2)).at_tips, whole.at_tips[np.ix_([4, 0, 2], [4, 0, 2])])


def test_a_diverged_model_of_a_batch_has_no_tilt_and_harms_no_other() -> None:
    W = np.stack([wheel(3)[0], np.full((2, 3), np.inf), np.full((2, 3), np.nan), np.eye(2, 3)])
    found = tilt((W, np.zeros((4, 3))))
    np.testing.assert_allclose(found[0], np.degrees(np.arcsin(3**-0.5)))
    assert np.isnan(found[1:3]).all()
    np.testing.assert_allclose(found[3], [0, 0, 90])


@pytest.mark.parametrize("outputs", [(0, 0, 1), (0, 5, 1), (-1, 0, 1), (0.5,), ((0, 1),), ("a",)])
def test_parts_that_do_not_exist_are_refused(outputs: tuple[Any, ...]) -> None:
    with pytest.raises(BadInput, match="different whole numbers from 0 to 4"):
        part((np.ones((2, 5)), np.zeros(5)), outputs)


def test_margins_decide_the_criterion_for_every_common_bias() -> None:
    W = np.random.default_rng(1).normal(size=(400, 2, 3))
    zero = np.zeros((400, 3))
    wrong, own = largest_wrong((W, zero)), least_own((W, zero))
    seen = []
    for bias in (-1.0, -0.3, 0.0, 0.2):
        met = unique_positive((W, zero + bias)).all(-1)
        np.testing.assert_array_equal(met, (wrong <= -bias) & (-bias < own))
        seen.append(met.sum())
    assert min(seen[:3]) > 5


def test_a_sphere_has_its_points_in_every_octant_alike() -> None:
    points = sphere(8000)
    octant = (points > 0) @ [1, 2, 4]
    np.testing.assert_allclose(np.bincount(octant) / 8000, 1 / 8, atol=2e-3)
