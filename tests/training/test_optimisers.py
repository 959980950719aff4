"""Optimisers against Optax and against numbers worked by hand; ensembles against each instance alone."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import tegum as tg
from tegum.errors import BadInput
from tegum.spec import leaves, with_leaves
from tegum.training.optimisers import begin, forget, update

LANES = 3
T = 50
Tree = dict[str, Any]


class Lion(tg.Optimiser):
    """A user's optimiser."""

    decay: float = 0.1

    def transformation(self, steps: Any) -> optax.GradientTransformation:
        return optax.lion(self.rate(steps), weight_decay=self.decay)


def arrays(*lead: int, seed: int = 0) -> Tree:
    """Random W (2, 3) and b (3,) for every instance, as many as `lead` says."""
    rng = np.random.default_rng(seed)
    return {
        "W": jnp.asarray(rng.normal(size=(*lead, 2, 3, LANES))),
        "b": jnp.asarray(rng.normal(size=(*lead, 3, LANES))),
    }


def of(tree: Tree, lane: int) -> Tree:
    return {name: value[..., lane] for name, value in tree.items()}


def walk(init: Any, step: Any, parameters: Tree, gradients: Tree) -> Any:
    """Parameters and memory after one step for each of the gradients."""

    def body(carry: Any, g: Tree) -> Any:
        p, moments = carry
        updates, moments = step(g, moments, p)
        return (optax.apply_updates(p, updates), moments), None

    walked = jax.jit(lambda p, g: jax.lax.scan(body, (p, init(p)), g)[0])
    return walked(parameters, gradients)


def ours(optimiser: tg.Optimiser, parameters: Tree, gradients: Tree, *, lanes: bool) -> Any:
    return walk(
        functools.partial(begin, optimiser, jnp.int32(T), lanes=lanes),
        functools.partial(update, optimiser, jnp.int32(T), lanes=lanes),
        parameters,
        gradients,
    )


def swept(optimiser: tg.Optimiser, share: Any) -> Any:
    """Every number of the optimiser times `share`: an array of lanes, or one number."""
    return with_leaves(optimiser, {path: jnp.asarray(share * value) for path, value in leaves(optimiser).items()})


SHARES = np.array([1.0, 0.9, 0.5])


@pytest.mark.parametrize(
    ("optimiser", "theirs"),
    [
        (tg.Adam(learning_rate=0.01), lambda s: optax.adam(0.01 * s, 0.9 * s, 0.999 * s, 1e-8 * s)),
        (
            tg.AdamW(learning_rate=0.01),
            lambda s: optax.adamw(0.01 * s, 0.9 * s, 0.999 * s, 1e-8 * s, weight_decay=0.01 * s),
        ),
    ],
    ids=["Adam", "AdamW"],
)
def test_adam_in_every_lane_is_that_of_optax(optimiser: tg.Optimiser, theirs: Any) -> None:
    with jax.enable_x64(True):
        parameters, gradients = arrays(seed=1), arrays(T, seed=2)
        together, _ = ours(swept(optimiser, SHARES), parameters, gradients, lanes=True)
        alone, _ = ours(optimiser, of(parameters, 0), of(gradients, 0), lanes=False)
        for name in ("W", "b"):
            np.testing.assert_allclose(alone[name], together[name][..., 0], rtol=1e-12)
        for lane, share in enumerate(SHARES):
            optimum = theirs(share)
            expected, _ = walk(optimum.init, optimum.update, of(parameters, lane), of(gradients, lane))
            for name in ("W", "b"):
                np.testing.assert_allclose(together[name][..., lane], expected[name], rtol=1e-12)


def test_single_precision_keeps_the_digits_of_bias_correction_that_optax_loses() -> None:
    """Under a constant gradient every step is g / (|g| + eps), a sign; 1 - 0.999^t in single precision is wrong by
    1e-5."""
    g = jnp.array([1.0, -1.0, 0.3, 2.0], jnp.float32)
    numbers = {path: np.float32(value) for path, value in (leaves(tg.Adam()) | {"learning_rate": 1.0}).items()}

    @jax.jit
    def ten(numbers: Any, p: Any) -> Any:
        adam, theirs = with_leaves(tg.Adam(), numbers), optax.adam(1.0)
        mine, moments, state = [], begin(adam, jnp.int32(10), p, lanes=False), theirs.init(p)
        others = []
        for _ in range(10):
            change, moments = update(adam, jnp.int32(10), g, moments, p, lanes=False)
            other, state = theirs.update(g, state)
            mine.append(change)
            others.append(other)
        return jnp.stack(mine), jnp.stack(others)

    errors = [np.abs(steps + np.sign(g)).max() for steps in ten(numbers, jnp.zeros(4, jnp.float32))]
    assert errors[0] < 1e-6
    assert errors[1] > 4e-6


@pytest.mark.parametrize(
    ("optimiser", "expected"),
    [
        (tg.SGD(learning_rate=0.1), [1 - 0.1, 1 - 0.1 - 0.2]),
        (tg.Momentum(learning_rate=0.1, decay=0.5), [1 - 0.1, 1 - 0.1 - 0.1 * (2 + 0.5)]),
        (
            tg.Momentum(learning_rate=0.1, decay=0.5, nesterov=True),
            [1 - 0.1 * 1.5, 1 - 0.1 * 1.5 - 0.1 * (2 + 0.5 * (2 + 0.5))],
        ),
    ],
    ids=["SGD", "Momentum", "Nesterov"],
)
def test_descent_worked_by_hand_for_gradients_1_and_2(optimiser: tg.Optimiser, expected: list[float]) -> None:
    p, moments = jnp.float32(1), begin(optimiser, jnp.int32(2), jnp.float32(1), lanes=False)
    for g, value in zip((1.0, 2.0), expected, strict=True):
        change, moments = update(optimiser, jnp.int32(2), jnp.float32(g), moments, p, lanes=False)
        p = p + change
        assert p == pytest.approx(value, rel=1e-6)


def halving(step: Any, steps: Any) -> Any:
    """A user's schedule."""
    return 0.5**step + 0 * steps


@pytest.mark.parametrize(
    ("schedule", "warmup", "factors"),
    [
        ("constant", 0, [1, 1, 1, 1]),
        ("linear", 0, [1, 3 / 4, 2 / 4, 1 / 4]),
        ("quarter_cosine", 0, [1, np.sqrt(3) / 2, 1 / 2, 0]),
        ("cosine", 0, [1, (2 + np.sqrt(2)) / 4, 1 / 2, (2 - np.sqrt(2)) / 4]),
        ("quarter_cosine", 0, [1]),
        (halving, 0, [1, 0.5, 0.25, 0.125]),
        ("constant", 3, [1 / 3, 2 / 3, 1, 1, 1]),
        ("linear", 2, [1 / 2, 1, 1, 3 / 4, 2 / 4, 1 / 4]),
        (halving, 1, [1, 1, 0.5, 0.25]),
        ("cosine", 4, [1 / 4, 2 / 4, 3 / 4, 1]),
    ],
)
def test_schedules(schedule: Any, warmup: int, factors: list[float]) -> None:
    rate = tg.SGD(learning_rate=0.3, schedule=schedule, warmup=warmup).rate(jnp.int32(len(factors)))
    np.testing.assert_allclose([rate(jnp.int32(t)) for t in range(len(factors))], 0.3 * np.array(factors), atol=1e-7)


def test_schedules_of_double_precision_have_it() -> None:
    """int32 / int32 would be float32."""
    with jax.enable_x64(True):
        for warmup in (0, 7):
            rate = tg.SGD(learning_rate=1.0, schedule="linear", warmup=warmup).rate(jnp.int32(20 + warmup))
            assert float(rate(jnp.int32(3 + warmup))) == 1 - 3 / 20
        assert float(rate(jnp.int32(2))) == 3 / 7


def test_the_schedule_applies_to_every_lane() -> None:
    numbers = {"learning_rate": jnp.array([0.1, 1.0, 10.0])}
    rate = with_leaves(tg.SGD(schedule="linear", warmup=1), numbers).rate(jnp.int32(5))
    np.testing.assert_allclose(rate(jnp.int32(3)), [0.05, 0.5, 5.0], rtol=1e-6)


@pytest.mark.parametrize(
    "optimiser",
    [
        tg.Optax(name="lamb", learning_rate=0.01, options={"weight_decay": 0.1}),
        tg.Optax(name="adafactor", learning_rate=0.01),
        Lion(learning_rate=0.01),
    ],
    ids=["lamb", "adafactor", "user's"],
)
def test_an_ensemble_is_each_instance_alone(optimiser: tg.Optimiser) -> None:
    """A norm or a trust ratio is never taken across instances."""
    parameters, gradients = arrays(seed=1), arrays(5, seed=2)
    together, _ = ours(swept(optimiser, SHARES), parameters, gradients, lanes=True)
    for lane, share in enumerate(SHARES):
        alone, _ = ours(swept(optimiser, share), of(parameters, lane), of(gradients, lane), lanes=False)
        for name in ("W", "b"):
            np.testing.assert_allclose(together[name][..., lane], alone[name], rtol=1e-5, atol=1e-7)


TOUCHED = {"W": np.zeros((2, 3, LANES), bool), "b": np.zeros((3, LANES), bool)}
TOUCHED["W"][:, 1, 2] = TOUCHED["W"][0, 0, 0] = TOUCHED["b"][1, 1] = True


@pytest.mark.parametrize(
    ("optimiser", "memories"),
    [
        (tg.AdamW(), 2),
        (tg.Momentum(), 1),
        (tg.SGD(), 0),
        (Lion(), 1),
        (tg.Optax(name="lamb"), 2),
        (tg.Optax(name="novograd"), 1),
        (tg.Optax(name="adafactor"), 1),
    ],
    ids=["AdamW", "Momentum", "SGD", "user's", "lamb", "novograd", "adafactor"],
)
def test_forget_zeroes_the_touched_entries_and_nothing_else(optimiser: tg.Optimiser, memories: int) -> None:
    """Novograd and Adafactor also keep numbers that belong to no entry; those stay."""
    every = swept(optimiser, np.ones(LANES))

    @jax.jit
    def before_and_after(parameters: Tree, gradients: Tree, touched: Tree) -> Any:
        moments = begin(every, jnp.int32(T), parameters, lanes=True)
        _, moments = update(every, jnp.int32(T), gradients, moments, parameters, lanes=True)
        return moments, forget(every, moments, touched)

    moments, after = before_and_after(arrays(seed=1), arrays(seed=2), TOUCHED)
    found = dict.fromkeys(TOUCHED, 0)
    for old, new in zip(jax.tree.leaves(moments), jax.tree.leaves(after), strict=True):
        owner = next((name for name, mask in TOUCHED.items() if mask.shape == old.shape), None)
        if owner is None:
            np.testing.assert_array_equal(new, old)
            continue
        found[owner] += 1
        assert (np.asarray(old) != 0).all()
        np.testing.assert_array_equal(np.asarray(new) == 0, TOUCHED[owner])
        np.testing.assert_array_equal(new[~TOUCHED[owner]], old[~TOUCHED[owner]])
    assert found == {"W": memories, "b": memories}


def test_optax_by_name() -> None:
    assert tg.Optax(name="adamw", options={"weight_decay": 0.1, "b1": 0.8}).options == (
        ("b1", 0.8),
        ("weight_decay", 0.1),
    )
    with pytest.raises(BadInput) as refusal:
        tg.Optax(name="adamm")
    assert str(refusal.value) == "name='adamm' is not an optimiser of Optax; did you mean adam?"
    for unusable in ("clip_by_global_norm", "colour"):  # a function of Optax, but no optimiser; nothing at all
        with pytest.raises(
            BadInput, match=f"name='{unusable}' is not an optimiser of Optax; there are: adabelief, adad"
        ):
            tg.Optax(name=unusable)


def test_options_that_optax_refuses() -> None:
    optimiser = tg.Optax(name="lion", options={"momentum": 0.9})
    with pytest.raises(BadInput, match=r"optax\.lion refuses options={'momentum': 0\.9}: .*momentum"):
        begin(optimiser, jnp.int32(T), arrays(), lanes=False)
