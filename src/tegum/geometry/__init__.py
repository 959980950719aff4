"""What weights mean: the lengths, angles and interference of feature directions, the shapes they make, and the zones
of latent space in which outputs are positive."""

from tegum.geometry.arrangement import Arrangement, Block
from tegum.geometry.blocks import feature_blocks
from tegum.geometry.clipping import area, ball, clip, cube, disc, volume
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
from tegum.geometry.naming import named
from tegum.geometry.orientation import tilt
from tegum.geometry.polytopes import aligned, planar_arrangement, planar_gaps
from tegum.geometry.responses import Responses, one_hot_errors, reconstructs, responses, unique_positive
from tegum.geometry.weights import Weights, weights_of
from tegum.geometry.zones import Cell, boundaries, cells, centred, lone_zones, outline, polyhedra, reach, sliced, zones

__all__ = [
    "Arrangement", "Block", "Cell", "Responses", "Weights", "aligned", "angles", "area", "ball", "boundaries",
    "capacity", "cells", "centred", "clip", "cosines", "cube", "dimensionality", "dimensions_per_feature", "disc",
    "feature_blocks", "gram", "interference", "lone_zones", "named", "net_interference", "norms", "one_hot_errors",
    "outline", "planar_arrangement", "planar_gaps", "polyhedra", "polysemanticity", "reach", "reconstructs",
    "represented", "responses", "sliced", "superposition", "tilt", "unique_positive", "unit_directions", "volume",
    "weights_of", "zones",
]  # fmt: skip
