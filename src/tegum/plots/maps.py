"""Maps: one run for each pixel of a plane of two settings, as pictures at their full resolution."""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from PIL import Image
from plotly.subplots import make_subplots

from tegum.plots import style

NOTHING = "#E9E5DB"  # where there is no value
HOVER = 56  # places along each axis that say what they are
CRISP = 400  # pixels along each axis below which a picture is enlarged, or browsers would blur it


@dataclass(frozen=True)
class Plane:
    """One map. x (c,) and y (r,): the settings, rising. colour (r, c, 3): what is seen, 0 … 255; row 0 is the lowest y.

    words: for hovering, arrays (r, c) of words or numbers by their names. window: (x0, x1, y0, y1), drawn as a frame:
    where another map looks closer.
    """

    x: np.ndarray
    y: np.ndarray
    colour: np.ndarray
    title: str = ""
    words: Mapping[str, np.ndarray] = field(default_factory=dict)
    window: tuple[float, float, float, float] | None = None


def by_name(codes: ArrayLike, shades: Sequence[str]) -> np.ndarray:
    """The colours (…, 3) of whole numbers: each its place in `shades`; what is not finite has none."""
    codes = np.asarray(codes, float)
    table = np.array([_rgb(shade) for shade in (*shades, NOTHING)], np.uint8)
    return table[np.where(np.isfinite(codes), codes, len(shades)).astype(int)]


def by_value(values: ArrayLike, scale: Sequence[str] = style.IMPORTANCE) -> np.ndarray:
    """The colours (…, 3) of values from 0 to 1 on a scale; what is not finite has none."""
    steps = style.colours(scale, np.linspace(0, 1, 256), 0, 1)
    table = [tuple(map(float, step[4:-1].split(","))) for step in steps]
    return by_name(
        np.round(np.clip(values, 0, 1) * 255), [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in np.rint(table).astype(int)]
    )


def planes(
    maps: Sequence[Plane],
    *,
    x_label: str,
    y_label: str,
    log_x: bool = False,
    log_y: bool = False,
    columns: int = 2,
    shades: Mapping[str, str] | None = None,
    scale: tuple[str, str, str] | None = None,
) -> go.Figure:
    """Maps side by side, each with its own axes. Drag to look closer; double-click to come back.

    shades: names and their colours, for a legend. scale: (title, word at its low end, word at its high end) of
    `by_value`'s colours.
    """
    rows = -(-len(maps) // columns)
    wide = min(columns, len(maps))
    height = 880 / wide if wide > 1 else 660
    figure = make_subplots(
        rows, wide, figure=style.figure(90 + rows * (height + 60)), subplot_titles=[m.title for m in maps],
        horizontal_spacing=0.09, vertical_spacing=0.11 if rows > 1 else 0,
    )  # fmt: skip
    for i, plane in enumerate(maps):
        row, column = i // wide + 1, i % wide + 1
        _draw(figure, plane, row, column, (log_x, log_y), x_label, y_label)
        figure.update_xaxes(title_text=x_label, row=row, col=column)
        figure.update_yaxes(title_text=y_label if column == 1 else None, row=row, col=column)
    for name, shade in (shades or {}).items():
        marker = {"symbol": "square", "size": 11, "color": shade}
        figure.add_scatter(x=[None], y=[None], mode="markers", name=name, marker=marker, hoverinfo="skip")
    if scale is not None:
        title, low, high = scale
        style.add_key(figure, style.IMPORTANCE, style.key(title, x=0.5, width=260, ticks={0: low, 1: high}))
    top = 70 if shades or scale else 40
    figure.update_annotations(font={"size": 14})
    return figure.update_layout(
        showlegend=bool(shades), legend={"y": 1.0, "yref": "container", "yanchor": "top"}, dragmode="zoom",
        margin={"t": top},
    )  # fmt: skip


def _draw(
    figure: go.Figure, plane: Plane, row: int, column: int, log: tuple[bool, bool], x_label: str, y_label: str
) -> None:
    """The picture, placed in the logarithm on a logarithmic axis, below an unseen grid that answers to the pointer."""
    placed = [
        np.log10(part) if is_log else np.asarray(part, float)
        for part, is_log in zip((plane.x, plane.y), log, strict=True)
    ]
    (left, right), (bottom, top) = (_ends(part) for part in placed)
    figure.add_layout_image(
        source=picture(plane.colour), x=left, y=top, sizex=right - left, sizey=top - bottom, xanchor="left",
        yanchor="top", sizing="stretch", layer="below", row=row, col=column, xref="x", yref="y",
    )  # fmt: skip
    figure.add_trace(_hover(plane, x_label, y_label), row, column)
    if plane.window is not None:
        x0, x1, y0, y1 = plane.window
        frame = {"color": "#FFFFFF", "width": 2}
        figure.add_shape(type="rect", x0=x0, x1=x1, y0=y0, y1=y1, line=frame, row=row, col=column)
    kinds = ["log" if is_log else "linear" for is_log in log]
    figure.update_xaxes(type=kinds[0], range=[left, right], showgrid=False, constrain="domain", row=row, col=column)
    figure.update_yaxes(type=kinds[1], range=[bottom, top], showgrid=False, row=row, col=column)


def _ends(middles: np.ndarray) -> tuple[float, float]:
    """The outer edges of pixels with these middles."""
    half = (middles[-1] - middles[0]) / max(len(middles) - 1, 1) / 2 or 0.5
    return float(middles[0] - half), float(middles[-1] + half)


def _hover(plane: Plane, x_label: str, y_label: str) -> go.Heatmap:
    rows = np.unique(np.linspace(0, len(plane.y) - 1, min(HOVER, len(plane.y))).astype(int))
    columns = np.unique(np.linspace(0, len(plane.x) - 1, min(HOVER, len(plane.x))).astype(int))
    words = [np.asarray(values)[np.ix_(rows, columns)] for values in plane.words.values()]
    text = [
        [
            f"{x_label} {plane.x[c]:.4g}<br>{y_label} {style.number(plane.y[r], '.4g')}"
            + "".join(f"<br>{name} {_word(value[i, j])}" for name, value in zip(plane.words, words, strict=True))
            for j, c in enumerate(columns)
        ]
        for i, r in enumerate(rows)
    ]
    return go.Heatmap(
        x=np.asarray(plane.x, float)[columns], y=np.asarray(plane.y, float)[rows], text=text,
        z=np.zeros((len(rows), len(columns))), hovertemplate="%{text}<extra></extra>", showscale=False, opacity=0,
    )  # fmt: skip


def _word(value: str | float) -> str:
    if isinstance(value, str):
        return str(value)
    return style.number(float(value), ".4g") if np.isfinite(value) else "none"


def picture(colour: np.ndarray) -> str:
    """Colours (r, c, 3), row 0 lowest, as a PNG in a data URL; small ones enlarged without blur."""
    times = max(1, -(-CRISP // max(colour.shape[:2])))
    image = Image.fromarray(np.ascontiguousarray(colour[::-1], np.uint8))
    larger = image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)
    stream = io.BytesIO()
    larger.quantize(256).save(stream, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def _rgb(shade: str) -> tuple[int, int, int]:
    return int(shade[1:3], 16), int(shade[3:5], 16), int(shade[5:7], 16)
