"""What is drawn of the trainings."""

from typing import Any

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
    PROPOSED,
    RATES,
    RECIPES,
    ROOMY,
    SETTLING,
    SHIFTS,
    TREATMENTS,
    WHOLE,
    forgetful,
    several_name,
    tune_name,
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
        _ends(runs, recipes, "unlearnt"),
        _ends(runs, forgetful(recipes), "all"),
        *(_survival(runs, recipe) for recipe in (LASTING, PASSING)),
        _gallery(runs),
        *(_mapped(runs, recipe) for recipe in (LASTING, PASSING) if f"map {recipe}" in runs),
        *([_several(runs, more)] if more else []),
        _cost(runs),
        *_tuning(runs),
    ]


def _ends(runs: Runs, recipes: tuple[str, ...], forget: str) -> Panel:
    names = there(runs, reversed(ONCE), forget)
    courses = [[edited(runs, name, recipe, forget) for recipe in recipes] for name in names]
    first = courses[0][0]
    share = [[course.perfect for course in row] for row in courses]
    time = [[mean_of(delays(runs, name, recipe, forget)) for recipe in recipes] for name in names]
    hover = [[f"{with_interval(course.perfect)}<br>{by_number(course)}" for course in row] for row in courses]
    text = [
        [f"{mean_of(one):.0%} · {late:,.0f}".replace("%", " %") for one, late in zip(row, times, strict=True)]
        for row, times in zip(share, time, strict=True)
    ]
    figure = rate_map(
        [[mean_of(one) for one in row] for row in share], list(recipes), names, hover,
        x_label="recipe", y_label="", what="share of caught models perfect at the end", text=text,
    )  # fmt: skip
    memory = "of everything" if forget == "all" else "of unlearnt features"
    caption = (
        f"Models of n = {FEATURES} that are in symmetric failure at step {first.step[0]:,} and edited once, then; in "
        f"every row the optimiser forgets what it knows {memory}, and “forget” is that alone. In each cell: the share "
        f"perfect at step {first.step[-1]:,}, and the mean number of steps until then (never counts as the whole "
        "rest). Equal seeds in a column. Numbers of a remedy are the best tried for that recipe and that memory, by "
        "other seeds; those in a row’s name are fixed. Hover for counts, 95 % intervals, and how those with one "
        "feature unlearnt fared."
    )
    slug, words = ("-all", ", all memory forgotten") if forget == "all" else ("", "")
    return Panel(f"ends{slug}", f"Which remedy mends what{words}", caption, figure)


def _survival(runs: Runs, recipe: str) -> Panel:
    courses = {name: edited(runs, name, recipe) for name in there(runs, DRAWN)}
    plain = courses["nothing"]
    step = plain.step - plain.step[0]
    curves = [_on_grid(step, course.until_perfect, rest_of(plain)) for course in courses.values()]
    share, low, high = np.moveaxis(np.array(curves), 0, -1)
    names = [f"{name}{_half(step, curve[0])}" for name, curve in zip(courses, curves, strict=True)]
    figure = rate_lines(step, share, low, high, names, x_label="steps since the edit", y_label="share not yet perfect",
                        stepped=True)  # fmt: skip
    caption = (
        f"The {len(plain.seed)} models caught at step {plain.step[0]:,}, {recipe}: how many are not perfect "
        "yet (Kaplan and Meier; 95 % intervals on hover); in brackets the median. A line that goes flat is of models "
        "that stay in failure. The optimiser forgets what it knows of unlearnt features."
    )
    figure.update_xaxes(tickformat=",")
    return Panel(f"survival-{_slug(recipe)}", f"How long until all is learnt: {recipe}", caption, figure)


def _gallery(runs: Runs) -> Panel:
    names = there(runs, ("resample", PROPOSED, "lean", WHOLE, ROOMY))
    plain = edited(runs, "nothing", LASTING)
    one = int(plain.one.argmax())
    pairs = [(name, offset) for name in names for offset in (1, 1000)]
    found = np.array([edited(runs, name, LASTING).early[one, OFFSETS.index(offset)] for name, offset in pairs], float)
    words = [f"after {offset:,} step{'s' if offset > 1 else ''}" for _, offset in pairs]
    figure = latent_zones((found[:, :2], found[:, 2]), [name for name, _ in pairs], subtitles=words, columns=4)
    caption = (
        f"One model with one feature unlearnt (seed {JUDGED + int(plain.seed[one])}, {LASTING}), just after each edit "
        "and 1,000 steps later. The proposal sets a short column, and leans the live features by their biases."
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
        what="share perfect at the end", text=np.where(count == seeds, "●", ""),
    )  # fmt: skip
    caption = (
        f"The proposal over shift and learning rate: {seeds} models in each cell, {recipe}, n = {FEATURES}, "
        f"that start at symmetric failure with a noise of 0.01 and are edited at step {SETTLING:,}; perfect after "
        f"{run.training.steps:,} steps. A dot: all of them. Left column: nothing is done."
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


def _tuning(runs: Runs) -> list[Panel]:
    """A panel for each recipe and memory in which the numbers were tried."""
    found = []
    for forget, words in (("unlearnt", ""), ("all", ", all memory forgotten")):
        run = runs.get(tune_name(PROPOSED, forget))
        optimisers: Any = run.training.over["recipe"] if run else {"optimiser": ()}
        names = [name for name in RECIPES if RECIPES[name] in optimisers["optimiser"]]
        found += [_tuned(runs, recipe, place, forget, words) for place, recipe in enumerate(names)]
    return found


def _tuned(runs: Runs, recipe: str, place: int, forget: str, policy: str) -> Panel:
    rest = rest_of(edited(runs, "nothing", recipe))
    names = [name for name in reversed(TREATMENTS) if tune_name(name, forget) in runs]
    widest = max(len(TREATMENTS[name].labels) for name in names)
    rows, hover = np.full((len(names), widest), np.nan), np.full((len(names), widest), "", object)
    text = hover.copy()
    for row, name in enumerate(names):
        time = runs[tune_name(name, forget)].waited.values[place]
        caught = np.isfinite(time[0])
        for k, label in enumerate(TREATMENTS[name].labels):
            rows[row, k] = mean_of(time[k, caught])
            text[row, k] = f"{label}<br>{rows[row, k]:,.0f}"
            hover[row, k] = (
                f"{', '.join(TREATMENTS[name].tried)} {label}: {rows[row, k]:,.0f} steps, {caught.sum()} models"
            )
    figure = rate_map(
        rows, [str(k + 1) for k in range(widest)], names, hover, text=text,
        top=rest, reverse=True, x_label="setting tried", y_label="", what="mean steps until perfect",
        ticks={0.0: "0", rest: f"{rest:,.0f}"},
    )  # fmt: skip
    caption = (
        f"What was tried for each remedy, {recipe}{policy}, on seeds that nothing is judged on: its number (to repel, "
        "the length of the small column and the shift), and the mean steps until a caught model is perfect; never "
        "counts as the whole rest. What is used elsewhere is the best of the same settings over 96 seeds."
    )
    slug = "-all" if forget == "all" else ""
    return Panel(f"tuning-{_slug(recipe)}{slug}", f"Each remedy's numbers: {recipe}{policy}", caption, figure)


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
            labels.append(f"{name.replace(', ', ',<br>').replace(' at ', '<br>at ')}<br>n = {n}")
    table = np.array(counts)
    low, high = rate_interval(table, table.sum(axis=1, keepdims=True))
    names = ["all learnt", "one unlearnt", "two unlearnt", "three or more unlearnt"]
    shades = dict(zip(names, ("#12805F", "#E3A008", "#C95300", "#7A2E4D"), strict=True))
    figure = stacked_rates(
        names, table, low, high, labels, x_label="remedy, features", y_label="share of seeds", shades=shades
    )
    figure.update_xaxes(tickangle=0).update_layout(meta={"narrow": NARROW})
    sizes = " or ".join(f"{k} (n = {n})" for n, k in more)
    caption = (
        f"Several features unlearnt at once: a hexagon beside {sizes} unlearnt features, with a noise of 0.01, edited "
        f"at once, {PASSING}. The proposal gives all unlearnt columns one direction."
    )
    return Panel("several", "More than one unlearnt feature", caption, figure)


def _words(count: np.ndarray, low: np.ndarray, high: np.ndarray, total: int) -> list[list[str]]:
    return [
        [f"{int(c)} of {total} (95 % interval {100 * a:.0f}–{100 * z:.0f} %)" for c, a, z in zip(*row, strict=True)]
        for row in zip(count, low, high, strict=True)
    ]
