"""Stacked weights, read back from the figure."""

import numpy as np

from tegum.plots.neurons import neuron_stacks

W = np.array([[[1.0, -0.5, 0.25], [0.0, 0.001, 0.0]]])
SEVERAL = np.array([[2, 0]])


def test_blocks_stack_upwards_and_downwards_from_one_axis() -> None:
    figure = neuron_stacks(W, SEVERAL, ["one"])
    blocks, axis = figure.data[1], figure.data[2].y[0]
    unit = blocks.y[0] / 1.0
    assert [int(row[1]) for row in blocks.customdata] == [0, 1, 2]
    assert np.allclose(np.asarray(blocks.y) / unit, [1, -0.5, 0.25])
    assert np.allclose((np.asarray(blocks.base) - axis) / unit, [0, 0, 1])
    assert {float(x) for x in blocks.x} == {1.1}


def test_weights_too_thin_to_see_are_left_out() -> None:
    assert len(neuron_stacks(W, SEVERAL, ["one"]).data[1].y) == 3


def test_grounds_tell_one_from_several_from_none() -> None:
    shades = neuron_stacks(np.ones((1, 3, 2)), np.array([[1, 4, 0]]), ["one"]).data[0].marker.color
    assert len(set(shades)) == 3


def test_a_hover_can_tell_other_values_and_numbers() -> None:
    figure = neuron_stacks(W, SEVERAL, ["one"], features=[7, 8, 7], values=-W)
    assert [tuple(row[1:3]) for row in figure.data[1].customdata] == [(7, -1.0), (8, 0.5), (7, -0.25)]
    assert figure.data[1].text[0] == "7"


def test_words_stand_above_and_below() -> None:
    figure = neuron_stacks(W, SEVERAL, ["one"], subtitles=["under"], names=False)
    assert [note.text for note in figure.layout.annotations] == ["one", "under"]
    assert set(figure.data[1].text) == {""}


def test_neurons_are_marked_and_the_key_can_be_left_out() -> None:
    figure = neuron_stacks(W, SEVERAL, ["one"], shade_words=None, marks=[["shares", ""]])
    assert [note.text for note in figure.layout.annotations] == ["one", "shares"]
    assert len(figure.data) == len(neuron_stacks(W, SEVERAL, ["one"]).data) - 1
