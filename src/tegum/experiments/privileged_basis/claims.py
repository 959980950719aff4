"""What is said about neurons of a hidden ReLU, and what would count for or against it."""

from tegum.claims import Claim

ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, superposition in a privileged basis"
OURS = "Beyond Elhage et al. 2022"

DENSE, TWO_CODE, NARROW, FOUR_CODE, FIVE_CODE, PAIRED = 0.7, 0.35, 0.15, 0.12, 0.065, 0.03
JUDGED = (DENSE, TWO_CODE, NARROW, FOUR_CODE, FIVE_CODE, PAIRED)  # inside the article's ranges, mid-way

ALIGNED = Claim(
    "With a hidden ReLU features align with neurons; many neurons are dedicated to one feature.",
    ARTICLE,
    "At 1 − S = 0.7 directions are nearer to the axes (mean Σ_k Ŵ_ki⁴ of represented features) than in 95 % of 200 "
    "random rotations of the same model, in more than half of the seeds.",
)
FREE = Claim(
    "Without it there is no privileged basis.",
    ARTICLE,
    "In models without the hidden ReLU that have learnt, directions are neither nearer to the axes nor farther: their "
    "mean rank among 200 random rotations, over the six densities judged, lies within 0.1 of one half; the 95 % "
    "interval over seeds decides.",
    "AdamW, with which the article trains, scales each weight by itself, and so draws directions away from the axes; "
    "gradient descent, which turns with the model, does not.",
)


def _best(statement: str, where: str, which: str) -> Claim:
    return Claim(
        statement,
        ARTICLE,
        f"{where} the best model that {which} has a lower loss on fresh samples than the best that does not: the 95 % "
        "interval of the relative difference, with trainings and samples drawn again, is above 0. A neuron stores a "
        "feature from |W_ki| = 0.3 on. Models whose loss is not below half of the best constant output's do not count.",
    )


MONOSEMANTIC = _best(
    "Of many models the best has monosemantic neurons only, at approximately 0.5 ≤ 1 − S.",
    "At every trained 1 − S from 0.5 on", "stores exactly one feature in each of the five neurons",
)  # fmt: skip
THREE_IN_TWO = _best(
    "Three neurons are dedicated, and two store three features, at approximately 0.2 ≤ 1 − S ≤ 0.5.",
    "At every trained 1 − S from 0.2 to below 0.5",
    "stores one feature in each of three neurons and three in the two others",
)  # fmt: skip
FIVE_IN_THREE = _best(
    "Two neurons are dedicated, and three store five features, at 1 − S = 0.15.",
    "At 1 − S = 0.15", "stores one feature in each of two neurons and five in the three others",
)  # fmt: skip
SIX_IN_FOUR = _best(
    "One neuron is dedicated, and four store six features, at 1 − S = 0.12.",
    "At 1 − S = 0.12", "stores one feature in one neuron and six in the four others",
)  # fmt: skip
EIGHT_IN_FIVE = _best(
    "All five neurons are polysemantic and store eight features, at 0.05 ≤ 1 − S ≤ 0.08.",
    "At every trained 1 − S from 0.05 to 0.08", "has no neuron of one feature and stores eight",
)  # fmt: skip
PAIRS = _best(
    "Each feature is a pair of neurons, at 1 − S ≤ 0.04.",
    "At every trained 1 − S up to 0.04",
    "has two neurons firing (W_ki ≥ 0.3) for each represented feature, all neurons polysemantic",
)  # fmt: skip
SHIFT = Claim(
    "Neurons shift from monosemantic to polysemantic as sparsity increases.",
    ARTICLE,
    "From 1 − S = 0.7 to 0.03 the number of polysemantic neurons rises by more than 2.5 of five, averaged over seeds.",
)
BOTH = Claim(
    "Monosemantic and polysemantic neurons can be in the same model.",
    ARTICLE,
    "At 1 − S = 0.35 more than half of the seeds have at least one of each.",
)
TYPICAL = Claim(
    "Typical solutions are often similar to those of minimal loss.",
    ARTICLE,
    "A model stores as many features in as many dedicated and shared neurons as the best at its density in more than "
    "half of the six densities judged, on average over seeds.",
)
BURDEN = Claim(
    "The hidden ReLU limits how the model can encode information.",
    ARTICLE,
    "With it the loss is larger than without it in the same seed, on average over the six densities judged (mean of "
    "the log of the ratio), for seeds on average; a seed counts where it has learnt something at all of them.",
)
CIRCUMVENT = Claim(
    "Given a hidden bias, the model sets all of them positive.",
    ARTICLE,
    "At 1 − S = 0.35 all five hidden biases are positive in more than half of the seeds.",
)
LINEARLY = Claim(
    "So shifted, its neurons behave linearly.",
    ARTICLE,
    "At 1 − S = 0.35 more than 95 % of all activations are above 0, on average over seeds; without a hidden bias it "
    "is stated beside.",
)
SPREAD = Claim(
    "Corrected: the model has none, but to AdamW axes mean something; it draws directions away from them.",
    OURS,
    "At 1 − S = 0.15 directions of models without it are farther from the axes than half of the random rotations, on "
    "average over seeds.",
)
DESCENT = Claim(
    "The task does not need it: plain gradient descent, which turns with the model, learns nearly as well.",
    OURS,
    "At 1 − S = 0.15 its loss is less than 10 % above AdamW's in the same seed, on average over seeds. That its "
    "directions prefer nothing follows from an even start and an update that turns with the model, and is not judged.",
)
