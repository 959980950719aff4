"""Where a penalty moves symmetric failure, and how the loss curves there."""

import numpy as np
import pytest

from tegum.failure.forces import flat, loss, unflat
from tegum.failure.penalised import least_penalised, shifted
from tegum.theory.failure import symmetric_failure


def test_decay_presses_the_polygon_to_where_every_lean_costs() -> None:
    W, b = shifted(6, 1e-3)
    assert (W[:, 0] @ W[:, 1] + b[1] > 1e-4) & (np.hypot(*W[:, 6]) < 1e-9)
    least, slope = least_penalised(6, 1e-3)
    assert (least > 0.1, slope < 1e-12) == (True, True)
    assert least_penalised(6, 0.0)[0] < 0.01


def test_without_a_penalty_nothing_is_shifted() -> None:
    for found, known in zip(shifted(5, 0.0), symmetric_failure(6), strict=True):
        np.testing.assert_allclose(found, known, atol=1e-9)


def cost(state: np.ndarray, live: int, penalty: float) -> float:
    return loss(*unflat(state, live + 1)) + penalty * float(state @ state)


@pytest.mark.parametrize("live", [4, 6])
def test_the_shifted_state_is_a_minimum_of_loss_and_penalty(live: int) -> None:
    """Against differences: level in every coordinate, and higher in random directions, turning aside."""
    penalty, centre = 1e-3, flat(*shifted(live, 1e-3))
    for step in 1e-6 * np.eye(len(centre)):
        up, down = cost(centre + step, live, penalty), cost(centre - step, live, penalty)
        assert (up - down) / 2e-6 == pytest.approx(0, abs=1e-7)
    least, _ = least_penalised(live, penalty)
    W, b = unflat(centre, live + 1)
    turn = flat(np.array([-W[1], W[0]]), 0 * b) / np.linalg.norm(W)
    rng, here = np.random.default_rng(0), cost(centre, live, penalty)
    for way in rng.normal(size=(50, len(centre))):
        across = way - (way @ turn) * turn
        step = 1e-4 * across / np.linalg.norm(across)
        assert cost(centre + step, live, penalty) - here > 0.45 * least * 1e-8
