"""Solutions followed along an axis: small planes above, their losses below, trained models as points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from tegum.plots import style
from tegum.plots.lines import log_axis
from tegum.plots.tiles import NARROW

WIDTH = 1040  # pixels of the axis for which rows of planes are laid out; on narrower pages there is room to spare
LOWER = 360  # pixels of the losses
LABEL = 0.84  # along a line of losses, its name
ABOVE = {"xanchor": "right", "yanchor": "bottom", "yshift": 5}  # lines rise: names beside, not across them
BELOW = {"xanchor": "left", "yanchor": "top", "yshift": -5}
ROW = 1.25  # of a row of planes, in diameters
REACH = 1.25  # of the longest column that fits
SPECIAL, OTHERS = style.SERIES[3], style.MUTED
NONE = style.SERIES[7]

Points = Mapping[str, tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Followed:
    """One kind of solution along x (k,): W (k, 2, n), b (k, n), loss (k,); places in them whose planes are drawn."""

    name: str
    x: np.ndarray
    W: np.ndarray
    b: np.ndarray
    loss: np.ndarray
    shown: Sequence[int] = ()


def followed(
    kinds: Sequence[Followed],
    trained: Points,
    marks: Sequence[tuple[float, str]],
    *,
    special: int,
    x_label: str,
    y_label: str,
    pitch: float = 0.2,
) -> go.Figure:
    """Planes of each kind of solution at their places of a logarithmic axis, and below them the losses of all kinds.

    trained: for the name of a kind, or of none, x and loss of the models that ended so, drawn as points in the kind's
    colour, or grey. marks: values of x and words, as vertical lines. special: the feature whose column has a colour of
    its own. pitch: from one plane to the next, in decades.
    """
    rows = [kind for kind in kinds if len(kind.shown)]
    x = np.concatenate([kind.x for kind in kinds])
    span = float(np.log10(x.min()) - 0.6 * pitch), float(np.log10(x.max()) + 0.6 * pitch)
    high = len(rows) * ROW * pitch
    upper = high * WIDTH / (span[1] - span[0])
    figure = style.figure(upper + LOWER + 64)
    shade = style.palette([kind.name for kind in kinds])
    _losses(figure, kinds, trained, shade, x_label, y_label)
    for row, kind in enumerate(rows):
        at = np.log10(kind.x[list(kind.shown)])
        centre = np.stack([at, np.full(len(at), high - (row + 0.56) * ROW * pitch)], axis=1)
        _planes(figure, kind, centre, special, 0.5 * pitch / REACH)
        name: dict[str, Any] = {"text": f"<b>{kind.name}</b>", "font": {"color": shade[kind.name], "size": 13}}
        _write(figure, span[0], high - row * ROW * pitch, "x2", "y2", yanchor="top", **name)
    _mark(figure, marks)
    losses = np.concatenate([*(kind.loss for kind in kinds), *(loss for _, loss in trained.values())])
    split = LOWER / (upper + LOWER)
    figure.update_layout(
        xaxis={"title_text": x_label, **log_axis(x), "range": span},
        yaxis={"title_text": y_label, "domain": [0, split], **log_axis(losses)},
        xaxis2={"visible": False, "range": span, "anchor": "y2"},
        yaxis2={"visible": False, "domain": [split, 1], "range": [0, high], "scaleanchor": "x2",
                "constraintoward": "top"},
        yaxis3={"overlaying": "y", "range": [0, 1], "visible": False},
        showlegend=False, margin={"t": 8, "b": 56}, meta={"narrow": NARROW},
    )  # fmt: skip
    return figure


def _losses(
    figure: go.Figure,
    kinds: Sequence[Followed],
    trained: Points,
    shade: Mapping[str, str],
    x_label: str,
    y_label: str,
) -> None:
    common = {"xaxis": "x", "yaxis": "y"}
    for name, (x, loss) in trained.items():
        marker = {"size": 7, "color": style.faint(shade.get(name, NONE), 0.4)}
        hover = f"<b>trained, {name}</b><br>{x_label}: %{{x:.4g}}<br>{y_label}: %{{y:.5g}}<extra></extra>"
        figure.add_scatter(x=x, y=loss, mode="markers", marker=marker, hovertemplate=hover, **common)
    for kind in kinds:
        line = {"width": 2.5, "color": shade[kind.name]}
        hover = f"<b>{kind.name}</b><br>{x_label}: %{{x:.4g}}<br>{y_label}: %{{y:.6g}}<extra></extra>"
        figure.add_scatter(x=kind.x, y=kind.loss, mode="lines", line=line, hovertemplate=hover, **common)
        place = int(LABEL * len(kind.x))
        lowest = kind.loss[place] == min(one.loss[int(LABEL * len(one.x))] for one in kinds)
        words: dict[str, Any] = {"text": kind.name, "font": {"color": shade[kind.name], "size": 12}}
        words |= BELOW if lowest else ABOVE
        _write(figure, np.log10(kind.x[place]), np.log10(kind.loss[place]), "x", "y", **words)


def _planes(figure: go.Figure, kind: Followed, centre: np.ndarray, special: int, scale: float) -> None:
    """One row: a spoke and a point for each column, the special one last, so that it lies on top."""
    places = list(kind.shown)
    tips = centre[:, :, None] + scale * kind.W[places]
    gap = np.full(len(places), np.nan)
    common = {"xaxis": "x2", "yaxis": "y2"}
    for i in sorted(range(tips.shape[-1]), key=lambda i: i == special):
        ink, size = (SPECIAL, 9) if i == special else (OTHERS, 7)
        x, y = (np.stack([centre[:, axis], tips[:, axis, i], gap], axis=1).ravel() for axis in (0, 1))
        figure.add_scatter(x=x, y=y, mode="lines", line={"width": 2, "color": ink}, hoverinfo="skip", **common)
        marker = {"size": size, "color": ink, "line": {"width": 1, "color": style.GROUND}}
        text = [_hover(kind, place, i, special) for place in places]
        figure.add_scatter(x=tips[:, 0, i], y=tips[:, 1, i], mode="markers", marker=marker, text=text,
                           hovertemplate="%{text}<extra></extra>", **common)  # fmt: skip


def _hover(kind: Followed, place: int, i: int, special: int) -> str:
    W, b = kind.W[place], kind.b[place]
    turned = np.rad2deg(np.arctan2(*W[::-1, i]) - np.arctan2(*W[::-1, special])) % 360
    name = f"feature {i}" + (", the varied one" if i == special else "")
    return (
        f"<b>{kind.name}</b> at {kind.x[place]:.4g}<br>{name}<br>norm {np.hypot(*W[:, i]):.4f}, angle {turned:.2f}°"
        f"<br>bias {style.number(b[i], '.4f')}<br>loss of the model {kind.loss[place]:.6f}"
    )


def _mark(figure: go.Figure, marks: Sequence[tuple[float, str]]) -> None:
    """Vertical lines over the losses, with words at their upper ends."""
    line = {"width": 1.2, "dash": "dot", "color": style.INK}
    for k, (x, words) in enumerate(marks):
        figure.add_scatter(x=[x, x], y=[0, 1], mode="lines", line=line, xaxis="x", yaxis="y3",
                           hovertemplate=f"{words}<extra></extra>")  # fmt: skip
        _write(
            figure,
            np.log10(x),
            0.97 - 0.07 * k,
            "x",
            "y3",
            text=words,
            xshift=4,
            font={"size": 12},
            bgcolor=style.GROUND,
        )


def _write(figure: go.Figure, x: float, y: float, xref: str, yref: str, xanchor: str = "left", **more: Any) -> None:
    figure.add_annotation(x=x, y=y, xref=xref, yref=yref, xanchor=xanchor, showarrow=False, **more)
