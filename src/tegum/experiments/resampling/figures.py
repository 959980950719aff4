"""The figures: the scorecard first."""

from collections.abc import Sequence

import numpy as np

from tegum.claims import drawn_interval
from tegum.experiments.experiment import Panel, Runs
from tegum.experiments.resampling import entrants as e
from tegum.experiments.resampling.beds import BEDS, CURVE
from tegum.experiments.resampling.choices import excess
from tegum.experiments.resampling.judging import curve_name, difference, entered, found, run_name, troubled
from tegum.plots.band_panels import band_panels
from tegum.plots.interval_rows import interval_rows
from tegum.plots.trade_offs import along, named_points

SHOWN = (e.REINITIALISE, e.LETTER, e.HELD, e.REPEL, e.BEST_REPEL, e.FILL)  # around the edit


def panels(runs: Runs) -> list[Panel]:
    """All panels of what was trained."""
    made = [_scorecard(runs), _recovery(runs)]
    if all(curve_name(name) in runs for name in (e.NONE, e.LETTER)):
        made.append(_pareto(runs))
    untreated = runs.get(run_name("synthetic", e.NONE))
    if untreated is not None and "loss_history" in untreated.data:
        made.append(_edit(runs))
    return made


def _scorecard(runs: Runs) -> Panel:
    beds = troubled(runs)
    names = [name for name in _everywhere(runs, beds) if name != e.LETTER]
    values = [[_difference(runs, bed, name) for bed in beds] for name in names]
    titles = [f"{bed}: cosine" if BEDS[bed].directions else f"{bed}: objective, won" for bed in beds]
    figure = interval_rows(names, titles, values, zero=e.LETTER)
    caption = (
        "Score less that of the published resampling, over pairs of dictionaries with one truth, one start and the "
        "same data: means with 95 % intervals. Right of the line is better. The score is the mean one-to-one cosine "
        "with the true features; of the digits, minus the objective. The last rows are no remedies: dictionaries that "
        "start tied and with biases of 0, or have twice as many latents, or start at the truth."
    )
    return Panel("scorecard", "Against the published resampling", caption, figure)


def _everywhere(runs: Runs, beds: Sequence[str]) -> list[str]:
    there = {name for bed in beds for name in entered(runs, bed)}
    return [name for name in (*e.ENTRANTS, e.OWN) if name in there]


def _difference(runs: Runs, bed: str, name: str) -> tuple[float, float, float]:
    if run_name(bed, name) not in runs:
        return (np.nan, np.nan, np.nan)
    return drawn_interval(difference(runs, bed, name, e.LETTER))


def _recovery(runs: Runs) -> Panel:
    beds = troubled(runs)
    points, names, kinds = [], [], []
    for bed in beds:
        mine = _on_scale(runs, bed)
        points.append([_place(runs, bed, name) for name in mine])
        names.append(mine)
        kinds.append([e.FAMILY.get(name, "ours") for name in mine])
    figure = named_points(
        points, names, kinds, beds, x_label="dead latents", y_label="score",
        x_axis={"tickvals": [0, 0.25, 0.5], "tickformat": ".0%", "tickangle": 0, "range": [-0.95, 1.05]},
    )  # fmt: skip
    caption = (
        "What the share of dead latents says about what was learnt: means over dictionaries. Up is better. Were life "
        "all that counts, the points would lie on one falling line. Left out are who ruins dictionaries, and the "
        "proposal with memory kept."
    )
    return Panel("recovery", "Life is not all", caption, figure)


def _on_scale(runs: Runs, bed: str) -> list[str]:
    """The remedies but those that lose more than the best one wins; the proposal once."""
    names = [name for name in entered(runs, bed) if name not in (*e.REFERENCES, *e.OTHERWISE.values())]
    scores = {name: float(found(runs, bed, name).each().mean()) for name in names}
    room = max(scores.values()) - scores[e.NONE]
    return [name for name in names if scores[name] >= scores[e.NONE] - room]


def _place(runs: Runs, bed: str, name: str) -> tuple[float, float]:
    one = found(runs, bed, name)
    return float(one.dead.mean()), float(one.each().mean())


def _pareto(runs: Runs) -> Panel:
    names = [name for name in e.ENTRANTS if curve_name(name) in runs]
    ones = [found(runs, "synthetic", name, curve_name(name)) for name in names]
    points = [np.stack([one.l0.mean(axis=1), one.mse.mean(axis=1)], axis=1) for one in ones]
    figure = along(points, names, [f"L1 {penalty:g}" for _, penalty in CURVE], x_label="L0, latents firing at once",
                   y_label="E ‖x − x̂‖²")  # fmt: skip
    caption = (
        "Error against sparseness along the L1 penalty, on the synthetic bed: means over dictionaries. Down and left "
        "is better."
    )
    return Panel("pareto", "Error against sparseness", caption, figure)


def _edit(runs: Runs) -> Panel:
    names = [name for name in SHOWN if run_name("synthetic", name) in runs]
    step, first = excess(runs, names[0])
    bands = [[drawn_interval(record) for record in excess(runs, name)[1].T] for name in names]
    values = np.stack(bands, axis=1)[step > 0]
    figure = band_panels(
        [step[step > 0]], [values], names, ["synthetic bed"], x_label="steps since the first edit",
        y_label="loss above the untreated twin's", columns=1, limit=0.0,
        x_axis={"type": "log", "tickvals": [1, 10, 100], "range": [-0.05, np.log10(step[-1])]},
    )  # fmt: skip
    caption = (
        "What the first edit costs, and what it gains: the loss less that of the same dictionary without remedy, up to "
        f"the second edit; means over {len(first)} dictionaries with 95 % intervals."
    )
    return Panel("edit", "Around the edit", caption, figure)
