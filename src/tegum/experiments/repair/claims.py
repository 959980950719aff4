"""What is judged: statements with their criteria."""

from tegum.claims import Claim
from tegum.experiments.repair.treatments import COSTLY, EVERY

SOURCE = "Optimization Failure (2024)"
METHOD = f"{SOURCE}, A Possible New Method"
CORRECTING = f"{SOURCE}, Avoiding / Correcting Optimization Failure"

_PERFECT = "are perfect at the end"
_CAUGHT = "Of the seeds in symmetric failure at the step of the edit"
WELL = Claim(
    "The proposed method (a repulsor, and biases on its side raised) will work well.",
    METHOD,
    f"{_CAUGHT}, more than 95 in 100 {_PERFECT}, with one edit and a shift chosen on other seeds.",
)
SOONER = Claim(
    "With it, models leave symmetric failure sooner than by themselves.",
    METHOD,
    f"{_CAUGHT}, the mean time to a perfect model is less than that of the untreated twins.",
)
ELEGANT = Claim(
    "It is the better method: it recovers more than resampling as published.",
    METHOD,
    f"{_CAUGHT}, the share that {_PERFECT} is larger by it than by resampling at 0.2 of the live length; equal seeds.",
)
ELEGANT_LONG = Claim(
    "It recovers more than resampling at full length, as the source pictures resampling.",
    METHOD,
    f"{_CAUGHT}, the share that {_PERFECT} is larger by it than by resampling at the full live length; equal seeds.",
)
FASTER = Claim(
    "It recovers sooner than resampling as published.",
    METHOD,
    f"{_CAUGHT}, the mean time to a perfect model is less than by resampling at 0.2 of the live length; equal seeds.",
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
    "Of all 3 × 3 blocks of the map's cells, the one that is best for a quarter of the seeds: of the other seeds the "
    "mean share of its nine cells in which a seed ends perfect is above 0.95.",
)
POOR = Claim(
    "And regions in which it is not.",
    METHOD,
    "The same for the worst block, and the mean share of its cells in which a seed does not end perfect is above 0.5.",
)
RAISED = Claim(
    "Raising the biases on one side is what helps: more recover with it than with the small columns alone.",
    METHOD,
    "At the rate next to 1e-3, the share that is perfect at the end, with the shift next to the tuned one, is larger "
    "than with a shift of 0; equal seeds.",
)
ENOUGH = Claim(
    "If you keep resampling enough, you will definitely learn more and more features.",
    CORRECTING,
    f"{_CAUGHT} and resampled every {EVERY:,} steps from then on, as published, more than 95 in 100 {_PERFECT}.",
)
MORE_OFTEN = Claim(
    "Resampling more often learns more features.",
    CORRECTING,
    f"{_CAUGHT}, fewer features are unlearnt at the end when resampled every {EVERY:,} steps than once; equal seeds.",
)
UNDOES = Claim(
    "Repeating the proposal undoes its own work: small columns are set back before they have grown.",
    "Ours",
    f"{_CAUGHT}, fewer {_PERFECT} with the proposal every {EVERY:,} steps than with one edit; equal seeds.",
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
    "Published rule and proposal choose nearly the same direction.",
    "Ours",
    f"{_CAUGHT} with one feature unlearnt, the cosine between its column and minus the sum of the others is above 0.9 "
    "in more than half.",
)
NOISY = Claim(
    "Noise is no remedy: where failure lasts, hardly more models recover with the best noise than without.",
    "Ours",
    f"{_CAUGHT}, the share that {_PERFECT} is by noise not 5 in 100 larger than without; equal seeds.",
)
LONG_ENOUGH = Claim(
    "Length and bias matter more than direction: a long column in a random direction, with the bias 1 − ‖W_7‖² that "
    "gives its feature back, recovers sooner than the proposal.",
    "Ours",
    f"{_CAUGHT}, the mean time to a perfect model is less by it than by the proposal; equal seeds.",
)
LONG_ALL = Claim(
    "A long column in a random direction recovers nearly all.",
    "Ours",
    f"{_CAUGHT}, more than 95 in 100 {_PERFECT}.",
)
ROOM = Claim(
    "Room in the widest gap recovers nearly all, whatever the recipe.",
    "Ours",
    f"{_CAUGHT} under any of the five recipes, more than 95 in 100 {_PERFECT} under all of these.",
)
PAID = Claim(
    "The rise of the loss after room was made is paid back within 100 steps.",
    "Ours",
    f"{_CAUGHT}, in more than 95 of 100 the loss is below that of the untreated twin at some record in 100 steps.",
)
