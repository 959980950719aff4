"""What is judged of each feature's share of a dimension, and with which numbers."""

from tegum.claims import Claim

ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, the geometry of superposition"
OURS = "Beyond Elhage et al. 2022"

FRACTIONS = {
    "dedicated dimension": 1.0,
    "tetrahedron": 3 / 4,
    "triangle": 2 / 3,
    "digon": 1 / 2,
    "pentagon": 2 / 5,
    "square antiprism": 3 / 8,
}
NEAR = 0.0125  # half of the way between 3/8 and 2/5, the two nearest to each other
LOWEST = 0.2  # features with less are at no fraction of a shape's; a model without others says nothing
FULL = 0.98  # of m
RIGHT = 0.02  # from its fraction a named feature may be
DENSE, CROWDED, SPARSE = 0.62, 0.17, 0.05  # densities at which single things are judged
PAIRED = (0.5, 0.3)  # densities between which all features should have a name

CLUSTER = Claim(
    "The dimensionalities of features cluster on a few fractions, those of uniform shapes.",
    ARTICLE,
    "Of the represented features with D_i of at least 0.2 that are in no oblique block, whose fractions are accidents, "
    "the part within 0.0125 of 1, 3/4, 2/3, 1/2, 2/5 or 3/8, out of all with D_i of at least 0.2, is more than twice "
    "that of random directions of the same lengths; each is averaged over the densities (1/(1 − S) from 1 to 20) that "
    "have such features: mean over seeds of the difference.",
)
SHAPES = {
    name: Claim(
        f"Features organise into {words}.",
        ARTICLE,
        f"In more than half of the seeds there is a density at which more of the represented features are in a {name}, "
        "orthogonal to its other blocks, than in blocks of any other name or of none (n = 160, m = 12).",
        reason,
    )
    for name, words, reason in (
        ("tetrahedron", "tetrahedra (3/4)", "Training at these sizes goes from mixtures of all features to digons."),
        ("triangle", "triangles (2/3)", "Training at these sizes goes from mixtures of all features to digons."),
        ("digon", "antipodal pairs (1/2)", ""),
        ("pentagon", "pentagons (2/5)", ""),
        ("square antiprism", "square antiprisms (3/8)", ""),
    )
}
SATURATED = Claim(
    "The dimensionalities of all features add up to the number of dimensions.",
    ARTICLE,
    "Σ D_i is more than 0.98 m at every density: the mean over seeds of its least value over densities, in units of "
    "m, is above 0.98.",
)
PACKED = Claim(
    "Lengths alone do not give that.",
    OURS,
    "Random directions of the same lengths have a Σ D_i that is lower by more than a tenth of m, on average over "
    "densities and seeds.",
)
BIPYRAMIDS = {
    "triangle": Claim(
        "Triangular bipyramids are tegum products: 3 × 2/3 and 2 × 1/2 features, not 5 × 3/5.",
        ARTICLE,
        "Of the seeds that have models with both a triangle and a digon, orthogonal or oblique, more than half have "
        "both orthogonal, with mean D_i within 0.02 of 2/3 and of 1/2, in most of those models (n = 160, m = 12). Not "
        "judged where no model has both.",
    ),
    "pentagon": Claim(
        "Pentagonal bipyramids are tegum products: 5 × 2/5 and 2 × 1/2 features, not 7 × 3/7.",
        ARTICLE,
        "The same with a pentagon, and 2/5.",
    ),
}
NAMED = Claim(
    "From 1 − S = 0.5 to 0.3 nearly every represented feature is in an orthogonal block that has a name.",
    OURS,
    "Of the represented features more than nine tenths are: mean over seeds.",
    "At the dense end of that window the published size is still a mixture; smaller models are all named there.",
)
TRIANGLES = Claim(
    "Corrected: triangles are what small models make of dense features.",
    OURS,
    "At 1 − S = 0.62, after the usual steps, more than half of the seeds have an orthogonal triangle (n = 80, m = 6).",
)
OBLIQUE = Claim(
    "Corrected: before the named blocks end they are no tegum product: they have shapes but are oblique.",
    OURS,
    "At 1 − S = 0.17 more than half of the represented features are in oblique blocks: mean over seeds.",
)
NOT_NOISE = Claim(
    "That they are not orthogonal is not the noise of training: with less of it fewer are.",
    OURS,
    "At 1 − S = 0.17 with four times the batch a smaller part of the represented features is in orthogonal blocks with "
    "a name than without: mean over seeds of the difference.",
)
OVERFULL = Claim(
    "They are oblique because they are too many: together their shapes have more dimensions than the model.",
    OURS,
    "Both after four times the steps and with four times the batch the dimensions of all named blocks at 1 − S = 0.17 "
    "add up to more than m: mean over seeds of the lesser excess, in units of m.",
    "After four times the steps they do; with four times the batch fewer features are in named blocks.",
)
SILENT = Claim(
    "They can be oblique because the biases hide it: of another block's features one alone stays below the bias.",
    OURS,
    "Both after four times the steps and with four times the batch, of the positive products W_i·W_j between blocks "
    "more than three quarters are below −b_i, for x_j up to 1: mean over seeds of the lesser part.",
)
BETTER = Claim(
    "And that is worth it: they save more than any product of one named shape.",
    OURS,
    "Both after four times the steps and with four times the batch, what these models save a dimension, compared with "
    "dropping all features on the same samples, is more than what the best orthogonal product of one named shape does, "
    "by theory: mean over seeds of the lesser ratio minus 1.",
    "They save more than orthogonal digons, and less than the best product, of 5-demicubes.",
)
NAMELESS = Claim(
    "Corrected: where features are sparse nothing has a name; one irregular block holds all.",
    OURS,
    "At 1 − S = 0.05 in more than half of the seeds fewer than a tenth of the represented features have a name "
    "(n = 160, m = 12).",
)
