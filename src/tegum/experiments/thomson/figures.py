"""The figures: polyhedra side by side, and how far what is learnt is from each of them."""

from collections.abc import Callable

import numpy as np

from tegum.claims import mean_interval
from tegum.experiments.experiment import Panel
from tegum.experiments.thomson.claims import NEAR
from tegum.experiments.thomson.judging import BIASED, ENERGIES, Learnt, Measured, reference
from tegum.geometry.naming import named
from tegum.geometry.point_sets import hull, onto
from tegum.plots import style
from tegum.plots.band_panels import band_panels
from tegum.plots.polyhedra import Solid, polyhedron_film, polyhedron_sheet
from tegum.theory.sphere import coulomb, rectified, smallest_angle

DRAWN = (BIASED, "Tammes", "ReLU(cos)²", "Thomson")
SHADES = dict(zip(("learnt", *DRAWN), style.SERIES, strict=False))
SHEET = 4  # features: fewer make no solid


def panels(found: Measured) -> list[Panel]:
    return [_sheet(found), _film(found), _distances(found)]


def _solids(learnt: Learnt, starts: int) -> list[Solid]:
    """The seed of least loss, in principal axes, and each energy's arrangement laid on it."""
    U = learnt.points[learnt.best]
    U = np.linalg.svd(U)[0].T @ U
    t = learnt.threshold(U.shape[1])
    return [_solid(X) for X in (U, *(onto(reference(energy, U.shape[1], starts, t), U) for energy in DRAWN))]


def _solid(X: np.ndarray) -> Solid:
    triangles, edges = hull(X)
    words = f"C {coulomb(X)[0]:.3f}, R {rectified(X)[0]:.3f}, {smallest_angle(X):.1f}°, {_name(X)}"
    return Solid(X, triangles, edges, words)


def _name(X: np.ndarray) -> str:
    """The arrangement in words; what is no tegum product of named shapes has none."""
    word = str(named(X).composites)
    return "no name" if "irregular" in word else word


def _sheet(found: Measured) -> Panel:
    sizes = [n for n in found.limit if n >= SHEET]
    columns = [_solids(found.limit[n], found.starts) for n in sizes]
    said: tuple[Callable[[np.ndarray], str], ...] = (
        lambda X: f"{smallest_angle(X):.1f}°",
        lambda X: f"{smallest_angle(X):.1f}°",
        lambda X: f"{smallest_angle(X):.2f}°",
        lambda X: f"R {rectified(X)[0]:.4f}",
        lambda X: f"C {coulomb(X)[0]:.4f}",
    )
    rows = [
        [Solid(own[r].X, own[r].triangles, own[r].edges, say(own[r].X)) for own in columns]
        for r, say in enumerate(said)
    ]
    heads = ("learnt, exactly one active feature", "least ReLU(cos − t)³/cos, t = −b/‖W‖²",
             "Tammes: largest smallest angle", "least ReLU(cos)²", "Thomson: least Coulomb energy")  # fmt: skip
    figure = polyhedron_sheet(rows, heads, [f"n = {n}" for n in sizes])
    caption = (
        "First row: the directions of the model of least loss that n features make in three dimensions, in the limit "
        "of sparse data, and their smallest angle. Below: the best arrangement found for each energy, turned to lie "
        "on it, with its smallest angle or its value: C = Σ 1/|x_i − x_j| and R = Σ ReLU(x_i·x_j)², both over pairs. "
        "What is behind is pale. Up to six R is zero for any arrangement without an acute angle, of which one is "
        f"shown. Look at {_listed([n for n in (7, 11, 12) if n in sizes])}."
    )
    return Panel("sheet", "What is learnt, and what repels", caption, figure)


def _film(found: Measured) -> Panel:
    sizes = list(found.limit)
    frames = [_solids(found.limit[n], found.starts) for n in sizes]
    figure = polyhedron_film(frames, list(SHADES), [str(n) for n in sizes], what="features", first=sizes.index(7))
    caption = (
        "The same to turn, the slider goes through the number of features. Hover over a corner for the Coulomb energy "
        "C, the rectified energy R, the smallest angle and the name of the arrangement."
    )
    return Panel("film", "To turn", caption, figure)


def _distances(found: Measured) -> Panel:
    values = [
        np.array([[_interval(learnt.distances[:, e]) for e in range(len(ENERGIES))] for learnt in own.values()])
        for own in found.kinds.values()
    ]
    most = max(float(np.nanmax(part, initial=NEAR)) for part in values)
    figure = band_panels(
        [list(own) for own in found.kinds.values()], values, ENERGIES, list(found.kinds), x_label="features n",
        y_label="rms distance (radius 1)", columns=2, shades=SHADES, limit=NEAR,
        y_range=(-0.02, 1.05 * most), x_axis={"dtick": 1, "range": [min(found.limit) - 0.4, max(found.limit) + 0.4]},
    )  # fmt: skip
    caption = (
        "Root mean square distance, in radii of the sphere, of the represented features' directions from the best "
        "arrangement of each energy for as many points, over rotations, reflections and orders; mean over seeds with "
        "its 95 % interval. Below the dotted line an arrangement counts as found. Where an energy is zero it has very "
        "many minima: there the distance is that to one found by descending from what was learnt. The denser the data, "
        "the fewer features are represented; where fewer than n are, this is the distance from the minima of as many "
        "points. With one-hot data t is 1 − 1/‖W‖², at which that energy is zero for each solution: it predicts "
        "nothing there."
    )
    return Panel("distances", "Which energy predicts, at which data", caption, figure)


def _listed(sizes: list[int]) -> str:
    """Numbers in words: "7, 11 and 12"."""
    words = [str(n) for n in sizes]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _interval(values: np.ndarray) -> tuple[float, float, float]:
    """Mean and interval over seeds; where all are alike, no width."""
    known = values[np.isfinite(values)]
    if not len(known):
        return (np.nan,) * 3
    mean, low, high = mean_interval(known)
    return mean, low if np.isfinite(low) else mean, high if np.isfinite(high) else mean
