"""The named shapes that features make, by exact coordinates, in any number of dimensions.

Elhage et al. 2022, *Toy Models of Superposition*, found that features group into blocks in orthogonal subspaces (a
tegum product) and that each block is a regular simplex, polygon or antiprism. `shapes` lists those with k vertices.
Shapes that are themselves tegum products, such as the octahedron (three digons), are listed apart: a block that splits
is named by its factors.
"""

import itertools
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from tegum.geometry.directions import dimensionality
from tegum.geometry.polytopes import POLYGONS

TOLERANCE = 0.15
"""How far a block may be from its shape: the root mean square over features of how far, in radians, each direction is
from its vertex. Half-way between the square antiprism and the cube, the two shapes nearest to each other (0.31).
Trained pentagons at the dense edge of their phase are off by up to 0.12."""

HEIGHTS = (0.15, 0.93)
"""The heights at which an antiprism keeps its name: flatter it is a polygon, steeper a digon of collapsed features."""

TIGHT = float(np.sqrt(1 / 3))
"""The height at which an antiprism is a tight frame; the triangular one splits there, into an octahedron's digons."""


@dataclass(frozen=True)
class Shape:
    """A named arrangement of k unit vectors in d dimensions.

    vertices: columns (d, k). matching: how its vertices are given to features: "any" (all orders are alike), "ring" (in
    order of their angle), "search". axis: for a family of heights, which vertices are above (1) and below (−1) the
    middle plane; `vertices` then has the height at which the frame is tight. splits: whether it is a tegum product
    there. factors: for a tegum product, the names it splits into.
    """

    name: str
    vertices: Float[np.ndarray, "d k"] = field(repr=False)
    matching: Literal["any", "ring", "search"] = "any"
    axis: tuple[int, ...] = ()
    splits: bool = False
    factors: tuple[str, ...] = ()

    @property
    def dimension(self) -> int:
        return self.vertices.shape[0]

    @property
    def size(self) -> int:
        return self.vertices.shape[1]

    @property
    def levels(self) -> tuple[float, ...]:
        """The dimensionalities D_i of its vertices, each value once, descending."""
        return tuple(sorted({round(float(d), 12) for d in dimensionality(self.vertices)}, reverse=True))

    @property
    def tolerance(self) -> float:
        """How far a block may be and still have this name: half of the way to what it might be taken for instead.

        A k-simplex comes within 1/√k of k orthogonal features; the vertices of a k-gon are 2π/k apart.
        """
        crowding = 1 / 6 * 2 * np.pi / self.size if self.matching == "ring" else 1 / (2 * np.sqrt(self.size))
        return float(min(TOLERANCE, crowding)) if self.matching != "search" else TOLERANCE

    def holds(self, height: Float[np.ndarray, "*batch"]) -> Bool[np.ndarray, "*batch"]:
        """Whether a family has its name at this height, which it loses where it is flat, or steep, or splits."""
        if not self.axis:
            return np.ones(height.shape, bool)
        apart = (not self.splits) | (np.abs(np.arcsin(height) - np.arcsin(TIGHT)) > TOLERANCE)
        return np.asarray((height >= HEIGHTS[0]) & (height <= HEIGHTS[1]) & apart)

    def at(self, height: Float[np.ndarray, "*batch"]) -> Float[np.ndarray, "*batch d k"]:
        """The vertices of a family at a height, the sine of their angle with the plane."""
        planar = self.vertices[:2] / np.linalg.norm(self.vertices[:2], axis=0)
        flat = np.sqrt(1 - height**2)[..., None, None] * planar
        return np.concatenate([flat, height[..., None, None] * np.array([self.axis], float)], axis=-2)


@cache
def shapes(size: int) -> tuple[Shape, ...]:
    """All shapes of so many vertices that are no tegum products, fixed ones before families.

    >>> [(shape.name, shape.dimension) for shape in shapes(6)]
    [('5-simplex', 5), ('hexagon', 2), ('triangular antiprism', 3)]
    """
    return tuple(shape for shape in _all(size) if not shape.factors)


@cache
def products(size: int) -> tuple[Shape, ...]:
    """Shapes of so many vertices with a name of their own that split into tegum factors.

    >>> [(shape.name, shape.factors) for shape in products(5)]
    [('triangular bipyramid', ('triangle', 'digon'))]
    """
    return tuple(shape for shape in _all(size) if shape.factors)


def composite(names: tuple[str, ...]) -> str | None:
    """The one name of a tegum product of blocks, if it has one.

    >>> composite(("digon", "pentagon")), composite(("digon",) * 5), composite(("digon", "tetrahedron"))
    ('pentagonal bipyramid', '5-dimensional cross polytope', None)
    """
    named = {tuple(sorted(shape.factors)): shape.name for size in (4, 5, 6, 7) for shape in products(size)}
    if len(names) > 3 and set(names) == {"digon"}:
        return f"{len(names)}-dimensional cross polytope"
    return named.get(tuple(sorted(names)))


@cache
def _all(size: int) -> tuple[Shape, ...]:
    found = (
        [Shape("dedicated dimension", np.ones((1, 1)))] if size == 1 else [Shape(_simplex_name(size), simplex(size))]
    )
    if size >= 5:
        found.append(Shape(POLYGONS.get(size, f"{size}-gon"), ring(size), "ring"))
    triangle, digon = simplex(3), simplex(2)
    if size == 4:
        found.append(Shape("square", direct_sum(digon, digon), "search", factors=("digon", "digon")))
    if size == 5:
        bipyramid = direct_sum(triangle, digon)
        found.append(Shape("triangular bipyramid", bipyramid, "search", factors=("triangle", "digon")))
    if size == 6:
        found.append(_antiprism("triangular antiprism", 3, splits=True))
        found.append(Shape("octahedron", direct_sum(digon, digon, digon), "search", factors=("digon",) * 3))
    if size == 7:
        bipyramid = direct_sum(ring(5), digon)
        found.append(Shape("pentagonal bipyramid", bipyramid, "search", factors=("pentagon", "digon")))
    if size == 8:
        found.append(Shape("cube", corners(3), "search"))
        found.append(_antiprism("square antiprism", 4, splits=False))
    if size == 9:
        found.append(Shape("tricapped prism", tricapped_prism(), "search"))
    if size == 12:
        found.append(Shape("threefold disphenoid", disphenoids(3), "search"))
    if size == 16:
        found.append(Shape("5-demicube", corners(5)[:, np.prod(corners(5), axis=0) > 0], "search"))
    if size == 20:
        found.append(Shape("fivefold disphenoid", disphenoids(5), "search"))
    return tuple(found)


def _simplex_name(size: int) -> str:
    return {2: "digon", 3: "triangle", 4: "tetrahedron"}.get(size, f"{size - 1}-simplex")


def simplex(size: int) -> Float[np.ndarray, "d k"]:
    """k unit vectors in k − 1 dimensions with every product −1/(k − 1): digon, triangle, tetrahedron and so on.

    >>> (simplex(3).T @ simplex(3)).round(6)
    array([[ 1. , -0.5, -0.5],
           [-0.5,  1. , -0.5],
           [-0.5, -0.5,  1. ]])
    """
    rows = np.tri(size, size)[:-1] - np.diag(np.arange(1.0, size), 1)[:-1]  # Helmert's contrasts
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows * np.sqrt(size / (size - 1))


def ring(size: int) -> Float[np.ndarray, "2 k"]:
    """The regular k-gon.

    >>> ring(4).round(6) + 0.0
    array([[ 1.,  0., -1.,  0.],
           [ 0.,  1.,  0., -1.]])
    """
    angle = 2 * np.pi * np.arange(size) / size
    return np.stack([np.cos(angle), np.sin(angle)])


def antiprism(sides: int, height: float = TIGHT) -> Float[np.ndarray, "3 k"]:
    """Two regular polygons in parallel planes, one turned by half a step, with unit vertices.

    height: the vertices' distance from the middle plane. At 1/√3 the frame is tight, so that D_i = 3/(2 sides): 3/8
    for the square antiprism. The triangular one is an octahedron there.

    >>> dimensionality(antiprism(4)).round(6)
    array([0.375, 0.375, 0.375, 0.375, 0.375, 0.375, 0.375, 0.375])
    """
    up = (-1.0) ** np.arange(2 * sides)
    return np.vstack([np.sqrt(1 - height**2) * ring(2 * sides), height * up])


def corners(dimension: int) -> Float[np.ndarray, "d k"]:
    """The corners of a cube in so many dimensions, at length 1. Every other one of five makes the 5-demicube, which
    sparse models with m = 5 find: products 1/5 and −3/5, D_i = 5/16. It is a best packing of 16 points on a sphere by
    every measure of a wide class (Cohn and Kumar 2007, *Universally Optimal Distribution of Points on Spheres*).

    >>> corners(2).round(3)
    array([[-0.707, -0.707,  0.707,  0.707],
           [-0.707,  0.707, -0.707,  0.707]])
    """
    signs = np.array(list(itertools.product([-1.0, 1.0], repeat=dimension))).T
    return signs / np.sqrt(dimension)


def tricapped_prism() -> Float[np.ndarray, "3 9"]:
    """A triangular prism and a vertex before each of its three sides: two of its triangles at latitudes of ±45°, the
    caps on the equator between their corners. There the frame is tight, D_i = 1/3.

    >>> np.unique((tricapped_prism().T @ tricapped_prism()).round(3) + 0.0).tolist()
    [-0.75, -0.707, -0.5, 0.0, 0.25, 0.354, 1.0]
    """
    corner, cap = ring(6)[:, ::2], ring(6)[:, 1::2]
    upper = np.vstack([corner, np.ones(3)]) / np.sqrt(2)
    return np.hstack([upper, upper * [[1], [1], [-1]], np.vstack([cap, np.zeros(3)])])


def disphenoids(count: int) -> Float[np.ndarray, "d k"]:
    """4 c unit vectors in c + 1 dimensions: c disphenoids that share a plane, which sparse models find.

    Each has the corners of a square in that plane, and above and below them by turns plus and minus a corner of a
    c-simplex: products −(c − 1)/(c + 1) and (c − 3)/(c + 1) inside, and 1/(c + 1) and −3/(c + 1) between two of them.
    The frame is tight, D_i = (c + 1)/(4 c). Two make the cube, four the 5-demicube.

    >>> np.unique((disphenoids(3).T @ disphenoids(3)).round(6) + 0.0).tolist()
    [-0.75, -0.5, 0.0, 0.25, 1.0]
    >>> np.unique((disphenoids(4).T @ disphenoids(4)).round(6)).tolist()
    [-0.6, 0.2, 1.0]
    """
    signs = np.tile([1.0, -1.0, 1.0, -1.0], count)
    away = np.repeat(simplex(count), 4, axis=1) * signs * np.sqrt((count - 1) / (count + 1))
    return np.vstack([away, np.tile(ring(4), count) * np.sqrt(2 / (count + 1))])


def direct_sum(*parts: Float[np.ndarray, "_ _"]) -> Float[np.ndarray, "m n"]:
    """Arrangements in orthogonal subspaces, one after the other: their tegum product.

    >>> direct_sum(simplex(2), np.ones((1, 1)))
    array([[ 1., -1.,  0.],
           [ 0.,  0.,  1.]])
    """
    whole = np.zeros((sum(len(part) for part in parts), sum(part.shape[1] for part in parts)))
    row = column = 0
    for part in parts:
        whole[row : row + len(part), column : column + part.shape[1]] = part
        row, column = row + len(part), column + part.shape[1]
    return whole


def _antiprism(name: str, sides: int, *, splits: bool) -> Shape:
    up = tuple((-1) ** i for i in range(2 * sides))
    return Shape(name, antiprism(sides), "search", up, splits)
