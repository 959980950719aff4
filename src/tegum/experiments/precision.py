"""How many features a number format can hold: regular polygons in float16, float32 and float64."""

from functools import cache
from typing import Any, ClassVar

import numpy as np

from tegum.claims import Claim, Judged, judge_fact
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.geometry.evaluated import rounded_polygon_error
from tegum.plots.lines import against
from tegum.spec import Count
from tegum.theory.polygons import gap, most_features, rounding_error

ARTICLE = "Superposition: An Actual View of Latent Spaces (2024), Can this really generalize"
TOLERANCE = 0.01  # a reconstruction further off than this has failed
PRECISIONS = {"float16": np.float16, "float32": np.float32, "float64": np.float64}

PRECISION = Claim(
    "The number of features is unlimited, given infinite floating-point precision.",
    f"{ARTICLE}; Henighan et al. 2023",
    "In float16, float32 and float64, the largest n up to which every output is within 1 % lies where rounding theory "
    "says: five roundings at their worst allow it, and one rounding at its worst would not allow more.",
)

MERGED = Claim(
    "What ends it is that cos φ and 1 become the same number.",
    ARTICLE,
    "In float16, float32 and float64, the same largest n is within a factor of two of the smallest n for which "
    "cos 2π/n rounds to 1.",
)


class Precision(Experiment):
    """The n-gon that gives back n features from two dimensions, evaluated in the arithmetic of each format."""

    title: ClassVar[str] = "How many features a number format can hold"
    source: ClassVar[str] = ARTICLE
    lede: ClassVar[str] = (
        "With a bias, two dimensions hold any number of one-hot features, in real numbers. In a computer the "
        "largest and the second-largest entry of a row of WᵀW differ by less and less, until they are the same "
        "number. Where that ends it, theory can say beforehand."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"sampled": 128},
        "standard": {},
        "paper": {"sampled": 16384},
    }

    sampled: Count = 1024

    def claims(self, runs: Runs) -> list[Judged]:
        return [_precision(self.sampled), _merged(self.sampled)]

    def panels(self, runs: Runs) -> list[Panel]:
        return [_rounding(self.sampled)]


@cache
def errors(name: str, sampled: int) -> tuple[np.ndarray, np.ndarray]:
    """The worst error over n in one precision: all n up to 40, then 40 a decade, to four times where theory ends."""
    dtype = PRECISIONS[name]
    last = 4 * most_features(TOLERANCE, dtype, roundings=1)
    spread = np.geomspace(40, last, max(2, round(40 * np.log10(last / 40))))
    n = np.unique(np.concatenate([np.arange(3, 41), np.rint(spread).astype(int)]))
    return n, np.array([rounded_polygon_error(int(k), dtype, sampled) for k in n])


def reached(name: str, sampled: int) -> int:
    """The largest n of `errors` up to which every error is within the tolerance."""
    n, error = errors(name, sampled)
    return int(n[np.argmax(error > TOLERANCE) - 1])


def merging(dtype: type) -> int:
    """The smallest n for which cos 2π/n, rounded to dtype, is 1: about 2π/√u."""
    low, high = 3, 2**40
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if dtype(1 - gap(middle)) == 1 else (middle, high)
    return high


def _precision(sampled: int) -> Judged:
    found = {name: reached(name, sampled) for name in PRECISIONS}
    allowed = {
        name: tuple(most_features(TOLERANCE, dtype, roundings) for roundings in (5, 1))
        for name, dtype in PRECISIONS.items()
    }
    true = all(low <= found[name] <= high for name, (low, high) in allowed.items())
    measured = "; ".join(
        f"{name} {found[name]:,} (theory {low:,} to {high:,})" for name, (low, high) in allowed.items()
    )
    note = (
        "The error of an output is a few roundings of r², so about u n²/2π², u half the spacing of numbers at 1, "
        "and the limit is π √(2 · 1 % / u) for one rounding. Each further bit buys √2 times as many features."
    )
    return judge_fact(PRECISION, true, measured, found["float64"], note=note)


def _merged(sampled: int) -> Judged:
    found = {name: reached(name, sampled) for name in PRECISIONS}
    merged = {name: merging(dtype) for name, dtype in PRECISIONS.items()}
    ratio = {name: merged[name] / found[name] for name in PRECISIONS}
    measured = "; ".join(f"{name} {merged[name]:,}, {ratio[name]:.0f} times more" for name in PRECISIONS)
    note = (
        "Reconstruction is lost long before: at that n even the sign of 1 − cos φ is gone, while an output within 1 % "
        "asks for the difference to a hundredth."
    )
    return judge_fact(MERGED, max(ratio.values()) <= 2, f"they merge at {measured}", max(ratio.values()), note=note)


def _thinned(n: np.ndarray) -> np.ndarray:
    """About ten of the n in each decade, that their points can be told apart; n = 4, which is exact, is left out."""
    return (np.diff(np.floor(10 * np.log10(n)), prepend=-1) > 0) & (n != 4)


def _rounding(sampled: int) -> Panel:
    measured = [errors(name, sampled) for name in PRECISIONS]
    points = [(n[_thinned(n)], error[_thinned(n)]) for n, error in measured]
    theory = []
    for name, (n, _) in zip(PRECISIONS, points, strict=True):
        ends = np.array([3, n[-1]])
        theory.append((ends, [rounding_error(int(k), PRECISIONS[name]) for k in ends]))
    figure = against(
        points, theory, list(PRECISIONS), x_label="features n", y_label="largest error of any output", log_x=True,
        log_y=True, limit=(TOLERANCE, "tolerance of 1 %"),
    )  # fmt: skip
    caption = (
        "The regular polygon evaluated in three precisions, every number, product and sum rounded; up to 256 "
        f"features all pairs, beyond that {sampled:,} random features with their four neighbours on either side and "
        "four others. Lines: five roundings of r² at their worst. Reconstruction needs 1 and cos φ to differ by "
        "more than their last digits, so each further bit buys √2 times as many features."
    )
    return Panel("precision", "How many features a number format can hold", caption, figure)


EXPERIMENT = Precision
