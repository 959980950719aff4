"""What is drawn: maps beside their untreated twins, and the table of readings."""

import numpy as np

from tegum.claims import drawn_interval, rate_interval
from tegum.experiments.experiment import Panel, Runs
from tegum.experiments.proposal_map.claims import MARGIN
from tegum.experiments.proposal_map.found import found, measured, rates, shifts
from tegum.experiments.proposal_map.judging import gain, successes
from tegum.experiments.proposal_map.readings import BASES, CHANGES, LETTER, PLAIN, ZERO, Reading
from tegum.experiments.proposal_map.settings import (
    LATENTS,
    RATES,
    SETTLING,
    SHIFTS,
    SHIFTS_READ,
    TOYS,
    TRUE,
    map_name,
    nothing_name,
    read_name,
)
from tegum.plots.interval_rows import interval_rows
from tegum.plots.maps import Plane, by_value, planes
from tegum.plots.rate_map import rate_map

UNTREATED = 3  # rows of a picture that the untreated twins take, with one left empty
TICKS = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
TENS = (0.001, 0.01, 0.1, 1.0, 10.0)


def panels(runs: Runs) -> list[Panel]:
    """All panels of what was trained."""
    found_panels = []
    if toys := [name for name in TOYS if name in runs]:
        found_panels.append(_toys(runs, toys))
    if map_name(None) in runs:
        found_panels += [_dictionaries(runs, base) for base in (LETTER, ZERO)]
    if read_name(LETTER, PLAIN) in runs:
        found_panels.append(_readings(runs))
    return found_panels


def _toys(runs: Runs, names: list[str]) -> Panel:
    run = runs[names[0]]
    figure = planes(
        [_plane(runs, name) for name in names], x_label="learning rate", y_label="shift Δ", log_x=True, log_y=True,
        columns=2, scale=("share that recovers", "none", "all"),
    )  # fmt: skip
    figure.update_xaxes(tickvals=TICKS, ticktext=[f"{tick:g}" for tick in TICKS])
    for i, name in enumerate(names):
        low, *_ = _below(shifts(runs[name]))
        ticks = [float(tick) for tick in TENS if tick >= shifts(runs[name])[1]]
        words = ["nothing", "0", *(f"{tick:g}" for tick in ticks)]
        values = [(low[0] * low[UNTREATED - 2]) ** 0.5, low[-1], *ticks]
        figure.update_yaxes(tickvals=values, ticktext=words, row=1 + i // 2, col=1 + i % 2)
    caption = (
        "Toy models on one-hot data that start beside one unlearnt feature, with a noise of 0.01, edited at step "
        f"{SETTLING:,} by the proposal and trained for {run.training.steps:,} steps: the share of seeds that recover, "
        "all features learnt. Each pixel is one Δ at one rate; the lowest row has Δ = 0. The band below, set apart, is "
        "the untreated twins at these rates. Hover for counts."
    )
    return Panel("toys", "Where the proposal recovers an unlearnt feature", caption, figure)


def _below(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the rows of the untreated, a gap, and Δ = 0 are drawn on a logarithmic axis; and all other shifts."""
    step = values[2] / values[1]
    return values[1] / step ** np.arange(UNTREATED + 1, 0, -1), values[1:]


def _plane(runs: Runs, name: str) -> Plane:
    """A map; below it, as if at ever lower Δ, a row of Δ = 0 and rows of the untreated."""
    run, seeds = runs[name], runs[name].recovered.sizes["seed"]
    share, plain = run.recovered.values.mean(-1), runs[f"{name}, nothing"].recovered.values.mean(-1)
    gap = np.full((1, len(plain)), np.nan)
    rows = np.concatenate([np.tile(plain, (UNTREATED - 1, 1)), gap, share])
    names = [*["nothing done"] * (UNTREATED - 1), "", *(f"Δ = {shift:.3g}" for shift in shifts(run))]
    words = [
        [f"{part}: {round(value * seeds)} of {seeds}" if part else "" for value in np.nan_to_num(row)]
        for part, row in zip(names, rows, strict=True)
    ]
    place = np.concatenate(_below(shifts(run)))
    return Plane(rates(run), place, by_value(rows), title=name, words={"": np.array(words, object)})


def _dictionaries(runs: Runs, base: str) -> Panel:
    """Successes in each cell; features found in words."""
    good, count = successes(runs, base), found(runs[map_name(base)])
    plain = found(runs[map_name(None)])
    low, high = rate_interval(good.sum(-1), good.shape[-1])
    share = good.mean(-1)
    hover = np.array([
        [
            f"{good[i, k].sum()} of {good.shape[-1]} (95 % interval {low[i, k]:.0%} to {high[i, k]:.0%})<br>"
            f"{count[i, k].mean():.1f} features found against {plain[k].mean():.1f} untreated"
            for i in range(len(SHIFTS))
        ]
        for k in range(len(RATES))
    ])  # fmt: skip
    text = np.array([[f"{count[i, k].mean():.1f}" for i in range(len(SHIFTS))] for k in range(len(RATES))])
    figure = rate_map(
        np.concatenate([np.zeros((len(RATES), 1)), share.T], axis=1),
        ["nothing", *(f"{shift:g}" for shift in SHIFTS)], [f"{rate:g}" for rate in RATES],
        np.concatenate([[[f"{part.mean():.1f} features found"] for part in plain], hover], axis=1),
        text=np.concatenate([[[f"{part.mean():.1f}"] for part in plain], text], axis=1),
        x_label="shift Δ of the biases", y_label="learning rate",
        what=f"share that finds {MARGIN} features more than its twin",
    )  # fmt: skip
    caption = (
        f"Dictionaries of {LATENTS} latents for {TRUE} true features, edited four times, {base}: shade, the share of "
        f"{good.shape[-1]} dictionaries that find {MARGIN} or more features beyond what their untreated twins do; "
        "number, features found on average. Left column: the untreated twins. Each dictionary has a truth of its own."
    )
    return Panel(
        f"map-{'letter' if base == LETTER else 'zero'}", f"Dictionaries over Δ and rate, {base}", caption, figure
    )


def _readings(runs: Runs) -> Panel:
    chosen = [(base, change) for base in BASES for change in CHANGES if read_name(base, change) in runs]
    rows = [_label(base, CHANGES[change]) for base, change in chosen]
    values = np.array([_measures(runs, base, change) for base, change in chosen])
    first_zero = next((i for i, (base, _) in enumerate(chosen) if base == ZERO), 0)
    figure = interval_rows(
        rows, ["features found", "points of latents dead", "loss (%)"], values, zero="the untreated twin",
        names=[f"Δ = {shift:g}" for shift in SHIFTS_READ], groups=[first_zero],
    )  # fmt: skip
    twin = runs[nothing_name()]
    caption = (
        "Each point that the proposal leaves open, read in another way, one at a time; above the line from its letter, "
        "below it from biases set to 0. Differences to the untreated twins, with 95 % intervals, over "
        f"{len(found(twin))} dictionaries, each with a truth of its own; untreated, they find "
        f"{found(twin).mean():.1f} of {TRUE} features and have {measured(twin).dead.values.mean():.0%} dead latents. "
        "Loss is the objective on fresh inputs, squared error plus the L1 term, relative to the twins’ mean."
    )
    return Panel("readings", "What each reading does", caption, figure)


def _label(base: str, reading: Reading) -> str:
    return f"<b>{base}</b>" if not reading.point else f"{reading.point}: {reading.words}"


def _measures(runs: Runs, base: str, change: str) -> np.ndarray:
    """(measure, shift, 3): features found, points of dead latents, % of loss; each less that of the twins."""
    run, twin = runs[read_name(base, change)], runs[nothing_name(change)]
    dead = 100 * (measured(run).dead.values - measured(twin).dead.values)
    loss = 100 * (run.loss.values - twin.loss.values) / twin.loss.values.mean()
    return np.array([[drawn_interval(row) for row in part] for part in (gain(runs, base, change), dead, loss)])
