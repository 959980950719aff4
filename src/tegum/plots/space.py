"""Figures to turn and to play: scenes in three dimensions, and films with a slider."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from tegum.plots import style
from tegum.plots.tiles import NARROW

_AXIS: dict[str, Any] = {
    "backgroundcolor": style.GROUND,
    "gridcolor": "#ECE8DE",
    "linecolor": style.MUTED,
    "zerolinecolor": style.RULE,
    "showbackground": False,
    "showspikes": False,
    "nticks": 5,
    "tickfont": {"size": 11, "color": style.MUTED},
}
TURN_ME = "drag to turn, scroll to zoom"


def space(
    height: float = 560,
    *,
    scenes: Sequence[tuple[float, float]] = ((0.0, 1.0),),
    labels: tuple[str, str, str] = ("", "", ""),
    reach: float | None = None,
    axes: bool = True,
    eye: tuple[float, float, float] = (1.35, 1.2, 0.85),
) -> go.Figure:
    """An empty figure with one scene for each pair (left, right) of ``scenes``, as parts of the page's width.

    A trace goes into the s-th by ``scene="scene"``, ``"scene2"`` and so on (:func:`scene`). Units are equal along all
    axes; ``reach`` makes each run from −reach to reach.
    """
    figure = style.figure(height)
    ranged = {} if reach is None else {"range": [-reach, reach]}
    titled = [{**_AXIS, **ranged, "visible": axes, "title": {"text": text, "font": {"size": 13}}} for text in labels]
    for s, (left, right) in enumerate(scenes):
        figure.update_layout({
            scene(s): {
                "domain": {"x": [left, right], "y": [0, 1]},
                "xaxis": titled[0],
                "yaxis": titled[1],
                "zaxis": titled[2],
                "aspectmode": "cube" if reach is not None else "data",
                "camera": {"eye": dict(zip("xyz", eye, strict=True))},
                "dragmode": "turntable",
                "bgcolor": style.GROUND,
            }
        })  # fmt: skip
    return figure


def scene(s: int) -> str:
    """Plotly's name for the s-th scene."""
    return "scene" if s == 0 else f"scene{s + 1}"


def arrows(ends: np.ndarray, starts: np.ndarray | float = 0.0) -> dict[str, np.ndarray]:
    """Lines from starts to ends (k, 3), as the x, y, z of one trace with gaps between them."""
    starts = np.broadcast_to(starts, ends.shape)
    points = np.stack([starts, ends, np.full(ends.shape, np.nan)], axis=1).reshape(-1, ends.shape[1])
    return dict(zip("xyz", points.T, strict=False))


def places(traces: Sequence[Any]) -> list[Any]:
    """The coordinates of traces alone, in single precision: the frame of a film in which nothing but places changes."""
    there = [{axis: trace[axis] for axis in "xyz" if axis in trace and trace[axis] is not None} for trace in traces]
    return [
        type(trace)(**{axis: _single(values) for axis, values in own.items()})
        for trace, own in zip(traces, there, strict=True)
    ]


def _single(values: Any) -> np.ndarray:
    """In single precision, with a gap where a diverged model's numbers do not fit."""
    with np.errstate(over="ignore"):
        single = np.asarray(values, np.float32)
    return np.where(np.isfinite(single), single, np.float32(np.nan))


def film(
    figure: go.Figure,
    frames: Sequence[Sequence[Any]],
    labels: Sequence[str],
    *,
    traces: Sequence[int],
    what: str,
    first: int = 0,
) -> go.Figure:
    """Give a figure a slider and a play button.

    frames[t] holds the new state of the figure's ``traces``, in this order; labels[t] is its place on the slider, and
    ``what`` the quantity that moves. The figure should already show frame ``first``, the reader's first look; the play
    button starts at the beginning all the same.
    """
    names = [str(t) for t in range(len(frames))]
    figure.frames = [
        go.Frame(name=name, data=list(data), traces=list(traces)) for name, data in zip(names, frames, strict=True)
    ]
    bottom = 128
    return figure.update_layout(
        height=figure.layout.height + bottom,
        meta={"narrow": NARROW} | (figure.layout.meta or {}),  # the buttons would lie on the slider
        margin={"b": bottom},
        sliders=[_slider(names, labels, what, first)],
        updatemenus=[_buttons(resume=first == 0)],
    )


_NOW = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}


def _slider(names: Sequence[str], labels: Sequence[str], what: str, first: int) -> dict[str, Any]:
    steps = [
        {"label": label, "method": "animate", "args": [[name], _NOW]} for name, label in zip(names, labels, strict=True)
    ]
    return {
        "steps": steps,
        "active": first,
        "x": 0.12,
        "len": 0.86,
        "y": 0,
        "yanchor": "top",
        "pad": {"t": 46, "b": 0},
        "currentvalue": {"prefix": f"{what} ", "font": {"size": 14, "color": style.INK}, "xanchor": "left"},
        "font": {"size": 11, "color": style.MUTED},
        "bgcolor": style.RULE,
        "bordercolor": style.RULE,
        "activebgcolor": style.MUTED,
        "tickcolor": style.RULE,
        "ticklen": 4,
        "minorticklen": 0,
    }


def _buttons(*, resume: bool) -> dict[str, Any]:
    """Play, from where the slider is or from the beginning, and pause."""
    play = _NOW | {"frame": {"duration": 60, "redraw": True}, "fromcurrent": resume}
    return {
        "type": "buttons",
        "direction": "left",
        "showactive": False,
        "x": 0,
        "y": 0,
        "xanchor": "left",
        "yanchor": "top",
        "pad": {"t": 52, "r": 8},
        "bgcolor": style.GROUND,
        "bordercolor": style.RULE,
        "font": {"size": 13, "color": style.INK},
        "buttons": [
            {"label": "▶", "method": "animate", "args": [None, play]},
            {"label": "❚❚", "method": "animate", "args": [[None], _NOW]},
        ],
    }
