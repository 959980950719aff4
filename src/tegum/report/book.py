"""Many runs as one self-contained HTML file: a scorecard of all claims, the times, and each run's figures."""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tegum.claims import Judged
from tegum.experiments.experiment import Panel
from tegum.report.page import counts, render


@dataclass(frozen=True)
class Chapter:
    """One run in a book.

    departures: in what its recipe differs from the source's, in words.
    times: of its provenance, seconds, processor_seconds, workers, finished and resumed, as far as they are known.
    """

    name: str
    title: str
    lede: str
    figures: Sequence[Panel]
    claims: Sequence[Judged]
    made_by: str = ""
    experiment: str = ""
    size: str = ""
    times: Mapping[str, Any] = field(default_factory=dict)
    departures: str = ""

    @property
    def of(self) -> str:
        """The size, without whether it was changed."""
        return self.size.split(",")[0]

    @property
    def finished(self) -> str:
        """When, to the minute."""
        given = self.times.get("finished")
        if not given:
            return "—"
        return datetime.datetime.fromisoformat(given).astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")

    @property
    def wall(self) -> str:
        return duration(self.times.get("seconds"))

    @property
    def threads(self) -> str:
        return str(self.times.get("workers") or "—")

    @property
    def resumed(self) -> bool:
        return bool(self.times.get("resumed"))

    @property
    def processor(self) -> str:
        return duration(self.times.get("processor_seconds"))


def book(title: str, runs: Sequence[Chapter], left_out: str = "") -> str:
    """Many runs as one HTML: the scorecard of all their claims, their times, then each run's figures.

    left_out: which runs are not in it and why, in words.
    """
    claims = [(run, claim) for run in runs for claim in run.claims]
    return render(
        "book.html.j2",
        title=title,
        runs=runs,
        claims=claims,
        tallies={
            size: counts(claim for run, claim in claims if run.of == size)
            for size in dict.fromkeys(run.of for run in runs)
        },
        works=sorted({work(claim.source) for _, claim in claims}),
        work=work,
        left_out=left_out,
        total={key: _total(runs, key) for key in ("seconds", "processor_seconds")},
        resumed=any(run.resumed for run in runs),
    )


def work(source: str) -> str:
    """The publication that a source is a place in; what goes beyond one is ours.

    >>> work("Elhage et al. 2022, Toy Models of Superposition, learning dynamics")
    'Elhage et al. 2022'
    >>> work("Beyond Elhage et al. 2022"), work("Optimization Failure (2024), Introduction")
    ('Ours', 'Optimization Failure (2024)')
    """
    if re.match(r"(Ours|Beyond|Corrected)\b", source):
        return "Ours"
    found = re.match(r".*?\b\d{4}\)?", source)
    return found[0] if found else source


def duration(seconds: float | None) -> str:
    """Seconds as one reads them.

    >>> duration(0.04), duration(59.94), duration(60), duration(3725), duration(None)
    ('0.0 s', '59.9 s', '1 min 0 s', '1 h 2 min', '—')
    """
    if seconds is None:
        return "—"
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _total(runs: Sequence[Chapter], key: str) -> str:
    """The sum over runs; where some do not tell, over how many it is."""
    known = [run.times[key] for run in runs if run.times.get(key) is not None]
    if not known:
        return "—"
    return duration(sum(known)) + (f" ({len(known)} of {len(runs)} runs)" if len(known) < len(runs) else "")
