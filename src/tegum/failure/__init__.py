"""How training fails: what a run ended in, by which forces, and how it may get out.

- `outcomes`: names for how a run ends, from its weights; `timelines`: what it passes through, and for how long.
- `forces`: the anatomy of one state: gradient by sample and force, curvature, ways down, frozen optima.
- `remedies`: interventions that get unlearnt features back.
- `maps`: one training for each pixel of a plane of two settings; `boundaries`: how rough, how far foretold.
"""

from tegum.failure import boundaries, forces, maps, outcomes, remedies, timelines

__all__ = ["boundaries", "forces", "maps", "outcomes", "remedies", "timelines"]
