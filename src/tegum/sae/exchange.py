"""Dictionaries in the folders of SAELens: cfg.json beside sae_weights.safetensors.

Its names and shapes: W_enc (d_in, d_sae), b_enc (d_sae,), W_dec (d_sae, d_in), b_dec (d_in,), and for "jumprelu" a
threshold (d_sae,). Ours are their transposes.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from tegum.errors import BadInput, shown
from tegum.sae.codes import BatchTopK, Code, JumpReLU, ReLU, TopK
from tegum.sae.dictionary import SparseAutoencoder

CONFIG, WEIGHTS = "cfg.json", "sae_weights.safetensors"
FORMAT = "6.0.0"  # of SAELens, whose readers ask for it
Arrays = dict[str, np.ndarray]


def save(folder: str | Path, model: SparseAutoencoder, parameters: Any) -> Path:
    """Write one dictionary as SAELens does, and return the folder.

    parameters: W_e, b_e, W_d, b_d and what its code has, such as `run.at(seed=0).data`. A `BatchTopK` becomes what it
    is after training, a "jumprelu" with one threshold for all.
    """
    given = {name: np.asarray(parameters[name]) for name in _needed(model)}
    if given["W_e"].shape != (model.latents, model.inputs):
        raise BadInput(
            f"W_e of shape {given['W_e'].shape} is not one dictionary; it needs to be ({model.latents}, "
            f"{model.inputs})."
        )
    tensors = {"W_enc": given["W_e"].T, "b_enc": given["b_e"], "W_dec": given["W_d"].T, "b_dec": given["b_d"]}
    architecture, more, own = _architecture(model.code, given, model.latents)
    config = {
        "architecture": architecture, "d_in": model.inputs, "d_sae": model.latents, "dtype": "float32",
        "device": "cpu", "apply_b_dec_to_input": True, "normalize_activations": "none", "reshape_activations": "none",
        "metadata": {"sae_lens_version": FORMAT, "sae_lens_training_version": FORMAT}, **more,
    }  # fmt: skip
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    save_file({k: np.ascontiguousarray(v, np.float32) for k, v in (tensors | own).items()}, folder / WEIGHTS)
    (folder / CONFIG).write_text(json.dumps(config, indent=2))
    return folder


def load(folder: str | Path) -> tuple[SparseAutoencoder, Arrays]:
    """Read one dictionary that SAELens wrote, or `save`: the model and its parameters.

    What their settings would do to inputs is folded into the biases where that is exact. Raises `BadInput` for
    architectures and settings that a `SparseAutoencoder` does not have.
    """
    config, tensors = _read(Path(folder))
    code, own = _code(config, tensors)
    W_e, W_d, b_d = tensors["W_enc"].T, tensors["W_dec"].T, tensors["b_dec"]
    b_e = tensors["b_enc"] if config.get("apply_b_dec_to_input", True) else tensors["b_enc"] + W_e @ b_d
    length = np.linalg.norm(W_d, axis=0)
    model = SparseAutoencoder(
        inputs=config["d_in"],
        latents=config["d_sae"],
        code=code,
        decoder="unit" if np.allclose(length, 1, atol=1e-3) else "free",
    )
    parameters = {"W_e": W_e, "b_e": b_e, "W_d": W_d, "b_d": b_d, "idle": np.zeros_like(b_e)}
    return model, parameters | own


def _needed(model: SparseAutoencoder) -> list[str]:
    own = {"BatchTopK": ["cutoff"], "JumpReLU": ["log_threshold"]}
    return ["W_e", "b_e", "W_d", "b_d", *own.get(type(model.code).__name__, [])]


def _architecture(code: Code, given: Arrays, latents: int) -> tuple[str, dict[str, Any], Arrays]:
    match code:
        case ReLU():
            return "standard", {}, {}
        case TopK():
            return "topk", {"k": code.k, "rescale_acts_by_decoder_norm": False}, {}
        case BatchTopK():
            # There f > threshold, here f ≥ cutoff.
            below = np.nextafter(given["cutoff"].astype(np.float32), np.float32(0))
            return "jumprelu", {}, {"threshold": np.full(latents, below)}
        case JumpReLU():
            return "jumprelu", {}, {"threshold": np.exp(given["log_threshold"])}
    raise BadInput(f"a dictionary with the code {type(code).__name__} has no counterpart in SAELens.")


def _code(config: dict[str, Any], tensors: Arrays) -> tuple[Code, Arrays]:
    match config.get("architecture", "standard"):
        case "standard":
            return ReLU(), {}
        case "topk" if not config.get("rescale_acts_by_decoder_norm", False):
            return TopK(k=config["k"]), {}
        case "jumprelu":
            with np.errstate(divide="ignore"):
                return JumpReLU(), {"log_threshold": np.log(tensors["threshold"])}
    raise BadInput(
        f"architecture={config.get('architecture')!r} of {CONFIG} cannot be read; there are standard, topk (without "
        "rescale_acts_by_decoder_norm) and jumprelu."
    )


def _read(folder: Path) -> tuple[dict[str, Any], Arrays]:
    try:
        config = json.loads((folder / CONFIG).read_text())
        tensors = {name: value.astype(np.float32) for name, value in load_file(folder / WEIGHTS).items()}
    except (OSError, ValueError, SafetensorError) as error:
        raise BadInput(
            f"{folder} holds no dictionary of SAELens: {shown(str(error))}; it needs {CONFIG} and {WEIGHTS}."
        ) from None
    if config.get("normalize_activations", "none") != "none":
        raise BadInput(
            f"normalize_activations={config['normalize_activations']!r} changes inputs before the dictionary; fold it "
            "into the weights first, with fold_activation_norm_scaling_factor of SAELens."
        )
    missing = [name for name in ("W_enc", "W_dec", "b_dec") if name not in tensors]
    if missing:
        raise BadInput(f"{folder / WEIGHTS} lacks {', '.join(missing)}; it has {', '.join(sorted(tensors))}.")
    return config, {"b_enc": np.zeros(config["d_sae"], np.float32)} | tensors
