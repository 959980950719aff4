"""Two things that one wants at once, against each other: named points, and lines along a setting."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from tegum.plots import style
from tegum.plots.lines import SYMBOLS
from tegum.plots.tiles import NARROW


def named_points(
    points: Sequence[ArrayLike], names: Sequence[Sequence[str]], kinds: Sequence[Sequence[str]], titles: Sequence[str],
    *, x_label: str, y_label: str, tick: str = "",
) -> go.Figure:  # fmt: skip
    """One panel per title, in each one point for each name, coloured by kind.

    points: for each panel (p, 2), x and y; names, kinds: for each panel p words. Points near the right edge have their
    name on the left. tick: Plotly's format of numbers on both axes.
    """
    all_kinds = list(dict.fromkeys(kind for panel in kinds for kind in panel))
    shade = style.palette(all_kinds)
    figure = make_subplots(
        rows=1, cols=len(titles), subplot_titles=list(titles), horizontal_spacing=0.07, figure=style.figure(470)
    )
    for c, panel in enumerate(points):
        part = np.asarray(panel, float)
        middle = (part[:, 0].min() + part[:, 0].max()) / 2
        for k, kind in enumerate(all_kinds):
            mine = np.array([its == kind for its in kinds[c]])
            words = [name for name, one in zip(names[c], mine, strict=True) if one]
            figure.add_scatter(
                x=part[mine, 0], y=part[mine, 1], mode="markers+text", text=words, name=kind, legendgroup=kind,
                showlegend=c == 0, row=1, col=c + 1, cliponaxis=False,
                textposition=["middle left" if x > middle else "middle right" for x in part[mine, 0]],
                textfont={"size": 10, "color": style.MUTED},
                marker={"size": 9, "symbol": SYMBOLS[k % len(SYMBOLS)], "color": shade[kind]},
                hovertemplate=f"<b>%{{text}}</b><br>{x_label}: %{{x:.3g}}<br>{y_label}: %{{y:.3g}}<extra></extra>",
            )  # fmt: skip
    figure.update_annotations(font={"size": 14, "family": style.SERIF})
    figure.update_xaxes(title_text=x_label, tickformat=tick)
    figure.update_yaxes(title_text=y_label, tickformat=tick, col=1)
    legend = {"traceorder": "normal", "y": 1, "yref": "container", "yanchor": "top"}
    return figure.update_layout(legend=legend, margin_t=70, meta={"narrow": NARROW})


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
