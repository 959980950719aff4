"""The claims on the terms of the loss, judged over seeds."""

import numpy as np

from tegum.claims import Judged, judge_mean, judge_rate, span, tally, unjudged
from tegum.experiments.experiment import Runs
from tegum.experiments.loss_terms import claims
from tegum.experiments.loss_terms.measures import PARTS, Terms, arrangements, courses, interference, terms
from tegum.geometry.directions import norms, superposition
from tegum.training.run import Run

SILENT_PART, ACTIVE_PART = 2, 3


def judge(runs: Runs, samples: int) -> list[Judged]:
    """The article's claims and what is true instead."""
    large, pairs = terms(runs["law"]), terms(runs["pairs"])
    course, step = courses(runs["film"], claims.MIDDLE, samples), runs["film"].data["step"].values
    return [
        *_counts(large, pairs), *_interference(large, pairs, samples), *_forces(course, step), *_linear(runs["linear"]),
        *_planes(runs),
    ]  # fmt: skip


def _counts(large: Terms, pairs: Terms) -> list[Judged]:
    where = {"where": "seeds", "unit": " of the loss"}
    sparsest, place = large.place(claims.SPARSEST), large.place(claims.SPARSE)
    few, loss = large.at_most_one[sparsest], large.loss[sparsest]
    many = 1 - large.at_most_one[place]
    two = (1 - pairs.at_most_one).min(axis=0)
    short = 1 - large.uncompounded / large.loss
    rare = large.chances[:, 2:].sum(-1)
    note = "At most one active: " + ", ".join(
        f"{share.mean():.0%} of the loss at 1 − S = {p:g} ({1 - chance:.1%} of inputs)"
        for p, share, chance in zip(large.x, large.at_most_one, rare, strict=True)
        if p <= claims.MIDDLE
    )
    best = f"{note}. Loss at 1 − S = {claims.SPARSEST:g}: {span(loss / claims.BEST)} of the best known."
    return [
        judge_rate(claims.DOMINATE, (few > 0.5) & (loss < claims.WITHIN * claims.BEST), 0.5, "seeds", note=best),
        judge_mean(claims.SOON, many, above=0.5, **where),
        judge_mean(claims.PAIRS, two, above=0.5, note=_features(pairs), **where),
        judge_mean(claims.ALONE, short[place], above=claims.SHORT, **where),
        judge_mean(claims.ALONE_SPARSER, short[sparsest], above=claims.SHORT, **where),
    ]


def _features(pairs: Terms) -> str:
    return f"Features per dimension there: {pairs.features[pairs.place(claims.SPARSEST)].mean():.3g}."


def _interference(large: Terms, pairs: Terms, samples: int) -> list[Judged]:
    negative = pairs.negative[pairs.place(claims.SPARSE)]
    other = large.negative[large.place(claims.SPARSE)]
    note = f"With n = 20, where it is not possible: {other.mean():.3g}; random directions have a half."
    cost = interference(large, claims.SPARSE, samples)
    several = 1 - large.single[large.place(claims.SPARSE)] / cost
    return [
        judge_mean(claims.NEGATIVE, negative, above=claims.ALIKE, where="seeds", unit=" of it", note=note),
        judge_mean(claims.FREE, several, above=0.5, where="seeds", unit=" of its cost"),
    ]


def _forces(course: np.ndarray, step: np.ndarray) -> list[Judged]:
    """course (seed, t, 4), step (t,)."""
    benefit = course[:, -1, 0] / course[:, 0, 0]
    rise = (course[:, -1, SILENT_PART:] - course[:, 0, SILENT_PART:]).sum(-1) / course[:, -1].sum(-1)
    silent, active = (course[..., k] for k in (SILENT_PART, ACTIVE_PART))
    first, later = (step[np.argmax(part > part.max(1, keepdims=True) / 2, axis=1)] for part in (silent, active))
    falls, stays = silent[:, -1] / silent.max(1), active[:, -1] / active.max(1)
    words = f"Benefit not had falls to {span(benefit)}, interference rises by {span(rise)} of the final loss"
    note = (
        f"Steps: {span(first)} and {span(later)}. In the end {PARTS[SILENT_PART]} is {span(falls)} of its "
        f"peak, {PARTS[ACTIVE_PART]} {span(stays)}."
    )
    return [unjudged(claims.FORCES, words), judge_rate(claims.ORDER, first < later, 0.5, "seeds", note=note)]


def _linear(run: Run) -> list[Judged]:
    """Importances 0.7^i first, equal ones second. Losses are means over features, as trained."""
    W = run.W.transpose("importance", "seed", "latent", "feature").values.astype(float)
    there, shared = norms(W) > 0.5, superposition(W) > claims.STANDS_ALONE
    n, m = W.shape[-1], W.shape[-2]
    crowd = (there & shared).sum(-1)
    loss = ((np.eye(n) - W[1].mT @ W[1]) ** 2).sum((-2, -1)) / (n - m)  # biases take care of the means
    none = f"Features in superposition: {crowd[0].mean():.3g} on average."
    note = f"{crowd[1].mean():.3g} features on average; loss {span(loss)} of that of m features alone."
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
        most = [tally(np.where(words[k] == "", "nothing", words[k]), most=3) for words in (law, one)]
        note = f"On all inputs: {most[0]}. On at most one active feature: {most[1]}."
        named = ~(_irregular(law[k]) | _irregular(one[k]))
        found.append(judge_rate(claim, named & ((law[k] == one[k]) == alike), 0.5, "seeds", note=note))
    return found


def _irregular(words: np.ndarray) -> np.ndarray:
    """Whether a model has no block, or one without a name: untrained models are alike in that."""
    return np.array([not text or "irregular" in text for text in words])
