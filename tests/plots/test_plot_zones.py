"""Zones drawn: what is in the figure, for every make of model, and what is refused in one sentence."""

import numpy as np
import plotly.graph_objects as go
import pytest

import tegum as tg
from tegum.errors import BadInput
from tegum.geometry.clipping import area
from tegum.geometry.zones import lone_zones, zones
from tegum.plots.zones import COUNTS, latent_cells, latent_zones, zone_film

TURN = np.pi * np.arange(6) / 3
W = 2**0.5 * np.stack([np.cos(TURN), np.sin(TURN)])
B = np.full(6, -1.0)


def fills(figure: go.Figure, words: str) -> list[np.ndarray]:
    """The polygons of the traces whose name holds these words, (V, 2) each."""
    found = []
    for trace in figure.data:
        if trace.name and words in trace.name and trace.x is not None:
            points = np.stack([np.array(trace.x, float), np.array(trace.y, float)], axis=1)
            found += [part[1:] if np.isnan(part[0]).any() else part for part in _split(points)]
    return found


def _split(points: np.ndarray) -> list[np.ndarray]:
    gaps = np.flatnonzero(np.isnan(points[:, 0]))
    return [part for part in np.split(points, gaps) if len(part) > 2]


def test_what_is_drawn_are_the_zones() -> None:
    figure = latent_zones((W, B))
    for words, expected in (("zone of output", zones((W, B))), ("alone is positive", lone_zones((W, B)))):
        drawn = fills(figure, words)
        assert len(drawn) == 6
        np.testing.assert_allclose(sorted(area(part[:-1]) for part in drawn), sorted(area(expected)), rtol=1e-9)


def test_where_an_output_is_alone_its_colour_is_stronger() -> None:
    opacity = {
        trace.name: float(trace.fillcolor.split(",")[-1][:-1]) for trace in latent_zones((W, B)).data if trace.name
    }
    for i in range(6):
        assert opacity[f"output {i} alone is positive"] > 2 * opacity[f"zone of output {i}"] > 0


def test_a_model_without_a_zone_has_no_fill_but_keeps_its_place_in_a_film() -> None:
    silent = np.where(np.arange(6) == 2, -9.0, B)
    assert len(fills(latent_zones((W, silent)), "zone of output")) == 5
    figure = zone_film((np.stack([W, W]), np.stack([silent, B])), ["0", "1"])
    assert len(figure.frames) == 2
    assert all(len(frame.data) == len(figure.data) for frame in figure.frames)
    assert figure.layout.sliders[0].active == 1
    assert len(fills(figure, "zone of output")) == 6


def test_every_make_of_model_in_one_line() -> None:
    run = tg.train(tg.Autoencoder(features=5, hidden=2), tg.OneHot(), steps=5, over={"seed": range(3)})
    figure = tg.plots.latent_zones(run)
    titles = [note.text for note in figure.layout.annotations]
    assert titles[:3] == ["seed 0", "seed 1", "seed 2"]
    assert len(fills(tg.plots.latent_zones(run.at(seed=1)), "zone of output")) > 0
    assert len(fills(tg.plots.latent_zones((W, B)), "zone of output")) == 6
    assert len(fills(tg.plots.latent_zones({"W": W.T, "b_final": B}), "zone of output")) == 6


@pytest.mark.parametrize("hidden", [1, 2, 3, 5])
def test_any_number_of_hidden_dimensions(hidden: int) -> None:
    rng = np.random.default_rng(hidden)
    model = rng.normal(size=(hidden, 7)), rng.normal(size=7)
    assert len(latent_cells(model).data) > 7
    figure = latent_zones(model, subtitles=["below"] if hidden == 3 else None)
    if hidden == 3:
        assert "below" in [note.text for note in figure.layout.annotations]
    solid = [trace for trace in figure.data if trace.type == "mesh3d"]
    assert bool(solid) == (hidden == 3)
    words = " ".join(note.text for note in figure.layout.annotations)
    assert ("slice" in words) == (hidden > 3)


def test_a_recorded_run_is_a_film() -> None:
    over = {"seed": [0, 1]}
    run = tg.train(tg.Autoencoder(features=5, hidden=2), tg.OneHot(), steps=20, record=tg.every(10), over=over)
    figure = zone_film(run.at(seed=1))
    assert [step.label for step in figure.layout.sliders[0].steps] == ["0", "10", "20"]
    with pytest.raises(BadInput, match=r"A run needs record=... and one instance"):
        zone_film(run)


def test_given_inputs_are_marked_where_their_latents_are() -> None:
    figure = latent_zones((W, B), samples=np.stack([np.eye(6)[1], np.eye(6)[0] + np.eye(6)[2]], axis=1))
    marks = next(trace for trace in figure.data if trace.name == "samples")
    assert marks.x[0] == pytest.approx(marks.x[1])  # W_0 + W_2 = W_1 in a hexagon
    assert marks.y[0] == pytest.approx(marks.y[1])
    assert "y = (0, 1, 0, 0, 0, 0)" in marks.text[1]
    with pytest.raises(BadInput, match=r"samples of shape \(5, 1\) must be columns \(n=6, k\)"):
        latent_zones((W, B), samples=np.ones(5))


def test_what_is_not_finite_is_refused_or_named() -> None:
    diverged = np.stack([W, np.full_like(W, np.nan)]), np.stack([B, np.full_like(B, np.nan)])
    words = [note.text for note in latent_zones(diverged).layout.annotations]
    assert words.count("not finite") == 1
    bent = W.copy()
    bent[0, 0] = np.inf
    with pytest.raises(BadInput, match=r"W or b is not finite; give numbers, or NaN in all that belongs to a feature"):
        latent_zones((bent, B))


def test_tiles_may_have_scales_of_their_own() -> None:
    models = np.stack([W, 0.1 * W]), np.stack([B, 0.01 * B])
    drawn = [sorted(float(area(part[:-1])) for part in fills(latent_zones(models, one_scale=same), "zone of output"))
             for same in (True, False)]  # fmt: skip
    assert drawn[1][0] == pytest.approx(drawn[1][-1])
    assert drawn[0][0] != pytest.approx(drawn[0][-1])


def test_features_that_a_smaller_model_lacks_are_left_out() -> None:
    padded = np.full((2, 2, 7), np.nan), np.full((2, 7), np.nan)
    padded[0][0, :, :6], padded[1][0, :6] = W, B
    padded[0][1, :, :3], padded[1][1, :3] = W[:, ::2], B[::2]
    drawn = fills(latent_zones(padded, ["six", "three"]), "alone is positive")
    assert len(drawn) == 9
    small = sorted(area(lone_zones((W[:, ::2], B[::2]))))
    found = sorted(float(area(part[:-1])) for part in drawn)
    assert all(np.isclose(found, value).any() for value in small)


def test_tips_tell_the_truth_also_where_their_shadows_are_drawn() -> None:
    Q = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0]
    figure = latent_zones((np.concatenate([Q, -Q], axis=1), np.zeros(8)))
    told = next(trace.text for trace in figure.data if trace.mode == "markers" and trace.text is not None)
    assert all(f"output {i}: 1<" in f"{words}<" and "also" not in words for i, words in enumerate(told))


def test_a_biased_encoder_is_drawn_around_the_latent_of_zero() -> None:
    c = np.array([100.0, 0.0])
    moved = latent_zones({"W_e": W, "W_d": W.T, "b": B - W.T @ c, "b_e": c})
    there, here = fills(moved, "zone of output"), fills(latent_zones((W, B)), "zone of output")
    for part, other in zip(there, here, strict=True):
        np.testing.assert_allclose(part, other, atol=1e-9)


def test_cells_are_coloured_by_how_many_outputs_are_positive() -> None:
    figure = latent_cells((W, B))
    polygons = [trace for trace in figure.data if trace.fill == "toself"]
    shades = {trace.text: trace.fillcolor for trace in polygons}
    assert shades["<b>positive: none</b>"] == COUNTS[0]
    assert shades["<b>positive: 0</b>"] == COUNTS[1]
    assert shades["<b>positive: 0, 1</b>"] == COUNTS[2]
    assert [trace.name for trace in figure.data if trace.showlegend] == [
        "silent",
        "1 positive",
        "2 positive",
        "3 positive",
    ]


def test_bad_input() -> None:
    many = (np.stack([W] * 40), np.stack([B] * 40))
    with pytest.raises(BadInput, match=r"here are 40 models and a figure has room for 36; pick some, such as run.at"):
        latent_zones(many)
    with pytest.raises(BadInput, match=r"must be as many as there are models, 1"):
        latent_zones((W, B), ["a", "b"])
    with pytest.raises(BadInput, match=r"a film needs the recorded moments of one model with m=2"):
        zone_film((W, B), ["0"])
    with pytest.raises(BadInput, match=r"about one model, but here is a batch of shape \(40,\)"):
        latent_cells(many)
    with pytest.raises(BadInput, match=r"dented=True draws an outline in the plane, m=2, but this model has m=3"):
        latent_zones((np.ones((3, 5)), np.zeros(5)), dented=True)
    with pytest.raises(BadInput, match=r"holds 4 models with m=3 and a figure has room for 3"):
        latent_zones((np.ones((4, 3, 5)), np.zeros((4, 5))))
