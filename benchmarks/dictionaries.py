"""tegum against the PyTorch twin on sparse autoencoders: dictionary-steps per second, and their ratio.

The twin (torch_dictionaries.py) runs in its own process, drawing its data and given them for nothing, each in the way
that is then its fastest: in rows or in columns, eager or compiled, with Adam fused or not. First both take 30 steps
from one start on one batch, and their losses must agree. The sides take turns, and the median of the rounds counts.

By default processor time is compared, one thread each, which other work on the machine disturbs little; with `--clock
wall` the seconds that pass, all cores for us and one or two threads for the twin: for an idle machine.

    pip install torch && python benchmarks/dictionaries.py
    python benchmarks/dictionaries.py --python /path/to/python-with-torch --rounds 5 --clock wall
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np

import tegum as tg

TWIN = Path(__file__).with_name("torch_dictionaries.py")
KEPT = {"MALLOC_TRIM_THRESHOLD_": "4000000000", "MALLOC_MMAP_THRESHOLD_": "4000000000"}  # its memory, between steps
DENSITY, RATE, CHECKED = 0.05, 1e-3, 30


@dataclass(frozen=True)
class Workload:
    """So many dictionaries, of which the twin trains `together` at once."""

    inputs: int
    latents: int
    true: int
    batch: int
    count: int
    together: int
    k: int  # of TopK; 0 for ReLU with an L1 penalty
    steps: int

    @property
    def name(self) -> str:
        code = f"TopK, k = {self.k}" if self.k else "ReLU"
        many = (
            "one" if self.count == 1 else f"{self.count}, the twin's " + ("batched" if self.together > 1 else "in turn")
        )
        return f"{self.inputs} → {self.latents}, batch {self.batch:,}, {code}, {many}"

    @property
    def l1(self) -> float:
        return 0.0 if self.k else 0.1

    def training(self, **changes: Any) -> dict[str, Any]:
        """The recipe as a user of tegum writes it."""
        code = tg.sae.TopK(k=self.k) if self.k else tg.sae.ReLU()
        return {
            "model": tg.sae.SparseAutoencoder(inputs=self.inputs, latents=self.latents, code=code),
            "law": tg.sae.Superposed(
                directions=tg.sae.RandomDirections(count=self.true), of=tg.SparseUniform(feature_probability=DENSITY)
            ),
            "loss": tg.sae.SparseError(l1=self.l1),
            "optimiser": tg.Adam(learning_rate=RATE),
            "batch_size": self.batch,
            "progress": False,
            **changes,
        }

    def options(self) -> list[str]:
        """The same for the twin."""
        named = {"inputs": self.inputs, "latents": self.latents, "true": self.true, "batch": self.batch, "k": self.k,
                 "l1": self.l1, "rate": RATE, "feature-probability": DENSITY}  # fmt: skip
        return [word for name, value in named.items() for word in (f"--{name}", str(value))]


WORKLOADS = (
    Workload(64, 512, 128, 4096, 1, 1, 0, 60),
    Workload(16, 64, 32, 128, 32, 1, 0, 3000),
    Workload(16, 64, 32, 128, 32, 32, 0, 3000),
    Workload(16, 64, 32, 1024, 32, 1, 0, 500),
    Workload(16, 64, 32, 1024, 32, 32, 0, 500),
    Workload(64, 512, 128, 4096, 1, 1, 8, 60),
    Workload(16, 64, 32, 128, 32, 1, 4, 3000),
    Workload(16, 64, 32, 128, 32, 32, 4, 3000),
)


class Batch(tg.Law):
    """A data set that is given."""

    at: str

    def sample(self, key: Any, features: int, samples: int) -> Any:
        return self.dataset(key, features)[:, :samples]

    def dataset(self, key: Any, features: int) -> Any:
        return jnp.asarray(np.load(self.at)["x"])


def difference(work: Workload, python: str, folder: Path) -> float:
    """The largest relative difference of the losses of the first steps, from the same start on the same batch."""
    file = folder / "start.npz"
    x = np.random.default_rng(0).normal(size=(work.inputs, min(work.batch, 512))).astype(np.float32)
    np.savez(file, x=x)
    run = tg.train(**work.training(law=Batch(at=str(file)), batch_size=None, steps=CHECKED, record=tg.every(1)))
    start = {name: getattr(run, f"{name}_history").values[0] for name in ("W_e", "b_e", "W_d", "b_d")}
    np.savez(file, x=x, **start)
    worst = 0.0
    for layout in ("rows", "columns"):
        found = twin(python, [*work.options(), "--layout", layout, "--steps", str(CHECKED), "--check", str(file)])
        worst = max(worst, np.abs(np.array(found) / run.loss_history.values[:-1] - 1).max())
    return float(worst)


def twin(python: str, options: list[str]) -> Any:
    command = [python, str(TWIN), *options]
    run = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **KEPT})
    return json.loads(run.stdout.splitlines()[-1])


def ours(work: Workload, clock: str) -> float:
    """Dictionary-steps per second of a training as a user writes it, compiled before."""
    now = time.perf_counter if clock == "wall" else time.process_time
    began = now()
    tg.train(**work.training(over={"seed": range(work.count)}, steps=work.steps, evaluation_samples=work.batch))
    return work.count * work.steps / (now() - began)


Way = tuple[str, ...]  # options of the twin


def theirs(work: Workload, python: str, clock: str, data: str, way: Way) -> float:
    """Dictionary-steps per second of the twin."""
    steps = max(20, min(500, 4 * work.steps // work.together // (1 + work.batch // 256)))
    options = [*work.options(), "--dictionaries", str(work.together), "--data", data, "--steps", str(steps)]
    return float(work.together / twin(python, [*options, *way])[clock])


def fastest(work: Workload, python: str, clock: str, data: str) -> Way:
    """The twin's best way with these data: of each the better of two tries counts."""
    threads = ("1", "2") if clock == "wall" else ("1",)
    ways = [
        ("--layout", layout, "--threads", count, "--optimiser", adam, *more)
        for layout, count, adam, more in itertools.product(
            ("rows", "columns"), threads, ("fused", "foreach"), ((), ("--compile",))
        )
    ]
    return max(ways, key=lambda way: max(theirs(work, python, clock, data, way) for _ in range(2)))


def compare(work: Workload, python: str, rounds: int, clock: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        apart = difference(work, python, Path(folder))
    if apart > 1e-4:
        sys.exit(f"{work.name}: the twin's losses differ by {apart:.1g}; it does not compute the same.")
    tg.train(**work.training(over={"seed": range(2)}, steps=10, evaluation_samples=work.batch))
    rates: dict[str, list[float]] = {"ours": [], "drawn": [], "given": []}
    ways = {data: fastest(work, python, clock, data) for data in ("drawn", "given")}
    for _ in range(rounds):
        rates["ours"].append(ours(work, clock))
        for data, way in ways.items():
            rates[data].append(theirs(work, python, clock, data, way))
    own, drawn, given = (statistics.median(rates[side]) for side in ("ours", "drawn", "given"))
    print(
        f"| {work.name} | {own:,.0f} | {1e6 / own:,.0f} | {drawn:,.0f} ({_words(ways['drawn'])}) | {own / drawn:.1f} × "
        f"| {own / given:.1f} × ({_words(ways['given'])}) | {apart:.0e} |",
        flush=True,
    )


def _words(way: Way) -> str:
    _, layout, _, threads, _, adam, *more = way
    return ", ".join([layout, adam, *("compiled" for _ in more), *([f"{threads} threads"] if threads != "1" else [])])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clock", choices=["processor", "wall"], default="processor")
    parser.add_argument("--only", type=int, choices=range(len(WORKLOADS)), help="one workload, by its place")
    given = parser.parse_args()
    print("| work | ours, steps/s | µs a step | twin, steps/s | ratio | ratio, its data given | losses differ by |")
    print("|---|---|---|---|---|---|---|")
    for work in WORKLOADS if given.only is None else WORKLOADS[given.only : given.only + 1]:
        compare(work, given.python, given.rounds, given.clock)


if __name__ == "__main__":
    main()
