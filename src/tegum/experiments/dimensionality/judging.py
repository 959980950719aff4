"""Named models, their features' shares of a dimension, and the verdicts."""

from functools import cached_property

import numpy as np

from tegum.claims import Claim, Judged, judge_mean, judge_rate, unjudged
from tegum.experiments.dimensionality import claims as c
from tegum.experiments.experiment import Runs
from tegum.failure.savings import SHAPES, best_product, saved
from tegum.geometry.arrangement import OBLIQUE, Arrangement
from tegum.geometry.directions import dimensionality, norms
from tegum.geometry.naming import named
from tegum.theory.packing import packed
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
    longer, quieter, dense = (models[name] for name in ("crowded, longer", "crowded, quieter", "dense, longer"))
    where, many = f"seeds, {published.size}", f"seeds, {small.size}"
    parts = [one.part(oblique(one.names))[:, 0] for one in (crowded, longer, quieter)]
    apart = [one.part((one.names != "irregular") & ~oblique(one.names))[:, 0] for one in (crowded, longer, quieter)]
    nameless = small.part(small.names != "irregular")[:, small.nearest(c.SPARSE)] < 0.1
    return [
        _mean(c.CLUSTER, clustered(published), where, above=2 * c.CHANCE, note=_by_chance(published)),
        *(judge_rate(claim, has(small, name), 0.5, many, _also(published, name)) for name, claim in c.SHAPES.items()),
        judge_rate(c.TRIANGLES, has(dense, "triangle"), 0.5, f"seeds, {dense.size}", _also(dense, "tetrahedron")),
        _mean(c.SATURATED, saturation(published).min(axis=1), where, above=c.FULL),
        _mean(c.PACKED, (saturation(published) - scattered(published)).mean(axis=1), where, above=0.1),
        *(judge_rate(claim, beside_digons(small, name), 0.5, many, _beside(dense, name))
          for name, claim in c.BIPYRAMIDS.items()),
        _mean(c.NAMED, in_orthogonal_blocks(published), where, above=0.9, note=_named(small)),
        _mean(c.OBLIQUE, parts[0], where, above=0.5, note=_parts(parts)),
        _mean(c.NOT_NOISE, apart[0] - apart[2], where, note=_parts(apart)),
        _mean(c.OVERFULL, held(longer)[:, 0] / longer.m - 1, where, note=_held(crowded, longer, quieter)),
        _mean(c.SILENT, hidden_by_bias(longer)[:, 0], where, above=0.75),
        _mean(c.BETTER, _worth(longer) / packed(SHAPES["digon"], c.CROWDED).worth - 1, where, note=_products(longer)),
        judge_rate(c.NAMELESS, nameless, 0.5, many),
    ]  # fmt: skip


def _mean(claim: Claim, values: np.ndarray, where: str, *, above: float = 0.0, note: str = "") -> Judged:
    known = values[np.isfinite(values)]
    if not len(known):
        return unjudged(claim, "no feature is represented", note=note)
    return judge_mean(claim, known, above=above, where=where, note=note)


def near_a_fraction(shares: np.ndarray) -> np.ndarray:
    """Whether D_i is at one of the shapes' fractions."""
    return np.asarray((np.abs(shares[..., None] - np.array([*c.FRACTIONS.values()])) <= c.NEAR).any(axis=-1))


def clustered(models: Models) -> np.ndarray:
    """For each seed, of all represented features at all densities, the part that is at a fraction."""
    there = models.there
    return np.asarray((near_a_fraction(models.shares) & there).sum(axis=(1, 2)) / np.maximum(there.sum(axis=(1, 2)), 1))


def has(models: Models, name: str) -> np.ndarray:
    """For each seed: is there an orthogonal block of this name at any density?"""
    return np.asarray((models.names == name).any(axis=(1, 2)))


def saturation(models: Models) -> np.ndarray:
    """Σ D_i in units of m (seed, density)."""
    return np.asarray(models.shares.sum(axis=-1) / models.m)


def scattered(models: Models) -> np.ndarray:
    """The same of random directions with the models' lengths (seed, density)."""
    columns = np.random.default_rng(0).standard_normal(models.W.shape)
    columns *= (norms(models.W) / norms(columns))[..., None, :]
    return np.asarray(dimensionality(columns).sum(axis=-1) / models.m)


def beside_digons(models: Models, name: str) -> np.ndarray:
    """For each seed: has a model orthogonal blocks of this name beside digons, both with their fractions?"""
    right = [_at_fraction(models, kind) for kind in (name, "digon")]
    return np.asarray((right[0] & right[1]).any(axis=1))


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


def _worth(models: Models) -> np.ndarray:
    return saved(models.W[:, 0], models.b[:, 0], c.CROWDED, 40_000)


def _products(models: Models) -> str:
    name, best = best_product(c.CROWDED)
    digons, mean = packed(SHAPES["digon"], c.CROWDED).worth, _worth(models).mean()
    return f"Orthogonal digons save {digons:.3f}, the best product, {name}s, {best.worth:.3f}; these {mean:.3f}."


def _by_chance(models: Models) -> str:
    columns = np.random.default_rng(1).standard_normal(models.W.shape)
    columns *= (norms(models.W) / norms(columns))[..., None, :]
    there = models.there
    part = (near_a_fraction(dimensionality(columns)) & there).sum() / max(there.sum(), 1)
    return f"Random directions of the same lengths: {part:.0%}."


def _also(models: Models, name: str) -> str:
    return f"{models.size}, {name}: {has(models, name).sum()} of {len(models.W)} seeds."


def _beside(models: Models, name: str) -> str:
    found = beside_digons(models, name)
    return f"{models.size}, at 1 − S = {c.DENSE:g}, trained for longer: {found.sum()} of {found.size} seeds."


def _named(models: Models) -> str:
    return f"{models.size}: {np.nanmean(in_orthogonal_blocks(models)):.0%} on average."


def _parts(parts: list[np.ndarray]) -> str:
    usual, longer, quieter = (f"{values.mean():.0%}" for values in parts)
    return f"Means: {usual}, after four times the steps {longer}, with four times the batch {quieter}."


def _held(*models: Models) -> str:
    words = ", ".join(f"{held(one).mean():.1f}" for one in models)
    return f"Dimensions of named blocks, mean of usual, longer and quieter trainings: {words}; m = {models[0].m}."
