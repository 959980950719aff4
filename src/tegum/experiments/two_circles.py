"""Perfect models that are no regular polygon: how many radii they have, circles or not, and what gaps."""

import functools
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from tegum.claims import Claim, Judged, judge_interval, judge_rate, rate_interval, share, unjudged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.failure.outcomes import INNER_OUTER, PERFECT_REGULAR, Outcomes, outcomes
from tegum.geometry.circles import (
    STEP,
    fitted_circle,
    group_spread,
    interfaces,
    off_one_circle,
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
from tegum.theory.zero_loss import random_solutions, slacks
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
FRESH = 37_000_000  # the first seed: none that was looked at before the criteria were written
ENOUGH = 20  # models of an n that are judged
LEARNT = 1e-3  # the loss of a sample of unit length below which it counts as learnt
RANDOM = 2000  # sets of zero loss without training, to compare with
ACTIVE = 10  # of a sample's inputs, on average, as in Henighan et al.
SENSITIVE = (0.01, STEP, 0.1)
_RULE = (
    f"Norms, sorted, belong to another radius where one is more than {STEP:.0%} longer than the one before it. "
    "Asymmetric: perfect at the end (every output within 0.02), and not a regular polygon (within 1 %)."
)

PERFECT = Claim(
    f"The perfect solution of {FEATURES} features is the regular polygon.",
    f"{POST}, Symmetric Failure",
    "Of the seeds that end perfect, more than half end with norms within 1 % and gaps within 1° of equal. (The same "
    "article says elsewhere that features do not have to be a circle, other solutions being “equally good”.)",
    reason="Solutions of zero loss fill a region of full dimension, and training stops where it meets it.",
)
TWO = Claim(
    "Where points do not share one circle, they lie on two circles of different radii.",
    HENIGHAN,
    f"At every n, where {ENOUGH} or more seeds end asymmetric with several radii, more than half of these have exactly "
    f"two; it fails if at one n fewer than half do. {_RULE}",
    reason="With seven features most have three: two short ones that weight decay has not brought together yet.",
)
NOT_TWO = Claim(
    "Two is not a special number of radii.",
    INTRODUCTION,
    f"At every n, where {ENOUGH} or more seeds end asymmetric with several radii, more than half of these do not have "
    f"exactly two; it fails if at one n fewer than half do not. {_RULE}",
    reason="With more than seven features nearly all asymmetric models have just two radii.",
)
THREE = Claim(
    f"Corrected: it depends on the number of features. {FEATURES} mostly make three radii.",
    BEYOND,
    f"Of the seeds that end asymmetric at n = {FEATURES} with several radii, more than half have exactly three radii. "
    f"{_RULE}",
)
MORE = Claim(
    f"And more than {FEATURES} features mostly make two.",
    BEYOND,
    f"Of the seeds that end asymmetric at n > {FEATURES} with several radii, more than half have exactly two. {_RULE}",
)
SURROUND = Claim(
    "The circles are circles: the points of the larger radius go all the way round.",
    HENIGHAN,
    f"Of the asymmetric seeds with several radii at n = {FEATURES}, more than half have no gap of 180° or more between "
    "neighbours among the longest points. (A later article doubts that they are circles.)",
    reason="Five long spokes crowd on an arc; the wide gaps on its sides hold the short ones.",
)
SHARED = Claim(
    "Corrected: features that share a radius about the origin share it exactly.",
    BEYOND,
    f"Of the asymmetric seeds at n = {FEATURES} with a radius that three features or more share, more than 95 in 100 "
    "have their norms within 0.5 % of each other.",
)
GAP = Claim(
    "Points on different circles are apart by a large angular gap.",
    UPDATE,
    f"Of the asymmetric seeds with several radii at n = {FEATURES}, more than 95 in 100 have every gap between a "
    "neighbour on the largest radius and one on a smaller larger than every gap between neighbours on the largest. "
    "(Zero loss forces much of this; what training adds is judged by the next two.)",
)
NEEDED = Claim(
    "How large: a tip on a circle of radius r needs at least arccos((r² − 1)/(r R)) to a tip at R, and gets no more.",
    BEYOND,
    f"Of the asymmetric seeds with several radii at n = {FEATURES}, more than 95 in 100 have every such gap within 2° "
    "of that.",
    reason="Beside the shortest of two short features some have room to spare.",
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
    "More than 1 in 100 of the trainings on T samples end with all of them learnt (a loss below 0.001 each) and their "
    f"latents of more than one radius (by {STEP:.0%}, as above). Many trainings leave a sample unlearnt: they count "
    "against it.",
)
TWO_SAMPLES = Claim(
    "On sparse samples, where points do not share one circle, they lie on two.",
    HENIGHAN,
    "Of the trainings on T samples that end with all learnt (a loss below 0.001 each) and several radii, more than "
    "half have exactly two.",
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
        by_n = self._several_by_n(runs["sizes"])
        more = np.concatenate([np.zeros(0, int), *[radius_count(norms(W)) for n, W in by_n.items() if n > FEATURES]])
        return [
            judge_rate(PERFECT, regular(W)[end.perfect], 0.5, "perfect seeds", _free(odd, end)),
            _everywhere(TWO, {n: radius_count(norms(W)) == 2 for n, W in by_n.items()}, _flips(W[odd], end.kind[odd])),
            _everywhere(NOT_TWO, {n: radius_count(norms(W)) != 2 for n, W in by_n.items()}),
            judge_rate(
                THREE, radius_count(norms(W[several])) == 3, 0.5, "asymmetric seeds", _counted(runs, W[several])
            ),
            judge_rate(MORE, more == 2, 0.5, f"asymmetric seeds, n > {FEATURES}"),
            *shapes(W[several], b[several]),
            *self._on_samples(runs["samples"]),
        ]

    def panels(self, runs: Runs) -> list[Panel]:
        W, b, end = _ends(runs["centre"])
        odd, by_n = W[end.asymmetric], self._several_by_n(runs["sizes"])
        found = [_zones(W, b, end)] if end.perfect.any() else []
        if len(odd):
            found = [_gallery(odd), *found, _interfaces(odd), _room(odd)]
        counted = [self._radii(by_n)] if any(map(len, by_n.values())) else []
        return [*found[:1], *counted, *found[1:], self._learnt(runs["samples"])]

    def _several_by_n(self, run: Run) -> dict[int, np.ndarray]:
        """W of the asymmetric ends with several radii for each n."""
        found = {}
        for n in self.features:
            W, _, end = _ends(run.at(features=n))
            own = W[end.asymmetric, :, :n]
            found[n] = own[radius_count(norms(own)) > 1]
        return found

    def _radii(self, by_n: dict[int, np.ndarray]) -> Panel:
        found = {n: W for n, W in by_n.items() if len(W)}
        counts = np.array([radius_histogram(norms(W), step=step) for W in found.values() for step in SENSITIVE])
        labels = [f"{step:.0%}<br>n={n}" for n in found for step in SENSITIVE]
        caption = (
            "How many radii asymmetric perfect models have that have several, for each number of features n, counting "
            "as another radius what is longer by more than 1 %, 5 % (the rule of the claims) or 10 %. Models counted: "
            f"{', '.join(f'n = {n}: {len(W)}' for n, W in by_n.items())}. Hover for counts and 95 % intervals."
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

    def _learnt_radii(self, run: Run) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        """For each T, which trainings end with all samples learnt, and how many radii the latents of all have."""
        pairs = {count: self.latents(run, count) for count in self.examples}
        return {
            count: (np.asarray((loss < LEARNT).all(axis=-1)), radius_count(norms(h)))
            for count, (h, loss) in pairs.items()
        }

    def _on_samples(self, run: Run) -> list[Judged]:
        found = self._learnt_radii(run)
        some = [learnt & (radii > 1) for learnt, radii in found.values()]
        several = [radii[learnt & (radii > 1)] for learnt, radii in found.values()]
        words = [
            f"T = {count}: {split.sum()} of {learnt.sum()} that learnt all, of {len(learnt)}"
            for split, (count, (learnt, _)) in zip(some, found.items(), strict=True)
        ]
        two = [f"T = {count}: {share(part == 2)}" for count, part in zip(found, several, strict=True)]
        return [
            judge_rate(SAMPLES, np.concatenate(some), 0.01, "trainings", f"{'; '.join(words)}."),
            judge_rate(TWO_SAMPLES, np.concatenate(several) == 2, 0.5, "trainings with several", f"{'; '.join(two)}."),
        ]

    def _learnt(self, run: Run) -> Panel:
        counts = []
        for learnt, radii in self._learnt_radii(run).values():
            own = np.bincount(np.minimum(radii[learnt], len(RADII)), minlength=len(RADII) + 1)[1:]
            counts.append([*own.tolist(), int((~learnt).sum())])
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


def _everywhere(claim: Claim, found: dict[int, np.ndarray], note: str = "") -> Judged:
    """A claim about every n, each a rate of its own: the lowest rate decides."""
    words = [f"n = {n}: {share(part)}" for n, part in found.items() if len(part)]
    enough = [part for part in found.values() if len(part) >= ENOUGH]
    if not enough:
        return unjudged(claim, f"no n with {ENOUGH} asymmetric seeds", note=note)
    right, total = (np.array([size(part) for part in enough]) for size in (np.sum, np.size))
    low, high = (float(part.min()) for part in rate_interval(right, total))
    return judge_interval(
        claim, float((right / total).min()), low, high, above=0.5,
        measured=", ".join(words), count=int(total.sum()), note=note,
    )  # fmt: skip


def shapes(W: np.ndarray, b: np.ndarray) -> list[Judged]:
    """What circles, gaps and zones of models with several radii are like, W (k, 2, n) of zero loss."""
    W, where = W.astype(float), "asymmetric seeds with several radii"
    outer, gap, needed, within, differ = interfaces(W)
    spread = group_spread(norms(W))
    same = spread[np.isfinite(spread)] < 0.005
    return [
        judge_rate(SURROUND, widest_gap(W, outer) < np.pi, 0.5, where, _arcs(W, outer)),
        judge_rate(SHARED, same, 0.95, "asymmetric seeds with such a radius", _fits(W, spread)),
        judge_rate(GAP, _apart(gap, within, differ), 0.95, where, f"{_arcs_at(differ)} {_chance('GAP', W.shape[-1])}"),
        judge_rate(NEEDED, _no_more(gap, needed, differ), 0.95, where, _excess(gap - needed, differ)),
        judge_rate(SEPARATE, (np.abs(slacks(W).min(-1)) < 0.05).all(-1), 0.95, where),
        judge_rate(WIDER, wider(W, b, outer), 0.95, where, _chance("WIDER", W.shape[-1])),
    ]


@functools.lru_cache(maxsize=4)
def _by_chance(n: int) -> dict[str, str]:
    """How often gaps and room are so in random sets of zero loss with several radii."""
    W = random_solutions(RANDOM, n)
    W = W[radius_count(norms(W)) > 1]
    outer, gap, _, within, differ = interfaces(W)
    return {"GAP": share(_apart(gap, within, differ)), "WIDER": share(wider(W, 1 - (W**2).sum(axis=1), outer))}


def _chance(name: str, n: int) -> str:
    return f"Of random sets of zero loss that nobody trained, {_by_chance(n)[name]}."


def _free(odd: np.ndarray, end: Outcomes) -> str:
    return f"The others are off by {end.error[odd].max():.0e} at most." if odd.any() else ""


def _flips(W: np.ndarray, kind: np.ndarray) -> str:
    """What other rules make of the models at n = 7."""
    other = [f"by steps of {step:.0%} {share(radius_count(norms(W), step) == 2)}" for step in SENSITIVE]
    return (
        f"The rule decides: of the asymmetric at n = {FEATURES} {', '.join(other)} have two; by the census's looser "
        f"rule, an inner and an outer group, {share(kind == INNER_OUTER)}."
    )


def _counted(runs: Runs, W: np.ndarray) -> str:
    """How many radii there are, and in double precision."""
    twice, _, end = _ends(runs["double"])
    exact = radius_count(norms(twice[end.asymmetric]))
    found = np.bincount(radius_count(norms(W)))[1:]
    radii = ", ".join(f"{count} have {k}" for k, count in enumerate(found, 1) if count)
    return f"{radii}; in double precision {share(exact[exact > 1] == 3)} have three."


def _arcs(W: np.ndarray, outer: np.ndarray) -> str:
    if not len(W):
        return ""
    count, number = np.unique(outer.sum(axis=-1), return_counts=True)
    words = ", ".join(f"{times} have {k} longest" for k, times in zip(count, number, strict=True))
    return f"The median widest gap among the longest is {np.degrees(np.median(widest_gap(W, outer))):.0f}°; {words}."


def _fits(W: np.ndarray, spread: np.ndarray) -> str:
    if not np.isfinite(spread).any():
        return ""
    one = np.median(off_one_circle(W) / norms(W).mean(axis=-1))
    return (
        f"Their median spread is {np.nanmedian(spread):.1e}. The best single circle, its centre free, misses the tips "
        f"by {one:.0%} of their mean norm."
    )


def _apart(gap: np.ndarray, within: np.ndarray, differ: np.ndarray) -> np.ndarray:
    return np.where(differ, gap, np.inf).min(axis=-1) > np.where(within, gap, 0).max(axis=-1)


def _arcs_at(differ: np.ndarray) -> str:
    return f"{share(differ.sum(axis=-1) == 2)} have just two such gaps: the longest stand together."


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
