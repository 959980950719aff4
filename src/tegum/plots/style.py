"""One look for every figure: cream ground, thin lines, colours that survive colour blindness and greyscale.

The template is passed to each figure explicitly; nothing is registered with plotly.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.colors import hex_to_rgb, sample_colorscale

GROUND, INK, MUTED, RULE = "#FCFBF8", "#26241F", "#6B665C", "#D8D3C7"
SERIF = "'Iowan Old Style', 'Palatino Linotype', Palatino, 'Book Antiqua', Georgia, 'Liberation Serif', serif"
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"

# Colour scales: evenly spaced stops.
# Viridis with its last yellow turned to gold: pure viridis yellow has a contrast of 1.2 on cream.
IMPORTANCE = ("#3B1C5A", "#3A4E8C", "#26788E", "#2AA07A", "#8DB93A", "#EDB100")
# 0: alone in its direction; 1: as much interference as its own length. Lightness grows all the way.
SUPERPOSITION = ("#22304A", "#4A3F7F", "#8F3F86", "#D2506A", "#F08148", "#F7B733")
# After ColorBrewer's RdBu, with a warm white: negative blue, positive red.
DIVERGING = ("#1D4F91", "#4A8AC2", "#A3C9E2", "#F4F1EA", "#F3B79C", "#D65F4C", "#9B1B30")
# After Okabe and Ito (2008), yellow left out (it drowns on cream).
SERIES = ("#0F6CA8", "#C95300", "#12805F", "#A8558C", "#E3A008", "#57B2DE", "#7A2E4D", "#6F6F6F")

_AXIS: dict[str, Any] = {
    "showgrid": True,
    "gridcolor": "#ECE8DE",
    "gridwidth": 1,
    "zeroline": False,
    "showline": True,
    "linecolor": MUTED,
    "linewidth": 1,
    "ticks": "outside",
    "ticklen": 4,
    "tickcolor": MUTED,
    "automargin": True,
    "title": {"standoff": 12, "font": {"size": 14}},
}
TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": SANS, "size": 13, "color": INK},
        "title": {"font": {"family": SERIF, "size": 20}, "x": 0.01, "xanchor": "left"},
        "paper_bgcolor": GROUND,
        "plot_bgcolor": GROUND,
        "colorway": SERIES,
        "colorscale": {"sequential": IMPORTANCE, "sequentialminus": IMPORTANCE, "diverging": DIVERGING},
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": "#FFFFFF", "bordercolor": MUTED, "font": {"family": SANS, "color": INK}},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
        "margin": {"l": 12, "r": 12, "t": 12, "b": 12, "pad": 0},
        "dragmode": False,
    }
)


def figure(height: float) -> go.Figure:
    """An empty figure in the laboratory's style; as wide as its page."""
    return go.Figure(layout={"template": TEMPLATE, "height": round(height), "autosize": True})


def finite(values: ArrayLike) -> np.ndarray:
    """``values`` as floats, with a gap (NaN) for whatever is infinite: a diverged model is not drawn."""
    values = np.asarray(values, float)
    return np.where(np.isfinite(values), values, np.nan)


def colours(scale: Sequence[str], values: ArrayLike, low: float, high: float) -> list[str]:
    """The colours of ``values`` on ``scale``, which runs from ``low`` to ``high`` and saturates there."""
    share = np.clip((np.ravel(values) - low) / ((high - low) or 1.0), 0, 1)
    return list(sample_colorscale(list(scale), share.tolist()))


def palette(names: Sequence[str]) -> dict[str, str]:
    """One colour per distinct name: categorical while these suffice, else along the importance scale."""
    distinct = list(dict.fromkeys(names))
    if len(distinct) <= len(SERIES):
        return dict(zip(distinct, SERIES, strict=False))
    return dict(zip(distinct, colours(IMPORTANCE, np.arange(len(distinct)), 0, len(distinct) - 1), strict=True))


def feature_colours(n: int) -> list[str]:
    """One colour for each of n features."""
    return list(palette([str(i) for i in range(n)]).values())


def faint(colour: str, opacity: float) -> str:
    """``colour`` (``#rrggbb`` or ``rgb(…)``) with an opacity."""
    rgb = ", ".join(map(str, hex_to_rgb(colour))) if colour.startswith("#") else colour[4:-1]
    return f"rgba({rgb}, {opacity})"


def number(value: float, form: str = ".3g") -> str:
    """``value`` in words for a label, with a true minus sign."""
    return f"{value:{form}}".replace("-", "−")


def key(title: str, *, x: float, width: int, ticks: dict[float, str]) -> dict[str, Any]:
    """A slim horizontal colour bar above the plot: ``ticks`` maps values to words."""
    return {
        "orientation": "h",
        "thickness": 9,
        "lenmode": "pixels",
        "len": width,
        "x": x,
        "xanchor": "center",
        "y": 1,
        "yref": "container",  # unlike paper coordinates, these do not push the plot down
        "yanchor": "top",
        "xpad": 0,
        "ypad": 8,
        "outlinewidth": 0,
        "title": {"text": title, "side": "top", "font": {"size": 13}},
        "tickvals": list(ticks),
        "ticktext": list(ticks.values()),
        "ticks": "",
        "tickfont": {"size": 12, "color": MUTED},
    }


def add_key(figure: go.Figure, scale: Sequence[str], bar: dict[str, Any]) -> None:
    """A colour key for marks whose colours are written out: an empty trace that carries ``bar``."""
    low, high = bar["tickvals"][0], bar["tickvals"][-1]
    carrier = {
        "color": [low],
        "cmin": low,
        "cmax": high,
        "colorscale": scale,
        "showscale": True,
        "colorbar": bar,
    }
    figure.add_scatter(x=[None], y=[None], mode="markers", marker=carrier, hoverinfo="skip", showlegend=False)
