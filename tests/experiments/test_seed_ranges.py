"""Experiments whose criteria were written after a look elsewhere judge on seeds that no other one of them uses."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from tegum.experiments import find, listed
from tegum.training.training import Training

FRESH = 1_000_000  # a first seed from here on is a claim that the seeds are fresh; those below are for looking

Range = tuple[int, int]


def seeds(over: Mapping[str, Any]) -> Iterator[Range]:
    """The first and last seed of each axis of seeds, also where it is zipped with others."""
    for name, values in over.items():
        if isinstance(values, Mapping):
            yield from seeds(values)
        elif name == "seed":
            yield min(values), max(values)


def start(training: Training) -> str:
    """What a seed draws: the kind and sizes of the model, and of the data where they are drawn."""
    model = training.model
    return f"{type(model).__name__} {model.sizes.features} {model.sizes.hidden} {type(training.law).__name__}"


def ranges() -> dict[tuple[str, str], set[Range]]:
    """For each experiment, at standard size, and kind of start: its ranges of fresh seeds."""
    found: dict[tuple[str, str], set[Range]] = {}
    for name in listed():
        for training in find(name).trainings().values():
            fresh = {part for part in seeds(training.over) if part[0] >= FRESH}
            found.setdefault((name, start(training)), set()).update(fresh)
    return found


def overlap(one: Range, other: Range) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def test_fresh_seeds_of_different_experiments_are_disjoint() -> None:
    shared = {
        f"{one} and {other}: {a} and {b} of {kind}"
        for ((one, kind), mine), ((other, its), theirs) in combinations(ranges().items(), 2)
        for a in mine
        for b in theirs
        if one != other and kind == its and overlap(a, b)
    }
    assert not shared


def test_seeds_are_found_where_they_are_zipped() -> None:
    assert list(seeds({"seed": range(3, 6), "state": {"W0": (1.0,), "seed": (8, 7)}})) == [(3, 5), (7, 8)]
    assert overlap((1, 3), (3, 4))
    assert not overlap((1, 3), (4, 5))
