"""Collapse on ends worked by hand, the experiment in small, and the threshold that fails in double precision."""

import numpy as np
import pytest

import tegum as tg
from tegum.experiments import collapse as module
from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.geometry.sets import collapsed
from tegum.training.run import execute


class Made(module.Ends):
    """Twenty seeds with 0 to 3 collapsed sets, where the best changes at these densities."""

    def __init__(self, thresholds: tuple[float, float, float]) -> None:
        self.x = np.geomspace(0.02, 1, 40)
        self.count = np.tile(np.arange(20) % 4, (40, 1))
        self.loss = 1 + 0.1 * np.abs(self.count - np.searchsorted(thresholds, self.x)[:, None])


@pytest.mark.parametrize(("at", "verdicts"), [
    ((0.05, 0.15, 0.25), ["holds"] * 3),
    ((0.08, 0.15, 0.4), ["fails", "holds", "fails"]),
])  # fmt: skip
def test_thresholds_near_and_far_from_what_is_stated(at: tuple[float, float, float], verdicts: list[str]) -> None:
    judged = [module._judge_threshold(k, Made(at)) for k in (1, 2, 3)]
    assert [claim.verdict for claim in judged] == verdicts


def test_no_threshold_is_unclear() -> None:
    judged = module._judge_threshold(1, Made((2.0, 3.0, 4.0)))
    assert judged.verdict == "unclear"
    assert "no density" in judged.measured


def test_densities_include_those_that_are_judged() -> None:
    with pytest.raises(tg.BadInput, match="must rise and include"):
        find("collapse", densities=(0.03, 0.5))


def test_untrained_models_support_no_claim_but_that_of_no_collapse() -> None:
    experiment = find("collapse", "quick", seeds=30, steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    held = {claim.statement for claim in experiment.claims(runs) if claim.verdict == "holds"}
    assert held <= {module.RANGES[module.NONE_AT][1].statement, module.NO_PCA.statement}


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("collapse", "quick", seeds=20)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_verdicts_in_small(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = {claim.statement: claim for claim in experiment.claims(runs)}
    assert len(claims) == 10
    sure = (module.PCA, module.SURE, module.NO_PCA, module.RANGES[module.TWO_AT][1])
    assert {claims[claim.statement].verdict for claim in sure} <= {"holds", "unclear"}
    assert claims[module.SURE.statement].verdict == claims[module.PCA.statement].verdict == "holds"
    assert claims[module.THRESHOLDS[3].statement].verdict == "fails"


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["best", "rates", "losses", "principal"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_at_a_third_two_collapsed_sets_are_still_better_in_double_precision_and_plain_numpy() -> None:
    run = tg.train(
        tg.Autoencoder(features=6, hidden=2), tg.CorrelatedSets(sets=3, feature_probability=0.3), batch_size=256,
        optimiser=tg.AdamW(learning_rate=5e-3, schedule="quarter_cosine"), steps=2000, precision="float64",
        over={"seed": range(4000, 4016)},
    )  # fmt: skip
    rng = np.random.default_rng(0)
    x = np.repeat(rng.random((3, 40_000)) < 0.3, 2, axis=0) * rng.random((6, 40_000))
    loss = []
    for W, b in zip(run.W.values, run.b.values, strict=True):
        y = np.maximum(W.T @ (W @ x) + b[:, None], 0)
        loss.append(np.mean((x - y) ** 2))
    count = collapsed(run.W.values, 3).sum(axis=-1)
    assert {2, 3} <= set(count.tolist())
    assert min(np.array(loss)[count == 2]) < 0.99 * min(np.array(loss)[count == 3])
