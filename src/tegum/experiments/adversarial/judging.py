"""The claims on attacks, judged over seeds."""

import numpy as np

from tegum.claims import Judged, judge_mean, judge_rate
from tegum.experiments.adversarial.claims import (
    BUILT_IN,
    CLOSE,
    DENSE,
    EMPTY,
    FORMED,
    LEARNT,
    LITTLE,
    MASKED,
    PARTS,
    RANDOM,
    RATIO,
    RISE_BY,
    RISES,
    ROOMY,
    SPARSEST,
    SPARSITY,
    SQUARE,
    SQUARED,
    STRONGER,
    TRACKS,
    WORTH,
)
from tegum.experiments.adversarial.measures import Attacked


def judge(found: Attacked, room: Attacked) -> list[Judged]:
    """The article's claims, then what is true instead, then what is built in."""
    return [
        _rises(found),
        _tracks(found),
        _masked(found),
        _ratio(found),
        *_shape(found),
        *_built_in(found, room),
        *_worth(found),
    ]


def _rises(found: Attacked) -> Judged:
    ratio = found.at("analytic", FORMED) / found.at("analytic", DENSE)
    note = f"By {_range(ratio)}; {_words(found, 'analytic', DENSE, FORMED, SPARSEST)} squared lengths."
    return judge_mean(RISES, np.log(ratio), above=np.log(RISE_BY), where="seeds", unit=" (ln of the ratio)", note=note)


def _tracks(found: Attacked) -> Judged:
    added, features = np.log(found["analytic"]), np.log(found["features"])
    tied = np.array([np.corrcoef(a, f)[0, 1] for a, f in zip(added.T, features.T, strict=True)])
    note = f"Features per dimension: {_words(found, 'features', DENSE, FORMED, SPARSEST)}."
    return judge_mean(TRACKS, tied, above=CLOSE, where="seeds", unit=" (correlation)", note=note)


def _masked(found: Attacked) -> Judged:
    more = 1 - found.at("gradient", SPARSEST) / found.at("analytic", SPARSEST)
    note = (
        f"Climbing adds {_words(found, 'gradient', FORMED, SPARSEST)}, the analytic attack "
        f"{_words(found, 'analytic', FORMED, SPARSEST)} squared lengths. Steps go to the sphere, however short the "
        "gradient."
    )
    return judge_mean(MASKED, more, above=0, where="seeds", unit=" of the analytic attack's", note=note)


def _ratio(found: Attacked) -> Judged:
    sparse, dense = (found.at("attacked", p) / found.at("error", p) for p in (FORMED, DENSE))
    note = f"From {_range(dense)} to {_range(sparse)}: unattacked errors fall as well."
    left = np.log(RISE_BY * dense / sparse)
    return judge_mean(RATIO, left, above=0, where="seeds", unit=" (ln 3 − ln of the rise)", note=note)


def _shape(found: Attacked) -> list[Judged]:
    forming = found.x >= FORMED
    slopes = np.array([
        np.polyfit(np.log(f), np.log(v), 1)[0]
        for f, v in zip(found["features"][forming].T, found["worst"][forming].T, strict=True)
    ])  # fmt: skip
    fall = found.at("worst", SPARSEST) / found.at("worst", FORMED)
    kept = found.at("features", SPARSEST) / found.at("features", FORMED)
    both = (fall < 2 / 3) & (kept > 0.9)
    active = found.at("active", SPARSEST) > found.at("active", FORMED)
    return [
        judge_mean(SQUARED, slopes, above=SQUARE, where="seeds", unit=" (slope)"),
        judge_rate(PARTS, both, 0.5, "seeds", note=f"To {_range(fall)}; features per dimension to {_range(kept)}."),
        judge_rate(EMPTY, active, 0.5, "seeds", note=f"{_words(found, 'active', FORMED, SPARSEST)} squared lengths."),
    ]


def _built_in(found: Attacked, room: Attacked) -> list[Judged]:
    sparse = room["worst"][room.x < DENSE].ravel()
    ratio = found.at("moved", FORMED) / found.at("dedicated_moved", FORMED)
    learnt = found.at("worst", FORMED) / found.at("scrambled", FORMED)
    rise = found.at("moved", FORMED) / found.at("moved", DENSE)
    note = (
        f"A ratio of {_range(ratio)}; with the unchanged target it is {_range(found.at('worst', FORMED))}. From "
        f"1 − S = 1 on it rises by {_range(rise)}."
    )
    return [
        judge_rate(SPARSITY, sparse < ROOMY, 0.5, "trainings", note=f"{_range(sparse)} squared lengths."),
        judge_mean(BUILT_IN, np.log(RISE_BY / ratio), above=0, where="seeds", unit=" (ln 3 − ln ratio)", note=note),
        judge_rate(LEARNT, learnt < 1, 0.5, "seeds", note=f"{_range(learnt)} of what it adds to random ones."),
    ]


def _worth(found: Attacked) -> list[Judged]:
    share = found.at("attacked", FORMED) / found.at("dropped", FORMED)
    random = found.at("random", FORMED) / found.at("worst", FORMED)
    more = found.at("worst", 0.1) / found.at("analytic", 0.1) - 1
    return [
        judge_rate(WORTH, share < 1, 0.5, "seeds", note=f"{_range(share)} of it."),
        judge_mean(RANDOM, LITTLE - random, above=0, where="seeds", unit=" below a tenth", note=f"{_range(random)}."),
        judge_mean(STRONGER, more, above=LITTLE, where="seeds", unit=" more"),
    ]


def _range(values: np.ndarray) -> str:
    return f"{values.mean():.3g} ({values.min():.3g} to {values.max():.3g})"


def _words(found: Attacked, name: str, *densities: float) -> str:
    return ", ".join(f"{found.at(name, p).mean():.3g} at {p:g}" for p in densities)
