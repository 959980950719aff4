"""What an experiment is: trainings in three sizes, figures, and claims with criteria fixed beforehand."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from tegum.claims import Judged
from tegum.spec import Spec
from tegum.training.run import Run
from tegum.training.training import Training

Runs = Mapping[str, Run]


@dataclass(frozen=True)
class Panel:
    """One figure on the page, with a caption that says what to see."""

    name: str
    title: str
    caption: str
    figure: Any


class Experiment(Spec):
    """One claim or figure of the literature, run again. Its fields are what a reader may change.

    sizes: the fields to change for "quick" (seconds), "standard" (about a minute, the default) and "paper" (at least
    the published size).
    recipe: the source's values of those fields that a verdict depends on; a verdict reached with others says so.
    """

    title: ClassVar[str]
    source: ClassVar[str]
    lede: ClassVar[str]
    sizes: ClassVar[dict[str, dict[str, Any]]]
    recipe: ClassVar[dict[str, Any]]

    def departures(self) -> str:
        """In which fields this differs from the source's recipe, in words; empty where it does not."""
        changed = [
            f"{key}={getattr(self, key):g} instead of {value:g}"
            for key, value in self.recipe.items()
            if getattr(self, key) != value
        ]
        return f"Not the source's recipe: {', '.join(changed)}." if changed else ""

    def trainings(self) -> dict[str, Training]:
        """What to train, by name; nothing, where the mathematics is enough."""
        return {}

    @abstractmethod
    def claims(self, runs: Runs) -> list[Judged]:
        """The claims, judged on what was trained."""

    @abstractmethod
    def panels(self, runs: Runs) -> list[Panel]:
        """The figures, the one that a reader expects first."""


def some_of(
    name: str | None, given: tuple[str, ...], known: Iterable[str], *needed: str, empty: bool = False
) -> tuple[str, ...]:
    """A field's names as given, where all are known and those needed are there; else `ValueError`, in one sentence.

    >>> some_of("beds", ("toy",), ("toy", "digits"))
    ('toy',)
    >>> some_of("beds", (), ("toy", "digits"), empty=True)
    ()
    >>> some_of("beds", (), ("toy", "digits"))
    Traceback (most recent call last):
    ValueError: beds=() must be some of toy; digits.
    >>> some_of("beds", ("lawn",), ("toy", "digits"), "toy")
    Traceback (most recent call last):
    ValueError: beds=('lawn',) must be some of toy; digits, with toy.
    """
    known = tuple(known)
    if (not given and not empty) or not {*needed} <= {*given} <= {*known}:
        words = f", with {'; '.join(needed)}" if needed else ""
        raise ValueError(f"{name}={given} must be some of {'; '.join(known)}{words}.")
    return given
