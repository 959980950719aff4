"""The figures: how revived latents live, who becomes what, which rows move, what a fraction does."""

import numpy as np

from tegum.claims import drawn_interval
from tegum.experiments.experiment import Panel, Runs
from tegum.experiments.revived.effects import FRACTIONS
from tegum.experiments.revived.judging import Bed, means, of
from tegum.experiments.revived.lives import FATES, Lives
from tegum.experiments.revived.settings import BEDS, COUNTS, HOLD
from tegum.plots import style
from tegum.plots.band_panels import band_panels
from tegum.plots.interval_rows import interval_rows
from tegum.plots.rates import stacked_rates

EDIT = 0.5  # where on a logarithmic axis of steps the edit itself is drawn
STEPS = {"type": "log", "tickvals": [EDIT, 1, 10, 100, 1_000], "ticktext": ["edit", "1", "10", "100", "1,000"]}
WORDS = {"published": "published", "full length": "full length", "bias kept": "bias kept", "centred": "along x̄",
         "bias held": f"biases held {HOLD} steps"}  # fmt: skip
ENDS = {"only held": "biases held, no edit", "bias kept": "bias kept", "memory kept": "memory kept",
        "published": "published, once", **{f"{k} times": f"published, {k} times" for k in COUNTS[2:]},
        "centred": "along x̄", "full length": "full length", "bias held": "published, biases held"}  # fmt: skip
SHADES = dict(zip(FATES, style.SERIES, strict=False))


def panels(runs: Runs) -> list[Panel]:
    """All panels of what was trained."""
    there = {name: of(runs, name) for name in BEDS if f"{name}, nothing" in runs}
    beds = {name: bed for name, bed in there.items() if bed.edits}
    if not beds:
        return []
    first = next(iter(beds.values()))
    found = [_lives(first), _firing(first), _fates(beds), _fractions(beds), _beside(beds)]
    return [*found, *([_found(beds)] if len(first.runs) > 2 else []), *_repeated(beds)]


def _drawn_step(life: Lives) -> np.ndarray:
    return np.where(life.step == 0, EDIT, life.step).astype(float)


def _middle(values: np.ndarray) -> np.ndarray:
    """The median over latents and the middle half, (records, 3); NaN of none."""
    if not values.shape[1]:
        return np.full((len(values), 3), np.nan)
    return np.quantile(values, [0.5, 0.25, 0.75], axis=1).T


def _by_fate(own: list[Lives], name: str) -> np.ndarray:
    """(records, fate, 3) of one of the quantities of a life."""
    fate = np.concatenate([life.fate for life in own])
    values = np.concatenate([getattr(life, name) for life in own], axis=1)
    return np.stack([_middle(values[:, fate == k]) for k in range(len(FATES))], axis=1)


def _lives(b: Bed) -> Panel:
    own = b.lives("published")
    x = _drawn_step(own[0])
    titles = ["length of the encoder vector, live ones 1", "cosine with the nearest true feature"]
    figure = band_panels(
        [x, x], [_by_fate(own, name) for name in ("length", "cosine")], FATES, titles,
        x_label="steps after the edit", y_label="", columns=2, x_axis=STEPS, y_range=(0, 1.25), interval="middle half",
    )  # fmt: skip
    caption = (
        "The lives of all latents that the published rule revived, by what they have become at the end: medians and "
        "the middle half. They shrink for a step or two, then grow. Those that die again are not pushed to 0: they "
        "stop half-way, at a length at which they fell silent."
    )
    return Panel("lives", "The lives of revived latents", caption, figure)


def _firing(b: Bed) -> Panel:
    arms = [name for name in ("published", "bias held", "full length") if name in b.runs]
    lives = [b.lives(name) for name in arms]
    ticks = {"type": "log", "range": [-4.3, 0.05], "tickvals": [1e-4, 1e-3, 0.01, 0.1, 1],
             "ticktext": ["0.01 %", "0.1 %", "1 %", "10 %", "100 %"]}  # fmt: skip
    values = [np.maximum(_by_fate(own, "rate"), 6e-5) for own in lives]
    figure = band_panels(
        [_drawn_step(own[0]) for own in lives], values, FATES, [WORDS[name] for name in arms],
        x_label="steps after the edit", y_label="share of inputs on which it fires", columns=3, x_axis=STEPS,
        y_axis=ticks, interval="middle half",
    )  # fmt: skip
    caption = (
        "At first a revived latent fires on about half of all inputs, similar or not, since its bias is 0. That costs, "
        "and within five steps the bias has fallen until it fires on about 1 in 100; some then fire on none (the lower "
        "edge), and nothing moves them any more. Medians and the middle half."
    )
    return Panel("firing", "How often they fire", caption, figure)


def _fates(beds: dict[str, Bed]) -> Panel:
    there = [(bed, arm) for bed in beds.values() for arm in WORDS if arm in bed.runs]
    counts, low, high = (np.array(part) for part in zip(*(_shares(*one) for one in there), strict=True))
    labels = [f"{BEDS[bed.name].split(', ')[-1]}:<br>{WORDS[arm].replace(' held ', '<br>held ')}" for bed, arm in there]
    figure = stacked_rates(
        FATES, counts, low, high, labels, x_label="", y_label="share of revived latents", shades=SHADES
    ).update_xaxes(tickangle=0, tickfont_size=12)
    caption = (
        "What becomes of the latents that one edit revives. Learnt: it serves, at a cosine above 0.9 and one to one, a "
        "true feature that was not found before. Took one over: a feature that another latent had found. Intervals, on "
        "touch, are over dictionaries."
    )
    return Panel("fates", "Four fates", caption, figure)


def _shares(b: Bed, arm: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How many latents met each fate, and an interval of its share over dictionaries."""
    own = b.lives(arm)
    counts = np.bincount(np.concatenate([life.fate for life in own]), minlength=len(FATES))
    ends = [drawn_interval(np.array([(life.fate == k).mean() for life in own]))[1:] for k in range(len(FATES))]
    low, high = np.clip(np.array(ends).T, 0, 1)
    return counts, low, high


def _fractions(beds: dict[str, Bed]) -> Panel:
    titles, values = [], []
    for name, bed in beds.items():
        every = [bed.errors(fraction) for fraction in FRACTIONS]
        taken = [
            [means(own, lambda x: x.own < 0) for own in every],
            [means(own, lambda x: x.own_together < 0) for own in every],
        ]
        others = [
            [means(own, lambda x: x.rest < 0) for own in every],
            [np.array([x.together < 0 for x in own]) for own in every],
        ]
        titles += [f"{BEDS[name]}: inputs taken", f"{BEDS[name]}: all inputs"]
        values += [_intervals(taken), _intervals(others)]
    figure = band_panels(
        [np.array(FRACTIONS)] * len(titles), values, ["one latent alone", "all at once"], titles, columns=2,
        x_label="length of new rows, live ones 1", y_label="x̂ closer to x", y_range=(-0.04, 1.04),
        x_axis={"type": "log", "tickvals": FRACTIONS, "ticktext": [f"{k:g}" for k in FRACTIONS]},
        y_axis={"tickformat": ".0%"},
    )  # fmt: skip
    figure.add_vline(0.2, line={"width": 1, "dash": "dot", "color": style.MUTED})
    caption = (
        "How often ‖x − x̂‖² is smaller right after the edit than before, by the length of the new encoder rows; the "
        "published fraction is dotted. Left: on the inputs whose directions were taken. Right: the mean over all "
        "inputs. One latent alone helps its own input at any small length; all at once add up."
    )
    return Panel("fractions", "When x̂ comes closer", caption, figure)


def _intervals(lines: list[list[np.ndarray]]) -> np.ndarray:
    """(place, line, 3): means over dictionaries with intervals within 0 and 1."""
    found = np.array([[drawn_interval(np.asarray(place, float)) for place in line] for line in lines])
    return np.clip(np.swapaxes(found, 0, 1), 0, 1)


def _beside(beds: dict[str, Bed]) -> Panel:
    titles = ["three nearest rows: cosine with the new direction", "nearest two rows: cosine with each other"]
    names = [BEDS[name] for name in beds]
    parts = [bed.beside for bed in beds.values()]
    x = np.where(parts[0][0].step == 0, EDIT, parts[0][0].step).astype(float)
    values = []
    for name in ("away", "apart"):
        lines = [np.stack([getattr(one, name).mean(1) for one in part]) for part in parts]
        values.append(np.stack([[drawn_interval(record) for record in line.T] for line in lines], axis=1))
    figure = band_panels(
        [x, x], values, names, titles, x_label="steps after the edit", y_label="change against the twin", columns=2,
        x_axis=STEPS, limit=0.0,
    )  # fmt: skip
    caption = (
        "What the live rows nearest to a new one do, less what the same rows do in the twin that was left alone: means "
        "over dictionaries with 95 % intervals. They turn away, by a few hundredths of a cosine."
    )
    return Panel("beside", "The rows beside a new one", caption, figure)


def _found(beds: dict[str, Bed]) -> Panel:
    more = {name: bed for name, bed in beds.items() if len(bed.runs) > 2}
    rows = [arm for arm in ENDS if any(arm in bed.runs for bed in more.values())]
    nothing = (np.nan,) * 3
    values = [
        [drawn_interval(bed.found(arm) - bed.found("nothing")) if arm in bed.runs else nothing for bed in more.values()]
        for arm in rows
    ]
    figure = interval_rows(
        [ENDS[arm] for arm in rows], [BEDS[name] for name in more], values, zero="left alone", unit=" features"
    )
    caption = (
        "How many more of the 32 true features are found at the end than in the twin that was left alone: means over "
        f"dictionaries with 95 % intervals. Biases held: all encoder biases stand still for {HOLD} steps after the "
        "edit. No dot where that was not tried."
    )
    return Panel("found", "What an edit finds", caption, figure)


def _repeated(beds: dict[str, Bed]) -> list[Panel]:
    often = {name: bed for name, bed in beds.items() if "8 times" in bed.runs}
    if not often:
        return []
    counts = COUNTS
    values = [[drawn_interval(bed.found(_times(count)).astype(float)) for bed in often.values()] for count in counts]
    figure = band_panels(
        [np.array(counts)], [np.array(values)], [BEDS[name] for name in often], [""], columns=1, y_range=(0, 32),
        x_label="times resampled, of equally many steps", y_label="features found of 32", x_axis={"tickvals": counts},
    )  # fmt: skip
    caption = (
        "True features found at the same last step, by how often the dictionary was resampled: means over dictionaries "
        "with 95 % intervals."
    )
    return [Panel("repeated", "Resampling again and again", caption, figure)]


def _times(count: int) -> str:
    return {0: "nothing", 1: "published"}.get(count, f"{count} times")
