"""Savings of products made by hand are what theory says."""

import numpy as np
import pytest

from tegum.failure.savings import CROWDED, LARGE, SHAPES, best_product, block, saved
from tegum.geometry.shapes import direct_sum
from tegum.theory.packing import packed


@pytest.mark.parametrize("name", ["dedicated dimension", "digon", "square antiprism"])
def test_a_product_of_two_blocks_beside_dropped_features(name: str) -> None:
    p, best = 0.3, packed(SHAPES[name], 0.3)
    block = np.sqrt(best.square) * SHAPES[name]
    W = np.pad(direct_sum(block, block), [(0, 0), (0, 3)])
    b = np.append(np.full(2 * block.shape[1], best.bias), [p / 2] * 3)
    assert saved(W[None], b[None], p, 200_000)[0] == pytest.approx(best.worth, abs=0.01)


def test_which_product_is_best_at_which_density() -> None:
    found = [best_product(p)[0] for p in (0.66, 0.5, 0.26, 0.05)]
    assert found[:3] == ["triangle", "digon", "digon"]
    assert found[3] in LARGE


def test_where_large_shapes_are_left_out_digons_are_worth_more() -> None:
    worth = {name: block(name, CROWDED).worth for name in ("digon", *LARGE)}
    assert max(worth, key=lambda name: worth[name]) == "digon"
