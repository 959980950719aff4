"""Repair: the analysis on cases worked by hand, a separate NumPy program, double precision, and the quick size."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import tegum as tg
from tegum.claims import Claim, Judged
from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.experiments.repair.caught import there
from tegum.experiments.repair.judging import _main_effect, _regions, blocks
from tegum.experiments.repair.treatments import (
    FACTORS,
    LASTING,
    LEFT,
    NEEDED,
    ONCE,
    PASSING,
    POLICIES,
    PROPOSED,
    RATES,
    RECIPES,
    ROOMY,
    SHIFTS,
    TREATMENTS,
    WHOLE,
    axis_of,
    edits,
    once_name,
    tune_name,
)
from tegum.failure.outcomes import PERFECT_REGULAR, SYMMETRIC_FAILURE
from tegum.failure.remedies import Repel, Resample
from tegum.theory.failure import symmetric_failure
from tegum.training.run import Run, execute

State = tuple[np.ndarray, np.ndarray]


def test_blocks_are_the_means_of_nine_cells() -> None:
    share = np.zeros((4, 3, 2))
    share[0, 0, 1], share[3, 2, 1] = 9, 18
    assert_allclose(blocks(share)[..., 1], [[1], [2]])
    assert_allclose(blocks(share)[..., 0], 0)


def descended(W: np.ndarray, b: np.ndarray, steps: int) -> State:
    """Gradient descent on the mean squared error at rate 1, written out."""
    n = len(b)
    for _ in range(steps):
        z = W.T @ W + b[:, None]
        slope = 2 * (z - np.eye(n)) * (z > 0) / n**2
        W, b = W - W @ (slope + slope.T), b - slope.sum(axis=1)
    return W, b


def proposal(W: np.ndarray, b: np.ndarray, rng: np.random.Generator) -> State:
    """A shift of 3, as tuned for this recipe; the unlearnt feature is the last."""
    S = W[:, :6].sum(axis=1)
    away = -S / np.linalg.norm(S)
    length = np.linalg.norm(W[:, :6], axis=0).mean()
    b = b + 3.0 * np.append(away @ W[:, :6] > 0, False)
    return np.column_stack([W[:, :6], 0.05 * length * away + 0.001 * rng.normal(size=2)]), b


def long_column(W: np.ndarray, b: np.ndarray, rng: np.random.Generator) -> State:
    way = rng.normal(size=2)
    column = 1.4 * np.linalg.norm(W[:, :6], axis=0).mean() * way / np.linalg.norm(way)
    return np.column_stack([W[:, :6], column]), np.append(b[:6], 1 - column @ column)


@pytest.mark.parametrize(("edit", "mended"), [(proposal, False), (long_column, True)])
def test_by_descent_the_proposal_fails_and_a_long_column_works_in_a_separate_program(
    edit: Callable[..., State], mended: bool
) -> None:
    for seed in range(3):
        rng = np.random.default_rng(seed)
        W, b = (part + 0.01 * rng.normal(size=part.shape) for part in symmetric_failure(7))
        W, b = descended(*edit(*descended(W, b, 2_000), rng), 15_000)
        assert bool(tg.outcomes((W, b)).perfect) == mended


def test_and_in_double_precision() -> None:
    model = tg.StartingFrom.at(*symmetric_failure(7), noise=0.01)
    whole = Resample(at=2_000, fraction=1.4, direction="random", bias="own")
    for remedy, mended in ((Repel(at=2_000, shift=3.0, own=False), 0), (whole, 16)):
        run = tg.train(
            model, tg.OneHot(), optimiser=tg.SGD(learning_rate=1.0), steps=17_000, precision="float64",
            interventions=(remedy,), over={"seed": range(16)},
        )  # fmt: skip
        assert abs(int(tg.outcomes(run).perfect.sum()) - mended) <= 1


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("repair", "quick")
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def verdict(claims: list[Judged], start: str, recipe: str) -> Judged:
    return next(claim for claim in claims if claim.statement.startswith(start) and f"({recipe})" in claim.statement)


def test_claims(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = experiment.claims(runs)
    assert len(claims) == 20
    assert verdict(claims, "The proposed method", PASSING).count == 0
    assert verdict(claims, "The proposed method", LASTING).value > 0.8
    assert verdict(claims, "With it, models leave", PASSING).verdict == "holds"
    assert verdict(claims, "Corrected: and sooner", f"{PASSING}, all memory forgotten").verdict != "holds"
    assert verdict(claims, "Clearing all of Adam's memory", PASSING).verdict == "holds"
    assert verdict(claims, "It is the better method: as proposed", LASTING).verdict == "holds"
    assert verdict(claims, "It recovers all the dead", f"8 features, 2 unlearnt, {PASSING}").verdict == "fails"
    assert verdict(claims, "Resampling and the proposal", PASSING).verdict == "holds"
    assert verdict(claims, "Repeating the proposal", LASTING).verdict == "holds"
    assert verdict(claims, "A long column", LASTING).value == 1
    room = next(claim for claim in claims if claim.statement.startswith("Room in the widest gap"))
    assert room.value == 1


def test_treatments_are_paired(quick: tuple[Experiment, Runs]) -> None:
    """At the record of the edit, which comes before it, all are bit for bit the same models."""
    plain = quick[1]["once nothing"].early.values[:, :, 0]
    for forget in POLICIES:
        for name in there(quick[1], ONCE[1:], forget):
            assert_array_equal(quick[1][once_name(name, forget)].early.values[:, :, 0], plain)
    assert_array_equal(quick[1][f"again {PROPOSED}"].early.values[0, :, 0], plain[1])


def test_forgetting_alone_leaves_the_parameters_as_they_are(quick: tuple[Experiment, Runs]) -> None:
    """Adam's first step without its memory is six times the rate at most: no jump, but another course."""
    plain = quick[1]["once nothing"].early.values
    for forget in POLICIES:
        found = quick[1][once_name(LEFT, forget)].early.values
        assert np.nanmax(np.abs(found[:, :, 1] - plain[:, :, 1])) < 0.008
        assert (found[:, :, 2] != plain[:, :, 2]).any()


def test_every_remedy_is_tried_under_both_policies_with_what_was_tried() -> None:
    for name in ONCE[1:]:
        for forget in POLICIES:
            assert edits(name, [5], LASTING, forget)[0].forget == forget
    for treatment in TREATMENTS.values():
        for places in treatment.best:
            assert len(places) == len(RECIPES)
            assert max(places) < len(treatment.labels)
    assert TREATMENTS["repel"].at_best("SGD, rate 1") == {"fraction": 0.2, "shift": 3.0}
    assert axis_of("repel", (LASTING,))["interventions[0].fraction"] == (0.05,)


def test_direction_and_bias_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """A random direction saves 40 with bias 0 and 60 with its own; the bias 10 and 30."""
    time = dict(zip(FACTORS, (100.0, 90.0, 60.0, 30.0), strict=True))
    module = "tegum.experiments.repair.judging."
    monkeypatch.setattr(module + "delays", lambda runs, name, recipe: time[name] + np.array([1.0, -1.0, 2.0, -2.0]))
    monkeypatch.setattr(module + "perfect", lambda runs, name, recipe: np.ones(4, bool))
    claim = Claim("", "", "")
    assert _main_effect(claim, {}, 0, LASTING).value == pytest.approx(50)
    assert _main_effect(claim, {}, 1, LASTING).value == pytest.approx(20)


class Ended:
    """A map's run, of which only the ends are read."""

    def __init__(self, perfect: np.ndarray) -> None:
        self.ended = self
        self.values = perfect[..., None]


def test_regions_are_sought_where_untreated_models_fail_or_recover() -> None:
    """Rates 0–3 are too slow for all, 4–7 mend only the treated, 8–11 mend all but those with the largest shifts."""
    plain = np.zeros((len(RATES), 40))
    plain[8:] = 1
    treated = np.zeros((len(SHIFTS), len(RATES), 40))
    treated[:, 4:] = 1
    treated[-3:, 8:] = 0
    runs: Any = {f"map {PASSING}": Ended(treated), f"map nothing {PASSING}": Ended(plain)}
    good, poor = _regions(runs, PASSING)
    assert (good.verdict, poor.verdict, good.count) == ("holds", "holds", 30)
    assert f"rates {RATES[4]:.2g}" in good.note
    assert f"rates {RATES[8]:.2g}" in poor.note
    everywhere: Any = {f"map {PASSING}": Ended(treated), f"map nothing {PASSING}": Ended(plain + 1)}
    assert _regions(everywhere, PASSING)[0].measured == "the map has no such rates side by side"


def test_models_that_nobody_caught_support_no_claim(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    nobody = dict(runs)
    for name, run in runs.items():
        if name.startswith(("once", "again")):
            data = run.data.copy()
            data["states"] = data.states.where(data.states != SYMMETRIC_FAILURE, PERFECT_REGULAR)
            nobody[name] = Run(run.training, data)
    others = [claim for claim in experiment.claims(nobody) if claim.count == 0]
    assert len(others) == 18
    assert {claim.verdict for claim in others} == {"unclear"}


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = {panel.name: panel for panel in experiment.panels(runs)}
    assert list(panels) == ["ends", "ends-all", "survival-0-1", "survival-0-01", "gallery", "several", "cost"]
    assert all(panel.caption and panel.figure.data for panel in panels.values())
    assert list(panels["ends"].figure.data[0].y) == [name for name in reversed(ONCE) if name in (*NEEDED, WHOLE, ROOMY)]
    assert "n = 9" not in panels["several"].caption


def test_the_standard_size_leaves_no_remedy_out() -> None:
    found = set(find("repair").trainings())
    assert {once_name(name, forget) for name in ONCE[1:] for forget in POLICIES} <= found
    assert {tune_name(name, forget) for name in TREATMENTS for forget in POLICIES} <= found


def test_all_panels_are_drawn_where_all_is_tried() -> None:
    """Too small to say anything."""
    small: dict[str, Any] = {"seeds": 8, "tuning": 2, "several": 2, "mapped": 4, "map_steps": 1_100, "steps": 6_100}
    experiment = find("repair", recipes=(PASSING, LASTING), maps=(LASTING,), **small)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    names = [panel.name for panel in experiment.panels(runs)]
    assert names[5:] == ["map-0-1", "several", "cost", "tuning-0-1", "tuning-0-1-all"]
    claims = experiment.claims(runs)
    assert len(claims) == 46
    assert verdict(claims, "It recovers sooner than resampling where", LASTING).verdict == "unclear"
    assert verdict(claims, "With it, models leave", PASSING).verdict == "unclear"


def test_recipes_that_do_not_exist_and_too_few_steps_are_named() -> None:
    with pytest.raises(tg.BadInput, match=r"^recipes=\('AdamW, decay 0\.01', 'SGD'\) must be some of "):
        find("repair", recipes=(PASSING, "SGD"))
    with pytest.raises(tg.BadInput, match=r"^steps=5500 leaves too little after the edit at step 5000; it needs more "):
        find("repair", steps=5_500)
    with pytest.raises(tg.BadInput, match=r"^tried=\('repel',\) must be some of .*, with nothing; forget; resample "):
        find("repair", tried=("repel",))
    with pytest.raises(tg.BadInput, match=r"^maps=\('SGD',\) must be some of AdamW, decay 0\.1; AdamW, decay 0\.01\.$"):
        find("repair", maps=("SGD",))
    with pytest.raises(tg.BadInput, match=r"^beside=\('nothing',\) must be some of .*, with repel at 0\.05\.$"):
        find("repair", beside=("nothing",))
