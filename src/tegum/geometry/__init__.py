"""What weights mean: the lengths, angles and interference of feature directions, and the shapes they make."""

from tegum.geometry.directions import (
    angles,
    capacity,
    cosines,
    dimensionality,
    dimensions_per_feature,
    gram,
    interference,
    net_interference,
    norms,
    polysemanticity,
    represented,
    superposition,
    unit_directions,
)
from tegum.geometry.polytopes import aligned, planar_arrangement, planar_gaps

__all__ = [
    "aligned", "angles", "capacity", "cosines", "dimensionality", "dimensions_per_feature", "gram", "interference",
    "net_interference", "norms", "planar_arrangement", "planar_gaps", "polysemanticity", "represented", "superposition",
    "unit_directions",
]  # fmt: skip
