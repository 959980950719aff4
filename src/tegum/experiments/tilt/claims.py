"""What is claimed of tilt, and by which criterion."""

from tegum.claims import Claim

POST = "Optimization Failure (2024)"
HOW = f"{POST}, How tilt is generated"
PROOF = f"{POST}, When can the gradient favor more tilt"
RADII = f"{POST}, Does the Optimization Failure solution pursue linear separability?"
APART = 10.0  # degrees: "much more"

SIDES = Claim(
    "With W_7 = 0.06 W_6 the hexagon stays positive in output 7; inputs 5, 6 and 1 become more wrong there, 2, 3 and 4 "
    "more right.",
    HOW,
    "All six outputs stay above 0, and exactly these three move away from 0.",
)
JENSEN = Claim(
    "Any tilt costs: with W_7 = a W_6, the losses of the six other inputs grow, because squared error is convex.",
    HOW,
    "For 4 to 8 live features, with b = 1/n, the loss of the live inputs on the unlearnt output exceeds that at a = 0 "
    "for every other a from −1 to 1 in steps of 0.01.",
)
EACH = Claim(
    "The gradient of each other input on W_7 points in the W_7 direction.",
    HOW,
    "For 4 to 8 live features, W_7 in 360 directions and so short that all live inputs are heard, the gradient of "
    "every one of them has a positive component along W_7.",
)
ALONG = Claim(
    "Taken together, the other inputs' gradient on W_7 always points along W_7, so they only ever shorten it.",
    HOW,
    "At the same places the angle between W_7 and the sum stays below 1e-6 degrees.",
)
CONSTANTS = Claim(
    "The gradient on W_7 is 2 (‖W_7‖² + b_7 − 1) W_7 from its own input and (W_7·W_j + b_7) W_j from input j.",
    PROOF,
    "Both agree with the exact gradient of the squared error, up to one constant factor that both have in common, at "
    "1,000 random W_7 and b_7 that keep all inputs heard, for each of 5 to 8 live features.",
)
INEQUALITY = Claim(
    "The gradient favours more tilt exactly if 2 [1 − (‖W_7‖² + b_7)] > Σ_j (Ŵ_7·W_j)².",
    PROOF,
    "For 5 to 8 live features (regular), the inequality and the sign of the exact gradient along W_7 agree at all of "
    "1,000 random W_7 and b_7 that keep all inputs heard and other outputs silent, and whose live polygon is scaled by "
    "a random factor from 0.2 to 1 so that both answers occur.",
)
IMPOSSIBLE = Claim(
    "At symmetric failure, b_7 ≥ 0, that inequality holds for no W_7 other than 0.",
    PROOF,
    "For 4 to 8 live features the right side, p r²/2 in every direction, is at least 2, which the left side is below.",
)
QUADRATIC = Claim(
    "Both sides of it are quadratic in W_7, and both press ‖W_7‖ to 0.",
    PROOF,
    "For 4 to 8 live features, at 360 directions of W_7, each side changes by more than 1e-6 where ‖W_7‖ is doubled.",
)
OUTWARD = Claim(
    "Once one side has grown longer, the other inputs' gradient on W_7 itself favours more tilt.",
    f"{POST}, Asymmetric Recovery",
    "Of the seeds, n = 7, that were in symmetric failure with one feature unlearnt, at the first recorded step out of "
    "it at which that feature is still unlearnt, more than half have the force of all other inputs, tilt and untilt "
    "together, pointing along W_7 outwards.",
)
BALANCED = Claim(
    "Corrected: the other inputs still shorten W_7; tilt and its own input hold them in balance, and W_7 follows the "
    "place where they do as it moves outwards.",
    f"Beyond {POST}, Asymmetric Recovery; written after a look at other seeds",
    "At the same states, in more than 95 in 100 the other inputs' force points inwards, their tilt alone outwards, and "
    "the whole force is less than a tenth of that tilt.",
)
TILTED = Claim(
    "Where lengths differ, the latent plane is tilted much more in the outputs of the long features: it is more "
    "parallel to them.",
    RADII,
    "Of the seeds whose norms end in an inner and an outer group, n = 7 and 8: the mean angle between plane and axis "
    f"is smaller by more than {APART:.0f}° for the features of the outer group than for those of the inner one, in the "
    "mean over seeds (the threshold was fixed beforehand; that the mean over seeds counts, after a look at others).",
)
EVERY = Claim(
    "And in every output of a long feature more than in every output of a short one.",
    f"Ours, a stricter reading of {RADII}",
    "Of the same seeds, in more than 95 in 100 the largest angle in the outer group is below the least in the inner.",
)
LEVEL = Claim(
    "In a perfectly symmetric set-up the latent plane is tilted equally in all outputs.",
    RADII,
    "Of the seeds that end as regular polygons, more than 95 in 100 have all angles between plane and axes within 1° "
    "of each other.",
)
FACTOR = Claim(
    "A factor between 0 and 1 leads from the length of feature i to the activation in dimension i: 0 where the plane "
    "is perpendicular to that axis, 1 where it is parallel.",
    RADII,
    "Length and activation among the outputs: WᵀW_i, and its component i. At the end of training all ratios lie from 0 "
    "to 1, in every model; and it is below 1e-9 for a plane that is made perpendicular to axis i, and within 1e-9 of 1 "
    "for a parallel one.",
)
STRETCH = Claim(
    "In the latent plane, where ‖W_i‖ is measured, there is no such factor: output i grows by ‖W_i‖ for each unit, "
    "which is more than 1 for the longest.",
    f"Beyond {RADII}",
    "Of the seeds that end perfect, in more than 95 in 100 output i changes by more than 1 for each unit that the tip "
    "of the longest feature i is moved outwards.",
)
