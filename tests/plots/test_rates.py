"""Rates, read back from the figure."""

import numpy as np

from tegum.plots import rate_lines, stacked_rates, style

NAMES = ["solved", "stuck"]
COUNTS = np.array([[17, 23], [40, 0]])
LOW, HIGH = np.array([[0.285, 0.42], [0.91, 0.0]]), np.array([[0.58, 0.715], [1.0, 0.09]])


def test_shares_of_a_bar_sum_to_one() -> None:
    figure = stacked_rates(NAMES, COUNTS, LOW, HIGH, ["0.1", "0.01"], x_label="learning rate")
    assert [bar.name for bar in figure.data] == NAMES
    np.testing.assert_allclose(figure.data[0].y, [0.425, 1.0])
    np.testing.assert_allclose(np.sum([bar.y for bar in figure.data], axis=0), 1)
    assert figure.layout.barmode == "stack"


def test_a_bar_hovers_its_counts_and_interval() -> None:
    solved, stuck = stacked_rates(NAMES, COUNTS, LOW, HIGH, ["0.1", "0.01"], x_label="learning rate").data
    assert solved.customdata[0] == "17 of 40 (42 %, 95 % interval 28–58 %)"
    assert stuck.customdata[1] == "0 of 40 (0 %, 95 % interval 0–9 %)"
    assert "%{customdata}" in solved.hovertemplate


def test_many_runs_earn_a_decimal() -> None:
    (bar,) = stacked_rates(["a"], [[3000]], [[0.9987]], [[1.0]], ["x"], x_label="x").data
    assert bar.customdata[0] == "3000 of 3000 (100.0 %, 95 % interval 99.9–100.0 %)"


def test_a_bar_without_runs_is_empty() -> None:
    (bar,) = stacked_rates(["a"], [[0]], [[0.0]], [[1.0]], ["x"], x_label="x").data
    assert list(bar.y) == [0]


def test_only_wide_segments_carry_their_share() -> None:
    solved, stuck = stacked_rates(NAMES, COUNTS, LOW, HIGH, ["0.1", "0.01"], x_label="learning rate").data
    assert list(solved.text) == ["42 %", "100 %"]
    assert list(stuck.text) == ["57 %", ""]


def test_rate_lines_stay_between_0_and_100_percent() -> None:
    rate = COUNTS / 40
    figure = rate_lines([0.01, 0.1], rate, LOW, HIGH, NAMES, x_label="learning rate", y_label="share", log_x=True)
    bands, lines = figure.data[:2], figure.data[2:]
    assert figure.layout.yaxis.range == (-0.02, 1.02)
    assert figure.layout.xaxis.type == "log"
    assert lines[0].text[0] == "42.5 % (95 % interval 28.5–58.0 %)"
    assert [band.fillcolor for band in bands] == [style.faint(line.line.color, 0.16) for line in lines]


def test_stepped_rates_stay_until_the_next() -> None:
    figure = rate_lines([0, 1], COUNTS / 40, LOW, HIGH, NAMES, x_label="step", y_label="share", stepped=True)
    assert [line.name for line in figure.data] == NAMES
    assert {(line.line.shape, line.mode) for line in figure.data} == {("hv", "lines")}
    assert figure.data[0].text[0] == "42.5 % (95 % interval 28.5–58.0 %)"
