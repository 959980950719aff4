"""Judging what becomes of an extra feature."""

import numpy as np

from tegum.claims import Claim, Judged, judge_fact, judge_interval, judge_rate, mean_interval, unjudged
from tegum.experiments.phase_diagram.claims import (
    AGREE,
    BEST,
    BOUNDARY,
    DIGON,
    DISCARD,
    JUMP,
    PICTURE,
    SPARSITY,
    THERE,
    of,
)
from tegum.geometry.diagrams import NEAR, Crossing, Diagram, Line
from tegum.geometry.directions import angles
from tegum.geometry.extra import outcome
from tegum.plots.style import number
from tegum.theory.phases import OUTCOMES, SHARED, configurations, pairing_density

MOST = 0.95
TOLERATED = 0.05  # less agreement of two kinds of training than of one with itself


def judged(found: Diagram, along: list[Line], across: list[Line], coarse: Diagram) -> list[Judged]:
    """The claims about so many features: of the map, of sections along density and importance, of the sampled map."""
    return [
        _there(found), _sparsity(found), _agree(coarse), _best(found), _discard(coarse), _boundary(found.n, along),
        _jump(found.n, "density", along), _jump(found.n, "importance", across), _picture(found, coarse),
    ]  # fmt: skip


def _share(claim: Claim, true: np.ndarray, note: str = "") -> Judged:
    """A claim about nearly all cells of a map; cells beside each other are alike, so it has no interval."""
    share = float(true.mean())
    return judge_fact(
        claim, share >= MOST, f"{int(true.sum()):,} of {true.size:,} cells, {share:.1%}", share, note=note
    )


def _there(found: Diagram) -> Judged:
    kinds = [one.outcome for one in configurations(found.n)]
    good = found.reached & found.kept
    most = [(good & (found.outcomes == kind)).sum(2) > good.shape[2] // 2 for kind in kinds]
    share = np.array([part.mean() for part in most])
    words = "; ".join(f"{OUTCOMES[kind]} {part:.0%}" for kind, part in zip(kinds, share, strict=True))
    claim = of(THERE, found.n, count={2: "three", 3: "four"}[found.n])
    return judge_fact(claim, bool((share >= 0.02).all()), f"of the cells: {words}", share.min())


def _sparsity(found: Diagram) -> Judged:
    dense = (found.usual == SHARED) & (found.density > 0.8)
    optimal = (outcome(found.optimum_W) == SHARED) & (found.density > 0.8)
    most = max(found.density[(found.usual == SHARED).any(0)], default=0.0)
    return judge_fact(
        of(SPARSITY, found.n), not dense.any(), f"{dense.sum()} cells; the densest with superposition {most:.2f}",
        dense.sum(), note=f"{optimal.sum()} cells of the optimum.",
    )  # fmt: skip


def _agree(found: Diagram) -> Judged:
    optimal = (outcome(found.optimum_W) == found.theory).mean()
    return _share(of(AGREE, found.n), found.usual == found.theory, f"Theory and true optimum: {optimal:.1%} of them.")


def _best(found: Diagram) -> Judged:
    W, followed = found.followed
    trained = found.loss.min(axis=2)
    lose, miss = (mine > (1 + NEAR) * its for mine, its in ((followed, trained), (trained, followed)))
    note = f"Followed configurations lose by 1 % in {lose.sum()} cells, trained models in {miss.sum()}."
    return _share(of(BEST, found.n), (outcome(found.best_W) == outcome(W)) & ~lose & ~miss, note)


def _discard(found: Diagram) -> Judged:
    all_kept = (found.reached | ~found.kept).all(axis=2)
    return _share(of(DISCARD, found.n), all_kept, f"{found.reached.mean():.0%} of all models reach the optimum.")


def _boundary(n: int, lines: list[Line]) -> Judged:
    found = [
        (line.fixed, max(cross.at for cross in line.crossings()))
        for line in lines
        if line.fixed < 1 and line.crossings()
    ]
    claim = of(BOUNDARY, n)
    if not found:
        return unjudged(claim, "the sections have no crossing")
    importance, at = np.array(found).T
    beyond = np.log10(at / pairing_density(importance))
    words = ", ".join(f"{number(value, '.3f')} at {one:g}" for one, value in zip(importance, beyond, strict=True))
    return judge_fact(
        claim, bool((beyond > 0).all() and beyond.max() < 0.1),
        f"beyond by {number(beyond.min(), '.3f')} to {number(beyond.max(), '.3f')} decades", beyond.max(),
        note=f"By importance: {words}.",
    )  # fmt: skip


def _jump(n: int, along: str, lines: list[Line]) -> Judged:
    each = [(line.fixed, [cross for cross in line.crossings() if _counts(n, line, cross)]) for line in lines]
    found = [cross for _, crossings in each for cross in crossings]
    claim, by = of(JUMP, n, along=along), {"density": "importance", "importance": "density"}[along]
    if not found:
        return unjudged(claim, "no section crosses a boundary")
    jumps, kinks = np.array([(cross.jump, cross.kink) for cross in found]).T
    first = (jumps > 0.25) & (kinks > 0.05)
    measured = f"{first.sum()} of {len(first)} crossings; least jump {jumps.min():.2f}, least kink {kinks.min():.2f}"
    words = "; ".join(
        f"{fixed:g}: " + ", ".join(f"{cross.jump:.2f}" for cross in crossings) for fixed, crossings in each if crossings
    )
    return judge_fact(claim, bool(first.all()), measured, jumps.min(), note=f"Jumps by {by}: {words}.")


def _counts(n: int, line: Line, cross: Crossing) -> bool:
    """Two features exchange their names at I and 1/I, so that each crossing is there twice."""
    return n > 2 or (line.fixed if line.x is line.density else cross.at) <= 1


def _picture(found: Diagram, coarse: Diagram) -> Judged:
    part = within(found, coarse.importance, coarse.density)
    counts = [kinds_of(kinds) for kinds in (coarse.outcomes, found.outcomes[part])]
    own, its, across = alike(counts[0]), alike(counts[1]), alike(*counts)
    value, low, high = mean_interval((across - (own + its) / 2).ravel())
    measured = f"{value:+.3f}, 95 % interval {low:+.3f} to {high:+.3f}, over {across.size} cells".replace("-", "−")
    best = outcome(found.optimum_W)[part][..., None]
    shares = [(kinds == best).mean() for kinds in (coarse.outcomes, found.outcomes[part])]
    note = (
        f"Two of different trainings do the same in {across.mean():.1%}, two sampled in {own.mean():.1%}, two exact in "
        f"{its.mean():.1%}; {shares[0]:.0%} of the sampled and {shares[1]:.0%} of the exact models do what is best."
    )
    return judge_interval(of(PICTURE, found.n), value, low, high, above=-TOLERATED, measured=measured,
                          count=across.size, note=note)  # fmt: skip


def kinds_of(outcomes: np.ndarray) -> np.ndarray:
    """How many models (…, k) of each cell do each, (…, outcome)."""
    return np.stack([(outcomes == kind).sum(axis=-1) for kind in range(len(OUTCOMES))], axis=-1)


def alike(some: np.ndarray, others: np.ndarray | None = None) -> np.ndarray:
    """How often two models of a cell do the same, by counts (…, outcome): two of these, or one of these and one of
    those. Were all drawn alike, the mean would be the same: no model is compared with itself.

    >>> float(alike(np.array([2, 2])).round(3)), float(alike(np.array([2, 2]), np.array([4, 0])))
    (0.333, 0.5)
    """
    total = some.sum(axis=-1)
    if others is None:
        return np.asarray((some * (some - 1)).sum(axis=-1) / (total * (total - 1)))
    return np.asarray((some * others).sum(axis=-1) / (total * others.sum(axis=-1)))


def within(found: Diagram, importance: np.ndarray, density: np.ndarray) -> tuple[np.ndarray, ...]:
    """Where the cells of a coarse map, by its axes, are in the fine one."""
    return np.ix_(np.searchsorted(found.importance, importance), np.searchsorted(-found.density, -density))


def is_digon(W: np.ndarray) -> np.ndarray:
    """Whether three columns (…, 2, 3) are an antipodal pair and one at right angles to both, within 10°."""
    found = np.degrees(angles(W))[..., [0, 0, 1], [1, 2, 2]]
    found = np.sort(np.where(np.isfinite(found), found, 0), axis=-1)
    return np.asarray((np.abs(found - [90, 90, 180]) < 10).all(axis=-1))


def digon(found: Diagram) -> Judged:
    """Whether superposed models have the shape that is drawn."""
    chosen = found.W[(found.outcomes == SHARED) & found.kept]
    return judge_rate(DIGON, is_digon(chosen), above=MOST, where="models")
