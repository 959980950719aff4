"""What is said about networks that compute |x| in superposition, and what would count for or against it."""

from tegum.claims import Claim

ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, computation in superposition"
OURS = "Beyond Elhage et al. 2022"
DENSE, MODERATE, FIRST, LOW, GROWN, FURTHER, LAST = 1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001
DENSITIES = (DENSE, MODERATE, FIRST, LOW, GROWN, FURTHER, LAST)  # the article's
SLIGHT, HIGH = 2, 4  # features that a neuron reads: from here on polysemantic, highly polysemantic
SMALL = 10  # of forty neurons: "a few", "a small number"

TWOS = Claim(
    "Three features in six neurons: each has a neuron for its positive side and one for its negative side.",
    ARTICLE,
    "At 1 − S = 1 more than half of the seeds serve each feature by two neurons that read nothing else, one for each "
    "sign, and answer both sides.",
)


def _monosemantic(statement: str, at: float) -> Claim:
    return Claim(
        statement,
        ARTICLE,
        f"At 1 − S = {at:g} more than 95 % of the neurons that do anything read one feature only, on average over "
        "seeds. A neuron reads a feature from 0.3 of its strongest weight on.",
    )


ALL_DENSE = _monosemantic("In the dense regime all neurons are monosemantic (n = 100, m = 40).", DENSE)
STILL = _monosemantic("Neurons continue to be monosemantic to moderate sparsity levels.", MODERATE)
FEW = Claim(
    "At 1 − S = 0.1 there are a few slightly polysemantic neurons.",
    ARTICLE,
    "More than half of the seeds have 1 to 10 polysemantic neurons of forty, which read 2 or 3 features in the median.",
)
SOME_HIGHLY = Claim(
    "At 1 − S = 0.03 a small number of highly polysemantic neurons represent features of low importance.",
    ARTICLE,
    "More than half of the seeds have 1 to 10 neurons that read 4 features or more, and the strongest feature of these "
    "is less important, on average, than that of the others.",
)
GROWS = Claim(
    "The number of polysemantic neurons grows at 1 − S = 0.01.",
    ARTICLE,
    "There are more of them than at 0.03 in the same seed, on average over seeds.",
)
EVEN_MORE = Claim(
    "And they become even more polysemantic at 1 − S = 0.003.",
    ARTICLE,
    "Polysemantic neurons read more features than at 0.01 in the same seed, on average over seeds.",
)
EVENTUALLY = Claim(
    "Eventually, at 1 − S = 0.001, all neurons are highly polysemantic.",
    ARTICLE,
    "More than 95 % of the neurons that do anything read 4 features or more, on average over seeds. It fails only if "
    "training has ended: that share changed by less than 0.02 in its second half.",
)
MORE_THAN_NEURONS = Claim(
    "Once features are sparse, superposition represents more features than there are neurons.",
    ARTICLE,
    "At the density where it is largest, the mean number of features with an answer to either side is above 40. It "
    "fails only if training has ended at every density: that number rose by less than 2 % in its second half.",
)
MORE_THAN_PAIRS = Claim(
    "Superposition lets it compute |x| of more features than without, for which two neurons each are needed.",
    ARTICLE,
    "At 1 − S = 0.01 both sides of more than 20 features are answered, on average over seeds.",
)
IMPORTANT = Claim(
    "Neurons of the most important features tend to be monosemantic.",
    ARTICLE,
    "At 1 − S = 0.03 the rank correlation of how many features a neuron reads and the place of its strongest one is "
    "above 0.3, on average over seeds.",
)
ASYMMETRIC = Claim(
    "Asymmetric superposition occurs: one feature is read strongly and written weakly, another the reverse, and other "
    "neurons turn the interference negative.",
    ARTICLE,
    "At 1 − S = 0.03 more than half of the networks have such a pair: served by one neuron, read with strengths that "
    "differ by a factor of 2 or more, written the other way round by as much, and inhibited.",
)
INHIBITED = Claim(
    "Other neurons inhibit the weaker feature where there would be positive interference.",
    ARTICLE,
    "At 1 − S = 0.03, in more than half of such asymmetric pairs what the stronger feature adds to the other's output "
    "through all neurons together is negative, on average over seeds.",
)
START = Claim(
    "It depends on the start: from Xavier's scale many features answer one side only.",
    OURS,
    "At 1 − S = 0.1 models from the usual initial scale have more features of which one side is answered than those "
    "from a tenth of it in the same seed, on average over seeds.",
)
WORSE = Claim(
    "And these models are worse.",
    OURS,
    "At 1 − S = 0.1 the loss from the usual scale is more than twice that from a tenth of it in the same seed, on "
    "average over seeds of the log of the ratio.",
)
FLOORED = Claim(
    "Adam's usual ε of 1e-8 keeps rare and unimportant features from being learnt.",
    OURS,
    "At 1 − S = 0.01 more features are answered on some side with ε = 1e-15 than with 1e-8 in the same seed, on "
    "average over seeds.",
)
