"""How ReLU snaps points to axes, and how much room a plane has that should give back three axis vectors, or four."""

import functools
import math
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from tegum.claims import Claim, Judged, judge_fact, rate_interval
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.geometry.clipping import area, disc
from tegum.geometry.orientation import largest_wrong, least_own, sphere
from tegum.geometry.polytopes import planar_gaps
from tegum.geometry.projections import random_frames
from tegum.geometry.responses import one_hot_errors, unique_positive
from tegum.geometry.weights import Weights, weights_of
from tegum.geometry.zones import lone_zones
from tegum.plots.clamp import clamp, strata_bars, turning_line
from tegum.plots.lines import against, bands
from tegum.plots.orthant import orthant
from tegum.plots.wiggle import beside_exact, normals
from tegum.spec import Count
from tegum.theory.orthants import best_on_line, crosses, exact_on_line, free_room, line_loss, rigid_room, stratum
from tegum.theory.polygons import regular_polygon, wheel
from tegum.theory.simplices import best_linear, linear_loss, rank_bound

POST = "Superposition: An Actual View of Latent Spaces (2024)"
ROUNDING = 1e-12  # outputs of this size are zero: products of orthonormal rows are so to rounding only
UNEQUAL = math.radians(15)  # gaps that differ by more are not those of a regular polygon, as in planar_arrangement
DIMENSIONS = range(1, 9)
CASES = ((1, 2), (1, 3), (2, 2), (2, 3), (2, 4), (3, 3), (3, 4), (3, 5))  # hidden, features
SIZES = range(2, 13)  # of the simplices
LINES = tuple(range(91, 180))  # bearings in degrees
PLANES = 5000  # spread evenly over all

SNAPPED = Claim(
    "ReLU snaps points to the edges of the positive orthant, so that a lot of them become multiples of the axis "
    "vectors.",
    f"{POST}, Explanation 2: The ReLU orthant",
    "Of points without a preferred direction a positive share lies on an axis after ReLU, in two and in three "
    "dimensions as in the source's figure, where none did before; sampled shares agree with d/2ᵈ (5 standard "
    "deviations).",
)
LINE = Claim(
    "Latents on a line that enters the quadrants (−, +) and (+, −) are snapped to both axes.",
    f"{POST}, Explanation 2: The ReLU orthant, in two dimensions",
    "At every whole bearing from 91° to 179° the tied model with n = 2, m = 1 and no bias has a unique single positive "
    "output at both tips.",
)
LENGTH = Claim(
    "Without a bias only the antidiagonal gives both axis vectors back at their length; with one, all such lines do.",
    "Ours: lengths on the line above",
    "At the whole bearings from 91° to 179° the least L_sum without a bias is below 1e-9 at 135° only, and with a bias "
    "at all of them.",
)
UNEVEN = Claim(
    "Three features in a plane need not be equally spaced, since the plane has room to pivot about the origin.",
    f"{POST}, Explanation 2: The ReLU orthant, wiggle room",
    f"More than a tenth of {PLANES:,} planes spread evenly over all meet the criterion while two gaps between the "
    "features differ by over 15°.",
)
RAYS = Claim(
    "For four features the regions of the plane that meet the criterion have no area: four lines, and no room to "
    "wiggle.",
    f"{POST}, Explanation 2: The ReLU orthant, four features",
    "Where all four tips meet the criterion, every region with a unique positive output has less than 10⁻¹² of the "
    "area, and no plane drawn at random among four axes meets it.",
)
LESS = Claim(
    "The more axis vectors a low-dimensional latent space should give back, the less room it has to wiggle.",
    f"{POST}, Explanation 2: The ReLU orthant, wiggle room",
    "For m = 2 the exact share of orientations that work falls from n = 2 to 3 and from 3 to 4, both for orthonormal "
    "rows and for free directions, and sampled shares agree with it (5 standard deviations).",
)
AFFINE = Claim(
    "n axis vectors span a simplex of n − 1 dimensions, so n − 1 dimensions (two, for three) hold them without loss.",
    f"{POST}, Explanation 1: The effective dimensionality of the points is low",
    "For n = 2 … 12 a linear tied model with a bias, as the source's model has one, y = WᵀWx + b with m = n − 1, has "
    "L_sum below 10⁻⁹.",
)
SMALLER = Claim(
    "A latent space of fewer than n − 1 dimensions cannot hold the simplex perfectly.",
    f"{POST}, Explanation 1: The effective dimensionality of the points is low",
    "For n = 3 … 12 and every m < n − 1 the least L_sum of linear models with a bias is above 0.01.",
)


class Orthant(Experiment):
    """Nothing is trained: points, lines and planes are drawn at random, and what is exact stands beside."""

    title: ClassVar[str] = "How ReLU snaps points to axes"
    source: ClassVar[str] = f"{POST}, Explanations 1 and 2"
    lede: ClassVar[str] = (
        "The latent space of a model is a flat sheet among its outputs, and ReLU folds the sheet onto the positive "
        "orthant. A feature comes back when its tip lies where its own output is the only positive one: that part of "
        "the sheet is folded onto an axis. A plane among three axes can be turned a good deal before a tip leaves its "
        "part. Among four axes it cannot be turned at all, unless a bias moves it."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"samples": 4000}, "standard": {}, "paper": {"samples": 400_000}
    }  # fmt: skip

    samples: Count = 100_000
    seed: int = 0

    def claims(self, runs: Runs) -> list[Judged]:
        return [self._snapped(), _line_snaps(), _length(), _uneven(), self._rays(), self._less(), _affine(), _smaller()]

    def _snapped(self) -> Judged:
        exact = {d: stratum(d, 1) for d in DIMENSIONS}
        found = {d: int((positives(self.samples, d, self.seed) == 1).sum()) for d in (2, 3)}
        agree = all(self._as_exact(count, exact[d]) for d, count in found.items())
        shares = ", ".join(f"{share:.3g}" for share in exact.values())
        note = (
            f"Before ReLU the axes have no share, from d = 2 on. After it d/2ᵈ: {shares} for d = 1 … 8, 1/2ᵈ more at "
            "the origin, which is 0 times an axis vector. A lot in few dimensions, next to nothing in many: latents "
            "land there because W puts them there."
        )
        said = ", ".join(f"{exact[d]:.3g} in {d} dimensions (sampled: {found[d] / self.samples:.3g})" for d in found)
        least = min(exact[d] for d in found)
        return judge_fact(SNAPPED, least > 0 and agree, f"shares on an axis {said}", least, note=note)

    def _as_exact(self, count: int, share: float) -> bool:
        """Is a count of the samples within five standard deviations of what a share makes expect?"""
        return bool(abs(count - self.samples * share) <= 5 * math.sqrt(self.samples * share * (1 - share)))

    def _rays(self) -> Judged:
        W, whole = crosses(5), disc()
        largest = float(area(lone_zones(unbiased(W), whole)).max() / area(whole))
        met, random = works(W).all(), frames(self.samples, 2, 4, self.seed, rigid=True)
        hits, wrong = int(works(random).sum()), largest_wrong(unbiased(random))
        measured = (
            f"{len(W)} solutions: all tips meet the criterion; largest region {largest:.1g} of the area; {hits} of "
            f"{self.samples:,} random planes work"
        )
        note = (
            "Rays from the origin, half-lines: one for each feature. Exact: four gaps add up to 360° and none may be "
            "below 90°, so all are 90°: two antipodal pairs at a right angle, with any lengths. These planes are a "
            f"surface of 2 dimensions among planes of 4. A random plane's largest wrong output: median "
            f"{np.median(wrong):.2f}, below 0.01 in {(wrong < 0.01).mean():.2%}."
        )
        return judge_fact(RAYS, bool(met) and largest < 1e-12 and hits == 0, measured, largest, note=note)

    def _less(self) -> Judged:
        sizes = (2, 3, 4)
        exact = [[room(n, 2) for n in sizes] for room in (rigid_room, free_room)]
        found = [
            [int(works(frames(self.samples, 2, n, self.seed + n, rigid=rigid)).sum()) for n in sizes]
            for rigid in (True, False)
        ]
        agree = all(self._as_exact(*pair) for row in zip(found, exact, strict=True) for pair in zip(*row, strict=True))
        drop = min(more - fewer for row in exact for more, fewer in pairwise(row))
        said = [", ".join(f"{count / self.samples:.2%}" for count in row) for row in found]
        measured = f"n = 2, 3, 4: orthonormal rows 1, 1/4, 0 ({said[0]}), free directions 1/2, 1/16, 0 ({said[1]})"
        note = (
            "In any m there is room up to n = m + 1 and none beyond: at most m + 1 vectors have pairwise negative "
            "products. From m + 2 to 2m the criterion can be met, but only by exact right angles."
        )
        return judge_fact(LESS, drop > 0 and agree, measured, drop, note=note)

    def panels(self, runs: Runs) -> list[Panel]:
        return [
            _plane(), _clamped(self.seed), self._strata(), _line(), _normals(), self._room(), self._widened(),
            _hexagon(), _simplices(),
        ]  # fmt: skip

    def _strata(self) -> Panel:
        counts, exact = np.zeros((len(DIMENSIONS), 4), int), np.zeros((len(DIMENSIONS), 4))
        for row, d in enumerate(DIMENSIONS):
            places = [min(k, 2) if k < d or d == 1 else 3 for k in range(d + 1)]
            found = np.bincount(positives(self.samples, d, self.seed), minlength=d + 1)
            np.add.at(counts[row], places, found)
            np.add.at(exact[row], places, [stratum(d, k) for k in range(d + 1)])
        low, high = rate_interval(counts, self.samples)
        figure = strata_bars(DIMENSIONS, counts, low, high, exact)
        caption = (
            f"Where ReLU puts {self.samples:,} points without a preferred direction, by how many of their d "
            "coordinates are positive: none, one, some or all. Dashes: exact borders, from C(d, k)/2ᵈ points with k "
            "positive coordinates. On axes: half in one and two dimensions, 3/8 in three, 3 % in eight."
        )
        return Panel("strata", "Most points reach the boundary, ever fewer an axis", caption, figure)

    def _room(self) -> Panel:
        laws = (True, False)
        found = [[works(frames(self.samples, m, n, self.seed, rigid=law)).sum() for law in laws] for m, n in CASES]
        exact = [[rigid_room(n, m), free_room(n, m)] for m, n in CASES]
        low, high = rate_interval(np.array(found), self.samples)
        labels = [f"m = {m}<br>n = {n}" for m, n in CASES]
        names = ("orthonormal rows", "free directions")
        figure = beside_exact(
            labels, np.array(found) / self.samples, low, high, exact, names,
            x_label="latent dimensions m, features n", y_label="share of orientations",
        )  # fmt: skip
        caption = (
            f"The share of {self.samples:,} random W that meet the criterion without a bias: every feature's tip makes "
            "its own output positive and no other. There is room up to n = m + 1 and none beyond. For n = 4 in three "
            "dimensions with free directions we know no closed form. Intervals (95 %) are smaller than most marks."
        )
        return Panel("room", "Room to wiggle ends at one feature more than dimensions", caption, figure)

    def _widened(self) -> Panel:
        sizes, t = (3, 4, 5, 6), np.linspace(0, 0.7, 71)
        counts = np.stack([biased(frames(self.samples, 2, n, self.seed, rigid=True), t).sum(0) for n in sizes], axis=1)
        low, high = rate_interval(counts, self.samples)
        share = np.where(counts > 0, counts / self.samples, np.nan)
        figure = bands(
            t, share, np.where(counts > 0, low, np.nan), high, [f"n = {n}" for n in sizes], log_y=True,
            x_label="−b, the same for all outputs (rows of W of length 1)", y_label="share of planes that work",
        )  # fmt: skip
        peaks = zip(t[counts.argmax(0)], counts.max(0) / self.samples, strict=True)
        said = ", ".join(f"{share:.2%} at b = −{at:.2f}".replace("%", " %") for at, share in peaks)
        caption = (
            "A negative bias silences small wrong outputs and so makes room, until it also silences right ones. "
            f"Largest share of random planes for n = 3, 4, 5, 6: {said}. Three features gain little, for they have "
            "room without a bias; four and more have none without. W longer by a factor s needs s² b."
        )
        return Panel("bias", "A bias makes room", caption, figure)


# ---------------------------------------------------------------- points, lines and planes


@functools.cache
def positives(samples: int, dimensions: int, seed: int) -> np.ndarray:
    """How many coordinates of each of so many Gaussian points are positive."""
    points = np.random.default_rng((seed, dimensions)).normal(size=(samples, dimensions))
    return np.asarray((points > 0).sum(axis=1))


@functools.lru_cache(maxsize=16)
def frames(samples: int, hidden: int, features: int, seed: int, *, rigid: bool) -> np.ndarray:
    """Random W (samples, m, n): rigid, orthonormal rows with a uniformly distributed span; otherwise Gaussian."""
    if rigid:
        return random_frames(samples, hidden, features, seed)
    return np.random.default_rng(seed).normal(size=(samples, hidden, features))


def works(W: np.ndarray) -> np.ndarray:
    """Whether each tied model without a bias has a unique single positive output at every tip."""
    return np.asarray(unique_positive(unbiased(W), ROUNDING).all(-1))


def unbiased(W: np.ndarray) -> Weights:
    return weights_of((W, np.zeros((*W.shape[:-2], W.shape[-1]))))


def biased(W: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Whether each model works with the common bias −t, (samples, len(t))."""
    wrong, own = largest_wrong(unbiased(W)), least_own(unbiased(W))
    return (wrong[:, None] <= t + ROUNDING) & (t + ROUNDING < own[:, None])


def loss(W: np.ndarray, b: np.ndarray, *, linear: bool = False) -> float:
    """L_sum of a tied model, with or without ReLU."""
    model = weights_of((W, b))
    off = model.at_tips - np.eye(len(b)) if linear else one_hot_errors(model)
    return float((off**2).sum())


# ---------------------------------------------------------------- claims without chance


def _line_snaps() -> Judged:
    met = works(np.stack([[[math.cos(math.radians(d)), math.sin(math.radians(d))]] for d in LINES]))
    note = "Half of all lines through the origin are such lines. Products w_i w_j are negative, squares positive."
    return judge_fact(LINE, bool(met.all()), f"{met.sum()} of {met.size} bearings", met.sum(), note=note)


def _length() -> Judged:
    plain = np.array([loss(best_on_line(math.radians(d)), np.zeros(2)) for d in LINES])
    mended = max(loss(*exact_on_line(math.radians(d))) for d in LINES)
    exact = [d for d, value in zip(LINES, plain, strict=True) if value < 1e-9]
    at = f"without a bias zero at {', '.join(map(str, exact))}°, {plain[LINES.index(120)]:.3g} at 120°"
    note = (
        "Output i is w_i² at its tip, so both are 1 on the antidiagonal only: the least loss on a line of bearing β is "
        "2 − 1/(cos⁴β + sin⁴β). With biases b_i = 1 − w_i² and a longer w every such line gives back both vectors."
    )
    agrees = np.allclose(plain, [line_loss(math.radians(d)) for d in LINES], rtol=0, atol=1e-12)
    true = exact == [135] and mended < 1e-9 and agrees
    return judge_fact(LENGTH, true, f"{at}; with one at most {mended:.1g}", plain[LINES.index(120)], note=note)


def _uneven() -> Judged:
    W = np.linalg.svd(sphere(PLANES)[:, None])[2][:, 1:]
    gaps, room = planar_gaps(W, threshold=-1.0), works(W)
    unequal = float((room & (gaps[:, -1] - gaps[:, 0] > UNEQUAL)).mean())
    note = (
        f"Any spacing: {room.mean():.2%} (exact: {rigid_room(3, 2):.2g}, the planes whose normal has entries of one "
        "sign). Every spacing with gaps of at least 90° and less than 180° occurs."
    )
    return judge_fact(UNEVEN, unequal > 0.1, f"{unequal:.1%} of planes", unequal, note=note)


def _affine() -> Judged:
    largest = max(loss(*best_linear(n, n - 1), linear=True) for n in SIZES)
    plain = loss(best_linear(3, 2)[0], np.zeros(3), linear=True)
    note = (
        "It needs the bias: b = 1/n carries the plane, orthogonal to (1, …, 1), through the corners of the simplex. "
        f"Without one the plane contains the origin, rank m loses n − m features, and three in two dimensions cost "
        f"{plain:.3g}."
    )
    return judge_fact(AFFINE, largest < 1e-9, f"largest L_sum of n = 2 … 12: {largest:.1g}", largest, note=note)


def _smaller() -> Judged:
    sizes = [(n, m) for n in SIZES for m in range(1, n - 1)]
    least = min(rank_bound(n, m) for n, m in sizes)
    reached = max(abs(loss(*best_linear(n, m), linear=True) - rank_bound(n, m)) for n, m in sizes)
    measured = f"smallest bound {least:.3g}; tied weights reach every bound to {reached:.1g}"
    note = "It is n − 1 − m exactly: every missing dimension costs one feature. With ReLU, m = 2 is enough for any n."
    return judge_fact(SMALLER, least > 0.01, measured, least, note=note)


# ---------------------------------------------------------------- figures without chance


def _plane() -> Panel:
    W, _ = wheel(3)
    caption = (
        "The latent plane of the model with three features 120° apart, unit length, no bias, in the space of its three "
        "outputs. Play, or drag the slider: ReLU folds the plane onto the orthant. The three sectors in which one "
        "output alone is positive collapse onto the axes, with the features' tips landing at exactly 1; the red "
        "sectors, two positive outputs, fold onto the faces. Seen along (1, 1, 1) the axes are the columns of W."
    )
    return Panel("plane", "A plane that ReLU folds onto three axes", caption, orthant((W, np.zeros(3))))


def _clamped(seed: int) -> Panel:
    draw = np.random.default_rng(seed)
    points = [draw.uniform(-1, 1, (count, d)) for d, count in ((1, 70), (2, 320), (3, 700))]
    caption = (
        "Points spread evenly over a line, a square and a cube, above before and below after ReLU; the slider moves "
        "those below, drag the cubes to turn them. Axes, where no point of a square or cube was before, are packed "
        "with points."
    )
    return Panel("clamp", "What ReLU does to points", caption, clamp(points))


def _line() -> Panel:
    bearings = np.arange(0, 181, 5)
    caption = (
        "The latent line of two features in one dimension (dashed) among the two outputs; the slider turns it. In "
        "half of all directions, 90° to 180°, it enters both blue quadrants and all its points land on an axis, each "
        "feature's on its own. Only at 135° are the two outputs equal; elsewhere one feature comes back longer than "
        "the other."
    )
    return Panel("line", "Two features on a line", caption, turning_line(bearings, first=24))


def _normals() -> Panel:
    nu = sphere(PLANES)
    planes = np.eye(3) - nu[:, :, None] * nu[:, None, :]
    t = np.linspace(0, 0.6, 25)
    good = biased(planes, t).T
    words = [f"works: {100 * share:.1f} % of all planes" for share in good.mean(1)]
    figure = normals(nu, good, [f"−{b:.3f}" if b else "0" for b in t], what="common bias b =", words=words)
    caption = (
        "Every plane through the origin among three axes, as the tip of its unit normal ν; opposite dots are one "
        "plane. Without a bias exactly two octants of eight work, a quarter: all entries of ν of one sign. The "
        "middle of an octant is the symmetric plane. The slider adds a common bias: room is won "
        "across the borders of the octants and lost at their corners, where a feature's own output is weak; from "
        "b = −1/3 on the middles of the other octants work too. Drag to turn."
    )
    return Panel("normals", "All planes, and those that work", caption, figure)


def _hexagon() -> Panel:
    caption = (
        "The regular hexagon that gives back six features, among outputs 0, 2 and 4. The bias (−1, −1, −1) carries "
        "the plane away from the origin, into the region where nothing is positive (grey). Only the outer part of "
        "each sector reaches its axis; the other three features end at the corners of the grey triangle, silent for "
        "these three outputs."
    )
    return Panel("hexagon", "With a bias: six features", caption, orthant(regular_polygon(6), (0, 2, 4)))


def _simplices() -> Panel:
    n = np.array(SIZES[1:])
    models = [best_linear(int(k), 2) for k in n]
    plain = [loss(W, 0 * b, linear=True) for W, b in models]
    moved = [loss(W, b, linear=True) for W, b in models]
    folded = [loss(*regular_polygon(int(k))) for k in n]
    names = ["linear", "linear with a bias", "ReLU with a bias"]
    exact = [[linear_loss(int(k), 2, bias=bias) for k in n] for bias in (False, True)]
    figure = against(
        [(n, plain), (n, moved), (n, np.round(folded, 12))], [(n, exact[0]), (n, exact[1]), (n, 0.0 * n)], names,
        x_label="features n", y_label="least loss L_sum",
    )  # fmt: skip
    caption = (
        "What two latent dimensions can hold: the loss summed over n one-hot inputs, of the best weights (dots) and "
        "by formula (dashed). A linear model loses one feature for each missing dimension, n − 2; a bias saves one, "
        "n − 3, which is all that the simplex explains. With ReLU and a bias nothing is lost, for any n."
    )
    return Panel("simplex", "What the simplex explains, and what ReLU adds", caption, figure)


EXPERIMENT = Orthant
