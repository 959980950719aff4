"""Figures: each function takes arrays and labels, draws them, and computes nothing but the layout."""

from tegum.plots.clamp import clamp
from tegum.plots.gram import gram_panels
from tegum.plots.lines import bands, curves, histories
from tegum.plots.orthant import orthant
from tegum.plots.rates import rate_lines, stacked_rates
from tegum.plots.wheels import wheels
from tegum.plots.zones import latent_cells, latent_zones, zone_film

__all__ = [
    "bands", "clamp", "curves", "gram_panels", "histories", "latent_cells", "latent_zones", "orthant", "rate_lines",
    "stacked_rates", "wheels", "zone_film",
]  # fmt: skip
