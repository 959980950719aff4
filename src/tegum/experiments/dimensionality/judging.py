"""Named models, their features' shares of a dimension, and the verdicts."""

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from tegum.claims import Claim, Judged, judge_interval, judge_mean, judge_rate, mean_interval, unjudged
from tegum.experiments.dimensionality import claims as c
from tegum.experiments.experiment import Runs
from tegum.failure.savings import best_product, block, saved
from tegum.geometry.arrangement import OBLIQUE, Arrangement
from tegum.geometry.directions import dimensionality, norms
from tegum.geometry.naming import named
from tegum.training.run import Run


class Models:
    """Trained models of one size: p (density,), W (seed, density, m, n), b (seed, density, n), and what they are."""

    def __init__(self, run: Run) -> None:
        order = ("seed", "feature_probability")
        self.p = np.asarray(run.data["feature_probability"].values, float)
        self.W = run.W.transpose(*order, "latent", "feature").values.astype(float)
        self.b = run.b.transpose(*order, "feature").values.astype(float)
        self.found: Arrangement = named(self.W)

    @property
    def m(self) -> int:
        return int(self.W.shape[-2])

    @property
    def shares(self) -> np.ndarray:
        """D_i (seed, density, n)."""
        return self.found.dimensionality

    @cached_property
    def names(self) -> np.ndarray:
        """The name of each feature's block (seed, density, n)."""
        return np.asarray(self.found.name)

    @property
    def there(self) -> np.ndarray:
        """Which features are represented (seed, density, n)."""
        return np.asarray(self.found.block >= 0)

    @cached_property
    def worth(self) -> np.ndarray:
        """What models at the crowded density save a dimension (seed,)."""
        return saved(self.W[:, 0], self.b[:, 0], c.CROWDED, 40_000)

    @property
    def size(self) -> str:
        return f"n = {self.W.shape[-1]}, m = {self.m}"

    def nearest(self, p: float) -> int:
        """The place of the density nearest to p."""
        return int(np.abs(np.log(self.p / p)).argmin())

    def part(self, wanted: np.ndarray) -> np.ndarray:
        """Of the represented features the part that is wanted (seed, density), NaN where there are none."""
        count = self.there.sum(axis=-1)
        return np.where(count > 0, (wanted & self.there).sum(axis=-1) / np.maximum(count, 1), np.nan)


def judged(runs: Runs) -> list[Judged]:
    """All claims."""
    models = {name: Models(run) for name, run in runs.items()}
    published, small, crowded = models["published"], models["small"], models["crowded"]
    longer, quieter, dense = (models[name] for name in ("crowded, longer", "crowded, quieter", "dense"))
    others = (longer, quieter)
    where, many = f"seeds, {published.size}", f"seeds, {small.size}"
    parts = [one.part(oblique(one.names))[:, 0] for one in (crowded, longer, quieter)]
    apart = [one.part((one.names != "irregular") & ~oblique(one.names))[:, 0] for one in (crowded, longer, quieter)]
    nameless = small.part(small.names != "irregular")[:, small.nearest(c.SPARSE)] < 0.1
    return [
        _mean(c.CLUSTER, clustered(published) - 2 * by_chance(published), where, note=_clusters(published)),
        *(_rate(claim, mostly(small, name), many, _also(small, published, name)) for name, claim in c.SHAPES.items()),
        judge_rate(c.TRIANGLES, has(dense, "triangle"), 0.5, f"seeds, {dense.size}", _longer(models)),
        _mean(c.SATURATED, saturation(published).min(axis=1), where, above=c.FULL),
        _mean(c.PACKED, (saturation(published) - scattered(published)).mean(axis=1), where, above=0.1),
        *(_bipyramids(claim, small, name) for name, claim in c.BIPYRAMIDS.items()),
        _part(c.NAMED, in_orthogonal_blocks(published), where, above=0.9, note=_named(small)),
        _part(c.OBLIQUE, parts[0], where, above=0.5, note=_parts(parts)),
        _mean(c.NOT_NOISE, apart[0] - apart[2], where, note=_parts(apart)),
        _mean(c.OVERFULL, least(held(one)[:, 0] / one.m - 1 for one in others), where,
              note=_held(crowded, longer, quieter)),
        _part(c.SILENT, least(hidden_by_bias(one)[:, 0] for one in others), where, above=0.75),
        _mean(c.BETTER, least(one.worth for one in others) / best_product(c.CROWDED)[1].worth - 1, where,
              note=_products(crowded, longer, quieter)),
        judge_rate(c.NAMELESS, nameless, 0.5, many),
    ]  # fmt: skip


def _mean(claim: Claim, values: np.ndarray, where: str, *, above: float = 0.0, note: str = "") -> Judged:
    known = values[np.isfinite(values)]
    if not len(known):
        return unjudged(claim, "no feature is represented", note=note)
    return judge_mean(claim, known, above=above, where=where, note=note)


def _part(claim: Claim, values: np.ndarray, where: str, *, above: float, note: str = "") -> Judged:
    """The same of parts of a whole: no interval reaches beyond 0 and 1."""
    known = values[np.isfinite(values)]
    if not len(known):
        return unjudged(claim, "no feature is represented", note=note)
    mean, low, high = mean_interval(known)
    low, high = max(low, 0.0), min(high, 1.0)
    words = f"{mean:.0%}, 95 % interval {low:.0%} to {high:.0%}, over {len(known)} {where}"
    return judge_interval(claim, mean, low, high, above=above, measured=words, count=len(known), note=note)


def _rate(claim: Claim, found: np.ndarray, where: str, note: str) -> Judged:
    return judge_rate(claim, found, 0.5, where, note)


def least(values: Iterable[np.ndarray]) -> np.ndarray:
    """For each seed the least of several trainings' values."""
    return np.min([*values], axis=0)


def near_a_fraction(shares: np.ndarray) -> np.ndarray:
    """Whether D_i is at one of the shapes' fractions."""
    return np.asarray((np.abs(shares[..., None] - np.array([*c.FRACTIONS.values()])) <= c.NEAR).any(axis=-1))


def clustered(models: Models) -> np.ndarray:
    """For each seed, of the represented features with a share to speak of, the part that is at a fraction and in no
    oblique block; densities weigh the same."""
    return _mean_part(near_a_fraction(models.shares) & ~oblique(models.names), models.there, models.shares)


def by_chance(models: Models) -> np.ndarray:
    """The same of random directions with the models' lengths."""
    shares = dimensionality(_random(models, 1))
    return _mean_part(near_a_fraction(shares), models.there, shares)


def _mean_part(wanted: np.ndarray, there: np.ndarray, shares: np.ndarray) -> np.ndarray:
    among = there & (shares >= c.LOWEST)
    count = among.sum(axis=-1)
    part = (wanted & among).sum(axis=-1) / np.maximum(count, 1)
    some = count > 0
    return np.where(some.any(axis=1), (part * some).sum(axis=1) / np.maximum(some.sum(axis=1), 1), np.nan)


def _random(models: Models, seed: int) -> np.ndarray:
    """Random directions with the lengths of the models' columns."""
    columns = np.random.default_rng(seed).standard_normal(models.W.shape)
    return np.asarray(columns * (norms(models.W) / norms(columns))[..., None, :])


def mostly(models: Models, name: str) -> np.ndarray:
    """For each seed: are at any density more represented features in orthogonal blocks of this name than of another?"""
    return np.asarray((_count(models, name) > _most_other(models, name)).any(axis=1))


def _count(models: Models, name: str) -> np.ndarray:
    return np.asarray(((models.names == name) & models.there).sum(axis=-1))


def _most_other(models: Models, name: str) -> np.ndarray:
    others = [_count(models, str(other)) for other in np.unique(models.names) if other != name]
    return np.max([np.zeros(models.names.shape[:2], int), *others], axis=0)


def has(models: Models, name: str) -> np.ndarray:
    """For each seed: is there an orthogonal block of this name at any density?"""
    return np.asarray((models.names == name).any(axis=(1, 2)))


def saturation(models: Models) -> np.ndarray:
    """Σ D_i in units of m (seed, density)."""
    return np.asarray(models.shares.sum(axis=-1) / models.m)


def scattered(models: Models) -> np.ndarray:
    """The same of random directions with the models' lengths (seed, density)."""
    return np.asarray(dimensionality(_random(models, 0)).sum(axis=-1) / models.m)


def beside_digons(models: Models, name: str) -> np.ndarray:
    """For each seed with models that have blocks of this shape and digons, orthogonal or oblique: are both orthogonal
    in most of those models, with their fractions?"""
    both = _any_form(models, name) & _any_form(models, "digon")
    right = _at_fraction(models, name) & _at_fraction(models, "digon") & ~_oblique_ones(models, name)
    count = both.sum(axis=1)
    return np.asarray((right & both).sum(axis=1) > count / 2)[count > 0]


def _any_form(models: Models, name: str) -> np.ndarray:
    return (models.names == name).any(axis=-1) | _oblique_ones(models, name)


def _oblique_ones(models: Models, name: str) -> np.ndarray:
    return np.asarray((models.names == f"{OBLIQUE}{name}").any(axis=-1))


def _at_fraction(models: Models, name: str) -> np.ndarray:
    """Whether a model has blocks of this name, with a mean D_i that is their shape's (seed, density)."""
    mine = models.names == name
    count = mine.sum(axis=-1)
    mean = np.where(mine, models.shares, 0).sum(axis=-1) / np.maximum(count, 1)
    return np.asarray((count > 0) & (np.abs(mean - c.FRACTIONS[name]) <= c.RIGHT))


def oblique(names: np.ndarray) -> np.ndarray:
    """Whether each name is that of an oblique block."""
    return np.char.startswith(names.astype(np.str_), OBLIQUE)


def in_orthogonal_blocks(models: Models) -> np.ndarray:
    """For each seed, between the densities where names are expected: the part of features that have one."""
    inside = (models.p <= c.PAIRED[0]) & (models.p >= c.PAIRED[1])
    parts = models.part((models.names != "irregular") & ~oblique(models.names))[:, inside]
    return np.asarray(parts.mean(axis=1)) if inside.any() else np.full(len(parts), np.nan)


def held(models: Models) -> np.ndarray:
    """The dimensions of all named blocks together (seed, density)."""
    table = models.found.table
    own = np.where(table.name != "irregular", table.dimension, 0)
    seeds, densities = models.W.shape[:2]
    return np.bincount(table.model, own, minlength=seeds * densities).reshape(seeds, densities)


def hidden_by_bias(models: Models) -> np.ndarray:
    """Of the positive products W_i·W_j between blocks, the part that is below −b_i (seed, density); NaN if none."""
    block, products = models.found.block, models.W.mT @ models.W
    there = models.there[..., :, None] & models.there[..., None, :]
    across = there & (block[..., :, None] != block[..., None, :]) & (products > 0)
    silent = (across & (products <= -models.b[..., :, None])).sum(axis=(-2, -1))
    count = across.sum(axis=(-2, -1))
    return np.where(count > 0, silent / np.maximum(count, 1), np.nan)


def _products(*models: Models) -> str:
    name, best = best_product(c.CROWDED)
    digons, means = block("digon", c.CROWDED).worth, ", ".join(f"{one.worth.mean():.3f}" for one in models)
    return (
        f"Orthogonal digons save {digons:.3f}, the best product, {name}s, {best.worth:.3f}; usual, longer and quieter "
        f"trainings {means}."
    )


def _clusters(models: Models) -> str:
    own, other = np.nanmean(clustered(models)), np.nanmean(by_chance(models))
    return f"{own:.0%} of those with D_i of at least {c.LOWEST:g}; random directions of the same lengths {other:.0%}."


def _also(small: Models, published: Models, name: str) -> str:
    found = [f"{one.size}: {has(one, name).sum()} of {len(one.W)} seeds" for one in (small, published)]
    return f"With any {name} at all, {'; '.join(found)}."


def _bipyramids(claim: Claim, models: Models, name: str) -> Judged:
    found, where = beside_digons(models, name), f"seeds, {models.size}"
    if not len(found):
        return unjudged(claim, f"no model with both a {name} and a digon in {len(models.W)} {where}")
    return judge_rate(claim, found, 0.5, where, f"{len(found)} of {len(models.W)} seeds have models with both shapes.")


def _longer(models: dict[str, Models]) -> str:
    words = []
    for name in ("dense, longer", "dense, larger, longer"):
        one = models[name]
        words.append(f"{one.size}: {has(one, 'triangle').sum()} of {len(one.W)} seeds")
    return f"After four times the steps, {'; '.join(words)}."


def _named(models: Models) -> str:
    return f"{models.size}: {np.nanmean(in_orthogonal_blocks(models)):.0%} on average."


def _parts(parts: list[np.ndarray]) -> str:
    usual, longer, quieter = (f"{values.mean():.0%}" for values in parts)
    return f"Means: {usual}, after four times the steps {longer}, with four times the batch {quieter}."


def _held(*models: Models) -> str:
    words = ", ".join(f"{held(one).mean():.1f}" for one in models)
    return f"Dimensions of named blocks, mean of usual, longer and quieter trainings: {words}; m = {models[0].m}."
