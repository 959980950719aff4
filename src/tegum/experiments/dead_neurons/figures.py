"""The figures: what kills, when, which, and what holds the dead down."""

from typing import Any

import numpy as np

from tegum.claims import mean_interval
from tegum.experiments.dead_neurons.judging import Latents, at_place, dead_share, measured
from tegum.experiments.dead_neurons.settings import (
    ACTIVE,
    CROWD,
    CROWD_INPUTS,
    FACTORS,
    FEW,
    GENTLE,
    MANY,
    MEAN,
    STARTS,
    STRONG,
    TIED,
    UNTIED,
    WINDOW,
)
from tegum.experiments.experiment import Panel, Runs
from tegum.plots.band_panels import band_panels
from tegum.plots.dots import dot_panels
from tegum.plots.interval_rows import interval_rows
from tegum.sae.measures import cosines
from tegum.training.run import Run

COLUMNS = 3
GUTTER = 1e-5  # where on the axis of frequencies latents are drawn that have none
SHOWN = 3  # dictionaries whose latents are drawn
FOUND = 0.9  # the cosine with its latent above which a true feature counts as found


def panels(runs: Runs) -> list[Panel]:
    """All panels of what was trained."""
    found = [_factors(runs)]
    if "plain" in runs:
        some = _some(runs)
        found += [_course(some), _frequencies(runs, some), _thresholds(some)]
    return [*found, _crowd(runs)] if "topk" in runs else found


def _factors(runs: Runs) -> Panel:
    names = [name for name in FACTORS if name in runs]
    values = [_intervals(runs[name]) for name in names]
    places = [np.arange(len(FACTORS[name].words)) for name in names]
    highest = max(np.nanmax(value) for value in values)
    figure = band_panels(
        places, values, list(STARTS.values()), names, x_label="", y_label="dead latents", columns=COLUMNS,
        y_range=(-0.03, highest + 0.03), y_axis={"tickformat": ".0%"},
    )  # fmt: skip
    for i, name in enumerate(names):
        factor = FACTORS[name]
        words = [f"<b>{word}</b>" if k == factor.own else word for k, word in enumerate(factor.words)]
        where: dict[str, Any] = {"row": 1 + i // COLUMNS, "col": 1 + i % COLUMNS}
        figure.update_xaxes(tickvals=places[i], ticktext=words, range=(-0.3, len(words) - 0.7), **where)
    caption = (
        "The share of a dictionary's latents that fire on none of 32,768 fresh inputs: means over dictionaries, each "
        "with a truth of its own, with 95 % intervals. One thing is changed at a time; bold is the recipe's own value. "
        "A tied start has W_e = W_dᵀ at step 0; where there is one line, dictionaries start untied. b_d begins in the "
        "geometric median of the data, or at 0 where that is said."
    )
    return Panel("factors", "What kills latents", caption, figure)


def _intervals(run: Run) -> np.ndarray:
    """(place, start, 3): mean and its interval, within 0 and 1; none where all are alike."""
    found = []
    for place in range(len(run.data["place"])):
        row = []
        for start in STARTS:
            if start not in run.data["start"].values:
                row.append((np.nan, np.nan, np.nan))
                continue
            dead = dead_share(run, place=place, start=start)
            mean, low, high = mean_interval(dead[np.isfinite(dead)])
            row.append((mean, max(low, 0), min(high, 1)) if np.isfinite(high) else (mean, mean, mean))
        found.append(row)
    return np.array(found)


def _some(runs: Runs) -> dict[str, Latents]:
    """The dictionaries that are looked at more closely, by name."""
    plain = runs["plain"]
    chosen = {
        "rate 0.001, untied": (plain, {"order": GENTLE}),
        "rate 0.01, untied": (plain, {"order": UNTIED}),
        "rate 0.01, tied": (plain, {"order": TIED}),
        "rate 0.01, tied, L1 0.3": (plain, {"order": STRONG}),
    }
    if "mean" in runs:
        chosen[f"tied, mean {MEAN:g}, b_d = 0"] = (runs["mean"], {"shift": 1})
    return {name: Latents(run, **place) for name, (run, place) in chosen.items()}


def _course(some: dict[str, Latents]) -> Panel:
    values, steps = [], []
    for latents in some.values():
        both = [_bands(share) for share in latents.shares()]
        values.append(np.stack(both, axis=1))
        steps.append(latents.step)
    figure = band_panels(
        steps, values, [f"silent for {WINDOW} steps", "never fired yet"], list(some), x_label="step",
        y_label="share of latents", columns=COLUMNS, y_axis={"tickformat": "~%", "rangemode": "tozero"},
    )  # fmt: skip
    caption = (
        f"Latents that have not fired for {WINDOW} steps, and latents that have never fired since the start, as "
        "shares of all: means over dictionaries with 95 % intervals. Where the lines meet, the dead were stillborn; "
        "where the first rises alone, they had fired and died."
    )
    return Panel("course", "When they die", caption, figure)


def _bands(shares: np.ndarray) -> np.ndarray:
    """(record, 3): mean over dictionaries and its interval."""
    found = [mean_interval(record) for record in shares.T]
    return np.array([(m, max(low, 0), high) if np.isfinite(high) else (m, m, m) for m, low, high in found])


def _frequencies(runs: Runs, some: dict[str, Latents]) -> Panel:
    points = []
    for name, latents in some.items():
        run = runs["mean"] if "mean" in name else runs["plain"]
        D = [np.asarray(_truth(run, i)) for i in range(SHOWN)]
        near = np.stack([cosines(D[i], latents.W_d[i]).max(axis=0) for i in range(SHOWN)]).ravel()
        frequency, dead = latents.frequency[:SHOWN].ravel(), latents.dead[:SHOWN].ravel()
        spread = GUTTER * np.geomspace(0.75, 1.33, dead.sum()) if dead.any() else np.zeros(0)
        points.append([(frequency[~dead], near[~dead]), (spread, near[dead])])
    figure = dot_panels(
        points, ["live", "dead"], list(some), x_label="share of inputs on which it fires",
        y_label="cosine with the nearest true feature", columns=COLUMNS,
        x_axis={"type": "log", "tickvals": [GUTTER, 1e-4, 1e-3, 0.01, 0.1, 1], "range": [-5.3, 0.1],
                "ticktext": ["never", "0.01 %", "0.1 %", "1 %", "10 %", "100 %"]},
        y_axis={"range": [0, 1.05]},
    )  # fmt: skip
    caption = (
        f"All latents of {SHOWN} dictionaries of each kind. A true feature is active on 5 % of inputs. Top, near 5 %: "
        "latents that found one. Dead latents, at the left, look anywhere."
    )
    return Panel("frequencies", "Which latents a dictionary has", caption, figure)


def _truth(run: Run, dictionary: int) -> Any:
    law: Any = run.training.law
    axis: Any = run.training.over["dictionary"]
    directions = law.directions.model_copy(update={"draw": axis["law.directions.draw"][dictionary]})
    return directions.matrix(run.training.model.sizes.features)


def _thresholds(some: dict[str, Latents]) -> Panel:
    points = []
    for latents in some.values():
        dead, few = latents.dead[:SHOWN].ravel(), (-latents.bias[:SHOWN].ravel(), latents.reach[:SHOWN].ravel())
        points.append([tuple(part[kind] for part in few) for kind in (~dead, dead)])
    figure = dot_panels(
        points, ["live", "dead"], list(some), x_label="−b_e, what it takes to fire",
        y_label="largest W_e·x̄ of any input", columns=COLUMNS, equal=True,
    )  # fmt: skip
    caption = (
        "A latent fires on an input if W_e·x̄ exceeds −b_e: those below the dotted line are dead. Had the bias been 0, "
        "all above the height 0 would fire. Dead latents reach into the data; their biases ask for more than that."
    )
    return Panel("thresholds", "What holds the dead down", caption, figure)


def _crowd(runs: Runs) -> Panel:
    found = {
        f"{FEW} latents, untied": at_place(measured(runs["topk"]), {"latents": 0}),
        f"{MANY} latents, untied": at_place(measured(runs["topk"]), {"latents": 1}),
        f"{MANY}, tied": at_place(measured(runs["topk, tied"]), {"start": "tied"}),
        f"{MANY}, untied, AuxK": at_place(measured(runs["topk, AuxK"]), {"start": "independent"}),
        f"{MANY}, tied, AuxK": at_place(measured(runs["topk, AuxK"]), {"start": "tied"}),
    }
    both = [(100 * one.dead.values, (one.cosine > FOUND).sum("true").values) for one in found.values()]
    values = [[mean_interval(measure) for measure in row] for row in both]
    columns = ["dead latents (% of all)", f"true features found, of {CROWD} (cosine above {FOUND:g})"]
    figure = interval_rows(list(found), columns, values, zero="none")
    caption = (
        f"{CROWD} true features in {CROWD_INPUTS} inputs, {ACTIVE} of them active on average; TopK with k = {ACTIVE}. "
        "Here no latent is superfluous. Means over dictionaries, each with a truth of its own, with 95 % intervals."
    )
    return Panel("crowd", "Where features outnumber latents", caption, figure)
