"""Real activations: the hidden layer of a small classifier of handwritten digits.

The images are the 1,797 of 8 × 8 pixels that come with scikit-learn (Alpaydin and Kaynak 1998). The classifier,
logits = W_2 ReLU(W_1 x + b_1) + b_2, is trained here, on four fifths of them; a dictionary learns from what its hidden
layer makes of all.
"""

import functools
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int
from pydantic import Field

from tegum.errors import BadInput
from tegum.toy.features import Law
from tegum.toy.models import Parameters
from tegum.toy.random import uniform

PIXELS, CLASSES, BRIGHTEST = 64, 10, 16
TESTED = 5  # one image in so many is not trained on
STEPS, BATCH, RATE = 1500, 128, 2e-3


@dataclass(frozen=True)
class Classifier:
    """A trained classifier: what its hidden layer makes of every image, and how many of the test images it gets right.

    activations: after the ReLU. tested: which images it was not trained on.
    """

    activations: Float[np.ndarray, "hidden images"]
    labels: Int[np.ndarray, " images"]
    tested: np.ndarray
    accuracy: float


class Digits(Law):
    """Hidden activations of a classifier of digits with as many hidden units as the dictionary has inputs.

    The classifier gets 95 to 99 % of the test images right, by width and draw; a few of its units may never fire. A
    finite data set of 1,797 samples: give a `batch_size`, or each step takes all of them. Needs scikit-learn.

    draw: fixes the classifier's start, its batches, and which images it is tested on.
    """

    draw: int = Field(default=0, ge=0)

    def sample(self, key: Any, features: int, samples: int) -> Float[Array, "features samples"]:
        data, u = self.dataset(key, features), uniform(key, 1, samples)[0]
        return data[:, jnp.minimum((u * data.shape[1]).astype(jnp.int32), data.shape[1] - 1)]

    def dataset(self, key: Any, features: int) -> Any:
        return jnp.asarray(classifier(features, self.draw).activations, jax.dtypes.canonicalize_dtype(float))

    def check(self, features: int) -> None:
        classifier(features, self.draw)


@functools.cache
def classifier(hidden: int, draw: int = 0) -> Classifier:
    """The classifier with so many hidden units: 1,500 steps of Adam, a few seconds, in single precision.

    Trained once in a process for each pair of arguments, and the same each time.
    """
    x, labels = _images()
    tested = np.random.default_rng(draw).permutation(len(labels)) < len(labels) // TESTED
    with jax.ensure_compile_time_eval(), jax.enable_x64(False):
        p = _trained(hidden, jnp.asarray(x[:, ~tested]), jnp.asarray(labels[~tested]), jax.random.key(draw))
        right = np.asarray(_logits(p, jnp.asarray(x)).argmax(0)) == labels
        activations = np.asarray(_hidden(p, jnp.asarray(x)))
    return Classifier(activations, labels, tested, float(right[tested].mean()))


def _images() -> tuple[np.ndarray, np.ndarray]:
    """Images as columns of numbers in 0 … 1, and which digit each shows."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise BadInput("the digits come with scikit-learn, which is not here; pip install 'tegum[digits]'.") from None
    images, labels = load_digits(return_X_y=True)
    return np.asarray(images.T / BRIGHTEST, np.float32), np.asarray(labels, np.int32)


@functools.partial(jax.jit, static_argnums=0)
def _trained(hidden: int, x: Array, labels: Array, key: Any) -> Parameters:
    optimiser = optax.adam(RATE)

    def loss(p: Parameters, chosen: Array) -> Array:
        return optax.softmax_cross_entropy_with_integer_labels(_logits(p, x[:, chosen]).T, labels[chosen]).mean()

    def step(carry: tuple[Any, Any], key: Any) -> tuple[tuple[Any, Any], None]:
        p, moments = carry
        chosen = jax.random.randint(key, (BATCH,), 0, x.shape[1])
        updates, moments = optimiser.update(jax.grad(loss)(p, chosen), moments)
        return (optax.apply_updates(p, updates), moments), None

    start, steps = jax.random.split(key)
    p = _initial(hidden, start)
    (p, _), _ = jax.lax.scan(step, (p, optimiser.init(p)), jax.random.split(steps, STEPS))
    return p


def _initial(hidden: int, key: Any) -> Parameters:
    first, second = jax.random.split(key)
    return {
        "W_1": jax.random.normal(first, (hidden, PIXELS)) * (2 / PIXELS) ** 0.5,
        "b_1": jnp.zeros(hidden),
        "W_2": jax.random.normal(second, (CLASSES, hidden)) * (1 / hidden) ** 0.5,
        "b_2": jnp.zeros(CLASSES),
    }


def _hidden(p: Parameters, x: Array) -> Array:
    return jax.nn.relu(p["W_1"] @ x + p["b_1"][:, None])


def _logits(p: Parameters, x: Array) -> Array:
    return p["W_2"] @ _hidden(p, x) + p["b_2"][:, None]
