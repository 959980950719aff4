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

    What their settings would do to inputs, and a choice of k by rescaled activations, is folded into the weights, all
    in single precision. A folder written while training is not what its dictionary is afterwards: there SAELens has
    `save_inference_model`. Raises `BadInput` for architectures and settings that a `SparseAutoencoder` does not have.
    """
    config, tensors = _read(Path(folder))
    code, own = _code(config, tensors)
    W_e, W_d, b_d = tensors["W_enc"].T, tensors["W_dec"].T, tensors["b_dec"]
    b_e = tensors["b_enc"] if config.get("apply_b_dec_to_input", True) else tensors["b_enc"] + W_e @ b_d
    length = np.linalg.norm(W_d, axis=0)
    model = SparseAutoencoder(
        inputs=len(W_d),
        latents=len(W_e),
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
        case "topk":
            return TopK(k=config["k"]), {}
        case "jumprelu":
            with np.errstate(divide="ignore"):  # below 0 a threshold does what 0 does: f is never negative
                return JumpReLU(), {"log_threshold": np.log(np.maximum(tensors["threshold"], 0))}
    raise BadInput(
        f"architecture={config.get('architecture')!r} of {CONFIG} cannot be read; there are standard, topk and "
        "jumprelu, which save_inference_model of SAELens makes of some others."
    )


def _read(folder: Path) -> tuple[dict[str, Any], Arrays]:
    try:
        config = json.loads((folder / CONFIG).read_text())
        tensors = {name: value.astype(np.float32) for name, value in load_file(folder / WEIGHTS).items()}
    except (OSError, ValueError, SafetensorError) as error:
        raise BadInput(
            f"{folder} holds no dictionary of SAELens: {shown(str(error))}; it needs {CONFIG} and {WEIGHTS}."
        ) from None
    config = _modern(config)
    _need_plain_inputs(config)
    _need_tensors(config, tensors, folder / WEIGHTS)
    tensors = {"b_enc": np.zeros(len(tensors["W_dec"]), np.float32)} | tensors
    return config, _folded(tensors) if config.get("rescale_acts_by_decoder_norm", False) else tensors


def _modern(config: dict[str, Any]) -> dict[str, Any]:
    """As of version 6; before, topk was an activation function of the standard architecture."""
    chosen = config.get("activation_fn_str", config.get("activation_fn", "relu"))
    if chosen == "topk":
        return {**config, "architecture": "topk", "k": config["activation_fn_kwargs"]["k"]}
    if chosen != "relu":
        raise BadInput(f"the activation function {chosen!r} of {CONFIG} cannot be read; there are 'relu' and 'topk'.")
    return config


def _need_plain_inputs(config: dict[str, Any]) -> None:
    match config.get("normalize_activations"):
        case None | False | "none":
            return
        case True | "expected_average_only_in" as given:
            out = "fold it into the weights first, with fold_activation_norm_scaling_factor of SAELens."
        case "covariance_whitening" as given:
            out = "fold it into the weights first, with fold_activation_whitening of SAELens."
        case given:
            out = "it is different for each input, which no weights can do: take another dictionary."
    raise BadInput(f"normalize_activations={given!r} changes inputs before the dictionary; {out}")


def _need_tensors(config: dict[str, Any], tensors: Arrays, file: Path) -> None:
    own = ["threshold"] if config.get("architecture") == "jumprelu" else []
    missing = [name for name in ("W_enc", "W_dec", "b_dec", *own) if name not in tensors]
    if missing:
        raise BadInput(f"{file} lacks {', '.join(missing)}; it has {', '.join(sorted(tensors))}.")
    d_sae, d_in = tensors["W_dec"].shape if tensors["W_dec"].ndim == 2 else (0, 0)
    shapes = {"W_enc": (d_in, d_sae), "b_dec": (d_in,), "b_enc": (d_sae,), "threshold": (d_sae,)}
    for name, shape in shapes.items():
        if name in tensors and tensors[name].shape != shape:
            raise BadInput(
                f"{name} {tensors[name].shape} in {file} does not fit W_dec {tensors['W_dec'].shape}; it needs to be "
                f"{shape}."
            )


def _folded(tensors: Arrays) -> Arrays:
    """The same dictionary with decoder vectors of length 1, where activations count in units of theirs."""
    length = np.linalg.norm(tensors["W_dec"], axis=1)
    W_enc, b_enc = tensors["W_enc"] * length, tensors["b_enc"] * length
    return {**tensors, "W_enc": W_enc, "b_enc": b_enc, "W_dec": tensors["W_dec"] / length[:, None]}
