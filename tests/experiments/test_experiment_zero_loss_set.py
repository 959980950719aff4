"""The zero-loss set: late decay against AdamW, the analysis by hand, and the experiment at a small size."""

import numpy as np
import pytest

import tegum as tg
from tegum.errors import BadInput
from tegum.experiments import find
from tegum.experiments.experiment import Runs
from tegum.experiments.zero_loss_set import (
    DECAYS,
    Decay,
    LateDecay,
    ZeroLossSet,
    one_hot,
    quartiles,
    searched,
    vertex_slack,
)
from tegum.theory.polygons import regular_polygon
from tegum.training.run import execute

SMALL = {"features": (6,), "seeds": 16, "steps": 8_000, "decay_start": 8_000, "decay_steps": 12_000}


def histories(optimiser: tg.Optimiser) -> np.ndarray:
    """W of one model at steps 20 and 24."""
    return execute(one_hot(5, optimiser=optimiser, steps=24, record=tg.at_steps([20, 24]))).W_history.values


def test_late_decay_is_adam_before_and_adamw_from_the_first_step_on() -> None:
    plain, decayed = (histories(tg.AdamW(learning_rate=0.01, weight_decay=strength)) for strength in (0.0, 0.3))
    at_once = histories(LateDecay(learning_rate=0.01, weight_decay=0.3))
    late = histories(LateDecay(learning_rate=0.01, weight_decay=0.3, start=20))
    penalised = histories(LateDecay(learning_rate=0.01, penalty=0.3, start=20))
    np.testing.assert_allclose(at_once, decayed, rtol=1e-4)
    np.testing.assert_allclose([late[0], penalised[0]], [plain[0]] * 2, rtol=1e-4)
    far = [np.linalg.norm(W[1] - plain[1]) for W in (decayed, late, penalised)]
    assert min(far) > 1e-3
    assert far[0] > far[1] != far[2]


def test_the_room_of_one_vertex() -> None:
    pentagon = 1.2 * regular_polygon(5, turn=np.pi / 2)[0]
    home = pentagon[:, 0]
    slack = vertex_slack(pentagon, np.stack([home, 1.05 * home, 3 * home, -home]))
    assert (slack[:2] > 0).all()
    assert (slack[2:] < 0).all()
    around = regular_polygon(5)[0][:, 0] + 0.05 * np.array([[1, 0], [-1, 0], [0, 1], [0, -1.0]])
    assert (vertex_slack(regular_polygon(5)[0], around) < 0).all()  # the shortest pentagon leaves none


def test_what_counts_as_back_and_as_kept() -> None:
    shapes = np.array([[0.2, 0.001], [0.2, 0.3], [0.04, 0.001]])
    found = Decay(np.array([0, 9]), shapes, np.array([[0, 1e-7], [0, 1e-3], [0, 0]]))
    np.testing.assert_array_equal(found.back(), [True, False])  # the third was regular enough before
    np.testing.assert_array_equal(found.kept(), [True, False, True])


def test_searches_end_at_the_polygon() -> None:
    np.testing.assert_allclose(searched(5), 1, rtol=1e-6)


def test_nothing_to_average_is_a_gap() -> None:
    assert np.isnan(quartiles([np.zeros((0, 2))], 2)).all()
    np.testing.assert_array_equal(quartiles([np.array([[1.0], [2], [3]])], 1)[:, 0, 0], [2, 1.5, 2.5])


@pytest.fixture(scope="module")
def small() -> tuple[ZeroLossSet, Runs]:
    experiment = ZeroLossSet(**SMALL)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_runs_are_equal_until_decay_sets_in(small: tuple[ZeroLossSet, Runs]) -> None:
    W = small[1]["decay-6"].W_history
    before = W.sel(step=W.step[W.step <= SMALL["decay_start"]])
    np.testing.assert_array_equal(before, before.isel(decay=[0] * len(DECAYS)))


def test_decay_makes_regular_and_its_absence_does_not(small: tuple[ZeroLossSet, Runs]) -> None:
    experiment, runs = small
    for name, back in (("none", False), ("AdamW 0.1", True), ("penalty 0.0001", True)):
        found = experiment.decays(runs, name)[6].back()
        assert len(found) >= 4
        assert np.mean(found) == back


def test_claims_and_panels(small: tuple[ZeroLossSet, Runs]) -> None:
    experiment, runs = small
    claims = experiment.claims(runs)
    assert len(claims) == 2 + 4 + 2 * 4
    verdicts = {claim.statement: claim.verdict for claim in claims}
    assert [claim.verdict for claim in claims[:2]] == ["holds", "holds"]
    notes = {claim.statement: claim.note for claim in claims}
    assert "is 100,000 steps; there were 8,000." in notes["Features end in a perfect circle. (AdamW)"]
    assert "time constant" not in notes["Features end in a perfect circle. (SGD)"]
    assert verdicts["Features end in a perfect circle. (Adam)"] != "holds"
    assert verdicts["Weight decay that leads back keeps the loss at zero. (AdamW 1)"] == "fails"
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == [
        "room", "wheels", "faces", "decay-6",
    ]  # fmt: skip
    assert all(panel.caption and panel.figure.data for panel in panels)
    assert "of 16 seeds, n = 6: SGD " in panels[2].caption


def test_untrained_models_support_no_claim_about_training() -> None:
    experiment = find("zero-loss-set", features=(6,), seeds=20, steps=1, decay_start=1, decay_steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    judged = experiment.claims(runs)[2:]
    assert {claim.verdict for claim in judged} == {"unclear"}
    assert all("to judge by" in claim.measured for claim in judged)
    assert [panel.name for panel in experiment.panels(runs)] == ["room", "faces", "decay-6"]


@pytest.mark.parametrize("features", [(), (5, 2), (5, 5)])
def test_features_make_polygons(features: tuple[int, ...]) -> None:
    with pytest.raises(BadInput, match="must be different numbers of at least 3, such as"):
        ZeroLossSet(features=features)
