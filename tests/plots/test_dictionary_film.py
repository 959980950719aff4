"""The film of dictionaries: live and dead vectors, bars, and courses, read back from the figure."""

from typing import Any

import numpy as np

from tegum.plots.dictionary_film import Reel, dictionary_film

STEPS = [0, 100, 250]


def reel(dead: Any) -> Reel:
    """Two latents along the axes; b_e = −½ of the first, whose encoder vector has length 2."""
    t = len(STEPS)
    return Reel(
        W_e=np.tile([[2.0, 0.0], [0.0, 1.0]], (t, 1, 1)),
        b_e=np.tile([-0.5, -9.0], (t, 1)),
        W_d=np.tile([[1.0, 0.0], [0.0, 1.0]], (t, 1, 1)),
        b_d=np.zeros((t, 2)),
        dead=np.array(dead),
        found=np.array([0, 1, 2]),
        loss=np.array([1.0, 0.5, 0.2]),
    )


def film() -> Any:
    alone = reel([[False, False], [False, True], [False, True]])
    mended = reel([[False, False], [False, True], [False, False]])
    return dictionary_film({"alone": alone, "mended": mended}, STEPS, np.eye(2), np.ones((2, 7)), edits=(100,), first=2)


def points(trace: Any) -> np.ndarray:
    """The ends of its lines, without gaps."""
    line = np.stack([trace.x, trace.y], axis=1).reshape(-1, 3, 2)
    return np.asarray(line[np.isfinite(line[:, 1]).all(axis=1), 1])


def test_the_slider_names_the_steps_and_the_end_is_shown_first() -> None:
    figure = film()
    assert [step.label for step in figure.layout.sliders[0].steps] == ["0", "100", "250"]
    assert figure.layout.sliders[0].active == 2
    shown = [figure.data[place] for place in figure.frames[2].traces]
    assert all(
        a.to_plotly_json().keys() == b.to_plotly_json().keys()
        for a, b in zip(shown, figure.frames[2].data, strict=True)
    )


def test_live_vectors_have_heads_and_dead_ones_rings() -> None:
    _, middle, last = (frame.data for frame in film().frames)
    dead_encoders, dead_decoders, encoders, decoders = middle[:4]
    assert {dead_encoders.marker.symbol, dead_decoders.marker.symbol} == {"circle-open"}
    assert {encoders.marker.symbol, decoders.marker.symbol} == {"arrow"}
    right = points(encoders)[1][0] - 2  # the second plane's centre
    np.testing.assert_allclose(points(encoders), [[2, 0], [2 + right, 0]], atol=2e-3)
    np.testing.assert_allclose(points(dead_decoders), [[0, 1], [right, 1]], atol=2e-3)
    np.testing.assert_allclose(points(last[3]), [[1, 0], [1 + right, 0], [right, 1]], atol=2e-3)
    assert right > 4


def test_bars_stand_where_latents_begin_to_fire() -> None:
    first = film().frames[0].data
    ends = np.stack([first[5].x, first[5].y], axis=1)[:2]
    np.testing.assert_allclose(ends[:, 0], 0.25, atol=2e-3)
    np.testing.assert_allclose(ends[0, 1], -ends[1, 1], atol=2e-3)
    assert len(points(first[5])) == 2  # the other latent's bar is beyond the picture


def test_words_count_and_a_line_follows_the_step() -> None:
    frames = film().frames
    assert list(frames[1].data[6].text) == ["1 of 2 found, 1 dead"] * 2
    assert list(frames[2].data[6].text) == ["2 of 2 found, 1 dead", "2 of 2 found"]
    assert [list(line.x) for line in frames[1].data[7:]] == [[100, 100]] * 3
