"""Every law of x against its definition: what is active with what, how often, and with which values."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import tegum as tg
from tegum.errors import BadInput
from tegum.spec import leaves, with_leaves
from tegum.toy.features import draw, whole
from tegum.toy.product import Identity
from tegum.toy.random import key_of

N = 6  # features
MANY = 100_000  # samples
ALPHA = 1e-4  # of each Kolmogorov-Smirnov test; there are dozens

LAWS: list[tg.Law] = [
    tg.OneHot(),
    tg.SparseUniform(feature_probability=0.3),
    tg.SparseUniform(feature_probability=(0.0, 0.1, 0.3, 0.5, 0.9, 1.0)),
    tg.KActive(active=4),
    tg.CorrelatedSets(sets=2, feature_probability=(0.2, 0.7)),
    tg.CorrelatedSets(sets=3, feature_probability=0.4),
    tg.AnticorrelatedSets(sets=2, feature_probability=(0.2, 0.7)),
    tg.AnticorrelatedSets(sets=3, feature_probability=0.4),
    tg.Hierarchical(children=2, feature_probability=(0.2, 0.7), child_probability=(0.9, 0.1)),
    tg.Hierarchical(children=1, feature_probability=0.4, child_probability=0.5),
    tg.UnitNorm(of=tg.SparseUniform(feature_probability=0.3)),
    tg.FixedSamples(count=5, of=tg.KActive(active=2)),
]


class Gaussian(tg.Law):
    """A user's law, written for one model."""

    scale: float = 1.0

    def sample(self, key: Any, features: int, samples: int) -> Any:
        return self.scale * jax.random.normal(key, (features, samples))


class Halved(tg.SparseUniform):
    """A user's variation of a built-in law: written for one model, because it does not say otherwise."""

    def sample(self, key: Any, features: int, samples: int) -> Any:
        x = super().sample(key, features, samples)
        assert x.ndim == 2
        return x / 2


class Ramp(tg.Law):
    """A user's data set."""

    slope: float = 1.0

    def sample(self, key: Any, features: int, samples: int) -> Any:
        return jnp.zeros((features, samples))

    def dataset(self, key: Any, features: int) -> Any:
        return self.slope * jnp.arange(2.0 * features).reshape(features, 2) + jax.random.uniform(key)


class Ones(tg.Law):
    """What u / p may round to."""

    def sample(self, key: Any, features: int, samples: int) -> Any:
        return jnp.ones((features, samples))


class Kept(tg.FixedSamples):
    """A built-in data set by another name, written for one model."""


def key(seed: int = 0) -> jax.Array:
    return jnp.array(key_of(seed), jnp.uint32)


@functools.partial(jax.jit, static_argnums=(0, 3))
def compiled(structure: tg.Law, numbers: dict[str, jax.Array], key: jax.Array, samples: int) -> jax.Array:
    return draw(with_leaves(structure, numbers), key, N, samples)


def drawn(law: tg.Law, numbers: dict[str, jax.Array], key: jax.Array, samples: int) -> jax.Array:
    """The law with these numbers; laws of one structure are compiled once."""
    return compiled(with_leaves(law, dict.fromkeys(leaves(law), 0.0)), numbers, key, samples)


@functools.cache
def sampled(law: tg.Law, seed: int = 1) -> np.ndarray:
    return np.asarray(drawn(law, shrunk(law, 0), key(seed), MANY), float)


def near(probability: float) -> Any:
    """A frequency among MANY samples, within four standard errors."""
    return pytest.approx(probability, abs=4 * np.sqrt(max(probability * (1 - probability), 1e-12) / MANY))


def together(x: np.ndarray) -> np.ndarray:
    """How often each pair of features is active in one sample."""
    active = (x > 0).astype(float)
    return active @ active.T / x.shape[1]


def shrunk(law: tg.Law, lanes: Any) -> dict[str, jax.Array]:
    """The law's numbers times 1, 1/2, 1/3 in lanes 0, 1, 2."""
    share = 1 / (1 + np.asarray(lanes, np.float32))
    numbers = {path: np.multiply.outer(np.float32(value), share) for path, value in leaves(law).items()}
    return {path: jnp.asarray(value, jnp.float32) for path, value in numbers.items()}


@pytest.mark.parametrize(
    "law",
    [LAWS[i] for i in (0, 1, 2, 4, 6, 8, 11)] + [tg.UnitNorm(of=Gaussian(scale=2.0)), tg.Magnitudes(mean=2.0)],
    ids=repr,
)
def test_each_lane_is_what_it_is_alone(law: tg.Law) -> None:
    keys = jnp.stack([key(seed) for seed in range(3)], axis=-1)
    whole = drawn(law, shrunk(law, range(3)), keys, 7)
    assert whole.shape == (N, 7, 3)
    for lane in range(3):
        np.testing.assert_array_equal(whole[..., lane], drawn(law, shrunk(law, lane), key(lane), 7))


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_active_values_lie_inside_0_and_1_and_seeds_differ(law: tg.Law) -> None:
    x = sampled(law)
    assert x.shape == (N, MANY)
    assert x.min() == 0
    if isinstance(law, tg.OneHot | tg.UnitNorm):
        assert x.max() == pytest.approx(1, abs=1e-6)
    else:
        assert x.max() < 1
    assert (sampled(law, seed=2) != x).any()


def test_one_hot() -> None:
    x = sampled(tg.OneHot())
    assert set(np.unique(x)) == {0.0, 1.0}
    assert (x.sum(0) == 1).all()
    for frequency in together(x).diagonal():
        assert frequency == near(1 / N)
    assert tg.OneHot().dataset(key(), N) == Identity(N)


@pytest.mark.parametrize("law", [law for law in LAWS if isinstance(law, tg.SparseUniform)], ids=repr)
def test_sparse_uniform(law: tg.SparseUniform) -> None:
    x = sampled(law)
    p = np.broadcast_to(np.asarray(law.feature_probability), N)
    expected = np.where(np.eye(N, dtype=bool), p, np.outer(p, p))
    for observed, probability in zip(together(x).ravel(), expected.ravel(), strict=True):
        assert observed == near(probability)
    for row, probability in zip(x, p, strict=True):
        if probability:
            assert stats.kstest(row[row > 0], "uniform").pvalue > ALPHA
        assert row.mean(dtype=float) == pytest.approx(probability / 2, abs=4 * np.sqrt(probability / 3 / MANY))


@pytest.mark.parametrize("active", [1, 2, N])
def test_k_active(active: int) -> None:
    x = sampled(tg.KActive(active=active))
    assert ((x > 0).sum(0) == active).all()
    pair = active * (active - 1) / (N * (N - 1))
    expected = np.where(np.eye(N, dtype=bool), active / N, pair)
    for observed, probability in zip(together(x).ravel(), expected.ravel(), strict=True):
        assert observed == near(probability)
    assert stats.kstest(x[x > 0], "uniform").pvalue > ALPHA


def test_k_active_is_exact_where_uniform_draws_would_tie() -> None:
    """Among 400 × 4,000 draws of 23 bits, the 200th and the 201st of a column are equal now and then, as with this
    seed."""
    x = draw(tg.KActive(active=200), key(3), 400, 4000)
    assert set((x > 0).sum(0).tolist()) == {200}


@pytest.mark.parametrize("law", [law for law in LAWS if isinstance(law, tg.CorrelatedSets)], ids=repr)
def test_correlated_sets_are_active_whole_or_not_at_all(law: tg.CorrelatedSets) -> None:
    x = sampled(law)
    members = x.reshape(law.sets, N // law.sets, MANY) > 0
    assert (members.all(1) == members.any(1)).all()
    p = np.broadcast_to(np.asarray(law.feature_probability), law.sets)
    for i, j in np.ndindex(law.sets, law.sets):
        assert (members[i, 0] & members[j, 0]).mean() == near(float(p[i] if i == j else p[i] * p[j]))
    first, second = x[:2, x[0] > 0]  # of one set: their values are independent
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / np.sqrt(first.size)
    assert stats.kstest(first, "uniform").pvalue > ALPHA


@pytest.mark.parametrize("law", [law for law in LAWS if isinstance(law, tg.AnticorrelatedSets)], ids=repr)
def test_anticorrelated_features_never_co_occur(law: tg.AnticorrelatedSets) -> None:
    x, size = sampled(law), N // law.sets
    members = x.reshape(law.sets, size, MANY) > 0
    assert members.sum(1).max() == 1
    p = np.repeat(np.broadcast_to(np.asarray(law.feature_probability), law.sets), size) / size
    same_set = np.kron(np.eye(law.sets), np.ones((size, size))) > 0
    expected = np.where(np.eye(N, dtype=bool), p, np.where(same_set, 0.0, np.outer(p, p)))
    for observed, probability in zip(together(x).ravel(), expected.ravel(), strict=True):
        assert observed == near(probability)
    for row in x:
        assert stats.kstest(row[row > 0], "uniform").pvalue > ALPHA


@pytest.mark.parametrize("law", [law for law in LAWS if isinstance(law, tg.Hierarchical)], ids=repr)
def test_children_are_active_only_where_their_parent_is(law: tg.Hierarchical) -> None:
    x, size = sampled(law), 1 + law.children
    families = x.reshape(N // size, size, MANY) > 0
    assert (families[:, :1] | ~families).all()
    p = np.broadcast_to(np.asarray(law.feature_probability), N // size)
    q = np.broadcast_to(np.asarray(law.child_probability), law.children)
    for family, parent in zip(families, p, strict=True):
        assert family[0].mean() == near(parent)
        for child, chance in zip(family[1:], q, strict=True):
            assert child.mean() == near(parent * chance)
    assert (families[0, 0] & families[1, 0]).mean() == near(float(p[0] * p[1]))
    if law.children > 1:
        assert (families[0, 1] & families[0, 2]).mean() == near(float(p[0] * q[0] * q[1]))
    assert stats.kstest(x[1][x[1] > 0], "uniform").pvalue > ALPHA


MAGNITUDES = {
    "uniform": stats.uniform(0, 4),
    "half-normal": stats.halfnorm(scale=2 * np.sqrt(np.pi / 2)),
    "exponential": stats.expon(scale=2),
    "log-normal": stats.lognorm(0.3, scale=2 * np.exp(-0.045)),
}


@pytest.mark.parametrize("name", MAGNITUDES)
def test_magnitudes_have_their_distribution_and_their_mean(name: Any) -> None:
    of = tg.SparseUniform(feature_probability=0.3)
    x, raw = sampled(tg.Magnitudes(of=of, distribution=name, mean=2.0, spread=0.3)), sampled(of)
    assert ((x > 0) == (raw > 0)).all()
    assert stats.kstest(x[0][x[0] > 0], MAGNITUDES[name].cdf).pvalue > ALPHA
    assert MAGNITUDES[name].mean() == pytest.approx(2)
    assert np.isfinite(x).all()


def test_constant_and_signed_magnitudes() -> None:
    x = sampled(tg.Magnitudes(of=tg.KActive(active=2), distribution="constant", mean=2.0))
    assert set(np.unique(x)) == {0.0, 2.0}
    signed = sampled(tg.Magnitudes(of=tg.SparseSigned(feature_probability=0.3), distribution="exponential", mean=2.0))
    assert stats.kstest(np.abs(signed[0][signed[0] != 0]), MAGNITUDES["exponential"].cdf).pvalue > ALPHA
    assert (signed > 0).mean() == pytest.approx((signed < 0).mean(), abs=0.01)


@pytest.mark.parametrize("name", ["constant", *MAGNITUDES])
def test_magnitudes_are_finite_where_a_value_rounds_to_one(name: Any) -> None:
    x = draw(tg.Magnitudes(of=Ones(), distribution=name, mean=1.0), key(), 2, 3)
    assert np.isfinite(x).all()
    assert (np.asarray(x) >= 1).all()


def test_zipf() -> None:
    p = tg.zipf(50, exponent=1.5, expected=2.0)
    assert sum(p) == pytest.approx(2)
    assert np.array(p) * np.arange(1, 51) ** 1.5 == pytest.approx(p[0])
    assert tg.zipf(3, exponent=0.0, largest=0.2) == pytest.approx((0.2, 0.2, 0.2))
    x = draw(tg.SparseUniform(feature_probability=p), key(), 50, MANY)
    assert float((x > 0).sum(0).mean()) == pytest.approx(2, abs=0.02)


def test_laws_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BadInput, match=r"7 features cannot be split into families .* a multiple of 4."):
        tg.Hierarchical(children=3).check(7)
    with pytest.raises(BadInput, match=r"child_probability has 2 values; give one number or 3."):
        tg.Hierarchical(children=3, child_probability=(0.1, 0.2)).check(8)
    with pytest.raises(BadInput, match=r"of=OneHot has no active values uniform on \(0, 1\)"):
        tg.Magnitudes(of=tg.OneHot()).check(5)
    with pytest.raises(BadInput, match=r"the first of these probabilities would be 2.0"):
        tg.zipf(5, exponent=0.0, expected=10.0)
    with pytest.raises(BadInput, match=r"needs a feature or more, .* either expected or largest."):
        tg.zipf(5)


def test_unit_norm_scales_each_sample_and_leaves_zero_zero() -> None:
    of = tg.SparseUniform(feature_probability=0.1)
    x, raw = sampled(tg.UnitNorm(of=of)), sampled(of)
    length = np.sqrt((raw**2).sum(0))
    assert (length == 0).any()
    assert (x[:, length == 0] == 0).all()
    alive = length > 0
    np.testing.assert_allclose(x[:, alive], raw[:, alive] / length[alive], rtol=1e-6)


@pytest.mark.parametrize(
    "law",
    [tg.SparseUniform, tg.CorrelatedSets, tg.AnticorrelatedSets, lambda **p: tg.UnitNorm(of=tg.SparseUniform(**p))],
)
def test_probabilities_0_and_1_are_never_and_always(law: Any) -> None:
    assert (sampled(law(feature_probability=0.0)) == 0).all()
    x = sampled(law(feature_probability=1.0))
    expected = 2 if law is tg.AnticorrelatedSets else N
    assert ((x > 0).sum(0) == expected).all()


def test_fixed_samples_are_drawn_once_for_each_seed() -> None:
    law = tg.FixedSamples(count=7, of=tg.KActive(active=2))
    data = law.dataset(key(3), N)
    assert isinstance(data, jax.Array)
    np.testing.assert_array_equal(data, draw(law.of, key(3), N, 7))
    np.testing.assert_array_equal(data, law.dataset(key(3), N))
    assert (np.asarray(data) != np.asarray(law.dataset(key(4), N))).any()
    for fresh in LAWS[1:-1]:
        assert fresh.dataset(key(), N) is None


def test_a_users_law_gets_an_ordinary_key() -> None:
    expected = 3 * jax.random.normal(jax.random.wrap_key_data(key(5)), (N, 7))
    np.testing.assert_array_equal(draw(Gaussian(scale=3.0), key(5), N, 7), expected)


def test_a_subclass_of_a_built_in_law_draws_as_its_parent_does() -> None:
    keys = jnp.stack([key(seed) for seed in range(3)], axis=-1)
    for numbers, words in ((shrunk(Halved(), 0), key(5)), (shrunk(Halved(), range(3)), keys)):
        parent = drawn(tg.SparseUniform(), numbers, words, 7)
        np.testing.assert_array_equal(drawn(Halved(), numbers, words, 7), parent / 2)


@pytest.mark.parametrize("of", [tg.SparseUniform(), Gaussian()], ids=repr)
def test_a_subclass_of_fixed_samples_keeps_those_of_its_parent(of: tg.Law) -> None:
    laws = Kept(count=7, of=of), tg.FixedSamples(count=7, of=of)
    data = jax.jit(lambda numbers, key: [whole(with_leaves(law, numbers), key, N) for law in laws])
    keys = jnp.stack([key(seed) for seed in range(2)], axis=-1)
    for words in (key(5), keys):
        own, parents = data({path: jnp.ones(words.shape[1:]) for path in leaves(laws[0])}, words)
        np.testing.assert_array_equal(own, parents)


def test_a_users_data_set_in_both_layouts() -> None:
    ordinary = [jax.random.wrap_key_data(key(seed)) for seed in range(2)]
    ramps = [jnp.array([[0.0, 1.0], [2.0, 3.0]]), jnp.array([[0.0, 3.0], [6.0, 9.0]])]
    shifted = [ramp + jax.random.uniform(k) for ramp, k in zip(ramps, ordinary, strict=True)]
    keys = jnp.stack([key(0), key(1)], axis=-1)
    one, many = whole(Ramp(), key(0), 2), whole(with_leaves(Ramp(), {"slope": jnp.array([1.0, 3.0])}), keys, 2)
    np.testing.assert_allclose(np.asarray(one), shifted[0], rtol=1e-6)
    np.testing.assert_allclose(np.asarray(many), jnp.stack(shifted, axis=-1), rtol=1e-6)


@pytest.mark.parametrize(
    ("law", "sentence"),
    [
        (
            tg.SparseUniform(feature_probability=(0.1, 0.2)),
            "feature_probability has 2 values, the model has 6 features; give one number or 6.",
        ),
        (
            tg.FixedSamples(count=3, of=tg.UnitNorm(of=tg.SparseUniform(feature_probability=(0.1,)))),
            "feature_probability has 1 values, the model has 6 features; give one number or 6.",
        ),
        (tg.KActive(active=7), "active=7 must be at most the number of features, 6."),
        (tg.CorrelatedSets(sets=4), "6 features cannot be split into sets=4 equal sets; choose a divisor."),
        (
            tg.AnticorrelatedSets(sets=3, feature_probability=(0.1, 0.2)),
            "feature_probability has 2 values for sets=3; give one number or one for each set.",
        ),
    ],
)
def test_laws_that_cannot_give_six_features_say_so(law: tg.Law, sentence: str) -> None:
    with pytest.raises(BadInput) as refusal:
        law.check(N)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_laws_that_can_do_not_complain(law: tg.Law) -> None:
    law.check(N)


def test_signed_values_are_uniform_on_both_sides_of_zero() -> None:
    x = np.asarray(tg.SparseSigned(feature_probability=0.4).sample(jnp.asarray(key_of(1), jnp.uint32), 3, 100_000))
    active = x[x != 0]
    assert (x != 0).mean() == pytest.approx(0.4, abs=0.005)
    assert stats.kstest(active, stats.uniform(-1, 2).cdf).pvalue > 1e-3
