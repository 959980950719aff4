"""What is claimed about almost-orthogonal directions and sparse recovery; criteria were fixed before the seeds used."""

from tegum.claims import Claim

NOTES = "10 Autoencoders in a Trenchcoat, part 1 (2025), notes on Elhage et al. 2022, section 1.4"
SLIDES = "Superposition in neural networks, slides on Elhage et al. 2022, superposition hypothesis"
SENSING = "Compressed sensing (Ba, Indyk, Price, Woodruff 2010), which Elhage et al. 2022 refer to"
OURS = "Ours, after a look at other seeds"
COSINE = 0.4  # at which growth is measured
SPARE = 1.25  # times as far off a right angle as in the best set found: still almost orthogonal at worst
FEW = 2  # active features: what a sample of the trained law has where it has any, rounded up

GROWS = Claim(
    "The number of almost-orthogonal vectors you can have explodes exponentially with the dimension.",
    f"{NOTES}; {SLIDES}",
    "Of random directions so many fit into m dimensions, with an even chance, before two have |cosine| > ε = 0.4: "
    "between the last two m the slope of the logarithm of this number is nearer to that between the first two "
    "than to what a power of m would leave of it (by ratios).",
)
BIRTHDAY = Claim(
    "How many random directions fit is a birthday problem: N (N − 1)/2 · P(|cosine| > ε) = ln 2.",
    "Ours, to be tested",
    "In every m and N of the first figure the median coherence of random directions, over draws, is within 3 % of the "
    "one for which this holds.",
)
SMALL = Claim(
    "In twenty dimensions nothing explodes: fewer than 2m directions fit with |cosine| ≤ 0.1, however they are chosen.",
    "Ours, from bounds of Welch and Levenshtein",
    "The least upper bound at m = 20, ε = 0.1 is below 40.",
)
PRINTED = Claim(
    "To preserve squared distances to ε = 1/100, k > 8 ln(N)/ε² is 3685, 9211 and 12894 for N = 100, 100,000 and "
    "10,000,000.",
    NOTES,
    "The least whole k above 8 ln(N)/ε² is each of these numbers.",
    reason="They were computed for ε = 1/10.",
)
TENTH = Claim(
    "Corrected: these are the numbers for ε = 1/10, the last one short by one.",
    OURS,
    "At ε = 0.1 the least whole k are 3685, 9211 and 12895.",
)
BASIS = Claim(
    "At ε = 1/100 the formula gains nothing: for 100,000 orthogonal vectors it asks for more dimensions than they "
    "have.",
    OURS,
    "At ε = 1/100 and N = 100,000 the formula's k is above 100,000.",
)
ALMOST = Claim(
    "Superposition has many almost-orthogonal features.",
    f"{NOTES}; {SLIDES}",
    "In more than half of the seeds the root mean square cosine of all pairs of the trained model's directions is "
    "nearer to the least possible, Welch's bound, than to 1/√m, that of random directions.",
)
ONE_SIDED = Claim(
    "The worst pair is almost orthogonal on one side only: acute angles are almost right; obtuse ones, which ReLU "
    "silences, are not.",
    OURS,
    "In more than half of the seeds acute angles are within 1.25 times what the best set found of as many directions "
    "needs, and obtuse ones are not.",
)
OFTEN = Claim(
    "If the vector is sparse, you can often recover the original vector.",
    NOTES,
    "With 2 active features L1 (least Σx with x ≥ 0) gives back more than half of the samples exactly (to 1e-5 of "
    "their length) from the trained model's h = Wx, on average over seeds.",
)
OWN = Claim(
    "The model's own read-out, ReLU(WᵀWx + b), is no such recovery: it loses more than L1 does from the same h.",
    OURS,
    "With 2 active features: the share of squared length lost by ReLU minus that lost by L1 has a mean over seeds "
    "above 0.05.",
)
DENSER = Claim(
    "Where there are too many active features for L1, ReLU still gives a rough picture: it loses less than L1.",
    "Ours, to be tested",
    "With half as many active features as dimensions: the share lost by L1 minus that lost by ReLU has a mean over "
    "seeds above 0.",
)
RANDOM = Claim(
    "From random directions L1 recovers more than from learnt ones.",
    OURS,
    "Over the numbers of active features from 4 to half of the dimensions, on average: the share of samples that L1 "
    "recovers exactly from random directions minus that from learnt ones has a mean over seeds above 0.",
)
READ = Claim(
    "Learnt directions are made for ReLU: from random ones, each with its own best length and bias, its read-out loses "
    "more.",
    OURS,
    "On the law of training: the share lost with fixed random directions, lengths and biases fitted, minus that with "
    "the trained model has a mean over seeds above 0.",
)
LOGARITHM = Claim(
    "What L1 needs to recover k active features of n is nearer to a multiple of k log(n/k) than of k.",
    f"Ours; {SENSING} give m = Ω(k log(n/k)), whose constant no experiment can refute",
    "Random directions, n = 80, k where L1 recovers half of the samples: from m = 10 to 40 the logarithm of m/k "
    "changes by more than that of m/(k ln(n/k)), in size; the 95 % interval of the difference (bootstrap over draws) "
    "lies above 0.",
)
