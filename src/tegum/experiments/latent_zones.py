"""Latent zones of trained models: what the plane looks like inside, and how regular zero loss is."""

from typing import Any, ClassVar

import numpy as np

from tegum.claims import Claim, Judged, judge_fact, judge_rate, rate_interval, unjudged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.geometry.clipping import disc
from tegum.geometry.directions import norms
from tegum.geometry.polytopes import aligned, planar_gaps
from tegum.geometry.regularity import irregularity, regular
from tegum.geometry.responses import one_hot_errors, reconstructs, responses
from tegum.geometry.weights import Weights, weights_of
from tegum.geometry.zones import boundaries, cells, outline, reach
from tegum.plots.lines import against
from tegum.plots.orthant import orthant
from tegum.plots.rates import stacked_rates
from tegum.plots.style import SERIES
from tegum.plots.zones import latent_cells, latent_zones, zone_film
from tegum.spec import Count, NotNegative, Positive
from tegum.toy.features import OneHot
from tegum.toy.models import Autoencoder
from tegum.training.history import log_spaced
from tegum.training.optimisers import AdamW
from tegum.training.run import Run
from tegum.training.training import Training

SOURCE = "Superposition: An Actual View of Latent Spaces (2024)"
PICTURE = f"{SOURCE}, An actual picture of latent spaces"
PUNCHLINES = f"{SOURCE}, The punchlines"
FEATURES = tuple(range(3, 13))
DRAWN = tuple(range(3, 9))
SHOWN = 6  # features in the source's picture
HEARD = 0.1  # an output above this is counted as an answer
VALUES = (0.25, 0.5, 0.75, 1.0)  # of a feature, at which depth and output are compared
FAR = 100.0  # radius, in lengths of the longest spoke, within which cells are counted

AMOUNT = Claim(
    "The amount of reconstruction that a feature gets is determined by how far its vector extends into its zone.",
    PICTURE,
    "For every feature of every model trained here, at a quarter, a half, three quarters and all of its value: output "
    "i is ‖W_i‖ times the distance of its latent from the drawn boundary of zone i, within 1e-6.",
)
SIDESTEPPED = Claim(
    "Interference is completely side-stepped: at the tip of each feature the outputs of all others are silent.",
    PUNCHLINES,
    f"In more than half of the seeds at n = {SHOWN} no output exceeds 0.01 at the tip of another feature.",
)
TOGETHER = Claim(
    "Ours: of two features at once the zones do not tell which two.",
    f"Beyond {PUNCHLINES}",
    f"In more than half of the zero-loss seeds at n = {SHOWN}, for more than half of the pairs with both features at "
    "full value, the outputs above 0.1 are not just those two.",
)
PIECEWISE = Claim(
    "Such a latent space is piece-wise linear, with 2ⁿ linear zones.",
    PUNCHLINES,
    f"More than half of the seeds at n = {SHOWN} have all 2⁶ = 64 sets of positive outputs somewhere in the plane, "
    "within a hundred lengths of the longest spoke.",
    reason="n lines cut a plane into at most 1 + n + n(n − 1)/2 cells.",
)
DENT = Claim(
    "A dent in the outline through the tips is a feature that was not learnt.",
    "Optimization Failure (2024), on the shape it calls a pac-man",
    "Of the runs at n = 5 … 12 whose outline is dented, more than half fail to reach zero loss; and no run of zero "
    "loss is dented.",
)


class LatentZones(Experiment):
    """One-hot data, m = 2, n = 3 … 12; AdamW as in the notebook of Toy Models of Superposition."""

    title: ClassVar[str] = "Latent zones of trained models"
    source: ClassVar[str] = SOURCE
    lede: ClassVar[str] = (
        "A model with two hidden dimensions and one-hot data is a picture: each output is positive in a half-plane, "
        "its zone, and a feature is given back where its spoke reaches into its own zone and no other. Here are the "
        "zones of trained models, exactly, and how often the tidy picture is what training ends in."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 20, "steps": 8000, "learning_rate": 3e-3},
        "standard": {},
        "paper": {"seeds": 2000},
    }

    seeds: Count = 100
    steps: Count = 100_000
    learning_rate: Positive = 1e-3
    weight_decay: NotNegative = 0.01

    def trainings(self) -> dict[str, Training]:
        common: dict[str, Any] = {
            "law": OneHot(),
            "optimiser": AdamW(learning_rate=self.learning_rate, weight_decay=self.weight_decay),
            "steps": self.steps,
        }
        seeds = {"seed": range(self.seeds)}
        return {
            "plane": Training(model=Autoencoder(features=3, hidden=2), over={"features": FEATURES, **seeds}, **common),
            "film": Training(model=Autoencoder(features=SHOWN, hidden=2), record=log_spaced(48), **common),
            "space": Training(model=Autoencoder(features=8, hidden=3), over={"seed": range(20)}, **common),
        }

    def claims(self, runs: Runs) -> list[Judged]:
        plane, many = runs["plane"], [n for n in FEATURES if n >= 5]
        six = planar(plane, SHOWN)
        ok, deepest, counts = reconstructs(six), worst_depth(plane), cell_counts(six)
        zero_loss = f"zero-loss seeds, n = {SHOWN}"
        return [
            judge_fact(AMOUNT, deepest < 1e-6, f"off by {deepest:.1e} at most", deepest, note=AN_IDENTITY),
            judge_rate(SIDESTEPPED, quiet(six), above=0.5, where=f"seeds, n = {SHOWN}"),
            judge_rate(
                TOGETHER, (taken_for_other(six) > 0.5)[ok], above=0.5, where=zero_loss, note=_pairs_in_words(six[ok])
            ),
            judge_rate(PIECEWISE, counts == 2**SHOWN, above=0.5, where=f"seeds, n = {SHOWN}", note=_cells(counts)),
            _dents(plane, many),
        ]

    def panels(self, runs: Runs) -> list[Panel]:
        plane = runs["plane"]
        return [
            _best(plane),
            _film(runs["film"]),
            _among_outputs(plane),
            _outlined(plane),
            _space(runs["space"]),
            _ends(plane),
            _least_regular(plane),
            _overlay(plane),
            _depths(plane),
            _thresholds(plane),
        ]


def planar(run: Run, n: int) -> Weights:
    """The models with n features, one for each seed, in double precision."""
    weights = weights_of(run.at(features=n))
    return Weights(*(np.nan_to_num(part) for part in weights.parts))


def quiet(model: Weights) -> np.ndarray:
    """For each model: is no output above 0.01 at the tip of another feature?"""
    others = np.where(np.eye(model.features, dtype=bool), -np.inf, model.at_tips)
    return np.asarray(others.max(axis=(-2, -1)) < 0.01)


def together(model: Weights) -> tuple[np.ndarray, np.ndarray]:
    """Two features at full value together: the pairs, (pairs, n), and which outputs exceed 0.1, (..., pairs, n)."""
    first, second = np.triu_indices(model.features, 1)
    x = np.eye(model.features)[first] + np.eye(model.features)[second]
    z = x @ (model.decoder @ model.encoder).mT + model.bias[..., None, :]
    return x > 0, z > HEARD


def taken_for_other(model: Weights) -> np.ndarray:
    """For each model: the share of pairs of features that do not wake just their own two outputs."""
    x, heard = together(model)
    share: np.ndarray = (heard != x).any(axis=-1).mean(axis=-1)
    return share


def cell_counts(model: Weights) -> np.ndarray:
    """For each model: how many sets of outputs are positive somewhere in the plane."""
    domain = [disc(FAR * float(reach(model[p]))) for p in range(len(model.bias))]
    found = [{cell.active for cell in cells(model[p], whole)} for p, whole in enumerate(domain)]
    return np.array([len(sets) for sets in found])


def worst_depth(run: Run) -> float:
    """The largest |y_i − ‖W_i‖ depth| over all features, at `VALUES`, with their latents in their zones.

    The depth is measured in the drawing: the distance of the latent from the line where the zone begins.
    """
    worst = 0.0
    for n in FEATURES:
        model = planar(run, n)
        start, end = np.moveaxis(boundaries(model), -2, 0)
        along, length = end - start, norms(model.encoder)
        span = np.linalg.norm(along, axis=-1)
        for value in VALUES:
            to = value * model.tips - start
            y = value * length**2 + model.bias
            inside = (y > 0) & (span > 1e-6)  # a shorter piece of the line is no measure of it
            cross = np.abs(along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0])
            off = np.abs(y - length * cross / np.where(inside, span, 1))
            worst = max(worst, float(off[inside].max(initial=0)))
    return worst


def dented(model: Weights) -> np.ndarray:
    """For each model: does the outline through its tips turn inwards somewhere, or leave the origin outside?"""
    points = outline(model)
    edge = np.roll(points, -1, axis=-2) - points
    following = np.roll(edge, -1, axis=-2)
    turn = edge[..., 0] * following[..., 1] - edge[..., 1] * following[..., 0]
    aside = planar_gaps(model.encoder, threshold=-1.0).max(axis=-1) > np.pi + 1e-6
    return np.asarray((turn < -1e-6).any(axis=-1) | aside)


def _dents(run: Run, many: list[int]) -> Judged:
    bad = np.concatenate([~reconstructs(planar(run, n)) for n in many])
    bent = np.concatenate([dented(planar(run, n)) for n in many])
    words = f"{int((bent & ~bad).sum())} of {int((~bad).sum())} runs of zero loss are dented."
    if not bent.any() or bad.all():
        return unjudged(DENT, "no dented runs, or none of zero loss, to judge by", note=words)
    if (bent & ~bad).any():
        return judge_fact(DENT, False, words, float((bent & ~bad).sum()))
    return judge_rate(DENT, bad[bent], above=0.5, where="dented runs, n = 5 … 12", note=(
        f"{words} It must be so: zero loss asks W_i·(W_i − W_j) ≥ 1, which makes every tip the farthest in its own "
        f"direction. Not every failure is dented: {int((bent & bad).sum())} of {int(bad.sum())} are."
    ))  # fmt: skip


AN_IDENTITY = (
    "True of any model: y_i = W_i·h + b_i is ‖W_i‖ times the distance from the line where it is zero. So depths "
    "compare along one spoke, not between spokes: with zero loss every feature comes back by 1, at depth 1/‖W_i‖, and "
    "a long spoke reaches less deep."
)


def _pairs_in_words(model: Weights) -> str:
    x, heard = together(model)
    if not len(heard):
        return ""
    third, none = (heard & ~x).any(-1), ~heard.any(-1)
    right = (heard == x).all(-1)
    return (
        f"Of all pairs {right.mean():.0%} wake just their own two outputs, {third.mean():.0%} wake a third feature's, "
        f"{none.mean():.0%} wake none. In a regular hexagon W_0 + W_2 = W_1: two features are read as the one between."
    )


def _cells(counts: np.ndarray) -> str:
    bound = 1 + SHOWN + SHOWN * (SHOWN - 1) // 2
    return (
        f"{SHOWN} lines cut a plane into at most 1 + n + n (n − 1)/2 = {bound} cells; here there are {counts.min()} to "
        f"{counts.max()}. In each, y is affine in h."
    )


def _one(model: Weights, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """W and b of one seed, turned so that feature 0 points right."""
    return aligned(model.encoder[seed]), model.bias[seed]


def _together(models: list[Weights], seeds: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """One seed of each, W (k, 2, n) and b (k, n), with NaN for the features that a smaller model lacks."""
    width = max(model.features for model in models)
    W, b = np.full((len(models), 2, width), np.nan), np.full((len(models), width), np.nan)
    for place, (model, seed) in enumerate(zip(models, seeds, strict=True)):
        W[place, :, : model.features], b[place, : model.features] = _one(model, seed)
    return W, b


def _error(model: Weights) -> np.ndarray:
    """For each model: max |y(e_j) − e_j|."""
    return np.asarray(np.abs(one_hot_errors(model)).max(axis=(-2, -1)))


def _best(run: Run) -> Panel:
    models = [planar(run, n) for n in DRAWN]
    seeds = [int(np.argmin(_error(model))) for model in models]
    errors = [f"largest error {_error(model)[seed]:.1g}" for model, seed in zip(models, seeds, strict=True)]
    titles = [f"n = {n}" for n in DRAWN]
    figure = latent_zones(_together(models, seeds), titles, subtitles=errors, columns=3, one_scale=False)
    caption = (
        "The seed of smallest error at each n. A spoke is the latent of one feature at x = 1. The faint area in its "
        "colour is the half-plane in which its output is positive, cut to a disc that grows with n; the strong part is "
        "where no other output is. White: every output is zero. As n grows the biases push the boundaries outwards "
        "and ever less of each spoke is inside its own zone. Hover for numbers."
    )
    return Panel("zones", "The latent plane, from three features to eight", caption, figure)


def _film(run: Run) -> Panel:
    figure = zone_film(run)
    error = float(_error(weights_of(run)))
    caption = (
        f"Seed 0 with n = {SHOWN} as it trains; press play or drag. At the start biases are zero, so every boundary "
        "passes through the origin and half of the plane belongs to each output. Then the spokes lengthen and the "
        f"boundaries move out. At the end the largest error of an output is {error:.1g}."
    )
    return Panel("film", "Zones that move with training", caption, figure)


def _among_outputs(run: Run) -> Panel:
    model = planar(run, SHOWN)
    seed = int(np.argmin(_error(model)))
    W, b = _one(model, seed)
    around = np.argsort(np.arctan2(W[1], W[0]))
    caption = (
        f"The same latent plane among three of its {SHOWN} outputs, those of three neighbours (seed {seed}). The bias "
        "moves the plane away from the origin, so that each spoke rises above zero only near its tip, and only in its "
        "own direction. Drag to turn; the slider applies ReLU, which folds the coloured parts onto the axes, the red "
        "ones onto the faces between, and the grey one onto the origin."
    )
    figure = orthant((W, b), tuple(int(i) for i in around[:3]))
    return Panel("orthant", "The latent plane among the outputs", caption, figure)


def _outlined(run: Run) -> Panel:
    models = [planar(run, n) for n in FEATURES if n >= SHOWN]
    shown: dict[str, tuple[Weights, int]] = {}
    for model in models:
        for words, found in (("zero loss", reconstructs(model)), ("a failure", ~reconstructs(model) & dented(model))):
            if found.any():
                shown.setdefault(words, (model, int(np.argmax(found))))
    chosen = list(shown.values()) or [(models[0], 0)]
    titles = [f"n = {model.features}, seed {seed}" for model, seed in chosen]
    caption = (
        "Dotted: the outline through the tips, to which the source cuts its pictures. Zones do not end there. Left, "
        "zero loss: the outline is convex. Right, where there is one: a failure, whose unlearnt feature near the "
        "origin gives the outline a dent. That says something about the drawing and nothing about where latents may "
        "lie."
    )
    figure = latent_zones(_together(*map(list, zip(*chosen, strict=True))), titles, dented=True, one_scale=False)
    return Panel("outline", "The outline through the tips is not the edge of latent space", caption, figure)


def _space(run: Run) -> Panel:
    model = weights_of(run)
    best = int(np.argmin(_error(model)))
    figure = latent_zones(model[[best]], [f"seed {best}, largest error {_error(model)[best]:.1g}"])
    caption = (
        "Eight features in three dimensions, the seed of smallest error of twenty. Each solid is the part of latent "
        "space where one output alone is positive, cut to a ball; its feature's spoke ends in it. Drag to turn."
    )
    return Panel("space", "The same in three dimensions", caption, figure)


KINDS = {"zero loss, regular polygon": SERIES[0], "zero loss, irregular": SERIES[5], "not zero loss": SERIES[1]}


def _ends(run: Run) -> Panel:
    rows = []
    for n in FEATURES:
        ok, tidy = reconstructs(planar(run, n)), regular(planar(run, n).encoder)
        rows.append([int((ok & tidy).sum()), int((ok & ~tidy).sum()), int((~ok).sum())])
    counts = np.array(rows)
    low, high = rate_interval(counts, counts.sum(1, keepdims=True))
    labels: Any = {"x_label": "features n", "y_label": "share of seeds"}
    figure = stacked_rates(list(KINDS), counts, low, high, [str(n) for n in FEATURES], shades=KINDS, **labels)
    spec, optimiser = run.training, run.training.optimiser
    assert isinstance(optimiser, AdamW)
    caption = (
        f"After {spec.steps:,} steps. Zero loss: every feature comes back within 1 %. Regular: norms within 1 % of "
        "equal, gaps within 1°. Weight decay makes the zero-loss ends regular, within a few times 1/(rate × decay) = "
        f"{1 / max(optimiser.learning_rate * optimiser.weight_decay, 1e-12):,.0f} steps (see zero-loss-set); "
        "without it most stay as they come. Hover for counts and intervals."
    )
    return Panel("ends", "How training ends, by the number of features", caption, figure)


def _least_regular(run: Run) -> Panel:
    models = [planar(run, n) for n in DRAWN]
    spread = [np.where(reconstructs(model), irregularity(model.encoder), -1) for model in models]
    seeds = [int(np.argmax(values)) for values in spread]
    titles = [f"n = {n}, seed {seed}" for n, seed in zip(DRAWN, seeds, strict=True)]
    caption = (
        "The least regular of the seeds with zero loss, at each n. Lengths and angles may differ as long as every tip "
        "lies in its own zone at depth 1/‖W_i‖ and in no other."
    )
    figure = latent_zones(_together(models, seeds), titles, columns=3, one_scale=False)
    return Panel("irregular", "Zero loss need not be regular", caption, figure)


def _overlay(run: Run) -> Panel:
    model = planar(run, SHOWN)
    seed = int(np.argmin(_error(model)))
    caption = (
        f"All boundaries of one model with n = {SHOWN} together: in each cell one set of outputs is positive (hover) "
        "and y is affine in h. Each spoke ends in a cell of its own output. The latent of two features together is "
        "the sum of their spokes: in a regular hexagon that of 0 and 2 lies on the tip of 1, and opposite ones cancel."
    )
    return Panel("cells", "Which outputs are positive where", caption, latent_cells(_one(model, seed)))


def _depths(run: Run) -> Panel:
    points, lines, names = [], [], []
    for n in (4, 6, 8):
        model = planar(run, n)
        found, ok = responses(model), reconstructs(model)
        depth, length = found.depth[ok].ravel()[:400], norms(model.encoder)[ok].ravel()[:400]
        points.append((depth, length))
        x = np.linspace(max(depth.min(initial=1), 0.2), depth.max(initial=1), 60)
        lines.append((x, 1 / x))
        names.append(f"n = {n}")
    figure = against(points, lines, names, x_label="depth of the tip in its zone", y_label="norm ‖W<sub>i</sub>‖")
    caption = (
        "Every feature of a zero-loss model comes back by 1, yet tips lie at many depths: what is reconstructed is "
        "depth times norm (dashed: their product is 1), not depth alone."
    )
    return Panel("depth", "How far a spoke reaches into its zone", caption, figure)


def _thresholds(run: Run) -> Panel:
    x, y = [], []
    for n in FEATURES:
        ok = reconstructs(planar(run, n))
        threshold = responses(planar(run, n)).threshold[ok].ravel()[:300]
        x.append(np.full(len(threshold), float(n)))
        y.append(threshold)
    line = np.linspace(3, 12, 200)
    figure = against([(np.concatenate(x), np.concatenate(y))], [(line, np.maximum(0, np.cos(2 * np.pi / line)))],
                     ["features of zero-loss models"], x_label="features n", y_label="threshold t")  # fmt: skip
    caption = (
        "The smallest value of a feature that is given back at all, in models of zero loss. Dashed: cos 2π/n, the "
        "threshold of the regular polygon. Irregular solutions spread around it: some features pay more, others less."
    )
    return Panel("thresholds", "The price: small values are lost", caption, figure)


EXPERIMENT = LatentZones
