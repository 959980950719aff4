"""What remedies for dead latents cost: processor seconds of whole trainings, relative to none, entrants taking turns.

python benchmarks/remedies.py --rounds 5
"""

import argparse
import statistics
import time

from tegum.experiments.resampling.beds import BEDS
from tegum.experiments.resampling.entrants import ENTRANTS, NONE, ORACLE, STANDARD, WIDER, training
from tegum.training.run import execute

DICTIONARIES, STEPS, FIRST = 10, 2000, 64_900_000


def main() -> None:
    rounds = _arguments().rounds
    names = [name for name in STANDARD if name != ORACLE]
    trainings = {
        name: training("synthetic", ENTRANTS[name], ENTRANTS[name].tried[:1], BEDS["synthetic"].recipes[:1], FIRST,
                       DICTIONARIES, STEPS)
        for name in names
    }  # fmt: skip
    for one in trainings.values():  # compile
        execute(one)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name, one in trainings.items():
            began = time.process_time()
            execute(one)
            seconds[name].append(time.process_time() - began)
    plain = statistics.median(seconds[NONE])
    print(f"none: {plain / DICTIONARIES / STEPS * 1e6:.0f} µs of processor time for each step of a dictionary")
    for name in names:
        ratios = [mine / its for mine, its in zip(seconds[name], seconds[NONE], strict=True)]
        words = " (twice as many latents)" if name == WIDER else ""
        print(f"{name}{words}: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
