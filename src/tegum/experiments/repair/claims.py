"""What is judged: statements with their criteria."""

from tegum.claims import Claim
from tegum.experiments.repair.treatments import COSTLY, EVERY

SOURCE = "Optimization Failure (2024)"
METHOD = f"{SOURCE}, A Possible New Method"
CORRECTING = f"{SOURCE}, Avoiding / Correcting Optimization Failure"

_PERFECT = "are perfect at the end"
_CAUGHT = "Of the seeds in symmetric failure at the step of the edit"
_SOONER = f"{_CAUGHT}, the mean time to a perfect model is less"
_PAIRED = "of those that are mended in one way and not in the other (perfect at the end; equal seeds), more than half"
WELL = Claim(
    "The proposed method (a repulsor, and biases on its side raised) will work well.",
    METHOD,
    f"{_CAUGHT} that are not perfect at the end if nothing is done, nor if the optimiser forgets the same and nothing "
    f"else is done, more than 95 in 100 {_PERFECT}. Its shift is the best of seven for the recipe, on other seeds.",
)
SOONER = Claim(
    "With it, models leave symmetric failure sooner than by themselves.",
    METHOD,
    f"{_SOONER} than that of the untreated twins.",
)
BEYOND = Claim(
    "Corrected: and sooner than where the optimiser forgets the same and nothing else is done.",
    "Beyond the source",
    f"{_SOONER} than by forgetting alone; equal seeds, all memory forgotten in both.",
)
KICK = Claim(
    "Clearing all of Adam's memory, and nothing else, recovers sooner than the proposal does with that memory kept.",
    "Ours",
    f"{_SOONER} by it than by the proposal where only the memory of unlearnt features is forgotten; equal seeds.",
)
ELEGANT = Claim(
    "It is the better method: as proposed (0.05, the best of seven shifts) it recovers more than resampling carried "
    "over at 0.2.",
    METHOD,
    f"{_CAUGHT}, {_PAIRED} are so by the proposal.",
)
ELEGANT_LONG = Claim(
    "It recovers more than resampling at full length, as the source pictures resampling.",
    METHOD,
    f"{_CAUGHT}, {_PAIRED} are so by the proposal.",
)
ELEGANT_TUNED = Claim(
    "It is the better method where both are tuned: it recovers more than resampling at its best length.",
    METHOD,
    f"{_CAUGHT}, {_PAIRED} are so by the proposal; either has the best settings tried.",
)
FASTER = Claim(
    "It recovers sooner than resampling carried over at 0.2.",
    METHOD,
    f"{_SOONER} by it than by resampling at 0.2 of the live length; equal seeds.",
)
FASTER_TUNED = Claim(
    "It recovers sooner than resampling where both are tuned.",
    METHOD,
    f"{_SOONER} by it than by resampling; either has the best settings tried; equal seeds.",
)
ALL_DEAD = Claim(
    "It recovers all the dead features that there are.",
    METHOD,
    f"Of the models that start as a hexagon beside several unlearnt features, more than 95 in 100 {_PERFECT}.",
)
CHOICE = Claim(
    "It recovers features by how costly their mistakes are, not by chance.",
    METHOD,
    f"Of two unlearnt features beside a hexagon, one with {COSTLY:g} times the importance, the costly one is learnt "
    "first in more than 95 seeds of 100.",
)
REPELS = Claim(
    "The live features sweep away from the repulsor.",
    METHOD,
    f"{_CAUGHT} with one feature unlearnt, the sum of the live columns leans further to the attractor 1,000 steps "
    "after the edit than after one step, in more than 95 of 100.",
)
GOOD = Claim(
    "There are regions of shift and rate in which recovery is overwhelmingly likely.",
    METHOD,
    "Of all 3 × 3 blocks of the map's cells at rates at which fewer than half recover untreated, the one that is best "
    "for a quarter of the seeds: of the other seeds the mean share of its cells in which a seed ends perfect is above "
    "0.95.",
)
POOR = Claim(
    "And regions in which it is not.",
    METHOD,
    "Of the blocks at rates at which more than 95 in 100 recover untreated, the worst for a quarter of the seeds: of "
    "the others the mean share of its cells in which a seed does not end perfect is above 0.5.",
)
RAISED = Claim(
    "Raising the biases on one side is what helps: more recover with it than with the small columns alone.",
    METHOD,
    "On the map, at the rate next to 1e-3: of the seeds that end perfect with one of two shifts, that next to the "
    "tuned one or 0, and not with the other, more than half do with the first.",
)
ENOUGH = Claim(
    "If you keep resampling enough, you will definitely learn more and more features.",
    CORRECTING,
    f"{_CAUGHT} and resampled every {EVERY:,} steps from then on at 0.2, more than 95 in 100 {_PERFECT}.",
)
MORE_OFTEN = Claim(
    "Resampling more often learns more features.",
    CORRECTING,
    f"{_CAUGHT}, fewer features are unlearnt at the end when resampled every {EVERY:,} steps than once; equal seeds.",
)
UNDOES = Claim(
    "Repeating the proposal undoes its own work: small columns are set back before they have grown.",
    "Ours",
    f"{_CAUGHT}, {_PAIRED} are so by one edit rather than by one every {EVERY:,} steps.",
)
UNTOLD = Claim(
    "Whether a full-length column is pushed back or learnt cannot be told, not even as a probability.",
    f"{CORRECTING}, Interference is Introduced",
    f"{_CAUGHT} with one feature unlearnt, resampled at full length, more than 5 in 100 and fewer than 95 in 100 end "
    "with a feature unlearnt; judged is the first.",
)
SPLAYS = Claim(
    "The neighbours of a full-length column splay apart.",
    f"{CORRECTING}, Interference is Introduced",
    f"{_CAUGHT} with one feature unlearnt, resampled at full length, the gap between its neighbours is wider 1,000 "
    "steps after the edit than after one step, in more than 95 of 100.",
)
SWEEPS = Claim(
    "And the live features sweep to the other side.",
    f"{CORRECTING}, Interference is Introduced",
    f"{_CAUGHT} with one feature unlearnt, resampled at full length, the live columns lean further away from it 1,000 "
    "steps after the edit than after one step, in more than 95 of 100.",
)
SHRINKS = Claim(
    "The model wants to shorten the new column, which wakes others.",
    f"{CORRECTING}, Interference is Introduced",
    f"{_CAUGHT} with one feature unlearnt, resampled at full length, the column is shorter 100 steps after the edit "
    "than after one step, in more than 95 of 100.",
)
SAME_WAY = Claim(
    "Resampling and the proposal choose nearly the same direction.",
    "Ours",
    f"{_CAUGHT} with one feature unlearnt, the cosine between its column and minus the sum of the others is above 0.9 "
    "in more than half.",
)
NOISY = Claim(
    "Noise is no remedy: where failure lasts, even the best noise mends hardly any model.",
    "Ours",
    f"{_CAUGHT} that are not perfect at the end if nothing is done, more than 90 in 100 are not with noise either.",
)
LENGTH = Claim(
    "The length of the new column matters: at its best, instead of 0.2 of the live ones, it recovers sooner.",
    "Ours",
    f"{_SOONER} by resampling at the tuned length than at 0.2; direction and bias the same; equal seeds.",
)
DIRECTION = Claim(
    "Its direction matters: at random, instead of as drawn by resampling, it recovers sooner.",
    "Ours",
    f"{_SOONER}, on average over the biases 0 and 1 − ‖W_7‖², each with its own tuned length; equal seeds.",
)
BIAS = Claim(
    "Its bias matters: at 1 − ‖W_7‖², which gives the feature back, instead of at 0, it recovers sooner.",
    "Ours",
    f"{_SOONER}, on average over the drawn and a random direction, each with its own tuned length; equal seeds.",
)
LEANT = Claim(
    "Leaning the live features outright recovers sooner than the proposal, which leans them by biases.",
    "Ours",
    f"{_SOONER} by it than by the proposal; either has the best settings tried, and forgets the same; equal seeds.",
)
LONG_ENOUGH = Claim(
    "A long column in a random direction, with the bias 1 − ‖W_7‖², recovers sooner than the proposal.",
    "Ours",
    f"{_SOONER} by it than by the proposal; either has the best settings tried, and forgets the same; equal seeds.",
)
LONG_ALL = Claim(
    "A long column in a random direction, with the bias 1 − ‖W_7‖², recovers nearly all.",
    "Ours",
    f"{_CAUGHT}, more than 95 in 100 {_PERFECT}.",
)
ROOM = Claim(
    "Room in the widest gap recovers nearly all, whatever the recipe.",
    "Ours",
    f"{_CAUGHT} under any of the recipes tried, more than 95 in 100 {_PERFECT} under all of these.",
)
PAID = Claim(
    "The rise of the loss after room was made is paid back within 100 steps.",
    "Ours",
    f"{_CAUGHT}, in more than 95 of 100 the loss is below that of the untreated twin at some record in 100 steps.",
)
