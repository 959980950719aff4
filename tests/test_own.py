"""The examples of a law, a metric and a remedy of one's own: short, and right. tests/test_docs.py runs it whole."""

import re
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import tegum as tg
from tegum.training.interventions import Seen

DOCS = Path(__file__).parents[1] / "docs"
CODE = re.findall(r"^```python\n(.*?)^```", (DOCS / "own.md").read_text(), re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def own() -> dict[str, Any]:
    """What the example defines, without the sweep."""
    scope: dict[str, Any] = {"__name__": "documentation"}
    exec(compile(CODE[0].split("tails =")[0], "own.md", "exec"), scope)
    return scope


def test_law_metric_sweep_and_figure_take_less_than_twenty_lines() -> None:
    assert len([line for line in CODE[0].splitlines() if line.strip()]) < 20


def test_a_remedy_its_training_and_its_measures_take_less_than_thirty_lines() -> None:
    assert len([line for line in CODE[1].splitlines() if line.strip()]) < 30


def test_the_remedy_copies_live_latents_and_touches_no_other() -> None:
    scope: dict[str, Any] = {"__name__": "documentation"}
    exec(compile(CODE[1].split("model =")[0], "own.md", "exec"), scope)
    model = tg.sae.SparseAutoencoder(inputs=3, latents=4)
    p = {**model.init(jax.random.key(0)), "idle": np.array([0.0, 9.0, 0.0, 0.0])}
    seen = Seen(jax.random.normal(jax.random.key(1), (3, 16)), jax.numpy.ones(16))
    edit = scope["Split"](at=5, window=5, noise=0.0).edit(model, p, jax.random.key(2), seen)
    new = {name: np.asarray(value) for name, value in edit.parameters.items()}
    live = [0, 2, 3]
    for name in ("W_e", "b_e", "idle"):
        assert (new[name][live] == np.asarray(p[name])[live]).all()
    assert np.abs(new["W_d"][:, live] - new["W_d"][:, [1]]).max(axis=0).min() == pytest.approx(0, abs=1e-6)
    assert np.abs(new["W_e"][live] - new["W_e"][1]).max(axis=1).min() == pytest.approx(0, abs=1e-6)


def test_the_law_keeps_density_and_mean_square_whatever_the_spread(own: dict[str, Any]) -> None:
    for spread in (0.0, 0.5):
        x = np.asarray(own["LogNormal"](feature_probability=0.2, spread=spread).sample(jax.random.key(0), 50, 4000))
        active = x[x > 0]
        assert x.shape == (50, 4000)
        assert active.size / x.size == pytest.approx(0.2, abs=0.005)
        assert (active**2).mean() == pytest.approx(1, abs=0.05)
        assert np.log(active).std() == pytest.approx(spread, abs=0.01)


def test_the_metric_by_hand(own: dict[str, Any]) -> None:
    W = np.array([[[1.0, 0.0, 2.0, 0.0], [0.0, 1.0, 0.0, 0.0]], [[0.0, 0.0, 0.0, -2.0], [0.0, 0.0, 0.0, 0.0]]])
    assert own["per_dimension"](W).tolist() == [3, 2]


def test_the_figure_is_there() -> None:
    assert (DOCS / "images" / "own.png").read_bytes().startswith(b"\x89PNG")
