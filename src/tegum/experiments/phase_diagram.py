"""What becomes of an extra feature: importance × density, theory, training and the true optimum side by side."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from tegum.claims import Claim, Judged, judge_fact, judge_rate, unjudged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.geometry.diagrams import Diagram, Line, weights
from tegum.geometry.directions import angles, norms, superposition
from tegum.geometry.extra import outcome
from tegum.plots.maps import Plane, by_value, planes
from tegum.plots.phases import Section, phase_maps, sections, two_way
from tegum.plots.style import number
from tegum.plots.wheels import wheels
from tegum.spec import Count
from tegum.theory.phases import (
    OUTCOMES,
    SHARED,
    configurations,
    expected_loss,
    losses,
    pairing_density,
)
from tegum.toy.expectation import ExactError
from tegum.toy.features import SparseUniform
from tegum.toy.loss import SquaredError
from tegum.toy.models import Autoencoder, StartingFrom
from tegum.training.optimisers import Adam, AdamW
from tegum.training.run import Run
from tegum.training.training import Training

ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, Superposition as a Phase Change"
RANGE = (0.1, 10.0), (1.0, 0.01)  # of importance and density, as published
LINES = (0.1, 0.2, 0.4, 0.7, 2.5, 10.0)  # importances of the sections along density
ACROSS = (0.05, 0.2, 0.4)  # densities of the sections along importance
SHOWN = 0.4, 0.2  # the importance and the density whose sections are drawn
NODES = {2: 6, 3: 4}  # of the quadrature across the features beside an output's own
PUSH = 0.05  # of a dropped column, towards superposition, to leave a saddle
FIRST = 1_000_000  # first seed; a coarse look was taken at seeds 0 to 9
MOST = 0.95

THERE = Claim(
    "What happens to an extra feature is one of {count} things, and each of them happens (n = {n}).",
    ARTICLE,
    "Each outcome is, in at least 1 cell in 50, what most of the nine kept models do, with the optimal loss to 1 %.",
)
SPARSITY = Claim(
    "Sparsity is necessary for superposition (n = {n}).",
    f"{ARTICLE}, conclusion",
    "At densities above 0.8 in no cell do most of the kept models hold the extra feature in superposition.",
)
AGREE = Claim(
    "The theory of a few configurations and the experiment give the same diagram (n = {n}).",
    ARTICLE,
    "In at least 95 in 100 cells most of the nine kept models do what the configuration of least loss does.",
)
BEST = Claim(
    "Corrected: the true optimum and the best of ten models give the same diagram (n = {n}).",
    "Ours",
    "In at least 95 in 100 cells the best of ten models does what the optimum does, and its loss is within 1 % of it.",
)
DISCARD = Claim(
    "Discarding the worst of ten models leaves optimal ones (n = {n}).",
    f"{ARTICLE}, how the diagram was made",
    "In at least 95 in 100 cells all nine kept models have a loss within 1 % of the optimum.",
)
BOUNDARY = Claim(
    "Corrected: the boundaries of the theory are right to a tenth of a decade; what is best lies on their denser side "
    "(n = {n}).",
    "Ours, after a first look",
    "On every section at an importance from 0.1 to 10 along which the optimum leaves superposition for a dropped "
    "feature, it does so at a higher density than the best configuration, by less than 0.1 decades.",
)
JUMP = Claim(
    "The phase change is of first order: two solutions cross, and the loss has a kink (n = {n}, along {along}).",
    ARTICLE,
    "On each section where the best outcome changes into or out of superposition, two solutions exist beside each "
    "other: some entry of WᵀW differs by more than 0.25 between them, and d log loss / d log {along} by more than "
    "0.05.",
)
PICTURE = Claim(
    "Trained on samples by the published recipe, models do the same as on the exact expectation (n = {n}).",
    ARTICLE,
    "In more than 90 in 100 of the cells of a coarse grid the most frequent outcome of nine kept models is the same.",
)
DIGON = Claim(
    "With three features in two dimensions, an extra one in superposition is the antipode of one other, and the third "
    "is orthogonal to both.",
    f"{ARTICLE}, W ⟂ [0, 1, 1]",
    "In more than 95 in 100 of the kept models that hold it in superposition, one angle is within 10° of 180° and the "
    "two others within 10° of 90°.",
)


class PhaseDiagram(Experiment):
    """Two features in one dimension, three in two: importance and density of the last one decide what becomes of it."""

    title: ClassVar[str] = "Superposition as a phase change"
    source: ClassVar[str] = ARTICLE
    lede: ClassVar[str] = (
        "A model has one dimension fewer than features. What does it do with the extra one: drop it, put it opposite "
        "to another, or give it a dimension at the cost of another? It depends on how important and how dense the "
        "features are. Four maps of the same plane: what models do that are trained as published, what the theory of "
        "a few tidy configurations says, what the best of ten trained models does, and what the best model does that "
        "there is."
    )
    recipe: ClassVar[dict[str, Any]] = {"models": 10, "steps": 10_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"cells": 10, "few_cells": 8, "models": 4, "descent": 500, "coarse": 3, "steps": 800,
                  "batch_size": 128, "points": 25},
        "standard": {},
        "paper": {"cells": 96, "few_cells": 64, "coarse": 16, "points": 241},
    }  # fmt: skip

    cells: Count = 48
    few_cells: Count = 32
    models: Count = 10
    descent: Count = 2_000
    coarse: Count = 6
    steps: Count = 10_000
    batch_size: Count = 1024
    points: Count = 121

    def trainings(self) -> dict[str, Training]:
        found = {}
        for n in (2, 3):
            grid = self.grid(n)
            places = _pairs(*grid)
            found[f"exact-{n}"] = exact(n, _repeated(places, self.models), self.descent)
            found[f"optimum-{n}"] = branches(n, places, self.descent)
            found[f"sections-{n}"] = branches(n, self.lines(), 2 * self.descent)
            sampled = _repeated(_pairs(*(thinned(axis, self.coarse) for axis in grid)), self.models)
            found[f"sampled-{n}"] = self._sampled(n, sampled)
        return found

    def _sampled(self, n: int, places: np.ndarray) -> Training:
        return Training(
            model=Autoencoder(features=n, hidden=n - 1), law=SparseUniform(), loss=SquaredError(importance=(1.0,) * n),
            optimiser=AdamW(), steps=self.steps, batch_size=self.batch_size,
            over=_cells(n, places, "law.feature_probability", _seeds(places)),
        )  # fmt: skip

    def grid(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Importances, rising, and densities, falling."""
        count = self.cells if n == 2 else self.few_cells
        return np.geomspace(*RANGE[0], count), np.geomspace(*RANGE[1], count)

    def lines(self) -> np.ndarray:
        """Importance and density of every point of the sections, (sections · points, 2)."""
        importance, density = (np.geomspace(*ends, self.points) for ends in RANGE)
        return np.concatenate([_pairs(np.array(LINES), density), _pairs(importance, np.array(ACROSS))])

    def diagram(self, runs: Runs, n: int) -> Diagram:
        """The whole map, with the optimum."""
        grid = self.grid(n)
        shape = (*map(len, grid), -1)
        trained, followed = (parameters(runs[f"{kind}-{n}"], shape) for kind in ("exact", "optimum"))
        return Diagram(grid[0], grid[1], *trained, *followed)

    def claims(self, runs: Runs) -> list[Judged]:
        judged = []
        for n in (2, 3):
            found, along, across = self.diagram(runs, n), *self.sections(runs, n)
            judged += [_there(found), _sparsity(found), _agree(found), _best(found), _discard(found)]
            judged += [_boundary(n, along), _jump(n, "density", along), _jump(n, "importance", across)]
            judged += [self._picture(found, runs)]
        return [*judged, _digon(found)]

    def sections(self, runs: Runs, n: int) -> tuple[list[Line], list[Line]]:
        """Along density, and along importance."""
        W, b = parameters(runs[f"sections-{n}"], (-1, len(configurations(n))))
        importance, density = self.lines().T
        loss = expected_loss(W, b, weights(n, importance)[:, None], density[:, None])
        count = len(LINES) * self.points
        parts = [np.arange(count).reshape(len(LINES), -1), count + np.arange(self.points * len(ACROSS)).reshape(
            self.points, len(ACROSS)).T]  # fmt: skip
        lines = [
            [Line(importance[part], density[part], loss[part], W[part]) for part in direction] for direction in parts
        ]
        return lines[0], lines[1]

    def _picture(self, found: Diagram, runs: Runs) -> Judged:
        coarse = self.coarse_diagram(found, runs)
        rows, columns = (thinned(np.arange(len(axis)), self.coarse) for axis in (found.importance, found.density))
        same = coarse.usual == found.usual[np.ix_(rows, columns)]
        part = np.ix_(rows, columns)
        best = outcome(found.optimum_W)[part][..., None]
        shares = [(kinds == best).mean() for kinds in (coarse.outcomes, found.outcomes[part])]
        note = f"There {shares[0]:.0%} of the sampled and {shares[1]:.0%} of the exact models do what is best."
        return judge_rate(_of(PICTURE, found.n), same.ravel(), above=0.9, where="cells", note=note)

    def coarse_diagram(self, found: Diagram, runs: Runs) -> Diagram:
        """The map that was trained on samples; it has no optimum of its own."""
        grid = [thinned(axis, self.coarse) for axis in (found.importance, found.density)]
        W, b = parameters(runs[f"sampled-{found.n}"], (*map(len, grid), -1))
        return Diagram(grid[0], grid[1], W, b, W, b)

    def panels(self, runs: Runs) -> list[Panel]:
        panels = []
        for n in (2, 3):
            found = self.diagram(runs, n)
            panels += [_maps(found, self.models), _split(found), self._sections(runs, n)]
            panels += [_sampled_maps(found, self.coarse_diagram(found, runs))]
        return [*panels, _examples(found)]

    def _sections(self, runs: Runs, n: int) -> Panel:
        along, across = self.sections(runs, n)
        chosen = [along[LINES.index(SHOWN[0])], along[LINES.index(2.5)], across[ACROSS.index(SHOWN[1])]]
        titles = [f"importance {line.importance[0]:g}" for line in chosen[:2]] + [f"density {SHOWN[1]:g}"]
        drawn = [_section(line, title) for line, title in zip(chosen, titles, strict=True)]
        figure = sections(
            drawn, loss_label="loss / loss of the best tidy configuration", order_label="overlap of the extra feature",
            window=(0.85, 1.5),
        )  # fmt: skip
        caption = (
            "Each line is one solution, followed by descent from a tidy configuration at every point; dotted, the tidy "
            "configuration itself. Where solid lines cross (vertical) the best solution changes, while each goes on to "
            "exist for a while beyond: below, the overlap Σ_j (W_e·W_j)² of the extra feature with the others jumps. "
            "It is 0 where the feature is dropped, and where it has a dimension of its own. Where lines run together, "
            "the descent has left the solution that it started from: there it is no minimum."
        )
        return Panel(f"sections-{n}", f"Where solutions cross, n = {n}", caption, figure)


# ---- Trainings -------------------------------------------------------------------------------------------------------


def _pairs(importance: np.ndarray, density: np.ndarray) -> np.ndarray:
    """Every importance with every density, (r · c, 2), importances slow."""
    return np.stack(np.meshgrid(importance, density, indexing="ij"), -1).reshape(-1, 2)


def _repeated(places: np.ndarray, times: int) -> np.ndarray:
    return np.repeat(places, times, axis=0)


def thinned(axis: np.ndarray, count: int) -> np.ndarray:
    """So many values of an axis, first and last among them."""
    return axis[np.linspace(0, len(axis) - 1, min(count, len(axis))).round().astype(int)]


def _cells(n: int, places: np.ndarray, density: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """One axis of all instances, with these other fields zipped along it."""
    return {"cell": {f"importance[{n - 1}]": places[:, 0], density: places[:, 1], **more}}


def _seeds(places: np.ndarray) -> dict[str, Any]:
    """Each place has a seed of its own, so that no start is seen twice."""
    return {"seed": range(FIRST, FIRST + len(places))}


def exact(n: int, places: np.ndarray, steps: int) -> Training:
    """One model from a random start at each place, on the exact expectation."""
    return Training(
        model=Autoencoder(features=n, hidden=n - 1), loss=ExactError(importance=(1.0,) * n, nodes=NODES[n]),
        optimiser=Adam(learning_rate=0.01), steps=steps,
        over=_cells(n, places, "loss.feature_probability", _seeds(places)),
    )  # fmt: skip


def branches(n: int, places: np.ndarray, steps: int) -> Training:
    """From every configuration at each place, down to the nearest minimum, in double precision."""
    known = configurations(n)
    starts = [pushed(np.array(one.W)) for one in known]
    W = np.stack(starts * len(places))
    b = np.stack([one.bias(p) for _, p in places for one in known])
    return Training(
        model=StartingFrom.at(W[0], b[0]), loss=ExactError(importance=(1.0,) * n, nodes=NODES[n]),
        optimiser=Adam(learning_rate=0.01, schedule="cosine"), steps=steps, precision="float64",
        over=_cells(n, _repeated(places, len(known)), "loss.feature_probability", StartingFrom.states(W, b)),
    )  # fmt: skip


def pushed(W: np.ndarray) -> np.ndarray:
    """A zero column is a saddle by symmetry: push it a little against the others, unevenly."""
    push = -PUSH * W.sum(1) * np.linspace(1, 1.3, len(W))
    return W + np.where((W == 0).all(0), push[:, None], 0.0)


def parameters(run: Run, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """W (*shape, m, n) and b (*shape, n) of a run over cells."""
    W = run.W.transpose("cell", "latent", "feature").values.astype(float)
    b = run.b.transpose("cell", "feature").values.astype(float)
    return W.reshape(*shape, *W.shape[1:]), b.reshape(*shape, *b.shape[1:])


# ---- Judging ---------------------------------------------------------------------------------------------------------


def _of(claim: Claim, n: int, **more: Any) -> Claim:
    return Claim(claim.statement.format(n=n, **more), claim.source, claim.criterion.format(**more))


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
    claim = _of(THERE, found.n, count={2: "three", 3: "four"}[found.n])
    return judge_fact(claim, bool((share >= 0.02).all()), f"of the cells: {words}", share.min())


def _sparsity(found: Diagram) -> Judged:
    dense = (found.usual == SHARED) & (found.density > 0.8)
    optimal = (outcome(found.optimum_W) == SHARED) & (found.density > 0.8)
    most = max(found.density[(found.usual == SHARED).any(0)], default=0.0)
    return judge_fact(
        _of(SPARSITY, found.n), not dense.any(), f"{dense.sum()} cells; the densest with superposition {most:.2f}",
        dense.sum(), note=f"{optimal.sum()} cells of the optimum.",
    )  # fmt: skip


def _agree(found: Diagram) -> Judged:
    optimal = (outcome(found.optimum_W) == found.theory).mean()
    return _share(_of(AGREE, found.n), found.usual == found.theory, f"Theory and true optimum: {optimal:.1%}.")


def _best(found: Diagram) -> Judged:
    same = outcome(found.best_W) == outcome(found.optimum_W)
    return _share(_of(BEST, found.n), same & found.reached.any(axis=2))


def _discard(found: Diagram) -> Judged:
    all_kept = (found.reached | ~found.kept).all(axis=2)
    return _share(_of(DISCARD, found.n), all_kept, f"{found.reached.mean():.0%} of all models reach the optimum.")


def _boundary(n: int, lines: list[Line]) -> Judged:
    found = [(line.importance[0], max(cross.at for cross in line.crossings())) for line in lines if line.crossings()]
    if n == 3:
        found = [one for one in found if one[0] < 1]
    claim = _of(BOUNDARY, n)
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
    claim, of = _of(JUMP, n, along=along), {"density": "importance", "importance": "density"}[along]
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
    return judge_fact(claim, bool(first.all()), measured, jumps.min(), note=f"Jumps by {of}: {each}.")


def is_digon(W: np.ndarray) -> np.ndarray:
    """Whether three columns (…, 2, 3) are an antipodal pair and one at right angles to both, within 10°."""
    found = np.degrees(angles(W))[..., [0, 0, 1], [1, 2, 2]]
    found = np.sort(np.where(np.isfinite(found), found, 0), axis=-1)
    return np.asarray((np.abs(found - [90, 90, 180]) < 10).all(axis=-1))


def _digon(found: Diagram) -> Judged:
    chosen = found.W[(found.outcomes == SHARED) & found.kept]
    return judge_rate(DIGON, is_digon(chosen), above=MOST, where="models")


# ---- Figures ---------------------------------------------------------------------------------------------------------

DENSITY, IMPORTANCE = "1 / (1 − S), dense to sparse", "importance of the extra feature"


def _plane(found: Diagram, W: np.ndarray, title: str, words: dict[str, np.ndarray]) -> Plane:
    """A map coloured by the mean over models of norm and superposition; W (r, c, k, m, n), NaN for what is left out."""
    norm, shared = (np.nanmean(f(W)[..., -1], axis=2) for f in (norms, superposition))
    told = {"norm": norm, "superposition": shared, **words}
    return Plane(1 / found.density, found.importance, two_way(norm, shared), title, told)


def _kept(found: Diagram) -> np.ndarray:
    return np.where(found.kept[..., None, None], found.W, np.nan)


def _written(W: np.ndarray) -> np.ndarray:
    """W (r, c, m, n) in words."""
    rows = ["; ".join(" ".join(number(v, ".2f") for v in row) for row in one) for one in W.reshape(-1, *W.shape[2:])]
    return np.array(rows).reshape(W.shape[:2])


def _told_split(found: Diagram) -> np.ndarray:
    every = np.stack([(found.outcomes == kind).sum(2) for kind in range(len(OUTCOMES))], axis=-1)
    rows = [
        ", ".join(f"{count} {OUTCOMES[kind]}" for kind, count in enumerate(cell) if count)
        for cell in every.reshape(-1, len(OUTCOMES))
    ]
    return np.array(rows).reshape(every.shape[:2])


def _tidy(found: Diagram) -> np.ndarray:
    """W of the configuration of least loss in each cell, (r, c, m, n)."""
    all_of = np.array([one.W for one in configurations(found.n)])
    return all_of[losses(found.n, found.density, found.importance[:, None]).argmin(axis=0)]


def _maps(found: Diagram, models: int) -> Panel:
    one = (slice(None), slice(None), None)
    theory = losses(found.n, found.density, found.importance[:, None]).min(axis=0)
    both = {"loss": found.optimum, "loss of simple theory": theory}
    drawn = [
        _plane(found, _kept(found), f"trained: mean of the best {models - 1} of {models}", {"all": _told_split(found)}),
        _plane(found, _tidy(found)[one], "simple theory: the best tidy configuration", {"loss": theory}),
        _plane(found, found.best_W[one], f"trained: the best of {models}",
               {"loss": found.loss.min(axis=2), "W": _written(found.best_W)}),
        _plane(found, found.optimum_W[one], "true optimum: free W and b", {**both, "W": _written(found.optimum_W)}),
    ]  # fmt: skip
    figure = phase_maps(drawn, x_label=DENSITY, y_label=IMPORTANCE)
    caption = (
        f"n = {found.n} features, m = {found.n - 1}: what becomes of the last one, {len(found.importance)} × "
        f"{len(found.density)} cells. Pale: it is dropped. Blue: it has a dimension of its own. Orange: it shares one. "
        "Upper left as published, a mean over models that may differ. Lower right: what is best at all, found from all "
        "trained models and by descent from every tidy configuration. Hover for W, losses and how models split."
    )
    return Panel(f"maps-{found.n}", f"What becomes of the extra feature, n = {found.n}", caption, figure)


def _split(found: Diagram) -> Panel:
    share = found.reached.mean(axis=2)
    gain = 1 - found.optimum / losses(found.n, found.density, found.importance[:, None]).min(axis=0)
    words = {"reach the optimum": share, "all": _told_split(found), "loss gained over simple theory": gain}
    drawn = [
        Plane(1 / found.density, found.importance, by_value(share), "share of models that reach the optimum", words),
        Plane(1 / found.density, found.importance, by_value(gain / 0.12), "loss gained over simple theory", words),
    ]
    figure = planes(
        drawn, x_label=DENSITY, y_label=IMPORTANCE, log_x=True, log_y=True,
        scale=("left: share; right: relative gain", "0", "all; 12 %"),
    )  # fmt: skip
    figure.update_yaxes(dtick="D2")
    caption = (
        "Left: how many of the trained models are within 1 % of the optimal loss; the others are in other minima. "
        "Right: by how much the best free model is better than the best tidy one. The gain is largest along the "
        "boundary and zero where a feature is dropped, so superposition wins ground on its denser side."
    )
    return Panel(
        f"split-{found.n}", f"How models split, and where simple theory is wrong, n = {found.n}", caption, figure
    )


def _section(line: Line, title: str) -> Section:
    names = [f"from: {OUTCOMES[one.outcome]}" for one in configurations(line.n)]
    tidy = losses(line.n, line.density, line.importance)
    scale = tidy.min(axis=0)
    overlap = (norms(line.W) ** 2 * superposition(line.W))[..., -1]
    return Section(
        title, "density 1 − S" if line.x is line.density else "importance", line.x,
        {name: line.loss[:, k] / scale for k, name in enumerate(names)},
        {name: overlap[:, k] for k, name in enumerate(names)},
        {name: tidy[k] / scale for k, name in enumerate(names)},
        [cross.at for cross in line.crossings()],
    )  # fmt: skip


def _sampled_maps(found: Diagram, coarse: Diagram) -> Panel:
    rows, columns = (thinned(np.arange(len(axis)), len(coarse.density)) for axis in (found.importance, found.density))
    part = np.ix_(rows, columns)
    same = Diagram(coarse.importance, coarse.density, found.W[part], found.b[part], found.W[part], found.b[part])
    drawn = [
        _plane(coarse, _kept(coarse), "trained on samples, the published recipe", {"all": _told_split(coarse)}),
        _plane(same, _kept(same), "trained on the exact expectation", {"all": _told_split(same)}),
    ]
    figure = phase_maps(drawn, x_label=DENSITY, y_label=IMPORTANCE)
    caption = (
        "A coarse grid, once with batches of samples, AdamW at 1e-3 as published, once with the expectation itself, "
        "which has no noise. Every cell is the mean of the models kept, each from a start of its own."
    )
    return Panel(f"recipe-{found.n}", f"Samples and expectation, n = {found.n}", caption, figure)


def _examples(found: Diagram) -> Panel:
    wanted = ((0.2, 0.5), (0.5, 0.1), (5.0, 0.1), (5.0, 0.8))
    cells = [
        (int(np.abs(np.log(found.importance / i)).argmin()), int(np.abs(np.log(found.density / p)).argmin()))
        for i, p in wanted
    ]
    W = np.stack([found.optimum_W[cell] for cell in cells])
    titles = [f"I = {found.importance[r]:.2g}, 1 − S = {found.density[c]:.2g}" for r, c in cells]
    kinds = [OUTCOMES[int(kind)] for kind in outcome(W)]
    figure = wheels(W, [1.0, 1.0, 0.3], titles, subtitles=kinds)
    caption = (
        "The optimum at four places of the last map; the extra feature has the paler end of the colours, whatever its "
        "importance I."
    )
    return Panel("examples", "Four ways to store three features in two dimensions", caption, figure)


EXPERIMENT = PhaseDiagram
