"""A second, slow opinion on latent zones: exact clipping in rational numbers, and answers by looking at points.

Nothing from the package. A float is a rational number, so areas here are exact up to the last division.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Point = tuple[Fraction, Fraction]


def exact_points(polygon: Array) -> list[Point]:
    return [(Fraction(float(x)), Fraction(float(y))) for x, y in polygon]


def exact_clip(points: Sequence[Point], normal: Array, offset: float) -> list[Point]:
    """The part of a convex polygon where normal·h + offset ≥ 0, without rounding."""
    a, b, c = Fraction(float(normal[0])), Fraction(float(normal[1])), Fraction(float(offset))
    heights = [a * x + b * y + c for x, y in points]
    kept: list[Point] = []
    for k, (x, y) in enumerate(points):
        following = (k + 1) % len(points)
        here, there = heights[k], heights[following]
        if here >= 0:
            kept.append((x, y))
        if here * there < 0:
            share = here / (here - there)
            u, v = points[following]
            kept.append((x + share * (u - x), y + share * (v - y)))
    return kept


def exact_area(points: Sequence[Point]) -> float:
    """Half the sum of the cross products around the polygon.

    >>> exact_area(exact_points(np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0]])))
    2.0
    """
    total = Fraction(0)
    for k, (x, y) in enumerate(points):
        u, v = points[(k + 1) % len(points)]
        total += x * v - u * y
    return float(abs(total) / 2)


def zone_area(D: Array, b: Array, domain: Array, i: int) -> float:
    """Area of output i's zone in the domain; zero where the output is positive nowhere."""
    if not D[i].any():
        return exact_area(exact_points(domain)) if b[i] > 0 else 0.0
    return exact_area(exact_clip(exact_points(domain), D[i], b[i]))


def alone_area(D: Array, b: Array, domain: Array, i: int) -> float:
    """Area of the part of output i's zone in which no other output is positive."""
    if not D[i].any() and b[i] <= 0:
        return 0.0
    points = exact_clip(exact_points(domain), D[i], b[i])
    for j in range(len(b)):
        if j == i or (not D[j].any() and b[j] <= 0):
            continue
        points = exact_clip(points, -D[j], -b[j])
    return exact_area(points)


def cube_zone_volume(normal: Array, offset: float, radius: float) -> float:
    """Volume of the cube [−radius, radius]³ where normal·h + offset > 0, exactly.

    Sum over the corners of the cube of ± max(0, height)³ / (6 n₁ n₂ n₃), taken along the axes that the normal has
    (Polya 1913; a normal with a zero entry reduces the dimension).

    >>> cube_zone_volume(np.array([1.0, 0.0, 0.0]), 0.0, 1.0)
    4.0
    """
    r, c = Fraction(float(radius)), Fraction(float(offset))
    slopes = [Fraction(float(v)) for v in normal if v != 0]
    empty = (2 * r) ** (3 - len(slopes))
    if not slopes:
        return float(empty) if c > 0 else 0.0
    total, product, factorial = Fraction(0), Fraction(1), 1
    for k, slope in enumerate(slopes):
        product, factorial = product * slope, factorial * (k + 1)
    for corner in range(2 ** len(slopes)):
        signs = [1 if corner >> k & 1 else -1 for k in range(len(slopes))]
        height = c + sum((s * r * slope for s, slope in zip(signs, slopes, strict=True)), Fraction(0))
        parity = int(np.prod(signs))
        total += parity * max(Fraction(0), height) ** len(slopes)
    return float(empty * total / (factorial * product))


def active(D: Array, b: Array, h: Array) -> frozenset[int]:
    """The outputs that are positive at one point."""
    return frozenset(
        i for i in range(len(b)) if sum(float(d) * float(v) for d, v in zip(D[i], h, strict=True)) + b[i] > 0
    )


KINDS = ("any", "zero column", "parallel", "antipodal", "all positive", "no zone", "lattice", "untied")


def models(count: int, m: int, most: int = 12) -> Iterator[tuple[Array, Array, Array, Array]]:
    """Random models of every kind, the degenerate ones too, always the same: encoder, decoder, bias, encoder bias."""
    rng = np.random.default_rng(m)
    for k in range(count):
        kind, n = KINDS[k % len(KINDS)], int(rng.integers(2, most + 1))
        W, b = rng.normal(size=(m, n)), rng.normal(size=n)
        if kind == "zero column":
            W[:, 0], b[0] = 0, rng.integers(-1, 2)
        elif kind == "parallel":
            W[:, 1], b[1] = W[:, 0] * rng.choice([1.0, 2.0]), b[0]
        elif kind == "antipodal":
            W[:, 1], b[:] = -W[:, 0], 0
        elif kind == "all positive":
            b += 100
        elif kind == "no zone":
            b[0] = -100
        elif kind == "lattice":
            W, b = rng.integers(-1, 2, size=(m, n)).astype(float), rng.integers(-1, 2, size=n).astype(float)
        decoder = rng.normal(size=(n, m)) if kind == "untied" else W.T
        inner = rng.normal(size=m) if kind == "untied" else np.zeros(m)
        yield W, decoder, b, inner
