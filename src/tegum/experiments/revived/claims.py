"""What is judged, sentence by sentence. Unless said otherwise the unit is the dictionary: means over its revived
latents, and over dictionaries a mean with Student's interval."""

from dataclasses import replace

from tegum.claims import Claim

ALIVE = "Optimization Failure (2024), Neuron i is Alive"
INTERFERENCE = "Optimization Failure (2024), Interference is Introduced"
BRICKEN = "Bricken et al. 2023, Towards Monosemanticity, neuron resampling"
OURS = "Ours"


def on_toys(claim: Claim) -> Claim:
    """The same statement, judged by the same criterion on dictionaries of toy models' latents."""
    words = claim.statement.removeprefix("Corrected: ")
    statement = f"The same on latents of toy models: {words[0].lower()}{words[1:]}"
    return replace(claim, statement=statement)


FIRES = Claim(
    "x and x̄ still have a positive dot product, so f_i > 0 for the input taken: the neuron is now firing.",
    ALIVE,
    "Right after the edit x·x̄ > 0 for more than 95 in 100 of the inputs taken. Since b_e is 0 and the row points along "
    "x, f_i > 0 is the same inequality.",
)
CLOSER = Claim(
    "x̂ is now closer to x, since only the terms of neuron i have changed.",
    ALIVE,
    "With one latent edited at a time, ‖x − x̂‖² falls for more than 95 in 100 of the inputs taken.",
)
TOGETHER = Claim(
    "It also is closer as the rule is applied: all dead neurons at once.",
    OURS,
    "With all of them edited, ‖x − x̂‖² falls for more than 95 in 100 of the inputs taken.",
    reason="About half of the other new rows fire on the input as well, and what they add is not small together.",
)
FURTHER = Claim(
    "With a row that is not a small multiple, x̂ could be further from x than 0 is from x.",
    ALIVE,
    "With rows as long as live ones are on average (fraction 1), one at a time, ‖x − x̂‖ > ‖x‖ for more than 5 in 100 "
    "of the inputs taken.",
    reason="At fraction 1 x̂ overshoots and is further from x than before; further than 0 it mostly is not.",
)
WORSE = Claim(
    "Corrected: at fraction 1 x̂ is further from x than it was before the edit.",
    OURS,
    "The same: ‖x − x̂‖² grows for more than half of the inputs taken.",
)
NEEDED = Claim(
    "The argument is consistent with the multiplier of 0.2, one latent at a time: at twice that x̂ is closer for fewer.",
    ALIVE,
    "At a fraction of 0.4, one at a time, ‖x − x̂‖² falls for fewer than 95 in 100 of the inputs taken.",
)
SAME_SIDE_MOVED = Claim(
    "x and x̄ still have a positive dot product, also where they are not close: data with a mean of length 2.",
    ALIVE,
    "The same dictionaries on data moved by 2 along a diagonal (b_d from the geometric median): x·x̄ > 0 for more than "
    "95 in 100 of the inputs taken.",
)
APPLIES = Claim(
    "Then the explanation still applies: x̂ is closer to x.",
    ALIVE,
    "On the moved data, with one latent edited at a time, ‖x − x̂‖² falls for more than 95 in 100 of the inputs taken.",
    reason="The new vectors point along x, which is in good part the mean; what x̂ lacks is a part of x̄.",
)
CENTRED = Claim(
    "Where data have a mean, the direction should be that of x̄, not of x.",
    OURS,
    "On the moved data dictionaries resampled along x̄ have found more features at the end than those resampled along "
    "x, on average over pairs.",
)
WEAK = Claim(
    "The resampled neuron fires only weakly.",
    BRICKEN,
    "Right after the edit its activation on the input taken, over the mean activation of live latents where they fire, "
    "is below 1.",
)
SIMILAR = Claim(
    "It fires only for inputs similar to the one used.",
    BRICKEN,
    "Right after the edit, of the fresh inputs on which it fires, more than half have an x̄ with a cosine above 0.5 "
    "with that of the input taken.",
    reason="With a bias of 0 a row fires on the half of all inputs that has a positive product with it, however short.",
)
BIAS_CRUCIAL = Claim(
    "Resetting the encoder bias is crucial.",
    BRICKEN,
    "With the biases kept, fewer than half of the revived latents fire on the input taken.",
)
NORM_CRUCIAL = Claim(
    "Resetting the encoder norm is crucial to what is learnt.",
    BRICKEN,
    "At the end dictionaries with rows of 0.2 of the live length have found more features than those with rows of all "
    "of it, on average over pairs.",
    reason="Longer rows do more harm at once, but fewer of them die again.",
)
LOSS = Claim(
    "It makes other features over-activate and incur more loss.",
    INTERFERENCE,
    "With all dead latents edited, the mean ‖x − x̂‖² over fresh inputs is larger right after the edit than before.",
)
AWAY = Claim(
    "The rows that it interferes with splay apart.",
    INTERFERENCE,
    "After 200 steps the cosine of the three nearest live rows with the new one's direction has changed by less than "
    "in the twin without the edit: away from it.",
)
PAIR = Claim(
    "The rows on either side of it splay apart from each other.",
    INTERFERENCE,
    "After 200 steps the cosine of the two nearest live rows with each other has changed by less than in the twin.",
)
SWEEP = Claim(
    "They sweep to the other side.",
    INTERFERENCE,
    "After 1,000 steps more than half of the three nearest live rows have a negative cosine with the new direction.",
    reason="They move away, but by a few hundredths of a cosine.",
)
SWEEP_SOME = Claim(
    "Corrected: few do, but more than without the edit.",
    OURS,
    "After 1,000 steps the share of the three nearest live rows that have a negative cosine with the new direction is "
    "larger than in the twin, on average over pairs.",
)
SHORTEN = Claim(
    "The model wants to decrease (W_e)_i.",
    INTERFERENCE,
    "Right after the edit descent on the expected loss shortens more than half of the new rows.",
)
STAYS_SHORT = Claim(
    "So it does decrease.",
    OURS,
    "After 200 steps more than half of the new rows are shorter, against live ones, than right after the edit.",
    reason="It shrinks for a step or two; once its bias has fallen it fires on few inputs, and grows with those.",
)
EITHER = Claim(
    "(b_e)_i could have a gradient in either direction.",
    INTERFERENCE,
    "Right after the edit the rarer sign of the expected gradient is that of more than 5 in 100 revived latents.",
    reason="It fires on half of all inputs, and for most of them the error asks for less, as the penalty always does.",
)
NOT_SURE = Claim(
    "We do not know for sure whether it is pushed back or becomes a new feature.",
    INTERFERENCE,
    "Of the revived latents, fewer than 95 in 100 meet the commoner one of the two fates: dead again, or learnt.",
)
NOT_LIKELY = Claim(
    "Nor does the input's distance from what is known say much of which it will be.",
    INTERFERENCE + ", read as a statement on one predictor",
    "How far the input taken is from live decoder vectors (1 − the largest cosine), known at the edit, tells learnt "
    "ones from others with an AUC below 0.7.",
)
NOT_LIKELY_TRUTH = Claim(
    "Nor does its nearest missing feature, for who knows the truth.",
    OURS,
    "The cosine of the input taken with the nearest feature that is not found tells them with an AUC below 0.7.",
)
EARLY = Claim(
    "Corrected: soon after the edit it can be told.",
    OURS,
    "The share of inputs on which each fires 200 steps after the edit tells them with an AUC above 0.7.",
)
TWO_FATES = Claim(
    "Either the row is pushed back, or a new feature is learnt.",
    INTERFERENCE,
    "More than 90 in 100 revived latents are, at the end, dead again or have learnt a new feature.",
)
NEAR_ZERO = Claim(
    "Pushed back means to its local optimum near 0.",
    INTERFERENCE,
    "Of those that die again, encoder vectors are at the end shorter than a tenth of the live ones', on average over "
    "dictionaries that have some.",
    reason="They fall silent by their bias while they grow, and without firing there is no gradient to shorten them.",
)
BIAS_KILLS = Claim(
    "Corrected: what silences them again is the fall of the bias after the edit.",
    OURS,
    "Where all encoder biases are held still for 100 steps after the edit, a smaller share of the revived dies again, "
    "on average over pairs.",
)
CLEARED = Claim(
    "Clearing Adam's memory of what is set keeps more of them alive.",
    "Bricken et al. 2023, judged after a look at these seeds",
    "Where the memory is kept a larger share of the revived dies again, on average over pairs.",
)
ONE_HELD = Claim(
    "Corrected: one edit with the biases held finds more features than eight edits without.",
    OURS,
    "Dictionaries resampled once, whose biases are held still for the next 100 steps, have found more features at the "
    "same last step than those resampled 8 times, on average over pairs.",
)
MORE = Claim(
    "If you keep resampling enough you will learn more and more features.",
    INTERFERENCE,
    "Dictionaries resampled 8 times have found more features at the same last step than those resampled 4 times, on "
    "average over pairs.",
)
DEFINITELY = Claim(
    "If you keep resampling enough you will definitely learn more features.",
    INTERFERENCE,
    "More than 95 in 100 dictionaries have found more features with 8 resamplings than without.",
)
