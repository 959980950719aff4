"""The features' analysis on models worked by hand, and the whole experiment in small."""

import numpy as np
import pytest
import xarray as xr

import tegum as tg
from tegum.experiments import features as module
from tegum.experiments import find
from tegum.training.run import execute

N, M = 6, 2
DENSITIES = (1.0, 0.1, 0.01)


def made(linear: list[np.ndarray], relu: list[np.ndarray], b: np.ndarray | None = None) -> tg.Run:
    """A run of one seed with given weights at three sparsities."""
    W = np.stack([np.stack(linear), np.stack(relu)])[:, :, None]
    bias = np.zeros((2, 3, 1, N)) if b is None else b
    axes = ("activation", "feature_probability", "seed")
    data = xr.Dataset(
        {"W": ((*axes, "latent", "feature"), W), "b": ((*axes, "feature"), bias)},
        coords={"activation": ["linear", "relu"], "feature_probability": list(DENSITIES), "seed": [0]},
    )
    loss = tg.SquaredError(importance=tg.geometric(0.5, N))
    return tg.Run(tg.Training(model=tg.Autoencoder(features=N, hidden=M), loss=loss), data)


def columns(*vectors: tuple[float, float]) -> np.ndarray:
    return np.array([*vectors, *[(0.0, 0.0)] * (N - len(vectors))]).T


TOP = columns((1, 0), (0, 1))
SWAPPED = columns((1, 0), (0, 0), (0, 1))
PAIRS = columns((1, 0), (0, 1), (0, -1))
FOUR = columns((1, 0), (0, 1), (0, -1), (-1, 0))


def test_distance_from_the_principal_projection() -> None:
    run = made([TOP, TOP, SWAPPED], [TOP, PAIRS, FOUR])
    np.testing.assert_allclose(module.distance(run, "linear")[:, 0], [0, 0, 1], atol=1e-9)
    projection = module.principal_projection(run)
    np.testing.assert_allclose(projection, np.diag([1, 1, 0, 0, 0, 0]), atol=1e-12)


def test_the_projection_is_that_of_sampled_data() -> None:
    run = made([TOP] * 3, [TOP] * 3)
    x = np.random.default_rng(0).uniform(size=(N, 200_000)) * np.sqrt(tg.geometric(0.5, N))[:, None]
    _, vectors = np.linalg.eigh(np.cov(x))
    sampled = vectors[:, -M:] @ vectors[:, -M:].T
    np.testing.assert_allclose(sampled, module.principal_projection(run), atol=0.03)


def test_untrained_models_support_no_claim() -> None:
    experiment = find("features", seeds=8, large_seeds=1, steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    assert not [claim for claim in experiment.claims(runs) if claim.verdict == "holds"]


@pytest.mark.parametrize("densities", [(0.1, 0.01), (1.0, 0.1, 0.3), (1.0,), (1.0, -0.1), (1.0, 1.0)])
def test_densities_fall_from_one(densities: tuple[float, ...]) -> None:
    with pytest.raises(tg.BadInput, match="must fall from 1 towards 0"):
        find("features", densities=densities)


def test_growth_and_where_superposition_begins() -> None:
    assert module.grows(made([TOP] * 3, [TOP, PAIRS, FOUR])).tolist() == [True]
    assert module.grows(made([TOP] * 3, [PAIRS, TOP, FOUR])).tolist() == [False]
    assert module.grows(made([TOP] * 3, [TOP] * 3)).tolist() == [False]
    assert module.least_important_first(made([TOP] * 3, [TOP, PAIRS, FOUR])).tolist() == [True]
    assert module.least_important_first(made([TOP] * 3, [TOP, FOUR, FOUR])).tolist() == [False]
    assert module.least_important_first(made([TOP] * 3, [TOP] * 3)).tolist() == [False]


def test_negative_biases_and_positive_interference() -> None:
    crowded = columns((1, 0), (0.8, 0.6), (0, 1), (-0.6, 0.8))
    dense_too = made([TOP] * 3, [crowded, TOP, crowded], np.full((2, 3, 1, N), -0.1))
    assert module.negative_and_positive(dense_too).tolist() == [False]
    b = np.full((2, 3, 1, N), -0.1)
    assert module.negative_and_positive(made([TOP] * 3, [TOP, TOP, crowded], b)).tolist() == [True]
    assert module.negative_and_positive(made([TOP] * 3, [TOP, TOP, crowded], -b)).tolist() == [False]
    assert module.negative_and_positive(made([TOP] * 3, [TOP, TOP, FOUR], b)).tolist() == [False]


def test_biases_near_zero_or_near_the_mean() -> None:
    b = np.zeros((2, 3, 1, N))
    b[:, 0, :, 2:] = 0.5
    run = made([TOP] * 3, [TOP] * 3, b)
    assert module.biases_as_stated(run, "linear", DENSITIES).tolist() == [True]
    b[0, 0, 0, 5] = 0.4
    assert module.biases_as_stated(made([TOP] * 3, [TOP] * 3, b), "linear", DENSITIES).tolist() == [False]
    assert module.biases_as_stated(made([TOP] * 3, [TOP] * 3, b), "relu", DENSITIES).tolist() == [True]


@pytest.fixture(scope="module")
def small() -> tuple[module.Features, dict[str, tg.Run]]:
    experiment = find("features", "quick", seeds=2, steps=1200)
    assert isinstance(experiment, module.Features)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_the_experiment_in_small(small: tuple[module.Features, dict[str, tg.Run]]) -> None:
    experiment, runs = small
    assert (module.distance(runs["small"], "linear") < 0.2).all()
    claims = experiment.claims(runs)
    assert len(claims) == 7
    assert all(claim.count == 2 for claim in claims)
    assert [panel.name for panel in experiment.panels(runs)] == ["small", "represented", "large"]
