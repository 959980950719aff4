"""Where the unlearnt column settles while all others are frozen: at 0, and a little aside of it where they lean."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, ClassVar

import numpy as np

from tegum.claims import Claim, Judged, judge_fact, judge_rate
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.failure.beside import polygon_optimum
from tegum.failure.forces import alone, frozen_optimum
from tegum.failure.outcomes import outcomes
from tegum.failure.tilting import between
from tegum.geometry.directions import norms
from tegum.plots import style
from tegum.plots.landscape import Heights, Marks, landscape, landscape_film
from tegum.plots.lines import against, curves
from tegum.spec import Count
from tegum.theory.failure import beside, leaning, symmetric_failure
from tegum.theory.zero_loss import least_slack
from tegum.toy.features import OneHot
from tegum.toy.models import Autoencoder
from tegum.training.history import at_steps
from tegum.training.interventions import Freeze, Perturb
from tegum.training.run import Run
from tegum.training.training import Training

POST = "Optimization Failure (2024)"
FAVOURING = f"{POST}, Small asymmetry favoring tilt"
RECOVERY = f"{POST}, Asymmetric Recovery"
LIVE = (4, 5, 6, 7, 8)  # features of the live polygon, beside one unlearnt feature
N = 7
STATES = 100  # of the source's kind
LEANS = np.linspace(0, 0.8, 17)
NEAR = 0.7  # W_7 stays within this while it is not learnt; of a strongly leaning hexagon the best of all is elsewhere
FIRST = 32_000_000  # the first seed; others were looked at, also in single precision, which loses optima below 3e-4
PUSHED = 0.03  # noise on W_7 before it settles, many times its distance from 0

FROZEN = Claim(
    "W_7 = 0 is a local optimum of W_7.",
    f"{POST}, What is W_7",
    "For 4 to 8 live features, frozen as the regular polygon, the best of all columns and biases of the unlearnt "
    "feature, by a scan of the plane and exact biases, lies within 1e-6 of W = 0.",
)
LEAN = Claim(
    "An imbalance of the live features moves the optimum of W_7 away from 0.",
    RECOVERY,
    "For each of 20 random zero-loss hexagons (regular, 1 % longer, then jittered by 0.002), the best W_7 with all "
    "else frozen lies within 10 % of −b S / c, where S is the sum of the live columns.",
)
ASIDE = Claim(
    "With W_6 and W_1 slightly shorter than the others, the optimum lies at W_7 = ε (W_6 + W_1), still very near 0.",
    FAVOURING,
    f"Of {STATES} random hexagons without loss of the source's kind (b_1 = b_6 = −0.988, the other biases from −1.03 "
    "to −1.02, gaps as they may be), more than half have their best W_7, all else frozen, within 10° of W_6 + W_1 and "
    "shorter than 0.05. Best: of all columns, as far out as one may be better than none.",
)
SETTLES = Claim(
    "With all learnt weights frozen, W_7 settles at that optimum: near 0, and not at it.",
    FAVOURING,
    "Of the seeds that are in symmetric failure with one feature unlearnt when all others are frozen and its column is "
    f"pushed away by noise of {PUSHED}, more than 95 in 100 let it settle within 5 % of the distance from 0 to the "
    "best W_7 (a search of the plane with exact biases).",
)
FOLLOWS = Claim(
    "It was there before anything was frozen: W_7 follows its optimum while the others move.",
    "Ours, written after a look at other seeds",
    "Of the same seeds, more than half had their W_7, as caught, within 5 % of that distance from the best one.",
)
CLOSED = Claim(
    "In trained models too, that place is −b S / c.",
    "Ours",
    "Of the same seeds, in more than 95 in 100 W_7 settles within 5° of −S, at a length within 10 % of b ‖S‖ / c.",
)
PAIR = Claim(
    "It lies in the direction of the two neighbours that are shorter than the others.",
    f"{FAVOURING}; as a rule for trained models",
    "Of the same seeds, in more than half the place where W_7 settles is within 30° of the sum of the two neighbouring "
    "columns whose lengths add up to least.",
)
FACTORS = Claim(
    "Two things move it there: more columns stand on the far side, and the columns there are longer.",
    FAVOURING,
    "S is the sum of the live directions, times their mean length, and of what each length differs from the mean. Of "
    "the same seeds, in more than half both parts point away from where W_7 settles.",
)
RUNAWAY = Claim(
    "The more the live features sweep to one side, the farther the local optimum of W_7 moves, and the deeper it "
    "becomes.",
    FAVOURING,
    f"Over hexagons without loss that lean by 0, 0.05 … 0.8, both ‖W_7‖ at the best place within {NEAR} of 0 and what "
    "it saves grow at every step.",
)


@dataclass(frozen=True)
class Settled:
    """Caught models, one unlearnt feature each, and where its column came to rest with all others frozen.

    W (k, 2, n), b (k, n) and first (k, 2), its column, as caught; feature (k,); column (k, 2) at rest; best (k, 2), by
    search; lean (k, 2), the sum of the live columns.
    """

    seed: np.ndarray
    W: np.ndarray
    b: np.ndarray
    feature: np.ndarray
    first: np.ndarray
    column: np.ndarray
    best: np.ndarray
    lean: np.ndarray

    @property
    def predicted(self) -> np.ndarray:
        """−b S / c, (k, 2)."""
        return np.asarray(-leaning(N) * self.lean)

    def live(self, k: int) -> np.ndarray:
        """The live columns (2, n − 1) of one model."""
        return np.delete(self.W[k], self.feature[k], axis=1)


class FrozenOptimum(Experiment):
    """Exact optima beside polygons; models caught in symmetric failure whose other features are frozen."""

    title: ClassVar[str] = "The optimum of W_7 with all others frozen"
    source: ClassVar[str] = FAVOURING
    lede: ClassVar[str] = (
        "Six of seven features are held where they are. Where does the seventh column come to rest? At a regular "
        "hexagon at 0. Where the six lean to one side it rests a little on the other, at −b S / c, S being the sum of "
        "the six. Trained models are caught in symmetric failure, all else is frozen, and W_7 and b_7 train on alone; "
        "where they settle is compared with a search of the plane and with the formula. (In the figures, which count "
        "from 0, the seventh feature has the number 6.)"
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 60},
        "standard": {},
        "paper": {"seeds": 5_000},
    }

    seeds: Count = 1_000
    caught_at: Count = 3_000
    settle: Count = 7_000

    def trainings(self) -> dict[str, Training]:
        others = tuple(tuple(j for j in range(N) if j != i) for i in range(N))
        return {
            "caught": Training(
                model=Autoencoder(features=N, hidden=2),
                law=OneHot(),
                steps=self.caught_at + self.settle,
                precision="float64",
                record=at_steps([self.caught_at, self.caught_at + self.settle], "parameters"),
                interventions=(Perturb(at=self.caught_at, parameter="W", features=(0,), noise=PUSHED),),
                freeze=tuple(Freeze(parameter=name, features=others[0], start=self.caught_at) for name in ("W", "b")),
                over={
                    "free": {
                        "freeze[0].features": others,
                        "freeze[1].features": others,
                        "interventions[0].features": tuple((i,) for i in range(N)),
                    },
                    "seed": range(FIRST, FIRST + self.seeds),
                },
            )
        }

    def claims(self, runs: Runs) -> list[Judged]:
        return [_frozen(), _lean(), _aside(), _runaway(), *_of_trained(settled(runs["caught"]))]

    def panels(self, runs: Runs) -> list[Panel]:
        found = settled(runs["caught"])
        return [_well(), *([_example(found), _places(found)] if len(found.seed) else []), _depth()]


# ---- Trained models --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def settled(run: Run) -> Settled:
    """The seeds that were in symmetric failure with one feature unlearnt when all features but one were frozen.

    All runs of a seed are one model up to that step, so the one whose free feature is the unlearnt one is taken.
    """
    W = run.W_history.transpose("free", "seed", "step", "latent", "feature").values.astype(float)
    b = run.b_history.transpose("free", "seed", "step", "feature").values.astype(float)
    states = outcomes((W[0, :, 0], b[0, :, 0]))
    seed = np.flatnonzero(states.lone)
    start, bias = W[0, seed, 0], b[0, seed, 0]
    feature = norms(start).argmin(-1)
    column = W[feature, seed, 1, :, feature]
    best = [frozen_optimum(start[k], bias[k], int(feature[k]), fineness=61).column for k in range(len(seed))]
    own = np.take_along_axis(start, feature[:, None, None], axis=-1)[..., 0]
    return Settled(FIRST + seed, start, bias, feature, own, column, np.reshape(best, (-1, 2)), start.sum(-1) - own)


def _of_trained(found: Settled) -> list[Judged]:
    where, size = "seeds caught", np.hypot(*found.column.T)
    missed, before = (_apart(place, found.best) for place in (found.column, found.first))
    angle, ratio = between(found.column, found.predicted), size / np.maximum(np.hypot(*found.predicted.T), 1e-30)
    pair = between(found.column, np.reshape([shortest_pair(found.live(k)) for k in range(len(size))], (-1, 2)))
    parts = [factors(found.live(k)) for k in range(len(size))]
    both = np.array([(np.stack(part) @ to < 0).all() for part, to in zip(parts, found.column, strict=True)], bool)
    return [
        judge_rate(SETTLES, missed < 0.05, above=0.95, where=where, note=_words("‖W_7‖ at rest", size)),
        judge_rate(FOLLOWS, before < 0.05, above=0.5, where=where, note=_words("Off by", before, " of the distance")),
        judge_rate(CLOSED, (angle < 5) & (np.abs(ratio - 1) < 0.1), above=0.95, where=where,
                   note=_words("angle", angle, "°") + _words(" Length over the formula's", ratio)),
        judge_rate(PAIR, pair < 30, above=0.5, where=where, note=_words("angle", pair, "°")),
        judge_rate(FACTORS, both, above=0.5, where=where),
    ]  # fmt: skip


def _apart(place: np.ndarray, best: np.ndarray) -> np.ndarray:
    """How far places (k, 2) are from the best ones, as a share of the distance of these from 0."""
    return np.asarray(np.hypot(*(place - best).T) / np.maximum(np.hypot(*best.T), 1e-30))


def _words(what: str, values: np.ndarray, unit: str = "") -> str:
    if not len(values):
        return ""
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return f"{what}: {middle:.3g}{unit} in the median, {low:.3g} to {high:.3g}{unit} in nine of ten."


def shortest_pair(live: np.ndarray) -> np.ndarray:
    """The sum (2,) of the two neighbours among columns (2, p), in angle, whose lengths add up to least."""
    ring = live[:, np.argsort(np.arctan2(live[1], live[0]))]
    after = np.roll(ring, -1, axis=1)
    at = int(np.argmin(norms(ring) + norms(after)))
    return np.asarray(ring[:, at] + after[:, at])


def factors(live: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two parts of the sum of columns (2, p): their directions at one length, and their lengths' differences."""
    length = norms(live)
    unit = live / length
    return np.asarray(length.mean() * unit.sum(1)), np.asarray((length - length.mean()) @ unit.T)


# ---- States made for the purpose -------------------------------------------------------------------------------------


def _frozen() -> Judged:
    far = max(float(np.hypot(*polygon_optimum(live).column)) for live in LIVE)
    return judge_fact(
        FROZEN, far < 1e-6, f"the best columns have norms up to {far:.1g}", far,
        note="It is even the global optimum, while the others are held still.",
    )  # fmt: skip


def lopsided(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric failure, n = 7, with its hexagon 1 % longer and jittered by 0.002, still without loss of its own."""
    return beside(1.01 * symmetric_failure(7)[0][:, :6] + 0.002 * np.random.default_rng(seed).normal(size=(2, 6)))


@cache
def _lean() -> Judged:
    off, slack = [], []
    for seed in range(20):
        W, b = lopsided(seed)
        slack.append(float(least_slack(W[:, :6])))
        expected = -leaning(7) * W[:, :6].sum(1)
        off.append(float(np.hypot(*(frozen_optimum(W, b, 6, fineness=61).column - expected)) / np.hypot(*expected)))
    return judge_fact(
        LEAN, max(off) < 0.1 and min(slack) > 0, f"off by {min(off):.1%} to {max(off):.1%}", max(off),
        note="The live columns alone have no loss in any of these states, and lengthening all of them alike moves "
        "nothing. So the way out is flat for them and downhill for W_7, by b² ‖S‖² / c.",
    )  # fmt: skip


def ring(lengths: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """Columns (2, p) without loss of these lengths, one after the other around the origin, the first at angle 0.

    Neighbours need a gap of arccos((l² − 1)/(l L)), l being the shorter; what is left of the turn is shared out at
    random. None where nothing is left.
    """
    after = np.roll(lengths, -1)
    short = np.minimum(lengths, after)
    least = np.arccos((short**2 - 1) / (lengths * after))
    left = 2 * np.pi - least.sum()
    if left <= 0:
        return None
    gaps = least + left * rng.dirichlet(np.ones(len(lengths)))
    bearing = np.append(0, np.cumsum(gaps)[:-1])
    return np.asarray(lengths * np.stack([np.cos(bearing), np.sin(bearing)]))


def sources_states() -> list[np.ndarray]:
    """Live hexagons (2, 6) of the source's kind: columns 0 and 5 (its W_1 and W_6) shorter than the others."""
    rng = np.random.default_rng(0)
    found: list[np.ndarray] = []
    while len(found) < STATES:
        biases = np.array([-0.988, *rng.uniform(-1.03, -1.02, 4), -0.988])
        live = ring(np.sqrt(1 - biases), rng)
        if live is not None:
            found.append(live)
    return found


@cache
def _aside() -> Judged:
    states = sources_states()
    best = np.stack([frozen_optimum(*beside(live), 6, fineness=61).column for live in states])
    pair, away = (np.stack([part(live) for live in states]) for part in (_first_and_last, lambda live: -live.sum(1)))
    angle, size = between(best, pair), np.hypot(*best.T)
    aside = between(best, away)
    return judge_rate(
        ASIDE, (angle < 10) & (size < 0.05), above=0.5, where="states",
        note=f"{_words('Angle to W_6 + W_1', angle, '°')} To −S: at most {aside.max():.2g}°. "
        f"{_words('Length', size)} Least slack {min(float(least_slack(live)) for live in states):.2g}.",
    )  # fmt: skip


def _first_and_last(live: np.ndarray) -> np.ndarray:
    return np.asarray(live[:, 0] + live[:, -1])


def leaning_hexagon(lean: float) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric failure, n = 7, its hexagon lengthened and moved along −x so that it still has no loss of its own."""
    return beside((1 + lean) * symmetric_failure(7)[0][:, :6] - lean * np.array([[1.0], [0.0]]))


@cache
def _swept() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each of `LEANS`: ‖S‖, the best column near 0 (2,), and what it saves."""
    states = [leaning_hexagon(float(lean)) for lean in LEANS]
    best = [frozen_optimum(W, b, 6, NEAR, 71) for W, b in states]
    zero = [float(alone(W, b, 6, np.zeros(2))[0]) for W, b in states]
    size = np.array([float(np.hypot(*W[:, :6].sum(1))) for W, _ in states])
    saved = np.array([float(without - one.loss) for without, one in zip(zero, best, strict=True)])
    return size, np.stack([one.column for one in best]), saved


def _elsewhere() -> str:
    """From which lean on the best of all columns is not the one near 0."""
    size, near, _ = _swept()
    best = np.stack([frozen_optimum(*leaning_hexagon(float(lean)), 6).column for lean in LEANS])
    away = np.hypot(*(best - near).T) > 0.1
    if not away.any():
        return "It is the best of all columns."
    k = int(away.argmax())
    return f"From ‖S‖ = {size[k]:.2g} on the best of all columns is another, {np.hypot(*best[k]):.3g} long: learnt."


def _runaway() -> Judged:
    size, column, saved = _swept()
    length = np.hypot(*column.T)
    grows = bool((np.diff(length) > 0).all() and (np.diff(saved) > 0).all())
    top = int(np.argmax(length))
    return judge_fact(
        RUNAWAY, grows,
        f"‖W_7‖ grows to {length[top]:.3g} at ‖S‖ = {size[top]:.2g} and is {length[-1]:.3g} at {size[-1]:.2g}; it "
        f"saves up to {saved.max():.3g}",
        length[-1],
        note=f"What it saves {'grows' if (np.diff(saved) > 0).all() else 'does not grow'} at every step. "
        f"{_elsewhere()}",
    )  # fmt: skip


# ---- Figures ---------------------------------------------------------------------------------------------------------


def _dot(symbol: str, colour: str, size: int = 13) -> dict[str, Any]:
    return {"marker": {"size": size, "color": colour, "symbol": symbol, "line": {"width": 2, "color": style.GROUND}}}


def _well() -> Panel:
    grid = np.linspace(-0.25, 0.25, 81)
    plane = np.stack(np.meshgrid(grid, grid), axis=-1)
    states = [leaning_hexagon(float(lean)) for lean in LEANS]
    heights = np.stack([alone(W, b, 6, plane)[0] for W, b in states])
    size, best, _ = _swept()
    figure = landscape_film(
        grid, grid, heights, [f"{value:.1f}" for value in size],
        Heights("loss with W_7 there and its best bias", 0.75, 1.0, 0.025),
        [
            Marks("W_7 = 0", np.zeros((len(LEANS), 1, 2)), look=_dot("x", style.INK)),
            Marks("best W_7", best[:, None], look=_dot("circle", style.SERIES[1])),
        ],
        what="|sum of the live columns|", first=5, x_label="W_7, first latent", y_label="W_7, second latent",
    )  # fmt: skip
    caption = (
        "The loss over the places of W_7 near 0 (each with its best bias), all else frozen. The slider moves the "
        "hexagon to the left and lengthens it, at no loss of its own. At 0 the best W_7 is 0; as the hexagon leans the "
        "well moves to the other side and deepens. It narrows too, since long columns hear a tilt more."
    )
    return Panel("well", "The well of W_7 moves as soon as the others lean", caption, figure)


def _example(found: Settled) -> Panel:
    """The caught model whose column settles farthest out."""
    k = int(np.hypot(*found.column.T).argmax())
    W, b, i = found.W[k], found.b[k], int(found.feature[k])
    reach = 2.2 * float(np.hypot(*found.column[k]))
    grid = np.linspace(-reach, reach, 81)
    z = alone(W, b, i, np.stack(np.meshgrid(grid, grid), axis=-1))[0]
    low, high = float(z.min()), float(np.quantile(z, 0.9))
    marks = [
        Marks("0", np.zeros((1, 2)), look=_dot("x", style.INK)),
        Marks("by the formula −b S / c", found.predicted[k][None], look=_dot("circle", style.SERIES[1], 24)),
        Marks("by search", found.best[k][None], look=_dot("circle", style.SERIES[4], 15)),
        Marks("where it settled", found.column[k][None], look=_dot("circle", style.INK, 7)),
    ]
    figure = landscape(
        grid, grid, z, Heights("loss with the column there", low, high, (high - low) / 10,
                               ticks={v: style.number(v, ".5g") for v in (low, high)}),
        marks, x_label=f"column of feature {i}, first latent", y_label="second latent",
    )  # fmt: skip
    caption = (
        f"One trained model (seed {found.seed[k]}), caught in symmetric failure: the loss over the places of its "
        "unlearnt column near 0, all else frozen. Formula, search and training agree; the marks lie on each other."
    )
    return Panel("example", "Where it settles in a trained model", caption, figure)


def _places(found: Settled) -> Panel:
    size, predicted = np.hypot(*found.column.T), np.hypot(*found.predicted.T)
    span = np.array([min(predicted.min(), size.min()), max(predicted.max(), size.max())])
    figure = against(
        [(predicted, size)], [(span, span)], ["trained models"], x_label="b ‖S‖ / c", y_label="‖W_7‖ where it settles",
        log_x=True, log_y=True, words=("measured", "equal"),
    )  # fmt: skip
    caption = (
        f"{len(size)} models caught in symmetric failure, all features but the unlearnt one frozen. Where its column "
        "comes to rest against the formula: how far the others lean decides."
    )
    return Panel("places", "How far from 0, in trained models", caption, figure)


def _depth() -> Panel:
    size, column, saved = _swept()
    names = ["‖W_7‖ at its best near 0", "b ‖S‖ / c", "what it saves"]
    values = np.stack([np.hypot(*column.T), leaning(7) * size, saved], 1)
    figure = curves(size, values, names, dashed=names[1:2], x_label="‖S‖, sum of the live columns", y_label="value")
    caption = (
        "Over the slider of the first figure. At first the best W_7 near 0 follows the formula; farther out the well "
        "narrows, since longer columns hear a tilt more, and W_7 falls behind."
    )
    return Panel("depth", "How far, and how deep", caption, figure)


EXPERIMENT = FrozenOptimum
