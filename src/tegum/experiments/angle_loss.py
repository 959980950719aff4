"""What the angle between two features costs, and whether that spaces features evenly."""

from typing import Any, ClassVar

import numpy as np
from pydantic import field_validator

from tegum.claims import Claim, Judged, judge_fact
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.plots import style
from tegum.plots.landscape import Heights, Marks, landscape_film
from tegum.plots.lines import banded, curves, shaded
from tegum.spec import Count
from tegum.theory.angles import (
    between_energy,
    middle_curvature,
    no_bias_curvatures,
    pair_curvature,
    pair_loss,
    pair_slope,
    third_between,
    third_loss,
    wheel_curvatures,
)
from tegum.theory.unbiased import polygon, polygon_loss

POST = "Superposition: An Actual View of Latent Spaces (2024)"
OURS = "Ours, not the source's"
REGULAR = "Regular Geometry is Desired When n > 2m"
THETA = np.radians(np.arange(-180.0, 181.0))  # every degree
SHOWN = (40, 60, 80, 90, 100, 120, 144, 180)  # degrees; 144: two neighbours of one feature in a pentagon
FILM = np.arange(30, 181, 5)  # degrees
EQUAL = 1e-9  # differences smaller than this are rounding

FORMULA = Claim(
    "The loss of one feature upon another at the angle θ, up to a right angle, is (max(0, cos θ))² = ½ (cos 2θ + 1).",
    f"{POST}, Caveat 1; the range is Caveat 2's",
    "The two sides agree at every whole degree from −90° to 90° (an identity).",
)
NEAR_RIGHT = Claim(
    "In the angle the loss is not quadratic, but it is still convex near θ = ±90°.",
    f"{POST}, Caveat 1",
    "Within 30° of ±90° the exact second derivative, −2 cos 2θ below 90° and 0 above, is nowhere negative, and below "
    "90° it varies by more than a tenth.",
)
ONLY_NEAR = Claim(
    "The loss is only convex near θ = ±90°.",
    f"{POST}, Caveat 2",
    "The exact second derivative is negative at every whole degree of a range around 0°, and nowhere outside of it.",
)
SQUEEZE = Claim(
    "Where the loss is convex, spacing out one pair squeezes another, and that one adds more than the first saves.",
    f"{POST}, {REGULAR}, to be taken at face value; its range is Caveat 2's",
    "For a feature moved from the middle of a gap by a tenth of it, between two others, the added loss exceeds the "
    "saved one at every whole gap from 113° to 179°, where both angles stay above 45°.",
)
MIDDLE = Claim(
    "Where the loss is convex, a feature between two others is pushed to their middle.",
    f"{POST}, {REGULAR}, to be taken at face value; its range is Caveat 2's",
    "At each whole gap from 91° to 180°, whose middle lies where the loss is convex, the energy at every other tenth "
    "of a degree between exceeds that in the middle.",
)
APART = Claim(
    "Where it is not convex, at smaller angles, the preference is another one.",
    f"{POST}, Caveat 2",
    "At every whole gap from 1° to 89° the exact second derivative of a feature's energy is negative in the middle: "
    "it is pushed away from there, to one of the two others.",
)
WHEEL = Claim(
    "With all lengths 1 and without bias, an even wheel of n ≥ 5 features is a strict minimum up to n = 7 only.",
    OURS,
    "For every n from 5 to the largest: all curvatures of the energy over pairs at the even wheel are positive, "
    "turning the whole aside, if and only if n ≤ 7.",
)
WHEEL_FREE = Claim(
    "With free lengths and without bias, an even wheel of n ≥ 5 features is a strict minimum for n = 5 only.",
    OURS,
    "For every n from 5 to the largest: all curvatures of the whole loss at the best even wheel are positive, turning "
    "the whole aside, if and only if n = 5; for all others one is negative.",
)


class AngleLoss(Experiment):
    """No training: formulas, their exact derivatives and the curvatures of wheels up to `largest` features."""

    title: ClassVar[str] = "What the angle between two features costs"
    source: ClassVar[str] = f"{POST}, {REGULAR}, with its Caveats 1 and 2"
    lede: ClassVar[str] = (
        "Without bias, two features of length 1 at an angle θ cost each other ReLU(cos θ)². The source argues from "
        "convexity that features spread evenly over a circle, and warns that the loss is convex near a right angle "
        "only. Both are right: it is convex from 45° on. So a feature in a gap of less than 90° is pushed away from "
        "the middle, at 90° it feels nothing, and an even wheel of many features is no minimum."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {"quick": {}, "standard": {}, "paper": {"largest": 30}}

    largest: Count = 12

    @field_validator("largest")
    @classmethod
    def _past_the_turn(cls, largest: int) -> int:
        if largest < 9:
            raise ValueError(f"largest={largest} must be at least 9, where the even wheel of unit lengths first fails.")
        return largest

    def claims(self, runs: Runs) -> list[Judged]:
        return [_formula(), *_convexities(), *_thirds(), *self._wheels()]

    def panels(self, runs: Runs) -> list[Panel]:
        return [_loss(), _between(), _landscape(), _best_between(), _curvatures(self._sizes())]

    def _sizes(self) -> list[int]:
        return [*range(3, self.largest + 1)]

    def _wheels(self) -> list[Judged]:
        sizes = [n for n in self._sizes() if n >= 5]
        unit, free = least_unit(sizes), least_free(sizes)
        dropped = [n for n in sizes if polygon_loss(n) > n - 4 + EQUAL]
        note = (
            "Two antipodal pairs with all other features dropped cost n − 4, as much as the wheel for n = 6 and less "
            f"for n = {_listed(dropped)}. Pairs at exactly 90° count with the mean of both sides, so that a negative "
            "value means a way down to one side at least."
        )
        flat = (
            "Where n is a multiple of 4, every other feature can be turned together: each lies between two at a gap of "
            "90°, and the energy does not change at all. For n = 8 no direction leads down: pairs at 45° do not bend, "
            "so only those at 90° count, and squeezing them costs. Whether training learns even wheels is judged in "
            "the experiment free-dimensions."
        )
        n = np.array(sizes)
        strict = bool(np.array_equal(unit > EQUAL, n <= 7))
        alone = bool(np.array_equal(free > EQUAL, n == 5) and (free[1:] < -EQUAL).all())
        return [
            judge_fact(WHEEL, strict, _signs(sizes, unit), unit.min(), note=flat),
            judge_fact(WHEEL_FREE, alone, _signs(sizes, free), free.min(), note=note),
        ]


def least_unit(sizes: list[int]) -> np.ndarray:
    """The least curvature of each even unit wheel under turns of single features, without turning the whole."""
    return np.array([wheel_curvatures(n)[0] for n in sizes])


def least_free(sizes: list[int]) -> np.ndarray:
    """The least curvature of the whole loss at each best even wheel, without turning the whole."""
    return np.array([_without_turning(no_bias_curvatures(polygon(n))) for n in sizes])


def _without_turning(curvatures: np.ndarray) -> float:
    """Turning the whole is one direction of curvature 0; whatever else is 0 stays."""
    zero = int(np.argmin(np.abs(curvatures)))
    return float(np.delete(curvatures, zero)[0])


def _signs(sizes: list[int], least: np.ndarray) -> str:
    kinds = {
        "a minimum": least > EQUAL,
        "flat in some direction": np.abs(least) <= EQUAL,
        "a saddle": least < -EQUAL,
    }
    found = [f"{word} for n = {_listed([n for n, is_so in zip(sizes, here, strict=True) if is_so])}"
             for word, here in kinds.items() if here.any()]  # fmt: skip
    return f"the even wheel is {'; '.join(found)}"


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"


def _formula() -> Judged:
    acute = THETA[np.abs(THETA) <= np.pi / 2]
    off = float(np.abs(pair_loss(acute) - (np.cos(2 * acute) + 1) / 2).max())
    note = "Beyond 90° the ReLU makes the loss 0, where the formula rises again."
    return judge_fact(FORMULA, off < EQUAL, f"largest difference {off:.1g}", off, note=note)


def _convexities() -> list[Judged]:
    degrees, bends = np.degrees(THETA).round(), pair_curvature(THETA)
    near = bends[np.abs(np.abs(degrees) - 90) <= 30]
    varies = float(np.ptp(bends[(np.abs(degrees) >= 60) & (np.abs(degrees) < 90)]))
    concave = degrees[bends < -EQUAL]
    whole = np.array_equal(concave, np.arange(concave.min(), concave.max() + 1)) and concave.min() == -concave.max()
    return [
        judge_fact(
            NEAR_RIGHT, near.min() >= 0 and varies > 0.1,
            f"least second derivative {near.min():.3g}; from 60° to 89° it varies by {varies:.2g}", near.min(),
            note="Convex for 45° ≤ |θ| ≤ 180°, strictly only for 45° < |θ| ≤ 90°; beyond 90° it is zero. The second "
            "derivative jumps from 2 to 0 at 90°.",
        ),
        judge_fact(
            ONLY_NEAR, bool(whole), f"negative from {concave.min():.0f}° to {concave.max():.0f}°, down to "
            f"{bends.min():.3g} at 0°", bends.min(),
            note="Exactly: concave for |θ| < 45°. An earlier draft had it convex from −90° to 90°; this corrects it.",
        ),
    ]  # fmt: skip


def _thirds() -> list[Judged]:
    gaps = np.radians(np.arange(1, 181))
    convex, wide, narrow = gaps[112:179], gaps[90:], gaps[:89]
    more, least, hill = squeezed_more(convex), middle_is_least(wide), middle_curvature(narrow) < -EQUAL
    length, loss = third_between(np.radians(144.0))
    return [
        judge_fact(
            SQUEEZE, bool(more.all()), f"at {more.sum()} of {more.size} gaps", more.sum(),
            note="The ratio of the two is sin(Δ − ε)/sin(Δ + ε) for a gap Δ and a shift ε, while both angles are "
            "acute: above 1 for Δ > 90°, exactly 1 for 90°, below 1 for less.",
        ),
        judge_fact(
            MIDDLE, bool(least.all()), f"at {least.sum()} of {least.size} gaps", least.sum(),
            note="If its length is free as well, the third feature has a minimum there of length √(−cos Δ) and loss "
            f"sin² Δ; in the pentagon's gap of 144°, {length:.3f} and {loss:.3f}. Below 90° there is none; above 180° "
            "a valley of width Δ − 180° costs nothing.",
        ),
        judge_fact(
            APART, bool(hill.all()), f"at {hill.sum()} of {hill.size} gaps", hill.sum(),
            note="E = 1 + cos Δ cos(2φ − Δ) while both angles are acute: the middle is a maximum for Δ < 90°, and "
            "everything is equal at Δ = 90°.",
        ),
    ]  # fmt: skip


def squeezed_more(gaps: np.ndarray) -> np.ndarray:
    """For each gap: does moving a feature a tenth of it from the middle add more than it saves?"""
    shift = gaps / 10
    middle = pair_loss(gaps / 2)
    added, saved = pair_loss(gaps / 2 - shift) - middle, middle - pair_loss(gaps / 2 + shift)
    return added - saved > EQUAL


def middle_is_least(gaps: np.ndarray) -> np.ndarray:
    """For each gap: is the energy everywhere else between, on a grid of tenths of a degree, above the middle's?"""
    return np.array([_middle_is_least(gap) for gap in gaps])


def _middle_is_least(gap: float) -> bool:
    off = np.arange(np.radians(0.1), gap / 2, np.radians(0.1))
    energy = between_energy(gap / 2 + np.concatenate([-off, off]), gap)
    return bool(np.all(energy > between_energy(gap / 2, gap) + 1e-12))


def _loss() -> Panel:
    degrees = np.degrees(THETA)
    away = np.where(np.abs(degrees) == 90, np.nan, pair_curvature(THETA))  # it jumps there
    names = ["loss ReLU(cos θ)²", "½ (cos 2θ + 1)", "slope, per radian", "curvature, per radian²"]
    values = [pair_loss(THETA), (np.cos(2 * THETA) + 1) / 2, pair_slope(THETA), away]
    figure = curves(
        degrees, np.stack(values, axis=1), names, dashed=names[1:2],
        x_label="angle θ between two features (degrees)", y_label="loss and its derivatives",
    )  # fmt: skip
    shaded(figure, [(-180, -45), (45, 180)], "convex")
    figure.update_xaxes(tickvals=[*range(-180, 181, 45)], range=[-183, 183])
    caption = (
        "The loss bends upwards only in the shaded ranges, from 45° on either side; around 0° it is a hill. Past 90° "
        "the ReLU makes it zero, where the formula (dashed) climbs again."
    )
    return Panel("loss", "Convex from 45° on, concave below", caption, figure)


def _between() -> Panel:
    share = np.linspace(0, 1, 181)
    energy = np.stack([between_energy(share * gap, gap) for gap in np.radians(SHOWN)], axis=1)
    figure = curves(
        share, energy, [f"{gap}°" for gap in SHOWN], dashed=["90°"],
        x_label="place of the third feature, from one neighbour (0) to the other (1)",
        y_label="loss on the two neighbours, E",
    )  # fmt: skip
    figure.update_layout(legend_title={"text": "gap Δ ", "font": {"size": 13}})
    caption = (
        "A third unit feature is moved through the gap between two others. In gaps above 90° the middle is a valley; "
        "at 90° (dashed) it costs the same everywhere; below, the middle is the worst place."
    )
    return Panel("between", "The middle is a valley only in a wide gap", caption, figure)


def _landscape() -> Panel:
    grid = np.linspace(-1.5, 1.5, 81)
    plane = np.stack(np.meshgrid(grid, grid), axis=-1)
    gaps = np.radians(FILM)
    figure = landscape_film(
        grid, grid, np.stack([third_loss(plane, gap) for gap in gaps]), [f"{gap}°" for gap in FILM],
        Heights("loss with the third feature there", 0, 2, 0.3, ticks={0: "0", 1: "1", 2: "2 and more"}),
        [
            Marks("two fixed features", np.stack([fixed(gap) for gap in gaps]), look=_dot(style.INK)),
            Marks("no loss", np.stack([free_arc(gap) for gap in gaps]), "lines", look=_line(style.SERIES[5])),
            Marks("minimum between them", np.stack([between(gap) for gap in gaps]), look=_dot(style.SERIES[1])),
        ],
        what="gap", first=int(np.argmax(FILM == 145)),
        x_label="third feature, along the middle of the gap", y_label="third feature, across",
    )  # fmt: skip
    caption = (
        "Both length and direction of the third feature are free. On the far side there is a whole arc without loss. "
        "Between the two, a gap above 90° holds a minimum in its middle, shorter and dearer the narrower the gap; at "
        "90° it reaches the origin and is gone. Move the slider or press play."
    )
    return Panel("landscape", "Where a third feature can lie", caption, figure)


def _dot(colour: str) -> dict[str, Any]:
    return {"marker": {"size": 14, "color": colour}}


def _line(colour: str) -> dict[str, Any]:
    return {"line": {"width": 4, "color": colour}}


def fixed(gap: float) -> np.ndarray:
    """The two fixed features, at bearings ±Δ/2, shape (2, 2)."""
    return np.array([[np.cos(gap / 2), np.sin(gap / 2)], [np.cos(gap / 2), -np.sin(gap / 2)]])


def free_arc(gap: float) -> np.ndarray:
    """The unit vectors at 90° or more from both fixed ones, shape (61, 2): no loss there."""
    bearings = np.linspace(gap / 2 + np.pi / 2, 3 * np.pi / 2 - gap / 2, 61)
    return np.stack([np.cos(bearings), np.sin(bearings)], axis=-1)


def between(gap: float) -> np.ndarray:
    """The third feature's minimum between the two, shape (1, 2); NaN where there is none."""
    length = float(third_between(gap)[0])
    return np.array([[length, 0.0] if length**2 > EQUAL else [np.nan, np.nan]])


def _best_between() -> Panel:
    degrees = np.arange(0, 181)
    length, loss = third_between(np.radians(degrees))
    figure = curves(
        degrees, np.stack([length, loss], axis=1), ["length √(−cos Δ)", "loss sin² Δ"],
        x_label="gap Δ between the two fixed features (degrees)", y_label="best third feature in the middle",
    )  # fmt: skip
    shaded(figure, [(90, 180)], "a minimum")
    figure.update_xaxes(tickvals=[*range(0, 181, 30)], range=[-2, 182])
    caption = (
        "A third feature in the middle of a gap is best at this length. Below 90° the best length is zero: it is given "
        "up, at a loss of 1. Features of a wheel see a gap of 4π/n between their neighbours, which is above 90° for n "
        "< 8."
    )
    return Panel("best", "How much of a third feature survives in a gap", caption, figure)


def _curvatures(sizes: list[int]) -> Panel:
    least = np.stack([least_unit(sizes), least_free(sizes)], axis=1)
    text = [[f"least curvature {style.number(v)}" for v in row] for row in least]
    names = ["all lengths 1", "lengths free"]
    figure = banded(
        sizes, least, least, least, names, text, x_label="features n on an even wheel", y_label="least curvature"
    )
    figure.add_hline(y=0, line={"width": 1.5, "color": style.MUTED})
    figure.update_xaxes(dtick=1 if len(sizes) <= 15 else 5)
    caption = (
        "The least curvature of the loss at the even wheel, turning the whole aside. Above the line the wheel is a "
        "strict minimum, on it flat in some direction, below it a saddle: features leave it. With free lengths only "
        "square and pentagon are strict minima; the triangle lies in a flat valley without loss. Where pairs are at "
        "exactly 90° (n = 4, 8, 12 …) the mean of both sides is drawn."
    )
    return Panel("wheels", "Even wheels are minima for few features only", caption, figure)


EXPERIMENT = AngleLoss
