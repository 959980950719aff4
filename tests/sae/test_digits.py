"""A small classifier of digits, whose hidden layer is data for dictionaries."""

import sys

import numpy as np
import pytest

import tegum as tg
from tegum.sae import digits
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.loss import SparseError


def test_without_scikit_learn_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(tg.BadInput, match=r"the digits come with scikit-learn, .*; pip install 'tegum\[digits\]'."):
        digits.classifier.__wrapped__(4)


def test_a_classifier_learns_and_is_the_same_each_time() -> None:
    found = digits.classifier(16)
    assert found.accuracy > 0.9
    assert found.tested.sum() == 359
    assert found.activations.shape == (16, 1797)
    assert found.activations.dtype == np.float32
    assert (found.activations >= 0).all()
    again = digits.classifier.__wrapped__(16)
    assert (again.activations == found.activations).all()
    assert (digits.classifier(16, draw=1).activations != found.activations).any()


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_dictionary_learns_from_its_hidden_layer(precision: str) -> None:
    run = tg.train(
        SparseAutoencoder(inputs=16, latents=32), tg.sae.Digits(), loss=SparseError(l1=0.01), steps=200, batch_size=64,
        optimiser=tg.Adam(learning_rate=1e-2), record=tg.every(200, "loss"), precision=precision,
    )  # fmt: skip
    assert run.loss_history.values[-1] < 0.5 * run.loss_history.values[0]
    found = tg.sae.quality(run, samples=2000)
    assert float(found.explained) > 0.5
