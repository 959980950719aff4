"""A film of training: the feature wheel in its zones, what pulls at each feature, the biases, and the loss."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.errors import BadInput
from tegum.geometry.clipping import disc
from tegum.geometry.zones import reach, zones
from tegum.plots import style
from tegum.plots.space import arrows, film
from tegum.plots.tiles import NARROW

LONGEST = 0.36  # of the wheel's radius: the arrow of the largest force in each frame
LEAST = 0.015  # of the wheel's radius: arrows shorter than this have no head to draw
SIDES = 60  # of the disc to which zones are cut: enough for the eye, in every frame of a film
DIGITS = 3  # of every number in a frame
FAINT = 0.1  # opacity of the zones


@dataclass(frozen=True)
class Recorded:
    """The moments of one model: step (t,), W (t, 2, n), b (t, n), arrows (t, 2, n), loss (t,); what arrows are."""

    step: np.ndarray
    W: np.ndarray
    b: np.ndarray
    force: np.ndarray
    loss: np.ndarray
    unit: str

    def at(self, t: Any) -> "Recorded":
        """Some of the moments."""
        return Recorded(self.step[t], self.W[t], self.b[t], self.force[t], self.loss[t], self.unit)


def force_film(
    model: Any,
    steps: ArrayLike | None = None,
    *,
    force: ArrayLike | None = None,
    losses: ArrayLike | None = None,
    what: str = "step",
    most: int = 50,
    log_x: bool = False,
    unit: str | None = None,
) -> go.Figure:
    """Training as a film: features, zones and forces on the left, the biases and the loss on the right.

    model: one instance of a `Run` with recorded parameters and loss, such as `run.at(seed=0)` with
        `record=every(100)`; or a pair (W, b) of arrays (t, 2, n) and (t, n), with `steps` and `losses`.
    steps: when each moment was, (t,), rising; by default the recorded steps. what: their quantity.
    force: the arrows (t, 2, n), such as minus a gradient or an optimiser's updates, and their name, `unit`. By default
        minus the recorded gradients of a run that has them (`record=every(100, "loss", "parameters", "gradients")`),
        else the way that W goes to the next recorded moment.
    losses: (t,), by default those recorded.
    most: the film has at most so many frames, half of them spread over time and half over the way that W and b went,
        so that a jump has its frames too. log_x: time is logarithmic (step 0 is then drawn at half of the first).

    In every frame the largest arrow has the same length, and its size is written above the wheel; the others are as
    long as their share of it. So the length of an arrow is not to be compared between frames.
    """
    shown = _thinned(_read(model, steps, force, losses, unit), most)
    radius = float(1.12 * np.nanmax(reach((shown.W, shown.b))))
    figure = _canvas(shown, radius, what, log_x)
    place = _times(shown.step, log_x)
    line = {"color": style.MUTED, "width": 2}
    figure.add_scatter(x=place, y=shown.loss, mode="lines", line=line, xaxis="x3", yaxis="y3", hoverinfo="skip")
    moments = [_moment(shown.at(t), radius, place[t]) for t in range(len(place))]
    figure.add_traces(moments[0])
    labels = [f"{step:,.4g}" if step < 1e4 else f"{step:,.0f}" for step in shown.step]
    moving = range(len(figure.data) - len(moments[0]), len(figure.data))
    return film(figure, moments, labels, traces=moving, what=what, first=0)


def _read(model: Any, steps: Any, force: Any, losses: Any, unit: str | None) -> Recorded:
    if hasattr(model, "data") and {"W_history", "b_history"} <= set(model.data):
        steps = model.data["step"].values if steps is None else steps
        losses = _history(model, "loss") if losses is None else losses
        if force is None and "W_gradient_history" in model.data:
            force = -_history(model, "W_gradient", "latent", "feature")
        model = _history(model, "W", "latent", "feature"), _history(model, "b", "feature")
    if not isinstance(model, tuple) or steps is None or losses is None:
        raise BadInput(
            "a force film needs the recorded moments of one model: a run trained with record=every(100), which keeps "
            "parameters and loss; or a pair (W, b) of arrays (t, 2, n), (t, n), with steps (t,) and losses (t,)."
        )
    W, b, step, loss = (np.asarray(part, float) for part in (*model, steps, losses))
    if W.ndim != 3 or W.shape[1] != 2 or b.shape != (len(W), W.shape[2]) or step.shape != (len(W),) or not len(W):
        raise BadInput(
            f"W {W.shape}, b {b.shape} and steps {step.shape} are not the moments of one model in the plane; they need "
            "to be (t, 2, n), (t, n) and (t,). Of a run with many instances take one, run.at(...)."
        )
    arrows = np.append(np.diff(W, axis=0), np.zeros_like(W[:1]), axis=0) if force is None else np.asarray(force, float)
    if arrows.shape != W.shape or loss.shape != step.shape:
        raise BadInput(
            f"force {arrows.shape} and losses {loss.shape} must be {W.shape} and {step.shape}, as W and steps are."
        )
    if not all(np.isfinite(part).all() for part in (W, b, arrows, loss)):
        raise BadInput("W, b, force or loss is not finite at some moment; leave those moments out.")
    return Recorded(step, W, b, arrows, loss, unit or ("move" if force is None else "force"))


def _history(run: Any, name: str, *own: str) -> Any:
    """What a run recorded, all swept axes first; None where it did not record this."""
    if f"{name}_history" not in run.data:
        return None
    return run.data[f"{name}_history"].transpose(..., "step", *own).values


def _thinned(all_of: Recorded, most: int) -> Recorded:
    """At most so many moments: evenly spread over the mean of time and of the way gone, the ends included."""
    if len(all_of.step) <= most:
        return all_of
    state = np.concatenate([all_of.W.reshape(len(all_of.W), -1), all_of.b], axis=1)
    way = np.append(0, np.cumsum(np.linalg.norm(np.diff(state, axis=0), axis=1)))
    share = np.linspace(0, 1, len(way)) + way / (way[-1] or 1)
    at = np.searchsorted(share, np.linspace(0, share[-1], most))
    return all_of.at(np.unique(np.clip(at, 0, len(way) - 1)))


def _times(step: np.ndarray, log_x: bool) -> np.ndarray:
    if not log_x:
        return step
    return np.where(step > 0, step, np.min(step[step > 0], initial=np.inf) / 2)


def _canvas(shown: Recorded, radius: float, what: str, log_x: bool) -> go.Figure:
    figure = style.figure(560)
    n = shown.W.shape[2]
    hidden = {"visible": False, "constrain": "domain"}
    low, high = float(min(shown.b.min(), 0)), float(max(shown.b.max(), 0))
    room = 0.08 * (high - low or 1)
    right: dict[str, Any] = {"domain": [0.66, 1.0]}
    return figure.update_layout(
        showlegend=False,
        margin={"l": 10, "r": 14, "t": 40, "b": 30},
        meta={"narrow": NARROW},
        xaxis={**hidden, "domain": [0, 0.58], "range": [-radius, radius]},
        yaxis={**hidden, "range": [-radius, radius], "scaleanchor": "x"},
        xaxis2={**right, "anchor": "y2", "tickvals": list(range(n)), "title": {"text": "feature"}, "showgrid": False},
        yaxis2={
            "domain": [0.56, 1.0], "anchor": "x2", "range": [low - room, high + room], "title": {"text": "bias"},
            "zeroline": True, "zerolinecolor": style.MUTED, "zerolinewidth": 1,
        },
        xaxis3={**right, "anchor": "y3", "title": {"text": what}, "type": "log" if log_x else "linear", "nticks": 5,
                **({"exponentformat": "power", "dtick": 1} if log_x else {"tickformat": ",~r"})},
        yaxis3={"domain": [0, 0.4], "anchor": "x3", "type": "log", "title": {"text": "loss"},
                "exponentformat": "power", "nticks": 6, "range": _log_range(shown.loss)},
    )  # fmt: skip


def _log_range(values: np.ndarray) -> list[float]:
    """From below the smallest positive value to above the largest, at least two decades, at most ten."""
    positive = values[values > 0]
    if not len(positive):
        return [-10.0, 0.0]
    high, low = float(np.log10(positive.max())) + 0.3, float(np.log10(positive.min())) - 0.3
    return [max(min(low, high - 2), high - 10), high]


def _moment(now: Recorded, radius: float, place: float) -> list[Any]:
    """All that moves in one frame."""
    shades = style.feature_colours(now.W.shape[1])
    size = np.hypot(*now.force)
    strongest = int(size.argmax())
    words = f"largest {now.unit} {float(size[strongest]):.2g}, on feature {strongest}; loss {float(now.loss):.3g}"
    return [
        *_zones(now, radius, shades),
        *_wheel(now, radius, shades),
        _arrows(now.W, now.force, radius),
        go.Scatter(x=[0.0], y=[0.955 * radius], mode="text", text=[words], textfont={"size": 14}, hoverinfo="skip"),
        go.Bar(
            x=np.arange(len(shades)), y=_rounded(now.b), xaxis="x2", yaxis="y2", marker={"color": shades, "opacity": 1},
            hovertemplate="bias of feature %{x}: %{y}<extra></extra>",
        ),
        go.Scatter(
            x=[place], y=[float(now.loss)], xaxis="x3", yaxis="y3", mode="markers", cliponaxis=False,
            marker={"size": 11, "color": style.SERIES[1], "opacity": 1, "line": {"width": 1, "color": style.GROUND}},
            hovertemplate="loss %{y:.4g}<extra></extra>",
        ),
    ]  # fmt: skip


def _zones(now: Recorded, radius: float, shades: Sequence[str]) -> list[Any]:
    polygons = zones((now.W, now.b), disc(0.9 * radius, SIDES))
    return [
        go.Scatter(
            x=_rounded(np.append(x, x[:1])), y=_rounded(np.append(y, y[:1])), mode="lines", fill="toself",
            fillcolor=style.faint(shade, FAINT), line={"width": 1, "color": style.faint(shade, 0.45)}, hoverinfo="skip",
        )
        for (x, y), shade in zip(map(_corners, polygons), shades, strict=True)
    ]  # fmt: skip


def _corners(polygon: np.ndarray) -> np.ndarray:
    """The places of a polygon's vertices (2, V), repeated ones left out; one gap for an empty polygon."""
    if np.isnan(polygon).any():
        return np.full((2, 1), np.nan)
    fresh = np.abs(polygon - np.roll(polygon, 1, axis=0)).max(axis=1) > 10.0**-DIGITS
    return polygon[fresh].T if fresh.sum() > 2 else np.full((2, 1), np.nan)


def _wheel(now: Recorded, radius: float, shades: Sequence[str]) -> list[Any]:
    """A spoke for each feature, the tips, and the features' numbers beyond them."""
    spokes = [
        go.Scatter(x=_rounded([0, x]), y=_rounded([0, y]), mode="lines", hoverinfo="skip",
                   line={"width": 2.6, "color": shade})
        for (x, y), shade in zip(now.W.T, shades, strict=True)
    ]  # fmt: skip
    length, pull = np.hypot(*now.W), np.hypot(*now.force)
    words = [f"feature {i}: norm {length[i]:.3f}, {now.unit} {pull[i]:.2g}" for i in range(len(length))]
    ring = {"width": 1, "color": style.GROUND}
    tips = go.Scatter(
        x=_rounded(now.W[0]), y=_rounded(now.W[1]), mode="markers", text=words, hoverinfo="text",
        marker={"size": 9, "color": list(shades), "opacity": 1, "line": ring},
    )  # fmt: skip
    beside = now.W + 0.055 * radius * _across(now.W)
    numbers = go.Scatter(
        x=_rounded(beside[0]), y=_rounded(beside[1]), mode="text", text=[str(i) for i in range(len(length))],
        textfont={"size": 13, "color": style.INK}, hoverinfo="skip",
    )  # fmt: skip
    return [*spokes, tips, numbers]


def _across(W: np.ndarray) -> np.ndarray:
    """Unit vectors beside each column, where a number does not lie on the arrow that leaves its tip."""
    length = np.hypot(*W)
    unit = np.where(length > 1e-9, W / np.where(length > 1e-9, length, 1), np.array([[0.0], [1.0]]))
    return np.stack([-unit[1], unit[0]])


def _arrows(W: np.ndarray, force: np.ndarray, radius: float) -> Any:
    """From each tip along the force on it; the largest is always as long, the others are their share of that."""
    size = np.hypot(*force)
    moves = LONGEST * radius * force / (size.max() or 1)
    seen = np.hypot(*moves) > LEAST * radius
    ends = np.where(seen, W + moves, np.nan)
    line = arrows(ends.T, W.T)
    head = {"symbol": "arrow", "angleref": "previous", "size": [0, 11, 0] * len(seen), "color": style.INK, "opacity": 1}
    return go.Scatter(
        x=_rounded(line["x"]), y=_rounded(line["y"]), mode="lines+markers", marker=head, hoverinfo="skip",
        line={"width": 2, "color": style.INK},
    )  # fmt: skip


def _rounded(values: ArrayLike) -> np.ndarray:
    return np.round(np.asarray(values, float), DIGITS).astype(np.float32)
