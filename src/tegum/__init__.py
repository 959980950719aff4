"""A laboratory for toy models of superposition: y = ReLU(W^T W x + b), one of them or millions.

Everything here is loaded when it is first used, so that importing tegum costs nothing.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tegum import failure, geometry, plots, sae
    from tegum.errors import BadInput
    from tegum.failure.outcomes import Outcomes, Thresholds, outcomes
    from tegum.failure.timelines import Timeline, timeline
    from tegum.toy.exchange import load_state, save_state, state_dict
    from tegum.toy.expectation import ExactError, OneActiveError
    from tegum.toy.features import (
        AnticorrelatedSets,
        CorrelatedSets,
        FixedSamples,
        Hierarchical,
        KActive,
        Law,
        Magnitudes,
        OneHot,
        SparseSigned,
        SparseUniform,
        UnitNorm,
        zipf,
    )
    from tegum.toy.loss import Loss, SquaredError, geometric
    from tegum.toy.models import Autoencoder, Model, Network, StartingFrom, UntiedAutoencoder, notebook_scale
    from tegum.training.edits import Implant, Rotate, Splay
    from tegum.training.history import at_steps, every, log_spaced
    from tegum.training.interventions import Assign, Edit, Freeze, Informed, Intervention, Perturb
    from tegum.training.optimisers import SGD, Adam, AdamW, Momentum, Optax, Optimiser
    from tegum.training.run import Run, train
    from tegum.training.training import Training

__version__ = "0.1.0"

_HOME = {
    "tegum.errors": "BadInput",
    "tegum.failure.outcomes": "Outcomes Thresholds outcomes",
    "tegum.failure.timelines": "Timeline timeline",
    "tegum.toy.features": (
        "AnticorrelatedSets CorrelatedSets FixedSamples Hierarchical KActive Law Magnitudes OneHot SparseSigned "
        "SparseUniform UnitNorm zipf"
    ),
    "tegum.toy.exchange": "load_state save_state state_dict",
    "tegum.toy.expectation": "ExactError OneActiveError",
    "tegum.toy.loss": "Loss SquaredError geometric",
    "tegum.toy.models": "Autoencoder Model Network StartingFrom UntiedAutoencoder notebook_scale",
    "tegum.training.edits": "Implant Rotate Splay",
    "tegum.training.history": "at_steps every log_spaced",
    "tegum.training.interventions": "Assign Edit Freeze Informed Intervention Perturb",
    "tegum.training.optimisers": "SGD Adam AdamW Momentum Optax Optimiser",
    "tegum.training.run": "Run train",
    "tegum.training.training": "Training",
}
_WHERE = {name: module for module, names in _HOME.items() for name in names.split()}
_MODULES = ("failure", "geometry", "plots", "sae")

__all__ = [
    "SGD", "Adam", "AdamW", "AnticorrelatedSets", "Assign", "Autoencoder", "BadInput", "CorrelatedSets", "Edit",
    "ExactError", "FixedSamples", "Freeze", "Hierarchical", "Implant", "Informed", "Intervention", "KActive", "Law",
    "Loss", "Magnitudes", "Model", "Momentum", "Network", "OneActiveError", "OneHot", "Optax", "Optimiser",
    "Outcomes", "Perturb", "Rotate", "Run", "SparseSigned", "SparseUniform", "Splay", "SquaredError",
    "StartingFrom", "Thresholds", "Timeline", "Training", "UnitNorm", "UntiedAutoencoder", "at_steps", "every",
    "failure", "geometric", "geometry", "load_state", "log_spaced", "notebook_scale", "outcomes", "plots", "sae",
    "save_state", "state_dict", "timeline", "train", "zipf",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"tegum.{name}")
    if name in _WHERE:
        return getattr(importlib.import_module(_WHERE[name]), name)
    near = importlib.import_module("tegum.errors").near
    raise AttributeError(f"module 'tegum' has no attribute {name!r}; {near(name, __all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
