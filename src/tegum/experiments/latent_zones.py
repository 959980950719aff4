"""Latent zones of trained models: what the plane looks like inside, and how regular zero loss is."""

from typing import Any, ClassVar

import numpy as np

from tegum.claims import Claim, Judged, judge_fact, judge_rate, rate_interval
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.geometry.directions import norms
from tegum.geometry.polytopes import aligned, planar_arrangement
from tegum.geometry.regularity import irregularity, regular
from tegum.geometry.responses import Responses, responses
from tegum.geometry.weights import Weights, weights_of
from tegum.geometry.zones import boundaries, outline
from tegum.plots.lines import against
from tegum.plots.orthant import orthant
from tegum.plots.rates import stacked_rates
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
ZERO = 0.01  # a model has zero loss if it gives back every feature, and nothing else, within 1 %

CIRCLE = Claim(
    "Six features in two dimensions end as a perfect circle: equal lengths, equal angles.",
    PICTURE,
    f"More than half of the zero-loss seeds at n = {SHOWN} have norms within 1 % and gaps within 1° of equal.",
)
ALWAYS = Claim(
    "Evenly spaced features are what training finds in most cases, for any number of them.",
    f"{SOURCE}, Can this really generalize to higher dimensions?",
    "More than half of all seeds at n = 5 … 12 end with zero loss and as that regular polygon.",
)
AMOUNT = Claim(
    "The amount of reconstruction that a feature gets is determined by how far its vector extends into its zone.",
    PICTURE,
    f"In more than half of the zero-loss seeds at n = {SHOWN}, where every feature comes back by 1, all tips lie "
    "equally deep in their zones, within 1 % of the mean depth.",
)
AMOUNT_RIGHT = Claim(
    "Corrected: reconstruction is that distance times the length of the feature's vector.",
    PICTURE,
    "|y_i(e_i) − ‖W_i‖ · depth_i| stays below 1e-9 for every feature whose tip lies in its zone, in all models trained "
    "here; depth measured as the distance of the tip from the drawn boundary.",
)
SIDESTEPPED = Claim(
    "Interference is completely side-stepped: at the tip of each feature the outputs of all others are silent.",
    PUNCHLINES,
    f"In more than half of the seeds at n = {SHOWN} no output exceeds 0.01 at the tip of another feature.",
)
TOGETHER = Claim(
    "It is side-stepped for latents on one feature's spoke only; between the spokes zones overlap.",
    f"Beyond {PUNCHLINES}",
    f"In more than half of the zero-loss seeds at n = {SHOWN} two features at full value together, x = e_i + e_j, give "
    "an output that is off by more than 0.1 for at least one pair.",
)
LINEAR = Claim(
    "Once an input overcomes the bias, its reconstruction is linear.",
    PUNCHLINES,
    f"In more than half of the zero-loss seeds at n = {SHOWN}, |y_i(v e_i) − v| < 0.01 for every feature and every "
    "value v between its threshold and 1.",
)
LINEAR_RIGHT = Claim(
    "Corrected: it is affine, y = (v − t)/(1 − t) above the threshold t, steeper than the input and zero below t.",
    PUNCHLINES,
    f"In more than half of the zero-loss seeds at n = {SHOWN}, |y_i(v e_i) − max(0, (v − t_i)/(1 − t_i))| < 0.02 for "
    "every feature and every v in [0, 1].",
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

    seeds: Count = 200
    steps: Count = 25_000
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
        plane = runs["plane"]
        six, ok = planar(plane, SHOWN), zero_loss(plane, SHOWN)
        found, where = responses(six), f"zero-loss seeds, n = {SHOWN}"
        half: Any = {"above": 0.5}
        many, deepest = [n for n in FEATURES if n >= 5], worst_depth(plane)
        tidy = np.concatenate([zero_loss(plane, n) & regular(planar(plane, n).encoder) for n in many])
        return [
            _rate(CIRCLE, regular(six.encoder)[ok], where, note=_counted(plane)),
            judge_rate(ALWAYS, tidy, where="seeds, n = 5 … 12", **half, note=_by_n(plane, many)),
            _rate(AMOUNT, equally_deep(found.depth)[ok], where),
            judge_fact(AMOUNT_RIGHT, deepest < 1e-9, f"at most {deepest:.1e}", deepest),
            judge_rate(SIDESTEPPED, quiet(six), where=f"seeds, n = {SHOWN}", **half),
            _rate(TOGETHER, (pair_error(six) > 0.1)[ok], where),
            _rate(LINEAR, (off_line(six, found, steep=False) < ZERO)[ok], where),
            _rate(LINEAR_RIGHT, (off_line(six, found, steep=True) < 2 * ZERO)[ok], where),
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


def zero_loss(run: Run, n: int) -> np.ndarray:
    """For each seed: does every feature come back, and nothing else, within 1 %?"""
    return reconstructs(planar(run, n))


def reconstructs(model: Weights) -> np.ndarray:
    """For each model: does every feature come back, and nothing else, within 1 %?"""
    close: np.ndarray = _error(model) < ZERO
    return close


def quiet(model: Weights) -> np.ndarray:
    """For each model: is no output above 0.01 at the tip of another feature?"""
    others = np.where(np.eye(model.features, dtype=bool), -np.inf, model.at_tips)
    silent: np.ndarray = others.max(axis=(-2, -1)) < ZERO
    return silent


def pair_error(model: Weights) -> np.ndarray:
    """For each model: the largest |y − x| over all pairs of features at full value together."""
    n = model.features
    first, second = np.triu_indices(n, 1)
    x = np.eye(n)[first] + np.eye(n)[second]
    y = np.maximum(x @ (model.decoder @ model.encoder).mT + model.bias[..., None, :], 0)
    worst: np.ndarray = np.abs(y - x).max(axis=(-2, -1))
    return worst


def off_line(model: Weights, found: Responses, *, steep: bool) -> np.ndarray:
    """For each model: how far y_i(v e_i) is from a line, at worst over features and values v in [0, 1].

    steep: from max(0, (v − t)/(1 − t)); else from v itself, above the threshold t only.
    """
    v = np.linspace(0, 1, 201)
    z = found.gain[..., None] * v + model.bias[..., None]
    t = np.minimum(found.threshold, 1 - 1e-9)[..., None]
    line = np.maximum((v - t) / (1 - t), 0) if steep else np.where(v >= t, v, 0)
    away = np.where((v >= t) | steep, np.abs(np.maximum(z, 0) - line), 0)
    worst: np.ndarray = away.max(axis=(-2, -1))
    return worst


def equally_deep(depth: np.ndarray) -> np.ndarray:
    """For each model: are all depths (..., n) within 1 % of their mean?"""
    known = np.isfinite(depth)
    mean = np.where(known, depth, 0).mean(-1, keepdims=True)
    even: np.ndarray = known & (np.abs(np.where(known, depth, 0) - mean) < ZERO * mean)
    return np.asarray(even.all(-1))


def worst_depth(run: Run) -> float:
    """The largest |y_i(e_i) − ‖W_i‖ depth_i| over all features with their tips in their zones, in all models."""
    worst = 0.0
    for n in FEATURES:
        model = planar(run, n)
        y, length = np.einsum("...ii->...i", model.at_tips), norms(model.encoder)
        start, end = np.moveaxis(boundaries(model), -2, 0)
        along, to = end - start, model.tips - start
        span = np.linalg.norm(along, axis=-1)
        inside = (y > 0) & (span > 1e-6)  # a shorter piece of the line is no measure of it
        cross = np.abs(along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0])
        depth = cross / np.where(inside, span, 1)
        worst = max(worst, float(np.abs(y - length * depth)[inside].max(initial=0)))
    return worst


def dented(model: Weights) -> np.ndarray:
    """For each model: does the outline through its tips turn inwards somewhere, or leave the origin outside?"""
    points = outline(model)
    edge = np.roll(points, -1, axis=-2) - points
    following = np.roll(edge, -1, axis=-2)
    turn = edge[..., 0] * following[..., 1] - edge[..., 1] * following[..., 0]
    inwards: np.ndarray = (turn < -1e-6).any(-1)
    return inwards


def _rate(claim: Claim, successes: np.ndarray, where: str, note: str = "") -> Judged:
    """A rate among the seeds that reach zero loss; without any, nothing speaks for the claim."""
    if len(successes):
        return judge_rate(claim, successes, above=0.5, where=where, note=note)
    return judge_fact(claim, False, f"no {where.split(',')[0]} to judge by", 0.0, note=note)


def _dents(run: Run, many: list[int]) -> Judged:
    bad = np.concatenate([~zero_loss(run, n) for n in many])
    bent = np.concatenate([dented(planar(run, n)) for n in many])
    words = f"{int((bent & ~bad).sum())} of {int((~bad).sum())} runs of zero loss are dented."
    if not bent.any() or bad.all():
        return judge_fact(DENT, False, "nothing to compare", 0.0, note=words)
    if (bent & ~bad).any():
        return judge_fact(DENT, False, words, float((bent & ~bad).sum()))
    return judge_rate(DENT, bad[bent], above=0.5, where="dented runs, n = 5 … 12", note=(
        f"{words} It must be so: zero loss asks W_i·(W_i − W_j) ≥ 1, which makes every tip the farthest in its own "
        f"direction. Not every failure is dented: {int((bent & bad).sum())} of {int(bad.sum())} are."
    ))  # fmt: skip


def _counted(run: Run) -> str:
    found = {n: (zero_loss(run, n), planar(run, n)) for n in FEATURES}
    shares = [f"{n}: {int((ok & regular(model.encoder)).sum())} of {int(ok.sum())}" for n, (ok, model) in found.items()]
    ok, six = found[SHOWN]
    named = int((planar_arrangement(six.encoder)[ok] == "hexagon").sum())
    return (
        f"By the looser measure that names arrangements (15°, 25 %) {named} of {int(ok.sum())} are hexagons. Regular "
        f"among those of zero loss, by n: {', '.join(shares)}."
    )


def _by_n(run: Run, many: list[int]) -> str:
    shares = [f"{n}: {zero_loss(run, n).mean():.0%}" for n in many]
    return f"Zero loss alone, by n: {', '.join(shares)}."


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
    error: np.ndarray = np.abs(np.maximum(model.at_tips, 0) - np.eye(model.features)).max(axis=(-2, -1))
    return error


def _best(run: Run) -> Panel:
    models = [planar(run, n) for n in DRAWN]
    seeds = [int(np.argmin(_error(model))) for model in models]
    errors = [f"largest error {_error(model)[seed]:.1g}" for model, seed in zip(models, seeds, strict=True)]
    titles = [f"n = {n}" for n in DRAWN]
    figure = latent_zones(_together(models, seeds), titles, subtitles=errors, columns=3)
    caption = (
        "The seed of smallest error at each n. A spoke is the latent of one feature at x = 1. The faint area in its "
        "colour is the half-plane in which its output is positive, cut to a disc; the strong part is where no other "
        "output is. White: every output is zero. As n grows the biases push the boundaries outwards, each tip just "
        "touches its neighbours' zones, and ever less of each spoke is inside its own. Hover for numbers."
    )
    return Panel("zones", "The latent plane, from three features to eight", caption, figure)


def _film(run: Run) -> Panel:
    history = run.data
    steps = history["step"].values
    model = (history["W_history"].values.astype(float), history["b_history"].values.astype(float))
    figure = zone_film(model, [f"{step:,}" for step in steps], what="step")
    caption = (
        f"Seed 0 with n = {SHOWN} as it trains; press play or drag. At the start biases are zero, so every boundary "
        "passes through the origin and half of the plane belongs to each output. Then the spokes lengthen and the "
        "boundaries move out, until each tip is alone in its zone."
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
    model = planar(run, 7)
    bad = np.flatnonzero(~reconstructs(model) & dented(model))
    good = np.flatnonzero(reconstructs(model))
    chosen = [int(part[0]) for part in (good, bad) if len(part)] or [0]
    W, b = (np.stack(part) for part in zip(*(_one(model, seed) for seed in chosen), strict=True))
    titles = [f"seed {s}: {'zero loss' if reconstructs(model)[s] else 'a failure'}" for s in chosen]
    caption = (
        "Dotted: the outline through the tips, to which the source cuts its pictures. Zones do not end there. For a "
        "model that has learnt all features the outline is convex; a feature near the origin gives it a dent, which "
        "says something about the drawing and nothing about where latents may lie. (n = 7)"
    )
    figure = latent_zones((W, b), titles, dented=True)
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


KINDS = ("zero loss, regular polygon", "zero loss, irregular", "not zero loss")


def _ends(run: Run) -> Panel:
    rows = []
    for n in FEATURES:
        ok, tidy = zero_loss(run, n), regular(planar(run, n).encoder)
        rows.append([int((ok & tidy).sum()), int((ok & ~tidy).sum()), int((~ok).sum())])
    counts = np.array(rows)
    low, high = rate_interval(counts, counts.sum(1, keepdims=True))
    figure = stacked_rates(KINDS, counts, low, high, [str(n) for n in FEATURES], x_label="features n",
                           y_label="share of seeds")  # fmt: skip
    caption = (
        "Zero loss: every feature comes back within 1 %. Regular: norms within 1 % of equal, gaps within 1°. Hover for "
        "counts and intervals."
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
    figure = latent_zones(_together(models, seeds), titles, columns=3)
    return Panel("irregular", "Zero loss need not be regular", caption, figure)


def _overlay(run: Run) -> Panel:
    model = planar(run, SHOWN)
    seed = int(np.argmin(_error(model)))
    caption = (
        f"All boundaries of one model with n = {SHOWN} together: in each cell one set of outputs is positive (hover) "
        "and y is affine in h. Six spokes end in cells of one output. The latent of two features together is the sum "
        "of their spokes and lies elsewhere: in a cell of several outputs, or of none."
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
        ok = zero_loss(run, n)
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
