"""Names of exact, moved, disturbed, random and trained geometry."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tegum as tg
from oracle.blocks import cosine, finest_split
from tegum.errors import BadInput
from tegum.geometry import named
from tegum.geometry.arrangement import counted
from tegum.geometry.shapes import antiprism, corners, direct_sum, disphenoids, ring, shapes, simplex, tricapped_prism

ONE = np.ones((1, 1))
PARTS: dict[str, np.ndarray] = {
    "dedicated dimension": ONE,
    "digon": simplex(2),
    "triangle": simplex(3),
    "tetrahedron": simplex(4),
    "4-simplex": simplex(5),
    "9-simplex": simplex(10),
    "pentagon": ring(5),
    "hexagon": ring(6),
    "7-gon": ring(7),
    "12-gon": ring(12),
    "square antiprism": antiprism(4),
    "triangular antiprism": antiprism(3, 0.8),
    "cube": corners(3),
    "tricapped prism": tricapped_prism(),
    "threefold disphenoid": disphenoids(3),
    "5-demicube": shapes(16)[2].vertices,
    "fivefold disphenoid": disphenoids(5),
    "collapsed pair": np.ones((1, 2)),
    "collapsed triple": np.ones((1, 3)),
    "5 collapsed features": np.ones((1, 5)),
    "collapsed digon": np.array([[1.0, 1.0, -1.0]]),
    "collapsed triangle": simplex(3)[:, [0, 1, 2, 0, 1, 2]],
    "collapsed pentagon": ring(5)[:, [0, 1, 2, 3, 4, 2]],
}


def moved(rng: np.random.Generator, parts: list[np.ndarray], extra: int = 0) -> tuple[np.ndarray, list[frozenset[int]]]:
    """The tegum product of the parts, turned, mirrored and in any order, and the places of each part's features."""
    X = direct_sum(*parts)
    m, n = len(X) + extra, X.shape[1]
    order = rng.permutation(n)
    owner = np.repeat(np.arange(len(parts)), [part.shape[1] for part in parts])[order]
    W = np.linalg.qr(rng.normal(size=(m, m)))[0][:, : len(X)] @ X[:, order]
    return W, [frozenset(np.flatnonzero(owner == i).tolist()) for i in range(len(parts))]


@pytest.mark.parametrize("name", PARTS)
def test_exact_shapes(name: str) -> None:
    found = named(PARTS[name])
    (block,) = found.blocks
    assert (block.name, block.dimension) == (name, len(PARTS[name]))
    assert block.distance == pytest.approx(0, abs=1e-3)
    assert found.counts() == {name: 1}


@settings(deadline=None, max_examples=80)
@given(
    names=st.lists(st.sampled_from(list(PARTS)), min_size=1, max_size=8),
    seed=st.integers(0, 2**32),
    scale=st.floats(0.6, 10),
    extra=st.integers(0, 4),
)
def test_tegum_products_moved_and_scaled(names: list[str], seed: int, scale: float, extra: int) -> None:
    W, places = moved(np.random.default_rng(seed), [PARTS[name] for name in names], extra)
    found = {(block.name, frozenset(block.features)) for block in named(scale * W).blocks}
    assert found == set(zip(names, places, strict=True))


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**32), angle=st.floats(0, 0.06))
def test_disturbed_products_keep_their_names(seed: int, angle: float) -> None:
    rng = np.random.default_rng(seed)
    names = ["digon", "triangle", "tetrahedron", "pentagon", "square antiprism", "digon", "dedicated dimension"]
    W, places = moved(rng, [PARTS[name] for name in names])
    found = named(W + angle / np.sqrt(len(W) - 1) * rng.normal(size=W.shape))
    assert {(block.name, frozenset(block.features)) for block in found.blocks} == set(zip(names, places, strict=True))
    assert found.distance <= 1.5 * angle + 1e-3
    assert found.leak <= 2.5 * angle + 1e-7


def test_norms_do_not_name_but_are_reported() -> None:
    lengths = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    (block,) = named(ring(5) * lengths).blocks
    assert block.name == "pentagon"
    assert block.norm == pytest.approx(3)
    assert block.spread == pytest.approx(4 / 3)
    assert block.evenness < 1


def test_shares_add_up_to_the_rank_of_a_tight_block_and_fall_short_in_others() -> None:
    rng = np.random.default_rng(0)
    W, _ = moved(rng, [*PARTS.values()])
    for block in named(W).blocks:
        if block.name in ("triangular antiprism", "collapsed pentagon"):
            assert block.evenness < 0.99
            assert block.total <= block.dimension + 1e-9
        else:
            assert block.evenness == pytest.approx(1)
            assert block.total == pytest.approx(block.dimension)
        own = W[:, list(block.features)]
        ideal = np.sort(np.linalg.eigvalsh(own @ own.T))[::-1][: block.dimension]
        np.testing.assert_allclose(block.eigenvalues, ideal)


def test_what_an_octahedron_and_the_bipyramids_are() -> None:
    whole = [
        direct_sum(*[simplex(2)] * 3),
        direct_sum(simplex(3), simplex(2)),
        direct_sum(ring(5), simplex(2)),
        direct_sum(simplex(2), simplex(2)),
    ]
    factors = ["3 digons", "1 digon, 1 triangle", "1 digon, 1 pentagon", "2 digons"]
    assert [str(named(W).products) for W in whole] == factors
    words = ["octahedron", "triangular bipyramid", "pentagonal bipyramid", "square"]
    assert [str(named(W).composites) for W in whole] == words
    assert str(named(antiprism(3)).composites) == "octahedron"


@pytest.mark.parametrize("height", [0.3, 0.5, 0.5774, 0.65, 0.85])
def test_the_square_antiprism_at_any_height(height: float) -> None:
    (block,) = named(antiprism(4, height)).blocks
    assert block.name == "square antiprism"
    assert block.height == pytest.approx(height, abs=1e-3)
    assert block.total == pytest.approx(3) if height == 0.5774 else block.total < 2.999


def test_near_an_octahedron_three_lines_are_three_digons_that_leak() -> None:
    found = named(antiprism(3, 0.62))
    assert found.counts() == {"digon": 3}
    assert 0.05 < found.leak < 0.15


@pytest.mark.parametrize(("degrees", "name"), [(0, "pentagon"), (7, "pentagon"), (25, "oblique pentagon")])
def test_pentagons_in_planes_that_are_not_orthogonal_are_oblique(degrees: float, name: str) -> None:
    a = np.radians(degrees)
    second = np.array([[np.sin(a), 0, np.cos(a), 0], [0, 0, 0, 1]])
    found = named(np.hstack([np.eye(4, 2) @ ring(5), second.T @ ring(5)]))
    assert found.counts() == {name: 2}
    assert [block.shape for block in found.blocks] == ["pentagon"] * 2
    assert found.distance == pytest.approx(0, abs=1e-7)
    assert found.leak < (0.2 if degrees < 10 else 0.5)


def test_a_single_pair_among_irregular_features_is_not_oblique() -> None:
    W = np.random.default_rng(0).normal(size=(2, 6))
    W[:, 1] = -W[:, 0]
    assert named(W, threshold=0.0).counts() == {"irregular": 1}


def test_random_features_have_no_name() -> None:
    rng = np.random.default_rng(3)
    for n, m, allowed in ((7, 2, 5), (8, 3, 2), (20, 5, 0), (80, 20, 0)):
        found = named(rng.normal(size=(300, m, n)), threshold=0.0)
        assert int((found.name != "irregular").reshape(300, n).all(axis=1).sum()) <= allowed, (n, m)


def test_random_orthogonal_blocks_are_split_as_by_every_bipartition() -> None:
    rng = np.random.default_rng(5)
    for _ in range(10):
        W, _ = moved(rng, [rng.normal(size=(2, 4)), simplex(3), rng.normal(size=(1, 1))])
        found = {frozenset(block.features) for block in named(W, threshold=0.0).blocks}
        assert found == finest_split(W, 1e-9)


def test_an_irregular_block_is_compared_with_the_nearest_shape_of_its_size() -> None:
    bent = ring(5).copy()
    bent[:, 0] = [np.cos(1.0), np.sin(1.0)]
    (block,) = named(bent).blocks
    assert (block.name, block.nearest, block.dimension) == ("irregular", "pentagon", 2)
    assert 0.15 < block.distance < 0.5
    assert str(block) == f"irregular, 5 features in 2 dimensions; {block.distance:.2f} from a pentagon"
    (square,) = named(np.array([[1.0, 0.8, -1.0, -0.8], [0.0, 0.6, 0.0, -0.6]])).blocks
    assert square.nearest == "square"
    (alone,) = named(np.random.default_rng(0).normal(size=(2, 9)), threshold=0.0).blocks
    assert str(alone) == f"irregular, 9 features in 2 dimensions; {alone.distance:.2f} from a 9-gon"
    (unlike,) = named(np.random.default_rng(0).normal(size=(3, 10)), threshold=0.0).blocks
    assert (unlike.distance, str(unlike)) == (np.inf, "irregular, 10 features in 3 dimensions")


def test_a_feature_among_others_says_how_far_it_is_from_a_dimension_of_its_own() -> None:
    """Leak by hand: each of the two others has D = 1 / (2 + 0.35²), so it is sqrt(2 · 0.35² / (2 + 0.35²)) = 0.340."""
    W = np.array([[1.0, -1.0, 0.35], [0.0, 0.0, np.sqrt(1 - 0.35**2)]])
    alone = next(block for block in named(W).blocks if block.size == 1)
    assert alone.name == "irregular"
    assert str(alone) == "irregular, 1 feature in 1 dimension; 0.00 from a dedicated dimension, leak 0.34"


def test_a_stray_feature_does_not_spoil_what_it_hardly_touches() -> None:
    W = np.hstack([direct_sum(*[simplex(2)] * 10), np.full((10, 1), np.sqrt(0.1))])
    W[:, -1] *= [3, *[0.3] * 9]
    counts = named(W, threshold=0.0).counts()
    assert counts["digon"] >= 9


def test_small_and_missing_features() -> None:
    W = np.array([[1.0, -1.0, 0.1, 0.0], [0.0, 0.0, 0.0, 0.4]])
    found = named(W)
    assert found.name.tolist() == ["digon", "digon", "not represented", "not represented"]
    assert found.block.tolist() == [0, 0, -1, -1]
    assert named(W, threshold=0.3).counts() == {"dedicated dimension": 1, "digon": 1, "not represented": 1}
    assert repr(named(np.zeros((2, 3)))) == "3 not represented"
    assert repr(named(np.zeros((0, 2, 3)))) == "0 models: nothing"


def test_a_diverged_model_and_a_smaller_one_of_a_padded_run() -> None:
    W = np.full((3, 3, 5), np.nan)
    W[0, :2] = ring(5)
    W[1, :2, :3] = ring(3)
    found = named(W)
    assert found.products.tolist() == ["1 pentagon", "1 triangle", "nothing"]
    assert found.name[1].tolist() == ["triangle"] * 3 + ["no feature"] * 2
    assert found.counts() == {"pentagon": 1, "triangle": 1, "not finite": 5}
    for huge in (np.inf, -1e200):
        W[0, 0, 0] = huge
        assert named(W).name[0, 0] == "not finite"


def test_a_batch_is_its_singles() -> None:
    rng = np.random.default_rng(0)
    exact = [moved(rng, [ring(5), simplex(2), np.ones((1, 1))])[0], moved(rng, [antiprism(4)], 1)[0]]
    W = np.stack([*exact, *rng.normal(size=(4, 4, 8))]).reshape(2, 3, 4, 8)
    whole = named(W)
    for i, j in np.ndindex(2, 3):
        alone, part = named(W[i, j]), whole[i, j]
        np.testing.assert_array_equal(alone.block, part.block)
        assert str(alone) == str(part)
        assert [(b.name, b.features) for b in alone.blocks] == [(b.name, b.features) for b in part.blocks]
        for a, b in zip(alone.blocks, part.blocks, strict=True):
            np.testing.assert_allclose([a.distance, a.leak, a.total], [b.distance, b.leak, b.total], atol=1e-7)
    assert whole[1].batch == (3,)
    assert whole[:, 0].blocks[-1].model == (1,)
    assert {block.model for block in whole.blocks} == set(np.ndindex(2, 3))


def test_many_models_are_named_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    W = np.random.default_rng(1).normal(size=(10, 2, 4))
    whole = named(W, threshold=0.0)
    monkeypatch.setattr("tegum.geometry.naming.ROOM", 50)
    parts = named(W, threshold=0.0)
    np.testing.assert_array_equal(whole.block, parts.block)
    assert [(b.model, b.features, b.name) for b in whole.blocks] == [
        (b.model, b.features, b.name) for b in parts.blocks
    ]


def test_numbers_of_features() -> None:
    found = named(direct_sum(simplex(2), ONE, np.full((1, 1), 0.1)))
    np.testing.assert_allclose(found.dimensionality, [0.5, 0.5, 1, 1])
    np.testing.assert_allclose(found.norm, [1, 1, 1, 0.1])
    np.testing.assert_array_equal(found.of_features("dimension"), [1, 1, 1, np.nan])


@pytest.mark.parametrize(
    ("name", "count", "words"),
    [
        ("digon", 1, "1 digon"), ("digon", 2000, "2,000 digons"), ("tetrahedron", 2, "2 tetrahedra"),
        ("5-simplex", 2, "2 × 5-simplex"), ("irregular", 1, "1 irregular block"),
        ("irregular", 3, "3 irregular blocks"), ("not represented", 3, "3 not represented"),
        ("5 collapsed features", 2, "2 × 5 collapsed features"),
    ],
)  # fmt: skip
def test_words(name: str, count: int, words: str) -> None:
    assert counted(name, count) == words


def test_bad_input() -> None:
    with pytest.raises(BadInput, match=r"W of shape \(3,\) must have shape \(m, n\), or \(..., m, n\) for many models"):
        named(np.zeros(3))


def test_trained_on_one_feature_at_a_time() -> None:
    run: Any = tg.train(
        tg.Autoencoder(features=3, hidden=2), tg.OneHot(), steps=10_000, over={"features": [5, 7], "seed": range(4)}
    )
    found = named(run)
    assert found.batch == (2, 4)
    assert found[0].counts() == {"pentagon": 4}
    assert found[0].distance < 0.1
    assert "7-gon" in found[1].counts()
    np.testing.assert_allclose([b.total for b in found.blocks if b.name.endswith("gon") and b.size > 2], 2, atol=0.05)


def test_sparse_features_in_five_dimensions_make_a_demicube() -> None:
    """Equal importance, 1 − S = 0.15: 18 of 20 seeds, with either of two recipes (docs/log.md)."""
    run: Any = tg.train(
        tg.Autoencoder(features=20, hidden=5), tg.SparseUniform(feature_probability=0.15), steps=8_000,
        batch_size=256, optimiser=tg.AdamW(learning_rate=3e-3), over={"seed": range(4)},
    )  # fmt: skip
    found = named(run)
    assert found.counts()["5-demicube"] >= 2
    mine = found.name == "5-demicube"
    np.testing.assert_allclose(found.dimensionality[mine], 5 / 16, atol=0.02)
    block = next(block for block in found.blocks if block.name == "5-demicube")
    W = run.W.values[block.model].astype(float)
    for i in block.features:
        products = sorted(cosine(W[:, i], W[:, j]) for j in block.features if j != i)
        np.testing.assert_allclose(products, [-3 / 5] * 5 + [1 / 5] * 10, atol=0.15)


@pytest.mark.parametrize(
    ("n", "m", "name", "share"),
    [
        (12, 3, "tricapped prism", 1 / 3),
        (16, 4, "threefold disphenoid", 1 / 3),
        (26, 6, "fivefold disphenoid", 3 / 10),
    ],
)
def test_sparse_features_in_other_dimensions(n: int, m: int, name: str, share: float) -> None:
    """Equal importance, 1 − S = 0.15: 5, 9 and 11 of 12 seeds (docs/log.md)."""
    run: Any = tg.train(
        tg.Autoencoder(features=n, hidden=m), tg.SparseUniform(feature_probability=0.15), steps=4_000,
        batch_size=256, optimiser=tg.AdamW(learning_rate=3e-3), over={"seed": range(52_000_000, 52_000_006)},
    )  # fmt: skip
    found = named(run)
    assert found.counts()[name] >= 1
    np.testing.assert_allclose(found.dimensionality[found.name == name], share, atol=0.04)


def test_trained_on_sparse_features() -> None:
    run: Any = tg.train(
        tg.Autoencoder(features=20, hidden=5), tg.SparseUniform(feature_probability=0.3), steps=3_000, batch_size=128,
        optimiser=tg.AdamW(learning_rate=3e-3), over={"seed": range(2)},
    )  # fmt: skip
    found = named(run)
    assert found.counts() == {"digon": 10, "not represented": 20}
    assert found.composites.tolist() == ["5-dimensional cross polytope"] * 2
    np.testing.assert_allclose(np.where(found.block >= 0, found.dimensionality, 0).sum(axis=1), 5, atol=0.02)
