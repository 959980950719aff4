"""What is claimed of an extra feature, and what would count for or against it."""

from dataclasses import replace
from typing import Any

from tegum.claims import Claim

ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, Superposition as a Phase Change"
OURS = "Ours"

THERE = Claim(
    "What happens to an extra feature is one of {count} things, and each of them happens (n = {n}).",
    f"{ARTICLE}; the bound is ours, set after a look",
    "Each outcome is, in at least 1 cell in 50, what more than half of the ten models do, the worst not counted, with "
    "the optimal loss to 1 %.",
)
SPARSITY = Claim(
    "Sparsity is necessary for superposition (n = {n}).",
    f"{ARTICLE}, conclusion",
    "At densities above 0.8 superposition of the extra feature is in no cell the most frequent outcome of the kept "
    "models.",
)
AGREE = Claim(
    "The theory of a few configurations and training by the published recipe give the same diagram (n = {n}).",
    OURS,
    "In at least 95 in 100 cells of the sampled map the most frequent outcome of the nine kept models is that of the "
    "configuration of least loss.",
    reason="The theory is right about what is best, and not about what training finds: many models end in other "
    "minima.",
)
BEST = Claim(
    "Corrected: the best of ten models and descent from the tidy configurations give the same diagram (n = {n}).",
    OURS,
    "In at least 95 in 100 cells the best of ten models does what the best followed configuration does, and neither "
    "has a loss more than 1 % above the other's.",
)
DISCARD = Claim(
    "Discarding the worst of ten models, as published, leaves optimal ones (n = {n}).",
    OURS,
    "In at least 95 in 100 cells of the sampled map all nine kept models have a loss within 1 % of the optimum.",
    reason="Many more than one in ten models end in other minima.",
)
BOUNDARY = Claim(
    "Corrected: the boundaries of the theory are right to a tenth of a decade; what is best lies on their denser side "
    "(n = {n}).",
    f"{OURS}, after a first look",
    "On every section at an importance from 0.1 to 1 along which the optimum leaves superposition for a dropped "
    "feature, it does so at a higher density than the best configuration, by less than 0.1 decades.",
)
JUMP = Claim(
    "The phase change is of first order: two solutions cross, and the loss has a kink (n = {n}, along {along}).",
    ARTICLE,
    "On each section where the best outcome changes into or out of superposition, two solutions exist beside each "
    "other: some entry of WᵀW differs by more than 0.25 between them, and d log loss / d log {along} by more than "
    "0.05. For n = 2 only importances up to 1 count: the others repeat them.",
)
PICTURE = Claim(
    "Trained on samples by the published recipe, models do the same as on the exact expectation (n = {n}).",
    OURS,
    "In the cells of a coarse grid two models, one of each training, do the same as often as two of one training, to "
    "within 5 in 100: the 95 % interval of the difference, over these cells, lies above −0.05.",
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
