"""Training as a course: shares of a dimension over the loss, and a film of directions in space beside it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.errors import BadInput
from tegum.plots import style
from tegum.plots.space import TURN_ME, arrows, film, places, space
from tegum.plots.tiles import NARROW

FRACTIONS = {"1": 1.0, "3/4": 3 / 4, "2/3": 2 / 3, "1/2": 1 / 2, "2/5": 2 / 5, "3/8": 3 / 8, "0": 0.0}


def energy_levels(step: ArrayLike, shares: ArrayLike, loss: ArrayLike, edges: Sequence[float]) -> go.Figure:
    """D_i of each feature above, the loss below, over one axis of steps.

    step (t,), shares (t, n), loss (t,); edges: steps at which the loss changes pace, drawn across both. Thin lines are
    the fractions of named shapes.
    """
    step, shares, loss = np.asarray(step, float), style.finite(shares), style.finite(loss)
    figure = style.figure(620)
    for i, colour in enumerate(style.feature_colours(shares.shape[1])):
        hover = f"<b>feature {i}</b><br>step %{{x:,.0f}}<br>D %{{y:.3f}}<extra></extra>"
        line = {"width": 1.8, "color": colour}
        figure.add_scatter(x=step, y=shares[:, i], mode="lines", line=line, hovertemplate=hover, yaxis="y")
    hover = "step %{x:,.0f}<br>loss %{y:.4g}<extra></extra>"
    figure.add_scatter(x=step, y=loss, mode="lines", line={"width": 2.5, "color": style.INK}, hovertemplate=hover,
                       yaxis="y2")  # fmt: skip
    for words, level in FRACTIONS.items():
        figure.add_hline(level, line={"width": 1, "color": style.RULE, "dash": "dot"}, layer="below")
        shift = {"2/5": 6, "3/8": -6}.get(words, 0)
        figure.add_annotation(y=level, yshift=shift, text=words, xref="paper", x=1.005, xanchor="left", showarrow=False,
                              font={"size": 12, "color": style.MUTED})  # fmt: skip
    _edges(figure, edges)
    figure.update_layout(
        showlegend=False, margin={"r": 44},
        yaxis={"title": {"text": "D<sub>i</sub>, dimensions per feature"}, "domain": [0.4, 1], "range": [-0.04, 1.06],
               "showgrid": False},
        yaxis2={**_log_axis(loss), "title": {"text": "loss"}, "domain": [0, 0.32], "anchor": "x"},
    )  # fmt: skip
    return figure.update_xaxes(title_text="step", anchor="y2", showgrid=False)


def direction_film(
    step: ArrayLike,
    W: ArrayLike,
    loss: ArrayLike,
    edges: Sequence[float],
    words: Sequence[str],
    *,
    sets: Sequence[int],
    first: int = 0,
) -> go.Figure:
    """Feature directions in space, to turn and to scrub through training, beside the loss with its regimes.

    step (t,), W (t, 3, n), loss (t,); words (t): the name of each moment's geometry; sets (n): each feature's set, its
    colour; edges: steps at which the loss changes pace; first: the moment to open with.
    """
    step, W, loss = np.asarray(step, float), style.finite(W), style.finite(loss)
    if W.ndim != 3 or W.shape[1] != 3 or len(W) != len(step):
        raise BadInput(f"W of shape {W.shape} must have shape ({len(step)}, 3, n): directions in space over time.")
    reach = 1.1 * float(np.nanmax(np.linalg.norm(W, axis=1)))
    figure = space(500, scenes=[(0.0, 0.54)], axes=False, reach=reach, eye=(0.9, 1.2, 0.6))
    moments = [[*_moment(W[t], sets), _now(step[t], loss[t])] for t in range(len(step))]
    figure.add_traces(moments[first])
    moving = list(range(len(moments[0])))
    figure.add_scatter(x=step, y=loss, mode="lines", line={"width": 2.5, "color": style.INK}, text=list(words),
                       hovertemplate="step %{x:,.0f}<br>loss %{y:.4g}<br>%{text}<extra></extra>")  # fmt: skip
    _edges(figure, edges)
    turn = {"xref": "paper", "yref": "paper", "x": 0.27, "y": 1, "yanchor": "bottom", "showarrow": False}
    figure.add_annotation(text=TURN_ME, font={"size": 12, "color": style.MUTED}, **turn)
    figure.update_layout(showlegend=False, margin={"t": 40}, meta={"narrow": NARROW})
    figure.update_xaxes(title_text="step", domain=[0.64, 1], showgrid=False)
    figure.update_yaxes(title_text="loss", **_log_axis(loss))
    labels = [f"{s:,.0f}: {word}" for s, word in zip(step, words, strict=True)]
    return film(figure, [places(moment) for moment in moments], labels, traces=moving, what="step", first=first)


def _moment(W: np.ndarray, sets: Sequence[int]) -> list[Any]:
    """Spokes and tips of each set in its colour."""
    traces: list[Any] = []
    for number in sorted(set(sets)):
        own = [i for i, s in enumerate(sets) if s == number]
        colour, ends = style.SERIES[number], W[:, own].T
        traces.append(go.Scatter3d(**arrows(ends), mode="lines", line={"width": 7, "color": colour}, hoverinfo="skip"))
        x, y, z = ends.T
        traces.append(go.Scatter3d(
            x=x, y=y, z=z, mode="markers+text", text=[str(i) for i in own], marker={"size": 6, "color": colour},
            textfont={"size": 14, "color": style.INK}, hovertemplate="<b>feature %{text}</b><extra></extra>",
        ))  # fmt: skip
    return traces


def _now(step: float, loss: float) -> Any:
    marker = {"size": 12, "color": style.SERIES[1], "line": {"width": 2, "color": style.GROUND}}
    return go.Scatter(x=[step], y=[loss], mode="markers", marker=marker, hoverinfo="skip")


def _edges(figure: go.Figure, edges: Sequence[float]) -> None:
    for edge in edges:
        figure.add_vline(edge, line={"width": 1, "color": style.MUTED, "dash": "dash"}, layer="below")


def _log_axis(values: np.ndarray) -> dict[str, Any]:
    positive = values[np.isfinite(values) & (values > 0)]
    if not positive.size:
        return {"type": "log"}
    powers = range(int(np.floor(np.log10(positive.min()))), int(np.ceil(np.log10(positive.max()))) + 1)
    ticks = [part * 10.0**power for power in powers for part in (1, 2, 5)]
    return {"type": "log", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}
