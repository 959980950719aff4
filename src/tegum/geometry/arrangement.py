"""What was found when geometry was named: blocks of features, with the numbers behind each name."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any

import numpy as np

from tegum.geometry.alignment import singular_values
from tegum.geometry.shapes import composite

UNREPRESENTED, NOT_FINITE, NO_FEATURE = -1, -2, -3
ABSENT = {UNREPRESENTED: "not represented", NOT_FINITE: "not finite", NO_FEATURE: "no feature"}
OBLIQUE = "oblique "  # before the name of a block that is not orthogonal to the others
PLURALS = {"tetrahedron": "tetrahedra", "irregular": "irregular blocks"}


@dataclass(frozen=True)
class Block:
    """A tegum factor: features that interfere, in a subspace orthogonal to all others.

    name: see `tegum.geometry.named`. features: their indices. model: place of the model in its batch.
    directions: how many different ones its features have. dimension: of the named shape; if irregular, the rank.
    distance: of its unit directions from the named shape, or, if irregular, from `nearest`, the named shape of as
        many features and dimensions: root mean square over the features in radians; infinite if there is none. Far
        from every shape the search ends above the least distance, by some percent: read "at most".
    leak: how far it is from orthogonal to other blocks: root mean square over its features i of
        sqrt(Σ_j D_j (Ŵ_i·Ŵ_j)²), j over all other blocks' features and D_j of unit directions. For tight blocks
        Σ_j D_j Ŵ_j Ŵ_j^T projects on their span, and this is the sine of the angle by which the block falls short.
    height: of an antiprism, the sine of its vertices' angle with the middle plane (1/√3 makes a tight frame); else NaN.
    total: Σ D_i over its features; its dimension if the frame is tight.
    norm, spread: mean norm of its columns, and (largest − smallest) / mean.
    eigenvalues: of its frame operator Σ W_i W_i^T, as many as it has dimensions, descending: all equal if it is tight.
    """

    name: str
    features: tuple[int, ...]
    model: tuple[int, ...]
    nearest: str
    directions: int
    dimension: int
    distance: float
    leak: float
    height: float
    total: float
    norm: float
    spread: float
    eigenvalues: np.ndarray = field(repr=False)

    @property
    def size(self) -> int:
        return len(self.features)

    @property
    def shape(self) -> str:
        """The name without "oblique"."""
        return self.name.removeprefix(OBLIQUE)

    @property
    def evenness(self) -> float:
        """Smallest eigenvalue as a part of the largest: 1 for a tight frame."""
        return float(self.eigenvalues[-1] / self.eigenvalues[0])

    def __str__(self) -> str:
        if self.name != "irregular":
            return f"{self.name}; distance {self.distance:.3f}, leak {self.leak:.3f}"
        near = f"; {self.distance:.2f} from {article(self.nearest)}" if self.nearest else ""
        leak = f", leak {self.leak:.2f}" if self.leak > 0.005 else ""
        return f"irregular, {several(self.size, 'feature')} in {several(self.dimension, 'dimension')}{near}{leak}"


@dataclass(frozen=True)
class Table:
    """Blocks as columns, one row each, in order of their model and first feature. `members` are places in all models.

    eigenvalues (K, m): those of each block, then NaN.
    """

    members: list[np.ndarray]
    model: np.ndarray
    name: np.ndarray
    nearest: np.ndarray
    directions: np.ndarray
    dimension: np.ndarray
    distance: np.ndarray
    leak: np.ndarray
    height: np.ndarray
    total: np.ndarray
    norm: np.ndarray
    spread: np.ndarray
    eigenvalues: np.ndarray

    @classmethod
    def of(cls, found: Iterable[Any], W: np.ndarray, shares: np.ndarray) -> "Table":
        """found: groups of blocks of one size, with the arrays that are named here. W (B, m, n); shares: D_i (B, n)."""
        n, parts = W.shape[-1], [cls._part(group, W, shares) for group in found if len(group.members)]
        if not parts:
            text, none = np.empty(0, "<U40"), np.empty(0)
            counts = np.empty(0, int)
            return cls(
                [], counts, text, text, counts, counts, none, none, none, none, none, none, np.empty((0, W.shape[1]))
            )
        members = [row for part in parts for row in part["members"]]
        order = np.argsort([int(row[0]) for row in members], kind="stable")
        columns = {key: np.concatenate([part[key] for part in parts])[order] for key in parts[0] if key != "members"}
        return cls([members[i] for i in order], np.array([members[i][0] // n for i in order]), **columns)

    @staticmethod
    def _part(group: Any, W: np.ndarray, shares: np.ndarray) -> dict[str, np.ndarray]:
        model, feature = np.divmod(group.members, W.shape[-1])
        columns = np.moveaxis(W, -1, 1)[model, feature]
        lengths = np.linalg.norm(columns, axis=-1)
        mean = lengths.mean(axis=-1)
        eigenvalues = np.full((len(columns), W.shape[1]), np.nan)
        squares = singular_values(columns) ** 2
        kept = np.arange(squares.shape[1]) < group.dimension[:, None]
        eigenvalues[:, : squares.shape[1]] = np.where(kept, squares, np.nan)
        given = ("members", "name", "nearest", "directions", "dimension", "distance", "leak", "height")
        return {key: getattr(group, key) for key in given} | {
            "total": shares.ravel()[group.members].sum(axis=-1),
            "norm": mean,
            "spread": np.ptp(lengths, axis=-1) / mean,
            "eigenvalues": eigenvalues,
        }

    def __len__(self) -> int:
        return len(self.members)


@dataclass(frozen=True, repr=False)
class Arrangement:
    """The blocks of one model or of a batch, from `tegum.geometry.named`.

    block (…, n): number of each feature's block in `table` and `blocks`, −1 if it is not represented, −2 if
        not finite, −3 for what pads a smaller model.
    dimensionality, norm (…, n): D_i and ‖W_i‖. table: the blocks of all models as arrays.
    """

    block: np.ndarray
    dimensionality: np.ndarray
    norm: np.ndarray
    table: Table

    @classmethod
    def of(
        cls, parts: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray, Table]], batch: tuple[int, ...]
    ) -> "Arrangement":
        """From parts of the batch, one after the other."""
        starts = np.cumsum([0, *(len(part[3]) for part in parts)])
        models = np.cumsum([0, *(len(part[0]) for part in parts)])
        n = parts[0][0].shape[1]
        block = np.concatenate([np.where(p[0] < 0, p[0], p[0] + s) for p, s in zip(parts, starts, strict=False)])
        columns: dict[str, Any] = {
            f.name: np.concatenate([getattr(part[3], f.name) for part in parts])
            for f in fields(Table)
            if f.name not in ("members", "model")
        }
        columns["members"] = [row + m * n for part, m in zip(parts, models, strict=False) for row in part[3].members]
        columns["model"] = np.concatenate([part[3].model + m for part, m in zip(parts, models, strict=False)])
        share, norm = (np.concatenate([part[i] for part in parts]).reshape(*batch, n) for i in (1, 2))
        return cls(block.reshape(*batch, n), share, norm, Table(**columns))

    @property
    def batch(self) -> tuple[int, ...]:
        return self.block.shape[:-1]

    @property
    def name(self) -> np.ndarray:
        """The name of each feature's block (…, n), or "not represented", "not finite", "no feature"."""
        return self.of_features("name", ABSENT)

    def of_features(self, column: str, absent: Any = None) -> np.ndarray:
        """A column of `table` for each feature (…, n), NaN for those that have no block."""
        values = getattr(self.table, column)
        values = values if values.dtype.kind == "U" else values.astype(float)
        missing = absent or dict.fromkeys(ABSENT, np.nan)
        ends = np.array([missing[NO_FEATURE], missing[NOT_FINITE], missing[UNREPRESENTED]])
        return np.concatenate([values, ends])[self.block]

    @property
    def blocks(self) -> list[Block]:
        """All blocks of all models, in order of model and first feature."""
        return [self._row(k) for k in range(len(self.table))]

    def _row(self, k: int) -> Block:
        table, n = self.table, self.block.shape[-1]
        place = tuple(int(i) for i in np.unravel_index(table.model[k], self.batch)) if self.batch else ()
        numbers = {
            key: float(getattr(table, key)[k]) for key in ("distance", "leak", "height", "total", "norm", "spread")
        }
        return Block(
            name=str(table.name[k]), features=tuple(int(i) % n for i in table.members[k]), model=place,
            nearest=str(table.nearest[k]), directions=int(table.directions[k]), dimension=int(table.dimension[k]),
            eigenvalues=table.eigenvalues[k][: int(table.dimension[k])], **numbers,
        )  # fmt: skip

    def counts(self) -> dict[str, int]:
        """How many blocks have each name, and how many features have none: most frequent first, those without last."""
        names, often = np.unique(self.table.name, return_counts=True)
        order = sorted(
            zip(names.tolist(), often.tolist(), strict=True),
            key=lambda pair: (pair[0] == "irregular", -pair[1], pair[0]),
        )
        absent = {word: int((self.block == code).sum()) for code, word in ABSENT.items() if code != NO_FEATURE}
        return dict(order) | {word: count for word, count in absent.items() if count}

    @property
    def distance(self) -> float:
        """Root mean square distance from their shapes, over the features of named blocks; NaN if there are none."""
        return self._over_named("distance")

    @property
    def leak(self) -> float:
        """The same of how far their blocks are from orthogonal to others."""
        return self._over_named("leak")

    def _over_named(self, column: str) -> float:
        mine = self.of_features(column)[(self.block >= 0) & (self.name != "irregular")]
        return float(np.sqrt((mine**2).mean())) if mine.size else float("nan")

    @property
    def products(self) -> np.ndarray:
        """For each model (…) its blocks in words: "1 triangle, 1 digon"."""
        return self._in_words(_listed)

    @property
    def composites(self) -> np.ndarray:
        """`products`, with one name where the whole has one: octahedron, triangular or pentagonal bipyramid, square."""
        return self._in_words(lambda names: composite(tuple(names.tolist())) or _listed(names))

    def _in_words(self, say: Callable[[np.ndarray], str]) -> np.ndarray:
        edges = np.searchsorted(self.table.model, np.arange(int(np.prod(self.batch)) + 1))
        words = [say(self.table.name[a:b]) for a, b in pairwise(edges)]
        return np.array(words, dtype=np.str_).reshape(self.batch)

    def __getitem__(self, place: Any) -> "Arrangement":
        """Some models of the batch; blocks are counted anew."""
        numbers = np.arange(int(np.prod(self.batch))).reshape(self.batch)[place]
        chosen, n = np.atleast_1d(numbers).ravel(), self.block.shape[-1]
        block, share, norm = (a.reshape(-1, n)[chosen] for a in (self.block, self.dimensionality, self.norm))
        edges = np.searchsorted(self.table.model, np.stack([chosen, chosen + 1]))
        rows = np.concatenate([np.arange(a, b) for a, b in edges.T] or [np.empty(0, int)]).astype(int)
        shift = np.concatenate([[0], np.cumsum(edges[1] - edges[0])[:-1]]) - edges[0]
        model = np.repeat(np.arange(len(chosen)), edges[1] - edges[0])
        members = [self.table.members[k] + (new - self.table.model[k]) * n for k, new in zip(rows, model, strict=True)]
        columns: dict[str, Any] = {
            f.name: getattr(self.table, f.name)[rows] for f in fields(Table) if f.name not in ("members", "model")
        }
        block = np.where(block < 0, block, block + shift[:, None])
        shape = (*np.shape(numbers), n)
        table = Table(members=members, model=model, **columns)
        return Arrangement(block.reshape(shape), share.reshape(shape), norm.reshape(shape), table)

    def __repr__(self) -> str:
        words = ", ".join(counted(name, count) for name, count in self.counts().items()) or "nothing"
        models = f"{int(np.prod(self.batch)):,} models: " if self.batch else ""
        fit = f"; distance {self.distance:.3f}, leak {self.leak:.3f}" if np.isfinite(self.distance) else ""
        return models + words + fit


def counted(name: str, count: int) -> str:
    """A count and a name: "2 digons", "1 irregular block", "3 not represented", "4 × 7-gon"."""
    if name in ABSENT.values():
        return f"{count:,} {name}"
    if name[0].isdigit():
        return f"{count:,} × {name}"
    if count == 1:
        return f"1 {'irregular block' if name == 'irregular' else name}"
    ending = next((word for word in PLURALS if name.endswith(word)), "")
    return (
        f"{count:,} {name.removesuffix(ending)}{PLURALS[ending]}" if ending else f"{count:,} {name.removesuffix('s')}s"
    )


def several(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def article(name: str) -> str:
    return f"{'an' if name[0] in 'aeio8' else 'a'} {name}"


def _listed(names: np.ndarray) -> str:
    """Largest groups first."""
    distinct, often = np.unique(names, return_counts=True)
    order = sorted(
        zip(distinct.tolist(), often.tolist(), strict=True), key=lambda p: (p[0] == "irregular", -p[1], p[0])
    )
    return ", ".join(counted(name, count) for name, count in order) or "nothing"
