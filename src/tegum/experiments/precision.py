"""How many features a number format can hold: regular polygons in float16, float32 and float64."""

from functools import cache
from itertools import pairwise
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
PRECISIONS: dict[str, type[np.floating[Any]]] = {"float16": np.float16, "float32": np.float32, "float64": np.float64}

PRECISION = Claim(
    "The number of features is unlimited only given infinite floating-point precision, because the difference of cos 0 "
    "and cos φ tends to 0.",
    f"{ARTICLE}; Henighan et al. 2023",
    "From float16 to float32 and from there to float64, the largest n up to which no evaluated output is off by more "
    "than 1 % grows as u^(−1/2), u half the spacing of numbers at 1, as it must where 1 − cos φ ≈ 2π²/n² reaches a "
    "multiple of u: the exponent of u is −1/2 within 0.05.",
)

MERGED = Claim(
    "Long before cos φ and 1 become the same number, outputs are off by more than 1 %.",
    "Ours",
    "In float16, float32 and float64, the smallest n for which cos 2π/n rounds to 1 is more than ten times the "
    "largest n up to which no evaluated output is off by more than 1 %.",
)


class Precision(Experiment):
    """The n-gon that gives back n features from two dimensions, evaluated in the arithmetic of each format."""

    title: ClassVar[str] = "How many features a number format can hold"
    source: ClassVar[str] = ARTICLE
    lede: ClassVar[str] = (
        "With a bias, two dimensions hold any number of one-hot features, in real numbers. In a computer the "
        "largest and the second-largest entry of a row of WᵀW differ by less and less, until rounding is as large. "
        "Where that ends it, theory can say beforehand."
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


def unit(name: str) -> float:
    """Half the spacing of a format's numbers at 1: the largest share by which rounding moves a number."""
    return float(np.finfo(PRECISIONS[name]).eps) / 2


def _precision(sampled: int) -> Judged:
    found = {name: reached(name, sampled) for name in PRECISIONS}
    pairs = list(pairwise(PRECISIONS))
    exponent = [float(np.log(found[b] / found[a]) / np.log(unit(b) / unit(a))) for a, b in pairs]
    words = ", ".join(f"{e:.3f} from {a} to {b}".replace("-", "−") for e, (a, b) in zip(exponent, pairs, strict=True))
    measured = "; ".join([*(f"{name} {n:,}" for name, n in found.items()), f"exponent {words}"])
    allowed = [
        f"{most_features(TOLERANCE, d, 5):,} and {most_features(TOLERANCE, d, 1):,}" for d in PRECISIONS.values()
    ]
    left = ", ".join(f"{gap(n) / unit(name):.0f}" for name, n in found.items())
    note = (
        f"There 1 − cos φ is still {left} u. The error of an output is a few roundings of r² = 1/(1 − cos φ), so a "
        "multiple of u n²/2π². Five roundings at their worst, more than which there cannot be, and one at its worst "
        f"would be 1 % at n = {'; '.join(allowed)}. Each further bit buys √2 times as many features."
    )
    off = max(abs(e + 0.5) for e in exponent)
    return judge_fact(PRECISION, off < 0.05, measured, off, note=note)


def _merged(sampled: int) -> Judged:
    merged = {name: merging(dtype) for name, dtype in PRECISIONS.items()}
    ratio = {name: merged[name] / reached(name, sampled) for name in PRECISIONS}
    measured = "; ".join(f"{name} at {merged[name]:,}, {ratio[name]:.0f} times" for name in PRECISIONS)
    note = (
        "At that n even the sign of 1 − cos φ is gone, while an output within 1 % asks for the difference to a "
        "hundredth, so that one to five roundings predict a ratio of 14 to 32."
    )
    return judge_fact(MERGED, min(ratio.values()) > 10, measured, min(ratio.values()), note=note)


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
