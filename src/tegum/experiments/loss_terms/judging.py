"""The claims on the terms of the loss, judged over seeds."""

import numpy as np

from tegum.claims import Judged, judge_mean, judge_rate
from tegum.experiments.experiment import Runs
from tegum.experiments.loss_terms import claims
from tegum.experiments.loss_terms.measures import PARTS, Terms, arrangements, courses, terms
from tegum.geometry.directions import norms, superposition
from tegum.training.run import Run

SILENT_PART, ACTIVE_PART = 2, 3


def judge(runs: Runs, samples: int) -> list[Judged]:
    """The article's claims and what is true instead."""
    large, pairs = terms(runs["law"]), terms(runs["pairs"])
    course = courses(runs["law"], claims.MIDDLE, samples)
    return [
        *_counts(large, pairs), *_interference(runs, large, pairs, samples), *_forces(course), *_linear(runs["linear"]),
        *_planes(runs),
    ]  # fmt: skip


def _counts(large: Terms, pairs: Terms) -> list[Judged]:
    where = {"where": "seeds", "unit": " of the loss"}
    few = large.at_most_one[large.place(claims.SPARSEST)]
    many = 1 - large.at_most_one[large.place(claims.SPARSE)]
    two = 1 - pairs.at_most_one[pairs.place(claims.SPARSEST)]
    place = large.place(claims.SPARSE)
    short = 1 - large.uncompounded[place] / large.loss[place]
    rare = large.chances[:, 2:].sum(-1)
    note = "At most one active: " + ", ".join(
        f"{share.mean():.0%} of the loss at 1 − S = {p:g} ({1 - chance:.1%} of inputs)"
        for p, share, chance in zip(large.x, large.at_most_one, rare, strict=True)
        if p <= claims.MIDDLE
    )
    return [
        judge_mean(claims.DOMINATE, few, above=0.5, note=f"{note}.", **where),
        judge_mean(claims.SOON, many, above=0.5, **where),
        judge_mean(claims.PAIRS, two, above=0.5, note=_features(pairs), **where),
        judge_mean(claims.ALONE, short, above=claims.SHORT, **where),
    ]


def _features(pairs: Terms) -> str:
    return f"Features per dimension there: {pairs.features[pairs.place(claims.SPARSEST)].mean():.3g}."


def _interference(runs: Runs, large: Terms, pairs: Terms, samples: int) -> list[Judged]:
    negative = pairs.negative[pairs.place(claims.SPARSE)]
    other = large.negative[large.place(claims.SPARSE)]
    note = f"With n = 20, where it is not possible: {other.mean():.3g}; random directions have a half."
    place = large.place(claims.SPARSE)
    cost = courses(runs["law"], claims.SPARSE, samples)[:, -1, SILENT_PART:].sum(-1)
    several = 1 - large.single[place] / cost
    return [
        judge_mean(claims.NEGATIVE, negative, above=claims.ALIKE, where="seeds", unit=" of it", note=note),
        judge_mean(claims.FREE, several, above=0.5, where="seeds", unit=" of its cost"),
    ]


def _forces(course: np.ndarray) -> list[Judged]:
    """course (seed, t, 4)."""
    loss = course.sum(-1)
    benefit = course[:, -1, 0] / course[:, 0, 0]
    rise = (course[:, -1, SILENT_PART:] - course[:, 0, SILENT_PART:]).sum(-1) / loss[:, -1]
    silent, active = (course[..., k] for k in (SILENT_PART, ACTIVE_PART))
    falls, stays = silent[:, -1] / silent.max(1), active[:, -1] / active.max(1)
    note = f"Benefit not had falls to {_spread(benefit)}, interference rises by {_spread(rise)} of the final loss."
    then = f"{PARTS[2]}: to {_spread(falls)} of its peak; {PARTS[3]}: {_spread(stays)}."
    return [
        judge_rate(claims.FORCES, (benefit < 0.5) & (rise > 0.1), 0.5, "seeds", note=note),
        judge_mean(
            claims.ORDER,
            np.minimum(claims.FALLEN - falls, stays - claims.KEPT),
            above=0,
            where="seeds",
            unit=" of the peak",
            note=f"{then[0].upper()}{then[1:]}",
        ),
    ]


def _linear(run: Run) -> list[Judged]:
    """Importances 0.7^i first, equal ones second. Losses are means over features, as trained."""
    W = run.W.transpose("importance", "seed", "latent", "feature").values.astype(float)
    there, shared = norms(W) > 0.5, superposition(W) > claims.STANDS_ALONE
    n, m = W.shape[-1], W.shape[-2]
    crowd = (there & shared).sum(-1)
    gram, p = W.mT @ W, claims.MIDDLE
    spread = p / 3 - p**2 / 4  # the variance of a feature; biases take care of the means
    loss = spread * ((np.eye(n) - gram[1]) ** 2).sum((-2, -1)) / (spread * (n - m))
    none = f"Features in superposition: {crowd[0].mean():.3g} on average."
    note = f"{crowd[1].mean():.3g} features on average; loss {_spread(loss)} of that of m features alone."
    return [
        judge_rate(claims.LINEAR, crowd[0] == 0, 0.5, "seeds", note=none),
        judge_rate(claims.EQUAL, (crowd[1] > m) & (loss < 1.01), 0.5, "seeds", note=note),
    ]


def _planes(runs: Runs) -> list[Judged]:
    law, one = arrangements(runs["plane"]), arrangements(runs["plane one"])
    x = runs["plane"].data["feature_probability"].values
    found = []
    for claim, density, alike in ((claims.SAME, claims.PENTAGON_AT, True), (claims.OTHER, claims.DIGONS_AT, False)):
        k = int(np.argmin(np.abs(x - density)))
        note = f"On all inputs: {_most(law[k])}. On at most one active feature: {_most(one[k])}."
        named = ~(_irregular(law[k]) | _irregular(one[k]))
        found.append(judge_rate(claim, named & ((law[k] == one[k]) == alike), 0.5, "seeds", note=note))
    return found


def _irregular(words: np.ndarray) -> np.ndarray:
    """Whether a model has no block, or one without a name: untrained models are alike in that."""
    return np.array([not text or "irregular" in text for text in words])


def _most(words: np.ndarray) -> str:
    names, counts = np.unique(words, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:3]
    return ", ".join(f"{counts[i]} × {names[i] or 'nothing'}" for i in order)


def _spread(values: np.ndarray) -> str:
    return f"{values.mean():.3g} ({values.min():.3g} to {values.max():.3g})"
