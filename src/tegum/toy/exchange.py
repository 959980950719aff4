"""Tied models as PyTorch state dicts, with the names and shapes of the notebook of Toy Models of Superposition.

There h = x W and y = ReLU(h W^T + b_final), samples are rows, W is (instances, n_features, n_hidden) and b_final
(instances, n_features). Ours are W (…, hidden, features) and b (…, features). A state dict is a dict of arrays, so
PyTorch is not needed. Its own .pt files only it can write and read::

    torch.save({name: torch.from_numpy(array) for name, array in tegum.state_dict(W, b).items()}, "toy.pt")
    W, b = tegum.load_state(torch.load("toy.pt"))
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from tegum.errors import BadInput, shown

WEIGHT, BIAS = "W", "b_final"
SUFFIX = ".safetensors"


def state_dict(W: Any, b: Any) -> dict[str, np.ndarray]:
    """The notebook's state dict of models W (…, hidden, features), b (…, features).

    All leading axes become its one axis of instances, in order; one model becomes one instance. Single and double
    precision stay as they are, and `torch.from_numpy` takes the arrays. It is the state of a model whose hidden layer
    is linear and whose output is ReLU's, as the notebook's are.

    >>> {name: array.shape for name, array in state_dict(np.ones((10, 2, 5)), np.zeros((10, 5))).items()}
    {'W': (10, 5, 2), 'b_final': (10, 5)}
    """
    W, b = _array("W", W), _array("b", b)
    if W.ndim < 2 or b.shape != (*W.shape[:-2], W.shape[-1]):
        raise BadInput(
            f"W of shape {W.shape} and b of shape {b.shape} are not models; they need to be (..., hidden, features) "
            "and (..., features)."
        )
    hidden, features = W.shape[-2:]
    return {
        WEIGHT: np.ascontiguousarray(W.mT.reshape(-1, features, hidden)),
        BIAS: np.ascontiguousarray(b.reshape(-1, features)),
    }


def save_state(file: str | Path, W: Any, b: Any) -> Path:
    """Write `state_dict(W, b)` as a .safetensors file, which PyTorch reads by `safetensors.torch.load_file`."""
    file = _safetensors(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(state_dict(W, b), file)
    return file


def load_state(source: Any) -> tuple[np.ndarray, np.ndarray]:
    """W (instances, hidden, features) and b (instances, features) of the notebook's models, or of `save_state`'s.

    source: a .safetensors file; a state dict, or any mapping with W and b_final of what NumPy takes, PyTorch's tensors
        included (of any device, whether or not they require a gradient); or the module itself. Other entries are not
        looked at. `StartingFrom.states(W, b)` trains on from these, `(W, b)` is a model to everything in
        `tegum.geometry`.

    Raises `BadInput` for a file that is none, for missing names and for shapes that do not fit.

    >>> W, b = load_state({"W": np.ones((10, 5, 2)), "b_final": np.zeros((10, 5))})
    >>> W.shape, b.shape
    ((10, 2, 5), (10, 5))
    """
    given = _mapping(source)
    missing = [name for name in (WEIGHT, BIAS) if name not in given]
    if missing:
        raise BadInput(
            f"this state dict lacks {' and '.join(missing)}; it has {', '.join(map(str, given)) or 'nothing'}, and the "
            "notebook's has W and b_final."
        )
    W, b = _array(WEIGHT, given[WEIGHT]), _array(BIAS, given[BIAS])
    if W.ndim != 3 or b.shape != W.shape[:2]:
        raise BadInput(
            f"W of shape {W.shape} and b_final of shape {b.shape} are not the notebook's; they need to be (instances, "
            "n_features, n_hidden) and (instances, n_features)."
        )
    return np.ascontiguousarray(W.mT), b


def _mapping(source: Any) -> Mapping[str, Any]:
    if hasattr(source, "state_dict"):
        try:
            source = source.state_dict()
        except TypeError as error:  # such as of a class of PyTorch's, or of this package itself
            raise BadInput(
                f"the state_dict of source={shown(source)} cannot be called: {error}; pass a module that was made."
            ) from None
    if isinstance(source, Mapping):
        return source
    if not isinstance(source, str | Path):
        raise BadInput(f"source={shown(source)} is neither a {SUFFIX} file nor a state dict.")
    try:
        return load_file(_safetensors(source))
    except (OSError, SafetensorError) as error:
        raise BadInput(f"{source} is no {SUFFIX} file: {shown(str(error))}; `save_state` writes one.") from None


def _safetensors(file: str | Path) -> Path:
    if Path(file).suffix != SUFFIX:
        raise BadInput(
            f"{file} is no {SUFFIX} file; a .pt file is PyTorch's own: pass load_state(torch.load(file)), and write "
            "one by torch.save from state_dict(W, b)."
        )
    return Path(file)


def _array(name: str, value: Any) -> np.ndarray:
    """As a new array of floats, out of PyTorch too."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    try:
        array = np.array(value)
    except (TypeError, ValueError, RuntimeError):  # such as a tensor in bfloat16, which NumPy does not have
        raise BadInput(f"{name}={shown(value)} is no array for NumPy; pass one of floats, tensor.float().") from None
    if array.dtype.kind not in "fiu":
        raise BadInput(f"{name}={shown(value)} must be an array of real numbers.")
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)
