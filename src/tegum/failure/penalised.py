"""Symmetric failure under weight decay: where a penalty on ‖W‖² + ‖b‖² moves it, and how the loss curves there."""

import numpy as np

from tegum.failure.forces import flat, forces, hessian, unflat
from tegum.theory.failure import symmetric_failure


def shifted(live: int, penalty: float) -> tuple[np.ndarray, np.ndarray]:
    """The state to which symmetric failure moves under a penalty on ‖W‖² + ‖b‖², by descent and Newton's method."""
    state = flat(*symmetric_failure(live + 1))
    for _ in range(3_000):  # off the kinks, to whichever side the penalty presses
        state = state - 0.01 * _penalised_slope(state, live, penalty)
    for _ in range(5):
        curved = _penalised(*unflat(state, live + 1), penalty)
        state = state - np.linalg.lstsq(curved, _penalised_slope(state, live, penalty), rcond=1e-10)[0]
    return unflat(state, live + 1)


def _penalised_slope(state: np.ndarray, live: int, penalty: float) -> np.ndarray:
    pulls = forces(*unflat(state, live + 1))
    return 2 * penalty * state - flat(pulls.W, pulls.b)


def _penalised(W: np.ndarray, b: np.ndarray, penalty: float) -> np.ndarray:
    curved: np.ndarray = hessian(W, b) + 2 * penalty * np.eye(W.size + b.size)
    return curved


def least_penalised(live: int, penalty: float) -> tuple[float, float]:
    """The least eigenvalue at the shifted state, turning aside, and how far its slope is from zero."""
    W, b = shifted(live, penalty)
    slope = np.abs(_penalised_slope(flat(W, b), live, penalty)).max()
    values = np.linalg.eigvalsh(_penalised(W, b, penalty))
    return float(np.delete(values, np.argmin(np.abs(values))).min()), float(slope)
