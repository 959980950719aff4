"""How models leave symmetric failure: the learnt features sweep to one side, and then the last one jumps."""

import functools
from typing import Any, ClassVar

import numpy as np

from tegum.claims import Claim, Judged, judge_rate
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.failure.forces import forces, loss
from tegum.failure.sweeps import Sweep, apart, caught, local_optimum
from tegum.plots import style
from tegum.plots.force_film import force_film
from tegum.plots.lines import against, bands, curves
from tegum.plots.zones import latent_zones
from tegum.spec import Count
from tegum.theory.failure import symmetric_failure
from tegum.toy.features import OneHot
from tegum.toy.models import Autoencoder, StartingFrom
from tegum.training.history import every
from tegum.training.interventions import Assign, Freeze
from tegum.training.optimisers import SGD, Adam, AdamW
from tegum.training.run import Run
from tegum.training.training import Training

POST = "Optimization Failure (2024)"
SECTION = f"{POST}, Asymmetric Recovery"
CAUSE = f"{POST}, How does one side magically start to elongate?"
RUNAWAY = f"{POST}, Small asymmetry favoring tilt"
FIRST = 4_000_000  # of all seeds: none was seen when the criteria were written
LONGER = 1.2  # times the polygon's radius: a feature that has grown
SWEPT = 1.0  # ‖S‖ of a model whose live features lean for good
LEANING = 0.5  # ‖S‖ from which its direction is asked for
NOISES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
MEMORY = (0.999, 0.99)  # Adam's b2
AT = 0.01  # the noise at which twins start
CURVATURE = -0.0103637  # least one-sided curvature at symmetric failure, six live features; see symmetric-failure
CHECKED = 10  # places along each sweep where the optimum of W_7 is looked for
HELD: dict[str, tuple[tuple[str, tuple[int, ...]], ...]] = {
    "free": (),
    "W_7 held at 0": (("W", (6,)),),
    "b_7 held at 1/7": (("b", (6,)),),
    "both held": (("W", (6,)), ("b", (6,))),
    "the six others held": (("W", tuple(range(6))), ("b", tuple(range(6)))),
}
FREE, HOLD_W, HOLD_B, HOLD_BOTH, HOLD_LIVE = HELD
_OF = "Of the seeds at n = 7 that recover asymmetrically from a failure of one feature, more than 95 in 100"

FAR_FIRST = Claim(
    "The learnt features of one side grow longer first, and W_7 only after that.",
    SECTION,
    f"{_OF} have far features of a mean length above {LONGER} of the hexagon's before W_7 has half of its final "
    "length.",
)
BIAS_FIRST = Claim(
    "The learnt biases become much more negative before b_7 falls below 0.",
    SECTION,
    f"{_OF} have a mean far bias below 1 − ({LONGER} r)² before b_7 is negative.",
)
BALANCE = Claim(
    "Lengths and biases move together along the way: each learnt feature goes on giving itself back, b_i = 1 − ‖W_i‖².",
    SECTION,
    f"{_OF} have every learnt output within 0.1 of 1 upon its own input at every record until the eve.",
)
NEAR_SHORT = Claim(
    "The learnt features on the side of W_7 are the shorter ones, with the less negative biases.",
    SECTION,
    f"{_OF} have, on the eve, each learnt feature at less than 90° from W_7 shorter, and its bias above, those of all "
    "others.",
)
OPPOSITE = Claim(
    "The skew always sweeps the learnt features to the side opposite to W_7.",
    CAUSE,
    f"{_OF} have W_7 within 30° of −S at every record with ‖S‖ above {LEANING}, until the eve.",
)
GRADUATED = Claim(
    "W_7 only gets learnt because the others graduate to a larger radius.",
    SECTION,
    "More than 95 in 100 twins of equal seeds learn W_7 (‖W_7‖ above 0.5) where all are free, and do not where the six "
    "others are held at their start.",
)
SOME_SILENT = Claim(
    "Some of the features opposite to W_7 fall silent in output 7, and so lose nothing, before W_7 is learnt.",
    SECTION,
    f"{_OF} have a far feature with W_7·W_j + b_7 ≤ 0 at some record up to the eve.",
)
ALL_SILENT = Claim(
    "When all features opposite to W_7 are silent, W_7 is already so long that it keeps growing all the same.",
    SECTION,
    f"{_OF} have a force on W_7 that points outwards at the first record where all far features are silent.",
)
CAUSED = Claim(
    "That one side elongates can only be due to W_7 or b_7.",
    CAUSE,
    "More than 95 in 100 twins of equal seeds sweep (‖S‖ above 1 at some record) where both are free, and do not where "
    "both are held.",
)
WHICH = Claim(
    "Corrected: it is due to W_7; b_7 need not move.",
    f"Beyond {CAUSE}",
    "More than 95 in 100 twins of equal seeds sweep with b_7 held at 1/7, and do not with W_7 held at 0.",
)
THIRD = Claim(
    "The push of W_7 on all others drives the sweep; forces among the learnt features alone do not run away.",
    RUNAWAY,
    f"In gradient descent from noise {AT}, more than 95 in 100 models have a push of W_7 on S, integrated until the "
    "eve, that is at least the way that S went, so that all else together opposes it.",
)
FOLLOWS = Claim(
    "W_7 follows its local optimum, which the imbalance of the others has moved away from 0.",
    RUNAWAY,
    f"{_OF} have W_7 within 10 % of the optimum of W_7 with all others frozen, at each of {CHECKED} records spread "
    "evenly until ten records before the eve (where that optimum is longer than 0.002).",
)
MONOTONE = Claim(
    "More sweep shifts that optimum further from 0, and so on until W_7 is learnt.",
    RUNAWAY,
    f"{_OF} have an optimum that is longer at each of those {CHECKED} records than at the one before.",
)
JUMP = Claim(
    "Corrected: the optimum stops at a sixth of the final length, and then ceases to exist: W_7 jumps.",
    f"Beyond {RUNAWAY}",
    "Of the same seeds, more than 85 in 100 have on the eve no optimum near W_7: descent of W_7 alone, all others "
    "frozen, ends at more than twice its length; and W_7 goes from the eve to half of its length in less than a "
    "twentieth of the time since the start.",
)
RISES = Claim(
    "Before b_7 falls it rises: while W_7 grows slowly, the best bias is more than 1/7.",
    f"Beyond {SECTION}",
    f"{_OF} have a b_7 on the eve more than half above the 1/7 of symmetric failure.",
)
DESCENT_WAITS = Claim(
    "In gradient descent the wait is the logarithm of the asymmetry: ten times less of it costs ln 10 / |κ| more time.",
    "Ours",
    "Of the seeds started with noises of 1e-4 and 1e-3 in the same directions, more than 90 in 100 take longer with "
    "the smaller one, by 0.95 to 1.3 times ln 10 / |κ|; κ, the least one-sided curvature at symmetric failure, bounds "
    "the rate of growth.",
)
ADAM_DOES_NOT = Claim(
    "Adam does not wait for an asymmetry to grow: a thousandth of it costs no time.",
    "Ours",
    f"Of the seeds started with noises of 1e-5 and {AT} in the same directions, more than 90 in 100 have learnt W_7 "
    "with the smaller one after at most the same number of steps.",
)
REMEMBERS = Claim(
    "It is Adam's memory of larger gradients that makes it wait: with b2 = 0.99 the larger disturbance costs little.",
    "Ours",
    "Of the seeds started with noise 0.1 that learn W_7 both ways, more than 90 in 100 take more than 1.3 times as "
    "long with b2 = 0.999 as with 0.99.",
)


class AsymmetricRecovery(Experiment):
    """AdamW from random starts, n = 7; twins with W_7, b_7 or the others held; gradient descent and Adam from noise."""

    title: ClassVar[str] = "Asymmetric recovery: how the last feature is learnt"
    source: ClassVar[str] = SECTION
    lede: ClassVar[str] = (
        "Six features stand in a hexagon and the seventh is nothing. Then five of them grow and sweep to one side, "
        "and at last the seventh appears on the other. Why does one side grow, what drives it, and what decides when "
        "W_7 is learnt? (Figures count features from 0; W_7 is the unlearnt one, whatever its number.)"
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 25_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 100, "twins": 20},
        "standard": {},
        "paper": {"seeds": 2_000, "twins": 500},
    }

    seeds: Count = 600
    twins: Count = 200
    steps: Count = 25_000
    patience: Count = 150_000

    def trainings(self) -> dict[str, Training]:
        held = {_key(name): self._twin(parts) for name, parts in HELD.items()}
        noises = {"noise": NOISES, "seed": self._range(self.twins)}
        slow = {"steps": self.patience, "precision": "float64", "record": self._record(self.patience, 400)}
        return {
            "centre": self._random(7, self.seeds),
            "six": self._random(6, self.twins),
            **held,
            "descent": self._near(SGD(learning_rate=1.0), noises, 0.0, **slow),
            "adam": self._near(Adam(), {"b2": MEMORY, **noises}, 0.0),
        }

    def _range(self, count: int) -> range:
        return range(FIRST, FIRST + count)

    def _record(self, steps: int, times: int) -> Any:
        return every(max(1, steps // times), "parameters")

    def _random(self, n: int, seeds: int) -> Training:
        return Training(
            model=Autoencoder(features=n, hidden=2), law=OneHot(), optimiser=AdamW(), steps=self.steps,
            record=self._record(self.steps, 1_000), over={"seed": self._range(seeds)},
        )  # fmt: skip

    def _near(self, optimiser: Any, over: dict[str, Any], noise: float, **more: Any) -> Training:
        given = {"steps": self.steps, "record": self._record(self.steps, 250)} | more
        start = StartingFrom.at(*symmetric_failure(7), noise=noise)
        return Training(model=start, law=OneHot(), optimiser=optimiser, over=over, **given)

    def _twin(self, parts: tuple[tuple[str, tuple[int, ...]], ...]) -> Training:
        exact = (
            Assign(at=0, parameter="W", features=(6,), value=0.0),
            Assign(at=0, parameter="b", features=(6,), value=1 / 7),
        )
        freeze = tuple(Freeze(parameter=name, features=features) for name, features in parts)
        return self._near(AdamW(), {"seed": self._range(self.twins)}, AT, interventions=exact, freeze=freeze)

    def claims(self, runs: Runs) -> list[Judged]:
        sweep, _ = _caught(runs["centre"])
        return [*_along(sweep, runs), *_twins(runs), *_driven(sweep, runs), *_triggers(runs)]

    def panels(self, runs: Runs) -> list[Panel]:
        return [
            _film(runs["centre"]), _course(runs["centre"]), _stages(runs["centre"]), _well(runs["centre"]),
            _held(runs), _push(runs["descent"]), _waits(runs),
        ]  # fmt: skip


def _key(name: str) -> str:
    return name.lower().replace(" ", "-").replace("/", "-").replace("_", "-")


@functools.lru_cache(maxsize=4)
def _caught(run: Run) -> tuple[Sweep, np.ndarray]:
    return caught(run)


@functools.lru_cache(maxsize=16)
def _seventh(run: Run) -> Sweep:
    """Feature 6 apart from the others, (axes…, seed) in one row."""
    W = run.W_history.transpose(..., "step", "latent", "feature").values
    b = run.b_history.transpose(..., "step", "feature").values
    W, b = W.reshape(-1, *W.shape[-3:]).astype(float), b.reshape(-1, *b.shape[-2:]).astype(float)
    return apart(W, b, run.W_history["step"].values, np.full(len(W), 6))


# ---- Along the way ---------------------------------------------------------------------------------------------------


def grown(sweep: Sweep) -> tuple[np.ndarray, np.ndarray]:
    """The first places where the far features are longer, on average, than 1.2 of the polygon's radius, and where
    their biases lie below what goes with that length."""
    start = sweep.at(sweep.start)
    radius = np.median(start.lengths[:, 0], axis=-1)[:, None]
    length, bias = sweep.mean(sweep.lengths, sweep.far), sweep.mean(sweep.live_bias, sweep.far)
    return sweep.first(length > LONGER * radius), sweep.first(bias < 1 - (LONGER * radius) ** 2)


def misses(sweep: Sweep) -> np.ndarray:
    """The largest |‖W_i‖² + b_i − 1| of each model until the eve, over live features."""
    off = np.abs(sweep.lengths**2 + sweep.live_bias - 1).max(axis=-1)
    return np.asarray(np.where(sweep.stage, off, 0).max(axis=-1))


def near_shorter(sweep: Sweep) -> np.ndarray:
    """On the eve: is each feature that is not far shorter than all far ones, and its bias above theirs?"""
    eve = sweep.at(sweep.eve)
    split = [(eve.lengths[:, 0], -1), (eve.live_bias[:, 0], 1)]
    apart_by = [
        np.where(sweep.far, np.inf, sign * part).min(axis=-1) - np.where(sweep.far, sign * part, -np.inf).max(axis=-1)
        for part, sign in split
    ]
    return np.asarray((apart_by[0] > 0) & (apart_by[1] > 0))


def opposite(sweep: Sweep) -> np.ndarray:
    """Is W_d within 30° of −S wherever S is long enough to have a direction, until the eve?"""
    asked = sweep.stage & (np.hypot(*np.moveaxis(sweep.lean, -1, 0)) > LEANING)
    return np.asarray((~asked | (sweep.turned < 30)).all(axis=-1) & asked.any(axis=-1))


def silent(sweep: Sweep) -> tuple[np.ndarray, np.ndarray]:
    """Where some far features are silent in the unlearnt output, and where all are, (p, t)."""
    quiet = sweep.heard <= 0
    far = sweep.far[:, None]
    return (quiet & far).any(axis=-1), (quiet | ~far).all(axis=-1) & far.any(axis=-1)


def outward(sweep: Sweep) -> np.ndarray:
    """The force on W_d along its own direction, of histories of one moment, (p,)."""
    found = []
    for w, bias, live, live_bias in zip(
        sweep.column[:, 0], sweep.bias[:, 0], sweep.live[:, 0], sweep.live_bias[:, 0], strict=True
    ):
        pull = forces(np.column_stack([live, w]), np.append(live_bias, bias)).W[:, -1]
        found.append(pull @ w / np.hypot(*w))
    return np.array(found)


def _along(sweep: Sweep, runs: Runs) -> list[Judged]:
    long, low = grown(sweep)
    some, every_one = silent(sweep)
    at = np.minimum(sweep.first(every_one), len(sweep.step) - 1)
    row = np.arange(len(at))
    share = sweep.size[row, at] / sweep.size[:, -1]
    eve = sweep.at(sweep.eve)
    far, near = eve.mean(eve.lengths, sweep.far)[:, 0], eve.mean(eve.lengths, ~sweep.far)[:, 0]
    return [
        _rate(FAR_FIRST, long < sweep.learnt, f"{_sixes(runs, _far_first)} {_waited(sweep)}"),
        _rate(BIAS_FIRST, low < sweep.first(sweep.bias < 0)),
        _rate(RISES, eve.bias[:, 0] > 1.5 / 7, f"b_7 on the eve: {_spread(eve.bias[:, 0])}. Silent far features no "
              "longer hold it down. It falls in the jump."),
        _rate(BALANCE, misses(sweep) < 0.1, f"Off by {_spread(misses(sweep))} at most."),
        _rate(NEAR_SHORT, near_shorter(sweep), f"Lengths on the eve: far {_spread(far)}, near {_spread(near)}. "
              f"Two features are near W_7 in {int(((~sweep.far).sum(-1) == 2).sum())} models, else one."),
        _rate(OPPOSITE, opposite(sweep), _sixes(runs, opposite)),
        _rate(SOME_SILENT, (some & sweep.stage).any(axis=-1)),
        _rate(ALL_SILENT, outward(sweep.at(at)) > 0,
              f"W_7 then has {_spread(share)} of its final length: the last far feature falls silent after the jump."),
    ]  # fmt: skip


def _rate(claim: Claim, true: np.ndarray, note: str = "", above: float = 0.95, where: str = "seeds caught") -> Judged:
    return judge_rate(claim, true, above=above, where=where, note=note)


def _far_first(sweep: Sweep) -> np.ndarray:
    return np.asarray(grown(sweep)[0] < sweep.learnt)


def _sixes(runs: Runs, measure: Any) -> str:
    sweep, mine = _caught(runs["six"])
    return f"With n = 6: {int(measure(sweep).sum())} of {len(mine)}." if len(mine) else ""


def _waited(sweep: Sweep) -> str:
    wait = sweep.step[sweep.eve] - sweep.step[sweep.start]
    return f"From the first record in failure to the eve: {_spread(wait, ',.0f')} steps." if len(wait) else ""


def _spread(values: np.ndarray, form: str = ".3g") -> str:
    """The median and, in brackets, where eight of ten lie, of those that are finite."""
    values = values[np.isfinite(values)]
    if not len(values):
        return "none"
    low, middle, high = (style.number(float(v), form) for v in np.quantile(values, (0.1, 0.5, 0.9)))
    return f"{middle} (eight of ten {low} to {high})"


# ---- What causes it --------------------------------------------------------------------------------------------------


def swept(sweep: Sweep) -> np.ndarray:
    """Whether the live features lean for good at some record."""
    return np.asarray((np.hypot(*np.moveaxis(sweep.lean, -1, 0)) > SWEPT).any(axis=-1))


def _twins(runs: Runs) -> list[Judged]:
    each = {name: _seventh(runs[_key(name)]) for name in HELD}
    leans = {name: swept(sweep) for name, sweep in each.items()}
    end = {name: np.hypot(*sweep.lean[:, -1].T) for name, sweep in each.items()}
    learnt = {name: sweep.size[:, -1] > 0.5 for name, sweep in each.items()}
    return [
        _rate(GRADUATED, learnt[FREE] & ~learnt[HOLD_LIVE], where="pairs of twins", note=f"The held ones end with "
              f"‖W_7‖ at {_spread(each[HOLD_LIVE].size[:, -1])}."),
        _rate(CAUSED, leans[FREE] & ~leans[HOLD_BOTH], where="pairs of twins",
              note=f"‖S‖ at the end: free {_spread(end[FREE])}, both held {_spread(end[HOLD_BOTH])}."),
        _rate(WHICH, leans[HOLD_B] & ~leans[HOLD_W], where="pairs of twins",
              note=f"‖S‖ at the end: b_7 held {_spread(end[HOLD_B])}, W_7 held {_spread(end[HOLD_W])}. With b_7 held "
              f"{int(learnt[HOLD_B].sum())} of {len(learnt[HOLD_B])} even learn W_7, at √(6/7), where it gives itself "
              "back with that bias."),
    ]  # fmt: skip


def _driven(sweep: Sweep, runs: Runs) -> list[Judged]:
    taken = driven(runs["descent"])
    best, found = optima(sweep)
    off = np.linalg.norm(best - found, axis=-1) / np.maximum(np.linalg.norm(best, axis=-1), 1e-12)
    asked = np.linalg.norm(best, axis=-1) > 0.002
    long = np.linalg.norm(best, axis=-1)
    eve = sweep.at(sweep.eve)
    alone = np.linalg.norm(local_optimum(eve.column[:, 0], eve.live[:, 0], eve.live_bias[:, 0]), axis=-1)
    wait, fall = sweep.step[sweep.eve] - sweep.step[sweep.start], sweep.step[sweep.learnt] - sweep.step[sweep.eve]
    return [
        _rate(THIRD, taken >= 1, where="models", note="Nearly all of it is taken back, since the learnt features keep "
              f"each other silent: that push is {_spread(taken)} times the way that S goes."),
        _rate(FOLLOWS, ((off < 0.1) | ~asked).all(axis=-1) & asked.any(axis=-1), f"Off by {_spread(off[asked])} "
              f"of it, a lag of {_spread(lag(sweep)[asked])} steps."),
        _rate(MONOTONE, (np.diff(long, axis=-1) > 0).all(axis=-1), f"The longest optimum: "
              f"{_spread(long.max(-1))}; the last one: {_spread(long[:, -1])}."),
        _rate(JUMP, (alone > 2 * eve.size[:, 0]) & (fall < wait / 20), above=0.85,
              note=f"Before: {_spread(wait, ',.0f')} steps. The jump: {_spread(fall, ',.0f')}, to within a record."),
    ]  # fmt: skip


@functools.lru_cache(maxsize=4)
def driven(run: Run) -> np.ndarray:
    """`Sweep.resistance` of the models of gradient descent that started at the twins' noise and learnt W_7."""
    sweep = _seventh(run.at(noise=AT))
    return sweep.resistance(1 / 49)[sweep.size[:, -1] > 0.5]  # the mean loss is the sum over 49


def checked(sweep: Sweep) -> np.ndarray:
    """The records at which optima are looked for, evenly spread until ten before the eve, (CHECKED, p)."""
    last = np.maximum(sweep.eve - 10, sweep.start)
    share = np.linspace(0, 1, CHECKED + 1)[1:, None]
    return np.asarray(np.round(sweep.start + share * (last - sweep.start)).astype(int))


def lag(sweep: Sweep) -> np.ndarray:
    """How far W_d is from its optimum, in steps of training at its speed there, (p, CHECKED)."""
    best, found = optima(sweep)
    row, places = np.arange(len(best)), checked(sweep)
    before, after = np.maximum(places - 1, 0), np.minimum(places + 1, len(sweep.step) - 1)
    way = np.linalg.norm(sweep.column[row, after] - sweep.column[row, before], axis=-1)
    speed = way / (sweep.step[after] - sweep.step[before])
    return np.asarray(np.linalg.norm(best - found, axis=-1) / np.maximum(speed.T, 1e-12))


@functools.lru_cache(maxsize=4)
def optima(sweep: Sweep) -> tuple[np.ndarray, np.ndarray]:
    """The optimum of W_d with all else frozen, and W_d itself, at evenly spread records, (p, CHECKED, 2) each."""
    parts = [sweep.at(place) for place in checked(sweep)]
    best = [local_optimum(part.column[:, 0], part.live[:, 0], part.live_bias[:, 0]) for part in parts]
    return np.stack(best, axis=1), np.stack([part.column[:, 0] for part in parts], axis=1)


# ---- What sets it off ------------------------------------------------------------------------------------------------


def waits(run: Run, *axes: str) -> np.ndarray:
    """The first recorded step at which ‖W_7‖ exceeds 0.6, half of its length when learnt, (axes…, seed); else inf."""
    size = np.hypot(*run.W_history.sel(feature=6).transpose("latent", *axes, "seed", "step").values)
    long = size > 0.6
    step = run.W_history["step"].values
    return np.where(long.any(axis=-1), step[long.argmax(axis=-1)], np.inf)


def _triggers(runs: Runs) -> list[Judged]:
    slow, fast = waits(runs["descent"], "noise"), waits(runs["adam"], "b2", "noise")
    expected = 49 * np.log(10) / -CURVATURE
    with np.errstate(invalid="ignore"):  # what is never learnt
        more = slow[NOISES.index(1e-4)] - slow[NOISES.index(1e-3)]
        near = (more > 0.95 * expected) & (more < 1.3 * expected)
    both = np.isfinite(fast[:, NOISES.index(0.1)]).all(axis=0)
    ratio = fast[0, NOISES.index(0.1)][both] / fast[1, NOISES.index(0.1)][both]
    quick, late = fast[0, NOISES.index(1e-5)], fast[0, NOISES.index(AT)]
    return [
        _rate(DESCENT_WAITS, near, above=0.9, where="seeds",
              note=f"{_spread(more, ',.0f')} steps more; ln 10 / |κ| is {expected:,.0f}."),
        _rate(ADAM_DOES_NOT, (quick <= late) & np.isfinite(quick), above=0.9, where="seeds",
              note=f"{_spread(quick, ',.0f')} steps against {_spread(late, ',.0f')}. Adam divides by the size of the "
              "gradient; without weight decay the state has no basin, whatever the asymmetry."),
        _rate(REMEMBERS, ratio > 1.3, above=0.9, where="seeds",
              note=f"{_spread(ratio)} times as long. Large gradients stay in the average for thousands of steps and "
              "hold the rate down."),
    ]  # fmt: skip


# ---- Figures ---------------------------------------------------------------------------------------------------------


def _chosen(run: Run) -> tuple[Sweep, int, int]:
    """The sweeps, the one whose length is the median, and its place among the seeds."""
    sweep, mine = _caught(run)
    order = np.argsort(sweep.step[sweep.eve] - sweep.step[sweep.start])
    p = int(order[len(order) // 2])
    return sweep, p, int(mine[p])


def _film(run: Run) -> Panel:
    sweep, p, seed = _chosen(run)
    W = run.W_history.transpose("seed", "step", "latent", "feature").values[seed].astype(float)
    b = run.b_history.transpose("seed", "step", "feature").values[seed].astype(float)
    last = min(int(sweep.learnt[p]) + len(sweep.step) // 20, len(sweep.step) - 1)
    shown = np.arange(int(sweep.start[p]), last + 1, 2)
    pull = np.stack([forces(W[t], b[t]).W for t in shown])
    figure = force_film((W[shown], b[shown]), sweep.step[shown], force=pull, losses=[loss(W[t], b[t]) for t in shown])
    caption = (
        f"Seed {FIRST + seed}, from the first record in symmetric failure until all is learnt. Arrows: minus the "
        "gradient, the largest drawn with one length in every frame and its size written above. In failure the "
        "largest is a thousandth and less; the learnt features are pushed away from the unlearnt one, five grow and "
        "crowd, one stays. The bias of the unlearnt output rises. Then, within a few frames, its column appears, its "
        "bias falls, and the loss with it."
    )
    return Panel("film", "A recovery, with what pulls at each feature", caption, figure)


def _course(run: Run) -> Panel:
    sweep, p, seed = _chosen(run)
    part = slice(int(sweep.start[p]), min(int(sweep.learnt[p]) + len(sweep.step) // 20, len(sweep.step)))
    values = [
        sweep.size[p], sweep.bias[p], sweep.mean(sweep.lengths, sweep.far)[p], sweep.mean(sweep.lengths, ~sweep.far)[p]
    ]  # fmt: skip
    names = ["‖W_7‖", "b_7", "length, far side", "length, near side"]
    figure = curves(sweep.step[part], np.stack(values, 1)[part], names, x_label="step", y_label="length, or bias")
    caption = (
        f"The same model, seed {FIRST + seed}. The far features grow from the start of the sweep; W_7 grows to 0.2, "
        "and even shrinks a little, while b_7 rises; then both jump."
    )
    return Panel("course", "First the others, then W_7, at once", caption, figure)


def _stages(run: Run) -> Panel:
    sweep, p, seed = _chosen(run)
    W = run.W_history.transpose("seed", "step", "latent", "feature").values[seed].astype(float)
    b = run.b_history.transpose("seed", "step", "feature").values[seed].astype(float)
    lean = np.hypot(*sweep.lean[p].T)
    middle = int(sweep.start[p] + np.argmax(lean[sweep.start[p] :] > lean[sweep.eve[p]] / 3))
    at = [int(sweep.start[p]), middle, int(sweep.eve[p]), len(sweep.step) - 1]
    figure = latent_zones(
        (W[at], b[at]), ["in failure", "leaning", "the eve", "the end"],
        subtitles=[f"step {sweep.step[t]:,}, loss {loss(W[t], b[t]):.3g}" for t in at], columns=2,
    )  # fmt: skip
    caption = (
        "The same model's zones. Faint: where an output is positive; strong: where it alone is. The zone of the "
        "unlearnt output covers everything, then leaves the far side, where its loss on the far features ends."
    )
    return Panel("stages", "Zones on the way", caption, figure)


def _well(run: Run) -> Panel:
    sweep, _, _ = _chosen(run)
    best, _ = optima(sweep)
    some = np.argsort(sweep.step[sweep.eve] - sweep.step[sweep.start])[:: max(1, len(best) // 6)][:6]
    lean = np.hypot(*np.moveaxis(sweep.lean[np.arange(len(best)), checked(sweep)], -1, 0))
    lines = [(np.hypot(*sweep.lean[p].T)[sweep.stage[p]], sweep.size[p][sweep.stage[p]]) for p in some]
    points = [(lean[:, p], np.linalg.norm(best[p], axis=-1)) for p in some]
    figure = against(
        points, lines, [f"model {k + 1}" for k in range(len(some))], x_label="‖S‖, the sum of the learnt columns",
        y_label="‖W_7‖", words=("its optimum, all else frozen", "W_7 in training"),
    )  # fmt: skip
    caption = (
        "W_7 (dashed) as the others lean, for six models, and where it would be best with all others frozen (points). "
        "It follows its optimum out to a fifth, and then a little back; the steep end is the jump, where that optimum "
        "no longer exists."
    )
    return Panel("well", "W_7 sits in its optimum until there is none", caption, figure)


def _held(runs: Runs) -> Panel:
    lean = [np.hypot(*np.moveaxis(_seventh(runs[_key(name)]).lean, -1, 0)) for name in HELD]
    low, middle, high = np.quantile(np.stack(lean), (0.25, 0.5, 0.75), axis=1).mT
    step = runs[_key(FREE)].W_history["step"].values
    figure = bands(
        step, middle, low, high, list(HELD), x_label="step", y_label="‖S‖, the sum of the six columns", log_y=True,
        interval="middle half",
    )  # fmt: skip
    caption = (
        "Twins of equal seeds from symmetric failure with noise 0.01 on the six, W_7 = 0 and b_7 = 1/7 exactly. Lines "
        "are medians, bands the middle halves. With W_7 held nothing sweeps, whether b_7 is held or not (two lines on "
        "each other); with b_7 held all do."
    )
    return Panel("held", "Who must be free for the sweep", caption, figure)


def _push(run: Run) -> Panel:
    sweep = _seventh(run.at(noise=AT))
    p = int(np.argmax(sweep.size[:, -1] > 0.5))
    part = slice(1, int(sweep.eve[p]))
    lean = sweep.lean[p]
    toward = lean[part] / np.hypot(*lean[part].T)[:, None]
    push = (sweep.pushed[p][part] * toward).sum(-1)
    whole = (np.gradient(lean, 49.0**-1 * sweep.step.astype(float), axis=0)[part] * toward).sum(-1)
    names = ["push of W_7", "all the rest, against it", "what S does"]
    figure = curves(
        np.hypot(*lean[part].T), np.stack([push, push - whole, whole], 1), names, dashed=names[1:2],
        x_label="‖S‖", y_label="force on S along it", log_x=True, log_y=True,
    )  # fmt: skip
    caption = (
        "One model of gradient descent: the push of W_7 on the six learnt columns, summed; what they take back by "
        "keeping each other silent (its sign reversed); and the small difference, by which S grows. Without W_7 there "
        "is nothing to take back."
    )
    return Panel("push", "What drives the sweep, and what brakes it", caption, figure)


def _waits(runs: Runs) -> Panel:
    slow, fast = waits(runs["descent"], "noise"), waits(runs["adam"], "b2", "noise")
    each = np.stack([slow, *fast], axis=1)
    each = np.where(np.isfinite(each), each, np.nan)
    low, middle, high = np.nanquantile(each, (0.25, 0.5, 0.75), axis=-1)
    figure = bands(
        NOISES, middle, low, high, ["gradient descent, rate 1", "Adam", "Adam, b2 = 0.99"],
        x_label="noise at the start", y_label="steps until W_7 is learnt", log_x=True, log_y=True,
        interval="middle half",
    )  # fmt: skip
    caption = (
        "Starts at symmetric failure plus noise on every number, in the same directions. Gradient descent waits for "
        "the logarithm of the noise. Adam, which divides by the size of the gradient, does not; a large disturbance "
        "makes it slower, as long as its average remembers it."
    )
    return Panel("waits", "Any asymmetry is enough", caption, figure)


EXPERIMENT = AsymmetricRecovery
