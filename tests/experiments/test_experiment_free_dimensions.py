"""Free dimensions: its analysis on cases worked by hand, and the whole experiment at a small size."""

import json
import re

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.experiments.free_dimensions import TRIANGLE, best, errors, is_pentagon, losses, weights
from tegum.theory.unbiased import PLANE, descended, polygon
from tegum.training.run import Run, execute

UNTRAINED = {"The reason: more", "A random orientation"}  # claims that no training enters


def trained(experiment: Experiment) -> Runs:
    return {name: execute(training) for name, training in experiment.trainings().items()}


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("free-dimensions", "quick", seeds=20)
    return experiment, trained(experiment)


def test_a_pentagon_is_one_with_split_corners_too() -> None:
    W = polygon(5)
    assert is_pentagon(W)
    assert is_pentagon(np.column_stack([0.6 * W[:, 0], W[:, 1:], 0.8 * W[:, 0], [0, 0]]))
    assert not is_pentagon(polygon(6))
    assert not is_pentagon(np.column_stack([W[:, 0], W[:, 1:], 0.8 * W[:, 0]]))


def test_errors_by_hand() -> None:
    # y = ReLU(WᵀWx) for W = [1, 0.5]: columns of WᵀW are (1, 0.5) and (0.5, 0.25).
    np.testing.assert_allclose(errors(np.array([[1.0, 0.5]])), [0 + 0.25, 0.25 + 0.75**2])
    assert errors(np.array([[1.0, -1.0, 1.0]])).tolist() == [1, 0, 1]  # 0 and 2 cannot be told apart


def test_the_recorded_loss_is_l_sum_of_the_weights(quick: tuple[Experiment, Runs]) -> None:
    run = quick[1]["search"]
    for n, m in ((2, 1), (5, 2), (8, 3)):
        found = [[errors(W).sum() for W in row] for row in weights(run, n, m)]
        np.testing.assert_allclose(found, losses(run, n, m), atol=1e-12)
        assert best(run, n, m).shape == (m, n)


@pytest.mark.parametrize(("n", "m", "expected"), [(3, 1, 1.0), (5, 2, 5 - PLANE), (8, 2, 8 - PLANE), (7, 3, 5 - PLANE)])
def test_the_best_is_at_the_bottom(quick: tuple[Experiment, Runs], n: int, m: int, expected: float) -> None:
    W = best(quick[1]["search"], n, m)
    assert float(errors(W).sum()) == pytest.approx(expected, abs=1e-6)
    assert float(errors(descended(W)).sum()) == pytest.approx(expected, abs=1e-6)


def test_claims(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = experiment.claims(runs)
    assert [claim.verdict for claim in claims] == [
        "holds", "fails", "holds", "fails", "holds", "fails", "holds", "holds",
    ]  # fmt: skip
    regular = next(claim for claim in claims if claim.statement.startswith("Whenever"))
    assert regular.measured == "regular for n = 5"
    assert "n = 6: 1.802 where the regular one costs 2.000" in regular.note


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    panels = {panel.name: panel for panel in quick[0].panels(quick[1])}
    assert list(panels) == [
        "planes", "stars", "worth", "splats", "turning", "projection", "basis",
    ]  # fmt: skip
    assert all(panel.caption and panel.figure.data for panel in panels.values())
    worth = {trace.name: trace.y for trace in panels["worth"].figure.data}
    np.testing.assert_allclose(worth["best found, m = 2"], [2, 3, 4, *[PLANE] * 4], atol=1e-5)
    assert panels["turning"].figure.frames[-1].data[-1].text[0] == "irregularity 0.00"
    labels = [step.label for step in panels["projection"].figure.layout.sliders[0].steps]
    assert labels[0] == "0° (W)"
    assert sum("PCA" in label for label in labels) == 1


def test_untrained_models_support_no_trained_claim() -> None:
    experiment = find("free-dimensions", "quick", seeds=20, steps=1)
    claims = [c for c in experiment.claims(trained(experiment)) if not any(map(c.statement.startswith, UNTRAINED))]
    assert len(claims) == 6
    assert {claim.verdict for claim in claims} == {"fails"}


def without(runs: Runs, rates: slice) -> Runs:
    """The same, as if all models at some learning rates had diverged."""
    run = runs["search"]
    data = run.data.copy(deep=True)
    for name in ("loss", "W"):
        data[name][{"learning_rate": rates}] = np.nan
    return {"search": Run(run.training, data)}


def test_diverged_models_are_judged_and_drawn_all_the_same(quick: tuple[Experiment, Runs]) -> None:
    runs = without(quick[1], slice(0, 1))
    verdicts = [c.verdict for c in quick[0].claims(runs) if c.count == 20]  # rates count seeds at the first rate
    assert verdicts == ["fails"] * 3
    assert len(quick[0].panels(runs)) == 7


def test_where_every_model_diverged_a_sentence_says_so(quick: tuple[Experiment, Runs]) -> None:
    message = "all models of n=2, m=1 diverged; run again with lower learning_rates."
    with pytest.raises(BadInput, match=re.escape(message)):
        quick[0].claims(without(quick[1], slice(None)))


def test_another_w_is_drawn() -> None:
    basis = [[1, 0, 0], [0, 1, 0]]
    experiment = find("free-dimensions", basis=basis)
    assert json.loads(experiment.json_text())["basis"] == basis
    assert find("free-dimensions").plain()["basis"] == [list(row) for row in TRIANGLE]


@pytest.mark.parametrize(
    ("basis", "message"),
    [
        ([[1, 0], [0, 1]], "basis has rows of length 2 and 2; give two rows of three numbers, [[…], […]]."),
        ([], "basis has rows of length none; give two rows of three numbers, [[…], […]]."),
        ([[1, 2, 3], [2, 4, 6]], "spans no plane; give two independent rows of finite numbers."),
    ],
)
def test_a_basis_that_is_none(basis: list[list[float]], message: str) -> None:
    with pytest.raises(BadInput, match=re.escape(message)):
        find("free-dimensions", basis=basis)
