"""The optimum of one column: cases worked by hand, a naive descent, and the experiment at a small size."""

import dataclasses

import numpy as np
import pytest

from tegum.experiments.experiment import Runs
from tegum.experiments.frozen_optimum import (
    FrozenOptimum,
    Settled,
    _of_trained,
    factors,
    leaning_hexagon,
    lopsided,
    ring,
    settled,
    shortest_pair,
    sources_states,
)
from tegum.failure.forces import frozen_optimum, loss
from tegum.theory.failure import beside, failure_loss, symmetric_failure
from tegum.theory.zero_loss import least_slack
from tegum.training.run import execute


def test_hexagons_made_here_lose_only_the_unlearnt_feature() -> None:
    made = [lopsided(seed) for seed in range(3)] + [leaning_hexagon(lean) for lean in (0.0, 0.4, 0.8)]
    for W, b in made + [beside(live) for live in sources_states()[:10]]:
        assert loss(W, b) == pytest.approx(failure_loss(7), abs=1e-12)


def test_the_source_s_states_are_as_it_describes_them() -> None:
    for live in sources_states()[:20]:
        bias = 1 - (live**2).sum(0)
        np.testing.assert_allclose(bias[[0, 5]], -0.988)
        assert ((bias[1:5] > -1.03) & (bias[1:5] < -1.02)).all()
        assert least_slack(live) > -1e-9


def test_a_ring_by_hand() -> None:
    """Six columns of length √2 need 60° each and leave nothing to share out; longer ones leave some, shorter none."""
    rng = np.random.default_rng(0)
    exact = ring(np.full(6, np.sqrt(2) * (1 + 1e-12)), rng)
    assert exact is not None
    np.testing.assert_allclose(exact, symmetric_failure(7)[0][:, :6], atol=1e-4)
    assert ring(np.full(6, 1.4), rng) is None


def test_parts_of_a_sum_by_hand() -> None:
    live = np.array([[3.0, 0.0, -1.0], [0.0, 2.0, 0.0]])  # mean length 2; directions sum to (0, 1)
    directions, lengths = factors(live)
    np.testing.assert_allclose(directions, [0, 2])
    np.testing.assert_allclose(lengths, [2, 0])
    np.testing.assert_allclose(directions + lengths, live.sum(1))


def test_the_shortest_pair_is_one_of_neighbours() -> None:
    live = np.array([[1.0, 0.0, -2.0, 0.0], [0.0, 3.0, 0.0, -2.0]])  # at 0°, 90°, 180°, 270°
    np.testing.assert_array_equal(shortest_pair(live), [1.0, -2.0])


def test_the_search_against_a_naive_descent() -> None:
    """W_7 and b_7 of a leaning hexagon, by differences of a loop over samples."""
    W, b = leaning_hexagon(0.2)

    def cost(point: np.ndarray) -> float:
        total = 0.0
        for j in range(7):
            other = point[:2] if j == 6 else W[:, j]
            total += (max(float(point[:2] @ other + point[2]), 0.0) - (j == 6)) ** 2
        return total + sum(max(float(point[:2] @ W[:, j] + b[j]), 0.0) ** 2 for j in range(6))

    point = np.array([0.0, 0.0, 1 / 7])
    for _ in range(2000):
        slope = [(cost(point + 1e-6 * step) - cost(point - 1e-6 * step)) / 2e-6 for step in np.eye(3)]
        point = point - 0.03 * np.array(slope)
    best = frozen_optimum(W, b, 6, 0.3, 31)
    np.testing.assert_allclose(point, [*best.column, best.bias], atol=1e-5)


@pytest.fixture(scope="module")
def quick() -> tuple[FrozenOptimum, Runs]:
    experiment = FrozenOptimum(seeds=60)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_claims(quick: tuple[FrozenOptimum, Runs]) -> None:
    experiment, runs = quick
    claims = experiment.claims(runs)
    assert [claim.verdict for claim in claims[:4]] == ["holds"] * 4
    settles, follows, closed, pair, both = claims[4:]
    assert [claim.verdict for claim in (follows, both)] == ["holds"] * 2
    assert "fails" not in {claim.verdict for claim in (settles, closed, pair)}  # too few seeds for 95 in 100
    assert min(settles.value, closed.value) > 0.9
    assert {claim.count for claim in claims[4:]} == {len(settled(runs["caught"]).seed)}


def other(found: Settled, **changes: np.ndarray) -> dict[str, str]:
    """The verdicts on these models with something else in them, by the first words of the claim."""
    return {claim.statement[:14]: claim.verdict for claim in _of_trained(dataclasses.replace(found, **changes))}


def test_each_claim_about_trained_models_can_fail(quick: tuple[FrozenOptimum, Runs]) -> None:
    found: Settled = settled(quick[1]["caught"])
    turned = other(found, column=found.column @ np.array([[0.0, 1.0], [-1.0, 0.0]]))
    assert [turned[words] for words in ("With all learn", "In trained mod", "It lies in the", "Two things mov")] == [
        "fails"
    ] * 4
    assert other(found, first=0 * found.first)["It was there b"] == "fails"
    assert other(found, column=2 * found.column)["In trained mod"] == "fails"


def test_panels(quick: tuple[FrozenOptimum, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["well", "example", "places", "depth"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_only_the_unlearnt_feature_moved(quick: tuple[FrozenOptimum, Runs]) -> None:
    _, runs = quick
    found: Settled = settled(runs["caught"])
    W = runs["caught"].W_history.transpose("free", "seed", "step", "latent", "feature").values
    for k, seed in enumerate(found.seed - 32_000_000):
        own, i = W[found.feature[k], seed], found.feature[k]
        np.testing.assert_array_equal(np.delete(own[0], i, 1), np.delete(own[1], i, 1))
        np.testing.assert_array_equal(own[1][:, i], found.column[k])
        np.testing.assert_allclose(found.predicted[k], -found.live(k).sum(1) / 30, rtol=1e-6)  # b / c = (1/7) / (30/7)


def test_models_that_do_not_train_settle_nowhere() -> None:
    """Caught, pushed away, and then given one step."""
    experiment = FrozenOptimum(seeds=60, settle=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    settles, _, closed, *_ = experiment.claims(runs)[4:]
    assert (settles.count > 8, settles.verdict, closed.verdict) == (True, "fails", "fails")


def test_no_caught_models_decide_nothing() -> None:
    experiment = FrozenOptimum(seeds=3, caught_at=1, settle=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    assert {claim.verdict for claim in experiment.claims(runs)[4:]} == {"unclear"}
    assert [panel.name for panel in experiment.panels(runs)] == ["well", "depth"]
