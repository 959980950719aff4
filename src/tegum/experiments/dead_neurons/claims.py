"""What is judged: statements with their criteria. A latent is dead if it fires on none of the fresh samples."""

from tegum.claims import Claim

FAILURE = "Optimization Failure (2024), Interference is Introduced"
BRICKEN = "Bricken et al. 2023, Towards Monosemanticity, neuron resampling"
GAO = "Gao et al. 2024, Scaling and evaluating sparse autoencoders, dead latents"
CONERLY = "Conerly et al. 2024, Circuits Updates, April: how we train SAEs"
MEANS = "Simon, Adams and Zou 2026, Activation outliers and feature death"
OURS = "Ours"

EASY = Claim(
    "In an easy setting (sparse, orthogonal, enough width) the plain dictionary finds the truth.",
    OURS,
    "16 orthogonal features of density 0.05 in 16 inputs, 32 latents: the mean cosine of true features with their "
    "latents, matched one to one, is above 0.95 on average over dictionaries.",
)
DIES = Claim(
    "Over the course of training, some neurons come to have no activity over many inputs.",
    BRICKEN,
    "With an untied start and b_d from the geometric median, more than half of the dictionaries have a latent that has "
    "fired in training and is dead at the end.",
)
WIDER = Claim(
    "In larger autoencoders, a larger proportion of latents is dead.",
    GAO,
    "256 features in 32 inputs, TopK (k = 4), untied start, no auxiliary loss: the share of dead latents of 128 less "
    "that of 64 is above 0 on average over pairs with one truth.",
)
TIED = Claim(
    "Starting the encoder as the decoder's transpose prevents dead latents.",
    GAO,
    "256 features in 32 inputs, TopK (k = 4), 128 latents, no auxiliary loss: half the share of dead latents from an "
    "untied start less the share from a tied one is above 0 on average over pairs with one truth.",
)
AUXILIARY = Claim(
    "The auxiliary loss AuxK prevents dead latents.",
    GAO,
    "256 features in 32 inputs, TopK (k = 4), 128 latents, untied start: half the share of dead latents without it "
    "less the share with it is above 0 on average over pairs with one truth and one start.",
)
FEW = Claim(
    "With both, few latents are dead (7 % in their largest).",
    GAO,
    "256 features in 32 inputs, TopK (k = 4), 128 latents, tied start and AuxK: the share of dead latents is below "
    "0.07 on average over dictionaries.",
)
UNMENDED = Claim(
    "Without resampling fewer than 1 % are dead: free decoder, its norms in the penalty, tied start, biases at 0.",
    CONERLY,
    "64 latents, the same L1, rate falling to zero (without their rising penalty and clipped gradients): the share of "
    "dead latents is below 0.01 on average over dictionaries.",
)
NEAR_ZERO = Claim(
    "A dead neuron's encoder row is at a local optimum near 0, as W_7 is in symmetric failure.",
    FAILURE,
    "Where dictionaries have dead latents (untied start): their encoder vectors' mean length is below a tenth of that "
    "of live ones, on average over dictionaries.",
    reason="A dead latent has no gradient: its encoder vector stays as long as it was when it last fired.",
)
MEAN_KILLS = Claim(
    "A mean of the data that is large beside their spread makes latents die.",
    MEANS,
    "Data moved by 2 along a diagonal, b_d = 0 at the start, tied start: the share of dead latents less that without "
    "the move is above 0 on average over pairs with one truth.",
)
AGAINST_MEAN = Claim(
    "Those die that point against the mean.",
    MEANS,
    "The same: of the dead latents more than 95 in 100 have an encoder vector with a negative product with the mean, "
    "on average over dictionaries that have some.",
)
CENTRED = Claim(
    "Taking the mean away removes these deaths.",
    MEANS,
    "The same with b_d from the geometric median: the share of dead latents is less than 0.01 above that without the "
    "move, on average over pairs with one truth.",
)
RATE = Claim(
    "A high learning rate kills.",
    OURS,
    "The share of dead latents at a rate of 3e-2 less that at 1e-2 is above 0.05 on average over pairs with one truth "
    "(tied start).",
)
PENALTY = Claim(
    "A strong L1 penalty kills.",
    OURS,
    "The share of dead latents at an L1 of 0.3 less that at 0.1 is above 0.02 on average over pairs with one truth "
    "(tied start).",
)
REVIVAL = Claim(
    "Latents that have fallen silent never fire again by themselves.",
    OURS,
    "Untied start: of the latents that at some record had not fired for 500 steps, fewer than 5 in 100 fire on a fresh "
    "sample at the end, on average over dictionaries that have some.",
)
USELESS = Claim(
    "Corrected: some do, but hardly ever usefully.",
    OURS,
    "The same: in more than half of the dictionaries that have such latents, none of them fires on 1 in 100 fresh "
    "samples or more at the end (a true feature is active on 5).",
)
