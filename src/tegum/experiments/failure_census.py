"""How training ends and what it passes through: ten thousand models of seven features, and other numbers of them."""

import functools
from typing import Any, ClassVar

import numpy as np

from tegum.claims import Claim, Judged, judge_rate, rate_interval, share
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.failure.outcomes import (
    ASYMMETRIC_FAILURE,
    COLLAPSED,
    DEAD_BY_BIAS,
    INNER_OUTER,
    NAMES,
    PERFECT,
    PERFECT_IRREGULAR,
    PERFECT_REGULAR,
    SYMMETRIC_FAILURE,
    Outcomes,
    outcomes,
)
from tegum.failure.timelines import ASYMMETRIC, Timeline, timeline
from tegum.geometry.directions import norms
from tegum.geometry.polytopes import aligned
from tegum.plots.rates import stacked_rates
from tegum.plots.states import SHADES, state_raster, state_shares
from tegum.plots.zones import latent_zones
from tegum.spec import Count, NotNegative, Positive
from tegum.toy.features import OneHot
from tegum.toy.models import Autoencoder
from tegum.training.history import every
from tegum.training.optimisers import AdamW
from tegum.training.run import Run
from tegum.training.training import Training

SOURCE = "Optimization Failure (2024)"
SYMMETRIC_SECTION = f"{SOURCE}, Symmetric Failure"
FEATURES = 7  # in the source's failing model
STATED = 3000 / 25_000  # "stayed as it was since about step 3,000", of 25,000
RECORDS, FINE = 50, 500  # recorded steps
SHOWN = 100  # rows of the raster
REST = 0.01  # how far a column may move between two records, 500 of 25,000 steps, at rest

FAILS = Claim(
    "A model that can achieve a symmetric configuration sometimes falls into the asymmetric “Optimization Failure”.",
    f"{SOURCE}, Optimization Failure Mode",
    f"More than 1 in 100 of the seeds at n = {FEATURES} end asymmetric, which is what the source calls Optimization "
    "Failure: of zero loss (every output within 0.02), and no regular polygon.",
)
UNLEARNT = Claim(
    "Models end at rest with a feature unlearnt.",
    f"Ours; {SOURCE} shows one such model",
    f"More than 1 in 100 of the seeds at n = {FEATURES} end in symmetric or asymmetric failure, collapsed, or dead by "
    "bias, and rest there: since the record before (500 of 25,000 steps) the name is the same, and no column has "
    f"moved by more than {REST}.",
    reason="Of those that have one unlearnt at the end all are still moving.",
)
ENDS = Claim(
    "In a model that failed, some feature is not represented at all, and the others have equal lengths and equal gaps.",
    SYMMETRIC_SECTION,
    f"Of the seeds at n = {FEATURES} that end at rest with a feature unlearnt (by the same rule), more than half end "
    "in symmetric failure.",
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
    reason="It is a stage: a saddle with a slow way out, which all take.",
)
PASSED = Claim(
    "All failed models, those that end asymmetric, have at some point passed through symmetric failure.",
    f"{SOURCE}, Optimization Failure Mode",
    "Of the seeds that end asymmetric, of zero loss and no regular polygon, more than 95 in 100 were in symmetric "
    "failure at some of the recorded steps.",
)
RARE = Claim(
    "Asymmetric recovery is very rare: one of a hundred models.",
    f"{SOURCE}, Asymmetric Recovery is Chaotic",
    "Of the seeds that were in symmetric failure at some recorded step, fewer than 1 in 20 end perfect and not "
    "regular.",
    reason="It is the way out of symmetric failure, which most models pass through.",
)
STAGE = Claim(
    "Corrected: symmetric failure is a stage that training passes through, not where it ends.",
    f"Beyond {SOURCE}",
    "Of the seeds that were in symmetric failure at some recorded step, more than 95 in 100 are perfect at the end.",
)
FAR = Claim(
    "After asymmetric recovery the features opposite the recovered one are the longer ones.",
    f"{SOURCE}, Asymmetric Recovery",
    "Of the seeds that recovered asymmetrically from a failure of one feature, more than 95 in 100 have the features "
    "at more than 90° from it longer, on average, than itself and the others.",
)


class FailureCensus(Experiment):
    """One-hot data, m = 2, n = 7 in the centre; AdamW as in the notebook of Toy Models of Superposition."""

    title: ClassVar[str] = "A census of failures"
    source: ClassVar[str] = SOURCE
    lede: ClassVar[str] = (
        "Seven features fit into two dimensions without loss, yet on the way there models leave features out: six "
        "stand in a hexagon and the seventh is nothing. Is that where training ends? Here is every state of ten "
        "thousand models at fifty moments, named."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 25_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 500, "each": 30, "features": (6, 7)},
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
        return {
            "centre": self._training(self.seeds, RECORDS),
            "fine": self._training(self.each, FINE),
            "double": self._training(self.each, RECORDS, precision="float64"),
            "sizes": self._training(0, None, {"features": self.features, "seed": few}),
        }

    def _training(self, seeds: int, records: int | None, over: dict[str, Any] | None = None, **more: Any) -> Training:
        return Training(
            model=Autoencoder(features=FEATURES, hidden=2),
            law=OneHot(),
            optimiser=AdamW(learning_rate=self.learning_rate, weight_decay=self.weight_decay),
            steps=self.steps,
            over=over or {"seed": range(seeds)},
            record=every(max(1, self.steps // records), "parameters") if records else None,
            **more,
        )

    def claims(self, runs: Runs) -> list[Judged]:
        line = _timeline(runs["centre"])
        end, caught = _last(line), line.visited(SYMMETRIC_FAILURE)
        failed, unlearnt = at_rest(line, _histories(runs["centre"])[0]), np.isin(end.kind, FAILED)
        early, way = line.kind[:, _stated(line)] == SYMMETRIC_FAILURE, line.recovery() == ASYMMETRIC
        centre, of_caught = runs["centre"], "seeds that were in symmetric failure"
        twice = f"In double precision {share(_recovered(_timeline(runs['double'])))} of those caught end perfect."
        return [
            judge_rate(FAILS, end.asymmetric, 0.01, f"seeds, n = {FEATURES}", _counted(end)),
            judge_rate(UNLEARNT, failed, 0.01, f"seeds, n = {FEATURES}", f"Moving or not: {share(unlearnt)}."),
            judge_rate(ENDS, end.kind[failed] == SYMMETRIC_FAILURE, 0.5, "seeds at rest with a feature unlearnt"),
            judge_rate(VALUES, _values(centre, line), 0.95, "seeds with one feature unlearnt"),
            judge_rate(
                STAYS, end.kind[early] == SYMMETRIC_FAILURE, 0.95, "seeds caught at that step", _until(line, early)
            ),
            judge_rate(PASSED, passed(line), 0.95, "seeds that end asymmetric", _finer(runs)),
            judge_rate(RARE, ~way[caught], 0.95, f"{of_caught} do not end so", twice),
            judge_rate(STAGE, end.perfect[caught], 0.95, of_caught, twice),
            judge_rate(FAR, _far(centre, line), 0.95, "seeds recovered so"),
        ]

    def panels(self, runs: Runs) -> list[Panel]:
        return [
            _over_time(runs["centre"]),
            _gallery(runs["centre"]),
            _raster(runs["fine"]),
            _by_size(runs["sizes"], self.features),
        ]


FAILED = (SYMMETRIC_FAILURE, ASYMMETRIC_FAILURE, COLLAPSED, DEAD_BY_BIAS)


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


def at_rest(line: Timeline, W: np.ndarray) -> np.ndarray:
    """Which models (seed,) end with a feature unlearnt and rest there, W (seed, step, 2, n): their name is that of the
    record before, and no column has moved by more than `REST` since."""
    here, before = line.kind[:, -1], line.kind[:, -2]
    still = norms(W[:, -1] - W[:, -2]).max(axis=-1) < REST
    return np.asarray(np.isin(here, FAILED) & (here == before) & still)


def _stated(line: Timeline) -> int:
    """The recorded step nearest to 3,000 of 25,000."""
    return int(np.abs(line.step - STATED * line.step[-1]).argmin())


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
    one = line.states.lone[:, at]
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
    """Of the models that end asymmetric, of zero loss: which were in symmetric failure at some recorded step?"""
    return line.visited(SYMMETRIC_FAILURE)[_last(line).asymmetric]


def _finer(runs: Runs) -> str:
    fine, coarse = _timeline(runs["fine"]), _timeline(runs["centre"])
    some = Timeline(coarse.step, coarse.states[: len(fine.kind)])
    return (
        f"Recorded ten times as often, {share(passed(fine))} of the first seeds were; at the recorded steps of this "
        f"claim {share(passed(some))} of the same."
    )


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
        "faintly positive everywhere, and its spoke has no length. Of an inner and an outer group the short spokes "
        "stand apart, the long ones crowd."
    )
    return Panel("gallery", "One model of each name", caption, figure)


def _example(line: Timeline, kind: int) -> tuple[int, int]:
    """A seed in a state, at the recorded step where most are: the first of those with the fewest features unlearnt."""
    inside = line.kind == kind
    t = 1 + int(inside[:, 1:].sum(axis=0).argmax())  # at step 0 nothing has been learnt
    return int(np.where(inside[:, t], line.states.unlearnt[:, t], FEATURES + 1).argmin()), t


def _raster(run: Run) -> Panel:
    line = _timeline(run)
    when = np.nan_to_num(line.captured(PERFECT_REGULAR, PERFECT_IRREGULAR, INNER_OUTER), nan=np.inf)[:SHOWN]
    figure = state_raster(line.step, line.kind[:SHOWN][np.argsort(when, kind="stable")], NAMES, SHADES)
    caption = (
        f"The first {len(when)} seeds, one row each, recorded {FINE} times; the first to give all features back is "
        "on top. Follow a row from left to right: failures turn into each other before they are mended. Rows that "
        "were vermilion end with short and long spokes; regular polygons grow from models that lost no feature, or "
        "had two in one direction."
    )
    return Panel("raster", f"{len(when)} lives", caption, figure)


def _by_size(run: Run, features: tuple[int, ...]) -> Panel:
    kinds = [outcomes(run.at(features=n)).kind for n in features]
    figure = _ends(kinds, [str(n) for n in features], "features n")
    left = [f"n = {n}: {share(~np.isin(kind, PERFECT))}" for n, kind in zip(features, kinds, strict=True)]
    caption = (
        "The centre's recipe for other numbers of features. Not perfect at the end, features unlearnt or sharing a "
        f"direction (collapsed): {', '.join(left)}."
    )
    return Panel("sizes", "Other numbers of features", caption, figure)


def _ends(kinds: list[np.ndarray], labels: list[str], x_label: str) -> Any:
    counts = np.stack([np.bincount(kind, minlength=len(NAMES)) for kind in kinds])
    here = np.flatnonzero(counts.sum(axis=0))
    low, high = rate_interval(counts[:, here], counts.sum(axis=1, keepdims=True))
    return stacked_rates(
        [NAMES[k] for k in here], counts[:, here], low, high, labels,
        x_label=x_label, y_label="share of seeds", shades=SHADES,
    )  # fmt: skip


EXPERIMENT = FailureCensus
