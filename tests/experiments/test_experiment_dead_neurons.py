"""Dead neurons: shares worked by hand, the experiment in small, untrained dictionaries, and one in plain NumPy."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

import tegum as tg
from tegum.experiments import find
from tegum.experiments.dead_neurons import claims as c
from tegum.experiments.dead_neurons import judging
from tegum.experiments.dead_neurons.settings import comparisons, since_fired, training
from tegum.experiments.experiment import Experiment, Runs
from tegum.sae.truth import DrawnDirections, Shifted
from tegum.training.run import execute


class Made(judging.Latents):
    """Two dictionaries of four latents at steps 0, 600 and 1,200."""

    def __init__(self) -> None:
        self.step = np.array([0, 600, 1200])
        self.silent = np.array(
            [[[0, 0, 0, 0], [600, 550, 0, 100], [1200, 1150, 3, 700]], [[0, 0, 0, 0], [0, 510, 0, 0], [0, 20, 0, 0]]]
        )
        self.frequency = np.array([[0, 0, 0.1, 0], [0.1, 0.1, 0.1, 0.2]])
        self.dead = self.frequency == 0
        self.never = self.silent[:, -1] >= 1200


def test_who_died_when_by_hand() -> None:
    made = Made()
    silent, never = made.shares()
    assert silent.tolist() == [[0, 0.5, 0.75], [0, 0.25, 0]]
    assert never.tolist() == [[0, 0.25, 0.25], [0, 0, 0]]
    assert made.died_at().tolist() == [50, 500]
    assert made.silenced().tolist() == [[True, True, False, False], [False, True, False, False]]
    assert judging.share_of(~made.dead, made.silenced()).tolist() == [0, 1]


def test_a_share_is_of_those_that_have_some() -> None:
    there = np.array([[True, True, False], [True, False, False], [False, True, True]])
    among = np.array([[True, False, True], [False, False, False], [False, True, True]])
    assert judging.share_of(there, among).tolist() == [0.5, 1]


def test_each_dictionary_has_a_truth_of_its_own_and_the_mean_is_added() -> None:
    one, other = (np.asarray(DrawnDirections(count=5, draw=draw).matrix(3)) for draw in (1.0, 2.0))
    assert np.abs(one - other).max() > 0.1
    np.testing.assert_allclose(np.linalg.norm(one, axis=0), 1, rtol=1e-6)
    square = np.asarray(DrawnDirections(count=3, draw=1.0, orthogonal=True).matrix(3))
    np.testing.assert_allclose(square.T @ square, np.eye(3), atol=1e-6)
    law = {"directions": DrawnDirections(count=5), "of": tg.SparseUniform(feature_probability=0.5)}
    key = jnp.zeros(2, jnp.uint32)
    s, x = Shifted(**law).pair(key, 4, 10)
    again, moved = Shifted(**law, shift=2.0).pair(key, 4, 10)
    np.testing.assert_array_equal(s, again)
    np.testing.assert_allclose(np.asarray(moved) - np.asarray(x), 1, rtol=1e-5)


def test_fields_are_checked() -> None:
    with pytest.raises(tg.BadInput, match=r"steps=500 must be above 500, after which"):
        find("dead-neurons", steps=500)
    with pytest.raises(tg.BadInput, match=r"factors=\('weather',\) must be some of learning rate; L1 penalty"):
        find("dead-neurons", factors=("weather",))


def test_every_comparison_and_factor_can_be_trained() -> None:
    for name, one in find("dead-neurons").trainings().items():
        assert one.over["dictionary"], name
        one.model_copy(update={"over": {}}).check()


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("dead-neurons", "quick", seeds=4, swept=2, factors=("learning rate",))
    return experiment, {name: execute(one) for name, one in experiment.trainings().items()}


def test_verdicts_in_small(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = {claim.statement: claim.verdict for claim in experiment.claims(runs)}
    assert claims[c.NEAR_ZERO.statement] == "fails"
    assert claims[c.DIES.statement] in ("holds", "unclear")


def test_panels(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    panels = experiment.panels(runs)
    assert [panel.name for panel in panels] == ["factors", "course", "frequencies", "thresholds"]
    assert all(panel.caption and panel.figure.data for panel in panels)


def test_untrained_dictionaries_have_no_dead_latents_and_support_no_claim() -> None:
    one = comparisons("plain", 1, 4)["plain"].model_copy(update={"interventions": ()})
    claims = judging._plain({"plain": execute(one)})
    assert not {claim.statement for claim in claims if claim.verdict == "holds"}


def test_a_dead_latent_is_silenced_by_its_bias_in_double_precision_and_plain_numpy() -> None:
    """Dictionaries trained in float64, their dead looked at with nothing but NumPy; what is silent does not move."""
    record = tg.at_steps([1100, 1500], since_fired, "parameters")
    fast = tg.Adam(learning_rate=3e-2)
    run = execute(training(1500, 2, 300_000, {}, precision="float64", record=record, optimiser=fast))
    found = judging.Latents(run)
    assert found.dead.any()
    silent = found.silent[:, -1] >= 480
    moved = np.linalg.norm(run.W_e.values - run.W_e_history.values[:, 0], axis=-1) / found.length
    assert silent.any()
    assert (moved[silent] < 1e-2).all()
    assert np.median(moved[~found.dead]) > 0.02
    over: Any = run.training.over
    rng, draws = np.random.default_rng(0), over["dictionary"]["law.directions.draw"]
    for i, dead in enumerate(found.dead):
        D: Any = DrawnDirections(count=32, draw=draws[i]).matrix(16)
        s = (rng.random((32, 30_000)) < 0.05) * rng.random((32, 30_000))
        z = found.W_e[i] @ (np.asarray(D) @ s - run.b_d.values[i][:, None])
        assert (z.max(axis=1)[dead] > 0).all()
        assert ((z + found.bias[i][:, None] > 0).mean(axis=1)[dead] < 1e-3).all()
    assert found.length[found.dead].mean() > 0.1 * found.length[~found.dead].mean()


def test_auxk_keeps_latents_alive_in_double_precision_and_plain_numpy() -> None:
    """256 features, 128 latents; who fires is looked at with nothing but NumPy."""
    trainings = comparisons("topk", 800, 2)
    dead = []
    for name, place in (("topk", {"latents": 1}), ("topk, AuxK", {"start": 1})):
        over: dict[str, Any] = dict(trainings[name].over)
        chosen = {axis: over[axis][i : i + 1] for axis, i in place.items()}
        run = execute(trainings[name].model_copy(update={"over": over | chosen, "precision": "float64"}))
        draws = over["dictionary"]["law.directions.draw"]
        dead.append([numpy_dead(run, i, draw) for i, draw in enumerate(draws)])
    assert min(dead[0]) > 0.1
    assert max(dead[1]) < 0.05


def numpy_dead(run: Any, dictionary: int, draw: float) -> float:
    """The share of latents that are never among the four largest positive ones of a sample."""
    p = {name: run.data[name].values[0, dictionary] for name in ("W_e", "b_e", "b_d")}
    D, rng = np.asarray(DrawnDirections(count=256, draw=draw).matrix(32)), np.random.default_rng(0)
    s = (rng.random((256, 20_000)) < 4 / 256) * rng.random((256, 20_000))
    z = p["W_e"] @ (D @ s - p["b_d"][:, None]) + p["b_e"][:, None]
    fourth = np.sort(z, axis=0)[-4]
    return float(1 - ((z >= fourth) & (z > 0)).any(axis=1).mean())
