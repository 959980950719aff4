"""What is judged of the terms of the loss, and where."""

from tegum.claims import Claim

MATHEMATICS = "Elhage et al. 2022, Toy Models of Superposition, mathematical understanding"
OURS = "Beyond Elhage et al. 2022"

SPARSEST, SPARSE, MIDDLE, DENSER = 0.005, 0.02, 0.1, 0.5  # densities at which claims are judged
PENTAGON_AT, DIGONS_AT = 0.05, 0.3
ALIKE = 0.95  # share of negative interference that is called only negative
SHORT = 0.1  # of the loss
BEST = 29.3e-4  # the least loss known of n = 20, m = 5 at 1 − S = 0.005: sum over features, mean over inputs
WITHIN = 1.05  # of that: a model that has learnt what there is to learn
STANDS_ALONE = 0.1  # superposition below which a feature has its dimension alone

DOMINATE = Claim(
    "As S → 1, the terms of one active feature and of none, L_1 and L_0, dominate the loss.",
    MATHEMATICS,
    "n = 20, m = 5 at 1 − S = 0.005: inputs with at most one active feature make more than half of the loss of a model "
    "whose loss is within 5 % of the best known, in more than half of the seeds.",
)
SOON = Claim(
    "Features have to be far sparser for that than that inputs with two active ones are rare.",
    OURS,
    "n = 20, m = 5 at 1 − S = 0.02, where 94 % of inputs have at most one active feature: the other 6 % make more than "
    "half of the loss, on average over seeds.",
)
PAIRS = Claim(
    "With two features for each dimension they dominate at no density tried: models are trained to antipodal pairs, "
    "for which both terms are zero by theory.",
    OURS,
    "n = 10, m = 5 at 1 − S = 0.3 to 0.005: inputs with two or more active features make more than half of the loss at "
    "each density; the least share is above a half on average over seeds.",
)
ALONE = Claim(
    "How a model treats features one at a time does not tell its loss, even at 0.4 active ones an input.",
    OURS,
    "n = 20, m = 5 at 1 − S = 0.02: the sum without compounding falls short of the loss by more than a tenth of it, on "
    "average over seeds.",
)
ALONE_SPARSER = Claim(
    "Nor does it at 0.1 active ones an input.",
    OURS,
    "The same at 1 − S = 0.005.",
)
NEGATIVE = Claim(
    "Solutions prefer to only have negative interference when possible.",
    MATHEMATICS,
    "n = 10, m = 5 at 1 − S = 0.02, where it is possible: negative products make more than 95 % of Σ (W_i·W_j)², on "
    "average over seeds.",
)
FREE = Claim(
    "What is free where one feature is active is paid for where two are.",
    OURS,
    "n = 20, m = 5 at 1 − S = 0.02: of all that interference costs more than half comes from inputs with two or more "
    "active features, on average over seeds.",
)
FORCES = Claim(
    "Two competing forces control the learning: feature benefit, and interference.",
    MATHEMATICS,
    "Described, not judged: from small weights any model that comes to superposition loses benefit not had and gains "
    "interference, whatever controls it.",
)
ORDER = Claim(
    "Interference comes in turn: first it strikes silent outputs, and later those that are active.",
    OURS,
    "n = 20, m = 5 at 1 − S = 0.1, from small weights: interference upon silent outputs reaches half of its peak at an "
    "earlier step than that upon active ones reaches half of its own, in more than half of the seeds.",
)
LINEAR = Claim(
    "Interference prevents superposition in linear models.",
    MATHEMATICS,
    "n = 20, m = 5, I = 0.7^i at 1 − S = 0.1, without ReLU: no feature of norm above 0.5 has superposition above 0.1, "
    "in more than half of the seeds.",
)
EQUAL = Claim(
    "With equal importances it does not; every projection on m dimensions is as good as one on m features.",
    OURS,
    "The same with I = 1: more than m features have norm above 0.5 and superposition above 0.1, at a loss within 1 % "
    "of that of the best m features alone, in more than half of the seeds.",
)
SAME = Claim(
    "The one-sparse loss alone has the geometry that sparse features are trained to.",
    OURS,
    "n = 5, m = 2 at 1 − S = 0.05: trained on inputs with at most one active feature alone, and on all, models of the "
    "same seed have the same blocks, all with a name, in more than half of the seeds.",
)
OTHER = Claim(
    "Where features are denser it has not.",
    OURS,
    "The same at 1 − S = 0.3: blocks differ, all of them with a name, in more than half of the seeds.",
)
