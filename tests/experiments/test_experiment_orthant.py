"""The experiment at its quick size: its samples against closed forms, its claims, its figures."""

import numpy as np
import pytest

from tegum.experiments import find
from tegum.experiments import orthant as module
from tegum.experiments.orthant import biased, frames, loss, positives, works
from tegum.geometry.orientation import sphere
from tegum.theory.orthants import crosses, free_room, rigid_room, stratum
from tegum.theory.polygons import wheel

MANY = 20_000


def within(count: int, share: float) -> bool:
    """Is a count of MANY within five standard deviations of what its share says?"""
    return bool(abs(count - MANY * share) <= 5 * np.sqrt(MANY * share * (1 - share)))


@pytest.mark.parametrize("rigid", [True, False])
@pytest.mark.parametrize(("m", "n"), [(1, 2), (1, 3), (2, 2), (2, 3), (2, 4), (3, 3), (3, 4), (3, 5)])
def test_sampled_room_is_the_exact_one(m: int, n: int, rigid: bool) -> None:
    exact = rigid_room(n, m) if rigid else free_room(n, m)
    found = int(works(frames(MANY, m, n, 3, rigid=rigid)).sum())
    assert within(found, exact) if np.isfinite(exact) else 0 < found < MANY / 100


def test_planes_have_no_preferred_direction() -> None:
    """The projector's mean is m/n times the identity, and so is that of a plane turned by any rotation."""
    W = frames(MANY, 2, 3, 0, rigid=True)
    np.testing.assert_allclose((W.mT @ W).mean(0), 2 / 3 * np.eye(3), atol=0.02)
    np.testing.assert_allclose(W @ W.mT, np.broadcast_to(np.eye(2), (MANY, 2, 2)), atol=1e-12)


def test_signs_are_binomial() -> None:
    counts = np.bincount(positives(MANY, 4, 0), minlength=5)
    assert all(within(count, stratum(4, k)) for k, count in enumerate(counts))


def test_the_criterion_on_models_worked_by_hand() -> None:
    slanted = crosses(1) @ np.diag([1.0, 1, 1, -1])
    assert works(crosses(4)).all()
    assert not works(slanted).any()
    assert works(wheel(3)[0])
    assert not works(wheel(5)[0])


@pytest.mark.parametrize(("n", "works_at"), [(4, [True, True, True, False]), (5, [False, True, True, False])])
def test_a_bias_makes_room_for_five(n: int, works_at: list[bool]) -> None:
    """The wheel of five wakes its neighbours by cos 72° = 0.309."""
    t = np.array([0.0, 0.32, 0.9, 1.01])
    np.testing.assert_array_equal(biased(wheel(n)[0][None], t)[0], works_at)


def test_room_of_three_first_grows_with_the_bias_at_the_rate_of_its_strips_less_its_caps() -> None:
    """Six arcs gain 2 ln(1 + √2) t each, of 4π; six caps lose a quarter of π t each."""
    nu, t = sphere(200_000), np.array([0.0, 1e-3])
    share = biased(np.eye(3) - nu[:, :, None] * nu[:, None, :], t).mean(0)
    rate = 6 * 2 * np.log(1 + np.sqrt(2)) / (4 * np.pi) - 6 / 16
    assert share[0] == pytest.approx(1 / 4, abs=1e-4)
    assert (share[1] - share[0]) / t[1] == pytest.approx(rate, rel=0.15)  # the next term is of order √t


def test_room_of_two_on_a_line_shrinks_with_any_bias() -> None:
    """With W = (cos β, sin β) it is 1/2 − arccos(1 − 2t)/π: the bias only silences the weaker feature."""
    t = np.array([0.0, 0.1, 0.3])
    found = biased(frames(MANY, 1, 2, 5, rigid=True), t).sum(0)
    assert all(within(count, share) for count, share in zip(found, 0.5 - np.arccos(1 - 2 * t) / np.pi, strict=True))


def test_losses_by_hand() -> None:
    assert loss(np.eye(2), np.zeros(2)) == 0
    assert loss(np.array([[1.0, -1.0]]), np.zeros(2)) == 0
    assert loss(np.array([[1.0, -1.0]]), np.zeros(2), linear=True) == 2


def test_claims_and_panels() -> None:
    experiment = find("orthant", "quick")
    assert experiment.trainings() == {}
    claims = experiment.claims({})
    assert [claim.verdict for claim in claims] == ["holds"] * 8  # all of it mathematics
    assert [claim.value for claim in claims[:3]] == pytest.approx([3 / 8, 89, 0.4])  # 0.4 = 2 − 1/(1/16 + 9/16)
    assert "exact: 0.25" in claims[3].note
    assert "three in two dimensions cost 1." in claims[6].note
    panels = experiment.panels({})
    assert len({panel.name for panel in panels}) == len(panels) == 9
    assert all(panel.caption and panel.figure.data for panel in panels)


@pytest.mark.parametrize(("place", "part"), [(0, "stratum"), (5, "rigid_room"), (5, "free_room")])
def test_a_wrong_formula_is_found_out_by_the_sample(place: int, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = getattr(module, part)
    monkeypatch.setattr(module, part, lambda *sizes: 0.9 * right(*sizes))
    assert find("orthant", "quick").claims({})[place].verdict == "fails"


def test_chance_is_fixed_by_the_seed() -> None:
    first, again, other = (
        find("orthant", "quick", samples=500, seed=seed).claims({})[0].measured for seed in (0, 0, 1)
    )
    assert first == again != other
