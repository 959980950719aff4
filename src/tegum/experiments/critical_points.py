"""One active feature: k-gons as critical points, which are minima, and which of them training finds."""

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from tegum.claims import Claim, Judged, judge_fact, judge_rate, rate_interval
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.plots import style
from tegum.plots.forces import spectra
from tegum.plots.lines import histories
from tegum.plots.rates import stacked_rates
from tegum.plots.wheels import wheels
from tegum.spec import Count, Positive
from tegum.theory.critical import kgon, level, levels, potential, spectrum
from tegum.toy.expectation import OneActiveError
from tegum.toy.models import Autoencoder
from tegum.training.history import log_spaced
from tegum.training.optimisers import SGD
from tegum.training.run import Run
from tegum.training.training import Training

PAPER = "Chen, Lau, Mendel, Wei, Murfet 2023"
SIZES = (5, 6, 7, 8)
PUBLISHED = {4: (1.0, 0.0, 0.0), 5: (1.170460, -0.282297, 0.015826), 6: (1.320526, -0.618135, 0.048192),
             7: (1.448394, -0.966906, 0.083271), 8: (1.550450, -1.291193, 0.115546)}  # fmt: skip
NEAR = 0.002  # of a level, relative; levels of one k differ by 3 % or more, those of two may by 0.0002
LIVE = 0.3  # a column longer than this is live; in the k-gons it is 1 or more, or 0
FIRST = 56_000_000  # the first seed; others were looked at before rate and criteria were chosen
ZERO = 1e-5  # of eigenvalues: rounding

NUMBERS = Claim(
    "Length, bias and loss of the regular c-gon of c = 4 … 8 features are as published.",
    PAPER,
    "All twelve numbers of c = 5 … 8 agree with the minimum of the closed form to 2 in the sixth decimal; for c = 4, "
    "length 1 and bias 0 are put in, and the loss there is 0 to as much, which no other can be below.",
)
MINIMUM = Claim(
    "The regular c-gon is a local minimum for c = 5 … 8.",
    PAPER,
    "Of the eigenvalues of its Hessian one, for turning, is within 1e-5 of 0, and all others are above that.",
)
SMALLER = Claim(
    "A smaller k-gon, 5 ≤ k < c ≤ 8, with all dead features at a bias of 1/(2c), is a strict local minimum as well.",
    "Ours, after a first look",
    "The same, for each such k and c.",
)
SADDLE = Claim(
    "A silent dead feature beside a loud one makes a saddle.",
    "Ours, after a first look",
    "For each k-gon, 5 ≤ k < c ≤ 8, with both silent and loud dead features, the least eigenvalue is below −1e-5.",
)
LOWEST = Claim(
    "Of all k-gons the regular c-gon has the lowest loss.",
    "Ours, to be tested",
    "For c = 5 … 8 no level of fewer live features is lower.",
    reason="With eight features a heptagon beside a loud dead feature costs less than the octagon.",
)
ENDS = Claim(
    "Trained models end at the level of a k-gon with dead features (c = {c}).",
    PAPER,
    "In more than half of the seeds k columns of W are longer than 0.3, and the final loss is within 0.2 % of a level "
    "of that k.",
)
REGULAR = Claim(
    "Trained models end at the regular c-gon (c = {c}).",
    "Ours, to be tested",
    "In more than half of the seeds all columns are longer than 0.3, and the final loss is within 0.2 % of its loss.",
    reason="Most end at a pentagon with all other features dead, which is a strict minimum by its Hessian.",
)


class CriticalPoints(Experiment):
    """c features in the plane, one active at a time, its value uniform: exact loss, gradient descent, many seeds."""

    title: ClassVar[str] = "Critical points"
    source: ClassVar[str] = PAPER
    lede: ClassVar[str] = (
        "If exactly one feature is active, with a value anywhere between 0 and 1, the loss has a closed form, and so "
        "have its critical points: regular k-gons, with the other features dead. Each has a level of the loss. Which "
        "of them are minima, and at which does training stop?"
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 30, "steps": 8_000},
        "standard": {},
        "paper": {"seeds": 4_000, "steps": 40_000},
    }

    seeds: Count = 200
    steps: Count = 20_000
    learning_rate: Positive = (
        0.2  # a loud feature's bias alone has a second derivative of 2, so 1 is the last stable one
    )

    def trainings(self) -> dict[str, Training]:
        return {
            str(c): Training(
                model=Autoencoder(features=c, hidden=2), loss=OneActiveError(), steps=self.steps,
                optimiser=SGD(learning_rate=self.learning_rate), record=log_spaced(80, "loss"), batch_size=c,
                over={"seed": range(FIRST, FIRST + self.seeds)},
            )
            for c in SIZES
        }  # fmt: skip

    def claims(self, runs: Runs) -> list[Judged]:
        judged = [_numbers(), *_minima(), _saddle(), _lowest()]
        for c in SIZES:
            ends = found(runs[str(c)], c)
            words = ", ".join(f"{n} × {name}" for name, n in _counted(ends, c) if n)
            judged += [
                judge_rate(_of(ENDS, c), ends > 0, above=0.5, where="seeds", note=f"Ends: {words}."),
                judge_rate(_of(REGULAR, c), ends == c, above=0.5, where="seeds"),
            ]
        return judged

    def panels(self, runs: Runs) -> list[Panel]:
        return [_curves(runs["6"], 6), _ends(runs), _spectra(), _wheels()]


# ---- Judging ---------------------------------------------------------------------------------------------------------


def _of(claim: Claim, c: int) -> Claim:
    return replace(claim, statement=claim.statement.format(c=c))


def found(run: Run, c: int) -> np.ndarray:
    """How many live features has the k-gon at which each seed ends; 0 for those that end at none."""
    return nearest(run.W.transpose("seed", "latent", "feature").values, run.loss.values.astype(float), c)


def nearest(W: np.ndarray, loss: np.ndarray, c: int) -> np.ndarray:
    """How many columns of W (…, 2, c) are live, where the loss (…) is within 0.2 % of a level of as many; else 0."""
    known = levels(c)
    kinds, values = np.array([k for k, _ in known]), np.array(list(known.values()))
    live = (np.hypot(W[..., 0, :], W[..., 1, :]) > LIVE).sum(-1)
    apart = np.abs(np.nan_to_num(loss, nan=np.inf)[..., None] / values - 1)
    return np.where(((apart < NEAR) & (kinds == live[..., None])).any(-1), live, 0)


def _numbers() -> Judged:
    best = {k: kgon(k, k) for k in PUBLISHED}
    ours = np.array([(np.hypot(*W[:, 0]), b[0], float(potential(W, b))) for W, b in best.values()])
    apart = float(np.abs(ours - np.array(list(PUBLISHED.values()))).max())
    return judge_fact(NUMBERS, apart < 2e-6, f"largest difference {apart:.1e}", apart)


def strict(W: np.ndarray, b: np.ndarray) -> tuple[bool, float]:
    """Is this a minimum but for turning? And its least eigenvalue beside that of turning."""
    values = spectrum(W, b)
    turning = int(np.abs(values).argmin())
    others = np.delete(values, turning)
    return bool(abs(values[turning]) < ZERO and others.min() > ZERO), float(others.min())


def _minima() -> list[Judged]:
    judged = []
    for claim, cases in (
        (MINIMUM, [(c, c, 0) for c in SIZES]),
        (SMALLER, [(k, c, c - k) for c in SIZES for k in range(5, c)]),
    ):
        found = [strict(*kgon(*case)) for case in cases]
        words = ", ".join(f"{value:.2g} for ({k}, {c})" for (k, c, _), (_, value) in zip(cases, found, strict=True))
        least = min(value for _, value in found)
        judged.append(judge_fact(claim, all(good for good, _ in found), f"least other eigenvalue {least:.2g}", least,
                                 note=f"By (k, c): {words}."))  # fmt: skip
    return judged


def _saddle() -> Judged:
    cases = [(k, c, loud) for c in SIZES for k in range(5, c) for loud in range(1, c - k)]
    least = [float(spectrum(*kgon(*case))[0]) for case in cases]
    words = ", ".join(f"{value:.2g} for {case}" for case, value in zip(cases, least, strict=True)).replace("-", "−")
    measured = f"largest of the least eigenvalues {max(least):.2g}".replace("-", "−")
    return judge_fact(SADDLE, max(least) < -ZERO, measured, max(least), note=f"By (k, c, loud): {words}.")


def _lowest() -> Judged:
    best = {c: min(levels(c), key=levels(c).__getitem__) for c in SIZES}
    words = "; ".join(
        f"c = {c}: {k}-gon, {loud} loud, {level(k, c, loud):.5f} (c-gon {level(c, c):.5f})"
        for c, (k, loud) in best.items()
    )
    wrong = [c for c, (k, _) in best.items() if k < c]
    return judge_fact(
        LOWEST, not wrong, f"lower ones at c = {', '.join(map(str, wrong)) or 'none'}", len(wrong), note=words
    )


def _counted(ends: np.ndarray, c: int) -> list[tuple[str, int]]:
    named = [(f"{k}-gon", int((ends == k).sum())) for k in range(c, 3, -1)]
    return [*named, ("no level", int((ends == 0).sum()))]


# ---- Figures ---------------------------------------------------------------------------------------------------------


def _curves(run: Run, c: int) -> Panel:
    shown = run.loss_history.transpose("seed", "step").values.astype(float)[:24]
    step, ends = run.data["step"].values, found(run, c)[:24]
    names = [f"ends at a {k}-gon" if k else "ends at no level" for k in ends]
    order = np.argsort(-ends, kind="stable")
    figure = histories(step, shown[order].T, [names[i] for i in order], y_label="loss, H/(3c)")
    for (k, loud), value in levels(c).items():
        figure.add_hline(value, line={"width": 1, "dash": "dot", "color": style.MUTED})
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", y=np.log10(value), text=f"{k}-gon" + f", {loud} loud" * (loud > 0),
            showarrow=False, font={"size": 11, "color": style.MUTED},
        )  # fmt: skip
    figure.update_yaxes(range=[np.log10(0.04), np.log10(0.3)])
    figure.update_layout(margin={"r": 110}, height=520)
    caption = (
        f"The first 24 of the seeds, c = {c}, plain gradient descent on the exact loss, and the levels of all k-gons; "
        "the other features are dead, silent (negative bias) or loud (bias 1/(2c)). Loss: summed over features, mean "
        "over which one is active."
    )
    return Panel("curves", "Loss curves and the levels of k-gons", caption, figure)


def _ends(runs: Runs) -> Panel:
    counted = {c: dict(_counted(found(runs[str(c)], c), c)) for c in SIZES}
    names = ["8-gon", "7-gon", "6-gon", "5-gon", "4-gon", "no level"]
    counts = np.array([[counted[c].get(name, 0) for name in names] for c in SIZES])
    low, high = rate_interval(counts, counts.sum(1)[:, None])
    figure = stacked_rates(
        names, counts, low, high, [str(c) for c in SIZES], x_label="features c", y_label="share of seeds"
    )
    caption = (
        "Where models end: as many columns of W are longer than 0.3 as the k-gon has, and the final loss is within "
        "0.2 % of one of its levels, whatever its dead features do."
    )
    return Panel("ends", "Which k-gon training finds", caption, figure)


def _spectra() -> Panel:
    cases = [(c, c, 0) for c in SIZES] + [(5, 6, 1), (5, 6, 0), (4, 6, 2), (5, 8, 3), (5, 8, 1), (6, 8, 2), (7, 8, 1)]
    labels = [
        f"{k} of {c}" + f"<br>{loud} loud" * (loud > 0) + f"<br>{c - k - loud} silent" * (loud < c - k)
        for k, c, loud in cases
    ]
    figure = spectra(
        labels, [[spectrum(*kgon(*case)).round(6) for case in cases]], ["eigenvalue"], knee=0.001,
        x_label="k-gon of c features", y_label="second derivative of L",
    )  # fmt: skip
    caption = (
        "Eigenvalues of the Hessian. Each k-gon has one zero, for turning; a silent dead feature adds three, since "
        "nothing reaches it. Negative ones appear only where a silent feature lies beside a loud one (5 of 8, 1 loud, "
        "2 silent): a saddle. The square's own biases are 0, where L is not twice differentiable: its "
        "numbers are means of both sides, and say nothing about whether it is a minimum."
    )
    return Panel("spectra", "Which k-gons are minima", caption, figure)


def _wheels() -> Panel:
    cases = [(k, 8, 8 - k) for k in range(4, 9)]
    W = np.stack([kgon(*case)[0] for case in cases])
    figure = wheels(
        W, np.ones(8), [f"{k}-gon" for k, _, _ in cases], subtitles=[f"L = {level(*one):.4f}" for one in cases]
    )
    caption = "The best k-gons of c = 8 features; what is dead lies at the origin, with a bias of 1/16."
    return Panel("wheels", "k-gons and their levels", caption, figure)


EXPERIMENT = CriticalPoints
