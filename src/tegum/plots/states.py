"""States over time: the share of models in each, and one row for each model."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.plots import style
from tegum.plots.rates import PERCENT, wide

# Names of `tegum.failure.outcomes`: perfect in greens and blues, failed in warm colours, on the way in greys.
SHADES = {
    "perfect regular": "#12805F",
    "perfect irregular": "#57B2DE",
    "inner and outer group": "#0F6CA8",
    "symmetric failure": "#C95300",
    "asymmetric failure": "#E3A008",
    "collapsed": "#A8558C",
    "dead by bias": "#7A2E4D",
    "imperfect": "#D8D3C7",
    "still moving": "#8F897C",
    "diverged": "#26241F",
}


def state_shares(
    step: ArrayLike, shares: ArrayLike, names: Sequence[str], shades: Mapping[str, str], *, x_label: str = "step"
) -> go.Figure:
    """The shares of all models in each state, stacked, over time.

    step (t,); shares (t, len(names)), each row adding up to 1; shades: a colour for each name.
    """
    step, shares = np.asarray(step, float), np.asarray(shares, float)
    figure = style.figure(440)
    for s, name in enumerate(names):
        figure.add_scatter(
            x=step,
            y=shares[:, s],
            name=name,
            mode="lines",
            stackgroup="all",
            line={"width": 0.8, "color": style.GROUND},
            fillcolor=shades[name],
            customdata=100 * shares[:, s],
            hovertemplate=f"<b>{name}</b><br>{x_label} %{{x:,.0f}}<br>%{{customdata:.1f}} % of models<extra></extra>",
        )
    figure.update_xaxes(title_text=x_label, range=[step.min(), step.max()], showgrid=False)
    figure.update_yaxes(title_text="share of models", range=[0, 1], showgrid=False, **PERCENT)
    return figure.update_layout(legend={"traceorder": "normal"}, meta=wide(names))


def state_raster(
    step: ArrayLike, kinds: ArrayLike, names: Sequence[str], shades: Mapping[str, str], *, x_label: str = "step"
) -> go.Figure:
    """One row for each model, coloured by its state at each recorded step; the first row on top.

    step (t,); kinds (rows, t): places in `names`.
    """
    step, kinds = np.asarray(step, float), np.asarray(kinds)
    rows, last = kinds.shape[0], len(names) - 1
    edges = np.repeat(np.arange(len(names) + 1) / len(names), 2)[1:-1]
    scale = [[float(at), shades[name]] for at, name in zip(edges, np.repeat(np.array(names), 2), strict=True)]
    figure = style.figure(120 + max(240, min(620, 6 * rows)))
    figure.add_heatmap(
        x=step,
        y=np.arange(rows),
        z=kinds.astype(np.int8),
        zmin=-0.5,
        zmax=last + 0.5,
        colorscale=scale,
        showscale=False,
        customdata=np.array(names)[kinds],
        hovertemplate=f"model %{{y}}, {x_label} %{{x:,.0f}}<br><b>%{{customdata}}</b><extra></extra>",
    )
    for name in (name for k, name in enumerate(names) if (kinds == k).any()):
        square = {"size": 12, "symbol": "square", "color": shades[name], "line": {"width": 0}}
        figure.add_scatter(x=[None], y=[None], mode="markers", marker=square, name=name)
    figure.update_xaxes(title_text=x_label, showgrid=False)
    figure.update_yaxes(title_text="model, the first to be perfect on top", range=[rows - 0.5, -0.5], showgrid=False)
    return figure.update_layout(showlegend=True, legend={"traceorder": "normal"}, meta=wide(names))
