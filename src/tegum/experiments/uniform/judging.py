"""Curves of D*, what models save, and the verdicts."""

import numpy as np

from tegum.claims import Claim, Judged, judge_mean, unjudged
from tegum.experiments.experiment import Runs
from tegum.experiments.uniform import claims as c
from tegum.experiments.uniform.plateaus import stickiness
from tegum.failure.savings import best_product, block, saved
from tegum.geometry.directions import dimensionality, dimensions_per_feature
from tegum.geometry.naming import named
from tegum.theory.packing import Packing
from tegum.training.run import Run


def judged(runs: Runs) -> list[Judged]:
    """All claims."""
    main, small = curves(runs["main"]), curves(runs["small"])
    x = 1 / densities(runs["main"])
    one, half = (np.array([stickiness(x, curve, level, c.WITHIN) for curve in main]) for level in (1.0, 0.5))
    longer, usual = np.log(curves(runs["longer"])), np.log(curves(runs["usual"]))
    sizes = f"seeds, n = {runs['main'].training.model.sizes.features}, m = {runs['main'].training.model.sizes.hidden}"
    small_sizes = "seeds, n = 80, m = 6"
    return [
        _mean(c.AT_ONE, one, sizes, above=c.STICKY),
        _mean(c.AT_ONE_QUIETER, at_one_quieter(runs), small_sizes, above=c.STICKY, note=_at_one(x, small)),
        _mean(c.AT_HALF, half, sizes, above=c.STICKY),
        _mean(c.NOWHERE_ELSE, c.STICKY - elsewhere(x, main), sizes, note=_stickiest(x, main)),
        _mean(c.BETWEEN, between(x, main), sizes, above=c.STICKY),
        _mean(c.PAIRS, in_pairs(runs["main"]), sizes, above=0.5),
        _mean(c.FULL, largest_at_one(runs["main"]), sizes, above=c.WHOLE),
        _mean(c.MIXED, held_by_mixtures(runs["main"]), sizes, above=0.5),
        _mean(c.WAITING, usual[:, 0] - longer[:, 0], sizes, above=np.log(c.WITHIN), note=_means(runs, 0)),
        _mean(c.NOISY, _lower(runs["random"], runs["random, quieter"]), sizes, above=np.log(c.WITHIN)),
        _mean(c.LASTS, _better_from_pairs(runs), sizes, note=_starts(runs)),
        _mean(c.MELTS, _molten(runs), sizes, above=np.log(c.CLOSE)),
        _mean(c.STAYS, np.log(c.WITHIN) - np.abs(usual[:, 1] - longer[:, 1]), sizes, note=_means(runs, 1)),
        _mean(c.BEST_PRODUCT, _followed(densities(runs["small"]), small), small_sizes),
        _mean(c.BEYOND, _beyond(runs["main"]), sizes),
        _mean(c.SIZE, _same(densities(runs["main"]), main, small), small_sizes),
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


def at_one_quieter(runs: Runs) -> np.ndarray:
    """How sticky 1 is for small models with a larger batch; the sparse end is that of the same seeds with the usual."""
    dense = curves(runs["small, quieter"])
    small = curves(runs["small"])[: len(dense)]
    joined = np.concatenate([dense, small[:, dense.shape[1] :]], axis=1)
    return np.array([stickiness(1 / densities(runs["small"]), curve, 1.0, c.WITHIN) for curve in joined])


def _at_one(x: np.ndarray, small: np.ndarray) -> str:
    usual = np.mean([stickiness(x, curve, 1.0, c.WITHIN) for curve in small])
    return f"With the usual batch the same size is there {usual:.1f} times as long as an even fall."


def between(x: np.ndarray, main: np.ndarray) -> np.ndarray:
    """For each seed, how sticky the way from below the plateau at 1/2 to a pentagon's share is."""
    high, low = c.BELOW_HALF
    return np.array([stickiness(x, curve, (high * low) ** 0.5, (high / low) ** 0.5) for curve in main])


def in_pairs(run: Run) -> np.ndarray:
    """For each seed, of the represented features of its models at 1/2: the part that are in digons."""
    found = named(run)
    axes = [dim for dim in run.W.dims if dim not in ("latent", "feature")]
    names = np.moveaxis(found.name, axes.index("seed"), 0)
    at = _near(curves(run), 0.5)
    return _in_digons(names, (names != "not represented") & at[..., None])


def _in_digons(names: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Of these features (seed, density, n) the part of each seed's that is in digons, NaN where there are none."""
    digons = np.isin(names, ("digon", "oblique digon")) & there
    count = there.sum(axis=(1, 2))
    return np.where(count > 0, digons.sum(axis=(1, 2)) / np.maximum(count, 1), np.nan)


def digons_kept(run: Run) -> np.ndarray:
    """For each seed, of all represented features the part in digons."""
    names = np.asarray(named(weights(run)).name)
    return _in_digons(names, names != "not represented")


def held_by_mixtures(run: Run) -> np.ndarray:
    """For each seed, of Σ D_i in its models at 1: the part of features with D_i below 1/2."""
    shares, at = dimensionality(weights(run)), _near(curves(run), 1.0)
    low = np.where(shares < 0.5, shares, 0).sum(axis=-1)
    whole = np.where(at, shares.sum(axis=-1), 0).sum(axis=1)
    return np.where(whole > 0, np.where(at, low, 0).sum(axis=1) / np.where(whole > 0, whole, 1), np.nan)


def largest_at_one(run: Run) -> np.ndarray:
    """For each seed, the mean over its models at 1 of the largest D_i; NaN where there is none."""
    largest, at = dimensionality(weights(run)).max(axis=-1), _near(curves(run), 1.0)
    return np.where(at.any(axis=1), (largest * at).sum(axis=1) / np.maximum(at.sum(axis=1), 1), np.nan)


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


def _better_from_pairs(runs: Runs) -> np.ndarray:
    """What each model that started from digons and trained quietly saves beyond the best from random weights, less 1
    where the digons are gone; NaN where the others have learnt nothing to compare with."""
    kept = runs["paired, quieter"]
    found = saved_at(kept, c.EARLY)[1]
    best = max(saved_at(runs[name], c.EARLY)[1].max() for name in ("random", "random, quieter"))
    return np.where(best > c.LEARNT, found - best - (digons_kept(kept) <= c.LEARNT), np.nan)


def _lower(run: Run, quieter: Run) -> np.ndarray:
    """For each seed how much lower D* is with the second training, in logarithms."""
    return np.asarray(np.log(curves(run)[:, 0] / curves(quieter)[:, 0]))


def _molten(runs: Runs) -> np.ndarray:
    others = [_lower(runs["paired"], runs[name]) for name in ("paired, quieter", "paired, slow")]
    return np.asarray(np.minimum(*others))


def pairs_at(p: float) -> Packing:
    """The best digon at this density."""
    return block("digon", p)


def _starts(runs: Runs) -> str:
    parts = {"digons": "paired", "digons, eight times the batch": "paired, quieter",
             "digons, a tenth of the rate": "paired, slow", "random weights": "random",
             "random weights, eight times the batch": "random, quieter"}  # fmt: skip
    words = [
        f"{name} D* {curves(runs[key])[:, 0].mean():.3f}, saved {saved_at(runs[key], c.EARLY)[1].mean():.3f}"
        for name, key in parts.items()
    ]
    best, kept = pairs_at(c.EARLY), digons_kept(runs["paired, quieter"]).mean()
    return (
        f"Means from {'; '.join(words)}. With eight times the batch {kept:.0%} of those from digons are in digons. "
        f"Theory of digons: {best.dimensions:.3f}, {best.worth:.3f}."
    )


def _means(runs: Runs, k: int) -> str:
    usual, longer = (curves(runs[name])[:, k].mean() for name in ("usual", "longer"))
    steps = [runs[name].training.steps for name in ("usual", "longer")]
    return f"Mean D* {usual:.3f} after {steps[0]:,} steps, {longer:.3f} after {steps[1]:,}."
