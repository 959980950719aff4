"""Runs on disk: folders that survive a kill, and where results came from."""
