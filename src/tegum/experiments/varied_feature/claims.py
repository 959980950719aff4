"""What is judged, and by which criteria."""

from tegum.claims import Claim

ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, Non-Uniform Superposition"
OURS = "Beyond Elhage et al. 2022"
STATED = 2.5  # times sparser
APPROXIMATELY = 1.25  # a threshold is as stated if it is within this factor
APART = 0.25  # in an entry of WᵀW: two solutions
KINK = 0.05  # between slopes d log loss / d log density
MOVED = 5.0  # degrees
NEAR = 0.01  # of the least loss known
OFTEN = 0.2
STAYS = 0.9
MOSTLY = 0.5
STRICT = 0.01  # a least eigenvalue
MATCH = 1.1  # trained and followed thresholds agree within this factor
GROUP = 10  # trainings of which the best is taken

THRESHOLD = Claim(
    "When the varied feature is about 2.5 times sparser than the others, the pentagon changes to two digons.",
    ARTICLE,
    "The losses of the two solutions, both followed without noise, cross within a factor of 1.25 of 2.5 times sparser.",
)
CROSSOVER = Claim(
    "The pentagon-digon phase change corresponds to a crossover between loss curves, one for each geometry.",
    ARTICLE,
    "Between a tenth and ten times the density the two curves cross exactly once; there both solutions are strict "
    "minima, and their slopes d log loss / d log density differ by more than 0.05.",
)
DEFORMS = Claim(
    "Polytopes smoothly deform until they snap into a new polytope.",
    ARTICLE,
    "From ten times denser to the crossing the pentagon is one strict minimum, whose angle between the varied feature "
    "and a neighbour changes by more than 5° in all, nowhere by more than 5° at once; at the crossing an entry of "
    "WᵀW differs by more than 0.25 between the two solutions.",
)
YIELDS = Claim(
    "A sparser vertex takes less room, and a denser one more.",
    ARTICLE,
    "The angle between the varied feature and its neighbours in the pentagon is below 72° wherever it is sparser than "
    "the others, and above wherever denser.",
)
OFTEN_WORSE = Claim(
    "Fitting the model will often produce non-optimal solutions.",
    ARTICLE,
    "Over all densities but 1 the mean share of trainings that end in one of the three followed solutions at an exact "
    "loss more than 1 % above the least one known is above 0.2.",
)
TROUBLE = {
    "pentagon": Claim(
        "Gradient descent has trouble moving between geometries: from a pentagon to digons, where these are better.",
        ARTICLE,
        "Trained on samples from the regular pentagon, at all trained densities below the crossing's at which most "
        "random starts come within 1 % of the least loss in as many steps, it is kept in more than half of the cases, "
        "on average over seeds.",
    ),
    "digons": Claim(
        "Gradient descent has trouble moving between geometries: from digons to the pentagon, where this is better.",
        ARTICLE,
        "Trained on samples from two digons, the varied feature at 0 with the bias that is best then, at all trained "
        "densities above the crossing's at which most random starts come within 1 % of the least loss in as many "
        "steps, they are kept in more than half of the cases, on average over seeds.",
    ),
}
LEFT = Claim(
    "Where the varied feature is much denser, training on samples leaves the digons, although they are a strict "
    "minimum.",
    OURS,
    "From the same start, at densities from 2 on, the least eigenvalue of the digons' Hessian is above 0.01, and they "
    "are left in more than 90 % of cases, on average over seeds.",
)
SAME = Claim(
    "Corrected: the best trained models change from digons to the pentagon where the followed losses cross.",
    OURS,
    "The density from which on the best seed is a pentagon is within a factor of 1.1 of the crossing: the 95 % "
    "bootstrap interval of ln 1.1 − |ln(density / crossing)| is above 0.",
)
BEST = Claim(
    "The best of ten trainings is optimal.",
    OURS,
    "Over all densities the mean share of groups of ten seeds whose best is within 1 % of the least loss known is "
    "above 0.95.",
)
HYSTERESIS = Claim(
    "The change has hysteresis: each solution is a minimum well beyond the crossing.",
    OURS,
    "Followed from its own side, the pentagon is a strict minimum to a density below 0.8 of the crossing's, and the "
    "digons to one above 1.25 of it.",
)
IMPORTANCE = Claim(
    "A feature of less importance is dropped sooner than one of less density.",
    OURS,
    "Varying one importance instead, the losses cross exactly once, and nearer to 1.",
)
