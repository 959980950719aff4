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
    """A hundred seeds; the best, and all of them, change to 1, 2 and 3 collapsed sets at these densities."""

    def __init__(self, best: tuple[float, ...], trained: tuple[float, ...]) -> None:
        self.x = np.geomspace(0.02, 1, 80)
        self.count = np.tile(np.searchsorted(trained, self.x)[:, None], 100)
        self.count[:, :24] = np.arange(24) % 4  # all kinds are there
        self.loss = 1 + 0.1 * np.abs(self.count - np.searchsorted(best, self.x)[:, None])
        self.distance = np.where(self.x[:, None] < 0.5, 1.0, 0.1) + np.zeros((80, 100))


STATED = (0.05, 0.15, 0.25)


@pytest.mark.parametrize(("trained", "verdicts"), [
    (STATED, ["holds"] * 3),
    ((0.08, 0.15, 0.4), ["fails", "holds", "fails"]),
])  # fmt: skip
def test_thresholds_near_and_far_from_what_is_stated(trained: tuple[float, ...], verdicts: list[str]) -> None:
    judged = [module._judge_threshold(k, Made(STATED, trained)) for k in (1, 2, 3)]
    assert [claim.verdict for claim in judged] == verdicts


@pytest.mark.parametrize(("best", "verdict"), [(0.4, "holds"), (0.25, "unclear"), (0.18, "fails"), (2.0, "unclear")])
def test_trained_before_it_is_best(best: float, verdict: str) -> None:
    assert module._judge_early(Made((0.05, 0.15, best), STATED)).verdict == verdict


def test_no_threshold_is_unclear() -> None:
    judged = module._judge_threshold(1, Made(STATED, (2.0, 3.0, 4.0)))
    assert judged.verdict == "unclear"
    assert "no such density" in judged.measured


def test_pca_from_a_density_on() -> None:
    found = Made(STATED, STATED)
    assert found.principal(np.arange(100)) == pytest.approx(0.5, rel=0.05)
    found.distance[:] = 0.3
    found.distance[-1] = 0  # at density 1 all planes are PCA's: it does not count
    assert np.isnan(found.principal(np.arange(100)))


def test_densities_include_those_that_are_judged() -> None:
    with pytest.raises(tg.BadInput, match="must rise and include"):
        find("collapse", densities=(0.03, 0.5))


@pytest.mark.parametrize("more", [0.0, 1.5])
def test_densities_are_probabilities_above_0(more: float) -> None:
    with pytest.raises(tg.BadInput, match="above 0 and at most 1"):
        find("collapse", densities=tuple(sorted({more, *module.NEEDED})))


def test_untrained_models_support_no_claim() -> None:
    experiment = find("collapse", "quick", seeds=30, steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    held = {claim.statement for claim in experiment.claims(runs) if claim.verdict == "holds"}
    assert not held


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("collapse", "quick", seeds=20)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_verdicts_in_small(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = {claim.statement: claim for claim in experiment.claims(runs)}
    assert len(claims) == 10
    assert claims[module.RANGES[module.SURE_AT][1].statement].verdict == "holds"
    assert claims[module.RANGES[module.TWO_AT][1].statement].verdict in ("holds", "unclear")
    assert claims[module.PCA.statement].measured.startswith("1 − S = 0.5")


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
