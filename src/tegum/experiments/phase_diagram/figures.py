"""How it is drawn."""

import numpy as np

from tegum.experiments.experiment import Panel
from tegum.experiments.phase_diagram.judging import within
from tegum.geometry.diagrams import Diagram, Line, weights
from tegum.geometry.directions import norms, superposition
from tegum.geometry.extra import outcome
from tegum.plots.maps import Plane, by_value, planes
from tegum.plots.phases import Section, phase_maps, sections, two_way
from tegum.plots.style import number
from tegum.plots.wheels import wheels
from tegum.theory.phases import OUTCOMES, configurations, losses

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


def maps(found: Diagram, models: int) -> Panel:
    """The four maps of one plane."""
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


def split(found: Diagram) -> Panel:
    """How models split, and where the theory is wrong."""
    share = found.reached.mean(axis=2)
    gain = 1 - found.optimum / losses(found.n, found.density, found.importance[:, None]).min(axis=0)
    words = {"reach the optimum": share, "all": _told_split(found), "loss gained over simple theory": gain}
    drawn = [
        Plane(1 / found.density, found.importance, by_value(share), "share of models that reach the optimum", words),
        Plane(
            1 / found.density, found.importance, by_value(gain / gain.max()), "loss gained over simple theory", words
        ),
    ]
    figure = planes(
        drawn, x_label=DENSITY, y_label=IMPORTANCE, log_x=True, log_y=True,
        scale=("left: share; right: relative gain", "0", f"all; {gain.max():.0%}"),
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


def section_panel(chosen: list[Line]) -> Panel:
    """Losses and overlaps along these sections."""
    titles = [f"{'importance' if line.x is line.density else 'density'} {line.fixed:g}" for line in chosen]
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
    return Panel(f"sections-{chosen[0].n}", f"Where solutions cross, n = {chosen[0].n}", caption, figure)


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


def sampled_maps(found: Diagram, coarse: Diagram) -> Panel:
    """Trained on samples and on the expectation, side by side."""
    part = within(found, coarse.importance, coarse.density)
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


def examples(found: Diagram) -> Panel:
    """The optimum at four places."""
    wanted = ((0.2, 0.5), (0.5, 0.1), (5.0, 0.1), (5.0, 0.8))
    cells = [
        (int(np.abs(np.log(found.importance / i)).argmin()), int(np.abs(np.log(found.density / p)).argmin()))
        for i, p in wanted
    ]
    W = np.stack([found.optimum_W[cell] for cell in cells])
    titles = [f"I = {found.importance[r]:.2g}, 1 − S = {found.density[c]:.2g}" for r, c in cells]
    kinds = [OUTCOMES[int(kind)] for kind in outcome(W)]
    importance = weights(3, np.array([found.importance[r] for r, _ in cells]))
    figure = wheels(W, importance, titles, subtitles=kinds, sets=(0, 0, 1))
    caption = (
        "The optimum at four places of the last map: the extra feature, of importance I, in orange, the two others, of "
        "importance 1, in blue. What has a norm of at most 0.5 counts as dropped; a short spoke may be left of it."
    )
    return Panel("examples", "Four ways to store three features in two dimensions", caption, figure)
