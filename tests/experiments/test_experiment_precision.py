"""How many features a format can hold, with few samples."""

import numpy as np
import pytest

from tegum.experiments import find
from tegum.experiments.precision import PRECISIONS, _thinned, errors, merging, reached, unit
from tegum.theory.polygons import most_features

FEW = 64


@pytest.mark.parametrize(("dtype", "n"), [(np.float16, 285), (np.float32, 25736)])
def test_cosines_merge_with_one_where_the_format_says(dtype: type, n: int) -> None:
    assert merging(dtype) == n
    assert dtype(np.cos(2 * np.pi / n)) == 1 > dtype(np.cos(2 * np.pi / (n - 1)))


@pytest.mark.parametrize("name", PRECISIONS)
def test_the_limit_is_the_last_before_the_first_failure(name: str) -> None:
    n, error = errors(name, FEW)
    limit = reached(name, FEW)
    assert (error[n <= limit] <= 0.01).all()
    assert error[n > limit][0] > 0.01
    assert most_features(0.01, PRECISIONS[name], 5) <= limit <= most_features(0.01, PRECISIONS[name], 1)


def test_a_limit_that_does_not_follow_the_format_is_no_law(monkeypatch: pytest.MonkeyPatch) -> None:
    for power, verdict in ((-0.5, "holds"), (-0.6, "fails"), (-0.4, "fails")):
        monkeypatch.setattr("tegum.experiments.precision.reached", lambda name, _, p=power: int(9 * unit(name) ** p))
        law, _ = find("precision", sampled=FEW).claims({})
        assert law.verdict == verdict
        assert law.value == pytest.approx(abs(power + 0.5), abs=0.01)


def test_errors_grow_with_the_square_of_n() -> None:
    n, error = errors("float64", FEW)
    some = n > 100
    slope, _ = np.polyfit(np.log(n[some]), np.log(error[some]), 1)
    assert slope == pytest.approx(2, abs=0.05)


def test_a_figure_shows_ten_points_a_decade() -> None:
    n = np.arange(3, 1000)
    assert _thinned(n).sum() <= 26
    assert 4 not in n[_thinned(n)]


def test_claims_and_panel() -> None:
    experiment = find("precision", sampled=FEW)
    reaches, merged = experiment.claims({})
    assert (reaches.verdict, merged.verdict) == ("holds", "holds")
    assert reaches.value < 0.05
    assert 10 < merged.value < 40
    (panel,) = experiment.panels({})
    lines, points = panel.figure.data[0:6:2], panel.figure.data[1:6:2]
    for line, point in zip(lines, points, strict=True):  # no point above the worst that theory allows; some are exact
        worst = np.interp(np.log(point.x), np.log(line.x), np.log(line.y))
        assert np.nanmax(np.log(point.y) - worst) <= 0.1
