"""Named geometry by hand, the experiment in small, and what an untrained model shows."""

import numpy as np
import pytest
import xarray as xr

import tegum as tg
from tegum.experiments import find
from tegum.experiments.dimensionality import claims as c
from tegum.experiments.dimensionality import figures, judging
from tegum.experiments.dimensionality.judging import Models
from tegum.experiments.experiment import Experiment, Runs
from tegum.failure.savings import SHAPES, saved
from tegum.geometry.shapes import antiprism, direct_sum, ring, simplex
from tegum.theory.packing import packed
from tegum.training.run import execute

DIGON = simplex(2)


def models(*W: np.ndarray) -> Models:
    """One seed with these W, one for each density."""
    stacked = np.stack(W)[None]
    axes = ("seed", "feature_probability")
    data = xr.Dataset(
        {"W": ((*axes, "latent", "feature"), stacked), "b": ((*axes, "feature"), np.zeros(stacked[:, :, 0].shape))},
        coords={"seed": [0], "feature_probability": np.geomspace(1, 0.05, len(W)) if len(W) > 1 else [0.2]},
    )
    shape = stacked.shape
    return Models(tg.Run(tg.Training(model=tg.Autoencoder(features=shape[3], hidden=shape[2])), data))


def test_a_bipyramid_is_a_tegum_product() -> None:
    product = models(direct_sum(simplex(3), DIGON))
    assert judging.beside_digons(product, "triangle").tolist() == [True]
    assert judging.beside_digons(product, "pentagon").tolist() == []  # nothing to judge by
    assert judging.beside_digons(models(direct_sum(ring(5), DIGON)), "pentagon").tolist() == [True]
    apart = models(np.pad(ring(5), [(0, 1), (0, 2)]), direct_sum(DIGON, DIGON, np.ones((1, 3))))
    assert not judging.beside_digons(apart, "pentagon").any()  # of different models


def tilted() -> np.ndarray:
    """A pentagon and a digon whose line leans out of the pentagon's axis."""
    lean = np.array([[0.25], [0.0], [np.sqrt(1 - 0.25**2)]])
    return np.hstack([np.vstack([ring(5), np.zeros(5)]), lean, -lean])


def test_an_oblique_bipyramid_is_no_tegum_product() -> None:
    oblique = models(tilted())
    assert set(oblique.names.ravel()) == {"pentagon", "oblique digon"}
    assert judging.beside_digons(oblique, "pentagon").tolist() == [False]


def test_what_is_mostly_there_and_what_is_only_there_too() -> None:
    both = models(direct_sum(ring(5), DIGON))
    assert judging.mostly(both, "pentagon").tolist() == [True]
    assert judging.mostly(both, "digon").tolist() == [False]
    assert judging.has(both, "digon").tolist() == [True]


def test_clusters_leave_out_oblique_blocks_and_small_shares() -> None:
    assert judging.clustered(models(tilted()))[0] <= 5 / 7  # whatever the digon's shares are
    apart = models(direct_sum(DIGON, np.ones((1, 1))), np.full((2, 3), 0.01))  # nothing is represented in the second
    assert judging.clustered(apart).tolist() == [1.0]
    assert judging.by_chance(apart)[0] < 1


def test_no_interval_of_a_part_reaches_beyond_the_whole() -> None:
    found = judging._part(c.OBLIQUE, np.array([0.9, 1.0, 0.5]), "seeds", above=0.5)
    assert [found.low, found.high] == pytest.approx([0.143, 1.0], abs=0.01)
    assert "to 100%" in found.measured


def test_sums_fractions_and_held_dimensions() -> None:
    product = models(direct_sum(antiprism(4), simplex(4)))
    assert judging.saturation(product) == pytest.approx(np.ones((1, 1)))
    assert judging.clustered(product) == pytest.approx([1.0])
    assert judging.held(product).tolist() == [[6.0]]
    assert judging.has(product, "tetrahedron").all()
    assert not judging.has(product, "digon").any()
    assert judging.scattered(product).item() < 0.9
    assert judging.near_a_fraction(np.array([0.51, 0.45, 0.3])).tolist() == [True, False, False]


def test_what_biases_hide() -> None:
    W = np.array([[1.0, 0.1, 0.9, -0.2]])  # far from orthogonal: all in one block
    one = models(W)
    assert np.isnan(judging.hidden_by_bias(one)).all()
    aslant = models(np.array([[1.0, -1.0, 0.1, -0.1], [0, 0, 0.995, -0.995]]))
    assert judging.held(aslant).item() == 2
    aslant.b = np.full((1, 1, 4), -0.05)
    assert judging.hidden_by_bias(aslant).item() == 0
    aslant.b = np.full((1, 1, 4), -0.15)
    assert judging.hidden_by_bias(aslant).item() == 1


def test_room_is_all_room() -> None:
    words, own = figures.room(models(direct_sum(DIGON, simplex(3), np.ones((1, 1)) * 0.3)))
    held = dict(zip(words, own[:, 0, 0], strict=True))
    assert held["digon"] == pytest.approx(1)
    assert held["triangle"] == pytest.approx(2)
    assert held["not represented"] == pytest.approx(1)


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("dimensionality", "quick")
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_verdicts_in_small(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = {claim.statement: claim for claim in experiment.claims(runs)}
    assert claims[c.SATURATED.statement].value > 0.98
    assert claims[c.SHAPES["digon"].statement].value == 1
    assert claims[c.NAMELESS.statement].value == 1
    assert claims[c.BETTER.statement].value < 0.05
    assert claims[c.SHAPES["tetrahedron"].statement].value < 0.5
    assert claims[c.PACKED.statement].value > 0.1


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels][:5] == ["levels", "names", "graph-0.4", "graph-0.2", "graph-0.1"]
    assert panels[-1].name == "sums"
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_untrained_models_support_no_claim_about_geometry() -> None:
    experiment = find("dimensionality", "quick", steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    held = {claim.statement for claim in experiment.claims(runs) if claim.verdict == "holds"}
    assert not held


def test_first_blocks_are_one_of_each_name() -> None:
    solid = direct_sum(antiprism(4), simplex(4))
    own = figures.first_blocks(models(solid, solid))
    assert [part.shape for part in own] == [(6, 4), (6, 8)]


def test_crowded_models_add_up_and_beat_orthogonal_pairs_in_double_precision() -> None:
    run = tg.train(
        tg.Autoencoder(features=80, hidden=6), tg.SparseUniform(feature_probability=c.CROWDED), steps=2000,
        batch_size=256, optimiser=tg.AdamW(learning_rate=1e-2, schedule="cosine", warmup=100), precision="float64",
        over={"seed": range(43_900_000, 43_900_003)},
    )  # fmt: skip
    W, b = run.W.values, run.b.values
    assert tg.geometry.dimensionality(W).sum(axis=-1) == pytest.approx(np.full(3, 6.0), rel=0.02)
    assert saved(W, b, c.CROWDED).min() > packed(SHAPES["digon"], c.CROWDED).worth
