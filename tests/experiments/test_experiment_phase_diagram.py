"""The phase diagram: its starts and grids, its judging, and the experiment at its quick size."""

import numpy as np
import pytest

from oracle import toy
from tegum.experiments.experiment import Runs
from tegum.experiments.phase_diagram import PhaseDiagram
from tegum.experiments.phase_diagram.claims import PICTURE
from tegum.experiments.phase_diagram.judging import _counts, _picture, alike, is_digon, kinds_of, within
from tegum.experiments.phase_diagram.trainings import branches, pushed, thinned
from tegum.geometry.diagrams import Crossing, Diagram, Line, weights
from tegum.theory.phases import configurations, expected_loss
from tegum.training.run import execute

QUICK = PhaseDiagram(**PhaseDiagram.sizes["quick"])


def test_dropped_columns_are_pushed_against_the_others_and_others_stay() -> None:
    np.testing.assert_allclose(pushed(np.array([[1.0, 0.0]])), [[1, -0.05]])
    np.testing.assert_allclose(pushed(np.array([[1.0, -1.0]])), [[1, -1]])
    np.testing.assert_allclose(pushed(np.array([[1.0, 0, 0], [0, 1, 0]])), [[1, 0, -0.05], [0, 1, -0.065]])


def test_a_coarse_grid_is_a_part_of_the_fine_one() -> None:
    assert thinned(np.arange(48), 6).tolist() == [0, 9, 19, 28, 38, 47]
    assert thinned(np.arange(3), 6).tolist() == [0, 1, 2]


def test_cells_of_the_coarse_map_are_found_in_the_fine_one() -> None:
    axes = np.geomspace(0.1, 10, 9), np.geomspace(1, 0.01, 7)
    places = [thinned(np.arange(9), 4), thinned(np.arange(7), 3)]
    zero = np.zeros((1, 1, 1, 1, 2))
    fine = Diagram(*axes, zero, zero, zero, zero)
    coarse = axes[0][places[0]], axes[1][places[1]]
    for found, place in zip(within(fine, *coarse), places, strict=True):
        assert found.ravel().tolist() == place.tolist()


def test_agreement_of_models_drawn_alike_is_that_within_each_kind_on_average() -> None:
    """Ten thousand cells, outcomes with chances of their own: no bias from how few models there are."""
    rng = np.random.default_rng(0)
    chances = rng.dirichlet(np.ones(4), 10_000)
    some, others = (kinds_of((rng.random((10_000, 5, 1)) > chances.cumsum(1)[:, None]).sum(-1)) for _ in range(2))
    apart = alike(some, others) - (alike(some) + alike(others)) / 2
    assert abs(apart.mean()) < 3 * apart.std() / 100
    assert some.sum(axis=-1).tolist() == [5] * 10_000


@pytest.mark.parametrize(("same", "verdict"), [(True, "holds"), (False, "fails")])
def test_samples_and_expectation_by_the_agreement_of_their_models(same: bool, verdict: str) -> None:
    """Twenty-five cells of four models: half drop the extra feature, half pair it, or all of one training pair it."""
    axes = np.geomspace(0.1, 10, 5), np.geomspace(1, 0.01, 5)
    tidy = np.array([one.W for one in configurations(2)])
    half, paired = (np.broadcast_to(tidy[kinds], (5, 5, 4, 1, 2)) for kinds in ([0, 0, 1, 1], [1, 1, 1, 1]))
    b = np.zeros((5, 5, 4, 2))
    found = Diagram(*axes, half, b, half, b)
    mine = found if same else Diagram(*axes, paired, b, half, b)
    judged = _picture(found, mine)
    assert judged.source == PICTURE.source == "Ours"
    assert judged.verdict == verdict


def test_crossings_that_symmetry_repeats_are_counted_once() -> None:
    flat, zero = np.ones((2, 1)), np.zeros((2, 1, 1, 2))
    along = [Line(np.full(2, i), np.array([0.2, 0.1]), flat, zero) for i in (0.4, 2.5)]
    across = Line(np.array([0.1, 10.0]), np.full(2, 0.2), flat, zero)
    at = [Crossing(x, 1.0, 1.0) for x in (0.4, 2.5)]
    assert [_counts(2, line, at[0]) for line in along] == [True, False]
    assert [_counts(2, across, cross) for cross in at] == [True, False]
    assert all(_counts(3, across, cross) for cross in at)


def test_what_counts_as_a_digon_beside_a_third() -> None:
    tidy = np.array([[1.0, 0, 0], [0, 1, -0.7]])
    triangle = np.array([[1.0, -0.5, -0.5], [0, 0.87, -0.87]])
    dropped = np.array([[1.0, 0, 0], [0, 1, 0]])
    assert is_digon(np.stack([tidy, triangle, dropped])).tolist() == [True, False, False]


def test_a_pair_gains_by_biases_and_lengths_as_the_oracle_finds() -> None:
    """In double precision: the loss that descent reaches from the tidy pair, by loops alone, is below the pair's."""
    run = execute(branches(2, np.array([[0.4, 0.42]]), 1_500))
    W = run.W.transpose("cell", "latent", "feature").values[1]
    b, importance = run.b.transpose("cell", "feature").values[1], weights(2, np.array(0.4))
    found = float(expected_loss(W, b, importance, 0.42))
    tidy = toy.expected_loss(np.array([[1.0, -1.0]]), np.zeros(2), importance, 0.42)
    dropped = toy.expected_loss(np.array([[1.0, 0.0]]), np.array([0, 0.21]), importance, 0.42)
    np.testing.assert_allclose(toy.expected_loss(W, b, importance, 0.42), found, rtol=2e-2)
    assert found < min(tidy, dropped)
    assert dropped < tidy


@pytest.fixture(scope="module")
def runs() -> Runs:
    return {key: execute(training) for key, training in QUICK.trainings().items()}


def test_what_a_small_map_already_shows(runs: Runs) -> None:
    claims = QUICK.claims(runs)
    assert len(claims) == 19
    there, sparsity, agree, _, discard, _, _, across, _ = claims[:9]
    assert [claim.verdict for claim in (there, sparsity)] == ["holds"] * 2
    assert [claim.verdict for claim in (agree, discard)] == ["fails"] * 2
    assert across.verdict == "holds"
    assert all(claim.count for claim in claims)


def test_all_figures_are_drawn(runs: Runs) -> None:
    panels = QUICK.panels(runs)
    kinds = ("maps", "split", "sections", "recipe")
    assert [panel.name for panel in panels] == [f"{kind}-{n}" for n in (2, 3) for kind in kinds] + ["examples"]
    assert all(panel.figure.data and len(panel.caption) > 40 for panel in panels)


def test_a_single_step_decides_nothing() -> None:
    experiment = PhaseDiagram(cells=8, models=3, descent=1, coarse=2, steps=1, batch_size=8, points=9)
    runs = {key: execute(training) for key, training in experiment.trainings().items()}
    trained = [claim for claim in experiment.claims(runs) if "each of them happens" in claim.statement]
    judged = [claim for claim in experiment.claims(runs) if "theory of a few" in claim.statement]
    assert [claim.verdict for claim in (*trained, *judged)] == ["fails"] * 4
    assert [c.verdict for c in experiment.claims(runs) if "worst of ten" in c.statement] == ["fails"] * 2
