"""The models that were caught at the edit, under each treatment; and numbers in words."""

import functools
from collections.abc import Iterable
from typing import Any

import numpy as np

from tegum.claims import rate_interval, share
from tegum.experiments.experiment import Runs
from tegum.experiments.repair.treatments import RECIPES, again_name, once_name
from tegum.failure.courses import Course
from tegum.failure.recovery import limited
from tegum.training.run import Run


def there(runs: Runs, names: Iterable[str], forget: str = "unlearnt") -> list[str]:
    """Those of these remedies that were tried."""
    return [name for name in names if tried(runs, name, forget=forget)]


def tried(runs: Runs, *names: str, forget: str = "unlearnt") -> bool:
    """Whether all of these remedies were."""
    return all(once_name(name, forget) in runs for name in names)


def edited(runs: Runs, name: str, recipe: str, forget: str = "unlearnt") -> Course:
    """The caught models of a recipe, edited once by this remedy."""
    return _course(runs[once_name(name, forget)], recipe)


def edited_again(runs: Runs, name: str, recipe: str) -> Course:
    """The same models, edited again and again."""
    return _course(runs[again_name(name)], recipe)


@functools.lru_cache(maxsize=128)
def _course(run: Run, recipe: str) -> Course:
    optimisers: Any = run.training.over["recipe"]
    place = optimisers["optimiser"].index(RECIPES[recipe])
    record: Any = run.training.record
    parts = (run.data[name].values[place] for name in ("states", "losses", "early"))
    return Course.of_caught(np.array(record.steps(run.training.steps)), *parts)


def perfect(runs: Runs, name: str, recipe: str, forget: str = "unlearnt") -> np.ndarray:
    """Which of the caught seeds are perfect at the end."""
    return edited(runs, name, recipe, forget).perfect


def delays(runs: Runs, name: str, recipe: str, forget: str = "unlearnt") -> np.ndarray:
    """How long each of the caught seeds takes to be perfect, at most to the end."""
    course = edited(runs, name, recipe, forget)
    return limited(course.until_perfect, rest_of(course))


def rest_of(course: Course) -> float:
    """How many steps follow the edit."""
    return float(course.step[-1] - course.step[0])


def by_number(course: Course) -> str:
    """How many models are perfect at the end, by how many features were unlearnt, in words."""
    one, good = course.one, course.perfect
    return f"with one feature unlearnt {share(good[one])} end perfect, with more {share(good[~one])}"


def median_of(values: np.ndarray) -> float:
    """The median of what there is; NaN of nothing."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else np.nan


def medians_of(loss: np.ndarray) -> np.ndarray:
    """The median over models at each record, (t,); NaN of none."""
    middle: np.ndarray = np.median(loss, axis=0) if len(loss) else np.full(loss.shape[1], np.nan)
    return middle


def mean_of(values: np.ndarray) -> float:
    """The mean; NaN of nothing."""
    return float(values.mean()) if values.size else np.nan


def with_interval(successes: np.ndarray) -> str:
    """The same, with the interval of the rate."""
    if not successes.size:
        return "none was caught, so none"
    low, high = rate_interval(successes.sum(), successes.size)
    return f"{share(successes)} (95 % interval {100 * low:.0f}–{100 * high:.0f} %)"
