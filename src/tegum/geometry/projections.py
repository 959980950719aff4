"""Planes in n dimensions and what is seen of a cube from them: orthonormal frames, random, principal and on the way.

A frame is a matrix of shape (m, n) with orthonormal rows; they span the plane, and its column i is the shadow of
axis i on it, in the plane's own coordinates.
"""

import numpy as np
from jaxtyping import Float, Int

from tegum.errors import BadInput

MOST_DIMENSIONS = 12
"""A cube of more dimensions has over 24,576 edges, which nobody can tell apart."""


def hypercube(dimensions: int) -> tuple[Int[np.ndarray, "n vertices"], Int[np.ndarray, "edges 2"]]:
    """The unit cube: its 2ⁿ vertices as columns, and its n 2ⁿ⁻¹ edges as pairs of vertex numbers.

    Vertex v has the binary digits of v, so vertex 0 is the origin and vertex 2ⁱ the end of axis i. The edges along
    axis i are the i-th block of 2ⁿ⁻¹, and the first of each block begins at the origin.

    >>> vertices, edges = hypercube(2)
    >>> vertices.tolist(), edges.tolist()
    ([[0, 1, 0, 1], [0, 0, 1, 1]], [[0, 1], [2, 3], [0, 2], [1, 3]])
    """
    if not 1 <= dimensions <= MOST_DIMENSIONS:
        raise BadInput(f"a cube of {dimensions} dimensions cannot be drawn; take 1 to {MOST_DIMENSIONS} of them.")
    axes = 1 << np.arange(dimensions)
    number = np.arange(2**dimensions)
    vertices = (number & axes[:, None]) // axes[:, None]
    edges = [np.stack([number[low == 0], number[low == 0] + axis], 1) for axis, low in zip(axes, vertices, strict=True)]
    return vertices, np.concatenate(edges)


def random_frames(count: int, latent: int, features: int, seed: int) -> Float[np.ndarray, "count m n"]:
    """Frames of planes that have no preferred direction (Haar measure): orthonormalised Gaussian matrices.

    >>> frames = random_frames(3, 2, 5, seed=0)
    >>> bool(np.allclose(frames @ frames.mT, np.eye(2)))
    True
    """
    return nearest_frame(np.random.default_rng(seed).normal(size=(count, latent, features)))


def nearest_frame(W: Float[np.ndarray, "*batch m n"]) -> Float[np.ndarray, "*batch m n"]:
    """The frame nearest to W among those of the plane that the rows of W span: U Vᵀ of its singular values.

    Where W Wᵀ is a multiple of the identity, as for every regular shape, it is W itself but for length.

    >>> nearest_frame(np.array([[3.0, 0.0, 0.0], [0.0, 0.0, 2.0]]))
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    left, lengths, right = np.linalg.svd(W, full_matrices=False)
    if np.any(lengths[..., -1] <= 1e-9 * lengths[..., 0]):
        raise BadInput(f"the rows of W of shape {W.shape} span no {W.shape[-2]} dimensions; give independent rows.")
    return left @ right


def principal_frame(points: Float[np.ndarray, "n samples"], latent: int) -> Float[np.ndarray, "m n"]:
    """The frame of the plane through the mean that keeps most variance: the first principal components (Pearson 1901).

    >>> np.abs(principal_frame(np.array([[-3.0, 3.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]]), 1))
    array([[1., 0.]])
    """
    return np.linalg.eigh(np.cov(points))[1][:, ::-1].T[:latent]


def variance_kept(frame: Float[np.ndarray, "*batch m n"], points: Float[np.ndarray, "n samples"]) -> np.ndarray:
    """Share of the points' variance that their projection on the plane has: tr(F Σ Fᵀ) / tr Σ; the rest is lost.

    >>> float(variance_kept(np.array([[1.0, 0.0]]), np.array([[-1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]])))
    0.5
    """
    covariance = np.cov(points)
    return np.asarray(np.einsum("...ki,ij,...kj->...", frame, covariance, frame) / np.trace(covariance))


def between(start: Float[np.ndarray, "m n"], end: Float[np.ndarray, "m n"], share: float) -> Float[np.ndarray, "m n"]:
    """A frame on the shortest way from one plane to another, which turns it through their principal angles.

    Share 0 is the frame `start`; share 1 is a frame of the plane `end`, turned within it so that it lies nearest to
    `start`. Between them the frame's plane moves at even speed (Edelman, Arias and Smith 1998).

    >>> right, up = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    >>> between(right, up, 0.5).round(3)
    array([[0.707, 0.707]])
    """
    left, cosines, right = np.linalg.svd(start @ end.T)
    angles = np.arccos(np.clip(cosines, -1, 1))[:, None]
    sine = np.where(np.sin(angles) > 1e-9, np.sin(angles), 1)
    ahead = (right @ end - np.cos(angles) * (left.T @ start)) / sine  # orthogonal to the start, in unit length
    return left @ (np.cos(share * angles) * (left.T @ start) + np.sin(share * angles) * ahead)


def pivoted(
    start: Float[np.ndarray, "2 3"], end: Float[np.ndarray, "2 3"], degrees: Float[np.ndarray, "t"]
) -> tuple[Float[np.ndarray, "t 2 3"], float]:
    """The plane `start` in space, turned by degrees about the line that it shares with `end`, and where it meets `end`.

    Where both are one plane, they share every line: the turn is about the first row, and they meet at 0.

    >>> floor, wall = np.eye(3)[:2], np.eye(3)[1:]
    >>> frames, meeting = pivoted(floor, wall, np.array([0.0, 90.0]))
    >>> meeting, np.abs(frames[1]).round(9).tolist()
    (90.0, [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    """
    meeting = float(np.degrees(np.arccos(np.clip(np.linalg.svd(start @ end.T)[1][-1], -1, 1))))
    if meeting < 1e-3:
        frames, _ = pivoted(start, np.stack([start[0], np.cross(*start)]), degrees)
        return frames, 0.0
    return np.stack([between(start, end, degree / meeting) for degree in degrees]), meeting


def upright(W: Float[np.ndarray, "3 n"]) -> Float[np.ndarray, "3 n"]:
    """The same directions in space, rotated: the axis in which they differ most from the others points up.

    That is the eigenvector of W Wᵀ whose eigenvalue is furthest from the other two; where all three are equal, the
    first column. The column nearest to the horizon lies in the plane of x and z. W Wᵀ's rotation changes no W_i·W_j.

    >>> upright(np.array([[0.0, 2.0], [0.0, 0.0], [1.0, 0.0]])).round(9)
    array([[1., 0.],
           [0., 0.],
           [0., 2.]])
    """
    values, vectors = np.linalg.eigh(W @ W.T)
    alone = 0 if values[1] - values[0] > values[2] - values[1] else 2
    up = vectors[:, alone] if np.ptp(values) > 1e-3 * values[2] else W[:, 0] / np.linalg.norm(W[:, 0])
    level = W - np.outer(up, up @ W)
    right = level[:, np.argmax(np.linalg.norm(level, axis=0))]
    right = right / np.linalg.norm(right)
    turned: np.ndarray = np.stack([right, np.cross(up, right), up]) @ W
    return turned
