"""How often runs end in which way."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.plots import style
from tegum.plots.lines import banded
from tegum.plots.tiles import NARROW

MANY = 5  # names

PERCENT = {  # ticks of an axis of shares
    "tickvals": [v / 100 for v in range(0, 101, 20)],
    "ticktext": [f"{v} %" for v in range(0, 101, 20)],
}


def stacked_rates(
    names: Sequence[str],
    counts: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    x: Sequence[str],
    *,
    x_label: str,
    y_label: str = "share of runs",
    shades: Mapping[str, str] | None = None,
) -> go.Figure:
    """One bar per x, divided into the shares of the names; exact counts and intervals on hover.

    counts (len(x), len(names)): whole numbers; low, high (same shape): 95 % intervals of the shares; shades: a colour
    for each name, where it should be the same in several figures.
    """
    counts, low, high = np.asarray(counts), np.asarray(low, float), np.asarray(high, float)
    total = counts.sum(axis=1)
    share = counts / np.maximum(total, 1)[:, None]
    shade = shades or style.palette(names)
    figure = style.figure(420)
    for s, name in enumerate(names):
        figure.add_bar(
            x=[str(label) for label in x],
            y=share[:, s],
            name=name,
            marker={"color": shade[name], "line": {"width": 1, "color": style.GROUND}},
            text=[f"{v:.0%}".replace("%", " %") if v >= 0.08 else "" for v in share[:, s]],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            customdata=[counted(*row) for row in zip(counts[:, s], total, low[:, s], high[:, s], strict=True)],
            hovertemplate=f"<b>{name}</b><br>{x_label}: %{{x}}<br>%{{customdata}}<extra></extra>",
        )
    figure.update_xaxes(title_text=x_label, type="category", showgrid=False)
    figure.update_yaxes(title_text=y_label, range=[0, 1], **PERCENT)
    return figure.update_layout(barmode="stack", bargap=0.25, legend={"traceorder": "normal"}, meta=wide(names))


def wide(names: Sequence[str]) -> dict[str, int] | None:
    """For report/page.js: beside a legend of many names a phone has no room for a plot; it scrolls sideways then."""
    return {"narrow": NARROW} if len(names) > MANY else None


def rate_lines(
    x: ArrayLike,
    rate: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    names: Sequence[str],
    *,
    x_label: str,
    y_label: str,
    log_x: bool = False,
    stepped: bool = False,
) -> go.Figure:
    """One line per name with its 95 % interval, on an axis from 0 to 100 %.

    x (p,); rate, low, high (p, len(names)), in [0, 1]. stepped: each rate stays until the next x, as in survival
    curves; then intervals are on hover alone, for bands of many curves cover each other.
    """
    text = [
        [f"{_percent(v, 1)} % ({_interval(a, b, 1)})" for v, a, b in zip(*row, strict=True)]
        for row in zip(*(np.asarray(part, float) for part in (rate, low, high)), strict=True)
    ]
    figure = banded(x, rate, low, high, names, text, x_label=x_label, y_label=y_label, log_x=log_x)
    if stepped:
        figure.data = figure.data[len(names) :]
        figure.update_traces(mode="lines", line={"shape": "hv"})
    return figure.update_yaxes(range=[-0.02, 1.02], **PERCENT)


def counted(count: int, total: int, low: float, high: float) -> str:
    """A count with its share and interval, in words for a hover."""
    places = 0 if total < 500 else 1
    share = _percent(count / max(total, 1), places)
    return f"{count} of {total} ({share} %, {_interval(low, high, places)})"


def _interval(low: float, high: float, places: int) -> str:
    return f"95 % interval {_percent(low, places)}–{_percent(high, places)} %"


def _percent(share: float, places: int) -> str:
    return f"{100 * share:.{places}f}"
