"""Responses of a whole run, labelled."""

import numpy as np

import tegum as tg


def test_responses_are_labelled_by_the_run_s_axes() -> None:
    over = {"learning_rate": [1e-3, 1e38], "seed": range(3)}
    run = tg.train(tg.Autoencoder(features=5, hidden=2), tg.OneHot(), steps=30, over=over)
    found = run.responses()
    assert found["threshold"].dims == ("learning_rate", "seed", "feature")
    one = found.sel(learning_rate=1e-3, seed=2)
    np.testing.assert_allclose(one["gain"], (run.at(learning_rate=1e-3, seed=2).W.values.astype(float) ** 2).sum(0))
    plain = tg.geometry.responses((run.W.values[0, 2], run.b.values[0, 2]))
    np.testing.assert_array_equal(one["depth"], plain.depth)
    assert np.isnan(found["threshold"].sel(learning_rate=1e38)).all()
