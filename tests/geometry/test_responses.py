"""Responses against a model that is simply evaluated at many inputs."""

import numpy as np
import pytest

from oracle import zones as oracle
from tegum.geometry.responses import Responses, one_hot_errors, reconstructs, responses, unique_positive
from tegum.geometry.weights import Weights, weights_of

VALUES = np.linspace(0, 4, 4001)


def outputs(model: Weights, i: int) -> np.ndarray:
    """z before ReLU for feature i alone at each of VALUES, (values, n)."""
    h = np.outer(VALUES, model.encoder[:, i]) + model.encoder_bias
    return np.asarray(h @ model.decoder.T + model.bias)


def test_thresholds_and_lone_ranges_are_where_evaluation_finds_them() -> None:
    step = VALUES[1]
    for model in (Weights(*arrays) for arrays in oracle.models(60, 2, most=6)):
        found = responses(model)
        for i in range(model.features):
            positive = outputs(model, i) > 1e-9
            on = positive[:, i]
            if on.any():
                assert found.threshold[i] <= VALUES[on.argmax()] + 1e-9
                assert found.threshold[i] >= VALUES[on.argmax()] - step - 1e-9
            else:
                assert not found.threshold[i] < VALUES[-1] - step
            lone = on & (positive.sum(1) == 1)
            if lone.sum() > 1:  # a single point is no range
                assert found.linear_from[i] == pytest.approx(VALUES[lone.argmax()], abs=1.5 * step)
                last = VALUES[len(lone) - 1 - lone[::-1].argmax()]
                assert min(found.linear_to[i], VALUES[-1]) == pytest.approx(last, abs=1.5 * step)
            elif np.isfinite(found.linear_from[i]):
                assert found.linear_to[i] - found.linear_from[i] < 2 * step or found.linear_from[i] > VALUES[-1] - step


def test_what_happens_at_the_tips() -> None:
    for model in (Weights(*arrays) for arrays in oracle.models(60, 3)):
        found, n = responses(model), model.features
        y = np.array([[max(0.0, model.decoder[i] @ model.tips[j] + model.bias[i]) for j in range(n)] for i in range(n)])
        for i in range(n):
            others = [j for j in range(n) if j != i]
            assert found.activation[i] == pytest.approx(y[i, i])
            assert found.received[i] == pytest.approx(sum(y[i, j] ** 2 for j in others))
            assert found.sent[i] == pytest.approx(sum(y[j, i] ** 2 for j in others))
            assert found.gain[i] == pytest.approx(float(model.decoder[i] @ model.encoder[:, i]))
            if np.isfinite(found.depth[i]):
                size = np.linalg.norm(model.decoder[i])
                assert max(0, found.depth[i] * size) == pytest.approx(y[i, i], abs=1e-9)
            away = [np.linalg.norm(model.decoder[j]) for j in others]
            if min(away) > 0:
                z = model.decoder @ model.tips[i] + model.bias
                near = min(-z[j] / a for j, a in zip(others, away, strict=True))
                assert found.separation[i] == pytest.approx(near)


def test_regular_polygons_by_hand() -> None:
    for n in range(3, 10):
        turn = 2 * np.pi * np.arange(n) / n
        square = 1 / (1 - np.cos(turn[1]))
        W, b = square**0.5 * np.stack([np.cos(turn), np.sin(turn)]), np.full(n, 1 - square)
        found = responses((W, b))
        np.testing.assert_allclose(found.gain, square)
        np.testing.assert_allclose(found.threshold, max(0, np.cos(turn[1])), atol=1e-12)
        np.testing.assert_allclose(found.activation, 1)
        np.testing.assert_allclose(found.depth, square**-0.5)
        np.testing.assert_allclose(found.received + found.sent, 0, atol=1e-12)
        np.testing.assert_allclose(found.separation, 0, atol=1e-12)
        assert unique_positive((W, b), tolerance=1e-9).all()


def test_a_dead_feature() -> None:
    found = responses((np.array([[1.0, 0.0]]), np.array([0.0, -0.5])))
    assert found.threshold.tolist() == [0.0, np.inf]
    assert found.depth.tolist() == [1.0, -np.inf]
    assert found.separation[0] == np.inf
    assert np.isnan(found.linear_from[1])
    always = responses((np.array([[1.0, 0.0]]), np.array([0.0, 0.5])))
    assert always.threshold[1] == 0
    assert always.separation[0] == -np.inf


def test_unique_positive_is_its_own_output_and_no_other() -> None:
    W, b = np.array([[1.0, -1.0, 0.5]]), np.array([0.0, 0.0, -0.25])
    assert unique_positive((W, b)).tolist() == [False, True, False]
    assert unique_positive((W, b), tolerance=0.3).tolist() == [True, True, False]


def test_rounding_does_not_decide_where_the_best_arrangements_lie_on_the_border() -> None:
    for n in range(3, 40):
        turn = 2 * np.pi * np.arange(n) / n
        W = (1 - np.cos(turn[1])) ** -0.5 * np.stack([np.cos(turn), np.sin(turn)])
        assert unique_positive((W, 1 - (W * W).sum(0))).all()
    R = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0]
    octahedron = R @ np.concatenate([np.eye(4), -np.eye(4)], axis=1)
    assert unique_positive((octahedron, np.zeros(8))).all()
    found = responses((octahedron, np.zeros(8)))
    assert (found.linear_from == 0).all()
    assert np.isinf(found.linear_to).all()
    assert not unique_positive((1.001 * octahedron[:, :4] + 0.001, np.zeros(4))).any()


def test_one_hot_errors_and_zero_loss() -> None:
    model = (np.array([[1.0, -1.0]]), np.array([0.0, 0.005]))
    np.testing.assert_allclose(one_hot_errors(model), np.array([[0, 0], [0, 0.005]]))
    assert reconstructs(model).item()
    assert not reconstructs(model, tolerance=0.004).item()
    assert reconstructs((np.zeros((3, 1, 2)), np.zeros((3, 2)))).tolist() == [False] * 3


def test_what_is_not_finite_gets_no_answer_and_spoils_no_neighbour() -> None:
    W, b = np.stack([np.eye(2), np.full((2, 2), np.nan), np.eye(2)]), np.zeros((3, 2))
    b[2, 0] = np.inf
    found = responses((W, b))
    for name in Responses.__dataclass_fields__:
        assert np.isnan(getattr(found, name)[1:]).all()
    assert found.threshold[0].tolist() == [0, 0]
    assert not unique_positive((W, b))[1:].any()


def test_a_batch_is_its_members() -> None:
    rng = np.random.default_rng(0)
    W, b = rng.normal(size=(6, 4, 3, 5)), rng.normal(size=(6, 4, 5))
    together = responses((W, b))
    for name in Responses.__dataclass_fields__:
        for place in np.ndindex(6, 4):
            alone = getattr(responses(weights_of((W[place], b[place]))), name)
            np.testing.assert_allclose(getattr(together, name)[place], alone, rtol=1e-12, atol=1e-12)
