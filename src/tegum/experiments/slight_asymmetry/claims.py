"""What is judged: statements with their criteria."""

from tegum.claims import Claim
from tegum.experiments.slight_asymmetry.states import JUDGED, OBLIQUE

POST = "Optimization Failure (2024)"
SLIGHT = f"{POST}, Small asymmetry in Symmetric Failure?"
TILTING = f"{POST}, Small asymmetry favoring tilt"
CHAOTIC = f"{POST}, Asymmetric Recovery is Chaotic"
QUICK = 1_000  # steps within which zero loss is back
ZERO = 1e-4  # of the six, summed, which start with up to 0.5
FIRST_UPDATES = 20  # of gradient descent at a rate of 0.02, of the summed loss
LOOKED = 3.0  # time, rate × steps, over which forces are compared
TAKEN = 0.5  # of the push on S, which the first two forces take back at least

INTERFERE = Claim(
    "With W_6 and W_1 a little shorter, features 6 and 1 interfere with each other and with their neighbours "
    "(read as: at once).",
    SLIGHT,
    "With both columns shorter by 1, 3 and 10 % and the biases as they were, some output of the six upon another of "
    "the six is positive by more than 1e-9.",
)
INTERFERE_SOON = Claim(
    "… (read as: once the first updates have made the two longer and changed their biases).",
    SLIGHT,
    f"In the first {FIRST_UPDATES} updates of gradient descent of the six from the same states (rate 0.02), features 6 "
    "and 1 are heard, by more than 1e-9, by each other, and in the outputs of each other's neighbours or they theirs.",
)
LOWER = Claim(
    "Because they are activated too little, the update elongates W_6 and W_1 and decreases b_6 and b_1.",
    SLIGHT,
    "In the same states minus the gradient points outwards on both columns, and downwards on both biases.",
)
SAME = Claim(
    "More positive b_6 and b_1 have the same effects: too little activation, and interference.",
    SLIGHT,
    "With both biases raised by 0.01, 0.03, 0.1 and 0.3, their outputs upon their own inputs are below 1, and some "
    "output of the six upon another is positive.",
)
RESTORED = Claim(
    "Small updates quickly re-establish zero loss on the six learnt features.",
    SLIGHT,
    f"With W_7 and b_7 held, more than 95 in 100 seeds have a loss on the six, summed, below {ZERO} at some record "
    f"within {QUICK} steps, for each of the four shifts and both optimisers.",
)
SPLAYED = Claim(
    "The result is splayed on the perturbed side and elongated on the other",
    SLIGHT,
    f"With W_7 and b_7 held and a shift of {JUDGED}, more than 95 in 100 seeds end with a loss on the six below "
    f"{ZERO}, the gap between the two and those to their neighbours all above 60°, and each of the other four columns "
    "longer than both",
)
TILTED = Claim(
    "W_2 and W_5 tilt to the other side.",
    TILTING,
    "In the same models both end at more than 90° from W_6 + W_1, where they started, the six without loss; more than "
    "95 in 100 seeds, with both optimisers.",
)
VALUES = Claim(
    "There is a state without loss in which b_6 and b_1 are −0.988 and the others −1.02 to −1.03.",
    TILTING,
    "Gradient descent of the six alone from raised b_6 and b_1 ends, for some shift, at a loss below 1e-12 with both "
    "at −0.988 and the other four within −1.03 … −1.02.",
)
BOUNDED = Claim(
    "Without feature 7 there is no run-away.",
    SLIGHT,
    "With W_7 and b_7 held, more than 95 in 100 seeds never have a sum of the six norms above 1.1 of the hexagon's, "
    "for any of the four shifts and two optimisers.",
)
RUNAWAY = Claim(
    "With it there is: the sweep goes on until W_7 is learnt.",
    TILTING,
    "Of the same seeds, all free, more than 95 in 100 have a sum above 1.3 of the hexagon's at some record and end "
    "with ‖W_7‖ above 0.5, for each of the four shifts and both optimisers.",
)
OPTIMUM = Claim(
    "The asymmetry gives W_7 a new local optimum ε (W_6 + W_1), ε > 0.",
    TILTING,
    "For each shift and each shortening, relaxed without W_7, the best W_7 with all else frozen is within 5° of "
    "W_6 + W_1. These states are their own mirror images, so that only the sign of ε, and its being 0, could fail.",
)
SIZE = Claim(
    "Corrected: it is at −b S / c, S the sum of the six columns, whichever way that points.",
    f"Beyond {TILTING}",
    f"For ten states relaxed from a shift of {JUDGED} with a noise of {OBLIQUE} on every number, which have no mirror "
    "symmetry, the best W_7 differs from that by less than 10 % of its length.",
)
ALL_PUSHED = Claim(
    "With W_7 there, all learnt columns are pushed along −W_7.",
    TILTING,
    "In all these states, with mirror symmetry and without, and W_7 and b_7 at that optimum, minus the gradient on "
    "each of the six columns is within 5° of −W_7.",
)
THREE = Claim(
    "Three forces are at play: too little activation, interference among the learnt, and the push of W_7.",
    TILTING,
    f"In gradient descent from a shift of {JUDGED}, more than 95 in 100 seeds have, at every record from step "
    f"{QUICK} to the eve, outputs of the six upon themselves below 1 and upon others above 0, and on some column "
    "a force of each of these two kinds of at least a hundredth of the push of W_7.",
)
AGAINST = Claim(
    "Corrected: the first two are answers to the third: they oppose it, and take back most of the way.",
    f"Beyond {TILTING}",
    f"In the same models at the same records, more than 95 in 100 seeds, the two together act on S against its "
    f"direction, with more than {TAKEN:g} and less than 1 of the push of W_7; and where W_7 has just settled, the six "
    "relaxed, both are less than 1e-6 of it.",
)
FORMULA = Claim(
    "∂L(x_7)/∂W_j = (W_7·W_j + b_7) W_7.",
    TILTING,
    "For each j and each state the exact gradient of sample x_7 on W_j is this, or twice this (squared error).",
)
CORRECTED = Claim(
    "Corrected: that of sample x_j, with the factor 2 of the square: ∂L(x_j)/∂W_j = 2 (W_7·W_j + b_7) W_7.",
    f"Beyond {TILTING}",
    "For each j and each state the exact gradient of sample x_j on W_j is this, to 1e-9.",
)
LOOKS = Claim(
    "The updates of the learnt columns do not grow; they look so, since the dominant one, of W_7, falls rapidly.",
    f"{TILTING}, figure",
    f"In gradient descent from the relaxed state of a shift of {JUDGED}, with W_7 in its new optimum and with W_7 "
    f"twice as long, the largest force on a learnt column does not double within a time of {LOOKED:g} (rate × steps); "
    "with W_7 twice as long the force on W_7 is the largest at first, and falls to a hundredth meanwhile.",
)
ALTERNATING = Claim(
    "Features that are alternately short and long are no fortunate asymmetry: they do not recover",
    CHAOTIC,
    f"With the biases of every other feature raised by {JUDGED} instead of two neighbours', more than 95 in 100 seeds "
    "do not learn W_7",
)
LATER = Claim(
    "Corrected: with AdamW they recover as well, but later than from two neighbours.",
    f"Beyond {CHAOTIC}",
    "Of the pairs of equal seeds with AdamW, more than 95 in 100 learn W_7 both ways, and later with every other bias "
    f"raised by {JUDGED} than with two neighbours'.",
)
