"""One feature varied: names by hand, the crossing in plain NumPy, and the experiment at its quick size."""

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.experiments import find
from tegum.experiments.experiment import Runs
from tegum.experiments.varied_feature import VariedFeature
from tegum.experiments.varied_feature import claims as c
from tegum.experiments.varied_feature.figures import upright
from tegum.experiments.varied_feature.judging import (
    DIGONS,
    PENTAGON,
    beside,
    branches,
    change,
    crossing_at,
    density,
    ideal,
    named,
)
from tegum.theory.branches import minimum
from tegum.training.run import execute

QUICK = VariedFeature(**VariedFeature.sizes["quick"])


def test_names() -> None:
    W = np.stack([W for W, _ in ideal().values()])
    assert named(W).tolist() == [0, 1, 2]
    stretched = W[0] * np.array([[1.3], [0.9]])
    crushed = W[0] * np.array([[1.0], [0.1]])
    assert named(np.stack([stretched, crushed])).tolist() == [0, 3]


def test_angles_beside_the_varied_feature() -> None:
    pentagon = ideal()[PENTAGON][0]
    np.testing.assert_allclose(beside(pentagon[None]), 72)
    turned = upright(np.array([[0.6, -0.8], [0.8, 0.6]]) @ pentagon[None])
    np.testing.assert_allclose(turned[0, :, 0], [0, 1.13], atol=1e-12)


def differences(x: float, solutions: list[tuple[np.ndarray, np.ndarray]], batches: int) -> np.ndarray:
    """Loss of the first less that of the second solution, on equal samples, for each batch of 200,000."""
    random, p = np.random.default_rng(1), density(x)[1]
    found = []
    for _ in range(batches):
        sample = random.uniform(size=(5, 200_000)) * (random.uniform(size=(5, 200_000)) < p[:, None])
        one, other = (
            ((sample - np.maximum(W.T @ (W @ sample) + b[:, None], 0)) ** 2).sum(0).mean() for W, b in solutions
        )
        found.append(one - other)
    return np.array(found)


@pytest.mark.parametrize(("factor", "sign"), [(0.8, 1), (1.0, 0), (1.25, -1), (0.4 / 0.26909, -1)])
def test_the_crossing_in_plain_samples(factor: float, sign: int) -> None:
    """Below it the pentagon costs more, above it less, also at 2.5 times sparser; on it, the same."""
    at = factor * change("density", 21).at[0]
    solutions = [minimum(*branches("density", 21)[kind].near(at), *density(at)) for kind in (PENTAGON, DIGONS)]
    found = differences(at, [(one.W, one.b) for one in solutions], 10)
    error = found.std(ddof=1) / len(found) ** 0.5
    assert abs(found.mean()) < 4 * error if sign == 0 else sign * found.mean() > 6 * error


def test_where_they_cross_depends_on_how_sparse_the_others_are() -> None:
    assert crossing_at(0.05) == pytest.approx(1 / change("density", 21).at[0], rel=1e-5)
    assert crossing_at(0.1) == pytest.approx(2.351, abs=2e-3)


@pytest.fixture(scope="module")
def runs() -> Runs:
    return {key: execute(training) for key, training in QUICK.trainings().items()}


def test_claims_and_figures(runs: Runs) -> None:
    verdicts = [claim.verdict for claim in QUICK.claims(runs)]
    assert verdicts[:5] == ["fails", "holds", "holds", "holds", "holds"]
    assert verdicts[10:] == ["holds", "holds"]
    panels = QUICK.panels(runs)
    assert [panel.name for panel in panels] == [
        "solutions-density", "film", "least", "shape", "rates-density", "kept", "barrier", "baselines",
        "solutions-importance", "rates-importance",
    ]  # fmt: skip
    assert all(panel.figure.data and len(panel.caption) > 40 for panel in panels)


def test_untrained_models_say_nothing() -> None:
    experiment = VariedFeature(seeds=20, steps=1, points=21, ratios=QUICK.ratios)
    runs = {key: execute(training) for key, training in experiment.trainings().items()}
    verdicts = {claim.statement: claim.verdict for claim in experiment.claims(runs)}
    about_training = [c.OFTEN_WORSE, *c.TROUBLE.values(), c.LEFT, c.SAME, c.BEST]
    assert not [claim.statement for claim in about_training if verdicts[claim.statement] == "holds"]


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(BadInput, match=r"must rise from 0.1 to 10 and include 1"):
        find("varied-feature", ratios=(0.1, 0.5, 10.0))
    with pytest.raises(BadInput, match=r"points=60 must be 11, 21, 31"):
        find("varied-feature", points=60)
