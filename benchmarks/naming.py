"""How well geometry is named: right names against noise, false names of random W, and speed.

OPENBLAS_NUM_THREADS=1 python benchmarks/naming.py
"""

import time

import numpy as np

from tegum.geometry.arrangement import Arrangement
from tegum.geometry.naming import named
from tegum.geometry.shapes import antiprism, direct_sum, ring, simplex

PARTS = {
    "dedicated dimension": np.ones((1, 1)),
    "digon": simplex(2),
    "triangle": simplex(3),
    "tetrahedron": simplex(4),
    "pentagon": ring(5),
    "square antiprism": antiprism(4),
}
DIMENSIONS = (2, 3, 5, 12, 30)
NOISE = (0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16, 0.2, 0.3)
RANDOM = ((2, 2), (3, 2), (5, 2), (7, 2), (5, 3), (8, 3), (5, 5), (20, 5), (5, 30), (80, 20), (400, 30))


def product(rng: np.random.Generator, m: int) -> tuple[np.ndarray, list[tuple[str, frozenset[int]]]]:
    """A random tegum product that fills m dimensions, turned and in any order, and its blocks."""
    parts: list[str] = []
    room = m
    while room:
        parts.append(str(rng.choice([name for name, part in PARTS.items() if len(part) <= room])))
        room -= len(PARTS[parts[-1]])
    X = direct_sum(*[PARTS[name] for name in parts])
    order = rng.permutation(X.shape[1])
    owner = np.repeat(np.arange(len(parts)), [PARTS[name].shape[1] for name in parts])[order]
    truth = [(name, frozenset(np.flatnonzero(owner == i).tolist())) for i, name in enumerate(parts)]
    return np.linalg.qr(rng.normal(size=(m, m)))[0] @ X[:, order], truth


def noisy(rng: np.random.Generator, W: np.ndarray, angle: float) -> np.ndarray:
    """Every direction moved by about so many radians: noise of angle / sqrt(m − 1) in each coordinate."""
    return W + angle / np.sqrt(max(len(W) - 1, 1)) * rng.normal(size=W.shape)


def recovered(rng: np.random.Generator, m: int, angle: float, models: int) -> tuple[float, float, float]:
    """The shares of features in exactly the right block with the right name; as oblique; in a named block not right."""
    right = oblique = wrong = whole = 0
    for _ in range(models):
        W, truth = product(rng, m)
        for block in named(noisy(rng, W, angle), threshold=0.0).blocks:
            correct = (block.shape, frozenset(block.features)) in truth
            right += block.size * (correct and block.name == block.shape)
            oblique += block.size * (correct and block.name != block.shape)
            wrong += block.size * (not correct and block.name != "irregular")
            whole += block.size
    return right / whole, oblique / whole, wrong / whole


def false_names(rng: np.random.Generator, n: int, m: int, models: int) -> tuple[float, float, Arrangement]:
    """The shares of random models with any named block and with no other block, and what was found."""
    found = named(rng.normal(size=(models, m, n)), threshold=0.0)
    irregular = (found.name == "irregular").reshape(models, n)
    return float((~irregular).any(axis=1).mean()), float((~irregular).all(axis=1).mean()), found


def speed(W: np.ndarray, rounds: int = 3) -> float:
    """Milliseconds of one core for each model, the best of some rounds."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        named(W, threshold=0.0)
        times.append(time.process_time() - began)
    return 1000 * min(times) / len(W)


def main() -> None:
    rng = np.random.default_rng(0)
    print("tegum products: % of features in the right block with the right name / as oblique / in a block misnamed")
    print(f"{'noise':>6}" + "".join(f"{f'm = {m}':>20}" for m in DIMENSIONS))
    for angle in NOISE:
        shares = [recovered(rng, m, angle, 200 if m < 12 else 40) for m in DIMENSIONS]
        print(f"{angle:>6}" + "".join(" / ".join(f"{100 * part:.1f}" for part in own).rjust(20) for own in shares))
    print("random W, 1,000 models: with a named block, with none else")
    for n, m in RANDOM:
        models = 1000 if n < 400 else 100
        some, every, found = false_names(rng, n, m, models)
        print(f"  n = {n}, m = {m}: {some:.1%}, {every:.1%}; {found}")
    print("milliseconds of one core a model")
    for n, m, models in ((5, 2, 10_000), (7, 2, 10_000), (6, 3, 1000), (8, 3, 1000), (20, 5, 1000), (400, 30, 10)):
        print(f"  random, n = {n}, m = {m}, {models:,} models: {speed(rng.normal(size=(models, m, n))):.3f}")
    digons = np.stack([noisy(rng, direct_sum(*[simplex(2)] * 30), 0.02) for _ in range(10)])
    print(f"  30 digons, m = 30, 10 models: {speed(digons):.3f}")


if __name__ == "__main__":
    main()
