"""Figures: each function takes arrays and labels, or a model, draws them, and computes nothing but the layout."""

from tegum.plots.arrangements import block_scenes, dimensionality_levels, feature_graph
from tegum.plots.basis import change_of_basis, projection
from tegum.plots.clamp import clamp
from tegum.plots.force_film import force_film
from tegum.plots.forces import force_wheels, spectra
from tegum.plots.gram import gram_panels
from tegum.plots.landscape import landscape, landscape_film
from tegum.plots.lines import against, bands, curves, histories
from tegum.plots.maps import Plane, planes
from tegum.plots.matrices import matrices
from tegum.plots.orthant import orthant
from tegum.plots.rate_map import rate_map
from tegum.plots.rates import rate_lines, stacked_rates
from tegum.plots.space import film, space
from tegum.plots.splats import splats
from tegum.plots.stars import stars
from tegum.plots.states import state_raster, state_shares
from tegum.plots.wheels import wheels
from tegum.plots.zones import latent_cells, latent_zones, zone_film

__all__ = [
    "Plane", "against", "bands", "block_scenes", "change_of_basis", "clamp", "curves", "dimensionality_levels",
    "feature_graph", "film", "force_film", "force_wheels", "gram_panels", "histories", "landscape", "landscape_film",
    "latent_cells", "latent_zones", "matrices", "orthant", "planes", "projection", "rate_lines", "rate_map", "space",
    "spectra", "splats", "stacked_rates", "stars", "state_raster", "state_shares", "wheels", "zone_film",
]  # fmt: skip
