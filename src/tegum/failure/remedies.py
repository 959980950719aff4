"""Remedies for unlearnt features: interventions that edit y = ReLU(WᵀWx + b) on one-hot data, where it needs them.

Which features are unlearnt is read from the state at the step, inside compiled code: those whose own output
z_ii = ‖W_i‖² + b_i is below 1 − `unlearnt`. There may be any number of them. Where there are none, or nothing else,
nothing changes. All have one policy of what Adam forgets, `forget`: with Adam that alone is an edit, see `Forget`::

    from tegum.failure.remedies import Resample

    mend = Resample(at=range(3_000, 25_000, 2_000))
    tegum.train(tegum.Autoencoder(features=7, hidden=2), tegum.OneHot(), steps=25_000, interventions=(mend,))

In all of them the live features are the learnt ones, S is the sum of their columns, and r the mean of their norms.
"""

from abc import abstractmethod
from typing import Any, Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from tegum.errors import BadInput
from tegum.spec import Finite, NotNegative, Positive
from tegum.toy.models import Autoencoder, Network, Parameters, Shapes, StartingFrom
from tegum.toy.random import fold, normal, uniform
from tegum.training.interventions import Edit, Intervention

Columns = Float[Array, "m n"]
PerFeature = Float[Array, " n"]
Chosen = Bool[Array, " n"]
TINY = 1e-12  # a vector shorter than this has no direction of its own


class Remedy(Intervention):
    """An intervention that leaves alone a model without unlearnt features. Subclasses give `treat`.

    unlearnt: a feature whose own output falls short by more than this is unlearnt, as in `tegum.Thresholds`.
    forget: whose columns and biases the optimiser forgets, whatever the remedy sets: those of the unlearnt features,
        as where dead neurons are resampled, or those of all.
    """

    unlearnt: Positive = 1 / 3
    forget: Literal["unlearnt", "all"] = "unlearnt"

    @abstractmethod
    def treat(self, model: Any, parameters: Parameters, missing: Chosen, key: Any) -> Parameters:
        """W and b of one model in which the features `missing` (n,) are unlearnt, and some are not."""

    def edit(self, model: Any, parameters: Parameters, key: Any) -> Edit:
        missing = unlearnt_features(parameters["W"], parameters["b"], self.unlearnt)
        treated = self.treat(model, parameters, missing, key)
        needed = missing.any() & ~missing.all()
        forgotten = needed & (jnp.ones_like(missing) if self.forget == "all" else missing)
        return Edit(
            {name: jnp.where(needed, treated[name], value) for name, value in parameters.items()},
            {name: jnp.broadcast_to(forgotten, value.shape) for name, value in parameters.items()},
        )

    def check(self, model: Network, shapes: Shapes) -> None:
        if set(shapes) != {"W", "b"} or not isinstance(model, Autoencoder):
            raise BadInput(
                f"{type(self).__name__} needs tied weights and a bias, such as Autoencoder(features=7, hidden=2); this "
                f"is {type(model).__name__} with {', '.join(shapes)}."
            )


def unlearnt_features(W: Columns, b: PerFeature, threshold: Any = 1 / 3) -> Chosen:
    """Which features' own output ‖W_i‖² + b_i is below 1 − threshold."""
    return (W * W).sum(axis=0) + b < 1 - threshold


class Forget(Remedy):
    """Nothing but forgetting: what the optimiser does without its memory is what all other remedies do besides.

    Adam's average of squared gradients is then small for a while: with its bias correction long faded, the first steps
    are up to six times the learning rate, and sweep a model that leans already.
    """

    def treat(self, model: Any, parameters: Parameters, missing: Chosen, key: Any) -> Parameters:
        return parameters


class Noise(Remedy):
    """Gaussian noise of standard deviation `size` on every number of W and b."""

    size: NotNegative = 0.1

    def treat(self, model: Any, parameters: Parameters, missing: Chosen, key: Any) -> Parameters:
        W, b = parameters["W"], parameters["b"]
        moved = self.size * normal(key, W.shape[0] + 1, W.shape[1])
        return {"W": W + moved[:-1], "b": b + moved[-1]}


class Reinitialise(Remedy):
    """The unlearnt columns and their biases drawn anew, as the model's initialisation draws them, times `scale`."""

    scale: NotNegative = 1.0

    def treat(self, model: Any, parameters: Parameters, missing: Chosen, key: Any) -> Parameters:
        fresh = model.init(key)
        return _set(parameters, self.scale * fresh["W"], fresh["b"], missing)

    def check(self, model: Network, shapes: Shapes) -> None:
        super().check(model, shapes)
        if isinstance(model, StartingFrom):
            raise BadInput(
                "Reinitialise draws columns as the model's initialisation does, and that of StartingFrom is one given "
                "state; use it with Autoencoder, or use Resample."
            )


class Resample(Remedy):
    """Unlearnt columns set to `fraction` · r times a direction; by default as dead neurons are resampled, carried over.

    Bricken et al. (2023) treat a neuron of a sparse autoencoder that fired on no input of 12,500 steps. Its encoder row
    becomes the unit vector of an input, times 0.2 of the mean norm of the alive rows; the input is drawn with
    probability ∝ loss², for each neuron anew; the encoder bias becomes 0; the optimiser's memory of these entries is
    cleared. Here output i of the model reads the latent h = Wx by W_i·h + b_i, so W_i is the row, h what it reads, and
    the inputs are one-hot: W_i becomes `fraction` · r · Ŵ_j, with j drawn ∝ loss², and b_i = 0. Tied weights leave no
    decoder vector to be set on its own. By its letter the rule would not act here: the output of an unlearnt feature
    fires on every input, weakly, since its bias is near 1/n > 0. What is carried over is what it sets.

    Mostly j is an unlearnt feature, often i itself: with one of seven unlearnt the losses are (6/7)² and six of (1/7)²,
    so in 995 cases of 1,000. Then W_i keeps its direction and gets a length. A column shorter than 1e-12 has none; its
    direction is random.

    direction: "drawn" as above, or "random".
    bias: "zero", or "own": b_i = 1 − ‖W_i‖², which gives the feature back, whatever else this wakes or silences.
    """

    fraction: NotNegative = 0.2
    direction: Literal["drawn", "random"] = "drawn"
    bias: Literal["zero", "own"] = "zero"

    def treat(self, model: Any, parameters: Parameters, missing: Chosen, key: Any) -> Parameters:
        W = parameters["W"]
        length = self.fraction * _mean_norm(W, ~missing)
        anywhere = normal(fold(key, 1), *W.shape)
        towards = _drawn(W, parameters["b"], fold(key, 0)) if self.direction == "drawn" else anywhere
        bias = 1 - length**2 if self.bias == "own" else 0.0
        return _set(parameters, length * _unit(towards, anywhere), jnp.full(missing.shape, bias), missing)


class Repel(Remedy):
    """The method that *Optimization Failure* (2024) proposes: a repulsor that live features are to sweep away from.

    Ŝ is the attractor, −Ŝ the repulsor. Unlearnt columns become `fraction` · r · (−Ŝ) plus Gaussian noise of standard
    deviation `noise`; then the bias of every feature with W_j·(−Ŝ) > 0 is raised by `shift`.

    What the proposal leaves open: in exact symmetric failure S = 0, and a sum shorter than 1e-12 has a random
    direction. The unlearnt columns lie on the repulsor's side once they are set, so by its letter their biases are
    raised too (`own=True`); in the experiment that it generalises they were not (`own=False`).
    """

    fraction: NotNegative = 0.05
    shift: Finite = 0.1
    noise: NotNegative = 1e-3
    own: bool = True

    def treat(self, model: Any, parameters: Parameters, missing: Chosen, key: Any) -> Parameters:
        W, b = parameters["W"], parameters["b"]
        repulsor = _repulsor(W, ~missing, fold(key, 0))
        seeded = self.fraction * _mean_norm(W, ~missing) * repulsor[:, None] + self.noise * normal(
            fold(key, 1), *W.shape
        )
        near = repulsor @ jnp.where(missing, seeded, W) > 0
        raised = near & (self.own | ~missing)
        return {"W": jnp.where(missing, seeded, W), "b": jnp.where(raised, b + self.shift, b)}


class Lean(Remedy):
    """Let the live features lean without loss, and put the unlearnt ones where that makes them best.

    The live columns move by `amount` · r · Ŝ and are lengthened by the least factor s after which they have no loss
    among themselves: W_j ← s W_j + a Ŝ, b_j ← 1 − ‖W_j‖², with W_j·(W_j − W_i) ≥ 1 for all live i ≠ j. This goes on in
    the direction in which they lean already. Each unlearnt column becomes the best one to first order with all else
    frozen, −b S/(c + 2b (k − 1)) (see `tegum.theory.failure`), plus Gaussian noise of standard deviation `noise`, and
    its bias b = 1/n. From there the model sweeps by itself.
    """

    amount: NotNegative = 0.3
    noise: NotNegative = 1e-3

    def treat(self, model: Any, parameters: Parameters, missing: Chosen, key: Any) -> Parameters:
        W, live, n = parameters["W"], ~missing, missing.size
        away = -_repulsor(W, live, fold(key, 0))
        shift = self.amount * _mean_norm(W, live) * away
        moved = _least_lengthening(W, live, shift) * W + shift[:, None]
        placed = _leaning(moved, missing)[:, None] + self.noise * normal(fold(key, 1), *W.shape)
        b = jnp.where(missing, 1 / n, 1 - (moved**2).sum(axis=0))
        return {"W": jnp.where(missing, placed, moved), "b": b}


class MakeRoom(Remedy):
    """Open the widest gap and put the unlearnt feature there, as long as the others; one after the other, m = 2.

    With p features around the circle all bearings, seen from the point opposite the gap, shrink by 1 − turn/(p + 1):
    `turn=1` makes a regular p-gon a regular (p + 1)-gon, `turn=0` moves nothing. The new column gets the length r and
    the bias 1 − r², so that it gives itself back; what is still too short, training lengthens.
    """

    turn: NotNegative = 0.5

    def treat(self, model: Any, parameters: Parameters, missing: Chosen, key: Any) -> Parameters:
        W = parameters["W"]
        length = jnp.linalg.norm(W, axis=0)
        bearing, there = jnp.arctan2(W[1], W[0]), ~missing
        for i in range(missing.size):
            opened = _opened(bearing, there, i, self.turn)
            bearing = jnp.where(missing[i], opened, bearing)
            there = there.at[i].set(True)
        r = _mean_norm(W, ~missing)
        turned = jnp.where(missing, r, length) * jnp.stack([jnp.cos(bearing), jnp.sin(bearing)])
        return {"W": turned, "b": jnp.where(missing, 1 - r * r, parameters["b"])}

    def check(self, model: Network, shapes: Shapes) -> None:
        super().check(model, shapes)
        if model.sizes.hidden != 2:
            raise BadInput(f"hidden={model.sizes.hidden} has no bearings to turn; MakeRoom needs hidden=2.")


def _set(parameters: Parameters, W: Columns, b: PerFeature, missing: Chosen) -> Parameters:
    """The columns of W and the entries of b of unlearnt features set."""
    new = {"W": W, "b": b}
    return {name: jnp.where(missing, new[name], value) for name, value in parameters.items()}


def _drawn(W: Columns, b: PerFeature, key: Any) -> Columns:
    """For each feature the latent of an input, drawn with probability ∝ loss²."""
    error = jax.nn.relu(W.T @ W + b[:, None]) - jnp.eye(len(b))
    chance = jnp.cumsum((error**2).sum(axis=0) ** 2)
    drawn = uniform(key, 1, len(b))[0] * chance[-1]
    return W[:, jnp.minimum((chance[None] <= drawn[:, None]).sum(axis=1), len(b) - 1)]


def _mean_norm(W: Columns, live: Chosen) -> Array:
    return (jnp.linalg.norm(W, axis=0) * live).sum() / jnp.maximum(live.sum(), 1)


def _unit(vectors: Array, otherwise: Array) -> Array:
    """Unit vectors along the first axis; of those too short to have a direction, that of `otherwise`."""
    chosen = jnp.where(jnp.linalg.norm(vectors, axis=0) < TINY, otherwise, vectors)
    return chosen / jnp.linalg.norm(chosen, axis=0)


def _repulsor(W: Columns, live: Chosen, key: Any) -> Float[Array, " m"]:
    """−Ŝ."""
    return _unit(-(W * live).sum(axis=1), normal(key, W.shape[0], 1)[:, 0])


def _least_lengthening(W: Columns, live: Chosen, shift: Float[Array, " m"]) -> Array:
    """The least s with W'_j·(W'_j − W'_i) ≥ 1 for all live i ≠ j, where W' = s W + shift.

    With q = W_j·(W_j − W_i) and e = shift·(W_j − W_i) that is s² q + s e ≥ 1.
    """
    products, along = W.T @ W, shift @ W
    q = jnp.maximum(jnp.diag(products)[:, None] - products, TINY)
    e = along[:, None] - along
    needed = (jnp.sqrt(e * e + 4 * q) - e) / (2 * q)
    pairs = live[:, None] & live & ~jnp.eye(live.size, dtype=bool)
    return jnp.where(pairs, needed, 0).max()


def _leaning(W: Columns, missing: Chosen) -> Float[Array, " m"]:
    """Where unlearnt columns are best to first order: −b S/(c + 2b (k − 1)), b = 1/n, c = Σ ‖W_j‖²/m − 2 (1 − b)."""
    b, live = 1 / missing.size, jnp.where(missing, 0, W)
    stiffness = (live**2).sum() / W.shape[0] - 2 * (1 - b) + 2 * b * (missing.sum() - 1)
    return -b * live.sum(axis=1) / jnp.maximum(stiffness, 2 * b)


def _opened(bearing: PerFeature, there: Chosen, i: int, turn: Any) -> PerFeature:
    """The bearings with room made for feature i in the middle of the widest gap between those that are there."""
    full = 2 * jnp.pi
    ahead = jnp.mod(bearing - bearing[:, None], full)  # from each feature to every other
    others = there & ~jnp.eye(bearing.size, dtype=bool)
    gap = jnp.where(there, jnp.where(others, ahead, full).min(axis=1), 0)
    widest = gap.argmax()
    opposite = bearing[widest] + gap[widest] / 2 + jnp.pi
    aside = jnp.mod(bearing - opposite + jnp.pi, full) - jnp.pi
    shrunk = opposite + (1 - turn / (there.sum() + 1)) * aside
    return jnp.where(there, shrunk, bearing).at[i].set(opposite - jnp.pi)
