"""The force film: what its frames hold, of arrays and of runs, and what it refuses."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

import tegum as tg
from tegum.errors import BadInput
from tegum.failure.forces import forces
from tegum.plots.force_film import force_film
from tegum.plots.style import feature_colours
from tegum.theory.failure import symmetric_failure


def moments(count: int = 4) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Symmetric failure with its last column growing from nothing."""
    W, b = symmetric_failure(7)
    Ws = np.stack([W] * count)
    Ws[:, 0, 6] = 0.1 * np.arange(count)
    return (Ws, np.stack([b] * count)), 100.0 * np.arange(count)


def pulls(model: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    return np.stack([forces(*state).W for state in zip(*model, strict=True)])


LOSSES = [1.0, 0.5, 0.25, 0.125]


def arrows_of(traces: tuple[go.Scatter, ...]) -> np.ndarray:
    """The moves (k, 2) that the arrows of one frame draw, NaN where one is left out."""
    line = next(trace for trace in traces if trace.marker.symbol == "arrow")
    points = np.stack([np.asarray(line.x, float), np.asarray(line.y, float)], axis=1)
    return points[1::3] - points[::3]


def test_a_frame_for_each_moment_and_the_same_traces_in_all() -> None:
    model, steps = moments()
    figure = force_film(model, steps, force=pulls(model), losses=LOSSES)
    assert [step.label for step in figure.layout.sliders[0].steps] == ["0", "100", "200", "300"]
    kinds = [[trace.type for trace in frame.data] for frame in figure.frames]
    assert kinds == [kinds[0]] * 4
    assert list(figure.frames[0].traces) == list(range(1, len(figure.data)))
    bars = [next(trace for trace in frame.data if trace.type == "bar") for frame in figure.frames]
    np.testing.assert_allclose(bars[2].y, symmetric_failure(7)[1], atol=1e-3)
    assert list(bars[2].marker.color) == feature_colours(7)


def test_arrows_are_shares_of_the_largest_whose_size_is_written() -> None:
    model, steps = moments()
    figure = force_film(model, steps, force=pulls(model), losses=LOSSES)
    drawn = [arrows_of(frame.data) for frame in figure.frames[1:]]
    for t, moves in enumerate(drawn, start=1):
        pull = forces(model[0][t], model[1][t]).W
        expected = pull.T / np.hypot(*pull).max() * np.nanmax(np.hypot(*moves.T))
        seen = ~np.isnan(moves).any(axis=1)
        np.testing.assert_allclose(moves[seen], expected[seen], atol=3e-3)
        assert seen.any()
        words = [trace.text[0] for trace in figure.frames[t].data if trace.text is not None and len(trace.text) == 1]
        assert words[0].startswith(f"largest force {np.hypot(*pull).max():.2g}, on feature 6; loss ")
    lengths = [np.nanmax(np.hypot(*moves.T)) for moves in drawn]
    np.testing.assert_allclose(lengths, lengths[0], atol=3e-3)


def test_given_updates_and_losses_are_drawn_instead() -> None:
    model, steps = moments()
    update = np.zeros_like(model[0])
    update[:, 1, 0] = -2.0
    figure = force_film(model, steps, force=update, losses=LOSSES, unit="update", log_x=True)
    moves = arrows_of(figure.frames[1].data)
    assert (moves[0, 1] < 0, np.isnan(moves[1:]).all()) == (True, True)
    assert any("largest update 2, on feature 0; loss 0.5" in str(trace.text) for trace in figure.frames[1].data)
    np.testing.assert_allclose(figure.data[0].y, [1.0, 0.5, 0.25, 0.125])
    np.testing.assert_allclose(figure.data[0].x, [50.0, 100.0, 200.0, 300.0])


def test_a_long_history_is_thinned_to_where_something_moves() -> None:
    W, b = symmetric_failure(7)
    Ws, bs = np.stack([W] * 1001), np.stack([b] * 1001)
    Ws[500:510, 0, 6], Ws[510:, 0, 6] = np.linspace(0, 1, 10), 1.0
    figure = force_film((Ws, bs), np.arange(1001), losses=np.ones(1001), most=40)
    assert any("largest move" in str(trace.text) for trace in figure.frames[0].data)
    labels = [float(step.label.replace(",", "")) for step in figure.layout.sliders[0].steps]
    assert len(labels) <= 40
    assert (labels[0], labels[-1]) == (0, 1000)
    assert sum(495 < label < 515 for label in labels) >= 8


def test_a_recorded_run_is_a_force_film_and_small() -> None:
    def trained(*what: Any) -> tg.Run:
        over = {"seed": [0, 1]}
        record = tg.every(5, *what)
        return tg.train(tg.Autoencoder(features=5, hidden=2), tg.OneHot(), steps=300, record=record, over=over)

    run = trained("loss", "parameters", "gradients")
    figure = force_film(run.at(seed=1))
    assert len(figure.frames) == 50
    assert len(figure.to_json()) < 1_000_000
    slope = -run.W_gradient_history.transpose("seed", "step", "latent", "feature").values[1, 0]
    moves = arrows_of(figure.frames[0].data)
    seen = ~np.isnan(moves).any(axis=1)
    largest = np.nanmax(np.hypot(*moves.T))
    np.testing.assert_allclose(moves[seen], (slope.T / np.hypot(*slope).max() * largest)[seen], atol=3e-3)
    assert any("largest move" in str(trace.text) for trace in force_film(trained().at(seed=1)).frames[0].data)
    with pytest.raises(BadInput, match=r"take one, run\.at\(\.\.\.\)"):
        force_film(run)
    with pytest.raises(BadInput, match="which keeps parameters and loss"):
        force_film(trained("parameters").at(seed=1))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps": None}, "a force film needs the recorded moments of one model"),
        ({"steps": [1.0, 2.0]}, r"need to be \(t, 2, n\), \(t, n\) and \(t,\)"),
        ({"losses": [1.0]}, r"losses \(1,\) must be \(4, 2, 7\) and \(4,\)"),
        ({"losses": [1.0, np.inf, 1.0, 1.0]}, "not finite at some moment"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Any], words: str) -> None:
    model, steps = moments()
    with pytest.raises(BadInput, match=words):
        force_film(model, **dict[str, Any]({"steps": steps, "losses": LOSSES}) | change)
