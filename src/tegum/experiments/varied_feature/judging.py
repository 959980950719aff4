"""Solutions followed, trained models named, and claims judged."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from scipy.optimize import brentq

from tegum.claims import Claim, Judged, judge_fact, judge_interval, judge_mean, share, unjudged
from tegum.experiments.experiment import Runs
from tegum.experiments.varied_feature import claims as c
from tegum.failure.thresholds import bootstrapped, crossing
from tegum.geometry.polytopes import planar_arrangement, planar_gaps
from tegum.theory.branches import NODES, Branch, Setting, follow, minimum
from tegum.theory.branches import crossing as crossings
from tegum.theory.polygons import wheel
from tegum.toy.expectation import expected_squares
from tegum.training.run import Run

FEATURES = 5
DENSITY = 0.05
VARIED = 0  # which feature
PENTAGON, DIGONS, SHARED, OTHER = (
    "pentagon",
    "digons without the varied feature",
    "digons without another feature",
    "neither",
)
KINDS = (PENTAGON, DIGONS, SHARED, OTHER)
FINE = (16, 6, 4, 3)  # quadrature to check the other with
BASELINES = (0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15)  # densities of the other features
BARRIERS = (0.5, 1.0, 1.5, 2.5, 10.0)  # densities at which the way out of the digons is walked
LENGTHS = tuple(np.geomspace(1e-4, 0.5, 19).tolist())  # of the varied column
GAPS = np.radians(40), np.radians(110)  # of a pentagon that is stretched


def density(ratio: float) -> tuple[np.ndarray, np.ndarray]:
    """Importances and densities where the varied feature is so much denser."""
    p = np.full(FEATURES, DENSITY)
    p[VARIED] *= ratio
    return np.ones(FEATURES), p


def importance(ratio: float) -> tuple[np.ndarray, np.ndarray]:
    """Importances and densities where the varied feature is so much more important."""
    weights = np.ones(FEATURES)
    weights[VARIED] *= ratio
    return weights, np.full(FEATURES, DENSITY)


SETTINGS: dict[str, Setting] = {"density": density, "importance": importance}


def ideal() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """W (2, 5) and b (5,) of a regular pentagon and of two digons, one with the varied feature at 0, one with another
    feature that shares a direction."""
    unit = wheel(FEATURES)[0] / np.hypot(*wheel(FEATURES)[0][:, 0])
    cross = np.array([[0, 1, -1, 0, 0], [0, 0, 0, 1, -1.0]])
    shares = np.array([[1.0, 0, -1, 0, 0], [0, 1, 0, 0.4, -1]])
    return {
        PENTAGON: (1.13 * unit, np.full(FEATURES, -0.25)),
        DIGONS: (cross, np.zeros(FEATURES)),
        SHARED: (shares, np.array([0, -0.15, 0, 0.01, 0])),
    }


@cache
def branches(axis: str, points: int) -> dict[str, Branch]:
    """The three solutions followed over a tenth to ten times the density or importance, each from its own side."""
    x = np.geomspace(0.1, 10, points)
    starts = {PENTAGON: points // 2, DIGONS: 0, SHARED: points // 2}
    return {kind: follow(*state, x, starts[kind], SETTINGS[axis]) for kind, state in ideal().items()}


@dataclass(frozen=True)
class Change:
    """Where the pentagon and the digons cost the same: all such ratios; how far finer quadrature moves the first; the
    largest difference of an entry of WᵀW, of slopes d log loss / d log x, and the least eigenvalue of either."""

    at: list[float]
    error: float
    apart: float
    kink: float
    least: float


@cache
def change(axis: str, points: int) -> Change:
    followed, setting = branches(axis, points), SETTINGS[axis]
    pair = followed[PENTAGON], followed[DIGONS]
    at = crossings(*pair, setting)
    if not at:
        return Change([], np.nan, 0.0, 0.0, -np.inf)
    both = [minimum(*one.near(at[0]), *setting(at[0])) for one in pair]
    gram = [one.W.T @ one.W for one in both]
    slopes = [_slope(one, at[0], setting) for one in pair]
    return Change(
        at,
        abs(_root(*pair, at[0], setting) - at[0]),
        float(np.abs(gram[0] - gram[1]).max()),
        abs(slopes[0] - slopes[1]),
        min(one.least for one in both),
    )


def _slope(branch: Branch, at: float, setting: Setting) -> float:
    ends = [minimum(*branch.near(at), *setting(at * factor)).loss for factor in (0.999, 1.001)]
    return float(np.log(ends[1] / ends[0]) / np.log(1.001 / 0.999))


def _root(one: Branch, other: Branch, at: float, setting: Setting) -> float:
    """One step of the secant method from `at`, with finer quadrature: it has converged to far below the change."""
    x = np.array([0.999, 1.001]) * at
    lead = [
        minimum(*one.near(at), *setting(p), FINE).loss - minimum(*other.near(at), *setting(p), FINE).loss for p in x
    ]
    return float(np.exp(np.log(x[0]) - lead[0] * np.log(x[1] / x[0]) / (lead[1] - lead[0])))


@cache
def crossing_at(baseline: float) -> float:
    """By how many times sparser the varied feature is where the two cost the same, if all others' density is
    `baseline`; NaN where they do not."""
    x = np.geomspace(0.1, 1, 13)

    def setting(ratio: float) -> tuple[np.ndarray, np.ndarray]:
        return np.ones(FEATURES), np.where(np.arange(FEATURES) == VARIED, ratio, 1.0) * baseline

    pentagon, digons = (follow(*ideal()[kind], x, place, setting) for kind, place in ((PENTAGON, 12), (DIGONS, 0)))
    found = crossings(pentagon, digons, setting)
    return 1 / found[0] if found else float("nan")


@cache
def barrier(ratio: float, points: int) -> np.ndarray:
    """By how much of its loss the digons' rises, (LENGTHS,), with the varied column held at each length between two of
    their directions, and all else at its best."""
    W, b = branches("density", points)[DIGONS].near(ratio)
    start = minimum(W, b, *density(ratio))
    between = start.W[:, 1] + start.W[:, 3]
    found, last = [], start
    for length in LENGTHS:
        W = last.W.copy()
        W[:, VARIED] = length * between / np.hypot(*between)
        last = minimum(W, last.b, *density(ratio), held=VARIED)
        found.append(last.loss / start.loss - 1)
    return np.array(found)


def beside(W: np.ndarray) -> np.ndarray:
    """Degrees between the varied feature and the nearest other, (k,) of W (k, 2, n)."""
    bearing = np.arctan2(W[:, 1], W[:, 0])
    away = np.abs((bearing - bearing[:, VARIED, None] + np.pi) % (2 * np.pi) - np.pi)
    return np.degrees(np.delete(away, VARIED, axis=1).min(axis=1))


def named(W: np.ndarray) -> np.ndarray:
    """The place in `KINDS` of models W (…, 2, 5): five directions with gaps of 40° to 110°; or the four longest
    columns two antipodal pairs within 15°, whatever the fifth does."""
    gaps = planar_gaps(W, 0.0)
    five = (np.hypot(W[..., 0, :], W[..., 1, :]).min(-1) > 0.5) & (gaps.min(-1) > GAPS[0]) & (gaps.max(-1) < GAPS[1])
    short = np.hypot(W[..., 0, :], W[..., 1, :]).argmin(-1)
    four = np.where(np.arange(FEATURES) == short[..., None, None], 0, W)
    pairs = planar_arrangement(four) == "two antipodal pairs"
    return np.select([five, pairs & (short == VARIED), pairs], [0, 1, 2], default=3)


class Ends:
    """Trained models of one axis: x (p,), W (p, seed, 2, 5), their kinds and exact losses (p, seed)."""

    def __init__(self, run: Run, axis: str, points: int) -> None:
        self.axis, self.points = axis, points
        of = "feature_probability" if axis == "density" else "importance"
        place = str(run.W.dims[0])
        self.x = run.data[f"{of}[{VARIED}]"].values / (DENSITY if axis == "density" else 1.0)
        self.W = run.W.transpose(place, "seed", "latent", "feature").values.astype(float)
        self.b = run.b.transpose(place, "seed", "feature").values.astype(float)
        self.kind = named(self.W)

    @cached_property
    def loss(self) -> np.ndarray:
        """Σ I_i E (x_i − y_i)²; infinite where training diverged."""
        found = [
            expected_squares(W, b, *SETTINGS[self.axis](float(x)), NODES)
            for W, b, x in zip(self.W, self.b, self.x, strict=True)
        ]
        return np.where(np.isfinite(found), found, np.inf)

    @cached_property
    def least(self) -> np.ndarray:
        """The least loss known at each x, (p,): of all followed solutions and all trained models."""
        known = [self.loss.min(axis=1)]
        for branch in branches(self.axis, self.points).values():
            on = (self.x > branch.x[0] * 0.999) & (self.x < branch.x[-1] * 1.001)
            values = [minimum(*branch.near(x), *SETTINGS[self.axis](float(x))).loss for x in self.x[on]]
            known.append(np.full(len(self.x), np.inf))
            known[-1][on] = values
        return np.min(known, axis=0)

    @property
    def worse(self) -> np.ndarray:
        """Which trained models cost more than 1 % above the least loss known, (p, seed)."""
        return self.loss > (1 + c.NEAR) * self.least[:, None]

    @property
    def stuck(self) -> np.ndarray:
        """Which of them are so in a solution that is known, (p, seed): not merely unfinished."""
        return np.asarray(self.worse & (self.kind != KINDS.index(OTHER)))

    def threshold(self, seeds: np.ndarray) -> float:
        """The x from which on the best of these seeds is a pentagon."""
        return crossing(self.x, self.kind[:, seeds] == 0, self.loss[:, seeds])


def judged(runs: Runs, points: int) -> list[Judged]:
    """All claims."""
    ends = Ends(runs["density"], "density", points)
    kept = [Ends(runs[f"from the {kind}"], "density", points) for kind in ("pentagon", "digons")]
    return [
        _threshold(points), _crossover(points), _deforms(points), _yields(points), _often(ends),
        *_trouble(ends, kept, points), _same(ends, points), _best(ends), _hysteresis(points), _importance(points),
    ]  # fmt: skip


def _where(change: Change) -> str:
    if not change.at:
        return "they do not cross"
    ratio = change.at[0]
    return f"at {ratio:.5f} of the others' value, {1 / ratio:.3f} times less (numerical error {change.error:.0e})"


def _threshold(points: int) -> Judged:
    found = change("density", points)
    times = 1 / found.at[0] if found.at else np.nan
    good = abs(np.log(times / c.STATED)) < np.log(c.APPROXIMATELY)
    here = [minimum(*ideal()[kind], *density(1 / c.STATED)).loss for kind in (PENTAGON, DIGONS)]
    note = f"At 2.5 times sparser the pentagon costs {here[0]:.6f}, the digons {here[1]:.6f}."
    return judge_fact(c.THRESHOLD, bool(good), f"the losses cross {_where(found)}", times, note=note)


def _crossover(points: int) -> Judged:
    found = change("density", points)
    good = len(found.at) == 1 and found.kink > c.KINK and found.least > 0
    words = f"{len(found.at)} crossing, slopes {found.kink:.3f} apart, least eigenvalue of either {found.least:.3g}"
    return judge_fact(c.CROSSOVER, good, words, found.kink)


def _deforms(points: int) -> Judged:
    pentagon, found = branches("density", points)[PENTAGON], change("density", points)
    on = pentagon.x >= (found.at[0] if found.at else np.inf)
    angle = beside(pentagon.W[on])
    span, most = (float(np.ptp(angle)), float(np.abs(np.diff(angle)).max())) if on.sum() > 1 else (0.0, np.inf)
    whole = bool(pentagon.x[-1] > 9.99 and pentagon.least[on].min() > 0)
    good = whole and span > c.MOVED > most and found.apart > c.APART
    words = f"the angle varies by {span:.1f}°, at most {most:.2f}° between neighbouring points; then {found.apart:.2f}"
    return judge_fact(c.DEFORMS, good, f"{words} in an entry of WᵀW", found.apart)


def _yields(points: int) -> Judged:
    pentagon = branches("density", points)[PENTAGON]
    angle, side = beside(pentagon.W), np.sign(np.log(pentagon.x).round(9))
    lead = (angle - 72) * side
    ends = ", ".join(f"{angle[i]:.1f}° at {pentagon.x[i]:.3g}" for i in (0, len(angle) // 2, -1))
    note = f"Norm of the varied column: {np.hypot(*pentagon.W[0, :, VARIED]):.2f} at {pentagon.x[0]:.3g}, "
    note += (
        f"{np.hypot(*pentagon.W[:, :, VARIED].T).max():.2f} at most, {np.hypot(*pentagon.W[-1, :, VARIED]):.2f} at 10."
    )
    return judge_fact(c.YIELDS, bool((lead[side != 0] > 0).all()), ends, float(lead[side != 0].min()), note=note)


def _often(ends: Ends) -> Judged:
    varied = np.abs(np.log(ends.x)) > 1e-6
    worse = ends.stuck[varied].mean(axis=0)
    each = ", ".join(f"{rate:.0%} at {x:g}" for x, rate in zip(ends.x, ends.stuck.mean(axis=1), strict=True))
    return judge_mean(
        c.OFTEN_WORSE, worse, above=c.OFTEN, where="seeds", unit=" of densities", note=f"By density: {each}."
    )


def _trouble(ends: Ends, kept: list[Ends], points: int) -> list[Judged]:
    """Is each solution kept where the other is better; are digons left far from the crossing?"""
    at = change("density", points).at
    cross = at[0] if at else np.nan
    x, learnt = ends.x, (~ends.worse).mean(axis=1) > c.MOSTLY
    pentagon = _share(c.TROUBLE["pentagon"], x, kept[0].kind == 0, learnt & (x < cross), above=c.MOSTLY)
    digons = _share(c.TROUBLE["digons"], x, kept[1].kind == 1, learnt & (x > cross), above=c.MOSTLY)
    least = branches("density", points)[DIGONS].least.min()
    left = (kept[1].kind != 1) & bool(least > c.STRICT)
    rise = ", ".join(f"{barrier(place, points).max():.0e} at {place:g}" for place in BARRIERS)
    note = f"Least eigenvalue {least:.3f} or more. Highest rise of the loss on the way out, as a share of it: {rise}. "
    return [pentagon, digons, _share(c.LEFT, x, left, x >= 2, note)]


def _share(
    claim: Claim, x: np.ndarray, yes: np.ndarray, on: np.ndarray, note: str = "", above: float = c.STAYS
) -> Judged:
    if not on.any():
        return unjudged(claim, "no density there at which training is long enough")
    each = ", ".join(f"{rate:.0%} at {place:g}" for place, rate in zip(x, yes.mean(axis=1), strict=True))
    judged = ", ".join(f"{place:g}" for place in x[on])
    return judge_mean(claim, yes[on].mean(axis=0), above=above, where="seeds", unit=" of densities",
                      note=f"{note}Judged at {judged}. By density: {each}.")  # fmt: skip


def _same(ends: Ends, points: int) -> Judged:
    at = change("density", points).at
    value, low, high = bootstrapped(ends.threshold, ends.kind.shape[1])
    if not at or not np.isfinite(value):
        return unjudged(c.SAME, "no density at which the best trained model changes so, in enough of the bootstrap")
    least, room, most = (np.log(c.MATCH) - abs(np.log(x / at[0])) for x in (low, value, high))
    words = f"from {value:.4f} on, 95 % interval {low:.4f} to {high:.4f}; the exact losses cross at {at[0]:.4f}"
    digons = ends.kind == KINDS.index(DIGONS)
    silent = ends.b[..., VARIED][digons] <= 0
    note = (
        f"In {share(silent)} trained digons the dropped feature's bias is 0 or less: its output is silent and costs "
        f"p²/4 more than with the best bias, p/2. With that the followed losses cross at {silent_crossing(points):.4f}."
    )
    return judge_interval(c.SAME, room, min(least, most), max(least, room, most), above=0, measured=words,
                          count=ends.kind.shape[1], note=note)  # fmt: skip


def silent_crossing(points: int) -> float:
    """Where the pentagon costs as much as digons whose dropped output is silent, p²/4 more than the followed ones."""
    pentagon, digons = (branches("density", points)[kind] for kind in (PENTAGON, DIGONS))

    def apart(x: float) -> float:
        mine, its = (minimum(*part.near(x), *density(x)).loss for part in (pentagon, digons))
        return mine - its - (DENSITY * x) ** 2 / 4

    ends = float(pentagon.x[0]), 1.0
    return float(brentq(apart, *ends, xtol=1e-5)) if apart(ends[0]) > 0 > apart(ends[1]) else float("nan")


def _best(ends: Ends) -> Judged:
    groups = ends.worse.shape[1] // c.GROUP
    split = ends.worse[:, : groups * c.GROUP].reshape(len(ends.x), groups, c.GROUP)
    reached = np.asarray((~split).any(axis=2))
    missed = ", ".join(f"{x:g}" for x, row in zip(ends.x, reached, strict=True) if not row.all())
    note = f"Not all groups at {missed}." if missed else ""
    return judge_mean(c.BEST, reached.mean(axis=0), above=0.95, where="groups of ten", unit=" of densities", note=note)


def _hysteresis(points: int) -> Judged:
    followed, found = branches("density", points), change("density", points)
    low = followed[PENTAGON].lost[0]
    high = followed[DIGONS].lost[1]
    cross = found.at[0] if found.at else np.nan
    last = "never, to ten times denser" if np.isinf(high) else f"at {high:.4f}"
    words = f"the pentagon is lost at {low:.4f} ({1 / low:.2f} times sparser), {low / cross:.2f} of the crossing's"
    note = f"Least eigenvalue of the digons {followed[DIGONS].least.min():.3f} or more."
    return judge_fact(
        c.HYSTERESIS, low < 0.8 * cross and high > 1.25 * cross, f"{words}; the digons {last}", low / cross, note=note
    )


def _importance(points: int) -> Judged:
    one, other = (change(axis, points) for axis in ("importance", "density"))
    good = len(one.at) == 1 and len(other.at) == 1 and other.at[0] < one.at[0] < 1
    low = branches("importance", points)[PENTAGON].lost[0]
    note = f"There the pentagon is lost at {low:.4f}; slopes at the crossing differ by {one.kink:.3f}."
    return judge_fact(c.IMPORTANCE, good, f"they cross {_where(one)}", one.at[0] if one.at else np.nan, note=note)
