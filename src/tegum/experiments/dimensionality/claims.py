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
LOWEST = 0.2  # the fractions' windows fill 19 % of the range from here to 1
CHANCE = len(FRACTIONS) * 2 * NEAR / (1 - LOWEST)
FULL = 0.98  # of m
RIGHT = 0.02  # from its fraction a named feature may be
DENSE, CROWDED, SPARSE = 0.62, 0.17, 0.05  # densities at which single things are judged
PAIRED = (0.5, 0.3)  # densities between which all features should have a name

CLUSTER = Claim(
    "The dimensionalities of features cluster on a few fractions, those of uniform shapes.",
    ARTICLE,
    "Of the represented features of all models (1/(1 − S) from 1 to 20), the part within 0.0125 of 1, 3/4, 2/3, 1/2, "
    "2/5 or 3/8 is more than twice the 19 % that these windows are of the range from 0.2 to 1: mean over seeds.",
)
SHAPES = {
    name: Claim(
        f"Features organise into {words}.",
        ARTICLE,
        f"More than half of the seeds have at least one {name}, orthogonal to its other blocks, at one of the "
        "densities at least (n = 160, m = 12).",
    )
    for name, words in {
        "tetrahedron": "tetrahedra (3/4)",
        "triangle": "triangles (2/3)",
        "digon": "antipodal pairs (1/2)",
        "pentagon": "pentagons (2/5)",
        "square antiprism": "square antiprisms (3/8)",
    }.items()
}
SATURATED = Claim(
    "The dimensionalities of all features add up to the number of dimensions.",
    ARTICLE,
    "Σ D_i is more than 0.98 m at every density: the mean over seeds of its least value over densities, in units of "
    "m, is above 0.98.",
)
PACKED = Claim(
    "That is a sign of efficient packing: lengths alone do not give it.",
    ARTICLE,
    "Random directions of the same lengths have a Σ D_i that is lower by more than a tenth of m, on average over "
    "densities and seeds.",
)
BIPYRAMIDS = {
    "triangle": Claim(
        "Triangular bipyramids are tegum products: 3 × 2/3 and 2 × 1/2 features, not 5 × 3/5.",
        ARTICLE,
        "More than half of the seeds have a model with both an orthogonal triangle and an orthogonal digon, whose "
        "features' mean D_i are within 0.02 of 2/3 and of 1/2 (n = 160, m = 12).",
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
)
TRIANGLES = Claim(
    "Corrected: triangles are what small models make of dense features if trained for long.",
    OURS,
    "At 1 − S = 0.62, after four times the steps, more than half of the seeds have an orthogonal triangle (n = 80, "
    "m = 6).",
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
    "After four times the steps the dimensions of all named blocks at 1 − S = 0.17 add up to more than m: mean over "
    "seeds of their excess, in units of m.",
)
SILENT = Claim(
    "They can be oblique because the biases hide it: of another block's features one alone stays below the bias.",
    OURS,
    "Of the positive products W_i·W_j between blocks of these models more than three quarters are below −b_i, for x_j "
    "up to 1: mean over seeds.",
)
BETTER = Claim(
    "And that is worth it: they save more than orthogonal pairs can.",
    OURS,
    "What these models save a dimension, compared with dropping all features on the same samples, is more than what "
    "orthogonal digons do at best, by theory: mean over seeds of their ratio minus 1.",
)
NAMELESS = Claim(
    "Corrected: where features are sparse nothing has a name; one irregular block holds all.",
    OURS,
    "At 1 − S = 0.05 in more than half of the seeds fewer than a tenth of the represented features have a name "
    "(n = 160, m = 12).",
)
