"""Edits change what they say, when they say, forget exactly the touched moments; frozen entries stay."""

from typing import Any

import numpy as np
import pytest

import tegum as tg
from tegum.training import loop

MODEL = tg.Autoencoder(features=5, hidden=2)
LAWS = pytest.mark.parametrize("law", [tg.OneHot(), tg.SparseUniform(feature_probability=0.3)], ids=["lanes", "single"])


def train(law: tg.Law, **spec: Any) -> tg.Run:
    given = {"steps": 30, "evaluation_samples": 1024, "record": tg.every(1, "parameters", "loss"), **spec}
    return tg.train(MODEL, law, **given)


@LAWS
def test_before_an_edit_nothing_differs_and_the_record_at_its_step_comes_first(law: tg.Law) -> None:
    plain = train(law)
    edited = train(law, interventions=(tg.Perturb(at=10, parameter="b", features=(3,), shift=0.5),))
    np.testing.assert_array_equal(edited.b_history[:11], plain.b_history[:11])
    jump = edited.b_history[11] - edited.b_history[10]
    np.testing.assert_allclose(jump[3], 0.5, atol=2e-3)
    assert (np.abs(np.delete(jump.values, 3)) < 2e-3).all()


@LAWS
def test_an_edit_of_nothing_changes_nothing(law: tg.Law) -> None:
    class Nothing(tg.Intervention):
        def edit(self, model: Any, parameters: Any, key: Any) -> tg.Edit:
            return tg.Edit.of(parameters)

    np.testing.assert_array_equal(train(law, interventions=(Nothing(at=10),)).W_history, train(law).W_history)


def test_touched_moments_are_forgotten() -> None:
    """After a reset at step t, AdamW's next step of a touched entry is a first step again: about lr times the bias
    corrections, here (1 - 0.9) / (1 - 0.9^(t+1)) over the root of the same for 0.999, times the sign of the gradient.
    """
    edit = tg.Perturb(at=10, parameter="b", features=(3,), shift=0.5, forget=True)
    run = train(tg.OneHot(), interventions=(edit,), optimiser=tg.Adam(learning_rate=1e-3))
    step = abs(float(run.b_history[11, 3] - run.b_history[10, 3]) - 0.5)
    fresh = 1e-3 * (0.1 / (1 - 0.9**11)) / np.sqrt(0.001 / (1 - 0.999**11))
    assert step == pytest.approx(fresh, rel=1e-2)


@LAWS
def test_a_perturbation_by_nothing_is_a_control(law: tg.Law) -> None:
    nothing = (tg.Perturb(at=10, parameter="W", shift=0.0, noise=0.0),)
    np.testing.assert_array_equal(train(law, interventions=nothing).W_history, train(law).W_history)


def test_noise_differs_between_seeds_and_repeats_for_equal_ones() -> None:
    noise = (tg.Perturb(at=(0,), noise=0.1),)
    run = train(tg.OneHot(), over={"seed": [1, 2]}, interventions=noise, optimiser=tg.SGD(learning_rate=0.0))
    again = train(tg.OneHot(), seed=2, interventions=noise, optimiser=tg.SGD(learning_rate=0.0))
    change = run.W_history[:, 1] - run.W_history[:, 0]
    assert 0.02 < float(change.std()) < 0.3
    assert not np.array_equal(change[0], change[1])
    np.testing.assert_array_equal(again.W_history[1] - again.W_history[0], change[1])


@LAWS
def test_frozen_entries_stay_while_they_are_frozen(law: tg.Law) -> None:
    run = train(law, freeze=(tg.Freeze(parameter="W", features=(1, 2), start=5, stop=20), tg.Freeze(parameter="b")))
    W = run.W_history.values
    np.testing.assert_array_equal(W[5:21, :, 1:3] - W[5, :, 1:3], 0)
    assert (np.abs(np.diff(W[:6, :, 1:3], axis=0)) > 0).all()
    assert (np.abs(np.diff(W[20:, :, 1:3], axis=0)) > 0).any(axis=0).all()
    assert (np.abs(np.diff(W[:, :, 0], axis=0)) > 0).all()
    assert not run.b_history.any()


def test_a_swept_perturbation() -> None:
    run = train(
        tg.OneHot(),
        interventions=(tg.Perturb(at=3, parameter="b", features=(0,)),),
        optimiser=tg.SGD(learning_rate=0.0),
        over={"interventions[0].shift": [0.0, 0.25, 1.0]},
    )
    np.testing.assert_allclose(run.b[:, 0], [0, 0.25, 1.0])


@LAWS
def test_assigned_entries_have_the_value_and_nothing_else_changes(law: tg.Law) -> None:
    """A rate of 0 keeps the rest still; None means every entry."""
    still = {"optimiser": tg.SGD(learning_rate=0.0)}
    one = train(law, interventions=(tg.Assign(at=10, parameter="W", features=(1, 4), value=0.25),), **still)
    W = one.W_history.values
    np.testing.assert_array_equal(W[11:][:, :, [1, 4]], 0.25)
    np.testing.assert_array_equal(W[11:][:, :, [0, 2, 3]], np.broadcast_to(W[0][:, [0, 2, 3]], (20, 2, 3)))
    np.testing.assert_array_equal(W[:11], np.broadcast_to(W[0], (11, 2, 5)))
    assert not one.b.any()
    whole = train(law, interventions=(tg.Assign(at=10, parameter="b", value=-0.5),), **still)
    np.testing.assert_array_equal(whole.b, -0.5)


def test_assigning_forgets_the_memory_even_where_the_value_was_there() -> None:
    """With moments of zero Adam's next step is that of a first one; the neighbour's memory stays."""
    edit = tg.Assign(at=10, parameter="b", features=(3,))
    run = train(tg.OneHot(), interventions=(edit,), optimiser=tg.Adam(learning_rate=1e-3))
    fresh = 1e-3 * (0.1 / (1 - 0.9**11)) / np.sqrt(0.001 / (1 - 0.999**11))
    assert abs(float(run.b_history[11, 3])) == pytest.approx(fresh, rel=1e-2)
    plain = train(tg.OneHot(), optimiser=tg.Adam(learning_rate=1e-3))
    np.testing.assert_allclose(run.b_history[11, 2], plain.b_history[11, 2], atol=1e-5)

    freeze = (tg.Freeze(parameter="b", features=(3,)),)  # its value is 0 all along
    held = train(tg.OneHot(), interventions=(edit,), freeze=freeze, optimiser=tg.Adam(learning_rate=1e-3))
    assert not held.b_history[:, 3].any()


def test_a_swept_value() -> None:
    run = train(
        tg.OneHot(),
        interventions=(tg.Assign(at=3, parameter="b", features=(0,)),),
        optimiser=tg.SGD(learning_rate=0.0),
        over={"interventions[0].value": [-0.2, 0.0, 0.25], "seed": [1, 2]},
    )
    np.testing.assert_allclose(run.b.sel(feature=0), np.repeat([[-0.2], [0.0], [0.25]], 2, axis=1))


def test_an_assignment_names_what_it_cannot_do() -> None:
    with pytest.raises(tg.BadInput, match=r"^parameter='V' is not in this model; there are: W, b\.$"):
        train(tg.OneHot(), interventions=(tg.Assign(at=1, parameter="V"),))
    with pytest.raises(tg.BadInput, match=r"^features=7 is outside 0 … 4, the features of this model\.$"):
        train(tg.OneHot(), interventions=(tg.Assign(at=1, parameter="b", features=(7,)),))
    with pytest.raises(tg.BadInput, match=r"^value=inf must be a finite number\.$"):
        tg.Assign(at=1, value=float("inf"))


def test_edits_that_see_data_are_the_same_made_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside others in a tile, and each training by itself; truths and the length of new vectors differ, too."""
    draw = np.random.default_rng(0)
    truths = tuple(tuple(draw.normal(size=24).round(3).tolist()) for _ in range(2))

    def trained(**over: Any) -> tg.Run:
        given = tg.sae.GivenDirections(count=6, numbers=truths[0])
        return tg.train(
            tg.sae.SparseAutoencoder(inputs=4, latents=8), tg.sae.Superposed(directions=given),
            loss=tg.sae.SparseError(l1=0.1), optimiser=tg.Adam(), batch_size=16, steps=30, progress=False,
            interventions=(tg.sae.Resample(at=(20,), window=2, inputs=200),),
            over={"seed": range(2), "numbers": truths, "interventions[0].fraction": (0.2, 0.7), **over},
        )  # fmt: skip

    together = trained()
    one = trained(seed=(1,), numbers=truths[1:]).data.isel(seed=0, numbers=0)
    for name in ("W_e", "b_e", "W_d", "b_d", "loss", "idle"):
        np.testing.assert_array_equal(one[name], together.data.isel(seed=1, numbers=1)[name])
    monkeypatch.setattr(loop, "SMALL", 0)
    monkeypatch.setattr(loop, "_programs", {})
    alone = trained()
    for name in ("W_e", "b_e", "W_d", "b_d", "loss"):
        np.testing.assert_allclose(getattr(alone, name), getattr(together, name), atol=1e-5)
    np.testing.assert_array_equal(alone.idle, together.idle)
    lengths = np.linalg.norm(together.W_e.values, axis=-1)
    assert (lengths[..., 0, :] != lengths[..., 1, :]).any()
