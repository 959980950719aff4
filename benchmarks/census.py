"""How fast a census is: 10,000 trainings of 25,000 steps with 51 records, and naming all recorded states.

python benchmarks/census.py
"""

import time

import tegum as tg

MODELS, STEPS = 10_000, 25_000


def main() -> None:
    for what in ("with compilation", "without"):
        began = time.perf_counter()
        run = tg.train(
            tg.Autoencoder(features=7, hidden=2), tg.OneHot(), optimiser=tg.AdamW(learning_rate=1e-3), steps=STEPS,
            over={"seed": range(MODELS)}, record=tg.every(500),
        )  # fmt: skip
        trained = time.perf_counter()
        tg.timeline(run)
        named = time.perf_counter()
        speed = MODELS * STEPS / (trained - began)
        print(f"{what}: {trained - began:.1f} s, {speed / 1e6:.1f} M model-steps/s; naming {named - trained:.1f} s")


if __name__ == "__main__":
    main()
