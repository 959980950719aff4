"""Remedies head to head: differences worked by hand, one bed tiny, and one step that supports no claim."""

import numpy as np
import pytest

import tegum as tg
from tegum.experiments import find
from tegum.experiments.resampling import claims as c
from tegum.experiments.resampling import judging
from tegum.training.run import execute


def test_every_bed_must_lie_above_and_none_below() -> None:
    spread = np.array([-1.0, 1.0] * 10)
    above, unclear, below = 5 + spread, 0.1 * spread, spread - 5
    assert judging._on_every(c.RESAMPLING, {"one": above, "other": above + 1}).verdict == "holds"
    assert judging._on_every(c.RESAMPLING, {"one": above, "other": unclear}).verdict == "unclear"
    found = judging._on_every(c.RESAMPLING, {"one": above, "other": below})
    assert found.verdict == "fails"
    assert found.measured.startswith("one +5.000 (+4.520 to +5.480); other -5.000")


def test_fields_are_checked() -> None:
    with pytest.raises(tg.BadInput, match=r"beds=\('easy',\) must be some of toy, synthetic, digits\."):
        find("resampling", beds=("easy",))
    with pytest.raises(tg.BadInput, match=r"entrants=\('none',\) must be among none, Forget, .*, with none, Resample"):
        find("resampling", entrants=("none",))


def test_dictionaries_of_one_step_support_no_claim() -> None:
    experiment = find("resampling", "quick", seeds=3, entrants=("none", "Forget", "Resample, published"))
    short = {"steps": 1, "interventions": (), "record": None}
    runs = {name: execute(one.model_copy(update=short)) for name, one in experiment.trainings().items()}
    assert not {claim.statement for claim in experiment.claims(runs) if claim.verdict == "holds"}
