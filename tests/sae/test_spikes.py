"""Spikes of the loss worked by hand."""

import numpy as np
import pytest

import tegum as tg
from tegum.sae.spikes import spike

STEP = np.array([0, 100, 110, 120, 140, 200])


def test_a_spike_is_paid_back_when_its_excess_has_been_won_again() -> None:
    """Excess 2, 1, 0, −1 at 10, 20, 40 and 100 steps after the edit: 20, 35, 45, 15 summed so far, so never paid back
    yet; with −4 in the end −120 + 45 is."""
    twin = np.linspace(3, 1, 6)
    excess = np.array([[0, 0, 2, 1, 0, -1], [0, 0, 2, 1, 0, -4]])
    found = spike(STEP, twin + excess, twin, at=100)
    assert found.height == pytest.approx(2)
    assert found.caught_up.tolist() == pytest.approx([40, 40])
    assert found.paid_back.tolist() == [np.inf, 100]


def test_what_comes_after_it_has_caught_up_is_no_spike() -> None:
    found = spike(STEP, np.array([1, 1, 1.5, 0.5, 9, 9]), np.ones(6), at=100)
    assert found.height == 0.5
    assert found.caught_up == 20
    assert found.paid_back == np.inf


def test_an_edit_that_changes_nothing_costs_nothing() -> None:
    found = spike(STEP, np.ones(6), np.ones(6), at=100)
    assert [float(part) for part in (found.height, found.caught_up, found.paid_back)] == [0, 10, 10]


def test_a_spike_needs_a_record_after_the_edit() -> None:
    with pytest.raises(tg.BadInput, match=r"at=200 has no record after it; the last one is at step 200."):
        spike(STEP, np.ones(6), np.ones(6), at=200)
