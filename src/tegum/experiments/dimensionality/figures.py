"""Levels, names over densities, the graphs of single models, blocks in space, and the sum of all shares."""

import numpy as np

from tegum.claims import mean_interval
from tegum.experiments.dimensionality.judging import Models, oblique, saturation, scattered
from tegum.experiments.experiment import Panel, Runs
from tegum.plots import style
from tegum.plots.arrangements import SHADES, block_scenes, dimensionality_levels, feature_graph
from tegum.plots.lines import bands
from tegum.plots.rates import stacked_rates

AXIS = "1 / (1 − S), dense to sparse"
GRAPHS = (0.4, 0.2, 0.1)  # densities of the models drawn as graphs
SOLIDS = ("tetrahedron", "square antiprism", "triangular antiprism")
KINDS = (*SHADES,)[:-2]  # the names that the literature has
OTHER = {
    "other": SHADES["other"],
    "oblique": "#B98B5E",
    "irregular": SHADES["irregular"],
    "not represented": style.RULE,
}


def panels(runs: Runs) -> list[Panel]:
    """All panels, the article's first."""
    published, small = Models(runs["published"]), Models(runs["small"])
    return [
        _levels(published),
        _names(small),
        *(_graph(published, p) for p in GRAPHS),
        *_solids(small),
        _sums(published),
    ]


def _levels(models: Models) -> Panel:
    figure = dimensionality_levels(1 / models.p, models.shares[0], models.names[0], x_label=AXIS)
    caption = (
        f"Every feature's D_i in one model for each density, {models.size}, coloured by the name that its block was "
        "given; the features of a model stand side by side, in order. Dotted: the fractions of the shapes; a level on "
        "a line is not yet that line's shape, for a tilted digon can stand at a pentagon's 2/5 (open diamonds: oblique "
        "blocks). Where features are dense all have a little of every dimension, as in a projection. A dedicated "
        "dimension is one that no other represented feature uses; those shorter than 1/2 may take up to most of it."
    )
    return Panel("levels", "Levels of dimensionality", caption, figure)


def kinds(models: Models) -> tuple[list[str], np.ndarray]:
    """The kinds of blocks, and which features belong to each (kind, seed, density, n)."""
    names, aslant = models.names, oblique(models.names)
    own = [*(names == kind for kind in KINDS), aslant, names == "irregular", ~models.there]
    rest = models.there & ~np.any(own, axis=0)
    return [*KINDS, *OTHER], np.stack([*own[:-3], rest, *own[-3:]])


def room(models: Models) -> tuple[list[str], np.ndarray]:
    """The kinds of blocks, and how many dimensions each holds, Σ D_i over its features (kind, seed, density)."""
    words, member = kinds(models)
    return words, np.where(member, models.shares, 0).sum(axis=-1)


def _names(models: Models) -> Panel:
    words, own = room(models)
    part = own / own.sum(axis=0)
    limits = np.array([[mean_interval(row)[1:] for row in rows] for rows in np.moveaxis(part, 2, 0)])
    limits = np.clip(limits, 0, 1)  # nothing varies: anything is possible
    figure = stacked_rates(words, own.sum(axis=1).T.round().astype(int), limits[..., 0], limits[..., 1],
                           [f"{1 / p:.3g}" for p in models.p], x_label=AXIS, y_label="share of the room, Σ D_i",
                           shades={kind: SHADES[kind] for kind in KINDS} | OTHER)  # fmt: skip
    figure.update_traces(textfont={"size": 10})
    caption = (
        f"Who has the room: Σ D_i by the kind of block that features are in, {models.size}, {len(models.W)} seeds "
        "together; hover for the number of dimensions and an interval over seeds. Oblique: a shape that is not "
        "orthogonal to the others. Other: shapes that the article does not name. Not represented: norm below 1/2; "
        "where features are dense, many short columns share all of the room."
    )
    return Panel("names", "Which shapes at which density", caption, figure)


def _graph(models: Models, wanted: float) -> Panel:
    k = models.nearest(wanted)
    density = 1 / models.p[k]
    caption = (
        f"One model of {models.size} at 1/(1 − S) = {density:.3g}, the first seed: a disc for each feature, lines "
        f"where two disturb each other. Hover for partners. {counted(models.names[0, k][models.there[0, k]])}"
    )
    return Panel(f"graph-{wanted:g}", f"Feature graph at {density:.3g}", caption, feature_graph(models.W[0, k]))


def counted(names: np.ndarray) -> str:
    """How many features are in blocks of which name, the most first, in words.

    >>> counted(np.array(["digon", "digon", "irregular"]))
    'Of 3 represented features: digon 2, irregular 1.'
    """
    if not len(names):
        return "No feature is represented."
    kinds, count = np.unique(names, return_counts=True)
    parts = [f"{kinds[i]} {count[i]}" for i in np.argsort(-count, kind="stable")]
    return f"Of {len(names)} represented features: {', '.join(parts)}."


def first_blocks(models: Models) -> list[np.ndarray]:
    """Of each solid shape the first block in the order of seeds and densities, as the columns of W in it."""
    found = {}
    for block in models.found.blocks:
        if block.shape in SOLIDS and block.shape not in found:
            found[block.shape] = models.W[block.model][:, list(block.features)]
    return [found[name] for name in SOLIDS if name in found]


def _solids(models: Models) -> list[Panel]:
    columns = first_blocks(models)
    if not columns:
        return []
    most = max(own.shape[1] for own in columns)
    padded = np.stack([np.pad(own, [(0, 0), (0, most - own.shape[1])]) for own in columns])
    caption = (
        f"Blocks of three dimensions from models of {models.size}, the first of each name, in their own space; "
        "drag to turn. Orange lines join features that disturb each other, grey ones those at a right angle."
    )
    return [Panel("solids", "Blocks in space", caption, block_scenes(padded))]


def _sums(models: Models) -> Panel:
    parts = [saturation(models), scattered(models)]
    mean, low, high = (np.stack([how(part, axis=0) for part in parts], axis=1) for how in (np.mean, np.min, np.max))
    names = [f"trained, {models.size}", "random directions, same lengths"]
    figure = bands(1 / models.p, mean, low, high, names, x_label=AXIS, y_label="Σ D_i / m", log_x=True,
                   interval="all seeds")  # fmt: skip
    figure.add_hline(1.0, line={"width": 1, "color": style.MUTED, "dash": "dot"}, layer="below")
    caption = (
        "All features' dimensionalities together, in units of m, which is the most that is possible; mean and range "
        "over seeds. Random directions waste room where few features are represented, and less where many are."
    )
    return Panel("sums", "Do they add up to m?", caption, figure)
