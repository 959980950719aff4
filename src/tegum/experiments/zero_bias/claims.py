"""What is claimed of the bias of an unlearnt feature, and by which criterion."""

from tegum.claims import Claim
from tegum.experiments.zero_bias.released import ARMS, NOISE, SOON

POST = "Optimization Failure (2024)"
ZERO = f"{POST}, What if Symmetric Failure and b_7 = 0"

BIAS = Claim(
    "With W_7 = 0, the best bias of the unlearnt feature is the mean of its targets, b_7 = 1/n.",
    f"{POST}, What is b_7",
    "For 4 to 8 live features and one unlearnt, the exact best bias differs from 1/n by rounding.",
)
HALF = Claim(
    "At b_7 = 0 a tilt silences the inputs on the other side, which exert no pressure any more.",
    ZERO,
    "With W_7 = 0.06 W_6 the gradients of inputs 2, 3 and 4 on W_7 and b_7 are 0, those of inputs 5, 6 and 1 are not.",
)
ALONG = Claim(
    "With b_7 = 0 the calculation still holds, only with half as many W_j: their gradient points along W_7.",
    ZERO,
    "For six live features, W_7 of length 0.1 in 360 directions, the angle between W_7 and the live inputs' gradient "
    "on it stays below 1e-6 degrees.",
)
ENOUGH = Claim(
    "At b_7 = 0 half of the live inputs are enough to keep W_7 at 0.",
    ZERO,
    "For six live features the whole exact gradient has a positive component along W_7 in 360 directions, at the "
    "length 0.01.",
)
ENOUGH_ALL = Claim(
    "At b_7 = 0 half of the live inputs are enough to keep the unlearnt column at 0, for any number of live features.",
    "Ours: the sentence above for other n",
    "The same for 4 to 8 live features.",
)
BEST = Claim(
    "Constrained to b_7 ≥ 0, symmetric failure is the best we can do.",
    ZERO,
    "No state with b_7 ≥ 0 that we can construct has a loss below 6/7.",
)
HELD = Claim(
    "Held at b_7 = 0, the model cannot leave: W_7 is not learnt.",
    f"{ZERO}; the reading in which the others may move",
    f"Of the seeds released at symmetric failure, n = 7, noise {NOISE}, Adam, that learn all features (loss below half "
    "of 6/7) with b_7 frozen at 1/7, more than 95 in 100 do not with b_7 frozen at 0.",
)
HELD_ALL = Claim(
    "Held at b = 0 no model leaves, whatever the number of live features.",
    "Ours: the sentence above for other n",
    "Of the seeds that leave at 1/n beside some of the numbers of live features that are tried, more than 95 in 100 "
    "leave at 0 beside none of these.",
)
LETS_OUT = Claim(
    "What lets models out is that b_7 is positive: held at 1/7 they leave.",
    "Ours",
    "The same with b_7 set to 1/7 and frozen there: more than 95 in 100 of all seeds end below half of 6/7.",
)
STAYS = Claim(
    "Symmetric failure with b_7 = 0 is a state that models stay in.",
    ZERO,
    f"Of the seeds released at symmetric failure, n = 7, noise {NOISE}, b_7 set to 0 at the start and free, more than "
    f"half have |b_7| below 0.01 after {SOON:,} steps of at least one of {len(ARMS)} optimisers.",
    reason="With W_7 = 0 the feature's own input pulls the bias up, with nothing against it: it is back at 1/n "
    "at once.",
)
RETURNS = Claim(
    "Corrected: set to 0, b_7 goes back to 1/n at once.",
    f"Beyond {POST}",
    f"Of the same seeds more than 95 in 100 have b_7 within 0.01 of 1/7 after {SOON:,} steps of every optimiser.",
)
ALIKE = Claim(
    "Setting b_7 to 0 changes neither whether the feature is learnt nor, in most cases, when.",
    "Ours, written after a look at other seeds",
    "Of the seeds that learn it undisturbed under each of AdamW, Adam and momentum, more than 80 in 100 learn it under "
    "each with b_7 set to 0 too, and first reach half of 6/7 within a tenth of the undisturbed twin's time.",
)
SILENCED = Claim(
    "Below 0, with W_7 = 0, nothing pulls at the feature.",
    f"{POST}, What is b_7; algebra, not a measurement",
    "At symmetric failure with each b_7 below 0 that is tried, the exact force on W_7 and b_7 is 0.",
)
KILLED = Claim(
    "Below 0, however little, the feature is not learnt any more, with weight decay or without.",
    f"Ours; {POST} says that b_7 needs to become negative",
    "Of the seeds that learn it undisturbed under each of AdamW, Adam and momentum, more than 95 in 100 end with a "
    "silent output (a loss nearer to 1 than to 6/7) under each of these with each b_7 below 0 that is tried.",
)
STUCK = Claim(
    "When b_7 ≥ 0 and we are in symmetric failure, we are stuck.",
    ZERO,
    "Of the models with b_7 set to 0, more than half end with a loss above half of 6/7 and ‖W_7‖ at most 0.01.",
)
CAUGHT = Claim(
    "A model that trained itself into symmetric failure is stuck where its b_7 is set to 0.",
    ZERO,
    "Of the models of seven features, AdamW, from random starts, that are in symmetric failure with one feature "
    "unlearnt at an eighth of all steps, where its bias is set to 0, more than half are not perfect at the end.",
)
