"""proposal-map: the analysis on cases worked by hand, the readings, a separate NumPy program, and the quick size."""

from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr
from numpy.testing import assert_allclose, assert_array_equal

import tegum as tg
from tegum.claims import Claim
from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Runs
from tegum.experiments.proposal_map.found import best, blocks, split, swept
from tegum.experiments.proposal_map.judging import _toy, near, within
from tegum.experiments.proposal_map.readings import BASES, CHANGES, FOUR, LETTER, PLAIN, WIDE, ZERO
from tegum.experiments.proposal_map.settings import (
    FOUR_D,
    PLANE_LASTING,
    READ,
    SPACE,
    dictionaries,
    nothing_name,
    read_name,
    readings,
    recovered,
    remedy,
    roots,
    toy_training,
)
from tegum.sae.dictionary import SparseAutoencoder
from tegum.theory.failure import symmetric_failure
from tegum.theory.polygons import regular_polygon
from tegum.training.run import execute

State = dict[str, np.ndarray]
CLAIM = Claim("s", "s", "c")


def test_the_best_block_and_the_nearest_value() -> None:
    share = np.zeros((4, 3))
    share[1:, :] = 1
    assert_allclose(blocks(share), [[6 / 9], [1.0]])
    assert best(np.array([[0.5, 0.9], [0.7, 0.9]]), np.array([[True, False], [True, True]])) == (1, 1)
    assert split(5) == (slice(0, 2), slice(2, 5))
    assert split(28, 4) == (slice(0, 7), slice(7, 28))
    assert near(np.array([0.0, 0.01, 0.1, 1.0]), 0.04) == 2


def test_a_difference_lies_within_a_margin_only_with_its_whole_interval() -> None:
    spread = np.tile([-1.0, 1.0], 50)
    assert within(CLAIM, 0.2 + spread, 1.0).verdict == "holds"
    assert within(CLAIM, 0.95 + spread, 1.0).verdict == "unclear"
    assert within(CLAIM, -2 + spread, 1.0).verdict == "fails"
    assert within(CLAIM, np.zeros(3), 1.0).verdict == "unclear"


def test_poor_blocks_are_sought_where_another_shift_serves() -> None:
    """Five shifts, six rates, 100 models: at the last three rates large shifts recover all, nothing else does."""
    recovered_at = np.zeros((7, 6, 100))
    recovered_at[4:, 3:] = 1
    coordinates = {"interventions[0].shift": [0.0, 1, 2, 3, 4, 5, 6], "learning_rate": np.arange(1.0, 7)}
    data = {name: SimpleNamespace(values=np.asarray(values, float)) for name, values in coordinates.items()}

    def made(values: np.ndarray) -> Any:
        return SimpleNamespace(recovered=xr.DataArray(values), data=Labelled(data))

    runs: Any = {"toy": made(recovered_at), "toy, nothing": made(np.zeros((6, 100)))}
    good, poor = _toy(runs, "toy")
    assert (good.verdict, good.value, good.count) == ("holds", 1, 75)
    assert (poor.verdict, poor.value) == ("holds", 1)
    assert "Δ 1 to 3, rates 4 to 6; with nothing done 0% of these recover." in poor.note
    runs["toy"] = made(np.zeros((7, 6, 100)))
    good, poor = _toy(runs, "toy")
    assert (good.verdict, poor.verdict) == ("fails", "unclear")
    assert "another Δ serves" in poor.measured


def test_live_rows_that_turn_towards_the_sum_have_been_swept() -> None:
    """Live rows e_1 and e_2, the repulsor is −(e_1 + e_2)/√2; a third, dead row points there and is not asked."""
    start, towards, apart = np.eye(2), np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [-1.0, 0.0]])
    dead = np.array([[-1.0, -1.0]])
    before, after, left = (np.concatenate([rows, dead]) for rows in (start, towards, apart))
    edit = SimpleNamespace(window=10)
    run: Any = SimpleNamespace(
        data={"rows_history": xr.DataArray(np.array([[[before, left]], [[before, after]]]))},
        training=SimpleNamespace(interventions=(object(), edit)),
    )
    twin: Any = SimpleNamespace(
        data={
            "rows_history": xr.DataArray(np.array([[before, left]])),
            "silent_history": xr.DataArray(np.array([[[0, 9, 10], [0, 9, 60]]])),
        },
        training=run.training,
    )
    assert_allclose(swept(run, twin, 1), [np.sqrt(0.5)])  # cosines with the repulsor of −√½, −√½ against −√½, √½
    assert_allclose(swept(run, twin, 0), [0])


class Labelled(dict[str, Any]):
    """Some coordinates, as a data set has them."""

    coords = ("interventions[0].shift", "learning_rate")


@pytest.mark.parametrize("m", [3, 4])
def test_roots_are_without_loss_and_cannot_move_to_first_order(m: int) -> None:
    W, b = roots(m)
    n = len(b)
    z = W.T @ W + b[:, None]
    error = np.maximum(z, 0) - np.eye(n)
    slope = 2 * error * (z > 0)
    assert (error**2).sum() == pytest.approx((n - 1) / n)
    assert_allclose(W @ (slope + slope.T), 0, atol=1e-12)
    assert_allclose(slope.sum(axis=1), 0, atol=1e-12)
    assert not recovered(W[None], b[None])[0]


def test_recovered_is_a_model_that_gives_all_features_back() -> None:
    states = [regular_polygon(7), symmetric_failure(7)]
    W, b = (np.stack(part) for part in zip(*states, strict=True))
    assert recovered(W, b).tolist() == [True, False]
    assert not recovered(np.full((1, 2, 7), np.nan), np.zeros((1, 7)))[0]


def test_toy_models_cover_all_dimensions() -> None:
    assert (SPACE.n, FOUR_D.n, PLANE_LASTING.n) == (13, 25, 7)
    for toy in (PLANE_LASTING, SPACE):
        training = toy_training(toy, 6, 4, 10, edited=True)
        assert training.model.sizes.features == toy.n
        assert execute(training).recovered.sum() == 0


def dead_and_live() -> dict[str, Any]:
    """Latent 2 of 4 is dead."""
    p = SparseAutoencoder(inputs=3, latents=4, start="independent").init(jax.random.key(3))
    return {**p, "b_e": jnp.full(4, -0.5), "idle": jnp.array([0.0, 3.0, 1000.0, 9.0])}


def edited(change: str, base: str = ZERO, shift: float = 0.25) -> State:
    edit = remedy(base, change, 1500).model_copy(update={"shift": shift, "noise": 0.0})
    new = edit.edit(SparseAutoencoder(inputs=3, latents=4), dead_and_live(), jax.random.key(0)).parameters
    return {name: np.asarray(value, float) for name, value in new.items()}


def test_each_reading_changes_what_it_says() -> None:
    p = {name: np.asarray(value, float) for name, value in dead_and_live().items()}
    live = np.array([True, True, False, True])
    away = -p["W_e"][live].sum(0) / np.linalg.norm(p["W_e"][live].sum(0))
    r = np.linalg.norm(p["W_e"][live], axis=1).mean()
    plain, side = edited(PLAIN), p["W_e"] @ away > 0
    assert_allclose(plain["W_e"][2], 0.05 * r * away, rtol=1e-5)
    assert_allclose(plain["b_e"][2], 0.25)
    assert_allclose(plain["b_e"][live], -0.5 + 0.25 * side[live])
    assert_allclose(edited(PLAIN, LETTER)["b_e"][2], -0.25)
    assert_allclose(edited("attract")["W_e"][2], -plain["W_e"][2], rtol=1e-5)
    assert_allclose(edited("attract")["b_e"][live], -0.5 + 0.25 * ~side[live])
    assert_allclose(edited("dead")["b_e"], [-0.5, -0.5, 0.25, -0.5])
    assert_allclose(edited("live")["b_e"][2], 0)
    for change in ("own", "halves", "any", "decoders"):
        assert_allclose(np.linalg.norm(edited(change)["W_e"][2]), 0.05 * r, rtol=1e-5)
        assert abs(edited(change)["W_e"][2] @ away / (0.05 * r)) < 0.999
    for change in ("own", "halves"):
        assert_allclose(edited(change)["b_e"], plain["b_e"])
    assert_allclose(edited("matched")["W_d"][:, 2], away, rtol=1e-5)


def test_away_from_a_half_is_away_from_a_sum_of_some_of_the_live() -> None:
    rows = np.asarray(dead_and_live()["W_e"], float)[[0, 1, 3]]
    sums = [np.array(chosen) @ rows for chosen in np.ndindex(2, 2, 2) if any(chosen)]
    way = edited("halves")["W_e"][2]
    cosines = [way @ total / np.linalg.norm(way) / np.linalg.norm(total) for total in sums]
    assert min(cosines) == pytest.approx(-1, abs=1e-5)


def test_every_reading_changes_one_thing() -> None:
    for base in BASES:
        plain = remedy(base, PLAIN, 1500)
        for change, reading in CHANGES.items():
            other = remedy(base, change, 1500)
            same_kind = type(other) is type(plain)
            fields = [name for name in type(plain).model_fields if getattr(other, name) != getattr(plain, name)]
            assert len(fields) + (not same_kind) + (not reading.median) == (change not in (PLAIN, WIDE))


# A separate program -------------------------------------------------------------------------------------------------
def learnt(p: State, x: np.ndarray, steps: int, rate: float = 0.01, l1: float = 0.1) -> State:
    """Adam on a dictionary, written out, on the same inputs at every step; decoder vectors are not renormalised."""
    moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in p.items()}
    for t in range(1, steps + 1):
        centred = x - p["b_d"][:, None]
        z = p["W_e"] @ centred + p["b_e"][:, None]
        f = np.maximum(z, 0)
        error = p["W_d"] @ f + p["b_d"][:, None] - x
        back = (2 * p["W_d"].T @ error + l1) * (z > 0) / x.shape[1]
        slope = {
            "W_e": back @ centred.T,
            "b_e": back.sum(1),
            "W_d": 2 * error @ f.T / x.shape[1],
            "b_d": 2 * error.mean(1) - p["W_e"].T @ back.sum(1),
        }
        for name, g in slope.items():
            first, second = moments[name]
            first, second = 0.9 * first + 0.1 * g, 0.999 * second + 0.001 * g * g
            moments[name] = first, second
            step = rate * first / (1 - 0.9**t) / (np.sqrt(second / (1 - 0.999**t)) + 1e-8)
            p = {**p, name: p[name] - step}
    return p


def data(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    D = rng.normal(size=(8, 10))
    D /= np.linalg.norm(D, axis=0)
    return D, D @ (rng.uniform(size=(10, 2000)) * (rng.uniform(size=(10, 2000)) < 0.1))


@pytest.mark.parametrize("way", [-1, 1])
def test_by_the_letter_a_dead_latent_stays_and_from_0_it_learns_whichever_way_it_was_seeded(way: int) -> None:
    """In a separate NumPy program, in double precision."""
    for seed in range(3):
        rng = np.random.default_rng(seed)
        D, x = data(rng)
        W_d = np.column_stack([D[:, :8], rng.normal(size=(8, 1)) / 8**0.5])
        live = {"W_e": W_d.T.copy(), "b_e": np.full(9, -0.1), "W_d": W_d, "b_d": np.zeros(8)}
        live["b_e"][8] = -0.6
        total = live["W_e"][:8].sum(0)
        live["W_e"][8] = way * 0.05 * total / np.linalg.norm(total)
        lifted = {**live, "b_e": np.append(live["b_e"][:8], 0.0)}
        for start, wakes in ((live, False), (lifted, True)):
            for shift in (0.03, 0.3):
                raised = start["b_e"] + shift * (np.arange(9) == 8)
                p = learnt({**start, "b_e": raised}, x, 400)
                moved = np.linalg.norm(p["W_e"][8] - start["W_e"][8])
                assert moved > 0.05 if wakes else moved == 0


def test_and_in_double_precision() -> None:
    """Seeded by the letter the dead never move again; with biases of 0 most fire at the end."""
    still: list[float] = []
    awake: list[float] = []
    for base in BASES:
        edit = remedy(base, "once", 700).model_copy(update={"shift": 0.03})
        run = execute(dictionaries(READ + 50_000, 3, 700, {}, edit, precision="float64"))
        idle = run.idle.values
        (still if base == LETTER else awake).append((idle >= 299).mean())
    assert still[0] > 0.08
    assert awake[0] < 0.7 * still[0]


# The experiment ------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("proposal-map", "quick")
    return experiment, {name: execute(training) for name, training in experiment.trainings().items()}


def test_claims(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    claims = {claim.statement: claim for claim in experiment.claims(runs)}
    assert len(claims) == 8
    assert claims["It recovers all the dead features that exist (by the letter)."].verdict == "fails"
    assert claims[f"And regions where it is not ({PLANE_LASTING.name})."].verdict == "unclear"
    assert {panel.name for panel in experiment.panels(runs)} == {"toys", "readings"}


def test_twins_are_the_same_until_the_edit(quick: tuple[Experiment, Runs]) -> None:
    twin = quick[1][nothing_name()].rows_history.values
    for base in BASES:
        treated = quick[1][read_name(base, PLAIN)].rows_history.values
        for place in range(treated.shape[0]):
            assert_array_equal(treated[place, :, 0], twin[:, 0])
            assert (treated[place, :, 1] != twin[:, 1]).any()


def test_nothing_holds_soon_after_the_first_edit(quick: tuple[Experiment, Runs]) -> None:
    runs = {name: execute(training) for name, training in readings(6, FOUR[0] + 51, (PLAIN,)).items()}
    works = [claim for claim in quick[0].claims(runs) if claim.statement.startswith(("The resampling", "What the"))]
    assert len(works) == 3
    assert all(claim.verdict != "holds" for claim in works)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"steps": 400}, "steps=400 must be above 400, the step of the second edit"),
        ({"mapped": 1}, "mapped=1 must be 0, for no maps of dictionaries, or 2 or more"),
        ({"changed": ("own",)}, r"changed=\('own',\) must be some of .*, with nothing else"),
        ({"toys": ("n = 8",)}, r"toys=\('n = 8',\) must be some of n = 7"),
    ],
)
def test_bad_fields(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(tg.BadInput, match=text):
        type(find("proposal-map", "quick"))(**changes)
