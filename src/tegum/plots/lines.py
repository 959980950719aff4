"""Lines: measured values with their intervals, and training histories."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.plots import style

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x", "star")


def bands(
    x: ArrayLike,
    y: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    names: Sequence[str],
    *,
    x_label: str,
    y_label: str,
    log_x: bool = False,
    log_y: bool = False,
    interval: str = "95 % interval",
) -> go.Figure:
    """One line per name with the interval around it as a band.

    x (p,); y, low, high (p, len(names)); ``interval`` says in words what low … high is.
    """
    text = [
        [f"{style.number(v)} ({interval} {style.number(a)} to {style.number(b)})" for v, a, b in zip(*row, strict=True)]
        for row in zip(*(np.asarray(part, float) for part in (y, low, high)), strict=True)
    ]
    return banded(x, y, low, high, names, text, log_x=log_x, log_y=log_y, x_label=x_label, y_label=y_label)


def banded(
    x: ArrayLike,
    y: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    names: Sequence[str],
    text: Sequence[Sequence[str]],
    *,
    x_label: str,
    y_label: str,
    log_x: bool = False,
    log_y: bool = False,
) -> go.Figure:
    """:func:`bands` with the words of the hover label given: text (p, len(names))."""
    x, y, low, high = (np.asarray(part, float) for part in (x, y, low, high))
    if log_y:
        low = np.where(low <= 0, _smallest(low, y) / 2, low)
    shade = style.palette(names)
    figure = style.figure(420)
    for s, name in enumerate(names):
        known = np.isfinite(low[:, s]) & np.isfinite(high[:, s])
        band = {"x": _loop(x[known], x[known]), "y": _loop(high[known, s], low[known, s])}
        fill = {"fill": "toself", "fillcolor": style.faint(shade[name], 0.16), "line": {"width": 0}}
        figure.add_scatter(**band, **fill, mode="lines", legendgroup=name, showlegend=False, hoverinfo="skip")
    for s, name in enumerate(names):
        figure.add_scatter(
            x=x,
            y=y[:, s],
            name=name,
            legendgroup=name,
            mode="lines+markers" if len(x) <= 40 else "lines",
            line={"width": 2.5, "color": shade[name]},
            marker={
                "size": 8,
                "symbol": SYMBOLS[s % len(SYMBOLS)],
                "line": {"width": 1, "color": style.GROUND},
            },
            text=[row[s] for row in text],
            hovertemplate=f"<b>{name}</b><br>{x_label}: %{{x}}<br>%{{text}}<extra></extra>",
        )
    figure.update_xaxes(title_text=x_label, **(log_axis(x) if log_x else {}))
    figure.update_yaxes(title_text=y_label, **(log_axis(np.append(low, high)) if log_y else {}))
    return figure.update_layout(showlegend=len(names) > 1)


def curves(
    x: ArrayLike,
    y: ArrayLike,
    names: Sequence[str],
    *,
    x_label: str,
    y_label: str,
    dashed: Sequence[str] = (),
    log_x: bool = False,
    log_y: bool = False,
    height: int = 420,
) -> go.Figure:
    """One smooth line per name, such as a formula's; those named in ``dashed`` are drawn so.

    x (p,); y (p, len(names)). Values that are not positive have no place on a logarithmic axis and are left out.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    x, y = np.where(log_x & (x <= 0), np.nan, x), np.where(log_y & (y <= 0), np.nan, y)
    shade = style.palette(names)
    figure = style.figure(height)
    for s, name in enumerate(names):
        figure.add_scatter(
            x=x,
            y=y[:, s],
            name=name,
            mode="lines",
            line={"width": 2.5, "color": shade[name], "dash": "dash" if name in dashed else "solid"},
            hovertemplate=f"<b>{name}</b><br>{x_label}: %{{x:.4g}}<br>{y_label}: %{{y:.4g}}<extra></extra>",
        )
    figure.update_xaxes(title_text=x_label, **(log_axis(x) if log_x else {}))
    figure.update_yaxes(title_text=y_label, **(log_axis(y) if log_y else {}))
    return figure.update_layout(showlegend=len(names) > 1)


def against(
    points: Sequence[tuple[ArrayLike, ArrayLike]],
    theory: Sequence[tuple[ArrayLike, ArrayLike]],
    names: Sequence[str],
    *,
    x_label: str,
    y_label: str,
    log_x: bool = False,
    log_y: bool = False,
    limit: tuple[float, str] | None = None,
    words: tuple[str, str] = ("measured", "predicted"),
    height: int = 460,
) -> go.Figure:
    """What was measured, as points, on what theory says, as a dashed line of the same colour: one pair for each name.

    points, theory (len(names)): pairs of x (p,) and y (p,), as long as they like. ``limit``: a value of y and its
    words, drawn as a thin line across; ``words``: what points and lines are. Values that are not positive are left out
    on a logarithmic axis.
    """
    shade = style.palette(names)
    figure = style.figure(height)
    pairs = [(_drawable(x, log_x), _drawable(y, log_y)) for x, y in (*points, *theory)]
    for s, name in enumerate(names):
        hover = f"<b>{name}</b>, %{{meta}}<br>{x_label}: %{{x:.4g}}<br>{y_label}: %{{y:.4g}}<extra></extra>"
        common = {"name": name, "legendgroup": name, "hovertemplate": hover}
        (x, y), (line_x, line_y) = pairs[s], pairs[len(names) + s]
        line = {"width": 1.5, "color": shade[name], "dash": "dash"}
        figure.add_scatter(x=line_x, y=line_y, mode="lines", line=line, meta=words[1], showlegend=False, **common)
        marker = {"size": 7, "symbol": SYMBOLS[s % len(SYMBOLS)], "color": style.faint(shade[name], 0.75)}
        figure.add_scatter(x=x, y=y, mode="markers", marker=marker, meta=words[0], **common)
    dashes = {"width": 1.5, "color": style.MUTED, "dash": "dash"}
    figure.add_scatter(x=[None], y=[None], mode="lines", name=words[1], line=dashes, hoverinfo="skip")
    if limit is not None:
        figure.add_hline(limit[0], line={"width": 1, "color": style.MUTED})
        place = {"xref": "paper", "x": 1, "xanchor": "right", "yanchor": "top", "showarrow": False}
        at = math.log10(limit[0]) if log_y else limit[0]  # unlike a line, an annotation wants the logarithm
        figure.add_annotation(y=at, text=limit[1], font={"size": 12, "color": style.MUTED}, **place)
    figure.update_xaxes(title_text=x_label, **(log_axis(np.concatenate([x for x, _ in pairs])) if log_x else {}))
    figure.update_yaxes(title_text=y_label, **(log_axis(np.concatenate([y for _, y in pairs])) if log_y else {}))
    return figure


def _drawable(values: ArrayLike, logarithmic: bool) -> np.ndarray:
    """As floats, with a gap for what has no place on the axis."""
    values = style.finite(values)
    return np.where(logarithmic & (values <= 0), np.nan, values)


def histories(
    step: ArrayLike,
    values: ArrayLike,
    names: Sequence[str],
    *,
    x_label: str = "step",
    y_label: str = "loss",
) -> go.Figure:
    """Training curves on logarithmic axes.

    step (t,); values (t, len(names)). Names may repeat: equal names share a colour and a line of the legend.
    Step 0 and values that are not positive have no place on these axes and are left out.
    """
    step, values = np.asarray(step, float), np.asarray(values, float)
    shade = style.palette(names)
    step, values = np.where(step > 0, step, np.nan), np.where(values > 0, values, np.nan)
    width = 2 if len(names) <= 12 else 1.2
    figure = style.figure(420)
    for s, name in enumerate(names):
        figure.add_scatter(
            x=step,
            y=values[:, s],
            name=name,
            legendgroup=name,
            showlegend=name not in names[:s],
            mode="lines",
            line={"width": width, "color": shade[name]},
            hovertemplate=f"<b>{name}</b><br>{x_label} %{{x:,.0f}}<br>{y_label} %{{y:.3g}}<extra></extra>",
        )
    figure.update_xaxes(title_text=x_label, **log_axis(step))
    figure.update_yaxes(title_text=y_label, **log_axis(values))
    return figure.update_layout(showlegend=1 < len(shade) <= 12)


def shaded(figure: go.Figure, ranges: Sequence[tuple[float, float]], words: str) -> go.Figure:
    """Shade ranges of x behind the lines, with words at the top of each."""
    for low, high in ranges:
        figure.add_vrect(
            x0=low,
            x1=high,
            fillcolor=style.faint(style.SERIES[2], 0.12),
            line_width=0,
            layer="below",
            annotation={"text": words, "font": {"size": 12, "color": style.MUTED}},
            annotation_position="inside top",
        )
    return figure


def _smallest(*parts: np.ndarray) -> float:
    """The smallest positive value: an interval that reaches 0 ends below it on a logarithmic axis."""
    return float(min((part[part > 0].min() for part in parts if np.any(part > 0)), default=1.0))


def _loop(there: np.ndarray, back: np.ndarray) -> np.ndarray:
    return np.append(there, back[::-1])


def log_axis(values: np.ndarray) -> dict[str, Any]:
    """A logarithmic axis with few ticks: powers of ten, with 2 and 5 between them where the span is short."""
    positive = values[np.isfinite(values) & (values > 0)]
    if not positive.size:
        return {"type": "log"}
    first, last = (math.log10(v) for v in (positive.min(), positive.max()))
    parts = (1,) if last - first > 2.5 else (1, 2, 5)
    stride = max(1, math.ceil((last - first) / 8))
    powers = range(math.floor(first), math.ceil(last) + 1, stride)
    ticks = [(part, power) for power in powers for part in parts]
    word = _plain if first > -4.5 and last < 6.5 else _scientific
    return {
        "type": "log",
        "tickvals": [part * 10.0**power for part, power in ticks],
        "ticktext": [word(part, power) for part, power in ticks],
    }


def _plain(part: int, power: int) -> str:
    return f"{part * 10.0**power:,.{max(0, -power)}f}"


def _scientific(part: int, power: int) -> str:
    return (f"{part}·" if part > 1 else "") + f"10<sup>{power}</sup>".replace("-", "−")
