"""What frames of a film hold."""

import numpy as np
import plotly.graph_objects as go

from tegum.plots.space import film, places, space


def test_a_frame_s_places_are_its_coordinates_and_nothing_else() -> None:
    traces = [go.Scatter3d(x=[1, 2], y=[3, 4], z=[5, np.nan], text=["a", "b"], marker={"size": 3}), go.Scatter(x=[1])]
    solid, flat = places(traces)
    assert (type(solid), type(flat)) == (go.Scatter3d, go.Scatter)
    np.testing.assert_array_equal(solid.z, np.array([5, np.nan], np.float32))
    assert solid.z.dtype == np.float32
    assert (solid.text, solid.marker.size, flat.y) == (None, None, None)


def test_a_film_keeps_what_its_page_was_told_before() -> None:
    figure = space(300).update_layout(meta={"narrow": 880, "head": 1})
    film(figure, [[]], ["a"], traces=[], what="")
    assert figure.layout.meta == {"narrow": 880, "head": 1}


def test_a_film_s_slider_goes_to_its_frames() -> None:
    figure = space(300)
    figure.add_scatter3d(x=[0], y=[0], z=[0])
    frames = [[go.Scatter3d(x=[k], y=[0], z=[0])] for k in range(3)]
    film(figure, frames, ["a", "b", "c"], traces=[0], what="k =")
    steps = figure.layout.sliders[0].steps
    assert [step.label for step in steps] == ["a", "b", "c"]
    assert [step.args[0][0] for step in steps] == [frame.name for frame in figure.frames]
    assert figure.layout.meta == {"narrow": 720}
    assert [frame.data[0].x for frame in figure.frames] == [(0,), (1,), (2,)]
