"""Networks y = ReLU(W_d ReLU(W_e x) + b) that compute |x|: which sides they answer, and which neurons do it.

W_e (…, m, n), W_d (…, n, m), b (…, n); neurons are the m rows of W_e and columns of W_d.
"""

from typing import NamedTuple

import numpy as np

SERVES = 0.3
"""W_e[k, i] W_d[i, k], what neuron k adds to |x_i|, from which it serves feature i; a lone neuron has 1."""
SILENT = 0.1
"""A neuron whose largest |W_e W_d| is below this does nothing."""
ANSWERED = 0.5
"""What an output must rise by, of 1, when its own input goes from 0 to ±1."""
ASYMMETRIC = 2.0
"""By this factor a neuron must read one feature more strongly than another, and write it less; equal storage has 1."""

LEFT = 0.25
"""What is left of an interference that counts as cancelled; 1 where no other neuron acts."""


def scaled(W_e: np.ndarray, W_d: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same networks with each neuron's largest |W_e| made 1: ReLU(a z) / a is ReLU(z) for a > 0.

    >>> scaled(np.array([[2.0, -0.5]]), np.array([[0.5], [2.0]]))[1].tolist()
    [[1.0], [4.0]]
    """
    largest = np.abs(W_e).max(axis=-1)
    factor = np.where(largest > 0, largest, 1.0)
    return W_e / factor[..., None], W_d * factor[..., None, :]


def silent(W_e: np.ndarray, W_d: np.ndarray) -> np.ndarray:
    """Whether each neuron does nothing, (…, m): no path through it is as strong as 0.1."""
    return np.asarray(np.abs(W_e).max(axis=-1) * np.abs(W_d).max(axis=-2) < SILENT)


def read(W_e: np.ndarray, W_d: np.ndarray, threshold: float = SERVES) -> np.ndarray:
    """Which features each neuron reads, (…, m, n): at least 0.3 as strongly as its strongest; none if it is silent."""
    strong = np.abs(W_e) >= threshold * np.abs(W_e).max(axis=-1, keepdims=True)
    return np.asarray(strong & ~silent(W_e, W_d)[..., None])


def served(W_e: np.ndarray, W_d: np.ndarray) -> np.ndarray:
    """Which features each neuron adds to its own output, (…, m, n): |W_e[k, i]| W_d[i, k] of at least 0.3."""
    return np.asarray(np.abs(W_e) * np.swapaxes(W_d, -1, -2) >= SERVES)


def sides(W_e: np.ndarray, W_d: np.ndarray, b: np.ndarray) -> np.ndarray:
    """How much output i rises when x goes from 0 to +e_i and to −e_i, (…, 2, n); |x| would be 1 and 1.

    >>> sides(np.array([[1.0], [-1.0]]), np.array([[1.0, 0.5]]), np.zeros(1)).tolist()
    [[1.0], [0.5]]
    """
    down = np.swapaxes(W_d, -1, -2)
    rise = np.stack([(np.maximum(sign * W_e, 0) * down).sum(axis=-2) for sign in (1, -1)], axis=-2)
    return np.asarray(np.maximum(rise + b[..., None, :], 0) - np.maximum(b, 0)[..., None, :])


def answered(W_e: np.ndarray, W_d: np.ndarray, b: np.ndarray) -> np.ndarray:
    """How many sides of each feature are answered, 0 to 2, (…, n)."""
    return np.asarray((sides(W_e, W_d, b) >= ANSWERED).sum(axis=-2))


def in_twos(W_e: np.ndarray, W_d: np.ndarray) -> np.ndarray:
    """Whether each feature is served by two neurons that read nothing else, one for each sign, (…, n)."""
    alone = (read(W_e, W_d).sum(axis=-1) == 1)[..., None] & served(W_e, W_d)
    up, down = ((alone & (sign * W_e > 0)).sum(axis=-2) for sign in (1, -1))
    return np.asarray((up == 1) & (down == 1) & (served(W_e, W_d).sum(axis=-2) == 2))


class Motifs(NamedTuple):
    """Pairs of features that one neuron serves, of one network, one entry each.

    neuron, strong, weak: the neuron, the feature that it reads more strongly and the other; ratio: of what it reads,
    at least 1; written: W_d of the strong one over that of the weak one, 1/ratio if they are reciprocal; alone: what
    the strong one, at ±1, adds to the other's output through this neuron; together: what it adds through all of them.
    """

    neuron: np.ndarray
    strong: np.ndarray
    weak: np.ndarray
    ratio: np.ndarray
    written: np.ndarray
    alone: np.ndarray
    together: np.ndarray

    @property
    def asymmetric(self) -> np.ndarray:
        """Read with unlike strength, and written the other way round, by a factor of 2 or more each."""
        return np.asarray((self.ratio >= ASYMMETRIC) & (self.written <= 1 / ASYMMETRIC))

    @property
    def inhibited(self) -> np.ndarray:
        """Other neurons turn the interference of the strong one with the weak one negative."""
        return np.asarray(self.together < 0)

    @property
    def cancelled(self) -> np.ndarray:
        """Other neurons leave less than a quarter of it, of either sign."""
        return np.asarray(np.abs(self.together) < LEFT * self.alone)


def motifs(W_e: np.ndarray, W_d: np.ndarray) -> Motifs:
    """The pairs of features that share a neuron of one network, W_e (m, n), W_d (n, m)."""
    shares = served(W_e, W_d)
    k, i, j = np.nonzero(shares[:, :, None] & shares[:, None, :])
    first = (np.abs(W_e[k, i]) > np.abs(W_e[k, j])) | ((np.abs(W_e[k, i]) == np.abs(W_e[k, j])) & (i < j))
    k, i, j = k[first], i[first], j[first]
    sign = np.sign(W_e[k, i])
    through = np.maximum(sign * W_e[:, i], 0)  # (m, pairs): what each neuron has of the strong feature's sign
    together = (through * W_d[j].T).sum(axis=0)
    return Motifs(k, i, j, np.abs(W_e[k, i] / W_e[k, j]), W_d[i, k] / W_d[j, k], np.abs(W_e[k, i]) * W_d[j, k],
                  together)  # fmt: skip
