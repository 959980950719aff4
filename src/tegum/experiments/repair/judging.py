"""How each statement is judged."""

from collections.abc import Callable, Iterable

import numpy as np

from tegum.claims import Claim, Judged, judge_mean, judge_rate, unjudged
from tegum.experiments.experiment import Runs
from tegum.experiments.repair.caught import (
    by_number,
    counted,
    delays,
    edited,
    edited_again,
    mean_of,
    median_of,
    perfect,
    rest_of,
    there,
)
from tegum.experiments.repair.claims import (
    ALL_DEAD,
    CHOICE,
    ELEGANT,
    ELEGANT_LONG,
    ENOUGH,
    FASTER,
    GOOD,
    LONG_ALL,
    LONG_ENOUGH,
    MORE_OFTEN,
    NOISY,
    PAID,
    POOR,
    RAISED,
    REPELS,
    ROOM,
    SAME_WAY,
    SHRINKS,
    SOONER,
    SPLAYS,
    SWEEPS,
    UNDOES,
    UNTOLD,
    WELL,
)
from tegum.experiments.repair.treatments import (
    CHOOSING,
    FEW,
    LASTING,
    LONG,
    ONCE,
    PASSING,
    PUBLISHED,
    RATES,
    SHIFTS,
    best,
    lasting,
    once_name,
    several_name,
)
from tegum.failure.courses import Course
from tegum.failure.recovery import lean_along, opening, paid_back


def judged(runs: Runs, recipes: tuple[str, ...], more: tuple[tuple[int, int], ...]) -> list[Judged]:
    """All of them, in the order of the source, and then what is ours."""
    return [
        *(_well(runs, recipe) for recipe in recipes),
        _mean_time(SOONER, runs, "nothing", "repel", PASSING),
        _mean_share(ELEGANT, runs, "repel", PUBLISHED, LASTING),
        _mean_share(ELEGANT_LONG, runs, "repel", LONG, LASTING),
        _mean_time(FASTER, runs, PUBLISHED, "repel", PASSING),
        *(_all_dead(runs, n, k) for n, k in more),
        _choice(runs),
        _moved(REPELS, runs, "repel", _away, _leans(runs, ("nothing", PUBLISHED, "repel", "lean"))),
        *_regions(runs, LASTING),
        *_regions(runs, PASSING),
        _raised(runs),
        *_enough(runs, lasting(recipes)),
        _untold(runs, recipes),
        _moved(SPLAYS, runs, LONG, _wider),
        _moved(SWEEPS, runs, LONG, _away),
        _moved(SHRINKS, runs, LONG, _shorter),
        _same_way(runs),
        _noisy(runs),
        _mean_time(LONG_ENOUGH, runs, "repel", "random, long", PASSING),
        _mean_time(LONG_ENOUGH, runs, "repel", "random, long", LASTING),
        _rate(_named(LONG_ALL, LASTING), perfect(runs, "random, long", LASTING), 0.95),
        _room(runs, recipes),
        _paid(runs),
    ]


def _well(runs: Runs, recipe: str) -> Judged:
    treated, plain = (edited(runs, name, recipe) for name in ("repel", "nothing"))
    tuned = "Its shift is the best of six for this recipe, by seeds of their own."
    note = f"Treated: {by_number(treated)}. Untreated: {by_number(plain)}. {tuned}"
    return _rate(_named(WELL, recipe), treated.perfect, 0.95, note)


def _mean_share(claim: Claim, runs: Runs, name: str, other: str, recipe: str) -> Judged:
    mine, its = (perfect(runs, one, recipe) for one in (name, other))
    note = f"{name}: {counted(mine)} perfect; {other}: {counted(its)}."
    return _mean(_named(claim, recipe), mine.astype(float) - its, note, " of the models")


def _mean_time(claim: Claim, runs: Runs, slow: str, fast: str, recipe: str) -> Judged:
    late, soon = (delays(runs, one, recipe) for one in (slow, fast))
    rest = rest_of(edited(runs, slow, recipe))
    note = f"Means: {slow} {mean_of(late):,.0f}, {fast} {mean_of(soon):,.0f} of at most {rest:,.0f} steps."
    return _mean(_named(claim, recipe), late - soon, note, " steps saved")


def _moved(claim: Claim, runs: Runs, name: str, moved: Callable[[Course], np.ndarray], note: str = "") -> Judged:
    course = edited(runs, name, PASSING)
    course = course.where(course.one)
    return _rate(_named(claim, PASSING), moved(course), 0.95, note, "seeds caught with one feature unlearnt")


def _leans(runs: Runs, names: Iterable[str]) -> str:
    """How far the live columns lean 1,000 steps after each edit, in words."""
    words = []
    for name in there(runs, names):
        course = edited(runs, name, LASTING)
        others = (course.W(1000).sum(axis=2) - course.own(1000))[course.one]
        words.append(f"{name} {median_of(np.linalg.norm(others, axis=1)):.2g}")
    return f"Median length of their sum 1,000 steps after the edit, {LASTING}: {', '.join(words)}."


def _enough(runs: Runs, recipes: tuple[str, ...]) -> list[Judged]:
    found = []
    for recipe in recipes:
        again, once = edited_again(runs, PUBLISHED, recipe), edited(runs, PUBLISHED, recipe)
        proposal = edited_again(runs, "repel", recipe).perfect
        note = f"Resampled once: {counted(once.perfect)}."
        found.append(_rate(_named(ENOUGH, recipe), again.perfect, 0.95, note))
        fewer = once.unlearnt[:, -1] - again.unlearnt[:, -1]
        found.append(_mean(_named(MORE_OFTEN, recipe), fewer, "", " features fewer"))
        mine = perfect(runs, "repel", recipe)
        undone = f"Once: {counted(mine)} perfect; repeated: {counted(proposal)}."
        found.append(_mean(_named(UNDOES, recipe), mine.astype(float) - proposal, undone, " of the models"))
    return found


def _untold(runs: Runs, recipes: tuple[str, ...]) -> Judged:
    words = []
    for recipe in recipes:
        course = edited(runs, LONG, recipe)
        one, back = course.one, course.unlearnt[:, -1] > 0
        words.append(f"{recipe} {counted(back[one])} and {counted(back[~one])}")
        if recipe == LASTING:
            single = back[one]
    note = f"With a feature unlearnt at the end, of those with one at the edit, and with more: {'; '.join(words)}."
    return _rate(_named(UNTOLD, LASTING), single, 0.05, note, "seeds caught with one feature unlearnt")


def _noisy(runs: Runs) -> Judged:
    quiet, loud = (perfect(runs, name, LASTING).astype(float) for name in ("nothing", "noise"))
    note = f"nothing: {counted(quiet)} perfect; noise: {counted(loud)}."
    return _mean(_named(NOISY, LASTING), quiet - loud, note, " of the models", above=-0.05)


def _room(runs: Runs, recipes: tuple[str, ...]) -> Judged:
    seeds = runs[once_name("make room")].states.sizes["seed"]
    caught, good = np.zeros(seeds, bool), np.ones(seeds, bool)
    words = []
    for recipe in recipes:
        course = edited(runs, "make room", recipe)
        caught[course.seed] = True
        good[course.seed] &= course.perfect
        words.append(f"{recipe} {counted(course.perfect)}")
    return _rate(ROOM, good[caught], 0.95, f"{'; '.join(words)}.", "seeds caught under some recipe")


def _paid(runs: Runs) -> Judged:
    treated, plain = (edited(runs, name, PASSING) for name in ("make room", "nothing"))
    time = paid_back(treated.step, treated.loss, plain.loss)
    words = []
    for name in there(runs, ONCE[1:]):
        other = edited(runs, name, PASSING)
        later = paid_back(other.step, other.loss, plain.loss)
        lost = (other.lost > 0).sum()
        words.append(f"{name} {median_of(later):,.0f} ({lost} lose one that was learnt)")
    note = f"Median steps: {'; '.join(words)}."
    return _rate(_named(PAID, PASSING), time <= 100, 0.95, note)


def _named(claim: Claim, recipe: str) -> Claim:
    return Claim(f"{claim.statement} ({recipe})", claim.source, claim.criterion)


def _rate(claim: Claim, successes: np.ndarray, above: float, note: str = "", where: str = "caught seeds") -> Judged:
    return judge_rate(claim, successes, above=above, where=where, note=note)


def _mean(claim: Claim, samples: np.ndarray, note: str, unit: str, above: float = 0.0) -> Judged:
    if len(samples) < 2:
        return unjudged(claim, "fewer than two models were caught", note=note)
    return judge_mean(claim, samples, above=above, where="caught seeds", unit=unit, note=note)


def _wider(course: Course) -> np.ndarray:
    return opening(course.W(1), course.W(1000), course.feature) > 0


def _away(course: Course) -> np.ndarray:
    """Whether the live columns lean further from the direction that the new column was given."""
    before, after = (lean_along(course.W(offset), course.own(1), course.feature) for offset in (1, 1000))
    return after < before


def _shorter(course: Course) -> np.ndarray:
    first, then = (np.linalg.norm(course.own(offset), axis=1) for offset in (1, 100))
    return np.asarray(then < first)


def _same_way(runs: Runs) -> Judged:
    course = edited(runs, "nothing", PASSING)
    course = course.where(course.one)
    own, columns = course.own(0), course.W(0)
    others = columns.sum(axis=2) - own
    cosine = -(own * others).sum(axis=1) / np.linalg.norm(own, axis=1) / np.linalg.norm(others, axis=1)
    note = f"The median cosine is {median_of(cosine):.3f}."
    return _rate(_named(SAME_WAY, PASSING), cosine > 0.9, 0.5, note, "seeds caught with one feature unlearnt")


def _all_dead(runs: Runs, n: int, k: int) -> Judged:
    beside = [name for name in FEW if several_name(n, k, name) in runs]
    found = {name: runs[several_name(n, k, name)].ended.values for name in beside}
    words = "; ".join(f"{name} {counted(part[:, 0])}" for name, part in found.items())
    claim = _named(ALL_DEAD, f"{n} features, {k} unlearnt, {PASSING}")
    return _rate(claim, found["repel"][:, 0], 0.95, f"Perfect at the end: {words}.", "seeds")


def _choice(runs: Runs) -> Judged:
    def first(name: str) -> np.ndarray:
        when = runs[f"costly {name}"].when_learnt.values
        return np.asarray(when[:, -1] < when[:, -2])

    others = "; ".join(f"{name} {counted(first(name))}" for name in ("nothing", PUBLISHED))
    return _rate(_named(CHOICE, PASSING), first("repel"), 0.95, f"The costly one first: {others}.", "seeds")


def blocks(share: np.ndarray) -> np.ndarray:
    """The mean of every 3 × 3 block of a map's cells, (x, y, ...) to (x − 2, y − 2, ...)."""
    rows, columns = share.shape[0] - 2, share.shape[1] - 2
    return np.mean([share[i : i + rows, j : j + columns] for i in range(3) for j in range(3)], axis=0)


def _regions(runs: Runs, recipe: str) -> list[Judged]:
    good = runs[f"map {recipe}"].ended.values[..., 0]
    plain = runs[f"map nothing {recipe}"].ended.values[..., 0]
    quarter = good.shape[-1] // CHOOSING
    block = blocks(good)
    chosen = block[..., :quarter].mean(axis=-1)
    found = []
    for claim, at in ((GOOD, chosen.argmax()), (POOR, chosen.argmin())):
        shift, rate = np.unravel_index(at, chosen.shape)
        others, untreated = block[shift, rate, quarter:], plain[rate : rate + 3].mean()
        note = (
            f"Shifts {SHIFTS[shift]:.2g} to {SHIFTS[shift + 2]:.2g}, rates {RATES[rate]:.2g} to {RATES[rate + 2]:.2g}. "
            f"With nothing done {untreated:.0%} of these end perfect."
        )
        samples, above = (others, 0.95) if claim is GOOD else (1 - others, 0.5)
        found.append(judge_mean(_named(claim, recipe), samples, above=above, where="other seeds", note=note))
    return found


def _raised(runs: Runs) -> Judged:
    good = runs[f"map {LASTING}"].ended.values[..., 0]
    rate = int(np.abs(np.log(np.array(RATES) / 1e-3)).argmin())
    shift = int(np.abs(np.array(SHIFTS) - best("repel", LASTING)).argmin())
    mine, none = good[shift, rate], good[0, rate]
    note = f"Shift {SHIFTS[shift]:.2g}: {counted(mine)}; shift 0: {counted(none)}."
    return judge_mean(_named(RAISED, LASTING), mine - none, above=0, where="seeds", note=note)
