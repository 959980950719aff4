"""What is drawn of the trainings."""

import numpy as np

from tegum.claims import rate_interval
from tegum.experiments.experiment import Panel, Runs
from tegum.experiments.repair.caught import (
    by_number,
    delays,
    edited,
    mean_of,
    medians_of,
    rest_of,
    there,
    with_interval,
)
from tegum.experiments.repair.treatments import (
    DRAWN,
    FEATURES,
    FEW,
    JUDGED,
    LASTING,
    ONCE,
    PASSING,
    RATES,
    SETTLING,
    SHIFTS,
    TREATMENTS,
    several_name,
)
from tegum.failure.courses import OFFSETS
from tegum.failure.recovery import limited
from tegum.failure.timelines import survival
from tegum.plots.lines import histories
from tegum.plots.rate_map import rate_map
from tegum.plots.rates import rate_lines, stacked_rates
from tegum.plots.tiles import NARROW
from tegum.plots.zones import latent_zones


def panels(runs: Runs, recipes: tuple[str, ...], more: tuple[tuple[int, int], ...]) -> list[Panel]:
    """All figures, the one that a reader expects first."""
    return [
        _ends(runs, recipes),
        *(_survival(runs, recipe) for recipe in (LASTING, PASSING)),
        _gallery(runs),
        *(_mapped(runs, recipe) for recipe in (LASTING, PASSING)),
        _several(runs, more),
        _cost(runs),
        *(_tuned(runs, recipe, recipes.index(recipe)) for recipe in (LASTING, PASSING)),
    ]


def _ends(runs: Runs, recipes: tuple[str, ...]) -> Panel:
    names = there(runs, reversed(ONCE))
    courses = [[edited(runs, name, recipe) for recipe in recipes] for name in names]
    first = courses[0][0]
    share = [[course.perfect for course in row] for row in courses]
    time = [[mean_of(delays(runs, name, recipe)) for recipe in recipes] for name in names]
    hover = [[f"{with_interval(course.perfect)}<br>{by_number(course)}" for course in row] for row in courses]
    text = [
        [f"{mean_of(one):.0%} · {late:,.0f}".replace("%", " %") for one, late in zip(row, times, strict=True)]
        for row, times in zip(share, time, strict=True)
    ]
    figure = rate_map(
        [[mean_of(one) for one in row] for row in share], list(recipes), names, hover,
        x_label="recipe", y_label="", what="share of caught models perfect at the end", text=text,
    )  # fmt: skip
    caption = (
        f"Models of n = {FEATURES} that are in symmetric failure at step {first.step[0]:,} and edited once, then. In "
        f"each cell: the share that is perfect at step {first.step[-1]:,}, and the mean number of steps until it is "
        "(those that never are count as the whole rest). Equal seeds in a column, so rows are compared on the same "
        "models. Each remedy's number is the best of six for that recipe, by other seeds; the published one is "
        "fixed. Hover for counts, 95 % intervals, and how those with one feature unlearnt fared."
    )
    return Panel("ends", "Which remedy mends what", caption, figure)


def _survival(runs: Runs, recipe: str) -> Panel:
    courses = {name: edited(runs, name, recipe) for name in there(runs, DRAWN)}
    plain = courses["nothing"]
    step = plain.step - plain.step[0]
    curves = [_on_grid(step, course.until_perfect, rest_of(plain)) for course in courses.values()]
    share, low, high = np.moveaxis(np.array(curves), 0, -1)
    names = [f"{name}{_half(step, curve[0])}" for name, curve in zip(courses, curves, strict=True)]
    figure = rate_lines(step, share, low, high, names, x_label="steps since the edit", y_label="share not yet perfect")
    caption = (
        f"The {len(plain.seed)} models caught at step {plain.step[0]:,}, {recipe}: how many are not perfect "
        "yet, with 95 % bands (Kaplan and Meier); in brackets the median. A line that goes flat is of models that "
        "stay in failure."
    )
    figure.update_xaxes(tickformat=",")
    return Panel(f"survival-{_slug(recipe)}", f"How long until all is learnt: {recipe}", caption, figure)


def _gallery(runs: Runs) -> Panel:
    names = [name for name in there(runs, DRAWN) if name != "noise"]
    plain = edited(runs, "nothing", LASTING)
    one = int(plain.one.argmax())
    chosen, titles, words = [], [], []
    for offset in (1, 100, 1000):
        for name in names:
            chosen.append(edited(runs, name, LASTING).early[one, OFFSETS.index(offset)])
            titles.append(name)
            words.append(f"after {offset:,} step{'s' if offset > 1 else ''}")
    found = np.array(chosen, float)
    figure = latent_zones((found[:, :2], found[:, 2]), titles, subtitles=words, columns=len(names))
    caption = (
        f"One model with one feature unlearnt (seed {JUDGED + int(plain.seed[one])}, {LASTING}), just after each "
        "edit, and 100 and 1,000 steps later. Resampling and the proposal differ in the length of the new spoke "
        "more than in its direction."
    )
    return Panel("gallery", "What each remedy does", caption, figure)


def _mapped(runs: Runs, recipe: str) -> Panel:
    run = runs[f"map {recipe}"]
    seeds = run.ended.sizes["seed"]
    good = run.ended.values[..., 0].sum(-1).T
    plain = runs[f"map nothing {recipe}"].ended.values[..., 0].sum(-1)
    count = np.concatenate([plain[:, None], good], axis=1)
    low, high = rate_interval(count, seeds)
    hover = _words(count, low, high, seeds)
    figure = rate_map(
        count / seeds, ["nothing", *(f"{shift:.2g}" for shift in SHIFTS)], [f"{rate:.2g}" for rate in RATES],
        hover, x_label="shift Δ of the biases on the repulsor's side", y_label="learning rate",
        what="share perfect at the end", text=np.where(low > 0.95, "●", ""),
    )  # fmt: skip
    caption = (
        f"The proposal over shift and learning rate: {seeds} models in each cell, {recipe}, n = {FEATURES}, "
        f"that start at symmetric failure with a noise of 0.01 and are edited at step {SETTLING:,}; perfect after "
        f"{run.training.steps:,} steps. A dot: the cell's 95 % interval is above 95 %. Left column: nothing is done."
    )
    return Panel(f"map-{_slug(recipe)}", f"The proposal over shift and rate: {recipe}", caption, figure)


def _cost(runs: Runs) -> Panel:
    names = there(runs, DRAWN)
    courses = [edited(runs, name, PASSING) for name in names]
    step = courses[0].step - courses[0].step[0]
    median = np.stack([medians_of(course.loss) for course in courses], axis=-1)
    figure = histories(step, median, names, x_label="steps since the edit", y_label="median loss (summed)")
    caption = (
        f"What an edit costs and when it pays: the median loss of the caught models, {PASSING}, summed over "
        "samples and features; symmetric failure with one feature unlearnt has 6/7."
    )
    return Panel("cost", "The loss after an edit", caption, figure)


def _tuned(runs: Runs, recipe: str, place: int) -> Panel:
    rest = rest_of(edited(runs, "nothing", recipe))
    names = there(runs, reversed(TREATMENTS))
    rows, text, hover = [], [], []
    for name in names:
        treatment = TREATMENTS[name]
        time = runs[f"tune {name}"].waited.values[place]
        caught = np.isfinite(time[0])
        mean = time[:, caught].mean(axis=1) if caught.any() else np.full(len(time), np.nan)
        rows.append(mean)
        text.append([f"{v:g}: {late:,.0f}" for v, late in zip(treatment.tried, mean, strict=True)])
        hover.append([f"{treatment.number} {v:g}: {late:,.0f} steps, {caught.sum()} models"
                      for v, late in zip(treatment.tried, mean, strict=True)])  # fmt: skip
    figure = rate_map(
        rows, [str(k + 1) for k in range(6)], names, hover, text=text,
        top=rest, reverse=True, x_label="value tried", y_label="", what="mean steps until perfect",
        ticks={0.0: "0", rest: f"{rest:,.0f}"},
    )  # fmt: skip
    caption = (
        f"The six values tried for each remedy's one number, {recipe}, on seeds that nothing is judged on: value, "
        "and mean steps until a caught model is perfect; never counts as the whole rest. The values used elsewhere "
        "are the best of the same six over 256 seeds."
    )
    return Panel(f"tuning-{_slug(recipe)}", f"Each remedy's number: {recipe}", caption, figure)


def _slug(recipe: str) -> str:
    return recipe.split()[-1].replace(".", "-")


def _on_grid(step: np.ndarray, time: np.ndarray, rest: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The survival curve and its band at the recorded steps."""
    if not time.size:
        nothing = np.full(len(step), np.nan)
        return nothing, nothing, nothing
    times, *curves = survival(limited(time, rest), np.isfinite(time))
    at = np.searchsorted(times, step, side="right") - 1
    share, low, high = (part[at] for part in curves)
    return share, low, high


def _half(step: np.ndarray, share: np.ndarray) -> str:
    """When half are done, in words."""
    done = np.flatnonzero(share <= 0.5)
    return f" ({step[done[0]]:,})" if done.size else " (never)"


def _several(runs: Runs, more: tuple[tuple[int, int], ...]) -> Panel:
    counts, labels = [], []
    for n, k in more:
        for name in (name for name in FEW if several_name(n, k, name) in runs):
            missing = runs[several_name(n, k, name)].ended.values[:, 1].astype(int)
            counts.append(np.bincount(np.minimum(missing, 3), minlength=4))
            labels.append(f"{name.replace(', ', ',<br>')}<br>n = {n}")
    table = np.array(counts)
    low, high = rate_interval(table, table.sum(axis=1, keepdims=True))
    names = ["all learnt", "one unlearnt", "two unlearnt", "three or more unlearnt"]
    shades = dict(zip(names, ("#12805F", "#E3A008", "#C95300", "#7A2E4D"), strict=True))
    figure = stacked_rates(
        names, table, low, high, labels, x_label="remedy, features", y_label="share of seeds", shades=shades
    )
    figure.update_xaxes(tickangle=0).update_layout(meta={"narrow": NARROW})
    caption = (
        "Several features unlearnt at once: a hexagon beside two (n = 8) or three (n = 9) unlearnt features, with a "
        f"noise of 0.01, edited at once, {PASSING}. The proposal gives all unlearnt columns one direction; resampling "
        "often does."
    )
    return Panel("several", "More than one unlearnt feature", caption, figure)


def _words(count: np.ndarray, low: np.ndarray, high: np.ndarray, total: int) -> list[list[str]]:
    return [
        [f"{int(c)} of {total} (95 % interval {100 * a:.0f}–{100 * z:.0f} %)" for c, a, z in zip(*row, strict=True)]
        for row in zip(count, low, high, strict=True)
    ]
