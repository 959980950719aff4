"""Curves of D*, what models save, and the verdicts."""

import numpy as np

from tegum.claims import Claim, Judged, judge_mean, unjudged
from tegum.experiments.experiment import Runs
from tegum.experiments.uniform import claims as c
from tegum.experiments.uniform.plateaus import stickiness
from tegum.failure.savings import SHAPES, best_product, saved
from tegum.geometry.directions import dimensionality, dimensions_per_feature
from tegum.geometry.naming import named
from tegum.theory.packing import Packing, packed
from tegum.training.run import Run


def judged(runs: Runs) -> list[Judged]:
    """All claims."""
    main, small = curves(runs["main"]), curves(runs["small"])
    x = 1 / densities(runs["main"])
    one, half = (np.array([stickiness(x, curve, level, c.WITHIN) for curve in main]) for level in (1.0, 0.5))
    longer, usual = np.log(curves(runs["longer"])), np.log(curves(runs["usual"]))
    sizes = f"seeds, n = {runs['main'].training.model.sizes.features}, m = {runs['main'].training.model.sizes.hidden}"
    return [
        _mean(c.AT_ONE, one, sizes, above=c.STICKY),
        _mean(c.AT_HALF, half, sizes, above=c.STICKY),
        _mean(c.NOWHERE_ELSE, c.STICKY - elsewhere(x, main), sizes, note=_stickiest(x, main)),
        _mean(c.BETWEEN, np.array([stickiness(x, curve, 0.2**0.5, 1.25**0.5) for curve in main]), sizes,
              above=c.STICKY),
        _mean(c.PAIRS, in_pairs(runs["main"]), sizes, above=0.5),
        _mean(c.MIXED, held_by_mixtures(runs["main"]), sizes, above=0.5),
        _mean(c.WAITING, usual[:, 0] - longer[:, 0], sizes, above=np.log(c.WITHIN), note=_means(runs, 0)),
        _mean(c.LASTS, _better_from_pairs(runs), sizes, note=_starts(runs)),
        _mean(c.MELTS, _molten(runs["paired"]), sizes, above=np.log(c.CLOSE)),
        _mean(c.STAYS, np.log(c.WITHIN) - np.abs(usual[:, 1] - longer[:, 1]), sizes, note=_means(runs, 1)),
        _mean(c.BEST_PRODUCT, _followed(densities(runs["small"]), small), "seeds, n = 80, m = 6"),
        _mean(c.BEYOND, _beyond(runs["main"]), sizes),
        _mean(c.SIZE, _same(densities(runs["main"]), main, small), "seeds, n = 80, m = 6"),
    ]  # fmt: skip


def _mean(claim: Claim, values: np.ndarray, where: str, *, above: float = 0.0, note: str = "") -> Judged:
    known = values[np.isfinite(values)]
    if not len(known):
        return unjudged(claim, "no model to judge by", note=note)
    return judge_mean(claim, known, above=float(above), where=where, note=note)


def densities(run: Run) -> np.ndarray:
    """1 − S of the axis, falling."""
    return np.asarray(run.data["feature_probability"].values, float)


def weights(run: Run) -> np.ndarray:
    """W (seed, density, m, n) in double precision."""
    return run.W.transpose("seed", "feature_probability", "latent", "feature").values.astype(float)


def curves(run: Run) -> np.ndarray:
    """D* (seed, density)."""
    return np.asarray(dimensions_per_feature(weights(run)))


def levels(curve: np.ndarray) -> np.ndarray:
    """Levels that the curves (…, p) pass, evenly spaced in logarithm, from near the lowest to 1."""
    return np.geomspace(curve.min() * c.WITHIN, 1.0, 121)


def elsewhere(x: np.ndarray, main: np.ndarray) -> np.ndarray:
    """For each seed the largest stickiness at levels that are neither 1 nor 1/2."""
    others = np.array([level for level in levels(main) if _apart(level)])
    if not len(others):
        return np.full(len(main), np.nan)
    return np.array([max(stickiness(x, curve, level, c.WITHIN) for level in others) for curve in main])


def _apart(level: float) -> bool:
    return bool(min(abs(np.log(level)), abs(np.log(2 * level))) > np.log(c.APART))


def _stickiest(x: np.ndarray, main: np.ndarray) -> str:
    among = levels(main)
    mean = np.array([np.mean([stickiness(x, curve, level, c.WITHIN) for curve in main]) for level in among])
    below = among < 1 / c.APART
    if not below.any():
        return ""
    at = int(np.argmax(np.where(below, mean, -1)))
    return f"Below 1 the curve stays longest at D* = {among[at]:.3f}: {mean[at]:.1f} times as long as an even fall."


def in_pairs(run: Run) -> np.ndarray:
    """For each seed, of the represented features of its models at 1/2: the part that are in digons."""
    found = named(run)
    axes = [dim for dim in run.W.dims if dim not in ("latent", "feature")]
    names = np.moveaxis(found.name, axes.index("seed"), 0)
    at = _near(curves(run), 0.5)
    there = (names != "not represented") & at[..., None]
    digons = np.isin(names, ("digon", "oblique digon")) & there
    count = there.sum(axis=(1, 2))
    return np.where(count > 0, digons.sum(axis=(1, 2)) / np.maximum(count, 1), np.nan)


def held_by_mixtures(run: Run) -> np.ndarray:
    """For each seed, of Σ D_i in its models at 1: the part of features with D_i below 1/2."""
    shares, at = dimensionality(weights(run)), _near(curves(run), 1.0)
    low = np.where(shares < 0.5, shares, 0).sum(axis=-1)
    whole = np.where(at, shares.sum(axis=-1), 0).sum(axis=1)
    return np.where(whole > 0, np.where(at, low, 0).sum(axis=1) / np.where(whole > 0, whole, 1), np.nan)


def _near(curve: np.ndarray, level: float) -> np.ndarray:
    return np.abs(np.log(curve / level)) <= np.log(c.WITHIN)


def saved_at(run: Run, p: float) -> tuple[float, np.ndarray]:
    """The density of the axis nearest to p, and what each seed's model saves there."""
    k = int(np.abs(np.log(densities(run) / p)).argmin())
    b = run.b.transpose("seed", "feature_probability", "feature").values.astype(float)
    density = float(densities(run)[k])
    return density, saved(weights(run)[:, k], b[:, k], density)


def _beyond(run: Run) -> np.ndarray:
    density, found = saved_at(run, c.SPARSE)
    return found / best_product(density)[1].worth - 1


def _followed(p: np.ndarray, small: np.ndarray) -> np.ndarray:
    inside = np.flatnonzero((p <= c.FOLLOWED[0]) & (p >= c.FOLLOWED[1]))
    theory = np.array([best_product(float(p[k]))[1].dimensions for k in inside])
    return np.asarray(np.log(c.CLOSE) - np.abs(np.log(small[:, inside] / theory)).max(axis=1))


def _same(p: np.ndarray, main: np.ndarray, small: np.ndarray) -> np.ndarray:
    sparse = p <= 0.4
    far = np.abs(np.log(small[:, sparse] / np.exp(np.log(main[:, sparse]).mean(axis=0))))
    return np.asarray(np.log(c.CLOSE) - far.max(axis=1))


def by_rate(run: Run) -> list[Run]:
    """The parts of a run at its rates, the highest first."""
    return [run.at(learning_rate=float(rate)) for rate in sorted(run.data["learning_rate"].values, reverse=True)]


def _better_from_pairs(runs: Runs) -> np.ndarray:
    """What each quiet model that started from digons saves beyond the best from random weights; NaN where these have
    learnt nothing to compare with."""
    quiet = saved_at(by_rate(runs["paired"])[1], c.EARLY)[1]
    random = [saved_at(run, c.EARLY)[1].max() for run in (runs["usual"], runs["longer"], *by_rate(runs["quiet"]))]
    return np.where(max(random) > c.LEARNT, quiet - max(random), np.nan)


def _molten(run: Run) -> np.ndarray:
    usual, quiet = (np.log(curves(part)[:, 0]) for part in by_rate(run))
    return np.asarray(usual - quiet)


def pairs_at(p: float) -> Packing:
    """The best digon at this density."""
    return packed(SHAPES["digon"], p)


def _starts(runs: Runs) -> str:
    (usual, quiet), (cool,) = by_rate(runs["paired"]), by_rate(runs["quiet"])
    parts = {"digons": usual, "digons, quiet": quiet, "random weights": runs["usual"],
             "random weights, quiet": cool}  # fmt: skip
    words = [
        f"{name} D* {curves(run)[:, 0].mean():.3f}, saved {saved_at(run, c.EARLY)[1].mean():.3f}"
        for name, run in parts.items()
    ]
    best = pairs_at(c.EARLY)
    return f"Means from {'; '.join(words)}. Theory of digons: {best.dimensions:.3f}, {best.worth:.3f}."


def _means(runs: Runs, k: int) -> str:
    usual, longer = (curves(runs[name])[:, k].mean() for name in ("usual", "longer"))
    steps = [runs[name].training.steps for name in ("usual", "longer")]
    return f"Mean D* {usual:.3f} after {steps[0]:,} steps, {longer:.3f} after {steps[1]:,}."
