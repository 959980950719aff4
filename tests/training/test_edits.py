"""Columns put in, turned and splayed: against the formulas, on models that do not move otherwise."""

from typing import Any

import numpy as np
import pytest

import tegum as tg

MODEL = tg.Autoencoder(features=5, hidden=2)
DEEP = tg.Autoencoder(features=5, hidden=3)


def train(*edits: tg.Intervention, model: tg.Model = MODEL, **spec: Any) -> tg.Run:
    """Three steps that change nothing but by the edits."""
    given = {"optimiser": tg.SGD(learning_rate=0.0), "steps": 3, "record": tg.every(1, "parameters"), **spec}
    return tg.train(model, tg.OneHot(), interventions=edits, **given)


def before_and_after(run: tg.Run) -> tuple[np.ndarray, np.ndarray]:
    W = run.W_history.values
    np.testing.assert_array_equal(W[:2], np.broadcast_to(W[0], W[:2].shape))
    return W[1], W[2]


def test_an_implant_sets_one_column_and_its_bias() -> None:
    run = train(tg.Implant(at=1, feature=3, column=(0.5, -2.0), bias=0.125))
    before, after = before_and_after(run)
    np.testing.assert_array_equal(after[:, 3], [0.5, -2.0])
    np.testing.assert_array_equal(np.delete(after, 3, 1), np.delete(before, 3, 1))
    np.testing.assert_array_equal(run.b, [0, 0, 0, 0.125, 0])


def test_an_implant_without_a_bias_leaves_it() -> None:
    shift = tg.Perturb(at=0, parameter="b", shift=0.25)
    run = train(shift, tg.Implant(at=1, feature=3, column=(0.5, -2.0)))
    np.testing.assert_array_equal(run.b, 0.25)
    unbiased = train(
        tg.Implant(at=1, feature=3, column=(0.5, -2.0)), model=tg.Autoencoder(features=5, hidden=2, bias=False)
    )
    np.testing.assert_array_equal(unbiased.W[:, 3], [0.5, -2.0])


def test_rotation_by_the_formula() -> None:
    before, after = before_and_after(train(tg.Rotate(at=1, features=(0, 4), angle=0.3)))
    for i in range(5):
        x, y = before[:, i]
        turned = [x * np.cos(0.3) - y * np.sin(0.3), x * np.sin(0.3) + y * np.cos(0.3)]
        np.testing.assert_allclose(after[:, i], turned if i in (0, 4) else [x, y], rtol=1e-6)


def test_rotation_turns_in_the_plane_of_the_given_axes() -> None:
    before, after = before_and_after(train(tg.Rotate(at=1, angle=np.pi / 2, axes=(2, 0)), model=DEEP))
    np.testing.assert_allclose(after, [before[2], before[1], -before[0]], atol=1e-6)


@pytest.mark.parametrize("amount", [0.5, -0.5, 1.5])
def test_splaying_by_the_formula(amount: float) -> None:
    away = np.array([3.0, 0.0, 4.0])
    edit = tg.Splay(at=1, features=(1, 2, 3), away=tuple(away.tolist()), amount=amount)
    before, after = before_and_after(train(edit, model=DEEP))
    np.testing.assert_array_equal(after[:, [0, 4]], before[:, [0, 4]])
    for i in (1, 2, 3):
        length = np.sqrt((before[:, i] ** 2).sum())
        moved = before[:, i] / length - amount * away / 5
        np.testing.assert_allclose(after[:, i], length * moved / np.sqrt((moved**2).sum()), rtol=1e-5)
        assert ((after - before)[:, i] @ away < 0) == (amount > 0)


def test_columns_without_a_direction_to_go_stay() -> None:
    """A column of zero, and one that the splay would make zero."""
    W = np.array([[0.0, 2.0, 0.0, -1.0], [0.0, 0.0, 1.0, 0.0]])
    model = tg.StartingFrom.at(W, np.zeros(4))
    after = train(tg.Splay(at=1, away=(1.0, 0.0), amount=1.0), model=model).W.values
    np.testing.assert_allclose(after, [[0, 2, -np.sqrt(0.5), -1], [0, 0, np.sqrt(0.5), 0]], atol=1e-6)


@pytest.mark.parametrize("edit", [tg.Rotate(at=10, angle=0.0), tg.Splay(at=10, away=(1.0, 2.0), amount=0.0)])
def test_edits_by_nothing_are_controls(edit: tg.Intervention) -> None:
    moving: dict[str, Any] = {"optimiser": tg.AdamW(), "steps": 30, "over": {"seed": range(3)}}
    np.testing.assert_array_equal(train(edit, **moving).W, train(**moving).W)


def splayed(column: np.ndarray) -> np.ndarray:
    """Away from (1, 0) by 0.3, at constant length."""
    moved = column - 0.3 * np.hypot(*column) * np.array([1.0, 0.0])
    return np.asarray(np.hypot(*column) * moved / np.hypot(*moved))


@pytest.mark.parametrize(
    ("edit", "edited"),
    [
        (tg.Implant(at=10, feature=3, column=(0.5, 0.25)), lambda column: np.array([0.5, 0.25])),
        (tg.Rotate(at=10, features=(3,), angle=np.pi), lambda column: -column),
        (tg.Splay(at=10, features=(3,), away=(2.0, 0.0), amount=0.3), splayed),
    ],
)
def test_what_is_edited_is_forgotten(edit: tg.Intervention, edited: Any) -> None:
    """Adam's next step of a touched entry is like a first one; see test_interventions.py for its size."""
    run = train(edit, optimiser=tg.Adam(learning_rate=1e-3), steps=12, seed=2)
    fresh = 1e-3 * (0.1 / (1 - 0.9**11)) / np.sqrt(0.001 / (1 - 0.999**11))
    before, after = run.W_history.values[10:12, :, 3]
    np.testing.assert_allclose(np.abs(after - edited(before)), fresh, rtol=0.01)


def test_their_numbers_sweep() -> None:
    angles = train(tg.Rotate(at=1, angle=0.0), over={"interventions[0].angle": [0.0, np.pi]}).W.values
    np.testing.assert_allclose(angles[1], -angles[0], atol=1e-6)
    columns = ((0.5, 0.25), (1.0, -1.0))
    path = "interventions[0].column"
    implanted = train(tg.Implant(at=1, feature=0, column=(0.0, 0.0)), over={path: columns}).W.values
    np.testing.assert_array_equal(implanted[:, :, 0], columns)
    biases = train(
        tg.Implant(at=1, feature=0, column=(0.0, 0.0), bias=0.0), over={"interventions[0].bias": [-0.5, 0.5]}
    ).b.values
    np.testing.assert_array_equal(biases[:, 0], [-0.5, 0.5])
    splayed = train(
        tg.Splay(at=1, away=(1.0, 0.0), amount=0.0),
        over={"interventions[0].away": ((1.0, 0.0), (0.0, 2.0)), "interventions[0].amount": [0.0, 0.5]},
    ).W.values
    assert splayed.shape == (2, 2, 2, 5)


@pytest.mark.parametrize(
    ("words", "edit"),
    [
        (r"column has 3 numbers; this model has hidden=2, which needs as many\.",
         lambda: train(tg.Implant(at=1, feature=0, column=(1.0, 2.0, 3.0)))),
        (r"features=5 is outside 0 … 4, the features of this model\.",
         lambda: train(tg.Implant(at=1, feature=5, column=(1.0, 2.0)))),
        (r"parameter='b' is not in this model; there are: W\.",
         lambda: train(tg.Implant(at=1, feature=0, column=(1.0, 2.0), bias=0.0),
                       model=tg.Autoencoder(features=5, hidden=2, bias=False))),
        (r"parameter='W' is not in this model; ",
         lambda: train(tg.Rotate(at=1, angle=0.1), model=tg.UntiedAutoencoder(features=5, hidden=2))),
        (r"axes=\(1, 1\) must be two different latent axes, such as \(0, 1\)\.",
         lambda: tg.Rotate(at=1, angle=0.1, axes=(1, 1))),
        (r"axes=\(0, 2\) reach outside 0 … 1, the latent axes of this model\.",
         lambda: train(tg.Rotate(at=1, angle=0.1, axes=(0, 2)))),
        (r"angle=nan must be a finite number\.",
         lambda: tg.Rotate(at=1, angle=float("nan"))),
        (r"away=\(0\.0, 0\.0\) has no direction; give at least one number that is not 0\.",
         lambda: tg.Splay(at=1, away=(0.0, 0.0), amount=0.1)),
        (r"away has 1 numbers; this model has hidden=2, which needs as many\.",
         lambda: train(tg.Splay(at=1, away=(1.0,), amount=0.1))),
        (r"features=\(\) chooses nothing; leave it out to take all of them\.",
         lambda: train(tg.Splay(at=1, features=(), away=(1.0, 0.0), amount=0.1))),
    ],
)  # fmt: skip
def test_bad_input(words: str, edit: Any) -> None:
    with pytest.raises(tg.BadInput, match=f"^{words}"):
        edit()
