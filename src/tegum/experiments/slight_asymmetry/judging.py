"""The claims, judged on exact states and on what was trained."""

import functools
from collections.abc import Callable

import numpy as np

from tegum.claims import Claim, Judged, judge_fact, judge_rate
from tegum.experiments.experiment import Runs
from tegum.experiments.slight_asymmetry.claims import (
    AGAINST,
    ALL_PUSHED,
    ALTERNATING,
    BOUNDED,
    CORRECTED,
    FIRST_UPDATES,
    FORMULA,
    INTERFERE,
    INTERFERE_SOON,
    LATER,
    LOOKED,
    LOOKS,
    LOWER,
    OPTIMUM,
    QUICK,
    RESTORED,
    RUNAWAY,
    SAME,
    SIZE,
    SPLAYED,
    TAKEN,
    THREE,
    TILTED,
    VALUES,
    ZERO,
)
from tegum.experiments.slight_asymmetry.states import (
    JUDGED,
    PAIR,
    SHIFTS,
    SHORTER,
    STATED,
    first_moments,
    loudest,
    meetings,
    oblique,
    push_on,
    raised,
    settled,
    shortened,
    splayed,
    stated_state,
    tilted,
)
from tegum.failure.forces import before_relu, by_sample, descend, forces, loss
from tegum.failure.sweeps import Sweep, apart
from tegum.failure.tilting import between
from tegum.plots import style
from tegum.theory.failure import leaning
from tegum.training.run import Run

DESCENT, ADAMW = "gradient descent", "AdamW"
OPTIMISERS = (ADAMW, DESCENT)
REST = (-1.03, -1.02)  # the source's biases of the other four
RADIUS = 2**0.5  # of the hexagon
ALTERNATELY = len(SHIFTS)  # the place of this start after those of the shifts


@functools.lru_cache(maxsize=8)
def sweeps(run: Run) -> tuple[Sweep, ...]:
    """For each start, feature 6 apart from the others over the seeds."""
    W = run.W_history.transpose("state", "seed", "step", "latent", "feature").values
    b = run.b_history.transpose("state", "seed", "step", "feature").values
    step, seventh = run.W_history["step"].values, np.full(W.shape[1], 6)
    return tuple(apart(*state, step, seventh) for state in zip(W, b, strict=True))


def of_shifts(runs: Runs, kind: str, name: str) -> tuple[Sweep, ...]:
    """The sweeps of one optimiser from the four shifts of two neighbours; kind: held or free."""
    return sweeps(runs[f"{name}, {kind}"])[: len(SHIFTS)]


def judged(runs: Runs) -> list[Judged]:
    """All claims, in order."""
    return [*_start(), *_relaxation(runs), _values(), *_run_away(runs), *_optimum(), *_push(), *_three(runs), _looks(),
            *_alternating(runs)]  # fmt: skip


def _start() -> list[Judged]:
    short = [shortened(share) for share in SHORTER]
    met = np.array([meetings(descend(*state, rate=0.02, steps=FIRST_UPDATES)) for state in short])
    pulls = [forces(*state) for state in short]
    out = min(float((pull.W[:, PAIR] * W[:, PAIR]).sum(0).min()) for pull, (W, _) in zip(pulls, short, strict=True))
    down = min(float(pull.b[list(PAIR)].min()) for pull in pulls)
    loud, high = max(loudest(*state) for state in short), [raised(shift) for shift in SHIFTS]
    own = min(float(np.diag(before_relu(*state))[list(PAIR)].min()) for state in high)
    each, beside = (", ".join(f"{value:.2g}" for value in kind) for kind in met.T)
    return [
        judge_fact(INTERFERE, loud > 1e-9, f"largest output upon another: {loud:.2g} before ReLU", loud,
                   note="Shorter columns meet less, and the biases are still there. All of the loss is that features 6 "
                   "and 1 are given back too weakly."),
        judge_fact(INTERFERE_SOON, bool(met.min() > 1e-9), f"up to {each} upon each other and {beside} with their "
                   "neighbours, for 1, 3 and 10 %", met.min(),
                   note="The two grow and raise their biases at once, and overshoot what their neighbours bear."),
        judge_fact(LOWER, out > 0 and down < 0,
                   f"outwards on the columns, by at least {out:.2g}; on the biases {down:+.2g} and more", down,
                   note="A feature that comes back too weakly wants a longer column and a higher bias."),
        judge_fact(SAME, own < 1 and min(loudest(*state) for state in high) > 0,
                   f"own outputs {own:.3g} and more; neighbours heard", own,
                   note="A raised bias gives too much activation. Interference is right, and it is what splays."),
    ]  # fmt: skip


def _by_seed(parts: list[np.ndarray]) -> tuple[np.ndarray, str]:
    """Which seeds make it in all parts, and how many models do, in words."""
    table = np.stack(parts)
    return np.asarray(table.all(axis=0)), f"Of the models {int(table.sum())} of {table.size}."


def _relaxation(runs: Runs) -> list[Judged]:
    held = {name: of_shifts(runs, "held", name) for name in OPTIMISERS}
    early = [(sweep, (sweep.step >= 1) & (sweep.step <= QUICK)) for kind in held.values() for sweep in kind]
    back, words = _by_seed([np.asarray(((sweep.live_loss < ZERO) & time).any(axis=-1)) for sweep, time in early])
    ends = {name: kind[SHIFTS.index(JUDGED)] for name, kind in held.items()}
    shape, tilt = ({name: _rests(end, kind) for name, end in ends.items()} for kind in (splayed, tilted))
    both, _ = _by_seed(list(tilt.values()))
    return [
        judge_rate(RESTORED, back, above=0.95, where="seeds", note=words),
        *(judge_rate(_with(SPLAYED, name), each, above=0.95, where="seeds") for name, each in shape.items()),
        judge_rate(TILTED, both, above=0.95, where="seeds"),
    ]


def _rests(sweep: Sweep, shape: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Whether each model has a shape at the end, and no loss of the six."""
    return shape(sweep.live[:, -1]) & (sweep.live_loss[:, -1] < ZERO)


def _with(claim: Claim, name: str) -> Claim:
    return Claim(f"{claim.statement} ({name}).", claim.source, f"{claim.criterion}, {name}.")


def _values() -> Judged:
    shift, W, b = stated_state()
    rest = np.delete(b[:6], PAIR)
    total = loss(W[:, :6], b[:6])
    true = total < 1e-12 and bool(np.abs(b[list(PAIR)] - STATED).max() < 1e-6)
    return judge_fact(
        VALUES, true and bool(REST[0] <= rest.min() and rest.max() <= REST[1]),
        f"b_1 and b_6 raised by {shift:.3f}: they end at {_signed(b[0])}, the others at {_signed(rest.min(), '.4f')} "
        f"to {_signed(rest.max(), '.4f')}, loss {total:.1g}", float(rest.mean()),
        note=f"Norms {np.hypot(*W[:, 0]):.3f} and {np.hypot(*W[:, 1]):.3f}; ‖S‖ = {np.hypot(*W.sum(1)):.3f}.",
    )  # fmt: skip


def _signed(value: float, form: str = ".3f") -> str:
    return style.number(float(value), form)


def sums(sweep: Sweep) -> np.ndarray:
    """The sum of the live norms, in those of the hexagon, (p, t)."""
    return np.asarray(sweep.lengths.sum(axis=-1) / (6 * RADIUS))


def _run_away(runs: Runs) -> list[Judged]:
    held, free = ([sweep for name in OPTIMISERS for sweep in of_shifts(runs, kind, name)] for kind in ("held", "free"))
    still, gone = (np.stack([sums(sweep).max(axis=-1) for sweep in kind]) for kind in (held, free))
    bounded, _ = _by_seed(list(still <= 1.1))
    away, words = _by_seed([(most > 1.3) & (sweep.size[:, -1] > 0.5) for most, sweep in zip(gone, free, strict=True)])
    near = np.stack([~sweep.far[:, list(PAIR)].any(axis=1) for sweep in free])  # both are on the side of W_7
    both = ", ".join(
        f"{name} {int(part.sum())} of {part.size}" for name, part in zip(OPTIMISERS, np.split(near, 2), strict=True)
    )
    return [
        judge_rate(BOUNDED, bounded, above=0.95, where="seeds", note=f"The largest sum: {still.max():.3f}."),
        judge_rate(RUNAWAY, away, above=0.95, where="seeds",
                   note=f"{words} The largest sums lie between {gone.min():.2f} and {gone.max():.2f}. On the eve both "
                   f"of the two are still on W_7's side: {both}; else one has been swept over."),
    ]  # fmt: skip


def _optimum() -> list[Judged]:
    states = settled()
    off = [float(between(W[:, 6], W[:, list(PAIR)].sum(1))) for W, _ in states.values()]
    share = [float(np.hypot(*W[:, 6]) / np.hypot(*W[:, list(PAIR)].sum(1))) for W, _ in states.values()]
    words = ", ".join(f"{name}: {value:.2g}" for name, value in zip(states, share, strict=True))
    error, exact = ([_from_theory(W) for W, _ in kind] for kind in (oblique(), states.values()))
    turned = [float(between(W[:, 6], W[:, list(PAIR)].sum(1))) for W, _ in oblique()]
    return [
        judge_fact(OPTIMUM, max(off) < 5, f"off by at most {max(off):.2g}°", max(off), note=f"ε — {words}."),
        judge_fact(SIZE, max(error) < 0.1, f"off by {min(error):.2%} to {max(error):.2%}", max(error),
                   note=f"Off W_6 + W_1 by {min(turned):.1f}° to {max(turned):.0f}°. With mirror symmetry: off "
                   f"−b S / c by {min(exact):.2%} to {max(exact):.2%}."),
    ]  # fmt: skip


def _from_theory(W: np.ndarray) -> float:
    """How far W_7 is from −b S / c, in its length."""
    at = -leaning(7) * W[:, :6].sum(1)
    return float(np.hypot(*(W[:, 6] - at)) / np.hypot(*at))


def _push() -> list[Judged]:
    states = [*settled().values(), *oblique()]
    off = [float(between(forces(W, b).W[:, :6].T, -W[:, 6]).max()) for W, b in states]
    wrong, right, zero = [], [], []
    for W, b in states:
        each = by_sample(W, b)[0]
        for j in range(6):
            stated = (W[:, 6] @ W[:, j] + b[6]) * W[:, 6]
            zero.append(float(np.hypot(*each[6][:, j])))
            wrong.append(min(float(np.hypot(*(each[6][:, j] - k * stated))) for k in (1, 2)) / np.hypot(*stated))
            right.append(float(np.hypot(*(each[j][:, j] - 2 * stated))))
    return [
        judge_fact(ALL_PUSHED, max(off) < 5, f"within {max(off):.2g}°", max(off),
                   note="The six being without loss there, this is the formula of their own samples, below."),
        judge_fact(FORMULA, max(wrong) < 1e-6, f"off by {min(wrong):.0%} to {max(wrong):.0%} of it; the exact gradient "
                   f"of x_7 on W_j is {max(zero):.1g}", max(wrong),
                   note="Input 7 reaches W_j only through output j, which is silent."),
        judge_fact(CORRECTED, max(right) < 1e-9, f"off by at most {max(right):.1g}", max(right)),
    ]  # fmt: skip


@functools.lru_cache(maxsize=4)
def three_forces(sweep: Sweep) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """At each place of each model: whether own outputs are all below 1 and some other is heard (p, t); the largest
    force on a live column by too little activation, by interference among the live, and by the push of feature 6
    (p, t, 3); and what each of the three does to S along S (p, t, 3)."""
    short, sizes, along = [], [], []
    for p, t in np.ndindex(sweep.size.shape):
        W, b = sweep.live[p, t], sweep.live_bias[p, t]
        six = forces(W, b)
        push = push_on(np.column_stack([W, sweep.column[p, t]]), np.append(b, sweep.bias[p, t]))
        kinds = np.stack([six.benefit, six.interference, push])
        sizes.append(np.hypot(kinds[:, 0], kinds[:, 1]).max(axis=1))
        along.append(kinds.sum(axis=2) @ sweep.lean[p, t] / np.hypot(*sweep.lean[p, t]))
        short.append(np.diag(before_relu(W, b)).max() < 1 and loudest(W, b) > 0)
    shape = sweep.size.shape
    return np.reshape(short, shape), np.reshape(sizes, (*shape, 3)), np.reshape(along, (*shape, 3))


def _three(runs: Runs) -> list[Judged]:
    sweep = of_shifts(runs, "free", DESCENT)[SHIFTS.index(JUDGED)]
    asked = sweep.stage & (sweep.step >= QUICK)
    short, sizes, along = three_forces(sweep)
    share, taken = sizes[..., :2].min(axis=-1) / sizes[..., 2], -along[..., :2].sum(axis=-1) / along[..., 2]
    W, b = settled()[f"raised by {JUDGED:g}"]
    push = push_on(W, b)
    rest = float((np.hypot(*(forces(W, b).W[:, :6] - push)) / np.hypot(*push)).max())
    some, answered = asked.any(axis=-1), (taken > TAKEN) & (taken < 1)
    least, low, high = (_quantile(part[asked], at) for part, at in ((share, 0), (taken, 0), (taken, 1)))
    return [
        judge_rate(THREE, some & (~asked | (short & (share >= 0.01))).all(axis=-1), above=0.95, where="seeds",
                   note=f"The smaller of the two is at least {least:.2g} times the push."),
        judge_rate(AGAINST, some & (rest < 1e-6) & (~asked | answered).all(axis=-1), above=0.95, where="seeds",
                   note=f"They take back {low:.0%} to {high:.0%} of it. Where W_7 has just settled they are {rest:.1g} "
                   "of it."),
    ]  # fmt: skip


def _quantile(values: np.ndarray, at: float) -> float:
    return float(np.quantile(values, at)) if values.size else np.nan


def _looks() -> Judged:
    (time, _, settling), (_, own, others), (_, _, grown) = (first_moments(times) for times in (1, 2, 0))
    soon = time <= LOOKED
    growth = max(float(part[soon].max() / part[0]) for part in (settling, others))
    fallen, first = float(own[soon][-1] / own[0]), float(own[0] / others[0])
    return judge_fact(
        LOOKS, growth < 2 and first > 1 and fallen < 0.01,
        f"they reach at most {growth:.2g} times their start; with W_7 twice as long its force is {first:.2g} times "
        f"theirs, and falls to {fallen:.2g} of itself", growth,
        note=f"They even fall, to {settling[soon][-1] / settling[0]:.2g}, as the six begin to take the push back. From "
        f"W_7 = 0 exactly, where there is no push yet, they grow from nothing to {grown.max():.2g}.",
    )  # fmt: skip


def _alternating(runs: Runs) -> list[Judged]:
    pairs = of_shifts(runs, "free", ADAMW)[SHIFTS.index(JUDGED)].wait
    other = {name: sweeps(runs[f"{name}, free"])[ALTERNATELY] for name in OPTIMISERS}
    lean = np.hypot(*other[DESCENT].lean[:, -1].T)
    back = {DESCENT: f"They fall back into symmetric failure: at the end ‖S‖ is {lean.max():.0e} at most."}
    late = other[ADAMW].wait
    return [
        *(
            judge_rate(
                _with(ALTERNATING, name), np.isinf(sweep.wait), above=0.95, where="seeds", note=back.get(name, "")
            )
            for name, sweep in other.items()
        ),
        judge_rate(LATER, (late > pairs) & np.isfinite(late), above=0.95, where="pairs", note=f"{np.median(late):,.0f} "
                   f"steps in the median, {np.median(pairs):,.0f} from two neighbours."),
    ]  # fmt: skip
