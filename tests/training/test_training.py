"""The spec of a training: what it accepts, how it is written, what tells two programs apart."""

from typing import Any

import numpy as np
import pytest

import tegum as tg
from tegum.training.loop import program

MODEL = tg.Autoencoder(features=5, hidden=2)


def mean_squared(model: Any, parameters: Any, x: Any) -> Any:
    return ((x - model(parameters, x)) ** 2).mean()


def test_a_plain_function_is_a_loss() -> None:
    ours = tg.train(MODEL, tg.OneHot(), loss=mean_squared, steps=30, over={"seed": [1, 2]}, precision="float64")
    theirs = tg.train(MODEL, tg.OneHot(), steps=30, over={"seed": [1, 2]}, precision="float64")
    np.testing.assert_allclose(ours.W, theirs.W, rtol=1e-9)
    np.testing.assert_allclose(ours.loss, theirs.loss, rtol=1e-9)


def test_a_function_is_written_by_name_and_read_back() -> None:
    training = tg.Training(model=MODEL, law=tg.OneHot(), loss=mean_squared)
    assert f"{__name__}:mean_squared" in training.json_text()
    assert tg.Training.read(training.json_text()) == training


def test_functions_of_one_name_are_different_programs() -> None:
    def scaled(by: float) -> Any:
        return lambda model, parameters, x: by * mean_squared(model, parameters, x)

    one, two = (tg.Training(model=MODEL, law=tg.OneHot(), loss=scaled(by)) for by in (1.0, 2.0))
    assert one.json_text() == two.json_text()
    assert program(one) is not program(two)
    first, second = (tg.train(MODEL, tg.OneHot(), loss=scaled(by), steps=1) for by in (1.0, 2.0))
    np.testing.assert_allclose(second.loss, 2 * first.loss, rtol=1e-5)


def test_classes_of_one_name_are_different_programs() -> None:
    def gaussian(scale: float) -> tg.Law:
        class Gaussian(tg.Law):
            def sample(self, key: Any, features: int, samples: int) -> Any:
                import jax

                return scale * jax.random.normal(key, (features, samples))

        return Gaussian()

    one, two = (tg.train(MODEL, gaussian(scale), steps=1, batch_size=64).loss for scale in (1.0, 3.0))
    assert float(two) > 4 * float(one)


SCALE = 1.0


class OfScale(tg.Law):
    def sample(self, key: Any, features: int, samples: int) -> Any:
        return np.full((features, samples), SCALE)


def test_a_constant_that_a_class_refers_to_is_part_of_its_program(monkeypatch: pytest.MonkeyPatch) -> None:
    training = tg.Training(model=MODEL, law=OfScale())
    before = program(training)
    assert program(training) is before
    monkeypatch.setattr(f"{__name__}.SCALE", 3.0)
    assert program(training) is not before


def test_a_whole_training_is_trained_and_its_fields_may_change() -> None:
    training = tg.Training(
        model=tg.Autoencoder(features=4, hidden=2), law=tg.OneHot(), steps=5, over={"seed": range(3)}
    )
    run = tg.train(training)
    assert run.training == training
    assert tg.train(training, tg.KActive(active=1), steps=2).training.steps == 2
    assert tg.train(training, tg.KActive(active=1), steps=2).training.law == tg.KActive(active=1)


def test_trainings_that_differ_in_their_edits_compile_the_loop_once() -> None:
    """The numbers of an edit never reach the loop between edits, or each set of them would compile it anew."""
    model = tg.Autoencoder(features=3, hidden=2, initial_bias=0.125, activation="softplus")
    plain = tg.Training(model=model, law=tg.OneHot(), steps=4)
    for edits in ((), (tg.Perturb(at=1, noise=0.1),), (tg.Assign(at=2, parameter="b", features=(0,), value=1.0),)):
        tg.train(plain, interventions=edits)
    assert program(plain).advance._cache_size() == 1  # type: ignore[attr-defined]
