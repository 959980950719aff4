"""The claims on attacks, judged over seeds."""

import numpy as np

from tegum.claims import Judged, judge_mean, judge_rate, span, unjudged
from tegum.experiments.adversarial.claims import (
    BUILT_IN,
    CLOSE,
    DENSE,
    DOUBLE,
    EMPTY,
    FORMED,
    LEARNT,
    LITTLE,
    MASKED,
    NEAR,
    PARTS,
    RANDOM,
    RISE_BY,
    RISES,
    ROOMY,
    SPARSEST,
    SPARSITY,
    SQUARE,
    SQUARED,
    STRONGER,
    TRACKS,
    WITHIN,
    WORTH,
)
from tegum.experiments.adversarial.measures import Attacked


def judge(found: Attacked, room: Attacked) -> list[Judged]:
    """The article's claims, then what is true instead, then what is built in."""
    return [
        _rises(found),
        _tracks(found),
        _masked(found),
        *_shape(found),
        *_built_in(found, room),
        *_worth(found),
    ]


def _relative(found: Attacked, name: str) -> np.ndarray:
    """The article's axis: what attacks add, relative to a model without superposition (p, seed)."""
    return np.asarray(found[name] / found["dedicated"])


def _rises(found: Attacked) -> Judged:
    ratio = found.at("analytic", FORMED) / found.at("analytic", DENSE)
    note = (
        f"By {span(ratio)}; relative to a model without superposition, which has 1: "
        f"{_words(found, 'analytic', DENSE, FORMED, SPARSEST)}. With the worst attack found "
        f"{_words(found, 'worst', DENSE, FORMED, SPARSEST)}, of which linear in the attack "
        f"{_words(found, 'linear', DENSE, FORMED, SPARSEST)}."
    )
    return judge_mean(RISES, np.log(ratio), above=np.log(RISE_BY), where="seeds", unit=" (ln of the ratio)", note=note)


def _tracks(found: Attacked) -> Judged:
    added, features = np.log(_relative(found, "analytic")), np.log(found["features"])
    tied = np.array([np.corrcoef(a, f)[0, 1] for a, f in zip(added.T, features.T, strict=True)])
    apart = np.ptp(added - features, axis=0)
    note = (
        f"Correlation {span(tied)}; the largest ratio is {span(np.exp(apart))} times the smallest. Features per "
        f"dimension: {_words(found, 'features', DENSE, FORMED, SPARSEST)}."
    )
    margin = np.minimum(tied - CLOSE, np.log(WITHIN) - apart)
    return judge_mean(TRACKS, margin, above=0, where="seeds", unit=" (smaller margin)", note=note)


def _masked(found: Attacked) -> Judged:
    more = 1 - found.at("ascended", SPARSEST) / found.at("analytic", SPARSEST)
    note = (
        f"Plain ascent adds {_words(found, 'ascended', FORMED, SPARSEST)}, climbing to the sphere however short the "
        f"gradient {_words(found, 'climbed', FORMED, SPARSEST)}, the analytic attack "
        f"{_words(found, 'analytic', FORMED, SPARSEST)} squared lengths."
    )
    return judge_mean(MASKED, more, above=0, where="seeds", unit=" of the analytic attack's", note=note)


def _squared(found: Attacked) -> Judged:
    forming = found.x >= FORMED
    rise = found.at("features", FORMED) / found.at("features", DENSE)
    note = f"Squared lengths: {_words(found, 'common', DENSE, 0.1, FORMED, SPARSEST)}."
    if rise.min() < DOUBLE:
        return unjudged(SQUARED, f"Features per dimension rise by {span(rise)} only", note=note)
    slopes = np.array([
        np.polyfit(np.log(f), np.log(v), 1)[0]
        for f, v in zip(found["features"][forming].T, found["common"][forming].T, strict=True)
    ])  # fmt: skip
    return judge_mean(SQUARED, slopes, above=SQUARE, where="seeds", unit=" (slope)", note=note)


def _shape(found: Attacked) -> list[Judged]:
    fall = found.at("common", SPARSEST) / found.at("common", FORMED)
    kept = found.at("features", SPARSEST) / found.at("features", FORMED)
    active = found.at("common_active", SPARSEST) > found.at("common_active", FORMED)
    upon = (
        f"{_words(found, 'common_active', FORMED, SPARSEST)} squared lengths; with attacks a tenth as long as their "
        f"inputs {_words(found, 'active', FORMED, SPARSEST)}."
    )
    note = f"To {span(fall)}; features per dimension to {span(kept)}."
    return [
        _squared(found),
        judge_rate(PARTS, (fall < 2 / 3) & (kept > 0.9), 0.5, "seeds", note=note),
        judge_rate(EMPTY, active, 0.5, "seeds", note=upon),
    ]


def _built_in(found: Attacked, room: Attacked) -> list[Judged]:
    sparse = room["worst"][room.x < DENSE].max(axis=0)
    ratio = found.at("moved", FORMED) / found.at("passive", FORMED)
    learnt = found.at("worst", FORMED) / found.at("scrambled", FORMED)
    rise = found.at("moved", FORMED) / found.at("moved", DENSE)
    near = np.log(NEAR) - np.abs(np.log(ratio))
    note = (
        f"A ratio of {span(ratio)}; with the unchanged target it is {span(found.at('worst', FORMED))}. From "
        f"1 − S = 1 on it rises by {span(rise)}."
    )
    return [
        judge_rate(SPARSITY, sparse < ROOMY, 0.5, "seeds", note=f"{span(sparse)} squared lengths."),
        judge_mean(BUILT_IN, near, above=0, where="seeds", unit=" (ln 1.5 − |ln ratio|)", note=note),
        judge_rate(LEARNT, learnt < 1, 0.5, "seeds", note=f"{span(learnt)} of what it adds to random ones."),
    ]


def _worth(found: Attacked) -> list[Judged]:
    share = found.at("attacked", FORMED) / found.at("dropped", FORMED)
    random = found.at("random", FORMED) / found.at("worst", FORMED)
    more = found.at("worst", 0.1) / found.at("analytic", 0.1) - 1
    return [
        judge_rate(WORTH, share < 1, 0.5, "seeds", note=f"{span(share)} of it."),
        judge_mean(RANDOM, LITTLE - random, above=0, where="seeds", unit=" below a tenth", note=f"{span(random)}."),
        judge_mean(STRONGER, more, above=LITTLE, where="seeds", unit=" more"),
    ]


def _words(found: Attacked, name: str, *densities: float) -> str:
    return ", ".join(f"{found.at(name, p).mean():.3g} at {p:g}" for p in densities)
