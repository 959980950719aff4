"""Many experiments, one after the other; what fails is said and passed over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tegum.claims import Judged
from tegum.conduct import conduct, opened
from tegum.experiments import find
from tegum.experiments.experiment import Panel
from tegum.runs.store import Folder


@dataclass(frozen=True)
class Outcome:
    """What became of one experiment: its finished run, or in `wrong` what went wrong, in one line."""

    name: str
    folder: Folder | None = None
    panels: list[Panel] = field(default_factory=list)
    claims: list[Judged] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    wrong: str = ""


def series(names: Iterable[str], size: str, **how: Any) -> Iterator[Outcome]:
    """Conduct these experiments in one size, `how` as `conduct` takes it; each outcome as soon as it is there.

    An interrupt ends the series. Called again, it passes quickly over what is finished.
    """
    for name in names:
        try:
            folder = conduct(find(name, size), name, **how)
            _, panels, claims, facts = opened(folder)
        except Exception as error:  # whatever it is, the others can run
            yield Outcome(name, wrong=f"{type(error).__name__}: {' '.join(str(error).split())}")
        else:
            yield Outcome(name, folder, panels, claims, facts)
