"""How many directions fit: against sampling, sets known to be best, and numbers counted by hand."""

import numpy as np
import pytest

from tegum.errors import BadInput
from tegum.theory.coherence import (
    coherence,
    exceeds,
    fit_at_random,
    guaranteed,
    impossible,
    johnson_lindenstrauss,
    least_coherent,
    least_possible,
    needed,
    random_coherence,
    spread,
)

BEST = {(3, 4): 1 / 3, (3, 6): 5**-0.5, (3, 7): 3**-0.5, (4, 12): 0.5, (5, 10): 1 / 3, (7, 28): 1 / 3}
"""Sets of lines known to be best: four diagonals of a cube, six of an icosahedron, and others (Conway, Hardin, Sloane
1996)."""


def test_the_share_of_pairs_beyond_a_cosine() -> None:
    X = np.random.default_rng(0).standard_normal((2, 9, 200_000))
    cosine = (X[0] * X[1]).sum(0) / np.linalg.norm(X, axis=1).prod(0)
    for bound in (0.1, 0.5):
        assert float(exceeds(9, bound)) == pytest.approx((np.abs(cosine) > bound).mean(), abs=0.004)


@pytest.mark.parametrize(("case", "known"), BEST.items())
def test_descent_finds_sets_known_to_be_best_and_no_bound_forbids_them(case: tuple[int, int], known: float) -> None:
    found = coherence(least_coherent(*case, starts=6))
    assert found == pytest.approx(known, abs=1e-3)
    assert least_possible(*case) <= known + 1e-12
    assert impossible(case[0], known) >= case[1] - 1e-9


def test_some_bounds_are_reached() -> None:
    assert least_possible(7, 28) == pytest.approx(1 / 3)
    assert impossible(23, 0.2) == pytest.approx(276)  # equiangular lines from the Leech lattice
    assert least_possible(3, 6) == pytest.approx(5**-0.5)


def test_bounds_in_both_directions_agree() -> None:
    for m, cosine in ((5, 0.3), (20, 0.1), (20, 0.3), (40, 0.2)):
        most = impossible(m, cosine)
        assert least_possible(m, int(most)) <= cosine + 1e-12
        if np.isfinite(most):
            assert least_possible(m, int(most) + 1) > cosine


def test_guaranteed_at_random_and_at_most_keep_their_order() -> None:
    for m in (50, 200, 1000):
        assert m <= float(guaranteed(m, 0.2)) < impossible(m, 0.2)
        assert float(fit_at_random(m, 0.2)) < float(guaranteed(m, 0.2))


def test_guaranteed_grows_at_least_at_its_rate() -> None:
    sine = np.sqrt(1 - 0.3**2)
    more, less = (1 + sine) / (2 * sine), (1 - sine) / (2 * sine)
    low, high = -np.log(sine), more * np.log(more) - less * np.log(less)  # Shannon 1959; Kabatiansky, Levenshtein 1978
    slope = float(np.log(guaranteed(2000, 0.3) / guaranteed(1000, 0.3))) / 1000
    assert low < slope < high


def test_birthdays() -> None:
    count = float(fit_at_random(30, 0.5))
    assert float(random_coherence(30, count)) == pytest.approx(0.5)
    assert needed(100, 0.3) == next(m for m in range(2, 999) if fit_at_random(m, 0.3) >= 100)


def test_the_numbers_of_the_lemma() -> None:
    assert [johnson_lindenstrauss(n, 0.1) for n in (100, 1e5, 1e7)] == [3685, 9211, 12895]
    assert johnson_lindenstrauss(1e5, 0.01) == 921_035
    assert 8 * np.log(1e7) / 0.1**2 > 12894  # so that 12894 is not above it


def test_a_lemma_s_dimension_keeps_all_distances_of_orthogonal_vectors() -> None:
    k = johnson_lindenstrauss(100, 0.1)
    X = np.random.default_rng(3).standard_normal((k, 100)) / np.sqrt(k)
    square = ((X[:, :, None] - X[:, None, :])[:, *np.triu_indices(100, 1)] ** 2).sum(0) / 2
    assert square.min() > 0.9
    assert square.max() < 1.1


def test_spreading_never_makes_it_worse() -> None:
    V = np.random.default_rng(0).standard_normal((6, 20))
    assert coherence(spread(V)) < coherence(V)


def test_what_cannot_be_asked() -> None:
    with pytest.raises(BadInput, match=r"m=1 and cosine=0\.5 must be at least 2"):
        impossible(1, 0.5)
    with pytest.raises(BadInput, match="m=3 and count=1 must both be at least 2"):
        least_possible(3, 1)
    with pytest.raises(BadInput, match=r"count=0 and cosine=0\.1 must be at least 2, and between 0 and 1"):
        needed(0, 0.1)
    with pytest.raises(BadInput, match=r"count=9 and cosine=0\.0 must be"):
        needed(9, 0.0)
    for points, distortion in ((100, 0.0), (0, 0.1)):
        with pytest.raises(BadInput, match=f"points={points} and distortion={distortion} must be at least 1"):
            johnson_lindenstrauss(points, distortion)
