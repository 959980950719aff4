"""Dictionaries in SAELens folders: there and back, and folders that are none."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import tegum as tg
from tegum.sae.codes import BatchTopK, Code, JumpReLU, ReLU, TopK
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.exchange import load, save


@pytest.mark.parametrize("code", [ReLU(), TopK(k=3), BatchTopK(k=2), JumpReLU(threshold=0.1)])
def test_there_and_back_it_answers_the_same(code: Code, tmp_path: Path) -> None:
    model = SparseAutoencoder(inputs=5, latents=9, code=code)
    p = {**model.init(jax.random.key(0)), "b_d": jnp.arange(5.0) / 9}
    if "cutoff" in p:
        p["cutoff"] = jnp.float32(0.2)
    x = jax.random.normal(jax.random.key(1), (5, 50))
    again, read = load(save(tmp_path / "sae", model, p))
    q = {name: jnp.asarray(value) for name, value in read.items()}
    assert np.asarray(again(q, x)) == pytest.approx(np.asarray(model(p, x)), abs=1e-6)
    assert again.decoder == "unit"


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(tg.BadInput, match=r"holds no dictionary of SAELens.*it needs cfg.json and sae_weights"):
        load(tmp_path)
