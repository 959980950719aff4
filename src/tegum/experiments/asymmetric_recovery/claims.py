"""What is judged: statements with their criteria."""

from tegum.claims import Claim
from tegum.experiments.asymmetric_recovery.measures import CHECKED, LEANING, LONGER, SWEPT

POST = "Optimization Failure (2024)"
SECTION = f"{POST}, Asymmetric Recovery"
CAUSE = f"{POST}, How does one side magically start to elongate?"
RUNAWAY = f"{POST}, Small asymmetry favoring tilt"
AT = 0.01  # the noise at which twins start
SHORT = 0.002  # ‖W_7‖ where it is held, but not at 0
_OF = "Of the seeds at n = 7 that recover asymmetrically from a failure of one feature, more than 95 in 100"

FAR_FIRST = Claim(
    "The learnt features of one side grow longer first, and W_7 only after that.",
    SECTION,
    f"{_OF} have far features of a mean length above {LONGER} of the hexagon's before W_7 has half of its final "
    "length.",
)
BIAS_FIRST = Claim(
    "The learnt biases become much more negative before b_7 falls below 0.",
    SECTION,
    f"{_OF} have a mean far bias below 1 − ({LONGER} r)² before b_7 is negative.",
)
BALANCE = Claim(
    "Lengths and biases move together along the way: each learnt feature goes on giving itself back, b_i = 1 − ‖W_i‖².",
    SECTION,
    f"{_OF} have every learnt output within 0.1 of 1 upon its own input at every record until the eve.",
)
NEAR_SHORT = Claim(
    "The learnt features on the side of W_7 are the shorter ones, with the less negative biases.",
    SECTION,
    f"{_OF} have, on the eve, each learnt feature at less than 90° from W_7 shorter, and its bias above, those of all "
    "others.",
)
OPPOSITE = Claim(
    "The skew always sweeps the learnt features to the side opposite to W_7.",
    CAUSE,
    f"{_OF} have W_7 within 30° of −S at every record with ‖S‖ above {LEANING}, until the eve.",
)
GRADUATED = Claim(
    "W_7 only gets learnt because the others graduate to a larger radius.",
    SECTION,
    "More than 95 in 100 twins of equal seeds learn W_7 (‖W_7‖ above 0.5) where all are free, and do not where the six "
    "others are held at their start.",
)
SOME_SILENT = Claim(
    "Some of the features opposite to W_7 fall silent in output 7, and so lose nothing, before W_7 is learnt.",
    SECTION,
    f"{_OF} have a far feature with W_7·W_j + b_7 ≤ 0 at some record up to the eve.",
)
ALL_SILENT = Claim(
    "When all features opposite to W_7 are silent, W_7 is already so long that it keeps growing all the same.",
    SECTION,
    f"{_OF} have a force on W_7 that points outwards at the first record where all far features are silent.",
)
CAUSED = Claim(
    "That one side elongates can only be due to W_7 or b_7.",
    CAUSE,
    f"More than 95 in 100 twins of equal seeds sweep (‖S‖ above {SWEPT:g} at some record) where both are free, and do "
    "not where both are held, at 0 and 1/7. (With W_7 = 0 exactly output and input 7 exert no force on the six, "
    "whatever b_7 > 0 is, so this asks whether the six alone come to rest; that b_7 alone does nothing is algebra.)",
)
WHICH = Claim(
    "Corrected: it is due to W_7 not being 0, short as it is; neither W_7 nor b_7 need move.",
    f"Beyond {CAUSE}",
    f"More than 95 in 100 twins of equal seeds sweep with both held at ‖W_7‖ = {SHORT} (about the median when "
    "models are first seen in failure) and 1/7, and do not with both held at 0 and 1/7; and sweep with b_7 alone held.",
)
THIRD = Claim(
    "The push of W_7 on all others drives the sweep; forces among the learnt features alone do not run away.",
    RUNAWAY,
    f"In gradient descent from noise {AT}, more than 95 in 100 models have a push of W_7 on S, integrated until the "
    "eve, that is at least the way that S went, so that all else together opposes it.",
)
FOLLOWS = Claim(
    "W_7 follows its local optimum, which the imbalance of the others has moved away from 0.",
    RUNAWAY,
    f"{_OF} have W_7 within 10 % of the optimum of W_7 with all others frozen, at each of {CHECKED} records spread "
    "evenly until ten records before the eve (where that optimum is longer than 0.002).",
)
MONOTONE = Claim(
    "More sweep shifts that optimum further from 0, and so on until W_7 is learnt.",
    RUNAWAY,
    f"{_OF} have an optimum that is longer at each of those {CHECKED} records than at the one before.",
    reason="The optimum stops near a length of 0.2 and then ceases to exist: W_7 jumps.",
)
JUMP = Claim(
    "Corrected: the optimum stops at a sixth of the final length, and then ceases to exist: W_7 jumps.",
    f"Beyond {RUNAWAY}",
    "Of the same seeds, more than 95 in 100 have on the eve no optimum near W_7: descent of W_7 alone, all others "
    "frozen, ends at more than twice its length; and W_7 goes from the eve to half of its length in less than a "
    "twentieth of the time since the start.",
)
RISES = Claim(
    "Before b_7 falls it rises: while W_7 grows slowly, the best bias is more than 1/7.",
    f"Beyond {SECTION}",
    f"{_OF} have a b_7 on the eve more than half above the 1/7 of symmetric failure.",
)
DESCENT_WAITS = Claim(
    "In gradient descent the wait is the logarithm of the asymmetry: ten times less of it costs ln 10 / |κ| more time.",
    "Ours",
    "Of the seeds started with noises of 1e-4 and 1e-3 in the same directions, more than 95 in 100 take longer with "
    "the smaller one, by 0.95 to 1.3 times ln 10 / |κ|; κ, the least one-sided curvature at symmetric failure, bounds "
    "the rate of growth.",
)
ADAM_DOES_NOT = Claim(
    "Adam does not wait for an asymmetry to grow: a thousandth of it costs no time.",
    "Ours",
    f"Of the seeds started with noises of 1e-5 and {AT} in the same directions, more than 95 in 100 have learnt W_7 "
    "with the smaller one after at most the same number of steps.",
)
REMEMBERS = Claim(
    "It is Adam's memory of larger gradients that makes it wait: with b2 = 0.99 the larger disturbance costs little.",
    "Ours",
    "Of the seeds started with noise 0.1 that learn W_7 both ways, more than 95 in 100 take more than 1.3 times as "
    "long with b2 = 0.999 as with 0.99.",
)
