"""What is claimed about arrangements in space; criteria were fixed before the seeds that judge them were used.

Models that represent fewer than all n features are left out of what is said of n.
"""

from tegum.claims import Claim

ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, mathematical understanding"
SLIDES = "Superposition in neural networks, slides on Elhage et al. 2022, uniform superposition geometry"
OURS = "Ours, after a look at other seeds"
NEAR = 0.15  # of a minimum to be at it: the distance within which a block has a shape's name
ACUTE = 85.0  # degrees: an angle below this is acute beyond doubt
ROOM = 5  # features: with fewer than 2m = 6 in space, zero energy leaves freedom

NAMED = ("digon", "triangle", "tetrahedron", "pentagon", "triangular bipyramid", "octahedron", "pentagonal bipyramid",
         "square antiprism")  # fmt: skip
SOLVED = 0.01  # of a minimum to be it: the height of an antiprism is found to this

SHAPES = Claim(
    "A lot of these shapes are solutions to the Thomson problem.",
    SLIDES,
    "Of the shapes of two or three dimensions by whose names uniform superposition is told (digon, triangle, "
    "tetrahedron, pentagon, triangular bipyramid, octahedron, pentagonal bipyramid, square antiprism at its best "
    "height), more than half are within 0.01 of the least Coulomb energy's arrangement of as many points.",
)
IN_SPACE = Claim(
    "What is learnt in space is mostly Thomson's arrangement: {where}.",
    "Ours, to be tested",
    "Of the sizes n = 4 … 12 at which a seed's model represents all n features, on average over seeds more than half "
    "are within 0.15 of the least Coulomb energy's arrangement of as many points (root mean square distance, over "
    "rotations, reflections and orders).",
    reason="Up to five features anything without an acute angle is as good; beyond six the bias, which Thomson's "
    "energy has not, moves the minimum.",
)
SAME = Claim(
    "With ‖W_i‖ = 1 and b = 0 the interference of a ReLU model, ReLU(cos)², is a generalised Thomson problem: it has "
    "Thomson's minima.",
    f"{ARTICLE}; the second half is ours, to be tested",
    "For each of n = 7 … 12, where it cannot be zero, the two least minima found are within 0.15 of each other.",
)
FIXED = Claim(
    "The minima of ReLU(cos)² are what models learn.",
    f"{ARTICLE}, as a prediction; ours, to be tested",
    "With exactly one active feature: of n = 7 … 12, on average over seeds more than half are within 0.15 of its "
    "least minimum.",
    reason="It leaves out the bias: ReLU(cos − t)³/cos with the models' own t = −b/‖W‖² predicts them.",
)
OBTUSE = Claim(
    "Up to six features ReLU(cos)² says one thing only, that no angle is acute; and that is what models learn.",
    OURS,
    "With exactly one active feature, no two features of the models with n = 2 … 6 are closer than 85°, in more than "
    "half of the seeds.",
)
FREE = Claim(
    "Corrected: with fewer than six features the Thomson problem says too much: what is learnt is any arrangement "
    "without an acute angle, seldom the triangle, tetrahedron or bipyramid.",
    OURS,
    "With exactly one active feature: of n = 3, 4, 5, on average over seeds more than half have no two features closer "
    "than 85° and are not within 0.15 of Thomson's minimum.",
)
WIDEST = Claim(
    "Corrected: from seven features on neither energy, but the largest smallest angle (Tammes), comes near what is "
    "learnt: nearer than {other}.",
    OURS,
    "With exactly one active feature, distances averaged over n = 7 … 12: the lesser of two numbers has a mean over "
    "seeds above 0, how much further the least minimum of {other} is, and 0.15 minus the distance from the arrangement "
    "with the largest smallest angle.",
)
WITH_BIAS = Claim(
    "Corrected: what ReLU(cos)² leaves out is the bias. With it a pair costs ReLU(cos − t)³/(3 cos), t = −b/‖W‖², on "
    "average over active values: the minimum is what models learn.",
    OURS,
    "With exactly one active feature: of n = 7 … 12, on average over seeds more than half are within 0.15 of its least "
    "minimum. For half of the seeds t is the mean of the models of the other half, in hundredths.",
)
BEYOND_TAMMES = Claim(
    "With the bias the energy predicts better than the largest smallest angle does.",
    OURS,
    "The same: the lesser of how much further Tammes's arrangement is than the least minimum of ReLU(cos − t)³/cos, "
    "and 0.15 minus the distance from the latter.",
)
SEVEN = Claim(
    "Seven features tell them apart: not the pentagonal bipyramid of both energies is learnt, but the arrangement of "
    "the largest smallest angle, layers of one, three and three.",
    OURS,
    "With exactly one active feature, n = 7, more than half of the seeds are within 0.15 of it; it is 0.30 from the "
    "bipyramid.",
)
DENSER = Claim(
    "Denser data bring learnt arrangements back towards ReLU(cos)².",
    OURS,
    "From exactly one active feature to 1 − S = 0.1, same seed and n, wherever all n are represented at both: the "
    "change of the distance from Tammes's arrangement minus that from the least minimum of ReLU(cos)², averaged over "
    "n = 7 … 12, has a mean over seeds above 0.",
)
HOT = Claim(
    "With one-hot data, where each arrangement of different directions can reach zero loss, models with weight decay "
    "end at the largest smallest angle.",
    OURS,
    "AdamW with decay 0.01: of n = 7 … 12, on average over seeds more than half are within 0.15 of Tammes's "
    "arrangement.",
)
DECAY = Claim(
    "Weight decay raises the share that ends there.",
    OURS,
    "The same seeds with and without decay: of n = 7 … 12, the share within 0.15 with decay minus that without has a "
    "mean over seeds above 0.",
)
