"""tegum against the PyTorch twin, on the same cores in one run: model-steps per second and their ratio.

The twin (torch_twin.py) runs in its own process, at its best number of threads; `einsum` is the published notebook's
trainer, `best` the fastest formulation we found for it. The two sides take turns, and the median of the rounds counts.

    pip install torch && python benchmarks/speed.py            # all workloads, and the scaling table
    python benchmarks/speed.py --python /path/to/python-with-torch --rounds 5
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import tegum as tg

TWIN = Path(__file__).with_name("torch_twin.py")


@dataclass(frozen=True)
class Workload:
    """A recipe of the literature, and how many times the twin's speed is the least we accept."""

    features: int
    hidden: int
    instances: int
    steps: int
    one_hot: bool
    least: float

    @property
    def name(self) -> str:
        data = "one-hot" if self.one_hot else "sampled"
        return f"{data} n={self.features}, m={self.hidden}, {self.instances} instances"


WORKLOADS = (
    Workload(7, 2, 1024, 25_000, True, 25),
    Workload(5, 2, 10, 10_000, False, 5),
    Workload(20, 5, 10, 3_000, False, 3),
    Workload(80, 20, 10, 1_000, False, 3),
    Workload(400, 30, 20, 100, False, 4),
)


def ours(work: Workload, steps: int) -> tuple[float, float]:
    """Seconds for one training as a user writes it, and seconds the first one takes longer (compilation)."""

    def train() -> float:
        law = tg.OneHot() if work.one_hot else tg.SparseUniform(feature_probability=0.05)
        began = time.perf_counter()
        tg.train(
            tg.Autoencoder(features=work.features, hidden=work.hidden),
            law,
            steps=steps,
            over={"seed": range(work.instances)},
            evaluation_samples=1024,
            progress=False,
        )
        return time.perf_counter() - began

    first = train()
    again = train()
    return again, max(first - again, 0.0)


def twin(work: Workload, python: str, variant: str) -> float:
    """Model-steps per second of the twin at its best number of threads."""
    size = ["--n", work.features, "--m", work.hidden, "--instances", work.instances]
    steps = max(3, int(200 / work.features))
    rates = []
    for threads in (1, 2):
        options = [*size, "--steps", steps, "--threads", threads, "--variant", variant, "--trial-steps", 2]
        options += ["--one-hot"] if work.one_hot else ["--feature-probability", 0.05]
        run = subprocess.run([python, str(TWIN), *map(str, options)], check=True, capture_output=True, text=True)
        rates.append(work.instances / json.loads(run.stdout)["seconds_per_step"])
    return max(rates)


def compare(work: Workload, python: str, rounds: int) -> None:
    rates: dict[str, list[float]] = {"ours": [], "einsum": [], "best": []}
    _, compiling = ours(work, 10)
    for _ in range(rounds):
        seconds, _ = ours(work, work.steps)
        rates["ours"].append(work.instances * work.steps / seconds)
        for variant in ("einsum", "best"):
            rates[variant].append(twin(work, python, variant))
    median = {side: statistics.median(values) for side, values in rates.items()}
    print(
        f"| {work.name} | {median['ours']:,.0f} | {median['einsum']:,.0f} | {median['ours'] / median['einsum']:.1f} × "
        f"| {work.least:g} × | {median['ours'] / median['best']:.1f} × | {compiling:.1f} s |",
        flush=True,
    )


def scaling(steps: int = 2_000) -> None:
    """Cost against the number of instances, in a process of its own for each, to see its peak memory too."""
    print("\n| instances | model-steps/s | peak memory |\n|---|---|---|")
    code = (
        "import resource, sys, time, tegum as tg\n"
        "count, steps = map(int, sys.argv[1:])\n"
        "train = lambda n, t: tg.train(tg.Autoencoder(features=7, hidden=2), tg.OneHot(), steps=t,"
        " over={'seed': range(n)}, progress=False)\n"
        "train(1, 10); began = time.perf_counter(); train(count, steps); took = time.perf_counter() - began\n"
        "print(count * steps / took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    for count in (1_000, 10_000, 100_000):
        command = [sys.executable, "-c", code, str(count), str(steps)]
        rate, memory = map(float, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
        print(f"| {count:,} | {rate:,.0f} | {memory:,.0f} MiB |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", type=int, choices=range(len(WORKLOADS)), help="one workload, by its place")
    given = parser.parse_args()
    print("| work | ours, model-steps/s | twin | ratio | least | ratio to its best | compile |")
    print("|---|---|---|---|---|---|---|")
    for work in WORKLOADS if given.only is None else WORKLOADS[given.only : given.only + 1]:
        compare(work, given.python, given.rounds)
    if given.only is None:
        scaling()


if __name__ == "__main__":
    main()
