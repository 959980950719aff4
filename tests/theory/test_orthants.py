"""Closed forms of strata, room and lines, against counting, integrals and minimisation."""

import math
from itertools import product

import numpy as np
import pytest
from scipy import integrate, optimize

from tegum.errors import BadInput
from tegum.theory.orthants import best_on_line, crosses, exact_on_line, free_room, line_loss, rigid_room, stratum


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_strata_count_the_sign_patterns(d: int) -> None:
    patterns = [sum(signs) for signs in product((0, 1), repeat=d)]
    assert [stratum(d, k) for k in range(d + 1)] == [patterns.count(k) / 2**d for k in range(d + 1)]


def test_room_of_three_in_space_is_the_integral_over_lunes() -> None:
    """The third direction lies in a lune of share (π − θ)/2π; the second is at θ with density sin θ / 2."""
    lune = integrate.quad(lambda theta: (math.pi - theta) / math.tau * math.sin(theta) / 2, math.pi / 2, math.pi)
    assert free_room(3, 3) == pytest.approx(lune[0], rel=1e-9)


def test_room_of_three_in_the_plane_is_the_area_of_gaps() -> None:
    """Of the gaps (g, h, 1 − g − h) of a circle of length 1, uniform on a triangle, all must be 1/4 or more."""
    g, h = np.meshgrid(*[(np.arange(2000) + 0.5) / 2000] * 2)
    inside = g + h < 1
    good = inside & (g >= 1 / 4) & (h >= 1 / 4) & (1 - g - h >= 1 / 4)
    assert free_room(3, 2) == pytest.approx(good.sum() / inside.sum(), abs=1e-3)


def test_there_is_room_up_to_one_feature_more_than_dimensions() -> None:
    for m in (1, 2, 3):
        assert [rigid_room(n, m) > 0 for n in (m, m + 1, m + 2)] == [True, True, False]
        assert [free_room(n, m) != 0 for n in (m, m + 1, m + 2)] == [True, True, False]
    assert math.isnan(free_room(4, 3))


def test_orthonormal_rows_need_as_many_features() -> None:
    with pytest.raises(BadInput, match="features=2 and hidden=3"):
        rigid_room(2, 3)


@pytest.mark.parametrize("degrees", [95, 120, 135, 170, 300])
def test_the_loss_on_a_line_is_the_least_over_its_scale(degrees: float) -> None:
    bearing = math.radians(degrees)
    w = np.array([math.cos(bearing), math.sin(bearing)])

    def loss(s: float) -> float:
        return float(((np.maximum(s**2 * np.outer(w, w), 0) - np.eye(2)) ** 2).sum())

    found = optimize.minimize_scalar(loss, bounds=(0.1, 3), method="bounded", options={"xatol": 1e-10})
    assert line_loss(bearing) == pytest.approx(found.fun, abs=1e-9)
    assert loss(float(np.linalg.norm(best_on_line(bearing)))) == pytest.approx(found.fun, abs=1e-9)
    W, b = exact_on_line(bearing)
    np.testing.assert_allclose(np.maximum(W.T @ W + b[:, None], 0), np.eye(2), atol=1e-9)


def test_lines_of_the_first_quadrant_are_refused() -> None:
    with pytest.raises(BadInput, match="first or third quadrant"):
        line_loss(math.radians(45))
    with pytest.raises(BadInput, match="second or fourth quadrant"):
        exact_on_line(math.radians(200))


def test_crosses_are_different_planes_that_wake_no_other_output() -> None:
    W = crosses(3)
    P = W.mT @ W
    np.testing.assert_allclose(W @ W.mT, np.broadcast_to(np.eye(2), (27, 2, 2)), atol=1e-12)
    assert (np.where(np.eye(4, dtype=bool), -1, P) <= 1e-15).all()
    assert np.einsum("kii->ki", P).min() > 0.01
    assert len({P[k].round(9).tobytes() for k in range(27)}) == 27
