"""Toy models as state dicts of the notebook: there and back, its own formula, and what is none."""

from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import tegum as tg


def models(*batch: int, dtype: Any = np.float32) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(*batch, 2, 5)).astype(dtype), rng.normal(size=(*batch, 5)).astype(dtype)


class Tensor:
    """As much of a PyTorch tensor as is asked for: NumPy refuses it before `detach`."""

    def __init__(self, array: np.ndarray, attached: bool = True) -> None:
        self.array, self.attached = array, attached

    def detach(self) -> "Tensor":
        return Tensor(self.array, attached=False)

    def cpu(self) -> "Tensor":
        return self

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        if self.attached:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        return self.array


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_there_and_back_nothing_changes(dtype: Any, tmp_path: Path) -> None:
    W, b = models(3, dtype=dtype)
    for source in (tg.state_dict(W, b), tg.save_state(tmp_path / "deep" / "toy.safetensors", W, b)):
        again, bias = tg.load_state(source)
        assert again.tobytes() == W.tobytes()
        assert bias.tobytes() == b.tobytes()
        assert again.dtype == bias.dtype == dtype


def test_ours_and_the_notebook_s_formula_answer_the_same() -> None:
    W, b = models(3)
    state = tg.state_dict(W, b)
    x = np.random.default_rng(1).random((100, 3, 5), np.float32)
    hidden = np.einsum("...if,ifh->...ih", x, state["W"])
    theirs = np.maximum(np.einsum("...ih,ifh->...if", hidden, state["W"]) + state["b_final"], 0)
    for i in range(3):
        parameters = {"W": jnp.asarray(W[i]), "b": jnp.asarray(b[i])}
        ours = tg.Autoencoder(features=5, hidden=2)(parameters, jnp.asarray(x[:, i].T))
        assert pytest.approx(theirs[:, i], abs=1e-5) == np.asarray(ours).T


def test_sweeps_become_instances_in_order() -> None:
    W, b = models(2, 3)
    state = tg.state_dict(W, b)
    assert state["W"].shape == (6, 5, 2)
    assert np.array_equal(state["W"][4], W[1, 1].T)
    assert np.array_equal(state["b_final"][4], b[1, 1])
    assert tg.state_dict(*models())["W"].shape == (1, 5, 2)


def test_what_is_read_is_measured_and_trained_on() -> None:
    run = tg.train(tg.Autoencoder(features=5, hidden=2), tg.OneHot(), steps=50, over={"seed": range(2)})
    W, b = tg.load_state(tg.state_dict(run.W, run.b))
    start, over = tg.StartingFrom.at(W[0], b[0]), {"state": tg.StartingFrom.states(W, b)}
    on = tg.train(start, tg.OneHot(), steps=1, over=over, record=tg.at_steps([0]))
    assert np.array_equal(on.data["W_history"].sel(step=0).values, run.W.values)
    assert np.array_equal(on.data["b_history"].sel(step=0).values, run.b.values)
    assert np.array_equal(tg.geometry.norms(W), run.measure(tg.geometry.norms, "feature").values)


def test_tensors_that_require_a_gradient_are_read(tmp_path: Path) -> None:
    W, b = models(3)
    state = {name: Tensor(array) for name, array in tg.state_dict(W, b).items()}

    class Module:
        def state_dict(self) -> dict[str, Tensor]:
            return {**state, "importance": Tensor(np.ones(5))}

    for source in (state, Module()):
        assert np.array_equal(tg.load_state(source)[0], W)


def test_a_stored_file_has_the_notebook_s_names(tmp_path: Path) -> None:
    tensors = load_file(tg.save_state(tmp_path / "toy.safetensors", *models(3)))
    shapes = {name: array.shape for name, array in tensors.items()}
    assert shapes == {"W": (3, 5, 2), "b_final": (3, 5)}


def test_what_is_no_state_of_the_notebook_is_refused(tmp_path: Path) -> None:
    W, b = models(3)
    with pytest.raises(tg.BadInput, match=r"lacks b_final; it has W, b, and the notebook's has W and b_final\."):
        tg.load_state({"W": W, "b": b})
    with pytest.raises(tg.BadInput, match=r"W of shape \(3, 2, 5\) and b_final of shape \(3, 5\) are not the notebook"):
        tg.load_state({"W": W, "b_final": b})
    with pytest.raises(tg.BadInput, match=r"W of shape \(3, 2, 5\) and b of shape \(2, 5\) are not models"):
        tg.state_dict(W, b[:2])
    with pytest.raises(tg.BadInput, match=r"is neither a .safetensors file nor a state dict"):
        tg.load_state(W)
    with pytest.raises(tg.BadInput, match=r"the state_dict of source=.* cannot be called: .*; pass a module that was"):
        tg.load_state(tg)
    with pytest.raises(tg.BadInput, match=r"b_final=.* must be an array of real numbers"):
        tg.load_state({"W": W.mT, "b_final": "none"})


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(tg.BadInput, match=r"a .pt file is PyTorch's own: pass load_state\(torch.load\(file\)\)"):
        tg.load_state(tmp_path / "toy.pt")
    with pytest.raises(tg.BadInput, match=r"absent.safetensors is no .safetensors file: .*`save_state` writes one"):
        tg.load_state(tmp_path / "absent.safetensors")
    (tmp_path / "text.safetensors").write_text("no tensors here")
    with pytest.raises(tg.BadInput, match=r"text.safetensors is no .safetensors file"):
        tg.load_state(tmp_path / "text.safetensors")
    save_file({"other": np.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(tg.BadInput, match=r"lacks W and b_final; it has other"):
        tg.load_state(tmp_path / "other.safetensors")
