"""Training as a course of regimes: dimensionalities and their levels, and directions that end as an octahedron."""

from functools import cache
from typing import Any, ClassVar

import numpy as np

from tegum.claims import Claim, Judged, judge_interval, judge_mean, judge_rate, rate_interval, unjudged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.failure.comparison import excess, losses
from tegum.failure.regimes import Regimes, arrival, moved_in_drops, regimes
from tegum.geometry.directions import dimensionality, norms
from tegum.geometry.naming import named
from tegum.geometry.sets import collapsed, twist
from tegum.plots.rates import rate_lines, stacked_rates
from tegum.plots.regimes import FRACTIONS, direction_film, energy_levels
from tegum.spec import Count, Positive, Probability
from tegum.toy.features import CorrelatedSets, SparseUniform
from tegum.toy.models import Autoencoder
from tegum.training.history import every
from tegum.training.optimisers import AdamW
from tegum.training.run import Run
from tegum.training.training import Training

ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, learning dynamics"
OURS = "Beyond Elhage et al. 2022"
USUAL, SMALL = 1.0, 0.01  # initial scales, in units of Xavier's
RECORDS = 150
NEAR = 0.03  # from a level to be at it; by chance, with D_i anywhere from 0 to 1, 33 % are
SHORT = 0.4  # norms above this count in a set of three in one direction, which is 1/√3 = 0.58 each
FIRST_SEED = 3_000  # earlier ones were looked at before the corrected criteria were written
ALIGNED, TURNED = 15.0, 45.0  # degrees of twist: below, near an octahedron; above, near a prism

DIGONS = Claim(
    "With uniform importance all features end as digons.",
    ARTICLE,
    "More than half of the seeds (n = 10, m = 5) end as five digons and nothing else.",
)
LEVELS = Claim(
    "On the way D_i jumps between discrete levels, those of named shapes.",
    ARTICLE,
    "Until the loss has arrived, features are within 0.03 of a level (0, 3/8, 2/5, 1/2, 2/3, 3/4, 1) for more than "
    "half of the time, on average over seeds; where D_i is anything from 0 to 1 it is 33 %.",
)
COINCIDE = Claim(
    "Drops of the loss coincide with jumps of D_i.",
    ARTICLE,
    "Until the loss has arrived, more than half of all motion Σ|ΔD_i| falls into the quarter of the time in which log "
    "loss falls fastest, on average over seeds (n = 10, m = 5).",
    reason="From the usual start all directions are there at once, and D_i glides; from a start a hundred times "
    "smaller it goes in steps.",
)
REGIMES = Claim(
    "The loss curve of two sets of three goes through several distinct regimes.",
    ARTICLE,
    "In more than half of the seeds at the usual initial scale, log loss in its best straight pieces falls again at "
    "least twice as fast as in the piece before, at least once.",
)
TRANSFORM = Claim(
    "These regimes are geometric transformations of the weights.",
    ARTICLE,
    "At the usual initial scale more than half of all motion Σ|ΔD_i| falls into the quarter of the time in which log "
    "loss falls fastest, on average over seeds.",
    reason="From the usual start there hardly are regimes; from a start a hundred times smaller geometry moves "
    "while the loss falls.",
)
OCTAHEDRON = Claim(
    "Two sets of three correlated features in three dimensions end as a triangular antiprism, an octahedron.",
    ARTICLE,
    "More than half of the seeds at the usual initial scale end as an octahedron or another triangular antiprism.",
)
ACROSS = Claim(
    "Its antipodal pairs join features of different sets.",
    ARTICLE,
    "Of the octahedra at the usual initial scale more than half have three pairs across sets; six of the fifteen ways "
    "to pair six features are so.",
)
SMALL_REGIMES = Claim(
    "Corrected: distinct regimes appear where weights start small.",
    OURS,
    "In more than half of the seeds at a hundredth of the usual initial scale log loss falls again, as above.",
)
SMALL_TRANSFORM = Claim(
    "Corrected: there, too, geometry moves while the loss falls.",
    OURS,
    "At a hundredth of the usual initial scale more than half of all motion falls into the fastest quarter.",
)
PRINCIPAL = Claim(
    "From a small start the first regime is PCA: each set is one direction.",
    OURS,
    "In more than half of the seeds at a hundredth of the usual scale there is a moment at which both sets have "
    "collapsed (within 15°, norms above 0.4).",
)
BASES = Claim(
    "Corrected: what both starts have in common is two local orthogonal bases; how they are twisted is left to chance.",
    OURS,
    "At a hundredth of the usual scale more than half of the seeds end as two orthogonal triples (within 15°) that are "
    "twisted by more than 15° from an octahedron.",
)
BEST = Claim(
    "The octahedron is the best of these twists.",
    OURS,
    "At a hundredth of the usual scale models twisted by more than 45° have a larger mean loss than those twisted by "
    "less than 15°, on the same samples: the 95 % interval of the difference (Welch) lies above 0.",
)


class Dynamics(Experiment):
    """n = 10, m = 5, independent features; n = 6, m = 3, two sets of three, from starts of two scales."""

    title: ClassVar[str] = "How geometry is learnt"
    source: ClassVar[str] = ARTICLE
    lede: ClassVar[str] = (
        "Each feature's share of a dimension, D_i, through training, and the loss below it: the article sees it jump "
        "like an electron between energy levels. Then two sets of three features in space, a film to turn and to "
        "scrub. Where the loss changes pace is found by least squares, and whether geometry moves when the loss falls "
        "is a number."
    )
    recipe: ClassVar[dict[str, Any]] = {"batch_size": 1024, "learning_rate": 1e-3}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 12, "steps": 2400, "batch_size": 128, "learning_rate": 4e-3},
        "standard": {},
        "paper": {"seeds": 200, "steps": 10_000, "batch_size": 1024, "learning_rate": 1e-3},
    }

    seeds: Count = 100
    steps: Count = 4500
    feature_probability: Probability = 0.1
    batch_size: Count = 256
    learning_rate: Positive = 2e-3

    def trainings(self) -> dict[str, Training]:
        common: dict[str, Any] = {
            "batch_size": self.batch_size,
            "optimiser": AdamW(learning_rate=self.learning_rate),
            "evaluation_samples": 4096,
        }
        seeds = range(FIRST_SEED, FIRST_SEED + self.seeds)
        p: Any = self.feature_probability
        return {
            "levels": Training(
                model=Autoencoder(features=10, hidden=5), law=SparseUniform(feature_probability=p),
                over={"seed": seeds}, **_recorded(max(1, self.steps // 2)), **common,
            ),
            "sets": Training(
                model=Autoencoder(features=6, hidden=3), law=CorrelatedSets(sets=2, feature_probability=p),
                over={"initial_scale": (USUAL, SMALL), "seed": seeds}, **_recorded(self.steps), **common,
            ),
        }  # fmt: skip

    def claims(self, runs: Runs) -> list[Judged]:
        levels, usual, small = _parts(runs)
        half: Any = {"above": 0.5, "where": "seeds"}
        ends, shapes = named(levels.final).composites, named(usual.final).composites
        octahedra = shapes == "octahedron"
        across = paired_across(usual.final[octahedra])
        return [
            judge_rate(DIGONS, ends == "5-dimensional cross polytope", note=_ends(ends), **half),
            _judge_mean(LEVELS, levels.at_levels()),
            _judge_mean(COINCIDE, levels.motion()),
            judge_rate(REGIMES, usual.renewed() > 0, note=_counted(usual), **half),
            _judge_mean(TRANSFORM, usual.motion()),
            judge_rate(OCTAHEDRON, octahedra | (shapes == "1 triangular antiprism"), note=_ends(shapes), **half),
            judge_rate(ACROSS, across, above=0.5, where="octahedra"),
            judge_rate(SMALL_REGIMES, small.renewed() > 0, note=_counted(small), **half),
            _judge_mean(SMALL_TRANSFORM, small.motion()),
            judge_rate(PRINCIPAL, small.ever_collapsed(), note=_both(usual), **half),
            judge_rate(BASES, twist(small.final) > ALIGNED, note=_twists(usual, small), **half),
            _judge_best(small),
        ]

    def panels(self, runs: Runs) -> list[Panel]:
        levels, usual, small = _parts(runs)
        return [
            _film("film", "From one direction a set to an octahedron", small, "a hundredth of"),
            _levels(levels),
            _film("usual", "The same from the usual start", usual, "once"),
            _rates(usual, small),
            _twist(usual, small),
            _motion(levels, usual, small),
        ]


def _recorded(steps: int) -> dict[str, Any]:
    return {"steps": steps, "record": every(max(1, steps // RECORDS))}


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

    @cache  # noqa: B019, a course lives as long as its page
    def pieces(self) -> list[Regimes]:
        """The regimes of each seed's log loss over steps."""
        return [regimes(self.step.astype(float), np.log(loss)) for loss in self.loss]

    def renewed(self) -> np.ndarray:
        """How often each seed's loss falls anew."""
        return np.array([part.renewed(np.log(loss)) for part, loss in zip(self.pieces(), self.loss, strict=True)])

    def motion(self) -> np.ndarray:
        """Each seed's share of motion in the fastest quarter."""
        return np.array([moved_in_drops(loss, own) for loss, own in zip(self.loss, self.shares, strict=True)])

    def at_levels(self) -> np.ndarray:
        """Each seed's share of time near a level, before its loss has arrived."""
        levels = np.array(list(FRACTIONS.values()))
        near = (np.abs(self.shares[..., None] - levels) <= NEAR).any(axis=-1)
        return np.array([own[: max(arrival(loss), 1)].mean() for loss, own in zip(self.loss, near, strict=True)])

    def ever_collapsed(self) -> np.ndarray:
        """For each seed: are both sets of three one direction each at some moment?"""
        return np.asarray(collapsed(self.W, 2, SHORT).all(axis=-1).any(axis=-1))

    def plainest(self, wanted: np.ndarray | None = None) -> int:
        """The seed to show: of those wanted, the first whose loss has as many regimes as most of them."""
        count = np.array([part.count for part in self.pieces()])
        among = np.ones(len(count), bool) if wanted is None or not wanted.any() else wanted
        return int(np.argmax(among & (count == np.bincount(count[among]).argmax())))


def _parts(runs: Runs) -> tuple[Course, Course, Course]:
    sets = runs["sets"]
    return Course(runs["levels"]), Course(sets.at(initial_scale=USUAL)), Course(sets.at(initial_scale=SMALL))


def paired_across(W: np.ndarray) -> np.ndarray:
    """Whether each feature's most opposite partner is of the other set of three, for each model (k, 3, 6)."""
    unit = W / np.maximum(norms(W)[..., None, :], 1e-12)
    partner = (unit.mT @ unit).argmin(axis=-1)
    return np.asarray((partner // 3 != np.arange(6) // 3).all(axis=-1))


def _judge_mean(claim: Claim, values: np.ndarray) -> Judged:
    known = values[np.isfinite(values)]
    if not len(known):
        return unjudged(claim, "no seed whose loss took eight records to arrive")
    return judge_mean(claim, known, above=0.5, where="seeds")


def _judge_best(course: Course) -> Judged:
    turn = twist(course.final)
    loss = losses(course.final, course.b, course.law, 50_000)
    worse, better = loss[turn > TURNED], loss[turn < ALIGNED]
    if min(len(worse), len(better)) < 2:
        return unjudged(BEST, f"{len(worse)} seeds near a prism, {len(better)} near an octahedron: none to compare")
    value, low, high = excess(worse, better)
    measured = (
        f"{value:+.2g}, 95 % interval {low:+.2g} to {high:+.2g}: mean {worse.mean():.3g} in {len(worse)} seeds, "
        f"{better.mean():.3g} in {len(better)}"
    ).replace("-", "−")
    return judge_interval(BEST, value, low, high, above=0, measured=measured, count=len(worse) + len(better),
                          note="Losses are means over samples and features.")  # fmt: skip


def _twists(usual: Course, small: Course) -> str:
    return "; ".join(
        f"{words} start: two bases in {np.isfinite(turn).sum()} of {len(turn)}, twist below 15° in "
        f"{(turn < ALIGNED).sum()}, above 45° in {(turn > TURNED).sum()}"
        for words, turn in (("usual", twist(usual.final)), ("small", twist(small.final)))
    ) + "."  # fmt: skip


def _ends(found: np.ndarray) -> str:
    kinds, counts = np.unique(found, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return "Ends: " + ", ".join(f"{counts[i]} × {kinds[i]}" for i in order) + "."


def _counted(course: Course) -> str:
    often, times = np.unique(course.renewed(), return_counts=True)
    return "Times that the loss falls anew: " + ", ".join(
        f"{k} in {count} seeds" for k, count in zip(often, times, strict=True)
    ) + "."  # fmt: skip


def _both(usual: Course) -> str:
    return f"From the usual start: {usual.ever_collapsed().sum()} of {len(usual.W)}."


def _levels(course: Course) -> Panel:
    seed = course.plainest()
    end = min(len(course.step) - 1, 2 * max(arrival(course.loss[seed]), 8))
    edges = [float(course.step[e]) for e in course.pieces()[seed].edges[1:-1] if e < end]
    figure = energy_levels(course.step[: end + 1], course.shares[seed, : end + 1], course.loss[seed, : end + 1], edges)
    caption = (
        "Ten independent features of equal importance in five dimensions, one training until twice the time that its "
        "loss needs. Above: each feature's D_i; dotted lines are the fractions of named shapes. Below: the loss, mean "
        "over samples and features; dashed lines are where it changes pace. All end at 1/2, as digons."
    )
    return Panel("levels", "Energy levels", caption, figure)


def _film(name: str, title: str, course: Course, scale: str) -> Panel:
    seed = course.plainest(named(course.final).composites == "octahedron")
    pieces = course.pieces()[seed]
    shown = np.unique(np.linspace(0, len(course.step) - 1, 76).round().astype(int))
    words = named(course.W[seed][shown]).composites.tolist()
    edges = [float(course.step[e]) for e in pieces.edges[1:-1]]
    first = len(shown) - 1
    figure = direction_film(
        course.step[shown], course.W[seed][shown], course.loss[seed][shown], edges, words,
        sets=(0, 0, 0, 1, 1, 1), first=first,
    )  # fmt: skip
    caption = (
        f"Two sets of three correlated features, coloured by set, from {scale} Xavier's initial scale: a seed that "
        "ends as an octahedron, if any does, its loss with as many regimes as most of these. Drag to turn, "
        f"move the slider through training. Right: the loss; dashed lines are the {pieces.count} regimes found. The "
        "slider names the geometry of each moment."
    )
    return Panel(name, title, caption, figure)


def _rates(usual: Course, small: Course) -> Panel:
    kinds = ("octahedron", "two bases, twisted", "other")
    ends = [np.select([named(own.final).composites == "octahedron", np.isfinite(twist(own.final))], kinds[:2], kinds[2])
            for own in (usual, small)]  # fmt: skip
    counts = np.array([[(own == kind).sum() for kind in kinds] for own in ends])
    low, high = rate_interval(counts, len(usual.W))
    figure = stacked_rates(
        kinds, counts, low, high, ["usual", "a hundredth"], x_label="initial scale", y_label="share of seeds"
    )
    caption = (
        "How two sets of three end in space: as an octahedron, by the name of the whole; as two orthogonal triples "
        "that are twisted against each other; or otherwise, most with a feature unlearnt. Hover for counts and "
        "95 % intervals."
    )
    return Panel("ends", "How often an octahedron", caption, figure)


def _twist(usual: Course, small: Course) -> Panel:
    parts = np.linspace(0, 60, 31)
    turns = [turn[np.isfinite(turn)] for turn in (twist(usual.final), twist(small.final))]
    figure = _at_least(parts, turns, ["usual start", "small start"], "twist from an octahedron, degrees")
    caption = (
        "Of the models that end as two orthogonal triples, how many are twisted by at least so much about their common "
        "axis: 0° is an octahedron, 60° a triangular prism."
    )
    return Panel("twist", "The twist is left to chance", caption, figure)


def _at_least(parts: np.ndarray, values: list[np.ndarray], names: list[str], x_label: str) -> Any:
    """Lines of the share of seeds with at least each value, with intervals."""
    above = np.stack([[int((own >= part).sum()) for part in parts] for own in values], axis=1)
    total = np.broadcast_to([max(len(own), 1) for own in values], above.shape)
    low, high = rate_interval(above, total)
    return rate_lines(parts, above / total, low, high, names, x_label=x_label,
                      y_label="share of seeds with at least this")  # fmt: skip


def _motion(levels: Course, usual: Course, small: Course) -> Panel:
    parts = np.linspace(0, 1, 41)
    names = ["independent, n = 10", "sets, usual start", "sets, small start"]
    motion = [course.motion() for course in (levels, usual, small)]
    known = [values[np.isfinite(values)] for values in motion]
    figure = _at_least(parts, known, names, "part of all motion in the fastest quarter")
    caption = (
        "How much of all change of D_i happens in the quarter of the time in which the loss falls fastest. A step down "
        "at 0.25 is what two unrelated courses would give; at 1, geometry would move in drops only."
    )
    return Panel("motion", "Does geometry move when the loss falls?", caption, figure)


EXPERIMENT = Dynamics
