"""What is said about how geometry is learnt, and what would count for and against it."""

from tegum.claims import Claim

ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, learning dynamics"
OURS = "Beyond Elhage et al. 2022"

DIGONS = Claim(
    "With uniform importance all features end as digons.",
    ARTICLE,
    "More than half of the seeds (n = 10, m = 5) end as five digons and nothing else.",
)
LEVELS = Claim(
    "On the way D_i jumps between discrete levels, those of named shapes.",
    ARTICLE,
    "Until the loss has arrived, and while not within 0.03 of 1/2, where all end, features are within 0.03 of another "
    "level (0, 3/8, 2/5, 2/3, 3/4, 1) for more than half of the time, on average over seeds; where D_i is anything "
    "else from 0 to 1 it is 28 %.",
    reason="D_i glides to 1/2; away from there it is near a level about as often as by chance.",
)
COINCIDE = Claim(
    "Drops of the loss coincide with jumps of D_i.",
    ARTICLE,
    "Until the loss has arrived, a larger part of all motion Σ|ΔD_i| falls into the quarter of the time in which log "
    "loss falls fastest than of the motion of the next five seeds: the mean difference over seeds is above 0 (n = 10).",
)
REGIMES = Claim(
    "The loss curve of two sets of three goes through several distinct regimes.",
    ARTICLE,
    "In more than half of the seeds at the usual initial scale, log loss in its best straight pieces falls again at "
    "least twice as fast as in the piece before, at least once.",
    reason="From the usual start most losses only slow down; from a start a hundred times smaller they go in steps.",
)
TRANSFORM = Claim(
    "These regimes are geometric transformations of the weights.",
    ARTICLE,
    "At the usual initial scale a larger part of all motion of the cosines between features falls into the quarter of "
    "the time in which log loss falls fastest than of that of the next five seeds: the mean difference is above 0.",
)
OCTAHEDRON = Claim(
    "Two sets of three correlated features in three dimensions end as a triangular antiprism, an octahedron.",
    ARTICLE,
    "More than half of the seeds at the usual initial scale end as two orthogonal triples (within 15°) that are "
    "twisted by less than 15° from an octahedron.",
)
ACROSS = Claim(
    "Its antipodal pairs join features of different sets.",
    ARTICLE,
    "Of the models at the usual initial scale whose angles, whatever the sets, are an octahedron's, more than half "
    "have three pairs across sets; six of the fifteen ways "
    "to pair six features are so.",
)
SMALL_REGIMES = Claim(
    "Corrected: distinct regimes appear where weights start small.",
    OURS,
    "In more than half of the seeds at a hundredth of the usual initial scale log loss falls again, as above, at least "
    "twice; leaving the plateau near W = 0, where it starts, is once.",
)
SMALL_TRANSFORM = Claim(
    "Corrected: there, too, geometry moves while the loss falls.",
    OURS,
    "The same as for the usual initial scale, at a hundredth of it.",
)
PRINCIPAL = Claim(
    "From a small start the first regime is PCA: each set is one direction.",
    OURS,
    "In more than half of the seeds at a hundredth of the usual scale both sets have collapsed (within 15°) at the "
    "first moment at which all norms are above 0.4, and at some moment WᵀW is the projection P on the two principal "
    "components: ‖WᵀW − P‖_F/√2 < 0.1.",
)
BASES = Claim(
    "Corrected: what both starts have in common is two local orthogonal bases.",
    OURS,
    "From either scale more than half of the seeds end as two orthogonal triples (within 15°); the rarer is judged.",
)
TWISTED = Claim(
    "Corrected: from a small start the octahedron is not what chance would make of two bases, but rarer.",
    OURS,
    "Of the two orthogonal triples at a hundredth of the usual scale more than 75 %, which is what twists anywhere "
    "from 0° to 60° give, are twisted by more than 15°.",
)
BEST = Claim(
    "The octahedron is the best of these twists.",
    OURS,
    "At a hundredth of the usual scale models twisted by more than 45° have a larger mean loss than those twisted by "
    "less than 15°, on the same samples: the 95 % interval of the difference (Welch) lies above 0.",
)
