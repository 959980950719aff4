"""Estimates with their intervals: one row for each thing, one column for each case, each on an axis of its own."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from tegum.plots import style

ROW, GAP = 26, 0.03  # pixels for a row; part of the width between columns
APART = 0.3  # of a row, from one name to the next
FAR = 10  # times the median distance from 0: off the scale


def interval_rows(
    rows: Sequence[str], columns: Sequence[str], values: ArrayLike, *, zero: str, names: Sequence[str] = (),
    groups: Sequence[int] = (), unit: str = "",
) -> go.Figure:  # fmt: skip
    """Dots with intervals about a line at 0, which stands for what `zero` names.

    values (len(rows), len(columns), 3): middle, low, high. Blue where the interval lies above 0, orange where it lies
    below, grey else. With names, what is drawn in one row, values are (len(rows), len(columns), len(names), 3) and each
    name has a colour of its own. NaN is not drawn, of an infinite interval the middle only; what lies far off all
    others is an arrow at the edge, with its number. groups: the rows above which a thin line is drawn. unit: of the
    numbers, on hover.
    """
    values = np.reshape(np.asarray(values, float), (len(rows), len(columns), max(len(names), 1), 3))
    figure = style.figure(96 + ROW * len(rows) + 24 * bool(names))
    width = (1 - GAP * (len(columns) - 1)) / len(columns)
    for c, title in enumerate(columns):
        axis, start = f"x{c + 1 if c else ''}", c * (width + GAP)
        limits = _limits(values[:, c])
        for k in range(values.shape[2]):
            y = np.arange(len(rows)) + APART * (k - (values.shape[2] - 1) / 2)
            shade = np.full(len(rows), style.SERIES[k]) if names else _signs(values[:, c, k])
            named = (
                {"name": names[k], "legendgroup": names[k], "showlegend": c == 0} if names else {"showlegend": False}
            )
            words = [_words(row, one, unit) for row, one in zip(rows, values[:, c, k], strict=True)]
            hover = f"<b>{title}</b>{', ' + names[k] if names else ''}<br>%{{text}}<extra></extra>"
            _add_dots(figure, values[:, c, k], y, limits, shade, xaxis=axis, text=words, hovertemplate=hover, **named)
        figure.add_shape(type="line", x0=0, x1=0, y0=-0.5, y1=len(rows) - 0.5, xref=axis, yref="y",
                         line={"width": 1, "color": style.MUTED})  # fmt: skip
        figure.update_layout({
            f"xaxis{axis[1:]}": {
                "domain": [start, start + width], "anchor": "y", "title": {"text": title, "standoff": 6}, "nticks": 5,
                "range": limits,
            }
        })  # fmt: skip
    for r in groups:
        figure.add_hline(r - 0.5, line={"width": 1, "color": style.RULE})
    figure.update_yaxes(tickvals=np.arange(len(rows)), ticktext=list(rows), range=[len(rows) - 0.4, -0.6],
                        showgrid=False, ticks="", ticklen=0)  # fmt: skip
    figure.add_annotation(text=f"0: {zero}", xref="x", yref="paper", x=0, y=1.0, yanchor="bottom", showarrow=False,
                          font={"size": 12, "color": style.MUTED})  # fmt: skip
    legend = {"y": 1, "yref": "container", "yanchor": "top", "traceorder": "normal"}
    return figure.update_layout(showlegend=bool(names), legend=legend, margin_t=30 + 24 * bool(names),
                                meta={"narrow": 900})  # fmt: skip


def _limits(part: np.ndarray) -> tuple[float, float]:
    """Ends of the axis: around all intervals but those whose middle is far off all others."""
    part = style.finite(part).reshape(-1, 3)
    part = part[~np.isnan(part[:, 0])]
    far = FAR * np.median(np.abs(part[:, 0])) if len(part) else 0.0
    near = part[np.abs(part[:, 0]) <= far] if far > 0 else part
    low, high = np.nanmin(near, initial=0.0), np.nanmax(near, initial=0.0)
    margin = 0.05 * (high - low) or 1.0
    return float(low - margin), float(high + margin)


def _signs(part: np.ndarray) -> np.ndarray:
    _, low, high = part.T
    return np.select([low > 0, high < 0], [style.SERIES[0], style.SERIES[1]], style.MUTED)


def _add_dots(
    figure: go.Figure, part: np.ndarray, y: np.ndarray, limits: tuple[float, float], shade: np.ndarray, *, xaxis: str,
    **more: object,
) -> None:  # fmt: skip
    """One dot in each row, or an arrow at the edge."""
    middle = style.finite(part[:, 0])
    left, right = middle < limits[0], middle > limits[1]
    x = np.where(left | right, np.nan, middle)
    error = {"type": "data", "symmetric": False, "array": style.finite(part[:, 2] - x),
             "arrayminus": style.finite(x - part[:, 1]), "width": 0, "thickness": 1.4,
             "color": shade[0] if "name" in more else style.MUTED}  # fmt: skip
    figure.add_scatter(
        x=x, y=y, xaxis=xaxis, mode="markers", marker={"size": 8, "color": shade.tolist()}, error_x=error, **more
    )
    for r in np.flatnonzero(left | right).tolist():
        number = style.number(middle[r])
        figure.add_annotation(
            x=limits[0 if left[r] else 1], y=y[r], xref=xaxis, yref="y", showarrow=False,
            text=f"◂ {number}" if left[r] else f"{number} ▸", xanchor="left" if left[r] else "right",
            font={"size": 11, "color": shade[r]},
        )  # fmt: skip


def _words(row: str, one: np.ndarray, unit: str) -> str:
    middle, low, high = (style.number(float(value)) for value in one)
    return f"{row}: {middle}{unit} ({f'{low} to {high}' if np.isfinite(one).all() else 'no interval'})"
