"""Names for how a run ends, and for what it passes through on its way."""
