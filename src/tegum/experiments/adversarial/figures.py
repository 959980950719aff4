"""Attacks drawn: over sparsity, against features per dimension, and beside what they are held against."""

import numpy as np
import plotly.graph_objects as go

from tegum.claims import mean_interval
from tegum.experiments.adversarial.claims import FORMED
from tegum.experiments.adversarial.measures import Attacked
from tegum.experiments.experiment import Panel
from tegum.plots.lines import against, bands

SPARSITY = "1/(1 − S), dense to sparse"


def panels(found: Attacked, room: Attacked) -> list[Panel]:
    """The article's picture first."""
    return [_over(found), _against(found), _built_in(found, room), _errors(found)]


def _bands(x: np.ndarray, lines: dict[str, np.ndarray], y_label: str, log_y: bool = True) -> go.Figure:
    """Means over seeds with their 95 % intervals: lines (p, seed)."""
    parts = np.array([[mean_interval(row) for row in values] for values in lines.values()])
    y, low, high = (parts[..., k].T for k in range(3))
    return bands(1 / x, y, low, high, list(lines), x_label=SPARSITY, y_label=y_label, log_x=True, log_y=log_y)


def _over(found: Attacked) -> Panel:
    shown = {
        "worst attack found": found["worst"], "the article's attack": found["analytic"],
        "features per dimension": found["features"], "random changes": np.maximum(found["random"], 0),
        "worst, one length for all": found["common"],
    }  # fmt: skip
    figure = _bands(found.x, shown, "added error per squared length")
    caption = (
        "What a change of a tenth of the mean input's length adds to Σ (x − y)², divided by the change's squared "
        "length: relative to a model without superposition, which has 1. It rises with the number of features per "
        "dimension, ‖W‖²_F/m, but far faster, and falls again where most inputs are empty. One length for all: attacks "
        "as long everywhere as at 0.03. Shorter attacks add more for their squared length, since part of the harm is "
        "linear. Random changes add a few hundredths of it."
    )
    return Panel("vulnerability", "Vulnerability as superposition forms", caption, figure)


def _against(found: Attacked) -> Panel:
    features, empty = found["features"].ravel(), found.x <= FORMED
    line = np.linspace(features.min(), features.max(), 60)
    figure = against(
        [(features, found["worst"].ravel()), (found["features"][empty].ravel(), found["active"][empty].ravel())],
        [(line, line), (line, line**2)], ["all inputs", "inputs with an active feature, 1 − S ≤ 0.03"],
        x_label="features per dimension ‖W‖²<sub>F</sub>/m", y_label="added error per squared length", log_x=True,
        log_y=True, words=("a model", "F (blue) and F² (orange), F features per dimension"),
    )  # fmt: skip
    caption = (
        "Each mark is a model. Without biases and ReLU, features spread evenly (WWᵀ = F·1) would make the worst attack "
        "add F² to an error of zero, by algebra alone: WᵀW stretches every attack within its range by F. Trained "
        "models lie above that up to F ≈ 3, as much of the harm is linear in the attack, and below it from about 5 on, "
        "where most ReLUs sleep. The column of marks at the right end is the sparse end: equal F, fewer inputs with "
        "anything to harm."
    )
    return Panel("against", "Against features per dimension", caption, figure)


def _built_in(found: Attacked, room: Attacked) -> Panel:
    shown = {
        "trained": found["worst"], "trained, target moves": found["moved"], "m features alone": found["dedicated"],
        "m features alone, target moves": found["passive"], "same norms, random directions": found["scrambled"],
    }  # fmt: skip
    figure = _bands(found.x, shown, "added error per squared length")
    figure.add_scatter(
        x=1 / room.x, y=room["worst"].mean(axis=1), mode="markers", name="trained with m = n",
        marker={"size": 12, "symbol": "diamond-open", "color": "#26241F", "line": {"width": 2}},
        hovertemplate="<b>trained with m = n</b><br>%{y:.3g}<extra></extra>",
    )  # fmt: skip
    caption = (
        "The worst attack found. “Target moves”: the model should give back what comes in, the attack included. Then "
        "features that are not stored are the way to attack, and a model that stores m features alone is about as "
        "vulnerable as a trained one: its safety in the article's sense is that it ignores most of its input. Random "
        "directions with the same norms, and biases fitted to them, have as many features per dimension."
    )
    return Panel("built-in", "What the task has built in", caption, figure)


def _errors(found: Attacked) -> Panel:
    base = found["dropped"]
    shown = {
        "superposition, attacked": found["attacked"] / base, "superposition": found["error"] / base,
        "none": np.ones_like(base),
    }  # fmt: skip
    figure = _bands(found.x, shown, "error, relative to no superposition")
    caption = (
        "Σ (x − y)² without attack and under the worst one found, relative to the model that stores m features alone, "
        "unattacked. What superposition wins is far more than what an attack of this length takes away."
    )
    return Panel("errors", "What superposition wins, and attacks take", caption, figure)
