"""Judging what becomes of an extra feature."""

import numpy as np

from tegum.claims import Claim, Judged, judge_fact, judge_rate, unjudged
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
from tegum.geometry.diagrams import Diagram, Line
from tegum.geometry.directions import angles
from tegum.geometry.extra import outcome
from tegum.plots.style import number
from tegum.theory.phases import OUTCOMES, SHARED, configurations, pairing_density

MOST = 0.95


def judged(found: Diagram, along: list[Line], across: list[Line], coarse: Diagram) -> list[Judged]:
    """The claims about so many features: of the map, of sections along density and importance, of the sampled map."""
    return [
        _there(found), _sparsity(found), _agree(found), _best(found), _discard(found), _boundary(found.n, along),
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
    return _share(of(AGREE, found.n), found.usual == found.theory, f"Theory and true optimum: {optimal:.1%}.")


def _best(found: Diagram) -> Judged:
    same = outcome(found.best_W) == outcome(found.optimum_W)
    return _share(of(BEST, found.n), same & found.reached.any(axis=2))


def _discard(found: Diagram) -> Judged:
    all_kept = (found.reached | ~found.kept).all(axis=2)
    return _share(of(DISCARD, found.n), all_kept, f"{found.reached.mean():.0%} of all models reach the optimum.")


def _boundary(n: int, lines: list[Line]) -> Judged:
    found = [(line.importance[0], max(cross.at for cross in line.crossings())) for line in lines if line.crossings()]
    if n == 3:
        found = [one for one in found if one[0] < 1]
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
    found = [cross for line in lines for cross in line.crossings()]
    claim, by = of(JUMP, n, along=along), {"density": "importance", "importance": "density"}[along]
    if not found:
        return unjudged(claim, "no section crosses a boundary")
    jumps, kinks = np.array([(cross.jump, cross.kink) for cross in found]).T
    first = (jumps > 0.25) & (kinks > 0.05)
    measured = f"{first.sum()} of {len(first)} crossings; least jump {jumps.min():.2f}, least kink {kinks.min():.2f}"
    each = "; ".join(
        f"{line.fixed:g}: " + ", ".join(f"{cross.jump:.2f}" for cross in line.crossings())
        for line in lines
        if line.crossings()
    )
    return judge_fact(claim, bool(first.all()), measured, jumps.min(), note=f"Jumps by {by}: {each}.")


def _picture(found: Diagram, coarse: Diagram) -> Judged:
    part = within(found, coarse)
    same = coarse.usual == found.usual[part]
    best = outcome(found.optimum_W)[part][..., None]
    shares = [(kinds == best).mean() for kinds in (coarse.outcomes, found.outcomes[part])]
    note = f"There {shares[0]:.0%} of the sampled and {shares[1]:.0%} of the exact models do what is best."
    return judge_rate(of(PICTURE, found.n), same.ravel(), above=0.9, where="cells", note=note)


def within(found: Diagram, coarse: Diagram) -> tuple[np.ndarray, ...]:
    """Where the cells of a coarse map are in the fine one."""
    places = [np.searchsorted(found.importance, coarse.importance), np.searchsorted(-found.density, -coarse.density)]
    return np.ix_(*places)


def is_digon(W: np.ndarray) -> np.ndarray:
    """Whether three columns (…, 2, 3) are an antipodal pair and one at right angles to both, within 10°."""
    found = np.degrees(angles(W))[..., [0, 0, 1], [1, 2, 2]]
    found = np.sort(np.where(np.isfinite(found), found, 0), axis=-1)
    return np.asarray((np.abs(found - [90, 90, 180]) < 10).all(axis=-1))


def digon(found: Diagram) -> Judged:
    """Whether superposed models have the shape that is drawn."""
    chosen = found.W[(found.outcomes == SHARED) & found.kept]
    return judge_rate(DIGON, is_digon(chosen), above=MOST, where="models")
