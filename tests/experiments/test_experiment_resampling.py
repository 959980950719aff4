"""Remedies head to head: analyses worked by hand, one bed tiny, a remedy of one's own, one step."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jax
import numpy as np
import pytest
import xarray as xr

import tegum as tg
from tegum.experiments import find
from tegum.experiments.resampling import choices, entrants, judging
from tegum.experiments.resampling import claims as c
from tegum.experiments.resampling.entrants import ENTRANTS, edited_at, window
from tegum.training.run import execute

OWN = """
import tegum as tg

class Bare(tg.sae.Remedy):
    bias: float = 0.0
    tried = ({"bias": 0.0}, {"bias": -0.1})

    def treat(self, model, p, dead, key, seen=None):
        return p | {"b_e": p["b_e"] * ~dead + self.bias * dead}
"""
TINY = {"seeds": 2, "steps": 80, "entrants": ("none", "Resample, published", "Repel, best reading", "oracle")}
FEWER = {"entrants": ("none", "Resample, published")}


def test_every_bed_must_lie_above_and_none_below() -> None:
    spread = np.array([-1.0, 1.0] * 10)
    above, unclear, below = 5 + spread, 0.1 * spread, spread - 5
    assert judging.on_every(c.RESAMPLING, {"one": above, "other": above + 1}).verdict == "holds"
    assert judging.on_every(c.RESAMPLING, {"one": above, "other": unclear}).verdict == "unclear"
    found = judging.on_every(c.RESAMPLING, {"one": above, "other": below})
    assert found.verdict == "fails"
    assert found.measured.startswith("one +5.000 (+4.520 to +5.480); other -5.000")


def test_the_setting_is_the_one_that_was_best_on_other_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the second recipe the second setting diverged once, and has the higher mean nevertheless."""
    axes = ("recipe", "setting", "dictionary")
    score = xr.DataArray([[[0.1, 0.2], [0.4, 0.5]], [[0.4, 0.4], [1.0, 0.0]]], dims=axes)
    objective = score.where(score != 0)
    monkeypatch.setattr(judging, "measured", lambda run: {"score": score, "objective": objective})
    data = xr.DataArray(np.arange(4).reshape(2, 2), dims=("recipe", "setting"))
    tuning: tg.Run = object()  # type: ignore[assignment]
    assert judging.best_settings(tuning).tolist() == [1, 0]
    assert judging.chosen(data, tuning).values.tolist() == [1, 2]
    assert judging.chosen(data, None).values.tolist() == [0, 2]


class Trained:
    def __init__(self) -> None:
        self.data = {"l1": np.array([0.1])}


def test_the_score_counts_latents_that_fire_and_nothing_where_training_diverged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    each, axes = {"mse": [[0.5, np.nan]], "activity": [[2.0, np.nan]]}, ("recipe", "dictionary")
    made = {name: (axes, np.array(value)) for name, value in each.items()}
    truth = {"live_cosine": [[[1.0, 0.0], [np.nan, np.nan]]], "cosine": [[[1.0, 0.6], [np.nan, np.nan]]]}
    known = xr.Dataset(made | {name: ((*axes, "true"), np.array(value)) for name, value in truth.items()})
    monkeypatch.setattr(judging, "quality", lambda run, samples: known)
    with_truth: Any = Trained()
    assert judging.measured(with_truth)["score"].values.tolist() == [[[0.5, 0.0]]]
    monkeypatch.setattr(judging, "quality", lambda run, samples: xr.Dataset(made))
    without: Any = Trained()
    assert judging.measured(without)["score"].values[0, 0, 0] == pytest.approx(-0.7)


def test_costly_is_a_feature_that_is_frequent_and_far_from_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those missed, all but the first, costs are 0.18, 0.198 and 0.225: the one found beats one of two."""
    cosines = {"none": [0.95, 0.8, 0.1, 0.5], entrants.LETTER: [0.0, 0.8, 0.95, 0.5]}
    monkeypatch.setattr(choices, "frequencies", lambda bed: np.array([1.0, 0.5, 0.2, 0.3]))
    monkeypatch.setattr(
        choices, "found", lambda runs, bed, name: SimpleNamespace(cosine=np.array(cosines[name])[None, None])
    )
    assert choices.chances({}, "toy", entrants.LETTER).tolist() == [0.5]


def test_biases_stand_still_for_a_twentieth_after_each_edit_and_wider_is_twice_as_wide() -> None:
    held, free = (
        entrants.training("toy", ENTRANTS[name], ({},), ((1e-2, 0.1),), 65_000_000, 2, 400)
        for name in (entrants.HELD, entrants.LETTER)
    )
    assert [(one.parameter, one.start, one.stop) for one in held.freeze] == [
        ("b_e", 100, 120), ("b_e", 200, 220), ("b_e", 300, 320),
    ]  # fmt: skip
    assert free.freeze == ()
    wider = entrants.training("toy", ENTRANTS[entrants.WIDER], ({},), ((1e-2, 0.1),), 65_000_000, 2, 400)
    assert wider.model.sizes.hidden == 2 * free.model.sizes.hidden
    assert held.interventions == free.interventions


def test_the_proposal_is_read_as_was_better_in_tuning(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = {entrants.REPEL: 0.4, entrants.REPEL_KEPT: 0.5, entrants.BEST_REPEL: 0.7, entrants.BEST_REPEL_KEPT: 0.6}
    for name, score in scores.items():
        one = dataclasses.replace(entrants.ENTRANTS[name], scores={"toy": (0.1, score)})
        monkeypatch.setitem(entrants.ENTRANTS, name, one)
    runs: dict[str, tg.Run] = {f"toy {name}": object() for name in scores}  # type: ignore[misc]
    assert judging.reading(runs, "toy", entrants.REPEL) == entrants.REPEL_KEPT
    assert judging.reading(runs, "toy", entrants.BEST_REPEL) == entrants.BEST_REPEL
    assert judging.reading({}, "toy", entrants.REPEL) == entrants.REPEL
    assert judging.reading(runs, "toy", entrants.LETTER) == entrants.LETTER


def test_the_best_must_beat_each_other_on_every_bed(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = {"none": 0.0, entrants.LETTER: 3.0, entrants.HELD: 1.0, entrants.FILL: 2.0, entrants.FILL_HELD: 9.0}
    spread = np.linspace(-0.1, 0.1, 20)

    def found(runs: object, bed: str, entrant: str, name: str = "") -> judging.Found:
        blank = np.zeros((1, 20))
        return judging.Found(scores[entrant] + spread[None] * len(entrant) / 20, blank, blank, blank, blank, blank)

    monkeypatch.setattr(judging, "found", found)
    runs: dict[str, tg.Run] = {f"toy {name}": object() for name in scores}  # type: ignore[misc]
    one = judging._above_all(runs, c.BEST, entrants.FILL, entrants.FILLING)
    assert one is not None
    assert one.verdict == "fails"
    assert one.measured.startswith(f"toy, {entrants.LETTER} -1.000 (")
    assert entrants.HELD not in one.measured
    assert one.note.startswith("Of 2 comparisons")
    scores[entrants.LETTER] = 0.5
    better = judging._above_all(runs, c.BEST, entrants.FILL, entrants.FILLING)
    assert better is not None
    assert better.verdict == "holds"


def test_mse_at_an_l0_needs_a_falling_curve() -> None:
    mse = np.array([0.1, 0.2, 0.4])
    assert choices.between(2.5, np.array([3.0, 2.0, 1.0]), mse) == pytest.approx(0.15)
    assert np.isnan(choices.between(3.5, np.array([3.0, 2.0, 1.0]), mse))
    assert np.isnan(choices.between(2.5, np.array([2.0, 3.0, 1.0]), mse))


def test_losses_with_a_second_loss_are_no_spikes() -> None:
    with pytest.raises(tg.BadInput, match="the recorded losses of ghost gradients hold its second loss"):
        choices.spike_of({}, "ghost gradients")


def test_agreement_is_a_correlation() -> None:
    one = np.array([True, True, False, False])
    assert choices.agreement(one, one) == pytest.approx(1)
    assert choices.agreement(one, np.array([True, False, True, False])) == pytest.approx(0)
    assert np.isnan(choices.agreement(one, np.zeros(4, bool)))


def test_recovered_is_a_share_of_what_the_twin_misses(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(runs: object, bed: str, entrant: str, name: str = "") -> judging.Found:
        cosine = {"none": [[[0.95, 0.5, 0.5], [0.95, 0.95, 0.95]]], "mine": [[[0.5, 0.95, 0.5], [0.5, 0.5, 0.5]]]}
        blank = np.zeros((1, 2))
        return judging.Found(blank, blank, blank, blank, np.array(cosine[entrant]), blank)

    monkeypatch.setattr(judging, "found", found)
    assert judging.recovered({}, "toy", "mine").tolist() == [0.5]  # the second twin misses none


def test_edits_lie_at_quarters() -> None:
    assert edited_at(2000) == (500, 1000, 1500)
    assert window(2000) == 250
    assert all(len(one.tried) in (1, 6) for one in ENTRANTS.values())


def test_auxk_gives_no_gradient_to_what_a_relu_code_silences() -> None:
    """In TopK's dead latents z may be above 0 and yet not among the k largest; in ReLU's it never is."""
    model = tg.sae.SparseAutoencoder(inputs=4, latents=6)
    with jax.enable_x64():
        p = model.init(jax.random.key(0))
        p = p | {"b_e": p["b_e"].at[:2].set(-9.0), "idle": p["idle"].at[:2].set(5000.0)}
        x = jax.random.uniform(jax.random.key(1), (4, 50))

        def slope(auxiliary: tg.sae.Auxiliary) -> np.ndarray:
            gap = {key: value for key, value in p.items() if key != "idle"}
            more, less = tg.sae.SparseError(auxiliary=auxiliary), tg.sae.SparseError()
            grads = [jax.grad(lambda q, one=one: one(model, p | q, x))(gap)["W_e"] for one in (more, less)]
            return np.asarray(grads[0] - grads[1])[:2]

        assert not slope(tg.sae.AuxK(k=2, coefficient=1.0)).any()
        assert np.abs(slope(tg.sae.GhostGradients())).max() > 1e-6


def test_fields_are_checked() -> None:
    with pytest.raises(tg.BadInput, match=r"beds=\('easy',\) must be some of toy; synthetic; digits"):
        find("resampling", beds=("easy",))
    with pytest.raises(tg.BadInput, match=r"entrants=\('none',\) must be some of none; Forget; .*, with none; Res"):
        find("resampling", entrants=("none",))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"again": ("nonsense",)}, r"again=\('nonsense',\) must be some of none; Forget; .*; own\."),
        ({"curves": ("nonsense",)}, r"curves=\('nonsense',\) must be some of none; Forget"),
        ({"tuning": -1}, "tuning=-1 must be a number of seeds, two or more, or 0 for what was found before"),
        ({"recipes": 99}, "recipes=99 is more than a bed has; give 1 to 4"),
        ({"steps": 3}, "steps=3 is too few for three edits; give 8 or more"),
    ],
)
def test_what_cannot_be_is_said(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(tg.BadInput, match=said):
        find("resampling", **fields)


@pytest.mark.parametrize(
    ("tried", "said"),
    [
        ("()", r"Bare.tried = \(\) must be a tuple of settings"),
        ('{"bias": 0.0}', "must be a tuple of settings, such as"),
        ('({"bias": 0.0}, {})', "has a setting of bias and one of nothing; all need the same fields"),
        ('({"at": (1,)},)', "sets at, which the comparison gives to all alike; leave it out"),
        ('({"bais": 0.0},)', "sets bais, which is no field of Bare"),
    ],
)
def test_settings_of_ones_own_are_checked(tmp_path: Path, tried: str, said: str) -> None:
    file = tmp_path / "mine.py"
    file.write_text(OWN.replace('({"bias": 0.0}, {"bias": -0.1})', tried))
    with pytest.raises(tg.BadInput, match=said):
        find("resampling", "quick", own=f"{file}:Bare").trainings()


def test_pairs_have_one_truth_one_start_and_the_same_data() -> None:
    runs = {name: execute(one) for name, one in find("resampling", "quick", **TINY | FEWER).trainings().items()}
    plain, treated = (runs[f"synthetic {name}"] for name in ("none", "Resample, published"))
    first = edited_at(80)[0]
    before, same = (run.data["loss_history"].sel(step=first).values.ravel() for run in (plain, treated))
    np.testing.assert_array_equal(before, same)  # records are made before edits
    for run in (plain, treated):
        assert run.training.over["dictionary"] == plain.training.over["dictionary"]


def test_an_oracle_starts_at_the_truth() -> None:
    one = find("resampling", "quick", **TINY).trainings()["synthetic oracle"]
    over = one.over["dictionary"]
    assert isinstance(over, dict)
    numbers, draws = over["interventions[1].numbers"], over["law.directions.draw"]
    for row, draw in zip(numbers, draws, strict=True):
        D = np.asarray(tg.sae.DrawnDirections(count=32, draw=draw).matrix(16))
        np.testing.assert_allclose(np.reshape(row, (16, 32)), D, atol=1e-6)


def test_a_remedy_of_ones_own_is_tuned_and_entered(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(OWN)
    experiment = find("resampling", "quick", own=f"{file}:Bare", **TINY | FEWER)
    trainings = experiment.trainings()
    runs = {name: execute(one) for name, one in trainings.items()}
    assert judging.entered(runs, "synthetic")[-1] == "own"
    assert judging.best_settings(runs["tuning synthetic own"])[0] in (0, 1)
    told = {claim.statement: claim.measured for claim in experiment.claims(runs) if claim.source == "Yours"}
    gap = judging.difference(runs, "synthetic", "own", "Resample, published").mean()
    assert f"{gap:+.3f}" in told["Your own remedy is better than resampling."]
    names = [panel.name for panel in experiment.panels(runs)]
    assert names == ["scorecard", "recovery", "edit"]


def test_dictionaries_of_one_step_support_no_claim() -> None:
    experiment = find("resampling", "quick", seeds=3, entrants=("none", "Forget", "Resample, published"))
    short = {"steps": 1, "interventions": (), "record": None}
    runs = {name: execute(one.model_copy(update=short)) for name, one in experiment.trainings().items()}
    assert not {claim.statement for claim in experiment.claims(runs) if claim.verdict == "holds"}
