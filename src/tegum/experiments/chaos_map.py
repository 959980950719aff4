"""Perturbation × learning rate, one training for each pixel: does the unlearnt feature get learnt, and when?"""

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from scipy.stats import spearmanr

from tegum.claims import Claim, Judged, judge_fact, judge_mean, judge_rate, unjudged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.failure.boundaries import patchiness, ranked
from tegum.failure.maps import SHIFT, Map, Region, behind, perturbed
from tegum.failure.outcomes import NAMES
from tegum.plots.lines import bands, curves
from tegum.plots.maps import Plane, by_name, by_value, planes
from tegum.plots.states import SHADES
from tegum.plots.style import number
from tegum.plots.zones import latent_zones
from tegum.spec import Count
from tegum.training.history import every
from tegum.training.optimisers import SGD, AdamW, Optimiser
from tegum.training.run import Run
from tegum.training.training import Training

CHAOS = "Optimization Failure (2024), Asymmetric Recovery is Chaotic"
ADAMW = Region((-0.3, 0.3), (1e-4, 0.3))
CLOSE = Region((-0.3, 0.3), (0.03, 0.3))  # the right of it, where it gets patchy
DESCENT = Region((-0.1, 0.1), (1.0, 25.0))  # rates for the mean loss, L / n²
SHIFTS = (-0.3, -0.1, -0.03, -0.01, 0.0, 0.01, 0.03, 0.1, 0.3)  # of the models with seeds
NOISE = 1e-3  # on every number of their starts
FIRST = 41_000_000  # the first of their seeds, which were not used before
ARMS: dict[str, tuple[Optimiser, float]] = {  # optimiser, and how many times `steps` it gets
    "AdamW": (AdamW(), 2.5),
    "AdamW, b2 = 0.99": (AdamW(b2=0.99), 2.5),
    "gradient descent, rate 1": (SGD(learning_rate=1.0), 10.0),
}
LADDER = tuple(np.geomspace(1e-4, 0.03, 24).tolist())  # rates of the models that `_until` judges
BEHIND = ((0.2, 0.65), (0.33, 0.65), (0.4, 0.95), (0.6, 0.65), (0.8, 0.65), (0.97, 0.65))  # across and up the map
NEARLY_ALL = 0.95
ROUGH, CALM, PATCHY = 0.05, 0.05, 0.1  # neighbours differ by 5 %: fewer than 1 in 20, more than 1 in 10 of them

GROWS = Claim(
    "The splaying and sweeping generally increases with the learning rate, until it gets patchy.",
    CHAOS,
    "For more than 95 in 100 perturbations, the rank correlation (Spearman) of Σ‖W_j‖ with the rate, over all rates "
    "below the patchy ones, is above 0.5.",
    reason="It grows with the rate among models that have not recovered, and shrinks with it among those that have.",
)
UNTIL = Claim(
    "Corrected: under AdamW it increases with the rate among the models that have not recovered; of those that have, "
    "the ones trained at higher rates end with shorter features.",
    "Ours, after a first look",
    "Of seeds with a noisy start and no shift, over 24 rates from 1e-4 to 0.03, more than 95 in 100 have a rank "
    "correlation above 0.9 over the rates at which a feature is still unlearnt, and below 0 over the others.",
)
GETS_PATCHY = Claim(
    "Beyond a certain learning rate the map starts to get patchy.",
    CHAOS,
    "From some rate on more than 1 in 10 neighbouring perturbations differ by more than 5 % in Σ‖W_j‖, at 9 of 10 of "
    "the higher rates at which not all diverge; and at every rate below half of it fewer than 1 in 20 do.",
)
AT_ZERO = Claim(
    "With hardly any perturbation there still is some splaying.",
    CHAOS,
    "At the two perturbations nearest to zero Σ‖W_j‖ has changed by more than 1 % at more than 95 in 100 of the rates "
    "below the patchy ones.",
)
SWEET = Claim(
    "Recovery is not a question of a sufficiently high rate: the rate must be in a sweet spot.",
    CHAOS,
    "For more than 95 in 100 perturbations the highest rate up to which all rates recover is less than ten times the "
    "lowest that does.",
    reason="Under AdamW every model recovers in time up to a rate of 0.04.",
)
CLOSER = Claim(
    "The closer to symmetric failure, the more chaotic.",
    CHAOS,
    "At the patchy rates more neighbours differ for perturbations within a sixth of the largest than for those "
    "beyond two thirds, in whether {what}: the mean difference over the rates is above 0.",
)
RIGGED = Claim(
    "Raising b_6 and b_1 rigs the model for recovery: it gives a good shot at it.",
    CHAOS,
    "With {arm} and shifts of 0.1, more than half of the seeds learn all features, and more than half of these earlier "
    "than their undisturbed twins.",
)
MEMORY = Claim(
    "What delays recovery under AdamW after a perturbation is its memory of squared gradients.",
    "Ours, after a first look",
    "With shifts of 0.1, more than 95 in 100 seeds are delayed less, against their undisturbed twins, with b2 = 0.99 "
    "than with 0.999.",
)


class ChaosMap(Experiment):
    """Symmetric failure, n = 7, with the biases of two neighbours shifted: every pixel one training from there."""

    title: ClassVar[str] = "A map of recovery"
    source: ClassVar[str] = CHAOS
    lede: ClassVar[str] = (
        "Six features make a hexagon, the seventh is unlearnt. Shift the biases of two neighbours a little and train "
        "on: does the seventh get learnt? Each pixel is one such training, with its own shift and learning rate. The "
        "source drew such a map and calls recovery chaotic. At rates that people use the map is smooth, and every "
        "model recovers in time; at fifty times those rates neighbours have nothing to do with each other."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 10_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"pixels": 64, "steps": 6_000, "seeds": 80},
        "standard": {},
        "paper": {"pixels": 2_048, "seeds": 2_000},
    }

    pixels: Count = 512
    steps: Count = 10_000
    seeds: Count = 200

    def trainings(self) -> dict[str, Training]:
        few = max(32, self.pixels // 2)
        adamw = perturbed(AdamW(), self.steps, over=ADAMW.over(self.pixels))
        return {
            "adamw": adamw,
            "close": perturbed(AdamW(), self.steps, over=CLOSE.over(few)),
            "descent": perturbed(SGD(), self.steps, over=DESCENT.over(few)),
            **{f"seeds, {name}": self._seeds(*ARMS[name]) for name in ARMS},
            "ladder": self._ladder(),
            "behind": self._behind(adamw),
        }

    def _seeds(self, optimiser: Optimiser, times: float) -> Training:
        steps = round(times * self.steps)
        return perturbed(
            optimiser, steps, noise=NOISE, record=every(max(1, steps // 250), "loss"),
            over={SHIFT: SHIFTS, "seed": range(FIRST, FIRST + self.seeds)},
        )  # fmt: skip

    def _ladder(self) -> Training:
        """Undisturbed models with seeds, over rates."""
        first = FIRST + 1_000_000
        over = {"learning_rate": LADDER, "seed": range(first, first + self.seeds)}
        return perturbed(AdamW(), self.steps, noise=NOISE, over=over)

    def _behind(self, plane: Training) -> Training:
        """The runs behind some pixels of AdamW's map, with their parameters."""
        last = self.pixels - 1
        found = [behind(plane, (round(up * last), round(across * last))).plain() for across, up in BEHIND]
        cells = {
            SHIFT: tuple(one["interventions"][0]["shift"] for one in found),
            "learning_rate": tuple(one["optimiser"]["learning_rate"] for one in found),
        }
        return perturbed(AdamW(), self.steps, keep=None, record=None, over={"pixel": cells})

    def claims(self, runs: Runs) -> list[Judged]:
        adamw, descent = Map.of(runs["adamw"]), Map.of(runs["descent"])
        both = {"AdamW": adamw, "SGD": descent}
        return [
            *(_grows(name, plane) for name, plane in both.items()),
            _until(runs["ladder"]),
            *(_gets_patchy(name, plane) for name, plane in both.items()),
            *(_at_zero(name, plane) for name, plane in both.items()),
            _sweet(adamw),
            _closer("all features are learnt (AdamW)", adamw, adamw.learnt),
            _closer("training diverges (SGD)", descent, descent.diverged),
            *(_rigged(name, runs[f"seeds, {name}"]) for name in ARMS),
            _memory(runs["seeds, AdamW"], runs["seeds, AdamW, b2 = 0.99"]),
        ]

    def panels(self, runs: Runs) -> list[Panel]:
        adamw, descent = Map.of(runs["adamw"]), Map.of(runs["descent"])
        return [
            _ends(adamw, self.pixels, self.steps),
            _sums(adamw, descent),
            _when(adamw, self.steps),
            _closely(Map.of(runs["close"])),
            _by_descent(descent),
            _roughness({"AdamW": adamw, "SGD": descent}),
            _delay({name: runs[f"seeds, {name}"] for name in ARMS}),
            _wheels(runs["behind"]),
        ]


# ---- Judging ---------------------------------------------------------------------------------------------------------


def roughness(plane: Map) -> np.ndarray:
    """At each rate (c,), the share of neighbouring shifts whose Σ‖W_j‖ differ by more than 5 %."""
    total = np.where(plane.diverged, np.inf, plane.sum_of_norms)
    low, high = np.minimum(total[1:], total[:-1]), np.maximum(total[1:], total[:-1])
    return np.asarray(((high > (1 + ROUGH) * low) & np.isfinite(low)).mean(axis=0))


def patchy_from(plane: Map) -> int:
    """The first column that is patchy; one past the last if there is none."""
    rough = roughness(plane) > PATCHY
    return int(rough.argmax()) if rough.any() else len(rough)


def correlations(plane: Map, chosen: np.ndarray) -> np.ndarray:
    """For each shift (r,), Spearman's correlation of Σ‖W_j‖ with the rate over the chosen pixels; NaN where < 5."""
    return _ranks(plane.rates, plane.sum_of_norms, chosen & ~plane.diverged)


def _ranks(rates: np.ndarray, total: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    found = np.full(len(total), np.nan)
    for row, there in enumerate(chosen):
        if there.sum() >= 5:
            found[row] = spearmanr(rates[there], total[row, there]).statistic
    return found


def _below_patchy(plane: Map) -> np.ndarray:
    return np.broadcast_to(np.arange(len(plane.rates)) < patchy_from(plane), plane.diverged.shape)


def _grows(name: str, plane: Map) -> Judged:
    found = correlations(plane, _below_patchy(plane))
    found = found[np.isfinite(found)]
    words = f"The middle correlation is {number(float(np.median(found)), '.2f')}." if len(found) else ""
    return _of_shifts(_of(GROWS, name), found > 0.5, words)


def _until(run: Run) -> Judged:
    """Each seed has its row of rates."""
    data = run.data.transpose("seed", "learning_rate", ...)
    total, learnt = data["sum_of_norms"].values, np.isfinite(data["learnt_at"].values)
    before, after = (_ranks(data["learning_rate"].values, total, part) for part in (~learnt, learnt))
    both = np.isfinite(before) & np.isfinite(after)
    words = f"The middle correlations are {_middle(before[both])} and {_middle(after[both])}."
    return judge_rate(UNTIL, (before > 0.9)[both] & (after < 0)[both], above=NEARLY_ALL, where="seeds", note=words)


def _middle(values: np.ndarray) -> str:
    return number(float(np.median(values)), ".2f") if len(values) else "none"


def _gets_patchy(name: str, plane: Map) -> Judged:
    claim, rough, at = _of(GETS_PATCHY, name), roughness(plane), patchy_from(plane)
    if at == len(rough):
        return unjudged(claim, "no rate is patchy")
    alive = np.asarray(~plane.diverged.all(axis=0))
    after, before = (rough[at:] > PATCHY)[alive[at:]].mean(), rough[plane.rates < plane.rates[at] / 2]
    worst = float(before.max(initial=0.0))
    measured = (
        f"from a rate of {plane.rates[at]:.3g} on, at {after:.0%} of the rates; below half of it at most {worst:.1%} "
        "of the neighbours differ"
    )
    return judge_fact(claim, bool(after >= 0.9 and worst < CALM), measured, plane.rates[at])


def _at_zero(name: str, plane: Map) -> Judged:
    nearest = np.argsort(np.abs(plane.shifts))[:2]
    total = plane.sum_of_norms[nearest][:, : patchy_from(plane)]
    start = 6 * 2**0.5  # Σ‖W_j‖ of the regular hexagon of zero loss
    words = f"The shifts are {', '.join(number(plane.shifts[i], '.2g') for i in nearest)}."
    changed = np.asarray((np.abs(total / start - 1) > 0.01).all(axis=0))
    return _of_shifts(_of(AT_ZERO, name), changed, words, "rates")


def _sweet(plane: Map) -> Judged:
    learnt, rates = plane.learnt, plane.rates
    any_does = learnt.any(axis=1)
    first = learnt.argmax(axis=1)
    lost_again = np.where(~learnt & (np.arange(len(rates)) > first[:, None]), np.arange(len(rates)), len(rates))
    width = rates[lost_again.min(axis=1) - 1] / rates[first]
    always = rates[learnt.all(axis=0)]
    words = f"The middle width is {np.median(width[any_does]):.0f}-fold." if any_does.any() else ""
    words += f" At every shift models recover from {always.min():.2g} to {always.max():.2g}." if len(always) else ""
    return _of_shifts(SWEET, (width < 10)[any_does], words.strip())


def _of_shifts(claim: Claim, true: np.ndarray, note: str, where: str = "perturbations") -> Judged:
    """A claim about nearly all rows of a map: nothing is drawn by chance, and neighbours are alike, so no interval."""
    share = float(true.mean()) if len(true) else float("nan")
    if not len(true):
        return unjudged(claim, f"no {where} to judge by", note=note)
    return judge_fact(claim, share > NEARLY_ALL, f"{int(true.sum())} of {len(true)} {where}", share, note=note)


def _closer(what: str, plane: Map, answers: np.ndarray) -> Judged:
    claim = Claim(f"{CLOSER.statement} ({what})", CLOSER.source, CLOSER.criterion.format(what=what))
    far = np.abs(plane.shifts) / np.abs(plane.shifts).max()
    inner, outer = (answers[part][:, patchy_from(plane) :] for part in (far < 1 / 6, far > 2 / 3))
    if inner.shape[1] < 2:
        return unjudged(claim, "no rate is patchy")
    outer_share = (patchiness(outer[: len(outer) // 2]) + patchiness(outer[len(outer) // 2 :])) / 2
    words = f"Differing neighbours: {patchiness(inner).mean():.1%} near, {outer_share.mean():.1%} far."
    return judge_mean(claim, patchiness(inner) - outer_share, above=0, where="rates", note=words)


def _times(run: Run, shift: float) -> np.ndarray:
    """The step at which each seed has learnt all features, (seed,); infinite where that never comes."""
    found: np.ndarray = run.learnt_at.sel({SHIFT: shift}).fillna(np.inf).values
    return found


def _rigged(name: str, run: Run) -> Judged:
    claim = Claim(f"{RIGGED.statement} ({name})", RIGGED.source, RIGGED.criterion.format(arm=name))
    pushed, undisturbed = _times(run, 0.1), _times(run, 0.0)
    share = np.isfinite(pushed).mean()
    words = (
        f"{share:.0%} learn all features, {np.isfinite(undisturbed).mean():.0%} undisturbed; medians: "
        f"{_median(pushed)} and {_median(undisturbed)} steps; with shifts of −0.1 {_median(_times(run, -0.1))}."
    )
    earlier = (pushed < undisturbed)[_either(pushed, undisturbed)]
    return judge_rate(claim, earlier & (share > 0.5), above=0.5, where="seeds are earlier", note=words)


def _memory(long: Run, short: Run) -> Judged:
    pairs = np.array([[_times(run, 0.1), _times(run, 0.0)] for run in (long, short)])
    pairs = pairs[:, :, np.isfinite(pairs).all(axis=(0, 1))]
    delay = pairs[:, 0] - pairs[:, 1]
    words = f"Median delays: {_median(delay[0])} and {_median(delay[1])} steps." if delay.size else ""
    return judge_rate(MEMORY, delay[1] < delay[0], above=NEARLY_ALL, where="seeds", note=words)


def _either(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Where at least one of the twins recovers."""
    return np.isfinite(np.minimum(one, other))


def _median(steps: np.ndarray) -> str:
    middle = float(np.median(steps))
    return f"{middle:,.0f}" if np.isfinite(middle) else "no number of"


def _of(claim: Claim, name: str) -> Claim:
    return replace(claim, statement=f"{claim.statement} ({name})")


# ---- Figures ---------------------------------------------------------------------------------------------------------

RATE, SHIFTED = "learning rate", "shift of two biases"


def _named(plane: Map, title: str = "") -> Plane:
    colour = by_name(plane.outcome, list(SHADES.values()))
    return Plane(plane.rates, plane.shifts, colour, title, _words(plane))


def _words(plane: Map) -> dict[str, np.ndarray]:
    return {
        "ends": np.array(NAMES)[plane.outcome.astype(int)],
        "sum of lengths": np.where(plane.diverged, np.nan, plane.sum_of_norms),
        "learnt at step": plane.learnt_at,
    }


def _summed(plane: Map, title: str) -> Plane:
    total = np.where(plane.diverged, np.nan, plane.sum_of_norms)
    return Plane(plane.rates, plane.shifts, by_value(ranked(total)), title, _words(plane))


def _found(*maps: Map) -> dict[str, str]:
    """The shades of the names that occur."""
    there = {int(kind) for plane in maps for kind in np.unique(plane.outcome)}
    return {name: SHADES[name] for place, name in enumerate(NAMES) if place in there}


def _ends(plane: Map, pixels: int, steps: int) -> Panel:
    figure = planes([_named(plane)], x_label=RATE, y_label=SHIFTED, log_x=True, shades=_found(plane))
    caption = (
        f"{pixels:,} × {pixels:,} trainings of {steps:,} steps by AdamW, all from symmetric failure and differing in "
        "nothing but the shift of b for two neighbours (upwards) and the learning rate (to the right). On the left "
        "there has not been time enough; then a smooth shore, behind it perfect models with long and short spokes; "
        "from rates of about 0.03 on, grains of everything. Hover for what a pixel is, drag to look closer, "
        "double-click to come back. tegum.failure.maps.behind gives the training behind a pixel."
    )
    return Panel("map", "How each training ends", caption, figure)


def _sums(adamw: Map, descent: Map) -> Panel:
    figure = planes(
        [_summed(adamw, "AdamW"), _summed(descent, "gradient descent")], x_label=RATE, y_label=SHIFTED, log_x=True,
        scale=("sum of the features' lengths, by rank", "smallest", "largest"),
    )  # fmt: skip
    caption = (
        "The sum of all features' lengths, which measures how far they have splayed and swept; the source's map shows "
        "this. Colours go by rank, so that equal areas have equal colours. It grows with the rate up to the shore and "
        "falls behind it, where models have recovered; under gradient descent it grows with the shift as well, and "
        "with no shift at all nothing moves. Pale: diverged."
    )
    return Panel("sums", "How far features have swept", caption, figure)


def _when(plane: Map, steps: int) -> Panel:
    share = np.log(np.maximum(plane.learnt_at, 1)) / np.log(steps)
    low = float(np.nanmin(share, initial=1.0))
    shown = Plane(plane.rates, plane.shifts, by_value((share - low) / max(1 - low, 1e-9)), "", _words(plane))
    figure = planes(
        [shown], x_label=RATE, y_label=SHIFTED, log_x=True,
        scale=("step from which all are learnt, logarithmic", f"{steps**low:,.0f}", f"{steps:,}"),
    )  # fmt: skip
    caption = "When recovery comes. Pale: not within these steps. The earliest lie at shifts near zero."
    return Panel("times", "When the last feature is learnt", caption, figure)


def _closely(plane: Map) -> Panel:
    figure = planes(
        [_named(plane, "how it ends"), _summed(plane, "sum of lengths, by rank: dark is small")], x_label=RATE,
        y_label=SHIFTED, log_x=True, shades=_found(plane),
    )  # fmt: skip
    caption = (
        "The right of AdamW's map at its own resolution. Some shapes are left in the sum of lengths: bands and a wedge."
    )
    return Panel("close", "Where it gets patchy", caption, figure)


def _by_descent(plane: Map) -> Panel:
    figure = planes([_named(plane)], x_label=RATE, y_label=SHIFTED, log_x=True, shades=_found(plane))
    caption = (
        "The same start under plain gradient descent: no model recovers within these steps. The less it is shifted the "
        "longer it stays in symmetric failure; beyond a rate of about 4.6 outputs die; and the border of divergence "
        "has arms within arms (the experiment predictability measures them)."
    )
    return Panel("descent", "Plain gradient descent", caption, figure)


def _roughness(maps: dict[str, Map]) -> Panel:
    rates = np.unique(np.concatenate([plane.rates for plane in maps.values()]))
    rough = [np.interp(rates, p.rates, roughness(p), left=np.nan, right=np.nan) for p in maps.values()]
    figure = curves(
        rates,
        np.stack(rough, 1),
        list(maps),
        x_label="learning rate",
        y_label="share of differing neighbours",
        log_x=True,
    )
    caption = (
        "The share of neighbours, one pixel apart in the shift, whose sums of lengths differ by more than 5 %. Zero "
        "over orders of magnitude, then a sharp rise."
    )
    return Panel("roughness", "From smooth to patchy", caption, figure)


def _delay(runs: dict[str, Run]) -> Panel:
    times = np.stack([run.learnt_at.fillna(np.inf).transpose(SHIFT, "seed").values for run in runs.values()], axis=1)
    low, middle, high = np.quantile(times, [0.05, 0.5, 0.95], axis=2, method="nearest")
    middle, low, high = (np.where(np.isfinite(part), part, np.nan) for part in (middle, low, high))
    figure = bands(
        np.asarray(SHIFTS), middle, low, high, list(runs), x_label=SHIFTED, log_y=True,
        y_label="step from which all are learnt", interval="nine seeds of ten",
    )  # fmt: skip
    caption = (
        f"{times.shape[2]} models with noise of {NOISE:g} on every number of their start: the median, and between "
        "which steps nine of ten lie. AdamW, at its rate of 1e-3, is later after a push, less so if it forgets sooner; "
        "gradient descent is earlier."
    )
    return Panel("delay", "Does a perturbation help?", caption, figure)


def _wheels(run: Run) -> Panel:
    W, b = (run.data[name].transpose("pixel", ...).values for name in ("W", "b"))
    rates, shifts = run.data["learning_rate"].values, run.data[SHIFT].values
    titles = [f"rate {rate:.2g}" for rate in rates]
    words = [
        f"shift {number(shift, '.2g')}, loss {49 * loss:.2g}"
        for shift, loss in zip(shifts, run.loss.values, strict=True)
    ]
    figure = latent_zones((W, b), titles, subtitles=words)
    caption = "The models behind six pixels of AdamW's map, from left to right."
    return Panel("behind", "Behind the pixels", caption, figure)


EXPERIMENT = ChaosMap
