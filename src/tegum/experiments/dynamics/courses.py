"""Recorded trainings as courses: regimes, motion, levels, directions of sets."""

from functools import cached_property

import numpy as np

from tegum.experiments.experiment import Runs
from tegum.failure.regimes import Regimes, arrival, moved_in_drops, regimes
from tegum.geometry.directions import cosines, dimensionality, norms
from tegum.geometry.sets import collapsed, twist
from tegum.plots.regimes import FRACTIONS
from tegum.theory.co_occurrence import set_means
from tegum.training.run import Run

USUAL, SMALL = 1.0, 0.01  # initial scales, in units of Xavier's
NEAR = 0.03  # from a level to be at it; by chance, with D_i anywhere but at 1/2, 28 % are
SHORT = 0.4  # norms above this count in a set of three in one direction, which is 1/√3 = 0.58 each
PCA = 0.1  # ‖WᵀW − P‖_F/√2 below this is the principal components; 1 for W = 0
OTHERS = 5  # further seeds whose geometry a loss is compared with
ALIGNED, TURNED = 15.0, 45.0  # degrees of twist: below, near an octahedron; above, near a prism


class Course:
    """Recorded models of one kind: step (t,), W (seed, t, m, n), loss (seed, t)."""

    def __init__(self, run: Run) -> None:
        self.step = run.data["step"].values
        self.W = run.W_history.transpose("seed", "step", "latent", "feature").values.astype(float)
        self.loss = run.loss_history.transpose("seed", "step").values.astype(float)
        self.shares = dimensionality(self.W)
        self.b = run.b.transpose("seed", "feature").values.astype(float)
        self.law = run.training.law

    @property
    def final(self) -> np.ndarray:
        return np.asarray(self.W[:, -1])

    @cached_property
    def pieces(self) -> list[Regimes]:
        """The regimes of each seed's log loss over steps."""
        return [regimes(self.step.astype(float), np.log(loss)) for loss in self.loss]

    @cached_property
    def cosines(self) -> np.ndarray:
        """Those between any two features, (seed, t, pair)."""
        i, j = np.triu_indices(self.W.shape[-1], 1)
        return np.asarray(cosines(self.W)[..., i, j])

    def renewed(self) -> np.ndarray:
        """How often each seed's loss falls anew."""
        return np.array([part.renewed(np.log(loss)) for part, loss in zip(self.pieces, self.loss, strict=True)])

    def motion(self, values: np.ndarray, shift: int = 0) -> np.ndarray:
        """For each seed the part of the motion of values (seed, t, …), its own or the shift-th next seed's, that falls
        into its fastest quarter."""
        moving = np.roll(values, -shift, axis=0)
        return np.array([moved_in_drops(loss, other) for loss, other in zip(self.loss, moving, strict=True)])

    def coincidence(self, values: np.ndarray) -> np.ndarray:
        """How much larger that is for a seed's own motion than for the next seeds', which slow down as well."""
        others = [self.motion(values, shift) for shift in range(1, min(OTHERS + 1, len(self.loss)))]
        return np.asarray(self.motion(values) - np.mean(others or [np.full(len(self.loss), np.nan)], axis=0))

    def plain(self, values: np.ndarray) -> str:
        """The mean part of a seed's own motion, in words."""
        own = self.motion(values)
        known = own[np.isfinite(own)]
        return f"Own part {known.mean():.2f}; at an even pace 0.25." if len(known) else ""

    def at_levels(self) -> np.ndarray:
        """Each seed's share of time near a level other than 1/2, of that away from 1/2, before its loss arrived."""
        levels = np.array([level for level in FRACTIONS.values() if level != 0.5])
        near = (np.abs(self.shares[..., None] - levels) <= NEAR).any(axis=-1)
        away = np.abs(self.shares - 0.5) > NEAR
        ends = [max(arrival(loss), 1) for loss in self.loss]
        parts = [own[:end][free[:end]] for own, free, end in zip(near, away, ends, strict=True)]
        return np.array([part.mean() if len(part) else np.nan for part in parts])

    def principal_first(self) -> np.ndarray:
        """For each seed: is each set of three one direction when all are first there, and WᵀW once their projection?"""
        there = np.all(norms(self.W) > SHORT, axis=-1)
        first = np.arange(len(there)), there.argmax(axis=-1)
        means = set_means(2, 3)
        apart = np.linalg.norm(self.W.mT @ self.W - means @ means.mT, axis=(-2, -1)) / np.sqrt(2)
        together = np.asarray(np.all(collapsed(self.W, 2, SHORT), axis=-1))
        return np.asarray(together[first] & np.any(apart < PCA, axis=-1))

    def plainest(self, wanted: np.ndarray | None = None) -> int:
        """The seed to show: of those wanted, the first whose loss has as many regimes as most of them."""
        count = np.array([part.count for part in self.pieces])
        among = np.ones(len(count), bool) if wanted is None or not wanted.any() else wanted
        return int(np.argmax(among & (count == np.bincount(count[among]).argmax())))

    def shown(self) -> int:
        """The seed to show of two sets: an octahedron if there is one, else two orthogonal triples if there are any."""
        turn = twist(self.final)
        return self.plainest(turn < ALIGNED if (turn < ALIGNED).any() else np.isfinite(turn))


def parts(runs: Runs) -> tuple[Course, Course, Course]:
    sets = runs["sets"]
    return Course(runs["levels"]), Course(sets.at(initial_scale=USUAL)), Course(sets.at(initial_scale=SMALL))


def paired_across(W: np.ndarray) -> np.ndarray:
    """Whether each feature's most opposite partner is of the other set of three, for each model (k, 3, 6)."""
    unit = W / np.maximum(norms(W)[..., None, :], 1e-12)
    partner = (unit.mT @ unit).argmin(axis=-1)
    return np.asarray((partner // 3 != np.arange(6) // 3).all(axis=-1))
