"""How many axis vectors a ReLU gives back without a bias: arrangements, their losses, and cubes seen from a plane."""

from functools import cache
from typing import Any, ClassVar

import numpy as np
from pydantic import field_validator

from tegum.claims import Claim, Judged, judge_fact, judge_rate
from tegum.errors import BadInput
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.geometry.polytopes import aligned, planar_arrangement
from tegum.geometry.projections import (
    between,
    nearest_frame,
    pivoted,
    principal_frame,
    random_frames,
    upright,
    variance_kept,
)  # fmt: skip
from tegum.geometry.regularity import irregularity, merged, regular
from tegum.geometry.responses import one_hot_errors
from tegum.geometry.weights import weights_of
from tegum.plots.basis import change_of_basis, projection
from tegum.plots.lines import curves
from tegum.plots.splats import splats, turning
from tegum.plots.stars import stars
from tegum.plots.wheels import wheels
from tegum.spec import Count, Positive
from tegum.theory.polygons import wheel
from tegum.theory.unbiased import PLANE, descended, polygon, polygon_loss, untied
from tegum.toy.features import OneHot
from tegum.toy.loss import SquaredError
from tegum.toy.models import Autoencoder
from tegum.training.optimisers import Adam
from tegum.training.run import Run
from tegum.training.training import Training

FEATURES, HIDDEN = range(2, 9), (1, 2, 3)
ZERO = 1e-6  # a loss below this is called zero
LOOSE_NORM, LOOSE_GAP = 0.1, np.radians(10)  # what an eye may call regular
NOTE = "Superposition: An Actual View of Latent Spaces (2024)"
LIMIT_OF, MORE_OF = f"{NOTE}, Limit of number of free dimensions", f"{NOTE}, Trying to compress more without a bias"

LIMIT = Claim(
    "W and ReLU without a bias give back at most 2m axis vectors exactly from m dimensions, and can give back 2m.",
    LIMIT_OF,
    "For m = 1, 2, 3: for each n up to 2m some seed ends with L_sum < 1e-6, and for no n from 2m + 1 to 8 does any.",
)
REASON = Claim(
    "The reason: more than 2m vectors of n dimensions, each with one positive entry in a place of its own and no other "
    "positive one, cannot lie together in m dimensions.",
    LIMIT_OF,
    "For m = 3 there are not 100 such vectors in a space of three dimensions.",
)
PENTAGON = Claim(
    "Five features in the plane learn a regular arrangement, a pentagon.",
    MORE_OF,
    "More than half of the seeds at n = 5, m = 2 end with norms within 1 % and gaps within 1° of equal.",
)
REGULAR = Claim(
    "Whenever n > 2m the learned columns are geometrically regular.",
    MORE_OF,
    "At m = 2 the lowest loss of all seeds has norms within 1 % and gaps within 1° of equal for each n = 5, 6, 7, 8.",
    reason="From six features on five make a pentagon, and the others lie along them or vanish.",
)
MERGED = Claim(
    "What is regular beyond five features is the pentagon: five directions, the other features along them or gone.",
    "Ours, after a first search at another learning rate",
    "More than half of the seeds have at each n = 5, 6, 7, 8 and m = 2, when the squared norms of columns within 2° of "
    "each other are added up, five directions with norms within 1 % and gaps within 1° of equal.",
)
EVEN = Claim(
    "The pressure is to spread the error evenly over all features.",
    MORE_OF,
    "At m = 2 the features' errors in the lowest loss of all seeds are within 1 % of their mean for each n = 5, 6, 7, "
    "8.",
)
ASYMMETRIC = Claim(
    "A random orientation of the five-dimensional cube is exceedingly likely to look irregular.",
    MORE_OF,
    "More than 99 % of random planes see the five axes with a norm over 10 % off the mean or a gap over 10° off 72°.",
)
SPECIAL = Claim(
    "The orientation that is learned looks very regular, which is special.",
    MORE_OF,
    "More than half of the seeds at n = 5, m = 2 are closer to regular than 99 % of the random planes.",
)
CLAIMED = (5, 6, 7, 8)
TRIANGLE = tuple(map(tuple, wheel(3)[0].tolist()))  # three columns, equally spaced
EXAMPLE = (0.4, 0.6, 0.9)  # an x of three entries, to be built from the columns


class FreeDimensions(Experiment):
    """y = ReLU(WᵀWx) on one-hot data, L_sum, Adam in double precision, for every n from 2 to 8 and m from 1 to 3."""

    title: ClassVar[str] = "Free dimensions"
    source: ClassVar[str] = f"{NOTE}, Free dimensions; The role of W; Limit of number of free dimensions"
    lede: ClassVar[str] = (
        "A plane has two dimensions, yet a ReLU behind it gives back four axis vectors exactly, and no more without a "
        "bias. Beyond that something must give. It is not that all features move closer together: five make a "
        "pentagon, and the sixth is worth nothing."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 50, "steps": 2000, "planes": 2000},
        "standard": {},
        "paper": {"seeds": 2000, "steps": 30_000, "planes": 100_000},
    }

    seeds: Count = 400
    steps: Count = 10_000
    learning_rates: tuple[Positive, ...] = (0.03, 0.003)
    planes: Count = 10_000
    basis: tuple[tuple[float, ...], ...] = TRIANGLE

    @field_validator("basis")
    @classmethod
    def _basis(cls, basis: tuple[tuple[float, ...], ...]) -> tuple[tuple[float, ...], ...]:
        if [len(row) for row in basis] != [3, 3]:
            shape = " and ".join(str(len(row)) for row in basis)
            raise ValueError(f"basis has rows of length {shape or 'none'}; give two rows of three numbers, [[…], […]].")
        if not np.isfinite(basis).all() or np.linalg.matrix_rank(np.array(basis), rtol=1e-6) < 2:
            raise ValueError(f"basis={basis} spans no plane; give two independent rows of finite numbers.")
        return basis

    def trainings(self) -> dict[str, Training]:
        return {"search": Training(
            model=Autoencoder(features=max(FEATURES), hidden=max(HIDDEN), bias=False),
            law=OneHot(),
            loss=SquaredError(reduction="sum"),
            optimiser=Adam(schedule="cosine"),
            steps=self.steps,
            precision="float64",
            over={"features": FEATURES, "hidden": HIDDEN, "learning_rate": self.learning_rates,
                  "seed": range(self.seeds)},
        )}  # fmt: skip

    def claims(self, runs: Runs) -> list[Judged]:
        run = runs["search"]
        return [_limit(run), _reason(), *_crowded(run), *self._cubes(run)]

    def _cubes(self, run: Run) -> list[Judged]:
        looks = random_frames(self.planes, 2, 5, seed=0)
        random, learned = irregularity(looks), irregularity(weights(run, 5, 2)[0])
        edge = float(np.quantile(random, 0.01))
        note = (
            f"Irregularity of random planes: median {np.median(random):.2g}, the 1st percentile {edge:.2g}, the least "
            f"{random.min():.2g}; learned: median {np.median(learned):.2g}."
        )
        odd = ~regular(looks, LOOSE_NORM, LOOSE_GAP)
        return [
            judge_rate(ASYMMETRIC, odd, above=0.99, where="random planes"),
            judge_rate(SPECIAL, learned < edge, above=0.5, where="seeds", note=note),
        ]

    def panels(self, runs: Runs) -> list[Panel]:
        run = runs["search"]
        return [
            _planes(run), _stars(run), _worth(run), _splats(run), _turning(run), _projection(self.basis),
            _basis(self.basis),
        ]  # fmt: skip


def losses(run: Run, features: int, hidden: int) -> np.ndarray:
    """L_sum of every model of one size, shape (learning rate, seed); infinite where it diverged."""
    found = run.data["loss"].sel(features=features, hidden=hidden).transpose("learning_rate", "seed").values
    return np.where(np.isfinite(found), found, np.inf)


def weights(run: Run, features: int, hidden: int) -> np.ndarray:
    """W of every model of one size, without padding: (learning rate, seed, hidden, features); NaN where it diverged."""
    W = weights_of(run.at(features=features, hidden=hidden)).encoder
    return np.where(np.isfinite(W).all((-2, -1), keepdims=True), W, np.nan)


def errors(W: np.ndarray) -> np.ndarray:
    """How badly each axis vector comes back from W (m, n), Σ_j (y_j − x_j)² for x = e_i; their sum is L_sum."""
    squared: np.ndarray = (one_hot_errors((W, np.zeros(W.shape[-1]))) ** 2).sum(axis=-2)
    return squared


def best(run: Run, features: int, hidden: int) -> np.ndarray:
    """The W of lowest loss among all seeds and learning rates, shape (hidden, features)."""
    found = losses(run, features, hidden)
    if not np.isfinite(found).any():
        raise BadInput(f"all models of n={features}, m={hidden} diverged; run again with lower learning_rates.")
    return weights(run, features, hidden)[np.unravel_index(np.argmin(found), found.shape)]


def is_pentagon(W: np.ndarray) -> bool:
    """Whether the merged columns are a regular pentagon."""
    corners = merged(W)
    return corners.shape[1] == 5 and bool(regular(corners))


def _limit(run: Run) -> Judged:
    lowest = {(m, n): float(losses(run, n, m).min()) for m in HIDDEN for n in FEATURES}
    inside = [v for (m, n), v in lowest.items() if n <= 2 * m]
    beyond = [v for (m, n), v in lowest.items() if n > 2 * m]
    gain = max(v - float(errors(descended(best(run, n, m))).sum()) for (m, n), v in lowest.items())
    note = (
        "This is a theorem: without a bias the loss is zero only for unit columns of which no two have a positive "
        "product, and m dimensions hold at most 2m such. Taking both directions of every axis shows only that 2m can "
        f"be had. A polish by L-BFGS lowers no best loss by more than {max(gain, 0):.1g}."
    )
    measured = f"lowest loss for n ≤ 2m at most {max(inside):.1g}, for n > 2m at least {min(beyond):.4g}"
    return judge_fact(LIMIT, max(inside) < ZERO and min(beyond) >= ZERO, measured, min(beyond), note=note)


def _reason() -> Judged:
    W, M = untied(100)
    off = float(np.abs(np.maximum(M @ W, 0) - np.eye(100)).max())
    note = (
        "With a decoder M of its own, three dimensions give back any number of axis vectors without a bias: the "
        "columns of MW are such vectors. One dimension is the same for all and does what a bias does. The limit 2m "
        "holds where encoder and decoder are one matrix."
    )
    measured = f"100 such vectors in three dimensions, ReLU(MWx) off from x by at most {off:.1g}"
    return judge_fact(REASON, off > 1e-9, measured, off, note=note)


def _crowded(run: Run) -> list[Judged]:
    found = {n: best(run, n, 2) for n in CLAIMED}
    even = [n for n, W in found.items() if _alike(errors(W))]
    whole = [n for n, W in found.items() if regular(W)]
    measured = f"regular for n = {', '.join(map(str, whole)) or 'none'}"
    bound = max(n - float(errors(W).sum()) for n, W in found.items())
    five = np.stack([[is_pentagon(W) for W in weights(run, n, 2)[0]] for n in CLAIMED])
    beaten = "; ".join(
        f"n = {n}: {errors(found[n]).sum():.3f} where the regular one costs {polygon_loss(n):.3f}" for n in (6, 7, 8)
    )
    spread = "; ".join(f"n = {n}: {errors(W).min():.2f} to {errors(W).max():.2f}" for n, W in found.items())
    never = (
        f"No number of features at any angles does better than n − {PLANE:.4f} in the plane, which is a pentagon's: a "
        f"theorem, see tegum.theory.unbiased. The search reached n − {bound:.4f}."
    )
    return [
        judge_rate(PENTAGON, regular(weights(run, 5, 2)[0]), above=0.5, where="seeds", note=f"{_others(run)}{never}"),
        judge_fact(REGULAR, len(whole) == 4, measured, len(whole), note=f"Best loss at {beaten}."),
        judge_rate(MERGED, np.asarray(five.all(axis=0)), above=0.5, where="seeds"),
        judge_fact(EVEN, len(even) == 4, f"errors of the features, {spread}", len(even), note=_PAYS),
    ]  # fmt: skip


def _others(run: Run) -> str:
    """The pentagons at the other learning rates."""
    counts = zip(run.data["learning_rate"].values[1:], regular(weights(run, 5, 2)[1:]).sum(-1), strict=True)
    return "".join(f"At learning rate {rate:g}: {count}. " for rate, count in counts)


_PAYS = (
    "The squared error is convex in the overlaps, but the overlaps are not in the angles: giving one feature up costs "
    "exactly 1, and pressing all closer together costs more. To share a direction costs the same as to be dropped, so "
    "which features pay, and how they split it, is left to chance."
)


def _alike(values: np.ndarray) -> bool:
    return bool((np.abs(values - values.mean()) <= 0.01 * values.mean()).all())


def _planes(run: Run) -> Panel:
    found, whole = [best(run, n, 2) for n in FEATURES], [polygon(n) for n in (6, 7, 8)]
    pad = max(FEATURES)
    W = [np.pad(aligned(w), ((0, 0), (0, pad - w.shape[1])), constant_values=np.nan) for w in (*found, *whole)]
    titles = [f"n = {n}" for n in FEATURES] + [f"regular {n}-gon" for n in (6, 7, 8)]
    figure = wheels(W, [1.0] * max(FEATURES), titles, subtitles=[_cost(w) for w in (*found, *whole)], columns=5)
    caption = (
        "The lowest loss of all seeds for two to eight features in the plane, and the regular polygons of six, seven "
        "and eight. What is best is a theorem, so a long enough search shows it. Up to four features no two disturb "
        "each other and the loss is zero; five make a pentagon. From six on the pentagon stays: a further feature lies "
        "along one of its corners or vanishes, either of which costs 1, and how they share the corner is free. A thick "
        "spoke is two spokes. Below: L_sum, and the errors of single features."
    )
    return Panel("planes", "The best arrangements in the plane", caption, figure)


def _cost(W: np.ndarray) -> str:
    """Loss, and the errors of the features where they are not all the same."""
    each, total = errors(W), float(errors(W).sum())
    if total < ZERO:
        return f"{planar_arrangement(W)} · loss 0".replace("irregular · ", "room to move · ")
    spread = f"{each.mean():.2f} each" if _alike(each) else f"{each.min():.2f} to {each.max():.2f}"
    return f"loss {total:.3f} · {spread}"


def _stars(run: Run) -> Panel:
    shown = [upright(best(run, n, 3)) for n in (6, 7, 8)]
    titles = [f"n = {n} · loss {_zero(float(losses(run, n, 3).min()))}" for n in (6, 7, 8)]
    caption = (
        "The lowest loss of all seeds. Three dimensions hold six features exactly, in three antipodal pairs: an "
        "octahedron. The least loss known for seven, 0.802, has a pentagon about one pair; that for eight, 1.628, is a "
        "square antiprism, not a cube, which costs 2. Orange lines join features that disturb each other, grey ones "
        "features at a right angle."
    )
    return Panel("stars", "The best arrangements in three dimensions", caption, stars(shown, titles))


def _zero(value: float) -> str:
    return "0" if value < ZERO else f"{value:.3f}"


def _worth(run: Run) -> Panel:
    n = np.array(FEATURES)
    found = np.stack([[k - losses(run, k, m).min() for k in FEATURES] for m in HIDDEN], axis=1)
    whole = np.array([k - polygon_loss(k) if k > 2 else 2 for k in FEATURES])
    names = [*(f"best found, m = {m}" for m in HIDDEN), "regular n-gon, m = 2"]
    figure = curves(
        n, np.column_stack([found, whole]), names, dashed=names[-1:],
        x_label="features n", y_label="n − loss: features' worth given back",
    )  # fmt: skip
    figure.update_traces(mode="lines+markers", marker={"size": 9})
    caption = (
        "Without a bias a lost feature costs 1, so n minus the loss counts what comes back. It rises to 2m and then "
        "almost stops. In the plane five features are worth 4.198, and no number of features is ever worth more: the "
        "line stays there, while regular polygons fall back to 4."
    )
    return Panel("worth", "What is given back", caption, figure)


def _splats(run: Run) -> Panel:
    shown = (3, 4, 5, 6)
    learned = [aligned(best(run, n, 2)) for n in shown]
    random = [random_frames(1, 2, n, seed=n)[0] for n in shown]
    titles = [f"{n}-cube, learned" for n in shown] + [f"{n}-cube, at random" for n in shown]
    words = [f"irregularity {irregularity(W[None])[0]:.2f}" for W in (*learned, *random)]
    caption = (
        "Cubes of three to six dimensions as seen from a plane: above from the plane that training found, below from "
        "random planes. The bold edges leave the origin along the axes; they are the columns of W. Four axes show as a "
        "cross, five as a star. Of six, one lies along another or has vanished, and the star has five arms again."
    )
    return Panel("splats", "Cubes seen from a plane", caption, splats([*learned, *random], titles, subtitles=words))


def _turning(run: Run) -> Panel:
    start, end = random_frames(1, 2, 5, seed=5)[0], nearest_frame(best(run, 5, 2))
    shares = np.linspace(0, 1, 41)
    frames = np.stack([between(start, end, share) for share in shares])
    words = [f"irregularity {value:.2f}" for value in irregularity(frames)]
    figure = turning(frames, words, [_percent(share) for share in shares], what="turned")
    caption = (
        "The five-dimensional cube from a random plane; the slider turns it along the shortest way until the plane is "
        "the learned one, where the axes make a regular star."
    )
    return Panel("turning", "Turning the cube until it is regular", caption, figure)


@cache
def cloud() -> np.ndarray:
    """Fifty points in space, long, flat and askew, centred: (3, 50)."""
    rng = np.random.default_rng(3)
    axes = np.linalg.qr(np.array([[1.0, 0.2, 0.1], [0.1, 1.0, 0.3], [0.2, -0.4, 1.0]]))[0]
    ball = rng.normal(size=(3, 50))
    ball *= np.cbrt(rng.uniform(size=50)) / np.linalg.norm(ball, axis=0)
    points = axes @ (np.array([[3.0], [1.7], [0.6]]) * ball)
    return points - points.mean(1, keepdims=True)


def _projection(basis: tuple[tuple[float, ...], ...]) -> Panel:
    points, start = cloud(), nearest_frame(np.array(basis))
    ideal = principal_frame(points, 2)
    _, angle = pivoted(start, ideal, np.zeros(1))
    degrees = np.sort(np.append(np.arange(0, 180, 5.0), angle))
    frames, _ = pivoted(start, ideal, degrees)
    most = float(variance_kept(ideal, points))
    words = [
        f"keeps {_percent(kept)} of the variance, loses {_percent(1 - kept)} (PCA loses {_percent(1 - most)})"
        for kept in variance_kept(frames, points)
    ]
    labels = [f"{d:.0f}°" + (" (PCA)" if d == angle else " (W)" if d == 0 else "") for d in degrees]
    caption = (
        "What compression does before any ReLU: each point falls on the plane that the rows of W span, along its "
        "dotted line, and how far it fell is lost. At 0° the plane is that of W; the slider turns it about the line "
        "that it shares with the plane of largest variance (green outline), which it meets at the stop named PCA. On "
        "the right is what a model sees. Another W: tegum run free-dimensions --set 'basis=[[1,0,0],[0,1,0]]'."
    )
    figure = projection(points, frames, ideal, words, labels, what="turned by")
    return Panel("projection", "Compression is a projection", caption, figure)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _basis(basis: tuple[tuple[float, ...], ...]) -> Panel:
    caption = (
        "W twice. Left, its rows: they span a plane in the space of x. Right, its columns: Wx is built from them with "
        "the numbers of x, head to tail, as x itself is built from the axes. So column i is where feature i goes, and "
        f"the rows say which plane the features are seen from. Here x = {EXAMPLE}."
    )
    figure = change_of_basis(np.array(basis), np.array(EXAMPLE))
    return Panel("basis", "W as a change of basis", caption, figure)


EXPERIMENT = FreeDimensions
