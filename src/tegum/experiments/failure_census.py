"""How training ends and what it passes through: ten thousand models of seven features, and other recipes."""

import functools
from typing import Any, ClassVar

import numpy as np

from tegum.claims import Claim, Judged, judge_rate, rate_interval
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.failure.outcomes import (
    ASYMMETRIC_FAILURE,
    COLLAPSED,
    DEAD_BY_BIAS,
    NAMES,
    PERFECT_IRREGULAR,
    PERFECT_REGULAR,
    SYMMETRIC_FAILURE,
    TWO_RADII,
    Outcomes,
    outcomes,
)
from tegum.failure.timelines import ASYMMETRIC, Timeline, survival, timeline
from tegum.geometry.directions import norms
from tegum.geometry.polytopes import aligned
from tegum.geometry.regularity import regular
from tegum.plots.lines import against
from tegum.plots.rates import rate_lines, stacked_rates
from tegum.plots.states import state_raster, state_shares
from tegum.plots.style import number
from tegum.plots.zones import latent_zones
from tegum.spec import Count, NotNegative, Positive
from tegum.toy.features import OneHot
from tegum.toy.models import Autoencoder
from tegum.training.history import every
from tegum.training.optimisers import SGD, Adam, AdamW, Momentum, Optimiser
from tegum.training.run import Run
from tegum.training.training import Training

SOURCE = "Optimization Failure (2024)"
SYMMETRIC_SECTION = f"{SOURCE}, Symmetric Failure"
FEATURES = 7  # in the source's failing model
STATED = 3000 / 25_000  # "stayed as it was since about step 3,000", of 25,000
RECORDS, FINE = 50, 500  # recorded steps
SHOWN = 100  # rows of the raster
DECAYS = (0.0, 0.001, 0.01, 0.03, 0.1)
RATES = (1 / 3, 1.0, 3.0, 10.0)  # times the recipe's learning rate
SCALES = (0.1, 0.3, 1.0, 3.0)  # times Xavier's
BIASES = (-1.0, -0.3, 0.0, 0.3, 1.0)
WARMUP = 1 / 20  # of all steps, before a cosine to zero: Henighan et al. 2023

# Perfect in greens and blues, failed in warm colours, on the way in greys.
SHADES = dict(
    zip(
        NAMES,
        ("#12805F", "#57B2DE", "#0F6CA8", "#C95300", "#E3A008", "#A8558C", "#7A2E4D", "#D8D3C7", "#8F897C", "#26241F"),
        strict=True,
    )
)

FAILS = Claim(
    "Instead of the symmetric configuration that they could reach, models sometimes end in failure.",
    f"{SOURCE}, Optimization Failure Mode",
    f"More than 1 in 100 of the seeds at n = {FEATURES} end at rest with a feature unlearnt: in symmetric or "
    "asymmetric failure, collapsed, or dead by bias.",
)
ENDS = Claim(
    "In a model that failed, some feature is not represented at all, and the others have equal lengths and equal gaps.",
    SYMMETRIC_SECTION,
    f"Of the seeds at n = {FEATURES} that end at rest with a feature unlearnt, more than half end in symmetric "
    "failure.",
)
VALUES = Claim(
    "In symmetric failure the unlearnt feature has W = 0 and b = 1/n.",
    f"{SOURCE}, What is b_7?, What is W_7?",
    "Of the seeds in symmetric failure with one feature unlearnt at 3,000 of 25,000 steps, more than 95 in 100 have it "
    "shorter than 0.05 and its bias within 0.01 of 1/n.",
)
STAYS = Claim(
    "Symmetric failure is a local optimum: a model in it since step 3,000 is in it at step 25,000.",
    SYMMETRIC_SECTION,
    "Of the seeds in symmetric failure at 3,000 of 25,000 steps, more than 95 in 100 are in it at the end.",
)
PASSED = Claim(
    "All failed models, those that end asymmetric, have at some point passed through symmetric failure.",
    f"{SOURCE}, Optimization Failure Mode",
    "Of the seeds that end perfect but not regular, or at rest with a feature unlearnt and not in symmetric failure, "
    "more than 95 in 100 were in symmetric failure at some of the recorded steps.",
)
RARE = Claim(
    "Asymmetric recovery is very rare: one of a hundred models.",
    f"{SOURCE}, Asymmetric Recovery is Chaotic",
    "Of the seeds that were in symmetric failure at some recorded step, fewer than 1 in 20 end perfect and not "
    "regular.",
)
STAGE = Claim(
    "Corrected: symmetric failure is a stage that training passes through, not where it ends.",
    f"Beyond {SOURCE}",
    "Of the seeds that were in symmetric failure at some recorded step, more than 95 in 100 are perfect at the end.",
)
PERFECT = Claim(
    f"The perfect solution of {FEATURES} features is the regular polygon.",
    SYMMETRIC_SECTION,
    "Of the seeds that end perfect, more than half end with norms within 1 % and gaps within 1° of equal.",
)
TWO = Claim(
    "Where points do not share one circle, they lie on two circles of different radii.",
    "Henighan et al. 2023, Superposition, Memorization, and Double Descent, optimisation failures in 2D",
    "Of the seeds that end perfect and not regular, more than half have two radii.",
)
NOT_TWO = Claim(
    "Two is not a special number of radii.",
    f"{SOURCE}, Introduction",
    "Of the seeds that end perfect and not regular, more than half do not have two radii.",
)
GAP = Claim(
    "Points on different circles are apart by a large angular gap.",
    "Olah and Henighan in Circuits Updates, May 2023",
    "Of the seeds that end with two radii, more than half have every gap between neighbours on different circles "
    "larger than every gap between neighbours on the outer circle.",
)
NEEDED = Claim(
    "How large: a tip on a circle of radius r needs at least arccos((r² − 1)/(r R)) to a tip at R.",
    f"Beyond {SOURCE}",
    "Of the seeds that end with two radii, more than 95 in 100 have every interface no more than 1° below that.",
)
FAR = Claim(
    "After asymmetric recovery the features opposite the recovered one are the longer ones.",
    f"{SOURCE}, Asymmetric Recovery",
    "Of the seeds that recovered asymmetrically from a failure of one feature, more than 95 in 100 have the features "
    "at more than 90° from it longer, on average, than itself and the others.",
)
ADAM = Claim(
    "It is not the decay's fault: with Adam, without any, the same failure occurs.",
    f"{SOURCE}, It's not AdamW's fault",
    "More than 1 in 100 of the seeds trained with Adam end in symmetric failure.",
)
OTHERS = Claim(
    "Nor is it Adam's: with plain gradient descent the same failure occurs.",
    f"Beyond {SOURCE}, It's not AdamW's fault",
    "More than 1 in 100 of the seeds trained with SGD end in symmetric failure.",
)


class FailureCensus(Experiment):
    """One-hot data, m = 2, n = 7 in the centre; AdamW as in the notebook of Toy Models of Superposition."""

    title: ClassVar[str] = "A census of failures"
    source: ClassVar[str] = SOURCE
    lede: ClassVar[str] = (
        "Seven features fit into two dimensions without loss, yet on the way there models leave features out: six "
        "stand in a hexagon and the seventh is nothing. Is that where training ends? Here is every state of ten "
        "thousand models at fifty moments, named; how long they stay in each; and what other recipes change."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 25_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 200, "each": 20, "steps": 8000, "learning_rate": 3e-3, "features": (6, 7)},
        "standard": {},
        "paper": {"seeds": 100_000, "each": 2000},
    }

    seeds: Count = 10_000
    each: Count = 400
    steps: Count = 25_000
    learning_rate: Positive = 1e-3
    weight_decay: NotNegative = 0.01
    features: tuple[int, ...] = tuple(range(5, 13))

    def trainings(self) -> dict[str, Training]:
        few = range(self.each)
        rates = tuple(factor * self.learning_rate for factor in RATES)
        return {
            "centre": self._training(self.seeds, RECORDS),
            "fine": self._training(self.each, FINE),
            "double": self._training(self.each, RECORDS, precision="float64"),
            "optimisers": self._training(0, RECORDS, {"optimiser": tuple(self.optimisers().values()), "seed": few}),
            "sizes": self._training(0, None, {"features": self.features, "seed": few}),
            "rates": self._training(0, None, {"learning_rate": rates, "seed": few}),
            "decays": self._training(0, None, {"weight_decay": DECAYS, "seed": few}),
            "scales": self._training(0, None, {"initial_scale": SCALES, "seed": few}),
            "biases": self._training(0, None, {"initial_bias": BIASES, "seed": few}),
        }

    def optimisers(self) -> dict[str, Optimiser]:
        """The optimisers compared. Rates of the last three are for the mean loss, whose gradient is n² times smaller
        than that of the sum; they were fixed before any was tried."""
        rate, warmup = self.learning_rate, max(1, round(WARMUP * self.steps))
        return {
            "AdamW": self._adamw(),
            "Adam": Adam(learning_rate=rate),
            "AdamW, cosine": AdamW(
                learning_rate=rate, weight_decay=self.weight_decay, warmup=warmup, schedule="cosine"
            ),
            "SGD, rate 1": SGD(learning_rate=1.0),
            "SGD, rate 0.1": SGD(learning_rate=0.1),
            "momentum, rate 0.1": Momentum(learning_rate=0.1),
        }

    def _adamw(self) -> AdamW:
        return AdamW(learning_rate=self.learning_rate, weight_decay=self.weight_decay)

    def _training(self, seeds: int, records: int | None, over: dict[str, Any] | None = None, **more: Any) -> Training:
        return Training(
            model=Autoencoder(features=FEATURES, hidden=2),
            law=OneHot(),
            optimiser=self._adamw(),
            steps=self.steps,
            over=over or {"seed": range(seeds)},
            record=every(max(1, self.steps // records), "parameters") if records else None,
            **more,
        )

    def claims(self, runs: Runs) -> list[Judged]:
        line = _timeline(runs["centre"])
        end, caught = _last(line), line.visited(SYMMETRIC_FAILURE)
        failed, irregular = np.isin(end.kind, AT_REST), end.perfect & (end.kind != PERFECT_REGULAR)
        early, way = line.kind[:, _stated(line)] == SYMMETRIC_FAILURE, line.recovery() == ASYMMETRIC
        centre, others, of_caught = runs["centre"], runs["optimisers"], "seeds that were in symmetric failure"
        twice = f"In double precision {_share(_recovered(_timeline(runs['double'])))} of those caught end perfect."
        return [
            _rate(FAILS, failed, 0.01, f"seeds, n = {FEATURES}", _counted(end)),
            _rate(ENDS, end.kind[failed] == SYMMETRIC_FAILURE, 0.5, "seeds that failed"),
            _rate(VALUES, _values(centre, line), 0.95, "seeds with one feature unlearnt"),
            _rate(STAYS, end.kind[early] == SYMMETRIC_FAILURE, 0.95, "seeds caught at that step", _until(line, early)),
            _rate(PASSED, passed(line), 0.95, "seeds that end asymmetric", _finer(runs)),
            _rate(RARE, ~way[caught], 0.95, f"{of_caught} do not end so", twice),
            _rate(STAGE, end.perfect[caught], 0.95, of_caught, twice),
            _rate(PERFECT, regular(_weights(centre)[0])[end.perfect], 0.5, "perfect seeds", _born_regular(line)),
            _rate(TWO, end.kind[irregular] == TWO_RADII, 0.5, "irregular perfect seeds", _outside(centre, end)),
            _rate(NOT_TWO, end.kind[irregular] != TWO_RADII, 0.5, "irregular perfect seeds"),
            _rate(GAP, _apart(centre, end), 0.5, "seeds with two radii", _inner_too(end)),
            _rate(NEEDED, _wide_enough(centre, end), 0.95, "seeds with two radii", _excess(centre, end)),
            _rate(FAR, _far(centre, line), 0.95, "seeds recovered so"),
            _rate(ADAM, _ended(others, 1), 0.01, "seeds, Adam", _slower(others, 1)),
            _rate(OTHERS, _ended(others, 3), 0.01, "seeds, SGD at rate 1", _slower(others, 3)),
        ]

    def panels(self, runs: Runs) -> list[Panel]:
        return [
            _over_time(runs["centre"]),
            _gallery(runs["centre"]),
            _raster(runs["fine"]),
            _survival(runs["optimisers"], [*self.optimisers()]),
            _by_optimiser(runs["optimisers"], [*self.optimisers()]),
            _by_size(runs["sizes"], self.features),
            _by_number(runs, self.learning_rate),
            _by_start(runs),
            _interfaces(runs["centre"]),
        ]


AT_REST = (SYMMETRIC_FAILURE, ASYMMETRIC_FAILURE, COLLAPSED, DEAD_BY_BIAS)


def _weights(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """W (seed, 2, n) and b (seed, n) at the end."""
    return run.W.transpose(..., "latent", "feature").values, run.b.transpose(..., "feature").values


@functools.lru_cache(maxsize=4)
def _timeline(run: Run) -> Timeline:
    """Naming half a million states takes seconds; claims and figures share them."""
    return timeline(run)


def _last(line: Timeline) -> Outcomes:
    """The states at the last recorded step, which is the end."""
    return line.states[..., -1]


def _stated(line: Timeline) -> int:
    """The recorded step nearest to 3,000 of 25,000."""
    return int(np.abs(line.step - STATED * line.step[-1]).argmin())


def _rate(claim: Claim, successes: np.ndarray, above: float, where: str, note: str = "") -> Judged:
    return judge_rate(claim, successes, above=above, where=where, note=note)


def _share(successes: np.ndarray) -> str:
    return f"{int(np.sum(successes))} of {np.size(successes)}"


def _counted(states: Outcomes) -> str:
    found = [f"{name} {count}" for name, (count, _, _) in states.counts().items()]
    return f"All ends: {', '.join(found)}."


def _recovered(line: Timeline) -> np.ndarray:
    """Of the models that were in symmetric failure: which are perfect at the end?"""
    return _last(line).perfect[line.visited(SYMMETRIC_FAILURE)]


def unlearnt_column(W: np.ndarray) -> np.ndarray:
    """The shortest column of each W (..., 2, n): the feature left out, where there is one."""
    return np.asarray(norms(W).argmin(axis=-1))


def values_in_failure(W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """For each model with one feature unlearnt: is it shorter than 0.05, with a bias within 0.01 of 1/n?"""
    k = unlearnt_column(W)[..., None]
    length, bias = (np.take_along_axis(part, k, axis=-1)[..., 0] for part in (norms(W), b))
    return np.asarray((length < 0.05) & (np.abs(bias - 1 / W.shape[-1]) < 0.01))


def _values(run: Run, line: Timeline) -> np.ndarray:
    at = _stated(line)
    one = (line.kind[:, at] == SYMMETRIC_FAILURE) & (line.states.unlearnt[:, at] == 1)
    W, b = _histories(run)
    return values_in_failure(W[one, at], b[one, at])


def _histories(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """W (seed, step, 2, n) and b (seed, step, n) over time."""
    W = run.W_history.transpose(..., "step", "latent", "feature").values
    return W, run.b_history.transpose(..., "step", "feature").values


def _until(line: Timeline, early: np.ndarray) -> str:
    """How many of the models in symmetric failure at the stated step are in it later."""
    if not early.any():
        return ""
    at = [int(np.abs(line.step - share * line.step[-1]).argmin()) for share in (0.2, 0.4, 0.6, 0.8)]
    left = [f"{(line.kind[early, t] == SYMMETRIC_FAILURE).mean():.0%} at step {line.step[t]:,}" for t in at]
    return f"In it still: {', '.join(left)}."


def passed(line: Timeline) -> np.ndarray:
    """Of the models that end asymmetric, perfect or failed: which were in symmetric failure at some recorded step?"""
    end = _last(line)
    asymmetric = (end.perfect & (end.kind != PERFECT_REGULAR)) | (
        np.isin(end.kind, AT_REST) & (end.kind != SYMMETRIC_FAILURE)
    )
    return line.visited(SYMMETRIC_FAILURE)[asymmetric]


def _finer(runs: Runs) -> str:
    fine, coarse = _timeline(runs["fine"]), _timeline(runs["centre"])
    some = Timeline(coarse.step, coarse.states[: len(fine.kind)])
    return (
        f"Recorded ten times as often, {_share(passed(fine))} of the first seeds were; at the recorded steps of this "
        f"claim {_share(passed(some))} of the same."
    )


def _born_regular(line: Timeline) -> str:
    """How many of the models that end regular had been in symmetric failure."""
    ever = line.visited(SYMMETRIC_FAILURE)[_last(line).kind == PERFECT_REGULAR]
    return f"Of those named regular, {_share(ever)} were in symmetric failure at some recorded step."


def _outside(run: Run, end: Outcomes) -> str:
    """How many features are on the outer circle, and both radii."""
    two = end.kind == TWO_RADII
    if not two.any():
        return ""
    length = norms(_weights(run)[0][two])
    middle = (end.inner[two] + end.outer[two])[:, None] / 2
    number, count = np.unique((length > middle).sum(axis=-1), return_counts=True)
    words = ", ".join(f"{c} have {k} of {FEATURES} outside" for k, c in zip(number, count, strict=True))
    return f"Median radii {np.median(end.inner[two]):.2f} and {np.median(end.outer[two]):.2f}; {words}."


def neighbours(W: np.ndarray, middle: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features next to each other around the origin, for W (k, 2, n) with `middle` (k,) between two radii.

    Returns (k, n) each: the gap (rad) from each feature to the next, the least gap that zero loss allows, and whether
    both are on the outer circle, or on different ones. Zero loss asks W_i·(W_i − W_j) ≥ 1, which is
    cos θ ≤ (r² − 1)/(r R) with r = ‖W_i‖, R = ‖W_j‖; the shorter of the two is the stricter.
    """
    bearing = np.arctan2(W[:, 1], W[:, 0])
    order = np.argsort(bearing, axis=-1)
    turn, length = (np.take_along_axis(part, order, axis=-1) for part in (bearing, norms(W)))
    gap = np.mod(np.roll(turn, -1, axis=-1) - turn, 2 * np.pi)
    next_length = np.roll(length, -1, axis=-1)
    short = np.minimum(length, next_length)
    needed = np.arccos(np.clip((short**2 - 1) / (length * next_length), -1, 1))
    out, next_out = length > middle[:, None], next_length > middle[:, None]
    return gap, needed, out & next_out, out != next_out


def _interfaced(run: Run, end: Outcomes) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    two = end.kind == TWO_RADII
    return neighbours(_weights(run)[0][two].astype(float), (end.inner[two] + end.outer[two]) / 2)


def _apart(run: Run, end: Outcomes) -> np.ndarray:
    gap, _, outer, differ = _interfaced(run, end)
    return np.where(differ, gap, np.inf).min(axis=-1) > np.where(outer, gap, 0).max(axis=-1)


def _inner_too(end: Outcomes) -> str:
    two = end.kind == TWO_RADII
    wider = end.interface[two] > end.within[two]
    return f"Larger than those on the inner circle as well, where two stand there side by side: {_share(wider)}."


def _wide_enough(run: Run, end: Outcomes) -> np.ndarray:
    gap, needed, _, differ = _interfaced(run, end)
    return np.asarray((~differ | (gap > needed - np.radians(1))).all(axis=-1))


def _excess(run: Run, end: Outcomes) -> str:
    gap, needed, _, differ = _interfaced(run, end)
    if not differ.any():
        return ""
    low, middle, high = np.quantile(np.degrees((gap - needed)[differ]), (0.1, 0.5, 0.9)).round(1) + 0.0
    return f"The median one exceeds it by {middle}°; eight of ten, by {number(low, '.1f')}° to {high}°."


def far_side_longer(W: np.ndarray, k: np.ndarray) -> np.ndarray:
    """For each W (p, 2, n): are the features at more than 90° from feature k longer, on average, than the others?"""
    own = np.take_along_axis(W, k[:, None, None], axis=-1)
    opposite, length = (own * W).sum(axis=-2) < 0, norms(W)
    mean = [np.where(side, length, 0).sum(-1) / np.maximum(side.sum(-1), 1) for side in (opposite, ~opposite)]
    return np.asarray(mean[0] > mean[1])


def _far(run: Run, line: Timeline) -> np.ndarray:
    """The same for the models that recovered asymmetrically from their last symmetric failure, of one feature."""
    inside = line.kind == SYMMETRIC_FAILURE
    last = len(line.step) - 1 - inside[:, ::-1].argmax(axis=-1)
    one = np.take_along_axis(line.states.unlearnt, last[:, None], axis=-1)[:, 0] == 1
    mine = np.flatnonzero((line.recovery() == ASYMMETRIC) & one)
    history, _ = _histories(run)
    return far_side_longer(_weights(run)[0][mine], unlearnt_column(history[mine, last[mine]]))


def _ended(run: Run, optimiser: int) -> np.ndarray:
    """Which seeds end in symmetric failure under one of the optimisers?"""
    return np.asarray(_timeline(run).kind[optimiser, :, -1] == SYMMETRIC_FAILURE)


def _slower(run: Run, optimiser: int) -> str:
    line = _timeline(run)
    caught = line.visited(SYMMETRIC_FAILURE)[optimiser]
    found = {name: int((line.kind[optimiser, :, -1] == k).sum()) for k, name in enumerate(NAMES)}
    ends = ", ".join(f"{name} {count}" for name, count in found.items() if count)
    return f"{_share(caught)} were in symmetric failure at some recorded step. All ends: {ends}."


def _over_time(run: Run) -> Panel:
    line = _timeline(run)
    shares = line.shares()
    here = np.flatnonzero(shares.max(axis=0) > 0)
    names = [NAMES[k] for k in here]
    figure = state_shares(line.step, shares[:, here], names, SHADES)
    caught = line.visited(SYMMETRIC_FAILURE)
    caption = (
        f"What {caught.size:,} models of {FEATURES} features are, from the first step to the last. Green and blue "
        "give every feature back and nothing else. Vermilion is symmetric failure: one or two features are "
        f"nothing, and the others a regular polygon; {caught.sum():,} models are in it at some recorded step. Gold "
        "is what it turns into, the learnt features swept to one side."
    )
    return Panel("over-time", "What models pass through", caption, figure)


def _gallery(run: Run) -> Panel:
    line = _timeline(run)
    W, b = _histories(run)
    places = [_example(line, kind) for kind in np.unique(line.kind[:, 1:])]
    chosen = [(W[seed, t], b[seed, t]) for seed, t in places]
    figure = latent_zones(
        (aligned(np.stack([w for w, _ in chosen])), np.stack([c for _, c in chosen])),
        [NAMES[line.kind[place]] for place in places],
        subtitles=[f"seed {seed}, step {line.step[t]:,}" for seed, t in places],
    )
    caption = (
        "One model for each name, at the recorded step where the name is most frequent; all on one scale. Faint: "
        "where an output is positive; strong: where it alone is. In symmetric failure the unlearnt output is "
        "faintly positive everywhere, and its spoke has no length. With two radii the short spokes stand apart, "
        "the long ones crowd."
    )
    return Panel("gallery", "One model of each name", caption, figure)


def _example(line: Timeline, kind: int) -> tuple[int, int]:
    """A seed in a state, at the recorded step where most are: the first of those with the fewest features unlearnt."""
    inside = line.kind == kind
    t = 1 + int(inside[:, 1:].sum(axis=0).argmax())  # at step 0 nothing has been learnt
    return int(np.where(inside[:, t], line.states.unlearnt[:, t], FEATURES + 1).argmin()), t


def _raster(run: Run) -> Panel:
    line = _timeline(run)
    when = np.nan_to_num(line.captured(PERFECT_REGULAR, PERFECT_IRREGULAR, TWO_RADII), nan=np.inf)[:SHOWN]
    figure = state_raster(line.step, line.kind[:SHOWN][np.argsort(when, kind="stable")], NAMES, SHADES)
    caption = (
        f"The first {len(when)} seeds, one row each, recorded {FINE} times; the first to give all features back is "
        "on top. Follow a row from left to right: failures turn into each other before they are mended. Rows that "
        "were vermilion end with two radii; regular polygons grow from models that lost no feature, or had two in "
        "one direction."
    )
    return Panel("raster", "A hundred lives", caption, figure)


def _survival(run: Run, names: list[str]) -> Panel:
    line = _timeline(run)
    since, until = line.captured(SYMMETRIC_FAILURE), line.escaped(SYMMETRIC_FAILURE)
    columns, kept = [], []
    for place, name in enumerate(names):
        caught = np.isfinite(since[place])
        if caught.any():
            left, begun = until[place, caught], since[place, caught]
            duration = np.where(np.isnan(left), line.step[-1], left) - begun
            columns.append(np.stack(_on_grid(line.step, *survival(duration, np.isfinite(left)))))
            kept.append(f"{name} ({caught.sum()} of {caught.size} caught)")
    share, low, high = np.moveaxis(np.array(columns).reshape(-1, 3, len(line.step)), 0, -1)
    figure = rate_lines(
        line.step, share, low, high, kept,
        x_label="steps since it was first seen in symmetric failure", y_label="share still in it",
    )  # fmt: skip
    caption = (
        "How long the first stay in symmetric failure lasts, for each optimiser, with 95 % bands (Kaplan and "
        "Meier: a stay that the training's end cuts off counts as long as it was seen). A line that reaches the "
        "floor is of a state that every model leaves in the end; one that stays flat, of a state that holds."
    )
    return Panel("survival", "How long symmetric failure lasts", caption, figure)


def _on_grid(
    step: np.ndarray, times: np.ndarray, share: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A survival curve at the recorded steps; nothing is known beyond its last time."""
    at = np.searchsorted(times, step, side="right") - 1
    beyond = step > times[-1]
    share, low, high = (np.where(beyond, np.nan, part[at]) for part in (share, low, high))
    return share, low, high


def _by_optimiser(run: Run, names: list[str]) -> Panel:
    figure = _ends(list(_timeline(run).kind[..., -1]), names, "optimiser")
    caption = (
        f"How the same starts end under other optimisers, n = {FEATURES}, as many steps. Rates are for the mean "
        "over samples and features; AdamW and Adam have the centre's. Cosine: after a warm-up of a twentieth of "
        "all steps the rate falls to zero along a cosine. Hover for counts and 95 % intervals."
    )
    return Panel("optimisers", "Other optimisers", caption, figure)


def _by_size(run: Run, features: tuple[int, ...]) -> Panel:
    kinds = [outcomes(run.at(features=n)).kind for n in features]
    figure = _ends(kinds, [str(n) for n in features], "features n")
    caption = (
        "The centre's recipe for other numbers of features. The more there are, the more often some are left out "
        "at the end, or share a direction with another (collapsed)."
    )
    return Panel("sizes", "Other numbers of features", caption, figure)


def _by_number(runs: Runs, rate: float) -> Panel:
    kinds = [*outcomes(runs["rates"]).kind, *outcomes(runs["decays"]).kind]
    labels = [f"rate {factor * rate:.2g}" for factor in RATES] + [f"decay {decay:g}" for decay in DECAYS]
    figure = _ends(kinds, labels, "AdamW's learning rate, then its weight decay")
    caption = (
        f"Other learning rates, then other weight decays, the rest as in the centre, n = {FEATURES}. Look for "
        "green, the regular polygon, at the highest rate, and for vermilion at the strongest decay."
    )
    return Panel("numbers", "Other rates and decays", caption, figure)


def _by_start(runs: Runs) -> Panel:
    kinds = [*outcomes(runs["scales"]).kind, *outcomes(runs["biases"]).kind]
    labels = [f"scale {scale:g}" for scale in SCALES] + [f"bias {number(bias, 'g')}" for bias in BIASES]
    figure = _ends(kinds, labels, "initial scale of W, in Xavier's, then initial bias")
    caption = (
        f"Other initial weights, then other initial biases, the rest as in the centre, n = {FEATURES}. Starts "
        "share their directions. Dead by bias is the failure that nothing mends: an output that never fires has "
        "no gradient in its bias."
    )
    return Panel("starts", "Other starts", caption, figure)


def _ends(kinds: list[np.ndarray], labels: list[str], x_label: str) -> Any:
    counts = np.stack([np.bincount(kind, minlength=len(NAMES)) for kind in kinds])
    here = np.flatnonzero(counts.sum(axis=0))
    low, high = rate_interval(counts[:, here], counts.sum(axis=1, keepdims=True))
    return stacked_rates(
        [NAMES[k] for k in here], counts[:, here], low, high, labels,
        x_label=x_label, y_label="share of seeds", shades=SHADES,
    )  # fmt: skip


def _interfaces(run: Run) -> Panel:
    gap, needed, _, differ = (part[:500] for part in _interfaced(run, _last(_timeline(run))))
    x, y = np.degrees(needed[differ]), np.degrees(gap[differ])
    ends = np.array([x.min(initial=90.0), x.max(initial=0.0)])
    figure = against(
        [(x, y)], [(ends, ends)], ["neighbours on different circles"],
        x_label="least gap that zero loss allows: arccos((r² − 1)/(r R)), degrees", y_label="gap, degrees",
        words=("trained", "as narrow as allowed"),
    )  # fmt: skip
    caption = (
        "Every pair of neighbours on different circles, in up to 500 models with two radii: the angle between "
        "them against the least that gives both back without loss, where r is the shorter radius and R the "
        "longer. Points on the line are as close as they can be."
    )
    return Panel("interfaces", "The gap between circles", caption, figure)


EXPERIMENT = FailureCensus
