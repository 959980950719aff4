"""What is judged of attacks, and the densities at which it is."""

from tegum.claims import Claim

ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, relationship to adversarial robustness"
OURS = "Beyond Elhage et al. 2022"

DENSE, FORMED, SPARSEST = 1.0, 0.03, 0.003  # no superposition; much of it; inputs mostly empty
RISE_BY = 3.0  # the article's "more than 3×"
CLOSE = 0.9  # a correlation from which on two curves track each other closely
SQUARE = 1.5  # an exponent nearer to 2 than to 1
LITTLE = 0.1  # of what an attack adds
ROOMY = 1.5  # vulnerability below which a model is as good as one without superposition

RISES = Claim(
    "Vulnerability to adversarial examples increases by more than 3× as superposition forms.",
    ARTICLE,
    "What the article's attack adds to the error, per squared length of the attack, is at 1 − S = 0.03 more than 3 "
    "times as much as at 1 − S = 1: the mean over seeds of the logarithm of their ratio is above ln 3.",
)
TRACKS = Claim(
    "The level of vulnerability closely tracks the number of features per dimension, ‖W‖²_F/m.",
    ARTICLE,
    "The correlation of their logarithms over densities, with the article's attack, is above 0.9 on average over "
    "seeds.",
)
MASKED = Claim(
    "For extremely sparse examples attacks by gradient are difficult (ReLUs asleep give no gradient), and the best of "
    "the analytic attacks works better.",
    ARTICLE,
    "At 1 − S = 0.003 the analytic attack adds more error than climbing along the gradient from the input itself does, "
    "on average over seeds (of what the analytic one adds).",
)
RATIO = Claim(
    "Corrected: it depends on the measure; the ratio of attacked to unattacked error rises by less than 3×.",
    OURS,
    "With the worst attack found, from 1 − S = 1 to 0.03: ln 3 minus the logarithm of by how much that ratio rises is "
    "above 0 on average over seeds.",
)
SQUARED = Claim(
    "Corrected: as superposition forms the added error grows as a higher power of features per dimension, near the "
    "second.",
    OURS,
    "From 1 − S = 1 to 0.03 the slope of log added error (worst attack found) over log features per dimension is above "
    "1.5 on average over seeds.",
)
PARTS = Claim(
    "Corrected: where inputs become mostly empty, vulnerability falls though features per dimension stay.",
    OURS,
    "From 1 − S = 0.03 to 0.003 the added error (worst attack found) falls by more than a third in more than half of "
    "the seeds, and features per dimension by less than a tenth in the same ones.",
)
EMPTY = Claim(
    "The fall comes from empty inputs: those with an active feature become more vulnerable.",
    OURS,
    "Upon inputs with an active feature the worst attack adds more at 1 − S = 0.003 than at 0.03 in more than half of "
    "the seeds.",
)
SPARSITY = Claim(
    "It is superposition and not sparsity: with a dimension for each feature sparse models are hardly vulnerable.",
    OURS,
    "With m = n, at 1 − S = 0.03 and 0.1, the worst attack adds less than 1.5 squared lengths in more than half of the "
    "trainings.",
)
BUILT_IN = Claim(
    "That a model without superposition is safe is built into the task: where a model should give back what comes in, "
    "attack included, it is about as vulnerable as one with superposition.",
    OURS,
    "At 1 − S = 0.03, with the attacked input as the target, the worst attack on the trained model adds less than 3 "
    "times what it adds to the model that stores m features and no more, on average over seeds: ln 3 − ln ratio above "
    "0.",
)
LEARNT = Claim(
    "Learnt arrangements are more robust than random ones of as many features per dimension.",
    OURS,
    "At 1 − S = 0.03 the worst attack adds less to the model than to one with the same norms and biases in random "
    "directions, in more than half of the seeds.",
)
WORTH = Claim(
    "Even under the worst attack found, a model with superposition loses less than one without it loses unattacked.",
    OURS,
    "At 1 − S = 0.03 the attacked error of the trained model is below the unattacked error of the model that stores m "
    "features and no more, in more than half of the seeds.",
)
RANDOM = Claim(
    "Random changes of the same length do hardly any harm.",
    OURS,
    "At 1 − S = 0.03 random changes add less than a tenth of what the worst attack adds, on average over seeds.",
)
STRONGER = Claim(
    "The article's attack is not the worst: climbing on from it adds more.",
    OURS,
    "At 1 − S = 0.1 the worst attack found adds at least a tenth more than the article's, on average over seeds.",
)
