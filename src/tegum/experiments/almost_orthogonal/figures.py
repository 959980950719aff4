"""The figures: how far apart directions can stand, how many fit, what is recovered, and which angles are learnt."""

from typing import Any

import numpy as np

from tegum.claims import drawn_interval
from tegum.experiments.almost_orthogonal.judging import METHODS, POINTS, PRINTED, RATIOS, Packings, Recovery
from tegum.experiments.experiment import Panel
from tegum.plots import style
from tegum.plots.band_panels import band_panels
from tegum.plots.lines import against, curves
from tegum.theory.coherence import (
    fit_at_random,
    guaranteed,
    impossible,
    johnson_lindenstrauss,
    least_possible,
    needed,
    random_coherence,
)

EPSILONS = (0.5, 0.3, 0.2, 0.1)
DIMENSIONS = np.unique(np.geomspace(3, 3000, 90).round().astype(int))
COUNTED = ("at most (bounds)", "for certain", "at random", "m, orthogonal")
SHADES = dict(zip(COUNTED, (style.SERIES[6], style.SERIES[2], style.SERIES[0], style.MUTED), strict=True))
PLACES = ("random, measured", "random, closed form", "best found", "no less (bounds)")
PLACE_SHADES = dict(zip(PLACES, (style.SERIES[0], style.SERIES[5], style.SERIES[1], style.SERIES[6]), strict=True))


def panels(found: Packings, back: Recovery) -> list[Panel]:
    return [_coherences(found), _counts(), _printed(), _recovered(back), _lost(back), _angles(back)]


def _coherences(found: Packings) -> Panel:
    values = []
    for m, counts in found.counts.items():
        low, middle, high = np.quantile(found.random[m], [0.05, 0.5, 0.95], axis=1)
        flat = [random_coherence(m, counts), found.best[m], [least_possible(m, n) for n in counts]]
        lines = [(middle, low, high), *((np.asarray(own),) * 3 for own in flat)]
        values.append(np.moveaxis(np.array(lines), 2, 0))
    figure = band_panels(
        list(found.counts.values()), values, PLACES, [f"m = {m}" for m in found.counts], x_label="directions N",
        y_label="largest |cosine|", columns=2, shades=PLACE_SHADES, y_range=(0, 1.02), dashed=(PLACES[1], PLACES[3]),
        interval="90 % of draws",
    )  # fmt: skip
    caption = (
        "The largest |cosine| of N directions: of random ones (median and the middle 90 % of draws) and by the closed "
        "form of the birthday problem; the best that descent found; and the bounds of Welch and Levenshtein, which "
        f"nothing undercuts. At {RATIOS[-1]:g} directions per dimension chance's median is {_gains(found)} the best "
        "found; near N = m it is more."
    )
    return Panel("coherences", "How close to orthogonal", caption, figure)


def _gains(found: Packings) -> str:
    """How many times as large the median of random directions is as the best found, at the largest N of each m."""
    return ", ".join(f"{np.median(found.random[m][-1]) / found.best[m][-1]:.1f} times (m = {m})" for m in found.counts)


def _counts() -> Panel:
    values = []
    for eps in EPSILONS:
        most = np.array([impossible(int(m), eps) for m in DIMENSIONS])
        lines = (most, guaranteed(DIMENSIONS, eps), fit_at_random(DIMENSIONS, eps), DIMENSIONS.astype(float))
        values.append(np.repeat(np.array(lines).T[..., None], 3, axis=2))
    figure = band_panels(
        [DIMENSIONS] * len(EPSILONS), values, COUNTED, [f"|cosine| ≤ {eps:g}" for eps in EPSILONS],
        x_label="dimensions m", y_label="directions N", columns=2, shades=SHADES, dashed=(COUNTED[3],),
        x_axis={"type": "log", "dtick": 1},
        y_axis={"type": "log", "range": [0, 12], "tickvals": [1, 1e3, 1e6, 1e9, 1e12],
                "ticktext": ["1", "1,000", "10⁶", "10⁹", "10¹²"]},
    )  # fmt: skip
    caption = (
        "How many directions have pairwise |cosine| ≤ ε: no more than the bounds of Welch (up to order 8) and "
        "Levenshtein, where they say anything; so many for certain (greedy choice, Gilbert and Varshamov); so many at "
        "random with an even chance. All explode, but not before m is about 1/ε²: until then little more than m fit. "
        "Between the first two the truth lies; where the first line ends, these bounds say nothing."
    )
    return Panel("counts", "How many almost-orthogonal directions fit", caption, figure)


def _printed() -> Panel:
    points = np.geomspace(10, 1e8, 60)
    names = ["printed for ε = 0.01", "formula"]
    formula = [(points, [johnson_lindenstrauss(n, eps) for n in points]) for eps in (0.1, 0.01)]
    figure = against([(POINTS, PRINTED), ([], [])], formula, names, x_label="points N", y_label="dimensions k",
                     log_x=True, log_y=True, words=("printed", "8 ln(N)/ε²"))  # fmt: skip
    chance = [needed(round(n), 0.1) for n in points]
    figure.add_scatter(x=points, y=chance, mode="lines", name="random directions, |cosine| ≤ 0.1",
                       line={"width": 2, "color": style.SERIES[2]},
                       hovertemplate="random directions<br>N %{x:,.0f}<br>m %{y:,.0f}<extra></extra>")  # fmt: skip
    figure.add_scatter(x=points, y=points, mode="lines", name="k = N, nothing gained",
                       line={"width": 1, "dash": "dot", "color": style.MUTED}, hoverinfo="skip")  # fmt: skip
    figure.update_yaxes(range=[1.5, 6.8])
    for text, k, shift in (
        ("ε = 0.01", johnson_lindenstrauss(2e5, 0.01), 12),
        ("ε = 0.1", johnson_lindenstrauss(2e5, 0.1), 12),
        ("random directions, ε = 0.1", needed(200_000, 0.1), -12),
    ):
        figure.add_annotation(x=5.3, y=np.log10(k), text=text, showarrow=False, yshift=shift,
                              font={"color": style.MUTED})  # fmt: skip
    caption = (
        "The Johnson–Lindenstrauss dimension for N points. The three numbers printed for ε = 1/100 lie on the line of "
        "ε = 1/10; at 1/100 the dimension is a hundred times as large, and above N for all but the largest N. Green: "
        "the dimension in which N random directions have every |cosine| ≤ 0.1 with an even chance, about half as many."
    )
    return Panel("printed", "The numbers of the Johnson–Lindenstrauss lemma", caption, figure)


def _by_method(back: Recovery, what: int) -> tuple[list[list[int]], list[np.ndarray]]:
    """For each kind of directions: numbers of active features, and mean with interval over seeds by method."""
    shown = [k for k in back.active if k <= back.hidden]
    values = [
        np.array([[drawn_interval(back.of(kind, k, method, what)) for method in METHODS] for k in shown])
        for kind in back.kinds
    ]
    return [shown] * len(back.kinds), values


def _multiples(back: Recovery, what: int, y_label: str, most: float) -> Any:
    x, values = _by_method(back, what)
    heads = {"learnt": "learnt directions", "random": "random directions", "spread": "spread directions"}
    return band_panels(x, values, METHODS, [heads[kind] for kind in back.kinds], x_label="active features k",
                       y_label=y_label, columns=3, y_range=(-0.03, most))  # fmt: skip


def _recovered(back: Recovery) -> Panel:
    caption = (
        "The share of samples with k active features that come back exactly (to 1e-5 of their length) from h = Wx: by "
        "L1, by orthogonal matching pursuit, by ReLU(WᵀWx + b). Learnt directions, as many random ones, and as many "
        "spread until their largest |cosine| is small. Mean over seeds and 95 % interval."
    )
    return Panel(
        "recovered", "What compressed sensing gets back", caption, _multiples(back, 1, "recovered exactly", 1.03)
    )


def _lost(back: Recovery) -> Panel:
    caption = (
        "The same samples: how much of their squared length is lost, Σ‖x̂ − x‖²/Σ‖x‖². For random and spread directions "
        "ReLU has the common length and bias that lose least on the law of training. Above 1 a read-out is worse than "
        "nothing."
    )
    return Panel("lost", "What is lost", caption, _multiples(back, 0, "share of squared length lost", 1.3))


def _angles(back: Recovery) -> Panel:
    edges = np.linspace(-1, 1, 81)
    middle = (edges[1:] + edges[:-1]) / 2
    share = [np.histogram(back.cosines[kind], edges)[0] / back.cosines[kind].size for kind in back.kinds]
    figure = curves(middle, np.stack(share, axis=1), list(back.kinds), x_label="cosine of two directions",
                    y_label="share of pairs")  # fmt: skip
    caption = (
        "The cosines of all pairs of directions, all seeds together, in steps of 0.025. Random ones are bell-shaped, "
        "spread ones end sharply on both sides. Learnt ones end sharply on the right only: an acute angle disturbs, an "
        "obtuse one is silenced by ReLU."
    )
    return Panel("angles", "Almost orthogonal on one side", caption, figure)
