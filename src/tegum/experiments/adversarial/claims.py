"""What is judged of attacks, and the densities at which it is."""

from tegum.claims import Claim

ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, relationship to adversarial robustness"
OURS = "Beyond Elhage et al. 2022"

DENSE, FORMED, SPARSEST = 1.0, 0.03, 0.003  # no superposition; much of it; inputs mostly empty
RISE_BY = 3.0  # the article's "more than 3×"
CLOSE, WITHIN = 0.9, 2.0  # a correlation and a range of ratios with which two curves track each other closely
NEAR = 1.5  # a factor between two vulnerabilities that are about the same
SQUARE, DOUBLE = 1.5, 2.0  # an exponent nearer to 2 than to 1; a rise that it can be told from
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
    "Over densities, with the article's attack: the correlation of their logarithms is above 0.9, and the largest of "
    "their ratios is less than twice the smallest. The smaller of the two margins (correlation − 0.9; ln 2 − the range "
    "of the logarithm of the ratio) is above 0 on average over seeds.",
    "Both rise, but vulnerability far faster: a correlation of logarithms sees neither slope nor scale.",
)
MASKED = Claim(
    "For extremely sparse examples attacks by gradient are difficult (ReLUs asleep give no gradient), and the best of "
    "the analytic attacks works better.",
    ARTICLE,
    "At 1 − S = 0.003 the analytic attack adds more error than plain ascent along the gradient from the input itself "
    "(100 steps at rate 0.1) does, on average over seeds (of what the analytic one adds).",
    "ReLUs of active features are awake, and their gradient leads to more; an empty input gives none, and has nothing "
    "to harm.",
)
SQUARED = Claim(
    "As superposition forms the error that attacks of one length add grows as a higher power of features per "
    "dimension, near the second.",
    OURS,
    "Attacks as long at every density as at 1 − S = 0.03: from 1 − S = 1 to 0.03 the slope of log added error (worst "
    "attack found) over log features per dimension is above 1.5 on average over seeds; not "
    "judged unless features per dimension at least double in each.",
    "Attacks of one length add most near 1 − S = 0.1, and less from there on, though features per dimension still "
    "rise.",
)
PARTS = Claim(
    "Corrected: where inputs become mostly empty, vulnerability falls though features per dimension stay.",
    OURS,
    "Attacks as long at every density as at 1 − S = 0.03: from 0.03 to 0.003 the added error (worst attack found) "
    "falls by more than a third in more than half of the seeds, and features per dimension by less than a tenth in the "
    "same ones.",
)
EMPTY = Claim(
    "The fall comes from empty inputs alone: those with an active feature become more vulnerable.",
    OURS,
    "Upon inputs with an active feature the worst attack, as long at 1 − S = 0.003 as at 0.03, adds more at 0.003 in "
    "more than half of the seeds.",
    "They do so only with attacks that get shorter with their inputs: the linear part of the harm, divided by the "
    "squared length, grows as 1 over the length.",
)
SPARSITY = Claim(
    "It is superposition and not sparsity: with a dimension for each feature sparse models are hardly vulnerable.",
    OURS,
    "With m = n the worst attack adds less than 1.5 squared lengths at 1 − S = 0.1 and at 0.03, in more than half of "
    "the seeds.",
)
BUILT_IN = Claim(
    "That a model without superposition is safe is built into the task: where a model should give back what comes in, "
    "attack included, a trained one is about as vulnerable as one that stores m features and no more.",
    OURS,
    "At 1 − S = 0.03, with the attacked input as the target, what the worst attack adds to the trained model is within "
    "a factor of 1.5 of 1 + 2 ‖x_rest − p/2‖/r (theory for the other): ln 1.5 − |ln ratio| is above 0 on average over "
    "seeds.",
)
LEARNT = Claim(
    "Learnt arrangements are more robust than random ones of as many features per dimension.",
    OURS,
    "At 1 − S = 0.03 the worst attack adds less to the model than to one with the same norms in random directions "
    "and biases fitted to those, in more than half of the seeds.",
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
