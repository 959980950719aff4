"""Perfect models that are no regular polygon: how many radii they have, circles or not, and what gaps."""

from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from tegum.claims import Claim, Judged, judge_rate, rate_interval
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.failure.outcomes import PERFECT_REGULAR, Outcomes, outcomes
from tegum.geometry.circles import (
    STEP,
    fitted_circle,
    interfaces,
    off_one_circle,
    off_radii,
    radius_count,
    radius_groups,
    radius_histogram,
    room_around,
    wider,
    widest_gap,
)
from tegum.geometry.directions import norms
from tegum.geometry.polytopes import aligned
from tegum.geometry.regularity import regular
from tegum.plots.circles import RADII, SHADES, circled
from tegum.plots.lines import against
from tegum.plots.rates import stacked_rates
from tegum.plots.zones import latent_zones
from tegum.spec import Count, NotNegative, Positive
from tegum.theory.zero_loss import slacks
from tegum.toy.features import FixedSamples, OneHot, SparseUniform, UnitNorm, whole
from tegum.toy.models import Autoencoder
from tegum.toy.random import fold, key_of
from tegum.training.loop import DATA
from tegum.training.optimisers import AdamW
from tegum.training.run import Run
from tegum.training.training import Training

POST = "Optimization Failure (2024)"
INTRODUCTION = f"{POST}, Introduction"
HENIGHAN = "Henighan et al. 2023, Superposition, Memorization, and Double Descent, optimisation failures in 2D"
UPDATE = "Olah and Henighan in Circuits Updates, May 2023"
BEYOND = f"Beyond {POST}, written after a pilot with other seeds"
FEATURES = 7  # in the sources' pictures, and where single claims are judged
FRESH = 3_000_000  # the first seed: those below 10⁶ were looked at before the criteria were written
ACTIVE = 10  # of a sample's inputs, on average, as in Henighan et al.
SENSITIVE = (0.01, STEP, 0.1)
_RULE = (
    f"Norms, sorted, belong to another radius where one is more than {STEP:.0%} longer than the one before it. "
    "Asymmetric: perfect at the end (every output within 0.02), and not a regular polygon (within 1 %)."
)

PERFECT = Claim(
    f"The perfect solution of {FEATURES} features is the regular polygon.",
    f"{POST}, Symmetric Failure",
    "Of the seeds that end perfect, more than half end with norms within 1 % and gaps within 1° of equal.",
)
TWO = Claim(
    "Where points do not share one circle, they lie on two circles of different radii.",
    HENIGHAN,
    f"Of the seeds that end asymmetric at n = {FEATURES}, more than half have exactly two radii. {_RULE}",
)
NOT_TWO = Claim(
    "Two is not a special number of radii.",
    INTRODUCTION,
    f"Of the seeds that end asymmetric with more than {FEATURES} features, more than half do not have exactly two "
    f"radii. {_RULE}",
)
SURROUND = Claim(
    "The points of the larger radius lie on a circle: they surround the origin.",
    INTRODUCTION,
    f"Of the asymmetric seeds with several radii at n = {FEATURES}, more than half have no gap of 180° or more between "
    "neighbours among the longest points.",
)
SHIFTED = Claim(
    "Corrected: the radii are about the origin. One circle about a shifted centre does not fit the same points.",
    BEYOND,
    f"Of the asymmetric seeds with several radii at n = {FEATURES}, more than 95 in 100 are more than ten times as far "
    "(root mean square) from the best single circle with a free centre as from one radius about the origin for each "
    "group.",
)
GAP = Claim(
    "Points on different circles are apart by a large angular gap.",
    UPDATE,
    f"Of the asymmetric seeds with several radii at n = {FEATURES}, more than half have every gap between a neighbour "
    "on the largest radius and one on a smaller larger than every gap between neighbours on the largest.",
)
NEEDED = Claim(
    "How large: a tip on a circle of radius r needs at least arccos((r² − 1)/(r R)) to a tip at R, and gets no more.",
    BEYOND,
    f"Of the asymmetric seeds with several radii at n = {FEATURES}, more than 95 in 100 have every such gap within 2° "
    "of that.",
)
SEPARATE = Claim(
    "How linearly separable is enough: along its spoke, tip i stands 1/‖W_i‖ beyond all others; training stops there.",
    BEYOND,
    f"Of the asymmetric seeds with several radii at n = {FEATURES}, more than 95 in 100 have, for every feature, a "
    "distance along its spoke from the nearest other tip to its own that is within 5 % of 1/‖W_i‖.",
)
WIDER = Claim(
    "Shorter features need wider zones and more room around them.",
    f"{POST}, Why do Features Organize Themselves into a Circle?",
    f"Of the asymmetric seeds with several radii at n = {FEATURES}, more than 95 in 100 have, averaged over features, "
    "larger lone zones (area in the model's disc where that output alone is positive) and larger gaps beside them for "
    "features of smaller radii than for those of the largest.",
)
SAMPLES = Claim(
    "On sparse samples of unit length, too, some trainings put points on circles of different radii.",
    HENIGHAN,
    "More than 1 in 100 of the trainings on T samples end with all of them learnt (a loss below 0.01 each) and their "
    f"latents of more than one radius (by {STEP:.0%}, as above).",
)


class TwoCircles(Experiment):
    """One-hot data, m = 2, n = 5 … 12; and T sparse samples of unit length."""

    title: ClassVar[str] = "Two circles, or not"
    source: ClassVar[str] = f"{HENIGHAN}; {POST}"
    lede: ClassVar[str] = (
        "Henighan, Olah and others saw that some models in the plane put their points on two circles that do not "
        "merge, with a large angular gap in between; a later article doubts both the “two” and the “circles”. Here "
        "are thousands of such models: how many radii they have, about which centre, how wide the gaps are and why."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 25_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {
            "seeds": 200, "each": 100, "features": (7, 8),
            "examples": (6,), "trials": 16, "inputs": 200, "data_steps": 4000,
        },
        "standard": {},
        "paper": {"seeds": 20_000, "each": 2000, "examples": (5, 6, 7, 8), "trials": 400, "data_steps": 50_000},
    }  # fmt: skip

    seeds: Count = 2000
    each: Count = 400
    steps: Count = 25_000
    learning_rate: Positive = 1e-3
    weight_decay: NotNegative = 0.01
    features: tuple[int, ...] = tuple(range(5, 13))
    examples: tuple[int, ...] = (5, 6, 7)
    trials: Count = 60
    inputs: Count = 400
    data_steps: Count = 25_000

    def trainings(self) -> dict[str, Training]:
        few, warmup = range(FRESH, FRESH + self.each), max(1, self.data_steps // 20)
        sparse = UnitNorm(of=SparseUniform(feature_probability=min(1.0, ACTIVE / self.inputs)))
        return {
            "centre": self._training({"seed": range(FRESH, FRESH + self.seeds)}),
            "double": self._training({"seed": few}, precision="float64"),
            "sizes": self._training({"features": self.features, "seed": few}),
            "samples": Training(
                model=Autoencoder(features=self.inputs, hidden=2),
                law=FixedSamples(count=1, of=sparse),
                optimiser=AdamW(learning_rate=1e-3, weight_decay=0.01, warmup=warmup, schedule="cosine"),
                steps=self.data_steps,
                over={"count": self.examples, "seed": range(FRESH, FRESH + self.trials)},
            ),
        }

    def _training(self, over: dict[str, Any], **more: Any) -> Training:
        optimiser = AdamW(learning_rate=self.learning_rate, weight_decay=self.weight_decay)
        return Training(
            model=Autoencoder(features=FEATURES, hidden=2), law=OneHot(), optimiser=optimiser,
            steps=self.steps, over=over, **more,
        )  # fmt: skip

    def claims(self, runs: Runs) -> list[Judged]:
        W, b, end = _ends(runs["centre"])
        odd = end.asymmetric
        several = odd & (radius_count(norms(W)) > 1)
        some, where = W[several].astype(float), "asymmetric seeds with several radii"
        outer, gap, needed, within, differ = interfaces(some)
        return [
            _rate(PERFECT, regular(W)[end.perfect], 0.5, "perfect seeds"),
            _rate(TWO, radius_count(norms(W[odd])) == 2, 0.5, "asymmetric seeds", _counted(runs, W[odd])),
            _rate(NOT_TWO, self._not_two(runs["sizes"]), 0.5, "asymmetric seeds, n > 7", self._by_n(runs["sizes"])),
            _rate(SURROUND, widest_gap(some, outer) < np.pi, 0.5, where, _arcs(some, outer)),
            _rate(SHIFTED, off_one_circle(some) > 10 * off_radii(some), 0.95, where, _fits(some)),
            _rate(GAP, _apart(gap, within, differ), 0.5, where, _arcs_at(differ)),
            _rate(NEEDED, _no_more(gap, needed, differ), 0.95, where, _excess(gap - needed, differ)),
            _rate(SEPARATE, (np.abs(slacks(some).min(-1)) < 0.05).all(-1), 0.95, where),
            _rate(WIDER, wider(some, b[several], outer), 0.95, where),
            _rate(SAMPLES, self._split(runs["samples"]).ravel(), 0.01, "trainings", self._by_count(runs["samples"])),
        ]  # fmt: skip

    def panels(self, runs: Runs) -> list[Panel]:
        W, b, end = _ends(runs["centre"])
        return [
            _gallery(W[end.asymmetric]),
            self._radii(runs),
            _zones(W, b, end),
            _interfaces(W[end.asymmetric]),
            _room(W[end.asymmetric]),
            self._learnt(runs["samples"]),
        ]

    def _odd_by_n(self, run: Run) -> dict[int, np.ndarray]:
        """W of the asymmetric ends for each n."""
        found = {}
        for n in self.features:
            W, _, end = _ends(run.at(features=n))
            found[n] = W[end.asymmetric, :, :n]
        return found

    def _not_two(self, run: Run) -> np.ndarray:
        counts = [radius_count(norms(W)) for n, W in self._odd_by_n(run).items() if n > FEATURES and len(W)]
        return np.concatenate([np.zeros(0, int), *counts]) != 2

    def _by_n(self, run: Run) -> str:
        two = {n: radius_count(norms(W)) == 2 for n, W in self._odd_by_n(run).items()}
        return f"Two radii: {', '.join(f'n = {n}: {_share(part)}' for n, part in two.items() if len(part))}."

    def _radii(self, runs: Runs) -> Panel:
        found = {n: W for n, W in self._odd_by_n(runs["sizes"]).items() if len(W)}
        counts = np.array([radius_histogram(norms(W), step=step) for W in found.values() for step in SENSITIVE])
        labels = [f"{step:.0%}<br>n={n}" for n in found for step in SENSITIVE]
        caption = (
            "How many radii asymmetric perfect models have, for each number of features n, counting as another radius "
            "what is longer by more than 1 %, 5 % (the rule of the claims) or 10 %. Six features have two, three or "
            "four radii, seven mostly three, eight and more two. Hover for counts and 95 % intervals: from n = 10 on "
            "few models end perfect, at n = 12 hardly any."
        )
        return Panel("radii", "How many radii", caption, _bars(counts, labels, "the step that counts, and features"))

    def latents(self, run: Run, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Latents h (k, 2, T) of the T samples of each training, and each sample's loss (k, T)."""
        one = run.at(count=count)
        law = run.training.law.model_copy(update={"count": count})
        words = np.array(key_of(one.W["seed"].values.astype(np.uint64)), dtype=np.uint32)
        x = np.moveaxis(np.asarray(whole(law, fold(jnp.asarray(words), DATA), self.inputs)), -1, 0).astype(float)
        W, b = _weights(one)
        h = W.astype(float) @ x
        return h, ((np.maximum(W.mT @ h + b[..., None], 0) - x) ** 2).sum(axis=1)

    def _split(self, run: Run) -> np.ndarray:
        """For each T, which trainings end with all samples learnt and latents of several radii, (T, k)."""
        pairs = [self.latents(run, count) for count in self.examples]
        return np.array([(loss < 0.01).all(-1) & (radius_count(norms(h)) > 1) for h, loss in pairs])

    def _by_count(self, run: Run) -> str:
        words = []
        for count, split in zip(self.examples, self._split(run), strict=True):
            learnt = np.asarray((self.latents(run, count)[1] < 0.01).all(axis=-1))
            words.append(f"T = {count}: {split.sum()} of {learnt.sum()} that learnt all, of {len(learnt)}")
        return f"{'; '.join(words)}."

    def _learnt(self, run: Run) -> Panel:
        counts = []
        for count in self.examples:
            h, loss = self.latents(run, count)
            learnt = (loss < 0.01).all(-1)
            counts.append([*radius_histogram(norms(h[learnt])).tolist(), int((~learnt).sum())])
        low, high = rate_interval(np.array(counts), np.sum(counts, axis=1, keepdims=True))
        names = [*RADII, "not all learnt"]
        figure = stacked_rates(
            names, counts, low, high, [f"T = {count}" for count in self.examples],
            x_label="samples", y_label="share of trainings", shades={**SHADES, names[-1]: "#D8D3C7"},
        )  # fmt: skip
        caption = (
            f"T sparse samples of {self.inputs} inputs, {ACTIVE} active on average, each scaled to length 1, with a "
            "warm-up and a cosine to zero: how many radii the samples' latents have, where all samples are learnt."
        )
        return Panel("samples", "On samples as in Henighan et al.", caption, figure)


def _weights(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """W (seed, 2, n) and b (seed, n) at the end."""
    return run.W.transpose(..., "latent", "feature").values, run.b.transpose(..., "feature").values


def _ends(run: Run) -> tuple[np.ndarray, np.ndarray, Outcomes]:
    return *_weights(run), outcomes(run)


def _rate(claim: Claim, successes: np.ndarray, above: float, where: str, note: str = "") -> Judged:
    return judge_rate(claim, successes, above=above, where=where, note=note)


def _share(successes: np.ndarray) -> str:
    return f"{int(np.sum(successes))} of {np.size(successes)}"


def _counted(runs: Runs, W: np.ndarray) -> str:
    """How many have two radii by other rules, and in double precision."""
    other = [f"by {step:.0%} {_share(radius_count(norms(W), step) == 2)}" for step in SENSITIVE]
    twice, _, end = _ends(runs["double"])
    exact = radius_count(norms(twice[end.asymmetric])) == 2
    found = np.bincount(radius_count(norms(W)))[1:]
    radii = ", ".join(f"{count} have {k}" for k, count in enumerate(found, 1) if count)
    rules = f"Two, if a radius begins where a norm is longer {', '.join(other)}"
    return f"{radii}. {rules}; in double precision {_share(exact)}."


def _arcs(W: np.ndarray, outer: np.ndarray) -> str:
    if not len(W):
        return ""
    count, number = np.unique(outer.sum(axis=-1), return_counts=True)
    words = ", ".join(f"{times} have {k} longest" for k, times in zip(count, number, strict=True))
    return f"The median widest gap among the longest is {np.degrees(np.median(widest_gap(W, outer))):.0f}°; {words}."


def _fits(W: np.ndarray) -> str:
    if not len(W):
        return ""
    one, own = (np.median(off(W) / norms(W).mean(axis=-1)) for off in (off_one_circle, off_radii))
    return f"Medians, as a part of the mean norm: {one:.1%} from one free circle, {own:.1e} from their own radii."


def _apart(gap: np.ndarray, within: np.ndarray, differ: np.ndarray) -> np.ndarray:
    return np.where(differ, gap, np.inf).min(axis=-1) > np.where(within, gap, 0).max(axis=-1)


def _arcs_at(differ: np.ndarray) -> str:
    return f"{_share(differ.sum(axis=-1) == 2)} have just two such gaps: the longest stand together."


def _no_more(gap: np.ndarray, needed: np.ndarray, differ: np.ndarray) -> np.ndarray:
    return np.asarray((~differ | (np.abs(gap - needed) < np.radians(2))).all(axis=-1))


def _excess(excess: np.ndarray, differ: np.ndarray) -> str:
    if not differ.any():
        return ""
    low, middle, high = np.degrees(np.quantile(excess[differ], (0.1, 0.5, 0.9))).round(2) + 0.0
    return f"The median one exceeds it by {middle}°; eight of ten by {low}° to {high}°."


def _bars(counts: np.ndarray, labels: list[str], x_label: str) -> Any:
    low, high = rate_interval(counts, np.maximum(counts.sum(axis=1, keepdims=True), 1))
    return stacked_rates(RADII, counts, low, high, labels, x_label=x_label, y_label="share of models", shades=SHADES)


def _gallery(W: np.ndarray) -> Panel:
    """The first models of each number of radii."""
    W = W.astype(float)
    count = radius_count(norms(W))
    chosen = [k for radii in (1, 2, 3, 4) for k in np.flatnonzero(count == radii)[:2]]
    picked = aligned(W[chosen])
    group = radius_groups(norms(picked))
    centre, radius, _ = fitted_circle(picked.mT)
    figure = circled(picked, group, centre, radius, [RADII[min(count[k], 4) - 1] for k in chosen])
    caption = (
        f"Perfect models of {FEATURES} features that are no regular polygon, all on one scale: up to two of each "
        "number of radii. Thin circles: the radii, about the origin; a colour for each, from the smallest. Dotted: the "
        "best single circle with a free centre. The long spokes crowd on one side."
    )
    return Panel("gallery", "Wheels with several radii", caption, figure)


def _zones(W: np.ndarray, b: np.ndarray, end: Outcomes) -> Panel:
    count = np.where(end.asymmetric, radius_count(norms(W)), 0)
    chosen = [int(np.argmax(count == radii)) for radii in (2, 3) if (count == radii).any()]
    chosen += np.flatnonzero(end.kind == PERFECT_REGULAR)[:1].tolist()
    names = [RADII[count[k] - 1] if count[k] else "regular polygon" for k in chosen]
    figure = latent_zones((aligned(W[chosen]), b[chosen]), names)
    caption = (
        "Faint: where an output is positive; strong: where it alone is. A short spoke has a wide zone: output i rises "
        "by ‖W_i‖ for each unit of length, so its tip must stand 1/‖W_i‖ beyond the zone's border. The tips of "
        "neighbours stand on it."
    )
    return Panel("zones", "Their zones", caption, figure)


def _interfaces(W: np.ndarray) -> Panel:
    several = W[radius_count(norms(W)) > 1][:500].astype(float)
    _, gap, needed, within, differ = interfaces(several)
    names = ("both the largest radius", "different radii")
    points = [(np.degrees(needed[part]), np.degrees(gap[part])) for part in (within, differ)]
    ends = np.array([min((x.min(initial=90.0) for x, _ in points)), max((x.max(initial=0.0) for x, _ in points))])
    figure = against(
        points, [(ends, ends)] * 2, names,
        x_label="least gap that zero loss allows: arccos((r² − 1)/(r R)), degrees", y_label="gap, degrees",
        words=("trained", "as narrow as allowed"),
    )  # fmt: skip
    caption = (
        "Pairs of neighbours in up to 500 models with several radii: the angle between them against the least that "
        "gives both back without loss, where r is the shorter radius and R the longer. On the line they are as close "
        "as can be. Above it, at the right, are models with two short features, of which one has room to spare."
    )
    return Panel("interfaces", "The gap between circles", caption, figure)


def _room(W: np.ndarray) -> Panel:
    several = W[radius_count(norms(W)) > 1][:200].astype(float)
    outer = interfaces(several)[0]
    length, room = norms(several), np.degrees(room_around(several))
    r = np.linspace(max(1.0, length.min(initial=1.0)), max(1.5, length.max(initial=1.5)), 100)
    bound = np.degrees(np.arccos(1 - 1 / r**2))
    figure = against(
        [(length[part], room[part]) for part in (outer, ~outer)], [(r, bound), (r[:0], bound[:0])],
        ("the largest radius", "smaller radii"),
        x_label="norm ‖W_i‖", y_label="mean of the two gaps beside it, degrees",
        words=("trained", "needed between neighbours of one norm"),
    )  # fmt: skip
    caption = (
        "Every feature of up to 200 models with several radii: how much room it has beside it, against its length. "
        "Short features stand alone, long ones crowd; those at an end of the crowd have a wide gap on one side."
    )
    return Panel("room", "Short features need room", caption, figure)


EXPERIMENT = TwoCircles
