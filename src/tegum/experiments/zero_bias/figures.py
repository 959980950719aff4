"""Figures of the bias of an unlearnt feature."""

from typing import Any

import numpy as np

from tegum.claims import rate_interval
from tegum.experiments.experiment import Panel, Runs
from tegum.experiments.zero_bias.judging import pivoted
from tegum.experiments.zero_bias.released import ARMS, BIASES, NOISE, TWIN, Released, totals
from tegum.failure.ends import ENDS, counts
from tegum.failure.forces import loss
from tegum.plots import style
from tegum.plots.bars import end_panels
from tegum.plots.lines import bands, curves
from tegum.plots.tilted import tilted_planes
from tegum.plots.zones import latent_zones
from tegum.theory.failure import with_column
from tegum.theory.zero_loss import looking_away

SHOWN = (TWIN, 1, 2, 3, 4, 6)  # places on the axis of what b_7 is set to
DRAWN = tuple(BIASES.index(value) for value in (-0.05, 0.0, 0.05, 1 / 7))
HEARD, SILENT = "heard", "silent"


def how_they_end(runs: Runs) -> Panel:
    arms = [Released.of(runs, name) for name in ARMS]
    found = np.stack([counts(arm.loss[SHOWN, :, -1]) for arm in arms])
    labels = ["free" if k == TWIN else _value(BIASES[k]) for k in SHOWN]
    seeds, last = arms[0].loss.shape[1], arms[0].step[-1]
    figure = end_panels(
        ENDS, found, *rate_interval(found, seeds), labels, list(ARMS), x_label="b_7 at the start",
        columns=2, what="models",
    )  # fmt: skip
    caption = (
        f"How {seeds} models for each bar end after {last:,} steps: released at symmetric failure, n = 7, with noise "
        f"of {NOISE}, and b_7 set once at the start; free: undisturbed. From 0 upwards they do what the undisturbed "
        "ones do. Below 0 the output is silent and stays so, but for a few models at −0.001 that began with ‖W_7‖² "
        "above it and heard themselves."
    )
    return Panel("ends", "How models end by what b_7 is set to", caption, figure)


def _value(bias: float) -> str:
    return "1/7" if bias == 1 / 7 else style.number(bias, ".3g")


def after(adamw: Released) -> Panel:
    figure = _over_time(adamw, adamw.bias, "b_7")
    figure.add_hline(1 / 7, line={"width": 1, "color": style.MUTED, "dash": "dot"})
    caption = (
        "b_7 after it was set, AdamW: the median model and the middle nine tenths. From 0 it is back at 1/7 (dotted) "
        "within a few hundred steps. There it stays while the others lean; it rises with W_7, and falls below 0 when "
        "the feature is learnt. Set below 0 it stays there but for the decay."
    )
    return Panel("after", "What b_7 does after it is set", caption, figure)


def lengths(adamw: Released) -> Panel:
    figure = _over_time(adamw, adamw.length, "‖W_7‖", log_y=True)
    caption = (
        "The length of W_7 in the same models, AdamW. At first it shrinks to where the others' imbalance puts it, then "
        "it grows with that. Below 0 nothing pulls and only the decay is left; it is never learnt."
    )
    return Panel("lengths", "What W_7 does meanwhile", caption, figure)


def _over_time(arm: Released, values: np.ndarray, label: str, log_y: bool = False) -> Any:
    """The median and the middle nine tenths over seeds of (set, seed, t), at steps even in log t."""
    at = np.unique(np.searchsorted(arm.step, np.geomspace(1, arm.step[-1], 60)))
    low, middle, high = np.quantile(values[list(DRAWN)][..., at], [0.05, 0.5, 0.95], axis=1).swapaxes(1, 2)
    names = [f"b_7 set to {_value(BIASES[k])}" for k in DRAWN]
    return bands(arm.step[at], middle, low, high, names, x_label="step", y_label=label, log_x=True, log_y=log_y,
                 interval="middle 90 % of models")  # fmt: skip


def held_ends(runs: Runs, beside: tuple[int, ...]) -> Panel:
    found = np.stack([counts(totals(runs[f"held, {live}"]), live + 1) for live in beside])
    seeds = runs[f"held, {beside[0]}"].loss.sizes["seed"]
    figure = end_panels(
        ENDS, found, *rate_interval(found, seeds), ["0", "1/n"], [f"{live} + 1 features" for live in beside],
        x_label="b held at", columns=5, what="models",
    )  # fmt: skip
    caption = (
        f"{seeds} models for each bar, Adam, with the bias of the unlearnt feature frozen. At 0 its column shrinks to "
        "nothing beside six or more live features, so that its output is silent, a loss of 1: without a bias an "
        "imbalance of the others does not push it. Beside four or five it grows. Held at 1/n they leave as if it were "
        "free."
    )
    return Panel("held", "Held there by force", caption, figure)


def planes() -> Panel:
    states = [with_column(6, np.zeros(2), 0.0), pivoted()]
    points = np.stack([(W.T @ W + b[:, None])[[0, 1, 6]][:, :6].T for W, b in states])
    kinds = [[HEARD if z > 0 else SILENT for z in corners[:, 2]] for corners in points]
    figure = tilted_planes(
        points, kinds, [f"W<sub>{i}</sub>" for i in range(1, 7)], ["b₇ = 0, W₇ = 0", "b₇ = 0, W₇ = 0.06 W₆"],
        labels=("output 1", "output 2", "output 7"), shades={HEARD: style.SERIES[1], SILENT: style.SERIES[7]},
    )  # fmt: skip
    caption = (
        "The hexagon among outputs 1, 2 and 7, before ReLU, turning about the level 0. Three inputs lift output 7 and "
        "press W_7 back; the three below the floor are silenced by ReLU and pull at nothing."
    )
    return Panel("planes", "Half of a tilted hexagon is silent at b_7 = 0", caption, figure)


def bias() -> Panel:
    b = np.linspace(-0.5, 1, 301)
    heard = np.maximum(b, 0)
    own, others = (1 - heard) ** 2, 6 * heard**2
    names = ["all together", "input 7", "the six others"]
    figure = curves(
        b, np.stack([own + others, own, others], 1), names, dashed=names[1:], x_label="b_7, with W_7 = 0",
        y_label="loss of output 7, summed", height=380,
    )  # fmt: skip
    figure.add_vline(1 / 7, line={"width": 1, "color": style.MUTED}, annotation={"text": "1/7", "font": {"size": 12}})
    figure.update_yaxes(range=[-0.1, 3])
    caption = (
        "With W_7 = 0 the best bias is the mean of what output 7 should be, 1/7, at a loss of 6/7. At 0 the slope is "
        "steep, −2; a negative bias is a plateau of loss 1 without any slope."
    )
    return Panel("bias", "The bias of the unlearnt feature", caption, figure)


def perfect() -> Panel:
    states = [looking_away(7, bias) for bias in (0.0, 1 / 7)]
    figure = latent_zones(
        (np.stack([W for W, _ in states]), np.stack([b for _, b in states])), ["b_7 = 0", "b_7 = 1/7"],
        subtitles=[f"loss {loss(*state):.2g}" for state in states],
    )  # fmt: skip
    caption = (
        "Two models of seven features without any loss whose last bias (feature 6 here) is not negative. Its zone is "
        "half of the disc and more; the others keep out of it."
    )
    return Panel("perfect", "The best that b_7 ≥ 0 allows", caption, figure)
