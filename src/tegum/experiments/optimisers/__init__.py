"""Which part of the recipe brings models into symmetric failure, which holds them there, and what lets them go."""

import functools
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from tegum.claims import Judged, judge_rate, rate_interval, share
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.experiments.optimisers.claims import (
    ADAM,
    BLAME,
    BRIEF,
    CAUGHT,
    COSINE,
    DOWN,
    EDGE,
    ENDLESS,
    EPSILON,
    FORGET,
    HOLDS,
    KICK,
    NEVER,
    OTHERS,
    SIDE,
    SIDE_DESCENT,
    SLOPE,
    STUCK,
)
from tegum.failure.outcomes import SYMMETRIC_FAILURE
from tegum.failure.stability import delays, edge, growth, memory, sharpness, too_short
from tegum.failure.timelines import Timeline, median_stay, survival_at, timeline
from tegum.plots.lines import histories
from tegum.plots.rates import rate_lines
from tegum.plots.recipes import rate_rows
from tegum.plots.style import INK, number
from tegum.spec import Count, NotNegative, Positive
from tegum.toy.features import OneHot
from tegum.toy.models import Autoencoder, Parameters
from tegum.training.history import every
from tegum.training.interventions import Edit, Intervention, Perturb
from tegum.training.optimisers import SGD, Adam, AdamW, Momentum, Optax, Optimiser
from tegum.training.run import Run
from tegum.training.training import Training

FEATURES = 7
FRESH = 39_000_000  # the first seed: none that was looked at before the criteria were written, see the page
RECORDS = 50
WATCHED_EVERY, THIN = 20, 5  # steps between recorded gradients; records between two looks at the sharpness
LONG, SHORT = 8000 / 25_000, 5000 / 25_000  # stays, as parts of the training
TOUCHED, LOOKED = 5000 / 25_000, 7000 / 25_000  # when memory is cleared, and when the models are looked at
STATED, LATER = 3000 / 25_000, 1000 / 25_000  # the source's "since about step 3,000"; from a capture to a look
NEAR = 0.9  # of the edge
SCALES, BIASES = (0.1, 0.3, 3.0), (-0.3, 0.3, 1.0)  # times Xavier's; of every output
RULED = (  # rows of the table that begin another kind of change
    "decay 0.03", "rate × 1/3", "b1 = 0", "b2 = 0.99", "ε = 1e-6", "warm-up, cosine", "SGD, rate 0.1", "start × 0.1",
)  # fmt: skip
CLAIMED = ("AdamW", "Adam (no decay)", "b2 = 0.99", "b2 = 0.9999", "ε = 1e-4", "warm-up, cosine", "SGD, rate 1")


class Forget(Intervention):
    """Clears the optimiser's memory of all parameters and changes none."""

    def edit(self, model: Any, parameters: Parameters, key: Any) -> Edit:
        return Edit(parameters, {name: jnp.ones(value.shape, bool) for name, value in parameters.items()})


class Optimisers(Experiment):
    """One-hot data, n = 7, m = 2, equal starts; gradients recorded every twenty steps, Adam's memory cleared."""

    title: ClassVar[str] = "Is it AdamW's fault?"
    source: ClassVar[str] = BLAME
    lede: ClassVar[str] = (
        "A model in symmetric failure leaves one feature out, and the source suspects AdamW, tries Adam, and acquits "
        "both. Here are the same starts under up to twenty recipes: who is caught, who is still there at the end, how "
        "long they stay. The start decides who is caught. Who rests in it gets out by Adam alone, which forgets its "
        "large gradients and becomes unstable; under gradient descent such a model stays."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 25_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 80, "watched": 40, "patience": 2, "whole": False},
        "standard": {},
        "paper": {"seeds": 4000, "watched": 1000, "patience": 16},
    }

    seeds: Count = 800
    watched: Count = 400
    whole: bool = True
    steps: Count = 25_000
    patience: Count = 4
    learning_rate: Positive = 1e-3
    weight_decay: NotNegative = 0.01

    def recipes(self) -> dict[str, Optimiser]:
        """The optimisers compared, or only those that claims are about. Rates of gradient descent are for the mean
        loss, whose gradient is n² times smaller than that of the sum."""
        rate, warmup = self.learning_rate, max(1, self.steps // 20)
        every_one: dict[str, Optimiser] = {
            "AdamW": self._adamw(),
            "Adam (no decay)": Adam(learning_rate=rate),
            "decay 0.03": self._adamw(weight_decay=0.03),
            "decay 0.1": self._adamw(weight_decay=0.1),
            "rate × 1/3": self._adamw(learning_rate=rate / 3),
            "rate × 3": self._adamw(learning_rate=3 * rate),
            "rate × 10": self._adamw(learning_rate=10 * rate),
            "b1 = 0": self._adamw(b1=0.0),
            "b1 = 0.99": self._adamw(b1=0.99),
            "b2 = 0.99": self._adamw(b2=0.99),
            "b2 = 0.9999": self._adamw(b2=0.9999),
            "ε = 1e-6": self._adamw(eps=1e-6),
            "ε = 1e-4": self._adamw(eps=1e-4),
            "Adam, ε = 1e-4": Adam(learning_rate=rate, eps=1e-4),
            "warm-up, cosine": self._adamw(warmup=warmup, schedule="cosine"),
            "RMSprop": Optax(name="rmsprop", learning_rate=rate, options=(("decay", 0.999),)),
            "SGD, rate 0.1": SGD(learning_rate=0.1),
            "SGD, rate 1": SGD(learning_rate=1.0),
            "momentum, rate 0.1": Momentum(learning_rate=0.1),
        }
        return {name: optimiser for name, optimiser in every_one.items() if self.whole or name in CLAIMED}

    def _adamw(self, **more: Any) -> AdamW:
        return AdamW(**{"learning_rate": self.learning_rate, "weight_decay": self.weight_decay} | more)

    def trainings(self) -> dict[str, Training]:
        few = range(FRESH, FRESH + self.seeds)
        some = {"seed": range(FRESH, FRESH + self.watched)}
        patient = (SGD(learning_rate=1.0), Adam(learning_rate=self.learning_rate, eps=1e-4), self._adamw(eps=1e-4))
        record, at = every(max(1, self.steps // RECORDS), "parameters"), self._step(TOUCHED)
        gradients = every(WATCHED_EVERY, "parameters", "gradients")
        kick = Perturb(at=(at,), noise=KICK)
        starts = {
            "scales": self._training({"initial_scale": SCALES, "seed": few}, record),
            "biases": self._training({"initial_bias": BIASES, "seed": few}, record),
            "single": self._training({"seed": few}, record, batch_size=1),
        }
        return (starts if self.whole else {}) | {
            "recipes": self._training({"optimiser": tuple(self.recipes().values()), "seed": few}, record),
            "watched": self._training(some, gradients),
            "forget": self._training({"seed": few}, record, interventions=(Forget(at=(at,)),)),
            "kick": self._training({"seed": few}, record, interventions=(kick,)),
            "patient": self._training(
                {"optimiser": patient, "seed": few}, every(max(1, self.steps // 5), "parameters"),
                steps=self.patience * self.steps,
            ),
        }  # fmt: skip

    def _training(self, over: dict[str, Any], record: Any, steps: int | None = None, **more: Any) -> Training:
        """In double precision: in single, gradient descent steps by less than the last bit of W and misses its way."""
        return Training(
            model=Autoencoder(features=FEATURES, hidden=2), law=OneHot(), optimiser=self._adamw(),
            steps=steps or self.steps, over=over, record=record, precision="float64", **more,
        )  # fmt: skip

    def _step(self, share: float) -> int:
        return min(round(share * self.steps), self.steps - 1)

    def claims(self, runs: Runs) -> list[Judged]:
        line, place = _timeline(runs["recipes"]), {name: k for k, name in enumerate(self.recipes())}
        ends, caught = line.kind[..., -1] == SYMMETRIC_FAILURE, line.visited(SYMMETRIC_FAILURE)
        stay, ended = line.stay(SYMMETRIC_FAILURE)
        base, adam, sgd = (place[name] for name in ("AdamW", "Adam (no decay)", "SGD, rate 1"))
        long = stay > LONG * self.steps
        one = long[base] != long[adam]
        brief, cosine = place["b2 = 0.99"], place["warm-up, cosine"]
        short_there = (stay <= 2000 / 25_000 * self.steps) & ended
        perfect = line.states.perfect[..., -1]
        where = "seeds that stay long"
        others = f"Of the {(~caught[base]).sum()} others {(caught[adam] & ~caught[base]).sum()} are."
        return [
            judge_rate(
                ADAM, ends[adam], 0.01, "seeds, Adam", f"{share(caught[adam])} were in it at some recorded step."
            ),
            judge_rate(CAUGHT, caught[adam][caught[base]], 0.95, "seeds caught under AdamW", others),
            judge_rate(
                OTHERS, ends[sgd], 0.01, "seeds, SGD at rate 1", f"{share(caught[sgd])} were in it at some time."
            ),
            *self._stuck(_part(line, sgd), runs["patient"]),
            judge_rate(HOLDS, long[base][one], 0.9, "seeds", f"{long[base].sum()} and {long[adam].sum()} stay long."),
            *self._sides(runs["recipes"]),
            *self._watched(runs["watched"]),
            self._forgot(runs, long[base]),
            judge_rate(EPSILON, ends[place["ε = 1e-4"]][long[base]], 0.9, where),
            judge_rate(BRIEF, short_there[brief][caught[brief]], 0.95, "first stays"),
            judge_rate(ENDLESS, ends[place["b2 = 0.9999"]][long[base]], 0.9, where),
            judge_rate(COSINE, ~perfect[cosine][perfect[base]], 0.5, "seeds", _named(line.states[cosine, :, -1])),
        ]

    def _stuck(self, descent: Timeline, run: Run) -> list[Judged]:
        inside = _timeline(run).kind == SYMMETRIC_FAILURE
        first = int(np.searchsorted(run.W_history["step"].values, self.steps))
        words = [
            f"{name}: {share(staying(inside[k], first))}"
            for k, name in enumerate(("SGD", "Adam, ε = 1e-4", "AdamW, ε = 1e-4"))
        ]
        early = int(np.abs(descent.step - STATED * self.steps).argmin())
        return [
            judge_rate(STUCK, staying(descent.kind == SYMMETRIC_FAILURE, early), 0.95, "seeds in it at that step"),
            judge_rate(NEVER, staying(inside[0], first), 0.95, "seeds in it", f"{'; '.join(words)}."),
        ]

    def watch(self, run: Run) -> tuple[Timeline, np.ndarray]:
        """What every watched model was at every hundredth step, and its rate × sharpness there, (seed, step)."""
        line = _timeline(run)
        return Timeline(line.step[::THIN], line.states[:, ::THIN]), _product(run, WATCHED_EVERY, THIN)

    def _watched(self, run: Run) -> list[Judged]:
        (line, product), limit = self.watch(run), edge(0.9)
        long, short = (np.flatnonzero(part) for part in _long_and_short(line, self.steps))
        there = line.during(SYMMETRIC_FAILURE)
        peak = np.where(there, product, 0).max(axis=-1)
        half = (1 - 0.999) / 2
        grown = np.array([growth(line.step, product[k], there[k], limit / 2) for k in long.tolist()])
        words = f"Median growth {np.nanmedian(grown) / half:.2f} of it." if len(long) else ""
        peaks = f"Their median largest product is {np.median(peak[long]):.1f}. " if len(long) else ""
        return [
            judge_rate(
                EDGE, peak[long] > NEAR * limit, 0.8, "long stays", f"{peaks}{_late(line, product, long, limit)}"
            ),
            judge_rate(SLOPE, np.abs(grown / half - 1) < 0.15, 0.9, "long stays", words),
            judge_rate(DOWN, peak[short] < limit / 2, 0.5, "short stays"),
        ]

    def _sides(self, run: Run) -> list[Judged]:
        """Who stays, by the side of the state on which a model is a while after the capture."""
        judged, names = [], list(self.recipes())
        W = run.W_history.transpose("optimiser", "seed", "step", "latent", "feature").values
        b = run.b_history.transpose("optimiser", "seed", "step", "feature").values
        for claim, name in ((SIDE, "AdamW"), (SIDE_DESCENT, "SGD, rate 1")):
            k = names.index(name)
            line = _part(_timeline(run), k)
            stays = line.stay(SYMMETRIC_FAILURE)[0] > LONG * self.steps
            if claim is SIDE_DESCENT:
                stays = line.kind[:, -1] == SYMMETRIC_FAILURE
            one, short = too_short(line, W[k], b[k], max(1, round(LATER * (len(line.step) - 1))))
            words = f"Of those in which not every neighbour does, {share(stays[one & ~short])} stay so."
            if not (one & ~short).any():
                words = (
                    f"There is no other one: of those caught with more unlearnt, {share(_more(line, one, stays))} do."
                )
            judged.append(judge_rate(claim, stays[one & short], 0.95, "such seeds", words))
        return judged

    def _forgot(self, runs: Runs, long: np.ndarray) -> Judged:
        forget, kick = (_timeline(runs[name]).kind == SYMMETRIC_FAILURE for name in ("forget", "kick"))
        step = _timeline(runs["kick"]).step
        before, after = (int(np.abs(step - share * self.steps).argmin()) for share in (TOUCHED, LOOKED))
        out, still = released(forget, kick, long, before, after)
        return judge_rate(
            FORGET, out & still, 0.8, "seeds", f"Out: {share(out)}. After the kick still in: {share(still)}."
        )

    def panels(self, runs: Runs) -> list[Panel]:
        line = _timeline(runs["recipes"])
        return [
            self._table(runs), self._survival(line), self._edges(runs["watched"]), self._released(runs),
            _patience(runs["patient"]),
        ]  # fmt: skip

    def _table(self, runs: Runs) -> Panel:
        lines = {name: _part(_timeline(runs["recipes"]), k) for k, name in enumerate(self.recipes())}
        base, names = lines["AdamW"].visited(SYMMETRIC_FAILURE), list(lines)
        if self.whole:
            lines |= {"one sample a step": _timeline(runs["single"])} | _starts(runs)
        counts = np.array([_counts(one) for one in lines.values()])
        total = self.seeds
        low, high = rate_interval(counts, total)
        text = [[f"{count}" for count in row] for row in counts.tolist()]
        for words, one in zip(text, lines.values(), strict=True):
            words[0] += f", {_median(one)}"
        columns = ["caught: seeds, median stay in steps", "in it at the end: seeds", "perfect at the end: seeds"]
        rules = [k for k, name in enumerate(lines) if name in RULED]
        figure = rate_rows(list(lines), columns, counts / total, low, high, text, groups=rules)
        caption = (
            f"The same {total} starts under each recipe, {self.steps:,} steps; dots with 95 % intervals. What names no "
            "optimiser is AdamW with one change. Of the seeds that AdamW catches "
            f"{_overlaps(base, {name: lines[name] for name in names[1:]})}; how long they stay is a matter of the "
            "optimiser. Steps are medians of the first stay (Kaplan and Meier); “>”: most outlast the training."
            + (" With one sample a step, noise blurs the names of states." if self.whole else "")
        )
        return Panel("recipes", "Who is caught, who is still there", caption, figure)

    def _survival(self, line: Timeline) -> Panel:
        chosen = ["AdamW", "Adam (no decay)", "b2 = 0.99", "b2 = 0.9999", "ε = 1e-4", "b1 = 0.99", "SGD, rate 1"]
        names = list(self.recipes())
        chosen = [name for name in chosen if name in names]
        figure = _survivals([_part(line, names.index(name)) for name in chosen], chosen)
        caption = (
            "How long the first stay in symmetric failure lasts, by Kaplan and Meier: a stay that the training's end "
            "cuts off counts as long as it was seen; hover for 95 % intervals. AdamW's line has a plateau that falls "
            "some time after the edge is reached. With a larger ε, and under gradient descent, the plateau does not "
            "end."
        )
        return Panel("survival", "How long symmetric failure lasts", caption, figure)

    def _edges(self, run: Run) -> Panel:
        line, product = self.watch(run)
        chosen = [np.flatnonzero(part)[:6] for part in _long_and_short(line, self.steps)]
        names = ["long stays"] * len(chosen[0]) + ["short stays"] * len(chosen[1])
        rows = np.concatenate(chosen)
        values = np.where(line.during(SYMMETRIC_FAILURE), product, np.nan)[rows]
        figure = histories(line.step, values.T, names, y_label="rate × sharpness")
        last = line.step[np.isfinite(values).any(axis=0)].max() if len(values) else line.step[-1]
        figure.update_xaxes(type="linear", range=[0, 1.03 * last], tickmode="auto")
        figure.add_hline(edge(0.9), line={"width": 1.2, "color": INK, "dash": "dash"})
        note = {"xref": "paper", "x": 0.01, "xanchor": "left", "yanchor": "bottom", "showarrow": False}
        figure.add_annotation(y=np.log10(edge(0.9)), text="edge of stability, 38", **note)
        caption = (
            "Rate times the sharpness that Adam sees, of six models that stay long and six that do not, as long as "
            "they are in symmetric failure. While a model rests its gradients vanish, Adam forgets, and its effective "
            "rate grows exponentially, until it is at the edge. There it oscillates, and leaves some time after."
        )
        return Panel("edge", "What ends a long stay", caption, figure)

    def _released(self, runs: Runs) -> Panel:
        base = _part(_timeline(runs["recipes"]), 0)
        lines = {"untouched": base, "noise on W": _timeline(runs["kick"]), "memory cleared": _timeline(runs["forget"])}
        mine = (base.stay(SYMMETRIC_FAILURE)[0] > LONG * self.steps) & (
            base.kind[:, base.step.searchsorted(self._step(TOUCHED))] == SYMMETRIC_FAILURE
        )
        count = max(int(mine.sum()), 1)
        found = np.stack([(one.kind[mine] == SYMMETRIC_FAILURE).sum(axis=0) for one in lines.values()], axis=-1)
        low, high = rate_interval(found, count)
        figure = rate_lines(
            base.step, found / count, low, high, list(lines), x_label="step", y_label="share in symmetric failure"
        )
        caption = (
            f"The {mine.sum()} seeds that stay long under AdamW. At step {self._step(TOUCHED):,} Adam's memory is "
            f"cleared, or noise of {KICK}, as large as the updates that follow such a loss of memory, is put on W."
        )
        return Panel("forget", "Adam's memory cleared", caption, figure)


def _long_and_short(line: Timeline, steps: int) -> tuple[np.ndarray, np.ndarray]:
    stay, ended = line.stay(SYMMETRIC_FAILURE)
    return stay > LONG * steps, (stay < SHORT * steps) & ended


def staying(inside: np.ndarray, at: int) -> np.ndarray:
    """Of the models (seed, t) inside at a record: which are at the last?"""
    return np.asarray(inside[inside[:, at], -1])


def _more(line: Timeline, one: np.ndarray, stays: np.ndarray) -> np.ndarray:
    return np.asarray(stays[line.visited(SYMMETRIC_FAILURE) & ~one])


def released(
    forget: np.ndarray, kick: np.ndarray, long: np.ndarray, before: int, after: int
) -> tuple[np.ndarray, np.ndarray]:
    """Of the seeds with long stays that are inside at the record `before`, when memory is cleared or W kicked: who is
    out at `after` if it was cleared, and who is in if it was kicked; forget, kick (seed, t): who is inside when."""
    mine = long & kick[:, before]
    return ~forget[mine, after], kick[mine, after]


def _late(line: Timeline, product: np.ndarray, mine: np.ndarray, limit: float) -> str:
    """How long after the edge the stays end."""
    crossed, left = delays(line.step, product[mine], line.during(SYMMETRIC_FAILURE)[mine], limit)
    seen = np.isfinite(crossed) & np.isfinite(left)
    if seen.sum() < 3:
        return ""
    late = (left - crossed)[seen]
    alike = np.corrcoef(crossed[seen], left[seen])[0, 1]
    return (
        f"From the edge to the end of the stay: median {np.median(late):,.0f} steps, 90 % within "
        f"{np.quantile(late, 0.9):,.0f}, at most {late.max():,.0f}; the times of both correlate by {alike:.2f}."
    )


@functools.lru_cache(maxsize=8)
def _timeline(run: Run) -> Timeline:
    """Naming a hundred thousand states takes a second; claims and figures share them."""
    return timeline(run)


@functools.lru_cache(maxsize=2)
def _product(run: Run, interval: int, thin: int) -> np.ndarray:
    """Rate × sharpness at every `thin`-th record, with v̂ rebuilt from all recorded gradients."""
    data, first = run.data.transpose("seed", "step", "latent", "feature", ...), slice(None, None, thin)
    count, times = data.b_history.shape[:2]
    slopes = [data[f"{name}_gradient_history"].values.reshape(count, times, -1) for name in ("W", "b")]
    optimiser = run.training.optimiser
    assert isinstance(optimiser, Adam)
    square = memory(np.concatenate(slopes, axis=-1).astype(float), interval, optimiser.b2)
    W, b = (data[f"{name}_history"].values[:, first].astype(float) for name in ("W", "b"))
    scale = np.sqrt(square[:, first]) + optimiser.eps
    return optimiser.learning_rate * np.stack([sharpness(*one) for one in zip(W, b, scale, strict=True)])


def _starts(runs: Runs) -> dict[str, Timeline]:
    scales = {f"start × {scale:g}": _part(_timeline(runs["scales"]), k) for k, scale in enumerate(SCALES)}
    return scales | {
        f"start b = {number(bias, 'g')}": _part(_timeline(runs["biases"]), k) for k, bias in enumerate(BIASES)
    }


def _overlaps(base: np.ndarray, lines: dict[str, Timeline]) -> str:
    """How many of the seeds caught under AdamW the other optimisers catch."""
    if not base.any():
        return "none is caught otherwise"
    share = {name: float(line.visited(SYMMETRIC_FAILURE)[base].mean()) for name, line in lines.items()}
    least = min(share, key=lambda name: share[name])
    rest = min(value for name, value in share.items() if name != least)
    return f"the other optimisers catch {rest:.0%} or more, but for “{least}” ({share[least]:.0%})"


def _named(states: Any) -> str:
    found = [f"{name} {count}" for name, (count, _, _) in states.counts().items()]
    return f"Its ends: {', '.join(found)}."


def _part(line: Timeline, k: int) -> Timeline:
    return Timeline(line.step, line.states[k])


def _counts(line: Timeline) -> list[int]:
    """How many are caught, in it at the end, and perfect at the end."""
    last = line.states[..., -1]
    found = line.visited(SYMMETRIC_FAILURE), last.kind == SYMMETRIC_FAILURE, last.perfect
    return [int(part.sum()) for part in found]


def _median(line: Timeline) -> str:
    """The median of the first stay, where some are not seen to end."""
    stay, ended = line.stay(SYMMETRIC_FAILURE)
    caught = np.isfinite(stay)
    if not caught.any():
        return "–"
    median, seen = median_stay(stay[caught], ended[caught])
    return f"{median:,.0f}" if seen else f"> {median:,.0f}"


def _survivals(lines: list[Timeline], names: list[str]) -> Any:
    columns, kept, step = [], [], lines[0].step
    for line, name in zip(lines, names, strict=True):
        stay, ended = line.stay(SYMMETRIC_FAILURE)
        caught = np.isfinite(stay)
        if caught.any():
            columns.append(survival_at(step, stay[caught], ended[caught]))
            kept.append(f"{name} ({caught.sum()} caught)")
    share, low, high = (np.array([column[part] for column in columns]).T for part in range(3))
    return rate_lines(
        step, share, low, high, kept,
        x_label="steps since it was first seen in symmetric failure", y_label="share still in it",
        stepped=True,
    )  # fmt: skip


def _patience(run: Run) -> Panel:
    inside = _timeline(run).kind == SYMMETRIC_FAILURE
    low, high = rate_interval(inside.sum(axis=1), inside.shape[1])
    names = ["SGD, rate 1", "Adam, ε = 1e-4", "AdamW, ε = 1e-4, decay 0.01"]
    figure = rate_lines(
        run.W_history["step"].values, inside.mean(axis=1).T, low.T, high.T, names,
        x_label="step", y_label="share in symmetric failure",
    )  # fmt: skip
    caption = (
        "Optimisers that stay below the edge of stability, trained on. After the first 25,000 steps or so hardly "
        "anybody leaves: who could leave along the way down has left."
    )
    return Panel("patience", "Below the edge hardly anybody leaves", caption, figure)


EXPERIMENT = Optimisers
