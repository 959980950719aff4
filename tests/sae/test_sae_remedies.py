"""What each remedy does to which entries, worked out on small dictionaries."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import tegum as tg
from tegum.sae.codes import BatchTopK, JumpReLU
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.loss import AuxK, SparseError
from tegum.sae.remedies import FillGaps, Forget, GeometricMedian, Reinitialise, Repel, Resample, mean_length
from tegum.sae.truth import RandomDirections, Superposed
from tegum.training.interventions import Edit, Informed, Seen

MODEL = SparseAutoencoder(inputs=3, latents=4)
AT = {"at": (5,), "window": 10}


def state() -> dict[str, Any]:
    """Latent 2 is dead, and has a longer encoder vector than the others."""
    p = MODEL.init(jax.random.key(3))
    return {
        **p,
        "W_e": jnp.array([2.0, 2.0, 7.0, 2.0])[:, None] * p["W_e"],
        "b_e": jnp.full(4, 0.1),
        "idle": jnp.array([0.0, 3.0, 10.0, 9.0]),
    }


def seen(count: int = 50) -> Seen:
    x = jax.random.normal(jax.random.key(1), (3, count))
    return Seen(x, jnp.arange(count, dtype=jnp.float32))


def test_the_published_rule_sets_the_dead_latent_and_nothing_else() -> None:
    p, data = state(), seen()
    edit = Resample(**AT, inputs=50).edit(MODEL, p, jax.random.key(0), data)
    new = edit.parameters
    length = np.linalg.norm(np.asarray(data.x), axis=0)
    chosen = np.abs(np.asarray(data.x) / length - np.asarray(new["W_d"])[:, [2]]).sum(0).argmin()
    assert np.asarray(new["W_d"])[:, 2] == pytest.approx(np.asarray(data.x)[:, chosen] / length[chosen], abs=1e-6)
    assert np.asarray(new["W_e"])[2] == pytest.approx(0.2 * 2.0 * np.asarray(new["W_d"])[:, 2], abs=1e-6)
    assert float(new["b_e"][2]) == 0
    assert float(new["idle"][2]) == 0
    for name, value in p.items():
        live = np.ones(value.shape, bool)
        if name in ("W_e", "b_e", "idle"):
            live[2] = False
        elif name == "W_d":
            live[:, 2] = False
        assert (np.asarray(new[name])[live] == np.asarray(value)[live]).all(), name
        assert (np.asarray(edit.touched[name]) == (~live if name != "b_d" else False)).all(), name


@pytest.mark.parametrize(("power", "shares"), [(2.0, [0, 0.1, 0.9]), (1.0, [0, 0.25, 0.75])])
def test_inputs_are_drawn_by_a_power_of_their_loss(power: float, shares: list[float]) -> None:
    data = Seen(jnp.eye(3), jnp.array([0.0, 1.0, 3.0]))
    many = {"b_e": jnp.zeros(100_000), "b_d": jnp.zeros(3)}
    _, place, _ = Resample(**AT, power=power).choice(many, jax.random.key(0), data)
    assert np.bincount(np.asarray(place), minlength=3) / 100_000 == pytest.approx(shares, abs=0.005)


def test_known_misreadings_differ_as_they_say() -> None:
    p, data, key = state(), seen(), jax.random.key(0)
    unscaled = Resample(**AT, inputs=50, encoder="input").edit(MODEL, p, key, data)
    whole = Resample(**AT, inputs=50, forget="all").edit(MODEL, p, key, data)
    exact = Resample(**AT, inputs=50).edit(MODEL, p, key, data)
    ratio = np.linalg.norm(np.asarray(unscaled.parameters["W_e"])[2]) / np.linalg.norm(
        np.asarray(exact.parameters["W_e"])[2]
    )
    assert abs(ratio - 1) > 0.05
    assert all(np.asarray(mask).all() for mask in whole.touched.values())
    kept = Resample(**AT, inputs=50, forget="nothing").edit(MODEL, p, key, data)
    assert not any(np.asarray(mask).any() for mask in kept.touched.values())
    assert (np.asarray(kept.parameters["W_e"]) == np.asarray(exact.parameters["W_e"])).all()
    assert (np.asarray(whole.parameters["W_e"]) == np.asarray(exact.parameters["W_e"])).all()


def test_forgetting_changes_nothing_but_the_memory() -> None:
    model = SparseAutoencoder(inputs=3, latents=4, code=JumpReLU())
    p = {**state(), "log_threshold": jnp.arange(4.0)}
    one, everything = (Forget(**AT, forget=whose).edit(model, p, jax.random.key(0)) for whose in ("entries", "all"))
    assert all((np.asarray(one.parameters[name]) == np.asarray(value)).all() for name, value in p.items())
    assert np.asarray(one.touched["W_d"]).tolist() == [[False, False, True, False]] * 3
    assert np.asarray(one.touched["W_e"]).any(axis=1).tolist() == [False, False, True, False]
    assert all(np.asarray(mask).all() for mask in everything.touched.values())


@pytest.mark.parametrize("remedy", [Forget(**AT), Resample(**AT, inputs=50), Reinitialise(**AT), Repel(**AT)])
def test_without_dead_latents_nothing_changes(remedy: Any) -> None:
    p = {**state(), "idle": jnp.zeros(4)}
    more = (seen(),) if remedy.sees else ()
    edit = remedy.edit(MODEL, p, jax.random.key(0), *more)
    assert all((np.asarray(edit.parameters[name]) == np.asarray(value)).all() for name, value in p.items())
    assert not any(np.asarray(mask).any() for mask in edit.touched.values())


def test_the_proposal_seeds_the_repulsor_and_raises_its_side() -> None:
    p = state()
    new = Repel(**AT, noise=0.0, shift=0.25).edit(MODEL, p, jax.random.key(0)).parameters
    W_e = np.asarray(p["W_e"])
    total = W_e[[0, 1, 3]].sum(0)
    repulsor = -total / np.linalg.norm(total)
    assert np.asarray(new["W_e"])[2] == pytest.approx(0.05 * 2.0 * repulsor, abs=1e-6)
    side = np.array([*(W_e[:2] @ repulsor > 0), True, W_e[3] @ repulsor > 0])
    assert np.asarray(new["b_e"]) == pytest.approx(0.1 + 0.25 * side)
    kept = Repel(**AT, noise=0.0, shift=0.25, own=False, bias="zero").edit(MODEL, p, jax.random.key(0)).parameters
    assert float(kept["b_e"][2]) == 0


def test_r_is_the_mean_length_of_live_encoder_vectors() -> None:
    p = {"W_e": jnp.array([[3.0, 4.0], [0.0, 1.0], [9.0, 9.0]])}
    assert float(mean_length(p, jnp.array([True, True, False]))) == pytest.approx(3)


def test_the_geometric_median_is_not_moved_by_an_outlier() -> None:
    x = jnp.concatenate([jax.random.normal(jax.random.key(0), (3, 400)), jnp.full((3, 4), 1e4)], axis=1)
    p = GeometricMedian(at=0, inputs=404).edit(MODEL, state(), jax.random.key(0), Seen(x, x[0])).parameters
    median = np.asarray(p["b_d"])
    spread = [np.linalg.norm(np.asarray(x) - (median + shift)[:, None], axis=0).sum() for shift in np.eye(3) * 0.02]
    assert np.abs(median).max() < 0.2
    assert min(spread) > np.linalg.norm(np.asarray(x) - median[:, None], axis=0).sum() - 1e-2


class Loudest(Informed):
    """A user's: b_d ← the input with the largest loss."""

    def edit(self, model: Any, parameters: Any, key: Any, seen: Any = None) -> Edit:
        return Edit.of(parameters, b_d=seen.x[:, seen.loss.argmax()])


def test_an_intervention_sees_samples_and_the_loss_on_each() -> None:
    """At step 0, where W_d f is computed from the initial state, the largest loss is that of the sample it says."""
    law = Superposed(directions=RandomDirections(count=5), of=tg.SparseUniform(feature_probability=0.5))
    training = tg.Training(
        model=MODEL, law=law, loss=SparseError(l1=0.1), steps=1, batch_size=1000,
        interventions=(Loudest(at=0, inputs=500),), optimiser=tg.SGD(learning_rate=0.0),
    )  # fmt: skip
    before, after = tg.train(training, interventions=()), tg.train(training)
    chosen = after.b_d.values
    p = {name: jnp.asarray(before.data[name].values) for name in ("W_e", "b_e", "W_d", "b_d", "idle")}
    loss = float(SparseError(l1=0.1)(MODEL, p, jnp.asarray(chosen)[:, None]))
    fresh = law.sample(jax.random.key(5), 3, 2000)
    others = [float(SparseError(l1=0.1)(MODEL, p, fresh[:, [i]])) for i in range(200)]
    assert loss > np.quantile(others, 0.97)


def test_a_remedy_of_dictionaries_refuses_a_toy_model() -> None:
    with pytest.raises(tg.BadInput, match=r"Resample needs a dictionary, .*this is Autoencoder."):
        tg.train(tg.Autoencoder(features=5, hidden=2), steps=10, interventions=(Resample(at=5),))


@pytest.mark.parametrize("direction", ["input", "centred"])
def test_an_input_of_zeros_is_never_taken(direction: Any) -> None:
    """Nor is what it becomes where b_d is taken from it."""
    data = Seen(jnp.zeros((3, 50)).at[:, 7].set(1.0), jnp.ones(50))
    p = {**state(), "b_d": jnp.array([-1.0, 0.0, 0.0])}
    new = Resample(**AT, inputs=50, direction=direction).edit(MODEL, p, jax.random.key(0), data).parameters
    taken = np.array([1.0, 1, 1]) if direction == "input" else np.array([2.0, 1, 1])
    assert np.asarray(new["W_d"])[:, 2] == pytest.approx(taken / np.linalg.norm(taken))


def unchanged(edit: Edit, p: dict[str, Any]) -> bool:
    same = all((np.asarray(edit.parameters[name]) == np.asarray(value)).all() for name, value in p.items())
    return same and not any(np.asarray(mask).any() for mask in edit.touched.values())


@pytest.mark.parametrize("direction", ["input", "centred"])
def test_where_no_input_has_a_direction_the_dead_are_left_alone(direction: Any) -> None:
    data, p = Seen(jnp.zeros((3, 50)), jnp.ones(50)), state()
    assert unchanged(Resample(**AT, inputs=50, direction=direction).edit(MODEL, p, jax.random.key(0), data), p)


@pytest.mark.parametrize("losses", [(0.0, 0.0), (1e-30, 1e-30), (0.0, 1e-30)])
def test_losses_too_small_to_square_count_all_the_same(losses: tuple[float, float]) -> None:
    """Of inputs of zeros and two others: never the former, and by their losses of the latter."""
    x, loss = jnp.zeros((3, 50)).at[0, 7].set(1.0).at[1, 9].set(1.0), jnp.ones(50)
    data = Seen(x, loss.at[7].set(losses[0]).at[9].set(losses[1]).at[:7].set(0).at[8].set(0).at[10:].set(0))
    edits = [Resample(**AT, inputs=50).edit(MODEL, state(), jax.random.key(i), data) for i in range(12)]
    taken = {int(np.asarray(edit.parameters["W_d"])[:, 2].argmax()) for edit in edits}
    assert taken == ({0, 1} if losses[0] == losses[1] else {1})
    assert all(float(jnp.linalg.norm(edit.parameters["W_d"][:, 2])) == pytest.approx(1) for edit in edits)


@pytest.mark.parametrize("remedy", [Forget(**AT), Resample(**AT, inputs=50), Repel(**AT), FillGaps(**AT, inputs=50)])
def test_where_no_latent_lives_there_is_nothing_to_go_by(remedy: Any) -> None:
    p = {**state(), "idle": jnp.full(4, 20.0)}
    assert unchanged(remedy.edit(MODEL, p, jax.random.key(0), *([seen()] if remedy.sees else [])), p)


def test_a_dictionary_all_dead_is_drawn_anew() -> None:
    p = {**state(), "idle": jnp.full(4, 20.0)}
    edit = Reinitialise(**AT).edit(MODEL, p, jax.random.key(0))
    assert (np.asarray(edit.parameters["W_e"]) == np.asarray(MODEL.init(jax.random.key(0))["W_e"])).all()
    assert np.asarray(edit.parameters["idle"]).tolist() == [0] * 4
    assert np.asarray(edit.touched["W_d"]).all()


def test_a_revived_latent_gets_the_threshold_of_the_start() -> None:
    model = SparseAutoencoder(inputs=3, latents=4, code=JumpReLU(threshold=0.1))
    p = {**state(), "log_threshold": jnp.full(4, 2.0)}
    edit = Reinitialise(**AT).edit(model, p, jax.random.key(0))
    assert np.asarray(edit.parameters["log_threshold"]) == pytest.approx([2, 2, np.log(0.1), 2])
    assert np.asarray(edit.touched["log_threshold"]).tolist() == [False, False, True, False]


def test_a_remedy_that_could_find_nobody_is_refused() -> None:
    with pytest.raises(tg.BadInput, match=r"Repel at step 5 can find no latent .* window=12500 steps; act later"):
        tg.train(MODEL, Superposed(directions=RandomDirections(count=5)), steps=10, interventions=(Repel(at=5),))


def test_with_a_remedy_too_a_dictionary_alone_is_the_same_bit_for_bit() -> None:
    training = tg.Training(
        model=SparseAutoencoder(inputs=4, latents=6, code=BatchTopK(k=1)),
        law=Superposed(directions=RandomDirections(count=5)), loss=SparseError(auxiliary=AuxK(k=2, window=3)),
        steps=20, batch_size=64, interventions=(Resample(at=10, window=2, inputs=128),),
    )  # fmt: skip
    many, one = tg.train(training, over={"seed": range(3)}), tg.train(training, seed=2)
    for name in ("W_e", "b_e", "W_d", "b_d", "idle", "cutoff"):
        assert (many.at(seed=2).data[name].values == one.data[name].values).all(), name


def test_a_sum_of_zero_repels_in_a_random_direction() -> None:
    """Two live latents opposite to each other: the dead one gets a direction nevertheless."""
    p = {**state(), "W_e": jnp.array([[1.0, 2.0, 2.0], [-1.0, -2.0, -2.0], [5.0, 0.0, 0.0], [0.0, 0.0, 0.0]])}
    rows = [
        np.asarray(Repel(**AT, noise=0.0).edit(MODEL, p, jax.random.key(draw)).parameters["W_e"], float)[2]
        for draw in (0, 1)
    ]
    assert np.linalg.norm(rows, axis=1) == pytest.approx(0.05 * (3 + 3 + 0) / 3, rel=1e-5)
    assert abs(rows[0] @ rows[1]) < 0.999 * 0.01


class OnlyTheDead(Repel):
    """One's own: the live latents are not repelled, so none of them is raised."""

    def repulsors(self, parameters: Any, dead: Any, key: Any) -> Any:
        return jnp.where(dead[:, None], jnp.array([0.0, 0.0, 1.0]), 0.0)


def test_what_repels_may_be_chosen_latent_by_latent() -> None:
    new = OnlyTheDead(**AT, noise=0.0, shift=0.25).edit(MODEL, state(), jax.random.key(0)).parameters
    assert np.asarray(new["W_e"])[2] == pytest.approx([0, 0, 0.05 * 2.0], abs=1e-6)
    assert np.asarray(new["b_e"]) == pytest.approx([0.1, 0.1, 0.35, 0.1])
