"""Figures of neurons under a hidden ReLU."""

from typing import Any

import numpy as np

from tegum.claims import mean_interval, rate_interval
from tegum.experiments.experiment import Panel
from tegum.experiments.privileged_basis.judging import REGIMES, Ends, describe
from tegum.geometry.neurons import STORED, fewest_inputs_first, load, rank_among_rotations
from tegum.plots.lines import bands, curves
from tegum.plots.neurons import neuron_stacks
from tegum.plots.rates import stacked_rates

FLOOR = 0.01  # %; smaller differences are not drawn


def best(found: Ends) -> Panel:
    W = np.stack([_ordered(found.W[found.place(p), found.best(p)]) for p in REGIMES])
    said = [f"{describe(*found.best_code(p))} · like it {found.like_best(p).mean():.0%} of {found.loss.shape[1]}"
            for p in REGIMES]  # fmt: skip
    figure = neuron_stacks(
        W,
        load(W),
        [f"1 − S = {p:g}" for p in REGIMES],
        subtitles=[words.replace("%", " %") for words in said],
        columns=3,
        height=260,
    )
    caption = (
        "The best of all models at each density. A column is a neuron, a block one of its weights, as tall as the "
        "weight and numbered by its feature; negative weights, which keep the neuron silent, hang below. Blue ground: "
        "one feature from |W| = 0.3 on; orange: several. As features become sparser, dedicated neurons give way one "
        "after the other. Below: how features are stored, and how many of all models store them so."
    )
    return Panel("best", "From dedicated neurons to codes", caption, figure)


def _ordered(W: np.ndarray) -> np.ndarray:
    return np.asarray(W[fewest_inputs_first(W)])


def kinds(found: Ends) -> Panel:
    several = found.code.several
    counts = np.stack([(several == k).sum(axis=1) for k in range(found.W.shape[2] + 1)], axis=1)
    names = ["no polysemantic neuron", *(str(k) for k in range(1, counts.shape[1] - 1)), "all five"]
    figure = stacked_rates(
        names, counts, *rate_interval(counts, several.shape[1]), [f"{p:g}" for p in found.x],
        x_label="density 1 − S", y_label="share of models",
    )  # fmt: skip
    caption = (
        "How many of the five neurons store several features, for all models and not only the best. One polysemantic "
        "neuron alone is no use and hardly occurs: a code needs at least two."
    )
    return Panel("kinds", "Polysemantic neurons, all models", caption, figure)


def losses(found: Ends) -> Panel:
    share = np.arange(1, found.again.shape[1] + 1) / found.again.shape[1]
    places = [found.place(p) for p in REGIMES]
    ordered = np.sort(found.again[places], axis=1)
    excess = 100 * (ordered / ordered[:, :1] - 1)
    figure = curves(
        100 * share, np.maximum(excess, FLOOR).T, [f"1 − S = {p:g}" for p in REGIMES],
        x_label="share of models, best first, %", y_label="loss above the best, %", log_y=True,
    )  # fmt: skip
    caption = (
        "Losses of all models on fresh samples, best first, relative to the lowest; what is below 0.01 % is drawn "
        "there. A flat start means that the best arrangement is found again and again, a step that the next one costs "
        "that much more, a slope that no two models agree."
    )
    return Panel("losses", "How often the best is found", caption, figure)


def regimes(found: Ends) -> Panel:
    least = found.again.min(axis=1)
    rows = [np.where(own.kind(found.W, STORED), found.again, np.inf).min(axis=1) / least for own in REGIMES.values()]
    excess = 100 * (np.where(np.isfinite(rows), rows, np.nan) - 1).T
    figure = curves(
        found.x, np.where(excess < 30, excess, np.nan), [own.name for own in REGIMES.values()],
        x_label="density 1 − S", y_label="lowest loss above the best, %", log_x=True,
    )  # fmt: skip
    caption = (
        "The lowest loss of models that store features in each of the article's six ways, above the best of all at "
        "that density, all on fresh samples. The way that lies at 0 is the solution there; where none does, the best "
        "is of another kind. A line ends where no model is of its kind, or the best of them costs 30 % more."
    )
    return Panel("regimes", "Which code is best", caption, figure)


def sensitivity(found: Ends) -> Panel:
    thresholds = np.linspace(0.1, 0.6, 26)
    W = found.W[[found.place(p) for p in REGIMES]]
    usual = np.minimum(load(W), 2)
    same = [(np.minimum(load(W, float(t)), 2) == usual).mean(axis=(1, 2)) for t in thresholds]
    figure = curves(
        thresholds, 100 * np.stack(same), [f"1 − S = {p:g}" for p in REGIMES],
        x_label="|W| from which a feature counts as stored", y_label="neurons with the same word as at 0.3, %",
    )  # fmt: skip
    caption = (
        "Of all neurons of all models at a density, how many are called monosemantic, polysemantic or empty as they "
        "are with the threshold of 0.3. Where a line is near 100 %, nothing hangs on the threshold."
    )
    return Panel("sensitivity", "What counts as stored", caption, figure)


def alignment(found: Ends, adam: Ends) -> Panel:
    ranks = [rank_among_rotations(own.W.reshape(-1, *own.W.shape[2:])).reshape(own.loss.shape)
             for own in (found, adam)]  # fmt: skip
    shared = [place for place, p in enumerate(found.x) if np.isclose(adam.x, p).any()]
    both: Any = [(ranks[0][place], ranks[1][adam.place(found.x[place])]) for place in shared]
    y, low, high = np.moveaxis(np.array([[mean_interval(part) for part in pair] for pair in both]), 2, 0)
    figure = bands(
        found.x[shared], y, low, high, ["hidden ReLU", "no hidden ReLU"], x_label="density 1 − S",
        y_label="nearer to axes than this share of rotations", log_x=True,
    )  # fmt: skip
    figure.add_hline(0.5, line={"width": 1, "dash": "dot"})
    caption = (
        "For each model, the share of random rotations of itself that lie less near to the axes; mean over seeds. "
        "Dotted: what axes without meaning give. Codes in which every weight is as large as the others are as "
        "bound to the neurons as dedicated features are, but lie far from each axis: the curve falls through 0.5."
    )
    return Panel("alignment", "Do the axes matter?", caption, figure)
