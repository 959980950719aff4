"""What is judged: statements with their criteria.

A true feature is found if, matching latents that fire to true directions one to one, its latent's decoder vector is
within 10° of it. A latent is dead if it fires on none of 4,096 fresh inputs.
"""

from tegum.claims import Claim

FAILURE = "Optimization Failure (2024), A Possible New Method"
BRICKEN = "Bricken et al. 2023, Towards Monosemanticity, neuron resampling"
OURS = "Ours"

MISSES = Claim(
    "Left alone, dictionaries miss features of the toy model.",
    OURS,
    "More than half of the dictionaries without a remedy end with a true feature not found.",
)
ENOUGH_DEAD = Claim(
    "They have dead latents enough for the features that they miss.",
    OURS,
    "Of the dictionaries without a remedy that miss features, more than 9 in 10 have at least as many dead latents as "
    "missed features.",
)
BETTER_EXISTS = Claim(
    "Something better was there to be found: the truth itself.",
    OURS,
    "Of the dictionaries without a remedy that miss features, more than 9 in 10 have twins, started at the true "
    "directions, that end with all features and a lower loss.",
)
PUBLISHED_HELPS = Claim(
    "Resampling by the published rule finds more features.",
    BRICKEN,
    "Features found with it less those found without a remedy: above 0 on average over pairs of dictionaries.",
)
PUBLISHED_ALL = Claim(
    "Four resamplings by the published rule leave nothing to find in more than 9 of 10 dictionaries.",
    OURS,
    "More than 9 in 10 dictionaries end with all features found.",
    reason="Its encoder vectors are too short for the jolt that clearing Adam's memory of them gives: with full "
    "length, or with the memory kept, most find all.",
)
FULL_ALL = Claim(
    "Corrected: they do, in as many, with encoder vectors as long as the live ones, instead of a fifth of that.",
    OURS,
    "Resampling with fraction = 1: more than 9 in 10 dictionaries end with all features found.",
)
KEPT_MORE = Claim(
    "Corrected: with short ones and Adam's memory kept, instead of cleared, it finds more than one feature more.",
    OURS,
    "Features found by the published rule with Adam's memory kept less those found with it cleared: above 1 on average "
    "over pairs.",
)
PROPOSAL_LIKELY = Claim(
    "The proposed repulsor will likely (more often than not) recover all the dead features that exist.",
    FAILURE,
    "By its letter, with the best shift: more than half of the dictionaries end with all features found.",
)
READING_LIKELY = Claim(
    "The same in its best reading: b_e of the dead set to 0, their decoder vectors along their encoder vectors.",
    FAILURE,
    "With the best shift: more than half of the dictionaries end with all features found.",
)
BIAS_MATTERS = Claim(
    "What the proposal lacks is the bias of the dead.",
    OURS,
    "Features found with b_e of the dead set to 0 first less those found by its letter: above 0 on average over pairs.",
)
BETTER_GIVEN = Claim(
    "The proposal is better than the published rule: as both are written.",
    FAILURE,
    "Features found by the proposal's letter, with the best shift, less those found by the published rule: above 0 on "
    "average over pairs.",
)
BETTER_TUNED = Claim(
    "The proposal is better than the published rule: both at their best.",
    FAILURE,
    "Features found by the proposal's best reading less those found by resampling at full length: above 0 on average "
    "over pairs.",
    reason="At full length resampling finds all, which leaves nothing to be better at.",
)
GAPS_ALL = Claim(
    "Filling gaps, our remedy, leaves nothing to find in more than 9 of 10 dictionaries.",
    OURS,
    "More than 9 in 10 dictionaries end with all features found.",
)
TIED_ALL = Claim(
    "A better start, tied with b_e = 0, makes remedies superfluous: more than 9 of 10 dictionaries find all.",
    OURS,
    "Without a remedy, W_e = W_dᵀ and b_e = 0 at step 0: more than 9 in 10 dictionaries end with all features found.",
)
