"""One unlearnt feature beside a regular polygon: its best column while the polygon is held, and the way out."""

from functools import lru_cache

from tegum.failure.forces import Optimum, Path, escape, frozen_optimum
from tegum.theory.failure import symmetric_failure


@lru_cache(maxsize=8)
def polygon_optimum(live: int) -> Optimum:
    """The best of all columns and biases of the unlearnt feature, the polygon of so many live ones held still.

    >>> bool(abs(polygon_optimum(6).column).max() < 1e-6), round(7 * polygon_optimum(6).bias, 6)
    (True, 1.0)
    """
    W, b = symmetric_failure(live + 1)
    return frozen_optimum(W, b, live)


@lru_cache(maxsize=8)
def way_out(live: int) -> Path:
    """Gradient descent from a push of 0.05 along the steepest way down, to a loss of 1e-9 or for a million steps."""
    W, b = symmetric_failure(live + 1)
    return escape(W, b, push=0.05, rate=0.02, steps=1_000_000, every=200, until=1e-9)
