"""The feature graph: which features interfere, and the blocks that do not interfere with each other."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from tegum.geometry.directions import cosines


def feature_blocks(
    W: Float[np.ndarray, "*batch m n"], above: float | Float[np.ndarray, "*#batch"] = 0.02
) -> Int[np.ndarray, "*batch n"]:
    """Number of each feature's block: the connected parts of the graph that joins i and j where |Ŵ_i·Ŵ_j| > above.

    Blocks are counted from 0 in each model by their first feature; a zero column is a block of its own. For directions
    without noise these are the finest tegum factors, sets of features in orthogonal subspaces.

    >>> feature_blocks(np.array([[1.0, 0.0, -1.0], [0.0, 1.0, 0.0]]))
    array([0, 1, 0])
    """
    C = cosines(W)
    flat = np.abs(C).reshape(-1, *C.shape[-2:])
    levels = np.broadcast_to(above, C.shape[:-2]).reshape(-1)
    labels = components(flat > levels[:, None, None], np.ones(flat.shape[:2], bool))
    return (labels - labels[:, :1]).reshape(C.shape[:-1])


def components(linked: Bool[np.ndarray, "B n n"], there: Bool[np.ndarray, "B n"]) -> Int[np.ndarray, "B n"]:
    """Number of each feature's connected part, counted through all graphs by first features; −1 if it is not there."""
    B, n = there.shape
    model, i, j = np.nonzero(np.triu(linked & there[:, :, None] & there[:, None, :], 1))
    graph = csr_array((np.ones(len(i), np.int8), (model * n + i, model * n + j)), shape=(B * n, B * n))
    raw = connected_components(graph, directed=False)[1]
    first = np.unique(raw, return_index=True)[1]
    _, labels = np.unique(first[raw], return_inverse=True)
    labels = np.where(there, labels.reshape(B, n), -1)
    return np.asarray(labels, dtype=np.int64)


def widest_gap(
    strength: Float[np.ndarray, "B n n"], there: Bool[np.ndarray, "B n"], least: float, gap: float
) -> Float[np.ndarray, "B"]:
    """The middle of the widest range of strengths, above least, in which no link joins two parts of a graph.

    Parts are joined from the strongest link on, as in a spanning tree. Infinite where no range is as wide as gap.
    """
    B, n = there.shape
    model, i, j = np.nonzero(np.triu((strength > least) & there[:, :, None] & there[:, None, :], 1))
    weak = csr_array((2 - strength[model, i, j], (model * n + i, model * n + j)), shape=(B * n, B * n))
    tree = minimum_spanning_tree(weak).tocoo()
    links = np.full((B, n), least)
    order = np.lexsort((tree.data, tree.row // n))
    owner = (tree.row // n)[order]
    links[owner, np.arange(len(owner)) - np.searchsorted(owner, owner)] = 2 - tree.data[order]
    steps = links[:, :-1] - links[:, 1:]
    widest = steps.argmax(axis=1) if n > 1 else np.zeros(B, int)
    rows = np.arange(B)
    middle = (links[rows, widest] + links[rows, np.minimum(widest + 1, n - 1)]) / 2
    return np.where(steps.max(axis=1, initial=0) >= gap, middle, np.inf)


def by_size(labels: Int[np.ndarray, "B n"]) -> Iterator[Int[np.ndarray, "N k"]]:
    """For each size that occurs, the members of all blocks of that size, as places in `labels.ravel()`."""
    flat = labels.ravel()
    order = np.argsort(flat, kind="stable")
    order = order[np.searchsorted(flat[order], 0) :]
    _, starts, sizes = np.unique(flat[order], return_index=True, return_counts=True)
    for size in np.unique(sizes).tolist():
        yield order[starts[sizes == size][:, None] + np.arange(size)]
