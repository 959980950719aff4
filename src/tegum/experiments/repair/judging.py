"""How each statement is judged."""

from collections.abc import Callable, Iterable

import numpy as np

from tegum.claims import Claim, Judged, judge_mean, judge_pairs, judge_rate, share, unjudged
from tegum.experiments.experiment import Runs
from tegum.experiments.repair.caught import (
    by_number,
    delays,
    edited,
    edited_again,
    mean_of,
    median_of,
    perfect,
    rest_of,
    there,
    tried,
)
from tegum.experiments.repair.claims import (
    ALL_DEAD,
    BEYOND,
    BIAS,
    CHOICE,
    DIRECTION,
    ELEGANT,
    ELEGANT_LONG,
    ELEGANT_TUNED,
    ENOUGH,
    FASTER,
    FASTER_TUNED,
    GOOD,
    KICK,
    LEANT,
    LENGTH,
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
    CARRIED,
    CHOOSING,
    FACTORS,
    FEW,
    LASTING,
    LEFT,
    LONG,
    ONCE,
    PASSING,
    POLICIES,
    PROPOSED,
    RATES,
    ROOMY,
    SHIFTS,
    TREATMENTS,
    WHOLE,
    again_name,
    forgetful,
    lasting,
    once_name,
    several_name,
)
from tegum.failure.courses import Course
from tegum.failure.recovery import lean_along, opening, paid_back


def judged(runs: Runs, recipes: tuple[str, ...], more: tuple[tuple[int, int], ...]) -> list[Judged]:
    """All claims that the remedies tried can decide, in the order of the page."""
    failing = tuple(recipe for recipe in recipes if recipe != PASSING)
    return [
        *_proposal(runs, recipes),
        *_against(runs, failing),
        *(_all_dead(runs, n, k) for n, k in more),
        _choice(runs),
        _moved(REPELS, runs, PROPOSED, _away, _leans(runs, ("nothing", CARRIED, PROPOSED, "lean"))),
        *(one for recipe in (LASTING, PASSING) if f"map {recipe}" in runs for one in _regions(runs, recipe)),
        *_repeated(runs, lasting(recipes)),
        *_pictured(runs, recipes),
        _same_way(runs),
        *_factors(runs, failing),
        *_ours(runs, recipes),
    ]


def _proposal(runs: Runs, recipes: tuple[str, ...]) -> list[Judged]:
    """The proposal against nothing, and against forgetting alone, under both policies."""
    found = [_well(runs, recipe, "unlearnt") for recipe in recipes]
    found += [_well(runs, recipe, "all") for recipe in forgetful(recipes)]
    found += [_mean_time(SOONER, runs, "nothing", PROPOSED, recipe) for recipe in (PASSING, LASTING)]
    for recipe in forgetful(recipes):
        found.append(_mean_time(BEYOND, runs, LEFT, PROPOSED, recipe, ("all", "all")))
    for recipe in forgetful(recipes):
        found.append(_mean_time(KICK, runs, PROPOSED, LEFT, recipe, ("unlearnt", "all")))
    return found


def _against(runs: Runs, failing: tuple[str, ...]) -> list[Judged]:
    """The proposal against resampling: as either was given, and tuned against tuned."""
    found = [_share(ELEGANT, runs, PROPOSED, CARRIED, recipe) for recipe in failing]
    found.append(_mean_time(FASTER, runs, CARRIED, PROPOSED, PASSING))
    if tried(runs, LONG):
        found.append(_share(ELEGANT_LONG, runs, PROPOSED, LONG, LASTING))
    if tried(runs, "resample", "repel"):
        found += [_share(ELEGANT_TUNED, runs, "repel", "resample", recipe) for recipe in failing]
        found += [_mean_time(FASTER_TUNED, runs, "resample", "repel", recipe) for recipe in (PASSING, *failing)]
    return found


def _pictured(runs: Runs, recipes: tuple[str, ...]) -> list[Judged]:
    """What the source pictures of a column at full length."""
    if not tried(runs, LONG):
        return []
    moved = ((SPLAYS, _wider), (SWEEPS, _away), (SHRINKS, _shorter))
    return [_untold(runs, recipes), *(_moved(claim, runs, LONG, how) for claim, how in moved)]


def _factors(runs: Runs, failing: tuple[str, ...]) -> list[Judged]:
    """Length; and direction and bias apart, each averaged over the other."""
    if not tried(runs, *FACTORS):
        return []
    found = [_mean_time(LENGTH, runs, CARRIED, "resample", recipe) for recipe in failing]
    for place, claim in enumerate((DIRECTION, BIAS)):
        found += [_main_effect(claim, runs, place, recipe) for recipe in failing]
    return found


def _main_effect(claim: Claim, runs: Runs, place: int, recipe: str) -> Judged:
    time = {name: delays(runs, name, recipe) for name in FACTORS}
    saved = sum((0.5 - levels[place]) * time[name] for name, levels in FACTORS.items())
    cells = (f"{name} {share(perfect(runs, name, recipe))}, {mean_of(late):,.0f}" for name, late in time.items())
    return _mean(_named(claim, recipe), np.asarray(saved), f"Perfect, mean steps: {'; '.join(cells)}.", " steps saved")


def _ours(runs: Runs, recipes: tuple[str, ...]) -> list[Judged]:
    found = []
    if tried(runs, "noise"):
        found.append(_noisy(runs))
    for claim, name in ((LEANT, "lean"), (LONG_ENOUGH, WHOLE)):
        for forget in POLICIES:
            if tried(runs, name, "repel", forget=forget):
                both = (forget, forget)
                found += [_mean_time(claim, runs, "repel", name, recipe, both) for recipe in (PASSING, LASTING)]
    if tried(runs, WHOLE):
        found += [_rate(_named(LONG_ALL, recipe), perfect(runs, WHOLE, recipe), 0.95) for recipe in recipes[1:]]
    if tried(runs, ROOMY):
        found += [_room(runs, recipes), _paid(runs)]
    return found


def _well(runs: Runs, recipe: str, forget: str) -> Judged:
    treated, left = (edited(runs, name, recipe, forget) for name in (PROPOSED, LEFT))
    plain = edited(runs, "nothing", recipe)
    stuck = ~plain.perfect & ~left.perfect
    note = (
        f"Of all caught: treated {share(treated.perfect)}, by forgetting alone {share(left.perfect)}, untreated "
        f"{share(plain.perfect)}. Treated: {by_number(treated)}."
    )
    where = "caught seeds that neither time nor forgetting mends"
    return _rate(_named(WELL, recipe, forget), treated.perfect[stuck], 0.95, note, where)


def _share(claim: Claim, runs: Runs, name: str, other: str, recipe: str) -> Judged:
    mine, its = (perfect(runs, one, recipe) for one in (name, other))
    return judge_pairs(_named(claim, recipe), mine, its, where="caught seeds", note=f"{name} against {other}.")


def _mean_time(
    claim: Claim, runs: Runs, slow: str, fast: str, recipe: str, forget: tuple[str, str] = ("unlearnt", "unlearnt")
) -> Judged:
    pair = tuple(zip((slow, fast), forget, strict=True))
    pair = tuple((name, "unlearnt" if name == "nothing" else policy) for name, policy in pair)
    late, soon = (delays(runs, name, recipe, policy) for name, policy in pair)
    ends = (share(perfect(runs, name, recipe, policy)) for name, policy in pair)
    rest = rest_of(edited(runs, "nothing", recipe))
    (one, mended), (two, healed) = zip((slow, fast), ends, strict=True)
    note = (
        f"Means: {one} {mean_of(late):,.0f}, {two} {mean_of(soon):,.0f} of at most {rest:,.0f} steps; perfect: "
        f"{mended}, {healed}."
    )
    return _mean(_named(claim, recipe, forget[1] if forget[0] == forget[1] else ""), late - soon, note, " steps saved")


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


def _repeated(runs: Runs, recipes: tuple[str, ...]) -> list[Judged]:
    found = []
    for recipe in recipes:
        if again_name(CARRIED) in runs:
            again, once = edited_again(runs, CARRIED, recipe), edited(runs, CARRIED, recipe)
            note = f"Resampled once: {share(once.perfect)}."
            found.append(_rate(_named(ENOUGH, recipe), again.perfect, 0.95, note))
            fewer = once.unlearnt[:, -1] - again.unlearnt[:, -1]
            found.append(_mean(_named(MORE_OFTEN, recipe), fewer, "", " features fewer"))
        mine, its = perfect(runs, PROPOSED, recipe), edited_again(runs, PROPOSED, recipe).perfect
        found.append(judge_pairs(_named(UNDOES, recipe), mine, its, where="caught seeds", note="Once against often."))
    return found


def _untold(runs: Runs, recipes: tuple[str, ...]) -> Judged:
    words = []
    for recipe in recipes:
        course = edited(runs, LONG, recipe)
        one, back = course.one, course.unlearnt[:, -1] > 0
        words.append(f"{recipe} {share(back[one])} and {share(back[~one])}")
        if recipe == LASTING:
            single = back[one]
    note = f"With a feature unlearnt at the end, of those with one at the edit, and with more: {'; '.join(words)}."
    return _rate(_named(UNTOLD, LASTING), single, 0.05, note, "seeds caught with one feature unlearnt")


def _noisy(runs: Runs) -> Judged:
    quiet, loud = (perfect(runs, name, LASTING) for name in ("nothing", "noise"))
    note = f"Perfect of all caught: nothing {share(quiet)}, noise {share(loud)}."
    return _rate(_named(NOISY, LASTING), ~loud[~quiet], 0.9, note, "caught seeds that time does not mend")


def _room(runs: Runs, recipes: tuple[str, ...]) -> Judged:
    seeds = runs[once_name(ROOMY)].states.sizes["seed"]
    caught, good = np.zeros(seeds, bool), np.ones(seeds, bool)
    words = []
    for recipe in recipes:
        course = edited(runs, ROOMY, recipe)
        caught[course.seed] = True
        good[course.seed] &= course.perfect
        words.append(f"{recipe} {share(course.perfect)}")
    return _rate(ROOM, good[caught], 0.95, f"{'; '.join(words)}.", "seeds caught under some recipe")


def _paid(runs: Runs) -> Judged:
    treated, plain = (edited(runs, name, PASSING) for name in (ROOMY, "nothing"))
    time = paid_back(treated.step, treated.loss, plain.loss)
    words = []
    for name in there(runs, ONCE[1:]):
        other = edited(runs, name, PASSING)
        later = paid_back(other.step, other.loss, plain.loss)
        lost = (other.lost > 0).sum()
        words.append(f"{name} {median_of(later):,.0f} ({lost} lose one that was learnt)")
    note = f"Median steps: {'; '.join(words)}."
    return _rate(_named(PAID, PASSING), time <= 100, 0.95, note)


def _named(claim: Claim, recipe: str, forget: str = "unlearnt") -> Claim:
    policy = ", all memory forgotten" if forget == "all" else ""
    return Claim(f"{claim.statement} ({recipe}{policy})", claim.source, claim.criterion)


def _rate(claim: Claim, successes: np.ndarray, above: float, note: str = "", where: str = "caught seeds") -> Judged:
    return judge_rate(claim, successes, above=above, where=where, note=note)


def _mean(claim: Claim, samples: np.ndarray, note: str, unit: str) -> Judged:
    if len(samples) < 2:
        return unjudged(claim, "fewer than two models were caught", note=note)
    return judge_mean(claim, samples, above=0, where="caught seeds", unit=unit, note=note)


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
    words = "; ".join(f"{name} {share(part[:, 0])}" for name, part in found.items())
    claim = _named(ALL_DEAD, f"{n} features, {k} unlearnt, {PASSING}")
    return _rate(claim, found[PROPOSED][:, 0], 0.95, f"Perfect at the end: {words}.", "seeds")


def _choice(runs: Runs) -> Judged:
    def first(name: str) -> np.ndarray:
        when = runs[f"costly {name}"].when_learnt.values
        return np.asarray(when[:, -1] < when[:, -2])

    others = "; ".join(f"{name} {share(first(name))}" for name in ("nothing", CARRIED) if f"costly {name}" in runs)
    return _rate(_named(CHOICE, PASSING), first(PROPOSED), 0.95, f"The costly one first: {others}.", "seeds")


def blocks(share: np.ndarray) -> np.ndarray:
    """The mean of every 3 × 3 block of a map's cells, (x, y, ...) to (x − 2, y − 2, ...)."""
    rows, columns = share.shape[0] - 2, share.shape[1] - 2
    return np.mean([share[i : i + rows, j : j + columns] for i in range(3) for j in range(3)], axis=0)


def _regions(runs: Runs, recipe: str) -> list[Judged]:
    """The best block where untreated models fail, the worst where they do not, and what raising the biases adds."""
    good = runs[f"map {recipe}"].ended.values[..., 0] == 1
    plain = blocks(np.repeat(runs[f"map nothing {recipe}"].ended.values[None, ..., 0], 3, axis=0))[0]
    quarter = good.shape[-1] // CHOOSING
    block = blocks(good.astype(float))
    chosen, alone = block[..., :quarter].mean(axis=-1), plain[:, :quarter].mean(axis=-1)
    found = []
    for claim, allowed, sign in ((GOOD, alone < 0.5, 1.0), (POOR, alone > 0.95, -1.0)):
        if not allowed.any():
            found.append(unjudged(_named(claim, recipe), "the map has no such rates side by side"))
            continue
        shift, rate = np.unravel_index(np.where(allowed, sign * chosen, -np.inf).argmax(), chosen.shape)
        others, untreated = block[shift, rate, quarter:], plain[rate, quarter:].mean()
        note = (
            f"Shifts {SHIFTS[shift]:.2g} to {SHIFTS[shift + 2]:.2g}, rates {RATES[rate]:.2g} to {RATES[rate + 2]:.2g}. "
            f"With nothing done {untreated:.0%} of these end perfect."
        )
        samples, above = (others, 0.95) if claim is GOOD else (1 - others, 0.5)
        found.append(judge_mean(_named(claim, recipe), samples, above=above, where="other seeds", note=note))
    return [*found, *([_raised(good)] if recipe == LASTING else [])]


def _raised(good: np.ndarray) -> Judged:
    rate = int(np.abs(np.log(np.array(RATES) / 1e-3)).argmin())
    tuned = TREATMENTS[PROPOSED].at_best(LASTING)["shift"]
    shift = int(np.abs(np.array(SHIFTS) - tuned).argmin())
    note = f"Shift {SHIFTS[shift]:.2g} against 0."
    return judge_pairs(_named(RAISED, LASTING), good[shift, rate], good[0, rate], where="seeds", note=note)
