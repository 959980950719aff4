"""A second, slow opinion on the toy model: ``y = act(Wᵀ hidden_act(W x) + b)``.

One model at a time, float64, one scalar after another: no matrix products and nothing from the package, so
that a mistake in the engine has no way of being here too. Meant for finite numbers; an overflow may raise.

Axes: features i, j (n), hidden units a (m), samples s (columns). Shapes: W and W_e (m, n), W_d (n, m), b and
importance (n,), x and y (n, samples).
"""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Params: TypeAlias = dict[str, Array]
State: TypeAlias = dict[str, Array]  # an optimiser's memory; {} at the start
Reduction: TypeAlias = Literal["mean", "feature_sum", "sum"]
Piecewise: TypeAlias = Literal["relu", "linear"]  # the activations with a gradient by hand
Optimiser: TypeAlias = Callable[[Params, Params, State, float], tuple[Params, State]]

# ---- The model ---------------------------------------------------------------------------------------------


def _relu(z: float) -> float:
    return 0.0 if z <= 0 else z  # in this order, a NaN stays a NaN


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def _gelu(z: float) -> float:
    """The tanh approximation, jax.nn.gelu's default: Hendrycks and Gimpel 2016, section 2."""
    return z / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))


def _softplus(z: float) -> float:
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


ACTIVATIONS: dict[str, Callable[[float], float]] = {
    "relu": _relu,
    "linear": lambda z: z,
    "sigmoid": _sigmoid,
    "tanh": math.tanh,
    "gelu": _gelu,
    "softplus": _softplus,
}


def forward(W: Array, b: Array, x: Array, activation: str, hidden_activation: str = "linear") -> Array:
    """The tied model's output (n, samples): the decoder is the encoder's transpose.

    >>> forward(np.array([[1.0, -1.0]]), np.zeros(2), np.array([[0.5], [0.25]]), "relu")
    array([[0.25],
           [0.  ]])
    """
    return forward_untied(W, W.T, b, x, activation, hidden_activation)


def forward_untied(
    W_e: Array, W_d: Array, b: Array, x: Array, activation: str, hidden_activation: str = "linear"
) -> Array:
    """Output (n, samples) of ``act(W_d hidden_act(W_e x) + b)``."""
    act, hidden_act = ACTIVATIONS[activation], ACTIVATIONS[hidden_activation]
    m, n = W_e.shape
    y = np.empty((n, x.shape[1]))
    for s in range(x.shape[1]):
        h = [hidden_act(math.fsum(W_e[a, j] * x[j, s] for j in range(n))) for a in range(m)]
        for i in range(n):
            y[i, s] = act(math.fsum(W_d[i, a] * h[a] for a in range(m)) + b[i])
    return y


def loss(y: Array, x: Array, importance: Array, reduction: Reduction) -> float:
    """``Σ_s Σ_i I_i (y_is − x_is)²``, times the reduction's factor (see `scale`)."""
    n, samples = x.shape
    errors = (importance[i] * (y[i, s] - x[i, s]) ** 2 for s in range(samples) for i in range(n))
    return math.fsum(errors) * scale(n, samples, reduction)


def scale(n: int, samples: int, reduction: Reduction) -> float:
    """1 for "sum" (over samples and features); "feature_sum" is a mean over samples, "mean" over both."""
    return {"sum": 1.0, "feature_sum": 1 / samples, "mean": 1 / (n * samples)}[reduction]


# ---- Gradients ---------------------------------------------------------------------------------------------


def gradient(f: Callable[[Params], float], params: Params, step: float = 1e-6) -> Params:
    """Central differences of any scalar f, one entry at a time; wrong by about step² f‴/6 and 1e-16 f / step.

    >>> gradient(lambda p: float(p["w"][0] ** 2), {"w": np.array([3.0])})["w"].round(6)
    array([6.])
    """
    slopes = {name: np.empty(array.shape) for name, array in params.items()}
    for name, array in params.items():
        for index in np.ndindex(array.shape):
            above, below = array.copy(), array.copy()
            above[index] += step
            below[index] -= step
            rise = f({**params, name: above}) - f({**params, name: below})
            slopes[name][index] = rise / (2 * step)
    return slopes


def tied_gradient(
    W: Array, b: Array, x: Array, importance: Array, reduction: Reduction, activation: Piecewise
) -> Params:
    """Exact gradient {"W", "b"} of the tied model with a linear hidden layer.

    With h = W x, z = Wᵀh + b and δ_is = ∂L/∂z_is = 2 c I_i (y_is − x_is) act'(z_is), W appears twice:

        ∂L/∂b_i  = Σ_s δ_is
        ∂L/∂W_ai = Σ_s (h_as δ_is + x_is Σ_j W_aj δ_js)        (as decoder, as encoder)

    The ReLU's slope at zero is zero, as in JAX and PyTorch.
    """
    m, n = W.shape
    samples = x.shape[1]
    y = forward(W, b, x, activation)
    c = scale(n, samples, reduction)
    gW, gb = np.zeros((m, n)), np.zeros(n)
    for s in range(samples):
        h = [math.fsum(W[a, j] * x[j, s] for j in range(n)) for a in range(m)]
        slope = [1.0 if activation == "linear" or y[i, s] > 0 else 0.0 for i in range(n)]
        delta = [2 * c * importance[i] * (y[i, s] - x[i, s]) * slope[i] for i in range(n)]
        back = [math.fsum(W[a, j] * delta[j] for j in range(n)) for a in range(m)]
        for i in range(n):
            gb[i] += delta[i]
            for a in range(m):
                gW[a, i] += h[a] * delta[i] + x[i, s] * back[a]
    return {"W": gW, "b": gb}


# ---- Optimisers: (params, grads, state, rate) -> (params, state) -------------------------------------------


def sgd(params: Params, grads: Params, state: State, rate: float) -> tuple[Params, State]:
    return {name: p - rate * grads[name] for name, p in params.items()}, state


def momentum(params: Params, grads: Params, state: State, rate: float, mu: float = 0.9) -> tuple[Params, State]:
    """PyTorch's convention: the velocity sums gradients, v ← μ v + g, and the rate applies to all of it."""
    velocity = {name: mu * state.get(name, np.zeros(p.shape)) + grads[name] for name, p in params.items()}
    return {name: p - rate * velocity[name] for name, p in params.items()}, velocity


def adam(
    params: Params, grads: Params, state: State, rate: float,
    beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> tuple[Params, State]:  # fmt: skip
    """Kingma and Ba 2014, algorithm 1: p ← p − rate · m̂ / (√v̂ + ε)."""
    return adamw(params, grads, state, rate, beta1, beta2, eps, decay=0.0)


def adamw(
    params: Params, grads: Params, state: State, rate: float,
    beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, decay: float = 0.01,
) -> tuple[Params, State]:  # fmt: skip
    """Loshchilov and Hutter 2017, decay scaled by the rate: p ← p − rate · (m̂ / (√v̂ + ε) + decay · p)."""
    t = float(state.get("count", np.array(0.0))) + 1
    new_params, new_state = {}, {"count": np.array(t)}
    for name, p in params.items():
        g, zero = grads[name], np.zeros(p.shape)
        m = beta1 * state.get(f"m of {name}", zero) + (1 - beta1) * g
        v = beta2 * state.get(f"v of {name}", zero) + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        new_params[name] = p - rate * (m_hat / (np.sqrt(v_hat) + eps) + decay * p)
        new_state |= {f"m of {name}": m, f"v of {name}": v}
    return new_params, new_state


def train(
    params: Params,
    x: Array,
    rates: Sequence[float],
    optimiser: Optimiser = adamw,
    *,
    importance: Array | None = None,
    reduction: Reduction = "mean",
    activation: Piecewise = "relu",
) -> tuple[Params, list[float]]:
    """Full-batch training of a tied model {"W", "b"} on x, one step a rate: the last parameters, all losses.

    losses[t] is the loss after t steps, so there is one more of them than there are rates. One-hot data is
    ``np.eye(n)``, a constant rate ``[1e-3] * steps``; an optimiser's settings go in by functools.partial.
    """
    weights = np.ones(x.shape[0]) if importance is None else importance
    state: State = {}
    losses = [loss(forward(params["W"], params["b"], x, activation), x, weights, reduction)]
    for rate in rates:
        grads = tied_gradient(params["W"], params["b"], x, weights, reduction, activation)
        params, state = optimiser(params, grads, state, rate)
        losses.append(loss(forward(params["W"], params["b"], x, activation), x, weights, reduction))
    return params, losses


# ---- Models and laws with known answers --------------------------------------------------------------------


def regular_polygon(n: int) -> tuple[Array, Array]:
    """W (2, n) and b (n,) of the regular n-gon that maps one-hot data to itself, for n ≥ 3.

    A feature must return 1 for itself, r² + b = 1, and its nearest neighbour must just be silent,
    r² cos(2π/n) + b = 0; hence r² = 1 / (1 − cos(2π/n)).

    >>> regular_polygon(6)[1].round(6)
    array([-1., -1., -1., -1., -1., -1.])
    """
    cosine = math.cos(2 * math.pi / n)
    r = math.sqrt(1 / (1 - cosine))
    angles = [2 * math.pi * i / n for i in range(n)]
    W = np.array([[r * math.cos(angle) for angle in angles], [r * math.sin(angle) for angle in angles]])
    return W, np.full(n, -(r**2) * cosine)


def symmetric_failure(n: int, dead: int = 1) -> tuple[Array, Array]:
    """A regular polygon of the first n − dead features; the last have W_i = 0 and answer 1/n to everything.

    On one-hot data each dead feature costs (1 − 1/n)² + (n − 1)/n² = (n − 1)/n. The others cost nothing if
    there are four or more; a triangle's bias 1/3 also answers to the dead features' inputs.
    """
    W, b = regular_polygon(n - dead)
    return np.hstack([W, np.zeros((2, dead))]), np.append(b, np.full(dead, 1 / n))


def sparse_law(n: int, p: float, order: int = 4) -> tuple[Array, Array]:
    """x (n, nodes) and weights (nodes,) that integrate over n independent features: uniform on [0, 1] with
    probability p, otherwise zero.

    Each of the 2ⁿ patterns of activity is a cube, cut into one simplex for each ordering of the k active
    values, 1 ≥ u_1 ≥ u_1 u_2 ≥ …, with Jacobian Π u_j^(k − j). Gauss–Legendre points for the u are exact on a
    simplex for polynomials in x of degree 2 order − k or less: kinks at x_i = x_j and x_i = 0 do no harm.

    >>> x, weight = sparse_law(2, 0.5)
    >>> float(weight.sum().round(12)), float((weight * x[0] * x[1]).sum().round(12))
    (1.0, 0.0625)
    """
    points, masses = np.polynomial.legendre.leggauss(order)
    rule = [((1 + u) / 2, mass / 2) for u, mass in zip(points, masses, strict=True)]
    nodes, weights = [], []
    for k in range(n + 1):
        for ordering in itertools.permutations(range(n), k):
            for pairs in itertools.product(rule, repeat=k):
                x, value, weight = np.zeros(n), 1.0, p**k * (1 - p) ** (n - k)
                for position, (feature, (u, mass)) in enumerate(zip(ordering, pairs, strict=True)):
                    value *= u
                    weight *= mass * u ** (k - 1 - position)
                    x[feature] = value
                nodes.append(x)
                weights.append(weight)
    return np.array(nodes).T, np.array(weights)


def expected_loss(W: Array, b: Array, importance: Array, p: float, activation: str = "relu") -> float:
    """Expectation over `sparse_law` of the loss, summed over features."""
    x, weights = sparse_law(len(b), p)
    y = forward(W, b, x, activation)
    each = [loss(y[:, [s]], x[:, [s]], importance, "sum") for s in range(x.shape[1])]
    return math.fsum(weight * value for weight, value in zip(weights, each, strict=True))
