"""Where a penalty moves symmetric failure, and how the loss curves there."""

import numpy as np

from tegum.failure.penalised import least_penalised, shifted


def test_decay_presses_the_polygon_to_where_every_lean_costs() -> None:
    W, b = shifted(6, 1e-3)
    assert (W[:, 0] @ W[:, 1] + b[1] > 1e-4) & (np.hypot(*W[:, 6]) < 1e-9)
    least, slope = least_penalised(6, 1e-3)
    assert (least > 0.1, slope < 1e-12) == (True, True)
    assert least_penalised(6, 0.0)[0] < 0.01
