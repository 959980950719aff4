"""Remedies by hand: what they set, what they leave, what is forgotten; alone as in an ensemble."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import tegum as tg
from tegum.failure.remedies import (
    Forget,
    Lean,
    MakeRoom,
    Noise,
    Reinitialise,
    Remedy,
    Repel,
    Resample,
    unlearnt_features,
)
from tegum.theory.failure import symmetric_failure
from tegum.theory.polygons import regular_polygon

MODEL = tg.Autoencoder(features=7, hidden=2)
ALL: tuple[type[Remedy], ...] = (Noise, Reinitialise, Resample, Repel, Lean, MakeRoom)
EACH = pytest.mark.parametrize("remedy", [Forget, *ALL], ids=lambda kind: kind.__name__)
# Three live features whose columns add up to (0, 2), and one that is nothing.
HAND = np.array([[2.0, 0.0, -2.0, 0.0], [-1.0, 4.0, -1.0, 0.0]]), np.array([-4.0, -15.0, -4.0, 0.25])


def edited(remedy: Remedy, W: Any, b: Any, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """W and b after the edit, and the masks of what is forgotten."""
    W, b = jnp.asarray(W, "float32"), jnp.asarray(b, "float32")
    edit = remedy.edit(tg.Autoencoder(features=len(b), hidden=len(W)), {"W": W, "b": b}, jax.random.key(seed))
    after, touched = edit.parameters, edit.touched
    return tuple(np.asarray(part) for part in (after["W"], after["b"], touched["W"], touched["b"]))  # type: ignore


def test_unlearnt_is_what_does_not_give_itself_back() -> None:
    W, b = jnp.array([[1.0, 0.0, 0.5, 0.0]]), jnp.array([0.0, 0.25, 0.41, 0.67])
    assert_array_equal(unlearnt_features(W, b), [False, True, True, False])
    assert_array_equal(unlearnt_features(W, b, 0.5), [False, True, False, False])


@EACH
def test_nothing_happens_to_a_perfect_model_nor_to_one_that_learnt_nothing(remedy: type[Remedy]) -> None:
    for W, b in (regular_polygon(7), (np.full((2, 7), 0.1), np.zeros(7))):
        after_W, after_b, in_W, in_b = edited(remedy(at=0), W, b)
        assert_array_equal(after_W, W.astype("float32"))
        assert_array_equal(after_b, b.astype("float32"))
        assert not in_W.any()
        assert not in_b.any()


def test_alone_as_in_an_ensemble() -> None:
    """All of them in one training, each at a step of its own, where it does something."""
    edits = tuple(kind(at=100 + 20 * place) for place, kind in enumerate(ALL))
    spec: dict[str, Any] = {"steps": 260, "interventions": edits, "record": tg.every(1, "parameters")}
    many = tg.train(MODEL, tg.OneHot(), over={"seed": range(5)}, **spec)
    one = tg.train(MODEL, tg.OneHot(), seed=3, **spec)
    assert_array_equal(many.W_history.sel(seed=3), one.W_history)
    assert_array_equal(many.b_history.sel(seed=3), one.b_history)
    jump = np.abs(np.diff(one.W_history.transpose("step", ...).values, axis=0)).max(axis=(1, 2))
    assert (jump[100:220:20] > 0.02).all()
    assert (np.delete(jump, np.arange(100, 220, 20)) < 0.02).all()


@EACH
def test_what_is_forgotten_does_not_depend_on_the_remedy(remedy: type[Remedy]) -> None:
    for forget, chosen in (("unlearnt", [False] * 3 + [True]), ("all", [True] * 4)):
        in_W, in_b = edited(remedy(at=0, forget=forget), *HAND)[2:]
        assert_array_equal(in_W, [chosen] * 2)
        assert_array_equal(in_b, chosen)


def test_forgetting_changes_no_parameter() -> None:
    W, b = edited(Forget(at=0, forget="all"), *HAND)[:2]
    assert_array_equal(W, HAND[0].astype("float32"))
    assert_array_equal(b, HAND[1].astype("float32"))


def test_noise_reaches_every_number() -> None:
    W, b = edited(Noise(at=0, size=0.01), *HAND)[:2]
    assert (HAND[0] != W).all()
    assert (b != HAND[1]).all()
    assert max(np.abs(W - HAND[0]).max(), np.abs(b - HAND[1]).max()) < 0.05


def test_a_fresh_draw_is_the_model_s_own() -> None:
    W, b = edited(Reinitialise(at=0, scale=2.0), *HAND, seed=5)[:2]
    fresh = tg.Autoencoder(features=4, hidden=2).init(jax.random.key(5))
    assert_allclose(W[:, 3], 2 * fresh["W"][:, 3])
    assert_array_equal(W[:, :3], HAND[0][:, :3])
    assert_array_equal(b, [-4, -15, -4, 0])


def test_resampling_sets_length_direction_and_bias_of_the_unlearnt_feature() -> None:
    W, b = symmetric_failure(7)
    W[:, 6] = 0.003, 0.004
    after_W, after_b = edited(Resample(at=0), W, b)[:2]
    assert_allclose(after_W[:, 6], 0.2 * 2**0.5 * np.array([0.6, 0.8]), rtol=1e-5)
    assert_array_equal(after_W[:, :6], W[:, :6].astype("float32"))
    assert_array_equal(after_b, np.append(b[:6], 0).astype("float32"))
    assert edited(Resample(at=0, bias="own"), W, b)[1][6] == pytest.approx(1 - 0.2**2 * 2, rel=1e-5)


def test_the_output_of_an_unlearnt_feature_fires_on_every_input() -> None:
    """So a rule for neurons that never fire would not act."""
    W, b = symmetric_failure(7)
    W[:, 6] = 0.003, 0.004
    assert (W.T[6] @ W + b[6] > 0.13).all()


def test_inputs_are_drawn_by_their_squared_losses() -> None:
    """At W_d = 0 input d costs (1 − b_d)² and the others' b², input j costs both b²; n = 4, b_3 = 0.25, b_2 = 0.6."""
    W, b = np.array([[2.0, 0.0, 1e-3, 0.0], [0.0, 2.0, 0.0, 1e-3]]), np.array([-3.0, -3.0, 0.6, 0.25])
    live, third, fourth = 0.36 + 0.0625, 0.16 + 0.0625, 0.36 + 0.5625
    expected = np.array([live, live, third, fourth]) ** 2
    remedy = Resample(at=0)
    draw: Any = jax.vmap(
        lambda key: remedy.edit(
            tg.Autoencoder(features=4, hidden=2),
            {"W": jnp.asarray(W), "b": jnp.asarray(b)},
            key,
        ).parameters["W"]
    )
    found = np.asarray(draw(jax.random.split(jax.random.key(1), 4000)))
    for i in (2, 3):  # features 0 and 2 point along the first axis, 1 and 3 along the second
        along = (found[:, :, i] > 0.3).mean(axis=0)
        share = np.array([expected[0] + expected[2], expected[1] + expected[3]]) / expected.sum()
        assert_allclose(along, share, atol=0.03)


def test_a_column_without_direction_gets_a_random_one() -> None:
    W, b = symmetric_failure(7)
    ways = [edited(Resample(at=0), W, b, seed)[0][:, 6] for seed in range(3)]
    assert_allclose(np.linalg.norm(ways, axis=1), 0.2 * 2**0.5, rtol=1e-5)
    assert np.ptp(np.array(ways), axis=0).min() > 0.01


def test_the_proposal_by_hand() -> None:
    """S = (0, 2), so the repulsor is (0, −1): features 0 and 2 are on its side, and the seeded feature 3 is."""
    mean = (2 * 5**0.5 + 4) / 3
    for own in (True, False):
        W, b = edited(Repel(at=0, shift=0.5, noise=0.0, own=own), *HAND)[:2]
        assert_allclose(W[:, 3], [0, -0.05 * mean], atol=1e-6)
        assert_array_equal(W[:, :3], HAND[0][:, :3])
        assert_allclose(b, [-3.5, -15, -3.5, 0.25 + 0.5 * own])


def test_tiny_noise_tells_the_seeded_columns_apart() -> None:
    W, b = symmetric_failure(8, 2)
    W[0, 0] += 0.1
    after = edited(Repel(at=0, noise=0.001), W, b)[0]
    assert_allclose(after[:, 6:], [[-0.05 * np.linalg.norm(W[:, :6], axis=0).mean()] * 2, [0, 0]], atol=0.005)
    assert (after[:, 6] != after[:, 7]).all()


@pytest.mark.parametrize(("n", "k"), [(7, 1), (8, 2)])
def test_a_lean_costs_the_live_features_nothing_and_is_the_least_that_does(n: int, k: int) -> None:
    W, b = symmetric_failure(n, k)
    W[:, 0] *= 0.97  # too short: the lengthening mends that as well
    W, b = edited(Lean(at=0, amount=0.3, noise=0.0), W, b)[:2]
    live = n - k
    slack = np.array([[W[:, j] @ (W[:, j] - W[:, i]) if i != j else np.inf for i in range(live)] for j in range(live)])
    assert slack.min() == pytest.approx(1, abs=1e-4)
    assert_allclose(b[:live], 1 - (W[:, :live] ** 2).sum(axis=0), rtol=1e-5)
    assert_allclose(b[live:], 1 / n)
    S = W[:, :live].sum(axis=1)
    stiffness = (W[:, :live] ** 2).sum() / 2 - 2 * (1 - 1 / n) + 2 / n * (k - 1)
    assert_allclose(W[:, live:], np.repeat((-S / n / stiffness)[:, None], k, axis=1), rtol=1e-4)


def test_the_lean_goes_where_the_live_features_lean() -> None:
    W = edited(Lean(at=0, amount=0.5, noise=0.0), *HAND)[0][:, :3]
    scaled = W - 0.5 * (2 * 5**0.5 + 4) / 3 * np.array([[0.0], [1.0]])
    assert_allclose(scaled[1, 1] / 4, scaled[0, 0] / 2, rtol=1e-4)


def test_in_space_too() -> None:
    """An octahedron of live features, ±e_i with b = 0, is a solution; each has all but its opposite at a kink."""
    W, b = np.concatenate([np.eye(3), -np.eye(3), np.zeros((1, 3))]).T, np.array([0.0] * 6 + [1 / 7])
    W[:, 6] = 0, 0, 1e-3
    leant = edited(Lean(at=0, amount=0.3, noise=0.0), W, b)[0][:, :6]
    slack = np.diag(leant.T @ leant)[:, None] - leant.T @ leant
    assert slack[~np.eye(6, dtype=bool)].min() == pytest.approx(1, abs=1e-4)
    assert np.linalg.norm(leant.sum(axis=1)) == pytest.approx(6 * 0.3, rel=1e-4)
    assert_allclose(edited(Resample(at=0), W, b)[0][:, 6], [0, 0, 0.2], atol=1e-6)
    assert np.linalg.norm(edited(Resample(at=0, direction="random"), W, b)[0][:, 6]) == pytest.approx(0.2, rel=1e-5)
    assert np.linalg.norm(edited(Repel(at=0, noise=0.0), W, b)[0][:, 6]) == pytest.approx(0.05, rel=1e-5)


def test_a_long_column_gives_its_feature_back() -> None:
    W, b = edited(Resample(at=0, fraction=1.2, direction="random", bias="own"), *HAND)[:2]
    length = 1.2 * (2 * 5**0.5 + 4) / 3
    assert np.linalg.norm(W[:, 3]) == pytest.approx(length, rel=1e-5)
    assert b[3] == pytest.approx(1 - length**2, rel=1e-5)
    assert_array_equal(b[:3], HAND[1][:3])


@pytest.mark.parametrize(("n", "k"), [(7, 1), (8, 2), (9, 3)])
def test_full_room_makes_a_regular_polygon_of_a_regular_one(n: int, k: int) -> None:
    W, b = symmetric_failure(n, k, turn=0.4)
    order = np.random.default_rng(0).permutation(n)
    W, b = edited(MakeRoom(at=0, turn=1.0), W[:, order], b[order])[:2]
    bearing = np.sort(np.degrees(np.arctan2(W[1], W[0])))
    assert_allclose(np.diff(bearing), 360 / n, atol=1e-3)
    assert_allclose(np.linalg.norm(W, axis=0), 2**0.5, rtol=1e-5)
    assert_allclose(b, -1, atol=1e-5)


def test_room_without_turning_moves_no_one_and_takes_the_widest_gap() -> None:
    turn = np.radians([0, 80, 190, 250])
    W = np.pad(2 * np.stack([np.cos(turn), np.sin(turn)]), ((0, 0), (0, 1)))
    after = edited(MakeRoom(at=0, turn=0.0), W, np.array([-3.0] * 4 + [0.2]))[0]
    assert_allclose(after[:, :4], W[:, :4], atol=1e-5)
    assert np.degrees(np.arctan2(after[1, 4], after[0, 4])) == pytest.approx(135, abs=1e-3)


def test_memory_of_a_set_entry_is_forgotten_and_that_of_others_is_not() -> None:
    """Adam's next step of a forgotten entry is that of a first one, with the correction of a later step."""
    state = tg.StartingFrom.at(*symmetric_failure(7), noise=0.01)
    spec: dict[str, Any] = {"steps": 21, "optimiser": tg.Adam(), "record": tg.every(1, "parameters")}
    run = tg.train(state, tg.OneHot(), interventions=(Resample(at=20),), **spec)
    plain = tg.train(state, tg.OneHot(), **spec)
    fresh = 1e-3 * (0.1 / (1 - 0.9**21)) / np.sqrt(0.001 / (1 - 0.999**21))
    assert abs(float(run.b_history[21, 6])) == pytest.approx(fresh, rel=1e-2)
    assert_allclose(run.b_history[21, :6], plain.b_history[21, :6], atol=3e-4)
    assert_array_equal(run.b_history[20], plain.b_history[20])


def test_the_number_of_a_remedy_may_be_swept() -> None:
    run = tg.train(
        tg.StartingFrom.at(*symmetric_failure(7)), tg.OneHot(), steps=1, optimiser=tg.SGD(learning_rate=0.0),
        interventions=(Resample(at=0),), over={"interventions[0].fraction": [0.2, 1.0]},
    )  # fmt: skip
    assert_allclose(np.hypot(*run.W[:, :, 6].values.T), np.array([0.2, 1.0]) * 2**0.5, rtol=1e-5)


def test_what_a_remedy_cannot_do_is_named() -> None:
    untied = tg.UntiedAutoencoder(features=5, hidden=2)
    needs = (
        r"^Resample needs tied weights and a bias, such as Autoencoder\(features=7, hidden=2\); this is "
        r"UntiedAutoencoder with W_d, W_e, b\.$"
    )
    with pytest.raises(tg.BadInput, match=needs):
        tg.train(untied, tg.OneHot(), steps=5, interventions=(Resample(at=1),))
    unbiased = tg.Autoencoder(features=5, hidden=2, bias=False)
    with pytest.raises(tg.BadInput, match=r"this is Autoencoder with W\.$"):
        tg.train(unbiased, tg.OneHot(), steps=5, interventions=(Lean(at=1),))
    with pytest.raises(tg.BadInput, match=r"^hidden=3 has no bearings to turn; MakeRoom needs hidden=2\.$"):
        tg.train(tg.Autoencoder(features=5, hidden=3), tg.OneHot(), steps=5, interventions=(MakeRoom(at=1),))
    state = tg.StartingFrom.at(*symmetric_failure(7))
    with pytest.raises(tg.BadInput, match=r"^Reinitialise draws columns as the model's initialisation does, and that "):
        tg.train(state, tg.OneHot(), steps=5, interventions=(Reinitialise(at=1),))
    with pytest.raises(tg.BadInput, match=r"^fraction=-0\.1 must be finite and not negative\.$"):
        Resample(at=1, fraction=-0.1)
