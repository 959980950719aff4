"""What W does to x before any ReLU: project it on a plane, and build it from other directions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.errors import BadInput
from tegum.plots import style
from tegum.plots.space import TURN_ME, arrows, film, space
from tegum.plots.tiles import NARROW

LEFT, RIGHT = (0.0, 0.54), (0.6, 1.0)  # parts of the page's width: the scene, and the picture beside it
SHADOW, PLANE, BEST = style.SERIES[1], style.SERIES[0], style.SERIES[2]
AXES = (style.SERIES[3], style.SERIES[4], style.SERIES[2])
HALF = 0.66  # of the scene's reach: half a side of a plane, whose corners then stay within
_CORNERS = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])


def projection(
    points: ArrayLike, frames: ArrayLike, best: ArrayLike, words: Sequence[str], labels: Sequence[str], *, what: str
) -> go.Figure:
    """A cloud in space and its shadow on a plane that can be turned; beside it, all that is left in the plane.

    points (3, k), centred; frames (t, 2, 3): an orthonormal frame of the plane for each place of the slider; best
    (2, 3): a frame of the plane of largest variance, drawn as an outline. words (t) say what each plane keeps; labels
    (t) are the places on the slider, and `what` the quantity that moves.
    """
    points, frames, best = (np.asarray(part, float) for part in (points, frames, best))
    if points.shape[0] != 3 or frames.shape[1:] != (2, 3) or best.shape != (2, 3):
        raise BadInput(
            f"points of shape {points.shape}, frames {frames.shape} and best {best.shape} do not fit each other; "
            "they need to be (3, k), (t, 2, 3) and (2, 3)."
        )
    reach = float(1.05 * np.abs(points).max())
    figure = space(500, scenes=[LEFT], reach=reach, axes=False, eye=_eye(frames[0]))
    shade = _shade(points, best)
    moving = [_moving(points, frame, word, reach, shade) for frame, word in zip(frames, words, strict=True)]
    figure.add_traces(moving[0])
    outline = {"width": 5, "color": BEST}
    figure.add_scatter3d(**_xyz(HALF * reach * best.T @ _CORNERS.T), mode="lines", line=outline, hoverinfo="skip")
    figure.add_scatter3d(**_xyz(points), mode="markers", marker={"size": 4, "color": shade}, hoverinfo="skip")
    _picture(figure, reach, "along the plane's first direction", "along its second")
    _turn_me(figure)
    return film(figure, moving, labels, traces=range(len(moving[0])), what=what)


def change_of_basis(W: ArrayLike, x: ArrayLike) -> go.Figure:
    """x built from the axes, and Wx built from the columns of W by the same numbers, head to tail.

    W (2, 3), x (3,). In the scene the plane that the rows of W span, the rows as arrows, the axes and x; beside it the
    columns from the origin, the steps x_i W_i one after another, and their sum.
    """
    W, x = np.asarray(W, float), np.asarray(x, float)
    if W.shape != (2, 3) or x.shape != (3,):
        raise BadInput(f"W of shape {W.shape} and x of shape {x.shape} do not fit; they need to be (2, 3) and (3,).")
    frame = _along_first(W)
    reach = float(1.3 * max(1.0, np.abs(x).max(), np.linalg.norm(W, axis=1).max()))
    figure = space(500, scenes=[LEFT], reach=reach, axes=False, eye=(1.35, 0.4, 0.65))
    figure.add_traces(_plane(frame, HALF * reach))
    figure.add_scatter3d(**arrows(W), mode="lines", line={"width": 6, "color": PLANE}, hoverinfo="skip")
    _named(figure, 1.08 * W, ["row 0", "row 1"], PLANE, "bottom center")
    _steps_in_space(figure, x)
    _turn_me(figure)
    _steps_in_plane(figure, W, x)
    return figure


def _moving(points: np.ndarray, frame: np.ndarray, word: str, reach: float, shade: Any) -> list[Any]:
    """What changes as the plane turns: plane, dotted lines, shadows, the picture of them, the words above it."""
    flat = frame @ points
    there = frame.T @ flat
    dotted = {"width": 2, "color": style.MUTED, "dash": "dot"}
    small = {"size": 3.5, "color": SHADOW}
    return [
        *_plane(frame, HALF * reach),
        go.Scatter3d(**arrows(there.T, points.T), mode="lines", line=dotted, hoverinfo="skip", showlegend=False),
        go.Scatter3d(**_xyz(there), mode="markers", marker=small, hoverinfo="skip", showlegend=False),
        go.Scatter(x=flat[0], y=flat[1], mode="markers", marker=_dots(shade), hoverinfo="skip", showlegend=False),
        go.Scatter(x=[0], y=[0.93 * reach], mode="text", text=[word], textfont={"size": 14}, hoverinfo="skip",
                   showlegend=False),
    ]  # fmt: skip


def _dots(shade: Any) -> dict[str, Any]:
    return {"size": 9, "color": shade, "line": {"width": 1.2, "color": SHADOW}}


def _shade(points: np.ndarray, best: np.ndarray) -> list[str]:
    """Points are coloured along the cloud, so that each is found again in its shadow."""
    along = best[0] @ points
    return style.colours(style.IMPORTANCE, along, along.min(), along.max())


def _plane(frame: np.ndarray, half: float) -> list[Any]:
    """A square and its rim."""
    corners = half * frame.T @ _CORNERS.T
    fill = {"i": [0, 0], "j": [1, 2], "k": [2, 3], "color": PLANE, "opacity": 0.18}
    return [
        go.Mesh3d(**_xyz(corners[:, :4]), **fill, hoverinfo="skip"),
        go.Scatter3d(**_xyz(corners), mode="lines", line={"width": 3, "color": PLANE}, hoverinfo="skip"),
    ]


def _eye(frame: np.ndarray) -> tuple[float, float, float]:
    """Where to look from so that a plane is seen aslant and dotted lines across it have their length; z upwards."""
    normal = np.cross(*frame)
    normal *= np.sign(normal[2]) or 1.0
    level = np.cross([0, 0, 1], normal)
    level = level / np.linalg.norm(level) if np.linalg.norm(level) > 1e-6 else np.array([1.0, 0, 0])
    x, y, z = 1.4 * (0.4 * normal + 0.92 * level)
    return float(x), float(y), float(z)


def _xyz(points: np.ndarray) -> dict[str, np.ndarray]:
    return dict(zip("xyz", points, strict=True))


def _picture(figure: go.Figure, reach: float, x_label: str, y_label: str) -> None:
    """The flat picture on the right, as wide as high."""
    shown: dict[str, Any] = {"range": [-reach, reach], "zeroline": True, "zerolinecolor": style.RULE}
    figure.update_xaxes(domain=RIGHT, title_text=x_label, constrain="domain", **shown)
    figure.update_yaxes(scaleanchor="x", constrain="domain", title_text=y_label, **shown)
    figure.update_layout(showlegend=False, meta={"narrow": NARROW})


def _turn_me(figure: go.Figure) -> None:
    figure.add_annotation(
        text=TURN_ME, x=sum(LEFT) / 2, y=0, xref="paper", yref="paper", yanchor="bottom", showarrow=False,
        font={"color": style.MUTED},
    )  # fmt: skip


def _along_first(W: np.ndarray) -> np.ndarray:
    """An orthonormal frame of the plane of W's rows, its first direction that of the first row."""
    one = W[0] / np.linalg.norm(W[0])
    other = W[1] - W[1] @ one * one
    return np.stack([one, other / np.linalg.norm(other)])


def _steps_in_space(figure: go.Figure, x: np.ndarray) -> None:
    """The axes from the origin, x as a walk along them, and x itself."""
    walk = np.concatenate([np.zeros((1, 3)), np.cumsum(np.diag(x), axis=0)])
    for i, colour in enumerate(AXES):
        for start, end, width in ((np.zeros(3), np.eye(3)[i], 3), (walk[i], walk[i + 1], 10)):
            line = {"width": width, "color": colour}
            figure.add_scatter3d(**arrows(end[None], start), mode="lines", line=line, hoverinfo="skip")
    figure.add_scatter3d(**arrows(x[None]), mode="lines", line={"width": 7, "color": style.INK}, hoverinfo="skip")
    _named(figure, 1.08 * np.eye(3), [f"axis {i}" for i in range(3)], style.INK)
    _named(figure, 1.1 * x[None], ["x"], style.INK)


def _named(figure: go.Figure, at: np.ndarray, texts: list[str], colour: str, position: str = "top center") -> None:
    words = {"text": texts, "textfont": {"size": 14, "color": colour}, "textposition": position}
    figure.add_scatter3d(**_xyz(at.T), **words, mode="text", hoverinfo="skip")


def _steps_in_plane(figure: go.Figure, W: np.ndarray, x: np.ndarray) -> None:
    """Columns from the origin, thin; x_i W_i head to tail, thick; their sum."""
    walk = np.concatenate([np.zeros((1, 2)), np.cumsum(x[:, None] * W.T, axis=0)])
    reach = float(1.25 * max(np.abs(walk).max(), np.abs(W).max()))
    _picture(figure, reach, "h<sub>0</sub> = row 0 of W · x", "h<sub>1</sub> = row 1 of W · x")
    middle = walk.mean(axis=0)
    for i, colour in enumerate(AXES):
        _arrow(figure, np.zeros(2), W[:, i], colour, 1.5)
        _arrow(figure, walk[i], walk[i + 1], colour, 5)
        dropped = not W[:, i].any()
        _label(figure, W[:, i], W[:, i] - dropped, 0.1 * reach, f"W<sub>{i}</sub>" + " = 0" * dropped)
        half = (walk[i] + walk[i + 1]) / 2
        if x[i] and not dropped:
            _label(
                figure, half, _aside(walk[i + 1] - walk[i], half - middle), 0.15 * reach, f"{x[i]:g} W<sub>{i}</sub>"
            )
    _arrow(figure, np.zeros(2), walk[-1], style.INK, 3.5)
    _label(figure, walk[-1] / 2, _aside(walk[-1], walk[-1] / 2 - middle), 0.09 * reach, "<b>Wx</b>")
    figure.add_scatter(x=[0], y=[0], mode="markers", marker={"size": 7, "color": style.INK}, hoverinfo="skip")


def _aside(along: np.ndarray, outward: np.ndarray) -> np.ndarray:
    """The direction across `along` that leads outward."""
    across = np.array([-along[1], along[0]])
    return across if across @ outward >= 0 else -across


def _arrow(figure: go.Figure, start: np.ndarray, end: np.ndarray, colour: str, width: float) -> None:
    head = {"arrowhead": 2, "arrowwidth": width, "arrowcolor": colour, "arrowsize": 0.8 if width > 2 else 1.4}
    tail = {"ax": start[0], "ay": start[1], "axref": "x", "ayref": "y"}
    figure.add_annotation(x=end[0], y=end[1], showarrow=True, text="", **tail, **head)


def _label(figure: go.Figure, at: np.ndarray, towards: np.ndarray, by: float, text: str) -> None:
    """Text beside a point, moved `by` so much in one direction."""
    x, y = at + by * towards / max(float(np.hypot(*towards)), 1e-9)
    figure.add_annotation(x=x, y=y, text=text, showarrow=False, font={"size": 14})
