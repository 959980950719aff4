"""Named geometry: the feature graph, its blocks in space, and each feature's share of a dimension."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.errors import BadInput
from tegum.geometry.arrangement import ABSENT, OBLIQUE, Arrangement, Block, counted
from tegum.geometry.directions import REPRESENTED, cosines, interference, unit_directions
from tegum.geometry.naming import HUGE, matrices, named
from tegum.plots import style
from tegum.plots.stars import stars
from tegum.plots.tiles import NARROW, PAGE

SHADES = dict(zip(
    ("dedicated dimension", "digon", "triangle", "tetrahedron", "pentagon", "square antiprism", "other", "irregular"),
    style.SERIES, strict=True,
))  # fmt: skip
LINES = {
    "dedicated dimension": (1, "1"), "tetrahedron": (3 / 4, "3/4"), "triangle": (2 / 3, "2/3"), "digon": (1 / 2, "1/2"),
    "pentagon": (2 / 5, "2/5"), "square antiprism": (3 / 8, "3/8"), "not represented": (0, "0"),
}  # fmt: skip
"""The dimensionalities of the shapes in the literature (Elhage et al. 2022)."""

DISC = 11  # pixels, radius of a feature with its number in it; without, half of that
NUMBERED = 80  # features: more of them have no room for their numbers
EDGES = 1_500  # drawn at most, the strongest
CROWD = 300  # edges: more of them are drawn thinner
RIGHT = 0.05  # products of unit directions below this are a right angle in space
STRANGERS = 0.2  # interference between blocks that is drawn
ROUND = 420  # pixels, radius of the largest block
HEAD = 46  # pixels above all
HEADING = 34  # pixels above a group of blocks, for its name
MARGIN = 22  # pixels between blocks
SCENES = 3


def shade(name: str) -> str:
    """The colour of a shape's name in every figure."""
    name = name.removeprefix(OBLIQUE)
    return SHADES.get(name, style.RULE if name in ABSENT.values() else SHADES["other"])


def feature_graph(model: Any, threshold: float = REPRESENTED) -> go.Figure:
    """The features of one model as a graph: a disc for each, coloured by its block's name, lines where two interfere.

    model, threshold: as for `tegum.geometry.named`. Blocks of one name stand together under it; planar ones as they
    are, others in a ring. Lines are as wide as features disturb each other, the larger of |Ŵ_i·W_j| and |Ŵ_j·W_i|: blue
    where the angle is obtuse, which ReLU silences, orange where it is acute; faint between blocks. Hover over a
    feature for its D_i, norm and partners.
    """
    W = matrices(model)
    if math.prod(W.shape[:-2]) != 1:
        raise BadInput(f"this is a graph of one model, but here is a batch of shape {W.shape[:-2]}; pick one of them.")
    W = W.reshape(W.shape[-2:])
    found = named(W, threshold)
    W = np.where(np.abs(W) < HUGE, W, 0)
    hits = interference(W)
    disc = DISC if len(found.block) <= NUMBERED else DISC / 2
    groups = _packed(_groups(found, disc))
    places = {i: at for group in groups for i, at in group.places(W).items()}
    figure = style.figure(HEAD + max((group.bottom for group in groups), default=0))
    hidden = {"visible": False, "constrain": "domain"}
    figure.update_xaxes(range=[0, PAGE], **hidden)
    figure.update_yaxes(range=[-figure.layout.height + HEAD, 0], scaleanchor="x", constraintoward="top", **hidden)
    _edges(figure, places, hits, found)
    _discs(figure, places, hits, found, disc)
    for group in groups:
        words = {"text": group.words, "showarrow": False, "xanchor": "left", "yanchor": "top"}
        figure.add_annotation(x=group.left, y=-group.top, font={"size": 14, "family": style.SERIF}, **words)
    key = "<span style='color:{}'>━</span> obtuse angle, silenced by ReLU   <span style='color:{}'>━</span> acute angle"
    where: dict[str, Any] = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom",
                             "yshift": 12}  # fmt: skip
    font = {"size": 12, "color": style.MUTED}
    figure.add_annotation(text=key.format(*style.SERIES[:2]), showarrow=False, font=font, **where)
    margin = {"t": HEAD, "b": 0, "l": 10, "r": 10}
    return figure.update_layout(margin=margin, showlegend=False, meta={"narrow": NARROW, "page": PAGE, "head": HEAD})


@dataclass
class _Group:
    """Blocks of one name, flowing from left to right under their heading, in pixels from the upper left."""

    name: str
    words: str
    blocks: list[tuple[int, ...]]
    planar: bool
    disc: float
    left: float = 0.0
    top: float = 0.0

    @property
    def radii(self) -> list[float]:
        """Radius of each block's ring of discs, so that neighbours do not touch."""
        return [
            min(ROUND, 1.3 * self.disc / math.sin(math.pi / max(len(own), 4))) * (len(own) > 1) for own in self.blocks
        ]

    @property
    def centres(self) -> list[tuple[float, float]]:
        """From the group's upper left, y downwards."""
        x = y = tallest = 0.0
        centres = []
        for radius in self.radii:
            size = 2 * (radius + self.disc)
            if x and x + size > PAGE - 2 * MARGIN:
                x, y, tallest = 0.0, y + tallest + MARGIN / 2, 0.0
            centres.append((x + size / 2, HEADING + y + size / 2))
            x, tallest = x + size + (MARGIN if radius else MARGIN / 2), max(tallest, size)
        return centres

    @property
    def width(self) -> float:
        ends = [x + radius + self.disc for (x, _), radius in zip(self.centres, self.radii, strict=True)]
        return max([7.5 * len(self.words), *ends])

    @property
    def bottom(self) -> float:
        ends = [y + radius + self.disc for (_, y), radius in zip(self.centres, self.radii, strict=True)]
        return self.top + max(ends) + MARGIN

    def places(self, W: np.ndarray) -> dict[int, tuple[float, float]]:
        """Where each feature's disc is, y upwards."""
        found = {}
        for own, radius, (x, y) in zip(self.blocks, self.radii, self.centres, strict=True):
            spokes = _flat(W[:, list(own)])
            if not self.planar or radius * _closest(spokes) < self.disc:
                own, spokes = _chained(own, W), _ring(len(own))
            for i, (right, up) in zip(own, spokes.T, strict=True):
                found[i] = (self.left + x + radius * right, radius * up - self.top - y)
        return found


def _ring(k: int) -> np.ndarray:
    turn = np.pi / 2 - 2 * np.pi * np.arange(k) / k
    return np.stack([np.cos(turn), np.sin(turn)])


def _closest(points: np.ndarray) -> float:
    """Least distance between two of the points (2, k)."""
    i, j = np.triu_indices(points.shape[1], 1)
    return float(np.linalg.norm(points[:, i] - points[:, j], axis=0).min(initial=np.inf))


def _chained(own: tuple[int, ...], W: np.ndarray) -> tuple[int, ...]:
    """The features of a block in an order in which each is followed by the one nearest in direction of those left."""
    near = cosines(W[:, list(own)])
    order, left = [0], set(range(1, len(own)))
    while left:
        order.append(max(left, key=lambda i: near[order[-1], i]))
        left.remove(order[-1])
    return tuple(own[i] for i in order)


def _flat(columns: np.ndarray) -> np.ndarray:
    """Directions of a block in its plane, most of them upright: a row of digons is then no line of discs."""
    spokes = (np.linalg.svd(columns)[0].T @ columns)[:2]
    return unit_directions(np.pad(spokes, [(0, 2 - len(spokes)), (0, 0)])[::-1])


def _groups(found: Arrangement, disc: float) -> list[_Group]:
    blocks, groups = found.blocks, []
    for name, count in found.counts().items():
        own = [block for block in blocks if block.name == name]
        if name == "irregular":
            groups += [_Group(name, str(block), [block.features], block.dimension <= 2, disc) for block in own]
        elif own:
            groups.append(_Group(name, _headed(name, own), [b.features for b in own], own[0].dimension <= 2, disc))
        else:
            alone: list[tuple[int, ...]] = [(int(i),) for i in np.flatnonzero(found.name == name)]
            groups.append(_Group(name, counted(name, count), alone, False, disc))
    return groups


def _headed(name: str, own: Sequence[Block]) -> str:
    off, leak = (float(np.sqrt(np.mean(np.square(values)))) for values in
                 ([block.distance for block in own], [block.leak for block in own]))  # fmt: skip
    far = f", distance {off:.2f}" if own[0].size > 1 else ""
    return counted(name, len(own)) + far + (f", leak {leak:.2f}" if name.startswith(OBLIQUE) else "")


def _packed(groups: list[_Group]) -> list[_Group]:
    """Give the groups their places on shelves as wide as the page."""
    x, y, lowest = 0.0, 0.0, 0.0
    for group in groups:
        if x and x + group.width > PAGE:
            x, y = 0.0, lowest
        group.left, group.top = x, y
        x, lowest = x + group.width + 2 * MARGIN, max(lowest, group.bottom)
    return groups


def _edges(figure: go.Figure, places: dict[int, tuple[float, float]], hits: np.ndarray, found: Arrangement) -> None:
    strength = np.maximum(np.abs(hits), np.abs(hits.T))
    i, j = np.nonzero(np.triu(strength > 0.02, 1) & (found.block[:, None] >= 0) & (found.block >= 0))
    same = found.block[i] == found.block[j]
    kept = np.flatnonzero(same | (strength[i, j] > STRANGERS))
    kept = kept[np.argsort(-strength[i, j][kept], kind="stable")[:EDGES]]
    i, j, same = i[kept], j[kept], same[kept]
    grade = np.minimum(np.ceil(5 * strength[i, j]), 5).astype(int)
    acute, thin = hits[i, j] > 0, min(1, math.sqrt(CROWD / max(len(kept), 1)))
    for within, sharp, width in sorted({*zip(same.tolist(), acute.tolist(), grade.tolist(), strict=True)}):
        mine = np.flatnonzero((same == within) & (acute == sharp) & (grade == width))
        ends = np.array([[places[a], places[b], (np.nan, np.nan)] for a, b in zip(i[mine], j[mine], strict=True)])
        x, y = ends.reshape(-1, 2).T
        colour = style.faint(style.SERIES[sharp], (0.25 + 0.12 * width) * thin if within else 0.25)
        line = {"width": (0.4 + 0.6 * width) * thin if within else 1, "color": colour}
        figure.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip")


def _discs(
    figure: go.Figure, places: dict[int, tuple[float, float]], hits: np.ndarray, found: Arrangement, disc: float
) -> None:
    shown = list(places)
    names, numbered = [str(found.name[i]) for i in shown], disc == DISC
    figure.add_scatter(
        x=[places[i][0] for i in shown],
        y=[places[i][1] for i in shown],
        mode="markers+text" if numbered else "markers",
        marker={"size": 2 * disc, "color": [shade(name) for name in names], "opacity": 1,
                "line": {"width": 1, "color": style.GROUND}},
        text=[str(i) for i in shown],
        textfont={"size": 11, "color": [_on(name) for name in names]},
        customdata=[_told(i, hits, found) for i in shown],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _on(name: str) -> str:
    """The colour of words on a disc."""
    name = name.removeprefix(OBLIQUE)
    return style.INK if name in (*ABSENT.values(), "pentagon", "square antiprism") else "#FFFFFF"


def _told(i: int, hits: np.ndarray, found: Arrangement) -> str:
    strongest = [j for j in np.argsort(-np.abs(hits[i]))[:5] if abs(hits[i, j]) > 0.02]
    partners = ", ".join(f"{j} ({style.number(hits[i, j], '.2f')})" for j in strongest) or "nothing"
    return (
        f"<b>feature {i}</b>: {found.name[i]}<br>D {found.dimensionality[i]:.3f}, norm {found.norm[i]:.3f}<br>"
        f"disturbed by {partners}"
    )


def block_scenes(model: Any, threshold: float = REPRESENTED) -> go.Figure:
    """The blocks of three dimensions of a model or a batch, each in its own space: the first three, to turn.

    model, threshold: as for `tegum.geometry.named`. Unit directions along principal axes, drawn by `stars`: orange
    lines join features that disturb each other, grey ones those at a right angle.
    """
    W = matrices(model)
    solid = [block for block in named(W, threshold).blocks if block.dimension == 3][:SCENES]
    if not solid:
        raise BadInput("no block of this model has three dimensions; tegum.plots.feature_graph draws blocks of any.")
    columns = [unit_directions(W[block.model][:, list(block.features)]) for block in solid]
    turned = [np.linalg.svd(own)[0][:, :3].T @ own for own in columns]
    numbers = [[str(i) for i in block.features] for block in solid]
    figure = stars(turned, [_titled(block) for block in solid], disturb=RIGHT, labels=numbers)
    figure.update_scenes(camera_eye={"x": 0.4, "y": 1.55, "z": 0.6})
    return figure


def _titled(block: Block) -> str:
    height = f", height {block.height:.2f}" if math.isfinite(block.height) else ""
    return f"{block.name}{height}" if block.name != "irregular" else f"irregular, {block.size} features"


def dimensionality_levels(
    x: ArrayLike,
    shares: ArrayLike,
    names: ArrayLike,
    *,
    x_label: str = "1 / (1 − S)",
    log_x: bool = True,
) -> go.Figure:
    """Every feature's share of a dimension, D_i, beside the fractions of the named shapes.

    x (p,): one value for each model; shares (p, n): D_i; names (p, n): the name of each feature's block, which colours
    it. A model's features stand side by side around its x, in order of D_i.
    """
    x, shares, names = np.asarray(x, float), style.finite(shares), np.asarray(names, dtype=np.str_)
    if shares.ndim != 2 or x.shape != shares.shape[:1] or names.shape != shares.shape:
        raise BadInput(f"x {x.shape}, shares {shares.shape} and names {names.shape} must be (p,), (p, n) and (p, n).")
    figure = style.figure(520)
    beside = _beside(x, shares, log_x)
    for name in [*dict.fromkeys(names.ravel().tolist())]:
        mine = names == name
        absent, oblique = name in ABSENT.values(), name.startswith(OBLIQUE)
        marker = {"size": 6, "color": style.MUTED if absent else style.faint(shade(name), 0.8),
                  "symbol": "circle-open" if absent else "diamond-open" if oblique else "circle"}  # fmt: skip
        hover = f"<b>{name}</b><br>D %{{y:.3f}}<br>{x_label}: %{{customdata:.4g}}<extra></extra>"
        here = np.broadcast_to(x[:, None], shares.shape)[mine]
        figure.add_scatter(x=beside[mine], y=shares[mine], mode="markers", marker=marker, name=name, customdata=here,
                           hovertemplate=hover)  # fmt: skip
    for name, (level, fraction) in LINES.items():
        figure.add_hline(level, line={"width": 1, "color": shade(name), "dash": "dot"}, layer="below")
        apart = {"pentagon": 6, "square antiprism": -6}.get(name, 0)
        place = {"xref": "paper", "x": 1.005, "xanchor": "left", "yanchor": "middle", "showarrow": False}
        font = {"size": 12, "color": style.MUTED}
        figure.add_annotation(y=level, yshift=apart, text=f"{fraction} {name}", font=font, **place)
    ticks = {"type": "log", "tickvals": [part * 10.0**power for power in range(-3, 7) for part in (1, 2, 5)]}
    figure.update_xaxes(title_text=x_label, **(ticks if log_x else {}), showgrid=False)
    figure.update_yaxes(title_text="D_i, dimensions per feature", range=[-0.04, 1.06], showgrid=False)
    return figure.update_layout(margin={"r": 150}, meta={"narrow": NARROW})


def _beside(x: np.ndarray, shares: np.ndarray, log_x: bool) -> np.ndarray:
    """Places for the features of each model around its x, no wider than the step to the next model."""
    at = np.log10(x) if log_x else x
    steps = np.diff(np.unique(at))
    rank = np.argsort(np.argsort(-shares, axis=1, kind="stable"), axis=1)
    spread = 0.8 * (steps.min() if steps.size else 0.1) * (rank / max(shares.shape[1] - 1, 1) - 0.5)
    places = at[:, None] + spread
    return 10.0**places if log_x else places
