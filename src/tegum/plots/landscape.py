"""A quantity over a plane: a heat map with contour lines and equal axes, still or as a film."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.errors import BadInput
from tegum.plots import style
from tegum.plots.space import film

HEAD = 44  # pixels above the plane, for the legend
NARROW = 880  # pixels; narrower, the colour key would lie on the plane: the page scrolls sideways


@dataclass(frozen=True)
class Marks:
    """Points of the plane by name: `points` (k, 2), in a film (t, k, 2). NaN leaves a gap, or nothing."""

    name: str
    points: ArrayLike
    mode: str = "markers"
    look: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Heights:
    """How heights are shown: colours from low to high, saturated beyond, and a contour line every `step`.

    edge: a height whose contour is drawn thick, such as where a region ends. ticks: words for heights on the key.
    """

    name: str
    low: float
    high: float
    step: float
    scale: tuple[str, ...] = style.IMPORTANCE
    edge: float | None = None
    ticks: dict[float, str] | None = None


def landscape(
    x: ArrayLike,
    y: ArrayLike,
    z: ArrayLike,
    heights: Heights,
    marks: Sequence[Marks] = (),
    *,
    x_label: str,
    y_label: str,
) -> go.Figure:
    """Heights z (len(y), len(x)) over the plane, with marks on it."""
    _needs_plane(x, y, z)
    figure = style.figure(HEAD + 520)
    figure.add_traces(_traces(x, y, z, heights, marks))
    reach = {"showgrid": False, "constrain": "domain"}
    figure.update_xaxes(title_text=x_label, range=[np.min(x), np.max(x)], **reach)
    figure.update_yaxes(title_text=y_label, range=[np.min(y), np.max(y)], scaleanchor="x", **reach)
    legend = {"x": 0.5, "xanchor": "center", "y": 1.01, "itemclick": False, "itemdoubleclick": False}
    figure.update_layout(margin={"t": HEAD}, legend=legend, meta={"narrow": NARROW})  # report/page.js
    return figure.update_layout(showlegend=any(part.name for part in marks))


def landscape_film(
    x: ArrayLike,
    y: ArrayLike,
    z: ArrayLike,
    labels: Sequence[str],
    heights: Heights,
    marks: Sequence[Marks] = (),
    *,
    what: str,
    first: int = 0,
    x_label: str,
    y_label: str,
) -> go.Figure:
    """A landscape for each place of a slider: z (len(labels), len(y), len(x)); `first` is shown at the start."""
    z = np.asarray(z, float)
    if len(z) != len(labels):
        raise BadInput(f"{len(z)} landscapes have {len(labels)} labels; give one label for each.")
    states = [_traces(x, y, z[t], heights, [_at(part, t) for part in marks]) for t in range(len(labels))]
    shown = [_at(part, first) for part in marks]
    figure = landscape(x, y, z[first], heights, shown, x_label=x_label, y_label=y_label)
    changing = [[_change(trace) for trace in state] for state in states]
    film(figure, changing, labels, traces=range(len(figure.data)), what=what)
    slider = figure.layout.sliders[0]
    slider.active = first
    return figure


def _needs_plane(x: ArrayLike, y: ArrayLike, z: ArrayLike) -> None:
    need = (len(np.asarray(y)), len(np.asarray(x)))
    if np.shape(z) != need:
        raise BadInput(f"z of shape {np.shape(z)} must have shape {need}: one row for each y, one column for each x.")


def _traces(x: ArrayLike, y: ArrayLike, z: ArrayLike, heights: Heights, marks: Sequence[Marks]) -> list[Any]:
    x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
    shown: np.ndarray = np.clip(np.asarray(z, float), heights.low, heights.high).astype(np.float32)
    parts = [_ground(x, y, shown, heights)]
    if heights.edge is not None:
        parts.append(_edge(x, y, shown, heights.edge))
    return parts + [_marked(part, style.SERIES[s % len(style.SERIES)]) for s, part in enumerate(marks)]


def _ground(x: np.ndarray, y: np.ndarray, z: np.ndarray, heights: Heights) -> go.Contour:
    middle = (heights.low + heights.high) / 2
    ticks = heights.ticks or {v: style.number(v) for v in (heights.low, middle, heights.high)}
    return go.Contour(
        x=x,
        y=y,
        z=z,
        zmin=heights.low,
        zmax=heights.high,
        colorscale=list(heights.scale),
        colorbar=_key(heights.name, ticks),
        contours={
            "coloring": "heatmap",
            "start": heights.low + heights.step,
            "end": heights.high - heights.step / 2,
            "size": heights.step,
        },
        line={"width": 0.8, "color": style.faint(style.GROUND, 0.55)},
        hovertemplate=f"%{{x:.2f}}, %{{y:.2f}}<br>{heights.name}: %{{z:.3f}}<extra></extra>",
    )


def _key(name: str, ticks: dict[float, str]) -> dict[str, Any]:
    """The colour key upright at the right edge, where equal axes leave room."""
    key = style.key(name, x=1, width=280, ticks=ticks)
    beside = {"orientation": "v", "xanchor": "right", "y": 0.5, "yref": "paper", "yanchor": "middle"}
    return key | beside | {"ticks": "outside", "ticklen": 0, "title": key["title"] | {"side": "right"}}


def _edge(x: np.ndarray, y: np.ndarray, z: np.ndarray, height: float) -> go.Contour:
    """One contour alone. Plotly draws a single level from `start` to `end` when both are that level."""
    only = {"coloring": "none", "start": height, "end": height, "size": 1}
    return go.Contour(
        x=x, y=y, z=z, contours=only, line={"width": 3, "color": style.INK}, hoverinfo="skip", showlegend=False
    )


def _marked(part: Marks, colour: str) -> go.Scatter:
    points = np.asarray(part.points, float)
    look: dict[str, Any] = {
        "marker": {"size": 12, "color": colour, "line": {"width": 2, "color": style.GROUND}},
        "line": {"width": 4, "color": colour},
    }
    return go.Scatter(
        x=points[:, 0],
        y=points[:, 1],
        mode=part.mode,
        name=part.name,
        showlegend=bool(part.name),
        hovertemplate=f"<b>{part.name}</b><br>%{{x:.3f}}, %{{y:.3f}}<extra></extra>",
        **{key: value | part.look.get(key, {}) for key, value in look.items()},
    )


def _at(part: Marks, t: int) -> Marks:
    return Marks(part.name, np.asarray(part.points)[t], part.mode, part.look)


def _change(trace: Any) -> Any:
    """What differs between the frames of a film: heights or points, not the looks."""
    if isinstance(trace, go.Contour):
        return go.Contour(z=trace.z)
    return go.Scatter(x=trace.x, y=trace.y)
