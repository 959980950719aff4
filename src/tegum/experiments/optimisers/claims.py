"""What is judged of optimisers, with the criteria."""

from tegum.claims import Claim

POST = "Optimization Failure (2024)"
BLAME = f"{POST}, It's not AdamW's fault"
BEYOND = f"Beyond {POST}, written after a pilot with other seeds"
KICK = 0.006  # an update of Adam after it forgot is at most six times its rate
_LONG = "Of the stays longer than 8,000 of 25,000 steps under AdamW"

ADAM = Claim(
    "It is not the decay's fault: with Adam, without any, the same failure occurs.",
    BLAME,
    "More than 1 in 100 of the seeds trained with Adam end in symmetric failure.",
)
CAUGHT = Claim(
    "It is not the decay's fault, read as what brings models into the failure: without decay it catches the same ones.",
    BLAME,
    "Of the seeds that are in symmetric failure at a recorded step under AdamW, more than 95 in 100 are at one under "
    "Adam.",
)
OTHERS = Claim(
    "Nor is it Adam's: with plain gradient descent the same failure occurs.",
    f"Beyond {BLAME}",
    "More than 1 in 100 of the seeds trained with SGD at rate 1 end in symmetric failure.",
)
STUCK = Claim(
    "Symmetric failure is a local optimum: with plain gradient descent, too, a model in it since step 3,000 stays.",
    f"{POST}, Symmetric Failure",
    "SGD at rate 1: of the seeds in symmetric failure at 3,000 of 25,000 steps, more than 95 in 100 are in it at the "
    "end.",
    reason="It is a saddle that attracts from the side that training comes from; most leave it while the polygon "
    "still grows.",
)
NEVER = Claim(
    "Corrected: who is still there at step 25,000 never leaves.",
    BEYOND,
    "SGD at rate 1: of the seeds in symmetric failure after the usual training, more than 95 in 100 are in it after "
    "four times as many steps or more (the field `patience`).",
)
HOLDS = Claim(
    "Corrected: decay does not bring models into the failure, but holds them there longer.",
    BEYOND,
    "Of the seeds that stay longer than 8,000 of 25,000 steps under just one of AdamW (decay 0.01) and Adam, more than "
    "9 in 10 do under AdamW.",
)
SIDE = Claim(
    "Corrected: a model stays that comes to rest on the side where its polygon is too short.",
    BEYOND,
    "AdamW: of the seeds caught with one feature unlearnt in which, 1,000 of 25,000 steps later, every neighbour of a "
    "live feature wakes its output, more than 95 in 100 stay longer than 8,000 steps.",
)
SIDE_DESCENT = Claim(
    "And with gradient descent it stays for good.",
    BEYOND,
    "SGD at rate 1: of the seeds caught with one feature unlearnt in which, 1,000 of 25,000 steps later, every "
    "neighbour of a live feature wakes its output, more than 95 in 100 end in symmetric failure.",
)
EDGE = Claim(
    "Corrected: before a long stay ends, the model comes to the edge where Adam is unstable.",
    BEYOND,
    f"{_LONG}, more than 8 in 10 come to 0.9 of the edge of stability, rate × sharpness = 2 (1 + b1)/(1 − b1) = 38, "
    "before they end. (A description: forgetting alone brings most there within 7,800 steps. That the edge is needed "
    "for the release, the claims on clearing, on ε and on a memory of ten thousand steps judge.)",
)
SLOPE = Claim(
    "Until then the model waits for Adam to forget: sharpness grows by b2^(−1/2) a step.",
    BEYOND,
    f"{_LONG}, more than 9 in 10 have a sharpness that grows, from the capture to half of the edge, at that rate "
    "within 15 %.",
)
DOWN = Claim(
    "Short stays end otherwise, along the way down, far from the edge.",
    BEYOND,
    "Of the stays of less than 5,000 of 25,000 steps under AdamW, more than half never come to half of the edge.",
)
FORGET = Claim(
    "Clearing Adam's memory releases the models; a kick of the same size without it does not.",
    BEYOND,
    "Of the seeds in symmetric failure at step 5,000 whose stay is longer than 8,000 steps under AdamW, more than 8 in "
    "10 are out of it at step 7,000 if the memory was cleared at 5,000, and still in it if W got noise of "
    f"{KICK} then.",
)
EPSILON = Claim(
    "An ε that keeps Adam below the edge keeps models in failure.",
    BEYOND,
    f"{_LONG}, more than 9 in 10 belong to seeds that end in symmetric failure with ε = 1e-4, which holds rate × "
    "sharpness below 4.",
)
BRIEF = Claim(
    "With a memory of a hundred steps all stays are brief.",
    BEYOND,
    "AdamW, b2 = 0.99: of the first stays, more than 95 in 100 end within 2,000 steps.",
)
ENDLESS = Claim(
    "With a memory of ten thousand steps the long stays outlast the training.",
    BEYOND,
    f"{_LONG}, more than 9 in 10 belong to seeds that end in symmetric failure with b2 = 0.9999.",
)
COSINE = Claim(
    "A schedule that ends comes too early for most models: they are not perfect by then.",
    BEYOND,
    "Of the seeds that end perfect under AdamW, more than half do not with a warm-up and a cosine to zero.",
)
