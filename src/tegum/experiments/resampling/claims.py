"""What is judged: statements with their criteria, all written before the judged seeds were trained.

The score is the mean cosine of true features with their latents, matched one to one; of the digits, whose truth is
unknown, minus the objective ‖x − x̂‖² + l1 Σ f. A is better than B on a bed where the paired difference of scores, over
dictionaries of the same truth, start and data, has a 95 % interval above 0.
"""

from tegum.claims import Claim

METHOD = "Optimization Failure (2024), A Possible New Method"
BRICKEN = "Bricken et al. 2023, Towards Monosemanticity, neuron resampling"
GHOSTS = "Jermyn and Templeton 2024, Circuits Updates, January: ghost grads"
READ_INTO = "Read into Bricken et al. 2023, which asks for it and names no effect on dictionaries"
OURS = "Ours"
EVERY_BED = "On every bed; it fails where on one or more the interval lies below 0."
EITHER = "Δ tuned, and Adam's memory cleared or kept, whichever was better in tuning"

SHARE = 0.15
SUFFERS = Claim(
    "Without a remedy more than 15 in 100 latents are dead, and something could be won.",
    OURS,
    "On every bed the mean share of dead latents is above 0.15, and the score of the reference (a dictionary that "
    "starts at the truth; of the digits, one of twice as many latents) is better than without remedy.",
)
EASY = Claim(
    "Where nothing is wrong the plain dictionary finds the truth.",
    OURS,
    "16 orthogonal features, 32 latents: the mean one-to-one cosine is above 0.95 on average over dictionaries.",
)
HARMLESS = Claim(
    "Where nothing is wrong, drawing anew, resampling, the proposal in both readings and filling gaps do no harm.",
    OURS,
    "On that bed, for each of Reinitialise, Resample as published, Repel by the letter and in its best reading, and "
    "FillGaps with biases held: the mean difference to doing nothing of the score, and of the objective as a share of "
    "it, have intervals above −0.01.",
)
RESAMPLING = Claim(
    "Resampling improves dictionaries.", BRICKEN, f"As published, its score is better than without remedy. {EVERY_BED}"
)
FEWER_DEAD = Claim(
    "Resampling leaves fewer dead latents.",
    BRICKEN,
    f"As published: the share of dead latents without remedy less that with it is above 0. {EVERY_BED}",
)
WORKS = Claim(
    "The proposed method will work well.", METHOD, f"By its letter, {EITHER}: better than without remedy. {EVERY_BED}"
)
WORKS_READ = Claim(
    "The proposed method will work well, in its best reading.",
    METHOD,
    f"Biases of the dead set to 0 first, {EITHER}: better than without remedy. {EVERY_BED}",
)
BETTER = Claim(
    "The proposed method is better than resampling.",
    METHOD,
    f"By its letter, {EITHER}; against resampling as published. {EVERY_BED}",
)
BETTER_TUNED = Claim(
    "The proposed method, in its best reading, is better than resampling, both tuned.",
    METHOD,
    f"Six settings each, tuned on the same seeds, the proposal's with Adam's memory cleared and kept. {EVERY_BED}",
)
RECOVERS_ALL = Claim(
    "It will sweep all live neurons apart and recover all the dead features that exist.",
    METHOD,
    "In its best reading, on the beds with a truth: more than 95 in 100 of the true features that the untreated twin "
    "misses (cosine at most 0.9) are found, on average over dictionaries, on every bed.",
)
SQUARE = Claim(
    "Dictionaries are worse where inputs are drawn by the loss instead of its square.",
    READ_INTO,
    f"Resampling as published is better than with probabilities ∝ loss. {EVERY_BED}",
)
SCALING = Claim(
    "Dictionaries are worse where new encoder vectors keep the input's length.",
    READ_INTO,
    f"Resampling as published is better than with encoder vectors that keep the input's length. {EVERY_BED}",
)
EXACTLY = Claim(
    "Dictionaries are worse where all of the optimiser's memory is cleared, instead of exactly the modified entries'.",
    READ_INTO,
    f"Resampling as published is better than with all memory cleared. {EVERY_BED}",
)
KEEPING = Claim(
    "Dictionaries are worse where the optimiser's memory is kept, instead of cleared for the modified entries.",
    READ_INTO,
    f"Resampling as published is better than with all memory kept. {EVERY_BED}",
)
GHOSTLY = Claim("Ghost gradients are better than resampling.", GHOSTS, f"Against resampling as published. {EVERY_BED}")
FORGETTING = Claim(
    "Part of what resampling does is done by clearing the optimiser's memory alone.",
    OURS,
    f"Clearing the memory of dead latents, and nothing else, is better than doing nothing. {EVERY_BED}",
)
HOLDING = Claim(
    "Resampling is better where encoder biases stand still for a while after it.",
    OURS,
    f"For a twentieth of the training after each edit, otherwise as published; against as published. {EVERY_BED}",
)
KICK = Claim(
    "Clearing all of the optimiser's memory, and nothing else, is better than doing nothing.",
    OURS,
    f"At the same steps as all remedies act, in dictionaries with dead latents. {EVERY_BED}",
)
FILLING = Claim(
    "Filling gaps is better than resampling, both tuned.",
    OURS,
    f"Six settings each, tuned on the same seeds. {EVERY_BED}",
)
COSTLIEST = Claim(
    "Features are recovered automatically if mistakes on them are costly enough.",
    METHOD,
    "In its best reading: of the true features that the untreated twin misses, the chance that one that is found costs "
    "more (frequency × (1 − cosine²) with the twin) than one that is not. It is higher than where dead latents are "
    "drawn anew, on the dictionaries that have both kinds under both, on every bed with a truth; it fails where on one "
    "or more the interval lies below 0.",
)
CHOOSES = Claim(
    "Which features come back is less left to chance than with resampling.",
    METHOD,
    "The same chance, in its best reading less that of resampling, both tuned, on the dictionaries that have both "
    "kinds under both. On every bed with a truth; it fails where on one or more the interval lies below 0.",
)
AGREES = Claim(
    "Which features come back depends less on the draw than with resampling.",
    METHOD,
    "Synthetic bed, each truth with two starts: over the features that both untreated twins miss, the correlation of "
    "being found from one start and from the other. That of the proposal's best reading less that of resampling, both "
    "tuned, is above 0 (bootstrap over truths).",
)
PAIRLESS = Claim(
    "It is better because it needs no paired mappings of inputs.",
    METHOD,
    "Not judged: true as said. What it would be good for is a better dictionary or less time, which stand elsewhere.",
)
PAID = Claim(
    "What resampling costs in loss is paid back before the next edit.",
    OURS,
    "Synthetic bed, first edit: in more than half of the dictionaries the excess of the loss over the untreated "
    "twin's, summed since the edit, is not above 0 at some record before the second edit.",
)
AT_EQUAL_L0 = "on average over dictionaries, synthetic bed, by linear interpolation between three L1 penalties"
SPARSER = Claim(
    "On the synthetic bed, at an equal L0, resampling lowers the error.",
    OURS,
    "MSE without remedy less that after resampling, as published, at the L0 that the dictionary without remedy has at "
    f"the middle penalty, is above 0 {AT_EQUAL_L0}.",
)
SPARSER_FILLED = Claim(
    "On the synthetic bed, at an equal L0, filling gaps lowers the error more than resampling.",
    OURS,
    f"The same: MSE after resampling less that after filling gaps, both tuned, is above 0 {AT_EQUAL_L0}.",
)
EACH = (
    "Against each of them, on every bed; it fails where against one or more, on one or more, the interval lies below 0."
)
BEST = Claim("Filling gaps is better than every other remedy here.", OURS, EACH)
BEST_HELD = Claim("Gaps filled and biases held is better than every remedy that is not ours.", OURS, EACH)
STARTED = Claim(
    "A dictionary that starts tied, with biases of 0, is better without remedy than every remedy makes the others.",
    OURS,
    EACH,
)
OWN_WORKS = Claim(
    "Your own remedy improves dictionaries.",
    "Yours",
    f"Tuned over its `tried`, better than without remedy. {EVERY_BED}",
)
OWN_BETTER = Claim(
    "Your own remedy is better than resampling.",
    "Yours",
    f"Tuned over its `tried`, against resampling as published. {EVERY_BED}",
)
