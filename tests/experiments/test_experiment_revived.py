"""Resampled latents: effects and fates worked by hand, the edit made again exactly, verdicts, float64, plain NumPy."""

from dataclasses import replace
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oracle.dictionary import l1_loss
from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.experiments.revived import Revived, effects, lives
from tegum.experiments.revived import claims as c
from tegum.experiments.revived.edited import Edited, edited
from tegum.experiments.revived.judging import judged, of
from tegum.experiments.revived.settings import AT, PENALTY, resample, times, training
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.loss import SparseError
from tegum.training.optimisers import Adam
from tegum.training.run import Run, execute

PILOT = 61_900_900  # seeds that nothing is judged on


def small() -> Edited:
    """Two inputs, three latents: 0 lives, 1 and 2 are revived along (0, 1) and (0.6, 0.8)."""
    before = {
        "W_e": np.array([[1.0, 0.0], [0.0, 0.5], [0.0, 0.5]]),
        "b_e": np.array([0.0, -9.0, -9.0]),
        "W_d": np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]),
        "b_d": np.zeros(2),
        "idle": np.array([0.0, 400.0, 400.0]),
    }
    after = {
        "W_e": np.array([[1.0, 0.0], [0.0, 0.2], [0.12, 0.16]]),
        "b_e": np.zeros(3),
        "W_d": np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]]),
        "b_d": np.zeros(2),
        "idle": np.zeros(3),
    }
    own = np.array([[0.0, 3.0], [2.0, 4.0]])
    x = np.array([[0.0, 1.0, -1.0, 0.0], [1.0, 0.0, 0.0, -1.0]])
    return Edited(before, after, np.array([1, 2]), own, np.array([4.0, 16.0]), x, np.array([[1.0, 0.6], [0.0, 0.8]]))


def test_errors_by_hand() -> None:
    found = effects.errors(small(), small().after)
    # alone: (0, 2) becomes (0, 0.4): 1.6² − 2²; (3, 4) gets 1 · (0.6, 0.8) more: (0.6, 3.2)² − 4²
    np.testing.assert_allclose(found.own, [1.6**2 - 4, 0.6**2 + 3.2**2 - 16])
    # together: on (0, 2) the other gives 0.32 · (0.6, 0.8) too; on (3, 4) the other gives 0.8 · (0, 1)
    np.testing.assert_allclose(found.own_together, [0.192**2 + (1.6 - 0.256) ** 2 - 4, 0.6**2 + 2.4**2 - 16])
    assert found.further.tolist() == [False, False]
    # of the fresh ones the first, (0, 1), is given back as 0; then as (0, 0.2), (0.096, 0.128), or their sum
    np.testing.assert_allclose(found.rest, [0.8**2 - 1, 0.096**2 + 0.872**2 - 1])
    assert found.together == pytest.approx(0.096**2 + 0.672**2 - 1)
    assert effects.errors(small(), effects.scaled(small(), 30.0)).further.tolist() == [True, True]
    assert effects.errors(small(), effects.scaled(small(), np.array([1.0, 30.0]))).further.tolist() == [False, True]


def test_firing_by_hand() -> None:
    found = effects.firing(small())
    np.testing.assert_allclose(found.on_own, [0.4, 1.0])
    assert found.usual == 1
    assert found.share.tolist() == [0.25, 0.5]
    assert found.similar.tolist() == [1, 1]
    product, cosine = effects.centred_products(small())
    assert product.tolist() == [4, 25]
    np.testing.assert_allclose(cosine, 1)


def test_slopes_are_the_gradients_of_the_loss() -> None:
    rng = np.random.default_rng(0)
    model = SparseAutoencoder(inputs=4, latents=5)
    p = {name: np.asarray(value, float) for name, value in model.init(jax.random.key(0)).items()}
    p["b_d"] = rng.normal(size=4) / 5
    x = rng.normal(size=(4, 200))
    e = Edited(p, p, np.array([1, 3]), x[:, :2], np.ones(2), x, np.eye(4))
    loss, kinds = SparseError(l1=0.3), {name: jnp.asarray(value, jnp.float32) for name, value in p.items()}
    slope = jax.grad(lambda q: loss(model, q, jnp.asarray(x, jnp.float32)))(kinds)
    bare = jax.grad(lambda q: SparseError()(model, q, jnp.asarray(x, jnp.float32)))(kinds)
    unit = p["W_e"] / np.linalg.norm(p["W_e"], axis=1, keepdims=True)
    found = effects.slopes(e, p, 0.3)
    np.testing.assert_allclose(found.bias, slope["b_e"][e.revived], atol=1e-5)
    np.testing.assert_allclose(found.bias_of_error, bare["b_e"][e.revived], atol=1e-5)
    np.testing.assert_allclose(found.length, (slope["W_e"] * unit).sum(1)[e.revived], atol=1e-5)
    np.testing.assert_allclose(found.of_error, (bare["W_e"] * unit).sum(1)[e.revived], atol=1e-5)
    longer = {**p, "W_e": p["W_e"] + 1e-5 * np.eye(5)[:, [3]] * unit}
    by_hand = (l1_loss(longer, x, 0.3) - l1_loss(p, x, 0.3)) / 1e-5
    np.testing.assert_allclose(found.length[1], by_hand, rtol=1e-2, atol=1e-3)


def test_fates_by_hand() -> None:
    D = np.eye(4)
    W_d = np.array([[1.0, 0, 0, 0], [0, 1.0, 0, 0], [0, 0, 1.0, 0], [0, 0, 0.5, 0.5], [0, 0, 0, 1.0]]).T
    before = {"W_d": np.eye(4)[:, [0, 1, 1, 1, 1]]}
    e = Edited(before, {}, np.array([1, 2, 3, 4]), np.zeros((4, 4)), np.ones(4), np.zeros((4, 1)), D)
    rate = np.array([0.1, 0.1, 0.1, 0.0])
    words = [lives.FATES[k] for k in lives.fates(e, W_d, rate)]
    assert words == ["took one over", "learnt", "in between", "dead again"]
    assert lives.found_count(D, W_d) == 4


def test_rows_beside_new_ones_by_hand() -> None:
    """Live rows at 10°, 50°, 175° and 260°, new ones at 90° and 0°, where dead ones lay before; 50° turns to 30°."""

    def rows(*degrees: float) -> np.ndarray:
        turn = np.radians(degrees)
        return np.stack([np.cos(turn), np.sin(turn)], axis=1)

    def cosine(degrees: float) -> float:
        return float(np.cos(np.radians(degrees)))

    start, moved = rows(10, 50, 175, 260, 90, 0), rows(10, 30, 175, 260, 90, 0)
    e = replace(small(), before={"W_e": start, "b_e": np.zeros(6)}, after={"W_e": start}, revived=np.array([4, 5]))
    found = lives._beside(np.array([0, 50]), np.stack([start, moved]), np.stack([start, start]), e)
    np.testing.assert_allclose(
        found.start, [(cosine(40) + cosine(80) + cosine(85)) / 3, (cosine(10) + cosine(50) + cosine(100)) / 3]
    )
    gone = [(cosine(60) - cosine(40)) / 3, (cosine(30) - cosine(50)) / 3]
    np.testing.assert_allclose(found.away, np.array([[0, 0], gone]), atol=1e-12)
    np.testing.assert_allclose(found.apart[0], 0, atol=1e-12)
    np.testing.assert_allclose(found.apart[1], cosine(20) - cosine(40))
    np.testing.assert_allclose(found.crossed, np.tile([0.0, 1 / 3], (2, 1)))
    np.testing.assert_allclose(found.crossed_twin, np.tile([0.0, 1 / 3], (2, 1)))


def test_scores_by_hand() -> None:
    found = lives.scores(small())
    assert found["loss"].tolist() == [4, 16]
    np.testing.assert_allclose(found["apart"], [1, 0.4])
    np.testing.assert_allclose(found["missing"], [0.4, 0.4])  # the second true feature is nearest to both
    np.testing.assert_allclose(found["towards"], [0.8, 1])


def test_dictionaries_that_are_all_alike_have_one_auc() -> None:
    yes = np.array([True, True, False, False])
    value, low, high = lives.auc_interval([np.array([4.0, 2.0, 2.0, 1.0])] * 12, [yes] * 12)
    assert low == value == high == 0.875


def test_edits_are_spread_over_eight_places() -> None:
    assert times(2) == (1000, 2600)
    assert times(8)[:3] == (1000, 1400, 1800)


@cache
def runs(precision: str = "float32", arms: tuple[str, ...] = ("nothing", "published", "bias held")) -> dict[str, Run]:
    made = {arm: training("truth", arm, 3, 2_000, PILOT) for arm in arms}
    return {f"truth, {arm}": execute(one.model_copy(update={"precision": precision})) for arm, one in made.items()}


def test_the_edit_made_again_is_the_edit() -> None:
    """At a rate of next to nothing the record after the edit still is the edit."""
    slow = training("truth", "published", 2, AT + 1, PILOT)
    mute = slow.model.model_copy(update={"initial_bias": -1.1})
    run = execute(slow.model_copy(update={"optimiser": Adam(learning_rate=1e-9), "model": mute}))
    for i, e in enumerate(edited(run, resample(), AT)):
        assert len(e.revived) > 0
        for name in ("W_e", "b_e", "W_d"):
            np.testing.assert_allclose(run.data[name].values[i], e.after[name], atol=1e-6)
        np.testing.assert_allclose(e.own / np.linalg.norm(e.own, axis=0), e.after["W_d"][:, e.revived], atol=1e-6)


def test_what_the_experiment_says_in_small(worked: tuple[Experiment, Runs]) -> None:
    experiment, made = worked
    verdicts = {one.statement: one for one in experiment.claims(made)}
    assert verdicts[c.SIMILAR.statement].verdict == "fails"
    assert verdicts[c.WORSE.statement].verdict == "holds"
    assert verdicts[c.EITHER.statement].value == 0
    assert verdicts[c.NEAR_ZERO.statement].value < 0
    names = [panel.name for panel in experiment.panels(made)]
    assert names == ["lives", "firing", "fates", "fractions", "beside"]


@pytest.fixture(scope="module")
def worked() -> tuple[Experiment, Runs]:
    return find("revived"), {name: run for name, run in runs().items() if "held" not in name}


def test_without_an_edit_nothing_comes_of_it() -> None:
    """The twin in the place of every edited run: no sentence about what follows may hold."""
    twin = runs()["truth, nothing"]
    arms = ("nothing", "published", "full length", "memory kept", "bias held", "4 times", "8 times")
    found = judged({f"truth, {arm}": twin for arm in arms})
    after = (
        c.AWAY,
        c.PAIR,
        c.SWEEP,
        c.SWEEP_SOME,
        c.STAYS_SHORT,
        c.EARLY,
        c.NORM_CRUCIAL,
        c.MORE,
        c.DEFINITELY,
        c.ONE_HELD,
        c.BIAS_KILLS,
        c.CLEARED,
    )
    assert {one.statement for one in after} <= {one.statement for one in found}
    assert not [
        one.statement for one in found if one.verdict == "holds" and one.statement in [k.statement for k in after]
    ]


def test_revived_latents_die_of_their_biases_in_double_precision() -> None:
    made = runs("float64", ("published", "bias held"))
    bed = of({**made, "truth, nothing": made["truth, published"]}, "truth")  # the same until the edit
    rising = np.concatenate([one.bias for one in bed.slopes]) > 0
    assert rising.mean() > 0.95
    dead = {
        arm: np.concatenate([life.fate == lives.AGAIN for life in bed.lives(arm)]) for arm in ("published", "bias held")
    }
    assert dead["published"].mean() > dead["bias held"].mean() + 0.2
    lengths = np.concatenate([life.length[-1][life.fate == lives.AGAIN] for life in bed.lives("published")])
    assert lengths.min() > 0.1


def test_a_plain_numpy_loop_loses_them_too() -> None:
    """One dictionary trained on, with a draw, an edit and Adam of its own: held biases leave more of them alive."""
    bed = of(runs(), "truth")
    silent = {hold: np.concatenate([_plain(e, hold) for e in bed.edits[:2]]) for hold in (0, 100)}
    assert silent[0].mean() > silent[100].mean() + 0.2


def _plain(e: Edited, hold: int) -> np.ndarray:
    """Which revived latents fire on none of the fresh inputs 400 steps after an edit by the published rule."""
    rng = np.random.default_rng(0)
    p = {name: e.before[name].copy() for name in ("W_e", "b_e", "W_d", "b_d")}
    moments = {name: [np.zeros_like(value), np.zeros_like(value)] for name, value in p.items()}
    for step in range(1, 501):
        if step == 101:
            _resample(p, moments, e, rng)
        x = e.D @ (rng.uniform(size=(e.D.shape[1], 128)) * (rng.uniform(size=(e.D.shape[1], 128)) < 0.05))
        held = p["b_e"].copy()
        _adam(p, moments, _gradients(p, x), step)
        if 101 <= step < 101 + hold:
            p["b_e"] = held
    f = np.maximum(p["W_e"] @ (e.x - p["b_d"][:, None]) + p["b_e"][:, None], 0)
    return np.asarray((f[e.revived] > 0).sum(axis=1) == 0)


def _resample(p: dict[str, Any], moments: dict[str, Any], e: Edited, rng: np.random.Generator) -> None:
    f = np.maximum(p["W_e"] @ (e.x - p["b_d"][:, None]) + p["b_e"][:, None], 0)
    loss = ((e.x - p["W_d"] @ f - p["b_d"][:, None]) ** 2).sum(0) + PENALTY * f.sum(0)
    live = np.linalg.norm(p["W_e"][e.live], axis=1).mean()
    for j in e.revived:
        x = e.x[:, rng.choice(e.x.shape[1], p=loss**2 / (loss**2).sum())]
        p["W_d"][:, j] = x / np.linalg.norm(x)
        p["W_e"][j], p["b_e"][j] = 0.2 * live * p["W_d"][:, j], 0.0
        for k in range(2):
            moments["W_e"][k][j], moments["b_e"][k][j], moments["W_d"][k][:, j] = 0, 0, 0


def _gradients(p: dict[str, Any], x: np.ndarray) -> dict[str, np.ndarray]:
    """Of ‖x − x̂‖² + l1 Σ f, a mean over samples, without the part along the decoder vectors."""
    centred = x - p["b_d"][:, None]
    f = np.maximum(p["W_e"] @ centred + p["b_e"][:, None], 0)
    back = -2 * (x - p["W_d"] @ f - p["b_d"][:, None])
    at_f = (p["W_d"].T @ back + PENALTY) * (f > 0)
    W_d = back @ f.T / x.shape[1]
    return {
        "W_e": at_f @ centred.T / x.shape[1],
        "b_e": at_f.mean(1),
        "W_d": W_d - p["W_d"] * (p["W_d"] * W_d).sum(0),
        "b_d": (back - p["W_e"].T @ at_f).mean(1),
    }


def _adam(p: dict[str, Any], moments: dict[str, Any], slopes: dict[str, np.ndarray], step: int) -> None:
    for name, slope in slopes.items():
        m, v = moments[name]
        m[...], v[...] = 0.9 * m + 0.1 * slope, 0.999 * v + 0.001 * slope**2
        p[name] = p[name] - 1e-2 * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
    p["W_d"] = p["W_d"] / np.linalg.norm(p["W_d"], axis=0)


def test_bad_input_is_told() -> None:
    with pytest.raises(ValueError, match=r"steps=1500 must be at least 2000: rows are looked at 1,000 steps after"):
        Revived(steps=1500)
    with pytest.raises(ValueError, match=r"arms=\('nothing',\) must be some of .*, with nothing; published"):
        Revived(arms=("nothing",))
    with pytest.raises(ValueError, match=r"beds=\('sea',\) must be some of truth; toy; mean\."):
        Revived(beds=("sea",))
