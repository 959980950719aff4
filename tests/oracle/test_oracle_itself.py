"""The oracle judged by what needs no oracle: closed forms, numbers worked by hand, finite differences."""

import math
from functools import partial

import numpy as np
import pytest

from oracle import toy

REDUCTIONS: list[toy.Reduction] = ["mean", "feature_sum", "sum"]


def random_model(seed: int, m: int = 3, n: int = 5, samples: int = 4) -> tuple[toy.Params, toy.Array, toy.Array]:
    rng = np.random.default_rng(seed)
    params = {"W": rng.normal(size=(m, n)), "b": rng.normal(size=n)}
    return params, rng.uniform(size=(n, samples)), rng.uniform(0.5, 2.0, size=n)


def one_hot_loss(W: toy.Array, b: toy.Array, reduction: toy.Reduction = "sum") -> float:
    n = len(b)
    return toy.loss(toy.forward(W, b, np.eye(n), "relu"), np.eye(n), np.ones(n), reduction)


# ---- The model ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "at_minus_one", "at_zero", "at_two"),
    [
        ("relu", 0.0, 0.0, 2.0),
        ("linear", -1.0, 0.0, 2.0),
        ("sigmoid", 0.2689414213699951, 0.5, 0.8807970779778823),
        ("tanh", -0.7615941559557649, 0.0, 0.9640275800758169),
        ("gelu", -0.15880800939172324, 0.0, 1.954597694087775),
        ("softplus", 0.31326168751822286, 0.6931471805599453, 2.1269280110429727),
    ],
)
def test_activations_at_three_points(name: str, at_minus_one: float, at_zero: float, at_two: float) -> None:
    values = [toy.ACTIVATIONS[name](z) for z in (-1.0, 0.0, 2.0)]
    assert values == pytest.approx([at_minus_one, at_zero, at_two], rel=1e-14, abs=0)


@pytest.mark.parametrize("name", list(toy.ACTIVATIONS))
def test_activations_stay_finite_far_out_and_pass_nan_on(name: str) -> None:
    act = toy.ACTIVATIONS[name]
    assert math.isfinite(act(1e4))
    assert math.isfinite(act(-1e4))
    assert math.isnan(act(math.nan))


def test_forward_by_hand() -> None:
    W, b, x = np.array([[1.0, 2.0]]), np.array([0.5, -10.0]), np.array([[1.0, -3.0], [1.0, 1.0]])
    # hidden: 3 and −1; before the activation: (3.5, −4) and (−0.5, −12)
    np.testing.assert_array_equal(toy.forward(W, b, x, "linear"), [[3.5, -0.5], [-4.0, -12.0]])
    np.testing.assert_array_equal(toy.forward(W, b, x, "relu"), [[3.5, 0.0], [0.0, 0.0]])
    np.testing.assert_array_equal(toy.forward(W, b, x, "linear", "relu"), [[3.5, 0.5], [-4.0, -10.0]])


def test_forward_untied_by_hand() -> None:
    W_e, W_d = np.array([[1.0, 2.0]]), np.array([[1.0], [-1.0]])
    y = toy.forward_untied(W_e, W_d, np.array([0.0, 1.0]), np.array([[1.0], [1.0]]), "linear")
    np.testing.assert_array_equal(y, [[3.0], [-2.0]])


def test_loss_by_hand() -> None:
    y, x = np.array([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]]), np.zeros((3, 2))
    importance = np.array([1.0, 0.5, 7.0])  # 1·1 + 0.5·4 = 3 in total
    assert toy.loss(y, x, importance, "sum") == 3
    assert toy.loss(y, x, importance, "feature_sum") == 1.5
    assert toy.loss(y, x, importance, "mean") == 0.5


# ---- Gradients ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("activation", ["relu", "linear"])
@pytest.mark.parametrize("seed", range(3))
def test_hand_gradient_agrees_with_finite_differences(
    seed: int, activation: toy.Piecewise, reduction: toy.Reduction
) -> None:
    params, x, importance = random_model(seed)
    hand = toy.tied_gradient(params["W"], params["b"], x, importance, reduction, activation)

    def objective(p: toy.Params) -> float:
        return toy.loss(toy.forward(p["W"], p["b"], x, activation), x, importance, reduction)

    numeric = toy.gradient(objective, params)
    for name in params:
        np.testing.assert_allclose(numeric[name], hand[name], rtol=1e-6, atol=1e-7)
        assert np.abs(hand[name]).max() > 1e-2


def test_hand_gradient_by_hand() -> None:
    # one feature, one hidden unit: L = (w² x + b − x)² = 4 at w = 2, b = −1, x = 1
    g = toy.tied_gradient(np.array([[2.0]]), np.array([-1.0]), np.ones((1, 1)), np.ones(1), "sum", "relu")
    assert g["W"][0, 0] == 2 * 2 * 4  # 2 (y − x) · 2 w x
    assert g["b"][0] == 2 * 2


def test_relu_has_no_slope_at_zero() -> None:
    g = toy.tied_gradient(np.zeros((2, 3)), np.zeros(3), np.eye(3), np.ones(3), "sum", "relu")
    assert not g["W"].any()
    assert not g["b"].any()


# ---- Optimisers: two steps with the gradients 1 and 3, by hand ---------------------------------------------


def two_steps(optimiser: toy.Optimiser, start: float = 1.0) -> list[float]:
    params: toy.Params = {"w": np.array([start])}
    state: toy.State = {}
    path = []
    for g in (1.0, 3.0):
        params, state = optimiser(params, {"w": np.array([g])}, state, 0.1)
        path.append(float(params["w"][0]))
    return path


def test_sgd_by_hand() -> None:
    assert two_steps(toy.sgd) == pytest.approx([0.9, 0.6])


def test_momentum_by_hand() -> None:
    # v = 1, then 0.5 · 1 + 3
    assert two_steps(partial(toy.momentum, mu=0.5)) == pytest.approx([0.9, 0.55])


def test_adam_by_hand() -> None:
    # β1 = 1/2, β2 = 3/4, ε = 1: m = 1/2 then 7/4, v = 1/4 then 39/16; corrected 1, 7/3 and 1, 39/7
    path = two_steps(partial(toy.adam, beta1=0.5, beta2=0.75, eps=1.0))
    first = 1 - 0.1 * 1 / 2
    assert path == pytest.approx([first, first - 0.1 * (7 / 3) / (math.sqrt(39 / 7) + 1)], rel=1e-14)


def test_adamw_by_hand() -> None:
    # adam's steps, less rate · decay = 0.02 of the value before the step
    path = two_steps(partial(toy.adamw, beta1=0.5, beta2=0.75, eps=1.0, decay=0.2), start=2.0)
    first = 2 - 0.1 * 1 / 2 - 0.02 * 2
    assert path == pytest.approx([first, first * 0.98 - 0.1 * (7 / 3) / (math.sqrt(39 / 7) + 1)], rel=1e-14)


def test_first_adamw_step_without_decay_has_the_size_of_the_rate() -> None:
    params, x, importance = random_model(seed=0)
    params["b"][0] = -100.0  # a silent feature, so that some entry has no gradient
    grads = toy.tied_gradient(params["W"], params["b"], x, importance, "mean", "relu")
    after, _ = toy.adamw(params, grads, {}, 1e-3, decay=0.0)
    for name in params:
        step = np.abs(after[name] - params[name])
        moved = grads[name] != 0
        np.testing.assert_allclose(step[moved], 1e-3, rtol=1e-5)
        assert not step[~moved].any()
    assert grads["b"][0] == 0
    assert (grads["W"] != 0).all()


def test_decay_is_no_part_of_the_gradient() -> None:
    params, _ = toy.adamw({"w": np.array([2.0])}, {"w": np.zeros(1)}, {}, 0.1, decay=0.5)
    assert params["w"][0] == pytest.approx(2 * (1 - 0.1 * 0.5), rel=1e-15)


@pytest.mark.parametrize("optimiser", [toy.sgd, toy.momentum, toy.adam, toy.adamw])
def test_an_optimiser_keeps_the_memories_of_its_parameters_apart(optimiser: toy.Optimiser) -> None:
    def walk(start: toy.Params) -> toy.Params:
        params, state = start, dict[str, toy.Array]()
        for sign in (1.0, 1.0, -1.0):
            params, state = optimiser(params, {name: sign * 3 * p for name, p in start.items()}, state, 0.1)
        return params

    u, w = np.array([1.0]), np.array([[-2.0, 3.0]])
    both = walk({"u": u, "w": w})
    np.testing.assert_array_equal(both["u"], walk({"u": u})["u"])
    np.testing.assert_array_equal(both["w"], walk({"w": w})["w"])


def test_training_takes_one_step_a_rate_and_reports_every_loss() -> None:
    params, x, importance = random_model(seed=1)
    W, b = params["W"], params["b"]
    expected = [toy.loss(toy.forward(W, b, x, "linear"), x, importance, "feature_sum")]
    for rate in (0.05, 0.01):
        grads = toy.tied_gradient(W, b, x, importance, "feature_sum", "linear")
        W, b = W - rate * grads["W"], b - rate * grads["b"]
        expected.append(toy.loss(toy.forward(W, b, x, "linear"), x, importance, "feature_sum"))
    after, losses = toy.train(
        params, x, [0.05, 0.01], toy.sgd, importance=importance, reduction="feature_sum", activation="linear"
    )
    assert losses == expected
    np.testing.assert_array_equal(after["W"], W)
    np.testing.assert_array_equal(after["b"], b)
    assert losses[2] < losses[1] < losses[0]


def test_training_finds_the_triangle() -> None:
    angles = np.array([0.0, 2.0, 4.0])
    start = {"W": 0.5 * np.array([np.cos(angles), np.sin(angles)]), "b": np.zeros(3)}
    _, losses = toy.train(start, np.eye(3), [0.05] * 150, partial(toy.adamw, decay=0.0), reduction="sum")
    assert losses[-1] < 1e-4 < losses[0]


# ---- One-hot data, m = 2 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "squared_radius", "bias"),
    [
        (3, 0.666667, 0.333333),
        (4, 1.0, 0.0),
        (5, 1.447214, -0.447214),
        (6, 2.0, -1.0),
        (7, 2.655971, -1.655971),
        (8, 3.414214, -2.414214),
        (12, 7.464102, -6.464102),
    ],
)
def test_regular_polygon_has_no_loss(n: int, squared_radius: float, bias: float) -> None:
    W, b = toy.regular_polygon(n)
    np.testing.assert_allclose((W**2).sum(0), squared_radius, atol=5e-7)
    np.testing.assert_allclose(b, bias, atol=5e-7)
    assert one_hot_loss(W, b) < 1e-28
    assert one_hot_loss(0.99 * W, b) > 1e-4


@pytest.mark.parametrize(("n", "dead"), [(7, 1), (7, 2), (7, 3), (9, 1)])
def test_symmetric_failure_is_a_critical_point_of_known_loss(n: int, dead: int) -> None:
    W, b = toy.symmetric_failure(n, dead)
    assert one_hot_loss(W, b) == pytest.approx(dead * (n - 1) / n, rel=1e-12)
    grads = toy.tied_gradient(W, b, np.eye(n), np.ones(n), "sum", "relu")
    assert max(np.abs(g).max() for g in grads.values()) < 1e-14


def test_a_triangle_answers_to_its_dead_features_too() -> None:
    # two dead features of five; each of their inputs wakes three live features by 1/3
    assert one_hot_loss(*toy.symmetric_failure(5, dead=2)) == pytest.approx(2 * 4 / 5 + 2 * 3 * (1 / 3) ** 2)


def test_symmetric_failure_of_seven_in_every_convention() -> None:
    W, b = toy.symmetric_failure(7)
    assert one_hot_loss(W, b, "sum") == pytest.approx(6 / 7)
    assert one_hot_loss(W, b, "feature_sum") == pytest.approx(6 / 49)
    assert one_hot_loss(W, b, "mean") == pytest.approx(6 / 343)


def test_a_dead_feature_costs_one_and_is_not_pulled() -> None:
    W, b = toy.symmetric_failure(7)
    b[6] = -0.1
    assert one_hot_loss(W, b) == pytest.approx(1, rel=1e-12)
    grads = toy.tied_gradient(W, b, np.eye(7), np.ones(7), "sum", "relu")
    assert not grads["W"][:, 6].any()
    assert grads["b"][6] == 0


# ---- Sparse uniform data: exact expectations ---------------------------------------------------------------


def dropped(p: float) -> float:
    """Variance of one feature, the price of not representing it: p/3 − p²/4."""
    return p / 3 - p**2 / 4


@pytest.mark.parametrize(
    ("p", "importance", "drop_second", "drop_first", "antipodal"),
    [(0.3, 0.5, 0.03875, 0.0775, 0.0225), (0.8, 2.0, 0.213333333, 0.106666667, 0.32)],
)
def test_two_features_in_one_dimension(
    p: float, importance: float, drop_second: float, drop_first: float, antipodal: float
) -> None:
    def expected(w: list[float], b: list[float]) -> float:
        return toy.expected_loss(np.array([w]), np.array(b), np.array([1.0, importance]), p)

    assert expected([1, 0], [0, p / 2]) == pytest.approx(drop_second, abs=1e-9)
    assert expected([0, 1], [p / 2, 0]) == pytest.approx(drop_first, abs=1e-9)
    assert expected([1, -1], [0, 0]) == pytest.approx(antipodal, abs=1e-9)
    assert p**2 * (1 + importance) / 6 == pytest.approx(antipodal, abs=1e-9)


@pytest.mark.parametrize(("p", "importance"), [(0.3, 0.5), (0.8, 2.0)])
def test_three_features_in_two_dimensions(p: float, importance: float) -> None:
    def expected(W: list[list[float]], b: list[float]) -> float:
        return toy.expected_loss(np.array(W), np.array(b), np.array([1.0, 1.0, importance]), p)

    mean, pair = p / 2, p**2 / 6
    assert expected([[1, 0, 0], [0, 1, 0]], [0, 0, mean]) == pytest.approx(importance * dropped(p), rel=1e-12)
    assert expected([[0, 1, 0], [0, 0, 1]], [mean, 0, 0]) == pytest.approx(dropped(p), rel=1e-12)
    assert expected([[1, 0, 0], [0, 1, -1]], [0, 0, 0]) == pytest.approx((1 + importance) * pair, rel=1e-12)
    assert expected([[1, -1, 0], [0, 0, 1]], [0, 0, 0]) == pytest.approx(2 * pair, rel=1e-12)


def test_the_law_agrees_with_samples() -> None:
    rng = np.random.default_rng(0)
    p, importance = 0.6, np.array([1.0, 0.5])
    W, b = np.array([[1.1, -0.7]]), np.array([0.0, 0.0])
    samples = np.where(rng.uniform(size=(2, 4000)) < p, rng.uniform(size=(2, 4000)), 0.0)
    y = toy.forward(W, b, samples, "linear")
    estimate = toy.loss(y, samples, importance, "feature_sum")
    assert toy.expected_loss(W, b, importance, p, "linear") == pytest.approx(estimate, rel=0.05)


def test_no_output_costs_the_second_moment() -> None:
    x, weights = toy.sparse_law(3, 0.4)
    assert weights @ x[1] ** 2 == pytest.approx(0.4 / 3, rel=1e-12)
    assert weights @ (x.max(0) == 0) == pytest.approx(0.6**3, rel=1e-12)


def test_dense_basic_experiment_keeps_the_first_m_features() -> None:
    # n = 20, m = 5, I = 0.7^i, p = 1. No feature touches another here, so all may take one value at once.
    n, m = 20, 5
    importance = np.array([0.7**i for i in range(n)])
    nodes, weights = toy.sparse_law(1, 1.0)
    x = np.repeat(nodes, n, axis=0)
    y = toy.forward(np.eye(m, n), np.append(np.zeros(m), np.full(n - m, 0.5)), x, "relu")
    each = [toy.loss(y[:, [s]], x[:, [s]], importance, "mean") for s in range(x.shape[1])]
    mean_loss = math.fsum(w * value for w, value in zip(weights, each, strict=True))
    assert mean_loss == pytest.approx(0.0023232, abs=5e-8)
    assert mean_loss == pytest.approx(importance[m:].sum() * dropped(1.0) / n, rel=1e-12)
