"""The figures: the film of one dictionary under all remedies, how many features all of them find, and when."""

from typing import Any

import numpy as np

from tegum.claims import drawn_interval, rate_interval, share
from tegum.experiments.dictionary_film.judging import chosen, end, followed, inputs, serving, silent, truths
from tegum.experiments.dictionary_film.settings import (
    FEATURES,
    FULL,
    GAPS,
    JUDGED,
    KEPT,
    LETTER,
    NOTHING,
    OWN,
    PUBLISHED,
    READING,
    REFERENCES,
    TIED,
    TRUTH,
    WINDOW,
    ZERO,
    recorded,
    steps_of_edits,
)
from tegum.experiments.experiment import Panel, Runs
from tegum.plots import style
from tegum.plots.band_panels import band_panels
from tegum.plots.dictionary_film import Reel, dictionary_film
from tegum.plots.rates import stacked_rates
from tegum.training.run import Run

FILMED = (NOTHING, PUBLISHED, FULL, LETTER, READING, GAPS, OWN)
SHADES = dict(zip((*FILMED, ZERO), style.SERIES, strict=True)) | {KEPT: "#9B1B30", TRUTH: style.INK, TIED: "#9A958A"}
OFTEN = 200  # steps between the places of the course of all dictionaries


def panels(runs: Runs, filmed: int | None) -> list[Panel]:
    """The film, where there is a dictionary to show, and what became of all."""
    place = chosen(runs) if filmed is None else filmed
    shown = [] if place is None else [_film(runs, place, by_rule=filmed is None)]
    return [*shown, _ends(runs), _course(runs)]


def reel(run: Run, place: int) -> Reel:
    """One dictionary at all its records; dead is what fires on none of the fresh inputs."""
    data, W = run.data.isel(dictionary=place), truths(run)[place]
    kept = {name: data[f"{name}_history"].transpose("step", ...).values for name in ("W_e", "b_e", "W_d", "b_d")}
    h = W @ inputs()
    dead = np.array([silent(*moment, h) for moment in zip(kept["W_e"], kept["b_e"], kept["b_d"], strict=True)])
    found = np.array([(serving(W, *moment) >= 0).sum() for moment in zip(kept["W_d"], dead, strict=True)])
    return Reel(**kept, dead=dead, found=found, loss=data["loss_history"].values)


def _film(runs: Runs, place: int, *, by_rule: bool) -> Panel:
    arms = {arm: run for arm, run in runs.items() if arm in FILMED}
    reels = {arm: reel(run, place) for arm, run in arms.items()}
    run = runs[NOTHING]
    steps, W = run.data["step"].values, truths(run)[place]
    h = W @ inputs()
    active = h[:, (h != 0).any(axis=0)]
    edits = steps_of_edits(int(steps[-1]))
    figure = dictionary_film(reels, steps, W, active, shades=SHADES, edits=edits, first=len(steps) - 1)
    rule = "the first that, left alone, loses at least two latents and misses a feature" if by_rule else "as chosen"
    stories = "; ".join(f"{arm}: {_story(runs[arm], place, one)}" for arm, one in reels.items() if arm != NOTHING)
    alone = f"Left alone it finds {reels[NOTHING].found[-1]} of {FEATURES} features"
    caption = (
        f"Dictionary {JUDGED + place}, {rule}, under each remedy: the same start and the same data until the first "
        f"edit, at step {edits[0]:,}. Move the slider, or click the film and use the arrow keys. A bar shows where a "
        "latent begins to fire: one whose bar has left the cloud is dead. Grey lines in the courses are the steps of "
        f"edits, which take hold of latents that have not fired for {WINDOW} steps; whole numbers are drawn a little "
        f"apart. {alone}. {stories[:1].upper()}{stories[1:]}."
    )
    return Panel("film", "Five features, eight latents", caption, figure)


def _story(run: Run, place: int, one: Reel) -> str:
    """How many latents each edit took hold of, and what was found in the end."""
    steps = run.data["step"].values
    idle = run.data["idle_history"].isel(dictionary=place).sel(step=list(steps_of_edits(int(steps[-1])))).values
    taken = ", ".join(str(count) for count in (idle >= WINDOW).sum(axis=1))
    full = np.flatnonzero(one.found == FEATURES)
    when = f", all at step {steps[full[0]]:,} for the first time" if len(full) else ""
    others = share(end(run).found == FEATURES)
    return (
        f"{taken} latents taken hold of, {one.found[-1]} features found at the end{when} (all in {others} dictionaries)"
    )


def _ends(runs: Runs) -> Panel:
    names = [f"{k} found" for k in range(FEATURES, -1, -1)]
    counts = np.array([[int((end(run).found == k).sum()) for k in range(FEATURES, -1, -1)] for run in runs.values()])
    low, high = rate_interval(counts, np.broadcast_to(counts.sum(axis=1, keepdims=True), counts.shape))
    shades = dict(zip(names, style.colours(style.IMPORTANCE, np.arange(len(names)), 0, len(names) - 1), strict=True))
    figure = stacked_rates(names, counts, low, high, _labels(runs), x_label="", y_label="share of dictionaries",
                           shades=shades)  # fmt: skip
    caption = (
        f"How many of the five features each of {counts[0].sum()} dictionaries has found at the end, for each remedy: "
        "a feature is found if a latent that fires has its decoder vector within 10° of it, one latent for each "
        "feature. The references are no remedies: dictionaries that start at the true directions, and with W_e = W_dᵀ "
        "and b_e = 0. Shares with 95 % intervals on hover."
    )
    return Panel("ends", "How many features are found", caption, figure)


def _course(runs: Runs) -> Panel:
    last = int(next(iter(runs.values())).data["step"].values[-1])
    steps = np.array([step for step in recorded(last) if step % OFTEN == 0])
    both: list[list[Any]] = [[], []]
    for run in runs.values():
        ends = followed(run, steps)
        for rows, values in zip(both, (ends.found, ends.dead.sum(axis=2)), strict=True):
            most = FEATURES if rows is both[0] else run.training.model.sizes.hidden
            rows.append([np.clip(drawn_interval(column), 0, most) for column in values.T])
    values = [np.moveaxis(np.array(rows), 0, 1) for rows in both]
    figure = band_panels(
        [steps, steps], values, list(runs), ["features found, of 5", "dead latents"], x_label="step", y_label="",
        columns=2, dashed=[arm for arm in runs if arm in REFERENCES], shades=SHADES, x_axis={"tickformat": ",~r"},
        y_axis={"rangemode": "tozero"},
    )  # fmt: skip
    caption = (
        f"Means over dictionaries, with 95 % intervals, every {OFTEN} steps; dashed: the references. Edits are at "
        f"steps {', '.join(f'{step:,}' for step in steps_of_edits(last))} and touch latents that have not fired for "
        f"{WINDOW} steps."
    )
    return Panel("course", "When", caption, figure)


def _labels(runs: Runs) -> list[str]:
    return [arm.replace(", ", ",<br>").replace("started at ", "started at<br>") for arm in runs]
