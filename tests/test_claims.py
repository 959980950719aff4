"""Claims: the intervals are those of the books, and the interval decides."""

import json
import math
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tegum.claims import (
    LEVEL,
    Claim,
    Judged,
    auc,
    decide,
    judge_fact,
    judge_mean,
    judge_pairs,
    judge_rate,
    judge_share,
    mean_interval,
    rate_interval,
    share_interval,
    too_few,
    unjudged,
)

CLAIM = Claim("All swans are white.", "A book", "More than half of the swans are white.")
finite = st.floats(-1e6, 1e6)


@settings(deadline=None)
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_rate_s_interval_is_the_exact_one(case: tuple[int, int]) -> None:
    k, n = case
    expected = stats.binomtest(k, n).proportion_ci(confidence_level=LEVEL, method="exact")
    low, high = rate_interval(k, n)
    assert float(low) == pytest.approx(expected.low, abs=1e-12)
    assert float(high) == pytest.approx(expected.high, abs=1e-12)
    assert 0 <= low <= k / n <= high <= 1


def test_a_rate_s_interval_by_hand() -> None:
    """k = n = 3: the low end p has p³ = 0.025. k = 1 of 2: (1 - p)² = 0.975 at the low end, p² = 0.975 at the high."""
    low, high = rate_interval(3, 3)
    assert (low, high) == pytest.approx((0.025 ** (1 / 3), 1.0))
    low, high = rate_interval(1, 2)
    assert (low, high) == pytest.approx((1 - 0.975**0.5, 0.975**0.5))


def test_rates_come_in_arrays_too() -> None:
    low, high = rate_interval(np.array([[0, 3], [5, 10]]), np.array([10, 10]))
    assert low.shape == high.shape == (2, 2)
    assert (low[0, 0], high[1, 1]) == (0, 1)
    assert (low[1, 0], high[1, 0]) == tuple(map(float, rate_interval(5, 10)))


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^a rate needs at least one trial"):
        rate_interval(0, 0)


@settings(deadline=None)
@given(st.lists(finite, min_size=2, max_size=50))
def test_the_mean_s_interval_is_student_s(samples: list[float]) -> None:
    mean, low, high = mean_interval(np.array(samples))
    spread = stats.sem(samples)
    assert mean == pytest.approx(np.mean(samples))
    if spread > 1e-9 * max(1, *map(abs, samples)):
        expected = stats.t.interval(LEVEL, len(samples) - 1, loc=np.mean(samples), scale=spread)
        assert (low, high) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert low <= mean <= high


def test_a_mean_s_interval_by_hand() -> None:
    """1, 2, 3: mean 2, standard error 1/√3, t(0.975, 2) = 4.302653."""
    mean, low, high = mean_interval(np.array([1, 2, 3]))
    assert (mean, round(low, 6), round(high, 6)) == (2.0, -0.484138, 4.484138)


def test_one_sample_says_nothing_about_the_spread() -> None:
    assert mean_interval(np.array([3.0])) == (3.0, -math.inf, math.inf)


def test_a_few_samples_that_are_all_alike_say_nothing_about_the_spread_either() -> None:
    assert mean_interval(np.ones(19)) == (1.0, -math.inf, math.inf)
    assert mean_interval(np.ones(20)) == (1.0, 1.0, 1.0)
    judged = judge_mean(CLAIM, np.ones(6), above=0.5, where="swans")
    assert (judged.verdict, judged.measured) == ("unclear", "1, no interval, over 6 swans")


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.6, 0.9, "holds"),
        (0.1, 0.4, "fails"),
        (0.4, 0.6, "unclear"),
        (0.5, 0.9, "unclear"),
        (0.1, 0.5, "unclear"),
        (-math.inf, math.inf, "unclear"),
        (math.nan, math.nan, "unclear"),
    ],
)
def test_the_whole_interval_decides(low: float, high: float, verdict: str) -> None:
    assert decide(low, high, above=0.5) == verdict


@pytest.mark.parametrize(("k", "verdict"), [(40, "holds"), (0, "fails"), (20, "unclear")])
def test_a_judged_rate_says_what_was_counted(k: int, verdict: str) -> None:
    judged = judge_rate(CLAIM, np.arange(40) < k, above=0.5, where="swans", note="In winter.")
    low, high = map(float, rate_interval(k, 40))
    assert (judged.verdict, judged.value, judged.low, judged.high, judged.count) == (verdict, k / 40, low, high, 40)
    assert judged.measured == f"{k} of 40 swans: {k / 40:.0%}, 95 % interval {low:.0%} to {high:.0%}"
    assert (judged.statement, judged.source, judged.criterion, judged.note) == (
        CLAIM.statement, CLAIM.source, CLAIM.criterion, "In winter.",
    )  # fmt: skip


def test_a_judged_mean_says_what_was_averaged() -> None:
    judged = judge_mean(CLAIM, np.array([1.0, 2.0, 3.0]), above=-1, where="swans", unit=" kg")
    assert judged.measured == "2 kg, 95 % interval -0.484 to 4.48, over 3 swans"
    assert (judged.verdict, judged.value, judged.count) == ("holds", 2.0, 3)


@pytest.mark.parametrize("count", [19, 20, 28])
def test_shares_that_are_all_alike_have_a_rate_s_interval_whatever_their_number(count: int) -> None:
    for all_of_them in (0, 1):
        low, high = map(float, rate_interval(count * all_of_them, count))
        assert share_interval(np.full(count, all_of_them)) == (all_of_them, low, high)
    judged = judge_share(CLAIM, np.ones(count), above=0.95, where="swans")
    assert judged.verdict == "unclear"
    assert too_few(count, 0.95).startswith(f"Not even {count} of {count} would show more than 95%")


def test_shares_have_student_s_interval_that_ends_at_0_and_1() -> None:
    samples = np.array([1.0, 1.0, 0.8])
    mean, low, _ = mean_interval(samples)
    assert share_interval(samples) == (mean, low, 1.0)
    assert share_interval(np.array([0.5])) == (0.5, 0.0, 1.0)
    assert judge_share(CLAIM, samples, above=0.5, where="swans").measured == (
        f"93.3%, 95 % interval {low:.1%} to 100.0%, over 3 swans"
    )
    assert judge_share(CLAIM, samples[:0], above=0.5, where="swans").measured == "no swans to judge by"
    assert [bool(too_few(count, 0.95)) for count in (0, 71, 72)] == [True, True, False]


def test_thousands_are_written_out() -> None:
    judged = judge_mean(CLAIM, np.array([1680.0, 1690.0]), above=0, where="swans", unit=" steps")
    assert judged.measured == "1,685 steps, 95 % interval 1,621 to 1,749, over 2 swans"


def test_pairs_are_judged_by_those_that_differ() -> None:
    """Six differ, all for the first: p⁶ = 0.025 at the low end."""
    mine, its = np.arange(10) < 9, np.arange(10) < 3
    judged = judge_pairs(CLAIM, mine, its, where="swans")
    assert (judged.verdict, judged.value, judged.count) == ("holds", 1.0, 10)
    assert judged.low == pytest.approx(0.025 ** (1 / 6))
    assert judged.measured == (
        "9 against 3 of 10 swans; of 6 in which they differ, the first in 6, 95 % interval 54% to 100%"
    )
    assert judge_pairs(CLAIM, its, mine, where="swans").verdict == "fails"
    assert judge_pairs(CLAIM, mine[:8], its[:8], where="swans").verdict == "unclear"
    same = judge_pairs(CLAIM, mine, mine, where="swans")
    assert (same.verdict, same.measured) == ("unclear", "9 against 9 of 10 swans: no seed tells the two apart")


@pytest.mark.parametrize("samples", [[3.0], [1.0, math.nan], [1.0, math.inf]], ids=str)
def test_numbers_that_are_not_finite_are_null_in_json(samples: list[float]) -> None:
    with np.errstate(invalid="ignore"):
        judged = judge_mean(CLAIM, np.array(samples), above=0.5, where="swans")
    text = json.dumps(judged.as_dict(), allow_nan=False)
    stored = json.loads(text)
    assert judged.verdict == "unclear"
    assert set(stored) == set(asdict(judged))
    assert stored["low"] is stored["high"] is None
    assert (stored["value"] is None) == (not math.isfinite(judged.value))


def test_a_judged_claim_is_json_as_it_is() -> None:
    judged = judge_rate(CLAIM, np.ones(3, bool), above=0.5, where="swans")
    assert Judged(**json.loads(json.dumps(judged.as_dict()))) == judged


def test_nothing_to_judge_by_is_no_failure() -> None:
    none = np.array([])
    for judged in (
        judge_rate(CLAIM, none, above=0.5, where="swans"),
        judge_mean(CLAIM, none, above=0.5, where="swans"),
        unjudged(CLAIM, "no swans to judge by"),
    ):
        assert (judged.verdict, judged.measured, judged.count) == ("unclear", "no swans to judge by", 0)
        assert judged.as_dict()["value"] is None


def test_a_fact_holds_or_fails() -> None:
    assert judge_fact(CLAIM, True, "all of them", 1.0).verdict == "holds"
    fails = judge_fact(CLAIM, False, "one is black", 0.99, note="a note")
    assert (fails.verdict, fails.value, fails.low, fails.high, fails.note) == ("fails", 0.99, 0.99, 0.99, "a note")


def test_a_reason_is_given_for_a_failure_only() -> None:
    claim = Claim("2 + 2 = 5", "A book", "It is.", reason="It is 4.")
    assert [judge_fact(claim, true, "4", 4).why for true in (True, False)] == ["", "It is 4."]
    assert unjudged(claim, "nothing").why == ""
    assert judge_fact(claim, False, "4", 4).as_dict()["reason"] == "It is 4."


def test_auc_counts_pairs_in_the_right_order() -> None:
    score, yes = np.array([4.0, 3.0, 2.0, 2.0]), np.array([True, False, True, False])
    assert auc(score, yes) == (1 + 1 + 0 + 0.5) / 4
    assert np.isnan(auc(score, np.ones(4, bool)))
    assert np.isnan(auc(score, np.zeros(4, bool)))
