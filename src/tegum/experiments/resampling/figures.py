"""The figures: the scorecard first."""

from tegum.claims import drawn_interval
from tegum.experiments.experiment import Panel, Runs
from tegum.experiments.resampling import entrants as e
from tegum.experiments.resampling.judging import difference, entered, troubled
from tegum.plots.interval_rows import interval_rows


def panels(runs: Runs) -> list[Panel]:
    """All panels of what was trained."""
    return [_scorecard(runs)]


def _scorecard(runs: Runs) -> Panel:
    beds = troubled(runs)
    names = [name for name in entered(runs, beds[0]) if name != e.LETTER]
    values = [[drawn_interval(difference(runs, bed, name, e.LETTER)) for bed in beds] for name in names]
    figure = interval_rows(names, beds, values, zero=e.LETTER)
    caption = (
        "Score less that of the published resampling, over pairs of dictionaries with one truth, one start and the "
        "same data: means with 95 % intervals. Right of the line is better. The score is the mean one-to-one cosine "
        "with the true features; of the digits, minus the objective."
    )
    return Panel("scorecard", "Against the published resampling", caption, figure)
