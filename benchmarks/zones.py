"""How fast zones are: numbers and areas of many models, and the time to a figure.

python benchmarks/zones.py
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from tegum.geometry import area, cells, lone_zones, polyhedra, responses, zones
from tegum.plots import latent_cells, latent_zones

MODELS, FEATURES, ROUNDS = 10_000, 7, 3


def best(work: Callable[[], Any]) -> float:
    """Seconds of the fastest of some rounds, after one that warms up."""
    work()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> None:
    rng = np.random.default_rng(0)
    many = rng.normal(size=(MODELS, 2, FEATURES)), rng.normal(size=(MODELS, FEATURES))
    print(f"{MODELS:,} models, n = {FEATURES}, m = 2, models per second:")
    numbers: dict[str, Callable[[], Any]] = {
        "responses": lambda: responses(many),
        "areas of zones": lambda: area(zones(many)),
        "areas where one output is alone": lambda: area(lone_zones(many)),
    }
    for name, work in numbers.items():
        print(f"  {name:<36}{MODELS / best(work):>12,.0f}")
    one, solid = (many[0][0], many[1][0]), (rng.normal(size=(3, FEATURES)), rng.normal(size=FEATURES))
    print("one model, milliseconds:")
    pictures: dict[str, Callable[[], Any]] = {
        "figure of zones, m = 2": lambda: latent_zones(one),
        "figure of cells, m = 2": lambda: latent_cells(one),
        "polyhedra, m = 3": lambda: polyhedra(solid),
        "figure of zones, m = 3": lambda: latent_zones(solid),
        "cells, m = 3": lambda: cells(solid),
    }
    for name, work in pictures.items():
        print(f"  {name:<36}{1000 * best(work):>12.1f}")


if __name__ == "__main__":
    main()
