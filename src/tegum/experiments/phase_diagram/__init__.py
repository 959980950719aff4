"""What becomes of an extra feature: importance × density, theory, training and the true optimum side by side."""

from typing import Any, ClassVar

import numpy as np

from tegum.claims import Judged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.experiments.phase_diagram.claims import ARTICLE
from tegum.experiments.phase_diagram.figures import examples, maps, sampled_maps, section_panel, split
from tegum.experiments.phase_diagram.judging import digon, judged, within
from tegum.experiments.phase_diagram.trainings import branches, exact, pairs, parameters, repeated, sampled, thinned
from tegum.geometry.diagrams import Diagram, Line, weights
from tegum.spec import Count
from tegum.theory.phases import configurations, expected_loss
from tegum.training.training import Training

RANGE = (0.1, 10.0), (1.0, 0.01)  # of importance and density, as published
LINES = (0.1, 0.2, 0.4, 0.7, 2.5, 10.0)  # importances of the sections along density
ACROSS = (0.05, 0.2, 0.4)  # densities of the sections along importance
SHOWN = 0.4, 0.2  # the importance and the density whose sections are drawn


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
        "quick": {"cells": 10, "models": 4, "descent": 500, "coarse": 3, "steps": 800,
                  "batch_size": 128, "points": 25},
        "standard": {},
        "paper": {"cells": 96, "coarse": 48, "points": 241},
    }  # fmt: skip

    cells: Count = 48
    models: Count = 10
    descent: Count = 2_000
    coarse: Count = 8
    steps: Count = 10_000
    batch_size: Count = 1024
    points: Count = 121

    def trainings(self) -> dict[str, Training]:
        found, grid = {}, self.grid()
        places, few = pairs(*grid), pairs(*(thinned(axis, self.coarse) for axis in grid))
        for n in (2, 3):
            found[f"exact-{n}"] = exact(n, repeated(places, self.models), self.descent)
            found[f"optimum-{n}"] = branches(n, places, max(1, self.descent // 2))
            found[f"sections-{n}"] = branches(n, self.lines(), self.descent)
            found[f"sampled-{n}"] = sampled(n, repeated(few, self.models), self.steps, self.batch_size)
        return found

    def grid(self) -> tuple[np.ndarray, np.ndarray]:
        """Importances, rising, and densities, falling."""
        return np.geomspace(*RANGE[0], self.cells), np.geomspace(*RANGE[1], self.cells)

    def lines(self) -> np.ndarray:
        """Importance and density of every point of the sections, (sections · points, 2)."""
        importance, density = (np.geomspace(*ends, self.points) for ends in RANGE)
        return np.concatenate([pairs(np.array(LINES), density), pairs(importance, np.array(ACROSS))])

    def diagram(self, runs: Runs, n: int) -> Diagram:
        """The whole map, with the optimum."""
        grid = self.grid()
        shape = (*map(len, grid), -1)
        trained, followed = (parameters(runs[f"{kind}-{n}"], shape) for kind in ("exact", "optimum"))
        return Diagram(grid[0], grid[1], *trained, *followed)

    def claims(self, runs: Runs) -> list[Judged]:
        found = {n: self.diagram(runs, n) for n in (2, 3)}
        each = [judged(one, *self.sections(runs, n), self.coarse_diagram(one, runs)) for n, one in found.items()]
        return [*each[0], *each[1], digon(found[3])]

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

    def coarse_diagram(self, found: Diagram, runs: Runs) -> Diagram:
        """The map that was trained on samples, with all that is known of its cells as their optimum."""
        grid = [thinned(axis, self.coarse) for axis in (found.importance, found.density)]
        W, b = parameters(runs[f"sampled-{found.n}"], (*map(len, grid), -1))
        part, both = within(found, *grid), ((found.W, found.followed_W), (found.b, found.followed_b))
        known = [np.concatenate([mine[part], its[part]], axis=2) for mine, its in both]
        return Diagram(grid[0], grid[1], W, b, *known)

    def panels(self, runs: Runs) -> list[Panel]:
        panels = []
        for n in (2, 3):
            found, (along, across) = self.diagram(runs, n), self.sections(runs, n)
            chosen = [along[LINES.index(SHOWN[0])], along[LINES.index(2.5)], across[ACROSS.index(SHOWN[1])]]
            panels += [maps(found, self.models), split(found), section_panel(chosen)]
            panels += [sampled_maps(found, self.coarse_diagram(found, runs))]
        return [*panels, examples(found)]


EXPERIMENT = PhaseDiagram
