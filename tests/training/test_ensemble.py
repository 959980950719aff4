"""Instance i of an ensemble is instance i alone, bit for bit: the promise that everything else rests on."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import optax
import pytest
import xarray as xr

import tegum as tg

ONE_HOT: dict[str, Any] = {"model": tg.Autoencoder(features=5, hidden=2), "law": tg.OneHot(), "steps": 300}
SAMPLED: dict[str, Any] = {
    "model": tg.Autoencoder(features=5, hidden=2),
    "law": tg.SparseUniform(feature_probability=0.2),
    "steps": 60,
    "batch_size": 1024,
    "evaluation_samples": 1024,
}


def same(one: tg.Run, many: xr.Dataset) -> None:
    for name in ("W", "b", "loss"):
        np.testing.assert_array_equal(one.data[name].values, many[name].values)


@pytest.mark.parametrize("recipe", [ONE_HOT, SAMPLED], ids=["lanes", "single"])
def test_alone_equals_ensemble(recipe: dict[str, Any]) -> None:
    count = 600 if recipe is ONE_HOT else 6
    many = tg.train(**recipe, over={"seed": range(count)})
    for seed in (0, count // 2, count - 1):
        same(tg.train(**recipe, seed=seed), many.data.sel(seed=seed))
    assert len(np.unique(many.loss)) == count, "seeds must differ, or equality shows nothing"


@pytest.mark.parametrize("recipe", [ONE_HOT, SAMPLED], ids=["lanes", "single"])
def test_order_and_workers_do_not_matter(recipe: dict[str, Any]) -> None:
    seeds = list(range(300, 0, -1)) if recipe is ONE_HOT else [5, 1, 3]
    forward = tg.train(**recipe, over={"seed": sorted(seeds)}, workers=1)
    backward = tg.train(**recipe, over={"seed": seeds}, workers=3)
    same(forward, backward.data.sortby("seed"))


@pytest.mark.parametrize("recipe", [ONE_HOT, SAMPLED], ids=["lanes", "single"])
def test_a_swept_number_equals_a_fixed_one(recipe: dict[str, Any]) -> None:
    rates = [1e-3, 3e-3, 1e-2]
    many = tg.train(**recipe, over={"learning_rate": rates, "seed": [4, 9]})
    alone = tg.train(**recipe, optimiser=tg.AdamW(learning_rate=3e-3), seed=9)
    same(alone, many.data.isel(learning_rate=1).sel(seed=9))


def test_recording_changes_nothing() -> None:
    plain = tg.train(**ONE_HOT, over={"seed": range(3)})
    what: tuple[Any, ...] = ("loss", "parameters", "gradients", tg.geometry.dimensionality)
    recorded = tg.train(**ONE_HOT, over={"seed": range(3)}, record=tg.every(7, *what))
    same(recorded, plain.data)
    np.testing.assert_array_equal(recorded.W_history.isel(step=-1), recorded.W)
    np.testing.assert_array_equal(recorded.loss_history.isel(step=-1), recorded.loss)


def test_one_diverged_instance_spoils_no_other() -> None:
    rates = [1e-3, 1e30]
    both = tg.train(**ONE_HOT, optimiser=tg.SGD(), over={"learning_rate": rates, "seed": range(5)})
    calm = tg.train(**ONE_HOT, optimiser=tg.SGD(learning_rate=1e-3), over={"seed": range(5)})
    same(calm, both.data.isel(learning_rate=0))
    assert both.diverged.isel(learning_rate=1).all()
    assert not both.diverged.isel(learning_rate=0).any()
    assert both.counts() == {"finished": 5, "diverged": 5, "not run": 0}


def test_a_law_that_is_mapped_keeps_the_promise() -> None:
    class Gaussian(tg.Law):
        scale: float = 1.0

        def sample(self, key: Any, features: int, samples: int) -> Any:
            import jax

            return self.scale * jax.random.normal(key, (features, samples))

    recipe: dict[str, Any] = {
        "model": tg.Autoencoder(features=4, hidden=2),
        "law": Gaussian(),
        "batch_size": 8,
        "steps": 50,
    }
    many = tg.train(**recipe, over={"scale": [0.5, 1.0], "seed": range(4)})
    same(tg.train(**(recipe | {"law": Gaussian(scale=0.5)}), seed=2), many.data.sel(scale=0.5, seed=2))


class Clipped(tg.AdamW):
    """A norm over all that it is given: across instances, it would couple them."""

    def transformation(self, steps: Any) -> Any:
        return optax.chain(optax.clip_by_global_norm(1e-3), super().transformation(steps))


class UnitMatrix(tg.Autoencoder):
    def __call__(self, parameters: Any, x: Any) -> Any:
        return super().__call__({**parameters, "W": parameters["W"] / jnp.linalg.norm(parameters["W"])}, x)


class Penalised(tg.SquaredError):
    def __call__(self, model: Any, parameters: Any, x: Any) -> Any:
        return super().__call__(model, parameters, x) + (parameters["W"] ** 2).mean()


class Table(tg.Law):
    """A data set of the user's own, as a NumPy array."""

    table: np.ndarray

    def sample(self, key: Any, features: int, samples: int) -> Any:
        return jnp.zeros((features, samples))

    def dataset(self, key: Any, features: int) -> Any:
        return jnp.asarray(self.table)


@pytest.mark.parametrize(
    "own",
    [
        {"optimiser": Clipped()},
        {"model": UnitMatrix(features=5, hidden=2)},
        {"loss": Penalised()},
        {"law": Table(table=np.eye(5, dtype="float32"))},
    ],
    ids=["optimiser", "model", "loss", "law"],
)
def test_what_a_user_derives_from_ours_keeps_the_promise(own: dict[str, Any]) -> None:
    recipe = ONE_HOT | {"steps": 100} | own
    many = tg.train(**recipe, over={"seed": range(3)})
    same(tg.train(**recipe, seed=1), many.data.sel(seed=1))


def test_a_table_of_one_hot_samples_is_one_hot_data() -> None:
    table = Table(table=np.eye(5, dtype="float32"))
    ours = tg.train(**(ONE_HOT | {"law": table, "steps": 50}), precision="float64")
    theirs = tg.train(**(ONE_HOT | {"steps": 50}), precision="float64")
    np.testing.assert_allclose(ours.W, theirs.W, rtol=1e-9)


def test_the_order_of_structural_axes_does_not_matter() -> None:
    kinds = [tg.Autoencoder(features=5, hidden=2), tg.UntiedAutoencoder(features=5, hidden=2)]
    axes = {"activation": ["relu", "linear"], "model": kinds}
    one = tg.train(**(ONE_HOT | {"steps": 20}), over=axes)
    other = tg.train(**(ONE_HOT | {"steps": 20}), over=dict(reversed(axes.items())))
    np.testing.assert_array_equal(one.loss, other.loss.transpose(*one.loss.dims))
    assert len(np.unique(one.loss)) == 4
    assert one.W_d.dims[-2:] == ("feature", "latent")


def test_histories_of_different_lengths_keep_their_own_steps() -> None:
    recipe = {name: value for name, value in ONE_HOT.items() if name != "steps"}
    both = tg.train(**recipe, over={"steps": [20, 50]}, record=tg.log_spaced(4))
    for steps in (20, 50):
        alone = tg.train(**recipe, steps=steps, record=tg.log_spaced(4))
        there = both.loss_history.sel(steps=steps).dropna("step")
        np.testing.assert_array_equal(there.step, alone.loss_history.step)
        np.testing.assert_array_equal(there, alone.loss_history)


def test_both_precisions_start_alike_and_see_the_same_data() -> None:
    still = SAMPLED | {"optimiser": tg.SGD(learning_rate=0.0), "steps": 1}
    single, double = (tg.train(**still, precision=precision) for precision in ("float32", "float64"))
    np.testing.assert_allclose(single.W, double.W, atol=2e-6)
    np.testing.assert_allclose(single.loss, double.loss, rtol=1e-4)


def test_all_seeds_are_evaluated_on_the_same_samples() -> None:
    zero = tg.Autoencoder(features=5, hidden=2, initial_scale=0.0)
    run = tg.train(
        **(SAMPLED | {"model": zero, "steps": 1}), optimiser=tg.SGD(learning_rate=0.0), over={"seed": range(4)}
    )
    assert len(np.unique(run.loss)) == 1


def test_an_interrupt_before_anything_is_done_leaves_an_empty_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from tegum.training import ensemble

    def interrupted(tile: Any, progress: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(ensemble, "_train", interrupted)
    run = tg.train(**ONE_HOT, over={"seed": range(5)})
    assert run.counts() == {"finished": 0, "diverged": 0, "not run": 5}
    assert np.isnan(run.W).all()


def test_structures_side_by_side_are_padded() -> None:
    run = tg.train(tg.Autoencoder(features=3, hidden=2), tg.OneHot(), steps=20, over={"features": [3, 6], "seed": [7]})
    assert run.W.sizes == {"features": 2, "seed": 1, "latent": 2, "feature": 6}
    assert np.isnan(run.W.sel(features=3)[..., 3:]).all()
    assert not run.diverged.any()
    measured = run.measure(tg.geometry.dimensionality, "feature")
    small = tg.geometry.dimensionality(run.W.sel(features=3).values[..., :3])
    np.testing.assert_allclose(measured.sel(features=3)[..., :3], small, rtol=1e-6)
    alone = tg.train(tg.Autoencoder(features=6, hidden=2), tg.OneHot(), steps=20, seed=7)
    same(alone, run.data.sel(features=6, seed=7))


def test_an_interrupt_keeps_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    from tegum.training import ensemble

    train, calls = ensemble._train, []

    def interrupted(tile: Any, progress: Any) -> Any:
        calls.append(tile)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return train(tile, progress)

    monkeypatch.setattr(ensemble, "_train", interrupted)
    run = tg.train(**SAMPLED, over={"seed": range(5)}, workers=1)
    assert run.counts() == {"finished": 2, "diverged": 0, "not run": 3}
    assert np.isnan(run.W.where(~run.completed, drop=True)).all()
    monkeypatch.setattr(ensemble, "_train", train)
    same(tg.train(**SAMPLED, seed=1), run.data.sel(seed=1))


def test_a_second_training_of_the_same_shape_is_not_compiled_again() -> None:
    from tegum.training.loop import program

    first = tg.Training(**ONE_HOT)
    second = tg.Training(**(ONE_HOT | {"steps": 77}), seed=3, optimiser=tg.AdamW(learning_rate=0.5))
    assert program(first) is program(second)
    assert program(first) is not program(tg.Training(**(ONE_HOT | {"law": tg.FixedSamples(count=5)})))


def test_trainings_that_differ_in_edits_alone_share_what_comes_between(monkeypatch: pytest.MonkeyPatch) -> None:
    from tegum.training import loop

    built, build = [], loop._built

    def noted(structure: tg.Training) -> loop.Program:
        built.append(structure)
        return build(structure)

    monkeypatch.setattr(loop, "_programs", {})
    monkeypatch.setattr(loop, "_built", noted)
    for edits in ((), (tg.Perturb(at=3),), (tg.Perturb(at=4), tg.Rotate(at=5, angle=1.0))):
        loop.program(tg.Training(**ONE_HOT, interventions=edits))
    assert len(loop._programs) == 3
    assert [structure.interventions for structure in built] == [()]


def longest(W: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.norm(W, axis=1).max(axis=1))


def first_below(loss_history: np.ndarray, step: np.ndarray) -> np.ndarray:
    below = loss_history < 0.1
    return np.where(below.any(1), step[below.argmax(1)], np.nan)


def norms_of(W: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.norm(W, axis=1))


def test_what_is_kept_is_what_the_whole_results_give() -> None:
    spec: dict[str, Any] = {
        "steps": 40, "record": tg.every(4), "over": {"seed": range(300), "learning_rate": (0.01, 0.1)},
    }  # fmt: skip
    model = tg.Autoencoder(features=4, hidden=2)
    whole = tg.train(model, tg.OneHot(), **spec)
    kept = tg.train(model, tg.OneHot(), keep=(longest, first_below, norms_of), **spec)
    assert set(kept.data) == {"loss", "longest", "first_below", "norms_of", "completed", "diverged"}
    assert kept.norms_of.dims == ("seed", "learning_rate", "feature")
    W = whole.W.transpose(..., "latent", "feature").values.reshape(600, 2, 4)
    np.testing.assert_array_equal(kept.longest.values.ravel(), longest(W))
    np.testing.assert_array_equal(kept.norms_of.values.reshape(600, 4), norms_of(W))
    history = whole.loss_history.transpose(..., "step").values.reshape(600, -1)
    np.testing.assert_array_equal(kept.first_below.values.ravel(), first_below(history, np.arange(0, 41, 4)))
    np.testing.assert_array_equal(kept.loss.values, whole.loss.values)


def test_divergence_is_seen_where_parameters_are_not_kept() -> None:
    run = tg.train(
        tg.Autoencoder(features=4, hidden=2), tg.OneHot(), optimiser=tg.SGD(), steps=60, keep=(longest,),
        over={"learning_rate": (0.1, 1e4)},
    )  # fmt: skip
    assert run.diverged.values.tolist() == [False, True]
