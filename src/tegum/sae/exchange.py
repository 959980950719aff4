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
ARCHITECTURES = {"standard": (), "topk": (), "jumprelu": ("threshold",)}  # with the tensors that only they have
FORMAT = "6.0.0"  # of SAELens, whose readers ask for it
Arrays = dict[str, np.ndarray]


def save(folder: str | Path, model: SparseAutoencoder, parameters: Any) -> Path:
    """Write one dictionary as SAELens does, and return the folder.

    parameters: W_e, b_e, W_d, b_d and what its code has, such as `run.at(seed=0).data`. A `BatchTopK` becomes what it
    is after training, a "jumprelu" with one threshold for all.
    """
    given = _given(model, parameters)
    tensors = {"W_enc": given["W_e"].T, "b_enc": given["b_e"], "W_dec": given["W_d"].T, "b_dec": given["b_d"]}
    architecture, more, own = _architecture(model.code, given, model.latents)
    config = {
        "architecture": architecture, "d_in": model.inputs, "d_sae": model.latents, "dtype": "float32",
        "device": "cpu", "apply_b_dec_to_input": True, "normalize_activations": "none", "reshape_activations": "none",
        "metadata": {"sae_lens_version": FORMAT, "sae_lens_training_version": FORMAT}, **more,
    }  # fmt: skip
    folder = Path(folder)
    written = {name: np.ascontiguousarray(value, np.float32) for name, value in (tensors | own).items()}
    _need_finite(written, folder / WEIGHTS)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_file(written, folder / WEIGHTS)
        (folder / CONFIG).write_text(json.dumps(config, indent=2))
    except (OSError, SafetensorError) as error:
        raise BadInput(f"{folder} cannot be written: {shown(str(error))}; it needs to be a folder.") from None
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


def _given(model: SparseAutoencoder, parameters: Any) -> Arrays:
    """What is written of the parameters, each of the shape that one dictionary has."""
    inputs, latents = model.inputs, model.latents
    own: dict[str, dict[str, tuple[int, ...]]] = {
        "BatchTopK": {"cutoff": ()}, "JumpReLU": {"log_threshold": (latents,)},
    }  # fmt: skip
    shapes = {"W_e": (latents, inputs), "b_e": (latents,), "W_d": (inputs, latents), "b_d": (inputs,)}
    given = {}
    for name, shape in (shapes | own.get(type(model.code).__name__, {})).items():
        if name not in parameters:
            raise BadInput(f"the parameters lack {name}, which {type(model.code).__name__} dictionaries have.")
        given[name] = np.asarray(parameters[name])
        if given[name].shape != shape:
            raise BadInput(f"{name} of shape {given[name].shape} is not one dictionary's; it needs to be {shape}.")
    return given


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
    match config["architecture"]:
        case "topk":
            return TopK(k=config["k"]), {}
        case "jumprelu":
            with np.errstate(divide="ignore"):  # below 0 a threshold does what 0 does: f is never negative
                return JumpReLU(), {"log_threshold": np.log(np.maximum(tensors["threshold"], 0))}
    return ReLU(), {}


def _read(folder: Path) -> tuple[dict[str, Any], Arrays]:
    try:
        config = json.loads((folder / CONFIG).read_text())
        tensors = {name: value.astype(np.float32) for name, value in load_file(folder / WEIGHTS).items()}
    except (OSError, ValueError, SafetensorError) as error:
        raise BadInput(
            f"{folder} holds no dictionary of SAELens: {shown(str(error))}; it needs {CONFIG} and {WEIGHTS}."
        ) from None
    if not isinstance(config, dict):
        raise BadInput(f"{folder / CONFIG} holds no settings; it needs a mapping of them, as SAELens writes.")
    config = _modern(config)
    _need_architecture(config)
    _need_plain_inputs(config)
    _need_tensors(config, tensors, folder / WEIGHTS)
    tensors = {"b_enc": np.zeros(len(tensors["W_dec"]), np.float32)} | tensors
    return config, _folded(tensors) if config.get("rescale_acts_by_decoder_norm", False) else tensors


def _modern(config: dict[str, Any]) -> dict[str, Any]:
    """As of version 6; before, topk was an activation function of the standard architecture, which went unnamed."""
    chosen = config.get("activation_fn_str", config.get("activation_fn", "relu"))
    if chosen == "topk":
        more = config.get("activation_fn_kwargs")
        return {**config, "architecture": "topk", **(more if isinstance(more, dict) else {})}
    if chosen != "relu":
        raise BadInput(f"the activation function {chosen!r} of {CONFIG} cannot be read; there are 'relu' and 'topk'.")
    return {"architecture": "standard", **config}


def _need_architecture(config: dict[str, Any]) -> None:
    if config["architecture"] not in list(ARCHITECTURES):
        raise BadInput(
            f"architecture={config['architecture']!r} of {CONFIG} cannot be read; there are "
            f"{', '.join(ARCHITECTURES)}, which save_inference_model of SAELens makes of some others."
        )
    if config["architecture"] == "topk" and "k" not in config:
        raise BadInput(f"{CONFIG} has the architecture topk and lacks k, how many latents fire at most.")


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
    needed = ["W_enc", "W_dec", "b_dec", *ARCHITECTURES[config["architecture"]]]
    missing = [name for name in needed if name not in tensors]
    if missing:
        raise BadInput(f"{file} lacks {', '.join(missing)}; it has {', '.join(sorted(tensors))}.")
    # A factor of all ones, which some versions write beside a dictionary that was not fine-tuned, does nothing.
    unknown = [name for name, value in tensors.items() if name not in (*needed, "b_enc") and not np.all(value == 1)]
    if unknown:
        raise BadInput(
            f"{file} has {', '.join(sorted(unknown))}, which {config['architecture']} dictionaries do not have here; "
            "fold it into the weights first, with SAELens."
        )
    _need_shapes(config, tensors, file)
    _need_finite(tensors, file)


def _need_shapes(config: dict[str, Any], tensors: Arrays, file: Path) -> None:
    W_dec = tensors["W_dec"].shape
    sizes = (config.get("d_sae"), config.get("d_in"))
    if len(W_dec) != 2 or any(said not in (None, size) for said, size in zip(sizes, W_dec, strict=True)):
        raise BadInput(f"W_dec {W_dec} in {file} is not (d_sae, d_in), of which {CONFIG} says {sizes}.")
    d_sae, d_in = W_dec
    shapes = {"W_enc": (d_in, d_sae), "b_dec": (d_in,), "b_enc": (d_sae,), "threshold": (d_sae,)}
    for name, shape in shapes.items():
        if name in tensors and tensors[name].shape != shape:
            raise BadInput(
                f"{name} {tensors[name].shape} in {file} does not fit W_dec {W_dec}; it needs to be {shape}."
            )


def _need_finite(tensors: Arrays, file: Path) -> None:
    for name, value in tensors.items():
        if not np.isfinite(value).all():
            raise BadInput(f"{name} for {file} has numbers that are not finite; a dictionary needs finite ones.")


def _folded(tensors: Arrays) -> Arrays:
    """The same dictionary with decoder vectors of length 1 or 0, where activations count in units of theirs."""
    length = np.linalg.norm(tensors["W_dec"], axis=1)
    W_enc, b_enc = tensors["W_enc"] * length, tensors["b_enc"] * length
    unit = tensors["W_dec"] / np.where(length > 0, length, 1)[:, None]
    return {**tensors, "W_enc": W_enc, "b_enc": b_enc, "W_dec": unit}
