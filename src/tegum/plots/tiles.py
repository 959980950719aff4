"""Small multiples on one pair of hidden axes: equal in scale, and aligned at any page width."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from tegum.plots import style

PAGE = 980  # the width, in pixels, for which the tiles are laid out; on narrower pages they shrink together
NARROW = 720  # pixels; narrower, the words would collide: the page scrolls sideways
KEYS = 64  # pixels above the tiles, for the colour keys


@dataclass(frozen=True)
class Tiles:
    """``count`` drawings of ``width`` by ``height`` data units in rows of ``columns``; y points upwards.

    ``above`` and ``below`` are pixels for words over and under each; no tile is wider than ``widest`` pixels.
    """

    count: int
    columns: int
    width: float
    height: float
    above: int
    below: int
    widest: int

    @property
    def pixels(self) -> float:
        """Pixels per data unit on a page of full width."""
        return min(self.widest, PAGE / self.columns) / self.width

    @property
    def pitch(self) -> float:
        """From one row to the next, in data units."""
        return self.height + (self.above + self.below) / self.pixels

    @property
    def rows(self) -> int:
        return math.ceil(self.count / self.columns)

    def corners(self) -> np.ndarray:
        """The upper left corner of each drawing, shape (count, 2)."""
        row, column = np.divmod(np.arange(self.count), self.columns)
        return np.stack([column * self.width, -row * self.pitch - self.above / self.pixels], axis=1)

    def figure(self, *, head: int = KEYS) -> go.Figure:
        """An empty figure whose axes hold the tiles, with ``head`` pixels above them."""
        figure = style.figure(head + self.rows * self.pitch * self.pixels)
        hidden = {"visible": False, "constrain": "domain"}
        figure.update_xaxes(range=[0, self.columns * self.width], **hidden)
        figure.update_yaxes(range=[-self.rows * self.pitch, 0], scaleanchor="x", **hidden)
        figure.update_yaxes(constraintoward="top")
        meta = {"narrow": NARROW, "page": PAGE, "head": head}  # report/page.js: height follows the width
        margin = {"t": head, "b": 0, "l": 10, "r": 10}
        return figure.update_layout(margin=margin, showlegend=False, meta=meta)


def columns_for(count: int, most: int) -> int:
    """As few rows as ``most`` columns allow, as even as can be: 10 in fives, 7 as 4 and 3."""
    return math.ceil(count / math.ceil(count / most))


def moved(points: np.ndarray, right: float, up: float) -> np.ndarray:
    there: np.ndarray = points + np.array([right, up])
    return there


def write(
    figure: go.Figure,
    at: np.ndarray,
    texts: Sequence[str],
    *,
    size: int,
    right: int = 0,
    up: int = 0,
    **font: str,
) -> None:
    """One line of text centred on each point of ``at`` (k, 2), moved by pixels ``right`` and ``up``."""
    for (x, y), text in zip(at, texts, strict=True):
        figure.add_annotation(
            x=x, y=y, text=text, showarrow=False, xshift=right, yshift=up, font={"size": size, **font}
        )
