"""Two things that one wants at once, against each other: named points, and lines along a setting."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from tegum.plots import style
from tegum.plots.lines import SYMBOLS
from tegum.plots.tiles import NARROW


def named_points(
    points: Sequence[ArrayLike], names: Sequence[Sequence[str]], kinds: Sequence[Sequence[str]], titles: Sequence[str],
    *, x_label: str, y_label: str, x_axis: Mapping[str, Any] | None = None,
) -> go.Figure:  # fmt: skip
    """One panel per title, in each one point for each name, coloured by kind.

    points: for each panel (p, 2), x and y; names, kinds: for each panel p words. Where points are close in height their
    names stand on the right and the left; a third one's shows on hovering only. x_axis: what else Plotly should know of
    it.
    """
    all_kinds = list(dict.fromkeys(kind for panel in kinds for kind in panel))
    shade = style.palette(all_kinds)
    figure = make_subplots(
        rows=1, cols=len(titles), subplot_titles=list(titles), horizontal_spacing=0.08, figure=style.figure(520)
    )
    for c, panel in enumerate(points):
        part, sides = np.asarray(panel, float), _sides(np.asarray(panel, float))
        for k, kind in enumerate(all_kinds):
            mine = [i for i, its in enumerate(kinds[c]) if its == kind]
            words = [names[c][i] if sides[i] else "" for i in mine]
            figure.add_scatter(
                x=part[mine, 0], y=part[mine, 1], mode="markers+text", text=words,
                hovertext=[names[c][i] for i in mine], name=kind, legendgroup=kind, showlegend=c == 0, row=1, col=c + 1,
                textposition=[sides[i] or "middle right" for i in mine],
                textfont={"size": 10, "color": style.MUTED},
                marker={"size": 9, "symbol": SYMBOLS[k % len(SYMBOLS)], "color": shade[kind]},
                hovertemplate=f"<b>%{{hovertext}}</b><br>{x_label}: %{{x:.3g}}<br>{y_label}: %{{y:.3g}}<extra></extra>",
            )  # fmt: skip
        low, high = part[:, 0].min(), part[:, 0].max()
        room = (high - low) or 1.0
        figure.update_xaxes(range=[low - 1.7 * room, high + 1.7 * room], col=c + 1)
    figure.update_annotations(font={"size": 14, "family": style.SERIF})
    figure.update_xaxes(title_text=x_label, **(x_axis or {}))
    figure.update_yaxes(title_text=y_label, col=1)
    legend = {"traceorder": "normal", "y": 1, "yref": "container", "yanchor": "top"}
    return figure.update_layout(legend=legend, margin_t=70, meta={"narrow": NARROW})


def _sides(part: np.ndarray) -> list[str]:
    """Where each name stands: on the right, else on the left, where no lower point has its name at that height; else
    nowhere, and only hovering tells it."""
    close, sides = 0.03 * (np.ptp(part[:, 1]) or 1.0), [""] * len(part)
    last = {"middle right": -np.inf, "middle left": -np.inf}
    for i in np.argsort(part[:, 1]).tolist():
        side = next((side for side, y in last.items() if part[i, 1] - y > close), "")
        sides[i] = side
        last |= {side: part[i, 1]} if side else {}
    return sides


def along(
    points: Sequence[ArrayLike], names: Sequence[str], places: Sequence[str], *, x_label: str, y_label: str
) -> go.Figure:
    """A line for each name through its points (p, 2), x and y, at the places along it that `places` names."""
    shade = style.palette(names)
    figure = style.figure(440)
    for s, (name, each) in enumerate(zip(names, points, strict=True)):
        x, y = np.asarray(each, float).T
        figure.add_scatter(
            x=x, y=y, name=name, mode="lines+markers", text=list(places), line={"width": 2, "color": shade[name]},
            marker={"size": 8, "symbol": SYMBOLS[s % len(SYMBOLS)]},
            hovertemplate=f"<b>{name}</b>, %{{text}}<br>{x_label}: %{{x:.3g}}<br>{y_label}: %{{y:.3g}}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(title_text=x_label)
    figure.update_yaxes(title_text=y_label)
    return figure
