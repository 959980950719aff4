"""Learnt arrangements measured against the minima of each energy, and the claims judged."""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import product

import numpy as np

from tegum.claims import Claim, Judged, judge_fact, judge_mean, judge_rate, unjudged
from tegum.experiments.experiment import Runs
from tegum.experiments.thomson.claims import (
    ACUTE,
    BEYOND_TAMMES,
    DECAY,
    DENSER,
    FIXED,
    FREE,
    HOT,
    IN_SPACE,
    NAMED,
    NEAR,
    OBTUSE,
    ROOM,
    SAME,
    SEVEN,
    SHAPES,
    SOLVED,
    WIDEST,
    WITH_BIAS,
)
from tegum.geometry.alignment import distance, matched
from tegum.geometry.directions import norms, represented, unit_directions
from tegum.geometry.point_sets import apart
from tegum.geometry.shapes import products, shapes
from tegum.theory.sphere import beyond, coulomb, descended, least, rectified, smallest_angle, widest
from tegum.training.run import Run

FLAT = 1e-9  # an energy below this is zero
JUDGED = 0.1  # 1 − S at which claims about densities are judged
BIASED = "ReLU(cos − t)³/cos"
ENERGIES = ("Thomson", "ReLU(cos)²", "Tammes", BIASED)
LIMIT = "exactly one active feature"
HOT_FREE, HOT_DECAYED = "one-hot, no decay", "one-hot, decay 0.01"


def reference(energy: str, n: int, starts: int, threshold: float = 0.0) -> np.ndarray:
    """The arrangement (3, n) that an energy predicts, the best from many starts; threshold: t of the biased one."""
    if energy == "Tammes":
        return widest(n, starts)
    kinds = {"Thomson": coulomb, "ReLU(cos)²": rectified, BIASED: beyond(threshold)}
    return least(kinds[energy], n, starts)


@dataclass(frozen=True)
class Learnt:
    """Models of one kind and size: W (seed, 3, n), b (seed, n), loss (seed,), how many starts to seek minima from."""

    W: np.ndarray
    b: np.ndarray
    loss: np.ndarray
    starts: int

    @property
    def n(self) -> int:
        return int(self.W.shape[-1])

    @cached_property
    def stored(self) -> np.ndarray:
        """How many features each model represents."""
        return np.asarray(represented(self.W).sum(-1))

    @cached_property
    def points(self) -> list[np.ndarray]:
        """The directions (3, k) of each model's represented features."""
        return [unit_directions(w[:, represented(w)]) for w in self.W]

    @property
    def whole(self) -> np.ndarray:
        """(seed,): does the model represent all of its features?"""
        return self.stored == self.n

    def threshold(self, k: int, half: int | None = None) -> float:
        """t = −b/‖W‖², the mean over represented features of the models that represent k, in hundredths, no less than
        0; of every other seed from seed 0 or 1 on (half), if there is such a model.

        So coarse, because minima are sought for each t, and hardly move with it.
        """
        own = self.stored == k
        if half is not None and (part := own & (np.arange(len(own)) % 2 == half)).any():
            own = part
        ratio = -self.b[own] / np.maximum(norms(self.W[own]) ** 2, 1e-12)
        return max(round(float(ratio[represented(self.W[own])].mean()), 2), 0.0)

    @cached_property
    def distances(self) -> np.ndarray:
        """(seed, energy): from each energy's least minimum for as many points as are represented, from a nearby one
        where it has many; NaN for fewer than two points. t is that of the other half of the seeds."""
        found = np.full((len(self.W), len(ENERGIES)), np.nan)
        for k, half in product(np.unique(self.stored[self.stored > 1]).tolist(), (0, 1)):
            own = np.flatnonzero((self.stored == k) & (np.arange(len(self.W)) % 2 == half))
            if not len(own):
                continue
            U, t = np.stack([self.points[s] for s in own]), self.threshold(k, 1 - half)
            for e, energy in enumerate(ENERGIES):
                found[own, e] = _from(U, energy, t, self.starts)
        return found

    def from_(self, energy: str) -> np.ndarray:
        """(seed,): how far it is from that energy's arrangement; NaN where it does not represent all features."""
        return np.where(self.whole, self.distances[:, ENERGIES.index(energy)], np.nan)

    def near(self, energy: str) -> np.ndarray:
        """(seed,): is it within `NEAR` of that energy's arrangement?"""
        return np.asarray(self.distances[:, ENERGIES.index(energy)] < NEAR)

    @cached_property
    def narrowest(self) -> np.ndarray:
        """The smallest angle of each model's represented features, degrees; 180 where there is one or none."""
        return np.array([smallest_angle(U) if U.shape[1] > 1 else 180.0 for U in self.points])

    @property
    def best(self) -> int:
        """The seed of least loss."""
        return int(self.loss.argmin())


@dataclass(frozen=True)
class Measured:
    """All kinds: kind in words to size to what was learnt."""

    kinds: dict[str, dict[int, Learnt]]
    starts: int

    @property
    def limit(self) -> dict[int, Learnt]:
        return self.kinds[LIMIT]

    def at(self, p: float) -> dict[int, Learnt]:
        return self.kinds[dense(p)]


def _from(U: np.ndarray, energy: str, threshold: float, starts: int) -> np.ndarray:
    """How far arrangements (N, 3, k) are from an energy's best.

    Where that is one of very many, those at which an energy is zero, or those of five points without an acute angle:
    then from the one that descent finds, no nearer than the nearest.
    """
    level, wide = beyond(threshold if energy == BIASED else 0.0), widest(U.shape[2], starts)
    many = level(wide)[0] <= FLAT and (energy != "Tammes" or smallest_angle(wide) < 90 + FLAT)
    if energy == "Thomson" or not many:
        return apart(U, reference(energy, U.shape[2], starts, threshold))
    below = np.stack([descended(level, own) for own in U])
    return np.asarray(np.sqrt(((below - U) ** 2).sum(1).mean(1)))


def dense(p: float) -> str:
    return f"1 − S = {p:g}"


def measured(runs: Runs, starts: int) -> Measured:
    """Everything that was learnt, of all kinds; measured once for claims and panels of the same runs."""
    return _measured(runs["one"], runs["sparse"], runs["hot"], starts)


@lru_cache(maxsize=1)
def _measured(one: Run, sparse: Run, hot: Run, starts: int) -> Measured:
    densities = [float(p) for p in sparse.data["feature_probability"]]
    kinds = {LIMIT: one}
    kinds |= {dense(p): sparse.at(feature_probability=p) for p in densities}
    kinds |= {HOT_FREE: hot.at(weight_decay=0.0), HOT_DECAYED: hot.at(weight_decay=0.01)}
    return Measured({kind: _sizes(run, starts) for kind, run in kinds.items()}, starts)


def _sizes(run: Run, starts: int) -> dict[int, Learnt]:
    W = run.W.transpose("features", "seed", "latent", "feature").values.astype(float)
    b = run.b.transpose("features", "seed", "feature").values.astype(float)
    loss = run.loss.transpose("features", "seed").values.astype(float)
    sizes = run.data["features"].values.tolist()
    return {n: Learnt(W[i, ..., :n], b[i, ..., :n], loss[i], starts) for i, n in enumerate(sizes)}


def claims(found: Measured) -> list[Judged]:
    limit, dense_ones = found.limit, found.at(JUDGED)
    large, some = [n for n in limit if n >= 7], [n for n in limit if n >= 4]
    return [
        _shapes(found.starts),
        _share(_of(IN_SPACE, where=LIMIT), limit, some, "Thomson"),
        _share(_of(IN_SPACE, where=dense(JUDGED)), dense_ones, some, "Thomson"),
        _same(large, found.starts),
        _share(FIXED, limit, large, "ReLU(cos)²"),
        _obtuse(limit),
        _free(limit),
        _nearer(_of(WIDEST, other="Thomson"), limit, large, "Tammes", "Thomson"),
        _nearer(_of(WIDEST, other="ReLU(cos)²"), limit, large, "Tammes", "ReLU(cos)²"),
        _biased(limit, large),
        _nearer(BEYOND_TAMMES, limit, large, BIASED, "Tammes"),
        judge_rate(SEVEN, limit[7].from_("Tammes") < NEAR, above=0.5, where="seeds"),
        _denser(limit, dense_ones, large),
        _share(HOT, found.kinds[HOT_DECAYED], large, "Tammes"),
        _decay(found, large),
    ]


def _shapes(starts: int) -> Judged:
    off = {}
    for n in range(2, 9):
        for shape in (*shapes(n), *products(n)):
            if shape.name in NAMED and shape.dimension <= 3:
                U = reference("Thomson", n, starts)[None]
                room = np.concatenate([shape.vertices, np.zeros((3 - shape.dimension, n))])
                off[shape.name] = float(
                    distance(U, shape, matched(U, shape))[0][0] if shape.axis else apart(U, room)[0]
                )
    solved = sum(value < SOLVED for value in off.values())
    words = ", ".join(f"{name} {value:.3f}" for name, value in off.items())
    return judge_fact(SHAPES, solved > len(NAMED) / 2, f"{solved} of {len(off)}", solved, note=f"Distances: {words}.")


def _of(claim: Claim, **words: str) -> Claim:
    return replace(claim, statement=claim.statement.format(**words), criterion=claim.criterion.format(**words))


def _biased(limit: dict[int, Learnt], sizes: list[int]) -> Judged:
    judged = _share(WITH_BIAS, limit, sizes, BIASED)
    words = ", ".join(
        f"n = {n}: {limit[n].threshold(n, 0):.2f} and {limit[n].threshold(n, 1):.2f}"
        for n in sizes
        if limit[n].whole.any()
    )
    return replace(judged, note=f"{judged.note} t of each half of the seeds: {words}.")


def _over_sizes(values: np.ndarray) -> np.ndarray:
    """Means of (size, seed) over the sizes known of each seed; seeds of which none is known are left out."""
    known = np.isfinite(values)
    return np.asarray(np.nansum(values, axis=0)[known.any(0)] / known.sum(0)[known.any(0)])


def _share(claim: Claim, learnt: dict[int, Learnt], sizes: list[int], energy: str) -> Judged:
    off = np.stack([learnt[n].from_(energy) for n in sizes])
    near = _over_sizes(np.where(np.isnan(off), np.nan, off < NEAR))
    counts = ", ".join(
        f"n = {n}: {int((row < NEAR).sum())} of {int(np.isfinite(row).sum())}"
        for n, row in zip(sizes, off, strict=True)
    )
    note = f"Of the seeds that represent all features of each size: {counts}."
    if not len(near):
        return unjudged(claim, "no model represents all of its features", note=note)
    return judge_mean(claim, near, above=0.5, where="seeds", note=note)


def _same(sizes: list[int], starts: int) -> Judged:
    between = {
        n: float(apart(reference("ReLU(cos)²", n, starts)[None], reference("Thomson", n, starts))[0]) for n in sizes
    }
    worst = max(between, key=between.__getitem__)
    words = ", ".join(f"n = {n}: {value:.3f}" for n, value in between.items())
    return judge_fact(SAME, between[worst] < NEAR, f"largest distance {between[worst]:.2f}, at n = {worst}",
                      between[worst], note=f"{words}.")  # fmt: skip


def _obtuse(limit: dict[int, Learnt]) -> Judged:
    narrowest = np.min([limit[n].narrowest for n in limit if n <= ROOM + 1], axis=0)
    note = f"Smallest angle of all: {narrowest.min():.1f}°."
    return judge_rate(OBTUSE, narrowest > ACUTE, above=0.5, where="seeds", note=note)


def _free(limit: dict[int, Learnt]) -> Judged:
    sizes = [n for n in limit if 3 <= n <= ROOM]
    far = np.stack([~limit[n].near("Thomson") & (limit[n].narrowest > ACUTE) for n in sizes])
    note = ", ".join(f"n = {n}: {int(row.sum())}" for n, row in zip(sizes, far, strict=True))
    return judge_mean(FREE, far.mean(0), above=0.5, where="seeds", note=f"So at {note}, of {far.shape[1]}.")


def _denser(limit: dict[int, Learnt], dense_ones: dict[int, Learnt], sizes: list[int]) -> Judged:
    towards = [
        np.stack([learnt[n].from_("Tammes") - learnt[n].from_("ReLU(cos)²") for n in sizes])
        for learnt in (limit, dense_ones)
    ]
    change = towards[1] - towards[0]
    words = ", ".join(
        f"n = {n}: {np.nanmean(row):+.3f} in {int(np.isfinite(row).sum())}"
        for n, row in zip(sizes, change, strict=True) if np.isfinite(row).any()
    ).replace("-", "−")  # fmt: skip
    if not words:
        return unjudged(DENSER, "no seed represents all features at both")
    return judge_mean(DENSER, _over_sizes(change), above=0, where="seeds", note=f"Seeds with all represented: {words}.")


def _decay(found: Measured, sizes: list[int]) -> Judged:
    off = {kind: np.stack([found.kinds[kind][n].from_("Tammes") for n in sizes]) for kind in (HOT_FREE, HOT_DECAYED)}
    both = np.isfinite(off[HOT_FREE] + off[HOT_DECAYED])
    free, decayed = (_over_sizes(np.where(both, off[kind] < NEAR, np.nan)) for kind in (HOT_FREE, HOT_DECAYED))
    if not len(free):
        return unjudged(DECAY, "no seed represents all features with and without decay")
    note = f"Without decay {free.mean():.2f}, with it {decayed.mean():.2f} of the sizes."
    return judge_mean(DECAY, decayed - free, above=0, where="seeds", note=note)


def _nearer(claim: Claim, limit: dict[int, Learnt], sizes: list[int], one: str, other: str) -> Judged:
    """Is what is learnt nearer to one energy's arrangement than to another's, and near it, on average over sizes?"""
    mine, its = (np.stack([limit[n].from_(energy) for n in sizes]) for energy in (one, other))
    if not np.isfinite(mine).any():
        return unjudged(claim, "no model represents all of its features")
    nearer, own = its - mine, _over_sizes(mine)
    words = ", ".join(
        f"n = {n}: {np.nanmean(row):+.3f}" for n, row in zip(sizes, nearer, strict=True) if np.isfinite(row).any()
    ).replace("-", "−")  # fmt: skip
    note = f"Mean distances {own.mean():.3f} and {_over_sizes(its).mean():.3f}; differences {words}."
    return judge_mean(claim, np.minimum(_over_sizes(nearer), NEAR - own), above=0, where="seeds", note=note)
