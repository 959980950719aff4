"""Counter-based random numbers that are cheap enough for the inner loop.

Threefry-2x32 with its full 20 rounds (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), the cipher
behind `jax.random` too; here both output words are used and the rounds are laid out for fusion, which makes a draw two
to four times cheaper on a CPU (docs/log.md). A key is two words with any trailing instance axes; equal keys and
counters give equal bits, whatever else is computed beside them.
"""

import math
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, UInt32

Key = UInt32[Array, "2 *lanes"]

_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = 0x1BD11BDA


def words_of(key: Any) -> Array:
    """The words of an ordinary JAX key; words stay as they are. A user's subclass of a built-in law has the former."""
    return jax.random.key_data(key) if jnp.issubdtype(key.dtype, jax.dtypes.prng_key) else key


def _rotate(word: Array, by: int) -> Array:
    return (word << jnp.uint32(by)) | (word >> jnp.uint32(32 - by))


def threefry(key: Key, left: Array, right: Array) -> tuple[Array, Array]:
    """Encipher the counter words (left, right), elementwise."""
    schedule = (key[0], key[1], key[0] ^ key[1] ^ jnp.uint32(_PARITY))
    left, right = left + schedule[0], right + schedule[1]
    for group in range(5):
        for by in _ROTATIONS[group % 2]:
            left = left + right
            right = _rotate(right, by) ^ left
        left = left + schedule[(group + 1) % 3]
        right = right + schedule[(group + 2) % 3] + jnp.uint32(group + 1)
    return left, right


def fold(key: Any, word: Any) -> Key:
    """A new key, independent for each word (a step, a stream's number).

    The barrier keeps the cipher from being inlined into every draw from the key: two to six times faster to compile,
    a tenth to a fifth faster to run.
    """
    key = words_of(key)
    word = jnp.broadcast_to(jnp.asarray(word).astype(jnp.uint32), key.shape[1:])
    return jax.lax.optimization_barrier(jnp.stack(threefry(key, word, jnp.full_like(word, 0xFFFFFFFF))))


def bits(key: Any, rows: int, columns: int) -> UInt32[Array, "rows columns *lanes"]:
    """Random words: two for each counter, half of the columns from either."""
    key = words_of(key)
    half = (columns + 1) // 2
    shape = (rows, half)
    counter = jax.lax.broadcasted_iota(jnp.uint32, shape, 0) * jnp.uint32(half)
    counter = counter + jax.lax.broadcasted_iota(jnp.uint32, shape, 1)
    counter = counter.reshape(shape + (1,) * (key.ndim - 1))
    left, right = threefry(key[:, None, None], counter, jnp.zeros_like(counter))
    return jnp.concatenate([left, right], axis=1)[:, :columns]


def uniform(key: Any, rows: int, columns: int) -> Float[Array, "rows columns *lanes"]:
    """Uniform on (0, 1), never exactly 0 or 1: odd multiples of 2^-24 in single precision.

    In double precision the same draw with 29 more bits, so that both precisions start alike and see the same data.
    """
    coarse = bits(key, rows, columns) >> 9
    if not jax.config.read("jax_enable_x64"):
        return (coarse.astype(jnp.float32) + 0.5) * jnp.float32(2.0**-23)
    fine = (bits(fold(key, 1), rows, columns) >> 4).astype(jnp.float64)
    return (coarse.astype(jnp.float64) + (fine + 0.5) * 2.0**-28) * 2.0**-23


def normal(key: Any, rows: int, columns: int) -> Float[Array, "rows columns *lanes"]:
    """Standard normal, by the inverse error function."""
    return math.sqrt(2) * jax.lax.erf_inv(2 * uniform(key, rows, columns) - 1)


def key_of(seed: Any) -> tuple[Any, Any]:
    """The two key words of a seed below 2^64, or of an array of seeds (dtype uint64)."""
    return seed & 0xFFFFFFFF, seed >> 32
