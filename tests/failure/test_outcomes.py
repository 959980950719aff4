"""Names for how a run ends: each on a model built by hand, and the numbers behind them against closed forms."""

import time
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import tegum as tg
from tegum.errors import BadInput
from tegum.failure.outcomes import (
    ASYMMETRIC_FAILURE,
    COLLAPSED,
    DEAD_BY_BIAS,
    DIVERGED,
    IMPERFECT,
    INNER_OUTER,
    NAMES,
    PERFECT_IRREGULAR,
    PERFECT_REGULAR,
    STILL_MOVING,
    SYMMETRIC_FAILURE,
    Outcomes,
    Thresholds,
    outcomes,
)
from tegum.geometry.directions import norms
from tegum.geometry.responses import responses

Model = tuple[np.ndarray, np.ndarray]


def spokes(radii: list[float], degrees: list[float]) -> np.ndarray:
    """W (2, n) with columns of these lengths and bearings."""
    turn = np.radians(degrees)
    return np.array(radii) * np.stack([np.cos(turn), np.sin(turn)])


def polygon(k: int, unlearnt: int = 0) -> Model:
    """The zero-loss k-gon, r²(1 − cos 2π/k) = 1, with unlearnt features (W = 0, b = 1/n) put first."""
    r = 1 / np.sqrt(1 - np.cos(2 * np.pi / k))
    W = np.pad(spokes([r] * k, list(360 * np.arange(k) / k)), ((0, 0), (unlearnt, 0)))
    return W, np.array([1 / (k + unlearnt)] * unlearnt + [1 - r**2] * k)


def lossless(W: np.ndarray) -> Model:
    """W with the biases 1 − ‖W_i‖², by which every feature comes back by 1."""
    return W, 1 - norms(W) ** 2


def one(model: Model) -> Outcomes:
    return outcomes(model)


def two_circles() -> Model:
    """One short spoke at 0° among four long ones, which stand 100°, 150°, 210° and 250° from it."""
    return lossless(spokes([1.1, 2.2, 2.2, 2.2, 2.2], [0, 100, 150, 210, 250]))


CROSS = lossless(spokes([1.5, 1.1, 1.5, 1.1], [0, 90, 180, 270]))
FIVE_OF_SIX = spokes([np.sqrt(2)] * 5, [0, 60, 120, 180, 240])
CASES: dict[str, tuple[int, Model]] = {
    "heptagon": (PERFECT_REGULAR, polygon(7)),
    "one unlearnt": (SYMMETRIC_FAILURE, polygon(6, 1)),
    "two unlearnt": (SYMMETRIC_FAILURE, polygon(5, 2)),
    "two circles": (INNER_OUTER, two_circles()),
    "a fan": (PERFECT_IRREGULAR, lossless(spokes([1.5, 1.6, 1.8, 2.0, 2.1], [0, 75, 140, 200, 265]))),
    "merged pair": (
        COLLAPSED,
        # Both at r² + b = 1/2: each tip wakes both by a half, the best that one direction can do.
        (
            np.concatenate([FIVE_OF_SIX, np.sqrt(2) * spokes([1, 1], [300, 300])], axis=1),
            np.array([-1.0] * 5 + [-1.5] * 2),
        ),
    ),
    "never fires": (DEAD_BY_BIAS, (polygon(6, 1)[0], np.array([-1.0] * 7))),
    "rest uneven": (
        ASYMMETRIC_FAILURE,
        # Two orthogonal pairs, unequal: Σ W_j = 0, so that nothing tilts the fifth.
        (np.pad(CROSS[0], ((0, 0), (0, 1))), np.append(CROSS[1], 1 / 5)),
    ),
    "a little short": (IMPERFECT, (polygon(3)[0], polygon(3)[1] - 0.021)),
    "started": (STILL_MOVING, (0.7 * polygon(7)[0], np.zeros(7))),
    "not a number": (DIVERGED, (np.full((2, 7), np.nan), np.zeros(7))),
    "infinite bias": (DIVERGED, (polygon(7)[0], np.full(7, np.inf))),
    "far away": (DIVERGED, (1e3 * polygon(7)[0], np.zeros(7))),
    "too far to square": (DIVERGED, (1e200 * polygon(7)[0], np.zeros(7))),
}


@pytest.mark.parametrize("case", CASES)
def test_each_name_on_a_model_built_by_hand(case: str) -> None:
    kind, model = CASES[case]
    assert one(model).names.item() == NAMES[kind]


def test_every_name_has_a_case() -> None:
    assert {kind for kind, _ in CASES.values()} == set(range(len(NAMES)))


@pytest.mark.parametrize(("k", "dead"), [(6, 1), (5, 2), (4, 3)])
def test_numbers_of_symmetric_failure(k: int, dead: int) -> None:
    n = k + dead
    found = one(polygon(k, dead))
    assert_array_equal([found.unlearnt, found.dead], [dead, 0])
    assert_allclose(found.loss, dead * (n - 1) / n)
    assert_allclose([found.gradient, found.irregularity, found.error], 0, atol=1e-12)
    assert_allclose([found.inner, found.outer], 1 / np.sqrt(1 - np.cos(2 * np.pi / k)))


def test_a_dead_output_costs_one_and_is_counted() -> None:
    found = one(CASES["never fires"][1])
    assert_array_equal([found.unlearnt, found.dead], [1, 1])
    assert_allclose(found.loss, 1)


def test_numbers_of_two_circles() -> None:
    found = one(two_circles())
    assert_allclose([found.inner, found.outer], [1.1, 2.2])
    assert_allclose(np.degrees([found.interface, found.within]), [100, 60])
    assert np.isnan(one(polygon(7)).interface)


def test_gradient_is_that_of_the_loss() -> None:
    jax = pytest.importorskip("jax")
    rng = np.random.default_rng(0)
    W, b = rng.normal(size=(2, 5)).astype(np.float32), rng.normal(size=5).astype(np.float32)

    def loss(W: Any, b: Any) -> Any:
        return ((jax.nn.relu(W.T @ W + b[:, None]) - np.eye(5)) ** 2).sum()

    largest = max(np.abs(part).max() for part in jax.grad(loss, argnums=(0, 1))(W, b))
    assert_allclose(outcomes((W, b)).gradient, largest, rtol=1e-5)
    assert_allclose(outcomes((W, b)).loss, loss(W, b), rtol=1e-5)


def test_gradient_counts_the_biases() -> None:
    """W = 0 and b = 1/2: every row of 2(y − x) adds up to 2 (4/2 − 1/2) = 3."""
    assert_allclose(outcomes((np.zeros((2, 5)), np.full(5, 0.5))).gradient, 3)


@pytest.mark.parametrize(
    ("degrees", "bias", "kind"),
    [
        (5, (-0.4, -0.4), COLLAPSED),  # outputs 0.60 of their own and of the other
        (40, (-0.4, -0.4), ASYMMETRIC_FAILURE),  # each wakes the other by 0.37, from another direction
        (5, (-0.4, -0.8), ASYMMETRIC_FAILURE),  # only one wakes the other
    ],
)
def test_collapsed_is_one_direction_and_mutual(degrees: float, bias: tuple[float, float], kind: int) -> None:
    never_moving = Thresholds(moving=1e9)
    assert outcomes((spokes([1, 1], [0, degrees]), np.array(bias)), never_moving).kind == kind


def test_margin_is_the_smallest_separation() -> None:
    rng = np.random.default_rng(1)
    W, b = rng.normal(size=(50, 3, 6)), rng.normal(size=(50, 6))
    assert_allclose(outcomes((W, b)).margin, responses((W, b)).separation.min(axis=-1))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), turn=st.floats(0, 6.28), case=st.sampled_from(sorted(CASES)))
def test_names_do_not_depend_on_turns_or_order(seed: int, turn: float, case: str) -> None:
    kind, (W, b) = CASES[case]
    order = np.random.default_rng(seed).permutation(len(b))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    with np.errstate(invalid="ignore"):
        assert one(((rotation @ W)[:, order], b[order])).kind == kind


def test_a_batch_is_its_models_one_by_one() -> None:
    W, b = (np.stack([part[i] for _, part in CASES.values() if len(part[1]) == 7]) for i in (0, 1))
    many = outcomes((W, b))
    for i in range(len(W)):
        alone = outcomes((W[i], b[i]))
        for field in fields(Outcomes):
            assert_array_equal(getattr(many, field.name)[i], getattr(alone, field.name), field.name)
    assert outcomes((W.reshape(1, -1, 2, 7), b.reshape(1, -1, 7))).kind.shape == (1, len(W))


def test_counts_have_exact_intervals() -> None:
    W, b = polygon(7)
    found = outcomes((np.stack([W] * 3 + [W * 0]), np.stack([b] * 4)))
    count, low, high = found.counts()["perfect regular"]
    assert count == 3
    assert_allclose([low, high], [0.194, 0.994], atol=1e-3)
    assert set(found.counts()) == {"perfect regular", "dead by bias"}


def test_more_dimensions() -> None:
    corners = np.array([[1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]) / np.sqrt(3)
    W = corners * np.sqrt(3 / 4)  # r²(1 + 1/3) = 1: the tetrahedron without loss
    assert one(lossless(W)).kind == PERFECT_REGULAR
    assert one((np.pad(W, ((0, 0), (0, 1))), np.append(1 - norms(W) ** 2, 1 / 5))).kind == SYMMETRIC_FAILURE
    assert one(lossless(W * [1.5, 1, 1, 1])).kind == INNER_OUTER


@pytest.fixture(scope="module")
def trained() -> Any:
    return tg.train(
        tg.Autoencoder(features=7, hidden=2),
        tg.OneHot(),
        steps=25_000,
        over={"seed": range(256)},
        progress=False,
    )


@pytest.mark.parametrize("name", [field.name for field in fields(Thresholds)])
@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_ends_do_not_depend_on_a_threshold(trained: Any, name: str, factor: float) -> None:
    """At the end of the census's recipe. All irregular solutions count together: some lie between two names."""
    changed = replace(Thresholds(), **{name: factor * getattr(Thresholds(), name)})
    group = np.array([0, 1, 1, *range(3, len(NAMES))])
    before, after = (group[outcomes(trained, cuts).kind] for cuts in (Thresholds(), changed))
    assert (before != after).mean() <= 0.02


def test_a_million_models_take_seconds() -> None:
    rng = np.random.default_rng(2)
    W, b = rng.normal(size=(60_000, 2, 7)).astype(np.float32), rng.normal(size=(60_000, 7)).astype(np.float32)
    began = time.process_time()
    outcomes((W, b))
    assert time.process_time() - began < 3  # 0.4 s where this was written


def test_a_run_is_named_along_its_axes(trained: Any) -> None:
    assert tg.outcomes(trained).kind.shape == (256,)
    assert tg.outcomes(trained.at(seed=3)).kind.shape == ()


def test_bad_models_are_refused(trained: Any) -> None:
    rng = np.random.default_rng(3)
    untied = {"W_e": rng.normal(size=(2, 5)), "W_d": rng.normal(size=(5, 2)), "b": np.zeros(5)}
    with pytest.raises(BadInput, match="decoder of its own or an encoder bias; outcomes need tied weights"):
        outcomes(untied)
    with pytest.raises(BadInput, match=r"W of shape \(0, 2, 5\) holds no model; outcomes need at least one"):
        outcomes((np.zeros((0, 2, 5)), np.zeros((0, 5))))
    several = type(trained)(trained.training, trained.data.expand_dims(features=[7]))
    assert outcomes(several).kind.shape == (1, 256)  # several sizes are refused by `weights_of`
    assert outcomes(several.at(features=7)).kind.shape == (256,)
