"""States over time, drawn."""

import numpy as np

from tegum.plots.states import state_raster, state_shares

SHADES = {"good": "#12805F", "bad": "#C95300", "odd": "#8F897C"}


def test_shares_are_stacked_and_hover_in_percent() -> None:
    figure = state_shares([0, 10, 20], [[0.0, 1.0], [0.25, 0.75], [1.0, 0.0]], ["good", "bad"], SHADES)
    good, bad = figure.data
    assert (good.stackgroup, bad.stackgroup) == ("all", "all")
    np.testing.assert_allclose(good.customdata, [0, 25, 100])
    assert bad.fillcolor == SHADES["bad"]
    assert figure.layout.xaxis.range == (0, 20)


def test_every_place_of_the_raster_has_its_name_s_colour() -> None:
    figure = state_raster([0, 10, 20], np.array([[0, 1, 1], [1, 1, 1]]), ["good", "bad", "odd"], SHADES)
    heat = figure.data[0]
    for place, name in enumerate(("good", "bad", "odd")):
        share = (place - heat.zmin) / (heat.zmax - heat.zmin)
        below = next(colour for at, colour in reversed(heat.colorscale) if at <= share)
        above = next(colour for at, colour in heat.colorscale if at >= share)
        assert below == above == SHADES[name]
    assert [trace.name for trace in figure.data[1:]] == ["good", "bad"]
    assert list(heat.customdata[0]) == ["good", "bad", "bad"]
    assert figure.layout.yaxis.range == (1.5, -0.5)


def test_a_legend_of_many_names_keeps_its_room() -> None:
    names = list("abcdefg")
    wide = state_shares([0, 1], np.full((2, 7), 1 / 7), names, dict.fromkeys(names, "#12805F"))
    assert wide.layout.meta == {"narrow": 720}
    assert state_shares([0, 1], [[0.5, 0.5]] * 2, ["good", "bad"], SHADES).layout.meta is None
