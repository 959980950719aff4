"""Figures: each function takes arrays and labels, draws them, and computes nothing but the layout."""

from tegum.plots.gram import gram_panels
from tegum.plots.lines import bands, histories
from tegum.plots.rates import rate_lines, stacked_rates
from tegum.plots.wheels import wheels

__all__ = ["bands", "gram_panels", "histories", "rate_lines", "stacked_rates", "wheels"]
