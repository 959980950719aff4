"""What is kept of trainings after an edit, and the courses of those that were caught, on lives written by hand."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from tegum.failure.courses import OFFSETS, Course, early, ended, losses, states, waited, when_learnt
from tegum.failure.outcomes import PERFECT_REGULAR, SYMMETRIC_FAILURE
from tegum.theory.failure import symmetric_failure
from tegum.theory.polygons import regular_polygon

State = tuple[np.ndarray, np.ndarray]


def lives() -> State:
    """Two models at three records: one caught and then mended, one perfect that loses a feature."""
    failed, whole = symmetric_failure(7), regular_polygon(7)
    W = np.stack([np.stack([failed[0], failed[0], whole[0]]), np.stack([whole[0], failed[0], failed[0]])])
    b = np.stack([np.stack([failed[1], failed[1], whole[1]]), np.stack([whole[1], failed[1], failed[1]])])
    return W, b


def test_states_count_what_is_unlearnt_and_what_was_lost() -> None:
    S, P = SYMMETRIC_FAILURE, PERFECT_REGULAR
    assert_array_equal(states(*lives()), [[[S, 1, 0], [S, 1, 0], [P, 0, 0]], [[P, 0, 0], [S, 1, 1], [S, 1, 1]]])


def test_who_was_not_caught_did_not_wait() -> None:
    assert_array_equal(waited(*lives(), np.array([500, 600, 900])), [400, np.nan])


def test_when_each_feature_is_learnt() -> None:
    W, b = lives()
    found = when_learnt(W, b, np.array([0, 100, 400]))
    assert_array_equal(found[0], [0] * 6 + [400])
    assert_array_equal(when_learnt(W[:1, :2], b[:1, :2], np.array([0, 100]))[0, 6], np.inf)


def test_the_end_is_perfect_or_something_is_unlearnt() -> None:
    W, b = lives()
    assert_array_equal(ended(W[:, -1], b[:, -1]), [[1, 0], [0, 1]])


def test_losses_are_summed_over_samples_and_features() -> None:
    assert_allclose(losses(np.array([[1.0, 2.0]]), np.zeros((1, 2, 7))), [[49, 98]])


def test_early_weights_are_those_at_their_steps_or_the_last() -> None:
    step = np.array([50, 51, 60, 80, 150, 350, 1050, 2000])
    W, b = np.tile(np.arange(8.0)[None, :, None, None], (1, 1, 2, 3)), np.tile(np.arange(8.0)[None, :, None], (1, 1, 3))
    assert_array_equal(early(W, b, step)[0, :, 0, 0], range(7))
    assert_array_equal(early(W, b, step)[0, :, 2, 0], range(7))
    assert_array_equal(early(W[:, :3], b[:, :3], step[:3])[0, :, 0, 0], [0, 1, 2, 2, 2, 2, 2])


def test_a_course_follows_those_that_were_caught() -> None:
    W, b = lives()
    step = np.array([500, 600, 900])
    kept = np.concatenate([W, b[:, :, None]], axis=2)[:, [0, 1, 1, 1, 1, 1, 2]]
    course = Course.of_caught(step, states(W, b), np.ones((2, 3)), kept)
    assert_array_equal(course.seed, [0])
    assert_array_equal(course.perfect, [True])
    assert_array_equal(course.until_perfect, [400])
    assert_array_equal(course.one, [True])
    assert_array_equal(course.lost, [0])
    assert_array_equal(course.feature, [6])
    assert_allclose(course.own(0), [[0, 0]])
    assert_allclose(course.own(OFFSETS[-1])[0], regular_polygon(7)[0][:, 6])
    assert_allclose(course.W(OFFSETS[-1])[0], regular_polygon(7)[0])
    assert not course.where(~course.one).seed.size
