"""The terms of the loss, drawn: through training, by count of active features, and beside simpler accounts."""

import numpy as np

from tegum.claims import mean_interval, rate_interval
from tegum.experiments.experiment import Panel, Runs
from tegum.experiments.loss_terms.claims import DENSER, MIDDLE, SPARSE
from tegum.experiments.loss_terms.measures import PARTS, Terms, arrangements, courses, terms
from tegum.plots.areas import area_panels
from tegum.plots.lines import bands
from tegum.plots.rates import rate_lines

MOST = 4  # counts of active features beyond which they are drawn together
DENSITY = "density 1 − S"


def panels(runs: Runs, samples: int) -> list[Panel]:
    """Training first."""
    large, pairs = terms(runs["law"]), terms(runs["pairs"])
    return [_training(runs, samples), _by_count(large), _few(large, pairs), _signs(large, pairs), _planes(runs)]


def _training(runs: Runs, samples: int) -> Panel:
    densities = (DENSER, MIDDLE, SPARSE)
    found = np.stack([courses(runs["film"], p, samples)[0] for p in densities])
    relative = found / found[:, :1].sum(-1, keepdims=True)
    step = runs["film"].data["step"].values.astype(float)
    figure = area_panels(
        step[1:], relative[:, 1:], PARTS, [f"1 − S = {p:g}" for p in densities], x_label="step",
        y_label="loss, relative to step 0", total="loss",
    )  # fmt: skip
    caption = (
        "One seed at three densities, from small weights; the loss is summed over features. Benefit not had: what "
        "outputs err upon their own feature alone. It gives way first, and interference upon silent outputs grows in "
        "its place, then falls to a part of its peak as features find their places; what remains strikes outputs that "
        "are active. With dense features that last part is negative: others make up for what an output lacks of its "
        "own."
    )
    return Panel("training", "Which term gives way when", caption, figure)


def _by_count(large: Terms) -> Panel:
    def grouped(values: np.ndarray) -> np.ndarray:
        return np.concatenate([values[:, :MOST], values[:, MOST:].sum(-1, keepdims=True)], axis=1)

    loss = (large.by_count / large.loss[..., None]).mean(1)
    names = ["none active", "one", "two", "three", "four or more"]
    figure = area_panels(
        large.x, np.stack([grouped(large.chances), grouped(loss)]), names, ["share of inputs", "share of the loss"],
        x_label=DENSITY, y_label="share", shares=True,
    )  # fmt: skip
    caption = (
        "n = 20, m = 5, models trained at each density; means over seeds. Sparse inputs are nearly all empty or have "
        "one active feature, and yet those with two or more make most of the loss down to densities of about 0.01."
    )
    return Panel("counts", "Inputs, and the loss, by how many features are active", caption, figure)


def _few(large: Terms, pairs: Terms) -> Panel:
    at = [large.place(p) for p in pairs.x]
    lines = {
        "n = 20, m = 5": large.at_most_one[at], "n = 10, m = 5: pairs": pairs.at_most_one,
        "n = 20, sum without compounding": (large.uncompounded / large.loss)[at],
    }  # fmt: skip
    stats = np.array([[mean_interval(row) for row in values] for values in lines.values()])
    inputs = large.chances[at, :2].sum(-1)
    y, low, high = (np.column_stack([stats[..., k].T, inputs]) for k in range(3))
    figure = bands(
        pairs.x, y, low, high, [*lines, "n = 20, share of inputs"], x_label=DENSITY, y_label="share of the loss",
        log_x=True,
    )  # fmt: skip
    caption = (
        "What inputs with at most one active feature have of the loss. They dominate as S → 1 where there are more "
        "features than two for each dimension, late; never for antipodal pairs, which give single features back "
        "exactly. The sum without compounding treats active features as if each came alone: it too finds only a part "
        "of the loss of sparse models."
    )
    return Panel("one-sparse", "How far one active feature explains the loss", caption, figure)


def _signs(large: Terms, pairs: Terms) -> Panel:
    at = [large.place(p) for p in pairs.x]
    stats = np.array([[mean_interval(row) for row in values] for values in (large.negative[at], pairs.negative)])
    y, low, high = (stats[..., k].T for k in range(3))
    names = ["n = 20, m = 5", "n = 10, m = 5"]
    figure = bands(
        pairs.x,
        y,
        low,
        high,
        names,
        x_label=DENSITY,
        y_label="share of Σ (W<sub>i</sub>·W<sub>j</sub>)², i ≠ j",
        log_x=True,
    )
    caption = (
        "How much of the interference is negative: a half in random directions, all of it in antipodal pairs, which "
        "are possible for ten features in five dimensions and not for twenty."
    )
    return Panel("signs", "Negative interference", caption, figure)


def _planes(runs: Runs) -> Panel:
    x = runs["plane"].data["feature_probability"].values
    kinds = [arrangements(runs[name]) for name in ("plane", "plane one")]
    pentagons = np.stack([(words == "1 pentagon").sum(1) for words in kinds], axis=1)
    same = (kinds[0] == kinds[1]).sum(1)
    counts, seeds = np.column_stack([pentagons, same]), kinds[0].shape[1]
    low, high = rate_interval(counts, seeds)
    names = ["pentagon, trained on all inputs", "pentagon, on at most one active", "same blocks, of equal seeds"]
    figure = rate_lines(
        x, counts / seeds, low, high, names, x_label=DENSITY, y_label="share of seeds", log_x=True
    )  # fmt: skip
    caption = (
        "Five features in a plane. The loss of inputs with at most one active feature makes pentagons at every "
        "density, in nearly all seeds or most; all inputs together make them only where features are sparse, else two "
        "pairs and a feature unlearnt."
    )
    return Panel("planes", "Geometry from the one-sparse loss", caption, figure)
