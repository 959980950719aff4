"""Polygons and polyhedra, and what a half-space leaves of them.

Polygons are arrays (..., V, m) of vertices in order. Those with fewer than V vertices repeat one, those with none are
NaN; neither changes an area. They may lie in space, as the faces of a polyhedron, an array (F, V, 3).

Clipping: Sutherland and Hodgman 1974, *Reentrant Polygon Clipping*, for a whole batch at once.
"""

import numpy as np
from jaxtyping import Float

SIDES = 120  # of a disc; so many divisors that a regular 3, 4, 5, 6, 8, 10 or 12-gon has equal zones in it
ROUNDING = 1e-12  # of the size of what is clipped: vertices this close to a boundary lie on it
CHUNK = 2048  # polygons clipped at a time, so that they stay in the processor's cache


def disc(radius: float | Float[np.ndarray, "*batch"] = 1.0, sides: int = SIDES) -> Float[np.ndarray, "*batch V 2"]:
    """Regular polygon of this circumradius around the origin, by default so fine that it looks like a disc."""
    angle = 2 * np.pi * np.arange(sides) / sides
    return np.asarray(radius, float)[..., None, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def ball(radius: float = 1.0) -> Float[np.ndarray, "320 3 3"]:
    """Faces of a geodesic polyhedron: an icosahedron with each face divided by sixteen, on a sphere."""
    golden = (1 + 5**0.5) / 2
    corners = np.array([[s, t * golden, 0] for s in (-1, 1) for t in (-1, 1)], float)
    corners = np.concatenate([np.roll(corners, turn, axis=1) for turn in range(3)])
    triples = np.stack(np.meshgrid(*[np.arange(12)] * 3, indexing="ij"), -1).reshape(-1, 3)
    sides = [np.linalg.norm(corners[triples[:, i]] - corners[triples[:, i - 1]], axis=1) for i in range(3)]
    close = (np.abs(np.stack(sides) - 2) < 1e-9).all(0) & (np.diff(triples, axis=1) > 0).all(1)
    faces = corners[triples[close]]
    for _ in range(2):
        faces = unit(faces)
        a, b, c = faces[:, 0], faces[:, 1], faces[:, 2]
        ab, bc, ca = unit(a + b), unit(b + c), unit(c + a)
        faces = np.concatenate([np.stack(part, 1) for part in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))])
    return radius * _outward(unit(faces))


def cube(radius: float = 1.0) -> Float[np.ndarray, "6 4 3"]:
    """Faces of the cube from −radius to radius."""
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], float)
    faces = [np.insert(square, axis, side, axis=1) for axis in range(3) for side in (-1.0, 1.0)]
    return radius * _outward(np.stack(faces))


def clip(
    polygons: Float[np.ndarray, "*#batch V m"],
    normal: Float[np.ndarray, "*#batch m"],
    offset: Float[np.ndarray, "*#batch"] | float,
) -> Float[np.ndarray, "*batch W m"]:
    """The part of each polygon where normal·h + offset ≥ 0. A polygon need not be convex for its area to be right.

    A normal of zero keeps all where the offset is positive, and nothing elsewhere.

    >>> clip(disc(1.0, 4), np.array([1.0, 0.0]), -0.5).round(3).tolist()
    [[1.0, 0.0], [0.5, 0.5], [0.5, -0.5]]
    """
    normal, offset = np.asarray(normal, float), np.asarray(offset, float)
    batch = np.broadcast_shapes(polygons.shape[:-2], normal.shape[:-1], offset.shape)
    V, m = polygons.shape[-2:]
    sources = polygons.reshape(-1, V, m)
    which = np.broadcast_to(np.arange(len(sources)).reshape(polygons.shape[:-2]), batch).ravel()
    normals, offsets = np.broadcast_to(normal, (*batch, m)).reshape(-1, m), np.broadcast_to(offset, batch).ravel()
    parts = [slice(start, start + CHUNK) for start in range(0, max(len(which), 1), CHUNK)]
    clipped = [_clip(sources[which[part]], normals[part], offsets[part]) for part in parts]
    width = max(part.shape[1] for part in clipped)
    return np.concatenate([widened(part, width) for part in clipped]).reshape(*batch, width, m)


def _clip(polygons: np.ndarray, normal: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """One chunk (k, V, m), where only the polygons that the boundary crosses need any work."""
    height = np.einsum("kvm,km->kv", polygons, normal) + offset[:, None]
    slack = ROUNDING * np.linalg.norm(normal, axis=-1) * np.nanmax(np.abs(polygons), axis=(1, 2), initial=0)
    some, whole = (height > slack[:, None]).any(axis=1), (height >= -slack[:, None]).all(axis=1)
    kept, crossed = np.flatnonzero(some & whole), np.flatnonzero(some & ~whole)
    walked = _walk(polygons[crossed], height[crossed], height[crossed] >= -slack[crossed, None])
    width = max(walked.shape[1], polygons.shape[1] if kept.size else 3)
    result = np.full((len(polygons), width, polygons.shape[2]), np.nan)
    result[kept] = widened(polygons[kept], width) if kept.size else result[kept]
    result[crossed] = widened(walked, width)
    return result


def _walk(polygons: np.ndarray, height: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Walk around each polygon: keep the vertices inside, add a point where an edge crosses the boundary."""
    k, V, m = polygons.shape
    points, following = polygons.reshape(-1, m), np.roll(np.arange(k * V).reshape(k, V), -1, axis=1).ravel()
    steps = np.stack([inside, inside != np.roll(inside, -1, axis=1)], axis=2).reshape(k, 2 * V)
    slot = np.cumsum(steps, axis=1, dtype=np.int32)
    count = slot[:, -1]
    width = int(count.max(initial=3))
    place = (slot - 1 + width * np.arange(k)[:, None]).reshape(-1, 2)
    kept, edge = (np.flatnonzero(steps[:, part::2]) for part in (0, 1))
    result = np.empty((k * width, m))
    result[place[kept, 0]] = points[kept]
    a, b = height.ravel()[edge], height.ravel()[following[edge]]
    share = np.clip(a / (a - b), 0, 1)[:, None]
    result[place[edge, 1]] = (1 - share) * points[edge] + share * points[following[edge]]
    result = result.reshape(k, width, m)
    spare = np.arange(width) >= count[:, None]
    return np.where(spare[..., None], result[:, :1], result)


def area(polygons: Float[np.ndarray, "*batch V 2"]) -> Float[np.ndarray, "*batch"]:
    """Area of each polygon, by Gauss's formula ½ Σ (x_v y_{v+1} − x_{v+1} y_v); 0 for an empty one.

    >>> float(area(disc(1.0, 4)))
    2.0
    """
    x, y = polygons[..., 0], polygons[..., 1]
    twice = x * np.roll(y, -1, axis=-1) - np.roll(x, -1, axis=-1) * y
    return np.asarray(np.abs(np.nan_to_num(twice.sum(axis=-1))) / 2)


def cut(faces: Float[np.ndarray, "F V 3"], normal: Float[np.ndarray, "3"], offset: float) -> Float[np.ndarray, "G W 3"]:
    """The part of a convex polyhedron where normal·h + offset ≥ 0, as faces; none where that is empty."""
    height, slack = (
        faces @ normal + offset,
        ROUNDING * max(np.linalg.norm(normal) * np.abs(faces).max(initial=0), 1e-300),
    )
    if not (height > slack).any():
        return np.empty((0, 3, 3))
    if not (height < -slack).any():
        return faces
    parts = clip(faces, normal, offset)
    parts = parts[~np.isnan(parts).any(axis=(1, 2))]
    rim = parts.reshape(-1, 3)
    rim = rim[np.abs(rim @ normal + offset) <= 1e3 * slack]
    lid = _around(rim, normal)
    width = max(parts.shape[1], len(lid))
    return np.stack([widened(part, width) for part in (*parts, lid)])


def _around(points: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Points of a plane in their order around its middle, anticlockwise as seen from where the normal comes from."""
    across = unit(np.cross(normal, np.eye(3)[np.argmin(np.abs(normal))]))
    up = unit(np.cross(across, normal))
    away = points - points.mean(0)
    ordered = points[np.argsort(np.arctan2(away @ up, away @ across))]
    apart = np.linalg.norm(ordered - np.roll(ordered, 1, axis=0), axis=1) > 1e-9 * np.abs(points).max()
    return ordered[apart] if apart.sum() >= 3 else ordered[:3]


def volume(faces: Float[np.ndarray, "F V 3"]) -> float:
    """Volume of a polyhedron, Σ a·(b × c) / 6 over the triangles of its faces.

    >>> round(volume(cube(1.0)), 12)
    8.0
    """
    if not len(faces):
        return 0.0
    first, b, c = faces[:, :1], faces[:, 1:-1], faces[:, 2:]
    return float(np.abs(np.einsum("fvi,fvi->", np.broadcast_to(first, b.shape), np.cross(b, c))) / 6)


def unit(vectors: np.ndarray) -> np.ndarray:
    unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit


def _outward(faces: np.ndarray) -> np.ndarray:
    """Faces of a polyhedron around the origin, each with its vertices anticlockwise as seen from outside."""
    normal = np.cross(faces[:, 1] - faces[:, 0], faces[:, 2] - faces[:, 1])
    inward = np.einsum("fi,fi->f", normal, faces.mean(1)) < 0
    return np.where(inward[:, None, None], faces[:, ::-1], faces)


def widened(polygons: np.ndarray, width: int) -> np.ndarray:
    """The same polygons with so many vertices, the last one repeated."""
    extra = width - polygons.shape[-2]
    return np.concatenate([polygons, np.repeat(polygons[..., -1:, :], extra, axis=-2)], axis=-2)
