"""`over` finds fields, makes grids and zips, and gives every instance its own numbers."""

import numpy as np

import tegum as tg
from tegum.training.axes import Grid

BASE = tg.Training(
    model=tg.Autoencoder(features=5, hidden=2),
    law=tg.SparseUniform(feature_probability=0.1),
    loss=tg.SquaredError(importance=tg.geometric(0.9, 5)),
)


def grid(**over: object) -> Grid:
    return Grid(BASE.model_copy(update={"over": tg.Training(model=BASE.model, over=over).over}))


def numbers(of: Grid) -> dict[str, np.ndarray]:
    (group,) = of.groups
    return group.numbers(np.arange(of.size))


def test_two_axes_make_a_grid() -> None:
    found = numbers(grid(learning_rate=[0.1, 0.2], weight_decay=[0.0, 0.5, 1.0]))
    np.testing.assert_array_equal(found["optimiser.learning_rate"], [0.1, 0.1, 0.1, 0.2, 0.2, 0.2])
    np.testing.assert_array_equal(found["optimiser.weight_decay"], [0, 0.5, 1, 0, 0.5, 1])


def test_a_zipped_axis_keeps_pairs_together() -> None:
    made = grid(cell={"learning_rate": [0.1, 0.2], "seed": [7, 8]})
    assert made.shape == (2,)
    np.testing.assert_array_equal(numbers(made)["optimiser.learning_rate"], [0.1, 0.2])
    np.testing.assert_array_equal(made.groups[0].seeds(np.arange(2)), [7, 8])
    assert set(made.coordinates()) == {"learning_rate", "seed"}


def test_one_entry_of_a_vector() -> None:
    found = numbers(grid(**{"importance[4]": [3.0, 5.0]}))["loss.importance"]
    assert found.shape == (5, 2)
    np.testing.assert_allclose(found[:4, 0], [1, 0.9, 0.81, 0.729])
    np.testing.assert_array_equal(found[4], [3, 5])


def test_an_entry_of_a_single_number_makes_it_one_for_each_feature() -> None:
    found = numbers(grid(**{"feature_probability[-1]": [0.5]}))["law.feature_probability"]
    np.testing.assert_allclose(found[:, 0], [0.1, 0.1, 0.1, 0.1, 0.5])


def test_whole_vectors_as_values() -> None:
    made = grid(importance=[(1, 2, 3, 4, 5), (5, 4, 3, 2, 1)])
    np.testing.assert_array_equal(numbers(made)["loss.importance"], [[1, 5], [2, 4], [3, 3], [4, 2], [5, 1]])
    np.testing.assert_array_equal(made.coordinates()["importance"][1], [0, 1])


def test_words_and_whole_numbers_split_into_groups() -> None:
    made = grid(activation=["relu", "linear"], seed=range(3), hidden=[2, 3])
    assert [len(group.instances) for group in made.groups] == [3, 3, 3, 3]
    together = np.sort(np.concatenate([group.instances for group in made.groups]))
    np.testing.assert_array_equal(together, np.arange(12))
    linear = [group for group in made.groups if group.training.model.activation == "linear"]  # type: ignore[attr-defined]
    np.testing.assert_array_equal(np.concatenate([group.instances for group in linear]) // 6, 1)


def test_whole_specs_as_values() -> None:
    made = grid(optimiser=[tg.SGD(), tg.Adam()])
    assert [type(group.training.optimiser).__name__ for group in made.groups] == ["SGD", "Adam"]
    np.testing.assert_array_equal(made.coordinates()["optimiser"][1], ["SGD", "Adam"])


def test_numbers_of_interventions_are_swept_by_path() -> None:
    training = BASE.model_copy(
        update={
            "interventions": (tg.Perturb(at=5, parameter="b", features=(0,)),),
            "over": {"interventions[0].shift": (0.1, 0.2)},
        }
    )
    np.testing.assert_array_equal(numbers(Grid(training))["interventions[0].shift"], [0.1, 0.2])
