"""What is judged: statements with their criteria, written before the seeds that judge them were trained on.

All but three were written before anything but pilots: `LIVE` and `TOY_POOR` after a first run on other seeds, `RAISED`
in its present form after one on the same.
"""

from tegum.claims import Claim
from tegum.experiments.proposal_map.settings import RATE, SHIFTS_READ, TRUE

SOURCE = "Optimization Failure (2024), A Possible New Method"
OURS, BEYOND = "Ours", "Beyond the source"
SERVES = 0.9  # the share of recoveries from which on a Δ serves
MARGIN = 2  # more features than the untreated twin found: a success
LOW, HIGH = SHIFTS_READ
_FOUND = (
    "A feature is found if a decoder vector whose latent fires on fresh inputs has a cosine above 0.9 with it, one to "
    f"one; there are {TRUE}"
)
_TWINS = "on average over pairs with one truth, one start and the same data"

TOY_GOOD = Claim(
    "There exist regions of Δ and learning rate where recovery is overwhelmingly likely.",
    SOURCE,
    "Of all 3 × 3 blocks of cells with Δ above 0, at rates at which fewer than half of the untreated recover, the one "
    "that is best for a quarter of the seeds: of the other seeds the mean share of its cells in which a model recovers "
    "is above 0.95.",
)
TOY_POOR = Claim(
    "And regions where it is not.",
    SOURCE,
    f"Of the same blocks, at rates at which another Δ serves (more than {SERVES:.0%} of the cells of some block "
    "recover, for a quarter of the seeds), the one that is worst for these: of the other seeds the mean share of its "
    "cells in which a model does not recover is above 0.5.",
)
TOY_TRANSFER = Claim(
    "A simple sweep over Δ and rate allows us to confidently choose good values.",
    SOURCE,
    "The middle of the block that is best for a quarter of the seeds in n = 7, m = 2, decay 0.1, taken over to the "
    "nearest cell of another model's map: more than 95 in 100 recover.",
)
WORKS = Claim(
    "The resampling method will work well.",
    SOURCE,
    f"{_FOUND}. With four edits, features found less those of the untreated twin: above 0 {_TWINS}. Δ by pilots: "
    f"{HIGH:g} by the letter, {LOW:g} with biases of 0.",
)
ALL = Claim(
    "It recovers all the dead features that exist.",
    SOURCE,
    "The same dictionaries: of the features that the untreated twin misses, the share that is found is above 0.95 on "
    "average over dictionaries.",
)
SWEEP = Claim(
    "The model will splay or sweep the live neurons apart, away from the repulsor.",
    SOURCE,
    f"By the letter, Δ = {HIGH:g}: for latents live at the first edit, the mean cosine of their encoder vectors with "
    f"the repulsor of that moment, 50 steps later, is smaller than in the untreated twin {_TWINS}.",
)
GOOD = Claim(
    "There exist regions of Δ and learning rate where recovery is overwhelmingly likely, in dictionaries.",
    SOURCE,
    f"A success is a dictionary that finds {MARGIN} features more than its untreated twin, or further ones. The cell "
    "(Δ above 0) with the most successes on half of the seeds: of the others more than 95 in 100 succeed.",
)
POOR = Claim(
    "And regions where it is not, in dictionaries.",
    SOURCE,
    "The cell (Δ above 0) with the fewest successes on half of the seeds: of the others fewer than half succeed.",
)
CONFIDENT = Claim(
    "A simple sweep over Δ and rate allows us to confidently choose good values, in dictionaries.",
    SOURCE,
    f"The Δ that finds most at a rate of {RATE:g} on half of the seeds, used at the other rates, finds less than one "
    "feature fewer than the Δ chosen at each rate on the same half: a mean over rates, on average over the other "
    "seeds.",
)
TRUTH = Claim(
    "And values chosen on one truth serve another, in which frequencies differ.",
    SOURCE,
    "The cell that finds most on equal frequencies (half of the seeds, the rates that both maps have), used on "
    "frequencies as Zipf has them, finds less than one feature fewer there than the cell chosen there on half of the "
    "seeds: on average over the other seeds.",
)
RAISED = Claim(
    "Raising the biases is what helps, more than nothing done and than Δ = 0.",
    SOURCE,
    f"At a rate of {RATE:g}: the Δ above 0 that finds most on half of the seeds finds more than nothing done, and more "
    "than Δ = 0, which seeds and raises nothing: both on average over the others.",
)
BIAS = Claim(
    "What the letter lacks is a bias: with dead biases set to 0 first it finds more.",
    BEYOND,
    f"Δ = {LOW:g}: features found with biases set to 0 less those found by the letter: above 0 {_TWINS}.",
)
AWAY = Claim(
    "The repulsor's direction is the right one: seeding along −Σ̂ finds more than seeding along +Σ̂.",
    SOURCE,
    f"Biases set to 0, Δ = {LOW:g}: features found with −Σ̂ less those found with +Σ̂: above 0 {_TWINS}.",
)
ANY = Claim(
    "Corrected: the direction hardly matters.",
    BEYOND,
    f"Biases set to 0, Δ = {LOW:g}: features found with other directions (the mean of five) less those found with −Σ̂: "
    f"between −1 and 1 {_TWINS}, with its whole interval.",
)
LIVE = Claim(
    "Corrected: raising the biases of live latents, too, costs features where Δ is large.",
    "Beyond the source, after a look at other seeds",
    f"Biases set to 0, Δ = {HIGH:g}: features found where only the dead latents’ biases are raised less those found "
    f"where all on that side are: above 0 {_TWINS}.",
)
OFTENER = Claim(
    "More often is better.",
    OURS,
    f"Biases set to 0, Δ = {LOW:g}: features found with edits every 100 steps less those with four: above 0 {_TWINS}.",
)
MATCHED = Claim(
    "Decoder vectors along the encoder's direction, the same for all the dead, find fewer than those left as they are.",
    OURS,
    f"Biases set to 0, Δ = {LOW:g}: features found with decoders kept less those with matched ones: above 0 {_TWINS}.",
)
