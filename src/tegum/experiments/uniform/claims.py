"""What is judged of the sticky curve, and with which numbers."""

from tegum.claims import Claim

ARTICLE = "Elhage et al. 2022, Toy Models of Superposition, the geometry of superposition"
SLIDES = "Superposition in neural networks, slides on Elhage et al. 2022, uniform superposition geometry"
OURS = "Beyond Elhage et al. 2022"

WITHIN = 1.05  # a curve is at a level while it is within this factor of it
STICKY = 2.0  # times as long at a level as a curve that falls evenly
APART = 1.15  # levels nearer to 1 or 1/2 than this factor are not others
EARLY, SETTLED, SPARSE = 0.6, 0.3, 0.05  # densities at which single things are judged
FOLLOWED = (0.55, 0.25)  # densities between which pairs are the best product
LEARNT = 0.9  # saved for each dimension; a projection on any m dimensions saves 1
CLOSE = 1.1  # two curves are the same within this factor
WHOLE = 0.9  # a D_i from here on is a dimension of one's own
BELOW_HALF = (0.475, 0.4)  # from the lower edge of the plateau at 1/2 to a pentagon's share

AT_ONE = Claim(
    "D* = m/‖W‖²_F, drawn over 1/(1 − S), is sticky at 1.",
    ARTICLE,
    "The curve stays within 5 % of 1 over more than twice the part of the logarithmic axis (1 to 100) that a curve "
    "falling evenly, in log D* over log 1/(1 − S), from its highest to its lowest value would: mean over seeds, batch "
    "128. How long that is depends on the batch: see below.",
)
AT_ONE_QUIETER = Claim(
    "With eight times the batch it is sticky at 1 as well.",
    OURS,
    "The same for n = 80, m = 6 with eight times the batch down to 1 − S = 0.35 (what lies beyond, from the same seeds "
    "with the usual batch).",
)
AT_HALF = Claim(
    "It is sticky at 1/2.",
    ARTICLE,
    "The same at 1/2.",
)
NOWHERE_ELSE = Claim(
    "There are two sticky regions.",
    SLIDES,
    "At every other level, more than 15 % from both, the curve stays less than twice as long as one that falls "
    "evenly: the mean over seeds of 2 minus the largest such ratio is above 0.",
)
BETWEEN = Claim(
    "Moving from digon to pentagon is a sticky region.",
    SLIDES,
    "From D* = 0.475, where the plateau at 1/2 ends, to 2/5, a pentagon's share, the curve takes more than twice as "
    "long as one that falls evenly: mean over seeds. The slide speaks of models' geometries; D* is their average.",
    "Below 1/2 the curve falls almost evenly; what stays is the plateau of the digons.",
)
PAIRS = Claim(
    "The one at 1/2 corresponds to antipodal pairs.",
    ARTICLE,
    "Of the represented features of models within 5 % of D* = 1/2, more than half are members of digons, orthogonal to "
    "the other blocks or not: mean over seeds.",
)
FULL = Claim(
    "The sticky region at 1 is where a feature gets a full dimension.",
    SLIDES,
    "The largest D_i of any feature, averaged over the models within 5 % of D* = 1, is above 0.9: mean over seeds.",
    "D* = m/‖W‖²_F is 1 for every projection on m dimensions, and training comes to one that keeps a little of every "
    "feature.",
)
MIXED = Claim(
    "Corrected: there most room is held by features that have less than half a dimension each.",
    OURS,
    "In models within 5 % of D* = 1, features with D_i below 1/2 hold more than half of Σ D_i: mean over seeds.",
)
WAITING = Claim(
    "D* is still near 1 at 1 − S = 0.6 because training has not gone on for long enough.",
    OURS,
    "Four times as long a training from the same seeds lowers D* there by more than 5 %: mean of the logarithm.",
    "More steps of the same batch have as much noise; a larger batch lowers D*.",
)
NOISY = Claim(
    "Corrected: how long the curve stays at 1 depends on the noise of training.",
    OURS,
    "Eight times the batch, from the same seeds, lowers D* at 1 − S = 0.6 by more than 5 %: mean of the logarithm.",
)
LASTS = Claim(
    "Corrected: there digons would be better, and last where training is quieter.",
    OURS,
    "Models that start from orthogonal digons at 1 − S = 0.6, as theory makes them, and train at the usual rate with "
    "eight times the batch, end with more than nine tenths of their represented features in digons, and save more a "
    "dimension, on the same samples, than the best of the models from random weights, of either batch: the mean over "
    "seeds of that difference, less 1 where fewer are in digons. Where no model from random weights saves 0.9 there is "
    "nothing to compare with.",
)
MELTS = Claim(
    "Corrected: but the noise of a small batch melts them, and D* is 1 again.",
    OURS,
    "At the usual rate and batch models that start from the same digons end with a D* more than 10 % above that with "
    "eight times the batch at the same rate, and above that at a tenth of the rate with the same batch: mean over "
    "seeds of the smaller logarithm.",
)
STAYS = Claim(
    "At 1/2 a longer training changes nothing.",
    OURS,
    "Four times as long a training from the same seeds changes D* at 1 − S = 0.3 by less than 5 %: the mean over seeds "
    "of log 1.05 minus the absolute change of log D* is above 0.",
)
BEST_PRODUCT = Claim(
    "Where pairs are the best product of orthogonal shapes, small models have its D*, also where that is not 1/2.",
    OURS,
    "From 1 − S = 0.55 to 0.25 D* (n = 80, m = 6) is nowhere more than 10 % from that of the best product of one named "
    "shape, from theory: mean over seeds of log 1.1 minus the largest distance of log D*.",
)
BEYOND = Claim(
    "Where features are sparse models save more than any product of one named shape.",
    OURS,
    "At 1 − S = 0.05 what a model saves a dimension, compared with dropping all features on the same samples, is more "
    "than what the best product does, of all named shapes in which features are alike, up to the fivefold disphenoid: "
    "mean over seeds of their ratio minus 1.",
)
SIZE = Claim(
    "From the plateau on the curve depends on n/m alone.",
    OURS,
    "For 1 − S ≤ 0.4 the curve of n = 80, m = 6 is nowhere more than 10 % from the mean curve of the published size: "
    "mean over seeds of log 1.1 minus the largest distance of log D*.",
    "Where features are sparse, more dimensions hold more features each: irregular blocks gain by size.",
)
