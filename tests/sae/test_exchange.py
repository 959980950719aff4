"""Dictionaries in SAELens folders: there and back, and folders that are none."""

import json
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import tegum as tg
from tegum.sae.codes import BatchTopK, Code, JumpReLU, ReLU, TopK
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.exchange import load, save

WRITTEN = sorted(path for path in (Path(__file__).parent / "saelens").iterdir() if path.is_dir())
STANDARD = next(path for path in WRITTEN if path.name == "standard")


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


def test_a_cutoff_that_is_met_fires_in_saelens_too(tmp_path: Path) -> None:
    """Here f ≥ cutoff, there f > threshold."""
    model = SparseAutoencoder(inputs=5, latents=9, code=BatchTopK(k=2))
    p = {**model.init(jax.random.key(0)), "cutoff": jnp.float32(0.25)}
    written = load_file(save(tmp_path / "sae", model, p) / "sae_weights.safetensors")["threshold"]
    assert (written < 0.25).all()
    assert (np.nextafter(written, np.float32(1)) == np.float32(0.25)).all()


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(tg.BadInput, match=r"holds no dictionary of SAELens.*it needs cfg.json and sae_weights"):
        load(tmp_path)


@pytest.mark.parametrize("folder", WRITTEN, ids=lambda path: path.name)
def test_what_saelens_wrote_answers_as_it_does_there(folder: Path) -> None:
    """Version 6.54.12 wrote these folders, and its answers beside them (benchmarks/saelens.py)."""
    stored = load_file(folder / "answers.safetensors")
    model, read = load(folder)
    p = {name: jnp.asarray(value) for name, value in read.items()}
    x = jnp.asarray(stored["x"].T)
    close = 5e-3 if folder.name == "half" else 1e-5  # the library answers in the precision of its weights
    assert np.asarray(model.encode(p, x)) == pytest.approx(stored["f"].T, abs=close)
    assert np.asarray(model(p, x)) == pytest.approx(stored["y"].T, abs=close)
    assert 0 < (stored["f"] > 0).mean() < 1


@pytest.mark.parametrize("name", ["standard", "topk", "jumprelu", "batchtopk"])
def test_written_again_it_is_what_saelens_wrote(name: str, tmp_path: Path) -> None:
    theirs = next(path for path in WRITTEN if path.name == name)
    ours = save(tmp_path / name, *load(theirs))
    here, there = (json.loads((folder / "cfg.json").read_text()) for folder in (ours, theirs))
    assert {**here, "metadata": 0} == {**there, "metadata": 0}
    mine, given = (load_file(folder / "sae_weights.safetensors") for folder in (ours, theirs))
    assert mine.keys() == given.keys()
    for tensor in mine:
        assert mine[tensor] == pytest.approx(np.maximum(given[tensor], 0) if tensor == "threshold" else given[tensor])


def changed(folder: Path, into: Path, config: dict[str, Any], tensors: dict[str, Any] | None = None) -> Path:
    """A copy of a folder with other settings and tensors; a tensor of None is left out."""
    into.mkdir()
    (into / "cfg.json").write_text(json.dumps(json.loads((folder / "cfg.json").read_text()) | config))
    held = load_file(folder / "sae_weights.safetensors") | (tensors or {})
    save_file({name: value for name, value in held.items() if value is not None}, into / "sae_weights.safetensors")
    return into


@pytest.mark.parametrize(
    ("config", "tensors", "sentence"),
    [
        (
            {"architecture": "gated"},
            {},
            r"architecture='gated' .* cannot be read; there are standard, topk, jumprelu, which",
        ),
        ({"architecture": ["topk"]}, {}, r"architecture=\['topk'\] of cfg.json cannot be read"),
        ({"activation_fn_str": "tanh-relu"}, {}, r"activation function 'tanh-relu' of cfg.json cannot be read"),
        ({"normalize_activations": "layer_norm"}, {}, r"different for each input, .*: take another dictionary"),
        ({"normalize_activations": "expected_average_only_in"}, {}, r"with fold_activation_norm_scaling_factor of"),
        ({"normalize_activations": "covariance_whitening"}, {}, r"with fold_activation_whitening of SAELens"),
        ({}, {"b_dec": None}, r"lacks b_dec; it has W_dec, W_enc, b_enc"),
        ({"architecture": "jumprelu"}, {}, r"lacks threshold; it has W_dec, W_enc, b_dec, b_enc"),
        ({}, {"threshold": np.zeros(6)}, r"has threshold, which standard dictionaries do not have here; fold it into"),
        ({}, {"scaling_factor": np.full(6, 2.0)}, r"has scaling_factor, which standard dictionaries do not have here"),
        ({"architecture": "topk"}, {}, r"cfg.json has the architecture topk and lacks k, how many latents fire"),
        ({"activation_fn_str": "topk"}, {}, r"cfg.json has the architecture topk and lacks k"),
        ({"d_sae": 999}, {}, r"W_dec \(6, 4\) in .* is not \(d_sae, d_in\), of which cfg.json says \(999, 4\)"),
        ({}, {"W_dec": np.zeros(6)}, r"W_dec \(6,\) in .* is not \(d_sae, d_in\), of which"),
        ({}, {"b_dec": np.full(4, np.nan)}, r"b_dec for .* has numbers that are not finite; a dictionary needs"),
        ({}, {"b_enc": np.zeros(5)}, r"b_enc \(5,\) in .* does not fit W_dec \(6, 4\); it needs to be \(6,\)"),
    ],
)
def test_what_has_no_counterpart_is_refused(config: Any, tensors: Any, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(tg.BadInput, match=sentence):
        load(changed(STANDARD, tmp_path / "sae", config, tensors))


def test_settings_that_are_none_are_refused(tmp_path: Path) -> None:
    folder = changed(STANDARD, tmp_path / "sae", {})
    (folder / "cfg.json").write_text("[1]")
    with pytest.raises(tg.BadInput, match=r"cfg.json holds no settings; it needs a mapping of them"):
        load(folder)


def test_a_factor_of_all_ones_does_nothing(tmp_path: Path) -> None:
    read = load(changed(STANDARD, tmp_path / "sae", {}, {"scaling_factor": np.ones(6)}))[1]
    assert all((value == load(STANDARD)[1][name]).all() for name, value in read.items())


def test_a_decoder_vector_of_length_0_adds_nothing(tmp_path: Path) -> None:
    rescaled = next(path for path in WRITTEN if path.name == "topk-rescaled")
    W_dec = load_file(rescaled / "sae_weights.safetensors")["W_dec"].copy()
    W_dec[0] = 0
    read = load(changed(rescaled, tmp_path / "sae", {}, {"W_dec": W_dec}))[1]
    assert not read["W_d"][:, 0].any()
    assert not read["W_e"][0].any()
    assert np.linalg.norm(read["W_d"][:, 1:], axis=0) == pytest.approx(1)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"b_d": None}, r"the parameters lack b_d, which ReLU dictionaries have"),
        ({"b_d": np.zeros(5)}, r"b_d of shape \(5,\) is not one dictionary's; it needs to be \(4,\)"),
        ({"W_e": np.zeros((2, 6, 4))}, r"W_e of shape \(2, 6, 4\) is not one dictionary's; it needs to be \(6, 4\)"),
        ({"b_e": np.full(6, np.inf)}, r"b_enc for .* has numbers that are not finite"),
    ],
)
def test_what_is_no_dictionary_is_not_written(change: Any, sentence: str, tmp_path: Path) -> None:
    model, p = load(STANDARD)
    given = {name: value for name, value in (p | change).items() if value is not None}
    with pytest.raises(tg.BadInput, match=sentence):
        save(tmp_path / "sae", model, given)
    assert not (tmp_path / "sae").exists()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sae").touch()
    with pytest.raises(tg.BadInput, match=r"sae cannot be written: .*exists.*; it needs to be a folder"):
        save(tmp_path / "sae", *load(STANDARD))


def test_topk_of_before_version_6_is_read(tmp_path: Path) -> None:
    old = {"activation_fn_str": "topk", "activation_fn_kwargs": {"k": 3}, "normalize_activations": None}
    assert load(changed(STANDARD, tmp_path / "sae", old))[0].code == TopK(k=3)
