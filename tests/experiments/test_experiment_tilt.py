"""Tilt: the analysis on cases worked by hand, and the experiment at a small size."""

import numpy as np
import pytest

from tegum.experiments.experiment import Runs
from tegum.experiments.tilt import Tilt, circles, factors, heard, stretch, tilted
from tegum.failure.tilting import along, circle_tilts, released
from tegum.failure.timelines import timeline
from tegum.theory.failure import beside, symmetric_failure
from tegum.training.run import execute

TRAINED = 7  # claims about trained models, the last ones


def others_loss(W: np.ndarray, b: np.ndarray) -> float:
    """Loss of the last output upon all inputs but its own, one sample after another."""
    total = 0.0
    for j in range(W.shape[1] - 1):
        z = sum(float(W[a, -1] * W[a, j]) for a in range(2)) + float(b[-1])
        total += max(z, 0.0) ** 2
    return total


def test_outputs_of_the_pictured_tilt_by_hand() -> None:
    """W_7 = 0.06 W_6: Δ_j = 0.06 r² cos(angle to W_6), r² = 2."""
    np.testing.assert_allclose(heard(0.06)[:6] - 1 / 7, [0.06, -0.06, -0.12, -0.06, 0.06, 0.12], atol=1e-12)
    assert heard(0.06)[6] == pytest.approx(1 / 7 + 2 * 0.06**2)
    np.testing.assert_allclose(heard(0.06, bias=0.0)[:6], [0.06, -0.06, -0.12, -0.06, 0.06, 0.12], atol=1e-12)


def test_forces_along_the_column_are_slopes_of_the_naive_loss() -> None:
    """Also where the hexagon leans, so that tilt is not zero; and twice what the source states."""
    hexagon = symmetric_failure(7)[0][:, :6]
    for shift in (0.0, 0.3):
        W, b = beside(1.2 * hexagon - np.array([[shift], [0.0]]))
        W[:, 6] = [0.02, 0.01]
        unit = W[:, 6] / np.hypot(*W[:, 6])
        up, down = W.copy(), W.copy()
        up[:, 6] += 1e-6 * unit
        down[:, 6] -= 1e-6 * unit
        slope = (others_loss(up, b) - others_loss(down, b)) / 2e-6
        pulls = along(W, b, 6)
        assert pulls.others == pytest.approx(-slope, rel=1e-6)
        stated = sum((W[:, 6] @ W[:, j] + b[6]) * (W[:, j] @ unit) for j in range(6))
        assert slope == pytest.approx(2 * stated, rel=1e-6)
        assert pulls.others == pulls.tilt + pulls.untilt
        assert (pulls.tilt > 0.01) == (shift > 0)
        assert pulls.untilt < 0 < pulls.benefit
        assert pulls.whole == pytest.approx(pulls.others + pulls.benefit)  # no live output hears so short a column


def test_factors_and_stretches_by_hand() -> None:
    """A digon on axis 0 and a lone column; the heptagon's cosine √(2/n), for any size of it, and its slope r."""
    W = np.array([[2.0, -2.0, 0.0], [0.0, 0.0, 3.0]])
    np.testing.assert_allclose(factors(W), [0.5**0.5, 0.5**0.5, 1])
    heptagon = symmetric_failure(8)[0][:, :7]
    np.testing.assert_allclose(factors(np.stack([heptagon, 3 * heptagon])), (2 / 7) ** 0.5)
    W, b = 1.1 * heptagon[None], 1 - 1.21 * (heptagon**2).sum(0)[None]
    np.testing.assert_allclose(stretch(W, b), 1.1 * np.hypot(*heptagon[:, 0]))


def test_tilts_of_a_regular_polygon_and_of_one_short_spoke() -> None:
    hexagon, b = tilted(0.0)
    regular = circle_tilts(hexagon[None, :, :6], b[None, :6])
    assert (regular.regular[0], regular.two[0]) == (True, False)
    assert regular.spread[0] < 1e-9
    assert regular.longest[0] == pytest.approx(2**0.5)

    W = np.array([[1.0, -2.0, -2.0], [0.0, 2.0, -2.0]])[None]  # b = 1 − ‖W_i‖²; angles by hand: P = W' diag(1/9, 1/8) W
    two = circle_tilts(W, 1 - (W**2).sum(1))
    assert two.two[0]
    assert two.inner[0] == pytest.approx(np.degrees(np.arccos(np.sqrt(1 / 9))))
    assert two.outer[0] == pytest.approx(np.degrees(np.arccos(np.sqrt(4 / 9 + 4 / 8))))


@pytest.fixture(scope="module")
def quick() -> tuple[Tilt, Runs]:
    experiment = Tilt(seeds=40)
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_claims(quick: tuple[Tilt, Runs]) -> None:
    experiment, runs = quick
    claims = experiment.claims(runs)
    assert [claim.verdict for claim in claims[:-TRAINED]] == [
        "holds", "holds", "fails", "holds", "holds", "holds", "holds", "fails",
    ]  # fmt: skip
    outward, balanced, much, each, level, factor, steep = claims[-TRAINED:]
    assert [claim.verdict for claim in (outward, balanced, much, factor)] == ["fails", "unclear", "holds", "holds"]
    assert [claim.value for claim in (balanced, each, level, steep)] == [1] * 4  # few seeds cannot show 95 in 100


def test_panels(quick: tuple[Tilt, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["planes", "parts", "along", "balance", "angles", "zones"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_in_double_precision_the_others_shorten_the_column_too() -> None:
    training = Tilt(seeds=20).trainings()["7"].model_copy(update={"precision": "float64"})
    run = execute(training)
    W, b = (run.data[name].transpose("seed", "step", ...).values for name in ("W_history", "b_history"))
    pulls = released(W, b, timeline(run))
    assert len(pulls) >= 4
    assert all(pull.others < 0 < pull.tilt and abs(pull.whole) < 0.1 * pull.tilt for pull in pulls)
    assert circles(run).perfect.all()


def test_untrained_models_support_no_claim_about_training() -> None:
    experiment = Tilt(seeds=40, steps=1)
    runs = {name: execute(training) for name, training in experiment.trainings().items()}
    others = [claim for claim in experiment.trained(runs) if "by definition" not in claim.note]
    assert len(others) == TRAINED - 1
    assert {claim.verdict for claim in others} == {"unclear"}
    assert all(claim.count == 0 for claim in others)
