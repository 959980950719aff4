"""What is claimed of an extra feature, and what would count for or against it."""

from dataclasses import replace
from typing import Any

from tegum.claims import Claim

ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, Superposition as a Phase Change"

THERE = Claim(
    "What happens to an extra feature is one of {count} things, and each of them happens (n = {n}).",
    ARTICLE,
    "Each outcome is, in at least 1 cell in 50, what most of the nine kept models do, with the optimal loss to 1 %.",
)
SPARSITY = Claim(
    "Sparsity is necessary for superposition (n = {n}).",
    f"{ARTICLE}, conclusion",
    "At densities above 0.8 in no cell do most of the kept models hold the extra feature in superposition.",
)
AGREE = Claim(
    "The theory of a few configurations and the experiment give the same diagram (n = {n}).",
    ARTICLE,
    "In at least 95 in 100 cells most of the nine kept models do what the configuration of least loss does.",
    reason="The theory is right about what is best, and not about what training finds: many models end in other "
    "minima.",
)
BEST = Claim(
    "Corrected: the true optimum and the best of ten models give the same diagram (n = {n}).",
    "Ours",
    "In at least 95 in 100 cells the best of ten models does what the optimum does, and its loss is within 1 % of it.",
)
DISCARD = Claim(
    "Discarding the worst of ten models leaves optimal ones (n = {n}).",
    f"{ARTICLE}, how the diagram was made",
    "In at least 95 in 100 cells all nine kept models have a loss within 1 % of the optimum.",
    reason="Many more than one in ten models end in other minima.",
)
BOUNDARY = Claim(
    "Corrected: the boundaries of the theory are right to a tenth of a decade; what is best lies on their denser side "
    "(n = {n}).",
    "Ours, after a first look",
    "On every section at an importance from 0.1 to 10 along which the optimum leaves superposition for a dropped "
    "feature, it does so at a higher density than the best configuration, by less than 0.1 decades.",
)
JUMP = Claim(
    "The phase change is of first order: two solutions cross, and the loss has a kink (n = {n}, along {along}).",
    ARTICLE,
    "On each section where the best outcome changes into or out of superposition, two solutions exist beside each "
    "other: some entry of WᵀW differs by more than 0.25 between them, and d log loss / d log {along} by more than "
    "0.05.",
)
PICTURE = Claim(
    "Trained on samples by the published recipe, models do the same as on the exact expectation (n = {n}).",
    ARTICLE,
    "In more than 90 in 100 of the cells of a coarse grid the most frequent outcome of nine kept models is the same.",
)
DIGON = Claim(
    "With three features in two dimensions, an extra one in superposition is the antipode of one other, and the third "
    "is orthogonal to both.",
    f"{ARTICLE}, W ⟂ [0, 1, 1]",
    "In more than 95 in 100 of the kept models that hold it in superposition, one angle is within 10° of 180° and the "
    "two others within 10° of 90°.",
)


def of(claim: Claim, n: int, **more: Any) -> Claim:
    """A claim about n features, with the words that it needs."""
    return replace(claim, statement=claim.statement.format(n=n, **more), criterion=claim.criterion.format(**more))
