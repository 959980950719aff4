"""The cipher against JAX's own and published vectors; draws against their laws; lanes against one at a time."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.random import threefry_2x32
from scipy import stats

from tegum.toy import random
from tegum.toy.random import fold, key_of, threefry

bits, uniform, normal = (jax.jit(draw, static_argnums=(1, 2)) for draw in (random.bits, random.uniform, random.normal))

SIDE = 1000  # draws below are SIDE × SIDE: a million


def key(seed: int) -> jax.Array:
    return jnp.array(key_of(seed), jnp.uint32)


def keys(count: int) -> jax.Array:
    return jnp.stack([key(seed) for seed in range(count)], axis=-1)


@pytest.fixture(scope="module")
def million() -> np.ndarray:
    return np.asarray(uniform(key(1), SIDE, SIDE))


@pytest.mark.parametrize(
    ("words", "counter", "enciphered"),
    [
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_known_answers_of_random123(
    words: tuple[int, int], counter: tuple[int, int], enciphered: tuple[int, int]
) -> None:
    left, right = threefry(jnp.array(words, jnp.uint32), *jnp.array(counter, jnp.uint32))
    assert (int(left), int(right)) == enciphered


def test_the_cipher_is_that_of_jax_bit_for_bit() -> None:
    counters = np.random.default_rng(0).integers(0, 2**32, (2, 4096), dtype=np.uint32)
    ours = jnp.concatenate(threefry(key(2**40 + 3), jnp.array(counters[0]), jnp.array(counters[1])))
    np.testing.assert_array_equal(ours, threefry_2x32(key(2**40 + 3), jnp.array(counters.ravel())))


def test_a_seed_becomes_its_low_and_its_high_word() -> None:
    assert key_of(2**32 * 7 + 5) == (5, 7)
    assert key_of(2**64 - 1) == (0xFFFFFFFF, 0xFFFFFFFF)


def test_no_word_is_used_twice_within_a_draw_or_by_a_neighbouring_one() -> None:
    draws = [bits(k, 10, columns) for k in (key(0), fold(key(0), 0), fold(key(0), 1)) for columns in (12, 13)]
    for even, odd in zip(draws[::2], draws[1::2], strict=True):
        assert even.shape == (10, 12)
        assert odd.shape == (10, 13)
    words = np.concatenate([np.ravel(odd) for odd in draws[1::2]])
    assert len(set(words.tolist())) == len(words)


@pytest.mark.parametrize(("x64", "digits"), [(False, 24), (True, 52)])
def test_uniform_never_reaches_0_or_1(monkeypatch: pytest.MonkeyPatch, x64: bool, digits: int) -> None:
    def extremes(*_: Any) -> jax.Array:
        return jnp.array([[0, 0xFFFFFFFF]], jnp.uint32)

    monkeypatch.setattr(random, "bits", extremes)
    with jax.enable_x64(x64):
        assert random.uniform(key(0), 1, 2).tolist() == [[2.0**-digits, 1 - 2.0**-digits]]
        assert np.isfinite(random.normal(key(0), 1, 2)).all()


def test_uniform_has_the_moments_and_the_law_of_a_uniform(million: np.ndarray) -> None:
    assert million.dtype == np.float32
    assert ((million > 0) & (million < 1)).all()
    assert million.mean(dtype=float) == pytest.approx(1 / 2, abs=4 / np.sqrt(12 * million.size))
    assert million.var(dtype=float) == pytest.approx(1 / 12, abs=4 / np.sqrt(180 * million.size))
    assert stats.kstest(million.ravel(), "uniform").pvalue > 1e-3


def test_normal_has_the_law_of_a_normal() -> None:
    z = np.asarray(normal(key(2), SIDE, SIDE)).ravel()
    assert z.mean(dtype=float) == pytest.approx(0, abs=4 / 1e3)
    assert stats.kstest(z, "norm").pvalue > 1e-3


def test_double_precision_is_the_same_draw_with_more_digits(million: np.ndarray) -> None:
    with jax.enable_x64(True):
        u = np.asarray(uniform(key(1), SIDE, SIDE))
    assert u.dtype == np.float64
    assert np.abs(u - million).max() < 2.0**-24
    below = (u * 2.0**23 % 1).ravel()  # what single precision rounds away
    assert stats.kstest(below, "uniform").pvalue > 1e-3
    assert abs(np.corrcoef(u.ravel(), below)[0, 1]) < 4 / np.sqrt(u.size)


NEIGHBOURS: dict[str, Callable[[np.ndarray], tuple[Any, Any]]] = {
    "rows": lambda u: (u[1:], u[:-1]),
    "columns": lambda u: (u[:, 1:], u[:, :-1]),
    "the two words of a counter": lambda u: (u[:, : SIDE // 2], u[:, SIDE // 2 :]),
    "steps": lambda u: (u, uniform(fold(key(1), 0), SIDE, SIDE)),
    "one step and the next": lambda u: tuple(uniform(fold(key(1), t), SIDE, SIDE) for t in (6, 7)),
    "streams": lambda u: tuple(uniform(fold(fold(key(1), s), 5), SIDE, SIDE) for s in (1, 2)),
    "seeds": lambda u: (u, uniform(key(2), SIDE, SIDE)),
    "seeds in the high word": lambda u: (u, uniform(key(2**32 + 1), SIDE, SIDE)),
    "lanes": lambda u: tuple(jnp.moveaxis(uniform(keys(2), SIDE, SIDE), -1, 0)),
}


@pytest.mark.parametrize("between", NEIGHBOURS)
def test_nothing_is_correlated(million: np.ndarray, between: str) -> None:
    one, other = (np.ravel(u) for u in NEIGHBOURS[between](million))
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(one.size)


@pytest.mark.parametrize("x64", [False, True])
def test_each_lane_is_what_it_is_alone(x64: bool) -> None:
    with jax.enable_x64(x64):
        together = np.asarray(normal(keys(5), 3, 7))
        assert together.dtype == (np.float64 if x64 else np.float32)
        for lane in range(5):
            np.testing.assert_array_equal(together[..., lane], normal(key(lane), 3, 7))


def test_fold_in_lanes_and_alone() -> None:
    together = fold(keys(4), 9)
    apart = fold(keys(4), jnp.arange(4))
    for lane in range(4):
        np.testing.assert_array_equal(together[:, lane], fold(key(lane), 9))
        np.testing.assert_array_equal(apart[:, lane], fold(key(lane), lane))


def test_an_ordinary_jax_key_is_as_good_as_its_words() -> None:
    ordinary = jax.random.wrap_key_data(key(7))
    np.testing.assert_array_equal(random.uniform(ordinary, 3, 7), uniform(key(7), 3, 7))
    np.testing.assert_array_equal(fold(ordinary, 2), fold(key(7), 2))
