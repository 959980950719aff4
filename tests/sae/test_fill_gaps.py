"""FillGaps, worked out on dictionaries of axes, and against a plain loop."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import tegum as tg
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.loss import SparseError
from tegum.sae.remedies import FillGaps, Resample
from tegum.sae.truth import RandomDirections, Superposed
from tegum.toy.random import uniform
from tegum.training.interventions import Seen

MODEL = SparseAutoencoder(inputs=4, latents=4)
AT = {"at": (5,), "window": 10, "inputs": 64}
CENTRE = np.array([0.5, 0.0, 0.0, 0.0], np.float32)


def state(b_e: float = 0.0) -> dict[str, Any]:
    """Latents 0 and 1 give back the first two axes exactly, beside b_d; 2 and 3 are dead and look where 0 does."""
    D = np.eye(4, dtype=np.float32)[:, [0, 1, 0, 0]]
    return {
        "W_e": jnp.asarray(D.T), "b_e": jnp.full(4, b_e).at[2:].set(-9.0), "W_d": jnp.asarray(D),
        "b_d": jnp.asarray(CENTRE), "idle": jnp.array([0.0, 0.0, 10.0, 12.0]),
    }  # fmt: skip


def seen(x: Any) -> Seen:
    return Seen(jnp.asarray(x, jnp.float32), jnp.ones(np.shape(x)[1]))


def edited(x: Any, *, b_e: float = 0.0, key: int = 0, **fields: Any) -> dict[str, np.ndarray]:
    edit = FillGaps(**AT, **fields).edit(MODEL, state(b_e), jax.random.key(key), seen(x))
    return {name: np.asarray(value) for name, value in edit.parameters.items()}


def test_two_dead_latents_fill_two_gaps_and_give_the_inputs_back() -> None:
    """The last two axes are missing; inputs have other parts, too, which are known already."""
    x = CENTRE[:, None] + np.array([[1, 0.2], [0, 1], [1, 0], [0, 2]])
    for key in range(8):
        p = edited(x, key=key)
        assert sorted(p["W_d"][:, 2:].argmax(axis=0).tolist()) == [2, 3]
        assert p["W_e"] == pytest.approx(p["W_d"].T)
        assert p["b_e"].tolist() == [0, 0, 0, 0]
        back = p["W_d"] @ np.maximum(p["W_e"] @ (x - CENTRE[:, None]) + p["b_e"][:, None], 0) + CENTRE[:, None]
        assert back == pytest.approx(x)


def test_drawn_independently_they_may_fill_one_gap_twice() -> None:
    x = CENTRE[:, None] + np.array([[0, 0], [0, 0], [1, 0], [0, 1]])
    found = {tuple(edited(x, key=key, apart=False)["W_d"][:, 2:].argmax(axis=0).tolist()) for key in range(20)}
    assert (2, 2) in found or (3, 3) in found


def test_the_bias_gives_that_input_what_is_missing() -> None:
    """Latents 0 and 1 give back 0.6 less than they should: of x̄ = (1, 0, 0, 0) it is 0.6 that is missing."""
    x = CENTRE[:, None] + np.array([[1.0], [0], [0], [0]])
    p = edited(x, b_e=-0.6, apart=False)
    assert p["W_e"][2] == pytest.approx([1, 0, 0, 0])
    assert p["b_e"][2] == pytest.approx(0.6 - 1)
    assert edited(x, b_e=-0.6, fraction=0.5, apart=False)["b_e"][2] == 0  # 0.5 reached, 0.6 missing: not above 0
    assert edited(x, b_e=-0.6, bias="zero")["b_e"][2] == 0


def test_with_all_switched_off_it_sets_what_the_published_rule_sets() -> None:
    """Where the loss is the squared error, and nothing else."""
    x, p, key = jax.random.normal(jax.random.key(1), (4, 64)), state(), jax.random.key(0)
    data = Seen(x, ((x - MODEL(p, x)) ** 2).sum(0))
    off: dict[str, Any] = {"direction": "input", "bias": "zero", "apart": False, "fraction": 0.2}
    ours = FillGaps(**AT, **off).edit(MODEL, p, key, data).parameters
    for name, value in Resample(**AT).edit(MODEL, p, key, data).parameters.items():
        np.testing.assert_array_equal(ours[name], value)
    assert (np.asarray(ours["W_d"]) != np.asarray(p["W_d"])).any()


@pytest.mark.parametrize("draw", range(4))
def test_what_is_only_rounding_is_no_gap(draw: int) -> None:
    """Of one input one dead latent gives all back but for rounding; the other four are left as they were."""
    model = SparseAutoencoder(inputs=3, latents=6)
    start = model.init(jax.random.key(0))
    p = {**start, "b_e": jnp.full(6, -9.0), "b_d": jnp.array([0.1, 0.2, 0.3]), "idle": 20 * jnp.sign(jnp.arange(6.0))}
    x = p["b_d"][:, None] + jax.random.uniform(jax.random.key(draw), (3, 1))
    new = FillGaps(at=20, window=10, inputs=1).edit(model, p, jax.random.key(3), seen(x)).parameters
    left = np.abs(np.asarray(x - model(new, x)))
    assert left.max() < 1e-6
    filled = (np.asarray(new["W_d"]) != np.asarray(p["W_d"])).any(axis=0)
    assert filled.tolist() == [False, True, False, False, False, False]
    assert np.asarray(new["idle"]).tolist() == [0, 0, 20, 20, 20, 20]
    assert np.asarray(new["b_e"])[2:].tolist() == [-9] * 4


def naive(p: dict[str, np.ndarray], x: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, ...]:
    """One latent after the other, as the docstring says."""
    W_e, W_d, b_e = (np.array(p[name], float) for name in ("W_e", "W_d", "b_e"))
    dead = np.asarray(p["idle"]) >= 10
    read = x - np.asarray(p["b_d"], float)[:, None]
    missing = read - W_d @ np.maximum(W_e @ read + b_e[:, None], 0)
    length = np.linalg.norm(W_e[~dead], axis=1).mean()
    for i in np.flatnonzero(dead):
        chance = (missing**2).sum(0) ** 2
        t = int(np.searchsorted(chance.cumsum(), places[i] * chance.sum()))
        W_d[:, i] = missing[:, t] / np.linalg.norm(missing[:, t])
        W_e[i] = length * W_d[:, i]
        b_e[i] = min(np.linalg.norm(missing[:, t]) - W_e[i] @ read[:, t], 0)
        missing = missing - W_d[:, [i]] * np.maximum(W_e[[i]] @ read + b_e[i], 0)
    return W_e, W_d, b_e


def test_a_plain_loop_sets_the_same() -> None:
    key = jax.random.key(2)
    x = np.asarray(jax.random.normal(jax.random.key(1), (4, 64)), float)
    with jax.enable_x64(True):
        places = np.asarray(uniform(key, 1, 4)[0], float)
        p = {name: np.asarray(value, float) for name, value in state(-0.1).items()}
        data = Seen(jnp.asarray(x), jnp.ones(64))
        new = FillGaps(**AT).edit(MODEL, {k: jnp.asarray(v) for k, v in p.items()}, key, data).parameters
        for ours, name in zip(naive(p, x, places), ("W_e", "W_d", "b_e"), strict=True):
            assert np.asarray(new[name]) == pytest.approx(ours, abs=1e-9), name


def test_a_dictionary_alone_is_the_same_bit_for_bit() -> None:
    training = tg.Training(
        model=SparseAutoencoder(inputs=4, latents=6, initial_bias=-0.3),
        law=Superposed(directions=RandomDirections(count=5)), loss=SparseError(l1=0.1),
        steps=20, batch_size=64, interventions=(FillGaps(at=10, window=2, inputs=128),),
    )  # fmt: skip
    many, one = tg.train(training, over={"seed": range(3)}), tg.train(training, seed=2)
    for name in ("W_e", "b_e", "W_d", "b_d", "idle"):
        assert (many.at(seed=2).data[name].values == one.data[name].values).all(), name
