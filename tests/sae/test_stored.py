"""Activations from a file: what is read, in which order, by whom, and what is refused."""

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import safetensors.numpy
import zarr

import tegum as tg
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.loss import SparseError
from tegum.sae.measures import quality
from tegum.sae.stored import Shuffled, Stored, opened
from tegum.toy.features import Chunks, Streamed
from tegum.toy.models import Network, Parameters, Sizes
from tegum.training.streams import Stream

ROWS, INPUTS = 1000, 4
SMALL: dict[str, Any] = {"chunk": 200, "stretch": 16, "held_out": 50}


def numbered(rows: int = ROWS, inputs: int = INPUTS) -> np.ndarray:
    """Rows that say which they are: all of row r is r."""
    return np.repeat(np.arange(rows, dtype=np.float32)[:, None], inputs, axis=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    np.save(tmp_path / "activations.npy", numbered())
    return tmp_path / "activations.npy"


def write(path: Path, array: np.ndarray) -> Path:
    np.save(path, array)
    return path


def training(law: Stored, **fields: Any) -> tg.Training:
    given = {"loss": SparseError(l1=0.01), "steps": 30, "batch_size": 32} | fields
    return tg.Training(model=SparseAutoencoder(inputs=INPUTS, latents=6), law=law, **given)


class Follower(Network):
    """Learns nothing; its parameter is the last samples it was given."""

    inputs: int
    samples: int

    @property
    def sizes(self) -> Sizes:
        return Sizes(self.inputs, 1)

    def init(self, key: Any) -> Parameters:
        return {"last": jnp.zeros(self.samples), "idle": jnp.zeros(1)}

    def __call__(self, parameters: Parameters, x: Any) -> Any:
        return x * parameters["idle"]

    def settle(self, before: Parameters, after: Parameters, x: Any) -> Parameters:
        return {**before, "last": x[0]}


# ---------------------------------------------------------------- order


def test_each_row_comes_once_in_a_pass_and_those_held_out_never(path: Path) -> None:
    chunks = Stored(path=path, **SMALL).open(INPUTS, samples=8)
    assert isinstance(chunks, Shuffled)
    held = set(chunks.held[0].astype(int).tolist())
    assert len(held) == 64  # 50 made of whole stretches of 16
    left = 62 * 16 - 64  # 1000 rows are 62 stretches
    taken = np.concatenate([chunks.rows(number) for number in range(10)])
    assert (np.sort(chunks.read(4)[0]) == np.sort(chunks.rows(4))).all()  # where the second pass begins
    assert chunks.steps == 200 // 8
    for first in (0, left):
        assert len(set(taken[first : first + left].tolist())) == left
    assert not held & set(taken.tolist())
    assert (taken[:left] != taken[left : 2 * left]).any()


def test_a_chunk_is_permuted_and_comes_from_all_over_the_file(path: Path) -> None:
    chunk = Stored(path=path, **SMALL).open(INPUTS, samples=8).read(0)
    rows = chunk[0].astype(int)
    assert (chunk == rows).all()  # whole rows
    assert (np.diff(rows) == 1).mean() < 0.05
    assert np.histogram(rows, bins=4, range=(0, ROWS))[0].min() > 0


def test_the_order_hangs_on_draw_alone(path: Path) -> None:
    law = Stored(path=path, **SMALL)
    again, other = (Stored(path=path, draw=draw, **SMALL).open(INPUTS, 8) for draw in (0, 1))
    assert (law.open(INPUTS, 8).read(3) == again.read(3)).all()
    assert (again.read(3) != other.read(3)).any()
    assert (again.held != other.held).any()


@pytest.mark.parametrize("workers", [1, 2])
def test_training_takes_the_stream_step_by_step(path: Path, workers: int) -> None:
    """Chunks of 25 steps, 70 steps, and stops of the record everywhere."""
    law = Stored(path=path, **SMALL)
    run = tg.train(
        Follower(inputs=INPUTS, samples=8), law, steps=70, batch_size=8, record=tg.every(1, "parameters"),
        over={"seed": range(3)}, workers=workers,
    )  # fmt: skip
    chunks = law.open(INPUTS, 8)
    stream = np.concatenate([chunks.read(number)[0] for number in range(3)])[: 70 * 8].reshape(70, 8)
    for seed in range(3):
        assert (run.last_history.values[seed, 1:] == stream).all()


def test_workers_at_different_places_get_their_own_chunks(path: Path) -> None:
    law = Stored(path=path, **SMALL)
    stream = Stream(training(law, batch_size=8, steps=1000), workers=2)
    chunks = law.open(INPUTS, 8)
    for step in (0, 700, 25, 725, 0, 999):
        assert (np.asarray(stream.at(step).rows) == chunks.read(step // 25)).all()
    assert stream.left(0) == 25
    assert stream.left(49) == 1


# ---------------------------------------------------------------- training


def test_alone_and_in_an_ensemble_a_dictionary_is_the_same_bit_for_bit(path: Path) -> None:
    one = training(Stored(path=path, **SMALL))
    many = tg.train(one, over={"seed": range(3), "l1": [0.01, 0.02]}, record=tg.every(7, "loss"), workers=2)
    alone = tg.train(one, seed=2, workers=1)
    for name in ("W_e", "b_e", "W_d", "b_d", "idle", "loss"):
        assert (many.at(seed=2, l1=0.01).data[name].values == alone.data[name].values).all(), name


def test_the_recorded_loss_is_that_of_the_rows_held_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.npy", np.random.default_rng(0).normal(size=(ROWS, INPUTS)))
    law = Stored(path=path, **SMALL)
    run = tg.train(training(law))
    p = {name: jnp.asarray(run.data[name].values) for name in ("W_e", "b_e", "W_d", "b_d")}
    held = jnp.asarray(law.open(INPUTS, 32).held, jnp.float32)
    assert float(run.loss) == pytest.approx(float(SparseError(l1=0.01)(run.training.model, p, held)), rel=1e-5)
    assert 0 < run.data.attrs["waiting"] < 1


@pytest.mark.parametrize("at", [10, 12, (12, 12)])
def test_an_edit_sees_the_chunk_of_the_coming_step(path: Path, at: Any) -> None:
    """Chunks of six steps; b_d becomes the median of one input seen."""
    law = Stored(path=path, **SMALL)
    look = tg.sae.GeometricMedian(at=at, inputs=1)
    run = tg.train(training(law, optimiser=tg.SGD(learning_rate=0.0), steps=13, interventions=(look,)))
    chunk = law.open(INPUTS, 32).read(np.max(at) // 6)
    assert run.b_d.values[0] in chunk[0]


def test_quality_is_of_the_rows_held_out(path: Path) -> None:
    law = Stored(path=write(path, np.random.default_rng(0).normal(size=(ROWS, INPUTS))), **SMALL)
    found = quality(tg.train(training(law)), samples=20_000)
    held = law.open(INPUTS, 32).held
    x = law.sample(jax.random.key(0), INPUTS, 500)
    assert set(np.asarray(x)[0].tolist()) <= set(held[0].astype(np.float32).tolist())
    assert float(found.mse) > 0


def test_double_precision(path: Path) -> None:
    run = tg.train(training(Stored(path=path, **SMALL), precision="float64", steps=8))
    assert run.W_e.dtype == np.float64


def test_a_stream_of_one_s_own() -> None:
    class Waves(Chunks):
        steps, held = 3, np.ones((2, 5))

        def read(self, number: int) -> np.ndarray:
            return np.full((2, 12), float(number))

    class Sea(Streamed):
        def open(self, features: int, samples: int) -> Any:
            return Waves()

    run = tg.train(Follower(inputs=2, samples=4), Sea(), steps=7, batch_size=4, record=tg.every(1, "parameters"))
    assert run.last_history.values[1:, 0].tolist() == [0, 0, 0, 1, 1, 1, 2]


# ---------------------------------------------------------------- files


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, jnp.bfloat16], ids=lambda kind: kind.__name__)
def test_the_same_numbers_come_from_every_kind_of_file(tmp_path: Path, dtype: Any) -> None:
    array = numbered(200).astype(dtype)
    expected = Stored(path=write(tmp_path / "a.npy", numbered(200)), **SMALL).open(INPUTS, 8).read(0)
    safetensors.numpy.save_file({"h": array, "labels": np.arange(3)}, tmp_path / "a.safetensors")
    laws = [Stored(path=tmp_path / "a.safetensors", key="h", **SMALL)]
    if dtype != jnp.bfloat16:
        laws.append(Stored(path=write(tmp_path / "b.npy", array), **SMALL))
        zarr.save_array(tmp_path / "a.zarr", array, zarr_format=2)
        zarr.save_group(tmp_path / "g.zarr", h=array, other=array, zarr_format=2)
        laws += [Stored(path=tmp_path / "a.zarr", **SMALL), Stored(path=tmp_path / "g.zarr", key="h", **SMALL)]
    for law in laws:
        exact = array.astype(np.float32)[expected[0].astype(int)].T
        assert (law.open(INPUTS, 8).read(0) == exact).all(), law.path


def refused(law: Stored, sentence: str, **fields: Any) -> None:
    with pytest.raises(tg.BadInput, match=sentence) as error:
        tg.train(training(law, **fields))
    assert "\n" not in str(error.value)


def test_files_that_are_not_there_or_not_readable_are_refused(tmp_path: Path) -> None:
    refused(Stored(path=tmp_path / "no.npy"), r"no.npy does not exist; path names a .npy file, a .safetensors file or")
    for name in ("bad.npy", "bad.safetensors"):
        (tmp_path / name).write_bytes(b"nothing of the kind, and long enough")
        refused(Stored(path=tmp_path / name), rf"{name} cannot be read: .*; write it again.")
    (tmp_path / "a.csv").write_text("1,2")
    refused(Stored(path=tmp_path / "a.csv"), r"a.csv is no .npy file, .safetensors file or Zarr folder; convert it")
    (tmp_path / "empty").mkdir()
    refused(Stored(path=tmp_path / "empty"), r"empty cannot be read: .*; write it again.")


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    safetensors.numpy.save_file({"h": numbered()}, tmp_path / "a.safetensors")
    (tmp_path / "a.safetensors").write_bytes((tmp_path / "a.safetensors").read_bytes()[:500])
    refused(Stored(path=tmp_path / "a.safetensors"), r"a.safetensors cannot be read")


def test_arrays_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    flat = write(tmp_path / "flat.npy", np.ones(7, np.float32))
    refused(Stored(path=flat), r"flat.npy holds an array of shape \(7,\); it needs to be \(samples, inputs\).")
    whole = write(tmp_path / "whole.npy", np.ones((7, INPUTS), int))
    refused(Stored(path=whole), r"whole.npy holds numbers of type int64; it needs float16, float32, float64 or bf")
    wide = write(tmp_path / "wide.npy", numbered(inputs=9))
    refused(Stored(path=wide), r"wide.npy has rows of 9 numbers; the model has inputs=4.")
    few = write(tmp_path / "few.npy", numbered(40))
    refused(Stored(path=few, stretch=16), r"few.npy has 40 rows, of which 16 are left to train on; batch_size=32 needs")
    refused(Stored(path=write(few, numbered()), chunk=20), r"chunk=20 must be at least batch_size=32, or no step")


def test_a_number_that_is_not_finite_is_refused_with_its_row(tmp_path: Path) -> None:
    array = numbered()
    array[321, 2] = np.nan
    law = Stored(path=write(tmp_path / "a.npy", array), **SMALL)
    refused(law, r"a.npy holds a number that is not finite in row 321; leave such rows out of the file.", steps=100)


def test_keys_that_are_missing_or_wrong_are_refused(tmp_path: Path, path: Path) -> None:
    safetensors.numpy.save_file({"first": numbered(), "second": numbered()}, tmp_path / "a.safetensors")
    refused(Stored(path=tmp_path / "a.safetensors"), r"a.safetensors holds first, second; say which with key=...")
    refused(Stored(path=tmp_path / "a.safetensors", key="frist"), r"key='frist' is not in .*; did you mean first\?")
    refused(Stored(path=path, key="h"), r"key='h' is not in .*activations.npy; leave key out.")
    safetensors.numpy.save_file({"labels": np.arange(3)}, tmp_path / "b.safetensors")
    refused(Stored(path=tmp_path / "b.safetensors"), r"b.safetensors holds numbers of type I64; it needs float16")
    safetensors.numpy.save_file({"only": numbered()}, tmp_path / "c.safetensors")
    assert opened(str(tmp_path / "c.safetensors")).shape == (ROWS, INPUTS)
