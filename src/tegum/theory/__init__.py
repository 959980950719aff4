"""Closed forms: what a solution must be, without training one."""
