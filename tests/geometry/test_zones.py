"""Zones of a thousand models, degenerate ones among them, against exact arithmetic and against looking at points."""

from collections.abc import Iterator

import numpy as np
import pytest
from scipy.spatial import ConvexHull, HalfspaceIntersection

from oracle import zones as oracle
from tegum.errors import BadInput
from tegum.geometry.clipping import area, cube, disc, volume
from tegum.geometry.weights import Weights, weights_of
from tegum.geometry.zones import boundaries, cells, centred, lone_zones, outline, polyhedra, reach, sliced, zones


def models(count: int, m: int, most: int = 12) -> Iterator[Weights]:
    return (Weights(*arrays) for arrays in oracle.models(count, m, most))


def test_a_thousand_planar_models_have_the_exact_areas() -> None:
    for model in models(1000, 2, most=12):
        domain = disc(float(reach(model)), 12)
        ours, lone = area(zones(model, domain)), area(lone_zones(model, domain))
        scale = max(1.0, float(area(domain)))
        for i in range(model.features):
            assert ours[i] == pytest.approx(oracle.zone_area(model.decoder, model.bias, domain, i), abs=1e-9 * scale)
        for i in range(min(model.features, 2)):  # the degenerate ones come first
            assert lone[i] == pytest.approx(oracle.alone_area(model.decoder, model.bias, domain, i), abs=1e-9 * scale)


def test_planar_cells_are_where_looking_at_points_says() -> None:
    rng = np.random.default_rng(5)
    for model in models(200, 2):
        radius = float(reach(model))
        found = cells(model)
        assert sum(cell.size for cell in found) == pytest.approx(float(area(disc(radius))), rel=1e-9)
        assert len(found) <= 1 + model.features * (model.features + 1) / 2
        for h in model.encoder_bias + rng.uniform(-radius / 2, radius / 2, size=(20, 2)):
            if np.abs(model.decoder @ h + model.bias).min() > 1e-9 or (model.decoder == 0).all(1).any():
                holding = [set(cell.active) for cell in found if _inside(cell.shape, h)]
                assert oracle.active(model.decoder, model.bias, h) in holding


def _inside(polygon: np.ndarray, h: np.ndarray) -> bool:
    """Whether a convex polygon, given anticlockwise, holds the point."""
    edge, to = np.roll(polygon, -1, axis=0) - polygon, h - polygon
    return bool((edge[:, 0] * to[:, 1] - edge[:, 1] * to[:, 0] >= -1e-12).all())


def test_cells_add_up_to_zones_and_lone_zones() -> None:
    for model in models(80, 2, most=9):
        found, lone, all_of = cells(model), area(lone_zones(model)), area(zones(model))
        scale = float(area(disc(reach(model))))
        for i in range(model.features):
            assert sum(c.size for c in found if i in c.active) == pytest.approx(all_of[i], abs=1e-9 * scale)
            assert sum(c.size for c in found if c.active == (i,)) == pytest.approx(lone[i], abs=1e-9 * scale)


def test_five_hundred_models_in_space_have_the_exact_volumes() -> None:
    for model in models(500, 3):
        radius = float(reach(model))
        whole = cube(radius)
        for i, faces in enumerate(polyhedra(model, whole)):
            exact = oracle.cube_zone_volume(model.decoder[i], model.bias[i], radius)
            assert volume(faces) == pytest.approx(exact, abs=1e-9 * volume(whole))


def test_lone_zones_in_space_are_those_of_qhull() -> None:
    compared = 0
    for model in models(120, 3, most=7):
        whole = cube(float(reach(model)))
        for i, faces in enumerate(polyhedra(model, whole, only=True)):
            if len(faces) and volume(faces) > 1e-6 * volume(whole):
                assert volume(faces) == pytest.approx(_by_qhull(model, i, faces), rel=1e-8)
                compared += 1
    assert compared > 100


def _by_qhull(model: Weights, i: int, faces: np.ndarray) -> float:
    signs = np.where(np.arange(model.features) == i, -1.0, 1.0)
    planes = np.column_stack([signs[:, None] * model.decoder, signs * model.bias])
    planes = planes[np.abs(planes[:, :3]).sum(1) > 0]
    side = float(reach(model))
    box = [[*(s * np.eye(3)[axis]), -side] for axis in range(3) for s in (-1, 1)]
    middle = faces.reshape(-1, 3).mean(0)
    return float(ConvexHull(HalfspaceIntersection(np.vstack([planes, box]), middle).intersections).volume)


def test_cells_in_space_add_up() -> None:
    for model in models(32, 3, most=6):
        whole = cube(float(reach(model)))
        found = cells(model, whole)
        assert sum(cell.size for cell in found) == pytest.approx(volume(whole), rel=1e-9)
        for i, faces in enumerate(polyhedra(model, whole)):
            here = sum(cell.size for cell in found if i in cell.active)
            assert here == pytest.approx(volume(faces), abs=1e-9 * volume(whole))


def test_lines_in_general_position_make_the_greatest_number_of_cells() -> None:
    rng = np.random.default_rng(0)
    W, b = rng.normal(size=(2, 6)), 0.01 * rng.normal(size=6)
    assert len(cells((W, b), disc(100.0))) == 1 + 6 + 15
    W, b = rng.normal(size=(3, 5)), 0.01 * rng.normal(size=5)
    assert len(cells((W, b), cube(100.0))) == 1 + 5 + 10 + 10


def test_a_hexagon_by_hand() -> None:
    turn = np.pi * np.arange(6) / 3
    W = 2**0.5 * np.stack([np.cos(turn), np.sin(turn)])
    model = (W, np.full(6, -1.0))
    large = disc(2**0.5, 6)  # the outline itself
    np.testing.assert_allclose(area(zones(model, large)), 3**0.5 / 2, atol=1e-12)
    np.testing.assert_allclose(area(lone_zones(model, large)), 3**0.5 / 6, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(boundaries(model).mean(axis=-2), axis=-1), 1 / 2**0.5, atol=1e-12)
    np.testing.assert_allclose(np.sort(outline(model), axis=0), np.sort(W.T, axis=0), atol=1e-12)


def test_turning_a_model_turns_its_zones() -> None:
    rng = np.random.default_rng(3)
    W, b = rng.normal(size=(2, 5)), rng.normal(size=5)
    turn = 2 * np.pi * 7 / 120
    R = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    np.testing.assert_allclose(area(zones((R @ W, b))), area(zones((W, b))), atol=1e-12)
    np.testing.assert_allclose(area(lone_zones((R @ W, b))), area(lone_zones((W, b))), atol=1e-12)


def test_a_batch_is_its_members() -> None:
    rng = np.random.default_rng(4)
    W, b = rng.normal(size=(4, 3, 2, 5)), rng.normal(size=(4, 3, 5))
    for place in np.ndindex(4, 3):
        for what in (zones, lone_zones):
            np.testing.assert_allclose(area(what((W, b)))[place], area(what((W[place], b[place]))), atol=1e-12)


def test_a_slice_has_the_signs_of_the_whole() -> None:
    rng = np.random.default_rng(6)
    model = weights_of({"W_e": rng.normal(size=(5, 8)), "W_d": rng.normal(size=(8, 5)), "b": rng.normal(size=8),
                        "b_e": rng.normal(size=5)})  # fmt: skip
    directions, centre = rng.normal(size=(2, 5)), rng.normal(size=5)
    plane = sliced(model, directions, centre)
    first = directions[0] / np.linalg.norm(directions[0])
    second = directions[1] - (directions[1] @ first) * first
    second /= np.linalg.norm(second)
    for u, v in rng.normal(size=(50, 2)):
        h = centre + u * first + v * second
        expected = model.decoder @ h + model.bias
        np.testing.assert_allclose(plane.decoder @ [u, v] + plane.bias, expected, atol=1e-12)
    np.testing.assert_allclose(plane.tips, (model.tips - centre) @ np.stack([first, second]).T, atol=1e-12)


def test_the_best_slice_holds_features_that_lie_in_a_plane() -> None:
    rng = np.random.default_rng(7)
    W = rng.normal(size=(4, 2)) @ rng.normal(size=(2, 6))
    plane = sliced((W, np.zeros(6)))
    np.testing.assert_allclose(np.linalg.norm(plane.tips, axis=1), np.linalg.norm(W, axis=0), atol=1e-12)


def test_a_biased_encoder_moves_the_domain_with_it() -> None:
    W, b, c = 0.1 * np.eye(2), np.array([-0.05, 0.0]), np.array([100.0, -3.0])
    model = weights_of({"W_e": W, "W_d": W.T, "b": b - W @ c, "b_e": c})
    assert float(reach(model)) == pytest.approx(0.125)
    np.testing.assert_allclose(area(zones(model)), area(zones((W, b))), rtol=1e-6)
    np.testing.assert_allclose(centred(model).bias, b, atol=1e-12)
    np.testing.assert_allclose(centred(model).at_tips, model.at_tips, atol=1e-12)


def test_a_batch_of_one_is_one() -> None:
    rng = np.random.default_rng(8)
    W, b = rng.normal(size=(1, 1, 3, 4)), rng.normal(size=(1, 1, 4))
    assert len(polyhedra((W, b))) == 4
    assert len(cells((W, b))) == len(cells((W[0, 0], b[0, 0])))


def test_bad_input() -> None:
    W, b = np.ones((3, 4)), np.zeros(4)
    with pytest.raises(BadInput, match=r"has m=3 but polygons need m=2; for m=3 use tegum.geometry.polyhedra"):
        zones((W, b))
    with pytest.raises(BadInput, match=r"has m=2 but polyhedra need m=3"):
        polyhedra((np.ones((2, 4)), b))
    with pytest.raises(BadInput, match=r"about one model, but here is a batch of shape \(2,\); pick one"):
        polyhedra((np.ones((2, 3, 4)), np.zeros((2, 4))))
    with pytest.raises(BadInput, match=r"for larger m take a slice"):
        cells((np.ones((5, 6)), np.zeros(6)))
    with pytest.raises(BadInput, match=r"must be two independent directions \(2, 3\) and a point \(3,\)"):
        sliced((W, b), np.array([[1.0, 0, 0], [2.0, 0, 0]]))
