"""What latent space sees of a model: h = E x + c in, z = D h + b out, whoever trained it.

`weights_of` reads them from a run, from NumPy arrays, or from a PyTorch module's state dict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from tegum.errors import BadInput, shown

ENCODERS = ("W", "W_e", "W_enc", "encoder.weight")
DECODERS = ("W_d", "W_dec", "decoder.weight")
BIASES = ("b", "b_final", "b_d", "b_dec", "decoder.bias")
ENCODER_BIASES = ("b_e", "b_enc", "encoder.bias")
KNOWN = (*ENCODERS, *DECODERS, *BIASES, *ENCODER_BIASES)


@dataclass(frozen=True)
class Weights:
    """The matrices and biases of a model, y = ReLU(decoder (encoder x + encoder_bias) + bias), or of many.

    encoder (..., m, n), decoder (..., n, m), bias (..., n), encoder_bias (..., m). In a tied model
    encoder = W and decoder = W^T. labels: a name for each model of the batch, in order; empty if they have none.
    """

    encoder: Float[np.ndarray, "*batch m n"]
    decoder: Float[np.ndarray, "*batch n m"]
    bias: Float[np.ndarray, "*batch n"]
    encoder_bias: Float[np.ndarray, "*batch m"]
    labels: tuple[str, ...] = ()

    @property
    def hidden(self) -> int:
        return self.encoder.shape[-2]

    @property
    def features(self) -> int:
        return self.encoder.shape[-1]

    @property
    def batch(self) -> tuple[int, ...]:
        return self.encoder.shape[:-2]

    @property
    def tips(self) -> Float[np.ndarray, "*batch n m"]:
        """Latent of each feature at its full value, x = e_i: row i is E e_i + c, for a tied model W_i."""
        return self.encoder.mT + self.encoder_bias[..., None, :]

    @property
    def finite(self) -> Bool[np.ndarray, "*batch"]:
        """Whether all numbers of a model are finite."""
        matrices = np.isfinite(self.encoder).all(axis=(-2, -1)) & np.isfinite(self.decoder).all(axis=(-2, -1))
        return np.asarray(matrices & np.isfinite(self.bias).all(axis=-1) & np.isfinite(self.encoder_bias).all(axis=-1))

    @property
    def at_tips(self) -> Float[np.ndarray, "*batch n n"]:
        """Output i, before ReLU, when feature j alone is at its full value: entry [i, j]."""
        return self.decoder @ self.tips.mT + self.bias[..., None]

    def flat(self) -> "Weights":
        """The same with one batch axis."""
        many, k = int(np.prod(self.batch)), len(self.batch)
        encoder, decoder, bias, inner = (a.reshape(many, *a.shape[k:]) for a in self.parts)
        return Weights(encoder, decoder, bias, inner, self.labels)

    def __getitem__(self, place: Any) -> "Weights":
        """One model, or some, of the batch, without their labels."""
        encoder, decoder, bias, inner = (part[place] for part in self.parts)
        return Weights(encoder, decoder, bias, inner)

    @property
    def parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Encoder, decoder, bias, encoder bias: what `Weights` is made from."""
        return self.encoder, self.decoder, self.bias, self.encoder_bias


def single(model: Any) -> Weights:
    """The weights of one model; a batch that holds one is one. Raises `BadInput` for more."""
    weights = weights_of(model)
    if int(np.prod(weights.batch)) != 1:
        raise BadInput(f"this is about one model, but here is a batch of shape {weights.batch}; pick one of them.")
    return weights.flat()[0] if weights.batch else weights


def weights_of(model: Any) -> Weights:
    """Read the weights of a model.

    model: a `Run`; a pair (W, b) of arrays; a mapping of arrays, such as the `state_dict()` of a PyTorch module; the
        module itself; or `Weights`. In a mapping the encoder is called W, W_e, W_enc or encoder.weight, the decoder
        (if it is not the encoder's transpose) W_d, W_dec or decoder.weight, the bias b, b_final, b_dec or
        decoder.bias, an encoder's bias b_e, b_enc or encoder.bias, also behind a prefix such as "model."; other
        entries are not looked at. Leading axes are a batch. A bias of None or none at all is zero. W may be (m, n) or
        (n, m), as the bias's length tells; without a bias n is the longer side; a square encoder is read as (m, n) and
        a square decoder as (n, m).

    Raises `BadInput` for what has no such arrays, for shapes that do not fit, for a Run of models of different sizes,
    and for a Run with an activation other than ReLU outside or none inside.

    >>> weights_of((np.eye(2, 3), np.zeros(3))).at_tips
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 0.]])
    """
    if isinstance(model, Weights):
        return model
    if hasattr(model, "training") and hasattr(model, "data"):
        return _of_run(model)
    if hasattr(model, "state_dict"):
        model = model.state_dict()
    if isinstance(model, Mapping):
        return _of_mapping(model)
    if isinstance(model, tuple | list) and len(model) == 2:
        return _of_mapping({"W": model[0], "b": model[1]})
    raise BadInput(
        f"model={shown(type(model).__name__)} must be a Run, a pair (W, b), a mapping of arrays such as a PyTorch "
        "state dict, or tegum.geometry.Weights."
    )


def _of_run(run: Any) -> Weights:
    spec = run.training.model
    outer, inner = getattr(spec, "activation", "relu"), getattr(spec, "hidden_activation", "linear")
    if outer != "relu" or inner != "linear":
        raise BadInput(
            f"this run has activation={outer!r} and hidden_activation={inner!r}; latent zones need 'relu' and "
            "'linear'. For other models pass a pair (W, b) and read the zones as signs of W^T h + b."
        )
    own = {"latent", "feature"}
    arrays = {str(name): array for name, array in run.data.items() if str(name) in KNOWN}
    axes = [dim for dim in run.data["completed"].dims if dim not in own]
    given = {name: array.transpose(*axes, ...).values for name, array in arrays.items()}
    for name, array in given.items():
        if arrays[name].dims[-2:] == ("feature", "latent") and name in ENCODERS:
            given[name] = array.mT
    weights = _of_mapping(_trimmed(given, arrays))
    _need_one_size(weights, run.data["diverged"].transpose(*axes).values)
    sizes = [[f"{axis} {_short(value)}" for value in run.data[axis].values] for axis in axes]
    labels = [""]
    for names in sizes:
        labels = [f"{label}, {name}".removeprefix(", ") for label in labels for name in names]
    return Weights(weights.encoder, weights.decoder, weights.bias, weights.encoder_bias, tuple(labels) if axes else ())


def _need_one_size(weights: Weights, diverged: np.ndarray) -> None:
    """Smaller models of a run are padded with NaN, which numbers about latent space cannot do with."""
    unknown = np.isnan(weights.decoder)
    if (unknown.any(axis=(-2, -1)) & ~unknown.all(axis=(-2, -1)) & ~diverged).any():
        raise BadInput(
            "this run holds models of different sizes; pick those of one size, such as run.at(features=5) or "
            "run.at(hidden=2)."
        )


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float | np.floating) else str(value)


def _trimmed(given: dict[str, np.ndarray], arrays: dict[str, Any]) -> dict[str, np.ndarray]:
    """Without the NaN that pads smaller models to the largest of their run, where the whole batch has it."""
    trimmed = {}
    for name, array in given.items():
        for axis in range(-arrays[name].ndim, 0):
            if arrays[name].dims[axis] in ("latent", "feature"):
                there = ~np.isnan(array).all(axis=tuple(a for a in range(array.ndim) if a - array.ndim != axis))
                array = np.compress(there, array, axis=axis) if there.any() else array
        trimmed[name] = array
    return trimmed


def _of_mapping(given: Mapping[str, Any]) -> Weights:
    encoder, decoder, bias, inner = (_found(given, names) for names in (ENCODERS, DECODERS, BIASES, ENCODER_BIASES))
    if encoder is None:
        has = ", ".join(map(str, given)) or "nothing"
        raise BadInput(
            f"this mapping holds {has}, but a model needs an encoder called one of {', '.join(ENCODERS)}; "
            "or pass the pair (W, b)."
        )
    if encoder.ndim < 2 or (decoder is not None and decoder.ndim < 2):
        raise BadInput(f"W of shape {encoder.shape} must have shape (m, n), or (..., m, n) for many models.")
    n = max(encoder.shape[-2:]) if bias is None else bias.shape[-1] if bias.ndim else 0
    encoder = _lying(encoder, n, "W")
    if decoder is None and bias is not None and n < encoder.shape[-2]:
        m, few = encoder.shape[-2:]
        raise BadInput(
            f"a bias of length {few} would make W a model of n={few} features in m={m} dimensions; if W has {m} "
            f"features, the output bias needs length {m} (an encoder's bias is called b_e)."
        )
    m, batch = encoder.shape[-2], encoder.shape[:-2]
    decoder = encoder.mT if decoder is None else _standing(decoder, n)
    bias = np.zeros(n) if bias is None else bias
    inner = np.zeros(m) if inner is None else inner
    try:
        return Weights(
            encoder,
            np.broadcast_to(decoder, (*batch, n, m)),
            np.broadcast_to(bias, (*batch, n)),
            np.broadcast_to(inner, (*batch, m)),
        )
    except ValueError:
        raise BadInput(
            f"encoder {encoder.shape}, decoder {decoder.shape}, bias {bias.shape} and encoder bias {inner.shape} do "
            "not fit each other; they need to be (..., m, n), (..., n, m), (..., n) and (..., m)."
        ) from None


def _found(given: Mapping[str, Any], names: Sequence[str]) -> np.ndarray | None:
    for name in names:
        here = [key for key in given if given[key] is not None and f".{key}".endswith(f".{name}")]
        if len(here) > 1 and name not in here:
            raise BadInput(f"this mapping holds {', '.join(map(str, here))}; pass the one model's part, or (W, b).")
        if here:
            key = name if name in here else here[0]
            return _array(str(key), given[key])
    return None


def _array(name: str, value: Any) -> np.ndarray:
    """As float64, out of PyTorch too."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().double().numpy()
    try:
        return np.asarray(value, float)
    except (TypeError, ValueError):
        raise BadInput(f"{name}={shown(value)} must be an array of numbers.") from None


def _standing(matrix: np.ndarray, n: int) -> np.ndarray:
    """A decoder with features along its first axis."""
    return matrix if matrix.shape[-2] == n else _lying(matrix, n, "W_d").mT


def _lying(matrix: np.ndarray, n: int, name: str) -> np.ndarray:
    """The matrix with features along its last axis."""
    rows, columns = matrix.shape[-2:]
    if n not in (rows, columns):
        raise BadInput(f"{name} of shape {matrix.shape} fits no bias of length {n}; it needs an axis of that length.")
    return matrix if columns == n else matrix.mT
