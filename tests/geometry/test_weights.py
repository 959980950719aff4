"""Reading models: runs, arrays, and what PyTorch holds, each in one line."""

from typing import Any

import numpy as np
import pytest

import tegum as tg
from tegum.errors import BadInput
from tegum.geometry.weights import Weights, weights_of

W = np.arange(10.0).reshape(2, 5)
B = np.arange(5.0) - 2


class Tensor:
    """As much of a torch.Tensor as reading one needs: it is no NumPy array until it is asked."""

    def __init__(self, values: np.ndarray) -> None:
        self._values = values.astype(np.float32)

    def detach(self) -> "Tensor":
        return self

    def cpu(self) -> "Tensor":
        return self

    def double(self) -> "Tensor":
        return self

    def numpy(self) -> np.ndarray:
        return self._values.astype(np.float64)


class Module:
    def __init__(self, **tensors: Tensor) -> None:
        self.tensors = tensors

    def state_dict(self) -> dict[str, Tensor]:
        return self.tensors


def same(found: Weights, encoder: np.ndarray, decoder: np.ndarray, bias: np.ndarray) -> None:
    np.testing.assert_array_equal(found.encoder, encoder)
    np.testing.assert_array_equal(found.decoder, decoder)
    np.testing.assert_array_equal(found.bias, bias)


@pytest.mark.parametrize(
    "model",
    [
        (W, B),
        [W, B],
        (W.tolist(), B.tolist()),
        (W.T, B),
        {"W": Tensor(W), "b_final": Tensor(B)},
        {"W": Tensor(W.T), "b_final": Tensor(B)},
        {"encoder.weight": Tensor(W), "decoder.weight": Tensor(W.T), "decoder.bias": Tensor(B)},
        Module(W=Tensor(W), b=Tensor(B), importance=Tensor(B)),
        {"module.toy.W": Tensor(W), "module.toy.b_final": Tensor(B), "step": 3},
        {"_orig_mod.encoder.weight": W, "_orig_mod.decoder.weight": W.T, "_orig_mod.decoder.bias": B},
    ],
    ids=[
        "pair",
        "list",
        "lists",
        "turned",
        "notebook",
        "notebook turned",
        "linear layers",
        "module",
        "prefix",
        "compiled",
    ],
)
def test_a_model_of_any_make(model: Any) -> None:
    same(weights_of(model), W, W.T, B)


def test_untied_biased_and_without_a_bias() -> None:
    D, c = np.ones((5, 2)), np.array([3.0, 4.0])
    found = weights_of({"W_enc": W, "W_dec": D, "b_dec": B, "b_enc": c})
    same(found, W, D, B)
    np.testing.assert_array_equal(found.tips, W.T + c)
    np.testing.assert_array_equal(found.at_tips, D @ (W + c[:, None]) + B[:, None])
    same(weights_of({"W": W}), W, W.T, np.zeros(5))
    assert weights_of(found) is found


def test_a_batch() -> None:
    many = weights_of((np.stack([[W, 2 * W]] * 3), np.stack([[B, B]] * 3)))
    assert (many.batch, many.hidden, many.features) == ((3, 2), 2, 5)
    same(many[1, 1], 2 * W, 2 * W.T, B)
    assert many.flat().batch == (6,)
    same(many.flat()[1], 2 * W, 2 * W.T, B)
    assert weights_of((W, B)).flat().batch == (1,)


def test_runs_and_their_labels() -> None:
    run = tg.train(tg.Autoencoder(features=5, hidden=2), tg.OneHot(), steps=2,
                   over={"learning_rate": [1e-3, 1e-2], "seed": range(3)})  # fmt: skip
    found = weights_of(run)
    assert found.batch == (2, 3)
    assert found.labels[1] == "learning_rate 0.001, seed 1"
    np.testing.assert_array_equal(found.encoder, run.W.values)
    one = weights_of(run.at(learning_rate=1e-2, seed=2))
    same(one, run.W.values[1, 2], run.W.values[1, 2].T, run.b.values[1, 2])
    untied = tg.train(tg.UntiedAutoencoder(features=5, hidden=2), tg.OneHot(), steps=2)
    same(weights_of(untied), untied.W_e.values, untied.W_d.values, untied.b.values)
    plain = tg.train(tg.Autoencoder(features=5, hidden=2, bias=False), tg.OneHot(), steps=2)
    same(weights_of(plain), plain.W.values, plain.W.values.T, np.zeros(5))


def test_the_padding_of_smaller_models_is_cut_off() -> None:
    run = tg.train(
        tg.Autoencoder(features=3, hidden=2), tg.OneHot(), steps=2, over={"features": [3, 5], "seed": [0, 1]}
    )
    small = weights_of(run.at(features=3))
    assert (small.features, small.batch) == (3, (2,))
    assert np.isfinite(small.decoder).all()
    with pytest.raises(BadInput, match=r"this run holds models of different sizes; pick those of one size"):
        weights_of(run)
    wide = tg.train(tg.Autoencoder(features=4, hidden=2), tg.OneHot(), steps=2, over={"hidden": [2, 3]})
    with pytest.raises(BadInput, match=r"different sizes"):
        weights_of(wide)
    assert weights_of(wide.at(hidden=2)).hidden == 2


def test_a_diverged_run_is_not_a_smaller_one() -> None:
    over = {"learning_rate": [1e-3, 1e38], "seed": [0, 1]}
    run = tg.train(tg.Autoencoder(features=3, hidden=2), tg.OneHot(), steps=20, over=over)
    assert run.counts()["diverged"] == 2
    assert weights_of(run).batch == (2, 2)


def test_square_matrices_are_read_as_they_lie() -> None:
    E, D = np.arange(9.0).reshape(3, 3), np.arange(9.0, 18.0).reshape(3, 3)
    found = weights_of({"encoder.weight": E, "decoder.weight": D, "decoder.bias": np.zeros(3)})
    same(found, E, D, np.zeros(3))
    same(weights_of((E, None)), E, E.T, np.zeros(3))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (3, r"model='int' must be a Run, a pair \(W, b\), a mapping of arrays such as a PyTorch state dict, or"),
        ({"w": W}, r"this mapping holds w, but a model needs an encoder called one of W, W_e"),
        ((W, np.zeros(3)), r"W of shape \(2, 5\) fits no bias of length 3; it needs an axis of that length"),
        ((B, B), r"W of shape \(5,\) must have shape \(m, n\)"),
        ({"W": W, "b": B, "b_e": np.zeros(3)}, r"do not fit each other; they need to be \(..., m, n\)"),
        ({"W": W, "b": np.float64(1)}, r"fits no bias of length 0"),
        ({"a.W": W, "c.W": W}, r"this mapping holds a.W, c.W; pass the one model's part, or \(W, b\)"),
        ((W, np.zeros(2)), r"a bias of length 2 would make W a model of n=2 features in m=5 dimensions; if W has 5"),
        ({"W": "abc"}, r"W='abc' must be an array of numbers"),
        ({"weight": W, "bias": B}, r"this mapping holds weight, bias, but a model needs an encoder called one of"),
    ],
)
def test_bad_input(model: Any, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        weights_of(model)


def test_other_activations_have_no_such_zones() -> None:
    run = tg.train(tg.Autoencoder(features=5, hidden=2, activation="linear"), tg.OneHot(), steps=2)
    with pytest.raises(BadInput, match=r"activation='linear' and hidden_activation='linear'; latent zones need 'relu'"):
        weights_of(run)
