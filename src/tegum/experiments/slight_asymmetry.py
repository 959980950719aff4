"""Two neighbours in symmetric failure a little different: what the six do alone, and with the seventh."""

import functools
from typing import Any, ClassVar

import numpy as np
from scipy.optimize import brentq

from tegum.claims import Claim, Judged, judge_fact, judge_rate
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.failure.forces import before_relu, by_sample, descend, forces, frozen_optimum, loss
from tegum.failure.sweeps import Sweep, apart
from tegum.plots import style
from tegum.plots.force_film import force_film
from tegum.plots.forces import force_wheels
from tegum.plots.lines import bands, curves
from tegum.plots.zones import latent_zones
from tegum.spec import Count
from tegum.theory.failure import leaning, symmetric_failure
from tegum.toy.features import OneHot
from tegum.toy.models import StartingFrom
from tegum.training.history import at_steps
from tegum.training.interventions import Assign, Freeze, Perturb
from tegum.training.optimisers import SGD, AdamW, Optimiser
from tegum.training.run import Run
from tegum.training.training import Training

POST = "Optimization Failure (2024)"
SLIGHT = f"{POST}, Small asymmetry in Symmetric Failure?"
TILTING = f"{POST}, Small asymmetry favoring tilt"
CHAOTIC = f"{POST}, Asymmetric Recovery is Chaotic"
FIRST = 6_000_000  # of all seeds: none was seen when the criteria were written
PAIR = (0, 5)  # the two neighbours that are perturbed, W_1 and W_6
BESIDE = (1, 4)  # the next ones, W_2 and W_5
ALTERNATE = (0, 2, 4)
SHIFTS = (0.01, 0.03, 0.1, 0.3)  # of the two biases
SHORTER = (0.01, 0.03, 0.1)  # by how much the two columns are
JUDGED = 0.1  # the shift at which shapes are judged
STATED, REST = -0.988, (-1.03, -1.02)  # the source's biases: of the two, and of the others
NOISE = 1e-4  # on every number at the start
OPTIMISERS: dict[str, tuple[Optimiser, int]] = {"AdamW": (AdamW(), 1), "gradient descent": (SGD(learning_rate=1.0), 4)}
QUICK = 1_000  # steps within which zero loss is back
ZERO = 1e-4  # of the six, summed, which start with up to 0.5
RADIUS = 2**0.5  # of the hexagon
SETTLED = 1e-14  # of every error: where a descent has ended

INTERFERE = Claim(
    "With W_6 and W_1 a little shorter, features 6 and 1 interfere with each other and with their neighbours.",
    SLIGHT,
    "With both columns shorter by 1, 3 and 10 % and the biases as they were, some output of the six upon another of "
    "the six is positive by more than 1e-9.",
)
LOWER = Claim(
    "Because they are activated too little, the update elongates W_6 and W_1 and decreases b_6 and b_1.",
    SLIGHT,
    "In the same states minus the gradient points outwards on both columns, and downwards on both biases.",
)
SAME = Claim(
    "More positive b_6 and b_1 have the same effects: too little activation, and interference.",
    SLIGHT,
    "With both biases raised by 0.01, 0.03, 0.1 and 0.3, their outputs upon their own inputs are below 1, and some "
    "output of the six upon another is positive.",
)
RESTORED = Claim(
    "Small updates quickly re-establish zero loss on the six learnt features.",
    SLIGHT,
    f"With W_7 and b_7 held, more than 95 in 100 models have a loss on the six, summed, below {ZERO} at some record "
    f"within {QUICK} steps; all shifts and optimisers together.",
)
SPLAYED = Claim(
    "The result is splayed on the perturbed side and elongated on the other.",
    SLIGHT,
    f"With W_7 and b_7 held and a shift of {JUDGED}, more than 90 in 100 models end with the gap between the two and "
    "those to their neighbours all above 60°, and with each of the other four columns longer than both.",
)
TILTED = Claim(
    "W_2 and W_5 tilt to the other side.",
    TILTING,
    "In the same models both end at more than 90° from W_6 + W_1, where they started.",
)
VALUES = Claim(
    "There is a state without loss in which b_6 and b_1 are −0.988 and the others −1.02 to −1.03.",
    TILTING,
    "Gradient descent of the six alone from raised b_6 and b_1 ends, for some shift, at a loss below 1e-12 with both "
    "at −0.988 and the other four within −1.03 … −1.02.",
)
BOUNDED = Claim(
    "Without feature 7 there is no run-away.",
    SLIGHT,
    "With W_7 and b_7 held, more than 95 in 100 models never have a sum of the six norms above 1.1 of the hexagon's; "
    "all shifts and optimisers together.",
)
RUNAWAY = Claim(
    "With it there is: the sweep goes on until W_7 is learnt.",
    TILTING,
    "Of the twins of equal seeds that are free, more than 95 in 100 have a sum above 1.3 of the hexagon's at some "
    "record and end with ‖W_7‖ above 0.5; all shifts and optimisers together.",
)
OPTIMUM = Claim(
    "The asymmetry gives W_7 a new local optimum ε (W_6 + W_1), ε > 0.",
    TILTING,
    "For each shift and each shortening, relaxed without W_7, the best W_7 with all else frozen is within 5° of "
    "W_6 + W_1.",
)
SIZE = Claim(
    "How far: −b S / c, S the sum of the six columns, which is 1/30 of it.",
    "Ours: theory of symmetric failure",
    "For each of these states the best W_7 differs from that by less than 10 % of its length.",
)
ALL_PUSHED = Claim(
    "With W_7 there, all learnt columns are pushed along −W_7.",
    TILTING,
    "In each of these states with W_7 and b_7 at that optimum, minus the gradient on each of the six columns is within "
    "5° of −W_7.",
)
THREE = Claim(
    "Three forces are at play: too little activation, interference among the learnt, and the push of W_7.",
    TILTING,
    f"There, at a shift of {JUDGED}, the force that the six have from each other is at least a hundredth of the push "
    "of W_7, on some column.",
)
FORMULA = Claim(
    "∂L(x_7)/∂W_j = (W_7·W_j + b_7) W_7.",
    TILTING,
    "For each j and each state the exact gradient of sample x_7 on W_j is this, or twice this (squared error).",
)
CORRECTED = Claim(
    "Corrected: that of sample x_j, with the factor 2 of the square: ∂L(x_j)/∂W_j = 2 (W_7·W_j + b_7) W_7.",
    f"Beyond {TILTING}",
    "For each j and each state the exact gradient of sample x_j on W_j is this, to 1e-9.",
)
LOOKS = Claim(
    "The updates of the learnt columns do not grow; they look so, since the dominant one, of W_7, falls rapidly.",
    f"{TILTING}, figure",
    "In gradient descent from the relaxed state with W_7 = 0 and a shift of 0.1, over the time in which the force on "
    "W_7 falls to a hundredth, the largest force on a learnt column grows less than twofold.",
)
ALTERNATING = Claim(
    "Features that are alternately short and long are no fortunate asymmetry: they do not recover",
    CHAOTIC,
    f"With the biases of every other feature raised by {JUDGED} instead of two neighbours', more than 90 in 100 models "
    "do not learn W_7",
)
LATER = Claim(
    "Corrected: with AdamW they recover as well, but later than from two neighbours.",
    f"Beyond {CHAOTIC}",
    "Of the pairs of equal seeds with AdamW, more than 90 in 100 learn W_7 both ways, and later with every other bias "
    f"raised by {JUDGED} than with two neighbours'.",
)


class SlightAsymmetry(Experiment):
    """n = 7 from exact symmetric failure plus noise of 1e-4, b_1 and b_6 raised; feature 7 held, and free."""

    title: ClassVar[str] = "A slight asymmetry"
    source: ClassVar[str] = SLIGHT
    lede: ClassVar[str] = (
        "Raise the biases of two neighbours of the hexagon a little, or shorten the two. The six find a new state "
        "without loss, which leans; alone, they stay there. With the seventh feature they never come to rest until it "
        "is learnt. (Figures count features from 0: W_1 and W_6 are 0 and 5, and the unlearnt W_7 is 6.)"
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 25_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 10},
        "standard": {},
        "paper": {"seeds": 500},
    }

    seeds: Count = 50
    steps: Count = 25_000

    def trainings(self) -> dict[str, Training]:
        each = {}
        for name in OPTIMISERS:
            each[f"{_key(name)}-held"] = self._training(name, PAIR, SHIFTS, held=True)
            each[f"{_key(name)}-free"] = self._training(name, PAIR, SHIFTS, held=False)
            each[f"{_key(name)}-alternating"] = self._training(name, ALTERNATE, (JUDGED,), held=False)
        return each

    def _training(self, name: str, raised: tuple[int, ...], shifts: tuple[float, ...], *, held: bool) -> Training:
        optimiser, longer = OPTIMISERS[name]
        steps = longer * self.steps
        early = np.geomspace(1, steps, 40).round().astype(int).tolist()
        return Training(
            model=StartingFrom.at(*symmetric_failure(7), noise=NOISE),
            law=OneHot(),
            optimiser=optimiser,
            steps=steps,
            precision="float64",
            record=at_steps(
                sorted({0, *early, *np.linspace(0, steps, 201).round().astype(int).tolist()}), "parameters"
            ),
            interventions=(
                Perturb(at=0, parameter="b", features=raised),
                Assign(at=0, parameter="W", features=(6,), value=0.0),
                Assign(at=0, parameter="b", features=(6,), value=1 / 7),
            ),
            freeze=tuple(Freeze(parameter=part, features=(6,)) for part in "Wb") if held else (),
            over={"interventions[0].shift": shifts, "seed": range(FIRST, FIRST + self.seeds)},
        )

    def claims(self, runs: Runs) -> list[Judged]:
        return [*_start(), *_relaxation(runs), _values(), *_run_away(runs), *_optimum(), *_push(), _looks(),
                *_alternating(runs)]  # fmt: skip

    def panels(self, runs: Runs) -> list[Panel]:
        return [
            _film(runs["adamw-free"]), _zones(runs), _biases(), _sums(runs), _arrows(), _beginning(), _waiting(runs)
        ]  # fmt: skip


def _key(name: str) -> str:
    return name.replace(" ", "-").lower()


@functools.lru_cache(maxsize=8)
def _sweeps(run: Run) -> dict[float, Sweep]:
    """For each shift, feature 6 apart from the others over the seeds."""
    axis = "interventions[0].shift"
    found = {}
    for place, shift in enumerate(run.W_history[axis].values):
        W = run.W_history.isel({axis: place}).transpose("seed", "step", "latent", "feature").values
        b = run.b_history.isel({axis: place}).transpose("seed", "step", "feature").values
        found[float(shift)] = apart(W, b, run.W_history["step"].values, np.full(len(W), 6))
    return found


# ---- The six alone ---------------------------------------------------------------------------------------------------


def raised(shift: float, features: tuple[int, ...] = PAIR) -> tuple[np.ndarray, np.ndarray]:
    """The hexagon of six, W (2, 6) and b (6,), with some biases raised."""
    W, b = (part[..., :6].copy() for part in symmetric_failure(7))
    b[list(features)] += shift
    return W, b


def shortened(share: float) -> tuple[np.ndarray, np.ndarray]:
    """The hexagon of six with the two columns shorter by a share."""
    W, b = (part[..., :6].copy() for part in symmetric_failure(7))
    W[:, list(PAIR)] *= 1 - share
    return W, b


def relaxed(W: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where gradient descent of the six alone ends, with an unlearnt feature beside them: W (2, 7), b (7,)."""
    target = np.eye(len(b))
    for _ in range(20_000):
        z = before_relu(W, b)
        slope = 2 * (z - target) * (z > 0)
        if np.abs(slope).max() < SETTLED:
            break
        W, b = W - 0.02 * W @ (slope + slope.T), b - 0.02 * slope.sum(1)
    return np.pad(W, ((0, 0), (0, 1))), np.append(b, 1 / 7)


@functools.cache
def _states() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The relaxed states of all shifts and shortenings."""
    return {f"raised by {shift:g}": relaxed(*raised(shift)) for shift in SHIFTS} | {
        f"shorter by {share:.0%}": relaxed(*shortened(share)) for share in SHORTER
    }


def heard(W: np.ndarray, b: np.ndarray) -> float:
    """The largest output of one of the features upon another, before ReLU."""
    return float((before_relu(W, b) - np.diag(np.full(len(b), np.inf))).max())


def _start() -> list[Judged]:
    short = [shortened(share) for share in SHORTER]
    pulls = [forces(*state) for state in short]
    out = min(float((pull.W[:, PAIR] * W[:, PAIR]).sum(0).min()) for pull, (W, _) in zip(pulls, short, strict=True))
    down = min(float(pull.b[list(PAIR)].min()) for pull in pulls)
    loud, high = max(heard(*state) for state in short), [raised(shift) for shift in SHIFTS]
    own = min(float(np.diag(before_relu(*state))[list(PAIR)].min()) for state in high)
    return [
        judge_fact(INTERFERE, loud > 1e-9, f"largest output upon another: {loud:.2g} before ReLU", loud,
                   note="Shorter columns meet less, and the biases are still there. All of the loss is that features 6 "
                   "and 1 are given back too weakly."),
        judge_fact(LOWER, out > 0 and down < 0,
                   f"outwards on the columns, by at least {out:.2g}; on the biases {down:+.2g} and more", down,
                   note="A feature that comes back too weakly wants a longer column and a higher bias."),
        judge_fact(SAME, own < 1 and min(heard(*state) for state in high) > 0,
                   f"own outputs {own:.3g} and more; neighbours heard", own,
                   note="A raised bias gives too much activation. Interference is right, and it is what splays."),
    ]  # fmt: skip


def six_loss(sweep: Sweep) -> np.ndarray:
    """The loss of the six upon each other, summed, (p, t)."""
    z = np.einsum("ptki,ptkj->ptij", sweep.live, sweep.live) + sweep.live_bias[..., None]
    return np.asarray(((np.maximum(z, 0) - np.eye(z.shape[-1])) ** 2).sum(axis=(-1, -2)))


def splayed(live: np.ndarray) -> np.ndarray:
    """Whether the gaps around the two are wider than 60° and the other four longer, for live columns (p, 2, 6)."""
    bearing = np.degrees(np.arctan2(live[:, 1], live[:, 0]))
    gaps = np.mod(np.roll(bearing, -1, axis=1) - bearing, 360)  # from each feature to the next one
    length = np.hypot(live[:, 0], live[:, 1])
    others = [i for i in range(6) if i not in PAIR]
    wide = (gaps[:, [4, 5, 0]] > 60).all(axis=1)
    return np.asarray(wide & (length[:, others].min(axis=1) > length[:, list(PAIR)].max(axis=1)))


def tilted(live: np.ndarray) -> np.ndarray:
    """Whether W_2 and W_5 are at more than 90° from W_6 + W_1, for live columns (p, 2, 6)."""
    axis = live[:, :, list(PAIR)].sum(axis=-1)
    return np.asarray((np.einsum("pk,pkj->pj", axis, live[:, :, list(BESIDE)]) < 0).all(axis=1))


def _relaxation(runs: Runs) -> list[Judged]:
    held = {name: _sweeps(runs[f"{_key(name)}-held"]) for name in OPTIMISERS}
    every_one = [sweep for shifts in held.values() for sweep in shifts.values()]
    back = [((six_loss(sweep) < ZERO) & _after(sweep, 1, QUICK)).any(axis=-1) for sweep in every_one]
    ends = {name: shifts[JUDGED].live[:, -1] for name, shifts in held.items()}
    words = "; ".join(f"{name} {int(splayed(live).sum())} of {len(live)}" for name, live in ends.items())
    return [
        judge_rate(RESTORED, np.concatenate(back), above=0.95, where="models"),
        judge_rate(SPLAYED, np.concatenate([splayed(live) for live in ends.values()]), above=0.9, where="models",
                   note=f"{words}."),
        judge_rate(TILTED, np.concatenate([tilted(live) for live in ends.values()]), above=0.95, where="models"),
    ]  # fmt: skip


def _after(sweep: Sweep, first: int, last: int) -> np.ndarray:
    return np.asarray((sweep.step >= first) & (sweep.step <= last))


@functools.cache
def stated_state() -> tuple[float, np.ndarray, np.ndarray]:
    """The shift for which gradient descent ends with the two biases at −0.988, and that state."""
    shift = float(brentq(lambda d: relaxed(*raised(d))[1][0] - STATED, 0.05, 0.3, xtol=1e-9))
    return shift, *relaxed(*raised(shift))


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


# ---- With and without the seventh ------------------------------------------------------------------------------------


def sums(sweep: Sweep) -> np.ndarray:
    """The sum of the live norms, in those of the hexagon, (p, t)."""
    return np.asarray(sweep.lengths.sum(axis=-1) / (6 * RADIUS))


def _run_away(runs: Runs) -> list[Judged]:
    kinds = {
        kind: [sweep for name in OPTIMISERS for sweep in _sweeps(runs[f"{_key(name)}-{kind}"]).values()]
        for kind in ("held", "free")
    }
    still = np.concatenate([sums(sweep).max(axis=-1) for sweep in kinds["held"]])
    gone = np.concatenate([sums(sweep).max(axis=-1) for sweep in kinds["free"]])
    learnt = np.concatenate([sweep.size[:, -1] for sweep in kinds["free"]]) > 0.5
    pair = [~sweep.far[:, list(PAIR)].any(axis=1) for sweep in kinds["free"]]  # both are on the side of W_7
    both = ", ".join(
        f"{name} {int(np.sum(part))} of {np.size(part)}"
        for name, part in zip(OPTIMISERS, np.array_split(np.array(pair), len(OPTIMISERS)), strict=True)
    )
    return [
        judge_rate(BOUNDED, still <= 1.1, above=0.95, where="models", note=f"The largest sum: {still.max():.3f}."),
        judge_rate(RUNAWAY, (gone > 1.3) & learnt, above=0.95, where="models",
                   note=f"The largest sums lie between {gone.min():.2f} and {gone.max():.2f}. On the eve both of the "
                   f"two are still on W_7's side: {both}; else one has been swept over."),
    ]  # fmt: skip


@functools.cache
def _settled() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The relaxed states with W_7 and b_7 at their optimum, all else frozen."""
    found = {}
    for name, (W, b) in _states().items():
        best = frozen_optimum(W, b, 6, 1.0, 61)
        found[name] = (np.column_stack([W[:, :6], best.column]), np.append(b[:6], best.bias))
    return found


def _angle(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.degrees(np.abs(np.arctan2(one[0] * other[1] - one[1] * other[0], one @ other))))


def _optimum() -> list[Judged]:
    states = _settled()
    off = [_angle(W[:, 6], W[:, list(PAIR)].sum(1)) for W, _ in states.values()]
    theory = [-leaning(7) * W[:, :6].sum(1) for W, _ in states.values()]
    error = [
        float(np.hypot(*(W[:, 6] - at)) / np.hypot(*at)) for (W, _), at in zip(states.values(), theory, strict=True)
    ]
    share = [float(np.hypot(*W[:, 6]) / np.hypot(*W[:, list(PAIR)].sum(1))) for W, _ in states.values()]
    words = ", ".join(f"{name}: {value:.2g}" for name, value in zip(states, share, strict=True))
    return [
        judge_fact(OPTIMUM, max(off) < 5, f"off by at most {max(off):.2g}°", max(off), note=f"ε — {words}."),
        judge_fact(SIZE, max(error) < 0.1, f"off by {min(error):.2%} to {max(error):.2%}", max(error)),
    ]


def push_on(W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The push of feature 6 on each live column, −2 ReLU(W_7·W_j + b_7) W_7, (2, 6)."""
    return np.asarray(-2 * np.maximum(W[:, 6] @ W[:, :6] + b[6], 0) * W[:, 6:])


def _push() -> list[Judged]:
    states = _settled().values()
    off = [max(_angle(pull, -W[:, 6]) for pull in forces(W, b).W[:, :6].T) for W, b in states]
    W, b = _settled()[f"raised by {JUDGED:g}"]
    push = push_on(W, b)
    rest = float((np.hypot(*(forces(W, b).W[:, :6] - push)) / np.hypot(*push)).max())
    wrong, right, zero = [], [], []
    for V, c in states:
        each = by_sample(V, c)[0]
        for j in range(6):
            stated = (V[:, 6] @ V[:, j] + c[6]) * V[:, 6]
            size = np.hypot(*stated)
            zero.append(float(np.hypot(*each[6][:, j])))
            wrong.append(min(float(np.hypot(*(each[6][:, j] - factor * stated))) / size for factor in (1, 2)))
            right.append(float(np.hypot(*(each[j][:, j] - 2 * stated))))
    return [
        judge_fact(ALL_PUSHED, max(off) < 5, f"within {max(off):.2g}°", max(off)),
        judge_fact(THREE, rest > 0.01, f"the rest is at most {rest:.1g} of the push", rest,
                   note="The six have no loss there, so the first two forces are zero. They come back as an answer to "
                   "the third, and oppose it."),
        judge_fact(FORMULA, max(wrong) < 1e-6, f"off by {min(wrong):.0%} to {max(wrong):.0%} of it; the exact gradient "
                   f"of x_7 on W_j is {max(zero):.1g}", max(wrong),
                   note="Input 7 reaches W_j only through output j, which is silent."),
        judge_fact(CORRECTED, max(right) < 1e-9, f"off by at most {max(right):.1g}", max(right)),
    ]  # fmt: skip


@functools.cache
def _first_moments() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradient descent from the relaxed state with W_7 = 0: time, the force on W_7, the largest on a learnt column."""
    path = descend(*_states()[f"raised by {JUDGED:g}"], rate=0.002, steps=1_000, every=5)
    pulls = np.stack([np.hypot(*forces(W, b).W) for W, b in zip(path.W, path.b, strict=True)])
    return path.time, pulls[:, 6], pulls[:, :6].max(axis=1)


def _looks() -> Judged:
    time, own, others = _first_moments()
    at = int(np.argmax(own < own[0] / 100)) or len(own) - 1
    return judge_fact(
        LOOKS, bool(others[at] < 2 * others[0]),
        f"from {others[0]:.1g} to {others[at]:.2g} while W_7's falls from {own[0]:.2g} to {own[at]:.2g}", others[at],
        note=f"That takes a time of {time[at]:.2g}. W_7's falls, as said; but while it settles the push on the six "
        "grows as well, from nothing.",
    )  # fmt: skip


def waits(sweep: Sweep) -> np.ndarray:
    """The first recorded step at which ‖W_7‖ exceeds 0.6, half of its length when learnt; infinite if none does."""
    long = sweep.size > 0.6
    return np.where(long.any(axis=-1), sweep.step[long.argmax(axis=-1)], np.inf)


def _alternating(runs: Runs) -> list[Judged]:
    pairs = {name: waits(_sweeps(runs[f"{_key(name)}-free"])[JUDGED]) for name in OPTIMISERS}
    other = {name: waits(_sweeps(runs[f"{_key(name)}-alternating"])[JUDGED]) for name in OPTIMISERS}
    still = _sweeps(runs["gradient-descent-alternating"])[JUDGED]
    back = (
        f"They fall back into symmetric failure: at the end ‖S‖ is {np.hypot(*still.lean[:, -1].T).max():.0e} at most."
    )
    later = (other["AdamW"] > pairs["AdamW"]) & np.isfinite(other["AdamW"])
    return [
        *(
            judge_rate(
                Claim(f"{ALTERNATING.statement} ({name}).", ALTERNATING.source, f"{ALTERNATING.criterion}, {name}."),
                np.isinf(each), above=0.9, where="models", note=back if name != "AdamW" else "",
            )
            for name, each in other.items()
        ),
        judge_rate(LATER, later, above=0.9, where="pairs", note=f"{np.median(other['AdamW']):,.0f} steps in the "
                   f"median, {np.median(pairs['AdamW']):,.0f} from two neighbours."),
    ]  # fmt: skip


# ---- Figures ---------------------------------------------------------------------------------------------------------


def _one(run: Run, shift: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Step, W (t, 2, 7) and b (t, 7) of the first seed at a shift."""
    axis = "interventions[0].shift"
    part = {axis: [float(v) for v in run.W_history[axis].values].index(shift), "seed": 0}
    W = run.W_history.isel(part).transpose("step", "latent", "feature")
    return W["step"].values, W.values, run.b_history.isel(part).transpose("step", "feature").values


def _film(run: Run) -> Panel:
    step, W, b = _one(run, JUDGED)
    learnt = int(np.argmax(np.hypot(*W[:, :, 6].T) > 0.6)) or len(step) - 1
    shown = np.flatnonzero((step > 0) & (np.arange(len(step)) <= learnt + 10))
    pull = np.stack([forces(W[t], b[t]).W for t in shown])
    figure = force_film((W[shown], b[shown]), step[shown], force=pull, losses=[loss(W[t], b[t]) for t in shown],
                        log_x=True)  # fmt: skip
    caption = (
        f"b_0 and b_5 raised by {JUDGED} in symmetric failure, AdamW, all free. In the first frames the two neighbours "
        "splay, and the loss of the six goes. Then feature 6 appears between the two, too short to see, and all others "
        "are pushed the opposite way. The largest arrow has one length in every frame: read its size above the wheel."
    )
    return Panel("film", "From a slight asymmetry to recovery", caption, figure)


def _zones(runs: Runs) -> Panel:
    _, stated, its = stated_state()
    step, held, its_held = _one(runs["adamw-held"], SHIFTS[-1])
    at = int(np.argmax(step >= QUICK))
    _, W, b = _one(runs["adamw-free"], JUDGED)
    shown = [symmetric_failure(7), (stated, its), (held[at], its_held[at]), (W[-1], b[-1])]
    figure = latent_zones(
        (np.stack([W for W, _ in shown]), np.stack([b for _, b in shown])),
        ["symmetric failure", "b_0, b_5 = −0.988", f"raised by {SHIFTS[-1]:g}, relaxed by AdamW", "recovered"],
        subtitles=["six alone, no loss"] * 3 + ["all seven, AdamW"], columns=2,
    )  # fmt: skip
    caption = (
        "Upper right: a state without loss with the source's values, found by gradient descent of the six; one hardly "
        "sees how it leans. Lower left: a larger shift, relaxed by AdamW, where one does: 0 and 5 are shorter and "
        "their gaps wider, the others crowd on the far side. Lower right: what it grows into with the seventh."
    )
    return Panel("zones", "Before and after", caption, figure)


def _biases() -> Panel:
    shifts = np.linspace(0, 0.3, 16)
    ends = np.stack([relaxed(*raised(float(shift)))[1][:6] for shift in shifts])
    names = ["b_0 and b_5, raised", "b_1 and b_4, beside them", "b_2 and b_3, opposite"]
    figure = curves(shifts, ends[:, [0, 1, 2]], names, dashed=names[2:], x_label="shift of b_0 and b_5 at the start",
                    y_label="bias when the six have no loss again")  # fmt: skip
    for value in (STATED, *REST):
        figure.add_hline(y=value, line={"width": 1, "dash": "dot", "color": style.MUTED})
    caption = (
        "Where gradient descent of the six alone ends. Dotted: the source's values, −0.988 for the two and −1.02 to "
        f"−1.03 for the others, which a shift of {stated_state()[0]:.3f} gives. All four others end alike."
    )
    return Panel("biases", "How the values come about", caption, figure)


def _sums(runs: Runs) -> Panel:
    step = runs["adamw-free"].W_history["step"].values
    columns, names = [], []
    for kind, words in (("free", "free"), ("held", "W_7, b_7 held")):
        for shift in (SHIFTS[0], SHIFTS[-1]):
            columns.append(np.quantile(sums(_sweeps(runs[f"adamw-{kind}"])[shift]), (0.25, 0.5, 0.75), axis=0))
            names.append(f"{words}, raised by {shift:g}")
    low, middle, high = np.stack(columns, axis=-1)
    figure = bands(step, middle, low, high, names, x_label="step", y_label="sum of the six norms / that of the hexagon",
                   interval="middle half")  # fmt: skip
    caption = (
        "AdamW. With feature 7 held at W = 0, b = 1/7 the sum stays where the six found zero loss, near 1; where it is "
        "free the sweep runs away, from the smallest shift as from the largest. Lines are medians, bands middle halves."
    )
    return Panel("sums", "The run-away needs the seventh", caption, figure)


def _arrows() -> Panel:
    W, b = _states()[f"raised by {JUDGED:g}"]
    shown = [
        (*raised(JUDGED), "raised"),
        (W, b, "relaxed, W_7 = 0"),
        (*_settled()[f"raised by {JUDGED:g}"], "W_7 settled"),
    ]
    states = [(np.pad(V, ((0, 0), (0, 7 - V.shape[1]))), np.append(c, [1 / 7] * (7 - len(c)))) for V, c, _ in shown]
    force = np.stack([forces(*state).W for state in states])
    largest = [f"strongest force {style.number(np.hypot(*pull).max(), '.2g')}" for pull in force]
    figure = force_wheels(np.stack([V for V, _ in states]), force, [words for *_, words in shown], subtitles=largest)
    caption = (
        f"Minus the gradient with b_0 and b_5 raised by {JUDGED}: at once; when the six have no loss again; and when "
        "W_7 has settled in its new optimum. At first the two are pushed apart and inwards, and their neighbours away. "
        "Then only W_7 is pulled, towards the two. Then only the six are pushed, all along −W_7. Lengths are roots of "
        "shares of the strongest in each wheel."
    )
    return Panel("forces", "One force after the other", caption, figure)


def _beginning() -> Panel:
    time, own, others = _first_moments()
    figure = curves(
        time[1:], np.stack([own, others], 1)[1:], ["on W_7", "largest on a learnt column"],
        x_label="time, rate × steps",
        y_label="size of the force, summed loss", log_y=True,
    )  # fmt: skip
    caption = (
        "Gradient descent from the relaxed state with W_7 = 0. The force on W_7 falls as it settles in its optimum; "
        "the push on the others grows from nothing (before the first point) meanwhile, and then stays."
    )
    return Panel("beginning", "The first moments", caption, figure)


def _waiting(runs: Runs) -> Panel:
    each = [[waits(sweep) for sweep in _sweeps(runs[f"{_key(name)}-free"]).values()] for name in OPTIMISERS]
    finite = np.where(np.isfinite(each), each, np.nan)
    low, middle, high = np.nanquantile(finite, (0.25, 0.5, 0.75), axis=-1).mT
    figure = bands(
        SHIFTS, middle, low, high, list(OPTIMISERS), x_label="shift of b_0 and b_5",
        y_label="steps until W_7 is learnt", log_x=True, log_y=True, interval="middle half",
    )  # fmt: skip
    caption = (
        "How long recovery takes. Gradient descent (rate 1, of the mean loss) is the quicker, the larger the shift; "
        "AdamW takes longer after a larger shift, whose gradients it remembers."
    )
    return Panel("waiting", "How long it takes", caption, figure)


EXPERIMENT = SlightAsymmetry
