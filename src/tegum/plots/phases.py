"""Phase diagrams: maps coloured by two numbers at once, with their key, and sections through them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from tegum.plots import style
from tegum.plots.maps import Plane, picture, planes

EMPTY = (233, 229, 219)  # of what has no length
SHARED = ("#0F6CA8", "#7A4A8C", "#C95300", "#F7B733")  # superposition from 0 to 1.5, of what has length 1
MOST_SHARED, LONGEST = 1.5, 1.0
KEY, ROOM = 120, 190  # pixels: the key's square, the margin that holds it


def two_way(norm: ArrayLike, superposition: ArrayLike) -> np.ndarray:
    """Colours (…, 3): the hue says how much a feature shares, the strength how long it is; both saturate."""
    length = np.clip(np.asarray(norm, float) / LONGEST, 0, 1)[..., None]
    hue = style.colours(SHARED, np.ravel(superposition), 0, MOST_SHARED)
    strong = np.array([[float(part) for part in one[4:-1].split(",")] for one in hue])
    return np.rint(EMPTY + length * (strong.reshape(*length.shape[:-1], 3) - EMPTY)).astype(np.uint8)


def phase_maps(maps: Sequence[Plane], *, x_label: str, y_label: str, columns: int = 2) -> go.Figure:
    """Maps on logarithmic axes whose colours come from `two_way`, with the key to them at the top."""
    figure = planes(maps, x_label=x_label, y_label=y_label, log_x=True, log_y=True, columns=columns)
    height = figure.layout.height + ROOM - 40
    figure.update_layout(height=height, margin={"t": ROOM})
    figure.update_yaxes(dtick="D2")
    _key(figure, height - ROOM - 70)
    return figure


def _key(figure: go.Figure, plot: float) -> None:
    """The square of all colours, its corners named, above a plot of so many pixels."""
    norm, shared = np.meshgrid(np.linspace(0, LONGEST, 16), np.linspace(0, MOST_SHARED, 16))
    figure.add_layout_image(
        source=picture(two_way(norm, shared)), xref="paper", yref="paper", x=0.16, y=1 + (ROOM - 8) / plot,
        sizex=0.3, sizey=KEY / plot, xanchor="left", yanchor="top", sizing="contain",
    )  # fmt: skip
    place = {"xref": "paper", "yref": "paper", "x": 0.16, "y": 1 + (ROOM - 8) / plot, "showarrow": False}
    words = (
        ("norm of the extra feature", KEY / 2, -KEY - 18, "center", "top"),
        ("0", 0, -KEY - 2, "center", "top"),
        (f"{LONGEST:g}", KEY, -KEY - 2, "center", "top"),
        ("its superposition", -24, -KEY / 2, "right", "middle"),
        ("0", -4, -KEY, "right", "bottom"),
        (f"{MOST_SHARED:g}", -4, 0, "right", "top"),
        ("in superposition", KEY + 10, -KEY / 3, "left", "middle"),
        ("a dimension of its own", KEY + 10, -KEY + 8, "left", "middle"),
    )
    for text, right, up, align, stand in words:
        figure.add_annotation(
            text=text, xshift=right, yshift=up, xanchor=align, yanchor=stand, font={"size": 12, "color": style.MUTED},
            **place,
        )  # fmt: skip


@dataclass(frozen=True)
class Section:
    """A line through a phase diagram: x (p,), and by name the loss (p,) and an order parameter (p,) of each branch.

    theory: losses (p,) by the same names, drawn dashed. crossing: where the best branch changes, if anywhere.
    """

    title: str
    x_label: str
    x: np.ndarray
    loss: Mapping[str, np.ndarray]
    order: Mapping[str, np.ndarray]
    theory: Mapping[str, np.ndarray]
    crossing: Sequence[float] = ()


def _branch(figure: go.Figure, line: Section, name: str, shade: str, wide: float, column: int) -> None:
    """One branch of a section: its loss, that of simple theory, its order parameter. All points are drawn: Plotly
    simplifies lines by their width, and wide ones get corners."""
    hover = f"<b>{name}</b>, %{{meta}}<br>{line.x_label} %{{x:.3g}}<br>%{{y:.4g}}<extra></extra>"
    for row, drawn, dash, what in (
        (1, line.loss[name], "solid", "free W and b"),
        (1, line.theory[name], "dot", "simple theory"),
        (2, line.order[name], "solid", "free W and b"),
    ):
        solid = dash == "solid"
        figure.add_scatter(
            x=line.x, y=drawn, name=name, legendgroup=name, mode="lines", meta=what, hovertemplate=hover,
            line={"color": shade, "dash": dash, "width": wide if solid else 1.5, "simplify": False},
            showlegend=solid and row == 1 and column == 1, row=row, col=column,
        )  # fmt: skip


def sections(lines: Sequence[Section], *, loss_label: str, order_label: str, window: tuple[float, float]) -> go.Figure:
    """Each section is a column: losses above, in this window of them, and order parameters below.

    One colour for each branch, dotted for simple theory; where branches run together the wider lines show.
    """
    figure = make_subplots(
        2, len(lines), figure=style.figure(720), subplot_titles=[line.title for line in lines],
        horizontal_spacing=0.07, vertical_spacing=0.07, shared_xaxes=True,
    )  # fmt: skip
    shade = style.palette([name for line in lines for name in line.loss])
    for column, line in enumerate(lines, 1):
        for place, name in enumerate(line.loss):
            wide = 2 + 2.5 * (len(line.loss) - 1 - place)
            _branch(figure, line, name, shade[name], wide, column)
        for at in line.crossing:
            figure.add_vline(at, line={"width": 1, "color": style.MUTED, "dash": "dash"}, col=column)
        figure.update_xaxes(type="log", col=column)
        figure.update_xaxes(title_text=line.x_label, row=2, col=column)
    figure.update_yaxes(title_text=loss_label, row=1, col=1)
    figure.update_yaxes(title_text=order_label, row=2, col=1)
    figure.update_yaxes(range=list(window), row=1)
    figure.update_annotations(font={"size": 14})
    return figure.update_layout(margin={"t": 70}, legend={"y": 1.0, "yref": "container", "yanchor": "top"})
