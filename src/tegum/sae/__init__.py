"""Sparse autoencoders: dictionaries of more latents than inputs, trained by the same loop as toy models."""

from tegum.sae.codes import BatchTopK, Code, JumpReLU, ReLU, TopK
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.digits import Digits
from tegum.sae.exchange import load, save
from tegum.sae.loss import Auxiliary, AuxK, GhostGradients, SparseError
from tegum.sae.measures import Recovery, quality, quality_of, recovery
from tegum.sae.remedies import (
    FillGaps,
    Forget,
    GeometricMedian,
    InformedRemedy,
    Reinitialise,
    Remedy,
    Repel,
    Resample,
)
from tegum.sae.sharing import absorption, splits
from tegum.sae.spikes import Spike, spike
from tegum.sae.stored import Stored
from tegum.sae.truth import (
    AtTruth,
    Directions,
    DrawnDirections,
    GivenDirections,
    OrthogonalDirections,
    RandomDirections,
    Shifted,
    SpreadDirections,
    Superposed,
    draws,
)

__all__ = [
    "AtTruth", "AuxK", "Auxiliary", "BatchTopK", "Code", "Digits", "Directions", "DrawnDirections", "FillGaps",
    "Forget", "GeometricMedian", "GhostGradients", "GivenDirections", "InformedRemedy", "JumpReLU",
    "OrthogonalDirections", "RandomDirections", "ReLU", "Recovery", "Reinitialise", "Remedy", "Repel", "Resample",
    "Shifted", "SparseAutoencoder", "SparseError", "Spike", "SpreadDirections", "Stored", "Superposed", "TopK",
    "absorption", "draws", "load", "quality", "quality_of", "recovery", "save", "spike", "splits",
]  # fmt: skip
