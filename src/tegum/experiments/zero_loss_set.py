"""All zero-loss solutions for one-hot data: how much room they leave, where training ends in it, what decay chooses."""

import functools
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array
from pydantic import field_validator

from tegum.claims import Claim, Judged, judge_fact, judge_rate, rate_interval, unjudged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.geometry.polytopes import aligned
from tegum.geometry.regularity import irregularity
from tegum.geometry.weights import weights_of
from tegum.plots import style
from tegum.plots.landscape import Heights, Marks, landscape_film
from tegum.plots.lines import bands
from tegum.plots.rates import stacked_rates
from tegum.plots.wheels import wheels
from tegum.spec import Count, NotNegative, Positive
from tegum.theory.polygons import regular_polygon
from tegum.theory.zero_loss import face_dimension, least_slack, shortened, smallest_size
from tegum.toy.features import OneHot
from tegum.toy.loss import SquaredError
from tegum.toy.models import Autoencoder
from tegum.training.history import every
from tegum.training.optimisers import SGD, Adam, AdamW, Momentum, Optimiser, scale_by_adam
from tegum.training.run import Run
from tegum.training.training import Training

POST = "Superposition: An Actual View of Latent Spaces (2024)"
OURS = "Ours, not the source's"
FIRST_SEED = 2000  # times n; criteria were changed after a run on 1000 n on, so that judged here are unseen seeds
ZERO = 1e-6  # loss, summed over samples and features, below which it is called zero: each output within 0.001
TIGHT = 3e-3  # slack of a tight inequality: above the largest error of own and other output that ZERO allows
CIRCLE = 0.01  # irregularity below which a polygon is called regular
IRREGULAR = 0.05  # and above which it clearly is not
DECAY = 0.01  # of AdamW, as PyTorch has it
STARTS = 10  # of each search for the shortest solution
DECAYS = {  # name: (weight decay of AdamW, penalty λ in λ/2 ‖p‖²)
    "none": (0.0, 0.0),
    "AdamW 0.01": (0.01, 0.0),
    "AdamW 0.1": (0.1, 0.0),
    "AdamW 1": (1.0, 0.0),
    "penalty 0.0001": (0.0, 1e-4),
}
CASE = 6  # features in the source's figure of a perfect circle
SCALES = np.linspace(1, 1.4, 21)  # of the pentagon in the film

ROOM = Claim(
    "With a bias, zero loss leaves room in every direction: any solution, made longer, has slack in every inequality.",
    OURS,
    "Stretched by a tenth, the regular polygon of every n has positive slack in every inequality.",
)
SHORTEST = Claim(
    "The regular polygon is the zero-loss solution of smallest Σ‖W_i‖².",
    OURS,
    f"For every n, of {STARTS} constrained searches each, no solution is shorter than n/(1 − cos 2π/n) by a part in a "
    "million, and at least one is as short to that precision.",
)
PERFECT = Claim(
    "Features end in a perfect circle.",
    f"{POST}, An Actual Picture of Latent Spaces, whose model is an ideal one; how often training gets there is asked "
    "by us",
    f"More than half of the zero-loss ends at n = {CASE}, as in the source's figure, have an irregularity below "
    f"{CIRCLE}.",
    reason="Without weight decay training stops anywhere on the edge of the set of solutions; the circle is the "
    "work of decay.",
)
BACK = Claim(
    "Weight decay leads back to the regular polygon.",
    OURS,
    f"More than half of the models of all n that are at zero loss with an irregularity above {IRREGULAR} when decay "
    f"sets in end with one below {CIRCLE}.",
)
KEPT = Claim(
    "Weight decay that leads back keeps the loss at zero.",
    OURS,
    f"More than half of the models of all n that are at zero loss when decay sets in end with a loss below {ZERO:g} "
    "too.",
)


class LateDecay(Adam):
    """Adam with decay of W and b that begins at the step `start`, so that runs are equal until then.

    weight_decay: λ, as AdamW has it: λ p is added to Adam's update. penalty: λ p is added to the gradient, as by a term
    λ/2 ‖p‖² in the loss.
    """

    lanes: ClassVar[bool] = True
    weight_decay: NotNegative = 0.0
    penalty: NotNegative = 0.0
    start: int = 0

    def transformation(self, steps: Array) -> optax.GradientTransformation:
        return optax.chain(
            self._late(self.penalty),
            scale_by_adam(self.b1, self.b2, self.eps),
            self._late(self.weight_decay),
            optax.scale_by_learning_rate(self.rate(steps)),
        )

    def _late(self, strength: Any) -> optax.GradientTransformation:
        return optax.add_decayed_weights(lambda step: jnp.where(step >= self.start, strength, 0.0))


class ZeroLossSet(Experiment):
    """One-hot data, m = 2: ends of four optimisers, and decay that begins at zero loss."""

    title: ClassVar[str] = "The set of zero-loss solutions"
    source: ClassVar[str] = f"{POST}, An Actual Picture of Latent Spaces"
    lede: ClassVar[str] = (
        "For one-hot data the loss is zero if and only if b_i = 1 − ‖W_i‖² and W_i·(W_i − W_j) ≥ 1 for all j ≠ i. That "
        "is no point and no curve but a region of full dimension, with the regular polygon as its shortest corner. "
        "Training without decay ends anywhere on its skin or inside it; weight decay leads to the polygon."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"features": (5, 6), "seeds": 10, "steps": 20_000, "decay_start": 10_000, "decay_steps": 20_000},
        "standard": {},
        "paper": {"seeds": 300, "steps": 200_000},
    }

    features: tuple[Count, ...] = (5, 6, 7, 8)
    seeds: Count = 60
    steps: Count = 100_000
    decay_start: Count = 20_000
    decay_steps: Count = 400_000
    learning_rate: Positive = 1e-3

    @field_validator("features")
    @classmethod
    def _polygons(cls, features: tuple[int, ...]) -> tuple[int, ...]:
        if not features or min(features) < 3 or len(set(features)) < len(features):
            raise ValueError(f"features={features} must be different numbers of at least 3, such as (5, 6, 7, 8).")
        return features

    def optimisers(self) -> dict[str, Optimiser]:
        """Whose ends are compared. Most runs of up to seven features reach zero loss at these rates."""
        return {
            "SGD": SGD(learning_rate=0.1),
            "momentum": Momentum(learning_rate=0.01),
            "Adam": Adam(learning_rate=self.learning_rate),
            "AdamW": AdamW(learning_rate=self.learning_rate, weight_decay=DECAY),
        }

    def trainings(self) -> dict[str, Training]:
        ends = {
            f"ends-{n}": one_hot(
                n, steps=self.steps, over={"optimiser": tuple(self.optimisers().values()), "seed": self._seeds(n)}
            )
            for n in self.features
        }
        return ends | {f"decay-{n}": self._late(n) for n in self.features}

    def _late(self, n: int) -> Training:
        weight_decay, penalty = zip(*DECAYS.values(), strict=True)
        over = {"decay": {"weight_decay": weight_decay, "penalty": penalty}, "seed": self._seeds(n)}
        optimiser = LateDecay(learning_rate=self.learning_rate, start=self.decay_start)
        record = every(max(self.decay_steps // 20, 1))
        return one_hot(n, steps=self.decay_start + self.decay_steps, over=over, optimiser=optimiser, record=record)

    def _seeds(self, n: int) -> range:
        """Other seeds for every n, so that what is counted over n and seeds is independent."""
        return range(FIRST_SEED * n, FIRST_SEED * n + self.seeds)

    def claims(self, runs: Runs) -> list[Judged]:
        named = self.ends(runs)
        return [
            _room(self.features),
            _shortest(self.features),
            *(self._perfect(name, ends) for name, ends in named.items()),
            *(judged for name in DECAYS if name != "none" for judged in self._decayed(runs, name)),
        ]

    def _decayed(self, runs: Runs, name: str) -> list[Judged]:
        found, note = self.decays(runs, name), self._pace(DECAYS[name][0], self.decay_steps)
        back, kept = ({n: part(decay) for n, decay in found.items()} for part in (Decay.back, Decay.kept))
        final = ", ".join(f"{np.median(decay.loss[:, -1]):.2g}" for decay in found.values() if len(decay.loss))
        return [
            _judge(BACK, name, back, where="irregular zero-loss models", note=note),
            _judge(KEPT, name, kept, where="zero-loss models", note=f"Median final loss: {final}."),
        ]

    def _perfect(self, name: str, ends: dict[int, np.ndarray]) -> Judged:
        shape = {n: irregularity(W) for n, W in ends.items()}
        typical = ", ".join(f"{np.median(part):.2g}" if part.size else "none" for part in shape.values())
        counted = {n: part < CIRCLE for n, part in shape.items()}
        note = f"Median irregularity: {typical}. {self._pace(DECAY if name == 'AdamW' else 0.0, self.steps)}"
        return _judge(PERFECT, name, counted, where="zero-loss ends", note=note, case=CASE)

    def _pace(self, decay: float, steps: int) -> str:
        """How long AdamW's decay takes, in words; nothing without decay."""
        if not decay:
            return ""
        constant = 1 / (self.learning_rate * decay)
        return f"One time constant of the decay, 1/(rate × decay), is {constant:,.0f} steps; there were {steps:,}."

    def ends(self, runs: Runs) -> dict[str, dict[int, np.ndarray]]:
        """For each optimiser and each n, W of the models that reach zero loss, shape (count, 2, n)."""
        return {name: {n: _at(runs[f"ends-{n}"], k) for n in self.features} for k, name in enumerate(self.optimisers())}

    def decays(self, runs: Runs, name: str) -> dict[int, "Decay"]:
        """For each n, how models that were at zero loss go on when this decay sets in."""
        return {n: Decay.read(runs[f"decay-{n}"], name, self.decay_start) for n in self.features}

    def panels(self, runs: Runs) -> list[Panel]:
        named = self.ends(runs)
        decays = {name: self.decays(runs, name) for name in DECAYS}
        drawn = [n for n in self.features if n in (6, 7)] or self.features[:1]
        return [
            _slice(),
            *_wheels(named),
            _faces(named, self.seeds),
            *(_histories(n, {name: found[n] for name, found in decays.items()}) for n in drawn),
        ]


def one_hot(n: int, **rest: Any) -> Training:
    """A training on all n one-hot inputs at once, in the plane."""
    model, loss = Autoencoder(features=n, hidden=2), SquaredError(reduction="feature_sum")
    return Training(model=model, law=OneHot(), loss=loss, **rest)


def _at(run: Run, k: int) -> np.ndarray:
    """W of those models of the k-th optimiser that reach zero loss."""
    loss = run.loss.transpose("optimiser", "seed").values[k] * run.training.model.sizes.features
    return weights_of(run).encoder[k][loss < ZERO]


@dataclass(frozen=True)
class Decay:
    """Models at zero loss when decay sets in, and how they go on: steps (t,) since then, the rest (count, t)."""

    steps: np.ndarray
    irregularity: np.ndarray
    loss: np.ndarray

    @classmethod
    def read(cls, run: Run, name: str, start: int) -> "Decay":
        part = run.data.isel(decay=[*DECAYS].index(name))
        steps = part["step"].values
        loss = part["loss_history"].transpose("seed", "step").values * run.training.model.sizes.features
        since = steps >= steps[np.argmin(np.abs(steps - start))]
        zero = loss[:, since][:, 0] < ZERO
        W = part["W_history"].transpose("seed", "step", "latent", "feature").values[zero][:, since].astype(float)
        return cls(steps[since] - steps[since][0], irregularity(W), loss[zero][:, since])

    def back(self) -> np.ndarray:  # whether those that were irregular end regular
        return np.asarray(self.irregularity[self.irregularity[:, 0] > IRREGULAR, -1] < CIRCLE)

    def kept(self) -> np.ndarray:  # whether the loss ends at zero
        return np.asarray(self.loss[:, -1] < ZERO)


def _judge(
    claim: Claim, name: str, counted: dict[int, np.ndarray], *, where: str, note: str = "", case: int | None = None
) -> Judged:
    """A rate over independent models of every n, or of the case n alone, for one optimiser; the note has every n."""
    named = replace(claim, statement=f"{claim.statement} ({name})")
    together = np.concatenate([part for n, part in counted.items() if case in (None, n)] or [np.zeros(0, bool)])
    if not together.size:
        return unjudged(named, f"no {where} to judge by")
    each = ", ".join(f"{int(part.sum())} of {part.size} for n = {n}" for n, part in counted.items())
    return judge_rate(named, together, above=0.5, where=where, note=f"{each}. {note}".strip())


def _room(sizes: tuple[int, ...]) -> Judged:
    least = min(float(least_slack(1.1 * regular_polygon(n)[0])) for n in sizes)
    note = (
        "An identity: stretched by s, a slack t becomes s² (1 + t) − 1, so lengthening loosens every inequality of any "
        "solution, and the set has its full 2n dimensions everywhere. Without a bias four have none: see orthant."
    )
    return judge_fact(ROOM, least > 0, f"slack of at least {least:.2g} in every inequality", least, note=note)


@functools.cache
def searched(n: int) -> np.ndarray:
    """Σ‖W_i‖² of the locally shortest solutions found from random starts, as a part of the regular polygon's."""
    rng = np.random.default_rng(n)
    ends = np.stack([shortened(rng.normal(0, 1.5, (2, n))) for _ in range(STARTS)])
    return np.asarray((ends[least_slack(ends) > -1e-6] ** 2).sum((1, 2)) / smallest_size(n))


def _shortest(sizes: tuple[int, ...]) -> Judged:
    found = [searched(n) for n in sizes]
    least = [float(part.min()) for part in found]
    note = (
        "Proved: neighbours at a gap Δ need a² + b² ≥ 2/(1 − cos Δ), and the sum of that is convex in the gaps. "
        f"{sum(map(len, found))} searches ended at zero loss."
    )
    measured = f"shortest found, as a part of the polygon's: {min(least):.7f} to {max(least):.7f}"
    return judge_fact(SHORTEST, all(abs(part - 1) < 1e-6 for part in least), measured, min(least), note=note)


def _slice() -> Panel:
    x, y = np.linspace(-3, 3, 101), np.linspace(-2.4, 3.6, 101)
    plane = np.stack(np.meshgrid(x, y), axis=-1)
    fixed, fifth = ({"marker": {"size": 14, "color": colour}} for colour in (style.INK, style.SERIES[4]))
    pentagons = [scale * regular_polygon(5, turn=np.pi / 2)[0] for scale in SCALES]
    figure = landscape_film(
        x, y, np.stack([vertex_slack(W, plane) for W in pentagons]), [f"{scale:.2f}" for scale in SCALES],
        Heights(
            "least slack with the vertex there", -0.5, 0.5, 0.125, style.DIVERGING, edge=0.0,
            ticks={-0.5: "violated by 0.5", 0: "0", 0.5: "0.5 to spare"},
        ),
        [
            Marks("four fixed features", np.stack([W[:, 1:].T for W in pentagons]), look=fixed),
            Marks("regular place of the fifth", np.stack([W[:, :1].T for W in pentagons]), look=fifth),
        ],
        what="length, as a part of the shortest:", first=int(np.argmin(np.abs(SCALES - 1.2))),
        x_label="first latent", y_label="second latent",
    )  # fmt: skip
    caption = (
        "Four features of a regular pentagon stay; the fifth is moved about, its bias following. Within the thick line "
        "the loss stays exactly zero. The shortest pentagon (slider at 1) leaves its single vertices no room at all; "
        "stretch it a little and every vertex has a region of its own."
    )
    return Panel("room", "Where one vertex may go without any loss", caption, figure)


def vertex_slack(W: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The least slack with feature 0 of W (2, n) moved to each of points (..., 2)."""
    moved = np.broadcast_to(W, (*points.shape[:-1], *W.shape)).copy()
    moved[..., :, 0] = points
    return least_slack(moved)


def _wheels(named: dict[str, dict[int, np.ndarray]]) -> list[Panel]:
    """The most and the least regular end for each n; no figure where no model reached zero loss."""
    sizes = [*next(iter(named.values()))]
    shown, titles, subtitles = [], [], []
    for n in sizes:
        ends = np.concatenate([found[n] for found in named.values()])
        order = np.argsort(irregularity(ends))
        for word, place in (("most regular", 0), ("least regular", -1)) if len(order) else ():
            W = ends[order[place]]
            shown.append(np.pad(aligned(W), ((0, 0), (0, max(sizes) - n)), constant_values=np.nan))
            titles.append(f"n = {n}, {word}")
            subtitles.append(f"irregularity {irregularity(W):.3f}, dimension {face_dimension(W, TIGHT)}")
    if not shown:
        return []
    figure = wheels(np.stack(shown), np.ones(max(sizes)), titles, subtitles=subtitles, columns=4)
    caption = (
        "Among the ends of all optimisers at zero loss, the most and the least regular for each n. Irregularity: root "
        "mean square of how far gaps and lengths are from their means, as a part of them; dimension: that of the face "
        "of the set on which the solution lies."
    )
    return [Panel("wheels", "All of these have zero loss", caption, figure)]


def _faces(named: dict[str, dict[int, np.ndarray]], seeds: int) -> Panel:
    kinds = ["1: a corner", "2 to 4", "5 to 2n − 1", "2n: inside"]
    cells = [(name, n, W) for name, ends in named.items() for n, W in ends.items() if len(W)]
    kind = [np.digitize([face_dimension(w, TIGHT) for w in W], [2, 5, 2 * n]) for _, n, W in cells]
    counts = np.array([np.bincount(part, minlength=len(kinds)) for part in kind]).reshape(-1, len(kinds))
    low, high = rate_interval(counts, counts.sum(1, keepdims=True))
    labels = [f"{name}<br>n = {n}" for name, n, _ in cells]
    figure = stacked_rates(
        kinds, counts, low, high, labels, x_label="optimiser and features", y_label="share of zero-loss ends"
    )
    figure.update_xaxes(tickangle=0, tickfont={"size": 11})
    figure.update_layout(legend_title={"text": "dimension of the face ", "font": {"size": 13}})
    reached = "; ".join(f"{name} {', '.join(str(len(W)) for W in ends.values())}" for name, ends in named.items())
    caption = (
        "In how many dimensions a solution can move while its tight inequalities stay tight: 2n less the rank of "
        "their gradients. A corner can only be turned. Gradient descent approaches the set from outside and stops once "
        "it is there. Adam oversteps by about its rate, 0.001: some of its inequalities count as tight here (slack up "
        f"to {TIGHT}), others do not. Ends at zero loss, of {seeds} seeds, n = "
        f"{', '.join(map(str, next(iter(named.values()))))}: {reached}. The others are left out."
    )
    return Panel("faces", "On which part of the set training ends", caption, figure)


def _histories(n: int, found: dict[str, Decay]) -> Panel:
    middle, low, high = quartiles([decay.irregularity for decay in found.values()], len(found["none"].steps))
    figure = bands(
        found["none"].steps / 1000, middle.T, low.T, high.T, [*found], log_y=True, interval="middle half of seeds",
        x_label="thousands of steps since decay set in", y_label="irregularity",
    )  # fmt: skip
    caption = (
        f"n = {n}. Adam brings models to zero loss; then decay of W and b sets in. Median and middle half of the "
        "seeds, from equal starts. At the standard size the shape stays as it is without decay; with it all become "
        "regular polygons, the slower the weaker it is (AdamW 0.01: a time constant of 100,000 steps). The floor is "
        "the noise of Adam's steps."
    )
    return Panel(f"decay-{n}", f"What decay makes of {n} features", caption, figure)


def quartiles(samples: list[np.ndarray], places: int) -> np.ndarray:
    """Median and quartiles over the first axis of each (count, places): (3, len(samples), places), NaN for none."""
    empty = np.full((3, places), np.nan)
    return np.stack([np.quantile(s, (0.5, 0.25, 0.75), axis=0) if len(s) else empty for s in samples], axis=1)


EXPERIMENT = ZeroLossSet
