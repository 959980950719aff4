"""Figures of networks that compute |x|."""

import numpy as np

from tegum.claims import drawn_interval, rate_interval
from tegum.experiments.absolute_value import claims as c
from tegum.experiments.absolute_value.judging import Nets, parts_of
from tegum.experiments.experiment import Panel
from tegum.geometry.two_sided import Motifs, in_twos, motifs
from tegum.plots.lines import bands
from tegum.plots.neurons import neuron_stacks
from tegum.plots.rates import rate_lines, stacked_rates

MATTERS = 0.15  # strength of a path, |W_e|·|W_d|, from which a neuron is in the picture of a motif
ENOUGH = 10  # pairs in all networks of a density, to tell a share of them
DRAWN = 0.1  # smaller weights are left out of the large figure
LAST_SHADE = 40  # features from here on have the last colour
KINDS = ("1 feature", "2 or 3", "4 to 9", "10 or more", "does nothing")


def stacks(found: Nets) -> Panel:
    order = [int(np.argmin(loss)) for loss in found.loss]
    W_e, W_d, load = (
        np.stack([part[place, seed] for place, seed in enumerate(order)])
        for part in (found.W_e, np.swapaxes(found.W_d, -1, -2), found.load)
    )
    adds = np.abs(W_e) * W_d * (load > 0)[..., None]
    reads = np.abs(W_e) * (load > 0)[..., None]
    place = np.lexsort((np.abs(W_e).argmax(axis=-1), load == 0), axis=-1)
    drawn = np.concatenate([np.where(reads < DRAWN, 0, reads), -np.where(adds < DRAWN, 0, adds)], axis=-1)
    features = np.tile(np.arange(W_e.shape[-1]), 2)
    figure = neuron_stacks(
        np.take_along_axis(drawn, place[..., None], axis=1), np.take_along_axis(load, place, axis=1),
        [f"1 − S = {p:g}" for p in found.x], columns=1, height=170, features=features,
        shade=np.minimum(features / LAST_SHADE, 1), shade_words=("0, most important", f"{LAST_SHADE} and later"),
        values=np.take_along_axis(np.concatenate([W_e, adds], axis=-1), place[..., None], axis=1),
    )  # fmt: skip
    caption = (
        "The network of lowest loss at each density. A column is a neuron: upwards what it reads, |W_e| with the "
        "largest as 1; downwards what it adds to each |x|, |W_e|·W_d, of which a feature needs 1 for either sign. What "
        "is below 0.1 is left out. Ordered by the feature read most; blue ground: reads one feature, orange: several, "
        "grey: does nothing. Hover for signs."
    )
    return Panel("stacks", "What forty neurons read and add", caption, figure)


def small(nets: Nets) -> Panel:
    order = [int(np.argmin(loss)) for loss in nets.loss]
    W = np.stack([np.concatenate([nets.W_e[i, s], nets.W_d[i, s].T], axis=-1) for i, s in enumerate(order)])
    largest = np.abs(W[..., :3]).argmax(axis=-1)
    place = np.lexsort((-np.take_along_axis(W, largest[..., None], -1)[..., 0], largest), axis=-1)
    W = np.take_along_axis(W, place[..., None], axis=1)
    load = np.take_along_axis(np.stack([nets.load[i, s] for i, s in enumerate(order)]), place, axis=1)
    titles = [f"1 − S = {p:g}, {words}" for words in ("reads", "writes") for p in nets.x]
    figure = neuron_stacks(
        np.concatenate([W[..., :3], W[..., 3:]]), np.concatenate([load, load]), titles, columns=len(nets.x), height=200
    )
    rate = [in_twos(W_e, W_d).all(axis=-1) for W_e, W_d in zip(nets.W_e, nets.W_d, strict=True)]
    said = ", ".join(f"{own.sum()} of {own.size} at {p:g}" for own, p in zip(rate, nets.x, strict=True))
    caption = (
        "Three features in six neurons, the network of lowest loss at each density; weights with their signs. Upper "
        "row: what a neuron reads; lower row: what it writes. One neuron for x > 0, one for x < 0, and both write 1: "
        f"|x| = ReLU(x) + ReLU(−x). All three features so: {said}."
    )
    return Panel("small", "Three features in six neurons", caption, figure)


def neurons(found: Nets) -> Panel:
    edges = ((1, 1), (2, 3), (4, 9), (10, np.inf), (0, 0))
    counts = np.stack([((found.load >= a) & (found.load <= z)).sum(axis=(1, 2)) for a, z in edges], axis=1)
    total = found.load[0].size
    figure = stacked_rates(
        KINDS, counts, *rate_interval(counts, total), [f"{p:g}" for p in found.x], x_label="density 1 − S",
        y_label="share of neurons",
    )  # fmt: skip
    caption = (
        "How many features the neurons read, of all networks: those of at least 0.3 of the neuron's strongest weight. "
        "Intervals on hover take neurons as independent, which those of one network are not."
    )
    return Panel("neurons", "From monosemantic to polysemantic", caption, figure)


def features(found: Nets, usual: Nets) -> Panel:
    names = ["both sides, two pure neurons", "both sides, otherwise", "one side only", "usual start: one side only"]
    rows = parts_of(found)[..., :3].astype(float)
    y, low, high = (np.full((len(found.x), 4), np.nan) for _ in range(3))
    for place in range(len(found.x)):
        for kind in range(3):
            y[place, kind], low[place, kind], high[place, kind] = drawn_interval(rows[place, :, kind])
    for place, p in enumerate(usual.x):
        y[found.place(p), 3], low[found.place(p), 3], high[found.place(p), 3] = drawn_interval(
            (usual.answered[place] == 1).sum(axis=-1).astype(float)
        )
    figure = bands(found.x, y, low, high, names, x_label="density 1 − S", y_label="features", log_x=True)
    figure.add_hline(20, line={"width": 1, "dash": "dot"})
    caption = (
        "How many of the hundred features have |x| computed: an output that rises by at least half when its input goes "
        "to 1 and to −1. Dotted: what forty neurons can do two by two. The triangle: networks from the usual initial "
        "scale, which answer many features on one side only. The sparsest are not trained to the end."
    )
    return Panel("features", "Whose |x| is computed", caption, figure)


def motif(found: Nets) -> Panel:
    place = found.place(c.LOW)
    found_motifs = [motifs(W_e, W_d) for W_e, W_d in zip(found.W_e[place], found.W_d[place], strict=True)]
    seed, pair = _clearest(found_motifs)
    W_e, W_d = found.W_e[place, seed], found.W_d[place, seed]
    m = found_motifs[seed]
    two = [int(m.strong[pair]), int(m.weak[pair])] if pair >= 0 else [0, 1]
    own, across = np.abs(W_e[:, two]) * np.abs(W_d[two]).T, np.abs(W_e[:, two[0]]) * np.abs(W_d[two[1]])
    chosen = np.flatnonzero(np.maximum(own.max(axis=1), across) > MATTERS)
    shown = np.stack([W_e[chosen][:, two], W_d[two][:, chosen].T])
    load = np.tile(found.load[place, seed, chosen], (2, 1))
    marks = [_roles(W_e, W_d, m, pair, chosen)] * 2 if pair >= 0 else None
    figure = neuron_stacks(
        shown, load, ["reads", "writes"], columns=2, height=260, features=two, shade=[0.15, 0.85], shade_words=None,
        marks=marks,
    )  # fmt: skip
    caption = (
        f"One network at 1 − S = {c.LOW:g}: all neurons that matter for features {two[0]} and {two[1]}, weights with "
        "their signs. One neuron reads the first strongly and the second weakly, and writes them the other way round; "
        "so the first would come out as the second, and other neurons take that away. The neuron that shares and the "
        "one that inhibits most are named. Ground: blue where a neuron reads one of all hundred features, orange where "
        "it reads several. The pair shown is the one with "
        "the most asymmetry that is so inhibited; all pairs are counted in the claims."
    )
    return Panel("motif", "Asymmetric superposition", caption, figure)


def _roles(W_e: np.ndarray, W_d: np.ndarray, m: Motifs, pair: int, chosen: np.ndarray) -> list[str]:
    """What the chosen neurons of one network do for a pair, in a word or none."""
    strong, weak, shared = int(m.strong[pair]), int(m.weak[pair]), int(m.neuron[pair])
    on = np.maximum(np.sign(W_e[shared, strong]) * W_e[:, strong], 0)
    against = int(np.argmin(on * W_d[weak]))
    return [{shared: "shares", against: "inhibits"}.get(int(k), "") for k in chosen]


def _clearest(own: list[Motifs]) -> tuple[int, int]:
    """Seed and place of the asymmetric and inhibited pair whose weaker factor is largest; −1 where there is none."""
    best, where = 0.0, (0, -1)
    for seed, m in enumerate(own):
        strength = np.where(m.asymmetric & m.inhibited, np.minimum(m.ratio, 1 / m.written), 0)
        if strength.size and strength.max() > best:
            best, where = float(strength.max()), (seed, int(strength.argmax()))
    return where


def shares(found: Nets) -> Panel:
    rows = [found.motifs(float(p)) for p in found.x]
    total = np.array([sum(len(m.neuron) for m in row) for row in rows])
    unlike = np.array([sum(int(m.asymmetric.sum()) for m in row) for row in rows])
    held = np.array([sum(int((m.asymmetric & m.inhibited).sum()) for m in row) for row in rows])
    known = (total >= ENOUGH) & (unlike > 0)
    k, of = np.stack([unlike, held], axis=1)[known], np.stack([total, unlike], axis=1)[known]
    figure = rate_lines(
        found.x[known], k / of, *rate_interval(k, of), ["asymmetric, of all pairs", "inhibited, of the asymmetric"],
        x_label="density 1 − S", y_label="share of pairs", log_x=True,
    )  # fmt: skip
    caption = (
        "Pairs of features that one neuron serves: how many are read with strengths that differ by a factor of 2 or "
        "more and written the other way round, and in how many of these the interference of the stronger one is "
        "turned negative by other neurons. Densities with fewer than ten pairs in all are left out. Intervals take "
        "pairs as independent."
    )
    return Panel("shares", "How common the motif is", caption, figure)
