"""Maps of trainings: windows, the run behind a pixel, and what is kept of each run."""

import time

import numpy as np
import pytest

import tegum as tg
from tegum.errors import BadInput
from tegum.failure.maps import SHIFT, Map, Region, behind, learnt_at, perturbed, sum_of_norms, zoomed
from tegum.failure.outcomes import NAMES, SYMMETRIC_FAILURE
from tegum.theory.failure import symmetric_failure
from tegum.training.run import execute

PLANE = Region((-0.2, 0.2), (1e-3, 1e-1))


def test_sum_of_norms_by_hand() -> None:
    np.testing.assert_allclose(sum_of_norms(np.array([[[3.0, 0.0], [4.0, 2.0]]])), [7.0])


def test_learnt_for_good_means_that_no_later_record_is_above_half_of_one_failure() -> None:
    W = np.zeros((4, 2, 7))
    half = 6 / 14 / 49
    losses = half * np.array([[2, 0.5, 2, 0.9, 0.1], [2, 2, 2, 2, 2], [0.5, 0.5, 0.5, 0.5, 0.5], [2, 0, 0, 0, 2.0]])
    np.testing.assert_array_equal(learnt_at(losses, np.array([0, 10, 20, 30, 40]), W), [30, np.nan, 0, np.nan])


def test_the_run_behind_a_pixel_is_that_pixel() -> None:
    training = perturbed(tg.AdamW(), 300, over=PLANE.over(5))
    plane = Map.of(execute(training))
    for pixel in ((0, 0), (3, 4)):
        alone = execute(behind(training, pixel))
        W = alone.W.transpose("latent", "feature").values
        assert sum_of_norms(W[None])[0] == plane.sum_of_norms[pixel]
        assert alone.training.keep is None


def test_pixels_off_the_map_are_refused() -> None:
    training = perturbed(tg.AdamW(), 300, over=PLANE.over(5))
    with pytest.raises(BadInput, match=r"pixel=\(5, 0\) is not in this map of 5 × 5\."):
        behind(training, (5, 0))
    with pytest.raises(BadInput, match=r"pixel=\(1,\) is not in this map of 5 × 5\."):
        behind(training, (1,))


def test_a_window_keeps_the_spacing_and_may_change_the_resolution() -> None:
    training = perturbed(tg.AdamW(), 300, over=PLANE.over(5))
    window = zoomed(training, {"learning_rate": (0.01, 0.04)}, pixels=3)
    assert window.over["learning_rate"] == pytest.approx((0.01, 0.02, 0.04))
    assert window.over[SHIFT] == training.over[SHIFT]
    assert zoomed(training, {SHIFT: (0.0, 0.1)}).over[SHIFT] == pytest.approx((0, 0.025, 0.05, 0.075, 0.1))
    with pytest.raises(
        BadInput, match=r"'rate' is no axis of this map; there are: interventions\[0\]\.shift, learning_rate\."
    ):
        zoomed(training, {"rate": (0, 1)})


def test_a_window_about_a_point_is_narrower_in_shift_and_in_the_logarithm_of_the_rate() -> None:
    window = PLANE.about(0.1, 0.01, 10)
    np.testing.assert_allclose(window.shifts, (0.08, 0.12))
    np.testing.assert_allclose(window.rates, (0.01 / 100**0.05, 0.01 * 100**0.05))
    np.testing.assert_allclose(window.frame, (*window.rates, *window.shifts))


def test_a_map_starts_at_symmetric_failure_with_two_biases_shifted() -> None:
    training = perturbed(tg.SGD(learning_rate=0.0), 1, keep=None, over={SHIFT: (0.0, 0.25)})
    run = execute(training)
    W, b = symmetric_failure(7)
    np.testing.assert_allclose(run.W.transpose(SHIFT, ...).values[1], W, atol=1e-6)
    moved = b + 0.25 * np.isin(np.arange(7), (0, 5))
    np.testing.assert_allclose(run.b.transpose(SHIFT, ...).values, [b, moved], atol=1e-6)


def test_an_undisturbed_state_is_named_and_not_learnt() -> None:
    plane = Map.of(execute(perturbed(tg.SGD(), 20, over={SHIFT: (0.0, 0.2), "learning_rate": (1e-4, 1e4)})))
    assert NAMES[int(plane.outcome[0, 0])] == NAMES[SYMMETRIC_FAILURE]
    assert not plane.learnt.any()
    assert plane.diverged.tolist() == [[False, True], [False, True]]


@pytest.mark.parametrize(
    ("windows", "words"),
    [
        ({"learning_rate": (0.0, 0.1)}, r"is spaced in the logarithm, so its window 0 … 0\.1 must lie above 0\."),
        ({"seed": (0, 1)}, r"'seed' is not one field of real numbers, so it has no window; choose its values"),
        ({"cell": (0, 1)}, r"'cell' is not one field of real numbers, so it has no window"),
    ],
)  # fmt: skip
def test_what_has_no_window_is_refused(windows: dict[str, tuple[float, float]], words: str) -> None:
    over = {**PLANE.over(4), "seed": range(2), "cell": {"model.noise": (0.0, 0.1)}}
    with pytest.raises(BadInput, match=words):
        zoomed(perturbed(tg.AdamW(), 300, over=over), windows)


def test_the_pixel_of_a_large_map_is_found_at_once() -> None:
    began = time.perf_counter()
    behind(perturbed(tg.AdamW(), 300, over=PLANE.over(4096)), (4095, 17))
    assert time.perf_counter() - began < 5
